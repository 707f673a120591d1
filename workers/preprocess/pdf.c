/* pdf.c: PDF to Markdown, page by page. The stages stand in files of their own: pdf_source (poppler) → pdf_page (words) →
 * pdf_layout (with pdf_columns, or pdf_tagged and pdf_order: rows in reading order) → pdf_furniture (running headers out) → pdf_blocks (with pdf_contents, pdf_notes,
 * pdf_heading_rows, pdf_table, and pdf_tags: what the file says itself) → pdf_write (with pdf_styled, pdf_code) → pdf_headings (levels). Five pages are held at a time, because running headers are found by comparison with the pages around; memory does
 * not grow with the number of pages but for the Markdown itself. Pure; see convert.h for errors. */
#include "workers/preprocess/blocks.h"
#include "workers/preprocess/convert.h"
#include "workers/preprocess/pdf_cell_grounds.h"
#include "workers/preprocess/pdf_figures.h"
#include "workers/preprocess/pdf_furniture.h"
#include "workers/preprocess/pdf_grid_text.h"
#include "workers/preprocess/pdf_legible.h"
#include "workers/preprocess/pdf_initials.h"
#include "workers/preprocess/pdf_leaders.h"
#include "workers/preprocess/pdf_line_numbers.h"
#include "workers/preprocess/pdf_ocr.h"
#include "workers/preprocess/pdf_row_rules.h"
#include "workers/preprocess/pdf_source.h"
#include "workers/preprocess/pdf_tagged.h"
#include "workers/preprocess/pdf_visible.h"
#include "workers/preprocess/pdf_write.h"

#include "base/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	PAGES_AROUND = PDF_NEIGHBOURS_MAX / 2,
	PAGES_HELD = 2 * PAGES_AROUND + 1,
	PAGES_SAMPLED = 6, /* to learn the size of the running text */
	DOCUMENT_ID_BYTES_MAX = 256,
	FIGURES_MAX = 2000,
};

struct page_slot {
	struct pdf_page page;
	struct pdf_layout layout;
	struct pdf_edges edges;
	struct pdf_rules rules;
	struct pdf_grids grids;
};

struct pdf_work {
	const struct convert_input *input;
	struct pdf_source *source;
	struct pdf_ocr ocr;
	struct pdf_visible visible;
	uint32_t page_count, pages_left_out;
	struct page_slot slots[PAGES_HELD]; /* page n is in slot n % PAGES_HELD */
	struct pdf_body body;
	struct pdf_outline outline;
	struct pdf_tags tags;
	struct pdf_tagged tagged;
	struct pdf_blocks blocks;
	struct pdf_headings headings;
	struct pdf_writer writer;
	struct word_set vocabulary;
	struct buffer body_markdown;        /* headings with one "#" */
	struct buffer title;                /* of the document, plain */
	struct buffer document_id;          /* as the running lines of the first page say it, or empty */
	struct buffer scratch;
	bool titled;                        /* one of the headings is the title */
	uint64_t characters, garbage;
	uint32_t text_pages;                /* with text, read or recognised */
	struct document_builder *document; /* is told what was removed, and takes the pictures; not owned */
	size_t leaders_dropped;
	size_t figures;                     /* pictures kept */
	struct pdf_grid_record grid_record;
};

static struct pdf_work *create_work(const struct convert_input *input, size_t markdown_bytes_max)
{
	struct pdf_work *work = calloc(1, sizeof(*work));
	if (!work)
		return NULL;
	work->input = input;
	for (size_t i = 0; i < PAGES_HELD; i++) {
		pdf_page_init(&work->slots[i].page);
		pdf_layout_init(&work->slots[i].layout);
		pdf_rules_init(&work->slots[i].rules);
		pdf_grids_init(&work->slots[i].grids);
	}
	pdf_ocr_init(&work->ocr, input->settings);
	pdf_outline_init(&work->outline);
	pdf_tags_init(&work->tags);
	pdf_tagged_init(&work->tagged);
	pdf_blocks_init(&work->blocks);
	pdf_headings_init(&work->headings);
	buffer_init(&work->body_markdown, markdown_bytes_max);
	buffer_init(&work->title, 64 << 10);
	buffer_init(&work->document_id, DOCUMENT_ID_BYTES_MAX);
	buffer_init(&work->scratch, PDF_PAGE_TEXT_BYTES_MAX);
	pdf_writer_init(&work->writer, &work->body_markdown, &work->headings, &work->vocabulary);
	return work;
}

static void destroy_work(struct pdf_work *work)
{
	pdf_source_close(work->source);
	for (size_t i = 0; i < PAGES_HELD; i++) {
		pdf_page_done(&work->slots[i].page);
		pdf_layout_done(&work->slots[i].layout);
		pdf_rules_done(&work->slots[i].rules);
		pdf_grids_done(&work->slots[i].grids);
	}
	pdf_ocr_done(&work->ocr);
	pdf_outline_done(&work->outline);
	pdf_tags_done(&work->tags);
	pdf_tagged_done(&work->tagged);
	pdf_blocks_done(&work->blocks);
	pdf_headings_done(&work->headings);
	pdf_writer_done(&work->writer);
	buffer_done(&work->body_markdown);
	buffer_done(&work->title);
	buffer_done(&work->document_id);
	buffer_done(&work->scratch);
	free(work);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* Looks at a few pages all over the document to learn what its running text is like. Scans say nothing yet: see read_first_pages. */
static int sample_body(struct pdf_work *work)
{
	struct pdf_page *page = &work->slots[0].page;
	const uint32_t samples = work->page_count < PAGES_SAMPLED ? work->page_count : PAGES_SAMPLED;

	for (uint32_t i = 0; i < samples; i++) {
		uint32_t number = (uint32_t)(((uint64_t)i * 2 + 1) * work->page_count / (samples * 2));
		int status = pdf_source_page(work->source, number, page);
		if (status < 0)
			return status;
		if (pdf_page_legible(page))
			pdf_body_count(&work->body, page);
	}
	return 0;
}

/* The ruled tables of the page; where there are some, the layout is made anew, and where rules may part what seemed columns of text. The rules of a recognised page are those of its picture. */
static int find_grids(struct pdf_work *work, struct page_slot *slot)
{
	int status = slot->page.ocr ? 0 : pdf_source_rules(work->source, &slot->rules);
	if (status == 0)
		status = pdf_cell_grounds_complete(&slot->rules, &slot->page);
	if (status == 0)
		status = pdf_row_rules_complete(&slot->rules, &slot->page);
	if (status == 0)
		status = pdf_grids_find(&slot->grids, &slot->rules, &slot->page);
	if (status < 0)
		return status;
	work->grid_record.drawn += !slot->page.ocr; /* a picture's rules cost nothing more */
	work->grid_record.ruled += !slot->page.ocr && slot->grids.lattices.count > 0;
	slot->page.rules = &slot->rules;
	slot->page.grids = &slot->grids;
	const bool in_columns = slot->layout.row_count > 0 && slot->layout.rows[slot->layout.row_count - 1].region != slot->layout.rows[0].region;
	return slot->grids.count > 0 || (in_columns && slot->rules.horizontal.count > 0) ? pdf_layout_build(&slot->layout, &slot->page) : 0;
}

static int place_figures(struct page_slot *slot)
{
	size_t count = 0;
	int status = pdf_figures_place(&slot->page, slot->page.grids, &count);

	return status == 0 && count > 0 ? pdf_layout_build(&slot->layout, &slot->page) : status;
}

/* The two pieces of a word that the line's end parts are no words. */
static void learn_words(struct pdf_work *work, const struct pdf_page *page)
{
	bool parted = false;

	for (size_t i = 0; i < page->word_count; i++) {
		const struct text word = pdf_word_text(page, &page->words[i]);
		const bool piece = page->words[i].line_end && word.bytes > 0 && word.data[word.bytes - 1] == '-';
		if (!parted && !piece)
			word_set_add(&work->vocabulary, word);
		parted = piece;
	}
}

static int read_page(struct pdf_work *work, uint32_t number)
{
	struct page_slot *slot = &work->slots[number % PAGES_HELD];

	pdf_rules_clear(&slot->rules);
	size_t hidden = 0;
	int status = pdf_source_page(work->source, number, &slot->page);
	if (status == 0)
		status = pdf_visible_filter(&work->visible, work->source, &slot->page, &hidden, &work->scratch);
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_HIDDEN, hidden, text_trim(buffer_view(&work->scratch)), document_at_page(number + 1));
	if (status == 0)
		status = pdf_ocr_page(&work->ocr, work->source, &slot->page, &slot->rules);
	if (status == 0 && !slot->page.ocr)
		status = pdf_source_fields(work->source, &slot->page);
	pdf_line_numbers_drop(&slot->page);
	pdf_leaders_drop(&slot->page);
	if (status == 0)
		status = pdf_tagged_arrange(&work->tagged, &slot->page, &slot->grids);
	if (status == 0 && pdf_initials_join(&slot->page, &work->vocabulary) > 0 && slot->page.text.status < 0)
		status = slot->page.text.status;
	if (status == 0)
		status = pdf_layout_build(&slot->layout, &slot->page);
	if (status == 0 && !slot->page.ordered && (slot->page.ocr || pdf_tags_name_table(&work->tags, number) || pdf_grids_wanted(&slot->layout, &work->grid_record)))
		status = find_grids(work, slot);
	if (status == 0 && work->input->settings->convert.images)
		status = place_figures(slot);
	if (status < 0)
		return status;
	pdf_edges_find(&slot->layout, &work->scratch, &slot->edges);
	learn_words(work, &slot->page);
	work->characters += slot->page.characters;
	work->garbage += slot->page.garbage;
	work->text_pages += slot->page.characters > 0;
	return 0;
}

/* The pages that are held when the first is converted; in a document of scans they say what its running text is like. */
static int read_first_pages(struct pdf_work *work, uint32_t *ret_read)
{
	const uint32_t count = work->page_count <= PAGES_AROUND ? work->page_count : PAGES_AROUND + 1;
	int status = sample_body(work);

	for (uint32_t number = 0; number < count && status == 0; number++) {
		status = read_page(work, number);
		if (status == 0 && work->slots[number].page.ocr)
			pdf_body_count(&work->body, &work->slots[number].page);
	}
	pdf_body_settle(&work->body);
	*ret_read = count;
	return status;
}

/* Running lines do not go into the Markdown; the document's id often stands nowhere else. */
static void find_document_id(struct pdf_work *work, const struct pdf_layout *layout)
{
	struct domain_match match;

	for (size_t r = 0; r < layout->row_count && work->document_id.bytes == 0; r++) {
		if (!layout->rows[r].furniture)
			continue;
		buffer_clear(&work->scratch);
		pdf_row_append(layout, &layout->rows[r], &work->scratch);
		if (domain_search(work->input->domain, DOMAIN_PATTERN_DOCUMENT_ID, buffer_view(&work->scratch), 0, &match))
			buffer_append_text(&work->document_id, match.groups[0]);
	}
}

/* Says which rows do not go into the Markdown. */
static void report_furniture(struct pdf_work *work, const struct pdf_layout *layout, uint32_t page_number)
{
	for (size_t r = 0; r < layout->row_count; r++) {
		if (!layout->rows[r].furniture)
			continue;
		buffer_clear(&work->scratch);
		if (document_builder_explains(work->document) && layout->rows[r].grid < PDF_PICTURE_FIRST)
			pdf_row_append(layout, &layout->rows[r], &work->scratch);
		document_builder_removed(work->document, DOCUMENT_REMOVED_RUNNING_LINE, text_trim(buffer_view(&work->scratch)), document_at_page(page_number + 1));
	}
}

/* Keeps the pictures that became blocks; one that cannot be kept is passed over by the writer. */
static int keep_figures(struct pdf_work *work, struct pdf_page *page)
{
	const struct text no_name = { NULL, 0 };
	struct buffer target, *png = &work->scratch;
	int status = 0;

	buffer_init(&target, PDF_PICTURE_TARGET_BYTES - 1);
	for (size_t i = 0; i < work->blocks.count && status == 0; i++) {
		if (work->blocks.items[i].kind != PDF_BLOCK_PICTURE || work->figures >= FIGURES_MAX)
			continue;
		struct pdf_picture *picture = &page->pictures[work->blocks.items[i].table];
		buffer_clear(png);
		buffer_clear(&target);
		status = pdf_source_picture(work->source, page->number, picture, png);
		if (status == 0 && document_builder_add_image(work->document, no_name, buffer_view(png), &target) == 0 && target.status == 0)
			snprintf(picture->target, sizeof(picture->target), "%s", buffer_string(&target));
		work->figures += picture->target[0] != '\0';
		status = status == -ENOMEM ? status : 0;
	}
	buffer_done(&target);
	return status;
}

static int convert_page(struct pdf_work *work, uint32_t number)
{
	struct page_slot *slot = &work->slots[number % PAGES_HELD];
	const struct pdf_edges *neighbours[PDF_NEIGHBOURS_MAX];
	size_t count = 0;

	for (uint32_t n = number < PAGES_AROUND ? 0 : number - PAGES_AROUND; n <= number + PAGES_AROUND && n < work->page_count; n++)
		if (n != number)
			neighbours[count++] = &work->slots[n % PAGES_HELD].edges;
	if (!work->input->settings->convert.pdf_keep_furniture)
		pdf_furniture_mark(&slot->layout, &slot->edges, neighbours, count);
	report_furniture(work, &slot->layout, number);
	if (number == 0)
		find_document_id(work, &slot->layout);
	int status = pdf_blocks_build(&work->blocks, &slot->layout, &work->body, &work->outline, &work->tags);
	if (status == 0)
		status = keep_figures(work, &slot->page);
	if (status < 0)
		return status;
	work->leaders_dropped += work->blocks.leaders_dropped;
	buffer_clear(&work->scratch);
	buffer_append_format(&work->scratch, "%zu lines", (size_t)work->blocks.leaders_dropped);
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_CONTENTS, work->blocks.leaders_dropped, buffer_view(&work->scratch),
				       document_at_page(number + 1));
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_RUNNING_LINE, work->blocks.captions_dropped,
				       TEXT_LITERAL("captions of tables that go on"), document_at_page(number + 1));
	pdf_write_page(&work->writer, &slot->layout, &work->blocks);
	return work->body_markdown.status;
}

static int convert_pages(struct pdf_work *work)
{
	uint32_t read_count = 0;
	int status = read_first_pages(work, &read_count);

	for (uint32_t number = 0; number < work->page_count && status == 0; number++) {
		while (status == 0 && read_count < work->page_count && read_count <= number + PAGES_AROUND)
			status = read_page(work, read_count++);
		if (status == 0)
			status = convert_page(work, number);
	}
	return status == 0 ? pdf_write_finish(&work->writer) : status;
}

/* --- the title -------------------------------------------------------------------------------------------------- */

/* Names that programs write into the title field are none. */
static struct text usable_title(struct text title)
{
	static const char *const endings[] = { ".doc", ".docx", ".dvi", ".tex", ".pdf", ".indd", ".fm", ".ps" };
	static const struct text word = TEXT_LITERAL("Microsoft Word - ");
	const struct text none = { NULL, 0 };

	if (text_starts_with_nocase(title, word))
		title = text_slice(title, word.bytes, title.bytes);
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (text_ends_with_nocase(title, text_from(endings[i])))
			return none;
	if (title.bytes < 3 || text_starts_with_nocase(title, TEXT_LITERAL("untitled")) || utf8_valid_prefix(title) != title.bytes)
		return none;
	return title;
}

static void append_heading_text(struct pdf_work *work, const struct pdf_heading *heading, struct buffer *out)
{
	struct text rest = text_slice(buffer_view(&work->body_markdown), heading->offset, work->body_markdown.bytes), line;

	if (text_next_line(&rest, &line) && line.bytes > 2)
		block_append_plain(out, text_slice(line, 2, line.bytes));
}

/* The first heading, when it alone stands in the middle of the page, and none is larger. */
static struct pdf_heading *centred_title(struct pdf_work *work)
{
	static const float larger_than_text = 1.25f, same_size = 0.97f;
	struct pdf_heading *items = work->headings.items;

	if (work->headings.count < 2 || items[0].page > 0 || !items[0].centred || items[0].clause_depth > 0 || items[0].size < larger_than_text * work->body.size)
		return NULL;
	const bool own_page = items[1].page > 0; /* chapters may be larger than the title on the page before them */
	for (size_t i = 1; i < work->headings.count; i++)
		if (items[i].centred || (!own_page && items[0].size < same_size * items[i].size))
			return NULL;
	return items;
}

/* The heading on the first page that is larger than all others of the document. */
static struct pdf_heading *title_heading(struct pdf_work *work)
{
	static const float larger_than_text = 1.25f, first_larger_than_text = 1.1f, larger_than_others = 1.03f, larger_than_chapters = 1.05f;
	struct pdf_heading *largest = pdf_headings_tagged_title(&work->headings);
	float next = 0;

	if (largest)
		return largest;
	for (size_t i = 0; i < work->headings.count; i++) {
		struct pdf_heading *heading = &work->headings.items[i];
		if (heading->plain)
			continue;
		if (heading->page == 0 && heading->clause_depth == 0 && (!largest || heading->size > largest->size)) {
			next = largest ? fmaxf(next, largest->size) : next;
			largest = heading;
		} else {
			next = fmaxf(next, heading->size);
		}
	}
	if (!largest || largest->size < (largest == work->headings.items ? first_larger_than_text : larger_than_text) * work->body.size)
		return NULL;
	return largest->size >= (largest->outline_depth > 0 ? larger_than_chapters : larger_than_others) * next ? largest : NULL;
}

/* The title that stands on the first page; else that of the title field, or the first heading, which go into the metadata alone: what
 * no reader sees is not written. */
static void find_title(struct pdf_work *work)
{
	struct pdf_heading *largest = title_heading(work);

	if (!largest)
		largest = centred_title(work);
	if (largest) {
		largest->title = work->titled = true;
		append_heading_text(work, largest, &work->title);
		return;
	}
	buffer_clear(&work->scratch);
	pdf_source_title(work->source, &work->scratch);
	buffer_append_text(&work->title, usable_title(buffer_view(&work->scratch)));
	if (work->title.bytes == 0 && work->headings.count > 0)
		append_heading_text(work, &work->headings.items[0], &work->title);
}

/* --- the document ----------------------------------------------------------------------------------------------- */

static int refuse_without_text(struct pdf_work *work, struct error_text *error)
{
	buffer_clear(&work->scratch);
	if (work->ocr.left_out == 0 && work->ocr.tried == 0)
		return error_set(error, ERROR_INPUT_REJECTED, "no text: every page is empty");
	pdf_ocr_explain(&work->ocr, &work->scratch);
	return error_set(error, ERROR_INPUT_REJECTED, "no text: its pages are pictures, and %s", buffer_string(&work->scratch));
}

/* What is missing is said where it is read. */
static void append_what_is_missing(struct pdf_work *work, struct buffer *markdown)
{
	if (work->ocr.left_out > 0) {
		buffer_append_format(markdown, "\n%" PRIu32 " pages are pictures that were not recognised: ", work->ocr.left_out);
		pdf_ocr_explain(&work->ocr, markdown);
		buffer_append_string(markdown, ".\n");
	}
	if (work->pages_left_out > 0)
		buffer_append_format(markdown, "\n%" PRIu32 " further pages were left out: the limit convert.pdf_pages_max is %" PRIu64 ".\n",
				     work->pages_left_out, work->input->settings->convert.pdf_pages_max);
}

static void report_what_is_missing(struct pdf_work *work)
{
	struct buffer *text = &work->scratch;

	buffer_clear(text);
	if (work->ocr.left_out > 0) {
		buffer_append_format(text, "%" PRIu32 " pages that are pictures: ", work->ocr.left_out);
		pdf_ocr_explain(&work->ocr, text);
	}
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_UNREAD, work->ocr.left_out, buffer_view(text), document_nowhere);
	buffer_clear(text);
	buffer_append_format(text, "%" PRIu32 " pages, from this one on: the limit convert.pdf_pages_max is %" PRIu64, work->pages_left_out,
			     work->input->settings->convert.pdf_pages_max);
	document_builder_removed_group(work->document, DOCUMENT_REMOVED_UNREAD, work->pages_left_out, buffer_view(text),
				       document_at_page((size_t)work->page_count + 1));
}

static void append_document(struct pdf_work *work, struct buffer *markdown)
{
	pdf_headings_find_byline(&work->headings, buffer_view(&work->body_markdown));
	pdf_headings_settle(&work->headings, work->titled);
	pdf_headings_apply(&work->headings, buffer_view(&work->body_markdown), markdown);
	append_what_is_missing(work, markdown);
	report_what_is_missing(work);
}

static void describe_document(struct pdf_work *work, struct document_builder *document)
{
	struct buffer *programs = &work->scratch;
	const double pages = (double)work->page_count / (double)(work->page_count + work->pages_left_out);
	const double readable = (double)work->text_pages / (double)(work->text_pages + work->ocr.left_out);
	const double legible = 1.0 - (double)work->garbage / (double)(work->characters > 0 ? work->characters : 1);

	buffer_clear(programs);
	document_builder_set_meta(document, DOCUMENT_META_TITLE, text_trim(buffer_view(&work->title)));
	document_builder_set_meta(document, DOCUMENT_META_DOCUMENT_ID, buffer_view(&work->document_id));
	buffer_append_string(programs, pdf_source_version());
	if (work->ocr.recognised > 0)
		buffer_append_format(programs, ", %s", ocr_version());
	document_builder_set_meta(document, DOCUMENT_META_CONVERTER, buffer_view(programs));
	document_builder_set_meta(document, DOCUMENT_META_ENCODING, TEXT_LITERAL("UTF-8"));
	document_builder_counts(document)->pages = work->page_count;
	document_builder_counts(document)->cleaned += (uint32_t)work->leaders_dropped;
	document_builder_scores(document)->conversion = (float)(pages * readable * legible);
}

/* A browser's tags are known for each word, and its bullets looked for, as TeX's underscores are; tags of others are looked for among the rows of the pages. */
static int read_tags(struct pdf_work *work)
{
	const struct pdf_structure *structure = &work->tagged.structure;
	const bool tagged = pdf_source_has_tags(work->source);
	int status = 0;

	if (!tagged && !pdf_source_draws_signs(work->source))
		return 0;
	status = pdf_tagged_read(&work->tagged, work->input->data);
	if (status == 0 && structure->believed)
		pdf_tags_know(&work->tags, structure->heading_count, structure->piece_count);
	else if (status == 0 && tagged)
		status = pdf_source_tags(work->source, &work->tags);
	return status;
}

static int convert(struct pdf_work *work, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	int status = pdf_source_open(work->input->data, &work->source, error);
	if (status < 0)
		return status;
	const uint64_t pages_max = work->input->settings->convert.pdf_pages_max;
	work->page_count = pdf_source_page_count(work->source);
	if (work->page_count > pages_max) {
		work->pages_left_out = work->page_count - (uint32_t)pages_max;
		work->page_count = (uint32_t)pages_max;
	}
	status = pdf_source_outline(work->source, &work->outline);
	if (status == 0)
		status = read_tags(work);
	if (status == 0)
		status = convert_pages(work);
	if (status == ERROR_LIMIT_HIT)
		return error_set(error, status, "the Markdown of this file is larger than convert.markdown_bytes_max (%zu bytes)", markdown->bytes_max);
	if (status < 0)
		return error_set(error, status, "%s", error_describe(status));
	if (work->text_pages == 0 || work->body_markdown.bytes == 0)
		return refuse_without_text(work, error);
	/* What was recognised has no tags. */
	pdf_headings_take_tags(&work->headings, pdf_tags_are_complete(&work->tags) && work->ocr.recognised == 0);
	find_title(work);
	append_document(work, markdown);
	describe_document(work, document);
	if (markdown->status)
		return error_set(error, markdown->status, "the Markdown of this file is larger than convert.markdown_bytes_max (%zu bytes)",
				 markdown->bytes_max);
	return 0;
}

int convert_pdf(const struct convert_input *input, struct buffer *markdown, struct document_builder *document, struct error_text *error)
{
	struct pdf_work *work = create_work(input, markdown->bytes_max);
	if (!work)
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	work->document = document;
	int status = convert(work, markdown, document, error);
	destroy_work(work);
	return status;
}
