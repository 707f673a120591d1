/* extract_procedures.c: procedures that activate or deactivate: prerequisites, ordered steps, what to do afterwards, and the
 * values that the steps set. A procedure begins at a heading that says so and ends at the next heading of its level; labels
 * inside it ("Prerequisites", "Steps", "After This Task") may be headings, bold lines or the beginnings of lines. */
#include "workers/preprocess/extract_context.h"

enum { LABEL_BYTES_MAX = 120, STEP_BYTES_MAX = 64 * 1024, BOLD_LEVEL = 7 };

enum procedure_part { PART_OPEN, PART_PREREQUISITES, PART_STEPS, PART_AFTER };

struct procedure {
	bool active;
	bool evident;            /* the heading begins with the task, or a label or a value set shows that it is one */
	struct text kind;        /* "activate", "deactivate" */
	uint8_t level;
	enum procedure_part part;
	struct document_range name;
	struct document_range span;
	size_t step_count;
	bool ordered;            /* its steps are a numbered list */
	bool loose;              /* they are bullets that no label calls steps: only a value that they set makes them steps */
	uint8_t step_level;      /* nesting of the list of steps */
	struct buffer step;      /* text of the step being collected */
	struct document_range step_span;
	bool step_goes_on;       /* it ended with a colon: what follows is part of it */
	bool stated;             /* the prerequisites stood behind their label: a numbered list below them is the steps */
};

/* --- one procedure ------------------------------------------------------------------------------------------------------- */

/* "activate" or "deactivate" when the heading speaks of one of them, not of both. */
static struct text kind_of(struct extract *extract, struct text plain)
{
	bool on = extract_vocabulary_has(&extract->vocabulary, "procedures", "activate", plain);
	bool off = extract_vocabulary_has(&extract->vocabulary, "procedures", "deactivate", plain);
	if (on == off || plain.bytes > LABEL_BYTES_MAX)
		return TEXT_LITERAL("");
	return on ? TEXT_LITERAL("activate") : TEXT_LITERAL("deactivate");
}

static void flush_step(struct extract *extract, struct procedure *procedure)
{
	struct text text = text_trim(buffer_view(&procedure->step));
	if (text.bytes > 0 && procedure->step.status == 0) {
		extract_items_add(&extract->items, DOCUMENT_KEY_STEP, text, procedure->step_span);
		procedure->step_count++;
	}
	buffer_clear(&procedure->step);
	procedure->step_goes_on = false;
}

static void close_procedure(struct extract *extract, struct procedure *procedure)
{
	if (!procedure->active)
		return;
	flush_step(extract, procedure);
	extract->items.open.span = procedure->span;
	bool evident = (procedure->evident && !procedure->loose) || extract_items_open_has(&extract->items, DOCUMENT_KEY_SET_VALUE);
	if (procedure->step_count == 0 || !evident) /* a section about activation, or the activation of something inside the node */
		extract_items_abandon(&extract->items);
	else
		extract_items_close(&extract->items);
	procedure->active = false;
}

/* "Activate the Feature", "Feature Activation"; not "Secondary Cell Activation", which the node does by itself. */
static bool is_about_task(struct extract *extract, struct text plain)
{
	size_t first = 0;
	while (first < plain.bytes && plain.data[first] != ' ')
		first++;
	return kind_of(extract, text_slice(plain, 0, first)).bytes > 0 || extract_vocabulary_has(&extract->vocabulary, "tasks", "task", plain);
}

static void open_procedure(struct extract *extract, struct procedure *procedure, const struct block *block, struct text kind)
{
	close_procedure(extract, procedure);
	struct text name = extract_without_number(extract_strip_marks(extract_block_content(extract, block)));
	struct buffer step = procedure->step;
	bool evident = is_about_task(extract, extract_plain(extract, name));
	*procedure = (struct procedure){ .active = true, .kind = kind, .level = block->kind == BLOCK_HEADING ? block->level : BOLD_LEVEL,
					 .name = extract_range(extract, name), .span = extract_block_range(block), .step = step,
					 .evident = evident };
	extract_items_open(&extract->items, DOCUMENT_ACTIVATION_PROCEDURES, (float)extract->settings->extract.list_confidence, procedure->span, false);
	extract_items_add(&extract->items, DOCUMENT_KEY_NAME, extract_plain(extract, name), procedure->name);
	extract_items_add(&extract->items, DOCUMENT_KEY_KIND, kind, (struct document_range){ procedure->name.offset, 0 });
}

static void append_to_step(struct extract *extract, struct procedure *procedure, struct text inline_text, bool code)
{
	if (procedure->step.bytes > 0)
		buffer_append_byte(&procedure->step, code ? '\n' : ' ');
	if (code)
		buffer_append_text(&procedure->step, inline_text);
	else
		buffer_append_text(&procedure->step, extract_plain(extract, inline_text));
	struct document_range place = extract_range(extract, inline_text);
	if (procedure->step_span.bytes == 0)
		procedure->step_span = place;
	else
		procedure->step_span.bytes = place.offset + place.bytes - procedure->step_span.offset;
}

static void begin_step(struct extract *extract, struct procedure *procedure, struct text inline_text)
{
	flush_step(extract, procedure);
	procedure->step_span.bytes = 0;
	append_to_step(extract, procedure, inline_text, false);
	struct text text = text_trim(buffer_view(&procedure->step));
	procedure->step_goes_on = text.bytes > 0 && text.data[text.bytes - 1] == ':';
	extract_sets_of_step(extract, inline_text);
}

static void add_step_item(struct extract *extract, struct procedure *procedure, const struct block *block)
{
	struct text content = extract_block_content(extract, block);
	bool first = procedure->step_count == 0 && procedure->step.bytes == 0;
	if (first) {
		procedure->ordered = block->ordered;
		procedure->step_level = block->level;
		procedure->loose = !block->ordered && procedure->part == PART_OPEN;
	}
	bool nested = !first && (block->level > procedure->step_level || (procedure->ordered && !block->ordered));
	if (nested && procedure->step_goes_on) {
		append_to_step(extract, procedure, content, false);
		extract_sets_of_step(extract, content);
	} else {
		begin_step(extract, procedure, content);
	}
}

/* Bytes of "Step 3. " or "Step 3: " at the start, 0 without. */
static size_t step_mark_bytes(struct extract *extract, struct text text)
{
	struct text word = text;
	word.bytes = 0;
	while (word.bytes < text.bytes && ascii_is_alpha(text.data[word.bytes]))
		word.bytes++;
	size_t at = word.bytes + 1, digits = at;
	if (at >= text.bytes || text.data[word.bytes] != ' ' || !extract_vocabulary_is(&extract->vocabulary, "words", "step", word))
		return 0;
	while (at < text.bytes && ascii_is_digit(text.data[at]))
		at++;
	if (at == digits)
		return 0;
	while (at < text.bytes && (strchr(".:)", text.data[at]) || ascii_is_space(text.data[at])))
		at++;
	return at;
}

/* "Step 1. Lock the cell. Step 2. Wait.": each number at the start of a sentence begins a step. */
static void add_marked_steps(struct extract *extract, struct procedure *procedure, struct text content)
{
	size_t start = step_mark_bytes(extract, content);
	for (size_t i = start; i < content.bytes; i++) {
		bool begins = ascii_is_space(content.data[i - 1]) && i > 1 && strchr(".:;)\n", content.data[i - 2]);
		size_t mark = begins ? step_mark_bytes(extract, text_slice(content, i, content.bytes)) : 0;
		if (mark == 0)
			continue;
		begin_step(extract, procedure, text_trim(text_slice(content, start, i)));
		start = i + mark;
		i = start > i ? start - 1 : i;
	}
	begin_step(extract, procedure, text_trim(text_slice(content, start, content.bytes)));
}

/* A paragraph among steps is one only when it says "Step 3", sets something or holds a command. */
static void add_step_paragraph(struct extract *extract, struct procedure *procedure, const struct block *block)
{
	struct text content = extract_block_content(extract, block);
	struct domain_match match;
	if (step_mark_bytes(extract, content) > 0) {
		add_marked_steps(extract, procedure, content);
		return;
	}
	bool sets = domain_search(extract->domain, DOMAIN_PATTERN_SET_STEP, content, 0, &match) ||
		domain_search(extract->domain, DOMAIN_PATTERN_SET_COMMAND, content, 0, &match);
	if ((sets && procedure->step_count == 0 && procedure->step.bytes == 0) || (sets && !procedure->ordered))
		begin_step(extract, procedure, content);
}

static void add_code(struct extract *extract, struct procedure *procedure, const struct block *block)
{
	struct text content = extract_block_content(extract, block);
	extract_sets_of_command(extract, content);
	if (procedure->step.bytes > 0 && procedure->step_goes_on)
		append_to_step(extract, procedure, content, true);
	else if (procedure->step.bytes == 0 && procedure->part == PART_STEPS && procedure->step_count == 0)
		append_to_step(extract, procedure, content, true);
}

/* Rows of a table of steps: the column that the vocabulary calls a step. */
static void add_step_table(struct extract *extract, struct procedure *procedure, const struct block *block)
{
	struct block_row row;
	size_t position = 0, column = BLOCK_CELLS_MAX;
	if (!block_next_row(extract->markdown, block, &position, &row))
		return;
	for (size_t i = 0; i < row.count && column == BLOCK_CELLS_MAX; i++)
		if (row.cells[i].bytes < LABEL_BYTES_MAX && extract_vocabulary_is(&extract->vocabulary, "words", "step_column", extract_plain(extract, row.cells[i])))
			column = i;
	while (column < BLOCK_CELLS_MAX && block_next_row(extract->markdown, block, &position, &row))
		if (column < row.count && row.cells[column].bytes > 0)
			begin_step(extract, procedure, row.cells[column]);
}

static void add_listed(struct extract *extract, enum document_key key, struct text inline_text)
{
	if (!extract_is_nothing(extract, extract_plain(extract, inline_text)))
		extract_add_inline(extract, key, inline_text);
}

/* --- walking ------------------------------------------------------------------------------------------------------------- */

/* The part that a label means, or PART_OPEN. */
static enum procedure_part part_of(struct extract *extract, struct text plain)
{
	struct text field = extract_vocabulary_field(&extract->vocabulary, "procedures", plain);
	if (text_equal(field, text_from(document_key_name(DOCUMENT_KEY_PREREQUISITE))))
		return PART_PREREQUISITES;
	if (text_equal(field, text_from(document_key_name(DOCUMENT_KEY_STEP))))
		return PART_STEPS;
	if (text_equal(field, text_from(document_key_name(DOCUMENT_KEY_AFTER_TASK))))
		return PART_AFTER;
	return PART_OPEN;
}

static void read_heading(struct extract *extract, struct procedure *procedure, const struct block *block, uint8_t level)
{
	struct text content = extract_block_content(extract, block);
	enum procedure_part part = PART_OPEN;
	struct text kind = TEXT_LITERAL("");
	if (content.bytes <= LABEL_BYTES_MAX) {
		struct text plain = extract_plain(extract, extract_strip_marks(content));
		part = part_of(extract, plain);
		kind = part == PART_OPEN ? kind_of(extract, plain) : kind;
	}
	bool inside = procedure->active && level > procedure->level;
	if (inside && part != PART_OPEN) {
		if (procedure->part == PART_STEPS)
			flush_step(extract, procedure);
		procedure->part = part;
		procedure->evident = true;
	} else if (kind.bytes > 0 && !(inside && text_equal(kind, procedure->kind)) && (block->kind != BLOCK_HEADING || block->level > 1)) {
		open_procedure(extract, procedure, block, kind);
	} else if (procedure->active && !inside) {
		close_procedure(extract, procedure);
	}
}

/* A bold line of its own is a heading below the others. */
static bool is_bold_line(struct text content)
{
	return content.bytes > 4 && content.bytes <= LABEL_BYTES_MAX && text_starts_with(content, TEXT_LITERAL("**")) &&
		(text_ends_with_nocase(content, TEXT_LITERAL("**")) || text_ends_with_nocase(content, TEXT_LITERAL("**:"))) &&
		!memchr(content.data, '\n', content.bytes);
}

/* "Prerequisites" or "Prerequisites: …" as a plain line: sets the part and gives what stands behind the colon. */
static bool read_label_line(struct extract *extract, struct procedure *procedure, struct text content, struct text *ret_rest)
{
	const char *colon = content.bytes ? memchr(content.data, ':', size_min(content.bytes, LABEL_BYTES_MAX)) : NULL;
	struct text label = colon ? (struct text){ content.data, (size_t)(colon - content.data) } : content;
	if (label.bytes == 0 || label.bytes > LABEL_BYTES_MAX)
		return false;
	enum procedure_part part = part_of(extract, extract_plain(extract, extract_strip_marks(label)));
	if (part == PART_OPEN)
		return false;
	flush_step(extract, procedure);
	procedure->part = part;
	procedure->evident = true;
	*ret_rest = colon ? text_trim(text_slice(content, label.bytes + 1, content.bytes)) : TEXT_LITERAL("");
	while (ret_rest->bytes > 0 && ret_rest->data[0] == '*')
		*ret_rest = text_slice(*ret_rest, 1, ret_rest->bytes);
	procedure->stated = part == PART_PREREQUISITES && ret_rest->bytes > 0;
	return true;
}

static void read_block(struct extract *extract, struct procedure *procedure, const struct block *block)
{
	struct text content = extract_block_content(extract, block), rest = content;
	procedure->span.bytes = block->end - procedure->span.offset;
	bool label = (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM) && read_label_line(extract, procedure, content, &rest);
	if (procedure->stated && procedure->part == PART_PREREQUISITES && block->kind == BLOCK_LIST_ITEM && block->ordered && !label)
		procedure->part = PART_STEPS;
	bool steps = procedure->part == PART_STEPS || procedure->part == PART_OPEN;
	enum document_key key = procedure->part == PART_AFTER ? DOCUMENT_KEY_AFTER_TASK : DOCUMENT_KEY_PREREQUISITE;
	if (label && rest.bytes == 0)
		return;
	if (steps && block->kind == BLOCK_LIST_ITEM && !label)
		add_step_item(extract, procedure, block);
	else if (steps && block->kind == BLOCK_PARAGRAPH && !label)
		add_step_paragraph(extract, procedure, block);
	else if (steps && label)
		begin_step(extract, procedure, rest);
	else if (steps && block->kind == BLOCK_CODE)
		add_code(extract, procedure, block);
	else if (steps && block->kind == BLOCK_TABLE)
		add_step_table(extract, procedure, block);
	else if (!steps && (block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_QUOTE))
		add_listed(extract, key, rest);
}

void extract_procedures(struct extract *extract)
{
	struct procedure procedure = { .active = false };
	buffer_init(&procedure.step, STEP_BYTES_MAX);
	for (size_t i = 0; i < extract->blocks.count && !extract->items.status; i++) {
		const struct block *block = &extract->blocks.items[i];
		if (block->kind == BLOCK_HEADING)
			read_heading(extract, &procedure, block, block->level);
		else if (block->kind == BLOCK_PARAGRAPH && is_bold_line(extract_block_content(extract, block)))
			read_heading(extract, &procedure, block, procedure.active ? procedure.level + 1 : BOLD_LEVEL);
		else if (procedure.active)
			read_block(extract, &procedure, block);
	}
	close_procedure(extract, &procedure);
	buffer_done(&procedure.step);
}
