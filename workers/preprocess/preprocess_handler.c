#include "workers/preprocess/preprocess_handler.h"

#include "ipc/fault.h"
#include "workers/common/memory_limit.h"
#include "workers/preprocess/archive.h"
#include "workers/preprocess/preprocess.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { KEPT_DOCUMENTS_MAX = 4 }; /* that wait for a larger extent; an older one is converted again */

struct kept { /* a finished document whose block has not been written */
	uint64_t task_id;
	uint64_t content_xxh3[2];
	struct document_builder *document; /* NULL: a free place */
};

struct handler {
	const struct settings *settings;
	struct preprocess *preprocess;
	struct kept kept[KEPT_DOCUMENTS_MAX];
	size_t kept_next; /* the place that is given up next */
};

int preprocess_handler_start(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	const struct settings *settings = setup->settings;
	const struct domain *domain = setup->domain;
	struct handler *handler = calloc(1, sizeof(*handler));
	if (!handler)
		return error_set(error, -ENOMEM, "out of memory");
	handler->settings = settings;
	int status = preprocess_create(settings, domain, &handler->preprocess);
	if (status < 0) {
		free(handler);
		return error_set(error, status, "out of memory");
	}
	memory_give_back_large();
	status = memory_limit_set(settings->supervise.document_memory);
	if (status < 0) {
		preprocess_handler_stop(handler);
		return error_set(error, status, "cannot limit its memory (supervise.document_memory): %s", error_describe(status));
	}
	*ret_context = handler;
	return 0;
}

void preprocess_handler_stop(void *context)
{
	struct handler *handler = context;
	if (!handler)
		return;
	for (size_t i = 0; i < KEPT_DOCUMENTS_MAX; i++)
		document_builder_destroy(handler->kept[i].document);
	preprocess_destroy(handler->preprocess);
	free(handler);
}

/* --- documents -------------------------------------------------------------------------------------------------- */

static void keep(struct handler *handler, const struct worker_task *task, struct document_builder *document)
{
	struct kept *place = &handler->kept[handler->kept_next];
	handler->kept_next = (handler->kept_next + 1) % KEPT_DOCUMENTS_MAX;
	document_builder_destroy(place->document);
	const struct input_header *header = task->input.header;
	*place = (struct kept){ task->descriptor.task_id, { header->content_xxh3[0], header->content_xxh3[1] }, document };
}

static struct document_builder *take_kept(struct handler *handler, const struct worker_task *task)
{
	const struct input_header *header = task->input.header;
	for (size_t i = 0; i < KEPT_DOCUMENTS_MAX; i++) {
		struct kept *place = &handler->kept[i];
		if (!place->document || place->task_id != task->descriptor.task_id || place->content_xxh3[0] != header->content_xxh3[0] ||
		    place->content_xxh3[1] != header->content_xxh3[1])
			continue;
		struct document_builder *document = place->document;
		*place = (struct kept){ 0 };
		return document;
	}
	return NULL;
}

static struct document_builder *failed_document(const char *reason)
{
	struct document_builder *document = document_builder_create();
	if (!document)
		return NULL;
	document_builder_set_status(document, DOCUMENT_FAILED, DOCUMENT_GATE_NONE);
	document_builder_set_meta(document, DOCUMENT_META_REASON, text_from(reason));
	return document;
}

/* A finished document, or NULL with *ret_status. */
static struct document_builder *make_document(struct handler *handler, const struct worker_task *task, int *ret_status)
{
	struct document_builder *document = document_builder_create();
	*ret_status = -ENOMEM;
	if (!document)
		return NULL;
	*ret_status = preprocess_document(handler->preprocess, task->input.data, task->input.source, task->input.container, document);
	if (*ret_status == 0 && document_builder_bytes(document) == ERROR_LIMIT_HIT) {
		document_builder_destroy(document);
		document = failed_document("the processed document would be larger than 2 GiB");
		*ret_status = document ? 0 : -ENOMEM;
	}
	if (*ret_status == 0)
		return document;
	document_builder_destroy(document);
	return NULL;
}

/* Archives that came as a descriptor go without: they are read in many steps, and their members have hashes of their own. */
static void put_content_hash(const struct worker_task *task, struct document_header *header)
{
	const struct input_header *input = task->input.header;
	XXH128_hash_t hash = { input->content_xxh3[0], input->content_xxh3[1] };

	if ((input->flags & INPUT_BY_DESCRIPTOR) && header->status != DOCUMENT_EXPANDED && header->format != DOCUMENT_FORMAT_ARCHIVE)
		hash = XXH3_128bits(task->input.data.data, task->input.data.bytes);
	header->content_xxh3[0] = hash.low64;
	header->content_xxh3[1] = hash.high64;
}

/* Writes the block and frees the builder; keeps it when there is no room. */
static int64_t put_document(struct handler *handler, const struct worker_task *task, struct document_builder *document,
			    size_t *ret_needed_bytes)
{
	int64_t bytes = document_builder_bytes(document);
	/* No outbox holds the document with its images: better it alone than nothing. */
	if (bytes > (int64_t)task->out_bytes && task->descriptor.status == DESCRIPTOR_LARGEST &&
	    document_builder_status(document) == DOCUMENT_CONVERTED && document_builder_drop_images(document) > 0)
		bytes = document_builder_bytes(document);
	if (bytes > (int64_t)task->out_bytes) {
		keep(handler, task, document);
		*ret_needed_bytes = (size_t)bytes;
		return ERROR_NEEDS_SPACE;
	}
	if (bytes >= 0) {
		FAULT_POINT("preprocess_lay_out");
		document_builder_write(document, task->out);
		FAULT_POINT("preprocess_laid_out"); /* whole, but for the hash of what it was made from */
		put_content_hash(task, (struct document_header *)task->out);
	}
	document_builder_destroy(document);
	return bytes;
}

static int64_t handle_document(struct handler *handler, const struct worker_task *task, size_t *ret_needed_bytes)
{
	int status = 0;
	struct document_builder *document = take_kept(handler, task);
	if (!document)
		document = make_document(handler, task, &status);
	return document ? put_document(handler, task, document, ret_needed_bytes) : status;
}

/* --- archives --------------------------------------------------------------------------------------------------- */

static int64_t handle_archive(struct handler *handler, const struct worker_task *task, size_t *ret_needed_bytes)
{
	struct error_text error = { "" };
	int64_t used = archive_expand(handler->settings, task, ret_needed_bytes, &error);
	if (used >= 0 || used == ERROR_NEEDS_SPACE || used == -ENOMEM)
		return used;
	struct document_builder *document = failed_document(error.message[0] ? error.message : error_describe((int)used));
	if (!document)
		return -ENOMEM;
	document_builder_set_format(document, DOCUMENT_FORMAT_ARCHIVE, 0);
	return put_document(handler, task, document, ret_needed_bytes);
}

int64_t preprocess_handler_handle(void *context, const struct worker_task *task, size_t *ret_needed_bytes)
{
	struct handler *handler = context;
	if (task->descriptor.kind == DESCRIPTOR_EXPAND)
		return handle_archive(handler, task, ret_needed_bytes);
	CHECK(task->descriptor.kind == DESCRIPTOR_PREPROCESS);
	return handle_document(handler, task, ret_needed_bytes);
}
