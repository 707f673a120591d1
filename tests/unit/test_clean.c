/* Cleaning: what goes, what stays, and what is counted. */
#include "tests/unit/sample_document.h"
#include "workers/preprocess/clean.h"

#include "tests/unit/domain_support.h"
#include "workers/preprocess/preprocess.h"
#include "workers/preprocess/sentence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct domain *domain;

static int set_up(void **state)
{
	(void)state;
	domain = test_domain_create();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	domain_destroy(domain);
	return 0;
}

/* What clean_markdown uses up. */
static struct buffer buffer_of(struct text markdown)
{
	struct buffer buffer;

	buffer_init(&buffer, 1 << 20);
	buffer_append_text(&buffer, markdown);
	return buffer;
}

static struct document_counts clean(const char *name, const char *markdown, const char *expected)
{
	struct document_builder *document = document_builder_create();
	struct buffer out, in = buffer_of(text_from(markdown));
	buffer_init(&out, 1 << 20);
	assert_int_equal(clean_markdown(&in, text_from(name), domain, document, &out), 0);
	buffer_done(&in);
	assert_string_equal(buffer_string(&out), expected);
	struct document_counts counts = *document_builder_counts(document);
	buffer_done(&out);
	document_builder_destroy(document);
	return counts;
}

/* One piece of legal text, made of three parts, goes; what stands before and behind it stays. */
static void clean_takes_out(const char *before, const char *part, const char *words, const char *rest, const char *behind)
{
	char text[300], expected[100];

	snprintf(text, sizeof(text), "%s%s%s%s%s", before, part, words, rest, behind);
	snprintf(expected, sizeof(expected), "%s%s", before, behind);
	assert_int_equal(clean("a.md", text, expected).legal_removed, 1);
}

static void test_legal_sections(void **state)
{
	(void)state;
	struct document_counts counts = clean("a.md",
		"# Feature\n\ntext\n\n## 1.2 Legal Information\n\nnothing here\n\n### Trademarks\n\nmore\n\n## Overview\n\nkept\n",
		"# Feature\n\ntext\n\n## Overview\n\nkept\n");
	assert_int_equal(counts.legal_removed, 1);
	assert_int_equal(counts.cleaned, 0);
}

static void test_identifiers_protect(void **state)
{
	(void)state;
	static const char *const kept[] = { "EUtranCellFDD.cellRange", "pmRrcConnEstabSucc", "FAJ 121 3094", "CXC4011808", "INTERNAL_PROC_HO_PREP",
					    "cmedit get * ENodeBFunction" };
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		char text[500];
		snprintf(text, sizeof(text), "# F\n\n## Disclaimer\n\nThe value of %s, all rights reserved.\n", kept[i]);
		assert_int_equal(clean("a.md", text, text).legal_removed, 0);
	}
	/* the section stays, the legal section inside it goes */
	assert_int_equal(clean("a.md", "# Disclaimer\n\npmX1 counts\n\n## Copyright\n\ngone\n", "# Disclaimer\n\npmX1 counts\n").legal_removed, 1);
}

static void test_legal_lines(void **state)
{
	(void)state;
	struct document_counts counts = clean("a.md",
		"# F\n\nfirst\nPage 3 of 12\nsecond\n\n© Somebody 2020\n\n- © Somebody\n- Revision: B\n\nDocument ID: FAJ 121 3094\n\n```\nPage 3 of 12\n```\n",
		"# F\n\nfirst\nsecond\n\nDocument ID: FAJ 121 3094\n\n```\nPage 3 of 12\n```\n");
	assert_int_equal(counts.legal_removed, 4);
}

static void test_legal_paragraphs(void **state)
{
	(void)state;
	struct document_counts counts = clean("a.md",
		"# F\n\nThe company shall have no liability for anything. No part may be copied.\n\ntext\n", "# F\n\ntext\n");
	assert_int_equal(counts.legal_removed, 1);
	const char *mention = "# F\n\nThe scheduler keeps a queue for every bearer and serves them in turn. Its name is a registered trademark. "
			      "Each queue has a weight that follows from its class, and the weights are normalised before they are used.\n";
	assert_int_equal(clean("a.md", mention, mention).legal_removed, 0);
	const char *part_of_word = "# F\n\nMarshall have no liability issues, overall rights reserved\n";
	assert_int_equal(clean("a.md", part_of_word, part_of_word).legal_removed, 0);
}

/* With the pack that is shipped: what names the field under a legal heading is kept, what speaks of law as well is not. */
static void test_technical_text_under_a_legal_heading(void **state)
{
	static const char *const kept[] = { "No liability is taken. The class EUtranCellFDD applies.", "No liability: GNBDUFunction.", "The parameter drxActive is off.",
					    "Permission: timer T310 and N311 apply.", "All rights: see 3GPP TS 36.331 clause 5.",
					    "Ciphering of user data in PDCP is switched by the operator for each bearer." };
	static const char *const removed[] = { "LTE is a trademark of ETSI.", "iPhone and PostgreSQL are names of their owners.", "The UE is sold without any warranty.",
					       "Everyone may copy it." };
	struct domain *own = domain;
	(void)state;
	domain = sample_domain("ran");
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		char text[300];
		snprintf(text, sizeof(text), "# F\n\nkept\n\n## Confidentiality\n\n%s\n", kept[i]);
		assert_int_equal(clean("a.md", text, text).legal_removed, 0);
	}
	for (size_t i = 0; i < COUNT_OF(removed); i++)
		clean_takes_out("# F\n\nkept\n", "\n## Confidentiality\n\n", removed[i], "\n", "");
	domain_destroy(domain);
	domain = own;
}

/* Each kind of legal text that the domain names, as a section of its own and as a line or paragraph among text. */
static void test_legal_text_of_every_kind(void **state)
{
	static const char *const headings[] = { "Copyright", "Disclaimer", "Trademarks", "Legal Information", "1.4 Trademark List", "COPYING", "Trademark Notice", "NO WARRANTY" };
	static const char *const lines[] = { "© Vendor AB 2023", "Copyright (c) 2023 Vendor AB", "All rights reserved.", "Page 3 of 12", "Revision: B",
					     "Document ID: 1/22104-LZA 701", "Last updated: 2023-05-04", "Last modified 07 April 2020" };
	struct domain *own = domain;
	(void)state;
	domain = sample_domain("ran"); /* the pack that is shipped */
	for (size_t i = 0; i < COUNT_OF(headings); i++)
		clean_takes_out("# F\n\nkept\n", "\n## ", headings[i], "\n\nWords of lawyers.\n", "");
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		clean_takes_out("# F\n\nbefore\n\n", "", lines[i], "\n\n", "after\n");
	domain_destroy(domain);
	domain = own;
}

static uint32_t removed_of(const char *markdown, enum document_removed kind, const char *text, uint32_t line)
{
	struct document_builder *document = document_builder_create();
	struct document view;
	struct buffer out, in = buffer_of(text_from(markdown));
	uint32_t listed = 0;

	buffer_init(&out, 1 << 20);
	document_builder_explain(document);
	assert_int_equal(clean_markdown(&in, TEXT_LITERAL("a.md"), domain, document, &out), 0);
	buffer_done(&in);
	int64_t bytes = document_builder_bytes(document);
	void *block = aligned_alloc(8, ((size_t)bytes + 7) / 8 * 8);
	document_builder_write(document, block);
	assert_int_equal(document_open(block, (size_t)bytes, &view, NULL), 0);
	for (uint32_t i = 0; i < view.removal_count; i++)
		listed += view.removals[i].kind == kind && view.removals[i].place.number == line &&
			  text_equal(document_text(&view, view.removals[i].text), text_from(text));
	uint32_t counted = view.header->removed[kind];
	assert_int_equal(listed, counted);
	free(block);
	buffer_done(&out);
	document_builder_destroy(document);
	return counted;
}

static void test_what_goes_is_listed(void **state)
{
	(void)state;
	assert_int_equal(removed_of("# F\n\nx\n\n## Copyright\n\na\n\nb\n\n## Kept\n\ny\n", DOCUMENT_REMOVED_LEGAL_SECTION, "## Copyright\n\na\n\nb", 5), 1);
	assert_int_equal(removed_of("# F\n\nfirst\nPage 3 of 12\nsecond\n", DOCUMENT_REMOVED_LEGAL_LINE, "Page 3 of 12", 4), 1);
	assert_int_equal(removed_of("# F\n\nNo part may be copied. All rights reserved by us and them.\n\nx\n", DOCUMENT_REMOVED_LEGAL_PARAGRAPH,
				    "No part may be copied. All rights reserved by us and them.", 3), 1);
	assert_int_equal(removed_of("# F\n\nx\n\n## Emptied\n\n......\n", DOCUMENT_REMOVED_EMPTY_HEADING, "## Emptied", 5), 1);
	assert_int_equal(removed_of("# F\n\n......\n\nx\n", DOCUMENT_REMOVED_NOISE, "......", 3), 1);
	assert_int_equal(removed_of("# F\n\nx\n\n---\n", DOCUMENT_REMOVED_RULE, "---", 5), 1);
	assert_int_equal(removed_of("# F\n\nx [](y.html) z\n", DOCUMENT_REMOVED_EMPTY_LINK, "[](y.html)", 0), 1);
}

static void test_nothing_left(void **state)
{
	(void)state;
	assert_int_equal(clean("a.md", "# Copyright\n\nAll rights reserved.\n", "").legal_removed, 1);
	assert_int_equal(clean("a.md", "# COPYRIGHT, Version 2, June 1991\n\nEveryone may copy it.\n\n## Terms\n\nx\n", "").legal_removed, 1);
	clean("a.md", "# Copyright Version Checker\n\nx\n", "# Copyright Version Checker\n\nx\n");
	clean("a.md", "", "");
}

static void test_contents(void **state)
{
	(void)state;
	struct document_counts counts = clean("a.md",
		"# F\n\n## Contents\n\n- [1 Overview](#1)\n  - [1.1 Scope](#2)\n- [2 Parameters](#3)\n\n## 1 Overview\n\na\n\n### 1.1 Scope\n\nb\n\n"
		"## 2 Parameters\n\nc\n",
		"# F\n\n## 1 Overview\n\na\n\n### 1.1 Scope\n\nb\n\n## 2 Parameters\n\nc\n");
	assert_int_equal(counts.cleaned, 1); /* the list with its heading */
	clean("a.md", "## Contents\n\n- [Overview](#o)\n- [Scope](#s)\n- [Reach](#r)\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Reach\n\nc\n",
	      "## Overview\n\na\n\n## Scope\n\nb\n\n## Reach\n\nc\n"); /* the first heading is the equal of the others: no title */
	clean("a.md", "# F\n\nOverview ........ 3\nScope . . . . . 4\nParameters ..... 12\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n",
	      "# F\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n");
	const char *list = "# F\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\n- Overview\n- Scope\n- Parameters\n";
	assert_int_equal(clean("a.md", list, list).cleaned, 0); /* behind the headings it says something else */
	clean("a.md", "# F\n\n[Overview 1](#o)\n\n[Scope 12](#s)\n\n[Parameters 14](#p)\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n",
	      "# F\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n"); /* a paragraph each */
	clean("a.md", "# F\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n\n## Index\n\n- [Overview](#o)\n- [Scope](#s)\n- [Parameters](#p)\n\n---\n\nMade\n",
	      "# F\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n\n---\n\nMade\n"); /* an index that leads back */
	clean("a.md", "# F\n\n# Contents\n\n- [Overview](#o)\n- [Scope](#s)\n- [Reach](#r)\n\nWhat it is for.\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Reach\n\nc\n",
	      "# F\n\nWhat it is for.\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Reach\n\nc\n"); /* text that follows is not of that heading */
	const char *own = "# F\n\nThe work has these parts:\n\n1. Overview\n2. Scope\n3. Parameters\n\n## Overview\n\na\n\n## Scope\n\nb\n\n## Parameters\n\nc\n";
	assert_int_equal(clean("a.md", own, own).cleaned, 0); /* the author's own */
	const char *parts = "# F\n\nx\n\n## Basics\n\n- [Overview](#o)\n- [Scope](#s)\n- [Reach](#r)\n\n---\n\n### Overview\n\na\n\n### Scope\n\nb\n\n### Reach\n\nc\n";
	clean("a.md", parts, "# F\n\nx\n\n## Basics\n\n---\n\n### Overview\n\na\n\n### Scope\n\nb\n\n### Reach\n\nc\n");
	const char *some = "# F\n\n- Overview\n- speed\n- Scope\n- reach\n\n## Overview\n\na\n\n## Scope\n\nb\n";
	assert_int_equal(clean("a.md", some, some).cleaned, 0);
}

static void test_nesting_in_quotes(void **state)
{
	(void)state;
	const char *behind_code = "1. a\n\n   ```\n   c\n   ```\n\n   more of a\n2. b\n";
	clean("a.md", behind_code, behind_code);
	const char *nested = "# F\n\n> - a  depends on:\n>   - b\n>     - c\n> - d\n";
	clean("a.md", nested, "# F\n\n> - a depends on:\n>   - b\n>     - c\n> - d\n");
}

static void test_headings(void **state)
{
	(void)state;
	assert_int_equal(clean("x/10_22104-LZA7016014_1Uen.BF.md", "# 10_22104-LZA7016014_1Uen.BF\n\n## Feature\n\ntext\n", "## Feature\n\ntext\n").cleaned, 1);
	assert_int_equal(clean("x/10_22104-LZA7016014_1Uen.BF.md", "# 10_22104-LZA7016014_1Uen.BF.md\n\n## Feature\n\ntext\n", "## Feature\n\ntext\n").cleaned, 1);
	const char *word = "# overview\n\na\n\n## Feature\n\ntext\n";
	assert_int_equal(clean("overview.html", word, word).cleaned, 0);
	const char *name = "# af_xdp\n\na\n\n## Feature\n\ntext\n";
	assert_int_equal(clean("net/af_xdp.html", name, name).cleaned, 0);
	assert_int_equal(clean("net/af_xdp.html", "# af_xdp.html\n\na\n\n## Feature\n\ntext\n", "a\n\n## Feature\n\ntext\n").cleaned, 1);
	const char *only = "# lte_1\n\ntext\n";
	assert_int_equal(clean("lte_1.csv", only, only).cleaned, 0);
	assert_int_equal(clean("a.md", "# T\n\n## Emptied\n\n### Emptied too\n\n....\n\n## Full\n\n### Sub\n\ntext\n", "# T\n\n## Full\n\n### Sub\n\ntext\n").cleaned, 3);
	clean("a.md", "# T\n\n## 5.1 Void\n\n## 5.2 Full\n\ntext\n\n## Notices\n\nAll rights reserved.\n\n## Last\n",
	      "# T\n\n## 5.1 Void\n\n## 5.2 Full\n\ntext\n\n## Last\n");
	assert_int_equal(clean("a.md", "# T\n\n# T\n\ntext\n", "# T\n\ntext\n").cleaned, 1);
	assert_int_equal(clean("a.md", "#\n\ntext\n", "text\n").cleaned, 1);
	const char *sentence = "# T\n\ntext\n\n## The following happens:\n\n## 1. The attribute is set.\n\n## t = 2 * r / c\n\n## More\n\ntext\n";
	assert_int_equal(clean("a.md", sentence, sentence).cleaned, 0);
	const char *named = "# T\n\ntext\n\n## EUtranCellFDD.cellRange\n\n## More\n\ntext\n";
	assert_int_equal(clean("a.md", named, named).cleaned, 0);
}

static void test_noise(void **state)
{
	(void)state;
	assert_int_equal(clean("a.md", "---\n\ntext\n\n....\n\n---\n\n---\n\n\u00b6\n\n<!-- page 3 -->\n\n- \n- item\n\nend\n", "text\n\n---\n\n- item\n\nend\n").cleaned, 6);
	const char *operators = "==, !=, <, <=, >\n\n**=**\n\n`%~`\n\n**`...`**\n";
	assert_int_equal(clean("a.md", operators, operators).cleaned, 0);
	const char *kept = "-\n  - child\n\n<!-- a --> text <!-- b -->\n\nΔ\n";
	assert_int_equal(clean("a.md", kept, kept).cleaned, 0);
}

static void test_characters(void **state)
{
	(void)state;
	clean("a.md", "\u201cquoted\u201d it\u2019s\u00a0a non\u2011breaking so\u00adft \ufeffword\u200b \a\n", "\"quoted\" it's a non-breaking soft word\n");
	clean("a.md", "a\x85\xff b\n", "a\ufffd\ufffd b\n");
	clean("a.md", "caf\u00e9 \u2026 5\u00a0\u00b5s \u2192 x\n", "caf\u00e9 \u2026 5 \u00b5s \u2192 x\n");
}

static void test_blanks(void **state)
{
	(void)state;
	clean("a.md", "# T  \n\n\n\na  b\tc   \n\n\n- x   y\n\n\n  more\n\n```\na  b  \n\n\nc\n```\n", "# T\n\na b c\n\n- x y\n\n  more\n\n```\na  b  \n\n\nc\n```\n");
	clean("a.md", "> a  b\n>\n> ```\n> a  b\n>\tc\n>\n>\n> d\n> ```\n>\n> a  b\n", "> a b\n>\n> ```\n> a  b\n>\tc\n>\n>\n> d\n> ```\n>\n> a b\n");
	clean("a.md", "> ```a``` b  c\n> d  e\n", "> ```a``` b  c\n> d e\n");
	clean("a.md", "use `a  b`  now\n", "use `a  b`  now\n");
	clean("a.md", "| a   | b |\n| --- | --- |\n| 1    | 2 |", "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
	clean("a.md", "Title [](#title) and ![](x.png) [kept](y)\n", "Title and ![](x.png) [kept](y)\n");
	clean("a.md", "Title [](#title)\n", "Title\n");
	clean("a.md", "1. a\n   - b\n2. c\n\ntext\n", "1. a\n   - b\n2. c\n\ntext\n");
}

static void test_sentences(void **state)
{
	(void)state;
	static const char *const sentences[] = { "The cell, e.g. cell 1, is up. ", "It serves version 2.5 of Fig. 3! ", "\"Is it?\" ", "Yes.\n\n", "1. Numbered\nlines end.  ", "\u4e16\u754c\u3002", "End" };
	char text[400] = "";
	for (size_t i = 0; i < COUNT_OF(sentences); i++)
		strncat(text, sentences[i], sizeof(text) - strlen(text) - 1);
	size_t position = 0;
	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		size_t next = sentence_next(text_from(text), position);
		assert_int_equal(next - position, strlen(sentences[i]));
		position = next;
	}
	assert_int_equal(sentence_next(text_from(text), strlen(text)), strlen(text));
}

/* Cleaning what is clean changes nothing. */
static void test_idempotent(void **state)
{
	(void)state;
	static const char *const lines[] = { "# One\n", "\n", "## Two\n", "text  here\nand there\n", "- item\n  more\n- next\n", "| a | b |\n| --- | --- |\n| 1 | 2 |\n",
					     "```\nint  x;\n\n\n```\n", "---\n", "> quote\n", "© X\n", "1. step\n2. step\n   - sub\n", "\u00a0\n", "....\n", "### Copyright\n",
					     "All rights reserved.\n", "Page 1 of 2\ntext\n", "- Two\n- Two\n- One\n" };
	uint32_t seed = 3;
	struct document_builder *document = document_builder_create();
	for (int round = 0; round < 2000; round++) {
		struct buffer in, again, once, twice;
		buffer_init(&in, 1 << 16);
		buffer_init(&once, 1 << 16);
		buffer_init(&twice, 1 << 16);
		for (int i = 0; i < round % 24; i++) {
			seed = seed * 1664525 + 1013904223;
			buffer_append_string(&in, lines[(seed >> 16) % COUNT_OF(lines)]);
			buffer_append_byte(&in, '\n');
		}
		again = buffer_of(buffer_view(&in));
		assert_int_equal(clean_markdown(&again, TEXT_LITERAL("a.md"), domain, document, &once), 0);
		buffer_done(&again);
		again = buffer_of(buffer_view(&once));
		assert_int_equal(clean_markdown(&again, TEXT_LITERAL("a.md"), domain, document, &twice), 0);
		buffer_done(&again);
		if (strcmp(buffer_string(&once), buffer_string(&twice)) != 0)
			print_message("round %d\n<<%s>>\n<<%s>>\n", round, buffer_string(&in), buffer_string(&once));
		assert_string_equal(buffer_string(&once), buffer_string(&twice));
		buffer_done(&in);
		buffer_done(&once);
		buffer_done(&twice);
	}
	document_builder_destroy(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legal_sections), cmocka_unit_test(test_identifiers_protect), cmocka_unit_test(test_legal_lines),
		cmocka_unit_test(test_legal_paragraphs), cmocka_unit_test(test_legal_text_of_every_kind), cmocka_unit_test(test_technical_text_under_a_legal_heading),
		cmocka_unit_test(test_what_goes_is_listed), cmocka_unit_test(test_nothing_left), cmocka_unit_test(test_contents),
		cmocka_unit_test(test_nesting_in_quotes),
		cmocka_unit_test(test_headings), cmocka_unit_test(test_noise), cmocka_unit_test(test_characters), cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_sentences), cmocka_unit_test(test_idempotent),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
