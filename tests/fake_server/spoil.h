/* spoil.h: good texts made bad, as scripts say. Pure. */
#ifndef DOCRING_TESTS_FAKE_SERVER_SPOIL_H
#define DOCRING_TESTS_FAKE_SERVER_SPOIL_H

#include "base/buffer.h"
#include "tests/fake_server/script.h"

/* The model's text; `prompt` is for CONTENT_ECHO. */
void spoil_content(enum script_content how, struct text prompt, struct buffer *content);

/* The body of a whole response. BODY_HUGE and BODY_HUGE_STRING are deliver.c's. */
void spoil_body(enum script_body how, struct buffer *body);

/* Where the text of the content (or of the first long string) starts in a rendered body; 0: nowhere. */
size_t spoil_content_start(struct text body);

#endif
