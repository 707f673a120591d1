/* semantic_score.c: see semantic_score.h. */
#include "workers/inference/semantic_score.h"

#include "workers/inference/generate.h"
#include "workers/inference/question_fit.h"

#include <math.h>

enum { VOTES_MAX = 24, FREQUENT_MIN = 5, UNIT_WORDS_MIN = 4, PLACED_MIN = 3, TAIL_BYTES_MIN = 12, TAIL_BYTES_MAX = 32, TAIL_SOURCE_BYTES_MAX = 1 << 16, HEADINGS_MAX = 8, HEADING_LEVELS_MAX = 2, HEADING_WORDS_MAX = 32 };

struct votes { /* for sentences of the passage, by the rare words of one unit of the answer */
	struct { uint32_t sentence, count; } entries[VOTES_MAX];
	size_t count;
	uint32_t words;
};

struct headings { /* that the units of an answer stand below in the passage, and how many of them */
	struct { uint32_t sentence, count; } entries[HEADINGS_MAX];
	size_t count;
};

struct reader { /* of the answer */
	const struct passage *passage;
	const struct answer_form *form;
	struct content_words *answered;
	size_t unit;
	struct votes votes;
	size_t words, met;   /* of the unit: words that say something, and those of them that the passage has */
	double worst;        /* least share of them, of all units */
	uint32_t place;      /* of the last unit that has one: its sentence in the passage; 0 before the first one */
	size_t placed, back; /* units that have a place; those of them before the one before */
	struct headings headings;
};

static void vote(struct votes *votes, const struct passage *passage, const struct passage_slot *slot)
{
	uint32_t before = 0;
	if (!slot || slot->count >= FREQUENT_MIN)
		return;
	votes->words++;
	for (uint32_t at = slot->head; at; at = passage->links[at].next) {
		uint32_t sentence = passage->links[at].sentence;
		size_t i = 0;
		if (sentence == before || passage->sentences[sentence].flags & SENTENCE_ROW)
			continue;
		before = sentence;
		while (i < votes->count && votes->entries[i].sentence != sentence)
			i++;
		if (i == VOTES_MAX)
			return;
		if (i == votes->count) {
			votes->entries[i].sentence = sentence;
			votes->entries[i].count = 0;
			votes->count++;
		}
		votes->entries[i].count++;
	}
}

/* Where most of the unit's rare words stand; of several places the first one behind the unit before. 0: nowhere. */
static uint32_t place_of(const struct votes *votes, uint32_t before)
{
	uint32_t best = 0, best_count = 1;
	for (size_t i = 0; i < votes->count; i++) {
		uint32_t sentence = votes->entries[i].sentence, count = votes->entries[i].count;
		bool nearer = (sentence >= before) != (best >= before) ? sentence >= before : sentence < best;
		if (count > best_count || (count == best_count && best && nearer)) {
			best = sentence;
			best_count = count;
		}
	}
	return best_count * 2 > votes->words ? best : 0;
}

static void count_heading(struct headings *headings, uint32_t heading)
{
	size_t i = 0;
	while (i < headings->count && headings->entries[i].sentence != heading)
		i++;
	if (!heading || i == HEADINGS_MAX)
		return;
	if (i == headings->count) {
		headings->entries[i].sentence = heading;
		headings->entries[i].count = 0;
		headings->count++;
	}
	headings->entries[i].count++;
}

/* What stands under a heading need not repeat it to speak of it: its words are as good as said, where most of the answer stands below it. */
static void add_heading(const struct reader *reader)
{
	uint32_t best = 0, most = 0;
	for (size_t i = 0; i < reader->headings.count; i++)
		if (reader->headings.entries[i].count > most) {
			best = reader->headings.entries[i].sentence;
			most = reader->headings.entries[i].count;
		}
	if (most * 2 <= reader->placed)
		return;
	for (int level = 0; best && level < HEADING_LEVELS_MAX; level++, best = reader->passage->sentences[best].heading)
		for (uint32_t at = reader->passage->sentences[best].first, end = passage_scanned_end(reader->passage, best, HEADING_WORDS_MAX); at < end; at++)
			content_words_add(reader->answered, reader->passage->places[at].stem, 0);
}

static void end_unit(struct reader *reader)
{
	uint32_t place = place_of(&reader->votes, reader->place);
	if (reader->words >= UNIT_WORDS_MIN)
		reader->worst = fmin(reader->worst, (double)reader->met / (double)reader->words);
	if (place) {
		reader->placed++;
		reader->back += place < reader->place;
		reader->place = place;
		count_heading(&reader->headings, reader->passage->sentences[place].heading);
	}
	reader->votes.count = reader->votes.words = 0;
	reader->words = reader->met = 0;
}

static void read_answer(struct reader *reader, struct text answer)
{
	const struct answer_form *form = reader->form;
	struct fact_scanner scanner;
	struct fact_token token;
	const char *unit = NULL;
	fact_scanner_init(&scanner, reader->passage->domain, answer);
	scanner.memo = reader->passage->memo;
	while (fact_scanner_next(&scanner, &token)) {
		if (token.kind == FACT_LINE || token.kind == FACT_SEPARATOR || token.text.data == unit) /* a unit is read with its number */
			continue;
		unit = token.unit.data;
		for (; reader->unit + 1 < form->count && token.text.data >= form->units[reader->unit + 1].text.data; reader->unit++)
			end_unit(reader);
		struct content content = content_of(reader->passage->domain, &token);
		for (size_t i = 0; i < content.count; i++) {
			const struct passage_slot *slot = passage_find(reader->passage, content.stems[i]);
			content_words_add(reader->answered, content.stems[i], content.common ? 0 : content.weights[i]);
			if (scanner.in_fence || content.common)
				continue;
			reader->words++;
			reader->met += slot != NULL;
			vote(&reader->votes, reader->passage, slot);
		}
	}
	end_unit(reader);
}

/* Does the answer's last entry stop where the passage goes on, wherever that has it? */
static bool stops_early(const struct passage *passage, struct text answer)
{
	struct text source = text_slice(passage->source, 0, size_min(passage->source.bytes, TAIL_SOURCE_BYTES_MAX)), tail = text_trim(answer);
	size_t at = tail.bytes - size_min(tail.bytes, TAIL_BYTES_MAX);
	while (at && at < tail.bytes && !ascii_is_space(tail.data[at]))
		at++;
	tail = text_trim(text_slice(tail, at, tail.bytes));
	bool found = false;
	for (ptrdiff_t met; tail.bytes >= TAIL_BYTES_MIN && (met = text_find(source, tail)) >= 0; found = true) {
		source = text_slice(source, (size_t)met + tail.bytes, source.bytes);
		if (source.bytes < 2 || source.data[0] != ' ' || !(ascii_is_alnum(source.data[1]) || source.data[1] == '`'))
			return false;
	}
	return found;
}

static double order_of(const struct reader *reader)
{
	if (reader->placed < PLACED_MIN || !reader->back || reader->passage->assembled)
		return 1;
	return 1 - content_stretch((2 * (double)reader->back - 1) / (double)(reader->placed - 1), 0.2, 0.9);
}

void semantic_score_passage(const struct passage *passage, struct text question, struct text answer,
			    const struct passage_verdict *verdict, struct conversation_scores *ret_scores)
{
	struct content_words answered;
	struct question asked;
	struct answer_form form;
	struct reader reader = { .passage = passage, .form = &form, .answered = &answered, .worst = 1 };
	question_read(passage, question, &asked);
	answer_form_read(answer, &form);
	content_words_init(&answered, answer.bytes + HEADING_LEVELS_MAX * HEADING_WORDS_MAX * 2);
	read_answer(&reader, answer);
	if (form.open_end && stops_early(passage, answer))
		form.whole = 0;
	double share = content_share(answered.words, answered.count, passage), answer_share = content_stretch(share, 0.25, 0.85);
	double worst = share > 0 ? content_stretch(reader.worst / share, 0.3, 0.65) : 1;
	add_heading(&reader);
	double coherence = question_fit(&asked, &answered, &form) * answer_form_score(&form) * order_of(&reader);
	double relevance = sqrt(answer_share * content_stretch(question_share(&asked, passage), 0.2, 0.75)) * (0.35 + 0.65 * worst);
	double accuracy = verdict->facts ? (double)verdict->supported / (double)verdict->facts : 1;
	accuracy *= accuracy;
	if (verdict->facts < 3) /* few facts prove little */
		accuracy = fmin(accuracy, answer_share);
	ret_scores->coherence = (float)coherence;
	ret_scores->relevance = (float)relevance;
	ret_scores->accuracy = (float)accuracy;
	ret_scores->semantic = (float)(0.3 * coherence + 0.4 * relevance + 0.3 * accuracy);
}

void semantic_score(const struct domain *domain, struct text question, struct text answer, struct text source,
		    struct conversation_scores *ret_scores)
{
	struct passage passage;
	struct passage_verdict verdict;
	passage_init(&passage, domain);
	if (passage_index(&passage, source) == 0) {
		passage_check(&passage, answer, &verdict);
		semantic_score_passage(&passage, question, answer, &verdict, ret_scores);
	} else {
		ret_scores->coherence = ret_scores->relevance = ret_scores->accuracy = ret_scores->semantic = 0;
	}
	passage_done(&passage);
}
