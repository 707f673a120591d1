/* model_batches.c: see model_batches.h. */
#define _GNU_SOURCE
#include "workers/inference/model_batches.h"

#include "base/utf8.h"
#include "workers/inference/content_words.h"
#include "workers/inference/semantic_score.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { STORE_BYTES_MAX = 64 << 20, JUDGE_BATCH_MAX = 6, FOREIGN_WORDS_MAX = 3 };
#define OPEN_QUOTE "\xE2\x80\x9C"
#define CLOSE_QUOTE "\xE2\x80\x9D"
static const float FIT_LOST_MAX = 0.05f, SEMANTIC_SHARE = 0.6f; /* of coherence or relevance, by a question in other words; of the combined score */

void model_batches_done(struct model_batches *batches)
{
	free(batches->items);
	*batches = (struct model_batches){ NULL, 0 };
}

static struct text first_message(const struct conversation_set *set, uint32_t index, enum conversation_role role)
{
	const struct conversation *conversation = &set->conversations[index];

	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role == role)
			return conversation_text(set, message->text);
	}
	return TEXT_LITERAL("");
}

/* All that was said, for a judge. */
static void write_conversation(const struct conversation_set *set, uint32_t index, struct buffer *out)
{
	const struct conversation *conversation = &set->conversations[index];

	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role != CONVERSATION_USER && message->role != CONVERSATION_ASSISTANT)
			continue;
		buffer_append_string(out, message->role == CONVERSATION_USER ? "Question: " : "Answer: ");
		buffer_append_text(out, conversation_text(set, message->text));
		buffer_append_byte(out, '\n');
	}
}

/* In typographic quotes: at a plain one within a string of JSON small models end the string. */
static void write_question(struct text question, struct buffer *out)
{
	bool open = false;

	for (size_t i = 0; i < question.bytes; i++) {
		bool quote = question.data[i] == '"';
		open ^= quote;
		if (quote)
			buffer_append_string(out, open ? OPEN_QUOTE : CLOSE_QUOTE);
		else
			buffer_append_byte(out, question.data[i]);
	}
}

/* As the rules' questions have them; a question that has typographic ones of its own keeps them. */
static void use_plain_quotes(struct text old, struct buffer *question)
{
	size_t kept = 0;

	if (text_find(old, TEXT_LITERAL(OPEN_QUOTE)) >= 0 || text_find(old, TEXT_LITERAL(CLOSE_QUOTE)) >= 0)
		return;
	for (size_t i = 0; i < question->bytes; kept++) {
		struct text rest = text_slice(buffer_view(question), i, question->bytes);
		bool quote = text_starts_with(rest, TEXT_LITERAL(OPEN_QUOTE)) || text_starts_with(rest, TEXT_LITERAL(CLOSE_QUOTE));
		question->data[kept] = quote ? '"' : question->data[i];
		i += quote ? sizeof(OPEN_QUOTE) - 1 : 1;
	}
	buffer_truncate(question, kept);
}

void model_batch_write(const struct conversation_set *set, const struct model_batch *batch, struct buffer *out)
{
	for (uint32_t i = 0; i < batch->call.count; i++) {
		buffer_append_format(out, "%s%u. ", i ? "\n" : "", i + 1);
		if (batch->call.family == PLAN_JUDGE)
			write_conversation(set, batch->members[i], out);
		else
			write_question(first_message(set, batch->members[i], CONVERSATION_USER), out);
	}
}

/* Families of calls about conversations are told apart by what is in them. */
static void name_batch(const struct conversation_set *set, struct model_batch *batch)
{
	struct buffer text;

	buffer_init(&text, STORE_BYTES_MAX);
	model_batch_write(set, batch, &text);
	snprintf(batch->call.place, sizeof(batch->call.place), "%s %u+%u %016llx", plan_family_name(batch->call.family), batch->call.span.offset,
		 batch->call.span.bytes, (unsigned long long)XXH3_64bits(buffer_string(&text), text.bytes));
	buffer_done(&text);
}

struct candidate { /* for other words */
	uint32_t index, first_word, pattern; /* how often the document's questions have these */
	uint64_t seed;
};

static int by_usage(const void *a, const void *b)
{
	const struct candidate *left = a, *right = b;
	if (left->first_word != right->first_word)
		return left->first_word > right->first_word ? -1 : 1;
	if (left->pattern != right->pattern)
		return left->pattern > right->pattern ? -1 : 1;
	return left->seed < right->seed ? -1 : left->seed > right->seed;
}

static int by_index(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

static int count_questions(struct question_usage *usage, const struct conversation_set *set)
{
	int status = 0;
	for (uint32_t i = 0; i < set->count && status == 0; i++)
		if (set->conversations[i].accepted)
			status = question_usage_add(usage, first_message(set, i, CONVERSATION_USER));
	return status;
}

/* The accepted conversations, those that are worded most like others first. */
static size_t find_candidates(const struct settings *settings, const struct document *document, const struct conversation_set *set, struct question_usage *usage,
			      struct candidate *candidates)
{
	size_t count = 0;
	for (uint32_t i = 0; i < set->count; i++) {
		struct text question = first_message(set, i, CONVERSATION_USER);
		if (set->conversations[i].accepted)
			candidates[count++] = (struct candidate){
				i, question_usage_first_word(usage, question), question_usage_pattern(usage, question),
				XXH3_64bits_withSeed(question.data ? question.data : "", question.bytes, settings->run.seed + document->markdown.bytes) };
	}
	qsort(candidates, count, sizeof(*candidates), by_usage);
	return count;
}

/* The share of so many, its part of a conversation rounded up as often as it is large. */
static size_t share_of(const struct settings *settings, size_t count, uint64_t seed)
{
	double wanted = settings->generate.rewrite * (double)count, whole = (double)(size_t)wanted;
	size_t share = (size_t)whole + ((double)(seed >> 11) / (double)(1ull << 53) < wanted - whole);
	return size_min(share, settings->generate.pairs_document_max);
}

static int choose_members(const struct settings *settings, const struct domain *domain, const struct document *document, const struct conversation_set *set,
			  uint32_t *members, size_t *ret_count)
{
	struct candidate *candidates = calloc(set->count + 1u, sizeof(*candidates));
	struct question_usage usage;
	question_usage_init(&usage, domain);
	int status = candidates ? count_questions(&usage, set) : -ENOMEM;
	if (status == 0) {
		size_t count = find_candidates(settings, document, set, &usage, candidates);
		*ret_count = share_of(settings, count, XXH3_64bits_withSeed(document->markdown.data, document->markdown.bytes, settings->run.seed));
		for (size_t i = 0; i < *ret_count; i++)
			members[i] = candidates[i].index;
		qsort(members, *ret_count, sizeof(*members), by_index);
	}
	question_usage_done(&usage);
	free(candidates);
	return status;
}

static int make_batches(const struct conversation_set *set, const uint32_t *members, size_t member_count, struct plan_call model, uint32_t batch_max,
			const struct document *document, struct model_batches *ret_batches)
{
	struct model_batch *items = calloc(member_count + 1, sizeof(*items));
	size_t count = 0;

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < member_count; i++) {
		uint32_t chunk = set->conversations[members[i]].chunk_index;
		bool goes_on = count > 0 && items[count - 1].call.count < batch_max && (!document || items[count - 1].call.chunk == chunk);
		if (!goes_on) {
			items[count].call = model;
			items[count].call.count = 0;
			if (document) {
				items[count].call.chunk = chunk;
				items[count].call.span = document->chunks[chunk].span;
				items[count].call.header = document->chunks[chunk].header;
			}
			count++;
		}
		items[count - 1].members[items[count - 1].call.count++] = members[i];
	}
	for (size_t i = 0; i < count; i++)
		name_batch(set, &items[i]);
	*ret_batches = (struct model_batches){ items, count };
	return 0;
}

int model_batches_rewrite(const struct settings *settings, const struct domain *domain, const struct document *document, const struct conversation_set *set,
			  uint64_t max_tokens, struct model_batches *ret_batches)
{
	uint32_t *members = calloc(set->count + 1u, sizeof(*members));
	size_t count = 0;

	if (!members)
		return -ENOMEM;
	const struct plan_call model = { .family = PLAN_REWRITE, .max_tokens = max_tokens };
	int status = choose_members(settings, domain, document, set, members, &count);
	if (status == 0)
		status = make_batches(set, members, count, model, BATCH_MAX, NULL, ret_batches);
	free(members);
	return status;
}

static int by_chunk(const void *a, const void *b, void *context)
{
	const struct conversation_set *set = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	uint32_t left_chunk = set->conversations[left].chunk_index, right_chunk = set->conversations[right].chunk_index;
	if (left_chunk != right_chunk)
		return left_chunk < right_chunk ? -1 : 1;
	return left < right ? -1 : left > right;
}

int model_batches_judge(const struct document *document, const struct conversation_set *set, uint64_t max_tokens,
			struct model_batches *ret_batches)
{
	uint32_t *members = calloc(set->count + 1u, sizeof(*members));
	size_t count = 0;

	if (!members)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->count; i++)
		if (set->conversations[i].accepted && !text_equal(conversation_text(set, set->conversations[i].model), TEXT_LITERAL("built-in")))
			members[count++] = i;
	qsort_r(members, count, sizeof(*members), by_chunk, (void *)set);
	const struct plan_call model = { .family = PLAN_JUDGE, .max_tokens = max_tokens };
	int status = make_batches(set, members, count, model, JUDGE_BATCH_MAX, document, ret_batches);
	free(members);
	return status;
}

static size_t written_bytes(const struct conversation_set *set, const struct model_batch *batch)
{
	struct buffer text;

	buffer_init(&text, STORE_BYTES_MAX);
	model_batch_write(set, batch, &text);
	size_t bytes = text.status ? STORE_BYTES_MAX : text.bytes;
	buffer_done(&text);
	return bytes;
}

/* From the first to the last byte that the pairs were made of. */
static struct document_range passages_of(const struct conversation_set *set, const struct model_batch *batch)
{
	uint32_t start = UINT32_MAX, end = 0;

	for (uint32_t i = 0; i < batch->call.count; i++) {
		const struct document_range *span = &set->conversations[batch->members[i]].span;
		start = span->offset < start ? span->offset : start;
		end = span->offset + span->bytes > end ? span->offset + span->bytes : end;
	}
	return (struct document_range){ start, end - start };
}

void model_batch_fit(const struct conversation_set *set, struct model_batch *batch, size_t bytes_max)
{
	if (batch->call.span.bytes + batch->call.header.bytes + written_bytes(set, batch) <= bytes_max)
		return;
	batch->call.header = (struct document_range){ 0, 0 };
	for (;; batch->call.count--) {
		batch->call.span = passages_of(set, batch);
		if (batch->call.count == 1 || batch->call.span.bytes + written_bytes(set, batch) <= bytes_max)
			return;
	}
}

/* --- changes ---------------------------------------------------------------------------------------------------------------- */

int model_changes_init(struct model_changes *changes, const struct domain *domain, const struct conversation_set *set)
{
	*changes = (struct model_changes){ .questions = calloc(set->count + 1u, sizeof(struct text)),
					   .marks = calloc(set->count + 1u, sizeof(struct conversation_marks)),
					   .reasons = calloc(set->count + 1u, sizeof(struct text)), .count = set->count };
	question_usage_init(&changes->usage, domain);
	if (!changes->questions || !changes->marks || !changes->reasons)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->count; i++)
		changes->questions[i] = changes->reasons[i] = TEXT_LITERAL("");
	return count_questions(&changes->usage, set);
}

void model_changes_done(struct model_changes *changes)
{
	for (size_t i = 0; changes->questions && i < changes->count; i++)
		if (changes->questions[i].bytes)
			free((void *)changes->questions[i].data);
	free(changes->questions);
	free(changes->marks);
	free(changes->reasons);
	question_usage_done(&changes->usage);
}

/* Does `text` state nothing that `source` does not? */
static bool has_facts_of(struct passage *passage, struct text text, struct text source, int *status)
{
	struct passage_verdict verdict;
	int result = passage_index(passage, source);

	if (result < 0) {
		*status = result;
		return false;
	}
	passage_check(passage, text, &verdict);
	return verdict.supported == verdict.facts;
}

static int64_t member_number(struct json_object *object, const char *key)
{
	struct json_object *value;
	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

struct rewording { /* one batch while it is read */
	struct model_changes *changes;
	const struct settings *settings;
	const struct document *document;
	const struct conversation_set *set;
	struct phrases mentions;
	struct passage passage;
	struct buffer text, reason;
	int status;
};

/* How well question and answer go together and with the passage that the answer is made of. */
static void score_question(const struct rewording *rewording, struct text question, struct text answer, struct conversation_scores *ret_scores)
{
	struct passage_verdict verdict;
	passage_check(&rewording->passage, answer, &verdict);
	semantic_score_passage(&rewording->passage, question, answer, &verdict, ret_scores);
}

/* The words of a text; common ones have no weight. */
static void collect_words(const struct domain *domain, struct text text, struct content_words *ret_words)
{
	struct fact_scanner scanner;
	struct fact_token token;
	content_words_init(ret_words, text.bytes);
	fact_scanner_init(&scanner, domain, text);
	while (fact_scanner_next(&scanner, &token)) {
		struct content content = content_of(domain, &token);
		for (size_t i = 0; i < content.count; i++)
			content_words_add(ret_words, content.stems[i], content.common ? 0 : content.weights[i]);
	}
}

/* Words of the new question that say something and that neither the old one nor the passage has: the asker's own. */
static size_t foreign_words(const struct rewording *rewording, struct text old, struct text question)
{
	struct content_words known, asked;
	size_t foreign = 0;
	collect_words(rewording->passage.domain, old, &known);
	collect_words(rewording->passage.domain, question, &asked);
	for (size_t i = 0; i < asked.count; i++)
		foreign += asked.words[i].weight > 0 && !content_words_have(&known, asked.words[i].stem) && !passage_find(&rewording->passage, asked.words[i].stem);
	return foreign;
}

/* Does the answer answer the new question no less than the old one? */
static bool fits_answer(struct rewording *rewording, uint32_t index, struct text old, struct text question)
{
	const struct conversation *conversation = &rewording->set->conversations[index];
	struct text answer = first_message(rewording->set, index, CONVERSATION_ASSISTANT);
	struct conversation_scores before, now;
	int status = passage_index(&rewording->passage, document_span(rewording->document, conversation->span));
	if (status < 0) {
		rewording->status = status == -ENOMEM ? status : rewording->status;
		return false;
	}
	if (foreign_words(rewording, old, question) > FOREIGN_WORDS_MAX)
		return false;
	score_question(rewording, old, answer, &before);
	score_question(rewording, question, answer, &now);
	double combined = (double)(conversation->scores.combined + SEMANTIC_SHARE * (now.semantic - before.semantic));
	return now.coherence >= before.coherence - FIT_LOST_MAX && now.relevance >= before.relevance - FIT_LOST_MAX &&
	       combined >= rewording->settings->gate.generation;
}

static bool is_wording(struct rewording *rewording, uint32_t index, struct text old, struct text question)
{
	buffer_clear(&rewording->text);
	buffer_clear(&rewording->reason);
	if (!model_question(&rewording->mentions, question, &rewording->text, &rewording->reason) || rewording->text.status)
		return false;
	use_plain_quotes(old, &rewording->text);
	struct text text = buffer_view(&rewording->text);
	size_t characters = utf8_count(text);
	return characters >= rewording->settings->generate.question_chars_min && characters <= rewording->settings->generate.question_chars_max &&
	       question_usage_gains(&rewording->changes->usage, old, text) && has_facts_of(&rewording->passage, text, old, &rewording->status) &&
	       has_facts_of(&rewording->passage, old, text, &rewording->status) && fits_answer(rewording, index, old, text);
}

static void reword_one(struct rewording *rewording, const struct conversation_set *set, const struct model_batch *batch, struct json_object *one)
{
	struct model_changes *changes = rewording->changes;
	int64_t number = member_number(one, "number");

	if (number < 1 || number > batch->call.count || changes->questions[batch->members[number - 1]].bytes)
		return;
	uint32_t index = batch->members[number - 1];
	struct text old = first_message(set, index, CONVERSATION_USER);
	if (!is_wording(rewording, index, old, model_member(one, "question"))) {
		changes->refused++;
		return;
	}
	struct text *place = &changes->questions[index];
	place->data = strndup(buffer_string(&rewording->text), rewording->text.bytes);
	place->bytes = place->data ? rewording->text.bytes : 0;
	rewording->status = place->data ? question_usage_replace(&changes->usage, old, *place) : -ENOMEM;
}

int model_changes_reword(struct model_changes *changes, const struct domain *domain, const struct settings *settings, const struct document *document,
			 const struct conversation_set *set, const struct model_batch *batch, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "questions");
	struct rewording rewording = { .changes = changes, .settings = settings, .document = document, .set = set };
	size_t mention_count;

	const struct text *mentions = domain_list(domain, DOMAIN_LIST_SOURCE_MENTIONS, &mention_count);
	rewording.status = phrases_init(&rewording.mentions, mentions, mention_count);
	passage_init(&rewording.passage, domain);
	rewording.passage.title = document_meta(document, DOCUMENT_META_TITLE);
	buffer_init(&rewording.text, PAIR_REASON_BYTES_MAX);
	buffer_init(&rewording.reason, PAIR_REASON_BYTES_MAX);
	snprintf(changes->model, sizeof(changes->model), "%s", reply->model);
	for (size_t i = 0; i < json_object_array_length(list) && rewording.status == 0; i++)
		reword_one(&rewording, set, batch, json_object_array_get_idx(list, i));
	buffer_done(&rewording.text);
	buffer_done(&rewording.reason);
	passage_done(&rewording.passage);
	phrases_done(&rewording.mentions);
	return rewording.status;
}

void model_changes_judge(struct model_changes *changes, const struct model_batch *batch, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "judgements");

	snprintf(changes->model, sizeof(changes->model), "%s", reply->model);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		int64_t number = member_number(one, "number");
		if (number < 1 || number > batch->call.count)
			continue;
		uint32_t index = batch->members[number - 1];
		changes->marks[index] = (struct conversation_marks){
			.faithfulness = (uint8_t)member_number(one, "faithfulness"), .usefulness = (uint8_t)member_number(one, "usefulness"),
			.self_containedness = (uint8_t)member_number(one, "self_containedness") };
		changes->reasons[index] = model_member(one, "reason");
	}
}
