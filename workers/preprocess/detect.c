/* detect.c: what a file is: by its content first, by its name second. Looks at a bounded part of the file (and at a ZIP's
 * directory). Pure; never fails: what nothing recognises is text when it reads as text, and binary otherwise. */
#include "workers/preprocess/convert.h"
#include "workers/preprocess/html_saved.h"

enum {
	SAMPLE_BYTES = 64 * 1024,
	ZIP_ENTRIES_MAX = 4096,       /* entries looked at for the name of an office document */
	ZIP_END_SEARCH_BYTES = 65557, /* the end record with the longest comment */
	CSV_LINES_MAX = 40,
};

struct magic {
	uint16_t offset;
	uint16_t bytes;
	char start[10];
	uint8_t format; /* enum document_format */
};

static const struct magic magics[] = {
	{ 0, 2, "\x1F\x8B", DOCUMENT_FORMAT_ARCHIVE },               /* gzip */
	{ 0, 3, "BZh", DOCUMENT_FORMAT_ARCHIVE },
	{ 0, 6, "\xFD" "7zXZ\0", DOCUMENT_FORMAT_ARCHIVE },
	{ 0, 4, "\x28\xB5\x2F\xFD", DOCUMENT_FORMAT_ARCHIVE },       /* zstd */
	{ 0, 5, "LZIP\1", DOCUMENT_FORMAT_ARCHIVE },
	{ 0, 2, "\x1F\x9D", DOCUMENT_FORMAT_ARCHIVE },               /* compress */
	{ 0, 6, "7z\xBC\xAF\x27\x1C", DOCUMENT_FORMAT_ARCHIVE },
	{ 0, 6, "Rar!\x1A\x07", DOCUMENT_FORMAT_ARCHIVE },
	{ 257, 5, "ustar", DOCUMENT_FORMAT_ARCHIVE },
	{ 0, 8, "\x89PNG\r\n\x1A\n", DOCUMENT_FORMAT_IMAGE },
	{ 0, 3, "\xFF\xD8\xFF", DOCUMENT_FORMAT_IMAGE },             /* JPEG */
	{ 0, 4, "GIF8", DOCUMENT_FORMAT_IMAGE },
	{ 0, 4, "II*\0", DOCUMENT_FORMAT_IMAGE },                    /* TIFF */
	{ 0, 4, "MM\0*", DOCUMENT_FORMAT_IMAGE },
	{ 8, 4, "WEBP", DOCUMENT_FORMAT_IMAGE },
	{ 0, 4, "\0\0\1\0", DOCUMENT_FORMAT_IMAGE },                 /* icon */
	{ 0, 4, "\xD7\xCD\xC6\x9A", DOCUMENT_FORMAT_IMAGE },         /* WMF */
	{ 40, 4, " EMF", DOCUMENT_FORMAT_IMAGE },
	{ 4, 8, "jP  \r\n\x87\n", DOCUMENT_FORMAT_IMAGE },           /* JPEG 2000 */
	{ 0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", DOCUMENT_FORMAT_BINARY }, /* older office documents */
	{ 0, 4, "\x7F" "ELF", DOCUMENT_FORMAT_BINARY },
	{ 0, 5, "{\\rtf", DOCUMENT_FORMAT_BINARY },
};

static struct text head_of(struct text data, size_t bytes)
{
	return text_slice(data, 0, size_min(data.bytes, bytes));
}

static bool name_ends_in(struct text name, const char *const *endings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_ends_with_nocase(name, text_from(endings[i])))
			return true;
	return false;
}

/* --- ZIP ------------------------------------------------------------------------------------------------------- */

static uint32_t little_16(struct text data, size_t at)
{
	return (uint32_t)(unsigned char)data.data[at] | (uint32_t)(unsigned char)data.data[at + 1] << 8;
}

static uint32_t little_32(struct text data, size_t at)
{
	return little_16(data, at) | little_16(data, at + 2) << 16;
}

/* What a member's name says about the whole; UNKNOWN: nothing. */
static enum document_format format_of_member(struct text member)
{
	/* "word/document.xml"; other programs number it or name it otherwise, but keep the folder and a part of styles or settings. */
	static const struct text parts[] = { TEXT_LITERAL("word/document"), TEXT_LITERAL("word/styles.xml"), TEXT_LITERAL("word/settings.xml"),
					     TEXT_LITERAL("word\\document") };
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (text_starts_with_nocase(member, parts[i]) && text_ends_with_nocase(member, TEXT_LITERAL(".xml")))
			return DOCUMENT_FORMAT_DOCX;
	if (text_equal(member, TEXT_LITERAL("xl/workbook.xml")) || text_equal(member, TEXT_LITERAL("ppt/presentation.xml")) ||
	    text_equal(member, TEXT_LITERAL("xl/workbook.bin")) || text_equal(member, TEXT_LITERAL("visio/document.xml")))
		return DOCUMENT_FORMAT_BINARY;
	return DOCUMENT_FORMAT_UNKNOWN;
}

/* Offset of the central directory, or data.bytes when there is none (cut off, or larger than this form can say). */
static size_t zip_directory(struct text data)
{
	enum { END_BYTES = 22 };

	if (data.bytes < END_BYTES)
		return data.bytes;
	size_t least = data.bytes > ZIP_END_SEARCH_BYTES ? data.bytes - ZIP_END_SEARCH_BYTES : 0;
	for (size_t at = data.bytes - END_BYTES + 1; at-- > least;)
		if (data.data[at] == 'P' && little_32(data, at) == 0x06054B50)
			return size_min(little_32(data, at + 16), data.bytes);
	return data.bytes;
}

static enum document_format zip_format_by_directory(struct text data, size_t at)
{
	enum { ENTRY_BYTES = 46 };

	for (int i = 0; i < ZIP_ENTRIES_MAX && data.bytes - at >= ENTRY_BYTES && little_32(data, at) == 0x02014B50; i++) {
		size_t name = little_16(data, at + 28), more = little_16(data, at + 30) + little_16(data, at + 32);
		at += ENTRY_BYTES;
		if (data.bytes - at < name + more)
			break;
		enum document_format format = format_of_member(text_slice(data, at, at + name));
		if (format != DOCUMENT_FORMAT_UNKNOWN)
			return format;
		at += name + more;
	}
	return DOCUMENT_FORMAT_UNKNOWN;
}

/* By the headers before each member, for a file without a directory; ends where a size is not known beforehand. */
static enum document_format zip_format_by_members(struct text data)
{
	enum { HEADER_BYTES = 30, SIZE_FOLLOWS = 8 };
	size_t at = 0;

	for (int i = 0; i < ZIP_ENTRIES_MAX && data.bytes - at >= HEADER_BYTES && little_32(data, at) == 0x04034B50; i++) {
		size_t packed = little_32(data, at + 18), name = little_16(data, at + 26), more = little_16(data, at + 28);
		bool size_follows = little_16(data, at + 6) & SIZE_FOLLOWS;
		at += HEADER_BYTES;
		if (data.bytes - at < name + more)
			break;
		enum document_format format = format_of_member(text_slice(data, at, at + name));
		if (format != DOCUMENT_FORMAT_UNKNOWN)
			return format;
		at += name + more;
		if (size_follows || data.bytes - at < packed)
			break;
		at += packed;
	}
	return DOCUMENT_FORMAT_UNKNOWN;
}

static enum document_format zip_format(struct text data)
{
	/* An OpenDocument file says so in its first member; it is nothing that docring reads. */
	if (text_find(head_of(data, 128), TEXT_LITERAL("mimetypeapplication/vnd.oasis")) >= 0)
		return DOCUMENT_FORMAT_BINARY;
	enum document_format format = zip_format_by_directory(data, zip_directory(data));
	if (format == DOCUMENT_FORMAT_UNKNOWN)
		format = zip_format_by_members(data);
	return format == DOCUMENT_FORMAT_UNKNOWN ? DOCUMENT_FORMAT_ARCHIVE : format;
}

/* A program or script that a ZIP lies behind: it unpacks itself. Its directory is where the end record says, counted from the start of the file or of
 * the ZIP. */
static bool is_self_extracting(struct text data)
{
	enum { END_BYTES = 22 };

	if (!text_starts_with(data, TEXT_LITERAL("MZ")) && !text_starts_with(data, TEXT_LITERAL("\x7F" "ELF")) && !text_starts_with(data, TEXT_LITERAL("#!")))
		return false;
	size_t least = data.bytes > ZIP_END_SEARCH_BYTES ? data.bytes - ZIP_END_SEARCH_BYTES : 0;
	for (size_t at = data.bytes < END_BYTES ? 0 : data.bytes - END_BYTES + 1; at-- > least;) {
		if (data.data[at] != 'P' || little_32(data, at) != 0x06054B50)
			continue;
		size_t directory_bytes = little_32(data, at + 12);
		return directory_bytes >= 46 && directory_bytes <= at && little_32(data, at - directory_bytes) == 0x02014B50;
	}
	return false;
}

static enum document_format format_by_magic(struct text data)
{
	if (text_starts_with(data, TEXT_LITERAL("PK\3\4")) || text_starts_with(data, TEXT_LITERAL("PK\5\6")))
		return zip_format(data);
	if (is_self_extracting(data))
		return DOCUMENT_FORMAT_ARCHIVE;
	if (text_find(head_of(data, 1024), TEXT_LITERAL("%PDF-")) >= 0)
		return DOCUMENT_FORMAT_PDF;
	for (size_t i = 0; i < COUNT_OF(magics); i++) {
		const struct magic *magic = &magics[i];
		if (data.bytes >= (size_t)magic->offset + magic->bytes &&
		    memcmp(data.data + magic->offset, magic->start, magic->bytes) == 0)
			return magic->format;
	}
	if (data.bytes > 26 && text_starts_with(data, TEXT_LITERAL("BM")) && little_32(data, 6) == 0 && little_32(data, 14) <= 256)
		return DOCUMENT_FORMAT_IMAGE;
	return DOCUMENT_FORMAT_UNKNOWN;
}

/* --- text ------------------------------------------------------------------------------------------------------ */

/* The sample of a UTF-32 file, which begins with its mark, with its ASCII characters alone. Returns 0 when it is not one. */
static size_t narrow_utf32(struct text sample, char *narrow)
{
	bool little_endian = text_starts_with(sample, TEXT_LITERAL("\xFF\xFE\0\0"));
	size_t count = 0;

	if (!little_endian && !text_starts_with(sample, TEXT_LITERAL("\0\0\xFE\xFF")))
		return 0;
	for (size_t i = 4; i + 3 < sample.bytes; i += 4) {
		unsigned char low = (unsigned char)sample.data[little_endian ? i : i + 3];
		bool ascii = low < 0x80 && !sample.data[i + 1] && !sample.data[i + 2] && !sample.data[little_endian ? i + 3 : i];
		narrow[count++] = ascii ? (char)low : 'x';
	}
	return count;
}

/* The sample of a UTF-16 file with its ASCII characters alone: enough to recognise markup. Returns 0 when it is not UTF-16. */
static size_t narrow_utf16(struct text sample, char *narrow)
{
	size_t even = 0, odd = 0, count = 0, pairs = sample.bytes / 2;
	bool marked = text_starts_with(sample, TEXT_LITERAL("\xFF\xFE")) || text_starts_with(sample, TEXT_LITERAL("\xFE\xFF"));

	for (size_t i = 0; i + 1 < sample.bytes; i += 2) {
		even += sample.data[i] == '\0';
		odd += sample.data[i + 1] == '\0';
	}
	if (!marked && !(pairs >= 2 && (odd * 10 >= pairs * 7 ? even * 20 <= pairs : even * 10 >= pairs * 7 && odd * 20 <= pairs)))
		return 0;
	bool big_endian = marked ? sample.data[0] == '\xFE' : even > odd;
	for (size_t i = marked ? 2 : 0; i + 1 < sample.bytes; i += 2) {
		char high = sample.data[i + !big_endian], low = sample.data[i + big_endian];
		narrow[count++] = high == '\0' && (unsigned char)low < 0x80 ? low : 'x';
	}
	return count;
}

static bool is_binary(struct text sample, struct text name)
{
	static const char *const texts[] = { ".csv", ".tsv", ".tab", ".psv", ".txt", ".html", ".htm", ".xhtml", ".md", ".markdown" };
	enum { STRAY_NULS_MAX = 4 }; /* in a file that is said to be text */
	size_t nuls = 0, controls = 0;

	while (sample.bytes > 1 && sample.data[sample.bytes - 1] == '\0' && sample.data[sample.bytes - 2] == '\0')
		sample.bytes--; /* a file that its writer reserved more space for */
	sample.bytes -= sample.bytes > 1 && sample.data[sample.bytes - 1] == '\x1A'; /* the end of a text in DOS */
	for (size_t i = 0; i < sample.bytes; i++) {
		unsigned char c = (unsigned char)sample.data[i];
		nuls += c == 0;
		controls += c > 0 && c < 0x20 && !ascii_is_space((char)c) && c != 0x1B && c != 0x08;
	}
	if (nuls <= STRAY_NULS_MAX && nuls * 8 <= sample.bytes && name_ends_in(name, texts, COUNT_OF(texts)))
		nuls = 0;
	return nuls * 1000 > sample.bytes || nuls >= 64 || (nuls + controls) * 20 > sample.bytes;
}

/* Behind blanks, a byte order mark, comments and processing instructions. */
static struct text skip_prologue(struct text text)
{
	for (;;) {
		text = text_trim(text);
		if (text_starts_with(text, TEXT_LITERAL("\xEF\xBB\xBF"))) {
			text = text_slice(text, 3, text.bytes);
			continue;
		}
		bool comment = text_starts_with(text, TEXT_LITERAL("<!--"));
		if (!comment && !text_starts_with(text, TEXT_LITERAL("<?")))
			return text;
		struct text close = comment ? TEXT_LITERAL("-->") : TEXT_LITERAL("?>");
		ptrdiff_t end = text_find(text, close);
		if (end < 0)
			return text;
		text = text_slice(text, (size_t)end + close.bytes, text.bytes);
	}
}

static bool starts_with_tag(struct text text, const char *const *tags, size_t count)
{
	if (text.bytes < 2 || text.data[0] != '<')
		return false;
	for (size_t i = 0; i < count; i++) {
		struct text tag = text_from(tags[i]), rest = text_slice(text, 1, text.bytes);
		if (text_starts_with_nocase(rest, tag) && rest.bytes > tag.bytes && !ascii_is_alnum(rest.data[tag.bytes]))
			return true;
	}
	return false;
}

/* A tag or a character reference somewhere: enough in a file that is called a page. */
static bool has_markup(struct text text)
{
	for (size_t i = 0; i + 2 < text.bytes; i++) {
		bool tag = text.data[i] == '<' && (ascii_is_alpha(text.data[i + 1]) || text.data[i + 1] == '/');
		if (tag || (text.data[i] == '&' && (ascii_is_alpha(text.data[i + 1]) || text.data[i + 1] == '#')))
			return true;
	}
	return false;
}

static bool is_html(struct text sample, struct text name, bool named_markdown)
{
	static const char *const page_tags[] = { "!doctype html", "html", "head", "body", "title", "meta" };
	static const char *const part_tags[] = { "div", "table", "h1", "h2", "h3", "p", "ul", "ol", "center", "font", "section", "article", "main" };
	static const char *const endings[] = { ".html", ".htm", ".xhtml" };
	struct text start = skip_prologue(sample);

	if (starts_with_tag(start, page_tags, COUNT_OF(page_tags)) || html_saved_is(sample))
		return true;
	if (named_markdown)
		return false;
	if (starts_with_tag(start, part_tags, COUNT_OF(part_tags)))
		return true;
	if (start.bytes > 0 && start.data[0] == '<' && text_find_nocase(head_of(start, 4096), TEXT_LITERAL("<html")) >= 0)
		return true;
	return name_ends_in(name, endings, COUNT_OF(endings)) && has_markup(start);
}

static bool is_heading_line(struct text line)
{
	size_t hashes = 0;

	while (hashes < line.bytes && line.data[hashes] == '#')
		hashes++;
	return hashes >= 1 && hashes <= 6 && line.bytes > hashes + 1 && line.data[hashes] == ' ' && line.data[hashes + 1] != '#';
}

static bool is_delimiter_row(struct text line)
{
	bool dash = false, pipe = false;

	for (size_t i = 0; i < line.bytes; i++) {
		if (!strchr("-:| ", line.data[i]))
			return false;
		dash |= line.data[i] == '-';
		pipe |= line.data[i] == '|';
	}
	return dash && pipe;
}

/* Headings that stand alone, as comments in scripts and configuration files do not, and other marks of Markdown. */
static bool is_markdown(struct text sample)
{
	size_t headings = 0, comments = 0, marks = 0;
	bool blank_before = true, heading_before = false;
	struct text rest = sample, line;

	if (text_starts_with(sample, TEXT_LITERAL("#!")))
		return false;
	while (text_next_line(&rest, &line)) {
		struct text trimmed = text_trim(line);
		bool heading = is_heading_line(line);
		if (heading && blank_before && !heading_before)
			headings++;
		else if (line.bytes > 0 && line.data[0] == '#')
			comments++;
		marks += is_delimiter_row(trimmed) || text_starts_with(trimmed, TEXT_LITERAL("```")) ||
			 text_starts_with(trimmed, TEXT_LITERAL("- **")) || text_starts_with(trimmed, TEXT_LITERAL("* **"));
		marks += text_find(trimmed, TEXT_LITERAL("](")) >= 0;
		blank_before = trimmed.bytes == 0;
		heading_before = heading;
	}
	return headings > comments && (headings >= 2 || (headings == 1 && marks > 0) || text_starts_with(text_trim(sample), TEXT_LITERAL("# ")));
}

/* Delimiters of one line outside quotes; -1 when a quote is left open. */
static int count_delimiters(struct text line, char delimiter)
{
	int count = 0;
	bool quoted = false;

	for (size_t i = 0; i < line.bytes; i++) {
		if (line.data[i] == '"')
			quoted = !quoted;
		else if (!quoted && line.data[i] == delimiter)
			count++;
	}
	return quoted ? -1 : count;
}

/* The same number of delimiters on every line looked at. */
static bool is_regular(struct text sample, char delimiter, int least, bool whole)
{
	struct text rest = sample, line;
	int expected = -1, lines = 0;

	while (lines < CSV_LINES_MAX && text_next_line(&rest, &line)) {
		if (text_trim(line).bytes == 0)
			continue;
		if (rest.bytes == 0 && !whole)
			break; /* cut by the sample */
		int count = count_delimiters(line, delimiter);
		if (count < least || (expected >= 0 && count != expected))
			return false;
		expected = count;
		lines++;
	}
	return lines >= 3;
}

static bool is_csv(struct text sample, struct text name, bool whole)
{
	static const char *const endings[] = { ".csv", ".tsv", ".tab", ".psv" };
	static const char *const other[] = {
		".c", ".h", ".cc", ".cpp", ".py", ".sh", ".js", ".ts", ".java", ".go", ".rs", ".pl", ".json", ".xml", ".yaml", ".yml", ".ini",
		".conf", ".cfg", ".sql", ".rst", ".tex", ".log", ".css", ".svg", ".org", ".adoc", ".asciidoc", ".wiki", ".mediawiki",
	};
	static const char delimiters[] = ",;\t|";

	if (name_ends_in(name, endings, COUNT_OF(endings)))
		return true;
	if (name_ends_in(name, other, COUNT_OF(other)))
		return false;
	char first = text_trim(sample).bytes > 0 ? text_trim(sample).data[0] : '\0';
	if (first == '{' || first == '[' || first == '<' || first == '|')
		return false;
	for (size_t i = 0; i < sizeof(delimiters) - 1; i++)
		if (is_regular(sample, delimiters[i], delimiters[i] == ',' ? 2 : 1, whole))
			return true;
	return false;
}

/* A message of related parts that is no page saved by a browser (html_saved.h): the parts are encoded, nothing of it reads as text. */
static bool is_web_archive(struct text sample)
{
	struct text head = head_of(sample, 4096);
	ptrdiff_t type = text_find_nocase(head, TEXT_LITERAL("\nContent-Type: multipart/related"));

	return type >= 0 && text_find_nocase(head, TEXT_LITERAL("MIME-Version:")) >= 0;
}

static enum document_format format_of_text(struct text sample, struct text name, bool whole)
{
	static const char *const markdown_endings[] = { ".md", ".markdown", ".mdown", ".mkd" };
	static const char *const source_endings[] = {
		".py", ".sh", ".conf", ".cfg", ".ini", ".yaml", ".yml", ".toml", ".pl", ".rb", ".r", ".c", ".h", ".json", ".xml", ".rst", ".csv",
		".tsv", ".tab", ".psv", ".log", ".mk", ".cmake", ".properties", ".org", ".adoc", ".asciidoc", ".wiki", ".mediawiki",
	};
	bool named_markdown = name_ends_in(name, markdown_endings, COUNT_OF(markdown_endings));

	if (document_image_kind(sample) == DOCUMENT_IMAGE_SVG)
		return DOCUMENT_FORMAT_IMAGE;
	if (is_html(sample, name, named_markdown))
		return DOCUMENT_FORMAT_HTML;
	if (is_web_archive(sample))
		return DOCUMENT_FORMAT_BINARY;
	if (named_markdown)
		return DOCUMENT_FORMAT_MARKDOWN;
	if (!name_ends_in(name, source_endings, COUNT_OF(source_endings)) && is_markdown(sample))
		return DOCUMENT_FORMAT_MARKDOWN;
	return is_csv(sample, name, whole) ? DOCUMENT_FORMAT_CSV : DOCUMENT_FORMAT_TEXT;
}

enum document_format detect_format(struct text data, struct text name)
{
	char narrow[SAMPLE_BYTES / 2];

	if (data.bytes == 0)
		return DOCUMENT_FORMAT_UNKNOWN;
	enum document_format format = format_by_magic(data);
	if (format != DOCUMENT_FORMAT_UNKNOWN)
		return format;
	struct text sample = head_of(data, SAMPLE_BYTES);
	bool whole = sample.bytes == data.bytes;
	size_t narrow_bytes = narrow_utf32(sample, narrow);
	if (narrow_bytes == 0)
		narrow_bytes = narrow_utf16(sample, narrow);
	if (narrow_bytes > 0)
		sample = (struct text){ narrow, narrow_bytes };
	else if (is_binary(sample, name))
		return DOCUMENT_FORMAT_BINARY;
	return format_of_text(sample, name, whole);
}
