#include "workers/preprocess/docx_drawing.h"

#include "workers/preprocess/docx_chart.h"
#include "workers/preprocess/docx_run.h"

static void keep_alternative(struct docx_body *body, struct text text)
{
	if (text_trim(text).bytes == 0)
		return;
	buffer_clear(&body->alternative);
	buffer_append_text(&body->alternative, text_trim(text));
}

static void add_image(struct docx_body *body, struct text id)
{
	const struct docx_relation *relation = id.bytes > 0 ? docx_relation_by_id(body->relations, id) : NULL;

	if (!relation)
		return;
	const uint32_t *target = relation->external ? NULL : string_map_find(body->images, docx_relation_target(body->relations, relation));
	docx_piece_image(body->paragraphs, buffer_view(&body->alternative), target ? *target : 0, body->link);
	body->produced++;
}

/* The part that the relation leads to, or an empty text. */
static struct text part_of(const struct docx_body *body, struct text id)
{
	const struct docx_relation *relation = id.bytes > 0 ? docx_relation_by_id(body->relations, id) : NULL;
	return relation && !relation->external ? docx_relation_target(body->relations, relation) : TEXT_LITERAL("");
}

void docx_drawing_open(struct docx_body *body, enum docx_tag tag, const struct docx_attributes *attributes)
{
	switch (tag) {
	case DOCX_WP_docPr: {
		struct text text = docx_attribute(attributes, "descr");
		keep_alternative(body, text_trim(text).bytes > 0 ? text : docx_attribute(attributes, "title"));
		break;
	}
	case DOCX_V_shape: keep_alternative(body, docx_attribute(attributes, "alt")); break;
	case DOCX_A_blip: add_image(body, docx_attribute_relation(attributes, "embed")); break;
	case DOCX_V_imagedata: add_image(body, docx_attribute_relation(attributes, "id")); break;
	case DOCX_C_chart: docx_chart_add(body, part_of(body, docx_attribute_relation(attributes, "id"))); break;
	case DOCX_DGM_relIds: docx_diagram_add(body, part_of(body, docx_attribute_relation(attributes, "dm"))); break;
	case DOCX_V_textpath: docx_run_append(body, docx_attribute(attributes, "string")); break;
	default: break;
	}
}
