#include "ipc/load.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { STAT_BYTES_MAX = 1 << 22, IDLE_FIELD = 4, IOWAIT_FIELD = 5 };

static bool has_core(const struct topology *topology, uint64_t os_index)
{
	for (uint32_t i = 0; i < topology->count; i++)
		if (topology->cores[i].os_index == os_index)
			return true;
	return false;
}

static bool read_number(struct text digits, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (digits.bytes == 0 || digits.bytes > 19)
		return false;
	for (size_t i = 0; i < digits.bytes; i++) {
		if (!ascii_is_digit(digits.data[i]))
			return false;
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	}
	*ret_value = value;
	return true;
}

/* "cpu3 user nice system idle iowait …". The line of all together, "cpu  …", has no number. */
static bool read_core(struct text line, uint64_t *ret_os_index, uint64_t *ret_ticks)
{
	struct text field;
	uint64_t ticks = 0, value;

	if (!text_starts_with(line, TEXT_LITERAL("cpu")) || !text_next_field(&line, ' ', &field) ||
	    !read_number(text_slice(field, 3, field.bytes), ret_os_index))
		return false;
	for (int i = 1; i <= IOWAIT_FIELD; i++) {
		if (!text_next_field(&line, ' ', &field) || !read_number(field, &value))
			return i > IDLE_FIELD; /* old kernels count no waiting */
		ticks += i >= IDLE_FIELD ? value : 0;
		*ret_ticks = ticks;
	}
	return true;
}

bool load_idle_ticks(const struct topology *topology, struct text proc_stat, uint64_t *ret_ticks)
{
	struct text line;
	uint64_t sum = 0, os_index, ticks;
	uint32_t found = 0;

	while (text_next_line(&proc_stat, &line)) {
		if (!read_core(line, &os_index, &ticks) || !has_core(topology, os_index))
			continue;
		sum += ticks;
		found++;
	}
	if (found < topology->count)
		return false;
	*ret_ticks = sum;
	return true;
}

uint64_t load_usage_us(struct text cpu_stat)
{
	struct text line, name;
	uint64_t value;

	while (text_next_line(&cpu_stat, &line))
		if (text_next_field(&line, ' ', &name) && text_equal(name, TEXT_LITERAL("usage_usec")) && read_number(text_trim(line), &value))
			return value;
	return 0;
}

double load_idle_cores(const struct topology *topology, const struct load_sample *before, const struct load_sample *after, uint64_t ticks_per_second)
{
	CHECK(after->at_ns > before->at_ns && ticks_per_second > 0);
	double seconds = (double)(after->at_ns - before->at_ns) / 1e9;
	double idle = after->idle_ticks > before->idle_ticks ? (double)(after->idle_ticks - before->idle_ticks) / (double)ticks_per_second / seconds : 0;

	if (idle > topology->count) /* ticks are coarse */
		idle = topology->count;
	if (topology->quota_cores > 0 && after->usage_us > 0 && after->usage_us >= before->usage_us) {
		double left = topology->quota_cores - (double)(after->usage_us - before->usage_us) / 1e6 / seconds;
		idle = left < idle ? left : idle;
	}
	return idle > 0 ? idle : 0;
}

int load_read(const struct topology *topology, const char *quota_group, uint64_t now_ns, struct load_sample *ret_sample)
{
	struct load_sample sample = { .at_ns = now_ns };
	struct buffer file;
	char path[PATH_MAX];

	buffer_init(&file, STAT_BYTES_MAX);
	int status = file_read("/proc/stat", &file, NULL);
	if (status == 0 && !load_idle_ticks(topology, buffer_view(&file), &sample.idle_ticks))
		status = -ENODATA;
	buffer_clear(&file);
	if (status == 0 && quota_group[0] && snprintf(path, sizeof(path), "%s/cpu.stat", quota_group) < (int)sizeof(path) &&
	    file_read(path, &file, NULL) == 0)
		sample.usage_us = load_usage_us(buffer_view(&file));
	buffer_done(&file);
	if (status == 0)
		*ret_sample = sample;
	return status;
}
