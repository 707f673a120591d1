/* pdf_objects.h: the objects of a PDF file, read from its bytes: dictionaries, arrays, numbers and streams. It is there for the tree of tags
 * and for which text is of which tag (pdf_structure.h, pdf_marks.h), which the PDF library does not say. Pure.
 *
 * Objects are found where they stand, whatever the file's own lists of them say, and in its compressed object streams; of two with one number the
 * later one holds. Values are views of the file's text, not parsed before they are asked for. What is damaged is an empty text. */
#ifndef DOCRING_WORKERS_PREPROCESS_PDF_OBJECTS_H
#define DOCRING_WORKERS_PREPROCESS_PDF_OBJECTS_H

#include "base/buffer.h"

#include <stdint.h>

enum { PDF_OBJECTS_MAX = 1 << 20, PDF_OBJECT_STREAM_BYTES_MAX = 64 << 20 };

struct pdf_object {
	uint32_t number;
	bool inflated;       /* `at` is in the inflated bytes, else in the file */
	size_t at, bytes;    /* its text, without "1 0 obj" */
};

struct pdf_objects {
	struct text data;    /* not owned */
	struct pdf_object *items; /* ascending, one of each number */
	size_t count, capacity;
	struct buffer inflated;
	uint64_t work_left; /* bytes that may be looked through for values: many that refer to one large object find nothing in the end */
};

void pdf_objects_init(struct pdf_objects *objects);
void pdf_objects_done(struct pdf_objects *objects);
/* Finds the objects of `data`, which outlives them. 0 or -ENOMEM. */
int pdf_objects_read(struct pdf_objects *objects, struct text data) WARN_UNUSED;

/* The next value of what stands between the brackets of an array, or in a content stream; a reference is one value, "12 0 R". False: there is none. */
bool pdf_object_next(struct text *rest, struct text *ret_value);
/* What stands between the brackets of an array or dictionary; an empty text when it is neither. */
struct text pdf_object_inside(struct text value, char bracket);
/* The number of the object that a reference means; 0: it is none. */
uint32_t pdf_object_reference(struct text value);
/* The value itself, or what it refers to. */
struct text pdf_objects_resolve(struct pdf_objects *objects, struct text value);
/* The value of a key ("/K") of a dictionary: as it stands there, or resolved. */
struct text pdf_object_raw(struct text dictionary, const char *key);
struct text pdf_objects_get(struct pdf_objects *objects, struct text dictionary, const char *key);
/* False: it is no number. */
bool pdf_object_number(struct text value, double *ret_number);

/* What a key of the trailer refers to: "/Root" is the document's catalogue, "/Info" says who wrote it. */
struct text pdf_objects_trailer(struct pdf_objects *objects, const char *key);
/* Appends the bytes of a stream, inflated. False: it is packed in another way, damaged, or larger than `out` may be. */
bool pdf_objects_stream(struct pdf_objects *objects, struct text object, struct buffer *out);

#endif
