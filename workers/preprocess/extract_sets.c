/* extract_sets.c: the values that a step of a procedure sets, said in a sentence ("Set the FeatureState MO attribute featureState to
 * ACTIVATED") or as a command. Each becomes three attributes of the open item: class (with its instance, as written), attribute,
 * value. */
#include "workers/preprocess/extract_context.h"

enum { CLASS_BYTES_MAX = 1024 };

static struct text trim_value(struct text value)
{
	while (value.bytes > 0 && strchr(".,;:`*\"'", value.data[value.bytes - 1]))
		value.bytes--;
	while (value.bytes > 0 && strchr("`*\"'", value.data[0]))
		value = text_slice(value, 1, value.bytes);
	return value;
}

/* A class with or without its instance ("FeatureState=CXC4011808") somewhere in the step; one with an instance is preferred. */
static struct text class_in_step(struct extract *extract, struct text step)
{
	struct text best = TEXT_LITERAL("");
	for (size_t i = 0; i < step.bytes;) {
		if (!ascii_is_upper(step.data[i]) || (i > 0 && (ascii_is_word(step.data[i - 1]) || step.data[i - 1] == '='))) {
			i++;
			continue;
		}
		size_t end = i;
		while (end < step.bytes && ascii_is_word(step.data[end]))
			end++;
		struct text name = text_slice(step, i, end);
		bool known = extract_knows_class(extract, name);
		bool instance = end + 1 < step.bytes && step.data[end] == '=' && ascii_is_alnum(step.data[end + 1]) && (known || extract_is_class_shaped(name));
		if (instance) {
			for (end++; end < step.bytes && (ascii_is_word(step.data[end]) || step.data[end] == '-'); end++)
				;
			return text_slice(step, i, end);
		}
		if (known && best.bytes == 0)
			best = name;
		i = end;
	}
	return best;
}

static void add_set(struct extract *extract, struct text mo, struct text attribute, struct text value)
{
	value = trim_value(value);
	if (attribute.bytes == 0 || value.bytes == 0)
		return;
	struct document_range mo_place = { 0, 0 };
	if (mo.bytes == 0)
		mo = extract_items_class_of(&extract->items, attribute);
	else
		mo_place = extract_range(extract, mo);
	struct buffer copy; /* the class may lie in the items' own memory */
	buffer_init(&copy, CLASS_BYTES_MAX);
	buffer_append_text(&copy, mo);
	extract_items_add(&extract->items, DOCUMENT_KEY_SET_MO, buffer_view(&copy), mo_place);
	extract_items_add(&extract->items, DOCUMENT_KEY_SET_ATTRIBUTE, attribute, extract_range(extract, attribute));
	extract_items_add(&extract->items, DOCUMENT_KEY_SET_VALUE, value, extract_range(extract, value));
	buffer_done(&copy);
	const char *instance = mo.bytes ? memchr(mo.data, '=', mo.bytes) : NULL;
	if (instance)
		mo.bytes = (size_t)(instance - mo.data);
	if (mo_place.bytes > 0)
		extract_meet_class(extract, mo);
}

/* "Set FeatureState.featureState … in the instance FeatureState=CXC4011808": the instance says more. */
static struct text with_instance(struct text mo, struct text in_step)
{
	bool same = in_step.bytes > mo.bytes && text_starts_with(in_step, mo) && in_step.data[mo.bytes] == '=';
	return same ? in_step : mo;
}

/* Sentences: groups 1–3 class, attribute, value; 4–6 attribute, class, value; 7–8 attribute, value. */
static void find_sentence_sets(struct extract *extract, struct text step)
{
	struct domain_match match;
	struct text mo = { NULL, 0 }; /* looked for once a step */
	for (size_t position = 0; position < step.bytes && domain_search(extract->domain, DOMAIN_PATTERN_SET_STEP, step, position, &match); position = match.end) {
		mo = mo.data ? mo : class_in_step(extract, step);
		if (match.groups[2].bytes > 0)
			add_set(extract, with_instance(match.groups[1], mo), match.groups[2], match.groups[3]);
		else if (match.groups[4].bytes > 0)
			add_set(extract, with_instance(match.groups[5], mo), match.groups[4], match.groups[6]);
		else
			add_set(extract, mo, match.groups[7], match.groups[8]);
	}
}

/* The assignments of a command: "attribute=value" or "attribute value", parted by blanks, commas or semicolons; options and what
 * stands in parentheses (a filter) are left out. */
static void find_assignments(struct extract *extract, struct text mo, struct text rest)
{
	struct text pending = TEXT_LITERAL("");
	unsigned depth = 0;
	for (size_t i = 0; i < rest.bytes;) {
		char c = rest.data[i];
		if (c == '(' || c == ')') {
			depth = c == '(' ? depth + 1 : depth - (depth > 0);
			i++;
			continue;
		}
		if (depth > 0 || ascii_is_space(c) || c == ',' || c == ';') {
			i++;
			continue;
		}
		size_t end = i;
		while (end < rest.bytes && !ascii_is_space(rest.data[end]) && rest.data[end] != ',' && rest.data[end] != ';' && rest.data[end] != '(')
			end++;
		struct text token = text_slice(rest, i, end);
		const char *equals = memchr(token.data, '=', token.bytes);
		if (c == '-' && end > i + 1 && !ascii_is_digit(rest.data[i + 1])) {
			pending = TEXT_LITERAL("");
		} else if (equals && equals > token.data) {
			add_set(extract, mo, (struct text){ token.data, (size_t)(equals - token.data) },
				text_slice(token, (size_t)(equals + 1 - token.data), token.bytes));
			pending = TEXT_LITERAL("");
		} else if (pending.bytes > 0) {
			add_set(extract, mo, pending, token);
			pending = TEXT_LITERAL("");
		} else if (extract_is_identifier(token)) {
			pending = token;
		}
		i = end;
	}
}

void extract_sets_of_command(struct extract *extract, struct text text)
{
	struct domain_match match;
	for (size_t position = 0; position < text.bytes && domain_search(extract->domain, DOMAIN_PATTERN_SET_COMMAND, text, position, &match); position = match.end)
		find_assignments(extract, match.groups[1], match.groups[2]);
}

void extract_sets_of_step(struct extract *extract, struct text step)
{
	find_sentence_sets(extract, step);
	extract_sets_of_command(extract, step);
}
