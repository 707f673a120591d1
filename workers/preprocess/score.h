/* score.h: the parts of score.c, for it and its tests. The formulas are those of docs/decisions/scores.md; all results 0–1
 * unless said otherwise. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_SCORE_H
#define DOCRING_WORKERS_PREPROCESS_SCORE_H

#include "config/domain.h"
#include "proto/document.h"
#include "workers/preprocess/blocks.h"

/* --- score_structural.c: formulas over numbers -------------------------------------------------------------------- */

/* .6·min(n/10,1) + .4·mean completeness; 0 without parameters. */
double score_parameters(size_t count, double mean_completeness);
/* .4·min(n/5,1) + .6·mean completeness; .5 without counters, which many a good document has not. */
double score_counters(size_t count, double mean_completeness);
/* .6·f(d) + .4·mean tier weight, d in terms per 1,000 characters: f = 1 from 5, .8+(d−2)/15 from 2, .5+.3(d−1) from 1, else d/2. */
double score_density(double terms_per_1000, double mean_tier_weight);
/* .4 metadata fields + .4 expected headings + .2 length band */
double score_completeness(double metadata_fields, double expected_headings, double length_band);
/* 1 from 1,000 to 200,000 characters; characters/1,000 below; falling to .5 at 2,000,000 above, where one file is most often many documents. */
double score_length_band(size_t characters);
/* (.6 structure + .4 connectives)·(1 − repeated): repeated is the share of lines that the document has had before. */
double score_coherence(double structure, double connectives, double repeated);
/* .5 consistency + .5 richness */
double score_metadata(double consistency, double richness);
/* .25 parameters + .15 counters + .20 density + .20 completeness + .10 coherence + .10 metadata */
double score_structural(const struct document_scores *parts);

/* name .4, MO class .2, range .2, default .1, description .1 */
double score_parameter_completeness(const struct document_builder *document, size_t item);
/* name .5, description .3, MO class .1, kind .1 */
double score_counter_completeness(const struct document_builder *document, size_t item);

/* --- score_complexity.c --------------------------------------------------------------------------------------------- */

/* .3·min(parameters/20,1) + .2·min(counters/10,1) + .3·min(density/10,1) + .2·min(characters/10,000,1) */
double score_complexity(size_t parameters, size_t counters, double terms_per_1000, size_t characters);
/* Below `fast_below` fast, below `balanced_below` balanced, else quality. */
enum document_tier score_tier(double complexity, double fast_below, double balanced_below);

/* --- score_terms.c -------------------------------------------------------------------------------------------------- */

enum { SCORE_TERMS_MAX = 1024, SCORE_TERMS_META_MAX = 64 }; /* terms in the block; in DOCUMENT_META_TERMS */

struct score_terms {
	size_t occurrences;
	double mean_weight; /* of the occurrences by tier: 1.0, .8, .6, .4; 0 without any */
};

/* Counts the technical terms of the Markdown; the most frequent ones go to the document's terms and to its metadata. */
int score_count_terms(const struct domain *domain, struct document_builder *document, struct score_terms *ret_terms) WARN_UNUSED;
/* Terms per 1,000 characters of any piece of text. */
double score_text_density(const struct domain *domain, struct text text);

/* --- score_text.c: what the text itself says -------------------------------------------------------------------------- */

struct score_text {
	double expected_headings; /* share of the pack's expected headings that are there */
	double structure;         /* headings, and kinds of blocks */
	double connectives;       /* by words of the pack's list */
	double repeated;          /* share of repeated lines */
};

/* Fills in the document's counts (characters, words, headings, tables) too. */
int score_measure_text(const struct domain *domain, struct document_builder *document, struct score_text *ret_measures) WARN_UNUSED;

#endif
