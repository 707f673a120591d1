/* prompts.c: see prompts.h. */
#include "config/prompts.h"

#include "base/file.h"
#include "base/utf8.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { PROMPT_BYTES_MAX = 256 << 10 };

static const struct {
	const char *name, *placeholders; /* those that the family has, divided by blanks */
} families[PROMPT_FAMILY_COUNT] = {
	[PROMPT_SYSTEM] = { "system", "" },
	[PROMPT_SOURCE] = { "source", "title section source" },
	[PROMPT_PAIRS] = { "pairs", "count kinds question_chars answer_chars reasoning summary items reply" },
	[PROMPT_SUMMARY] = { "summary", "" },
	[PROMPT_TOP_UP] = { "top_up", "known" },
	[PROMPT_DIALOGUE] = { "dialogue", "turns question_chars answer_chars reply" },
	[PROMPT_REWRITE] = { "rewrite", "questions question_chars reply" },
	[PROMPT_JUDGE] = { "judge", "pairs reply" },
	[PROMPT_REPLY] = { "reply", "example" },
};

/* The next {word} at or behind *position. */
static bool next_placeholder(struct text text, size_t *position, size_t *ret_start, struct text *ret_word)
{
	for (size_t i = *position; i < text.bytes; i++) {
		if (text.data[i] != '{')
			continue;
		size_t end = i + 1;
		while (end < text.bytes && (ascii_is_lower(text.data[end]) || text.data[end] == '_'))
			end++;
		if (end == i + 1 || end == text.bytes || text.data[end] != '}')
			continue;
		*ret_start = i;
		*ret_word = text_slice(text, i + 1, end);
		*position = end + 1;
		return true;
	}
	return false;
}

static bool has_word(const char *words, struct text word)
{
	struct text rest = text_from(words), one;

	while (text_next_field(&rest, ' ', &one))
		if (text_equal(one, word))
			return true;
	return false;
}

static int check_placeholders(enum prompt_family family, struct text text, const char *path, struct error_text *error)
{
	const char *allowed = families[family].placeholders;
	struct text word;
	size_t position = 0, start;

	while (next_placeholder(text, &position, &start, &word))
		if (!has_word(allowed, word))
			return error_set(error, -EINVAL, "%s: {%.*s} is no placeholder of this prompt; %s%s", path, (int)size_min(word.bytes, 60), word.data,
					 allowed[0] ? "it has: " : "it has none", allowed);
	return 0;
}

/* Without the comment at the beginning and blanks around. */
static void strip(struct buffer *text)
{
	struct text rest = text_trim(buffer_view(text));

	if (text_starts_with(rest, TEXT_LITERAL("<!--"))) {
		ptrdiff_t end = text_find(rest, TEXT_LITERAL("-->"));
		rest = end < 0 ? rest : text_trim(text_slice(rest, (size_t)end + strlen("-->"), rest.bytes));
	}
	if (rest.bytes)
		memmove(text->data, rest.data, rest.bytes);
	buffer_truncate(text, rest.bytes);
}

static int find_file(const char *folder, enum prompt_family family, char *ret_path, struct error_text *error)
{
	char relative[64];

	snprintf(relative, sizeof(relative), "prompts/%s.md", families[family].name);
	if (folder[0] && snprintf(ret_path, PATH_MAX, "%s/%s.md", folder, families[family].name) < PATH_MAX && access(ret_path, F_OK) == 0)
		return 0;
	return settings_data_path(relative, ret_path, error);
}

static int load(const char *folder, enum prompt_family family, struct buffer *text, struct error_text *error)
{
	char path[PATH_MAX];
	int status = find_file(folder, family, path, error);

	if (status == 0)
		status = file_read(path, text, error);
	if (status < 0)
		return error_prefix(error, status, "prompts");
	if (utf8_valid_prefix(buffer_view(text)) < text->bytes || memchr(buffer_string(text), '\0', text->bytes))
		return error_set(error, -EINVAL, "%s: is not UTF-8 text", path);
	strip(text);
	return check_placeholders(family, buffer_view(text), path, error);
}

int prompts_load(const struct settings *settings, struct prompts *ret_prompts, struct error_text *error)
{
	const char *folder = settings->generate.prompts;
	int status = 0;

	for (int i = 0; i < PROMPT_FAMILY_COUNT; i++)
		buffer_init(&ret_prompts->texts[i], PROMPT_BYTES_MAX);
	if (folder[0] && access(folder, R_OK | X_OK) != 0)
		return error_set(error, -errno, "generate.prompts: %s: %s", folder, strerror(errno));
	for (int i = 0; i < PROMPT_FAMILY_COUNT && status == 0; i++)
		status = load(folder, (enum prompt_family)i, &ret_prompts->texts[i], error);
	return status;
}

void prompts_done(struct prompts *prompts)
{
	for (int i = 0; i < PROMPT_FAMILY_COUNT; i++)
		buffer_done(&prompts->texts[i]);
}

void prompts_append_all(const struct prompts *prompts, struct buffer *out)
{
	for (int i = 0; i < PROMPT_FAMILY_COUNT; i++) {
		buffer_append_format(out, "prompt %s %zu\n", families[i].name, prompts->texts[i].bytes);
		buffer_append_text(out, buffer_view(&prompts->texts[i]));
	}
}

void prompts_fill(const struct prompts *prompts, enum prompt_family family, const struct prompt_value *values, size_t count, struct buffer *out)
{
	struct text text = buffer_view(&prompts->texts[family]), word;
	size_t position = 0, copied = 0, start;

	while (next_placeholder(text, &position, &start, &word)) {
		buffer_append_text(out, text_slice(text, copied, start));
		copied = position;
		for (size_t i = 0; i < count; i++)
			if (text_equal(text_from(values[i].name), word)) {
				buffer_append_text(out, values[i].text);
				break;
			}
	}
	buffer_append_text(out, text_slice(text, copied, text.bytes));
}
