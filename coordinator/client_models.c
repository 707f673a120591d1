/* client_models.c: the models of a running coordinator as a table, from the answer to "status". At most 80 columns but for reasons. */
#define _GNU_SOURCE
#include "coordinator/client_parts.h"

#include <stdio.h>
#include <string.h>

/* What its calls cost so far, a line of its own. */
static void print_tokens(struct json_object *worker, int64_t pairs, double document_s)
{
	int64_t read = client_number(worker, "prompt_tokens"), written = client_number(worker, "completion_tokens");

	if (read + written == 0)
		return;
	printf("  %lld tokens read, %lld written, %.1f a second", (long long)read, (long long)written, json_object_get_double(json_object_object_get(worker, "tokens_per_s")));
	if (pairs > 0)
		printf("; %.0f for each pair kept", (double)(read + written) / (double)pairs);
	if (document_s > 0)
		printf("; %.2f s a document", document_s);
	printf("\n");
}

static void print_model(struct json_object *model)
{
	struct json_object *worker = json_object_object_get(model, "worker");
	int64_t accepted = client_number(worker, "pairs_accepted"), refused = client_number(worker, "pairs_refused");
	char kept[16] = "-", slots[24] = "-";
	const char *state = client_string(model, "state"), *message = client_string(worker, "message");

	if (accepted + refused > 0)
		snprintf(kept, sizeof(kept), "%.0f%%", 100.0 * (double)accepted / (double)(accepted + refused));
	if (client_number(worker, "slots"))
		snprintf(slots, sizeof(slots), "%lld/%lld", (long long)client_number(worker, "under_way"), (long long)client_number(worker, "slots"));
	printf("%-20.20s %-8s %-8s %7s %6lld %6lld %7lld %7.2f %6lld %5s\n", client_string(model, "name"),
	       strcmp(client_string(model, "use"), "generate") == 0 ? client_string(model, "tier") : client_string(model, "use"),
	       state, slots, (long long)client_number(model, "documents_queued"),
	       (long long)client_number(model, "documents_done"), (long long)client_number(worker, "answers"),
	       json_object_get_double(json_object_object_get(worker, "seconds_per_call")), (long long)accepted, kept);
	print_tokens(worker, accepted, json_object_get_double(json_object_object_get(model, "seconds_per_document")));
	if (message[0] && strcmp(state, "up") != 0)
		printf("  %s\n", message);
}

/* What the same command later makes good. */
static void print_lacks(struct json_object *status)
{
	static const struct { const char *member, *what; } lacks[] = {
		{ "documents_fell_back", "were finished by the built-in generator because no model could be used" },
		{ "documents_unusable", "were finished by the built-in generator because the replies were of no use" },
		{ "documents_incomplete", "lack what a server refused" },
		{ "documents_unjudged", "were not judged" },
		{ "documents_unmeasured", "were measured by words and not by embeddings" },
	};

	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++) {
		int64_t count = client_number(status, lacks[i].member);
		if (count)
			printf("%lld documents %s; the same command later does them again\n", (long long)count, lacks[i].what);
	}
}

void client_print_models(struct json_object *status)
{
	struct json_object *models = json_object_object_get(status, "models");
	int64_t waiting = client_number(status, "documents_waiting_for_a_server");

	if (!models || json_object_array_length(models) == 0)
		return;
	printf("%-20s %-8s %-8s %7s %6s %6s %7s %7s %6s %5s\n", "MODEL", "TIER", "STATE", "SLOTS", "QUEUED", "DONE", "ANSWERS", "S/CALL", "PAIRS", "KEPT");
	for (size_t i = 0; i < json_object_array_length(models); i++)
		print_model(json_object_array_get_idx(models, i));
	if (client_number(status, "model_switches"))
		printf("model switches %lld\n", (long long)client_number(status, "model_switches"));
	if (waiting)
		printf("%lld document%s for a model server to come back\n", (long long)waiting, waiting == 1 ? " waits" : "s wait");
	print_lacks(status);
	printf("\n");
}
