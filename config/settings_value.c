/* settings_value.c: one value from text and to text. Independent of the locale, exact: what is printed reads back the same. */
#define _GNU_SOURCE
#include "config/settings_schema.h"

#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { RATIO_DIGITS_MAX = 15, STRING_BYTES_MAX = 65536 };

static bool parse_digits(struct text text, uint64_t *ret_value)
{
	uint64_t value = 0;
	if (text.bytes == 0)
		return false;
	for (size_t i = 0; i < text.bytes; i++) {
		if (!ascii_is_digit(text.data[i]) || __builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return false;
	}
	*ret_value = value;
	return true;
}

/* Decimal digits with at most one point. Up to 15 digits and a power of ten are exact in a double, so their quotient is the
 * nearest double, as strtod would find it. */
static bool parse_decimal(struct text text, double *ret_value)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	uint64_t digits = 0;
	size_t used = 0, decimals = 0;
	bool point = false;

	for (size_t i = 0; i < text.bytes; i++) {
		if (text.data[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!ascii_is_digit(text.data[i]) || ++used > RATIO_DIGITS_MAX)
			return false;
		digits = digits * 10 + (uint64_t)(text.data[i] - '0');
		decimals += point;
	}
	if (used == 0)
		return false;
	*ret_value = (double)digits / tens[decimals];
	return true;
}

static bool size_unit(struct text unit, unsigned *ret_shift)
{
	static const char letters[] = "KMGTP";
	*ret_shift = 0;
	if (unit.bytes == 0 || text_equal_nocase(unit, TEXT_LITERAL("B")))
		return true;
	for (unsigned i = 0; letters[i]; i++) {
		char forms[3][4] = { { letters[i] }, { letters[i], 'B' }, { letters[i], 'i', 'B' } };
		for (size_t k = 0; k < COUNT_OF(forms); k++)
			if (text_equal_nocase(unit, text_from(forms[k]))) {
				*ret_shift = (i + 1) * 10;
				return true;
			}
	}
	return false;
}

int settings_parse_size(const char *text, uint64_t *ret_bytes, struct error_text *error)
{
	struct text rest = text_trim(text_from(text));
	size_t digits = 0;
	unsigned shift;
	double value;
	uint64_t whole;

	while (digits < rest.bytes && (ascii_is_digit(rest.data[digits]) || rest.data[digits] == '.'))
		digits++;
	struct text number = text_slice(rest, 0, digits);
	if (!size_unit(text_trim(text_slice(rest, digits, rest.bytes)), &shift))
		goto refused;
	if (parse_digits(number, &whole)) {
		if (whole > UINT64_MAX >> shift)
			goto refused;
		*ret_bytes = whole << shift;
		return 0;
	}
	if (!parse_decimal(number, &value) || value * (double)(1ull << shift) >= 0x1p63)
		goto refused;
	*ret_bytes = (uint64_t)(value * (double)(1ull << shift));
	return 0;
refused:
	return error_set(error, -EINVAL, "\"%s\" is no size; expected bytes or a number with K, M, G or T (powers of 1024), such as 512M or 1.5G", text);
}

int settings_parse_workers(const char *text, uint32_t *ret_min, uint32_t *ret_max, struct error_text *error)
{
	enum { WORKERS_MAX = 4096 };
	struct text value = text_trim(text_from(text));
	uint64_t least, most;

	if (text_equal_nocase(value, TEXT_LITERAL("auto"))) {
		*ret_min = *ret_max = 0;
		return 0;
	}
	ptrdiff_t dots = text_find(value, TEXT_LITERAL(".."));
	bool read = dots < 0 ? parse_digits(value, &least) : parse_digits(text_slice(value, 0, (size_t)dots), &least);
	if (read && dots < 0)
		most = least;
	else if (read)
		read = parse_digits(text_slice(value, (size_t)dots + 2, value.bytes), &most);
	if (!read)
		return error_set(error, -EINVAL, "\"%s\" is no number of workers; expected N (12), MIN..MAX (2..12) or auto", text);
	if (least < 1 || most > WORKERS_MAX)
		return error_set(error, -EINVAL, "\"%s\" workers: expected 1 to %d", text, WORKERS_MAX);
	if (least > most)
		return error_set(error, -EINVAL, "\"%s\": the least number of workers is above the most; did you mean %u..%u?", text,
				 (unsigned)most, (unsigned)least);
	*ret_min = (uint32_t)least;
	*ret_max = (uint32_t)most;
	return 0;
}

/* --- to text ----------------------------------------------------------------------------------------------------- */

static void format_size(uint64_t bytes, struct buffer *out)
{
	static const char units[] = "KMGT";
	int unit = -1;
	while (bytes > 0 && bytes % 1024 == 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	buffer_append_format(out, "%llu", (unsigned long long)bytes);
	if (unit >= 0)
		buffer_append_byte(out, units[unit]);
}

/* The fewest decimals that read back as the same value. */
static void format_ratio(double value, struct buffer *out)
{
	uint64_t power = 1;
	for (int decimals = 0;; decimals++, power *= 10) {
		uint64_t digits = (uint64_t)llround(value * (double)power);
		if ((double)digits / (double)power == value || decimals == RATIO_DIGITS_MAX - 2) {
			buffer_append_format(out, "%llu", (unsigned long long)(digits / power));
			if (decimals > 0)
				buffer_append_format(out, ".%0*llu", decimals, (unsigned long long)(digits % power));
			return;
		}
	}
}

static void format_number(enum setting_kind kind, uint64_t value, struct buffer *out)
{
	if (kind == SETTING_KIND_SIZE)
		format_size(value, out);
	else if (kind == SETTING_KIND_SWITCH)
		buffer_append_string(out, value ? "on" : "off");
	else
		buffer_append_format(out, "%llu", (unsigned long long)value);
}

void setting_format(const struct setting *setting, const void *settings, struct buffer *out)
{
	const void *field = (const char *)settings + setting->offset;
	switch (setting->kind) {
	case SETTING_KIND_NUMBER:
	case SETTING_KIND_SIZE: format_number(setting->kind, *(const uint64_t *)field, out); break;
	case SETTING_KIND_SWITCH: format_number(setting->kind, *(const bool *)field, out); break;
	case SETTING_KIND_RATIO: format_ratio(*(const double *)field, out); break;
	case SETTING_KIND_STRING:
	case SETTING_KIND_CHOICE: buffer_append_string(out, *(const char *const *)field); break;
	}
}

void setting_format_initial(const struct setting *setting, struct buffer *out)
{
	switch (setting->kind) {
	case SETTING_KIND_NUMBER:
	case SETTING_KIND_SIZE:
	case SETTING_KIND_SWITCH: format_number(setting->kind, setting->number_initial, out); break;
	case SETTING_KIND_RATIO: format_ratio(setting->ratio_initial, out); break;
	case SETTING_KIND_STRING:
	case SETTING_KIND_CHOICE: buffer_append_string(out, setting->initial); break;
	}
}

void setting_format_allowed(const struct setting *setting, struct buffer *out)
{
	struct text rest = text_from(setting->choices), choice;
	switch (setting->kind) {
	case SETTING_KIND_NUMBER:
		if (setting->number_max == UINT64_MAX)
			buffer_append_format(out, "%llu or more", (unsigned long long)setting->number_min);
		else
			buffer_append_format(out, "%llu to %llu", (unsigned long long)setting->number_min, (unsigned long long)setting->number_max);
		if (setting->unit[0])
			buffer_append_format(out, " %s", setting->unit);
		break;
	case SETTING_KIND_SIZE:
		format_size(setting->number_min, out);
		buffer_append_string(out, " to ");
		format_size(setting->number_max, out);
		buffer_append_string(out, " bytes");
		break;
	case SETTING_KIND_RATIO:
		format_ratio(setting->ratio_min, out);
		buffer_append_string(out, " to ");
		format_ratio(setting->ratio_max, out);
		break;
	case SETTING_KIND_SWITCH: buffer_append_string(out, "on or off"); break;
	case SETTING_KIND_STRING: buffer_append_string(out, "text"); break;
	case SETTING_KIND_CHOICE:
		for (bool first = true; text_next_field(&rest, '|', &choice); first = false) {
			buffer_append_string(out, first ? "" : rest.bytes ? ", " : " or ");
			buffer_append_text(out, choice);
		}
		break;
	}
}

/* --- from text --------------------------------------------------------------------------------------------------- */

static int refuse(const struct setting *setting, const char *value, const char *what, struct error_text *error)
{
	struct buffer allowed, initial;
	buffer_init(&allowed, 1024);
	buffer_init(&initial, STRING_BYTES_MAX);
	setting_format_allowed(setting, &allowed);
	setting_format_initial(setting, &initial);
	int status = error_set(error, -EINVAL, "\"%.100s\" %s; allowed: %s (default %s)", value, what, buffer_string(&allowed), buffer_string(&initial));
	buffer_done(&allowed);
	buffer_done(&initial);
	return status;
}

static int set_switch(const struct setting *setting, bool *field, const char *value, struct error_text *error)
{
	static const char *const words[][2] = { { "off", "on" }, { "false", "true" }, { "no", "yes" }, { "0", "1" } };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		for (int state = 0; state < 2; state++)
			if (text_equal_nocase(text_from(value), text_from(words[i][state]))) {
				*field = state;
				return 0;
			}
	return refuse(setting, value, "is neither on nor off", error);
}

static int set_choice(const struct setting *setting, const char **field, const char *value, struct error_text *error)
{
	struct text rest = text_from(setting->choices), choice;
	while (text_next_field(&rest, '|', &choice))
		if (text_equal(choice, text_from(value))) {
			char *copy = strndup(choice.data, choice.bytes);
			if (!copy)
				return error_set(error, -ENOMEM, "out of memory");
			if (*field != setting->initial)
				free((char *)*field);
			*field = copy;
			return 0;
		}
	return refuse(setting, value, "is none of the choices", error);
}

static int set_string(const struct setting *setting, const char **field, const char *value, struct error_text *error)
{
	struct text text = text_from(value);
	uint32_t least, most;

	if (text.bytes > STRING_BYTES_MAX)
		return error_set(error, -EINVAL, "%zu bytes of text; allowed: at most %d", text.bytes, STRING_BYTES_MAX);
	if (utf8_valid_prefix(text) != text.bytes)
		return error_set(error, -EINVAL, "the text is not valid UTF-8");
	if (strcmp(setting->key, "run.workers") == 0) {
		int status = settings_parse_workers(value, &least, &most, error);
		if (status < 0)
			return status;
	}
	char *copy = strdup(value);
	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	if (*field != setting->initial)
		free((char *)*field);
	*field = copy;
	return 0;
}

static int set_number(const struct setting *setting, uint64_t *field, const char *value, struct error_text *error)
{
	uint64_t number = 0;
	if (setting->kind == SETTING_KIND_SIZE) {
		int status = settings_parse_size(value, &number, error);
		if (status < 0)
			return status;
	} else if (!parse_digits(text_trim(text_from(value)), &number)) {
		return refuse(setting, value, value[0] ? "is no whole number" : "is empty", error);
	}
	if (number < setting->number_min)
		return refuse(setting, value, "is too small", error);
	if (number > setting->number_max)
		return refuse(setting, value, "is too large", error);
	*field = number;
	return 0;
}

static int set_ratio(const struct setting *setting, double *field, const char *value, struct error_text *error)
{
	double number;
	if (!parse_decimal(text_trim(text_from(value)), &number))
		return refuse(setting, value, value[0] ? "is no number such as 0.25" : "is empty", error);
	if (number < setting->ratio_min || number > setting->ratio_max)
		return refuse(setting, value, number < setting->ratio_min ? "is too small" : "is too large", error);
	*field = number;
	return 0;
}

int setting_set(const struct setting *setting, void *settings, const char *value, struct error_text *error)
{
	void *field = (char *)settings + setting->offset;
	switch (setting->kind) {
	case SETTING_KIND_NUMBER:
	case SETTING_KIND_SIZE: return set_number(setting, field, value, error);
	case SETTING_KIND_RATIO: return set_ratio(setting, field, value, error);
	case SETTING_KIND_SWITCH: return set_switch(setting, field, value, error);
	case SETTING_KIND_STRING: return set_string(setting, field, value, error);
	case SETTING_KIND_CHOICE: return set_choice(setting, field, value, error);
	}
	CHECK(!"a kind of setting that is not in the enum");
	return -EINVAL;
}
