/* data_uri.h: an image that stands in its own link ("data:image/png;base64,…"). Pure, linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_DATA_URI_H
#define DOCRING_WORKERS_PREPROCESS_DATA_URI_H

#include "base/buffer.h"
#include "base/text.h"

bool data_uri_is(struct text target);
/* Appends the bytes that it holds. False when it is none, or damaged: then nothing that counts was appended. */
bool data_uri_decode(struct text target, struct buffer *out);

#endif
