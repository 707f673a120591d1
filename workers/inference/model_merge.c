/* model_merge.c: see model_merge.h. Likeness is the share of common stems (Jaccard) of questions, or of answers. */
#include "workers/inference/model_merge.h"

#include "base/utf8.h"
#include "workers/inference/pair_gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEMS_MAX = 96, WORD_BYTES_MIN = 3, REASON_BYTES = 400, QUOTE_BYTES = 160 };
#define QUESTIONS_ALIKE 0.75
#define ANSWERS_ALIKE 0.8

struct stems {
	uint32_t items[STEMS_MAX]; /* sorted, each once */
	uint32_t count;
};

struct entry {
	const struct merge_part *part;
	const struct conversation *conversation;
	uint32_t index;      /* in its part */
	uint32_t order;      /* among all */
	struct conversation_scores scores;
	bool accepted;
	struct stems question, answer;
	char reason[REASON_BYTES]; /* of this step; empty: as it was */
};

/* --- texts --------------------------------------------------------------------------------------------------------------- */

static struct text message_of(const struct conversation_set *set, const struct conversation *conversation, enum conversation_role role)
{
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role == role)
			return conversation_text(set, message->text);
	}
	return TEXT_LITERAL("");
}

static struct text question_of(const struct entry *entry)
{
	struct text other = entry->part->questions ? entry->part->questions[entry->index] : TEXT_LITERAL("");
	return other.bytes ? other : message_of(&entry->part->set, entry->conversation, CONVERSATION_USER);
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

static void collect_stems(struct text text, struct stems *stems)
{
	uint32_t unique = 0;

	stems->count = 0;
	for (size_t i = 0, start = 0; i <= text.bytes && stems->count < STEMS_MAX; i++) {
		if (i < text.bytes && (ascii_is_word(text.data[i]) || (unsigned char)text.data[i] >= 0x80))
			continue;
		struct text word = text_slice(text, start, i);
		if (word.bytes >= WORD_BYTES_MIN || (word.bytes && ascii_is_digit(word.data[0])))
			stems->items[stems->count++] = (uint32_t)(passage_stem(word) >> 16);
		start = i + 1;
	}
	if (stems->count == 0)
		return;
	qsort(stems->items, stems->count, sizeof(stems->items[0]), by_number);
	for (uint32_t i = 0; i < stems->count; i++)
		if (unique == 0 || stems->items[unique - 1] != stems->items[i])
			stems->items[unique++] = stems->items[i];
	stems->count = unique;
}

static double likeness(const struct stems *a, const struct stems *b)
{
	uint32_t i = 0, j = 0, both = 0;

	while (i < a->count && j < b->count) {
		both += a->items[i] == b->items[j];
		uint32_t left = a->items[i], right = b->items[j];
		i += left <= right;
		j += right <= left;
	}
	uint32_t all = a->count + b->count - both;
	return all ? (double)both / all : 0;
}

/* --- deciding ------------------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
	if (left->conversation->span.offset != right->conversation->span.offset)
		return left->conversation->span.offset < right->conversation->span.offset ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static int by_score(const void *a, const void *b)
{
	const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
	if (left->scores.combined != right->scores.combined)
		return left->scores.combined > right->scores.combined ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static void refuse(struct entry *entry, const char *what, struct text quote)
{
	entry->accepted = false;
	snprintf(entry->reason, sizeof(entry->reason), "%s%.*s%s", what, (int)utf8_floor(quote, size_min(quote.bytes, QUOTE_BYTES)), quote.data,
		 quote.bytes ? "\"" : "");
}

static void settle(struct entry *one, struct entry *other)
{
	bool alike = likeness(&one->question, &other->question) >= QUESTIONS_ALIKE || likeness(&one->answer, &other->answer) >= ANSWERS_ALIKE;

	if (!alike)
		return;
	bool one_stays = one->scores.combined != other->scores.combined ? one->scores.combined > other->scores.combined : one->order < other->order;
	struct entry *winner = one_stays ? one : other, *loser = one_stays ? other : one;
	refuse(loser, "duplicate within the document of a better pair: \"", question_of(winner));
}

/* Entries that begin inside one another are compared; how many those are the passages decide, which are short. */
static void remove_duplicates(struct entry **places, size_t count)
{
	qsort(places, count, sizeof(*places), by_place);
	for (size_t i = 0; i < count; i++) {
		const struct document_range *span = &places[i]->conversation->span;
		for (size_t k = i + 1; k < count && places[i]->accepted && places[k]->conversation->span.offset < span->offset + span->bytes; k++)
			if (places[k]->accepted)
				settle(places[i], places[k]);
	}
}

static void keep_best(struct entry **entries, size_t count, uint32_t accepted_max, const struct merge_part *part)
{
	uint32_t taken = 0;

	qsort(entries, count, sizeof(*entries), by_score);
	for (size_t i = 0; i < count; i++)
		if (entries[i]->accepted && (!part || entries[i]->part == part) && taken++ >= accepted_max)
			refuse(entries[i], "more pairs than the document is to have (generate.pairs_document_max, generate.mode); better ones were kept",
			       TEXT_LITERAL(""));
}

static void judge(struct entry *entry)
{
	const struct conversation_marks *marks = entry->part->marks ? &entry->part->marks[entry->index] : NULL;

	if (!marks || !marks->faithfulness || marks->faithfulness >= MERGE_FAITHFULNESS_MIN || !entry->accepted)
		return;
	struct text why = entry->part->judge_reasons[entry->index];
	entry->accepted = false;
	snprintf(entry->reason, sizeof(entry->reason), "judge: faithfulness %u of %d%s%.*s", marks->faithfulness, CONVERSATION_MARK_MAX, why.bytes ? ": " : "",
		 (int)utf8_floor(why, size_min(why.bytes, QUOTE_BYTES)), why.data ? why.data : "");
}

/* Another measure has the word: what it finds too low is refused, what was refused for its score alone may be good enough. */
static void rescore(struct entry *entry)
{
	struct buffer reason;

	if (!entry->accepted && !pair_gate_refused_by_score(conversation_text(&entry->part->set, entry->conversation->reason)))
		return;
	buffer_init(&reason, REASON_BYTES);
	pair_gate_write_score_reason(entry->part->settings, &entry->scores, &reason);
	entry->accepted = reason.bytes == 0;
	snprintf(entry->reason, sizeof(entry->reason), "%s", buffer_string(&reason));
	buffer_done(&reason);
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

static void write_entry(const struct entry *entry, struct conversation_builder *out)
{
	const struct conversation_set *set = &entry->part->set;
	struct conversation conversation = *entry->conversation;
	const struct conversation_marks *marks = entry->part->marks ? &entry->part->marks[entry->index] : NULL;
	bool reworded = entry->part->questions && entry->part->questions[entry->index].bytes;
	const struct { enum conversation_field field; struct text value; } fields[] = {
		{ CONVERSATION_REASON, entry->reason[0] ? text_from(entry->reason) : entry->accepted ? TEXT_LITERAL("") : conversation_text(set, conversation.reason) },
		{ CONVERSATION_MODEL, conversation_text(set, conversation.model) },
		{ CONVERSATION_PARAMETERS, conversation_text(set, conversation.parameters) },
		{ CONVERSATION_COUNTERS, conversation_text(set, conversation.counters) },
		{ CONVERSATION_MO_CLASSES, conversation_text(set, conversation.mo_classes) },
		{ CONVERSATION_TERMS, conversation_text(set, conversation.terms) },
		{ CONVERSATION_QUESTION_MODEL, reworded ? entry->part->question_model : conversation_text(set, conversation.question_model) },
		{ CONVERSATION_JUDGE_MODEL, !marks ? conversation_text(set, conversation.judge_model) : marks->faithfulness ? entry->part->judge_model : TEXT_LITERAL("") },
	};

	conversation.accepted = entry->accepted;
	conversation.scores = entry->scores;
	if (marks)
		conversation.marks = *marks;
	conversation_builder_add(out, conversation);
	for (uint32_t i = 0, users = 0; i < entry->conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[entry->conversation->message_first + i];
		bool first = message->role == CONVERSATION_USER && users++ == 0;
		conversation_builder_add_message(out, (enum conversation_role)message->role, first ? question_of(entry) : conversation_text(set, message->text));
	}
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		conversation_builder_set(out, fields[i].field, fields[i].value);
}

static void fill(struct entry *entries, const struct merge_part *parts, size_t part_count)
{
	uint32_t at = 0;

	for (size_t p = 0; p < part_count; p++)
		for (uint32_t i = 0; i < parts[p].set.count; i++, at++) {
			const struct conversation *conversation = &parts[p].set.conversations[i];
			entries[at] = (struct entry){ .part = &parts[p], .conversation = conversation, .index = i, .order = at,
						      .scores = parts[p].scores ? parts[p].scores[i] : conversation->scores,
						      .accepted = conversation->accepted };
			if (parts[p].scores)
				rescore(&entries[at]);
			collect_stems(question_of(&entries[at]), &entries[at].question);
			collect_stems(message_of(&parts[p].set, conversation, CONVERSATION_ASSISTANT), &entries[at].answer);
			judge(&entries[at]);
		}
}

int merge_conversations(const struct merge_part *parts, size_t part_count, uint32_t accepted_max, struct conversation_builder *out,
			struct merge_counts *ret_counts)
{
	size_t count = 0;

	CHECK(part_count <= MERGE_PARTS_MAX);
	for (size_t p = 0; p < part_count; p++)
		count += parts[p].set.count;
	struct entry *entries = calloc(count + 1, sizeof(*entries));
	struct entry **places = calloc(count + 1, sizeof(struct entry *));
	if (!entries || !places) {
		free(entries);
		free(places);
		return -ENOMEM;
	}
	fill(entries, parts, part_count);
	for (size_t i = 0; i < count; i++)
		places[i] = &entries[i];
	remove_duplicates(places, count);
	for (size_t p = 0; p < part_count; p++)
		keep_best(places, count, parts[p].accepted_max, &parts[p]);
	keep_best(places, count, accepted_max, NULL);
	for (size_t p = 0; p < part_count; p++)
		conversation_builder_copy_items(out, &parts[p].set);
	struct merge_counts counts = { 0, 0, 0 };
	for (size_t i = 0; i < count; i++) {
		write_entry(&entries[i], out);
		counts.accepted += entries[i].accepted;
		counts.refused += !entries[i].accepted;
		counts.duplicates += text_starts_with(text_from(entries[i].reason), TEXT_LITERAL("duplicate"));
	}
	free(entries);
	free(places);
	*ret_counts = counts;
	return 0;
}
