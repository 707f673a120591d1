/* generator_pair.c: how the parts of a pair are made from items, and how a finished pair is judged (see generator.h). */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { MENTION_SEARCH_BYTES_MAX = 8 << 20, MENTION_HITS_MAX = 64, MENTION_BLOCK_BYTES_MAX = 16384, SIBLINGS_MAX = 4,
       SIBLING_DISTANCE_MAX = 8, DETAIL_BYTES_MAX = 600 };

const struct document_item *generator_item(const struct generator *generator, enum document_category category, size_t k)
{
	size_t count = generator->item_count[category];
	if (k >= count)
		return NULL;
	size_t step = count > 2 ? (size_t)((double)count * 0.6180339887) : 1; /* far apart, so that neighbours are not told twice */
	for (;; step++) {
		size_t a = count, b = step;
		while (b) {
			size_t rest = a % b;
			a = b;
			b = rest;
		}
		if (a == 1)
			break;
	}
	size_t index = (size_t)((generator->seed % count + (unsigned __int128)k * step) % count);
	return &generator->document->items[generator->items[category][index]];
}

struct text generator_value(const struct generator *generator, const struct document_item *item, enum document_key key)
{
	return document_item_value(generator->document, item, key);
}

static bool has_text(struct text haystack, struct text needle)
{
	return needle.bytes && haystack.bytes && memmem(haystack.data, haystack.bytes, needle.data, needle.bytes);
}

void generator_begin(struct generator *generator, enum conversation_question kind, const struct document_item *item,
		     struct template_values *ret_values)
{
	*ret_values = (struct template_values){ 0 };
	draft_begin(&generator->draft, kind);
	generator->introduced = false;
	template_values_set(ret_values, "feature", generator->feature);
	template_values_set(ret_values, "title", buffer_view(&generator->title_asked));
	template_values_set(ret_values, "document", buffer_view(&generator->document_name));
	if (!item)
		return;
	draft_use_item(&generator->draft, item);
	template_values_set(ret_values, "name", draft_item_name(generator->document, item, generator->name));
	template_values_set(ret_values, "mo", generator_value(generator, item, DOCUMENT_KEY_MO_CLASS));
	template_values_set(ret_values, "attribute", generator_value(generator, item, DOCUMENT_KEY_ATTRIBUTE));
	struct text relation = generator_value(generator, item, DOCUMENT_KEY_RELATION);
	if (!text_equal_nocase(relation, TEXT_LITERAL("related")))
		template_values_set(ret_values, "relation", relation);
}

bool generator_frame(struct generator *generator, const char *family, const struct template_values *values)
{
	buffer_clear(&generator->line);
	return template_frame(&generator->picker, family, values, &generator->line) &&
	       draft_sentence(&generator->draft, buffer_view(&generator->line));
}

void generator_introduce(struct generator *generator, const char *family, const struct template_values *values)
{
	generator->introduced = generator_frame(generator, family, values);
}

/* The values an item can have, each with the frame that says it. */
static const struct { enum document_key key; const char *name, *sentence, *entry; } fact_frames[] = {
	{ DOCUMENT_KEY_TYPE, "type", "answer.type", "entry.type" },
	{ DOCUMENT_KEY_RANGE, "range", "answer.range", "entry.range" },
	{ DOCUMENT_KEY_DEFAULT, "default", "answer.default", "entry.default" },
	{ DOCUMENT_KEY_UNIT, "unit", "answer.unit", "entry.unit" },
};

static void append_fact(struct generator *generator, size_t index, struct text value, struct template_values *values, bool as_list)
{
	struct buffer *text = &generator->text;
	buffer_clear(text);
	prose_append_value(text, value);
	struct template_values with = *values;
	template_values_set(&with, fact_frames[index].name, buffer_view(text));
	buffer_clear(&generator->line);
	if (!template_frame(&generator->picker, as_list ? fact_frames[index].entry : fact_frames[index].sentence, &with, &generator->line))
		return;
	if (as_list)
		(void)draft_entry(&generator->draft, 0, buffer_view(&generator->line));
	else
		(void)draft_sentence(&generator->draft, buffer_view(&generator->line));
}

bool generator_facts(struct generator *generator, const struct document_item *item, struct template_values *values)
{
	size_t count = 0;
	for (size_t i = 0; i < COUNT_OF(fact_frames); i++)
		count += generator_value(generator, item, fact_frames[i].key).bytes > 0;
	bool as_list = count >= 3 && (generator->seed + generator->accepted) % 2 == 0;
	if (as_list) {
		draft_paragraph(&generator->draft);
		(void)generator_frame(generator, "answer.values_follow", values);
		buffer_append_byte(&generator->draft.answer, '\n');
	}
	for (size_t i = 0; i < COUNT_OF(fact_frames); i++) {
		struct text value = generator_value(generator, item, fact_frames[i].key);
		if (value.bytes)
			append_fact(generator, i, value, values, as_list);
	}
	if (text_equal(generator_value(generator, item, DOCUMENT_KEY_READ_ONLY), TEXT_LITERAL("true"))) {
		if (as_list)
			draft_paragraph(&generator->draft);
		(void)generator_frame(generator, "answer.read_only", values);
		count++;
	}
	return count > 0;
}

bool generator_item_entry(struct generator *generator, const struct document_item *item)
{
	struct text description = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION), sentence;
	if (!description.bytes)
		description = generator_value(generator, item, DOCUMENT_KEY_TRIGGER);
	char place[DRAFT_NAME_BYTES_MAX];
	struct text name = draft_item_name(generator->document, item, place);
	buffer_clear(&generator->rendered);
	prose_mark_identifiers(&generator->rendered, generator->domain, description);
	struct text rest = buffer_view(&generator->rendered);
	if (!prose_next_sentence(&rest, &sentence) || prose_leads_on(sentence))
		return false;
	draft_use_item(&generator->draft, item);
	buffer_clear(&generator->line);
	prose_append_value(&generator->line, name);
	buffer_append_string(&generator->line, ": ");
	buffer_append_text(&generator->line, sentence);
	return draft_entry(&generator->draft, 0, buffer_view(&generator->line));
}

/* --- making an answer long enough --- */

bool generator_too_short(const struct generator *generator)
{
	return utf8_count(buffer_view(&generator->draft.answer)) < generator->settings->generate.answer_chars_min;
}

static const struct block *block_at(const struct generator *generator, size_t offset)
{
	size_t low = 0, high = generator->blocks.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (generator->blocks.items[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	const struct block *block = low < generator->blocks.count ? &generator->blocks.items[low] : NULL;
	return block && block->start <= offset ? block : NULL;
}

/* Appends the sentences of the block that name `word`. Returns how many. */
static size_t append_mention(struct generator *generator, const struct block *block, struct text word, size_t sentences_max)
{
	struct text content = text_slice(generator->document->markdown, block->content_start, block->content_end), sentence;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	struct text rest = buffer_view(&generator->rendered);
	size_t count = 0;
	while (count < sentences_max && prose_next_sentence(&rest, &sentence)) {
		bool instruction = generator_is_imperative(generator->domain, prose_first_word(sentence));
		if (!has_text(sentence, word) || instruction || !prose_stands_alone(&generator->prose, sentence))
			continue;
		draft_use_span(&generator->draft, (struct document_range){ block->start, block->end - block->start });
		count += draft_sentence(&generator->draft, sentence);
	}
	return count;
}

static size_t mentions_of(struct generator *generator, const struct document_item *item, struct text word, size_t sentences_max)
{
	struct text markdown = generator->document->markdown;
	size_t end = size_min(markdown.bytes, MENTION_SEARCH_BYTES_MAX), position = 0, count = 0;
	for (int hits = 0; word.bytes > 3 && hits < MENTION_HITS_MAX && count < sentences_max; hits++) {
		const char *found = position < end ? memmem(markdown.data + position, end - position, word.data, word.bytes) : NULL;
		if (!found)
			break;
		size_t at = (size_t)(found - markdown.data);
		position = at + word.bytes;
		bool whole = (at == 0 || !ascii_is_word(markdown.data[at - 1])) && (position == markdown.bytes || !ascii_is_word(markdown.data[position]));
		const struct block *block = whole ? block_at(generator, at) : NULL;
		bool prose = block && (block->kind == BLOCK_PARAGRAPH || (block->kind == BLOCK_LIST_ITEM && !block->ordered));
		if (!prose || block->end - block->start > MENTION_BLOCK_BYTES_MAX)
			continue;
		position = size_max(position, block->end);
		if (block->start >= item->span.offset && block->end <= item->span.offset + item->span.bytes)
			continue;
		count += append_mention(generator, block, word, sentences_max - count);
	}
	return count;
}

void generator_mentions(struct generator *generator, const struct document_item *item, size_t sentences_max)
{
	struct text name = generator_value(generator, item, DOCUMENT_KEY_NAME);
	size_t count = mentions_of(generator, item, name, sentences_max);
	struct text attribute = generator_value(generator, item, DOCUMENT_KEY_ATTRIBUTE);
	if (count < sentences_max && attribute.bytes && !text_equal(attribute, name))
		(void)mentions_of(generator, item, attribute, sentences_max - count);
}

/* The items of the same category around it in the document, those of the same class first. */
static void append_siblings(struct generator *generator, const struct document_item *item, const char *family)
{
	const struct document *document = generator->document;
	struct text class = generator_value(generator, item, DOCUMENT_KEY_MO_CLASS);
	struct template_values values = { 0 };
	template_values_set(&values, "document", buffer_view(&generator->document_name));
	ptrdiff_t index = item - document->items, last = (ptrdiff_t)document->item_count - 1;
	size_t count = 0;
	for (int same_class = 1; same_class >= 0; same_class--)
		for (ptrdiff_t distance = 1; distance <= SIBLING_DISTANCE_MAX && count < SIBLINGS_MAX && generator_too_short(generator); distance++)
			for (int side = -1; side <= 1 && count < SIBLINGS_MAX; side += 2) {
				ptrdiff_t at = index + side * distance;
				if (at < 0 || at > last || document->items[at].category != item->category ||
				    document->items[at].confidence < generator->settings->gate.extraction ||
				    text_equal(generator_value(generator, &document->items[at], DOCUMENT_KEY_NAME),
					       generator_value(generator, item, DOCUMENT_KEY_NAME)))
					continue;
				bool same = class.bytes && text_equal(class, generator_value(generator, &document->items[at], DOCUMENT_KEY_MO_CLASS));
				if (same != (same_class == 1) || !generator_value(generator, &document->items[at], DOCUMENT_KEY_DESCRIPTION).bytes)
					continue;
				if (!count) {
					draft_paragraph(&generator->draft);
					if (!generator_frame(generator, family, &values))
						return;
					buffer_append_byte(&generator->draft.answer, '\n');
				}
				count += generator_item_entry(generator, &document->items[at]);
			}
}

void generator_enrich(struct generator *generator, const struct document_item *item, const char *siblings_family)
{
	draft_paragraph(&generator->draft);
	generator_mentions(generator, item, 2);
	if (generator_too_short(generator))
		append_siblings(generator, item, siblings_family);
}

/* The cells that the question already says: the item's own name. */
static bool is_own_name(const struct generator *generator, const struct document_item *item, struct text value)
{
	return text_equal(value, generator_value(generator, item, DOCUMENT_KEY_NAME)) || text_equal(value, generator_value(generator, item, DOCUMENT_KEY_ATTRIBUTE));
}

size_t generator_details(struct generator *generator, const struct document_item *item, bool all)
{
	const struct document *document = generator->document;
	size_t count = 0;
	for (uint32_t i = 0; i < item->attribute_count; i++) {
		const struct document_attribute *attribute = &document->attributes[item->attribute_first + i];
		struct text detail = document_text(document, attribute->value);
		const char *colon = attribute->key == DOCUMENT_KEY_DETAIL && detail.bytes <= DETAIL_BYTES_MAX ? memchr(detail.data, ':', detail.bytes) : NULL;
		if (!colon)
			continue;
		size_t at = (size_t)(colon - detail.data);
		struct text value = text_trim(text_slice(detail, at + 1, detail.bytes));
		struct text told = value;
		while (told.bytes && told.data[told.bytes - 1] == '.')
			told.bytes--;
		bool said = all ? is_own_name(generator, item, value) : text_find_nocase(buffer_view(&generator->draft.answer), told) >= 0;
		if (!told.bytes || said)
			continue;
		buffer_clear(&generator->line);
		buffer_append_text(&generator->line, text_slice(detail, 0, at));
		buffer_append_string(&generator->line, ": ");
		buffer_append_text(&generator->line, value);
		if (!count)
			draft_paragraph(&generator->draft);
		count += draft_entry(&generator->draft, 0, buffer_view(&generator->line));
	}
	return count;
}
