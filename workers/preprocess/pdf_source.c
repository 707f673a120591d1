#include "workers/preprocess/pdf_pictures.h"
#include "workers/preprocess/pdf_source_private.h"

#include "workers/preprocess/pdf_spaced.h"
#include "workers/preprocess/pdf_strokes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A damaged file makes poppler say so many times; what matters is what came out. */
static void drop_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)data;
}

const char *pdf_source_version(void)
{
	static char version[32];

	if (version[0] == '\0')
		snprintf(version, sizeof(version), "poppler %s", poppler_get_version());
	return version;
}

static int open_error(GError *problem, struct error_text *error)
{
	int code = problem && problem->domain == POPPLER_ERROR ? problem->code : POPPLER_ERROR_INVALID;
	const char *message = problem ? problem->message : "unknown error";

	if (code == POPPLER_ERROR_ENCRYPTED)
		return error_set(error, ERROR_INPUT_REJECTED, "encrypted: needs a password");
	return error_set(error, ERROR_INPUT_REJECTED, "damaged PDF: %s", message);
}

int pdf_source_open(struct text data, struct pdf_source **ret_source, struct error_text *error)
{
	GError *problem = NULL;
	int status = 0;

	struct pdf_source *source = calloc(1, sizeof(*source));
	if (!source)
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	buffer_init(&source->font, 4096);
	source->log_handler = g_log_set_handler("Poppler", G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION, drop_message, NULL);
	source->data = data;
	source->picture_pixels = pdf_pictures_pixels(data);
	pdf_signs_find(data, &source->signs);
	source->bytes = g_bytes_new_static(data.data, data.bytes);
	source->document = poppler_document_new_from_bytes(source->bytes, NULL, &problem);
	if (!source->document)
		status = open_error(problem, error);
	g_clear_error(&problem);
	if (status == 0) {
		int pages = poppler_document_get_n_pages(source->document);
		source->page_count = pages > 0 ? (uint32_t)pages : 0;
		if (pages <= 0)
			status = error_set(error, ERROR_INPUT_REJECTED, "damaged PDF: it has no pages");
	}
	if (status < 0) {
		pdf_source_close(source);
		return status;
	}
	*ret_source = source;
	return 0;
}

static void free_document(void *document)
{
	g_object_unref(document);
}

void pdf_source_close(struct pdf_source *source)
{
	if (!source)
		return;
	if (source->page)
		g_object_unref(source->page);
	if (source->document && !(source->tags_read && pdf_on_large_stack(free_document, source->document)))
		free_document(source->document);
	pdf_drawer_destroy(source->drawer);
	g_bytes_unref(source->bytes);
	g_log_remove_handler("Poppler", source->log_handler);
	buffer_done(&source->font);
	free(source);
}

bool pdf_source_drawable(const struct pdf_source *source)
{
	return source->picture_pixels <= PDF_DRAWN_PICTURE_PIXELS_MAX;
}

bool pdf_source_has_tags(const struct pdf_source *source)
{
	return source->signs.tags;
}

bool pdf_source_draws_signs(const struct pdf_source *source)
{
	gchar *producer = poppler_document_get_producer(source->document), *creator = poppler_document_get_creator(source->document);
	const struct text by = text_from(producer ? producer : ""), from = text_from(creator ? creator : "");
	const bool draws = text_starts_with(by, TEXT_LITERAL("Skia/PDF")) || text_starts_with(by, TEXT_LITERAL("Qt ")) || text_find(by, TEXT_LITERAL("TeX")) >= 0 ||
			   text_find(by, TEXT_LITERAL("dvipdf")) >= 0 || text_find(from, TEXT_LITERAL("dvips")) >= 0;

	g_free(producer);
	g_free(creator);
	return draws;
}

uint32_t pdf_source_page_count(const struct pdf_source *source)
{
	return source->page_count;
}

void pdf_source_title(const struct pdf_source *source, struct buffer *out)
{
	gchar *title = poppler_document_get_title(source->document);
	struct text text = text_trim(text_from(title));

	buffer_append_text(out, text);
	g_free(title);
}

static int walk_outline(PopplerIndexIter *iterator, PopplerDocument *document, unsigned depth, struct pdf_outline *outline)
{
	int status = 0;

	do {
		PopplerAction *action = poppler_index_iter_get_action(iterator);
		if (action && action->any.title) {
			uint32_t page = PDF_OUTLINE_PAGE_UNKNOWN;
			if (action->type == POPPLER_ACTION_GOTO_DEST && action->goto_dest.dest) {
				PopplerDest *dest = action->goto_dest.dest;
				PopplerDest *named = NULL;
				if (dest->type == POPPLER_DEST_NAMED)
					dest = named = poppler_document_find_dest(document, dest->named_dest);
				if (dest && dest->page_num > 0)
					page = (uint32_t)dest->page_num - 1;
				if (named)
					poppler_dest_free(named);
			}
			status = pdf_outline_add(outline, text_from(action->any.title), depth, page);
		}
		if (action)
			poppler_action_free(action);
		PopplerIndexIter *child = status == 0 && depth < PDF_OUTLINE_DEPTH_MAX ? poppler_index_iter_get_child(iterator) : NULL;
		if (child) {
			status = walk_outline(child, document, depth + 1, outline);
			poppler_index_iter_free(child);
		}
	} while (status == 0 && outline->count < PDF_OUTLINE_ENTRIES_MAX && poppler_index_iter_next(iterator));
	return status;
}

int pdf_source_outline(const struct pdf_source *source, struct pdf_outline *outline)
{
	PopplerIndexIter *iterator = poppler_index_iter_new(source->document);
	if (!iterator)
		return 0;
	int status = walk_outline(iterator, source->document, 1, outline);
	poppler_index_iter_free(iterator);
	return status;
}

static uint8_t style_of(struct pdf_source *source, const char *font_name)
{
	struct text name = text_from(font_name);

	if (text_equal(name, buffer_view(&source->font)))
		return source->font_style;
	buffer_clear(&source->font);
	buffer_append_text(&source->font, name);
	source->font_style = pdf_font_style(name);
	source->font_unseen = pdf_font_is_unseen(name);
	return source->font_style;
}

static bool is_blank(gunichar code)
{
	return code == ' ' || code == '\n' || code == '\t' || code == '\r' || code == 0xA0 || code == 0x3000 ||
	       (code >= 0x2000 && code <= 0x200B);
}

/* "e" and an accent are one letter; an accented "i" has no dot, but comes from one. 0: they are two. */
static gunichar compose(gunichar letter, gunichar mark)
{
	gunichar composed = 0;

	letter = letter == 0x131 ? 'i' : letter == 0x237 ? 'j' : letter;
	return g_unichar_compose(letter, mark, &composed) ? composed : 0;
}

/* Letters above one another: text turned by 90 degrees. */
static void mark_rotated(struct pdf_word *word, size_t characters)
{
	float height = word->box.y1 - word->box.y0, width = word->box.x1 - word->box.x0;
	word->rotated = characters > 2 && height > 2.5f * width && height > 2.0f * word->size;
}

static bool is_faint(const PopplerColor *colour)
{
	enum { FAINT = 0xF000 };
	return colour->red >= FAINT && colour->green >= FAINT && colour->blue >= FAINT;
}

struct word_reader {
	struct pdf_source *source;
	struct pdf_page *page;
	GList *runs;                         /* of one style each, from the one at hand on */
	const PopplerTextAttributes *styled; /* the run that `style` is of */
	uint8_t style;
	struct pdf_word *word; /* at hand, or NULL */
	size_t characters;     /* of it */
	struct pdf_box before; /* of the character before */
	bool glued;            /* the next word stands right behind the one before */
	gunichar last, mark;   /* the character before; an accent before its letter */
};

static void end_word(struct word_reader *reader)
{
	if (reader->word)
		mark_rotated(reader->word, reader->characters);
	reader->word = NULL;
}

static void end_line(struct word_reader *reader)
{
	if (reader->page->word_count > 0)
		reader->page->words[reader->page->word_count - 1].line_end = true;
}

/* An accent that the library gave by itself, behind its letter or before it. */
static void take_accent(struct word_reader *reader, gunichar accent, float right)
{
	const gunichar composed = reader->word ? compose(reader->last, accent) : 0;

	if (!composed) {
		reader->mark = accent;
		return;
	}
	reader->last = composed;
	pdf_page_replace_last(reader->page, composed, right);
	reader->before.x1 = reader->word->box.x1;
}

/* The run that the character is of, or NULL. */
static const PopplerTextAttributes *run_of(struct word_reader *reader, guint index)
{
	while (reader->runs && (guint)((PopplerTextAttributes *)reader->runs->data)->end_index < index)
		reader->runs = reader->runs->next;
	const PopplerTextAttributes *run = reader->runs ? reader->runs->data : NULL;
	if (run != reader->styled) {
		reader->styled = run;
		reader->style = run && run->font_name ? style_of(reader->source, run->font_name) : 0;
	}
	return run;
}

static int begin_word(struct word_reader *reader, const PopplerTextAttributes *run)
{
	struct pdf_word *word = pdf_page_add_word(reader->page);

	if (!word)
		return -ENOMEM;
	word->glued = reader->glued;
	word->size = run ? pdf_sane(run->font_size) : 0;
	word->style = reader->style;
	word->faint = run && is_faint(&run->color);
	reader->page->unseen_words += run && run->font_name && reader->source->font_unseen;
	reader->word = word;
	reader->characters = 0;
	reader->glued = false;
	return 0;
}

static int take_letter(struct word_reader *reader, gunichar code, struct pdf_box box, guint index)
{
	const gunichar composed = reader->mark ? compose(code, reader->mark) : 0;
	const PopplerTextAttributes *run = run_of(reader, index);
	const struct pdf_box before = reader->before;
	struct pdf_word *word = reader->word;

	reader->last = composed ? composed : code;
	reader->mark = 0;
	reader->before = box;
	if (word && (reader->style != word->style || !pdf_page_continues(reader->page, before, box, run ? pdf_sane(run->font_size) : word->size))) {
		reader->glued = box.x0 - before.x1 < 0.1f * word->size && box.x0 > before.x0 && box.y0 < before.y1 && box.y1 > before.y0;
		end_word(reader);
	}
	if (!reader->word && begin_word(reader, run) < 0)
		return -ENOMEM;
	pdf_page_append(reader->page, reader->last, box);
	reader->characters++;
	return 0;
}

static int read_words(struct pdf_source *source, const char *text, const PopplerRectangle *boxes, guint box_count, GList *runs,
		      struct pdf_page *page)
{
	enum { ACCENTS = 0x300, ACCENTS_END = 0x370 };
	struct word_reader reader = { .source = source, .page = page, .runs = runs };
	guint index = 0;

	for (const char *p = text; *p && index < box_count; p = g_utf8_next_char(p), index++) {
		const gunichar code = g_utf8_get_char(p);
		const struct pdf_box box = { pdf_sane(boxes[index].x1), pdf_sane(boxes[index].y1), pdf_sane(boxes[index].x2), pdf_sane(boxes[index].y2) };
		if (is_blank(code)) {
			end_word(&reader);
			if (code == '\n')
				end_line(&reader);
			reader.glued = false;
		} else if (code >= ACCENTS && code < ACCENTS_END) {
			take_accent(&reader, code, box.x1);
		} else if (take_letter(&reader, code, box, index) < 0) {
			return -ENOMEM;
		}
	}
	end_word(&reader);
	end_line(&reader);
	pdf_spaced_join(page);
	return page->text.status == -ENOMEM ? -ENOMEM : 0;
}

int pdf_source_page(struct pdf_source *source, uint32_t number, struct pdf_page *page)
{
	PopplerRectangle *boxes = NULL;
	guint box_count = 0;
	double width = 0, height = 0;
	int status = 0;

	pdf_page_clear(page, number, 0, 0);
	if (source->page)
		g_object_unref(source->page);
	PopplerPage *from = source->page = poppler_document_get_page(source->document, (int)number);
	if (!from)
		return 0;
	poppler_page_get_size(from, &width, &height);
	pdf_page_clear(page, number, pdf_sane(width), pdf_sane(height));
	char *text = poppler_page_get_text(from);
	if (text && *text && poppler_page_get_text_layout(from, &boxes, &box_count)) {
		GList *runs = poppler_page_get_text_attributes(from);
		status = read_words(source, text, boxes, box_count, runs, page);
		poppler_page_free_text_attributes(runs);
	}
	page->layer = page->unseen_words * 2 > page->word_count;
	if (source->picture_pixels > 0)
		pdf_pictures_find(from, page);
	g_free(boxes);
	g_free(text);
	return status;
}

int pdf_source_rules(struct pdf_source *source, struct pdf_rules *rules)
{
	double width = 0, height = 0;
	struct pdf_strokes strokes;

	pdf_rules_clear(rules);
	if (!source->page || !pdf_source_drawable(source))
		return 0;
	poppler_page_get_size(source->page, &width, &height);
	cairo_t *context = pdf_strokes_begin(&strokes, rules, (float)width, (float)height);
	if (!context)
		return 0;
	poppler_page_render_for_printing_with_options(source->page, context, POPPLER_PRINT_DOCUMENT); /* without the borders of links */
	return pdf_strokes_end(&strokes);
}
