/* chat.h: one chat call between its reading (chat.c) and its writing (chat_write.c). Private to the two. */
#ifndef DOCRING_TESTS_FAKE_SERVER_CHAT_H
#define DOCRING_TESTS_FAKE_SERVER_CHAT_H

#include "tests/fake_server/server.h"

struct chat_call {
	struct connection *connection;
	const struct script_action *action; /* never NULL */
	bool native;                        /* Ollama's own API */
	bool stream, wants_usage, json_mode, thinks;
	struct text model, grammar, prompt; /* prompt: what the model sees */
	struct json_object *messages, *schema;
	int64_t max_tokens;                 /* 0: no limit */
	uint32_t context_tokens, completion_tokens;
	uint64_t seed;
	struct buffer *content, *thoughts;
	const char *thinking_key, *finish;
};

/* Writes the answer in the form of its API and delivers it. */
void chat_write(struct chat_call *call);

#endif
