/* html_code.c: code blocks of a page: their text as it stands, and the language they name. */
#include "workers/preprocess/html_walk.h"

/* Line numbers and buttons beside code. */
bool html_is_beside_code(const struct html_tree *tree, uint32_t index)
{
	static const char *const classes[] = {
		"lineno", "linenos", "linenumber", "linenumbers", "line-number", "line-numbers", "line-numbers-rows", "lnt", "ln", "gutter", "blob-num",
		"hljs-ln-numbers", "rouge-gutter", "crayon-nums", "sourceLineNo", "source-line-no", "copy-button", "copybtn", "copy-btn",
	};

	if (!html_node_has_attributes(&html_tree_nodes(tree)[index]) || html_tree_nodes(tree)[index].tag == HTML_CODE)
		return false;
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (html_tree_has_class(tree, index, classes[i]))
			return true;
	return false;
}

/* A cell of line numbers and one of code, without an element for code: the rows are the lines. */
static bool is_code_row(const struct html_tree *tree, uint32_t row)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	unsigned numbers = 0, others = 0;

	for (uint32_t cell = row + 1; cell < html_node_end(nodes, row); cell = html_node_end(nodes, cell)) {
		if (nodes[cell].tag != HTML_TD)
			continue;
		bool number = html_is_beside_code(tree, cell);
		numbers += number;
		others += !number;
	}
	return numbers > 0 && others == 1;
}

bool html_is_code_table(const struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	bool any = false;

	if (html_tree_total(walk->tree, index, HTML_TOTAL_CODE) > 0 || html_tree_total(walk->tree, index, HTML_TOTAL_TABLES) > 1)
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index);) {
		if (nodes[i].tag != HTML_TR) {
			i++;
			continue;
		}
		if (!is_code_row(walk->tree, i))
			return false;
		any = true;
		i = html_node_end(nodes, i);
	}
	return any;
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

/* An element that is a line of code, even when it is empty. */
static bool is_code_line(const struct html_tree *tree, uint32_t index)
{
	enum html_tag tag = (enum html_tag)html_tree_nodes(tree)[index].tag;
	return tag == HTML_TR || (tag == HTML_DIV && html_tree_has_class(tree, index, "line"));
}

/* Generators put a blank between a line's number and the line: all lines begin with it. */
static void strip_blank(struct buffer *code)
{
	struct text rest = buffer_view(code), line;
	size_t kept = 0;

	while (text_next_line(&rest, &line))
		if (line.bytes > 0 && line.data[0] != ' ')
			return;
	for (size_t i = 0; i < code->bytes; i++) {
		bool first = i == 0 || code->data[i - 1] == '\n';
		if (!(first && code->data[i] == ' '))
			code->data[kept++] = code->data[i];
	}
	if (code->bytes > 0)
		buffer_truncate(code, kept);
}

static void collect_code(struct html_walk *walk, uint32_t index)
{
	const struct html_tree *tree = walk->tree;
	const struct html_node *nodes = html_tree_nodes(tree);
	struct buffer *code = &walk->code;
	size_t line_start = SIZE_MAX; /* of the last element that is a line */
	bool numbered = false;

	buffer_clear(code);
	for (uint32_t i = index + 1; i < html_node_end(nodes, index);) {
		enum html_tag tag = (enum html_tag)nodes[i].tag;
		if (tag != HTML_TEXT && (html_is_beside_code(tree, i) || (html_tag_role(tag) == HTML_ROLE_SKIP))) {
			html_walk_leave_out(walk, i);
			numbered |= tag == HTML_SPAN;
			i = html_node_end(nodes, i);
			continue;
		}
		bool in_line = code->bytes > 0 && code->data[code->bytes - 1] != '\n';
		bool line = tag != HTML_TEXT && is_code_line(tree, i);
		if (tag == HTML_TEXT) {
			struct text text = html_tree_text(tree, i);
			walk->arrived_bytes += html_tree_text(walk->tree, i).bytes;
			append_verbatim(code, text);
		} else if (tag == HTML_BR || (html_tag_is_block(tag) && in_line) || (line && line_start == code->bytes)) {
			buffer_append_byte(code, '\n');
		}
		line_start = line ? code->bytes : line_start;
		i++;
	}
	if (numbered)
		strip_blank(code);
}

/* Names that stand beside "highlight" or "hljs" as words of their own. */
static bool is_language_name(struct text word)
{
	static const char *const names[] = {
		"asm", "bash", "c", "c++", "console", "cpp", "csharp", "css", "diff", "dockerfile", "go", "haskell", "html", "http", "ini", "java",
		"javascript", "js", "json", "kotlin", "lua", "makefile", "markdown", "objectivec", "perl", "php", "powershell", "protobuf", "py",
		"python", "r", "ruby", "rust", "scala", "sh", "shell", "sql", "swift", "toml", "ts", "typescript", "xml", "yaml", "yang",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_equal_nocase(word, text_from(names[i])))
			return true;
	return false;
}

static struct text without_mark(struct text word)
{
	while (word.bytes > 0 && strchr(";,", word.data[word.bytes - 1]))
		word.bytes--;
	return word;
}

/* "language-c", "lang-c", "highlight-c", "brush: c;", "sourceCode c", "highlight c" */
static struct text language_of(const struct html_tree *tree, uint32_t index)
{
	static const char *const prefixes[] = { "language-", "lang-", "highlight-source-", "highlight-", "brush:" };
	static const enum html_attribute_name own[] = { HTML_LANGUAGE, HTML_DATA_LANGUAGE };
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;
	bool next_is_name = false, highlighted = false;

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (html_tree_attribute(tree, index, own[i]).bytes > 0)
			return html_tree_attribute(tree, index, own[i]);
	while (html_next_word(&rest, &word)) {
		if (next_is_name || (highlighted && is_language_name(word)))
			return without_mark(word);
		next_is_name = text_equal_nocase(word, TEXT_LITERAL("sourceCode")) || text_equal_nocase(word, TEXT_LITERAL("brush:"));
		highlighted |= text_equal_nocase(word, TEXT_LITERAL("highlight")) || text_equal_nocase(word, TEXT_LITERAL("hljs"));
		for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
			struct text prefix = text_from(prefixes[i]);
			if (word.bytes > prefix.bytes && text_starts_with_nocase(word, prefix))
				return without_mark(text_slice(word, prefix.bytes, word.bytes));
		}
	}
	struct text lang = html_tree_nodes(tree)[index].tag == HTML_PRE ? html_tree_attribute(tree, index, HTML_LANG) : TEXT_LITERAL("");
	return is_language_name(lang) ? lang : TEXT_LITERAL("");
}

static bool names_no_language(struct text name)
{
	static const char *const none[] = { "auto", "default", "none", "notranslate", "text", "txt", "literal", "plain", "plaintext", "nohighlight", "guess" };

	for (size_t i = 0; i < COUNT_OF(none); i++)
		if (text_equal_nocase(name, text_from(none[i])))
			return true;
	return false;
}

/* Code in a table beside its line numbers: what is around the table names the language. */
static struct text language_beside_numbers(const struct html_tree *tree, uint32_t index)
{
	enum { NODES_MAX = 2000, CODE_MAX = 2 };
	const struct html_node *nodes = html_tree_nodes(tree);
	struct text name = TEXT_LITERAL("");
	bool in_table = false;

	for (uint32_t i = index, steps = 0; i > 0 && steps < NODES_MAX && name.bytes == 0; steps++) {
		i--;
		if (html_node_end(nodes, i) < html_node_end(nodes, index) || nodes[i].tag == HTML_TEXT)
			continue;
		in_table |= nodes[i].tag == HTML_TABLE;
		if (nodes[i].tag == HTML_BODY || html_tree_total(tree, i, HTML_TOTAL_CODE) > CODE_MAX)
			break;
		if (in_table || nodes[i].tag == HTML_TD)
			name = language_of(tree, i);
	}
	return in_table ? name : TEXT_LITERAL("");
}

/* What is right around the code names the language, with a label or buttons before the code. */
static struct text language_of_parent(const struct html_tree *tree, uint32_t index)
{
	enum { NODES_BEFORE_MAX = 16 };
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = index; i > 0 && index - i < NODES_BEFORE_MAX;) {
		i--;
		if (html_node_end(nodes, i) >= html_node_end(nodes, index) && nodes[i].tag != HTML_TEXT)
			return html_tree_total(tree, i, HTML_TOTAL_CODE) == 1 ? language_of(tree, i) : TEXT_LITERAL("");
	}
	return TEXT_LITERAL("");
}

struct text html_code_language(const struct html_walk *walk, uint32_t index)
{
	enum { AROUND_MAX = 3 };
	const struct html_node *nodes = html_tree_nodes(walk->tree);
	struct text name = language_of(walk->tree, index);

	if (name.bytes == 0 && html_node_end(nodes, index) > index + 1 && nodes[index + 1].tag == HTML_CODE)
		name = language_of(walk->tree, index + 1);
	/* Elements right around it, which begin where it begins. */
	for (uint32_t i = index, around = 0; name.bytes == 0 && i > 0 && around < AROUND_MAX; around++) {
		i--;
		if (nodes[i].tag == HTML_TEXT || html_node_end(nodes, i) < html_node_end(nodes, index))
			break;
		name = language_of(walk->tree, i);
	}
	if (name.bytes == 0)
		name = language_of_parent(walk->tree, index);
	if (name.bytes == 0)
		name = language_beside_numbers(walk->tree, index);
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

/* Without the blanks that stood between cells: "load ( int a , int b )" is "load(int a, int b)". */
static void close_up(struct buffer *code)
{
	size_t kept = 0;

	for (size_t i = 0; i < code->bytes; i++) {
		char next = i + 1 < code->bytes ? code->data[i + 1] : ')';
		if (code->data[i] == ' ' && (kept == 0 || strchr(" (),", next) || code->data[kept - 1] == '('))
			continue;
		code->data[kept++] = code->data[i];
	}
	if (code->bytes > 0)
		buffer_truncate(code, kept);
}

void html_signature(struct html_walk *walk, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(walk->tree);

	html_walk_part(walk);
	buffer_clear(&walk->code);
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		if (nodes[i].tag == HTML_TD)
			buffer_append_byte(&walk->code, ' ');
		if (nodes[i].tag != HTML_TEXT)
			continue;
		walk->arrived_bytes += html_tree_text(walk->tree, i).bytes;
		struct text text = html_tree_text(walk->tree, i);
		if (text.bytes > 0 && ascii_is_space(text.data[0]))
			buffer_append_byte(&walk->code, ' ');
		if (html_collapse(&walk->code, text).space_after)
			buffer_append_byte(&walk->code, ' ');
	}
	close_up(&walk->code);
	markdown_code(&walk->writer, TEXT_LITERAL(""), buffer_view(&walk->code));
}
