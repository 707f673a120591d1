/* generate_faults.c: pairs about counters and events that tell of a fault: what has happened when one is seen, and which parameters
 * of the document are about the same. Which descriptions tell of a fault is in the domain pack. */
#include "workers/inference/generator.h"

#include "workers/inference/fact_tokens.h"

enum { SUBJECT_STEMS_MAX = 24, SUBJECT_SHARED_MIN = 2, PARAMETERS_SEARCHED_MAX = 256, PARAMETERS_MAX = 3, SUBJECT_WORD_BYTES_MIN = 4 };

static struct text what_it_tells(const struct generator *generator, const struct document_item *item)
{
	struct text trigger = generator_value(generator, item, DOCUMENT_KEY_TRIGGER);
	return trigger.bytes ? trigger : generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION);
}

/* Stems of the words that say what a text is about. */
static size_t stems_of(const struct domain *domain, struct text text, uint64_t *stems)
{
	struct text word;
	size_t count = 0;
	while (count < SUBJECT_STEMS_MAX && (word = prose_first_word(text)).bytes) {
		if (word.bytes >= SUBJECT_WORD_BYTES_MIN && !domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, word) &&
		    !domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_NOUNS, word))
			stems[count++] = passage_stem(word);
		text = text_slice(text, (size_t)(word.data + word.bytes - text.data), text.bytes);
	}
	return count;
}

static size_t shared(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count)
{
	size_t count = 0;
	for (size_t i = 0; i < a_count; i++)
		for (size_t k = 0; k < b_count; k++)
			if (a[i] == b[k]) {
				count++;
				break;
			}
	return count;
}

/* Parameters whose descriptions share words with what the item tells. */
static void append_parameters(struct generator *generator, struct text told, const struct template_values *values)
{
	uint64_t subject[SUBJECT_STEMS_MAX], stems[SUBJECT_STEMS_MAX];
	size_t subject_count = stems_of(generator->domain, told, subject), entries = 0;
	size_t count = size_min(generator->item_count[DOCUMENT_PARAMETERS], PARAMETERS_SEARCHED_MAX);
	for (size_t i = 0; i < count && entries < PARAMETERS_MAX; i++) {
		const struct document_item *parameter = &generator->document->items[generator->items[DOCUMENT_PARAMETERS][i]];
		size_t stem_count = stems_of(generator->domain, generator_value(generator, parameter, DOCUMENT_KEY_DESCRIPTION), stems);
		if (shared(subject, subject_count, stems, stem_count) < SUBJECT_SHARED_MIN)
			continue;
		if (!entries) {
			draft_paragraph(&generator->draft);
			(void)generator_frame(generator, "answer.fault.parameters", values);
			buffer_append_byte(&generator->draft.answer, '\n');
		}
		entries += generator_item_entry(generator, parameter);
	}
}

static enum made make_fault(struct generator *generator, const struct document_item *item)
{
	bool counter = item->category == DOCUMENT_COUNTERS;
	struct text told = what_it_tells(generator, item);
	if (!prose_has(&generator->prose, PROSE_FAULT, told))
		return MADE_NOTHING;
	struct template_values values;
	generator_begin(generator, CONVERSATION_TROUBLESHOOTING, item, &values);
	generator_introduce(generator, counter ? "answer.counter.intro" : "answer.event.intro", &values);
	generator_describe(generator, item, &values);
	draft_paragraph(&generator->draft);
	size_t described = generator->draft.answer.bytes;
	generator_mentions(generator, item, 2);
	append_parameters(generator, told, &values);
	if (counter && generator->draft.answer.bytes == described)
		return MADE_NOTHING; /* what it counts does not say what to do when it grows */
	generator_enrich(generator, item, counter ? "answer.siblings.counters" : "answer.siblings.events");
	return generator_submit(generator, counter ? "question.fault.counter" : "question.fault.event", &values);
}

enum made make_counter_fault(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_COUNTERS, k);
	return item ? make_fault(generator, item) : MADE_END;
}

enum made make_event_fault(struct generator *generator, size_t k)
{
	const struct document_item *item = generator_item(generator, DOCUMENT_EVENTS, k);
	return item ? make_fault(generator, item) : MADE_END;
}
