#include "workers/preprocess/html_notes.h"

#include "base/string_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { MARK_BYTES_MAX = 24, DIGITS_MAX = 3 };

/* --- what a mark looks like ------------------------------------------------------------------------------------ */

static bool has_word(struct text names, const char *const *words, size_t count)
{
	struct text word;

	while (html_next_word(&names, &word))
		for (size_t i = 0; i < count; i++)
			if (text_starts_with_nocase(word, text_from(words[i])))
				return true;
	return false;
}

/* Is the element, or one right around it, called a mark of a footnote? */
static bool is_called_mark(const struct html_tree *tree, uint32_t link)
{
	static const char *const classes[] = { "footnote", "fn-ref", "fnref", "noteref", "sdfootnoteanc", "sdendnoteanc", "endnote-ref" };

	return has_word(html_tree_attribute(tree, link, HTML_CLASS), classes, COUNT_OF(classes)) ||
	       text_equal_nocase(html_tree_attribute(tree, link, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("doc-noteref")) ||
	       html_tree_has_attribute(tree, link, HTML_FOOTNOTE_REFERENCE);
}

static bool is_called_back(const struct html_tree *tree, uint32_t link)
{
	static const char *const classes[] = { "footnote-back", "fn-backref", "footnote-return", "reversefootnote", "data-footnote-backref" };

	return has_word(html_tree_attribute(tree, link, HTML_CLASS), classes, COUNT_OF(classes)) ||
	       text_equal_nocase(html_tree_attribute(tree, link, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("doc-backlink"));
}

/* The visible text of the element without brackets and blanks, when it is short. */
static bool short_text(const struct html_tree *tree, uint32_t index, char ret_text[HTML_NOTE_LABEL_BYTES_MAX])
{
	const struct html_node *nodes = html_tree_nodes(tree);
	size_t bytes = 0;

	if (html_tree_total(tree, index, HTML_TOTAL_TEXT) > MARK_BYTES_MAX)
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(tree, i) : TEXT_LITERAL("");
		for (size_t k = 0; k < text.bytes; k++) {
			if (strchr("[](){} \t\n", text.data[k]))
				continue;
			if (bytes + 1 == HTML_NOTE_LABEL_BYTES_MAX)
				return false;
			ret_text[bytes++] = text.data[k];
		}
	}
	ret_text[bytes] = '\0';
	return bytes > 0;
}

/* "12", "a", "iv", "*", "†": what authors number notes by. */
static bool is_label(const char *text)
{
	size_t bytes = strlen(text), digits = 0, letters = 0;

	for (size_t i = 0; i < bytes; i++) {
		digits += ascii_is_digit(text[i]);
		letters += ascii_is_alpha(text[i]);
	}
	if (digits == bytes)
		return bytes <= DIGITS_MAX;
	return digits + letters == 0 ? bytes <= 3 : letters == 1 && digits + letters == bytes && bytes <= DIGITS_MAX;
}

static bool in_superscript(const struct html_tree *tree, uint32_t link)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = link + 1; i < html_node_end(nodes, link); i++)
		if (nodes[i].tag == HTML_SUP)
			return true;
	/* A sup right around it begins before it, with inline elements or brackets between. */
	for (uint32_t i = link, steps = 0; i > 0 && steps < 4; steps++) {
		i--;
		if (nodes[i].tag == HTML_SUP && html_node_end(nodes, i) >= html_node_end(nodes, link))
			return true;
		if (nodes[i].tag == HTML_TEXT && html_tree_text(tree, i).bytes > 2)
			return false;
	}
	return false;
}

static bool is_note_name(struct text fragment)
{
	static const char *const names[] = { "fn", "ftn", "_ftn", "_edn", "footnote", "note", "cite_note", "endnote", "sdfootnote", "sdendnote" };
	size_t digits = fragment.bytes > 1 && ascii_lower(fragment.data[0]) == 'n' ? 1 : 0; /* "n12", by hand */

	while (digits > 0 && digits < fragment.bytes && ascii_is_digit(fragment.data[digits]))
		digits++;
	return (digits > 0 && digits == fragment.bytes) || has_word(fragment, names, COUNT_OF(names));
}

/* As Google Docs and Word name the remarks of reviewers. */
static bool is_comment_name(struct text fragment)
{
	return text_starts_with(fragment, TEXT_LITERAL("cmnt")) || text_starts_with(fragment, TEXT_LITERAL("_msocom_"));
}

/* The name in the page that the link is the mark of a note at; empty when it is none. */
static struct text mark_target(const struct html_tree *tree, uint32_t link, char ret_label[HTML_NOTE_LABEL_BYTES_MAX])
{
	struct text href = text_trim(html_tree_attribute(tree, link, HTML_HREF));

	if (href.bytes < 2 || href.data[0] != '#' || is_called_back(tree, link) || !short_text(tree, link, ret_label))
		return TEXT_LITERAL("");
	struct text fragment = text_slice(href, 1, href.bytes);
	bool called = is_called_mark(tree, link);
	if (is_comment_name(fragment) && !text_starts_with(fragment, TEXT_LITERAL("cmnt_ref")))
		return fragment;
	if (!called && (!is_label(ret_label) || (!in_superscript(tree, link) && !is_note_name(fragment))))
		return TEXT_LITERAL("");
	return fragment;
}

/* --- where the note is ----------------------------------------------------------------------------------------- */

static bool has_text_between(const struct html_node *nodes, uint32_t from, uint32_t to, const struct html_tree *tree)
{
	for (uint32_t i = from; i < to; i++)
		if (nodes[i].tag == HTML_TEXT && text_trim(html_tree_text(tree, i)).bytes > 0)
			return true;
	return false;
}

/* The block that begins with the node: itself, or the one around it. */
static uint32_t block_of(const struct html_tree *tree, uint32_t node)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = node;; i--) {
		enum html_tag tag = (enum html_tag)nodes[i].tag;
		bool around = html_node_end(nodes, i) >= html_node_end(nodes, node) && tag != HTML_TEXT;
		if (around && (html_tag_is_block(tag) || tag == HTML_ASIDE))
			return has_text_between(nodes, i + 1, node, tree) ? HTML_NOTE_NONE : i;
		if (i == 0 || nodes[node].depth > nodes[i].depth + 8u)
			return HTML_NOTE_NONE;
	}
}

static uint32_t end_of_definition(const struct html_node *nodes, uint32_t term, uint32_t count)
{
	uint32_t i = html_node_end(nodes, term);

	while (i < count && nodes[i].depth == nodes[term].depth && (nodes[i].tag == HTML_TEXT || nodes[i].tag == HTML_DD))
		i = html_node_end(nodes, i);
	return i;
}

/* Of a note under a heading: where the next heading is, or the element around ends. */
static uint32_t end_of_section(const struct html_tree *tree, uint32_t heading)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t i = html_node_end(nodes, heading);

	while (i < html_tree_count(tree) && nodes[i].depth == nodes[heading].depth && !(nodes[i].tag >= HTML_H1 && nodes[i].tag <= HTML_H6))
		i = html_node_end(nodes, i);
	return i;
}

/* Does the element begin with the label, in whatever brackets? */
static bool begins_with_label(const struct html_tree *tree, uint32_t node, uint32_t end, const char *label)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	size_t at = 0, bytes = strlen(label);

	for (uint32_t i = node + 1; i < end && at < bytes; i++) {
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(tree, i) : TEXT_LITERAL("");
		for (size_t k = 0; k < text.bytes && at < bytes; k++) {
			if (text.data[k] == label[at])
				at++;
			else if (at > 0 || !strchr("[]( \t\n^", text.data[k]))
				return false;
		}
	}
	return at == bytes;
}

static bool is_called_note(const struct html_tree *tree, uint32_t node)
{
	static const char *const classes[] = { "footnote", "endnote", "fn", "msofootnote", "sdfootnote", "sdendnote" };
	static const char *const roles[] = { "doc-footnote", "doc-endnote" };

	return has_word(html_tree_attribute(tree, node, HTML_CLASS), classes, COUNT_OF(classes)) ||
	       has_word(html_tree_attribute(tree, node, HTML_ATTRIBUTE_ROLE), roles, COUNT_OF(roles));
}

/* The note that a name stands at, without its label; node HTML_NOTE_NONE when it cannot be one. */
static struct html_note note_at(const struct html_tree *tree, uint32_t target, uint32_t link, const char *label)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	struct html_note none = { .node = HTML_NOTE_NONE }, note = { .node = block_of(tree, target) };

	if (note.node == HTML_NOTE_NONE || nodes[note.node].tag == HTML_BODY || nodes[note.node].tag == HTML_HTML)
		return none;
	enum html_tag tag = (enum html_tag)nodes[note.node].tag;
	if (tag == HTML_TD || tag == HTML_TH || tag == HTML_TR)
		return none; /* a row of a table stays one */
	char text[HTML_NOTE_LABEL_BYTES_MAX];
	bool heading = tag >= HTML_H1 && tag <= HTML_H6, label_alone = heading && short_text(tree, note.node, text) && strcmp(text, label) == 0;
	note.end = tag == HTML_DT  ? end_of_definition(nodes, note.node, html_tree_count(tree)) :
		   label_alone ? end_of_section(tree, note.node) :
				 html_node_end(nodes, note.node);
	if (link >= note.node && link < note.end)
		return none;
	bool empty = html_tree_total_between(tree, note.node, note.end, HTML_TOTAL_TEXT) <= strlen(label) + 2;
	if (empty || (heading && !label_alone) || (tag != HTML_LI && !is_called_note(tree, note.node) && !begins_with_label(tree, note.node, note.end, label)))
		return none;
	return note;
}

/* --- collecting ------------------------------------------------------------------------------------------------ */

static size_t note_count(const struct html_notes *notes) { return notes->notes.bytes / sizeof(struct html_note); }
static struct html_note *note_array(const struct html_notes *notes) { return (struct html_note *)(void *)notes->notes.data; }
static size_t mark_count(const struct html_notes *notes) { return notes->marks.bytes / sizeof(struct html_note_mark); }
static struct html_note_mark *mark_array(const struct html_notes *notes) { return (struct html_note_mark *)(void *)notes->marks.data; }

static int map_names(const struct html_tree *tree, struct string_map *names)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = 0; i < html_tree_count(tree); i++) {
		for (int which = 0; html_node_has_attributes(&nodes[i]) && which < 2; which++) {
			struct text name = html_tree_attribute(tree, i, which ? HTML_NAME : HTML_ID);
			bool added;
			if (name.bytes == 0 || (which && nodes[i].tag != HTML_A))
				continue;
			uint32_t *value = string_map_add(names, name, &added);
			if (!value)
				return -ENOMEM;
			if (added)
				*value = i;
		}
	}
	return 0;
}

/* Two notes of one label (chapters that number anew) are told apart: "1", "1-2", "1-3". Stars and daggers are no labels of Markdown:
 * "s1", "s2". */
static int name_note(struct string_map *labels, const char *label, struct html_note *note)
{
	bool is_sign = !ascii_is_alnum(label[0]);
	uint32_t *used = string_map_add(labels, is_sign ? TEXT_LITERAL("*") : text_from(label), NULL);

	if (!used)
		return -ENOMEM;
	snprintf(note->sign, sizeof(note->sign), "%s", label);
	++*used;
	if (is_sign)
		snprintf(note->label, sizeof(note->label), "s%u", *used % 1000000u);
	else if (*used == 1)
		snprintf(note->label, sizeof(note->label), "%s", label);
	else
		snprintf(note->label, sizeof(note->label), "%.8s-%u", label, *used % 100000u);
	return 0;
}

struct search {
	struct string_map names, notes, labels; /* node of a name; 1 + index of a name's note; uses of a label */
};

static int add_mark(const struct html_tree *tree, struct search *search, struct html_notes *notes, uint32_t link, struct text target, const char *label)
{
	const uint32_t *node = string_map_find(&search->names, target);
	bool added;
	if (!node)
		return 0;
	uint32_t *known = string_map_add(&search->notes, target, &added);
	if (!known)
		return -ENOMEM;
	if (added) {
		struct html_note note = note_at(tree, *node, link, label);
		if (note.node != HTML_NOTE_NONE) {
			note.is_comment = is_comment_name(target);
			if (!note.is_comment && name_note(&search->labels, label, &note) < 0)
				return -ENOMEM;
			buffer_append(&notes->notes, &note, sizeof(note));
			*known = (uint32_t)note_count(notes);
		}
	}
	if (*known > 0) {
		struct html_note_mark mark = { link, *known - 1 };
		buffer_append(&notes->marks, &mark, sizeof(mark));
	}
	return 0;
}

static int find_marks(const struct html_tree *tree, struct search *search, struct html_notes *notes)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	char label[HTML_NOTE_LABEL_BYTES_MAX];
	int status = 0;

	for (uint32_t i = 0; i < html_tree_count(tree) && status == 0; i++) {
		if (nodes[i].tag != HTML_A || !html_node_has_attributes(&nodes[i]))
			continue;
		struct text target = mark_target(tree, i, label);
		if (target.bytes == 0)
			continue;
		if (search->names.count == 0)
			status = map_names(tree, &search->names);
		if (status == 0)
			status = add_mark(tree, search, notes, i, target, label);
	}
	return status ? status : notes->notes.status ? notes->notes.status : notes->marks.status;
}

static int compare_notes(const void *a, const void *b)
{
	const struct html_note *one = a, *two = b;
	return one->node < two->node ? -1 : one->node > two->node;
}

/* Notes by node; a mark names its note by the node until then. Notes in each other, and marks in their own notes, are none. */
static void sort_notes(struct html_notes *notes)
{
	struct html_note *all = note_array(notes);
	struct html_note_mark *marks = mark_array(notes);

	for (size_t i = 0; i < mark_count(notes); i++)
		marks[i].note = all[marks[i].note].node;
	qsort(all, note_count(notes), sizeof(*all), compare_notes);
	size_t kept = 0;
	for (size_t i = 0; i < note_count(notes); i++)
		if (kept == 0 || all[i].node >= all[kept - 1].end)
			all[kept++] = all[i];
	buffer_truncate(&notes->notes, kept * sizeof(*all));
	size_t kept_marks = 0;
	for (size_t i = 0; i < mark_count(notes); i++) {
		const struct html_note *note = html_notes_at(notes, marks[i].note);
		if (note)
			marks[kept_marks++] = (struct html_note_mark){ marks[i].link, (uint32_t)(note - all) };
	}
	buffer_truncate(&notes->marks, kept_marks * sizeof(*marks));
}

int html_notes_find(const struct html_tree *tree, size_t bytes_max, struct html_notes *ret_notes)
{
	struct search search;

	buffer_init(&ret_notes->marks, bytes_max);
	buffer_init(&ret_notes->notes, bytes_max);
	string_map_init(&search.names);
	string_map_init(&search.notes);
	string_map_init(&search.labels);
	int status = find_marks(tree, &search, ret_notes);
	string_map_done(&search.names);
	string_map_done(&search.notes);
	string_map_done(&search.labels);
	if (status == 0 && note_count(ret_notes) > 0)
		sort_notes(ret_notes);
	return status;
}

void html_notes_done(struct html_notes *notes)
{
	buffer_done(&notes->marks);
	buffer_done(&notes->notes);
}

/* --- questions ------------------------------------------------------------------------------------------------- */

const struct html_note *html_notes_of_link(const struct html_notes *notes, uint32_t link)
{
	size_t low = 0, high = mark_count(notes);

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct html_note_mark *mark = &mark_array(notes)[middle];
		if (mark->link == link)
			return &note_array(notes)[mark->note];
		if (mark->link < link)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct html_note *html_notes_at(const struct html_notes *notes, uint32_t node)
{
	struct html_note key = { .node = node };
	if (note_count(notes) == 0)
		return NULL;
	return bsearch(&key, note_array(notes), note_count(notes), sizeof(key), compare_notes);
}

bool html_notes_fill(const struct html_tree *tree, const struct html_notes *notes, uint32_t node)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	bool any = false;

	if (mark_count(notes) == 0 || html_tree_total(tree, node, HTML_TOTAL_TEXT) > 4 * MARK_BYTES_MAX)
		return false;
	for (uint32_t i = node + 1; i < html_node_end(nodes, node);) {
		if (nodes[i].tag == HTML_A && html_notes_of_link(notes, i)) {
			any = true;
			i = html_node_end(nodes, i);
			continue;
		}
		struct text text = nodes[i].tag == HTML_TEXT ? html_tree_text(tree, i) : TEXT_LITERAL("");
		for (size_t k = 0; k < text.bytes; k++)
			if (!strchr("[](), \t\n", text.data[k]))
				return false;
		i++;
	}
	return any;
}

bool html_notes_is_backlink(const struct html_tree *tree, const struct html_note *note, uint32_t link)
{
	enum { SIGN_BYTES_MAX = 4 };
	struct text href = text_trim(html_tree_attribute(tree, link, HTML_HREF));
	char text[HTML_NOTE_LABEL_BYTES_MAX];

	if (is_called_back(tree, link))
		return true;
	if (href.bytes == 0 && html_tree_has_attribute(tree, link, HTML_NAME))
		return short_text(tree, link, text) && strncmp(text, note->sign, strlen(text)) == 0;
	if (href.bytes == 0 || href.data[0] != '#')
		return false;
	if (!short_text(tree, link, text))
		return html_tree_total(tree, link, HTML_TOTAL_TEXT) < MARK_BYTES_MAX;
	return strlen(text) <= SIGN_BYTES_MAX || strcmp(text, note->sign) == 0 || !ascii_is_alnum(text[0]);
}

struct text html_notes_strip_label(const struct html_note *note, struct text text)
{
	size_t label = strlen(note->sign);
	bool stripped = false;

	for (;;) {
		text = text_trim(text);
		if (text.bytes > 1 && text.data[0] == '\\' && strchr("[]^*", text.data[1]))
			text = text_slice(text, 1, text.bytes);
		if (!stripped && text.bytes > label + 2 && text.data[0] == '(' && memcmp(text.data + 1, note->sign, label) == 0 && text.data[label + 1] == ')') {
			text = text_slice(text, label + 2, text.bytes);
			stripped = true;
			continue;
		}
		if (text_starts_with(text, TEXT_LITERAL("<sup>")) && !stripped) {
			struct text inside = text_slice(text, 5, text.bytes);
			if (inside.bytes > label + 6 && memcmp(inside.data, note->sign, label) == 0 && memcmp(inside.data + label, "</sup>", 6) == 0) {
				text = text_slice(inside, label + 6, inside.bytes);
				stripped = true;
				continue;
			}
		}
		if (text.bytes > 1 && strchr(".):", text.data[0]) && text.data[1] == ' ')
			text = text_slice(text, 2, text.bytes);
		bool pair = text.bytes > 1 && text.data[0] == '[' && text.data[1] == ']';
		bool bracketed = text.bytes > label + 1 && text.data[0] == '[' && memcmp(text.data + 1, note->sign, label) == 0;
		if (pair) {
			text = text_slice(text, 2, text.bytes);
		} else if (bracketed || (text.bytes > 0 && (text.data[0] == '^' || text.data[0] == ']'))) {
			text = text_slice(text, 1, text.bytes);
		} else if (!stripped && text.bytes > label && memcmp(text.data, note->sign, label) == 0 && !ascii_is_alnum(text.data[label])) {
			text = text_slice(text, label, text.bytes);
			stripped = true;
			if (text.bytes > 1 && text.data[0] == '\\')
				text = text_slice(text, 1, text.bytes);
			if (text.bytes > 1 && strchr(".):", text.data[0]) && text.data[1] == ' ')
				text = text_slice(text, 1, text.bytes);
		} else {
			return text;
		}
	}
}
