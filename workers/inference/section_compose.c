/* section_compose.c: what stands under a heading as an answer: its sentences, lists and short code, in their order (see generator.h).
 *
 * What needs a figure, a table or an example that is not there is left out. The answer is a beginning of the section without gaps for
 * want of room: the first thing that does not fit ends it. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include "workers/inference/fact_tokens.h"

#include <errno.h>

enum { BLOCK_BYTES_MAX = 16384, CODE_BYTES_MAX = 600, LEAD_BYTES_MAX = 512, TERM_BYTES_MAX = 300, LIST_MARGIN_BYTES = 200 };

struct composer {
	struct generator *generator;
	size_t bytes_max;
	char lead[LEAD_BYTES_MAX]; /* a sentence that leads to the list or code behind it, or a term */
	size_t lead_bytes;
	struct document_range lead_span;
	bool lead_is_term; /* what the next paragraph explains */
	bool in_list, after_paragraph; /* what the block before was */
	bool keep_all;     /* steps: none is left out */
	bool full;         /* something did not fit: nothing follows */
	bool leads_somewhere; /* the block behind is no paragraph: what has no end goes on in it */
	bool code_follows; /* the block behind is code, and it fits */
	bool code_lost;    /* the block behind is code that does not */
	bool code_awaited; /* what was said last is about the code behind it */
	bool code_line;    /* the paragraph before was code alone */
	bool sentence_lost; /* what stands before was left out: the sentence, or the block */
	bool after_code;   /* the block before is code */
	size_t list_bytes; /* of the list that the block begins or belongs to */
	bool list_behind;  /* the block behind begins one */
	bool list_judged;  /* whether there is room for the list was looked at where it began */
	bool terms_follow; /* the block behind is a paragraph that begins with the term that it explains */
	bool answer_open;  /* behind a question: "A:" begins its answer */
	size_t prose_bytes; /* of whole sentences */
};

static void use_block(struct generator *generator, const struct block *block)
{
	draft_use_span(&generator->draft, (struct document_range){ block->start, block->end - block->start });
}

static bool fits(const struct composer *composer, size_t bytes)
{
	return composer->generator->draft.answer.bytes + bytes <= composer->bytes_max;
}

/* The paragraph goes on in what stands below it. */
static bool is_open(struct text sentence)
{
	return ascii_is_alnum(sentence.data[sentence.bytes - 1]);
}

/* Where the answer would end with the list. */
static size_t list_end(const struct composer *composer)
{
	return composer->generator->draft.answer.bytes + composer->lead_bytes + composer->list_bytes + LIST_MARGIN_BYTES;
}

static void keep_lead(struct composer *composer, const struct block *block, struct text sentence)
{
	while (sentence.bytes && strchr(",;-", sentence.data[sentence.bytes - 1])) /* "For example," */
		sentence.bytes--;
	composer->lead_bytes = sentence.bytes < sizeof(composer->lead) ? sentence.bytes : 0;
	memcpy(composer->lead, sentence.data, composer->lead_bytes);
	if (composer->lead_bytes && !strchr(".:!?", sentence.data[sentence.bytes - 1])) /* "… which is set by" */
		composer->lead[composer->lead_bytes++] = ':';
	composer->lead_span = (struct document_range){ block->start, block->end - block->start };
}

static bool is_code_line(struct text rendered)
{
	rendered = text_trim(rendered);
	return rendered.bytes > 2 && rendered.data[0] == '`' && memchr(rendered.data + 1, '`', rendered.bytes - 1) == rendered.data + rendered.bytes - 1;
}

/* A paragraph that is bold as a whole, or a declaration: the term of the definition behind it. */
static bool is_term(const struct generator *generator, struct text content)
{
	struct text rendered = text_trim(buffer_view(&generator->rendered)); /* without the targets of its links */
	content = text_trim(content);
	if (content.bytes <= 4 || rendered.bytes == 0 || rendered.bytes > TERM_BYTES_MAX)
		return false;
	bool bold = text_starts_with(content, TEXT_LITERAL("**")) &&
		    memmem(content.data + 2, content.bytes - 2, "**", 2) == content.data + content.bytes - 2;
	return bold || prose_is_declaration(&generator->prose, rendered);
}

static void keep_term(struct composer *composer, const struct block *block)
{
	struct generator *generator = composer->generator;
	struct text term = text_trim(buffer_view(&generator->rendered));
	if (prose_is_declaration(&generator->prose, term)) {
		buffer_clear(&generator->line);
		prose_append_code(&generator->line, term);
		term = buffer_view(&generator->line);
	}
	keep_lead(composer, block, term);
	composer->lead_is_term = composer->lead_bytes > 0;
	if (composer->lead_bytes && composer->lead[composer->lead_bytes - 1] != ':')
		composer->lead[composer->lead_bytes++] = ':';
}

/* The first sentence of a paragraph, behind the term that it explains. */
static bool begin_paragraph(struct composer *composer, size_t term_bytes, struct text sentence)
{
	struct draft *draft = &composer->generator->draft;
	draft_paragraph(draft);
	size_t before = draft->answer.bytes;
	buffer_append(&draft->answer, composer->lead, term_bytes);
	if (!draft_sentence(draft, sentence)) {
		buffer_truncate(&draft->answer, before);
		return false;
	}
	if (term_bytes)
		draft_use_span(draft, composer->lead_span);
	return true;
}

/* "A:" in front of an answer whose question is the heading. */
static struct text without_answer_mark(struct composer *composer, struct text rendered)
{
	rendered = text_trim(rendered);
	if (!composer->answer_open || rendered.bytes < 3 || (rendered.data[0] != 'A' && rendered.data[0] != 'a') || !strchr(":.", rendered.data[1]) || rendered.data[2] != ' ')
		return rendered;
	return text_trim(text_slice(rendered, 2, rendered.bytes));
}

/* "Here is an example.", "The syntax of `queue`" */
static bool announces_code(const struct composer *composer, struct text sentence)
{
	return sentence.data[sentence.bytes - 1] == '`' || prose_has(&composer->generator->prose, PROSE_EXAMPLE, sentence);
}

/* "optionally specifying …" behind code: the end of the sentence that the code stands in. */
static bool ends_sentence_before(const struct composer *composer, struct text sentence)
{
	struct text word = prose_first_word(sentence);
	return composer->after_code && word.data == sentence.data && ascii_is_lower(word.data[0]) && !fact_is_identifier(word);
}

/* "However, …", "It …" */
static bool continues(const struct composer *composer, struct text sentence)
{
	return domain_list_has(composer->generator->domain, DOMAIN_LIST_CONTINUATIONS, prose_first_word(sentence));
}

/* Can it be said with what follows it? */
static bool is_said(const struct composer *composer, struct text sentence, size_t term_bytes)
{
	const struct prose *prose = &composer->generator->prose;
	if (composer->terms_follow && prose_leads_on(sentence)) /* "It can be used in two modes:", and each has a paragraph */
		return !prose_has(prose, PROSE_DANGLING, sentence) && !(composer->sentence_lost && continues(composer, sentence));
	bool list_lost = composer->list_behind && !composer->keep_all && list_end(composer) > composer->generator->settings->generate.answer_chars_max;
	if ((composer->code_lost || list_lost) && prose_has(prose, PROSE_EXAMPLE, sentence))
		return false;
	if (composer->sentence_lost && continues(composer, sentence))
		return false;
	return prose_stands_alone(prose, sentence) || (term_bytes && prose_is_short_sentence(prose, sentence));
}

static void compose_paragraph(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	struct text sentence;
	bool begun = false;
	size_t term_bytes = composer->lead_is_term ? composer->lead_bytes : 0;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	struct text rest = without_answer_mark(composer, buffer_view(&generator->rendered));
	if (term_bytes && domain_list_has(generator->domain, DOMAIN_LIST_CONTINUATIONS, prose_first_word(rest))) { /* code, and no term */
		term_bytes = 0;
		composer->sentence_lost = true;
	}
	const char *first = text_trim(rest).data;
	if (text_starts_with(content, TEXT_LITERAL("[^")) || prose_is_caption(rest)) /* a note, or below a picture: what it belongs to is elsewhere */
		return;
	if (composer->lead_bytes && !composer->lead_is_term) /* it led to something else */
		composer->sentence_lost = true;
	composer->lead_is_term = composer->code_awaited = false;
	bool code_line = is_code_line(buffer_view(&generator->rendered)), several = code_line && composer->code_line;
	composer->code_line = code_line;
	if (is_term(generator, content)) {
		composer->lead_bytes = 0;
		if (!several) /* a synopsis of several lines names nothing */
			keep_term(composer, block);
		return;
	}
	while (prose_next_sentence(&rest, &sentence)) {
		bool last = !rest.bytes, begins = sentence.data == first;
		bool leads = prose_leads_on(sentence) || (is_open(sentence) && composer->leads_somewhere);
		if (last && ((leads && !composer->terms_follow) || (composer->code_follows && announces_code(composer, sentence)))) {
			keep_lead(composer, block, sentence);
			return;
		}
		composer->sentence_lost = (begins && ends_sentence_before(composer, sentence)) || !is_said(composer, sentence, term_bytes);
		if (composer->sentence_lost)
			continue;
		composer->full = composer->full || !fits(composer, term_bytes + sentence.bytes);
		if (composer->full)
			break;
		bool said = begun ? draft_sentence(&generator->draft, sentence) : begin_paragraph(composer, term_bytes, sentence);
		begun |= said;
		term_bytes = begun ? 0 : term_bytes;
		if (said)
			use_block(generator, block);
		composer->prose_bytes += said ? sentence.bytes : 0;
		composer->code_awaited = said && last;
	}
	composer->lead_bytes = 0;
}

static void release_lead(struct composer *composer)
{
	struct draft *draft = &composer->generator->draft;
	draft_paragraph(draft);
	if (!composer->lead_bytes)
		return;
	draft_use_span(draft, composer->lead_span);
	draft_lead(draft, (struct text){ composer->lead, composer->lead_bytes });
	composer->lead_bytes = 0;
}

/* "- [7.2. Tables](tables.html)", "- 61.3.1. Callbacks": a list of contents. */
static bool is_contents_entry(struct text content)
{
	content = text_trim(content);
	bool link = content.bytes > 2 && content.data[0] == '[' && content.data[content.bytes - 1] == ')';
	const char *target = link ? memmem(content.data, content.bytes, "](", 2) : NULL;
	if (target && !memchr(target, ' ', (size_t)(content.data + content.bytes - target)))
		return true;
	return heading_without_number(content).bytes < content.bytes;
}

/* A list is told as a whole, which may be longer than an answer would be otherwise, or not begun. */
static bool has_room(struct composer *composer)
{
	size_t bytes_max = composer->generator->settings->generate.answer_chars_max;
	if (composer->list_judged || composer->keep_all)
		return true;
	size_t wanted = list_end(composer);
	composer->list_judged = true;
	composer->bytes_max = wanted <= bytes_max ? size_max(composer->bytes_max, wanted) : composer->bytes_max;
	return wanted <= bytes_max;
}

static void compose_list_item(struct composer *composer, const struct block *block, const struct block *item, struct text content)
{
	struct generator *generator = composer->generator;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	struct text entry = text_trim(buffer_view(&generator->rendered));
	composer->code_awaited = false;
	if (!entry.bytes || (!composer->keep_all && (prose_has(&generator->prose, PROSE_DANGLING, entry) || is_contents_entry(content))))
		return;
	if (!composer->keep_all && !composer->in_list && !composer->after_paragraph && !prose_stands_alone(&generator->prose, entry))
		return; /* a list of names that nothing leads to */
	composer->full = composer->full || !has_room(composer) || !fits(composer, entry.bytes);
	if (composer->full || (prose_leads_on(entry) && composer->code_lost))
		return;
	if (!composer->in_list)
		release_lead(composer);
	use_block(generator, block);
	bool sentence = strchr(".!?", entry.data[entry.bytes - 1]) && prose_stands_alone(&generator->prose, entry);
	composer->code_awaited = draft_item(&generator->draft, item->ordered ? item->number : 0, entry);
	if (composer->code_awaited && sentence)
		composer->prose_bytes += entry.bytes;
}

static bool is_usable_code(struct text content)
{
	return content.bytes > 0 && content.bytes <= CODE_BYTES_MAX && !memmem(content.data, content.bytes, "```", 3);
}

static void compose_code(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	if ((!composer->lead_bytes && !composer->code_awaited) || composer->lead_is_term || !is_usable_code(content) || !fits(composer, content.bytes))
		return;
	if (composer->lead_bytes)
		release_lead(composer);
	use_block(generator, block);
	buffer_truncate(&generator->draft.answer, text_trim(buffer_view(&generator->draft.answer)).bytes);
	draft_commands(&generator->draft, content);
	composer->code_awaited = false;
}

/* What stands behind a block decides whether it can be said. */
static void look_ahead(struct composer *composer, struct text markdown, const struct block *block, const struct block *next)
{
	bool code = next && next->kind == BLOCK_CODE;
	struct text content = code ? text_slice(markdown, next->content_start, next->content_end) : (struct text){ 0 };
	composer->code_follows = code && is_usable_code(content) && fits(composer, content.bytes + (block->end - block->start));
	composer->code_lost = code && !composer->code_follows;
	struct text behind = next && next->kind == BLOCK_PARAGRAPH ? text_slice(markdown, next->content_start, next->content_end) : (struct text){ 0 };
	composer->terms_follow = text_starts_with(behind, TEXT_LITERAL("**"));
	composer->leads_somewhere = next && next->kind != BLOCK_PARAGRAPH && next->kind != BLOCK_HEADING;
}

/* Where a list begins, or the paragraph before it: its bytes, with the code in it. */
static void look_at_list(struct composer *composer, const struct block *block, const struct block *end)
{
	composer->list_behind = block->kind == BLOCK_PARAGRAPH && block + 1 < end && block[1].kind == BLOCK_LIST_ITEM;
	block += composer->list_behind;
	if (block->kind != BLOCK_LIST_ITEM || composer->in_list)
		return;
	composer->list_bytes = 0;
	for (; block < end && (block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_CODE); block++)
		composer->list_bytes += block->end - block->start;
}

/* A block as it stands in `markdown`; `span` is its place in the document. */
static void compose_block(struct composer *composer, struct text markdown, const struct block *block, const struct block *span, const struct block *next)
{
	struct text content = text_slice(markdown, block->content_start, block->content_end);
	look_ahead(composer, markdown, block, next);
	size_t before = composer->generator->draft.answer.bytes;
	composer->list_judged &= block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_CODE;
	if (block->kind == BLOCK_PARAGRAPH)
		compose_paragraph(composer, span, content);
	else if (block->kind == BLOCK_LIST_ITEM)
		compose_list_item(composer, span, block, content);
	else if (block->kind == BLOCK_CODE)
		compose_code(composer, span, content);
	if (block->kind != BLOCK_PARAGRAPH)
		composer->sentence_lost = composer->generator->draft.answer.bytes == before;
	composer->after_code = block->kind == BLOCK_CODE;
	composer->in_list = block->kind == BLOCK_LIST_ITEM || (block->kind == BLOCK_CODE && composer->in_list);
	composer->after_paragraph = block->kind == BLOCK_PARAGRAPH;
	composer->answer_open = false;
	if (block->kind != BLOCK_PARAGRAPH) {
		composer->lead_bytes = 0;
		composer->lead_is_term = false;
	}
}

/* A quote's blocks without the marks in front of their lines. Quotes in quotes are left out. */
static void compose_quote(struct composer *composer, const struct block *quote)
{
	struct text markdown = composer->generator->document->markdown, rest = text_slice(markdown, quote->start, quote->end), line;
	struct buffer inner;
	struct blocks blocks = { 0 };
	buffer_init(&inner, BLOCK_BYTES_MAX * 2);
	while (text_next_line(&rest, &line)) {
		size_t mark = text_starts_with(line, TEXT_LITERAL("> ")) ? 2 : text_starts_with(line, TEXT_LITERAL(">"));
		buffer_append_text(&inner, text_slice(line, mark, line.bytes));
		buffer_append_byte(&inner, '\n');
	}
	int status = inner.status ? inner.status : blocks_scan(buffer_view(&inner), &blocks);
	for (size_t i = 0; !status && i < blocks.count && !composer->full; i++) {
		look_at_list(composer, &blocks.items[i], blocks.items + blocks.count);
		compose_block(composer, buffer_view(&inner), &blocks.items[i], quote, i + 1 < blocks.count ? &blocks.items[i + 1] : NULL);
	}
	if (status == -ENOMEM)
		composer->generator->status = status;
	blocks_done(&blocks);
	buffer_done(&inner);
}

size_t section_compose(struct generator *generator, const struct section *section, size_t bytes_max, bool keep_all)
{
	struct composer composer = { .generator = generator, .bytes_max = bytes_max, .keep_all = keep_all, .answer_open = section->question };
	struct text markdown = generator->document->markdown;
	for (uint32_t i = section->first; i < section->end && !composer.full; i++) {
		const struct block *block = &generator->blocks.items[i];
		look_at_list(&composer, block, generator->blocks.items + section->end);
		if (block->end - block->start > BLOCK_BYTES_MAX)
			continue;
		if (block->kind == BLOCK_QUOTE)
			compose_quote(&composer, block);
		else
			compose_block(&composer, markdown, block, block, i + 1 < section->end ? &generator->blocks.items[i + 1] : NULL);
	}
	draft_close(&generator->draft);
	if (keep_all && composer.full)
		buffer_clear(&generator->draft.answer); /* half of the steps are none */
	return composer.prose_bytes;
}
