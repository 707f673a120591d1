/* pair_gate.c: see pair_gate.h. */
#include "workers/inference/pair_gate.h"

#include "base/utf8.h"
#include "workers/inference/semantic_score.h"

#include <errno.h>
#include <math.h>

enum { TERMS_MAX = 32 };

struct term_lists {
	struct draft *draft;
	struct buffer *terms;
	struct text answer;
	size_t count;
};

/* Names that the answer has are its parameters and counters, whether an item brought them in or a sentence. */
static bool term_found(void *context, size_t start, size_t end, unsigned tier)
{
	struct term_lists *lists = context;
	struct text term = text_slice(lists->answer, start, end);
	size_t before = lists->terms->bytes;
	draft_list_add(lists->terms, term);
	lists->count += lists->terms->bytes > before;
	const char *dot = tier == 1 ? memchr(term.data, '.', term.bytes) : NULL;
	if (tier == 1 && domain_is_counter(term))
		draft_list_add(&lists->draft->counters, term);
	else if (dot)
		draft_list_add(&lists->draft->parameters, term);
	if (dot)
		draft_list_add(&lists->draft->mo_classes, text_slice(term, 0, (size_t)(dot - term.data)));
	return lists->count < TERMS_MAX;
}

uint32_t pair_gate_chunk(const struct document *document, uint32_t offset)
{
	uint32_t low = 0, high = document->chunk_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (document->chunks[middle].span.offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

enum document_tier pair_gate_tier(const struct settings *settings, const struct document *document)
{
	double complexity = (double)document->header->scores.complexity;
	return complexity < settings->score.tier_fast_below     ? DOCUMENT_TIER_FAST :
	       complexity < settings->score.tier_balanced_below ? DOCUMENT_TIER_BALANCED : DOCUMENT_TIER_QUALITY;
}

struct conversation pair_gate_conversation(const struct pair_gate *gate, const struct draft *draft)
{
	return (struct conversation){ .question = draft->kind, .span = draft->span, .cmedit = draft->cmedit,
				      .tier = pair_gate_tier(gate->settings, gate->document),
				      .chunk_index = pair_gate_chunk(gate->document, draft->span.offset) };
}

#define SCORE_REASON "combined score "

void pair_gate_combine(struct conversation_scores *scores)
{
	scores->semantic = 0.3f * scores->coherence + 0.4f * scores->relevance + 0.3f * scores->accuracy;
	scores->combined = 0.4f * scores->structural + 0.6f * scores->semantic;
}

bool pair_gate_refused_by_score(struct text reason) { return text_starts_with(reason, TEXT_LITERAL(SCORE_REASON)); }

void pair_gate_write_score_reason(const struct settings *settings, const struct conversation_scores *scores, struct buffer *reason)
{
	if ((double)scores->combined < settings->gate.generation)
		buffer_append_format(reason, SCORE_REASON "%.2f is below %.2f: coherence %.2f, relevance %.2f, accuracy %.2f, the document's structure %.2f",
				     (double)scores->combined, settings->gate.generation, (double)scores->coherence, (double)scores->relevance,
				     (double)scores->accuracy, (double)scores->structural);
}

void pair_gate_judge(const struct pair_gate *gate, const struct draft *draft, struct conversation *conversation, struct buffer *reason)
{
	const struct settings *settings = gate->settings;
	struct text question = buffer_view(&draft->question), answer = buffer_view(&draft->answer);
	size_t question_chars = utf8_count(question), answer_chars = utf8_count(answer);
	struct passage_verdict verdict;
	passage_check(gate->passage, answer, &verdict);
	semantic_score_passage(gate->passage, question, answer, &verdict, &conversation->scores);
	conversation->scores.structural = gate->document->header->scores.structural;
	pair_gate_combine(&conversation->scores);
	conversation->scores.confidence = draft->confidence * conversation->scores.accuracy;
	if (question_chars < settings->generate.question_chars_min || question_chars > settings->generate.question_chars_max)
		buffer_append_format(reason, "question of %zu characters; %llu to %llu are allowed", question_chars,
				     (unsigned long long)settings->generate.question_chars_min, (unsigned long long)settings->generate.question_chars_max);
	else if (answer_chars < settings->generate.answer_chars_min || answer_chars > settings->generate.answer_chars_max)
		buffer_append_format(reason, "answer of %zu characters; %llu to %llu are allowed", answer_chars,
				     (unsigned long long)settings->generate.answer_chars_min, (unsigned long long)settings->generate.answer_chars_max);
	else if (verdict.supported < verdict.facts)
		buffer_append_format(reason, "fact gate: \"%.*s\" does not occur like this in the source", TEXT_ARGS(verdict.word));
	else
		pair_gate_write_score_reason(settings, &conversation->scores, reason);
}

void pair_gate_score_turn(const struct pair_gate *gate, struct text questions, struct text answer, struct conversation_scores *scores)
{
	struct passage_verdict verdict;
	struct conversation_scores together;
	passage_check(gate->passage, answer, &verdict);
	semantic_score_passage(gate->passage, questions, answer, &verdict, &together);
	scores->coherence = fmaxf(scores->coherence, together.coherence);
	scores->relevance = fmaxf(scores->relevance, together.relevance);
	pair_gate_combine(scores);
}

static void add_answer(const struct pair_gate *gate, const struct pair_turn *turn, struct conversation_builder *out)
{
	const char *how = gate->settings->generate.reasoning;
	struct buffer together;

	if (turn->reasoning.bytes == 0 || strcmp(how, "strip") == 0) {
		conversation_builder_add_message(out, CONVERSATION_ASSISTANT, turn->answer);
		return;
	}
	if (strcmp(how, "split") == 0) {
		conversation_builder_add_message(out, CONVERSATION_REASONING, turn->reasoning);
		conversation_builder_add_message(out, CONVERSATION_ASSISTANT, turn->answer);
		return;
	}
	buffer_init(&together, DRAFT_BYTES_MAX * 2);
	buffer_append_string(&together, "<think>\n");
	buffer_append_text(&together, turn->reasoning);
	buffer_append_string(&together, "\n</think>\n\n");
	buffer_append_text(&together, turn->answer);
	conversation_builder_add_message(out, CONVERSATION_ASSISTANT, buffer_view(&together));
	buffer_done(&together);
}

int pair_gate_add(const struct pair_gate *gate, struct draft *draft, const struct conversation *conversation, struct text reason,
		  struct text model, const struct pair_turn *turns, size_t turn_count, struct conversation_builder *out)
{
	const char *system = gate->settings->generate.system;
	struct buffer terms;
	buffer_init(&terms, DRAFT_BYTES_MAX);
	struct term_lists lists = { .draft = draft, .terms = &terms, .answer = buffer_view(&draft->answer) };
	domain_scan_terms(gate->domain, lists.answer, term_found, &lists);
	conversation_builder_add(out, *conversation);
	if (system && system[0])
		conversation_builder_add_message(out, CONVERSATION_SYSTEM, text_from(system));
	for (size_t i = 0; i < turn_count; i++) {
		conversation_builder_add_message(out, CONVERSATION_USER, turns[i].question);
		add_answer(gate, &turns[i], out);
	}
	conversation_builder_set(out, CONVERSATION_REASON, reason);
	conversation_builder_set(out, CONVERSATION_MODEL, model);
	conversation_builder_set(out, CONVERSATION_PARAMETERS, buffer_view(&draft->parameters));
	conversation_builder_set(out, CONVERSATION_COUNTERS, buffer_view(&draft->counters));
	conversation_builder_set(out, CONVERSATION_MO_CLASSES, buffer_view(&draft->mo_classes));
	conversation_builder_set(out, CONVERSATION_TERMS, buffer_view(&terms));
	int status = terms.status == -ENOMEM ? -ENOMEM : 0;
	buffer_done(&terms);
	return status;
}
