/* personality.h: what tells one model server from another, as data. Sources: llama.cpp tools/server/README.md (several models: "Using multiple models") and its issues
 * (15780: exceed_context_size_error); llama-swap's list of models; ollama docs/api.md, openai/openai.go, server/routes.go; lmstudio.ai/docs/developer/rest and its bug tracker
 * (189: json_object → 400; 1698, 1773, 1971: JSON in reasoning_content); vLLM entrypoints/openai/engine/protocol.py (unknown fields such as guided_json are
 * logged and ignored; error object; max_model_len); mlx-lm mlx_lm/server.py and SERVER.md (HTTP/1.0, no response_format,
 * `reasoning`, 512 tokens by default, errors 404 {"error": "…"}). */
#ifndef DOCRING_TESTS_FAKE_SERVER_PERSONALITY_H
#define DOCRING_TESTS_FAKE_SERVER_PERSONALITY_H

#include "base/text.h"

#include <stdint.h>

enum personality_kind { AS_OPENAI, AS_LLAMACPP, AS_OLLAMA, AS_LMSTUDIO, AS_VLLM, AS_MLX, AS_LLAMASWAP, AS_COUNT };

enum overflow_kind { /* a prompt longer than the context */
	OVERFLOW_ERROR,
	OVERFLOW_CUT, /* cut without a word */
	OVERFLOW_NONE, /* no limit */
};

struct personality {
	enum personality_kind kind;
	const char *name, *model, *embedding_model;
	const char *server_header;    /* a whole header line with CR LF, or "" */
	const char *thinking_key;     /* of a message */
	uint32_t context_tokens;      /* by default */
	uint32_t max_tokens;          /* of a reply that sets none; 0: no limit */
	enum overflow_kind overflow;
	bool closes;                  /* HTTP/1.0, one request a connection */
	bool tells_cached;            /* usage.prompt_tokens_details */
	bool any_model;               /* the name in a request is not looked at */
	bool knows_schema, knows_json_object;
	bool bare_paths;              /* /chat/completions as well as /v1/chat/completions */
	int busy_status;              /* when the queue is full */
	const char *busy_message;
};

extern const struct personality personalities[AS_COUNT];
const struct personality *personality_find(const char *name); /* NULL: none */

#endif
