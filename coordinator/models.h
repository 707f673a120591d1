/* models.h: the models of a run as the coordinator sees them: one group of workers and one queue of documents each. Part of struct run. models.c
 * decides, models_said.c reads what workers say and tells people.
 *
 * A document that is to get conversations is in exactly one of: the queue of a model, `waiting` (every model that is left is down),
 * `last` (no model is left: rules finish it), a worker's held list. */
#ifndef DOCRING_COORDINATOR_MODELS_H
#define DOCRING_COORDINATOR_MODELS_H

#include "config/settings.h"
#include "coordinator/job.h"
#include "coordinator/model_route.h"

struct run;
struct worker;

struct model_sums { uint64_t accepted, refused, prompt_tokens, completion_tokens, calls; }; /* of this run */

struct model_group {
	const struct model_settings *settings;
	enum model_use use;
	enum model_tier tier;
	enum message_model_state state;
	uint64_t since_ns;         /* in that state */
	bool was_up;
	bool late;                 /* starting for so long that nothing waits for it any more */
	struct job_list queue;
	uint64_t documents;        /* that it finished */
	uint64_t handed_on[DESCRIPTOR_NEXT_MOVED + 1]; /* by enum descriptor_next */
	uint64_t taken_over;       /* from other models' queues */
	uint32_t server_of;        /* the first one at the same server */
	int bell;                  /* of the first one: eventfd of all workers at the server; -1: none was needed yet */
	bool active;               /* of those that share a server which holds one model at a time: the one that it holds */
	uint32_t notes_said;       /* of those in its report */
	char *report;              /* the last one; JSON object, checked; owned; NULL: none yet */
	/* from it */
	uint32_t slots, under_way;
	double document_s;         /* from one finished document to the next, a moving mean; 0: none was finished */
	struct model_sums past;     /* of workers that are no more */
	struct model_sums sums;     /* of all */
	bool one_at_a_time;         /* its server holds one model, and loads another one in its place */
	char server[32], model[64]; /* as the worker's probe found them */
	char message[320];          /* what is wrong with it now, or "" */
	char trouble[320];          /* what was wrong with it last */
};

struct models {
	struct model_group groups[MODELS_MAX];
	uint32_t count;            /* 0: rules write all conversations */
	struct job_list waiting, last;
	bool shares_stale;         /* a worker came, went or said something: who shares a server is to be told anew */
	uint64_t switches;         /* from one model to another at a server that holds one at a time */
	/* Documents that the same command later does again, by why: */
	uint64_t fell_back;        /* no model finished them, because none could be reached or used */
	uint64_t unusable;         /* documents that rules finished, because too many replies were of no use */
	uint64_t incomplete;       /* some questions about them were refused */
	uint64_t unjudged;         /* no judge marked their pairs, because none could be reached or used */
	uint64_t unmeasured;       /* their pairs were not measured by embeddings, because that server could not be reached or used */
	uint64_t away_from_ns[2];  /* by job->judge: when the last model for that became none to count on; 0: there is one */
	bool said_all_down[2];     /* likewise */
};

/* Reads the settings. After run->settings is there. */
void models_open(struct run *run);
void models_close(struct run *run);
/* Inference workers that the settings ask for. */
uint32_t models_workers(const struct run *run);
/* The model of the k-th inference worker: an index, or -1 for none. */
int models_of_worker(const struct run *run, uint32_t k);
/* The model of that name, -1 for no name when there are no models, or -EINVAL with what there is. */
int models_find(const struct run *run, const char *name, struct error_text *error) WARN_UNUSED;

/* A document is to get conversations: into the queue where it belongs (first: it was on its way before). */
void models_route(struct run *run, struct job *job, bool first);
/* Why it comes back from a model: enum descriptor_next. */
void models_next(struct run *run, struct worker *worker, struct job *job, uint32_t why, uint64_t duration_ns);
/* It is done; `lacks`: DESCRIPTOR_LACKS_…, what a later run may make good. */
void models_done(struct run *run, struct worker *worker, struct job *job, uint32_t lacks, uint64_t duration_ns);
/* What a worker says of its model. False: it says what cannot be. */
bool models_take_report(struct worker *worker, const struct message *message);
/* What it had done counts on. */
void models_worker_died(struct worker *worker);
/* A worker came or went. */
void models_worker_changed(struct run *run, int model);
/* Gives documents to the workers of models. `place`: dispatch.c's, for the first that fits from a queue. */
typedef bool models_place(struct run *run, struct worker *worker, struct job_list *queue);
void models_dispatch(struct run *run, models_place *place);
void models_step(struct run *run, uint64_t now_ns);
uint64_t models_next_ns(const struct run *run);
size_t models_queued(const struct run *run); /* documents in the lists here */
/* So many wait that preprocessing should. */
bool models_are_full(const struct run *run);
uint32_t models_argument(const struct run *run, const struct job *job);

/* "  qwen3:8b 3/4, 12 wait" for each model; nothing when there are none. */
void models_format_progress(const struct run *run, char *ret_text, size_t bytes);
/* "qwen3:8b: the server has no model …" for the models of that use with which something was wrong; "" for none. */
void models_format_trouble(const struct run *run, enum model_use use, char *ret_text, size_t bytes);
struct json_writer;
void models_write_json(const struct run *run, struct json_writer *json);

/* Seconds from one finished document to the next, as it looks now; 0: not known. */
double models_document_s(const struct run *run, uint32_t model);

/* --- model_moves.c --- */
/* Has slow models give back what they hold and have not begun, for models with nothing to do. */
void models_move(struct run *run);
/* The job is given back: to the model that it is wanted for. */
void models_moved(struct run *run, struct worker *worker, struct job *job);

/* --- model_turns.c --- */
void models_find_servers(struct run *run);
/* May the worker be started, which probes its model? Not while another one at the same server is being probed. */
bool models_may_probe(struct run *run, const struct worker *worker);
/* May documents go to the model? If so they will: its server is to load it, when it holds another one. */
bool models_may_run(struct run *run, uint32_t model);
void models_was_loaded(struct run *run, struct model_group *group);

/* --- model_shares.c --- */
/* The bell of the model's server (eventfd), kept open here; a negative code when there can be none. */
int models_bell(struct run *run, uint32_t model) WARN_UNUSED;
/* Do both mean one model of one server? Only known when both have said what they have. */
bool models_are_one(const struct run *run, uint32_t model, uint32_t other);
/* Tells workers with whom they share a server's slots, where that is stale. */
void models_share(struct run *run);

/* --- between models.c and models_said.c --- */
void models_view(const struct run *run, struct model_view views[MODELS_MAX]); /* for model_route.h; model_moves.c needs it too */
/* Is it worth waiting for: does it not answer now, or did it work once? */
bool models_may_come_back(const struct model_group *group);
void models_add_up(struct run *run, int model); /* the sums of its workers, the living and the dead */
bool models_read_report(struct worker *worker, struct text body);
void models_say_state(const struct run *run, const struct model_group *group);

#endif
