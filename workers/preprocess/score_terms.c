/* score_terms.c: counts technical terms. Spellings that differ in case alone are one term, named as it was met first. */
#include "workers/preprocess/score.h"

#include "base/string_map.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

enum { TERM_BYTES_MAX = 256 };

static const double tier_weights[] = { 0, 1.0, .8, .6, .4 };

struct counted_term {
	uint32_t start, bytes; /* where it was met first */
	uint32_t count;
	uint32_t tier;
};

struct counter {
	struct text text;
	struct string_map map; /* folded spelling → index in terms */
	struct counted_term *terms;
	size_t count, capacity;
	size_t occurrences;
	double weight_sum;
	int status;
};

static bool grow(struct counter *counter)
{
	size_t capacity = counter->capacity ? counter->capacity * 2 : 256;
	struct counted_term *terms = realloc(counter->terms, capacity * sizeof(*terms));
	if (!terms)
		return false;
	counter->terms = terms;
	counter->capacity = capacity;
	return true;
}

static bool count_term(void *context, size_t start, size_t end, unsigned tier)
{
	struct counter *counter = context;
	char folded[TERM_BYTES_MAX];
	size_t bytes = size_min(end - start, sizeof(folded));
	for (size_t i = 0; i < bytes; i++) {
		char c = counter->text.data[start + i];
		folded[i] = tier == 1 ? c : ascii_is_space(c) || c == '-' ? ' ' : ascii_lower(c); /* the names of tier 1 are exact */
	}
	bool added = false;
	uint32_t *index = string_map_add(&counter->map, (struct text){ folded, bytes }, &added);
	if (!index || (added && counter->count == counter->capacity && !grow(counter))) {
		counter->status = -ENOMEM;
		return false;
	}
	if (added) {
		*index = (uint32_t)counter->count;
		counter->terms[counter->count++] = (struct counted_term){ (uint32_t)start, (uint32_t)bytes, 0, tier };
	}
	counter->terms[*index].count++;
	counter->occurrences++;
	counter->weight_sum += tier < COUNT_OF(tier_weights) ? tier_weights[tier] : 0;
	return true;
}

/* Most frequent first, then as they were met: the same order on every run. */
static int compare_terms(const void *a, const void *b)
{
	const struct counted_term *left = a, *right = b;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return left->start < right->start ? -1 : left->start > right->start;
}

static void append_name(struct buffer *out, struct text name)
{
	for (size_t i = 0; i < name.bytes; i++) {
		bool blank = ascii_is_space(name.data[i]);
		if (!blank || i == 0 || !ascii_is_space(name.data[i - 1]))
			buffer_append_byte(out, blank ? ' ' : name.data[i]);
	}
}

static int give_terms(struct counter *counter, struct document_builder *document)
{
	struct buffer name, list;
	buffer_init(&name, TERM_BYTES_MAX);
	buffer_init(&list, (size_t)SCORE_TERMS_META_MAX * (TERM_BYTES_MAX + 1));
	if (counter->count > 0)
		qsort(counter->terms, counter->count, sizeof(*counter->terms), compare_terms);
	for (size_t i = 0; i < counter->count && i < SCORE_TERMS_MAX; i++) {
		const struct counted_term *term = &counter->terms[i];
		struct text spelling = text_slice(counter->text, term->start, (size_t)term->start + term->bytes);
		spelling.bytes = utf8_floor(spelling, spelling.bytes);
		buffer_clear(&name);
		append_name(&name, spelling);
		document_builder_add_term(document, buffer_view(&name), term->count, term->tier);
		if (i >= SCORE_TERMS_META_MAX)
			continue;
		if (i > 0)
			buffer_append_byte(&list, '\n');
		buffer_append_text(&list, buffer_view(&name));
	}
	int status = name.status < 0 ? name.status : list.status;
	document_builder_set_meta(document, DOCUMENT_META_TERMS, buffer_view(&list));
	buffer_done(&name);
	buffer_done(&list);
	return status;
}

int score_count_terms(const struct domain *domain, struct document_builder *document, struct score_terms *ret_terms)
{
	struct counter counter = { .text = document_builder_markdown(document) };
	string_map_init(&counter.map);
	domain_scan_terms(domain, counter.text, count_term, &counter);
	int status = counter.status < 0 ? counter.status : give_terms(&counter, document);
	if (status == 0)
		*ret_terms = (struct score_terms){ counter.occurrences,
						   counter.occurrences ? counter.weight_sum / (double)counter.occurrences : 0 };
	free(counter.terms);
	string_map_done(&counter.map);
	return status;
}

static bool count_one(void *context, size_t start, size_t end, unsigned tier)
{
	(void)start, (void)end, (void)tier;
	++*(size_t *)context;
	return true;
}

double score_text_density(const struct domain *domain, struct text text)
{
	size_t count = 0;
	domain_scan_terms(domain, text, count_one, &count);
	size_t characters = utf8_count(text);
	return characters ? (double)count * 1000 / (double)characters : 0;
}
