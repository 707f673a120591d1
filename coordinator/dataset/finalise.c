#define _GNU_SOURCE
#include "coordinator/dataset/finalise.h"

#include "base/file.h"
#include "coordinator/dataset/collect.h"
#include "coordinator/dataset/durable.h"
#include "coordinator/dataset/manifest.h"
#include "coordinator/dataset/images.h"
#include "coordinator/dataset/report.h"
#include "coordinator/dataset/row.h"
#include "coordinator/dataset/tables.h"
#include "ipc/fault.h"
#include "proto/extraction_json.h"
#include "proto/front_matter.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum line_file { LINES_TRAIN, LINES_VALID, LINES_TEST, LINES_EXTRACTIONS, LINES_REJECTED, LINES_FAILED, LINES_REMOVED, LINES_TABLES, LINES_COUNT };
static const char *const line_file_names[LINES_COUNT] = { "train.jsonl", "valid.jsonl", "test.jsonl", "extractions.jsonl",
							   "rejected.jsonl", "failed.jsonl", "removed.jsonl", "tables.jsonl" };
static const char *const other_names[] = { "images", "tables", "markdown", "README.md", "report.html", "manifest.json" };

struct writing { /* one finalisation */
	const struct finalise_request *request;
	struct collection collection;
	struct output_file lines[LINES_COUNT];
	bool opened[LINES_COUNT];
	struct staging staging;
	struct dataset_names names;
	struct images images;
	struct diversity questions;
	struct finalise_summary summary;
	struct error_text *error;
};

const char *finalise_split_name(enum finalise_split split)
{
	static const char *const names[] = { "train", "valid", "test" };
	return names[split];
}

/* --- files ---------------------------------------------------------------------------------------------------------- */

static int finish_file(struct writing *writing, struct output_file *file, const char *name)
{
	char hash[OUTPUT_HASH_HEX_BYTES];
	uint64_t records = file->records, bytes = file->offset + file->pending.bytes;
	int status = output_file_finish(file, hash, writing->error);

	return status < 0 ? status : manifest_add(&writing->staging.manifest, name, hash, bytes, records);
}

static int write_whole(struct writing *writing, const char *name, const struct buffer *content)
{
	if (content->status)
		return error_set(writing->error, content->status, "%s: %s", name, error_describe(content->status));
	return staging_put(&writing->staging, name, buffer_view(content), 0, NULL);
}

static bool is_wanted(const struct writing *writing, enum line_file which)
{
	return which != LINES_TABLES || writing->request->settings->output.tables;
}

static int open_lines(struct writing *writing)
{
	for (int i = 0; i < LINES_COUNT; i++) {
		if (!is_wanted(writing, (enum line_file)i))
			continue;
		writing->opened[i] = true;
		int status = output_file_open(&writing->lines[i], writing->request->uring, writing->staging.folder, line_file_names[i], writing->error);
		if (status < 0)
			return status;
	}
	return 0;
}

/* --- one document --------------------------------------------------------------------------------------------------- */

static int write_markdown(struct writing *writing, const struct collected_document *entry, const struct document *document)
{
	struct buffer content, name;
	int status = images_add_document(&writing->images, entry->source, entry->container, document);

	if (status < 0 || !writing->request->settings->output.markdown)
		return status;
	buffer_init(&content, (size_t)1 << 32);
	buffer_init(&name, PATH_MAX * 8);
	front_matter_append(document, text_from(entry->source), text_from(entry->container), &content);
	buffer_append_byte(&content, '\n');
	status = dataset_names_take(&writing->names, "markdown", entry->container, entry->source, ".md", ".md", &name);
	if (status == 0)
		status = images_append_markdown(&writing->images, entry->source, entry->container, document, buffer_string(&name), &content);
	status = status < 0 ? error_set(writing->error, status, "out of memory") : write_whole(writing, buffer_string(&name), &content);
	buffer_done(&name);
	buffer_done(&content);
	return status;
}

static int write_tables(struct writing *writing, const struct collected_document *entry, const struct document *document)
{
	if (!is_wanted(writing, LINES_TABLES))
		return 0;
	return tables_write(&writing->staging, &writing->names, entry->source, entry->container, document, &writing->lines[LINES_TABLES]);
}

static int end_line(struct writing *writing, enum line_file which)
{
	writing->lines[which].records++;
	return output_file_flush(&writing->lines[which], writing->error);
}

static int count_questions(struct writing *writing, const struct conversation_set *set, const struct conversation *conversation)
{
	int status = 0;

	for (uint32_t i = 0; i < conversation->message_count && status == 0; i++) {
		const struct conversation_message *message = &set->messages[conversation->message_first + i];
		if (message->role == CONVERSATION_USER)
			status = diversity_add(&writing->questions, conversation_text(set, message->text));
	}
	return status;
}

static int write_kept(struct writing *writing, const struct collected_document *entry, const struct row_source *source,
		      const struct document *document, const struct conversation_set *set, const struct collected_pair *pair)
{
	enum line_file which = (enum line_file)entry->split;

	row_append_record(source, document, set, pair->conversation, &writing->lines[which].pending);
	writing->summary.pairs[entry->split]++;
	if (manifest_count_record(&writing->staging.manifest, conversation_text(set, set->conversations[pair->conversation].model)) < 0 ||
	    count_questions(writing, set, &set->conversations[pair->conversation]) < 0)
		return error_set(writing->error, -ENOMEM, "out of memory");
	writing->summary.mean_quality += (double)pair->quality * 10;
	return end_line(writing, which);
}

static int write_duplicate(struct writing *writing, const struct row_source *source, const struct document *document,
			   const struct conversation_set *set, const struct collected_pair *pair)
{
	const struct collected_document *other =
		&writing->collection.documents[writing->collection.pairs[pair->duplicate_of].document];
	char reason[512];

	snprintf(reason, sizeof(reason), "duplicate of a pair of %.200s%s%.200s", other->container, other->container[0] ? "!" : "", other->source);
	row_append_rejected_pair(source, document, set, pair->conversation, "duplicates", text_from(reason), &writing->lines[LINES_REJECTED].pending);
	writing->summary.duplicate_pairs++;
	return end_line(writing, LINES_REJECTED);
}

static int write_refused(struct writing *writing, const struct row_source *source, const struct document *document,
			 const struct conversation_set *set)
{
	int status = 0;

	for (uint32_t i = 0; i < set->count && status == 0; i++) {
		if (set->conversations[i].accepted)
			continue;
		row_append_rejected_pair(source, document, set, i, document_gate_name(DOCUMENT_GATE_GENERATION),
					 conversation_text(set, set->conversations[i].reason), &writing->lines[LINES_REJECTED].pending);
		writing->summary.refused_pairs++;
		status = end_line(writing, LINES_REJECTED);
	}
	return status;
}

static int write_rows(struct writing *writing, const struct collected_document *entry, const struct row_source *source,
		      const struct document *document, const struct conversation_set *set)
{
	int status = 0;

	for (uint32_t i = 0; i < entry->pair_count && status == 0; i++) {
		const struct collected_pair *pair = &writing->collection.pairs[entry->pair_first + i];
		status = pair->duplicate_of == PAIR_KEPT ? write_kept(writing, entry, source, document, set, pair)
							 : write_duplicate(writing, source, document, set, pair);
	}
	return status == 0 ? write_refused(writing, source, document, set) : status;
}

static int write_refused_items(struct writing *writing, const struct row_source *source, const struct document *document,
			       const struct conversation_set *set)
{
	int status = 0;

	for (uint32_t i = 0; i < set->item_count && status == 0; i++) {
		if (set->items[i].reason.bytes == 0)
			continue;
		row_append_rejected_item(source, document, set, i, &writing->lines[LINES_REJECTED].pending);
		writing->summary.refused_items++;
		status = end_line(writing, LINES_REJECTED);
	}
	return status;
}

static int write_extractions(struct writing *writing, const struct collected_document *entry, const struct document *document,
			     const struct conversation_set *set)
{
	for (uint32_t i = 0; i < set->item_count; i++) {
		bool accepted = set->items[i].reason.bytes == 0;
		writing->summary.extractions[set->items[i].item.category] += accepted;
		writing->summary.model_items += accepted;
	}
	for (uint32_t i = 0; i < document->item_count; i++)
		writing->summary.extractions[document->items[i].category]++;
	extraction_json_append(document, set, text_from(entry->source), text_from(entry->container), &writing->lines[LINES_EXTRACTIONS].pending);
	buffer_append_byte(&writing->lines[LINES_EXTRACTIONS].pending, '\n');
	return end_line(writing, LINES_EXTRACTIONS);
}

static int write_removed(struct writing *writing, const struct collected_document *entry, const struct document *document)
{
	for (int kind = 0; kind < DOCUMENT_REMOVED_COUNT; kind++)
		writing->summary.removed[kind] += document->header->removed[kind];
	if (!row_append_removed(entry->source, entry->container, document, &writing->lines[LINES_REMOVED].pending))
		return 0;
	return end_line(writing, LINES_REMOVED);
}

static int write_document(struct writing *writing, const struct collected_document *entry)
{
	struct document document;
	struct conversation_set set;
	struct utf8_index characters;
	int status = collection_open(&writing->collection, entry, &document, &set, writing->error);

	if (status < 0)
		return status;
	if (utf8_index_init(&characters, document.markdown) < 0)
		return error_set(writing->error, -ENOMEM, "out of memory");
	struct row_source source = { entry->source, entry->container, entry->hash, writing->request->settings->output.dataset_name, &characters,
				     strcmp(writing->request->settings->generate.reasoning, "split") == 0 };
	writing->summary.documents++;
	writing->summary.documents_in[entry->split] += entry->kept_count > 0;
	status = write_rows(writing, entry, &source, &document, &set);
	if (status == 0)
		status = write_refused_items(writing, &source, &document, &set);
	if (status == 0)
		status = write_extractions(writing, entry, &document, &set);
	if (status == 0)
		status = write_markdown(writing, entry, &document);
	if (status == 0)
		status = write_tables(writing, entry, &document);
	if (status == 0)
		status = write_removed(writing, entry, &document);
	utf8_index_done(&characters);
	return status;
}

/* --- images, which documents refer to ---------------------------------------------------------------------------------- */

static int write_images(struct writing *writing)
{
	struct document document;
	int status = 0;

	for (size_t i = 0; i < writing->collection.image_count && status == 0; i++) {
		const struct collected_image *entry = &writing->collection.images[i];
		status = collection_open_image(&writing->collection, entry, &document, writing->error);
		if (status == 0)
			status = images_add_file(&writing->images, entry->source, entry->container, &document);
	}
	return status;
}

/* --- documents without records ---------------------------------------------------------------------------------------- */

static int write_unconverted(void *context, const struct state_row *row)
{
	struct writing *writing = context;

	if (strcmp(row->outcome, "rejected") == 0) {
		writing->summary.rejected_documents++;
		row_append_rejected_document(row, &writing->lines[LINES_REJECTED].pending);
		return end_line(writing, LINES_REJECTED);
	}
	if (strcmp(row->outcome, "failed") == 0) {
		writing->summary.failed_documents++;
		row_append_failed_document(row, &writing->lines[LINES_FAILED].pending);
		return end_line(writing, LINES_FAILED);
	}
	writing->summary.archives += strcmp(row->outcome, "expanded") == 0;
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------------------------------- */

static int remove_entries(FTS *tree)
{
	int status = 0;

	for (FTSENT *entry; status == 0 && (errno = 0, entry = fts_read(tree));) {
		if (entry->fts_info == FTS_D)
			continue; /* its turn is behind what is in it */
		FAULT_POINT("finalise_remove");
		if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS)
			status = -entry->fts_errno;
		else if ((entry->fts_info == FTS_DP ? rmdir(entry->fts_accpath) : unlink(entry->fts_accpath)) < 0)
			status = -errno;
	}
	return status < 0 ? status : -errno;
}

static int remove_tree(const char *path, struct error_text *error)
{
	if (access(path, F_OK) < 0)
		return 0;
	char *root = strdup(path), *const roots[] = { root, NULL };
	FTS *tree = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL) : NULL;
	int status = tree ? remove_entries(tree) : -errno;
	if (tree)
		fts_close(tree);
	free(root);
	return status < 0 ? error_set(error, status, "%s: cannot be emptied: %s", path, strerror(-status)) : 0;
}

static int open_staging(struct writing *writing)
{
	struct staging *staging = &writing->staging;

	if (snprintf(staging->folder, sizeof(staging->folder), "%s/.docring/next", writing->request->output) >= (int)sizeof(staging->folder))
		return error_set(writing->error, -ENAMETOOLONG, "%s: the path is too long", writing->request->output);
	int status = remove_tree(staging->folder, writing->error);
	if (status == 0)
		status = file_make_folders(staging->folder, writing->error);
	FAULT_POINT("finalise_staging");
	return status;
}

/* One entry takes the place of the one before; a folder changes places with it, and the old one goes with the staging folder. */
static int publish_entry(struct writing *writing, const char *name)
{
	char from[PATH_MAX + 32], to[PATH_MAX + 32];

	snprintf(from, sizeof(from), "%s/%s", writing->staging.folder, name);
	snprintf(to, sizeof(to), "%s/%s", writing->request->output, name);
	FAULT_POINT("finalise_publish");
	if (access(from, F_OK) < 0) /* settings without it, or nothing of its kind */
		return remove_tree(to, writing->error);
	if (rename(from, to) == 0)
		return 0;
	if ((errno == ENOTEMPTY || errno == EEXIST) && renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno == EINVAL && remove_tree(to, NULL) == 0 && rename(from, to) == 0) /* a file system that cannot exchange */
		return 0;
	return error_set(writing->error, -errno, "%s: cannot be put in place: %s", to, strerror(errno));
}

/* Everything is written, and on disk before it gets its name: it takes the place of the last dataset at once, the manifest last. After a
 * power cut each file is the old one or the new one, whole; which of them, its hash in the manifest tells. */
static int publish(struct writing *writing)
{
	int status = durable_sync_tree(writing->request->uring, writing->staging.folder, writing->staging.manifest.count, writing->error);

	for (int i = 0; i < LINES_COUNT && status == 0; i++)
		status = publish_entry(writing, line_file_names[i]);
	for (size_t i = 0; i < COUNT_OF(other_names) && status == 0; i++)
		status = publish_entry(writing, other_names[i]);
	FAULT_POINT("finalise_published");
	return status < 0 ? status : file_sync_folder(writing->request->output, writing->error);
}

int finalise_check_folder(const char *output, struct error_text *error)
{
	const char *names[LINES_COUNT + COUNT_OF(other_names)];
	char path[PATH_MAX];
	struct stat found;

	if (snprintf(path, sizeof(path), "%s/.docring", output) >= (int)sizeof(path) - 64)
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", output);
	if (lstat(path, &found) == 0)
		return 0;
	memcpy(names, line_file_names, sizeof(line_file_names));
	memcpy(names + LINES_COUNT, other_names, sizeof(other_names));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", output, names[i]);
		if (lstat(path, &found) == 0)
			return error_set(error, -EEXIST, "%s is there already, and no run of docring made it: the dataset would take its place; choose another "
					 "--output, or move it away", path);
	}
	return 0;
}

static int write_lines(struct writing *writing)
{
	int status = open_lines(writing);

	if (status == 0)
		status = write_images(writing);
	for (size_t i = 0; i < writing->collection.document_count && status == 0; i++)
		status = write_document(writing, &writing->collection.documents[i]);
	if (status == 0)
		status = state_for_each(writing->request->state, write_unconverted, writing, writing->error);
	for (int i = 0; i < LINES_COUNT && status == 0; i++) {
		if (!writing->opened[i])
			continue;
		if (i == LINES_TABLES)
			writing->summary.tables = writing->lines[i].records;
		status = finish_file(writing, &writing->lines[i], line_file_names[i]);
		writing->opened[i] = status < 0;
	}
	return status;
}

static int write_manifest(struct writing *writing)
{
	struct output_file file;
	char hash[OUTPUT_HASH_HEX_BYTES];
	int status = output_file_open(&file, writing->request->uring, writing->staging.folder, "manifest.json", writing->error);

	if (status == 0)
		status = manifest_write_json(&writing->staging.manifest, writing->request, &writing->summary, &file, writing->error);
	FAULT_POINT("finalise_manifest");
	if (status == 0)
		return output_file_finish(&file, hash, writing->error);
	output_file_abandon(&file);
	return status;
}

static int write_descriptions(struct writing *writing)
{
	struct finalise_summary *summary = &writing->summary;
	summary->images = writing->images.counts;
	uint64_t records = summary->pairs[0] + summary->pairs[1] + summary->pairs[2];
	struct buffer text;

	summary->mean_quality = records ? summary->mean_quality / (double)records : 0;
	diversity_measure(&writing->questions, writing->request->settings, &summary->questions);
	buffer_init(&text, (size_t)1 << 30);
	manifest_append_card(writing->request, summary, &text);
	FAULT_POINT("finalise_card");
	int status = write_whole(writing, "README.md", &text);
	buffer_clear(&text);
	report_append(writing->request, summary, &text);
	if (status == 0)
		status = write_whole(writing, "report.html", &text);
	buffer_done(&text);
	return status < 0 ? status : write_manifest(writing);
}

int finalise_dataset(const struct finalise_request *request, struct finalise_summary *ret_summary, struct error_text *error)
{
	struct writing writing = { .request = request, .error = error };
	const struct settings *settings = request->settings;

	writing.summary.preprocess_only = strcmp(settings->run.stages, "preprocess") == 0;
	FAULT_POINT("finalise_begin");
	writing.staging.uring = request->uring;
	writing.staging.error = error;
	dataset_names_init(&writing.names);
	images_init(&writing.images, &writing.staging, &writing.names);
	int status = diversity_init(&writing.questions, settings, request->output);
	if (status == 0)
		status = state_snapshot(request->state, error); /* before the spool is mapped: what the rows name lies in it */
	if (status == 0)
		status = collection_load(&writing.collection, request->state, request->output, error);
	if (status == 0)
		status = collection_remove_duplicates(&writing.collection, error);
	if (status == 0)
		status = collection_find_families(&writing.collection, error);
	if (status == 0) {
		collection_split(&writing.collection, settings->split.valid, settings->split.test, settings->run.seed);
		status = open_staging(&writing);
	}
	if (status == 0)
		status = write_lines(&writing);
	if (status == 0)
		status = write_descriptions(&writing);
	if (status == 0)
		status = publish(&writing);
	for (int i = 0; i < LINES_COUNT; i++)
		if (writing.opened[i])
			output_file_abandon(&writing.lines[i]);
	if (writing.staging.folder[0])
		(void)remove_tree(writing.staging.folder, NULL); /* what it failed over is left for the next time otherwise */
	manifest_done(&writing.staging.manifest);
	diversity_done(&writing.questions);
	images_done(&writing.images);
	dataset_names_done(&writing.names);
	collection_done(&writing.collection);
	state_rollback(request->state);
	if (status < 0)
		return error && error->message[0] ? status : error_set(error, status, "%s", error_describe(status));
	FAULT_POINT("finalise_end");
	*ret_summary = writing.summary;
	return 0;
}
