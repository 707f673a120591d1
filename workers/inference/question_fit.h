/* question_fit.h: does an answer speak of what the question asks for? By the question's words (content_words.h), by what it has in quotes, and by
 * the kind of thing that it asks for. Pure; nothing allocated.
 *
 *   fit = s(share; .15, .6) · (½ + ½ s(least; .2, .8)) · kind        s(x; a, b): 0 up to a, 1 from b on
 *   share  weighted share of the question's words that the answer has; 0 for a question without words of its own ("What is this about?")
 *   least  the same of each thing in quotes, the least of them; 1 without quotes. With one thing in quotes, which may be but
 *          the title, ¾ + ¼ instead of ½ + ½
 *   kind   ½ when the question asks for counters, steps, commands … and the answer has no word of any kind that is asked for; else 1
 *
 * The title of the passage's document in quotes says where to look, and not what is asked: beside other things in quotes share is the mean of the
 * shares with its words and without them, alone the greater of both.
 * Beyond the weights of content_words.h: a common word counts ½, and only in quotes or as a name; a word that the passage has not .4, since it may
 * be but the asker's; a word again in other quotes ¼, since it does not tell the one from the other ("Running BIRD" of "BIRD Guide"). */
#ifndef DOCRING_WORKERS_INFERENCE_QUESTION_FIT_H
#define DOCRING_WORKERS_INFERENCE_QUESTION_FIT_H

#include "workers/inference/answer_form.h"
#include "workers/inference/content_words.h"

enum { QUESTION_WORDS_MAX = 128 };

struct question { /* its words, each of them once in each topic; bounded: of a longer one the first */
	struct content_word words[QUESTION_WORDS_MAX];
	size_t count;
	uint32_t kinds;  /* bits: what it asks for */
	uint32_t topics; /* what it has in quotes, from 1 */
	uint32_t title;  /* of these the one that is the title of the passage's document; 0: none */
};

void question_read(const struct passage *passage, struct text text, struct question *ret_question);

/* Weighted share of the question's words that the passage has. */
double question_share(const struct question *question, const struct passage *passage);

double question_fit(const struct question *question, const struct content_words *answered, const struct answer_form *form);

#endif
