/* sample_document.c: see sample_document.h. */
#include "tests/unit/sample_document.h"

#include "base/file.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct domain *sample_domain(const char *name)
{
	char path[PATH_MAX];
	struct buffer yaml;
	struct error_text error = { 0 };
	struct domain *domain = NULL;
	snprintf(path, sizeof(path), "config/domains/%s.yaml", name);
	buffer_init(&yaml, 16 << 20);
	int status = file_read(path, &yaml, &error);
	if (!status)
		status = domain_load(buffer_view(&yaml), path, &domain, &error);
	if (status)
		fprintf(stderr, "%s\n", error.message);
	CHECK(status == 0);
	buffer_done(&yaml);
	return domain;
}

struct document_builder *sample_begin(const char *title, const char *feature, struct text markdown)
{
	struct document_builder *builder = document_builder_create();
	CHECK(builder);
	document_builder_set_status(builder, DOCUMENT_CONVERTED, DOCUMENT_GATE_NONE);
	document_builder_set_format(builder, DOCUMENT_FORMAT_MARKDOWN, 0);
	document_builder_set_meta(builder, DOCUMENT_META_TITLE, text_from(title));
	document_builder_set_meta(builder, DOCUMENT_META_FEATURE_NAME, text_from(feature));
	document_builder_set_markdown(builder, markdown);
	document_builder_scores(builder)->complexity = 0.8f;
	document_builder_scores(builder)->structural = 0.8f;
	struct document_chunk chunk = { .span = { 0, (uint32_t)markdown.bytes }, .tier = DOCUMENT_TIER_QUALITY };
	if (markdown.bytes)
		document_builder_add_chunk(builder, chunk, text_from(title));
	return builder;
}

void sample_item(struct document_builder *builder, enum document_category category, const char *passage, ...)
{
	struct text markdown = document_builder_markdown(builder);
	ptrdiff_t at = text_find(markdown, text_from(passage));
	CHECK(at >= 0);
	struct document_range span = { (uint32_t)at, (uint32_t)strlen(passage) };
	document_builder_add_item(builder, category, 0.95f, span);
	va_list arguments;
	va_start(arguments, passage);
	for (;;) {
		int key = va_arg(arguments, int);
		if (key == DOCUMENT_KEY_COUNT)
			break;
		struct text value = text_from(va_arg(arguments, const char *));
		document_builder_add_attribute(builder, (enum document_key)key, value, (struct document_range){ 0 });
	}
	va_end(arguments);
}

void sample_finish(struct document_builder *builder, struct sample *ret_sample)
{
	struct error_text error = { 0 };
	int64_t bytes = document_builder_bytes(builder);
	CHECK(bytes > 0);
	ret_sample->bytes = (size_t)bytes;
	ret_sample->block = aligned_alloc(64, (ret_sample->bytes + 63) / 64 * 64);
	CHECK(ret_sample->block);
	document_builder_write(builder, ret_sample->block);
	document_builder_destroy(builder);
	int status = document_open(ret_sample->block, ret_sample->bytes, &ret_sample->document, &error);
	if (status)
		fprintf(stderr, "%s\n", error.message);
	CHECK(status == 0);
}

void sample_done(struct sample *sample)
{
	free(sample->block);
	sample->block = NULL;
}

static const char feature_markdown[] =
	"# Cell Range Guard (CRG)\n\n"
	"## Overview\n\n"
	"Cell Range Guard keeps the range of a cell within what its transport delay allows. It compares the timing advance of each UE with "
	"the configured range and limits random access beyond it. The feature is useful in cells that are served over long fibre links.\n\n"
	"| Feature Name | Cell Range Guard |\n| --- | --- |\n| Feature Identity | FAJ 121 4711 |\n| Licence | CXC4011808 |\n\n"
	"## Dependencies\n\n"
	"| Feature | Relationship | Description |\n| --- | --- | --- |\n"
	"| Carrier Sharing (FAJ 121 3094) | Prerequisite | Carrier Sharing must be active before Cell Range Guard can be activated. |\n"
	"| Idle Sleep (FAJ 121 9999) | Conflicting | Idle Sleep switches the receiver off and cannot run together with Cell Range Guard. |\n\n"
	"## Feature Operation\n\n"
	"The scheduler reads `EUtranCellFDD.cellRange` at each cell start and derives the preamble window from it. When the window is "
	"too small, random access fails at the cell edge and pmRaFailRange is stepped. See Figure 3 for the sequence.\n\n"
	"The window is derived in this order:\n\n"
	"1. The range is read from the configuration.\n2. The round-trip time is calculated for the range.\n3. The preamble format is chosen for the time.\n\n"
	"## Parameters\n\n"
	"| Parameter | Type | Description | Range | Default | Unit |\n| --- | --- | --- | --- | --- | --- |\n"
	"| EUtranCellFDD.cellRange | Introduced | Specifies the maximum distance from the base station at which random access is served. | 1..100 | 15 | km |\n"
	"| EUtranCellFDD.rangeGuardState | Introduced | Switches the guard for the cell. | OFF, ON | OFF | |\n"
	"| EUtranCellFDD.guardHysteresis | Affected | The margin that is added to the range before access is refused. | 0..40 | 5 | dB |\n\n"
	"## Counters\n\n"
	"| Counter | Description |\n| --- | --- |\n"
	"| EUtranCellFDD.pmRaFailRange | Number of random access attempts that failed because the UE was beyond the range. |\n"
	"| EUtranCellFDD.pmRaSuccRange | Number of random access attempts that succeeded inside the range. |\n\n"
	"## Events\n\n"
	"| Event | Trigger |\n| --- | --- |\n"
	"| INTERNAL_PROC_RA_RANGE_CHECK | Sent at the end of each random access procedure in which the range was checked by the guard. |\n\n"
	"## Activate the Feature\n\n"
	"Prerequisites:\n\n- The licence CXC4011808 is installed on the node.\n- The feature Carrier Sharing is active in the same cell.\n\n"
	"Steps:\n\n1. Set the attribute featureState to ACTIVATED in the instance FeatureState=CXC4011808.\n"
	"2. Set EUtranCellFDD.rangeGuardState to ON in each cell that the guard is meant for.\n"
	"3. Check that no alarm is raised for the cell within 10 minutes.\n\n"
	"After this task, compare pmRaFailRange with the values before the activation.\n\n"
	"## Troubleshooting\n\n"
	"If random access fails although the UE is close to the base station, check whether EUtranCellFDD.cellRange was set below the real radius "
	"of the cell. A value that is too small refuses UEs at the cell edge. Raise it in steps of 5 km and watch pmRaFailRange between the steps.\n\n"
	"## Engineering Guidelines\n\n"
	"Choose the range from the real radius of the cell and add no more than 20% as a margin. Larger ranges cost capacity, since the preamble "
	"window grows with the range. In dense cities a range of 3 km is enough for nearly every cell.\n";

static void add_parameters(struct document_builder *builder)
{
	sample_item(builder, DOCUMENT_PARAMETERS,
		    "| EUtranCellFDD.cellRange | Introduced | Specifies the maximum distance from the base station at which random access is served. | 1..100 | 15 | km |",
		    DOCUMENT_KEY_NAME, "EUtranCellFDD.cellRange", DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "cellRange",
		    DOCUMENT_KEY_DESCRIPTION, "Specifies the maximum distance from the base station at which random access is served.",
		    DOCUMENT_KEY_RANGE, "1..100", DOCUMENT_KEY_DEFAULT, "15", DOCUMENT_KEY_UNIT, "km", DOCUMENT_KEY_RELATION, "introduced", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_PARAMETERS, "| EUtranCellFDD.rangeGuardState | Introduced | Switches the guard for the cell. | OFF, ON | OFF | |",
		    DOCUMENT_KEY_NAME, "EUtranCellFDD.rangeGuardState", DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "rangeGuardState",
		    DOCUMENT_KEY_DESCRIPTION, "Switches the guard for the cell.", DOCUMENT_KEY_RANGE, "OFF, ON", DOCUMENT_KEY_DEFAULT, "OFF",
		    DOCUMENT_KEY_RELATION, "introduced", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_PARAMETERS,
		    "| EUtranCellFDD.guardHysteresis | Affected | The margin that is added to the range before access is refused. | 0..40 | 5 | dB |",
		    DOCUMENT_KEY_NAME, "EUtranCellFDD.guardHysteresis", DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "guardHysteresis",
		    DOCUMENT_KEY_DESCRIPTION, "The margin that is added to the range before access is refused.", DOCUMENT_KEY_RANGE, "0..40",
		    DOCUMENT_KEY_DEFAULT, "5", DOCUMENT_KEY_UNIT, "dB", DOCUMENT_KEY_RELATION, "affected", DOCUMENT_KEY_COUNT);
}

static void add_performance(struct document_builder *builder)
{
	sample_item(builder, DOCUMENT_COUNTERS,
		    "| EUtranCellFDD.pmRaFailRange | Number of random access attempts that failed because the UE was beyond the range. |",
		    DOCUMENT_KEY_NAME, "EUtranCellFDD.pmRaFailRange", DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "pmRaFailRange",
		    DOCUMENT_KEY_DESCRIPTION, "Number of random access attempts that failed because the UE was beyond the range.", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_COUNTERS, "| EUtranCellFDD.pmRaSuccRange | Number of random access attempts that succeeded inside the range. |",
		    DOCUMENT_KEY_NAME, "EUtranCellFDD.pmRaSuccRange", DOCUMENT_KEY_MO_CLASS, "EUtranCellFDD", DOCUMENT_KEY_ATTRIBUTE, "pmRaSuccRange",
		    DOCUMENT_KEY_DESCRIPTION, "Number of random access attempts that succeeded inside the range.", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_EVENTS,
		    "| INTERNAL_PROC_RA_RANGE_CHECK | Sent at the end of each random access procedure in which the range was checked by the guard. |",
		    DOCUMENT_KEY_NAME, "INTERNAL_PROC_RA_RANGE_CHECK", DOCUMENT_KEY_TRIGGER,
		    "Sent at the end of each random access procedure in which the range was checked by the guard.", DOCUMENT_KEY_COUNT);
}

static void add_relations(struct document_builder *builder)
{
	sample_item(builder, DOCUMENT_RELATED_FEATURES,
		    "| Carrier Sharing (FAJ 121 3094) | Prerequisite | Carrier Sharing must be active before Cell Range Guard can be activated. |",
		    DOCUMENT_KEY_NAME, "Carrier Sharing", DOCUMENT_KEY_FAJ, "FAJ 121 3094", DOCUMENT_KEY_RELATIONSHIP, "prerequisite",
		    DOCUMENT_KEY_DESCRIPTION, "Carrier Sharing must be active before Cell Range Guard can be activated.", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_RELATED_FEATURES,
		    "| Idle Sleep (FAJ 121 9999) | Conflicting | Idle Sleep switches the receiver off and cannot run together with Cell Range Guard. |",
		    DOCUMENT_KEY_NAME, "Idle Sleep", DOCUMENT_KEY_FAJ, "FAJ 121 9999", DOCUMENT_KEY_RELATIONSHIP, "conflicting",
		    DOCUMENT_KEY_DESCRIPTION, "Idle Sleep switches the receiver off and cannot run together with Cell Range Guard.", DOCUMENT_KEY_COUNT);
	sample_item(builder, DOCUMENT_ACTIVATION_PROCEDURES,
		    "## Activate the Feature\n\nPrerequisites:\n\n- The licence CXC4011808 is installed on the node.\n"
		    "- The feature Carrier Sharing is active in the same cell.\n\nSteps:\n\n"
		    "1. Set the attribute featureState to ACTIVATED in the instance FeatureState=CXC4011808.\n"
		    "2. Set EUtranCellFDD.rangeGuardState to ON in each cell that the guard is meant for.\n"
		    "3. Check that no alarm is raised for the cell within 10 minutes.\n\n"
		    "After this task, compare pmRaFailRange with the values before the activation.",
		    DOCUMENT_KEY_NAME, "Activate the Feature", DOCUMENT_KEY_KIND, "activate",
		    DOCUMENT_KEY_PREREQUISITE, "The licence CXC4011808 is installed on the node.",
		    DOCUMENT_KEY_PREREQUISITE, "The feature Carrier Sharing is active in the same cell.",
		    DOCUMENT_KEY_STEP, "Set the attribute featureState to ACTIVATED in the instance FeatureState=CXC4011808.",
		    DOCUMENT_KEY_STEP, "Set EUtranCellFDD.rangeGuardState to ON in each cell that the guard is meant for.",
		    DOCUMENT_KEY_STEP, "Check that no alarm is raised for the cell within 10 minutes.",
		    DOCUMENT_KEY_AFTER_TASK, "After this task, compare pmRaFailRange with the values before the activation.",
		    DOCUMENT_KEY_SET_MO, "EUtranCellFDD", DOCUMENT_KEY_SET_ATTRIBUTE, "rangeGuardState", DOCUMENT_KEY_SET_VALUE, "ON", DOCUMENT_KEY_COUNT);
}

void sample_feature(struct sample *ret_sample)
{
	struct document_builder *builder = sample_begin("Cell Range Guard (CRG)", "Cell Range Guard", text_from(feature_markdown));
	document_builder_set_meta(builder, DOCUMENT_META_FAJ_CODE, TEXT_LITERAL("FAJ 121 4711"));
	document_builder_set_meta(builder, DOCUMENT_META_CXC_CODES, TEXT_LITERAL("CXC4011808"));
	sample_item(builder, DOCUMENT_MAIN_FEATURES, "# Cell Range Guard (CRG)", DOCUMENT_KEY_NAME, "Cell Range Guard", DOCUMENT_KEY_FAJ, "FAJ 121 4711",
		    DOCUMENT_KEY_CXC, "CXC4011808", DOCUMENT_KEY_COUNT);
	add_parameters(builder);
	add_performance(builder);
	add_relations(builder);
	sample_finish(builder, ret_sample);
}
