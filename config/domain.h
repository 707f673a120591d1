/* domain.h: a domain pack: every vocabulary and pattern of a field of documents, read from config/domains/NAME.yaml, so
 * that a second field needs no C change. Read-only after domain_load; one per process. */
#ifndef DOCRING_CONFIG_DOMAIN_H
#define DOCRING_CONFIG_DOMAIN_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

enum domain_pattern { /* PCRE2, compiled with JIT and UTF */
	DOMAIN_PATTERN_DOCUMENT_ID,  /* vendor document id */
	DOMAIN_PATTERN_FEATURE_ID,   /* FAJ ddd dddd */
	DOMAIN_PATTERN_LICENCE_ID,   /* CXCddddddd with its suffixes */
	DOMAIN_PATTERN_ATTRIBUTE,    /* MoClass.attribute (parameter or counter; domain_is_counter tells which) */
	DOMAIN_PATTERN_COUNTER,      /* bare pmXxx */
	DOMAIN_PATTERN_EVENT,        /* INTERNAL_EVENT_…, INTERNAL_PROC_…, EVENT_PARAM_… */
	DOMAIN_PATTERN_ARCHIVE_NAME, /* groups: language, library, revision */
	DOMAIN_PATTERN_STANDARD_ID,  /* 3GPP number in a name, path or head; group 1: series, 2: number */
	DOMAIN_PATTERN_LEGAL_LINE,   /* a line that is legal or running text as a whole */
	DOMAIN_PATTERN_COMMAND,      /* a command line such as cmedit … */
	DOMAIN_PATTERN_SET_STEP,     /* "set … to …"; groups 1–3: class, attribute, value; 4–6: attribute, class, value; 7–8: attribute, value */
	DOMAIN_PATTERN_SET_COMMAND,  /* a command that sets values; groups: class with its instance, the assignments */
	DOMAIN_PATTERN_IDENTIFIER,   /* whatever else shows that a text is technical: names by their shape, timers, clauses of standards */
	DOMAIN_PATTERN_COUNT
};

enum domain_list {
	DOMAIN_LIST_LEGAL_HEADINGS,    /* headings of sections that are legal text */
	DOMAIN_LIST_LEGAL_PHRASES,     /* phrases that mark a paragraph as legal text */
	DOMAIN_LIST_LEGAL_WORDS,       /* words of which a legal text about anything technical has at least one */
	DOMAIN_LIST_EXPECTED_HEADINGS, /* headings a complete document has; "a|b" are synonyms of one */
	DOMAIN_LIST_CONNECTIVES,       /* words that show coherent prose */
	DOMAIN_LIST_MO_CLASSES,        /* known class names */
	DOMAIN_LIST_UNITS,             /* units of measure */
	DOMAIN_LIST_ATTRIBUTES,        /* known attribute names, tier 1 besides the extracted ones */
	DOMAIN_LIST_COMMON_WORDS,      /* words that unrelated texts of the field share: they say nothing of what a text is about */
	DOMAIN_LIST_DANGLING_PHRASES,  /* phrases that make a sentence need what stands around it ("see figure") */
	DOMAIN_LIST_EXAMPLE_PHRASES,   /* phrases that announce the code or the table behind them ("here is", "example") */
	DOMAIN_LIST_CONTINUATIONS,     /* words with which a sentence goes on from the one before ("however", "it") */
	DOMAIN_LIST_DESCRIPTION_VERBS, /* how a description begins: with its verb ("specifies the …") */
	DOMAIN_LIST_DESCRIPTION_PARTICIPLES, /* with what happens to the item ("stepped when …") */
	DOMAIN_LIST_DESCRIPTION_CONDITIONS,  /* with when it happens ("after the …") */
	DOMAIN_LIST_DESCRIPTION_NOUNS, /* with what the item is, without an article ("number of …") */
	DOMAIN_LIST_NOUN_FOLLOWERS,    /* words behind a noun that begins one ("spread of …") */
	DOMAIN_LIST_SENTENCE_OPENERS,  /* with a whole sentence ("this parameter …") */
	DOMAIN_LIST_AUXILIARIES,       /* verbs that make what begins like a noun a sentence ("the window is …") */
	DOMAIN_LIST_RELATIVES,         /* … unless one of these stands before them ("the margin that is …") */
	DOMAIN_LIST_ARTICLES,          /* with an article ("the …") */
	DOMAIN_LIST_OBJECT_WORDS,      /* words behind a verb that make the word before them one ("the", "whether") */
	DOMAIN_LIST_GENERIC_HEADINGS,  /* headings that name no topic ("Overview") */
	DOMAIN_LIST_SKIPPED_HEADINGS,  /* headings of sections that are nothing to ask about ("Change History") */
	DOMAIN_LIST_AUTHORSHIP_FIELDS, /* fields in front of a text that say who made it ("Author"), and nothing of its subject */
	DOMAIN_LIST_TROUBLESHOOTING_HEADINGS, /* words of headings of sections about faults */
	DOMAIN_LIST_OPTIMISATION_HEADINGS,    /* words of headings of sections about tuning and performance */
	DOMAIN_LIST_FAULT_WORDS,       /* words of descriptions of counters and events that tell of a fault */
	DOMAIN_LIST_SOURCE_MENTIONS,   /* phrases by which a question shows that it was asked in front of a text ("the document") */
	DOMAIN_LIST_COUNT
};

/* Headings of table columns and of header lines that mean one thing; matched without case, after trimming. */
struct domain_columns {
	/* "parameters", "counters", "events", "related_features": tables; "identity", "header_lines": keys of the document itself;
	 * "actions", "alarms", "kpis", "features": columns of those CSV formats; "csv_name", "csv_header": words of the file name
	 * and of the headers that tell the format, which is the field, in the order in which they are tried; "headings",
	 * "procedures", "relations", "relationships", "words": words of running text that mean something to the extractors; "series": what a
	 * series of standards is about, its number the field;
	 * "alarm_details", "kpi_details": columns that no item has an attribute for, but that the generator asks about; "parts", "document_parts":
	 * headings of what every subject can have, or also a document as such, the field what it is asked as (the wordings question.part.FIELD); "topics":
	 * first words of headings that name a thing of a kind, the field the kind (the wordings question.concept.FIELD). One heading may stand in several
	 * fields of a category ("Type"): the values of the column decide. */
	struct text category;
	struct text field;    /* document_key or document_meta name: "name", "mo_class", "feature_name" … */
	const struct text *names;
	size_t name_count;
};

struct domain;

/* Reads a pack from YAML text (libcyaml); patterns are compiled here, so a bad one is an error naming it. */
int domain_load(struct text yaml, const char *name, struct domain **ret_domain, struct error_text *error) WARN_UNUSED;
/* By name (settings_data_path "domains/NAME.yaml") or by path. Appends the YAML text to `ret_yaml` when it is not NULL. */
int domain_load_named(const char *name, struct domain **ret_domain, struct buffer *ret_yaml, struct error_text *error) WARN_UNUSED;
void domain_destroy(struct domain *domain);

enum { DOMAIN_GROUP_MAX = 10 };
struct domain_match {
	size_t start, end; /* bytes in the searched text */
	struct text groups[DOMAIN_GROUP_MAX]; /* 0: the whole match; empty where a group did not take part */
};
/* The first match of the pattern at or after `start`. The text is valid UTF-8. Not thread-safe (one match block a domain). */
bool domain_search(const struct domain *domain, enum domain_pattern pattern, struct text text, size_t start, struct domain_match *ret_match);

const struct text *domain_list(const struct domain *domain, enum domain_list list, size_t *ret_count);
/* Is `word` an entry of the list, without case? O(1). */
bool domain_list_has(const struct domain *domain, enum domain_list list, struct text word);
const struct domain_columns *domain_columns(const struct domain *domain, size_t *ret_count);

/* Wordings of questions and of the frames around values in answers, with {placeholders} and [choices|between|texts], by family ("question.counter",
 * "answer.range"). NULL with count 0 for a family that the pack has not. */
const struct text *domain_wordings(const struct domain *domain, struct text family, size_t *ret_count);

/* The rule of counters: attribute begins with "pm" and an upper-case letter. Takes "pmX…" or "Class.pmX…". */
bool domain_is_counter(struct text name);

/* A technical term in running text: dictionary of tiers 2–4 by longest match at word boundaries, and tier 1 by the attribute and counter
 * patterns. Linear in the text. Calls `found` in order of position; stops when it returns false. */
typedef bool domain_term_found(void *context, size_t start, size_t end, unsigned tier);
void domain_scan_terms(const struct domain *domain, struct text text, domain_term_found *found, void *context);

#endif
