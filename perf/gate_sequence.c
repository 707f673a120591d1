/* gate_sequence.c: see gate_sequence.h. */
#include "perf/gate_sequence.h"

#include "base/check.h"
#include "coordinator/walk.h"
#include "tests/tools/tool_document.h"
#include "workers/inference/evidence.h"
#include "workers/inference/generate.h"
#include "workers/inference/pair_gate.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES_MAX = 1 << 30 };

static struct gate_sequence *recorded; /* NULL: nothing is */

int __real_passage_index(struct passage *passage, struct text source) WARN_UNUSED;
int __wrap_passage_index(struct passage *passage, struct text source) WARN_UNUSED;
void __real_passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict);
void __wrap_passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict);

static void record(struct text text, enum gate_step_kind kind, bool assembled)
{
	struct gate_sequence *sequence = recorded;
	if (!sequence)
		return;
	if (sequence->count == sequence->capacity) {
		sequence->capacity = sequence->capacity ? sequence->capacity * 2 : 1024;
		sequence->steps = realloc(sequence->steps, sequence->capacity * sizeof(*sequence->steps));
		CHECK(sequence->steps);
	}
	sequence->steps[sequence->count++] = (struct gate_step){ .kind = kind, .assembled = assembled, .offset = sequence->text.bytes, .bytes = text.bytes };
	sequence->passages += kind == GATE_INDEX;
	sequence->pairs += kind == GATE_CHECK;
	buffer_append_text(&sequence->text, text);
}

int __wrap_passage_index(struct passage *passage, struct text source)
{
	record(source, GATE_INDEX, passage->assembled);
	return __real_passage_index(passage, source);
}

void __wrap_passage_check(const struct passage *passage, struct text answer, struct passage_verdict *ret_verdict)
{
	record(answer, GATE_CHECK, false);
	__real_passage_check(passage, answer, ret_verdict);
}

struct recorder {
	struct gate_sequence *sequence;
	const struct domain *domain;
	struct settings settings;
	enum gate_road road;
	struct passage passage;
	struct buffer source;
};

/* As model_pairs.c goes about an answer. */
static void record_evidence(struct recorder *recorder, const struct document *document, const struct blocks *blocks, uint32_t chunk_index, struct text question, struct text answer)
{
	const struct document_chunk *chunk = &document->chunks[chunk_index];
	struct evidence evidence;
	evidence_find(document, blocks, chunk->span, (struct text){ "", 0 }, question, answer, &evidence);
	for (size_t i = 0; i < evidence.count; i++) {
		struct passage_verdict verdict;
		buffer_clear(&recorder->source);
		buffer_append_text(&recorder->source, document_text(document, chunk->heading_path));
		buffer_append_string(&recorder->source, "\n\n");
		buffer_append_text(&recorder->source, document_span(document, evidence.places[i]));
		CHECK(!recorder->source.status && passage_index(&recorder->passage, buffer_view(&recorder->source)) == 0);
		passage_check(&recorder->passage, answer, &verdict);
		if (verdict.supported == verdict.facts)
			return;
	}
}

static void record_answers(struct recorder *recorder, const struct document *document, struct conversation_builder *builder)
{
	struct conversation_set set;
	struct blocks blocks;
	size_t bytes = (size_t)conversation_builder_bytes(builder);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	CHECK(block && blocks_scan(document->markdown, &blocks) == 0);
	conversation_builder_write(builder, block);
	CHECK(conversation_open(block, bytes, &set, NULL) == 0);
	for (uint32_t i = 0; i < set.count; i++) {
		const struct conversation *conversation = &set.conversations[i];
		const struct conversation_message *last = &set.messages[conversation->message_first + conversation->message_count - 1];
		if (conversation->accepted && conversation->chunk_index < document->chunk_count)
			record_evidence(recorder, document, &blocks, conversation->chunk_index, conversation_text(&set, last[-1].text), conversation_text(&set, last->text));
	}
	blocks_done(&blocks);
	free(block);
}

static void use_document(void *context, const char *path, const struct document *document)
{
	struct recorder *recorder = context;
	(void)path;
	if (document->header->status != DOCUMENT_CONVERTED)
		return;
	struct conversation_builder *builder = conversation_builder_create();
	CHECK(builder);
	recorded = recorder->sequence;
	record((struct text){ "", 0 }, GATE_DOCUMENT, false);
	recorded = recorder->road == GATE_BUILT_IN ? recorder->sequence : NULL;
	CHECK(generate_conversations(&recorder->settings, recorder->domain, document, builder) == 0);
	recorded = recorder->road == GATE_MODEL ? recorder->sequence : NULL;
	if (recorded)
		record_answers(recorder, document, builder);
	recorded = NULL;
	conversation_builder_destroy(builder);
	recorder->sequence->documents++;
}

void gate_sequence_record(struct gate_sequence *sequence, const char *folder, const struct domain *domain, enum gate_road road)
{
	const struct walk_rules rules = { .follow_links = true };
	struct recorder recorder = { .sequence = sequence, .domain = domain, .road = road };
	struct error_text error = { "" };
	struct preprocess *preprocess;
	struct walk_entry entry;
	struct walk *walk;
	*sequence = (struct gate_sequence){ 0 };
	buffer_init(&sequence->text, TEXT_BYTES_MAX);
	buffer_init(&recorder.source, TEXT_BYTES_MAX);
	settings_init(&recorder.settings);
	passage_init(&recorder.passage, domain);
	CHECK(preprocess_create(&recorder.settings, domain, &preprocess) == 0);
	if (walk_open(&walk, &folder, 1, &rules, &error) < 0) {
		fprintf(stderr, "%s\n", error.message);
		exit(3);
	}
	while (walk_next(walk, &entry) > 0)
		if (entry.kind == WALK_FILE && entry.bytes > 0)
			tool_document(preprocess, entry.path, use_document, &recorder);
	walk_close(walk);
	preprocess_destroy(preprocess);
	passage_done(&recorder.passage);
	settings_done(&recorder.settings);
	buffer_done(&recorder.source);
	CHECK(!sequence->text.status);
}

void gate_sequence_done(struct gate_sequence *sequence)
{
	free(sequence->steps);
	buffer_done(&sequence->text);
}
