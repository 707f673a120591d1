/* model_items.c: items that the rules missed and a model names (see model_pairs.h). One whose name does not stand in the piece is refused;
 * of the others a question about each becomes a pair, through the same gate. They do not become items of the document: what stands in
 * extractions.jsonl has a span for every value, and a model gives none. */
#define _GNU_SOURCE
#include "workers/inference/model_pairs.h"

#include "base/utf8.h"
#include "workers/inference/fact_tokens.h"

#include <json-c/json.h>

static const struct {
	const char *category, *family;
	enum conversation_question kind;
} questions[] = {
	{ "parameter", "question.parameter", CONVERSATION_FACTUAL },
	{ "counter", "question.counter", CONVERSATION_COUNTER_ANALYSIS },
	{ "event", "question.event", CONVERSATION_FACTUAL },
	{ "feature", "question.concept", CONVERSATION_CONCEPTUAL },
};

static bool is_known(const struct document *document, struct text name)
{
	for (uint32_t i = 0; i < document->item_count; i++)
		if (text_equal(document_item_value(document, &document->items[i], DOCUMENT_KEY_NAME), name) ||
		    text_equal(document_item_value(document, &document->items[i], DOCUMENT_KEY_ATTRIBUTE), name))
			return true;
	return false;
}

/* Parameters, counters and events have identifiers, features names of their own: "minutes" is neither. */
static bool is_name(struct text name, struct text category)
{
	if (text_equal(category, TEXT_LITERAL("feature")))
		return ascii_is_upper(name.data[0]);
	return !memchr(name.data, ' ', name.bytes) && fact_is_identifier(name);
}

static void refuse(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply, struct text name, struct text description,
		   const char *why)
{
	struct buffer reason;

	buffer_init(&reason, PAIR_REASON_BYTES_MAX);
	buffer_append_format(&reason, "item: \"%.*s\" %s", (int)utf8_floor(name, size_min(name.bytes, 200)), name.data, why);
	model_pairs_add_refused(pairs, call, CONVERSATION_FACTUAL, name, description, reply, buffer_view(&reason));
	buffer_done(&reason);
}

static void ask(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply, size_t category, struct text name,
		struct text description)
{
	const struct document *document = pairs->document;
	struct text feature = document_meta(document, DOCUMENT_META_FEATURE_NAME);
	struct template_values values = { .count = 0 };
	struct buffer question;

	template_values_set(&values, "name", name);
	template_values_set(&values, "topic", name);
	template_values_set(&values, "feature", feature);
	template_values_set(&values, "document", feature.bytes ? feature : document_meta(document, DOCUMENT_META_TITLE));
	buffer_init(&question, PAIR_REASON_BYTES_MAX);
	if (template_question(&pairs->picker, questions[category].family, &values, &question)) {
		const struct model_candidate candidate = { .kind = questions[category].kind, .question = buffer_view(&question), .answer = description,
							   .evidence = name };
		model_pairs_add_candidate(pairs, call, reply, &candidate);
	}
	buffer_done(&question);
}

void model_items_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "items");
	struct text piece = document_span(pairs->document, call->span);

	for (size_t i = 0; i < (list ? json_object_array_length(list) : 0) && pairs->status == 0; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct text name = text_trim(model_member(one, "name")), description = text_trim(model_member(one, "description"));
		if (!name.bytes || is_known(pairs->document, name))
			continue;
		if (!memmem(piece.data, piece.bytes, name.data, name.bytes)) {
			refuse(pairs, call, reply, name, description, "does not stand in the source");
			continue;
		}
		if (!is_name(name, model_member(one, "category"))) {
			refuse(pairs, call, reply, name, description, "is no name of such an item");
			continue;
		}
		for (size_t k = 0; k < COUNT_OF(questions) && description.bytes; k++)
			if (text_equal(model_member(one, "category"), text_from(questions[k].category)))
				ask(pairs, call, reply, k, name, description);
	}
}
