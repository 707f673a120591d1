/* section_compose.c: what stands under a heading as an answer: its sentences, lists and short code, in their order (see generator.h).
 *
 * What needs a figure, a table or an example that is not there is left out, and counted. The answer is a beginning of the section without
 * gaps for want of room: the first thing that does not fit ends it, at the end of a paragraph, of a list, or of what explains a term. */
#define _GNU_SOURCE
#include "workers/inference/generator.h"

#include "workers/inference/fact_tokens.h"
#include "workers/inference/paragraph_shape.h"

#include <errno.h>

enum { BLOCK_BYTES_MAX = 16384, CODE_BYTES_MAX = 600, LEAD_BYTES_MAX = 512, TERM_BYTES_MAX = 300, LIST_MARGIN_BYTES = 200,
       WHOLE_PROSE_BYTES_MIN = 240, LABEL_BYTES_MAX = 60 };

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
	bool code_introduced; /* a colon leads to the code behind, or to this: it is no part of a sentence that goes on behind it */
	bool code_awaited; /* what was said last is about the code behind it */
	bool code_line;    /* the paragraph before was code alone */
	bool sentence_lost; /* what stands before was left out: the sentence, or the block */
	bool after_code;   /* the block before is code */
	size_t list_bytes; /* of the list that the block begins or belongs to */
	bool list_behind;  /* the block behind begins one */
	bool list_judged;  /* whether there is room for the list was looked at where it began */
	bool terms_follow; /* the block behind is a paragraph that begins with the term that it explains */
	bool answer_open;  /* behind a question: "A:" begins its answer */
	bool labelled;     /* "**Severity:** Minor": the paragraph is a value with its name */
	bool in_term;      /* what stands here explains the last term */
	bool term_lost;    /* the explanation of the term could not be begun: nothing of it is said */
	bool list_lost;    /* the same for a list */
	size_t whole_bytes, whole_prose_bytes; /* of the answer before the paragraph, list or term that is being told */
	struct section_told told;
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

/* Something begins here that is told as a whole. */
static void begin_whole(struct composer *composer)
{
	composer->whole_bytes = composer->generator->draft.answer.bytes;
	composer->whole_prose_bytes = composer->told.prose_bytes;
}

/* What did not fit ends the answer, and what it belongs to is taken back where enough is left. */
static void end_answer(struct composer *composer)
{
	composer->full = composer->told.cut = true;
	if (composer->keep_all || composer->whole_prose_bytes < WHOLE_PROSE_BYTES_MIN)
		return;
	struct buffer *answer = &composer->generator->draft.answer;
	buffer_truncate(answer, size_min(composer->whole_bytes, answer->bytes)); /* blanks at its end may be gone */
	composer->told.prose_bytes = composer->whole_prose_bytes;
}

static void lose(struct composer *composer, struct text text)
{
	if (!prose_is_reference(text))
		composer->told.lost_bytes += text.bytes;
}

/* A paragraph that is bold as a whole, a declaration, a placeholder, or a short line with a colon above a paragraph: the term of the definition behind it. */
static bool is_term(const struct generator *generator, struct text content, bool above_text)
{
	struct text rendered = text_trim(buffer_view(&generator->rendered)); /* without the targets of its links */
	content = text_trim(content);
	if (content.bytes <= 4 || rendered.bytes == 0 || rendered.bytes > TERM_BYTES_MAX)
		return false;
	bool bold = text_starts_with(content, TEXT_LITERAL("**")) &&
		    memmem(content.data + 2, content.bytes - 2, "**", 2) == content.data + content.bytes - 2;
	bool label = above_text && rendered.bytes <= LABEL_BYTES_MAX && prose_leads_on(rendered); /* "netif_dormant(), maps to IFF_DORMANT:" */
	bool placeholder = above_text && content.data[0] == '*' && content.data[1] != '*' && memchr(content.data + 1, '*', content.bytes - 1) == content.data + content.bytes - 1 &&
			   !memchr(content.data, ' ', content.bytes); /* "*URI*" */
	return bold || label || placeholder || prose_is_declaration(&generator->prose, rendered);
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
	composer->lead_is_term = composer->in_term = composer->lead_bytes > 0;
	composer->term_lost = false;
	begin_whole(composer);
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
	return prose_stands_alone(prose, sentence) || composer->labelled || (term_bytes && prose_is_short_sentence(prose, sentence));
}

/* "**Author:** …", "Copyright: …" */
static bool is_authorship(const struct generator *generator, struct text content)
{
	struct text label = paragraph_label(content);
	return label.bytes && domain_list_has(generator->domain, DOMAIN_LIST_AUTHORSHIP_FIELDS, label);
}

/* Renders a paragraph into generator->rendered; the text in it that is to be said, empty when nothing is. */
static struct text open_paragraph(struct composer *composer, struct text content)
{
	struct generator *generator = composer->generator;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	prose_drop_references(&generator->prose, &generator->rendered);
	struct text rest = without_answer_mark(composer, buffer_view(&generator->rendered));
	bool elsewhere = text_starts_with(content, TEXT_LITERAL("[^")) || prose_is_caption(rest) || is_authorship(generator, content); /* a note, below a picture */
	if (elsewhere || paragraph_is_header(content) || paragraph_is_picture(content))
		rest.bytes = 0;
	return rest;
}

/* Says a sentence or leaves it out. False when the paragraph ends here. */
static bool compose_sentence(struct composer *composer, const struct block *block, struct text sentence, size_t *term_bytes, bool *begun, bool begins)
{
	composer->sentence_lost = (begins && ends_sentence_before(composer, sentence)) || !is_said(composer, sentence, *term_bytes);
	if (composer->sentence_lost) {
		lose(composer, sentence);
		composer->term_lost = *term_bytes > 0; /* what it is was not said */
		return !composer->term_lost;
	}
	if (!fits(composer, *term_bytes + sentence.bytes)) {
		end_answer(composer);
		return false;
	}
	bool said = *begun ? draft_sentence(&composer->generator->draft, sentence) : begin_paragraph(composer, *term_bytes, sentence);
	*begun |= said;
	*term_bytes = *begun ? 0 : *term_bytes;
	if (said)
		use_block(composer->generator, block);
	composer->told.prose_bytes += said ? sentence.bytes : 0;
	return true;
}

/* The last sentence leads to what stands below, or to nothing that can be said. */
static bool lead_on(struct composer *composer, const struct block *block, struct text sentence, bool begins)
{
	bool leads = prose_leads_on(sentence) || (is_open(sentence) && composer->leads_somewhere);
	if ((!leads || composer->terms_follow) && !(composer->code_follows && announces_code(composer, sentence)))
		return false;
	if (begins && composer->sentence_lost && ends_sentence_before(composer, sentence)) /* "is equivalent to:" of nothing */
		return false;
	keep_lead(composer, block, sentence);
	return true;
}

static void compose_paragraph(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	struct text sentence, rest = open_paragraph(composer, content);
	bool begun = false;
	size_t term_bytes = composer->lead_is_term ? composer->lead_bytes : 0;
	if (!rest.bytes)
		return;
	if (term_bytes && domain_list_has(generator->domain, DOMAIN_LIST_CONTINUATIONS, prose_first_word(rest))) { /* code, and no term */
		term_bytes = 0;
		composer->sentence_lost = true;
	}
	if (composer->lead_bytes && !composer->lead_is_term) { /* it led to something else */
		composer->sentence_lost = true;
		composer->told.lost_bytes += composer->lead_bytes;
	}
	composer->lead_is_term = composer->code_awaited = false;
	bool code_line = paragraph_is_code(buffer_view(&generator->rendered)), several = code_line && composer->code_line;
	composer->code_line = code_line;
	if (is_term(generator, content, !composer->leads_somewhere && !composer->terms_follow && !composer->code_lost && !composer->code_follows)) {
		composer->lead_bytes = 0;
		if (!several) /* a synopsis of several lines names nothing */
			keep_term(composer, block);
		return;
	}
	if (composer->term_lost || (composer->in_list && composer->list_lost)) {
		lose(composer, rest);
		return;
	}
	if (!composer->in_term && !composer->in_list)
		begin_whole(composer);
	composer->labelled = paragraph_is_labelled(content);
	for (const char *first = rest.data; prose_next_sentence(&rest, &sentence);) {
		bool last = !rest.bytes;
		if (last && lead_on(composer, block, sentence, sentence.data == first))
			return;
		size_t before = generator->draft.answer.bytes;
		if (!compose_sentence(composer, block, sentence, &term_bytes, &begun, sentence.data == first))
			break;
		composer->code_awaited = last && generator->draft.answer.bytes > before;
	}
	if (composer->term_lost)
		lose(composer, rest);
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

static void compose_name(struct composer *composer, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	buffer_clear(&generator->rendered);
	prose_render(&generator->rendered, generator->domain, content);
	composer->code_awaited = false;
	keep_term(composer, block);
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

/* The entry without the sentences that only tell where more stands: in generator->text. Empty when it begins with what cannot be said. */
static struct text entry_of(struct composer *composer, struct text content)
{
	struct generator *generator = composer->generator;
	const struct prose *prose = &generator->prose;
	buffer_clear(&generator->rendered);
	buffer_clear(&generator->text);
	struct text name = paragraph_name(content);
	prose_render(&generator->rendered, generator->domain, name);
	buffer_append_string(&generator->rendered, name.bytes ? ": " : "");
	prose_render(&generator->rendered, generator->domain, text_slice(content, name.bytes, content.bytes));
	prose_drop_references(prose, &generator->rendered);
	struct text rest = text_trim(buffer_view(&generator->rendered)), sentence;
	if (composer->keep_all)
		return rest;
	while (prose_next_sentence(&rest, &sentence)) {
		if (prose_has(prose, PROSE_DANGLING, sentence) || (generator->text.bytes && prose_is_reference(sentence))) {
			lose(composer, sentence);
			if (!generator->text.bytes)
				return (struct text){ 0 };
			continue;
		}
		buffer_append_string(&generator->text, generator->text.bytes ? " " : "");
		buffer_append_text(&generator->text, sentence);
	}
	return buffer_view(&generator->text);
}

/* Does the first sentence of a list's first entry say something, where nothing leads to the list? */
static bool begins_list(const struct composer *composer, struct text entry)
{
	struct text sentence;
	return composer->keep_all || composer->after_paragraph || (prose_next_sentence(&entry, &sentence) && prose_stands_alone(&composer->generator->prose, sentence));
}

static void compose_list_item(struct composer *composer, const struct block *block, const struct block *item, struct text content)
{
	struct generator *generator = composer->generator;
	composer->code_awaited = false;
	if (!composer->keep_all && (is_contents_entry(content) || is_authorship(generator, content)))
		return;
	struct text entry = entry_of(composer, content);
	if (!composer->in_list)
		composer->list_lost = composer->term_lost || !begins_list(composer, entry); /* names that nothing leads to */
	if (!entry.bytes || composer->list_lost || (prose_leads_on(entry) && composer->code_lost)) {
		composer->told.lost_bytes += entry.bytes;
		return;
	}
	if (!composer->in_list && !composer->in_term)
		begin_whole(composer);
	if (!has_room(composer) || !fits(composer, entry.bytes)) {
		end_answer(composer);
		return;
	}
	if (!composer->in_list)
		release_lead(composer);
	use_block(generator, block);
	bool sentence = strchr(".!?", entry.data[entry.bytes - 1]) && prose_stands_alone(&generator->prose, entry);
	composer->code_awaited = draft_item(&generator->draft, item->level, item->ordered ? item->number : 0, entry);
	if (composer->code_awaited && sentence)
		composer->told.prose_bytes += entry.bytes;
}

/* Code in the middle of a sentence that goes on behind it. */
static bool parts_a_sentence(const struct composer *composer, struct text markdown, const struct block *code, const struct block *end)
{
	if (code + 1 >= end || code[1].kind != BLOCK_PARAGRAPH || composer->code_introduced)
		return false;
	struct text behind = text_slice(markdown, code[1].content_start, code[1].content_end), word = prose_first_word(behind);
	return word.data == behind.data && word.bytes && ascii_is_lower(word.data[0]) && !fact_is_identifier(word) &&
	       !prose_is_declaration(&composer->generator->prose, behind);
}

static bool is_usable_code(struct text content)
{
	return content.bytes > 0 && content.bytes <= CODE_BYTES_MAX && !memmem(content.data, content.bytes, "```", 3);
}

/* Without the indentation that its first line has in the list. In generator->text. */
static struct text without_indentation(struct generator *generator, struct text markdown, struct text content)
{
	struct text line;
	size_t indent = 0, start = (size_t)(content.data - markdown.data);
	while (indent < content.bytes && content.data[indent] == ' ')
		indent++;
	if (!indent)
		while (start > indent && markdown.data[start - indent - 1] == ' ')
			indent++;
	buffer_clear(&generator->text);
	while (text_next_line(&content, &line)) {
		size_t blanks = 0;
		while (blanks < indent && blanks < line.bytes && line.data[blanks] == ' ')
			blanks++;
		buffer_append_text(&generator->text, text_slice(line, blanks, line.bytes));
		buffer_append_byte(&generator->text, '\n');
	}
	return buffer_view(&generator->text);
}

static void compose_code(struct composer *composer, struct text markdown, const struct block *block, struct text content)
{
	struct generator *generator = composer->generator;
	if ((!composer->lead_bytes && !composer->code_awaited) || composer->lead_is_term || !is_usable_code(content) || !fits(composer, content.bytes))
		return;
	if (composer->lead_bytes)
		release_lead(composer);
	use_block(generator, block);
	buffer_truncate(&generator->draft.answer, text_trim(buffer_view(&generator->draft.answer)).bytes);
	draft_commands(&generator->draft, without_indentation(generator, markdown, content));
	composer->code_awaited = false;
}

/* A list of one entry that is a name and nothing else: the term of the paragraph behind it. */
static bool is_lone_name(const struct generator *generator, struct text markdown, const struct block *block, const struct block *end)
{
	enum { WORDS_MAX = 4 };
	if (block + 1 >= end || block->kind != BLOCK_LIST_ITEM || block->ordered || block[1].kind != BLOCK_PARAGRAPH || ascii_is_space(markdown.data[block[1].start]))
		return false;
	struct text name = text_trim(text_slice(markdown, block->content_start, block->content_end)), rest = name, word;
	unsigned words = 0;
	while (text_next_field(&rest, ' ', &word))
		words += word.bytes > 0;
	return words > 0 && words <= WORDS_MAX && name.bytes <= TERM_BYTES_MAX && !is_contents_entry(name) && !is_authorship(generator, name) && !strchr(".:!?", name.data[name.bytes - 1]) && !memchr(name.data, '\n', name.bytes);
}

/* What stands behind a block decides whether it can be said. */
static void look_ahead(struct composer *composer, struct text markdown, const struct block *block, const struct block *end)
{
	const struct block *next = block + 1 < end ? block + 1 : NULL;
	bool code = next && next->kind == BLOCK_CODE;
	struct text content = code ? text_slice(markdown, next->content_start, next->content_end) : (struct text){ 0 };
	if (block->kind != BLOCK_CODE)
		composer->code_introduced = code && block->kind == BLOCK_PARAGRAPH && prose_leads_on(text_trim(text_slice(markdown, block->content_start, block->content_end)));
	composer->code_follows = code && is_usable_code(content) && !parts_a_sentence(composer, markdown, next, end) && fits(composer, content.bytes + (block->end - block->start));
	composer->code_lost = code && !composer->code_follows;
	struct text behind = next && next->kind == BLOCK_PARAGRAPH ? text_slice(markdown, next->content_start, next->content_end) : (struct text){ 0 };
	composer->terms_follow = text_starts_with(behind, TEXT_LITERAL("**"));
	composer->leads_somewhere = next && next->kind != BLOCK_PARAGRAPH && next->kind != BLOCK_HEADING && !is_lone_name(composer->generator, markdown, next, end);
}

/* An entry, or the code and the paragraphs that belong to one. */
static bool is_of_list(struct text markdown, const struct block *block)
{
	bool indented = block->kind == BLOCK_PARAGRAPH && block->start < block->end && ascii_is_space(markdown.data[block->start]);
	return block->kind == BLOCK_LIST_ITEM || block->kind == BLOCK_CODE || indented;
}

/* Where a list begins, or the paragraph before it: its bytes, with the code in it. */
static void look_at_list(struct composer *composer, struct text markdown, const struct block *block, const struct block *end)
{
	composer->list_behind = block->kind == BLOCK_PARAGRAPH && !composer->in_list && block + 1 < end && block[1].kind == BLOCK_LIST_ITEM;
	block += composer->list_behind;
	if (block->kind != BLOCK_LIST_ITEM || composer->in_list)
		return;
	composer->list_bytes = 0;
	for (; block < end && is_of_list(markdown, block); block++)
		composer->list_bytes += block->end - block->start;
}

/* A block as it stands in `markdown`; `span` is its place in the document. */
static void compose_block(struct composer *composer, struct text markdown, const struct block *block, const struct block *span, const struct block *end)
{
	struct text content = text_slice(markdown, block->content_start, block->content_end);
	look_ahead(composer, markdown, block, end);
	size_t before = composer->generator->draft.answer.bytes;
	bool of_list = is_of_list(markdown, block) && (composer->in_list || block->kind == BLOCK_LIST_ITEM);
	composer->in_list &= of_list;
	composer->list_judged &= of_list;
	bool term = !composer->keep_all && !composer->in_list && is_lone_name(composer->generator, markdown, block, end);
	if (block->kind == BLOCK_PARAGRAPH)
		compose_paragraph(composer, span, content);
	else if (term)
		compose_name(composer, span, content);
	else if (block->kind == BLOCK_LIST_ITEM)
		compose_list_item(composer, span, block, content);
	else if (block->kind == BLOCK_CODE && !parts_a_sentence(composer, markdown, block, end))
		compose_code(composer, markdown, span, content);
	if (block->kind != BLOCK_PARAGRAPH)
		composer->sentence_lost = composer->generator->draft.answer.bytes == before;
	composer->after_code = block->kind == BLOCK_CODE;
	composer->in_list = of_list && !term;
	composer->after_paragraph = block->kind == BLOCK_PARAGRAPH;
	composer->answer_open = false;
	if (block->kind != BLOCK_PARAGRAPH && !term) {
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
		look_at_list(composer, buffer_view(&inner), &blocks.items[i], blocks.items + blocks.count);
		compose_block(composer, buffer_view(&inner), &blocks.items[i], quote, blocks.items + blocks.count);
	}
	if (status == -ENOMEM)
		composer->generator->status = status;
	blocks_done(&blocks);
	buffer_done(&inner);
}

struct section_told section_compose(struct generator *generator, const struct section *section, size_t bytes_max, bool keep_all)
{
	struct composer composer = { .generator = generator, .bytes_max = bytes_max, .keep_all = keep_all, .answer_open = section->question };
	composer.after_paragraph = prose_leads_on(text_trim(buffer_view(&generator->draft.answer))); /* its heading */
	struct text markdown = generator->document->markdown;
	for (uint32_t i = section->first; i < section->end && !composer.full; i++) {
		const struct block *block = &generator->blocks.items[i];
		look_at_list(&composer, markdown, block, generator->blocks.items + section->end);
		if (block->end - block->start > BLOCK_BYTES_MAX)
			continue;
		if (block->kind == BLOCK_QUOTE)
			compose_quote(&composer, block);
		else
			compose_block(&composer, markdown, block, block, generator->blocks.items + section->end);
	}
	draft_close(&generator->draft);
	if (keep_all && composer.full)
		buffer_clear(&generator->draft.answer); /* half of the steps are none */
	return composer.told;
}
