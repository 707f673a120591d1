/* passage_answer.c: reads answers that are held against an indexed passage (see passage.h). */
#include "workers/inference/passage_checker.h"

#include "workers/inference/fact_quick.h"

enum { CHAIN_MAX = 256, CAPITALS_MAX = 32, PATH_BYTES_MAX = 256, QUOTE_STEPS_MAX = 1 << 20, QUICK_MAX = 16, PARTS_MAX = 2 };

#define RESPECTIVELY TEXT_LITERAL("respectively")

static bool is_fact(const struct answer_word *word, bool counts)
{
	bool ordinal = word->ordinal.bytes && (word->identifier || word->ordinal.bytes > 1 || word->ordinal.data[0] > '2'); /* "first" mostly counts nothing */
	return !word->is_word || counts || word->place.flags & PLACE_CODE || word->option || word->place.state || ordinal;
}

static void compare(struct checker *checker, size_t number, enum fact_comparison said)
{
	const struct passage *passage = checker->passage;
	if (!said || number >= checker->sentence.count)
		return;
	struct answer_word *word = &checker->sentence.words[number];
	unsigned all = 0;
	unsigned steps = 0;
	for (uint32_t place = passage_first(passage, word->place.stem); place && steps < CHAIN_MAX; place = passage->links[place].next, steps++)
		if (passage->places[place].exact == word->place.exact)
			all |= passage->places[place].comparison;
	word->refuted = word->refuted || (all & 1u << fact_comparison_opposite(said) && !(all & 1u << said));
}

/* Class and attribute, which the passage may name apart; what is wrong with them is wrong with the whole. */
static void add_parts(const struct passage *passage, struct answer_sentence *sentence, const struct answer_word *whole)
{
	struct text parts[] = { passage_class_of(whole->text), passage_attribute_of(whole->text) };
	for (size_t i = 0; i < COUNT_OF(parts) && sentence->count < ANSWER_WORDS_MAX; i++) {
		struct answer_word part = *whole;
		part.text = parts[i];
		part.dotted = false;
		passage_part_of(passage, &whole->place, parts[i], &part.place);
		part.slot = passage_find(passage, part.place.stem);
		sentence->words[sentence->count++] = part;
	}
}

/* Behind a colon: "Three states exist: …" counts what follows. */
static void take_intro(struct answer_word *word)
{
	word->place.intro = true;
	if (word->first && word->is_word && word->place.kind == KIND_PLAIN)
		word->fact = false;
}

/* "between 45 and 66 Hz": values of one kind, whatever has the unit. */
static void take_range(struct checker *checker, struct text number, bool unit, const struct passage_place *place)
{
	const char *end = checker->number_end;
	if (end && place->unit && number.data > end && passage_joins_range((struct text){ end, (size_t)(number.data - end) }) && checker->last_number < checker->sentence.count)
		checker->sentence.words[checker->last_number].place.kind = place->kind;
	checker->number_end = unit ? NULL : number.data + number.bytes;
}

/* "The three others", "four of them": counts what the answer speaks of, unless the passage has the number. */
static void take_counted(struct checker *checker, const struct answer_word *word)
{
	static const struct text counted[] = { TEXT_LITERAL("others"), TEXT_LITERAL("of"), TEXT_LITERAL("ways"), TEXT_LITERAL("kinds"), TEXT_LITERAL("values"), TEXT_LITERAL("modes"),
					       TEXT_LITERAL("options"), TEXT_LITERAL("cases"), TEXT_LITERAL("conditions"), TEXT_LITERAL("parameters"), TEXT_LITERAL("counters") };
	struct answer_sentence *sentence = &checker->sentence;
	struct answer_word *before = sentence->count ? &sentence->words[sentence->count - 1] : NULL;
	if (!before || !before->is_word || before->place.kind != KIND_PLAIN || passage_find(checker->passage, before->place.stem))
		return;
	for (size_t i = 0; i < COUNT_OF(counted); i++)
		if (text_equal(word->text, counted[i]))
			before->fact = false;
}

/* Does the passage have the whole word in capitals? */
static bool is_in_capitals(const struct passage *passage, const struct passage_slot *slot, struct text word)
{
	char upper[CAPITALS_MAX];
	if (word.bytes < 4 || word.bytes > sizeof(upper) || text_ends_with_nocase(word, TEXT_LITERAL("ing")))
		return false;
	for (size_t i = 0; i < word.bytes; i++)
		upper[i] = word.data[i] >= 'a' && word.data[i] <= 'z' ? (char)(word.data[i] - 'a' + 'A') : word.data[i];
	return passage_find_exact(passage, slot->head, passage_exact((struct text){ upper, word.bytes })) != 0;
}

/* A sentence begins: behind the one before and a list marker; or a piece of one, behind as many words as are held at once. */
static void begin_statement(struct checker *checker, const struct fact_scanner *scanner, const struct answer_word *first)
{
	const char *begin = checker->statement_end ? checker->statement_end : scanner->text.data, *word = first->text.data;
	checker->cut_before = checker->statement.begin && !checker->statement_end;
	while (begin < word && ascii_is_space(*begin))
		begin++;
	const char *digits = begin;
	while (digits < word && ascii_is_digit(*digits))
		digits++;
	bool marked = digits > begin && word - digits > 1 && (*digits == '.' || *digits == ')') && digits[1] == ' ';
	checker->fenced = scanner->in_fence;
	checker->before = checker->statement;
	checker->statement = (struct statement){ checker->cut_before ? word : marked ? digits + 1 : begin, word, first->place.stem };
	checker->statement_end = NULL;
}

/* Is the word a part of "/sys/module/zswap"? Not of "and/or". */
static bool is_in_path(struct text answer, const char *word, size_t bytes)
{
	const char *begin = word, *end = answer.data + answer.bytes;
	size_t slashes = word + bytes < end && word[bytes] == '/';
	for (; begin > answer.data && word - begin < PATH_BYTES_MAX && (ascii_is_word(begin[-1]) || memchr("/.-", begin[-1], 3)); begin--)
		slashes += begin[-1] == '/';
	return slashes > 1 && *begin == '/' && (begin == answer.data || memchr(" `(\"'\n=>", begin[-1], 8));
}

static inline bool follows_slash(struct text answer, struct text word)
{
	return word.data > answer.data && word.data[-1] == '/' && is_in_path(answer, word.data, word.bytes);
}

/* What every word does to its sentence, and the sentence to it; `plain` is a word, no name or number. */
static inline void set_in_sentence(struct checker *checker, const struct fact_scanner *scanner, struct answer_word *word, bool breaks, bool colon, bool plain)
{
	struct answer_sentence *sentence = &checker->sentence;
	if (!sentence->count)
		begin_statement(checker, scanner, word);
	if (checker->option_end && word->text.data < checker->option_end)
		passage_make_part(&word->place);
	take_counted(checker, word);
	checker->clause += breaks;
	if (plain && word->text.bytes == RESPECTIVELY.bytes && text_equal(word->text, RESPECTIVELY))
		sentence->respectively = true;
	if (colon && !checker->values)
		for (size_t w = 0; w < sentence->count; w++)
			take_intro(&sentence->words[w]);
	word->slot = passage_find(checker->passage, word->place.stem);
	if (plain && word->place.kind == KIND_NONE && word->slot && word->slot->constant && is_in_capitals(checker->passage, word->slot, word->text)) /* "deep" of a passage that says DEEP */
		word->place.kind = KIND_CONSTANT;
	word->place.clause = checker->clause;
	word->place.values = checker->values;
}

struct said { /* what a token says of itself beside its place */
	bool breaks, colon, plain; /* breaks: the clause; plain: a word, no name or number */
	bool number, unit, counts, version; /* unit: the number has one */
	const char *option_end; /* NULL: it is none */
	uint32_t says; /* of a comparison */
};

/* Adds a word that is read to the sentence. */
static void add_word(struct checker *checker, const struct fact_scanner *scanner, struct answer_word *word, const struct said *said)
{
	struct answer_sentence *sentence = &checker->sentence;
	if (word->place.state && checker->comparing.reversed)
		word->place.kind = KIND_NONE;
	set_in_sentence(checker, scanner, word, said->breaks, said->colon, said->plain);
	if (said->option_end)
		checker->option_end = said->option_end;
	if (said->number)
		take_range(checker, word->text, said->unit, &word->place);
	checker->values += passage_is_value(&word->place) && !(word->first && word->is_word); /* "Three states exist: …" */
	bool graded = word->place.kind > KIND_GRADE && word->place.kind < KIND_STATE;
	word->fact = word->place.kind == KIND_UNIT || graded || word->place.kind == KIND_CONSTANT || is_fact(word, said->counts);
	sentence->words[sentence->count++] = *word;
	bool measured = said->number || word->place.kind == KIND_CLAUSE || said->version;
	if (word->dotted && word->place.kind >= KIND_NAME && word->place.kind < KIND_OPTION)
		add_parts(checker->passage, sentence, word);
	if (measured) {
		checker->last_number = sentence->count - 1;
		compare(checker, checker->last_number, fact_comparing_number(&checker->comparing, said->number));
	} else {
		compare(checker, checker->last_number, fact_comparing_word(&checker->comparing, said->says));
	}
}

static void make_name(struct answer_word *word)
{
	word->is_word = false;
	word->place.kind = KIND_NONE;
	word->place.state = 0;
}

static void take_word(struct checker *checker, struct fact_scanner *scanner, struct fact_token *token)
{
	struct answer_sentence *sentence = &checker->sentence;
	if (checker->unit_place == token->text.data) /* read with its number */
		return;
	checker->unit_place = token->unit.bytes ? token->unit.data : NULL;
	struct answer_word word = { .text = token->text, .unit = token->unit, .ordinal = token->ordinal, .dotted = token->dotted, .option = token->option,
				    .is_name = token->kind == FACT_NAME, .is_word = token->kind == FACT_WORD, .identifier = token->kind == FACT_IDENTIFIER, .first = !sentence->count };
	passage_place_of(checker->passage->domain, token, &word.place);
	word.common = token->kind == FACT_WORD && passage_is_common(checker->passage->domain, token);
	if (word.is_word && follows_slash(scanner->text, token->text))
		make_name(&word);
	if (token->kind == FACT_NUMBER && token->first_group_bytes && !passage_has_number(checker->passage, &word.place, word.unit)) {
		fact_scanner_split(scanner, token);
		token->number_bytes = token->first_group_bytes + (token->number[0] == '-');
		token->unit = (struct text){ 0 };
		passage_place_of(checker->passage->domain, token, &word.place);
	}
	word.number = token->unit.bytes ? passage_number_of((struct text){ token->number, token->number_bytes }) : 0;
	bool plain = token->kind == FACT_WORD, number = token->number_bytes, version = passage_is_version(token);
	struct said said = { .breaks = token->breaks || (plain && (token->word ? token->word->breaks : passage_breaks_clause(token->text))), .colon = token->colon, .plain = plain, .number = number,
			     .unit = token->unit.bytes, .counts = number && !passage_counts_nothing(token), .version = version, .option_end = token->option ? token->dashed.data + token->dashed.bytes : NULL,
			     .says = number || version ? 0 : passage_says(token) };
	add_word(checker, scanner, &word, &said);
}

/* The same for a token that fact_scanner_quick took, for which there is room in the sentence. */
static void take_named(struct checker *checker, const struct fact_scanner *scanner, const struct fact_quick *token)
{
	struct fact_word *known = token->word; /* of a number: its unit's, or NULL */
	bool number = token->kind == FACT_NUMBER, plain = token->kind == FACT_WORD;
	if (checker->unit_place == token->text.data)
		return;
	checker->unit_place = number ? token->unit : NULL;
	struct answer_word word = { .text = token->text, .dotted = !number && known->dotted, .is_name = token->kind == FACT_NAME, .is_word = plain, .identifier = token->kind == FACT_IDENTIFIER,
				    .first = !checker->sentence.count };
	passage_place_of_quick(token, &word.place);
	word.common = plain && passage_is_common_word(checker->passage->domain, known, token->text);
	if (plain && follows_slash(scanner->text, token->text))
		make_name(&word);
	bool unit = number && token->unit;
	if (unit) {
		word.unit = (struct text){ token->unit, known->bytes };
		word.number = passage_number_of(token->text);
	}
	struct said said = { .breaks = token->before & FACT_BREAKS || (plain && known->breaks), .colon = token->before & FACT_COLON, .plain = plain, .number = number, .unit = unit,
			     .counts = number, .version = !number && known->version, .says = number ? 0 : known->says };
	add_word(checker, scanner, &word, &said);
}

/* The same for a word outside of code that is `quick`: most of it is about others. */
static void take_quick(struct checker *checker, const struct fact_scanner *scanner, const struct fact_quick *token)
{
	struct answer_sentence *sentence = &checker->sentence;
	struct fact_word *known = token->word;
	bool name = token->kind == FACT_NAME;
	if (checker->unit_place == token->text.data)
		return;
	checker->unit_place = NULL;
	struct answer_word *word = &sentence->words[sentence->count];
	*word = (struct answer_word){ .text = token->text, .is_name = name, .is_word = !name, .first = !sentence->count };
	word->place.stem = known->stem;
	word->place.exact = known->exact;
	word->place.kind = name ? KIND_PROPER : KIND_NONE;
	word->place.unit = known->listed ? known->unit : 0;
	word->place.column = (uint16_t)size_min(token->column, UINT16_MAX);
	word->place.span = (uint8_t)scanner->span;
	word->place.flags = (known->label ? PLACE_FREQUENT : 0) | (name ? PLACE_NAMED : 0);
	word->common = !name && passage_is_common_word(checker->passage->domain, known, token->text);
	word->is_word = !name && !follows_slash(scanner->text, token->text);
	set_in_sentence(checker, scanner, word, token->before & FACT_BREAKS || (known->breaks && !name), token->before & FACT_COLON, !name);
	checker->values += word->place.kind == KIND_CONSTANT && !(word->first && word->is_word);
	word->fact = word->place.kind == KIND_CONSTANT || !word->is_word;
	sentence->count++;
	compare(checker, checker->last_number, fact_comparing_word(&checker->comparing, known->says));
}

/* The names carried over stand behind the sentence's words: they are moved there when it is complete. */
static void end_sentence(struct checker *checker, struct answer_word *names)
{
	struct answer_sentence *sentence = &checker->sentence;
	bool anew = false;
	for (size_t w = 0; w < sentence->count; w++)
		anew = anew || passage_is_subject(&sentence->words[w]);
	if (!sentence->count)
		return;
	if (anew)
		sentence->carried = 0;
	memcpy(sentence->words + sentence->count, names, sentence->carried * sizeof(names[0]));
	passage_close_sentence(checker);
	memcpy(names, sentence->words, sentence->carried * sizeof(names[0]));
}

/* A sentence ends before `end`. */
static void end_statement(struct checker *checker, struct answer_word *names, const char *end)
{
	checker->statement_end = end;
	end_sentence(checker, names);
	checker->in_command = false;
	checker->command_before = 0;
}

/* Takes the tokens that are next and need no more than a look: as many at once as the sentence has room for, and none behind its end, since judging it may take their words out of the memo. */
static void take_quick_tokens(struct checker *checker, struct fact_scanner *scanner, struct answer_word *names)
{
	struct fact_quick tokens[QUICK_MAX];
	size_t count = 1;
	while (count > 0 && checker->sentence.count + QUICK_MAX + PARTS_MAX <= ANSWER_WORDS_MAX) {
		count = fact_scanner_quick(scanner, tokens, QUICK_MAX, FACT_QUICK_SENTENCE);
		for (size_t i = 0; i < count; i++) {
			if (tokens[i].kind >= FACT_SEPARATOR)
				end_statement(checker, names, tokens[i].text.data);
			else if (tokens[i].kind != FACT_NUMBER && tokens[i].word->quick && !tokens[i].in_code)
				take_quick(checker, scanner, &tokens[i]);
			else
				take_named(checker, scanner, &tokens[i]);
		}
	}
}

void passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict)
{
	*ret_verdict = (struct passage_verdict){ .word = { answer.data, 0 } };
	struct checker checker;
	struct answer_word names[ANSWER_CARRIED_MAX];
	struct fact_scanner scanner;
	struct fact_token token;
	checker.sentence.count = checker.sentence.carried = 0; /* not all of it: its words are filled in as they come */
	checker.sentence.respectively = false;
	checker.comparing = (struct fact_comparing){ 0 };
	checker.fenced = checker.cut_before = false;
	checker.statement = checker.before = (struct statement){ 0 };
	checker.statement_end = NULL;
	checker.quote_steps = QUOTE_STEPS_MAX;
	checker.unit_place = checker.number_end = checker.option_end = NULL;
	checker.clause = checker.values = 0;
	checker.in_command = checker.reads = false;
	checker.answer = answer;
	checker.command_before = 0;
	checker.passage = passage;
	checker.verdict = ret_verdict;
	checker.sentence.german = passage->german;
	checker.last_number = ANSWER_WORDS_MAX;
	fact_scanner_init(&scanner, passage->domain, answer);
	scanner.memo = passage->memo;
	for (;;) {
		take_quick_tokens(&checker, &scanner, names);
		if (!fact_scanner_next(&scanner, &token))
			break;
		if (token.kind == FACT_SEPARATOR || token.kind == FACT_LINE) {
			end_statement(&checker, names, token.text.data);
			continue;
		}
		if (checker.sentence.count == ANSWER_WORDS_MAX)
			end_sentence(&checker, names);
		take_word(&checker, &scanner, &token);
	}
	checker.statement_end = answer.data + answer.bytes;
	end_sentence(&checker, names);
}
