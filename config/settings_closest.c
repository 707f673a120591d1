/* settings_closest.c: "did you mean": the nearest of some names by edit distance. */
#include "config/settings.h"

enum { CLOSEST_BYTES_MAX = 64 };

/* Damerau-Levenshtein (optimal string alignment), ASCII case folded, "-" and "_" alike: Boytsov, "Indexing methods for
 * approximate dictionary searching", ACM JEA 16 (2011), section 2.2. */
static size_t edit_distance(struct text a, struct text b)
{
	size_t rows[3][CLOSEST_BYTES_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	CHECK(a.bytes <= CLOSEST_BYTES_MAX && b.bytes <= CLOSEST_BYTES_MAX);
	for (size_t k = 0; k <= b.bytes; k++)
		last[k] = k;
	for (size_t i = 1; i <= a.bytes; i++) {
		row[0] = i;
		for (size_t k = 1; k <= b.bytes; k++) {
			char x = a.data[i - 1] == '-' ? '_' : ascii_lower(a.data[i - 1]);
			char y = b.data[k - 1] == '-' ? '_' : ascii_lower(b.data[k - 1]);
			row[k] = size_min(size_min(last[k], row[k - 1]) + 1, last[k - 1] + (x != y));
			if (i > 1 && k > 1 && a.data[i - 1] == b.data[k - 2] && a.data[i - 2] == b.data[k - 1])
				row[k] = size_min(row[k], before[k - 2] + 1);
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[b.bytes];
}

const char *settings_closest(const char *word, const char *const *names, size_t count)
{
	struct text text = text_from(word);
	const char *best = NULL;
	size_t best_distance = 0;

	if (text.bytes == 0 || text.bytes > CLOSEST_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct text name = text_from(names[i]);
		if (name.bytes > CLOSEST_BYTES_MAX)
			continue;
		size_t distance = edit_distance(text, name);
		/* an abbreviation ("prog") is near what it begins */
		if (text.bytes >= 3 && text_starts_with_nocase(name, text))
			distance = size_min(distance, 1);
		if (distance <= size_max(size_max(name.bytes, text.bytes) / 3, 1) && (!best || distance < best_distance)) {
			best = names[i];
			best_distance = distance;
		}
	}
	return best;
}
