/* inference_handler.c: see inference_handler.h. */
#include "workers/inference/inference_handler.h"

#include "ipc/fault.h"
#include "workers/inference/generate.h"

#include <errno.h>
#include <stdlib.h>

struct inference {
	const struct settings *settings;
	const struct domain *domain;
	struct conversation_builder *kept; /* finished, and too large for the extent it was made for; or NULL */
	uint64_t kept_task_id;
};

int inference_start(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	struct inference *inference = calloc(1, sizeof(*inference));
	if (!inference)
		return error_set(error, -ENOMEM, "inference: out of memory");
	inference->settings = setup->settings;
	inference->domain = setup->domain;
	*ret_context = inference;
	return 0;
}

void inference_stop(void *context)
{
	struct inference *inference = context;
	if (!inference)
		return;
	conversation_builder_destroy(inference->kept);
	free(inference);
}

/* What was kept for this task, or newly made. NULL with *ret_status set on failure. */
static struct conversation_builder *conversations_of(struct inference *inference, const struct worker_task *task, int *ret_status)
{
	struct conversation_builder *builder = inference->kept;
	uint64_t task_id = inference->kept_task_id;
	inference->kept = NULL;
	*ret_status = 0;
	if (builder && task_id == task->descriptor.task_id)
		return builder;
	conversation_builder_destroy(builder);
	builder = conversation_builder_create();
	FAULT_POINT("inference_generate");
	*ret_status = builder ? generate_conversations(inference->settings, inference->domain, &task->document, builder) : -ENOMEM;
	if (*ret_status) {
		conversation_builder_destroy(builder);
		return NULL;
	}
	return builder;
}

int64_t inference_handle(void *context, const struct worker_task *task, size_t *ret_needed_bytes)
{
	struct inference *inference = context;
	int status;
	if (task->descriptor.kind != DESCRIPTOR_GENERATE)
		return -EINVAL;
	struct conversation_builder *builder = conversations_of(inference, task, &status);
	if (!builder)
		return status;
	int64_t bytes = conversation_builder_bytes(builder);
	if (bytes >= 0 && (uint64_t)bytes > task->out_bytes) {
		inference->kept = builder;
		inference->kept_task_id = task->descriptor.task_id;
		*ret_needed_bytes = (size_t)bytes;
		return ERROR_NEEDS_SPACE;
	}
	FAULT_POINT("inference_lay_out");
	if (bytes >= 0)
		conversation_builder_write(builder, task->out);
	conversation_builder_destroy(builder);
	return bytes;
}
