/* probe.h: what a model server really does, asked before it is trusted: reachable, model there, context length, slots, is a JSON
 * schema honoured, JSON mode, where thinking text appears, are token counts true, does a stream end as it should. Small requests;
 * about ten of them. Blocking; used at the start of an inference worker and by `worker-inference --probe`, which prints the
 * result as JSON for `coordinator doctor`. */
#ifndef DOCRING_WORKERS_MODEL_PROBE_H
#define DOCRING_WORKERS_MODEL_PROBE_H

#include "config/models.h"
#include "workers/model/chat.h"

enum probe_server { PROBE_UNKNOWN, PROBE_LLAMA_CPP, PROBE_OLLAMA, PROBE_LM_STUDIO, PROBE_VLLM, PROBE_MLX, PROBE_SERVER_COUNT };
const char *probe_server_name(enum probe_server server); /* "llama.cpp" … */
enum probe_thinking { PROBE_THINKING_NONE, PROBE_THINKING_TAGS, PROBE_THINKING_FIELD, PROBE_THINKING_INSTEAD_OF_CONTENT };

enum { PROBE_NOTES_MAX = 16 };
struct probe_result {
	bool reachable, model_present; /* reachable: false too where a proxy answers for a server that is away, or a server that is only starting */
	enum probe_server server;
	char model[160];            /* to ask for: the one that was named, or the only one there is */
	enum chat_api api;          /* to use */
	enum chat_format format;    /* to use: best that was honoured */
	uint64_t context_tokens;    /* really to be had, 0: not known */
	uint32_t slots;             /* 0: not known */
	enum probe_thinking thinking;
	bool schema_ignored, json_mode, usage_truthful, stream_ok, embeddings;
	double first_answer_s, tokens_per_s;
	char message[320];          /* when it cannot be used: why, and what to do */
	char notes[PROBE_NOTES_MAX][160]; /* for people */
	uint32_t note_count;
};
/* Never fails: what could not be found out is said in the result. `api_key` may be NULL. */
void probe_model(const struct model_settings *model, const char *api_key, uint64_t timeout_ns, struct probe_result *ret_result);
void probe_write_json(const struct model_settings *model, const struct probe_result *result, struct buffer *out);

#endif
