#include "workers/preprocess/pdf_strokes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	SIDE_PIXELS = 1200,        /* a page that is larger is drawn smaller */
	SIDE_POINTS_MAX = 20000,
	PAGES_OBSERVED = 32,       /* by one observer */
};

static const double visible_alpha_min = 0.05;
static const float pictured_share_min = 0.04f; /* of the page: smaller pictures hold no tables */
static const float picture_shade = 0.5f;
static const float white_min = 0.97f;

/* The surface of the process. */
static struct {
	cairo_surface_t *image, *observer;
	unsigned observed;           /* pages, by this observer */
	struct pdf_strokes *drawing; /* whose page is being drawn */
} shared;

/* --- what is painted --------------------------------------------------------------------------------------------- */

static void note(struct pdf_strokes *strokes, int status)
{
	if (strokes->status == 0)
		strokes->status = status;
}

static struct pdf_box intersect(struct pdf_box a, struct pdf_box b)
{
	return (struct pdf_box){ fmaxf(a.x0, b.x0), fmaxf(a.y0, b.y0), fminf(a.x1, b.x1), fminf(a.y1, b.y1) };
}

static struct pdf_box cover(struct pdf_box a, struct pdf_box b)
{
	return (struct pdf_box){ fminf(a.x0, b.x0), fminf(a.y0, b.y0), fmaxf(a.x1, b.x1), fmaxf(a.y1, b.y1) };
}

/* A place in points of the page. */
static void to_page(const struct pdf_strokes *strokes, double *x, double *y)
{
	cairo_user_to_device(strokes->context, x, y);
	*x /= strokes->scale;
	*y /= strokes->scale;
}

static struct pdf_box box_of(const struct pdf_strokes *strokes, const double *x, const double *y)
{
	struct pdf_box box = { INFINITY, INFINITY, -INFINITY, -INFINITY };

	for (int i = 0; i < 4; i++) {
		double at_x = x[i & 1], at_y = y[i >> 1];
		to_page(strokes, &at_x, &at_y);
		box = cover(box, (struct pdf_box){ (float)at_x, (float)at_y, (float)at_x, (float)at_y });
	}
	return box;
}

/* The clip; it is known to the pixel only. */
static struct pdf_box clip_box(const struct pdf_strokes *strokes)
{
	double x[2], y[2];

	cairo_clip_extents(strokes->context, &x[0], &y[0], &x[1], &y[1]);
	return box_of(strokes, x, y);
}

static struct pdf_box path_box(const struct pdf_strokes *strokes)
{
	double x[2], y[2];

	cairo_path_extents(strokes->context, &x[0], &y[0], &x[1], &y[1]);
	return box_of(strokes, x, y);
}

struct paint {
	struct pdf_box clip;
	float thickness; /* of a stroke */
	float shade;
	bool fills;
};

/* A stretch of the path without a gap. */
struct subpath {
	struct pdf_box box;
	float start_x, start_y, x, y;
	uint32_t lines;
	bool curved, slanted;
};

static void add_stroke(struct pdf_strokes *strokes, const struct paint *paint, float x0, float y0, float x1, float y1)
{
	const float margin = (float)(1 / strokes->scale); /* the clip's roughness */
	const struct pdf_box clip = { paint->clip.x0 - margin, paint->clip.y0 - margin, paint->clip.x1 + margin, paint->clip.y1 + margin };
	const struct pdf_box line = { fminf(x0, x1), fminf(y0, y1), fmaxf(x0, x1), fmaxf(y0, y1) }, seen = intersect(line, clip);

	if (seen.x0 > seen.x1 || seen.y0 > seen.y1 || paint->shade > white_min)
		return;
	if (line.x1 - line.x0 > line.y1 - line.y0)
		note(strokes, pdf_rules_add_line(strokes->rules, seen.x0, y0, seen.x1, y1, paint->thickness));
	else
		note(strokes, pdf_rules_add_line(strokes->rules, x0, seen.y0, x1, seen.y1, paint->thickness));
}

static void line_to(struct pdf_strokes *strokes, const struct paint *paint, struct subpath *path, float x, float y)
{
	static const float straight = 0.1f;

	path->slanted |= fabsf(x - path->x) > straight && fabsf(y - path->y) > straight;
	path->lines++;
	if (!paint->fills)
		add_stroke(strokes, paint, path->x, path->y, x, y);
	path->box = cover(path->box, (struct pdf_box){ x, y, x, y });
	path->x = x;
	path->y = y;
}

/* A filled subpath: rectangles, and what is so thin that its corners do not matter, as the mitred borders that browsers draw. */
static void end_subpath(struct pdf_strokes *strokes, const struct paint *paint, const struct subpath *path)
{
	static const float thin = 3.2f;
	const struct pdf_box box = intersect(path->box, paint->clip);

	if (!paint->fills || path->lines < 2 || path->curved || box.x0 > box.x1 || box.y0 > box.y1)
		return;
	const bool is_thin = fminf(box.x1 - box.x0, box.y1 - box.y0) <= thin;
	if (is_thin ? path->lines <= 8 : !path->slanted && path->lines <= 5)
		note(strokes, pdf_rules_add_fill(strokes->rules, box, paint->shade));
}

static void walk_path(struct pdf_strokes *strokes, const struct paint *paint)
{
	cairo_path_t *path = cairo_copy_path(strokes->context);
	struct subpath at = { .lines = 0 };

	if (path->status == CAIRO_STATUS_NO_MEMORY)
		note(strokes, -ENOMEM);
	for (int i = 0; i < path->num_data && !strokes->rules->crowded; i += path->data[i].header.length) {
		const cairo_path_data_t *data = &path->data[i];
		double x = 0, y = 0;
		if (data->header.length > 1) {
			x = data[data->header.length - 1].point.x;
			y = data[data->header.length - 1].point.y;
			to_page(strokes, &x, &y);
		}
		const float to_x = (float)x, to_y = (float)y;
		switch (data->header.type) {
		case CAIRO_PATH_MOVE_TO:
			end_subpath(strokes, paint, &at);
			at = (struct subpath){ { to_x, to_y, to_x, to_y }, to_x, to_y, to_x, to_y, 0, false, false };
			break;
		case CAIRO_PATH_LINE_TO: line_to(strokes, paint, &at, to_x, to_y); break;
		case CAIRO_PATH_CLOSE_PATH: line_to(strokes, paint, &at, at.start_x, at.start_y); break;
		case CAIRO_PATH_CURVE_TO:
			at.curved = true;
			at.x = to_x;
			at.y = to_y;
			break;
		}
	}
	end_subpath(strokes, paint, &at);
	cairo_path_destroy(path);
}

static float luminance(double red, double green, double blue) { return (float)(0.3 * red + 0.59 * green + 0.11 * blue); }

/* Pictures and groups are read as pixels. */
static void add_picture(struct pdf_strokes *strokes, struct pdf_box box)
{
	box = intersect(box, (struct pdf_box){ 0, 0, strokes->width, strokes->height });
	const float page = strokes->width * strokes->height;
	if (box.x0 < box.x1 && box.y0 < box.y1 && (box.x1 - box.x0) * (box.y1 - box.y0) >= pictured_share_min * page)
		strokes->pictured = strokes->pictured.x1 > 0 ? cover(strokes->pictured, box) : box;
}

static void take_path(struct pdf_strokes *strokes, bool fills)
{
	cairo_t *context = strokes->context;
	struct paint paint = { .fills = fills, .shade = picture_shade, .clip = clip_box(strokes) };
	double red, green, blue, alpha;
	cairo_matrix_t matrix;

	if (strokes->rules->crowded || strokes->status < 0)
		return;
	cairo_pattern_t *source = cairo_get_source(context);
	if (cairo_pattern_get_rgba(source, &red, &green, &blue, &alpha) == CAIRO_STATUS_SUCCESS) {
		if (alpha < visible_alpha_min)
			return;
		paint.shade = luminance(red, green, blue) * (float)alpha + 1 - (float)alpha;
	} else if (cairo_pattern_get_type(source) == CAIRO_PATTERN_TYPE_SURFACE) {
		add_picture(strokes, intersect(path_box(strokes), paint.clip));
		return;
	}
	cairo_get_matrix(context, &matrix);
	paint.thickness = (float)(cairo_get_line_width(context) * sqrt(fabs(matrix.xx * matrix.yy - matrix.xy * matrix.yx)) / strokes->scale);
	walk_path(strokes, &paint);
}

static void observe_fill(cairo_surface_t *observer, cairo_surface_t *target, void *data)
{
	(void)observer;
	(void)target;
	(void)data;
	take_path(shared.drawing, true);
}

static void observe_stroke(cairo_surface_t *observer, cairo_surface_t *target, void *data)
{
	(void)observer;
	(void)target;
	(void)data;
	take_path(shared.drawing, false);
}

static void observe_paint(cairo_surface_t *observer, cairo_surface_t *target, void *data)
{
	struct pdf_strokes *strokes = shared.drawing;

	(void)observer;
	(void)target;
	(void)data;
	if (cairo_pattern_get_type(cairo_get_source(strokes->context)) == CAIRO_PATTERN_TYPE_SURFACE)
		add_picture(strokes, clip_box(strokes));
}

/* A mask has any size; only the clip bounds it. */
static void observe_mask(cairo_surface_t *observer, cairo_surface_t *target, void *data)
{
	struct pdf_strokes *strokes = shared.drawing;

	(void)observer;
	(void)target;
	(void)data;
	add_picture(strokes, clip_box(strokes));
}

/* --- a page ------------------------------------------------------------------------------------------------------ */

/* What cairo leaks knowingly is no finding of a leak checker, where there is one. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void drop_observer(void)
{
	cairo_surface_destroy(shared.observer);
	shared.observer = NULL;
	shared.observed = 0;
}

/* An observer notes the time of each piece of text, for ever; so it is made anew after some pages. Its callbacks, 128 bytes, stay. */
static void make_observer(void)
{
	if (__lsan_disable)
		__lsan_disable();
	shared.observer = cairo_surface_create_observer(shared.image, CAIRO_SURFACE_OBSERVER_NORMAL);
	cairo_surface_observer_add_fill_callback(shared.observer, observe_fill, NULL);
	cairo_surface_observer_add_stroke_callback(shared.observer, observe_stroke, NULL);
	cairo_surface_observer_add_paint_callback(shared.observer, observe_paint, NULL);
	cairo_surface_observer_add_mask_callback(shared.observer, observe_mask, NULL);
	if (__lsan_enable)
		__lsan_enable();
}

static bool make_surface(void)
{
	if (!shared.image)
		shared.image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, SIDE_PIXELS, SIDE_PIXELS);
	if (shared.observed == PAGES_OBSERVED)
		drop_observer();
	if (!shared.observer)
		make_observer();
	shared.observed++;
	if (cairo_surface_status(shared.observer) == CAIRO_STATUS_SUCCESS)
		return true;
	drop_observer();
	cairo_surface_destroy(shared.image);
	shared.image = NULL;
	return false;
}

/* White paper: pixels of a page before are gone. */
static void clear_image(int width, int height)
{
	unsigned char *pixels = cairo_image_surface_get_data(shared.image);
	const size_t stride = (size_t)cairo_image_surface_get_stride(shared.image);

	for (size_t y = 0; y < (size_t)height; y++)
		memset(pixels + y * stride, 0xFF, (size_t)width * 4);
	cairo_surface_mark_dirty(shared.image);
}

static int pixels(const struct pdf_strokes *strokes, float points)
{
	const int count = (int)ceil((double)points * strokes->scale);
	return count < SIDE_PIXELS ? count : SIDE_PIXELS;
}

cairo_t *pdf_strokes_begin(struct pdf_strokes *strokes, struct pdf_rules *rules, float width, float height)
{
	CHECK(!shared.drawing);
	if (!(width >= 1 && height >= 1 && width <= SIDE_POINTS_MAX && height <= SIDE_POINTS_MAX) || !make_surface())
		return NULL;
	const float side = fmaxf(width, height);
	*strokes = (struct pdf_strokes){ .rules = rules, .width = width, .height = height, .scale = side > SIDE_PIXELS ? SIDE_PIXELS / (double)side : 1 };
	const int columns = pixels(strokes, width), rows = pixels(strokes, height);
	clear_image(columns, rows);
	strokes->context = cairo_create(shared.observer);
	shared.drawing = strokes;
	cairo_rectangle(strokes->context, 0, 0, columns, rows);
	cairo_clip(strokes->context);
	cairo_scale(strokes->context, strokes->scale, strokes->scale);
	return strokes->context;
}

/* The rules of what is pictured, from its pixels. */
static int read_pixels(struct pdf_strokes *strokes)
{
	const float point = (float)(1 / strokes->scale);
	const size_t x0 = (size_t)(strokes->pictured.x0 / point), y0 = (size_t)(strokes->pictured.y0 / point);
	const size_t width = (size_t)pixels(strokes, strokes->pictured.x1) - x0, height = (size_t)pixels(strokes, strokes->pictured.y1) - y0;
	const float left = (float)x0 * point, top = (float)y0 * point;
	const unsigned char *data = cairo_image_surface_get_data(shared.image);
	const size_t stride = (size_t)cairo_image_surface_get_stride(shared.image);
	struct pdf_rules found;

	uint8_t *grey = malloc(width * height);
	if (!grey)
		return -ENOMEM;
	for (size_t y = 0; y < height; y++) {
		const unsigned char *line = data + (y0 + y) * stride + x0 * 4;
		for (size_t x = 0; x < width; x++) /* blue, green, red */
			grey[y * width + x] = (uint8_t)((line[x * 4] * 28 + line[x * 4 + 1] * 151 + line[x * 4 + 2] * 77) >> 8);
	}
	pdf_rules_init(&found);
	int status = pdf_rules_read_bitmap(&found, grey, width, height, width, point);
	for (size_t i = 0; i < found.horizontal.count && status == 0; i++) {
		const struct pdf_rule *rule = &found.horizontal.items[i];
		status = pdf_rules_add_line(strokes->rules, rule->from + left, rule->at + top, rule->to + left, rule->at + top, rule->thickness);
	}
	for (size_t i = 0; i < found.vertical.count && status == 0; i++) {
		const struct pdf_rule *rule = &found.vertical.items[i];
		status = pdf_rules_add_line(strokes->rules, rule->at + left, rule->from + top, rule->at + left, rule->to + top, rule->thickness);
	}
	pdf_rules_done(&found);
	free(grey);
	return status;
}

int pdf_strokes_end(struct pdf_strokes *strokes)
{
	CHECK(strokes->context);
	cairo_destroy(strokes->context);
	strokes->context = NULL;
	shared.drawing = NULL;
	if (strokes->status == 0 && strokes->pictured.x1 > 0) {
		cairo_surface_flush(shared.image);
		strokes->status = read_pixels(strokes);
	}
	if (cairo_surface_status(shared.observer) != CAIRO_STATUS_SUCCESS)
		drop_observer(); /* its error would stay */
	pdf_rules_settle(strokes->rules);
	return strokes->status;
}
