/* model_server.c: see model_server.h. */
#define _GNU_SOURCE
#include "config/model_server.h"

#include "base/buffer.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_BYTES_MAX = 256, PORT_BYTES_MAX = 8 };

struct place {
	char host[HOST_BYTES_MAX], port[PORT_BYTES_MAX];
	struct text path;
};

static void copy(struct text from, char *to, size_t bytes)
{
	snprintf(to, bytes, "%.*s", (int)size_min(from.bytes, bytes - 1), from.data ? from.data : "");
}

static size_t find_or_end(struct text text, char one)
{
	size_t at = 0;

	while (at < text.bytes && text.data[at] != one)
		at++;
	return at;
}

/* What stands before /v1, without slashes at its end. */
static struct text base_path(struct text path)
{
	ptrdiff_t version = text_find(path, TEXT_LITERAL("/v1"));

	if (version >= 0)
		path = text_slice(path, 0, (size_t)version);
	while (path.bytes && path.data[path.bytes - 1] == '/')
		path.bytes--;
	return path;
}

/* "http://name:password@host:port/path" */
static void read_place(const struct model_settings *model, struct place *place)
{
	struct text rest = text_from(model_address(model));
	bool tls = text_starts_with(text_from(model->base_url), TEXT_LITERAL("https://"));
	ptrdiff_t scheme = text_find(rest, TEXT_LITERAL("://"));

	if (scheme >= 0)
		rest = text_slice(rest, (size_t)scheme + 3, rest.bytes);
	size_t end = find_or_end(rest, '/');
	struct text authority = text_slice(rest, 0, end);
	place->path = base_path(text_slice(rest, end, rest.bytes));
	bool bracketed = authority.bytes && authority.data[0] == '[';
	size_t host_end = bracketed ? find_or_end(authority, ']') : find_or_end(authority, ':');
	copy(text_slice(authority, bracketed, host_end), place->host, sizeof(place->host));
	host_end += bracketed && host_end < authority.bytes;
	struct text port = text_slice(authority, host_end, authority.bytes);
	copy(port.bytes > 1 ? text_slice(port, 1, port.bytes) : text_from(tls ? "443" : "80"), place->port, sizeof(place->port));
}

static bool is_own(const struct addrinfo *address)
{
	const void *at = address->ai_addr;

	if (address->ai_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return address->ai_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

static bool is_same(const struct addrinfo *one, const struct addrinfo *other)
{
	if (is_own(one) && is_own(other))
		return true;
	return one->ai_addrlen == other->ai_addrlen && memcmp(one->ai_addr, other->ai_addr, one->ai_addrlen) == 0;
}

static bool have_an_address_in_common(const struct place *one, const struct place *other)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *first = NULL, *second = NULL;
	bool found = false;

	if (getaddrinfo(one->host, one->port, &hints, &first) == 0 && getaddrinfo(other->host, other->port, &hints, &second) == 0)
		for (const struct addrinfo *a = first; a && !found; a = a->ai_next)
			for (const struct addrinfo *b = second; b && !found; b = b->ai_next)
				found = is_same(a, b);
	if (first)
		freeaddrinfo(first);
	if (second)
		freeaddrinfo(second);
	return found;
}

bool model_shares_server(const struct model_settings *one, const struct model_settings *other)
{
	struct place places[2];

	read_place(one, &places[0]);
	read_place(other, &places[1]);
	if (strcmp(places[0].port, places[1].port) != 0 || !text_equal(places[0].path, places[1].path))
		return false;
	return strcasecmp(places[0].host, places[1].host) == 0 || have_an_address_in_common(&places[0], &places[1]);
}
