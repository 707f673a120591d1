/* answer_form.c: see answer_form.h. */
#include "workers/inference/answer_form.h"

#include "base/check.h"

#include <math.h>
#include <stdint.h>

enum { REPEAT_SLOTS = 1024, RUNNING_WORDS_MIN = 5, LAST_WORD_BYTES_MAX = 8, CHAIN_COLONS_MIN = 3 };
_Static_assert(REPEAT_SLOTS >= 2 * (int)ANSWER_UNITS_MAX, "the table of sentences is never full");

static double between(double value, double from, double to)
{
	return value <= from ? 0 : value >= to ? 1 : (value - from) / (to - from);
}

/* "- ", "* ", "12. ", "3) " */
static size_t marker_bytes(struct text line)
{
	size_t at = 0;
	while (at < line.bytes && at < 9 && ascii_is_digit(line.data[at]))
		at++;
	if (at)
		return at + 1 < line.bytes && (line.data[at] == '.' || line.data[at] == ')') && line.data[at + 1] == ' ' ? at + 2 : 0;
	return line.bytes > 1 && (line.data[0] == '-' || line.data[0] == '*' || line.data[0] == '+') && line.data[1] == ' ' ? 2 : 0;
}

static bool is_end_mark(char c) { return c == '.' || c == '?' || c == '!'; }

/* "e.g.", "i.e.", "No.": the point behind it ends nothing. */
static bool is_abbreviation(struct text before)
{
	size_t bytes = 0;
	while (bytes < before.bytes && bytes < 5 && !ascii_is_space(before.data[before.bytes - 1 - bytes]))
		bytes++;
	struct text word = text_slice(before, before.bytes - bytes, before.bytes);
	return bytes == 1 || (bytes == 3 && word.data[1] == '.') || text_equal_nocase(word, TEXT_LITERAL("no")) || text_equal_nocase(word, TEXT_LITERAL("fig")) ||
	       text_equal_nocase(word, TEXT_LITERAL("vs"));
}

static size_t sentence_end(struct text line, size_t at)
{
	for (size_t i = at; i + 2 < line.bytes; i++) {
		if (!is_end_mark(line.data[i]))
			continue;
		size_t behind = i + 1;
		while (behind < line.bytes && memchr(")\"'`*", line.data[behind], 5))
			behind++;
		if (behind + 1 < line.bytes && line.data[behind] == ' ' && !ascii_is_lower(line.data[behind + 1]) &&
		    !(line.data[i] == '.' && is_abbreviation(text_slice(line, at, i))))
			return behind;
	}
	return line.bytes;
}

/* Without quotes, brackets and emphasis that close behind it. */
static struct text without_closers(struct text text)
{
	while (text.bytes && memchr(")]\"'`*_", text.data[text.bytes - 1], 7))
		text.bytes--;
	return text;
}

static char last_mark(struct text text)
{
	text = without_closers(text);
	return text.bytes ? text.data[text.bytes - 1] : '\0';
}

/* A full stop of any script, or what leads on. */
static bool ends_sentence(struct text text)
{
	char last = last_mark(text);
	return is_end_mark(last) || last == ':' || last == ';' || (unsigned char)last >= 0x80;
}

struct unit_words {
	size_t words, named, lower; /* `named`: that begin with a letter; of those the ones in lower case */
	uint64_t hash; /* of letters and digits, without case */
	bool wide;     /* a script without blanks, for the most part */
};

static struct unit_words count_words(struct text text)
{
	struct unit_words counted = { .hash = 14695981039346656037u };
	size_t wide = 0;
	bool inside = false;
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		bool high = (unsigned char)c >= 0x80, word = ascii_is_word(c) || high;
		wide += (unsigned char)c >= 0xE3;
		counted.words += word && !inside;
		counted.named += word && !inside && !ascii_is_digit(c);
		counted.lower += word && !inside && (ascii_is_lower(c) || high);
		inside = word || (inside && (c == '.' || c == '-' || c == '\''));
		if (word)
			counted.hash = (counted.hash ^ (unsigned char)ascii_lower(c)) * 1099511628211u;
	}
	counted.wide = wide * 6 > text.bytes; /* three bytes a letter */
	counted.hash += !counted.hash;
	return counted;
}

/* --- units --- */

struct reader {
	struct answer_form *form;
	unsigned long number; /* of the last entry that has one */
	size_t lost;          /* entries whose number does not follow */
	bool in_code;
};

static void add_unit(struct reader *reader, struct text text, enum answer_unit_kind kind, bool line_begins)
{
	struct answer_form *form = reader->form;
	if (form->count == ANSWER_UNITS_MAX) /* the end is looked at, whatever comes before it */
		form->count--;
	form->units[form->count++] = (struct answer_unit){ text, kind, line_begins };
}

/* A list that begins with "2." lacks its beginning. */
static void read_number(struct reader *reader, struct text line)
{
	unsigned long number = 0;
	for (size_t i = 0; i < line.bytes && ascii_is_digit(line.data[i]); i++)
		number = number * 10 + (unsigned long)(line.data[i] - '0');
	reader->lost += number > 1 && number != reader->number + 1;
	reader->number = number;
}

static void read_line(struct reader *reader, struct text line)
{
	line = text_trim(line);
	bool fence = text_starts_with(line, TEXT_LITERAL("```"));
	if (!line.bytes)
		return;
	if (fence || reader->in_code) {
		if (fence && !reader->in_code)
			add_unit(reader, line, ANSWER_CODE, true);
		reader->in_code = reader->in_code != fence;
		return;
	}
	size_t marker = marker_bytes(line), at = marker;
	if (marker && ascii_is_digit(line.data[0]))
		read_number(reader, line);
	bool row = !marker && (line.data[0] == '|' || text_find(line, TEXT_LITERAL(" | ")) >= 0);
	while (at < line.bytes) {
		size_t end = row ? line.bytes : sentence_end(line, at);
		struct text text = text_trim(text_slice(line, at, end));
		if (text.bytes)
			add_unit(reader, text, marker ? ANSWER_ENTRY : row || !ends_sentence(text) ? ANSWER_FRAGMENT : ANSWER_SENTENCE, at == marker);
		at = end;
	}
}

/* --- measures --- */

static bool is_open(struct text text)
{
	int round = 0, square = 0;
	size_t ticks = 0;
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		ticks += c == '`';
		if (ticks % 2)
			continue;
		round += c == '(' ? 1 : c == ')' && round ? -1 : 0;
		square += c == '[' ? 1 : c == ']' && square ? -1 : 0;
	}
	return round || square || ticks % 2;
}

/* A word that something must follow. */
static bool wants_more(struct text text)
{
	static const struct text words[] = { TEXT_LITERAL("the"), TEXT_LITERAL("a"), TEXT_LITERAL("an"), TEXT_LITERAL("of"), TEXT_LITERAL("and"), TEXT_LITERAL("or"),
		TEXT_LITERAL("to"), TEXT_LITERAL("with"), TEXT_LITERAL("by"), TEXT_LITERAL("from"), TEXT_LITERAL("is"), TEXT_LITERAL("are"), TEXT_LITERAL("for"),
		TEXT_LITERAL("that"), TEXT_LITERAL("which"), TEXT_LITERAL("when"), TEXT_LITERAL("if"), TEXT_LITERAL("than"), TEXT_LITERAL("as"), TEXT_LITERAL("at"),
		TEXT_LITERAL("its"), TEXT_LITERAL("this"), TEXT_LITERAL("these"), TEXT_LITERAL("into"), TEXT_LITERAL("between"), TEXT_LITERAL("has"), TEXT_LITERAL("was") };
	size_t bytes = 0;
	while (bytes < text.bytes && ascii_is_alpha(text.data[text.bytes - 1 - bytes]))
		bytes++;
	if (bytes == text.bytes || bytes > LAST_WORD_BYTES_MAX || !ascii_is_space(text.data[text.bytes - 1 - bytes]))
		return false;
	struct text word = text_slice(text, text.bytes - bytes, text.bytes);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(word, words[i]))
			return true;
	return false;
}

/* With a word in small letters: neither code nor name nor number. */
static bool ends_plainly(struct text text)
{
	size_t at = text.bytes;
	while (at && ascii_is_lower(text.data[at - 1]))
		at--;
	return at < text.bytes && at && text.data[at - 1] == ' ';
}

static double whole_entry(struct answer_form *form, struct text text)
{
	char last = last_mark(text);
	if (is_end_mark(last) || (unsigned char)last >= 0x80)
		return is_open(text) ? 0.2 : 1;
	if (last == ',' || wants_more(text))
		return 0;
	if (last == ':' || is_open(text))
		return 0.2;
	size_t begin = form->count - 1;
	while (begin > 0 && !form->units[begin].line_begins)
		begin--;
	const struct answer_unit *above = begin ? &form->units[begin - 1] : NULL;
	if (above && above->kind == ANSWER_ENTRY) {
		bool code = text.data[text.bytes - 1] != '`' && above->text.data[above->text.bytes - 1] == '`' && !memchr(text.data, ':', text.bytes);
		if (code || (is_end_mark(last_mark(above->text)) && ends_plainly(text) && count_words(text).words >= RUNNING_WORDS_MIN))
			return 0.2;
	}
	form->open_end = true;
	return 1;
}

static double measure_whole(struct answer_form *form, bool in_code)
{
	const struct answer_unit *last = &form->units[form->count - 1];
	if (in_code)
		return 0;
	if (last->kind == ANSWER_CODE || (last->text.data[0] == '|' && last->text.data[last->text.bytes - 1] == '|')) /* a table's row */
		return 1;
	if (last->kind == ANSWER_FRAGMENT)
		return last_mark(last->text) == ',' || wants_more(last->text) ? 0 : 0.2;
	if (last->kind == ANSWER_ENTRY)
		return whole_entry(form, last->text);
	return last_mark(last->text) == ':' || is_open(last->text) ? 0.2 : 1;
}

/* False when it was there already. */
static bool add_hash(uint64_t slots[REPEAT_SLOTS], uint64_t hash)
{
	size_t at = hash & (REPEAT_SLOTS - 1);
	for (; slots[at]; at = (at + 1) & (REPEAT_SLOTS - 1))
		if (slots[at] == hash)
			return false;
	slots[at] = hash;
	return true;
}

/* A list entry "… like this:", and neither list nor code behind it. At the end of the answer it is not whole. */
static bool leads_nowhere(const struct answer_form *form, size_t index)
{
	const struct answer_unit *unit = &form->units[index];
	if (unit->kind != ANSWER_ENTRY || index + 1 == form->count || last_mark(unit->text) != ':')
		return false;
	return unit[1].kind != ANSWER_ENTRY && unit[1].kind != ANSWER_CODE;
}

/* Names and values run together: "Prefix: a Addresses: b Datasheet: c". */
static bool is_chain(struct text text)
{
	size_t colons = 0, ticks = 0;
	for (size_t i = 0; i + 1 < text.bytes; i++) {
		ticks += text.data[i] == '`';
		colons += ticks % 2 == 0 && text.data[i] == ':' && text.data[i + 1] == ' ';
	}
	return colons >= CHAIN_COLONS_MIN;
}

/* A line that is a question: the next one of a list of questions and answers. */
static bool asks(const struct answer_form *form, size_t index)
{
	const struct answer_unit *unit = &form->units[index];
	return unit->kind == ANSWER_SENTENCE && unit->line_begins && last_mark(unit->text) == '?' && (index + 1 == form->count || unit[1].line_begins);
}

/* `lost`: what leads to nothing or comes from nowhere, as far as it is known. */
static void measure_units(struct answer_form *form, size_t lost)
{
	uint64_t slots[REPEAT_SLOTS] = { 0 };
	size_t words = 0, repeated = 0, running = 0, debris = 0;
	for (size_t i = 0; i < form->count; i++) {
		const struct answer_unit *unit = &form->units[i];
		if (unit->kind == ANSWER_CODE)
			continue;
		struct unit_words counted = count_words(unit->text);
		bool enough = counted.words >= RUNNING_WORDS_MIN || counted.wide;
		words += counted.words;
		if (enough && !add_hash(slots, counted.hash)) /* "Reserved for later use." of several entries says each time something else */
			repeated += unit->kind == ANSWER_ENTRY ? counted.words / 3 : counted.words;
		if (unit->kind == ANSWER_FRAGMENT || is_chain(unit->text))
			debris += counted.words;
		else if (enough && (counted.lower * 5 >= counted.named * 2 || counted.wide))
			running += counted.words;
		lost += (size_t)leads_nowhere(form, i) + asks(form, i);
	}
	double all = words ? (double)words : 1;
	form->once = 1 - between((double)repeated / all, 0.02, 0.15);
	form->running = between((double)running / all, 0.02, 0.12) * (1 - between((double)debris / all, 0.25, 0.6));
	form->led = fmax(0, 1 - (double)lost / 2);
}

void answer_form_read(struct text answer, struct answer_form *ret_form)
{
	struct reader reader = { .form = ret_form };
	struct text rest = answer, line;
	ret_form->count = 0;
	ret_form->whole = ret_form->once = ret_form->running = ret_form->led = 0;
	ret_form->open_end = false;
	while (text_next_line(&rest, &line))
		read_line(&reader, line);
	if (!ret_form->count)
		return;
	ret_form->whole = measure_whole(ret_form, reader.in_code);
	measure_units(ret_form, reader.lost);
}

double answer_form_score(const struct answer_form *form) { return form->whole * form->once * form->running * form->led; }
