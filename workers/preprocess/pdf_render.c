/* pdf_render.c: pages as pictures, by poppler and cairo; those of files with large pictures by poppler alone (pdf_draw.h). See pdf_source.h. */
#include "workers/preprocess/pdf_source_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { POINTS_PER_INCH = 72, SIDE_PIXELS_MAX = 20000, SMALL_PIXELS_MAX = 8 << 20,
       LARGE_PICTURE_PIXELS = 6 << 20 };

/* The scale at which the page has no more pixels, and no longer side, than it may. */
static double scale_of(double width, double height, float dpi)
{
	double scale = (double)dpi / POINTS_PER_INCH;
	const double area = width * height, side = width > height ? width : height;

	if (area * scale * scale > PDF_RENDER_PIXELS_MAX)
		scale = sqrt(PDF_RENDER_PIXELS_MAX / area);
	if (side * scale > SIDE_PIXELS_MAX)
		scale = SIDE_PIXELS_MAX / side;
	return scale;
}

/* A pixel in grey: of 32 bits, or of 16. */
static uint8_t grey_of(const unsigned char *row, int x, bool small)
{
	uint32_t red, green, blue;

	if (small) {
		const uint32_t pixel = ((const uint32_t *)(const void *)row)[x];
		red = pixel >> 16 & 0xFF;
		green = pixel >> 8 & 0xFF;
		blue = pixel & 0xFF;
	} else {
		const uint32_t pixel = ((const uint16_t *)(const void *)row)[x];
		red = (pixel >> 11) * 255 / 31;
		green = (pixel >> 5 & 0x3F) * 255 / 63;
		blue = (pixel & 0x1F) * 255 / 31;
	}
	return (uint8_t)((red * 77 + green * 150 + blue * 29) >> 8);
}

static int to_grey(cairo_surface_t *surface, float dpi, struct pdf_bitmap *ret_bitmap)
{
	const int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
	const int stride = cairo_image_surface_get_stride(surface);
	const unsigned char *data = cairo_image_surface_get_data(surface);
	const bool small = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_RGB24;
	uint8_t *pixels = malloc((size_t)width * (size_t)height);

	if (!pixels)
		return -ENOMEM;
	for (int y = 0; y < height; y++) {
		uint8_t *to = pixels + (size_t)y * (size_t)width;
		for (int x = 0; x < width; x++)
			to[x] = grey_of(data + (ptrdiff_t)y * stride, x, small);
	}
	*ret_bitmap = (struct pdf_bitmap){ pixels, (uint32_t)width, (uint32_t)height, (size_t)width, dpi };
	return 0;
}

static int render(PopplerPage *page, double width, double height, double scale, uint64_t picture_pixels, struct pdf_bitmap *ret_bitmap)
{
	const int columns = (int)ceil(width * scale), rows = (int)ceil(height * scale);
	/* With two bytes a pixel where memory is dear: poppler holds the picture of a scan at four besides, in full. */
	const bool small = (uint64_t)columns * (uint64_t)rows + picture_pixels <= SMALL_PIXELS_MAX;
	cairo_surface_t *surface = cairo_image_surface_create(small ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_RGB16_565, columns, rows);
	cairo_t *context = cairo_create(surface);
	int status = 0;

	cairo_set_source_rgb(context, 1, 1, 1);
	cairo_paint(context);
	cairo_scale(context, scale, scale);
	poppler_page_render(page, context);
	cairo_surface_flush(surface);
	if (cairo_surface_status(surface) == CAIRO_STATUS_NO_MEMORY)
		status = -ENOMEM;
	else if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) /* else the page has something that cairo cannot draw */
		status = to_grey(surface, (float)(scale * POINTS_PER_INCH), ret_bitmap);
	cairo_destroy(context);
	cairo_surface_destroy(surface);
	return status;
}

/* By poppler alone. False: it cannot. */
static bool draw(struct pdf_source *source, uint32_t number, double scale, struct pdf_bitmap *ret_bitmap)
{
	if (!source->drawer && !source->undrawable) {
		source->drawer = pdf_drawer_create(source->data.data, source->data.bytes);
		source->undrawable = !source->drawer;
	}
	return source->drawer && pdf_drawer_draw(source->drawer, number, scale * POINTS_PER_INCH, ret_bitmap);
}

int pdf_source_render(struct pdf_source *source, uint32_t number, float dpi, struct pdf_bitmap *ret_bitmap)
{
	double width = 0, height = 0;
	int status = 0;

	*ret_bitmap = (struct pdf_bitmap){ .dpi = dpi };
	PopplerPage *page = pdf_source_drawable(source) ? poppler_document_get_page(source->document, (int)number) : NULL;
	if (!page)
		return 0;
	poppler_page_get_size(page, &width, &height);
	if (width >= 1 && height >= 1 && isfinite(width) && isfinite(height)) {
		const double scale = scale_of(width, height, dpi);
		if (source->picture_pixels < LARGE_PICTURE_PIXELS || !draw(source, number, scale, ret_bitmap))
			status = render(page, width, height, scale, source->picture_pixels, ret_bitmap);
	}
	g_object_unref(page);
	return status;
}
