/* pdf_pictures.c: pictures by poppler: where they stand, and what they look like. See pdf_pictures.h and pdf_source.h. */
#define _GNU_SOURCE
#include "workers/preprocess/pdf_pictures.h"

#include "workers/preprocess/pdf_source_private.h"

#include <errno.h>
#include <math.h>

enum {
	PIXELS_MAX = 16 << 20,   /* of a picture that is taken as it is; four bytes each */
	REGION_PIXELS_MAX = 4 << 20, /* of one that is drawn instead */
	REGION_DPI = 150,
	POINTS_PER_INCH = 72,
};

static bool holds_pictures(struct text data)
{
	static const char sign[] = "/Image";
	const char *from = data.data, *end = data.data + data.bytes;

	while (from < end && (from = memmem(from, (size_t)(end - from), sign, strlen(sign)))) {
		from += strlen(sign);
		if (from == end || !((*from >= 'A' && *from <= 'Z') || (*from >= 'a' && *from <= 'z')))
			return true; /* "/ImageB" and "/ImageC" are in every file of some programs */
	}
	return false;
}

/* The largest number behind `key` in the file; the most there is when one is not a number that can be seen. */
static uint64_t largest_number(struct text data, const char *key)
{
	const char *from = data.data, *end = data.data + data.bytes;
	uint64_t largest = 0;

	while (from < end && (from = memmem(from, (size_t)(end - from), key, strlen(key)))) {
		uint64_t number = 0;
		from += strlen(key);
		while (from < end && (*from == ' ' || *from == '\n' || *from == '\r'))
			from++;
		const char *digits = from;
		while (from < end && *from >= '0' && *from <= '9' && number < UINT32_MAX)
			number = number * 10 + (uint64_t)(*from++ - '0');
		if (from + 4 < end && from > digits && from[0] == ' ' && from[1] >= '0' && from[1] <= '9' && from[2] == ' ' && from[3] == 'R')
			return UINT32_MAX; /* it stands elsewhere */
		largest = number > largest ? number : largest;
	}
	return largest;
}

uint64_t pdf_pictures_pixels(struct text data)
{
	if (!holds_pictures(data))
		return 0;
	const uint64_t width = largest_number(data, "/Width"), height = largest_number(data, "/Height");
	return width > 0 && height > 0 ? width * height : 1; /* both fit 32 bits */
}

static float clip(double value, float most)
{
	return value > 0 ? value > (double)most ? most : (float)value : 0; /* no number too */
}

void pdf_pictures_find(PopplerPage *from, struct pdf_page *page)
{
	GList *images = poppler_page_get_image_mapping(from);
	const float area = page->width * page->height;
	float share = 0;

	for (GList *i = images; i; i = i->next) {
		const PopplerImageMapping *mapping = i->data;
		const PopplerRectangle *at = &mapping->area;
		const struct pdf_box box = { clip(fmin(at->x1, at->x2), page->width), clip(fmin(at->y1, at->y2), page->height),
					     clip(fmax(at->x1, at->x2), page->width), clip(fmax(at->y1, at->y2), page->height) };
		const float covered = (box.x1 - box.x0) * (box.y1 - box.y0);
		share += area > 0 ? covered / area : 0;
		if (covered > 0 && page->picture_count < PDF_PICTURES_MAX)
			page->pictures[page->picture_count++] = (struct pdf_picture){ .box = box, .image = mapping->image_id };
	}
	page->image_share = share > 1 ? 1 : share;
	poppler_page_free_image_mapping(images);
}

/* --- their pixels ------------------------------------------------------------------------------------------------ */

/* What the page shows in the picture's place. */
static cairo_surface_t *draw_region(PopplerPage *page, struct pdf_box box)
{
	const double width = (double)(box.x1 - box.x0), height = (double)(box.y1 - box.y0);
	double scale = (double)REGION_DPI / POINTS_PER_INCH;

	if (width * height * scale * scale > REGION_PIXELS_MAX)
		scale = sqrt(REGION_PIXELS_MAX / (width * height));
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale), (int)ceil(height * scale));
	cairo_t *context = cairo_create(surface);
	cairo_set_source_rgb(context, 1, 1, 1);
	cairo_paint(context);
	cairo_scale(context, scale, scale);
	cairo_translate(context, -(double)box.x0, -(double)box.y0);
	poppler_page_render(page, context);
	cairo_destroy(context);
	return surface;
}

static cairo_status_t append(void *out, const unsigned char *data, unsigned bytes)
{
	struct buffer *buffer = out;

	buffer_append(buffer, data, bytes);
	return buffer->status == 0 ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

int pdf_source_picture(struct pdf_source *source, uint32_t number, const struct pdf_picture *picture, struct buffer *out)
{
	const size_t before = out->bytes;
	PopplerPage *page = pdf_source_drawable(source) ? poppler_document_get_page(source->document, (int)number) : NULL;

	if (!page)
		return ERROR_LIMIT_HIT;
	cairo_surface_t *surface = source->picture_pixels <= PIXELS_MAX ? poppler_page_get_image(page, picture->image) : draw_region(page, picture->box);
	const bool written = surface && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && cairo_surface_get_type(surface) == CAIRO_SURFACE_TYPE_IMAGE &&
			     cairo_surface_write_to_png_stream(surface, append, out) == CAIRO_STATUS_SUCCESS;
	if (surface)
		cairo_surface_destroy(surface);
	g_object_unref(page);
	if (written)
		return 0;
	const int status = out->status == -ENOMEM ? -ENOMEM : ERROR_LIMIT_HIT;
	if (out->status == 0)
		buffer_truncate(out, before);
	return status;
}
