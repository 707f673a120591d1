/* generate_sections.c: pairs about what stands under a heading: explanations, step lists, faults, tuning, answers to questions that the
 * document asks itself. What is asked about stands in section_topic.c; the answers are composed in section_compose.c. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { SECTION_ANSWER_BYTES = 1600, SECTION_WHOLE_BYTES_MAX = 2400, PROSE_BYTES_MIN = 120, STEPS_MIN = 2, SUBSECTIONS_MAX = 6, CUT_PART = 3, LOST_PART = 4,
       PLAIN_TITLES_MIN = 3, PLAIN_TITLE_WORDS_MAX = 6, PLAIN_TEXT_BYTES_MIN = 60, LEVELS_MAX = 8 /* 6 of headings, and a question below one */ };

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

/* "Q: How …?", "**How …?**" as a paragraph of its own: what follows is the answer. */
static bool is_question(struct text markdown, const struct block *block)
{
	struct text text = text_trim(text_slice(markdown, block->content_start, block->content_end));
	if (block->kind != BLOCK_PARAGRAPH || text.bytes > SECTION_TOPIC_BYTES_MAX)
		return false;
	bool bold = text_starts_with(text, TEXT_LITERAL("**")) && text.bytes > 4 &&
		    memmem(text.data + 2, text.bytes - 2, "**", 2) == text.data + text.bytes - 2;
	text = bold ? text_slice(text, 2, text.bytes - 2) : text;
	return (bold || section_question_mark(text)) && text.data[text.bytes - 1] == '?';
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

/* "Acceptance criteria" as a paragraph of its own above text: a heading of a plain text that does not mark them. */
static bool is_plain_title(struct text markdown, const struct block *block, const struct block *end)
{
	struct text text = text_trim(text_slice(markdown, block->content_start, block->content_end)), word, rest = text;
	unsigned words = 0;
	while (text_next_field(&rest, ' ', &word))
		words += word.bytes > 0;
	if (block->kind != BLOCK_PARAGRAPH || !text.bytes || words > PLAIN_TITLE_WORDS_MAX || block->start < block->content_start || ascii_is_space(markdown.data[block->start]))
		return false;
	bool titled = ascii_is_upper(text.data[0]) && (ascii_is_alnum(text.data[text.bytes - 1]) || text.data[text.bytes - 1] == ')') && !memchr(text.data, '\n', text.bytes);
	bool text_below = block + 1 < end && (block[1].kind == BLOCK_LIST_ITEM || (block[1].kind == BLOCK_PARAGRAPH && block[1].end - block[1].start > PLAIN_TEXT_BYTES_MIN));
	return titled && text_below;
}

/* Does the document have them, and no headings but its title? */
static bool has_plain_titles(const struct generator *generator)
{
	const struct block *end = generator->blocks.items + generator->blocks.count;
	size_t headings = 0, titles = 0;
	for (const struct block *block = generator->blocks.items; block < end; block++) {
		headings += block->kind == BLOCK_HEADING;
		titles += is_plain_title(generator->document->markdown, block, end);
	}
	return headings <= 1 && titles >= PLAIN_TITLES_MIN;
}

int sections_find(struct generator *generator)
{
	size_t capacity = 0;
	struct section *section = NULL;
	uint8_t level = 0;
	bool plain = has_plain_titles(generator);
	const struct block *end = generator->blocks.items + generator->blocks.count;
	uint32_t last[LEVELS_MAX]; /* section of each level that is open; UINT32_MAX: none */
	memset(last, 0xff, sizeof(last));
	for (size_t i = 0; i < generator->blocks.count; i++) {
		const struct block *block = &generator->blocks.items[i];
		bool heading = block->kind == BLOCK_HEADING, question = is_question(generator->document->markdown, block);
		bool title = plain && is_plain_title(generator->document->markdown, block, end);
		level = heading ? block->level : level;
		if (heading || question || title || !section) {
			section = add_section(generator, &capacity);
			if (!section)
				return -ENOMEM;
			bool headed = heading || question || title;
			*section = (struct section){ .heading = headed ? (uint32_t)i : UINT32_MAX, .level = (uint8_t)(level + (question || title)),
						     .first = (uint32_t)(headed ? i + 1 : i), .question = question, .parent = UINT32_MAX };
			for (int above = section->level - 1; above > 0 && section->parent == UINT32_MAX; above--)
				section->parent = last[above];
			for (int below = section->level; below < LEVELS_MAX; below++)
				last[below] = below == section->level ? (uint32_t)(section - generator->sections) : UINT32_MAX;
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

static enum section_use use_of(const struct generator *generator, const struct section *section, const struct section_topic *topic)
{
	struct text asked = { topic->asked, topic->asked_bytes };
	if (!topic->about_all && prose_has(&generator->prose, PROSE_TROUBLESHOOTING, asked))
		return USE_TROUBLESHOOTING;
	if (!topic->about_all && prose_has(&generator->prose, PROSE_OPTIMISATION, asked))
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
static struct section *section_pick(const struct generator *generator, size_t k)
{
	size_t count = generator->section_count;
	return k < count ? &generator->sections[(generator->seed % count + k) % count] : NULL;
}

static bool is_generic(const struct generator *generator, struct text heading)
{
	return domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, heading);
}

static struct document_range block_range(const struct block *block)
{
	return (struct document_range){ block->start, block->end - block->start };
}

struct section_told section_compose_below(struct generator *generator, const struct section *section, size_t bytes_max)
{
	const struct block *heading = &generator->blocks.items[section->heading];
	buffer_clear(&generator->rendered);
	block_append_plain(&generator->rendered, text_slice(generator->document->markdown, heading->content_start, heading->content_end));
	while (generator->rendered.bytes && strchr(": ", generator->rendered.data[generator->rendered.bytes - 1])) /* "Description:" */
		buffer_truncate(&generator->rendered, generator->rendered.bytes - 1);
	size_t bytes = heading_without_number(text_trim(buffer_view(&generator->rendered))).bytes;
	buffer_append_string(&generator->rendered, ":");
	struct text name = heading_without_number(text_trim(buffer_view(&generator->rendered)));
	draft_use_span(&generator->draft, block_range(heading));
	size_t before = generator->draft.answer.bytes; /* without the blank line, which composing nothing takes away again */
	draft_paragraph(&generator->draft);
	if (!is_generic(generator, (struct text){ name.data, bytes }))
		draft_lead(&generator->draft, name);
	size_t led = generator->draft.answer.bytes;
	struct section_told told = section_compose(generator, section, bytes_max, are_steps(generator, section));
	if (text_trim(buffer_view(&generator->draft.answer)).bytes <= led)
		buffer_truncate(&generator->draft.answer, size_min(before, generator->draft.answer.bytes));
	return told;
}

/* One of the few behind a section that it can be filled up with. */
static bool is_below(const struct generator *generator, const struct section *section, const struct section *below)
{
	return below < generator->sections + generator->section_count && below <= section + SUBSECTIONS_MAX && below->level > section->level && !below->told;
}

/* The section under its heading, and while that is too little, what stands below it under headings of their own. */
static struct section_told compose(struct generator *generator, struct section *section, const struct section_topic *topic, enum section_use use,
				   const struct section **ret_end)
{
	const struct section *end = generator->sections + generator->section_count;
	bool whole = use == USE_STEPS || section->prose_bytes <= SECTION_WHOLE_BYTES_MAX;
	size_t bytes_max = whole ? generator->settings->generate.answer_chars_max : SECTION_ANSWER_BYTES;
	struct section_told told = section_compose(generator, section, bytes_max, use == USE_STEPS);
	*ret_end = section + 1;
	const struct section *below = section + 1;
	bool all = section->prose_bytes < PROSE_BYTES_MIN; /* what it has to say stands below it */
	for (; is_below(generator, section, below) && (all || generator_too_short(generator)); below++) {
		const struct block *heading = &generator->blocks.items[below->heading];
		struct text name = text_slice(generator->document->markdown, heading->content_start, heading->content_end);
		if (topic->about_all && !is_generic(generator, heading_without_number(text_trim(name))))
			break; /* it is no introduction */
		struct section_told more = section_compose_below(generator, below, SECTION_ANSWER_BYTES);
		told = (struct section_told){ told.prose_bytes + more.prose_bytes, told.lost_bytes + more.lost_bytes, told.cut || more.cut };
		*ret_end = below + 1;
	}
	told.cut |= all && !topic->about_all && below < end && below->level > section->level;
	return told;
}

static uint32_t prose_of(const struct generator *generator, const struct section *section)
{
	uint32_t bytes = section->prose_bytes;
	for (const struct section *below = section + 1; bytes < PROSE_BYTES_MIN && is_below(generator, section, below); below++)
		bytes += below->prose_bytes;
	return bytes;
}

/* Is the section asked about with all that stands below it? */
static bool gathers(const struct generator *generator, const struct section *section)
{
	const struct section *end = generator->sections + generator->section_count, *below = section + 1;
	uint32_t bytes = section->prose_bytes;
	for (; below < end && below->level > section->level && bytes <= SECTION_WHOLE_BYTES_MAX; below++)
		bytes += below->prose_bytes;
	return section->prose_bytes < PROSE_BYTES_MIN && below - section <= SUBSECTIONS_MAX + 1 && bytes <= SECTION_WHOLE_BYTES_MAX;
}

/* Enough is said, and little is missing from it: a list of links explains nothing, nor does a third of what the heading promises. */
static bool is_told(const struct section *section, const struct section_told *told, const struct section_topic *topic)
{
	bool of_others = section->prose_bytes < PROSE_BYTES_MIN;
	bool begun = told->cut && !topic->about_all && (of_others || told->prose_bytes * CUT_PART < section->prose_bytes);
	return told->prose_bytes >= PROSE_BYTES_MIN && told->lost_bytes * LOST_PART <= told->prose_bytes && !begun;
}

/* The most fitting questions that there are wordings for. */
static const char *question_family(const struct generator *generator, const struct section_topic *topic, enum section_use use, const char *family)
{
	size_t count;
	if (topic->about_all)
		return "question.overview";
	if (topic->asks)
		return "question.asked";
	if (topic->family[0])
		return topic->family;
	return use == USE_CONCEPT && domain_wordings(generator->domain, text_from(topic->kind_family), &count) ? topic->kind_family : family;
}

static enum made make_section(struct generator *generator, size_t k, enum section_use use, enum conversation_question kind, const char *family)
{
	struct section *section = section_pick(generator, k);
	struct section_topic topic;
	if (!section || !generator->title.bytes)
		return MADE_END;
	if (section->heading == UINT32_MAX || prose_of(generator, section) < PROSE_BYTES_MIN || section->told || !section_topic(generator, section, &topic))
		return MADE_NOTHING;
	if (topic.owner && topic.generic && gathers(generator, topic.owner)) /* it is told there */
		return MADE_NOTHING;
	if (use_of(generator, section, &topic) != use || ((use == USE_STEPS || use == USE_CONCEPT) && has_procedure(generator, section)))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, kind, NULL, &values);
	draft_use_span(&generator->draft, block_range(&generator->blocks.items[section->heading]));
	if (topic.owner)
		draft_use_span(&generator->draft, block_range(&generator->blocks.items[topic.owner->heading]));
	template_values_set(&values, "topic", (struct text){ topic.asked, topic.asked_bytes });
	template_values_set(&values, "subject", (struct text){ topic.subject, topic.subject_bytes });
	if (!generator->feature.bytes) /* a name alone reads like a word of the question */
		template_values_set(&values, "title", buffer_view(&generator->document_name));
	const struct section *end;
	struct section_told told = compose(generator, section, &topic, use, &end);
	if (use != USE_STEPS && !is_told(section, &told, &topic))
		return MADE_NOTHING;
	if (!topic.asks || begins_bare(buffer_view(&generator->draft.answer)))
		introduce(generator, topic.about_all, &values);
	enum made made = generator_submit(generator, question_family(generator, &topic, use, family), &values);
	for (; section < end; section++)
		section->told |= made == MADE_PAIR;
	return made;
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
