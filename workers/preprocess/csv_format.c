#include "workers/preprocess/csv_format.h"

enum word_place {
	ANYWHERE,   /* "nodeparameters" */
	WORD_START, /* "MyActions", but not "transactions" */
	WHOLE_WORD, /* "pm_2024", but not "development" */
};

struct format_word {
	enum csv_format format;
	enum word_place place;
	struct text word;
};

/* First hit wins. */
static const struct format_word name_words[] = {
	{ CSV_PARAMETERS, ANYWHERE, { "parameter", 9 } }, { CSV_ACTIONS, WORD_START, { "action", 6 } },
	{ CSV_COUNTERS, ANYWHERE, { "counter", 7 } },     { CSV_ALARMS, ANYWHERE, { "alarm", 5 } },
	{ CSV_KPIS, WORD_START, { "kpi", 3 } },           { CSV_FEATURES, WORD_START, { "cxc", 3 } },
	{ CSV_FEATURES, ANYWHERE, { "feature", 7 } },     { CSV_EVENTS, WORD_START, { "event", 5 } },
	{ CSV_EVENTS, WHOLE_WORD, { "pm", 2 } },
};

static const struct format_word header_words[] = {
	{ CSV_PARAMETERS, ANYWHERE, { "parameter name", 14 } }, { CSV_ACTIONS, WORD_START, { "action", 6 } },
	{ CSV_ACTIONS, WORD_START, { "operation", 9 } },        { CSV_COUNTERS, ANYWHERE, { "counter", 7 } },
	{ CSV_COUNTERS, ANYWHERE, { "measurement", 11 } },      { CSV_ALARMS, ANYWHERE, { "alarm", 5 } },
	{ CSV_ALARMS, WORD_START, { "alert", 5 } },             { CSV_ALARMS, WORD_START, { "severity", 8 } },
	{ CSV_KPIS, WORD_START, { "kpi", 3 } },                 { CSV_KPIS, WORD_START, { "indicator", 9 } },
	{ CSV_FEATURES, WORD_START, { "cxc", 3 } },             { CSV_FEATURES, ANYWHERE, { "feature", 7 } },
	{ CSV_FEATURES, WORD_START, { "product", 7 } },         { CSV_EVENTS, WORD_START, { "event", 5 } },
	{ CSV_EVENTS, WORD_START, { "pm", 2 } },		{ CSV_PARAMETERS, WORD_START, { "attribute", 9 } },
};

const char *csv_format_name(enum csv_format format)
{
	static const char *const names[CSV_FORMAT_COUNT] = {
		"parameters", "actions", "counters", "alarms", "kpis", "features", "events", "generic",
	};
	CHECK(format < CSV_FORMAT_COUNT);
	return names[format];
}

/* A word begins behind anything that is no letter, and at a capital: "lteKpi", "MOActions". */
static bool word_starts(struct text text, size_t at)
{
	if (at == 0 || !ascii_is_alpha(text.data[at - 1]))
		return true;
	if (!ascii_is_upper(text.data[at]))
		return false;
	return ascii_is_lower(text.data[at - 1]) || (at + 1 < text.bytes && ascii_is_lower(text.data[at + 1]));
}

static bool word_ends(struct text text, size_t end)
{
	return end == text.bytes || !ascii_is_lower(text.data[end]);
}

/* Length of `word` at the place, case ignored; a blank in it stands for a blank, "_", "-" or nothing. 0: it is not there. */
static size_t match_word(struct text text, size_t at, struct text word)
{
	size_t t = at;

	for (size_t w = 0; w < word.bytes; w++) {
		if (word.data[w] == ' ') {
			while (t < text.bytes && (text.data[t] == ' ' || text.data[t] == '_' || text.data[t] == '-'))
				t++;
			continue;
		}
		if (t == text.bytes || ascii_lower(text.data[t]) != word.data[w])
			return 0;
		t++;
	}
	return t - at;
}

static bool has_word(struct text text, const struct format_word *word)
{
	for (size_t at = 0; at < text.bytes; at++) {
		size_t bytes = match_word(text, at, word->word);
		if (bytes == 0 || (word->place != ANYWHERE && !word_starts(text, at)))
			continue;
		if (word->place != WHOLE_WORD || word_ends(text, at + bytes))
			return true;
	}
	return false;
}

enum csv_format csv_format_detect(struct text name, const struct text *headers, size_t header_count)
{
	for (size_t i = name.bytes; i > 0; i--) {
		if (name.data[i - 1] == '/') {
			name = text_slice(name, i, name.bytes);
			break;
		}
	}
	for (size_t i = 0; i < COUNT_OF(name_words); i++)
		if (has_word(name, &name_words[i]))
			return name_words[i].format;
	for (size_t i = 0; i < COUNT_OF(header_words); i++)
		for (size_t h = 0; h < header_count; h++)
			if (has_word(headers[h], &header_words[i]))
				return header_words[i].format;
	return CSV_GENERIC;
}
