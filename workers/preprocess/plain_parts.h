/* plain_parts.h: where blocks of plain text end, and the parts in them that stand for themselves without a blank line between: quoted lines, drawn
 * tables, underlined headings. Linear in the length of a block, however many parts it has. Private to plain_*.c. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_PARTS_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_PARTS_H

#include "workers/preprocess/plain_work.h"

/* The next blank line, or the end of the text. */
size_t plain_block_end(struct plain_work *work, size_t at);

/* The end of the first part of the block that starts at line `at`. */
size_t plain_part_end(struct plain_work *work, size_t at);

/* The first line behind `at` where a heading begins, or code that was announced; `end` when there is none before it. */
size_t plain_next_cut(struct plain_work *work, size_t at, size_t end);

/* As mails quote each other; ">>>" is a prompt. */
bool plain_is_quoted(struct text line);

#endif
