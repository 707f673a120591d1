/* model_probing.c: see model_probing.h. */
#define _GNU_SOURCE
#include "workers/inference/model_probing.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { PROBE_AGAIN_S = 5, UNUSABLE_AGAIN_S = 30, STOP_WAIT_S = 1, SETTINGS_BYTES_MAX = 1 << 20 };
#define PROBE_TIMEOUT_NS (120ull * 1000000000) /* a server that loads its model first may need as long */
#define SECOND_NS 1000000000ull

struct model_probing { /* result: written by the thread until the event, by nobody afterwards */
	struct settings settings;
	uint32_t model_index;
	const char *api_key;
	struct probe_result result;
	int event;
	pthread_t thread;
	bool running;
	uint64_t again_ns;
};

static void *probe_in_thread(void *argument)
{
	struct model_probing *probing = argument;
	uint64_t one = 1;

	probe_model(&probing->settings.models[probing->model_index], probing->api_key, PROBE_TIMEOUT_NS, &probing->result);
	ssize_t written = write(probing->event, &one, sizeof(one));
	CHECK(written == sizeof(one));
	return NULL;
}

static int start(struct model_probing *probing)
{
	int status = -pthread_create(&probing->thread, NULL, probe_in_thread, probing);
	probing->running = status == 0;
	return status;
}

int model_probing_step(struct model_probing *probing, uint64_t now_ns, struct probe_result *ret_result)
{
	uint64_t count;

	if (!probing->running)
		return now_ns >= probing->again_ns ? start(probing) : 0;
	if (read(probing->event, &count, sizeof(count)) != sizeof(count))
		return 0;
	pthread_join(probing->thread, NULL);
	probing->running = false;
	probing->again_ns = now_ns + (probing->result.reachable ? UNUSABLE_AGAIN_S : PROBE_AGAIN_S) * SECOND_NS;
	*ret_result = probing->result;
	return 1;
}

void model_probing_again(struct model_probing *probing) { probing->again_ns = 0; }
int model_probing_descriptor(const struct model_probing *probing) { return probing->event; }
uint64_t model_probing_next_ns(const struct model_probing *probing) { return probing->running ? UINT64_MAX : probing->again_ns; }

static int copy_settings(struct model_probing *probing, const struct settings *settings, struct error_text *error)
{
	struct buffer text;

	buffer_init(&text, SETTINGS_BYTES_MAX);
	settings_dump(settings, &text);
	int status = text.status ? error_set(error, text.status, "out of memory") : settings_load_text(&probing->settings, buffer_view(&text), "settings", error);
	buffer_done(&text);
	return status;
}

int model_probing_create(const struct settings *settings, uint32_t model_index, const char *api_key, struct model_probing **ret_probing,
			 struct error_text *error)
{
	struct model_probing *probing = calloc(1, sizeof(*probing));

	if (!probing)
		return error_set(error, -ENOMEM, "out of memory");
	settings_init(&probing->settings);
	probing->model_index = model_index;
	probing->api_key = api_key;
	probing->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int status = probing->event < 0 ? error_set(error, -errno, "cannot make an event descriptor: %s", strerror(errno)) : 0;
	if (status == 0)
		status = copy_settings(probing, settings, error);
	if (status == 0)
		status = start(probing) < 0 ? error_set(error, -EAGAIN, "cannot start a thread") : 0;
	if (status < 0) {
		model_probing_destroy(probing);
		return status;
	}
	*ret_probing = probing;
	return 0;
}

void model_probing_destroy(struct model_probing *probing)
{
	struct timespec until;

	if (!probing)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_WAIT_S;
	if (probing->running && pthread_timedjoin_np(probing->thread, NULL, &until) != 0) {
		pthread_detach(probing->thread);
		return; /* it still uses the rest */
	}
	if (probing->event >= 0)
		close(probing->event);
	settings_done(&probing->settings);
	free(probing);
}
