#include "workers/preprocess/html_notice.h"

enum {
	EDGE_BYTES_MAX = 2000,    /* of running text before an early part or behind a late one: notices stand in rows, and with menus */
	TEXT_BYTES_MIN = 10,      /* less says nothing */
	BAR_BYTES_MAX = 700,      /* of text in a bar without a name */
	NAMED_BYTES_MAX = 20000,  /* ... in one that is called so: dialogs list each cookie */
	FOOTER_BYTES_MAX = 400,
	LINK_BYTES_MAX = 40,      /* of a link's text in a footer, or of a button */
	BESIDE_BYTES_MAX = 40,    /* of letters and digits beside a footer's links */
	NODES_MAX = 200,          /* in a bar without a name, and in a footer */
};

/* The text of one part, lower case, blanks collapsed: " we use cookies ". Blanks at both ends, so that words are found between blanks. */
struct said {
	char text[BAR_BYTES_MAX + 2];
	size_t bytes;
};

/* --- where ------------------------------------------------------------------------------------------------------ */

/* The first node in the root that has more than `bytes` of its running text before it. */
static uint32_t node_behind(const struct html_tree *tree, uint32_t root, uint64_t bytes)
{
	uint32_t low = root + 1, high = html_node_end(html_tree_nodes(tree), root);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (html_tree_total_between(tree, root, middle, HTML_TOTAL_TEXT) - html_tree_total_between(tree, root, middle, HTML_TOTAL_LINK_TEXT) > bytes)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct html_page_edges html_notice_edges(const struct html_tree *tree, uint32_t root)
{
	uint64_t text = html_tree_total(tree, root, HTML_TOTAL_TEXT) - html_tree_total(tree, root, HTML_TOTAL_LINK_TEXT);

	return (struct html_page_edges){ node_behind(tree, root, EDGE_BYTES_MAX), text > EDGE_BYTES_MAX ? node_behind(tree, root, text - EDGE_BYTES_MAX - 1) : root };
}

/* Elements that a site puts a notice in. */
static bool may_hold_notice(enum html_tag tag)
{
	switch (tag) {
	case HTML_DIV: case HTML_SECTION: case HTML_ASIDE: case HTML_P: case HTML_FORM: case HTML_FOOTER: case HTML_UNKNOWN: case HTML_CENTER: case HTML_UL:
	case HTML_OL: case HTML_ADDRESS: case HTML_TABLE: case HTML_HEADER:
		return true;
	default:
		return false;
	}
}

static bool is_late(const struct html_tree *tree, struct html_page_edges edges, uint32_t index)
{
	return html_node_end(html_tree_nodes(tree), index) >= edges.late_start;
}

/* --- what it is called ------------------------------------------------------------------------------------------ */

/* The next word of a name: "cookie-bar", "cookieBar" and "Cookie bar" have two. */
static bool next_name_part(struct text *rest, struct text *ret_part)
{
	size_t start = 0, end;

	while (start < rest->bytes && !ascii_is_alpha(rest->data[start]))
		start++;
	for (end = start; end < rest->bytes && ascii_is_alpha(rest->data[end]); end++)
		if (end > start && ascii_is_upper(rest->data[end]) && !ascii_is_upper(rest->data[end - 1]))
			break;
	*ret_part = text_slice(*rest, start, end);
	*rest = text_slice(*rest, end, rest->bytes);
	return end > start;
}

static bool is_among(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal_nocase(word, text_from(words[i])))
			return true;
	return false;
}

/* What of a name says that it is about consent, and what says that it is a bar or a box. */
static void read_name(struct text name, bool *ret_topic, bool *ret_form)
{
	static const char *const topics[] = { "cookie", "cookies", "consent", "gdpr", "ccpa" };
	static const char *const forms[] = {
		"alert", "banner", "bar", "box", "compliance", "consent", "dialog", "disclaimer", "law", "layer", "message", "modal", "notice", "notification",
		"overlay", "panel", "popup", "prompt", "sdk", "toast", "window",
	};
	struct text part;

	while (next_name_part(&name, &part)) {
		bool compound = part.bytes > 6 && text_starts_with_nocase(part, TEXT_LITERAL("cookie")); /* "cookiebar", "cookiesnotice" */
		bool topic = is_among(part, topics, COUNT_OF(topics));
		struct text form = !compound ? part : text_slice(part, part.bytes > 7 && ascii_lower(part.data[6]) == 's' ? 7 : 6, part.bytes);
		*ret_form |= (!topic || *ret_topic) && is_among(form, forms, COUNT_OF(forms)); /* "consent" alone is one of them */
		*ret_topic |= topic || compound;
	}
}

/* One name must say both: "cookie-bar"; the words of several names do not belong together. */
static bool is_called_consent(const struct html_tree *tree, uint32_t index)
{
	static const enum html_attribute_name attributes[] = { HTML_ID, HTML_ARIA_LABEL };
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;
	bool topic, form;

	while (html_next_word(&rest, &word)) {
		topic = form = false;
		read_name(word, &topic, &form);
		if (topic && form)
			return true;
	}
	for (size_t i = 0; i < COUNT_OF(attributes); i++) {
		topic = form = false;
		read_name(html_tree_attribute(tree, index, attributes[i]), &topic, &form);
		if (topic && form)
			return true;
	}
	return false;
}

/* --- what it says ----------------------------------------------------------------------------------------------- */

static void say(struct said *said, struct text text)
{
	for (size_t i = 0; i < text.bytes && said->bytes < sizeof(said->text) - 1; i++) {
		char c = ascii_lower(text.data[i]);
		bool letter = ascii_is_alnum(c) || (unsigned char)c >= 0x80 || c == '@' || c == '&';
		if (letter || said->text[said->bytes - 1] != ' ')
			said->text[said->bytes++] = letter ? c : ' ';
	}
}

/* From node `start` up to `end`; punctuation becomes blanks. Looks at a bounded number of nodes. */
static struct text read_said(const struct html_tree *tree, uint32_t start, uint32_t end, struct said *said)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	said->text[0] = ' ';
	said->bytes = 1;
	for (uint32_t i = start; i < end && i - start < NODES_MAX; i++) {
		if (nodes[i].tag == HTML_TEXT)
			say(said, html_tree_text(tree, i));
		else if (html_tag_is_block((enum html_tag)nodes[i].tag) || nodes[i].tag == HTML_A)
			say(said, TEXT_LITERAL(" "));
	}
	if (said->text[said->bytes - 1] != ' ')
		said->text[said->bytes++] = ' ';
	return (struct text){ said->text, said->bytes };
}

/* `phrases` stand between blanks, or open with one where any ending will do. */
static bool says_one_of(struct text said, const char *const *phrases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_find(said, text_from(phrases[i])) >= 0)
			return true;
	return false;
}

/* Speaks to the reader of the site's own cookies or what it keeps of them. */
static bool speaks_for_site(struct text said)
{
	static const char *const topics[] = { " cookie ", " cookies ", " consent ", " privacy ", " partners ", " personal data " };
	static const char *const persons[] = { " we ", " our ", " us ", " you ", " your ", " this site ", " this website ", " this web site " };

	return says_one_of(said, topics, COUNT_OF(topics)) && says_one_of(said, persons, COUNT_OF(persons));
}

static bool names_site(struct text said)
{
	static const char *const phrases[] = {
		" this site ", " this website ", " this web site ", " our site ", " our website ", " our web site ", " our services ", " our use of cookies ",
		" we and our partners ", " your experience ", " browsing experience ", " user experience ", " your privacy ", " privacy settings ", " similar technologies ",
	};
	return says_one_of(said, phrases, COUNT_OF(phrases));
}

/* A button, or a link that stands for one. */
static bool has_answer(const struct html_tree *tree, uint32_t index)
{
	static const char *const answers[] = {
		" accept", " agree", " allow", " decline", " deny", " dismiss", " find out more ", " got it ", " i accept ", " i agree ", " i understand ", " learn more ", " manage ",
		" more info", " ok ", " okay ", " read more ", " reject",
	};
	const struct html_node *nodes = html_tree_nodes(tree);
	struct said said;

	for (uint32_t i = index + 1; i < html_node_end(nodes, index) && i - index < NODES_MAX; i++) {
		if (nodes[i].tag == HTML_BUTTON || nodes[i].tag == HTML_INPUT)
			return true;
		if (nodes[i].tag != HTML_A || html_node_end(nodes, i) - i > 8)
			continue;
		struct text text = read_said(tree, i, html_node_end(nodes, i), &said);
		for (size_t word = 0; text.bytes <= LINK_BYTES_MAX && word < COUNT_OF(answers); word++)
			if (text_starts_with(text, text_from(answers[word])))
				return true;
	}
	return false;
}

/* Before the title a site's word that it uses cookies is enough; elsewhere it names the site or asks for an answer. */
static bool tells_of_cookies(const struct html_tree *tree, uint32_t title, uint32_t index)
{
	static const char *const cookies[] = { " cookie ", " cookies " };
	static const char *const uses[] = { " we use cookies ", " uses cookies ", " use of cookies " };
	const struct html_node *nodes = html_tree_nodes(tree);
	struct said said;

	if (html_node_end(nodes, index) - index > NODES_MAX || html_tree_total(tree, index, HTML_TOTAL_HEADINGS) > 1 || html_tree_total(tree, index, HTML_TOTAL_CODE) > 0)
		return false;
	struct text text = read_said(tree, index, html_node_end(nodes, index), &said);
	if (!says_one_of(text, cookies, COUNT_OF(cookies)) || !speaks_for_site(text))
		return false;
	bool before_title = title > 0 && html_node_end(nodes, index) <= title;
	return (before_title && says_one_of(text, uses, COUNT_OF(uses))) || names_site(text) || has_answer(tree, index);
}

bool html_notice_asks_consent(const struct html_tree *tree, struct html_page_edges edges, uint32_t title, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t end = html_node_end(nodes, index), bytes = 0;
	struct said said;

	if (!may_hold_notice((enum html_tag)nodes[index].tag) || (index >= edges.early_end && !is_late(tree, edges, index)) || (title >= index && title < end))
		return false;
	bytes = html_tree_total(tree, index, HTML_TOTAL_TEXT);
	if (bytes < TEXT_BYTES_MIN || bytes > NAMED_BYTES_MAX)
		return false;
	if (html_node_has_attributes(&nodes[index]) && is_called_consent(tree, index) &&
	    (html_tree_total(tree, index, HTML_TOTAL_HEADINGS) == 0 || speaks_for_site(read_said(tree, index, end, &said))))
		return true;
	return bytes <= BAR_BYTES_MAX && tells_of_cookies(tree, title, index);
}

/* --- footers ---------------------------------------------------------------------------------------------------- */

static bool is_legal_link(struct text said)
{
	static const char *const beginnings[] = {
		" cookie policy ", " cookie settings ", " cookie preferences ", " cookies ", " copyright ", " data protection ", " data privacy ", " datenschutz", " disclaimer ", " impressum ", " imprint ",
		" legal ", " privacy ", " terms & ", " terms and conditions ", " terms of service ", " terms of use ", " trademarks ", " your privacy ",
	};
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (text_starts_with(said, text_from(beginnings[i])))
			return true;
	return text_equal(said, TEXT_LITERAL(" terms ")) || text_equal(said, TEXT_LITERAL(" do not sell my personal information "));
}

static bool is_site_link(struct text said)
{
	static const char *const words[] = {
		" about ", " about us ", " accessibility ", " contact ", " contact us ", " feedback ", " help ", " home ", " report abuse ", " security ", " site map ", " sitemap ", " support ",
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(said, text_from(words[i])))
			return true;
	return false;
}

/* All links lead to pages about the site, one at least to its terms; beside them stands nothing but who holds the rights. */
static bool is_legal_links(const struct html_tree *tree, uint32_t index)
{
	static const char *const rights[] = { " copyright ", " \xC2\xA9 ", " \xC2\xA9", " rights reserved " };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t end = html_node_end(nodes, index), links = 0, legal = 0;
	size_t beside = 0;
	struct said said;

	for (uint32_t i = index + 1, next; i < end; i = next) {
		next = nodes[i].tag == HTML_A ? html_node_end(nodes, i) : i + 1;
		if (nodes[i].tag == HTML_TEXT) {
			struct text text = html_tree_text(tree, i);
			for (size_t at = 0; at < text.bytes; at++)
				beside += ascii_is_alnum(text.data[at]);
		}
		if (nodes[i].tag != HTML_A)
			continue;
		struct text text = read_said(tree, i, next, &said);
		if (text.bytes > LINK_BYTES_MAX || (!is_legal_link(text) && !is_site_link(text)))
			return false;
		links++;
		legal += is_legal_link(text);
	}
	if (links < 2 || legal < 1)
		return false;
	return beside <= BESIDE_BYTES_MAX || says_one_of(read_said(tree, index, end, &said), rights, COUNT_OF(rights));
}

/* "webmaster@example.org, last modified ...": the page's address, whatever its element. */
static bool is_keeper_address(const struct html_tree *tree, uint32_t index)
{
	static const char *const signs[] = { "@", " webmaster ", " last modified ", " last updated ", " last change" };
	static const char *const keepers[] = { " webmaster ", " webmaster@" };
	enum { KEEPER_BYTES_MAX = 200 };
	struct said said;
	struct text text = read_said(tree, index, html_node_end(html_tree_nodes(tree), index), &said);

	if (html_tree_nodes(tree)[index].tag == HTML_ADDRESS)
		return says_one_of(text, signs, COUNT_OF(signs));
	return text.bytes <= KEEPER_BYTES_MAX && says_one_of(text, keepers, COUNT_OF(keepers));
}

bool html_notice_is_footer(const struct html_tree *tree, struct html_page_edges edges, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	if (!may_hold_notice((enum html_tag)nodes[index].tag) || !is_late(tree, edges, index))
		return false;
	uint32_t bytes = html_tree_total(tree, index, HTML_TOTAL_TEXT);
	if (bytes < TEXT_BYTES_MIN || bytes > FOOTER_BYTES_MAX || html_node_end(nodes, index) - index > NODES_MAX)
		return false;
	if (html_tree_total(tree, index, HTML_TOTAL_HEADINGS) > 0 || html_tree_total(tree, index, HTML_TOTAL_CODE) > 0)
		return false;
	return is_legal_links(tree, index) || is_keeper_address(tree, index);
}
