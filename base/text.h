/* text.h: a read-only run of bytes, not NUL-terminated, not owned. Pure functions over it. */
#ifndef DOCRING_BASE_TEXT_H
#define DOCRING_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *data; /* may be NULL only when bytes is 0 */
	size_t bytes;
};

#define TEXT_LITERAL(literal) ((struct text){ (literal), sizeof(literal) - 1 })
#define TEXT_ARGS(text) (int)(text).bytes, (text).data /* for "%.*s"; the text must be under 2 GiB */

static inline struct text text_from(const char *string)
{
	return (struct text){ string, string ? strlen(string) : 0 };
}

static inline struct text text_slice(struct text text, size_t start, size_t end)
{
	return (struct text){ text.data ? text.data + start : NULL, end - start }; /* NULL + 0 is no address in C11 */
}

/* ASCII only: independent of the locale, unlike <ctype.h>. */
static inline bool ascii_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool ascii_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool ascii_is_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool ascii_is_alpha(char c) { return ascii_is_upper(c) || ascii_is_lower(c); }
static inline bool ascii_is_alnum(char c) { return ascii_is_alpha(c) || ascii_is_digit(c); }
static inline bool ascii_is_word(char c) { return ascii_is_alnum(c) || c == '_'; }
static inline char ascii_lower(char c) { return ascii_is_upper(c) ? (char)(c + 32) : c; }

bool text_equal(struct text a, struct text b);
bool text_equal_nocase(struct text a, struct text b); /* ASCII case folding */
bool text_starts_with(struct text text, struct text prefix);
bool text_starts_with_nocase(struct text text, struct text prefix);
bool text_ends_with_nocase(struct text text, struct text suffix);

/* Byte offset of the first occurrence, or -1. The _nocase form folds ASCII. Linear for the inputs met here. */
ptrdiff_t text_find(struct text text, struct text needle);
ptrdiff_t text_find_nocase(struct text text, struct text needle);

struct text text_trim(struct text text);

/* The next line of *rest without its "\n" or "\r\n", moving *rest past it. False when *rest is empty. */
bool text_next_line(struct text *rest, struct text *ret_line);

/* The part of *rest before the next `delimiter` (or all of it), moving *rest past it. False when *rest is empty.
 * "a,,b" gives three fields, a trailing delimiter gives no empty last one. */
bool text_next_field(struct text *rest, char delimiter, struct text *ret_field);

/* Total order: bytewise, the shorter first on a tie. For qsort and stable output. */
int text_compare(struct text a, struct text b);

#endif
