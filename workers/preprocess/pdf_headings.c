#include "workers/preprocess/pdf_headings.h"

#include "workers/preprocess/pdf_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

/* --- outline --------------------------------------------------------------------------------------------------- */

void pdf_outline_init(struct pdf_outline *outline)
{
	*outline = (struct pdf_outline){ 0 };
}

void pdf_outline_done(struct pdf_outline *outline)
{
	free(outline->entries);
	*outline = (struct pdf_outline){ 0 };
}

struct title_key {
	uint64_t name;     /* without its number; 0: none */
	uint64_t numbered; /* with it */
};

/* Outlines part numbers and titles by blanks that do not break, where the page has gaps. */
static struct title_key title_key(struct text title)
{
	enum { TITLE_BYTES_MAX = 1024 };
	static const struct text no_break = TEXT_LITERAL("\xC2\xA0");
	struct buffer key, plain;

	buffer_init(&plain, TITLE_BYTES_MAX);
	for (ptrdiff_t at; (at = text_find(title, no_break)) >= 0; title = text_slice(title, (size_t)at + no_break.bytes, title.bytes)) {
		buffer_append_text(&plain, text_slice(title, 0, (size_t)at));
		buffer_append_byte(&plain, ' ');
	}
	buffer_append_text(&plain, title);
	buffer_init(&key, 2 * TITLE_BYTES_MAX);
	pdf_append_key(&key, buffer_view(&plain));
	const size_t name_bytes = key.bytes;
	for (size_t i = 0; i < plain.bytes; i++)
		if (ascii_is_alnum(plain.data[i]))
			buffer_append_byte(&key, ascii_lower(plain.data[i]));
	struct title_key keys = { 0 };
	if (plain.status == 0 && key.status == 0 && name_bytes > 0)
		keys = (struct title_key){ XXH3_64bits(key.data, name_bytes), XXH3_64bits(key.data, key.bytes) };
	buffer_done(&key);
	buffer_done(&plain);
	return keys;
}

int pdf_outline_add(struct pdf_outline *outline, struct text title, unsigned depth, uint32_t page)
{
	if (outline->count >= PDF_OUTLINE_ENTRIES_MAX)
		return 0;
	if (!pdf_grow((void **)&outline->entries, &outline->capacity, outline->count, sizeof(*outline->entries)))
		return -ENOMEM;
	const struct title_key key = title_key(title);
	if (key.name != 0)
		outline->entries[outline->count++] = (struct pdf_outline_entry){ key.name, key.numbered, page, depth };
	outline->depth_max = depth > outline->depth_max ? depth : outline->depth_max;
	outline->sorted = false;
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct pdf_outline_entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->page != y->page)
		return x->page < y->page ? -1 : 1;
	return x->depth < y->depth ? -1 : x->depth > y->depth;
}

/* The first entry with the key on this page or a later one, of several on one page ("4.2 General", "A.1 General") that with the same
 * number; NULL: none. */
static const struct pdf_outline_entry *find_entry(struct pdf_outline *outline, struct title_key key, uint32_t page)
{
	enum { SAME_MAX = 64 }; /* entries of one name on one page */
	size_t low = 0, high = outline->count;

	if (key.name == 0)
		return NULL;
	if (!outline->sorted)
		qsort(outline->entries, outline->count, sizeof(*outline->entries), compare_entries);
	outline->sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct pdf_outline_entry *entry = &outline->entries[middle];
		if (entry->key < key.name || (entry->key == key.name && entry->page < page))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == outline->count || outline->entries[low].key != key.name)
		return NULL;
	const struct pdf_outline_entry *first = &outline->entries[low], *end = outline->entries + outline->count;
	for (const struct pdf_outline_entry *entry = first; entry < end && entry - first < SAME_MAX && entry->key == key.name && entry->page == first->page; entry++)
		if (entry->numbered == key.numbered)
			return entry;
	return first;
}

unsigned pdf_outline_depth(struct pdf_outline *outline, struct text title, uint32_t page)
{
	const struct pdf_outline_entry *found = outline->count > 0 ? find_entry(outline, title_key(title), page) : NULL;

	return found && (found->page == page || found->page == PDF_OUTLINE_PAGE_UNKNOWN) ? found->depth : 0;
}

bool pdf_outline_names(struct pdf_outline *outline, struct text title)
{
	return outline->count > 0 && find_entry(outline, title_key(title), 0);
}

/* --- levels ---------------------------------------------------------------------------------------------------- */

void pdf_headings_init(struct pdf_headings *headings)
{
	*headings = (struct pdf_headings){ 0 };
}

void pdf_headings_done(struct pdf_headings *headings)
{
	free(headings->items);
	*headings = (struct pdf_headings){ 0 };
}

int pdf_headings_add(struct pdf_headings *headings, struct pdf_heading heading)
{
	if (headings->count >= PDF_HEADINGS_MAX)
		return ERROR_LIMIT_HIT;
	if (!pdf_grow((void **)&headings->items, &headings->capacity, headings->count, sizeof(*headings->items)))
		return -ENOMEM;
	headings->items[headings->count++] = heading;
	return 0;
}

/* Depth of a heading that says it itself: its place in the outline, or its clause number. */
static unsigned stated_depth(const struct pdf_heading *heading)
{
	return heading->outline_depth > 0 ? heading->outline_depth : heading->clause_depth;
}

enum { DEPTHS = 16, TIERS = PDF_SIZE_STEPS * PDF_HEADING_STYLES };
struct size_levels {
	uint32_t votes[TIERS][DEPTHS]; /* headings of this size and style that state this depth */
	uint8_t depth[TIERS];          /* what a heading of this size and style is; 0: not known */
	uint8_t lowest[PDF_SIZE_STEPS], highest[PDF_SIZE_STEPS]; /* styles: those beyond them mean nothing in this size */
};

static bool counts_for_levels(const struct pdf_heading *heading)
{
	return !heading->title && !heading->plain;
}

/* Of one size, capitals stand above other letters, and those above italics, when the document begins with the higher one, and no number
 * or outline says what the size means. One heading in capitals may be an abbreviation. */
static void find_styles(const struct pdf_headings *headings, struct size_levels *levels)
{
	uint32_t capitals[PDF_SIZE_STEPS] = { 0 };
	bool seen[PDF_SIZE_STEPS] = { false }, stated[PDF_SIZE_STEPS] = { false };

	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *heading = &headings->items[i];
		const size_t step = pdf_size_step(heading->size);
		stated[step] |= stated_depth(heading) > 0;
		if (!counts_for_levels(heading))
			continue;
		if (!seen[step])
			levels->highest[step] = heading->style;
		seen[step] = true;
		capitals[step] += heading->style == PDF_HEADING_CAPITALS;
	}
	for (size_t step = 0; step < PDF_SIZE_STEPS; step++) {
		if (stated[step] || levels->highest[step] == PDF_HEADING_ITALIC)
			levels->lowest[step] = levels->highest[step] = PDF_HEADING_UPRIGHT;
		else if (levels->highest[step] == PDF_HEADING_CAPITALS && capitals[step] < 2)
			levels->highest[step] = PDF_HEADING_UPRIGHT;
	}
}

static size_t tier_of(const struct size_levels *levels, const struct pdf_heading *heading)
{
	const size_t step = pdf_size_step(heading->size);
	const uint8_t style = heading->style < levels->lowest[step] ? levels->lowest[step] : heading->style;
	return step * PDF_HEADING_STYLES + (style < levels->highest[step] ? style : levels->highest[step]);
}

/* A size that stated headings have means their depth; sizes and styles without any are ranked among themselves. */
static void rank_sizes(const struct pdf_headings *headings, struct size_levels *levels)
{
	bool plain[TIERS] = { false };
	unsigned depth = 0;

	find_styles(headings, levels);
	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *heading = &headings->items[i];
		unsigned stated = stated_depth(heading);
		if (stated > 0)
			levels->votes[tier_of(levels, heading)][stated < DEPTHS ? stated : DEPTHS - 1]++;
		else if (counts_for_levels(heading))
			plain[tier_of(levels, heading)] = true;
	}
	for (size_t tier = TIERS; tier-- > 0;) {
		const unsigned larger = tier + PDF_HEADING_STYLES < TIERS ? levels->depth[tier + PDF_HEADING_STYLES] : 0;
		unsigned best = 0;
		for (unsigned d = 1; d < DEPTHS; d++)
			if (levels->votes[tier][d] > levels->votes[tier][best])
				best = d;
		if (best > 0)
			depth = best;
		else if (plain[tier])
			depth = larger > 0 ? larger : depth + 1; /* one step apart is the same size, rounded */
		else
			continue;
		levels->depth[tier] = (uint8_t)(depth < DEPTHS ? depth : DEPTHS - 1);
	}
}

/* When the outline has the title too, as the one entry above all others, its depths count from there. */
static void lift_outline(struct pdf_headings *headings)
{
	bool title_on_top = false;

	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *heading = &headings->items[i];
		if (heading->title)
			title_on_top = heading->outline_depth == 1;
		else if (heading->outline_depth == 1)
			return;
	}
	for (size_t i = 0; i < headings->count && title_on_top; i++)
		headings->items[i].outline_depth -= headings->items[i].outline_depth > 1;
}

/* Has the document another heading of this size and weight, which is no neighbour of it? */
static bool occurs_elsewhere(const struct pdf_headings *headings, const struct pdf_heading *heading)
{
	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *other = &headings->items[i];
		if (other != heading && !other->title && !other->plain && (other->page > 0 || other->clause_depth + other->outline_depth > 0) &&
		    other->bold == heading->bold && fabsf(other->size - heading->size) < 0.3f)
			return true;
	}
	return false;
}

void pdf_headings_find_byline(struct pdf_headings *headings, struct text markdown)
{
	enum { BETWEEN_BYTES_MAX = 120 };
	size_t i = 0, end;

	while (i < headings->count && !headings->items[i].title)
		i++;
	for (i++; i < headings->count; i++) {
		struct pdf_heading *heading = &headings->items[i];
		const struct pdf_heading *before = heading - 1;
		const char *line_end = memchr(markdown.data + before->offset, '\n', heading->offset - before->offset);
		end = line_end ? (size_t)(line_end - markdown.data) : heading->offset;
		if (heading->page > 0 || heading->bold || heading->clause_depth + heading->outline_depth + heading->tag_level > 0 || heading->offset - end > BETWEEN_BYTES_MAX ||
		    occurs_elsewhere(headings, heading))
			return;
		heading->plain = true;
	}
}

/* The highest level that a tag names, 7: none. */
static uint8_t highest_tag(const struct pdf_headings *headings)
{
	uint8_t highest = PDF_TAG_LEVELS + 1;

	for (size_t i = 0; i < headings->count; i++)
		if (headings->items[i].tag_level > 0 && headings->items[i].tag_level < highest)
			highest = headings->items[i].tag_level;
	return highest;
}

/* Of three headings or more, all on one level, but of many sizes or depths: their writer did not mean levels. */
static bool tag_levels_mean_something(const struct pdf_headings *headings)
{
	static const float other_size = 1.05f;
	const struct pdf_heading *first = NULL;
	size_t count = 0;
	bool differ = false;

	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *heading = &headings->items[i];
		if (heading->tag_level == 0 || heading->tag_level > PDF_TAG_LEVELS)
			continue;
		count++;
		first = first ? first : heading;
		if (heading->tag_level != first->tag_level)
			return true;
		differ |= heading->size > other_size * first->size || first->size > other_size * heading->size || stated_depth(heading) != stated_depth(first);
	}
	return count > 0 && !(differ && count > 2);
}

void pdf_headings_take_tags(struct pdf_headings *headings, bool complete)
{
	bool below = false;

	headings->tagged = complete;
	headings->tag_levels = complete && tag_levels_mean_something(headings);
	for (size_t i = 0; i < headings->count && complete; i++) {
		struct pdf_heading *heading = &headings->items[i];
		below |= heading->tag_level > 0;
		heading->plain = below && heading->tag_level == 0 && stated_depth(heading) == 0;
	}
}

struct pdf_heading *pdf_headings_tagged_title(struct pdf_headings *headings)
{
	const uint8_t highest = headings->tag_levels ? highest_tag(headings) : 0;
	struct pdf_heading *found = NULL;

	for (size_t i = 0; i < headings->count; i++) {
		struct pdf_heading *heading = &headings->items[i];
		if (heading->tag_level == 0)
			continue;
		if ((found == NULL) != (heading->tag_level == highest))
			return NULL;
		found = found ? found : heading;
	}
	return found && found->page == 0 ? found : NULL;
}

/* What is added to the levels of tags: below a title that has no tag they begin with 2. */
static int tag_shift(const struct pdf_headings *headings)
{
	for (size_t i = 0; i < headings->count; i++)
		if (headings->items[i].title && headings->items[i].tag_level == 0)
			return 2 - (int)highest_tag(headings);
	return 0;
}

/* With tags that name all headings, one without that is not the title is none. */
static void drop_untagged(struct pdf_headings *headings)
{
	for (size_t i = 0; i < headings->count && headings->tagged; i++)
		headings->items[i].plain |= headings->items[i].tag_level == 0 && !headings->items[i].title && stated_depth(&headings->items[i]) == 0;
}

void pdf_headings_settle(struct pdf_headings *headings, bool titled)
{
	const unsigned base = titled ? 1 : 0;
	struct size_levels levels = { 0 };
	unsigned stated_level = 0, level_before = base;
	float stated_size = 0;

	drop_untagged(headings);
	const int shift = tag_shift(headings);
	lift_outline(headings);
	rank_sizes(headings, &levels);
	for (size_t i = 0; i < headings->count; i++)
		if (headings->items[i].title)
			level_before = 0; /* it is one of them, not written apart */
	for (size_t i = 0; i < headings->count; i++) {
		struct pdf_heading *heading = &headings->items[i];
		unsigned stated = stated_depth(heading);
		if (heading->plain) {
			heading->level = 0;
			continue;
		}
		unsigned level = base + (stated > 0 ? stated : levels.depth[tier_of(&levels, heading)]);
		if (stated == 0 && stated_level > 0 && heading->size < stated_size * 0.97f)
			level = stated_level + 1; /* "Arguments" below "3.2 The function": part of that clause */
		if (heading->title)
			level = 1;
		level = level < 1 ? 1 : level > level_before + 1 ? level_before + 1 : level;
		if (headings->tag_levels && heading->tag_level > 0 && heading->tag_level <= PDF_TAG_LEVELS)
			level = (unsigned)((int)heading->tag_level + shift);
		level = level > 6 ? 6 : level;
		if (stated > 0) {
			stated_level = level;
			stated_size = heading->size;
		}
		level_before = level;
		heading->level = (uint8_t)level;
	}
}

void pdf_headings_apply(const struct pdf_headings *headings, struct text markdown, struct buffer *out)
{
	size_t copied = 0;

	for (size_t i = 0; i < headings->count; i++) {
		const struct pdf_heading *heading = &headings->items[i];
		CHECK(heading->offset >= copied && heading->offset < markdown.bytes && markdown.data[heading->offset] == '#');
		buffer_append(out, markdown.data + copied, heading->offset - copied);
		buffer_append_repeat(out, '#', heading->level > 0 ? (size_t)heading->level - 1 : 0);
		copied = heading->offset + (heading->level > 0 ? 0 : 2);
	}
	buffer_append(out, markdown.data + copied, markdown.bytes - copied);
}
