#include "tests/fake_server/compose.h"

#include <json-c/json.h>

enum {
	COMPOSE_DEPTH_MAX = 24, /* below JSON_DEPTH_MAX */
	COMPOSE_VALUES_MAX = 4000, /* nested lists grow fast */
	ITEMS_USUAL = 3,
	ITEMS_MAX = 100,
	REFERENCE_STEPS_MAX = 8,
	STRING_BYTES_MAX = 4096,
};

uint64_t compose_mix(uint64_t a, uint64_t b)
{
	uint64_t z = a + 0x9E3779B97F4A7C15ull * (b + 1);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	return z ^ (z >> 31);
}

void composer_init(struct composer *composer, const struct passage *passage, uint64_t seed, enum compose_fault fault)
{
	*composer = (struct composer){ .passage = passage, .seed = seed, .fault = fault };
	buffer_init(&composer->scratch, 1 << 20);
	composer->sentence = (uint32_t)(compose_mix(seed, 0) % (passage->count ? passage->count : 1));
}

void composer_done(struct composer *composer) { buffer_done(&composer->scratch); }

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static int64_t number_or(struct json_object *schema, const char *key, int64_t otherwise)
{
	struct json_object *value = member(schema, key);
	return value ? json_object_get_int64(value) : otherwise;
}

/* Follows $ref (inside the document), and takes the first of anyOf, oneOf, allOf. */
static struct json_object *resolve(const struct composer *composer, struct json_object *schema)
{
	for (int step = 0; step < REFERENCE_STEPS_MAX; step++) {
		struct json_object *reference = member(schema, "$ref"), *next = NULL;
		if (reference && composer->root) {
			struct text rest = text_from(json_object_get_string(reference)), name;
			next = composer->root;
			text_next_field(&rest, '/', &name); /* "#" */
			while (next && text_next_field(&rest, '/', &name)) {
				char key[128] = "";
				memcpy(key, name.data, size_min(name.bytes, sizeof(key) - 1));
				next = member(next, key);
			}
		}
		static const char *const choices[] = { "anyOf", "oneOf", "allOf" };
		for (size_t i = 0; i < COUNT_OF(choices) && !next; i++) {
			struct json_object *list = member(schema, choices[i]);
			if (json_object_is_type(list, json_type_array))
				next = json_object_array_get_idx(list, 0);
		}
		if (!next)
			return schema;
		schema = next;
	}
	return schema;
}

static void write_copy(struct json_writer *json, struct json_object *value, int depth)
{
	switch (depth < COMPOSE_DEPTH_MAX ? json_object_get_type(value) : json_type_null) {
	case json_type_null: json_null(json); break;
	case json_type_boolean: json_boolean(json, json_object_get_boolean(value)); break;
	case json_type_int: json_signed(json, json_object_get_int64(value)); break;
	case json_type_double: json_fixed(json, json_object_get_double(value), 6); break;
	case json_type_string: json_text(json, (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) }); break;
	case json_type_array:
		json_array_open(json);
		for (size_t i = 0; i < json_object_array_length(value); i++)
			write_copy(json, json_object_array_get_idx(value, i), depth + 1);
		json_array_close(json);
		break;
	case json_type_object: {
		json_object_open(json);
		json_object_object_foreach(value, key, child)
		{
			json_key(json, key);
			write_copy(json, child, depth + 1);
		}
		json_object_close(json);
		break;
	}
	}
}

/* A new object is about a sentence of its own; of a list of messages two belong together. */
static void begin_object(struct composer *composer)
{
	const struct passage *passage = composer->passage;

	composer->objects++;
	if (passage->count == 0)
		return;
	if (composer->question.bytes)
		composer->sentence = passage_best_sentence(passage, composer->question);
	else
		composer->sentence = (uint32_t)((compose_mix(composer->seed, 7) + (composer->depth > 1 ? composer->position * 3u : 0)) % passage->count);
}

static const char *type_of(struct json_object *schema)
{
	struct json_object *type = member(schema, "type");

	if (json_object_is_type(type, json_type_array)) {
		struct json_object *first = json_object_array_get_idx(type, 0), *second = json_object_array_get_idx(type, 1);
		type = first && second && strcmp(json_object_get_string(first), "null") == 0 ? second : first;
	}
	if (type)
		return json_object_get_string(type);
	return member(schema, "properties") ? "object" : member(schema, "items") ? "array" : "string";
}

static void compose_value(struct composer *composer, struct json_object *schema, struct text key);

static bool is_required(struct json_object *required, const char *key)
{
	for (size_t i = 0; i < (required ? json_object_array_length(required) : 0); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(required, i)), key) == 0)
			return true;
	return required == NULL;
}

static void compose_object(struct composer *composer, struct json_object *schema)
{
	struct json_object *properties = member(schema, "properties"), *required = member(schema, "required");
	const char *last_required = NULL;

	json_object_open(composer->json);
	begin_object(composer);
	if (!json_object_is_type(required, json_type_array))
		required = NULL;
	if (json_object_is_type(properties, json_type_object)) {
		json_object_object_foreach(properties, name, ignored)
		{
			(void)ignored;
			if (is_required(required, name))
				last_required = name;
		}
		json_object_object_foreach(properties, key, child)
		{
			if (composer->fault == COMPOSE_MISSING_FIELDS && key == last_required)
				continue;
			json_key(composer->json, key);
			compose_value(composer, child, text_from(key));
			if (composer->fault == COMPOSE_DUPLICATE_KEYS) {
				json_key(composer->json, key);
				compose_value(composer, child, text_from(key));
			}
		}
	}
	if (composer->fault == COMPOSE_EXTRA_FIELDS) {
		json_member_string(composer->json, "extra_note", "nobody asked for this");
		json_key(composer->json, "extra");
		json_object_open(composer->json);
		json_member_unsigned(composer->json, "n", 1);
		json_object_close(composer->json);
	}
	json_object_close(composer->json);
}

static void compose_array(struct composer *composer, struct json_object *schema, struct text key)
{
	struct json_object *items = member(schema, "items");
	int64_t least = number_or(schema, "minItems", 0), most = number_or(schema, "maxItems", ITEMS_MAX), count;
	uint32_t outer = composer->position;

	count = least > ITEMS_USUAL ? least : most < ITEMS_USUAL ? most : ITEMS_USUAL;
	if (composer->fault == COMPOSE_TOO_FEW)
		count = 0;
	else if (composer->fault == COMPOSE_OUT_OF_RANGE && member(schema, "maxItems"))
		count = most + 1;
	json_array_open(composer->json);
	for (int64_t i = 0; i < count && i < ITEMS_MAX && composer->values < COMPOSE_VALUES_MAX; i++) {
		composer->position = (uint32_t)i;
		compose_value(composer, items, key);
	}
	composer->position = outer;
	json_array_close(composer->json);
}

/* One of the list; the roles of messages take turns. */
static void compose_enum(struct composer *composer, struct json_object *values, struct text key)
{
	size_t count = json_object_array_length(values);
	size_t chosen = count ? compose_mix(composer->seed, composer->objects * 7u + key.bytes) % count : 0;

	if (composer->fault == COMPOSE_ENUM_VIOLATED) {
		json_string(composer->json, "none_of_the_listed");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *word = json_object_get_string(json_object_array_get_idx(values, i));
		if (!word || !text_equal(key, TEXT_LITERAL("role")))
			continue;
		bool answers = strcmp(word, "assistant") == 0;
		if ((answers || strcmp(word, "user") == 0) && answers == (composer->position % 2 == 1)) {
			composer->in_answer_turn = answers;
			chosen = i;
		}
	}
	if (count)
		write_copy(composer->json, json_object_array_get_idx(values, chosen), composer->depth);
	else
		json_null(composer->json);
}

static void compose_number(struct composer *composer, struct json_object *schema, bool whole)
{
	struct json_object *least = member(schema, "minimum"), *most = member(schema, "maximum");
	double low = least ? json_object_get_double(least) : 0, high = most ? json_object_get_double(most) : low + (whole ? 10 : 1);
	double share = 0.7 + (double)(compose_mix(composer->seed, composer->objects + 1000) % 1000) / 4000; /* marks tend to be good */
	double value = low + (high - low) * share;

	if (composer->fault == COMPOSE_OUT_OF_RANGE)
		value = high + 90;
	if (composer->fault == COMPOSE_WRONG_TYPES)
		json_string(composer->json, "about eight");
	else if (whole)
		json_signed(composer->json, value > -1e15 && value < 1e15 ? (int64_t)value : 0);
	else
		json_fixed(composer->json, value, 3);
}

static void compose_string_value(struct composer *composer, struct json_object *schema, struct text key)
{
	int64_t least = number_or(schema, "minLength", 0), most = number_or(schema, "maxLength", STRING_BYTES_MAX);

	if (composer->fault == COMPOSE_WRONG_TYPES) {
		json_unsigned(composer->json, 42);
		return;
	}
	compose_string(composer, key, least < 0 ? 0 : (size_t)least, most < 0 ? 0 : size_min((size_t)most, STRING_BYTES_MAX));
	json_text(composer->json, buffer_view(&composer->scratch));
}

/* true unless the name asks for something bad. */
static bool boolean_for(struct text key)
{
	static const char *const bad[] = { "error", "halluc", "duplicate", "off_topic", "refus", "ambiguous", "unsupported", "invalid" };

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (text_find_nocase(key, text_from(bad[i])) >= 0)
			return false;
	return true;
}

static void compose_value(struct composer *composer, struct json_object *schema, struct text key)
{
	struct json_object *fixed;
	const char *type;

	if (composer->depth >= COMPOSE_DEPTH_MAX || ++composer->values > COMPOSE_VALUES_MAX) {
		json_null(composer->json);
		return;
	}
	composer->depth++;
	schema = resolve(composer, schema);
	type = type_of(schema);
	if ((fixed = member(schema, "const")))
		write_copy(composer->json, fixed, composer->depth);
	else if ((fixed = member(schema, "enum")) && json_object_is_type(fixed, json_type_array))
		compose_enum(composer, fixed, key);
	else if (strcmp(type, "object") == 0)
		compose_object(composer, schema);
	else if (strcmp(type, "array") == 0)
		compose_array(composer, schema, key);
	else if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		compose_number(composer, schema, type[0] == 'i');
	else if (strcmp(type, "boolean") == 0)
		json_boolean(composer->json, boolean_for(key));
	else if (strcmp(type, "null") == 0)
		json_null(composer->json);
	else
		compose_string_value(composer, schema, key);
	composer->depth--;
}

void compose_schema(struct composer *composer, struct json_object *schema, struct json_writer *json)
{
	composer->root = schema;
	composer->json = json;
	compose_value(composer, schema, TEXT_LITERAL("answer"));
}

static void compose_like(struct composer *composer, struct json_object *example, struct text key)
{
	struct json_writer *json = composer->json;

	composer->depth++;
	composer->values++;
	switch (composer->depth < COMPOSE_DEPTH_MAX ? json_object_get_type(example) : json_type_null) {
	case json_type_object: {
		json_object_open(json);
		begin_object(composer);
		json_object_object_foreach(example, name, child)
		{
			json_key(json, name);
			compose_like(composer, child, text_from(name));
		}
		json_object_close(json);
		break;
	}
	case json_type_array: {
		size_t given = json_object_array_length(example), outer = composer->position;
		json_array_open(json);
		for (size_t i = 0; given > 0 && i < size_max(given, ITEMS_USUAL) && i < ITEMS_MAX && composer->values < COMPOSE_VALUES_MAX; i++) {
			composer->position = (uint32_t)i;
			compose_like(composer, json_object_array_get_idx(example, i % given), key);
		}
		composer->position = (uint32_t)outer;
		json_array_close(json);
		break;
	}
	case json_type_int: compose_number(composer, NULL, true); break;
	case json_type_double: compose_number(composer, NULL, false); break;
	case json_type_boolean: json_boolean(json, boolean_for(key)); break;
	case json_type_string: compose_string_value(composer, NULL, key); break;
	case json_type_null: json_null(json); break;
	}
	composer->depth--;
}

void compose_example(struct composer *composer, struct json_object *example, struct json_writer *json)
{
	composer->json = json;
	compose_like(composer, example, TEXT_LITERAL("answer"));
}

void compose_keys(struct composer *composer, const struct text *keys, size_t count, struct json_writer *json)
{
	composer->json = json;
	json_object_open(json);
	begin_object(composer);
	for (size_t i = 0; i < count; i++) {
		char key[64] = "";
		memcpy(key, keys[i].data, size_min(keys[i].bytes, sizeof(key) - 1));
		json_key(json, key);
		compose_string_value(composer, NULL, keys[i]);
	}
	json_object_close(json);
}
