/* DOCX to Markdown: styles, numbering, tables, tracked changes, fields, notes, equations, images. */
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

/* --- styles ---------------------------------------------------------------------------------------------------- */

static void headings_come_from_outline_levels_names_and_what_styles_are_based_on(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = STYLE("a", "Chapter", "<w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr>") STYLE("b", "Mine", "<w:basedOn w:val=\"a\"/>")
			  STYLE("berschrift3", "heading 3", "") STYLE("no", "Looks like one", "<w:basedOn w:val=\"a\"/><w:pPr><w:outlineLvl w:val=\"9\"/></w:pPr>")
			  STYLE("x", "round", "<w:basedOn w:val=\"y\"/>") STYLE("y", "and round", "<w:basedOn w:val=\"x\"/>"),
		.body = STYLED("Title", "The title") STYLED("a", "One") STYLED("b", "Two") STYLED("berschrift3", "Three") STYLED("no", "Text") STYLED("x", "More")
			"<w:p><w:pPr><w:outlineLvl w:val=\"1\"/></w:pPr>" RUN("Direct") "</w:p>",
	};
	docx_expect(&fixture, "# The title\n\n# One\n\n# Two\n\n### Three\n\nText\n\nMore\n\n## Direct\n");
}

#define LONG_TEXT "The relay moves frames between its neighbours when the load rises, and it waits until the timer of the link ends before it does so again. Nobody has to be there."
#define BOLD(text) "<w:p>" LOOKS("<w:b/>", text) "</w:p>"
#define LARGE(text) "<w:p>" LOOKS("<w:b/><w:sz w:val=\"28\"/>", text) "</w:p>"
#define BOLD_ITEM(text) "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>" LOOKS("<w:b/>", text) "</w:p>"

static void bold_and_large_lines_are_headings_when_no_style_says_so(void **state)
{
	(void)state;
	expect(LARGE("Relays") P(LONG_TEXT) BOLD("Power") P(LONG_TEXT) BOLD("Name:") P(LONG_TEXT) BOLD("Alarms") P(LONG_TEXT),
	       "# Relays\n\n" LONG_TEXT "\n\n## Power\n\n" LONG_TEXT "\n\n**Name:**\n\n" LONG_TEXT "\n\n## Alarms\n\n" LONG_TEXT "\n");
	const struct docx_fixture numbered = {
		.numbering = "<w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum>"
			     "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>",
		.body = BOLD_ITEM("Relays") P(LONG_TEXT) BOLD_ITEM("Power") P(LONG_TEXT) BOLD_ITEM("Alarms") P(LONG_TEXT),
	};
	docx_expect(&numbered, "## 1. Relays\n\n" LONG_TEXT "\n\n## 2. Power\n\n" LONG_TEXT "\n\n## 3. Alarms\n\n" LONG_TEXT "\n");
}

static void bold_lines_are_no_headings_where_they_prove_nothing(void **state)
{
	(void)state;
	/* Two; with a heading of its own; an address. */
	expect(BOLD("Power") P(LONG_TEXT) BOLD("Alarms") P(LONG_TEXT), "**Power**\n\n" LONG_TEXT "\n\n**Alarms**\n\n" LONG_TEXT "\n");
	expect(STYLED("Heading1", "Relays") BOLD("Power") P(LONG_TEXT) BOLD("Alarms") P(LONG_TEXT) BOLD("Faults") P(LONG_TEXT),
	       "# Relays\n\n**Power**\n\n" LONG_TEXT "\n\n**Alarms**\n\n" LONG_TEXT "\n\n**Faults**\n\n" LONG_TEXT "\n");
	expect(BOLD("North Mill") BOLD("Long Road 4") BOLD("Oldtown") P(LONG_TEXT LONG_TEXT), "**North Mill**\n\n**Long Road 4**\n\n**Oldtown**\n\n" LONG_TEXT LONG_TEXT "\n");
}

static void headings_are_known_by_id_in_many_languages_without_a_styles_part(void **state)
{
	static const char *const ids[] = { "Heading2", "berschrift2", "Überschrift2", "Titre2", "Ttulo2", "Titolo2", "Kop2", "Rubrik2", "Overskrift2", "Otsikko2",
					   "Nagwek2", "Nadpis2", "Cmsor2", "标题2", "Заголовок2" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		char body[512];
		snprintf(body, sizeof(body), "<w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>" RUN("Name") "</w:p>", ids[i]);
		expect(body, "## Name\n");
	}
}

static void emphasis_is_where_runs_differ_from_their_paragraph(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = STYLE("cap", "caption", "<w:rPr><w:b/></w:rPr>") "<w:style w:type=\"character\" w:styleId=\"S\"><w:name w:val=\"Strong\"/><w:rPr><w:b/></w:rPr></w:style>",
		.body = "<w:p>" RUN("a ") LOOKS("<w:b/>", "bo") LOOKS("<w:b/>", "ld") LOOKS("<w:b w:val=\"0\"/>", " b ") LOOKS("<w:i/><w:strike/>", "c") "</w:p>"
			"<w:p>" LOOKS("<w:rStyle w:val=\"S\"/>", "by style") LOOKS("<w:rStyle w:val=\"S\"/><w:b w:val=\"false\"/>", " not") "</w:p>"
			STYLED("cap", "Table 1: All bold") "<w:p>" RUN("H") LOOKS("<w:vertAlign w:val=\"subscript\"/>", "2") RUN("O x")
			LOOKS("<w:vertAlign w:val=\"superscript\"/>", "2") RUN(" and ") LOOKS("<w:rFonts w:ascii=\"Courier New\"/>", "snake_case *") "</w:p>"
			"<w:p>" RUN("seen") LOOKS("<w:vanish/>", " hidden") LOOKS("<w:webHidden/>", " too") "</w:p>",
	};
	docx_expect(&fixture, "a **bold** b *~~c~~*\n\n**by style** not\n\nTable 1: All bold\n\nH<sub>2</sub>O x<sup>2</sup> and `snake_case *`\n\nseen\n");
}

static void code_quotes_and_definitions_come_from_styles_and_fonts(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = STYLE("c", "HTML Preformatted", "") STYLE("q", "Quote", "") STYLE("t", "Definition Term", "") STYLE("d", "Definition", ""),
		.body = STYLED("c", "if (x) {") "<w:p><w:pPr><w:pStyle w:val=\"c\"/></w:pPr></w:p><w:p><w:pPr><w:pStyle w:val=\"c\"/></w:pPr>" RUN("    y(*p_q);") "</w:p>" STYLED("c", "}")
			STYLED("q", "Said once") STYLED("q", "and twice") STYLED("t", "Term") STYLED("d", "What it is")
			"<w:p>" LOOKS("<w:rFonts w:ascii=\"Consolas\"/>", "make all") "</w:p>" P("after"),
	};
	docx_expect(&fixture, "```\nif (x) {\n\n    y(*p_q);\n}\n```\n\n> Said once\n>\n> and twice\n\n- **Term**: What it is\n\n```\nmake all\n```\n\nafter\n");
}

#define MONO(text) LOOKS("<w:rFonts w:ascii=\"Consolas\"/>", text)
#define IN_STYLE(style, runs) "<w:p><w:pPr><w:pStyle w:val=\"" style "\"/></w:pPr>" runs "</w:p>"

static void terms_in_a_monospaced_font_are_terms(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = STYLE("c", "HTML Preformatted", "") STYLE("t", "Definition Term", "") STYLE("d", "Definition", ""),
		.body = IN_STYLE("t", MONO("NO_WAIT")) STYLED("d", "no request") STYLED("c", "x = 1") STYLED("d", "More of it") IN_STYLE("t", MONO("WAIT")) STYLED("d", "one") IN_STYLE("t", RUN("Throws:")) STYLED("d", "nothing"),
	};
	docx_expect(&fixture, "- **`NO_WAIT`**: no request\n\n```\nx = 1\n```\n\nMore of it\n\n- **`WAIT`**: one\n- **Throws:** nothing\n");
}

static void listings_that_touch_stay_apart(void **state)
{
	(void)state;
	/* One has its style and the other its font alone; two have lines of their own. */
	const struct docx_fixture fixture = {
		.styles = STYLE("c", "HTML Preformatted", ""),
		.body = STYLED("c", "}") "<w:p>" MONO("name") "</w:p>" P("between") IN_STYLE("c", RUN("a") "<w:r><w:br/></w:r>" RUN("b"))
			IN_STYLE("c", RUN("c") "<w:r><w:br/></w:r>" RUN("d")) STYLED("c", "e"),
	};
	docx_expect(&fixture, "```\n}\n```\n\n```\nname\n```\n\nbetween\n\n```\na\nb\n```\n\n```\nc\nd\ne\n```\n");
}

static void a_document_in_a_monospaced_font_is_not_all_code(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.styles = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"N\"><w:name w:val=\"Normal\"/><w:rPr><w:rFonts w:ascii=\"Courier\"/></w:rPr></w:style>",
		.body = P("Plain text."),
	};
	docx_expect(&fixture, "Plain text.\n");
}

/* --- numbering ------------------------------------------------------------------------------------------------- */

#define LEVEL(index, format, text, more) "<w:lvl w:ilvl=\"" index "\"><w:start w:val=\"1\"/><w:numFmt w:val=\"" format "\"/>" more "<w:lvlText w:val=\"" text "\"/></w:lvl>"
#define NUM(id, abstract, more) "<w:num w:numId=\"" id "\"><w:abstractNumId w:val=\"" abstract "\"/>" more "</w:num>"

static const char numbering[] =
	"<w:abstractNum w:abstractNumId=\"0\">" LEVEL("0", "decimal", "%1", "<w:pStyle w:val=\"h1\"/>") LEVEL("1", "decimal", "%1.%2", "<w:pStyle w:val=\"h2\"/>")
	LEVEL("2", "lowerLetter", "%1.%2%3", "<w:isLgl/>") "</w:abstractNum>"
	"<w:abstractNum w:abstractNumId=\"1\">" LEVEL("0", "bullet", "\xEF\x82\xB7", "") LEVEL("1", "bullet", "o", "") LEVEL("2", "lowerRoman", "%3.", "") "</w:abstractNum>"
	"<w:abstractNum w:abstractNumId=\"2\">" LEVEL("0", "decimal", "%1.", "") LEVEL("1", "upperLetter", "%2)", "") LEVEL("2", "decimal", "%1.%2.%3", "") "</w:abstractNum>"
	"<w:abstractNum w:abstractNumId=\"3\">" LEVEL("0", "decimal", "Step %1:", "") LEVEL("1", "decimal", "[%2]", "") LEVEL("2", "none", "", "") "</w:abstractNum>"
	NUM("1", "0", "") NUM("2", "1", "") NUM("3", "2", "") NUM("4", "2", "<w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"7\"/></w:lvlOverride>") NUM("5", "3", "");

static void headings_lose_the_link_to_themselves(void **state)
{
	(void)state;
	expect(STYLED("Heading1", "Scope\xC2\xB6") P("text\xC2\xB6"), "# Scope\n\ntext\xC2\xB6\n");
	expect(STYLED("Heading1", "\xC2\xB6") P("text"), "text\n");
}

static void numbers_of_headings_become_part_of_them(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.styles = STYLE("h1", "heading 1", "<w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr>")
			  STYLE("h2", "heading 2", "<w:basedOn w:val=\"h1\"/>") STYLE("h3", "heading 3", "<w:pPr><w:numPr><w:ilvl w:val=\"2\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>"),
		.body = STYLED("h1", "A") STYLED("h2", "B") STYLED("h2", "C") STYLED("h3", "D") STYLED("h1", "E") STYLED("h2", "F")
			"<w:p><w:pPr><w:pStyle w:val=\"h2\"/><w:numPr><w:numId w:val=\"0\"/></w:numPr></w:pPr>" RUN("Not numbered") "</w:p>",
	};
	docx_expect(&fixture, "# 1 A\n\n## 1.1 B\n\n## 1.2 C\n\n### 1.21 D\n\n# 2 E\n\n## 2.1 F\n\n## Not numbered\n");
}

static void lists_nest_by_level_and_count_on(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.body = ITEM("2", "0", "a") ITEM("2", "1", "b") ITEM("2", "2", "c") ITEM("2", "2", "d") ITEM("2", "0", "e") P("between")
			ITEM("3", "0", "one") ITEM("3", "1", "A") ITEM("3", "1", "B") ITEM("3", "0", "two") P("a break") ITEM("3", "0", "three") ITEM("4", "0", "seven") ITEM("4", "0", "eight"),
	};
	docx_expect(&fixture, "- a\n  - b\n    1. c\n    2. d\n- e\n\nbetween\n\n1. one\n   1. A\n   2. B\n2. two\n\na break\n\n3. three\n7. seven\n8. eight\n");
}

#define INDENTED(list, indent, text) "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"" list "\"/></w:numPr><w:ind w:left=\"" indent "\"/></w:pPr>" RUN(text) "</w:p>"

static void lists_of_their_own_nest_by_indentation(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.body = INDENTED("3", "360", "one") INDENTED("2", "720", "a") INDENTED("2", "720", "b") INDENTED("3", "360", "two") INDENTED("2", "360", "c")
			"<w:p><w:pPr><w:ind w:left=\"360\"/></w:pPr>" RUN("goes on") "</w:p>" P("outside"),
	};
	docx_expect(&fixture, "1. one\n   - a\n   - b\n2. two\n\n- c\n\n  goes on\n\noutside\n");
}

static void a_large_first_letter_joins_its_word(void **state)
{
	(void)state;
	expect("<w:p><w:pPr><w:framePr w:dropCap=\"drop\" w:lines=\"3\"/></w:pPr>" RUN("D") "</w:p>" P("rop caps are joined.") P("Next."), "Drop caps are joined.\n\nNext.\n");
	expect("<w:p><w:pPr><w:pStyle w:val=\"Heading2\"/></w:pPr>" LOOKS("<w:i/>", "All") LOOKS("<w:i/><w:b/>", " slanted") "</w:p>", "## All slanted\n");
}

static void worded_numbers_stay_in_the_text(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.body = ITEM("5", "0", "Open it") ITEM("5", "0", "Close it") ITEM("5", "1", "A reference") ITEM("5", "2", "No number") ITEM("9", "0", "No such list") ITEM("3", "2", "A clause"),
	};
	docx_expect(&fixture, "Step 1: Open it\n\nStep 2: Close it\n\n[1] A reference\n\nNo number\n\nNo such list\n\n1.A.1 A clause\n");
}

static void what_has_a_number_of_its_own_is_no_part_of_the_item_before(void **state)
{
	(void)state;
#define PLACED(text) "<w:p><w:pPr><w:ind w:left=\"720\"/></w:pPr>" text "</w:p>"
#define PLACED_ITEM(list, text) "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"" list "\"/></w:numPr><w:ind w:left=\"720\"/></w:pPr>" RUN(text) "</w:p>"
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.body = PLACED_ITEM("2", "An item") PLACED(RUN("goes on")) PLACED(RUN("[1]") "<w:r><w:tab/></w:r>" RUN("A book"))
			PLACED_ITEM("3", "Wait") PLACED_ITEM("5", "Open it") PLACED_ITEM("4", "Seven"),
	};
	docx_expect(&fixture, "- An item\n\n  goes on\n\n[1] A book\n\n1. Wait\n\nStep 1: Open it\n\n7. Seven\n");
}

static void a_marker_that_is_text_makes_an_item(void **state)
{
	(void)state;
	expect("<w:p>" RUN("•") "<w:r><w:tab/></w:r>" RUN("first") "</w:p><w:p><w:r><w:sym w:font=\"Symbol\" w:char=\"F0B7\"/></w:r>" RUN(" second") "</w:p>"
	       "<w:p>" RUN("-") "<w:r><w:tab/></w:r>" RUN("third") "</w:p>" P("- no tab") P("-5 dB"),
	       "- first\n- second\n- third\n- no tab\n\n-5 dB\n");
	expect(P("1) one") P("2) two") P("3 dB) three") "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>1) Scope of it</w:t></w:r></w:p>", "1. one\n2. two\n\n3 dB) three\n\n**1) Scope of it**\n");
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

static void merged_cells_fill_the_grid(void **state)
{
	(void)state;
	expect(TABLE(ROW(CELL("A") "<w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>" P("B") "</w:tc>")
		     ROW("<w:tc><w:tcPr><w:vMerge w:val=\"restart\"/></w:tcPr>" P("x") "</w:tc>" CELL("1") CELL("2"))
		     ROW("<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>" CELL("3") CELL("4"))
		     ROW("<w:trPr/>" CELL("y") CELL("5|") CELL("6"))
		     "<w:tr><w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>" CELL("7") CELL("8") "</w:tr>"),
	       "| A | B |  |\n| --- | --- | --- |\n| x | 1 | 2 |\n| x | 3 | 4 |\n| y | 5\\| | 6 |\n|  | 7 | 8 |\n");
}

static void cells_hold_paragraphs_lists_code_and_tables(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = numbering,
		.body = TABLE(ROW("<w:tc><w:p>" LOOKS("<w:b/>", "Head") "</w:p></w:tc>" CELL("Two"))
			      ROW("<w:tc>" P("a") P("b") "</w:tc><w:tc>" ITEM("2", "0", "i") ITEM("3", "0", "j") "</w:tc>")
			      ROW("<w:tc><w:p>" LOOKS("<w:rFonts w:ascii=\"Consolas\"/>", "x=1") "</w:p></w:tc><w:tc>" TABLE(ROW(CELL("p") CELL("q")) ROW(CELL("r") CELL("s"))) P("end") "</w:tc>")),
	};
	docx_expect(&fixture, "| Head | Two |\n| --- | --- |\n| a<br>b | - i<br>1. j |\n| `x=1` | p, q<br>r, s<br>end |\n");
}

static void a_table_that_lays_out_the_page_is_no_table(void **state)
{
	(void)state;
	expect(TABLE(ROW("<w:tc>" STYLED("Heading1", "Name") P("Text.") "</w:tc>")), "# Name\n\nText.\n");
	expect(TABLE(ROW("<w:tc>" STYLED("Heading1", "Left") P("Text.") "</w:tc>" CELL("Right")) ROW(CELL("Below") CELL(""))), "# Left\n\nText.\n\nRight\n\nBelow\n");
	expect(P("before") TABLE(ROW(CELL("one") CELL("row"))), "before\n\n| one | row |\n| --- | --- |\n");
}

/* --- changes and fields ---------------------------------------------------------------------------------------- */

static void insertions_stay_and_deletions_go(void **state)
{
	(void)state;
	expect("<w:p>" RUN("keep ") "<w:ins w:id=\"1\">" RUN("new ") "</w:ins><w:del w:id=\"2\"><w:r><w:delText>old</w:delText></w:r>" RUN("odd") "</w:del><w:moveFrom w:id=\"3\">" RUN("from")
	       "</w:moveFrom><w:moveTo w:id=\"4\">" RUN("to") "</w:moveTo></w:p>"
	       "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:rPr><w:del w:id=\"5\"/></w:rPr></w:pPr>" RUN("Was a ") "</w:p>" P("paragraph.")
	       "<w:p><w:pPr><w:pPrChange w:id=\"6\"><w:pPr><w:pStyle w:val=\"Heading2\"/></w:pPr></w:pPrChange></w:pPr><w:r><w:rPr><w:rPrChange w:id=\"7\"><w:rPr><w:b/></w:rPr></w:rPrChange></w:rPr><w:t>plain</w:t></w:r></w:p>"
	       TABLE(ROW(CELL("a") CELL("b")) "<w:tr><w:trPr><w:del w:id=\"8\"/></w:trPr>" CELL("gone") CELL("gone") "</w:tr>" ROW(CELL("c") CELL("d"))),
	       "keep new to\n\nWas a paragraph.\n\nplain\n\n| a | b |\n| --- | --- |\n| c | d |\n");
}

static void fields_show_their_result(void **state)
{
	(void)state;
	expect("<w:p>" RUN("See ") CHAR("begin") INSTRUCTION(" REF _x ") CHAR("separate") RUN("clause 5") CHAR("end") RUN(", ") CHAR("begin") INSTRUCTION("HYPERLINK \"http://a.org/\" \\l \"x\"") CHAR("separate")
	       RUN("there") CHAR("end") RUN(" page ") CHAR("begin") INSTRUCTION("PAGE") CHAR("separate") RUN("7") CHAR("end") RUN(".") "</w:p>"
	       "<w:p>" CHAR("begin") INSTRUCTION("IF ") CHAR("begin") INSTRUCTION("X") CHAR("separate") RUN("nested") CHAR("end") INSTRUCTION("= 1") CHAR("separate") RUN("outer") CHAR("end") "</w:p>"
	       "<w:p><w:fldSimple w:instr=\" SEQ Table \">" RUN("4") "</w:fldSimple>" CHAR("begin") INSTRUCTION("never ended") "</w:p>" P("goes on"),
	       "See clause 5, [there](http://a.org/#x) page .\n\nouter\n\n4\n\ngoes on\n");
}

/* A box of a form says what it was made with, and before all what it was set to. */
static void boxes_of_forms_show_whether_they_are_ticked(void **state)
{
#define TICK(state, text) \
	"<w:p><w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:checkBox>" state "</w:checkBox></w:ffData></w:fldChar></w:r>" INSTRUCTION(" FORMCHECKBOX ") CHAR("end") RUN(text) "</w:p>"
	(void)state;
	expect(TICK("<w:default w:val=\"1\"/>", " Aligned") TICK("<w:default w:val=\"1\"/><w:checked w:val=\"0\"/>", " Labelled") TICK("<w:default w:val=\"0\"/>", " Closed")
	       TICK("<w:default w:val=\"0\"/><w:checked/>", " Signed"),
	       "☒ Aligned\n\n☐ Labelled\n\n☐ Closed\n\n☒ Signed\n");
}

static void subtitles_are_no_second_title(void **state)
{
	const struct docx_fixture fixture = {
		.styles = STYLE("Title", "Title", "") STYLE("Subtitle", "Subtitle", "<w:basedOn w:val=\"Title\"/>"),
		.body = STYLED("Title", "Sites") STYLED("Subtitle", "A survey"),
	};
	(void)state;
	docx_expect(&fixture, "# Sites\n\nA survey\n");
}

static void contents_lists_are_left_out(void **state)
{
	(void)state;
	expect(STYLED("Heading1", "Contents") "<w:p>" CHAR("begin") INSTRUCTION(" TOC \\o ") CHAR("separate") RUN("1 Scope 3") "</w:p>" P("2 Terms 4") "<w:p>" CHAR("end") "</w:p>"
	       STYLED("TOC1", "Leftover 9") "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/></w:docPartObj></w:sdtPr><w:sdtContent>" P("x 1") "</w:sdtContent></w:sdt>"
	       STYLED("Heading1", "1 Scope") P("Text."), "# 1 Scope\n\nText.\n");
	expect("<w:p>" CHAR("begin") INSTRUCTION(" TOC ") CHAR("separate") RUN("never ended 3") "</w:p>" STYLED("Heading1", "Scope") P("Text."), "# Scope\n\nText.\n");
	expect(STYLED("Heading1", "Index") P("Is a chapter here."), "# Index\n\nIs a chapter here.\n");
	expect(STYLED("Heading6", "FIGURES") "<w:p>" RUN("Figure") "<w:r><w:tab/></w:r>" RUN("Page") "</w:p><w:p>" CHAR("begin") INSTRUCTION("TOC \\c Figure") CHAR("separate")
	       RUN("No entries found.") CHAR("end") "</w:p>" P("Table of contents") "<w:p>" CHAR("begin") INSTRUCTION("TOC") CHAR("separate") RUN("1 A 2") CHAR("end") "</w:p>" P("Text."), "Text.\n");
	expect(STYLED("Heading2", "Tables") P("Legs") P("Tops"), "## Tables\n\nLegs\n\nTops\n");
	expect(P("Contents") P("A box."), "Contents\n\nA box.\n");
	expect(P("Contents") TABLE(ROW(CELL("a") CELL("b")) ROW(CELL("c") CELL("d"))), "Contents\n\n| a | b |\n| --- | --- |\n| c | d |\n");
}

static void documents_inside_the_document_are_part_of_it(void **state)
{
	(void)state;
	struct docx_fixture fixture = {
		.relations = "<Relationship Id=\"c\" Type=\"x/aFChunk\" Target=\"chunk.dat\"/>",
		.body = P("Before.") "<w:altChunk r:id=\"c\"/>" P("After.") "<w:altChunk r:id=\"c\"/><w:altChunk r:id=\"none\"/>",
		.extra_name = "word/chunk.dat",
	};
	struct docx_fixture inner = { .body = STYLED("Heading1", "Inside") P("Text.") };
	struct buffer packed = docx_fixture_pack(&inner);
	static const char saved[] = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=\"utf-8\"\r\n"
				    "Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><h2 class=3D\"x\">Saved</h2><p>=C3=84 page.</p></body></html>\r\n--b--\r\n";

	fixture.extra = TEXT_LITERAL("<html><body><h1>Page</h1><ul><li>one<li>two</ul></body></html>");
	docx_expect(&fixture, "Before.\n\n# Page\n\n- one\n- two\n\nAfter.\n");
	fixture.extra = (struct text){ saved, sizeof(saved) - 1 };
	docx_expect(&fixture, "Before.\n\n## Saved\n\nÄ page.\n\nAfter.\n");
	fixture.extra = buffer_view(&packed);
	docx_expect(&fixture, "Before.\n\n# Inside\n\nText.\n\nAfter.\n");
	fixture.extra = TEXT_LITERAL("{\\rtf1 not read}");
	docx_expect(&fixture, "Before.\n\nAfter.\n");
	fixture.body = TABLE(ROW(CELL("a") "<w:tc><w:altChunk r:id=\"c\"/>" P("b") "</w:tc>"));
	docx_expect(&fixture, "| a | b |\n| --- | --- |\n");
	buffer_done(&packed);
}

static void a_bullet_that_shows_nothing_goes_on_in_the_item(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.numbering = "<w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\" \"/><w:pPr><w:ind w:left=\"720\"/></w:pPr></w:lvl></w:abstractNum>"
			     "<w:abstractNum w:abstractNumId=\"2\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/><w:pPr><w:ind w:left=\"720\"/></w:pPr></w:lvl></w:abstractNum>"
			     "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"1\"/></w:num><w:num w:numId=\"2\"><w:abstractNumId w:val=\"2\"/></w:num>",
		.body = ITEM("2", "0", "One") ITEM("1", "0", "goes on") ITEM("2", "0", "Two"),
	};
	docx_expect(&fixture, "1. One\n\n   goes on\n2. Two\n");
}

static void chinese_and_japanese_numbers_are_written_as_seen(void **state)
{
	(void)state;
#define COUNTED(id, format, start) "<w:abstractNum w:abstractNumId=\"" id "\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"" start "\"/><w:numFmt w:val=\"" format "\"/><w:lvlText w:val=\"第%1章\"/></w:lvl>" \
	"</w:abstractNum><w:num w:numId=\"" id "\"><w:abstractNumId w:val=\"" id "\"/></w:num>"
	const struct docx_fixture fixture = {
		.numbering = COUNTED("1", "chineseCountingThousand", "9") COUNTED("2", "chineseCounting", "105") COUNTED("3", "japaneseCounting", "1100")
			     COUNTED("4", "taiwaneseCountingThousand", "10000"),
		.body = ITEM("1", "0", "a") ITEM("1", "0", "b") ITEM("1", "0", "c") ITEM("2", "0", "d") ITEM("3", "0", "e") ITEM("4", "0", "f"),
	};
	docx_expect(&fixture, "第九章 a\n\n第十章 b\n\n第十一章 c\n\n第一百零五章 d\n\n第千百章 e\n\n第10000章 f\n");
}

static void links_need_a_target_outside(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.relations = "<Relationship Id=\"h\" Type=\"x/hyperlink\" Target=\"http://b.org/?a=1&amp;b=(2)\" TargetMode=\"External\"/>",
		.body = "<w:p><w:hyperlink r:id=\"h\">" LOOKS("<w:b/>", "bold") RUN(" link") "</w:hyperlink>" RUN(" and ") "<w:hyperlink w:anchor=\"x\">" RUN("inside") "</w:hyperlink><w:hyperlink r:id=\"none\">"
			RUN(" nowhere") "</w:hyperlink></w:p>",
	};
	docx_expect(&fixture, "[**bold** link](http://b.org/?a=1&b=%282%29) and inside nowhere\n");
}

static void breaks_hyphens_symbols_and_blanks(void **state)
{
	(void)state;
	expect("<w:p><w:r><w:t>  trimmed </w:t><w:t xml:space=\"preserve\"> kept</w:t><w:br/><w:t>line</w:t><w:br w:type=\"page\"/><w:t>page</w:t><w:noBreakHyphen/><w:t>x</w:t><w:softHyphen/><w:t>y</w:t>"
	       "<w:tab/><w:t>tab</w:t></w:r></w:p><w:p><w:r><w:sym w:font=\"Wingdings\" w:char=\"F0E0\"/><w:sym w:font=\"Symbol\" w:char=\"0061\"/><w:t>\xEF\x81\xA2</w:t></w:r>"
	       LOOKS("<w:rFonts w:ascii=\"Symbol\"/>", "W") "</w:p>",
	       "trimmed kept\nline page-xy tab\n\n→αβΩ\n");
}

/* --- notes, boxes, drawings, equations ------------------------------------------------------------------------- */

static void notes_stand_at_the_end_in_order_of_reference(void **state)
{
	(void)state;
	const struct docx_fixture fixture = {
		.footnotes = "<w:footnote w:type=\"separator\" w:id=\"0\">" P("---") "</w:footnote><w:footnote w:id=\"2\">" P("Second") P("line") "</w:footnote><w:footnote w:id=\"3\">" P("First") "</w:footnote>"
			     "<w:footnote w:id=\"4\">" P("Never referred to") "</w:footnote>",
		.body = "<w:p>" RUN("a") "<w:r><w:footnoteReference w:id=\"3\"/></w:r>" RUN(" b") "<w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:footnoteReference w:id=\"99\"/></w:r></w:p>" P("c"),
	};
	docx_expect(&fixture, "a[^1] b[^2]\n\nc\n\n[^1]: First\n\n[^2]: Second line\n");
}

#define BOX(text) "<w:txbxContent>" P(text) "</w:txbxContent>"

static void text_boxes_come_once_behind_their_paragraph(void **state)
{
	(void)state;
	expect("<w:p>" RUN("Anchor ") "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><x>" BOX("In the box") "</x></w:drawing></mc:Choice><mc:Fallback><w:pict>" BOX("In the box")
	       "</w:pict></mc:Fallback></mc:AlternateContent></w:r>" RUN("goes on") "</w:p>" P("next"),
	       "Anchor goes on\n\nIn the box\n\nnext\n");
	expect("<w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"new\"><w:drawing/></mc:Choice><mc:Fallback>" "<w:pict>" BOX("Only here") "</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
	       "Only here\n");
	expect(TABLE(ROW(CELL("a") "<w:tc><w:p>" RUN("cell") "<w:r><w:pict>" BOX("box") "</w:pict></w:r></w:p></w:tc>") ROW(CELL("c") CELL("d"))),
	       "| a | cell<br>box |\n| --- | --- |\n| c | d |\n");
}

static void images_are_kept_and_stand_where_they_were(void **state)
{
	(void)state;
	static const char png[] = "\x89PNG\r\n\x1a\n and so on";
	const struct docx_fixture fixture = {
		.relations = "<Relationship Id=\"i\" Type=\"x/image\" Target=\"media/Picture.PNG\"/><Relationship Id=\"j\" Type=\"x/image\" Target=\"media/missing.png\"/>",
		.extra_name = "word/media/Picture.PNG", .extra = { png, sizeof(png) - 1 },
		.body = "<w:p>" RUN("See ") "<w:r><w:drawing><wp:inline><wp:docPr id=\"1\" descr=\"a [small] tower\"/><a:blip r:embed=\"i\"/></wp:inline></w:drawing></w:r></w:p>"
			"<w:p><w:r><w:pict><v:shape alt=\"lost\"><v:imagedata r:id=\"j\"/></v:shape></w:pict></w:r></w:p>",
	};
	struct buffer packed = docx_fixture_pack(&fixture), expected;
	struct converted converted = convert_run(convert_docx, "a.docx", buffer_view(&packed));
	struct buffer target;

	buffer_init(&target, 1024);
	buffer_init(&expected, 1024);
	assert_int_equal(document_builder_add_image(converted.document, TEXT_LITERAL(""), fixture.extra, &target), 0);
	buffer_append_format(&expected, "See ![a \\[small\\] tower](%s)\n\nlost\n", buffer_string(&target));
	assert_string_equal(buffer_string(&converted.markdown), buffer_string(&expected));
	assert_int_equal(document_builder_counts(converted.document)->images, 2);
	buffer_done(&target);
	buffer_done(&expected);
	buffer_done(&packed);
	converted_done(&converted);
}

static void charts_become_tables_and_diagrams_lists(void **state)
{
	(void)state;
	struct docx_fixture fixture = {
		.relations = "<Relationship Id=\"c\" Type=\"x/chart\" Target=\"charts/chart1.xml\"/>", .extra_name = "word/charts/chart1.xml",
		.body = "<w:p>" RUN("Above") "<w:r><w:drawing><c:chart r:id=\"c\"/></w:drawing></w:r></w:p>",
		.extra = TEXT_LITERAL("<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><c:chart>"
				      "<c:title><c:tx><a:t>Load</a:t></c:tx></c:title><c:ser><c:tx><c:v>Cell A</c:v></c:tx><c:cat><c:pt idx=\"0\"><c:v>Mon</c:v></c:pt><c:pt idx=\"1\"><c:v>Tue</c:v></c:pt></c:cat>"
				      "<c:val><c:pt idx=\"0\"><c:v>4</c:v></c:pt><c:pt idx=\"1\"><c:v>5</c:v></c:pt></c:val></c:ser><c:ser><c:tx><c:v>Cell B</c:v></c:tx><c:val><c:pt idx=\"1\"><c:v>9</c:v></c:pt></c:val></c:ser>"
				      "<c:title><a:t>axis</a:t></c:title></c:chart></c:chartSpace>"),
	};
	docx_expect(&fixture, "Above\n\nLoad\n\n|  | Cell A | Cell B |\n| --- | --- | --- |\n| Mon | 4 |  |\n| Tue | 5 | 9 |\n");
	fixture.relations = "<Relationship Id=\"d\" Type=\"x/diagramData\" Target=\"diagrams/data1.xml\"/>";
	fixture.extra_name = "word/diagrams/data1.xml";
	fixture.body = "<w:p><w:r><w:drawing><dgm:relIds r:dm=\"d\"/></w:drawing></w:r></w:p>";
	fixture.extra = TEXT_LITERAL("<d:dataModel xmlns:d=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">"
				     "<d:pt><a:p><a:t>Measure</a:t></a:p></d:pt><d:pt type=\"pres\"/><d:pt><a:p><a:t>Report </a:t><a:t>it</a:t></a:p></d:pt></d:dataModel>");
	docx_expect(&fixture, "- Measure\n- Report it\n");
}

static void equations_are_one_line_of_text(void **state)
{
	(void)state;
#define MR(text) "<m:r><m:t>" text "</m:t></m:r>"
	expect("<w:p>" RUN("Let ") "<m:oMath><m:f><m:num>" MR("a+b") "</m:num><m:den>" MR("2") "</m:den></m:f>" MR("=") "<m:rad><m:deg/><m:e><m:sSubSup><m:e>" MR("x") "</m:e><m:sub>" MR("i")
	       "</m:sub><m:sup>" MR("2") "</m:sup></m:sSubSup></m:e></m:rad></m:oMath>" RUN(" be.") "</w:p>", "Let (a+b)/2=√(x_i^2) be.\n");
	expect("<w:p><m:oMathPara><m:oMath><m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:sub>" MR("i=1") "</m:sub><m:sup>" MR("n") "</m:sup><m:e><m:d><m:dPr><m:begChr m:val=\"[\"/><m:endChr m:val=\"]\"/></m:dPr><m:e>"
	       MR("i") "</m:e></m:d></m:e></m:nary></m:oMath></m:oMathPara></w:p>", "∑_(i=1)^n [i]\n");
	expect("<w:p><m:oMath><m:m><m:mr><m:e>" MR("a") "</m:e><m:e>" MR("b") "</m:e></m:mr><m:mr><m:e>" MR("c") "</m:e><m:e>" MR("d") "</m:e></m:mr></m:m></m:oMath></w:p>", "[a, b; c, d]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_come_from_outline_levels_names_and_what_styles_are_based_on),
		cmocka_unit_test(headings_are_known_by_id_in_many_languages_without_a_styles_part),
		cmocka_unit_test(bold_and_large_lines_are_headings_when_no_style_says_so),
		cmocka_unit_test(bold_lines_are_no_headings_where_they_prove_nothing),
		cmocka_unit_test(emphasis_is_where_runs_differ_from_their_paragraph),
		cmocka_unit_test(code_quotes_and_definitions_come_from_styles_and_fonts),
		cmocka_unit_test(a_document_in_a_monospaced_font_is_not_all_code),
		cmocka_unit_test(headings_lose_the_link_to_themselves), cmocka_unit_test(numbers_of_headings_become_part_of_them),
		cmocka_unit_test(lists_nest_by_level_and_count_on),
		cmocka_unit_test(lists_of_their_own_nest_by_indentation),
		cmocka_unit_test(a_large_first_letter_joins_its_word),
		cmocka_unit_test(worded_numbers_stay_in_the_text),
		cmocka_unit_test(a_marker_that_is_text_makes_an_item), cmocka_unit_test(what_has_a_number_of_its_own_is_no_part_of_the_item_before),
		cmocka_unit_test(terms_in_a_monospaced_font_are_terms), cmocka_unit_test(listings_that_touch_stay_apart),
		cmocka_unit_test(merged_cells_fill_the_grid),
		cmocka_unit_test(cells_hold_paragraphs_lists_code_and_tables),
		cmocka_unit_test(a_table_that_lays_out_the_page_is_no_table),
		cmocka_unit_test(insertions_stay_and_deletions_go),
		cmocka_unit_test(fields_show_their_result),
		cmocka_unit_test(boxes_of_forms_show_whether_they_are_ticked),
		cmocka_unit_test(subtitles_are_no_second_title),
		cmocka_unit_test(contents_lists_are_left_out),
		cmocka_unit_test(chinese_and_japanese_numbers_are_written_as_seen),
		cmocka_unit_test(documents_inside_the_document_are_part_of_it),
		cmocka_unit_test(a_bullet_that_shows_nothing_goes_on_in_the_item),
		cmocka_unit_test(links_need_a_target_outside),
		cmocka_unit_test(breaks_hyphens_symbols_and_blanks),
		cmocka_unit_test(notes_stand_at_the_end_in_order_of_reference),
		cmocka_unit_test(text_boxes_come_once_behind_their_paragraph),
		cmocka_unit_test(images_are_kept_and_stand_where_they_were),
		cmocka_unit_test(charts_become_tables_and_diagrams_lists),
		cmocka_unit_test(equations_are_one_line_of_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
