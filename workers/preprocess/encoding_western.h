/* encoding_western.h: which of the single-byte encodings of western languages a text has, told by where its letters are letters. */
#ifndef DOCRING_WORKERS_PREPROCESS_ENCODING_WESTERN_H
#define DOCRING_WORKERS_PREPROCESS_ENCODING_WESTERN_H

#include "base/text.h"

/* "WINDOWS-1252", unless the bytes above 0x7F are letters only as Mac Roman ("MACINTOSH") or in DOS ("CP850"). Static storage. Pure. */
const char *encoding_western(struct text sample);
/* Is a text of Windows-1252 rather one of ISO 8859-15: euro signs where the other has its sign for any currency, which nobody writes beside numbers, or oe
 * in words where the other has fractions? Pure. */
bool encoding_has_euro_signs(struct text sample);

#endif
