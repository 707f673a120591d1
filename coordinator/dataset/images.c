#define _GNU_SOURCE
#include "coordinator/dataset/images.h"

#include "proto/image_links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGES_AMBIGUOUS UINT32_MAX

enum { FIRST_CAPACITY = 64, TARGET_PATH_BYTES_MAX = 1 << 16, FOLDERS_UP_MAX = 32 };

struct image_content {
	struct text data;   /* in the mapped spool */
	uint32_t file;      /* the first that has it */
	char sha256[OUTPUT_HASH_HEX_BYTES];
};

void images_init(struct images *images, struct staging *staging, struct dataset_names *names)
{
	*images = (struct images){ .staging = staging, .names = names };
	string_map_init(&images->by_name);
	string_map_init(&images->by_folded);
	string_map_init(&images->by_content);
	string_map_init(&images->by_target);
}

void images_done(struct images *images)
{
	for (size_t i = 0; i < images->file_count; i++)
		free(images->files[i]);
	free(images->files);
	free(images->contents);
	string_map_done(&images->by_name);
	string_map_done(&images->by_folded);
	string_map_done(&images->by_content);
	string_map_done(&images->by_target);
}

static int out_of_memory(struct images *images)
{
	return error_set(images->staging->error, -ENOMEM, "out of memory");
}

static bool make_room(void **array, size_t count, size_t *capacity, size_t element_bytes)
{
	size_t more = *capacity ? *capacity * 2 : FIRST_CAPACITY;
	void *grown = count < *capacity ? *array : reallocarray(*array, more, element_bytes);

	if (!grown)
		return false;
	*capacity = count < *capacity ? *capacity : more;
	*array = grown;
	return true;
}

/* --- files ---------------------------------------------------------------------------------------------------------- */

/* Writes the bytes under the path, or a link to where they are already. Two contents with one hash are both written. */
static int store(struct images *images, const char *path, const struct document_image *image, struct text data)
{
	struct text key = { (const char *)image->xxh3, sizeof(image->xxh3) };
	const uint32_t *known = string_map_find(&images->by_content, key);
	bool added = false;

	if (known && text_equal(images->contents[*known].data, data)) {
		const struct image_content *content = &images->contents[*known];
		int status = staging_link(images->staging, images->files[content->file], path, content->sha256, data.bytes);
		images->counts.linked += status == 0;
		if (status != -EOPNOTSUPP)
			return status;
	}
	images->counts.bytes += data.bytes;
	if (known)
		return staging_put(images->staging, path, data, 0, NULL);
	uint32_t *place = string_map_add(&images->by_content, key, &added);
	if (!place || !make_room((void **)&images->contents, images->content_count, &images->content_capacity, sizeof(*images->contents)))
		return out_of_memory(images);
	*place = (uint32_t)images->content_count;
	struct image_content *content = &images->contents[images->content_count++];
	*content = (struct image_content){ .data = data, .file = (uint32_t)images->file_count };
	return staging_put(images->staging, path, data, 0, content->sha256);
}

/* The index of the file in *ret_index. */
static int add(struct images *images, const char *source, const char *container, const char *suffix, const struct document *document,
	       const struct document_image *image, uint32_t *ret_index)
{
	char hash_suffix[DOCUMENT_IMAGE_TARGET_BYTES_MAX];
	struct buffer path;

	snprintf(hash_suffix, sizeof(hash_suffix), ".%s", document_image_extension(image->kind));
	buffer_init(&path, PATH_MAX * 8);
	int status = dataset_names_take(images->names, "images", container, source, suffix, *suffix ? suffix : hash_suffix, &path);
	if (status < 0 || !make_room((void **)&images->files, images->file_count, &images->file_capacity, sizeof(*images->files)))
		status = out_of_memory(images);
	else
		status = store(images, buffer_string(&path), image, document_text(document, image->data));
	if (status == 0) {
		*ret_index = (uint32_t)images->file_count;
		images->files[images->file_count] = buffer_give(&path, &(size_t){ 0 });
		status = images->files[images->file_count] ? 0 : out_of_memory(images);
		images->file_count += status == 0;
	}
	buffer_done(&path);
	return status;
}

static void append_folded(struct buffer *out, struct text name)
{
	for (size_t i = 0; i < name.bytes; i++)
		buffer_append_byte(out, ascii_lower(name.data[i]));
}

static int remember_name(struct images *images, const char *source, const char *container, uint32_t index)
{
	struct buffer name, folded;
	bool added;

	buffer_init(&name, TARGET_PATH_BYTES_MAX);
	buffer_init(&folded, TARGET_PATH_BYTES_MAX);
	buffer_append_format(&name, "%s!%s", container, source);
	append_folded(&folded, buffer_view(&name));
	uint32_t *exact = string_map_add(&images->by_name, buffer_view(&name), NULL);
	if (exact)
		*exact = index;
	uint32_t *loose = exact ? string_map_add(&images->by_folded, buffer_view(&folded), &added) : NULL;
	if (loose)
		*loose = added ? index : IMAGES_AMBIGUOUS;
	buffer_done(&name);
	buffer_done(&folded);
	return loose ? 0 : out_of_memory(images);
}

int images_add_file(struct images *images, const char *source, const char *container, const struct document *document)
{
	uint32_t index;
	int status = document->image_count == 1 ? add(images, source, container, "", document, &document->images[0], &index) : 0;

	if (status < 0 || document->image_count != 1)
		return status;
	images->counts.files++;
	return remember_name(images, source, container, index);
}

int images_add_document(struct images *images, const char *source, const char *container, const struct document *document)
{
	struct buffer target, suffix;
	int status = 0;

	string_map_clear(&images->by_target);
	images->counts.left_out += document->header->removed[DOCUMENT_REMOVED_IMAGE];
	buffer_init(&target, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	buffer_init(&suffix, DOCUMENT_IMAGE_TARGET_BYTES_MAX);
	for (uint32_t i = 0; i < document->image_count && status == 0; i++) {
		uint32_t index = 0;
		buffer_clear(&target);
		buffer_clear(&suffix);
		document_image_target(&document->images[i], &target);
		buffer_append_format(&suffix, "/%s", strrchr(buffer_string(&target), '/') + 1);
		status = add(images, source, container, buffer_string(&suffix), document, &document->images[i], &index);
		uint32_t *place = status == 0 ? string_map_add(&images->by_target, buffer_view(&target), NULL) : NULL;
		if (place)
			*place = index;
		else if (status == 0)
			status = out_of_memory(images);
		images->counts.embedded += status == 0;
	}
	buffer_done(&target);
	buffer_done(&suffix);
	return status;
}

/* --- references ------------------------------------------------------------------------------------------------------- */

struct referring { /* one document */
	struct images *images;
	struct text source, file; /* its name, and that of its Markdown in the dataset */
	const char *container;
	struct buffer path, name, folded;
};

/* The image file that the path means when it is read in `document`, or NULL. */
static const char *find_beside(struct referring *referring, struct text container, struct text document)
{
	const struct images *images = referring->images;
	struct buffer resolved;

	buffer_clear(&referring->name);
	buffer_clear(&referring->folded);
	buffer_append_text(&referring->name, container);
	buffer_append_byte(&referring->name, '!');
	size_t prefix = referring->name.bytes;
	buffer_init(&resolved, TARGET_PATH_BYTES_MAX);
	bool inside = image_link_resolve(document, container.bytes == 0, buffer_view(&referring->path), &resolved);
	buffer_append_text(&referring->name, buffer_view(&resolved));
	buffer_done(&resolved);
	if (!inside || referring->name.status || referring->name.bytes == prefix)
		return NULL;
	const uint32_t *index = string_map_find(&images->by_name, buffer_view(&referring->name));
	if (!index) { /* made where names differ in more than case */
		append_folded(&referring->folded, buffer_view(&referring->name));
		index = string_map_find(&images->by_folded, buffer_view(&referring->folded));
	}
	return index && *index != IMAGES_AMBIGUOUS ? images->files[*index] : NULL;
}

/* As above, or else as if the document lay in a folder above its own, the nearest first: pages are moved, and generators write paths from the
 * top of their site. Not above the root, which is the first folder of a name outside archives. */
static const char *find_above(struct referring *referring, struct text container, struct text document)
{
	for (unsigned folders = 0; folders < FOLDERS_UP_MAX; folders++) {
		const char *found = find_beside(referring, container, document);
		const char *slash = memrchr(document.data, '/', document.bytes);
		if (found || !slash)
			return found;
		document = text_slice(document, 0, (size_t)(slash - document.data));
		if (container.bytes == 0 && !memchr(document.data, '/', document.bytes))
			return NULL;
	}
	return NULL;
}

/* The path of the image file that the target means, or NULL. What is not in an archive may lie beside it: a page compressed by itself is one. */
static const char *find_file(struct referring *referring)
{
	struct text container = text_from(referring->container), document = referring->source;

	for (;;) {
		const char *found = find_above(referring, container, document);
		if (found || container.bytes == 0)
			return found;
		const char *mark = memrchr(container.data, '!', container.bytes);
		size_t outer = mark ? (size_t)(mark - container.data) : 0;
		document = text_slice(container, mark ? outer + 1 : 0, container.bytes);
		container = text_slice(container, 0, outer);
	}
}

/* Does the target, as it stands, lead from the Markdown to an image all the same? */
static bool leads_by_chance(struct referring *referring)
{
	buffer_clear(&referring->name);
	return image_link_resolve(referring->file, false, buffer_view(&referring->path), &referring->name) &&
	       text_starts_with(buffer_view(&referring->name), TEXT_LITERAL("images/")) &&
	       dataset_names_have(referring->images->names, buffer_view(&referring->name));
}

/* The path in the dataset that the target is led to, or NULL: it stays. */
static const char *find_target(struct referring *referring, struct text target)
{
	struct images *images = referring->images;
	const uint32_t *own = string_map_find(&images->by_target, target);

	if (own)
		return images->files[*own];
	buffer_clear(&referring->path);
	enum image_link_kind kind = image_link_read(target, &referring->path);
	if (kind == IMAGE_LINK_EXTERNAL)
		return NULL;
	const char *found = kind != IMAGE_LINK_ABSOLUTE ? find_file(referring) : NULL;
	images->counts.linked_references += found != NULL;
	images->counts.missing_references += !found && !(kind == IMAGE_LINK_RELATIVE && leads_by_chance(referring));
	return found;
}

/* "![" in most documents is nowhere, and memmem is slow for two bytes. */
static bool may_hold_image(struct text markdown)
{
	const char *end = markdown.data + markdown.bytes, *mark = markdown.bytes ? memchr(markdown.data, '!', markdown.bytes) : NULL;

	while (mark && mark + 1 < end && mark[1] != '[')
		mark = memchr(mark + 1, '!', (size_t)(end - mark - 1));
	return mark && mark + 1 < end;
}

int images_append_markdown(struct images *images, const char *source, const char *container, const struct document *document, const char *name,
			   struct buffer *out)
{
	struct referring referring = { .images = images, .source = text_from(source), .file = text_from(name), .container = container };
	struct image_links links;
	struct image_link link;
	size_t done = 0;

	if (!may_hold_image(document->markdown)) {
		buffer_append_text(out, document->markdown);
		return out->status;
	}

	buffer_init(&referring.path, TARGET_PATH_BYTES_MAX);
	buffer_init(&referring.name, TARGET_PATH_BYTES_MAX * 2);
	buffer_init(&referring.folded, TARGET_PATH_BYTES_MAX * 2);
	image_links_init(&links, document->markdown);
	while (image_links_next(&links, &link)) {
		const char *path = find_target(&referring, text_slice(document->markdown, link.target_start, link.target_end));
		if (!path)
			continue;
		buffer_append_text(out, text_slice(document->markdown, done, link.target_start));
		image_link_append_target(text_from(name), text_from(path), out);
		done = link.target_end;
	}
	buffer_append_text(out, text_slice(document->markdown, done, document->markdown.bytes));
	buffer_done(&referring.path);
	buffer_done(&referring.name);
	buffer_done(&referring.folded);
	return out->status;
}
