/* http_options.c: what curl is told of a request, or of a connection that it is to make. Setting an option costs, so what stays from one request to the
 * next is set once. See http_private.h. */
#include "workers/model/http_private.h"

#include <stdio.h>
#include <xxhash.h>

enum { HEADER_BYTES_MAX = 4096 };
/* A host that went away while its model was at work shows after two minutes (the kernel asks nine times), not after request_timeout_s. */
#define KEEPALIVE_IDLE_S 30L
#define KEEPALIVE_INTERVAL_S 10L

static bool add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);
	if (longer)
		transfer->headers = longer;
	return longer != NULL;
}

static bool is_at_loopback(CURLU *url)
{
	char *host = NULL;
	bool is = url && curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK && http_is_loopback(host);

	curl_free(host);
	return is;
}

static long milliseconds(uint64_t ns)
{
	return ns ? (long)((ns + 999999) / 1000000) : 0;
}

static void set_common(struct transfer *transfer)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer->http);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->http);
}

/* What stays from one request to the next of the same kind, so that most requests set nothing but their body and their times. */
static bool set_address(struct transfer *transfer, const struct http_request *request)
{
	CURL *easy = transfer->easy;
	char bearer[HEADER_BYTES_MAX];
	bool posts = request->body.bytes > 0, fine = add_header(transfer, "Expect:");

	if (posts)
		fine &= add_header(transfer, "Content-Type: application/json");
	if (request->bearer && request->bearer[0]) {
		int bytes = snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", request->bearer);
		fine &= bytes < (int)sizeof(bearer) && add_header(transfer, bearer);
		explicit_bzero(bearer, sizeof(bearer));
	}
	set_common(transfer);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "docring/" DOCRING_VERSION);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_take_data);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	transfer->url = curl_url();
	if (transfer->url && curl_url_set(transfer->url, CURLUPART_URL, request->url, 0) == CURLUE_OK)
		curl_easy_setopt(easy, CURLOPT_CURLU, transfer->url);
	if (is_at_loopback(transfer->url))
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	return fine && transfer->url && curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK; /* the text is for messages */
}

static void forget_address(struct transfer *transfer)
{
	curl_easy_reset(transfer->easy); /* keeps its connection, in the multi handle */
	curl_slist_free_all(transfer->headers);
	curl_url_cleanup(transfer->url);
	transfer->headers = NULL;
	transfer->url = NULL;
	transfer->address = 0;
	transfer->connect_ms = transfer->timeout_ms = -1;
}

/* Never 0. */
uint64_t http_address_of(const struct http_request *request)
{
	const char *bearer = request->bearer ? request->bearer : "";
	uint64_t hash = XXH3_64bits(request->url, strlen(request->url)) ^ XXH3_64bits_withSeed(bearer, strlen(bearer), 1 + (request->body.bytes > 0));
	return hash ? hash : 1;
}

static void set_milliseconds(CURL *easy, CURLoption option, long value, long *told)
{
	if (value != *told)
		curl_easy_setopt(easy, option, value);
	*told = value;
}

static void set_times(struct transfer *transfer)
{
	set_milliseconds(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(transfer->connect_ns), &transfer->connect_ms);
	set_milliseconds(transfer->easy, CURLOPT_TIMEOUT_MS, milliseconds(transfer->timeout_ns), &transfer->timeout_ms);
}

bool http_set_request(struct transfer *transfer, const struct http_request *request, uint64_t address)
{
	CURL *easy = transfer->easy;

	if (transfer->address != address) {
		forget_address(transfer);
		if (!set_address(transfer, request))
			return false;
		transfer->address = address;
	}
	set_times(transfer);
	if (request->body.bytes > 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.bytes);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.data);
	}
	return true;
}

bool http_set_connection(struct transfer *transfer)
{
	uint64_t address = ~transfer->route->origin; /* of no request */

	if (transfer->address != address) {
		forget_address(transfer);
		set_common(transfer);
		curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_ONLY, 1L);
		curl_easy_setopt(transfer->easy, CURLOPT_NOPROXY, "*");
		if (curl_easy_setopt(transfer->easy, CURLOPT_URL, buffer_string(&transfer->route->url)) != CURLE_OK)
			return false;
		transfer->address = address;
	}
	set_times(transfer);
	return true;
}
