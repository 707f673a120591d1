/* html_media.c: what a page points at: links, images, and where relative ones lead. */
#define _GNU_SOURCE /* memrchr */
#include "workers/preprocess/html_walk.h"

#include "workers/preprocess/markdown_inline.h"

static bool has_scheme(struct text target, const char *scheme)
{
	return text_starts_with_nocase(target, text_from(scheme));
}

/* "name:" at the start */
static bool is_absolute(struct text target)
{
	size_t i = 0;

	while (i < target.bytes && (ascii_is_alnum(target.data[i]) || strchr("+-.", target.data[i])))
		i++;
	return i > 0 && i < target.bytes && target.data[i] == ':';
}

/* Vendor targets repaired; relative ones behind the page's base. The result may lie in `scratch`. */
static struct text resolve(const struct html_walk *walk, struct text target, struct buffer *scratch)
{
	struct text base = walk->base;

	if (base.bytes == 0 || target.bytes == 0 || target.data[0] == '#' || is_absolute(target) || text_starts_with(target, TEXT_LITERAL("//")))
		return markdown_repair_target(target, scratch);
	ptrdiff_t scheme = text_find(base, TEXT_LITERAL("://"));
	size_t end = base.bytes, host_start = scheme < 0 ? 0 : (size_t)scheme + 3;
	if (target.data[0] == '/') { /* from the root of the host */
		const char *slash = memchr(base.data + host_start, '/', base.bytes - host_start);
		end = scheme < 0 ? 0 : slash ? (size_t)(slash - base.data) : base.bytes;
	} else {
		while (end > host_start && base.data[end - 1] != '/')
			end--;
	}
	buffer_clear(scratch);
	buffer_append_text(scratch, text_slice(base, 0, end));
	if (scheme >= 0 && end == host_start && target.data[0] != '/') { /* a host alone */
		buffer_append_text(scratch, text_slice(base, end, base.bytes));
		buffer_append_byte(scratch, '/');
	}
	buffer_append_text(scratch, text_starts_with(target, TEXT_LITERAL("./")) ? text_slice(target, 2, target.bytes) : target);
	return scratch->status ? target : buffer_view(scratch);
}

/* As above, and html_removed.h is told of a repair. */
static struct text resolve_of(struct html_walk *walk, uint32_t index, struct text target, struct buffer *scratch)
{
	struct text resolved = resolve(walk, target, scratch);
	if (is_absolute(target) && resolved.data != target.data)
		html_walk_note(walk, index, true);
	return resolved;
}

/* --- links ----------------------------------------------------------------------------------------------------- */

/* The sign beside a heading that links to itself: no letters, and not all of the heading. */
static bool is_permalink(const struct html_walk *walk, uint32_t index)
{
	enum { SIGN_BYTES_MAX = 8 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	uint32_t bytes = html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);

	if (bytes > SIGN_BYTES_MAX || bytes == html_tree_total(walk->tree, walk->heading, HTML_TOTAL_TEXT))
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(walk->tree, i) : TEXT_LITERAL("");
		for (size_t k = 0; k < text.bytes; k++)
			if (ascii_is_alnum(text.data[k]))
				return false;
	}
	return true;
}

/* The same sign anywhere else: nothing but one of these. */
static bool is_anchor_sign(const struct html_tree *tree, uint32_t index)
{
	static const char *const signs[] = { "\xC2\xB6", "\xC2\xA7", "#", "\xF0\x9F\x94\x97", "\xE2\x88\x9E" };
	const struct html_node *nodes = html_tree_nodes(tree);

	if (html_node_end(nodes, index) != index + 2 || nodes[index + 1].tag != HTML_TEXT)
		return false;
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (text_equal(text_trim(html_tree_text(tree, index + 1)), text_from(signs[i])))
			return true;
	return false;
}

/* "Skip to content" */
static bool is_skip_link(const struct html_walk *walk, uint32_t index)
{
	enum { SKIP_BYTES_MAX = 40 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	if (html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) > SKIP_BYTES_MAX)
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++)
		if (nodes[i].tag == HTML_TEXT) {
			struct text text = text_trim(html_tree_text(walk->tree, i));
			return text_starts_with_nocase(text, TEXT_LITERAL("skip to ")) || text_starts_with_nocase(text, TEXT_LITERAL("jump to ")) ||
			       text_starts_with_nocase(text, TEXT_LITERAL("skip navigation"));
		}
	return false;
}

/* "Back to top" */
static bool is_top_link(const struct html_walk *walk, uint32_t index, struct text target)
{
	static const char *const words[] = { "back to top", "go to top", "return to top", "scroll to top", "to top", "top of page", "back to the top", "page top" };
	enum { TOP_BYTES_MAX = 40 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	if (html_tree_total(walk->tree, index, HTML_TOTAL_TEXT) > TOP_BYTES_MAX)
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(walk->tree, i) : TEXT_LITERAL("");
		while (text.bytes > 0 && !ascii_is_alnum(text.data[0]))
			text = text_slice(text, 1, text.bytes);
		while (text.bytes > 0 && !ascii_is_alnum(text.data[text.bytes - 1]))
			text.bytes--;
		bool top = text_equal_nocase(target, TEXT_LITERAL("#top")) && text_equal_nocase(text, TEXT_LITERAL("top"));
		for (size_t k = 0; k < COUNT_OF(words) && !top; k++)
			top = text_equal_nocase(text, text_from(words[k]));
		if (text.bytes > 0)
			return top;
	}
	return false;
}

/* The brackets that the author typed around a mark: "[1]". Those of Markdown take their place. */
static void drop_brackets(struct html_walk *walk, uint32_t link)
{
	const struct html_tree *tree = walk->tree;
	uint32_t next = html_node_end(html_tree_nodes(tree), link);
	struct buffer *out = &walk->line.out;

	if (out->bytes == 0 || out->data[out->bytes - 1] != '[' || next >= html_tree_count(tree) || html_tree_nodes(tree)[next].tag != HTML_TEXT ||
	    !text_starts_with(html_tree_text(tree, next), TEXT_LITERAL("]")))
		return;
	buffer_truncate(out, out->bytes - (out->bytes > 1 && out->data[out->bytes - 2] == '\\' ? 2 : 1));
	if (out->bytes > 0 && out->data[out->bytes - 1] == ' ')
		buffer_truncate(out, out->bytes - 1);
	walk->note_bracket = next;
}

/* The mark of a footnote, or the way back from one. */
static bool walk_note_link(struct html_walk *walk, uint32_t index)
{
	const struct html_note *note = html_notes_of_link(&walk->notes, index);

	if (walk->note && html_notes_is_backlink(walk->tree, walk->note, index)) {
		html_walk_leave_out(walk, index);
		return true;
	}
	if (!note || walk->line.code_depth > 0)
		return false;
	if (note->is_comment) {
		html_walk_leave_out(walk, index);
		return true;
	}
	drop_brackets(walk, index);
	buffer_clear(&walk->code);
	buffer_append_format(&walk->code, "[^%s]", note->label);
	if (walk->line.due == HTML_DUE_SPACE)
		walk->line.due = HTML_DUE_NOTHING;
	html_inline_raw(&walk->line, buffer_view(&walk->code));
	walk->arrived_bytes += html_tree_total(walk->tree, index, HTML_TOTAL_TEXT);
	return true;
}

void html_link(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	struct text target = text_trim(html_tree_attribute(tree, index, HTML_HREF));
	bool outermost = walk->line.link_depth == 0, here = has_scheme(target, "#");

	if (walk_note_link(walk, index))
		return;
	if (here && ((walk->heading_depth > 0 ? is_permalink(walk, index) : is_anchor_sign(tree, index)) || is_skip_link(walk, index) || is_top_link(walk, index, target))) {
		html_walk_leave_out(walk, index);
		return;
	}
	bool dropped = has_scheme(target, "javascript:") || has_scheme(target, "vbscript:") || has_scheme(target, "data:") ||
		       (walk->heading_depth > 0 && here) || (here && target.bytes == 1);
	if (dropped || target.bytes == 0) {
		html_walk_children(walk, index);
		return;
	}
	if (walk->link_end == index && outermost && walk->line.code_depth == 0)
		html_inline_due(&walk->line, HTML_DUE_SPACE); /* links that touch are two things, which a style sheet sets apart */
	walk->link_end = html_node_end(html_tree_nodes(tree), index);
	html_inline_link_open(&walk->line, outermost ? resolve_of(walk, index, target, &walk->target) : target);
	html_walk_children(walk, index);
	html_inline_link_close(&walk->line);
}

/* --- images ---------------------------------------------------------------------------------------------------- */

/* The first candidate of a srcset. */
static struct text first_candidate(struct text srcset)
{
	struct text url;

	html_next_word(&srcset, &url);
	while (url.bytes > 0 && url.data[url.bytes - 1] == ',')
		url.bytes--;
	return url;
}

static bool is_placeholder(struct text source)
{
	return source.bytes == 0 || has_scheme(source, "data:") || has_scheme(source, "about:");
}

/* Where the image is: pages that load late have a placeholder in src. */
static struct text image_source(const struct html_walk *walk, uint32_t index)
{
	static const enum html_attribute_name late[] = { HTML_DATA_SRC, HTML_DATA_ORIGINAL };
	struct text source = text_trim(html_tree_attribute(walk->tree, index, HTML_SRC));

	for (size_t i = 0; is_placeholder(source) && i < COUNT_OF(late); i++) {
		struct text other = text_trim(html_tree_attribute(walk->tree, index, late[i]));
		if (!is_placeholder(other))
			return other;
	}
	struct text candidate = is_placeholder(source) ? first_candidate(html_tree_attribute(walk->tree, index, HTML_SRCSET)) : TEXT_LITERAL("");
	return is_placeholder(candidate) ? source : candidate;
}

static void write_image(struct html_walk *walk, uint32_t index, struct text source)
{
	struct text alternative = html_tree_attribute(walk->tree, index, HTML_ALT);
	struct buffer scratch;

	if (source.bytes == 0) {
		html_inline_text(&walk->line, alternative);
		return;
	}
	buffer_init(&scratch, UINT32_MAX);
	html_inline_image(&walk->line, alternative, resolve_of(walk, index, source, &scratch));
	buffer_done(&scratch);
	walk->image_count++;
}

/* There to count visits or to keep distance: one point in a direction, or named so and without a word for who cannot see it. */
static bool is_spacer(const struct html_walk *walk, uint32_t index)
{
	static const char *const names[] = { "1x1.", "blank.gif", "clear.gif", "clearpixel", "dot_clear", "pixel.gif", "shim.gif", "space.gif", "spacer.", "transparent.gif" };
	struct text source, alternative;

	if (html_walk_number(walk, index, HTML_WIDTH, 2, UINT32_MAX) < 2 || html_walk_number(walk, index, HTML_HEIGHT, 2, UINT32_MAX) < 2)
		return true;
	source = html_tree_attribute(walk->tree, index, HTML_SRC);
	alternative = text_trim(html_tree_attribute(walk->tree, index, HTML_ALT));
	const char *slash = source.bytes > 0 ? memrchr(source.data, '/', source.bytes) : NULL;
	struct text name = slash ? text_slice(source, (size_t)(slash - source.data) + 1, source.bytes) : source;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_starts_with_nocase(name, text_from(names[i])))
			return alternative.bytes == 0 || text_equal_nocase(alternative, TEXT_LITERAL("spacer"));
	return false;
}

void html_image(struct html_walk *walk, uint32_t index)
{
	if (is_spacer(walk, index))
		return;
	write_image(walk, index, image_source(walk, index));
}

/* One image with several sources: that of the img, or else of the first source. */
void html_picture(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct text source = TEXT_LITERAL("");
	uint32_t image = index;

	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		if (nodes[i].tag == HTML_IMG)
			image = i;
		else if (nodes[i].tag == HTML_SOURCE && source.bytes == 0)
			source = first_candidate(html_tree_attribute(walk->tree, i, HTML_SRCSET));
	}
	struct text own = image == index ? TEXT_LITERAL("") : image_source(walk, image);
	if (image != index || source.bytes > 0)
		write_image(walk, image, is_placeholder(own) && source.bytes > 0 ? source : own);
}
