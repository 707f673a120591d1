#include "workers/preprocess/html_tags.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *name; uint8_t role; } tags[] = {
#define HTML_TAG(name, string, role) { string, HTML_ROLE_##role },
	HTML_TAGS(HTML_TAG)
#undef HTML_TAG
};

enum { FIRST_TAG = HTML_UNKNOWN + 1 };

enum html_tag html_tag_find(const char *name)
{
	size_t low = 0, high = COUNT_OF(tags);

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, tags[middle].name);
		if (order == 0)
			return (enum html_tag)(FIRST_TAG + middle);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return HTML_UNKNOWN;
}

enum html_role html_tag_role(enum html_tag tag)
{
	CHECK(tag < HTML_TAG_COUNT);
	return (int)tag < (int)FIRST_TAG ? HTML_ROLE_INLINE : tags[tag - FIRST_TAG].role;
}

bool html_tag_is_block(enum html_tag tag)
{
	switch (tag) {
	case HTML_BLOCKQUOTE: case HTML_DD: case HTML_DIR: case HTML_DIV: case HTML_DL: case HTML_DT: case HTML_H1: case HTML_H2:
	case HTML_H3: case HTML_H4: case HTML_H5: case HTML_H6: case HTML_HR: case HTML_LI: case HTML_LISTING: case HTML_MENU:
	case HTML_OL: case HTML_PRE: case HTML_TABLE: case HTML_UL: case HTML_XMP: case HTML_HEAD: case HTML_META: case HTML_LINK:
	case HTML_TITLE: case HTML_BASE: case HTML_PLAINTEXT:
		return true;
	default:
		return html_tag_role(tag) == HTML_ROLE_BLOCK;
	}
}

enum html_attribute_name html_attribute_find(struct text name)
{
	enum { NAME_BYTES_MAX = 17, PER_LENGTH_MAX = 6 };
	static const struct { const char *name; uint8_t attribute; } names[NAME_BYTES_MAX + 1][PER_LENGTH_MAX + 1] = {
		[2] = { { "id", HTML_ID } },
		[3] = { { "src", HTML_SRC }, { "alt", HTML_ALT } },
		[4] = { { "href", HTML_HREF }, { "name", HTML_NAME }, { "role", HTML_ATTRIBUTE_ROLE }, { "type", HTML_TYPE }, { "lang", HTML_LANG }, { "size", HTML_SIZE } },
		[5] = { { "class", HTML_CLASS }, { "style", HTML_INLINE_STYLE }, { "width", HTML_WIDTH }, { "start", HTML_START }, { "value", HTML_VALUE } },
		[6] = { { "border", HTML_BORDER }, { "hidden", HTML_HIDDEN }, { "srcset", HTML_SRCSET }, { "height", HTML_HEIGHT } },
		[7] = { { "colspan", HTML_COLSPAN }, { "rowspan", HTML_ROWSPAN }, { "checked", HTML_CHECKED }, { "summary", HTML_TABLE_SUMMARY },
			{ "display", HTML_DISPLAY }, { "alttext", HTML_ALTTEXT } },
		[8] = { { "itemprop", HTML_ITEMPROP }, { "data-src", HTML_DATA_SRC }, { "encoding", HTML_ENCODING } },
		[9] = { { "data-lang", HTML_LANGUAGE } },
		[10] = { { "aria-level", HTML_ARIA_LEVEL }, { "aria-label", HTML_ARIA_LABEL } },
		[11] = { { "aria-hidden", HTML_ARIA_HIDDEN } },
		[13] = { { "data-language", HTML_DATA_LANGUAGE }, { "data-original", HTML_DATA_ORIGINAL } },
		[17] = { { "data-footnote-ref", HTML_FOOTNOTE_REFERENCE } },
	};

	if (name.bytes > NAME_BYTES_MAX)
		return HTML_ATTRIBUTE_COUNT;
	for (size_t i = 0; names[name.bytes][i].name; i++)
		if (names[name.bytes][i].name[0] == ascii_lower(name.data[0]) && text_equal_nocase(name, (struct text){ names[name.bytes][i].name, name.bytes }))
			return (enum html_attribute_name)names[name.bytes][i].attribute;
	return HTML_ATTRIBUTE_COUNT;
}
