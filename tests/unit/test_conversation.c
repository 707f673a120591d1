/* test_conversation.c: the block of conversations: round trip, damage, and passages against the document. */
#include "proto/conversation.h"
#include "tests/unit/support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <xxhash.h>

static struct conversation_builder *build_sample(void)
{
	struct conversation_builder *builder = conversation_builder_create();

	assert_non_null(builder);
	conversation_builder_add(builder, (struct conversation){ .question = CONVERSATION_ACTIVATION, .span = { 2, 5 }, .accepted = 1,
								 .tier = DOCUMENT_TIER_QUALITY, .scores = { .combined = 1.0000001f } });
	conversation_builder_set(builder, CONVERSATION_MODEL, TEXT_LITERAL("built-in"));
	conversation_builder_set(builder, CONVERSATION_PARAMETERS, TEXT_LITERAL("A.b\nC.d"));
	conversation_builder_add_message(builder, CONVERSATION_USER, TEXT_LITERAL("How is it activated?"));
	conversation_builder_add_message(builder, CONVERSATION_ASSISTANT, TEXT_LITERAL("By a command."));
	conversation_builder_add(builder, (struct conversation){ .question = CONVERSATION_FACTUAL });
	conversation_builder_set(builder, CONVERSATION_REASON, TEXT_LITERAL("42 is not in the source"));
	conversation_builder_add_message(builder, CONVERSATION_USER, TEXT_LITERAL("What?"));
	conversation_builder_add_item(builder, DOCUMENT_PARAMETERS, 0.5f, (struct document_range){ 2, 5 }, TEXT_LITERAL("tiny"), TEXT_LITERAL(""));
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("Title"), (struct document_range){ 2, 5 });
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_ATTRIBUTE, TEXT_LITERAL("itle"), (struct document_range){ 3, 4 });
	conversation_builder_add_item(builder, DOCUMENT_EVENTS, 0, (struct document_range){ 0, 7 }, TEXT_LITERAL("tiny"), TEXT_LITERAL("not there"));
	conversation_builder_add_attribute(builder, DOCUMENT_KEY_NAME, TEXT_LITERAL("EVENT_X"), (struct document_range){ 0, 0 });
	return builder;
}

static uint8_t *write_block(struct conversation_builder *builder, size_t *ret_bytes)
{
	int64_t bytes = conversation_builder_bytes(builder);
	uint8_t *block = NULL;

	assert_true(bytes > 0);
	block = malloc((size_t)bytes);
	assert_non_null(block);
	conversation_builder_write(builder, block);
	conversation_builder_destroy(builder);
	*ret_bytes = (size_t)bytes;
	return block;
}

static bool field_is(const struct conversation_set *set, struct document_range range, struct text expected)
{
	return text_equal(conversation_text(set, range), expected);
}

static void test_round_trip(void **state)
{
	struct conversation_set set;
	size_t bytes;
	uint8_t *block = write_block(build_sample(), &bytes);

	(void)state;
	assert_int_equal(conversation_open(block, bytes, &set, NULL), 0);
	assert_int_equal(set.count, 2);
	assert_int_equal(set.header->status, 0);
	const struct conversation *first = &set.conversations[0], *second = &set.conversations[1];
	assert_int_equal(first->question, CONVERSATION_ACTIVATION);
	assert_int_equal(first->accepted, 1);
	assert_int_equal(first->message_count, 2);
	assert_true(first->scores.combined == 1.0f);
	assert_true(field_is(&set, first->model, TEXT_LITERAL("built-in")));
	assert_true(field_is(&set, first->parameters, TEXT_LITERAL("A.b\nC.d")));
	assert_true(field_is(&set, first->reason, TEXT_LITERAL("")));
	assert_true(field_is(&set, set.messages[first->message_first + 1].text, TEXT_LITERAL("By a command.")));
	assert_int_equal(set.messages[first->message_first + 1].role, CONVERSATION_ASSISTANT);
	assert_int_equal(second->message_first, 2);
	assert_true(field_is(&set, second->reason, TEXT_LITERAL("42 is not in the source")));
	assert_true(field_is(&set, second->model, TEXT_LITERAL("")));
	free(block);
}

static void check_items(const struct conversation_set *set)
{
	assert_int_equal(set->item_count, 2);
	const struct conversation_item *one = &set->items[0], *two = &set->items[1];
	assert_int_equal(one->item.category, DOCUMENT_PARAMETERS);
	assert_true(one->item.confidence == 0.5f);
	assert_int_equal(one->item.span.offset, 2);
	assert_int_equal(one->item.attribute_count, 2);
	assert_true(field_is(set, one->model, TEXT_LITERAL("tiny")));
	assert_int_equal(one->reason.bytes, 0);
	assert_true(text_equal(conversation_item_value(set, one, DOCUMENT_KEY_NAME), TEXT_LITERAL("Title")));
	assert_true(text_equal(conversation_item_value(set, one, DOCUMENT_KEY_ATTRIBUTE), TEXT_LITERAL("itle")));
	assert_int_equal(set->attributes[one->item.attribute_first + 1].span.bytes, 4);
	assert_true(field_is(set, two->reason, TEXT_LITERAL("not there")));
	assert_true(text_equal(conversation_item_value(set, two, DOCUMENT_KEY_NAME), TEXT_LITERAL("EVENT_X")));
	assert_int_equal(conversation_item_value(set, two, DOCUMENT_KEY_ATTRIBUTE).bytes, 0);
}

static void test_items_of_models_go_from_block_to_block(void **state)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation_set set, copied;
	size_t bytes, copied_bytes;
	uint8_t *block = write_block(build_sample(), &bytes);

	(void)state;
	assert_int_equal(conversation_open(block, bytes, &set, NULL), 0);
	check_items(&set);
	conversation_builder_copy_items(builder, &set);
	uint8_t *copy = write_block(builder, &copied_bytes);
	free(block);
	assert_int_equal(conversation_open(copy, copied_bytes, &copied, NULL), 0);
	assert_int_equal(copied.count, 0);
	check_items(&copied);
	free(copy);
}

static void test_failure_and_emptiness(void **state)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation_set set;
	size_t bytes;

	(void)state;
	conversation_builder_fail(builder, TEXT_LITERAL("no model answered"));
	uint8_t *block = write_block(builder, &bytes);
	assert_int_equal(conversation_open(block, bytes, &set, NULL), 0);
	assert_int_equal(set.header->status, 1);
	assert_int_equal(set.count, 0);
	assert_true(field_is(&set, set.header->reason, TEXT_LITERAL("no model answered")));
	free(block);
	block = write_block(conversation_builder_create(), &bytes);
	assert_int_equal(conversation_open(block, bytes, &set, NULL), 0);
	assert_int_equal(set.count, 0);
	free(block);
	conversation_builder_destroy(NULL);
}

static void test_passages_against_the_document(void **state)
{
	static const struct document_header header = { .bytes = 0 };
	struct document document = { .header = &header, .markdown = { "# Title", 7 }, .chunk_count = 1 };
	struct conversation_set set;
	size_t bytes;
	uint8_t *block = write_block(build_sample(), &bytes);

	(void)state;
	assert_int_equal(conversation_open(block, bytes, &set, NULL), 0);
	assert_int_equal(conversation_check_spans(&set, &document, NULL), 0);
	document.markdown.bytes = 6; /* the passage is 2 + 5 */
	assert_int_equal(conversation_check_spans(&set, &document, NULL), ERROR_INPUT_REJECTED);
	document.markdown.bytes = 7;
	document.chunk_count = 0;
	assert_int_equal(conversation_check_spans(&set, &document, NULL), ERROR_INPUT_REJECTED);
	document.chunk_count = 1;
	((struct conversation_item *)(uintptr_t)set.items)[1].item.span.bytes = 8; /* not of one that was taken, either */
	assert_int_equal(conversation_check_spans(&set, &document, NULL), ERROR_INPUT_REJECTED);
	((struct conversation_item *)(uintptr_t)set.items)[1].item.span.bytes = 7;
	((struct document_attribute *)(uintptr_t)set.attributes)[1].span.offset = 4;
	assert_int_equal(conversation_check_spans(&set, &document, NULL), ERROR_INPUT_REJECTED);
	free(block);
}

static volatile unsigned sink;

static void read_range(const struct conversation_set *set, struct document_range range)
{
	struct text text = conversation_text(set, range);
	for (size_t i = 0; i < text.bytes; i++)
		sink += (unsigned char)text.data[i];
}

static bool open_and_read(const uint8_t *block, size_t bytes)
{
	struct conversation_set set;
	struct error_text error = { "" };

	if (conversation_open(block, bytes, &set, &error) < 0) {
		assert_true(error.message[0] != '\0');
		return false;
	}
	read_range(&set, set.header->reason);
	for (uint32_t i = 0; i < set.count; i++) {
		const struct conversation *one = &set.conversations[i];
		const struct document_range ranges[] = { one->reason, one->model, one->parameters, one->counters, one->mo_classes, one->terms };
		for (size_t j = 0; j < sizeof(ranges) / sizeof(ranges[0]); j++)
			read_range(&set, ranges[j]);
		sink += (unsigned char)*conversation_question_name(one->question) + (unsigned char)*document_tier_name(one->tier);
		for (uint32_t j = 0; j < one->message_count; j++) {
			read_range(&set, set.messages[one->message_first + j].text);
			sink += (unsigned char)*conversation_role_name(set.messages[one->message_first + j].role);
		}
	}
	for (uint32_t i = 0; i < set.item_count; i++) {
		read_range(&set, set.items[i].model);
		read_range(&set, set.items[i].reason);
		sink += (unsigned char)*document_category_name(set.items[i].item.category);
		for (uint32_t j = 0; j < set.items[i].item.attribute_count; j++) {
			const struct document_attribute *attribute = &set.attributes[set.items[i].item.attribute_first + j];
			read_range(&set, attribute->value);
			sink += (unsigned char)*document_key_name(attribute->key);
		}
	}
	return true;
}

static void seal(uint8_t *block, size_t bytes)
{
	struct conversation_header *header = (void *)block;
	header->body_xxh3 = XXH3_64bits(header + 1, bytes - sizeof(*header));
}

static void test_changed_blocks_are_refused_or_harmless(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xFF, 0x10 };
	size_t bytes, refused = 0;
	uint8_t *block = write_block(build_sample(), &bytes);

	(void)state;
	for (size_t i = 0; i < bytes; i++)
		for (size_t j = 0; j < sizeof(changes); j++) {
			block[i] ^= changes[j];
			bool taken = open_and_read(block, bytes);
			assert_false(taken && i >= sizeof(struct conversation_header));
			seal(block, bytes);
			refused += !open_and_read(block, bytes);
			block[i] ^= changes[j];
			seal(block, bytes);
		}
	assert_true(refused > bytes / 4);
	for (size_t cut = 0; cut < bytes; cut++) {
		uint8_t *copy = malloc(cut ? cut : 1);
		memcpy(copy, block, cut);
		assert_false(open_and_read(copy, cut));
		free(copy);
	}
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_items_of_models_go_from_block_to_block),
		cmocka_unit_test(test_failure_and_emptiness),
		cmocka_unit_test(test_passages_against_the_document),
		cmocka_unit_test(test_changed_blocks_are_refused_or_harmless),
	};
	return cmocka_run_group_tests(tests, support_leaks_setup, support_leaks_teardown);
}
