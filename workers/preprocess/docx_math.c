#include "workers/preprocess/docx_math.h"

#include "base/utf8.h"

static struct docx_math_level *level_now(struct docx_math *math)
{
	return &math->levels[math->depth - 1];
}

static void set_sign(char *sign, struct text value)
{
	size_t bytes = utf8_floor(value, size_min(value.bytes, DOCX_MATH_SIGN_BYTES - 1));
	if (bytes > 0)
		memcpy(sign, value.data, bytes);
	sign[bytes] = '\0';
}

/* Puts `what` into the text at `at`. */
static void insert(struct buffer *text, size_t at, const char *what)
{
	size_t bytes = strlen(what), behind = text->bytes - at;

	buffer_append_string(text, what);
	if (text->status || bytes == 0)
		return;
	memmove(text->data + at + bytes, text->data + at, behind);
	memcpy(text->data + at, what, bytes);
}

/* One number, name or sign, or something in parentheses already. */
static bool is_simple(struct text part)
{
	size_t characters = utf8_count(part), i = 0;
	int depth = 0;

	if (characters <= 1)
		return true;
	if (part.data[0] == '(') {
		for (; i < part.bytes; i++) {
			depth += (part.data[i] == '(') - (part.data[i] == ')');
			if (depth == 0)
				return i + 1 == part.bytes;
		}
		return false;
	}
	for (; i < part.bytes; i++)
		if (!ascii_is_alnum(part.data[i]) && part.data[i] != '.' && (unsigned char)part.data[i] < 0x80)
			return false;
	return true;
}

/* Parentheses round what was written since `start`, unless it is one thing. */
static void group(struct buffer *text, size_t start)
{
	if (text->status || start >= text->bytes || is_simple(text_slice(buffer_view(text), start, text->bytes)))
		return;
	insert(text, start, "(");
	buffer_append_byte(text, ')');
}

static bool is_structure(enum docx_tag tag)
{
	switch (tag) {
	case DOCX_M_f: case DOCX_M_sSub: case DOCX_M_sSup: case DOCX_M_sSubSup: case DOCX_M_sPre: case DOCX_M_rad: case DOCX_M_nary: case DOCX_M_d:
	case DOCX_M_m: case DOCX_M_mr: case DOCX_M_eqArr: case DOCX_M_func: case DOCX_M_limLow: case DOCX_M_limUpp: case DOCX_M_acc: case DOCX_M_bar:
	case DOCX_M_groupChr:
		return true;
	default:
		return false;
	}
}

static bool is_part(enum docx_tag tag)
{
	switch (tag) {
	case DOCX_M_num: case DOCX_M_den: case DOCX_M_sub: case DOCX_M_sup: case DOCX_M_e: case DOCX_M_deg: case DOCX_M_fName: case DOCX_M_lim:
		return true;
	default:
		return false;
	}
}

static void begin_structure(struct docx_math *math, enum docx_tag tag, struct buffer *text)
{
	struct docx_math_level *outer = math->depth > 0 ? level_now(math) : NULL;

	if (tag == DOCX_M_mr && outer && outer->parts++ > 0)
		buffer_append_string(text, "; ");
	struct docx_math_level *level = &math->levels[math->depth++];
	*level = (struct docx_math_level){ .start = text->bytes, .tag = (uint16_t)tag };
	if (tag == DOCX_M_d) {
		set_sign(level->open, TEXT_LITERAL("("));
		set_sign(level->close, TEXT_LITERAL(")"));
		set_sign(level->between, TEXT_LITERAL("|"));
	} else if (tag == DOCX_M_nary) {
		set_sign(level->open, TEXT_LITERAL("∫"));
	} else if (tag == DOCX_M_acc) {
		set_sign(level->open, TEXT_LITERAL("\xCC\x82")); /* a circumflex above */
	} else if (tag == DOCX_M_m) {
		buffer_append_byte(text, '[');
	}
}

/* What stands before a part, and where the part begins. */
static void begin_part(struct docx_math *math, enum docx_tag tag, struct buffer *text)
{
	struct docx_math_level *outer = math->depth > 0 ? level_now(math) : NULL;

	if (outer) {
		switch ((enum docx_tag)outer->tag) {
		case DOCX_M_f:
			if (tag == DOCX_M_den)
				buffer_append_string(text, outer->no_bar ? "¦" : "/");
			break;
		case DOCX_M_d: buffer_append_string(text, outer->parts == 0 ? outer->open : outer->between); break;
		case DOCX_M_mr: buffer_append_string(text, outer->parts > 0 ? ", " : ""); break;
		case DOCX_M_eqArr: buffer_append_string(text, outer->parts > 0 ? "; " : ""); break;
		case DOCX_M_func: buffer_append_string(text, tag == DOCX_M_e ? " " : ""); break;
		case DOCX_M_nary:
			if (outer->parts == 0)
				buffer_append_string(text, outer->open);
			if (tag == DOCX_M_e && outer->parts > 0)
				buffer_append_byte(text, ' ');
			break;
		default: break;
		}
		outer->parts++;
	}
	math->levels[math->depth++] = (struct docx_math_level){ .start = text->bytes, .tag = (uint16_t)tag };
}

static void read_property(struct docx_math *math, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct text value = docx_value(attributes);

	if (math->depth == 0)
		return;
	struct docx_math_level *level = level_now(math);
	if (tag == DOCX_M_begChr)
		set_sign(level->open, value);
	else if (tag == DOCX_M_endChr)
		set_sign(level->close, value);
	else if (tag == DOCX_M_sepChr)
		set_sign(level->between, value);
	else if (tag == DOCX_M_chr && (level->tag == DOCX_M_nary || level->tag == DOCX_M_acc))
		set_sign(level->open, value);
	else if (tag == DOCX_M_type)
		level->no_bar = text_equal(value, TEXT_LITERAL("noBar"));
}

void docx_math_open(struct docx_math *math, enum docx_tag tag, const struct docx_attributes *attributes, struct buffer *text)
{
	if (math->depth >= DOCX_DEPTH_MAX)
		return;
	if (is_structure(tag))
		begin_structure(math, tag, text);
	else if (is_part(tag))
		begin_part(math, tag, text);
	else
		read_property(math, tag, attributes);
}

/* "2" and "3" have roots of their own; what else stands over a root goes before it as a small number where it can. */
static void end_degree(struct buffer *text, size_t start)
{
	static const char *const small[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
	struct text degree = start < text->bytes ? text_slice(buffer_view(text), start, text->bytes) : TEXT_LITERAL("");
	char sign[32] = "";

	if (degree.bytes == 1 && ascii_is_digit(degree.data[0]))
		memcpy(sign, small[degree.data[0] - '0'], strlen(small[degree.data[0] - '0']) + 1);
	else if (text_equal(degree, TEXT_LITERAL("n")))
		memcpy(sign, "ⁿ", sizeof("ⁿ"));
	if (sign[0] == '\0')
		return;
	buffer_truncate(text, start);
	buffer_append_string(text, sign);
}

static void end_part(const struct docx_math_level *outer, const struct docx_math_level *part, struct buffer *text)
{
	if (text->status)
		return;
	bool empty = text->bytes == part->start;
	switch ((enum docx_tag)part->tag) {
	case DOCX_M_num: case DOCX_M_den: group(text, part->start); break;
	case DOCX_M_sub: case DOCX_M_sup:
		group(text, part->start);
		if (!empty)
			insert(text, part->start, part->tag == DOCX_M_sub ? "_" : "^");
		break;
	case DOCX_M_lim:
		group(text, part->start);
		if (!empty)
			insert(text, part->start, outer && outer->tag == DOCX_M_limUpp ? "^" : "_");
		break;
	case DOCX_M_deg: end_degree(text, part->start); break;
	case DOCX_M_e:
		if (!outer)
			break;
		if (outer->tag == DOCX_M_rad) {
			insert(text, part->start, "√(");
			buffer_append_byte(text, ')');
		} else if (outer->tag == DOCX_M_sSup || outer->tag == DOCX_M_sSub || outer->tag == DOCX_M_sSubSup) {
			group(text, part->start);
		} else if (outer->tag == DOCX_M_acc) {
			group(text, part->start);
			buffer_append_string(text, outer->open);
		} else if (outer->tag == DOCX_M_bar) {
			group(text, part->start);
			buffer_append_string(text, "\xCC\x85"); /* a line above */
		}
		break;
	default: break;
	}
}

void docx_math_close(struct docx_math *math, enum docx_tag tag, struct buffer *text)
{
	if (math->depth == 0 || level_now(math)->tag != (uint16_t)tag || (!is_structure(tag) && !is_part(tag)))
		return;
	struct docx_math_level level = math->levels[--math->depth];
	const struct docx_math_level *outer = math->depth > 0 ? level_now(math) : NULL;
	if (is_part(tag))
		end_part(outer, &level, text);
	else if (tag == DOCX_M_d)
		buffer_append_string(text, level.close);
	else if (tag == DOCX_M_m)
		buffer_append_byte(text, ']');
}
