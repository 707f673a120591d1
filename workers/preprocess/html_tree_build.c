/* html_tree_build.c: makes a page's tree (html_tree.h) of the events of libxml2's parser, which reads markup from html_prepare as it needs it. */
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
	TREE_DEPTH_MAX = 4096 + 2, /* the largest setting, and the root */
	DEPTH_MASK = 8191,         /* what a node has room for */
};

_Static_assert(sizeof(struct html_node) == 8 && TREE_DEPTH_MAX <= DEPTH_MASK, "a node is small, and its depth fits");

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
	struct html_prepare *prepare;
	size_t number;            /* of the piece that is being read */
	bool after_tag;           /* nothing but tags since the last text */
	bool has_returns;         /* the page has "\r" in it */
	uint32_t text_bytes;      /* of the last node, while it is text that may go on */
	size_t stop_attributes;   /* before the last stop */
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
		node_at(tree, builder->open[builder->open_count - 1].node)->element_end = html_tree_count(tree);
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

/* The last node's text is whole. */
static void end_text(struct builder *builder)
{
	struct html_tree *tree = builder->tree;
	uint32_t count = html_tree_count(tree);

	if (count == 0 || node_at(tree, count - 1)->tag != HTML_TEXT)
		return;
	node_at(tree, count - 1)->text_bytes = (uint8_t)size_min(builder->text_bytes, HTML_LONG_TEXT);
	if (builder->text_bytes >= HTML_LONG_TEXT)
		buffer_append(&tree->long_texts, &builder->text_bytes, sizeof(builder->text_bytes));
	builder->text_bytes = 0;
}

static int tree_status(const struct html_tree *tree)
{
	const struct buffer *const buffers[] = { &tree->nodes, &tree->attributes, &tree->stops, &tree->long_texts, &tree->text };

	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	return 0;
}

static void push_stop(struct builder *builder)
{
	struct html_tree *tree = builder->tree;
	struct html_stop stop = {
		.attributes = (uint32_t)(tree->attributes.bytes / sizeof(struct html_attribute)),
		.long_texts = (uint32_t)(tree->long_texts.bytes / sizeof(uint32_t)),
	};

	memcpy(stop.totals, tree->totals, sizeof(stop.totals));
	buffer_append(&tree->stops, &stop, sizeof(stop));
	builder->stop_attributes = stop.attributes;
	tree->nodes.status = tree_status(tree); /* no node without what belongs to it */
}

static struct html_node *push_node(struct builder *builder, enum html_tag tag)
{
	struct html_tree *tree = builder->tree;
	uint32_t index = html_tree_count(tree);

	end_text(builder);
	if (index % HTML_STOP_NODES == 0)
		push_stop(builder);
	struct html_node *node = (struct html_node *)(void *)buffer_reserve(&tree->nodes, sizeof(*node));
	if (!node) {
		xmlStopParser(builder->parser);
		return NULL;
	}
	*node = (struct html_node){ .element_end = index + 1, .tag = (uint8_t)tag };
	node->depth = (unsigned)builder->open_count & DEPTH_MASK;
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

/* Line ends as "\n" in the tree's own text from `start` on. */
static void repair_line_ends(struct buffer *text, size_t start)
{
	char *data = text->data;
	size_t to = start;

	if (text->status || start == text->bytes)
		return;
	for (size_t from = start; from < text->bytes; from++) {
		bool before_line_feed = data[from] == '\r' && from + 1 < text->bytes && data[from + 1] == '\n';
		if (!before_line_feed)
			data[to++] = data[from] == '\r' ? '\n' : data[from];
	}
	buffer_truncate(text, to);
}

/* Does it stand in the page as it should be? */
static bool is_as_in_page(const struct builder *builder, struct text raw, bool verbatim)
{
	struct text page = builder->tree->page;

	return raw.data >= page.data && raw.data <= page.data + page.bytes && (verbatim || !memchr(raw.data, '&', raw.bytes)) &&
	       !(builder->has_returns && memchr(raw.data, '\r', raw.bytes));
}

static void append_decoded(struct builder *builder, struct text raw, bool verbatim, bool attribute)
{
	struct buffer *text = &builder->tree->text;
	size_t start = text->bytes;

	if (verbatim)
		buffer_append_text(text, raw);
	else
		html_append_decoded(text, raw, attribute);
	if (builder->has_returns)
		repair_line_ends(text, start);
}

static void add_attribute(struct builder *builder, const struct html_raw_attribute *raw)
{
	struct html_tree *tree = builder->tree;
	struct html_attribute attribute = { .name = raw->name, .is_decoded = raw->raw.bytes == 0 || !is_as_in_page(builder, raw->raw, false), .last = raw->last };

	attribute.start = (uint32_t)(attribute.is_decoded ? (ptrdiff_t)tree->text.bytes : raw->raw.data - tree->page.data);
	if (attribute.is_decoded)
		append_decoded(builder, raw->raw, false, true);
	attribute.bytes = (uint32_t)(attribute.is_decoded ? tree->text.bytes - attribute.start : raw->raw.bytes);
	buffer_append(&tree->attributes, &attribute, sizeof(attribute));
}

static void add_attributes(struct builder *builder, struct html_node *node, const xmlChar **numbered)
{
	struct html_tree *tree = builder->tree;
	size_t before = tree->attributes.bytes / sizeof(struct html_attribute) - builder->stop_attributes;
	uint32_t number;

	if (!attributes_number(numbered, &number))
		return;
	const struct html_raw_attribute *raw = html_prepare_attributes(builder->prepare, number);
	for (const struct html_raw_attribute *next = raw; next; next = next->last ? NULL : next + 1)
		add_attribute(builder, next);
	if (raw && !tree->attributes.status)
		node->attributes = (uint8_t)size_min(before + 1, HTML_FAR_ATTRIBUTES);
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
	else if (tag == HTML_DIV && node->attributes > 0)
		tag = tag_by_class(html_tree_attribute(builder->tree, index, HTML_CLASS));
	node->tag = (uint8_t)tag;
	node->is_heading = is_heading;
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
	const bool line = tag == HTML_DIV && node->attributes > 0 && html_tree_has_class(builder->tree, index, "line"); /* its indentation stands before tags */
	if ((tag == HTML_PRE || tag == HTML_LISTING || tag == HTML_XMP || tag == HTML_PLAINTEXT || line) && !builder->code_depth)
		builder->code_depth = builder->open_count;
	if (tag == HTML_TITLE && builder->tree->title == 0)
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

/* The last node's text goes on with `raw`. What stands elsewhere than right behind it moves both into the tree's own text. */
static void extend_text(struct builder *builder, struct html_node *node, struct text raw, bool verbatim)
{
	struct html_tree *tree = builder->tree;

	if (!node->is_decoded && is_as_in_page(builder, raw, verbatim) && raw.data == tree->page.data + node->text_start + builder->text_bytes) {
		builder->text_bytes += (uint32_t)raw.bytes;
		return;
	}
	if (!node->is_decoded) {
		uint32_t start = (uint32_t)tree->text.bytes;
		buffer_append(&tree->text, tree->page.data + node->text_start, builder->text_bytes);
		node->text_start = start;
		node->is_decoded = true;
	}
	append_decoded(builder, raw, verbatim, false);
	builder->text_bytes = (uint32_t)(tree->text.bytes - node->text_start);
}

static void begin_text(struct builder *builder, struct html_node *node, struct text raw, bool verbatim)
{
	struct html_tree *tree = builder->tree;

	node->is_decoded = !is_as_in_page(builder, raw, verbatim);
	node->in_link = builder->link_depth > 0;
	node->text_start = (uint32_t)(node->is_decoded ? (ptrdiff_t)tree->text.bytes : raw.data - tree->page.data);
	if (node->is_decoded)
		append_decoded(builder, raw, verbatim, false);
	builder->text_bytes = (uint32_t)(node->is_decoded ? tree->text.bytes - node->text_start : raw.bytes);
	builder->after_tag = false;
	if (builder->title_depth && tree->title == 0)
		tree->title = html_tree_count(tree) - 1;
}

static void add_text(struct builder *builder, struct text raw, bool verbatim)
{
	struct html_tree *tree = builder->tree;
	uint32_t count = html_tree_count(tree), before = builder->text_bytes;

	if (builder->after_tag && builder->edge && !builder->code_depth && is_all_space(raw.data, raw.bytes))
		return;
	if (builder->after_tag || count == 0) {
		struct html_node *node = push_node(builder, HTML_TEXT);
		if (!node)
			return;
		before = 0;
		begin_text(builder, node, raw, verbatim);
	} else {
		extend_text(builder, node_at(tree, count - 1), raw, verbatim);
	}
	if (tree->text.status) {
		xmlStopParser(builder->parser);
		return;
	}
	tree->totals[HTML_TOTAL_TEXT] += builder->text_bytes - before;
	if (node_at(tree, html_tree_count(tree) - 1)->in_link)
		tree->totals[HTML_TOTAL_LINK_TEXT] += builder->text_bytes - before;
}

/* Numbers of pieces and white space. A number may arrive in two parts. */
static void on_text(void *context, const xmlChar *characters, int length)
{
	struct builder *builder = context;

	close_to(builder, builder->parser->nameNr);
	for (int i = 0, start; i < length; i++) {
		if (characters[i] >= '0' && characters[i] <= '9') {
			builder->number = builder->number * 10 + (size_t)(characters[i] - '0');
		} else if (characters[i] == ';') {
			const struct html_piece *piece = html_prepare_piece(builder->prepare, builder->number);
			if (piece)
				add_text(builder, piece->raw, piece->verbatim);
			builder->number = 0;
		} else {
			for (start = i; i + 1 < length && ascii_is_space((char)characters[i + 1]);)
				i++;
			add_text(builder, (struct text){ (const char *)characters + start, (size_t)(i + 1 - start) }, true);
		}
	}
}

static int read_markup(void *context, char *place, int bytes)
{
	struct builder *builder = context;
	return bytes > 0 ? (int)html_prepare_read(builder->prepare, place, (size_t)bytes) : 0;
}

/* The parser with the markup as its input, or NULL: out of memory. */
static htmlParserCtxtPtr open_parser(struct builder *builder)
{
	htmlParserCtxtPtr parser = htmlNewParserCtxt();
	if (!parser)
		return NULL;
	xmlParserInputBufferPtr buffer = xmlParserInputBufferCreateIO(read_markup, NULL, builder, XML_CHAR_ENCODING_NONE);
	xmlParserInputPtr input = buffer ? xmlNewIOInputStream(parser, buffer, XML_CHAR_ENCODING_NONE) : NULL;
	if (!input) {
		xmlFreeParserInputBuffer(buffer);
		htmlFreeParserCtxt(parser);
		return NULL;
	}
	if (inputPush(parser, input) < 0) {
		xmlFreeInputStream(input);
		htmlFreeParserCtxt(parser);
		return NULL;
	}
	return parser;
}

/* How much of the markup the parser read before it gave up. */
static double share_of_parsed(struct builder *builder)
{
	const xmlParserInput *input = builder->parser->input;

	if (!input || builder->parser->instate == XML_PARSER_EOF) /* it was stopped: that is a failure of its own */
		return 1;
	uint64_t read = (uint64_t)(input->cur - input->base) + input->consumed, all = html_prepare_finish(builder->prepare);
	return read < all ? (double)read / (double)all : 1;
}

static int parse(struct builder *builder)
{
	htmlSAXHandler handler = {
		.startElement = on_start, .endElement = on_end, .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text,
	};
	htmlParserCtxtPtr parser = open_parser(builder);
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
	int status = parser->errNo == XML_ERR_NO_MEMORY ? -ENOMEM : html_prepare_status(builder->prepare);
	builder->tree->parsed_share = share_of_parsed(builder);
	builder->tree->borders_cells = html_prepare_borders_cells(builder->prepare);
	parser->sax = own;
	parser->userData = own_data;
	htmlFreeParserCtxt(parser);
	return status;
}

int html_tree_parse(struct text html, unsigned depth_max, size_t bytes_max, struct html_tree *ret_tree, struct error_text *error)
{
	struct html_tree *tree = ret_tree;
	struct builder *builder = calloc(1, sizeof(*builder));
	int status = 0;

	CHECK(depth_max + 2 <= TREE_DEPTH_MAX);
	*tree = (struct html_tree){ .page = html, .parsed_share = 1 };
	struct buffer *const buffers[] = { &tree->nodes, &tree->attributes, &tree->stops, &tree->long_texts, &tree->text };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], size_min(bytes_max, UINT32_MAX));
	if (builder)
		builder->prepare = html_prepare_create(html);
	if (!builder || !builder->prepare) {
		free(builder);
		return error_set(error, -ENOMEM, "%s", error_describe(-ENOMEM));
	}
	builder->tree = tree;
	builder->depth_max = depth_max;
	builder->has_returns = html.bytes > 0 && memchr(html.data, '\r', html.bytes);
	if (html.bytes > UINT32_MAX)
		status = ERROR_LIMIT_HIT;
	else if (html.bytes > 0)
		status = parse(builder);
	end_text(builder);
	close_to(builder, 0);
	html_prepare_destroy(builder->prepare);
	free(builder);
	if (status == 0)
		status = tree_status(tree);
	if (status == ERROR_LIMIT_HIT)
		return error_set(error, status, "the page is too large: its elements or text take more than %zu bytes", size_min(bytes_max, INT_MAX));
	return status ? error_set(error, status, "%s", error_describe(status)) : 0;
}
