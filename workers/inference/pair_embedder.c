/* pair_embedder.c: see pair_embedder.h. */
#include "workers/inference/pair_embedder.h"

#include "base/clock.h"
#include "proto/message.h"
#include "workers/inference/model_probing.h"
#include "workers/inference/pair_record.h"
#include "workers/model/embed.h"
#include "workers/model/vector.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ROUND_PAIRS_MAX = 256, REASON_BYTES = 240 };
#define TELLS_APART_MIN 0.05 /* least difference of the mean cosines: below, the model says nothing about such texts */
#define GOOD_SHARE 0.9       /* of the way from strangers to those that belong together is as good as it gets */

enum part { QUESTION, ANSWER, PASSAGE, PARTS };
enum relation { QUESTION_ANSWER, ANSWER_PASSAGE, QUESTION_PASSAGE, RELATIONS };
static const enum part relation_parts[RELATIONS][2] = { { QUESTION, ANSWER }, { ANSWER, PASSAGE }, { QUESTION, PASSAGE } };

/* Each belongs to itself and is a stranger to the others. Other texts here: another SCALE_VERSION in pair_record.c. */
enum { SAMPLES = 4, SAMPLE_TEXTS = (int)SAMPLES * (int)PARTS };
static const char *const samples[SAMPLES][PARTS] = {
	{ "What does the handover hysteresis parameter control?",
	  "The handover hysteresis parameter sets how much stronger the signal of a neighbour cell must be before the handover is started. A high value "
	  "avoids that devices go to and fro between two cells.",
	  "A handover is started when the signal of a neighbour cell is stronger than that of the serving cell by more than the handover hysteresis. The "
	  "parameter is set for each cell. With a high value devices stay longer in the serving cell, and do not go to and fro between two cells; with a "
	  "low value they leave early. Change it in small steps and watch the success rate of handovers." },
	{ "How is the licence of a feature activated?",
	  "To activate the licence of a feature, first install the licence key file on the node, then set the state of the feature to activated and check "
	  "that no alarm about a missing key is raised.",
	  "Features are controlled by licences. Before activation the licence key file must be installed on the node. To activate the feature, set its "
	  "state to activated. The node raises an alarm when the key is missing or has expired, and the feature stops after the grace period. To "
	  "deactivate it, set the state to deactivated; the key file may stay where it is." },
	{ "Which counter shows how many sessions were dropped because of congestion?",
	  "The number of sessions that were dropped because of congestion is shown by the drop counter of the queue. It is stepped once for each session "
	  "and is read at the end of every measurement period.",
	  "Performance is followed with counters. The drop counter of a queue is stepped once for each session that was dropped because of congestion, "
	  "the retry counter for each packet that was sent again. Counters are read at the end of every measurement period of fifteen minutes and then "
	  "start from zero. A share of dropped sessions above one percent calls for more bandwidth." },
	{ "Why does the database refuse new connections after a backup?",
	  "After a backup the database refuses new connections for as long as the recovery of its log files lasts. Increase the memory for recovery if "
	  "this takes longer than a minute.",
	  "A backup is written while the database is stopped. When it is started again it recovers its log files first, and refuses new connections until "
	  "the recovery has ended. How long this lasts depends on the size of the log files and on the memory for recovery, which can be increased in the "
	  "configuration file. Do not interrupt the recovery, or the backup has to be restored." },
};

struct measuring { /* of one document */
	struct measuring *next, *previous;
	struct pair_embedder *embedder;
	struct pair_scores *scores;
	uint64_t id, embed_handle;
	bool asked;      /* the server, about the pairs below */
	size_t at;       /* in the table: what is before it is known */
	size_t pairs[ROUND_PAIRS_MAX], pair_count;
	pair_embedder_done *done;
	void *owner;
};

struct pair_embedder {
	const struct settings *settings;
	const struct model_settings *model;
	struct record *record;
	struct model_probing *probing;
	struct probe_result probe;
	bool probed, late; /* late: nothing waits for its first answer any more */
	uint64_t late_ns;
	struct embed *embed; /* NULL: the server cannot be used (yet) */
	int epoll;
	struct measuring *first;
	uint64_t next_id;
	uint64_t measured, recorded, lexical; /* pairs */
	char reason[REASON_BYTES];            /* why the last document got no scores from here; empty: it did */
	int status; /* sticky */
	struct error_text error;
};

static void note_error(struct pair_embedder *embedder, int status)
{
	if (status < 0 && embedder->status == 0)
		embedder->status = status;
}

/* --- from angles to scores ----------------------------------------------------------------------------------------------------- */

struct scale { double strangers[RELATIONS], together[RELATIONS]; };

static double cosine(const struct embed_result *result, size_t one, size_t other)
{
	return vector_cosine(&result->vectors[one * result->dimensions], &result->vectors[other * result->dimensions], result->dimensions);
}

/* False: the model does not tell texts that belong together from others. */
static bool make_scale(const struct embed_result *result, struct scale *scale)
{
	for (size_t relation = 0; relation < RELATIONS; relation++) {
		double same = 0, others = 0;
		for (size_t i = 0; i < SAMPLES; i++)
			for (size_t k = 0; k < SAMPLES; k++)
				*(i == k ? &same : &others) += cosine(result, i * PARTS + relation_parts[relation][0], k * PARTS + relation_parts[relation][1]);
		scale->together[relation] = same / SAMPLES;
		scale->strangers[relation] = others / (SAMPLES * (SAMPLES - 1));
		if (scale->together[relation] - scale->strangers[relation] < TELLS_APART_MIN)
			return false;
	}
	return true;
}

static double score_of(const struct embed_result *result, const struct scale *scale, size_t pair, enum relation relation)
{
	size_t first = SAMPLE_TEXTS + pair * PARTS;
	double angle = cosine(result, first + relation_parts[relation][0], first + relation_parts[relation][1]);
	double share = (angle - scale->strangers[relation]) / (GOOD_SHARE * (scale->together[relation] - scale->strangers[relation]));
	return fmin(fmax(share, 0), 1);
}

/* --- asking ---------------------------------------------------------------------------------------------------------------------- */

static void unlink_measuring(struct measuring *measuring)
{
	*(measuring->previous ? &measuring->previous->next : &measuring->embedder->first) = measuring->next;
	if (measuring->next)
		measuring->next->previous = measuring->previous;
}

static void end_measuring(struct measuring *measuring)
{
	unlink_measuring(measuring);
	measuring->done(measuring->owner);
	free(measuring);
}

/* All pairs of the document are measured by words: two measures in one document cannot be compared. */
static void give_up(struct pair_embedder *embedder, struct pair_scores *scores, const char *reason, bool asked)
{
	if (strcmp(embedder->reason, reason) != 0) {
		snprintf(embedder->reason, sizeof(embedder->reason), "%s", reason);
		fprintf(stderr, "worker-inference: %s: pairs are scored by the words they share: %s\n", model_name(embedder->model), embedder->reason);
	}
	for (size_t i = 0; i < pair_scores_count(scores) && embedder->status == 0; i++) {
		struct pair_score *pair = pair_scores_at(scores, i);
		if (!pair->known)
			note_error(embedder, pair_record_miss(embedder->record, embedder->model, pair, embedder->reason, asked, &embedder->error));
		pair->known = false;
	}
	embedder->lexical += pair_scores_count(scores);
}

static void take_vectors(void *owner, const struct embed_result *result);

/* The next pairs that are not known. False: there are none. */
static bool ask(struct measuring *measuring)
{
	struct pair_embedder *embedder = measuring->embedder;
	struct text texts[SAMPLE_TEXTS + (int)ROUND_PAIRS_MAX * (int)PARTS];
	size_t count = 0;

	measuring->pair_count = 0;
	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t part = 0; part < PARTS; part++)
			texts[count++] = text_from(samples[i][part]);
	for (; measuring->at < pair_scores_count(measuring->scores) && measuring->pair_count < ROUND_PAIRS_MAX; measuring->at++) {
		const struct pair_score *pair = pair_scores_at(measuring->scores, measuring->at);
		if (pair->known)
			continue;
		measuring->pairs[measuring->pair_count++] = measuring->at;
		texts[count++] = pair->question;
		texts[count++] = pair->answer;
		texts[count++] = pair->passage;
	}
	if (measuring->pair_count == 0)
		return false;
	note_error(embedder, embed_add(embedder->embed, texts, count, take_vectors, measuring, &measuring->embed_handle));
	measuring->asked = embedder->status == 0;
	return true;
}

static void take_vectors(void *owner, const struct embed_result *result)
{
	struct measuring *measuring = owner;
	struct pair_embedder *embedder = measuring->embedder;
	struct scale scale;

	measuring->asked = false;
	if (result->outcome == EMBED_CANCELLED)
		return;
	if (result->outcome != EMBED_DONE || !make_scale(result, &scale)) {
		give_up(embedder, measuring->scores,
			result->outcome == EMBED_DONE ? "the model does not tell texts that belong together from others; is it one for embeddings?" : result->reason,
			result->outcome != EMBED_DOWN);
		end_measuring(measuring);
		return;
	}
	const int64_t pairs = (int64_t)size_max(measuring->pair_count, 1), rest = result->tokens < 0 ? 0 : result->tokens % pairs;
	for (size_t i = 0; i < measuring->pair_count && embedder->status == 0; i++) {
		const struct pair_cost cost = { result->tokens < 0 ? -1 : result->tokens / pairs + ((int64_t)i < rest),
						(int64_t)(result->duration_ns / 1000000) / pairs };
		double relevance = sqrt(score_of(result, &scale, i, ANSWER_PASSAGE) * score_of(result, &scale, i, QUESTION_PASSAGE));
		note_error(embedder, pair_record_keep(embedder->record, embedder->model, pair_scores_at(measuring->scores, measuring->pairs[i]),
						      score_of(result, &scale, i, QUESTION_ANSWER), relevance, &cost, &embedder->error));
		embedder->measured++;
	}
	if (ask(measuring))
		return;
	embedder->reason[0] = '\0';
	end_measuring(measuring);
}

/* False: nothing to wait for. */
static bool begin(struct measuring *measuring)
{
	struct pair_embedder *embedder = measuring->embedder;

	if (embedder->embed)
		return ask(measuring);
	give_up(embedder, measuring->scores, !embedder->probed ? "the server has not answered yet" :
		embedder->probe.message[0] ? embedder->probe.message : "the server is away", false);
	return false;
}

int pair_embedder_measure(struct pair_embedder *embedder, struct pair_scores *scores, pair_embedder_done *done, void *owner, uint64_t *ret_handle,
			  struct error_text *error)
{
	int known = pair_record_load(embedder->record, embedder->model, scores, error);

	if (known < 0)
		return known;
	if (known == 1) {
		embedder->recorded += pair_scores_count(scores);
		return 0;
	}
	struct measuring *measuring = calloc(1, sizeof(*measuring));
	if (!measuring)
		return error_set(error, -ENOMEM, "out of memory");
	*measuring = (struct measuring){ .embedder = embedder, .scores = scores, .id = ++embedder->next_id, .done = done, .owner = owner };
	if ((embedder->probed || embedder->late) && !begin(measuring)) {
		free(measuring);
		return 0;
	}
	measuring->next = embedder->first;
	if (embedder->first)
		embedder->first->previous = measuring;
	embedder->first = measuring;
	*ret_handle = measuring->id;
	return 1;
}

void pair_embedder_cancel(struct pair_embedder *embedder, uint64_t handle)
{
	for (struct measuring *measuring = embedder->first; measuring; measuring = measuring->next)
		if (measuring->id == handle) {
			if (measuring->asked)
				embed_cancel(embedder->embed, measuring->embed_handle);
			unlink_measuring(measuring);
			free(measuring);
			return;
		}
}

/* --- the server -------------------------------------------------------------------------------------------------------------------- */

static const char *key_for(const struct model_settings *model) { return model->api_key_env[0] ? getenv(model->api_key_env) : NULL; }

static int open_server(struct pair_embedder *embedder, struct error_text *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 1 };
	int status = embed_create(&embedder->embed, embedder->model, &embedder->probe, key_for(embedder->model), embedder->settings->run.seed, error);

	if (status == 0 && epoll_ctl(embedder->epoll, EPOLL_CTL_ADD, embed_descriptor(embedder->embed), &event) < 0)
		status = error_set(error, -errno, "cannot wait for a server: %s", strerror(errno));
	return status;
}

/* Documents that came before it was known whether the server can be used. */
static void begin_waiting(struct pair_embedder *embedder)
{
	for (struct measuring *measuring = embedder->first, *next; measuring; measuring = next) {
		next = measuring->next;
		if (!measuring->asked && !begin(measuring))
			end_measuring(measuring);
	}
}

static int step_probing(struct pair_embedder *embedder, uint64_t now_ns, struct error_text *error)
{
	int status = embedder->embed ? 0 : model_probing_step(embedder->probing, now_ns, &embedder->probe);

	if (status < 0)
		return error_set(error, status, "cannot probe: %s", error_describe(status));
	if (status == 0 && !embedder->probed && !embedder->late && now_ns >= embedder->late_ns) {
		embedder->late = true;
		begin_waiting(embedder);
	}
	if (status == 0)
		return 0;
	embedder->probed = true;
	status = embedder->probe.embeddings ? open_server(embedder, error) : 0;
	if (status == 0)
		begin_waiting(embedder);
	return status;
}

int pair_embedder_step(struct pair_embedder *embedder, uint64_t now_ns, struct error_text *error)
{
	int status = step_probing(embedder, now_ns, error);

	if (status == 0 && embedder->embed)
		status = embed_step(embedder->embed, now_ns);
	if (status == 0 && embedder->status < 0)
		status = error_set(error, embedder->status, "%s", embedder->error.message[0] ? embedder->error.message : error_describe(embedder->status));
	return status;
}

int pair_embedder_descriptor(const struct pair_embedder *embedder) { return embedder->epoll; }

uint64_t pair_embedder_next_ns(const struct pair_embedder *embedder)
{
	if (embedder->embed)
		return embed_next_ns(embedder->embed);
	return embedder->probed || embedder->late ? model_probing_next_ns(embedder->probing) : embedder->late_ns;
}

static enum message_model_state state_of(const struct pair_embedder *embedder)
{
	if (!embedder->embed)
		return !embedder->probed ? MESSAGE_MODEL_STARTING : embedder->probe.reachable ? MESSAGE_MODEL_UNUSABLE : MESSAGE_MODEL_DOWN;
	return embed_endpoint(embedder->embed)->breaker == ENDPOINT_OPEN ? MESSAGE_MODEL_DOWN : MESSAGE_MODEL_UP;
}

void pair_embedder_report(const struct pair_embedder *embedder, struct json_writer *json)
{
	json_member_string(json, "name", model_name(embedder->model));
	json_member_string(json, "model", embedder->probe.model);
	json_member_unsigned(json, "state", state_of(embedder));
	json_member_unsigned(json, "answers", embedder->embed ? embed_endpoint(embedder->embed)->answers : 0);
	json_member_unsigned(json, "pairs_measured", embedder->measured);
	json_member_unsigned(json, "pairs_from_record", embedder->recorded);
	json_member_unsigned(json, "pairs_lexical", embedder->lexical);
	json_member_string(json, "message", embedder->reason[0] || embedder->embed ? embedder->reason : embedder->probe.message);
}

int pair_embedder_create(const struct settings *settings, uint32_t model_index, struct record *record, struct pair_embedder **ret_embedder,
			 struct error_text *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = 0 };
	struct pair_embedder *embedder = calloc(1, sizeof(*embedder));

	if (!embedder)
		return error_set(error, -ENOMEM, "out of memory");
	*embedder = (struct pair_embedder){ .settings = settings, .model = &settings->models[model_index], .record = record };
	embedder->late_ns = clock_monotonic_ns() + settings->generate.fallback_after_s * 1000000000ull;
	embedder->epoll = epoll_create1(EPOLL_CLOEXEC);
	int status = embedder->epoll < 0 ? error_set(error, -errno, "cannot make an epoll descriptor: %s", strerror(errno)) : 0;
	if (status == 0)
		status = model_probing_create(settings, model_index, key_for(embedder->model), &embedder->probing, error);
	if (status == 0 && epoll_ctl(embedder->epoll, EPOLL_CTL_ADD, model_probing_descriptor(embedder->probing), &event) < 0)
		status = error_set(error, -errno, "cannot wait for a probe: %s", strerror(errno));
	if (status < 0) {
		pair_embedder_destroy(embedder);
		return status;
	}
	*ret_embedder = embedder;
	return 0;
}

void pair_embedder_destroy(struct pair_embedder *embedder)
{
	if (!embedder)
		return;
	embed_destroy(embedder->embed);
	for (struct measuring *measuring = embedder->first, *next; measuring; measuring = next) {
		next = measuring->next;
		free(measuring);
	}
	model_probing_destroy(embedder->probing);
	if (embedder->epoll >= 0)
		close(embedder->epoll);
	free(embedder);
}
