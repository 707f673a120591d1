/* probe.h: what a model server really does, asked before it is trusted: reachable, model there, context length, slots, is a JSON
 * schema honoured, JSON mode, where thinking text appears, are token counts true, does it read all of a long prompt, does a stream end as it
 * should. A question that fails in a way that may pass is asked again by the rules for calls (endpoint.h), for PROBE_PATIENCE_NS_MAX in
 * all: nothing is taken for a property of the server that may be one of the moment. About fifteen requests, all but one small. Blocking; used at the start of an inference worker and by `worker-inference --probe`, which prints the
 * result as JSON for `coordinator doctor`. */
#ifndef DOCRING_WORKERS_MODEL_PROBE_H
#define DOCRING_WORKERS_MODEL_PROBE_H

#include "config/models.h"
#include "workers/model/chat.h"

enum probe_server { PROBE_UNKNOWN, PROBE_LLAMA_CPP, PROBE_OLLAMA, PROBE_LM_STUDIO, PROBE_VLLM, PROBE_MLX, PROBE_LLAMA_SWAP, PROBE_SERVER_COUNT };
const char *probe_server_name(enum probe_server server); /* "llama.cpp" … */
enum probe_thinking { PROBE_THINKING_NONE, PROBE_THINKING_TAGS, PROBE_THINKING_FIELD, PROBE_THINKING_INSTEAD_OF_CONTENT };

/* All waiting for another try together; and no longer than a question may take. */
#define PROBE_PATIENCE_NS_MAX (60ull * 1000000000)
enum { PROBE_NOTES_MAX = 16 };
struct probe_result {
	bool reachable, model_present; /* reachable: false too where a proxy answers for a server that is away, or a server that is only starting */
	enum probe_server server;
	char model[160];            /* to ask for: the one that was named, or the only one there is */
	enum chat_api api;          /* to use */
	enum chat_format format;    /* to use: best that was honoured */
	uint64_t context_tokens;    /* to be used: the smallest of what is configured, told and seen; 0: not known. Decided by the probe alone */
	uint64_t tried_tokens;      /* a prompt of so many was read whole; 0: none was tried */
	double chars_per_token;     /* of English prose, by its own counts; 0: they cannot be believed */
	double tokens_factor;       /* its tokens for each one of tokens.h, of such prose; 0: likewise */
	uint32_t slots;             /* 0: not known */
	bool one_at_a_time;         /* of its models: another one is loaded in the place of the one that is there */
	enum probe_thinking thinking;
	bool schema_ignored, json_mode, usage_truthful, stream_ok, embeddings;
	double first_answer_s, tokens_per_s;
	char message[320];          /* when it cannot be used: why, and what to do */
	char notes[PROBE_NOTES_MAX][160]; /* for people */
	uint32_t note_count;
};
/* Never fails: what could not be found out is said in the result. `api_key` may be NULL. */
void probe_model(const struct model_settings *model, const char *api_key, uint64_t timeout_ns, struct probe_result *ret_result);
/* Requests at once: max_concurrent_requests, but no more than twice the slots that were told; else by the server. */
uint32_t probe_requests_max(const struct model_settings *model, const struct probe_result *result);
void probe_write_json(const struct model_settings *model, const struct probe_result *result, struct buffer *out);

#endif
