/* generate_sections.c: pairs about what stands under a heading: explanations, step lists, faults, tuning, answers to questions that the
 * document asks itself. The answers are composed in section_compose.c. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SECTION_ANSWER_BYTES = 1600, TOPIC_BYTES_MIN = 3, TOPIC_BYTES_MAX = 110, QUESTION_BYTES_MAX = 200, PROSE_BYTES_MIN = 120, STEPS_MIN = 2,
       SUBSECTIONS_MAX = 3, TWINS_SEARCHED_MAX = 64 };

/* --- finding --- */

static struct section *add_section(struct generator *generator, size_t *capacity)
{
	if (generator->section_count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 64;
		struct section *sections = realloc(generator->sections, wanted * sizeof(*sections));
		if (!sections)
			return NULL;
		generator->sections = sections;
		*capacity = wanted;
	}
	return &generator->sections[generator->section_count++];
}

static uint64_t heading_hash(const struct generator *generator, const struct section *section)
{
	if (section->heading == UINT32_MAX)
		return 0;
	const struct block *heading = &generator->blocks.items[section->heading];
	return XXH3_64bits(generator->document->markdown.data + heading->content_start, heading->content_end - heading->content_start);
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

/* Headings that stand more than once name no section by themselves. */
static int mark_repeated(struct generator *generator)
{
	size_t count = generator->section_count;
	uint64_t *hashes = malloc((count + 1) * sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		hashes[i] = heading_hash(generator, &generator->sections[i]);
	qsort(hashes, count, sizeof(*hashes), compare_hashes);
	for (size_t i = 0; i < count; i++) {
		uint64_t hash = heading_hash(generator, &generator->sections[i]);
		const uint64_t *at = bsearch(&hash, hashes, count, sizeof(*hashes), compare_hashes);
		generator->sections[i].repeated = (at > hashes && at[-1] == hash) || (at + 1 < hashes + count && at[1] == hash);
	}
	free(hashes);
	return 0;
}

/* Bytes of "Q:", "Q12." in front of a question, 0 without. */
static size_t question_mark_bytes(struct text text)
{
	size_t at = 1;
	if (text.bytes < TOPIC_BYTES_MIN || text.data[0] != 'Q')
		return 0;
	while (at < text.bytes && ascii_is_digit(text.data[at]))
		at++;
	bool marked = at + 1 < text.bytes && strchr(":.)", text.data[at]) && text.data[at + 1] == ' ';
	return marked ? at + 2 : 0;
}

/* "Q: How …?", "**How …?**" as a paragraph of its own: what follows is the answer. */
static bool is_question(struct text markdown, const struct block *block)
{
	struct text text = text_trim(text_slice(markdown, block->content_start, block->content_end));
	if (block->kind != BLOCK_PARAGRAPH || text.bytes > QUESTION_BYTES_MAX)
		return false;
	bool bold = text_starts_with(text, TEXT_LITERAL("**")) && text.bytes > 4 &&
		    memmem(text.data + 2, text.bytes - 2, "**", 2) == text.data + text.bytes - 2;
	text = bold ? text_slice(text, 2, text.bytes - 2) : text;
	return (bold || question_mark_bytes(text)) && text.data[text.bytes - 1] == '?';
}

/* "1 Introduction", "2 Usage" in their order: bare numbers count the sections here, and are no part of what they are about. */
static void look_for_bare_numbers(struct generator *generator)
{
	unsigned expected = 1;
	for (size_t i = 0; i < generator->section_count; i++) {
		const struct section *section = &generator->sections[i];
		char number[16];
		if (section->heading == UINT32_MAX || section->question)
			continue;
		const struct block *heading = &generator->blocks.items[section->heading];
		int bytes = snprintf(number, sizeof(number), "%u ", expected);
		expected += text_starts_with(text_slice(generator->document->markdown, heading->content_start, heading->content_end), (struct text){ number, (size_t)bytes });
	}
	generator->bare_numbers = expected > 2;
}

int sections_find(struct generator *generator)
{
	size_t capacity = 0;
	struct section *section = NULL;
	uint8_t level = 0;
	for (size_t i = 0; i < generator->blocks.count; i++) {
		const struct block *block = &generator->blocks.items[i];
		bool heading = block->kind == BLOCK_HEADING, question = is_question(generator->document->markdown, block);
		level = heading ? block->level : level;
		if (heading || question || !section) {
			section = add_section(generator, &capacity);
			if (!section)
				return -ENOMEM;
			*section = (struct section){ .heading = heading || question ? (uint32_t)i : UINT32_MAX, .level = (uint8_t)(level + question),
						     .first = (uint32_t)(heading || question ? i + 1 : i), .question = question };
		}
		section->end = (uint32_t)i + 1;
		if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_QUOTE)
			section->prose_bytes += block->content_end - block->content_start;
		if (block->kind == BLOCK_LIST_ITEM && block->ordered) {
			section->steps++;
			section->step_bytes += block->content_end - block->content_start;
		}
	}
	look_for_bare_numbers(generator);
	return mark_repeated(generator);
}

const struct section *section_at(const struct generator *generator, uint32_t offset)
{
	const struct section *found = NULL;
	size_t low = 0, high = generator->section_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct section *section = &generator->sections[middle];
		uint32_t start = generator->blocks.items[section->heading != UINT32_MAX ? section->heading : section->first].start;
		if (start <= offset) {
			found = section;
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return found;
}

/* --- pairs --- */

static bool asks(struct text topic)
{
	return topic.bytes && topic.data[topic.bytes - 1] == '?';
}

/* "What is it?", "Why this?": a question of few words about what stands before it. */
static bool asks_about_it(const struct domain *domain, struct text topic)
{
	enum { WORDS_MAX = 4 };
	struct text word, rest = topic;
	unsigned words = 0;
	bool refers = false;
	while (words <= WORDS_MAX && text_next_field(&rest, ' ', &word)) {
		words++;
		word = prose_first_word(word);
		refers = refers || (words > 1 && domain_list_has(domain, DOMAIN_LIST_CONTINUATIONS, word));
	}
	return asks(topic) && words <= WORDS_MAX && refers;
}

/* The heading of a section without its number. Empty when it is no topic to ask about. */
static struct text topic_of(struct generator *generator, const struct section *section)
{
	const struct block *heading = &generator->blocks.items[section->heading];
	buffer_clear(&generator->text);
	buffer_clear(&generator->rendered);
	block_append_plain(&generator->rendered, text_slice(generator->document->markdown, heading->content_start, heading->content_end));
	struct text rest = buffer_view(&generator->rendered), part;
	while (text_next_field(&rest, '`', &part)) /* it is asked about in quotes */
		buffer_append_text(&generator->text, part);
	struct text topic = text_trim(buffer_view(&generator->text));
	size_t letters = 0;
	topic = heading_without_number(topic);
	if (generator->bare_numbers && !section->question)
		topic = heading_without_bare_number(topic);
	if (section->question)
		topic = text_slice(topic, question_mark_bytes(topic), topic.bytes);
	while (topic.bytes && (strchr(":.#", topic.data[topic.bytes - 1]) || ascii_is_space(topic.data[topic.bytes - 1])))
		topic.bytes--;
	for (size_t i = 0; i < topic.bytes; i++) {
		letters += ascii_is_alpha(topic.data[i]) || (unsigned char)topic.data[i] >= 0x80;
		if (topic.data[i] == '"' || topic.data[i] == '\n')
			return (struct text){ 0 };
	}
	bool usable = topic.bytes >= TOPIC_BYTES_MIN && topic.bytes <= (asks(topic) ? QUESTION_BYTES_MAX : TOPIC_BYTES_MAX) && letters * 2 > topic.bytes;
	if (topic.bytes && domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, topic) &&
	    domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, generator->title))
		return (struct text){ 0 }; /* "What is Introduction about?" */
	usable = usable && !asks_about_it(generator->domain, topic);
	return usable && !domain_list_has(generator->domain, DOMAIN_LIST_SKIPPED_HEADINGS, topic) ? topic : (struct text){ 0 };
}

/* Does the answer begin with a list? */
static bool begins_bare(struct text answer)
{
	size_t digits = 0;
	while (digits < answer.bytes && ascii_is_digit(answer.data[digits]))
		digits++;
	return text_starts_with(answer, TEXT_LITERAL("- ")) || (digits > 0 && text_starts_with(text_slice(answer, digits, answer.bytes), TEXT_LITERAL(". ")));
}

/* An answer that begins with a list, or names neither the document nor its feature, says first what it is about. */
static void introduce(struct generator *generator, bool about_all, const struct template_values *values)
{
	struct buffer *answer = &generator->draft.answer;
	bool bare = begins_bare(buffer_view(answer));
	if (!bare && (text_find_nocase(buffer_view(answer), generator->title) >= 0 ||
		      (generator->feature.bytes && text_find_nocase(buffer_view(answer), generator->feature) >= 0)))
		return;
	buffer_clear(&generator->line);
	if (!template_frame(&generator->picker, about_all ? "answer.section.overview" : "answer.section.intro", values, &generator->line))
		return;
	buffer_clear(&generator->rendered);
	buffer_append_text(&generator->rendered, text_trim(buffer_view(answer)));
	buffer_clear(answer);
	buffer_append_text(answer, buffer_view(&generator->line));
	if (answer->bytes && ascii_is_lower(answer->data[0])) /* "the description of …" */
		answer->data[0] = (char)(answer->data[0] - 'a' + 'A');
	buffer_append_string(answer, "\n\n");
	buffer_append_text(answer, buffer_view(&generator->rendered));
}

enum section_use { USE_CONCEPT, USE_STEPS, USE_TROUBLESHOOTING, USE_OPTIMISATION };

/* Nothing but a name or a link: an entry of a list of references. */
static bool names_only(struct text item)
{
	enum { WORDS_MIN = 3 };
	struct text word;
	unsigned words = 0;
	item = text_trim(item);
	if (text_starts_with(item, TEXT_LITERAL("http")) || text_starts_with(item, TEXT_LITERAL("[")))
		return true;
	while (words < WORDS_MIN && text_next_field(&item, ' ', &word))
		words += word.bytes > 0;
	return words < WORDS_MIN;
}

/* Steps tell what to do. Numbered points that begin like statements ("A name is …", "If the …") are not, nor are references. */
static bool are_steps(const struct generator *generator, const struct section *section)
{
	uint32_t statements = 0;
	if (section->steps < STEPS_MIN || section->step_bytes * 2 < section->prose_bytes)
		return false;
	for (uint32_t i = section->first; i < section->end; i++) {
		const struct block *block = &generator->blocks.items[i];
		if (block->kind != BLOCK_LIST_ITEM || !block->ordered)
			continue;
		struct text item = text_slice(generator->document->markdown, block->content_start, block->content_end), word = prose_first_word(item);
		statements += names_only(item) || domain_list_has(generator->domain, DOMAIN_LIST_ARTICLES, word) ||
			      domain_list_has(generator->domain, DOMAIN_LIST_RELATIVES, word) ||
			      domain_list_has(generator->domain, DOMAIN_LIST_OBJECT_WORDS, word);
	}
	return statements * 2 < section->steps;
}

static enum section_use use_of(const struct generator *generator, const struct section *section, struct text topic)
{
	if (prose_has(&generator->prose, PROSE_TROUBLESHOOTING, topic))
		return USE_TROUBLESHOOTING;
	if (prose_has(&generator->prose, PROSE_OPTIMISATION, topic))
		return USE_OPTIMISATION;
	return are_steps(generator, section) ? USE_STEPS : USE_CONCEPT;
}

/* Is one of the extracted procedures in this section? It is asked about as an activation then. */
static bool has_procedure(const struct generator *generator, const struct section *section)
{
	uint32_t start = generator->blocks.items[section->heading].start, end = generator->blocks.items[section->end - 1].end;
	for (size_t i = 0; i < generator->item_count[DOCUMENT_ACTIVATION_PROCEDURES]; i++) {
		const struct document_item *item = &generator->document->items[generator->items[DOCUMENT_ACTIVATION_PROCEDURES][i]];
		if (item->span.offset < end && item->span.offset + item->span.bytes > start)
			return true;
	}
	return false;
}

/* The k-th section in an order that the seed decides. */
static const struct section *section_pick(const struct generator *generator, size_t k)
{
	size_t count = generator->section_count;
	return k < count ? &generator->sections[(generator->seed % count + k) % count] : NULL;
}

static struct document_range block_range(const struct block *block)
{
	return (struct document_range){ block->start, block->end - block->start };
}

static bool same_heading(const struct generator *generator, const struct section *a, const struct section *b)
{
	if (a->heading == UINT32_MAX || b->heading == UINT32_MAX)
		return false;
	const struct block *one = &generator->blocks.items[a->heading], *other = &generator->blocks.items[b->heading];
	struct text markdown = generator->document->markdown;
	return text_equal(text_slice(markdown, one->content_start, one->content_end), text_slice(markdown, other->content_start, other->content_end));
}

/* Has another section near it the same heading below the same one ("Description" of each function)? */
static bool has_twin(const struct generator *generator, const struct section *section, const struct section *parent)
{
	const struct section *end = generator->sections + generator->section_count;
	for (const struct section *other = section - 1; other > parent && section - other <= TWINS_SEARCHED_MAX; other--)
		if (same_heading(generator, section, other))
			return true;
	for (const struct section *other = section + 1; other < end && other->level > parent->level && other - section <= TWINS_SEARCHED_MAX; other++)
		if (same_heading(generator, section, other))
			return true;
	return false;
}

/* The topic, with the heading above it where it alone does not tell which section is meant: "lag.plot: Arguments". Empty when that has none. */
static struct text keep_topic(struct generator *generator, const struct section *section, struct text topic, char kept[QUESTION_BYTES_MAX * 2 + 4])
{
	char own[QUESTION_BYTES_MAX];
	memcpy(own, topic.data, topic.bytes);
	size_t own_bytes = topic.bytes, bytes = 0;
	const struct section *parent = section->repeated ? section : NULL;
	while (parent && parent > generator->sections && (parent->level >= section->level || parent == section))
		parent--;
	if (parent && (parent->level == 0 || parent->level >= section->level))
		return (struct text){ 0 };
	if (parent && has_twin(generator, section, parent))
		return (struct text){ 0 };
	if (parent && parent->level > 1) { /* below the title the title is enough */
		topic = topic_of(generator, parent);
		if (!topic.bytes)
			return (struct text){ 0 };
		draft_use_span(&generator->draft, block_range(&generator->blocks.items[parent->heading]));
		memcpy(kept, topic.data, topic.bytes);
		memcpy(kept + topic.bytes, ": ", 2);
		bytes = topic.bytes + 2;
	}
	memcpy(kept + bytes, own, own_bytes);
	return (struct text){ kept, bytes + own_bytes };
}

static enum made make_section(struct generator *generator, size_t k, enum section_use use, enum conversation_question kind, const char *family)
{
	const struct section *section = section_pick(generator, k);
	if (!section || !generator->title.bytes)
		return MADE_END;
	if (section->heading == UINT32_MAX || section->prose_bytes < PROSE_BYTES_MIN)
		return MADE_NOTHING;
	struct text topic = topic_of(generator, section);
	bool about_all = !section->repeated && (domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, topic) ||
						text_equal(topic, generator->title));
	if (!topic.bytes || use_of(generator, section, topic) != use || ((use == USE_STEPS || use == USE_CONCEPT) && has_procedure(generator, section)))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, kind, NULL, &values);
	draft_use_span(&generator->draft, block_range(&generator->blocks.items[section->heading]));
	char kept[QUESTION_BYTES_MAX * 2 + 4]; /* composing uses the same scratch */
	struct text asked = keep_topic(generator, section, topic, kept);
	if (!asked.bytes)
		return MADE_NOTHING;
	template_values_set(&values, "topic", asked);
	size_t bytes_max = use == USE_STEPS ? generator->settings->generate.answer_chars_max : SECTION_ANSWER_BYTES;
	size_t prose_bytes = section_compose(generator, section, bytes_max, use == USE_STEPS);
	for (size_t i = 1; i <= SUBSECTIONS_MAX && generator_too_short(generator) && section + i < generator->sections + generator->section_count &&
			   section[i].level > section->level; i++)
		prose_bytes += section_compose(generator, section + i, SECTION_ANSWER_BYTES, false);
	if (use != USE_STEPS && prose_bytes < PROSE_BYTES_MIN) /* a list of links or of names explains nothing */
		return MADE_NOTHING;
	if (!generator_too_short(generator) && (!asks(asked) || begins_bare(buffer_view(&generator->draft.answer))))
		introduce(generator, about_all, &values);
	return generator_submit(generator, about_all ? "question.overview" : asks(asked) ? "question.asked" : family, &values);
}

enum made make_section_concept(struct generator *generator, size_t k)
{
	return make_section(generator, k, USE_CONCEPT, CONVERSATION_CONCEPTUAL, "question.concept");
}

enum made make_section_steps(struct generator *generator, size_t k)
{
	return make_section(generator, k, USE_STEPS, CONVERSATION_PROCEDURAL, "question.steps");
}

enum made make_section_troubleshooting(struct generator *generator, size_t k)
{
	return make_section(generator, k, USE_TROUBLESHOOTING, CONVERSATION_TROUBLESHOOTING, "question.troubleshooting");
}

enum made make_section_optimisation(struct generator *generator, size_t k)
{
	return make_section(generator, k, USE_OPTIMISATION, CONVERSATION_OPTIMISATION, "question.optimisation");
}
