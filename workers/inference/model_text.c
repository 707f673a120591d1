/* model_text.c: questions and answers as models write them, put into the form of the dataset (see model_pairs.h). */
#include "workers/inference/model_pairs.h"

#include "base/utf8.h"

enum { OPENING_BYTES_MAX = 90 };

/* Behind the comma of an opening that mentions the source ("Based on the text, …"); 0 for none. */
static size_t opening_bytes(const struct phrases *mentions, struct text text)
{
	const char *comma = memchr(text.data, ',', size_min(text.bytes, OPENING_BYTES_MAX));

	if (!comma)
		return 0;
	size_t bytes = (size_t)(comma - text.data) + 1;
	return phrases_count(mentions, text_slice(text, 0, bytes), 1) ? bytes : 0;
}

static bool in_quotes(struct text text)
{
	return text.bytes > 2 && (text.data[0] == '"' || text.data[0] == '\'') && text.data[text.bytes - 1] == text.data[0];
}

/* Without blanks, quotes, labels and openings; *ret_cut: an opening was cut, the next word begins the text. */
static struct text clean_ends(const struct phrases *mentions, struct text text, const char *const *labels, bool *ret_cut)
{
	text = text_trim(text);
	if (in_quotes(text))
		text = text_trim(text_slice(text, 1, text.bytes - 1));
	for (; *labels; labels++)
		if (text_starts_with_nocase(text, text_from(*labels)))
			text = text_trim(text_slice(text, strlen(*labels), text.bytes));
	size_t opening = opening_bytes(mentions, text);
	*ret_cut = opening > 0;
	return text_trim(text_slice(text, opening, text.bytes));
}

static bool mentions_source(const struct phrases *mentions, struct text text, const char *what, struct buffer *reason)
{
	if (!phrases_count(mentions, text, 1))
		return false;
	buffer_append_format(reason, "the %s speaks of the text that it was written from: \"%.*s\"", what, (int)utf8_floor(text, size_min(text.bytes, 120)),
			     text.data);
	return true;
}

bool model_question(const struct phrases *mentions, struct text question, struct buffer *out, struct buffer *reason)
{
	static const char *const labels[] = { "question:", "q:", NULL };
	bool cut;

	question = clean_ends(mentions, question, labels, &cut);
	for (size_t i = 0; i < question.bytes; i++) {
		char c = ascii_is_space(question.data[i]) ? ' ' : question.data[i];
		if (c == ' ' && out->bytes && out->data[out->bytes - 1] == ' ')
			continue;
		bool plain = i == 0 && cut && question.bytes > 1 && ascii_is_lower(c) && !ascii_is_upper(question.data[1]);
		buffer_append_byte(out, plain ? (char)(c - 32) : c);
	}
	if (out->bytes == 0)
		buffer_append_string(reason, "the question is empty");
	else if (out->data[out->bytes - 1] != '?')
		buffer_append_format(reason, "the question does not end with \"?\": \"%.*s\"", (int)utf8_floor(buffer_view(out), size_min(out->bytes, 120)), out->data);
	else if (mentions_source(mentions, buffer_view(out), "question", reason))
		return false;
	return reason->bytes == 0;
}

bool model_answer(const struct phrases *mentions, struct text answer, struct buffer *out, struct buffer *reason)
{
	static const char *const labels[] = { "answer:", "a:", NULL };
	struct text line;
	bool cut, blank = true;

	answer = clean_ends(mentions, answer, labels, &cut);
	while (text_next_line(&answer, &line)) { /* blanks at the ends of lines and more than one empty line say nothing */
		while (line.bytes && ascii_is_space(line.data[line.bytes - 1]))
			line.bytes--;
		if (line.bytes == 0 && blank)
			continue;
		blank = line.bytes == 0;
		if (out->bytes)
			buffer_append_byte(out, '\n');
		bool capital = out->bytes == 0 && cut && line.bytes > 1 && ascii_is_lower(line.data[0]) && !ascii_is_upper(line.data[1]);
		if (capital)
			buffer_append_byte(out, (char)(line.data[0] - 32));
		buffer_append_text(out, text_slice(line, capital, line.bytes));
	}
	buffer_truncate(out, text_trim(buffer_view(out)).bytes);
	if (out->bytes == 0)
		buffer_append_string(reason, "the answer is empty");
	else if (mentions_source(mentions, buffer_view(out), "answer", reason))
		return false;
	return reason->bytes == 0;
}
