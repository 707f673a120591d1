#include "tests/unit/planned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void planned_set(struct planned *planned, const char *key, const char *value)
{
	struct error_text error = { "" };

	if (settings_set(&planned->settings, key, value, &error) != 0)
		fail_msg("%s", error.message);
}

void planned_open(struct planned *planned)
{
	struct error_text error = { "" };

	planned->domain = sample_domain("ran");
	settings_init(&planned->settings);
	planned_set(planned, "models.base_url", "http://127.0.0.1:1");
	planned_set(planned, "generate.mode", "models");
	if (prompts_load(&planned->settings, &planned->prompts, &error) != 0)
		fail_msg("%s", error.message);
	sample_feature(&planned->sample);
}

void planned_close(struct planned *planned)
{
	sample_done(&planned->sample);
	prompts_done(&planned->prompts);
	settings_done(&planned->settings);
	domain_destroy(planned->domain);
}

struct plan_call planned_whole_call(const struct planned *planned, enum plan_family family)
{
	struct plan_call call = { .family = family, .span = planned->sample.document.chunks[0].span, .count = PLAN_PAIRS_PER_CALL_MAX };

	memset(call.kinds, 1, sizeof(call.kinds));
	plan_name(&call);
	return call;
}
