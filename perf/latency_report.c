/* latency_report.c: what was measured, for people and as JSON (perf/latency-pictures draws from that). */
#define _GNU_SOURCE
#include "perf/latency.h"

#include <stdio.h>

static const char *const before_names[LATENCY_BEFORE_COUNT] = { "hot", "slept", "slept, core awake" };

void latency_describe(const struct latency_row *row, char ret_text[48])
{
	snprintf(ret_text, 48, "%s, %s", row->one_core ? "one core" : "apart", before_names[row->before]);
}

static void describe_bytes(size_t bytes, char ret_text[32])
{
	if (bytes >= 1 << 20)
		snprintf(ret_text, 32, "%zu MiB", bytes >> 20);
	else if (bytes >= 1 << 10)
		snprintf(ret_text, 32, "%zu KiB", bytes >> 10);
	else
		snprintf(ret_text, 32, "%zu B", bytes);
}

/* --- for people ---------------------------------------------------------------------------------------------------- */

static void print_row(const struct latency_row *row)
{
	char how[48], bytes[32] = "";

	latency_describe(row, how);
	if (row->with_payload)
		describe_bytes(row->payload_bytes, bytes);
	printf("%-24s %-26s %-7s %-5s %9.2f %9.2f %9.2f %9.2f %9.2f %10.2f %9.2f %7zu\n", road_ops(row->road)->name, how, bytes,
	       !row->with_payload ? "" : row->read ? "read" : "not", row->min_us, row->p50_us, row->p90_us, row->p99_us, row->p999_us, row->max_us,
	       row->mean_us, row->count);
}

/* p50 of one condition, a line a road and a column a size. */
static void print_sizes(const struct latency *latency, const struct latency_row *first)
{
	printf("%-24s", road_ops(first->road)->name);
	for (size_t i = 0; i < LATENCY_SIZES; i++) {
		const struct latency_row *row = latency_find_payload(latency, first, latency_sizes[i]);
		if (row)
			printf(" %10.2f", row->p50_us);
	}
	printf("\n");
}

static void print_payloads(const struct latency *latency)
{
	char how[48], bytes[32];

	for (int mode = 0; mode < 8; mode++) {
		struct latency_row like = { .one_core = mode & 1, .before = mode & 2 ? LATENCY_SLEPT : LATENCY_HOT, .read = mode & 4 };
		bool headed = false;
		for (like.road = 0; like.road < ROAD_COUNT; like.road++) {
			if (!latency_find_payload(latency, &like, latency_sizes[0]))
				continue;
			latency_describe(&like, how);
			if (!headed) {
				printf("\np50, us: %s, payload %s\n%-24s", how, like.read ? "written before and read by the consumer" : "not read", "");
				for (size_t i = 0; i < LATENCY_SIZES; i++) {
					describe_bytes(latency_sizes[i], bytes);
					printf(" %10s", bytes);
				}
				printf("\n");
				headed = true;
			}
			print_sizes(latency, &like);
		}
	}
}

static void print_ratios(const struct latency *latency)
{
	if (latency->ratio_count > 0)
		printf("\nin turn, %d times: median of the quotients                        p50       p99\n", LATENCY_ROUNDS);
	for (size_t i = 0; i < latency->ratio_count; i++) {
		const struct latency_ratio *ratio = &latency->ratios[i];
		printf("%-24s against %-20s %-6s %9.4g %9.4g\n", road_ops(ratio->road)->name, road_ops(ratio->against)->name, before_names[ratio->before],
		       ratio->p50, ratio->p99);
	}
}

static void print_bars(const struct latency *latency)
{
	struct latency_bar bars[LATENCY_BARS_MAX];
	size_t count = latency_bars(latency, bars);

	if (count > 0)
		printf("\n%-62s %10s %10s\n", "against the bars", "wanted", "measured");
	for (size_t i = 0; i < count; i++) {
		const struct latency_bar *bar = &bars[i];
		char wanted[32] = "";
		if (bar->known)
			snprintf(wanted, sizeof(wanted), "%s %g", bar->at_least ? ">=" : "<=", bar->wanted);
		printf("%-62s %10s %10.4g %-4s%s\n", bar->what, wanted, bar->measured, bar->unit,
		       !bar->known ? "" : latency_bar_is_held(bar) ? "held" : "MISSED");
	}
}

void latency_print(const struct latency *latency)
{
	machine_print_facts(latency->facts, latency->fact_count);
	machine_print_noise("before", &latency->noise_before);
	machine_print_noise("after ", &latency->noise_after);
	printf("other programs used %.1f %% of the cores during the run%s\n", latency_others_percent(latency),
	       latency_others_percent(latency) > 2 ? ": NOISY, tails and wake-ups are not to be believed" : "");
	printf("\nround trip, us\n%-24s %-26s %-7s %-5s %9s %9s %9s %9s %9s %10s %9s %7s\n", "", "", "payload", "", "min", "p50", "p90", "p99", "p99.9",
	       "max", "mean", "n");
	for (size_t i = 0; i < latency->row_count; i++)
		print_row(&latency->rows[i]);
	print_payloads(latency);
	if (latency->rate_count > 0)
		printf("\none way, descriptors a second\n");
	for (size_t i = 0; i < latency->rate_count; i++) {
		const struct latency_rate *rate = &latency->rates[i];
		printf("%-24s batches of %2zu %14.0f\n", road_ops(rate->road)->name, rate->batch, rate->per_second);
	}
	print_ratios(latency);
	print_bars(latency);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------- */

static void write_row(struct json_writer *json, const struct latency_row *row)
{
	char how[48];

	latency_describe(row, how);
	json_object_open(json);
	json_member_string(json, "road", road_ops(row->road)->name);
	json_member_string(json, "how", how);
	if (row->with_payload) {
		json_member_unsigned(json, "payload_bytes", row->payload_bytes);
		json_member_boolean(json, "read", row->read);
	}
	json_member_fixed(json, "min", row->min_us, 3);
	json_member_fixed(json, "p50", row->p50_us, 3);
	json_member_fixed(json, "p90", row->p90_us, 3);
	json_member_fixed(json, "p99", row->p99_us, 3);
	json_member_fixed(json, "p99.9", row->p999_us, 3);
	json_member_fixed(json, "max", row->max_us, 3);
	json_member_fixed(json, "mean", row->mean_us, 3);
	json_member_unsigned(json, "n", row->count);
	json_key(json, "bins"); /* [from, to, samples], in us */
	json_array_open(json);
	for (size_t i = 0; i < LATENCY_BINS; i++) {
		if (row->bins[i] == 0)
			continue;
		json_array_open(json);
		json_fixed(json, latency_bin_low_us(i), 5);
		json_fixed(json, latency_bin_low_us(i + 1), 5);
		json_unsigned(json, row->bins[i]);
		json_array_close(json);
	}
	json_array_close(json);
	json_object_close(json);
}

static void write_rates(struct json_writer *json, const struct latency *latency)
{
	json_key(json, "one_way");
	json_array_open(json);
	for (size_t i = 0; i < latency->rate_count; i++) {
		json_object_open(json);
		json_member_string(json, "road", road_ops(latency->rates[i].road)->name);
		json_member_unsigned(json, "batch", latency->rates[i].batch);
		json_member_fixed(json, "per_second", latency->rates[i].per_second, 0);
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_ratios(struct json_writer *json, const struct latency *latency)
{
	json_key(json, "in_turn");
	json_array_open(json);
	for (size_t i = 0; i < latency->ratio_count; i++) {
		const struct latency_ratio *ratio = &latency->ratios[i];
		json_object_open(json);
		json_member_string(json, "road", road_ops(ratio->road)->name);
		json_member_string(json, "against", road_ops(ratio->against)->name);
		json_member_string(json, "before", before_names[ratio->before]);
		json_member_fixed(json, "p50", ratio->p50, 5);
		json_member_fixed(json, "p99", ratio->p99, 5);
		json_object_close(json);
	}
	json_array_close(json);
}

static void write_bars(struct json_writer *json, const struct latency *latency)
{
	struct latency_bar bars[LATENCY_BARS_MAX];
	size_t count = latency_bars(latency, bars);

	json_key(json, "bars");
	json_array_open(json);
	for (size_t i = 0; i < count; i++) {
		const struct latency_bar *bar = &bars[i];
		json_object_open(json);
		json_member_string(json, "what", bar->what);
		json_member_fixed(json, "measured", bar->measured, 5);
		json_member_string(json, "unit", bar->unit);
		if (bar->known) {
			json_member_fixed(json, bar->at_least ? "at_least" : "at_most", bar->wanted, 3);
			json_member_boolean(json, "held", latency_bar_is_held(bar));
		}
		json_object_close(json);
	}
	json_array_close(json);
}

int latency_write_json(const struct latency *latency, const char *path)
{
	struct buffer text;
	struct json_writer json;

	buffer_init(&text, 16 << 20);
	json_init(&json, &text, 0);
	json_object_open(&json);
	machine_write_facts(&json, latency->facts, latency->fact_count);
	json_member_boolean(&json, "two_cores", latency->two_cores);
	machine_write_noise(&json, "noise_before", &latency->noise_before);
	machine_write_noise(&json, "noise_after", &latency->noise_after);
	json_member_fixed(&json, "other_programs_percent", latency_others_percent(latency), 2);
	json_key(&json, "round_trips_us");
	json_array_open(&json);
	for (size_t i = 0; i < latency->row_count; i++)
		write_row(&json, &latency->rows[i]);
	json_array_close(&json);
	write_rates(&json, latency);
	write_ratios(&json, latency);
	write_bars(&json, latency);
	json_object_close(&json);
	int status = machine_write_file("latency", path, &text);
	buffer_done(&text);
	return status;
}
