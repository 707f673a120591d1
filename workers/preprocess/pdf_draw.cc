extern "C" {
#include "workers/preprocess/pdf_draw.h"
}

#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

/* The interface in C has headers of the same names. */
#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-global.h>
#include <poppler/cpp/poppler-page-renderer.h>
#include <poppler/cpp/poppler-page.h>

struct pdf_drawer {
	std::unique_ptr<poppler::document> document;
	poppler::page_renderer renderer;
};

static void drop_message(const std::string &, void *) {}

/* What poppler has for all documents goes with the last one that was opened through this interface, also under documents that were opened through
 * the other one. So there is one that stays. */
static bool hold_globals()
{
	static const char file[] = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
				   "trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
	static poppler::document *held;

	if (!held) {
		poppler::set_debug_error_function(drop_message, nullptr);
		held = poppler::document::load_from_raw_data(file, sizeof(file) - 1);
	}
	return held != nullptr;
}

struct pdf_drawer *pdf_drawer_create(const char *data, size_t bytes)
{
	if (bytes > INT_MAX)
		return nullptr;
	try {
		if (!hold_globals())
			return nullptr;
		auto drawer = std::make_unique<pdf_drawer>();
		drawer->document.reset(poppler::document::load_from_raw_data(data, static_cast<int>(bytes)));
		if (!drawer->document || drawer->document->is_locked())
			return nullptr;
		drawer->renderer.set_image_format(poppler::image::format_gray8);
		drawer->renderer.set_render_hint(poppler::page_renderer::antialiasing);
		drawer->renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
		return drawer.release();
	} catch (const std::bad_alloc &) {
		return nullptr;
	}
}

void pdf_drawer_destroy(struct pdf_drawer *drawer)
{
	delete drawer;
}

bool pdf_drawer_draw(struct pdf_drawer *drawer, uint32_t number, double dpi, struct pdf_bitmap *ret_bitmap)
{
	if (number >= INT_MAX)
		return false;
	try {
		const std::unique_ptr<poppler::page> page(drawer->document->create_page(static_cast<int>(number)));
		if (!page)
			return false;
		const poppler::image picture = drawer->renderer.render_page(page.get(), dpi, dpi);
		if (!picture.is_valid() || picture.format() != poppler::image::format_gray8 || picture.width() <= 0 || picture.height() <= 0)
			return false;
		const size_t width = static_cast<size_t>(picture.width()), height = static_cast<size_t>(picture.height());
		uint8_t *pixels = static_cast<uint8_t *>(malloc(width * height));
		if (!pixels)
			return false;
		for (size_t y = 0; y < height; y++)
			memcpy(pixels + y * width, picture.const_data() + y * static_cast<size_t>(picture.bytes_per_row()), width);
		*ret_bitmap = pdf_bitmap{ pixels, static_cast<uint32_t>(width), static_cast<uint32_t>(height), width, static_cast<float>(dpi) };
		return true;
	} catch (const std::bad_alloc &) {
		return false;
	}
}
