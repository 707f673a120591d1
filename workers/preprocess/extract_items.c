#include "workers/preprocess/extract_items.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

#define EXTRACT_STRINGS_BYTES_MAX ((size_t)4 << 30)
enum { EXTRACT_KEY_BYTES_MAX = 64 * 1024 };

#define KEY_BIT(key) (UINT32_C(1) << (key))
_Static_assert(DOCUMENT_KEY_COUNT <= 32, "a bit per key");

/* Keys that repeat. */
static const uint32_t list_keys = KEY_BIT(DOCUMENT_KEY_CXC) | KEY_BIT(DOCUMENT_KEY_PREREQUISITE) | KEY_BIT(DOCUMENT_KEY_STEP) |
	KEY_BIT(DOCUMENT_KEY_AFTER_TASK) | KEY_BIT(DOCUMENT_KEY_SET_MO) | KEY_BIT(DOCUMENT_KEY_SET_ATTRIBUTE) |
	KEY_BIT(DOCUMENT_KEY_SET_VALUE) | KEY_BIT(DOCUMENT_KEY_DETAIL);
/* A set is three values in a row: they move together or not at all. */
static const uint32_t set_keys = KEY_BIT(DOCUMENT_KEY_SET_MO) | KEY_BIT(DOCUMENT_KEY_SET_ATTRIBUTE) | KEY_BIT(DOCUMENT_KEY_SET_VALUE);

void extract_items_init(struct extract_items *items)
{
	*items = (struct extract_items){ .open = { .category = DOCUMENT_CATEGORY_COUNT } };
	buffer_init(&items->strings, EXTRACT_STRINGS_BYTES_MAX);
	buffer_init(&items->key, EXTRACT_KEY_BYTES_MAX);
	string_map_init(&items->by_name);
	string_map_init(&items->by_attribute);
}

void extract_items_done(struct extract_items *items)
{
	if (!items)
		return;
	buffer_done(&items->strings);
	buffer_done(&items->key);
	string_map_done(&items->by_name);
	string_map_done(&items->by_attribute);
	free(items->values);
	free(items->items);
}

/* --- a finding ----------------------------------------------------------------------------------------------------- */

void extract_items_open(struct extract_items *items, enum document_category category, float confidence,
			struct document_range span, bool weak)
{
	CHECK(items->open.category == DOCUMENT_CATEGORY_COUNT && category < DOCUMENT_CATEGORY_COUNT);
	items->open = (struct extract_item){ .category = (uint8_t)category, .confidence = confidence, .span = span, .weak = weak };
	items->open_value = items->value_count;
	items->open_string = items->strings.bytes;
}

bool extract_items_open_has(const struct extract_items *items, enum document_key key)
{
	return (items->open.keys & KEY_BIT(key)) != 0;
}

static bool grow_values(struct extract_items *items)
{
	if (items->value_count < items->value_capacity)
		return true;
	size_t capacity = items->value_capacity ? items->value_capacity * 2 : 256;
	struct extract_value *values = capacity < UINT32_MAX ? realloc(items->values, capacity * sizeof(*values)) : NULL;
	if (!values) {
		items->status = -ENOMEM;
		return false;
	}
	items->values = values;
	items->value_capacity = capacity;
	return true;
}

static void link_value(struct extract_items *items, struct extract_item *item, uint32_t index)
{
	items->values[index].next = 0;
	if (item->last)
		items->values[item->last - 1].next = index + 1;
	else
		item->first = index + 1;
	item->last = index + 1;
	item->keys |= KEY_BIT(items->values[index].key);
}

void extract_items_add(struct extract_items *items, enum document_key key, struct text value, struct document_range span)
{
	CHECK(items->open.category < DOCUMENT_CATEGORY_COUNT);
	bool again = extract_items_open_has(items, key) && !(list_keys & KEY_BIT(key));
	bool wanted = value.bytes > 0 || (set_keys & KEY_BIT(key)); /* a set may lack its class, but keeps its three values */
	if (items->status || again || !wanted || !grow_values(items))
		return;
	size_t offset = items->strings.bytes;
	buffer_append_text(&items->strings, value);
	if (items->strings.status) {
		items->status = items->strings.status;
		return;
	}
	items->values[items->value_count] = (struct extract_value){ .key = key, .span = span, .offset = offset, .bytes = value.bytes };
	link_value(items, &items->open, (uint32_t)items->value_count++);
}

static struct text value_text(const struct extract_items *items, const struct extract_value *value)
{
	struct text all = buffer_view(&items->strings);
	return text_slice(all, value->offset, value->offset + value->bytes);
}

struct text extract_items_value(const struct extract_items *items, const struct extract_item *item, enum document_key key)
{
	for (uint32_t i = item->first; (item->keys & KEY_BIT(key)) && i; i = items->values[i - 1].next)
		if (items->values[i - 1].key == (uint32_t)key)
			return value_text(items, &items->values[i - 1]);
	return TEXT_LITERAL("");
}

/* --- names --------------------------------------------------------------------------------------------------------- */

static bool has_class(enum document_category category)
{
	return category == DOCUMENT_PARAMETERS || category == DOCUMENT_COUNTERS;
}

/* Category letter, first part, NUL, second part: in items->key. */
static struct text make_key(struct extract_items *items, enum document_category category, struct text first, struct text second)
{
	buffer_clear(&items->key);
	buffer_append_byte(&items->key, (char)('A' + category));
	for (size_t i = 0; i < first.bytes && i < 1024; i++)
		buffer_append_byte(&items->key, has_class(category) ? first.data[i] : ascii_lower(first.data[i]));
	buffer_append_byte(&items->key, '\0');
	buffer_append(&items->key, second.data, size_min(second.bytes, 1024));
	return buffer_view(&items->key);
}

/* Two procedures of one heading are the same when their steps are. */
static struct text procedure_key(struct extract_items *items, const struct extract_item *item)
{
	uint64_t hash = 0;
	for (uint32_t i = item->first; i; i = items->values[i - 1].next) {
		struct text value = value_text(items, &items->values[i - 1]);
		if (items->values[i - 1].key == DOCUMENT_KEY_STEP)
			hash = XXH3_64bits_withSeed(value.data, value.bytes, hash);
	}
	struct text bytes = { (const char *)&hash, sizeof(hash) };
	return make_key(items, item->category, extract_items_value(items, item, DOCUMENT_KEY_NAME), bytes);
}

static struct text item_key(struct extract_items *items, const struct extract_item *item)
{
	struct text name = extract_items_value(items, item, DOCUMENT_KEY_NAME);
	if (item->category == DOCUMENT_ACTIVATION_PROCEDURES)
		return procedure_key(items, item);
	if (item->category == DOCUMENT_ALARMS || item->category == DOCUMENT_ACTIONS) /* "restart" is another action in another class */
		return make_key(items, item->category, name, extract_items_value(items, item, DOCUMENT_KEY_MO_CLASS));
	if (!has_class(item->category))
		return make_key(items, item->category, name, TEXT_LITERAL(""));
	struct text attribute = extract_items_value(items, item, DOCUMENT_KEY_ATTRIBUTE);
	return make_key(items, item->category, extract_items_value(items, item, DOCUMENT_KEY_MO_CLASS), attribute.bytes ? attribute : name);
}

/* Features are also known by their identity. */
static struct text feature_key(struct extract_items *items, const struct extract_item *item)
{
	struct text faj = extract_items_value(items, item, DOCUMENT_KEY_FAJ);
	bool feature = item->category == DOCUMENT_RELATED_FEATURES || item->category == DOCUMENT_MAIN_FEATURES;
	return feature && faj.bytes > 0 ? make_key(items, item->category, faj, TEXT_LITERAL("FAJ")) : TEXT_LITERAL("");
}

static void remember(struct extract_items *items, struct text key, uint32_t index)
{
	if (key.bytes == 0)
		return;
	uint32_t *place = string_map_add(&items->by_name, key, NULL);
	if (!place)
		items->status = -ENOMEM;
	else if (*place == 0)
		*place = index + 1;
}

static struct extract_item *find_item(struct extract_items *items, const struct extract_item *finding)
{
	struct text key = feature_key(items, finding);
	uint32_t *place = key.bytes ? string_map_find(&items->by_name, key) : NULL;
	if (place)
		return &items->items[*place - 1];
	bool named_by_faj = key.bytes > 0;
	place = string_map_find(&items->by_name, item_key(items, finding));
	struct extract_item *item = place ? &items->items[*place - 1] : NULL;
	/* The same name with another identity is another feature. */
	return item && named_by_faj && (item->keys & KEY_BIT(DOCUMENT_KEY_FAJ)) ? NULL : item;
}

/* --- merging ------------------------------------------------------------------------------------------------------- */

static int richness(const struct extract_item *item)
{
	return __builtin_popcount(item->keys & ~KEY_BIT(DOCUMENT_KEY_DETAIL));
}

/* Moves the values of `from` whose key `to` lacks. */
static bool complete(struct extract_items *items, struct extract_item *to, const struct extract_item *from)
{
	uint32_t missing = from->keys & ~to->keys;
	if (to->keys & set_keys)
		missing &= ~set_keys;
	for (uint32_t i = from->first, next; i; i = next) {
		next = items->values[i - 1].next;
		if (missing & KEY_BIT(items->values[i - 1].key))
			link_value(items, to, i - 1);
	}
	return missing != 0;
}

/* Copies instead of moving: one finding may complete several items. */
static void complete_copy(struct extract_items *items, struct extract_item *to, const struct extract_item *from)
{
	uint32_t missing = from->keys & ~to->keys & ~set_keys;
	for (uint32_t i = from->first; i && missing; i = items->values[i - 1].next) {
		if (!(missing & KEY_BIT(items->values[i - 1].key)) || !grow_values(items))
			continue;
		items->values[items->value_count] = items->values[i - 1];
		link_value(items, to, (uint32_t)items->value_count++);
	}
}

static bool merge(struct extract_items *items, struct extract_item *item, struct extract_item *finding)
{
	bool better = richness(finding) > richness(item) ||
		(richness(finding) == richness(item) && finding->confidence > item->confidence);
	float confidence = item->confidence > finding->confidence ? item->confidence : finding->confidence;
	bool weak = item->weak && finding->weak;
	bool used = better;
	if (better) {
		complete(items, finding, item);
		finding->next_same = item->next_same;
		*item = *finding;
	} else {
		used = complete(items, item, finding);
	}
	item->confidence = confidence;
	item->weak = weak;
	return used;
}

static void remember_attribute(struct extract_items *items, uint32_t index)
{
	struct extract_item *item = &items->items[index];
	if (!has_class(item->category) || !(item->keys & KEY_BIT(DOCUMENT_KEY_MO_CLASS)))
		return;
	struct text attribute = extract_items_value(items, item, DOCUMENT_KEY_ATTRIBUTE);
	uint32_t *place = string_map_add(&items->by_attribute, make_key(items, item->category, TEXT_LITERAL(""), attribute), NULL);
	if (!place) {
		items->status = -ENOMEM;
		return;
	}
	item->next_same = *place;
	*place = index + 1;
}

static void add_item(struct extract_items *items, struct extract_item finding)
{
	if (items->count == items->capacity) {
		size_t capacity = items->capacity ? items->capacity * 2 : 64;
		struct extract_item *grown = capacity < UINT32_MAX ? realloc(items->items, capacity * sizeof(*grown)) : NULL;
		if (!grown) {
			items->status = -ENOMEM;
			return;
		}
		items->items = grown;
		items->capacity = capacity;
	}
	uint32_t index = (uint32_t)items->count++;
	items->items[index] = finding;
	remember_attribute(items, index);
}

static void forget_open(struct extract_items *items)
{
	items->value_count = items->open_value;
	buffer_truncate(&items->strings, items->open_string);
}

void extract_items_abandon(struct extract_items *items)
{
	CHECK(items->open.category < DOCUMENT_CATEGORY_COUNT);
	items->open.category = DOCUMENT_CATEGORY_COUNT;
	if (!items->status)
		forget_open(items);
}

void extract_items_close(struct extract_items *items)
{
	CHECK(items->open.category < DOCUMENT_CATEGORY_COUNT);
	struct extract_item finding = items->open;
	if (items->status || !(finding.keys & KEY_BIT(DOCUMENT_KEY_NAME))) {
		extract_items_abandon(items);
		return;
	}
	items->open.category = DOCUMENT_CATEGORY_COUNT;
	struct extract_item *item = find_item(items, &finding);
	uint32_t index = item ? (uint32_t)(item - items->items) : (uint32_t)items->count;
	if (!item)
		add_item(items, finding);
	else if (!merge(items, item, &finding)) {
		forget_open(items);
		return;
	}
	if (items->status)
		return;
	remember(items, item_key(items, &items->items[index]), index);
	remember(items, feature_key(items, &items->items[index]), index);
}

/* --- afterwards ---------------------------------------------------------------------------------------------------- */

bool extract_items_know(struct extract_items *items, enum document_category category, struct text mo_class, struct text attribute)
{
	return string_map_find(&items->by_name, make_key(items, category, mo_class, attribute)) != NULL;
}

bool extract_items_know_feature(struct extract_items *items, struct text faj)
{
	return string_map_find(&items->by_name, make_key(items, DOCUMENT_MAIN_FEATURES, faj, TEXT_LITERAL("FAJ"))) ||
		string_map_find(&items->by_name, make_key(items, DOCUMENT_RELATED_FEATURES, faj, TEXT_LITERAL("FAJ")));
}

struct text extract_items_class_of(struct extract_items *items, struct text attribute)
{
	uint32_t *place = string_map_find(&items->by_attribute, make_key(items, DOCUMENT_PARAMETERS, TEXT_LITERAL(""), attribute));
	if (!place || items->items[*place - 1].next_same)
		return TEXT_LITERAL("");
	return extract_items_value(items, &items->items[*place - 1], DOCUMENT_KEY_MO_CLASS);
}

static void join_classes(struct extract_items *items, struct extract_item *bare)
{
	struct text attribute = extract_items_value(items, bare, DOCUMENT_KEY_ATTRIBUTE);
	uint32_t *place = string_map_find(&items->by_attribute, make_key(items, bare->category, TEXT_LITERAL(""), attribute));
	if (!place)
		return;
	struct extract_item *only = &items->items[*place - 1];
	if (!only->next_same)
		merge(items, only, bare);
	for (uint32_t i = *place; i && only->next_same; i = items->items[i - 1].next_same)
		complete_copy(items, &items->items[i - 1], bare);
	bare->dropped = true;
}

/* "the EUtranCellFDD.pmBadCoverages of a cell": the name without its "s" is known, and this form stands in running text alone. */
static bool is_plural_of_known(struct extract_items *items, const struct extract_item *item)
{
	struct text attribute = extract_items_value(items, item, DOCUMENT_KEY_ATTRIBUTE);
	if (!item->weak || attribute.bytes < 3 || attribute.data[attribute.bytes - 1] != 's')
		return false;
	struct text singular = text_slice(attribute, 0, attribute.bytes - 1);
	struct text mo_class = extract_items_value(items, item, DOCUMENT_KEY_MO_CLASS);
	return extract_items_know(items, item->category, mo_class, singular) ||
		string_map_find(&items->by_attribute, make_key(items, item->category, TEXT_LITERAL(""), singular)) ||
		extract_items_know(items, item->category, TEXT_LITERAL(""), singular);
}

void extract_items_resolve(struct extract_items *items)
{
	for (size_t i = 0; i < items->count && !items->status; i++)
		if (has_class(items->items[i].category) && is_plural_of_known(items, &items->items[i]))
			items->items[i].dropped = true;
	for (size_t i = 0; i < items->count && !items->status; i++) {
		struct extract_item *item = &items->items[i];
		if (has_class(item->category) && !item->dropped && !(item->keys & KEY_BIT(DOCUMENT_KEY_MO_CLASS)))
			join_classes(items, item);
	}
}

static uint32_t name_position(const struct extract_items *items, const struct extract_item *item)
{
	for (uint32_t i = item->first; i; i = items->values[i - 1].next)
		if (items->values[i - 1].key == DOCUMENT_KEY_NAME)
			return items->values[i - 1].span.offset;
	return item->span.offset;
}

static int compare_position(const void *a, const void *b)
{
	const struct extract_item *left = a, *right = b;
	if (left->position != right->position)
		return left->position < right->position ? -1 : 1;
	return left->first < right->first ? -1 : left->first > right->first;
}

static void write_values(const struct extract_items *items, const struct extract_item *item, struct document_builder *document)
{
	for (uint32_t i = item->first; i; i = items->values[i - 1].next)
		if (items->values[i - 1].key == DOCUMENT_KEY_NAME)
			document_builder_add_attribute(document, DOCUMENT_KEY_NAME, value_text(items, &items->values[i - 1]), items->values[i - 1].span);
	for (uint32_t i = item->first; i; i = items->values[i - 1].next)
		if (items->values[i - 1].key != DOCUMENT_KEY_NAME)
			document_builder_add_attribute(document, items->values[i - 1].key, value_text(items, &items->values[i - 1]), items->values[i - 1].span);
}

float extract_items_write(struct extract_items *items, struct document_builder *document)
{
	double sum = 0;
	size_t written = 0;
	for (size_t i = 0; i < items->count; i++)
		items->items[i].position = name_position(items, &items->items[i]);
	if (items->count > 1)
		qsort(items->items, items->count, sizeof(*items->items), compare_position);
	for (size_t i = 0; i < items->count; i++) {
		const struct extract_item *item = &items->items[i];
		if (item->dropped)
			continue;
		document_builder_add_item(document, item->category, item->confidence, item->span);
		write_values(items, item, document);
		sum += (double)item->confidence;
		written++;
	}
	return written ? (float)(sum / (double)written) : 1.0f;
}
