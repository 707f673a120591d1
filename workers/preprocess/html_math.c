/* html_math.c: formulas of a page as their authors wrote them: TeX in scripts, in annotations and alternative texts of MathML, and
 * between \( \), \[ \] or $$ in running text. MathML without TeX becomes text with <sub>, <sup> and "/". */
#include "workers/preprocess/html_walk.h"

enum { FORMULA_BYTES_MAX = 16384 }; /* an opening delimiter so far from its end is none */

/* "{\displaystyle x}" is x: the wrapping is the renderer's. */
static struct text unwrap(struct text tex)
{
	static const char *const wraps[] = { "{\\displaystyle", "{\\textstyle" };

	tex = text_trim(tex);
	for (size_t i = 0; i < COUNT_OF(wraps); i++)
		if (text_starts_with(tex, text_from(wraps[i])) && tex.data[tex.bytes - 1] == '}')
			return text_trim(text_slice(tex, strlen(wraps[i]), tex.bytes - 1));
	return tex;
}

static void write_tex(struct html_walk *walk, struct text tex, const char *delimiter)
{
	tex = unwrap(tex);
	if (tex.bytes == 0)
		return;
	buffer_clear(&walk->code);
	buffer_append_string(&walk->code, delimiter);
	html_collapse(&walk->code, tex);
	buffer_append_string(&walk->code, delimiter);
	html_inline_raw(&walk->line, buffer_view(&walk->code));
}

static struct text first_text(const struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++)
		if (nodes[i].tag == HTML_TEXT)
			return html_tree_text(walk->tree, i);
	return TEXT_LITERAL("");
}

void html_math_script(struct html_walk *walk, uint32_t index)
{
	struct text type = html_tree_attribute(walk->tree, index, HTML_TYPE);
	bool display = text_find_nocase(type, TEXT_LITERAL("display")) >= 0;

	if (!text_starts_with_nocase(type, TEXT_LITERAL("math/tex"))) {
		html_walk_leave_out(walk, index);
		return;
	}
	walk->arrived_bytes += html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);
	if (display)
		html_walk_part(walk);
	write_tex(walk, first_text(walk, index), display ? "$$" : "$");
	if (display)
		html_walk_part(walk);
}

/* --- MathML ---------------------------------------------------------------------------------------------------- */

static struct text tex_of(const struct html_walk *walk, uint32_t math)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t i = math + 1; i < html_node_end(nodes, math); i++)
		if (nodes[i].tag == HTML_ANNOTATION &&
		    text_find_nocase(html_tree_attribute(walk->tree, i, HTML_ENCODING), TEXT_LITERAL("tex")) >= 0)
			return first_text(walk, i);
	return html_tree_attribute(walk->tree, math, HTML_ALTTEXT);
}

static void walk_math(struct html_walk *walk, uint32_t index);

static void walk_scripts(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	enum html_mark mark = nodes[index].tag == HTML_MSUP || nodes[index].tag == HTML_MOVER ? HTML_MARK_SUP : HTML_MARK_SUB;
	unsigned part = 0;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		if (nodes[child].tag == HTML_TEXT)
			continue;
		enum html_mark own = part == 2 ? HTML_MARK_SUP : mark;
		if (part > 0)
			html_inline_mark(&walk->line, own);
		walk_math(walk, child);
		if (part > 0)
			html_inline_unmark(&walk->line, own);
		part++;
	}
}

/* Is there more than one number or name in it? */
static bool is_composite(const struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	unsigned texts = 0;

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++)
		texts += nodes[i].tag == HTML_TEXT && text_trim(html_tree_text(walk->tree, i)).bytes > 0;
	return texts > 1;
}

static void walk_part(struct html_walk *walk, uint32_t index)
{
	bool composite = is_composite(walk, index);

	if (composite)
		html_inline_raw(&walk->line, TEXT_LITERAL("("));
	walk_math(walk, index);
	if (composite)
		html_inline_raw(&walk->line, TEXT_LITERAL(")"));
}

static void walk_fraction(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool first = true;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		if (nodes[child].tag == HTML_TEXT)
			continue;
		if (!first)
			html_inline_raw(&walk->line, TEXT_LITERAL("/"));
		walk_part(walk, child);
		first = false;
	}
}

static void walk_math_children(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child))
		walk_math(walk, child);
}

/* √ of what the root holds. */
static void walk_root(struct html_walk *walk, uint32_t index)
{
	bool composite = is_composite(walk, index);

	html_inline_raw(&walk->line, composite ? TEXT_LITERAL("√(") : TEXT_LITERAL("√"));
	walk_math_children(walk, index);
	if (composite)
		html_inline_raw(&walk->line, TEXT_LITERAL(")"));
}

/* A root of another degree, which stands behind what the root is of: the degree is raised before the sign. */
static void walk_degree_root(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t parts[2] = { 0 };
	size_t count = 0;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index) && count < COUNT_OF(parts); child = html_node_end(nodes, child))
		if (nodes[child].tag != HTML_TEXT)
			parts[count++] = child;
	if (count < COUNT_OF(parts)) {
		walk_root(walk, index);
		return;
	}
	html_inline_mark(&walk->line, HTML_MARK_SUP);
	walk_math(walk, parts[1]);
	html_inline_unmark(&walk->line, HTML_MARK_SUP);
	html_inline_raw(&walk->line, TEXT_LITERAL("√"));
	walk_part(walk, parts[0]);
}

/* Brackets around parts that commas separate. */
static void walk_fenced(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool first = true;

	html_inline_raw(&walk->line, TEXT_LITERAL("("));
	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		if (nodes[child].tag == HTML_TEXT)
			continue;
		if (!first)
			html_inline_raw(&walk->line, TEXT_LITERAL(", "));
		walk_math(walk, child);
		first = false;
	}
	html_inline_raw(&walk->line, TEXT_LITERAL(")"));
}

static void walk_math(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	switch (nodes[index].tag) {
	case HTML_TEXT:
		walk->arrived_bytes += html_tree_text(walk->tree, index).bytes;
		html_inline_text(&walk->line, text_trim(html_tree_text(walk->tree, index)));
		return;
	case HTML_ANNOTATION: case HTML_ANNOTATION_XML: html_walk_leave_out(walk, index); return;
	case HTML_MSUB: case HTML_MSUP: case HTML_MSUBSUP: case HTML_MUNDER: case HTML_MOVER: case HTML_MUNDEROVER: walk_scripts(walk, index); return;
	case HTML_MFRAC: walk_fraction(walk, index); return;
	case HTML_MSQRT: walk_root(walk, index); return;
	case HTML_MROOT: walk_degree_root(walk, index); return;
	case HTML_MFENCED: walk_fenced(walk, index); return;
	default: walk_math_children(walk, index); return;
	}
}

void html_math(struct html_walk *walk, uint32_t index)
{
	struct text tex = tex_of(walk, index);
	bool display = text_equal_nocase(html_tree_attribute(walk->tree, index, HTML_DISPLAY), TEXT_LITERAL("block"));

	if (text_trim(tex).bytes == 0) {
		walk_math(walk, index);
		return;
	}
	walk->arrived_bytes += html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);
	write_tex(walk, tex, display ? "$$" : "$");
}

/* --- in running text ------------------------------------------------------------------------------------------- */

static const struct { const char *open, *close; } delimiters[] = { { "\\(", "\\)" }, { "\\[", "\\]" }, { "$$", "$$" } };

/* The first formula in the text: where it starts, and its bytes; 0 when there is none. */
static size_t find_formula(struct text text, size_t *ret_start)
{
	for (size_t i = 0; i + 3 < text.bytes; i++) {
		if (text.data[i] != '\\' && text.data[i] != '$')
			continue;
		for (size_t k = 0; k < COUNT_OF(delimiters); k++) {
			struct text open = text_from(delimiters[k].open), rest = text_slice(text, i, text.bytes);
			if (!text_starts_with(rest, open))
				continue;
			struct text inside = text_slice(rest, open.bytes, size_min(rest.bytes, FORMULA_BYTES_MAX));
			ptrdiff_t close = text_find(inside, text_from(delimiters[k].close));
			if (close <= 0)
				return 0; /* nor will one behind it be: no text is searched twice */
			*ret_start = i;
			return open.bytes + (size_t)close + 2;
		}
	}
	return 0;
}

void html_math_text(struct html_walk *walk, struct text text)
{
	size_t start, bytes;
	bool may_hold = walk->line.code_depth == 0 && (memchr(text.data, '\\', text.bytes) || memchr(text.data, '$', text.bytes));

	while (may_hold && (bytes = find_formula(text, &start)) > 0) {
		html_inline_text(&walk->line, text_slice(text, 0, start));
		buffer_clear(&walk->code);
		html_collapse(&walk->code, text_slice(text, start, start + bytes));
		html_inline_raw(&walk->line, buffer_view(&walk->code));
		text = text_slice(text, start + bytes, text.bytes);
	}
	html_inline_text(&walk->line, text);
}
