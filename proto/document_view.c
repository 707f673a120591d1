/* document_view.c: opens a document block that another process wrote. Everything is checked here, once: what passes can be
 * read without a further look. The block may be hostile: nothing is believed before it is compared with its length. */
#include "proto/document.h"

#include "proto/layout.h"

#include <inttypes.h>
#include <xxhash.h>

static int refuse(struct error_text *error, const char *what, uint64_t found)
{
	return error_set(error, ERROR_INPUT_REJECTED, "document block: %s (found %" PRIu64 ")", what, found);
}

static int check_identity(const void *block, size_t bytes, const struct document_header *header, struct error_text *error)
{
	if (header->magic != DOCUMENT_MAGIC)
		return refuse(error, "wrong magic number", header->magic);
	if (header->version != DOCUMENT_VERSION)
		return error_set(error, ERROR_VERSION_MISMATCH, "document block: version %u, this program reads %d: use programs of one build",
				 header->version, DOCUMENT_VERSION);
	if (header->bytes < sizeof(*header) || header->bytes > bytes || header->bytes > DOCUMENT_BYTES_MAX)
		return refuse(error, "its length does not fit the extent", header->bytes);
	uint64_t hash = XXH3_64bits((const uint8_t *)block + sizeof(*header), header->bytes - sizeof(*header));
	if (hash != header->body_xxh3)
		return refuse(error, "the checksum of its body is wrong", hash);
	return 0;
}

static bool scores_valid(const struct document_scores *scores)
{
	return layout_share(scores->conversion) && layout_share(scores->structural) && layout_share(scores->parameters) &&
	       layout_share(scores->counters) && layout_share(scores->density) && layout_share(scores->completeness) &&
	       layout_share(scores->coherence) && layout_share(scores->metadata) && layout_share(scores->extraction) &&
	       layout_share(scores->complexity);
}

static int check_header(const struct document_header *header, struct error_text *error)
{
	const struct {
		struct document_array array;
		uint64_t element_bytes;
	} arrays[] = {
		{ header->chunks, sizeof(struct document_chunk) },
		{ header->items, sizeof(struct document_item) },
		{ header->attributes, sizeof(struct document_attribute) },
		{ header->terms, sizeof(struct document_term) },
		{ header->images, sizeof(struct document_image) },
		{ header->removals, sizeof(struct document_removal) },
	};

	if (header->status < DOCUMENT_CONVERTED || header->status > DOCUMENT_KEPT)
		return refuse(error, "unknown status", header->status);
	if (header->format >= DOCUMENT_FORMAT_COUNT)
		return refuse(error, "unknown format", header->format);
	if (header->gate >= DOCUMENT_GATE_COUNT)
		return refuse(error, "unknown gate", header->gate);
	if (header->csv_format > DOCUMENT_CSV_FORMAT_MAX)
		return refuse(error, "unknown CSV format", header->csv_format);
	if (!scores_valid(&header->scores))
		return refuse(error, "a score is not between 0 and 1", 0);
	for (size_t i = 0; i < COUNT_OF(arrays); i++)
		if (!layout_array_inside(arrays[i].array, arrays[i].element_bytes, sizeof(*header), header->bytes))
			return refuse(error, "an array lies outside the block", i);
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++)
		if (!layout_range_inside(header->meta[i], header->bytes))
			return refuse(error, "a metadata text lies outside the block", i);
	if (!layout_range_inside(header->markdown, header->bytes))
		return refuse(error, "the Markdown lies outside the block", header->markdown.offset);
	return 0;
}

/* Texts may not share bytes so often that reading them all costs more than the block is long: *sum counts what was used. */
static bool text_valid(const struct document *document, struct document_range range, uint64_t *sum)
{
	*sum += range.bytes;
	return layout_range_inside(range, document->header->bytes) && *sum <= document->header->bytes;
}

static int check_chunks(const struct document *document, uint64_t *sum, struct error_text *error)
{
	for (uint32_t i = 0; i < document->chunk_count; i++) {
		const struct document_chunk *chunk = &document->chunks[i];
		if (!layout_range_inside(chunk->span, document->markdown.bytes) || chunk->overlap_bytes > chunk->span.bytes)
			return refuse(error, "the span of a chunk lies outside the Markdown", i);
		if (!layout_range_inside(chunk->header, document->markdown.bytes))
			return refuse(error, "the table header of a chunk lies outside the Markdown", i);
		if (!text_valid(document, chunk->heading_path, sum))
			return refuse(error, "the heading path of a chunk lies outside the block", i);
		if (chunk->type >= DOCUMENT_CHUNK_TYPE_COUNT || chunk->tier >= DOCUMENT_TIER_COUNT || chunk->has_table > 1)
			return refuse(error, "a chunk has an unknown type or tier", i);
		if (!(chunk->density >= 0.0f && isfinite(chunk->density)))
			return refuse(error, "the density of a chunk is no number", i);
	}
	return 0;
}

/* Items partition the attributes in order; so walking all items touches each attribute once. */
static int check_items(const struct document *document, struct error_text *error)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < document->item_count; i++) {
		const struct document_item *item = &document->items[i];
		if (item->category >= DOCUMENT_CATEGORY_COUNT || !layout_share(item->confidence))
			return refuse(error, "an item has an unknown category or no confidence", i);
		if (!layout_range_inside(item->span, document->markdown.bytes))
			return refuse(error, "the span of an item lies outside the Markdown", i);
		if (item->attribute_first != next || item->attribute_count == 0 ||
		    item->attribute_count > document->attribute_count - next)
			return refuse(error, "the attributes of an item are not those that follow", i);
		if (document->attributes[next].key != DOCUMENT_KEY_NAME)
			return refuse(error, "an item does not begin with its name", i);
		next += item->attribute_count;
	}
	if (next != document->attribute_count)
		return refuse(error, "attributes that belong to no item", document->attribute_count - next);
	return 0;
}

static int check_attributes_and_terms(const struct document *document, uint64_t *sum, struct error_text *error)
{
	for (uint32_t i = 0; i < document->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[i];
		if (attribute->key >= DOCUMENT_KEY_COUNT)
			return refuse(error, "an attribute has an unknown key", i);
		if (!text_valid(document, attribute->value, sum))
			return refuse(error, "the value of an attribute lies outside the block", i);
		if (!layout_range_inside(attribute->span, document->markdown.bytes))
			return refuse(error, "the span of an attribute lies outside the Markdown", i);
	}
	for (uint32_t i = 0; i < document->term_count; i++) {
		const struct document_term *term = &document->terms[i];
		if (!text_valid(document, term->name, sum))
			return refuse(error, "the name of a term lies outside the block", i);
		if (term->tier < 1 || term->tier > DOCUMENT_TERM_TIER_MAX)
			return refuse(error, "a term has an unknown tier", i);
	}
	return 0;
}

static int check_images_and_removals(const struct document *document, uint64_t *sum, struct error_text *error)
{
	for (uint32_t i = 0; i < document->image_count; i++) {
		const struct document_image *image = &document->images[i];
		if (!text_valid(document, image->data, sum) || !text_valid(document, image->name, sum) || image->data.bytes == 0)
			return refuse(error, "an image lies outside the block", i);
		if (image->kind >= DOCUMENT_IMAGE_KIND_COUNT)
			return refuse(error, "an image has an unknown kind", i);
	}
	for (uint32_t i = 0; i < document->removal_count; i++) {
		const struct document_removal *removal = &document->removals[i];
		if (!text_valid(document, removal->text, sum))
			return refuse(error, "the text of something removed lies outside the block", i);
		if (removal->kind >= DOCUMENT_REMOVED_COUNT || removal->place.unit >= DOCUMENT_UNIT_COUNT)
			return refuse(error, "something removed has an unknown kind or place", i);
	}
	if (document->header->status == DOCUMENT_KEPT && document->image_count != 1)
		return refuse(error, "a kept image is not the block's only one", document->image_count);
	return 0;
}

int document_open(const void *block, size_t bytes, struct document *ret_document, struct error_text *error)
{
	const struct document_header *header = block;
	const uint8_t *base = block;

	if (!layout_aligned(block, LAYOUT_ALIGNMENT))
		return refuse(error, "it does not begin at a multiple of 8", (uintptr_t)block % LAYOUT_ALIGNMENT);
	if (bytes < sizeof(*header))
		return refuse(error, "shorter than its header", bytes);
	int status = check_identity(block, bytes, header, error);
	if (status == 0)
		status = check_header(header, error);
	if (status < 0)
		return status;
	struct document document = {
		.header = header,
		.markdown = { (const char *)base + header->markdown.offset, header->markdown.bytes },
		.chunks = (const void *)(base + header->chunks.offset),
		.items = (const void *)(base + header->items.offset),
		.attributes = (const void *)(base + header->attributes.offset),
		.terms = (const void *)(base + header->terms.offset),
		.images = (const void *)(base + header->images.offset),
		.removals = (const void *)(base + header->removals.offset),
		.chunk_count = header->chunks.count,
		.item_count = header->items.count,
		.attribute_count = header->attributes.count,
		.term_count = header->terms.count,
		.image_count = header->images.count,
		.removal_count = header->removals.count,
	};
	uint64_t sum = 0;
	status = check_chunks(&document, &sum, error);
	if (status == 0)
		status = check_items(&document, error);
	if (status == 0)
		status = check_attributes_and_terms(&document, &sum, error);
	if (status == 0)
		status = check_images_and_removals(&document, &sum, error);
	if (status == 0)
		*ret_document = document;
	return status;
}

struct text document_text(const struct document *document, struct document_range block_range)
{
	CHECK(layout_range_inside(block_range, document->header->bytes));
	return (struct text){ (const char *)document->header + block_range.offset, block_range.bytes };
}

struct text document_meta(const struct document *document, enum document_meta meta)
{
	CHECK(meta < DOCUMENT_META_COUNT);
	return document_text(document, document->header->meta[meta]);
}

struct text document_item_value(const struct document *document, const struct document_item *item, enum document_key key)
{
	CHECK((uint64_t)item->attribute_first + item->attribute_count <= document->attribute_count);
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key == key)
			return document_text(document, attribute->value);
	}
	return TEXT_LITERAL("");
}

struct text document_span(const struct document *document, struct document_range markdown_span)
{
	CHECK(layout_range_inside(markdown_span, document->markdown.bytes));
	return text_slice(document->markdown, markdown_span.offset, (size_t)markdown_span.offset + markdown_span.bytes);
}
