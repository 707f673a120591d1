#define _GNU_SOURCE
#include "base/buffer.h"

#include "base/error.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFER_FIRST_BYTES = 256, DISCARD_BYTES_MIN = 1 << 20 };

void buffer_init(struct buffer *buffer, size_t bytes_max)
{
	CHECK(bytes_max > 0);
	*buffer = (struct buffer){ .bytes_max = bytes_max };
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ .bytes_max = buffer->bytes_max };
}

void buffer_clear(struct buffer *buffer)
{
	buffer->bytes = 0;
	buffer->status = 0;
	if (buffer->data)
		buffer->data[0] = '\0';
}

char *buffer_reserve(struct buffer *buffer, size_t bytes)
{
	if (buffer->status)
		return NULL;
	if (bytes > buffer->bytes_max - buffer->bytes) {
		buffer->status = ERROR_LIMIT_HIT;
		return NULL;
	}
	size_t needed = buffer->bytes + bytes + 1;
	if (needed > buffer->capacity_bytes) {
		size_t capacity = size_max(size_max(needed, buffer->capacity_bytes * 2), BUFFER_FIRST_BYTES);
		char *grown = realloc(buffer->data, capacity);
		if (!grown) {
			buffer->status = -ENOMEM;
			return NULL;
		}
		buffer->data = grown;
		buffer->capacity_bytes = capacity;
	}
	return buffer->data + buffer->bytes;
}

void buffer_commit(struct buffer *buffer, size_t bytes)
{
	CHECK(buffer->bytes + bytes < buffer->capacity_bytes);
	buffer->bytes += bytes;
	buffer->data[buffer->bytes] = '\0';
}

void buffer_append(struct buffer *buffer, const void *data, size_t bytes)
{
	char *place = buffer_reserve(buffer, bytes);
	if (!place)
		return;
	if (bytes)
		memcpy(place, data, bytes);
	buffer_commit(buffer, bytes);
}

void buffer_append_text(struct buffer *buffer, struct text text)
{
	buffer_append(buffer, text.data, text.bytes);
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
	buffer_append(buffer, string, strlen(string));
}

void buffer_append_byte(struct buffer *buffer, char byte)
{
	buffer_append(buffer, &byte, 1);
}

void buffer_append_repeat(struct buffer *buffer, char byte, size_t count)
{
	char *place = buffer_reserve(buffer, count);
	if (!place)
		return;
	memset(place, byte, count);
	buffer_commit(buffer, count);
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int bytes = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	CHECK(bytes >= 0);
	char *place = buffer_reserve(buffer, (size_t)bytes);
	if (place) {
		vsnprintf(place, (size_t)bytes + 1, format, again);
		buffer_commit(buffer, (size_t)bytes);
	}
	va_end(again);
}

void buffer_truncate(struct buffer *buffer, size_t bytes)
{
	CHECK(bytes <= buffer->bytes);
	buffer->bytes = bytes;
	if (buffer->data)
		buffer->data[bytes] = '\0';
}

size_t buffer_discard(struct buffer *buffer, size_t from, size_t to)
{
	CHECK(from <= to && to <= buffer->bytes);
	if (to - from < DISCARD_BYTES_MIN)
		return from;
	/* Whole pages alone; what lies before `from` on the first of them was given up before. */
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), data = (uintptr_t)buffer->data;
	uintptr_t start = (data + from) / page * page, end = (data + to) / page * page;
	start += start < data ? page : 0;
	(void)madvise((char *)buffer->data + (start - data), end - start, MADV_DONTNEED); /* a wish: nothing depends on it */
	return to;
}

struct text buffer_view(const struct buffer *buffer)
{
	return (struct text){ buffer->data ? buffer->data : "", buffer->bytes };
}

const char *buffer_string(const struct buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}

char *buffer_give(struct buffer *buffer, size_t *ret_bytes)
{
	if (buffer->status || !buffer->data)
		return NULL;
	char *data = buffer->data;
	*ret_bytes = buffer->bytes;
	*buffer = (struct buffer){ .bytes_max = buffer->bytes_max };
	return data;
}
