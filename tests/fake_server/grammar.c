/* grammar.c: GBNF, the grammars of llama.cpp (grammars/README.md there): rules `name ::= …` of literals, [classes], names, groups,
 * | and ? * + {m,n}. One derivation is written: the first alternative that ends, loops as short as allowed, and inside a JSON
 * string (between quotes that literals wrote) loops over classes are filled with text that fits the key before. */
#include "tests/fake_server/model.h"

enum { RULES_MAX = 128, DEPTH_MAX = 48, STEPS_MAX = 20000, CLASS_LOOP_BYTES = 1500 };

struct rule {
	struct text name, body;
};

struct derivation {
	struct composer *composer;
	struct buffer *out;
	struct rule rules[RULES_MAX];
	size_t rule_count;
	uint32_t steps, choice;
	bool failed;
};

static bool name_byte(char c) { return ascii_is_alnum(c) || c == '-' || c == '_'; }

/* White space and # comments. */
static size_t skip(struct text text, size_t i)
{
	while (i < text.bytes && (ascii_is_space(text.data[i]) || text.data[i] == '#')) {
		if (text.data[i] == '#')
			while (i < text.bytes && text.data[i] != '\n')
				i++;
		else
			i++;
	}
	return i;
}

/* Lines "name ::= body"; a body goes on to the next such line. */
static void read_rules(struct derivation *derivation, struct text grammar)
{
	struct text rest = grammar, line;

	while (text_next_line(&rest, &line) && derivation->rule_count < RULES_MAX) {
		ptrdiff_t sign = text_find(line, TEXT_LITERAL("::="));
		struct text name = sign > 0 ? text_trim(text_slice(line, 0, (size_t)sign)) : (struct text){ "", 0 };
		bool named = name.bytes > 0;
		for (size_t i = 0; i < name.bytes; i++)
			named &= name_byte(name.data[i]);
		if (named) {
			derivation->rules[derivation->rule_count++] = (struct rule){ name, text_slice(line, (size_t)sign + 3, line.bytes) };
		} else if (derivation->rule_count) {
			struct text *body = &derivation->rules[derivation->rule_count - 1].body;
			body->bytes = (size_t)(line.data + line.bytes - body->data);
		}
	}
}

/* The end of the item (literal, class, group, name) at `i`; 0 when it is none. */
static size_t item_end(struct text body, size_t i)
{
	char c = body.data[i], close = c == '"' ? '"' : c == '[' ? ']' : ')';
	int depth = 0;

	if (name_byte(c) || c == '.') {
		while (i < body.bytes && (name_byte(body.data[i]) || body.data[i] == '.'))
			i++;
		return i;
	}
	if (c != '"' && c != '[' && c != '(')
		return 0;
	for (i++; i < body.bytes; i++) {
		if (body.data[i] == '\\') {
			i++;
		} else if (close == ')' && (body.data[i] == '"' || body.data[i] == '[' || body.data[i] == '(')) {
			depth += body.data[i] == '(';
			if (body.data[i] != '(') {
				size_t end = item_end(body, i);
				if (end == 0)
					return 0;
				i = end - 1;
			}
		} else if (body.data[i] == close && depth-- == 0) {
			return i + 1;
		}
	}
	return 0;
}

static void derive(struct derivation *derivation, struct text body, int depth);

static void write_literal(struct derivation *derivation, struct text literal)
{
	for (size_t i = 1; i + 1 < literal.bytes; i++) {
		char c = literal.data[i];
		if (c == '\\' && i + 2 < literal.bytes) {
			c = literal.data[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		buffer_append_byte(derivation->out, c);
	}
}

/* Whether a byte is in the class "[a-z…]", "[^…]". */
static bool in_class(struct text class, char byte)
{
	size_t i = 1;
	bool negated = class.bytes > 2 && class.data[1] == '^', found = false;

	for (i += negated; i + 1 < class.bytes; i++) {
		char low = class.data[i], high;
		if (low == '\\' && i + 2 < class.bytes) {
			low = class.data[++i];
			low = low == 'n' ? '\n' : low == 't' ? '\t' : low == 'r' ? '\r' : low;
		}
		high = low;
		if (i + 3 < class.bytes && class.data[i + 1] == '-') {
			high = class.data[i + 2];
			i += 2;
		}
		found |= byte >= low && byte <= high;
	}
	return found != negated;
}

static void write_class_byte(struct derivation *derivation, struct text class)
{
	for (const char *c = "5aA _.-tx0\"{}[]:,\n"; *c; c++)
		if (in_class(class, *c)) {
			buffer_append_byte(derivation->out, *c);
			return;
		}
	derivation->failed = true;
}

/* Is the place between two quotes, and after which key? */
static bool inside_string(const struct buffer *out, struct text *ret_key)
{
	bool inside = false;
	size_t start = 0;
	struct text last = TEXT_LITERAL("answer");

	for (size_t i = 0; i < out->bytes; i++) {
		if (out->data[i] != '"' || (i > 0 && out->data[i - 1] == '\\'))
			continue;
		if (inside)
			last = text_slice(buffer_view(out), start, i);
		inside = !inside;
		start = i + 1;
	}
	*ret_key = last;
	return inside;
}

struct loop { /* what follows an item */
	uint32_t least, most;
	bool counted; /* {m,n} */
};

/* A loop inside a string: a text for the key, of bytes that the item (if it is a class) has, and none that would end the string. */
static bool write_string_loop(struct derivation *derivation, struct text item, struct loop loop)
{
	struct buffer *text = &derivation->composer->scratch;
	struct text key;
	uint32_t written = 0;

	if (loop.most < 2 || item.data[0] == '"' || (item.data[0] == '[' && loop.counted) || !inside_string(derivation->out, &key))
		return false;
	char name[64] = "";
	memcpy(name, key.data, size_min(key.bytes, sizeof(name) - 1)); /* the view ends with the next append */
	compose_string(derivation->composer, text_from(name), size_max(loop.least, 1), size_min(loop.most, CLASS_LOOP_BYTES));
	derivation->composer->objects++;
	derivation->composer->sentence++;
	for (size_t i = 0; i < text->bytes; i++) {
		char c = text->data[i];
		if (c == '"' || c == '\\' || (unsigned char)c < 0x20 || (item.data[0] == '[' && !in_class(item, c)))
			continue;
		buffer_append_byte(derivation->out, c);
		written++;
	}
	for (; written < loop.least && item.data[0] != '['; written++)
		buffer_append_byte(derivation->out, 'x');
	for (; written < loop.least; written++)
		write_class_byte(derivation, item);
	return true;
}

static void derive_item(struct derivation *derivation, struct text item, int depth)
{
	if (item.data[0] == '"') {
		write_literal(derivation, item);
	} else if (item.data[0] == '[') {
		write_class_byte(derivation, item);
	} else if (item.data[0] == '(') {
		derive(derivation, text_slice(item, 1, item.bytes - 1), depth + 1);
	} else if (item.data[0] == '.') {
		buffer_append_byte(derivation->out, 'x');
	} else {
		for (size_t i = 0; i < derivation->rule_count; i++)
			if (text_equal(derivation->rules[i].name, item)) {
				derive(derivation, derivation->rules[i].body, depth + 1);
				return;
			}
		derivation->failed = true;
	}
}

static uint32_t read_count(struct text body, size_t *i)
{
	uint32_t count = 0;

	for (; *i < body.bytes && ascii_is_digit(body.data[*i]); (*i)++)
		count = count < 100000 ? count * 10 + (uint32_t)(body.data[*i] - '0') : count;
	return count;
}

/* False: the item stands once. *i moves behind what was read. */
static bool read_loop(struct text body, size_t *i, struct loop *ret_loop)
{
	char c = *i < body.bytes ? body.data[*i] : 0;

	if (c != '*' && c != '+' && c != '?' && c != '{')
		return false;
	(*i)++;
	*ret_loop = (struct loop){ c == '+', c == '?' ? 1 : UINT32_MAX, c == '{' };
	if (c != '{')
		return true;
	ret_loop->least = ret_loop->most = read_count(body, i);
	if (*i < body.bytes && body.data[*i] == ',') {
		(*i)++;
		ret_loop->most = *i < body.bytes && ascii_is_digit(body.data[*i]) ? read_count(body, i) : UINT32_MAX;
	}
	while (*i < body.bytes && body.data[(*i)++] != '}')
		;
	return true;
}

/* The alternative to write: by turns, but the last one when it is getting deep (recursive rules end in it or in the first). */
static struct text choose(struct derivation *derivation, struct text body, int depth)
{
	struct text parts[16];
	size_t count = 0, start = 0;

	for (size_t i = skip(body, 0); i <= body.bytes && count < COUNT_OF(parts);) {
		if (i == body.bytes || body.data[i] == '|') {
			parts[count++] = text_slice(body, start, i);
			start = ++i;
			continue;
		}
		size_t end = item_end(body, i);
		i = skip(body, end > i ? end : i + 1);
	}
	if (count < 2)
		return body;
	return parts[depth > DEPTH_MAX / 2 ? count - 1 : depth > DEPTH_MAX / 4 ? 0 : compose_mix(derivation->composer->seed, derivation->choice++) % count];
}

static void derive(struct derivation *derivation, struct text body, int depth)
{
	if (depth > DEPTH_MAX || ++derivation->steps > STEPS_MAX) {
		derivation->failed = true;
		return;
	}
	body = choose(derivation, body, depth);
	for (size_t i = skip(body, 0); i < body.bytes && !derivation->failed; i = skip(body, i)) {
		size_t end = item_end(body, i);
		if (end == 0) {
			derivation->failed = true;
			return;
		}
		struct text item = text_slice(body, i, end);
		i = end;
		struct loop loop = { 1, 1, false };
		if (read_loop(body, &i, &loop) && write_string_loop(derivation, item, loop))
			continue;
		for (uint32_t k = 0; k < loop.least && !derivation->failed; k++)
			derive_item(derivation, item, depth);
	}
}

bool grammar_compose(struct composer *composer, struct text grammar, struct buffer *out)
{
	struct derivation derivation = { .composer = composer, .out = out };
	size_t before = out->bytes;

	read_rules(&derivation, grammar);
	derive_item(&derivation, TEXT_LITERAL("root"), 0);
	if (!derivation.failed)
		return true;
	buffer_truncate(out, before);
	return false;
}
