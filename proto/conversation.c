/* conversation.c: builds and opens the block of conversations that an inference worker leaves in its outbox. Collected in
 * private memory like a document (document_builder.c), opened with the same distrust (document_view.c). */
#include "proto/conversation.h"

#include "proto/layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <xxhash.h>

_Static_assert(sizeof(struct conversation) == 128 && sizeof(struct conversation_message) == 12, "layout of a conversation block");
_Static_assert(sizeof(struct conversation_item) == 40, "layout of a conversation block");
_Static_assert(sizeof(struct conversation_header) == 64, "layout of a conversation block: new sizes need a new CONVERSATION_VERSION");

struct conversation_builder {
	struct buffer conversations, messages, items, attributes; /* arrays of the structs of conversation.h */
	struct buffer strings; /* ranges count from its start until the block is written */
	struct document_range reason;
	bool failed;
};

struct conversation_plan {
	uint64_t conversations, messages, items, attributes, strings, bytes;
};

const char *conversation_role_name(enum conversation_role role)
{
	static const char *const names[CONVERSATION_ROLE_COUNT] = {
		[CONVERSATION_SYSTEM] = "system",
		[CONVERSATION_USER] = "user",
		[CONVERSATION_ASSISTANT] = "assistant",
		[CONVERSATION_REASONING] = "reasoning",
	};
	CHECK(role < CONVERSATION_ROLE_COUNT);
	return names[role];
}

const char *conversation_question_name(enum conversation_question question)
{
	static const char *const names[CONVERSATION_QUESTION_COUNT] = {
		[CONVERSATION_FACTUAL] = "factual",
		[CONVERSATION_CONCEPTUAL] = "conceptual",
		[CONVERSATION_PROCEDURAL] = "procedural",
		[CONVERSATION_CONFIGURATION] = "configuration",
		[CONVERSATION_TROUBLESHOOTING] = "troubleshooting",
		[CONVERSATION_COUNTER_ANALYSIS] = "counter_analysis",
		[CONVERSATION_DEPENDENCY] = "dependency",
		[CONVERSATION_ACTIVATION] = "activation",
		[CONVERSATION_COMPARISON] = "comparison",
		[CONVERSATION_OPTIMISATION] = "optimisation",
		[CONVERSATION_SCENARIO] = "scenario",
	};
	CHECK(question < CONVERSATION_QUESTION_COUNT);
	return names[question];
}

static struct document_range *field_of(struct conversation *conversation, enum conversation_field field)
{
	switch (field) {
	case CONVERSATION_REASON: return &conversation->reason;
	case CONVERSATION_MODEL: return &conversation->model;
	case CONVERSATION_QUESTION_MODEL: return &conversation->question_model;
	case CONVERSATION_JUDGE_MODEL: return &conversation->judge_model;
	case CONVERSATION_PARAMETERS: return &conversation->parameters;
	case CONVERSATION_COUNTERS: return &conversation->counters;
	case CONVERSATION_MO_CLASSES: return &conversation->mo_classes;
	case CONVERSATION_TERMS: return &conversation->terms;
	case CONVERSATION_FIELD_COUNT: break;
	}
	CHECK(!"a field of a conversation");
	return NULL;
}

struct conversation_builder *conversation_builder_create(void)
{
	struct conversation_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return NULL;
	buffer_init(&builder->conversations, DOCUMENT_BYTES_MAX);
	buffer_init(&builder->messages, DOCUMENT_BYTES_MAX);
	buffer_init(&builder->items, DOCUMENT_BYTES_MAX);
	buffer_init(&builder->attributes, DOCUMENT_BYTES_MAX);
	buffer_init(&builder->strings, DOCUMENT_BYTES_MAX);
	return builder;
}

void conversation_builder_destroy(struct conversation_builder *builder)
{
	if (!builder)
		return;
	buffer_done(&builder->conversations);
	buffer_done(&builder->messages);
	buffer_done(&builder->items);
	buffer_done(&builder->attributes);
	buffer_done(&builder->strings);
	free(builder);
}

static struct conversation *last_conversation(struct conversation_builder *builder)
{
	size_t count = builder->conversations.bytes / sizeof(struct conversation);
	return count ? (struct conversation *)(void *)builder->conversations.data + count - 1 : NULL;
}

static struct conversation_scores clamp_scores(struct conversation_scores scores)
{
	return (struct conversation_scores){
		.structural = layout_clamp(scores.structural),
		.coherence = layout_clamp(scores.coherence),
		.relevance = layout_clamp(scores.relevance),
		.accuracy = layout_clamp(scores.accuracy),
		.semantic = layout_clamp(scores.semantic),
		.combined = layout_clamp(scores.combined),
		.confidence = layout_clamp(scores.confidence),
	};
}

void conversation_builder_add(struct conversation_builder *builder, struct conversation conversation)
{
	CHECK(conversation.question < CONVERSATION_QUESTION_COUNT && conversation.tier < DOCUMENT_TIER_COUNT);
	CHECK(conversation.accepted <= 1 && conversation.cmedit <= 1);
	for (enum conversation_field field = 0; field < CONVERSATION_FIELD_COUNT; field++)
		*field_of(&conversation, field) = (struct document_range){ 0, 0 };
	conversation.scores = clamp_scores(conversation.scores);
	conversation.message_first = (uint32_t)(builder->messages.bytes / sizeof(struct conversation_message));
	conversation.message_count = 0;
	buffer_append(&builder->conversations, &conversation, sizeof(conversation));
}

void conversation_builder_add_message(struct conversation_builder *builder, enum conversation_role role, struct text text)
{
	struct conversation *conversation = last_conversation(builder);

	CHECK(role < CONVERSATION_ROLE_COUNT);
	if (builder->conversations.status || builder->messages.status)
		return; /* memory ran out: conversation_builder_bytes says so */
	CHECK(conversation);
	struct conversation_message message = { role, layout_store(&builder->strings, text) };
	buffer_append(&builder->messages, &message, sizeof(message));
	if (builder->messages.status == 0)
		conversation->message_count++;
}

void conversation_builder_set(struct conversation_builder *builder, enum conversation_field field, struct text value)
{
	struct conversation *conversation = last_conversation(builder);

	if (builder->conversations.status)
		return;
	CHECK(conversation);
	*field_of(conversation, field) = layout_store(&builder->strings, value);
}

void conversation_builder_add_item(struct conversation_builder *builder, enum document_category category, float confidence, struct document_range span,
				   struct text model, struct text reason)
{
	CHECK(category < DOCUMENT_CATEGORY_COUNT);
	const struct conversation_item item = {
		.item = { .category = category, .confidence = layout_clamp(confidence), .span = span,
			  .attribute_first = (uint32_t)(builder->attributes.bytes / sizeof(struct document_attribute)) },
		.model = layout_store(&builder->strings, model),
		.reason = layout_store(&builder->strings, reason),
	};
	buffer_append(&builder->items, &item, sizeof(item));
}

void conversation_builder_add_attribute(struct conversation_builder *builder, enum document_key key, struct text value, struct document_range span)
{
	CHECK(key < DOCUMENT_KEY_COUNT);
	if (builder->items.status || builder->attributes.status)
		return; /* memory ran out: conversation_builder_bytes says so */
	CHECK(builder->items.bytes >= sizeof(struct conversation_item));
	struct conversation_item *item = (struct conversation_item *)(void *)(builder->items.data + builder->items.bytes) - 1;
	CHECK((item->item.attribute_count == 0) == (key == DOCUMENT_KEY_NAME));
	const struct document_attribute attribute = { .key = key, .value = layout_store(&builder->strings, value), .span = span };
	buffer_append(&builder->attributes, &attribute, sizeof(attribute));
	if (builder->attributes.status == 0)
		item->item.attribute_count++;
}

void conversation_builder_copy_items(struct conversation_builder *builder, const struct conversation_set *set)
{
	for (uint32_t i = 0; i < set->item_count; i++) {
		const struct conversation_item *item = &set->items[i];
		conversation_builder_add_item(builder, (enum document_category)item->item.category, item->item.confidence, item->item.span,
					      conversation_text(set, item->model), conversation_text(set, item->reason));
		for (uint32_t k = 0; k < item->item.attribute_count; k++) {
			const struct document_attribute *attribute = &set->attributes[item->item.attribute_first + k];
			conversation_builder_add_attribute(builder, (enum document_key)attribute->key, conversation_text(set, attribute->value), attribute->span);
		}
	}
}

void conversation_builder_fail(struct conversation_builder *builder, struct text reason)
{
	builder->failed = true;
	builder->reason = layout_store(&builder->strings, reason);
}

static struct conversation_plan plan_block(const struct conversation_builder *builder)
{
	struct conversation_plan plan;

	plan.conversations = layout_align(sizeof(struct conversation_header), LAYOUT_ALIGNMENT);
	plan.messages = layout_align(plan.conversations + builder->conversations.bytes, LAYOUT_ALIGNMENT);
	plan.items = layout_align(plan.messages + builder->messages.bytes, LAYOUT_ALIGNMENT);
	plan.attributes = layout_align(plan.items + builder->items.bytes, LAYOUT_ALIGNMENT);
	plan.strings = layout_align(plan.attributes + builder->attributes.bytes, LAYOUT_ALIGNMENT);
	plan.bytes = plan.strings + builder->strings.bytes;
	return plan;
}

static int first_failure(const struct conversation_builder *builder)
{
	const struct buffer *buffers[] = { &builder->conversations, &builder->messages, &builder->items, &builder->attributes, &builder->strings };

	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	return 0;
}

int64_t conversation_builder_bytes(const struct conversation_builder *builder)
{
	int status = first_failure(builder);

	if (status < 0)
		return status;
	uint64_t bytes = plan_block(builder).bytes;
	return bytes <= DOCUMENT_BYTES_MAX ? (int64_t)bytes : ERROR_LIMIT_HIT;
}

/* Ranges into the private strings become ranges of the block. */
static void move_texts(uint8_t *block, const struct conversation_plan *plan, const struct conversation_builder *builder)
{
	uint32_t strings = (uint32_t)plan->strings;
	struct conversation *conversations = (void *)(block + plan->conversations);
	struct conversation_message *messages = (void *)(block + plan->messages);
	struct conversation_item *items = (void *)(block + plan->items);
	struct document_attribute *attributes = (void *)(block + plan->attributes);

	for (size_t i = 0; i < builder->conversations.bytes / sizeof(*conversations); i++)
		for (enum conversation_field field = 0; field < CONVERSATION_FIELD_COUNT; field++) {
			struct document_range *range = field_of(&conversations[i], field);
			*range = layout_move(*range, strings);
		}
	for (size_t i = 0; i < builder->messages.bytes / sizeof(*messages); i++)
		messages[i].text = layout_move(messages[i].text, strings);
	for (size_t i = 0; i < builder->items.bytes / sizeof(*items); i++) {
		items[i].model = layout_move(items[i].model, strings);
		items[i].reason = layout_move(items[i].reason, strings);
	}
	for (size_t i = 0; i < builder->attributes.bytes / sizeof(*attributes); i++)
		attributes[i].value = layout_move(attributes[i].value, strings);
}

static struct document_array array_of(uint64_t offset, const struct buffer *elements, size_t element_bytes)
{
	return (struct document_array){ (uint32_t)offset, (uint32_t)(elements->bytes / element_bytes) };
}

void conversation_builder_write(const struct conversation_builder *builder, void *place)
{
	struct conversation_plan plan = plan_block(builder);
	struct conversation_header *header = place;
	uint8_t *block = place;

	CHECK(layout_aligned(place, LAYOUT_ALIGNMENT));
	CHECK(first_failure(builder) == 0 && plan.bytes <= DOCUMENT_BYTES_MAX);
	layout_place(block, plan.conversations, plan.messages, &builder->conversations);
	layout_place(block, plan.messages, plan.items, &builder->messages);
	layout_place(block, plan.items, plan.attributes, &builder->items);
	layout_place(block, plan.attributes, plan.strings, &builder->attributes);
	layout_place(block, plan.strings, plan.bytes, &builder->strings);
	move_texts(block, &plan, builder);
	*header = (struct conversation_header){
		.magic = CONVERSATION_MAGIC,
		.version = CONVERSATION_VERSION,
		.status = builder->failed,
		.body_xxh3 = XXH3_64bits(block + sizeof(*header), plan.bytes - sizeof(*header)),
		.bytes = (uint32_t)plan.bytes,
		.reason = layout_move(builder->reason, (uint32_t)plan.strings),
		.conversations = array_of(plan.conversations, &builder->conversations, sizeof(struct conversation)),
		.messages = array_of(plan.messages, &builder->messages, sizeof(struct conversation_message)),
		.items = array_of(plan.items, &builder->items, sizeof(struct conversation_item)),
		.attributes = array_of(plan.attributes, &builder->attributes, sizeof(struct document_attribute)),
	};
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static int refuse(struct error_text *error, const char *what, uint64_t found)
{
	return error_set(error, ERROR_INPUT_REJECTED, "conversation block: %s (found %" PRIu64 ")", what, found);
}

static int check_header(const struct conversation_header *header, size_t bytes, struct error_text *error)
{
	if (header->magic != CONVERSATION_MAGIC)
		return refuse(error, "wrong magic number", header->magic);
	if (header->version != CONVERSATION_VERSION)
		return error_set(error, ERROR_VERSION_MISMATCH, "conversation block: version %u, this program reads %d: use programs of one build",
				 header->version, CONVERSATION_VERSION);
	if (header->status > 1)
		return refuse(error, "unknown status", header->status);
	if (header->bytes < sizeof(*header) || header->bytes > bytes || header->bytes > DOCUMENT_BYTES_MAX)
		return refuse(error, "its length does not fit the extent", header->bytes);
	if (XXH3_64bits(header + 1, header->bytes - sizeof(*header)) != header->body_xxh3)
		return refuse(error, "the checksum of its body is wrong", header->body_xxh3);
	if (!layout_range_inside(header->reason, header->bytes))
		return refuse(error, "its reason lies outside the block", header->reason.offset);
	if (!layout_array_inside(header->conversations, sizeof(struct conversation), sizeof(*header), header->bytes) ||
	    !layout_array_inside(header->messages, sizeof(struct conversation_message), sizeof(*header), header->bytes) ||
	    !layout_array_inside(header->items, sizeof(struct conversation_item), sizeof(*header), header->bytes) ||
	    !layout_array_inside(header->attributes, sizeof(struct document_attribute), sizeof(*header), header->bytes))
		return refuse(error, "an array lies outside the block", header->conversations.offset);
	return 0;
}

static bool scores_valid(const struct conversation_scores *scores)
{
	return layout_share(scores->structural) && layout_share(scores->coherence) && layout_share(scores->relevance) &&
	       layout_share(scores->accuracy) && layout_share(scores->semantic) && layout_share(scores->combined) &&
	       layout_share(scores->confidence);
}

/* As in a document: texts may not share bytes so often that reading them all costs more than the block is long. */
static bool text_valid(const struct conversation_set *set, struct document_range range, uint64_t *sum)
{
	*sum += range.bytes;
	return layout_range_inside(range, set->header->bytes) && *sum <= set->header->bytes;
}

static int check_conversations(const struct conversation_set *set, uint64_t *sum, struct error_text *error)
{
	uint32_t next = 0, message_count = set->header->messages.count;

	for (uint32_t i = 0; i < set->count; i++) {
		struct conversation conversation = set->conversations[i];
		if (conversation.question >= CONVERSATION_QUESTION_COUNT || conversation.tier >= DOCUMENT_TIER_COUNT ||
		    conversation.accepted > 1 || conversation.cmedit > 1)
			return refuse(error, "a conversation of an unknown kind", i);
		const struct conversation_marks *marks = &conversation.marks;
		if (marks->faithfulness > CONVERSATION_MARK_MAX || marks->usefulness > CONVERSATION_MARK_MAX ||
		    marks->self_containedness > CONVERSATION_MARK_MAX)
			return refuse(error, "a mark is above 5", i);
		if (!scores_valid(&conversation.scores))
			return refuse(error, "a score is not between 0 and 1", i);
		if (conversation.message_first != next || conversation.message_count > message_count - next)
			return refuse(error, "the messages of a conversation are not those that follow", i);
		next += conversation.message_count;
		for (enum conversation_field field = 0; field < CONVERSATION_FIELD_COUNT; field++)
			if (!text_valid(set, *field_of(&conversation, field), sum))
				return refuse(error, "a text of a conversation lies outside the block", i);
	}
	if (next != message_count)
		return refuse(error, "messages that belong to no conversation", message_count - next);
	for (uint32_t i = 0; i < message_count; i++)
		if (set->messages[i].role >= CONVERSATION_ROLE_COUNT || !text_valid(set, set->messages[i].text, sum))
			return refuse(error, "a message has an unknown role or lies outside the block", i);
	return 0;
}

static int check_items(const struct conversation_set *set, uint64_t *sum, struct error_text *error)
{
	uint32_t next = 0, attribute_count = set->header->attributes.count;

	for (uint32_t i = 0; i < set->item_count; i++) {
		const struct conversation_item *one = &set->items[i];
		if (one->item.category >= DOCUMENT_CATEGORY_COUNT || !layout_share(one->item.confidence))
			return refuse(error, "an item of an unknown category, or with a confidence that is none", i);
		if (one->item.attribute_first != next || one->item.attribute_count > attribute_count - next || one->item.attribute_count == 0)
			return refuse(error, "the attributes of an item are not those that follow", i);
		if (!text_valid(set, one->model, sum) || !text_valid(set, one->reason, sum))
			return refuse(error, "a text of an item lies outside the block", i);
		for (uint32_t end = next + one->item.attribute_count; next < end; next++) {
			const struct document_attribute *attribute = &set->attributes[next];
			bool first = next == one->item.attribute_first;
			if (attribute->key >= DOCUMENT_KEY_COUNT || (attribute->key == DOCUMENT_KEY_NAME) != first || (first && attribute->value.bytes == 0) ||
			    !text_valid(set, attribute->value, sum))
				return refuse(error, "an attribute of an item has an unknown key, no name, or lies outside the block", i);
		}
	}
	return next == attribute_count ? 0 : refuse(error, "attributes that belong to no item", attribute_count - next);
}

int conversation_open(const void *block, size_t bytes, struct conversation_set *ret_set, struct error_text *error)
{
	const struct conversation_header *header = block;
	uint64_t sum = 0;

	if (!layout_aligned(block, LAYOUT_ALIGNMENT))
		return refuse(error, "it does not begin at a multiple of 8", (uintptr_t)block % LAYOUT_ALIGNMENT);
	if (bytes < sizeof(*header))
		return refuse(error, "shorter than its header", bytes);
	int status = check_header(header, bytes, error);
	if (status < 0)
		return status;
	struct conversation_set set = {
		.header = header,
		.conversations = (const void *)((const uint8_t *)block + header->conversations.offset),
		.messages = (const void *)((const uint8_t *)block + header->messages.offset),
		.items = (const void *)((const uint8_t *)block + header->items.offset),
		.attributes = (const void *)((const uint8_t *)block + header->attributes.offset),
		.count = header->conversations.count,
		.item_count = header->items.count,
	};
	status = check_conversations(&set, &sum, error);
	if (status == 0)
		status = check_items(&set, &sum, error);
	if (status == 0)
		*ret_set = set;
	return status;
}

int conversation_check_spans(const struct conversation_set *set, const struct document *document, struct error_text *error)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct conversation *conversation = &set->conversations[i];
		if (conversation->chunk_index >= document->chunk_count)
			return refuse(error, "a conversation names a chunk that its document has not", conversation->chunk_index);
		if (!layout_range_inside(conversation->span, document->markdown.bytes))
			return refuse(error, "the passage of a conversation lies outside its document", conversation->span.offset);
	}
	for (uint32_t i = 0; i < set->item_count; i++)
		if (!layout_range_inside(set->items[i].item.span, document->markdown.bytes))
			return refuse(error, "the place of an item lies outside its document", set->items[i].item.span.offset);
	for (uint32_t i = 0; i < set->header->attributes.count; i++)
		if (!layout_range_inside(set->attributes[i].span, document->markdown.bytes))
			return refuse(error, "the place of an attribute lies outside its document", set->attributes[i].span.offset);
	return 0;
}

struct text conversation_text(const struct conversation_set *set, struct document_range block_range)
{
	CHECK(layout_range_inside(block_range, set->header->bytes));
	return (struct text){ (const char *)set->header + block_range.offset, block_range.bytes };
}

struct text conversation_item_value(const struct conversation_set *set, const struct conversation_item *item, enum document_key key)
{
	for (uint32_t i = 0; i < item->item.attribute_count; i++)
		if (set->attributes[item->item.attribute_first + i].key == key)
			return conversation_text(set, set->attributes[item->item.attribute_first + i].value);
	return TEXT_LITERAL("");
}
