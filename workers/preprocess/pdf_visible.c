#include "workers/preprocess/pdf_visible.h"

#include "proto/document.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { LOOK_DPI = 72, CONTRAST_MIN = 10 };

static const float size_points_min = 1;
static const float layer_share = 0.6f;   /* of the page under pictures: its text may be the layer of a scan */
static const float unseen_share_max = 0.5f; /* more than that is a font that could not be drawn */

static uint32_t to_pixel(float points, float dpi, uint32_t most)
{
	const float pixel = points * dpi / 72;
	return pixel <= 0 ? 0 : pixel >= (float)most ? most : (uint32_t)pixel;
}

/* Is there anything darker or lighter than the rest where the word stands? */
static bool is_seen(const struct pdf_bitmap *bitmap, struct pdf_box box)
{
	const uint32_t x0 = to_pixel(box.x0, bitmap->dpi, bitmap->width), x1 = to_pixel(ceilf(box.x1) + 1, bitmap->dpi, bitmap->width);
	const uint32_t y0 = to_pixel(box.y0, bitmap->dpi, bitmap->height), y1 = to_pixel(ceilf(box.y1) + 1, bitmap->dpi, bitmap->height);
	uint8_t least = 255, most = 0;

	for (uint32_t y = y0; y < y1; y++) {
		const uint8_t *row = pdf_bitmap_row(bitmap, y);
		for (uint32_t x = x0; x < x1; x++) {
			least = row[x] < least ? row[x] : least;
			most = row[x] > most ? row[x] : most;
		}
	}
	return most >= least + CONTRAST_MIN;
}

static bool is_outside(const struct pdf_page *page, const struct pdf_word *word)
{
	return word->box.x1 <= 0 || word->box.y1 <= 0 || word->box.x0 >= page->width || word->box.y0 >= page->height;
}

/* Takes out the words that are marked; what ended a line passes that on to the word before. */
static size_t drop_marked(struct pdf_page *page, const bool *unseen, struct buffer *dropped_text)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->word_count; i++) {
		if (!unseen[i]) {
			page->words[kept++] = page->words[i];
			continue;
		}
		if (dropped_text->bytes <= DOCUMENT_REMOVED_TEXT_BYTES_MAX) {
			buffer_append_text(dropped_text, pdf_word_text(page, &page->words[i]));
			buffer_append_byte(dropped_text, ' ');
		}
		if (page->words[i].line_end && kept > 0)
			page->words[kept - 1].line_end = true;
		page->characters -= size_min(page->characters, page->words[i].bytes);
	}
	const size_t dropped = page->word_count - kept;
	page->word_count = kept;
	return dropped;
}

static int mark_unseen(struct pdf_visible *visible, struct pdf_source *source, const struct pdf_page *page, bool *unseen)
{
	struct pdf_bitmap bitmap;
	size_t count = 0;

	int status = pdf_source_render(source, page->number, LOOK_DPI, &bitmap);
	if (status < 0 || !bitmap.pixels)
		return status;
	for (size_t i = 0; i < page->word_count; i++)
		count += unseen[i] |= !is_seen(&bitmap, page->words[i].box);
	pdf_bitmap_done(&bitmap);
	if ((float)count <= unseen_share_max * (float)page->word_count) {
		visible->hides |= count > 0;
		return 0;
	}
	for (size_t i = 0; i < page->word_count; i++)
		unseen[i] &= page->words[i].faint;
	return 0;
}

int pdf_visible_filter(struct pdf_visible *visible, struct pdf_source *source, struct pdf_page *page, size_t *ret_dropped,
		       struct buffer *dropped_text)
{
	bool faint = false;
	int status = 0;

	*ret_dropped = 0;
	buffer_clear(dropped_text);
	if (page->word_count == 0)
		return 0;
	bool *unseen = calloc(page->word_count, sizeof(*unseen));
	if (!unseen)
		return -ENOMEM;
	for (size_t i = 0; i < page->word_count; i++) {
		const struct pdf_word *word = &page->words[i];
		faint |= word->faint;
		unseen[i] = is_outside(page, word) || (word->size > 0 && word->size < size_points_min && word->box.y1 - word->box.y0 < size_points_min);
	}
	if ((faint || page->number == 0 || visible->hides) && page->image_share < layer_share)
		status = mark_unseen(visible, source, page, unseen);
	if (status == 0)
		*ret_dropped = drop_marked(page, unseen, dropped_text);
	free(unseen);
	return status;
}
