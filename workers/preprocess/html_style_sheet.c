#include "workers/preprocess/html_style_sheet.h"

#include "base/check.h"

/* One selector of a list: "td", "table th". Its last word is the element; classes, ids, states and attributes narrow it. */
static bool is_of_all_cells(struct text selector)
{
	selector = text_trim(selector);
	if (selector.bytes < 2)
		return false;
	for (size_t i = 0; i < selector.bytes; i++)
		if (strchr(".#:[", selector.data[i]))
			return false;
	struct text last = text_slice(selector, selector.bytes - 2, selector.bytes);
	bool whole = selector.bytes == 2 || ascii_is_space(selector.data[selector.bytes - 3]) || selector.data[selector.bytes - 3] == '>';
	return whole && (text_equal_nocase(last, TEXT_LITERAL("td")) || text_equal_nocase(last, TEXT_LITERAL("th")));
}

/* "border: 1px solid black" among the declarations; neither "border: 0" nor "border: none". */
static bool draws_border(struct text declarations)
{
	struct text declaration, name;

	while (text_next_field(&declarations, ';', &declaration)) {
		if (!text_next_field(&declaration, ':', &name) || !text_equal_nocase(text_trim(name), TEXT_LITERAL("border")))
			continue;
		struct text value = text_trim(declaration);
		return value.bytes > 0 && value.data[0] != '0' && !text_starts_with_nocase(value, TEXT_LITERAL("none"));
	}
	return false;
}

bool html_style_sheet_borders_cells(struct text sheet)
{
	enum { RULE_BYTES_MAX = 1000 };
	size_t start = 0; /* of the selectors */

	for (size_t i = 0; i < sheet.bytes; i++) {
		if (sheet.data[i] == '}' || (sheet.data[i] == '/' && i > 0 && sheet.data[i - 1] == '*'))
			start = i + 1;
		if (sheet.data[i] != '{')
			continue;
		struct text selectors = text_slice(sheet, start, i), selector, declarations = text_slice(sheet, i + 1, size_min(sheet.bytes, i + RULE_BYTES_MAX));
		const char *close = memchr(declarations.data, '}', declarations.bytes);
		declarations.bytes = close ? (size_t)(close - declarations.data) : declarations.bytes;
		start = i + 1; /* of a rule in another, "@media print {" */
		bool cells = false;
		while (!cells && selectors.bytes > 0 && text_next_field(&selectors, ',', &selector))
			cells = is_of_all_cells(selector);
		if (cells && draws_border(declarations))
			return true;
	}
	return false;
}
