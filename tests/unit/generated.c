#include "tests/unit/generated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "workers/inference/passage.h"

void generated_make(const struct settings *settings, const struct domain *domain, const struct document *document, struct generated *ret_generated)
{
	struct error_text error = { 0 };
	struct conversation_builder *builder = conversation_builder_create();
	assert_non_null(builder);
	assert_int_equal(generate_conversations(settings, domain, document, builder), 0);
	int64_t bytes = conversation_builder_bytes(builder);
	assert_true(bytes > 0);
	ret_generated->bytes = (size_t)bytes;
	ret_generated->block = aligned_alloc(64, (ret_generated->bytes + 63) / 64 * 64);
	assert_non_null(ret_generated->block);
	conversation_builder_write(builder, ret_generated->block);
	conversation_builder_destroy(builder);
	assert_int_equal(conversation_open(ret_generated->block, ret_generated->bytes, &ret_generated->set, &error), 0);
}

struct text generated_message(const struct generated *generated, const struct conversation *conversation, enum conversation_role role)
{
	for (uint32_t i = 0; i < conversation->message_count; i++) {
		const struct conversation_message *message = &generated->set.messages[conversation->message_first + i];
		if (message->role == role)
			return conversation_text(&generated->set, message->text);
	}
	return (struct text){ 0 };
}

unsigned generated_accepted(const struct generated *generated)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < generated->set.count; i++)
		count += generated->set.conversations[i].accepted;
	return count;
}

/* Everything that can be said of a conversation of any document. */
void generated_check_one(const struct domain *domain, const struct document *document, const struct generated *generated, const struct conversation *conversation)
{
	struct text question = generated_message(generated, conversation, CONVERSATION_USER), answer = generated_message(generated, conversation, CONVERSATION_ASSISTANT), word;
	struct text reason = conversation_text(&generated->set, conversation->reason);
	assert_true(conversation->accepted == (reason.bytes == 0));
	assert_true(text_equal(conversation_text(&generated->set, conversation->model), TEXT_LITERAL("built-in")));
	assert_true(conversation->span.bytes > 0 && conversation->span.offset + conversation->span.bytes <= document->markdown.bytes);
	const struct document_chunk *chunk = &document->chunks[conversation->chunk_index];
	assert_true(chunk->span.offset <= conversation->span.offset && conversation->span.offset < chunk->span.offset + chunk->span.bytes);
	if (!conversation->accepted)
		return;
	size_t question_chars = utf8_count(question), answer_chars = utf8_count(answer);
	assert_true(question_chars >= 10 && question_chars <= 300 && question.data[question.bytes - 1] == '?');
	assert_true(answer_chars >= 180 && answer_chars <= 4000);
	assert_true(conversation->scores.combined >= 0.7f && conversation->scores.accuracy == 1.0f);
	assert_true(!ascii_is_space(answer.data[0]) && !ascii_is_space(answer.data[answer.bytes - 1]));
	assert_true(text_find(answer, TEXT_LITERAL("\n\n\n")) < 0 && text_find(answer, TEXT_LITERAL("| ")) < 0);
	/* Whatever the generator took as its source: the document must have it all, wherever. */
	struct passage passage;
	struct passage_verdict verdict;
	passage_init(&passage, domain);
	passage.assembled = true;
	assert_int_equal(passage_index(&passage, document->markdown), 0);
	passage_check(&passage, answer, &verdict);
	passage_done(&passage);
	word = verdict.word;
	if (verdict.supported < verdict.facts) {
		print_message("not in the document: \"%.*s\" of\n%.*s\n", TEXT_ARGS(word), TEXT_ARGS(answer));
		fail();
	}
}

void generated_check(const struct domain *domain, const struct document *document, const struct generated *generated)
{
	for (uint32_t i = 0; i < generated->set.count; i++) {
		generated_check_one(domain, document, generated, &generated->set.conversations[i]);
		for (uint32_t k = 0; k < i; k++)
			assert_false(text_equal(generated_message(generated, &generated->set.conversations[i], CONVERSATION_USER),
						generated_message(generated, &generated->set.conversations[k], CONVERSATION_USER)));
	}
}
