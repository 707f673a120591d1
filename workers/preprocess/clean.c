/* clean.c: takes out of converted Markdown what is not the document: legal text, contents lists that repeat the headings,
 * headings that are file names or have nothing under them, leftovers of converters; and puts blanks and line ends in order.
 *
 * The text is scanned once into blocks, each step marks blocks, and what is left is written out. Nothing inside a table or
 * a code block is judged. Pure; the caller owns everything. */
#define _GNU_SOURCE
#include "workers/preprocess/clean.h"

#include "base/utf8.h"
#include "workers/preprocess/preprocess.h"

#include <errno.h>
#include <stdlib.h>

enum { HEADING_LEVEL_MAX = 6, NOISE_SYMBOLS_MAX = 2, EMPTY_HEADING_BYTES_MAX = 80, FILE_HEADING_BYTES_MAX = 400, EMPTY_LINK_BYTES_MAX = 2048 };

struct cleaner {
	const struct domain *domain;
	struct text markdown; /* characters already cleaned */
	struct blocks blocks;
	uint8_t *marks;
	struct document_builder *document; /* is told what was removed */
	struct buffer *out;
	size_t cleaned;
	struct buffer *characters; /* what `markdown` lies in */
	size_t discarded;          /* of it */
};

static struct text content_of(const struct cleaner *cleaner, const struct block *block)
{
	return text_slice(cleaner->markdown, block->content_start, block->content_end);
}

static void drop(struct cleaner *cleaner, size_t index, enum document_removed kind)
{
	cleaner->marks[index] = clean_drop_as(kind);
	cleaner->cleaned++;
}

static bool is_dropped(const struct cleaner *cleaner, size_t index)
{
	return cleaner->marks[index] >= CLEAN_DROP;
}

/* --- noise ------------------------------------------------------------------------------------------------------ */

/* Symbols and punctuation outside ASCII: bullets, pilcrows, arrows, private characters of symbol fonts. */
static bool is_symbol(uint32_t code)
{
	bool letter_like = code == 0xAA || code == 0xB2 || code == 0xB3 || code == 0xB5 || code == 0xB9 || code == 0xBA;
	return (code >= 0xA1 && code <= 0xBF && !letter_like) || (code >= 0x2000 && code <= 0x2BFF) || (code >= 0x3000 && code <= 0x303F) ||
	       (code >= 0xE000 && code <= 0xF8FF) || code == 0xFFFD;
}

/* "....", "¶" or "- - -": no words, and not more than two different symbols. A row of operators or "`%~`" says something. */
static bool is_noise(struct text text)
{
	uint32_t symbols[NOISE_SYMBOLS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < text.bytes;) {
		uint32_t code = (unsigned char)text.data[i];
		size_t bytes = utf8_decode(text, i, &code), known = 0;
		bool ascii = code < 0x80;
		if (ascii ? ascii_is_alnum((char)code) || code == '`' : !is_symbol(code))
			return false;
		while (known < count && symbols[known] != code)
			known++;
		if (known == count && !(ascii && ascii_is_space((char)code))) {
			if (count == NOISE_SYMBOLS_MAX)
				return false;
			symbols[count++] = code;
		}
		i += bytes ? bytes : 1;
	}
	return !(text_starts_with(text, TEXT_LITERAL("**")) && count > 1);
}

static bool is_comment(struct text text)
{
	text = text_trim(text);
	return text_starts_with(text, TEXT_LITERAL("<!--")) && text_ends_with_nocase(text, TEXT_LITERAL("-->")) &&
	       text_find(text, TEXT_LITERAL("-->")) == (ptrdiff_t)text.bytes - 3;
}

static void mark_noise(struct cleaner *cleaner)
{
	for (size_t i = 0; i < cleaner->blocks.count; i++) {
		const struct block *block = &cleaner->blocks.items[i];
		if (cleaner->marks[i] != CLEAN_KEEP)
			continue;
		bool parent = block->kind == BLOCK_LIST_ITEM && i + 1 < cleaner->blocks.count &&
			      cleaner->blocks.items[i + 1].kind == BLOCK_LIST_ITEM && cleaner->blocks.items[i + 1].level > block->level;
		bool running = block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_QUOTE || block->kind == BLOCK_LIST_ITEM;
		struct text content = content_of(cleaner, block);
		if (running && !parent && (is_noise(content) || is_comment(content)))
			drop(cleaner, i, DOCUMENT_REMOVED_NOISE);
	}
}

/* Rules that part nothing: at the beginning, at the end, behind another. Comes last, when it is known what stays. */
static void mark_rules(struct cleaner *cleaner)
{
	size_t rule = SIZE_MAX; /* the rule behind everything kept so far */
	bool kept = false;
	for (size_t i = 0; i < cleaner->blocks.count; i++) {
		if (is_dropped(cleaner, i))
			continue;
		if (cleaner->blocks.items[i].kind != BLOCK_RULE) {
			kept = true;
			rule = SIZE_MAX;
		} else if (!kept || rule != SIZE_MAX) {
			drop(cleaner, i, DOCUMENT_REMOVED_RULE);
		} else {
			rule = i;
		}
	}
	if (rule != SIZE_MAX)
		drop(cleaner, rule, DOCUMENT_REMOVED_RULE);
}

/* --- headings --------------------------------------------------------------------------------------------------- */

static struct text file_of(struct text name)
{
	const char *slash = name.bytes ? memrchr(name.data, '/', name.bytes) : NULL;
	return slash ? text_slice(name, (size_t)(slash - name.data) + 1, name.bytes) : name;
}

static struct text stem_of(struct text file)
{
	const char *dot = file.bytes ? memrchr(file.data, '.', file.bytes) : NULL;
	return dot && dot > file.data ? text_slice(file, 0, (size_t)(dot - file.data)) : file;
}

/* "10_22104-LZA7016014_1Uen.BF" is a name for a file; "overview" or "af_xdp" may well be what the document is about. */
static bool is_document_id(const struct domain *domain, struct text stem)
{
	struct domain_match match;
	return domain_search(domain, DOMAIN_PATTERN_DOCUMENT_ID, stem, 0, &match) && match.start == 0 && match.end == stem.bytes;
}

static void mark_file_headings(struct cleaner *cleaner, struct text name, struct buffer *plain)
{
	struct text file = file_of(name), stem = stem_of(file);
	bool id = is_document_id(cleaner->domain, stem);
	size_t headings = 0;
	for (size_t i = 0; i < cleaner->blocks.count && headings < 2; i++)
		headings += cleaner->blocks.items[i].kind == BLOCK_HEADING;
	if (headings < 2 || stem.bytes == 0)
		return; /* an only heading is better than none */
	for (size_t i = 0; i < cleaner->blocks.count; i++) {
		const struct block *block = &cleaner->blocks.items[i];
		if (block->kind != BLOCK_HEADING || cleaner->marks[i] != CLEAN_KEEP ||
		    block->content_end - block->content_start > FILE_HEADING_BYTES_MAX)
			continue;
		buffer_clear(plain);
		block_append_plain(plain, content_of(cleaner, block));
		struct text heading = text_trim(buffer_view(plain));
		if ((file.bytes > stem.bytes && text_equal_nocase(heading, file)) || (id && text_equal_nocase(heading, stem)))
			drop(cleaner, i, DOCUMENT_REMOVED_FILE_HEADING);
	}
}

static size_t first_heading(const struct cleaner *cleaner)
{
	size_t i = 0;
	while (i < cleaner->blocks.count && !(cleaner->blocks.items[i].kind == BLOCK_HEADING && cleaner->marks[i] == CLEAN_KEEP))
		i++;
	return i;
}

/* A heading of a few words and nothing else. What is long, ends like a sentence or holds a formula was text that a converter
 * took for a heading: it stays, though nothing stands under it. */
static bool is_plain_heading(struct text heading)
{
	heading = text_trim(heading);
	if (heading.bytes > EMPTY_HEADING_BYTES_MAX)
		return false;
	if (heading.bytes > 0 && memchr(".:;,", heading.data[heading.bytes - 1], 4))
		return false;
	return heading.bytes == 0 || !memchr(heading.data, '=', heading.bytes);
}

/* From the end: has_content[level] says whether anything was kept since the last heading of that level or a higher one. The
 * document's first heading stays, since it names the document, unless the next one says the same, or is its equal below the first level. One that never had
 * anything under it is the writer's own, such as clause "5.3.2 Void" of a specification: those go under which something was removed. */
static void mark_empty_headings(struct cleaner *cleaner)
{
	bool has_content[HEADING_LEVEL_MAX + 1] = { false };
	size_t first = first_heading(cleaner);
	struct text next_kept = { NULL, 0 };
	unsigned next_level = HEADING_LEVEL_MAX + 1;
	for (size_t i = cleaner->blocks.count; i-- > 0;) {
		const struct block *block = &cleaner->blocks.items[i];
		if (is_dropped(cleaner, i))
			continue;
		bool emptied = i + 1 < cleaner->blocks.count && is_dropped(cleaner, i + 1);
		if (block->kind != BLOCK_HEADING) {
			if (block->kind != BLOCK_RULE)
				memset(has_content, true, sizeof(has_content));
			continue;
		}
		struct text heading = content_of(cleaner, block);
		bool repeated = text_equal(heading, next_kept), title = i == first && !repeated && (block->level == 1 || block->level < next_level);
		bool keep = has_content[block->level] || title || legal_has_identifier(cleaner->domain, heading) ||
			    (!repeated && !(emptied && is_plain_heading(heading)));
		if (!keep || heading.bytes == 0) {
			drop(cleaner, i, DOCUMENT_REMOVED_EMPTY_HEADING);
			continue;
		}
		for (unsigned level = 0; level <= HEADING_LEVEL_MAX; level++)
			has_content[level] = level < block->level;
		next_kept = heading;
		next_level = block->level;
	}
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* Offset behind "[](…)" at the start of `text`, or 0. An image's "![](…)" is not meant. */
static size_t empty_link(struct text text)
{
	if (!text_starts_with(text, TEXT_LITERAL("[](")))
		return 0;
	const char *close = memchr(text.data, ')', size_min(text.bytes, EMPTY_LINK_BYTES_MAX));
	return close ? (size_t)(close - text.data) + 1 : 0;
}

/* A line without trailing blanks, runs of blanks made one, links without text left out. The indent stays. */
static void append_line(struct cleaner *cleaner, struct text line)
{
	struct buffer *out = cleaner->out;
	while (line.bytes > 0 && ascii_is_space(line.data[line.bytes - 1]))
		line.bytes--;
	size_t i = 0;
	while (i < line.bytes && (ascii_is_space(line.data[i]) || line.data[i] == '>')) /* in a quote too, blanks in front say what belongs to which item */
		buffer_append_byte(out, line.data[i++]);
	bool exact = line.bytes > 0 && memchr(line.data, '`', line.bytes); /* blanks in code count */
	size_t start = i;
	while (i < line.bytes) {
		char c = line.data[i];
		size_t link = c == '[' && (i == 0 || line.data[i - 1] != '!') ? empty_link(text_slice(line, i, line.bytes)) : 0;
		bool second_blank = !exact && ascii_is_space(c) && i + 1 < line.bytes && ascii_is_space(line.data[i + 1]);
		if (link == 0 && !second_blank && (c != '\t' || exact)) {
			i++;
			continue;
		}
		buffer_append(out, line.data + start, i - start);
		if (link)
			document_builder_removed(cleaner->document, DOCUMENT_REMOVED_EMPTY_LINK, text_slice(line, i, i + link), document_nowhere);
		if (link == 0 && !second_blank)
			buffer_append_byte(out, ' '); /* a tab */
		i += link ? link : 1;
		while (link && !exact && i < line.bytes && ascii_is_space(line.data[i]) && out->bytes > 0 && out->data[out->bytes - 1] == ' ')
			i++;
		start = i;
	}
	buffer_append(out, line.data + start, i - start);
	while (out->bytes > 0 && out->data[out->bytes - 1] == ' ')
		buffer_truncate(out, out->bytes - 1); /* before a link that went */
	buffer_append_byte(out, '\n');
}

/* A line that opens or closes code in a quote or an item. */
static bool is_fence(struct text line)
{
	size_t digits = 0;
	while (line.bytes > 0 && strchr(" \t>-", line.data[0]))
		line = text_slice(line, 1, line.bytes);
	while (digits < line.bytes && ascii_is_digit(line.data[digits]))
		digits++;
	if (digits > 0 && text_starts_with(text_slice(line, digits, line.bytes), TEXT_LITERAL(". ")))
		line = text_trim(text_slice(line, digits + 2, line.bytes));
	if (!text_starts_with(line, TEXT_LITERAL("```")))
		return false;
	while (line.bytes > 0 && line.data[0] == '`')
		line = text_slice(line, 1, line.bytes);
	return line.bytes == 0 || !memchr(line.data, '`', line.bytes);
}

static void append_block(struct cleaner *cleaner, size_t index)
{
	const struct block *block = &cleaner->blocks.items[index];
	struct text rest = text_slice(cleaner->markdown, block->start, block->end), line;
	bool blank_before = false, in_code = false;
	if (block->kind == BLOCK_CODE) {
		buffer_append_text(cleaner->out, rest);
		if (rest.data[rest.bytes - 1] != '\n')
			buffer_append_byte(cleaner->out, '\n');
		return;
	}
	while (text_next_line(&rest, &line)) {
		bool blank = text_trim(line).bytes == 0, fence = is_fence(line);
		in_code ^= fence;
		if (in_code && !fence) {
			buffer_append_text(cleaner->out, line);
			buffer_append_byte(cleaner->out, '\n');
			continue;
		}
		if ((blank && blank_before) || (cleaner->marks[index] == CLEAN_LINES && legal_is_line(cleaner->domain, line)))
			continue;
		append_line(cleaner, line);
		blank_before = blank;
	}
}

static void append_kept(struct cleaner *cleaner)
{
	const struct block *before = NULL;
	size_t before_index = 0;
	for (size_t i = 0; i < cleaner->blocks.count; i++) {
		const struct block *block = &cleaner->blocks.items[i];
		if (is_dropped(cleaner, i))
			continue;
		bool in_item = before && (before->kind == BLOCK_LIST_ITEM || cleaner->markdown.data[before->start] == ' ');
		bool tight = in_item && block->kind == BLOCK_LIST_ITEM &&
			     (before->end == block->start || (before->kind == BLOCK_LIST_ITEM && before_index + 1 < i));
		if (before && !tight)
			buffer_append_byte(cleaner->out, '\n');
		append_block(cleaner, i);
		cleaner->discarded = buffer_discard(cleaner->characters, cleaner->discarded, before ? before->start : 0);
		before = block;
		before_index = i;
	}
}

/* --- saying what went ------------------------------------------------------------------------------------------------ */

/* Of a paragraph of which lines go. */
static void report_lines(struct cleaner *cleaner, const struct block *block, size_t line_number)
{
	struct text rest = text_slice(cleaner->markdown, block->start, block->end), line;
	for (; text_next_line(&rest, &line); line_number++)
		if (legal_is_line(cleaner->domain, line))
			document_builder_removed(cleaner->document, DOCUMENT_REMOVED_LEGAL_LINE, text_trim(line), document_at_line(line_number));
}

/* Blocks that go together are one entry. Lines are counted only for who wants to read them. */
static void report(struct cleaner *cleaner)
{
	bool explain = document_builder_explains(cleaner->document);
	size_t line = 1, counted = 0;
	for (size_t i = 0; i < cleaner->blocks.count; i++) {
		const struct block *block = &cleaner->blocks.items[i];
		if (cleaner->marks[i] == CLEAN_KEEP || cleaner->marks[i] == CLEAN_DROP)
			continue;
		for (; explain && counted < block->start; counted++)
			line += cleaner->markdown.data[counted] == '\n';
		if (cleaner->marks[i] == CLEAN_LINES) {
			report_lines(cleaner, block, line);
			continue;
		}
		size_t last = i;
		while (last + 1 < cleaner->blocks.count && cleaner->marks[last + 1] == CLEAN_DROP)
			last++;
		struct text text = text_slice(cleaner->markdown, block->start, cleaner->blocks.items[last].end);
		document_builder_removed(cleaner->document, (enum document_removed)(cleaner->marks[i] - CLEAN_DROP_AS), text_trim(text),
					 document_at_line(line));
	}
}

static int clean_blocks(struct cleaner *cleaner, struct text name, struct document_counts *counts)
{
	struct buffer plain;
	int64_t legal = legal_mark(cleaner->domain, cleaner->markdown, &cleaner->blocks, cleaner->marks);
	int64_t lists = legal < 0 ? legal : clean_mark_contents(cleaner->markdown, &cleaner->blocks, cleaner->marks);
	if (lists < 0)
		return (int)lists;
	buffer_init(&plain, FILE_HEADING_BYTES_MAX * 4);
	mark_file_headings(cleaner, name, &plain);
	mark_noise(cleaner);
	mark_empty_headings(cleaner);
	mark_rules(cleaner);
	buffer_done(&plain);
	report(cleaner);
	append_kept(cleaner);
	counts->legal_removed += (uint32_t)legal;
	counts->cleaned += (uint32_t)(cleaner->cleaned + (size_t)lists);
	return cleaner->out->status;
}

int clean_markdown(struct buffer *markdown, struct text name, const struct domain *domain, struct document_builder *document, struct buffer *out)
{
	struct cleaner cleaner = { .domain = domain, .document = document, .out = out, .characters = markdown };
	clean_characters(markdown);
	cleaner.markdown = buffer_view(markdown);
	int status = markdown->status < 0 ? markdown->status : blocks_scan(cleaner.markdown, &cleaner.blocks);
	if (status == 0) {
		cleaner.marks = calloc(cleaner.blocks.count + 1, 1);
		status = cleaner.marks ? clean_blocks(&cleaner, name, document_builder_counts(document)) : -ENOMEM;
	}
	free(cleaner.marks);
	blocks_done(&cleaner.blocks);
	buffer_clear(markdown);
	return status;
}
