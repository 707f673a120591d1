/* html_saved.h: pages inside MIME messages: those that browsers save with all that belongs to them in one file (MHTML: related parts),
 * and mails that are HTML or have a part of it. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_SAVED_H
#define DOCRING_WORKERS_PREPROCESS_HTML_SAVED_H

#include "base/buffer.h"

/* Does the file begin as such a message does? Looks at its head alone. */
bool html_saved_is(struct text data);

/* Appends the message's first HTML part, under a mail's subject, sender, receiver and date, decoded to the bytes that the page had. *ret_charset: what the part says of them, or empty; points
 * into `data`. False: there is no such part, or it is damaged. */
bool html_saved_page(struct text data, struct buffer *out, struct text *ret_charset);

#endif
