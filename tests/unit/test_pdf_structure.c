/* Objects of a PDF file and its tree of tags, read within bounds. */
#include "workers/preprocess/pdf_structure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_values(void **state)
{
	struct text rest = TEXT_LITERAL("12 0 R -3.5 (a(b)\\)c) <0aff> /Name%x\n[1 [2] (])] <</A <</B 1>>>> <</A <0a>>> true"), value;
	static const char *const expected[] = { "12 0 R", "-3.5", "(a(b)\\)c)", "<0aff>", "/Name", "[1 [2] (])]", "<</A <</B 1>>>>", "<</A <0a>>>", "true" };
	double number = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_true(pdf_object_next(&rest, &value));
		assert_true(text_equal(value, text_from(expected[i])));
	}
	assert_false(pdf_object_next(&rest, &value));
	assert_int_equal(pdf_object_reference(TEXT_LITERAL("12 0 R")), 12);
	assert_int_equal(pdf_object_reference(TEXT_LITERAL("12 0")), 0);
	assert_true(pdf_object_number(TEXT_LITERAL("-3.5"), &number) && number < -3.4 && number > -3.6);
	assert_false(pdf_object_number(TEXT_LITERAL("3x"), &number));
	assert_true(text_equal(pdf_object_raw(TEXT_LITERAL("<</A [/B 2] /B 7>>"), "/B"), TEXT_LITERAL("7")));
}

/* Many values that refer to one large object would cost their number times its size. */
static void test_work_is_bounded_by_the_size_of_the_file(void **state)
{
	static const char header[] = "1 0 obj\n<</A 2 0 R>>\nendobj\n2 0 obj\n<<";
	static char data[64 << 10];
	enum { ASKED_MAX = 100000 };
	struct pdf_objects objects;
	size_t found = 0;

	(void)state;
	memset(data, ' ', sizeof(data));
	memcpy(data, header, sizeof(header) - 1);
	memcpy(data + sizeof(data) - 2, ">>", 2);
	pdf_objects_init(&objects);
	assert_int_equal(pdf_objects_read(&objects, (struct text){ data, sizeof(data) }), 0);
	while (found < ASKED_MAX && pdf_objects_get(&objects, TEXT_LITERAL("<</B 2 0 R>>"), "/B").bytes > 0)
		found++;
	assert_in_range(found, 32, 1000);
	assert_int_equal(pdf_objects_resolve(&objects, TEXT_LITERAL("1 0 R")).bytes, 0);
	pdf_objects_done(&objects);
}

static void read_structure(struct pdf_structure *structure, const struct buffer *data)
{
	assert_int_equal(data->status, 0);
	pdf_structure_init(structure);
	assert_int_equal(pdf_structure_read(structure, buffer_view(data)), 0);
}

/* Elements that stand in one another, instead of being referred to, are read again for each that holds them: not for many. */
static void test_nested_elements_are_read_a_few_times_only(void **state)
{
	enum { LEAVES = 1000 };
	static const struct { size_t nested, found; } cases[] = { { 2, LEAVES }, { 100, 0 } };
	struct pdf_structure structure;
	struct buffer data;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		buffer_init(&data, 1 << 20);
		buffer_append_string(&data, "1 0 obj\n<</Pages 2 0 R /StructTreeRoot 4 0 R>>\nendobj\n2 0 obj\n<</Kids [3 0 R]>>\nendobj\n3 0 obj\n<</Parent 2 0 R>>\nendobj\n"
					    "4 0 obj\n<</K ");
		for (size_t n = 0; n < cases[i].nested; n++)
			buffer_append_string(&data, "<</S /Div /K [");
		for (int leaf = 0; leaf < LEAVES; leaf++)
			buffer_append_format(&data, "<</S /P /Pg 3 0 R /K %d>>", leaf);
		for (size_t n = 0; n < cases[i].nested; n++)
			buffer_append_string(&data, "]>>");
		buffer_append_string(&data, ">>\nendobj\ntrailer\n<</Root 1 0 R>>\n");
		read_structure(&structure, &data);
		assert_int_equal(structure.piece_count, cases[i].found);
		pdf_structure_done(&structure);
		buffer_done(&data);
	}
}

/* A page that stands in the tree of pages itself has no object: nothing is known of it. */
static void test_a_page_without_an_object(void **state)
{
	static const char text[] = "1 0 obj\n<</Pages 2 0 R /StructTreeRoot 3 0 R>>\nendobj\n2 0 obj\n<</Kids [<</MediaBox [0 0 6 8]>>]>>\nendobj\n"
				   "3 0 obj\n<</K 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n";
	struct pdf_structure structure;
	struct buffer data;
	double left = 0, top = 0;

	(void)state;
	buffer_init(&data, sizeof(text));
	buffer_append_string(&data, text);
	read_structure(&structure, &data);
	assert_int_equal(structure.page_count, 1);
	assert_false(pdf_structure_edges(&structure, 0, &left, &top));
	assert_int_equal(pdf_structure_resources(&structure, 0).bytes, 0);
	pdf_structure_done(&structure);
	buffer_done(&data);
}

/* What thousands of pages have from the one node above them is not looked up in it for each of them. */
static void test_many_pages_below_one_node(void **state)
{
	enum { PAGES = 2000, FIRST = 10 };
	struct pdf_structure structure;
	struct buffer data;
	double left = 0, top = 0;

	(void)state;
	buffer_init(&data, 1 << 20);
	buffer_append_string(&data, "1 0 obj\n<</Pages 2 0 R /StructTreeRoot 3 0 R>>\nendobj\n3 0 obj\n<</K 0>>\nendobj\n2 0 obj\n<</Kids [");
	for (int page = 0; page < PAGES; page++)
		buffer_append_format(&data, "%d 0 R ", FIRST + page);
	buffer_append_string(&data, "] /Parent 4 0 R>>\nendobj\n4 0 obj\n<</MediaBox [7 0 600 800]>>\nendobj\n");
	for (int page = 0; page < PAGES; page++)
		buffer_append_format(&data, "%d 0 obj\n<</Parent 2 0 R%s>>\nendobj\n", FIRST + page, page == 1 ? " /MediaBox [9 0 60 80]" : "");
	buffer_append_string(&data, "trailer\n<</Root 1 0 R>>\n");
	read_structure(&structure, &data);
	assert_int_equal(structure.page_count, PAGES);
	for (uint32_t page = 0; page < PAGES; page++) {
		assert_true(pdf_structure_edges(&structure, page, &left, &top));
		assert_int_equal((int)left, page == 1 ? 9 : 7);
		assert_int_equal((int)top, page == 1 ? 80 : 800);
	}
	pdf_structure_done(&structure);
	buffer_done(&data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_work_is_bounded_by_the_size_of_the_file),
		cmocka_unit_test(test_nested_elements_are_read_a_few_times_only), cmocka_unit_test(test_a_page_without_an_object),
		cmocka_unit_test(test_many_pages_below_one_node),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
