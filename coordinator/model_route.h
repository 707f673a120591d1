/* model_route.h: which model gets a document: a pure choice over what is known of the models. docs/decisions/model-routing.md says why. */
#ifndef DOCRING_COORDINATOR_MODEL_ROUTE_H
#define DOCRING_COORDINATOR_MODEL_ROUTE_H

#include "config/models.h"
#include "proto/message.h"

struct model_view { /* of one model, at the moment */
	enum model_use use;
	enum model_tier tier;
	enum message_model_state state;
	uint32_t slots;     /* requests it may have under way; 0: not known */
	size_t queued;      /* documents that wait for it or are at it */
	uint64_t accepted, refused; /* pairs so far */
	double document_s;  /* from one finished document to the next, going by the last ones; 0: not known */
};

enum { MODEL_ROUTE_WAIT = -1, MODEL_ROUTE_LAST = -2 };

/* The model for a document of that tier that was not tried (bit per model): of its own tier first, then of those above, then below; among equals the
 * one where it would be finished first, or, while that is not known, with the shortest queue for its slots; one whose pairs are mostly refused comes
 * behind the others. One where it would take four times as long as with another, no worse one gives way to that. MODEL_ROUTE_WAIT: those left are down
 * now; MODEL_ROUTE_LAST: none is left. */
int model_route_choose(const struct model_view *models, uint32_t count, enum model_tier tier, uint32_t tried);

/* May an idle model take a document from the queue of another one? It must be finished sooner with it (while that is not known: the queue must be longer
 * than what there are slots for), and the pairs must not become worse: a model of a tier above may always, one of the same or a lower tier when as many of its pairs are accepted. Of a model whose
 * server has not answered yet one of the same tier may take every document. */
bool model_route_may_take_over(const struct model_view *idle, const struct model_view *other);

/* How many of the documents that the other one's worker holds should go to an idle model with so much room: as long as the last of them would be finished four times sooner there.
 * The pairs must not become worse, as above; of both it must be known how long a document takes. */
uint32_t model_route_to_move(const struct model_view *idle, const struct model_view *other, uint32_t room);

/* The model that judges; MODEL_ROUTE_WAIT: it is down now; MODEL_ROUTE_LAST: there is none that can. */
int model_route_judge(const struct model_view *models, uint32_t count);

#endif
