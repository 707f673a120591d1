/* docx_package.h: the container of an office document (OPC): a ZIP in memory, its parts by name, the relations between them.
 *
 * Parts are read through libarchive as a stream, never onto disk; their names are only compared. What a part unpacks to is
 * bounded by intake.member_bytes_max, and its ratio by intake.archive_ratio_max. The package owns the list of names; relations
 * own their text. Failures say which part and why. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_PACKAGE_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_PACKAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/string_map.h"
#include "config/settings.h"

#include <sys/types.h>

struct docx_package {
	struct text data;
	const struct settings *settings;
	struct string_map names; /* normalised name → its place in the archive */
};

/* Lists the members. ERROR_INPUT_REJECTED: no ZIP that can be read, or an encrypted one. */
int docx_package_open(struct docx_package *package, struct text data, const struct settings *settings, struct error_text *error) WARN_UNUSED;
void docx_package_done(struct docx_package *package);
bool docx_package_has(const struct docx_package *package, struct text name);

/* --- a part as a stream ---------------------------------------------------------------------------------------- */

struct docx_part {
	const struct docx_package *package;
	struct archive *archive;
	struct text name;        /* the caller's */
	uint64_t unpacked_bytes; /* so far */
	int64_t packed_before;
};

int docx_part_open(struct docx_part *part, const struct docx_package *package, struct text name, struct error_text *error) WARN_UNUSED;
/* Bytes read, 0 at the end, or ERROR_INPUT_REJECTED / ERROR_LIMIT_HIT with the reason. */
ssize_t docx_part_read(struct docx_part *part, char *place, size_t bytes, struct error_text *error) WARN_UNUSED;
void docx_part_close(struct docx_part *part); /* NULL and closed ones are fine */

/* Calls `take` for each member that `wanted` knows, with all its bytes, in the archive's order: one pass for many. Members larger
 * than `bytes_max` come as an empty text. A negative answer of `take` ends the pass and comes back. */
int docx_package_visit(const struct docx_package *package, const struct string_map *wanted, size_t bytes_max,
		       int (*take)(void *context, struct text name, struct text bytes), void *context, struct error_text *error) WARN_UNUSED;

/* --- relations ------------------------------------------------------------------------------------------------- */

enum docx_relation_kind {
	DOCX_RELATION_OTHER, DOCX_RELATION_DOCUMENT, DOCX_RELATION_STYLES, DOCX_RELATION_NUMBERING, DOCX_RELATION_FOOTNOTES,
	DOCX_RELATION_ENDNOTES, DOCX_RELATION_COMMENTS, DOCX_RELATION_CORE_PROPERTIES, DOCX_RELATION_IMAGE, DOCX_RELATION_HYPERLINK, DOCX_RELATION_CHART,
	DOCX_RELATION_DIAGRAM,
};

struct docx_relation {
	uint8_t kind;   /* enum docx_relation_kind */
	bool external;
	size_t target_start, target_bytes;
};

struct docx_relations {
	struct string_map ids; /* id → index */
	struct buffer items;   /* struct docx_relation */
	struct buffer text;
};

void docx_relations_init(struct docx_relations *relations);
void docx_relations_done(struct docx_relations *relations);
/* Those of the part `name` (empty: of the package). A part without any has an empty list. */
int docx_relations_load(struct docx_relations *relations, const struct docx_package *package, struct text name, struct error_text *error)
	WARN_UNUSED;
const struct docx_relation *docx_relation_by_id(const struct docx_relations *relations, struct text id);
const struct docx_relation *docx_relation_of_kind(const struct docx_relations *relations, enum docx_relation_kind kind); /* the first */
/* The name of a part in the package (external: the address). */
struct text docx_relation_target(const struct docx_relations *relations, const struct docx_relation *relation);

/* Appends `target`, as it is written in a relation of the part `base`, as a name in the package: "../media/a.png". */
void docx_part_name_append(struct buffer *out, struct text base, struct text target);

#endif
