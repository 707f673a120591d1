/* document_image.c: what kind of image some bytes are, and how the Markdown of a document names an image of its block. Pure. */
#include "proto/document.h"

#include <inttypes.h>

enum { SVG_HEAD_BYTES = 4096 };

struct image_magic {
	uint8_t offset, bytes;
	char start[10];
	uint8_t kind; /* enum document_image_kind */
};

static const struct image_magic magics[] = {
	{ 0, 8, "\x89PNG\r\n\x1A\n", DOCUMENT_IMAGE_PNG },
	{ 0, 3, "\xFF\xD8\xFF", DOCUMENT_IMAGE_JPEG },
	{ 0, 4, "GIF8", DOCUMENT_IMAGE_GIF },
	{ 0, 4, "II*\0", DOCUMENT_IMAGE_TIFF },
	{ 0, 4, "MM\0*", DOCUMENT_IMAGE_TIFF },
	{ 8, 4, "WEBP", DOCUMENT_IMAGE_WEBP },
	{ 0, 4, "\0\0\1\0", DOCUMENT_IMAGE_ICO },
	{ 0, 4, "\xD7\xCD\xC6\x9A", DOCUMENT_IMAGE_WMF }, /* with the header that says where it is to be placed */
	{ 0, 6, "\1\0\11\0\0\3", DOCUMENT_IMAGE_WMF },
	{ 40, 4, " EMF", DOCUMENT_IMAGE_EMF },
	{ 4, 8, "jP  \r\n\x87\n", DOCUMENT_IMAGE_JP2 },
};

static bool is_bitmap(struct text bytes)
{
	const unsigned char *at = (const unsigned char *)bytes.data;
	bool marked = bytes.bytes > 26 && at[0] == 'B' && at[1] == 'M' && !at[6] && !at[7] && !at[8] && !at[9];
	return marked && at[14] + 256u * at[15] <= 256 && !at[16] && !at[17]; /* two reserved zeros, and a header of a known size */
}

/* "<svg" as the first element: behind a byte order mark, blanks, comments, a document type and processing instructions. */
static bool is_svg(struct text bytes)
{
	struct text rest = text_slice(bytes, 0, size_min(bytes.bytes, SVG_HEAD_BYTES));

	if (text_starts_with(rest, TEXT_LITERAL("\xEF\xBB\xBF")))
		rest = text_slice(rest, 3, rest.bytes);
	for (;;) {
		rest = text_trim(rest);
		bool comment = text_starts_with(rest, TEXT_LITERAL("<!--")), type = text_starts_with_nocase(rest, TEXT_LITERAL("<!doctype svg"));
		if (text_starts_with_nocase(rest, TEXT_LITERAL("<svg")) && rest.bytes > 4)
			return ascii_is_space(rest.data[4]) || rest.data[4] == '>' || rest.data[4] == ':';
		if (!comment && !type && !text_starts_with(rest, TEXT_LITERAL("<?")))
			return false;
		struct text close = comment ? TEXT_LITERAL("-->") : TEXT_LITERAL(">");
		ptrdiff_t end = text_find(rest, close), subset = type && end > 0 ? text_find(text_slice(rest, 0, (size_t)end), TEXT_LITERAL("[")) : -1;
		if (subset >= 0) { /* declarations, as drawing programs write them */
			close = TEXT_LITERAL("]>");
			end = text_find(rest, close);
		}
		if (end < 0)
			return false;
		rest = text_slice(rest, (size_t)end + close.bytes, rest.bytes);
	}
}

enum document_image_kind document_image_kind(struct text bytes)
{
	for (size_t i = 0; i < COUNT_OF(magics); i++) {
		const struct image_magic *magic = &magics[i];
		if (bytes.bytes >= (size_t)magic->offset + magic->bytes && memcmp(bytes.data + magic->offset, magic->start, magic->bytes) == 0)
			return magic->kind;
	}
	if (is_bitmap(bytes))
		return DOCUMENT_IMAGE_BMP;
	return is_svg(bytes) ? DOCUMENT_IMAGE_SVG : DOCUMENT_IMAGE_UNKNOWN;
}

void document_image_target(const struct document_image *image, struct buffer *out)
{
	buffer_append_format(out, DOCUMENT_IMAGE_FOLDER "%016" PRIx64 ".%s", image->xxh3[1], document_image_extension(image->kind));
}
