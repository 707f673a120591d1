/* domain.c: a domain pack made ready: patterns compiled, lists hashed, columns as views, the dictionary of terms built.
 *
 * All text points into the loaded pack, which lives as long as the domain. Patterns run with a match limit, so that an
 * unlucky pattern costs a missed match and never the process. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "config/domain.h"
#include "config/domain_kept.h"

#include "base/file.h"
#include "config/domain_pack.h"
#include "config/domain_terms.h"
#include "config/settings.h"
#include "config/yaml.h"

#include <errno.h>
#include <limits.h>
#include <pcre2.h>
#include <stdlib.h>

enum { PATTERN_MATCH_LIMIT = 200000, PATTERN_HEAP_KIB_MAX = 4096, PATTERN_JIT_STACK_MAX = 512 * 1024 };

struct pattern {
	pcre2_code *code; /* NULL: never matches */
	uint32_t options; /* of each match */
};

struct word_set { /* open addressing; an entry is free when its bytes are 0 */
	struct text *slots;
	size_t slot_count;
};

struct names {
	struct text *items;
	size_t count;
};

struct wordings {
	struct text family;
	struct names texts;
};

struct domain {
	struct pack *pack;
	struct pattern patterns[DOMAIN_PATTERN_COUNT];
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *jit_stack;
	struct names lists[DOMAIN_LIST_COUNT];
	struct word_set sets[DOMAIN_LIST_COUNT];
	struct domain_columns *columns;
	size_t column_count;
	struct text *column_names; /* of all columns, one after the other */
	struct term_dictionary *terms;
	struct wordings *wordings; /* sorted by family */
	size_t wordings_count;
	void *kept;
};

/* --- patterns ---------------------------------------------------------------------------------------------------- */

/* With JIT, invalid UTF-8 is dealt with while matching. Without it that would mean a look at the whole text at each
 * call, so the caller's promise of valid text is trusted instead. */
static int compile_pattern(const char *source, struct pattern *ret_pattern, struct error_text *error)
{
	int code = 0;
	PCRE2_SIZE offset = 0;
	const uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED, options | PCRE2_MATCH_INVALID_UTF, &code, &offset, NULL);
	uint32_t match_options = PCRE2_NOTEMPTY;

	if (compiled && pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) != 0) {
		pcre2_code_free(compiled);
		compiled = pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED, options, &code, &offset, NULL);
		match_options |= PCRE2_NO_UTF_CHECK;
	}
	if (!compiled) {
		PCRE2_UCHAR reason[160];
		pcre2_get_error_message(code, reason, sizeof(reason));
		return error_set(error, -EINVAL, "%s at character %zu of \"%s\"", (const char *)reason, (size_t)offset, source);
	}
	*ret_pattern = (struct pattern){ .code = compiled, .options = match_options };
	return 0;
}

static int compile_patterns(struct domain *domain, const char *name, struct error_text *error)
{
	CHECK(domain->pack);
	domain->match = pcre2_match_data_create(DOMAIN_GROUP_MAX, NULL);
	domain->context = pcre2_match_context_create(NULL);
	domain->jit_stack = pcre2_jit_stack_create(32 * 1024, PATTERN_JIT_STACK_MAX, NULL);
	if (!domain->match || !domain->context)
		return error_set(error, -ENOMEM, "%s: out of memory", name);
	pcre2_set_match_limit(domain->context, PATTERN_MATCH_LIMIT);
	pcre2_set_heap_limit(domain->context, PATTERN_HEAP_KIB_MAX);
	if (domain->jit_stack)
		pcre2_jit_stack_assign(domain->context, NULL, domain->jit_stack);
	for (unsigned i = 0; i < DOMAIN_PATTERN_COUNT; i++) {
		const char *source = domain->pack->patterns[i];
		int status = source ? compile_pattern(source, &domain->patterns[i], error) : 0;
		if (status < 0)
			return error_prefix(error, status, "%s: patterns.%s", name, pack_pattern_name(i));
	}
	return 0;
}

bool domain_search(const struct domain *domain, enum domain_pattern pattern, struct text text, size_t start, struct domain_match *ret_match)
{
	CHECK(pattern < DOMAIN_PATTERN_COUNT && start <= text.bytes);
	const struct pattern *used = &domain->patterns[pattern];
	if (!used->code || text.bytes == 0)
		return false;
	int groups = pcre2_match(used->code, (PCRE2_SPTR)text.data, text.bytes, start, used->options, domain->match, domain->context);
	if (groups < 0)
		return false;
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(domain->match);
	if (offsets[1] <= offsets[0] || offsets[0] < start)
		return false;
	int known = groups == 0 ? DOMAIN_GROUP_MAX : groups; /* 0: the pattern has more groups than are kept */
	*ret_match = (struct domain_match){ .start = offsets[0], .end = offsets[1] };
	for (int i = 0; i < DOMAIN_GROUP_MAX; i++) {
		bool took_part = i < known && offsets[2 * i] != PCRE2_UNSET && offsets[2 * i] <= offsets[2 * i + 1];
		ret_match->groups[i] = took_part ? text_slice(text, offsets[2 * i], offsets[2 * i + 1]) : TEXT_LITERAL("");
	}
	return true;
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

/* ASCII case folding and FNV-1a in one pass: words are short. */
static size_t fold_hash(struct text word)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < word.bytes; i++)
		hash = (hash ^ (unsigned char)ascii_lower(word.data[i])) * 1099511628211u;
	return hash ^ (hash >> 32);
}

static struct text *set_slot(const struct word_set *set, struct text word)
{
	size_t mask = set->slot_count - 1;
	size_t i = fold_hash(word) & mask;
	while (set->slots[i].bytes > 0 && (set->slots[i].bytes != word.bytes || !text_equal_nocase(set->slots[i], word)))
		i = (i + 1) & mask;
	return &set->slots[i];
}

/* Each synonym of "a|b" is a word of its own. */
static int build_set(const struct names *names, struct word_set *set)
{
	size_t words = 0, slots = 16;
	for (size_t i = 0; i < names->count; i++) {
		struct text rest = names->items[i], word;
		while (text_next_field(&rest, '|', &word))
			words++;
	}
	while (slots < words * 2)
		slots *= 2;
	set->slots = calloc(slots, sizeof(*set->slots));
	if (!set->slots)
		return -ENOMEM;
	set->slot_count = slots;
	for (size_t i = 0; i < names->count; i++) {
		struct text rest = names->items[i], word;
		while (text_next_field(&rest, '|', &word)) {
			word = text_trim(word);
			if (word.bytes > 0)
				*set_slot(set, word) = word;
		}
	}
	return 0;
}

static int build_lists(struct domain *domain)
{
	CHECK(domain->pack);
	for (unsigned list = 0; list < DOMAIN_LIST_COUNT; list++) {
		const struct pack_names *from = &domain->pack->lists[list];
		struct names *names = &domain->lists[list];
		names->items = calloc(from->items_count + 1u, sizeof(*names->items));
		if (!names->items)
			return -ENOMEM;
		for (unsigned i = 0; i < from->items_count; i++) {
			struct text item = text_trim(text_from(from->items[i]));
			if (item.bytes > 0)
				names->items[names->count++] = item;
		}
		int status = build_set(names, &domain->sets[list]);
		if (status < 0)
			return status;
	}
	return 0;
}

const struct text *domain_list(const struct domain *domain, enum domain_list list, size_t *ret_count)
{
	CHECK(list < DOMAIN_LIST_COUNT);
	*ret_count = domain->lists[list].count;
	return domain->lists[list].items;
}

bool domain_list_has(const struct domain *domain, enum domain_list list, struct text word)
{
	CHECK(list < DOMAIN_LIST_COUNT);
	return word.bytes > 0 && set_slot(&domain->sets[list], word)->bytes > 0;
}

/* --- columns ----------------------------------------------------------------------------------------------------- */

static int build_columns(struct domain *domain)
{
	const struct pack *pack = domain->pack;
	size_t total = 0;

	for (unsigned i = 0; i < pack->columns_count; i++)
		total += pack->columns[i].names.items_count;
	domain->columns = calloc(pack->columns_count + 1u, sizeof(*domain->columns));
	domain->column_names = calloc(total + 1, sizeof(*domain->column_names));
	if (!domain->columns || !domain->column_names)
		return -ENOMEM;
	struct text *place = domain->column_names;
	for (unsigned i = 0; i < pack->columns_count; i++) {
		const struct pack_columns *from = &pack->columns[i];
		domain->columns[i] = (struct domain_columns){ .category = text_from(from->category), .field = text_from(from->field),
							      .names = place, .name_count = from->names.items_count };
		for (unsigned k = 0; k < from->names.items_count; k++)
			*place++ = text_trim(text_from(from->names.items[k]));
	}
	domain->column_count = pack->columns_count;
	return 0;
}

const struct domain_columns *domain_columns(const struct domain *domain, size_t *ret_count)
{
	*ret_count = domain->column_count;
	return domain->columns;
}

/* --- terms ------------------------------------------------------------------------------------------------------- */

static int add_names(struct domain *domain, const struct pack_names *names, unsigned tier, struct error_text *error)
{
	for (unsigned i = 0; i < names->items_count; i++) {
		int status = term_dictionary_add(domain->terms, text_trim(text_from(names->items[i])), tier, error);
		if (status < 0)
			return status;
	}
	return 0;
}

static int build_terms(struct domain *domain, struct error_text *error)
{
	const struct pack *pack = domain->pack;

	domain->terms = term_dictionary_create();
	if (!domain->terms)
		return error_set(error, -ENOMEM, "out of memory");
	for (unsigned i = 0; i < pack->terms_count; i++) {
		unsigned tier = pack->terms[i].tier;
		if (tier < 1 || tier > 4)
			return error_set(error, -EINVAL, "terms: tier %u; it must be 1 to 4", tier);
		int status = add_names(domain, &pack->terms[i].names, tier, error);
		if (status < 0)
			return error_prefix(error, status, "terms of tier %u", tier);
	}
	int status = add_names(domain, &pack->lists[DOMAIN_LIST_MO_CLASSES], 2, error);
	if (status == 0)
		status = add_names(domain, &pack->lists[DOMAIN_LIST_ATTRIBUTES], 1, error);
	return status < 0 ? error_prefix(error, status, "lists") : 0;
}

struct pending { /* the next match of a tier 1 pattern at or after a position */
	enum domain_pattern pattern;
	struct domain_match match;
	bool exhausted, valid;
};

static void pending_refresh(const struct domain *domain, struct pending *pending, struct text text, size_t position)
{
	if (pending->exhausted || (pending->valid && pending->match.start >= position))
		return;
	pending->valid = domain_search(domain, pending->pattern, text, position, &pending->match);
	pending->exhausted = !pending->valid;
}

void domain_scan_terms(const struct domain *domain, struct text text, domain_term_found *found, void *context)
{
	struct pending pending[] = { { .pattern = DOMAIN_PATTERN_ATTRIBUTE }, { .pattern = DOMAIN_PATTERN_COUNTER } };

	for (size_t position = 0; position < text.bytes;) {
		size_t first_start = text.bytes, first_end = text.bytes;
		for (size_t i = 0; i < COUNT_OF(pending); i++) {
			pending_refresh(domain, &pending[i], text, position);
			if (!pending[i].valid || pending[i].match.start > first_start)
				continue;
			if (pending[i].match.start < first_start || pending[i].match.end > first_end)
				first_end = pending[i].match.end;
			first_start = pending[i].match.start;
		}
		size_t word = term_next_word(text, position, first_start);
		unsigned tier = 1;
		size_t end;
		if (word >= first_start) {
			if (first_start == text.bytes)
				return;
			word = first_start;
			end = first_end;
		} else {
			end = term_dictionary_match(domain->terms, text, word, first_start, &tier);
		}
		if (end > word && !found(context, word, end, tier))
			return;
		position = end > word ? end : term_word_end(text, word, first_start);
	}
}

bool domain_is_counter(struct text name)
{
	for (size_t i = name.bytes; i > 0; i--)
		if (name.data[i - 1] == '.') {
			name = text_slice(name, i, name.bytes);
			break;
		}
	return name.bytes >= 3 && name.data[0] == 'p' && name.data[1] == 'm' && ascii_is_upper(name.data[2]);
}

/* --- wordings ---------------------------------------------------------------------------------------------------- */

static int compare_families(const void *a, const void *b)
{
	return text_compare(((const struct wordings *)a)->family, ((const struct wordings *)b)->family);
}

static int build_wordings(struct domain *domain, const char *name, struct error_text *error)
{
	const struct pack *pack = domain->pack;

	domain->wordings = calloc(pack->wordings_count + 1u, sizeof(*domain->wordings));
	if (!domain->wordings)
		return error_set(error, -ENOMEM, "%s: out of memory", name);
	domain->wordings_count = pack->wordings_count;
	for (unsigned i = 0; i < pack->wordings_count; i++) {
		const struct pack_names *from = &pack->wordings[i].texts;
		struct wordings *wordings = &domain->wordings[i];
		wordings->family = text_from(pack->wordings[i].family);
		wordings->texts.items = calloc(from->items_count + 1u, sizeof(*wordings->texts.items));
		if (!wordings->texts.items)
			return error_set(error, -ENOMEM, "%s: out of memory", name);
		for (unsigned k = 0; k < from->items_count; k++) {
			struct text item = text_trim(text_from(from->items[k]));
			if (item.bytes > 0)
				wordings->texts.items[wordings->texts.count++] = item;
		}
	}
	qsort(domain->wordings, domain->wordings_count, sizeof(*domain->wordings), compare_families);
	for (size_t i = 1; i < domain->wordings_count; i++)
		if (text_equal(domain->wordings[i].family, domain->wordings[i - 1].family))
			return error_set(error, -EINVAL, "%s: wordings: the family \"%.*s\" is there twice", name,
					 TEXT_ARGS(domain->wordings[i].family));
	return 0;
}

const struct text *domain_wordings(const struct domain *domain, struct text family, size_t *ret_count)
{
	const struct wordings key = { .family = family };
	const struct wordings *found = bsearch(&key, domain->wordings, domain->wordings_count, sizeof(key), compare_families);
	*ret_count = found ? found->texts.count : 0;
	return found ? found->texts.items : NULL;
}

/* --- loading ----------------------------------------------------------------------------------------------------- */

int domain_load(struct text yaml, const char *name, struct domain **ret_domain, struct error_text *error)
{
	struct domain *domain = calloc(1, sizeof(*domain));
	if (!domain)
		return error_set(error, -ENOMEM, "%s: out of memory", name);
	int status = pack_load(yaml, name, &domain->pack, error);
	if (status == 0 && !domain->pack)
		status = error_set(error, -EINVAL, "%s: empty; a domain pack has at least a name (see domains/generic.yaml)", name);
	if (status == 0)
		status = compile_patterns(domain, name, error);
	if (status == 0 && (build_lists(domain) < 0 || build_columns(domain) < 0))
		status = error_set(error, -ENOMEM, "%s: out of memory", name);
	if (status == 0) {
		status = build_terms(domain, error);
		if (status < 0)
			error_prefix(error, status, "%s", name);
	}
	if (status == 0)
		status = build_wordings(domain, name, error);
	if (status < 0) {
		domain_destroy(domain);
		return status;
	}
	*ret_domain = domain;
	return 0;
}

int domain_load_named(const char *name, struct domain **ret_domain, struct buffer *ret_yaml, struct error_text *error)
{
	char path[PATH_MAX];
	struct buffer yaml;

	int status = settings_named_path("domains", "domain pack", name, path, error);
	if (status < 0)
		return status;
	buffer_init(&yaml, YAML_BYTES_MAX);
	status = file_read(path, &yaml, error);
	if (status == 0)
		status = domain_load(buffer_view(&yaml), path, ret_domain, error);
	if (status == 0 && ret_yaml)
		buffer_append_text(ret_yaml, buffer_view(&yaml));
	buffer_done(&yaml);
	return status;
}

void **domain_kept(const struct domain *domain) { return (void **)(uintptr_t)&domain->kept; } /* the rest of it is read alone */

void domain_destroy(struct domain *domain)
{
	if (!domain)
		return;
	for (unsigned i = 0; i < DOMAIN_PATTERN_COUNT; i++)
		pcre2_code_free(domain->patterns[i].code);
	pcre2_match_data_free(domain->match);
	pcre2_match_context_free(domain->context);
	pcre2_jit_stack_free(domain->jit_stack);
	for (unsigned i = 0; i < DOMAIN_LIST_COUNT; i++) {
		free(domain->lists[i].items);
		free(domain->sets[i].slots);
	}
	free(domain->columns);
	free(domain->column_names);
	free(domain->kept);
	for (size_t i = 0; i < domain->wordings_count; i++)
		free(domain->wordings[i].texts.items);
	free(domain->wordings);
	term_dictionary_destroy(domain->terms);
	pack_destroy(domain->pack);
	free(domain);
}
