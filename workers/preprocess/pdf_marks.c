#include "workers/preprocess/pdf_marks.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPERANDS_MAX = 6, SAVED_MAX = 64, MARKS_NESTED_MAX = 64, FORMS_NESTED_MAX = 8, FORM_COST_BYTES = 1024 /* of opening one */, UNMARKED = -1 };

struct matrix {
	double a, b, c, d, e, f;
};

struct mark_name {
	int32_t mark;
	uint32_t form;
};

struct path { /* that is being drawn */
	struct pdf_box box;
	unsigned points, parts, lines, curves;
};

struct reader {
	struct pdf_marks *marks;
	struct pdf_objects *objects;
	struct text resources;         /* of the content at hand */
	struct text name;              /* read last */
	size_t form_bytes_left;        /* of forms, each as often as it is drawn */
	unsigned forms_nested;
	uint32_t form;                 /* object number of the one at hand, if it numbers its marks itself; 0: the page does */
	double left, top;
	struct matrix now, line, saved[SAVED_MAX]; /* of the page; of the line of text */
	double leading;
	double operands[OPERANDS_MAX]; /* the last ones */
	size_t operand_count, saved_count;
	struct mark_name nested[MARKS_NESTED_MAX]; /* marks in one another */
	size_t nested_count;
	int32_t named;                 /* the mark in the last dictionary */
	bool moved;                    /* since text was written last */
	struct path path;
};

static const struct matrix unit = { 1, 0, 0, 1, 0, 0 };

static struct matrix multiply(struct matrix m, struct matrix n)
{
	return (struct matrix){ m.a * n.a + m.b * n.c, m.a * n.b + m.b * n.d, m.c * n.a + m.d * n.c, m.c * n.b + m.d * n.d,
				m.e * n.a + m.f * n.c + n.e, m.e * n.b + m.f * n.d + n.f };
}

static struct mark_name innermost(const struct reader *reader)
{
	return reader->nested_count > 0 && reader->nested_count <= MARKS_NESTED_MAX ? reader->nested[reader->nested_count - 1] : (struct mark_name){ UNMARKED, 0 };
}

static int show(struct reader *reader)
{
	struct pdf_marks *marks = reader->marks;
	const struct matrix at = multiply(reader->line, reader->now);
	const struct mark_name name = innermost(reader);

	if (!reader->moved || marks->count >= PDF_MARKS_MAX)
		return 0; /* it begins where the text before ends, which only the fonts know */
	if (!pdf_grow((void **)&marks->items, &marks->capacity, marks->count, sizeof(*marks->items)))
		return -ENOMEM;
	marks->items[marks->count] = (struct pdf_mark){ pdf_sane(at.e - reader->left), pdf_sane(reader->top - at.f), name.mark, name.form, (uint32_t)marks->count };
	marks->count++;
	reader->moved = false;
	return 0;
}

static void move(struct reader *reader, double x, double y)
{
	reader->line = multiply((struct matrix){ 1, 0, 0, 1, x, y }, reader->line);
	reader->moved = true;
}

static void open_mark(struct reader *reader, int32_t mark)
{
	/* What stands in marked content without a number of its own is still of it. */
	if (reader->nested_count < MARKS_NESTED_MAX)
		reader->nested[reader->nested_count] = mark == UNMARKED ? innermost(reader) : (struct mark_name){ mark, reader->form };
	reader->nested_count++;
}

static void save_or_restore(struct reader *reader, bool save)
{
	if (save) {
		if (reader->saved_count < SAVED_MAX)
			reader->saved[reader->saved_count] = reader->now;
		reader->saved_count++;
	} else if (reader->saved_count > 0) {
		reader->saved_count--;
		if (reader->saved_count < SAVED_MAX)
			reader->now = reader->saved[reader->saved_count];
	}
}

static int read_content(struct reader *reader, struct text content);

/* A form is drawn: its content, in its own coordinates, stands here. */
static int draw(struct reader *reader)
{
	char key[64];
	struct buffer content;
	struct text list, item;
	double m[6];
	size_t count = 0;
	int status = 0;

	if (reader->name.bytes == 0 || reader->name.bytes >= sizeof(key) || reader->forms_nested == FORMS_NESTED_MAX)
		return 0;
	snprintf(key, sizeof(key), "%.*s", TEXT_ARGS(reader->name));
	const struct text forms = pdf_objects_get(reader->objects, reader->resources, "/XObject"), form = pdf_objects_get(reader->objects, forms, key);
	if (!text_equal(pdf_object_raw(form, "/Subtype"), TEXT_LITERAL("/Form")))
		return 0;
	buffer_init(&content, reader->form_bytes_left);
	if (pdf_objects_stream(reader->objects, form, &content)) {
		const struct matrix now = reader->now;
		const struct text resources = reader->resources, own = pdf_objects_get(reader->objects, form, "/Resources");
		reader->form_bytes_left -= content.bytes + FORM_COST_BYTES < reader->form_bytes_left ? content.bytes + FORM_COST_BYTES : reader->form_bytes_left;
		list = pdf_object_inside(pdf_objects_get(reader->objects, form, "/Matrix"), '[');
		while (count < 6 && pdf_object_next(&list, &item) && pdf_object_number(item, &m[count]))
			count++;
		if (count == 6)
			reader->now = multiply((struct matrix){ m[0], m[1], m[2], m[3], m[4], m[5] }, reader->now);
		reader->resources = own.bytes > 0 ? own : resources;
		const uint32_t outer = reader->form;
		if (pdf_object_raw(form, "/StructParents").bytes > 0)
			reader->form = pdf_object_reference(pdf_object_raw(forms, key));
		reader->forms_nested++;
		status = read_content(reader, buffer_view(&content));
		reader->forms_nested--;
		reader->form = outer;
		reader->resources = resources;
		reader->now = now;
	}
	buffer_done(&content);
	return status;
}

/* --- shapes ------------------------------------------------------------------------------------------------------ */

static void add_point(struct reader *reader, double x, double y)
{
	struct path *path = &reader->path;
	const struct matrix at = multiply((struct matrix){ 1, 0, 0, 1, x, y }, reader->now);
	const float page_x = pdf_sane(at.e - reader->left), page_y = pdf_sane(reader->top - at.f);

	if (path->points++ == 0)
		path->box = (struct pdf_box){ page_x, page_y, page_x, page_y };
	path->box = (struct pdf_box){ fminf(path->box.x0, page_x), fminf(path->box.y0, page_y), fmaxf(path->box.x1, page_x), fmaxf(path->box.y1, page_y) };
}

/* Is the path one circle or square of some points? */
static bool is_dot(const struct path *path)
{
	static const float side_min = 1, side_max = 8, sides_ratio_max = 1.3f;
	const float width = path->box.x1 - path->box.x0, height = path->box.y1 - path->box.y0;
	const bool round = path->curves >= 4, square = path->curves == 0 && (path->lines == 3 || path->lines == 4);

	return path->parts == 1 && (round || square) && fminf(width, height) >= side_min && fmaxf(width, height) <= side_max &&
	       fmaxf(width, height) <= sides_ratio_max * fminf(width, height);
}

/* One straight line, or a rectangle as thin as one, that is no longer than a letter is wide. */
static bool is_stroke(const struct path *path)
{
	static const float length_min = 1, length_max = 8, thickness_max = 1;
	const float width = path->box.x1 - path->box.x0;

	return path->parts == 1 && path->curves == 0 && path->lines >= 1 && path->lines <= 4 && width >= length_min && width <= length_max &&
	       path->box.y1 - path->box.y0 <= thickness_max;
}

static int paint(struct reader *reader, bool visible)
{
	const struct path path = reader->path;
	struct pdf_shapes *shapes = is_dot(&path) ? &reader->marks->dots : is_stroke(&path) ? &reader->marks->strokes : NULL;

	reader->path = (struct path){ .points = 0 };
	if (!visible || !shapes || shapes->count >= PDF_SHAPES_MAX)
		return 0;
	if (!pdf_grow((void **)&shapes->items, &shapes->capacity, shapes->count, sizeof(*shapes->items)))
		return -ENOMEM;
	shapes->items[shapes->count++] = path.box;
	return 0;
}

/* An operator of one letter that draws: "m" begins a part of the path, "re" is a part of its own, "f" fills it. */
static int trace(struct reader *reader, char operator)
{
	const double *o = reader->operands;
	const size_t points = reader->operand_count / 2;
	struct path *path = &reader->path;

	switch (operator) {
	case 'm': path->parts++; break;
	case 'l': path->lines++; break;
	case 'c': case 'v': case 'y': path->curves++; break;
	case 'f': case 'F': case 'B': case 'b': case 'S': case 's': return paint(reader, true);
	case 'n': return paint(reader, false);
	default: return 0;
	}
	for (size_t i = 0; i < points; i++)
		add_point(reader, o[2 * i], o[2 * i + 1]);
	return 0;
}

static void trace_rectangle(struct reader *reader)
{
	const double *o = reader->operands;

	if (reader->operand_count < 4)
		return;
	add_point(reader, o[0], o[1]);
	add_point(reader, o[0] + o[2], o[1] + o[3]);
	reader->path.parts++;
	reader->path.lines += 4;
}

/* --- operators --------------------------------------------------------------------------------------------------- */

static int operate(struct reader *reader, struct text operator)
{
	const double *o = reader->operands;
	const bool six = reader->operand_count >= 6, two = reader->operand_count >= 2;
	const struct matrix given = { o[0], o[1], o[2], o[3], o[4], o[5] };

	if (operator.bytes == 1 || (operator.bytes == 2 && operator.data[1] == '*' && operator.data[0] != 'T' && operator.data[0] != 'W')) {
		const int status = trace(reader, operator.data[0]);
		if (status < 0)
			return status;
	}
	if (text_equal(operator, TEXT_LITERAL("Tj")) || text_equal(operator, TEXT_LITERAL("TJ")))
		return show(reader);
	if (text_equal(operator, TEXT_LITERAL("Do")))
		return draw(reader);
	if (text_equal(operator, TEXT_LITERAL("Td")) && two) {
		move(reader, o[reader->operand_count - 2], o[reader->operand_count - 1]);
	} else if (text_equal(operator, TEXT_LITERAL("TD")) && two) {
		reader->leading = -o[reader->operand_count - 1];
		move(reader, o[reader->operand_count - 2], o[reader->operand_count - 1]);
	} else if (text_equal(operator, TEXT_LITERAL("Tm")) && six) {
		reader->line = given;
		reader->moved = true;
	} else if (text_equal(operator, TEXT_LITERAL("TL")) && reader->operand_count > 0) {
		reader->leading = o[reader->operand_count - 1];
	} else if (text_equal(operator, TEXT_LITERAL("T*"))) {
		move(reader, 0, -reader->leading);
	} else if (text_equal(operator, TEXT_LITERAL("'")) || text_equal(operator, TEXT_LITERAL("\""))) {
		move(reader, 0, -reader->leading);
		return show(reader);
	} else if (text_equal(operator, TEXT_LITERAL("BT"))) {
		reader->line = unit;
		reader->moved = true;
	} else if (text_equal(operator, TEXT_LITERAL("cm")) && six) {
		reader->now = multiply(given, reader->now);
	} else if (text_equal(operator, TEXT_LITERAL("q")) || text_equal(operator, TEXT_LITERAL("Q"))) {
		save_or_restore(reader, operator.data[0] == 'q');
	} else if (text_equal(operator, TEXT_LITERAL("re"))) {
		trace_rectangle(reader);
	} else if (text_equal(operator, TEXT_LITERAL("BDC")) || text_equal(operator, TEXT_LITERAL("BMC"))) {
		open_mark(reader, reader->named);
		reader->named = UNMARKED;
	} else if (text_equal(operator, TEXT_LITERAL("EMC")) && reader->nested_count > 0) {
		reader->nested_count--;
	}
	return 0;
}

static void take_operand(struct reader *reader, double number)
{
	if (reader->operand_count == OPERANDS_MAX) {
		memmove(reader->operands, reader->operands + 1, (OPERANDS_MAX - 1) * sizeof(*reader->operands));
		reader->operand_count--;
	}
	reader->operands[reader->operand_count++] = number;
}

/* Behind the bytes of a picture that stands in the content: "ID … EI". */
static struct text skip_picture(struct text rest)
{
	ptrdiff_t at;

	while ((at = text_find(rest, TEXT_LITERAL("EI"))) >= 0) {
		const size_t end = (size_t)at + 2;
		const bool alone = at > 0 && ascii_is_space(rest.data[at - 1]) && (end == rest.bytes || ascii_is_space(rest.data[end]));
		rest = text_slice(rest, end, rest.bytes);
		if (alone)
			return rest;
	}
	return text_slice(rest, rest.bytes, rest.bytes);
}

static int read_content(struct reader *reader, struct text content)
{
	const size_t saved = reader->saved_count;
	struct text rest = content, value;
	double number;
	int status = 0;

	while (status == 0 && pdf_object_next(&rest, &value)) {
		const char c = value.data[0];
		if (pdf_object_number(value, &number)) {
			take_operand(reader, number);
		} else if (c == '/') {
			reader->name = value;
		} else if (c == '<' && value.bytes > 1 && value.data[1] == '<') {
			const bool numbered = pdf_object_number(pdf_object_raw(value, "/MCID"), &number) && number >= 0 && number < INT32_MAX;
			reader->named = numbered ? (int32_t)number : UNMARKED;
		} else if (c != '(' && c != '<' && c != '[') {
			status = operate(reader, value);
			reader->operand_count = 0;
			if (text_equal(value, TEXT_LITERAL("ID")))
				rest = skip_picture(rest);
		}
	}
	reader->name = (struct text){ NULL, 0 };
	reader->saved_count = saved;
	return status;
}

static int compare_marks(const void *a, const void *b)
{
	const struct pdf_mark *m = a, *n = b;

	if (m->y < n->y || m->y > n->y)
		return m->y < n->y ? -1 : 1;
	return m->x < n->x ? -1 : m->x > n->x;
}

static int compare_shapes(const void *a, const void *b)
{
	const struct pdf_box *m = a, *n = b;
	const float middle = m->y0 + m->y1, other = n->y0 + n->y1;

	return middle < other ? -1 : middle > other;
}

static int find_lines(struct pdf_marks *marks)
{
	static const float line_points = 0.05f;

	if (marks->count > 0)
		qsort(marks->items, marks->count, sizeof(*marks->items), compare_marks);
	/* Base lines that differ by the rounding of numbers alone are one. */
	for (size_t i = 1; i < marks->count; i++)
		if (marks->items[i].y - marks->items[i - 1].y < line_points)
			marks->items[i].y = marks->items[i - 1].y;
	if (marks->count > 0)
		qsort(marks->items, marks->count, sizeof(*marks->items), compare_marks);
	marks->line_count = 0;
	for (size_t i = 0; i <= marks->count; i++) {
		if (i > 0 && i < marks->count && !(marks->items[i].y > marks->items[i - 1].y))
			continue;
		if (!pdf_grow((void **)&marks->lines, &marks->line_capacity, marks->line_count, sizeof(*marks->lines)))
			return -ENOMEM;
		marks->lines[marks->line_count++] = i;
	}
	marks->line_count--; /* the last one is the end */
	return 0;
}

int pdf_marks_read(struct pdf_marks *marks, struct pdf_objects *objects, struct text resources, struct text content, double left, double top)
{
	struct reader reader = { .marks = marks, .objects = objects, .resources = resources, .form_bytes_left = PDF_FORM_BYTES_MAX, .left = left, .top = top,
				 .now = unit, .line = unit, .named = UNMARKED };

	marks->count = marks->dots.count = marks->strokes.count = 0;
	const int status = read_content(&reader, content);
	struct pdf_shapes *shapes[] = { &marks->dots, &marks->strokes };
	for (size_t i = 0; i < COUNT_OF(shapes); i++)
		if (shapes[i]->count > 0)
			qsort(shapes[i]->items, shapes[i]->count, sizeof(*shapes[i]->items), compare_shapes);
	return status == 0 ? find_lines(marks) : status;
}

void pdf_marks_done(struct pdf_marks *marks)
{
	free(marks->items);
	free(marks->lines);
	free(marks->dots.items);
	free(marks->strokes.items);
	*marks = (struct pdf_marks){ 0 };
}

/* The last mark of a line that does not begin right of x; NULL: there is none. */
static const struct pdf_mark *mark_in_line(const struct pdf_marks *marks, size_t line, float x)
{
	size_t low = marks->lines[line], high = marks->lines[line + 1];
	const size_t first = low;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (marks->items[middle].x <= x)
			low = middle + 1;
		else
			high = middle;
	}
	return low > first ? &marks->items[low - 1] : NULL;
}

const struct pdf_mark *pdf_marks_of(const struct pdf_marks *marks, const struct pdf_word *word)
{
	enum { LINES_MAX = 16 };
	static const float slack_points = 0.6f, share_above = 0.3f, share_below = 0.15f;
	const float height = word->box.y1 - word->box.y0, first_y = word->box.y0 + share_above * height, last_y = word->box.y1 + share_below * height;
	const struct pdf_mark *best = NULL;
	size_t low = 0, high = marks->line_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (marks->items[marks->lines[middle]].y < first_y)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t line = low; line < marks->line_count && line < low + LINES_MAX && marks->items[marks->lines[line]].y <= last_y; line++) {
		const struct pdf_mark *mark = mark_in_line(marks, line, word->box.x0 + slack_points);
		if (mark && (!best || mark->x > best->x))
			best = mark;
	}
	return best;
}
