#define _GNU_SOURCE
#include "workers/preprocess/embedded_images.h"

#include "proto/image_links.h"
#include "workers/preprocess/data_uri.h"

static bool has_images(struct text markdown)
{
	return markdown.bytes > 0 && memmem(markdown.data, markdown.bytes, "![", 2);
}

uint32_t embedded_images_count(struct text markdown)
{
	struct image_links links;
	struct image_link link;
	uint32_t count = 0;
	image_links_init(&links, markdown);
	while (has_images(markdown) && image_links_next(&links, &link))
		count++;
	return count;
}

/* A picture of one point: it keeps the place of another, or counts visits. */
static bool is_dot(struct text bytes)
{
	static const struct text png_dot = TEXT_LITERAL("\0\0\0\1\0\0\0\1"), gif_dot = TEXT_LITERAL("\1\0\1\0");
	enum document_image_kind kind = document_image_kind(bytes);
	size_t at = kind == DOCUMENT_IMAGE_PNG ? 16 : 6;
	struct text dot = kind == DOCUMENT_IMAGE_PNG ? png_dot : gif_dot;
	return (kind == DOCUMENT_IMAGE_PNG || kind == DOCUMENT_IMAGE_GIF) && bytes.bytes >= at + dot.bytes &&
	       text_equal(text_slice(bytes, at, at + dot.bytes), dot);
}

/* Appends the link with a target of the block, or the label alone. */
static void append_kept(struct text markdown, const struct image_link *link, struct document_builder *document, struct buffer *bytes, struct buffer *out)
{
	struct text label = text_slice(markdown, link->label_start, link->label_end);
	struct buffer target;
	buffer_clear(bytes);
	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	if (!data_uri_decode(text_slice(markdown, link->target_start, link->target_end), bytes) || is_dot(buffer_view(bytes)))
		buffer_clear(bytes); /* damaged, or nothing to see: counted as one that was not kept */
	if (document_builder_add_image(document, label, buffer_view(bytes), &target) == 0) {
		buffer_append_text(out, text_slice(markdown, link->start, link->target_start));
		buffer_append_text(out, buffer_view(&target));
		buffer_append_text(out, text_slice(markdown, link->target_end, link->end));
	} else {
		buffer_append_text(out, label);
	}
	buffer_done(&target);
}

int embedded_images_take(struct buffer *markdown, struct buffer *scratch, struct document_builder *document)
{
	struct text text = buffer_view(markdown);
	struct image_links links;
	struct image_link link;
	struct buffer bytes;
	size_t done = 0;
	if (!has_images(text))
		return 0;
	buffer_init(&bytes, DOCUMENT_BYTES_MAX);
	buffer_clear(scratch);
	image_links_init(&links, text);
	while (image_links_next(&links, &link)) {
		if (!data_uri_is(text_slice(text, link.target_start, link.target_end)))
			continue;
		buffer_append_text(scratch, text_slice(text, done, link.start));
		append_kept(text, &link, document, &bytes, scratch);
		done = link.end;
	}
	buffer_done(&bytes);
	if (done == 0)
		return 0;
	buffer_append_text(scratch, text_slice(text, done, text.bytes));
	if (scratch->status < 0)
		return scratch->status;
	struct buffer swapped = *markdown;
	size_t scratch_max = scratch->bytes_max;
	*markdown = *scratch;
	*scratch = swapped;
	markdown->bytes_max = swapped.bytes_max; /* each keeps its ceiling: what came out is shorter */
	scratch->bytes_max = scratch_max;
	return 0;
}
