/* model_reply.c: any bytes as the body of a model server's answer and as what a model wrote: the first byte says which, and the server's kind. What the
 * ladder of repairs makes of it must keep its schema, and be right as it stands when it is read again. */
#include "tests/fuzz/harness.h"

#include "workers/model/chat.h"
#include "workers/model/repair.h"
#include "workers/model/schema.h"

#include <json-c/json.h>

static const char schema_text[] =
	"{\"type\":\"object\",\"properties\":{\"pairs\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":4,\"items\":{\"type\":\"object\",\"properties\":{"
	"\"type\":{\"type\":\"string\",\"enum\":[\"factual\",\"reasoning\"]},\"question\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":80},"
	"\"answer\":{\"type\":\"string\",\"minLength\":2}},\"required\":[\"type\",\"question\",\"answer\"],\"additionalProperties\":false}},"
	"\"score\":{\"type\":\"number\",\"minimum\":0,\"maximum\":10},\"keep\":{\"type\":\"boolean\"}},\"required\":[\"pairs\"]}";

static void check_repair(struct text reply)
{
	static struct schema *schema;
	struct json_object *value = NULL, *again = NULL;
	enum repair_rung rung;
	struct error_text error = { "" };

	if (!schema)
		schema = schema_read(text_from(schema_text));
	CHECK(schema);
	if (repair_reply(reply, schema, &value, &rung, &error) < 0) {
		if (error.message[0] == '\0')
			fuzz_broken("a reply is refused with a reason", reply);
		return;
	}
	const struct text mended = text_from(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	if (repair_reply(mended, schema, &again, &rung, &error) < 0 || rung != REPAIR_NONE)
		fuzz_broken("what was mended is right as it stands", mended);
	if (!text_equal(mended, text_from(json_object_to_json_string_ext(again, JSON_C_TO_STRING_PLAIN))))
		fuzz_broken("what was mended stays as it is", mended);
	json_object_put(again);
	json_object_put(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct chat_reply reply;
	struct error_text error = { "" };

	if (bytes == 0)
		return 0;
	const struct text body = { (const char *)data + 1, bytes - 1 };
	if (data[0] & 2) {
		(void)repair_is_loop(body, REPAIR_LOOP_TIMES, REPAIR_LOOP_BYTES);
		check_repair(body);
		return 0;
	}
	chat_reply_init(&reply, 1 << 20);
	if (chat_read_response(data[0] & 1 ? CHAT_OLLAMA : CHAT_OPENAI, body, &reply, &error) == 0)
		check_repair(buffer_view(&reply.content));
	else if (error.message[0] == '\0')
		fuzz_broken("an answer is refused with a reason", body);
	char message[200];
	chat_error_message(body, message, sizeof(message));
	chat_reply_done(&reply);
	return 0;
}
