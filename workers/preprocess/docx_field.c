#include "workers/preprocess/docx_field.h"

static bool next_word(struct text *rest, struct text *ret_word)
{
	size_t i = 0;

	while (i < rest->bytes && ascii_is_space(rest->data[i]))
		i++;
	if (i == rest->bytes)
		return false;
	bool quoted = rest->data[i] == '"';
	size_t start = i + quoted;
	i = start;
	while (i < rest->bytes && (quoted ? rest->data[i] != '"' : !ascii_is_space(rest->data[i])))
		i++;
	*ret_word = text_slice(*rest, start, i);
	*rest = text_slice(*rest, size_min(i + quoted, rest->bytes), rest->bytes);
	return true;
}

/* The address of HYPERLINK: its first word that is neither a switch nor the argument of one; \\l names a place in it. */
static void read_link(struct text rest, struct docx_link *ret_link)
{
	struct text word;

	*ret_link = (struct docx_link){ .target = TEXT_LITERAL("") };
	while (next_word(&rest, &word)) {
		if (word.bytes == 0 || word.data[0] != '\\') {
			if (ret_link->target.bytes == 0)
				ret_link->target = word;
			continue;
		}
		bool takes_argument = word.bytes == 2 && strchr("lot", ascii_lower(word.data[1])), place = word.bytes == 2 && ascii_lower(word.data[1]) == 'l';
		if (takes_argument && !next_word(&rest, &word))
			break;
		if (place)
			ret_link->place = word;
	}
}

enum docx_field_kind docx_field_read(struct text instruction, struct docx_link *ret_link)
{
	static const struct { struct text name; enum docx_field_kind kind; } kinds[] = {
		{ TEXT_LITERAL("TOC"), DOCX_FIELD_CONTENTS }, { TEXT_LITERAL("INDEX"), DOCX_FIELD_CONTENTS }, { TEXT_LITERAL("TOA"), DOCX_FIELD_CONTENTS },
		{ TEXT_LITERAL("PAGE"), DOCX_FIELD_LEFT_OUT }, { TEXT_LITERAL("NUMPAGES"), DOCX_FIELD_LEFT_OUT },
		{ TEXT_LITERAL("SECTIONPAGES"), DOCX_FIELD_LEFT_OUT }, { TEXT_LITERAL("XE"), DOCX_FIELD_LEFT_OUT }, { TEXT_LITERAL("TC"), DOCX_FIELD_LEFT_OUT },
		{ TEXT_LITERAL("TA"), DOCX_FIELD_LEFT_OUT }, { TEXT_LITERAL("RD"), DOCX_FIELD_LEFT_OUT },
		{ TEXT_LITERAL("HYPERLINK"), DOCX_FIELD_LINK }, { TEXT_LITERAL("FORMCHECKBOX"), DOCX_FIELD_CHECKBOX },
	};
	struct text word;

	*ret_link = (struct docx_link){ .target = TEXT_LITERAL("") };
	if (!next_word(&instruction, &word))
		return DOCX_FIELD_TEXT;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!text_equal_nocase(word, kinds[i].name))
			continue;
		if (kinds[i].kind == DOCX_FIELD_LINK)
			read_link(instruction, ret_link);
		return kinds[i].kind;
	}
	return DOCX_FIELD_TEXT;
}

static struct docx_field *last(struct docx_fields *fields)
{
	return fields->depth > 0 ? &fields->stack[fields->depth - 1] : NULL;
}

static bool is_left_out(const struct docx_field *field)
{
	return field->kind == DOCX_FIELD_LEFT_OUT || field->kind == DOCX_FIELD_CONTENTS;
}

void docx_field_begin(struct docx_fields *fields, uint32_t link)
{
	if (fields->depth == DOCX_FIELDS_MAX) {
		fields->excess++;
		return;
	}
	fields->stack[fields->depth++] = (struct docx_field){ .link_before = link, .instruction_start = fields->instructions.bytes };
	fields->hidden++;
}

void docx_field_instruction(struct docx_fields *fields, struct text text)
{
	struct docx_field *field = last(fields);

	if (field && !field->in_result && fields->instructions.bytes + text.bytes <= DOCX_INSTRUCTION_BYTES_MAX)
		buffer_append_text(&fields->instructions, text);
}

/* From instruction to result: once a field, at its separator or at its end. */
static void know_kind(struct docx_fields *fields, struct docx_field *field, struct docx_link *ret_link)
{
	struct text all = buffer_view(&fields->instructions);
	struct text own = field->instruction_start < all.bytes ? text_slice(all, field->instruction_start, all.bytes) : TEXT_LITERAL("");

	field->kind = (uint8_t)docx_field_read(own, ret_link);
	field->in_result = true;
	fields->hidden -= !is_left_out(field);
	fields->contents += field->kind == DOCX_FIELD_CONTENTS;
}

const struct docx_field *docx_field_separate(struct docx_fields *fields, struct docx_link *ret_link)
{
	struct docx_field *field = last(fields);

	*ret_link = (struct docx_link){ .target = TEXT_LITERAL("") };
	if (!field || field->in_result || fields->excess > 0)
		return NULL;
	know_kind(fields, field, ret_link);
	return field;
}

bool docx_field_end(struct docx_fields *fields, struct docx_field *ret_field)
{
	struct docx_field *field = last(fields);
	struct docx_link link;

	if (fields->excess > 0) {
		fields->excess--;
		return false;
	}
	if (!field)
		return false;
	if (!field->in_result)
		know_kind(fields, field, &link);
	fields->hidden -= is_left_out(field);
	fields->contents -= field->kind == DOCX_FIELD_CONTENTS;
	buffer_truncate(&fields->instructions, size_min(field->instruction_start, fields->instructions.bytes));
	*ret_field = *field;
	fields->depth--;
	return true;
}

void docx_field_paragraph_end(struct docx_fields *fields)
{
	struct docx_field ended;

	while (last(fields) && !last(fields)->in_result) {
		fields->excess = 0; /* begun inside it */
		if (!docx_field_end(fields, &ended))
			break;
	}
}

void docx_field_leave_contents(struct docx_fields *fields)
{
	struct docx_field ended;

	while (fields->contents > 0 || fields->excess > 0)
		if (!docx_field_end(fields, &ended) && fields->depth == 0)
			break;
}
