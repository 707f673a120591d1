/* model_pairs.c: see model_pairs.h. */
#define _GNU_SOURCE
#include "workers/inference/model_pairs.h"

#include "base/utf8.h"
#include "workers/inference/cmedit.h"
#include "workers/inference/generator.h"
#include "workers/inference/question_fit.h"

#include <errno.h>
#include <json-c/json.h>
#include <xxhash.h>

enum { TEXT_BYTES_MAX = 1 << 20, TURNS_MAX = 16 };
#define QUOTED_CONFIDENCE 0.95f /* the model named its evidence, and it is there */
#define FOUND_CONFIDENCE 0.85f  /* the evidence had to be looked for */

void model_reply_init(struct model_reply *reply)
{
	*reply = (struct model_reply){ .state = MODEL_REPLY_NONE };
	buffer_init(&reply->raw, MODEL_RAW_BYTES_MAX);
	buffer_init(&reply->thinking, TEXT_BYTES_MAX);
}

void model_reply_done(struct model_reply *reply)
{
	json_object_put(reply->value);
	reply->value = NULL;
	buffer_done(&reply->raw);
	buffer_done(&reply->thinking);
}

int model_pairs_init(struct model_pairs *pairs, const struct settings *settings, const struct domain *domain, const struct document *document,
		     struct conversation_builder *out)
{
	size_t count;
	const struct text *mentions = domain_list(domain, DOMAIN_LIST_SOURCE_MENTIONS, &count);
	struct buffer *buffers[] = { &pairs->question, &pairs->answer, &pairs->rendered };

	*pairs = (struct model_pairs){ .settings = settings, .domain = domain, .document = document, .out = out };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], TEXT_BYTES_MAX);
	buffer_init(&pairs->reason, PAIR_REASON_BYTES_MAX);
	draft_init(&pairs->draft, &pairs->prose, document);
	passage_init(&pairs->passage, domain);
	pairs->passage.title = document_meta(document, DOCUMENT_META_TITLE);
	string_map_init(&pairs->known);
	template_picker_init(&pairs->picker, domain, XXH3_64bits_withSeed(document->markdown.data, document->markdown.bytes, settings->run.seed));
	int status = prose_init(&pairs->prose, domain);
	if (status == 0)
		status = phrases_init(&pairs->mentions, mentions, count);
	if (status == 0)
		status = blocks_scan(document->markdown, &pairs->blocks);
	return status;
}

void model_pairs_done(struct model_pairs *pairs)
{
	struct buffer *buffers[] = { &pairs->question, &pairs->answer, &pairs->rendered, &pairs->reason };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
	draft_done(&pairs->draft);
	passage_done(&pairs->passage);
	string_map_done(&pairs->known);
	prose_done(&pairs->prose);
	phrases_done(&pairs->mentions);
	blocks_done(&pairs->blocks);
}

/* --- one answer against its source ---------------------------------------------------------------------------------- */

static bool has_text(struct text haystack, struct text needle)
{
	return needle.bytes > 2 && memmem(haystack.data, haystack.bytes, needle.data, needle.bytes);
}

/* What the source of an answer is when it may come from `place`: the place itself, and what stands over it: headings, header rows. */
static void use_place(struct model_pairs *pairs, const struct plan_call *call, enum conversation_question kind, struct document_range place)
{
	struct draft *draft = &pairs->draft;
	const struct document_chunk *chunk = &pairs->document->chunks[call->chunk];

	draft_begin(draft, kind);
	buffer_append_text(&draft->source, document_text(pairs->document, chunk->heading_path));
	buffer_append_string(&draft->source, "\n\n");
	if (call->header.bytes && place.offset == call->span.offset) {
		buffer_append_text(&draft->source, document_span(pairs->document, call->header));
		if (draft->source.data && draft->source.data[draft->source.bytes - 1] != '\n')
			buffer_append_byte(&draft->source, '\n');
	}
	draft_use_span(draft, place);
	buffer_append_text(&draft->question, buffer_view(&pairs->question));
	buffer_append_text(&draft->answer, buffer_view(&pairs->answer));
}

/* Names of items in the place that question or answer speak of, be it by the attribute alone. */
static void list_items(struct model_pairs *pairs, struct document_range place)
{
	const struct document *document = pairs->document;
	struct draft *draft = &pairs->draft;
	char full[DRAFT_NAME_BYTES_MAX];

	for (uint32_t i = 0; i < document->item_count; i++) {
		const struct document_item *item = &document->items[i];
		bool inside = item->span.offset >= place.offset && item->span.offset < place.offset + place.bytes;
		if (!inside || (item->category != DOCUMENT_PARAMETERS && item->category != DOCUMENT_COUNTERS))
			continue;
		struct text name = document_item_value(document, item, DOCUMENT_KEY_NAME), attribute = document_item_value(document, item, DOCUMENT_KEY_ATTRIBUTE);
		if (!has_text(buffer_view(&draft->answer), name) && !has_text(buffer_view(&draft->answer), attribute))
			continue;
		draft_list_add(item->category == DOCUMENT_PARAMETERS ? &draft->parameters : &draft->counters, draft_item_name(document, item, full));
		draft_list_add(&draft->mo_classes, document_item_value(document, item, DOCUMENT_KEY_MO_CLASS));
	}
}

/* An answer that is right and too brief is filled up with sentences of its evidence that it does not have. */
static void lengthen(struct model_pairs *pairs, struct document_range place)
{
	uint64_t least = pairs->settings->generate.answer_chars_min;

	for (size_t i = 0; i < pairs->blocks.count && pairs->answer.bytes; i++) {
		const struct block *block = &pairs->blocks.items[i];
		bool inside = block->start >= place.offset && block->end <= place.offset + place.bytes;
		if (!inside || block->kind != BLOCK_PARAGRAPH)
			continue;
		buffer_clear(&pairs->rendered);
		prose_render(&pairs->rendered, pairs->domain, text_slice(pairs->document->markdown, block->content_start, block->content_end));
		model_lengthen(&pairs->prose, buffer_view(&pairs->rendered), least, &pairs->answer);
	}
}

/* Commands have to be ones; what is in them the fact gate has looked at. Those of an answer whose score is too low are looked at too: another
 * measure may let it in (pair_scores.h). */
static void check_commands(struct model_pairs *pairs, struct conversation *conversation)
{
	struct text rest = buffer_view(&pairs->draft.answer), line;
	struct domain_match match;
	struct error_text wrong = { "" };

	if (pairs->reason.bytes && !pair_gate_refused_by_score(buffer_view(&pairs->reason)))
		return;
	while (text_next_line(&rest, &line)) {
		line = text_trim(line);
		if (!text_starts_with(line, TEXT_LITERAL("cmedit ")) || !domain_search(pairs->domain, DOMAIN_PATTERN_COMMAND, line, 0, &match))
			continue;
		conversation->cmedit = 1;
		if (cmedit_check(pairs->domain, line, NULL, 0, &wrong) < 0) {
			buffer_clear(&pairs->reason);
			buffer_append_format(&pairs->reason, "command: %s", wrong.message);
			return;
		}
	}
}

/* Holds the pair against one place; true when it is supported there, or the place is the `last` one. */
static bool try_place(struct model_pairs *pairs, const struct plan_call *call, const struct model_candidate *candidate, const struct evidence *evidence,
		      size_t place, struct conversation *conversation)
{
	const struct pair_gate gate = { pairs->settings, pairs->domain, pairs->document, &pairs->passage };
	bool last = place + 1 == evidence->count;

	use_place(pairs, call, candidate->kind, evidence->places[place]);
	pairs->draft.confidence = evidence->quoted ? QUOTED_CONFIDENCE : FOUND_CONFIDENCE;
	int status = draft_status(&pairs->draft);
	if (status == 0)
		status = passage_index(&pairs->passage, buffer_view(&pairs->draft.source));
	if (status == -ENOMEM)
		pairs->status = status;
	if (status < 0) {
		buffer_append_string(&pairs->reason, error_describe(status));
		return true;
	}
	list_items(pairs, evidence->places[place]);
	*conversation = pair_gate_conversation(&gate, &pairs->draft);
	buffer_clear(&pairs->reason);
	pair_gate_judge(&gate, &pairs->draft, conversation, &pairs->reason);
	check_commands(pairs, conversation);
	return pairs->reason.bytes == 0 || last;
}

/* Reasoning is kept when it holds against the same source. */
static struct text model_pairs_reasoning(struct model_pairs *pairs, const struct model_candidate *candidate, const struct model_reply *reply)
{
	struct text reasoning = text_trim(candidate->reasoning.bytes ? candidate->reasoning : buffer_view(&reply->thinking));
	struct passage_verdict verdict;

	if (strcmp(pairs->settings->generate.reasoning, "strip") == 0 || reasoning.bytes == 0)
		return TEXT_LITERAL("");
	passage_check(&pairs->passage, reasoning, &verdict);
	return candidate->reasoning.bytes && verdict.supported < verdict.facts ? TEXT_LITERAL("") : reasoning;
}

void model_pairs_add_refused(struct model_pairs *pairs, const struct plan_call *call, enum conversation_question kind, struct text question,
			     struct text answer, const struct model_reply *reply, struct text reason)
{
	struct conversation conversation = { .question = kind, .chunk_index = call->chunk, .span = call->span,
					     .tier = pair_gate_tier(pairs->settings, pairs->document) };

	conversation_builder_add(pairs->out, conversation);
	conversation_builder_add_message(pairs->out, CONVERSATION_USER, question);
	conversation_builder_add_message(pairs->out, CONVERSATION_ASSISTANT, answer);
	conversation_builder_set(pairs->out, CONVERSATION_REASON, reason);
	conversation_builder_set(pairs->out, CONVERSATION_MODEL, text_from(reply->model));
	pairs->refused++;
}

/* Does the piece have half of the words of the answer? A lone "evidence" or "{[]}" of a small model has it not, nor has praise that fits everything. */
static bool is_of_piece(struct model_pairs *pairs, const struct plan_call *call)
{
	struct question said;
	size_t found = 0;
	int status = passage_index(&pairs->passage, document_span(pairs->document, call->span));

	if (status == -ENOMEM)
		pairs->status = status;
	if (status < 0)
		return false;
	question_read(&pairs->passage, buffer_view(&pairs->answer), &said);
	for (size_t i = 0; i < said.count; i++) /* not by weight: which name it made up is for the gate to say */
		found += passage_find(&pairs->passage, said.words[i].stem) != NULL;
	return found > 0 && found * 2 >= said.count;
}

/* Words with blanks between them: of others the places of words are not known. */
static bool has_words(struct text answer)
{
	size_t letters = 0;
	for (size_t i = 0; i < answer.bytes; i++)
		letters += ascii_is_alpha(answer.data[i]) || answer.data[i] == ' ';
	return letters * 2 > answer.bytes;
}

/* "What is the source's purpose?" of a piece that has no such word: the one that stands round it in the prompt. */
static bool speaks_of_prompt(struct model_pairs *pairs, const struct plan_call *call)
{
	static const struct text word = TEXT_LITERAL("source");

	if (text_find_nocase(document_span(pairs->document, call->span), word) >= 0)
		return false;
	const struct buffer *said[] = { &pairs->question, &pairs->answer };
	for (size_t i = 0; i < COUNT_OF(said); i++)
		if (text_find_nocase(buffer_view(said[i]), TEXT_LITERAL("the source")) >= 0) {
			buffer_append_format(&pairs->reason, "the %s speaks of the text that it was written from, as \"the source\"", i ? "answer" : "question");
			return true;
		}
	return false;
}

bool model_pairs_hold(struct model_pairs *pairs, const struct plan_call *call, const struct model_candidate *candidate, struct conversation *ret_conversation)
{
	struct evidence evidence;

	buffer_clear(&pairs->question);
	buffer_clear(&pairs->answer);
	buffer_clear(&pairs->reason);
	if (!model_question(&pairs->mentions, candidate->question, &pairs->question, &pairs->reason) ||
	    !model_answer(&pairs->mentions, candidate->answer, &pairs->answer, &pairs->reason) || speaks_of_prompt(pairs, call))
		return false;
	bool of_piece = is_of_piece(pairs, call), brief = utf8_count(buffer_view(&pairs->answer)) < pairs->settings->generate.answer_chars_min;
	if (!of_piece && !brief && has_words(buffer_view(&pairs->answer))) {
		buffer_append_string(&pairs->reason, "most words of the answer do not stand in the source");
		return false;
	}
	evidence_find(pairs->document, &pairs->blocks, call->span, candidate->evidence, buffer_view(&pairs->question), buffer_view(&pairs->answer), &evidence);
	for (size_t i = 0; i < evidence.count && of_piece; i++)
		lengthen(pairs, evidence.places[i]);
	for (size_t i = 0; i < evidence.count; i++)
		if (try_place(pairs, call, candidate, &evidence, i, ret_conversation))
			break;
	return pairs->status == 0;
}

void model_pairs_add_candidate(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply,
			       const struct model_candidate *candidate)
{
	const struct pair_gate gate = { pairs->settings, pairs->domain, pairs->document, &pairs->passage };
	struct conversation conversation;

	if (!model_pairs_hold(pairs, call, candidate, &conversation)) {
		if (pairs->status == 0)
			model_pairs_add_refused(pairs, call, candidate->kind, candidate->question, candidate->answer, reply, buffer_view(&pairs->reason));
		return;
	}
	conversation.accepted = pairs->reason.bytes == 0;
	const struct pair_turn turn = { buffer_view(&pairs->draft.question), buffer_view(&pairs->draft.answer), model_pairs_reasoning(pairs, candidate, reply) };
	int status = pair_gate_add(&gate, &pairs->draft, &conversation, buffer_view(&pairs->reason), text_from(reply->model), &turn, 1, pairs->out);
	if (status < 0)
		pairs->status = status;
	pairs->accepted += conversation.accepted;
	pairs->refused += !conversation.accepted;
}

/* --- replies ------------------------------------------------------------------------------------------------------------ */

struct text model_member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
		return TEXT_LITERAL("");
	return (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) };
}

static enum conversation_question kind_named(struct text name)
{
	for (size_t i = 0; i < CONVERSATION_QUESTION_COUNT; i++)
		if (text_equal(name, text_from(conversation_question_name((enum conversation_question)i))))
			return (enum conversation_question)i;
	return CONVERSATION_FACTUAL; /* the schema lets no other in */
}

/* As it is asked about: without its number, and without the quotes and ticks that it cannot have in quotes. */
static void append_asked(struct text heading, struct buffer *out)
{
	heading = heading_without_number(text_trim(heading));
	for (size_t i = 0; i < heading.bytes; i++)
		if (heading.data[i] != '"' && heading.data[i] != '`')
			buffer_append_byte(out, heading.data[i]);
}

/* What the summary of a piece answers: about the heading that it begins under, or about the document where that says no more. */
static bool ask_for_summary(struct model_pairs *pairs, const struct plan_call *call, struct buffer *question)
{
	const struct document *document = pairs->document;
	struct text rest = document_text(document, document->chunks[call->chunk].heading_path), step, heading = { "", 0 };
	struct text feature = document_meta(document, DOCUMENT_META_FEATURE_NAME);
	struct template_values values = { .count = 0 };
	struct buffer topic, title;

	buffer_init(&topic, TEXT_BYTES_MAX);
	buffer_init(&title, TEXT_BYTES_MAX);
	while (text_next_field(&rest, '>', &step))
		heading = step;
	append_asked(heading, &topic);
	append_asked(document_meta(document, DOCUMENT_META_TITLE), &title);
	struct text asked = buffer_view(&topic), bare = buffer_view(&title);
	bool of_all = !asked.bytes || text_equal_nocase(asked, bare) || text_equal_nocase(asked, feature) || domain_list_has(pairs->domain, DOMAIN_LIST_GENERIC_HEADINGS, asked);
	if (!feature.bytes && bare.bytes) { /* a name of several words reads like the question's own */
		buffer_clear(&pairs->rendered);
		buffer_append_format(&pairs->rendered, "\"%.*s\"", TEXT_ARGS(bare));
		feature = buffer_view(&pairs->rendered);
	}
	template_values_set(&values, "topic", asked);
	template_values_set(&values, "document", feature);
	template_values_set(&values, "title", feature);
	bool made = template_question(&pairs->picker, of_all ? "question.overview" : "question.concept", &values, question);
	buffer_done(&topic);
	buffer_done(&title);
	return made;
}

static void add_summary(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct model_candidate candidate = { .kind = CONVERSATION_CONCEPTUAL, .answer = model_member(reply->value, "summary") };
	struct buffer question;

	buffer_init(&question, TEXT_BYTES_MAX);
	if (text_trim(candidate.answer).bytes && ask_for_summary(pairs, call, &question)) {
		candidate.question = buffer_view(&question);
		model_pairs_add_candidate(pairs, call, reply, &candidate);
	}
	buffer_done(&question);
}

static void add_pairs(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "pairs");

	for (size_t i = 0; i < json_object_array_length(list) && pairs->status == 0; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const struct model_candidate candidate = { .kind = kind_named(model_member(one, "type")), .question = model_member(one, "question"),
						     .answer = model_member(one, "answer"), .evidence = model_member(one, "evidence"),
						     .reasoning = model_member(one, "reasoning") };
		model_pairs_add_candidate(pairs, call, reply, &candidate);
	}
	if (call->summary && pairs->status == 0)
		add_summary(pairs, call, reply);
	if (call->items && pairs->status == 0)
		model_items_add(pairs, call, reply);
}

static void add_failure(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct buffer reason, question;

	buffer_init(&reason, PAIR_REASON_BYTES_MAX);
	buffer_init(&question, 256);
	buffer_append_format(&reason, "call for %s: %s: %s", plan_family_name(call->family), reply->state == MODEL_REPLY_REFUSED ? "refused" : "unusable reply",
			     reply->reason);
	buffer_append_format(&question, "(%s)", call->place);
	model_pairs_add_refused(pairs, call, CONVERSATION_FACTUAL, buffer_view(&question), buffer_view(&reply->raw), reply, buffer_view(&reason));
	buffer_done(&reason);
	buffer_done(&question);
}

void model_pairs_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	if (pairs->status < 0 || reply->state == MODEL_REPLY_NONE)
		return;
	if (reply->state != MODEL_REPLY_USABLE)
		add_failure(pairs, call, reply);
	else if (call->family == PLAN_PAIRS)
		add_pairs(pairs, call, reply);
	else if (call->family == PLAN_DIALOGUE)
		model_dialogue_add(pairs, call, reply);
}
