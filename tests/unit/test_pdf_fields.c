/* Is there a form in a PDF file: by its bytes alone, and within compressed objects. */
#include "base/buffer.h"
#include "workers/preprocess/pdf_source_private.h"

#include <gio/gio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A compressed stream of objects: `blanks` before `objects`. */
static void append_objects(struct buffer *file, size_t blanks, const char *objects)
{
	GConverter *deflate = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 6));
	struct buffer plain;
	gsize read, written;

	buffer_init(&plain, 1 << 20);
	for (size_t i = 0; i < blanks; i++)
		buffer_append_byte(&plain, ' ');
	buffer_append_string(&plain, objects);
	char bytes[8192];
	assert_int_equal(g_converter_convert(deflate, plain.data, plain.bytes, bytes, sizeof(bytes), G_CONVERTER_INPUT_AT_END, &read, &written, NULL),
			 G_CONVERTER_FINISHED);
	assert_int_equal(read, plain.bytes);
	buffer_append_string(file, "5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\r\n");
	buffer_append(file, bytes, written);
	buffer_append_string(file, "\nendstream\nendobj\n");
	g_object_unref(deflate);
	buffer_done(&plain);
}

static bool possible(struct buffer *file)
{
	struct pdf_signs signs;

	pdf_signs_find(buffer_view(file), &signs);
	return signs.form;
}

static void finds_forms(void **state)
{
	struct buffer file;

	(void)state;
	buffer_init(&file, 1 << 20);
	buffer_append_string(&file, "%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
	assert_false(possible(&file));
	append_objects(&file, 0, "1 0 << /Type /Catalog /Pages 2 0 R >>");
	append_objects(&file, 100000, "<< /Type /Font >>");
	assert_false(possible(&file));
	const size_t before = file.bytes;
	append_objects(&file, 10, "1 0 << /Type /Catalog /AcroForm 7 0 R >>");
	assert_true(possible(&file));
	for (size_t blanks = 32750; blanks < 32770; blanks++) { /* over the end of a piece */
		buffer_truncate(&file, before);
		append_objects(&file, blanks, "/AcroForm 7 0 R");
		assert_true(possible(&file));
	}
	buffer_truncate(&file, before);
	buffer_append_string(&file, "<< /AcroForm 7 0 R >>");
	assert_true(possible(&file));
	buffer_done(&file);
}

/* What cannot be read may hold a form. */
static void doubts_what_it_cannot_read(void **state)
{
	struct buffer file;

	(void)state;
	buffer_init(&file, 1 << 20);
	buffer_append_string(&file, "<< /Type /ObjStm >>\nstream\nencrypted or damaged\nendstream\n");
	assert_true(possible(&file));
	buffer_clear(&file);
	buffer_append_string(&file, "<< /Type /ObjStm >>");
	assert_true(possible(&file));
	buffer_clear(&file);
	append_objects(&file, 0, "1 0 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
	buffer_truncate(&file, file.bytes - 40); /* within the data */
	assert_true(possible(&file));
	buffer_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_forms),
		cmocka_unit_test(doubts_what_it_cannot_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
