/* test_fact_gate.c: what the fact gate lets through and what it catches: single cases, and rates over generated passages with
 * planted errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/fact_asserts.h"
#include "tests/unit/support.h"
#include "workers/inference/generate.h"
#include "workers/inference/passage.h"

static void test_formatting_is_no_content(void **state)
{
	(void)state;
	assert_passes("The limit is 1000 UEs and 10% of them.", "At most 1,000 UEs, that is 10 % of them.");
	assert_passes("The limit is 1,000.", "It is 1000.");
	assert_passes("Values are 0, 100 and 200.", "Values: 0,100,200");
	assert_passes("**INTERNAL_PROC_RA** is sent.", "INTERNAL\\_PROC\\_RA is sent.");
	assert_passes("The margin is 0.5 dB.", "a margin of 0.50 dB");
	assert_passes("The level is -110 dBm.", "a level of \xE2\x88\x92" "110 dBm");
	assert_passes("1. Read it.\n2. Set it.\n3. Check it.", "Read it, set it, check it.");
	assert_passes("It takes 10ms.", "10 ms");
	assert_passes("An UE is refused.", "UEs are refused.");
	assert_passes("", "");
	assert_passes("Nothing is claimed here at all.", "");
}

static void test_invented_words_are_refused(void **state)
{
	(void)state;
	assert_refused_for("It takes 11 ms.", "It takes 10 ms.", "11");
	assert_refused_for("It takes 10 s.", "It takes 10 ms.", "10");
	assert_refused_for("It takes 10 s.", "It takes 10 ms, the other one 20 s.", "10");
	assert_refused_for("The state is `OFF`.", "The state is ON.", "OFF");
	assert_refused_for("The state is `disabled`.", "The state is enabled.", "disabled");
	assert_refused_for("`EUtranCellTDD.cellRange` is set.", "EUtranCellFDD.cellRange is set.", "EUtranCellTDD.cellRange");
	assert_refused_for("Set cellRanges now.", "Set cellRange now.", "cellRanges");
	assert_refused_for("See FAJ 121 4712.", "FAJ 121 4711", "4712");
	assert_refused_for("Licence CXC4011809.", "CXC4011808", "CXC4011809");
	assert_refused_for("It is used with Mimo Sleep here.", "It is used with Cell Sleep here.", "Mimo");
	assert_refused_for("The level is -110 dBm.", "a level of 110 dBm", "-110");
	assert_refused_for("Version 15.2.1 is needed.", "Version 15.2.0 is needed.", "15.2.1");
}

static void test_values_belong_to_their_attribute(void **state)
{
	(void)state;
	const char *table = "| Parameter | Range | Default |\n| --- | --- | --- |\n| EUtranCellFDD.cellRange | 1..100 | 15 |\n"
			    "| EUtranCellFDD.qHyst | 0..30 | 4 |\n";
	assert_passes("The default of `EUtranCellFDD.cellRange` is 15.", table);
	assert_refused_for("The default of `EUtranCellFDD.cellRange` is 4.", table, "4");
	assert_refused_for("`EUtranCellFDD.qHyst` has the default 15.", table, "15");
	const char *lines = "- **cellRange**: the range.\n  MO Class: EUtranCellFDD\n  Valid Values: 1..100\n  Default: 15\n";
	assert_passes("`EUtranCellFDD.cellRange` is an attribute. Its default is `15`.", lines);
	assert_refused_for("`EUtranCellFDD.cellRange` is an attribute. Its default is `100`.", lines, "100");
	assert_passes("Both `EUtranCellFDD.cellRange` and `EUtranCellFDD.qHyst` are set: 15 and 4.", table);
}

static void test_commands(void **state)
{
	(void)state;
	const char *source = "EUtranCellFDD.cellRange has the default 15 and the range 1..100. The licence is CXC4011808.";
	assert_passes("```\ncmedit get * EUtranCellFDD.cellRange -t\ncmedit set * EUtranCellFDD.cellRange 100 --preview\n```", source);
	assert_passes("`cmedit set * FeatureState=CXC4011808 featureState=ACTIVATED`", source);
	assert_refused_for("`cmedit set * EUtranCellFDD.cellRange 101`", source, "101");
	assert_refused_for("`cmedit set * FeatureState=CXC4011800 featureState=ACTIVATED`", source, "CXC4011800");
}

static void test_other_commands_are_taken_whole(void **state)
{
	(void)state;
	const char *source = "Create it:\n\n```\nlbtool create pool north --size 3\n```\n\nChange it:\n\n```\nlbtool set pool south --limit 7\n```\n";
	assert_passes("Run `lbtool create pool north --size 3`.", source);
	assert_passes("```bash\nlbtool set pool south --limit 7\n```", source); /* the language of a block is no fact */
	assert_refused_for("Run `lbtool create pool south --size 3`.", source, "south");
	assert_refused_for("Run `lbtool create pool north --size 7`.", source, "7");
	assert_refused_for("Run `lbtool create pool north --limit 3`.", source, "limit");
	assert_refused_for("Add the option --force to it.", source, "force");
}

static void test_units_and_numbers_in_words(void **state)
{
	(void)state;
	assert_passes("It takes 10 milliseconds and 5 percent.", "It takes 10 ms and 5 %.");
	assert_passes("After five minutes.", "After 5 min.");
	assert_passes("After 5 minutes.", "After five minutes.");
	assert_refused_for("After six minutes.", "After 5 minutes.", "six");
	assert_refused_for("It takes 1 second.", "It takes 1000 ms.", "1"); /* that they are the same is arithmetic */
	assert_refused_for("It begins at 23:30.", "It begins at 23:00.", "23:30");
	assert_passes("The value **225** (dBm) applies.", "The value is 225 dBm.");
	assert_refused_for("The value **225** (W) applies.", "The value is 225 dBm.", "225");
}

static void test_values_belong_to_the_words_of_their_clause(void **state)
{
	(void)state;
	const char *source = "The guard time is 200 ms for handover and 500 ms for paging. A beam is kept for 4 s.";
	assert_passes("For paging it is 500 ms, for handover 200 ms.", source);
	assert_passes("Handover and paging are guarded by timers of 200 ms and 500 ms, respectively.", source);
	assert_refused_for("For handover the guard time is 500 ms.", source, "500");
	assert_refused_for("The guard time is 500 ms for handover and 200 ms for paging.", source, "500");
	const char *table = "| Alarm | Severity |\n| --- | --- |\n| FanFault | MAJOR |\n| ClockDrift | MINOR |\n";
	assert_passes("ClockDrift is `MINOR`, FanFault is `MAJOR`.", table);
	assert_refused_for("The severity of FanFault is MINOR.", table, "MINOR");
}

static void test_comparisons_and_states(void **state)
{
	(void)state;
	const char *source = "At most 320 UEs are served, and the load is above 85 %. Quiet Uplink is disabled by default, Beam Guard is enabled.";
	assert_passes("Up to 320 UEs are served.", source);
	assert_passes("No more than 320 UEs are served while the load exceeds 85 %.", source);
	assert_passes("More than 320 UEs are not served.", source); /* the complement says the same */
	assert_refused_for("At least 320 UEs are served.", source, "320");
	assert_refused_for("The load is below 85 %.", source, "85");
	assert_passes("By default, Quiet Uplink is disabled.", source);
	assert_refused_for("Quiet Uplink is enabled by default.", source, "enabled");
	assert_refused_for("The value is false.", "The value is true.", "false");
	assert_passes("The value is not false.", "The value is not false.");
}

static void test_units_with_signs_and_slashes(void **state)
{
	(void)state;
	assert_passes("It runs hot above 70\xC2\xB0" "C.", "It runs hot above 70 \xC2\xB0" "C.");
	assert_refused_for("It runs hot above 70 \xC2\xB0" "F.", "It runs hot above 70 \xC2\xB0" "C.", "70");
	assert_passes("The line carries 20 Mbps.", "The line carries 20 Mbit/s.");
	assert_refused_for("The line carries 20 Mbit.", "The line carries 20 Mbit/s.", "20");
	assert_refused_for("The line carries 20 MB/s.", "The line carries 20 Mbit/s.", "20");
	assert_refused_for("The disk holds 80 GB/s.", "The disk holds 80 GB and reads 2 GB/s.", "80");
	assert_passes("It lies between 5\xC2\xB0" "C and 30 \xC2\xB0" "C.", "It lies between 5 and 30 \xC2\xB0" "C.");
}

static void test_ordinals(void **state)
{
	(void)state;
	const char *source = "After a third timeout the peer is dropped. The fifth one is logged.";
	assert_passes("The peer is dropped after the 3rd timeout.", source);
	assert_passes("Third, the peer is dropped. Fourth, it is logged.", "The peer is dropped. It is logged.");
	assert_passes("The third step stops it.", "1. Read it.\n2. Check it.\n3. Stop it.\n");
	assert_refused_for("The peer is dropped after the fourth timeout.", source, "fourth");
	assert_refused_for("The peer is dropped after the 4th timeout.", source, "4th");
	assert_passes("The fifth one is logged.", "The 5th one is logged.");
}

static void test_comparatives_come_in_pairs(void **state)
{
	(void)state;
	const char *source = "A peer that answers slower than 40 kbps is dropped. A copy older than 9 days is removed. Signals weaker than -95 dBm are ignored.";
	assert_passes("Peers slower than 40 kbps are dropped, signals below -95 dBm ignored.", source);
	assert_refused_for("A peer that answers faster than 40 kbps is dropped.", source, "40");
	assert_refused_for("A copy newer than 9 days is removed.", source, "9");
	assert_refused_for("Signals stronger than -95 dBm are ignored.", source, "-95");
}

static void test_answers_in_other_words(void **state)
{
	(void)state;
	assert_passes("Three states exist: idle, busy and broken.", "The states are idle, busy and broken.");
	assert_refused_for("There are three states.", "The states are idle, busy and broken.", "three");
	assert_passes("The DisplayPort is lit, i.e. it works.", "The Display Port is lit and works.");
	assert_passes("It lasts 350 000 hours at 25 degrees Celsius.", "350,000 h at 25 \xC2\xB0" "C");
	assert_passes("HARQ has a budget of 350 \xC2\xB5s.", "harq:\n  budget_us: 350\n");
	assert_passes("Die Spannung wird nach sechs Stunden gemessen.", "Gemessen wird die Zellenspannung und der Strom nach 6 Stunden; das ist die Regel bei Bedarf.");
	assert_refused_for("Compression is on by default.", "Compression (`off` by default) saves room. Checksums are on.", "on");
	const char *table = "| Sensor | Range | Unit |\n| --- | --- | --- |\n| Load | 0..100 | % |\n";
	assert_passes("The load lies between 0 and 100 percent.", table);
	assert_refused_for("The load lies between 0 and 100 ms.", table, "100");
}

static void test_what_a_pronoun_stands_for(void **state)
{
	(void)state;
	const char *source = "The watchdog raises the margin by 4 dB after each lost frame and lowers it by 1 dB after each good frame.";
	assert_passes("After each good frame it is lowered by 1 dB.", source);
	assert_refused_for("The watchdog raises the margin by 1 dB after each lost frame and lowers it by 4 dB after each good frame.", source, "1");
	assert_passes("Eight workers are started without `--threads`.", "With `--threads N` there are N workers, 32 at most; without it 8 are started.");
}

static void test_values_glued_to_letters_have_a_kind(void **state)
{
	(void)state;
	const char *source = "Control frames are sent with 4PSK, payload with 32PSK.";
	assert_passes("For payload 32PSK is used.", source);
	assert_refused_for("For payload 4PSK is used.", source, "4PSK");
}

static void test_numbers_without_their_unit(void **state)
{
	(void)state;
	const char *source = "The journal is cut at 80 MB, and 6 copies of it remain.";
	assert_passes("There remain 6 copies.", source);
	assert_refused_for("There remain 80 copies.", source, "80");
}

static void test_frequent_words_decide_when_no_other_does(void **state)
{
	(void)state;
	const char *source = "The option chooses the depth: 0 reads all, 1 reads the head, 2 reads nothing; 1 is the default.";
	assert_passes("1 is the default.", source);
	assert_refused_for("The default is 2.", source, "2");
}

static void test_a_passage_is_indexed_once(void **state)
{
	(void)state;
	struct passage passage;
	struct passage_verdict verdict;
	passage_init(&passage, fact_asserts_domain());
	static const struct { const char *source; bool has_ten; } steps[] = { { "It takes 10 ms.", true }, { "It takes 10 ms.", true }, { "It takes 20 ms.", false },
		{ "", false }, { "It takes 10 ms.", true } };
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		assert_int_equal(passage_index(&passage, text_from(steps[i].source)), 0);
		passage_check(&passage, TEXT_LITERAL("It takes 10 ms."), &verdict);
		assert_true((verdict.supported == verdict.facts) == steps[i].has_ten);
	}
	passage_done(&passage);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	struct text word;
	size_t bytes = 1 << 20;
	char *text = malloc(bytes);
	assert_non_null(text);
	const char *fills[] = { "1,", "10 ms, ", "ab MAJOR ", "|aB 1", "not off or ", "a.", "`", "\\_", "1.1.", "|", "\xE2\x88\x92", "aB", "9" };
	for (size_t f = 0; f < COUNT_OF(fills); f++) {
		size_t step = strlen(fills[f]);
		for (size_t i = 0; i < bytes; i++)
			text[i] = fills[f][i % step];
		(void)fact_gate(fact_asserts_domain(), (struct text){ text, bytes }, (struct text){ text, bytes }, &word);
	}
	struct support_random random = { 7 };
	for (size_t i = 0; i < bytes; i++)
		text[i] = (char)support_random_next(&random);
	(void)fact_gate(fact_asserts_domain(), (struct text){ text, bytes }, (struct text){ text, bytes }, &word);
	free(text);
}

/* --- rates --- */

enum { PASSAGES = 3000, PARAMETERS = 5, NAME_BYTES = 64, TEXT_BYTES = 4096 };

struct parameter {
	char class[NAME_BYTES], attribute[NAME_BYTES], unit[16], off[NAME_BYTES], on[NAME_BYTES];
	unsigned low, high, initial;
};

struct facts { /* of one passage; an answer states those of the first parameter */
	struct parameter parameters[PARAMETERS];
	char feature[NAME_BYTES];
	unsigned delay, share;
	char delay_unit[16];
};

static const char *const classes[] = { "EUtranCellFDD", "EUtranCellTDD", "NRCellDU", "NRCellCU", "ENodeBFunction", "SectorCarrier", "AdmissionControl" };
static const char *const subjects[] = { "drx", "load", "range", "sleep", "report", "paging", "rach", "scell", "beam", "power", "access", "bearer" };
static const char *const roles[] = { "Timer", "Threshold", "Limit", "Offset", "Window", "Interval", "Count", "Margin", "Delay", "Share" };
static const char *const units[] = { "ms", "s", "dB", "dBm", "kHz", "km", "min", "bit" };
static const char *const words[] = { "Idle", "Carrier", "Sleep", "Guard", "Beam", "Power", "Sharing", "Range", "Access", "Boost", "Relay", "Sector" };
static const char *const modes[] = { "OFF", "ON", "AUTO", "BASIC", "EXTENDED", "STRICT", "RELAXED", "LOCKED", "UNLOCKED", "FAST", "SLOW", "FULL" };

#define PICK(random, array) ((array)[support_random_below((random), COUNT_OF(array))])

static void make_facts(struct support_random *random, struct facts *facts)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		struct parameter *p = &facts->parameters[i];
		snprintf(p->class, NAME_BYTES, "%s", PICK(random, classes));
		snprintf(p->attribute, NAME_BYTES, "%s%s%zu", PICK(random, subjects), PICK(random, roles), i);
		snprintf(p->unit, sizeof(p->unit), "%s", PICK(random, units));
		p->low = (unsigned)support_random_below(random, 20);
		p->high = p->low + 30 + (unsigned)support_random_below(random, 5000);
		p->initial = p->low + 1 + (unsigned)support_random_below(random, p->high - p->low - 2);
		size_t mode = support_random_below(random, COUNT_OF(modes));
		snprintf(p->off, NAME_BYTES, "%s_%zu", modes[mode], i);
		snprintf(p->on, NAME_BYTES, "%s_%zu", modes[(mode + 1 + support_random_below(random, COUNT_OF(modes) - 1)) % COUNT_OF(modes)], i);
	}
	snprintf(facts->feature, NAME_BYTES, "%s %s", PICK(random, words), PICK(random, words));
	facts->delay = 5000 + (unsigned)support_random_below(random, 3000);
	facts->share = 1 + (unsigned)support_random_below(random, 99);
	snprintf(facts->delay_unit, sizeof(facts->delay_unit), "%s", PICK(random, units));
}

static int write_table(const struct facts *facts, char *out)
{
	int bytes = snprintf(out, TEXT_BYTES, "## Parameters\n\n| Parameter | Description | Range | Default | Unit | Modes |\n| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *p = &facts->parameters[i];
		bytes += snprintf(out + bytes, TEXT_BYTES - (size_t)bytes, "| %s.%s | Sets the value for the cell. | %u..%u | %u | %s | %s, %s |\n", p->class,
				  p->attribute, p->low, p->high, p->initial, p->unit, p->off, p->on);
	}
	return bytes;
}

static int write_list(const struct facts *facts, char *out)
{
	int bytes = 0;
	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *p = &facts->parameters[i];
		bytes += snprintf(out + bytes, TEXT_BYTES - (size_t)bytes,
				  "- **%s**: sets the value for the cell.\n  MO Class: %s\n  Valid Values: %u to %u\n  Default: %u\n  Unit: %s\n  Modes: %s, %s\n\n",
				  p->attribute, p->class, p->low, p->high, p->initial, p->unit, p->off, p->on);
	}
	return bytes;
}

static void write_source(const struct facts *facts, bool table, char *out)
{
	int bytes = table ? write_table(facts, out) : write_list(facts, out);
	snprintf(out + bytes, TEXT_BYTES - (size_t)bytes, "\nWith %s the cell waits for %u %s when the load is above %u %%. Then it reports.\n", facts->feature,
		 facts->delay, facts->delay_unit, facts->share);
}

static void write_number(char *out, size_t capacity, unsigned number, bool grouped)
{
	if (grouped && number >= 1000)
		snprintf(out, capacity, "%u,%03u", number / 1000, number % 1000);
	else
		snprintf(out, capacity, "%u", number);
}

static void write_answer(const struct facts *facts, unsigned style, char *out)
{
	const struct parameter *p = &facts->parameters[0];
	char high[16], initial[16], delay[16];
	write_number(high, sizeof(high), p->high, style & 1);
	write_number(initial, sizeof(initial), p->initial, style & 1);
	write_number(delay, sizeof(delay), facts->delay, style & 2);
	if (style & 4)
		snprintf(out, TEXT_BYTES,
			 "`%s.%s` sets the value for the cell. The range is `%u..%s`, the default is `%s`, and the unit is `%s`.\n\nIts modes are:\n- `%s`\n- `%s`\n\n"
			 "With %s the cell waits for %s %s when the load is above %u%%.",
			 p->class, p->attribute, p->low, high, initial, p->unit, p->off, p->on, facts->feature, delay, facts->delay_unit, facts->share);
	else
		snprintf(out, TEXT_BYTES,
			 "The attribute `%s` belongs to %s.\n\n1. Range: %u to %s.\n2. Default: %s.\n3. Unit: `%s`.\n4. Mode: %s or %s.\n\n"
			 "When the load is above %u %%, the cell waits for %s%s with %s.",
			 p->attribute, p->class, p->low, high, initial, p->unit, p->off, p->on, facts->share, delay, facts->delay_unit, facts->feature);
}

enum planted {
	PLANT_DEFAULT, PLANT_DEFAULT_OF_OTHER, PLANT_DEFAULT_IS_END, PLANT_HIGH, PLANT_HIGH_OF_OTHER, PLANT_DIGIT, PLANT_UNIT, PLANT_UNIT_OF_OTHER, PLANT_DELAY,
	PLANT_DELAY_UNIT, PLANT_SHARE, PLANT_ATTRIBUTE, PLANT_ATTRIBUTE_OF_OTHER, PLANT_CLASS, PLANT_MODE, PLANT_MODE_OF_OTHER, PLANT_FEATURE, PLANT_COUNT
};
static const char *const planted_names[PLANT_COUNT] = { "default", "default of another", "range's end as default", "range", "range of another", "one digit",
	"unit", "unit of another", "number in prose", "unit in prose", "share", "attribute", "attribute of another", "class", "mode", "mode of another", "feature" };

static const char *other_of(struct support_random *random, const char *const *array, size_t count, const char *had)
{
	for (;;) {
		const char *other = array[support_random_below(random, count)];
		if (strcmp(other, had) != 0)
			return other;
	}
}

#define SET(place, value) snprintf(place, sizeof(place), "%s", value)

/* Puts one wrong fact in. False where it would be no error (the other item has the same value by chance). */
static bool plant(struct support_random *random, enum planted what, const struct facts *truth, struct facts *facts)
{
	struct parameter *p = &facts->parameters[0];
	const struct parameter *other = &truth->parameters[1 + support_random_below(random, PARAMETERS - 1)];
	*facts = *truth;
	switch (what) {
	case PLANT_DEFAULT: p->initial = 10000 + (unsigned)support_random_below(random, 90000); break;
	case PLANT_DEFAULT_OF_OTHER: p->initial = other->initial; break;
	case PLANT_DEFAULT_IS_END: p->initial = p->high; break;
	case PLANT_HIGH: p->high = 10000 + (unsigned)support_random_below(random, 90000); break;
	case PLANT_HIGH_OF_OTHER: p->high = other->high; break;
	case PLANT_DIGIT: p->initial = p->initial * 10 + 3; break;
	case PLANT_UNIT: SET(p->unit, "W"); break;
	case PLANT_UNIT_OF_OTHER: SET(p->unit, other->unit); break;
	case PLANT_DELAY: facts->delay += 1 + (unsigned)support_random_below(random, 900); break;
	case PLANT_DELAY_UNIT: SET(facts->delay_unit, other_of(random, units, COUNT_OF(units), truth->delay_unit)); break;
	case PLANT_SHARE: facts->share = 100 + facts->share; break;
	case PLANT_ATTRIBUTE: SET(p->attribute, "otherAttributeName"); break;
	case PLANT_ATTRIBUTE_OF_OTHER: SET(p->attribute, other->attribute); break;
	case PLANT_CLASS: SET(p->class, other_of(random, classes, COUNT_OF(classes), truth->parameters[0].class)); break;
	case PLANT_MODE: SET(p->on, "SOMETHING_ELSE"); break;
	case PLANT_MODE_OF_OTHER: SET(p->on, other->on); break;
	case PLANT_FEATURE: SET(facts->feature, "Turbo Fabric"); break;
	default: return false;
	}
	return memcmp(facts, truth, sizeof(*facts)) != 0; /* the other item may have the same value by chance */
}

struct rate {
	unsigned count, caught;
};

static void measure(struct rate *planted, struct rate *clean)
{
	struct support_random random = { 20240 };
	struct passage passage;
	struct facts truth, wrong;
	struct passage_verdict verdict;
	char source[TEXT_BYTES], answer[TEXT_BYTES];
	passage_init(&passage, fact_asserts_domain());
	for (unsigned i = 0; i < PASSAGES; i++) {
		memset(&truth, 0, sizeof(truth));
		make_facts(&random, &truth);
		write_source(&truth, i % 2 == 0, source);
		assert_int_equal(passage_index(&passage, text_from(source)), 0);
		write_answer(&truth, i % 8, answer);
		passage_check(&passage, text_from(answer), &verdict);
		clean->count++;
		clean->caught += verdict.supported < verdict.facts;
		for (unsigned what = 0; what < PLANT_COUNT; what++) {
			if (!plant(&random, (enum planted)what, &truth, &wrong))
				continue;
			write_answer(&wrong, i % 8, answer);
			passage_check(&passage, text_from(answer), &verdict);
			planted[what].count++;
			planted[what].caught += verdict.supported < verdict.facts;
		}
	}
	passage_done(&passage);
}

static void test_rates_over_planted_errors(void **state)
{
	(void)state;
	struct rate planted[PLANT_COUNT] = { 0 }, clean = { 0 }, all = { 0 };
	measure(planted, &clean);
	for (unsigned what = 0; what < PLANT_COUNT; what++) {
		all.count += planted[what].count;
		all.caught += planted[what].caught;
		print_message("%-24s %5u planted, %6.2f %% caught\n", planted_names[what], planted[what].count, 100.0 * planted[what].caught / planted[what].count);
	}
	print_message("all %u planted, %.2f %% caught; %u clean, %.2f %% refused\n", all.count, 100.0 * all.caught / all.count, clean.count,
		      100.0 * clean.caught / clean.count);
	assert_true(clean.count >= 2000);
	assert_true(all.count >= 20000);
	assert_true(all.caught * 100 >= all.count * 99);  /* at least 99 % of the errors */
	assert_true(clean.caught * 100 <= clean.count * 2); /* at most 2 % false alarms */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formatting_is_no_content), cmocka_unit_test(test_invented_words_are_refused),
		cmocka_unit_test(test_values_belong_to_their_attribute), cmocka_unit_test(test_commands),
		cmocka_unit_test(test_other_commands_are_taken_whole), cmocka_unit_test(test_units_and_numbers_in_words),
		cmocka_unit_test(test_values_belong_to_the_words_of_their_clause), cmocka_unit_test(test_comparisons_and_states),
		cmocka_unit_test(test_units_with_signs_and_slashes), cmocka_unit_test(test_ordinals), cmocka_unit_test(test_comparatives_come_in_pairs),
		cmocka_unit_test(test_what_a_pronoun_stands_for), cmocka_unit_test(test_answers_in_other_words), cmocka_unit_test(test_values_glued_to_letters_have_a_kind),
		cmocka_unit_test(test_numbers_without_their_unit), cmocka_unit_test(test_frequent_words_decide_when_no_other_does),
		cmocka_unit_test(test_a_passage_is_indexed_once), cmocka_unit_test(test_hostile_texts), cmocka_unit_test(test_rates_over_planted_errors),
	};
	return cmocka_run_group_tests(tests, fact_asserts_setup, fact_asserts_teardown);
}
