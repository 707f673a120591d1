#define _GNU_SOURCE
#include "coordinator/dataset/dataset_name.h"

#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <xxhash.h>

enum { NAME_PART_BYTES_MAX = 200, WHOLE_BYTES_MAX = PATH_MAX * 8, NAME_BYTES_MAX = PATH_MAX - 512 };
enum taken { TAKEN_NOT, TAKEN_FOLDER, TAKEN_FILE };

void dataset_names_init(struct dataset_names *names)
{
	string_map_init(&names->taken);
}

void dataset_names_done(struct dataset_names *names)
{
	string_map_done(&names->taken);
}

/* Bytes that are not UTF-8 as "%FF": the manifest, which is JSON, could not name them. */
static void append_clean(struct text part, struct buffer *out)
{
	for (size_t at = 0; at < part.bytes;) {
		size_t bytes = utf8_decode(part, at, NULL);
		if (bytes == 0)
			buffer_append_format(out, "%%%02X", (unsigned char)part.data[at]);
		else
			buffer_append(out, part.data + at, bytes);
		at += bytes ? bytes : 1;
	}
}

static void append_part(struct text part, struct buffer *out)
{
	struct buffer clean;

	buffer_init(&clean, WHOLE_BYTES_MAX);
	append_clean(part, &clean);
	struct text name = buffer_view(&clean);
	buffer_append_byte(out, '/');
	if (name.bytes <= NAME_PART_BYTES_MAX) {
		buffer_append_text(out, name);
	} else {
		buffer_append_text(out, text_slice(name, 0, utf8_floor(name, NAME_PART_BYTES_MAX - 20)));
		buffer_append_format(out, "-%016llx", (unsigned long long)XXH3_64bits(part.data, part.bytes));
	}
	if (clean.status < 0)
		out->status = clean.status;
	buffer_done(&clean);
}

/* As the document is called; the name may be another's. */
static void append_plain(const char *folder, struct text whole, const char *suffix, struct buffer *out)
{
	struct text rest = whole, part;

	buffer_append_string(out, folder);
	while (text_next_field(&rest, '/', &part))
		if (part.bytes > 0 && !text_equal(part, TEXT_LITERAL(".")) && !text_equal(part, TEXT_LITERAL("..")))
			append_part(part, out);
	buffer_append_string(out, suffix);
}

/* Marks the file and its folders as taken. 1: done; 0: something is in the way. */
static int take(struct dataset_names *names, struct text name)
{
	bool added;

	for (size_t i = 0; i < name.bytes; i++) {
		if (name.data[i] != '/')
			continue;
		uint32_t *folder = string_map_add(&names->taken, text_slice(name, 0, i), NULL);
		if (!folder)
			return -ENOMEM;
		if (*folder == TAKEN_FILE)
			return 0;
		*folder = TAKEN_FOLDER;
	}
	uint32_t *file = string_map_add(&names->taken, name, &added);
	if (!file)
		return -ENOMEM;
	if (added)
		*file = TAKEN_FILE;
	return added;
}

bool dataset_names_have(const struct dataset_names *names, struct text name)
{
	const uint32_t *taken = string_map_find(&names->taken, name);
	return taken && *taken == TAKEN_FILE;
}

int dataset_names_take(struct dataset_names *names, const char *folder, const char *container, const char *source, const char *suffix,
		       const char *hash_suffix, struct buffer *out)
{
	struct buffer whole, name;

	buffer_init(&whole, WHOLE_BYTES_MAX);
	buffer_init(&name, WHOLE_BYTES_MAX * 4);
	if (container[0])
		buffer_append_format(&whole, "%s/", container);
	buffer_append_string(&whole, source);
	append_plain(folder, buffer_view(&whole), suffix, &name);
	int status = whole.status < 0 ? whole.status : name.status < 0 ? name.status : 0;
	bool fits = status == 0 && name.bytes <= NAME_BYTES_MAX;
	if (fits)
		status = take(names, buffer_view(&name));
	if (status > 0) {
		buffer_append_text(out, buffer_view(&name));
	} else if (status == 0) {
		XXH128_hash_t hash = XXH3_128bits(whole.data, whole.bytes);
		buffer_append_format(out, "%s/%016llx%016llx%s", folder, (unsigned long long)hash.high64, (unsigned long long)hash.low64, hash_suffix);
	}
	buffer_done(&name);
	buffer_done(&whole);
	return status < 0 ? status : out->status;
}
