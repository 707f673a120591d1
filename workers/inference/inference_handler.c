/* inference_handler.c: see inference_handler.h. */
#include "workers/inference/inference_handler.h"

#include "ipc/fault.h"
#include "workers/inference/generate.h"
#include "workers/inference/model_recorded.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct inference {
	const struct settings *settings;
	const struct domain *domain;
	struct record *record;   /* of model calls, when the run has models: what they could do of a document is not lost; else NULL */
	struct prompts prompts;
	struct conversation_builder *kept; /* finished, and too large for the extent it was made for; or NULL */
	uint64_t kept_task_id;
};

static int open_record(struct inference *inference, const struct worker_setup *setup, struct error_text *error)
{
	char path[PATH_MAX];
	int status = prompts_load(setup->settings, &inference->prompts, error);

	if (status == 0 && snprintf(path, sizeof(path), "%s/run.db", setup->folder) >= (int)sizeof(path))
		status = error_set(error, -ENAMETOOLONG, "%s: the path is too long", setup->folder);
	return status == 0 ? recorded_open(&inference->record, path, error) : status;
}

int inference_start(const struct worker_setup *setup, void **ret_context, struct error_text *error)
{
	struct inference *inference = calloc(1, sizeof(*inference));
	if (!inference)
		return error_set(error, -ENOMEM, "inference: out of memory");
	inference->settings = setup->settings;
	inference->domain = setup->domain;
	if (setup->settings->model_count > 0 && setup->folder && setup->folder[0]) {
		int status = open_record(inference, setup, error);
		if (status < 0) {
			inference_stop(inference);
			return status;
		}
	}
	*ret_context = inference;
	return 0;
}

void inference_stop(void *context)
{
	struct inference *inference = context;
	if (!inference)
		return;
	conversation_builder_destroy(inference->kept);
	record_close(inference->record);
	prompts_done(&inference->prompts);
	free(inference);
}

/* From rules; of a document that models have tried and that no other one will take, also from what they could do. */
static int compose(struct inference *inference, const struct worker_task *task, struct conversation_builder **ret_builder)
{
	struct compose_counts counts;
	struct error_text error = { "" };
	bool last = inference->record && (task->descriptor.argument & DESCRIPTOR_GENERATE_LAST);

	if (last) {
		int status = recorded_compose(inference->record, inference->settings, inference->domain, &inference->prompts, &task->document, ret_builder,
					      &counts, &error);
		if (status < 0 && error.message[0])
			fprintf(stderr, "worker-inference: %s\n", error.message);
		return status;
	}
	struct conversation_builder *builder = conversation_builder_create();
	int status = builder ? generate_conversations(inference->settings, inference->domain, &task->document, builder) : -ENOMEM;
	if (status < 0)
		conversation_builder_destroy(builder);
	else
		*ret_builder = builder;
	return status;
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
	builder = NULL;
	FAULT_POINT("inference_generate");
	*ret_status = compose(inference, task, &builder);
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
