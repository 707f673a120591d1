/* diversity.c: see diversity.h. */
#include "coordinator/dataset/diversity.h"

#include "base/file.h"
#include "config/question_pattern.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PACK_BYTES_MAX = 16 << 20, SCRATCH_BYTES_MAX = 64 << 20, BEGINNING_WORDS = 3, SAMPLE = 100, EVEN_PATTERNS = 1000 };

/* --- tallies ---------------------------------------------------------------------------------------------------------- */

static void tally_init(struct tally *tally)
{
	*tally = (struct tally){ .count = 0 };
	string_map_init(&tally->index);
	buffer_init(&tally->texts, SIZE_MAX / 4);
}

static void tally_done(struct tally *tally)
{
	string_map_done(&tally->index);
	buffer_done(&tally->texts);
	free(tally->entries);
}

static int tally_add(struct tally *tally, struct text text)
{
	bool added;
	uint32_t *index = string_map_add(&tally->index, text, &added);

	if (!index)
		return -ENOMEM;
	if (!added) {
		tally->entries[*index].count++;
		return 0;
	}
	*index = (uint32_t)tally->count;
	if (tally->count == tally->capacity) {
		size_t capacity = tally->capacity ? tally->capacity * 2 : 64;
		struct tally_entry *grown = reallocarray(tally->entries, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		tally->entries = grown;
		tally->capacity = capacity;
	}
	tally->entries[tally->count++] = (struct tally_entry){ 1, tally->texts.bytes, text.bytes };
	buffer_append_text(&tally->texts, text);
	return tally->texts.status;
}

static struct text tally_text(const struct tally *tally, size_t index)
{
	const struct tally_entry *entry = &tally->entries[index];
	return text_slice(buffer_view(&tally->texts), entry->text_offset, entry->text_offset + entry->text_bytes);
}

static bool comes_before(const struct tally *tally, size_t one, size_t other)
{
	if (tally->entries[one].count != tally->entries[other].count)
		return tally->entries[one].count > tally->entries[other].count;
	return text_compare(tally_text(tally, one), tally_text(tally, other)) < 0;
}

static void find_most(const struct tally *tally, uint64_t questions, struct diversity_most *ret_most)
{
	size_t best[DIVERSITY_MOST_MAX], count = 0;

	for (size_t i = 0; i < tally->count; i++) {
		size_t at = count;
		while (at > 0 && comes_before(tally, i, best[at - 1]))
			at--;
		if (at == DIVERSITY_MOST_MAX)
			continue;
		count += count < DIVERSITY_MOST_MAX;
		memmove(best + at + 1, best + at, (count - at - 1) * sizeof(*best));
		best[at] = i;
	}
	ret_most->count = count;
	for (size_t i = 0; i < count; i++) {
		struct text text = tally_text(tally, best[i]);
		(void)snprintf(ret_most->items[i].text, sizeof(ret_most->items[i].text), "%.*s", TEXT_ARGS(text));
		ret_most->items[i].share = (double)tally->entries[best[i]].count / (double)questions;
	}
}

/* --- questions -------------------------------------------------------------------------------------------------------- */

static int load_pack(struct diversity *diversity, const struct settings *settings, const char *output)
{
	char path[PATH_MAX];
	struct buffer pack;
	int status = -ENAMETOOLONG;

	buffer_init(&pack, PACK_BYTES_MAX);
	if (snprintf(path, sizeof(path), "%s/.docring/domain.yaml", output) < (int)sizeof(path))
		status = file_read(path, &pack, NULL);
	if (status == 0)
		status = domain_load(buffer_view(&pack), path, &diversity->domain, NULL);
	else if (status != -ENOMEM)
		status = domain_load_named(settings->run.domain, &diversity->domain, NULL, NULL);
	buffer_done(&pack);
	return status == -ENOMEM ? status : 0;
}

int diversity_init(struct diversity *diversity, const struct settings *settings, const char *output)
{
	*diversity = (struct diversity){ .domain = NULL };
	tally_init(&diversity->patterns);
	tally_init(&diversity->beginnings);
	tally_init(&diversity->first_words);
	buffer_init(&diversity->scratch, SCRATCH_BYTES_MAX);
	return load_pack(diversity, settings, output);
}

void diversity_done(struct diversity *diversity)
{
	domain_destroy(diversity->domain);
	tally_done(&diversity->patterns);
	tally_done(&diversity->beginnings);
	tally_done(&diversity->first_words);
	buffer_done(&diversity->scratch);
}

static struct text beginning_of(struct text pattern)
{
	size_t words = 0, end = 0;
	for (; end < pattern.bytes && words < BEGINNING_WORDS; end++)
		words += pattern.data[end] == ' ';
	return text_trim(text_slice(pattern, 0, end));
}

int diversity_add(struct diversity *diversity, struct text question)
{
	struct buffer *scratch = &diversity->scratch;
	buffer_clear(scratch);
	question_pattern(diversity->domain, question, scratch);
	int status = scratch->status;
	if (status == 0)
		status = tally_add(&diversity->patterns, buffer_view(scratch));
	if (status == 0)
		status = tally_add(&diversity->beginnings, beginning_of(buffer_view(scratch)));
	buffer_clear(scratch);
	question_first_word(question, scratch);
	if (status == 0)
		status = tally_add(&diversity->first_words, buffer_view(scratch));
	diversity->questions++;
	return status ? -ENOMEM : scratch->status;
}

/* --- the measure ------------------------------------------------------------------------------------------------------ */

/* The chance that none of `drawn` of n is one of `count`: C(n − count, drawn) / C(n, drawn). */
static double chance_of_none(double n, double count, double drawn)
{
	double chance = 1;
	for (double i = 0; i < drawn && chance > 0; i++)
		chance *= fmax(0, n - count - i) / (n - i);
	return chance;
}

static void measure_patterns(const struct diversity *diversity, struct diversity_summary *summary)
{
	double n = (double)diversity->questions, drawn = fmin(n, SAMPLE), entropy = 0, different = 0;
	for (size_t i = 0; i < diversity->patterns.count; i++) {
		double count = (double)diversity->patterns.entries[i].count;
		entropy -= count / n * log(count / n);
		different += 1 - chance_of_none(n, count, drawn);
	}
	summary->effective_patterns = exp(entropy);
	summary->diversity = n > 1 ? fmin(1, entropy / log(fmin(n, EVEN_PATTERNS))) : 1;
	summary->in_hundred = different / drawn;
}

static double greatest(const struct diversity_most *most)
{
	return most->count ? most->items[0].share : 0;
}

void diversity_measure(const struct diversity *diversity, const struct settings *settings, struct diversity_summary *ret_summary)
{
	struct diversity_summary *summary = ret_summary;
	*summary = (struct diversity_summary){ .questions = diversity->questions, .patterns = diversity->patterns.count,
					       .first_word_max = settings->questions.first_word_max, .pattern_max = settings->questions.pattern_max,
					       .diversity_min = settings->questions.diversity_min };
	if (summary->questions > 0) {
		measure_patterns(diversity, summary);
		find_most(&diversity->first_words, summary->questions, &summary->first_words);
		find_most(&diversity->beginnings, summary->questions, &summary->beginnings);
		find_most(&diversity->patterns, summary->questions, &summary->common_patterns);
	}
	summary->judged = summary->questions > 0 && summary->questions >= settings->questions.judged_from;
	summary->first_word_held = !summary->judged || greatest(&summary->first_words) <= summary->first_word_max;
	summary->pattern_held = !summary->judged || greatest(&summary->beginnings) <= summary->pattern_max;
	summary->diversity_held = !summary->judged || summary->diversity > summary->diversity_min;
}
