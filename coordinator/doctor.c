/* doctor.c: prints what doctor_look saw and doctor_judge made of it. */
#include "coordinator/doctor.h"
#include "coordinator/doctor_machine.h"
#include "coordinator/doctor_models.h"

#include "base/json_writer.h"
#include "base/wrap.h"

#include <stdlib.h>
#include <unistd.h>

enum { DOCTOR_COLUMNS = 80, DOCTOR_INDENT = 28, DOCTOR_EXIT_PROBLEM = 1, DOCTOR_EXIT_RESOURCES = 3 };

static const char *grade_name(enum doctor_grade grade)
{
	static const char *const names[] = { [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_PROBLEM] = "problem" };
	return names[grade];
}

static size_t count_grade(const struct doctor_report *report, enum doctor_grade grade)
{
	size_t count = 0;
	for (size_t i = 0; i < report->count; i++)
		count += report->findings[i].grade == grade;
	return count;
}

static void append_lines(const struct doctor_report *report, struct buffer *out)
{
	char deeper[DOCTOR_INDENT + 3 + 1]; /* behind the arrow */
	memset(deeper, ' ', sizeof(deeper) - 1);
	deeper[sizeof(deeper) - 1] = '\0';
	const char *prefix = deeper + 3;
	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];
		buffer_append_format(out, "%-8s%-*s", grade_name(finding->grade), DOCTOR_INDENT - 8, finding->subject);
		wrap_append(out, text_from(finding->text), DOCTOR_INDENT, prefix, DOCTOR_COLUMNS);
		if (!finding->advice[0])
			continue;
		buffer_append_format(out, "%s-> ", prefix);
		wrap_append(out, text_from(finding->advice), DOCTOR_INDENT + 3, deeper, DOCTOR_COLUMNS);
	}
	size_t problems = count_grade(report, DOCTOR_PROBLEM), notes = count_grade(report, DOCTOR_NOTE);
	buffer_append_format(out, "\n%s: %zu problem%s, %zu note%s\n", problems ? "not ready" : "ready", problems, problems == 1 ? "" : "s", notes,
			     notes == 1 ? "" : "s");
}

static void append_json(const struct doctor_report *report, const struct doctor_models *models, struct buffer *out)
{
	struct json_writer json;
	json_init(&json, out, 2);
	json_object_open(&json);
	json_member_boolean(&json, "ready", count_grade(report, DOCTOR_PROBLEM) == 0);
	json_key(&json, "findings");
	json_array_open(&json);
	for (size_t i = 0; i < report->count; i++) {
		json_object_open(&json);
		json_member_string(&json, "grade", grade_name(report->findings[i].grade));
		json_member_string(&json, "subject", report->findings[i].subject);
		json_member_string(&json, "text", report->findings[i].text);
		json_member_string(&json, "advice", report->findings[i].advice);
		json_object_close(&json);
	}
	json_array_close(&json);
	doctor_models_write_json(models, &json);
	json_object_close(&json);
	buffer_append_byte(out, '\n');
}

int doctor_run(const struct options *options, FILE *out)
{
	struct doctor_machine *machine = malloc(sizeof(*machine));
	struct doctor_report *report = malloc(sizeof(*report));
	struct doctor_models models = { .count = 0 };
	struct buffer text;
	int code = DOCTOR_EXIT_RESOURCES;

	buffer_init(&text, 1 << 20);
	if (machine && report) {
		doctor_look(&options->settings, machine);
		doctor_judge(machine, &options->settings, report);
		if (settings_use_models(&options->settings) && isatty(STDERR_FILENO))
			fprintf(stderr, "asking the model servers; one that has to load its model takes a while\n");
		doctor_models_look(&options->settings, machine->program_folder, &models);
		doctor_models_judge(&models, &options->settings, report);
		if (options->json)
			append_json(report, &models, &text);
		else
			append_lines(report, &text);
		if (text.status == 0 && fwrite(buffer_string(&text), 1, text.bytes, out) == text.bytes && fflush(out) == 0)
			code = count_grade(report, DOCTOR_PROBLEM) ? DOCTOR_EXIT_PROBLEM : 0;
	}
	buffer_done(&text);
	doctor_models_done(&models);
	free(report);
	free(machine);
	return code;
}
