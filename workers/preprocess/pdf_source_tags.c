/* pdf_source_tags.c: the tree of a PDF file's tags through poppler: its headings with their text, and on which pages it has tables.
 *
 * Poppler reads the whole tree at once, by recursion, and reads the page again for each piece of a heading's text: so files with more
 * elements than ELEMENTS_MAX are not asked, the stack is large enough for all of them in one another, and the pieces are counted. */
#include "workers/preprocess/pdf_source_private.h"

#include <errno.h>
#include <pthread.h>

enum {
	ELEMENTS_MAX = 50000,           /* poppler takes 1.1 kB for each: 55 MB */
	STACK_BYTES = 64 << 20,         /* poppler takes 280 bytes for each level, 14 MB */
	DEPTH_MAX = 64,
	PIECES_EACH_PAGE = 4, PIECES_AT_LEAST = 64, /* pieces of headings' text: each costs a quarter of what a page costs */
	PAGE_UNKNOWN = -1,
};

struct tag_walk {
	struct pdf_source *source;
	struct pdf_tags *tags;
	size_t pieces_left;
	int status;
};

struct large_call {
	void (*function)(void *argument);
	void *argument;
};

static void *call_on_large_stack(void *data)
{
	const struct large_call *call = data;

	call->function(call->argument);
	return NULL;
}

bool pdf_on_large_stack(void (*function)(void *argument), void *argument)
{
	struct large_call call = { function, argument };
	pthread_attr_t attributes;
	pthread_t thread;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	const bool started = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 && pthread_create(&thread, &attributes, call_on_large_stack, &call) == 0;
	pthread_attr_destroy(&attributes);
	return started && pthread_join(thread, NULL) == 0;
}

/* Poppler takes the UTF-8 of a tag's text for PDFDocEncoding and makes UTF-8 of it again: back to its bytes. Text that was not treated so stays. */
static void append_bytes_of(struct buffer *out, const char *text)
{
	static const gunichar from_80[] = { 0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212, 0x2030, 0x201E, 0x201C, 0x201D, 0x2018,
					    0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142, 0x0153, 0x0161, 0x017E, 0,      0x20AC };
	const char *valid_end = NULL;
	bool encoded = true;

	if (!*text)
		return; /* a heading that is a picture */
	for (const char *p = text; *p && encoded; p = g_utf8_next_char(p)) {
		const gunichar code = g_utf8_get_char(p);
		size_t i = 0;
		while (i < COUNT_OF(from_80) && from_80[i] != code)
			i++;
		encoded = i < COUNT_OF(from_80) || code <= 0xFF;
		buffer_append_byte(out, (char)(unsigned char)(i < COUNT_OF(from_80) ? 0x80 + i : code));
	}
	if (encoded && out->status == 0 && out->bytes > 0 && !g_utf8_validate(out->data, (gssize)out->bytes, &valid_end))
		encoded = out->data + out->bytes - valid_end < 4; /* the last character was cut */
	if (encoded && valid_end) {
		buffer_truncate(out, (size_t)(valid_end - out->data));
	} else if (!encoded) {
		buffer_clear(out);
		buffer_append_string(out, text);
	}
}

struct pieces { /* of text, below an element */
	size_t count;
	int page, first_page; /* of the last one, and of the first; PAGE_UNKNOWN: there is none */
	bool written;         /* the page is that of the first piece with text */
};

/* Printing leaves an empty piece on the page where a heading had no room: the heading is where its text is. */
static void take_piece(struct pieces *pieces, PopplerStructureElement *element, bool apart)
{
	const int page = poppler_structure_element_get_page(element);

	pieces->count++;
	if (pieces->first_page == PAGE_UNKNOWN)
		pieces->first_page = page;
	if (pieces->written)
		return;
	pieces->page = page;
	if (apart) {
		gchar *text = poppler_structure_element_get_text(element, POPPLER_STRUCTURE_GET_TEXT_NONE);
		pieces->written = text && *text;
		g_free(text);
	}
}

/* `apart`: looks for the first piece with text, which takes time; else at their pages alone. */
static void take_pieces(PopplerStructureElementIter *at, unsigned depth, bool apart, struct pieces *pieces)
{
	do {
		PopplerStructureElement *element = poppler_structure_element_iter_get_element(at);
		if (poppler_structure_element_is_content(element))
			take_piece(pieces, element, apart);
		g_object_unref(element);
		PopplerStructureElementIter *child = depth < DEPTH_MAX ? poppler_structure_element_iter_get_child(at) : NULL;
		if (child)
			take_pieces(child, depth + 1, apart, pieces);
		poppler_structure_element_iter_free(child);
	} while (poppler_structure_element_iter_next(at));
}

static struct pieces pieces_below(PopplerStructureElementIter *at, bool apart)
{
	struct pieces pieces = { .page = PAGE_UNKNOWN, .first_page = PAGE_UNKNOWN };
	PopplerStructureElementIter *child = poppler_structure_element_iter_get_child(at);

	if (child)
		take_pieces(child, 0, apart, &pieces);
	poppler_structure_element_iter_free(child);
	return pieces;
}

static void add_heading(struct tag_walk *walk, PopplerStructureElementIter *at, PopplerStructureElement *element, uint8_t level)
{
	struct buffer text;
	struct pieces pieces = pieces_below(at, false);

	const bool apart = pieces.page != pieces.first_page && pieces.count * 2 <= walk->pieces_left;
	if (apart) {
		walk->pieces_left -= pieces.count;
		pieces = pieces_below(at, true);
	}
	if (pieces.page < 0 || (uint32_t)pieces.page >= walk->source->page_count || pieces.count > walk->pieces_left)
		return;
	walk->pieces_left -= pieces.count;
	gchar *found = poppler_structure_element_get_text(element, POPPLER_STRUCTURE_GET_TEXT_RECURSIVE);
	buffer_init(&text, PDF_PAGE_TEXT_BYTES_MAX);
	append_bytes_of(&text, found ? found : "");
	walk->status = text.status == -ENOMEM ? -ENOMEM : pdf_tags_add_heading(walk->tags, level, (uint32_t)pieces.page, buffer_view(&text));
	buffer_done(&text);
	g_free(found);
}

static uint8_t heading_level(PopplerStructureElementKind kind)
{
	if (kind == POPPLER_STRUCTURE_ELEMENT_HEADING)
		return PDF_TAG_ANY_LEVEL;
	return kind >= POPPLER_STRUCTURE_ELEMENT_HEADING_1 && kind <= POPPLER_STRUCTURE_ELEMENT_HEADING_6 ?
		       (uint8_t)(1 + (int)kind - (int)POPPLER_STRUCTURE_ELEMENT_HEADING_1) : 0;
}

/* Headings in tables are cells. */
static void walk_elements(struct tag_walk *walk, PopplerStructureElementIter *at, unsigned depth, bool in_table)
{
	do {
		PopplerStructureElement *element = poppler_structure_element_iter_get_element(at);
		const PopplerStructureElementKind kind = poppler_structure_element_get_kind(element);
		const uint8_t level = in_table ? 0 : heading_level(kind);
		if (level > 0) {
			add_heading(walk, at, element, level);
		} else if (poppler_structure_element_is_content(element)) {
			const int page = in_table ? poppler_structure_element_get_page(element) : PAGE_UNKNOWN;
			walk->tags->others++;
			if (page >= 0)
				walk->status = pdf_tags_add_table_page(walk->tags, (uint32_t)page);
		}
		g_object_unref(element);
		PopplerStructureElementIter *child = level == 0 && depth < DEPTH_MAX ? poppler_structure_element_iter_get_child(at) : NULL;
		if (child)
			walk_elements(walk, child, depth + 1, in_table || kind == POPPLER_STRUCTURE_ELEMENT_TABLE);
		poppler_structure_element_iter_free(child);
	} while (walk->status == 0 && poppler_structure_element_iter_next(at));
}

static void walk_tree(void *data)
{
	struct tag_walk *walk = data;

	PopplerStructureElementIter *root = poppler_structure_element_iter_new(walk->source->document);
	if (root)
		walk_elements(walk, root, 0, false);
	poppler_structure_element_iter_free(root);
}

int pdf_source_tags(struct pdf_source *source, struct pdf_tags *tags)
{
	struct tag_walk walk = { .source = source, .tags = tags, .pieces_left = (size_t)source->page_count * PIECES_EACH_PAGE + PIECES_AT_LEAST };

	if (!source->signs.tags || source->signs.kids_count > ELEMENTS_MAX)
		return 0;
	source->tags_read = true;
	if (!pdf_on_large_stack(walk_tree, &walk))
		source->tags_read = false; /* not even tried: there is no memory for it */
	pdf_tags_settle(tags);
	return walk.status;
}
