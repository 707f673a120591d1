/* generator.h: the built-in generator while it works on one document: what its files share. Private to workers/inference.
 *
 * A maker composes the k-th pair of its kind. It says whether a pair was accepted, whether this one did not come to
 * anything, or whether there are no more. Running out of memory is kept in the buffers and looked at once, at the end. */
#ifndef DOCRING_WORKERS_INFERENCE_GENERATOR_H
#define DOCRING_WORKERS_INFERENCE_GENERATOR_H

#include "workers/inference/draft.h"
#include "workers/inference/generate.h"
#include "workers/inference/passage.h"
#include "workers/inference/question_templates.h"
#include "workers/preprocess/blocks.h"

struct section { /* what stands directly under one heading */
	uint32_t heading;     /* its block; UINT32_MAX for the text before the first one */
	uint32_t first, end;  /* blocks [first, end) */
	uint32_t prose_bytes; /* of paragraphs and list items */
	uint32_t steps, step_bytes; /* ordered list items */
	uint32_t parent;      /* the section that it stands below; UINT32_MAX at the top */
	uint8_t level;        /* of the heading; 0 for the text before the first one */
	bool question;        /* the heading is a question of a list of questions ("Q: How …?"), a paragraph of its own */
	bool repeated;        /* other sections have the same heading ("Arguments") */
	bool told;            /* a pair has what stands in it */
};

struct answers { /* hashes of those that a document has been given; open addressing, 0: empty */
	uint64_t *slots;
	size_t capacity, count;
};

struct symptom { /* a row of a table in a section about faults */
	uint32_t section, block, row; /* row: where it begins in the table, for block_next_row */
};

struct generator {
	const struct settings *settings;
	const struct domain *domain;
	const struct document *document;
	struct conversation_builder *out;
	struct blocks blocks;
	struct section *sections;
	size_t section_count;
	bool bare_numbers; /* headings are numbered without a point: "2 Usage" */
	struct symptom *symptoms;
	size_t symptom_count;
	uint32_t *items[DOCUMENT_CATEGORY_COUNT]; /* indexes of the items that are good enough, by category */
	size_t item_count[DOCUMENT_CATEGORY_COUNT];
	struct prose prose;
	struct template_picker picker;
	struct draft draft;
	struct passage passage;
	struct buffer rendered, text, line; /* scratch; `rendered` and `text` belong to the maker, `line` to the helpers */
	struct text feature; /* the feature's name without "feature" at its end, or empty */
	struct text title;   /* without its number */
	bool titled_by_line; /* it is the first line of the text, which is no heading */
	struct buffer title_asked, document_name; /* "Lexical Structure"; "the description of Cell Sleep": fixed once named */
	bool introduced; /* the item is the subject of the sentence before: "it" is enough */
	struct answers answers;
	char name[DRAFT_NAME_BYTES_MAX], other_name[DRAFT_NAME_BYTES_MAX]; /* of the items that the pair is about */
	uint64_t seed;
	uint32_t accepted, refused;
	int status; /* sticky: -ENOMEM */
};

enum made { MADE_PAIR, MADE_NOTHING, MADE_END };
typedef enum made maker(struct generator *generator, size_t k);

maker make_parameter_facts, make_parameter_configuration, make_parameter_list; /* generate_parameters.c */
maker make_parameter_comparison, make_counter_comparison;          /* generate_compare.c */
maker make_counter_fault, make_event_fault;                        /* generate_faults.c */
maker make_alarm_facts;                                            /* generate_alarms.c */
maker make_symptom;                                                /* generate_symptoms.c */
int symptoms_find(struct generator *generator) WARN_UNUSED;        /* after the sections and items; 0 or -ENOMEM */
/* The family of questions about one: with its values or without. */
const char *parameter_question(const struct generator *generator, const struct document_item *item);
maker make_counter_analysis, make_counter_list;                                     /* generate_counters.c */
maker make_event_facts;                                                             /* generate_events.c */
maker make_feature_identity, make_feature_dependencies;                             /* generate_features.c */
maker make_activation, make_activation_conditions;                                  /* generate_procedures.c */
maker make_section_concept, make_section_steps, make_section_troubleshooting, make_section_optimisation; /* generate_sections.c */

/* The item beside the next one of its kind and class. */
enum made make_comparison(struct generator *generator, const struct document_item *item);

/* generate_csv.c: the pairs of every row. */
void generate_csv_rows(struct generator *generator);
typedef enum made row_maker(struct generator *generator, const struct document_item *item);
row_maker make_alarm, make_alarm_symptom; /* generate_alarms.c */
/* The cell of the row whose column the pack calls so, out of the item's details; empty when there is none. */
struct text generator_cell(const struct generator *generator, const struct document_item *item, const char *category, const char *field);
/* Marked as deprecated or obsolete, or described in one word ("Obsolete."): nothing that anybody sets. */
bool generator_is_withdrawn(const struct generator *generator, const struct document_item *item);
/* A frame with one cell in it; nothing when the cell is empty. */
void generator_add_cell(struct generator *generator, const char *family, const char *name, struct text value, const struct template_values *values);

/* --- generator_pair.c: what the makers build with --- */

/* The k-th item of a category in an order that the seed decides, or NULL behind the last. */
const struct document_item *generator_item(const struct generator *generator, enum document_category category, size_t k);
struct text generator_value(const struct generator *generator, const struct document_item *item, enum document_key key);
/* Starts a pair and fills in the values that wordings may use: feature, title, and those of the item (may be NULL). */
void generator_begin(struct generator *generator, enum conversation_question kind, const struct document_item *item,
		     struct template_values *ret_values);
/* Appends an expanded frame as a sentence. Nothing when the family has none that fits. */
bool generator_frame(struct generator *generator, const char *family, const struct template_values *values);
/* The same for the sentence that names the item; what follows it says "it". */
void generator_introduce(struct generator *generator, const char *family, const struct template_values *values);
/* generator_describe.c: the item's description and trigger in full sentences with the item as their subject. */
void generator_describe(struct generator *generator, const struct document_item *item, const struct template_values *values);
/* "Enable", "Specify": the word tells the reader to do something. */
bool generator_is_imperative(const struct domain *domain, struct text word);
/* Its values: type, range, default, unit, access, as sentences or as a list. False when it has none. */
bool generator_facts(struct generator *generator, const struct document_item *item, struct template_values *values);
/* One line about an item: "`name`: description". False when the document says nothing of it. */
bool generator_item_entry(struct generator *generator, const struct document_item *item);
/* Sentences elsewhere in the document that name the item, but none that tells to do something: it belongs to what stands around it. */
void generator_mentions(struct generator *generator, const struct document_item *item, size_t sentences_max);
/* While the answer is too short: what the document says where it names the item, then the items beside it. */
void generator_enrich(struct generator *generator, const struct document_item *item, const char *siblings_family);
bool generator_too_short(const struct generator *generator);
/* Appends the item's "Header: value" details, all of them or those whose values the answer does not have yet, but its name. Returns how many. */
size_t generator_details(struct generator *generator, const struct document_item *item, bool all);
/* Asks the question of the family, holds the answer against its source, scores it, and adds the conversation: accepted, or
 * refused with the reason. One that is too short is dropped without a trace. */
enum made generator_submit(struct generator *generator, const char *question_family, const struct template_values *values);

/* --- generator_names.c --- */

/* Fills title, title_asked and document_name. The picker, the feature and the sections are there. 0 or -ENOMEM. */
int generator_name_document(struct generator *generator) WARN_UNUSED;
/* "3.2 Handover", "Chapter 3. Handover" → "Handover" */
struct text heading_without_number(struct text heading);
/* "3 Handover" → "Handover", for documents that number so (generator->bare_numbers). */
struct text heading_without_bare_number(struct text heading);

/* --- generate_sections.c, section_topic.c, section_compose.c --- */
enum { SECTION_TOPIC_BYTES_MAX = 200, SECTION_ASKED_BYTES_MAX = 2 * SECTION_TOPIC_BYTES_MAX + 4 };
struct section_topic {
	char asked[SECTION_ASKED_BYTES_MAX], subject[SECTION_ASKED_BYTES_MAX]; /* "Closing: Effect"; subject: what the part is one of */
	size_t asked_bytes, subject_bytes;
	char family[64]; /* of the questions about such a part ("Limitations"); empty for others */
	char kind_family[64]; /* of the questions about such a thing ("socket.destroy()", "Installing the Server"), where the pack has it; empty for others */
	const struct section *owner; /* the section above whose heading is in it, or NULL */
	bool generic;    /* the heading names nothing: what stands above it is asked about, or the document */
	bool about_all;  /* the section introduces the document */
	bool asks;       /* the heading is a question */
};
/* What the section is asked about. False when it is nothing to ask about. Uses generator->text and generator->rendered. */
bool section_topic(struct generator *generator, const struct section *section, struct section_topic *ret_topic);
/* Bytes of "Q:", "Q12." in front of a question, 0 without. */
size_t section_question_mark(struct text text);
int sections_find(struct generator *generator) WARN_UNUSED;
struct section_told {
	size_t prose_bytes; /* of whole sentences */
	size_t lost_bytes;  /* of what stands among them and could not be said, without mere references */
	bool cut;           /* more stands behind it than had room */
};
/* Appends what stands under the section's heading: sentences, lists, short code; with `keep_all` every list entry. */
struct section_told section_compose(struct generator *generator, const struct section *section, size_t bytes_max, bool keep_all);
/* The same for one that stands below another, led by its heading. */
struct section_told section_compose_below(struct generator *generator, const struct section *section, size_t bytes_max);
/* The section that a byte of the Markdown lies in. */
const struct section *section_at(const struct generator *generator, uint32_t offset);

#endif
