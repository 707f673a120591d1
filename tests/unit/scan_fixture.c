#include "tests/unit/scan_fixture.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>

/* Fontconfig keeps what it has loaded until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

static void draw_lines(cairo_t *context, const struct scan_page *page)
{
	for (size_t i = 0; i < page->line_count; i++) {
		const struct scan_line *line = &page->lines[i];
		cairo_select_font_face(context, line->font ? line->font : "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
				       line->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
		cairo_set_font_size(context, (double)line->size);
		cairo_move_to(context, (double)line->x, (double)line->y);
		cairo_show_text(context, line->text);
	}
	if (page->rule_x > 0) {
		cairo_set_line_width(context, 0.8);
		cairo_move_to(context, (double)page->rule_x, (double)page->rule_y0);
		cairo_line_to(context, (double)page->rule_x, (double)page->rule_y1);
		cairo_stroke(context);
	}
}

static cairo_surface_t *picture_of(const struct scan_page *page)
{
	const double scale = SCAN_DPI / 72.0;
	const bool sideways = page->turns % 2 != 0;
	const double width = sideways ? SCAN_HEIGHT : SCAN_WIDTH, height = sideways ? SCAN_WIDTH : SCAN_HEIGHT;
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale), (int)(height * scale));
	cairo_t *context = cairo_create(surface);

	cairo_set_source_rgb(context, 1, 1, 1);
	cairo_paint(context);
	cairo_set_source_rgb(context, 0.1, 0.1, 0.1);
	cairo_scale(context, scale, scale);
	cairo_translate(context, width / 2, height / 2);
	cairo_rotate(context, page->turns * 3.14159265 / 2 + (double)page->skew_degrees * 3.14159265 / 180);
	cairo_translate(context, -SCAN_WIDTH / 2.0, -SCAN_HEIGHT / 2.0);
	draw_lines(context, page);
	cairo_destroy(context);
	cairo_surface_flush(surface);
	CHECK(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS);
	return surface;
}

void scan_bitmap(const struct scan_page *page, struct pdf_bitmap *ret_bitmap)
{
	cairo_surface_t *surface = picture_of(page);
	const int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
	uint8_t *pixels = malloc((size_t)width * (size_t)height);

	CHECK(pixels);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			pixels[y * width + x] = cairo_image_surface_get_data(surface)[y * cairo_image_surface_get_stride(surface) + x * 4];
	*ret_bitmap = (struct pdf_bitmap){ pixels, (uint32_t)width, (uint32_t)height, (size_t)width, SCAN_DPI };
	cairo_surface_destroy(surface);
}

static cairo_status_t append(void *out, const unsigned char *data, unsigned bytes)
{
	buffer_append(out, data, bytes);
	return CAIRO_STATUS_SUCCESS;
}

static void draw_picture(cairo_t *context, const struct scan_page *page)
{
	cairo_surface_t *picture = picture_of(page);

	cairo_save(context);
	cairo_scale(context, 72.0 / SCAN_DPI, 72.0 / SCAN_DPI);
	cairo_set_source_surface(context, picture, 0, 0);
	cairo_paint(context);
	cairo_restore(context);
	cairo_surface_destroy(picture);
}

void scan_file(const struct scan_page *pages, size_t count, struct buffer *out)
{
	cairo_surface_t *file = cairo_pdf_surface_create_for_stream(append, out, SCAN_WIDTH, SCAN_HEIGHT);
	cairo_t *context = cairo_create(file);

	for (size_t i = 0; i < count; i++) {
		const bool sideways = pages[i].turns % 2 != 0;
		cairo_pdf_surface_set_size(file, sideways ? SCAN_HEIGHT : SCAN_WIDTH, sideways ? SCAN_WIDTH : SCAN_HEIGHT);
		cairo_set_source_rgb(context, 0, 0, 0);
		if (pages[i].text || pages[i].hidden_layer)
			draw_lines(context, &pages[i]);
		if (!pages[i].text)
			draw_picture(context, &pages[i]);
		cairo_show_page(context);
	}
	cairo_destroy(context);
	cairo_surface_finish(file);
	CHECK(cairo_surface_status(file) == CAIRO_STATUS_SUCCESS && out->status == 0);
	cairo_surface_destroy(file);
}

void scan_file_with_text(const struct scan_page *page, const char *content, struct buffer *out)
{
	char picture[64];
	struct pdf_bitmap bitmap;
	scan_bitmap(page, &bitmap);
	snprintf(picture, sizeof(picture), "q %d 0 0 %d 0 0 cm /I Do Q\n", SCAN_WIDTH, SCAN_HEIGHT);
	buffer_append_format(out,
			     "%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
			     "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/Font<</F 6 0 R/G 7 0 R>>>>>>\nendobj\n"
			     "4 0 obj\n<</Length %zu>>\nstream\n%s%s\nendstream\nendobj\n"
			     "6 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>\nendobj\n"
			     "7 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/GlyphLessFont/Encoding/WinAnsiEncoding>>\nendobj\n"
			     "5 0 obj\n<</Type/XObject/Subtype/Image/Width %u/Height %u/ColorSpace/DeviceGray/BitsPerComponent 8/Length %zu>>\nstream\n",
			     SCAN_WIDTH, SCAN_HEIGHT, strlen(picture) + strlen(content), picture, content, bitmap.width, bitmap.height, (size_t)bitmap.width * bitmap.height);
	buffer_append(out, bitmap.pixels, (size_t)bitmap.width * bitmap.height);
	buffer_append_string(out, "\nendstream\nendobj\ntrailer\n<</Root 1 0 R/Size 8>>\n%%EOF\n");
	free(bitmap.pixels);
	CHECK(out->status == 0);
}
