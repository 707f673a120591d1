/* Plain text to normal Markdown. */
#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void plain(const char *source, const char *expected)
{
	convert_expect(convert_plain_text, "a.txt", source, expected);
}

#define LINE "The quick brown fox jumps over the lazy dog and runs on to the end"

static void paragraphs_are_joined_again(void **state)
{
	(void)state;
	plain(LINE "\n" LINE "\nof it.\n\nNext one.\n", LINE " " LINE " of it.\n\nNext one.\n");
	plain("Name: x\nType: y\n", "Name: x\nType: y\n");
	plain(LINE " well-\nknown words.\n", LINE " well-known words.\n");
	plain("_\bB_\bo_\bl_\bd and b\bbo\bol\bld\f\nafter\tthe page\n", "Bold and bold\n\nafter   the page\n");
}

static void only_syntax_is_escaped(void **state)
{
	(void)state;
	plain("# not a heading of text\n\n2*3*4 snake_case <tag> & R&D &lt;\n", "\\# not a heading of text\n\n2\\*3*4 snake_case \\<tag> & R&D \\&lt;\n");
	plain("Use `ls *` or ``a b`` but not ` this or `` that.\n", "Use `ls *` or `a b` but not \\` this or \\`\\` that.\n");
	plain("- **EUtranCellFDD.cellRange**\n  MO Class: EUtranCellFDD\n\n*Note* that 2 ** 3 and a*b*c and ** x ** are none.\n",
	      "- **EUtranCellFDD.cellRange**\n  MO Class: EUtranCellFDD\n\n*Note* that 2 ** 3 and a\\*b*c and ** x ** are none.\n");
	plain(">quoted\n", "\\>quoted\n");
}

static void headings(void **state)
{
	(void)state;
	plain("Title\n=====\n\nSection\n-------\ntext\n\nOther\n-----\n\nx\n", "# Title\n\n## Section\n\ntext\n\n## Other\n\nx\n");
	plain("=====\nTitle\n=====\n\nPart\n====\n\nx\n", "# Title\n\n## Part\n\nx\n");
	plain("1.2 The Scope\n\nText of the scope follows here.\n\n1.2.1 Deeper still\n\nx\n", "## 1.2 The Scope\n\nText of the scope follows here.\n\n### 1.2.1 Deeper still\n\nx\n");
	plain("NAME\n    tool - does the work of many\n\nSEE ALSO\n    other\n", "# NAME\n\ntool - does the work of many\n\n# SEE ALSO\n\nother\n");
	plain("Tool\n====\n\nOPTIONS OF IT\n\nx\n\n1. Scope\n\nThe scope is small.\n", "# Tool\n\n## OPTIONS OF IT\n\nx\n\n## 1. Scope\n\nThe scope is small.\n");
	plain("2. \xC3\x9C" "bersicht\n\nDer Text.\n\n\xC3\x84NDERUNGEN\n\nx\n", "# 2. \xC3\x9C" "bersicht\n\nDer Text.\n\n# \xC3\x84NDERUNGEN\n\nx\n");
	plain("1.1 The Timer\nThe timer stops when all is over.\n\n1.2 Bands\n2.4 GHz and more of it there is.\n",
	      "## 1.1 The Timer\n\nThe timer stops when all is over.\n\n1.2 Bands\n2.4 GHz and more of it there is.\n");
	plain("A short line.\n\nTOTAL = 5;\n\n2.5 GHz is the band,\n\nx\n", "A short line.\n\nTOTAL = 5;\n\n2.5 GHz is the band,\n\nx\n");
	struct converted page = convert_run(convert_plain_text, "a.txt", TEXT_LITERAL("intro\n\nThe Title\n=========\n\nx\n"));
	assert_int_equal(text_compare(document_builder_meta(page.document, DOCUMENT_META_TITLE), TEXT_LITERAL("The Title")), 0);
	converted_done(&page);
}

static void a_centred_title(void **state)
{
	(void)state;
	plain("                    The Guide of the Foxes\n\n1.  Scope\n\n" LINE "\n" LINE "\n", "# The Guide of the Foxes\n\n## 1. Scope\n\n" LINE " " LINE "\n");
	plain(LINE "\n" LINE "\n\n    make all\n", LINE " " LINE "\n\n```\nmake all\n```\n");
}

static void lists(void **state)
{
	(void)state;
	plain("- a\n- b\n  goes on\n  - c\n\n  more of b\n\nafter\n", "- a\n- b\n  goes on\n  - c\n\n  more of b\n\nafter\n");
	plain("1. First\n2. Second\n\n3. Third\n", "1. First\n2. Second\n3. Third\n");
	plain("\xE2\x80\xA2 x\n\xE2\x80\xA2 y\n", "- x\n- y\n");
	plain("Steps of it:\n* a\n* b\n", "Steps of it:\n\n- a\n- b\n");
	plain("It was -\n- or was it\n", "It was -\n\\- or was it\n");
	plain("1.9.4: A. Writer\n1 October\n- fix a leak\n", "1.9.4: A. Writer\n1 October\n\n- fix a leak\n");
	plain(LINE "\n- with a dash that was carried over.\n", LINE " - with a dash that was carried over.\n");
	/* A sign of three bytes is one column wide. */
	plain("\xE2\x80\xA2 Documents:\n  \xC2\xB7 one of them\n  \xC2\xB7 and two\n\xE2\x80\xA2 Tests\n", "- Documents:\n  - one of them\n  - and two\n- Tests\n");
}

static void what_terminals_are_told_goes(void **state)
{
	(void)state;
	plain("\x1B[1mNAME\x1B[0m of \x1B]8;;http://x.org\x1B\\it\x1B]8;;\a is \x1B[38;5;1mred\x1B[m.\n", "NAME of it is red.\n");
	plain("a \x1B[1", "a\n");
	plain("b \x1B]no end of it\n", "b no end of it\n");
	plain("c \x1B[1\xC3\xA9t\xC3\xA9\n", "c \xC3\xA9t\xC3\xA9\n"); /* what does not end it is text */
	plain("Chapter\xC2\xA0" "1.\xC2\xA0Purpose\n\nIt has one.\n", "# Chapter 1. Purpose\n\nIt has one.\n");
}

static void what_is_laid_out_stays(void **state)
{
	(void)state;
	plain("Run this command here:\n\n    make all\n\n    make install\n\nThen stop it.\n", "Run this command here:\n\n```\nmake all\n\nmake install\n```\n\nThen stop it.\n");
	plain("key       value\nother     2\n", "```\nkey       value\nother     2\n```\n");
	plain("-a        all of it\n-b        brief\n--color   with colours\n", "```\n-a        all of it\n-b        brief\n--color   with colours\n```\n");
	plain("Scope ........... 1\nTerms ........... 2\nRules ........... 3\n", "Scope ........... 1\nTerms ........... 2\nRules ........... 3\n");
	plain("+-------+\n| A box |\n+-------+\n", "```\n+-------+\n| A box |\n+-------+\n```\n");
	plain("Example::\n\n  Some words that would otherwise be taken for running text.\n", "Example:\n\n```\nSome words that would otherwise be taken for running text.\n```\n");
	plain("Set these:\n\n# how deep\nSLEEP_MODE=deep\nTIMER=600\n\nx=1\n", "Set these:\n\n```\n# how deep\nSLEEP_MODE=deep\nTIMER=600\n```\n\nx=1\n");
	plain("# how deep it is\n#SLEEP_MODE=deep\n", "```\n# how deep it is\n#SLEEP_MODE=deep\n```\n");
	plain("unit o---[ split ]---o one\n            |\n            +------o two\n", "```\nunit o---[ split ]---o one\n            |\n            +------o two\n```\n");
	plain("int f(void)\n{\n\treturn 1;\n}\n", "```\nint f(void)\n{\n        return 1;\n}\n```\n");
}

static void drawn_tables(void **state)
{
	(void)state;
	plain("+------+-------+\n| Name | Value |\n+======+=======+\n| a    | one   |\n|      | two   |\n+------+-------+\n| b    | long  |\n|      | words |\n+------+-------+\n",
	      "| Name | Value |\n| --- | --- |\n| a | one two |\n| b | long words |\n");
	plain("+----------+---+\n| Name     | V |\n+==========+===+\n| a        | 1 |\n| b        |   |\n+----------+---+\n", "| Name | V |\n| --- | --- |\n| a<br>b | 1 |\n");
	plain("+---+---+\n| x | y |\n+---+---+\n| 1 | 2 |\n| 3 | 4 |\n+---+---+\n", "| x | y |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n");
	plain("+---+---+---+\n| all   | y |\n+---+---+---+\n| 1 | 2 | 3 |\n+---+---+---+\n", "| all |  | y |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n");
	plain("+---+----+\n| a | 1  |\n|   +----+\n|   | 2  |\n+---+----+\n| b | 3  |\n+---+----+\n", "| a | 1 |\n| --- | --- |\n|  | 2 |\n| b | 3 |\n");
	plain("+-----+      +-----+\n|  A  +------+  B  |\n+-----+      +-----+\n", "```\n+-----+      +-----+\n|  A  +------+  B  |\n+-----+      +-----+\n```\n");
	plain(" id | name\n----+------\n  1 | a\n  2 | b\n", "| id | name |\n| --- | --- |\n| 1 | a |\n| 2 | b |\n");
	plain("\xE2\x94\x8C\xE2\x94\x80\xE2\x94\xAC\xE2\x94\x80\xE2\x94\x90\n\xE2\x94\x82x\xE2\x94\x82y\xE2\x94\x82\n\xE2\x94\x94\xE2\x94\x80\xE2\x94\xB4\xE2\x94\x80\xE2\x94\x98\n", "| x | y |\n| --- | --- |\n");
	plain("+---+---+\n| x | y |\n+---+---+\n| 1 | 2 |\n+---+---+\n  Table 1: of x and y\n", "| x | y |\n| --- | --- |\n| 1 | 2 |\n\nTable 1: of x and y\n");
	plain("| a | b |\n|---|---|\n| 1 |  |\n", "| a | b |\n| --- | --- |\n| 1 |  |\n");
}

static void aligned_tables(void **state)
{
	(void)state;
	plain("Name      Value\n----      -----\nalpha     1\nbeta      2\n", "| Name | Value |\n| --- | --- |\n| alpha | 1 |\n| beta | 2 |\n");
	plain("=====  =====\n A and   not\n  B      A\n=====  =====\nFalse  True\n=====  =====\n", "| A and B | not A |\n| --- | --- |\n| False | True |\n");
	plain("Name   Unit   Remark\nspan   m      first of\n              them\nrate   1/s\n", "| Name | Unit | Remark |\n| --- | --- | --- |\n| span | m | first of them |\n| rate | 1/s |  |\n");
	plain("Gr\xC3\xB6\xC3\x9F" "e   \xCE\xA9\nWert    7\n\xC3\x84nd     8\n", "| Gr\xC3\xB6\xC3\x9F" "e | \xCE\xA9 |\n| --- | --- |\n| Wert | 7 |\n| \xC3\x84nd | 8 |\n");
	plain("Words   that stand\napart but   once\nare no     table here\n", "```\nWords   that stand\napart but   once\nare no     table here\n```\n");
}

static void tables_with_blank_lines(void **state)
{
	(void)state;
	plain("=====  =====\nA      B\n=====  =====\nFalse  no\n\nTrue   yes\n=====  =====\n\nBehind it.\n",
	      "| A | B |\n| --- | --- |\n| False | no |\n| True | yes |\n\nBehind it.\n");
	/* Without the bottom nothing is drawn together. */
	plain("=====  =====\nA      B\n=====  =====\nFalse  no\n\nThe rest of it.\n", "| A | B |\n| --- | --- |\n| False | no |\n\nThe rest of it.\n");
}

static void definitions(void **state)
{
	(void)state;
	plain("alpha\n  It is the first of the letters.\n\n  And it has more to it.\n\nbeta\n  It is the second of the letters.\n\nAfter them.\n",
	      "- **alpha**: It is the first of the letters.\n\n  And it has more to it.\n- **beta**: It is the second of the letters.\n\nAfter them.\n");
	plain("-a, --all\n      Everything.\n\n--brief[=N]\n      Show less of it than before.\n", "- **-a, --all**: Everything.\n- **--brief[=N]**: Show less of it than before.\n");
	plain("RRU\n    Remote radio unit, it sits\n    near the mast.\nBBU\n    Baseband unit.\n", "- **RRU**: Remote radio unit, it sits\n  near the mast.\n- **BBU**: Baseband unit.\n");
	plain("if ready\n    send()\nelse\n    wait()\n", "if ready\nsend()\nelse\nwait()\n");
	/* A term without its text, at the end of all. */
	plain("alpha\n  It is the first of the letters.\nbeta\n", "alpha\nIt is the first of the letters.\nbeta\n");
	/* A paragraph whose later lines hang is none. */
	plain(LINE "\n    " LINE "\n", LINE " " LINE "\n");
}

static void literal_blocks_end_with_their_indentation(void **state)
{
	(void)state;
	plain("Type this::\n\n  first words of it are here\n\n  more words of it are here\n\nBack again.\n",
	      "Type this:\n\n```\nfirst words of it are here\n\nmore words of it are here\n```\n\nBack again.\n");
	plain("For example\n::\n\n  x\n\nor ::\n\n  y\n", "For example\n\n```\nx\n```\n\nor\n\n```\ny\n```\n");
}

static void manual_pages(void **state)
{
	(void)state;
	plain("TAR(1)          GNU TAR Manual          TAR(1)\n\nNAME\n       tar - an archiving utility of some age\n\nOPTIONS\n   Option styles\n"
	      "       Words for a de\xE2\x80\x90\n       tailed discussion of them are here.\n",
	      "# TAR(1) GNU TAR Manual\n\n## NAME\n\ntar - an archiving utility of some age\n\n## OPTIONS\n\n### Option styles\n\n"
	      "Words for a detailed discussion of them are here.\n");
	plain("LS(1)          User Commands          LS(1)\n\nNAME\n       ls - list the contents\n\nGNU 9.1          May 2022          LS(1)\n",
	      "# LS(1) User Commands\n\n## NAME\n\nls - list the contents\n");
	plain("LS(1)          User Commands          LS(1)\n\nNAME\n       ls - list the contents\n\nDebian          May 1, 2022          Debian\n",
	      "# LS(1) User Commands\n\n## NAME\n\nls - list the contents\n");
	plain("LS(1)          User Commands          LS(1)\n\nNAME\n       ls - list the contents\n\nSEE ALSO\n       the manual of dir, dir(1) and ls(1)\n",
	      "# LS(1) User Commands\n\n## NAME\n\nls - list the contents\n\n## SEE ALSO\n\nthe manual of dir, dir(1) and ls(1)\n");
}

static void parted_words(void **state)
{
	(void)state;
	plain(LINE " inter-\nnational one.\n\nAn international word.\n", LINE " international one.\n\nAn international word.\n");
	plain(LINE " inter-\nnational one.\n\nAn other word.\n", LINE " inter-national one.\n\nAn other word.\n");
	plain(LINE " real-\ntime one.\n\nA realtime and a real-time word.\n", LINE " real-time one.\n\nA realtime and a real-time word.\n");
	plain(LINE " --sub-\ndir/file.\n\nA subdir.\n", LINE " --sub-dir/file.\n\nA subdir.\n");
}

static void fenced_code(void **state)
{
	(void)state;
	plain("Given this:\n\n--------\ndiff a b\n+ one;\n\n# two\n--------\n\nIt goes on.\n", "Given this:\n\n```\ndiff a b\n+ one;\n\n# two\n```\n\nIt goes on.\n");
	plain("Given this:\n\n[source,c]\n----\nint a;\n----\n\nIt goes on.\n", "Given this:\n\n```c\nint a;\n```\n\nIt goes on.\n");
	plain("= The Guide\n:toc:\n\n== Scope\n\nWords.\n\n=== Parts ===\n\na == b\n", "# The Guide\n\n:toc:\n\n## Scope\n\nWords.\n\n### Parts\n\na == b\n");
	plain("---------\nThe Title\n---------\n\nIt goes on.\n", "# The Title\n\nIt goes on.\n");
}

static void quotations(void **state)
{
	(void)state;
	plain("> It was said\n> by one.\n>\n> And more.\n", "> It was said by one.\n>\n> And more.\n");
	plain("> One said.\n> > The other\n> > asked.\n> Yes.\n", "> One said.\n>\n> > The other asked.\n>\n> Yes.\n");
	plain("o  First\no  Second\n", "- First\n- Second\n");
}

static void pages(void **state)
{
	(void)state;
	plain("Intro\n=====\n\n" LINE "\n" LINE "\n\n\nAuthor        [Page 1]\n\f\nGuide      March 2023\n\n" "of it.\n\nMore of it.\n\nAuthor        [Page 2]\n\f\n"
	      "Guide      March 2023\n\nThe last words.\n\nAuthor        [Page 3]\n",
	      "# Intro\n\n" LINE " " LINE " of it.\n\nMore of it.\n\nThe last words.\n");
	/* Fields and headings that differ in a number alone stay: forms, one a page, and sections that begin on pages. */
	plain("Alarm 1\n\nKind: unit 1\nAction: none\n\n" LINE "\nof it.\n\nAfter 1 minute\n\n        Page 1\n\fAlarm 2\n\nKind: unit 2\nAction: none\n\n" LINE
	      "\nof it.\n\nAfter 2 minutes\n\n        Page 2\n",
	      "Alarm 1\n\nKind: unit 1\nAction: none\n\n" LINE " of it.\n\nAfter 1 minute\n\nAlarm 2\n\nKind: unit 2\nAction: none\n\n" LINE " of it.\n\nAfter 2 minutes\n");
	plain("1.  Part 1\n\n   " LINE "\n   of it.\n\nUnit guide      7\n\f2.  Part 2\n\n   Other words.\n\nUnit guide      8\n\f3.  Part 3\n\n   More of it.\n\nUnit guide      9\n",
	      "# 1. Part 1\n\n" LINE " of it.\n\n# 2. Part 2\n\nOther words.\n\n# 3. Part 3\n\nMore of it.\n");
	plain(LINE "\n\n\f\n\f\n\f\nof it.\n\nx\n", LINE " of it.\n\nx\n"); /* several breaks in one gap */
	plain("One.\n\nTwo.\n\f\nThree.\n\nFour.\n\f\nFive.\n", "One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n");
}

static void titles(void **state)
{
	(void)state;
	plain("Node Recovery\n\n1. Purpose\n\nIt restores.\n\n2. Steps\n\nNone.\n", "# Node Recovery\n\n## 1. Purpose\n\nIt restores.\n\n## 2. Steps\n\nNone.\n");
	plain("UPGRADE NOTES\n\n1) BEFORE YOU START\n\nSave it.\n\n2) UPGRADE\n\n2.1) Stop it\n\nWait.\n",
	      "# UPGRADE NOTES\n\n## 1) BEFORE YOU START\n\nSave it.\n\n## 2) UPGRADE\n\n### 2.1) Stop it\n\nWait.\n");
	plain("Using It\n\n" LINE "\nand more of it.\n", "# Using It\n\n" LINE " and more of it.\n");
	plain("Cooling Guide\n\nVersion 2\n\n1  Fans\n\nFour.\n\n2  Filters\n\nTwo.\n", "# Cooling Guide\n\nVersion 2\n\n## 1 Fans\n\nFour.\n\n## 2 Filters\n\nTwo.\n");
	plain("Things to do\n\n1. Open it\n\n2. Close it\n", "Things to do\n\n1. Open it\n2. Close it\n");
	plain("Dear Ines,\n\n" LINE "\nand more of it.\n", "Dear Ines,\n\n" LINE " and more of it.\n");
	plain("Text.\n\nChapter 1\nThe console\n\nIt is there.\n\nAppendix B: Keys\n\nF1.\n", "Text.\n\n# Chapter 1 The console\n\nIt is there.\n\n# Appendix B: Keys\n\nF1.\n");
	plain("Part 2 of it was lost\non the way.\n", "Part 2 of it was lost\non the way.\n");
	plain("Abstract\n\n   " LINE "\n\nExample:\n\n   " LINE "\n", "# Abstract\n\n" LINE "\n\nExample:\n\n" LINE "\n");
	plain("*****************\n*  Release 7.2  *\n*****************\n\nNew.\n", "# Release 7.2\n\nNew.\n");
}

static void what_stands_beside_tables_and_quotations(void **state)
{
	(void)state;
	plain(" id |  name\n----+---------\n  1 | Harbour\n(1 row)\n", "| id | name |\n| --- | --- |\n| 1 | Harbour |\n\n(1 row)\n");
	plain("Cells:\n+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+---+---+\n2 rows\n", "Cells:\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n2 rows\n");
	plain("Lars wrote:\n> One.\n> Two.\nYes.\n", "Lars wrote:\n\n> One. Two.\n\nYes.\n");
	plain(LINE "\n\n                    Table 1: Types\n", LINE "\n\nTable 1: Types\n");
}

/* One block without a blank line, of thousands of parts: all are told apart, and the test ends quickly or never. */
static void long_blocks_have_many_parts(void **state)
{
	enum { PARTS = 20000 };
	static const struct { const char *part, *first; } cases[] = {
		{ "A heading\n---------\nsome text here\n", "# A heading\n\nsome text here\n\n# A heading\n" }, { "> quoted\nplain\n", "> quoted\n\nplain\n\n> quoted\n" },
		{ "[source,c]\n----\ncode\n----\n", "```c\ncode\n```\n" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer source;
		buffer_init(&source, 8 << 20);
		buffer_append_string(&source, "An introduction of it.\n\n");
		for (unsigned part = 0; part < PARTS; part++)
			buffer_append_string(&source, cases[i].part);
		struct converted page = convert_run(convert_plain_text, "a.txt", buffer_view(&source));
		assert_true(text_find(buffer_view(&page.markdown), text_from(cases[i].first)) >= 0);
		assert_true(page.markdown.bytes > source.bytes / 2);
		converted_done(&page);
		buffer_done(&source);
	}
}

static void cells_that_tabs_part(void **state)
{
	(void)state;
	plain("Port\tUse\tSpeed\n1\tUplink to A\t10G\n2\tUplink\t10G\n3\t\t1G\n",
	      "| Port | Use | Speed |\n| --- | --- | --- |\n| 1 | Uplink to A | 10G |\n| 2 | Uplink | 10G |\n| 3 |  | 1G |\n");
}

static void japanese(void **state)
{
	(void)state;
	plain("\u624B\u9806\n\n1. \u6982\u8981\n\n\u4F5C\u696D\u306E\u524D\n\u306B\u3002\n\n\u30FB\u96FB\u6E90\n\u30FB\u7DDA\n",
	      "# \u624B\u9806\n\n## 1. \u6982\u8981\n\n\u4F5C\u696D\u306E\u524D\u306B\u3002\n\n- \u96FB\u6E90\n- \u7DDA\n");
	plain("a \x1B$BEE8;\x1B(B b\n", "a \u96FB\u6E90 b\n");
}

static void source_files_are_code(void **state)
{
	(void)state;
	convert_expect(convert_plain_text, "x/a.json", "{\n  \"a\": 1\n}\n", "```json\n{\n  \"a\": 1\n}\n```\n");
	convert_expect(convert_plain_text, "run.sh", "# comment\nls\n", "```bash\n# comment\nls\n```\n");
	convert_expect(convert_plain_text, "empty.txt", "\n \n", "");
}

/* A line alone under a long rule is a heading; a rule over other text is one. */
static void headings_under_rules(void **state)
{
	(void)state;
	plain("Some text here.\n\n==============================================================================\n1. File locations                       *dos-locations*\n\nText of it.\n\n"
	      "==============================================================================\n2. More\n\nText.\n",
	      "Some text here.\n\n# 1. File locations\n\nText of it.\n\n# 2. More\n\nText.\n");
	plain("Some text here.\n\n========================================\nthis goes on after the rule and is\nno heading at all, since it is longer.\n",
	      "Some text here.\n\n---\n\nthis goes on after the rule and is\nno heading at all, since it is longer.\n");
	plain("Text here.\n\n========================================\nUpdated in May\n", "Text here.\n\n---\n\nUpdated in May\n");
	plain("Text here.\n\n----------------------------------------\nCopyright by me\n\nEnd.\n", "Text here.\n\n\\----------------------------------------\nCopyright by me\n\nEnd.\n");
}

static void what_only_looks_like_a_heading(void **state)
{
	(void)state;
	plain("Steps\n-----\n\n1. Read the counters:\n\n       get x\n\n2. Compare them.\n", "# Steps\n\n1. Read the counters:\n\n   ```\n   get x\n   ```\n2. Compare them.\n");
	plain("   o  A bullet that goes on\n      in the next line.\n\n   o  Another.\n", "- A bullet that goes on\n  in the next line.\n- Another.\n");
	plain("----------------------------------------\n1) KNOWN ISSUES\n----------------------------------------\n\nNone.\n", "# 1) KNOWN ISSUES\n\nNone.\n");
	plain("OPERATIONS MANUAL\n\nINTRODUCTION\n\nIt has three parts. They are short.\n\nSTART\n\nPress it.\n",
	      "# OPERATIONS MANUAL\n\n## INTRODUCTION\n\nIt has three parts. They are short.\n\n## START\n\nPress it.\n");
}

static void sections_right_above_their_text(void **state)
{
	(void)state;
	plain("1 Scope\nThe present document is short.\n\n2 References\n[1] One.\n[2] Two.\n\n3 Definitions\n3.1 Terms\ncell: radio network object.\n\n4 End\nNone.\n",
	      "# 1 Scope\n\nThe present document is short.\n\n# 2 References\n\n[1] One.\n[2] Two.\n\n# 3 Definitions\n\n## 3.1 Terms\n\ncell: radio network object.\n\n# 4 End\n\nNone.\n");
	/* Two may be items. */
	plain("1. Switch off\nThe lamp goes out.\n\n2. Open the door\nIt is heavy.\n", "1. Switch off\n   The lamp goes out.\n2. Open the door\n   It is heavy.\n");
}

/* Running lines stand above the first page too; without a page's number they may be its title. */
static void running_lines_of_the_first_page(void **state)
{
	(void)state;
	plain("ACME RADIO      Confidential\nSite manual     Page 1 of 2\n\nText of one.\n\fACME RADIO      Confidential\nSite manual     Page 2 of 2\n\nText of two.\n",
	      "Text of one.\n\nText of two.\n");
	plain("ACME RADIO      Handbook\n\nText of one.\n\fACME RADIO      Handbook\n\nText of two.\n\fACME RADIO      Handbook\n\nText of three.\n",
	      "ACME RADIO      Handbook\n\nText of one.\n\nText of two.\n\nText of three.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_are_joined_again), cmocka_unit_test(only_syntax_is_escaped), cmocka_unit_test(headings), cmocka_unit_test(a_centred_title), cmocka_unit_test(lists), cmocka_unit_test(what_terminals_are_told_goes),
		cmocka_unit_test(what_is_laid_out_stays), cmocka_unit_test(drawn_tables), cmocka_unit_test(aligned_tables), cmocka_unit_test(tables_with_blank_lines), cmocka_unit_test(definitions), cmocka_unit_test(literal_blocks_end_with_their_indentation),
		cmocka_unit_test(manual_pages), cmocka_unit_test(parted_words), cmocka_unit_test(fenced_code), cmocka_unit_test(quotations), cmocka_unit_test(pages), cmocka_unit_test(titles),
		cmocka_unit_test(what_stands_beside_tables_and_quotations), cmocka_unit_test(japanese), cmocka_unit_test(long_blocks_have_many_parts), cmocka_unit_test(cells_that_tabs_part), cmocka_unit_test(source_files_are_code),
		cmocka_unit_test(headings_under_rules), cmocka_unit_test(what_only_looks_like_a_heading), cmocka_unit_test(running_lines_of_the_first_page), cmocka_unit_test(sections_right_above_their_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
