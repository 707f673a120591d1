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

#define SEVERAL_SENTENCES "<p>Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be seen as the content of the page, " \
	"we hope, and more of it. Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be " \
	"seen as the content of the page, we hope, and more of it.</p>"
#define THEIR_MARKDOWN "Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be seen as the content of the page, " \
	"we hope, and more of it. Running text that is long enough to be seen as the content of the page, we hope, and more of it. Running text that is long enough to be " \
	"seen as the content of the page, we hope, and more of it.\n"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_bars_are_out),
		cmocka_unit_test(prose_about_cookies_and_consent_stays),
		cmocka_unit_test(footers_of_legal_links_and_addresses_are_out),
		cmocka_unit_test(links_under_a_heading_in_the_content_are_a_section),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
