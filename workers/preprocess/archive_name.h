/* archive_name.h: names of archive members made harmless. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_ARCHIVE_NAME_H
#define DOCRING_WORKERS_PREPROCESS_ARCHIVE_NAME_H

#include "base/buffer.h"

#include <stdint.h>

/* Appends `raw` as the members block wants it: valid UTF-8 (a name that is none is read as code page 437, as ZIP has it, or as 850,
 * 866 or Windows-1252 where only that makes words of it), '/' between folders, no drive letter, no leading '/', no "." or ".." or empty parts, no control characters, at most
 * MEMBERS_NAME_BYTES_MAX bytes (the last parts are kept). When nothing is left: "member-CURSOR". */
void archive_name_append(struct buffer *out, struct text raw, uint64_t cursor);

/* Tells a (normalised) name from another that is the same: "a/b.txt" becomes "a/b~CURSOR.txt". */
void archive_name_number(struct buffer *name, uint64_t cursor);

/* Why the rules of intake skip a member of this (normalised) name, or NULL. `hidden`: names with a leading dot are taken; `book`: the archive is an
 * e-book, whose text alone is wanted. */
const char *archive_name_skipped(struct text name, bool hidden, bool book);

/* "docs/a.html.gz" → "a.html": what a compressed single document is called inside. A slice of `source`, or all of its last part. */
struct text archive_name_inner(struct text source);

#endif
