/* plain_tabs.h: tables whose cells tabs part. Stops of eight columns move such cells apart; this sets them under each other. Pure, linear. */
#ifndef DOCRING_WORKERS_PREPROCESS_PLAIN_TABS_H
#define DOCRING_WORKERS_PREPROCESS_PLAIN_TABS_H

#include "base/buffer.h"
#include "base/text.h"

/* Do tabs stand within lines anywhere? */
bool plain_tabs_found(struct text text);

/* Appends `text`, runs of lines with the same count of tabs laid out in columns of blanks. */
void plain_tabs_lay_out(struct text text, struct buffer *out);

#endif
