/* encoding_western.h: which of the single-byte encodings of western languages a text has, told by where its letters are letters. */
#ifndef DOCRING_WORKERS_PREPROCESS_ENCODING_WESTERN_H
#define DOCRING_WORKERS_PREPROCESS_ENCODING_WESTERN_H

#include "base/text.h"

/* "WINDOWS-1252", unless the bytes above 0x7F are letters only as Mac Roman ("MACINTOSH") or in DOS ("CP850"). Static storage. Pure. */
const char *encoding_western(struct text sample);

#endif
