/* cmedit.c: see cmedit.h. */
#include "workers/inference/cmedit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { CMEDIT_WORDS_MAX = 16, CMEDIT_RANGE_TOKENS_MAX = 256, CMEDIT_NUMBER_BYTES_MAX = 40 };

static const char feature_class[] = "FeatureState", feature_attribute[] = "featureState";
static const char state_on[] = "ACTIVATED", state_off[] = "DEACTIVATED";

bool cmedit_is_grammar(struct text word)
{
	static const char *const words[] = { "cmedit", "describe", "get", "set", "preview", "t", feature_class, feature_attribute, state_on, state_off };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(word, text_from(words[i])))
			return true;
	return false;
}

static bool is_word(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (!ascii_is_word(text.data[i]))
			return false;
	return text.bytes > 0;
}

bool cmedit_split_name(struct text name, struct text *ret_class, struct text *ret_attribute)
{
	const char *dot = name.bytes ? memchr(name.data, '.', name.bytes) : NULL;
	if (!dot)
		return false;
	size_t at = (size_t)(dot - name.data);
	struct text class = text_slice(name, 0, at), attribute = text_slice(name, at + 1, name.bytes);
	if (!is_word(class) || !is_word(attribute) || !ascii_is_upper(class.data[0]) || !ascii_is_lower(attribute.data[0]))
		return false;
	*ret_class = class;
	*ret_attribute = attribute;
	return true;
}

/* --- ranges --- */

struct range_token {
	struct text text;
	double number;
	bool is_number;
};

static bool parse_number(struct text text, double *ret_number)
{
	char plain[CMEDIT_NUMBER_BYTES_MAX + 1];
	if (!text.bytes || text.bytes > CMEDIT_NUMBER_BYTES_MAX)
		return false;
	memcpy(plain, text.data, text.bytes);
	plain[text.bytes] = '\0';
	if (strspn(plain, "-+0123456789.") != text.bytes)
		return false;
	char *end;
	*ret_number = strtod(plain, &end);
	return end == plain + text.bytes && isfinite(*ret_number);
}

static bool is_minus(struct text text, size_t at)
{
	return text.data[at] == '-' && at + 1 < text.bytes && ascii_is_digit(text.data[at + 1]) &&
	       (at == 0 || !(ascii_is_word(text.data[at - 1]) || text.data[at - 1] == ')'));
}

/* Words and numbers of a range. A number ends before "..". Returns how many (at most CMEDIT_RANGE_TOKENS_MAX). */
static size_t range_tokens(struct text range, struct range_token *tokens)
{
	size_t count = 0, i = 0;
	while (i < range.bytes && count < CMEDIT_RANGE_TOKENS_MAX) {
		char c = range.data[i];
		if (!ascii_is_word(c) && !is_minus(range, i)) {
			i++;
			continue;
		}
		size_t start = i++;
		while (i < range.bytes && (ascii_is_word(range.data[i]) ||
					   (range.data[i] == '.' && i + 1 < range.bytes && ascii_is_digit(range.data[i + 1]) && range.data[i - 1] != '.')))
			i++;
		struct range_token *token = &tokens[count++];
		token->text = text_slice(range, start, i);
		token->is_number = parse_number(token->text, &token->number);
	}
	return count;
}

/* "0..100", "0 to 100", "0-100", "0–100": what stands between two numbers makes them the ends of an interval. */
static bool is_interval(struct text between)
{
	struct text mark = text_trim(between);
	static const char *const marks[] = { "..", "...", "-", "\xE2\x80\x93", "\xE2\x80\xA6", "~" };
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (text_equal(mark, text_from(marks[i])))
			return true;
	return false;
}

static struct text between(const struct range_token *a, const struct range_token *b)
{
	const char *end = a->text.data + a->text.bytes;
	return (struct text){ end, (size_t)(b->text.data - end) };
}

/* Is the pair at `index` an interval? Sets how many tokens it takes ("0 to 100" has a word in the middle). */
static size_t interval_at(const struct range_token *tokens, size_t count, size_t index)
{
	if (!tokens[index].is_number)
		return 0;
	if (index + 1 < count && tokens[index + 1].is_number && is_interval(between(&tokens[index], &tokens[index + 1])))
		return 2;
	if (index + 2 < count && tokens[index + 2].is_number && text_equal_nocase(tokens[index + 1].text, TEXT_LITERAL("to")))
		return 3;
	return 0;
}

bool cmedit_value_allowed(const struct cmedit_target *target, struct text value)
{
	if (!value.bytes)
		return false;
	if (text_equal(value, target->initial))
		return true;
	double number = 0;
	bool is_number = parse_number(value, &number);
	struct range_token tokens[CMEDIT_RANGE_TOKENS_MAX];
	size_t count = range_tokens(target->range, tokens);
	for (size_t i = 0; i < count;) {
		size_t taken = interval_at(tokens, count, i);
		if (taken && is_number && number >= tokens[i].number && number <= tokens[i + taken - 1].number)
			return true;
		if (!taken && (text_equal(tokens[i].text, value) || (is_number && tokens[i].is_number && tokens[i].number == number)))
			return true;
		i += taken ? taken : 1;
	}
	return false;
}

/* In a list of numbers with the default, the one next to it: its ends are extremes. `count` where there is none. */
static size_t beside_default(const struct range_token *tokens, size_t count, struct text initial)
{
	size_t found = count;
	for (size_t i = 0; i < count; i++) {
		if (!tokens[i].is_number || interval_at(tokens, count, i))
			return count;
		found = text_equal(tokens[i].text, initial) ? i : found;
	}
	return found + 1 < count ? found + 1 : found < count && found > 0 ? found - 1 : count;
}

bool cmedit_example_value(const struct cmedit_target *target, struct text *ret_value)
{
	struct range_token tokens[CMEDIT_RANGE_TOKENS_MAX];
	size_t count = range_tokens(target->range, tokens), beside = beside_default(tokens, count, target->initial);
	if (beside < count) {
		*ret_value = tokens[beside].text;
		return true;
	}
	for (size_t i = 0; i < count;) {
		size_t taken = interval_at(tokens, count, i);
		const struct range_token *candidate = &tokens[i];
		bool plain = candidate->is_number || !ascii_is_lower(candidate->text.data[0]) || count <= 2;
		if (!taken && plain && !text_equal(candidate->text, target->initial)) {
			*ret_value = candidate->text;
			return true;
		}
		i += taken ? taken : 1;
	}
	return false;
}

/* --- checking --- */

static int refuse(struct error_text *error, const char *what, struct text found)
{
	return error_set(error, ERROR_INPUT_REJECTED, "%s: \"%.*s\"", what, TEXT_ARGS(text_slice(found, 0, size_min(found.bytes, 200))));
}

static const struct cmedit_target *find_target(const struct cmedit_target *targets, size_t count, struct text name)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(targets[i].name, name))
			return &targets[i];
	return NULL;
}

/* "Class.attribute", or with `many` also "Class.(a,b)" and "Class=id". */
static int check_object(struct text object, bool many, struct error_text *error)
{
	struct text class, attribute;
	if (cmedit_split_name(object, &class, &attribute))
		return 0;
	const char *equals = memchr(object.data, '=', object.bytes);
	if (many && equals) {
		size_t at = (size_t)(equals - object.data);
		if (is_word(text_slice(object, 0, at)) && ascii_is_upper(object.data[0]) && at + 1 < object.bytes)
			return 0;
	}
	const char *open = memchr(object.data, '(', object.bytes);
	if (!many || !open || open == object.data || open[-1] != '.' || object.data[object.bytes - 1] != ')')
		return refuse(error, "not of the form Class.attribute", object);
	size_t at = (size_t)(open - object.data);
	if (!is_word(text_slice(object, 0, at - 1)) || !ascii_is_upper(object.data[0]))
		return refuse(error, "not the name of a class", object);
	struct text rest = text_slice(object, at + 1, object.bytes - 1), field;
	if (!rest.bytes)
		return refuse(error, "no attribute in the list", object);
	while (text_next_field(&rest, ',', &field))
		if (!is_word(field) || !ascii_is_lower(field.data[0]))
			return refuse(error, "not the name of an attribute", field);
	return 0;
}

static bool is_scope(struct text scope)
{
	if (text_equal(scope, TEXT_LITERAL("*")))
		return true;
	for (size_t i = 0; i < scope.bytes; i++)
		if (!ascii_is_word(scope.data[i]) && scope.data[i] != '-' && scope.data[i] != '*')
			return false;
	return scope.bytes > 0 && scope.data[0] != '-';
}

static int check_set_feature(const struct domain *domain, const struct text *words, size_t count, struct error_text *error)
{
	struct domain_match match;
	struct text licence = text_slice(words[3], sizeof(feature_class), words[3].bytes);
	if (!domain_search(domain, DOMAIN_PATTERN_LICENCE_ID, licence, 0, &match) || match.start != 0)
		return refuse(error, "not a licence", licence);
	struct text state = count > 4 ? words[4] : (struct text){ words[3].data, 0 };
	if (!text_starts_with(state, TEXT_LITERAL("featureState=")))
		return refuse(error, "featureState=… is missing", state);
	struct text value = text_slice(state, sizeof(feature_attribute), state.bytes);
	if (!text_equal(value, text_from(state_on)) && !text_equal(value, text_from(state_off)))
		return refuse(error, "a feature is ACTIVATED or DEACTIVATED", value);
	return 0;
}

static int check_set(const struct domain *domain, const struct text *words, size_t count, const struct cmedit_target *targets,
		     size_t target_count, struct error_text *error)
{
	if (text_starts_with(words[3], TEXT_LITERAL("FeatureState=")))
		return check_set_feature(domain, words, count, error);
	int result = check_object(words[3], false, error);
	if (result)
		return result;
	bool is_option = count > 4 && words[4].data[0] == '-' && (words[4].bytes == 1 || !ascii_is_digit(words[4].data[1]));
	if (count < 5 || is_option)
		return refuse(error, "a value is missing", words[3]);
	if (domain_is_counter(words[3]))
		return refuse(error, "counters are read only", words[3]);
	const struct cmedit_target *target = find_target(targets, target_count, words[3]);
	if (target && target->read_only)
		return refuse(error, "the attribute is read only", words[3]);
	if (target && (target->range.bytes || target->initial.bytes) && !cmedit_value_allowed(target, words[4]))
		return refuse(error, "outside the range of the attribute", words[4]);
	return 0;
}

/* What follows the fixed words: options, each one that the verb has. */
static int check_options(const struct text *words, size_t from, size_t count, const char *const *allowed, size_t allowed_count, struct error_text *error)
{
	for (size_t i = from; i < count; i++) {
		bool known = false;
		for (size_t k = 0; k < allowed_count && !known; k++)
			known = text_equal(words[i], text_from(allowed[k]));
		if (!known)
			return refuse(error, "unknown option or word", words[i]);
	}
	return 0;
}

int cmedit_check(const struct domain *domain, struct text command, const struct cmedit_target *targets, size_t target_count,
		 struct error_text *error)
{
	static const char *const table[] = { "-t", "--table" }, *const preview[] = { "--preview" };
	struct text words[CMEDIT_WORDS_MAX], rest = command, word;
	size_t count = 0;
	while (text_next_field(&rest, ' ', &word)) {
		if (!word.bytes)
			continue;
		if (count == CMEDIT_WORDS_MAX)
			return refuse(error, "too many words", command);
		words[count++] = word;
	}
	if (count < 3 || !text_equal(words[0], TEXT_LITERAL("cmedit")))
		return refuse(error, "not a complete cmedit command", command);
	if (text_equal(words[1], TEXT_LITERAL("describe"))) {
		int result = check_object(words[2], true, error);
		return result ? result : check_options(words, 3, count, table, COUNT_OF(table), error);
	}
	bool get = text_equal(words[1], TEXT_LITERAL("get")), set = text_equal(words[1], TEXT_LITERAL("set"));
	if (!get && !set)
		return refuse(error, "unknown verb", words[1]);
	if (!is_scope(words[2]))
		return refuse(error, "not a scope (* or the name of a node or collection)", words[2]);
	if (count < 4)
		return refuse(error, "no object", command);
	int result = get ? check_object(words[3], true, error) : check_set(domain, words, count, targets, target_count, error);
	if (result)
		return result;
	return get ? check_options(words, 4, count, table, COUNT_OF(table), error) :
		     check_options(words, 5, count, preview, COUNT_OF(preview), error);
}

/* --- building --- */

void cmedit_describe(struct buffer *out, struct text name)
{
	buffer_append_string(out, "cmedit describe ");
	buffer_append_text(out, name);
	buffer_append_string(out, " -t");
}

void cmedit_get(struct buffer *out, const char *scope, struct text name)
{
	buffer_append_format(out, "cmedit get %s ", scope);
	buffer_append_text(out, name);
	buffer_append_string(out, " -t");
}

void cmedit_set(struct buffer *out, const char *scope, struct text name, struct text value, bool preview)
{
	buffer_append_format(out, "cmedit set %s ", scope);
	buffer_append_text(out, name);
	buffer_append_byte(out, ' ');
	buffer_append_text(out, value);
	if (preview)
		buffer_append_string(out, " --preview");
}

void cmedit_get_feature(struct buffer *out, const char *scope, struct text licence)
{
	buffer_append_format(out, "cmedit get %s %s=", scope, feature_class);
	buffer_append_text(out, licence);
	buffer_append_string(out, " -t");
}

void cmedit_set_feature(struct buffer *out, const char *scope, struct text licence, bool activate, bool preview)
{
	buffer_append_format(out, "cmedit set %s %s=", scope, feature_class);
	buffer_append_text(out, licence);
	buffer_append_format(out, " %s=%s", feature_attribute, activate ? state_on : state_off);
	if (preview)
		buffer_append_string(out, " --preview");
}
