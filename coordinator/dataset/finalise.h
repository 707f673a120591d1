/* finalise.h: the dataset folder from the spool: a pure function of the committed documents, the settings and the seed. Same
 * input, same bytes: rows in order of document name, no clock in any record. Every file is written beside its final place and
 * renamed over it, so that what a reader finds is whole. Runs again at any time (`coordinator finalise OUT`). */
#ifndef DOCRING_COORDINATOR_DATASET_FINALISE_H
#define DOCRING_COORDINATOR_DATASET_FINALISE_H

#include "config/settings.h"
#include "coordinator/dataset/diversity.h"
#include "coordinator/state.h"
#include "ipc/uring.h"
#include "proto/document.h"

#include <stdbool.h>
#include <stdint.h>

enum finalise_split { FINALISE_TRAIN, FINALISE_VALID, FINALISE_TEST, FINALISE_SPLIT_COUNT };
const char *finalise_split_name(enum finalise_split split); /* "train", "valid", "test" */

struct finalise_images {
	uint64_t files, embedded;      /* kept: image files, and images in documents */
	uint64_t linked;               /* of those, that have the bytes of another and are a hard link to it */
	uint64_t bytes;                /* written */
	uint64_t linked_references;    /* of documents, led to an image file beside them */
	uint64_t missing_references;   /* to files that are not there */
	uint64_t left_out;             /* too large, too many, damaged */
};

struct finalise_summary {
	uint64_t documents;                      /* converted ones */
	uint64_t rejected_documents, failed_documents, archives;
	uint64_t pairs[FINALISE_SPLIT_COUNT];
	uint64_t documents_in[FINALISE_SPLIT_COUNT];
	uint64_t refused_pairs;                  /* by a gate of the generator */
	uint64_t duplicate_pairs;
	uint64_t extractions[DOCUMENT_CATEGORY_COUNT];
	uint64_t model_items, refused_items;     /* of the extractions those that models added; and what was not taken */
	struct finalise_images images;
	uint64_t tables;
	uint64_t removed[DOCUMENT_REMOVED_COUNT];
	double mean_quality;                     /* 0–10 */
	struct diversity_summary questions;      /* of the records */
	bool preprocess_only;                    /* run.stages: no conversations were asked for */
};

struct finalise_request {
	const struct settings *settings;
	const char *output;  /* folder */
	const char *settings_text; /* effective settings, for the manifest */
	const char *config_hash;
	struct state *state;
	struct uring *uring;
};

/* Publishing replaces what has the name of a dataset's file or folder. -EEXIST: the folder `output` holds something of such a name, and no run was
 * ever made there (it has no .docring), so that it is somebody else's. 0 for a folder that is not there. */
int finalise_check_folder(const char *output, struct error_text *error) WARN_UNUSED;

int finalise_dataset(const struct finalise_request *request, struct finalise_summary *ret_summary, struct error_text *error) WARN_UNUSED;

/* Re-checks every hash and count of OUT/manifest.json and the invariants of the rows; findings go to `findings`, one a line.
 * 0: all holds; ERROR_INPUT_REJECTED: something does not. */
int finalise_verify(const char *output, struct buffer *findings, struct error_text *error) WARN_UNUSED;

#endif
