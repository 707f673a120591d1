/* fact_gate.c (perf): how many pairs a second the fact gate judges on one core, over the labelled set (tests/facts): answers against a passage
 * that is indexed already, and with the indexing of each passage shared by its answers, as pairs of one chunk share it. Beside it the
 * reference, memmem: each word of the answer looked for in the passage, which is the least that a gate without an index does. Rounds
 * of the three take turns; the median counts.
 *
 *   fact_gate FILE [--rounds N] [--json FILE] */
#include "base/buffer.h"
#include "perf/bench.h"
#include "tests/tools/fact_set.h"
#include "workers/inference/passage.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pair_text {
	struct text passage, answer;
	bool first; /* of its passage */
};

struct pairs {
	struct pair_text *all;
	size_t count, capacity, answer_bytes, passage_bytes, passages;
	struct text passage;
	bool fresh;
};

static void take_passage(void *context, struct text heading, struct text source)
{
	struct pairs *pairs = context;
	(void)heading;
	pairs->passage = source;
	pairs->fresh = true;
}

static void take_answer(void *context, struct text label, struct text answer)
{
	struct pairs *pairs = context;
	(void)label;
	if (pairs->count == pairs->capacity) {
		pairs->capacity = pairs->capacity ? pairs->capacity * 2 : 1024;
		pairs->all = realloc(pairs->all, pairs->capacity * sizeof(*pairs->all));
		CHECK(pairs->all);
	}
	pairs->all[pairs->count++] = (struct pair_text){ .passage = pairs->passage, .answer = answer, .first = pairs->fresh };
	pairs->answer_bytes += answer.bytes;
	pairs->passage_bytes += pairs->fresh ? pairs->passage.bytes : 0;
	pairs->passages += pairs->fresh;
	pairs->fresh = false;
}

/* What this thread was given: other programs' turns on the core are not the gate's. */
static uint64_t thread_ns(void)
{
	struct timespec now;
	CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t facts_met; /* so that nothing is left out by the compiler */

/* Every answer against its passage, judged or not: the difference is what indexing costs. */
static uint64_t gate(struct passage *passage, const struct pairs *pairs, bool judged)
{
	struct passage_verdict verdict;
	uint64_t start = thread_ns();
	for (size_t i = 0; i < pairs->count; i++) {
		if (pairs->all[i].first)
			CHECK(passage_index(passage, pairs->all[i].passage) == 0);
		if (!judged)
			continue;
		passage_check(passage, pairs->all[i].answer, &verdict);
		facts_met += verdict.supported;
	}
	return thread_ns() - start;
}

static uint64_t look_up(const struct pairs *pairs)
{
	uint64_t start = thread_ns();
	for (size_t i = 0; i < pairs->count; i++) {
		struct text passage = pairs->all[i].passage, answer = pairs->all[i].answer;
		for (size_t at = 0, end; at < answer.bytes; at = end + 1) {
			for (end = at; end < answer.bytes && ascii_is_word(answer.data[end]); end++)
				;
			if (end > at)
				facts_met += text_find(passage, text_slice(answer, at, end)) >= 0;
		}
	}
	return thread_ns() - start;
}

static void report(struct bench *bench, const char *name, struct bench_samples *rates, const char *unit)
{
	bench_sort(rates);
	printf("%-52s %12.0f %s\n", name, bench_percentile(rates, 50), unit);
	json_key(&bench->json, name);
	json_object_open(&bench->json);
	json_member_string(&bench->json, "unit", unit);
	bench_write_samples(&bench->json, rates, 1);
	json_object_close(&bench->json);
}

int main(int argc, char **argv)
{
	struct bench bench;
	struct pairs pairs = { 0 };
	struct buffer input;
	struct passage passage;
	const char *path = NULL, *json_path = NULL;
	unsigned long rounds = 15;
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "--rounds") == 0 && at + 1 < argc)
			rounds = strtoul(argv[++at], NULL, 10);
		else if (strcmp(argv[at], "--json") == 0 && at + 1 < argc)
			json_path = argv[++at];
		else
			path = argv[at];
	}
	if (!path || rounds < 1) {
		fprintf(stderr, "usage: fact_gate FILE [--rounds N] [--json FILE]\n");
		return 2;
	}
	struct fact_set_reader reader = { .passage = take_passage, .answer = take_answer, .context = &pairs };
	struct domain *domain = fact_set_domain("ran");
	buffer_init(&input, FACT_SET_BYTES_MAX);
	fact_set_read(path, &input, &reader);
	bench_begin(&bench, "fact_gate", json_path);
	if (!pairs.count)
		bench_fail(&bench, "%s: no answers", path);
	printf("%zu answers of %zu bytes on average to %zu passages of %zu bytes\n\n", pairs.count, pairs.answer_bytes / pairs.count, pairs.passages,
	       pairs.passage_bytes / pairs.passages);
	struct bench_samples judged = { 0 }, whole = { 0 }, indexed = { 0 }, looked = { 0 };
	passage_init(&passage, domain);
	for (unsigned long round = 0; round <= rounds; round++) {
		uint64_t index_ns = gate(&passage, &pairs, false), all_ns = gate(&passage, &pairs, true), look_ns = look_up(&pairs);
		if (round == 0) /* warms up */
			continue;
		bench_sample(&judged, (double)pairs.count * 1e9 / (double)(all_ns - index_ns));
		bench_sample(&whole, (double)pairs.count * 1e9 / (double)all_ns);
		bench_sample(&indexed, (double)pairs.passage_bytes * 1e3 / (double)index_ns);
		bench_sample(&looked, (double)pairs.count * 1e9 / (double)look_ns);
	}
	report(&bench, "fact gate, passage indexed", &judged, "pairs/s");
	report(&bench, "fact gate, with indexing", &whole, "pairs/s");
	report(&bench, "indexing", &indexed, "MB/s");
	report(&bench, "reference: memmem of every word", &looked, "pairs/s");
	printf("fact gate, passage indexed, beside memmem: %.2f\n", bench_percentile(&judged, 50) / bench_percentile(&looked, 50));
	passage_done(&passage);
	bench_samples_done(&judged);
	bench_samples_done(&whole);
	bench_samples_done(&indexed);
	bench_samples_done(&looked);
	free(pairs.all);
	buffer_done(&input);
	domain_destroy(domain);
	return facts_met ? bench_end(&bench) : 3;
}
