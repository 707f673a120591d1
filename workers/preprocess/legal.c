/* legal.c: finds legal text: whole sections by their heading, paragraphs by a phrase, single lines by a pattern. The words
 * come from the domain pack. Text with a technical identifier is never legal text, whatever it says besides: a lost
 * copyright line costs nothing, a lost parameter does. Nor is a section by its heading alone when it speaks of the field and has no
 * word of law: "Confidentiality" is also what ciphering gives. Pure. */
#include "workers/preprocess/clean.h"
#include "workers/preprocess/phrases.h"
#include "workers/preprocess/sentence.h"

enum {
	LEGAL_PARAGRAPH_BYTES_MAX = 6000,
	LEGAL_PERCENT_MIN = 60, /* of a paragraph must be sentences with a legal phrase; else it only mentions one */
	LEGAL_LINE_BYTES_MAX = 400,
	HEADING_BYTES_MAX = 400,
};

/* What the terms of the field say of a text. */
struct terms_seen {
	const struct domain *domain;
	struct text text;
	bool any, name; /* a name: a class or an attribute that the pack knows */
};

static bool see_term(void *context, size_t start, size_t end, unsigned tier)
{
	struct terms_seen *seen = context;
	struct text term = text_slice(seen->text, start, end);

	(void)tier;
	seen->any = true;
	seen->name = domain_list_has(seen->domain, DOMAIN_LIST_MO_CLASSES, term) || domain_list_has(seen->domain, DOMAIN_LIST_ATTRIBUTES, term);
	return !seen->name;
}

static struct terms_seen terms_of(const struct domain *domain, struct text text)
{
	struct terms_seen seen = { .domain = domain, .text = text };
	domain_scan_terms(domain, text, see_term, &seen);
	return seen;
}

bool legal_has_identifier(const struct domain *domain, struct text text)
{
	static const enum domain_pattern patterns[] = { DOMAIN_PATTERN_FEATURE_ID, DOMAIN_PATTERN_LICENCE_ID, DOMAIN_PATTERN_ATTRIBUTE,
							DOMAIN_PATTERN_COUNTER, DOMAIN_PATTERN_EVENT, DOMAIN_PATTERN_COMMAND,
							DOMAIN_PATTERN_IDENTIFIER };
	struct domain_match match;
	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		if (domain_search(domain, patterns[i], text, 0, &match))
			return true;
	return terms_of(domain, text).name;
}

bool legal_is_line(const struct domain *domain, struct text line)
{
	struct domain_match match;
	line = text_trim(line);
	return line.bytes > 0 && line.bytes <= LEGAL_LINE_BYTES_MAX && domain_search(domain, DOMAIN_PATTERN_LEGAL_LINE, line, 0, &match) &&
	       !legal_has_identifier(domain, line);
}

struct text clean_without_number(struct text heading)
{
	size_t i = 0;
	heading = text_trim(heading);
	if (i + 1 < heading.bytes && ascii_is_upper(heading.data[i]) && heading.data[i + 1] == '.')
		i += 2; /* an appendix: "A.1" */
	size_t digits = i;
	while (i < heading.bytes && (ascii_is_digit(heading.data[i]) || heading.data[i] == '.'))
		i++;
	bool number = i > 0 && (i > digits || heading.data[i - 1] == '.') && i < heading.bytes && ascii_is_space(heading.data[i]);
	return number ? text_trim(text_slice(heading, i, heading.bytes)) : heading;
}

/* "GNU General Public License, Version 2, June 1991": what it is, without its version. */
static struct text without_version(struct text heading)
{
	static const struct text marks[] = { TEXT_LITERAL(" version "), TEXT_LITERAL(" v.") };
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		ptrdiff_t at = text_find_nocase(heading, marks[i]);
		if (at > 0 && (size_t)at + marks[i].bytes < heading.bytes && ascii_is_digit(heading.data[(size_t)at + marks[i].bytes]))
			heading = text_slice(heading, 0, (size_t)at - (heading.data[at - 1] == ','));
	}
	return heading;
}

static bool is_legal_heading(const struct domain *domain, struct text markdown, const struct block *block, struct buffer *plain)
{
	if (block->kind != BLOCK_HEADING || block->content_end - block->content_start > HEADING_BYTES_MAX)
		return false;
	buffer_clear(plain);
	block_append_plain(plain, text_slice(markdown, block->content_start, block->content_end));
	struct text heading = clean_without_number(buffer_view(plain));
	while (heading.bytes > 0 && (heading.data[heading.bytes - 1] == ':' || heading.data[heading.bytes - 1] == '.'))
		heading.bytes--;
	return domain_list_has(domain, DOMAIN_LIST_LEGAL_HEADINGS, without_version(heading));
}

/* Index behind the section of heading `index`: its own blocks and those of the sections in it. */
static size_t section_end(const struct blocks *blocks, size_t index)
{
	unsigned level = blocks->items[index].level;
	size_t i = index + 1;
	while (i < blocks->count && !(blocks->items[i].kind == BLOCK_HEADING && blocks->items[i].level <= level))
		i++;
	return i;
}

/* Under a legal heading: the text names no term of the field, or has a word of law too. */
static bool is_legal_content(const struct domain *domain, struct text content)
{
	struct domain_match match;
	if (!terms_of(domain, content).any || domain_search(domain, DOMAIN_PATTERN_LEGAL_LINE, content, 0, &match))
		return true;
	for (size_t end = 0; end < content.bytes;) {
		size_t start = end;
		while (start < content.bytes && !ascii_is_alpha(content.data[start]))
			start++;
		for (end = start; end < content.bytes && ascii_is_alpha(content.data[end]);)
			end++;
		if (end > start && domain_list_has(domain, DOMAIN_LIST_LEGAL_WORDS, text_slice(content, start, end)))
			return true;
	}
	return false;
}

static size_t mark_sections(const struct domain *domain, struct text markdown, const struct blocks *blocks, uint8_t *marks,
			    struct buffer *plain)
{
	size_t count = 0;
	for (size_t i = 0; i < blocks->count; i++) {
		if (!is_legal_heading(domain, markdown, &blocks->items[i], plain))
			continue;
		size_t end = section_end(blocks, i);
		struct text section = text_slice(markdown, blocks->items[i].start, blocks->items[end - 1].end);
		if (legal_has_identifier(domain, section) || !is_legal_content(domain, text_slice(markdown, blocks->items[i].end, blocks->items[end - 1].end)))
			continue; /* a section inside it may still be legal text alone: at most six levels deep */
		memset(marks + i, CLEAN_DROP, end - i);
		marks[i] = clean_drop_as(DOCUMENT_REMOVED_LEGAL_SECTION);
		i = end - 1;
		count++;
	}
	return count;
}

static bool is_legal_paragraph(const struct phrases *phrases, struct text content)
{
	size_t legal = 0;
	if (content.bytes > LEGAL_PARAGRAPH_BYTES_MAX)
		return false;
	for (size_t start = 0, end; start < content.bytes; start = end) {
		end = sentence_next(content, start);
		legal += phrases_count(phrases, text_slice(content, start, end), 1) ? end - start : 0;
	}
	return legal > 0 && legal * 100 >= content.bytes * LEGAL_PERCENT_MIN;
}

static size_t legal_lines(const struct domain *domain, struct text content, size_t *ret_lines)
{
	size_t legal = 0, lines = 0;
	struct text line;
	while (text_next_line(&content, &line)) {
		if (text_trim(line).bytes == 0)
			continue;
		lines++;
		legal += legal_is_line(domain, line);
	}
	*ret_lines = lines;
	return legal;
}

static size_t mark_block(const struct domain *domain, const struct phrases *phrases, struct text markdown, const struct block *block,
			 uint8_t *mark)
{
	struct text content = text_slice(markdown, block->content_start, block->content_end);
	size_t lines;
	size_t legal = legal_lines(domain, content, &lines);
	if (legal > 0 && legal == lines) {
		*mark = clean_drop_as(DOCUMENT_REMOVED_LEGAL_LINE);
		return legal;
	}
	if (is_legal_paragraph(phrases, content) && !legal_has_identifier(domain, content)) {
		*mark = clean_drop_as(DOCUMENT_REMOVED_LEGAL_PARAGRAPH);
		return 1;
	}
	if (legal > 0 && block->kind == BLOCK_PARAGRAPH) {
		*mark = CLEAN_LINES;
		return legal;
	}
	return 0;
}

int64_t legal_mark(const struct domain *domain, struct text markdown, const struct blocks *blocks, uint8_t *marks)
{
	struct phrases phrases;
	struct buffer plain;
	size_t phrase_count;
	const struct text *items = domain_list(domain, DOMAIN_LIST_LEGAL_PHRASES, &phrase_count);
	int status = phrases_init(&phrases, items, phrase_count);
	if (status < 0)
		return status;
	buffer_init(&plain, HEADING_BYTES_MAX * 4);
	size_t count = mark_sections(domain, markdown, blocks, marks, &plain);
	for (size_t i = 0; i < blocks->count; i++) {
		const struct block *block = &blocks->items[i];
		bool running = block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_QUOTE;
		if (running && marks[i] == CLEAN_KEEP)
			count += mark_block(domain, &phrases, markdown, block, &marks[i]);
	}
	status = plain.status;
	buffer_done(&plain);
	phrases_done(&phrases);
	return status < 0 ? status : (int64_t)count;
}
