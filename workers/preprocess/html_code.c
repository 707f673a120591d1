/* html_code.c: code blocks of a page: their text as it stands, and the language they name. */
#include "workers/preprocess/html_walk.h"

/* Line numbers and buttons beside code. */
static bool is_beside_code(const struct html_tree *tree, uint32_t index)
{
	static const char *const classes[] = { "lineno", "linenos", "linenumber", "line-numbers", "gutter", "copy-button", "copybtn" };

	if (html_tree_nodes(tree)[index].attribute_count == 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (html_tree_has_class(tree, index, classes[i]))
			return true;
	return false;
}

/* Control characters other than line ends and tabs are left out; no-break spaces become blanks. */
static void append_verbatim(struct buffer *out, struct text text)
{
	size_t copied = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		unsigned char c = (unsigned char)text.data[i];
		bool no_break = c == 0xC2 && i + 1 < text.bytes && (unsigned char)text.data[i + 1] == 0xA0;
		if (!no_break && (c >= ' ' || c == '\n' || c == '\t'))
			continue;
		buffer_append(out, text.data + copied, i - copied);
		if (no_break)
			buffer_append_byte(out, ' ');
		copied = i + 1 + no_break;
		i += no_break;
	}
	buffer_append(out, text.data + copied, text.bytes - copied);
}

static void collect_code(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	struct buffer *code = &walk->code;

	buffer_clear(code);
	for (uint32_t i = index + 1; i < nodes[index].end;) {
		enum html_tag tag = (enum html_tag)nodes[i].tag;
		if (tag != HTML_TEXT && (is_beside_code(tree, i) || (html_tag_role(tag) == HTML_ROLE_SKIP))) {
			html_walk_leave_out(walk, i);
			i = nodes[i].end;
			continue;
		}
		bool starts_line = tag != HTML_TEXT && html_tag_is_block(tag) && code->bytes > 0 && code->data[code->bytes - 1] != '\n';
		if (tag == HTML_TEXT) {
			walk->arrived_bytes += nodes[i].bytes;
			append_verbatim(code, html_tree_text(tree, i));
		} else if (tag == HTML_BR || starts_line) {
			buffer_append_byte(code, '\n');
		}
		i++;
	}
}

/* "language-c", "lang-c", "highlight-c", "brush: c", "sourceCode c" */
static struct text language_of(const struct html_tree *tree, uint32_t index)
{
	static const char *const prefixes[] = { "language-", "lang-", "highlight-source-", "highlight-", "brush:" };
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;
	struct text named = html_tree_attribute(tree, index, HTML_LANGUAGE);
	bool next_is_name = false;

	if (named.bytes > 0)
		return named;
	while (html_next_word(&rest, &word)) {
		if (next_is_name)
			return word;
		next_is_name = text_equal_nocase(word, TEXT_LITERAL("sourceCode")) || text_equal_nocase(word, TEXT_LITERAL("brush:"));
		for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
			struct text prefix = text_from(prefixes[i]);
			if (word.bytes > prefix.bytes && text_starts_with_nocase(word, prefix))
				return text_slice(word, prefix.bytes, word.bytes);
		}
	}
	return TEXT_LITERAL("");
}

static bool names_no_language(struct text name)
{
	static const char *const none[] = { "default", "none", "text", "plain", "plaintext", "nohighlight", "guess" };

	for (size_t i = 0; i < COUNT_OF(none); i++)
		if (text_equal_nocase(name, text_from(none[i])))
			return true;
	return false;
}

struct text html_code_language(const struct html_walk *walk, uint32_t index)
{
	enum { AROUND_MAX = 3 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct text name = language_of(walk->tree, index);

	if (name.bytes == 0 && nodes[index].end > index + 1 && nodes[index + 1].tag == HTML_CODE)
		name = language_of(walk->tree, index + 1);
	/* Elements right around it, which begin where it begins. */
	for (uint32_t i = index, around = 0; name.bytes == 0 && i > 0 && around < AROUND_MAX; around++) {
		i--;
		if (nodes[i].tag == HTML_TEXT || nodes[i].end < nodes[index].end)
			break;
		name = language_of(walk->tree, i);
	}
	return names_no_language(name) ? TEXT_LITERAL("") : name;
}

void html_code_block(struct html_walk *walk, uint32_t index)
{
	struct text rest, code_line;

	html_walk_part(walk);
	collect_code(walk, index);
	if (walk->inline_depth == 0) {
		markdown_code(&walk->writer, html_code_language(walk, index), buffer_view(&walk->code));
		return;
	}
	rest = buffer_view(&walk->code);
	while (text_next_line(&rest, &code_line)) {
		html_inline_code_open(&walk->line);
		html_inline_text(&walk->line, code_line);
		html_inline_code_close(&walk->line);
		html_walk_part(walk);
	}
}
