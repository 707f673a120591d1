#include "workers/preprocess/document_id.h"

enum { LABEL_BYTES_MAX = 160 /* between a label and its value, with tags */ };

/* Does `at` stand in the text or in the target of a link, "[…](…)"? */
static bool in_link(struct text text, size_t at, size_t end)
{
	while (at > 0 && text.data[at - 1] != '\n' && text.data[at - 1] != ')' && text.data[at - 1] != ']') {
		at--;
		if (text.data[at] == '(')
			return at > 0 && text.data[at - 1] == ']';
		if (text.data[at] != '[')
			continue;
		while (end < text.bytes && text.data[end] != ']' && text.data[end] != '\n')
			end++;
		return end + 1 < text.bytes && text.data[end] == ']' && text.data[end + 1] == '(';
	}
	return false;
}

bool document_id_find(const struct domain *domain, struct text markdown, struct domain_match *ret_match)
{
	for (size_t from = 0; domain_search(domain, DOMAIN_PATTERN_DOCUMENT_ID, markdown, from, ret_match); from = ret_match->end)
		if (!in_link(markdown, ret_match->start, ret_match->end))
			return true;
	return false;
}

/* Is there a label in what stands before the value, and nothing but tags and marks between them? */
static bool is_labelled(struct text before)
{
	static const char *const labels[] = { "document id", "document identity", "document number", "document no", "doc no", "doc. no" };
	char plain[LABEL_BYTES_MAX + 1];
	size_t bytes = 0;
	bool tag = false;

	for (size_t i = 0; i < before.bytes; i++) {
		const char c = before.data[i];
		tag = c == '<' || (tag && c != '>');
		if (!tag && c != '>')
			plain[bytes++] = c;
	}
	while (bytes > 0 && (ascii_is_space(plain[bytes - 1]) || plain[bytes - 1] == ':' || plain[bytes - 1] == '.'))
		bytes--;
	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (text_ends_with_nocase((struct text){ plain, bytes }, text_from(labels[i])))
			return true;
	return false;
}

bool document_id_find_labelled(const struct domain *domain, struct text source, struct domain_match *ret_match)
{
	for (size_t from = 0; domain_search(domain, DOMAIN_PATTERN_DOCUMENT_ID, source, from, ret_match); from = ret_match->end) {
		const size_t start = ret_match->start, first = start > LABEL_BYTES_MAX ? start - LABEL_BYTES_MAX : 0;
		if (is_labelled(text_slice(source, first, start)))
			return true;
	}
	return false;
}
