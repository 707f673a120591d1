/* images.h: the images of a dataset: those in documents and the image files, each at a place that its name gives, bytes that are the same
 * stored once. First all image files, then document by document: a document's references to image files beside it are led to them. */
#ifndef DOCRING_COORDINATOR_DATASET_IMAGES_H
#define DOCRING_COORDINATOR_DATASET_IMAGES_H

#include "coordinator/dataset/collect.h"
#include "coordinator/dataset/dataset_name.h"
#include "coordinator/dataset/staging.h"

struct images {
	struct staging *staging;
	struct dataset_names *names;
	struct string_map by_name;     /* "container!source" of an image file → index into files */
	struct string_map by_folded;   /* the same in lower case → index, or IMAGES_AMBIGUOUS */
	struct string_map by_content;  /* XXH3-128 → index into contents */
	struct string_map by_target;   /* of the document at hand: target in its block → index into files */
	char **files;                  /* paths in the dataset */
	size_t file_count, file_capacity;
	struct image_content *contents;
	size_t content_count, content_capacity;
	struct finalise_images counts;
};

void images_init(struct images *images, struct staging *staging, struct dataset_names *names);
void images_done(struct images *images);

/* An image file, whose block is `document`. The spool that the block lies in stays mapped until images_done. */
int images_add_file(struct images *images, const char *source, const char *container, const struct document *document) WARN_UNUSED;
/* The images in a document. The next call forgets their targets. */
int images_add_document(struct images *images, const char *source, const char *container, const struct document *document) WARN_UNUSED;
/* Appends the Markdown of the document that was added last, for a file called `name`, with its images' targets as seen from there.
 * A reference to a file that is not there stays as it is and is counted. */
int images_append_markdown(struct images *images, const char *source, const char *container, const struct document *document, const char *name,
			   struct buffer *out) WARN_UNUSED;

#endif
