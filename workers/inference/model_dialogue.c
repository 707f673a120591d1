/* model_dialogue.c: a conversation of several turns (see model_pairs.h). Every turn passes the gate by itself, except that a question which
 * follows from the one before need not carry all its words; the conversation ends before the first turn that does not pass, and is refused
 * when fewer than two are left. */
#include "workers/inference/model_pairs.h"

#include <json-c/json.h>

enum { TURNS_MAX = 8, TURNS_MIN = 2 };

struct dialogue {
	struct buffer texts; /* questions and answers that were accepted, one behind the other */
	struct buffer asked; /* all questions so far, a line each */
	struct { size_t question, answer, end; } turns[TURNS_MAX]; /* offsets in them */
	size_t count;
	struct draft draft;  /* answers and lists of all turns */
	struct conversation conversation;
	struct conversation_scores sums;
	struct buffer reason;
};

static void join_lists(struct buffer *to, const struct buffer *from)
{
	struct text rest = buffer_view(from), line;
	while (text_next_line(&rest, &line))
		draft_list_add(to, line);
}

static void widen(struct document_range *span, struct document_range with)
{
	uint32_t start = span->offset < with.offset ? span->offset : with.offset;
	uint32_t end = span->offset + span->bytes > with.offset + with.bytes ? span->offset + span->bytes : with.offset + with.bytes;
	*span = span->bytes ? (struct document_range){ start, end - start } : with;
}

static void take_turn(struct dialogue *dialogue, const struct model_pairs *pairs, const struct conversation *turn)
{
	const struct draft *draft = &pairs->draft;
	struct document_range span = dialogue->conversation.span;

	dialogue->turns[dialogue->count].question = dialogue->texts.bytes;
	buffer_append_text(&dialogue->texts, buffer_view(&draft->question));
	dialogue->turns[dialogue->count].answer = dialogue->texts.bytes;
	buffer_append_text(&dialogue->texts, buffer_view(&draft->answer));
	dialogue->turns[dialogue->count].end = dialogue->texts.bytes;
	if (dialogue->count++ == 0)
		dialogue->conversation = *turn;
	widen(&span, turn->span);
	dialogue->conversation.span = span;
	dialogue->conversation.cmedit |= turn->cmedit;
	const struct conversation_scores *scores = &turn->scores;
	dialogue->sums.coherence += scores->coherence;
	dialogue->sums.relevance += scores->relevance;
	dialogue->sums.accuracy += scores->accuracy;
	dialogue->sums.semantic += scores->semantic;
	dialogue->sums.combined += scores->combined;
	dialogue->sums.confidence += scores->confidence;
	buffer_append_text(&dialogue->draft.answer, buffer_view(&draft->answer));
	buffer_append_string(&dialogue->draft.answer, "\n\n");
	join_lists(&dialogue->draft.parameters, &draft->parameters);
	join_lists(&dialogue->draft.counters, &draft->counters);
	join_lists(&dialogue->draft.mo_classes, &draft->mo_classes);
}

static void take_turns(struct dialogue *dialogue, struct model_pairs *pairs, const struct plan_call *call, struct json_object *list)
{
	const struct pair_gate gate = { pairs->settings, pairs->domain, pairs->document, &pairs->passage };
	struct conversation turn;

	for (size_t i = 0; i < json_object_array_length(list) && i < TURNS_MAX && pairs->status == 0; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const struct model_candidate candidate = { .kind = CONVERSATION_SCENARIO, .question = model_member(one, "question"),
							   .answer = model_member(one, "answer") };
		bool held = model_pairs_hold(pairs, call, &candidate, &turn);
		bool low = i > 0 && pair_gate_refused_by_score(buffer_view(&pairs->reason));
		if (!held || (pairs->reason.bytes && !low)) {
			buffer_append_format(&dialogue->reason, "turn %zu: ", i + 1);
			buffer_append_text(&dialogue->reason, buffer_view(&pairs->reason));
			return;
		}
		buffer_append_text(&dialogue->asked, buffer_view(&pairs->draft.question));
		buffer_append_byte(&dialogue->asked, '\n');
		if (i > 0)
			pair_gate_score_turn(&gate, buffer_view(&dialogue->asked), buffer_view(&pairs->draft.answer), &turn.scores);
		take_turn(dialogue, pairs, &turn);
	}
}

/* Means of the turns. */
static void set_scores(struct dialogue *dialogue, float structural)
{
	float count = (float)dialogue->count;
	const struct conversation_scores *sums = &dialogue->sums;

	dialogue->conversation.scores = (struct conversation_scores){
		.structural = structural, .coherence = sums->coherence / count, .relevance = sums->relevance / count, .accuracy = sums->accuracy / count,
		.semantic = sums->semantic / count, .combined = sums->combined / count, .confidence = sums->confidence / count,
	};
}

static void add(struct dialogue *dialogue, struct model_pairs *pairs, const struct model_reply *reply)
{
	const struct pair_gate gate = { pairs->settings, pairs->domain, pairs->document, &pairs->passage };
	struct text texts = buffer_view(&dialogue->texts), reason;
	struct pair_turn turns[TURNS_MAX];

	set_scores(dialogue, pairs->document->header->scores.structural);
	for (size_t i = 0; i < dialogue->count; i++)
		turns[i] = (struct pair_turn){ .question = text_slice(texts, dialogue->turns[i].question, dialogue->turns[i].answer),
					       .answer = text_slice(texts, dialogue->turns[i].answer, dialogue->turns[i].end) };
	buffer_clear(&dialogue->reason);
	pair_gate_write_score_reason(pairs->settings, &dialogue->conversation.scores, &dialogue->reason);
	reason = buffer_view(&dialogue->reason);
	dialogue->conversation.accepted = reason.bytes == 0;
	int status = pair_gate_add(&gate, &dialogue->draft, &dialogue->conversation, reason, text_from(reply->model), turns, dialogue->count, pairs->out);
	if (status < 0)
		pairs->status = status;
	pairs->accepted += dialogue->conversation.accepted;
	pairs->refused += !dialogue->conversation.accepted;
}

void model_dialogue_add(struct model_pairs *pairs, const struct plan_call *call, const struct model_reply *reply)
{
	struct json_object *list = json_object_object_get(reply->value, "turns");
	struct dialogue dialogue = { .count = 0 };

	buffer_init(&dialogue.texts, DRAFT_BYTES_MAX);
	buffer_init(&dialogue.asked, DRAFT_BYTES_MAX);
	buffer_init(&dialogue.reason, PAIR_REASON_BYTES_MAX);
	draft_init(&dialogue.draft, &pairs->prose, pairs->document);
	draft_begin(&dialogue.draft, CONVERSATION_SCENARIO);
	take_turns(&dialogue, pairs, call, list);
	if (pairs->status == 0 && dialogue.count >= TURNS_MIN) {
		add(&dialogue, pairs, reply);
	} else if (pairs->status == 0) {
		struct json_object *first = json_object_array_get_idx(list, 0);
		if (dialogue.reason.bytes == 0)
			buffer_append_string(&dialogue.reason, "fewer than two turns");
		model_pairs_add_refused(pairs, call, CONVERSATION_SCENARIO, model_member(first, "question"), model_member(first, "answer"), reply,
					buffer_view(&dialogue.reason));
	}
	draft_done(&dialogue.draft);
	buffer_done(&dialogue.texts);
	buffer_done(&dialogue.asked);
	buffer_done(&dialogue.reason);
}
