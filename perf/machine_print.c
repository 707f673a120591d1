/* machine_print.c: what machine.h says about this machine, and how noisy it is now, as JSON on standard output: for benches that are no C
 * programs. */
#include "perf/machine.h"

#include <stdio.h>

enum { JSON_BYTES_MAX = 1 << 16 };

int main(void)
{
	struct machine_fact facts[MACHINE_FACTS_MAX];
	struct machine_noise noise = machine_listen(0);
	struct buffer text;
	struct json_writer json;

	buffer_init(&text, JSON_BYTES_MAX);
	json_init(&json, &text, 0);
	json_object_open(&json);
	machine_write_facts(&json, facts, machine_facts(facts));
	machine_write_noise(&json, "noise", &noise);
	json_object_close(&json);
	puts(buffer_string(&text));
	buffer_done(&text);
	return 0;
}
