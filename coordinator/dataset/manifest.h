/* manifest.h: manifest.json (what the dataset is made of: counts, file hashes, settings, versions) and README.md, the dataset card
 * that Hugging Face's tools read. */
#ifndef DOCRING_COORDINATOR_DATASET_MANIFEST_H
#define DOCRING_COORDINATOR_DATASET_MANIFEST_H

#include "base/string_map.h"
#include "coordinator/dataset/finalise.h"
#include "coordinator/dataset/output_file.h"

struct manifest_file {
	char *path; /* below the dataset folder */
	char sha256[OUTPUT_HASH_HEX_BYTES];
	uint64_t bytes, records;
};

struct manifest {
	struct manifest_file *files;
	size_t count, capacity;
	struct string_map records; /* how many, by the model that wrote them */
};

int manifest_add(struct manifest *manifest, const char *path, const char *sha256, uint64_t bytes, uint64_t records) WARN_UNUSED;
/* One more record of train, valid or test.jsonl that the model wrote. 0 or -ENOMEM. */
int manifest_count_record(struct manifest *manifest, struct text model) WARN_UNUSED;
void manifest_done(struct manifest *manifest);

/* Goes out piece by piece: a line of every file would be large in memory. */
int manifest_write_json(const struct manifest *manifest, const struct finalise_request *request, const struct finalise_summary *summary,
			struct output_file *out, struct error_text *error) WARN_UNUSED;
void manifest_append_card(const struct finalise_request *request, const struct finalise_summary *summary, struct buffer *out);

#endif
