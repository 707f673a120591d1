#include "coordinator/dataset/row.h"

#include "base/json_writer.h"

enum { ROW_ID_BYTES_MAX = 4096, CONTENT_ID_DIGITS = 12, SCORE_DECIMALS = 4, TERMS_MAX = 256 /* of a pair; workers give fewer */ };

static void append_document_id(const struct row_source *source, const struct document *document, struct buffer *out)
{
	struct text id = document_meta(document, DOCUMENT_META_DOCUMENT_ID);

	if (id.bytes)
		buffer_append_text(out, id);
	else
		buffer_append_format(out, "doc-%.*s", CONTENT_ID_DIGITS, source->hash);
}

/* "<first 12 hex digits of the content's hash>-<chunk>" with the document's own id in front when it has one. */
static void append_chunk_id(const struct row_source *source, const struct document *document, uint32_t chunk_index, struct buffer *out)
{
	struct text id = document_meta(document, DOCUMENT_META_DOCUMENT_ID);

	if (id.bytes)
		buffer_append_format(out, "%.*s-", TEXT_ARGS(id));
	buffer_append_format(out, "%.*s-%u", CONTENT_ID_DIGITS, source->hash, chunk_index);
}

static void member_list(struct json_writer *json, const char *key, struct text list)
{
	struct text entry;

	json_key(json, key);
	json_array_open(json);
	while (text_next_field(&list, '\n', &entry))
		json_text(json, entry);
	json_array_close(json);
}

static bool list_has(struct text list, struct text wanted)
{
	struct text entry;

	while (text_next_field(&list, '\n', &entry))
		if (text_equal(entry, wanted))
			return true;
	return false;
}

/* Of the document's table of terms. A parameter or counter whose class and attribute stand in columns of their own is in none as a whole: it
 * is an exact one all the same. */
static uint32_t tier_of(const struct document *document, struct text parameters, struct text counters, struct text term)
{
	for (uint32_t i = 0; i < document->term_count; i++)
		if (text_equal(document_text(document, document->terms[i].name), term))
			return document->terms[i].tier;
	return list_has(parameters, term) || list_has(counters, term) ? 1 : 0;
}

/* The record's terms by tier. */
static void member_tiers(struct json_writer *json, const struct document *document, const struct conversation_set *set,
			 const struct conversation *conversation)
{
	static const char *const names[] = { "tier_1", "tier_2", "tier_3", "tier_4" };
	struct text parameters = conversation_text(set, conversation->parameters), counters = conversation_text(set, conversation->counters);
	struct text rest = conversation_text(set, conversation->terms), term;
	uint32_t tiers[TERMS_MAX];
	size_t count = 0;

	while (count < TERMS_MAX && text_next_field(&rest, '\n', &term))
		tiers[count++] = tier_of(document, parameters, counters, term);
	json_key(json, "tier_classification");
	json_object_open(json);
	for (uint32_t tier = 1; tier <= COUNT_OF(names); tier++) {
		rest = conversation_text(set, conversation->terms);
		json_key(json, names[tier - 1]);
		json_array_open(json);
		for (size_t i = 0; i < count && text_next_field(&rest, '\n', &term); i++)
			if (tiers[i] == tier)
				json_text(json, term);
		json_array_close(json);
	}
	json_object_close(json);
}

static void member_scores(struct json_writer *json, const struct conversation_scores *scores)
{
	json_member_fixed(json, "quality_score", (double)scores->combined * 10, 2);
	json_key(json, "scores");
	json_object_open(json);
	json_member_fixed(json, "structural", scores->structural, SCORE_DECIMALS);
	json_member_fixed(json, "semantic", scores->semantic, SCORE_DECIMALS);
	json_member_fixed(json, "coherence", scores->coherence, SCORE_DECIMALS);
	json_member_fixed(json, "relevance", scores->relevance, SCORE_DECIMALS);
	json_member_fixed(json, "accuracy", scores->accuracy, SCORE_DECIMALS);
	json_object_close(json);
	json_member_fixed(json, "confidence", scores->confidence, SCORE_DECIMALS);
}

static void member_marks(struct json_writer *json, const struct conversation_marks *marks, struct text model)
{
	json_key(json, "judge"); /* also of a pair that was not judged, with 0: all rows have the same members */
	json_object_open(json);
	json_member_text(json, "model", model);
	json_member_unsigned(json, "faithfulness", marks->faithfulness);
	json_member_unsigned(json, "usefulness", marks->usefulness);
	json_member_unsigned(json, "self_containedness", marks->self_containedness);
	json_object_close(json);
}

/* In code points of the document's `text` in extractions.jsonl. */
static void member_span(struct json_writer *json, const struct utf8_index *characters, struct document_range span)
{
	json_key(json, "source_span");
	json_object_open(json);
	json_member_unsigned(json, "start", utf8_index_at(characters, span.offset));
	json_member_unsigned(json, "end", utf8_index_at(characters, (size_t)span.offset + span.bytes));
	json_object_close(json);
}

/* With `reasoning` every answer has the member, if only an empty one. */
static void member_messages(struct json_writer *json, const struct conversation_set *set, const struct conversation *conversation, bool reasoning)
{
	json_key(json, "messages");
	json_array_open(json);
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i], *before = i ? message - 1 : NULL;
		if (message->role == CONVERSATION_REASONING)
			continue;
		json_object_open(json);
		json_member_string(json, "role", conversation_role_name(message->role));
		json_member_text(json, "content", conversation_text(set, message->text));
		bool reasoned = before && before->role == CONVERSATION_REASONING;
		if (reasoned || (reasoning && message->role == CONVERSATION_ASSISTANT))
			json_member_text(json, "reasoning_content", reasoned ? conversation_text(set, before->text) : TEXT_LITERAL(""));
		json_object_close(json);
	}
	json_array_close(json);
}

static void member_origin(struct json_writer *json, const struct row_source *source, const struct document *document,
			  const struct conversation *conversation)
{
	struct buffer id;

	buffer_init(&id, ROW_ID_BYTES_MAX);
	json_member_text(json, "feature_name", document_meta(document, DOCUMENT_META_FEATURE_NAME));
	json_member_text(json, "document_title", document_meta(document, DOCUMENT_META_TITLE));
	json_member_string(json, "source_file", source->source);
	json_member_string(json, "source_zip", source->container);
	json_member_string(json, "source_dataset", source->dataset_name);
	append_document_id(source, document, &id);
	json_member_text(json, "document_id", buffer_view(&id));
	buffer_clear(&id);
	append_chunk_id(source, document, conversation->chunk_index, &id);
	json_member_text(json, "chunk_id", buffer_view(&id));
	member_span(json, source->characters, conversation->span);
	buffer_done(&id);
}

void row_append_record(const struct row_source *source, const struct document *document, const struct conversation_set *set,
		       uint32_t conversation_index, struct buffer *out)
{
	const struct conversation *conversation = &set->conversations[conversation_index];
	struct text terms = conversation_text(set, conversation->terms);
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	member_messages(&json, set, conversation, source->reasoning);
	json_key(&json, "metadata");
	json_object_open(&json);
	member_origin(&json, source, document, conversation);
	json_member_string(&json, "question_type", conversation_question_name(conversation->question));
	member_scores(&json, &conversation->scores);
	member_marks(&json, &conversation->marks, conversation_text(set, conversation->judge_model));
	member_list(&json, "technical_terms", terms);
	member_tiers(&json, document, set, conversation);
	member_list(&json, "parameters", conversation_text(set, conversation->parameters));
	member_list(&json, "counters", conversation_text(set, conversation->counters));
	json_member_text(&json, "faj_code", document_meta(document, DOCUMENT_META_FAJ_CODE));
	member_list(&json, "cxc_codes", document_meta(document, DOCUMENT_META_CXC_CODES));
	member_list(&json, "mo_classes", conversation_text(set, conversation->mo_classes));
	json_member_string(&json, "model_tier", document_tier_name(conversation->tier));
	json_member_text(&json, "model", conversation_text(set, conversation->model));
	json_member_text(&json, "question_model", conversation_text(set, conversation->question_model));
	json_member_boolean(&json, "cmedit_enhanced", conversation->cmedit != 0);
	json_member_boolean(&json, "enhancement_applied", conversation->cmedit != 0);
	json_object_close(&json);
	json_object_close(&json);
	buffer_append_byte(out, '\n');
}

/* --- what was left out: one shape for documents, pairs and items ---------------------------------------------------------------- */

struct rejection {
	const char *kind, *source, *container, *format, *gate;
	struct text reason;
	double score;
};

static void open_rejection(struct json_writer *json, const struct rejection *rejection)
{
	json_object_open(json);
	json_member_string(json, "kind", rejection->kind);
	json_member_string(json, "source_file", rejection->source);
	json_member_string(json, "source_zip", rejection->container);
	json_member_string(json, "format", rejection->format);
	json_member_string(json, "gate", rejection->gate);
	json_member_fixed(json, "score", rejection->score, SCORE_DECIMALS);
	json_member_text(json, "reason", rejection->reason);
}

static void close_rejection(struct json_writer *json, const char *category, struct text name, struct text description, struct text model)
{
	json_key(json, "item"); /* empty texts unless it is one: all rows have the same members */
	json_object_open(json);
	json_member_string(json, "category", category);
	json_member_text(json, "name", name);
	json_member_text(json, "description", description);
	json_member_text(json, "model", model);
	json_object_close(json);
	json_object_close(json);
	buffer_append_byte(json->out, '\n');
}

static void member_no_messages(struct json_writer *json)
{
	json_key(json, "messages");
	json_array_open(json);
	json_array_close(json);
}

void row_append_rejected_pair(const struct row_source *source, const struct document *document, const struct conversation_set *set,
			      uint32_t conversation_index, const char *gate, struct text reason, struct buffer *out)
{
	const struct conversation *conversation = &set->conversations[conversation_index];
	struct json_writer json;
	struct rejection rejection = { "pair", source->source, source->container, document_format_name(document->header->format), gate,
				       reason, conversation->scores.combined };

	json_init(&json, out, 0);
	open_rejection(&json, &rejection);
	member_messages(&json, set, conversation, false);
	close_rejection(&json, "", TEXT_LITERAL(""), TEXT_LITERAL(""), conversation_text(set, conversation->model));
}

void row_append_rejected_item(const struct row_source *source, const struct document *document, const struct conversation_set *set,
			      uint32_t item_index, struct buffer *out)
{
	const struct conversation_item *item = &set->items[item_index];
	struct json_writer json;
	struct rejection rejection = { "item", source->source, source->container, document_format_name(document->header->format),
				       document_gate_name(DOCUMENT_GATE_EXTRACTION), conversation_text(set, item->reason), (double)item->item.confidence };

	json_init(&json, out, 0);
	open_rejection(&json, &rejection);
	member_no_messages(&json);
	close_rejection(&json, document_category_name(item->item.category), conversation_item_value(set, item, DOCUMENT_KEY_NAME),
			conversation_item_value(set, item, DOCUMENT_KEY_DESCRIPTION), conversation_text(set, item->model));
}

void row_append_rejected_document(const struct state_row *row, struct buffer *out)
{
	struct json_writer json;
	struct rejection rejection = { "document", row->source, row->container, row->format, row->gate, text_from(row->reason), row->score };

	json_init(&json, out, 0);
	open_rejection(&json, &rejection);
	member_no_messages(&json);
	close_rejection(&json, "", TEXT_LITERAL(""), TEXT_LITERAL(""), TEXT_LITERAL(""));
}

void row_append_failed_document(const struct state_row *row, struct buffer *out)
{
	struct json_writer json;

	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "source_file", row->source);
	json_member_string(&json, "source_zip", row->container);
	json_member_string(&json, "format", row->format);
	json_member_string(&json, "gate", row->gate);
	json_member_unsigned(&json, "bytes", row->bytes > 0 ? (uint64_t)row->bytes : 0);
	json_member_unsigned(&json, "attempts", row->attempts > 0 ? (uint64_t)row->attempts : 0);
	json_member_string(&json, "reason", row->reason);
	json_object_close(&json);
	buffer_append_byte(out, '\n');
}

/* --- what was taken out of documents --------------------------------------------------------------------------------------- */

static void append_removal(struct json_writer *json, const struct document *document, const struct document_removal *removal)
{
	json_object_open(json);
	json_member_string(json, "kind", document_removed_name(removal->kind));
	json_member_string(json, "why", document_removed_why(removal->kind));
	json_member_unsigned(json, "line", removal->place.unit == DOCUMENT_UNIT_LINE ? removal->place.number : 0);
	json_member_unsigned(json, "page", removal->place.unit == DOCUMENT_UNIT_PAGE ? removal->place.number : 0);
	json_member_text(json, "text", document_text(document, removal->text));
	json_member_unsigned(json, "text_bytes", removal->text_bytes);
	json_object_close(json);
}

bool row_append_removed(const char *source, const char *container, const struct document *document, struct buffer *out)
{
	const uint32_t *removed = document->header->removed;
	uint64_t sum = 0;
	struct json_writer json;

	for (int kind = 0; kind < DOCUMENT_REMOVED_COUNT; kind++)
		sum += removed[kind];
	if (sum == 0)
		return false;
	json_init(&json, out, 0);
	json_object_open(&json);
	json_member_string(&json, "source_file", source);
	json_member_string(&json, "source_zip", container);
	json_key(&json, "counts");
	json_object_open(&json);
	for (int kind = 0; kind < DOCUMENT_REMOVED_COUNT; kind++)
		if (removed[kind])
			json_member_unsigned(&json, document_removed_name(kind), removed[kind]);
	json_object_close(&json);
	json_key(&json, "removed");
	json_array_open(&json);
	for (uint32_t i = 0; i < document->removal_count; i++)
		append_removal(&json, document, &document->removals[i]);
	json_array_close(&json);
	json_object_close(&json);
	buffer_append_byte(out, '\n');
	return true;
}
