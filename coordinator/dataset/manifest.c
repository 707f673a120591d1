#define _GNU_SOURCE
#include "coordinator/dataset/manifest.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/url.h"
#include "proto/conversation.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int manifest_add(struct manifest *manifest, const char *path, const char *sha256, uint64_t bytes, uint64_t records)
{
	if (manifest->count == manifest->capacity) {
		size_t capacity = manifest->capacity ? manifest->capacity * 2 : 64;
		struct manifest_file *grown = reallocarray(manifest->files, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		manifest->files = grown;
		manifest->capacity = capacity;
	}
	struct manifest_file *file = &manifest->files[manifest->count];
	*file = (struct manifest_file){ .path = strdup(path), .bytes = bytes, .records = records };
	snprintf(file->sha256, sizeof(file->sha256), "%s", sha256);
	if (!file->path)
		return -ENOMEM;
	manifest->count++;
	return 0;
}

int manifest_count_record(struct manifest *manifest, struct text model)
{
	uint32_t *count = string_map_add(&manifest->records, model, NULL);

	if (!count)
		return -ENOMEM;
	++*count;
	return 0;
}

void manifest_done(struct manifest *manifest)
{
	string_map_done(&manifest->records);
	for (size_t i = 0; i < manifest->count; i++)
		free(manifest->files[i].path);
	free(manifest->files);
	*manifest = (struct manifest){ .files = NULL };
}

static void write_image_counts(struct json_writer *json, const struct finalise_images *images)
{
	json_key(json, "images");
	json_object_open(json);
	json_member_unsigned(json, "files", images->files);
	json_member_unsigned(json, "in_documents", images->embedded);
	json_member_unsigned(json, "stored_once", images->linked);
	json_member_unsigned(json, "bytes", images->bytes);
	json_member_unsigned(json, "left_out", images->left_out);
	json_member_unsigned(json, "references_led_to_files", images->linked_references);
	json_member_unsigned(json, "missing", images->missing_references);
	json_object_close(json);
}

static void write_counts(struct json_writer *json, const struct finalise_summary *summary)
{
	json_key(json, "documents");
	json_object_open(json);
	json_member_unsigned(json, "converted", summary->documents);
	json_member_unsigned(json, "rejected", summary->rejected_documents);
	json_member_unsigned(json, "failed", summary->failed_documents);
	json_member_unsigned(json, "archives", summary->archives);
	json_object_close(json);
	write_image_counts(json, &summary->images);
	json_member_unsigned(json, "tables", summary->tables);
	json_key(json, "removed");
	json_object_open(json);
	for (int kind = 0; kind < DOCUMENT_REMOVED_COUNT; kind++)
		json_member_unsigned(json, document_removed_name(kind), summary->removed[kind]);
	json_object_close(json);
	json_key(json, "records");
	json_object_open(json);
	for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
		json_member_unsigned(json, finalise_split_name(split), summary->pairs[split]);
	json_member_unsigned(json, "refused", summary->refused_pairs);
	json_member_unsigned(json, "duplicates", summary->duplicate_pairs);
	json_object_close(json);
	json_key(json, "documents_in_split");
	json_object_open(json);
	for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
		json_member_unsigned(json, finalise_split_name(split), summary->documents_in[split]);
	json_object_close(json);
	json_key(json, "extractions");
	json_object_open(json);
	for (int category = 0; category < DOCUMENT_CATEGORY_COUNT; category++)
		json_member_unsigned(json, document_category_name(category), summary->extractions[category]);
	json_object_close(json);
	json_key(json, "items_of_models");
	json_object_open(json);
	json_member_unsigned(json, "added", summary->model_items);
	json_member_unsigned(json, "refused", summary->refused_items);
	json_object_close(json);
	json_member_fixed(json, "mean_quality", summary->mean_quality, 2);
}

/* --- how various the questions are -------------------------------------------------------------------------------------- */

static void write_most(struct json_writer *json, const char *key, const struct diversity_most *most)
{
	json_key(json, key);
	json_array_open(json);
	for (size_t i = 0; i < most->count; i++) {
		json_object_open(json);
		json_member_string(json, "text", most->items[i].text);
		json_member_fixed(json, "share", most->items[i].share, 4);
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_bar(struct json_writer *json, const char *key, double bar, bool judged, bool held)
{
	json_key(json, key);
	json_object_open(json);
	json_member_fixed(json, "bar", bar, 4);
	json_key(json, "held");
	if (judged)
		json_boolean(json, held);
	else
		json_null(json);
	json_object_close(json);
}

static void write_questions(struct json_writer *json, const struct diversity_summary *questions)
{
	json_key(json, "questions");
	json_object_open(json);
	json_member_unsigned(json, "count", questions->questions);
	json_member_unsigned(json, "patterns", questions->patterns);
	json_member_fixed(json, "pattern_diversity", questions->diversity, 4);
	json_member_fixed(json, "even_patterns", questions->effective_patterns, 1);
	json_member_fixed(json, "different_in_100", questions->in_hundred, 4);
	write_most(json, "first_words", &questions->first_words);
	write_most(json, "first_three_words", &questions->beginnings);
	write_most(json, "common_patterns", &questions->common_patterns);
	json_key(json, "bars");
	json_object_open(json);
	write_bar(json, "first_word_max", questions->first_word_max, questions->judged, questions->first_word_held);
	write_bar(json, "pattern_max", questions->pattern_max, questions->judged, questions->pattern_held);
	write_bar(json, "diversity_min", questions->diversity_min, questions->judged, questions->diversity_held);
	json_object_close(json);
	json_object_close(json);
}

/* --- what models cost, in all runs of this folder ------------------------------------------------------------------------ */

struct accounts {
	const struct manifest *manifest;
	struct json_writer *json;
};

static void member_share(struct json_writer *json, const char *key, double sum, uint32_t count)
{
	json_member_fixed(json, key, count ? sum / (double)count : 0, 3);
}

static int add_account(void *context, const struct state_calls *calls)
{
	const struct accounts *accounts = context;
	struct json_writer *json = accounts->json;
	const uint32_t *written = string_map_find(&accounts->manifest->records, text_from(calls->model));
	uint32_t records = written ? *written : 0;
	double seconds = (double)calls->duration_ms / 1e3;

	json_object_open(json);
	state_calls_write(calls, json);
	json_member_unsigned(json, "records", records);
	member_share(json, "calls_per_record", (double)calls->calls, records);
	member_share(json, "prompt_tokens_per_record", (double)calls->prompt_tokens, records);
	member_share(json, "completion_tokens_per_record", (double)calls->completion_tokens, records);
	member_share(json, "seconds_per_record", seconds, records);
	json_object_close(json);
	return 0;
}

static int write_accounts(struct json_writer *json, const struct manifest *manifest, const struct finalise_request *request, struct error_text *error)
{
	struct accounts accounts = { manifest, json };

	json_key(json, "model_calls");
	json_array_open(json);
	int status = state_for_each_model(request->state, add_account, &accounts, error);
	json_array_close(json);
	return status;
}

static int write_files(struct json_writer *json, const struct manifest *manifest, struct output_file *out, struct error_text *error)
{
	int status = 0;

	json_key(json, "files");
	json_array_open(json);
	for (size_t i = 0; i < manifest->count && status == 0; i++) {
		const struct manifest_file *file = &manifest->files[i];
		json_object_open(json);
		json_member_string(json, "path", file->path);
		json_member_string(json, "sha256", file->sha256);
		json_member_unsigned(json, "bytes", file->bytes);
		json_member_unsigned(json, "records", file->records);
		json_object_close(json);
		status = output_file_flush(out, error);
	}
	json_array_close(json);
	return status;
}

int manifest_write_json(const struct manifest *manifest, const struct finalise_request *request, const struct finalise_summary *summary,
			struct output_file *out, struct error_text *error)
{
	struct json_writer json;
	struct buffer shown;
	char created[32];
	time_t now = (time_t)clock_realtime_s();
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", &parts);
	json_init(&json, &out->pending, 2);
	json_object_open(&json);
	json_member_string(&json, "name", request->settings->output.dataset_name);
	json_member_string(&json, "created", created); /* beside the seconds of model_calls the only time in the dataset */
	json_key(&json, "versions");
	json_object_open(&json);
	json_member_string(&json, "docring", DOCRING_VERSION);
	json_member_unsigned(&json, "document_layout", DOCUMENT_VERSION);
	json_member_unsigned(&json, "conversation_layout", CONVERSATION_VERSION);
	json_member_string(&json, "sqlite", sqlite3_libversion());
	json_object_close(&json);
	json_member_unsigned(&json, "seed", request->settings->run.seed);
	json_member_string(&json, "config_hash", request->config_hash);
	write_counts(&json, summary);
	write_questions(&json, &summary->questions);
	int status = write_accounts(&json, manifest, request, error);
	if (status == 0)
		status = write_files(&json, manifest, out, error);
	buffer_init(&shown, SIZE_MAX / 4);
	url_append_shown(&shown, text_from(request->settings_text));
	json_member_text(&json, "settings", buffer_view(&shown));
	status = status < 0 ? status : shown.status;
	buffer_done(&shown);
	json_object_close(&json);
	buffer_append_byte(&out->pending, '\n');
	return status;
}

static const char *size_category(uint64_t records)
{
	return records < 1000 ? "n<1K" : records < 10000 ? "1K<n<10K" : records < 100000 ? "10K<n<100K" : records < 1000000 ? "100K<n<1M" : "1M<n<10M";
}

static void append_yaml_quoted(struct buffer *out, const char *value)
{
	struct json_writer json; /* a JSON string is a YAML string */

	json_init(&json, out, 0);
	json_string(&json, value);
}

/* The types of the columns, for readers that would otherwise guess them from the first rows: a list that is empty in all of train
 * has no type to guess. The fields are those of row.c. */
static void append_features(bool reasoning, struct buffer *out)
{
	static const struct { const char *name, *type; } fields[] = {
		{ "feature_name", "string" }, { "document_title", "string" }, { "source_file", "string" }, { "source_zip", "string" },
		{ "source_dataset", "string" }, { "document_id", "string" }, { "chunk_id", "string" },
		{ "source_span", "start:int64 end:int64" }, { "question_type", "string" }, { "quality_score", "float64" },
		{ "scores", "structural:float64 semantic:float64 coherence:float64 relevance:float64 accuracy:float64" },
		{ "confidence", "float64" }, { "judge", "model:string faithfulness:int64 usefulness:int64 self_containedness:int64" },
		{ "technical_terms", "list" }, { "tier_classification", "tier_1:list tier_2:list tier_3:list tier_4:list" },
		{ "parameters", "list" }, { "counters", "list" }, { "faj_code", "string" }, { "cxc_codes", "list" }, { "mo_classes", "list" },
		{ "model_tier", "string" }, { "model", "string" }, { "question_model", "string" }, { "cmedit_enhanced", "bool" }, { "enhancement_applied", "bool" },
	};

	buffer_append_string(out, "dataset_info:\n  features:\n  - name: messages\n    list:\n    - name: role\n      dtype: string\n"
				  "    - name: content\n      dtype: string\n");
	if (reasoning)
		buffer_append_string(out, "    - name: reasoning_content\n      dtype: string\n");
	buffer_append_string(out, "  - name: metadata\n    struct:\n");
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct text parts = text_from(fields[i].type), part, name;
		buffer_append_format(out, "    - name: %s\n", fields[i].name);
		if (!strchr(fields[i].type, ':')) {
			buffer_append_format(out, strcmp(fields[i].type, "list") == 0 ? "      sequence: string\n" : "      dtype: %s\n", fields[i].type);
			continue;
		}
		buffer_append_string(out, "      struct:\n");
		while (text_next_field(&parts, ' ', &part)) {
			(void)text_next_field(&part, ':', &name);
			bool list = text_equal(part, TEXT_LITERAL("list"));
			buffer_append_format(out, "      - name: %.*s\n        %s: %.*s\n", TEXT_ARGS(name), list ? "sequence" : "dtype",
					     TEXT_ARGS(list ? TEXT_LITERAL("string") : part));
		}
	}
}

/* "a, b" → a line for each. */
static void append_yaml_entries(struct buffer *out, const char *names)
{
	struct text rest = text_from(names), name;

	while (text_next_field(&rest, ',', &name)) {
		char entry[100];
		name = text_trim(name);
		if (!name.bytes)
			continue;
		snprintf(entry, sizeof(entry), "%.*s", TEXT_ARGS(name));
		buffer_append_string(out, "- ");
		append_yaml_quoted(out, entry);
		buffer_append_byte(out, '\n');
	}
}

static void append_card_header(const struct finalise_request *request, const struct finalise_summary *summary, struct buffer *out)
{
	uint64_t records = summary->pairs[FINALISE_TRAIN] + summary->pairs[FINALISE_VALID] + summary->pairs[FINALISE_TEST];

	buffer_append_string(out, "---\npretty_name: ");
	append_yaml_quoted(out, request->settings->output.dataset_name);
	buffer_append_string(out, "\nlicense: ");
	append_yaml_quoted(out, request->settings->output.license);
	buffer_append_string(out, "\nlanguage:\n");
	append_yaml_entries(out, request->settings->output.languages);
	buffer_append_string(out, "task_categories:\n- question-answering\n- text-generation\ntags:\n- conversational\n");
	append_yaml_entries(out, request->settings->output.tags);
	buffer_append_format(out, "size_categories:\n- %s\n", size_category(records));
	append_features(strcmp(request->settings->generate.reasoning, "split") == 0, out);
	if (records) {
		buffer_append_string(out, "configs:\n- config_name: default\n  data_files:\n");
		for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
			if (summary->pairs[split])
				buffer_append_format(out, "  - split: %s\n    path: %s.jsonl\n",
						     split == FINALISE_VALID ? "validation" : finalise_split_name(split), finalise_split_name(split));
	}
	buffer_append_string(out, "---\n\n");
}

static void append_card_images(const struct finalise_summary *summary, struct buffer *out)
{
	const struct finalise_images *images = &summary->images;

	if (images->files + images->embedded + images->missing_references == 0)
		return;
	buffer_append_format(out, "\nImages kept: %" PRIu64 " files and %" PRIu64 " in documents; %" PRIu64 " of them have the bytes of another and are stored "
				  "once. %" PRIu64 " references of documents name a file that is not there.\n",
			     images->files, images->embedded, images->linked, images->missing_references);
}

void manifest_append_card(const struct finalise_request *request, const struct finalise_summary *summary, struct buffer *out)
{
	append_card_header(request, summary, out);
	buffer_append_format(out, "# %s\n\nConversations grounded in technical documents, made by docring %s. Every answer is made of passages of "
				  "its source document; every identifier and number in it occurs there.\n\n",
			     request->settings->output.dataset_name, DOCRING_VERSION);
	buffer_append_string(out, "| Split | Records | Documents |\n| --- | ---: | ---: |\n");
	for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
		buffer_append_format(out, "| %s | %" PRIu64 " | %" PRIu64 " |\n", finalise_split_name(split), summary->pairs[split], summary->documents_in[split]);
	buffer_append_format(out, "\nMean quality score: %.2f of 10. Splits are made by document: no document, and no copy of one, is in two of them.\n\n",
			     summary->mean_quality);
	buffer_append_string(out, "## Use\n\n```python\nfrom datasets import load_dataset\n\ndataset = load_dataset(\"path/to/this/folder\")\n```\n\n"
				  "Each row has `messages` (roles `system`, `user`, `assistant`) and `metadata`. `source_span` counts characters in the "
				  "`text` of the document's line in `extractions.jsonl`.\n\n## Files\n\n| File | What it is |\n| --- | --- |\n"
				  "| `train.jsonl`, `valid.jsonl`, `test.jsonl` | the records |\n"
				  "| `extractions.jsonl` | a document a line: its text and what was found in it, with character offsets |\n");
	if (request->settings->output.markdown)
		buffer_append_string(out, "| `markdown/` | the converted documents |\n");
	if (summary->images.files + summary->images.embedded > 0)
		buffer_append_string(out, "| `images/` | images of the documents and image files; the same bytes are stored once |\n");
	if (request->settings->output.tables)
		buffer_append_string(out, "| `tables/`, `tables.jsonl` | every table as CSV, and a line a table: document, headings, caption, size |\n");
	buffer_append_string(out, "| `removed.jsonl` | what conversion and cleaning took out of each document, by kind |\n");
	buffer_append_string(out, "| `rejected.jsonl` | documents and pairs that a gate left out, with the reason |\n"
				  "| `failed.jsonl` | documents that could not be read, with the reason |\n"
				  "| `report.html` | how various the questions are, drawn |\n"
				  "| `manifest.json` | counts, SHA-256 of every file, settings, versions |\n\n");
	buffer_append_format(out, "## How it was made\n\n%" PRIu64 " documents were converted, %" PRIu64 " rejected and %" PRIu64 " failed. %" PRIu64
				  " pairs were refused by the quality gates and %" PRIu64 " removed as duplicates. Seed %" PRIu64 ", domain `%s`.\n",
			     summary->documents, summary->rejected_documents, summary->failed_documents, summary->refused_pairs,
			     summary->duplicate_pairs, request->settings->run.seed, request->settings->run.domain);
	append_card_images(summary, out);
}
