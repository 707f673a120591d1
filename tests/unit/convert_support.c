#include "tests/unit/convert_support.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

struct converted convert_run(converter *convert, const char *name, struct text data)
{
	struct settings settings;
	struct converted converted = { .document = document_builder_create() };
	assert_non_null(converted.document);
	settings_init(&settings);
	struct convert_input input = { .data = data, .name = text_from(name), .container = { "", 0 }, .settings = &settings };
	buffer_init(&converted.markdown, 64 << 20);
	converted.status = convert(&input, &converted.markdown, converted.document, &converted.error);
	settings_done(&settings);
	return converted;
}

void converted_done(struct converted *converted)
{
	buffer_done(&converted->markdown);
	document_builder_destroy(converted->document);
}

void convert_check_normal(struct text markdown)
{
	struct text rest = markdown, line;

	assert_int_equal(utf8_valid_prefix(markdown), markdown.bytes);
	if (markdown.bytes == 0)
		return;
	assert_true(markdown.data[markdown.bytes - 1] == '\n' && markdown.data[0] != '\n');
	assert_true(markdown.bytes < 2 || markdown.data[markdown.bytes - 2] != '\n');
	while (text_next_line(&rest, &line)) {
		assert_true(line.bytes == 0 || (line.data[line.bytes - 1] != ' ' && line.data[line.bytes - 1] != '\t'));
		assert_null(memchr(line.data, '\r', line.bytes));
	}
	struct converted again = convert_run(convert_markdown, "again.md", markdown);
	assert_int_equal(again.status, 0);
	if (!text_equal(buffer_view(&again.markdown), markdown))
		fail_msg("not stable:\n%.*s\nbecomes:\n%s", TEXT_ARGS(markdown), buffer_string(&again.markdown));
	converted_done(&again);
}

void convert_expect(converter *convert, const char *name, const char *source, const char *expected)
{
	struct converted converted = convert_run(convert, name, text_from(source));

	assert_int_equal(converted.status, 0);
	if (strcmp(buffer_string(&converted.markdown), expected) != 0)
		fail_msg("from:\n%s\nexpected:\n%s\nfound:\n%s", source, expected, buffer_string(&converted.markdown));
	convert_check_normal(buffer_view(&converted.markdown));
	converted_done(&converted);
}
