/* model_bench.c: see model_bench.h. */
#include "tests/unit/model_bench.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct planned planned;

int open_all(void **state)
{
	(void)state;
	planned_open(&planned);
	return 0;
}

int close_all(void **state)
{
	(void)state;
	planned_close(&planned);
	return 0;
}

int usual_settings(void **state)
{
	(void)state;
	planned_set(&planned, "generate.mode", "models");
	planned_set(&planned, "generate.reasoning", "strip");
	planned_set(&planned, "generate.rewrite", "0.3");
	planned_set(&planned, "generate.pairs_document_max", "20");
	return 0;
}

struct model_reply *add_reply(struct bench *bench, struct plan_call call, const char *json)
{
	struct compose_call *one = &bench->calls[bench->count++];
	one->call = call;
	model_reply_init(&one->reply);
	snprintf(one->reply.model, sizeof(one->reply.model), "canned");
	one->reply.state = MODEL_REPLY_USABLE;
	one->reply.value = json_tokener_parse(json);
	assert_non_null(one->reply.value);
	return &one->reply;
}

void compose(struct bench *bench, bool last)
{
	const struct compose_request request = { .settings = &planned.settings, .domain = planned.domain, .document = &planned.sample.document, .calls = bench->calls,
						 .call_count = bench->count, .pairs_wanted = 8, .last = last };
	struct conversation_builder *builder = NULL;
	struct error_text error = { "" };
	assert_int_equal(compose_conversations(&request, &builder, &bench->counts), 0);
	compose_block_done(&bench->block);
	assert_int_equal(compose_block_of(builder, &bench->block), 0);
	conversation_builder_destroy(builder);
	if (conversation_check_spans(&bench->block.set, &planned.sample.document, &error) != 0)
		fail_msg("%s", error.message);
}

void bench_done(struct bench *bench)
{
	for (size_t i = 0; i < bench->count; i++)
		model_reply_done(&bench->calls[i].reply);
	compose_block_done(&bench->block);
}

struct text message_at(const struct bench *bench, uint32_t conversation, uint32_t message)
{
	const struct conversation *one = &bench->block.set.conversations[conversation];
	assert_true(message < one->message_count);
	return conversation_text(&bench->block.set, bench->block.set.messages[one->message_first + message].text);
}

struct text reason_of(const struct bench *bench, uint32_t conversation)
{
	return conversation_text(&bench->block.set, bench->block.set.conversations[conversation].reason);
}
