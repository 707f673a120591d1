/* collect.h: the committed documents and their pairs in memory: one small entry each, the texts stay in the mapped spool. Here
 * duplicates are found and documents are given to splits. */
#ifndef DOCRING_COORDINATOR_DATASET_COLLECT_H
#define DOCRING_COORDINATOR_DATASET_COLLECT_H

#include "coordinator/dataset/finalise.h"
#include "coordinator/spool.h"
#include "proto/conversation.h"

struct collected_document {
	char *source, *container;
	char hash[33];        /* of the content */
	uint64_t spool_offset;
	uint64_t pair_first;  /* index into pairs: its accepted ones */
	uint32_t pair_count, kept_count;
	uint32_t split;       /* enum finalise_split */
	uint32_t family;      /* 1 + index of the document whose split it has because they share passages; 0: its own */
};

struct collected_image { /* an image file */
	char *source, *container;
	uint64_t spool_offset;
};

enum { PAIR_KEPT = UINT32_MAX };

struct collected_pair {
	uint64_t key[2];       /* XXH3-128 of the normalised question and answer */
	uint32_t document;     /* index */
	uint32_t conversation; /* index in the document's block */
	float quality;         /* combined score, 0–1 */
	uint32_t duplicate_of; /* index of the pair that stays, or PAIR_KEPT */
};

struct collected_passage { /* a paragraph of an answer */
	uint64_t hash;
	uint32_t document;
};

struct collection {
	struct spool_view spool;
	struct collected_document *documents;
	size_t document_count, document_capacity;
	struct collected_pair *pairs;
	size_t pair_count, pair_capacity;
	struct collected_passage *passages;
	size_t passage_count, passage_capacity;
	struct collected_image *images;
	size_t image_count, image_capacity;
};

/* From the run database and the spool; in order of document name. */
int collection_load(struct collection *collection, struct state *state, const char *output, struct error_text *error) WARN_UNUSED;
void collection_done(struct collection *collection);

/* The document's two blocks, checked. */
int collection_open(const struct collection *collection, const struct collected_document *entry, struct document *ret_document,
		    struct conversation_set *ret_set, struct error_text *error) WARN_UNUSED;

/* The block of an image file, checked. */
int collection_open_image(const struct collection *collection, const struct collected_image *entry, struct document *ret_document,
			  struct error_text *error) WARN_UNUSED;

/* Of pairs that say the same but for case, blanks and punctuation the one with the best score stays, the first on a tie. */
int collection_remove_duplicates(struct collection *collection, struct error_text *error) WARN_UNUSED;

/* Notes the paragraphs of an answer. 0 or -ENOMEM. families.c */
int collection_add_passages(struct collection *collection, struct text answer, uint32_t document) WARN_UNUSED;
/* Documents whose answers share three paragraphs or more, and a fifth of those of the smaller one, are one family. families.c */
int collection_find_families(struct collection *collection, struct error_text *error) WARN_UNUSED;

/* By a hash of content and seed, so that a document keeps its split when others are added, and copies of one content stay
 * together; a family goes where its document of the smallest hash belongs. A split that would be empty though it was asked for gets the document nearest to it, when there are three or more. */
void collection_split(struct collection *collection, double valid, double test, uint64_t seed);

/* Appends the text that two duplicates share: lower case, letters and digits, one blank between words. */
void collection_normalise(struct text text, struct buffer *out);

#endif
