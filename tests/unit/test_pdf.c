/* Whole PDF files, written here object by object, through poppler to Markdown; and files that are no good. */
#include "workers/preprocess/convert.h"

#include "tests/unit/domain_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { OBJECTS_MAX = 64, PAGES_MAX = 16 };

/* A file being written: objects 1 catalog, 2 pages, 3–5 fonts, 6 image, then two objects a page. */
struct file {
	struct buffer bytes;
	size_t offsets[OBJECTS_MAX];
	int object_count;
	const char *contents[PAGES_MAX];
	int page_count;
	const char *outline; /* objects 7 and 8, or NULL */
	const char *trailer; /* further entries */
};

static struct settings settings;
static struct domain *domain;

static void add_object(struct file *file, const char *body)
{
	file->offsets[++file->object_count] = file->bytes.bytes;
	buffer_append_format(&file->bytes, "%d 0 obj\n%s\nendobj\n", file->object_count, body);
}

static void add_stream(struct file *file, const char *dictionary, const char *data)
{
	struct buffer body;

	buffer_init(&body, 1 << 20);
	buffer_append_format(&body, "<< %s /Length %zu >>\nstream\n%s\nendstream", dictionary, strlen(data), data);
	add_object(file, buffer_string(&body));
	buffer_done(&body);
}

static struct text write_file(struct file *file)
{
	struct buffer kids;
	const int first_page = 9;
	char page[512];

	buffer_init(&file->bytes, 1 << 20);
	buffer_init(&kids, 1 << 16);
	for (int i = 0; i < file->page_count; i++)
		buffer_append_format(&kids, "%d 0 R ", first_page + 2 * i);
	buffer_append_string(&file->bytes, "%PDF-1.4\n");
	add_object(file, file->outline ? "<< /Type /Catalog /Pages 2 0 R /Outlines 7 0 R >>" : "<< /Type /Catalog /Pages 2 0 R >>");
	snprintf(page, sizeof(page), "<< /Type /Pages /Count %d /Kids [ %s] >>", file->page_count, buffer_string(&kids));
	add_object(file, page);
	add_object(file, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
	add_object(file, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
	add_object(file, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>");
	add_stream(file, "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", "x");
	add_object(file, "<< /Type /Outlines /First 8 0 R /Last 8 0 R /Count 1 >>");
	add_object(file, file->outline ? file->outline : "null");
	for (int i = 0; i < file->page_count; i++) {
		snprintf(page, sizeof(page), "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R /Resources << /Font "
			 "<< /F1 3 0 R /F2 4 0 R /F3 5 0 R >> /XObject << /Im 6 0 R >> >> >>", first_page + 2 * i + 1);
		add_object(file, page);
		add_stream(file, "", file->contents[i]);
	}
	size_t start = file->bytes.bytes;
	buffer_append_format(&file->bytes, "xref\n0 %d\n0000000000 65535 f \n", file->object_count + 1);
	for (int i = 1; i <= file->object_count; i++)
		buffer_append_format(&file->bytes, "%010zu 00000 n \n", file->offsets[i]);
	buffer_append_format(&file->bytes, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%zu\n%%%%EOF\n", file->object_count + 1,
			     file->trailer ? file->trailer : "", start);
	buffer_done(&kids);
	return buffer_view(&file->bytes);
}

struct converted {
	int status;
	struct buffer markdown;
	struct document_builder *document;
	struct error_text error;
};

static struct converted convert_data(struct text data)
{
	struct converted result = { .document = document_builder_create() };
	struct convert_input input = { .data = data, .name = TEXT_LITERAL("a.pdf"), .settings = &settings, .domain = domain };

	buffer_init(&result.markdown, 16 << 20);
	result.status = convert_pdf(&input, &result.markdown, result.document, &result.error);
	return result;
}

static struct converted convert(struct file *file)
{
	struct converted result = convert_data(write_file(file));
	buffer_done(&file->bytes);
	return result;
}

static void done(struct converted *result)
{
	buffer_done(&result->markdown);
	document_builder_destroy(result->document);
}

#define TEXT_AT(font, size, x, y, text) "BT /" font " " #size " Tf " #x " " #y " Td (" text ") Tj ET\n"

static void converts_a_small_document(void **state)
{
	struct file file = {
		.page_count = 1,
		.contents = {
			TEXT_AT("F2", 20, 50, 740, "Adaptive Cell Range")
			TEXT_AT("F2", 14, 50, 700, "1 Overview")
			TEXT_AT("F1", 10, 50, 680, "The feature changes the range of the cell, so that it fits to the traf-")
			TEXT_AT("F1", 10, 50, 668, "fic that it has to carry.")
			TEXT_AT("F1", 10, 60, 640, "\225 first")
			TEXT_AT("F1", 10, 60, 628, "\225 second")
			TEXT_AT("F3", 10, 50, 600, "cmedit get * EUtranCellFDD.cellRange"),
		},
	};
	struct converted result = convert(&file);

	(void)state;
	assert_int_equal(result.status, 0);
	assert_string_equal(buffer_string(&result.markdown),
			    "# Adaptive Cell Range\n\n## 1 Overview\n\n"
			    "The feature changes the range of the cell, so that it fits to the traffic that it has to carry.\n\n"
			    "- first\n- second\n\n```\ncmedit get * EUtranCellFDD.cellRange\n```\n");
	assert_true(text_equal(document_builder_meta(result.document, DOCUMENT_META_TITLE), TEXT_LITERAL("Adaptive Cell Range")));
	assert_true(text_starts_with(document_builder_meta(result.document, DOCUMENT_META_CONVERTER), TEXT_LITERAL("poppler ")));
	assert_int_equal(document_builder_counts(result.document)->pages, 1);
	assert_true(document_builder_scores(result.document)->conversion == 1.0f);
	done(&result);
}

static void drops_running_headers(void **state)
{
	struct file file = {
		.page_count = 3,
		.contents = {
			TEXT_AT("F1", 9, 50, 770, "22104-LZA7016014_1Uen.AA Guide 1") TEXT_AT("F1", 10, 50, 600, "One."),
			TEXT_AT("F1", 9, 50, 770, "22104-LZA7016014_1Uen.AA Guide 2") TEXT_AT("F1", 10, 50, 500, "Two."),
			TEXT_AT("F1", 9, 50, 770, "22104-LZA7016014_1Uen.AA Guide 3") TEXT_AT("F1", 10, 50, 400, "Three."),
		},
	};
	struct converted result = convert(&file);

	(void)state;
	assert_string_equal(buffer_string(&result.markdown), "One.\n\nTwo.\n\nThree.\n");
	assert_true(text_equal(document_builder_meta(result.document, DOCUMENT_META_DOCUMENT_ID), TEXT_LITERAL("22104-LZA7016014_1Uen.AA")));
	done(&result);
}

static void takes_headings_from_the_outline(void **state)
{
	struct file file = {
		.page_count = 1,
		.outline = "<< /Title (Plain words) /Parent 7 0 R /Dest [9 0 R /Fit] >>",
		.contents = { TEXT_AT("F1", 10, 50, 700, "Plain words") TEXT_AT("F1", 10, 50, 670, "Some text below.") },
	};
	struct converted result = convert(&file);

	(void)state;
	assert_string_equal(buffer_string(&result.markdown), "# Plain words\n\nSome text below.\n");
	done(&result);
	file = (struct file){
		.page_count = 1,
		.outline = file.outline,
		.contents = { TEXT_AT("F1", 10, 50, 700, "Plain words") TEXT_AT("F1", 10, 200, 700, "What they are") },
	};
	result = convert(&file);
	assert_string_equal(buffer_string(&result.markdown), "# Plain words What they are\n");
	done(&result);
}

static void keeps_the_title_field_out_of_the_text(void **state)
{
	struct file file = {
		.page_count = 1,
		.trailer = "/Info << /Title (Cell handbook) >>",
		.contents = { TEXT_AT("F1", 10, 50, 700, "Some text.") },
	};
	struct converted result = convert(&file);

	(void)state;
	assert_string_equal(buffer_string(&result.markdown), "Some text.\n");
	done(&result);
}

static void leaves_out_pages_beyond_the_limit(void **state)
{
	struct file file = {
		.page_count = 3,
		.contents = { TEXT_AT("F1", 10, 50, 600, "One."), TEXT_AT("F1", 10, 50, 500, "Two."), TEXT_AT("F1", 10, 50, 400, "Three.") },
	};

	(void)state;
	settings.convert.pdf_pages_max = 2;
	struct converted result = convert(&file);
	settings.convert.pdf_pages_max = 20000;
	assert_string_equal(buffer_string(&result.markdown), "One.\n\nTwo.\n\n1 further pages were left out: the limit convert.pdf_pages_max is 2.\n");
	assert_int_equal(document_builder_counts(result.document)->pages, 2);
	assert_true(document_builder_scores(result.document)->conversion < 0.7f);
	done(&result);
}

/* The catalog and the page are told of the form by an update at the end of the file. */
static void keeps_values_of_forms(void **state)
{
	struct file file = { .page_count = 1, .contents = { TEXT_AT("F1", 10, 50, 700, "Name of the node:") } };
	struct text whole = write_file(&file);
	struct buffer bytes;
	size_t offsets[3];

	(void)state;
	buffer_init(&bytes, 1 << 20);
	buffer_append_text(&bytes, whole);
	offsets[0] = bytes.bytes;
	buffer_append_string(&bytes, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [20 0 R] >> >>\nendobj\n");
	offsets[1] = bytes.bytes;
	buffer_append_string(&bytes, "9 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 10 0 R /Annots [20 0 R] /Resources "
				     "<< /Font << /F1 3 0 R >> >> >>\nendobj\n");
	offsets[2] = bytes.bytes;
	buffer_append_string(&bytes, "20 0 obj\n<< /Type /Annot /Subtype /Widget /FT /Tx /T (node) /V (RBS one two) /Rect [160 695 300 711] /P 9 0 R >>\nendobj\n");
	const size_t start = bytes.bytes;
	buffer_append_format(&bytes, "xref\n1 1\n%010zu 00000 n \n9 1\n%010zu 00000 n \n20 1\n%010zu 00000 n \ntrailer\n<< /Size 21 /Root 1 0 R >>\n"
			     "startxref\n%zu\n%%%%EOF\n", offsets[0], offsets[1], offsets[2], start);
	struct converted result = convert_data(buffer_view(&bytes));
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(buffer_string(&result.markdown), "Name of the node:"));
	assert_non_null(strstr(buffer_string(&result.markdown), "RBS one two"));
	done(&result);
	buffer_done(&bytes);
	buffer_done(&file.bytes);
}

/* White on white, drawn without ink, of no size, beside the page: left out. White on a dark ground is seen. */
static void leaves_hidden_text_out(void **state)
{
	struct file file = {
		.page_count = 2,
		.contents = {
			TEXT_AT("F1", 10, 50, 700, "This sentence can be seen by everybody, and it stays.")
			"1 1 1 rg\n" TEXT_AT("F1", 10, 50, 650, "White as paper.") "0 g\n"
			"BT 3 Tr /F1 10 Tf 50 600 Td (Without ink.) Tj ET\n"
			"BT 0 Tr /F1 0.2 Tf 50 550 Td (Of no size.) Tj ET\n" TEXT_AT("F1", 10, -500, 500, "Beside the page.")
			"0.1 0.1 0.4 rg 40 440 300 30 re f 1 1 1 rg\n" TEXT_AT("F1", 10, 50, 450, "White on a dark ground is seen.") "0 g\n",
			TEXT_AT("F1", 10, 50, 700, "The second page, too.")
			"BT 3 Tr /F1 10 Tf 50 600 Td (Again without ink.) Tj ET\n",
		},
	};
	struct converted result = convert(&file);

	(void)state;
	assert_string_equal(buffer_string(&result.markdown), "This sentence can be seen by everybody, and it stays.\n\nWhite on a dark ground is seen.\n\n"
			    "The second page, too.\n");
	done(&result);
}

static void expect_rejected(struct converted result, const char *reason)
{
	assert_int_equal(result.status, ERROR_INPUT_REJECTED);
	assert_non_null(strstr(result.error.message, reason));
	done(&result);
}

static void rejects_pages_without_text(void **state)
{
	struct file scanned = { .page_count = 2, .contents = { "q 500 0 0 500 50 50 cm /Im Do Q", "q 500 0 0 500 50 50 cm /Im Do Q" } };
	struct file empty = { .page_count = 1, .contents = { "" } };

	(void)state;
	expect_rejected(convert(&scanned), "no text: its pages are pictures, and nothing on them can be made out");
	expect_rejected(convert(&empty), "no text: every page is empty");
}

static void keeps_running_headers_when_asked(void **state)
{
	struct file file = {
		.page_count = 3,
		.contents = {
			TEXT_AT("F1", 9, 50, 770, "Guide 1") TEXT_AT("F1", 10, 50, 600, "One."),
			TEXT_AT("F1", 9, 50, 770, "Guide 2") TEXT_AT("F1", 10, 50, 500, "Two."),
			TEXT_AT("F1", 9, 50, 770, "Guide 3") TEXT_AT("F1", 10, 50, 400, "Three."),
		},
	};

	(void)state;
	settings.convert.pdf_keep_furniture = true;
	struct converted result = convert(&file);
	settings.convert.pdf_keep_furniture = false;
	assert_string_equal(buffer_string(&result.markdown), "Guide 1\n\nOne.\n\nGuide 2\n\nTwo.\n\nGuide 3\n\nThree.\n");
	done(&result);
}

/* Half of the pages pictures that may not be recognised: what is text comes, and the score says that half is missing. */
static void scores_scanned_pages(void **state)
{
	struct file file = { .page_count = 2, .contents = { TEXT_AT("F1", 10, 50, 600, "One."), "q 500 0 0 500 50 50 cm /Im Do Q" } };

	(void)state;
	assert_int_equal(settings_set(&settings, "convert.ocr", "never", NULL), 0);
	struct converted result = convert(&file);
	assert_int_equal(settings_set(&settings, "convert.ocr", "auto", NULL), 0);
	assert_int_equal(result.status, 0);
	assert_true(document_builder_scores(result.document)->conversion == 0.5f);
	done(&result);
}

static void rejects_encrypted_files(void **state)
{
	struct file file = {
		.page_count = 1,
		.contents = { TEXT_AT("F1", 10, 50, 600, "Secret.") },
		.trailer = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
			   "/O <000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f> "
			   "/U <101112131415161718191a1b1c1d1e1f000102030405060708090a0b0c0d0e0f> >> /ID [ <00> <00> ]",
	};

	(void)state;
	expect_rejected(convert(&file), "encrypted: needs a password");
}

static void rejects_damaged_files(void **state)
{
	const char *files[] = { "", "%PDF-1.4\n", "%PDF-1.4\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n", "no PDF at all" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		expect_rejected(convert_data(text_from(files[i])), "damaged PDF");
}

/* Cut off or changed anywhere: converted or rejected, never a crash. */
static void survives_damage(void **state)
{
	struct file file = {
		.page_count = 2,
		.outline = "<< /Title (Plain words) /Parent 7 0 R /Dest [9 0 R /Fit] >>",
		.contents = { TEXT_AT("F1", 10, 50, 600, "One.") TEXT_AT("F2", 14, 50, 500, "Heading"), TEXT_AT("F1", 10, 50, 500, "Two.") },
	};
	struct text whole = write_file(&file);
	uint32_t random = 7;

	(void)state;
	for (size_t bytes = 0; bytes < whole.bytes; bytes += 37) {
		struct converted result = convert_data(text_slice(whole, 0, bytes));
		assert_true(result.status == 0 || (result.status == ERROR_INPUT_REJECTED && result.error.message[0] != '\0'));
		done(&result);
	}
	for (int i = 0; i < 150; i++) {
		struct buffer copy;
		buffer_init(&copy, 1 << 20);
		buffer_append_text(&copy, whole);
		for (int k = 0; k < 4; k++) {
			random = random * 1103515245u + 12345u;
			copy.data[(random >> 8) % copy.bytes] = (char)(random >> 3);
		}
		struct converted result = convert_data(buffer_view(&copy));
		assert_true(result.status == 0 || (result.status == ERROR_INPUT_REJECTED && result.error.message[0] != '\0'));
		done(&result);
		buffer_done(&copy);
	}
	buffer_done(&file.bytes);
}

static void says_when_the_output_is_too_large(void **state)
{
	struct file file = { .page_count = 1, .contents = { TEXT_AT("F1", 10, 50, 600, "A line of text that does not fit.") } };
	struct converted result = { .document = document_builder_create() };
	struct convert_input input = { .data = write_file(&file), .name = TEXT_LITERAL("a.pdf"), .settings = &settings, .domain = domain };

	(void)state;
	buffer_init(&result.markdown, 10);
	assert_int_equal(convert_pdf(&input, &result.markdown, result.document, &result.error), ERROR_LIMIT_HIT);
	assert_non_null(strstr(result.error.message, "markdown_bytes_max"));
	done(&result);
	buffer_done(&file.bytes);
}

static int prepare(void **state)
{
	(void)state;
	settings_init(&settings);
	domain = test_domain_create();
	return 0;
}

static int tidy(void **state)
{
	(void)state;
	domain_destroy(domain);
	settings_done(&settings);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts_a_small_document),
		cmocka_unit_test(drops_running_headers),
		cmocka_unit_test(takes_headings_from_the_outline),
		cmocka_unit_test(keeps_the_title_field_out_of_the_text),
		cmocka_unit_test(leaves_out_pages_beyond_the_limit),
		cmocka_unit_test(rejects_pages_without_text),
		cmocka_unit_test(keeps_running_headers_when_asked),
		cmocka_unit_test(scores_scanned_pages),
		cmocka_unit_test(keeps_values_of_forms),
		cmocka_unit_test(leaves_hidden_text_out),
		cmocka_unit_test(rejects_encrypted_files),
		cmocka_unit_test(rejects_damaged_files),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(says_when_the_output_is_too_large),
	};
	return cmocka_run_group_tests(tests, prepare, tidy);
}
