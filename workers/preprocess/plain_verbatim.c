#include "workers/preprocess/plain_verbatim.h"

#include "workers/preprocess/plain_parts.h"

size_t plain_base_indent(const struct plain_work *work)
{
	return work->level_count > 0 ? work->levels[work->level_count - 1].content_indent : work->lines.body_indent;
}

/* "|", "+----", "v": nothing but strokes and the ends of arrows, and a bar or a joint among them. */
static bool is_strokes(struct text line)
{
	bool joint = false;

	for (size_t i = 0; i < line.bytes; i++) {
		joint |= line.data[i] == '|' || line.data[i] == '+';
		if (!strchr(" |+-=_/\\<>^vV*.:", line.data[i]))
			return false;
	}
	return joint;
}

/* "NAME=value", as in a shell's or program's settings, perhaps commented out. */
static bool is_setting(struct text line)
{
	size_t start = line.data[0] == '#', name = start;

	while (name < line.bytes && (ascii_is_alnum(line.data[name]) || strchr("_.-", line.data[name])))
		name++;
	return name > start && name < line.bytes && line.data[name] == '=' && (name + 1 == line.bytes || (line.data[name + 1] != ' ' && line.data[name + 1] != '='));
}

/* Settings, perhaps with comments between them; or a picture that is drawn with letters. */
static bool is_drawn_or_set(const struct plain_work *work, size_t start, size_t end, size_t prose)
{
	size_t strokes = 0, settings = 0, comments = 0;

	for (size_t i = start; i < end; i++) {
		struct text text = plain_line_text(&work->lines, i);
		strokes += is_strokes(text);
		bool setting = is_setting(text);
		settings += setting;
		comments += !setting && text.data[0] == '#';
	}
	return end - start >= 2 && ((strokes > 0 && prose == 0) || (settings > 0 && settings + comments == end - start));
}

bool plain_is_verbatim(const struct plain_work *work, size_t start, size_t end)
{
	size_t columns = 0, prose = 0, deep = 0, code = 0, count = end - start;

	for (size_t i = start; i < end; i++) {
		struct text text = plain_line_text(&work->lines, i);
		columns += plain_is_columns(text);
		prose += plain_is_prose(text);
		code += strchr(";{}", text.data[text.bytes - 1]) != NULL;
		deep += plain_line_at(&work->lines, i)->indent >= plain_base_indent(work) + CODE_INDENT;
	}
	if (work->code_follows && plain_line_at(&work->lines, start)->indent > work->code_beyond)
		return true;
	if (count == 1 && plain_is_caption(plain_line_text(&work->lines, start)))
		return false;
	if (columns * 2 > count && (count > 1 || deep > 0))
		return true;
	if ((count >= 3 && code * 2 > count && prose * 2 < count) || is_drawn_or_set(work, start, end, prose))
		return true;
	return deep == count && prose * 2 < count;
}

size_t plain_end_of_verbatim(struct plain_work *work, size_t end)
{
	if (work->code_follows) {
		for (size_t next = end; next < work->lines.count; next++) {
			if (plain_line_is_blank(&work->lines, next))
				continue;
			if (plain_line_at(&work->lines, next)->indent <= work->code_beyond)
				break;
			end = next + 1;
		}
		return end;
	}
	for (;;) {
		size_t next = end;
		while (next < work->lines.count && plain_line_is_blank(&work->lines, next))
			next++;
		if (next == work->lines.count || next > end + 2 || plain_line_at(&work->lines, next)->indent < plain_base_indent(work) + CODE_INDENT)
			return end;
		size_t next_end = plain_block_end(work, next);
		if (!plain_is_verbatim(work, next, next_end))
			return end;
		end = next_end;
	}
}

const char *plain_source_language(struct text name)
{
	static const struct { const char *ending, *language; } sources[] = {
		{ ".c", "c" }, { ".h", "c" }, { ".cc", "cpp" }, { ".cpp", "cpp" }, { ".hpp", "cpp" }, { ".py", "python" }, { ".sh", "bash" },
		{ ".pl", "perl" }, { ".lua", "lua" }, { ".js", "javascript" }, { ".ts", "typescript" }, { ".java", "java" }, { ".go", "go" },
		{ ".rs", "rust" }, { ".rb", "ruby" }, { ".sql", "sql" }, { ".json", "json" }, { ".xml", "xml" }, { ".xsd", "xml" },
		{ ".yaml", "yaml" }, { ".yml", "yaml" }, { ".toml", "toml" }, { ".ini", "ini" }, { ".conf", "" }, { ".cfg", "" }, { ".css", "css" },
		{ ".mk", "makefile" }, { ".cmake", "cmake" }, { ".properties", "" }, { ".asn", "asn1" }, { ".asn1", "asn1" }, { ".yang", "yang" },
		{ ".proto", "protobuf" }, { ".log", "" }, { ".patch", "diff" }, { ".diff", "diff" },
	};

	for (size_t i = 0; i < COUNT_OF(sources); i++)
		if (text_ends_with_nocase(name, text_from(sources[i].ending)))
			return sources[i].language;
	return NULL;
}
