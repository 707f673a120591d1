/* probe_format.c: see probe_parts.h. What a server cannot do is believed when it says so twice, or when it fails at this alone while plain
 * questions are answered; anything else may pass, and would cost a whole run its schemas. */
#include "workers/model/probe_parts.h"

#include "workers/model/repair.h"
#include "workers/model/schema.h"

#include <stdio.h>

enum {
	NAMED_REFUSALS = 2,     /* of a refusal that names what it refuses */
	UNNAMED_REFUSALS = 4,   /* of one that does not */
	ANSWERS = 2,            /* that are not as they should be */
	LONG_ANSWER_TOKENS = 4 * PROBE_ANSWER_TOKENS,
};

const char probe_schema[] = "{\"type\":\"object\",\"properties\":{\"mark\":{\"type\":\"string\",\"enum\":[\"zr7\",\"kx4\"]},"
			    "\"count\":{\"type\":\"integer\"}},\"required\":[\"mark\",\"count\"],\"additionalProperties\":false}";

enum way { WAY_KEPT, WAY_IGNORED, WAY_REFUSED, WAY_UNANSWERED };

/* Is the reply of the form without any mending? */
static bool has_form(struct probe *probe, const char *form)
{
	struct schema *schema = schema_read(text_from(form));
	struct json_object *value = NULL;
	enum repair_rung rung = REPAIR_RUNG_COUNT;
	bool kept = schema && repair_reply(buffer_view(&probe->reply.content), schema, &value, &rung, NULL) == 0 && rung == REPAIR_NONE;

	json_object_put(value);
	schema_free(schema);
	return kept;
}

static bool is_refusal(const struct probe *probe)
{
	static const long statuses[] = { 400, 404, 415, 422, 501 };

	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (probe->outcome == HTTP_ANSWERED && probe->status == statuses[i])
			return true;
	return false;
}

static bool names_format(const struct probe *probe)
{
	static const char *const words[] = { "format", "schema", "json", "grammar", "structured", "guided" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_find_nocase(text_from(probe->message), text_from(words[i])) >= 0)
			return true;
	return false;
}

/* One question by one way, as often as it takes to believe the answer. `why` (200 bytes): of a refusal. */
static enum way ask_for(struct probe *probe, enum chat_format format, char *why)
{
	struct probe_chat chat = { .format = format, .copies = 1, .max_tokens = PROBE_ANSWER_TOKENS };
	int answers = 0, refusals = 0;
	long status = 0;

	for (;;) {
		if (probe_chat(probe, &chat)) {
			probe_read_thinking(probe);
			if (has_form(probe, format == CHAT_FORMAT_SCHEMA ? probe_schema : "{\"type\":\"object\"}"))
				return WAY_KEPT;
			if (++answers == ANSWERS)
				return WAY_IGNORED;
			chat.max_tokens = LONG_ANSWER_TOKENS; /* it may have thought for too long */
			continue;
		}
		snprintf(why, 200, "status %ld%s%.150s", probe->status, probe->message[0] ? ": " : "", probe->message);
		if (!is_refusal(probe))
			return WAY_UNANSWERED;
		refusals = probe->status == status ? refusals + 1 : 1;
		status = probe->status;
		if (refusals == (names_format(probe) ? NAMED_REFUSALS : UNNAMED_REFUSALS))
			return WAY_REFUSED;
	}
}

/* As ask_for, but a way at which alone the server fails is one that it refuses. */
static enum way try_way(struct probe *probe, enum chat_format format, char *why)
{
	enum way way = ask_for(probe, format, why);

	if (way == WAY_UNANSWERED && probe_chat_plain(probe))
		way = ask_for(probe, format, why);
	return way == WAY_UNANSWERED && probe_chat_plain(probe) ? WAY_REFUSED : way;
}

static void say_why(struct probe *probe, enum way way, const char *why)
{
	static const char *const ways[CHAT_FORMAT_COUNT] = {
		[CHAT_FORMAT_SCHEMA] = "one is given all the same (format: schema)", [CHAT_FORMAT_JSON] = "JSON mode is used instead",
		[CHAT_FORMAT_PROMPT] = "asking in words, and mending, is used instead",
	};
	const char *instead = ways[probe->result->format];

	if (way == WAY_REFUSED)
		probe_note(probe->result, "it refuses a JSON schema (%.70s); %s", why, instead);
	else
		probe_note(probe->result, "it takes a JSON schema and does not keep it; %s", instead);
}

bool probe_find_format(struct probe *probe)
{
	struct probe_result *result = probe->result;
	const char *wanted = probe->model->format;
	char why[200] = "";
	enum way schema = try_way(probe, CHAT_FORMAT_SCHEMA, why), json = WAY_KEPT;

	if (schema == WAY_UNANSWERED)
		return false;
	if (schema != WAY_KEPT) {
		char json_why[200];
		json = try_way(probe, CHAT_FORMAT_JSON, json_why);
		if (json == WAY_UNANSWERED)
			return false;
	}
	result->schema_ignored = schema == WAY_IGNORED;
	result->json_mode = schema != WAY_KEPT && json == WAY_KEPT;
	result->format = schema == WAY_KEPT ? CHAT_FORMAT_SCHEMA : result->json_mode ? CHAT_FORMAT_JSON : CHAT_FORMAT_PROMPT;
	if (strcmp(wanted, "auto") != 0)
		result->format = strcmp(wanted, "schema") == 0 ? CHAT_FORMAT_SCHEMA : strcmp(wanted, "json") == 0 ? CHAT_FORMAT_JSON : CHAT_FORMAT_PROMPT;
	if (schema != WAY_KEPT)
		say_why(probe, schema, why);
	return true;
}
