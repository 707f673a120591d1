/* extraction_json.c: a processed document as one JSON object that tools for LangExtract files read. Positions count code points, as
 * Python does, so that text[start_pos:end_pos] is the extraction's text; they are found in one pass over the text. Pure. */
#include "proto/extraction_json.h"

#include "base/json_writer.h"

#include <errno.h>
#include <stdlib.h>

enum { CONFIDENCE_DECIMALS = 3, KEYS_MAX = 12 };

/* The attributes that each class always has, in this order; others follow when they are there. */
static const struct class_keys {
	int count;
	enum document_key keys[KEYS_MAX];
} class_keys[DOCUMENT_CATEGORY_COUNT] = {
	[DOCUMENT_MAIN_FEATURES] = { 8, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_FAJ, DOCUMENT_KEY_CXC, DOCUMENT_KEY_VALUE_PACKAGE, DOCUMENT_KEY_NODE_TYPE,
		DOCUMENT_KEY_ACCESS_TYPE, DOCUMENT_KEY_LICENSING, DOCUMENT_KEY_STATE } },
	[DOCUMENT_PARAMETERS] = { 9, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_MO_CLASS, DOCUMENT_KEY_ATTRIBUTE, DOCUMENT_KEY_TYPE, DOCUMENT_KEY_RANGE,
		DOCUMENT_KEY_DEFAULT, DOCUMENT_KEY_UNIT, DOCUMENT_KEY_DESCRIPTION, DOCUMENT_KEY_RELATION } },
	[DOCUMENT_COUNTERS] = { 5, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_MO_CLASS, DOCUMENT_KEY_TYPE, DOCUMENT_KEY_UNIT, DOCUMENT_KEY_DESCRIPTION } },
	[DOCUMENT_EVENTS] = { 3, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_DESCRIPTION, DOCUMENT_KEY_TRIGGER } },
	[DOCUMENT_RELATED_FEATURES] = { 4, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_FAJ, DOCUMENT_KEY_RELATIONSHIP, DOCUMENT_KEY_DESCRIPTION } },
	[DOCUMENT_ACTIVATION_PROCEDURES] = { 6, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_KIND, DOCUMENT_KEY_PREREQUISITE, DOCUMENT_KEY_STEP,
		DOCUMENT_KEY_AFTER_TASK, DOCUMENT_KEY_SET_MO } },
	[DOCUMENT_ALARMS] = { 4, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_MO_CLASS, DOCUMENT_KEY_TYPE, DOCUMENT_KEY_DESCRIPTION } },
	[DOCUMENT_ACTIONS] = { 4, { DOCUMENT_KEY_NAME, DOCUMENT_KEY_MO_CLASS, DOCUMENT_KEY_TYPE, DOCUMENT_KEY_DESCRIPTION } },
};

static bool is_list(enum document_key key)
{
	return key == DOCUMENT_KEY_CXC || key == DOCUMENT_KEY_PREREQUISITE || key == DOCUMENT_KEY_STEP || key == DOCUMENT_KEY_AFTER_TASK ||
		key == DOCUMENT_KEY_DETAIL;
}

/* --- positions --------------------------------------------------------------------------------------------------------- */

struct extraction {
	const struct document_item *item;
	const struct document_attribute *attributes; /* of the item */
	const void *block;                           /* that values are ranges of */
	struct text model;                           /* who found it */
	uint32_t order;
	struct document_range place; /* bytes in the Markdown: the name where it stands, or else the item's span */
	uint32_t start, end;         /* code points */
};

static struct text value_at(const struct extraction *extraction, uint32_t index)
{
	struct document_range value = extraction->attributes[index].value;
	return (struct text){ (const char *)extraction->block + value.offset, value.bytes };
}

static struct document_range name_place(const struct extraction *extraction)
{
	for (uint32_t i = 0; i < extraction->item->attribute_count; i++)
		if (extraction->attributes[i].key == DOCUMENT_KEY_NAME && extraction->attributes[i].span.bytes > 0)
			return extraction->attributes[i].span;
	return extraction->item->span;
}

static int compare_places(const void *a, const void *b)
{
	const struct extraction *left = a, *right = b;
	if (left->place.offset != right->place.offset)
		return left->place.offset < right->place.offset ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static int compare_ends(const void *a, const void *b)
{
	const struct extraction *left = *(const struct extraction *const *)a, *right = *(const struct extraction *const *)b;
	uint32_t left_end = left->place.offset + left->place.bytes, right_end = right->place.offset + right->place.bytes;
	return left_end < right_end ? -1 : left_end > right_end;
}

/* Code points that begin in text[from, to). */
static uint32_t count_points(struct text text, size_t from, size_t to)
{
	uint32_t count = 0;
	for (size_t i = from; i < to; i++)
		count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
	return count;
}

/* `sorted` by start; `by_end` is scratch of the same count. */
static void find_positions(struct text text, struct extraction *sorted, struct extraction **by_end, size_t count)
{
	uint32_t points = 0;
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		points += count_points(text, at, sorted[i].place.offset);
		at = sorted[i].place.offset;
		sorted[i].start = points;
		by_end[i] = &sorted[i];
	}
	if (count > 1)
		qsort(by_end, count, sizeof(*by_end), compare_ends);
	points = 0;
	at = 0;
	for (size_t i = 0; i < count; i++) {
		size_t end = (size_t)by_end[i]->place.offset + by_end[i]->place.bytes;
		points += count_points(text, at, end);
		at = end;
		by_end[i]->end = points;
	}
}

/* --- attributes ---------------------------------------------------------------------------------------------------------- */

static void write_list(struct json_writer *json, const struct extraction *extraction, enum document_key key)
{
	json_array_open(json);
	for (uint32_t i = 0; i < extraction->item->attribute_count; i++)
		if (extraction->attributes[i].key == (uint32_t)key)
			json_text(json, value_at(extraction, i));
	json_array_close(json);
}

/* A set is three attributes in a row. */
static void write_sets(struct json_writer *json, const struct extraction *extraction)
{
	json_array_open(json);
	for (uint32_t i = 0; i + 2 < extraction->item->attribute_count; i++) {
		const struct document_attribute *attribute = &extraction->attributes[i];
		if (attribute[0].key != DOCUMENT_KEY_SET_MO || attribute[1].key != DOCUMENT_KEY_SET_ATTRIBUTE || attribute[2].key != DOCUMENT_KEY_SET_VALUE)
			continue;
		json_object_open(json);
		json_member_text(json, "mo", value_at(extraction, i));
		json_member_text(json, "attribute", value_at(extraction, i + 1));
		json_member_text(json, "value", value_at(extraction, i + 2));
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_first(struct json_writer *json, const struct extraction *extraction, enum document_key key)
{
	uint32_t i = 0;

	while (i < extraction->item->attribute_count && extraction->attributes[i].key != (uint32_t)key)
		i++;
	json_text(json, i < extraction->item->attribute_count ? value_at(extraction, i) : TEXT_LITERAL(""));
}

static void write_attribute(struct json_writer *json, const struct extraction *extraction, enum document_key key)
{
	json_key(json, key == DOCUMENT_KEY_SET_MO ? "sets" : document_key_name(key));
	if (key == DOCUMENT_KEY_SET_MO)
		write_sets(json, extraction);
	else if (is_list(key))
		write_list(json, extraction, key);
	else
		write_first(json, extraction, key);
}

static void write_attributes(struct json_writer *json, const struct extraction *extraction)
{
	const struct class_keys *always = &class_keys[extraction->item->category];
	bool written[DOCUMENT_KEY_COUNT] = { [DOCUMENT_KEY_SET_ATTRIBUTE] = true, [DOCUMENT_KEY_SET_VALUE] = true };
	json_object_open(json);
	for (int i = 0; i < always->count; i++) {
		write_attribute(json, extraction, always->keys[i]);
		written[always->keys[i]] = true;
	}
	for (uint32_t i = 0; i < extraction->item->attribute_count; i++) {
		uint32_t key = extraction->attributes[i].key;
		if (written[key])
			continue;
		write_attribute(json, extraction, (enum document_key)key);
		written[key] = true;
	}
	json_object_close(json);
}

static void write_extraction(struct json_writer *json, const struct document *document, const struct extraction *extraction)
{
	json_object_open(json);
	json_member_string(json, "extraction_class", document_category_name(extraction->item->category));
	json_member_text(json, "extraction_text", document_span(document, extraction->place));
	json_key(json, "char_interval");
	json_object_open(json);
	json_member_unsigned(json, "start_pos", extraction->start);
	json_member_unsigned(json, "end_pos", extraction->end);
	json_object_close(json);
	json_member_string(json, "alignment_status", "match_exact"); /* the text is a slice of the document, always */
	json_key(json, "attributes");
	write_attributes(json, extraction);
	json_member_fixed(json, "confidence", (double)extraction->item->confidence, CONFIDENCE_DECIMALS);
	json_member_text(json, "model", extraction->model);
	json_object_close(json);
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */

/* The rules' items, then those of models that were accepted; returns how many. */
static size_t collect(const struct document *document, const struct conversation_set *set, struct extraction *extractions)
{
	size_t count = 0;

	for (uint32_t i = 0; i < document->item_count; i++)
		extractions[count++] = (struct extraction){ .item = &document->items[i], .block = document->header, .model = TEXT_LITERAL("built-in"),
							    .attributes = document->attributes + document->items[i].attribute_first };
	for (uint32_t i = 0; set && i < set->item_count; i++)
		if (set->items[i].reason.bytes == 0)
			extractions[count++] = (struct extraction){ .item = &set->items[i].item, .block = set->header,
								    .model = conversation_text(set, set->items[i].model),
								    .attributes = set->attributes + set->items[i].item.attribute_first };
	for (size_t i = 0; i < count; i++) {
		extractions[i].order = (uint32_t)i;
		extractions[i].place = name_place(&extractions[i]);
	}
	if (count > 1)
		qsort(extractions, count, sizeof(*extractions), compare_places);
	return count;
}

void extraction_json_append(const struct document *document, const struct conversation_set *set, struct text source_file, struct text source_zip, struct buffer *out)
{
	struct json_writer json;
	size_t most = (size_t)document->item_count + (set ? set->item_count : 0), count = 0;
	struct extraction *extractions = calloc(most + 1, sizeof(*extractions));
	struct extraction **by_end = calloc(most + 1, sizeof(*by_end));
	if (!extractions || !by_end)
		out->status = out->status ? out->status : -ENOMEM;
	else
		count = collect(document, set, extractions);
	if (count > 0)
		find_positions(document->markdown, extractions, by_end, count);

	struct text id = document_meta(document, DOCUMENT_META_DOCUMENT_ID);
	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_text(&json, "document_id", id.bytes > 0 ? id : source_file);
	json_member_text(&json, "source_file", source_file);
	json_member_text(&json, "source_zip", source_zip);
	json_member_text(&json, "text", document->markdown);
	json_key(&json, "extractions");
	json_array_open(&json);
	for (size_t i = 0; i < count; i++)
		write_extraction(&json, document, &extractions[i]);
	json_array_close(&json);
	json_object_close(&json);
	free(extractions);
	free(by_end);
}
