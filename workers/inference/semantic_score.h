/* semantic_score.h: the built-in lexical measure of a pair, against a passage that is indexed already (see generate.h). Pure.
 *
 *   coherence  fit · form · order: the answer speaks of what the question asks for (question_fit.h), is whole, running text that says things
 *              once (answer_form.h), and goes through the passage from front to back
 *   relevance  √(s(answer; .25, .85) · s(question; .2, .75)) · (.35 + .65 s(worst; .3, .65)): both speak of what the passage says
 *   accuracy   share of the answer's facts that the passage supports, squared; of less than three facts at most s(answer; .25, .85)
 *   semantic   .3 coherence + .4 relevance + .3 accuracy
 *
 *   s(x; a, b)        0 up to a, 1 from b on: a is what unrelated texts reach by chance, b what good pairs have; tests hold both ends
 *   answer, question  weighted share of their words that the passage has (content_words.h, question_fit.h)
 *                     For coherence the words of the heading (and of the one above it) under which more than half of the answer's placed sentences stand
 *                     in the passage are as good as said: what stands there need not repeat it
 *   worst             the least share of words that the passage has of all sentences of the answer with four words that say something, code left out,
 *                     divided by the share of the whole answer: a sentence from elsewhere stands out, one worded freely among others does not
 *   order             1 - s((2 back - 1) / (n - 1); .2, .9), 1 without any back: n sentences of the answer, three or more, have their place in the passage, where more than
 *                     half of their rare words (at most four times in it) stand together; `back` of them stand before the one before. Random
 *                     order has (n - 1) / 2. Table rows have no order, nor have the sources that the built-in generator puts together
 *
 * What it does not see: a true sentence in the wrong place of a list of values, an answer to another question about the same thing that has the same
 * words. Costs one pass over question and answer. */
#ifndef DOCRING_WORKERS_INFERENCE_SEMANTIC_SCORE_H
#define DOCRING_WORKERS_INFERENCE_SEMANTIC_SCORE_H

#include "proto/conversation.h"
#include "workers/inference/passage.h"

/* `verdict` is passage_check's for this answer. */
void semantic_score_passage(const struct passage *passage, struct text question, struct text answer,
			    const struct passage_verdict *verdict, struct conversation_scores *ret_scores);

#endif
