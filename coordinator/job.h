/* job.h: one file or archive member on its way from intake to commit: the coordinator's private record of it.
 *
 * A job stands in exactly one list, the list says where it is, and job_move is the only way from one to another: that is
 * the ledger. A job at a worker stands in that worker's `held` list from before the task is published until its result is
 * taken or the worker's death is confirmed. */
#ifndef DOCRING_COORDINATOR_JOB_H
#define DOCRING_COORDINATOR_JOB_H

#include "coordinator/job_names.h"
#include "coordinator/memory.h"
#include "proto/document.h"

enum job_place {
	JOB_NOWHERE,
	JOB_READING,    /* its bytes are on the way into the ring */
	JOB_QUEUED,     /* waits for a worker */
	JOB_HELD,       /* at a worker */
	JOB_EXPANDING,  /* an archive with its outcome set, whose members are on their way */
	JOB_SPOOLING,   /* its results are being written */
	JOB_COMMITTING, /* written; waits for the run database */
};

enum job_stage { JOB_PREPROCESS, JOB_EXPAND, JOB_GENERATE, JOB_STAGE_COUNT };

enum job_outcome { JOB_NONE, JOB_DONE, JOB_REJECTED, JOB_FAILED, JOB_EXPANDED, JOB_KEPT /* an image */, JOB_OUTCOME_COUNT };
const char *job_outcome_name(enum job_outcome outcome); /* as in run.db: "done" … */

/* A members block that several jobs read from: released with its last reader. */
struct shared_block {
	struct lease lease;
	uint32_t readers;
};

struct job_list {
	struct job *first, *last;
	size_t count;
	enum job_place place;
};

struct job {
	struct job *next, *previous;
	struct job_list *list;
	struct job_names *names; /* NULL: in none */
	struct job *next_same_bucket;

	uint64_t id;
	uint32_t generation; /* of the task out for it now */
	enum job_stage stage;

	char *source;    /* name in the dataset */
	char *container; /* archive it came from, "" for none */
	char *path;      /* to open; NULL for a member */
	struct job *archive; /* whose member it is, or NULL */
	uint32_t depth;
	int descriptor;      /* of a file handed over as one, or -1 */
	uint64_t bytes;
	int64_t modified_ns; /* of the file; 0 for members */
	uint64_t content_xxh3[2];

	struct lease input;                /* in the ring */
	struct shared_block *member_block; /* or: where it lies as a member */
	uint64_t member_offset, member_bytes;
	struct lease output;   /* of the task that is out */
	struct lease document, conversations; /* results */
	uint64_t document_bytes, conversations_bytes;

	float complexity;        /* of the document */
	uint32_t models_tried;   /* bit per model whose replies were of no use for it */
	bool judge;              /* its pairs go to the judging model */
	bool last;               /* no model is left: rules finish it, or it goes without marks */
	bool moved;              /* a model gave it back, for another one to do it sooner: it stays with that */
	bool refused;            /* a server refused questions about it */
	bool to_be_redone;       /* by the same command later: a server that it needed could not be reached or used */
	uint64_t waits_from_ns;  /* for a model server to come back; 0: it does not */
	uint64_t needed_bytes;   /* output size that a worker asked for, 0: estimate */
	bool largest;            /* no outbox has what it needs: an archive's next member is to be refused, a document's images left out */
	uint32_t preferred_worker; /* who keeps a finished result for it, 0: nobody */
	uint32_t attempts;       /* workers that died over it */
	uint32_t cursor;         /* archives: next entry */
	uint32_t open_members;   /* archives: members not committed */
	uint32_t member_count;
	uint64_t tree_bytes, tree_entries; /* of an archive that is no member: what it and the archives in it have given so far */

	enum job_outcome outcome;
	enum document_format format;
	enum document_gate gate;
	float score;
	uint32_t pairs_accepted, pairs_refused;
	char *reason;
	uint64_t preprocess_ns, generate_ns;
	uint64_t spool_offset;
};

/* Takes copies of the strings. NULL: out of memory. */
struct job *job_create(uint64_t id, const char *source, const char *container, const char *path);
void job_destroy(struct job *job); /* must be in no list and hold no lease */

/* From wherever it is to the end (or the front) of `list`; NULL takes it out. */
void job_move(struct job *job, struct job_list *list);
void job_move_first(struct job *job, struct job_list *list);

/* "container!source", or just the source. */
void job_name(const struct job *job, struct buffer *out);
void job_set_outcome(struct job *job, enum job_outcome outcome, enum document_gate gate, struct text reason);

#endif
