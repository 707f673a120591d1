/* cgroup.c: reads cpu.max and memory.max from the process's control group up to the root of what is mounted. Read once, at
 * start; files that are missing or unreadable limit nothing. */
#include "ipc/cgroup.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define CGROUP_FILE_BYTES_MAX ((size_t)1 << 20)
enum { CGROUP_LEVELS_MAX = 64 };

/* Digits up to `end`; false when there is anything else or it does not fit. */
static bool read_number(struct text digits, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (digits.bytes == 0)
		return false;
	for (size_t i = 0; i < digits.bytes; i++) {
		if (!ascii_is_digit(digits.data[i]) || value > (UINT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	}
	*ret_value = value;
	return true;
}

static bool read_limit_file(const char *mount, struct text path, const char *name, struct buffer *content)
{
	char file[PATH_MAX];

	buffer_clear(content);
	if (snprintf(file, sizeof(file), "%s%.*s/%s", mount, TEXT_ARGS(path), name) >= (int)sizeof(file))
		return false;
	return file_read(file, content, NULL) == 0;
}

static void keep_quota(struct cgroup_limits *limits, double cores, const char *mount, struct text path)
{
	limits->quota_cores = cores;
	if (snprintf(limits->quota_group, sizeof(limits->quota_group), "%s%.*s", mount, TEXT_ARGS(path)) >= (int)sizeof(limits->quota_group))
		limits->quota_group[0] = '\0';
}

/* cpu.max: "QUOTA PERIOD" in microseconds, or "max PERIOD". memory.max: bytes, or "max". */
static void tighten(const char *mount, struct text path, struct cgroup_limits *limits, struct buffer *content)
{
	uint64_t quota, period, bytes;

	if (read_limit_file(mount, path, "cpu.max", content)) {
		struct text rest = text_trim(buffer_view(content)), word;
		if (text_next_field(&rest, ' ', &word) && read_number(word, &quota) && read_number(rest, &period) && quota > 0 && period > 0) {
			double cores = (double)quota / (double)period;
			if (limits->quota_cores == 0 || cores < limits->quota_cores)
				keep_quota(limits, cores, mount, path);
		}
	}
	if (read_limit_file(mount, path, "memory.max", content) && read_number(text_trim(buffer_view(content)), &bytes) && bytes > 0)
		if (limits->memory_bytes == 0 || bytes < limits->memory_bytes)
			limits->memory_bytes = bytes;
}

struct cgroup_limits cgroup_limits_read(const char *mount, struct text path)
{
	struct cgroup_limits limits = { 0 };
	struct buffer content;

	buffer_init(&content, CGROUP_FILE_BYTES_MAX);
	while (path.bytes > 0 && path.data[path.bytes - 1] == '/')
		path.bytes--;
	for (int level = 0; level < CGROUP_LEVELS_MAX; level++) {
		tighten(mount, path, &limits, &content);
		if (path.bytes == 0)
			break;
		while (path.bytes > 0 && path.data[path.bytes - 1] != '/')
			path.bytes--;
		path.bytes -= path.bytes > 0;
	}
	buffer_done(&content);
	return limits;
}

/* "36 35 98:0 /root /mount/point options… - cgroup2 source options": the type stands behind " - ", the mount point fifth. */
struct text cgroup_find_mount(struct text mountinfo)
{
	struct text line;

	while (text_next_line(&mountinfo, &line)) {
		ptrdiff_t dash = text_find(line, TEXT_LITERAL(" - "));
		if (dash < 0 || !text_starts_with(text_slice(line, (size_t)dash + 3, line.bytes), TEXT_LITERAL("cgroup2 ")))
			continue;
		struct text field = { 0 };
		for (int i = 0; i < 5; i++)
			if (!text_next_field(&line, ' ', &field))
				break;
		return field;
	}
	return TEXT_LITERAL("");
}

struct text cgroup_find_path(struct text cgroup)
{
	struct text line;

	while (text_next_line(&cgroup, &line))
		if (text_starts_with(line, TEXT_LITERAL("0::/")))
			return text_slice(line, 3, line.bytes);
	return TEXT_LITERAL("");
}

struct cgroup_limits cgroup_limits_load(void)
{
	struct cgroup_limits limits = { 0 };
	struct buffer mounts, groups;
	char mount[PATH_MAX];

	buffer_init(&mounts, CGROUP_FILE_BYTES_MAX);
	buffer_init(&groups, CGROUP_FILE_BYTES_MAX);
	if (file_read("/proc/self/mountinfo", &mounts, NULL) == 0 && file_read("/proc/self/cgroup", &groups, NULL) == 0) {
		struct text found = cgroup_find_mount(buffer_view(&mounts)), path = cgroup_find_path(buffer_view(&groups));
		if (found.bytes > 0 && path.bytes > 0 && found.bytes < sizeof(mount)) {
			snprintf(mount, sizeof(mount), "%.*s", TEXT_ARGS(found));
			limits = cgroup_limits_read(mount, path);
		}
	}
	buffer_done(&mounts);
	buffer_done(&groups);
	return limits;
}
