/* number.h: numbers as decimal digits, the same characters as printf's, without its cost: printf of one number is a thousand instructions and a dozen pages of code. */
#ifndef DOCRING_BASE_NUMBER_H
#define DOCRING_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { NUMBER_BYTES_MAX = 64 };

/* As "%llu". Returns how many bytes were written, at most 20; no NUL. */
size_t number_write_unsigned(uint64_t value, char *out);
/* As "%.*f" with 0 to 9 decimals, of a finite value below 1e30; in NUMBER_BYTES_MAX bytes, no NUL. */
size_t number_write_fixed(double value, int decimals, char *out);

#endif
