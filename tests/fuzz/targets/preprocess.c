/* preprocess.c: any bytes through all steps: detection, conversion, cleaning, extraction, scores, chunks. The block that comes
 * out must be one that the next process accepts, with chunks that cover the whole Markdown. The first byte chooses the name. */
#include "tests/fuzz/harness.h"
#include "workers/preprocess/preprocess.h"

#include <stdlib.h>

static const char *const names[] = { "a/page.html", "a/feature.md", "a/notes.txt", "a/Parameters.csv", "a/KPI.csv", "a/23501-h40.docx", "a/manual.pdf", "a/none" };

static void check_chunks(const struct document *document)
{
	uint32_t covered = 0;

	for (uint32_t i = 0; i < document->chunk_count; i++) {
		const struct document_range span = document->chunks[i].span;
		if (span.offset > covered)
			fuzz_broken("chunks leave nothing out", document->markdown);
		covered = span.offset + span.bytes;
	}
	if (document->header->status == DOCUMENT_CONVERTED && covered != document->markdown.bytes)
		fuzz_broken("chunks reach the end", document->markdown);
}

static void check_items(const struct document *document)
{
	for (uint32_t i = 0; i < document->item_count; i++)
		if (document_span(document, document->items[i].span).bytes == 0)
			fuzz_broken("an item has a place", document_item_value(document, &document->items[i], DOCUMENT_KEY_NAME));
}

static void check_block(struct document_builder *builder)
{
	struct error_text error = { "" };
	struct document document;
	int64_t bytes = document_builder_bytes(builder);

	if (bytes < 0)
		return;
	void *block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	if (!block)
		return;
	document_builder_write(builder, block);
	if (document_open(block, (size_t)bytes, &document, &error) < 0)
		fuzz_broken("the block can be opened", text_from(error.message));
	check_chunks(&document);
	check_items(&document);
	free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct preprocess *preprocess;

	if (bytes == 0 || (!preprocess && preprocess_create(fuzz_settings(), fuzz_domain(), &preprocess) < 0))
		return 0;
	struct document_builder *builder = document_builder_create();
	if (!builder)
		return 0;
	struct text input = { (const char *)data + 1, bytes - 1 };
	if (preprocess_document(preprocess, input, text_from(names[data[0] % COUNT_OF(names)]), TEXT_LITERAL("en_lzn7931040_r50f.zip"), builder) == 0)
		check_block(builder);
	document_builder_destroy(builder);
	return 0;
}
