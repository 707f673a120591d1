/* log.h: what the program says: lines with a level on standard error and in the run's log file, and the progress line on a
 * terminal, which steps aside for them. One thread. */
#ifndef DOCRING_COORDINATOR_LOG_H
#define DOCRING_COORDINATOR_LOG_H

#include "base/check.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
/* Also appends every line of level info and above to this file, with the time. NULL closes. A file that cannot be opened is said once. */
void log_open_file(const char *path);
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* Shows `line` in place of the progress line shown before; NULL takes it away. Only for terminals. */
void log_progress_line(const char *line);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

#endif
