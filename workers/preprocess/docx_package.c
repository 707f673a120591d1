#define _GNU_SOURCE
#include "workers/preprocess/docx_package.h"

#include "workers/preprocess/docx_xml.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>

enum {
	MEMBERS_MAX = 100000,
	NAME_BYTES_MAX = 4096,
	RELATIONS_BYTES_MAX = 64 << 20,
	READ_RETRIES_MAX = 8,
	VISIT_STEP_BYTES = 256 * 1024,
};

/* --- names ----------------------------------------------------------------------------------------------------- */

/* As names of parts are compared: ASCII letters small, "/" between folders, none before the first. */
static void append_normal(struct buffer *out, struct text name)
{
	size_t i = 0;

	while (i < name.bytes && (name.data[i] == '/' || name.data[i] == '\\'))
		i++;
	for (; i < name.bytes; i++)
		buffer_append_byte(out, name.data[i] == '\\' ? '/' : ascii_lower(name.data[i]));
}

static bool is_folder_up(struct text step) { return text_equal(step, TEXT_LITERAL("..")); }

/* Takes the last folder off what was appended from `start` on. */
static void drop_last_step(struct buffer *out, size_t start)
{
	size_t end = out->bytes;

	if (end > start && out->data[end - 1] == '/')
		end--;
	while (end > start && out->data[end - 1] != '/')
		end--;
	buffer_truncate(out, end);
}

void docx_part_name_append(struct buffer *out, struct text base, struct text target)
{
	size_t start = out->bytes;
	struct text step;

	if (target.bytes == 0 || (target.data[0] != '/' && target.data[0] != '\\')) {
		append_normal(out, base);
		if (out->bytes > start && out->data[out->bytes - 1] != '/')
			drop_last_step(out, start);
	}
	while (text_next_field(&target, '/', &step)) {
		if (is_folder_up(step)) {
			drop_last_step(out, start);
		} else if (step.bytes > 0 && !text_equal(step, TEXT_LITERAL("."))) {
			append_normal(out, step);
			if (target.bytes > 0)
				buffer_append_byte(out, '/');
		}
	}
}

/* --- the archive ----------------------------------------------------------------------------------------------- */

static const char *reason_of(struct archive *archive)
{
	const char *reason = archive_error_string(archive);
	return reason && *reason ? reason : "unknown error";
}

static struct archive *open_archive(struct text data, struct error_text *error, int *ret_status)
{
	struct archive *archive = archive_read_new();

	*ret_status = archive ? 0 : -ENOMEM;
	if (!archive)
		return NULL;
	archive_read_support_format_zip(archive);
	if (archive_read_open_memory(archive, data.data, data.bytes) == ARCHIVE_OK)
		return archive;
	*ret_status = error_set(error, ERROR_INPUT_REJECTED, "damaged: its ZIP cannot be read: %s", reason_of(archive));
	archive_read_free(archive);
	return NULL;
}

/* The name of the entry as parts are compared, in `name`. */
static struct text entry_name(struct archive_entry *entry, struct buffer *name)
{
	const char *raw = archive_entry_pathname_utf8(entry);

	buffer_clear(name);
	append_normal(name, text_from(raw ? raw : archive_entry_pathname(entry)));
	return buffer_view(name);
}

/* The next entry; ARCHIVE_EOF, or a negative status with the reason. */
static int next_entry(struct archive *archive, struct archive_entry **ret_entry, struct error_text *error)
{
	int got = archive_read_next_header(archive, ret_entry);

	if (got == ARCHIVE_OK || got == ARCHIVE_WARN || got == ARCHIVE_EOF)
		return got == ARCHIVE_EOF;
	return error_set(error, ERROR_INPUT_REJECTED, "damaged: its ZIP cannot be read to the end: %s", reason_of(archive));
}

int docx_package_open(struct docx_package *package, struct text data, const struct settings *settings, struct error_text *error)
{
	struct archive_entry *entry;
	struct buffer name;
	int status;

	*package = (struct docx_package){ .data = data, .settings = settings };
	string_map_init(&package->names);
	struct archive *archive = open_archive(data, error, &status);
	if (!archive)
		return status;
	buffer_init(&name, NAME_BYTES_MAX);
	for (uint32_t i = 0; (status = next_entry(archive, &entry, error)) == 0; i++) {
		if (i == MEMBERS_MAX)
			status = error_set(error, ERROR_LIMIT_HIT, "more than %d members: no document of a word processor", MEMBERS_MAX);
		else if (archive_entry_is_encrypted(entry))
			status = error_set(error, ERROR_INPUT_REJECTED, "encrypted: needs a password; save it without one");
		bool added;
		struct text key = entry_name(entry, &name);
		uint32_t *place = status == 0 && key.bytes > 0 && name.status == 0 ? string_map_add(&package->names, key, &added) : NULL;
		if (place && added)
			*place = i;
		if (status < 0)
			break;
	}
	buffer_done(&name);
	archive_read_free(archive);
	return status < 0 ? status : 0;
}

void docx_package_done(struct docx_package *package)
{
	string_map_done(&package->names);
}

bool docx_package_has(const struct docx_package *package, struct text name)
{
	return string_map_find(&package->names, name) != NULL;
}

/* --- parts ----------------------------------------------------------------------------------------------------- */

int docx_part_open(struct docx_part *part, const struct docx_package *package, struct text name, struct error_text *error)
{
	const uint32_t *place = string_map_find(&package->names, name);
	struct archive_entry *entry;
	int status;

	*part = (struct docx_part){ .package = package, .name = name };
	if (!place)
		return error_set(error, ERROR_INPUT_REJECTED, "damaged: the part %.*s is missing", TEXT_ARGS(name));
	part->archive = open_archive(package->data, error, &status);
	if (!part->archive)
		return status;
	for (uint32_t i = 0; i <= *place; i++) {
		status = next_entry(part->archive, &entry, error);
		if (status != 0)
			return status < 0 ? status : error_set(error, ERROR_INPUT_REJECTED, "damaged: the part %.*s is missing", TEXT_ARGS(name));
	}
	part->packed_before = archive_filter_bytes(part->archive, -1);
	return 0;
}

void docx_part_close(struct docx_part *part)
{
	if (part && part->archive)
		archive_read_free(part->archive);
	if (part)
		part->archive = NULL;
}

/* Below this many bytes a part is never a bomb, whatever its ratio. */
#define RATIO_BYTES_MIN ((uint64_t)1 << 20)

static int check_limits(const struct docx_part *part, struct error_text *error)
{
	enum { PACKED_SLACK_BYTES = 4096 }; /* libarchive counts a block when it asks for the next */
	const struct settings *settings = part->package->settings;
	int64_t packed = archive_filter_bytes(part->archive, -1) - part->packed_before;

	if (part->unpacked_bytes > settings->intake.member_bytes_max)
		return error_set(error, ERROR_LIMIT_HIT, "%.*s unpacks to more than %" PRIu64 " bytes (intake.member_bytes_max)", TEXT_ARGS(part->name),
				 settings->intake.member_bytes_max);
	if (part->unpacked_bytes < RATIO_BYTES_MIN || part->unpacked_bytes <= part->package->data.bytes || packed < 0)
		return 0;
	if (part->unpacked_bytes / settings->intake.archive_ratio_max > (uint64_t)packed + PACKED_SLACK_BYTES)
		return error_set(error, ERROR_LIMIT_HIT, "%.*s unpacks to more than %" PRIu64 " times its size (intake.archive_ratio_max)",
				 TEXT_ARGS(part->name), settings->intake.archive_ratio_max);
	return 0;
}

ssize_t docx_part_read(struct docx_part *part, char *place, size_t bytes, struct error_text *error)
{
	la_ssize_t got;
	int retries = 0;

	while ((got = archive_read_data(part->archive, place, bytes)) == ARCHIVE_RETRY && retries < READ_RETRIES_MAX)
		retries++;
	if (got < 0)
		return error_set(error, ERROR_INPUT_REJECTED, "damaged: %.*s cannot be unpacked to its end: %s", TEXT_ARGS(part->name),
				 reason_of(part->archive));
	part->unpacked_bytes += (uint64_t)got;
	int status = check_limits(part, error);
	return status < 0 ? status : (ssize_t)got;
}

/* All of the part at hand. *ret_too_large: more than the buffer takes; the rest is not read. */
static int read_whole(struct docx_part *part, struct buffer *bytes, bool *ret_too_large, struct error_text *error)
{
	*ret_too_large = false;
	buffer_clear(bytes);
	for (;;) {
		char *place = buffer_reserve(bytes, VISIT_STEP_BYTES);
		if (!place) {
			*ret_too_large = bytes->status == ERROR_LIMIT_HIT;
			return *ret_too_large ? 0 : bytes->status;
		}
		ssize_t got = docx_part_read(part, place, VISIT_STEP_BYTES, error);
		if (got <= 0)
			return (int)got;
		buffer_commit(bytes, (size_t)got);
	}
}

int docx_package_visit(const struct docx_package *package, const struct string_map *wanted, size_t bytes_max,
		       int (*take)(void *context, struct text name, struct text bytes), void *context, struct error_text *error)
{
	struct docx_part part = { .package = package };
	struct archive_entry *entry;
	struct buffer name, bytes;
	int status;

	part.archive = open_archive(package->data, error, &status);
	if (!part.archive)
		return status;
	buffer_init(&name, NAME_BYTES_MAX);
	buffer_init(&bytes, bytes_max + VISIT_STEP_BYTES);
	while ((status = next_entry(part.archive, &entry, error)) == 0) {
		bool too_large;
		part.name = entry_name(entry, &name);
		if (!string_map_find(wanted, part.name))
			continue;
		part.unpacked_bytes = 0;
		part.packed_before = archive_filter_bytes(part.archive, -1);
		status = read_whole(&part, &bytes, &too_large, error);
		if (status == -ENOMEM)
			break;
		bool usable = status == 0 && !too_large && bytes.bytes <= bytes_max; /* a damaged one is an image less */
		status = take(context, part.name, usable ? buffer_view(&bytes) : TEXT_LITERAL(""));
		if (status < 0)
			break;
	}
	buffer_done(&name);
	buffer_done(&bytes);
	docx_part_close(&part);
	return status < 0 ? status : 0;
}

/* --- relations ------------------------------------------------------------------------------------------------- */

struct loading {
	struct docx_relations *relations;
	struct text base;
};

void docx_relations_init(struct docx_relations *relations)
{
	string_map_init(&relations->ids);
	buffer_init(&relations->items, RELATIONS_BYTES_MAX);
	buffer_init(&relations->text, RELATIONS_BYTES_MAX);
}

void docx_relations_done(struct docx_relations *relations)
{
	string_map_done(&relations->ids);
	buffer_done(&relations->items);
	buffer_done(&relations->text);
}

/* By the last step of the type's address, the same in Transitional and Strict. */
static enum docx_relation_kind kind_of_type(struct text type)
{
	static const struct { struct text ending; enum docx_relation_kind kind; } kinds[] = {
		{ TEXT_LITERAL("/officeDocument"), DOCX_RELATION_DOCUMENT }, { TEXT_LITERAL("/styles"), DOCX_RELATION_STYLES },
		{ TEXT_LITERAL("/numbering"), DOCX_RELATION_NUMBERING }, { TEXT_LITERAL("/footnotes"), DOCX_RELATION_FOOTNOTES },
		{ TEXT_LITERAL("/endnotes"), DOCX_RELATION_ENDNOTES }, { TEXT_LITERAL("/core-properties"), DOCX_RELATION_CORE_PROPERTIES },
		{ TEXT_LITERAL("/coreProperties"), DOCX_RELATION_CORE_PROPERTIES }, { TEXT_LITERAL("/image"), DOCX_RELATION_IMAGE },
		{ TEXT_LITERAL("/hyperlink"), DOCX_RELATION_HYPERLINK }, { TEXT_LITERAL("/chart"), DOCX_RELATION_CHART },
		{ TEXT_LITERAL("/diagramData"), DOCX_RELATION_DIAGRAM }, { TEXT_LITERAL("/comments"), DOCX_RELATION_COMMENTS },
	};
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (text_ends_with_nocase(type, kinds[i].ending))
			return kinds[i].kind;
	return DOCX_RELATION_OTHER;
}

static void open_relation(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct loading *loading = context;
	struct docx_relations *relations = loading->relations;
	struct docx_relation relation = { .target_start = relations->text.bytes };

	if (tag != DOCX_REL_Relationship)
		return;
	struct text id = docx_attribute(attributes, "Id"), target = text_trim(docx_attribute(attributes, "Target"));
	relation.kind = (uint8_t)kind_of_type(docx_attribute(attributes, "Type"));
	relation.external = text_equal(docx_attribute(attributes, "TargetMode"), TEXT_LITERAL("External"));
	if (relation.external)
		buffer_append_text(&relations->text, target);
	else
		docx_part_name_append(&relations->text, loading->base, target);
	relation.target_bytes = relations->text.bytes - relation.target_start;
	bool added;
	uint32_t *place = string_map_add(&relations->ids, id, &added);
	if (!place)
		docx_xml_fail(xml, -ENOMEM);
	else if (added)
		*place = (uint32_t)(relations->items.bytes / sizeof(relation));
	if (place && added)
		buffer_append(&relations->items, &relation, sizeof(relation));
	if (relations->items.status || relations->text.status)
		docx_xml_fail(xml, relations->items.status ? relations->items.status : relations->text.status);
}

static void close_relation(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	(void)context, (void)xml, (void)tag;
}

int docx_relations_load(struct docx_relations *relations, const struct docx_package *package, struct text name, struct error_text *error)
{
	static const struct docx_xml_handler handler = { .open = open_relation, .close = close_relation };
	struct loading loading = { relations, name };
	struct buffer part;
	const char *slash = name.bytes ? memrchr(name.data, '/', name.bytes) : NULL;
	size_t folder = slash ? (size_t)(slash + 1 - name.data) : 0;
	int status = 0;

	buffer_init(&part, NAME_BYTES_MAX);
	buffer_append(&part, name.data, folder);
	buffer_append_string(&part, "_rels/");
	buffer_append(&part, name.data + folder, name.bytes - folder);
	buffer_append_string(&part, ".rels");
	if (docx_package_has(package, buffer_view(&part)))
		status = docx_xml_parse(package, buffer_view(&part), &handler, &loading, error);
	buffer_done(&part);
	return status;
}

const struct docx_relation *docx_relation_by_id(const struct docx_relations *relations, struct text id)
{
	const uint32_t *place = string_map_find(&relations->ids, id);
	return place ? (const struct docx_relation *)(const void *)relations->items.data + *place : NULL;
}

const struct docx_relation *docx_relation_of_kind(const struct docx_relations *relations, enum docx_relation_kind kind)
{
	const struct docx_relation *items = (const void *)relations->items.data;
	size_t count = relations->items.bytes / sizeof(*items);

	for (size_t i = 0; i < count; i++)
		if (items[i].kind == kind)
			return &items[i];
	return NULL;
}

struct text docx_relation_target(const struct docx_relations *relations, const struct docx_relation *relation)
{
	return (struct text){ relations->text.data ? relations->text.data + relation->target_start : "", relation->target_bytes };
}
