/* draft.c: see draft.h. */
#define _GNU_SOURCE
#include "workers/inference/draft.h"

#include "base/utf8.h"

#include <xxhash.h>

#define LEVEL_INDENT "   " /* below "- " and below "1. " */

void draft_init(struct draft *draft, const struct prose *prose, const struct document *document)
{
	*draft = (struct draft){ .prose = prose, .document = document };
	struct buffer *buffers[] = { &draft->question, &draft->answer, &draft->source, &draft->parameters, &draft->counters, &draft->mo_classes };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], DRAFT_BYTES_MAX);
}

void draft_done(struct draft *draft)
{
	struct buffer *buffers[] = { &draft->question, &draft->answer, &draft->source, &draft->parameters, &draft->counters, &draft->mo_classes };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
}

void draft_begin(struct draft *draft, enum conversation_question kind)
{
	struct buffer *buffers[] = { &draft->question, &draft->answer, &draft->source, &draft->parameters, &draft->counters, &draft->mo_classes };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_clear(buffers[i]);
	draft->kind = kind;
	draft->cmedit = false;
	draft->range_count = draft->sentence_count = 0;
	draft->span = (struct document_range){ 0 };
	draft->confidence = 1;
	static const enum document_meta facts[] = { DOCUMENT_META_TITLE, DOCUMENT_META_FEATURE_NAME, DOCUMENT_META_ACRONYM, DOCUMENT_META_DOCUMENT_ID };
	for (size_t i = 0; i < COUNT_OF(facts); i++) { /* what the document as a whole is called may be said everywhere */
		buffer_append_text(&draft->source, document_meta(draft->document, facts[i]));
		buffer_append_string(&draft->source, "\n\n");
	}
}

int draft_status(const struct draft *draft)
{
	const struct buffer *buffers[] = { &draft->question, &draft->answer, &draft->source, &draft->parameters, &draft->counters, &draft->mo_classes };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	return 0;
}

static void widen_span(struct draft *draft, struct document_range span)
{
	if (!draft->span.bytes) {
		draft->span = span;
		return;
	}
	uint32_t start = draft->span.offset < span.offset ? draft->span.offset : span.offset;
	uint32_t end_a = draft->span.offset + draft->span.bytes, end_b = span.offset + span.bytes;
	uint32_t end = end_a > end_b ? end_a : end_b;
	if (end - start <= DRAFT_SPAN_BYTES_MAX)
		draft->span = (struct document_range){ start, end - start };
}

void draft_use_span(struct draft *draft, struct document_range span)
{
	for (size_t i = 0; i < draft->range_count; i++) {
		const struct document_range *had = &draft->ranges[i];
		if (span.offset >= had->offset && span.offset + span.bytes <= had->offset + had->bytes)
			return;
	}
	if (!span.bytes)
		return;
	if (draft->range_count < DRAFT_RANGES_MAX)
		draft->ranges[draft->range_count++] = span;
	widen_span(draft, span);
	buffer_append_text(&draft->source, document_span(draft->document, span));
	buffer_append_string(&draft->source, "\n\n");
}

void draft_list_add(struct buffer *list, struct text name)
{
	struct text rest = buffer_view(list), line;
	while (text_next_line(&rest, &line))
		if (text_equal(line, name))
			return;
	if (!name.bytes || memchr(name.data, '\n', name.bytes))
		return;
	if (list->bytes)
		buffer_append_byte(list, '\n');
	buffer_append_text(list, name);
}

struct text draft_item_name(const struct document *document, const struct document_item *item, char place[DRAFT_NAME_BYTES_MAX])
{
	struct text name = document_item_value(document, item, DOCUMENT_KEY_NAME), class = document_item_value(document, item, DOCUMENT_KEY_MO_CLASS);
	struct text attribute = document_item_value(document, item, DOCUMENT_KEY_ATTRIBUTE);
	bool whole = !class.bytes || !attribute.bytes || !text_equal(name, attribute) || memchr(class.data, '\n', class.bytes);
	bool own = item->category == DOCUMENT_COUNTERS && name.bytes && ascii_is_upper(name.data[0]); /* "RRC.ConnEstabAtt.Sum" is a name by itself */
	if (whole || own || class.bytes + 1 + attribute.bytes > DRAFT_NAME_BYTES_MAX)
		return name;
	memcpy(place, class.data, class.bytes);
	place[class.bytes] = '.';
	memcpy(place + class.bytes + 1, attribute.data, attribute.bytes);
	return (struct text){ place, class.bytes + 1 + attribute.bytes };
}

void draft_use_item(struct draft *draft, const struct document_item *item)
{
	const struct document *document = draft->document;
	struct text name = document_item_value(document, item, DOCUMENT_KEY_NAME);
	draft_use_span(draft, item->span);
	for (uint32_t i = 0; i < item->attribute_count; i++) { /* a line a value: "cellRange default: 15" */
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		bool detail = attribute->key == DOCUMENT_KEY_DETAIL; /* has its own name: the header of its column */
		if (attribute->key != DOCUMENT_KEY_NAME) {
			buffer_append_text(&draft->source, name);
			buffer_append_byte(&draft->source, ' ');
		}
		for (const char *c = detail ? "" : document_key_name((enum document_key)attribute->key); *c; c++)
			buffer_append_byte(&draft->source, *c == '_' ? ' ' : *c); /* words, not an identifier */
		buffer_append_string(&draft->source, detail ? "" : ": ");
		buffer_append_text(&draft->source, document_text(document, attribute->value));
		buffer_append_byte(&draft->source, '\n');
	}
	buffer_append_byte(&draft->source, '\n');
	if (item->confidence < draft->confidence)
		draft->confidence = item->confidence;
	char place[DRAFT_NAME_BYTES_MAX];
	struct text full_name = draft_item_name(document, item, place);
	if (item->category == DOCUMENT_PARAMETERS)
		draft_list_add(&draft->parameters, full_name);
	if (item->category == DOCUMENT_COUNTERS)
		draft_list_add(&draft->counters, full_name);
	draft_list_add(&draft->mo_classes, document_item_value(document, item, DOCUMENT_KEY_MO_CLASS));
}

void draft_paragraph(struct draft *draft)
{
	struct text had = text_trim(buffer_view(&draft->answer));
	buffer_truncate(&draft->answer, had.bytes); /* an answer never begins with a blank, so trimming took from its end */
	if (had.bytes)
		buffer_append_string(&draft->answer, "\n\n");
}

/* Letters and digits alone: how a sentence ends and what is in code spans does not make it another one. */
static bool said_before(struct draft *draft, struct text sentence)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < sentence.bytes; i++) {
		char c = sentence.data[i];
		if (ascii_is_alnum(c) || (unsigned char)c >= 0x80)
			hash = (hash ^ (unsigned char)ascii_lower(c)) * 1099511628211u;
	}
	for (size_t i = 0; i < draft->sentence_count; i++)
		if (draft->sentences[i] == hash)
			return true;
	if (draft->sentence_count == DRAFT_SENTENCES_MAX)
		return true;
	draft->sentences[draft->sentence_count++] = hash;
	return false;
}

/* Upper case first, unless the first word is an identifier or what is more than a word: "uhd::stop", "read-only", "free(". */
static void append_capitalised(struct buffer *out, struct text text)
{
	struct text word = prose_first_word(text);
	bool plain = word.data == text.data && word.bytes > 0 &&
		     (word.bytes == text.bytes || ascii_is_space(text.data[word.bytes]) || (text.data[word.bytes] == ',' && word.bytes > 1));
	for (size_t i = 0; i < word.bytes && plain; i++)
		plain = ascii_is_lower(word.data[i]);
	if (plain) {
		buffer_append_byte(out, (char)(text.data[0] - 32));
		text = text_slice(text, 1, text.bytes);
	}
	buffer_append_text(out, text);
}

/* In the stops of Chinese and Japanese. */
static bool ends_wide(struct text text)
{
	static const struct text stops[] = { TEXT_LITERAL("\u3002"), TEXT_LITERAL("\uFF01"), TEXT_LITERAL("\uFF1F"), TEXT_LITERAL("\uFF1A"), TEXT_LITERAL("\uFF1B"),
					     TEXT_LITERAL("\u2026") };
	for (size_t i = 0; i < COUNT_OF(stops); i++)
		if (text_ends_with_nocase(text, stops[i]))
			return true;
	return false;
}

static bool has_end(struct text text)
{
	if (!text.bytes)
		return true;
	size_t last = text.bytes - 1;
	while (last > 0 && (text.data[last] == ')' || text.data[last] == '"' || (text.data[last] == '`' && text.data[last - 1] == '.')))
		last--;
	return strchr(".!?:", text.data[last]) != NULL || ends_wide(text_slice(text, 0, last + 1));
}

static void append_sentence(struct buffer *out, struct text sentence)
{
	append_capitalised(out, sentence);
	if (!has_end(sentence))
		buffer_append_byte(out, '.');
}

static struct text trim_end(struct text sentence)
{
	sentence = text_trim(sentence);
	while (sentence.bytes && (sentence.data[sentence.bytes - 1] == ';' || sentence.data[sentence.bytes - 1] == ','))
		sentence = text_trim(text_slice(sentence, 0, sentence.bytes - 1));
	return sentence;
}

bool draft_sentence(struct draft *draft, struct text sentence)
{
	sentence = trim_end(sentence);
	if (!sentence.bytes || said_before(draft, sentence))
		return false;
	struct buffer *answer = &draft->answer;
	if (answer->bytes && answer->data[answer->bytes - 1] != '\n')
		buffer_append_byte(answer, ' ');
	append_sentence(answer, sentence);
	return true;
}

void draft_lead(struct draft *draft, struct text lead)
{
	append_sentence(&draft->answer, trim_end(lead));
	buffer_append_byte(&draft->answer, '\n');
}

void draft_sentences(struct draft *draft, struct text rendered, bool all, size_t bytes_max)
{
	struct text sentence;
	while (prose_next_sentence(&rendered, &sentence)) {
		if (draft->answer.bytes + sentence.bytes + 2 > bytes_max)
			return;
		if (all || prose_stands_alone(draft->prose, sentence))
			(void)draft_sentence(draft, sentence);
	}
}

bool draft_entry(struct draft *draft, unsigned number, struct text entry)
{
	return !said_before(draft, trim_end(entry)) && draft_item(draft, 0, number, entry);
}

bool draft_item(struct draft *draft, unsigned level, unsigned number, struct text entry)
{
	entry = trim_end(entry);
	if (!entry.bytes)
		return false;
	struct buffer *answer = &draft->answer;
	if (answer->bytes && answer->data[answer->bytes - 1] != '\n')
		buffer_append_byte(answer, '\n');
	for (; level > 0; level--)
		buffer_append_string(answer, LEVEL_INDENT);
	if (number)
		buffer_append_format(answer, "%u. ", number);
	else
		buffer_append_string(answer, "- ");
	buffer_append_text(answer, entry); /* as it stands: it may begin with a name and need not be a sentence */
	return true;
}

void draft_close(struct draft *draft)
{
	for (;;) {
		struct text answer = text_trim(buffer_view(&draft->answer));
		const char *newline = answer.bytes ? memrchr(answer.data, '\n', answer.bytes) : NULL;
		struct text line = newline ? text_slice(answer, (size_t)(newline + 1 - answer.data), answer.bytes) : answer;
		line = text_trim(line);
		bool entry = text_starts_with(line, TEXT_LITERAL("- ")) || (line.bytes && ascii_is_digit(line.data[0]));
		buffer_truncate(&draft->answer, answer.bytes); /* an answer never begins with a blank, so trimming took from its end */
		if (!entry || line.data[line.bytes - 1] != ':')
			return;
		buffer_truncate(&draft->answer, (size_t)(line.data - answer.data));
	}
}

void draft_commands(struct draft *draft, struct text commands)
{
	buffer_append_string(&draft->answer, "\n\n```\n");
	buffer_append_text(&draft->answer, text_trim(commands));
	buffer_append_string(&draft->answer, "\n```");
}
