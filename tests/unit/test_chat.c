/* Requests as each server takes them, and what servers answer: whole, streamed, thinking in five places, errors under any status. */
#include "workers/model/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_url(const char *base, enum chat_api api, const char *path, const char *url)
{
	struct buffer out;
	buffer_init(&out, 1000);
	chat_url(base, api, path, &out);
	assert_string_equal(buffer_string(&out), url);
	buffer_done(&out);
}

static void test_urls(void **state)
{
	(void)state;
	expect_url("http://h:1", CHAT_OPENAI, "/models", "http://h:1/v1/models");
	expect_url("http://h:1/v1/", CHAT_OPENAI, "/chat/completions", "http://h:1/v1/chat/completions");
	expect_url("https://h/gateway/v1", CHAT_OPENAI, "/models", "https://h/gateway/v1/models");
	expect_url("http://h:1/v1", CHAT_OLLAMA, "/api/chat", "http://h:1/api/chat");
	expect_url("http://h:1/llm/v1/chat/completions/", CHAT_OPENAI, "/models", "http://h:1/llm/v1/models");
	expect_url("http://h:1/api/generate", CHAT_OLLAMA, "/api/chat", "http://h:1/api/chat");
	expect_url("http://h:1/api", CHAT_OPENAI, "/models", "http://h:1/api/v1/models");
}

static void expect_request(const struct chat_request *request, const char *json)
{
	struct buffer out;
	buffer_init(&out, 10000);
	chat_write_request(request, &out);
	assert_int_equal(out.status, 0);
	assert_string_equal(buffer_string(&out), json);
	buffer_done(&out);
}

static void test_requests(void **state)
{
	struct chat_request request = { .api = CHAT_OPENAI, .format = CHAT_FORMAT_SCHEMA, .model = "m", .system = TEXT_LITERAL("Be true."),
		.prompt = TEXT_LITERAL("Source \"x\"\nTask"), .schema = TEXT_LITERAL("{\"type\": \"object\"}"), .schema_name = "pairs", .max_tokens = 9,
		.context_tokens = 4096, .temperature = 0.3, .seed = 42, .think = -1 };
	(void)state;
	expect_request(&request, "{\"model\": \"m\", \"messages\": [{\"role\": \"system\", \"content\": \"Be true.\"}, {\"role\": \"user\", "
		       "\"content\": \"Source \\\"x\\\"\\nTask\"}], \"stream\": false, \"max_tokens\": 9, \"temperature\": 0.3, \"seed\": 42, \"response_format\": "
		       "{\"type\": \"json_schema\", \"json_schema\": {\"name\": \"pairs\", \"strict\": true, \"schema\": {\"type\": \"object\"}}}}");
	request.system = TEXT_LITERAL("");
	request.format = CHAT_FORMAT_JSON;
	request.stream = true;
	request.think = 0;
	request.earlier_reply = TEXT_LITERAL("{");
	request.complaint = TEXT_LITERAL("pairs: missing");
	expect_request(&request, "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"Source \\\"x\\\"\\nTask\"}, {\"role\": \"assistant\", "
		       "\"content\": \"{\"}, {\"role\": \"user\", \"content\": \"pairs: missing\"}], \"stream\": true, \"max_tokens\": 9, \"temperature\": 0.3, "
		       "\"seed\": 42, \"stream_options\": {\"include_usage\": true}, \"response_format\": {\"type\": \"json_object\"}, "
		       "\"chat_template_kwargs\": {\"enable_thinking\": false}}");
	request.format = CHAT_FORMAT_PROMPT;
	request.stream = false;
	request.think = -1;
	request.begun = TEXT_LITERAL("{\"pairs\": [");
	expect_request(&request, "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"Source \\\"x\\\"\\nTask\"}, {\"role\": \"assistant\", "
		       "\"content\": \"{\"}, {\"role\": \"user\", \"content\": \"pairs: missing\"}, {\"role\": \"assistant\", \"content\": \"{\\\"pairs\\\": [\"}], "
		       "\"stream\": false, \"max_tokens\": 9, \"temperature\": 0.3, \"seed\": 42}");
	request.begun = TEXT_LITERAL("");
	request.format = CHAT_FORMAT_JSON;
	request.stream = true;
	request.think = 0;
	request.api = CHAT_OLLAMA;
	request.format = CHAT_FORMAT_SCHEMA;
	request.complaint = TEXT_LITERAL("");
	request.stream = false;
	expect_request(&request, "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"Source \\\"x\\\"\\nTask\"}], \"stream\": false, "
		       "\"format\": {\"type\": \"object\"}, \"think\": false, \"keep_alive\": \"30m\", \"options\": {\"num_ctx\": 4096, \"num_predict\": 9, "
		       "\"temperature\": 0.3, \"seed\": 42}}");
	request.against_loops = true;
	expect_request(&request, "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"Source \\\"x\\\"\\nTask\"}], \"stream\": false, "
		       "\"format\": {\"type\": \"object\"}, \"think\": false, \"keep_alive\": \"30m\", \"options\": {\"num_ctx\": 4096, \"num_predict\": 9, "
		       "\"temperature\": 0.3, \"frequency_penalty\": 0.8, \"seed\": 42}}");
}

struct expected {
	const char *content, *thinking;
	enum chat_finish finish;
	int64_t prompt_tokens, completion_tokens, cached_tokens;
	bool in_thinking;
};

static void expect_reply(enum chat_api api, const char *body, struct expected expected)
{
	struct chat_reply reply;
	struct error_text error = { "" };
	chat_reply_init(&reply, 100000);
	int status = chat_read_response(api, text_from(body), &reply, &error);
	if (status < 0)
		print_error("%s: %s\n", body, error.message);
	assert_int_equal(status, 0);
	assert_string_equal(buffer_string(&reply.content), expected.content);
	assert_string_equal(buffer_string(&reply.thinking), expected.thinking ? expected.thinking : "");
	assert_int_equal(reply.finish, expected.finish);
	assert_int_equal(reply.prompt_tokens, expected.prompt_tokens);
	assert_int_equal(reply.completion_tokens, expected.completion_tokens);
	assert_int_equal(reply.cached_tokens, expected.cached_tokens);
	assert_int_equal(reply.content_was_in_thinking, expected.in_thinking);
	chat_reply_done(&reply);
}

static void test_whole_answers(void **state)
{
	(void)state;
	expect_reply(CHAT_OPENAI, "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":\"after a byte order mark\"}}]}",
		     (struct expected){ "after a byte order mark", NULL, CHAT_FINISH_UNKNOWN, -1, -1, -1, false });
	expect_reply(CHAT_OPENAI, "{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],"
		     "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":3}}}",
		     (struct expected){ "Hello", NULL, CHAT_FINISH_STOP, 7, 2, 3, false });
	expect_reply(CHAT_OPENAI, "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]},"
		     "\"finish_reason\":\"length\"}]}", (struct expected){ "ab", NULL, CHAT_FINISH_LENGTH, -1, -1, -1, false });
	expect_reply(CHAT_OLLAMA, "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Hi\",\"thinking\":\"hm\"},\"done\":true,\"done_reason\":\"stop\","
		     "\"prompt_eval_count\":11,\"eval_count\":1}", (struct expected){ "Hi", "hm", CHAT_FINISH_STOP, 11, 1, -1, false });
	expect_reply(CHAT_OPENAI, "{\"choices\":[{\"message\":{\"content\":\"\xff\xfe ok\"},\"finish_reason\":null}]}",
		     (struct expected){ "\xef\xbf\xbd\xef\xbf\xbd ok", NULL, CHAT_FINISH_UNKNOWN, -1, -1, -1, false });
}

#define WITH(content, more) "{\"choices\":[{\"message\":{\"content\":\"" content "\"" more "},\"finish_reason\":\"stop\"}]}"
#define STOPPED CHAT_FINISH_STOP, -1, -1, -1

static void test_thinking(void **state)
{
	(void)state;
	expect_reply(CHAT_OPENAI, WITH("<think>\\nlet me see\\n</think>\\n\\n{}", ""), (struct expected){ "{}", "let me see", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("let me see</think>{}", ""), (struct expected){ "{}", "let me see", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("<think>never closed", ""), (struct expected){ "", "never closed", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("[THINK]a[/THINK]b", ""), (struct expected){ "b", "a", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("{}", ",\"reasoning_content\":\"why\""), (struct expected){ "{}", "why", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("{}", ",\"reasoning\":\"why\",\"reasoning_content\":\"why\""), (struct expected){ "{}", "why", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("", ",\"reasoning_content\":\"{\\\"a\\\":1}\""), (struct expected){ "{\"a\":1}", NULL, STOPPED, true });
	expect_reply(CHAT_OPENAI, WITH("", ",\"reasoning_content\":\"only words\""), (struct expected){ "", "only words", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("<seed:think>hm</seed:think>{}", ""), (struct expected){ "{}", "hm", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("<|channel>thought\nhm<channel|>{}", ""), (struct expected){ "{}", "hm", STOPPED, false });
	/* gpt-oss */
	expect_reply(CHAT_OPENAI, WITH("<|channel|>analysis<|message|>{hm}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{}<|return|>", ""),
		     (struct expected){ "{}", "{hm}", STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("<|channel|>final<|message|>{}", ""), (struct expected){ "{}", NULL, STOPPED, false });
	expect_reply(CHAT_OPENAI, WITH("<|channel|>analysis<|message|>never closed", ""), (struct expected){ "", "never closed", STOPPED, false });
	/* JSON that speaks of the tag is no thinking */
	expect_reply(CHAT_OPENAI, WITH("{\\\"a\\\":\\\"the tag </think> ends it\\\"}", ""), (struct expected){ "{\"a\":\"the tag </think> ends it\"}", NULL, STOPPED, false });
}

static void test_streams(void **state)
{
	(void)state;
	expect_reply(CHAT_OPENAI, ": keep-alive\n\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
		     "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
		     "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
		     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
		     (struct expected){ "Hello", "hm", CHAT_FINISH_STOP, 5, 2, -1, false });
	expect_reply(CHAT_OPENAI, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\r\n\r\n",
		     (struct expected){ "x", NULL, STOPPED, false }); /* whole, without [DONE] */
	expect_reply(CHAT_OLLAMA, "{\"message\":{\"content\":\"He\"},\"done\":false}\n{\"message\":{\"content\":\"y\"},\"done\":false}\n"
		     "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"length\",\"prompt_eval_count\":3,\"eval_count\":2}\n",
		     (struct expected){ "Hey", NULL, CHAT_FINISH_LENGTH, 3, 2, -1, false });
}

static void expect_refused(enum chat_api api, const char *body, const char *message)
{
	struct chat_reply reply;
	struct error_text error = { "" };
	chat_reply_init(&reply, 1000);
	assert_true(chat_read_response(api, text_from(body), &reply, &error) < 0);
	assert_string_equal(error.message, message);
	chat_reply_done(&reply);
}

static void test_refused(void **state)
{
	(void)state;
	expect_refused(CHAT_OPENAI, "", "the answer is empty");
	expect_refused(CHAT_OPENAI, "<html>502</html>", "no JSON: unexpected character at byte 0 of 16");
	expect_refused(CHAT_OPENAI, "{\"choices\":[{\"message\":{\"content\":\"Hel", "no JSON: it ends too early at byte 38 of 38");
	expect_refused(CHAT_OPENAI, "{\"choices\":[]}", "no message in the answer");
	expect_refused(CHAT_OPENAI, "[]", "the answer is no JSON object");
	expect_refused(CHAT_OPENAI, "{\"error\":{\"message\":\"out of\\nmemory\",\"code\":500}}", "the server reports an error: out of memory");
	expect_refused(CHAT_OLLAMA, "{\"error\":\"model not found\"}", "the server reports an error: model not found");
	expect_refused(CHAT_OPENAI, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{\"message\":\"slot lost\"}}\n\n",
		       "in the stream: the server reports an error: slot lost");
	expect_refused(CHAT_OPENAI, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "the stream ended before the answer did");
	expect_refused(CHAT_OLLAMA, "{\"message\":{\"content\":\"He\"},\"done\":false}\n{\"message\":{\"content\":\"He\"},\"done\":false}\n",
		       "the stream ended before the answer did");
}

static void test_limits(void **state)
{
	enum { DEEP = 100000 };
	struct chat_reply reply;
	struct error_text error = { "" };
	struct buffer body;
	(void)state;
	buffer_init(&body, 1 << 20);
	buffer_append_repeat(&body, '[', DEEP);
	chat_reply_init(&reply, 100);
	assert_int_equal(chat_read_response(CHAT_OPENAI, buffer_view(&body), &reply, &error), ERROR_INPUT_REJECTED);
	buffer_clear(&body);
	buffer_append_string(&body, "{\"choices\":[{\"message\":{\"content\":\"");
	buffer_append_repeat(&body, 'x', 200);
	buffer_append_string(&body, "\"}}]}");
	assert_int_equal(chat_read_response(CHAT_OPENAI, buffer_view(&body), &reply, &error), ERROR_LIMIT_HIT);
	assert_string_equal(error.message, "the answer is larger than 100 bytes");
	chat_reply_done(&reply);
	buffer_done(&body);
}

static void test_ends_of_lines_and_of_streams(void **state)
{
	static const char crs[] = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\rdata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\r\rdata: [DONE]\r\r";
	struct chat_reply reply;
	struct error_text error = { "" };
	(void)state;

	chat_reply_init(&reply, 1000);
	assert_int_equal(chat_read_response(CHAT_OPENAI, text_from(crs), &reply, &error), 0);
	assert_string_equal(buffer_string(&reply.content), "ab");
	assert_int_equal(chat_read_response(CHAT_OPENAI, TEXT_LITERAL("\x1F\x8B\x08 and so on"), &reply, &error), ERROR_INPUT_REJECTED);
	assert_non_null(strstr(error.message, "compressed"));
	chat_reply_done(&reply);
	assert_true(chat_is_complete(CHAT_OPENAI, TEXT_LITERAL("data: {}\n\ndata: [DONE]\n\n")));
	assert_true(chat_is_complete(CHAT_OPENAI, TEXT_LITERAL("data:{}\r\n\r\ndata:[DONE]")));
	assert_false(chat_is_complete(CHAT_OPENAI, TEXT_LITERAL("data: {}\n\ndata: [DON")));
	assert_false(chat_is_complete(CHAT_OPENAI, TEXT_LITERAL("{\"content\": \"data: [DONE]\"}")));
	assert_false(chat_is_complete(CHAT_OPENAI, TEXT_LITERAL("")));
	assert_true(chat_is_complete(CHAT_OLLAMA, TEXT_LITERAL("{\"done\":false}\n{\"done_reason\":\"stop\",\"done\":true}\n")));
	assert_false(chat_is_complete(CHAT_OLLAMA, TEXT_LITERAL("{\"done\":true}\n{\"done\":fal")));
}

static void expect_message(const char *body, const char *message)
{
	char line[64];
	chat_error_message(text_from(body), line, sizeof(line));
	assert_string_equal(line, message);
}

static void test_error_messages(void **state)
{
	(void)state;
	expect_message("{\"error\":{\"message\":\"no such model\"}}", "no such model");
	expect_message("{\"error\":\"no such model\"}", "no such model");
	expect_message("{\"object\":\"error\",\"message\":\"too long\"}", "too long");
	expect_message("{\"detail\":\"Not Found\"}", "Not Found");
	expect_message("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", "field required");
	expect_message("<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway");
	expect_message("<html><body><h1>503 Service Unavailable</h1>\nNo server is\navailable.\n</body></html>", "503 Service Unavailable No server is available.");
	expect_message("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Error</title>\n</head>\n<body>\n<pre>PayloadTooLargeError: too large<br> &nbsp; at x.js:1</pre>",
		       "PayloadTooLargeError: too large");
	expect_message("<html><head><title>Error response</title></head><body><h1>Error response</h1><p>Message: no memory.</p></body></html>", "Error response Message: no memory.");
	expect_message("<html><head><title>Error</title>", "Error");
	expect_message("<", "");
	expect_message("plain\nwords", "plain words");
	expect_message("", "");
}

static void test_embeddings(void **state)
{
	struct text inputs[] = { TEXT_LITERAL("a"), TEXT_LITERAL("b") };
	struct error_text error = { "" };
	struct buffer out;
	float *vectors = NULL;
	size_t dimensions = 0;
	int64_t tokens = 0;
	(void)state;
	buffer_init(&out, 1000);
	chat_write_embeddings("m", inputs, 2, &out);
	assert_string_equal(buffer_string(&out), "{\"model\": \"m\", \"input\": [\"a\", \"b\"]}");
	buffer_done(&out);
	assert_int_equal(chat_read_embeddings(TEXT_LITERAL("{\"data\":[{\"index\":1,\"embedding\":[3,4]},{\"index\":0,\"embedding\":[1,2.5]}]}"), 2, &vectors,
					      &dimensions, &tokens, &error), 0);
	assert_int_equal(tokens, -1);
	assert_int_equal(dimensions, 2);
	assert_true(vectors[0] == 1 && vectors[1] == 2.5f && vectors[2] == 3 && vectors[3] == 4);
	free(vectors);
	assert_int_equal(chat_read_embeddings(TEXT_LITERAL("{\"data\":[{\"index\":0,\"embedding\":[3]}],\"usage\":{\"prompt_tokens\":17}}"), 1, &vectors, &dimensions, &tokens,
					      &error), 0);
	assert_int_equal(tokens, 17);
	free(vectors);
	static const char *const wrong[] = { "{\"data\":[]}", "{}", "x", "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
		"{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1,2]}]}", "{\"data\":[{\"index\":0,\"embedding\":[]},{\"index\":1,\"embedding\":[]}]}",
		"{\"data\":[{\"index\":0,\"embedding\":\"x\"},{\"index\":9}]}", "{\"error\":\"no\"}" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_true(chat_read_embeddings(text_from(wrong[i]), 2, &vectors, &dimensions, &tokens, &error) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls), cmocka_unit_test(test_requests), cmocka_unit_test(test_whole_answers), cmocka_unit_test(test_thinking),
		cmocka_unit_test(test_streams), cmocka_unit_test(test_refused), cmocka_unit_test(test_limits), cmocka_unit_test(test_ends_of_lines_and_of_streams),
		cmocka_unit_test(test_error_messages),
		cmocka_unit_test(test_embeddings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
