/* model_items.c: items that the rules missed and a model names (see model_pairs.h). One whose name does not stand in the piece is refused. The
 * others go into the block of conversations as items, with the place of the name and what of the description the source says word for word;
 * a question about each becomes a pair, through the same gate as any other. What rules or an earlier reply found is not added again. */
#define _GNU_SOURCE
#include "workers/inference/model_pairs.h"

#include "base/utf8.h"
#include "workers/inference/fact_tokens.h"

#include <errno.h>
#include <json-c/json.h>

enum { KNOWN = 1, KNOWN_WITHOUT_CLASS = 2, QUALIFIED_BYTES_MAX = 512 };

static const struct {
	const char *category, *family;
	enum conversation_question kind;
	enum document_category item;
} questions[] = {
	{ "parameter", "question.parameter", CONVERSATION_FACTUAL, DOCUMENT_PARAMETERS },
	{ "counter", "question.counter", CONVERSATION_COUNTER_ANALYSIS, DOCUMENT_COUNTERS },
	{ "event", "question.event", CONVERSATION_FACTUAL, DOCUMENT_EVENTS },
	{ "feature", "question.concept", CONVERSATION_CONCEPTUAL, DOCUMENT_RELATED_FEATURES },
};

struct named { /* an item as the model gave it */
	struct text name, description;
	struct text mo_class, attribute; /* of the name, of a parameter or counter; or empty */
	size_t question;                 /* of `questions` */
	enum document_category category;
	struct document_range place;     /* the name in the Markdown */
};

/* --- what is known -------------------------------------------------------------------------------------------------------- */

static void learn(struct model_pairs *pairs, struct text name, uint32_t how)
{
	uint32_t *value = name.bytes ? string_map_add(&pairs->known, name, NULL) : NULL;

	if (value)
		*value |= how;
	else if (name.bytes)
		pairs->status = -ENOMEM;
}

static void learn_qualified(struct model_pairs *pairs, struct text mo_class, struct text attribute)
{
	char name[QUALIFIED_BYTES_MAX];

	if (!mo_class.bytes || !attribute.bytes || mo_class.bytes + 1 + attribute.bytes > sizeof(name))
		return;
	memcpy(name, mo_class.data, mo_class.bytes);
	name[mo_class.bytes] = '.';
	memcpy(name + mo_class.bytes + 1, attribute.data, attribute.bytes);
	learn(pairs, (struct text){ name, mo_class.bytes + 1 + attribute.bytes }, KNOWN);
}

static void learn_rules(struct model_pairs *pairs)
{
	const struct document *document = pairs->document;

	for (uint32_t i = 0; i < document->item_count && pairs->status == 0; i++) {
		const struct document_item *item = &document->items[i];
		struct text classes = document_item_value(document, item, DOCUMENT_KEY_MO_CLASS), one;
		struct text attribute = document_item_value(document, item, DOCUMENT_KEY_ATTRIBUTE);
		learn(pairs, document_item_value(document, item, DOCUMENT_KEY_NAME), classes.bytes ? KNOWN : KNOWN | KNOWN_WITHOUT_CLASS);
		learn(pairs, attribute, KNOWN);
		learn(pairs, document_item_value(document, item, DOCUMENT_KEY_FAJ), KNOWN);
		while (text_next_field(&classes, '\n', &one))
			learn_qualified(pairs, one, attribute);
	}
}

/* A name without class says less than one with it: who knows either knows the other. */
static bool is_known(const struct model_pairs *pairs, const struct named *named)
{
	const uint32_t *whole = string_map_find(&pairs->known, named->name);
	const uint32_t *part = named->mo_class.bytes ? string_map_find(&pairs->known, named->attribute) : NULL;

	return (whole && *whole & KNOWN) || (part && *part & KNOWN_WITHOUT_CLASS);
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

/* Where the name stands as words of its own. */
static bool find_name(struct text piece, struct text name, size_t *ret_start)
{
	bool word_first = ascii_is_word(name.data[0]), word_last = ascii_is_word(name.data[name.bytes - 1]);
	size_t from = 0;
	const char *found;

	while (from < piece.bytes && (found = memmem(piece.data + from, piece.bytes - from, name.data, name.bytes))) {
		size_t start = (size_t)(found - piece.data), end = start + name.bytes;
		if (!(word_first && start > 0 && ascii_is_word(piece.data[start - 1])) && !(word_last && end < piece.bytes && ascii_is_word(piece.data[end]))) {
			*ret_start = start;
			return true;
		}
		from = start + 1;
	}
	return false;
}

enum { TIER_OF_CONFIGURATION = 2 };

struct term { size_t bytes; bool is_thing; };

static bool see_term(void *context, size_t start, size_t end, unsigned tier)
{
	struct term *term = context;

	term->is_thing |= start == 0 && end == term->bytes && tier > TIER_OF_CONFIGURATION;
	return true;
}

/* Parameters, counters and events have identifiers that are no terms of the trade (eNodeB, PDCCH), features names of their own: "minutes" is
 * none of them. */
static bool is_name(const struct domain *domain, const struct named *named)
{
	struct term term = { .bytes = named->name.bytes };

	if (named->category == DOCUMENT_RELATED_FEATURES)
		return ascii_is_upper(named->name.data[0]);
	domain_scan_terms(domain, named->name, see_term, &term);
	return !term.is_thing && !memchr(named->name.data, ' ', named->name.bytes) && fact_is_identifier(named->name);
}

/* Class and attribute of "Class.attribute"; which of parameter and counter it is its name says, not the model. */
static void take_apart(struct named *named)
{
	const char *dot = memchr(named->name.data, '.', named->name.bytes);
	size_t at = dot ? (size_t)(dot - named->name.data) : 0;

	if (named->category == DOCUMENT_RELATED_FEATURES)
		return;
	if (domain_is_counter(named->name))
		named->category = DOCUMENT_COUNTERS;
	else if (named->category == DOCUMENT_COUNTERS)
		named->category = DOCUMENT_PARAMETERS;
	if (named->category == DOCUMENT_EVENTS)
		return;
	named->attribute = named->name;
	if (at == 0 || at + 1 >= named->name.bytes || !ascii_is_upper(named->name.data[0]) || !ascii_is_lower(named->name.data[at + 1]))
		return;
	named->mo_class = text_slice(named->name, 0, at);
	named->attribute = text_slice(named->name, at + 1, named->name.bytes);
}

/* --- items ------------------------------------------------------------------------------------------------------------------ */

static void refuse(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply, const struct named *named, const char *why)
{
	struct buffer reason;

	buffer_init(&reason, PAIR_REASON_BYTES_MAX);
	buffer_append_format(&reason, "\"%.*s\" %s", (int)utf8_floor(named->name, size_min(named->name.bytes, 200)), named->name.data, why);
	conversation_builder_add_item(pairs->out, named->category, 0, call->span, text_from(reply->model), buffer_view(&reason));
	conversation_builder_add_attribute(pairs->out, DOCUMENT_KEY_NAME, named->name, (struct document_range){ 0, 0 });
	if (named->description.bytes)
		conversation_builder_add_attribute(pairs->out, DOCUMENT_KEY_DESCRIPTION, named->description, (struct document_range){ 0, 0 });
	buffer_done(&reason);
}

static void add_part(struct model_pairs *pairs, enum document_key key, const struct named *named, struct text part)
{
	if (part.bytes)
		conversation_builder_add_attribute(pairs->out, key, part,
						   (struct document_range){ named->place.offset + (uint32_t)(part.data - named->name.data), (uint32_t)part.bytes });
}

/* What the source says and the model repeats, in the source's words. */
static void add_description(struct model_pairs *pairs, const struct plan_call *call, const struct named *named)
{
	struct text piece = document_span(pairs->document, call->span);
	size_t start, end;

	if (!evidence_find_quote(piece, named->description, &start, &end) || memchr(piece.data + start, '|', end - start)) /* over cells of a table */
		return;
	end += end < piece.bytes && piece.data[end] == '.';
	buffer_clear(&pairs->rendered);
	block_append_plain(&pairs->rendered, text_slice(piece, start, end));
	conversation_builder_add_attribute(pairs->out, DOCUMENT_KEY_DESCRIPTION, buffer_view(&pairs->rendered),
					   (struct document_range){ call->span.offset + (uint32_t)start, (uint32_t)(end - start) });
}

static void add_item(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply, const struct named *named)
{
	learn(pairs, named->name, named->mo_class.bytes ? KNOWN : KNOWN | KNOWN_WITHOUT_CLASS);
	learn(pairs, named->attribute, KNOWN);
	conversation_builder_add_item(pairs->out, named->category, (float)pairs->settings->extract.model_confidence, named->place, text_from(reply->model),
				      TEXT_LITERAL(""));
	add_part(pairs, DOCUMENT_KEY_NAME, named, named->name);
	add_part(pairs, DOCUMENT_KEY_MO_CLASS, named, named->mo_class);
	add_part(pairs, DOCUMENT_KEY_ATTRIBUTE, named, named->attribute);
	add_description(pairs, call, named);
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

/* False: the model gave none, or one that is there already. */
static bool read_item(const struct model_pairs *pairs, struct json_object *one, struct named *ret_named)
{
	struct named named = { .name = text_trim(model_member(one, "name")), .description = text_trim(model_member(one, "description")) };
	struct text category = model_member(one, "category");

	while (named.question < COUNT_OF(questions) && !text_equal(category, text_from(questions[named.question].category)))
		named.question++;
	if (named.question == COUNT_OF(questions) || !named.name.bytes)
		return false;
	named.category = questions[named.question].item;
	take_apart(&named);
	*ret_named = named;
	return !is_known(pairs, &named);
}

void model_items_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "items");
	struct text piece = document_span(pairs->document, call->span);
	struct named named;
	size_t start;

	if (list && pairs->known.count == 0)
		learn_rules(pairs);
	for (size_t i = 0; i < (list ? json_object_array_length(list) : 0) && pairs->status == 0; i++) {
		if (!read_item(pairs, json_object_array_get_idx(list, i), &named))
			continue;
		if (!find_name(piece, named.name, &start)) {
			refuse(pairs, call, reply, &named, "does not stand in the source");
			continue;
		}
		if (!is_name(pairs->domain, &named)) {
			refuse(pairs, call, reply, &named, "is no name of such an item");
			continue;
		}
		named.place = (struct document_range){ call->span.offset + (uint32_t)start, (uint32_t)named.name.bytes };
		add_item(pairs, call, reply, &named);
		if (named.description.bytes)
			ask(pairs, call, reply, named.question, named.name, named.description);
	}
}
