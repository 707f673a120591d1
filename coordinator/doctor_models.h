/* doctor_models.h: what the model servers of the settings really do, as `worker-inference --probe` finds out: asked in a process of its own,
 * because the coordinator has no HTTP client and reads nothing that came from a server but that program's lines. For doctor.c alone. */
#ifndef DOCRING_COORDINATOR_DOCTOR_MODELS_H
#define DOCRING_COORDINATOR_DOCTOR_MODELS_H

#include "coordinator/doctor_machine.h"

struct json_object;
struct json_writer;

struct doctor_models {
	struct json_object *found[MODELS_MAX]; /* one for each model of the settings, in their order; owned */
	uint32_t count;                        /* fewer than there are models: `error` says why */
	struct error_text error;
};

/* Runs FOLDER/worker-inference --probe and waits for it, for minutes if a server is slow. Does nothing when a run would ask none (settings_use_models). */
void doctor_models_look(const struct settings *settings, const char *folder, struct doctor_models *ret_models);
/* Pure. Adds the findings. */
void doctor_models_judge(const struct doctor_models *models, const struct settings *settings, struct doctor_report *report);
/* The member "models": what was found, as it came. */
void doctor_models_write_json(const struct doctor_models *models, struct json_writer *json);
void doctor_models_done(struct doctor_models *models);

#endif
