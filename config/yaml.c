/* yaml.c: libcyaml with its log turned into one message.
 *
 * libcyaml tells what is wrong, and where, only through its log function; the lines are caught here and put together as
 * "file:line: path: what". Anchors are refused: a few bytes of nested aliases expand to gigabytes. */
#include "config/yaml.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct yaml_log {
	char cause[256]; /* the first line that says what is wrong */
	struct yaml_fault fault;
};

/* Appends to the string in `out` (`capacity` bytes), cut between characters when it does not fit. */
static void append_cut(char *out, size_t capacity, struct text text)
{
	size_t used = strlen(out);
	size_t bytes = utf8_floor(text, size_min(text.bytes, capacity - 1 - used));
	memcpy(out + used, text.data, bytes);
	out[used + bytes] = '\0';
}

static bool after_prefix(const char *line, const char *prefix, const char **ret_rest)
{
	size_t bytes = strlen(prefix);
	if (strncmp(line, prefix, bytes) != 0)
		return false;
	*ret_rest = line + bytes;
	return true;
}

/* "'name' (line: 2, column: 3)": puts the name before the path; the first such line is the innermost. */
static void note_place(struct yaml_log *log, const char *place)
{
	const char *line_text = strstr(place, "(line: ");
	if (line_text && log->fault.line == 0)
		log->fault.line = strtoul(line_text + strlen("(line: "), NULL, 10);
	const char *end = place[0] == '\'' ? strchr(place + 1, '\'') : NULL;
	if (!end)
		return;
	char path[YAML_NAME_BYTES] = "";
	append_cut(path, sizeof(path), (struct text){ place + 1, (size_t)(end - place - 1) });
	if (log->fault.path[0]) {
		append_cut(path, sizeof(path), TEXT_LITERAL("."));
		append_cut(path, sizeof(path), text_from(log->fault.path));
	}
	memcpy(log->fault.path, path, sizeof(path));
}

static void catch_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
	struct yaml_log *log = context;
	char line[512];
	const char *rest;

	if (level < CYAML_LOG_ERROR)
		return;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if (after_prefix(line, "  in mapping field ", &rest) || after_prefix(line, "  in sequence entry ", &rest) ||
	    after_prefix(line, "  in mapping ", &rest) || after_prefix(line, "  in sequence ", &rest)) {
		note_place(log, rest);
		return;
	}
	if (!after_prefix(line, "Load: ", &rest) || strcmp(rest, "Backtrace:") == 0 || log->cause[0])
		return;
	const char *key;
	if (after_prefix(rest, "Unexpected key: ", &key))
		append_cut(log->fault.unknown_key, sizeof(log->fault.unknown_key), text_from(key));
	after_prefix(rest, "libyaml: ", &rest);
	append_cut(log->cause, sizeof(log->cause), text_from(rest));
}

/* libcyaml's words for what people do wrong most, in words for people. */
static const char *plain_cause(const char *cause)
{
	static const struct { const char *prefix, *words; } causes[] = {
		{ "Mapping field already seen", "the key stands twice" },
		{ "Expecting MAPPING", "expected indented \"key: value\" lines below it" },
		{ "Expecting STRING", "expected one value, found a list or a mapping" },
		{ "Expecting SEQUENCE", "expected a list: [a, b] or lines that begin with \"- \"" },
		{ "found character that cannot start any token", "not valid YAML here; indent with blanks, not tabs, and quote values with special characters" },
	};
	const char *rest;
	for (size_t i = 0; i < COUNT_OF(causes); i++)
		if (after_prefix(cause, causes[i].prefix, &rest))
			return causes[i].words;
	return cause;
}

/* A key that is not there: the path ends in a neighbour of it. */
static void reword_missing(struct yaml_log *log)
{
	char missing[YAML_NAME_BYTES + 32];
	const char *key;
	if (!after_prefix(log->cause, "Missing required mapping field: ", &key))
		return;
	char *dot = strrchr(log->fault.path, '.');
	*(dot ? dot : log->fault.path) = '\0';
	snprintf(missing, sizeof(missing), "the key \"%.*s\" is missing", YAML_NAME_BYTES, key);
	memcpy(log->cause, missing, strlen(missing) + 1);
}

static cyaml_config_t yaml_config(struct yaml_log *log)
{
	return (cyaml_config_t){ .log_fn = log ? catch_log : NULL, .log_ctx = log, .mem_fn = cyaml_mem,
				 .log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS };
}

static void clear_fault(struct yaml_fault *fault)
{
	*fault = (struct yaml_fault){ .line = 0 };
}

int yaml_load(struct text yaml, const char *name, const cyaml_schema_value_t *schema, void **ret_data,
	      struct yaml_fault *ret_fault, struct error_text *error)
{
	struct yaml_log log = { .cause = "" };
	cyaml_config_t config = yaml_config(&log);
	cyaml_data_t *data = NULL;

	if (ret_fault)
		clear_fault(ret_fault);
	if (yaml.bytes > YAML_BYTES_MAX)
		return error_set(error, -EINVAL, "%s: %zu bytes of YAML; at most %zu are read", name, yaml.bytes, YAML_BYTES_MAX);
	cyaml_err_t status = cyaml_load_data((const uint8_t *)(yaml.bytes ? yaml.data : ""), yaml.bytes, &config, schema, &data, NULL);
	if (status == CYAML_OK) {
		*ret_data = data;
		return 0;
	}
	if (status == CYAML_ERR_OOM)
		return error_set(error, -ENOMEM, "%s: out of memory", name);
	reword_missing(&log);
	if (ret_fault)
		*ret_fault = log.fault;
	char line[32] = "";
	if (log.fault.line)
		snprintf(line, sizeof(line), ":%zu", log.fault.line);
	const char *cause = status == CYAML_ERR_ALIAS ? "anchors and aliases are not supported: write the value out" :
			    log.cause[0] ? plain_cause(log.cause) : cyaml_strerror(status);
	return error_set(error, -EINVAL, "%s%s: %s%s%s", name, line, log.fault.path, log.fault.path[0] ? ": " : "", cause);
}

void yaml_release(const cyaml_schema_value_t *schema, void *data)
{
	cyaml_config_t config = yaml_config(NULL);
	if (data)
		CHECK(cyaml_free(&config, schema, data, 0) == CYAML_OK);
}

/* Does the line start with the key and a colon, at the given depth (0: no indentation)? */
static bool line_has_key(struct text line, const char *key, bool indented)
{
	struct text trimmed = text_trim(line), name = text_from(key);
	if ((trimmed.bytes > 0 && ascii_is_space(line.data[0])) != indented || !text_starts_with(trimmed, name))
		return false;
	return trimmed.bytes > name.bytes && trimmed.data[name.bytes] == ':';
}

size_t yaml_key_line(struct text yaml, const char *section, const char *key)
{
	struct text line;
	bool inside = section[0] == '\0', indented = !inside;

	for (size_t number = 1; text_next_line(&yaml, &line); number++) {
		if (inside && line_has_key(line, key, indented))
			return number;
		if (indented && line.bytes > 0 && !ascii_is_space(line.data[0]) && line.data[0] != '#')
			inside = line_has_key(line, section, false);
	}
	return 0;
}

size_t yaml_entry_line(struct text yaml, const char *list, unsigned entry, const char *key)
{
	struct text line;
	bool inside = false;
	unsigned entries = 0;
	size_t begun = 0;

	for (size_t number = 1; text_next_line(&yaml, &line); number++) {
		struct text trimmed = text_trim(line);
		bool top = line.bytes > 0 && !ascii_is_space(line.data[0]) && line.data[0] != '#' && line.data[0] != '-';
		if (top && inside)
			break;
		if (top && line_has_key(line, list, false)) {
			inside = true;
			begun = number; /* of a list in one line */
			continue;
		}
		if (!inside || trimmed.bytes == 0)
			continue;
		if (trimmed.data[0] == '-') {
			if (entries++ == entry)
				begun = number;
			trimmed = text_trim(text_slice(trimmed, 1, trimmed.bytes));
		}
		if (entries == entry + 1 && text_starts_with(trimmed, text_from(key)) && trimmed.bytes > strlen(key) && trimmed.data[strlen(key)] == ':')
			return number;
	}
	return begun;
}
