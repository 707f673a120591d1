/* print_pairs.c: the pairs that the built-in generator makes of files, for reading them and for their diversity. No test: a
 * tool for people who work on the generator.
 *
 *   print_pairs [-q] [-d domain] FILE…    -q prints the questions and the diversity alone */
#include "tests/tools/tool_document.h"
#include "workers/inference/generate.h"
#include "workers/inference/prose.h"

#include "base/clock.h"
#include "base/string_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct tally { /* how often each key was seen */
	struct string_map map;
	struct { char *key; uint32_t count; } *entries;
	size_t count, capacity;
};

struct tool {
	struct settings settings;
	struct domain *domain;
	struct preprocess *preprocess;
	struct tally first_words, patterns, kinds, reasons;
	uint32_t pairs, refused, documents;
	uint64_t answer_bytes, nanoseconds;
	double score;
	bool quiet;
};

static void tally_add(struct tally *tally, struct text key)
{
	bool added;
	uint32_t *index = string_map_add(&tally->map, key, &added);
	CHECK(index);
	if (added) {
		if (tally->count == tally->capacity) {
			tally->capacity = tally->capacity ? tally->capacity * 2 : 64;
			tally->entries = realloc(tally->entries, tally->capacity * sizeof(*tally->entries));
			CHECK(tally->entries);
		}
		*index = (uint32_t)tally->count;
		tally->entries[tally->count].key = strndup(key.data, key.bytes);
		tally->entries[tally->count++].count = 0;
	}
	tally->entries[*index].count++;
}

static int by_count(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)((const char *)a + sizeof(char *)), right = *(const uint32_t *)((const char *)b + sizeof(char *));
	return left < right ? 1 : left > right ? -1 : 0;
}

static void tally_print(struct tally *tally, const char *what, uint32_t total, size_t lines)
{
	if (tally->count)
		qsort(tally->entries, tally->count, sizeof(*tally->entries), by_count);
	printf("%s (%zu):\n", what, tally->count);
	for (size_t i = 0; i < tally->count && i < lines; i++)
		printf("  %5.1f %%  %6u  %s\n", 100.0 * tally->entries[i].count / total, tally->entries[i].count, tally->entries[i].key);
}

static void tally_done(struct tally *tally)
{
	for (size_t i = 0; i < tally->count; i++)
		free(tally->entries[i].key);
	free(tally->entries);
	string_map_done(&tally->map);
}

/* The pattern of a question: its first three words. */
static struct text pattern_of(struct text question)
{
	size_t words = 0, end = 0;
	for (; end < question.bytes && words < 3; end++)
		words += question.data[end] == ' ';
	return text_slice(question, 0, words == 3 ? end - 1 : end);
}

static void print_conversation(struct tool *tool, const struct conversation_set *set, const struct conversation *conversation)
{
	const struct conversation_message *messages = &set->messages[conversation->message_first];
	struct text question = conversation_text(set, messages[conversation->message_count - 2].text);
	struct text answer = conversation_text(set, messages[conversation->message_count - 1].text);
	struct text reason = conversation_text(set, conversation->reason);
	if (!conversation->accepted) {
		tool->refused++;
		tally_add(&tool->reasons, text_slice(reason, 0, size_min(reason.bytes, 48)));
	} else {
		tool->pairs++;
		tool->score += (double)conversation->scores.combined;
		tool->answer_bytes += answer.bytes;
		tally_add(&tool->first_words, prose_first_word(question));
		tally_add(&tool->patterns, pattern_of(question));
		tally_add(&tool->kinds, text_from(conversation_question_name((enum conversation_question)conversation->question)));
	}
	if (tool->quiet) {
		printf("Q %.*s\n", TEXT_ARGS(question));
		return;
	}
	printf("--- %s%s  coherence %.2f relevance %.2f accuracy %.2f semantic %.2f combined %.2f  span %u+%u chunk %u\n",
	       conversation_question_name((enum conversation_question)conversation->question), conversation->accepted ? "" : "  REFUSED",
	       (double)conversation->scores.coherence, (double)conversation->scores.relevance, (double)conversation->scores.accuracy,
	       (double)conversation->scores.semantic, (double)conversation->scores.combined, conversation->span.offset, conversation->span.bytes,
	       conversation->chunk_index);
	if (reason.bytes)
		printf("REASON %.*s\n", TEXT_ARGS(reason));
	printf("Q: %.*s\n\nA: %.*s\n\n", TEXT_ARGS(question), TEXT_ARGS(answer));
}

static void print_document(struct tool *tool, const char *path, const struct document *document)
{
	struct conversation_builder *builder = conversation_builder_create();
	struct conversation_set set;
	CHECK(builder);
	uint64_t start = clock_monotonic_ns();
	CHECK(generate_conversations(&tool->settings, tool->domain, document, builder) == 0);
	tool->nanoseconds += clock_monotonic_ns() - start;
	size_t bytes = (size_t)conversation_builder_bytes(builder);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	CHECK(block);
	conversation_builder_write(builder, block);
	CHECK(conversation_open(block, bytes, &set, NULL) == 0);
	if (!tool->quiet)
		printf("=== %s: %u items, complexity %.2f, structural %.2f, %u conversations\n\n", path, document->item_count,
		       (double)document->header->scores.complexity, (double)document->header->scores.structural, set.count);
	for (uint32_t i = 0; i < set.count; i++)
		print_conversation(tool, &set, &set.conversations[i]);
	free(block);
	conversation_builder_destroy(builder);
}

static void use_document(void *context, const char *path, const struct document *document)
{
	struct tool *tool = context;
	if (document->header->status == DOCUMENT_CONVERTED)
		print_document(tool, path, document);
	else
		fprintf(stderr, "%s: %.*s\n", path, TEXT_ARGS(document_meta(document, DOCUMENT_META_REASON)));
	tool->documents++;
}

int main(int argument_count, char **arguments)
{
	struct tool tool = { 0 };
	struct error_text error = { 0 };
	const char *domain = "ran";
	int option;
	while ((option = getopt(argument_count, arguments, "qd:")) != -1) {
		if (option == 'q')
			tool.quiet = true;
		else if (option == 'd')
			domain = optarg;
		else
			return 2;
	}
	settings_init(&tool.settings);
	if (domain_load_named(domain, &tool.domain, NULL, &error)) {
		fprintf(stderr, "%s\n", error.message);
		return 2;
	}
	CHECK(preprocess_create(&tool.settings, tool.domain, &tool.preprocess) == 0);
	for (int i = optind; i < argument_count; i++)
		tool_document(tool.preprocess, arguments[i], use_document, &tool);
	if (tool.pairs) {
		printf("%u documents, %u pairs, %u refused, mean combined %.3f, mean answer %.0f bytes, %.0f pairs/s\n", tool.documents, tool.pairs,
		       tool.refused, tool.score / tool.pairs, (double)tool.answer_bytes / tool.pairs, tool.pairs / ((double)tool.nanoseconds / 1e9));
		tally_print(&tool.first_words, "first words", tool.pairs, 12);
		tally_print(&tool.patterns, "patterns (three words)", tool.pairs, 12);
		tally_print(&tool.kinds, "question types", tool.pairs, 20);
		tally_print(&tool.reasons, "refusals", tool.pairs + tool.refused, 20);
	}
	tally_done(&tool.first_words);
	tally_done(&tool.patterns);
	tally_done(&tool.kinds);
	tally_done(&tool.reasons);
	preprocess_destroy(tool.preprocess);
	domain_destroy(tool.domain);
	settings_done(&tool.settings);
	return 0;
}
