#include "workers/preprocess/pdf_page.h"

#include "base/utf8.h"

#include <stdlib.h>

void pdf_page_init(struct pdf_page *page)
{
	*page = (struct pdf_page){ 0 };
	buffer_init(&page->text, PDF_PAGE_TEXT_BYTES_MAX);
}

void pdf_page_done(struct pdf_page *page)
{
	buffer_done(&page->text);
	free(page->words);
	*page = (struct pdf_page){ 0 };
}

void pdf_page_clear(struct pdf_page *page, uint32_t number, float width, float height)
{
	buffer_clear(&page->text);
	page->word_count = page->characters = page->garbage = 0;
	page->number = number;
	page->width = width;
	page->height = height;
	page->ocr = page->ordered = false;
	page->picture_count = 0;
	page->image_share = 0;
	page->unseen_words = 0;
	page->layer = false;
	page->rules = NULL;
	page->grids = NULL;
}

bool pdf_grow(void **array, size_t *capacity, size_t count, size_t item_bytes)
{
	if (count < *capacity)
		return true;
	size_t wanted = size_max(64, *capacity * 2);
	void *grown = realloc(*array, wanted * item_bytes);
	if (!grown)
		return false;
	*array = grown;
	*capacity = wanted;
	return true;
}

struct pdf_word *pdf_page_add_word(struct pdf_page *page)
{
	if (!pdf_grow((void **)&page->words, &page->word_capacity, page->word_count, sizeof(*page->words)))
		return NULL;
	struct pdf_word *word = &page->words[page->word_count++];
	*word = (struct pdf_word){ .start = (uint32_t)page->text.bytes };
	return word;
}

static const char *ligature(uint32_t code)
{
	static const char *const latin[] = { "ff", "fi", "fl", "ffi", "ffl", "st", "st" };

	if (code >= 0xFB00 && code <= 0xFB06)
		return latin[code - 0xFB00];
	return NULL;
}

/* TeX's own fonts have ligatures, quotes and dashes where others have controls; as bitmaps they come without a Unicode map. Elsewhere than
 * behind a letter it may as well be a sign of a mathematical font. */
static uint32_t resolve_tex(uint32_t code)
{
	static const uint16_t cork[] = { 0x201C, 0x201D, 0x201E, 0xAB, 0xBB, 0x2013, 0x2014, 0, 0, 0x131, 0x237, 0xFB00, 0xFB01, 0xFB02, 0xFB03, 0xFB04 };

	if (code >= 0x10 && code <= 0x1F && cork[code - 0x10])
		return cork[code - 0x10];
	if (code >= 0x0B && code <= 0x0F)
		return 0xFB00 + code - 0x0B;
	return code;
}

/* Bullets of symbol fonts, which PDF files give as private characters, and what Windows code pages have at 0x80–0x9F. */
static uint32_t resolve_symbol(uint32_t code)
{
	switch (code) {
	case 0x85: return 0x2026;
	case 0x91: return 0x2018;
	case 0x92: return 0x2019;
	case 0x93: return 0x201C;
	case 0x94: return 0x201D;
	case 0x96: return 0x2013;
	case 0x97: return 0x2014;
	case 0x88: case 0x95:
	case 0xF0B7: case 0xF0A7: case 0xF076: case 0xF0A8: case 0xF06E: case 0xF071: case 0xF0D8: case 0x2219: case 0x25CF: case 0x25A0:
	case 0x25AA: case 0x25E6: case 0x2023: case 0x25CB: return 0x2022;
	case 0x2206: return 0x394; /* the sign of differences is read as the letter, and so are those of units */
	case 0x2126: return 0x3A9;
	case 0x212B: return 0xC5;
	case 0xF0FC: return 0x2713;
	case 0xF02D: case 0x2010: case 0x2011: return '-';
	case 0xF0E0: return 0x2192;
	default: return code;
	}
}

/* What is typed as a circumflex or tilde in fixed-width type: fonts name its glyph as the accent. */
static uint32_t resolve_typed(uint32_t code)
{
	return code == 0x2C6 ? '^' : code == 0x2DC ? '~' : code;
}

static bool is_garbage(uint32_t code)
{
	return code == 0xFFFD || (code >= 0xE000 && code <= 0xF8FF) || code >= 0xF0000;
}

static bool is_right_to_left(uint32_t code)
{
	return (code >= 0x590 && code < 0x900) || (code >= 0xFB1D && code < 0xFE00) || (code >= 0xFE70 && code < 0xFEFF);
}

/* Marks that say which way to write: the text is in the order in which it is read. */
static bool is_direction_mark(uint32_t code)
{
	return code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static void widen(struct pdf_box *box, struct pdf_box other, bool first)
{
	if (first) {
		*box = other;
		return;
	}
	box->x0 = other.x0 < box->x0 ? other.x0 : box->x0;
	box->y0 = other.y0 < box->y0 ? other.y0 : box->y0;
	box->x1 = other.x1 > box->x1 ? other.x1 : box->x1;
	box->y1 = other.y1 > box->y1 ? other.y1 : box->y1;
}

void pdf_page_append(struct pdf_page *page, uint32_t code, struct pdf_box box)
{
	CHECK(page->word_count > 0);
	struct pdf_word *word = &page->words[page->word_count - 1];

	code = resolve_symbol(code);
	if (word->style & PDF_MONO)
		code = resolve_typed(code);
	if (is_direction_mark(code))
		return;
	word->rtl |= is_right_to_left(code);
	if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
		page->garbage++; /* a guess at best */
		if (word->bytes > 0 && ascii_is_alpha(page->text.data[page->text.bytes - 1]))
			code = resolve_tex(code);
	}
	if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
		page->characters++;
		return;
	}
	widen(&word->box, box, page->text.bytes == word->start);
	page->characters++;
	page->garbage += is_garbage(code);
	const char *letters = ligature(code);
	if (letters)
		buffer_append_string(&page->text, letters);
	else
		utf8_append(&page->text, code);
	word->bytes = (uint32_t)(page->text.bytes - word->start);
}

void pdf_page_replace_last(struct pdf_page *page, uint32_t code, float x1)
{
	CHECK(page->word_count > 0);
	struct pdf_word *word = &page->words[page->word_count - 1];

	if (word->bytes == 0)
		return;
	size_t end = page->text.bytes - 1;
	while (end > word->start && ((unsigned char)page->text.data[end] & 0xC0) == 0x80)
		end--;
	buffer_truncate(&page->text, end);
	utf8_append(&page->text, code);
	word->bytes = (uint32_t)(page->text.bytes - word->start);
	word->box.x1 = x1 > word->box.x1 ? x1 : word->box.x1;
}

bool pdf_page_continues(const struct pdf_page *page, struct pdf_box before, struct pdf_box box, float size)
{
	const struct pdf_word *word = &page->words[page->word_count - 1];
	float across = box.x0 - before.x1, down = box.y0 - before.y1, up = before.y0 - box.y1;
	float reach = word->size > 1 ? word->size : 1;

	if (size < 0.85f * word->size || size > 1.18f * word->size)
		return false;
	if (down < 0 && up < 0)
		return across < 0.3f * reach && across > -reach;
	/* Not side by side: letters of text turned by 90 degrees stand right above one another. */
	bool above = box.x0 < before.x1 && box.x1 > before.x0;
	return above && down < 0.3f * reach && up < 0.3f * reach;
}

static bool name_has(struct text name, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_find_nocase(name, text_from(parts[i])) >= 0)
			return true;
	return false;
}

bool pdf_font_is_unseen(struct text font_name)
{
	static const char *const unseen[] = { "glyphless", "hiddenhorzocr", "occulta" }; /* tesseract, Acrobat, OCRmyPDF */
	return name_has(font_name, unseen, COUNT_OF(unseen));
}

uint8_t pdf_font_style(struct text font_name)
{
	static const char *const bold[] = { "bold", "black", "heavy", "demi", "medi", "cmbx", "sfbx", "ecbx", "-bd" };
	static const char *const italic[] = { "ital", "obli", "slant", "cmti", "cmsl", "sfti" };
	static const char *const mono[] = { "mono", "courier", "consol", "typewriter", "cmtt", "cmsltt", "sftt", "ectt", "lmtt",
					    "inconsolata", "menlo", "monaco", "nimbusmon", "lucidasanstyp", "terminal", "zi4", "beramono", "sourcecode", "firacode", "cascadiacode" };
	const char *plus = font_name.bytes > 7 && font_name.data[6] == '+' ? font_name.data + 7 : NULL;
	struct text name = plus ? text_slice(font_name, 7, font_name.bytes) : font_name;
	uint8_t style = 0;

	style |= name_has(name, bold, COUNT_OF(bold)) ? PDF_BOLD : 0;
	style |= name_has(name, italic, COUNT_OF(italic)) ? PDF_ITALIC : 0;
	style |= name_has(name, mono, COUNT_OF(mono)) ? PDF_MONO : 0;
	return style;
}
