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
};

static bool is_list(enum document_key key)
{
	return key == DOCUMENT_KEY_CXC || key == DOCUMENT_KEY_PREREQUISITE || key == DOCUMENT_KEY_STEP || key == DOCUMENT_KEY_AFTER_TASK ||
		key == DOCUMENT_KEY_DETAIL;
}

/* --- positions --------------------------------------------------------------------------------------------------------- */

struct extraction {
	uint32_t item;
	struct document_range place; /* bytes in the Markdown: the name where it stands, or else the item's span */
	uint32_t start, end;         /* code points */
};

static struct document_range name_place(const struct document *document, const struct document_item *item)
{
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key == DOCUMENT_KEY_NAME && attribute->span.bytes > 0)
			return attribute->span;
	}
	return item->span;
}

static int compare_places(const void *a, const void *b)
{
	const struct extraction *left = a, *right = b;
	if (left->place.offset != right->place.offset)
		return left->place.offset < right->place.offset ? -1 : 1;
	return left->item < right->item ? -1 : left->item > right->item;
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

static void write_list(struct json_writer *json, const struct document *document, const struct document_item *item, enum document_key key)
{
	json_array_open(json);
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key == (uint32_t)key)
			json_text(json, document_text(document, attribute->value));
	}
	json_array_close(json);
}

/* A set is three attributes in a row. */
static void write_sets(struct json_writer *json, const struct document *document, const struct document_item *item)
{
	json_array_open(json);
	for (uint32_t i = 0; i + 2 < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute[0].key != DOCUMENT_KEY_SET_MO || attribute[1].key != DOCUMENT_KEY_SET_ATTRIBUTE || attribute[2].key != DOCUMENT_KEY_SET_VALUE)
			continue;
		json_object_open(json);
		json_member_text(json, "mo", document_text(document, attribute[0].value));
		json_member_text(json, "attribute", document_text(document, attribute[1].value));
		json_member_text(json, "value", document_text(document, attribute[2].value));
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_attribute(struct json_writer *json, const struct document *document, const struct document_item *item, enum document_key key)
{
	json_key(json, key == DOCUMENT_KEY_SET_MO ? "sets" : document_key_name(key));
	if (key == DOCUMENT_KEY_SET_MO)
		write_sets(json, document, item);
	else if (is_list(key))
		write_list(json, document, item, key);
	else
		json_text(json, document_item_value(document, item, key));
}

static void write_attributes(struct json_writer *json, const struct document *document, const struct document_item *item)
{
	const struct class_keys *always = &class_keys[item->category];
	bool written[DOCUMENT_KEY_COUNT] = { [DOCUMENT_KEY_SET_ATTRIBUTE] = true, [DOCUMENT_KEY_SET_VALUE] = true };
	json_object_open(json);
	for (int i = 0; i < always->count; i++) {
		write_attribute(json, document, item, always->keys[i]);
		written[always->keys[i]] = true;
	}
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		uint32_t key = document->attributes[item->attribute_first + i].key;
		if (written[key])
			continue;
		write_attribute(json, document, item, (enum document_key)key);
		written[key] = true;
	}
	json_object_close(json);
}

static void write_extraction(struct json_writer *json, const struct document *document, const struct extraction *extraction)
{
	const struct document_item *item = &document->items[extraction->item];
	json_object_open(json);
	json_member_string(json, "extraction_class", document_category_name(item->category));
	json_member_text(json, "extraction_text", document_span(document, extraction->place));
	json_key(json, "char_interval");
	json_object_open(json);
	json_member_unsigned(json, "start_pos", extraction->start);
	json_member_unsigned(json, "end_pos", extraction->end);
	json_object_close(json);
	json_member_string(json, "alignment_status", "match_exact"); /* the text is a slice of the document, always */
	json_key(json, "attributes");
	write_attributes(json, document, item);
	json_member_fixed(json, "confidence", (double)item->confidence, CONFIDENCE_DECIMALS);
	json_object_close(json);
}

void extraction_json_append(const struct document *document, struct text source_file, struct text source_zip, struct buffer *out)
{
	struct json_writer json;
	size_t count = document->item_count;
	struct extraction *extractions = calloc(count + 1, sizeof(*extractions));
	struct extraction **by_end = calloc(count + 1, sizeof(*by_end));
	if (!extractions || !by_end) {
		out->status = out->status ? out->status : -ENOMEM;
		count = 0;
	}
	for (uint32_t i = 0; i < count; i++)
		extractions[i] = (struct extraction){ .item = i, .place = name_place(document, &document->items[i]) };
	if (count > 1)
		qsort(extractions, count, sizeof(*extractions), compare_places);
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
