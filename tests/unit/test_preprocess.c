/* The whole pipeline on small documents of each format, its gates, and the worker's side of it, with the RAN pack. */
#include "workers/preprocess/preprocess.h"

#include "proto/members.h"
#include "tests/unit/docx_fixture.h"
#include "workers/preprocess/preprocess_handler.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct settings settings;
static struct domain *domain;

static int set_up(void **state)
{
	struct error_text error = { "" };
	(void)state;
	settings_init(&settings);
	if (domain_load_named("ran", &domain, NULL, &error) < 0)
		fail_msg("%s", error.message);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

/* One document through the pipeline and back from its block. The caller frees *ret_block. */
static struct document process(struct text data, const char *name, void **ret_block)
{
	struct preprocess *preprocess;
	struct document document;
	struct error_text error = { "" };
	assert_int_equal(preprocess_create(&settings, domain, &preprocess), 0);
	struct document_builder *builder = document_builder_create();
	assert_int_equal(preprocess_document(preprocess, data, text_from(name), TEXT_LITERAL(""), builder), 0);
	int64_t bytes = document_builder_bytes(builder);
	assert_true(bytes > 0);
	*ret_block = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
	document_builder_write(builder, *ret_block);
	document_builder_destroy(builder);
	preprocess_destroy(preprocess);
	if (document_open(*ret_block, (size_t)bytes, &document, &error) < 0)
		fail_msg("%s", error.message);
	return document;
}

static void assert_outcome(const char *data, size_t bytes, const char *name, enum document_status status, enum document_gate gate,
			   const char *reason)
{
	void *block;
	struct document document = process((struct text){ data, bytes }, name, &block);
	struct text said = document_meta(&document, DOCUMENT_META_REASON);
	if (document.header->status != status || text_find(said, text_from(reason)) < 0)
		fail_msg("%s: status %u, reason \"%.*s\"", name, document.header->status, TEXT_ARGS(said));
	assert_int_equal(document.header->gate, gate);
	free(block);
}

static const char feature_markdown[] =
	"# Cell Range Control (CRC)\n\n"
	"## Overview\n\n"
	"| Feature Name | Cell Range Control |\n| --- | --- |\n| Feature Identity | FAJ 121 3094 |\n| Value Package Name | Coverage |\n"
	"| Node Type | Baseband Radio Node |\n| Access Type | LTE |\n| Licensing | Licensed, CXC4011808 |\n\n"
	"Cell Range Control limits the distance at which a UE may access the eNodeB, because distant users cost capacity.\n\n"
	"## Parameters\n\n"
	"| Parameter | Type | Description |\n| --- | --- | --- |\n"
	"| EUtranCellFDD.cellRange | Introduced | Largest distance in km. |\n"
	"| EUtranCellFDD.qRxLevMin | Affected | Least received level in dBm. |\n\n"
	"## Counters\n\n"
	"| Counter | Description |\n| --- | --- |\n| EUtranCellFDD.pmRrcConnEstabSucc | Successful connection setups. |\n\n"
	"## Activate the Feature\n\n"
	"1. Check that the license key CXC4011808 is installed.\n"
	"2. Set the attribute featureState to ACTIVATED in the MO FeatureState=CXC4011808.\n"
	"3. Set the attribute EUtranCellFDD.cellRange to 15.\n\n"
	"## Legal Information\n\nAll rights reserved. No part of this document may be reproduced.\n";

static size_t count_items(const struct document *document, enum document_category category)
{
	size_t count = 0;
	for (uint32_t i = 0; i < document->item_count; i++)
		count += document->items[i].category == category;
	return count;
}

static void assert_feature(const struct document *document)
{
	if (document->header->status != DOCUMENT_CONVERTED)
		fail_msg("%.*s", TEXT_ARGS(document_meta(document, DOCUMENT_META_REASON)));
	assert_true(text_equal(document_meta(document, DOCUMENT_META_FAJ_CODE), TEXT_LITERAL("FAJ 121 3094")));
	assert_true(count_items(document, DOCUMENT_PARAMETERS) >= 2);
	assert_true(count_items(document, DOCUMENT_COUNTERS) >= 1);
	assert_true(text_find(document->markdown, TEXT_LITERAL("All rights reserved")) < 0);
	assert_true(document->header->counts.legal_removed >= 1);
	assert_true(document->chunk_count >= 1 && document->term_count > 3);
	assert_true(document->header->scores.structural > .4f && document->header->scores.extraction >= .6f);
	assert_true(document->header->counts.words > 50 && document->header->counts.tables == 3);
}

static void test_markdown(void **state)
{
	(void)state;
	void *block;
	struct document document = process(text_from(feature_markdown), "docs/crc.md", &block);
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_MARKDOWN);
	assert_feature(&document);
	free(block);
}

static void append_html_row(struct buffer *out, struct text line, const char *cell)
{
	struct text rest = text_slice(line, 1, line.bytes - 1), field;
	buffer_append_string(out, "<tr>");
	while (text_next_field(&rest, '|', &field))
		buffer_append_format(out, "<%s>%.*s</%s>", cell, TEXT_ARGS(text_trim(field)), cell);
	buffer_append_string(out, "</tr>\n");
}

/* The same document as HTML: the rows of the Markdown one by one. */
static void test_html(void **state)
{
	(void)state;
	struct buffer html;
	struct text rest = text_from(feature_markdown), line;
	bool table = false, list = false;
	buffer_init(&html, 1 << 20);
	buffer_append_string(&html, "<!DOCTYPE html><html><head><title>Cell Range Control (CRC)</title><script>var x = 1;</script></head><body>\n");
	while (text_next_line(&rest, &line)) {
		bool row = line.bytes > 0 && line.data[0] == '|', item = line.bytes > 0 && ascii_is_digit(line.data[0]);
		if (row != table)
			buffer_append_string(&html, row ? "<table>\n" : "</table>\n");
		if (item != list)
			buffer_append_string(&html, item ? "<ol>\n" : "</ol>\n");
		if (row && !text_starts_with(line, TEXT_LITERAL("| ---")))
			append_html_row(&html, line, table ? "td" : "th");
		else if (item)
			buffer_append_format(&html, "<li>%.*s</li>\n", TEXT_ARGS(text_slice(line, 3, line.bytes)));
		else if (text_starts_with(line, TEXT_LITERAL("## ")))
			buffer_append_format(&html, "<h2>%.*s</h2>\n", TEXT_ARGS(text_slice(line, 3, line.bytes)));
		else if (text_starts_with(line, TEXT_LITERAL("# ")))
			buffer_append_format(&html, "<h1>%.*s</h1>\n", TEXT_ARGS(text_slice(line, 2, line.bytes)));
		else if (!row)
			buffer_append_format(&html, "<p>%.*s</p>\n", TEXT_ARGS(line));
		table = row;
		list = item;
	}
	buffer_append_string(&html, "</body></html>\n");
	void *block;
	struct document document = process(buffer_view(&html), "docs/crc.html", &block);
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_HTML);
	assert_feature(&document);
	free(block);
	buffer_done(&html);
}

static void test_plain_text(void **state)
{
	(void)state;
	static const char text[] =
		"DOCTITLE: Radio Admission Control (RAC)\nProduct: CXC4017162\nFeature State: Licensed\nFeature Identity: FAJ 121 7162\n\n"
		"Radio Admission Control decides for every new bearer whether the eNodeB has room for it.\n"
		"The limit is AdmissionControl.dlGbrAdmThresh, and pmErabEstabFailGbrDlEnb counts what was refused.\n";
	void *block;
	struct document document = process(text_from(text), "rac.txt", &block);
	if (document.header->status != DOCUMENT_CONVERTED)
		fail_msg("%.*s", TEXT_ARGS(document_meta(&document, DOCUMENT_META_REASON)));
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_TEXT);
	assert_true(text_equal(document_meta(&document, DOCUMENT_META_FAJ_CODE), TEXT_LITERAL("FAJ 121 7162")));
	free(block);
}

static void test_csv(void **state)
{
	(void)state;
	static const char csv[] =
		"Model,MO Class Name,Parameter Name,Parameter Description,Data Type,Range and Values,Default Value,Unit\n"
		"MSRBS,EUtranCellFDD,cellRange,\"Largest distance, in km\",integer,1..100,15,km\n"
		"MSRBS,EUtranCellFDD,qRxLevMin,Least received level,integer,-140..-44,-140,dBm\n"
		"MSRBS,NRCellDU,ssbPeriodicity,Time between two bursts,integer,5..160,20,ms\n";
	void *block;
	struct document document = process(text_from(csv), "Parameters.csv", &block);
	if (document.header->status != DOCUMENT_CONVERTED)
		fail_msg("%.*s", TEXT_ARGS(document_meta(&document, DOCUMENT_META_REASON)));
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_CSV);
	assert_int_equal(document.header->csv_format, 1 + CSV_PARAMETERS);
	assert_int_equal(count_items(&document, DOCUMENT_PARAMETERS), 3);
	free(block);
}

static void test_pdf(void **state)
{
	(void)state;
	struct buffer pdf;
	static const char page[] = "BT /F1 12 Tf 72 720 Td (Cell Range Control limits how far a UE may be from the eNodeB.) Tj "
				   "0 -20 Td (The attribute EUtranCellFDD.cellRange sets the largest distance in km.) Tj ET";
	buffer_init(&pdf, 1 << 20);
	buffer_append_format(&pdf, "%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
			     "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
			     "4 0 obj<</Length %zu>>stream\n%s\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
			     "trailer<</Root 1 0 R/Size 6>>\n%%%%EOF\n", strlen(page), page);
	double drop = settings.gate.structural_drop;
	settings.gate.structural_drop = 0; /* two sentences are no document, but the text must arrive */
	void *block;
	struct document document = process(buffer_view(&pdf), "crc.pdf", &block);
	settings.gate.structural_drop = drop;
	if (document.header->status != DOCUMENT_CONVERTED)
		fail_msg("%.*s", TEXT_ARGS(document_meta(&document, DOCUMENT_META_REASON)));
	assert_int_equal(document.header->counts.pages, 1);
	assert_true(text_find(document.markdown, TEXT_LITERAL("EUtranCellFDD.cellRange")) >= 0);
	free(block);
	buffer_done(&pdf);
}

static void test_no_documents(void **state)
{
	(void)state;
	static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0";
	static const char binary[] = "\x7f""ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0\x80\x90\0\0\0\0\0\0";
	assert_outcome("", 0, "empty.md", DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, "empty file");
	assert_outcome(png, sizeof(png), "a.png", DOCUMENT_KEPT, DOCUMENT_GATE_NONE, "");
	assert_outcome(binary, sizeof(binary), "a.bin", DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, "not a document format that docring reads: a program (ELF)");
	assert_outcome(" \n\n \t\n", 6, "blank.txt", DOCUMENT_FAILED, DOCUMENT_GATE_NONE, "no text came out of it");
	assert_outcome("%PDF-1.4\nrubbish", 16, "broken.pdf", DOCUMENT_FAILED, DOCUMENT_GATE_NONE, "");
	assert_outcome("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, "a.zip", DOCUMENT_EXPANDED, DOCUMENT_GATE_NONE, "");
}

/* Whichever buffer of a converter is full first, the reason names the setting. */
/* A compound file, in whose folder this name stands in UTF-16. */
static void assert_compound(const char *name, const char *reason)
{
	char file[1024] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
	for (size_t i = 0; name[i]; i++)
		file[600 + 2 * i] = name[i];
	assert_outcome(file, sizeof(file), "a.doc", DOCUMENT_REJECTED, DOCUMENT_GATE_INTAKE, reason);
}

static void test_older_and_encrypted_office_files(void **state)
{
	(void)state;
	assert_compound("WordDocument", "not a document format that docring reads: an older Word file (DOC); convert it: soffice --headless --convert-to docx FILE");
	assert_compound("EncryptedPackage", "not a document format that docring reads: an office file that is encrypted: it needs a password; open it in its program "
			"and save it without one");
	assert_compound("Something", "not a document format that docring reads: an older office file (DOC, XLS, PPT); save it as DOCX, PDF, HTML or CSV");
}

static void test_docx(void **state)
{
	(void)state;
	struct buffer packed = docx_fixture_pack(&(struct docx_fixture){
		.body = "<w:p><w:r><w:t>3GPP TS 38.999 V17.3.0</w:t></w:r></w:p><w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>1 Scope</w:t></w:r></w:p>"
			"<w:p><w:r><w:t>The parameter EUtranCellFDD.cellRange shall limit the preamble of the UE in the cell, and the gNodeB counts what it refuses.</w:t></w:r></w:p>" });
	void *block;
	struct document document = process(buffer_view(&packed), "38999-h30.docx", &block);
	assert_int_equal(document.header->format, DOCUMENT_FORMAT_DOCX);
	assert_int_equal(document.header->status, DOCUMENT_CONVERTED);
	assert_true(text_equal(document_meta(&document, DOCUMENT_META_DOCUMENT_ID), TEXT_LITERAL("TS 38.999")));
	assert_true(text_equal(document_meta(&document, DOCUMENT_META_VERSION), TEXT_LITERAL("17.3.0")));
	assert_true(text_find(document.markdown, TEXT_LITERAL("# 1 Scope\n")) >= 0);
	free(block);
	buffer_done(&packed);
}

static void test_larger_than_the_limit(void **state)
{
	struct buffer text;
	(void)state;
	buffer_init(&text, 1 << 20);
	for (int i = 0; i < 400; i++)
		buffer_append_string(&text, "The cell is locked when the alarm is raised, and unlocked by hand.\n");
	struct text data = buffer_view(&text);
	uint64_t markdown_bytes_max = settings.convert.markdown_bytes_max;
	settings.convert.markdown_bytes_max = 4096;
	assert_outcome(data.data, data.bytes, "large.txt", DOCUMENT_FAILED, DOCUMENT_GATE_NONE, "(convert.markdown_bytes_max); split it");
	settings.convert.markdown_bytes_max = markdown_bytes_max;
	buffer_done(&text);
}

static void test_gates(void **state)
{
	(void)state;
	static const char legal[] = "# Disclaimer\n\nAll rights reserved.\n";
	static const char chat[] = "# Picnic\n\nBring bread and cheese.\n";
	assert_outcome(legal, strlen(legal), "legal.md", DOCUMENT_REJECTED, DOCUMENT_GATE_PREPROCESSING, "nothing is left after cleaning");
	assert_outcome(chat, strlen(chat), "chat.md", DOCUMENT_REJECTED, DOCUMENT_GATE_PREPROCESSING, "structural score 0.");
	settings.gate.structural_drop = 0;
	assert_outcome(chat, strlen(chat), "chat.md", DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE, "weak: structural score 0.");
	settings.gate.structural_drop = .3;
	settings.gate.conversion = 1;
	static const char bytes[] = "# Picnic\n\nBring\x81\x8d\x8f\x90 bread\x81 and ch\xc3\xa9\xe2\x28\xa1se.\n\x9d\x9d\x9d\x9d\n";
	void *block;
	struct document document = process((struct text){ bytes, sizeof(bytes) - 1 }, "bytes.md", &block);
	if (document.header->scores.conversion < 1) {
		assert_int_equal(document.header->status, DOCUMENT_REJECTED);
		assert_int_equal(document.header->gate, DOCUMENT_GATE_CONVERSION);
		assert_true(document.markdown.bytes > 0); /* kept: a person may judge */
	}
	free(block);
	settings.gate.conversion = .4;
}

static void test_item_gate(void **state)
{
	(void)state;
	void *block;
	settings.gate.extraction = 0;
	struct document all = process(text_from(feature_markdown), "docs/crc.md", &block);
	uint32_t count = all.item_count;
	assert_int_equal(all.header->counts.items_dropped, 0);
	free(block);
	settings.gate.extraction = 1;
	struct document sure = process(text_from(feature_markdown), "docs/crc.md", &block);
	assert_true(sure.header->counts.items_dropped > 0);
	assert_int_equal(sure.item_count + sure.header->counts.items_dropped, count);
	for (uint32_t i = 0; i < sure.item_count; i++)
		assert_true(sure.items[i].confidence >= 1);
	free(block);
	settings.gate.extraction = .6;
}

static void test_document_id_of_a_running_line(void **state)
{
	(void)state;
	static const char text[] = "# Feature\n\nDocument ID: 1_22104-LZA7016015_1Uen.ED\n\nThe UE and the eNodeB use EUtranCellFDD.cellRange.\n";
	void *block;
	struct document document = process(text_from(text), "plain.md", &block);
	assert_true(text_find(document_meta(&document, DOCUMENT_META_DOCUMENT_ID), TEXT_LITERAL("22104-LZA7016015_1Uen.ED")) >= 0);
	free(block);
}

/* Of the numbers in a document one is its own: that in its name, of a label, also where a page's header is left out, or of running text; never that of a link. */
static void test_document_id_is_its_own(void **state)
{
#define BODY "The UE and the eNodeB use EUtranCellFDD.cellRange for it.\n\n"
	static const struct { const char *name, *text, *id; } cases[] = {
		{ "plain.md", "# Feature\n\n" BODY "| [Other](1_22104-LZA7016010_1Uen.A.md) | Related |\n| --- | --- |\n| [22104-LZA7016030_1Uen.B](b.md) | Other |\n", "" },
		{ "plain.md", "# Feature\n\n" BODY "See [Other](1_22104-LZA7016010_1Uen.A.md) (22104-LZA7016011_1Uen.A).\n", "22104-LZA7016011_1Uen.A" },
		{ "88_22104-LZA7016026_1Uen.AB.md", "# Feature\n\nIt needs 1_22104-LZA7016011_1Uen.A too.\n\n" BODY, "88_22104-LZA7016026_1Uen.AB" },
		{ "page.html", "<html><body><header><p><b>Document ID</b>: 88_22104-LZA7016028_1Uen.FA</p></header><h1>Feature</h1><p>" BODY
			       "</p><p>See <a href=\"fn=1_22104-LZA7016022_1Uen.A.html\">Other</a>.</p></body></html>", "88_22104-LZA7016028_1Uen.FA" },
		{ "page.html", "<html><body><h1>Feature</h1><p>" BODY "</p><p>See <a href=\"fn=1_22104-LZA7016022_1Uen.A.html\">Other</a>.</p></body></html>", "" },
	};
#undef BODY
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		void *block;
		struct document document = process(text_from(cases[i].text), cases[i].name, &block);
		struct text id = document_meta(&document, DOCUMENT_META_DOCUMENT_ID);
		if (!text_equal(id, text_from(cases[i].id)))
			print_error("%zu: %.*s\n", i, TEXT_ARGS(id));
		assert_true(text_equal(id, text_from(cases[i].id)));
		free(block);
	}
}

/* --- the worker's side ------------------------------------------------------------------------------------------- */

struct task_memory {
	void *in, *out;
	struct worker_task task;
};

static struct task_memory task_for(uint64_t id, uint16_t kind, struct text data, const char *name, size_t out_bytes)
{
	struct task_memory memory;
	struct error_text error = { "" };
	size_t header = input_header_bytes(strlen(name), 0), bytes = header + data.bytes;
	memory.in = aligned_alloc(64, (bytes + 63) / 64 * 64);
	memory.out = aligned_alloc(64, (out_bytes + 63) / 64 * 64);
	memcpy((char *)memory.in + header, data.data, data.bytes);
	input_write_header(memory.in, text_from(name), TEXT_LITERAL(""), 0, 0, data.bytes);
	memory.task = (struct worker_task){ .descriptor = { .task_id = id, .kind = kind }, .out = memory.out, .out_bytes = out_bytes };
	if (input_open(memory.in, bytes, &memory.task.input, &error) < 0)
		fail_msg("%s", error.message);
	return memory;
}

static void task_done(struct task_memory *memory)
{
	free(memory->in);
	free(memory->out);
}

static void test_handler(void **state)
{
	(void)state;
	void *handler;
	struct error_text error;
	struct document document;
	size_t needed = 0;
	assert_int_equal(preprocess_handler_start(&(struct worker_setup){ .settings = &settings, .domain = domain, .model = -1, .folder = "" }, &handler, &error), 0);
	struct task_memory small = task_for(7, DESCRIPTOR_PREPROCESS, text_from(feature_markdown), "crc.md", 512);
	assert_int_equal(preprocess_handler_handle(handler, &small.task, &needed), ERROR_NEEDS_SPACE);
	assert_true(needed > 512);
	/* what was kept is given out for the same task, and only for it: with this setting a new conversion would be rejected */
	settings.gate.structural_drop = 1;
	struct task_memory other = task_for(8, DESCRIPTOR_PREPROCESS, text_from(feature_markdown), "crc.md", 1 << 20);
	int64_t used = preprocess_handler_handle(handler, &other.task, &needed);
	assert_int_equal(document_open(other.out, (size_t)used, &document, &error), 0);
	assert_int_equal(document.header->status, DOCUMENT_REJECTED);
	struct task_memory large = task_for(7, DESCRIPTOR_PREPROCESS, text_from(feature_markdown), "crc.md", needed);
	assert_int_equal(preprocess_handler_handle(handler, &large.task, &needed), needed);
	assert_int_equal(document_open(large.out, needed, &document, &error), 0);
	assert_int_equal(document.header->status, DOCUMENT_CONVERTED);
	settings.gate.structural_drop = .3;
	task_done(&small);
	task_done(&other);
	task_done(&large);
	preprocess_handler_stop(handler);
}

static void test_handler_keeps_the_last(void **state)
{
	(void)state;
	void *handler;
	struct error_text error;
	size_t needed = 0;
	assert_int_equal(preprocess_handler_start(&(struct worker_setup){ .settings = &settings, .domain = domain, .model = -1, .folder = "" }, &handler, &error), 0);
	for (uint64_t id = 1; id <= 9; id++) { /* kept and given up: the leak check looks on */
		struct task_memory small = task_for(id, DESCRIPTOR_PREPROCESS, text_from(feature_markdown), "crc.md", 512);
		assert_int_equal(preprocess_handler_handle(handler, &small.task, &needed), ERROR_NEEDS_SPACE);
		task_done(&small);
	}
	preprocess_handler_stop(handler);
	preprocess_handler_stop(NULL);
}

static void test_handler_archive(void **state)
{
	(void)state;
	static const unsigned char gz[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xe2, 2, 0, 0x0c, 0xd2, 0x1e, 0x1b, 2, 0, 0, 0 };
	void *handler;
	struct error_text error;
	struct members members;
	struct document document;
	size_t needed = 0;
	assert_int_equal(preprocess_handler_start(&(struct worker_setup){ .settings = &settings, .domain = domain, .model = -1, .folder = "" }, &handler, &error), 0);
	struct task_memory broken = task_for(1, DESCRIPTOR_EXPAND, TEXT_LITERAL("PK\3\4 but not for long"), "a.zip", 1 << 16);
	int64_t used = preprocess_handler_handle(handler, &broken.task, &needed);
	assert_true(used > 0);
	if (members_open(broken.out, (size_t)used, &members, &error) < 0) {
		assert_int_equal(document_open(broken.out, (size_t)used, &document, &error), 0);
		assert_int_equal(document.header->status, DOCUMENT_FAILED);
		assert_int_equal(document.header->format, DOCUMENT_FORMAT_ARCHIVE);
		assert_true(document_meta(&document, DOCUMENT_META_REASON).bytes > 0);
	}
	task_done(&broken);
	struct task_memory good = task_for(2, DESCRIPTOR_EXPAND, (struct text){ (const char *)gz, sizeof(gz) }, "z.txt.gz", 1 << 16);
	used = preprocess_handler_handle(handler, &good.task, &needed);
	assert_true(used > 0);
	assert_int_equal(members_open(good.out, (size_t)used, &members, &error), 0);
	task_done(&good);
	preprocess_handler_stop(handler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markdown), cmocka_unit_test(test_html), cmocka_unit_test(test_plain_text), cmocka_unit_test(test_csv),
		cmocka_unit_test(test_pdf), cmocka_unit_test(test_no_documents), cmocka_unit_test(test_older_and_encrypted_office_files),
		cmocka_unit_test(test_docx), cmocka_unit_test(test_larger_than_the_limit),
		cmocka_unit_test(test_gates), cmocka_unit_test(test_item_gate),
		cmocka_unit_test(test_document_id_of_a_running_line), cmocka_unit_test(test_document_id_is_its_own), cmocka_unit_test(test_handler), cmocka_unit_test(test_handler_keeps_the_last),
		cmocka_unit_test(test_handler_archive),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
