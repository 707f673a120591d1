/* passage_check.c: judges the facts of an answer's sentences (see passage_checker.h). */
#include "workers/inference/passage_checker.h"

#include "workers/inference/cmedit.h"
#include "workers/inference/passage_quote.h"

enum { CHAIN_MAX = 256, COMMAND_PLACES_MAX = 512, EARLY_PLACES_MAX = 16, EARLY_BACK_MAX = 96, EARLY_STEPS_MAX = 4096, TELLING_BYTES_MIN = 4, TELLING_WORDS_MIN = 5, TELLING_WORDS_NAMED = 2 };

static bool has_exact(const struct passage *passage, uint32_t stem, uint32_t exact)
{
	return passage_find_exact(passage, passage_first(passage, stem), exact) != 0;
}

static bool has_word(const struct passage *passage, struct text word)
{
	return word.bytes && has_exact(passage, passage_stem_of(word), passage_exact(word));
}

/* "DisplayPort" where the passage writes "Display Port". */
static bool is_joined(const struct passage *passage, struct text word)
{
	for (size_t i = 1; i + 1 < word.bytes; i++) {
		if (!ascii_is_upper(word.data[i]) || !ascii_is_lower(word.data[i - 1]))
			continue;
		struct text left = text_slice(word, 0, i), right = text_slice(word, i, word.bytes);
		uint32_t left_exact = passage_exact(left);
		for (uint32_t place = passage_first(passage, passage_stem_of(right)); place > 1; place = passage->links[place].next)
			if (passage->places[place].exact == passage_exact(right) && passage->places[place - 1].exact == left_exact)
				return true;
	}
	return false;
}

/* "i.e", "e.g": letters with points. */
static bool is_abbreviation(struct text word)
{
	for (size_t i = 0; i < word.bytes; i++)
		if (i % 2 ? word.data[i] != '.' : !ascii_is_lower(word.data[i]))
			return false;
	return true;
}

static bool in_one_span(const struct passage_place *a, const struct passage_place *b)
{
	return a->flags & b->flags & PLACE_CODE && a->span == b->span;
}

/* Does the sentence have the word, in the same code span as `place` or with none of them in code? */
static bool sentence_has(const struct passage *passage, const struct passage_place *place, uint32_t exact)
{
	uint32_t sentence = passage_sentence_of(passage, place), end = passage_scanned_end(passage, sentence, COMMAND_PLACES_MAX);
	for (uint32_t p = passage->sentences[sentence].first; p < end; p++)
		if (passage->places[p].exact == exact && (in_one_span(&passage->places[p], place) || !((passage->places[p].flags | place->flags) & PLACE_CODE)))
			return true;
	return false;
}

/* Does the word stand right behind `before` in a command that has the words `first` and `second` (0: any)? */
static bool stands_behind(const struct passage *passage, const struct answer_word *word, uint32_t before, uint32_t first, uint32_t second)
{
	unsigned steps = 0;
	for (uint32_t place = passage_first(passage, word->place.stem); place > 1 && steps < CHAIN_MAX; place = passage->links[place].next, steps++) {
		const struct passage_place *has = &passage->places[place], *back = has - 1;
		while (back > passage->places + 1 && back->flags & (PLACE_PART | PLACE_ORDINAL))
			back--;
		if (has->exact == word->place.exact && back->exact == before && passage_sentence_of(passage, has) == passage_sentence_of(passage, back) &&
		    (in_one_span(has, back) || !((has->flags | back->flags) & PLACE_CODE)) && sentence_has(passage, has, first) &&
		    (!second || sentence_has(passage, has, second)))
			return true;
	}
	return false;
}

/* A command that the passage has is taken whole: each word must follow the one that it follows there, after the same two first words. */
static bool begins_command(const struct passage *passage, const struct answer_word *word)
{
	unsigned steps = 0;
	for (uint32_t place = passage_first(passage, word->place.stem); place && steps < CHAIN_MAX; place = passage->links[place].next, steps++) {
		const struct passage_place *has = &passage->places[place], *next = has + 1;
		while (next + 1 < passage->places + passage->place_count && next->flags & PLACE_PART)
			next++;
		uint32_t sentence = passage->links[place].sentence;
		bool first = place == passage->sentences[sentence].first || has[-1].span != has->span || !(has[-1].flags & PLACE_CODE);
		if (has->exact == word->place.exact && has->flags & PLACE_CODE && first && place + 1 < passage->place_count && passage_sentence_of(passage, next) == sentence &&
		    next->span == has->span && next->flags & PLACE_CODE)
			return true;
	}
	return false;
}

static bool follows(struct checker *checker, const struct answer_word *word)
{
	const struct passage *passage = checker->passage;
	uint32_t before = checker->command_before, exact = word->place.exact;
	checker->command_before = exact;
	if (!before || word->place.span != checker->span) {
		checker->span = word->place.span;
		checker->command_first = begins_command(passage, word) ? exact : 0;
		checker->command_words = 1;
		return true;
	}
	bool known = !checker->command_first || stands_behind(passage, word, before, checker->command_first, checker->command_words > 1 ? checker->command_second : 0);
	if (checker->command_words++ == 1)
		checker->command_second = exact;
	return known;
}

static bool has_state(const struct passage *passage, int state)
{
	return passage->states & passage_state_bit(state);
}

/* Class.attribute from a passage that names the class in one place and the attribute in another, and the class for no other attribute. */
static bool is_composed(const struct passage *passage, const struct answer_word *word)
{
	struct passage_place class;
	if (!ascii_is_upper(word->text.data[0])) /* a file's name, a version */
		return false;
	struct text attribute = passage_attribute_of(word->text);
	uint32_t subject = passage_stem_of(attribute);
	passage_part_of(passage, &word->place, passage_class_of(word->text), &class);
	const struct passage_slot *slot = passage_find(passage, subject);
	if (!has_word(passage, attribute) || !has_exact(passage, class.stem, class.exact))
		return false;
	unsigned steps = 0;
	bool owned = false;
	for (uint32_t place = passage_first(passage, class.stem); slot && slot->subject && place && steps < CHAIN_MAX; place = passage->links[place].next, steps++) {
		if (passage_owner_of(passage, place, &subject, 1) != OWNED_BY_OTHERS)
			return true;
		owned = true;
	}
	return !owned;
}

static bool has_identifier(const struct passage *passage, const struct answer_word *word)
{
	if (word->place.unit && passage_find(passage, word->place.unit)) /* MB, and the passage spells it out */
		return true;
	return has_exact(passage, word->place.stem, word->place.exact) || (word->place.kind == KIND_CONSTANT && passage_find(passage, word->place.stem)) || (word->dotted && is_composed(passage, word)) || is_joined(passage, word->text) ||
	       is_abbreviation(word->text);
}

/* An option as written; where the passage has none, its word. */
static bool has_option(const struct passage *passage, const struct answer_word *word)
{
	return has_exact(passage, word->place.stem, word->place.exact) || (!passage->options && has_word(passage, word->text));
}

/* Lacks the passage the unit, and has another one for the same thing? Seconds to years are said of any time. */
static bool is_other_unit(const struct passage *passage, const struct answer_word *word)
{
	static const struct text coarse[] = { TEXT_LITERAL("s"), TEXT_LITERAL("min"), TEXT_LITERAL("h"), TEXT_LITERAL("days"), TEXT_LITERAL("weeks"), TEXT_LITERAL("months"), TEXT_LITERAL("years") };
	struct text unit = fact_words_unit(word->text);
	for (size_t i = 0; i < COUNT_OF(coarse); i++)
		if (text_equal(unit, coarse[i]))
			return false;
	return !(passage->units & passage_unit_bit(word->place.unit)) && passage->dimensions & passage_unit_bit(passage_dimension(word->text)) && !passage_find(passage, word->place.stem);
}

/* Lacks the passage the word, and has others that exclude it? */
static bool is_other_grade(const struct passage *passage, const struct answer_word *word)
{
	unsigned grade = word->place.kind - KIND_GRADE;
	struct text member;
	if (passage_find(passage, word->place.stem))
		return false;
	for (size_t i = 0; (member = fact_words_grade_member(grade, i)).bytes; i++)
		if (passage_find(passage, passage_stem_of_word(member)))
			return true;
	return false;
}

/* "attribute=value" is what sets it; in a filter there are two signs, and names of classes begin with a capital. */
static bool is_assigned(struct text answer, struct text word)
{
	if (word.data < answer.data + 2 || word.data[-1] != '=')
		return false;
	const char *sign = word.data - 1, *name = sign;
	while (name > answer.data && ascii_is_word(name[-1]))
		name--;
	return name < sign && ascii_is_lower(*name);
}

/* Does the passage have the word in a command that reads? */
static bool has_read(const struct passage *passage, const struct answer_word *word)
{
	const uint32_t get = passage_exact(TEXT_LITERAL("get"));
	unsigned steps = 0;
	for (uint32_t place = passage_first(passage, word->place.stem); place && steps < CHAIN_MAX; place = passage->links[place].next, steps++)
		if (passage->places[place].exact == word->place.exact && passage->places[place].flags & PLACE_CODE && sentence_has(passage, &passage->places[place], get))
			return true;
	return false;
}

static bool is_supported(struct checker *checker, const struct answer_word *word)
{
	const struct passage *passage = checker->passage;
	const struct passage_place *place = &word->place;
	if (checker->in_command && checker->reads && is_assigned(checker->answer, word->text) && !has_read(passage, word))
		return false;
	if (place->flags & PLACE_CODE && !checker->in_command && !follows(checker, word))
		return false;
	if (word->refuted && !(checker->in_command && cmedit_is_grammar(word->text)))
		return false;
	if (word->is_word && place->kind == KIND_UNIT)
		return !is_other_unit(passage, word);
	if (place->kind > KIND_GRADE && place->kind < KIND_STATE && !(place->flags & PLACE_CODE))
		return !is_other_grade(passage, word);
	if (word->is_word && ((place->kind == KIND_CONSTANT && !(place->flags & PLACE_CODE)))) /* not refuted: a plain word */
		return true;
	if (word->ordinal.bytes)
		return passage_find(passage, passage_ordinal(word->ordinal)) || has_identifier(passage, word);
	if (place->flags & PLACE_NUMBER)
		return passage_has_number(passage, place, word->unit) ? passage_belongs(passage, &checker->sentence, word) : passage_has_same_quantity(passage, &checker->sentence, word);
	if (word->is_name && !(place->flags & PLACE_CODE))
		return passage_find(passage, place->stem) || checker->sentence.german;
	if (checker->in_command && cmedit_is_grammar(word->text)) /* a value of the grammar that the passage's own commands do not have */
		return !place->state || passage_find(passage, place->stem) || !has_word(passage, TEXT_LITERAL("cmedit"));
	if (word->option)
		return has_option(passage, word);
	if (place->state && place->flags & PLACE_CODE && has_state(passage, -place->state) && !has_state(passage, place->state))
		return false;
	if (place->state && !word->identifier && !(place->flags & PLACE_CODE))
		return !has_state(passage, -place->state) || (has_state(passage, place->state) && passage_belongs(passage, &checker->sentence, word));
	return has_identifier(passage, word) && (passage_is_subject(word) || word->dotted || passage_belongs(passage, &checker->sentence, word));
}

/* A command goes on to the end of its line or code span. */
static bool continues_command(bool in_command, const struct answer_word *word)
{
	return word->place.flags & PLACE_CODE && (in_command || text_equal(word->text, TEXT_LITERAL("cmedit")));
}

static bool is_carried(const struct answer_word *word)
{
	return word->place.flags & PLACE_NAMED && !(word->place.flags & PLACE_NUMBER) && !passage_is_value(&word->place) && word->place.kind != KIND_CODE && word->place.kind != KIND_OPTION;
}

static void find_subjects(struct checker *checker)
{
	struct answer_sentence *sentence = &checker->sentence;
	sentence->subject_count = 0;
	for (size_t w = 0; w < sentence->count + sentence->carried && sentence->subject_count < ANSWER_SUBJECTS_MAX; w++) {
		const struct answer_word *word = &sentence->words[w];
		if (passage_is_subject(word) && !cmedit_is_grammar(word->text))
			sentence->subjects[sentence->subject_count++] = word->place.stem;
	}
}

/* A line of code alone: its words are judged by what follows what. */
static bool is_command(const struct answer_sentence *sentence)
{
	for (size_t w = 0; w < sentence->count; w++)
		if (!(sentence->words[w].place.flags & PLACE_CODE))
			return false;
	return true;
}

/* May the sentence be held against any place of the passage? A line of code may, and one that names what it is about or says enough; "It is 10 ms" and
 * "Unit: ms" may not: they are about what was said before. */
static bool stands_alone(const struct checker *checker)
{
	const struct answer_sentence *sentence = &checker->sentence;
	size_t telling = 0, names = 0;
	if (checker->fenced)
		return sentence->count > 1;
	for (size_t w = 0; w < sentence->count; w++) {
		const struct answer_word *word = &sentence->words[w];
		bool plain = word->is_word && !word->place.kind && !(word->place.flags & (PLACE_FREQUENT | PLACE_NUMBER)) && word->text.bytes >= TELLING_BYTES_MIN;
		names += (word->place.kind >= KIND_NAME && word->place.kind < KIND_OPTION) || word->place.kind == KIND_PROPER;
		telling += plain && !word->common;
	}
	return telling + names >= (names ? TELLING_WORDS_NAMED : TELLING_WORDS_MIN) && !fact_words_goes_on(sentence->words[0].text);
}

/* What is to stand in the passage: the sentence; one that goes on about something, together with the sentence before it. */
struct wanted {
	const struct statement *first; /* where it begins */
	struct text text;
	unsigned piece;
};

static struct wanted wanted_of(const struct checker *checker)
{
	const struct answer_word *last = &checker->sentence.words[checker->sentence.count - 1];
	const struct statement *first = stands_alone(checker) || !checker->before.begin ? &checker->statement : &checker->before;
	const char *end = checker->statement_end ? checker->statement_end : last->text.data + last->text.bytes;
	return (struct wanted){ first, { first->begin, (size_t)(end - first->begin) }, (checker->cut_before ? PASSAGE_CUT_BEFORE : 0) | (checker->statement_end ? 0 : PASSAGE_CUT_BEHIND) };
}

static bool is_wanted_at(const struct passage *passage, const struct wanted *wanted, uint32_t place, size_t *steps)
{
	return !(passage->places[place].flags & (PLACE_PART | PLACE_ORDINAL)) &&
	       passage_quotes_at(passage->source, passage->places[place].offset, wanted->text, (size_t)(wanted->first->word - wanted->first->begin), wanted->piece, steps);
}

/* Does the passage have the sentence word by word? */
static bool is_quoted(struct checker *checker)
{
	const struct passage *passage = checker->passage;
	const struct wanted wanted = wanted_of(checker);
	for (uint32_t place = passage_first(passage, wanted.first->stem); place && checker->quote_steps; place = passage->links[place].next)
		if (is_wanted_at(passage, &wanted, place, &checker->quote_steps))
			return true;
	return false;
}

/* Where the sentence's first word stands when this is the place of its word `w` and the words between are the same; or 0. */
static uint32_t first_place(const struct passage *passage, const struct answer_sentence *sentence, size_t w, uint32_t place)
{
	while (w-- > 0) {
		if (sentence->words[w].place.flags & PLACE_PART)
			continue;
		do
			place--;
		while (place && passage->places[place].flags & (PLACE_PART | PLACE_ORDINAL));
		if (!place || passage->stems[place] != sentence->words[w].place.stem)
			return 0;
	}
	return place;
}

/* The same before anything is weighed, for what is found at once: by the word that the passage has least often. False: not known. A sentence with a word that the passage has nowhere is
 * left to the other checks. */
static bool is_quoted_early(const struct checker *checker)
{
	const struct passage *passage = checker->passage;
	const struct answer_sentence *sentence = &checker->sentence;
	const struct passage_slot *slot = NULL;
	size_t rarest = 0, steps = EARLY_STEPS_MAX;
	bool fact = false;
	for (size_t w = 0; w < sentence->count; w++) {
		const struct answer_word *word = &sentence->words[w];
		if (word->place.flags & PLACE_PART)
			continue;
		if (!word->slot)
			return false;
		fact = fact || word->fact;
		if (!slot || word->slot->count < slot->count) {
			slot = word->slot;
			rarest = w;
		}
	}
	if (!fact || slot->count > EARLY_PLACES_MAX)
		return false;
	const struct wanted wanted = wanted_of(checker);
	for (uint32_t place = slot->head; place; place = passage->links[place].next) {
		uint32_t first = passage->places[place].flags & (PLACE_PART | PLACE_ORDINAL) ? 0 : first_place(passage, sentence, rarest, place);
		if (first && wanted.first == &checker->statement && is_wanted_at(passage, &wanted, first, &steps))
			return true;
		if (wanted.first == &checker->statement)
			continue;
		for (uint32_t back = 1; back < first && back < EARLY_BACK_MAX; back++)
			if (passage->stems[first - back] == wanted.first->stem && is_wanted_at(passage, &wanted, first - back, &steps))
				return true;
	}
	return false;
}

/* A fact of a sentence that the passage has: what follows it in a command is judged with it. */
static bool pass_word(struct checker *checker, const struct answer_word *word)
{
	if (word->place.flags & PLACE_CODE && !checker->in_command)
		(void)follows(checker, word);
	return true;
}

/* All words of the sentence are read: judges its facts. */
void passage_close_sentence(struct checker *checker)
{
	struct answer_sentence *sentence = &checker->sentence;
	find_subjects(checker);
	bool weighed = !checker->passage->assembled && !is_command(sentence), early = weighed && is_quoted_early(checker);
	weighed = weighed && !early;
	if (weighed)
		passage_check_entries(checker->passage, sentence);
	if (weighed && !sentence->respectively)
		passage_align(checker->passage, sentence);
	for (size_t w = 0, whole = 0; w < sentence->count; w++) {
		whole = sentence->words[w].place.flags & PLACE_PART ? whole : w;
		sentence->words[whole].refuted = sentence->words[whole].refuted || sentence->words[w].refuted;
	}
	size_t facts = 0, supported = 0;
	struct text wrong = { NULL, 0 };
	bool may_stand = false; /* does the wrong word stand in the passage? Other words than numbers may be read otherwise there */
	for (size_t w = 0; w < sentence->count; w++) {
		const struct answer_word *word = &sentence->words[w];
		checker->in_command = continues_command(checker->in_command, word);
		if (checker->in_command && w > 0 && text_equal(sentence->words[w - 1].text, TEXT_LITERAL("cmedit")))
			checker->reads = text_equal(word->text, TEXT_LITERAL("get"));
		if (!word->fact || word->place.flags & PLACE_PART)
			continue;
		facts++;
		bool held = early ? pass_word(checker, word) : is_supported(checker, word);
		supported += held;
		if (held || wrong.bytes)
			continue;
		wrong = word->text;
		may_stand = !(word->place.flags & PLACE_NUMBER) || word->slot;
	}
	bool quoted = may_stand && is_quoted(checker);
	checker->verdict->facts += facts;
	checker->verdict->supported += quoted ? facts : supported;
	if (!quoted && !checker->verdict->word.bytes)
		checker->verdict->word = wrong.bytes ? wrong : checker->verdict->word;
	size_t carried = 0;
	bool anew = false; /* the sentence is about attributes of its own */
	for (size_t w = 0; w < sentence->count; w++)
		anew = anew || passage_is_subject(&sentence->words[w]);
	for (size_t w = 0; w < sentence->count + (anew ? 0 : sentence->carried) && carried < ANSWER_CARRIED_MAX; w++)
		if (is_carried(&sentence->words[w]))
			sentence->words[carried++] = sentence->words[w];
	sentence->carried = carried;
	sentence->count = 0;
	sentence->respectively = false;
	checker->clause = checker->values = 0;
	checker->comparing = (struct fact_comparing){ 0 };
	checker->last_number = ANSWER_WORDS_MAX;
}
