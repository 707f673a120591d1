/* reStructuredText, as Docutils and Sphinx read it. */
#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void rst(const char *source, const char *expected)
{
	convert_expect(convert_plain_text, "page.rst", source, expected);
}

/* By its name, or by two directives or labels. */
static void found_by_name_and_by_marks(void **state)
{
	(void)state;
	rst("One ``word``.\n", "One `word`.\n");
	convert_expect(convert_plain_text, "a.txt", "x::\n\n  .. note:: stays\n\n.. warning:: Hot, by :rfc:`2119`.\n\n.. confval:: depth\n\n   How deep.\n",
		       "x:\n\n```\n.. note:: stays\n```\n\n> **Warning**\n>\n> Hot, by RFC 2119.\n\n**`depth`**\n\nHow deep.\n");
	convert_expect(convert_plain_text, "a.txt", ".. once:: only\n\nSee :ref:`x`.\n", ".. once:: only\n\nSee :ref:`x`.\n");
}

static void headings_by_their_order(void **state)
{
	(void)state;
	rst("=====\nTitle\n=====\n\nPart ``one``\n============\n\nText.\n\nInner\n-----\n\nMore.\n\nPart two\n========\n\nA line\nof text\n\n----\n\nEnd.\n",
	    "# Title\n\n## Part `one`\n\nText.\n\n### Inner\n\nMore.\n\n## Part two\n\nA line of text\n\n---\n\nEnd.\n");
	rst("\xE4\xB8\xAD\xE6\x96\x87\n====\n\nx\n", "# \xE4\xB8\xAD\xE6\x96\x87\n\nx\n");
}

static void tables(void **state)
{
	(void)state;
	rst("=====  =====\nName   Value\n=====  =====\n``a``  one\n       line\n\nb      two\n\n       more\n=====  =====\n\nEnd.\n",
	    "| Name | Value |\n| --- | --- |\n| `a` | one line |\n| b | two<br>more |\n\nEnd.\n");
	rst("==  ==  ==\nAll three\n----------\na   b   c\n==  ==  ==\n1   2   3\n==  ==  ==\n", "| All three |  |  |\n| --- | --- | --- |\n| a | b | c |\n| 1 | 2 | 3 |\n");
	rst("+-----+-----------+\n| a   | b         |\n+=====+=====+=====+\n| x   | 1   | 2   |\n|     +-----+-----+\n|     | - p | q   |\n|     | - r | s   |\n+-----+-----+-----+\n",
	    "| a | b |  |\n| --- | --- | --- |\n| x | 1 | 2 |\n| x | - p<br>- r | q s |\n");
	rst(".. list-table:: The title\n   :header-rows: 1\n\n   * - Name\n     - Value\n   * - a\n     - one\n       line\n   * - :rspan:`1` b\n     -\n\nEnd.\n",
	    "The title\n\n| Name | Value |\n| --- | --- |\n| a | one line |\n| b |  |\n\nEnd.\n");
	rst(".. csv-table::\n   :header: Name, Value\n\n   a, \"one, or\n   two\"\n   \"say \"\"b\"\"\", 2\n", "| Name | Value |\n| --- | --- |\n| a | one, or two |\n| say \"b\" | 2 |\n");
	rst(".. list-table::\n\n   * - :rspan:`é\n     - :cspan:`\n   * - c\n     - d\n", "| :rspan:\\`é | :cspan:\\` |\n| --- | --- |\n| c | d |\n");
	rst("=====  =====\nno end of it\n", "===== ===== no end of it\n");
	rst("+--+\n|no end\n", "+--+ |no end\n");
}

static void lists_and_definitions(void **state)
{
	(void)state;
	rst("- a\n  b\n\n  c\n\n  - d\n- e\n\n3. x\n#. y\n\na) p\nb) q\n\nA. Einstein was\nnot a list.\n",
	    "- a b\n\n  c\n  - d\n- e\n\n3. x\n4. y\n1. p\n2. q\n\nA. Einstein was not a list.\n");
	rst("term\n  What it is.\n\n  More.\n\n:Author: Some Body\n:Date:\n  today\n\n-a, --all   Everything.\n-o FILE     Out,\n            there.\n",
	    "- **term**: What it is.\n\n  More.\n- **Author**: Some Body\n- **Date**: today\n- **`-a, --all`**: Everything.\n- **`-o FILE`**: Out, there.\n");
	rst("| Street 1\n| Town,\n  far away\n\nSaid::\n\n  code  here\n\n    more\n\n    A quotation.\n\n  - a list set in\n", "Street 1\nTown, far away\n\nSaid:\n\n```\ncode  here\n\n  more\n\n  A quotation.\n\n- a list set in\n```\n");
	rst("Words.\n\n  A quotation,\n  of two lines.\n\nWords.\n\n  - a list set in\n", "Words.\n\n> A quotation, of two lines.\n\nWords.\n\n- a list set in\n");
}

static void directives(void **state)
{
	(void)state;
	rst(".. _label:\n\n.. a comment\n   of two lines\n\n.. note::\n\n   These are words.\n\n   .. code-block:: c\n      :linenos:\n\n      int a;\n\n        int b;\n\nBack.\n",
	    "> **Note**\n>\n> These are words.\n>\n> ```c\n> int a;\n>\n>   int b;\n> ```\n\nBack.\n");
	rst(".. c:function:: int take(int a)\n                int give(void)\n\n   Takes *a*.\n\n   .. versionadded:: 3.2\n      The name.\n\n.. deprecated:: 4\n",
	    "**`int take(int a)`**\n\n**`int give(void)`**\n\nTakes *a*.\n\n*New in version 3.2*: The name.\n\n*Deprecated since version 4*\n");
	rst(".. image:: a.png\n   :alt: A picture\n\n.. toctree::\n   :maxdepth: 2\n\n   Start <start>\n   next\n\n.. raw:: html\n\n   <b>x</b>\n\n.. math::\n\n   a_1 = b_1\n",
	    "![A picture](a.png)\n\n- Start\n- next\n\n$$a_1 = b_1$$\n");
}

static void inline_marks(void **state)
{
	(void)state;
	rst("See :ref:`the part <label>`, :func:`~os.path.join`, :c:func:`foo_bar`, :data:`!x`, H\\ :sub:`2`\\ O and :abbr:`LIFO (last in)`.\n",
	    "See the part, `join()`, `foo_bar()`, `x`, H<sub>2</sub>O and LIFO.\n");
	rst("`a page <http://x.example/y>`_ and Python_ and `the site`__ of snake_case_ and 2*3*4 \"*\" \\*.\n\n.. _Python: https://p.example/\n",
	    "[a page](http://x.example/y) and Python and the site of snake_case_ and 2\\*3*4 \"\\*\" \\*.\n");
	rst("A |name| [1]_ and [#n]_, [Kn74]_ or in[1-4]_label.\n\n.. |name| replace:: *short*\n   text\n.. [1] First\n   note.\n.. [#n] Second.\n.. [Kn74] A book.\n",
	    "A *short* text [^1] and [^n], \\[Kn74] or in[1-4]_label.\n\n\\[Kn74] A book.\n\n[^1]: First note.\n\n[^n]: Second.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_name_and_by_marks), cmocka_unit_test(headings_by_their_order), cmocka_unit_test(tables),
		cmocka_unit_test(lists_and_definitions), cmocka_unit_test(directives), cmocka_unit_test(inline_marks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
