/* Notices around a page's content: bars that ask for consent, footers of legal links. No document here was made by a generator; each imitates one. */
#include "tests/unit/convert_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void html(const char *source, const char *expected)
{
	convert_expect(convert_html, "page.html", source, expected);
}

/* Told apart by place, name and what they say; whatever made them. */
static void consent_bars_are_out(void **state)
{
	(void)state;
	static const char *const bars[] = {
		"<div id=onetrust-banner-sdk class=otFlat><h2>We value your privacy</h2><p>We use cookies to enhance your browsing experience.</p><button>Accept All</button></div>",
		"<div class=gdpr-notice>Cookies help us deliver our services. <a href=x>Learn more</a></div>",
		"<div id=CybotCookiebotDialog><p>This website uses cookies</p></div>",
		"<div class=cmp-container id=usercentrics-root><p>Privacy settings. We use cookies and similar technologies.</p></div>",
		"<section aria-label='Cookie banner'><p>We and our partners store information on a device.</p></section>",
		"<div class=consent-popup><h2>Your privacy choices</h2><p>We use cookies to personalise content.</p></div>",
		"<div id=gdpr-cookie-message><h4>Cookies</h4><p>We use cookies.</p></div>",
		"<div class=eu-cookie-compliance-banner><p>We use cookies on this site</p></div>",
		"<div class='banner banner-bottom'><p>By continuing to use this site you agree to our use of cookies.</p></div>",
		"<div><p>We set cookies to remember you. You may decline them.</p><button>Accept</button><button>Decline</button></div>",
	};
	for (size_t i = 0; i < COUNT_OF(bars); i++) {
		char page[4096];
		(void)snprintf(page, sizeof(page), "<!DOCTYPE html><body>%s<h1>T</h1>" SEVERAL_SENTENCES "</body>", bars[i]);
		html(page, "# T\n\n" THEIR_MARKDOWN);
		(void)snprintf(page, sizeof(page), "<!DOCTYPE html><body><h1>T</h1>" SEVERAL_SENTENCES "%s</body>", bars[i]);
		if (i != 3)
			html(page, "# T\n\n" THEIR_MARKDOWN);
	}
}

static void prose_about_cookies_and_consent_stays(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><h1>T</h1>" SEVERAL_SENTENCES "<h2>Cookies in the protocol</h2><p>A cookie is an octet string that the peer echoes. You set its life with "
	     "the timer.</p><section id=cookie-consent><h2>Cookie consent</h2><p>The server sends a cookie when the consent bit is set.</p></section></body>",
	     "# T\n\n" THEIR_MARKDOWN "\n## Cookies in the protocol\n\nA cookie is an octet string that the peer echoes. You set its life with the timer.\n\n## Cookie consent\n\nThe "
	     "server sends a cookie when the consent bit is set.\n");
	html("<!DOCTYPE html><body><h1>T</h1><p>You send the cookie back to the node, and we use cookies for this only.</p>" SEVERAL_SENTENCES "</body>",
	     "# T\n\nYou send the cookie back to the node, and we use cookies for this only.\n\n" THEIR_MARKDOWN);
}

static void footers_of_legal_links_and_addresses_are_out(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><h1>T</h1>" SEVERAL_SENTENCES "<div class=legal><a href=a>Terms</a> <a href=b>Privacy</a> <a href=c>Imprint</a></div></body>", "# T\n\n" THEIR_MARKDOWN);
	html("<!DOCTYPE html><body><h1>T</h1>" SEVERAL_SENTENCES "<div><p>\xC2\xA9 2020 Mast AB. All rights reserved. No part of this document may be reproduced in any form.</p>"
	     "<a href=i>Imprint</a> | <a href=p>Privacy policy</a></div></body>",
	     "# T\n\n" THEIR_MARKDOWN);
	html("<!DOCTYPE html><body><h1>T</h1>" SEVERAL_SENTENCES "<hr><address>webmaster@example.org<br>Last modified: 3 May 2001</address></body>", "# T\n\n" THEIR_MARKDOWN);
	/* Links to other pages of the document, and an address in the text, are content. */
	html("<!DOCTYPE html><body><h1>T</h1><address>Mast Street 1</address>" SEVERAL_SENTENCES "<p><a href=a>Terms and definitions</a> <a href=b>Privacy</a></p></body>",
	     "# T\n\nMast Street 1\n\n" THEIR_MARKDOWN "\n[Terms and definitions](a) [Privacy](b)\n");
}

static void links_under_a_heading_in_the_content_are_a_section(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><main><h1>T</h1>" SEVERAL_SENTENCES "<div class=related><a href=1>More</a> <a href=2>Others</a></div><aside class=related><h2>Posts</h2><a href=1>One of the posts</a></aside>"
	     "<section class=related><h2>Related features</h2><ul><li><a href=x>DRX FAJ 121 0801</a></li><li><a href=y>CA</a></li></ul></section></main></body>",
	     "# T\n\n" THEIR_MARKDOWN "\n## Related features\n\n- [DRX FAJ 121 0801](x)\n- [CA](y)\n");
}

/* A cell of links beside the cell of the text: three short ones are a menu; in a table of data they are data. */
static void a_short_menu_beside_the_content_is_out(void **state)
{
	(void)state;
	html("<table border=0><tr><td><a href=1>Intro</a><br><a href=2>Setup</a><br><a href=3>FAQ</a></td><td><h1>T</h1>" SEVERAL_SENTENCES "</td></tr></table>", "# T\n\n" THEIR_MARKDOWN);
	html("<h1>T</h1><table border=1><tr><th>See<th>Text</tr><tr><td><a href=1>A</a><br><a href=2>B</a><br><a href=3>C</a></td><td>Long running text of the page, most of it.</td></tr></table>",
	     "# T\n\n| See | Text |\n| --- | --- |\n| [A](1)<br>[B](2)<br>[C](3) | Long running text of the page, most of it. |\n");
}

static void small_things_by_hand(void **state)
{
	(void)state;
	/* Cells reach to the end of their group of rows, and no further. */
	html("<table border=1><thead><tr><th rowspan=2>a<th>b</thead><tbody><tr><td rowspan=0>z<td>1<tr><td>2</tbody><tbody><tr><td>y<td>3</tbody></table>",
	     "| a | b |\n| --- | --- |\n| z | 1 |\n| z | 2 |\n| y | 3 |\n");
	html("<ul><li>\xE2\x98\x90 open<li>\xE2\x98\x91 <b>done</b><li>\xE2\x98\x92\xC2\xA0" "crossed<li>\xE2\x98\x90\xE2\x98\x90<li>\xE2\x98\x85 star</ul>",
	     "- [ ] open\n- [x] **done**\n- [x] crossed\n- \xE2\x98\x90\xE2\x98\x90\n- \xE2\x98\x85 star\n");
	html("<h1>T</h1><p>The rate is high [<a href='#n1'>1</a>] and <a href='#n2'>[2]</a> low.</p><p><a name=n1>[1]</a> Measured.</p><p id=n2>[2] Seen.</p>",
	     "# T\n\nThe rate is high[^1] and[^2] low.\n\n[^1]: Measured.\n\n[^2]: Seen.\n");
}

/* What leads readers on stands in the article itself; told by its words and by where its links lead. */
static void teasers_and_shares_are_out(void **state)
{
	(void)state;
	html("<!DOCTYPE html><body><article><h1>T</h1><div class=x1><span>Share</span> <a href='https://www.facebook.com/sharer.php?u=a'>Facebook</a> <a href='https://twitter.com/intent/tweet?text=a'>"
	     "Twitter</a> <a href='#'>Copy link</a></div>" SEVERAL_SENTENCES "<div class=x2><h3>You may also like</h3><ul><li><a href=a>A longer story about masts</a></li><li><a href=b>Another one</a>"
	     "</li></ul></div></article></body>",
	     "# T\n\n" THEIR_MARKDOWN);
	/* Links to places with those names, and links to further reading that the author chose, stay. */
	html("<!DOCTYPE html><body><article><h1>T</h1><ul><li><a href='https://facebook.com/us'>Facebook</a></li><li><a href='https://twitter.com/us'>Twitter</a></li></ul>" SEVERAL_SENTENCES
	     "<div><h2>Related features</h2><ul><li><a href=a>A longer feature</a></li><li><a href=b>Another one</a></li></ul></div></article></body>",
	     "# T\n\n- [Facebook](https://facebook.com/us)\n- [Twitter](https://twitter.com/us)\n\n" THEIR_MARKDOWN "\n## Related features\n\n- [A longer feature](a)\n- [Another one](b)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_bars_are_out),
		cmocka_unit_test(prose_about_cookies_and_consent_stays),
		cmocka_unit_test(footers_of_legal_links_and_addresses_are_out),
		cmocka_unit_test(links_under_a_heading_in_the_content_are_a_section),
		cmocka_unit_test(a_short_menu_beside_the_content_is_out),
		cmocka_unit_test(small_things_by_hand),
		cmocka_unit_test(teasers_and_shares_are_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
