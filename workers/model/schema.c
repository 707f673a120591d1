/* schema.c: see schema.h. Depth is bounded by the schema's own. */
#include "workers/model/schema.h"

#include "base/utf8.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum schema_type { SCHEMA_ANY, SCHEMA_OBJECT, SCHEMA_ARRAY, SCHEMA_STRING, SCHEMA_INTEGER, SCHEMA_NUMBER, SCHEMA_BOOLEAN };

struct schema_property {
	const char *key; /* in `source` */
	bool required;
	struct schema *schema;
};

struct schema {
	struct json_object *source; /* what it was read from; a reference */
	struct json_object *words;  /* enum, in `source`; NULL: any */
	enum schema_type type;
	size_t least, most;         /* characters or elements */
	double minimum, maximum;
	struct schema *items;       /* NULL: any */
	struct schema_property *properties;
	size_t property_count, required_count;
	bool names_properties;      /* others are dropped */
};

static int check_value(struct json_object **value, const struct schema *schema, struct error_text *error);

/* One after the other: an object of a reply has a handful of members, and to look at them all is cheaper than to compute the hash of a name. */
static struct json_object *member(struct json_object *object, const char *key)
{
	if (!object || !json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_foreach(object, name, value) {
		if (strcmp(name, key) == 0)
			return value;
	}
	return NULL;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static struct schema *read_schema(struct json_object *source);

static enum schema_type read_type(struct json_object *type)
{
	static const char *const names[] = { [SCHEMA_OBJECT] = "object", [SCHEMA_ARRAY] = "array", [SCHEMA_STRING] = "string",
					     [SCHEMA_INTEGER] = "integer", [SCHEMA_NUMBER] = "number", [SCHEMA_BOOLEAN] = "boolean" };

	for (size_t i = SCHEMA_OBJECT; type && i < COUNT_OF(names); i++)
		if (strcmp(json_object_get_string(type), names[i]) == 0)
			return (enum schema_type)i;
	return SCHEMA_ANY;
}

static size_t read_length(struct json_object *source, const char *key, size_t otherwise)
{
	struct json_object *value = member(source, key);
	return value ? (size_t)json_object_get_int64(value) : otherwise;
}

static double read_bound(struct json_object *source, const char *key, double otherwise)
{
	struct json_object *value = member(source, key);
	return value ? json_object_get_double(value) : otherwise;
}

static bool names(struct json_object *words, const char *word)
{
	for (size_t i = 0; words && i < json_object_array_length(words); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(words, i)), word) == 0)
			return true;
	return false;
}

/* False: out of memory. */
static bool read_properties(struct schema *schema, struct json_object *properties, struct json_object *required)
{
	schema->names_properties = true;
	schema->properties = calloc(size_max((size_t)json_object_object_length(properties), 1), sizeof(*schema->properties));
	if (!schema->properties)
		return false;
	json_object_object_foreach(properties, key, value) {
		struct schema_property *property = &schema->properties[schema->property_count++];
		*property = (struct schema_property){ key, names(required, key), read_schema(value) };
		schema->required_count += property->required;
		if (!property->schema)
			return false;
	}
	return true;
}

static struct schema *read_schema(struct json_object *source)
{
	struct json_object *items = member(source, "items"), *properties = member(source, "properties");
	struct schema *schema = calloc(1, sizeof(*schema));

	if (!schema)
		return NULL;
	schema->source = json_object_get(source);
	schema->words = member(source, "enum");
	schema->type = read_type(member(source, "type"));
	schema->least = read_length(source, schema->type == SCHEMA_ARRAY ? "minItems" : "minLength", 0);
	schema->most = read_length(source, schema->type == SCHEMA_ARRAY ? "maxItems" : "maxLength", SIZE_MAX);
	schema->minimum = read_bound(source, "minimum", -INFINITY);
	schema->maximum = read_bound(source, "maximum", INFINITY);
	schema->items = items ? read_schema(items) : NULL;
	if ((!items || schema->items) && (!properties || read_properties(schema, properties, member(source, "required"))))
		return schema;
	schema_free(schema);
	return NULL;
}

struct schema *schema_read(struct text json)
{
	struct json_tokener *tokener = json.bytes <= INT32_MAX ? json_tokener_new() : NULL;
	struct json_object *source = tokener ? json_tokener_parse_ex(tokener, json.data, (int)json.bytes) : NULL;
	struct schema *schema = json_object_is_type(source, json_type_object) ? read_schema(source) : NULL;

	json_object_put(source);
	if (tokener)
		json_tokener_free(tokener);
	return schema;
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	for (size_t i = 0; i < schema->property_count; i++)
		schema_free(schema->properties[i].schema);
	free(schema->properties);
	schema_free(schema->items);
	json_object_put(schema->source);
	free(schema);
}

/* "pairs[2].question: …" */
static int within(struct error_text *error, int status, const char *name)
{
	if (!error)
		return status;
	bool joined = error->message[0] == '[' || error->message[0] == '.';
	char rest[ERROR_TEXT_BYTES];
	snprintf(rest, sizeof(rest), "%s", error->message);
	return error_set(error, status, ".%s%s%s", name, joined ? "" : ": ", rest);
}

/* --- objects -------------------------------------------------------------------------------------------------------- */

/* An array alone, where an object with one required array is wanted. */
static bool wrap_array(struct json_object **value, const struct schema *schema)
{
	const struct schema_property *property = schema->properties;

	if (!json_object_is_type(*value, json_type_array) || schema->required_count != 1)
		return false;
	while (!property->required)
		property++;
	if (property->schema->type != SCHEMA_ARRAY)
		return false;
	struct json_object *object = json_object_new_object();
	if (!object)
		return false;
	json_object_object_add(object, property->key, *value);
	*value = object;
	return true;
}

static int drop_unknown(struct json_object *object, const struct schema *schema)
{
	int dropped = 0;
	struct json_object_iterator at = json_object_iter_begin(object), end = json_object_iter_end(object);

	while (!json_object_iter_equal(&at, &end)) {
		const char *key = json_object_iter_peek_name(&at);
		size_t i = 0;
		json_object_iter_next(&at);
		while (i < schema->property_count && strcmp(schema->properties[i].key, key) != 0)
			i++;
		if (i == schema->property_count) {
			json_object_object_del(object, key);
			dropped = 1;
		}
	}
	return dropped;
}

static int check_property(struct json_object *object, const struct schema_property *property, struct error_text *error)
{
	struct json_object *value = member(object, property->key), *kept = value;

	if (!value)
		return 0;
	json_object_get(value);
	int status = check_value(&kept, property->schema, error);
	if (status < 0)
		json_object_put(kept);
	else if (kept != value)
		json_object_object_add(object, property->key, kept);
	else
		json_object_put(kept);
	return status < 0 ? within(error, status, property->key) : status;
}

/* A property that may stand behind, or across, the end of a text that was cut off: others before it are there, none behind it is. */
static bool is_cut_away(struct json_object *object, const struct schema *schema, size_t missing)
{
	bool before = false;

	for (size_t i = 0; i < missing; i++)
		before |= member(object, schema->properties[i].key) != NULL;
	for (size_t i = missing + 1; i < schema->property_count; i++)
		if (member(object, schema->properties[i].key))
			return false;
	return before;
}

static int check_object(struct json_object **value, const struct schema *schema, bool cut, struct error_text *error)
{
	int changed = wrap_array(value, schema);

	if (!json_object_is_type(*value, json_type_object))
		return error_set(error, ERROR_INPUT_REJECTED, "expected an object");
	if (!schema->names_properties)
		return changed;
	changed |= drop_unknown(*value, schema);
	for (size_t i = 0; i < schema->property_count; i++) {
		const struct schema_property *property = &schema->properties[i];
		if (property->required && !member(*value, property->key) && !(cut && is_cut_away(*value, schema, i)))
			return error_set(error, ERROR_INPUT_REJECTED, ".%s: missing", property->key);
	}
	for (size_t i = 0; i < schema->property_count; i++) {
		const struct schema_property *property = &schema->properties[i];
		bool dispensable = !property->required || (cut && is_cut_away(*value, schema, i));
		int status = check_property(*value, property, dispensable ? NULL : error);
		if (status == ERROR_INPUT_REJECTED && dispensable) {
			json_object_object_del(*value, property->key);
			status = 1;
		}
		if (status < 0)
			return status;
		changed |= status;
	}
	return changed;
}

/* --- arrays --------------------------------------------------------------------------------------------------------- */

static int check_element(struct json_object *array, size_t index, const struct schema *schema, struct error_text *error)
{
	struct json_object *value = json_object_array_get_idx(array, index), *kept = value;
	char place[32];

	json_object_get(value);
	int status = check_value(&kept, schema, error);
	if (status >= 0 && kept != value)
		status = json_object_array_put_idx(array, index, kept) < 0 ? -ENOMEM : 1;
	else
		json_object_put(kept);
	if (status >= 0 || !error)
		return status;
	snprintf(place, sizeof(place), "[%zu]", index);
	char rest[ERROR_TEXT_BYTES];
	snprintf(rest, sizeof(rest), "%s", error->message);
	return error_set(error, status, "%s%s%s", place, rest[0] == '.' || rest[0] == '[' ? "" : ": ", rest);
}

static int check_array(struct json_object *array, const struct schema *schema, struct error_text *error)
{
	struct error_text first = { "" };
	int changed = 0;

	if (!json_object_is_type(array, json_type_array))
		return error_set(error, ERROR_INPUT_REJECTED, "expected an array");
	for (size_t i = 0; schema->items && i < json_object_array_length(array);) {
		struct error_text wrong = { "" };
		int status = check_element(array, i, schema->items, &wrong);
		if (status == -ENOMEM)
			return error_set(error, status, "out of memory");
		if (status < 0) {
			if (!first.message[0])
				first = wrong;
			json_object_array_del_idx(array, i, 1);
			changed = 1;
			continue;
		}
		changed |= status;
		i++;
	}
	size_t count = json_object_array_length(array);
	if (count < schema->least || (count == 0 && first.message[0]))
		return first.message[0] ? error_set(error, ERROR_INPUT_REJECTED, "%s", first.message) :
					  error_set(error, ERROR_INPUT_REJECTED, "%zu elements; at least %zu are wanted", count, schema->least);
	if (count > schema->most) {
		json_object_array_del_idx(array, schema->most, count - schema->most);
		changed = 1;
	}
	return changed;
}

/* --- scalars -------------------------------------------------------------------------------------------------------- */

static int check_enum(struct json_object **value, struct json_object *words, struct error_text *error)
{
	struct text word = { json_object_get_string(*value), (size_t)json_object_get_string_len(*value) };

	for (size_t i = 0; i < json_object_array_length(words); i++) {
		struct json_object *allowed = json_object_array_get_idx(words, i);
		if (text_equal(text_from(json_object_get_string(allowed)), word))
			return 0;
	}
	for (size_t i = 0; i < json_object_array_length(words); i++) {
		struct json_object *allowed = json_object_array_get_idx(words, i);
		if (text_equal_nocase(text_from(json_object_get_string(allowed)), text_trim(word))) {
			json_object_put(*value);
			*value = json_object_get(allowed);
			return 1;
		}
	}
	return error_set(error, ERROR_INPUT_REJECTED, "\"%.*s\" is none of the values allowed", (int)size_min(word.bytes, 60), word.data);
}

bool schema_says_something(struct text text)
{
	uint32_t code = 0;

	for (size_t i = 0, bytes; i < text.bytes; i += bytes ? bytes : 1) {
		bytes = utf8_decode(text, i, &code);
		if (bytes == 1 && ascii_is_alnum(text.data[i]))
			return true;
		bool is_mark = code < 0xC0 || (code >= 0x2000 && code < 0x2C00) || (code >= 0x3000 && code < 0x3040) || code == 0xFFFD;
		if (bytes > 1 && !is_mark)
			return true;
	}
	return false;
}

static int check_string(struct json_object **value, const struct schema *schema, struct error_text *error)
{
	int changed = 0;

	if (json_object_is_type(*value, json_type_int) || json_object_is_type(*value, json_type_double) || json_object_is_type(*value, json_type_boolean)) {
		struct json_object *text = json_object_new_string(json_object_to_json_string_ext(*value, JSON_C_TO_STRING_PLAIN));
		json_object_put(*value);
		*value = text;
		changed = 1;
	}
	if (!json_object_is_type(*value, json_type_string))
		return error_set(error, ERROR_INPUT_REJECTED, "expected a text");
	if (schema->words) {
		int status = check_enum(value, schema->words, error);
		return status < 0 ? status : changed | status;
	}
	struct text text = { json_object_get_string(*value), (size_t)json_object_get_string_len(*value) };
	size_t length = utf8_count(text);
	if (length < schema->least)
		return error_set(error, ERROR_INPUT_REJECTED, "%zu characters; at least %zu are wanted", length, schema->least);
	if (schema->least > 0 && !schema_says_something(text))
		return error_set(error, ERROR_INPUT_REJECTED, "it says nothing: there is no letter and no digit in it");
	if (length > schema->most)
		return error_set(error, ERROR_INPUT_REJECTED, "%zu characters; at most %zu are wanted", length, schema->most);
	return changed;
}

static int check_number(struct json_object **value, const struct schema *schema, struct error_text *error)
{
	int changed = 0;

	if (json_object_is_type(*value, json_type_string)) { /* "3" */
		char *end;
		const char *digits = json_object_get_string(*value);
		double number = strtod(digits, &end);
		if (end == digits || *end)
			return error_set(error, ERROR_INPUT_REJECTED, "expected a number");
		json_object_put(*value);
		*value = json_object_new_double(number);
		changed = 1;
	}
	if (!json_object_is_type(*value, json_type_int) && !json_object_is_type(*value, json_type_double))
		return error_set(error, ERROR_INPUT_REJECTED, "expected a number");
	double number = json_object_get_double(*value);
	if (schema->type == SCHEMA_INTEGER && number != (double)(int64_t)number)
		return error_set(error, ERROR_INPUT_REJECTED, "expected a whole number");
	if (number < schema->minimum || number > schema->maximum)
		return error_set(error, ERROR_INPUT_REJECTED, "%g is outside of %g to %g", number, schema->minimum, schema->maximum);
	return changed;
}

static int check_value(struct json_object **value, const struct schema *schema, struct error_text *error)
{
	switch (schema->type) {
	case SCHEMA_OBJECT: return check_object(value, schema, false, error);
	case SCHEMA_ARRAY: return check_array(*value, schema, error);
	case SCHEMA_STRING: return check_string(value, schema, error);
	case SCHEMA_INTEGER:
	case SCHEMA_NUMBER: return check_number(value, schema, error);
	case SCHEMA_BOOLEAN: return json_object_is_type(*value, json_type_boolean) ? 0 : error_set(error, ERROR_INPUT_REJECTED, "expected true or false");
	case SCHEMA_ANY: break;
	}
	return 0;
}

int schema_check(struct json_object **value, const struct schema *schema, bool cut, struct error_text *error)
{
	int status = schema->type == SCHEMA_OBJECT ? check_object(value, schema, cut, error) : check_value(value, schema, error);
	if (status < 0 && error && error->message[0] == '.') /* ".pairs[2]…" */
		memmove(error->message, error->message + 1, strlen(error->message));
	return status;
}

/* --- forms -------------------------------------------------------------------------------------------------------------- */

static void write_word(struct json_object *word, struct buffer *out)
{
	buffer_append_string(out, json_object_to_json_string_ext(word, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void write_form_object(const struct schema *schema, struct buffer *out)
{
	bool first = true;

	buffer_append_byte(out, '{');
	for (size_t i = 0; i < schema->property_count; i++) {
		const struct schema_property *property = &schema->properties[i];
		if (schema->required_count > 0 && !property->required && !property->schema->words)
			continue;
		buffer_append_format(out, "%s\"%s\": ", first ? "" : ", ", property->key);
		schema_write_form(property->schema, out);
		first = false;
	}
	buffer_append_byte(out, '}');
}

void schema_write_form(const struct schema *schema, struct buffer *out)
{
	if (schema->type == SCHEMA_ARRAY && schema->items) {
		buffer_append_byte(out, '[');
		schema_write_form(schema->items, out);
		buffer_append_byte(out, ']');
	} else if (schema->type == SCHEMA_STRING && schema->words && json_object_array_length(schema->words) > 0) {
		write_word(json_object_array_get_idx(schema->words, 0), out);
	} else if (schema->type == SCHEMA_STRING) {
		buffer_append_format(out, "\"%c\"", SCHEMA_HOLE_TEXT);
	} else if (schema->type == SCHEMA_INTEGER || schema->type == SCHEMA_NUMBER) {
		buffer_append_byte(out, SCHEMA_HOLE_NUMBER);
	} else if (schema->type == SCHEMA_BOOLEAN) {
		buffer_append_string(out, "false");
	} else if (schema->names_properties) {
		write_form_object(schema, out);
	} else {
		buffer_append_string(out, schema->type == SCHEMA_ARRAY ? "[]" : "{}");
	}
}

/* --- bounds ------------------------------------------------------------------------------------------------------------- */

/* `copy`: of the schema's source. */
static void bound(struct json_object *copy, const struct schema *schema, uint64_t chars_max)
{
	if (schema->type == SCHEMA_STRING && !schema->words)
		json_object_object_add(copy, "maxLength", json_object_new_int64((int64_t)chars_max));
	if (schema->type == SCHEMA_ARRAY)
		json_object_object_add(copy, "maxItems", json_object_new_int64((int64_t)size_max(schema->least, 1)));
	if (schema->type == SCHEMA_ARRAY && schema->items)
		bound(member(copy, "items"), schema->items, chars_max);
	for (size_t i = 0; i < schema->property_count; i++)
		bound(member(member(copy, "properties"), schema->properties[i].key), schema->properties[i].schema, chars_max);
}

void schema_write_bounded(const struct schema *schema, uint64_t chars_max, struct buffer *out)
{
	struct json_object *copy = NULL;

	if (json_object_deep_copy(schema->source, &copy, NULL) == 0) {
		bound(copy, schema, chars_max);
		buffer_append_string(out, json_object_to_json_string_ext(copy, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	}
	json_object_put(copy);
}
