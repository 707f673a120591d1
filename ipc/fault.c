/* fault.c: named places where tests make a process die or an operation fail. Runs in every program; one thread. A text in
 * DOCRING_FAULT that does not parse is a bug of the test that set it, so it ends the program at once. */
#include "ipc/fault.h"

#include "base/check.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FAULT_COUNT_MAX = 16, FAULT_NAME_BYTES_MAX = 64 };
enum { ACTION_KILL = 1, ACTION_STOP, ACTION_ABORT }; /* what is not one of these is the code to return */

struct fault {
	struct text name; /* in the environment's string */
	uint64_t first;   /* the passing at which it strikes, from 1 */
	bool onwards;     /* and at every later one */
	int action;
	uint64_t passed;
};

bool fault_armed;

static struct fault faults[FAULT_COUNT_MAX];
static size_t fault_count;
static const char *log_path; /* or NULL */

static int action_of(struct text word)
{
	static const struct {
		const char *word;
		int action;
	} actions[] = {
		{ "kill", ACTION_KILL }, { "stop", ACTION_STOP }, { "abort", ACTION_ABORT }, { "short", FAULT_SHORT },
		{ "ENOSPC", -ENOSPC }, { "EIO", -EIO }, { "ENOMEM", -ENOMEM }, { "EAGAIN", -EAGAIN }, { "EINTR", -EINTR },
		{ "ENOENT", -ENOENT }, { "EACCES", -EACCES }, { "EMFILE", -EMFILE }, { "EPERM", -EPERM },
	};

	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (text_equal(word, text_from(actions[i].word)))
			return actions[i].action;
	CHECK(!"DOCRING_FAULT: an action that this program knows");
	return 0;
}

static uint64_t number_of(struct text digits)
{
	uint64_t value = 0;

	CHECK(digits.bytes > 0 && digits.bytes <= 18);
	for (size_t i = 0; i < digits.bytes; i++) {
		CHECK(ascii_is_digit(digits.data[i]));
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	}
	return value;
}

void fault_init(void)
{
	struct text rest = text_from(getenv("DOCRING_FAULT")), entry;

	fault_count = 0;
	log_path = getenv("DOCRING_FAULT_LOG");
	while (text_next_field(&rest, ',', &entry)) {
		struct fault fault = { 0 };
		struct text passing;
		CHECK(fault_count < FAULT_COUNT_MAX);
		CHECK(text_next_field(&entry, ':', &fault.name) && fault.name.bytes > 0 && fault.name.bytes <= FAULT_NAME_BYTES_MAX);
		CHECK(text_next_field(&entry, ':', &passing) && passing.bytes > 0);
		fault.onwards = passing.data[passing.bytes - 1] == '+';
		passing.bytes -= fault.onwards;
		fault.first = number_of(passing);
		CHECK(fault.first > 0);
		fault.action = action_of(entry);
		faults[fault_count++] = fault;
	}
	fault_armed = fault_count > 0 || log_path;
}

static int strike(int action)
{
	switch (action) {
	case ACTION_KILL: kill(getpid(), SIGKILL); return 0;
	case ACTION_STOP: kill(getpid(), SIGSTOP); return 0;
	case ACTION_ABORT: abort();
	default: return action;
	}
}

/* In one write, so that processes which share the file do not cut each other's lines. */
static void note(const char *name)
{
	char line[FAULT_NAME_BYTES_MAX + 32];
	int bytes = snprintf(line, sizeof(line), "%ld %s\n", (long)getpid(), name);
	int file = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	CHECK(file >= 0 && write(file, line, (size_t)bytes) == bytes);
	close(file);
}

int fault_hit(const char *name)
{
	int result = 0;

	if (log_path)
		note(name);
	for (size_t i = 0; i < fault_count; i++) {
		struct fault *fault = &faults[i];
		if (!text_equal(fault->name, text_from(name)))
			continue;
		fault->passed++;
		bool due = fault->onwards ? fault->passed >= fault->first : fault->passed == fault->first;
		if (due && result == 0)
			result = strike(fault->action);
	}
	return result;
}
