#include "workers/preprocess/docx_numbering.h"

#include "workers/preprocess/docx_xml.h"

#include <errno.h>
#include <stdio.h>

enum { NUMBERING_BYTES_MAX = 64 << 20, VALUE_MAX = 1000000 };

void docx_numbering_init(struct docx_numbering *numbering)
{
	string_map_init(&numbering->lists);
	string_map_init(&numbering->abstracts);
	struct buffer *const buffers[] = { &numbering->list_items, &numbering->abstract_items, &numbering->own_levels, &numbering->text };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], NUMBERING_BYTES_MAX);
}

void docx_numbering_done(struct docx_numbering *numbering)
{
	string_map_done(&numbering->lists);
	string_map_done(&numbering->abstracts);
	struct buffer *const buffers[] = { &numbering->list_items, &numbering->abstract_items, &numbering->own_levels, &numbering->text };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
}

static struct docx_list *list_at(const struct docx_numbering *numbering, uint32_t index)
{
	return (struct docx_list *)(void *)numbering->list_items.data + index;
}

static struct docx_abstract *abstract_at(const struct docx_numbering *numbering, uint32_t index)
{
	return (struct docx_abstract *)(void *)numbering->abstract_items.data + index;
}

/* --- numbers --------------------------------------------------------------------------------------------------- */

static void append_letters(struct buffer *out, uint32_t value, char first)
{
	enum { REPEAT_MAX = 30 };
	/* After "z" comes "aa", then "bb": as word processors count. */
	if (value > 0)
		buffer_append_repeat(out, (char)(first + (char)((value - 1) % 26)), size_min((value - 1) / 26 + 1, REPEAT_MAX));
}

static void append_roman(struct buffer *out, uint32_t value, bool large)
{
	static const struct { uint32_t value; const char *small, *large; } digits[] = {
		{ 1000, "m", "M" }, { 900, "cm", "CM" }, { 500, "d", "D" }, { 400, "cd", "CD" }, { 100, "c", "C" }, { 90, "xc", "XC" }, { 50, "l", "L" },
		{ 40, "xl", "XL" }, { 10, "x", "X" }, { 9, "ix", "IX" }, { 5, "v", "V" }, { 4, "iv", "IV" }, { 1, "i", "I" },
	};
	enum { ROMAN_MAX = 10000 };

	if (value > ROMAN_MAX) {
		buffer_append_format(out, "%u", value);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(digits); i++)
		for (; value >= digits[i].value; value -= digits[i].value)
			buffer_append_string(out, large ? digits[i].large : digits[i].small);
}

/* 12 is "十二", 105 "一百零五" (Japanese: "百五"). */
static void append_chinese(struct buffer *out, uint32_t value, bool japanese)
{
	static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
	static const struct { uint32_t value; const char *name; } units[] = { { 1000, "千" }, { 100, "百" }, { 10, "十" }, { 1, "" } };
	bool begun = false, zero = false;

	if (value == 0 || value > 9999) {
		buffer_append_format(out, "%u", value);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		uint32_t digit = value / units[i].value % 10;
		if (digit == 0) {
			zero |= begun;
			continue;
		}
		if (zero && !japanese)
			buffer_append_string(out, digits[0]);
		bool silent = digit == 1 && units[i].value > 1 && (japanese || (!begun && units[i].value == 10));
		if (!silent)
			buffer_append_string(out, digits[digit]);
		buffer_append_string(out, units[i].name);
		begun = true;
		zero = false;
	}
}

void docx_number_append(struct buffer *out, enum docx_number_format format, uint32_t value)
{
	switch (format) {
	case DOCX_NUMBER_LETTER_SMALL: append_letters(out, value, 'a'); break;
	case DOCX_NUMBER_LETTER_LARGE: append_letters(out, value, 'A'); break;
	case DOCX_NUMBER_ROMAN_SMALL: append_roman(out, value, false); break;
	case DOCX_NUMBER_ROMAN_LARGE: append_roman(out, value, true); break;
	case DOCX_NUMBER_DECIMAL_ZERO: buffer_append_format(out, "%02u", value); break;
	case DOCX_NUMBER_ORDINAL: {
		static const char *const endings[] = { "th", "st", "nd", "rd" };
		bool teen = value % 100 >= 11 && value % 100 <= 13;
		buffer_append_format(out, "%u%s", value, teen || value % 10 > 3 ? "th" : endings[value % 10]);
		break;
	}
	case DOCX_NUMBER_CHINESE: append_chinese(out, value, false); break;
	case DOCX_NUMBER_JAPANESE: append_chinese(out, value, true); break;
	case DOCX_NUMBER_BULLET: case DOCX_NUMBER_NONE: break;
	default: buffer_append_format(out, "%u", value); break;
	}
}

static enum docx_number_format format_of(struct text name)
{
	static const struct { struct text name; enum docx_number_format format; } formats[] = {
		{ TEXT_LITERAL("bullet"), DOCX_NUMBER_BULLET }, { TEXT_LITERAL("none"), DOCX_NUMBER_NONE },
		{ TEXT_LITERAL("lowerLetter"), DOCX_NUMBER_LETTER_SMALL }, { TEXT_LITERAL("upperLetter"), DOCX_NUMBER_LETTER_LARGE },
		{ TEXT_LITERAL("lowerRoman"), DOCX_NUMBER_ROMAN_SMALL }, { TEXT_LITERAL("upperRoman"), DOCX_NUMBER_ROMAN_LARGE },
		{ TEXT_LITERAL("chineseCounting"), DOCX_NUMBER_CHINESE }, { TEXT_LITERAL("chineseCountingThousand"), DOCX_NUMBER_CHINESE },
		{ TEXT_LITERAL("taiwaneseCountingThousand"), DOCX_NUMBER_CHINESE }, { TEXT_LITERAL("japaneseCounting"), DOCX_NUMBER_JAPANESE },
		{ TEXT_LITERAL("decimalZero"), DOCX_NUMBER_DECIMAL_ZERO }, { TEXT_LITERAL("ordinal"), DOCX_NUMBER_ORDINAL },
	};
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (text_equal(name, formats[i].name))
			return formats[i].format;
	return DOCX_NUMBER_DECIMAL;
}

/* --- loading --------------------------------------------------------------------------------------------------- */

struct loading {
	struct docx_numbering *numbering;
	uint32_t abstract;  /* index + 1 of the one being read */
	uint32_t list;      /* index + 1 of the one being read */
	int depth;          /* of the level being read, or DOCX_UNSET */
	uint32_t own_level; /* index + 1 of the list's own level being read */
};

/* Adds an item under a new key; an id that is there already is read into a place that nobody looks at. */
static uint32_t add_item(struct docx_xml *xml, struct string_map *map, struct buffer *items, struct text key, const void *item, size_t bytes)
{
	bool added;
	uint32_t *place = string_map_add(map, key, &added);

	if (place && added)
		*place = (uint32_t)(items->bytes / bytes);
	buffer_append(items, item, bytes);
	if (!place || items->status) {
		docx_xml_fail(xml, items->status ? items->status : -ENOMEM);
		return 0;
	}
	return (uint32_t)(items->bytes / bytes);
}

static const struct docx_level unset_level = { .restart = DOCX_UNSET, .start = 1, .indent = DOCX_INDENT_UNSET };

static struct docx_level *level_being_read(const struct loading *loading)
{
	struct docx_numbering *numbering = loading->numbering;

	if (loading->own_level > 0)
		return (struct docx_level *)(void *)numbering->own_levels.data + loading->own_level - 1;
	if (loading->abstract > 0 && loading->depth >= 0)
		return &abstract_at(numbering, loading->abstract - 1)->levels[loading->depth];
	return NULL;
}

static int depth_of(const struct docx_attributes *attributes)
{
	int32_t depth = docx_number(docx_attribute(attributes, "ilvl"), DOCX_UNSET);
	return depth >= 0 && depth < DOCX_LEVELS ? depth : DOCX_UNSET;
}

static void begin_level(struct loading *loading, struct docx_xml *xml, const struct docx_attributes *attributes)
{
	struct docx_numbering *numbering = loading->numbering;

	if (loading->list == 0) {
		loading->depth = depth_of(attributes);
	} else if (loading->depth >= 0) {
		buffer_append(&numbering->own_levels, &unset_level, sizeof(unset_level));
		if (numbering->own_levels.status) {
			docx_xml_fail(xml, numbering->own_levels.status);
			return;
		}
		loading->own_level = (uint32_t)(numbering->own_levels.bytes / sizeof(unset_level));
		list_at(numbering, loading->list - 1)->levels[loading->depth] = loading->own_level;
	}
	struct docx_level *level = level_being_read(loading);
	if (level)
		level->defined = true;
}

static void read_level_text(struct docx_numbering *numbering, struct docx_level *level, struct text value)
{
	size_t open = 0;

	level->text_start = numbering->text.bytes;
	level->text_bytes = value.bytes;
	buffer_append_text(&numbering->text, value);
	level->places = 0;
	for (size_t i = 0; i < value.bytes; i++) {
		if (value.data[i] == '%' && i + 1 < value.bytes && ascii_is_digit(value.data[i + 1])) {
			level->places++;
			i++;
		} else {
			level->worded |= ascii_is_alpha(value.data[i]) || (unsigned char)value.data[i] >= 0x80;
			open += value.data[i] == '[';
		}
	}
	level->unmarked = text_trim(value).bytes == 0;
	level->enclosed = open > 0 && level->places > 0;
}

static void read_level(struct loading *loading, struct docx_level *level, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_numbering *numbering = loading->numbering;
	struct text value = docx_value(attributes);

	switch (tag) {
	case DOCX_W_start: level->start = (uint32_t)size_min((size_t)docx_number(value, 1), VALUE_MAX); break;
	case DOCX_W_numFmt: level->format = (uint8_t)format_of(value); break;
	case DOCX_W_lvlText: read_level_text(numbering, level, value); break;
	case DOCX_W_isLgl: level->legal = docx_value_on(attributes); break;
	case DOCX_W_lvlRestart: level->restart = (int8_t)size_min((size_t)docx_number(value, 0), DOCX_LEVELS); break;
	case DOCX_W_pStyle:
		level->style_start = numbering->text.bytes;
		level->style_bytes = value.bytes;
		buffer_append_text(&numbering->text, value);
		break;
	case DOCX_W_ind: {
		struct text left = docx_attribute(attributes, "left");
		level->indent = docx_number(left.bytes > 0 ? left : docx_attribute(attributes, "start"), level->indent);
		break;
	}
	default: break;
	}
}

static void begin_abstract(struct loading *loading, struct docx_xml *xml, const struct docx_attributes *attributes)
{
	struct docx_abstract abstract = { .id = 0 };

	for (int i = 0; i < DOCX_LEVELS; i++)
		abstract.levels[i] = unset_level;
	loading->abstract = add_item(xml, &loading->numbering->abstracts, &loading->numbering->abstract_items,
				     docx_attribute(attributes, "abstractNumId"), &abstract, sizeof(abstract));
	loading->depth = DOCX_UNSET;
}

static void begin_list(struct loading *loading, struct docx_xml *xml, const struct docx_attributes *attributes)
{
	struct docx_list list = { .abstract = 0 };

	loading->list = add_item(xml, &loading->numbering->lists, &loading->numbering->list_items, docx_attribute(attributes, "numId"), &list,
				 sizeof(list));
	loading->depth = DOCX_UNSET;
}

static void read_list(struct loading *loading, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct docx_numbering *numbering = loading->numbering;
	struct docx_list *list = list_at(numbering, loading->list - 1);

	if (tag == DOCX_W_abstractNumId) {
		const uint32_t *place = string_map_find(&numbering->abstracts, docx_value(attributes));
		list->abstract = place ? *place + 1 : 0;
	} else if (tag == DOCX_W_lvlOverride) {
		loading->depth = depth_of(attributes);
		loading->own_level = 0;
	} else if (tag == DOCX_W_startOverride && loading->depth >= 0) {
		list->has_start[loading->depth] = true;
		list->start[loading->depth] = (uint32_t)size_min((size_t)docx_number(docx_value(attributes), 1), VALUE_MAX);
	}
}

static void open_element(void *context, struct docx_xml *xml, enum docx_tag tag, const struct docx_attributes *attributes)
{
	struct loading *loading = context;
	struct docx_level *level = level_being_read(loading);

	if (tag == DOCX_W_abstractNum) {
		begin_abstract(loading, xml, attributes);
	} else if (tag == DOCX_W_num) {
		begin_list(loading, xml, attributes);
	} else if (tag == DOCX_W_lvl) {
		begin_level(loading, xml, attributes);
	} else if (tag == DOCX_W_numStyleLink && loading->abstract > 0) {
		struct docx_abstract *abstract = abstract_at(loading->numbering, loading->abstract - 1);
		struct text value = docx_value(attributes);
		abstract->link_start = loading->numbering->text.bytes;
		abstract->link_bytes = value.bytes;
		buffer_append_text(&loading->numbering->text, value);
	} else if (level) {
		read_level(loading, level, tag, attributes);
	} else if (loading->list > 0) {
		read_list(loading, tag, attributes);
	}
}

static void close_element(void *context, struct docx_xml *xml, enum docx_tag tag)
{
	struct loading *loading = context;
	(void)xml;

	if (tag == DOCX_W_abstractNum)
		loading->abstract = 0;
	else if (tag == DOCX_W_num)
		loading->list = 0;
	else if (tag == DOCX_W_lvl && loading->list > 0)
		loading->own_level = 0;
	else if (tag == DOCX_W_lvl || tag == DOCX_W_lvlOverride)
		loading->depth = DOCX_UNSET;
}

/* An abstract definition that only names a numbering style stands for the list that the style names. */
static void resolve_links(struct docx_numbering *numbering, struct docx_styles *styles)
{
	size_t count = numbering->list_items.bytes / sizeof(struct docx_list);

	for (uint32_t i = 0; i < count; i++) {
		struct docx_list *list = list_at(numbering, i);
		const struct docx_abstract *abstract = list->abstract > 0 ? abstract_at(numbering, list->abstract - 1) : NULL;
		if (!abstract || abstract->link_bytes == 0)
			continue;
		struct text id = { numbering->text.data + abstract->link_start, abstract->link_bytes };
		const struct docx_style *style = docx_style(styles, id, false);
		char key[16];
		int bytes = style ? snprintf(key, sizeof(key), "%d", style->number) : 0;
		const uint32_t *place = string_map_find(&numbering->lists, (struct text){ key, (size_t)bytes });
		if (place && list_at(numbering, *place)->abstract > 0)
			list->abstract = list_at(numbering, *place)->abstract;
	}
}

int docx_numbering_load(struct docx_numbering *numbering, const struct docx_package *package, struct text part, struct docx_styles *styles,
			struct error_text *error)
{
	static const struct docx_xml_handler handler = { .open = open_element, .close = close_element };
	struct loading loading = { .numbering = numbering, .depth = DOCX_UNSET };

	if (!docx_package_has(package, part))
		return 0;
	int status = docx_xml_parse(package, part, &handler, &loading, error);
	if (status == 0)
		status = numbering->text.status;
	if (status == 0)
		resolve_links(numbering, styles);
	return status;
}

/* --- counting -------------------------------------------------------------------------------------------------- */

static struct docx_list *find_list(const struct docx_numbering *numbering, int32_t id)
{
	char key[16];
	int bytes = snprintf(key, sizeof(key), "%d", id);
	const uint32_t *place = string_map_find(&numbering->lists, (struct text){ key, (size_t)bytes });
	struct docx_list *list = place ? list_at(numbering, *place) : NULL;

	return list && list->abstract > 0 ? list : NULL;
}

static const struct docx_level *level_of(const struct docx_numbering *numbering, const struct docx_list *list, int depth)
{
	if (list->levels[depth] > 0)
		return (const struct docx_level *)(const void *)numbering->own_levels.data + list->levels[depth] - 1;
	return &abstract_at(numbering, list->abstract - 1)->levels[depth];
}

int docx_numbering_level_of_style(const struct docx_numbering *numbering, int32_t list_id, struct text style_id)
{
	const struct docx_list *list = find_list(numbering, list_id);

	for (int depth = 0; list && depth < DOCX_LEVELS; depth++) {
		const struct docx_level *level = level_of(numbering, list, depth);
		if (level->style_bytes > 0 && text_equal((struct text){ numbering->text.data + level->style_start, level->style_bytes }, style_id))
			return depth;
	}
	return DOCX_UNSET;
}

static void count_up(struct docx_abstract *abstract, struct docx_list *list, const struct docx_numbering *numbering, int depth)
{
	bool restarts = list->has_start[depth] && !list->started[depth];

	if (restarts || !abstract->counted[depth])
		abstract->counters[depth] = list->has_start[depth] ? list->start[depth] : level_of(numbering, list, depth)->start;
	else if (abstract->counters[depth] < VALUE_MAX)
		abstract->counters[depth]++;
	abstract->counted[depth] = true;
	list->started[depth] = true;
	for (int deeper = depth + 1; deeper < DOCX_LEVELS; deeper++) {
		int8_t restart = level_of(numbering, list, deeper)->restart;
		if (restart == DOCX_UNSET || (restart > 0 && depth < restart))
			abstract->counted[deeper] = false;
	}
	/* A level above that was never counted shows its first number. */
	for (int above = 0; above < depth; above++) {
		if (abstract->counted[above])
			continue;
		abstract->counters[above] = list->has_start[above] ? list->start[above] : level_of(numbering, list, above)->start;
		abstract->counted[above] = true;
	}
}

static void append_label(const struct docx_numbering *numbering, const struct docx_list *list, const struct docx_level *level, struct buffer *label)
{
	const struct docx_abstract *abstract = abstract_at(numbering, list->abstract - 1);
	struct text text = { numbering->text.data + level->text_start, level->text_bytes };

	for (size_t i = 0; i < text.bytes; i++) {
		bool place = text.data[i] == '%' && i + 1 < text.bytes && text.data[i + 1] >= '1' && text.data[i + 1] <= '9';
		if (!place) {
			buffer_append_byte(label, text.data[i]);
			continue;
		}
		int depth = text.data[++i] - '1';
		uint8_t format = level_of(numbering, list, depth)->format;
		bool plain = level->legal && format != DOCX_NUMBER_NONE;
		docx_number_append(label, plain ? DOCX_NUMBER_DECIMAL : (enum docx_number_format)format, abstract->counters[depth]);
	}
}

bool docx_numbering_count(struct docx_numbering *numbering, int32_t list_id, int depth, struct buffer *label, struct docx_number *ret_number)
{
	struct docx_list *list = find_list(numbering, list_id);

	if (!list || depth < 0 || depth >= DOCX_LEVELS)
		return false;
	const struct docx_level *level = level_of(numbering, list, depth);
	if (!level->defined)
		return false;
	struct docx_abstract *abstract = abstract_at(numbering, list->abstract - 1);
	count_up(abstract, list, numbering, depth);
	if (level->format != DOCX_NUMBER_BULLET && level->text_bytes > 0)
		append_label(numbering, list, level, label);
	*ret_number = (struct docx_number){ level, depth, abstract->counters[depth], list->abstract };
	return true;
}
