#include "workers/preprocess/docx_styles.h"

#include "workers/preprocess/docx_style_names.h"
#include "workers/preprocess/docx_symbol.h"
#include "workers/preprocess/docx_xml.h"

#include <errno.h>

enum { STYLES_BYTES_MAX = 64 << 20, CHAIN_MAX = 64, STANDARD_NAMES_LEAST = 4, SIZE_DEFAULT = 20, SIZE_MAX_HALF_POINTS = 1000 };

const struct docx_looks docx_looks_unset = { DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET };

static const struct docx_style unset_style = {
	.outline = DOCX_UNSET, .list_level = DOCX_UNSET, .number = DOCX_UNSET, .indent = DOCX_INDENT_UNSET, .is_paragraph = true,
	.looks = { DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET, DOCX_UNSET },
};

/* --- looks ----------------------------------------------------------------------------------------------------- */

bool docx_font_is_mono(struct text font)
{
	static const char *const fonts[] = { "courier", "consolas", "monospace", "menlo", "monaco", "lucida console", "cascadia", "fixedsys", "andale mono", "ocr a",
					     "source code", "fira code", "inconsolata", "letter gothic", "terminal", "nimbus mono", "nsimsun mono" };

	if (font.bytes == 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(fonts); i++)
		if (text_starts_with_nocase(font, text_from(fonts[i])))
			return true;
	return text_ends_with_nocase(font, TEXT_LITERAL(" mono")) || text_find_nocase(font, TEXT_LITERAL(" mono ")) >= 0;
}

static void read_fonts(struct docx_looks *looks, const struct docx_attributes *attributes)
{
	struct text font = docx_attribute(attributes, "ascii");

	if (font.bytes == 0)
		font = docx_attribute(attributes, "hAnsi");
	if (font.bytes == 0)
		return;
	looks->mono = docx_font_is_mono(font);
	looks->symbol = (int8_t)docx_symbol_font(font);
}

static int16_t read_size(const struct docx_attributes *attributes, int16_t otherwise)
{
	int32_t size = docx_number(docx_value(attributes), otherwise);
	return (int16_t)(size < 1 || size > SIZE_MAX_HALF_POINTS ? otherwise : size);
}

void docx_looks_read(struct docx_looks *looks, int tag, const void *element)
{
	const struct docx_attributes *attributes = element;

	switch (tag) {
	case DOCX_W_b: looks->bold = docx_value_on(attributes); break;
	case DOCX_W_i: looks->italic = docx_value_on(attributes); break;
	case DOCX_W_strike: case DOCX_W_dstrike: looks->strike = docx_value_on(attributes); break;
	case DOCX_W_vanish: case DOCX_W_webHidden: looks->hidden = docx_value_on(attributes); break;
	case DOCX_W_rFonts: read_fonts(looks, attributes); break;
	case DOCX_W_sz: looks->size = read_size(attributes, looks->size); break;
	case DOCX_W_vertAlign: {
		struct text value = docx_value(attributes);
		looks->raised = text_equal(value, TEXT_LITERAL("superscript")) ? 1 : text_equal(value, TEXT_LITERAL("subscript")) ? 2 : 0;
		break;
	}
	default: break;
	}
}

static void inherit_looks(struct docx_looks *looks, const struct docx_looks *base)
{
	int8_t *const own[] = { &looks->bold, &looks->italic, &looks->strike, &looks->mono, &looks->hidden, &looks->raised, &looks->symbol };
	const int8_t theirs[] = { base->bold, base->italic, base->strike, base->mono, base->hidden, base->raised, base->symbol };

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (*own[i] == DOCX_UNSET)
			*own[i] = theirs[i];
	if (looks->size == DOCX_UNSET)
		looks->size = base->size;
}

/* --- loading --------------------------------------------------------------------------------------------------- */

struct loading {
	struct docx_styles *styles;
	struct docx_style *style; /* being read: points to `current` */
	struct docx_style current;
	struct docx_style_name name;
	bool is_character;
	bool in_defaults;
	size_t base_start, base_bytes; /* id of the style it is based on */
	struct buffer bases;      /* struct base: resolved when all are known */
};

struct base {
	uint32_t style;
	size_t start, bytes;
};

void docx_styles_init(struct docx_styles *styles)
{
	*styles = (struct docx_styles){ .default_size = SIZE_DEFAULT };
	string_map_init(&styles->ids);
	buffer_init(&styles->items, STYLES_BYTES_MAX);
	buffer_init(&styles->text, STYLES_BYTES_MAX);
}

void docx_styles_done(struct docx_styles *styles)
{
	string_map_done(&styles->ids);
	buffer_done(&styles->items);
	buffer_done(&styles->text);
}

static struct docx_style *item(const struct docx_styles *styles, uint32_t index)
{
	return (struct docx_style *)(void *)styles->items.data + index;
}

const struct docx_style *docx_style_at(const struct docx_styles *styles, uint32_t index)
{
	return item(styles, index);
}

struct text docx_style_id(const struct docx_styles *styles, const struct docx_style *style)
{
	return (struct text){ styles->text.data ? styles->text.data + style->id_start : "", style->id_bytes };
}

static void apply_name(struct docx_style *style, const struct docx_style_name *name)
{
	style->meaning = name->meaning;
	style->level = name->level;
	if (style->outline == DOCX_UNSET || name->standard)
		style->outline = name->outline != DOCX_UNSET ? name->outline : style->outline;
	if (name->meaning == DOCX_MEANS_TITLE || name->meaning == DOCX_MEANS_CONTENTS_TITLE || name->meaning == DOCX_MEANS_CONTENTS)
		style->outline = DOCX_BODY_LEVEL;
}

static int add_style(struct docx_styles *styles, struct text id, const struct docx_style *style, uint32_t *ret_index)
{
	bool added;
	uint32_t *place = string_map_add(&styles->ids, id, &added);

	if (!place)
		return -ENOMEM;
	if (!added) { /* the first of an id holds */
		*ret_index = *place;
		return 0;
	}
	*place = *ret_index = (uint32_t)(styles->items.bytes / sizeof(*style));
	size_t start = styles->text.bytes;
	buffer_append_text(&styles->text, id);
	buffer_append(&styles->items, style, sizeof(*style));
	if (styles->text.status || styles->items.status)
		return styles->text.status ? styles->text.status : styles->items.status;
	struct docx_style *kept = item(styles, *ret_index);
	kept->id_start = start;
	kept->id_bytes = id.bytes;
	return 0;
}

static void begin_style(struct loading *loading, const struct docx_attributes *attributes)
{
	struct text type = docx_attribute(attributes, "type"), id = docx_attribute(attributes, "styleId");
	struct buffer *text = &loading->styles->text;

	loading->current = unset_style;
	loading->style = &loading->current;
	loading->current.is_paragraph = type.bytes == 0 || text_equal(type, TEXT_LITERAL("paragraph"));
	loading->is_character = text_equal(type, TEXT_LITERAL("character"));
	struct text is_default = docx_attribute(attributes, "default");
	loading->current.is_default = text_equal(is_default, TEXT_LITERAL("1")) || text_equal(is_default, TEXT_LITERAL("true")) ||
				      text_equal(is_default, TEXT_LITERAL("on"));
	loading->current.id_start = text->bytes;
	loading->current.id_bytes = id.bytes;
	buffer_append_text(text, id);
	loading->base_bytes = 0;
	docx_style_name_read(id, &loading->name);
}

static void end_style(struct loading *loading, struct docx_xml *xml)
{
	struct docx_styles *styles = loading->styles;
	struct docx_style *style = &loading->current;
	struct buffer id;
	uint32_t index;

	loading->style = NULL;
	if (!style->is_paragraph && !loading->is_character) /* of tables and of numbering */
		style->looks = docx_looks_unset;
	else
		apply_name(style, &loading->name);
	styles->standard_names += loading->name.standard && style->is_paragraph;
	if (!style->is_paragraph)
		style->outline = DOCX_UNSET;
	buffer_init(&id, STYLES_BYTES_MAX);
	buffer_append(&id, styles->text.data ? styles->text.data + style->id_start : "", style->id_bytes);
	int status = id.status ? id.status : add_style(styles, buffer_view(&id), style, &index);
	buffer_done(&id);
	if (status < 0) {
		docx_xml_fail(xml, status);
		return;
	}
	if (style->is_default && style->is_paragraph && styles->default_paragraph == 0)
		styles->default_paragraph = index + 1;
	if (loading->base_bytes > 0) {
		struct base base = { index, loading->base_start, loading->base_bytes };
		buffer_append(&loading->bases, &base, sizeof(base));
	}
}

static void read_indent(struct docx_style *style, const struct docx_attributes *attributes)
{
	struct text left = docx_attribute(attributes, "left");
	if (left.bytes == 0)
		left = docx_attribute(attributes, "start");
	style->indent = docx_number(left, style->indent);
}

static void read_property(struct loading *loading, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_style *style = loading->style;
	struct text value = docx_value(attributes);

	switch (tag) {
	case DOCX_W_name: {
		/* The id says something where the name does not: names are translated by some programs, ids by others. */
		struct docx_style_name name;
		docx_style_name_read(value, &name);
		if (name.meaning != DOCX_MEANS_NOTHING || name.outline != DOCX_UNSET)
			loading->name = name;
		break;
	}
	case DOCX_W_basedOn:
		loading->base_start = loading->styles->text.bytes;
		loading->base_bytes = value.bytes;
		buffer_append_text(&loading->styles->text, value);
		break;
	case DOCX_W_outlineLvl: {
		int32_t level = docx_number(value, DOCX_BODY_LEVEL);
		style->outline = (int8_t)(level < 0 || level > DOCX_BODY_LEVEL ? DOCX_BODY_LEVEL : level);
		break;
	}
	case DOCX_W_numId: style->number = docx_number(value, DOCX_UNSET); break;
	case DOCX_W_ilvl: {
		int32_t level = docx_number(value, DOCX_UNSET);
		style->list_level = (int8_t)(level < 0 || level > 8 ? DOCX_UNSET : level);
		break;
	}
	case DOCX_W_ind: read_indent(style, attributes); break;
	default: docx_looks_read(&style->looks, tag, attributes); break;
	}
}

static void open_element(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct loading *loading = context;

	if (tag == DOCX_W_style)
		begin_style(loading, attributes);
	else if (tag == DOCX_W_docDefaults)
		loading->in_defaults = true;
	else if (tag == DOCX_W_sz && loading->in_defaults)
		loading->styles->default_size = read_size(attributes, loading->styles->default_size);
	else if (tag == DOCX_W_tblStylePr || tag == DOCX_W_rPrChange || tag == DOCX_W_pPrChange)
		docx_xml_skip(xml);
	else if (loading->style)
		read_property(loading, tag, attributes);
}

static void close_element(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct loading *loading = context;

	if (tag == DOCX_W_docDefaults)
		loading->in_defaults = false;
	else if (tag == DOCX_W_style && loading->style)
		end_style(loading, xml);
}

/* --- inheritance ----------------------------------------------------------------------------------------------- */

static void inherit(struct docx_style *style, const struct docx_style *base)
{
	if (style->meaning == DOCX_MEANS_NOTHING && style->outline == DOCX_UNSET) {
		style->meaning = base->meaning;
		style->level = base->level;
	}
	if (style->outline == DOCX_UNSET)
		style->outline = base->outline;
	if (style->number == DOCX_UNSET && style->list_level == DOCX_UNSET)
		style->list_level = base->list_level;
	if (style->number == DOCX_UNSET)
		style->number = base->number;
	if (style->indent == DOCX_INDENT_UNSET)
		style->indent = base->indent;
	inherit_looks(&style->looks, &base->looks);
}

/* From the far end of the chain to the style; a chain that is longer than any real one, or runs in a circle, ends where it is cut. */
static void resolve(struct docx_styles *styles, uint32_t index)
{
	uint32_t chain[CHAIN_MAX];
	size_t count = 0;

	for (uint32_t at = index + 1; at > 0 && count < CHAIN_MAX && !item(styles, at - 1)->resolved; at = item(styles, at - 1)->based_on) {
		item(styles, at - 1)->resolved = true; /* met again: a circle */
		chain[count++] = at - 1;
	}
	while (count-- > 0) {
		struct docx_style *style = item(styles, chain[count]);
		if (style->based_on > 0)
			inherit(style, item(styles, style->based_on - 1));
	}
}

/* Monospaced text means code only where it stands out: not when the default style is monospaced. */
static void forget_mono(struct docx_styles *styles, size_t count)
{
	if (styles->default_paragraph == 0 || item(styles, styles->default_paragraph - 1)->looks.mono != 1)
		return;
	for (uint32_t i = 0; i < count; i++)
		item(styles, i)->looks.mono = 0;
}

static void forget_standard(struct docx_styles *styles, size_t count)
{
	struct docx_style_name name;

	for (uint32_t i = 0; i < count && !docx_styles_standard(styles); i++) {
		struct docx_style *style = item(styles, i);
		docx_style_name_read(docx_style_id(styles, style), &name);
		if (name.standard && style->meaning == name.meaning)
			style->meaning = DOCX_MEANS_NOTHING;
	}
}

static void resolve_all(struct docx_styles *styles, const struct buffer *bases)
{
	const struct base *base = (const void *)bases->data;
	size_t count = styles->items.bytes / sizeof(struct docx_style);

	for (size_t i = 0; i < bases->bytes / sizeof(*base); i++) {
		const uint32_t *place = string_map_find(&styles->ids, (struct text){ styles->text.data + base[i].start, base[i].bytes });
		item(styles, base[i].style)->based_on = place ? *place + 1 : 0;
	}
	forget_standard(styles, count);
	for (uint32_t i = 0; i < count; i++)
		resolve(styles, i);
	forget_mono(styles, count);
}

bool docx_styles_standard(const struct docx_styles *styles)
{
	return styles->standard_names >= STANDARD_NAMES_LEAST;
}

int docx_styles_load(struct docx_styles *styles, const struct docx_package *package, struct text part, struct error_text *error)
{
	static const struct docx_xml_handler handler = { .open = open_element, .close = close_element };
	struct loading loading = { .styles = styles };

	if (!docx_package_has(package, part))
		return 0;
	buffer_init(&loading.bases, STYLES_BYTES_MAX);
	int status = docx_xml_parse(package, part, &handler, &loading, error);
	if (status == 0)
		status = loading.bases.status ? loading.bases.status : styles->text.status;
	if (status == 0)
		resolve_all(styles, &loading.bases);
	buffer_done(&loading.bases);
	return status;
}

const struct docx_style *docx_style(struct docx_styles *styles, struct text id, bool paragraph)
{
	const uint32_t *place = id.bytes > 0 ? string_map_find(&styles->ids, id) : NULL;
	struct docx_style_name name;
	uint32_t index;

	if (place)
		return item(styles, *place);
	if (id.bytes == 0)
		return styles->default_paragraph > 0 && paragraph ? item(styles, styles->default_paragraph - 1) : &unset_style;
	struct docx_style style = unset_style;
	style.is_paragraph = paragraph;
	docx_style_name_read(id, &name);
	if (!name.standard || docx_styles_standard(styles))
		apply_name(&style, &name);
	return add_style(styles, id, &style, &index) == 0 ? item(styles, index) : NULL;
}
