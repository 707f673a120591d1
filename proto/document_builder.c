/* document_builder.c: collects a document in private memory and lays it out as one block.
 *
 * Growable arrays and one string store, all with doubling and the ceiling of a block: a CSV file of a million rows costs
 * a few dozen reallocations, not one allocation a value. Failures stick in the buffers and come out of
 * document_builder_bytes. One thread; runs in preprocess workers and the one-document tools. */
#include "proto/document.h"

#include "base/string_map.h"
#include "base/utf8.h"
#include "proto/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

struct document_builder {
	enum document_status status;
	enum document_gate gate;
	enum document_format format;
	uint32_t csv_format;
	struct document_scores scores;
	struct document_counts counts;
	struct buffer meta[DOCUMENT_META_COUNT];
	struct buffer markdown;
	struct buffer strings; /* heading paths, attribute values, term names; ranges below count from its start */
	struct buffer chunks, items, attributes, terms, images, removals; /* arrays of the structs of document.h */
	struct buffer image_data;      /* the images one behind the other; their ranges count from its start */
	struct string_map image_index; /* hash → index in `images` */
	size_t image_bytes_max;
	uint32_t removed[DOCUMENT_REMOVED_COUNT];
	bool explain;
	int failure; /* 0, or what failed outside the buffers */
};

enum { ARRAY_COUNT = 9, LARGE_BYTES = 1 << 20 /* of a text: moved where a smaller one is copied into memory that is there already */ };

/* Where everything will lie; the order in the block is that of the fields. */
struct document_plan {
	uint64_t chunks, items, attributes, terms, images, removals, strings, meta, markdown, image_data, bytes;
};

/* All buffers but those of the metadata. */
static void list_buffers(const struct document_builder *builder, const struct buffer *ret_buffers[ARRAY_COUNT])
{
	const struct buffer *all[ARRAY_COUNT] = { &builder->markdown, &builder->strings, &builder->chunks, &builder->items, &builder->attributes,
						  &builder->terms, &builder->images, &builder->removals, &builder->image_data };
	memcpy(ret_buffers, all, sizeof(all));
}

struct document_builder *document_builder_create(void)
{
	struct document_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return NULL;
	builder->status = DOCUMENT_CONVERTED;
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++)
		buffer_init(&builder->meta[i], DOCUMENT_BYTES_MAX);
	struct buffer *rest[] = { &builder->markdown, &builder->strings, &builder->chunks, &builder->items, &builder->attributes,
				  &builder->terms, &builder->images, &builder->removals };
	for (size_t i = 0; i < COUNT_OF(rest); i++)
		buffer_init(rest[i], DOCUMENT_BYTES_MAX);
	string_map_init(&builder->image_index);
	document_builder_limit_images(builder, DOCUMENT_IMAGE_BYTES_MAX, DOCUMENT_IMAGES_BYTES_MAX);
	return builder;
}

void document_builder_destroy(struct document_builder *builder)
{
	if (!builder)
		return;
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++)
		buffer_done(&builder->meta[i]);
	buffer_done(&builder->markdown);
	buffer_done(&builder->strings);
	buffer_done(&builder->chunks);
	buffer_done(&builder->items);
	buffer_done(&builder->attributes);
	buffer_done(&builder->terms);
	buffer_done(&builder->images);
	buffer_done(&builder->removals);
	buffer_done(&builder->image_data);
	string_map_done(&builder->image_index);
	free(builder);
}

void document_builder_set_status(struct document_builder *builder, enum document_status status, enum document_gate gate)
{
	CHECK(status >= DOCUMENT_CONVERTED && status <= DOCUMENT_KEPT && gate < DOCUMENT_GATE_COUNT);
	builder->status = status;
	builder->gate = gate;
}

enum document_status document_builder_status(const struct document_builder *builder)
{
	return builder->status;
}

void document_builder_set_format(struct document_builder *builder, enum document_format format, uint32_t csv_format)
{
	CHECK(format < DOCUMENT_FORMAT_COUNT && csv_format <= DOCUMENT_CSV_FORMAT_MAX);
	builder->format = format;
	builder->csv_format = csv_format;
}

struct document_scores *document_builder_scores(struct document_builder *builder)
{
	return &builder->scores;
}

struct document_counts *document_builder_counts(struct document_builder *builder)
{
	return &builder->counts;
}

/* `value` may be a slice of `place` itself. */
static void replace_content(struct buffer *place, struct text value)
{
	if (value.bytes > 0 && place->data && value.data >= place->data && value.data < place->data + place->capacity_bytes) {
		memmove(place->data, value.data, value.bytes);
		buffer_truncate(place, value.bytes);
		return;
	}
	buffer_clear(place);
	buffer_append_text(place, value);
}

void document_builder_set_meta(struct document_builder *builder, enum document_meta meta, struct text value)
{
	CHECK(meta < DOCUMENT_META_COUNT);
	replace_content(&builder->meta[meta], value);
}

struct text document_builder_meta(const struct document_builder *builder, enum document_meta meta)
{
	CHECK(meta < DOCUMENT_META_COUNT);
	return buffer_view(&builder->meta[meta]);
}

void document_builder_set_markdown(struct document_builder *builder, struct text markdown)
{
	replace_content(&builder->markdown, markdown);
}

void document_builder_take_markdown(struct document_builder *builder, struct buffer *markdown)
{
	if (markdown->bytes < LARGE_BYTES || markdown->status) {
		document_builder_set_markdown(builder, buffer_view(markdown));
	} else {
		struct buffer taken = *markdown;
		taken.bytes_max = builder->markdown.bytes_max;
		buffer_init(markdown, markdown->bytes_max);
		buffer_done(&builder->markdown);
		builder->markdown = taken;
	}
	buffer_clear(markdown);
}

struct text document_builder_markdown(const struct document_builder *builder)
{
	return buffer_view(&builder->markdown);
}

void document_builder_add_chunk(struct document_builder *builder, struct document_chunk chunk, struct text heading_path)
{
	CHECK(chunk.type < DOCUMENT_CHUNK_TYPE_COUNT && chunk.tier < DOCUMENT_TIER_COUNT);
	CHECK(chunk.density >= 0.0f && chunk.has_table <= 1);
	CHECK(layout_range_inside(chunk.span, builder->markdown.bytes) && chunk.overlap_bytes <= chunk.span.bytes);
	CHECK(layout_range_inside(chunk.header, builder->markdown.bytes));
	chunk.heading_path = layout_store(&builder->strings, heading_path);
	buffer_append(&builder->chunks, &chunk, sizeof(chunk));
}

static struct document_item *last_item(const struct document_builder *builder)
{
	size_t count = document_builder_item_count(builder);
	return count ? (struct document_item *)(void *)builder->items.data + count - 1 : NULL;
}

void document_builder_add_item(struct document_builder *builder, enum document_category category, float confidence,
			       struct document_range span)
{
	CHECK(category < DOCUMENT_CATEGORY_COUNT && layout_share(confidence));
	CHECK(layout_range_inside(span, builder->markdown.bytes));
	CHECK(!last_item(builder) || builder->attributes.status || last_item(builder)->attribute_count > 0);
	struct document_item item = {
		.category = category,
		.confidence = confidence,
		.span = span,
		.attribute_first = (uint32_t)(builder->attributes.bytes / sizeof(struct document_attribute)),
	};
	buffer_append(&builder->items, &item, sizeof(item));
}

void document_builder_add_attribute(struct document_builder *builder, enum document_key key, struct text value,
				    struct document_range span)
{
	struct document_item *item = last_item(builder);

	CHECK(key < DOCUMENT_KEY_COUNT && layout_range_inside(span, builder->markdown.bytes));
	if (builder->items.status || builder->attributes.status)
		return; /* memory ran out: document_builder_bytes says so */
	CHECK(item && (item->attribute_count > 0) == (key != DOCUMENT_KEY_NAME));
	struct document_attribute attribute = {
		.key = key,
		.value = layout_store(&builder->strings, value),
		.span = span,
	};
	buffer_append(&builder->attributes, &attribute, sizeof(attribute));
	if (builder->attributes.status == 0)
		item->attribute_count++;
}

void document_builder_add_term(struct document_builder *builder, struct text name, uint32_t count, uint32_t tier)
{
	CHECK(tier >= 1 && tier <= DOCUMENT_TERM_TIER_MAX);
	struct document_term term = { layout_store(&builder->strings, name), count, tier };
	buffer_append(&builder->terms, &term, sizeof(term));
}

/* --- images ------------------------------------------------------------------------------------------------------ */

void document_builder_limit_images(struct document_builder *builder, size_t image_bytes_max, size_t images_bytes_max)
{
	CHECK(builder->images.bytes == 0 && images_bytes_max <= DOCUMENT_BYTES_MAX);
	builder->image_bytes_max = image_bytes_max;
	buffer_done(&builder->image_data);
	buffer_init(&builder->image_data, images_bytes_max ? images_bytes_max : 1);
}

/* The reason why the image is not taken, or NULL. */
static const char *refuse_image(const struct document_builder *builder, struct text bytes)
{
	if (bytes.bytes == 0)
		return "an image without bytes";
	if (bytes.bytes > builder->image_bytes_max)
		return "an image that is too large";
	if (bytes.bytes > builder->image_data.bytes_max - builder->image_data.bytes)
		return "an image that is too much beside the others";
	return builder->images.bytes / sizeof(struct document_image) >= DOCUMENT_IMAGES_MAX ? "one image too many" : NULL;
}

static int store_image(struct document_builder *builder, struct text name_hint, struct text bytes, XXH128_hash_t hash, uint32_t *index)
{
	struct text name = text_slice(name_hint, 0, utf8_floor(name_hint, size_min(name_hint.bytes, DOCUMENT_IMAGE_NAME_BYTES_MAX)));
	struct document_image image = {
		.xxh3 = { hash.low64, hash.high64 },
		.data = layout_store(&builder->image_data, bytes),
		.name = layout_store(&builder->strings, name),
		.kind = document_image_kind(bytes),
	};

	*index = (uint32_t)(builder->images.bytes / sizeof(image));
	buffer_append(&builder->images, &image, sizeof(image));
	builder->failure = builder->image_data.status ? builder->image_data.status : builder->images.status;
	return builder->failure;
}

int document_builder_add_image(struct document_builder *builder, struct text name_hint, struct text bytes, struct buffer *ret_target)
{
	XXH128_hash_t hash = XXH3_128bits(bytes.data, bytes.bytes);
	uint64_t key[2] = { hash.low64, hash.high64 };
	struct text key_text = { (const char *)key, sizeof(key) };
	const uint32_t *known = string_map_find(&builder->image_index, key_text);

	if (builder->failure)
		return builder->failure;
	if (!known) {
		const char *reason = refuse_image(builder, bytes);
		if (reason) {
			document_builder_removed(builder, DOCUMENT_REMOVED_IMAGE, name_hint.bytes ? name_hint : text_from(reason), document_nowhere);
			return ERROR_INPUT_REJECTED;
		}
		uint32_t *place = string_map_add(&builder->image_index, key_text, NULL);
		builder->failure = place ? 0 : -ENOMEM;
		if (!place || store_image(builder, name_hint, bytes, hash, place) < 0)
			return builder->failure;
		known = place;
	}
	document_image_target((const struct document_image *)(const void *)builder->images.data + *known, ret_target);
	return 0;
}

size_t document_builder_drop_images(struct document_builder *builder)
{
	size_t count = builder->images.bytes / sizeof(struct document_image), limit = builder->image_data.bytes_max;

	string_map_clear(&builder->image_index);
	buffer_clear(&builder->images);
	buffer_done(&builder->image_data);
	buffer_init(&builder->image_data, limit);
	document_builder_removed_many(builder, DOCUMENT_REMOVED_IMAGE, count, document_nowhere);
	return count;
}

/* --- what was removed -------------------------------------------------------------------------------------------- */

void document_builder_explain(struct document_builder *builder)
{
	builder->explain = true;
}

bool document_builder_explains(const struct document_builder *builder)
{
	return builder->explain;
}

static uint32_t add_saturated(uint32_t value, size_t more)
{
	return more > UINT32_MAX - value ? UINT32_MAX : value + (uint32_t)more;
}

void document_builder_removed(struct document_builder *builder, enum document_removed kind, struct text text, struct document_place place)
{
	CHECK(kind < DOCUMENT_REMOVED_COUNT && place.unit < DOCUMENT_UNIT_COUNT);
	builder->removed[kind] = add_saturated(builder->removed[kind], 1);
	if (!builder->explain || builder->removals.bytes / sizeof(struct document_removal) >= DOCUMENT_REMOVED_ENTRIES_MAX)
		return;
	struct text kept = text_slice(text, 0, utf8_floor(text, size_min(text.bytes, DOCUMENT_REMOVED_TEXT_BYTES_MAX)));
	struct document_removal removal = { layout_store(&builder->strings, kept), place, kind, add_saturated(0, text.bytes) };
	buffer_append(&builder->removals, &removal, sizeof(removal));
}

void document_builder_removed_group(struct document_builder *builder, enum document_removed kind, size_t count, struct text text,
				    struct document_place place)
{
	CHECK(kind < DOCUMENT_REMOVED_COUNT);
	if (count == 0)
		return;
	document_builder_removed(builder, kind, text, place);
	builder->removed[kind] = add_saturated(builder->removed[kind], count - 1);
}

void document_builder_removed_many(struct document_builder *builder, enum document_removed kind, size_t count, struct document_place place)
{
	document_builder_removed_group(builder, kind, count, TEXT_LITERAL(""), place);
}

/* --- reading back ------------------------------------------------------------------------------------------------- */

size_t document_builder_item_count(const struct document_builder *builder)
{
	return builder->items.bytes / sizeof(struct document_item);
}

const struct document_item *document_builder_item(const struct document_builder *builder, size_t index)
{
	CHECK(index < document_builder_item_count(builder));
	return (const struct document_item *)(const void *)builder->items.data + index;
}

struct text document_builder_item_value(const struct document_builder *builder, size_t index, enum document_key key)
{
	const struct document_item *item = document_builder_item(builder, index);
	const struct document_attribute *attributes = (const void *)builder->attributes.data;

	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &attributes[item->attribute_first + i];
		if (attribute->key == key && attribute->value.bytes > 0)
			return (struct text){ builder->strings.data + attribute->value.offset, attribute->value.bytes };
		if (attribute->key == key)
			break;
	}
	return TEXT_LITERAL("");
}

size_t document_builder_drop_items(struct document_builder *builder, float confidence_min)
{
	struct document_item *items = (void *)builder->items.data;
	struct document_attribute *attributes = (void *)builder->attributes.data;
	size_t count = document_builder_item_count(builder), kept = 0;
	uint32_t attribute_count = 0;

	if (builder->items.status || builder->attributes.status)
		return 0; /* memory ran out: document_builder_bytes says so */
	for (size_t i = 0; i < count; i++) {
		struct document_item item = items[i];
		if (item.confidence < confidence_min)
			continue;
		memmove(attributes + attribute_count, attributes + item.attribute_first, item.attribute_count * sizeof(*attributes));
		item.attribute_first = attribute_count;
		attribute_count += item.attribute_count;
		items[kept++] = item;
	}
	if (kept < count) {
		buffer_truncate(&builder->items, kept * sizeof(*items));
		buffer_truncate(&builder->attributes, attribute_count * sizeof(*attributes));
	}
	return count - kept;
}

static struct document_plan plan_block(const struct document_builder *builder)
{
	struct document_plan plan;

	plan.chunks = layout_align(sizeof(struct document_header), LAYOUT_ALIGNMENT);
	plan.items = layout_align(plan.chunks + builder->chunks.bytes, LAYOUT_ALIGNMENT);
	plan.attributes = layout_align(plan.items + builder->items.bytes, LAYOUT_ALIGNMENT);
	plan.terms = layout_align(plan.attributes + builder->attributes.bytes, LAYOUT_ALIGNMENT);
	plan.images = layout_align(plan.terms + builder->terms.bytes, LAYOUT_ALIGNMENT);
	plan.removals = layout_align(plan.images + builder->images.bytes, LAYOUT_ALIGNMENT);
	plan.strings = layout_align(plan.removals + builder->removals.bytes, LAYOUT_ALIGNMENT);
	plan.meta = plan.strings + builder->strings.bytes;
	plan.markdown = plan.meta;
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++)
		plan.markdown += builder->meta[i].bytes;
	plan.image_data = plan.markdown + builder->markdown.bytes;
	plan.bytes = plan.image_data + builder->image_data.bytes;
	return plan;
}

static int first_failure(const struct document_builder *builder)
{
	const struct buffer *buffers[ARRAY_COUNT];

	if (builder->failure)
		return builder->failure;
	list_buffers(builder, buffers);
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++)
		if (builder->meta[i].status)
			return builder->meta[i].status;
	return 0;
}

int64_t document_builder_bytes(const struct document_builder *builder)
{
	int status = first_failure(builder);

	if (status < 0)
		return status;
	CHECK(!last_item(builder) || last_item(builder)->attribute_count > 0);
	uint64_t bytes = plan_block(builder).bytes;
	return bytes <= DOCUMENT_BYTES_MAX ? (int64_t)bytes : ERROR_LIMIT_HIT;
}

static void place_strings(const struct document_builder *builder, const struct document_plan *plan, struct document_header *header)
{
	uint8_t *block = (uint8_t *)header;
	uint32_t strings = (uint32_t)plan->strings;
	uint64_t offset = plan->meta;
	struct document_chunk *chunks = (void *)(block + plan->chunks);
	struct document_attribute *attributes = (void *)(block + plan->attributes);
	struct document_term *terms = (void *)(block + plan->terms);
	struct document_image *images = (void *)(block + plan->images);
	struct document_removal *removals = (void *)(block + plan->removals);

	for (uint32_t i = 0; i < header->chunks.count; i++)
		chunks[i].heading_path = layout_move(chunks[i].heading_path, strings);
	for (uint32_t i = 0; i < header->attributes.count; i++)
		attributes[i].value = layout_move(attributes[i].value, strings);
	for (uint32_t i = 0; i < header->terms.count; i++)
		terms[i].name = layout_move(terms[i].name, strings);
	for (uint32_t i = 0; i < header->images.count; i++) {
		images[i].name = layout_move(images[i].name, strings);
		images[i].data = layout_move(images[i].data, (uint32_t)plan->image_data);
	}
	for (uint32_t i = 0; i < header->removals.count; i++)
		removals[i].text = layout_move(removals[i].text, strings);
	for (size_t i = 0; i < DOCUMENT_META_COUNT; i++) {
		const struct buffer *meta = &builder->meta[i];
		header->meta[i] = (struct document_range){ (uint32_t)offset, (uint32_t)meta->bytes };
		layout_place(block, offset, offset + meta->bytes, meta);
		offset += meta->bytes;
	}
}

static struct document_scores clamp_scores(const struct document_scores *scores)
{
	return (struct document_scores){
		.conversion = layout_clamp(scores->conversion),
		.structural = layout_clamp(scores->structural),
		.parameters = layout_clamp(scores->parameters),
		.counters = layout_clamp(scores->counters),
		.density = layout_clamp(scores->density),
		.completeness = layout_clamp(scores->completeness),
		.coherence = layout_clamp(scores->coherence),
		.metadata = layout_clamp(scores->metadata),
		.extraction = layout_clamp(scores->extraction),
		.complexity = layout_clamp(scores->complexity),
	};
}

static struct document_array array_at(uint64_t offset, const struct buffer *elements, size_t element_bytes)
{
	return (struct document_array){ (uint32_t)offset, (uint32_t)(elements->bytes / element_bytes) };
}

/* As layout_place, a part at a time. */
static void place_once(uint8_t *block, uint64_t offset, uint64_t end, struct buffer *from)
{
	for (size_t done = 0, part; done < from->bytes; done += part) {
		part = size_min(from->bytes - done, LARGE_BYTES);
		memcpy(block + offset + done, from->data + done, part);
		buffer_discard(from, done, done + part);
	}
	memset(block + offset + from->bytes, 0, end - offset - from->bytes);
}

void document_builder_write(struct document_builder *builder, void *place)
{
	struct document_plan plan = plan_block(builder);
	struct document_header *header = place;
	uint8_t *block = place;

	CHECK(layout_aligned(place, LAYOUT_ALIGNMENT));
	CHECK(first_failure(builder) == 0 && plan.bytes <= DOCUMENT_BYTES_MAX);
	memset(header, 0, plan.chunks);
	layout_place(block, plan.chunks, plan.items, &builder->chunks);
	layout_place(block, plan.items, plan.attributes, &builder->items);
	place_once(block, plan.attributes, plan.terms, &builder->attributes);
	layout_place(block, plan.terms, plan.images, &builder->terms);
	layout_place(block, plan.images, plan.removals, &builder->images);
	layout_place(block, plan.removals, plan.strings, &builder->removals);
	place_once(block, plan.strings, plan.meta, &builder->strings);
	place_once(block, plan.markdown, plan.image_data, &builder->markdown);
	place_once(block, plan.image_data, plan.bytes, &builder->image_data);
	header->chunks = array_at(plan.chunks, &builder->chunks, sizeof(struct document_chunk));
	header->items = array_at(plan.items, &builder->items, sizeof(struct document_item));
	header->attributes = array_at(plan.attributes, &builder->attributes, sizeof(struct document_attribute));
	header->terms = array_at(plan.terms, &builder->terms, sizeof(struct document_term));
	header->images = array_at(plan.images, &builder->images, sizeof(struct document_image));
	header->removals = array_at(plan.removals, &builder->removals, sizeof(struct document_removal));
	memcpy(header->removed, builder->removed, sizeof(header->removed));
	header->markdown = (struct document_range){ (uint32_t)plan.markdown, (uint32_t)builder->markdown.bytes };
	place_strings(builder, &plan, header);
	header->magic = DOCUMENT_MAGIC;
	header->version = DOCUMENT_VERSION;
	header->status = (uint16_t)builder->status;
	header->bytes = (uint32_t)plan.bytes;
	header->format = builder->format;
	header->gate = builder->gate;
	header->csv_format = builder->csv_format;
	header->scores = clamp_scores(&builder->scores);
	header->counts = builder->counts;
	header->body_xxh3 = XXH3_64bits(block + sizeof(*header), plan.bytes - sizeof(*header));
}
