#include "workers/preprocess/docx_style_names.h"

#include "base/check.h"

struct known_name {
	const char *name; /* without blanks, small */
	uint8_t meaning;
	uint8_t level;
};

static const struct known_name names[] = {
	{ "title", DOCX_MEANS_TITLE, 0 }, { "titel", DOCX_MEANS_TITLE, 0 }, { "subtitle", DOCX_MEANS_TEXT, 0 }, { "untertitel", DOCX_MEANS_TEXT, 0 },
	{ "tocheading", DOCX_MEANS_CONTENTS_TITLE, 0 }, { "contentsheading", DOCX_MEANS_CONTENTS_TITLE, 0 },
	{ "contentstitle", DOCX_MEANS_CONTENTS_TITLE, 0 }, { "inhaltsverzeichnisüberschrift", DOCX_MEANS_CONTENTS_TITLE, 0 },
	{ "indexheading", DOCX_MEANS_CONTENTS_TITLE, 0 }, { "tableofauthorities", DOCX_MEANS_CONTENTS, 0 },
	{ "tableoffigures", DOCX_MEANS_CONTENTS, 0 }, { "illustrationindex1", DOCX_MEANS_CONTENTS, 0 }, { "figureindex1", DOCX_MEANS_CONTENTS, 0 },
	{ "tableindex1", DOCX_MEANS_CONTENTS, 0 }, { "tableindexheading", DOCX_MEANS_CONTENTS_TITLE, 0 },
	{ "figureindexheading", DOCX_MEANS_CONTENTS_TITLE, 0 },
	{ "sourcecode", DOCX_MEANS_CODE, 0 }, { "htmlpreformatted", DOCX_MEANS_CODE, 0 }, { "preformattedtext", DOCX_MEANS_CODE, 0 },
	{ "preformatted", DOCX_MEANS_CODE, 0 }, { "code", DOCX_MEANS_CODE, 0 }, { "codeblock", DOCX_MEANS_CODE, 0 },
	{ "codeexample", DOCX_MEANS_CODE, 0 }, { "codelisting", DOCX_MEANS_CODE, 0 }, { "listing", DOCX_MEANS_CODE, 0 },
	{ "programlisting", DOCX_MEANS_CODE, 0 }, { "macrotext", DOCX_MEANS_CODE, 0 }, { "macro", DOCX_MEANS_CODE, 0 }, { "sourcetext", DOCX_MEANS_CODE, 0 },
	{ "verbatim", DOCX_MEANS_CODE, 0 }, { "screen", DOCX_MEANS_CODE, 0 }, { "terminal", DOCX_MEANS_CODE, 0 },
	{ "verbatimchar", DOCX_MEANS_CODE, 0 }, { "htmlcode", DOCX_MEANS_CODE, 0 }, { "htmltypewriter", DOCX_MEANS_CODE, 0 },
	{ "htmlsample", DOCX_MEANS_CODE, 0 }, { "htmlkeyboard", DOCX_MEANS_CODE, 0 }, { "inlinecode", DOCX_MEANS_CODE, 0 },
	{ "codechar", DOCX_MEANS_CODE, 0 }, { "teletype", DOCX_MEANS_CODE, 0 }, { "codeinline", DOCX_MEANS_CODE, 0 },
	{ "quote", DOCX_MEANS_QUOTE, 0 }, { "intensequote", DOCX_MEANS_QUOTE, 0 }, { "blocktext", DOCX_MEANS_QUOTE, 0 },
	{ "quotations", DOCX_MEANS_QUOTE, 0 }, { "blockquote", DOCX_MEANS_QUOTE, 0 }, { "blockquotation", DOCX_MEANS_QUOTE, 0 },
	{ "quotation", DOCX_MEANS_QUOTE, 0 },
	{ "definitionterm", DOCX_MEANS_TERM, 0 }, { "listheading", DOCX_MEANS_TERM, 0 },
	{ "definition", DOCX_MEANS_DEFINITION, 0 }, { "definitiondefinition", DOCX_MEANS_DEFINITION, 0 }, { "listcontents", DOCX_MEANS_DEFINITION, 0 },
	{ "definitiontermtight", DOCX_MEANS_TERM, 0 }, { "definitiondefinitiontight", DOCX_MEANS_DEFINITION, 0 },
	{ "header", DOCX_MEANS_FURNITURE, 0 }, { "footer", DOCX_MEANS_FURNITURE, 0 },
};

/* 3GPP's template: short names in capitals; they mean this only in a document that has several of them. */
static const struct known_name standard_names[] = {
	{ "PL", DOCX_MEANS_CODE, 0 }, { "B1", DOCX_MEANS_MARKED, 0 }, { "B2", DOCX_MEANS_MARKED, 1 }, { "B3", DOCX_MEANS_MARKED, 2 },
	{ "B4", DOCX_MEANS_MARKED, 3 }, { "B5", DOCX_MEANS_MARKED, 4 }, { "B6", DOCX_MEANS_MARKED, 5 }, { "B7", DOCX_MEANS_MARKED, 6 },
	{ "B8", DOCX_MEANS_MARKED, 7 }, { "B9", DOCX_MEANS_MARKED, 8 }, { "B10", DOCX_MEANS_MARKED, 9 },
	{ "EW", DOCX_MEANS_ABBREVIATION, 0 }, { "ZA", DOCX_MEANS_COVER_NUMBER, 0 }, { "ZT", DOCX_MEANS_COVER_TITLE, 0 },
	{ "TT", DOCX_MEANS_CONTENTS_TITLE, 0 }, { "TAH", DOCX_MEANS_TEXT, 0 }, { "TAL", DOCX_MEANS_TEXT, 0 }, { "TAC", DOCX_MEANS_TEXT, 0 },
	{ "TAR", DOCX_MEANS_TEXT, 0 }, { "TAN", DOCX_MEANS_TEXT, 0 }, { "TH", DOCX_MEANS_TEXT, 0 }, { "TF", DOCX_MEANS_TEXT, 0 },
	{ "NO", DOCX_MEANS_TEXT, 0 }, { "NF", DOCX_MEANS_TEXT, 0 }, { "NW", DOCX_MEANS_TEXT, 0 }, { "EX", DOCX_MEANS_TEXT, 0 },
	{ "FP", DOCX_MEANS_TEXT, 0 }, { "ZB", DOCX_MEANS_TEXT, 0 }, { "ZU", DOCX_MEANS_TEXT, 0 }, { "ZD", DOCX_MEANS_TEXT, 0 },
	{ "ZV", DOCX_MEANS_TEXT, 0 }, { "ZG", DOCX_MEANS_TEXT, 0 }, { "LD", DOCX_MEANS_CODE, 0 }, { "EQ", DOCX_MEANS_TEXT, 0 },
};

/* "heading" in the languages of user interfaces; as ids have them too, where letters outside ASCII are left out. */
static const char *const heading_words[] = {
	"heading", "überschrift", "berschrift", "titre", "título", "titulo", "ttulo", "titolo", "titol", "kop", "rubrik", "overskrift", "otsikko",
	"nagłówek", "nagwek", "naglowek", "заголовок", "标题", "標題", "見出し", "제목", "başlık", "balk", "baslik", "cabeçalho", "cmsor",
	"címsor", "nadpis", "naslov", "antraštė", "antrat", "virsraksts", "pealkiri", "επικεφαλίδα", "titlu", "заглавие", "fyrirsögn", "đầuđề",
	"หัวเรื่อง", "כותרת", "عنوان",
};

static const char *const contents_words[] = { "toc", "contents", "verzeichnis", "tm", "tdc", "sommario", "inhopg", "innehåll", "innehll", "inhaltsverzeichnis",
					      "indholdsfortegnelse", "inndata", "оглавление", "目录", "目次", "index", "tableofcontents" };

enum { NAME_BYTES_MAX = 128 };

/* Small letters (ASCII and the accented ones that words above have), no blanks, hyphens or underscores. */
static void normalise(struct text name, char *out, size_t *ret_bytes)
{
	size_t bytes = 0;

	for (size_t i = 0; i < name.bytes && bytes + 2 < NAME_BYTES_MAX; i++) {
		unsigned char c = (unsigned char)name.data[i], next = i + 1 < name.bytes ? (unsigned char)name.data[i + 1] : 0;
		if (c == ' ' || c == '-' || c == '_' || c == '\t' || c == ',')
			continue;
		if (c == 0xC3 && next >= 0x80 && next <= 0x9E && next != 0x97) { /* À–Þ */
			out[bytes++] = (char)c;
			out[bytes++] = (char)(next + 0x20);
			i++;
		} else if (c == 0xD0 && next >= 0x90 && next <= 0x9F) { /* А–П */
			out[bytes++] = (char)c;
			out[bytes++] = (char)(next + 0x20);
			i++;
		} else if (c == 0xD0 && next >= 0xA0 && next <= 0xAF) { /* Р–Я */
			out[bytes++] = (char)0xD1;
			out[bytes++] = (char)(next - 0x20);
			i++;
		} else {
			out[bytes++] = ascii_lower((char)c);
		}
	}
	*ret_bytes = bytes;
}

/* The number at the end of the name, cut off; 0 when there is none of one or two digits. */
static unsigned cut_number(struct text *name)
{
	size_t start = name->bytes;
	unsigned number = 0;

	while (start > 0 && ascii_is_digit(name->data[start - 1]))
		start--;
	if (start == name->bytes || name->bytes - start > 2)
		return 0;
	for (size_t i = start; i < name->bytes; i++)
		number = number * 10 + (unsigned)(name->data[i] - '0');
	name->bytes = start;
	return number;
}

static bool is_one_of(struct text name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(name, text_from(words[i])))
			return true;
	return false;
}

static const struct known_name *find_name(struct text name, const struct known_name *known, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(name, text_from(known[i].name)))
			return &known[i];
	return NULL;
}

void docx_style_name_read(struct text name, struct docx_style_name *ret_name)
{
	char normal[NAME_BYTES_MAX];
	size_t bytes;
	const char *comma = name.bytes ? memchr(name.data, ',', name.bytes) : NULL; /* "heading 1,h1,H1": aliases */
	struct text first = text_trim(comma ? text_slice(name, 0, (size_t)(comma - name.data)) : name);

	*ret_name = (struct docx_style_name){ .outline = DOCX_UNSET };
	const struct known_name *known = find_name(first, standard_names, COUNT_OF(standard_names));
	ret_name->standard = known != NULL;
	if (text_equal(first, TEXT_LITERAL("H6"))) {
		ret_name->standard = true;
		ret_name->outline = 5;
		return;
	}
	normalise(first, normal, &bytes);
	struct text whole = { normal, bytes }, word = whole;
	if (!known)
		known = find_name(whole, names, COUNT_OF(names));
	if (known) {
		ret_name->meaning = known->meaning;
		ret_name->level = known->level;
		return;
	}
	unsigned number = cut_number(&word);
	if (number >= 1 && number <= 9 && is_one_of(word, contents_words, COUNT_OF(contents_words)))
		ret_name->meaning = DOCX_MEANS_CONTENTS;
	else if (number >= 1 && number <= 10 && is_one_of(word, heading_words, COUNT_OF(heading_words)))
		ret_name->outline = (int8_t)(number > 9 ? 8 : number - 1);
}
