/* extract_sections.c: what each block stands under: the category that its headings announce ("Parameters", "Counters") and
 * the heading that names an MO class. One pass; a section hands down what it is to the sections below it. */
#include "workers/preprocess/extract_context.h"

#include <errno.h>
#include <stdlib.h>

enum { HEADING_BYTES_MAX = 200 };

static int8_t category_named(struct text field)
{
	for (int category = 0; category < DOCUMENT_CATEGORY_COUNT; category++)
		if (text_equal(field, text_from(document_category_name((enum document_category)category))))
			return (int8_t)category;
	return -1;
}

/* "EUtranCellFDD", "MO Class EUtranCellFDD", "class EUtranCellFDD": the class, or an empty text. */
static struct text class_in_heading(struct extract *extract, struct text heading)
{
	struct text last = heading, first = heading;
	for (size_t i = 0; i < heading.bytes; i++)
		if (ascii_is_space(heading.data[i]))
			last = text_slice(heading, i + 1, heading.bytes);
	last = extract_strip_marks(last);
	if (!extract_is_identifier(last) || !ascii_is_upper(last.data[0]))
		return TEXT_LITERAL("");
	first.bytes = last.data > heading.data ? (size_t)(last.data - heading.data) : 0;
	while (first.bytes > 0 && !ascii_is_alnum(first.data[first.bytes - 1]))
		first.bytes--;
	bool announced = extract_vocabulary_is(&extract->vocabulary, "headings", "mo_class", first);
	bool alone = first.bytes == 0 && domain_list_has(extract->domain, DOMAIN_LIST_MO_CLASSES, last);
	return announced || alone ? last : TEXT_LITERAL("");
}

int extract_find_sections(struct extract *extract)
{
	extract->sections = calloc(extract->blocks.count + 1, sizeof(*extract->sections));
	if (!extract->sections)
		return -ENOMEM;
	for (size_t i = 0; i < extract->blocks.count; i++) {
		const struct block *block = &extract->blocks.items[i];
		struct extract_section *section = &extract->sections[i];
		*section = (struct extract_section){ .category = -1, .class_heading = -1 };
		if (block->heading >= 0) {
			section->category = extract->sections[block->heading].category;
			section->class_heading = extract->sections[block->heading].class_heading;
		}
		struct text heading = extract_block_content(extract, block);
		if (block->kind != BLOCK_HEADING || heading.bytes > HEADING_BYTES_MAX)
			continue;
		int8_t own = block->level > 1 ? category_named(extract_vocabulary_field_in(&extract->vocabulary, "headings", extract_plain(extract, heading))) : -1;
		if (own >= 0)
			section->category = own;
		struct text mo_class = class_in_heading(extract, heading);
		if (mo_class.bytes > 0)
			section->class_heading = (int32_t)i;
	}
	return 0;
}

struct text extract_section_class(struct extract *extract, size_t block_index)
{
	int32_t heading = extract->sections[block_index].class_heading;
	if (heading < 0)
		return TEXT_LITERAL("");
	return class_in_heading(extract, extract_block_content(extract, &extract->blocks.items[heading]));
}
