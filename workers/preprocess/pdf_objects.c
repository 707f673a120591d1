#define _GNU_SOURCE
#include "workers/preprocess/pdf_objects.h"

#include "workers/preprocess/pdf_page.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdlib.h>

enum { DIGITS_MAX = 9, REFERENCE_BYTES_MAX = 64 /* with the blanks before it */ };

static const uint64_t WORK_TIMES = 64, WORK_BYTES_MIN = 1 << 20; /* for each byte of the file; at least */

void pdf_objects_init(struct pdf_objects *objects)
{
	*objects = (struct pdf_objects){ 0 };
	buffer_init(&objects->inflated, PDF_OBJECT_STREAM_BYTES_MAX);
}

void pdf_objects_done(struct pdf_objects *objects)
{
	free(objects->items);
	buffer_done(&objects->inflated);
	*objects = (struct pdf_objects){ 0 };
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return ascii_is_space(c) || c == '\0'; }
static bool is_delimiter(char c) { return is_blank(c) || memchr("()<>[]{}/%", c, 10); }

static size_t skip_blanks(struct text text, size_t i)
{
	while (i < text.bytes && (is_blank(text.data[i]) || text.data[i] == '%')) {
		if (text.data[i] == '%')
			while (i < text.bytes && text.data[i] != '\n' && text.data[i] != '\r')
				i++;
		else
			i++;
	}
	return i;
}

static size_t skip_word(struct text text, size_t i)
{
	while (i < text.bytes && !is_delimiter(text.data[i]))
		i++;
	return i;
}

/* Behind "(…)", which may hold brackets and escapes. */
static size_t skip_string(struct text text, size_t i)
{
	size_t depth = 0;

	for (; i < text.bytes; i++) {
		if (text.data[i] == '\\') {
			i++;
		} else if (text.data[i] == '(') {
			depth++;
		} else if (text.data[i] == ')' && --depth == 0) {
			return i + 1;
		}
	}
	return text.bytes;
}

/* Behind "<…>", hexadecimal. */
static size_t skip_hexadecimal(struct text text, size_t i)
{
	const char *close = memchr(text.data + i, '>', text.bytes - i);

	return close ? (size_t)(close - text.data) + 1 : text.bytes;
}

/* Behind an array or dictionary, and what is in it. */
static size_t skip_nested(struct text text, size_t i)
{
	size_t depth = 0;

	while (i < text.bytes) {
		const char c = text.data[i], next = i + 1 < text.bytes ? text.data[i + 1] : '\0';
		if (c == '(') {
			i = skip_string(text, i);
		} else if (c == '[' || (c == '<' && next == '<')) {
			depth++;
			i += c == '[' ? 1 : 2;
		} else if (c == '<') {
			i = skip_hexadecimal(text, i);
		} else if (c == ']' || (c == '>' && next == '>')) {
			i += c == ']' ? 1 : 2;
			if (--depth == 0)
				return i;
		} else {
			i = c == '%' ? skip_blanks(text, i) : i + 1;
		}
	}
	return text.bytes;
}

/* Are the numbers at `i` a reference? Behind it; else `i`. */
static size_t skip_reference(struct text text, size_t i)
{
	size_t at = i;

	for (int part = 0; part < 2; part++) {
		const size_t start = at;
		while (at < text.bytes && ascii_is_digit(text.data[at]))
			at++;
		const size_t end = at;
		at = skip_blanks(text, at);
		if (end == start || end - start > DIGITS_MAX || at == end)
			return i;
	}
	return at < text.bytes && text.data[at] == 'R' && (at + 1 == text.bytes || is_delimiter(text.data[at + 1])) ? at + 1 : i;
}

bool pdf_object_next(struct text *rest, struct text *ret_value)
{
	const size_t start = skip_blanks(*rest, 0);
	size_t end = start + 1;

	if (start >= rest->bytes)
		return false;
	const char c = rest->data[start];
	if (c == '(') {
		end = skip_string(*rest, start);
	} else if (c == '[' || (c == '<' && end < rest->bytes && rest->data[end] == '<')) {
		end = skip_nested(*rest, start);
	} else if (c == '<') {
		end = skip_hexadecimal(*rest, start);
	} else if (c == '/') {
		end = skip_word(*rest, end);
	} else if (!is_delimiter(c)) {
		end = ascii_is_digit(c) ? skip_reference(*rest, start) : start;
		end = end > start ? end : skip_word(*rest, start);
	}
	*ret_value = text_slice(*rest, start, end);
	*rest = text_slice(*rest, end, rest->bytes);
	return true;
}

struct text pdf_object_inside(struct text value, char bracket)
{
	const size_t width = bracket == '<' ? 2 : 1;
	const struct text none = { NULL, 0 };

	if (value.bytes < 2 * width || value.data[0] != bracket || (width == 2 && value.data[1] != bracket))
		return none;
	return text_slice(value, width, value.bytes - width);
}

static uint32_t parse_number(struct text text)
{
	uint32_t number = 0;

	for (size_t i = 0; i < text.bytes && i < DIGITS_MAX && ascii_is_digit(text.data[i]); i++)
		number = number * 10 + (uint32_t)(text.data[i] - '0');
	return number;
}

uint32_t pdf_object_reference(struct text value)
{
	return value.bytes > 4 && value.data[value.bytes - 1] == 'R' && ascii_is_digit(value.data[0]) ? parse_number(value) : 0;
}

bool pdf_object_number(struct text value, double *ret_number)
{
	double number = 0, unit = 1;
	size_t i = 0;
	bool any = false;

	const bool negative = value.bytes > 0 && value.data[0] == '-';
	i += negative || (value.bytes > 0 && value.data[0] == '+');
	for (; i < value.bytes && ascii_is_digit(value.data[i]); i++, any = true)
		number = number * 10 + (value.data[i] - '0');
	if (i < value.bytes && value.data[i] == '.')
		for (i++; i < value.bytes && ascii_is_digit(value.data[i]); i++, any = true)
			number += (value.data[i] - '0') * (unit /= 10);
	if (!any || i < value.bytes)
		return false;
	*ret_number = negative ? -number : number;
	return true;
}

/* `*ret_bytes`: how much was looked through. */
static struct text find_value(struct text dictionary, const char *key, size_t *ret_bytes)
{
	struct text rest = dictionary, name, value, wanted = text_from(key);
	const struct text none = { NULL, 0 };

	*ret_bytes = 0;
	if (!pdf_object_next(&rest, &value))
		return none;
	*ret_bytes = 2 * value.bytes;
	rest = pdf_object_inside(value, '<');
	while (pdf_object_next(&rest, &name) && pdf_object_next(&rest, &value))
		if (text_equal(name, wanted))
			return value;
	return none;
}

struct text pdf_object_raw(struct text dictionary, const char *key)
{
	size_t bytes;
	return find_value(dictionary, key, &bytes);
}

/* False: there was too much to look through already. */
static bool spend(struct pdf_objects *objects, size_t bytes)
{
	objects->work_left -= bytes < objects->work_left ? bytes : objects->work_left;
	return objects->work_left > 0;
}

struct text pdf_objects_get(struct pdf_objects *objects, struct text dictionary, const char *key)
{
	const struct text none = { NULL, 0 };
	size_t bytes;

	if (objects->work_left == 0)
		return none;
	const struct text value = find_value(dictionary, key, &bytes);
	return spend(objects, bytes) ? pdf_objects_resolve(objects, value) : none;
}

/* --- objects ----------------------------------------------------------------------------------------------------- */

static struct text body_of(const struct pdf_objects *objects, const struct pdf_object *object)
{
	const struct text all = object->inflated ? buffer_view(&objects->inflated) : objects->data;
	return text_slice(all, object->at, object->at + object->bytes);
}

static const struct pdf_object *find_object(const struct pdf_objects *objects, uint32_t number)
{
	size_t low = 0, high = objects->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (objects->items[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < objects->count && objects->items[low].number == number ? &objects->items[low] : NULL;
}

struct text pdf_objects_resolve(struct pdf_objects *objects, struct text value)
{
	enum { HOPS_MAX = 8 };
	const struct text none = { NULL, 0 };
	uint32_t number;

	for (int hop = 0; (number = pdf_object_reference(value)) > 0; hop++) {
		const struct pdf_object *object = find_object(objects, number);
		if (!object || hop == HOPS_MAX)
			return none;
		struct text rest = body_of(objects, object), whole = rest;
		if (objects->work_left == 0 || !pdf_object_next(&rest, &value) || !spend(objects, value.bytes))
			return none;
		if (value.data[0] == '<')
			return whole; /* a stream's data stands behind its dictionary */
	}
	return value;
}

static int add_object(struct pdf_objects *objects, struct pdf_object object)
{
	if (objects->count >= PDF_OBJECTS_MAX)
		return 0;
	if (!pdf_grow((void **)&objects->items, &objects->capacity, objects->count, sizeof(*objects->items)))
		return -ENOMEM;
	objects->items[objects->count++] = object;
	return 0;
}

/* Where "12 0 " begins, which ends at `end`; SIZE_MAX: nothing of the kind does. */
static size_t header_before(struct text data, size_t end, uint32_t *ret_number)
{
	size_t at = end;

	for (int part = 0; part < 2; part++) {
		const size_t blank = at;
		while (at > 0 && is_blank(data.data[at - 1]))
			at--;
		const size_t digits = at;
		while (at > 0 && digits - at < DIGITS_MAX && ascii_is_digit(data.data[at - 1]))
			at--;
		if (blank == digits || digits == at)
			return SIZE_MAX;
	}
	*ret_number = parse_number(text_slice(data, at, end));
	return at;
}

static int find_plain_objects(struct pdf_objects *objects)
{
	const struct text data = objects->data;
	const char *at = data.data, *end = data.data + data.bytes;
	int status = 0;

	for (; status == 0 && at < end && (at = memmem(at, (size_t)(end - at), "obj", 3)) != NULL; at += 3) {
		uint32_t number = 0;
		const size_t header = header_before(data, (size_t)(at - data.data), &number);
		if (header == SIZE_MAX || number == 0)
			continue;
		if (objects->count > 0)
			objects->items[objects->count - 1].bytes = header - objects->items[objects->count - 1].at;
		const size_t body = (size_t)(at - data.data) + 3;
		status = add_object(objects, (struct pdf_object){ number, false, body, data.bytes - body });
	}
	return status;
}

static bool inflate(struct text packed, struct buffer *out)
{
	enum { STEP_BYTES = 64 << 10 };
	GConverterResult result = G_CONVERTER_CONVERTED;
	gsize read, written;

	GConverter *inflater = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
	while (result == G_CONVERTER_CONVERTED) {
		char *room = buffer_reserve(out, STEP_BYTES);
		if (!room)
			break;
		result = g_converter_convert(inflater, packed.data, packed.bytes, room, STEP_BYTES, G_CONVERTER_NO_FLAGS, &read, &written, NULL);
		if (result == G_CONVERTER_ERROR)
			break;
		buffer_commit(out, written);
		packed = text_slice(packed, read, packed.bytes);
	}
	g_object_unref(inflater);
	return result == G_CONVERTER_FINISHED;
}

bool pdf_objects_stream(struct pdf_objects *objects, struct text object, struct buffer *out)
{
	struct text rest = object, dictionary;
	double bytes = 0;

	if (!pdf_object_next(&rest, &dictionary) || dictionary.data[0] != '<')
		return false;
	rest = text_slice(rest, skip_blanks(rest, 0), rest.bytes);
	if (!text_starts_with(rest, TEXT_LITERAL("stream")))
		return false;
	size_t start = sizeof("stream") - 1;
	start += start < rest.bytes && rest.data[start] == '\r';
	start += start < rest.bytes && rest.data[start] == '\n';
	struct text filter = pdf_objects_get(objects, dictionary, "/Filter");
	if (filter.bytes > 0 && filter.data[0] == '[') {
		struct text inside = pdf_object_inside(filter, '[');
		if (!pdf_object_next(&inside, &filter))
			filter = (struct text){ NULL, 0 };
		if (pdf_object_next(&inside, &dictionary))
			return false; /* packed twice */
	}
	if (filter.bytes > 0)
		return text_equal(filter, TEXT_LITERAL("/FlateDecode")) && inflate(text_slice(rest, start, rest.bytes), out);
	if (!pdf_object_number(pdf_objects_get(objects, dictionary, "/Length"), &bytes) || bytes < 0 || bytes > (double)(rest.bytes - start))
		return false;
	buffer_append_text(out, text_slice(rest, start, start + (size_t)bytes));
	return out->status == 0;
}

/* The objects in a compressed object stream: "12 0 13 57 …", then their texts. */
static int open_object_stream(struct pdf_objects *objects, struct text object)
{
	const size_t start = objects->inflated.bytes;
	double first = 0, count = 0;
	struct text value;

	if (!text_equal(pdf_object_raw(object, "/Type"), TEXT_LITERAL("/ObjStm")))
		return 0;
	if (!pdf_object_number(pdf_object_raw(object, "/First"), &first) || !pdf_object_number(pdf_object_raw(object, "/N"), &count) ||
	    !pdf_objects_stream(objects, object, &objects->inflated)) {
		return objects->inflated.status == -ENOMEM ? -ENOMEM : 0;
	}
	const size_t end = objects->inflated.bytes, before = objects->count;
	if (first < 0 || first > (double)(end - start))
		return 0;
	struct text list = text_slice(buffer_view(&objects->inflated), start, start + (size_t)first);
	for (double i = 0; i < count && pdf_object_next(&list, &value); i++) {
		const uint32_t number = parse_number(value);
		if (number == 0 || !pdf_object_next(&list, &value))
			break;
		const size_t at = start + (size_t)first + parse_number(value);
		if (at >= end || (objects->count > before && at < objects->items[objects->count - 1].at))
			continue;
		if (objects->count > before)
			objects->items[objects->count - 1].bytes = at - objects->items[objects->count - 1].at;
		const int status = add_object(objects, (struct pdf_object){ number, true, at, end - at });
		if (status < 0)
			return status;
	}
	return 0;
}

struct numbered {
	struct pdf_object object;
	size_t index;
};

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->object.number != y->object.number)
		return x->object.number < y->object.number ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Ascending; of those with one number the last. */
static int sort_objects(struct pdf_objects *objects)
{
	size_t kept = 0;

	if (objects->count == 0)
		return 0;
	struct numbered *sorted = malloc(objects->count * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < objects->count; i++)
		sorted[i] = (struct numbered){ objects->items[i], i };
	qsort(sorted, objects->count, sizeof(*sorted), compare_numbered);
	for (size_t i = 0; i < objects->count; i++)
		if (i + 1 == objects->count || sorted[i].object.number != sorted[i + 1].object.number)
			objects->items[kept++] = sorted[i].object;
	objects->count = kept;
	free(sorted);
	return 0;
}

int pdf_objects_read(struct pdf_objects *objects, struct text data)
{
	objects->data = data;
	objects->work_left = data.bytes * WORK_TIMES + WORK_BYTES_MIN;
	int status = find_plain_objects(objects);
	const size_t plain = objects->count;
	for (size_t i = 0; i < plain && status == 0; i++)
		status = open_object_stream(objects, body_of(objects, &objects->items[i]));
	objects->work_left += objects->inflated.bytes * WORK_TIMES;
	return status == 0 ? sort_objects(objects) : status;
}

struct text pdf_objects_trailer(struct pdf_objects *objects, const char *key)
{
	const size_t bytes = strlen(key);
	struct text found = { NULL, 0 };
	const char *at = objects->data.data, *end = at + objects->data.bytes;

	/* In the trailer, or in the dictionary of the stream that stands for it: the last one holds. */
	for (; at < end && (at = memmem(at, (size_t)(end - at), key, bytes)) != NULL; at += bytes) {
		struct text rest = { at + bytes, size_min((size_t)(end - at) - bytes, REFERENCE_BYTES_MAX) }, value;
		if (pdf_object_next(&rest, &value) && pdf_object_reference(value) > 0)
			found = value;
	}
	return pdf_objects_resolve(objects, found);
}
