/* section_topic.c: what a section is asked about (see generator.h): its heading, with the heading above it where it does not name
 * something by itself; the whole document; or a part that every subject can have ("Limitations"), which the pack knows. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include <stdio.h>

enum { TOPIC_BYTES_MIN = 3, TOPIC_BYTES_MAX = 110, TWINS_SEARCHED_MAX = 64 };

size_t section_question_mark(struct text text)
{
	size_t at = 1;
	if (text.bytes < TOPIC_BYTES_MIN || text.data[0] != 'Q')
		return 0;
	while (at < text.bytes && ascii_is_digit(text.data[at]))
		at++;
	bool marked = at + 1 < text.bytes && strchr(":.)", text.data[at]) && text.data[at + 1] == ' ';
	return marked ? at + 2 : 0;
}

static bool asks(struct text topic)
{
	return topic.bytes && topic.data[topic.bytes - 1] == '?';
}

/* "What is GTP": a question without its mark. */
static bool lacks_question_mark(const struct domain *domain, struct text heading)
{
	static const struct text words[] = { TEXT_LITERAL("What"), TEXT_LITERAL("How"), TEXT_LITERAL("Why"), TEXT_LITERAL("When"), TEXT_LITERAL("Where"), TEXT_LITERAL("Which"), TEXT_LITERAL("Who") };
	struct text word = prose_first_word(heading);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (word.data == heading.data && text_equal(word, words[i]))
			return !asks(heading) && domain_list_has(domain, DOMAIN_LIST_AUXILIARIES, prose_first_word(text_slice(heading, word.bytes, heading.bytes)));
	return false;
}

/* "What is it?", "Why this?": a question of few words about what stands before it. */
static bool asks_about_it(const struct domain *domain, struct text topic)
{
	enum { WORDS_MAX = 4 };
	struct text word, rest = topic;
	unsigned words = 0;
	bool refers = false;
	while (words <= WORDS_MAX && text_next_field(&rest, ' ', &word)) {
		words++;
		word = prose_first_word(word);
		refers = refers || (words > 1 && domain_list_has(domain, DOMAIN_LIST_CONTINUATIONS, word));
	}
	return asks(topic) && words <= WORDS_MAX && refers;
}

/* The heading of a section without its number, in generator->text. Empty when it is none to ask about. */
static struct text heading_of(struct generator *generator, const struct section *section)
{
	const struct block *heading = &generator->blocks.items[section->heading];
	buffer_clear(&generator->text);
	buffer_clear(&generator->rendered);
	block_append_plain(&generator->rendered, text_slice(generator->document->markdown, heading->content_start, heading->content_end));
	struct text rest = buffer_view(&generator->rendered), part;
	while (text_next_field(&rest, '`', &part)) /* it is asked about in quotes */
		buffer_append_text(&generator->text, part);
	struct text topic = heading_without_number(text_trim(buffer_view(&generator->text)));
	size_t letters = 0;
	if (generator->bare_numbers && !section->question)
		topic = heading_without_bare_number(topic);
	if (section->question)
		topic = text_slice(topic, section_question_mark(topic), topic.bytes);
	while (topic.bytes && (strchr(":.#", topic.data[topic.bytes - 1]) || ascii_is_space(topic.data[topic.bytes - 1])))
		topic.bytes--;
	for (size_t i = 0; i < topic.bytes; i++) {
		letters += ascii_is_alpha(topic.data[i]) || (unsigned char)topic.data[i] >= 0x80;
		if (topic.data[i] == '"' || topic.data[i] == '\n')
			return (struct text){ 0 };
	}
	if (lacks_question_mark(generator->domain, topic) && topic.data + topic.bytes == generator->text.data + generator->text.bytes) {
		size_t at = (size_t)(topic.data - generator->text.data);
		buffer_append_byte(&generator->text, '?');
		topic = text_slice(buffer_view(&generator->text), at, generator->text.bytes);
	}
	bool usable = topic.bytes >= TOPIC_BYTES_MIN && topic.bytes <= (asks(topic) ? SECTION_TOPIC_BYTES_MAX : TOPIC_BYTES_MAX) && letters * 2 > topic.bytes;
	return usable ? topic : (struct text){ 0 };
}

static bool is_generic(const struct generator *generator, struct text heading)
{
	return domain_list_has(generator->domain, DOMAIN_LIST_GENERIC_HEADINGS, heading);
}

/* Headings that nothing is asked about. */
static bool is_skipped(struct generator *generator, struct text heading)
{
	bool nameless = is_generic(generator, heading) && is_generic(generator, generator->title); /* "What is Introduction about?" */
	bool example = !asks(heading) && prose_has(&generator->prose, PROSE_EXAMPLE, heading); /* of what, stands elsewhere */
	return nameless || example || asks_about_it(generator->domain, heading) || domain_list_has(generator->domain, DOMAIN_LIST_SKIPPED_HEADINGS, heading);
}

/* What the pack calls this part of a subject: "limitations". Empty when it is none. A document that is only known by its title is no subject of all of them. */
static struct text part_of(const struct domain *domain, struct text heading, bool of_document)
{
	size_t count;
	const struct domain_columns *columns = domain_columns(domain, &count);
	for (size_t i = 0; i < count; i++)
		if (text_equal(columns[i].category, TEXT_LITERAL("document_parts")) || (!of_document && text_equal(columns[i].category, TEXT_LITERAL("parts"))))
			for (size_t n = 0; n < columns[i].name_count; n++)
				if (text_equal_nocase(columns[i].names[n], heading))
					return columns[i].field;
	return (struct text){ 0 };
}

/* "process.platform", "KVM_CAP_IRQ", "getMaximumSize": one word that only a name is written like. */
static bool is_identifier(struct text heading)
{
	bool marked = false;
	for (size_t i = 0; i < heading.bytes; i++) {
		char c = heading.data[i], before = i ? heading.data[i - 1] : 0, after = i + 1 < heading.bytes ? heading.data[i + 1] : 0;
		if (!ascii_is_word(c) && c != '.' && c != '-')
			return false;
		marked = marked || c == '_' || (c == '.' && ascii_is_alpha(before) && ascii_is_alpha(after)) || (ascii_is_lower(before) && ascii_is_upper(c));
	}
	return marked;
}

/* "destroy(reason)", "rte_bus_find (name)"; neither "ccache(1)", "Plugin(s)" nor "Queues (old)". */
static bool is_call(struct text heading)
{
	size_t at = 0;
	while (at < heading.bytes && (ascii_is_word(heading.data[at]) || strchr(".:", heading.data[at])))
		at++;
	size_t open = at + (at < heading.bytes && heading.data[at] == ' ');
	if (at < 2 || open >= heading.bytes || heading.data[open] != '(' || heading.data[heading.bytes - 1] != ')')
		return false;
	struct text given = text_slice(heading, open + 1, heading.bytes - 1);
	bool plural = text_equal(given, TEXT_LITERAL("s")) || text_equal(given, TEXT_LITERAL("es")), chapter = given.bytes && ascii_is_digit(given.data[0]);
	bool closed = memmem(given.data, given.bytes, ") ", 2) != NULL;
	return !plural && !chapter && !closed && (open == at || is_identifier(text_slice(heading, 0, at)));
}

/* What kind of thing the heading names, where questions can be more to the point: "call", "name", "task". Empty for others. */
static struct text kind_of(const struct domain *domain, struct text heading)
{
	struct text word = prose_first_word(heading);
	size_t count;
	if (is_call(heading))
		return TEXT_LITERAL("call");
	if (is_identifier(heading))
		return TEXT_LITERAL("name");
	const struct domain_columns *columns = domain_columns(domain, &count);
	for (size_t i = 0; i < count && word.bytes < heading.bytes; i++)
		for (size_t n = 0; n < columns[i].name_count && text_equal(columns[i].category, TEXT_LITERAL("topics")); n++)
			if (text_equal(columns[i].names[n], word))
				return columns[i].field;
	return (struct text){ 0 };
}

static bool same_heading(const struct generator *generator, const struct section *a, const struct section *b)
{
	if (a->heading == UINT32_MAX || b->heading == UINT32_MAX)
		return false;
	const struct block *one = &generator->blocks.items[a->heading], *other = &generator->blocks.items[b->heading];
	struct text markdown = generator->document->markdown;
	return text_equal(text_slice(markdown, one->content_start, one->content_end), text_slice(markdown, other->content_start, other->content_end));
}

/* Has another section near it the same heading below the same one ("Description" of each function)? */
static bool has_twin(const struct generator *generator, const struct section *section, const struct section *parent)
{
	const struct section *end = generator->sections + generator->section_count;
	for (const struct section *other = section - 1; other > parent && section - other <= TWINS_SEARCHED_MAX; other--)
		if (same_heading(generator, section, other))
			return true;
	for (const struct section *other = section + 1; other < end && other->level > parent->level && other - section <= TWINS_SEARCHED_MAX; other++)
		if (same_heading(generator, section, other))
			return true;
	return false;
}

/* The section that this one stands below; NULL at the top. */
static const struct section *parent_of(const struct generator *generator, const struct section *section)
{
	return section->parent == UINT32_MAX ? NULL : &generator->sections[section->parent];
}

/* The nearest section above that names something, its heading in generator->text; NULL where that is the document. False when its heading cannot be used. */
static bool find_owner(struct generator *generator, const struct section *section, const struct section **ret_owner, struct text *ret_heading)
{
	const struct section *owner = parent_of(generator, section);
	*ret_heading = (struct text){ 0 };
	for (; owner && owner->level > 1; owner = parent_of(generator, owner)) {
		*ret_heading = heading_of(generator, owner);
		if (!ret_heading->bytes || is_skipped(generator, *ret_heading))
			return false;
		if (!is_generic(generator, *ret_heading) && !part_of(generator->domain, *ret_heading, false).bytes)
			break;
	}
	*ret_owner = owner && owner->level > 1 ? owner : NULL;
	return true;
}

static void keep(char *place, size_t *bytes, struct text text)
{
	size_t room = SECTION_ASKED_BYTES_MAX - *bytes;
	memcpy(place + *bytes, text.data, size_min(text.bytes, room));
	*bytes += size_min(text.bytes, room);
}

/* The part's subject: "Beam Recovery", or "Remedy" of "Fan Failure" in "Alarm Guide". */
static void keep_subject(struct generator *generator, struct text owner, struct section_topic *topic)
{
	struct text document = generator->feature.bytes ? generator->feature : buffer_view(&generator->document_name);
	if (owner.bytes) {
		keep(topic->subject, &topic->subject_bytes, TEXT_LITERAL("\""));
		keep(topic->subject, &topic->subject_bytes, owner);
		keep(topic->subject, &topic->subject_bytes, TEXT_LITERAL("\" in "));
		document = buffer_view(&generator->document_name);
	}
	keep(topic->subject, &topic->subject_bytes, document);
}

/* The first heading of all, which is the title in other words: "Cell Sleep (CS)". */
static bool is_title(const struct generator *generator, const struct section *section, struct text heading)
{
	if (text_equal(heading, generator->title))
		return true;
	return section->level == 1 && !parent_of(generator, section) && (text_starts_with_nocase(heading, generator->title) || text_starts_with_nocase(generator->title, heading));
}

bool section_topic(struct generator *generator, const struct section *section, struct section_topic *ret_topic)
{
	struct text heading = heading_of(generator, section), owner_heading = { 0 };
	const struct section *parent = parent_of(generator, section), *owner = NULL;
	char own[SECTION_TOPIC_BYTES_MAX];
	*ret_topic = (struct section_topic){ 0 };
	if (!heading.bytes || is_skipped(generator, heading) || (section->repeated && (!parent || has_twin(generator, section, parent))))
		return false;
	bool generic = is_generic(generator, heading), title = is_title(generator, section, heading);
	struct text part = { 0 };
	memcpy(own, heading.data, heading.bytes);
	heading.data = own;
	if (!title)
		part = part_of(generator->domain, heading, false);
	if ((section->repeated || generic || part.bytes) && !title && !find_owner(generator, section, &owner, &owner_heading))
		return false;
	if (part.bytes && !owner && !generator->feature.bytes)
		part = part_of(generator->domain, heading, true);
	ret_topic->about_all = !owner && !part.bytes && (generic || title);
	ret_topic->generic = generic;
	ret_topic->asks = asks(heading);
	ret_topic->owner = owner;
	if (part.bytes) {
		(void)snprintf(ret_topic->family, sizeof(ret_topic->family), "question.part.%.*s", TEXT_ARGS(part));
		keep_subject(generator, owner_heading, ret_topic);
	}
	struct text kind = { 0 };
	if (!owner && !generic && !title)
		kind = kind_of(generator->domain, heading);
	if (kind.bytes)
		(void)snprintf(ret_topic->kind_family, sizeof(ret_topic->kind_family), "question.concept.%.*s", TEXT_ARGS(kind));
	if (owner)
		keep(ret_topic->asked, &ret_topic->asked_bytes, owner_heading);
	if (owner && !generic)
		keep(ret_topic->asked, &ret_topic->asked_bytes, TEXT_LITERAL(": "));
	if (!owner || !generic)
		keep(ret_topic->asked, &ret_topic->asked_bytes, heading);
	return true;
}
