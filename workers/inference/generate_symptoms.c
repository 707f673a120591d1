/* generate_symptoms.c: pairs about the rows of tables in sections about faults: what is seen, its cause and what to do, under the
 * table's own column headings. */
#include "workers/inference/generator.h"

#include <errno.h>
#include <stdlib.h>

enum { SYMPTOMS_MAX = 1024, SYMPTOM_BYTES_MIN = 12, SYMPTOM_BYTES_MAX = 160, COLUMNS_MIN = 2, TABLE_BYTES_MAX = 1 << 16 };

static bool is_about_faults(const struct generator *generator, const struct section *section)
{
	if (section->heading == UINT32_MAX)
		return false;
	const struct block *heading = &generator->blocks.items[section->heading];
	return prose_has(&generator->prose, PROSE_TROUBLESHOOTING,
			 text_slice(generator->document->markdown, heading->content_start, heading->content_end));
}

/* Has every column a name? A first row of numbers or of code was taken for a header that the table does not have. */
static bool is_named(const struct block_row *header)
{
	for (size_t i = 0; i < header->count; i++)
		if (!header->cells[i].bytes || (!ascii_is_alpha(header->cells[i].data[0]) && (unsigned char)header->cells[i].data[0] < 0x80 && header->cells[i].data[0] != '*'))
			return false;
	return true;
}

/* "Name | Type | Description": no table of symptoms, whatever stands above it. */
static bool lists_things(struct generator *generator, struct text first)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(generator->domain, &count);
	buffer_clear(&generator->text);
	block_append_plain(&generator->text, first);
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < columns[i].name_count && text_equal(columns[i].category, TEXT_LITERAL("symptoms")) && text_equal(columns[i].field, TEXT_LITERAL("none")); n++)
			if (text_equal_nocase(columns[i].names[n], text_trim(buffer_view(&generator->text))))
				return true;
	return false;
}

/* The column that says what is seen: the one that is called so, or else the first. */
static size_t symptom_column(struct generator *generator, const struct block_row *header)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(generator->domain, &count);
	for (size_t cell = 0; cell < header->count; cell++) {
		buffer_clear(&generator->text);
		block_append_plain(&generator->text, header->cells[cell]);
		for (size_t i = 0; i < count; i++)
			for (size_t n = 0; n < columns[i].name_count && text_equal(columns[i].category, TEXT_LITERAL("symptoms")) && text_equal(columns[i].field, TEXT_LITERAL("symptom")); n++)
				if (text_equal_nocase(columns[i].names[n], text_trim(buffer_view(&generator->text))))
					return cell;
	}
	return 0;
}

static void find_in_table(struct generator *generator, const struct section *section, uint32_t block)
{
	const struct block *table = &generator->blocks.items[block];
	struct block_row row;
	size_t position = 0;
	if (table->end - table->start > TABLE_BYTES_MAX || !block_next_row(generator->document->markdown, table, &position, &row) ||
	    row.count < COLUMNS_MIN)
		return;
	if (!is_named(&row) || lists_things(generator, row.cells[0]))
		return;
	size_t columns = row.count, start = position;
	while (generator->symptom_count < SYMPTOMS_MAX && block_next_row(generator->document->markdown, table, &position, &row)) {
		if (row.count == columns && row.cells[0].bytes)
			generator->symptoms[generator->symptom_count++] =
				(struct symptom){ (uint32_t)(section - generator->sections), block, (uint32_t)start };
		start = position;
	}
}

/* Its rows are alarms, which have questions of their own. */
static bool has_alarms(const struct generator *generator, const struct block *table)
{
	for (size_t i = 0; i < generator->item_count[DOCUMENT_ALARMS]; i++) {
		uint32_t at = generator->document->items[generator->items[DOCUMENT_ALARMS][i]].span.offset;
		if (at >= table->start && at < table->end)
			return true;
	}
	return false;
}

int symptoms_find(struct generator *generator)
{
	generator->symptoms = calloc(SYMPTOMS_MAX, sizeof(*generator->symptoms));
	if (!generator->symptoms)
		return -ENOMEM;
	for (size_t i = 0; i < generator->section_count && generator->symptom_count < SYMPTOMS_MAX; i++) {
		const struct section *section = &generator->sections[i];
		if (!is_about_faults(generator, section))
			continue;
		for (uint32_t b = section->first; b < section->end; b++)
			if (generator->blocks.items[b].kind == BLOCK_TABLE && !has_alarms(generator, &generator->blocks.items[b]))
				find_in_table(generator, section, b);
	}
	return 0;
}

/* The first cell as it can be asked about. Empty when it cannot. */
static struct text symptom_of(struct generator *generator, struct text cell)
{
	buffer_clear(&generator->text);
	block_append_plain(&generator->text, cell);
	struct text symptom = text_trim(buffer_view(&generator->text));
	while (symptom.bytes && symptom.data[symptom.bytes - 1] == '.')
		symptom.bytes--;
	bool usable = symptom.bytes >= SYMPTOM_BYTES_MIN && symptom.bytes <= SYMPTOM_BYTES_MAX && !memchr(symptom.data, '"', symptom.bytes);
	return usable ? symptom : (struct text){ 0 };
}

static void append_cells(struct generator *generator, const struct block_row *header, const struct block_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		if (!row->cells[i].bytes || !header->cells[i].bytes)
			continue;
		buffer_clear(&generator->line);
		prose_render(&generator->line, generator->domain, header->cells[i]);
		buffer_append_string(&generator->line, ": ");
		buffer_clear(&generator->rendered);
		prose_render(&generator->rendered, generator->domain, row->cells[i]);
		buffer_append_text(&generator->line, buffer_view(&generator->rendered));
		(void)draft_entry(&generator->draft, 0, buffer_view(&generator->line));
	}
}

enum made make_symptom(struct generator *generator, size_t k)
{
	if (k >= generator->symptom_count || !generator->title.bytes)
		return MADE_END;
	const struct symptom *place = &generator->symptoms[(generator->seed % generator->symptom_count + k) % generator->symptom_count];
	const struct block *table = &generator->blocks.items[place->block];
	const struct block *heading = &generator->blocks.items[generator->sections[place->section].heading];
	struct text markdown = generator->document->markdown;
	struct block_row header, row;
	size_t position = 0, at = place->row;
	if (!block_next_row(markdown, table, &position, &header) || !block_next_row(markdown, table, &at, &row))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, CONVERSATION_TROUBLESHOOTING, NULL, &values);
	size_t column = symptom_column(generator, &header);
	struct text symptom = column < row.count ? symptom_of(generator, row.cells[column]) : (struct text){ 0 };
	if (!symptom.bytes)
		return MADE_NOTHING;
	template_values_set(&values, "symptom", symptom);
	buffer_clear(&generator->rendered);
	block_append_plain(&generator->rendered, text_slice(markdown, heading->content_start, heading->content_end));
	template_values_set(&values, "topic", heading_without_number(text_trim(buffer_view(&generator->rendered))));
	draft_use_span(&generator->draft, (struct document_range){ row.start, row.end - row.start });
	draft_use_span(&generator->draft, (struct document_range){ header.start, header.end - header.start });
	draft_use_span(&generator->draft, (struct document_range){ heading->start, heading->end - heading->start });
	(void)generator_frame(generator, "answer.symptom.intro", &values);
	buffer_append_byte(&generator->draft.answer, '\n');
	template_values_set(&values, "topic", (struct text){ 0 }); /* its place is used again */
	append_cells(generator, &header, &row);
	return generator_submit(generator, "question.symptom", &values);
}
