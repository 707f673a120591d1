/* trouble.h: what a person can do about a request that failed. No I/O. */
#ifndef DOCRING_WORKERS_MODEL_TROUBLE_H
#define DOCRING_WORKERS_MODEL_TROUBLE_H

#include "workers/model/http.h"

/* In one line; "" when nothing is known that its own words do not say. */
void trouble_advise(const struct http_response *response, char *ret_advice, size_t bytes);

#endif
