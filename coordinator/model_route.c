/* model_route.c: see model_route.h. */
#include "coordinator/model_route.h"

#define PAIRS_TO_TRUST 40       /* before these, nothing is said about a model's quality */
#define POOR_SHARE 0.5          /* of accepted pairs: below this a model comes behind the others */
#define AS_GOOD 0.9             /* of the other model's share */
#define MUCH_SOONER 4.0         /* for a document to leave its tier, or a worker that has it already */
#define SOONER 1.2              /* for a document to be taken over */

static bool is_open(const struct model_view *model)
{
	return model->state == MESSAGE_MODEL_UP || model->state == MESSAGE_MODEL_TRYING || model->state == MESSAGE_MODEL_STARTING;
}

static bool is_known(const struct model_view *model)
{
	return model->accepted + model->refused >= PAIRS_TO_TRUST;
}

static double share(const struct model_view *model)
{
	return (double)model->accepted / (double)(model->accepted + model->refused);
}

static double load(const struct model_view *model)
{
	return (double)model->queued / (double)(model->slots ? model->slots : 1);
}

/* When a document that comes now would be finished; for models of which that is known. */
static double finish_s(const struct model_view *model)
{
	return (double)(model->queued + 1) * model->document_s;
}

static bool are_measured(const struct model_view *one, const struct model_view *other)
{
	return one->document_s > 0 && other->document_s > 0;
}

/* Tiers apart, those below counted behind all those above. */
static int distance(const struct model_view *model, enum model_tier tier)
{
	return model->tier >= tier ? (int)model->tier - (int)tier : MODEL_TIER_COUNT + (int)tier - (int)model->tier;
}

static int rank(const struct model_view *model, enum model_tier tier)
{
	bool poor = is_known(model) && share(model) < POOR_SHARE;
	return distance(model, tier) + (poor ? 2 * MODEL_TIER_COUNT : 0);
}

/* Of one rank: one that answers before one that has not answered yet, then the shorter queue. */
static bool comes_before(const struct model_view *one, const struct model_view *other)
{
	bool one_starts = one->state == MESSAGE_MODEL_STARTING, other_starts = other->state == MESSAGE_MODEL_STARTING;
	if (one_starts != other_starts)
		return other_starts;
	return are_measured(one, other) ? finish_s(one) < finish_s(other) : load(one) < load(other);
}

/* Would its pairs be worth as much? Of a tier above always, else as far as is known. */
static bool is_no_worse(const struct model_view *one, const struct model_view *other, enum model_tier tier)
{
	if (is_known(one) && is_known(other))
		return share(one) >= AS_GOOD * share(other);
	return one->tier >= tier && !(is_known(one) && share(one) < POOR_SHARE);
}

/* The one that finishes the document much sooner than the one chosen, or that one. */
static int prefer_much_sooner(const struct model_view *models, uint32_t count, enum model_tier tier, uint32_t tried, int chosen)
{
	int best = chosen;

	for (uint32_t i = 0; i < count && chosen >= 0; i++) {
		const struct model_view *model = &models[i];
		if (model->use != MODEL_GENERATE || (tried >> i & 1) || model->state != MESSAGE_MODEL_UP || !are_measured(model, &models[chosen]))
			continue;
		if (MUCH_SOONER * finish_s(model) < finish_s(&models[chosen]) && is_no_worse(model, &models[chosen], tier) && finish_s(model) < finish_s(&models[best]))
			best = (int)i;
	}
	return best;
}

int model_route_choose(const struct model_view *models, uint32_t count, enum model_tier tier, uint32_t tried)
{
	int best = MODEL_ROUTE_LAST;

	for (uint32_t i = 0; i < count; i++) {
		const struct model_view *model = &models[i];
		if (model->use != MODEL_GENERATE || (tried >> i & 1))
			continue;
		if (!is_open(model)) {
			if (model->state == MESSAGE_MODEL_DOWN && best == MODEL_ROUTE_LAST)
				best = MODEL_ROUTE_WAIT;
			continue;
		}
		if (best < 0 || rank(model, tier) < rank(&models[best], tier) ||
		    (rank(model, tier) == rank(&models[best], tier) && comes_before(model, &models[best])))
			best = (int)i;
	}
	return prefer_much_sooner(models, count, tier, tried, best);
}

/* May it write pairs in place of the other one? */
static bool may_stand_in(const struct model_view *idle, const struct model_view *other)
{
	if (idle->tier > other->tier)
		return true;
	return is_known(idle) && is_known(other) ? share(idle) >= AS_GOOD * share(other) : idle->tier == other->tier;
}

bool model_route_may_take_over(const struct model_view *idle, const struct model_view *other)
{
	if (idle->use != MODEL_GENERATE || other->use != MODEL_GENERATE || idle->state != MESSAGE_MODEL_UP)
		return false;
	if (other->state == MESSAGE_MODEL_STARTING)
		return idle->tier == other->tier;
	bool sooner = are_measured(idle, other) ? (double)other->queued * other->document_s > SOONER * finish_s(idle)
						: other->queued > (other->slots ? other->slots : 1);
	return sooner && may_stand_in(idle, other);
}

uint32_t model_route_to_move(const struct model_view *idle, const struct model_view *other, uint32_t room)
{
	uint32_t count = 0;

	if (idle->use != MODEL_GENERATE || other->use != MODEL_GENERATE || idle->state != MESSAGE_MODEL_UP || !are_measured(idle, other) || !may_stand_in(idle, other))
		return 0;
	while (count < room && count < other->queued && (double)(other->queued - count) * other->document_s > MUCH_SOONER * (finish_s(idle) + count * idle->document_s))
		count++;
	return count;
}

int model_route_judge(const struct model_view *models, uint32_t count)
{
	int best = MODEL_ROUTE_LAST;

	for (uint32_t i = 0; i < count; i++) {
		if (models[i].use == MODEL_JUDGE && is_open(&models[i]))
			return (int)i;
		if (models[i].use == MODEL_JUDGE && models[i].state == MESSAGE_MODEL_DOWN)
			best = MODEL_ROUTE_WAIT;
	}
	return best;
}
