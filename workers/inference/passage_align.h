/* passage_align.h: do the words around a value of an answer stand with that value in the passage, or with another one of its kind?
 *
 * Each value of the answer is weighed against the passage's values of its kind: words that both have around them count, rare words and
 * names more than frequent words, near ones more than far ones, on both sides. An answer is refused for a value when another one fits its
 * words clearly better, or when two values of it fit better exchanged. Words that are said of all values alike cancel. Pure; nothing
 * allocated. For passage*.c alone. */
#ifndef DOCRING_WORKERS_INFERENCE_PASSAGE_ALIGN_H
#define DOCRING_WORKERS_INFERENCE_PASSAGE_ALIGN_H

#include "workers/inference/passage_places.h"

enum { ANSWER_WORDS_MAX = 96, ANSWER_CARRIED_MAX = 6, ANSWER_SUBJECTS_MAX = 8 };

struct answer_word {
	struct passage_place place;
	const struct passage_slot *slot; /* of its stem, or NULL: the passage has it not */
	double number; /* of a number; in words too */
	struct text text, unit, ordinal;
	bool dotted, option, is_name, is_word, identifier, first, fact;
	bool common;  /* one of the domain's common words */
	bool refuted; /* by what the passage says of it */
	bool paired;  /* key and value stand together in the passage (passage_entries.c): what other rows or items say is of no account */
};

struct answer_sentence {
	struct answer_word words[ANSWER_WORDS_MAX + ANSWER_CARRIED_MAX];
	size_t count;   /* those of the sentence */
	size_t carried; /* behind them: names that the sentence before was about */
	uint32_t subjects[ANSWER_SUBJECTS_MAX]; /* stems: attributes that it is about */
	size_t subject_count;
	bool respectively;
	bool german; /* of the passage: its nouns with capitals are no names */
};

enum passage_ownership { OWNED_BY_NONE, OWNED_BY_OTHERS, OWNED };
/* Is the word an attribute or counter that the passage introduces? Not one in the middle of a row. */
bool passage_is_subject(const struct answer_word *word);
/* Does the passage's sentence name one of these attributes, or another one? */
enum passage_ownership passage_names_subject(const struct passage *passage, uint32_t sentence, const uint32_t *subjects, size_t subject_count);
/* Whose is the value at this place: of what its sentence names, or what that goes on about? */
enum passage_ownership passage_owner_of(const struct passage *passage, uint32_t place, const uint32_t *subjects, size_t subject_count);

/* A value that the passage gives to certain attributes, and nowhere to none, must be said of one of them; unless those that the answer names have all that the
 * passage gives them, or its words are those of another: then the answer goes on about something else. */
bool passage_belongs(const struct passage *passage, const struct answer_sentence *answer, const struct answer_word *word);

/* Does the passage have the number, with the unit: beside it, in its row, item or column, or in the term above? */
bool passage_has_number(const struct passage *passage, const struct passage_place *number, struct text unit);
/* "Five minutes, or 300 s": is it the same as a quantity of the passage that the answer's sentence says too? */
bool passage_has_same_quantity(const struct passage *passage, const struct answer_sentence *answer, const struct answer_word *word);
/* Of a number in plain form: digits, one point, a sign. */
double passage_number_of(struct text plain);

/* Tables, lists, code and `name: value` lines say what belongs to what; prose may word it in any way. */
bool passage_is_listed(const struct passage *passage, uint32_t sentence);

/* Marks the values that the passage gives to another row, column, item or term than the answer (passage_entries.c). */
void passage_check_entries(const struct passage *passage, struct answer_sentence *sentence);

/* Marks the values that the passage gives to other words. */
void passage_align(const struct passage *passage, struct answer_sentence *sentence);

#endif
