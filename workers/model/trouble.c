/* trouble.c: see trouble.h. */
#include "workers/model/trouble.h"

#include "workers/model/chat.h"

#include <stdio.h>

enum { CONTEXT_TOKENS_LEAST = 256 }; /* a smaller number is something else */

/* By curl's words. */
static const char *of_connection(const char *message)
{
	static const struct { const char *words, *advice; } known[] = {
		{ "resolve host", "is the name of the host right?" },
		{ "wrong version number", "does it speak http:// and not https://?" },
		{ "certificate", "this machine does not trust its certificate; update-ca-certificates adds one" },
		{ "answer is no HTTP", "is it a model server? look at address and port" },
		{ "URL", "is the address right?" },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strstr(message, known[i].words))
			return known[i].advice;
	return "";
}

static const char *of_status(long status)
{
	switch (status) {
	case 413: return "the server, or a proxy before it, takes no request as large (nginx: client_max_body_size); raise that or lower chunk.*_chars";
	case 502: return "that is a proxy; is the server behind it running?";
	case 504:
	case 524: return "that is a proxy which waits no longer; raise its limit (nginx: proxy_read_timeout, haproxy: timeout server)";
	default: return "";
	}
}

void trouble_advise(const struct http_response *response, char *ret_advice, size_t bytes)
{
	if (response->outcome != HTTP_ANSWERED) {
		snprintf(ret_advice, bytes, "%s", of_connection(response->message));
	} else if (response->location[0]) {
		struct text whole = text_from(response->location), base = chat_base(whole);
		snprintf(ret_advice, bytes, base.bytes < whole.bytes ? "it sends requests on to %.*s: give that as base_url" : "it sends requests on to %.*s: are address and port right?",
			 TEXT_ARGS(base));
	} else {
		snprintf(ret_advice, bytes, "%s", of_status(response->status));
	}
}

uint64_t trouble_context_in(struct text message)
{
	ptrdiff_t at = text_find_nocase(message, TEXT_LITERAL("context"));
	size_t i = at < 0 ? message.bytes : (size_t)at;

	while (i < message.bytes) {
		uint64_t number = 0;
		while (i < message.bytes && !ascii_is_digit(message.data[i]))
			i++;
		for (; i < message.bytes && ascii_is_digit(message.data[i]) && number < UINT32_MAX; i++)
			number = number * 10 + (uint64_t)(message.data[i] - '0');
		if (number >= CONTEXT_TOKENS_LEAST && number < UINT32_MAX)
			return number;
	}
	return 0;
}
