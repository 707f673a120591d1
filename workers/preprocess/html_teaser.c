#include "workers/preprocess/html_teaser.h"

enum {
	SHARE_BYTES_MAX = 160,     /* of text in a row of buttons */
	SHARE_BESIDE_BYTES_MAX = 40, /* of it beside them: "Share this page" */
	TEASER_BYTES_MAX = 3000,
	TEASER_LINKS_PERCENT = 50, /* of the text behind the title */
	NODES_MAX = 400,           /* of a row of buttons */
	TITLE_NODES_MAX = 12,      /* before the title */
};

static bool may_hold_teasers(enum html_tag tag)
{
	return tag == HTML_DIV || tag == HTML_SECTION || tag == HTML_ASIDE || tag == HTML_UL || tag == HTML_FOOTER;
}

static bool hands_on(struct text target)
{
	static const char *const places[] = {
		"facebook.com/share", "twitter.com/intent", "twitter.com/share", "//x.com/intent", "linkedin.com/share", "linkedin.com/sharing", "reddit.com/submit",
		"pinterest.com/pin/create", "//wa.me/?", "whatsapp.com/send", "t.me/share", "ycombinator.com/submitlink", "getpocket.com/edit", "tumblr.com/share", "plus.google.com/share", "stumbleupon.com/submit", "digg.com/submit", "mailto:?",
	};
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (text_find(target, text_from(places[i])) >= 0)
			return true;
	return false;
}

/* Links to the page itself ("Copy link") may stand among the others. */
static bool is_share_bar(const struct html_tree *tree, uint32_t index, uint64_t text, uint64_t links)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	unsigned shares = 0;

	if (text > SHARE_BYTES_MAX || text - links > SHARE_BESIDE_BYTES_MAX || html_node_end(nodes, index) - index > NODES_MAX)
		return false;
	for (uint32_t i = index + 1; i < html_node_end(nodes, index); i++) {
		if (nodes[i].tag != HTML_A)
			continue;
		struct text target = html_tree_attribute(tree, i, HTML_HREF);
		bool share = hands_on(target), here = target.bytes == 0 || target.data[0] == '#' || text_starts_with_nocase(target, TEXT_LITERAL("javascript:"));
		if (!share && !here)
			return false;
		shares += share;
	}
	return shares >= 2;
}

static bool is_teaser_title(struct text title)
{
	static const char *const titles[] = {
		"also read", "keep reading", "latest posts", "latest stories", "more stories", "popular posts", "read more stories", "read next", "recent posts",
		"recommended for you", "related articles", "related posts", "related stories", "trending", "up next", "what to read next", "you may also like", "you might also like",
	};
	while (title.bytes > 0 && strchr(":.! ", title.data[title.bytes - 1]))
		title.bytes--;
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (text_equal_nocase(title, text_from(titles[i])))
			return true;
	return false;
}

/* Begins with such a title, and most of the rest is links. */
static bool is_titled_teaser(const struct html_tree *tree, uint32_t index, uint64_t text, uint64_t links)
{
	const struct html_node *nodes = html_tree_nodes(tree);
	uint32_t first = index + 1;

	if (html_tree_total(tree, index, HTML_TOTAL_CODE) > 0)
		return false;
	while (first < html_node_end(nodes, index) && first - index <= TITLE_NODES_MAX && (nodes[first].tag != HTML_TEXT || html_tree_total(tree, first, HTML_TOTAL_TEXT) == 0))
		first++;
	if (first >= html_node_end(nodes, index) || nodes[first].tag != HTML_TEXT)
		return false;
	struct text title = text_trim(html_tree_text(tree, first));
	return is_teaser_title(title) && links * 100 >= (text - title.bytes) * TEASER_LINKS_PERCENT;
}

bool html_teaser_is(const struct html_tree *tree, struct html_page_edges edges, uint32_t index)
{
	const struct html_node *nodes = html_tree_nodes(tree);

	if (!may_hold_teasers((enum html_tag)nodes[index].tag))
		return false;
	uint64_t text = html_tree_total(tree, index, HTML_TOTAL_TEXT), links = text <= TEASER_BYTES_MAX ? html_tree_total(tree, index, HTML_TOTAL_LINK_TEXT) : 0;
	if (links == 0)
		return false;
	return is_share_bar(tree, index, text, links) || (html_node_end(nodes, index) >= edges.late_start && is_titled_teaser(tree, index, text, links));
}
