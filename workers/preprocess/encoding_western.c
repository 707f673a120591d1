/* encoding_western.c: Windows-1252, Mac Roman or code page 850? Each byte above 0x7F that stands behind or before an ASCII letter votes in all
 * three: for one in which it is a letter of a fitting case or a quote at a word's end, against one in which it is a sign inside a word or a capital behind a
 * small letter. Bytes in rows vote nowhere: other scripts. Pure, linear; see encoding_western.h. */
#include "workers/preprocess/encoding_western.h"

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

enum { MARGIN_MIN = 2, FOR_PERCENT_MIN = 80, VOTERS_PERCENT_MIN = 50 };

struct western {
	const char *name;
	const char *capitals, *small_letters;
	const char *edges; /* quotes and dashes, which stand at the ends of words */
	const char *inner; /* apostrophes, which stand inside of them too */
	size_t votes_for, votes_against;
};

static bool is_in(const char *bytes, char byte)
{
	return strchr(bytes, byte) != NULL;
}

static void vote(struct western *western, char before, char byte, char behind)
{
	bool small = is_in(western->small_letters, byte), capital = is_in(western->capitals, byte);
	bool inside = ascii_is_alpha(before) && ascii_is_alpha(behind);

	if (small || (capital && !ascii_is_lower(before)) || (!inside && is_in(western->edges, byte)))
		western->votes_for++;
	else if (capital || (inside && !is_in(western->inner, byte)))
		western->votes_against++;
}

const char *encoding_western(struct text sample)
{
	struct western kinds[] = {
		{ .name = "WINDOWS-1252",
		  .capitals = "\xC0\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xCB\xCC\xCD\xCE\xCF\xD0\xD1\xD2\xD3\xD4\xD5\xD6\xD8\xD9\xDA\xDB\xDC\xDD\xDE\x8A\x8C\x8E\x9F",
		  .small_letters = "\xDF\xE0\xE1\xE2\xE3\xE4\xE5\xE6\xE7\xE8\xE9\xEA\xEB\xEC\xED\xEE\xEF\xF0\xF1\xF2\xF3\xF4\xF5\xF6\xF8\xF9\xFA\xFB\xFC\xFD\xFE\xFF\x9A\x9C\x9E",
		  .edges = "\x82\x84\x85\x91\x92\x93\x94\x96\x97\xAB\xBB", .inner = "\x92\xAD\xB4\xB7" },
		{ .name = "MACINTOSH",
		  .capitals = "\x80\x81\x82\x83\x84\x85\x86\xAE\xAF\xCB\xCC\xCD\xCE\xE5\xE6\xE7\xE8\xE9\xEA\xEB\xEC\xED\xEE\xEF\xF1\xF2\xF3\xF4",
		  .small_letters = "\x87\x88\x89\x8A\x8B\x8C\x8D\x8E\x8F\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9A\x9B\x9C\x9D\x9E\x9F\xA7\xBE\xBF\xCF\xD8",
		  .edges = "\xC7\xC8\xC9\xD0\xD1\xD2\xD3\xD4\xD5", .inner = "\xD5\xE1" },
		{ .name = "CP850",
		  .capitals = "\x80\x8E\x8F\x90\x92\x99\x9A\x9D\xA5\xB5\xB6\xB7\xC7\xD2\xD3\xD4\xD6\xD7\xD8\xDE\xE0\xE2\xE3\xE5\xE9\xEA\xEB",
		  .small_letters = "\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8A\x8B\x8C\x8D\x91\x93\x94\x95\x96\x97\x98\x9B\xA0\xA1\xA2\xA3\xA4\xC6\xE1\xE4",
		  .edges = "\xAE\xAF", .inner = "\xEF\xFA" },
	};
	const struct western *best = &kinds[0];
	size_t high = 0, voters = 0;

	for (size_t i = 0; i < sample.bytes; i++) {
		if ((unsigned char)sample.data[i] < 0x80)
			continue;
		high++;
		char before = i > 0 ? sample.data[i - 1] : ' ', behind = i + 1 < sample.bytes ? sample.data[i + 1] : ' ';
		if ((!ascii_is_alpha(before) && !ascii_is_alpha(behind)) || (unsigned char)before >= 0x80 || (unsigned char)behind >= 0x80)
			continue;
		voters++;
		for (size_t k = 0; k < COUNT_OF(kinds); k++)
			vote(&kinds[k], before, sample.data[i], behind);
	}
	if (voters * 100 < high * VOTERS_PERCENT_MIN)
		return kinds[0].name;
	for (size_t k = 1; k < COUNT_OF(kinds); k++) {
		size_t judged = kinds[k].votes_for + kinds[k].votes_against;
		if (kinds[k].votes_for * 100 >= judged * FOR_PERCENT_MIN &&
		    kinds[k].votes_for + best->votes_against >= kinds[k].votes_against + best->votes_for + MARGIN_MIN)
			best = &kinds[k];
	}
	return best->name;
}

bool encoding_has_euro_signs(struct text sample)
{
	size_t signs = 0;

	for (size_t i = 0; i < sample.bytes; i++) {
		unsigned char byte = (unsigned char)sample.data[i];
		char before = i > 0 ? sample.data[i - 1] : '\n', behind = i + 1 < sample.bytes ? sample.data[i + 1] : '\n';
		bool alone = (unsigned char)before < 0x80 && (unsigned char)behind < 0x80;
		if (byte >= 0x80 && byte < 0xA0)
			return false; /* controls there, letters and quotes in Windows-1252 */
		signs += byte == 0xA4 && alone && before != '\n' && !ascii_is_alpha(before) && !ascii_is_alpha(behind);
		signs += (byte == 0xBC || byte == 0xBD) && ascii_is_alpha(before) && ascii_is_alpha(behind);
	}
	return signs > 0;
}
