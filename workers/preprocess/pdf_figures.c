#include "workers/preprocess/pdf_figures.h"

#include <errno.h>

enum { FIGURES_MAX = 32, TEXT_CHARACTERS = 60 };

static const float side_points_min = 24;
static const float share_min = 0.003f;  /* of the page */
static const float ground_share = 0.8f; /* pictures over so much of a page with text are its ground, or it is a scan */

static bool stands_in(struct pdf_box box, struct pdf_box around)
{
	const float x = (box.x0 + box.x1) / 2, y = (box.y0 + box.y1) / 2;
	return x > around.x0 && x < around.x1 && y > around.y0 && y < around.y1;
}

static bool in_grid(const struct pdf_grids *grids, struct pdf_box box)
{
	for (size_t i = 0; grids && i < grids->count; i++)
		if (stands_in(box, grids->items[i].box))
			return true;
	return false;
}

static bool is_figure(const struct pdf_page *page, const struct pdf_picture *picture)
{
	const float width = picture->box.x1 - picture->box.x0, height = picture->box.y1 - picture->box.y0;
	return width >= side_points_min && height >= side_points_min && width * height >= share_min * page->width * page->height;
}

/* Does running text stand on the picture? Then it is its ground: browsers draw the shadows of boxes as pictures. Labels of a drawing cover less. */
static bool is_ground(const struct pdf_page *page, const struct pdf_picture *picture)
{
	static const float text_share = 0.08f;
	const struct pdf_box around = picture->box;
	float covered = 0;

	for (size_t i = 0; i < page->word_count; i++)
		if (page->words[i].grid < PDF_PICTURE_FIRST && stands_in(page->words[i].box, around))
			covered += (page->words[i].box.x1 - page->words[i].box.x0) * (page->words[i].box.y1 - page->words[i].box.y0);
	return covered > text_share * (around.x1 - around.x0) * (around.y1 - around.y0);
}

/* The picture's word says how large it is, in letters: numbers are no part of what running headers are compared by. */
static int add_figure(struct pdf_page *page, size_t index)
{
	const struct pdf_box box = page->pictures[index].box;
	struct pdf_word *word = pdf_page_add_word(page);

	if (!word)
		return -ENOMEM;
	word->box = box;
	word->size = page->word_count > 1 ? page->words[0].size : 10;
	word->line_end = true;
	word->grid = (uint16_t)(PDF_PICTURE_FIRST + index);
	buffer_append_string(&page->text, "picture");
	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t rest = (uint32_t)(side ? box.y1 - box.y0 : box.x1 - box.x0); rest > 0; rest /= 26)
			buffer_append_byte(&page->text, (char)('a' + rest % 26));
	word->bytes = (uint32_t)(page->text.bytes - word->start);
	return page->text.status == -ENOMEM ? -ENOMEM : 0;
}

int pdf_figures_place(struct pdf_page *page, const struct pdf_grids *grids, size_t *ret_count)
{
	size_t count = 0;
	int status = 0;

	*ret_count = 0;
	if (page->ocr || (page->image_share >= ground_share && page->characters >= TEXT_CHARACTERS))
		return 0;
	for (size_t i = 0; i < page->picture_count && count < FIGURES_MAX && status == 0; i++) {
		if (!is_figure(page, &page->pictures[i]) || in_grid(grids, page->pictures[i].box) || is_ground(page, &page->pictures[i]))
			continue;
		status = add_figure(page, i);
		count++;
	}
	*ret_count = count;
	return status;
}
