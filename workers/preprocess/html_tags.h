/* html_tags.h: the elements of HTML that conversion tells apart, and what each is to it. */
#ifndef DOCRING_WORKERS_PREPROCESS_HTML_TAGS_H
#define DOCRING_WORKERS_PREPROCESS_HTML_TAGS_H

#include "base/text.h"

#include <stdint.h>

enum html_role {      /* how the walk treats an element */
	HTML_ROLE_INLINE, /* transparent in running text; unknown elements too */
	HTML_ROLE_BLOCK,  /* parts paragraphs, otherwise transparent */
	HTML_ROLE_SKIP,   /* never visible text: script, style, form controls, pictures drawn in markup */
	HTML_ROLE_OWN,    /* has a handler of its own */
};

/* X(NAME, "name", role), sorted by name. */
#define HTML_TAGS(X) \
	X(A, "a", OWN) X(ADDRESS, "address", BLOCK) X(ANNOTATION, "annotation", SKIP) X(ANNOTATION_XML, "annotation-xml", SKIP) \
	X(APPLET, "applet", BLOCK) X(ARTICLE, "article", BLOCK) X(ASIDE, "aside", BLOCK) X(AUDIO, "audio", SKIP) X(B, "b", OWN) X(BASE, "base", SKIP) X(BIG, "big", OWN) \
	X(BLOCKQUOTE, "blockquote", OWN) X(BODY, "body", BLOCK) X(BR, "br", OWN) X(BUTTON, "button", SKIP) X(CANVAS, "canvas", SKIP) \
	X(CAPTION, "caption", BLOCK) X(CENTER, "center", BLOCK) X(CODE, "code", OWN) X(COL, "col", SKIP) X(COLGROUP, "colgroup", SKIP) \
	X(DATALIST, "datalist", SKIP) X(DD, "dd", OWN) X(DEL, "del", OWN) X(DETAILS, "details", BLOCK) X(DIALOG, "dialog", SKIP) \
	X(DIR, "dir", OWN) X(DIV, "div", OWN) X(DL, "dl", OWN) X(DT, "dt", OWN) X(EM, "em", OWN) X(EMBED, "embed", SKIP) \
	X(FIELDSET, "fieldset", BLOCK) X(FIGCAPTION, "figcaption", BLOCK) X(FIGURE, "figure", BLOCK) X(FONT, "font", OWN) \
	X(FOOTER, "footer", BLOCK) \
	X(FORM, "form", BLOCK) X(FRAME, "frame", SKIP) X(FRAMESET, "frameset", BLOCK) X(H1, "h1", OWN) X(H2, "h2", OWN) X(H3, "h3", OWN) \
	X(H4, "h4", OWN) X(H5, "h5", OWN) X(H6, "h6", OWN) X(HEAD, "head", SKIP) X(HEADER, "header", BLOCK) X(HGROUP, "hgroup", BLOCK) \
	X(HR, "hr", OWN) X(HTML, "html", BLOCK) X(I, "i", OWN) X(IFRAME, "iframe", SKIP) X(IMG, "img", OWN) X(INPUT, "input", OWN) \
	X(KBD, "kbd", OWN) X(LABEL, "label", OWN) X(LEGEND, "legend", BLOCK) X(LI, "li", OWN) X(LINK, "link", SKIP) X(LISTING, "listing", OWN) \
	X(MAIN, "main", BLOCK) X(MATH, "math", OWN) X(MENU, "menu", OWN) X(META, "meta", SKIP) X(MFENCED, "mfenced", INLINE) X(MFRAC, "mfrac", INLINE) X(MOVER, "mover", INLINE) X(MROOT, "mroot", INLINE) \
	X(MSQRT, "msqrt", INLINE) X(MSUB, "msub", INLINE) X(MSUBSUP, "msubsup", INLINE) X(MSUP, "msup", INLINE) X(MUNDER, "munder", INLINE) \
	X(MUNDEROVER, "munderover", INLINE) X(NAV, "nav", BLOCK) X(NOFRAMES, "noframes", BLOCK) \
	X(NOSCRIPT, "noscript", SKIP) X(OBJECT, "object", INLINE) X(OL, "ol", OWN) X(OPTGROUP, "optgroup", SKIP) X(OPTION, "option", SKIP) \
	X(P, "p", BLOCK) X(PARAM, "param", SKIP) X(PICTURE, "picture", OWN) X(PLAINTEXT, "plaintext", OWN) X(PRE, "pre", OWN) X(Q, "q", OWN) X(S, "s", OWN) X(SAMP, "samp", OWN) X(SCRIPT, "script", OWN) \
	X(SECTION, "section", BLOCK) X(SELECT, "select", SKIP) X(SMALL, "small", OWN) X(SOURCE, "source", SKIP) X(SPAN, "span", OWN) X(STRIKE, "strike", OWN) X(STRONG, "strong", OWN) X(STYLE, "style", SKIP) \
	X(SUB, "sub", OWN) X(SUMMARY, "summary", BLOCK) X(SUP, "sup", OWN) X(SVG, "svg", SKIP) X(TABLE, "table", OWN) X(TBODY, "tbody", BLOCK) \
	X(TD, "td", BLOCK) X(TEMPLATE, "template", SKIP) X(TEXTAREA, "textarea", SKIP) X(TFOOT, "tfoot", BLOCK) X(TH, "th", BLOCK) \
	X(THEAD, "thead", BLOCK) X(TITLE, "title", SKIP) X(TR, "tr", BLOCK) X(TT, "tt", OWN) X(UL, "ul", OWN) X(VAR, "var", OWN) \
	X(VIDEO, "video", SKIP) X(XMP, "xmp", OWN)

enum html_tag {
	HTML_TEXT,    /* a text node */
	HTML_UNKNOWN, /* an element not listed here */
#define HTML_TAG(name, string, role) HTML_##name,
	HTML_TAGS(HTML_TAG)
#undef HTML_TAG
	HTML_TAG_COUNT
};

enum html_attribute_name {
	HTML_ID, HTML_CLASS, HTML_ATTRIBUTE_ROLE, HTML_HREF, HTML_SRC, HTML_ALT, HTML_COLSPAN, HTML_ROWSPAN, HTML_HIDDEN, HTML_INLINE_STYLE,
	HTML_ARIA_HIDDEN, HTML_LANGUAGE, HTML_START, HTML_VALUE, HTML_TYPE, HTML_CHECKED, HTML_ITEMPROP, HTML_BORDER, HTML_TABLE_SUMMARY,
	HTML_WIDTH, HTML_NAME, HTML_DATA_LANGUAGE, HTML_LANG, HTML_DATA_SRC, HTML_DATA_ORIGINAL, HTML_SRCSET, HTML_SIZE, HTML_ARIA_LEVEL,
	HTML_ENCODING, HTML_DISPLAY, HTML_ALTTEXT, HTML_FOOTNOTE_REFERENCE, HTML_ARIA_LABEL, HTML_HEIGHT, HTML_ATTRIBUTE_COUNT
};

enum html_tag html_tag_find(const char *name); /* lower case; HTML_UNKNOWN when not listed */
enum html_role html_tag_role(enum html_tag tag);
/* An element at whose edges white space means nothing. */
bool html_tag_is_block(enum html_tag tag);
/* Of any case; HTML_ATTRIBUTE_COUNT when not listed. */
enum html_attribute_name html_attribute_find(struct text name);

#endif
