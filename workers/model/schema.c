/* schema.c: see schema.h. Depth is bounded by the schema's own. */
#include "workers/model/schema.h"

#include "base/utf8.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

static int check_value(struct json_object **value, struct json_object *schema, struct error_text *error);

/* One after the other: an object of a schema has a handful of members, and to look at them all is cheaper than to compute the hash of a name. */
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

static int64_t limit(struct json_object *schema, const char *key, int64_t otherwise)
{
	struct json_object *value = member(schema, key);
	return value ? json_object_get_int64(value) : otherwise;
}

static const char *schema_type(struct json_object *schema)
{
	struct json_object *type = member(schema, "type");
	return type ? json_object_get_string(type) : "";
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
static bool wrap_array(struct json_object **value, struct json_object *schema)
{
	struct json_object *required = member(schema, "required");

	if (!json_object_is_type(*value, json_type_array) || !required || json_object_array_length(required) != 1)
		return false;
	const char *key = json_object_get_string(json_object_array_get_idx(required, 0));
	if (strcmp(schema_type(member(member(schema, "properties"), key)), "array") != 0)
		return false;
	struct json_object *object = json_object_new_object();
	if (!object)
		return false;
	json_object_object_add(object, key, *value);
	*value = object;
	return true;
}

static int drop_unknown(struct json_object *object, struct json_object *properties)
{
	int dropped = 0;
	struct json_object_iterator at = json_object_iter_begin(object), end = json_object_iter_end(object);

	while (!json_object_iter_equal(&at, &end)) {
		const char *key = json_object_iter_peek_name(&at);
		json_object_iter_next(&at);
		if (!member(properties, key)) {
			json_object_object_del(object, key);
			dropped = 1;
		}
	}
	return dropped;
}

static int check_property(struct json_object *object, const char *key, struct json_object *schema, struct error_text *error)
{
	struct json_object *value = member(object, key), *kept = value;

	if (!value)
		return 0;
	json_object_get(value);
	int status = check_value(&kept, schema, error);
	if (status < 0)
		json_object_put(kept);
	else if (kept != value)
		json_object_object_add(object, key, kept);
	else
		json_object_put(kept);
	return status < 0 ? within(error, status, key) : status;
}

static bool is_required(struct json_object *required, const char *key)
{
	for (size_t i = 0; required && i < json_object_array_length(required); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(required, i)), key) == 0)
			return true;
	return false;
}

/* A property that may stand behind, or across, the end of a text that was cut off: others before it are there, none behind it is. */
static bool is_cut_away(struct json_object *object, const char *missing, struct json_object *properties)
{
	bool before = false, behind = false;

	json_object_object_foreach(properties, key, property) {
		(void)property;
		if (strcmp(key, missing) == 0)
			behind = true;
		else if (member(object, key) && behind)
			return false;
		else if (member(object, key))
			before = true;
	}
	return before;
}

static int check_object(struct json_object **value, struct json_object *schema, bool cut, struct error_text *error)
{
	struct json_object *properties = member(schema, "properties"), *required = member(schema, "required");
	int changed = wrap_array(value, schema);

	if (!json_object_is_type(*value, json_type_object))
		return error_set(error, ERROR_INPUT_REJECTED, "expected an object");
	if (!properties)
		return changed;
	changed |= drop_unknown(*value, properties);
	for (size_t i = 0; required && i < json_object_array_length(required); i++) {
		const char *key = json_object_get_string(json_object_array_get_idx(required, i));
		if (!member(*value, key) && !(cut && is_cut_away(*value, key, properties)))
			return error_set(error, ERROR_INPUT_REJECTED, ".%s: missing", key);
	}
	json_object_object_foreach(properties, key, property) {
		bool dispensable = !is_required(required, key) || (cut && is_cut_away(*value, key, properties));
		int status = check_property(*value, key, property, dispensable ? NULL : error);
		if (status == ERROR_INPUT_REJECTED && dispensable) {
			json_object_object_del(*value, key);
			status = 1;
		}
		if (status < 0)
			return status;
		changed |= status;
	}
	return changed;
}

/* --- arrays --------------------------------------------------------------------------------------------------------- */

static int check_element(struct json_object *array, size_t index, struct json_object *schema, struct error_text *error)
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

static int check_array(struct json_object *array, struct json_object *schema, struct error_text *error)
{
	struct json_object *items = member(schema, "items");
	size_t most = (size_t)limit(schema, "maxItems", INT64_MAX), least = (size_t)limit(schema, "minItems", 0);
	struct error_text first = { "" };
	int changed = 0;

	if (!json_object_is_type(array, json_type_array))
		return error_set(error, ERROR_INPUT_REJECTED, "expected an array");
	for (size_t i = 0; items && i < json_object_array_length(array);) {
		struct error_text wrong = { "" };
		int status = check_element(array, i, items, &wrong);
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
	if (count < least || (count == 0 && first.message[0]))
		return first.message[0] ? error_set(error, ERROR_INPUT_REJECTED, "%s", first.message) :
					  error_set(error, ERROR_INPUT_REJECTED, "%zu elements; at least %zu are wanted", count, least);
	if (count > most) {
		json_object_array_del_idx(array, most, count - most);
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

static int check_string(struct json_object **value, struct json_object *schema, struct error_text *error)
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
	if (member(schema, "enum")) {
		int status = check_enum(value, member(schema, "enum"), error);
		return status < 0 ? status : changed | status;
	}
	struct text text = { json_object_get_string(*value), (size_t)json_object_get_string_len(*value) };
	int64_t length = (int64_t)utf8_count(text), least = limit(schema, "minLength", 0), most = limit(schema, "maxLength", INT64_MAX);
	if (length < least)
		return error_set(error, ERROR_INPUT_REJECTED, "%lld characters; at least %lld are wanted", (long long)length, (long long)least);
	if (least > 0 && !schema_says_something(text))
		return error_set(error, ERROR_INPUT_REJECTED, "it says nothing: there is no letter and no digit in it");
	if (length > most)
		return error_set(error, ERROR_INPUT_REJECTED, "%lld characters; at most %lld are wanted", (long long)length, (long long)most);
	return changed;
}

static int check_number(struct json_object **value, struct json_object *schema, bool whole, struct error_text *error)
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
	if (whole && number != (double)(int64_t)number)
		return error_set(error, ERROR_INPUT_REJECTED, "expected a whole number");
	struct json_object *least = member(schema, "minimum"), *most = member(schema, "maximum");
	if ((least && number < json_object_get_double(least)) || (most && number > json_object_get_double(most)))
		return error_set(error, ERROR_INPUT_REJECTED, "%g is outside of %g to %g", number, json_object_get_double(least), json_object_get_double(most));
	return changed;
}

static int check_value(struct json_object **value, struct json_object *schema, struct error_text *error)
{
	const char *type = schema_type(schema);

	if (strcmp(type, "object") == 0)
		return check_object(value, schema, false, error);
	if (strcmp(type, "array") == 0)
		return check_array(*value, schema, error);
	if (strcmp(type, "string") == 0)
		return check_string(value, schema, error);
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return check_number(value, schema, strcmp(type, "integer") == 0, error);
	if (strcmp(type, "boolean") == 0 && !json_object_is_type(*value, json_type_boolean))
		return error_set(error, ERROR_INPUT_REJECTED, "expected true or false");
	return 0;
}

int schema_check(struct json_object **value, struct json_object *schema, bool cut, struct error_text *error)
{
	bool is_object = strcmp(schema_type(schema), "object") == 0;
	int status = is_object ? check_object(value, schema, cut, error) : check_value(value, schema, error);
	if (status < 0 && error && error->message[0] == '.') /* ".pairs[2]…" */
		memmove(error->message, error->message + 1, strlen(error->message));
	return status;
}

/* --- forms -------------------------------------------------------------------------------------------------------------- */

static void write_word(struct json_object *word, struct buffer *out)
{
	buffer_append_string(out, json_object_to_json_string_ext(word, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void write_form_object(struct json_object *schema, struct buffer *out)
{
	struct json_object *required = member(schema, "required");
	bool first = true;

	buffer_append_byte(out, '{');
	json_object_object_foreach(member(schema, "properties"), key, property) {
		if (required && !is_required(required, key) && !member(property, "enum"))
			continue;
		buffer_append_format(out, "%s\"%s\": ", first ? "" : ", ", key);
		schema_write_form(property, out);
		first = false;
	}
	buffer_append_byte(out, '}');
}

void schema_write_form(struct json_object *schema, struct buffer *out)
{
	const char *type = schema_type(schema);
	struct json_object *words = member(schema, "enum");

	if (strcmp(type, "array") == 0 && member(schema, "items")) {
		buffer_append_byte(out, '[');
		schema_write_form(member(schema, "items"), out);
		buffer_append_byte(out, ']');
	} else if (strcmp(type, "string") == 0 && words && json_object_array_length(words) > 0) {
		write_word(json_object_array_get_idx(words, 0), out);
	} else if (strcmp(type, "string") == 0) {
		buffer_append_format(out, "\"%c\"", SCHEMA_HOLE_TEXT);
	} else if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) {
		buffer_append_byte(out, SCHEMA_HOLE_NUMBER);
	} else if (strcmp(type, "boolean") == 0) {
		buffer_append_string(out, "false");
	} else if (member(schema, "properties")) {
		write_form_object(schema, out);
	} else {
		buffer_append_string(out, strcmp(type, "array") == 0 ? "[]" : "{}");
	}
}

/* --- bounds ------------------------------------------------------------------------------------------------------------- */

static void bound(struct json_object *schema, uint64_t chars_max)
{
	const char *type = schema_type(schema);
	struct json_object *properties = member(schema, "properties");

	if (strcmp(type, "string") == 0 && !member(schema, "enum"))
		json_object_object_add(schema, "maxLength", json_object_new_int64((int64_t)chars_max));
	if (strcmp(type, "array") == 0) {
		int64_t least = limit(schema, "minItems", 0);
		json_object_object_add(schema, "maxItems", json_object_new_int64(least > 1 ? least : 1));
		if (member(schema, "items"))
			bound(member(schema, "items"), chars_max);
	}
	if (!properties)
		return;
	json_object_object_foreach(properties, key, property) {
		(void)key;
		bound(property, chars_max);
	}
}

void schema_write_bounded(struct json_object *schema, uint64_t chars_max, struct buffer *out)
{
	struct json_object *copy = NULL;

	if (json_object_deep_copy(schema, &copy, NULL) == 0) {
		bound(copy, chars_max);
		buffer_append_string(out, json_object_to_json_string_ext(copy, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	}
	json_object_put(copy);
}
