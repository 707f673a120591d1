/* answer_form.h: an answer as a text by itself, whatever was asked: is it whole, does it say things once, is it running text? Counting of
 * words and marks in one pass over its bytes; pure, nothing allocated. Known: the text is Markdown of some European language, or of one
 * that is written without blanks. Shares are of words, code blocks left out; all measures are 0 to 1, 1 being good.
 *
 *   whole    0 for an open code block and an end with a comma or a word that something must follow ("of the"); .2 for prose without an end mark, an end
 *            with a colon, with an open bracket or code span, and a list entry without the end mark or code that the entry above ends with
 *            (a point is missed behind a word in small letters); else 1
 *   once     1 - s(repeated; .02, .15): share of words in sentences (from five words) that stood there before, of list entries a third
 *   running  s(prose; .02, .12) · (1 - s(debris; .25, .6)): shares of words in sentences and entries of five words or more, two fifths of them
 *            (numbers apart) in lower case, and of those in what is neither: rows, cells, headings, three names and values or more in a sentence ("Prefix: a Address: b …")
 *   led      1 - lost / 2: list entries that lead on ("… like this:") with no list or code behind them, lists that do not begin with 1, lines
 *            that ask a question
 *
 *   s(x; a, b)  0 up to a, 1 from b on */
#ifndef DOCRING_WORKERS_INFERENCE_ANSWER_FORM_H
#define DOCRING_WORKERS_INFERENCE_ANSWER_FORM_H

#include "base/text.h"

enum { ANSWER_UNITS_MAX = 256 }; /* of a longer answer the first ones, and its end */

enum answer_unit_kind { ANSWER_SENTENCE, ANSWER_ENTRY, ANSWER_FRAGMENT, ANSWER_CODE };

struct answer_unit { /* a sentence, or what stands in its place */
	struct text text; /* of the answer */
	enum answer_unit_kind kind;
	bool line_begins; /* with it */
};

struct answer_form {
	struct answer_unit units[ANSWER_UNITS_MAX];
	size_t count;
	double whole, once, running, led;
	bool open_end; /* ends with a list entry without an end mark: whole, for all that the answer alone tells */
};

void answer_form_read(struct text answer, struct answer_form *ret_form);

/* All of it: whole · once · running · led. */
double answer_form_score(const struct answer_form *form);

#endif
