/* pair_scores.c: see pair_scores.h. */
#include "workers/inference/pair_scores.h"

#include "workers/inference/answer_form.h"
#include "workers/inference/pair_gate.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { TEXT_BYTES_MAX = 1 << 20 };

struct pair_scores {
	struct pair_score *items;
	size_t count, capacity;
	uint32_t *table; /* of indices + 1; 0: empty */
	size_t slots;
	struct buffer question, answer; /* of the pair at hand */
};

struct pair_scores *pair_scores_create(void)
{
	struct pair_scores *scores = calloc(1, sizeof(*scores));

	if (scores) {
		buffer_init(&scores->question, TEXT_BYTES_MAX);
		buffer_init(&scores->answer, TEXT_BYTES_MAX);
	}
	return scores;
}

void pair_scores_destroy(struct pair_scores *scores)
{
	if (!scores)
		return;
	for (size_t i = 0; i < scores->count; i++)
		free((char *)scores->items[i].question.data);
	free(scores->items);
	free(scores->table);
	buffer_done(&scores->question);
	buffer_done(&scores->answer);
	free(scores);
}

bool pair_scores_are_known(struct pair_scores *scores)
{
	for (size_t i = 0; i < pair_scores_count(scores); i++)
		if (!pair_scores_at(scores, i)->known)
			return false;
	return true;
}

size_t pair_scores_count(const struct pair_scores *scores) { return scores->count; }

struct pair_score *pair_scores_at(struct pair_scores *scores, size_t index)
{
	CHECK(index < scores->count);
	return &scores->items[index];
}

static int grow(struct pair_scores *scores)
{
	if (scores->count < scores->capacity)
		return 0;
	size_t capacity = scores->capacity ? 2 * scores->capacity : 32, slots = 4 * capacity;
	struct pair_score *items = reallocarray(scores->items, capacity, sizeof(*items));
	if (!items)
		return -ENOMEM;
	scores->items = items;
	scores->capacity = capacity;
	uint32_t *table = calloc(slots, sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (uint32_t i = 0; i < scores->count; i++) {
		size_t at = items[i].hash & (slots - 1);
		while (table[at])
			at = (at + 1) & (slots - 1);
		table[at] = i + 1;
	}
	free(scores->table);
	scores->table = table;
	scores->slots = slots;
	return 0;
}

static uint64_t hash_of(const struct pair_score *pair)
{
	return XXH3_64bits_withSeed(pair->question.data, pair->question.bytes,
				    XXH3_64bits_withSeed(pair->answer.data, pair->answer.bytes, XXH3_64bits(pair->passage.data, pair->passage.bytes)));
}

static bool is_same(const struct pair_score *a, const struct pair_score *b)
{
	return a->hash == b->hash && text_equal(a->question, b->question) && text_equal(a->answer, b->answer) && text_equal(a->passage, b->passage);
}

/* One piece of memory for all three. */
static int copy_texts(struct pair_score *pair)
{
	struct text *texts[] = { &pair->question, &pair->answer, &pair->passage };
	char *place = malloc(pair->question.bytes + pair->answer.bytes + pair->passage.bytes + 1);

	if (!place)
		return -ENOMEM;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		if (texts[i]->bytes)
			memcpy(place, texts[i]->data, texts[i]->bytes);
		texts[i]->data = place;
		place += texts[i]->bytes;
	}
	return 0;
}

/* The pair in the table, where it is put if it is not there. */
static int find(struct pair_scores *scores, struct pair_score *pair, const struct pair_score **ret_found)
{
	int status = grow(scores);

	if (status < 0)
		return status;
	pair->hash = hash_of(pair);
	size_t at = pair->hash & (scores->slots - 1);
	for (; scores->table[at]; at = (at + 1) & (scores->slots - 1))
		if (is_same(&scores->items[scores->table[at] - 1], pair)) {
			*ret_found = &scores->items[scores->table[at] - 1];
			return 0;
		}
	status = copy_texts(pair);
	if (status < 0)
		return status;
	scores->items[scores->count++] = *pair;
	scores->table[at] = (uint32_t)scores->count;
	*ret_found = &scores->items[scores->count - 1];
	return 0;
}

/* All that is asked, and all that is answered: a dialogue has several of each. */
static void read_messages(struct pair_scores *scores, const struct conversation_set *set, const struct conversation *conversation)
{
	buffer_clear(&scores->question);
	buffer_clear(&scores->answer);
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		struct buffer *out = message->role == CONVERSATION_USER ? &scores->question : message->role == CONVERSATION_ASSISTANT ? &scores->answer : NULL;
		if (!out)
			continue;
		buffer_append_string(out, out->bytes ? "\n" : "");
		buffer_append_text(out, conversation_text(set, message->text));
	}
}

static int score(struct pair_scores *scores, const struct document *document, const struct conversation_set *set, const struct conversation *conversation,
		 struct conversation_scores *ret_scores)
{
	const struct pair_score *found;
	struct answer_form form;

	read_messages(scores, set, conversation);
	struct pair_score pair = { .question = buffer_view(&scores->question), .answer = buffer_view(&scores->answer),
				   .passage = document_span(document, conversation->span) };
	if (pair.question.bytes == 0 || pair.answer.bytes == 0)
		return 0;
	int status = find(scores, &pair, &found);
	if (status < 0 || !found->known)
		return status;
	answer_form_read(pair.answer, &form); /* vectors hardly differ when an answer is cut, or says things twice */
	ret_scores->coherence = found->coherence * (float)answer_form_score(&form);
	ret_scores->relevance = found->relevance;
	pair_gate_combine(ret_scores);
	return 0;
}

int pair_scores_of(struct pair_scores *scores, const struct document *document, const struct conversation_set *set, struct conversation_scores **ret_scores)
{
	struct conversation_scores *all = calloc(set->count + 1, sizeof(*all));
	int status = all ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < set->count && status == 0; i++) {
		const struct conversation *conversation = &set->conversations[i];
		all[i] = conversation->scores;
		if (conversation->accepted || pair_gate_refused_by_score(conversation_text(set, conversation->reason)))
			status = score(scores, document, set, conversation, &all[i]);
	}
	if (status < 0) {
		free(all);
		return status;
	}
	*ret_scores = all;
	return 0;
}
