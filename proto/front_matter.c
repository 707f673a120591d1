/* front_matter.c: the YAML front matter of a converted document. Texts are double-quoted scalars, whose escapes YAML 1.1 and 1.2
 * readers agree on; what such a scalar may not hold as it is becomes an escape, so that every reader gets the same text back. */
#include "proto/front_matter.h"

#include "base/utf8.h"

#include <inttypes.h>

enum { SCORE_DECIMALS = 3 };

/* Code points that YAML calls not printable, that some readers take for line ends, or that end a stream. */
static bool needs_escape(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 || code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

static void append_escaped(struct buffer *out, uint32_t code)
{
	if (code == '\n')
		buffer_append_string(out, "\\n");
	else if (code == '\t')
		buffer_append_string(out, "\\t");
	else if (code <= 0xFF)
		buffer_append_format(out, "\\x%02" PRIX32, code);
	else if (code <= 0xFFFF)
		buffer_append_format(out, "\\u%04" PRIX32, code);
	else
		buffer_append_format(out, "\\U%08" PRIX32, code);
}

static void append_quoted(struct buffer *out, struct text value)
{
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < value.bytes;) {
		uint32_t code = 0xFFFD;
		size_t bytes = utf8_decode(value, i, &code);
		if (code == '"' || code == '\\') {
			buffer_append_byte(out, '\\');
			buffer_append_byte(out, (char)code);
		} else if (bytes > 0 && needs_escape(code)) {
			append_escaped(out, code);
		} else {
			utf8_append(out, bytes > 0 ? code : 0xFFFD);
		}
		i += bytes > 0 ? bytes : 1;
	}
	buffer_append_byte(out, '"');
}

static void append_text(struct buffer *out, const char *key, struct text value)
{
	buffer_append_format(out, "%s: ", key);
	append_quoted(out, value);
	buffer_append_byte(out, '\n');
}

static void append_list(struct buffer *out, const char *key, struct text lines)
{
	struct text entry;
	bool first = true;
	buffer_append_format(out, "%s: [", key);
	while (text_next_field(&lines, '\n', &entry)) {
		if (!first)
			buffer_append_string(out, ", ");
		append_quoted(out, entry);
		first = false;
	}
	buffer_append_string(out, "]\n");
}

/* Independent of the locale, unlike "%f". */
static void append_score(struct buffer *out, const char *key, double value)
{
	uint64_t scale = 1;
	for (int i = 0; i < SCORE_DECIMALS; i++)
		scale *= 10;
	uint64_t scaled = value > 0 ? (uint64_t)(value * (double)scale + 0.5) : 0;
	buffer_append_format(out, "%s: %" PRIu64 ".%0*" PRIu64 "\n", key, scaled / scale, SCORE_DECIMALS, scaled % scale);
}

void front_matter_append(const struct document *document, struct text source_file, struct text source_zip, struct buffer *out)
{
	static const enum document_meta texts[] = {
		DOCUMENT_META_DOCUMENT_ID, DOCUMENT_META_VERSION, DOCUMENT_META_SERIES, DOCUMENT_META_RELEASE,
		DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_FAJ_CODE,
	};
	const struct document_header *header = document->header;
	buffer_append_string(out, "---\n");
	append_text(out, "source_file", source_file);
	append_text(out, "source_zip", source_zip);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		append_text(out, document_meta_name(texts[i]), document_meta(document, texts[i]));
	append_list(out, document_meta_name(DOCUMENT_META_CXC_CODES), document_meta(document, DOCUMENT_META_CXC_CODES));
	append_text(out, document_meta_name(DOCUMENT_META_KIND), document_meta(document, DOCUMENT_META_KIND));
	append_text(out, document_meta_name(DOCUMENT_META_CONVERTER), document_meta(document, DOCUMENT_META_CONVERTER));
	buffer_append_format(out, "images: %" PRIu32 "\ntables: %" PRIu32 "\nwords: %" PRIu32 "\n", header->counts.images, header->counts.tables,
			     header->counts.words);
	append_score(out, "quality_score", 10 * (double)header->scores.structural); /* 0–10, as in the dataset */
	append_score(out, "complexity_score", (double)header->scores.complexity);
	buffer_append_string(out, "---\n");
}
