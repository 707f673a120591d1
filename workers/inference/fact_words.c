/* fact_words.c: see fact_words.h. */
#include "workers/inference/fact_words.h"

#include "base/check.h"

#include <stdint.h>

#define T(literal) { literal, sizeof(literal) - 1 }

struct pair {
	struct text word, means;
};

static bool same(struct text a, struct text b)
{
	return a.bytes == b.bytes && ascii_lower(a.data[0]) == ascii_lower(b.data[0]) && text_equal_nocase(a, b);
}

static bool is_any(struct text word, const struct text *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (same(word, words[i]))
			return true;
	return false;
}

static struct text meaning(const struct pair *pairs, size_t count, struct text word)
{
	for (size_t i = 0; i < count; i++)
		if (same(word, pairs[i].word))
			return pairs[i].means;
	return (struct text){ word.data, 0 };
}

/* Is it one of these letters, in either case? Shorter than a call of memchr. */
static bool begins_with(struct text word, uint32_t letters)
{
	char first = ascii_lower(word.data[0]);
	return first >= 'a' && first <= 'z' && (letters >> (first - 'a') & 1);
}

#define LETTER(c) (1u << ((c) - 'a'))

static const struct pair numbers[] = { { T("zero"), T("0") }, { T("one"), T("1") }, { T("two"), T("2") }, { T("zwei"), T("2") }, { T("drei"), T("3") }, { T("vier"), T("4") }, { T("sechs"), T("6") }, { T("sieben"), T("7") }, { T("acht"), T("8") }, { T("neun"), T("9") }, { T("zehn"), T("10") },
	{ T("elf"), T("11") }, { T("zw\xC3\xB6lf"), T("12") }, { T("f\xC3\xBCnf"), T("5") }, { T("three"), T("3") }, { T("four"), T("4") }, { T("five"), T("5") }, { T("six"), T("6") }, { T("seven"), T("7") }, { T("eight"), T("8") },
	{ T("nine"), T("9") }, { T("ten"), T("10") }, { T("eleven"), T("11") }, { T("twelve"), T("12") }, { T("fifteen"), T("15") }, { T("twenty"), T("20") }, { T("thirty"), T("30") },
	{ T("forty"), T("40") }, { T("fifty"), T("50") }, { T("sixty"), T("60") }, { T("seventy"), T("70") }, { T("eighty"), T("80") }, { T("ninety"), T("90") } };

struct text fact_words_number(struct text word)
{
	if (word.bytes < 3 || word.bytes > 7 || !begins_with(word, LETTER('t') | LETTER('f') | LETTER('s') | LETTER('e') | LETTER('n') | LETTER('o') | LETTER('z') | LETTER('d') | LETTER('v') | LETTER('a')))
		return (struct text){ word.data, 0 };
	return meaning(numbers, COUNT_OF(numbers), word);
}

static const struct pair ordinals[] = { { T("first"), T("1") }, { T("second"), T("2") }, { T("third"), T("3") }, { T("fourth"), T("4") }, { T("fifth"), T("5") }, { T("sixth"), T("6") },
	{ T("seventh"), T("7") }, { T("eighth"), T("8") }, { T("ninth"), T("9") }, { T("tenth"), T("10") }, { T("eleventh"), T("11") }, { T("twelfth"), T("12") } };

struct text fact_words_ordinal(struct text word)
{
	static const struct text endings[] = { T("st"), T("nd"), T("rd"), T("th") };
	size_t digits = 0;
	if (word.bytes < 3 || word.bytes > 8)
		return (struct text){ word.data, 0 };
	while (digits < word.bytes && ascii_is_digit(word.data[digits]))
		digits++;
	if (!digits)
		return begins_with(word, LETTER('f') | LETTER('s') | LETTER('t') | LETTER('e') | LETTER('n')) ? meaning(ordinals, COUNT_OF(ordinals), word) : (struct text){ word.data, 0 };
	return is_any(text_slice(word, digits, word.bytes), endings, COUNT_OF(endings)) ? text_slice(word, 0, digits) : (struct text){ word.data, 0 };
}

/* May the word be a unit spelled out? By its first letter and its length, of all in `units` below: most words are not. */
static bool may_spell_unit(struct text word)
{
	static const uint32_t lengths['z' - 'a' + 1] = {
		['a' - 'a'] = 1u << 6 | 1u << 7, ['b' - 'a'] = 1u << 4 | 1u << 5 | 1u << 6, ['c' - 'a'] = 1u << 11, ['d' - 'a'] = 1u << 3 | 1u << 6 | 1u << 7 | 1u <<
		8 | 1u << 15 | 1u << 18, ['f' - 'a'] = 1u << 6, ['g' - 'a'] = 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9, ['h' - 'a'] = 1u << 4 | 1u << 5, ['j' - 'a'] = 1u
		<< 5, ['k' - 'a'] = 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 10, ['m' - 'a'] = 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 10 | 1u <<
		11 | 1u << 12, ['n' - 'a'] = 1u << 11, ['p' - 'a'] = 1u << 4 | 1u << 7, ['s' - 'a'] = 1u << 3 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9, ['t'
		- 'a'] = 1u << 4 | 1u << 9, ['v' - 'a'] = 1u << 4 | 1u << 5, ['w' - 'a'] = 1u << 4 | 1u << 5 | 1u << 6, ['y' - 'a'] = 1u << 4
	};
	char first = ascii_lower(word.data[0]);
	return first < 'a' || first > 'z' || (word.bytes < 32 && lengths[first - 'a'] >> word.bytes & 1);
}

bool fact_words_spells_unit(struct text word)
{
	return word.bytes > 3 && fact_words_unit(word).data != word.data;
}

static const struct pair units[] = { { T("millisecond"), T("ms") }, { T("milliseconds"), T("ms") }, { T("msec"), T("ms") }, { T("second"), T("s") }, { T("seconds"), T("s") }, { T("sec"), T("s") },
	{ T("minute"), T("min") }, { T("minutes"), T("min") }, { T("hour"), T("h") }, { T("hours"), T("h") }, { T("day"), T("days") }, { T("percent"), T("%") }, { T("microsecond"), T("us") },
	{ T("microseconds"), T("us") }, { T("\xC2\xB5s"), T("us") }, { T("\xCE\xBCs"), T("us") }, { T("nanoseconds"), T("ns") }, { T("kilometer"), T("km") }, { T("kilometers"), T("km") },
	{ T("meter"), T("m") }, { T("meters"), T("m") }, { T("metre"), T("m") }, { T("metres"), T("m") }, { T("bits"), T("bit") }, { T("bytes"), T("byte") }, { T("degree"), T("degrees") },
	{ T("PRBs"), T("PRB") }, { T("slots"), T("slot") }, { T("frames"), T("frame") }, { T("subframes"), T("subframe") }, { T("symbols"), T("symbol") }, { T("bit/s"), T("bps") }, { T("bits/s"), T("bps") }, { T("kilobyte"), T("kB") }, { T("kilobytes"), T("kB") }, { T("megabyte"), T("MB") }, { T("megabytes"), T("MB") }, { T("gigabyte"), T("GB") }, { T("gigabytes"), T("GB") },
	{ T("terabytes"), T("TB") }, { T("volt"), T("V") }, { T("volts"), T("V") }, { T("millivolt"), T("mV") }, { T("millivolts"), T("mV") }, { T("microvolt"), T("uV") }, { T("microvolts"), T("uV") }, { T("milliamperes"), T("mA") }, { T("milliwatt"), T("mW") }, { T("milliwatts"), T("mW") }, { T("kilowatt"), T("kW") }, { T("kilowatts"), T("kW") }, { T("ampere"), T("A") }, { T("amperes"), T("A") }, { T("watt"), T("W") }, { T("watts"), T("W") },
	{ T("hertz"), T("Hz") }, { T("kilohertz"), T("kHz") }, { T("megahertz"), T("MHz") }, { T("gigahertz"), T("GHz") }, { T("decibel"), T("dB") }, { T("decibels"), T("dB") },
	{ T("kilogram"), T("kg") }, { T("kilograms"), T("kg") }, { T("millimeters"), T("mm") }, { T("millimetres"), T("mm") }, { T("centimetres"), T("cm") }, { T("centimeters"), T("cm") },
	{ T("week"), T("weeks") }, { T("month"), T("months") }, { T("year"), T("years") }, { T("kelvin"), T("K") }, { T("Sekunden"), T("s") }, { T("Sekunde"), T("s") }, { T("Minuten"), T("min") },
	{ T("Minute"), T("min") }, { T("Stunden"), T("h") }, { T("Stunde"), T("h") }, { T("Tage"), T("days") }, { T("Monate"), T("months") }, { T("Wochen"), T("weeks") }, { T("Jahre"), T("years") }, { T("Prozent"), T("%") }, { T("\xC2\xB0"), T("degrees") },
	{ T("degrees Celsius"), T("\xC2\xB0" "C") }, { T("degrees Fahrenheit"), T("\xC2\xB0" "F") }, { T("kbit/s"), T("kbps") }, { T("kbits/s"), T("kbps") },
	{ T("Mbit/s"), T("Mbps") }, { T("Mbits/s"), T("Mbps") }, { T("Gbit/s"), T("Gbps") }, { T("Gbits/s"), T("Gbps") } };

struct text fact_words_unit(struct text unit)
{
	struct text plain = unit.bytes > 1 && may_spell_unit(unit) ? meaning(units, COUNT_OF(units), unit) : (struct text){ 0 };
	return plain.bytes ? plain : unit;
}

struct text fact_words_dimension(struct text unit)
{
	static const struct pair dimensions[] = { { T("ms"), T("s") }, { T("us"), T("s") }, { T("ns"), T("s") }, { T("min"), T("s") }, { T("h"), T("s") }, { T("days"), T("s") }, { T("weeks"), T("s") }, { T("mW"), T("W") }, { T("kW"), T("W") }, { T("W"), T("W") }, { T("mV"), T("V") }, { T("uV"), T("V") }, { T("V"), T("V") }, { T("mA"), T("A") }, { T("A"), T("A") },
		{ T("Hz"), T("Hz") }, { T("kHz"), T("Hz") }, { T("MHz"), T("Hz") }, { T("GHz"), T("Hz") }, { T("kB"), T("byte") }, { T("MB"), T("byte") }, { T("GB"), T("byte") }, { T("TB"), T("byte") },
		{ T("KiB"), T("byte") }, { T("MiB"), T("byte") }, { T("GiB"), T("byte") }, { T("km"), T("m") }, { T("cm"), T("m") }, { T("mm"), T("m") }, { T("bps"), T("bps") }, { T("kbps"), T("bps") },
		{ T("Mbps"), T("bps") }, { T("Gbps"), T("bps") }, { T("kB/s"), T("B/s") }, { T("MB/s"), T("B/s") }, { T("GB/s"), T("B/s") } };
	enum { DIMENSION_BYTES_MAX = 5 };
	struct text plain = fact_words_unit(unit);
	for (size_t i = 0; plain.bytes <= DIMENSION_BYTES_MAX && i < COUNT_OF(dimensions); i++)
		if (text_equal(plain, dimensions[i].word))
			return dimensions[i].means;
	return plain;
}

double fact_words_scale(struct text unit)
{
	static const struct { struct text unit; double scale; } scales[] = { { T("ns"), 1 }, { T("us"), 1e3 }, { T("ms"), 1e6 }, { T("s"), 1e9 }, { T("min"), 60e9 }, { T("h"), 3600e9 },
		{ T("days"), 86400e9 }, { T("weeks"), 604800e9 }, { T("mW"), 1 }, { T("W"), 1e3 }, { T("kW"), 1e6 }, { T("uV"), 1 }, { T("mV"), 1e3 }, { T("V"), 1e6 }, { T("mA"), 1 }, { T("A"), 1e3 },
		{ T("Hz"), 1 }, { T("kHz"), 1e3 }, { T("MHz"), 1e6 }, { T("GHz"), 1e9 }, { T("mm"), 1 }, { T("cm"), 10 }, { T("m"), 1e3 }, { T("km"), 1e6 }, { T("bps"), 1 }, { T("kbps"), 1e3 },
		{ T("Mbps"), 1e6 }, { T("Gbps"), 1e9 } };
	struct text plain = fact_words_unit(unit);
	for (size_t i = 0; i < COUNT_OF(scales); i++)
		if (text_equal(plain, scales[i].unit))
			return scales[i].scale;
	return 0;
}

static const struct { struct text word; int state; } states[] = { { T("true"), 1 }, { T("false"), -1 }, { T("off"), -2 }, { T("yes"), 3 }, { T("no"), -3 },
	{ T("enabled"), 4 }, { T("disabled"), -4 }, { T("activated"), 5 }, { T("deactivated"), -5 }, { T("locked"), 6 }, { T("unlocked"), -6 } };

int fact_words_state(struct text word)
{
	if (word.bytes < 2 || word.bytes > 11 || !begins_with(word, LETTER('t') | LETTER('f') | LETTER('o') | LETTER('n') | LETTER('y') | LETTER('e') | LETTER('d') | LETTER('a') | LETTER('l') | LETTER('u')))
		return 0;
	if (text_equal(word, TEXT_LITERAL("ON")))
		return 2;
	if (word.bytes == 2) /* "no" is a word like others but in capitals */
		return text_equal(word, TEXT_LITERAL("NO")) ? -3 : 0;
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (same(word, states[i].word))
			return states[i].state;
	return 0;
}

enum { GRADE_WORDS_MAX = 8 };

static const struct text grades[FACT_GRADES][GRADE_WORDS_MAX] = {
	[1] = { T("critical"), T("major"), T("minor"), T("warning"), T("indeterminate"), T("cleared") },
	[2] = { T("gold"), T("silver"), T("bronze"), T("platinum"), T("copper") },
	[3] = { T("uplink"), T("downlink"), T("sidelink") },
	[4] = { T("ingress"), T("egress") },
	[5] = { T("inbound"), T("outbound") },
	[6] = { T("red"), T("green"), T("amber"), T("yellow"), T("blue"), T("orange"), T("white") },
	[7] = { T("synchronous"), T("asynchronous") },
	[8] = { T("unicast"), T("multicast"), T("broadcast"), T("anycast") },
	[9] = { T("hourly"), T("daily"), T("weekly"), T("monthly"), T("yearly") },
};

struct text fact_words_grade_member(unsigned grade, size_t index)
{
	CHECK(grade < FACT_GRADES);
	return index < GRADE_WORDS_MAX ? grades[grade][index] : (struct text){ 0 };
}

unsigned fact_words_grade(struct text word)
{
	static const uint32_t first_letters = LETTER('c') | LETTER('m') | LETTER('w') | LETTER('i') | LETTER('g') | LETTER('s') | LETTER('b') | LETTER('p') | LETTER('u') | LETTER('d') | LETTER('e') |
					      LETTER('o') | LETTER('r') | LETTER('a') | LETTER('y') | LETTER('h');
	if (word.bytes < 3 || word.bytes > 13 || !begins_with(word, first_letters))
		return 0;
	for (unsigned grade = 1; grade < FACT_GRADES; grade++)
		for (size_t i = 0; i < GRADE_WORDS_MAX && grades[grade][i].bytes; i++)
			if (same(word, grades[grade][i]))
				return grade;
	return 0;
}

struct saying {
	struct text word;
	uint32_t says;
};

enum { LESS = FACT_SAYS_LESS, MORE = FACT_SAYS_MORE, OR_LESS = FACT_SAYS_OR_LESS, OR_MORE = FACT_SAYS_OR_MORE };
static const struct saying sayings[] = {
	{ T("no"), FACT_SAYS_NOT }, { T("not"), FACT_SAYS_NOT }, { T("never"), FACT_SAYS_NOT }, { T("cannot"), FACT_SAYS_NOT }, { T("or"), FACT_SAYS_OR }, { T("than"), FACT_SAYS_THAN },
	{ T("be"), FACT_SAYS_BE }, { T("at"), FACT_SAYS_AT }, { T("up"), FACT_SAYS_UP }, { T("to"), FACT_SAYS_TO }, { T("least"), FACT_SAYS_LEAST }, { T("minimum"), FACT_SAYS_LEAST },
	{ T("most"), FACT_SAYS_MOST }, { T("maximum"), FACT_SAYS_MAXIMUM }, { T("above"), FACT_SAYS_ABOVE | OR_MORE }, { T("over"), FACT_SAYS_ABOVE | FACT_SAYS_LOOSELY },
	{ T("exceeds"), FACT_SAYS_ABOVE }, { T("exceed"), FACT_SAYS_ABOVE }, { T("exceeded"), FACT_SAYS_ABOVE }, { T("exceeding"), FACT_SAYS_ABOVE },
	{ T("below"), FACT_SAYS_BELOW | OR_LESS }, { T("under"), FACT_SAYS_BELOW | FACT_SAYS_LOOSELY },
	{ T("more"), MORE | OR_MORE }, { T("greater"), MORE | OR_MORE }, { T("higher"), MORE | OR_MORE }, { T("larger"), MORE | OR_MORE }, { T("longer"), MORE | OR_MORE },
	{ T("later"), MORE | OR_MORE }, { T("stronger"), MORE }, { T("warmer"), MORE }, { T("hotter"), MORE }, { T("wider"), MORE }, { T("heavier"), MORE }, { T("deeper"), MORE },
	{ T("taller"), MORE }, { T("farther"), MORE }, { T("louder"), MORE }, { T("brighter"), MORE },
	{ T("less"), LESS | OR_LESS }, { T("fewer"), LESS | OR_LESS }, { T("lower"), LESS | OR_LESS }, { T("smaller"), LESS | OR_LESS }, { T("shorter"), LESS | OR_LESS },
	{ T("earlier"), LESS | OR_LESS }, { T("sooner"), LESS }, { T("weaker"), LESS }, { T("colder"), LESS }, { T("cooler"), LESS }, { T("narrower"), LESS }, { T("lighter"), LESS },
	{ T("shallower"), LESS }, { T("nearer"), LESS }, { T("closer"), LESS }, { T("quieter"), LESS }, { T("darker"), LESS },
	{ T("faster"), FACT_SAYS_FASTER }, { T("slower"), FACT_SAYS_SLOWER }, { T("older"), FACT_SAYS_OLDER | OR_LESS }, { T("newer"), FACT_SAYS_NEWER | OR_MORE },
};

uint32_t fact_words_says(struct text word)
{
	enum { SAYING_BYTES_MAX = 9 };
	for (size_t i = 0; word.bytes > 1 && word.bytes <= SAYING_BYTES_MAX && i < COUNT_OF(sayings); i++)
		if (same(word, sayings[i].word))
			return sayings[i].says;
	return 0;
}

/* What a word says of the number after it. "more" needs a "than", "most" an "at": the second word decides. */
static enum fact_comparison comparison_of(uint32_t before, uint32_t says)
{
	if (says & FACT_SAYS_LEAST)
		return FACT_AT_LEAST;
	if ((says & FACT_SAYS_MOST && before & FACT_SAYS_AT) || says & FACT_SAYS_MAXIMUM || (says & FACT_SAYS_TO && before & FACT_SAYS_UP))
		return FACT_AT_MOST;
	if (says & FACT_SAYS_THAN)
		return before & FACT_SAYS_MORE ? FACT_ABOVE : before & FACT_SAYS_LESS ? FACT_BELOW :
		       before & FACT_SAYS_FASTER ? FACT_FASTER : before & FACT_SAYS_SLOWER ? FACT_SLOWER :
		       before & FACT_SAYS_OLDER ? FACT_OLDER : before & FACT_SAYS_NEWER ? FACT_NEWER : FACT_COMPARES_NOT;
	return says & FACT_SAYS_ABOVE ? FACT_ABOVE : says & FACT_SAYS_BELOW ? FACT_BELOW : FACT_COMPARES_NOT;
}

/* "or more": of the number before. */
static enum fact_comparison afterthought(uint32_t says)
{
	return says & FACT_SAYS_OR_MORE ? FACT_AT_LEAST : says & FACT_SAYS_OR_LESS ? FACT_AT_MOST : FACT_COMPARES_NOT;
}

static const struct text openings[] = { T("it"), T("its"), T("they"), T("their"), T("this"), T("these") };

bool fact_words_goes_on(struct text first)
{
	for (size_t i = 0; i < COUNT_OF(openings) && first.bytes < 6; i++)
		if (text_equal_nocase(first, openings[i]))
			return true;
	return false;
}

enum fact_comparison fact_comparing_saying(struct fact_comparing *comparing, uint32_t says)
{
	enum { DISTANCE_MAX = 3 };
	enum fact_comparison after = comparing->after_or ? afterthought(says) : FACT_COMPARES_NOT;
	comparing->after_or = says & FACT_SAYS_OR;
	if (comparing->pending && ++comparing->distance > DISTANCE_MAX)
		comparing->pending = FACT_COMPARES_NOT;
	if (says & FACT_SAYS_NOT)
		comparing->reversed = true;
	enum fact_comparison said = after ? FACT_COMPARES_NOT : comparison_of(comparing->before, says);
	if (said) {
		comparing->pending = !comparing->reversed ? said : said == FACT_ABOVE ? FACT_AT_MOST : said == FACT_BELOW ? FACT_AT_LEAST : FACT_COMPARES_NOT;
		comparing->loose = says & FACT_SAYS_LOOSELY;
		comparing->distance = 0;
	}
	if (comparing->reversed && !(says & (FACT_SAYS_THAN | FACT_SAYS_NOT)) && !afterthought(says)) /* "not" reaches over one word: "not be above", "no more than" */
		comparing->reversed = says & FACT_SAYS_BE;
	comparing->before = says;
	comparing->listens = comparing->pending || comparing->reversed || comparing->after_or;
	return after;
}

enum fact_comparison fact_comparing_number(struct fact_comparing *comparing, bool number)
{
	enum fact_comparison said = comparing->loose && !number ? FACT_COMPARES_NOT : comparing->pending;
	*comparing = (struct fact_comparing){ 0 };
	return said;
}

enum fact_comparison fact_comparison_opposite(enum fact_comparison comparison)
{
	static const enum fact_comparison opposites[] = { FACT_COMPARES_NOT, FACT_AT_MOST, FACT_AT_LEAST, FACT_BELOW, FACT_ABOVE, FACT_SLOWER, FACT_FASTER, FACT_NEWER, FACT_OLDER };
	return opposites[comparison];
}

void fact_words_each(void (*take)(void *context, struct text word, unsigned lists), void *context)
{
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		take(context, numbers[i].word, FACT_LIST_NUMBERS);
	for (size_t i = 0; i < COUNT_OF(ordinals); i++)
		take(context, ordinals[i].word, FACT_LIST_ORDINALS);
	for (size_t i = 0; i < COUNT_OF(units); i++)
		take(context, units[i].word, FACT_LIST_UNITS);
	for (size_t i = 0; i < COUNT_OF(states); i++)
		take(context, states[i].word, FACT_LIST_STATES);
	take(context, TEXT_LITERAL("on"), FACT_LIST_STATES);
	for (unsigned grade = 1; grade < FACT_GRADES; grade++)
		for (size_t i = 0; i < GRADE_WORDS_MAX && grades[grade][i].bytes; i++)
			take(context, grades[grade][i], FACT_LIST_GRADES);
	for (size_t i = 0; i < COUNT_OF(sayings); i++)
		take(context, sayings[i].word, FACT_LIST_SAYINGS);
	for (size_t i = 0; i < COUNT_OF(openings); i++)
		take(context, openings[i], FACT_LIST_OPENINGS);
}
