/* repair.c: see repair.h. */
#include "workers/model/repair.h"

#include "workers/model/json_parse.h"
#include "workers/model/lenient.h"
#include "workers/model/schema.h"

#include <json-c/json.h>
#include <stdlib.h>

enum { CANDIDATES_MAX = 16 };

const char *repair_rung_name(enum repair_rung rung)
{
	static const char *const names[REPAIR_RUNG_COUNT] = { [REPAIR_NONE] = "as it came", [REPAIR_MENDED] = "mended", [REPAIR_FOUND] = "found inside",
								[REPAIR_GUIDED] = "value by value" };
	CHECK(rung < REPAIR_RUNG_COUNT);
	return names[rung];
}

static struct json_object *parse_strictly(struct text text)
{
	struct json_object *value = json_parse(text, REPAIR_DEPTH_MAX - 1);
	struct json_tokener *tokener = value ? NULL : json_tokener_new_ex(REPAIR_DEPTH_MAX);

	if (!tokener)
		return value;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (text.bytes <= INT32_MAX)
		value = json_tokener_parse_ex(tokener, text.data, (int)text.bytes);
	json_tokener_free(tokener);
	return value;
}

/* "{\"a\": 1}": JSON written as a string of JSON. */
static struct json_object *parse_quoted(struct text text)
{
	struct json_object *value = NULL, *outer = parse_strictly(text);

	if (outer && json_object_is_type(outer, json_type_string))
		value = parse_strictly(text_trim(text_from(json_object_get_string(outer))));
	json_object_put(outer);
	return value;
}

/* Keeps the first complaint: the candidate that comes first is most likely the one that was meant. */
static bool accept(struct json_object *value, bool cut, const struct schema *schema, struct json_object **ret_value, int *ret_changed,
		   struct error_text *first)
{
	struct error_text wrong = { "" };

	if (!value)
		return false;
	int status = schema_check(&value, schema, cut, &wrong);
	if (status >= 0) {
		*ret_value = value;
		*ret_changed = status;
		return true;
	}
	json_object_put(value);
	if (!first->message[0])
		*first = wrong;
	return false;
}

/* "```json\n…\n```" → what is inside. False when it does not begin with a fence. */
static bool strip_fence(struct text text, struct text *ret_inside)
{
	struct text line;

	if (!text_starts_with(text, TEXT_LITERAL("```")))
		return false;
	(void)text_next_line(&text, &line);
	ptrdiff_t end = text_find(text, TEXT_LITERAL("\n```"));
	*ret_inside = text_trim(end < 0 ? text : text_slice(text, 0, (size_t)end));
	return true;
}

static bool begins_value(struct text text)
{
	return text.bytes && (text.data[0] == '{' || text.data[0] == '[');
}

static size_t next_bracket(struct text text, size_t from)
{
	while (from < text.bytes && text.data[from] != '{' && text.data[from] != '[')
		from++;
	return from;
}

/* Every place where JSON may begin, and behind what was read there the next one. */
static bool search(struct text text, const struct schema *schema, struct json_object **ret_value, struct error_text *first)
{
	size_t at = next_bracket(text, 0);
	int changed;

	for (int tried = 0; at < text.bytes && tried < CANDIDATES_MAX; tried++) {
		size_t taken = 0;
		bool cut = false;
		struct json_object *value = lenient_parse(text_slice(text, at, text.bytes), &taken, &cut);
		bool empty = value && (json_object_is_type(value, json_type_object) ? json_object_object_length(value) == 0 : json_object_array_length(value) == 0);
		if (empty) { /* "[1]" of prose and the like */
			json_object_put(value);
			value = NULL;
		}
		if (accept(value, cut, schema, ret_value, &changed, first))
			return true;
		at = next_bracket(text, at + (taken && !empty && at + taken < text.bytes ? taken : 1));
	}
	return false;
}

int repair_reply(struct text reply, const struct schema *schema, struct json_object **ret_value, enum repair_rung *ret_rung, struct error_text *error)
{
	struct text text = text_trim(reply), inside;
	struct error_text first = { "" };
	int changed = 0;
	size_t taken;
	bool cut = false;

	if (text.bytes == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "the reply is empty");
	if (accept(parse_strictly(text), false, schema, ret_value, &changed, &first)) {
		*ret_rung = changed ? REPAIR_MENDED : REPAIR_NONE;
		return 0;
	}
	if (strip_fence(text, &inside))
		text = inside;
	if (text.bytes && text.data[0] == '"' && accept(parse_quoted(text), false, schema, ret_value, &changed, &first)) {
		*ret_rung = REPAIR_FOUND;
		return 0;
	}
	*ret_rung = REPAIR_MENDED;
	struct json_object *value = begins_value(text) ? lenient_parse(text, &taken, &cut) : NULL;
	if (accept(value, cut, schema, ret_value, &changed, &first))
		return 0;
	*ret_rung = REPAIR_FOUND;
	if (search(text, schema, ret_value, &first))
		return 0;
	return error_set(error, ERROR_INPUT_REJECTED, "%s", first.message[0] ? first.message : "there is no JSON in the reply");
}

bool repair_is_loop(struct text reply, size_t times, size_t bytes_min)
{
	enum { PIECE_MAX = 400 };

	for (size_t piece = 1; piece <= PIECE_MAX; piece++) {
		size_t wanted = size_max(piece * times, bytes_min), same = 0;
		while (same < wanted && same + piece < reply.bytes && reply.data[reply.bytes - 1 - same] == reply.data[reply.bytes - 1 - same - piece])
			same++;
		if (same == wanted)
			return true;
	}
	return false;
}
