/* document_names.c: the names that the enums of a document have in files and front matter. Static strings. */
#include "proto/document.h"

static const char *name_of(const char *const names[], size_t count, unsigned value)
{
	CHECK(value < count);
	return names[value];
}

const char *document_format_name(enum document_format format)
{
	static const char *const names[DOCUMENT_FORMAT_COUNT] = {
		[DOCUMENT_FORMAT_UNKNOWN] = "unknown", [DOCUMENT_FORMAT_HTML] = "html",
		[DOCUMENT_FORMAT_MARKDOWN] = "markdown", [DOCUMENT_FORMAT_TEXT] = "text",
		[DOCUMENT_FORMAT_CSV] = "csv", [DOCUMENT_FORMAT_PDF] = "pdf",
		[DOCUMENT_FORMAT_DOCX] = "docx", [DOCUMENT_FORMAT_ARCHIVE] = "archive",
		[DOCUMENT_FORMAT_IMAGE] = "image", [DOCUMENT_FORMAT_BINARY] = "binary",
	};
	return name_of(names, COUNT_OF(names), format);
}

const char *document_gate_name(enum document_gate gate)
{
	static const char *const names[DOCUMENT_GATE_COUNT] = {
		[DOCUMENT_GATE_NONE] = "none", [DOCUMENT_GATE_INTAKE] = "intake",
		[DOCUMENT_GATE_CONVERSION] = "conversion", [DOCUMENT_GATE_PREPROCESSING] = "preprocessing",
		[DOCUMENT_GATE_EXTRACTION] = "extraction", [DOCUMENT_GATE_GENERATION] = "generation",
	};
	return name_of(names, COUNT_OF(names), gate);
}

const char *document_meta_name(enum document_meta meta)
{
	static const char *const names[DOCUMENT_META_COUNT] = {
		[DOCUMENT_META_REASON] = "reason",
		[DOCUMENT_META_TITLE] = "title",
		[DOCUMENT_META_FEATURE_NAME] = "feature_name",
		[DOCUMENT_META_ACRONYM] = "acronym",
		[DOCUMENT_META_DOCUMENT_ID] = "document_id",
		[DOCUMENT_META_VERSION] = "version",
		[DOCUMENT_META_SERIES] = "series",
		[DOCUMENT_META_RELEASE] = "release",
		[DOCUMENT_META_FAJ_CODE] = "faj_code",
		[DOCUMENT_META_CXC_CODES] = "cxc_codes",
		[DOCUMENT_META_VALUE_PACKAGE] = "value_package",
		[DOCUMENT_META_NODE_TYPE] = "node_type",
		[DOCUMENT_META_ACCESS_TYPE] = "access_type",
		[DOCUMENT_META_LICENSING] = "licensing",
		[DOCUMENT_META_FEATURE_STATE] = "feature_state",
		[DOCUMENT_META_LANGUAGE] = "language",
		[DOCUMENT_META_LIBRARY] = "library",
		[DOCUMENT_META_REVISION] = "revision",
		[DOCUMENT_META_KIND] = "kind",
		[DOCUMENT_META_CONVERTER] = "converter",
		[DOCUMENT_META_ENCODING] = "encoding",
		[DOCUMENT_META_MO_CLASSES] = "mo_classes",
		[DOCUMENT_META_TERMS] = "terms",
	};
	return name_of(names, COUNT_OF(names), meta);
}

const char *document_tier_name(enum document_tier tier)
{
	static const char *const names[DOCUMENT_TIER_COUNT] = {
		[DOCUMENT_TIER_FAST] = "fast",
		[DOCUMENT_TIER_BALANCED] = "balanced",
		[DOCUMENT_TIER_QUALITY] = "quality",
	};
	return name_of(names, COUNT_OF(names), tier);
}

const char *document_chunk_type_name(enum document_chunk_type type)
{
	static const char *const names[DOCUMENT_CHUNK_TYPE_COUNT] = {
		[DOCUMENT_CHUNK_PARAMETER] = "parameter", [DOCUMENT_CHUNK_COUNTER] = "counter",
		[DOCUMENT_CHUNK_PROCEDURE] = "procedure", [DOCUMENT_CHUNK_TECHNICAL] = "technical",
		[DOCUMENT_CHUNK_MIXED] = "mixed",
	};
	return name_of(names, COUNT_OF(names), type);
}

const char *document_category_name(enum document_category category)
{
	static const char *const names[DOCUMENT_CATEGORY_COUNT] = {
		[DOCUMENT_MAIN_FEATURES] = "main_features",
		[DOCUMENT_PARAMETERS] = "parameters",
		[DOCUMENT_COUNTERS] = "counters",
		[DOCUMENT_EVENTS] = "events",
		[DOCUMENT_RELATED_FEATURES] = "related_features",
		[DOCUMENT_ACTIVATION_PROCEDURES] = "activation_procedures",
		[DOCUMENT_ALARMS] = "alarms",
		[DOCUMENT_ACTIONS] = "actions",
	};
	return name_of(names, COUNT_OF(names), category);
}

const char *document_key_name(enum document_key key)
{
	static const char *const names[DOCUMENT_KEY_COUNT] = {
		[DOCUMENT_KEY_NAME] = "name",
		[DOCUMENT_KEY_MO_CLASS] = "mo_class",
		[DOCUMENT_KEY_ATTRIBUTE] = "attribute",
		[DOCUMENT_KEY_DESCRIPTION] = "description",
		[DOCUMENT_KEY_TYPE] = "type",
		[DOCUMENT_KEY_RANGE] = "range",
		[DOCUMENT_KEY_DEFAULT] = "default",
		[DOCUMENT_KEY_UNIT] = "unit",
		[DOCUMENT_KEY_RELATION] = "relation",
		[DOCUMENT_KEY_READ_ONLY] = "read_only",
		[DOCUMENT_KEY_TRIGGER] = "trigger",
		[DOCUMENT_KEY_FAJ] = "faj",
		[DOCUMENT_KEY_CXC] = "cxc",
		[DOCUMENT_KEY_VALUE_PACKAGE] = "value_package",
		[DOCUMENT_KEY_NODE_TYPE] = "node_type",
		[DOCUMENT_KEY_ACCESS_TYPE] = "access_type",
		[DOCUMENT_KEY_LICENSING] = "licensing",
		[DOCUMENT_KEY_STATE] = "state",
		[DOCUMENT_KEY_RELATIONSHIP] = "relationship",
		[DOCUMENT_KEY_KIND] = "kind",
		[DOCUMENT_KEY_PREREQUISITE] = "prerequisites",
		[DOCUMENT_KEY_STEP] = "steps",
		[DOCUMENT_KEY_AFTER_TASK] = "after_task",
		[DOCUMENT_KEY_SET_MO] = "mo",
		[DOCUMENT_KEY_SET_ATTRIBUTE] = "attribute",
		[DOCUMENT_KEY_SET_VALUE] = "value",
		[DOCUMENT_KEY_DETAIL] = "details",
	};
	return name_of(names, COUNT_OF(names), key);
}

const char *document_image_extension(enum document_image_kind kind)
{
	static const char *const names[DOCUMENT_IMAGE_KIND_COUNT] = {
		[DOCUMENT_IMAGE_UNKNOWN] = "bin", [DOCUMENT_IMAGE_PNG] = "png", [DOCUMENT_IMAGE_JPEG] = "jpg", [DOCUMENT_IMAGE_GIF] = "gif",
		[DOCUMENT_IMAGE_SVG] = "svg", [DOCUMENT_IMAGE_BMP] = "bmp", [DOCUMENT_IMAGE_TIFF] = "tiff", [DOCUMENT_IMAGE_WEBP] = "webp",
		[DOCUMENT_IMAGE_EMF] = "emf", [DOCUMENT_IMAGE_WMF] = "wmf", [DOCUMENT_IMAGE_ICO] = "ico", [DOCUMENT_IMAGE_JP2] = "jp2",
	};
	return name_of(names, COUNT_OF(names), kind);
}

static const struct {
	const char *name, *why;
} removed_names[DOCUMENT_REMOVED_COUNT] = {
	[DOCUMENT_REMOVED_LEGAL_SECTION] = { "legal_section", "a section under a legal heading, without any technical identifier" },
	[DOCUMENT_REMOVED_LEGAL_PARAGRAPH] = { "legal_paragraph", "a paragraph that is mostly legal text" },
	[DOCUMENT_REMOVED_LEGAL_LINE] = { "legal_line", "a line of copyright, page number, document number or date" },
	[DOCUMENT_REMOVED_RUNNING_LINE] = { "running_line", "a running header or footer, or a page number" },
	[DOCUMENT_REMOVED_FURNITURE] = { "furniture", "a part of the page around its content" },
	[DOCUMENT_REMOVED_MENU] = { "menu", "navigation" },
	[DOCUMENT_REMOVED_HIDDEN] = { "hidden", "not visible to a reader either" },
	[DOCUMENT_REMOVED_CONTENTS] = { "contents", "a contents list, which repeats the headings" },
	[DOCUMENT_REMOVED_FILE_HEADING] = { "file_heading", "a heading that is the name of the file" },
	[DOCUMENT_REMOVED_EMPTY_HEADING] = { "empty_heading", "a heading with nothing under it" },
	[DOCUMENT_REMOVED_NOISE] = { "noise", "symbols without words, or a comment" },
	[DOCUMENT_REMOVED_RULE] = { "rule", "a rule that parts nothing" },
	[DOCUMENT_REMOVED_EMPTY_LINK] = { "empty_link", "a link without text" },
	[DOCUMENT_REMOVED_LINK_REPAIRED] = { "link_repaired", "a link whose target was put right" },
	[DOCUMENT_REMOVED_BYTES_REPLACED] = { "bytes_replaced", "not valid in the encoding of the document" },
	[DOCUMENT_REMOVED_TABLE] = { "table", "a table that could not be taken over" },
	[DOCUMENT_REMOVED_IMAGE] = { "image", "an image that was not kept" },
	[DOCUMENT_REMOVED_TEXT_BOX] = { "text_box", "a text box or an embedded document that could not be taken over" },
	[DOCUMENT_REMOVED_DELETION] = { "deletion", "deleted by a tracked change" },
	[DOCUMENT_REMOVED_COMMENT] = { "comment", "a remark of a reviewer" },
	[DOCUMENT_REMOVED_CONTROL] = { "control", "a button, a field or a script" },
	[DOCUMENT_REMOVED_UNREAD] = { "unread", "beyond a limit of the settings, or not recognised" },
};

const char *document_removed_name(enum document_removed kind)
{
	CHECK(kind < DOCUMENT_REMOVED_COUNT);
	return removed_names[kind].name;
}

const char *document_removed_why(enum document_removed kind)
{
	CHECK(kind < DOCUMENT_REMOVED_COUNT);
	return removed_names[kind].why;
}
