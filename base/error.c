#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a partial UTF-8 sequence that truncation may have left at the end. */
static void trim_partial_utf8(char *text)
{
	size_t bytes = strlen(text), back = 0;

	while (back < bytes && back < 4 && ((unsigned char)text[bytes - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back == bytes)
		return;
	unsigned char lead = (unsigned char)text[bytes - 1 - back];
	size_t expected = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
	if (expected > back)
		text[bytes - 1 - back] = '\0';
}

int error_set(struct error_text *error, int code, const char *format, ...)
{
	if (error) {
		va_list arguments;
		va_start(arguments, format);
		int bytes = vsnprintf(error->message, sizeof(error->message), format, arguments);
		va_end(arguments);
		if (bytes >= (int)sizeof(error->message))
			trim_partial_utf8(error->message);
	}
	return code;
}

int error_prefix(struct error_text *error, int code, const char *format, ...)
{
	if (error) {
		struct error_text whole;
		va_list arguments;
		va_start(arguments, format);
		int bytes = vsnprintf(whole.message, sizeof(whole.message), format, arguments);
		va_end(arguments);
		size_t used = bytes < 0 ? 0 : size_min((size_t)bytes, sizeof(whole.message) - 1);
		size_t room = sizeof(whole.message) - used;
		snprintf(whole.message + used, room, ": %.*s", (int)room, error->message);
		trim_partial_utf8(whole.message);
		*error = whole;
	}
	return code;
}

const char *error_describe(int code)
{
	switch (code) {
	case ERROR_INPUT_REJECTED: return "input rejected";
	case ERROR_LIMIT_HIT: return "limit reached";
	case ERROR_PEER_GONE: return "the other process is gone";
	case ERROR_VERSION_MISMATCH: return "version mismatch";
	case ERROR_NEEDS_SPACE: return "more space needed";
	case ERROR_STALE: return "stale handle";
	default: return code < 0 ? strerror(-code) : "no error";
	}
}

bool error_is_full(int code)
{
	return code == -ENOSPC || code == -EDQUOT || code == -EROFS || code == -EFBIG;
}

const char *error_write_advice(int code)
{
	switch (code) {
	case -ENOSPC: return "free some space";
	case -EDQUOT: return "this user's quota is used up: free some of it";
	case -EIO: return "the disk reports errors (the system's log says more): see that it is well";
	case -EROFS: return "the file system is read-only: make it writable";
	default: return "";
	}
}
