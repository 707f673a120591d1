/* model_bench.h: canned replies of models to the calls about one sample document, and the block that is composed of them: for the tests of what models write. */
#ifndef DOCRING_TESTS_UNIT_MODEL_BENCH_H
#define DOCRING_TESTS_UNIT_MODEL_BENCH_H

#include "tests/unit/planned.h"
#include "workers/inference/model_compose.h"

extern struct planned planned;
int open_all(void **state);       /* of a group of tests */
int close_all(void **state);
int usual_settings(void **state); /* before each test */

enum { CALLS_MAX = 16 };
struct bench {
	struct compose_call calls[CALLS_MAX];
	size_t count;
	struct compose_block block;
	struct compose_counts counts;
};

struct model_reply *add_reply(struct bench *bench, struct plan_call call, const char *json);
void compose(struct bench *bench, bool last);
void bench_done(struct bench *bench);
struct text message_at(const struct bench *bench, uint32_t conversation, uint32_t message);
struct text reason_of(const struct bench *bench, uint32_t conversation);

#endif
