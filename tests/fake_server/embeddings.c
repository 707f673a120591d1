/* embeddings.c: POST /v1/embeddings and Ollama's /api/embed. A text's vector is its bag of words: each word, and each pair of
 * neighbours with half the weight, adds to two places chosen by its hash, with signs; the sum is brought to length 1. Texts that
 * share words are near each other; case and punctuation do not count. */
#include "tests/fake_server/personality.h"
#include "tests/fake_server/server.h"

#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

enum { WORD_BYTES_MAX = 64, INPUTS_MAX = 4096 };

static void add_hash(float *vector, uint32_t dimensions, uint64_t hash, float weight)
{
	vector[(uint32_t)hash % dimensions] += hash & (1ull << 62) ? weight : -weight;
	vector[(uint32_t)(hash >> 20) % dimensions] += hash & (1ull << 63) ? weight : -weight;
}

static void embed(struct text text, float *vector, uint32_t dimensions)
{
	char word[WORD_BYTES_MAX];
	size_t bytes = 0;
	uint64_t previous = 0;
	float length = 0;

	CHECK(dimensions > 0);
	for (uint32_t i = 0; i < dimensions; i++)
		vector[i] = 0;
	for (size_t i = 0; i <= text.bytes; i++) {
		char c = i < text.bytes ? text.data[i] : ' ';
		if (ascii_is_word(c) || (unsigned char)c >= 0x80) {
			if (bytes < sizeof(word))
				word[bytes++] = ascii_lower(c);
			continue;
		}
		if (bytes == 0)
			continue;
		uint64_t hash = XXH3_64bits(word, bytes);
		add_hash(vector, dimensions, hash, bytes > 3 ? 1.0f : 0.3f);
		if (previous)
			add_hash(vector, dimensions, hash ^ (previous * 31), 0.5f);
		previous = hash;
		bytes = 0;
	}
	for (uint32_t i = 0; i < dimensions; i++)
		length += vector[i] * vector[i];
	length = sqrtf(length);
	for (uint32_t i = 0; i < dimensions; i++)
		vector[i] = length > 0 ? vector[i] / length : (i == 0 ? 1.0f : 0.0f);
}

static void write_base64(const float *vector, uint32_t dimensions, struct json_writer *json)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = (const unsigned char *)vector;
	size_t count = dimensions * sizeof(float);
	struct buffer out;

	buffer_init(&out, count * 2 + 16);
	for (size_t i = 0; i < count; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16 | (i + 1 < count ? (uint32_t)bytes[i + 1] << 8 : 0) | (i + 2 < count ? bytes[i + 2] : 0);
		for (size_t k = 0; k < 4; k++)
			buffer_append_byte(&out, i + k > count ? '=' : digits[(group >> (18 - 6 * k)) & 63]);
	}
	json_text(json, buffer_view(&out));
	buffer_done(&out);
}

static void write_vector(const float *vector, uint32_t dimensions, struct json_writer *json)
{
	json_array_open(json);
	for (uint32_t i = 0; i < dimensions; i++)
		json_fixed(json, (double)vector[i], 6);
	json_array_close(json);
}

struct embed_call {
	struct connection *connection;
	struct json_object *input; /* a string or an array of strings */
	size_t count;
	bool native, base64;
	float *vector;
};

static struct text input_at(const struct embed_call *call, size_t index)
{
	struct json_object *value = json_object_is_type(call->input, json_type_array) ? json_object_array_get_idx(call->input, index) : call->input;
	return json_object_is_type(value, json_type_string) ? (struct text){ json_object_get_string(value), (size_t)json_object_get_string_len(value) }
							     : (struct text){ "", 0 };
}

static void write_one(struct embed_call *call, size_t index, struct json_writer *json)
{
	uint32_t dimensions = call->connection->server->options.dimensions;

	embed(input_at(call, index), call->vector, dimensions);
	if (call->native) {
		write_vector(call->vector, dimensions, json);
		return;
	}
	json_object_open(json);
	json_member_string(json, "object", "embedding");
	json_member_unsigned(json, "index", index);
	json_key(json, "embedding");
	if (call->base64)
		write_base64(call->vector, dimensions, json);
	else
		write_vector(call->vector, dimensions, json);
	json_object_close(json);
}

static void write_answer(struct embed_call *call, struct json_writer *json)
{
	struct exchange *exchange = &call->connection->exchange;

	json_object_open(json);
	json_member_string(json, "model", call->connection->server->options.embedding_model);
	if (!call->native)
		json_member_string(json, "object", "list");
	json_key(json, call->native ? "embeddings" : "data");
	json_array_open(json);
	for (size_t i = 0; i < call->count; i++)
		write_one(call, i, json);
	json_array_close(json);
	if (call->native) {
		json_member_unsigned(json, "prompt_eval_count", exchange->prompt_tokens);
	} else {
		json_key(json, "usage");
		json_object_open(json);
		json_member_unsigned(json, "prompt_tokens", exchange->prompt_tokens);
		json_member_unsigned(json, "total_tokens", exchange->prompt_tokens);
		json_object_close(json);
	}
	json_object_close(json);
}

void embeddings_answer(struct connection *connection)
{
	struct server *server = connection->server;
	struct exchange *exchange = &connection->exchange;
	struct embed_call call = { .connection = connection, .native = exchange->route == ROUTE_OLLAMA_EMBED };
	struct json_object *format = NULL;
	struct json_writer json;

	json_object_object_get_ex(exchange->root, "input", &call.input);
	bool list = json_object_is_type(call.input, json_type_array);
	call.count = list ? json_object_array_length(call.input) : call.input != NULL;
	if (call.count == 0 || call.count > INPUTS_MAX) {
		deliver_error(connection, 400, "input: a string or a list of at most 4096 strings is required");
		return;
	}
	if (json_object_object_get_ex(exchange->root, "encoding_format", &format))
		call.base64 = strcmp(json_object_get_string(format), "base64") == 0;
	for (size_t i = 0; i < call.count; i++)
		exchange->prompt_tokens += tokens_count(input_at(&call, i));
	call.vector = calloc(server->options.dimensions, sizeof(*call.vector));
	buffer_clear(&server->body);
	if (!call.vector) {
		deliver_error(connection, 500, "out of memory");
		return;
	}
	json_init(&json, &server->body, 0);
	write_answer(&call, &json);
	free(call.vector);
	if (server->options.latency.kind != LATENCY_ZERO) /* reading is quick: a twentieth of what a token costs, or of an answer */
		exchange->latency_ns = server->options.latency.kind == LATENCY_TOKENS ? server->options.latency.low_ns / 20 * exchange->prompt_tokens
										      : server->options.latency.low_ns / 20;
	deliver(connection, 200, "application/json", buffer_view(&server->body));
}
