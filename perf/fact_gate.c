/* fact_gate.c (perf): how many pairs a second the fact gate judges on one core, over the labelled set (tests/facts). The main number is that of
 * chunks as a model is given them: 8,000 characters and eight pairs that share the index. Beside it the extremes, no indexing at all and
 * each pair with the indexing of a passage of its own, and a reference, memmem: each word of an answer looked for in its
 * passage, which is the least that a gate without an index does. Rounds of all take turns; the median counts.
 *
 * What a run really asks stands beside it: for each folder of documents, the sequence of passages and answers that the gate sees when the built-in generator makes
 * pairs of it, and when the same answers come as a model's, each judged against the place in the document that it is evidenced by (gate_sequence.h); each passage is indexed when it
 * comes. A hash of the verdicts is printed, for comparing two builds.
 *
 *   fact_gate FILE [--documents FOLDER]... [--rounds N] [--json FILE] */
#include "base/buffer.h"
#include "perf/bench.h"
#include "perf/gate_sequence.h"
#include "tests/tools/fact_set.h"
#include "workers/inference/passage.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNK_BYTES = 8000, CHUNK_PAIRS = 8, FOLDERS_MAX = 16, NAME_BYTES = 256 };

struct pair_text {
	struct text passage, answer;
	bool first; /* of its passage, or chunk */
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

enum indexing { INDEX_ALONE, INDEX_SHARED, INDEX_EACH };

/* Every answer against its passage; INDEX_ALONE judges none: the difference is what indexing costs. */
static uint64_t gate(struct passage *passage, const struct pairs *pairs, enum indexing indexing)
{
	struct passage_verdict verdict;
	uint64_t start = thread_ns();
	for (size_t i = 0; i < pairs->count; i++) {
		passage->source_bytes *= indexing != INDEX_EACH; /* forgets that it has the passage already */
		if (pairs->all[i].first || indexing == INDEX_EACH)
			CHECK(passage_index(passage, pairs->all[i].passage) == 0);
		if (indexing == INDEX_ALONE)
			continue;
		passage_check(passage, pairs->all[i].answer, &verdict);
		facts_met += verdict.supported;
	}
	return thread_ns() - start;
}

/* Passages joined until a chunk is full; of their answers every so manieth, CHUNK_PAIRS in all. */
static void make_chunks(const struct pairs *pairs, struct buffer *text, struct pairs *ret_chunks)
{
	size_t first = 0, begin = 0;
	CHECK(buffer_reserve(text, pairs->passage_bytes + pairs->passages)); /* slices of it are kept */
	for (size_t i = 0; i <= pairs->count; i++) {
		if (i == pairs->count || (pairs->all[i].first && text->bytes - begin >= CHUNK_BYTES)) {
			take_passage(ret_chunks, (struct text){ 0 }, text_slice(buffer_view(text), begin, text->bytes));
			for (size_t k = 0; k < CHUNK_PAIRS && i - first >= CHUNK_PAIRS; k++)
				take_answer(ret_chunks, (struct text){ 0 }, pairs->all[first + k * ((i - first) / CHUNK_PAIRS)].answer);
			first = i;
			begin = text->bytes;
		}
		if (i < pairs->count && pairs->all[i].first) {
			buffer_append_text(text, pairs->all[i].passage);
			buffer_append_string(text, "\n");
		}
	}
	CHECK(!text->status);
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

static void measure(struct bench *bench, struct passage *passage, const struct pairs *pairs, const struct pairs *chunks, unsigned long rounds)
{
	struct bench_samples chunked = { 0 }, warm = { 0 }, judged = { 0 }, each = { 0 }, indexed = { 0 }, looked = { 0 };
	for (unsigned long round = 0; round <= rounds; round++) {
		uint64_t chunk_ns = gate(passage, chunks, INDEX_SHARED), chunk_index_ns = gate(passage, chunks, INDEX_ALONE);
		uint64_t index_ns = gate(passage, pairs, INDEX_ALONE), all_ns = gate(passage, pairs, INDEX_SHARED);
		uint64_t each_ns = gate(passage, pairs, INDEX_EACH), look_ns = look_up(pairs);
		if (round == 0) /* warms up */
			continue;
		bench_sample(&chunked, (double)chunks->count * 1e9 / (double)chunk_ns);
		bench_sample(&warm, (double)chunks->count * 1e9 / (double)(chunk_ns - chunk_index_ns));
		bench_sample(&judged, (double)pairs->count * 1e9 / (double)(all_ns - index_ns));
		bench_sample(&each, (double)pairs->count * 1e9 / (double)each_ns);
		bench_sample(&indexed, (double)chunks->passage_bytes * 1e3 / (double)chunk_index_ns);
		bench_sample(&looked, (double)pairs->count * 1e9 / (double)look_ns);
	}
	report(bench, "cold: a chunk of 8,000 characters and its 8 pairs", &chunked, "pairs/s");
	report(bench, "warm: the same, chunk indexed before", &warm, "pairs/s");
	report(bench, "warm: short passage indexed before", &judged, "pairs/s");
	report(bench, "cold: each pair indexes its short passage", &each, "pairs/s");
	report(bench, "indexing of chunks", &indexed, "MB/s");
	report(bench, "reference: memmem of every word", &looked, "pairs/s");
	printf("warm, short passage, beside memmem: %.2f\n", bench_percentile(&judged, 50) / bench_percentile(&looked, 50));
	bench_samples_done(&chunked);
	bench_samples_done(&warm);
	bench_samples_done(&judged);
	bench_samples_done(&each);
	bench_samples_done(&indexed);
	bench_samples_done(&looked);
}

/* Nanoseconds for the whole sequence; a hash of what it was told. */
static uint64_t replay(const struct domain *domain, const struct gate_sequence *sequence, uint64_t *ret_told)
{
	struct passage passage;
	struct passage_verdict verdict;
	uint64_t told = 0, start = thread_ns();
	passage_init(&passage, domain);
	for (size_t i = 0; i < sequence->count; i++) {
		const struct gate_step *step = &sequence->steps[i];
		struct text text = text_slice(buffer_view(&sequence->text), step->offset, step->offset + step->bytes);
		if (step->kind == GATE_DOCUMENT) {
			passage_done(&passage);
			passage_init(&passage, domain);
			continue;
		}
		if (step->kind == GATE_INDEX) {
			passage.assembled = step->assembled;
			CHECK(passage_index(&passage, text) == 0);
			continue;
		}
		passage_check(&passage, text, &verdict);
		facts_met += verdict.supported;
		told = told * 0x9E3779B97F4A7C15u + (verdict.facts << 40) + (verdict.supported << 20) + (size_t)(verdict.word.data - text.data) + verdict.word.bytes;
	}
	passage_done(&passage);
	*ret_told = told;
	return thread_ns() - start;
}

static void print_passages(const struct gate_sequence *sequence)
{
	struct bench_samples bytes = { 0 };
	for (size_t i = 0; i < sequence->count; i++)
		if (sequence->steps[i].kind == GATE_INDEX)
			bench_sample(&bytes, (double)sequence->steps[i].bytes);
	bench_sort(&bytes);
	printf("%zu pairs, %.2f to a passage; passages of %.0f bytes (median; 10 %% below %.0f, 90 %% below %.0f, all up to %.0f)\n", sequence->pairs, (double)sequence->pairs / (double)sequence->passages,
	       bench_percentile(&bytes, 50), bench_percentile(&bytes, 10), bench_percentile(&bytes, 90), bench_percentile(&bytes, 100));
	bench_samples_done(&bytes);
}

static void measure_documents(struct bench *bench, const struct domain *domain, const char *folder, unsigned long rounds)
{
	static const char *const roads[] = { [GATE_BUILT_IN] = "built-in pairs", [GATE_MODEL] = "as a model's" };
	for (enum gate_road road = GATE_BUILT_IN; road <= GATE_MODEL; road++) {
		struct gate_sequence sequence;
		struct bench_samples rates = { 0 };
		uint64_t told = 0;
		char name[NAME_BYTES];
		gate_sequence_record(&sequence, folder, domain, road);
		if (!sequence.pairs)
			bench_fail(bench, "%s: no pairs", folder);
		for (unsigned long round = 0; round <= rounds; round++) {
			uint64_t ns = replay(domain, &sequence, &told);
			if (round > 0)
				bench_sample(&rates, (double)sequence.pairs * 1e9 / (double)ns);
		}
		snprintf(name, sizeof(name), "%s, %zu documents: %s", folder, sequence.documents, roads[road]);
		report(bench, name, &rates, "pairs/s");
		print_passages(&sequence);
		printf("verdicts: %016llx\n", (unsigned long long)told);
		bench_samples_done(&rates);
		gate_sequence_done(&sequence);
	}
}

int main(int argc, char **argv)
{
	struct bench bench;
	struct pairs pairs = { 0 }, chunks = { 0 };
	struct buffer input, chunk_text;
	struct passage passage;
	const char *path = NULL, *json_path = NULL, *folders[FOLDERS_MAX];
	unsigned long rounds = 15;
	size_t folder_count = 0;
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "--rounds") == 0 && at + 1 < argc)
			rounds = strtoul(argv[++at], NULL, 10);
		else if (strcmp(argv[at], "--json") == 0 && at + 1 < argc)
			json_path = argv[++at];
		else if (strcmp(argv[at], "--documents") == 0 && at + 1 < argc && folder_count < FOLDERS_MAX)
			folders[folder_count++] = argv[++at];
		else
			path = argv[at];
	}
	if (!path || rounds < 1) {
		fprintf(stderr, "usage: fact_gate FILE [--documents FOLDER]... [--rounds N] [--json FILE]\n");
		return 2;
	}
	struct fact_set_reader reader = { .passage = take_passage, .answer = take_answer, .context = &pairs };
	struct domain *domain = fact_set_domain("ran");
	buffer_init(&input, FACT_SET_BYTES_MAX);
	buffer_init(&chunk_text, FACT_SET_BYTES_MAX);
	fact_set_read(path, &input, &reader);
	bench_begin(&bench, "fact_gate", json_path);
	if (!pairs.count)
		bench_fail(&bench, "%s: no answers", path);
	make_chunks(&pairs, &chunk_text, &chunks);
	if (!pairs.passages || !chunks.passages)
		bench_fail(&bench, "%s: no passage", path);
	printf("%zu answers of %zu bytes on average to %zu passages of %zu bytes; %zu to %zu chunks of %zu bytes\n\n", pairs.count, pairs.answer_bytes / pairs.count,
	       pairs.passages, pairs.passage_bytes / pairs.passages, chunks.count, chunks.passages, chunks.passage_bytes / chunks.passages);
	passage_init(&passage, domain);
	measure(&bench, &passage, &pairs, &chunks, rounds);
	for (size_t i = 0; i < folder_count; i++)
		measure_documents(&bench, domain, folders[i], rounds);
	passage_done(&passage);
	free(chunks.all);
	buffer_done(&chunk_text);
	free(pairs.all);
	buffer_done(&input);
	domain_destroy(domain);
	return facts_met ? bench_end(&bench) : 3;
}
