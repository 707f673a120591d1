/* verify.c: is the dataset folder what its manifest says, and do its rows keep their promises? Reads everything again. */
#define _GNU_SOURCE
#include "base/file.h"
#include "base/utf8.h"
#include "base/string_map.h"
#include "coordinator/dataset/finalise.h"
#include "proto/image_links.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_BYTES_MAX = 1 << 30, FINDINGS_MAX = 100 };

struct verification {
	const char *output;
	struct buffer *findings;
	size_t finding_count;
	struct string_map files; /* named by the manifest */
	uint64_t missing_images; /* references of the Markdown to no file */
};

static void find(struct verification *verification, const char *format, ...) PRINTF_LIKE(2, 3);

static void find(struct verification *verification, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (verification->finding_count++ >= FINDINGS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	buffer_append_format(verification->findings, "%s\n", line);
}

static const char *string_of(struct json_object *object, const char *key)
{
	struct json_object *value;
	return json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static int64_t number_of(struct json_object *object, const char *key)
{
	struct json_object *value;
	return json_object_object_get_ex(object, key, &value) && json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
}

/* --- one row of a split ---------------------------------------------------------------------------------------------- */

/* Roles in order: an optional system message, then user and assistant in turn, the assistant last. NULL: right. */
static const char *check_messages(struct json_object *messages)
{
	size_t count = json_object_array_length(messages), first = 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *message = json_object_array_get_idx(messages, i);
		const char *role = string_of(message, "role"), *content = string_of(message, "content");
		if (!role || !content || !*content)
			return "a message without role or content";
		if (i == 0 && strcmp(role, "system") == 0) {
			first = 1;
			continue;
		}
		if (strcmp(role, (i - first) % 2 == 0 ? "user" : "assistant") != 0)
			return "roles do not take turns";
	}
	return count > first && (count - first) % 2 == 0 ? NULL : "the last message is not the assistant's";
}

static const char *check_row(struct json_object *row)
{
	struct json_object *messages, *metadata, *quality;

	if (!json_object_object_get_ex(row, "messages", &messages) || !json_object_is_type(messages, json_type_array))
		return "no messages";
	const char *wrong = check_messages(messages);
	if (wrong)
		return wrong;
	if (!json_object_object_get_ex(row, "metadata", &metadata) || !string_of(metadata, "source_file") || !string_of(metadata, "chunk_id"))
		return "no metadata";
	if (!json_object_object_get_ex(metadata, "quality_score", &quality) || json_object_get_double(quality) < 0 || json_object_get_double(quality) > 10)
		return "quality_score is not between 0 and 10";
	return NULL;
}

/* --- one line of extractions.jsonl --------------------------------------------------------------------------------------- */

/* The byte offset behind `points` code points of valid UTF-8, or -1 when the text is shorter. */
static ptrdiff_t byte_offset(struct text text, int64_t points)
{
	size_t offset = 0;

	for (; points > 0 && offset < text.bytes; points--) {
		size_t bytes = utf8_decode(text, offset, NULL);
		offset += bytes ? bytes : 1;
	}
	return points == 0 ? (ptrdiff_t)offset : -1;
}

/* An item that a model named is one by its name, which the source has. */
static const char *check_origin(struct json_object *extraction, const char *found)
{
	struct json_object *attributes, *confidence;
	const char *model = string_of(extraction, "model");

	if (!model || !*model || !json_object_object_get_ex(extraction, "attributes", &attributes))
		return "an extraction without attributes, or without the model that made it";
	if (!json_object_object_get_ex(extraction, "confidence", &confidence) || !(json_object_get_double(confidence) >= 0 && json_object_get_double(confidence) <= 1))
		return "an extraction whose confidence is not between 0 and 1";
	const char *name = string_of(attributes, "name");
	if (strcmp(model, "built-in") != 0 && (!name || strcmp(name, found) != 0))
		return "an item of a model whose name is not the text at its place";
	return NULL;
}

/* Does text[start_pos:end_pos] say what the extraction says? NULL: yes. */
static const char *check_extraction(struct text text, struct json_object *extraction)
{
	struct json_object *interval;
	const char *expected = string_of(extraction, "extraction_text");

	if (!expected || !json_object_object_get_ex(extraction, "char_interval", &interval))
		return "an extraction without text or interval";
	int64_t start = number_of(interval, "start_pos"), end = number_of(interval, "end_pos");
	if (start < 0 || end < start)
		return "an interval that is none";
	ptrdiff_t first = byte_offset(text, start);
	ptrdiff_t length = first < 0 ? -1 : byte_offset(text_slice(text, (size_t)first, text.bytes), end - start);
	if (length < 0 || !text_equal(text_slice(text, (size_t)first, (size_t)(first + length)), text_from(expected)))
		return "an interval that does not hold its extraction_text";
	return check_origin(extraction, expected);
}

static const char *check_extractions(struct json_object *row)
{
	struct json_object *text, *extractions;
	const char *wrong = NULL;

	if (!json_object_object_get_ex(row, "text", &text) || !json_object_object_get_ex(row, "extractions", &extractions) ||
	    !json_object_is_type(extractions, json_type_array))
		return "no text or no extractions";
	struct text whole = { json_object_get_string(text), (size_t)json_object_get_string_len(text) };
	/* In step with the document's length: a few extractions of a long document stand for the others. */
	size_t count = json_object_array_length(extractions), step = 1 + count * (whole.bytes >> 16) / 1000;
	for (size_t i = 0; i < count && !wrong; i += step)
		wrong = check_extraction(whole, json_object_array_get_idx(extractions, i));
	return wrong;
}

static void check_line(struct verification *verification, const char *name, uint64_t line_number, const char *line, bool is_split)
{
	enum json_tokener_error code;
	struct json_object *row = json_tokener_parse_verbose(line, &code);

	if (!row || !json_object_is_type(row, json_type_object)) {
		find(verification, "%s:%llu: not a JSON object: %s", name, (unsigned long long)line_number, json_tokener_error_desc(code));
	} else {
		const char *wrong = is_split ? check_row(row) : strcmp(name, "extractions.jsonl") == 0 ? check_extractions(row) : NULL;
		if (wrong)
			find(verification, "%s:%llu: %s", name, (unsigned long long)line_number, wrong);
	}
	json_object_put(row);
}

/* --- images that the Markdown shows --------------------------------------------------------------------------------------- */

static void check_target(struct verification *verification, struct text name, struct text target, struct buffer *path, struct buffer *file)
{
	buffer_clear(path);
	buffer_clear(file);
	enum image_link_kind kind = image_link_read(target, path);
	if (kind == IMAGE_LINK_EXTERNAL)
		return;
	bool known = kind == IMAGE_LINK_RELATIVE && image_link_resolve(name, false, buffer_view(path), file) &&
		     text_starts_with(buffer_view(file), TEXT_LITERAL("images/")) && string_map_find(&verification->files, buffer_view(file));
	verification->missing_images += !known;
}

/* The metadata is no Markdown. */
static struct text behind_front_matter(struct text text)
{
	ptrdiff_t end = text_starts_with(text, TEXT_LITERAL("---\n")) ? text_find(text, TEXT_LITERAL("\n---\n")) : -1;
	return end < 0 ? text : text_slice(text, (size_t)end + 5, text.bytes);
}

static void check_images(struct verification *verification, const char *name, const char *path)
{
	struct buffer text, target, file;
	struct image_links links;
	struct image_link link;

	buffer_init(&text, DOCUMENT_BYTES_MAX);
	buffer_init(&target, DOCUMENT_BYTES_MAX);
	buffer_init(&file, DOCUMENT_BYTES_MAX);
	if (file_read(path, &text, NULL) == 0) {
		struct text markdown = behind_front_matter(buffer_view(&text));
		image_links_init(&links, markdown);
		while (image_links_next(&links, &link))
			check_target(verification, text_from(name), text_slice(markdown, link.target_start, link.target_end), &target, &file);
	}
	buffer_done(&text);
	buffer_done(&target);
	buffer_done(&file);
}

/* A reference to what is not there is no fault when it was none before: those are counted. */
static void check_image_counts(struct verification *verification, struct json_object *manifest)
{
	struct json_object *images;
	int64_t missing = json_object_object_get_ex(manifest, "images", &images) ? number_of(images, "missing") : -1;

	if (missing >= 0 && (uint64_t)missing != verification->missing_images)
		find(verification, "markdown/: %llu references to images that are not there, the manifest says %lld",
		     (unsigned long long)verification->missing_images, (long long)missing);
}

/* --- one file --------------------------------------------------------------------------------------------------------- */

struct facts {
	uint64_t bytes, lines;
	char sha256[65];
};

static bool is_split_name(const char *name)
{
	return strcmp(name, "train.jsonl") == 0 || strcmp(name, "valid.jsonl") == 0 || strcmp(name, "test.jsonl") == 0;
}

static int read_file(struct verification *verification, const char *path, const char *name, struct facts *ret_facts)
{
	bool lines = text_ends_with_nocase(text_from(name), TEXT_LITERAL(".jsonl"));
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned hash_bytes = 0;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t bytes;
	FILE *file = fopen(path, "re");
	EVP_MD_CTX *digest = EVP_MD_CTX_new();

	if (!file || !digest || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
		find(verification, "%s: cannot read: %s", name, strerror(errno));
		EVP_MD_CTX_free(digest);
		if (file)
			fclose(file);
		return -ENOENT;
	}
	while ((bytes = getline(&line, &capacity, file)) > 0) {
		EVP_DigestUpdate(digest, line, (size_t)bytes);
		ret_facts->bytes += (uint64_t)bytes;
		ret_facts->lines++;
		if (lines)
			check_line(verification, name, ret_facts->lines, line, is_split_name(name));
	}
	EVP_DigestFinal_ex(digest, hash, &hash_bytes);
	for (unsigned i = 0; i < hash_bytes; i++)
		snprintf(ret_facts->sha256 + 2 * i, 3, "%02x", hash[i]);
	free(line);
	fclose(file);
	EVP_MD_CTX_free(digest);
	return 0;
}

static void check_file(struct verification *verification, struct json_object *entry)
{
	char path[PATH_MAX];
	struct facts facts = { 0 };
	const char *name = string_of(entry, "path"), *sha256 = string_of(entry, "sha256");

	if (!name || !sha256 || snprintf(path, sizeof(path), "%s/%s", verification->output, name) >= (int)sizeof(path)) {
		find(verification, "manifest.json: a file without path or sha256");
		return;
	}
	if (read_file(verification, path, name, &facts) < 0)
		return;
	if (text_starts_with(text_from(name), TEXT_LITERAL("markdown/")))
		check_images(verification, name, path);
	if (strcmp(facts.sha256, sha256) != 0)
		find(verification, "%s: SHA-256 is %s, the manifest says %s", name, facts.sha256, sha256);
	if ((int64_t)facts.bytes != number_of(entry, "bytes"))
		find(verification, "%s: %llu bytes, the manifest says %lld", name, (unsigned long long)facts.bytes, (long long)number_of(entry, "bytes"));
	if (text_ends_with_nocase(text_from(name), TEXT_LITERAL(".jsonl")) && (int64_t)facts.lines != number_of(entry, "records"))
		find(verification, "%s: %llu rows, the manifest says %lld", name, (unsigned long long)facts.lines, (long long)number_of(entry, "records"));
}

int finalise_verify(const char *output, struct buffer *findings, struct error_text *error)
{
	struct verification verification = { .output = output, .findings = findings };
	struct json_object *files;
	struct buffer text;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/manifest.json", output) >= (int)sizeof(path))
		return error_set(error, -ENAMETOOLONG, "%s: the path is too long", output);
	buffer_init(&text, MANIFEST_BYTES_MAX);
	int status = file_read(path, &text, error);
	struct json_object *manifest = status == 0 ? json_tokener_parse(buffer_string(&text)) : NULL;
	buffer_done(&text);
	if (status < 0)
		return status;
	if (!manifest || !json_object_object_get_ex(manifest, "files", &files) || !json_object_is_type(files, json_type_array)) {
		json_object_put(manifest);
		return error_set(error, ERROR_INPUT_REJECTED, "%s: not a manifest of docring", path);
	}
	string_map_init(&verification.files);
	for (size_t i = 0; i < json_object_array_length(files) && status == 0; i++) {
		const char *name = string_of(json_object_array_get_idx(files, i), "path");
		status = !name || string_map_add(&verification.files, text_from(name), NULL) ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < json_object_array_length(files) && status == 0; i++)
		check_file(&verification, json_object_array_get_idx(files, i));
	if (status == 0)
		check_image_counts(&verification, manifest);
	string_map_done(&verification.files);
	json_object_put(manifest);
	if (status < 0)
		return error_set(error, status, "out of memory");
	if (verification.finding_count > FINDINGS_MAX)
		buffer_append_format(findings, "… and %zu more\n", verification.finding_count - FINDINGS_MAX);
	return verification.finding_count ? ERROR_INPUT_REJECTED : 0;
}
