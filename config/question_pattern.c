/* question_pattern.c: see question_pattern.h. */
#include "config/question_pattern.h"

enum { SHORT_WORD_BYTES = 2 };

struct token {
	struct text core, tail; /* the word without punctuation; the punctuation that ends it */
	bool quoted;
};

static bool is_letter(char c)
{
	return ascii_is_word(c) || (unsigned char)c >= 0x80;
}

/* What stands between two quotes or ticks is one token, any other ends with a blank. False at the end. */
static bool next_token(struct text *rest, struct token *ret_token)
{
	struct text text = text_trim(*rest);
	size_t start = 0, end = 0;
	if (!text.bytes)
		return false;
	const char *close = strchr("\"`", text.data[0]) ? memchr(text.data + 1, text.data[0], text.bytes - 1) : NULL;
	if (close)
		end = (size_t)(close - text.data) + 1;
	size_t last = end;
	while (last < text.bytes && !ascii_is_space(text.data[last]))
		last++;
	size_t core_end = last;
	while (!close && start < last && !is_letter(text.data[start]))
		start++;
	if (start == last) /* nothing but punctuation */
		start = 0;
	while (core_end > (close ? end : start) && !is_letter(text.data[core_end - 1]))
		core_end--;
	ret_token->quoted = close != NULL;
	ret_token->core = text_slice(text, start, core_end);
	ret_token->tail = text_slice(text, core_end, last);
	*rest = text_slice(text, last, text.bytes);
	return true;
}

/* "cellRange", "NR", "r2.5", "max_level", "3"; inside a sentence also "Paris". */
static bool is_written_like_a_name(struct text core, bool begins_sentence)
{
	for (size_t i = 0; i < core.bytes; i++) {
		char c = core.data[i];
		if (ascii_is_digit(c) || (!is_letter(c) && c != '-' && c != '\'') || c == '_' || (ascii_is_upper(c) && (i > 0 || !begins_sentence)))
			return core.bytes > 1 || c != 'I';
	}
	return false;
}

static bool is_common(const struct domain *domain, struct text core)
{
	size_t count = 0;
	if (core.bytes > SHORT_WORD_BYTES && text_ends_with_nocase(core, TEXT_LITERAL("'s")))
		core.bytes -= 2;
	if (domain)
		(void)domain_list(domain, DOMAIN_LIST_COMMON_WORDS, &count);
	return core.bytes <= SHORT_WORD_BYTES || count == 0 || domain_list_has(domain, DOMAIN_LIST_COMMON_WORDS, core);
}

static void append_lower(struct text text, struct buffer *out)
{
	for (size_t i = 0; i < text.bytes; i++)
		buffer_append_byte(out, ascii_lower(text.data[i]));
}

void question_pattern(const struct domain *domain, struct text question, struct buffer *out)
{
	struct token token;
	bool begins_sentence = true, after_mask = false, any = false;
	while (next_token(&question, &token)) {
		bool masked = token.quoted || is_written_like_a_name(token.core, begins_sentence) || (token.core.bytes && !is_common(domain, token.core));
		if (any && !(masked && after_mask))
			buffer_append_byte(out, ' ');
		if (!masked)
			append_lower(token.core, out);
		else if (!after_mask)
			buffer_append_byte(out, '*');
		after_mask = masked && !token.tail.bytes;
		begins_sentence = token.tail.bytes && strchr(".?!", token.tail.data[token.tail.bytes - 1]);
		for (size_t i = 0; i < token.tail.bytes; i++)
			if (strchr(",;:.?!", token.tail.data[i]))
				buffer_append_byte(out, token.tail.data[i]);
		any = true;
	}
}

void question_first_word(struct text question, struct buffer *out)
{
	struct token token;
	do {
		if (!next_token(&question, &token))
			return;
	} while (!token.core.bytes);
	if (token.quoted || is_written_like_a_name(token.core, true))
		buffer_append_byte(out, '*');
	else
		append_lower(token.core, out);
}
