#include "workers/preprocess/pdf_order.h"

#include <math.h>

static const float overlap_share = 0.3f; /* of a line's height: lines whose boxes overlap by so much are still one below the other */

static bool is_picture(const struct pdf_segment *segment) { return segment->grid >= PDF_PICTURE_FIRST; }

static bool is_untagged(const struct pdf_layout *layout, const struct pdf_segment *segment)
{
	return layout->page->words[segment->word_first].untagged;
}

/* Pictures stand behind all words of the page: each goes before the first segment that lies below its middle. */
static void place_pictures(struct pdf_layout *layout)
{
	size_t text = layout->segment_count;

	while (text > 0 && is_picture(&layout->segments[text - 1]))
		text--;
	for (size_t i = text; i < layout->segment_count; i++) { /* few: pdf_figures.c */
		const struct pdf_segment picture = layout->segments[i];
		const float middle = (picture.box.y0 + picture.box.y1) / 2;
		size_t at = 0;
		while (at < i && (layout->segments[at].box.y0 < middle || is_picture(&layout->segments[at])))
			at++;
		memmove(&layout->segments[at + 1], &layout->segments[at], (i - at) * sizeof(picture));
		layout->segments[at] = picture;
	}
}

/* Does reading go on further up, or on the same line further to the left? */
static bool goes_up(const struct pdf_segment *before, const struct pdf_segment *segment)
{
	const float height = fminf(before->box.y1 - before->box.y0, segment->box.y1 - segment->box.y0);

	if (segment->box.y1 <= before->box.y0 + overlap_share * height)
		return true;
	const float common = fminf(before->box.y1, segment->box.y1) - fmaxf(before->box.y0, segment->box.y0);
	return common >= 0.5f * height && segment->box.x1 <= before->box.x0 && !before->rtl && !segment->rtl;
}

/* Does a heading begin or end in the middle of a line? What stands beside it is text by itself: a date, a number. */
static bool parts_heading(const struct pdf_layout *layout, const struct pdf_segment *before, const struct pdf_segment *segment)
{
	const struct pdf_word *words = layout->page->words;
	const float common = fminf(before->box.y1, segment->box.y1) - fmaxf(before->box.y0, segment->box.y0);

	return words[before->word_first].heading != words[segment->word_first].heading && before->grid == 0 && segment->grid == 0 && segment->box.x0 > before->box.x1 &&
	       common >= 0.5f * fminf(before->box.y1 - before->box.y0, segment->box.y1 - segment->box.y0);
}

struct beside { /* what stands side by side */
	bool open;
	float left, bottom; /* of the part at hand; of all */
};

void pdf_order_assign(struct pdf_layout *layout)
{
	struct pdf_segment *segments = layout->segments;
	struct beside beside = { false, 0, 0 };
	uint32_t region = 0;
	size_t start = 0;

	place_pictures(layout);
	for (size_t i = 0; i < layout->segment_count; i++) {
		struct pdf_segment *segment = &segments[i];
		if (i > 0 && (is_untagged(layout, segment) != is_untagged(layout, &segments[i - 1]) || parts_heading(layout, &segments[i - 1], segment))) {
			region++;
			start = i;
			beside.open = false;
		} else if (i > start && goes_up(&segments[i - 1], segment)) {
			size_t first = i;
			while (first > start && segments[first - 1].box.y1 > segment->box.y0 + overlap_share * segment->size)
				first--;
			region += first > start;
			beside.bottom = beside.open ? beside.bottom : segment->box.y1;
			for (size_t k = first; k < i; k++) {
				segments[k].region = region;
				beside.bottom = fmaxf(beside.bottom, segments[k].box.y1);
			}
			region++;
			start = i;
			beside.open = true;
			beside.left = segment->box.x0;
		} else if (beside.open && segment->box.y0 >= beside.bottom - overlap_share * segment->size && segment->box.x0 < beside.left - segment->size) {
			region++;
			start = i;
			beside.open = false;
		}
		if (beside.open)
			beside.left = fminf(beside.left, segment->box.x0);
		segment->region = region;
	}
}
