#include "workers/preprocess/html_tree.h"

#include "workers/preprocess/html_entities.h"
#include "workers/preprocess/html_prepare.h"

#include <errno.h>
#include <limits.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>

enum {
	TAG_CACHE_SLOTS = 128,     /* libxml2 interns names: one pointer a name in a page */
	ATTRIBUTES_MAX = 255,      /* kept of one element */
	TREE_DEPTH_MAX = 4096 + 2, /* the largest setting, and the root */
};

struct tag_slot {
	const xmlChar *name;
	enum html_tag tag;
};

struct open_element {
	uint32_t node;
	int level; /* the parser's nesting when it was opened */
};

struct builder {
	struct html_tree *tree;
	htmlParserCtxtPtr parser; /* its stack of names says how deep we are */
	unsigned depth_max;
	int open_count;           /* elements open in our tree */
	int link_depth, code_depth; /* open_count at which the outermost of the kind was opened, or 0 */
	int title_depth;
	struct html_prepared prepared;
	size_t number;            /* of the piece that is being read */
	bool after_tag;           /* nothing but tags since the last text */
	bool edge;                /* the last tag was that of a block: white space means nothing here */
	struct open_element open[TREE_DEPTH_MAX];
	struct tag_slot tags[TAG_CACHE_SLOTS];
};

static struct html_node *node_at(struct html_tree *tree, uint32_t index)
{
	return (struct html_node *)(void *)tree->nodes.data + index;
}

static enum html_tag find_tag(struct builder *builder, const xmlChar *name)
{
	struct tag_slot *slot = &builder->tags[((uintptr_t)name >> 3 ^ (uintptr_t)name >> 10) % TAG_CACHE_SLOTS];

	if (slot->name != name)
		*slot = (struct tag_slot){ name, html_tag_find((const char *)name) };
	return slot->tag;
}

static void close_last(struct builder *builder)
{
	struct html_tree *tree = builder->tree;

	if (!tree->nodes.status)
		node_at(tree, builder->open[builder->open_count - 1].node)->end = html_tree_count(tree);
	int *const outermost[] = { &builder->link_depth, &builder->code_depth, &builder->title_depth };
	for (size_t i = 0; i < COUNT_OF(outermost); i++)
		if (*outermost[i] == builder->open_count)
			*outermost[i] = 0;
	builder->open_count--;
}

/* Closes what the parser has closed: everything opened at a deeper level than this. */
static void close_to(struct builder *builder, int level)
{
	while (builder->open_count > 0 && builder->open[builder->open_count - 1].level > level)
		close_last(builder);
}

/* A term or definition ends where the next one starts; the parser does not know. */
static void close_definition(struct builder *builder)
{
	struct html_tree *tree = builder->tree;

	for (int i = builder->open_count; i > 0; i--) {
		enum html_tag tag = (enum html_tag)node_at(tree, builder->open[i - 1].node)->tag;
		if (tag == HTML_DT || tag == HTML_DD) {
			while (builder->open_count >= i)
				close_last(builder);
			return;
		}
		if (tag == HTML_DL || tag == HTML_TABLE || tag == HTML_UL || tag == HTML_OL || tag == HTML_DIV)
			return;
	}
}

static struct html_node *push_node(struct builder *builder, enum html_tag tag)
{
	struct html_tree *tree = builder->tree;
	uint32_t index = html_tree_count(tree);
	struct html_node *node = (struct html_node *)(void *)buffer_reserve(&tree->nodes, sizeof(*node));

	if (!node) {
		xmlStopParser(builder->parser);
		return NULL;
	}
	*node = (struct html_node){ .end = index + 1, .tag = (uint8_t)tag, .depth = (uint16_t)builder->open_count };
	memcpy(node->totals, tree->totals, sizeof(node->totals));
	buffer_commit(&tree->nodes, sizeof(*node));
	return node;
}

/* The number in the attribute that stands for all of the tag's. */
static bool attributes_number(const xmlChar **attributes, uint32_t *ret_number)
{
	uint32_t number = 0;

	if (!attributes || !attributes[0] || !attributes[1] || attributes[0][0] != 'n' || attributes[0][1] != '\0')
		return false;
	for (const xmlChar *digit = attributes[1]; *digit >= '0' && *digit <= '9'; digit++)
		number = number * 10 + (uint32_t)(*digit - '0');
	*ret_number = number;
	return true;
}

static void add_attributes(struct builder *builder, struct html_node *node, const xmlChar **numbered)
{
	const struct html_raw_attribute *all = (const void *)builder->prepared.attributes.data;
	size_t count = builder->prepared.attributes.bytes / sizeof(*all);
	struct html_tree *tree = builder->tree;
	uint32_t at;

	node->attribute_first = (uint32_t)(tree->attributes.bytes / sizeof(struct html_attribute));
	if (!attributes_number(numbered, &at))
		return;
	for (; at < count && node->attribute_count < ATTRIBUTES_MAX; at++) {
		struct html_attribute attribute = { .name = all[at].name, .text = (uint32_t)tree->text.bytes };
		html_append_decoded(&tree->text, all[at].raw, true);
		attribute.bytes = (uint32_t)(tree->text.bytes - attribute.text);
		buffer_append(&tree->attributes, &attribute, sizeof(attribute));
		node->attribute_count++;
		if (all[at].last)
			return;
	}
}

/* The parser keeps elements beyond the limit open no longer than their start tag: what is inside becomes a sibling, and its work
 * at an end tag stays bounded. */
static void forget_in_parser(htmlParserCtxtPtr parser)
{
	parser->nameTab[--parser->nameNr] = NULL;
	parser->name = parser->nameNr > 0 ? parser->nameTab[parser->nameNr - 1] : NULL;
}

static bool belongs_in_head(enum html_tag tag)
{
	switch (tag) {
	case HTML_HTML: case HTML_HEAD: case HTML_TITLE: case HTML_META: case HTML_LINK: case HTML_SCRIPT: case HTML_STYLE: case HTML_BASE:
	case HTML_NOSCRIPT: case HTML_TEMPLATE: case HTML_OBJECT:
		return true;
	default:
		return false;
	}
}

/* The parser does not know that an element of HTML 5 ends the head. */
static void close_head(struct builder *builder, enum html_tag tag)
{
	struct html_tree *tree = builder->tree;

	if (builder->open_count > 0 && !tree->nodes.status && !belongs_in_head(tag) &&
	    node_at(tree, builder->open[builder->open_count - 1].node)->tag == HTML_HEAD)
		close_last(builder);
}

/* Tables of javadoc, which are divisions. */
static enum html_tag tag_by_class(struct text classes)
{
	static const struct { const char *start; uint8_t tag; } names[] = {
		{ "summary-table", HTML_TABLE }, { "details-table", HTML_TABLE }, { "table-header col-", HTML_TH }, { "col-first", HTML_TD },
		{ "col-second", HTML_TD }, { "col-last", HTML_TD }, { "col-constructor-name", HTML_TD }, { "col-summary-item-name", HTML_TD },
		{ "col-deprecated-item-name", HTML_TD },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_starts_with(classes, text_from(names[i].start)))
			return (enum html_tag)names[i].tag;
	return HTML_DIV;
}

/* Tables made of divisions say so by their roles. */
static enum html_tag tag_by_role(struct text role, enum html_tag tag)
{
	static const struct { const char *role; uint8_t tag; } roles[] = {
		{ "table", HTML_TABLE }, { "grid", HTML_TABLE }, { "treegrid", HTML_TABLE }, { "rowgroup", HTML_TBODY }, { "row", HTML_TR },
		{ "cell", HTML_TD }, { "gridcell", HTML_TD }, { "columnheader", HTML_TH }, { "rowheader", HTML_TH },
	};

	if (tag != HTML_DIV && tag != HTML_SPAN && tag != HTML_SECTION && tag != HTML_UL && tag != HTML_LI && tag != HTML_P && tag != HTML_UNKNOWN)
		return tag;
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (text_equal_nocase(role, text_from(roles[i].role)))
			return (enum html_tag)roles[i].tag;
	return tag;
}

/* An <a> that is only a place to link to. One with neither name nor target leads somewhere by a script. */
static bool is_anchor(const struct html_tree *tree, uint32_t index)
{
	return !html_tree_has_attribute(tree, index, HTML_HREF) &&
	       (html_tree_has_attribute(tree, index, HTML_ID) || html_tree_has_attribute(tree, index, HTML_NAME));
}

static void on_start(void *context, const xmlChar *name, const xmlChar **attributes)
{
	struct builder *builder = context;
	enum html_tag tag = find_tag(builder, name);

	close_to(builder, builder->parser->nameNr - 1);
	close_head(builder, tag);
	if ((tag == HTML_DT || tag == HTML_DD) && !builder->tree->nodes.status)
		close_definition(builder);
	struct html_node *node = push_node(builder, tag);
	if (!node)
		return;
	add_attributes(builder, node, attributes);
	uint32_t index = html_tree_count(builder->tree) - 1;
	struct text role = html_tree_attribute(builder->tree, index, HTML_ATTRIBUTE_ROLE);
	bool is_heading = (tag >= HTML_H1 && tag <= HTML_H6) || text_equal_nocase(role, TEXT_LITERAL("heading"));
	if (role.bytes > 0)
		tag = tag_by_role(role, tag);
	else if (tag == HTML_DIV && node->attribute_count > 0)
		tag = tag_by_class(html_tree_attribute(builder->tree, index, HTML_CLASS));
	node->tag = (uint8_t)tag;
	builder->tree->totals[HTML_TOTAL_HEADINGS] += is_heading;
	if (tag == HTML_BASE && builder->tree->base == 0)
		builder->tree->base = html_tree_count(builder->tree) - 1;
	builder->tree->totals[HTML_TOTAL_TABLES] += tag == HTML_TABLE;
	builder->tree->totals[HTML_TOTAL_CODE] += tag == HTML_PRE;
	builder->after_tag = true;
	builder->edge = html_tag_is_block(tag);
	if (builder->parser->nameNr > (int)builder->depth_max) {
		const htmlElemDesc *description = htmlTagLookup(name);
		if (!description || !description->empty)
			forget_in_parser(builder->parser);
		return;
	}
	builder->open[builder->open_count++] = (struct open_element){ html_tree_count(builder->tree) - 1, builder->parser->nameNr };
	if (tag == HTML_A && !builder->link_depth && !is_anchor(builder->tree, index))
		builder->link_depth = builder->open_count;
	if ((tag == HTML_PRE || tag == HTML_LISTING || tag == HTML_XMP || tag == HTML_PLAINTEXT) && !builder->code_depth)
		builder->code_depth = builder->open_count;
	if (tag == HTML_TITLE && builder->tree->title_end == 0)
		builder->title_depth = builder->open_count;
}

static void on_end(void *context, const xmlChar *name)
{
	struct builder *builder = context;

	close_to(builder, builder->parser->nameNr - 1);
	builder->after_tag = true;
	builder->edge = html_tag_is_block(find_tag(builder, name));
}

static bool is_all_space(const char *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (!ascii_is_space(data[i]))
			return false;
	return true;
}

static void add_text(struct builder *builder, struct text raw, bool verbatim)
{
	struct html_tree *tree = builder->tree;
	size_t start = tree->text.bytes;

	if (builder->after_tag && builder->edge && !builder->code_depth && is_all_space(raw.data, raw.bytes))
		return;
	if (builder->after_tag || html_tree_count(tree) == 0) {
		struct html_node *node = push_node(builder, HTML_TEXT);
		if (!node)
			return;
		node->text = (uint32_t)start;
		builder->after_tag = false;
	}
	if (verbatim)
		buffer_append_text(&tree->text, raw);
	else
		html_append_decoded(&tree->text, raw, false);
	if (tree->text.status) {
		xmlStopParser(builder->parser);
		return;
	}
	uint32_t bytes = (uint32_t)(tree->text.bytes - start);
	node_at(tree, html_tree_count(tree) - 1)->bytes += bytes;
	tree->totals[HTML_TOTAL_TEXT] += bytes;
	if (builder->link_depth)
		tree->totals[HTML_TOTAL_LINK_TEXT] += bytes;
	if (builder->title_depth) {
		if (tree->title_end == 0)
			tree->title_start = (uint32_t)start;
		tree->title_end = (uint32_t)tree->text.bytes;
	}
}

/* Numbers of pieces and white space. A number may arrive in two parts. */
static void on_text(void *context, const xmlChar *characters, int length)
{
	struct builder *builder = context;
	const struct html_piece *pieces = (const void *)builder->prepared.pieces.data;
	size_t count = builder->prepared.pieces.bytes / sizeof(*pieces);

	close_to(builder, builder->parser->nameNr);
	for (int i = 0, start; i < length; i++) {
		if (characters[i] >= '0' && characters[i] <= '9') {
			builder->number = builder->number * 10 + (size_t)(characters[i] - '0');
		} else if (characters[i] == ';') {
			if (builder->number < count)
				add_text(builder, pieces[builder->number].raw, pieces[builder->number].verbatim);
			builder->number = 0;
		} else {
			for (start = i; i + 1 < length && ascii_is_space((char)characters[i + 1]);)
				i++;
			add_text(builder, (struct text){ (const char *)characters + start, (size_t)(i + 1 - start) }, true);
		}
	}
}

static int parse(struct builder *builder, struct text html)
{
	htmlSAXHandler handler = {
		.startElement = on_start, .endElement = on_end, .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text,
	};
	htmlParserCtxtPtr parser = htmlCreateMemoryParserCtxt(html.data, (int)html.bytes);
	if (!parser)
		return -ENOMEM;
	xmlSAXHandler *own = parser->sax;
	void *own_data = parser->userData;
	parser->sax = &handler;
	parser->userData = builder;
	builder->parser = parser;
	htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
	xmlSwitchEncoding(parser, XML_CHAR_ENCODING_UTF8);
	htmlParseDocument(parser);
	int status = parser->errNo == XML_ERR_NO_MEMORY ? -ENOMEM : 0;
	const xmlParserInput *input = parser->input;
	if (input && input->cur < input->end) /* the parser gave up */
		builder->tree->parsed_share = (double)((size_t)(input->cur - input->base) + input->consumed) / (double)html.bytes;
	parser->sax = own;
	parser->userData = own_data;
	htmlFreeParserCtxt(parser);
	return status;
}

static int prepare_and_parse(struct builder *builder, struct text html, size_t bytes_max)
{
	int status = html_prepare(html, bytes_max, &builder->prepared);

	if (status == 0 && builder->prepared.markup.bytes > INT_MAX)
		status = ERROR_LIMIT_HIT;
	if (status == 0 && builder->prepared.markup.bytes > 0)
		status = parse(builder, buffer_view(&builder->prepared.markup));
	html_prepared_done(&builder->prepared);
	return status;
}

int html_tree_parse(struct text html, unsigned depth_max, size_t bytes_max, struct html_tree *ret_tree, struct error_text *error)
{
	struct html_tree *tree = ret_tree;
	struct builder *builder = calloc(1, sizeof(*builder));
	int status = 0;

	CHECK(depth_max + 2 <= TREE_DEPTH_MAX);
	*tree = (struct html_tree){ .parsed_share = 1 };
	buffer_init(&tree->nodes, bytes_max);
	buffer_init(&tree->attributes, bytes_max);
	buffer_init(&tree->text, size_min(bytes_max, UINT32_MAX));
	if (!builder)
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	builder->tree = tree;
	builder->depth_max = depth_max;
	if (html.bytes > 0)
		status = prepare_and_parse(builder, html, bytes_max);
	close_to(builder, 0);
	free(builder);
	if (status == 0)
		status = tree->nodes.status ? tree->nodes.status : tree->attributes.status ? tree->attributes.status : tree->text.status;
	if (status == ERROR_LIMIT_HIT)
		return error_set(error, status, "the page is too large: its elements or text take more than %zu bytes", size_min(bytes_max, INT_MAX));
	return status ? error_set(error, status, "%s", error_describe(status)) : 0;
}

void html_tree_done(struct html_tree *tree)
{
	buffer_done(&tree->nodes);
	buffer_done(&tree->attributes);
	buffer_done(&tree->text);
}

uint32_t html_tree_total(const struct html_tree *tree, uint32_t index, enum html_total total)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t end = nodes[index].end;
	uint32_t behind = end < html_tree_count(tree) ? nodes[end].totals[total] : tree->totals[total];

	return behind - nodes[index].totals[total];
}

struct text html_tree_title(const struct html_tree *tree)
{
	return text_slice(buffer_view(&tree->text), tree->title_start, tree->title_end);
}

struct text html_tree_text(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];
	return (struct text){ tree->text.data + node->text, node->bytes };
}

static const struct html_attribute *find_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];
	const struct html_attribute *attributes = (const void *)tree->attributes.data;

	for (uint32_t i = 0; i < node->attribute_count; i++)
		if (attributes[node->attribute_first + i].name == name)
			return &attributes[node->attribute_first + i];
	return NULL;
}

struct text html_tree_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	const struct html_attribute *attribute = find_attribute(tree, index, name);

	if (!attribute || attribute->bytes == 0)
		return TEXT_LITERAL("");
	return (struct text){ tree->text.data + attribute->text, attribute->bytes };
}

bool html_tree_has_attribute(const struct html_tree *tree, uint32_t index, enum html_attribute_name name)
{
	return find_attribute(tree, index, name) != NULL;
}

bool html_tree_has_class(const struct html_tree *tree, uint32_t index, const char *word)
{
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), class_name;

	while (html_next_word(&rest, &class_name))
		if (text_equal_nocase(class_name, text_from(word)))
			return true;
	return false;
}

bool html_next_word(struct text *rest, struct text *ret_word)
{
	size_t start = 0, end;

	while (start < rest->bytes && ascii_is_space(rest->data[start]))
		start++;
	for (end = start; end < rest->bytes && !ascii_is_space(rest->data[end]); end++)
		;
	*ret_word = text_slice(*rest, start, end);
	*rest = text_slice(*rest, end, rest->bytes);
	return end > start;
}
