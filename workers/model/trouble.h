/* trouble.h: what a person can do about a request that failed. No I/O. */
#ifndef DOCRING_WORKERS_MODEL_TROUBLE_H
#define DOCRING_WORKERS_MODEL_TROUBLE_H

#include "workers/model/http.h"

/* In one line; "" when nothing is known that its own words do not say. */
void trouble_advise(const struct http_response *response, char *ret_advice, size_t bytes);

/* The context length that the words of a refusal name: "… maximum context length is 8192 tokens …", "… the available context size (4096 tokens) …"; or 0. */
uint64_t trouble_context_in(struct text message);

#endif
