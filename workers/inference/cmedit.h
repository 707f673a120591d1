/* cmedit.h: commands of the configuration command line, built from extracted items and checked before they are shown.
 *
 *   cmedit describe <MO>.<attribute> -t
 *   cmedit get <scope> <MO>.<attribute> -t          cmedit get <scope> <MO>.(<a>,<b>) -t      cmedit get <scope> <MO>=<id> -t
 *   cmedit set <scope> <MO>.<attribute> <value> [--preview]
 *   cmedit set <scope> FeatureState=<licence> featureState=ACTIVATED|DEACTIVATED [--preview]
 *
 * A command line is what the validator lets through; it knows the attribute's range, default and access from the document,
 * never from elsewhere. Pure. */
#ifndef DOCRING_WORKERS_INFERENCE_CMEDIT_H
#define DOCRING_WORKERS_INFERENCE_CMEDIT_H

#include "base/buffer.h"
#include "base/error.h"
#include "config/domain.h"

struct cmedit_target { /* what the document says of an attribute; empty where it says nothing */
	struct text name;  /* "EUtranCellFDD.cellRange" */
	struct text range; /* "0..100", "OFF, ON", "0 (OFF), 1 (ON)" */
	struct text initial; /* its default */
	bool read_only;
};

/* 0, or ERROR_INPUT_REJECTED with the reason. `targets` are the attributes that the document describes: a command on
 * another one is checked for its shape alone. */
int cmedit_check(const struct domain *domain, struct text command, const struct cmedit_target *targets, size_t target_count,
		 struct error_text *error) WARN_UNUSED;

/* Is `value` one that the range allows? A range that cannot be read allows only what it spells out, and the default. */
bool cmedit_value_allowed(const struct cmedit_target *target, struct text value);
/* A value for an example: one that the range spells out, and not the default. False when there is none: the ends of an interval
 * are allowed, but nobody would choose them, and what lies between is nowhere in the document. */
bool cmedit_example_value(const struct cmedit_target *target, struct text *ret_value);

/* Each appends one command without a line end. */
void cmedit_describe(struct buffer *out, struct text name);
void cmedit_get(struct buffer *out, const char *scope, struct text name);
void cmedit_set(struct buffer *out, const char *scope, struct text name, struct text value, bool preview);
void cmedit_get_feature(struct buffer *out, const char *scope, struct text licence);
void cmedit_set_feature(struct buffer *out, const char *scope, struct text licence, bool activate, bool preview);

/* Words that belong to the command language and not to a document. */
bool cmedit_is_grammar(struct text word);

/* The class and the attribute of "Class.attribute"; false when it has not that shape. */
bool cmedit_split_name(struct text name, struct text *ret_class, struct text *ret_attribute);

#endif
