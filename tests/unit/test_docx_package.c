/* DOCX files as packages: where the parts and the title are found, 3GPP specifications, broken and hostile files. */
#include "proto/document.h"
#include "tests/unit/docx_expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *body, const char *expected)
{
	docx_expect(&(struct docx_fixture){ .body = body }, expected);
}

static void refuse(const struct docx_fixture *fixture, int code, const char *words)
{
	struct buffer packed = docx_fixture_pack(fixture);
	docx_expect_refused(buffer_view(&packed), code, words);
	buffer_done(&packed);
}

/* --- the package ----------------------------------------------------------------------------------------------- */

static void parts_are_found_by_relations_in_both_forms(void **state)
{
	(void)state;
	const struct docx_fixture strict = { .strict = true, .main_name = "word/main7.xml", .styles = STYLE("k", "heading 2", ""), .body = STYLED("k", "Name"), .core = "Of properties" };
	const struct docx_fixture bare = { .no_package = true, .body = P("Text.") };
	docx_expect(&strict, "## Name\n");
	docx_expect(&bare, "Text.\n");
}

static void title_comes_from_the_text_or_the_properties(void **state)
{
	(void)state;
	static const struct { const char *core, *body, *title; } cases[] = {
		{ "From properties", STYLED("Heading1", "Scope"), "From properties" }, { "Other", STYLED("Title", "Shown"), "Shown" },
		{ "Microsoft Word - draft.doc", STYLED("Heading1", "Scope"), "Scope" }, { NULL, STYLED("Heading2", "Deep"), "" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer packed = docx_fixture_pack(&(struct docx_fixture){ .core = cases[i].core, .body = cases[i].body });
		struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));
		struct text title = document_builder_meta(converted.document, DOCUMENT_META_TITLE);
		assert_true(text_equal(title, text_from(cases[i].title)));
		converted_done(&converted);
		buffer_done(&packed);
	}
}

static void the_cover_of_a_3gpp_specification_becomes_metadata(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.body = "<w:p>" RUN("3GPP TS 38.3") RUN("31 V17.3.0") RUN(" (2022-12)") "</w:p>" P("Technical Specification") P("3rd Generation Partnership Project;")
			P("Technical Specification Group Radio Access Network;") P("NR;") P("Radio Resource Control (RRC);") P("Protocol specification") P("(Release 17)") STYLED("Heading1", "Foreword"),
		.core = "3GPP TS 38.331",
	};
	static const struct { enum document_meta meta; const char *value; } expected[] = {
		{ DOCUMENT_META_DOCUMENT_ID, "TS 38.331" }, { DOCUMENT_META_VERSION, "17.3.0" }, { DOCUMENT_META_KIND, "3gpp" },
		{ DOCUMENT_META_TITLE, "NR; Radio Resource Control (RRC); Protocol specification" },
	};
	struct buffer packed = docx_fixture_pack(&fixture);
	struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_true(text_equal(document_builder_meta(converted.document, expected[i].meta), text_from(expected[i].value)));
	converted_done(&converted);
	buffer_done(&packed);
}

static void three_gpp_styles_mean_what_the_template_means(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = STYLE("B1", "B1", "") STYLE("B2", "B2", "") STYLE("EW", "EW", "") STYLE("PL", "PL", "") STYLE("TAL", "TAL", "") STYLE("TT", "TT", "<w:basedOn w:val=\"Heading1\"/>")
			  STYLE("H6", "H6", "<w:basedOn w:val=\"Heading1\"/><w:pPr><w:outlineLvl w:val=\"9\"/></w:pPr>") STYLE("Heading1", "heading 1", "") STYLE("Heading8", "heading 8", ""),
		.body = STYLED("TT", "Contents") "<w:p><w:pPr><w:pStyle w:val=\"B1\"/></w:pPr>" RUN("1&gt;") "<w:r><w:tab/></w:r>" RUN("if it is:") "</w:p>"
			"<w:p><w:pPr><w:pStyle w:val=\"B2\"/></w:pPr>" RUN("-") "<w:r><w:tab/></w:r>" RUN("do it") "</w:p><w:p><w:pPr><w:pStyle w:val=\"EW\"/></w:pPr>" RUN("AMF") LOOKS("<w:vertAlign w:val=\"subscript\"/>", "1") "<w:r><w:tab/></w:r>"
			RUN("Access Function") "</w:p>" STYLED("PL", "A ::= SEQUENCE {") STYLED("PL", "}") STYLED("H6", "Deep") "<w:p><w:pPr><w:pStyle w:val=\"Heading8\"/></w:pPr>" RUN("Annex A (normative):")
			"<w:r><w:br/></w:r>" RUN("More") "</w:p>",
	};
	docx_expect(&fixture, "- 1> if it is:\n  - do it\n- **AMF<sub>1</sub>**: Access Function\n\n```\nA ::= SEQUENCE {\n}\n```\n\n###### Deep\n\n# Annex A (normative): More\n");
	expect(STYLED("B1", "is no list here"), "is no list here\n");
}

/* --- broken and hostile ---------------------------------------------------------------------------------------- */

static void broken_files_are_refused_with_the_place(void **state)
{
	(void)state;
	struct buffer packed = docx_fixture_pack(&(struct docx_fixture){ .body = P("Text that is long enough to be cut somewhere in its middle, and some more of it.") });
	refuse(&(struct docx_fixture){ .document = "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>\n<w:p></w:body>" }, ERROR_INPUT_REJECTED, "line 2");
	refuse(&(struct docx_fixture){ .styles = "" }, ERROR_INPUT_REJECTED, "missing");
	refuse(&(struct docx_fixture){ .document = "" }, ERROR_INPUT_REJECTED, "document.xml");
	refuse(&(struct docx_fixture){ .body = P("a"), .styles = "<w:style" }, ERROR_INPUT_REJECTED, "styles.xml");
	docx_expect_refused(TEXT_LITERAL("PK\3\4 no zip at all"), ERROR_INPUT_REJECTED, "damaged");
	for (size_t bytes = 0; bytes < packed.bytes; bytes += 7) { /* cut anywhere: an outcome, whatever it is */
		struct converted converted = convert_run(convert_docx, "a.docx", text_slice(buffer_view(&packed), 0, bytes));
		assert_true(converted.status == 0 || converted.error.message[0] != '\0');
		converted_done(&converted);
	}
	buffer_done(&packed);
}

static void entities_are_refused(void **state)
{
	(void)state;
	refuse(&(struct docx_fixture){ .document = "<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
				       "<w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>" }, ERROR_INPUT_REJECTED, "document type");
}

/* `count` times `part` */
static char *repeat(const char *part, size_t count)
{
	struct buffer all;
	size_t bytes;

	buffer_init(&all, 48 << 20);
	for (size_t i = 0; i < count; i++)
		buffer_append_string(&all, part);
	return buffer_give(&all, &bytes);
}

static void depth_and_size_end_in_an_outcome(void **state)
{
	(void)state;
	char *nested = repeat("<w:ins>", 200000), *cells = repeat("<w:tbl><w:tr><w:tc>", 200000), *fields = repeat(CHAR("begin"), 20000);
	char *begun = repeat("<w:p><w:r>", 100), *letters = repeat("abcdefghi ", 1200000), *boxes = repeat("<w:p><w:r><w:txbxContent>", 80);
	struct buffer body;

	refuse(&(struct docx_fixture){ .body = nested }, ERROR_INPUT_REJECTED, "depth");
	refuse(&(struct docx_fixture){ .body = cells }, ERROR_INPUT_REJECTED, "depth");
	refuse(&(struct docx_fixture){ .body = begun }, ERROR_INPUT_REJECTED, "document.xml");
	refuse(&(struct docx_fixture){ .body = boxes }, ERROR_INPUT_REJECTED, "document.xml");
	buffer_init(&body, 48 << 20);
	buffer_append_format(&body, "<w:p>%s</w:p><w:p><w:r><w:t>%s</w:t></w:r></w:p>", fields, letters);
	struct buffer packed = docx_fixture_pack(&(struct docx_fixture){ .body = buffer_string(&body) });
	struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));
	assert_int_equal(converted.status, 0);
	assert_int_equal(converted.markdown.bytes, 12000000);
	converted_done(&converted);
	buffer_done(&packed);
	buffer_done(&body);
	free(nested);
	free(cells);
	free(fields);
	free(begun);
	free(letters);
	free(boxes);
}

static void what_stands_where_it_may_not_is_survived(void **state)
{
	static const char *const bodies[] = {
		"<w:tc>" P("a") "</w:tc>", "<w:tr>" CELL("a") "</w:tr>", "<w:tbl>" P("a") CELL("b") TABLE(ROW(CELL("c"))) "</w:tbl>", "<w:txbxContent>" P("a") "</w:txbxContent>",
		"<w:footnote w:id=\"1\">" P("a") "</w:footnote>", "<w:p><w:p>" RUN("a") "</w:p></w:p>", "<w:r><w:t>a</w:t></w:r><m:oMath><m:r><m:t>x</m:t></m:r><m:f/></m:oMath>",
		"<mc:Fallback><mc:Choice/></mc:Fallback>", "<w:tr><w:trPr><w:gridBefore w:val=\"99999999\"/></w:trPr></w:tr>" TABLE(ROW("<w:tc><w:tcPr><w:gridSpan w:val=\"-5\"/><w:vMerge/></w:tcPr>" P("a") "</w:tc>")),
		"<w:p><w:pPr><w:rPr><w:tbl><w:tr><w:tc>" P("a") "</w:tc></w:tr></w:tbl></w:rPr></w:pPr></w:p>", "<w:p><w:r><w:t>a<w:p><w:r><w:t>b</w:t></w:r></w:p>c</w:t></w:r></w:p>",
		CHAR("end") CHAR("separate") "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr></w:p>", "<w:p><w:pPr><w:outlineLvl w:val=\"-3\"/></w:pPr>" RUN("a") "</w:p>",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct buffer packed = docx_fixture_pack(&(struct docx_fixture){ .body = bodies[i] });
		struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));
		assert_int_equal(converted.status, 0);
		convert_check_normal(buffer_view(&converted.markdown));
		converted_done(&converted);
		buffer_done(&packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_found_by_relations_in_both_forms),
		cmocka_unit_test(title_comes_from_the_text_or_the_properties),
		cmocka_unit_test(the_cover_of_a_3gpp_specification_becomes_metadata),
		cmocka_unit_test(three_gpp_styles_mean_what_the_template_means),
		cmocka_unit_test(broken_files_are_refused_with_the_place),
		cmocka_unit_test(entities_are_refused),
		cmocka_unit_test(depth_and_size_end_in_an_outcome),
		cmocka_unit_test(what_stands_where_it_may_not_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
