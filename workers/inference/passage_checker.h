/* passage_checker.h: an answer as it is read, sentence by sentence (passage_answer.c), and judged (passage_check.c). For these two alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_CHECKER_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_CHECKER_H

#include "workers/inference/passage_align.h"

struct statement { /* of the answer, as it is written */
	const char *begin, *word; /* NULL: none; its first word */
	uint32_t stem; /* of that */
};

struct checker {
	const struct passage *passage;
	struct passage_verdict *verdict;
	struct answer_sentence sentence;
	struct fact_comparing comparing;
	size_t last_number;  /* word of the sentence, or ANSWER_WORDS_MAX */
	const char *option_end; /* of the last option */
	const char *unit_place; /* of the number before */
	const char *number_end; /* of a number without a unit, which the next one may have */
	uint16_t clause, values;
	bool in_command, reads; /* in one, and it is one that sets nothing: "cmedit get" */
	struct text answer;
	uint32_t command_first; /* of a code span: its first word as the passage has it, 0: not at all */
	uint32_t command_second, command_before;
	size_t command_words;
	unsigned span;
	struct statement statement, before; /* the sentence, and the one before it */
	const char *statement_end; /* behind the sentence; NULL: behind its last word */
	bool fenced;               /* it is a line of code */
	bool cut_before;           /* the sentence goes on from the words before */
	size_t quote_steps;        /* characters that may be compared still (passage_quote.h) */
};

/* All words of the sentence are read: judges its facts into the verdict, and leaves the names that the next sentence may go on about at the front of its words. */
void passage_close_sentence(struct checker *checker);

#endif
