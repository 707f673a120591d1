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

/* --- what stands round a text ---------------------------------------------------------------------------------------- */

static bool cut_start(struct text *text, const char *start)
{
	if (!text_starts_with(*text, text_from(start)))
		return false;
	*text = text_trim(text_slice(*text, strlen(start), text->bytes));
	return true;
}

/* What a chat template ends a message with, and some servers let through. */
static bool cut_end_of_message(struct text *text)
{
	static const char *const marks[] = { "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<|return|>", "<end_of_turn>", "</s>", "[/INST]" };

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (text_ends_with_nocase(*text, text_from(marks[i]))) {
			*text = text_trim(text_slice(*text, 0, text->bytes - strlen(marks[i])));
			return true;
		}
	return false;
}

/* An apostrophe within a word is none of them. */
static bool has_quote(struct text text, struct text quote)
{
	for (size_t i = 0; i + quote.bytes <= text.bytes; i++) {
		bool within = i > 0 && i + 1 < text.bytes && ascii_is_alnum(text.data[i - 1]) && ascii_is_alnum(text.data[i + 1]);
		if (memcmp(text.data + i, quote.data, quote.bytes) == 0 && !within)
			return true;
	}
	return false;
}

/* Round all of it: "LOCKED" or "UNLOCKED" begins and ends with other words' quotes. */
static bool cut_quotes(struct text *text)
{
	static const char *const quotes[][2] = { { "\"", "\"" }, { "'", "'" }, { "“", "”" }, { "**", "**" } };

	for (size_t i = 0; i < COUNT_OF(quotes); i++) {
		struct text open = text_from(quotes[i][0]), close = text_from(quotes[i][1]);
		if (text->bytes <= open.bytes + close.bytes || !text_starts_with(*text, open) || !text_ends_with_nocase(*text, close))
			continue;
		struct text inner = text_slice(*text, open.bytes, text->bytes - close.bytes);
		if (has_quote(inner, open) || has_quote(inner, close))
			continue;
		*text = text_trim(inner);
		return true;
	}
	return false;
}

/* "Question 2:", "**Q:**". The letter A has no number: A3 is an event. */
static bool cut_label(struct text *text, const char *const *labels)
{
	struct text rest = *text;

	while (cut_start(&rest, "*") || cut_start(&rest, "#"))
		continue;
	for (; *labels; labels++) {
		size_t at = strlen(*labels);
		if (!text_starts_with_nocase(rest, text_from(*labels)))
			continue;
		while (strcmp(*labels, "a") != 0 && at < rest.bytes && (ascii_is_digit(rest.data[at]) || rest.data[at] == ' '))
			at++;
		while (at < rest.bytes && rest.data[at] == '*')
			at++;
		if (at == rest.bytes || rest.data[at] != ':')
			continue;
		rest = text_slice(rest, at + 1, rest.bytes);
		while (cut_start(&rest, "*"))
			continue;
		*text = text_trim(rest);
		return true;
	}
	return false;
}

/* Emphasis of which only one end came. */
static bool cut_lone_star(struct text *text)
{
	const char *star = text->bytes > 1 ? memchr(text->data, '*', text->bytes) : NULL;
	size_t at = star ? (size_t)(star - text->data) : 0;

	if (!star || memchr(star + 1, '*', text->bytes - at - 1))
		return false;
	if (at == text->bytes - 1)
		*text = text_trim(text_slice(*text, 0, at));
	else if (at == 0 && text->data[1] != ' ')
		*text = text_slice(*text, 1, text->bytes);
	else
		return false;
	return true;
}

/* A paragraph of HTML round the whole. */
static bool cut_tags(struct text *text)
{
	struct text open = TEXT_LITERAL("<p>"), close = TEXT_LITERAL("</p>");

	if (text_starts_with_nocase(*text, open))
		*text = text_trim(text_slice(*text, open.bytes, text->bytes));
	else if (text_ends_with_nocase(*text, close))
		*text = text_trim(text_slice(*text, 0, text->bytes - close.bytes));
	else
		return false;
	return true;
}

/* Of a list: "2. ", "- ". An answer may be a list. */
static bool cut_marker(struct text *text)
{
	static const char *const signs[] = { "- ", "* ", "• " };
	size_t digits = 0;

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (cut_start(text, signs[i]))
			return true;
	while (digits < text->bytes && digits < 2 && ascii_is_digit(text->data[digits]))
		digits++;
	if (!digits || digits + 1 >= text->bytes || !strchr(".)", text->data[digits]) || text->data[digits + 1] != ' ')
		return false;
	*text = text_trim(text_slice(*text, digits + 2, text->bytes));
	return true;
}

/* Without blanks, quotes, labels and openings; *ret_cut: an opening was cut, the next word begins the text. */
static struct text clean_ends(const struct phrases *mentions, struct text text, const char *const *labels, bool is_line, bool *ret_cut)
{
	text = text_trim(text);
	while (cut_end_of_message(&text) || cut_quotes(&text) || cut_tags(&text) || cut_lone_star(&text) || cut_label(&text, labels) || (is_line && cut_marker(&text)))
		continue;
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

/* --- questions and answers -------------------------------------------------------------------------------------------- */

bool model_question(const struct phrases *mentions, struct text question, struct buffer *out, struct buffer *reason)
{
	static const char *const labels[] = { "question", "q", NULL };
	bool cut;

	question = clean_ends(mentions, question, labels, true, &cut);
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
	static const char *const labels[] = { "answer", "a", NULL };
	struct text line;
	bool cut, blank = true;

	answer = clean_ends(mentions, answer, labels, false, &cut);
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
	else if (strchr(",([", out->data[out->bytes - 1]))
		buffer_append_format(reason, "the answer breaks off: it ends in \"%c\"", out->data[out->bytes - 1]);
	else if (mentions_source(mentions, buffer_view(out), "answer", reason))
		return false;
	return reason->bytes == 0;
}

/* A caption has no mark at its end. */
static bool is_ended(struct text sentence)
{
	char last = sentence.bytes ? sentence.data[sentence.bytes - 1] : ' ';
	return strchr(".!?)\"`", last) || (unsigned char)last >= 0x80;
}

void model_lengthen(const struct prose *prose, struct text paragraph, uint64_t chars_min, struct buffer *answer)
{
	struct text sentence;

	while (utf8_count(buffer_view(answer)) < chars_min && prose_next_sentence(&paragraph, &sentence)) {
		if (!is_ended(sentence) || !prose_stands_alone(prose, sentence) || text_find(buffer_view(answer), sentence) >= 0)
			continue;
		bool ended = answer->bytes && strchr(".!?:`", answer->data[answer->bytes - 1]);
		buffer_append_string(answer, ended ? " " : ". ");
		buffer_append_text(answer, sentence);
	}
}
