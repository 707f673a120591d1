#include "workers/preprocess/html_content.h"

#include "workers/preprocess/html_teaser.h"

#include <stdlib.h>

enum {
	ROOT_SHARE_PERCENT = 40,      /* of the body's running text, without its menus and footers, that a content root must hold */
	ARTICLE_SHARE_PERCENT = 60,   /* of all articles' text that one must hold to be the page's article */
	SOLE_SHARE_PERCENT = 85,      /* of the root's running text: one article that holds it is all the root is about */
	CORE_SHARE_PERCENT = 70,      /* of the body's running text that one part must hold to be its core */
	CORE_BYTES_MIN = 200,         /* of running text: a page with less has no core, ... */
	CORE_LINKS_PERCENT = 60,      /* ... nor has one whose text is links: an index */
	FURNITURE_SHARE_PERCENT = 50, /* of the root's running text: more is no furniture, whatever it is called */
	INDEX_SHARE_PERCENT = 25,     /* ... of all its text, in a page of links with hardly any running text */
	SMALL_BYTES_MAX = 400,        /* of text in a bar or box */
	LINKS_PERCENT = 50,           /* of an element's text in links: a menu */
};

uint32_t html_content_running_text(const struct html_tree *tree, uint32_t index)
{
	return html_tree_total(tree, index, HTML_TOTAL_TEXT) - html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* `words` is sorted, lower case. */
static bool is_one_of(struct text word, const char *const *words, size_t count)
{
	char lower[32];

	if (word.bytes == 0 || word.bytes >= sizeof(lower))
		return false;
	for (size_t i = 0; i < word.bytes; i++)
		lower[i] = ascii_lower(word.data[i]);
	lower[word.bytes] = '\0';
	return bsearch(lower, words, count, sizeof(*words), compare_words) != NULL;
}

/* --- the root -------------------------------------------------------------------------------------------------- */

enum root_rank { RANK_MAIN, RANK_ROLE, RANK_ARTICLE, RANK_ARTICLE_BODY, RANK_ID, RANK_COUNT };

static enum root_rank rank_of(const struct html_tree *tree, uint32_t index)
{
	static const char *const ids[] = {
		"article", "article-body", "bodycontent", "content", "content-body", "deltaplaceholdermain", "doc-content", "main", "main-content", "maincontent",
		"mw-content-text", "page-content",
	};
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (node->tag == HTML_MAIN)
		return RANK_MAIN;
	if (html_node_has_attributes(node)) {
		if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("main")))
			return RANK_ROLE;
		if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ITEMPROP), TEXT_LITERAL("articleBody")))
			return RANK_ARTICLE_BODY;
		if (node->tag != HTML_ARTICLE && is_one_of(html_tree_attribute(tree, index, HTML_ID), ids, COUNT_OF(ids)))
			return RANK_ID;
	}
	return node->tag == HTML_ARTICLE ? RANK_ARTICLE : RANK_COUNT;
}

/* The article that a main part is all about, if no title stands above it: beside it are menus, boxes, lists of files. */
static uint32_t sole_article(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint64_t whole = html_content_running_text(tree, root);

	for (uint32_t i = root + 1; i < html_node_end(nodes, root); i++) {
		if (nodes[i].tag == HTML_H1 && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			break;
		if (nodes[i].tag == HTML_ARTICLE && html_content_running_text(tree, i) * 100ull >= whole * SOLE_SHARE_PERCENT)
			return i;
	}
	return root;
}

static bool has_id(const struct html_tree *tree, uint32_t index, struct text id)
{
	return html_node_has_attributes(&html_tree_nodes(tree)[index]) && text_equal_nocase(html_tree_attribute(tree, index, HTML_ID), id);
}

/* A part of that name gives way to what holds it when it leaves the page's footnotes behind, or a header with a section of its own under the title. */
static uint32_t with_header_and_notes(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t parent = root;

	while (parent > 0 && (html_node_end(nodes, parent) < html_node_end(nodes, root) || nodes[parent].depth >= nodes[root].depth))
		parent--;
	for (uint32_t child = parent + 1; child < html_node_end(nodes, parent); child = html_node_end(nodes, child)) {
		if (nodes[child].tag != HTML_DIV || child == root)
			continue;
		bool notes = child > root && has_id(tree, child, TEXT_LITERAL("footnotes"));
		bool header = child < root && has_id(tree, child, TEXT_LITERAL("header")) && html_tree_total(tree, child, HTML_TOTAL_HEADINGS) >= 2;
		if (notes || header)
			return parent;
	}
	return root;
}

/* Running text of menus and footers that are the page's own, not a part's: a root needs no share of it. */
static uint32_t furniture_text(const struct html_tree *tree, uint32_t body)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t text = 0;

	for (uint32_t i = body, next; i < html_node_end(nodes, body); i = next) {
		next = i + 1;
		bool part = nodes[i].tag == HTML_MAIN || nodes[i].tag == HTML_ARTICLE, furniture = nodes[i].tag == HTML_FOOTER || nodes[i].tag == HTML_NAV;
		if (part || furniture)
			next = html_node_end(nodes, i);
		text += furniture ? html_content_running_text(tree, i) : 0;
	}
	return text;
}

static uint32_t find_root(const struct html_tree *tree)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t count = html_tree_count(tree), body = 0, best[RANK_COUNT], best_text[RANK_COUNT] = { 0 }, articles_text = 0, articles_end = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (nodes[i].tag == HTML_TEXT)
			continue;
		if (nodes[i].tag == HTML_BODY && nodes[body].tag != HTML_BODY)
			body = i;
		enum root_rank rank = rank_of(tree, i);
		if (rank == RANK_COUNT)
			continue;
		uint32_t text = html_content_running_text(tree, i);
		if (rank == RANK_ARTICLE && i >= articles_end) {
			articles_text += text;
			articles_end = html_node_end(nodes, i);
		}
		if (text > best_text[rank]) {
			best[rank] = i;
			best_text[rank] = text;
		}
	}
	uint64_t whole = html_content_running_text(tree, body) - furniture_text(tree, body);
	for (int rank = 0; rank < RANK_COUNT; rank++) {
		if (best_text[rank] == 0 || best_text[rank] * 100ull < whole * ROOT_SHARE_PERCENT)
			continue;
		if (rank == RANK_ARTICLE && best_text[rank] * 100ull < articles_text * (uint64_t)ARTICLE_SHARE_PERCENT)
			continue;
		return rank == RANK_ID ? with_header_and_notes(tree, best[rank]) : rank <= RANK_ROLE ? sole_article(tree, best[rank]) : best[rank];
	}
	return body;
}

/* Elements that hold a page's parts. A paragraph or list is one of the parts. */
static bool is_container(enum html_tag tag)
{
	switch (tag) {
	case HTML_DIV: case HTML_SECTION: case HTML_ARTICLE: case HTML_MAIN: case HTML_TABLE: case HTML_TBODY: case HTML_TR: case HTML_TD:
	case HTML_CENTER: case HTML_FORM: case HTML_FONT: case HTML_SPAN: case HTML_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static uint32_t densest_child(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t best = index, best_text = 0;

	for (uint32_t child = index + 1; child < html_node_end(nodes, index); child = html_node_end(nodes, child)) {
		uint32_t text = nodes[child].tag == HTML_TEXT ? 0 : html_content_running_text(tree, child);
		if (text > best_text) {
			best = child;
			best_text = text;
		}
	}
	return best;
}

/* The element's first link is to another page. */
static bool leads_elsewhere(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t link = index + 1;

	while (link < html_node_end(nodes, index) && nodes[link].tag != HTML_A)
		link++;
	struct text target = link < html_node_end(nodes, index) ? html_tree_attribute(tree, link, HTML_HREF) : TEXT_LITERAL("");
	return target.bytes > 0 && target.data[0] != '#';
}

/* A heading that is nothing but a link to another page: the site's name, linked to its start. */
static bool is_site_name(const struct html_tree *tree, uint32_t index)
{
	return html_content_running_text(tree, index) == 0 && leads_elsewhere(tree, index);
}

/* The heading that the page begins with: the first h1, or else the first of any level; `root` when there is none. */
static uint32_t first_heading(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t first = root;

	if (html_tree_total(tree, root, HTML_TOTAL_HEADINGS) == 0)
		return root;
	for (uint32_t i = root; i < html_node_end(nodes, root); i++) {
		if (nodes[i].tag == HTML_H1 && !is_site_name(tree, i))
			return i;
		if (first == root && nodes[i].tag >= HTML_H2 && nodes[i].tag <= HTML_H6)
			first = i;
	}
	return first;
}

/* Down from the root as long as one part holds most of the page's running text, and the heading that it begins with. Each element's children are
 * looked at once. */
static uint32_t find_core(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint64_t text = html_tree_total(tree, root, HTML_TOTAL_TEXT), running = html_content_running_text(tree, root);
	uint32_t core = root, child, heading = first_heading(tree, root);

	if (nodes[root].tag != HTML_BODY || running < CORE_BYTES_MIN || (text - running) * 100 > text * CORE_LINKS_PERCENT)
		return root;
	while ((child = densest_child(tree, core)) != core && is_container((enum html_tag)nodes[child].tag) &&
	       html_content_running_text(tree, child) * 100ull >= running * CORE_SHARE_PERCENT &&
	       (heading == root || (heading > child && heading < html_node_end(nodes, child))))
		core = child;
	return core;
}

struct html_place html_content_place(const struct html_tree *tree)
{
	uint32_t root = find_root(tree);
	enum html_tag tag = (enum html_tag)html_tree_nodes(tree)[root].tag;

	uint32_t title = first_heading(tree, root);
	title = title != root && html_tree_nodes(tree)[title].tag == HTML_H1 ? title : 0;
	return (struct html_place){ .root = root,
				    .core = find_core(tree, root),
				    .title = title,
				    .edges = html_notice_edges(tree, root),
				    .article_depth = tag == HTML_MAIN || tag == HTML_ARTICLE };
}

uint32_t html_content_title_before(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = root; i < html_node_end(nodes, root); i++)
		if (nodes[i].tag == HTML_H1)
			return UINT32_MAX;
	for (uint32_t i = 0; i < root; i++)
		if (nodes[i].tag == HTML_H1 && html_node_end(nodes, i) <= root && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			return i;
	return UINT32_MAX;
}

/* --- furniture ------------------------------------------------------------------------------------------------- */

/* Class names and ids that say furniture whatever is inside. */
static const char *const furniture_words[] = {
	"addthis", "article-comments", "article-footer", "article-meta", "article-more-questions",
	"article-relatives", "article-return-to-top", "article-share", "article-subscribe", "article-votes",
	"awsdocs-page-utilities", "back-to-top", "backtotop", "bottomlang", "bottomnav", "breadcrumb",
	"breadcrumbs", "comment-respond", "comments-area", "contentsub", "copybtn", "disqus_thread",
	"doc-footer", "doc-header", "ears", "edit-link", "edit-page-link", "edit-this-page", "entry-share",
	"expand-control", "familylinks", "footnotes-heading", "headerlink", "hidden-print", "hideme",
	"hwcopyright", "input_prompt", "jp-inputprompt", "jp-outputprompt", "jp-relatedposts", "legalcopy",
	"logo-container", "mathjax", "mathjax_chtml", "mathjax_display", "mathjax_preview", "mathjax_svg",
	"md-source-file", "more-stories", "msotoc1", "msotoc2", "msotoc3", "msotoc4", "msotoc5", "msotoc6",
	"msotoc7", "msotoc8", "msotoc9", "msotocheading", "mw-editsection", "mw-portlet", "mw-portlet-lang",
	"mw-redirectedfrom", "navfooter", "navheader", "newsletter-form", "newsletter-signup", "no-print",
	"nocontent", "noprint", "output_prompt", "page-footer", "page-header-icon", "page-metadata",
	"pagesection", "pagination", "pilcrow", "post-navigation", "post-share", "prev-next", "print-only",
	"read-next", "recommended-articles", "recommended-posts", "related-articles", "related-posts",
	"related-stories", "rst-versions", "rustdoc-breadcrumbs", "screen-reader-text", "searchbox",
	"searchform", "share-bar", "share-buttons", "share-links", "sharedaddy", "sharethis", "sidebar-logo",
	"site-footer", "site-header", "site-nav", "sitesub", "skip-link", "skip-nav", "skip-to-content",
	"skiplink", "skipnav", "social-links", "social-media", "social-share", "social-sharing",
	"sphinxsidebar", "sr-only", "srclink", "subnav", "subnavlist", "subscribe-box", "subscription-form",
	"td-page-meta", "test-arrow", "theme-doc-footer", "theme-doc-toc-desktop", "theme-doc-toc-mobile",
	"theme-doc-version-badge", "theme-doc-version-banner", "titlearea", "toggle-all-docs", "toplang",
	"topnav", "ttc", "vector-dropdown", "viewcode-back", "viewcode-link", "visually-hidden",
	"visuallyhidden", "yarpp-related", "you-may-also-like",
};
/* Class names that say so of a bar about cookies; as ids they may be names of sections. */
static const char *const consent_words[] = {
	"cookie-banner", "cookie-bar", "cookie-consent", "cookie-law-info-bar", "cookie-message",
	"cookie-notice", "cookiebanner", "cookieconsent", "gdpr", "gdpr-banner", "gdpr-cookie-notice",
};
/* Class names that say so of something small; as ids they are often names of sections. */
static const char *const small_words[] = {
	"advertisement", "catlinks", "cookie", "cookie-policy", "cookies", "feedback", "footer", "levels",
	"mw-jump-link", "nav", "navbar", "navigation", "newsletter", "page-feedback", "pager", "printfooter",
	"related-links", "share", "sharing", "social",
};
/* Those that say so when most of the text inside is links. */
static const char *const menu_words[] = {
	"bottombar", "footer", "menu", "menubar", "nav", "nav-panel", "navbar", "navbox", "navigation", "navpath",
	"navrow", "page-nav", "quicklinks", "related", "sidebar", "sidenav", "site-map", "src", "summary", "tabs",
	"toc-sidebar", "top", "topbar", "toplinks",
};

/* Class names that say so of the name of a language, or of buttons, right above code. */
static const char *const code_label_words[] = {
	"code-block-header", "code-header", "code-lang", "code-language", "code-toolbar", "codeblock-header", "lang", "language", "language-name",
};
/* Contents of the page. */
static const char *const contents_words[] = { "table-of-contents", "toc", "toc-list", "toc-macro" };
/* Class names of what the reader opens with a click: further tabs, and bodies that unfold under their title. */
static const char *const unfolding_words[] = {
	"accordion-body", "accordion-collapse", "accordion-content", "collapse", "collapsible-content", "dropdownbody", "expand-content", "mcdropdownbody", "mcexpandingbody",
	"panel-collapse", "tab-pane", "tabbed-block", "tabcontent", "tabitem", "tabpanel", "ui-accordion-content", "ui-tabs-panel",
};

/* "property: value" in a style attribute. */
static bool says(struct text style, struct text property, struct text value)
{
	ptrdiff_t at = style.bytes > 0 ? text_find_nocase(style, property) : -1;

	if (at < 0 || (at > 0 && (ascii_is_alnum(style.data[at - 1]) || style.data[at - 1] == '-')))
		return false;
	style = text_trim(text_slice(style, (size_t)at + property.bytes, style.bytes));
	return style.bytes > 0 && style.data[0] == ':' && text_starts_with_nocase(text_trim(text_slice(style, 1, style.bytes)), value);
}

/* Hidden by the class names of the common libraries, "d-none" and "hidden", and not shown again on larger screens: "md:block", "d-lg-flex". */
static bool has_hidden_name(const struct html_tree *tree, uint32_t index)
{
	const struct text names = html_tree_attribute(tree, index, HTML_CLASS);
	struct text rest = names, word;
	bool hidden = false;

	while (!hidden && html_next_word(&rest, &word))
		hidden = text_equal(word, TEXT_LITERAL("hidden")) || text_equal(word, TEXT_LITERAL("d-none")) || text_equal(word, TEXT_LITERAL("invisible"));
	for (rest = names; hidden && html_next_word(&rest, &word);) {
		bool shown = text_starts_with(word, TEXT_LITERAL("d-")) && !text_equal(word, TEXT_LITERAL("d-none")) && !text_equal(word, TEXT_LITERAL("d-print-block"));
		hidden = !shown && !memchr(word.data, ':', word.bytes);
	}
	return hidden;
}

/* Hidden until the reader asks for it: it belongs to the page's text. */
static bool unfolds(const struct html_tree *tree, uint32_t index)
{
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;

	if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("tabpanel")) ||
	    text_equal_nocase(html_tree_attribute(tree, index, HTML_HIDDEN), TEXT_LITERAL("until-found")))
		return true;
	while (html_next_word(&rest, &word))
		if (is_one_of(word, unfolding_words, COUNT_OF(unfolding_words)))
			return true;
	return false;
}

bool html_content_is_hidden(const struct html_tree *tree, uint32_t index)
{
	if (html_tree_has_attribute(tree, index, HTML_HIDDEN))
		return !unfolds(tree, index);
	if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ARIA_HIDDEN), TEXT_LITERAL("true")))
		return !unfolds(tree, index);
	struct text style = html_tree_attribute(tree, index, HTML_INLINE_STYLE);
	if (!says(style, TEXT_LITERAL("display"), TEXT_LITERAL("none")) && !says(style, TEXT_LITERAL("visibility"), TEXT_LITERAL("hidden")))
		return false;
	/* Formulas for those who cannot see the picture of them. */
	return !unfolds(tree, index) && !html_tree_has_class(tree, index, "mwe-math-mathml-inline") && !html_tree_has_class(tree, index, "mwe-math-mathml-display") &&
	       !html_tree_has_class(tree, index, "mwe-math-mathml-a11y");
}

static bool is_mostly_links(const struct html_tree *tree, uint32_t index)
{
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
	return links * 100 >= text * LINKS_PERCENT;
}

static bool has_furniture_role(const struct html_tree *tree, uint32_t index)
{
	static const char *const roles[] = {
		"alertdialog", "banner", "contentinfo", "dialog", "footer", "header", "menu", "menubar", "navigation", "search", "toolbar", "tooltip",
	};
	return is_one_of(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), roles, COUNT_OF(roles));
}

/* What follows is code; buttons and blanks may stand between. */
static bool is_above_code(const struct html_tree *tree, uint32_t index)
{
	enum { LABEL_BYTES_MAX = 24 };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t next = html_node_end(nodes, index);

	if (html_tree_total(tree, index, HTML_TOTAL_TEXT) > LABEL_BYTES_MAX)
		return false;
	while (next < html_tree_count(tree) && (nodes[next].tag == HTML_BUTTON || (nodes[next].tag == HTML_TEXT && html_tree_total(tree, next, HTML_TOTAL_TEXT) <= 1)))
		next = html_node_end(nodes, next);
	return next < html_tree_count(tree) && nodes[next].tag == HTML_PRE && nodes[next].depth == nodes[index].depth;
}

/* Numbers and a title stand among its links. It is less than half of the page, and there is something else in it: else the page is an index. */
static bool is_contents(const struct html_tree *tree, uint32_t root, uint32_t index)
{
	enum { CONTENTS_LINKS_PERCENT = 40, OTHER_BYTES_MIN = 400 };
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);

	uint64_t whole = html_tree_total(tree, root, HTML_TOTAL_TEXT);

	return links * 100 >= text * CONTENTS_LINKS_PERCENT && text * 2 <= whole && whole - text >= OTHER_BYTES_MIN;
}

/* In the part that the page names as its content, links under a heading are a section: "Related features". */
static bool is_section_of_links(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	enum html_tag root = (enum html_tag)html_tree_nodes(tree)[place->root].tag, tag = (enum html_tag)html_tree_nodes(tree)[index].tag;

	return (root == HTML_MAIN || root == HTML_ARTICLE) && (tag == HTML_SECTION || tag == HTML_DIV) && html_tree_total(tree, index, HTML_TOTAL_HEADINGS) > 0;
}

static bool has_furniture_name(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	for (int which = 0; which < 2; which++) {
		struct text rest = html_tree_attribute(tree, index, which ? HTML_ID : HTML_CLASS), word;
		while (html_next_word(&rest, &word)) {
			/* <mjx-container class="MathJax"> holds the formula; a <span> so named is drawn beside its source. */
			bool formula = html_tree_nodes(tree)[index].tag == HTML_UNKNOWN && text_equal_nocase(word, TEXT_LITERAL("mathjax"));
			if (!formula && is_one_of(word, furniture_words, COUNT_OF(furniture_words)))
				return true;
			bool may_be = which == 0 && (ascii_lower(word.data[0]) == 'c' || ascii_lower(word.data[0]) == 'g'); /* spares most words the search */
			if (may_be && is_one_of(word, consent_words, COUNT_OF(consent_words)))
				return true;
			bool small = html_tree_total(tree, index, HTML_TOTAL_TEXT) <= SMALL_BYTES_MAX;
			if (which == 0 && small && is_one_of(word, small_words, COUNT_OF(small_words)))
				return true;
			if (is_one_of(word, menu_words, COUNT_OF(menu_words)) && is_mostly_links(tree, index) && !is_section_of_links(tree, place, index))
				return true;
			if (is_one_of(word, contents_words, COUNT_OF(contents_words)) && is_contents(tree, place->root, index))
				return true;
			if (which == 0 && small && is_one_of(word, code_label_words, COUNT_OF(code_label_words)) && is_above_code(tree, index))
				return true;
		}
	}
	return false;
}

/* Footnotes and citations stand in <aside> too, and are often nothing but a link. */
static bool is_note(const struct html_tree *tree, uint32_t index)
{
	static const char *const roles[] = { "doc-endnotes", "doc-footnote", "doc-notice", "doc-tip", "note" };
	struct text rest = html_tree_attribute(tree, index, HTML_CLASS), word;

	if (is_one_of(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), roles, COUNT_OF(roles)))
		return true;
	while (html_next_word(&rest, &word))
		if (text_starts_with_nocase(word, TEXT_LITERAL("footnote")) || text_starts_with_nocase(word, TEXT_LITERAL("citation")))
			return true;
	return false;
}

/* Each row is a number and a link to a place in the page. Looks at a bounded number of nodes. */
static bool is_contents_table(const struct html_tree *tree, uint32_t root, uint32_t index)
{
	enum { LINKS_MIN = 2, NODES_MAX = 2000 };
	const struct html_node *nodes = html_tree_nodes(tree);
	unsigned links = 0;

	if (!is_mostly_links(tree, index) || !is_contents(tree, root, index))
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index) && i - index < NODES_MAX; i++) {
		if (nodes[i].tag != HTML_A)
			continue;
		struct text target = html_tree_attribute(tree, i, HTML_HREF);
		if (target.bytes < 2 || target.data[0] != '#')
			return false;
		links++;
	}
	return links >= LINKS_MIN;
}

/* A summary of nothing: what it opened was made by a script. */
static bool is_empty_details(const struct html_tree *tree, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	return html_node_end(nodes, index) > index + 1 && nodes[index + 1].tag == HTML_SUMMARY && html_node_end(nodes, index + 1) == html_node_end(nodes, index);
}

/* Headers and footers of a page are furniture; those of an article or a quote are its own. */
static bool is_furniture_by_tag(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	bool of_page = place->article_depth == 0;

	switch (html_tree_nodes(tree)[index].tag) {
	case HTML_NAV: return true;
	case HTML_FOOTER: return of_page || is_mostly_links(tree, index);
	case HTML_HEADER: return html_tree_total(tree, index, HTML_TOTAL_HEADINGS) == 0 && (of_page || is_mostly_links(tree, index));
	case HTML_ASIDE: return is_mostly_links(tree, index) && !is_note(tree, index);
	case HTML_DETAILS: return is_empty_details(tree, index);
	case HTML_TABLE: return is_contents_table(tree, place->root, index);
	/* As the id of a section "footer" names what it is about: then it has a heading. */
	case HTML_DIV:
		return of_page && html_tree_total(tree, index, HTML_TOTAL_TEXT) <= SMALL_BYTES_MAX && html_tree_total(tree, index, HTML_TOTAL_HEADINGS) == 0 &&
		       (has_id(tree, index, TEXT_LITERAL("footer")) ||
			(html_node_end(html_tree_nodes(tree), index) <= place->title && has_id(tree, index, TEXT_LITERAL("header"))));
	default: return false;
	}
}

/* Links above the page's title lead elsewhere. */
static bool is_link_above_title(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	enum { ABOVE_BYTES_MAX = 120, ABOVE_LINKS_PERCENT = 80 };
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (html_node_end(html_tree_nodes(tree), index) > place->title || (node->tag != HTML_DIV && node->tag != HTML_P && node->tag != HTML_UL && node->tag != HTML_OL))
		return false;
	uint32_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
	return text > 0 && text <= ABOVE_BYTES_MAX && links * 100 >= text * ABOVE_LINKS_PERCENT && leads_elsewhere(tree, index);
}

/* A block of links beside the core. */
static bool is_menu_outside(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	if (place->core == place->root || (index >= place->core && index < html_node_end(nodes, place->core)) ||
	    (index < place->core && html_node_end(nodes, index) > place->core))
		return false;
	switch (nodes[index].tag) {
	case HTML_DIV: case HTML_UL: case HTML_OL: case HTML_MENU: case HTML_DIR: case HTML_TABLE: case HTML_TD: case HTML_SECTION: case HTML_P:
	case HTML_CENTER: case HTML_DL: case HTML_FORM: case HTML_ASIDE: case HTML_H1:
		return html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT) > 0 && is_mostly_links(tree, index);
	default:
		return false;
	}
}

/* The cell that follows holds most of the page's running text. */
static bool is_beside_content(const struct html_tree *tree, uint32_t root, uint32_t cell)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t next = html_node_end(nodes, cell);

	while (next < html_tree_count(tree) && nodes[next].tag == HTML_TEXT && nodes[next].depth == nodes[cell].depth)
		next++;
	return next < html_tree_count(tree) && nodes[next].tag == HTML_TD && nodes[next].depth == nodes[cell].depth &&
	       html_content_running_text(tree, next) * 100ull >= html_content_running_text(tree, root) * (uint64_t)CORE_SHARE_PERCENT;
}

bool html_content_is_menu(const struct html_tree *tree, uint32_t root, uint32_t index)
{
	enum { MENU_LINKS_PERCENT = 90, BESIDE_LINKS_PERCENT = 55, BESIDE_BYTES_MAX = 400 /* a column of links with their titles */, MENU_BYTES_MIN = 20, MENU_LINKS_MIN = 3, SHORT_BYTES_MAX = 40 };
	const struct html_node *nodes = html_tree_nodes(tree);
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
	uint64_t running = html_content_running_text(tree, root);

	if (links == 0 || links * 100 < text * BESIDE_LINKS_PERCENT || running <= links || running <= html_tree_total(tree, root, HTML_TOTAL_LINK_TEXT))
		return false;
	bool beside = is_beside_content(tree, root, index);
	if (links * 100 < text * MENU_LINKS_PERCENT && (!beside || text > BESIDE_BYTES_MAX))
		return false;
	if (text < MENU_BYTES_MIN && !beside)
		return false;
	unsigned count = 0, least = MENU_LINKS_MIN + (text < SHORT_BYTES_MAX && !beside);
	for (uint32_t i = index + 1; i < html_node_end(nodes, index) && count < least; i++)
		count += nodes[i].tag == HTML_A;
	return count >= least;
}

bool html_content_is_furniture(const struct html_tree *tree, const struct html_place *place, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];
	bool named = html_node_has_attributes(node) &&
		     (has_furniture_role(tree, index) || has_furniture_name(tree, place, index) || (has_hidden_name(tree, index) && !unfolds(tree, index)));
	uint64_t running = html_content_running_text(tree, index), text = html_tree_total(tree, index, HTML_TOTAL_TEXT);

	if (!named && !is_furniture_by_tag(tree, place, index) && !is_menu_outside(tree, place, index) && !is_link_above_title(tree, place, index) &&
	    !html_notice_asks_consent(tree, place->edges, place->title, index) && !html_notice_is_footer(tree, place->edges, index) && !html_teaser_is(tree, place->edges, index))
		return html_node_has_attributes(node) && html_content_is_hidden(tree, index);
	return running * 100 <= html_content_running_text(tree, place->root) * (uint64_t)FURNITURE_SHARE_PERCENT ||
	       text * 100 <= html_tree_total(tree, place->root, HTML_TOTAL_TEXT) * (uint64_t)INDEX_SHARE_PERCENT;
}
