/* generator_submit.c: a finished pair of the built-in generator is judged and becomes a conversation (see generator.h, pair_gate.h). */
#include "workers/inference/generator.h"

#include "workers/inference/pair_gate.h"

#include <errno.h>
#include <stdlib.h>

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
	if (generator->titled_by_line) { /* asked about by name, which the gate knows of titles alone */
		buffer_append_text(&draft->source, generator->title);
		buffer_append_string(&draft->source, "\n\n");
	}
	int status = draft_status(draft);
	if (!status)
		status = passage_index(&generator->passage, buffer_view(&draft->source));
	if (status == -ENOMEM)
		generator->status = status;
	if (status)
		return MADE_NOTHING;
	const struct pair_gate gate = { generator->settings, generator->domain, generator->document, &generator->passage };
	struct conversation conversation = pair_gate_conversation(&gate, draft);
	struct buffer reason;
	buffer_init(&reason, PAIR_REASON_BYTES_MAX);
	pair_gate_judge(&gate, draft, &conversation, &reason);
	conversation.accepted = reason.bytes == 0;
	const struct pair_turn turn = { .question = buffer_view(&draft->question), .answer = buffer_view(&draft->answer) };
	status = pair_gate_add(&gate, draft, &conversation, buffer_view(&reason), TEXT_LITERAL("built-in"), &turn, 1, generator->out);
	if (status < 0)
		generator->status = status;
	generator->accepted += conversation.accepted;
	generator->refused += !conversation.accepted;
	buffer_done(&reason);
	return conversation.accepted ? MADE_PAIR : MADE_NOTHING;
}
