#define _GNU_SOURCE
#include "coordinator/log.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES = 2048 };

static enum log_level shown_level = LOG_INFO;
static FILE *log_file;
static char progress[512];

void log_set_level(enum log_level level)
{
	shown_level = level;
}

void log_open_file(const char *path)
{
	if (log_file)
		fclose(log_file);
	log_file = path ? fopen(path, "ae") : NULL;
	if (path && !log_file)
		log_write(LOG_WARNING, "%s: cannot write the log: %s", path, strerror(errno));
}

static void erase_progress(void)
{
	if (progress[0])
		fputs("\r\033[K", stderr);
}

static void append_to_file(const char *level, const char *line)
{
	char stamp[32];
	time_t now = (time_t)clock_realtime_s();
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
	fprintf(log_file, "%s %s %s\n", stamp, level, line);
	fflush(log_file);
}

void log_write(enum log_level level, const char *format, ...)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	char line[LINE_BYTES];
	va_list arguments;

	if (level > shown_level && (level > LOG_INFO || !log_file))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (level <= shown_level) {
		erase_progress();
		fprintf(stderr, "coordinator: %s%s%s\n", level == LOG_INFO ? "" : names[level], level == LOG_INFO ? "" : ": ", line);
		if (progress[0])
			fputs(progress, stderr);
		fflush(stderr);
	}
	if (log_file && level <= LOG_INFO)
		append_to_file(names[level], line);
}

void log_progress_line(const char *line)
{
	erase_progress();
	snprintf(progress, sizeof(progress), "%s", line ? line : "");
	fputs(progress, stderr);
	fflush(stderr);
}
