/* call_watch.c: looks at a streamed answer while it comes, and stops it when the model goes round in circles: everything behind is the same again,
 * and would be paid for up to max_tokens. See call_private.h. */
#include "workers/model/call_private.h"

enum {
	LOOK_EVERY_BYTES = 40 << 10, /* of the stream: some 160 tokens */
	TAIL_BYTES = 64 << 10,       /* that are looked at */
	LOOP_TIMES = 6,              /* more than a reply that is whole needs to be called a loop: rows of a table are alike too */
	LOOP_BYTES = 500,
};

static struct text tail_of(struct text body)
{
	struct text tail = text_slice(body, body.bytes > TAIL_BYTES ? body.bytes - TAIL_BYTES : 0, body.bytes), line;

	if (tail.bytes < body.bytes)
		(void)text_next_line(&tail, &line); /* part of an event */
	return tail;
}

bool call_watch(void *owner, struct text body)
{
	struct call *call = owner;
	struct chat_reply *reply = &call->calls->reply;
	struct error_text wrong = { "" };

	if (body.bytes - call->watched_bytes < LOOK_EVERY_BYTES)
		return true;
	call->watched_bytes = body.bytes;
	chat_reply_clear(reply);
	if (chat_read_stopped(call->calls->probe->api, tail_of(body), reply, &wrong) < 0)
		return true;
	struct text text = reply->content.bytes ? buffer_view(&reply->content) : buffer_view(&reply->thinking);
	call->circles = repair_is_loop(text, LOOP_TIMES, LOOP_BYTES);
	return !call->circles;
}
