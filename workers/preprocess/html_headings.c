#include "workers/preprocess/html_headings.h"

#include <stdlib.h>

enum { SIZE_MAX_TENTHS = 1000, LARGER_PERCENT = 108 /* of the running text's size: less does not set a line apart */, BOLD_TEXT_BYTES_MIN = 120 /* of a page whose bold lines may be headings */ };

/* --- style ----------------------------------------------------------------------------------------------------- */

/* <font size=1> to 7 */
static const uint16_t font_sizes[] = { 75, 75, 100, 120, 135, 180, 240, 360 };
enum { FONT_STEP_MIN = 1, FONT_STEP_NORMAL = 3, FONT_STEP_MAX = 7 };

static int step_of(uint16_t size)
{
	int step = FONT_STEP_MIN;

	while (step < FONT_STEP_MAX && font_sizes[step + 1] <= size)
		step++;
	return step;
}

static uint16_t size_of_step(int step)
{
	return font_sizes[step < FONT_STEP_MIN ? FONT_STEP_MIN : step > FONT_STEP_MAX ? FONT_STEP_MAX : step];
}

/* "5", "+2", "-1" */
static uint16_t font_size(struct text value, uint16_t otherwise)
{
	value = text_trim(value);
	bool relative = value.bytes > 1 && (value.data[0] == '+' || value.data[0] == '-');
	size_t at = relative;

	if (at >= value.bytes || !ascii_is_digit(value.data[at]))
		return otherwise;
	int number = value.data[at] - '0';
	if (relative)
		number = FONT_STEP_NORMAL + (value.data[0] == '-' ? -number : number);
	return size_of_step(number);
}

/* The value of a property in a style attribute, or empty. */
static struct text property(struct text style, const char *name)
{
	struct text rest = style, field, wanted = text_from(name);

	while (text_next_field(&rest, ';', &field)) {
		field = text_trim(field);
		if (!text_starts_with_nocase(field, wanted))
			continue;
		struct text value = text_trim(text_slice(field, wanted.bytes, field.bytes));
		if (value.bytes > 0 && value.data[0] == ':')
			return text_trim(text_slice(value, 1, value.bytes));
	}
	return TEXT_LITERAL("");
}

/* "18pt", "1.5em", "150%", "x-large" */
static uint16_t css_size(struct text value, uint16_t around)
{
	static const struct { const char *name; uint16_t size; } names[] = {
		{ "xx-large", 240 }, { "x-large", 180 }, { "large", 135 }, { "medium", 120 }, { "small", 100 }, { "x-small", 75 },
	};
	double number = 0, place = 1;
	size_t i = 0;

	for (size_t k = 0; k < COUNT_OF(names); k++)
		if (text_starts_with_nocase(value, text_from(names[k].name)))
			return names[k].size;
	for (; i < value.bytes && i < 8 && (ascii_is_digit(value.data[i]) || value.data[i] == '.'); i++) {
		if (value.data[i] == '.')
			place = place == 1 ? .1 : place;
		else if (place == 1)
			number = number * 10 + (value.data[i] - '0');
		else
			number += place * (value.data[i] - '0'), place /= 10;
	}
	struct text unit = text_slice(value, i, value.bytes);
	double tenths = text_starts_with_nocase(unit, TEXT_LITERAL("pt")) ? number * 10 :
			text_starts_with_nocase(unit, TEXT_LITERAL("px")) ? number * 7.5 :
			text_starts_with_nocase(unit, TEXT_LITERAL("em")) ? number * around :
			text_starts_with_nocase(unit, TEXT_LITERAL("rem")) ? number * HTML_FONT_SIZE_NORMAL :
			text_starts_with_nocase(unit, TEXT_LITERAL("%")) ? number * around / 100 : 0;
	return tenths < 10 ? around : tenths > SIZE_MAX_TENTHS ? SIZE_MAX_TENTHS : (uint16_t)tenths;
}

struct html_style html_style_inside(const struct html_tree *tree, uint32_t index, struct html_style style)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];

	switch (node->tag) {
	case HTML_B: case HTML_STRONG: case HTML_TH: style.strong = true; break;
	case HTML_BIG: style.size = size_of_step(step_of(style.size) + 1); break;
	case HTML_SMALL: style.size = size_of_step(step_of(style.size) - 1); break;
	case HTML_FONT: style.size = font_size(html_tree_attribute(tree, index, HTML_SIZE), style.size); break;
	default: break;
	}
	struct text css = html_node_has_attributes(node) ? html_tree_attribute(tree, index, HTML_INLINE_STYLE) : TEXT_LITERAL("");
	if (css.bytes == 0)
		return style;
	struct text size = property(css, "font-size"), weight = property(css, "font-weight");
	if (size.bytes > 0)
		style.size = css_size(size, style.size);
	if (weight.bytes > 0)
		style.strong = text_starts_with_nocase(weight, TEXT_LITERAL("bold")) || (weight.bytes == 3 && weight.data[0] >= '6' && weight.data[0] <= '9');
	return style;
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

static void count_size(struct html_headings *headings, uint16_t size, uint32_t bytes)
{
	size_t i = 0;

	while (i < headings->size_count && headings->sizes[i].size != size)
		i++;
	if (i == HTML_HEADING_KINDS_MAX)
		return;
	if (i == headings->size_count)
		headings->sizes[headings->size_count++] = (struct html_size_use){ .size = size };
	headings->sizes[i].bytes += bytes;
}

/* What stands above or before a note, and is no title. */
static bool is_label(struct text text)
{
	static const char *const words[] = { "attention", "caution", "danger", "important", "note", "notes", "notice", "tip", "warning" };

	while (text.bytes > 0 && strchr(":!", text.data[text.bytes - 1]))
		text.bytes--;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal_nocase(text, text_from(words[i])))
			return true;
	return false;
}

void html_headings_text(struct html_headings *headings, struct html_style style, bool in_link, struct text text)
{
	text = text_trim(text);
	if (text.bytes == 0)
		return;
	if (headings->line_bytes == 0)
		headings->line = style;
	headings->line.strong &= style.strong;
	headings->line.size = style.size < headings->line.size ? style.size : headings->line.size;
	headings->line_is_label = headings->line_bytes == 0 && is_label(text);
	headings->line_bytes += (uint32_t)text.bytes;
	headings->line_link_bytes += in_link ? (uint32_t)text.bytes : 0;
	headings->line_end = text.data[text.bytes - 1];
	for (size_t i = 0; i < text.bytes && i < HTML_HEADING_BYTES_MAX && !headings->line_has_letter; i++)
		headings->line_has_letter = ascii_is_alpha(text.data[i]) || (unsigned char)text.data[i] >= 0xC3;
	if (!headings->decided)
		count_size(headings, style.size, (uint32_t)text.bytes);
}

static bool may_be_heading(const struct html_headings *headings, bool plain)
{
	return plain && headings->wanted && headings->line_bytes > 1 && headings->line_bytes <= HTML_HEADING_BYTES_MAX && headings->line_has_letter &&
	       !headings->line_is_label &&
	       headings->line_link_bytes < headings->line_bytes && !strchr(".,;", headings->line_end);
}

static struct html_heading_kind *find_kind(struct html_headings *headings, struct html_style style)
{
	for (size_t i = 0; i < headings->kind_count; i++)
		if (headings->kinds[i].style.size == style.size && headings->kinds[i].style.strong == style.strong)
			return &headings->kinds[i];
	return NULL;
}

static void count_line(struct html_headings *headings)
{
	struct html_heading_kind *kind = find_kind(headings, headings->line);

	if (!kind) {
		if (headings->kind_count == HTML_HEADING_KINDS_MAX)
			return;
		kind = &headings->kinds[headings->kind_count++];
		*kind = (struct html_heading_kind){ .style = headings->line };
	}
	kind->lines++;
	kind->bytes += headings->line_bytes;
	kind->first |= !headings->any_line;
}

unsigned html_headings_level_of(const struct html_headings *headings, struct html_style style, bool first)
{
	for (size_t i = 0; i < headings->kind_count; i++) {
		const struct html_heading_kind *kind = &headings->kinds[i];
		if (kind->style.size != style.size || kind->style.strong != style.strong)
			continue;
		/* The page's title may look like the headings of its sections. */
		return kind->level == 0 ? 0 : kind->level + (kind->first && kind->lines > 1 && !first);
	}
	return 0;
}

unsigned html_headings_level(const struct html_headings *headings, bool plain)
{
	if (!headings->decided || !may_be_heading(headings, plain))
		return 0;
	return html_headings_level_of(headings, headings->line, !headings->any_line);
}

unsigned html_headings_end_line(struct html_headings *headings, bool plain)
{
	unsigned level = html_headings_level(headings, plain);

	if (!headings->decided && may_be_heading(headings, plain))
		count_line(headings);
	headings->any_line |= headings->line_bytes > 0;
	headings->line_bytes = headings->line_link_bytes = 0;
	headings->line_has_letter = false;
	return level;
}

/* --- ranks ----------------------------------------------------------------------------------------------------- */

static int compare_kinds(const void *a, const void *b)
{
	const struct html_heading_kind *one = a, *two = b;

	if (one->style.size != two->style.size)
		return two->style.size - one->style.size;
	return (int)two->style.strong - (int)one->style.strong;
}

bool html_headings_decide(struct html_headings *headings)
{
	enum { LEVEL_MAX = 6 };
	struct html_size_use running = { .size = HTML_FONT_SIZE_NORMAL };
	uint64_t all_bytes = 0;
	unsigned level = 1;

	for (size_t i = 0; i < headings->size_count; i++) {
		all_bytes += headings->sizes[i].bytes;
		if (headings->sizes[i].bytes > running.bytes)
			running = headings->sizes[i];
	}
	qsort(headings->kinds, headings->kind_count, sizeof(*headings->kinds), compare_kinds);
	for (size_t i = 0; i < headings->kind_count; i++) {
		struct html_heading_kind *kind = &headings->kinds[i];
		bool larger = kind->style.size * 100 > running.size * LARGER_PERCENT, bold = kind->style.strong && !larger && kind->style.size >= running.size;
		if ((!larger && !bold) || kind->bytes * 2 > all_bytes)
			continue;
		/* Under no title a lone bold line, and bold lines in hardly any text, are emphasis. */
		if (bold && level == 1 && ((!kind->first && kind->lines < 2) || all_bytes < BOLD_TEXT_BYTES_MIN))
			continue;
		/* Bold lines alone: the page has no title among its lines. */
		if (bold && level == 1 && !kind->first)
			level = 2;
		kind->level = (uint8_t)(level < LEVEL_MAX ? level : LEVEL_MAX);
		level += 1 + (kind->first && kind->lines > 1);
	}
	headings->decided = true;
	headings->any_line = false;
	return level > 1;
}
