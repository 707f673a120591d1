#include "workers/preprocess/html_content.h"

#include <stdlib.h>

enum {
	ROOT_SHARE_PERCENT = 40,      /* of the body's running text that a content root must hold */
	ARTICLE_SHARE_PERCENT = 60,   /* of all articles' text that one must hold to be the page's article */
	FURNITURE_SHARE_PERCENT = 50, /* of the root's running text: more is no furniture, whatever it is called */
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
		"article", "article-body", "bodycontent", "content", "content-body", "doc-content", "main", "main-content", "maincontent",
		"mw-content-text", "page-content",
	};
	const struct html_node *node = &html_tree_nodes(tree)[index];

	if (node->tag == HTML_MAIN)
		return RANK_MAIN;
	if (node->attribute_count > 0) {
		if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), TEXT_LITERAL("main")))
			return RANK_ROLE;
		if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ITEMPROP), TEXT_LITERAL("articleBody")))
			return RANK_ARTICLE_BODY;
		if (node->tag != HTML_ARTICLE && is_one_of(html_tree_attribute(tree, index, HTML_ID), ids, COUNT_OF(ids)))
			return RANK_ID;
	}
	return node->tag == HTML_ARTICLE ? RANK_ARTICLE : RANK_COUNT;
}

uint32_t html_content_root(const struct html_tree *tree)
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
			articles_end = nodes[i].end;
		}
		if (text > best_text[rank]) {
			best[rank] = i;
			best_text[rank] = text;
		}
	}
	uint64_t whole = html_content_running_text(tree, body);
	for (int rank = 0; rank < RANK_COUNT; rank++) {
		if (best_text[rank] == 0 || best_text[rank] * 100ull < whole * ROOT_SHARE_PERCENT)
			continue;
		if (rank == RANK_ARTICLE && best_text[rank] * 100ull < articles_text * (uint64_t)ARTICLE_SHARE_PERCENT)
			continue;
		return best[rank];
	}
	return body;
}

uint32_t html_content_title_before(const struct html_tree *tree, uint32_t root)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	for (uint32_t i = root; i < nodes[root].end; i++)
		if (nodes[i].tag == HTML_H1)
			return UINT32_MAX;
	for (uint32_t i = 0; i < root; i++)
		if (nodes[i].tag == HTML_H1 && nodes[i].end <= root && html_tree_total(tree, i, HTML_TOTAL_TEXT) > 0)
			return i;
	return UINT32_MAX;
}

/* --- furniture ------------------------------------------------------------------------------------------------- */

/* Class names and ids that say furniture whatever is inside. */
static const char *const furniture_words[] = {
	"breadcrumb", "breadcrumbs", "cookie-banner", "cookie-bar", "cookie-consent", "cookie-notice", "doc-footer", "doc-header", "edit-page-link",
	"headerlink", "navfooter", "navheader", "noprint", "page-footer", "pagination", "print-only", "prev-next", "related-links", "rst-versions",
	"searchbox", "searchform", "site-footer", "site-header", "skip-link", "skiplink", "social-share", "sphinxsidebar", "topnav",
};
/* Those that say so when most of the text inside is links. */
static const char *const menu_words[] = {
	"footer", "menu", "nav", "navbar", "navigation", "navpath", "navrow", "related", "sidebar", "sidenav", "summary", "tabs", "toc-sidebar",
};

bool html_content_is_hidden(const struct html_tree *tree, uint32_t index)
{
	if (html_tree_has_attribute(tree, index, HTML_HIDDEN))
		return true;
	if (text_equal_nocase(html_tree_attribute(tree, index, HTML_ARIA_HIDDEN), TEXT_LITERAL("true")))
		return true;
	struct text style = html_tree_attribute(tree, index, HTML_INLINE_STYLE);
	ptrdiff_t at = text_find_nocase(style, TEXT_LITERAL("display"));
	if (at < 0)
		return false;
	style = text_trim(text_slice(style, (size_t)at + 7, style.bytes));
	if (style.bytes == 0 || style.data[0] != ':')
		return false;
	return text_starts_with_nocase(text_trim(text_slice(style, 1, style.bytes)), TEXT_LITERAL("none"));
}

static bool is_mostly_links(const struct html_tree *tree, uint32_t index)
{
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);
	return links * 100 >= text * LINKS_PERCENT;
}

static bool has_furniture_role(const struct html_tree *tree, uint32_t index)
{
	static const char *const roles[] = {
		"alertdialog", "banner", "contentinfo", "dialog", "menu", "menubar", "navigation", "search", "toolbar", "tooltip",
	};
	return is_one_of(html_tree_attribute(tree, index, HTML_ATTRIBUTE_ROLE), roles, COUNT_OF(roles));
}

static bool has_furniture_name(const struct html_tree *tree, uint32_t index)
{
	for (int which = 0; which < 2; which++) {
		struct text rest = html_tree_attribute(tree, index, which ? HTML_ID : HTML_CLASS), word;
		while (html_next_word(&rest, &word)) {
			if (is_one_of(word, furniture_words, COUNT_OF(furniture_words)))
				return true;
			if (is_one_of(word, menu_words, COUNT_OF(menu_words)) && is_mostly_links(tree, index))
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

static bool is_furniture_by_tag(const struct html_tree *tree, uint32_t index)
{
	switch (html_tree_nodes(tree)[index].tag) {
	case HTML_NAV: case HTML_FOOTER: return true;
	case HTML_HEADER: return html_tree_total(tree, index, HTML_TOTAL_HEADINGS) == 0;
	case HTML_ASIDE: return is_mostly_links(tree, index) && !is_note(tree, index);
	default: return false;
	}
}

bool html_content_is_menu(const struct html_tree *tree, uint32_t root, uint32_t index)
{
	enum { MENU_LINKS_PERCENT = 70, MENU_BYTES_MIN = 100 };
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT);

	return text >= MENU_BYTES_MIN && links * 100 >= text * MENU_LINKS_PERCENT && html_content_running_text(tree, root) > links;
}

bool html_content_is_furniture(const struct html_tree *tree, uint32_t root, uint32_t index)
{
	const struct html_node *node = &html_tree_nodes(tree)[index];
	bool named = node->attribute_count > 0 && (has_furniture_role(tree, index) || has_furniture_name(tree, index));

	if (!named && !is_furniture_by_tag(tree, index))
		return node->attribute_count > 0 && html_content_is_hidden(tree, index);
	return html_content_running_text(tree, index) * 100ull <= html_content_running_text(tree, root) * (uint64_t)FURNITURE_SHARE_PERCENT;
}
