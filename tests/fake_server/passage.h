/* passage.h: what a prompt is about: the source passage in it, the task around it, and the passage's sentences. Pure but for
 * memory.
 *
 * The passage is, first hit wins: the longest text between <source> … </source> (also document, passage, text, chunk, context,
 * excerpt); the longest text between lines of """ or ```; what follows a line "Source:" (or Document, Passage, Text, Context, also
 * as a heading) up to a line that begins a task (Task:, Instructions:, Question: …); else all of the text. */
#ifndef DOCRING_TESTS_FAKE_SERVER_PASSAGE_H
#define DOCRING_TESTS_FAKE_SERVER_PASSAGE_H

#include "base/check.h"
#include "base/text.h"

#include <stdint.h>

struct passage {
	struct text source;        /* views into the prompt */
	struct text before, after; /* the rest of the prompt */
	struct text *sentences;    /* complete sentences of prose; lines of tables and lists where there is no prose */
	uint32_t count, capacity;
};

void passage_init(struct passage *passage);
void passage_done(struct passage *passage);

/* Replaces what was found before. -ENOMEM. The views last as long as `prompt`. */
int passage_find(struct passage *passage, struct text prompt) WARN_UNUSED;

/* The most telling word of a sentence: an identifier if there is one, else its longest word; "this" when it has no word. */
struct text passage_term(struct text sentence);

/* The first identifier of the form Class.attribute in the text, or an empty one. */
struct text passage_parameter(struct text text);

/* The sentence that shares most words with `question`. 0 when none does or there are none. */
uint32_t passage_best_sentence(const struct passage *passage, struct text question);

#endif
