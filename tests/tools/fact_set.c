/* fact_set.c: see fact_set.h. */
#include "tests/tools/fact_set.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts(struct text text, const char *prefix)
{
	return text_starts_with(text, text_from(prefix));
}

/* Records begin with a line of "=== " (a passage) or "--- " (an answer) and end where the next begins. */
static void read_records(struct text input, const struct fact_set_reader *reader)
{
	size_t position = 0;
	bool passage_met = false;
	while (position < input.bytes) {
		const char *line_end = memchr(input.data + position, '\n', input.bytes - position);
		size_t body = line_end ? (size_t)(line_end - input.data) + 1 : input.bytes, end = body;
		while (end < input.bytes) {
			struct text rest = text_slice(input, end, input.bytes);
			if (starts(rest, "=== ") || starts(rest, "--- "))
				break;
			const char *next = memchr(rest.data, '\n', rest.bytes);
			end = next ? (size_t)(next - input.data) + 1 : input.bytes;
		}
		struct text record = text_slice(input, position, end);
		struct text content = text_trim(text_slice(input, body, end));
		if (starts(record, "=== ")) {
			passage_met = true;
			reader->passage(reader->context, text_trim(text_slice(input, position + 4, body)), content);
		} else if (starts(record, "--- ") && passage_met) {
			reader->answer(reader->context, text_trim(text_slice(input, position + 4, body)), content);
		}
		position = end;
	}
}

static void give_up(const char *message)
{
	fprintf(stderr, "%s\n", message);
	exit(2);
}

void fact_set_read(const char *path, struct buffer *buffer, const struct fact_set_reader *reader)
{
	struct error_text error = { 0 };
	if (file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, buffer, &error))
		give_up(error.message);
	read_records(buffer_view(buffer), reader);
}

struct domain *fact_set_domain(const char *name)
{
	char path[256];
	struct buffer yaml;
	struct error_text error = { 0 };
	struct domain *domain = NULL;
	snprintf(path, sizeof(path), "config/domains/%s.yaml", name);
	buffer_init(&yaml, 16 << 20);
	int status = file_read(path, &yaml, &error);
	if (!status)
		status = domain_load(buffer_view(&yaml), path, &domain, &error);
	buffer_done(&yaml);
	if (status)
		give_up(error.message);
	return domain;
}
