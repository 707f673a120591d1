#include "tests/fake_server/spoil.h"

#include "base/utf8.h"

enum { DEEP_LEVELS = 100000, ECHO_BYTES_MAX = 20000 };

/* The text rewritten byte by byte: what stands outside of strings and what inside are told apart. */
enum rewrite { REWRITE_TRAILING_COMMA, REWRITE_SINGLE_QUOTES, REWRITE_UNQUOTED_KEYS, REWRITE_PYTHON, REWRITE_COMMENTS, REWRITE_LINE_BREAKS };

static bool quotes_a_key(struct text text, size_t quote)
{
	size_t i = quote + 1;

	while (i < text.bytes && ascii_is_word(text.data[i]))
		i++;
	return i + 1 < text.bytes && i > quote + 1 && text.data[i] == '"' && text.data[i + 1] == ':';
}

static void rewrite_outside(enum rewrite how, struct text text, size_t *i, struct buffer *out)
{
	static const struct {
		struct text json, python;
	} words[] = {
		{ TEXT_LITERAL("true"), TEXT_LITERAL("True") },
		{ TEXT_LITERAL("false"), TEXT_LITERAL("False") },
		{ TEXT_LITERAL("null"), TEXT_LITERAL("None") },
	};
	char c = text.data[*i];

	if (how == REWRITE_TRAILING_COMMA && (c == '}' || c == ']') && *i > 0 && text.data[*i - 1] != '{' && text.data[*i - 1] != '[')
		buffer_append_byte(out, ',');
	for (size_t k = 0; how == REWRITE_PYTHON && k < COUNT_OF(words); k++)
		if (text_starts_with(text_slice(text, *i, text.bytes), words[k].json)) {
			buffer_append_text(out, words[k].python);
			*i += words[k].json.bytes - 1;
			return;
		}
	buffer_append_byte(out, c);
	if (how == REWRITE_COMMENTS && (c == '{' || c == ','))
		buffer_append_string(out, " // as asked for\n");
}

static void rewrite_inside(enum rewrite how, struct text text, size_t *i, struct buffer *out)
{
	char c = text.data[*i];

	if (c == '\\' && *i + 1 < text.bytes) {
		buffer_append(out, text.data + *i, 2);
		(*i)++;
	} else if (c == '\'' && (how == REWRITE_SINGLE_QUOTES || how == REWRITE_PYTHON)) {
		buffer_append_string(out, "\\'");
	} else if (c == '.' && how == REWRITE_LINE_BREAKS && *i + 1 < text.bytes && text.data[*i + 1] == ' ') {
		buffer_append_string(out, ".\n");
		(*i)++;
	} else {
		buffer_append_byte(out, c);
	}
}

static void rewrite(enum rewrite how, struct buffer *content)
{
	struct buffer out;
	struct text text = buffer_view(content);
	bool inside = false, bare = false;
	char quote = how == REWRITE_SINGLE_QUOTES || how == REWRITE_PYTHON ? '\'' : '"';

	buffer_init(&out, content->bytes_max);
	for (size_t i = 0; i < text.bytes; i++) {
		if (text.data[i] == '"') {
			if (!inside)
				bare = how == REWRITE_UNQUOTED_KEYS && quotes_a_key(text, i);
			inside = !inside;
			if (!bare)
				buffer_append_byte(&out, quote);
		} else if (inside) {
			rewrite_inside(how, text, &i, &out);
		} else {
			rewrite_outside(how, text, &i, &out);
		}
	}
	buffer_done(content);
	*content = out;
}

static void surround(struct buffer *content, const char *before, const char *after)
{
	struct buffer out;

	buffer_init(&out, content->bytes_max);
	buffer_append_string(&out, before);
	buffer_append_text(&out, buffer_view(content));
	buffer_append_string(&out, after);
	buffer_done(content);
	*content = out;
}

static void quote_all(struct buffer *content)
{
	struct buffer out;
	struct json_writer json;

	buffer_init(&out, content->bytes_max);
	json_init(&json, &out, 0);
	json_text(&json, buffer_view(content));
	buffer_done(content);
	*content = out;
}

static void set_text(struct buffer *content, const char *text)
{
	buffer_clear(content);
	buffer_append_string(content, text);
}

static void brackets(struct buffer *out)
{
	buffer_clear(out);
	for (int i = 0; i < DEEP_LEVELS; i++)
		buffer_append_string(out, i % 2 ? "{\"a\":" : "[");
}

/* Puts bytes into the first long string of the JSON, so that they stand where an answer is read. */
static void insert_in_string(struct buffer *text, size_t at, const char *bytes, size_t count)
{
	struct buffer out;

	buffer_init(&out, text->bytes_max);
	buffer_append(&out, text->data, at);
	buffer_append(&out, bytes, count);
	buffer_append(&out, text->data + at, text->bytes - at);
	buffer_done(text);
	*text = out;
}

/* A place inside the last string value. */
static size_t inside_last_string(struct text text)
{
	size_t end = text.bytes;

	while (end > 0 && text.data[end - 1] != '"')
		end--;
	return end > 1 ? end - 1 : text.bytes;
}

void spoil_content(enum script_content how, struct text prompt, struct buffer *content)
{
	switch (how) {
	case CONTENT_FENCES: surround(content, "```json\n", "\n```"); break;
	case CONTENT_FENCES_UNCLOSED: surround(content, "```json\n", ""); break;
	case CONTENT_TRAILING_COMMA: rewrite(REWRITE_TRAILING_COMMA, content); break;
	case CONTENT_SINGLE_QUOTES: rewrite(REWRITE_SINGLE_QUOTES, content); break;
	case CONTENT_UNQUOTED_KEYS: rewrite(REWRITE_UNQUOTED_KEYS, content); break;
	case CONTENT_PYTHON: rewrite(REWRITE_PYTHON, content); break;
	case CONTENT_COMMENTS: rewrite(REWRITE_COMMENTS, content); break;
	case CONTENT_LINE_BREAKS: rewrite(REWRITE_LINE_BREAKS, content); break;
	case CONTENT_PROSE_AROUND:
		surround(content, "Sure! Here is the JSON you asked for {as described}:\n\n", "\n\nLet me know if you need anything else.");
		break;
	case CONTENT_SEVERAL_OBJECTS: surround(content, "{\"note\": \"draft\"}\n", "\n{\"done\": true}"); break;
	case CONTENT_WRAPPED: surround(content, "{\"result\": ", "}"); break;
	case CONTENT_QUOTED: quote_all(content); break;
	case CONTENT_CUT: buffer_truncate(content, utf8_floor(buffer_view(content), content->bytes * 3 / 5)); break;
	case CONTENT_EMPTY:
	case CONTENT_NULL: buffer_clear(content); break;
	case CONTENT_SPACES: set_text(content, " \n\n\t  "); break;
	case CONTENT_NUL_ESCAPES: insert_in_string(content, inside_last_string(buffer_view(content)), "\\u0000\\u0007", 12); break;
	case CONTENT_SURROGATE: insert_in_string(content, inside_last_string(buffer_view(content)), "\\ud83d", 6); break;
	case CONTENT_DEEP: brackets(content); break;
	case CONTENT_ECHO:
		buffer_clear(content);
		buffer_append_text(content, text_slice(prompt, 0, utf8_floor(prompt, size_min(prompt.bytes, ECHO_BYTES_MAX))));
		break;
	case CONTENT_USUAL:
	case CONTENT_PROSE:
	case CONTENT_COUNT: break;
	}
}

size_t spoil_content_start(struct text body)
{
	static const char *const keys[] = { "\"content\": \"", "\"reasoning_content\": \"", "\"embedding\": ", "\"id\": \"" };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		ptrdiff_t at = text_find(body, text_from(keys[i]));
		if (at >= 0)
			return (size_t)at + strlen(keys[i]);
	}
	return 0;
}

static void to_utf16(struct buffer *body)
{
	struct buffer out;
	struct text text = buffer_view(body);

	buffer_init(&out, body->bytes_max);
	buffer_append(&out, "\xFF\xFE", 2);
	for (size_t i = 0; i < text.bytes;) {
		uint32_t code = 0xFFFD;
		size_t bytes = utf8_decode(text, i, &code);
		uint16_t unit = code < 0x10000 ? (uint16_t)code : 0xFFFD;
		char pair[2] = { (char)(unit & 0xFF), (char)(unit >> 8) };
		buffer_append(&out, pair, 2);
		i += bytes ? bytes : 1;
	}
	buffer_done(body);
	*body = out;
}

void spoil_body(enum script_body how, struct buffer *body)
{
	static const char html[] = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center>"
				   "<hr><center>nginx/1.22.1</center></body></html>\n";
	size_t start = spoil_content_start(buffer_view(body));

	switch (how) {
	case BODY_EMPTY: buffer_clear(body); break;
	case BODY_GARBAGE: set_text(body, "\x01\x02 %PDF-1.7 <<>> this is no JSON at all }{][ \x7f"); break;
	case BODY_HTML: set_text(body, html); break;
	case BODY_INVALID_UTF8: insert_in_string(body, start, "caf\xE9 \xC3\x28 \xF0\x9F\x98 \xED\xA0\x80 ", 16); break;
	case BODY_NULS: insert_in_string(body, start, "a\0b\0\0c", 6); break;
	case BODY_UTF16: to_utf16(body); break;
	case BODY_BOM: surround(body, "\xEF\xBB\xBF", ""); break;
	case BODY_DEEP: brackets(body); break;
	case BODY_TRUNCATED: buffer_truncate(body, body->bytes / 2); break;
	case BODY_ERROR:
		set_text(body, "{\"error\": {\"message\": \"The model runner has unexpectedly stopped\", \"type\": \"server_error\", \"code\": 500}}");
		break;
	case BODY_ERROR_STRING: set_text(body, "{\"error\": \"The model has crashed without additional information. (Exit code: null)\"}"); break;
	case BODY_NO_CHOICES:
		set_text(body, "{\"id\": \"chatcmpl-0\", \"object\": \"chat.completion\", \"created\": 0, \"model\": \"fake\", \"choices\": []}");
		break;
	case BODY_ARRAY: surround(body, "[", "]"); break;
	case BODY_USUAL:
	case BODY_HUGE:
	case BODY_HUGE_STRING:
	case BODY_COUNT: break;
	}
}
