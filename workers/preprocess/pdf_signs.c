#define _GNU_SOURCE
#include "workers/preprocess/pdf_signs.h"

#include <gio/gio.h>
#include <stdint.h>
#include <string.h>

enum {
	INFLATED_BYTES_MAX = 64 << 20, /* of streams that are looked through */
	STREAM_DISTANCE_MAX = 4096,    /* from the word in a stream's dictionary to its data */
};

static const char form_sign[] = "/AcroForm", tree_sign[] = "/StructTreeRoot";

static const char *find(const char *from, const char *end, const char *sign)
{
	return from < end ? memmem(from, (size_t)(end - from), sign, strlen(sign)) : NULL;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Of the keys "/K", and of "/#4B", which is the same. */
static size_t count_kids(const char *from, const char *end)
{
	size_t count = 0;

	for (const char *at = from; (at = find(at, end, "/K")) != NULL; at += 2)
		count += at + 2 == end || !is_letter(at[2]);
	for (const char *at = from; (at = find(at, end, "/#4")) != NULL; at += 3)
		count++;
	return count;
}

static void look_at(struct pdf_signs *signs, const char *from, const char *end)
{
	signs->form |= find(from, end, form_sign) != NULL;
	signs->tags |= find(from, end, tree_sign) != NULL;
	if (signs->kids_count < SIZE_MAX / 2)
		signs->kids_count += count_kids(from, end);
}

/* The compressed objects at *at; moves it behind them. False: they cannot be read to their end. */
static bool look_into_stream(struct pdf_signs *signs, const char **at, const char *end, size_t *inflated)
{
	enum { KEPT = sizeof(tree_sign) - 1, BYTES = 32 << 10 };
	char bytes[KEPT + BYTES];
	gsize kept = 0, read, written;
	GConverterResult result = G_CONVERTER_CONVERTED;

	GConverter *inflate = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
	while (result == G_CONVERTER_CONVERTED && *inflated < INFLATED_BYTES_MAX) {
		result = g_converter_convert(inflate, *at, (gsize)(end - *at), bytes + kept, sizeof(bytes) - kept, G_CONVERTER_NO_FLAGS, &read, &written, NULL);
		if (result == G_CONVERTER_ERROR)
			break;
		*at += read;
		*inflated += written;
		look_at(signs, bytes, bytes + kept + written);
		const size_t held = kept + written;
		kept = held < KEPT ? held : KEPT;
		memmove(bytes, bytes + held - kept, kept);
	}
	g_object_unref(inflate);
	return result == G_CONVERTER_FINISHED;
}

void pdf_signs_find(struct text data, struct pdf_signs *ret_signs)
{
	const char *at = data.data, *end = data.data + data.bytes;
	size_t inflated = 0;

	*ret_signs = (struct pdf_signs){ 0 };
	look_at(ret_signs, at, end);
	while ((at = find(at, end, "/ObjStm")) != NULL) {
		const char *near = end - at > STREAM_DISTANCE_MAX ? at + STREAM_DISTANCE_MAX : end;
		at = find(at, near, "stream");
		if (at) {
			at += strlen("stream");
			at += at < end && *at == '\r';
			at += at < end && *at == '\n';
		}
		if (!at || !look_into_stream(ret_signs, &at, end, &inflated)) {
			ret_signs->form = true; /* what cannot be read may hold one */
			ret_signs->kids_count = SIZE_MAX;
			return;
		}
	}
}
