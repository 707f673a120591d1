#include "tests/tools/tool_document.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

void tool_document(struct preprocess *preprocess, const char *path, void (*use)(void *context, const char *path, const struct document *document), void *context)
{
	struct buffer data;
	struct error_text error = { 0 };
	struct document document;
	buffer_init(&data, (size_t)1 << 30);
	if (file_read(path, &data, &error)) {
		fprintf(stderr, "%s\n", error.message);
		buffer_done(&data);
		return;
	}
	struct document_builder *builder = document_builder_create();
	CHECK(builder && preprocess_document(preprocess, buffer_view(&data), text_from(path), (struct text){ 0 }, builder) == 0);
	size_t bytes = (size_t)document_builder_bytes(builder);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	CHECK(block);
	document_builder_write(builder, block);
	CHECK(document_open(block, bytes, &document, &error) == 0);
	use(context, path, &document);
	free(block);
	document_builder_destroy(builder);
	buffer_done(&data);
}
