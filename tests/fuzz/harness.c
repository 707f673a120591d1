#include "tests/fuzz/harness.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

/* Fontconfig keeps what it has loaded until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

enum { FUZZ_MARKDOWN_BYTES_MAX = 32 << 20, FUZZ_SHOWN_BYTES = 2000 };

const struct settings *fuzz_settings(void)
{
	static struct settings settings;
	static bool made;

	if (!made) {
		settings_init(&settings);
		settings.convert.markdown_bytes_max = FUZZ_MARKDOWN_BYTES_MAX;
		made = true;
	}
	return &settings;
}

const struct domain *fuzz_domain(void)
{
	static struct domain *domain;
	struct error_text error = { "" };

	if (!domain && domain_load_named("ran", &domain, NULL, &error) < 0) {
		fprintf(stderr, "%s\n", error.message);
		exit(2);
	}
	return domain;
}

void fuzz_broken(const char *promise, struct text found)
{
	int shown = (int)(found.bytes < FUZZ_SHOWN_BYTES ? found.bytes : FUZZ_SHOWN_BYTES);
	fprintf(stderr, "broken promise: %s\n%.*s\n", promise, shown, found.data);
	abort();
}

void fuzz_check_normal(struct text markdown)
{
	struct text rest = markdown, line;

	if (utf8_valid_prefix(markdown) != markdown.bytes)
		fuzz_broken("UTF-8", markdown);
	if (markdown.bytes == 0)
		return;
	if (markdown.data[markdown.bytes - 1] != '\n' || markdown.data[0] == '\n' || memchr(markdown.data, 0, markdown.bytes))
		fuzz_broken("begins with text, ends with one line end, holds no NUL", markdown);
	while (text_next_line(&rest, &line)) {
		if (line.bytes > 0 && (line.data[line.bytes - 1] == ' ' || line.data[line.bytes - 1] == '\t'))
			fuzz_broken("no blanks at the end of a line", line);
		if (line.bytes > 0 && memchr(line.data, '\r', line.bytes))
			fuzz_broken("no carriage returns", line);
	}
}

/* Whoever reads the Markdown again should find the same document: what the writer wrote is normal already. Only when asked for
 * (DOCRING_FUZZ_STABLE): it holds for documents, not yet for every heap of bytes. */
static void check_stable(struct text markdown)
{
	struct document_builder *document = document_builder_create();
	struct convert_input input = { markdown, TEXT_LITERAL("again.md"), { "", 0 }, fuzz_settings(), fuzz_domain() };
	struct error_text error = { "" };
	struct buffer again;

	buffer_init(&again, (size_t)FUZZ_MARKDOWN_BYTES_MAX * 2);
	if (document && convert_markdown(&input, &again, document, &error) == 0 && again.status == 0 &&
	    !text_equal(buffer_view(&again), markdown)) {
		fprintf(stderr, "read again it becomes:\n%.*s\n", (int)(again.bytes < FUZZ_SHOWN_BYTES ? again.bytes : FUZZ_SHOWN_BYTES), again.data);
		fuzz_broken("Markdown stays as it is when it is read again", markdown);
	}
	buffer_done(&again);
	document_builder_destroy(document);
}

int fuzz_convert(converter *convert, const char *name, const uint8_t *data, size_t bytes)
{
	const struct settings *settings = fuzz_settings();
	struct document_builder *document = document_builder_create();
	struct error_text error = { "" };
	struct buffer markdown;

	if (!document)
		return 0;
	buffer_init(&markdown, settings->convert.markdown_bytes_max);
	struct convert_input input = { { (const char *)data, bytes }, text_from(name), { "", 0 }, settings, fuzz_domain() };
	int status = convert(&input, &markdown, document, &error);
	if (status == 0 && markdown.status == 0) {
		fuzz_check_normal(buffer_view(&markdown));
		if (markdown.bytes > 0 && getenv("DOCRING_FUZZ_STABLE"))
			check_stable(buffer_view(&markdown));
	} else if (status == ERROR_INPUT_REJECTED && error.message[0] == '\0')
		fuzz_broken("a refusal has a reason", text_from(name));
	else if (status > 0)
		fuzz_broken("0 or a negative code", text_from(name));
	buffer_done(&markdown);
	document_builder_destroy(document);
	return 0;
}
