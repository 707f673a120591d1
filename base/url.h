/* url.h: addresses as they may be shown. */
#ifndef DOCRING_BASE_URL_H
#define DOCRING_BASE_URL_H

#include "base/buffer.h"
#include "base/text.h"

/* Text with the name and password of each address in it ("http://name:password@host/") as "***": messages, logs and datasets are read by others. */
void url_append_shown(struct buffer *out, struct text text);

#endif
