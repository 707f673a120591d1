/* weak_pairs.c: see weak_pairs.h. What fails ends the program: for tests and tools. */
#include "tests/unit/weak_pairs.h"

#include "base/check.h"
#include "workers/inference/semantic_score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNITS_MAX = 128, TEXT_BYTES_MAX = 1 << 22, FOREIGN_WORDS_MIN = 8 };

struct pair {
	struct text question, answer, passage;
	size_t document;
	struct document_range span;
	double given[WEAK_MEASURES], scores[WEAK_MEASURES]; /* by the generator; against `passage` */
};

struct weak_pair {
	size_t of;
	double scores[WEAK_MEASURES];
};

struct weak_set {
	const struct domain *domain;
	struct pair *pairs;
	size_t count, capacity, documents;
	struct buffer question, answer, passage;
};

/* A sentence, list entry or fenced block of an answer, and what stands before it: blanks, line ends, a list marker. */
struct unit {
	struct text before, text;
	bool code;
};

const char *weak_kind_name(enum weak_kind kind)
{
	static const char *const names[] = { "answer of another question", "cut", "shuffled", "repeated sentence", "sentence from elsewhere", "table cells", "generic question" };
	_Static_assert(COUNT_OF(names) == WEAK_KINDS, "a name for each kind");
	return names[kind];
}

struct weak_set *weak_set_create(const struct domain *domain)
{
	struct weak_set *set = calloc(1, sizeof(*set));
	CHECK(set);
	set->domain = domain;
	buffer_init(&set->question, TEXT_BYTES_MAX);
	buffer_init(&set->answer, TEXT_BYTES_MAX);
	buffer_init(&set->passage, TEXT_BYTES_MAX);
	return set;
}

void weak_set_destroy(struct weak_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++) {
		free((char *)set->pairs[i].question.data);
		free((char *)set->pairs[i].answer.data);
		free((char *)set->pairs[i].passage.data);
	}
	free(set->pairs);
	buffer_done(&set->question);
	buffer_done(&set->answer);
	buffer_done(&set->passage);
	free(set);
}

/* --- the good ones --- */

static struct text copy_of(struct text text)
{
	char *copy = malloc(text.bytes + 1);
	CHECK(copy);
	if (text.bytes)
		memcpy(copy, text.data, text.bytes);
	return (struct text){ copy, text.bytes };
}

static void take_scores(const struct conversation_scores *scores, float structural, double *ret_scores)
{
	ret_scores[WEAK_COHERENCE] = (double)scores->coherence;
	ret_scores[WEAK_RELEVANCE] = (double)scores->relevance;
	ret_scores[WEAK_ACCURACY] = (double)scores->accuracy;
	ret_scores[WEAK_SEMANTIC] = (double)scores->semantic;
	ret_scores[WEAK_COMBINED] = 0.4 * (double)structural + 0.6 * (double)scores->semantic;
}

/* What a model would have been shown: the title and the chunk. */
static struct text passage_of(struct weak_set *set, const struct document *document, const struct conversation *conversation)
{
	struct document_range chunk = document->chunks[conversation->chunk_index].span;
	uint32_t end = (uint32_t)size_max(chunk.offset + chunk.bytes, conversation->span.offset + conversation->span.bytes);
	buffer_clear(&set->passage);
	buffer_append_string(&set->passage, "# ");
	buffer_append_text(&set->passage, document_meta(document, DOCUMENT_META_TITLE));
	buffer_append_string(&set->passage, "\n\n");
	buffer_append_text(&set->passage, text_slice(document->markdown, chunk.offset, end));
	return buffer_view(&set->passage);
}

static void score_against(struct weak_set *set, struct text question, struct text answer, struct text passage, double structural, double *ret_scores)
{
	struct conversation_scores scores;
	struct passage index;
	struct passage_verdict verdict;
	struct text rest = passage, line = { 0 };
	passage_init(&index, set->domain);
	CHECK(passage_index(&index, passage) == 0);
	if (text_next_line(&rest, &line) && text_starts_with(line, TEXT_LITERAL("# ")))
		index.title = text_slice(line, 2, line.bytes);
	passage_check(&index, answer, &verdict);
	semantic_score_passage(&index, question, answer, &verdict, &scores);
	passage_done(&index);
	take_scores(&scores, (float)structural, ret_scores);
}

static double structural_of(const struct pair *pair) { return (pair->given[WEAK_COMBINED] - 0.6 * pair->given[WEAK_SEMANTIC]) / 0.4; }

static void add_pair(struct weak_set *set, const struct document *document, const struct conversation_set *conversations, const struct conversation *conversation)
{
	const struct conversation_message *messages = &conversations->messages[conversation->message_first];
	if (set->count == set->capacity) {
		set->capacity = set->capacity ? set->capacity * 2 : 256;
		set->pairs = reallocarray(set->pairs, set->capacity, sizeof(*set->pairs));
		CHECK(set->pairs);
	}
	struct pair *pair = &set->pairs[set->count++];
	*pair = (struct pair){ .question = copy_of(conversation_text(conversations, messages[conversation->message_count - 2].text)),
			       .answer = copy_of(conversation_text(conversations, messages[conversation->message_count - 1].text)),
			       .passage = copy_of(passage_of(set, document, conversation)), .document = set->documents, .span = conversation->span };
	take_scores(&conversation->scores, conversation->scores.structural, pair->given);
	score_against(set, pair->question, pair->answer, pair->passage, structural_of(pair), pair->scores);
}

void weak_set_add(struct weak_set *set, const struct settings *settings, const struct document *document)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation_set conversations;
	CHECK(builder && generate_conversations(settings, set->domain, document, builder) == 0);
	size_t bytes = (size_t)conversation_builder_bytes(builder);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	CHECK(block);
	conversation_builder_write(builder, block);
	conversation_builder_destroy(builder);
	CHECK(conversation_open(block, bytes, &conversations, NULL) == 0);
	for (uint32_t i = 0; i < conversations.count; i++)
		if (conversations.conversations[i].accepted)
			add_pair(set, document, &conversations, &conversations.conversations[i]);
	set->documents++;
	free(block);
}

size_t weak_set_count(const struct weak_set *set, double mean[WEAK_MEASURES], double deviation[WEAK_MEASURES])
{
	for (size_t m = 0; m < WEAK_MEASURES; m++) {
		double sum = 0, squares = 0;
		for (size_t i = 0; i < set->count; i++) {
			sum += set->pairs[i].given[m];
			squares += set->pairs[i].given[m] * set->pairs[i].given[m];
		}
		mean[m] = set->count ? sum / (double)set->count : 0;
		deviation[m] = set->count ? sqrt(fmax(0, squares / (double)set->count - mean[m] * mean[m])) : 0;
	}
	return set->count;
}

double weak_set_good_mean(struct weak_set *set, enum weak_measure measure)
{
	double sum = 0;
	for (size_t i = 0; i < set->count; i++)
		sum += set->pairs[i].scores[measure];
	return set->count ? sum / (double)set->count : 0;
}

/* --- an answer in units --- */

static size_t marker_bytes(struct text line)
{
	size_t at = 0;
	while (at < line.bytes && ascii_is_digit(line.data[at]))
		at++;
	if (at && at + 1 < line.bytes && line.data[at] == '.' && line.data[at + 1] == ' ')
		return at + 2;
	return line.bytes > 2 && line.data[0] == '-' && line.data[1] == ' ' ? 2 : 0;
}

/* Behind the sentence that begins at `at`. */
static size_t sentence_end(struct text answer, size_t at, size_t line_end)
{
	for (; at < line_end; at++)
		if (memchr(".?!", answer.data[at], 3) && at + 2 < line_end && answer.data[at + 1] == ' ' && ascii_is_upper(answer.data[at + 2]))
			return at + 1;
	return line_end;
}

static size_t split(struct text answer, struct unit units[UNITS_MAX])
{
	size_t count = 0, at = 0, before = 0;
	while (at < answer.bytes && count < UNITS_MAX) {
		if (ascii_is_space(answer.data[at])) {
			at++;
			continue;
		}
		const char *newline = memchr(answer.data + at, '\n', answer.bytes - at);
		size_t line_end = newline ? (size_t)(newline - answer.data) : answer.bytes, end;
		bool code = text_starts_with(text_slice(answer, at, answer.bytes), TEXT_LITERAL("```"));
		if (code) {
			ptrdiff_t close = text_find(text_slice(answer, at + 3, answer.bytes), TEXT_LITERAL("```"));
			end = close < 0 ? answer.bytes : at + 6 + (size_t)close;
		} else {
			at += marker_bytes(text_slice(answer, at, line_end));
			end = sentence_end(answer, at, line_end);
		}
		units[count++] = (struct unit){ text_slice(answer, before, at), text_slice(answer, at, end), code };
		at = before = end;
	}
	return count;
}

static size_t words_of(struct text text)
{
	size_t words = 0;
	for (size_t i = 0; i < text.bytes; i++)
		words += !ascii_is_space(text.data[i]) && (i == 0 || ascii_is_space(text.data[i - 1]));
	return words;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* --- making them weak --- */

static bool cut(struct text answer, uint32_t seed, struct buffer *out)
{
	struct unit units[UNITS_MAX];
	size_t count = split(answer, units);
	while (count && (units[count - 1].code || words_of(units[count - 1].text) < 6))
		count--;
	if (!count)
		return false;
	struct text last = units[count - 1].text;
	size_t words = words_of(last), kept = 2 + next_random(&seed) % (words - 3), end = 0; /* two words at least are lost */
	for (size_t i = 0; i < last.bytes && !end; i++)
		if (ascii_is_space(last.data[i]) && --kept == 0)
			end = i;
	buffer_append_text(out, text_slice(answer, 0, (size_t)(last.data - answer.data) + end));
	return true;
}

static bool shuffle(struct text answer, uint32_t seed, struct buffer *out)
{
	struct unit units[UNITS_MAX];
	size_t order[UNITS_MAX], count = split(answer, units), moved = 0;
	if (count < 4)
		return false;
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count - 1; i > 0; i--) {
		size_t j = next_random(&seed) % (i + 1), kept = order[i];
		order[i] = order[j];
		order[j] = kept;
	}
	for (size_t i = 0; i < count; i++) {
		moved += order[i] != i;
		buffer_append_text(out, units[i].before);
		buffer_append_text(out, units[order[i]].text);
	}
	return moved > 2;
}

static bool repeat(struct text answer, uint32_t seed, struct buffer *out)
{
	struct unit units[UNITS_MAX];
	size_t count = split(answer, units);
	for (size_t i = 0, at = count ? next_random(&seed) % count : 0; i < count; i++, at = (at + 1) % count) {
		if (units[at].code || words_of(units[at].text) < 5)
			continue;
		buffer_append_text(out, answer);
		for (size_t k = 0; k < 2; k++)
			buffer_append_format(out, "%s%.*s", k ? " " : "\n\n", TEXT_ARGS(units[at].text));
		return true;
	}
	return false;
}

static bool insert_foreign(struct text answer, struct text other, uint32_t seed, struct buffer *out)
{
	struct unit units[UNITS_MAX], foreign[UNITS_MAX];
	size_t count = split(answer, units), others = split(other, foreign), inserted = others;
	for (size_t i = 0; i < others && inserted == others; i++)
		if (!foreign[i].code && words_of(foreign[i].text) >= FOREIGN_WORDS_MIN && foreign[i].text.data[foreign[i].text.bytes - 1] == '.')
			inserted = i;
	if (inserted == others || !count)
		return false;
	size_t behind = next_random(&seed) % count;
	for (size_t i = 0; i < count; i++) {
		buffer_append_text(out, units[i].before);
		buffer_append_text(out, units[i].text);
		if (i == behind)
			buffer_append_format(out, "%s%.*s", units[i].code || marker_bytes(text_trim(units[i].before)) || text_find(units[i].before, TEXT_LITERAL("- ")) >= 0 ? "\n\n" : " ",
					     TEXT_ARGS(foreign[inserted].text));
	}
	return true;
}

/* Rows of the passage's table, without their frame: "a | b" or a cell a line. */
static bool cells(struct text passage, uint32_t seed, struct buffer *out)
{
	bool rows = seed & 1;
	struct text rest = passage, line, cell;
	size_t taken = 0;
	while (taken < 5 && text_next_line(&rest, &line)) {
		struct text row = text_trim(line);
		if (row.bytes < 5 || row.data[0] != '|' || text_find(row, TEXT_LITERAL("---")) >= 0)
			continue;
		for (size_t column = 0; text_next_field(&row, '|', &cell);) {
			cell = text_trim(cell);
			if (cell.bytes)
				buffer_append_format(out, "%s%.*s", out->bytes == 0 ? "" : rows && column++ ? " | " : "\n", TEXT_ARGS(cell));
		}
		taken++;
	}
	return out->bytes > 40;
}

static void ask_generic(uint32_t seed, struct buffer *out)
{
	static const char *const questions[] = { "What is this about?", "What does the document say?", "Can you explain the details?", "What are the main points of the text?",
						 "What should an engineer know?", "Could you give more information on this topic?", "What is important here?", "How does it work?" };
	buffer_append_string(out, questions[seed % COUNT_OF(questions)]);
}

static bool overlap(struct document_range a, struct document_range b)
{
	return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/* The next pair of this document that is about something else, or of another document; NULL: none. */
static const struct pair *other_pair(const struct weak_set *set, const struct pair *pair, bool same_document)
{
	size_t index = (size_t)(pair - set->pairs);
	for (size_t i = 1; i < set->count; i++) {
		const struct pair *other = &set->pairs[(index + i * (same_document ? 1 : 7)) % set->count];
		if ((other->document == pair->document) == same_document && !(same_document && overlap(other->span, pair->span)))
			return other;
	}
	return NULL;
}

static bool make_weak(struct weak_set *set, enum weak_kind kind, const struct pair *pair, uint32_t seed)
{
	const struct pair *other = kind == WEAK_EXCHANGED || kind == WEAK_FOREIGN ? other_pair(set, pair, kind == WEAK_EXCHANGED) : NULL;
	buffer_clear(&set->question);
	buffer_clear(&set->answer);
	buffer_clear(&set->passage);
	buffer_append_text(&set->passage, pair->passage);
	if (kind == WEAK_GENERIC)
		ask_generic(seed, &set->question);
	else
		buffer_append_text(&set->question, pair->question);
	switch (kind) {
	case WEAK_EXCHANGED:
		if (!other)
			return false;
		buffer_append_text(&set->answer, other->answer);
		if (!text_equal(other->passage, pair->passage)) {
			buffer_append_string(&set->passage, "\n\n");
			buffer_append_text(&set->passage, other->passage);
		}
		return true;
	case WEAK_CUT: return cut(pair->answer, seed, &set->answer);
	case WEAK_SHUFFLED: return shuffle(pair->answer, seed, &set->answer);
	case WEAK_REPEATED: return repeat(pair->answer, seed, &set->answer);
	case WEAK_FOREIGN: return other && insert_foreign(pair->answer, other->answer, seed, &set->answer);
	case WEAK_CELLS: return cells(pair->passage, seed, &set->answer);
	default: buffer_append_text(&set->answer, pair->answer); return true;
	}
}

static size_t make_all(struct weak_set *set, enum weak_kind kind, struct weak_pair *weak)
{
	size_t count = 0;
	for (size_t i = 0; i < set->count; i++) {
		const struct pair *pair = &set->pairs[i];
		uint32_t seed = (uint32_t)i * 2654435761u + (uint32_t)kind;
		if (!make_weak(set, kind, pair, seed >> 4))
			continue;
		CHECK(!set->question.status && !set->answer.status && !set->passage.status);
		weak[count].of = i;
		score_against(set, buffer_view(&set->question), buffer_view(&set->answer), buffer_view(&set->passage), structural_of(pair), weak[count].scores);
		count++;
	}
	return count;
}

/* --- how well they are told apart --- */

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* Chance that one of `good` is above one of `weak`; both are sorted. */
static double auc_of(double *good, size_t good_count, double *weak, size_t weak_count)
{
	double sum = 0;
	size_t below = 0, equal = 0;
	qsort(good, good_count, sizeof(*good), by_value);
	qsort(weak, weak_count, sizeof(*weak), by_value);
	for (size_t i = 0; i < good_count; i++) {
		while (below < weak_count && weak[below] < good[i])
			below++;
		for (equal = size_max(equal, below); equal < weak_count && weak[equal] <= good[i];)
			equal++;
		sum += (double)below + 0.5 * (double)(equal - below);
	}
	return sum / ((double)good_count * (double)weak_count);
}

void weak_set_measure(struct weak_set *set, enum weak_kind kind, struct weak_rate *ret_rate)
{
	struct weak_pair *weak = calloc(set->count + 1, sizeof(*weak));
	double *goods = calloc(set->count + 1, sizeof(*goods)), *weaks = calloc(set->count + 1, sizeof(*weaks));
	CHECK(weak && goods && weaks);
	*ret_rate = (struct weak_rate){ .count = make_all(set, kind, weak) };
	for (size_t m = 0; m < WEAK_MEASURES && ret_rate->count; m++) {
		size_t below = 0;
		for (size_t i = 0; i < set->count; i++)
			goods[i] = set->pairs[i].scores[m];
		for (size_t i = 0; i < ret_rate->count; i++) {
			weaks[i] = weak[i].scores[m];
			below += weaks[i] < set->pairs[weak[i].of].scores[m] - 1e-6;
		}
		ret_rate->auc[m] = auc_of(goods, set->count, weaks, ret_rate->count);
		ret_rate->below[m] = (double)below / (double)ret_rate->count;
	}
	free(weak);
	free(goods);
	free(weaks);
}

static int by_semantic(const void *a, const void *b)
{
	const struct weak_pair *left = a, *right = b;
	return (left->scores[WEAK_SEMANTIC] < right->scores[WEAK_SEMANTIC]) - (left->scores[WEAK_SEMANTIC] > right->scores[WEAK_SEMANTIC]);
}

void weak_set_print(struct weak_set *set, enum weak_kind kind, size_t count)
{
	struct weak_pair *weak = calloc(set->count + 1, sizeof(*weak));
	CHECK(weak);
	size_t found = make_all(set, kind, weak);
	qsort(weak, found, sizeof(*weak), by_semantic);
	for (size_t i = 0; i < found && i < count; i++) {
		const struct pair *pair = &set->pairs[weak[i].of];
		(void)make_weak(set, kind, pair, ((uint32_t)weak[i].of * 2654435761u + (uint32_t)kind) >> 4);
		printf("--- %s: coherence %.2f relevance %.2f accuracy %.2f semantic %.2f; the good one %.2f\nQ: %.*s\nA: %.*s\n\n", weak_kind_name(kind), weak[i].scores[0],
		       weak[i].scores[1], weak[i].scores[2], weak[i].scores[3], pair->scores[WEAK_SEMANTIC], TEXT_ARGS(buffer_view(&set->question)),
		       TEXT_ARGS(buffer_view(&set->answer)));
	}
	free(weak);
}
