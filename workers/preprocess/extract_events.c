/* extract_events.c: rows of event tables; of alarms and actions, which are taken by name, with all cells as details; and of exports
 * of KPIs, which are made of counters. */
#include "workers/preprocess/extract_context.h"

/* "S1_INITIAL_CONTEXT_SETUP": capitals, digits and at least one "_". */
static bool is_event_shaped(struct text text)
{
	bool underscore = false, letter = false;
	for (size_t i = 0; i < text.bytes; i++) {
		char c = text.data[i];
		underscore |= c == '_';
		letter |= ascii_is_upper(c);
		if (!ascii_is_upper(c) && !ascii_is_digit(c) && c != '_')
			return false;
	}
	return letter && underscore && text.data[0] != '_' && text.data[text.bytes - 1] != '_';
}

static void add_event(struct extract *extract, const struct extract_columns *columns, const struct block_row *row, struct text name)
{
	struct document_range span = { row->start, row->end - row->start };
	extract_items_open(&extract->items, DOCUMENT_EVENTS, columns->confidence, span, false);
	extract_items_add(&extract->items, DOCUMENT_KEY_NAME, name, extract_range(extract, name));
	extract_add_cells(extract, columns, row);
	extract_items_close(&extract->items);
}

void extract_event_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	struct text cell = row->cells[columns->name], stripped = extract_strip_marks(cell);
	struct domain_match match;
	bool any = false;
	for (size_t position = 0; domain_search(extract->domain, DOMAIN_PATTERN_EVENT, cell, position, &match); position = match.end) {
		add_event(extract, columns, row, text_slice(cell, match.start, match.end));
		any = true;
	}
	if (!any && (is_event_shaped(stripped) || (columns->csv && extract_is_identifier(stripped))))
		add_event(extract, columns, row, stripped);
}

void extract_named_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	struct text cell = extract_strip_marks(row->cells[columns->name]);
	struct document_range span = { row->start, row->end - row->start };
	if (extract_is_nothing(extract, extract_plain(extract, cell)))
		return;
	extract_items_open(&extract->items, columns->category, columns->confidence, span, false);
	extract_items_add(&extract->items, DOCUMENT_KEY_NAME, extract_plain(extract, cell), extract_range(extract, cell));
	if (columns->mo_class >= 0 && (size_t)columns->mo_class < row->count) {
		struct text mo_class = extract_strip_marks(row->cells[columns->mo_class]);
		if (extract_is_identifier(mo_class)) {
			extract_items_add(&extract->items, DOCUMENT_KEY_MO_CLASS, mo_class, extract_range(extract, mo_class));
			extract_meet_class(extract, mo_class);
		}
	}
	extract_add_cells(extract, columns, row);
	extract_items_close(&extract->items);
}

/* A KPI is no item of its own: its row says what the counters in its formula are good for. */
void extract_kpi_row(struct extract *extract, const struct extract_columns *columns, const struct block_row *row)
{
	struct text line = text_slice(extract->markdown, row->start, row->end);
	struct extract_columns details = *columns;
	struct extract_name name;
	for (size_t i = 0; i < details.count; i++)
		details.keys[i] = -1; /* description and unit are the KPI's */
	for (size_t position = 0; extract_next_name(extract, line, &position, &name);) {
		if (!domain_is_counter(name.attribute))
			continue;
		extract_items_open(&extract->items, DOCUMENT_COUNTERS, columns->confidence, (struct document_range){ row->start, row->end - row->start }, false);
		extract_add_name(extract, &name, TEXT_LITERAL(""));
		extract_add_cells(extract, &details, row);
		extract_items_close(&extract->items);
		extract_meet_class(extract, name.mo_class);
	}
}
