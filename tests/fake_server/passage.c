#include "tests/fake_server/passage.h"

#include <errno.h>
#include <stdlib.h>

enum {
	SENTENCE_BYTES_MIN = 40,
	SENTENCE_BYTES_MAX = 600,
	SENTENCES_MAX = 4096,
	FALLBACK_BYTES_MIN = 12,
	FENCED_BYTES_MIN = 40,
	TERM_BYTES_MAX = 60,
};

static const char *const tags[] = { "source", "document", "passage", "text", "chunk", "context", "excerpt" };
static const char *const tasks[] = { "task", "instruction", "question", "your task", "write", "answer", "output", "respond", "reply", "return" };

void passage_init(struct passage *passage) { *passage = (struct passage){ .count = 0 }; }

void passage_done(struct passage *passage)
{
	free(passage->sentences);
	passage_init(passage);
}

static void take(struct passage *passage, struct text prompt, size_t start, size_t end)
{
	passage->source = text_slice(prompt, start, end);
	passage->before = text_slice(prompt, 0, start);
	passage->after = text_slice(prompt, end, prompt.bytes);
}

/* --- where the passage stands ------------------------------------------------------------------------------------------------ */

/* The next "<name" or "</name" from `offset`, as the place after its '>'; *ret_start is its '<'. 0: none. */
static size_t next_tag(struct text prompt, size_t offset, struct text name, bool closing, size_t *ret_start)
{
	while (offset < prompt.bytes) {
		const char *at = memchr(prompt.data + offset, '<', prompt.bytes - offset);
		if (!at)
			return 0;
		size_t start = (size_t)(at - prompt.data), after = start + 1 + closing;
		offset = start + 1;
		struct text rest = after < prompt.bytes ? text_slice(prompt, after, prompt.bytes) : (struct text){ "", 0 };
		if (!text_starts_with_nocase(rest, name) || rest.bytes <= name.bytes || ascii_is_word(rest.data[name.bytes]) || (closing && at[1] != '/'))
			continue;
		const char *bracket = memchr(rest.data, '>', rest.bytes);
		*ret_start = start;
		return bracket ? (size_t)(bracket + 1 - prompt.data) : 0;
	}
	return 0;
}

/* The longest <tag …>text</tag>; one pass for each tag. */
static bool find_tagged(struct passage *passage, struct text prompt)
{
	size_t best = 0;

	for (size_t t = 0; t < COUNT_OF(tags); t++) {
		size_t end = 0, open, after, start;
		while ((start = next_tag(prompt, end, text_from(tags[t]), false, &open)) > 0 &&
		       (after = next_tag(prompt, start, text_from(tags[t]), true, &end)) > 0) {
			if (end - start > best) {
				best = end - start;
				take(passage, prompt, start, end);
			}
			end = after;
		}
	}
	return best > 0;
}

static bool is_fence(struct text line, char *ret_kind)
{
	if (!text_starts_with(line, TEXT_LITERAL("```")) && !text_starts_with(line, TEXT_LITERAL("\"\"\"")))
		return false;
	*ret_kind = line.data[0];
	return true;
}

static bool find_fenced(struct passage *passage, struct text prompt)
{
	struct text rest = prompt, line;
	size_t best = FENCED_BYTES_MIN, open_at = 0;
	char open = 0, kind = 0;

	passage->source = (struct text){ "", 0 };
	while (text_next_line(&rest, &line)) {
		if (!is_fence(text_trim(line), &kind))
			continue;
		if (!open) {
			open = kind;
			open_at = (size_t)(rest.data - prompt.data);
		} else if (kind == open) {
			size_t end = (size_t)(line.data - prompt.data);
			if (end > open_at && end - open_at > best) {
				best = end - open_at;
				take(passage, prompt, open_at, end);
			}
			open = 0;
		}
	}
	return passage->source.bytes > 0;
}

/* "Source:", "## Source", "SOURCE TEXT:" … : the word, no more than a few words after it. */
static bool is_label(struct text line, const char *const *words, size_t count)
{
	bool heading = false;

	line = text_trim(line);
	while (line.bytes && (line.data[0] == '#' || line.data[0] == '*' || line.data[0] == '-' || line.data[0] == ' ')) {
		heading |= line.data[0] == '#';
		line = text_slice(line, 1, line.bytes);
	}
	ptrdiff_t colon = text_find(line, TEXT_LITERAL(":"));
	for (size_t i = 0; i < count; i++)
		if (text_starts_with_nocase(line, text_from(words[i])) && (heading || (colon > 0 && colon < 40)))
			return true;
	return false;
}

static bool find_labelled(struct passage *passage, struct text prompt)
{
	struct text rest = prompt, line;
	size_t start = 0, end = prompt.bytes;

	while (text_next_line(&rest, &line)) {
		if (start == 0 && is_label(line, tags, COUNT_OF(tags))) {
			start = (size_t)(rest.data - prompt.data);
		} else if (start > 0 && is_label(line, tasks, COUNT_OF(tasks))) {
			end = (size_t)(line.data - prompt.data);
			break;
		}
	}
	if (start == 0 || end <= start)
		return false;
	take(passage, prompt, start, end);
	return true;
}

/* --- sentences --------------------------------------------------------------------------------------------------------------- */

static int add_sentence(struct passage *passage, struct text sentence, size_t bytes_min)
{
	sentence = text_trim(sentence);
	if (sentence.bytes < bytes_min || sentence.bytes > SENTENCE_BYTES_MAX || passage->count == SENTENCES_MAX)
		return 0;
	if (passage->count == passage->capacity) {
		uint32_t capacity = passage->capacity ? passage->capacity * 2 : 64;
		struct text *grown = realloc(passage->sentences, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		passage->sentences = grown;
		passage->capacity = capacity;
	}
	passage->sentences[passage->count++] = sentence;
	return 0;
}

static bool is_prose_line(struct text line)
{
	line = text_trim(line);
	return line.bytes > 0 && !strchr("|#>`<{}[-*=+", line.data[0]) && text_find(line, TEXT_LITERAL("](")) < 0;
}

/* Sentences of one paragraph: lines of prose that follow each other. */
static int split_paragraph(struct passage *passage, struct text paragraph)
{
	size_t start = 0;

	for (size_t i = 0; i + 1 <= paragraph.bytes; i++) {
		char c = paragraph.data[i];
		if (c != '.' && c != '!' && c != '?')
			continue;
		size_t next = i + 1;
		while (next < paragraph.bytes && ascii_is_space(paragraph.data[next]))
			next++;
		if (next < paragraph.bytes && (next == i + 1 || ascii_is_lower(paragraph.data[next])))
			continue;
		int status = add_sentence(passage, text_slice(paragraph, start, i + 1), SENTENCE_BYTES_MIN);
		if (status < 0)
			return status;
		start = next;
	}
	return 0;
}

static int split_prose(struct passage *passage)
{
	struct text rest = passage->source, line, paragraph = { "", 0 };
	int status = 0;

	while (status == 0 && text_next_line(&rest, &line)) {
		if (is_prose_line(line)) {
			const char *start = paragraph.bytes ? paragraph.data : line.data;
			paragraph = (struct text){ start, (size_t)(line.data + line.bytes - start) };
			continue;
		}
		status = split_paragraph(passage, paragraph);
		paragraph.bytes = 0;
	}
	return status < 0 ? status : split_paragraph(passage, paragraph);
}

static int split_lines(struct passage *passage)
{
	struct text rest = passage->source, line;
	int status = 0;

	while (status == 0 && text_next_line(&rest, &line)) {
		line = text_trim(line);
		while (line.bytes && strchr("|#>*-+ ", line.data[0]))
			line = text_slice(line, 1, line.bytes);
		while (line.bytes && strchr("| ", line.data[line.bytes - 1]))
			line.bytes--;
		status = add_sentence(passage, line, FALLBACK_BYTES_MIN);
	}
	return status;
}

int passage_find(struct passage *passage, struct text prompt)
{
	passage->count = 0;
	if (!find_tagged(passage, prompt) && !find_fenced(passage, prompt) && !find_labelled(passage, prompt)) {
		take(passage, prompt, 0, prompt.bytes);
		passage->after = prompt; /* the task is somewhere in it */
	}
	int status = split_prose(passage);
	if (status == 0 && passage->count == 0)
		status = split_lines(passage);
	return status;
}

/* --- words ------------------------------------------------------------------------------------------------------------------- */

static bool next_word(struct text text, size_t *offset, struct text *ret_word)
{
	size_t i = *offset, start;

	while (i < text.bytes && !ascii_is_alnum(text.data[i]))
		i++;
	start = i;
	while (i < text.bytes && (ascii_is_word(text.data[i]) || (text.data[i] == '.' && i + 1 < text.bytes && ascii_is_alnum(text.data[i + 1]))))
		i++;
	*offset = i;
	*ret_word = text_slice(text, start, i);
	return i > start;
}

/* mixedCase, with_underscore, Class.attribute or letters with digits. */
static bool is_identifier(struct text word)
{
	bool letter = false, digit = false, mixed = false;

	for (size_t i = 0; i < word.bytes; i++) {
		char c = word.data[i];
		letter |= ascii_is_alpha(c);
		digit |= ascii_is_digit(c);
		mixed |= c == '_' || c == '.' || (i > 0 && ascii_is_upper(c) && ascii_is_lower(word.data[i - 1]));
	}
	return letter && (mixed || digit) && word.bytes >= 4;
}

struct text passage_term(struct text sentence)
{
	struct text word, best = TEXT_LITERAL("this"), identifier = { "", 0 };
	size_t offset = 0;

	best.bytes = 0;
	while (next_word(sentence, &offset, &word)) {
		if (word.bytes > TERM_BYTES_MAX)
			continue;
		if (is_identifier(word) && word.bytes > identifier.bytes)
			identifier = word;
		if (word.bytes > best.bytes)
			best = word;
	}
	if (identifier.bytes)
		return identifier;
	return best.bytes ? best : TEXT_LITERAL("this");
}

struct text passage_parameter(struct text text)
{
	struct text word;
	size_t offset = 0;

	while (next_word(text, &offset, &word)) {
		ptrdiff_t dot = text_find(word, TEXT_LITERAL("."));
		if (dot > 2 && word.bytes < TERM_BYTES_MAX && ascii_is_upper(word.data[0]) && ascii_is_lower(word.data[dot + 1]))
			return word;
	}
	return (struct text){ "", 0 };
}

/* A set of words by hash: 1,024 bits, good enough to compare sentences. */
static void word_set(struct text text, uint64_t bits[16])
{
	struct text word;
	size_t offset = 0;

	memset(bits, 0, 16 * sizeof(*bits));
	while (next_word(text, &offset, &word)) {
		uint32_t hash = 2166136261u;
		if (word.bytes < 4)
			continue;
		for (size_t i = 0; i < word.bytes; i++)
			hash = (hash ^ (unsigned char)ascii_lower(word.data[i])) * 16777619u;
		bits[(hash >> 6) & 15] |= 1ull << (hash & 63);
	}
}

uint32_t passage_best_sentence(const struct passage *passage, struct text question)
{
	uint64_t wanted[16], found[16];
	uint32_t best = 0;
	int best_shared = 0;

	word_set(question, wanted);
	for (uint32_t i = 0; i < passage->count; i++) {
		int shared = 0;
		word_set(passage->sentences[i], found);
		for (int k = 0; k < 16; k++)
			shared += __builtin_popcountll(wanted[k] & found[k]);
		if (shared > best_shared) {
			best_shared = shared;
			best = i;
		}
	}
	return best;
}
