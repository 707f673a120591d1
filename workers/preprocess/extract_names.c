/* extract_names.c: names as they are written: "MoClass.attribute", "pmXxx", a bare attribute in a cell, and names that a
 * converter broke over lines. Says what a name consists of; whether it is a parameter is for the callers to judge. */
#include "workers/preprocess/extract_context.h"

enum { NAME_BYTES_MAX = 256 };

bool extract_has_hump(struct text identifier)
{
	for (size_t i = 1; i < identifier.bytes; i++)
		if (ascii_is_upper(identifier.data[i]))
			return true;
	return false;
}

bool extract_is_identifier(struct text text)
{
	if (text.bytes == 0 || text.bytes > NAME_BYTES_MAX || !(ascii_is_alpha(text.data[0]) || text.data[0] == '_'))
		return false;
	for (size_t i = 1; i < text.bytes; i++)
		if (!ascii_is_word(text.data[i]))
			return false;
	return true;
}

bool extract_is_class_shaped(struct text identifier)
{
	size_t upper = 0, lower = 0;
	for (size_t i = 0; i < identifier.bytes; i++) {
		upper += ascii_is_upper(identifier.data[i]);
		lower += ascii_is_lower(identifier.data[i]);
	}
	return extract_is_identifier(identifier) && ascii_is_upper(identifier.data[0]) && upper >= 2 && lower >= 1;
}

enum document_category extract_category_of(struct text attribute)
{
	return domain_is_counter(attribute) ? DOCUMENT_COUNTERS : DOCUMENT_PARAMETERS;
}

/* Without one pair of marks; false when there is none. */
static bool strip_once(struct text *text)
{
	static const struct { struct text open, close; } pairs[] = {
		{ TEXT_LITERAL("**"), TEXT_LITERAL("**") }, { TEXT_LITERAL("__"), TEXT_LITERAL("__") }, { TEXT_LITERAL("*"), TEXT_LITERAL("*") },
		{ TEXT_LITERAL("`"), TEXT_LITERAL("`") }, { TEXT_LITERAL("\""), TEXT_LITERAL("\"") },
	};
	*text = text_trim(*text);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		if (text->bytes <= pairs[i].open.bytes + pairs[i].close.bytes || !text_starts_with(*text, pairs[i].open) ||
		    !text_ends_with_nocase(*text, pairs[i].close))
			continue;
		*text = text_slice(*text, pairs[i].open.bytes, text->bytes - pairs[i].close.bytes);
		return true;
	}
	/* A link that is the whole text: its label. */
	ptrdiff_t middle = text->bytes > 4 && text->data[0] == '[' && text->data[text->bytes - 1] == ')' ? text_find(*text, TEXT_LITERAL("](")) : -1;
	if (middle <= 0 || memchr(text->data + middle, '[', text->bytes - (size_t)middle))
		return false;
	*text = text_slice(*text, 1, (size_t)middle);
	return true;
}

struct text extract_strip_marks(struct text inline_text)
{
	while (strip_once(&inline_text))
		;
	return text_trim(inline_text);
}

struct text extract_without_number(struct text heading)
{
	size_t at = 0;
	while (at < heading.bytes && (ascii_is_digit(heading.data[at]) || heading.data[at] == '.'))
		at++;
	return at > 0 && at < heading.bytes && ascii_is_space(heading.data[at]) ? text_trim(text_slice(heading, at, heading.bytes)) : heading;
}

static size_t word_end(struct text text, size_t at)
{
	while (at < text.bytes && ascii_is_word(text.data[at]))
		at++;
	return at;
}

/* "Class.attribute" and members that follow ("Class.struct.memberName"), from its first letter on. */
bool extract_parse_qualified(struct text text, size_t start, struct extract_name *ret_name)
{
	size_t dot = word_end(text, start);
	if (dot == start || dot + 1 >= text.bytes || text.data[dot] != '.' || !ascii_is_upper(text.data[start]) ||
	    !ascii_is_lower(text.data[dot + 1]))
		return false;
	size_t end = word_end(text, dot + 1);
	while (end + 1 < text.bytes && text.data[end] == '.' && ascii_is_lower(text.data[end + 1])) {
		size_t member_end = word_end(text, end + 1);
		if (!extract_has_hump(text_slice(text, end + 1, member_end)))
			break;
		end = member_end;
	}
	if (end - start > NAME_BYTES_MAX)
		return false;
	struct text name = text_slice(text, start, end);
	*ret_name = (struct extract_name){ name, name, text_slice(text, start, dot), text_slice(text, dot + 1, end) };
	return true;
}

bool extract_next_name(struct extract *extract, struct text where, size_t *position, struct extract_name *ret_name)
{
	while (*position < where.bytes) {
		struct domain_match attribute, counter;
		bool has_attribute = domain_search(extract->domain, DOMAIN_PATTERN_ATTRIBUTE, where, *position, &attribute);
		bool has_counter = domain_search(extract->domain, DOMAIN_PATTERN_COUNTER, where, *position, &counter);
		if (has_attribute && (!has_counter || attribute.start <= counter.start)) {
			*position = attribute.end;
			if (!extract_parse_qualified(where, attribute.start, ret_name))
				continue;
			*position = size_max(attribute.end, (size_t)(ret_name->text.data + ret_name->text.bytes - where.data));
			return true;
		}
		if (!has_counter)
			return false;
		*position = counter.end;
		struct text name = text_slice(where, counter.start, counter.end);
		const char *dot = memchr(name.data, '.', name.bytes);
		if (dot) /* a pattern that takes the class along */
			return extract_parse_qualified(where, counter.start, ret_name);
		*ret_name = (struct extract_name){ name, name, TEXT_LITERAL(""), name };
		return true;
	}
	return false;
}

/* Puts a name together that was broken behind its dot or before a capital: "MoClass.<br>attribute", "MoClass.long<br>Name".
 * False when the breaks part something else. */
static bool join_broken(struct extract *extract, struct text cell)
{
	struct buffer *out = &extract->compact;
	buffer_clear(out);
	bool broken = false;
	for (size_t i = 0; i < cell.bytes;) {
		struct text rest = text_slice(cell, i, cell.bytes);
		size_t skip = text_starts_with_nocase(rest, TEXT_LITERAL("<br>")) ? 4 : text_starts_with_nocase(rest, TEXT_LITERAL("<br/>")) ? 5 :
			      text_starts_with_nocase(rest, TEXT_LITERAL("<br />")) ? 6 : 0;
		bool line = skip > 0;
		while (i + skip < cell.bytes && ascii_is_space(cell.data[i + skip]))
			skip++;
		if (skip == 0) {
			if (cell.data[i] != '\\') /* an escape: "\_" */
				buffer_append_byte(out, cell.data[i]);
			i++;
			continue;
		}
		i += skip;
		char before = out->bytes ? out->data[out->bytes - 1] : ' ', after = i < cell.bytes ? cell.data[i] : ' ';
		bool at_dot = before == '.' || after == '.';
		if (!at_dot && !(line && ascii_is_alnum(before) && ascii_is_upper(after)))
			return false;
		broken = true;
	}
	return out->status == 0 && (broken || out->bytes < cell.bytes);
}

static bool parse_whole(struct text text, struct extract_name *ret_name)
{
	if (text.bytes == 0 || text.bytes > NAME_BYTES_MAX)
		return false;
	if (extract_parse_qualified(text, 0, ret_name) && ret_name->text.bytes == text.bytes)
		return true;
	/* A bare attribute, with members of a structure behind it. */
	size_t end = 0;
	do {
		size_t start = end ? end + 1 : 0;
		end = word_end(text, start);
		if (end == start || !(ascii_is_lower(text.data[start]) || text.data[start] == '_'))
			return false;
	} while (end < text.bytes && text.data[end] == '.');
	if (end != text.bytes)
		return false;
	*ret_name = (struct extract_name){ text, text, TEXT_LITERAL(""), text };
	return true;
}

/* "pSCellCapable<br>(NRCellCU MO)": a bare attribute with its class in parentheses. */
static bool parse_with_remark(const struct extract *extract, struct text cell, struct extract_name *ret_name)
{
	size_t end = word_end(cell, 0);
	const char *open = memchr(cell.data + end, '(', cell.bytes - end);
	struct text between = { cell.data + end, open ? (size_t)(open - cell.data) - end : 0 };
	if (!open || !extract_has_hump(text_slice(cell, 0, end)) || !ascii_is_lower(cell.data[0]) ||
	    !(text_trim(between).bytes == 0 || text_equal(text_trim(between), TEXT_LITERAL("<br>"))))
		return false;
	size_t start = (size_t)(open + 1 - cell.data);
	struct text mo_class = text_slice(cell, start, word_end(cell, start)), name = text_slice(cell, 0, end);
	if (!extract_is_class_shaped(mo_class) || !extract_knows_class(extract, mo_class))
		return false;
	*ret_name = (struct extract_name){ name, name, mo_class, name };
	return true;
}

bool extract_parse_cell_name(struct extract *extract, struct text cell, struct extract_name *ret_name)
{
	struct text stripped = extract_strip_marks(cell);
	if (parse_whole(stripped, ret_name))
		return true;
	if (stripped.bytes > NAME_BYTES_MAX)
		return false;
	if (parse_with_remark(extract, stripped, ret_name))
		return true;
	if (!join_broken(extract, stripped))
		return false;
	struct extract_name joined;
	if (!parse_whole(buffer_view(&extract->compact), &joined))
		return false;
	/* "A.one<br>B.two" are two names. */
	if (memchr(joined.attribute.data, '.', joined.attribute.bytes))
		return false;
	/* "cell Range" is two words; a class makes it a name. An escape alone ("\_") changes nothing about that. */
	if (joined.mo_class.bytes == 0 && memchr(stripped.data, ' ', stripped.bytes))
		return false;
	joined.place = stripped;
	*ret_name = joined;
	return true;
}

void extract_add_name(struct extract *extract, const struct extract_name *name, struct text mo_class)
{
	struct document_range place = extract_range(extract, name->place);
	extract_items_add(&extract->items, DOCUMENT_KEY_NAME, name->text, place);
	if (name->mo_class.bytes > 0)
		mo_class = name->mo_class;
	const char *from = mo_class.data;
	bool in_text = from >= extract->markdown.data && from < extract->markdown.data + extract->markdown.bytes;
	extract_items_add(&extract->items, DOCUMENT_KEY_MO_CLASS, mo_class,
			  in_text ? extract_range(extract, mo_class) : (struct document_range){ place.offset, 0 });
	extract_items_add(&extract->items, DOCUMENT_KEY_ATTRIBUTE, name->attribute, place);
}
