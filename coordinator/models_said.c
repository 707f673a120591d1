/* models_said.c: what workers say of their models, and what people are told of them. See models.h. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/url.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES_MAX = 16 << 10, REPORT_DEPTH_MAX = 8 };

static const char *const state_names[MESSAGE_MODEL_STATE_COUNT] = {
	[MESSAGE_MODEL_STARTING] = "starting", [MESSAGE_MODEL_UP] = "up", [MESSAGE_MODEL_TRYING] = "trying", [MESSAGE_MODEL_DOWN] = "down",
	[MESSAGE_MODEL_UNUSABLE] = "unusable",
};

/* An unnamed model is called as its server calls it, once that is known. */
static const char *name_of(const struct model_group *group)
{
	return group->settings->name[0] || group->settings->model[0] || !group->model[0] ? model_name(group->settings) : group->model;
}

static double seconds_since(uint64_t since_ns)
{
	return (double)(clock_monotonic_ns() - since_ns) / 1e9;
}

/* --- what workers say ------------------------------------------------------------------------------------------------ */

static uint64_t number_in(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	int64_t number = json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
	return number > 0 ? (uint64_t)number : 0;
}

/* Nothing is copied for a member that is not there, or empty. */
static void copy_string(struct json_object *object, const char *key, char *text, size_t bytes)
{
	struct json_object *value = NULL;

	if (json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_string) && json_object_get_string_len(value))
		snprintf(text, bytes, "%s", json_object_get_string(value));
}

static void read_trouble(struct model_group *group, struct json_object *object)
{
	group->message[0] = '\0';
	copy_string(object, "message", group->message, sizeof(group->message));
	copy_string(object, "refusal", group->trouble, sizeof(group->trouble));
	copy_string(object, "message", group->trouble, sizeof(group->trouble));
}

/* Of the server for embeddings, which the workers of those that write ask. */
static void read_embeddings(struct worker *worker, struct json_object *object)
{
	struct json_object *embeddings = NULL;
	struct models *models = &worker->run->models;

	if (!json_object_object_get_ex(object, "embeddings", &embeddings))
		return;
	uint64_t state = number_in(embeddings, "state");
	worker->embeddings_state = state < MESSAGE_MODEL_STATE_COUNT ? (enum message_model_state)state : MESSAGE_MODEL_STARTING;
	for (uint32_t i = 0; i < models->count; i++)
		if (models->groups[i].use == MODEL_EMBEDDINGS) {
			read_trouble(&models->groups[i], embeddings);
			copy_string(embeddings, "model", models->groups[i].model, sizeof(models->groups[i].model));
		}
}

/* What is less than one might expect of a server, and why: each once. */
static void say_notes(struct model_group *group, struct json_object *object)
{
	struct json_object *notes = NULL;

	if (!json_object_object_get_ex(object, "notes", &notes) || !json_object_is_type(notes, json_type_array))
		return;
	for (; group->notes_said < json_object_array_length(notes); group->notes_said++)
		log_info("model %s: %.400s", name_of(group), json_object_get_string(json_object_array_get_idx(notes, group->notes_said)));
}

static void read_report(struct worker *worker, struct json_object *object)
{
	struct model_group *group = &worker->run->models.groups[worker->model];
	struct json_object *one_at_a_time, *probed_anew;

	group->slots = (uint32_t)number_in(object, "slots");
	group->under_way = (uint32_t)number_in(object, "under_way");
	worker->model_sums = (struct model_sums){
		.accepted = number_in(object, "pairs_accepted"), .refused = number_in(object, "pairs_refused"), .calls = number_in(object, "calls"),
		.prompt_tokens = number_in(object, "prompt_tokens"), .completion_tokens = number_in(object, "completion_tokens") };
	models_add_up(worker->run, worker->model);
	copy_string(object, "server", group->server, sizeof(group->server));
	if (json_object_object_get_ex(object, "one_at_a_time", &one_at_a_time))
		group->one_at_a_time = json_object_get_boolean(one_at_a_time);
	worker->probes_anew = json_object_object_get_ex(object, "probed_anew", &probed_anew) && json_object_get_boolean(probed_anew);
	copy_string(object, "model", group->model, sizeof(group->model));
	read_trouble(group, object);
	say_notes(group, object);
	read_embeddings(worker, object);
}

bool models_read_report(struct worker *worker, struct text body)
{
	struct model_group *group = &worker->run->models.groups[worker->model];
	struct json_tokener *tokener = json_tokener_new_ex(REPORT_DEPTH_MAX);
	struct json_object *object = tokener ? json_tokener_parse_ex(tokener, body.data, (int)body.bytes) : NULL;
	char *copy = object && json_object_is_type(object, json_type_object) ? strdup(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN)) : NULL;

	if (tokener)
		json_tokener_free(tokener);
	if (copy) {
		free(group->report);
		group->report = copy;
		read_report(worker, object);
	}
	json_object_put(object);
	return copy != NULL;
}

/* --- what becomes of documents --------------------------------------------------------------------------------------- */

static bool has_others(const struct run *run, const struct model_group *group)
{
	for (uint32_t i = 0; i < run->models.count; i++)
		if (&run->models.groups[i] != group && run->models.groups[i].use == group->use)
			return true;
	return false;
}

/* "; its documents wait 120 s for it, then …": what happens without the model. */
static void append_instead(const struct run *run, const struct model_group *group, struct buffer *out)
{
	unsigned long long seconds = run->settings->generate.fallback_after_s;
	bool others = has_others(run, group), waits = models_may_come_back(group);

	if (group->use == MODEL_EMBEDDINGS && group->state == MESSAGE_MODEL_STARTING) {
		buffer_append_format(out, "; pairs wait %llu s for it, then they are measured by the words they share (generate.fallback_after_s)", seconds);
	} else if (group->use == MODEL_EMBEDDINGS) {
		buffer_append_string(out, "; pairs are measured by the words they share, the built-in lexical measure; the same command later measures them again");
	} else if (group->use == MODEL_JUDGE) {
		buffer_append_string(out, others ? "; pairs go to the other judge, or" : "; pairs");
		if (waits)
			buffer_append_format(out, " wait %llu s for %s, then they go into the dataset without its marks (generate.fallback_after_s)", seconds,
					     others ? "one" : "it");
		else
			buffer_append_string(out, " go into the dataset without its marks; the same command later has them judged");
	} else if (waits) {
		buffer_append_format(out, "; its documents %swait %llu s for %s, then the built-in generator writes them (generate.fallback_after_s)",
				     others ? "go to other models, or " : "", seconds, others ? "one" : "it");
	} else {
		buffer_append_string(out, others ? "; its documents go to other models, and to the built-in generator when there is none"
						 : "; the built-in generator writes its documents, and the same command later does them again");
	}
}

void models_say_state(const struct run *run, const struct model_group *group)
{
	struct buffer said;

	buffer_init(&said, SHOWN_BYTES_MAX);
	buffer_append_format(&said, "model %s", name_of(group));
	bool named_by_address = strcmp(name_of(group), model_address(group->settings)) == 0; /* until the server says what it has */
	if ((group->state == MESSAGE_MODEL_UP || group->state == MESSAGE_MODEL_STARTING) && !named_by_address) {
		buffer_append_string(&said, " at ");
		url_append_shown(&said, text_from(group->settings->base_url));
	}
	if (group->state == MESSAGE_MODEL_UP)
		log_info("%s is up", buffer_string(&said));
	else if (group->state == MESSAGE_MODEL_STARTING)
		buffer_append_format(&said, " has not answered for %.0f s what it is asked first (is it loading the model?)", seconds_since(group->since_ns));
	else if (group->state == MESSAGE_MODEL_UNUSABLE)
		buffer_append_format(&said, " cannot be used: %s", group->message[0] ? group->message : "its worker does not run");
	else if (group->state == MESSAGE_MODEL_DOWN)
		buffer_append_format(&said, " is down%s%s", group->message[0] ? ": " : "", group->message);
	if (group->state != MESSAGE_MODEL_UP && group->state != MESSAGE_MODEL_TRYING) {
		append_instead(run, group, &said);
		log_warning("%s", buffer_string(&said));
	}
	buffer_done(&said);
}

/* --- for people ------------------------------------------------------------------------------------------------------ */

void models_format_progress(const struct run *run, char *ret_text, size_t bytes)
{
	size_t used = 0;

	ret_text[0] = '\0';
	for (uint32_t i = 0; i < run->models.count && used < bytes; i++) {
		const struct model_group *group = &run->models.groups[i];
		int more;
		if (group->use == MODEL_EMBEDDINGS && group->state == MESSAGE_MODEL_UP)
			continue;
		if (group->state == MESSAGE_MODEL_UP)
			more = snprintf(ret_text + used, bytes - used, "  %.24s %u/%u, %zu wait", name_of(group), group->under_way, group->slots, group->queue.count);
		else if (group->late)
			more = snprintf(ret_text + used, bytes - used, "  %.24s waits for an answer since %.0f s", name_of(group), seconds_since(group->since_ns));
		else
			more = snprintf(ret_text + used, bytes - used, "  %.24s %s", name_of(group), state_names[group->state]);
		used += more > 0 ? (size_t)more : 0;
	}
}

static void write_group(const struct run *run, uint32_t index, struct json_writer *json)
{
	const struct model_group *group = &run->models.groups[index];
	uint64_t held = 0;
	struct buffer shown;

	buffer_init(&shown, SHOWN_BYTES_MAX);
	url_append_shown(&shown, text_from(group->settings->base_url));
	for (uint32_t i = 0; i < run->worker_count; i++)
		held += run->workers[i].model == (int)index ? run->workers[i].held.count : 0;
	json_object_open(json);
	json_member_string(json, "name", name_of(group));
	json_member_string(json, "use", group->settings->use);
	json_member_string(json, "tier", group->settings->tier);
	json_member_text(json, "base_url", buffer_view(&shown));
	buffer_done(&shown);
	json_member_string(json, "state", state_names[group->state]);
	json_member_fixed(json, "since_s", seconds_since(group->since_ns), 1);
	json_member_unsigned(json, "documents_queued", group->queue.count);
	json_member_unsigned(json, "documents_at_work", held);
	json_member_unsigned(json, "documents_done", group->documents);
	json_member_fixed(json, "seconds_per_document", models_document_s(run, index), 3);
	json_member_unsigned(json, "documents_unusable", group->handed_on[DESCRIPTOR_NEXT_UNUSABLE]);
	json_member_unsigned(json, "documents_refused", group->handed_on[DESCRIPTOR_NEXT_REFUSED]);
	json_member_unsigned(json, "documents_moved", group->handed_on[DESCRIPTOR_NEXT_DOWN]);
	json_member_unsigned(json, "documents_taken_over", group->taken_over);
	json_member_unsigned(json, "documents_given_back", group->handed_on[DESCRIPTOR_NEXT_MOVED]);
	json_key(json, "worker");
	json_raw(json, group->report ? text_from(group->report) : TEXT_LITERAL("{}"));
	json_object_close(json);
}

void models_format_trouble(const struct run *run, enum model_use use, char *ret_text, size_t bytes)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (uint32_t i = 0; i < run->models.count && length < bytes; i++) {
		const struct model_group *group = &run->models.groups[i];
		if (group->use == use && group->trouble[0])
			length += (size_t)snprintf(ret_text + length, bytes - length, "%s%s: %s", length ? "; " : "", name_of(group), group->trouble);
		else if (group->use == use && group->late)
			length += (size_t)snprintf(ret_text + length, bytes - length, "%s%s: no answer", length ? "; " : "", name_of(group));
	}
}

void models_write_json(const struct run *run, struct json_writer *json)
{
	const struct models *models = &run->models;

	json_key(json, "models");
	json_array_open(json);
	for (uint32_t i = 0; i < models->count; i++)
		write_group(run, i, json);
	json_array_close(json);
	json_member_unsigned(json, "model_switches", models->switches);
	json_member_unsigned(json, "documents_waiting_for_a_server", models->waiting.count);
	json_member_unsigned(json, "documents_fell_back", models->fell_back);
	json_member_unsigned(json, "documents_unusable", models->unusable);
	json_member_unsigned(json, "documents_incomplete", models->incomplete);
	json_member_unsigned(json, "documents_unjudged", models->unjudged);
	json_member_unsigned(json, "documents_unmeasured", models->unmeasured);
}
