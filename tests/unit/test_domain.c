/* Domain packs: the two that are shipped, patterns on what must and must not match, terms, and broken packs. */
#include "config/domain.h"
#include "config/domain_terms.h"
#include "proto/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct domain *ran, *generic;
static struct error_text error;

static int set_up(void **state)
{
	(void)state;
	int status = domain_load_named("ran", &ran, NULL, &error);
	if (status == 0)
		status = domain_load_named("generic", &generic, NULL, &error);
	if (status < 0)
		print_error("%s\n", error.message);
	return status;
}

static int tear_down(void **state)
{
	(void)state;
	domain_destroy(ran);
	domain_destroy(generic);
	domain_destroy(NULL);
	return 0;
}

struct pattern_case {
	enum domain_pattern pattern;
	const char *text;
	const char *match; /* NULL: none */
	const char *groups[3]; /* 1 to 3; NULL: not looked at */
};

static void check_patterns(const struct domain *domain, const struct pattern_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct domain_match match;
		bool found = domain_search(domain, cases[i].pattern, text_from(cases[i].text), 0, &match);
		if (found != (cases[i].match != NULL))
			print_error("pattern %d on \"%s\": %s\n", cases[i].pattern, cases[i].text, found ? "matches" : "does not match");
		assert_int_equal(found, cases[i].match != NULL);
		if (!found)
			continue;
		assert_true(text_equal(match.groups[0], text_slice(text_from(cases[i].text), match.start, match.end)));
		if (!text_equal(match.groups[0], text_from(cases[i].match)))
			print_error("\"%s\": [%.*s]\n", cases[i].text, TEXT_ARGS(match.groups[0]));
		assert_true(text_equal(match.groups[0], text_from(cases[i].match)));
		for (size_t k = 0; k < COUNT_OF(cases[i].groups); k++)
			if (cases[i].groups[k] && !text_equal(match.groups[k + 1], text_from(cases[i].groups[k])))
				fail_msg("\"%s\": group %zu is [%.*s]", cases[i].text, k + 1, TEXT_ARGS(match.groups[k + 1]));
	}
}

static void test_identifiers(void **state)
{
	static const struct pattern_case cases[] = {
		{ DOMAIN_PATTERN_DOCUMENT_ID, "10_22104-LZA7016014_1Uen.BF.md", "10_22104-LZA7016014_1Uen.BF", { NULL } },
		{ DOMAIN_PATTERN_DOCUMENT_ID, "see 22104-LZA7016014_1Uen.A2 for", "22104-LZA7016014_1Uen.A2", { NULL } },
		{ DOMAIN_PATTERN_DOCUMENT_ID, "22104-LZA70160_1Uen.BF", NULL, { NULL } },
		{ DOMAIN_PATTERN_FEATURE_ID, "Feature Identity: FAJ 121 3094.", "FAJ 121 3094", { "121", "3094" } },
		{ DOMAIN_PATTERN_FEATURE_ID, "FAJ\u00a0121\u00a03094", "FAJ\u00a0121\u00a03094", { "121", "3094" } },
		{ DOMAIN_PATTERN_FEATURE_ID, "FAJ1213094", "FAJ1213094", { "121", "3094" } },
		{ DOMAIN_PATTERN_FEATURE_ID, "FAJ 121 30945", NULL, { NULL } },
		{ DOMAIN_PATTERN_FEATURE_ID, "XFAJ 121 3094", NULL, { NULL } },
		{ DOMAIN_PATTERN_LICENCE_ID, "key CXC4011808.", "CXC4011808", { "CXC4011808", "", "" } },
		{ DOMAIN_PATTERN_LICENCE_ID, "CXC4011808/2 R1A", "CXC4011808/2 R1A", { "CXC4011808", "/2", "R1A" } },
		{ DOMAIN_PATTERN_LICENCE_ID, "CXC4011808 Rank", "CXC4011808", { "CXC4011808", "", "" } },
		{ DOMAIN_PATTERN_LICENCE_ID, "CXC40118081", NULL, { NULL } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "Set EUtranCellFDD.cellRange to 15.", "EUtranCellFDD.cellRange", { "EUtranCellFDD", "cellRange" } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "`MimoSleepFunction.portMerging4TxOpMode`", "MimoSleepFunction.portMerging4TxOpMode", { NULL } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "PmUlInterferenceReport.rfBranchRxRef", "PmUlInterferenceReport.rfBranchRxRef", { NULL } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "README.md, Index.html and www.Example.com", NULL, { NULL } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "the UE.the next", NULL, { NULL } },
		{ DOMAIN_PATTERN_ATTRIBUTE, "lower.case and A.b", NULL, { NULL } },
		{ DOMAIN_PATTERN_COUNTER, "pmRadioUeRepCqiSubbandSamp steps", "pmRadioUeRepCqiSubbandSamp", { NULL } },
		{ DOMAIN_PATTERN_COUNTER, "pmlower, xpmFoo and at 5 pm", NULL, { NULL } },
		{ DOMAIN_PATTERN_EVENT, "The INTERNAL_PROC_HO_PREP_S1_OUT event", "INTERNAL_PROC_HO_PREP_S1_OUT", { NULL } },
		{ DOMAIN_PATTERN_EVENT, "_INTERNAL_EVENT_UE_MOBILITY_EVAL_", "INTERNAL_EVENT_UE_MOBILITY_EVAL", { NULL } },
		{ DOMAIN_PATTERN_EVENT, "EVENT_PARAM_TIMESTAMP_START", "EVENT_PARAM_TIMESTAMP_START", { NULL } },
		{ DOMAIN_PATTERN_EVENT, "INTERNAL EVENT", NULL, { NULL } },
		{ DOMAIN_PATTERN_COMMAND, "$ cmedit get * EUtranCellFDD.(a,b) -t\nok", "$ cmedit get * EUtranCellFDD.(a,b) -t",
		  { "cmedit get * EUtranCellFDD.(a,b) -t" } },
		{ DOMAIN_PATTERN_COMMAND, "use `cmedit set X Y.z 1` now", "cmedit set X Y.z 1", { "cmedit set X Y.z 1" } },
		{ DOMAIN_PATTERN_COMMAND, "cmedit is a tool", NULL, { NULL } },
	};
	(void)state;
	check_patterns(ran, cases, COUNT_OF(cases));
}

static void test_names_of_files(void **state)
{
	static const struct pattern_case cases[] = {
		{ DOMAIN_PATTERN_ARCHIVE_NAME, "en_lzn7931040_r50f.zip", "en_lzn7931040_r50f", { "en", "lzn7931040", "r50f" } },
		{ DOMAIN_PATTERN_ARCHIVE_NAME, "docs/en_lzn7931040_r50f.zip!inner.zip", "/en_lzn7931040_r50f", { "en", "lzn7931040", "r50f" } },
		{ DOMAIN_PATTERN_ARCHIVE_NAME, "docs/en_lzn7931040_r50f.zip", "/en_lzn7931040_r50f", { "en", "lzn7931040", "r50f" } },
		{ DOMAIN_PATTERN_ARCHIVE_NAME, "notes.zip", NULL, { NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "specs/38331-g10.docx", "/38331-g10", { "38", "331", "g10" } },
		{ DOMAIN_PATTERN_STANDARD_ID, "36.331.html", "36.331", { "36", "331", "" } },
		{ DOMAIN_PATTERN_STANDARD_ID, "38.331 NR RRC.docx", "38.331", { "38", "331", NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "a/38.101-1.pdf", "/38.101-1", { "38", "101", NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "ts_138331v160100p.pdf", "ts_138331v160100p", { "38", "331", "160100" } },
		{ DOMAIN_PATTERN_STANDARD_ID, "3GPP TS 38.331 V16.1.0 (2020-07)", "3GPP TS 38.331 V16.1.0", { "38", "331", "16.1.0" } },
		{ DOMAIN_PATTERN_STANDARD_ID, "defined in TR 36.942.", "TR 36.942", { "36", "942", NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "24.500 MHz is used, 37.125 too", NULL, { NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "TS 99.331", NULL, { NULL } },
		{ DOMAIN_PATTERN_STANDARD_ID, "report-38331.html", NULL, { NULL } },
	};
	(void)state;
	check_patterns(ran, cases, COUNT_OF(cases));
}

static void test_legal_lines(void **state)
{
	static const char *const legal[] = { "Copyright (c) 2020 Some Company", "© Some Company AB 2019. All rights reserved.", "All Rights Reserved",
					     "Page 3 of 10", "page 7", "12 (34)", "Document ID: 22104-LZA7016014_1Uen.BF", "Revision: BF",
					     "Last updated: 2020-01-02", "Confidential", "Company Confidential", "**Strictly confidential**" };
	static const char *const plain[] = { "Copyright protection does not matter here", "Page the UE in all cells", "Revision history",
					     "The revision: see below, all of it", "Confidential data is ciphered by the eNodeB", "12 (34) cells",
					     "# Copyright", "| Confidential | yes |" };
	struct domain_match match;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(legal); i++) {
		bool whole = domain_search(ran, DOMAIN_PATTERN_LEGAL_LINE, text_from(legal[i]), 0, &match) && match.start == 0 &&
			     match.end == strlen(legal[i]);
		if (!whole)
			print_error("%s\n", legal[i]);
		assert_true(whole);
	}
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		if (domain_search(ran, DOMAIN_PATTERN_LEGAL_LINE, text_from(plain[i]), 0, &match))
			fail_msg("%s", plain[i]);
	}
	assert_true(domain_search(ran, DOMAIN_PATTERN_LEGAL_LINE, TEXT_LITERAL("one\nPage 2\ntwo"), 0, &match)); /* by line in a larger text */
	assert_int_equal(match.start, 4);
	assert_int_equal(match.end, 10);
}

static void test_search_goes_on(void **state)
{
	struct text text = TEXT_LITERAL("A FAJ 121 3094 and FAJ 121 0001, é FAJ 221 0002");
	struct domain_match match;
	int found = 0;
	(void)state;
	for (size_t start = 0; domain_search(ran, DOMAIN_PATTERN_FEATURE_ID, text, start, &match); start = match.end)
		found++;
	assert_int_equal(found, 3);
	assert_false(domain_search(ran, DOMAIN_PATTERN_FEATURE_ID, text, text.bytes, &match));
	assert_false(domain_search(ran, DOMAIN_PATTERN_FEATURE_ID, TEXT_LITERAL(""), 0, &match));
	assert_false(domain_search(generic, DOMAIN_PATTERN_FEATURE_ID, text, 0, &match)); /* left out of that pack */
	assert_false(domain_search(ran, DOMAIN_PATTERN_FEATURE_ID, TEXT_LITERAL("\xff\xfe\x80"), 0, &match));
}

static void test_lists(void **state)
{
	size_t count;
	(void)state;
	assert_true(domain_list_has(ran, DOMAIN_LIST_MO_CLASSES, TEXT_LITERAL("EUtranCellFDD")));
	assert_true(domain_list_has(ran, DOMAIN_LIST_MO_CLASSES, TEXT_LITERAL("eutrancellfdd")));
	assert_false(domain_list_has(ran, DOMAIN_LIST_MO_CLASSES, TEXT_LITERAL("EUtranCell")));
	assert_false(domain_list_has(ran, DOMAIN_LIST_MO_CLASSES, TEXT_LITERAL("")));
	assert_true(domain_list_has(ran, DOMAIN_LIST_UNITS, TEXT_LITERAL("dBm")));
	assert_true(domain_list_has(ran, DOMAIN_LIST_LEGAL_HEADINGS, TEXT_LITERAL("DISCLAIMER")));
	assert_true(domain_list_has(ran, DOMAIN_LIST_EXPECTED_HEADINGS, TEXT_LITERAL("Network Impact")));
	assert_true(domain_list_has(ran, DOMAIN_LIST_EXPECTED_HEADINGS, TEXT_LITERAL("activation"))); /* a synonym */
	assert_false(domain_list_has(generic, DOMAIN_LIST_MO_CLASSES, TEXT_LITERAL("EUtranCellFDD")));
	static const char *const named[] = { "EUtranCellFDD", "EUtranCellTDD", "ENodeBFunction", "NRCellDU", "NRCellCU", "GNBCUCPFunction", "GNBDUFunction",
		"FeatureState", "SectorCarrier", "CarrierAggregationFunction", "EUtranCellRelation", "NRCellRelation", "EUtranFreqRelation",
		"MimoSleepFunction", "AdmissionControl", "QciProfilePredefined", "SubscriberGroupProfile" };
	for (size_t i = 0; i < COUNT_OF(named); i++)
		assert_true(domain_list_has(ran, DOMAIN_LIST_MO_CLASSES, text_from(named[i])));
	for (unsigned list = 0; list < DOMAIN_LIST_COUNT; list++) {
		const struct text *items = domain_list(ran, list, &count);
		assert_true(count > 0);
		for (size_t i = 0; i < count; i++) {
			struct text rest = items[i], synonym;
			while (text_next_field(&rest, '|', &synonym))
				assert_true(domain_list_has(ran, list, synonym));
		}
	}
}

static bool is_key(struct text field)
{
	for (unsigned i = 0; i < DOCUMENT_KEY_COUNT; i++)
		if (text_equal(field, text_from(document_key_name(i))))
			return true;
	return false;
}

static bool is_meta(struct text field)
{
	for (unsigned i = 0; i < DOCUMENT_META_COUNT; i++)
		if (text_equal(field, text_from(document_meta_name(i))))
			return true;
	return false;
}

/* Words of running text and details of rows: their fields are the extractors' and the generator's own. */
static bool is_word_category(struct text category)
{
	static const char *const names[] = { "headings", "procedures", "relations", "relationships", "words", "alarm_details", "kpi_details",
					     "series", "tasks", "symptoms", "parts", "document_parts", "topics", "parameter_details" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_equal(category, text_from(names[i])))
			return true;
	return false;
}

static void check_columns(const struct domain *domain)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);
	assert_true(count > 20);
	for (size_t i = 0; i < count; i++) {
		bool format = text_starts_with(columns[i].category, TEXT_LITERAL("csv_"));
		bool meta = text_equal(columns[i].category, TEXT_LITERAL("identity")) || text_equal(columns[i].category, TEXT_LITERAL("header_lines"));
		bool words = is_word_category(columns[i].category);
		bool known = format || words || (meta ? is_meta(columns[i].field) : is_key(columns[i].field));
		if (!known)
			print_error("%.*s %.*s\n", TEXT_ARGS(columns[i].category), TEXT_ARGS(columns[i].field));
		assert_true(known);
		assert_true(columns[i].name_count > 0);
		for (size_t k = 0; k < columns[i].name_count; k++)
			assert_true(columns[i].names[k].bytes > 0);
	}
}

static void test_columns(void **state)
{
	(void)state;
	check_columns(ran);
	check_columns(generic);
}

static void test_is_counter(void **state)
{
	(void)state;
	assert_true(domain_is_counter(TEXT_LITERAL("EUtranCellFDD.pmLbEvalExpiredUe")));
	assert_true(domain_is_counter(TEXT_LITERAL("pmPdcchCceUtilDistr")));
	assert_false(domain_is_counter(TEXT_LITERAL("PmUlInterferenceReport.rfBranchRxRef")));
	assert_false(domain_is_counter(TEXT_LITERAL("MimoSleepFunction.portMerging4TxOpMode")));
	assert_false(domain_is_counter(TEXT_LITERAL("pmlower")));
	assert_false(domain_is_counter(TEXT_LITERAL("pm")));
	assert_false(domain_is_counter(TEXT_LITERAL("")));
	assert_false(domain_is_counter(TEXT_LITERAL("pmX.")));
}

struct found {
	struct text text;
	struct buffer out;
	size_t last_end, count, stop_after;
};

static bool note_term(void *context, size_t start, size_t end, unsigned tier)
{
	struct found *found = context;
	assert_true(start >= found->last_end && end > start && end <= found->text.bytes);
	found->last_end = end;
	if (found->count++ > 0)
		buffer_append_string(&found->out, "; ");
	buffer_append_format(&found->out, "%u %.*s", tier, (int)(end - start), found->text.data + start);
	return found->count != found->stop_after;
}

static void expect_terms(const struct domain *domain, const char *text, const char *terms)
{
	struct found found = { .text = text_from(text) };
	buffer_init(&found.out, 1 << 20);
	domain_scan_terms(domain, found.text, note_term, &found);
	assert_string_equal(buffer_string(&found.out), terms);
	buffer_done(&found.out);
}

static void test_terms(void **state)
{
	(void)state;
	expect_terms(ran, "", "");
	expect_terms(ran, "nothing here", "");
	expect_terms(ran, "EUtranCellFDD.cellRange and pmRadioUeRepCqiSubbandSamp", "1 EUtranCellFDD.cellRange; 1 pmRadioUeRepCqiSubbandSamp");
	expect_terms(ran, "EUtranCellFDD.pmLbEvalExpiredUe", "1 EUtranCellFDD.pmLbEvalExpiredUe");
	expect_terms(ran, "EUtranCellFDD holds cellRange", "2 EUtranCellFDD; 1 cellRange");
	expect_terms(ran, "Carrier Aggregation, carrier\n  aggregation, carrier-aggregation", "4 Carrier Aggregation; 4 carrier\n  aggregation; "
											       "4 carrier-aggregation");
	expect_terms(ran, "administrative state of cells", "2 administrative state; 3 cell"); /* the longest; plurals */
	expect_terms(ran, "UEs and UE, not ue or QUE or UE_ID", "3 UE; 3 UE"); /* as it stands, whole words */
	expect_terms(ran, "_HARQ_ \u201cPDCCH\u201d (PRACH)", "4 HARQ; 4 PDCCH; 4 PRACH");
	expect_terms(ran, "SS/PBCH over S1-MME", "4 SS/PBCH; 3 S1-MME");
	expect_terms(ran, "handover\n\npreparation", "4 handover"); /* not over a paragraph */
	expect_terms(generic, "EUtranCellFDD.cellRange and a configuration file", "2 configuration file");
}

static void test_scan_stops(void **state)
{
	struct found found = { .text = TEXT_LITERAL("UE UE UE UE"), .stop_after = 2 };
	(void)state;
	buffer_init(&found.out, 4096);
	domain_scan_terms(ran, found.text, note_term, &found);
	assert_int_equal(found.count, 2);
	buffer_done(&found.out);
}

/* Texts made to be slow: the runner's time limit is the judge of anything that is not linear. */
static void test_large_texts(void **state)
{
	static const char *const units[] = { "A", "a", "_", "A.", "Aa.b", "pmA", "9", " ", "E UTRAN ", "UE ", "carrier ", "-", "\u00e9", "\u2014", "\xff",
					     "INTERNAL_", "FAJ ", "CXC", "Copyright ", "22104-", "cmedit get ", "\n", "38.", "T" };
	const size_t bytes = 4 << 20;
	char *memory = malloc(bytes);
	(void)state;
	assert_non_null(memory);
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		size_t unit_bytes = strlen(units[i]);
		struct found found = { .text = { memory, bytes / unit_bytes * unit_bytes } };
		struct domain_match match;
		for (size_t k = 0; k < found.text.bytes; k++)
			memory[k] = units[i][k % unit_bytes];
		buffer_init(&found.out, 16); /* what was found does not matter here */
		domain_scan_terms(ran, found.text, note_term, &found);
		for (unsigned pattern = 0; pattern < DOMAIN_PATTERN_COUNT; pattern++)
			for (size_t start = 0; domain_search(ran, pattern, found.text, start, &match); start = match.end)
				assert_true(match.end > start);
		buffer_done(&found.out);
	}
	free(memory);
}

static void expect_bad(const char *yaml, const char *message)
{
	struct domain *domain = NULL;
	assert_true(domain_load(text_from(yaml), "my.yaml", &domain, &error) < 0);
	assert_null(domain);
	if (strcmp(error.message, message) != 0)
		print_error("%s\n", error.message);
	assert_string_equal(error.message, message);
}

static void test_bad_packs(void **state)
{
	struct domain *domain = NULL;
	(void)state;
	expect_bad("", "my.yaml: empty; a domain pack has at least a name (see domains/generic.yaml)");
	expect_bad("patterns: {}\n", "my.yaml:1: the key \"name\" is missing");
	expect_bad("name: x\npattern:\n  event: a\n", "my.yaml:2: unknown key \"pattern\"; did you mean \"patterns\"?");
	expect_bad("name: x\nlists:\n  unit: [a]\n", "my.yaml:3: lists: unknown key \"unit\"; did you mean \"units\"?");
	expect_bad("name: x\npatterns:\n  event: 'a(b'\n", "my.yaml: patterns.event: missing closing parenthesis at character 3 of \"a(b\"");
	expect_bad("name: x\nlists:\n  units: dB\n", "my.yaml:3: lists.units: expected a list: [a, b] or lines that begin with \"- \"");
	expect_bad("name: x\ncolumns:\n  - category: events\n    field: name\n", "my.yaml:4: columns.1: the key \"names\" is missing");
	expect_bad("name: x\nterms:\n  - tier: 2\n    nams: [a]\n", "my.yaml:3: terms.1: unknown key \"nams\"; did you mean \"names\"?");
	expect_bad("name: x\nterms:\n  - {tier: 5, names: [a]}\n", "my.yaml: terms: tier 5; it must be 1 to 4");
	expect_bad("name: x\nterms:\n  - {tier: 2, names: ['a +']}\n", "my.yaml: terms of tier 2: \"a +\" is no term: at most 8 words of at most 64 "
								       "bytes, one blank, hyphen or sign between two");
	expect_bad("name: x\nterms:\n  - {tier: 2, names: ['a-']}\n", "my.yaml: terms of tier 2: \"a-\" is no term: it ends in a sign");
	expect_bad("name: x\nterms:\n  - {tier: 2, names: ['a b c d e f g h i']}\n", "my.yaml: terms of tier 2: \"a b c d e f g h i\" is no term: at most 8 "
										    "words of at most 64 bytes, one blank, hyphen or sign between two");
	assert_int_equal(domain_load(TEXT_LITERAL("name: least\n"), "my.yaml", &domain, &error), 0);
	expect_terms(domain, "UE EUtranCellFDD.cellRange", "");
	domain_destroy(domain);
	assert_true(domain_load_named("rann", &domain, NULL, &error) < 0);
	assert_string_equal(error.message, "no domain pack is called \"rann\"; did you mean \"ran\"? (there are: generic, ran; or give the path of a "
					   "YAML file)");
	assert_true(domain_load_named("./nothing.yaml", &domain, NULL, &error) < 0);
	assert_string_equal(error.message, "domain pack ./nothing.yaml: No such file or directory");
}

/* A pattern that backtracks without end costs a missed match. */
static void test_match_limit(void **state)
{
	struct domain *domain = NULL;
	struct domain_match match;
	char text[64];
	(void)state;
	assert_int_equal(domain_load(TEXT_LITERAL("name: x\npatterns:\n  event: '(a+)+$'\n"), "my.yaml", &domain, &error), 0);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	assert_false(domain_search(domain, DOMAIN_PATTERN_EVENT, (struct text){ text, sizeof(text) }, 0, &match));
	assert_true(domain_search(domain, DOMAIN_PATTERN_EVENT, TEXT_LITERAL("xaa"), 0, &match));
	domain_destroy(domain);
}

static void test_yaml_is_handed_out(void **state)
{
	struct domain *domain = NULL, *again = NULL;
	struct buffer yaml;
	(void)state;
	buffer_init(&yaml, 1 << 20);
	assert_int_equal(domain_load_named("ran", &domain, &yaml, &error), 0);
	assert_int_equal(domain_load(buffer_view(&yaml), "sent", &again, &error), 0);
	assert_true(domain_list_has(again, DOMAIN_LIST_UNITS, TEXT_LITERAL("dB")));
	domain_destroy(domain);
	domain_destroy(again);
	buffer_done(&yaml);
}

/* A dictionary that grows far beyond its first size, against what was put in. */
static void test_dictionary_grows(void **state)
{
	enum { TERMS = 20000 };
	struct term_dictionary *dictionary = term_dictionary_create();
	char (*terms)[32] = calloc(TERMS, sizeof(*terms));
	(void)state;
	assert_non_null(dictionary);
	assert_non_null(terms);
	for (unsigned i = 0; i < TERMS; i++) {
		snprintf(terms[i], sizeof(terms[i]), "%s%u%s", i % 3 ? "Word" : "word", i * 7919u, i % 2 ? " tail" : "");
		assert_int_equal(term_dictionary_add(dictionary, text_from(terms[i]), i % 4 + 1, NULL), 0);
	}
	for (unsigned i = 0; i < TERMS; i++) {
		unsigned tier = 0;
		struct text term = text_from(terms[i]);
		assert_int_equal(term_dictionary_match(dictionary, term, 0, term.bytes, &tier), term.bytes);
		assert_int_equal(tier, i % 4 + 1);
	}
	term_dictionary_destroy(dictionary);
	free(terms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identifiers), cmocka_unit_test(test_names_of_files), cmocka_unit_test(test_legal_lines),
		cmocka_unit_test(test_search_goes_on), cmocka_unit_test(test_lists), cmocka_unit_test(test_columns),
		cmocka_unit_test(test_is_counter), cmocka_unit_test(test_terms), cmocka_unit_test(test_scan_stops),
		cmocka_unit_test(test_large_texts), cmocka_unit_test(test_bad_packs), cmocka_unit_test(test_match_limit),
		cmocka_unit_test(test_yaml_is_handed_out), cmocka_unit_test(test_dictionary_grows),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
