#define _GNU_SOURCE
#include "tests/unit/extract_support.h"

#include "workers/preprocess/preprocess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct domain *domain;
static struct settings settings;

int extract_support_setup(void **state)
{
	(void)state;
	settings_init(&settings);
	domain = sample_domain("ran");
	return domain ? 0 : -1;
}

int extract_support_teardown(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

/* A name that a converter broke over lines stands in its span with the break. */
static void check_item(const struct document *document, const struct document_item *item)
{
	assert_true(item->attribute_count > 0);
	const struct document_attribute *first = &document->attributes[item->attribute_first];
	assert_int_equal(first->key, DOCUMENT_KEY_NAME);
	struct text name = document_text(document, first->value), place = document_span(document, first->span);
	assert_true(name.bytes > 0 && place.bytes > 0);
	assert_true(first->span.offset >= item->span.offset);
	assert_true(first->span.offset + first->span.bytes <= item->span.offset + item->span.bytes);
	bool formatted = memmem(place.data, place.bytes, "<br", 3) || memchr(place.data, '\\', place.bytes) || memchr(place.data, '`', place.bytes) ||
		memchr(place.data, '*', place.bytes) || memchr(place.data, ' ', place.bytes);
	if (!formatted)
		assert_true(text_equal(name, place));
	assert_true(item->confidence > 0 && item->confidence <= 1);
	for (uint32_t i = 1; i < item->attribute_count; i++)
		assert_int_not_equal(document->attributes[item->attribute_first + i].key, DOCUMENT_KEY_NAME);
}

void extract_run(struct extract_input input, struct sample *ret_sample)
{
	struct document_builder *builder = document_builder_create();
	assert_non_null(builder);
	document_builder_set_status(builder, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
	document_builder_set_format(builder, DOCUMENT_FORMAT_MARKDOWN, 0);
	document_builder_set_markdown(builder, text_from(input.markdown));
	if (input.kind)
		document_builder_set_meta(builder, DOCUMENT_META_KIND, text_from(input.kind));
	if (input.title)
		document_builder_set_meta(builder, DOCUMENT_META_TITLE, text_from(input.title));
	assert_int_equal(extract_document(&settings, domain, text_from(input.name ? input.name : "feature.md"),
					  text_from(input.container ? input.container : ""), builder), 0);
	sample_finish(builder, ret_sample);
	for (uint32_t i = 0; i < ret_sample->document.item_count; i++)
		check_item(&ret_sample->document, &ret_sample->document.items[i]);
}

void extract_markdown(const char *markdown, struct sample *ret_sample)
{
	extract_run((struct extract_input){ .markdown = markdown }, ret_sample);
}

static bool is_named(const struct document *document, const struct document_item *item, struct text name)
{
	struct text own = document_item_value(document, item, DOCUMENT_KEY_NAME);
	struct text mo_class = document_item_value(document, item, DOCUMENT_KEY_MO_CLASS);
	struct text attribute = document_item_value(document, item, DOCUMENT_KEY_ATTRIBUTE);
	bool qualified = mo_class.bytes > 0 && name.bytes == mo_class.bytes + 1 + attribute.bytes && text_starts_with(name, mo_class) &&
		name.data[mo_class.bytes] == '.' && text_ends_with_nocase(name, attribute);
	return qualified || (mo_class.bytes == 0 && text_equal(own, name)) || (text_equal(own, name) && attribute.bytes == 0);
}

const struct document_item *extract_find(const struct sample *sample, enum document_category category, const char *name)
{
	for (uint32_t i = 0; i < sample->document.item_count; i++) {
		const struct document_item *item = &sample->document.items[i];
		if (item->category == (uint32_t)category && is_named(&sample->document, item, text_from(name)))
			return item;
	}
	return NULL;
}

size_t extract_count(const struct sample *sample, enum document_category category)
{
	size_t count = 0;
	for (uint32_t i = 0; i < sample->document.item_count; i++)
		count += sample->document.items[i].category == (uint32_t)category;
	return count;
}

static void append_values(const struct document *document, const struct document_item *item, enum document_key key, struct buffer *out)
{
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		if (attribute->key != (uint32_t)key)
			continue;
		if (out->bytes > 0)
			buffer_append_string(out, " | ");
		buffer_append_text(out, document_text(document, attribute->value));
		if (key != DOCUMENT_KEY_SET_MO)
			continue;
		assert_true(i + 2 < item->attribute_count);
		assert_int_equal(attribute[1].key, DOCUMENT_KEY_SET_ATTRIBUTE);
		assert_int_equal(attribute[2].key, DOCUMENT_KEY_SET_VALUE);
		buffer_append_byte(out, '.');
		buffer_append_text(out, document_text(document, attribute[1].value));
		buffer_append_byte(out, '=');
		buffer_append_text(out, document_text(document, attribute[2].value));
	}
}

void extract_expect(const struct sample *sample, enum document_category category, const char *name, ...)
{
	const struct document_item *item = extract_find(sample, category, name);
	struct buffer values;
	va_list arguments;
	if (!item)
		fail_msg("no %s \"%s\"", document_category_name(category), name);
	buffer_init(&values, 1 << 20);
	va_start(arguments, name);
	for (int key; (key = va_arg(arguments, int)) != DOCUMENT_KEY_COUNT;) {
		buffer_clear(&values);
		append_values(&sample->document, item, (enum document_key)key, &values);
		assert_string_equal(buffer_string(&values), va_arg(arguments, const char *));
	}
	va_end(arguments);
	buffer_done(&values);
}

void extract_expect_names(const struct sample *sample, enum document_category category, const char *names)
{
	struct buffer found;
	buffer_init(&found, 1 << 20);
	for (uint32_t i = 0; i < sample->document.item_count; i++) {
		const struct document_item *item = &sample->document.items[i];
		if (item->category != (uint32_t)category)
			continue;
		if (found.bytes > 0)
			buffer_append_string(&found, " | ");
		struct text mo_class = document_item_value(&sample->document, item, DOCUMENT_KEY_MO_CLASS);
		struct text attribute = document_item_value(&sample->document, item, DOCUMENT_KEY_ATTRIBUTE);
		buffer_append_text(&found, mo_class);
		if (mo_class.bytes > 0)
			buffer_append_byte(&found, '.');
		buffer_append_text(&found, attribute.bytes > 0 ? attribute : document_item_value(&sample->document, item, DOCUMENT_KEY_NAME));
	}
	assert_string_equal(buffer_string(&found), names);
	buffer_done(&found);
}

void extract_expect_meta(const struct sample *sample, enum document_meta meta, const char *value)
{
	struct buffer copy;
	buffer_init(&copy, 1 << 20);
	buffer_append_text(&copy, document_meta(&sample->document, meta));
	assert_string_equal(buffer_string(&copy), value);
	buffer_done(&copy);
}

struct text extract_span(const struct sample *sample, enum document_category category, const char *name)
{
	const struct document_item *item = extract_find(sample, category, name);
	assert_non_null(item);
	return document_span(&sample->document, item->span);
}
