/* run.h: one run of the coordinator: everything it holds, and its life from start to end. All of it is private memory of one
 * thread. The parts that act on it: sources.c (where files come from), intake.c (files → jobs), dispatch.c (jobs → workers),
 * results.c (what workers say), lanes.c (the fast road between the two),
 * commit.c (results → spool → run database), supervisor.c (worker processes), scale.c (how many), pinning.c (on which cores), refresh.c
 * (a service's dataset), control.c (other terminals), progress.c. */
#ifndef DOCRING_COORDINATOR_RUN_H
#define DOCRING_COORDINATOR_RUN_H

#include "config/settings.h"
#include "coordinator/job.h"
#include "coordinator/log.h"
#include "coordinator/loop.h"
#include "coordinator/models.h"
#include "coordinator/spool.h"
#include "coordinator/state.h"
#include "coordinator/walk.h"
#include "ipc/channel.h"
#include "ipc/lane.h"
#include "ipc/load.h"
#include "ipc/pin_plan.h"
#include "ipc/rendezvous.h"
#include "ipc/topology.h"
#include "ipc/uring.h"
#include "proto/message.h"

#include <limits.h>
#include <sys/types.h>

enum {
	RUN_WORKERS_MAX = 1024,   /* numbers 1…; number N writes segment N */
	RUN_JOBS_MAX = 8192,      /* in flight at once */
	RUN_SUBMITTED_MAX = 4096, /* paths that wait for intake in service mode */
	RUN_NEWCOMERS_MAX = 16,
	RUN_URING_ENTRIES = 1024, /* file operations under way; reads take half of them at most */
	WORKER_KNOWN_WORDS = MEMORY_SEGMENTS_MAX / 64,
};

enum worker_kind { WORKER_PREPROCESS, WORKER_INFERENCE, WORKER_KIND_COUNT };
const char *worker_kind_name(enum worker_kind kind);

enum worker_state {
	WORKER_ABSENT,   /* no process: may be started when `restart_ns` has come */
	WORKER_STARTING, /* spawned, has not joined the bus */
	WORKER_READY,
	WORKER_LEAVING,  /* gets no new tasks; told to stop once it holds none */
	WORKER_STOPPING, /* told to stop */
};

enum worker_origin { WORKER_AT_START, WORKER_ON_DEMAND, WORKER_BY_HAND, WORKER_JOINED }; /* why there is one in the slot */

struct worker {
	struct run *run;
	uint32_t number;
	enum worker_kind kind;
	int model;     /* whose worker it is: index in run->models, or -1 */
	uint32_t capacity; /* of a model's worker: tasks it wants to hold */
	bool probes_anew;    /* its model refused one question after the other, and is asked again what it can do */
	bool asked_back;     /* it was asked to give tasks back, and has neither got one nor given one since */
	uint32_t moves_to;   /* for that model */
	enum message_model_state model_state;
	enum message_model_state embeddings_state; /* as it found the server for those */
	struct model_sums model_sums;
	bool share_told;     /* of a model's worker: it knows who shares its server */
	uint64_t share_hash; /* of what it was told */
	enum worker_state state;
	enum worker_origin origin;
	bool wanted;   /* start it again when it ends */
	bool given_up; /* it crashed too often, or said not to start it again */
	bool external; /* joined by hand: not ours to restart */
	pid_t pid;
	struct loop_watch process; /* pidfd */
	struct loop_watch attach;  /* socket */
	struct loop_watch words;   /* its standard error */
	struct channel_peer peer;
	struct lane lane;        /* not open: tasks and results go over the bus */
	bool lane_broken;        /* there was garbage in it: the worker is being killed */
	struct loop_watch bell;  /* eventfd that the worker writes, or -1: its bell is a message */
	int bell_out;            /* eventfd that wakes the worker, or -1 */
	int core;                /* where the plan has it, -1: anywhere */
	uint32_t sharing;        /* workers that the plan has there; 0: it is not pinned */
	int told_core;           /* what the worker knows of both */
	uint32_t told_sharing;
	uint32_t moves;          /* while it ran, to another core */
	struct job_list held; /* in the order in which they were sent */
	uint64_t known[WORKER_KNOWN_WORDS]; /* segments it was given */
	uint64_t started_ns, heard_ns, progress_ns, restart_ns, killed_ns;
	uint32_t crashes_in_row, starts, deaths;
	uint64_t tasks_done, busy_ns;
	uint64_t task_ns; /* what a task takes, going by the last ones */
	char last_words[320];
	const char *kill_reason; /* why it was killed by us, or NULL */
};

enum run_phase {
	RUN_WORKING,
	RUN_DRAINING, /* asked to end: what workers hold is finished, the rest waits for another run */
	RUN_STOPPING, /* workers are told to stop */
	RUN_ENDED,
};

struct newcomer { /* has connected to the attach socket and not said hello yet; descriptor -1: none */
	struct run *run;
	struct loop_watch watch;
	pid_t pid;
};

struct refresh { /* the process that writes a service's dataset */
	struct run *run;
	pid_t pid; /* 0: none */
	struct loop_watch process; /* pidfd */
	struct loop_watch words;   /* its output */
	uint64_t started_ns, due_ns; /* not before due_ns again */
	uint64_t count;            /* datasets that were written */
	char said[400];            /* its first line */
};

struct run_stats {
	uint64_t counted_files; /* by the count that runs ahead */
	uint64_t taken_files, taken_bytes;     /* from folders */
	uint64_t found_members;
	uint64_t unchanged;
	uint64_t settled[JOB_OUTCOME_COUNT];    /* by enum job_outcome */
	uint64_t settled_bytes;
	uint64_t pairs_accepted, pairs_refused;
	uint64_t worker_deaths, stale_results, bad_messages, retries, commits, by_descriptor;
	uint64_t worker_moves;
	uint64_t lane_rescues; /* wake-ups by timeout that found work: of the coordinator and of workers that are gone */
	uint64_t preprocess_ns, generate_ns;   /* in handlers */
};

struct run_request { /* what the command line asks for */
	const struct settings *settings;
	const char *const *inputs;
	int input_count;
	const char *output;
	const char *watch_folder; /* or NULL */
	const char *command;      /* as typed, for the record */
	bool service;             /* no inputs: stay and take what is submitted */
	bool restart, json;
	enum { RUN_PROGRESS_AUTO, RUN_PROGRESS_ALWAYS, RUN_PROGRESS_NEVER } progress;
};

struct run {
	struct run_request request;
	const struct settings *settings;
	char output[PATH_MAX];  /* real path */
	char folder[PATH_MAX];  /* output/.docring */
	int lock;
	struct topology topology;
	struct loop loop;
	struct rendezvous place;
	struct channel *channel;
	struct lane_spin spin;
	struct uring *uring;
	struct memory *memory;
	struct state *state;
	struct spool *spool;
	int settings_file, domain_file; /* sealed memory files for workers */
	int folder_descriptor; /* of `folder`, for workers of models */
	struct loop_watch listener, signals, uring_events, watched;
	char programs[WORKER_KIND_COUNT][PATH_MAX];

	struct walk *walk, *count_walk; /* NULL when at the end */
	bool walk_finished, watch_changed, submissions_open;
	bool far_ahead; /* more is read than the workers need soon */
	bool more_to_do; /* a step left work behind, or made work for another: the next round comes at once */
	bool retry_soon; /* a socket was full: the next round comes a moment later */
	char *submitted[RUN_SUBMITTED_MAX]; /* ring */
	size_t submitted_first, submitted_count;
	struct job_names names; /* of files in flight */
	struct walk_entry held_entry; /* a file that is in flight as it was before: taken again when that is through; path NULL: none */
	size_t open_descriptors; /* of files handed over as such */
	struct job *waiting; /* read next, when the ring has room: in no list */

	uint64_t job_ids;
	uint32_t generations;
	struct models models;
	struct job_list reading, queues[JOB_STAGE_COUNT], expanding, to_spool, spooling, committing, syncing;
	bool sync_under_way;
	bool outbox_short; /* a task waits for memory that documents on their way to the spool hold */
	uint64_t committed_end; /* of the spool */
	uint64_t commit_due_ns; /* 0: nothing waits */

	struct newcomer newcomers[RUN_NEWCOMERS_MAX]; /* ring: the oldest silent one makes room */
	uint32_t newcomer_next;
	struct worker workers[RUN_WORKERS_MAX]; /* index = number - 1 */
	uint32_t worker_count;                  /* slots in use */
	uint32_t wanted_preprocess, wanted_inference; /* slots: the most of --workers */
	uint32_t least_preprocess, most_preprocess;   /* what --workers says, less what was removed by hand */
	bool scales; /* least and most differed at the start */
	struct load_sample load; /* at the last look at the cores; at_ns 0: none */
	double idle_cores;       /* since the look before that; negative: not known */
	char quota_group[512];   /* control group whose CPU quota is the tightest, or "" */
	bool pins_stale;       /* a worker came or went: the plan is to be made again */
	uint64_t scale_due_ns; /* when scale_step has to look again */
	uint64_t outbox_bytes;
	double output_ratio[JOB_STAGE_COUNT]; /* output to input bytes, from what was seen */

	enum run_phase phase;
	bool interrupted;
	uint64_t interrupted_ns; /* when it was first */
	bool limit_reached;
	int fatal_status; /* why the run cannot go on, or 0 */
	char fatal[ERROR_TEXT_BYTES];
	bool changed_since_finalise;
	struct refresh refresh;
	uint64_t started_ns, drain_deadline_ns, stop_deadline_ns;
	uint64_t processed_ns;   /* when the last document was committed, or the run was asked to end */
	uint64_t processing_cpu_ns; /* of this process until then */
	uint64_t judge_from_ns; /* this process was kept from running: what workers said meanwhile is still on its way */
	struct run_stats stats;
	struct error_text error; /* scratch for messages */
};

/* The whole run; the result is the program's exit code. */
int run_execute(const struct run_request *request);

/* The parts of run_execute, for programs that go through a run step by step (tests): init, open, work and lanes_wait in turn, close. */
void run_init(struct run *run, const struct run_request *request); /* *run is all zero */
void run_work(struct run *run, uint64_t now_ns);                   /* everything that can be done now, without waiting */
void run_close(struct run *run);                                   /* what run_open opened, or a part of it */

/* Opens everything; settings_text: what was written for `coordinator finalise`. On failure the caller closes what was opened. */
int run_open(struct run *run, char ret_config_hash[33], struct buffer *settings_text, struct error_text *error) WARN_UNUSED;
void run_on_signal(void *context, uint32_t events);
/* About how many files a coordinator with so many workers has open at the most. */
uint64_t run_descriptors_needed(const struct settings *settings, uint64_t workers);

/* Something that ends the run: message once, then it drains. */
void run_fatal(struct run *run, int status, const char *format, ...) PRINTF_LIKE(3, 4);
void run_begin_drain(struct run *run);
/* Whether documents become conversations (run.stages): without, there are no inference workers. */
bool run_generates(const struct run *run);
/* Jobs that are anywhere between intake and commit. */
size_t run_jobs_in_flight(const struct run *run);

/* --- sources.c --- */
int intake_open(struct run *run, struct error_text *error) WARN_UNUSED;
void intake_close(struct run *run);
/* 1: an entry; 0: nothing now. */
int sources_next(struct run *run, struct walk_entry *ret_entry) WARN_UNUSED;
bool sources_are_quiet(const struct run *run); /* a service: nothing waits to be looked at */

/* A path from `submit`. */
int intake_submit(struct run *run, const char *path, struct error_text *error) WARN_UNUSED;
/* Everything submitted so far is through: a later run need not know of it. */
void intake_forget_submissions(struct run *run);

/* --- intake.c --- */
void intake_step(struct run *run); /* takes files while there is room */
bool intake_is_finished(const struct run *run);

/* --- dispatch.c --- */
void dispatch_step(struct run *run);
/* Gives what a job holds back and takes it out of every list; the job is freed. */
void dispatch_forget(struct run *run, struct job *job);
void dispatch_release_input(struct run *run, struct job *job);
/* A task came to nothing (death, damage): counts an attempt when `blame`, queues it again or fails it. */
void dispatch_retry(struct run *run, struct job *job, bool blame, const char *why);
void dispatch_enqueue(struct run *run, struct job *job, enum job_stage stage);
void dispatch_enqueue_first(struct run *run, struct job *job); /* for its stage, before the others */

/* --- results.c --- */
void results_receive(struct run *run); /* everything that waits on the bus and in the lanes */
/* A result, by whichever road it came. */
void results_take(struct run *run, struct worker *worker, const struct descriptor *result, uint64_t duration_ns);

/* --- lanes.c --- */
/* A fast lane for the worker, announced on its attach socket, when the settings want it and the machine can. */
int lanes_open(struct worker *worker) WARN_UNUSED;
void lanes_close(struct worker *worker); /* drain it first: results_receive */
/* The task may be the worker's from now on. -EAGAIN: it takes no more now. */
int lanes_publish(struct worker *worker, const struct descriptor *task) WARN_UNUSED;
void lanes_receive(struct run *run);
/* Waits until something is to be done or `timeout_ns` has passed; calls what is ready. */
int lanes_wait(struct run *run, uint64_t timeout_ns) WARN_UNUSED;
/* How often the safety net of a timeout found work for which no bell was rung. Always 0. */
uint64_t lanes_rescues(const struct run *run);

/* --- commit.c --- */
/* The outcome is settled: results go to the spool (when there are any), the row to the run database. */
void commit_settle(struct run *run, struct job *job, enum job_outcome outcome, enum document_gate gate, struct text reason);
void commit_step(struct run *run, uint64_t now_ns);
/* When commit_step has something to do next without anything being done elsewhere. */
uint64_t commit_next_ns(const struct run *run);

/* --- refresh.c --- */
void refresh_step(struct run *run, uint64_t now_ns);
uint64_t refresh_next_ns(const struct run *run); /* when refresh_step has something to do without anybody saying anything */
void refresh_stop(struct run *run); /* kills and reaps the process, when there is one */

/* --- supervisor.c --- */
int supervisor_open(struct run *run, struct error_text *error) WARN_UNUSED;
void supervisor_close(struct run *run); /* kills and reaps what is left */
void supervisor_step(struct run *run, uint64_t now_ns);
void supervisor_stop_all(struct run *run);
/* When supervisor_step has something to do next without anybody saying anything. */
uint64_t supervisor_next_ns(const struct run *run);
/* More workers, beyond what was planned, all or none; their numbers go to ret_numbers. */
int supervisor_add(struct run *run, enum worker_kind kind, uint32_t count, uint32_t *ret_numbers, struct error_text *error) WARN_UNUSED;
/* A slot that nobody uses is to get a worker. */
void supervisor_want(struct worker *worker, enum worker_origin origin);
/* No new tasks for it; it ends when it has finished those that it holds, and is not started again. */
void supervisor_retire(struct worker *worker);
void supervisor_retire_by_hand(struct worker *worker); /* and --workers means one less of them from now on */
/* How long a worker that has died so many times in a row without a result waits before it is started again. */
uint64_t supervisor_backoff_ms(uint32_t crashes_in_row, uint64_t backoff_ms);
uint32_t supervisor_alive(const struct run *run);
void supervisor_kill(struct worker *worker, const char *reason);
/* Out of the loop, and closed; nothing for one that is not open. */
void supervisor_close_watch(struct run *run, struct loop_watch *watch);
/* The worker was told everything about the segment. -EAGAIN: its socket is full, try later. */
int supervisor_announce_segment(struct worker *worker, uint16_t segment) WARN_UNUSED;
int supervisor_send(struct worker *worker, const struct message *message) WARN_UNUSED;

/* --- pinning.c --- */
void pinning_step(struct run *run);
/* The worker said hello: it is on `core`, as it thinks. */
void pinning_greet(struct worker *worker, int64_t core);

/* --- audit.c --- */
/* 0: every job is in exactly one list and holds what its place asks for, every lease has one holder and the allocators know no others.
 * -ENOMEM: not looked at; ERROR_INPUT_REJECTED: a bug, and its text. O(n log n). */
int run_audit(const struct run *run, struct error_text *error) WARN_UNUSED;

/* --- scale.c --- */
void scale_step(struct run *run, uint64_t now_ns);

/* --- control.c --- */
void control_answer(struct run *run, const struct channel_peer *peer, const struct message *request);
struct json_writer;
/* "file_reads": the road that files take, how many took which, and what was measured. */
void control_write_files(const struct run *run, struct json_writer *json);

/* --- progress.c --- */
void progress_step(struct run *run, uint64_t now_ns);
uint64_t progress_next_ns(const struct run *run);
void progress_end(struct run *run);

#endif
