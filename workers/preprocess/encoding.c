/* encoding.c: text of any encoding to UTF-8 with "\n" line ends (see convert.h). UTF-8, UTF-16 and Windows-1252 are decoded
 * here, so that they work in a sandbox that cannot load conversion modules; the others go through iconv, and count as
 * Windows-1252 where iconv does not have them. Linear; pure but for what it allocates in `out`. */
#include "workers/preprocess/convert.h"

#include "base/utf8.h"
#include "workers/preprocess/encoding_western.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <uchardet/uchardet.h>

enum {
	SAMPLE_BYTES = 64 * 1024,      /* what detection looks at */
	CHARSET_BYTES = 64,            /* longest name of an encoding */
	DETECTION_HIGH_BYTES_MIN = 30, /* fewer bytes above 0x7F say nothing about the encoding */
	UTF8_VALID_FACTOR = 4,         /* that many times more valid than invalid sequences: UTF-8 with damage */
};

/* Appends valid UTF-8 with CR and CRLF as "\n". A NUL is replaced and counted. */
static uint32_t append_with_line_ends(struct buffer *out, struct text text)
{
	uint32_t replaced = 0;
	bool has_return = memchr(text.data, '\r', text.bytes) != NULL, has_nul = memchr(text.data, '\0', text.bytes) != NULL;

	if (!has_return && !has_nul) {
		buffer_append_text(out, text);
		return 0;
	}
	for (size_t start = 0; start < text.bytes;) {
		size_t end = start;
		while (end < text.bytes && text.data[end] != '\r' && text.data[end] != '\0')
			end++;
		buffer_append(out, text.data + start, end - start);
		if (end < text.bytes && text.data[end] == '\0') {
			utf8_append(out, 0xFFFD);
			replaced++;
		} else if (end < text.bytes && !(end + 1 < text.bytes && text.data[end + 1] == '\n')) {
			buffer_append_byte(out, '\n');
		}
		start = end + 1;
	}
	return replaced;
}

static uint32_t append_utf8(struct buffer *out, struct text data)
{
	uint32_t replaced = 0;

	while (data.bytes > 0) {
		size_t valid = utf8_valid_prefix(data);
		replaced += append_with_line_ends(out, text_slice(data, 0, valid));
		data = text_slice(data, valid, data.bytes);
		if (data.bytes > 0) {
			utf8_append(out, 0xFFFD);
			data = text_slice(data, 1, data.bytes);
			replaced++;
		}
	}
	return replaced;
}

/* Windows-1252 at 0x80–0x9F; 0: not assigned. */
static const uint16_t windows_1252[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

static uint32_t append_windows_1252(struct buffer *out, struct text data)
{
	uint32_t replaced = 0;

	for (size_t start = 0; start < data.bytes;) {
		size_t end = start;
		while (end < data.bytes && (unsigned char)data.data[end] < 0x80)
			end++;
		/* A CR at the end of the run is decided by what follows it, which is no line end: the run is whole. */
		replaced += append_with_line_ends(out, text_slice(data, start, end));
		if (end < data.bytes) {
			unsigned char c = (unsigned char)data.data[end++];
			uint32_t code = c < 0xA0 ? windows_1252[c - 0x80] : c;
			replaced += code == 0;
			utf8_append(out, code ? code : 0xFFFD);
		}
		start = end;
	}
	return replaced;
}

static uint32_t append_utf16(struct buffer *out, struct text data, bool big_endian)
{
	uint32_t replaced = 0, high = 0;
	size_t start = out->bytes;

	for (size_t i = 0; i + 1 < data.bytes; i += 2) {
		uint32_t first = (unsigned char)data.data[i], second = (unsigned char)data.data[i + 1];
		uint32_t unit = big_endian ? first << 8 | second : second << 8 | first;
		bool is_low = unit >= 0xDC00 && unit < 0xE000;
		if (high && is_low) {
			utf8_append(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
			high = 0;
			continue;
		}
		if (high || is_low || unit == 0) {
			utf8_append(out, 0xFFFD);
			replaced++;
			high = 0;
			if (is_low || unit == 0)
				continue;
		}
		if (unit >= 0xD800 && unit < 0xDC00)
			high = unit;
		else if (unit == '\n' && out->bytes > start && out->data[out->bytes - 1] == '\r')
			out->data[out->bytes - 1] = '\n';
		else
			utf8_append(out, unit);
	}
	if (high || data.bytes % 2) {
		utf8_append(out, 0xFFFD);
		replaced++;
	}
	for (size_t i = start; i < out->bytes; i++)
		if (out->data[i] == '\r')
			out->data[i] = '\n';
	return replaced;
}

/* 0 or -EINVAL when iconv does not know the encoding. */
static int append_iconv(struct buffer *out, struct text data, const char *charset, uint32_t *ret_replaced)
{
	enum { STEP_BYTES = 16 * 1024, STEP_OUT_BYTES = 4 * STEP_BYTES };
	iconv_t handle = iconv_open("UTF-8", charset);
	char *from = (char *)(uintptr_t)data.data, *decoded = NULL;
	size_t left = data.bytes;
	struct buffer whole;

	if (handle == (iconv_t)-1)
		return -EINVAL;
	buffer_init(&whole, out->bytes_max);
	while (left > 0 && (decoded = buffer_reserve(&whole, STEP_OUT_BYTES)) != NULL) {
		size_t step = size_min(left, STEP_BYTES), step_left = step, room = STEP_OUT_BYTES;
		char *to = decoded;
		size_t result = iconv(handle, &from, &step_left, &to, &room);
		int reason = errno;
		left -= step - step_left;
		buffer_commit(&whole, STEP_OUT_BYTES - room);
		bool cut = result == (size_t)-1 && reason == EINVAL && step_left < left; /* a sequence over the end of the step */
		if (result == (size_t)-1 && reason != E2BIG && (!cut || step_left == step)) {
			utf8_append(&whole, 0xFFFD);
			++*ret_replaced;
			from++;
			left--;
		}
	}
	iconv_close(handle);
	if (whole.status)
		out->status = out->status ? out->status : whole.status;
	else
		*ret_replaced += append_utf8(out, buffer_view(&whole));
	buffer_done(&whole);
	return 0;
}

/* "\0x\0y" or "x\0y\0" throughout the sample: 'L' or 'B', or 0. */
static char utf16_shape(struct text data)
{
	size_t sample = size_min(data.bytes, SAMPLE_BYTES) & ~(size_t)1, even = 0, odd = 0;

	for (size_t i = 0; i < sample; i += 2) {
		even += data.data[i] == '\0';
		odd += data.data[i + 1] == '\0';
	}
	if (sample < 4)
		return 0;
	if (odd * 10 >= sample / 2 * 7 && even * 20 <= sample / 2)
		return 'L';
	return even * 10 >= sample / 2 * 7 && odd * 20 <= sample / 2 ? 'B' : 0;
}

struct high_bytes { /* what the bytes above 0x7F look like */
	size_t count, utf8_sequences, utf8_invalid, letters;
};

static struct high_bytes count_high_bytes(struct text data)
{
	struct high_bytes high = { 0 };

	for (size_t i = 0; i < data.bytes;) {
		if ((unsigned char)data.data[i] < 0x80) {
			high.letters += ascii_is_alpha(data.data[i]);
			i++;
			continue;
		}
		size_t bytes = utf8_decode(data, i, NULL);
		high.utf8_sequences += bytes > 0;
		high.utf8_invalid += bytes == 0;
		high.count += bytes ? bytes : 1;
		i += bytes ? bytes : 1;
	}
	return high;
}

/* A western encoding of other systems, or what uchardet sees, where there is enough to see; else Windows-1252. */
static void guess_of_sample(struct text sample, const struct high_bytes *high, char *ret_charset)
{
	snprintf(ret_charset, CHARSET_BYTES, "%s", encoding_western(sample));
	if (strcmp(ret_charset, "WINDOWS-1252") != 0)
		return;
	if (high->count < DETECTION_HIGH_BYTES_MIN && high->count * 2 < high->letters)
		return;
	uchardet_t detector = uchardet_new();
	if (!detector)
		return;
	uchardet_handle_data(detector, sample.data, sample.bytes);
	uchardet_data_end(detector);
	const char *charset = uchardet_get_charset(detector);
	bool western = strncmp(charset, "ISO-8859-1", 10) == 0 || strcmp(charset, "ASCII") == 0 || strncmp(charset, "UTF", 3) == 0;
	bool plausible = high->count * 50 >= high->letters; /* 2 %: what a language with accents has */
	if (*charset && !western && plausible)
		snprintf(ret_charset, CHARSET_BYTES, "%s", charset);
	uchardet_delete(detector);
}

static void guess_charset(struct text data, const struct high_bytes *high, char *ret_charset)
{
	/* Whole pages may be ASCII: begin a little before the first byte that says something. */
	size_t first = utf8_valid_prefix(data), start = first > 1024 ? first - 1024 : 0;
	struct text sample = text_slice(data, start, size_min(data.bytes, start + SAMPLE_BYTES));

	guess_of_sample(sample, high, ret_charset);
	if (strcmp(ret_charset, "WINDOWS-1252") == 0 && encoding_has_euro_signs(sample))
		snprintf(ret_charset, CHARSET_BYTES, "ISO-8859-15");
}

/* Names that browsers read as Windows-1252 too, and those that a document in bytes cannot truthfully declare. */
static bool declared_charset(struct text declared, char *ret_charset)
{
	static const char *const western[] = { "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "ascii", "us-ascii", "cp1252", "windows-1252" };

	declared = text_trim(declared);
	if (declared.bytes == 0 || declared.bytes >= CHARSET_BYTES || text_starts_with_nocase(declared, TEXT_LITERAL("utf")))
		return false;
	for (size_t i = 0; i < declared.bytes; i++)
		if (!ascii_is_alnum(declared.data[i]) && !strchr("-_:.", declared.data[i]))
			return false;
	snprintf(ret_charset, CHARSET_BYTES, "%.*s", TEXT_ARGS(declared));
	for (size_t i = 0; i < COUNT_OF(western); i++)
		if (text_equal_nocase(declared, text_from(western[i])))
			snprintf(ret_charset, CHARSET_BYTES, "WINDOWS-1252");
	for (char *c = ret_charset; *c; c++)
		*c = ascii_is_lower(*c) ? (char)(*c - 32) : *c;
	return true;
}

/* Decodes what is neither marked nor valid UTF-8. */
static uint32_t append_other(struct buffer *out, struct text data, struct text declared, char *ret_charset)
{
	struct high_bytes high = count_high_bytes(data);
	uint32_t replaced = 0;

	if (high.utf8_sequences > 0 && high.utf8_sequences >= high.utf8_invalid * UTF8_VALID_FACTOR) {
		snprintf(ret_charset, CHARSET_BYTES, "UTF-8");
		return append_utf8(out, data);
	}
	if (!declared_charset(declared, ret_charset))
		guess_charset(data, &high, ret_charset);
	if (strcmp(ret_charset, "WINDOWS-1252") != 0 && append_iconv(out, data, ret_charset, &replaced) == 0)
		return replaced;
	snprintf(ret_charset, CHARSET_BYTES, "WINDOWS-1252");
	return append_windows_1252(out, data);
}

/* "ESC $ B" and, later, "ESC ( B": to two bytes a character and back. */
static bool is_iso_2022_jp(struct text data)
{
	struct text head = text_slice(data, 0, size_min(data.bytes, SAMPLE_BYTES));
	ptrdiff_t into = text_find(head, TEXT_LITERAL("\x1B$B"));

	if (into < 0)
		into = text_find(head, TEXT_LITERAL("\x1B$@"));
	if (into < 0)
		return false;
	head = text_slice(head, (size_t)into, head.bytes);
	return text_find(head, TEXT_LITERAL("\x1B(B")) >= 0 || text_find(head, TEXT_LITERAL("\x1B(J")) >= 0;
}

/* Without the NULs at the end of a file whose writer reserved more space than it filled. One alone may be half a character of UTF-16. */
static struct text without_padding(struct text data)
{
	size_t bytes = data.bytes;

	while (bytes > 0 && data.data[bytes - 1] == '\0')
		bytes--;
	return data.bytes - bytes > 1 ? text_slice(data, 0, bytes) : data;
}

/* Is valid UTF-8 text as it should be, so that nobody needs a copy of it? */
static bool is_ready(struct text data, bool any_line_ends)
{
	return data.bytes > 0 && !memchr(data.data, '\0', data.bytes) && (any_line_ends || !memchr(data.data, '\r', data.bytes));
}

/* The byte order mark of UTF-32, whose half is that of UTF-16 with a NUL behind: no text begins so. 'L', 'B' or 0. */
static char utf32_mark(struct text data)
{
	if (text_starts_with(data, TEXT_LITERAL("\xFF\xFE\0\0")))
		return 'L';
	return text_starts_with(data, TEXT_LITERAL("\0\0\xFE\xFF")) ? 'B' : 0;
}

/* Appends the document, or sets *ret_text to where it stands already. Returns how many bytes were replaced. */
static uint32_t decode(struct text data, struct text declared, bool any_line_ends, struct buffer *out, struct text *ret_text, char *charset)
{
	uint32_t replaced = 0;
	char shape = utf16_shape(data), wide = utf32_mark(data);

	if (wide) {
		snprintf(charset, CHARSET_BYTES, "UTF-32%cE", wide);
		if (append_iconv(out, text_slice(data, 4, data.bytes), charset, &replaced) == 0)
			return replaced;
	}
	if (!shape)
		data = without_padding(data);
	struct text marked = text_slice(data, size_min(3, data.bytes), data.bytes);
	if (text_starts_with(data, TEXT_LITERAL("\xEF\xBB\xBF"))) {
		if (is_ready(marked, any_line_ends) && utf8_valid_prefix(marked) == marked.bytes && marked.bytes <= out->bytes_max)
			*ret_text = marked;
		else
			replaced = append_utf8(out, marked);
	} else if (text_starts_with(data, TEXT_LITERAL("\xFF\xFE")) || text_starts_with(data, TEXT_LITERAL("\xFE\xFF"))) {
		bool big_endian = data.data[0] == '\xFE';
		snprintf(charset, CHARSET_BYTES, "%s", big_endian ? "UTF-16BE" : "UTF-16LE");
		replaced = append_utf16(out, text_slice(data, 2, data.bytes), big_endian);
	} else if (shape) {
		snprintf(charset, CHARSET_BYTES, "UTF-16%cE", shape);
		replaced = append_utf16(out, data, shape == 'B');
	} else if (utf8_valid_prefix(data) == data.bytes) {
		/* Escape sequences of ISO-2022 are valid UTF-8: there the document's word is taken, or those of the Japanese one. */
		bool stateful = text_starts_with_nocase(text_trim(declared), TEXT_LITERAL("iso-2022")) && declared_charset(declared, charset);
		if (!stateful && declared.bytes == 0 && is_iso_2022_jp(data)) {
			snprintf(charset, CHARSET_BYTES, "ISO-2022-JP");
			stateful = true;
		}
		if (stateful && append_iconv(out, data, charset, &replaced) == 0)
			return replaced;
		snprintf(charset, CHARSET_BYTES, "UTF-8");
		if (is_ready(data, any_line_ends) && data.bytes <= out->bytes_max)
			*ret_text = data;
		else
			replaced = append_with_line_ends(out, data);
	} else {
		replaced = append_other(out, data, declared, charset);
	}
	return replaced;
}

int encoding_view_utf8(struct text data, struct text declared, bool any_line_ends, struct buffer *out, struct text *ret_text,
		       struct document_builder *document, struct error_text *error)
{
	char charset[CHARSET_BYTES] = "UTF-8";
	struct text view = { NULL, 0 };
	if (data.bytes > 1 && data.data[data.bytes - 1] == '\x1A' && data.data[data.bytes - 2] != '\0')
		data.bytes--; /* DOS marks the end of a text so */
	uint32_t replaced = data.bytes > 0 ? decode(data, declared, any_line_ends, out, &view, charset) : 0;

	if (out->status == ERROR_LIMIT_HIT)
		return error_set(error, ERROR_LIMIT_HIT, "the text is larger than the %zu bytes that a document can have in UTF-8; split it", out->bytes_max);
	if (out->status)
		return error_set(error, out->status, "%s", error_describe(out->status));
	document_builder_set_meta(document, DOCUMENT_META_ENCODING, text_from(charset));
	document_builder_counts(document)->replaced_bytes += replaced;
	document_builder_removed_many(document, DOCUMENT_REMOVED_BYTES_REPLACED, replaced, document_nowhere);
	*ret_text = view.data ? view : buffer_view(out);
	return 0;
}

int encoding_to_utf8(struct text data, struct text declared, struct buffer *out, struct document_builder *document,
		     struct error_text *error)
{
	struct text text;
	int status = encoding_view_utf8(data, declared, false, out, &text, document, error);

	if (status < 0 || text.data == buffer_view(out).data)
		return status;
	buffer_append_text(out, text);
	return out->status ? error_set(error, out->status, "%s", error_describe(out->status)) : 0;
}
