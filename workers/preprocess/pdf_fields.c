/* pdf_fields.c: what was filled into the form fields of a page, as words where the fields stand; poppler gives them apart from the
 * page's text. See pdf_source.h. */
#include "workers/preprocess/pdf_source_private.h"

#include <errno.h>

enum { VALUE_BYTES_MAX = 64 << 10 };

static const float type_size_max = 10, height_share = 0.7f;

/* --- what is in it ----------------------------------------------------------------------------------------------- */

/* One word at `x`; returns where the next one begins. */
static float add_word(struct pdf_page *page, struct text text, float x, float bottom, float size, int *status)
{
	struct pdf_word *word = pdf_page_add_word(page);
	const char *end = text.data + text.bytes;
	float left = x;

	if (!word) {
		*status = -ENOMEM;
		return x;
	}
	word->size = size;
	for (const char *p = text.data; p < end; p = g_utf8_next_char(p), left += size / 2)
		pdf_page_append(page, g_utf8_get_char(p), (struct pdf_box){ left, bottom - size, left + size / 2, bottom });
	return left + size / 2;
}

static int add_value(struct pdf_page *page, const char *value, struct pdf_box box)
{
	struct text rest = text_slice(text_from(value), 0, size_min(strlen(value), VALUE_BYTES_MAX)), line, word;
	const float height = box.y1 - box.y0, size = height * height_share < type_size_max ? height * height_share : type_size_max;
	float bottom = box.y0 + size * 1.2f;
	int status = 0;

	if (!g_utf8_validate(rest.data, (gssize)rest.bytes, NULL) || size <= 1)
		return 0;
	while (status == 0 && text_next_line(&rest, &line)) {
		const size_t before = page->word_count;
		float x = box.x0;
		while (status == 0 && text_next_field(&line, ' ', &word))
			if (word.bytes > 0)
				x = add_word(page, word, x, bottom, size, &status);
		if (page->word_count > before)
			page->words[page->word_count - 1].line_end = true;
		bottom += size * 1.2f;
	}
	return status;
}

static char *value_of(PopplerFormField *field)
{
	if (poppler_form_field_get_field_type(field) == POPPLER_FORM_FIELD_TEXT)
		return poppler_form_field_text_is_password(field) ? NULL : poppler_form_field_text_get_text(field);
	if (poppler_form_field_get_field_type(field) != POPPLER_FORM_FIELD_CHOICE)
		return NULL;
	for (gint i = 0; i < poppler_form_field_choice_get_n_items(field); i++)
		if (poppler_form_field_choice_is_item_selected(field, i))
			return poppler_form_field_choice_get_item(field, i);
	return NULL;
}

int pdf_source_fields(struct pdf_source *source, struct pdf_page *page)
{
	GList *fields = source->page && source->signs.form ? poppler_page_get_form_field_mapping(source->page) : NULL;
	int status = 0;

	for (GList *i = fields; i && status == 0; i = i->next) {
		const PopplerFormFieldMapping *mapping = i->data;
		const PopplerRectangle *area = &mapping->area; /* from the bottom of the page */
		char *value = value_of(mapping->field);
		if (value)
			status = add_value(page, value, (struct pdf_box){ pdf_sane(area->x1), page->height - pdf_sane(area->y2), pdf_sane(area->x2),
								       page->height - pdf_sane(area->y1) });
		g_free(value);
	}
	poppler_page_free_form_field_mapping(fields);
	return status;
}
