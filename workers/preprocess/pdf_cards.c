#include "workers/preprocess/pdf_cards.h"

#include "workers/preprocess/pdf_table_band.h"

#include <math.h>
#include <stdlib.h>

static const float larger = 1.1f;         /* than the text below: a heading */
static const float letter_sizes = 1.2f;   /* a heading is wider than a letter of an index */
static const float same_height_sizes = 0.4f, same_edge = 2.0f, same_middle = 3.0f;
static const float room = 3.0f;           /* points left of a column that stay white */

struct line { /* segments at one height, from left to right */
	const struct pdf_segment *parts[PDF_CARDS_COLUMNS_MAX];
	size_t count;
	size_t first, end; /* of the segments */
};

/* Several parts of nearly one size, well apart, each more than a letter of an index. */
static bool read_line(const struct pdf_segment *segments, size_t count, size_t first, struct line *line)
{
	static const float same_size = 1.1f, gap_sizes = 1.0f;

	*line = (struct line){ .first = first, .end = first };
	for (; line->end < count && pdf_middle_y(segments[line->end].box) - pdf_middle_y(segments[first].box) < same_height_sizes * segments[first].size; line->end++) {
		const struct pdf_segment *part = &segments[line->end];
		size_t at = line->count;
		if (at == PDF_CARDS_COLUMNS_MAX || part->grid > 0 || part->rtl || part->box.x1 - part->box.x0 < letter_sizes * part->size || part->size > same_size * segments[first].size || part->size * same_size < segments[first].size)
			return false;
		for (; at > 0 && line->parts[at - 1]->box.x0 > part->box.x0; at--)
			line->parts[at] = line->parts[at - 1];
		line->parts[at] = part;
		line->count++;
	}
	for (size_t i = 1; i < line->count; i++)
		if (line->parts[i]->box.x0 - line->parts[i - 1]->box.x1 < gap_sizes * line->parts[i]->size)
			return false;
	return line->count > 1;
}

/* What stands below the heading, in smaller type; NULL when it is not near. */
static const struct pdf_segment *text_below(const struct pdf_segment *segments, size_t count, const struct line *line, size_t part)
{
	static const float reach_sizes = 3.5f;
	const struct pdf_segment *heading = line->parts[part];
	const float left = part > 0 ? line->parts[part - 1]->box.x1 : -INFINITY, right = part + 1 < line->count ? line->parts[part + 1]->box.x0 : INFINITY;

	for (size_t i = line->end; i < count && segments[i].box.y0 - heading->box.y1 < reach_sizes * heading->size; i++) {
		const struct pdf_box box = segments[i].box;
		if (box.x1 <= heading->box.x0 - room || box.x0 >= heading->box.x1 + room || box.x0 < left)
			continue;
		if (box.x1 > right || segments[i].grid > 0)
			return NULL;
		if (segments[i].size * larger <= heading->size)
			return &segments[i];
		if (segments[i].size > heading->size + 0.1f)
			return NULL;
	}
	return NULL;
}

/* Where the columns begin, when each heading stands at the left edge of its text, or each in its middle. */
static bool find_columns(const struct pdf_segment *segments, size_t count, const struct line *line, struct pdf_cards *cards, float *ret_size)
{
	const struct pdf_segment *texts[PDF_CARDS_COLUMNS_MAX] = { NULL };
	size_t at_left = 0, in_middle = 0;

	*ret_size = 0;
	for (size_t i = 0; i < line->count; i++) {
		texts[i] = text_below(segments, count, line, i);
		if (!texts[i])
			return false;
		const struct pdf_box head = line->parts[i]->box, text = texts[i]->box;
		at_left += fabsf(head.x0 - text.x0) < same_edge;
		in_middle += fabsf(head.x0 + head.x1 - text.x0 - text.x1) < 2 * same_middle;
		*ret_size = fmaxf(*ret_size, texts[i]->size);
	}
	if (at_left < line->count && in_middle < line->count)
		return false;
	cards->column_count = line->count;
	cards->x[0] = -INFINITY;
	for (size_t i = 1; i < line->count; i++) {
		const float begin = fminf(line->parts[i]->box.x0, texts[i]->box.x0), end = fmaxf(line->parts[i - 1]->box.x1, texts[i - 1]->box.x1);
		cards->x[i] = at_left == line->count ? begin - room : (begin + end) / 2;
	}
	return true;
}

size_t pdf_cards_column_of(const struct pdf_cards *cards, struct pdf_box box)
{
	size_t column = 0;

	while (column + 1 < cards->column_count && box.x0 >= cards->x[column + 1])
		column++;
	return column;
}

static bool crosses(const struct pdf_cards *cards, struct pdf_box box)
{
	const size_t column = pdf_cards_column_of(cards, box);

	return column + 1 < cards->column_count && box.x1 > cards->x[column + 1];
}

struct found {
	size_t lines[PDF_CARDS_COLUMNS_MAX], words[PDF_CARDS_COLUMNS_MAX];
};

/* Larger type again, below all columns: what follows them, or the next row of cards. */
static bool begins_anew(const struct pdf_segment *segment, float bottom, float size)
{
	static const float white_sizes = 0.5f;

	return segment->size >= larger * size && segment->box.y0 - bottom > white_sizes * size;
}

/* A heading like those of the cards, alone at its height, with no text across the columns below it: they are running columns. */
static bool is_sibling(const struct pdf_segment *segments, size_t count, size_t i, const struct line *line, const struct pdf_cards *cards)
{
	static const float same_size = 1.05f;
	const float size = line->parts[0]->size, next = i + 1 < count ? pdf_middle_y(segments[i + 1].box) - pdf_middle_y(segments[i].box) : INFINITY;

	return segments[i].size < same_size * size && segments[i].size * same_size > size && next > same_height_sizes * size && i + 1 < count &&
	       !crosses(cards, segments[i + 1].box);
}

/* Down to what crosses the columns, stands far below them or begins anew. False: the columns go on with a heading in one of them. */
static bool extend(const struct pdf_segment *segments, size_t count, const struct line *line, float size, struct pdf_cards *cards, struct found *found)
{
	static const float white_sizes = 2.2f;
	float bottom = segments[line->first].box.y1;
	size_t texts = 0;

	cards->end = line->end;
	for (size_t i = line->end; i < count; i++) {
		const struct pdf_segment *segment = &segments[i];
		if (crosses(cards, segment->box) || segment->grid > 0 || segment->box.y0 - bottom > white_sizes * size || (texts > 0 && begins_anew(segment, bottom, size)))
			break;
		const size_t column = pdf_cards_column_of(cards, segment->box);
		texts += segment->size < larger * size;
		found->lines[column]++;
		found->words[column] += segment->word_count;
		bottom = fmaxf(bottom, segment->box.y1);
		cards->end = i + 1;
	}
	while (cards->end < count && cards->end > line->end && /* what is at the height of the line that ends the cards */
	       pdf_middle_y(segments[cards->end].box) - pdf_middle_y(segments[cards->end - 1].box) < same_height_sizes * size)
		cards->end--;
	return cards->end == count || !begins_anew(&segments[cards->end], bottom, size) || !is_sibling(segments, count, cards->end, line, cards);
}

/* Text of several words a line in most columns; or one line below each, in much smaller type. */
static bool is_convincing(const struct line *line, const struct pdf_cards *cards, const struct found *found, float size)
{
	enum { WORDS_MIN = 3 };
	static const float much_larger = 1.4f;
	size_t prose = 0, single = 0;

	for (size_t c = 0; c < cards->column_count; c++) {
		if (found->lines[c] == 0)
			return false;
		prose += found->lines[c] > 1 && found->words[c] >= WORDS_MIN * found->lines[c];
		single += found->lines[c] == 1;
	}
	return prose * 2 > cards->column_count || (single == cards->column_count && line->parts[0]->size >= much_larger * size);
}

/* Does text stand close above in several of the columns? Then these are headings that stand at one height by chance. */
static bool goes_on_above(const struct pdf_segment *segments, size_t from, const struct line *line, const struct pdf_cards *cards)
{
	static const float reach_sizes = 2.5f;
	bool filled[PDF_CARDS_COLUMNS_MAX] = { false };
	size_t columns = 0;

	for (size_t i = line->first; i > from; i--) {
		const struct pdf_segment *above = &segments[i - 1];
		if (segments[line->first].box.y0 - above->box.y1 > reach_sizes * line->parts[0]->size)
			break;
		if (crosses(cards, above->box))
			return false;
		const size_t column = pdf_cards_column_of(cards, above->box);
		columns += !filled[column];
		filled[column] = true;
	}
	return columns > 1;
}

/* --- headings with a label beside them --------------------------------------------------------------------------- */

/* A plain label, alone in its column, and right of it a bold heading that is larger than it and than the text below. */
struct label {
	const struct pdf_segment *left, *heading;
	size_t end; /* of the segments at their height */
};

static bool read_label(const struct pdf_segment *segments, size_t count, size_t first, struct label *label)
{
	static const float gap_sizes = 1.0f;
	const float y = pdf_middle_y(segments[first].box);

	if (first + 2 >= count || pdf_middle_y(segments[first + 1].box) - y > same_height_sizes * segments[first].size ||
	    pdf_middle_y(segments[first + 2].box) - y < same_height_sizes * segments[first].size)
		return false;
	const struct pdf_segment *a = &segments[first], *b = a + 1;
	*label = (struct label){ a->box.x0 < b->box.x0 ? a : b, a->box.x0 < b->box.x0 ? b : a, first + 2 };
	return !label->left->bold && label->heading->bold && label->left->grid + label->heading->grid == 0 && label->heading->size > 1.05f * label->left->size &&
	       label->heading->box.x1 - label->heading->box.x0 > letter_sizes * label->heading->size &&
	       label->heading->box.x0 - label->left->box.x1 > gap_sizes * label->heading->size;
}

/* Does text stand close above or below in the label's column? Then it is the end of a paragraph beside a heading. */
static bool is_label_of_text(const struct pdf_segment *segments, size_t count, size_t first, const struct label *label)
{
	static const float close_sizes = 2.0f;
	const float reach = close_sizes * label->left->size, right = label->heading->box.x0 - room;

	for (size_t i = label->end; i < count && segments[i].box.y0 - label->left->box.y1 < reach; i++)
		if (segments[i].box.x0 < right)
			return true;
	for (size_t i = first; i > 0 && label->left->box.y0 - segments[i - 1].box.y1 < reach; i--)
		if (segments[i - 1].box.x0 < right && segments[i - 1].box.x1 < right && segments[i - 1].size < larger * label->left->size)
			return true;
	return false;
}

/* Down to what stands left of the heading. */
static bool find_labelled(const struct pdf_segment *segments, size_t count, size_t first, struct pdf_cards *cards)
{
	enum { WORDS_MIN = 4 };
	static const float white_sizes = 3.5f;
	struct label label;

	if (!read_label(segments, count, first, &label) || is_label_of_text(segments, count, first, &label))
		return false;
	const struct pdf_segment *text = &segments[label.end];
	if (text->bold || text->grid > 0 || text->word_count < WORDS_MIN || text->size * 1.05f > label.heading->size || fabsf(text->box.x0 - label.heading->box.x0) > same_edge)
		return false;
	float bottom = label.heading->box.y1;
	size_t end = label.end;
	for (; end < count && segments[end].box.x0 >= label.heading->box.x0 - room && segments[end].box.y0 - bottom < white_sizes * text->size; end++)
		bottom = fmaxf(bottom, segments[end].box.y1);
	while (end < count && end > label.end && pdf_middle_y(segments[end].box) - pdf_middle_y(segments[end - 1].box) < same_height_sizes * text->size)
		end--; /* the next label's heading */
	*cards = (struct pdf_cards){ .first = first, .end = end, .x = { -INFINITY, label.heading->box.x0 - room }, .column_count = 2 };
	return end > label.end;
}

bool pdf_cards_find(const struct pdf_segment *segments, size_t count, size_t from, unsigned *tries, struct pdf_cards *ret_cards)
{
	struct line line;

	for (size_t i = from; i < count && *tries > 0; i = size_max(line.end, i + 1)) {
		struct pdf_cards cards = { .first = i };
		struct found found = { 0 };
		float size;
		if (!read_line(segments, count, i, &line) || !find_columns(segments, count, &line, &cards, &size)) {
			line.end = i + 1;
			if (!find_labelled(segments, count, i, &cards))
				continue;
			*ret_cards = cards;
			return true;
		}
		--*tries;
		if (!extend(segments, count, &line, size, &cards, &found) || !is_convincing(&line, &cards, &found, size) || goes_on_above(segments, from, &line, &cards))
			continue;
		*ret_cards = cards;
		return true;
	}
	return false;
}
