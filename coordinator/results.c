/* results.c: what workers say: hello, results, heartbeats. Nothing that a worker says is believed before it is checked against the
 * ledger: worker, task, generation and the lease's size; then the block's own header. A worker that says what cannot be is killed. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"
#include "ipc/fault.h"
#include "proto/conversation.h"
#include "proto/input.h"
#include "proto/members.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPAND_RATIO_MAX = 256 };
/* Below this many bytes an archive is no bomb, whatever its ratio. */
#define TREE_BYTES_HARMLESS ((uint64_t)16 << 20)

static struct worker *find_worker(struct run *run, const struct channel_peer *peer)
{
	for (uint32_t i = 0; i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];
		if (worker->pid && worker->peer.bytes == peer->bytes && memcmp(worker->peer.identity, peer->identity, peer->bytes) == 0)
			return worker;
	}
	return NULL;
}

static struct job *find_held(struct worker *worker, uint64_t id, uint32_t generation)
{
	for (struct job *job = worker->held.first; job; job = job->next)
		if (job->id == id && job->generation == generation)
			return job;
	return NULL;
}

/* --- documents ---------------------------------------------------------------------------------------------------- */

static void learn_ratio(struct run *run, const struct job *job, uint64_t in_bytes, uint64_t out_bytes)
{
	double *ratio = &run->output_ratio[job->stage];
	double seen = (double)out_bytes / (double)(in_bytes + 4096);

	/* Up at once, down slowly: a too small extent costs another round, a too large one is trimmed a moment later. */
	*ratio = seen > *ratio ? seen : *ratio * 0.995 + seen * 0.005;
}

static void take_document(struct run *run, struct worker *worker, struct job *job, struct lease *output, uint64_t used)
{
	struct document document;
	const struct document_header *header = (const void *)memory_at(run->memory, output);

	if (used < sizeof(*header) || header->magic != DOCUMENT_MAGIC || header->bytes != used) {
		supervisor_kill(worker, "it left a document block that is none");
		job->output = memory_give(output);
		dispatch_retry(run, job, true, "the result was no document");
		return;
	}
	job->format = header->format < DOCUMENT_FORMAT_COUNT ? header->format : DOCUMENT_FORMAT_UNKNOWN;
	job->score = header->scores.structural;
	if (job->descriptor >= 0) /* it was not read here */
		memcpy(job->content_xxh3, header->content_xxh3, sizeof(job->content_xxh3));
	if (header->status == DOCUMENT_EXPANDED) { /* an archive: found by its content */
		memory_release(run->memory, output);
		job->preferred_worker = 0;
		job->needed_bytes = 0;
		dispatch_enqueue(run, job, JOB_EXPAND);
		return;
	}
	bool kept = header->status == DOCUMENT_KEPT;
	if (header->status == DOCUMENT_CONVERTED || kept) {
		if (!kept)
			learn_ratio(run, job, job->bytes, used);
		job->document = memory_give(output);
		job->document_bytes = used;
		job->complexity = header->scores.complexity;
		job->needed_bytes = job->preferred_worker = 0;
		dispatch_release_input(run, job);
		if (kept)
			commit_settle(run, job, JOB_KEPT, DOCUMENT_GATE_NONE, TEXT_LITERAL(""));
		else if (run_generates(run))
			dispatch_enqueue(run, job, JOB_GENERATE);
		else
			commit_settle(run, job, JOB_DONE, DOCUMENT_GATE_NONE, TEXT_LITERAL(""));
		return;
	}
	dispatch_release_input(run, job);
	if (document_open(header, used, &document, &run->error) < 0)
		commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_NONE, TEXT_LITERAL("the worker's report was damaged"));
	else
		commit_settle(run, job, header->status == DOCUMENT_REJECTED ? JOB_REJECTED : JOB_FAILED,
			      header->gate < DOCUMENT_GATE_COUNT ? header->gate : DOCUMENT_GATE_NONE,
			      document_meta(&document, DOCUMENT_META_REASON));
	memory_release(run->memory, output);
}

/* --- archives ----------------------------------------------------------------------------------------------------- */

static struct job *create_member(struct run *run, struct job *archive, struct text name)
{
	struct buffer container;
	struct job *job = NULL;
	char *source = strndup(name.data, name.bytes);

	buffer_init(&container, INPUT_NAME_BYTES_MAX);
	job_name(archive, &container);
	if (source && container.status == 0)
		job = job_create(++run->job_ids, source, buffer_string(&container), NULL);
	buffer_done(&container);
	free(source);
	if (!job) {
		run_fatal(run, -ENOMEM, "out of memory");
		return NULL;
	}
	job->archive = archive;
	job->depth = archive->depth + 1;
	archive->open_members++;
	archive->member_count++;
	run->stats.found_members++;
	FAULT_POINT("results_member");
	return job;
}

static bool is_settled(struct run *run, const struct job *job)
{
	char hash[33], outcome[16];
	struct buffer name;

	snprintf(hash, sizeof(hash), "%016llx%016llx", (unsigned long long)job->content_xxh3[1], (unsigned long long)job->content_xxh3[0]);
	buffer_init(&name, INPUT_NAME_BYTES_MAX * 2);
	job_name(job, &name);
	/* An archive in an archive: its own members say. What failed is tried again. */
	bool known = state_look_up(run->state, buffer_string(&name), 0, 0, hash, outcome) == STATE_UNCHANGED &&
		     strcmp(outcome, "expanded") != 0 && strcmp(outcome, "failed") != 0;
	buffer_done(&name);
	return known;
}

/* The archive that was handed over, in which this one lies. */
static struct job *outermost(struct job *archive)
{
	while (archive->archive)
		archive = archive->archive;
	return archive;
}

/* Counts a member into the archive that was handed over. Each layer may be harmless alone and all together endless: DEFLATE packs a
 * thousand to one in every one of them. Returns the setting that is passed, or NULL. */
static const char *count_member(struct run *run, struct job *outer, const struct member *member)
{
	const struct settings *settings = run->settings;

	outer->tree_entries++;
	outer->tree_bytes += member->status == MEMBER_PRESENT ? member->input_bytes : 0;
	if (outer->tree_entries > settings->intake.archive_entries_max)
		return "intake.archive_entries_max";
	if (outer->tree_bytes > settings->intake.archive_bytes_max)
		return "intake.archive_bytes_max";
	if (outer->tree_bytes > TREE_BYTES_HARMLESS && outer->tree_bytes / settings->intake.archive_ratio_max > outer->bytes)
		return "intake.archive_ratio_max";
	return NULL;
}

static void refuse_rest(struct run *run, struct job *job, const char *setting)
{
	const struct job *outer = outermost(job);
	char reason[512];

	snprintf(reason, sizeof(reason), "this member and all behind it: %.200s (%llu bytes) gives with the archives in it %llu members of %llu bytes, more than "
		 "%s allows", outer->source, (unsigned long long)outer->bytes, (unsigned long long)outer->tree_entries,
		 (unsigned long long)outer->tree_bytes, setting);
	commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_INTAKE, text_from(reason));
}

/* False: the archive has given too much, and no more of it is wanted. */
static bool take_member(struct run *run, struct job *archive, const struct members *members, const struct member *member,
			struct shared_block *block)
{
	struct job *job = create_member(run, archive, members_name(members, member));

	if (!job)
		return false;
	const char *passed = count_member(run, outermost(archive), member);
	job->bytes = member->input_bytes;
	memcpy(job->content_xxh3, member->content_xxh3, sizeof(job->content_xxh3));
	job->format = member->format < DOCUMENT_FORMAT_COUNT ? member->format : DOCUMENT_FORMAT_UNKNOWN;
	if (passed) {
		refuse_rest(run, job, passed);
		return false;
	}
	if (member->status != MEMBER_PRESENT) {
		commit_settle(run, job, member->status == MEMBER_SKIPPED ? JOB_REJECTED : JOB_FAILED, DOCUMENT_GATE_INTAKE,
			      members_reason(members, member));
		return true;
	}
	if (is_settled(run, job)) {
		run->stats.unchanged++;
		archive->open_members--;
		job_destroy(job);
		return true;
	}
	job->member_block = block;
	job->member_offset = member->input_offset;
	job->member_bytes = member->input_bytes;
	block->readers++;
	if (job->format == DOCUMENT_FORMAT_ARCHIVE && job->depth > run->settings->intake.archive_depth_max) {
		dispatch_release_input(run, job);
		commit_settle(run, job, JOB_REJECTED, DOCUMENT_GATE_INTAKE, TEXT_LITERAL("archives nested too deep (intake.archive_depth_max)"));
		return true;
	}
	job->stage = job->format == DOCUMENT_FORMAT_ARCHIVE ? JOB_EXPAND : JOB_PREPROCESS;
	if (job->stage == JOB_EXPAND)
		dispatch_enqueue_first(run, job);
	else
		dispatch_enqueue(run, job, job->stage);
	return true;
}

static void settle_archive(struct run *run, struct job *job)
{
	dispatch_release_input(run, job);
	if (job->member_count == 0)
		commit_settle(run, job, JOB_REJECTED, DOCUMENT_GATE_INTAKE, TEXT_LITERAL("an archive without files"));
	else
		commit_settle(run, job, JOB_EXPANDED, DOCUMENT_GATE_NONE, TEXT_LITERAL(""));
}

static void take_members(struct run *run, struct worker *worker, struct job *job, struct lease *output, uint64_t used)
{
	struct members members;
	struct error_text why = { "" };
	const uint32_t *magic = (const void *)memory_at(run->memory, output);

	if (used >= sizeof(struct document_header) && *magic == DOCUMENT_MAGIC) { /* the archive failed: why stands in a document block */
		take_document(run, worker, job, output, used);
		return;
	}
	struct shared_block *block = calloc(1, sizeof(*block));
	if (!block || members_open(magic, used, &members, &why) < 0) {
		free(block);
		supervisor_kill(worker, "it left a members block that is none");
		job->output = memory_give(output);
		dispatch_retry(run, job, true, why.message);
		return;
	}
	bool finished = members.header->finished != 0;
	if (finished && job->cursor == 0)
		learn_ratio(run, job, job->bytes, used);
	else if (!finished && run->output_ratio[JOB_EXPAND] < EXPAND_RATIO_MAX)
		run->output_ratio[JOB_EXPAND] *= 2; /* each step begins at the archive's start: better one that takes all */
	block->lease = memory_give(output);
	block->readers = 1;
	bool stuck = !finished && (members.count == 0 || members.header->next_cursor <= job->cursor);
	bool wanted = true;
	job->cursor = (uint32_t)members.header->next_cursor;
	job->needed_bytes = job->preferred_worker = 0;
	job->largest = false;
	/* Depth first, so that few archives keep their members in the outboxes at a time: before all others, behind those in it. */
	if (!stuck && !finished)
		dispatch_enqueue_first(run, job);
	for (uint32_t i = 0; i < members.count && wanted; i++)
		wanted = take_member(run, job, &members, &members.members[i], block);
	if (--block->readers == 0) {
		memory_release(run->memory, &block->lease);
		free(block);
	}
	if (stuck && wanted)
		dispatch_retry(run, job, true, "expanding it made no progress");
	else if (finished || !wanted)
		settle_archive(run, job);
}

/* --- conversations ------------------------------------------------------------------------------------------------ */

static void take_conversations(struct run *run, struct worker *worker, struct job *job, struct lease *output, uint64_t used, uint32_t lacks, uint64_t duration_ns)
{
	struct conversation_set set;
	const struct conversation_header *header = (const void *)memory_at(run->memory, output);

	if (used < sizeof(*header) || conversation_open(header, used, &set, &run->error) < 0) {
		supervisor_kill(worker, "it left a conversation block that is none");
		job->output = memory_give(output);
		dispatch_retry(run, job, true, "the result was no conversations");
		return;
	}
	if (header->status != 0) {
		commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_GENERATION, conversation_text(&set, header->reason));
		memory_release(run->memory, output);
		memory_release(run->memory, &job->document);
		return;
	}
	for (uint32_t i = 0; i < set.count; i++)
		*(set.conversations[i].accepted ? &job->pairs_accepted : &job->pairs_refused) += 1;
	learn_ratio(run, job, job->document_bytes, used);
	models_done(run, worker, job, lacks, duration_ns);
	job->conversations = memory_give(output);
	job->conversations_bytes = used;
	FAULT_POINT("results_settle");
	commit_settle(run, job, JOB_DONE, DOCUMENT_GATE_NONE, TEXT_LITERAL(""));
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void take_done(struct run *run, struct worker *worker, struct job *job, uint64_t used, uint32_t lacks, uint64_t duration_ns)
{
	struct lease output = memory_give(&job->output);

	if (used == 0 || used > output.extent.bytes) {
		supervisor_kill(worker, "it claims more than its extent");
		job->output = output;
		dispatch_retry(run, job, true, "the worker wrote past its extent");
		return;
	}
	memory_trim(run->memory, &output, used);
	switch (job->stage) {
	case JOB_PREPROCESS: take_document(run, worker, job, &output, used); break;
	case JOB_EXPAND: take_members(run, worker, job, &output, used); break;
	default: take_conversations(run, worker, job, &output, used, lacks, duration_ns); break;
	}
}

/* What a worker read of a file that was handed over as a descriptor was not all there: another try would not find it either. */
static void fail_cut(struct run *run, struct job *job, uint64_t left)
{
	char reason[200];

	if (left < job->bytes)
		snprintf(reason, sizeof(reason), "it was cut short while it was read: %llu of %llu bytes are left", (unsigned long long)left,
			 (unsigned long long)job->bytes);
	else
		snprintf(reason, sizeof(reason), "cannot read: its disk did not give all of its bytes");
	log_warning("%s: %s", job->source, reason);
	memory_release(run->memory, &job->output);
	dispatch_release_input(run, job);
	commit_settle(run, job, JOB_FAILED, DOCUMENT_GATE_INTAKE, text_from(reason));
}

/* Without anything done about it. */
static bool is_given_back(const struct descriptor *result)
{
	return result->status == DESCRIPTOR_NEXT_MODEL && result->argument == DESCRIPTOR_NEXT_MOVED;
}

void results_take(struct run *run, struct worker *worker, const struct descriptor *result, uint64_t duration_ns)
{
	struct job *job = find_held(worker, result->task_id, result->generation);

	if (!job) {
		run->stats.stale_results++;
		return;
	}
	FAULT_POINT("results_take");
	worker->heard_ns = clock_monotonic_ns();
	if (!is_given_back(result))
		worker->progress_ns = worker->heard_ns;
	worker->tasks_done++;
	worker->crashes_in_row = 0;
	worker->busy_ns += duration_ns;
	worker->task_ns = worker->task_ns - worker->task_ns / 8 + duration_ns / 8;
	*(job->stage == JOB_GENERATE ? &job->generate_ns : &job->preprocess_ns) += duration_ns;
	*(job->stage == JOB_GENERATE ? &run->stats.generate_ns : &run->stats.preprocess_ns) += duration_ns;
	switch (result->status) {
	case DESCRIPTOR_DONE:
		take_done(run, worker, job, result->out_bytes, result->argument, duration_ns);
		break;
	case DESCRIPTOR_NEEDS_SPACE:
		if (result->out_bytes <= job->output.extent.bytes) {
			dispatch_retry(run, job, true, "the worker asked for the space that it had");
			break;
		}
		job->needed_bytes = result->out_bytes;
		memory_release(run->memory, &job->output);
		job->preferred_worker = worker->number;
		dispatch_enqueue_first(run, job);
		break;
	case DESCRIPTOR_NEXT_MODEL:
		if (worker->model >= 0 && job->stage == JOB_GENERATE && !job->last) {
			models_next(run, worker, job, result->argument, duration_ns);
			break;
		}
		supervisor_kill(worker, "it wants another model for a task that has none");
		dispatch_retry(run, job, true, "the worker gave it back");
		break;
	case DESCRIPTOR_INPUT_CUT:
		fail_cut(run, job, result->out_bytes);
		break;
	default:
		dispatch_retry(run, job, true, result->status == DESCRIPTOR_INPUT_DAMAGED ? "its bytes were damaged on the way to the worker"
											  : "the worker ran out of memory (supervise.document_memory)");
	}
	FAULT_POINT("results_taken");
}

static void take_hello(struct worker *worker, const struct message *message)
{
	if (worker->state != WORKER_STARTING)
		return;
	worker->state = WORKER_READY;
	models_worker_changed(worker->run, worker->model);
	pinning_greet(worker, message->core);
	log_debug("worker %u (%s, pid %d, core %d) is ready", worker->number, worker_kind_name(worker->kind), (int)worker->pid, worker->core);
}

static void take_message(struct run *run, const struct channel_peer *peer, const struct message *message)
{
	if (message->type == MESSAGE_REQUEST) {
		control_answer(run, peer, message);
		return;
	}
	struct worker *worker = find_worker(run, peer);
	if (!worker) {
		run->stats.stale_results++;
		return;
	}
	worker->heard_ns = clock_monotonic_ns();
	if (message->type == MESSAGE_HELLO)
		take_hello(worker, message);
	else if (message->type == MESSAGE_RESULT)
		results_take(run, worker, &message->descriptor, message->duration_ns);
	else if (message->type == MESSAGE_MODEL && !models_take_report(worker, message))
		supervisor_kill(worker, "it said of its model what cannot be");
	else if (message->type == MESSAGE_GOODBYE && worker->state == WORKER_READY)
		worker->state = WORKER_LEAVING;
}

static void receive_messages(struct run *run)
{
	static uint8_t frame[MESSAGE_BYTES_MAX];
	struct channel_peer peer;
	struct message message;

	for (;;) {
		int64_t bytes = channel_receive(run->channel, &peer, frame, sizeof(frame));
		if (bytes == -EAGAIN)
			return;
		int status = bytes < 0 ? (int)bytes : message_decode(frame, (size_t)bytes, &message, &run->error);
		if (status == 0) {
			take_message(run, &peer, &message);
			continue;
		}
		if (bytes < 0 && bytes != ERROR_LIMIT_HIT)
			return;
		run->stats.bad_messages++;
		struct worker *worker = find_worker(run, &peer);
		if (worker)
			supervisor_kill(worker, "it sent a message that does not decode");
	}
}

void results_receive(struct run *run)
{
	receive_messages(run);
	lanes_receive(run);
}
