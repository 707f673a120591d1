/* embed.c: see embed.h. A job is what one caller asked for: its texts' pieces, each of which waits, is under way in a batch, or has its
 * vector. A batch is one request for some pieces of one job. */
#include "workers/model/embed.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "workers/model/call_private.h"
#include "workers/model/chat.h"
#include "workers/model/vector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum {
	BATCH_TEXTS_MAX = 32,
	BATCH_BYTES_MAX = 64 << 10,
	BODY_BYTES_MAX = 32 << 20,   /* of an answer: 32 vectors of 65,536 numbers need less */
	PIECE_BYTES_MIN = 256,
	PIECE_BYTES_MAX = 8 << 10,
	CONTEXT_TOKENS_UNKNOWN = 512, /* the smallest that is common */
	LOOK_BODY_BYTES_MAX = 1 << 20,
	SLOTS_UNKNOWN = 4,
};
#define BYTES_PER_TOKEN_LEAST 2 /* names and numbers; prose has four */
#define NONE UINT32_MAX
#define CONNECT_TIMEOUT_NS (10ull * 1000000000)
#define LOOK_TIMEOUT_NS (3ull * 1000000000)

enum piece_state { PIECE_WAITS, PIECE_UNDER_WAY, PIECE_DONE };

struct piece {
	XXH128_hash_t key;
	size_t start, bytes;  /* in the job's text */
	uint32_t text;        /* which of the job's it is of */
	uint32_t same;        /* the next piece with the same words, which gets its vector too, or NONE */
	bool repeats;         /* it is in another's list: never asked for itself */
	enum piece_state state;
};

struct job;
struct batch {
	struct batch *next, *previous; /* of its job */
	struct job *job;
	uint32_t pieces[BATCH_TEXTS_MAX];
	uint32_t count, attempts;
	bool under_way;
	uint64_t http_handle, again_ns;
};

struct job {
	struct job *next, *previous;
	struct embed *embed;
	uint64_t id, deadline_ns, started_ns;
	int64_t tokens;
	struct buffer text;
	struct piece *pieces;
	uint32_t piece_count, done_count, cursor; /* cursor: no piece before it waits */
	size_t text_count;
	float *vectors;
	struct batch *batches;
	embed_done *done;
	void *owner;
};

struct embed {
	const struct model_settings *model;
	const struct probe_result *probe;
	const char *api_key;
	struct http *http;
	struct endpoint endpoint;
	struct job *first, *last;
	uint64_t next_id;
	size_t dimensions, piece_bytes_max; /* dimensions 0: no vector came yet */
	uint32_t batch_max;
	struct vector_cache *cache; /* NULL: no vector came yet */
	bool looking;
	struct buffer body, url, look_url;
	int status; /* sticky: memory */
};

/* The first answer says how long vectors are here. */
static bool learn_dimensions(struct embed *embed, size_t dimensions)
{
	if (!embed->dimensions && vector_cache_create(&embed->cache, dimensions) == 0)
		embed->dimensions = dimensions;
	return embed->dimensions == dimensions;
}

/* --- jobs ----------------------------------------------------------------------------------------------------------------- */

static void batch_destroy(struct batch *batch)
{
	*(batch->previous ? &batch->previous->next : &batch->job->batches) = batch->next;
	if (batch->next)
		batch->next->previous = batch->previous;
	free(batch);
}

static void job_destroy(struct job *job)
{
	buffer_done(&job->text);
	free(job->pieces);
	free(job->vectors);
	free(job);
}

static void job_end(struct job *job, struct embed_result *result)
{
	struct embed *embed = job->embed;

	if (job == embed->first)
		embed->first = job->next;
	else
		job->previous->next = job->next;
	*(job->next ? &job->next->previous : &embed->last) = job->previous;
	for (struct batch *batch = job->batches, *next; batch; batch = next) {
		next = batch->next;
		if (batch->under_way) {
			batch->under_way = false; /* take_response passes over it */
			http_cancel(embed->http, batch->http_handle);
		}
		batch_destroy(batch);
	}
	if (!result->reason)
		result->reason = "";
	result->tokens = job->tokens;
	result->duration_ns = clock_monotonic_ns() - job->started_ns;
	job->done(job->owner, result);
	job_destroy(job);
}

static void job_end_with(struct job *job, enum embed_outcome outcome, const char *reason)
{
	struct embed_result result = { .outcome = outcome, .reason = reason };
	job_end(job, &result);
}

/* Those that are there now; their owners may add others. */
static void end_all(struct embed *embed, enum embed_outcome outcome, const char *reason)
{
	uint64_t last_id = embed->next_id;

	for (struct job *job = embed->first; job && job->id <= last_id; job = embed->first) {
		CHECK(job->embed == embed);
		job_end_with(job, outcome, reason);
	}
}

/* A piece has its vector, and so have those with the same words. False: the job is through, one way or the other. */
static bool piece_take(struct job *job, uint32_t index, const float *vector)
{
	struct embed *embed = job->embed;

	if (!job->vectors && !(job->vectors = calloc(job->text_count * embed->dimensions, sizeof(float)))) {
		embed->status = -ENOMEM;
		return true;
	}
	for (; index != NONE; index = job->pieces[index].same) {
		struct piece *piece = &job->pieces[index];
		float *sum = &job->vectors[piece->text * embed->dimensions];
		for (size_t i = 0; i < embed->dimensions; i++)
			sum[i] += vector[i] * (float)piece->bytes;
		piece->state = PIECE_DONE;
		job->done_count++;
	}
	if (job->done_count < job->piece_count)
		return true;
	for (size_t i = 0; i < job->text_count; i++)
		if (!vector_normalise(&job->vectors[i * embed->dimensions], embed->dimensions)) {
			job_end_with(job, EMBED_REFUSED, "the vectors of a text's pieces cancel each other out");
			return false;
		}
	struct embed_result result = { .outcome = EMBED_DONE, .vectors = job->vectors, .count = job->text_count, .dimensions = embed->dimensions };
	job_end(job, &result);
	return false;
}

/* --- answers --------------------------------------------------------------------------------------------------------------- */

/* Vectors of a whole answer, each of length 1, or a reason. */
static int read_vectors(struct embed *embed, struct batch *batch, struct text body, float **ret_vectors, struct error_text *wrong)
{
	float *vectors;
	size_t dimensions;
	int64_t tokens = -1;
	int status = chat_read_embeddings(body, batch->count, &vectors, &dimensions, &tokens, wrong);

	if (status < 0)
		return status;
	for (size_t i = 0; i < batch->count && status == 0; i++)
		if (!vector_normalise(&vectors[i * dimensions], dimensions))
			status = error_set(wrong, ERROR_INPUT_REJECTED, "a vector without a direction");
	if (status == 0 && !learn_dimensions(embed, dimensions))
		status = error_set(wrong, ERROR_INPUT_REJECTED, "vectors of %zu numbers; they had %zu before", dimensions, embed->dimensions);
	if (status < 0) {
		free(vectors);
		return status;
	}
	batch->job->tokens = tokens < 0 || batch->job->tokens < 0 ? -1 : batch->job->tokens + tokens;
	*ret_vectors = vectors;
	return 0;
}

static void take_vectors(struct batch *batch, const float *vectors)
{
	struct job *job = batch->job;
	struct embed *embed = job->embed;
	uint32_t pieces[BATCH_TEXTS_MAX], count = batch->count;

	memcpy(pieces, batch->pieces, sizeof(pieces));
	batch_destroy(batch);
	for (uint32_t i = 0; i < count; i++) {
		const float *vector = &vectors[i * embed->dimensions];
		vector_cache_keep(embed->cache, job->pieces[pieces[i]].key, vector);
		if (!piece_take(job, pieces[i], vector))
			return; /* only the last one can end it */
	}
}

/* Refused as a whole: perhaps it is too much at once. Then all batches from now on are half as large. */
static void take_refusal(struct batch *batch, const char *reason)
{
	struct job *job = batch->job;
	struct embed *embed = job->embed;

	if (batch->count == 1) { /* it was not that */
		embed->batch_max = BATCH_TEXTS_MAX;
		job_end_with(job, EMBED_REFUSED, reason);
		return;
	}
	if (batch->count / 2 < embed->batch_max)
		embed->batch_max = batch->count / 2;
	for (uint32_t i = 0; i < batch->count; i++)
		job->pieces[batch->pieces[i]].state = PIECE_WAITS;
	job->cursor = 0;
	batch_destroy(batch);
}

static void take_response(void *owner, const struct http_response *response)
{
	struct batch *batch = owner;
	struct embed *embed = batch->job->embed;
	struct http_response seen = *response;
	struct error_text wrong = { "" };
	char reason[CALL_REASON_BYTES];
	float *vectors = NULL;

	if (!batch->under_way) { /* cancelled */
		embed->endpoint.under_way--;
		return;
	}
	batch->under_way = false;
	if (seen.outcome == HTTP_ANSWERED && seen.status >= 200 && seen.status < 300 && read_vectors(embed, batch, seen.body, &vectors, &wrong) < 0)
		seen.outcome = HTTP_BROKEN;
	batch->attempts++;
	enum endpoint_verdict verdict = endpoint_answered(&embed->endpoint, &seen, batch->attempts, clock_monotonic_ns(), &batch->again_ns);
	call_describe_failure(&seen, wrong.message, reason);
	if (verdict == ENDPOINT_GOOD)
		take_vectors(batch, vectors);
	else if (verdict == ENDPOINT_DOWN)
		end_all(embed, EMBED_DOWN, reason);
	else if (verdict == ENDPOINT_HOPELESS)
		take_refusal(batch, reason);
	free(vectors);
}

/* --- sending ---------------------------------------------------------------------------------------------------------------- */

static uint64_t timeout_of(const struct embed *embed)
{
	return (uint64_t)((double)embed->model->request_timeout_s * 1e9 * embed->endpoint.time_scale);
}

static int send(struct batch *batch)
{
	struct job *job = batch->job;
	struct embed *embed = job->embed;
	struct text inputs[BATCH_TEXTS_MAX];

	for (uint32_t i = 0; i < batch->count; i++) {
		const struct piece *piece = &job->pieces[batch->pieces[i]];
		inputs[i] = (struct text){ job->text.data + piece->start, piece->bytes };
	}
	buffer_clear(&embed->body);
	chat_write_embeddings(embed->probe->model, inputs, batch->count, &embed->body);
	struct http_request request = {
		.url = buffer_string(&embed->url), .bearer = embed->api_key, .body = buffer_view(&embed->body), .connect_timeout_ns = CONNECT_TIMEOUT_NS,
		.timeout_ns = timeout_of(embed), .body_bytes_max = BODY_BYTES_MAX, .done = take_response, .owner = batch,
	};
	int status = embed->body.status ? embed->body.status : http_start(embed->http, &request, &batch->http_handle);
	batch->under_way = status == 0;
	if (status == 0)
		endpoint_started(&embed->endpoint);
	return status;
}

/* Pieces of the job for one request, of which there may be none. False: the job is through: all were remembered. */
static bool choose_pieces(struct job *job, uint32_t *pieces, uint32_t *ret_count)
{
	struct embed *embed = job->embed;
	size_t bytes = 0;

	*ret_count = 0;
	for (; job->cursor < job->piece_count && *ret_count < embed->batch_max && embed->status == 0; job->cursor++) {
		struct piece *piece = &job->pieces[job->cursor];
		if (piece->state != PIECE_WAITS || piece->repeats)
			continue;
		const float *known = embed->cache ? vector_cache_find(embed->cache, piece->key) : NULL;
		if (known && !piece_take(job, job->cursor, known))
			return false;
		if (known)
			continue;
		if (*ret_count && bytes + piece->bytes > BATCH_BYTES_MAX)
			break;
		bytes += piece->bytes;
		piece->state = PIECE_UNDER_WAY;
		pieces[(*ret_count)++] = job->cursor;
	}
	return true;
}

/* 1 when the job is through, else 0 or a negative code. */
static int send_next(struct embed *embed, struct job *job)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return -ENOMEM;
	bool ended = !choose_pieces(job, batch->pieces, &batch->count);
	if (ended || batch->count == 0) {
		free(batch);
		return ended ? 1 : embed->status;
	}
	batch->job = job;
	batch->next = job->batches;
	if (job->batches)
		job->batches->previous = batch;
	job->batches = batch;
	return send(batch);
}

static int send_again(struct embed *embed, uint64_t now_ns)
{
	int status = 0;

	for (struct job *job = embed->first; job && status == 0; job = job->next)
		for (struct batch *batch = job->batches; batch && status == 0; batch = batch->next)
			if (!batch->under_way && batch->again_ns <= now_ns && endpoint_may_start(&embed->endpoint, now_ns))
				status = send(batch);
	return status;
}

static int send_waiting(struct embed *embed, uint64_t now_ns)
{
	for (struct job *job = embed->first; job && endpoint_may_start(&embed->endpoint, now_ns);) {
		int status = job->cursor < job->piece_count ? send_next(embed, job) : 0;
		if (status < 0)
			return status;
		if (status == 1) /* its owner may have changed the list */
			job = embed->first;
		else if (job->cursor == job->piece_count)
			job = job->next;
	}
	return 0;
}

static void take_look(void *owner, const struct http_response *response)
{
	struct embed *embed = owner;

	embed->looking = false;
	endpoint_looked(&embed->endpoint, response->outcome == HTTP_ANSWERED && response->status >= 200 && response->status < 300, clock_monotonic_ns());
}

static int look(struct embed *embed)
{
	struct http_request request = {
		.url = buffer_string(&embed->look_url), .bearer = embed->api_key, .connect_timeout_ns = LOOK_TIMEOUT_NS, .timeout_ns = LOOK_TIMEOUT_NS,
		.body_bytes_max = LOOK_BODY_BYTES_MAX, .done = take_look, .owner = embed,
	};
	uint64_t handle;
	int status = http_start(embed->http, &request, &handle);
	embed->looking = status == 0;
	return status;
}

static void end_late(struct embed *embed, uint64_t now_ns)
{
	for (struct job *job = embed->first; job && job->deadline_ns <= now_ns; job = embed->first) { /* in order of their coming, so of their deadlines */
		CHECK(job->embed == embed);
		job_end_with(job, EMBED_REFUSED, "the server was too slow");
	}
}

int embed_step(struct embed *embed, uint64_t now_ns)
{
	int status = http_step(embed->http);

	if (status == 0 && !embed->looking && endpoint_wants_look(&embed->endpoint, now_ns))
		status = look(embed);
	if (embed->endpoint.breaker == ENDPOINT_OPEN)
		end_all(embed, EMBED_DOWN, "the server is away");
	end_late(embed, now_ns);
	if (status == 0)
		status = send_again(embed, now_ns);
	if (status == 0)
		status = send_waiting(embed, now_ns);
	return status < 0 ? status : embed->status;
}

static uint64_t earlier(uint64_t one_ns, uint64_t other_ns) { return one_ns < other_ns ? one_ns : other_ns; }

uint64_t embed_next_ns(const struct embed *embed)
{
	const struct endpoint *endpoint = &embed->endpoint;
	uint64_t next_ns = http_next_ns(embed->http);

	if (embed->first)
		next_ns = earlier(next_ns, embed->first->deadline_ns);
	if (endpoint->breaker == ENDPOINT_OPEN)
		return embed->first ? 0 : embed->looking ? next_ns : earlier(next_ns, endpoint->look_ns);
	if (!endpoint_has_room(endpoint)) /* an answer comes first */
		return next_ns;
	for (const struct job *job = embed->first; job; job = job->next) {
		if (job->cursor < job->piece_count)
			next_ns = earlier(next_ns, endpoint->not_before_ns);
		for (const struct batch *batch = job->batches; batch; batch = batch->next)
			if (!batch->under_way)
				next_ns = earlier(next_ns, batch->again_ns > endpoint->not_before_ns ? batch->again_ns : endpoint->not_before_ns);
	}
	return next_ns;
}

/* --- asking ------------------------------------------------------------------------------------------------------------------ */

/* Where a piece that begins at `start` ends: at a blank, if there is one in its second half. */
static size_t piece_end(struct text text, size_t start, size_t bytes_max)
{
	if (text.bytes - start <= bytes_max)
		return text.bytes;
	size_t end = start + utf8_floor(text_slice(text, start, text.bytes), bytes_max);
	for (size_t i = end; i > start + bytes_max / 2; i--)
		if (ascii_is_space(text.data[i]))
			return i;
	return end;
}

static int add_pieces(struct job *job, struct text text, uint32_t which)
{
	struct text trimmed = text_trim(text);
	size_t start = 0;

	if (trimmed.bytes == 0)
		trimmed = TEXT_LITERAL("-"); /* servers refuse an empty text */
	do {
		size_t end = piece_end(trimmed, start, job->embed->piece_bytes_max);
		struct piece *grown = job->piece_count & (job->piece_count - 1) ? job->pieces :
				      reallocarray(job->pieces, job->piece_count ? 2 * (size_t)job->piece_count : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		job->pieces = grown;
		struct text part = text_slice(trimmed, start, end);
		job->pieces[job->piece_count++] = (struct piece){ .key = XXH3_128bits(part.data, part.bytes), .start = job->text.bytes, .bytes = part.bytes,
								  .text = which, .same = NONE };
		buffer_append_text(&job->text, part);
		start = end;
	} while (start < trimmed.bytes && job->text.status == 0);
	return job->text.status;
}

/* Pieces with the same words hang on the first of them. */
static int link_repeats(struct job *job)
{
	size_t capacity = 16;

	while (capacity < 2 * (size_t)job->piece_count)
		capacity *= 2;
	uint32_t *table = malloc(capacity * sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < capacity; i++)
		table[i] = NONE;
	for (uint32_t i = 0; i < job->piece_count; i++) {
		struct piece *piece = &job->pieces[i];
		size_t at = piece->key.low64 & (capacity - 1);
		while (table[at] != NONE && !XXH128_isEqual(job->pieces[table[at]].key, piece->key))
			at = (at + 1) & (capacity - 1);
		if (table[at] == NONE) {
			table[at] = i;
			continue;
		}
		piece->repeats = true;
		piece->same = job->pieces[table[at]].same;
		job->pieces[table[at]].same = i;
	}
	free(table);
	return 0;
}

int embed_add(struct embed *embed, const struct text *texts, size_t count, embed_done *done, void *owner, uint64_t *ret_handle)
{
	struct job *job = calloc(1, sizeof(*job));
	uint64_t now_ns = clock_monotonic_ns();
	int status = 0;

	CHECK(count > 0 && count < NONE);
	if (!job)
		return -ENOMEM;
	*job = (struct job){ .embed = embed, .id = ++embed->next_id, .started_ns = now_ns, .deadline_ns = now_ns + timeout_of(embed),
			     .text_count = count, .done = done, .owner = owner };
	buffer_init(&job->text, SIZE_MAX / 4);
	for (size_t i = 0; i < count && status == 0; i++)
		status = add_pieces(job, texts[i], (uint32_t)i);
	if (status == 0)
		status = link_repeats(job);
	if (status < 0) {
		job_destroy(job);
		return status;
	}
	job->previous = embed->last;
	*(embed->last ? &embed->last->next : &embed->first) = job;
	embed->last = job;
	*ret_handle = job->id;
	return 0;
}

void embed_cancel(struct embed *embed, uint64_t handle)
{
	for (struct job *job = embed->first; job; job = job->next)
		if (job->id == handle) {
			job_end_with(job, EMBED_CANCELLED, "cancelled");
			return;
		}
}

/* --- the whole --------------------------------------------------------------------------------------------------------------- */

static size_t piece_bytes_for(const struct probe_result *probe)
{
	uint64_t tokens = probe->context_tokens ? probe->context_tokens : CONTEXT_TOKENS_UNKNOWN;
	uint64_t bytes = tokens > PIECE_BYTES_MAX ? PIECE_BYTES_MAX : tokens * BYTES_PER_TOKEN_LEAST;
	return bytes < PIECE_BYTES_MIN ? PIECE_BYTES_MIN : bytes > PIECE_BYTES_MAX ? PIECE_BYTES_MAX : (size_t)bytes;
}

int embed_create(struct embed **ret_embed, const struct model_settings *model, const struct probe_result *probe, const char *api_key, uint64_t seed,
		 struct error_text *error)
{
	uint32_t limit = model->max_concurrent_requests ? (uint32_t)model->max_concurrent_requests : probe->slots ? probe->slots : SLOTS_UNKNOWN;
	struct embed *embed = calloc(1, sizeof(*embed));

	if (!embed)
		return error_set(error, -ENOMEM, "out of memory");
	*embed = (struct embed){ .model = model, .probe = probe, .api_key = api_key, .batch_max = BATCH_TEXTS_MAX,
				 .piece_bytes_max = piece_bytes_for(probe) };
	buffer_init(&embed->body, SIZE_MAX / 4);
	buffer_init(&embed->url, 8192);
	buffer_init(&embed->look_url, 8192);
	endpoint_init(&embed->endpoint, limit, seed);
	chat_url(model->base_url, CHAT_OPENAI, "/embeddings", &embed->url);
	chat_url(model->base_url, CHAT_OPENAI, "/models", &embed->look_url);
	int status = http_create(&embed->http, limit + 1, error);
	if (status == 0 && (embed->url.status || embed->look_url.status))
		status = error_set(error, -EINVAL, "base_url is too long");
	if (status < 0) {
		embed_destroy(embed);
		return status;
	}
	*ret_embed = embed;
	return 0;
}

void embed_destroy(struct embed *embed)
{
	if (!embed)
		return;
	end_all(embed, EMBED_CANCELLED, "cancelled");
	http_destroy(embed->http);
	vector_cache_destroy(embed->cache);
	buffer_done(&embed->body);
	buffer_done(&embed->url);
	buffer_done(&embed->look_url);
	free(embed);
}

void embed_scale_time(struct embed *embed, double scale)
{
	CHECK(scale > 0);
	embed->endpoint.time_scale = scale;
}

int embed_descriptor(const struct embed *embed) { return http_descriptor(embed->http); }
const struct endpoint *embed_endpoint(const struct embed *embed) { return &embed->endpoint; }
