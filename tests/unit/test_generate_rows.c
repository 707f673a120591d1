/* test_generate_rows.c: the pairs of tables and exports: two a row, within their bound, asked by what the columns are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/generated.h"
#include "tests/unit/pack_fixture.h"

/* --- tables of rows --- */

static void add_row(struct buffer *markdown, size_t row)
{
	buffer_append_format(markdown, "| NRCellDU | pUsage%zu | Specifies the share of the resource blocks that bearers of class %zu may take in the cell. | %zu..%zu | %zu | ms |\n",
			     row, row, row, row + 100, row + 7);
}

static void add_row_item(struct document_builder *builder, struct buffer *text, size_t row, struct document_range span)
{
	document_builder_add_item(builder, DOCUMENT_PARAMETERS, 1.0f, span);
	const char *formats[] = { "pUsage%zu", "Specifies the share of the resource blocks that bearers of class %zu may take in the cell." };
	static const enum document_key keys[] = { DOCUMENT_KEY_NAME, DOCUMENT_KEY_DESCRIPTION };
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		buffer_clear(text);
		buffer_append_format(text, formats[i], row);
		document_builder_add_attribute(builder, keys[i], buffer_view(text), span);
		if (i == 0) {
			document_builder_add_attribute(builder, DOCUMENT_KEY_MO_CLASS, TEXT_LITERAL("NRCellDU"), span);
			document_builder_add_attribute(builder, DOCUMENT_KEY_ATTRIBUTE, buffer_view(text), span);
		}
	}
	buffer_clear(text);
	buffer_append_format(text, "%zu..%zu", row, row + 100);
	document_builder_add_attribute(builder, DOCUMENT_KEY_RANGE, buffer_view(text), span);
	buffer_clear(text);
	buffer_append_format(text, "%zu", row + 7);
	document_builder_add_attribute(builder, DOCUMENT_KEY_DEFAULT, buffer_view(text), span);
}

static void make_rows(size_t rows, enum document_format format, struct sample *ret_sample)
{
	struct buffer markdown, text;
	buffer_init(&markdown, 1 << 28);
	buffer_init(&text, 4096);
	struct document_range *spans = malloc(rows * sizeof(*spans));
	assert_non_null(spans);
	buffer_append_string(&markdown, "# Parameters\n\n| Class | Name | Description | Range | Default | Unit |\n| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < rows; i++) {
		size_t start = markdown.bytes;
		add_row(&markdown, i);
		spans[i] = (struct document_range){ (uint32_t)start, (uint32_t)(markdown.bytes - start - 1) };
	}
	struct document_builder *builder = sample_begin("Parameters", NULL, buffer_view(&markdown));
	document_builder_set_format(builder, format, format == DOCUMENT_FORMAT_CSV ? 1 : 0);
	for (size_t i = 0; i < rows; i++)
		add_row_item(builder, &text, i, spans[i]);
	sample_finish(builder, ret_sample);
	free(spans);
	buffer_done(&markdown);
	buffer_done(&text);
}

static void test_rows_get_two_pairs_each(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	struct settings limited;
	settings_init(&limited);
	make_rows(200, DOCUMENT_FORMAT_CSV, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	generated_check(domain, &sample.document, &result);
	assert_int_equal(generated_accepted(&result), 400);
	assert_int_equal(result.set.count, 400);
	/* The name is Class.attribute although the columns give the two apart. */
	assert_true(text_equal(conversation_text(&result.set, result.set.conversations[0].parameters), TEXT_LITERAL("NRCellDU.pUsage0")));
	free(result.block);
	limited.generate.pairs_csv_max = 25;
	generated_make(&limited, domain, &sample.document, &result);
	assert_int_equal(generated_accepted(&result), 25);
	free(result.block);
	sample_done(&sample);
	settings_done(&limited);
}

static void test_a_hundred_thousand_items(void **state)
{
	(void)state;
	struct sample sample;
	struct generated result;
	make_rows(100000, DOCUMENT_FORMAT_MARKDOWN, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	assert_true(generated_accepted(&result) > 0 && generated_accepted(&result) <= 20);
	assert_true(result.set.count < 200);
	free(result.block);
	sample_done(&sample);
}

/* --- exports whose rows are no parameters --- */

static void check_export(const char *kind, enum document_category category, const char *markdown, const char *row, const char *name,
			 const char *const *details, const char *const *expected, unsigned pairs)
{
	struct sample sample;
	struct generated result;
	struct document_builder *builder = sample_begin("t.csv", NULL, text_from(markdown));
	struct document_range span = { (uint32_t)text_find(text_from(markdown), text_from(row)), (uint32_t)strlen(row) };
	document_builder_set_format(builder, DOCUMENT_FORMAT_CSV, 1);
	document_builder_set_meta(builder, DOCUMENT_META_KIND, text_from(kind));
	document_builder_add_item(builder, category, 0.95f, span);
	document_builder_add_attribute(builder, DOCUMENT_KEY_NAME, text_from(name), span);
	for (size_t i = 0; details[i]; i++) {
		struct text detail = text_from(details[i]);
		size_t colon = (size_t)text_find(detail, TEXT_LITERAL(": "));
		struct text value = text_slice(detail, colon + 2, detail.bytes);
		if (text_starts_with(detail, TEXT_LITERAL("Severity")))
			document_builder_add_attribute(builder, DOCUMENT_KEY_TYPE, value, span);
		if (text_starts_with(detail, TEXT_LITERAL("Description")) && category == DOCUMENT_ALARMS)
			document_builder_add_attribute(builder, DOCUMENT_KEY_DESCRIPTION, value, span);
	}
	for (size_t i = 0; details[i]; i++)
		document_builder_add_attribute(builder, DOCUMENT_KEY_DETAIL, text_from(details[i]), span);
	sample_finish(builder, &sample);
	generated_make(&settings, domain, &sample.document, &result);
	generated_check(domain, &sample.document, &result);
	assert_int_equal(generated_accepted(&result), pairs);
	for (uint32_t k = 0; k < result.set.count; k++) {
		struct text answer = generated_message(&result, &result.set.conversations[k], CONVERSATION_ASSISTANT);
		for (size_t i = 0; expected[i]; i++)
			assert_true(text_find(answer, text_from(expected[i])) >= 0);
	}
	free(result.block);
	sample_done(&sample);
}

static void test_alarms_are_asked_for_their_remedy(void **state)
{
	(void)state;
	static const char *const details[] = { "Alarm Name: Fan Speed Abnormal", "Severity: MINOR", "Probable Cause: 307",
		"Description: A fan runs slower than ordered, and the temperature of the unit is within its limits.",
		"Proposed Action: Clean the filter, then replace the fan unit.", NULL };
	static const char *const expected[] = { "\"Fan Speed Abnormal\"", "severity MINOR", "A fan runs slower than ordered", "Clean the filter", "307", NULL };
	check_export("alarms", DOCUMENT_ALARMS,
		     "# t.csv\n\n| Alarm Name | Severity | Probable Cause | Description | Proposed Action |\n| --- | --- | --- | --- | --- |\n"
		     "| Fan Speed Abnormal | MINOR | 307 | A fan runs slower than ordered, and the temperature of the unit is within its limits. "
		     "| Clean the filter, then replace the fan unit. |\n",
		     "| Fan Speed Abnormal | MINOR | 307 |", "Fan Speed Abnormal", details, expected, 2);
}

static void test_indicators_are_asked_for_their_formula(void **state)
{
	(void)state;
	static const char *const details[] = { "Famille: Maintien", "Nom Kpi: Taux de coupure",
		"Description: Part des porteuses libérées anormalement alors que des données attendaient.",
		"Formule: 100 * pmErabRelAbnormalEnbAct / pmErabRelNormalEnb", "Unité: %", NULL };
	static const char *const expected[] = { "\"Taux de coupure\"", "`100 * pmErabRelAbnormalEnbAct / pmErabRelNormalEnb`", "Part des porteuses", NULL };
	check_export("kpis", DOCUMENT_COUNTERS,
		     "# t.csv\n\n| Famille | Nom Kpi | Description | Formule | Unité |\n| --- | --- | --- | --- | --- |\n"
		     "| Maintien | Taux de coupure | Part des porteuses libérées anormalement alors que des données attendaient. | "
		     "100 \\* pmErabRelAbnormalEnbAct / pmErabRelNormalEnb | % |\n",
		     "| Maintien | Taux de coupure |", "pmErabRelAbnormalEnbAct", details, expected, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_get_two_pairs_each),
		cmocka_unit_test(test_a_hundred_thousand_items),
		cmocka_unit_test(test_alarms_are_asked_for_their_remedy),
		cmocka_unit_test(test_indicators_are_asked_for_their_formula),
	};
	return cmocka_run_group_tests(tests, open_domain, close_domain);
}
