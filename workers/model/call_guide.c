/* call_guide.c: a reply asked for value by value. The model is given the JSON up to the next value, goes on with that, and is stopped at its end; the
 * server has read the rest of the prompt already. See call_private.h. */
#include "workers/model/call_private.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "workers/model/lenient.h"
#include "workers/model/schema.h"

#include <json-c/json.h>
#include <stdio.h>

enum {
	TRIES_MAX = 4, /* for each value */
};

/* Copies the form up to its next hole. False: there is none any more. */
static bool copy_form(struct call *call)
{
	struct text form = call_form(call);
	size_t end = call->form_at;

	while (end < form.bytes && form.data[end] != SCHEMA_HOLE_TEXT && form.data[end] != SCHEMA_HOLE_NUMBER)
		end++;
	buffer_append_text(&call->written, text_slice(form, call->form_at, end));
	call->form_at = end;
	return end < form.bytes;
}

void call_guide_begin(struct call *call)
{
	call->guided = true;
	call->tries = 0;
	call->form_at = 0;
	buffer_clear(&call->written);
	(void)copy_form(call);
}

/* The text up to the quote that ends it, or what of it is whole sentences. */
static struct text text_value(const struct call *call, struct text reply)
{
	size_t end = 0, sentence = 0;

	for (; end < reply.bytes && reply.data[end] != '"'; end++) {
		if (reply.data[end] == '\\' && end + 1 < reply.bytes)
			end++;
		if (strchr(".?!", reply.data[end]))
			sentence = end + 1;
	}
	bool cut = end >= reply.bytes && call->calls->reply.finish == CHAT_FINISH_LENGTH;
	return text_trim(text_slice(reply, 0, cut ? sentence : size_min(end, reply.bytes)));
}

/* As JSON, its quotes included; false: it is none. */
static bool write_text(struct text value, struct buffer *out)
{
	struct buffer raw;
	struct json_writer json;
	struct json_object *object, *text;
	size_t taken;
	bool cut;

	buffer_init(&raw, CALL_REPLY_BYTES_MAX);
	buffer_append_string(&raw, "{\"value\": \"");
	buffer_append_text(&raw, value);
	buffer_append_string(&raw, "\"}");
	object = raw.status ? NULL : lenient_parse(buffer_view(&raw), &taken, &cut);
	buffer_done(&raw);
	if (!object || !json_object_object_get_ex(object, "value", &text) || !json_object_is_type(text, json_type_string)) {
		json_object_put(object);
		return false;
	}
	struct text clean = text_trim(text_from(json_object_get_string(text)));
	bool fine = utf8_count(clean) >= CALL_TEXT_CHARS_MIN && schema_says_something(clean);
	if (fine) {
		json_init(&json, out, 0);
		json_text(&json, clean);
	}
	json_object_put(object);
	return fine;
}

static bool write_number(struct text reply, struct buffer *out)
{
	struct text value = text_trim(reply);
	size_t end = 0;

	while (end < value.bytes && ascii_is_digit(value.data[end]))
		end++;
	buffer_append_text(out, text_slice(value, 0, end));
	return end > 0;
}

/* Fills the hole with the value; the form's own quotes stand around a text. */
static bool fill_hole(struct call *call, struct text reply)
{
	struct text form = call_form(call), text;
	struct buffer value;
	bool is_text = call->form_at < form.bytes && form.data[call->form_at] == SCHEMA_HOLE_TEXT;

	buffer_init(&value, CALL_REPLY_BYTES_MAX);
	bool fine = is_text ? write_text(text_value(call, reply), &value) : write_number(reply, &value);
	text = buffer_view(&value);
	if (fine)
		buffer_append_text(&call->written, is_text ? text_slice(text, 1, text.bytes - 1) : text);
	fine = fine && !value.status;
	buffer_done(&value);
	return fine;
}

int call_guide_take(struct call *call, char *reason)
{
	struct buffer *content = &call->calls->reply.content;

	if (call_is_continuation(call, buffer_view(content)) && fill_hole(call, buffer_view(content))) {
		call->tries = 0;
		call->form_at++;
		if (copy_form(call) && !call->written.status)
			return 0;
		buffer_clear(content);
		buffer_append_text(content, buffer_view(&call->written));
		if (call->written.status && !content->status)
			content->status = call->written.status;
		return 1;
	}
	if (++call->tries < TRIES_MAX)
		return 0;
	snprintf(reason, CALL_REASON_BYTES, "asked for one value alone it wrote none");
	return ERROR_INPUT_REJECTED;
}
