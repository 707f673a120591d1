#include "workers/preprocess/html_entities.h"

#include "base/utf8.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

enum { NAME_BYTES_MAX = 24, CODE_MAX = 0x10FFFF };

/* Names that HTML 5 added to the 253 of HTML 4, which libxml2 knows: those that documents use. */
static const struct { const char *name; uint32_t code; } later_names[] = {
	{ "AMP", '&' }, { "COPY", 0xA9 }, { "GT", '>' }, { "LT", '<' }, { "NewLine", '\n' }, { "NoBreak", 0x2060 }, { "QUOT", '"' }, { "REG", 0xAE },
	{ "Tab", '\t' }, { "ZeroWidthSpace", 0x200B }, { "approx", 0x2248 }, { "ast", '*' }, { "boxh", 0x2500 }, { "bsol", '\\' },
	{ "bullet", 0x2022 }, { "caron", 0x2C7 }, { "check", 0x2713 }, { "checkmark", 0x2713 }, { "cir", 0x25CB }, { "colon", ':' },
	{ "comma", ',' }, { "commat", '@' }, { "cross", 0x2717 }, { "dash", 0x2010 }, { "dollar", '$' }, { "ell", 0x2113 }, { "emsp13", 0x2004 },
	{ "epsi", 0x3B5 }, { "epsilon", 0x3B5 }, { "equals", '=' }, { "excl", '!' }, { "fflig", 0xFB00 }, { "ffilig", 0xFB03 },
	{ "ffllig", 0xFB04 }, { "filig", 0xFB01 }, { "fllig", 0xFB02 }, { "frac13", 0x2153 }, { "frac18", 0x215B }, { "frac23", 0x2154 },
	{ "frac38", 0x215C }, { "frac58", 0x215D }, { "frac78", 0x215E }, { "grave", '`' }, { "hairsp", 0x200A }, { "half", 0xBD },
	{ "hat", '^' }, { "horbar", 0x2015 }, { "hyphen", 0x2010 }, { "iff", 0x21D4 }, { "infintie", 0x29DD }, { "lbrace", '{' },
	{ "lbrack", '[' }, { "lcub", '{' }, { "leq", 0x2264 }, { "geq", 0x2265 }, { "leqslant", 0x2A7D }, { "geqslant", 0x2A7E },
	{ "lowbar", '_' }, { "lpar", '(' }, { "lsqb", '[' }, { "map", 0x21A6 }, { "mid", 0x2223 }, { "mldr", 0x2026 }, { "mp", 0x2213 },
	{ "neq", 0x2260 }, { "num", '#' }, { "numsp", 0x2007 }, { "ohm", 0x3A9 }, { "parallel", 0x2225 }, { "percnt", '%' }, { "period", '.' },
	{ "phone", 0x260E }, { "pi", 0x3C0 }, { "plus", '+' }, { "pm", 0xB1 }, { "puncsp", 0x2008 }, { "quest", '?' }, { "rbrace", '}' },
	{ "rbrack", ']' }, { "rcub", '}' }, { "rightarrow", 0x2192 }, { "leftarrow", 0x2190 }, { "Rightarrow", 0x21D2 }, { "rpar", ')' },
	{ "rsqb", ']' }, { "semi", ';' }, { "sol", '/' }, { "square", 0x25A1 }, { "star", 0x2606 }, { "starf", 0x2605 }, { "telrec", 0x2315 },
	{ "varepsilon", 0x3F5 }, { "varphi", 0x3D5 }, { "verbar", '|' }, { "vert", '|' }, { "wp", 0x2118 }, { "yen", 0xA5 },
};

static uint32_t named_code(const char *name)
{
	const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);

	if (known)
		return known->value;
	if (strcmp(name, "apos") == 0)
		return '\'';
	for (size_t i = 0; i < COUNT_OF(later_names); i++)
		if (strcmp(later_names[i].name, name) == 0)
			return later_names[i].code;
	return 0;
}

/* References to the control characters at 0x80-0x9F mean Windows-1252. */
static uint32_t repair_code(uint32_t code)
{
	static const uint16_t codes[32] = {
		0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
		0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
	};

	if (code == 0 || code > CODE_MAX || (code >= 0xD800 && code < 0xE000))
		return 0xFFFD;
	return code >= 0x80 && code < 0xA0 ? codes[code - 0x80] : code;
}

static int digit_value(char c, bool hexadecimal)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return hexadecimal && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `text` begins with "&#". Bytes of the reference, or 0. */
static size_t decode_number(struct text text, uint32_t *ret_code)
{
	bool hexadecimal = text.bytes > 2 && (text.data[2] == 'x' || text.data[2] == 'X');
	size_t start = 2 + (size_t)hexadecimal, i = start;
	uint32_t code = 0;

	for (int digit; i < text.bytes && (digit = digit_value(text.data[i], hexadecimal)) >= 0; i++)
		if (code <= CODE_MAX)
			code = code * (hexadecimal ? 16 : 10) + (uint32_t)digit;
	if (i == start)
		return 0;
	*ret_code = repair_code(code);
	return i + (i < text.bytes && text.data[i] == ';');
}

/* `text` begins with "&". Bytes of the reference, or 0. */
static size_t decode_name(struct text text, bool attribute, uint32_t *ret_code)
{
	static const struct { const char *name; uint32_t code; } frequent[] = {
		{ "nbsp;", 0xA0 }, { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "quot;", '"' },
	};
	struct text rest = text_slice(text, 1, text.bytes);
	char name[NAME_BYTES_MAX + 1];
	size_t bytes = 0;

	for (size_t i = 0; i < COUNT_OF(frequent); i++)
		if (text_starts_with(rest, text_from(frequent[i].name))) {
			*ret_code = frequent[i].code;
			return 1 + strlen(frequent[i].name);
		}
	for (; bytes < rest.bytes && bytes < NAME_BYTES_MAX && ascii_is_alnum(rest.data[bytes]); bytes++)
		name[bytes] = rest.data[bytes];
	name[bytes] = '\0';
	bool ended = bytes < rest.bytes && rest.data[bytes] == ';';
	if (bytes == 0 || (attribute && !ended))
		return 0;
	*ret_code = named_code(name);
	return *ret_code == 0 ? 0 : 1 + bytes + ended;
}

void html_append_decoded(struct buffer *out, struct text raw, bool attribute)
{
	const char *hit = raw.bytes > 0 ? memchr(raw.data, '&', raw.bytes) : NULL;
	size_t copied = 0;

	while (hit) {
		struct text rest = text_slice(raw, (size_t)(hit - raw.data), raw.bytes);
		uint32_t code = 0;
		size_t bytes = rest.bytes < 3 ? 0 : rest.data[1] == '#' ? decode_number(rest, &code) : decode_name(rest, attribute, &code);
		if (bytes > 0) {
			buffer_append(out, raw.data + copied, raw.bytes - rest.bytes - copied);
			utf8_append(out, code);
			copied = raw.bytes - rest.bytes + bytes;
		}
		size_t next = raw.bytes - rest.bytes + size_max(bytes, 1);
		hit = next < raw.bytes ? memchr(raw.data + next, '&', raw.bytes - next) : NULL;
	}
	buffer_append(out, raw.data + copied, raw.bytes - copied);
}
