#include "tests/unit/docx_fixture.h"

#include <archive.h>
#include <archive_entry.h>

enum { PACKED_BYTES_MAX = 64 << 20 };

#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

static void add(struct archive *archive, const char *name, struct text data)
{
	struct archive_entry *entry = archive_entry_new();

	CHECK(entry);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (la_int64_t)data.bytes);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	CHECK(archive_write_header(archive, entry) == ARCHIVE_OK);
	CHECK(archive_write_data(archive, data.data, data.bytes) == (la_ssize_t)data.bytes);
	archive_entry_free(entry);
}

static void add_part(struct archive *archive, const struct docx_fixture *fixture, const char *name, const char *root, const char *inside)
{
	static const char *const transitional = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
		"xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\" ";
	static const char *const strict = "xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\" "
		"xmlns:r=\"http://purl.oclc.org/ooxml/officeDocument/relationships\" xmlns:m=\"http://purl.oclc.org/ooxml/officeDocument/math\" ";
	struct buffer part;

	if (!inside)
		return;
	buffer_init(&part, PACKED_BYTES_MAX);
	buffer_append_format(&part, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:%s %sxmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" "
			     "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:v=\"urn:schemas-microsoft-com:vml\" "
			     "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:dgm=\"http://schemas.openxmlformats.org/drawingml/2006/diagram\" "
			     "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\">", root, fixture->strict ? strict : transitional);
	buffer_append_string(&part, inside);
	buffer_append_format(&part, "</w:%s>", root);
	add(archive, name, buffer_view(&part));
	buffer_done(&part);
}

static void add_relations(struct archive *archive, const struct docx_fixture *fixture, const char *name, const char *inside)
{
	struct buffer part;

	buffer_init(&part, PACKED_BYTES_MAX);
	buffer_append_format(&part, "<Relationships xmlns=\"" PACKAGE "relationships\">%s</Relationships>", inside);
	add(archive, name, buffer_view(&part));
	buffer_done(&part);
	(void)fixture;
}

static void add_package(struct archive *archive, const struct docx_fixture *fixture, const char *main_name)
{
	const char *base = fixture->strict ? "http://purl.oclc.org/ooxml/officeDocument/relationships" : "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
	struct buffer inside;

	if (fixture->no_package)
		return;
	add(archive, "[Content_Types].xml", TEXT_LITERAL("<Types xmlns=\"" PACKAGE "content-types\"/>"));
	buffer_init(&inside, PACKED_BYTES_MAX);
	buffer_append_format(&inside, "<Relationship Id=\"a\" Type=\"%s/officeDocument\" Target=\"%s\"/><Relationship Id=\"b\" Type=\"" PACKAGE
			     "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>", base, main_name);
	add_relations(archive, fixture, "_rels/.rels", buffer_string(&inside));
	buffer_done(&inside);
}

static void add_main_relations(struct archive *archive, const struct docx_fixture *fixture, const char *main_name)
{
	const char *base = fixture->strict ? "http://purl.oclc.org/ooxml/officeDocument/relationships" : "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
	const char *slash = strrchr(main_name, '/');
	struct buffer name, inside;

	buffer_init(&name, 4096);
	buffer_init(&inside, PACKED_BYTES_MAX);
	buffer_append_format(&name, "%.*s/_rels/%s.rels", (int)(slash - main_name), main_name, slash + 1);
	buffer_append_format(&inside, "<Relationship Id=\"s\" Type=\"%s/styles\" Target=\"/word/styles.xml\"/><Relationship Id=\"n\" Type=\"%s/numbering\" Target=\"/word/numbering.xml\"/>"
			     "<Relationship Id=\"f\" Type=\"%s/footnotes\" Target=\"/word/footnotes.xml\"/>%s", base, base, base, fixture->relations ? fixture->relations : "");
	add_relations(archive, fixture, buffer_string(&name), buffer_string(&inside));
	buffer_done(&name);
	buffer_done(&inside);
}

/* Enough for the ZIP, whether its members become smaller or not. */
static size_t room_for(const struct docx_fixture *fixture)
{
	const char *const parts[] = { fixture->body, fixture->styles, fixture->numbering, fixture->footnotes, fixture->relations, fixture->core, fixture->document };
	size_t bytes = 65536 + fixture->extra.bytes;

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		bytes += parts[i] ? strlen(parts[i]) + strlen(parts[i]) / 64 : 0;
	return bytes;
}

struct buffer docx_fixture_pack(const struct docx_fixture *fixture)
{
	const char *main_name = fixture->main_name ? fixture->main_name : "word/document.xml";
	struct archive *archive = archive_write_new();
	struct buffer packed;
	size_t used = 0;

	buffer_init(&packed, PACKED_BYTES_MAX);
	size_t room = room_for(fixture);
	char *place = buffer_reserve(&packed, room);
	CHECK(archive && place);
	CHECK(archive_write_set_format_zip(archive) == ARCHIVE_OK);
	CHECK(archive_write_open_memory(archive, place, room, &used) == ARCHIVE_OK);
	add_package(archive, fixture, main_name);
	if (fixture->document)
		add(archive, main_name, text_from(fixture->document));
	else if (fixture->body) {
		struct buffer inside;
		buffer_init(&inside, PACKED_BYTES_MAX);
		buffer_append_string(&inside, "<w:body>");
		buffer_append_string(&inside, fixture->body);
		buffer_append_string(&inside, "</w:body>");
		add_part(archive, fixture, main_name, "document", buffer_string(&inside));
		buffer_done(&inside);
	}
	add_main_relations(archive, fixture, main_name);
	add_part(archive, fixture, "word/styles.xml", "styles", fixture->styles);
	add_part(archive, fixture, "word/numbering.xml", "numbering", fixture->numbering);
	add_part(archive, fixture, "word/footnotes.xml", "footnotes", fixture->footnotes);
	if (fixture->core) {
		struct buffer core;
		buffer_init(&core, 65536);
		buffer_append_format(&core, "<c:coreProperties xmlns:c=\"" PACKAGE "metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>%s</dc:title>"
				     "</c:coreProperties>", fixture->core);
		add(archive, "docProps/core.xml", buffer_view(&core));
		buffer_done(&core);
	}
	if (fixture->extra_name)
		add(archive, fixture->extra_name, fixture->extra);
	CHECK(archive_write_close(archive) == ARCHIVE_OK);
	archive_write_free(archive);
	buffer_commit(&packed, used);
	return packed;
}
