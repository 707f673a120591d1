#define _GNU_SOURCE
#include "coordinator/summary.h"

#include "base/clock.h"
#include "base/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static uint64_t record_count(const struct finalise_summary *summary)
{
	return summary->pairs[FINALISE_TRAIN] + summary->pairs[FINALISE_VALID] + summary->pairs[FINALISE_TEST];
}

static void write_dataset_members(struct json_writer *json, const char *output, const struct finalise_summary *summary)
{
	json_member_string(json, "output", output);
	json_member_unsigned(json, "records", record_count(summary));
	json_key(json, "splits");
	json_object_open(json);
	for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
		json_member_unsigned(json, finalise_split_name(split), summary->pairs[split]);
	json_object_close(json);
	json_member_fixed(json, "mean_quality", summary->mean_quality, 2);
	json_member_unsigned(json, "documents", summary->documents);
	json_member_unsigned(json, "rejected_documents", summary->rejected_documents);
	json_member_unsigned(json, "failed_documents", summary->failed_documents);
	json_member_unsigned(json, "archives", summary->archives);
	json_member_unsigned(json, "images", summary->images.files + summary->images.embedded);
	json_member_unsigned(json, "missing_images", summary->images.missing_references);
	json_member_unsigned(json, "tables", summary->tables);
	json_member_unsigned(json, "refused_pairs", summary->refused_pairs);
	json_member_unsigned(json, "duplicate_pairs", summary->duplicate_pairs);
	json_member_fixed(json, "pattern_diversity", summary->questions.diversity, 4);
	json_member_boolean(json, "questions_various", summary->questions.first_word_held && summary->questions.pattern_held && summary->questions.diversity_held);
}

/* User and system time of the processes that were waited for: the workers. */
static double workers_cpu_s(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage) < 0)
		return 0;
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* --- what models cost ------------------------------------------------------------------------------------------------- */

struct accounts {
	const struct run *run;
	struct json_writer *json; /* NULL: for people */
};

struct spent { /* in this run; the record of calls goes back to the first one */
	struct model_sums sums;
	bool writes, measures;
};

/* A model that was left out in the settings is the one that the probe found. */
static bool is_of(const struct run *run, uint32_t index, const char *model)
{
	const struct model_settings *settings = &run->settings->models[index];

	if (settings->model[0] && strcmp(settings->model, model) == 0)
		return true;
	return strcmp(run->models.groups[index].model, model) == 0 || (!settings->model[0] && strcmp(model_address(settings), model) == 0);
}

/* Pairs are those of who wrote them, when a model writes and judges. */
static struct spent spent_on(const struct run *run, const char *model)
{
	struct spent spent = { .measures = true };

	for (uint32_t i = 0; i < run->models.count; i++)
		spent.writes |= is_of(run, i, model) && run->models.groups[i].use == MODEL_GENERATE;
	for (uint32_t i = 0; i < run->models.count; i++) {
		const struct model_group *group = &run->models.groups[i];
		if (!is_of(run, i, model))
			continue;
		spent.measures &= group->use == MODEL_EMBEDDINGS;
		spent.sums.accepted += !spent.writes || group->use == MODEL_GENERATE ? group->sums.accepted : 0;
		spent.sums.calls += group->sums.calls;
		spent.sums.prompt_tokens += group->sums.prompt_tokens;
		spent.sums.completion_tokens += group->sums.completion_tokens;
	}
	return spent;
}

static void print_account(const struct state_calls *calls, const struct spent *spent)
{
	if (spent->measures && calls->embeddings) {
		printf("%s: %" PRId64 " pairs measured, %" PRId64 " tokens read, %.0f s\n", calls->model, calls->usable, calls->prompt_tokens,
		       (double)calls->duration_ms / 1e3);
		return;
	}
	printf("%s: %" PRId64 " calls, %" PRId64 " usable (%" PRId64 " after mending), %" PRId64 " tokens read, %" PRId64 " written, %.0f s", calls->model,
	       calls->calls, calls->usable, calls->mended, calls->prompt_tokens, calls->completion_tokens, (double)calls->duration_ms / 1e3);
	if (spent->sums.accepted && spent->sums.prompt_tokens)
		printf("; %.0f tokens read and %.0f written for each pair of this run", (double)spent->sums.prompt_tokens / (double)spent->sums.accepted,
		       (double)spent->sums.completion_tokens / (double)spent->sums.accepted);
	else if (spent->sums.calls && !spent->sums.accepted)
		printf("; no pair of it was kept in this run%s", spent->writes ? " (rejected.jsonl says why)" : "");
	printf("\n");
}

static int add_account(void *context, const struct state_calls *calls)
{
	const struct accounts *accounts = context;
	struct json_writer *json = accounts->json;
	struct spent spent = spent_on(accounts->run, calls->model);
	uint64_t tokens = spent.sums.prompt_tokens + spent.sums.completion_tokens;

	if (!json) {
		print_account(calls, &spent);
		return 0;
	}
	json_object_open(json);
	state_calls_write(calls, json);
	json_member_fixed(json, "tokens_per_s", calls->duration_ms ? (double)calls->completion_tokens / ((double)calls->duration_ms / 1e3) : 0, 1);
	json_member_unsigned(json, "calls_of_this_run", spent.sums.calls);
	json_member_unsigned(json, "pairs_of_this_run", spent.sums.accepted);
	json_member_fixed(json, "tokens_per_pair", spent.sums.accepted ? (double)tokens / (double)spent.sums.accepted : 0, 1);
	json_object_close(json);
	return 0;
}

/* Pairs of models alone were asked for, and some documents have others for want of them. */
static bool lacks_models(const struct run *run)
{
	return strcmp(run->settings->generate.mode, "models") == 0 && run->models.fell_back + run->models.unusable > 0;
}

/* A line for each thing that the same command later makes good. */
static void print_lacks(const struct run *run)
{
	const struct { uint64_t count; enum model_use use; const char *one, *many, *again; } lacks[] = {
		{ run->models.fell_back, MODEL_GENERATE, "1 document was finished by the built-in generator because no model could be used",
		  "%" PRIu64 " documents were finished by the built-in generator because no model could be used", "do them with a model" },
		{ run->models.unusable, MODEL_GENERATE, "1 document was finished by the built-in generator because the replies were of no use",
		  "%" PRIu64 " documents were finished by the built-in generator because the replies were of no use",
		  "ask again, or with other settings of the model (docs/models.md: troubleshooting)" },
		{ run->models.incomplete, MODEL_GENERATE, "1 document lacks what a server refused", "%" PRIu64 " documents lack what a server refused", "ask again" },
		{ run->models.unjudged, MODEL_JUDGE, "the pairs of 1 document were not judged", "the pairs of %" PRIu64 " documents were not judged", "have them judged" },
		{ run->models.unmeasured, MODEL_EMBEDDINGS, "the pairs of 1 document were measured by words and not by embeddings",
		  "the pairs of %" PRIu64 " documents were measured by words and not by embeddings", "measure them" },
	};
	char trouble[2048];

	for (size_t i = 0; i < COUNT_OF(lacks); i++) {
		if (lacks[i].count == 0)
			continue;
		models_format_trouble(run, lacks[i].use, trouble, sizeof(trouble));
		printf(lacks[i].count == 1 ? lacks[i].one : lacks[i].many, lacks[i].count);
		printf("%s%s%s; run the same command again to %s\n", trouble[0] ? " (" : "", trouble, trouble[0] ? ")" : "", lacks[i].again);
	}
	if (lacks_models(run))
		printf("Not all of this is what was asked for: generate.mode is models, and the documents named above have built-in pairs.\n");
}

/* `json` NULL: lines on standard output. */
static void write_accounts(const struct run *run, struct json_writer *json)
{
	struct accounts accounts = { run, json };
	struct error_text error;

	if (json) {
		models_write_json(run, json);
		json_key(json, "model_calls");
		json_array_open(json);
	}
	if (run->state && state_for_each_model(run->state, add_account, &accounts, &error) < 0)
		log_warning("the accounts of model calls cannot be read: %s", error.message);
	if (json)
		json_array_close(json);
	else
		print_lacks(run);
}

static void write_run_members(struct json_writer *json, const struct run *run)
{
	const struct run_stats *stats = &run->stats;

	json_key(json, "run");
	json_object_open(json);
	json_member_fixed(json, "elapsed_s", (double)(clock_monotonic_ns() - run->started_ns) / 1e9, 3);
	json_member_fixed(json, "processing_s", (double)(run->processed_ns - run->started_ns) / 1e9, 3);
	json_member_fixed(json, "coordinator_cpu_s", (double)run->processing_cpu_ns / 1e9, 3);
	json_member_fixed(json, "workers_cpu_s", workers_cpu_s(), 3);
	json_member_unsigned(json, "files", stats->taken_files);
	json_member_unsigned(json, "bytes", stats->taken_bytes);
	json_member_unsigned(json, "members", stats->found_members);
	json_member_unsigned(json, "unchanged", stats->unchanged);
	json_member_unsigned(json, "worker_deaths", stats->worker_deaths);
	json_member_unsigned(json, "retries", stats->retries);
	json_member_unsigned(json, "stale_results", stats->stale_results);
	json_member_unsigned(json, "bad_messages", stats->bad_messages);
	json_member_unsigned(json, "lane_rescues", lanes_rescues(run));
	json_member_unsigned(json, "by_descriptor", stats->by_descriptor);
	control_write_files(run, json);
	json_member_unsigned(json, "commits", stats->commits);
	json_member_fixed(json, "preprocess_s", (double)stats->preprocess_ns / 1e9, 3);
	json_member_fixed(json, "generate_s", (double)stats->generate_ns / 1e9, 3);
	write_accounts(run, json);
	json_object_close(json);
}

static void print_json(const struct run *run, const char *output, const struct finalise_summary *summary)
{
	struct buffer text;
	struct json_writer json;

	buffer_init(&text, 1 << 20);
	json_init(&json, &text, 2);
	json_object_open(&json);
	write_dataset_members(&json, output, summary);
	if (run)
		write_run_members(&json, run);
	json_object_close(&json);
	printf("%s\n", buffer_string(&text));
	buffer_done(&text);
}

/* Everything that was asked for is there. */
static bool is_success(const struct finalise_summary *summary)
{
	return (summary->preprocess_only ? summary->documents : record_count(summary)) > 0 && summary->failed_documents == 0;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static const char *why_nothing(const struct finalise_summary *summary)
{
	if (summary->refused_pairs)
		return "no conversation passed the gates (see rejected.jsonl)";
	if (summary->documents)
		return "the documents say too little to ask about ('coordinator extract FILE' shows what is found in one)";
	if (summary->rejected_documents + summary->failed_documents)
		return "no document was converted (see rejected.jsonl and failed.jsonl)";
	return "no document was found in the input";
}

/* Said only when something is not as it should be. */
static void print_questions(const struct diversity_summary *questions)
{
	if (!questions->first_word_held)
		printf("Warning: %.1f %% of the questions begin with \"%s\"; at most %.1f %% should.\n", 100 * questions->first_words.items[0].share,
		       questions->first_words.items[0].text, 100 * questions->first_word_max);
	if (!questions->pattern_held)
		printf("Warning: %.1f %% of the questions begin like \"%s\"; at most %.1f %% should.\n", 100 * questions->beginnings.items[0].share,
		       questions->beginnings.items[0].text, 100 * questions->pattern_max);
	if (!questions->diversity_held)
		printf("Warning: the questions are worded too much alike: diversity of their patterns %.2f, more than %.2f is wanted.\n", questions->diversity,
		       questions->diversity_min);
	if (!questions->first_word_held || !questions->pattern_held || !questions->diversity_held)
		printf("  More documents of other kinds, wordings in the domain pack, or a model with a higher generate.rewrite help; report.html shows the "
		       "questions that are asked most.\n");
}

static void print_text(const char *output, const struct finalise_summary *summary)
{
	if (summary->preprocess_only)
		printf("%s/markdown and %s/extractions.jsonl; no conversations (--stages preprocess)", output, output);
	else
		printf("%" PRIu64 " record%s in %s", record_count(summary), plural(record_count(summary)), output);
	if (record_count(summary))
		printf(": train %" PRIu64 ", valid %" PRIu64 ", test %" PRIu64 "; mean quality %.1f of 10", summary->pairs[FINALISE_TRAIN],
		       summary->pairs[FINALISE_VALID], summary->pairs[FINALISE_TEST], summary->mean_quality);
	uint64_t images = summary->images.files + summary->images.embedded;
	printf("\n%" PRIu64 " document%s converted, %" PRIu64 " rejected, %" PRIu64 " failed", summary->documents, plural(summary->documents),
	       summary->rejected_documents, summary->failed_documents);
	if (summary->archives)
		printf(", %" PRIu64 " archive%s opened", summary->archives, plural(summary->archives));
	if (images)
		printf(", %" PRIu64 " image%s kept", images, plural(images));
	if (summary->images.missing_references)
		printf(", %" PRIu64 " reference%s to images that are not there", summary->images.missing_references, plural(summary->images.missing_references));
	if (!summary->preprocess_only)
		printf("\n%" PRIu64 " pair%s refused by the gates, %" PRIu64 " duplicate%s removed", summary->refused_pairs, plural(summary->refused_pairs),
		       summary->duplicate_pairs, plural(summary->duplicate_pairs));
	printf("\n");
	print_questions(&summary->questions);
	printf("Next: %s/README.md describes the dataset", output);
	if (summary->rejected_documents || summary->refused_pairs)
		printf("; rejected.jsonl says what was left out and why");
	if (summary->failed_documents)
		printf("; failed.jsonl says what could not be read");
	printf(".\n");
	if (record_count(summary) == 0 && !(summary->preprocess_only && summary->documents))
		printf("No record was produced: %s.\n", why_nothing(summary));
}

bool summary_print_dataset(const char *output, const struct finalise_summary *summary, bool json)
{
	if (json)
		print_json(NULL, output, summary);
	else
		print_text(output, summary);
	return is_success(summary);
}

bool summary_print(const struct run *run, const struct finalise_summary *summary)
{
	double seconds = (double)(clock_monotonic_ns() - run->started_ns) / 1e9;

	if (run->request.json) {
		print_json(run, run->request.output, summary);
	} else {
		print_text(run->request.output, summary);
		printf("%.1f s, %" PRIu64 " file%s, %.1f MB", seconds, run->stats.taken_files, plural(run->stats.taken_files), (double)run->stats.taken_bytes / 1e6);
		if (run->stats.unchanged)
			printf(", %" PRIu64 " document%s unchanged since an earlier run", run->stats.unchanged, plural(run->stats.unchanged));
		if (run->stats.worker_deaths)
			printf(", %" PRIu64 " workers died and were replaced", run->stats.worker_deaths);
		printf("\n");
		write_accounts(run, NULL);
	}
	return is_success(summary) && !lacks_models(run);
}
