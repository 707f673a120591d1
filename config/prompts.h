/* prompts.h: the texts that models are asked with: one file for each family in config/prompts/, or in the folder that generate.prompts
 * names (a file that is not there is taken from config/prompts/). Read once at the start; they are part of the configuration hash, so
 * that an edited prompt does documents again.
 *
 * A file is Markdown as the model gets it, with placeholders in braces ({source}); a comment at its beginning is for people alone. A
 * placeholder that the family has not is an error that lists those it has. Braces around anything but one word of small letters and
 * underscores stand for themselves. */
#ifndef DOCRING_CONFIG_PROMPTS_H
#define DOCRING_CONFIG_PROMPTS_H

#include "config/settings.h"

enum prompt_family {
	PROMPT_SYSTEM,   /* system.md: who is asked */
	PROMPT_SOURCE,   /* source.md: the beginning of every prompt about a piece of a document */
	PROMPT_PAIRS,    /* pairs.md: the main task */
	PROMPT_SUMMARY,  /* summary.md: put into the main task */
	PROMPT_TOP_UP,   /* top_up.md: put into the main task */
	PROMPT_DIALOGUE, /* dialogue.md */
	PROMPT_REWRITE,  /* rewrite.md */
	PROMPT_JUDGE,    /* judge.md */
	PROMPT_REPLY,    /* reply.md: what a reply looks like, for servers that cannot be given a schema */
	PROMPT_FAMILY_COUNT
};

struct prompts {
	struct buffer texts[PROMPT_FAMILY_COUNT];
};
/* 0, or a negative code with the file and what is wrong with it. prompts_done in either case. */
int prompts_load(const struct settings *settings, struct prompts *ret_prompts, struct error_text *error) WARN_UNUSED;
void prompts_done(struct prompts *prompts);
/* All of them, for a hash. */
void prompts_append_all(const struct prompts *prompts, struct buffer *out);

struct prompt_value {
	const char *name; /* of the placeholder, without braces */
	struct text text;
};
/* Appends the family's text with the values in their places; a placeholder without a value becomes nothing. */
void prompts_fill(const struct prompts *prompts, enum prompt_family family, const struct prompt_value *values, size_t count, struct buffer *out);

#endif
