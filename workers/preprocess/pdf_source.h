/* pdf_source.h: a PDF document through poppler: pages as words and as pictures, the outline, and clear reasons when it cannot be
 * read. Only the files behind this header know poppler. One thread. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_H
#define DOCRING_WORKERS_PREPROCESS_PDF_SOURCE_H

#include "base/error.h"
#include "workers/preprocess/pdf_bitmap.h"
#include "workers/preprocess/pdf_headings.h"
#include "workers/preprocess/pdf_page.h"
#include "workers/preprocess/pdf_rules.h"
#include "workers/preprocess/pdf_tags.h"

struct pdf_source;

/* `data` is not copied and outlives the source. ERROR_INPUT_REJECTED with the reason, or -ENOMEM. */
int pdf_source_open(struct text data, struct pdf_source **ret_source, struct error_text *error) WARN_UNUSED;
void pdf_source_close(struct pdf_source *source);

uint32_t pdf_source_page_count(const struct pdf_source *source);
/* Appends the title of the document's own metadata, UTF-8, trimmed; nothing when it has none. */
void pdf_source_title(const struct pdf_source *source, struct buffer *out);
/* Adds the outline's entries, depth first; at most PDF_OUTLINE_ENTRIES_MAX. */
int pdf_source_outline(const struct pdf_source *source, struct pdf_outline *outline) WARN_UNUSED;
/* Has the file a tree of tags? */
bool pdf_source_has_tags(const struct pdf_source *source);
/* Did a program write the file that draws what others write: a browser its bullets, TeX its underscores? */
bool pdf_source_draws_signs(const struct pdf_source *source);
/* Adds the headings and tables of the file's tags, in their order; none when it has no tags, or too many. */
int pdf_source_tags(struct pdf_source *source, struct pdf_tags *tags) WARN_UNUSED;
/* Fills `page` in. A page that cannot be read is an empty one. */
int pdf_source_page(struct pdf_source *source, uint32_t number, struct pdf_page *page) WARN_UNUSED;

/* Adds what was filled into the form fields of the page read last to its words. 0 or -ENOMEM. */
int pdf_source_fields(struct pdf_source *source, struct pdf_page *page) WARN_UNUSED;

/* May pages be drawn? Not when one of the file's pictures is so large that drawing it takes gigabytes. */
enum { PDF_DRAWN_PICTURE_PIXELS_MAX = 100 << 20 };
bool pdf_source_drawable(const struct pdf_source *source);

/* Draws the page in grey on white: a scale of `dpi`, or less where the picture would have more than PDF_RENDER_PIXELS_MAX (the bitmap
 * says which). A page that cannot be read or drawn has no pixels. 0 or -ENOMEM. The caller frees the bitmap. */
enum { PDF_RENDER_PIXELS_MAX = 12 << 20 };
int pdf_source_render(struct pdf_source *source, uint32_t number, float dpi, struct pdf_bitmap *ret_bitmap) WARN_UNUSED;

/* Draws the page read last, and puts its lines and areas into `rules`, settled. A page that is too large has none. 0 or -ENOMEM. */
int pdf_source_rules(struct pdf_source *source, struct pdf_rules *rules) WARN_UNUSED;

/* Appends a picture of the page as PNG. ERROR_LIMIT_HIT when it cannot be had (`out` is as before), or -ENOMEM. */
int pdf_source_picture(struct pdf_source *source, uint32_t number, const struct pdf_picture *picture, struct buffer *out) WARN_UNUSED;

/* "poppler 22.12.0" */
const char *pdf_source_version(void);

#endif
