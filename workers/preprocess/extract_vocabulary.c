#include "workers/preprocess/extract_vocabulary.h"

#include <errno.h>

enum {
	LABEL_BYTES_MAX = 160, /* what is longer is no label */
	WORDS_BYTES_MAX = 1000, /* of a text that is searched for words: its beginning */
};

/* category, NUL, label in lower case with single blanks and without its colon. Empty when the label is empty or too long. */
static struct text make_key(struct extract_vocabulary *vocabulary, struct text category, struct text label)
{
	label = text_trim(label);
	while (label.bytes > 0 && (label.data[label.bytes - 1] == ':' || label.data[label.bytes - 1] == ' '))
		label.bytes--;
	if (label.bytes == 0 || label.bytes > LABEL_BYTES_MAX)
		return TEXT_LITERAL("");
	struct buffer *key = &vocabulary->key;
	buffer_clear(key);
	buffer_append_text(key, category);
	buffer_append_byte(key, '\0');
	bool blank = false;
	for (size_t i = 0; i < label.bytes; i++) {
		if (ascii_is_space(label.data[i])) {
			blank = true;
			continue;
		}
		if (blank)
			buffer_append_byte(key, ' ');
		blank = false;
		buffer_append_byte(key, ascii_lower(label.data[i]));
	}
	return buffer_view(key);
}

int extract_vocabulary_init(struct extract_vocabulary *vocabulary, const struct domain *domain)
{
	*vocabulary = (struct extract_vocabulary){ .domain = domain };
	string_map_init(&vocabulary->labels);
	buffer_init(&vocabulary->key, 4096);
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t n = 0; n < columns[i].name_count; n++) {
			struct text key = make_key(vocabulary, columns[i].category, columns[i].names[n]);
			uint32_t *place = key.bytes ? string_map_add(&vocabulary->labels, key, NULL) : NULL;
			if (key.bytes && !place)
				return -ENOMEM;
			if (place && *place == 0) /* the first of two uses counts */
				*place = (uint32_t)i + 1;
		}
	}
	return vocabulary->key.status;
}

void extract_vocabulary_done(struct extract_vocabulary *vocabulary)
{
	string_map_done(&vocabulary->labels);
	buffer_done(&vocabulary->key);
}

struct text extract_vocabulary_field(struct extract_vocabulary *vocabulary, const char *category, struct text label)
{
	struct text key = make_key(vocabulary, text_from(category), label);
	uint32_t *place = key.bytes ? string_map_find(&vocabulary->labels, key) : NULL;
	if (!place)
		return TEXT_LITERAL("");
	size_t count;
	return domain_columns(vocabulary->domain, &count)[*place - 1].field;
}

bool extract_vocabulary_is(struct extract_vocabulary *vocabulary, const char *category, const char *field, struct text text)
{
	return text_equal(extract_vocabulary_field(vocabulary, category, text), text_from(field));
}

/* Where `name` stands in `text` as whole words, without case; -1 when it does not. */
static ptrdiff_t find_words(struct text text, struct text name)
{
	for (size_t start = 0; start + name.bytes <= text.bytes;) {
		ptrdiff_t at = text_find_nocase(text_slice(text, start, text.bytes), name);
		if (at < 0)
			return -1;
		size_t from = start + (size_t)at, to = from + name.bytes;
		bool before = from == 0 || !ascii_is_word(text.data[from - 1]);
		bool after = to == text.bytes || !ascii_is_word(text.data[to]);
		if (before && after)
			return (ptrdiff_t)from;
		start = from + 1;
	}
	return -1;
}

static bool names_in(const struct domain_columns *columns, struct text text)
{
	for (size_t n = 0; n < columns->name_count; n++)
		if (find_words(text, columns->names[n]) >= 0)
			return true;
	return false;
}

struct text extract_vocabulary_field_in(const struct extract_vocabulary *vocabulary, const char *category, struct text text)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(vocabulary->domain, &count);
	text.bytes = size_min(text.bytes, WORDS_BYTES_MAX);
	for (size_t i = 0; i < count; i++)
		if (text_equal(columns[i].category, text_from(category)) && names_in(&columns[i], text))
			return columns[i].field;
	return TEXT_LITERAL("");
}

bool extract_vocabulary_has(const struct extract_vocabulary *vocabulary, const char *category, const char *field, struct text text)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(vocabulary->domain, &count);
	text.bytes = size_min(text.bytes, WORDS_BYTES_MAX);
	for (size_t i = 0; i < count; i++)
		if (text_equal(columns[i].category, text_from(category)) && text_equal(columns[i].field, text_from(field)) &&
		    names_in(&columns[i], text))
			return true;
	return false;
}
