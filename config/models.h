/* models.h: the `models:` list of the configuration: which model servers there are and how each is to be used. The keys stand in
 * models_table.h once, as those of settings do: parser, help, dump and documentation come from it. */
#ifndef DOCRING_CONFIG_MODELS_H
#define DOCRING_CONFIG_MODELS_H

#include <stdbool.h>
#include <stdint.h>

enum { MODELS_MAX = 16 };

/* tier of a model, in the order in which documents move up */
enum model_tier { MODEL_FAST, MODEL_BALANCED, MODEL_QUALITY, MODEL_TIER_COUNT };
const char *model_tier_name(enum model_tier tier);

struct model_settings {
	const char *name;                 /* unique; default: the model's own name */
	const char *tier;                 /* fast|balanced|quality */
	const char *base_url;             /* "http://127.0.0.1:11434", with or without /v1 */
	const char *model;                /* as the server calls it */
	const char *api_key_env;          /* name of the environment variable that holds the key; "" none */
	const char *api;                  /* auto|openai|ollama */
	const char *use;                  /* generate|judge|embeddings */
	const char *format;               /* auto|schema|json|prompt */
	const char *thinking;             /* auto|on|off: asked of the model */
	uint64_t max_concurrent_requests; /* 0: as many as the probe sees slots, else 4 */
	uint64_t request_timeout_s;       /* of one attempt; up to 1800 */
	uint64_t max_tokens;              /* of one reply */
	uint64_t context_tokens;          /* 0: what the probe finds */
	uint64_t workers;                 /* processes for this model */
	double temperature;
};

#endif
