/* domain_terms.h: the dictionary of technical terms: longest match at word boundaries over a trie of words. For domain*.c alone.
 *
 * A word of a term that has an upper-case letter is matched as it stands (UE, HARQ), any other without case (handover). A
 * blank or hyphen between two words of a term matches a blank, a line break or a hyphen in the text; a plural "s" at the
 * end of a term is left out of the match. The words are not copied: they must live as long as the dictionary. */
#ifndef DOCRING_CONFIG_DOMAIN_TERMS_H
#define DOCRING_CONFIG_DOMAIN_TERMS_H

#include "base/error.h"
#include "base/text.h"

enum { TERM_WORDS_MAX = 8, TERM_WORD_BYTES_MAX = 64 };

struct term_dictionary;

struct term_dictionary *term_dictionary_create(void); /* NULL: out of memory */
void term_dictionary_destroy(struct term_dictionary *dictionary);

/* -EINVAL with the reason when the text cannot be a term, -ENOMEM. A term that is there already keeps the lower tier. */
int term_dictionary_add(struct term_dictionary *dictionary, struct text term, unsigned tier, struct error_text *error) WARN_UNUSED;

/* The end of the longest term that starts at `start` (the start of a word) and ends at or before `limit`; 0 when there is none. */
size_t term_dictionary_match(const struct term_dictionary *dictionary, struct text text, size_t start, size_t limit, unsigned *ret_tier);

/* The next word of `text` in [start, limit): its start, or `limit` when there is none. */
size_t term_next_word(struct text text, size_t start, size_t limit);
size_t term_word_end(struct text text, size_t start, size_t limit);

#endif
