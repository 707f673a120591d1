/* html.h: a piece of HTML as Markdown, for HTML that stands inside another format. Whole pages go through convert_html. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_H
#define DOCRING_WORKERS_PREPROCESS_HTML_H

#include "base/buffer.h"
#include "base/error.h"

/* Appends the fragment (valid UTF-8, "\n" line ends) as normal Markdown. Everything visible in it is content. */
int html_fragment_to_markdown(struct text html, unsigned depth_max, struct buffer *markdown, struct error_text *error) WARN_UNUSED;

#endif
