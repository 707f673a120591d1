#include "workers/preprocess/docx_tags.h"

#include "base/check.h"
#include "base/text.h"

enum docx_namespace { NAMESPACE_NONE, NAMESPACE_W, NAMESPACE_M, NAMESPACE_A, NAMESPACE_WP, NAMESPACE_V, NAMESPACE_MC, NAMESPACE_C,
		      NAMESPACE_DGM, NAMESPACE_REL, NAMESPACE_CT, NAMESPACE_DC };

static const struct {
	const char *uri;
	enum docx_namespace namespace;
} namespaces[] = {
	{ "http://schemas.openxmlformats.org/wordprocessingml/2006/main", NAMESPACE_W },
	{ "http://purl.oclc.org/ooxml/wordprocessingml/main", NAMESPACE_W },
	{ "http://schemas.openxmlformats.org/officeDocument/2006/math", NAMESPACE_M },
	{ "http://purl.oclc.org/ooxml/officeDocument/math", NAMESPACE_M },
	{ "http://schemas.openxmlformats.org/drawingml/2006/main", NAMESPACE_A },
	{ "http://purl.oclc.org/ooxml/drawingml/main", NAMESPACE_A },
	{ "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing", NAMESPACE_WP },
	{ "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing", NAMESPACE_WP },
	{ "urn:schemas-microsoft-com:vml", NAMESPACE_V },
	{ "http://schemas.openxmlformats.org/markup-compatibility/2006", NAMESPACE_MC },
	{ "http://schemas.openxmlformats.org/drawingml/2006/chart", NAMESPACE_C },
	{ "http://purl.oclc.org/ooxml/drawingml/chart", NAMESPACE_C },
	{ "http://schemas.openxmlformats.org/drawingml/2006/diagram", NAMESPACE_DGM },
	{ "http://purl.oclc.org/ooxml/drawingml/diagram", NAMESPACE_DGM },
	{ "http://schemas.openxmlformats.org/package/2006/relationships", NAMESPACE_REL },
	{ "http://schemas.openxmlformats.org/package/2006/content-types", NAMESPACE_CT },
	{ "http://purl.org/dc/elements/1.1/", NAMESPACE_DC },
};

static const struct {
	const char *name;
	enum docx_namespace namespace;
} tags[DOCX_TAG_COUNT] = {
#define DOCX_TAG_ROW(space, tag_name) [DOCX_##space##_##tag_name] = { #tag_name, NAMESPACE_##space },
	DOCX_TAGS(DOCX_TAG_ROW)
#undef DOCX_TAG_ROW
};

enum docx_tag docx_tag_find(const char *namespace, const char *name)
{
	enum docx_namespace found = NAMESPACE_NONE;

	if (!namespace || !name)
		return DOCX_UNKNOWN;
	for (size_t i = 0; i < COUNT_OF(namespaces) && found == NAMESPACE_NONE; i++)
		if (strcmp(namespaces[i].uri, namespace) == 0)
			found = namespaces[i].namespace;
	if (found == NAMESPACE_NONE)
		return DOCX_UNKNOWN;
	for (int tag = DOCX_UNKNOWN + 1; tag < DOCX_TAG_COUNT; tag++)
		if (tags[tag].namespace == found && strcmp(tags[tag].name, name) == 0)
			return (enum docx_tag)tag;
	return DOCX_UNKNOWN;
}
