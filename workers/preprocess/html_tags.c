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

enum html_attribute_name html_attribute_find(const char *name)
{
	static const char *const names[] = {
		[HTML_ID] = "id", [HTML_CLASS] = "class", [HTML_ATTRIBUTE_ROLE] = "role", [HTML_HREF] = "href", [HTML_SRC] = "src",
		[HTML_ALT] = "alt", [HTML_COLSPAN] = "colspan", [HTML_ROWSPAN] = "rowspan", [HTML_HIDDEN] = "hidden",
		[HTML_INLINE_STYLE] = "style", [HTML_ARIA_HIDDEN] = "aria-hidden", [HTML_LANGUAGE] = "data-lang", [HTML_START] = "start",
		[HTML_VALUE] = "value", [HTML_TYPE] = "type", [HTML_CHECKED] = "checked", [HTML_ITEMPROP] = "itemprop",
		[HTML_BORDER] = "border", [HTML_TABLE_SUMMARY] = "summary", [HTML_WIDTH] = "width",
		[HTML_NAME] = "name", [HTML_DATA_LANGUAGE] = "data-language", [HTML_LANG] = "lang", [HTML_DATA_SRC] = "data-src",
		[HTML_DATA_ORIGINAL] = "data-original", [HTML_SRCSET] = "srcset", [HTML_SIZE] = "size", [HTML_ARIA_LEVEL] = "aria-level",
		[HTML_ENCODING] = "encoding", [HTML_DISPLAY] = "display", [HTML_ALTTEXT] = "alttext",
		[HTML_FOOTNOTE_REFERENCE] = "data-footnote-ref",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i][0] == name[0] && strcmp(names[i], name) == 0)
			return (enum html_attribute_name)i;
	return HTML_ATTRIBUTE_COUNT;
}
