/* docx_styles.h: the styles of a document: what each means (heading, code, quote …) and the formatting that matters in Markdown,
 * with what it inherits from the styles it is based on. Meaning comes from outline levels, from built-in names (in any language
 * of the user interface) and from the names that 3GPP's template uses. Filled once, read-only afterwards. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_STYLES_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_STYLES_H

#include "workers/preprocess/docx_package.h"

enum docx_meaning {
	DOCX_MEANS_NOTHING,
	DOCX_MEANS_TEXT,            /* decided: running text, whatever it is based on */
	DOCX_MEANS_TITLE,
	DOCX_MEANS_CONTENTS,        /* an entry of a table of contents, of a list of figures, of an index */
	DOCX_MEANS_CONTENTS_TITLE,
	DOCX_MEANS_CODE,
	DOCX_MEANS_QUOTE,
	DOCX_MEANS_TERM,            /* of a definition list */
	DOCX_MEANS_DEFINITION,
	DOCX_MEANS_MARKED,          /* 3GPP B1–B5: a list item whose marker is written in the text; `level` from 0 */
	DOCX_MEANS_ABBREVIATION,    /* 3GPP EW: short form, tab, long form */
	DOCX_MEANS_COVER_NUMBER,    /* 3GPP ZA */
	DOCX_MEANS_COVER_TITLE,     /* 3GPP ZT */
	DOCX_MEANS_FURNITURE,       /* headers and footers */
};

enum { DOCX_UNSET = -1, DOCX_INDENT_UNSET = INT32_MIN, DOCX_BODY_LEVEL = 9 };

struct docx_looks { /* each 0, 1 or DOCX_UNSET, but for the last three */
	int8_t bold, italic, strike, mono, hidden;
	int8_t raised; /* 1 superscript, 2 subscript, 0 neither */
	int8_t symbol; /* 0, or 1 + enum docx_symbol_font */
	int16_t size;  /* of the letters, in half points; DOCX_UNSET */
};

struct docx_style {
	uint8_t meaning;   /* enum docx_meaning */
	uint8_t level;     /* of MARKED */
	int8_t outline;    /* 0–8, DOCX_BODY_LEVEL, DOCX_UNSET */
	int8_t list_level; /* DOCX_UNSET: by the numbering's link to the style */
	bool resolved;
	bool is_default;
	bool is_paragraph;
	int32_t number;    /* numId; DOCX_UNSET none */
	int32_t indent;    /* from the left margin, in twentieths of a point */
	uint32_t based_on; /* index + 1, 0 none */
	struct docx_looks looks;
	size_t id_start, id_bytes;
};

struct docx_styles {
	struct string_map ids;  /* id → index */
	struct buffer items;    /* struct docx_style */
	struct buffer text;     /* ids, names */
	uint32_t default_paragraph; /* index + 1 */
	unsigned standard_names;    /* of 3GPP's template that were seen */
	int16_t default_size;       /* of letters, in half points */
};

extern const struct docx_looks docx_looks_unset;

void docx_styles_init(struct docx_styles *styles);
void docx_styles_done(struct docx_styles *styles);
/* `part` may be missing from the package: then ids alone say what is meant. */
int docx_styles_load(struct docx_styles *styles, const struct docx_package *package, struct text part, struct error_text *error) WARN_UNUSED;
/* The style of this id; for an empty id the default paragraph style. An unknown one is added, its id taken for its name. NULL: out of memory. */
const struct docx_style *docx_style(struct docx_styles *styles, struct text id, bool paragraph);
const struct docx_style *docx_style_at(const struct docx_styles *styles, uint32_t index);
struct text docx_style_id(const struct docx_styles *styles, const struct docx_style *style);
/* Is the document made with 3GPP's template? */
bool docx_styles_standard(const struct docx_styles *styles);

/* Does a run's property change its looks? `looks` takes what the element at hand says. For styles and for runs. */
void docx_looks_read(struct docx_looks *looks, int tag, const void *attributes);
bool docx_font_is_mono(struct text font);

#endif
