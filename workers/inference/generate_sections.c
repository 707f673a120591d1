/* generate_sections.c: pairs about what stands under a heading: explanations, step lists, faults, tuning. The answer is the
 * section's own sentences and lists; what needs a figure or a table beside it is left out. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include <errno.h>
#include <stdlib.h>
#include <xxhash.h>

enum { BLOCK_BYTES_MAX = 16384, CODE_BYTES_MAX = 600, SECTION_ANSWER_BYTES = 1600, TOPIC_BYTES_MIN = 3, TOPIC_BYTES_MAX = 110,
       PROSE_BYTES_MIN = 120, STEPS_MIN = 2, SUBSECTIONS_MAX = 3, TERM_BYTES_MAX = 200 };

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

int sections_find(struct generator *generator)
{
	size_t capacity = 0;
	struct section *section = NULL;
	for (size_t i = 0; i < generator->blocks.count; i++) {
		const struct block *block = &generator->blocks.items[i];
		bool heading = block->kind == BLOCK_HEADING;
		if (heading || !section) {
			section = add_section(generator, &capacity);
			if (!section)
				return -ENOMEM;
			*section = (struct section){ .heading = heading ? (uint32_t)i : UINT32_MAX, .level = heading ? block->level : 0,
						     .first = (uint32_t)(heading ? i + 1 : i) };
		}
		section->end = (uint32_t)i + 1;
		if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_LIST_ITEM)
			section->prose_bytes += block->content_end - block->content_start;
		if (block->kind == BLOCK_LIST_ITEM && block->ordered) {
			section->steps++;
			section->step_bytes += block->content_end - block->content_start;
		}
	}
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

/* --- composing --- */

struct composer {
	struct generator *generator;
	size_t bytes_max;
	char lead[512]; /* a sentence that leads to the list or code behind it */
	size_t lead_bytes;
	struct document_range lead_span;
	bool lead_is_term; /* what the next paragraph explains */
	bool in_list, after_paragraph; /* what the block before was */
	bool keep_all; /* steps: none is left out */
	size_t prose_bytes; /* of whole sentences */
};

static void use_block(struct generator *generator, const struct block *block)
{
	draft_use_span(&generator->draft, (struct document_range){ block->start, block->end - block->start });
}

/* The paragraph goes on in what stands below it. */
static bool is_open(struct text sentence)
{
	return ascii_is_alnum(sentence.data[sentence.bytes - 1]);
}

static void keep_lead(struct composer *composer, const struct block *block, struct text sentence)
{
	composer->lead_bytes = sentence.bytes < sizeof(composer->lead) ? sentence.bytes : 0;
	memcpy(composer->lead, sentence.data, composer->lead_bytes);
	if (composer->lead_bytes && is_open(sentence)) /* "… which is set by" */
		composer->lead[composer->lead_bytes++] = ':';
	composer->lead_span = (struct document_range){ block->start, block->end - block->start };
}

/* A paragraph that is bold as a whole: the term of the definition behind it. */
static bool is_term(struct text content)
{
	content = text_trim(content);
	return content.bytes > 4 && content.bytes <= TERM_BYTES_MAX && text_starts_with(content, TEXT_LITERAL("**")) &&
	       memmem(content.data + 2, content.bytes - 2, "**", 2) == content.data + content.bytes - 2;
}

static void keep_term(struct composer *composer, const struct block *block)
{
	keep_lead(composer, block, text_trim(buffer_view(&composer->generator->rendered)));
	composer->lead_is_term = composer->lead_bytes > 0;
	if (composer->lead_bytes && composer->lead[composer->lead_bytes - 1] != ':')
		composer->lead[composer->lead_bytes++] = ':';
}

/* The first sentence of a paragraph, behind the term that it explains. */
static bool begin_paragraph(struct composer *composer, size_t term_bytes, struct text sentence)
{
	struct draft *draft = &composer->generator->draft;
	draft_paragraph(draft);
	size_t before = draft->answer.bytes;
	buffer_append(&draft->answer, composer->lead, term_bytes);
	if (!draft_sentence(draft, sentence)) {
		buffer_truncate(&draft->answer, before);
		return false;
	}
	if (term_bytes)
		draft_use_span(draft, composer->lead_span);
	return true;
}

static void compose_paragraph(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	struct text sentence;
	bool begun = false;
	size_t term_bytes = composer->lead_is_term ? composer->lead_bytes : 0;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	struct text rest = buffer_view(&generator->rendered);
	composer->lead_bytes = 0;
	composer->lead_is_term = false;
	if (text_starts_with(content, TEXT_LITERAL("[^"))) /* a note: what it belongs to is elsewhere */
		return;
	if (is_term(content)) {
		keep_term(composer, block);
		return;
	}
	while (prose_next_sentence(&rest, &sentence)) {
		if (!rest.bytes && (prose_leads_on(sentence) || is_open(sentence))) {
			keep_lead(composer, block, sentence);
		} else if (prose_stands_alone(&generator->prose, sentence) && generator->draft.answer.bytes + term_bytes + sentence.bytes <= composer->bytes_max) {
			bool said = begun ? draft_sentence(&generator->draft, sentence) : begin_paragraph(composer, term_bytes, sentence);
			begun |= said;
			if (said)
				use_block(generator, block);
			composer->prose_bytes += said ? sentence.bytes : 0;
		}
	}
}

static void release_lead(struct composer *composer)
{
	struct draft *draft = &composer->generator->draft;
	draft_paragraph(draft);
	if (!composer->lead_bytes)
		return;
	draft_use_span(draft, composer->lead_span);
	(void)draft_sentence(draft, (struct text){ composer->lead, composer->lead_bytes });
	composer->lead_bytes = 0;
	buffer_append_byte(&draft->answer, '\n');
}

/* "- [7.2. Tables](tables.html)", "- 61.3.1. Callbacks": a list of contents. */
static bool is_contents_entry(struct text content)
{
	content = text_trim(content);
	bool link = content.bytes > 2 && content.data[0] == '[' && content.data[content.bytes - 1] == ')';
	const char *target = link ? memmem(content.data, content.bytes, "](", 2) : NULL;
	if (target && !memchr(target, ' ', (size_t)(content.data + content.bytes - target)))
		return true;
	return heading_without_number(content).bytes < content.bytes;
}

static void compose_list_item(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	struct text entry = text_trim(buffer_view(&generator->rendered));
	if (!entry.bytes || generator->draft.answer.bytes + entry.bytes > composer->bytes_max ||
	    (!composer->keep_all && (prose_has(&generator->prose, PROSE_DANGLING, entry) || is_contents_entry(content))))
		return;
	if (!composer->keep_all && !composer->in_list && !composer->after_paragraph && !prose_stands_alone(&generator->prose, entry))
		return; /* a list of names that nothing leads to */
	if (!composer->in_list)
		release_lead(composer);
	use_block(generator, block);
	bool sentence = strchr(".!?", entry.data[entry.bytes - 1]) && prose_stands_alone(&generator->prose, entry);
	if (draft_entry(&generator->draft, block->ordered ? block->number : 0, entry) && sentence)
		composer->prose_bytes += entry.bytes;
}

static void compose_code(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	bool fenced = memmem(content.data, content.bytes, "```", 3) != NULL;
	if (!composer->lead_bytes || !content.bytes || content.bytes > CODE_BYTES_MAX || fenced ||
	    generator->draft.answer.bytes + content.bytes > composer->bytes_max)
		return;
	release_lead(composer);
	use_block(generator, block);
	buffer_truncate(&generator->draft.answer, text_trim(buffer_view(&generator->draft.answer)).bytes);
	draft_commands(&generator->draft, content);
}

size_t section_compose(struct generator *generator, const struct section *section, size_t bytes_max, bool keep_all)
{
	struct composer composer = { .generator = generator, .bytes_max = bytes_max, .keep_all = keep_all };
	for (uint32_t i = section->first; i < section->end && generator->draft.answer.bytes < bytes_max; i++) {
		const struct block *block = &generator->blocks.items[i];
		if (block->end - block->start > BLOCK_BYTES_MAX)
			continue;
		struct text content = text_slice(generator->document->markdown, block->content_start, block->content_end);
		if (block->kind == BLOCK_PARAGRAPH)
			compose_paragraph(&composer, block, content);
		else if (block->kind == BLOCK_LIST_ITEM)
			compose_list_item(&composer, block, content);
		else if (block->kind == BLOCK_CODE)
			compose_code(&composer, block, content);
		composer.in_list = block->kind == BLOCK_LIST_ITEM;
		composer.after_paragraph = block->kind == BLOCK_PARAGRAPH;
		if (block->kind != BLOCK_PARAGRAPH) {
			composer.lead_bytes = 0;
			composer.lead_is_term = false;
		}
	}
	return composer.prose_bytes;
}

/* --- pairs --- */

/* The heading of a section without its number. Empty when it is no topic to ask about. */
static struct text topic_of(struct generator *generator, const struct section *section)
{
	const struct block *heading = &generator->blocks.items[section->heading];
	buffer_clear(&generator->text);
	block_append_plain(&generator->text, text_slice(generator->document->markdown, heading->content_start, heading->content_end));
	struct text topic = text_trim(buffer_view(&generator->text));
	size_t letters = 0;
	topic = heading_without_number(topic);
	while (topic.bytes && (strchr(":.#", topic.data[topic.bytes - 1]) || ascii_is_space(topic.data[topic.bytes - 1])))
		topic.bytes--;
	for (size_t i = 0; i < topic.bytes; i++) {
		letters += ascii_is_alpha(topic.data[i]) || (unsigned char)topic.data[i] >= 0x80;
		if (topic.data[i] == '"' || topic.data[i] == '\n')
			return (struct text){ 0 };
	}
	bool usable = topic.bytes >= TOPIC_BYTES_MIN && topic.bytes <= TOPIC_BYTES_MAX && letters * 2 > topic.bytes;
	if (topic.bytes && domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, topic) &&
	    domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, generator->title))
		return (struct text){ 0 }; /* "What is Introduction about?" */
	return usable && !domain_list_has(generator->domain, DOMAIN_LIST_SKIPPED_HEADINGS, topic) ? topic : (struct text){ 0 };
}

/* An answer that names neither the document nor its feature says first what it is about. */
static void introduce(struct generator *generator, bool about_all, const struct template_values *values)
{
	struct buffer *answer = &generator->draft.answer;
	if (text_find_nocase(buffer_view(answer), generator->title) >= 0 ||
	    (generator->feature.bytes && text_find_nocase(buffer_view(answer), generator->feature) >= 0))
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

/* Steps tell what to do. Numbered points that begin like statements ("A name is …", "If the …") are not. */
static bool are_steps(const struct generator *generator, const struct section *section)
{
	uint32_t statements = 0;
	if (section->steps < STEPS_MIN || section->step_bytes * 2 < section->prose_bytes)
		return false;
	for (uint32_t i = section->first; i < section->end; i++) {
		const struct block *block = &generator->blocks.items[i];
		if (block->kind != BLOCK_LIST_ITEM || !block->ordered)
			continue;
		struct text word = prose_first_word(text_slice(generator->document->markdown, block->content_start, block->content_end));
		statements += domain_list_has(generator->domain, DOMAIN_LIST_ARTICLES, word) ||
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

/* The topic, with the heading above it where it alone does not tell which section is meant: "lag.plot: Arguments". Empty when that has none. */
static struct text keep_topic(struct generator *generator, const struct section *section, struct text topic, char kept[TOPIC_BYTES_MAX * 2 + 4])
{
	char own[TOPIC_BYTES_MAX];
	memcpy(own, topic.data, topic.bytes);
	size_t own_bytes = topic.bytes, bytes = 0;
	const struct section *parent = section->repeated ? section : NULL;
	while (parent && parent > generator->sections && (parent->level >= section->level || parent == section))
		parent--;
	if (parent && (parent->level == 0 || parent->level >= section->level))
		return (struct text){ 0 };
	if (parent && parent->level > 1) { /* below the title the title is enough */
		topic = topic_of(generator, parent);
		if (!topic.bytes)
			return (struct text){ 0 };
		use_block(generator, &generator->blocks.items[parent->heading]);
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
	if (!topic.bytes || use_of(generator, section, topic) != use || (use == USE_STEPS && has_procedure(generator, section)))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, kind, NULL, &values);
	use_block(generator, &generator->blocks.items[section->heading]);
	char kept[TOPIC_BYTES_MAX * 2 + 4]; /* composing uses the same scratch */
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
	if (!generator_too_short(generator))
		introduce(generator, about_all, &values);
	return generator_submit(generator, about_all ? "question.overview" : family, &values);
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
