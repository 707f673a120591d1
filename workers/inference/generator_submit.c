/* generator_submit.c: a finished pair is judged: length, fact gate, score; and becomes a conversation (see generator.h). */
#include "workers/inference/generator.h"

#include "workers/inference/semantic_score.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

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

/* The last chunk that begins at or before the span's start: where two overlap, the one that goes on further. */
static uint32_t chunk_of(const struct document *document, uint32_t offset)
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

static enum document_tier tier_of(const struct generator *generator)
{
	double complexity = (double)generator->document->header->scores.complexity;
	return complexity < generator->settings->score.tier_fast_below     ? DOCUMENT_TIER_FAST :
	       complexity < generator->settings->score.tier_balanced_below ? DOCUMENT_TIER_BALANCED : DOCUMENT_TIER_QUALITY;
}

static void judge(struct generator *generator, struct conversation *conversation, struct buffer *reason)
{
	const struct settings *settings = generator->settings;
	struct draft *draft = &generator->draft;
	struct text question = buffer_view(&draft->question), answer = buffer_view(&draft->answer);
	size_t question_chars = utf8_count(question), answer_chars = utf8_count(answer);
	struct passage_verdict verdict;
	passage_check(&generator->passage, answer, &verdict);
	semantic_score_passage(&generator->passage, question, answer, &verdict, &conversation->scores);
	conversation->scores.structural = generator->document->header->scores.structural;
	conversation->scores.combined = 0.4f * conversation->scores.structural + 0.6f * conversation->scores.semantic;
	conversation->scores.confidence = draft->confidence * conversation->scores.accuracy;
	if (question_chars < settings->generate.question_chars_min || question_chars > settings->generate.question_chars_max)
		buffer_append_format(reason, "question of %zu characters; %llu to %llu are allowed", question_chars,
				     (unsigned long long)settings->generate.question_chars_min, (unsigned long long)settings->generate.question_chars_max);
	else if (answer_chars > settings->generate.answer_chars_max)
		buffer_append_format(reason, "answer of %zu characters; at most %llu are allowed", answer_chars,
				     (unsigned long long)settings->generate.answer_chars_max);
	else if (verdict.supported < verdict.facts)
		buffer_append_format(reason, "fact gate: \"%.*s\" does not occur like this in the source", TEXT_ARGS(verdict.word));
	else if ((double)conversation->scores.combined < settings->gate.generation)
		buffer_append_format(reason, "combined score %.2f is below %.2f", (double)conversation->scores.combined, settings->gate.generation);
}

static void add(struct generator *generator, struct conversation *conversation, struct text reason)
{
	struct draft *draft = &generator->draft;
	struct buffer terms;
	buffer_init(&terms, DRAFT_BYTES_MAX);
	struct term_lists lists = { .draft = draft, .terms = &terms, .answer = buffer_view(&draft->answer) };
	domain_scan_terms(generator->domain, lists.answer, term_found, &lists);
	conversation_builder_add(generator->out, *conversation);
	if (generator->settings->generate.system && generator->settings->generate.system[0])
		conversation_builder_add_message(generator->out, CONVERSATION_SYSTEM, text_from(generator->settings->generate.system));
	conversation_builder_add_message(generator->out, CONVERSATION_USER, buffer_view(&draft->question));
	conversation_builder_add_message(generator->out, CONVERSATION_ASSISTANT, buffer_view(&draft->answer));
	conversation_builder_set(generator->out, CONVERSATION_REASON, reason);
	conversation_builder_set(generator->out, CONVERSATION_MODEL, TEXT_LITERAL("built-in"));
	conversation_builder_set(generator->out, CONVERSATION_PARAMETERS, buffer_view(&draft->parameters));
	conversation_builder_set(generator->out, CONVERSATION_COUNTERS, buffer_view(&draft->counters));
	conversation_builder_set(generator->out, CONVERSATION_MO_CLASSES, buffer_view(&draft->mo_classes));
	conversation_builder_set(generator->out, CONVERSATION_TERMS, buffer_view(&terms));
	if (terms.status == -ENOMEM)
		generator->status = terms.status;
	buffer_done(&terms);
}

/* Letters and digits alone. True when an answer of the document said the same: two questions with one answer teach nothing. */
static bool answered_before(struct generator *generator, struct text answer)
{
	struct answers *answers = &generator->answers;
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < answer.bytes; i++)
		if (ascii_is_alnum(answer.data[i]) || (unsigned char)answer.data[i] >= 0x80)
			hash = (hash ^ (unsigned char)answer.data[i]) * 1099511628211u;
	hash += !hash;
	if ((answers->count + 1) * 2 > answers->capacity) {
		struct answers grown = { .capacity = answers->capacity ? answers->capacity * 2 : 64, .count = answers->count };
		grown.slots = calloc(grown.capacity, sizeof(*grown.slots));
		if (!grown.slots) {
			generator->status = -ENOMEM;
			return true;
		}
		for (size_t i = 0; i < answers->capacity; i++) {
			size_t at = answers->slots[i] & (grown.capacity - 1);
			while (answers->slots[i] && grown.slots[at])
				at = (at + 1) & (grown.capacity - 1);
			if (answers->slots[i])
				grown.slots[at] = answers->slots[i];
		}
		free(answers->slots);
		*answers = grown;
	}
	size_t at = hash & (answers->capacity - 1);
	for (; answers->slots[at]; at = (at + 1) & (answers->capacity - 1))
		if (answers->slots[at] == hash)
			return true;
	answers->slots[at] = hash;
	answers->count++;
	return false;
}

enum made generator_submit(struct generator *generator, const char *question_family, const struct template_values *values)
{
	struct draft *draft = &generator->draft;
	struct text answer = text_trim(buffer_view(&draft->answer));
	buffer_truncate(&draft->answer, answer.bytes); /* an answer never begins with a blank: see draft_paragraph */
	if (generator_too_short(generator) || !draft->span.bytes || answered_before(generator, answer) ||
	    !template_question(&generator->picker, question_family, values, &draft->question))
		return MADE_NOTHING;
	int status = draft_status(draft);
	if (!status)
		status = passage_index(&generator->passage, buffer_view(&draft->source));
	if (status == -ENOMEM)
		generator->status = status;
	if (status)
		return MADE_NOTHING;
	struct conversation conversation = { .question = draft->kind, .span = draft->span, .cmedit = draft->cmedit, .tier = tier_of(generator),
					     .chunk_index = chunk_of(generator->document, draft->span.offset) };
	struct buffer reason;
	buffer_init(&reason, 4096);
	judge(generator, &conversation, &reason);
	conversation.accepted = reason.bytes == 0;
	add(generator, &conversation, buffer_view(&reason));
	generator->accepted += conversation.accepted;
	generator->refused += !conversation.accepted;
	buffer_done(&reason);
	return conversation.accepted ? MADE_PAIR : MADE_NOTHING;
}
