/* generator_describe.c: descriptions and triggers as full sentences with the item as their subject (see generator.h). How a
 * description begins decides what has to be put before it. */
#include "workers/inference/generator.h"

#include "workers/inference/fact_tokens.h"

enum { CLAUSE_WORDS = 14, NOUN_WORDS = 5, WORD_BYTES_MAX = 40 };

enum opening { OPENING_SENTENCE, OPENING_VERB, OPENING_PARTICIPLE, OPENING_CONDITION, OPENING_INDIRECT, OPENING_ARTICLE, OPENING_NOUN, OPENING_OTHER };

static struct text after_word(struct text text, struct text word)
{
	return text_slice(text, (size_t)(word.data + word.bytes - text.data), text.bytes);
}

/* "The window is …", "Bits are …": a clause, and not a noun with what belongs to it. */
static bool is_clause(const struct domain *domain, struct text description)
{
	struct text rest = description;
	for (int i = 0; i < CLAUSE_WORDS && rest.bytes; i++) {
		struct text word = prose_first_word(rest);
		if (!word.bytes || (i > 0 && domain_list_has(domain, DOMAIN_LIST_RELATIVES, word)))
			return false;
		if (i > 0 && domain_list_has(domain, DOMAIN_LIST_AUXILIARIES, word))
			return true;
		rest = after_word(rest, word);
	}
	return false;
}

/* The verbs of the pack are given with their "s". */
bool generator_is_imperative(const struct domain *domain, struct text word)
{
	char with_s[WORD_BYTES_MAX + 3];
	if (!word.bytes || word.bytes > WORD_BYTES_MAX || domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_NOUNS, word))
		return false;
	memcpy(with_s, word.data, word.bytes);
	memcpy(with_s + word.bytes, "es", 2);
	bool y = word.data[word.bytes - 1] == 'y';
	if (y)
		memcpy(with_s + word.bytes - 1, "ies", 3);
	bool with_es = domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_VERBS, (struct text){ with_s, word.bytes + 2 });
	with_s[word.bytes] = 's';
	return with_es || (!y && domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_VERBS, (struct text){ with_s, word.bytes + 1 }));
}

static bool ends_in_s(struct text word)
{
	return word.bytes > 3 && word.data[word.bytes - 1] == 's' && word.data[word.bytes - 2] != 's' && !fact_is_identifier(word);
}

/* "Called after …", "Initialised by …": what is done to the item. */
static bool is_participle(const struct domain *domain, struct text word, struct text second)
{
	bool ends = word.bytes > 4 && memcmp(word.data + word.bytes - 2, "ed", 2) == 0 && word.data[word.bytes - 3] != 'e';
	return ends && (domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_CONDITIONS, second) || text_equal(second, TEXT_LITERAL("by")) ||
			text_equal(second, TEXT_LITERAL("to")));
}

/* "RLC mode of bearers …", "step by which …": a noun in the singular, and what belongs to it. */
static bool is_noun_phrase(const struct domain *domain, struct text description)
{
	struct text word = prose_first_word(description), rest = after_word(description, word);
	if (ends_in_s(word) || generator_is_imperative(domain, word))
		return false;
	for (int i = 1; i < NOUN_WORDS && rest.bytes; i++) {
		struct text next = prose_first_word(rest);
		const char *between = word.data + word.bytes;
		if (!next.bytes || memchr(between, ',', (size_t)(next.data - between)))
			return false;
		if (domain_list_has(domain, DOMAIN_LIST_NOUN_FOLLOWERS, next))
			return !ends_in_s(word);
		word = next;
		rest = after_word(rest, next);
	}
	return false;
}

static enum opening opening_of(const struct domain *domain, struct text description)
{
	struct text word = prose_first_word(description);
	if (word.data != description.data || !word.bytes)
		return OPENING_OTHER;
	struct text second = prose_first_word(after_word(description, word));
	struct text two = { word.data, second.bytes ? (size_t)(second.data + second.bytes - word.data) : word.bytes };
	if (domain_list_has(domain, DOMAIN_LIST_SENTENCE_OPENERS, word) || domain_list_has(domain, DOMAIN_LIST_SENTENCE_OPENERS, two))
		return OPENING_SENTENCE;
	if (domain_list_has(domain, DOMAIN_LIST_AUXILIARIES, word) || domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_VERBS, word) || (ends_in_s(word) && domain_list_has(domain, DOMAIN_LIST_OBJECT_WORDS, second)))
		return OPENING_VERB;
	if (domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_PARTICIPLES, word) && domain_list_has(domain, DOMAIN_LIST_ARTICLES, second))
		return OPENING_OTHER; /* "Set the timeout …" */
	if (domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_PARTICIPLES, word) || domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_PARTICIPLES, two) ||
	    is_participle(domain, word, second))
		return OPENING_PARTICIPLE;
	if (domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_CONDITIONS, word))
		return OPENING_CONDITION;
	if (domain_list_has(domain, DOMAIN_LIST_ARTICLES, word))
		return is_clause(domain, description) ? OPENING_SENTENCE : OPENING_ARTICLE;
	if (domain_list_has(domain, DOMAIN_LIST_OBJECT_WORDS, word) && !domain_list_has(domain, DOMAIN_LIST_NOUN_FOLLOWERS, second))
		return OPENING_INDIRECT;
	if (domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_NOUNS, word) && domain_list_has(domain, DOMAIN_LIST_NOUN_FOLLOWERS, second))
		return OPENING_NOUN; /* "number of cycles before the long one is entered" */
	return is_clause(domain, description) ? OPENING_SENTENCE :
	       domain_list_has(domain, DOMAIN_LIST_DESCRIPTION_NOUNS, word) || is_noun_phrase(domain, description) ? OPENING_NOUN : OPENING_OTHER;
}

static const char *const families[] = {
	[OPENING_VERB] = "answer.description.verb", [OPENING_PARTICIPLE] = "answer.description.participle",
	[OPENING_CONDITION] = "answer.description.condition", [OPENING_INDIRECT] = "answer.description.indirect",
	[OPENING_ARTICLE] = "answer.description.noun", [OPENING_NOUN] = "answer.description.noun", [OPENING_OTHER] = "answer.description.other",
};

/* One sentence with the frame of its opening around it. */
static void append_framed(struct generator *generator, const struct document_item *item, struct text sentence, enum opening opening, const char *family,
			  const struct template_values *values)
{
	char place[DRAFT_NAME_BYTES_MAX];
	struct text name = draft_item_name(generator->document, item, place);
	struct buffer subject;
	buffer_init(&subject, DRAFT_BYTES_MAX);
	if (generator->introduced)
		buffer_append_string(&subject, "it");
	else
		prose_append_value(&subject, name);
	struct buffer *text = &generator->text;
	buffer_clear(text);
	buffer_append_string(text, opening == OPENING_NOUN ? "the " : "");
	size_t start = text->bytes;
	buffer_append_text(text, sentence);
	if (opening != OPENING_OTHER && text->bytes > start && !fact_is_identifier(prose_first_word(sentence))) /* "RSRP below …" */
		text->data[start] = ascii_lower(text->data[start]);
	struct template_values with = *values;
	template_values_set(&with, "description", buffer_view(text));
	template_values_set(&with, "subject", buffer_view(&subject));
	generator->introduced |= generator_frame(generator, family, &with);
	buffer_done(&subject);
}

/* "Range: OFF, ON." behind a description says what the item's values say. */
static bool repeats_value(const struct generator *generator, const struct document_item *item, struct text sentence)
{
	static const enum document_key keys[] = { DOCUMENT_KEY_RANGE, DOCUMENT_KEY_DEFAULT, DOCUMENT_KEY_UNIT, DOCUMENT_KEY_TYPE };
	const char *colon = memchr(sentence.data, ':', sentence.bytes);
	if (!colon)
		return false;
	struct text value = text_trim(text_slice(sentence, (size_t)(colon - sentence.data) + 1, sentence.bytes));
	if (value.bytes && value.data[value.bytes - 1] == '.')
		value.bytes--;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (value.bytes && text_equal(value, generator_value(generator, item, keys[i])))
			return true;
	return false;
}

/* The sentences behind the first: those that begin with their verb get the subject that they lack. */
static void append_rest(struct generator *generator, const struct document_item *item, struct text rest, const struct template_values *values)
{
	struct text sentence;
	size_t bytes_max = generator->settings->generate.answer_chars_max / 2;
	while (prose_next_sentence(&rest, &sentence) && generator->draft.answer.bytes + sentence.bytes < bytes_max) {
		if (repeats_value(generator, item, sentence) || prose_leads_on(sentence) || prose_is_reference(sentence) ||
		    prose_has(&generator->prose, PROSE_DANGLING, sentence))
			continue;
		enum opening opening = opening_of(generator->domain, sentence);
		if (generator->introduced && (opening == OPENING_VERB || opening == OPENING_PARTICIPLE))
			append_framed(generator, item, sentence, opening, families[opening], values);
		else
			(void)draft_sentence(&generator->draft, sentence);
	}
}

static void describe(struct generator *generator, const struct document_item *item, struct text description, bool is_trigger,
		     const struct template_values *values)
{
	struct buffer *rendered = &generator->rendered;
	buffer_clear(rendered);
	prose_mark_identifiers(rendered, generator->domain, description);
	prose_drop_references(&generator->prose, rendered);
	struct text rest = buffer_view(rendered), first;
	if (!prose_next_sentence(&rest, &first))
		return;
	enum opening opening = opening_of(generator->domain, first);
	bool says_when = opening == OPENING_PARTICIPLE || opening == OPENING_CONDITION || opening == OPENING_VERB;
	if (is_trigger && !says_when)
		opening = OPENING_OTHER;
	if (opening == OPENING_SENTENCE)
		(void)draft_sentence(&generator->draft, first);
	else
		append_framed(generator, item, first, opening, is_trigger && !says_when ? "answer.trigger" : families[opening], values);
	append_rest(generator, item, rest, values);
}

void generator_describe(struct generator *generator, const struct document_item *item, const struct template_values *values)
{
	struct text description = generator_value(generator, item, DOCUMENT_KEY_DESCRIPTION), trigger = generator_value(generator, item, DOCUMENT_KEY_TRIGGER);
	if (description.bytes)
		describe(generator, item, description, false, values);
	if (trigger.bytes && !text_equal(trigger, description))
		describe(generator, item, trigger, true, values);
}
