/* progress.c: how far the run is: one line that redraws itself on a terminal, a plain line now and then elsewhere. */
#define _GNU_SOURCE
#include "coordinator/run.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LINE_PERIOD_MS = 200, IDLE_LINE_PERIOD_MS = 1000, PLAIN_PERIOD_MS = 10000 };

static uint64_t shown_ns; /* one run a process */

static bool on_terminal(const struct run *run)
{
	return run->request.progress == RUN_PROGRESS_ALWAYS || (run->request.progress == RUN_PROGRESS_AUTO && isatty(STDERR_FILENO));
}

static void format_duration(double seconds, char *text, size_t bytes)
{
	unsigned long whole = (unsigned long)seconds;

	if (whole >= 3600)
		snprintf(text, bytes, "%luh%02lum", whole / 3600, whole / 60 % 60);
	else if (whole >= 60)
		snprintf(text, bytes, "%lum%02lus", whole / 60, whole % 60);
	else
		snprintf(text, bytes, "%lus", whole);
}

static uint64_t documents_settled(const struct run_stats *stats)
{
	return stats->settled[JOB_DONE] + stats->settled[JOB_REJECTED] + stats->settled[JOB_FAILED] + stats->settled[JOB_KEPT] + stats->unchanged;
}

/* What is known of so far: files counted ahead and members met, without the archives themselves. */
static uint64_t documents_known(const struct run *run)
{
	const struct run_stats *stats = &run->stats;
	uint64_t files = stats->counted_files > stats->taken_files ? stats->counted_files : stats->taken_files;
	uint64_t known = files + stats->found_members, archives = stats->settled[JOB_EXPANDED];

	if (run->settings->run.limit && files > run->settings->run.limit)
		known -= files - run->settings->run.limit;
	return known > archives ? known - archives : 0;
}

/* With `left_out` of its parts left out, those first that a person misses least: bytes, workers, the rate. */
static void format_line(const struct run *run, uint64_t now_ns, int left_out, char *line, size_t bytes)
{
	const struct run_stats *stats = &run->stats;
	uint64_t settled = documents_settled(stats), known = documents_known(run), fresh = settled - stats->unchanged;
	double seconds = (double)(now_ns - run->started_ns) / 1e9;
	double rate = seconds > 0 ? (double)fresh / seconds : 0;
	char eta[32] = "-", speed[32] = "", volume[32] = "", workers[32] = "";

	if (rate > 0 && known >= settled && !run->request.service)
		format_duration((double)(known - settled) / rate, eta, sizeof(eta));
	if (left_out < 3)
		snprintf(speed, sizeof(speed), "  %.1f/s", rate);
	if (left_out < 1)
		snprintf(volume, sizeof(volume), "  %.1f MB/s", seconds > 0 ? (double)stats->settled_bytes / 1e6 / seconds : 0);
	if (left_out < 2)
		snprintf(workers, sizeof(workers), "  %u workers", supervisor_alive(run));
	int used = snprintf(line, bytes, "%s%llu/%llu docs%s%s  %llu records  %llu failed  ETA %s%s", run->phase == RUN_WORKING ? "" : "finishing: ",
			    (unsigned long long)settled, (unsigned long long)known, speed, volume, (unsigned long long)stats->pairs_accepted,
			    (unsigned long long)stats->settled[JOB_FAILED], eta, workers);
	if (used > 0 && (size_t)used < bytes)
		models_format_progress(run, line + used, bytes - (size_t)used);
}

/* A line that wraps cannot be redrawn: it is made to fit, and cut if it still does not. The last column stays free: some terminals wrap when it is filled. */
static void fit_line(const struct run *run, uint64_t now_ns, char *line, size_t bytes)
{
	enum { PARTS = 3 };
	struct winsize size;
	bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;

	for (int left_out = 0; left_out <= PARTS; left_out++) {
		format_line(run, now_ns, left_out, line, bytes);
		if (!known || strlen(line) < size.ws_col)
			return;
	}
	line[size.ws_col - 1] = '\0';
}

static uint64_t period_ns(const struct run *run, bool terminal)
{
	bool busy = run_jobs_in_flight(run) > 0 || run->phase != RUN_WORKING;
	return (uint64_t)(!terminal ? PLAIN_PERIOD_MS : busy ? LINE_PERIOD_MS : IDLE_LINE_PERIOD_MS) * 1000000;
}

void progress_step(struct run *run, uint64_t now_ns)
{
	bool terminal = on_terminal(run);
	char line[256];

	if (run->request.progress == RUN_PROGRESS_NEVER)
		return;
	if (shown_ns == 0)
		shown_ns = now_ns;
	if (now_ns - shown_ns < period_ns(run, terminal))
		return;
	shown_ns = now_ns;
	if (run->request.service && run_jobs_in_flight(run) == 0 && !terminal)
		return; /* an idle service has nothing to tell */
	if (terminal) {
		fit_line(run, now_ns, line, sizeof(line));
		log_progress_line(line);
	} else {
		format_line(run, now_ns, 0, line, sizeof(line));
		log_info("%s", line);
	}
}

uint64_t progress_next_ns(const struct run *run)
{
	bool terminal = on_terminal(run);

	if (run->request.progress == RUN_PROGRESS_NEVER || (!terminal && run_jobs_in_flight(run) == 0))
		return UINT64_MAX;
	return shown_ns + period_ns(run, terminal);
}

void progress_end(struct run *run)
{
	if (on_terminal(run))
		log_progress_line(NULL);
	shown_ns = 0;
}
