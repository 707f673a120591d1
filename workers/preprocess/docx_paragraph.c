#include "workers/preprocess/docx_paragraph.h"

#include "workers/preprocess/clean.h"
#include "workers/preprocess/docx_marker.h"

#include <stdio.h>

enum { COVER_BYTES_MAX = 16384, TITLE_BYTES_MAX = 1000 };

void docx_paragraphs_init(struct docx_paragraphs *paragraphs, struct docx_styles *styles, struct docx_numbering *numbering, struct docx_out *out,
			  size_t bytes_max)
{
	*paragraphs = (struct docx_paragraphs){ .styles = styles, .numbering = numbering, .out = out };
	html_inline_init(&paragraphs->line, bytes_max);
	docx_typed_init(&paragraphs->typed, bytes_max);
	struct buffer *const buffers[] = { &paragraphs->pieces, &paragraphs->text, &paragraphs->targets, &paragraphs->target_text, &paragraphs->label,
					   &paragraphs->plain, &paragraphs->title, &paragraphs->cover };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_init(buffers[i], bytes_max);
}

void docx_paragraphs_done(struct docx_paragraphs *paragraphs)
{
	html_inline_done(&paragraphs->line);
	docx_typed_done(&paragraphs->typed);
	struct buffer *const buffers[] = { &paragraphs->pieces, &paragraphs->text, &paragraphs->targets, &paragraphs->target_text, &paragraphs->label,
					   &paragraphs->plain, &paragraphs->title, &paragraphs->cover };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		buffer_done(buffers[i]);
}

int docx_paragraphs_status(const struct docx_paragraphs *paragraphs)
{
	const struct buffer *const buffers[] = { &paragraphs->line.out, &paragraphs->pieces, &paragraphs->text, &paragraphs->targets,
						 &paragraphs->target_text, &paragraphs->label, &paragraphs->plain };
	for (size_t i = 0; i < COUNT_OF(buffers); i++)
		if (buffers[i]->status)
			return buffers[i]->status;
	return 0;
}

/* --- pieces ---------------------------------------------------------------------------------------------------- */

static struct docx_piece *pieces_of(const struct docx_paragraphs *paragraphs, size_t first)
{
	return paragraphs->pieces.data ? (struct docx_piece *)(void *)paragraphs->pieces.data + first : NULL;
}

static size_t piece_count(const struct docx_paragraphs *paragraphs)
{
	return paragraphs->pieces.bytes / sizeof(struct docx_piece);
}

/* The last piece takes the text that came since. */
static void settle(struct docx_paragraphs *paragraphs)
{
	size_t count = piece_count(paragraphs);
	if (count > docx_paragraph_now(paragraphs)->first_piece) {
		struct docx_piece *last = pieces_of(paragraphs, count - 1);
		last->bytes = paragraphs->text.bytes - last->start;
	}
}

static void push(struct docx_paragraphs *paragraphs, struct docx_piece piece)
{
	settle(paragraphs);
	piece.start = paragraphs->text.bytes;
	buffer_append(&paragraphs->pieces, &piece, sizeof(piece));
}

void docx_piece(struct docx_paragraphs *paragraphs, enum docx_piece_kind kind, uint8_t looks, uint32_t link)
{
	size_t count = piece_count(paragraphs);

	if (count > docx_paragraph_now(paragraphs)->first_piece && kind == DOCX_PIECE_TEXT) {
		const struct docx_piece *last = pieces_of(paragraphs, count - 1);
		if (last->kind == kind && last->looks == looks && last->link == link)
			return;
	}
	push(paragraphs, (struct docx_piece){ .kind = (uint8_t)kind, .looks = looks, .link = link });
}

void docx_piece_image(struct docx_paragraphs *paragraphs, struct text alternative, uint32_t target, uint32_t link)
{
	push(paragraphs, (struct docx_piece){ .kind = DOCX_PIECE_IMAGE, .number = target, .link = link });
	buffer_append_text(&paragraphs->text, alternative);
	paragraphs->image_count++;
}

void docx_piece_note(struct docx_paragraphs *paragraphs, uint32_t number)
{
	push(paragraphs, (struct docx_piece){ .kind = DOCX_PIECE_NOTE, .number = number });
}

uint32_t docx_target_add(struct docx_paragraphs *paragraphs, struct text target)
{
	struct docx_target item = { paragraphs->target_text.bytes, target.bytes };

	if (target.bytes == 0)
		return 0;
	buffer_append_text(&paragraphs->target_text, target);
	buffer_append(&paragraphs->targets, &item, sizeof(item));
	return paragraphs->targets.status || paragraphs->target_text.status ? 0 : (uint32_t)(paragraphs->targets.bytes / sizeof(item));
}

static struct text target_at(const struct docx_paragraphs *paragraphs, uint32_t number)
{
	if (number == 0)
		return TEXT_LITERAL("");
	const struct docx_target *target = (const struct docx_target *)(const void *)paragraphs->targets.data + number - 1;
	return (struct text){ paragraphs->target_text.data + target->start, target->bytes };
}

/* --- the stack ------------------------------------------------------------------------------------------------- */

struct docx_paragraph *docx_paragraph_now(struct docx_paragraphs *paragraphs)
{
	return paragraphs->depth > 0 ? &paragraphs->stack[paragraphs->depth - 1] : NULL;
}

static void forget_properties(struct docx_paragraph *paragraph)
{
	paragraph->style = 0;
	paragraph->number = paragraph->list_level = paragraph->outline = DOCX_UNSET;
	paragraph->indent = DOCX_INDENT_UNSET;
	paragraph->mark_deleted = paragraph->mark_hidden = paragraph->pending = false;
}

bool docx_paragraph_open(struct docx_paragraphs *paragraphs)
{
	struct docx_paragraph *now = docx_paragraph_now(paragraphs);

	if (now && now->pending) { /* the properties of the last one hold */
		forget_properties(now);
		return true;
	}
	if (paragraphs->depth == DOCX_PARAGRAPHS_MAX)
		return false;
	now = &paragraphs->stack[paragraphs->depth++];
	*now = (struct docx_paragraph){ .first_piece = piece_count(paragraphs), .first_text = paragraphs->text.bytes };
	forget_properties(now);
	return true;
}

void docx_paragraph_hold(struct docx_paragraphs *paragraphs)
{
	static const struct docx_block nothing = { .kind = DOCX_BLOCK_NOTHING };
	struct docx_paragraph *now = docx_paragraph_now(paragraphs);

	settle(paragraphs);
	if (now->place > 0)
		return;
	docx_out_record(paragraphs->out);
	now->place = 1 + docx_out_open(paragraphs->out, &nothing);
}

/* --- what a paragraph is --------------------------------------------------------------------------------------- */

static struct text piece_text(const struct docx_paragraphs *paragraphs, const struct docx_piece *piece)
{
	return (struct text){ paragraphs->text.data && piece->bytes ? paragraphs->text.data + piece->start : "", piece->bytes };
}

struct docx_making { /* a block being made of a paragraph */
	const struct docx_style *style;
	size_t first, count;  /* of its pieces */
	bool has_text;        /* more than blanks */
	bool all_mono, all_bold, all_italic;
	struct docx_block block;
	bool numbered;
	struct docx_number number;
};

static void look_at_pieces(const struct docx_paragraphs *paragraphs, struct docx_making *making)
{
	const struct docx_piece *pieces = pieces_of(paragraphs, making->first);
	bool text = false;

	making->all_mono = making->all_bold = making->all_italic = true;
	for (size_t i = 0; i < making->count; i++) {
		if (pieces[i].kind == DOCX_PIECE_BREAK)
			continue;
		if (pieces[i].kind != DOCX_PIECE_TEXT) {
			making->has_text = true;
			making->all_mono = false;
			continue;
		}
		if (text_trim(piece_text(paragraphs, &pieces[i])).bytes == 0)
			continue;
		text = true;
		making->all_mono &= (pieces[i].looks & DOCX_MONO) != 0 && pieces[i].link == 0;
		making->all_bold &= (pieces[i].looks & DOCX_BOLD) != 0;
		making->all_italic &= (pieces[i].looks & DOCX_ITALIC) != 0;
	}
	making->has_text |= text;
	making->all_mono &= text;
	making->all_bold &= text;
}

/* "Annex A (normative):" stands beside the chapters, whatever the level of its style. */
static bool is_annex(struct text text)
{
	return text_starts_with_nocase(text, TEXT_LITERAL("annex ")) || text_starts_with_nocase(text, TEXT_LITERAL("appendix "));
}

static uint8_t heading_level(const struct docx_paragraphs *paragraphs, const struct docx_making *making, int32_t outline)
{
	if (outline >= 7 && making->count > 0 && is_annex(text_trim(piece_text(paragraphs, pieces_of(paragraphs, making->first)))))
		return 1;
	return (uint8_t)size_min((size_t)outline + 1, 6);
}

static void count_number(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph, struct docx_making *making)
{
	int32_t list = paragraph->number, level = paragraph->list_level;

	buffer_clear(&paragraphs->label);
	if (list == DOCX_UNSET)
		list = making->style->number;
	if (list <= 0)
		return;
	if (level == DOCX_UNSET)
		level = docx_numbering_level_of_style(paragraphs->numbering, list, docx_style_id(paragraphs->styles, making->style));
	if (level == DOCX_UNSET)
		level = making->style->list_level;
	making->numbered = docx_numbering_count(paragraphs->numbering, list, level == DOCX_UNSET ? 0 : level, &paragraphs->label, &making->number);
}

static int32_t indent_of(const struct docx_paragraph *paragraph, const struct docx_making *making)
{
	if (paragraph->indent != DOCX_INDENT_UNSET)
		return paragraph->indent;
	if (making->numbered && paragraph->number != DOCX_UNSET)
		return making->number.level->indent;
	if (making->style->indent != DOCX_INDENT_UNSET)
		return making->style->indent;
	return making->numbered ? making->number.level->indent : DOCX_INDENT_UNSET;
}

/* Is the number part of the text ("Step 1", "[3]", "4.2.1" out of any list), not the marker of a list item? */
static bool label_is_text(const struct docx_paragraphs *paragraphs, const struct docx_number *number)
{
	const struct docx_out *out = paragraphs->out;
	const struct docx_level *level = number->level;

	if (level->worded || level->enclosed || level->format == DOCX_NUMBER_NONE || level->places == 0)
		return true;
	return level->places > 1 && (out->list_count == 0 || out->recording > 0);
}

static void decide_item(struct docx_paragraphs *paragraphs, struct docx_making *making)
{
	const struct docx_number *number = &making->number;
	bool bullet = number->level->format == DOCX_NUMBER_BULLET;

	if (bullet ? number->level->unmarked : paragraphs->label.bytes == 0 || label_is_text(paragraphs, number)) {
		making->block.ordered = !bullet && paragraphs->label.bytes > 0;
		return; /* a paragraph, with its label */
	}
	making->block.kind = DOCX_BLOCK_ITEM;
	making->block.level = (uint8_t)number->depth;
	making->block.list = number->list;
	making->block.ordered = !bullet;
	making->block.number = number->value;
}

static void decide(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph, struct docx_making *making)
{
	enum docx_meaning meaning = (enum docx_meaning)making->style->meaning;
	int32_t outline = paragraph->outline != DOCX_UNSET ? paragraph->outline : making->style->outline;
	struct docx_block *block = &making->block;

	*block = (struct docx_block){ .kind = DOCX_BLOCK_PARAGRAPH, .indent = indent_of(paragraph, making) };
	if (meaning == DOCX_MEANS_TITLE) {
		block->kind = DOCX_BLOCK_HEADING;
		block->level = 1;
	} else if (outline >= 0 && outline < DOCX_BODY_LEVEL) {
		block->kind = DOCX_BLOCK_HEADING;
		block->level = heading_level(paragraphs, making, outline);
	} else if (meaning == DOCX_MEANS_TERM && !making->numbered) { /* also in a monospaced font */
		block->kind = DOCX_BLOCK_TERM;
	} else if (meaning == DOCX_MEANS_CODE || (making->all_mono && !making->numbered)) {
		block->kind = DOCX_BLOCK_CODE;
		block->list = meaning == DOCX_MEANS_CODE;
	} else if (making->numbered) {
		decide_item(paragraphs, making);
	} else if (meaning == DOCX_MEANS_QUOTE) {
		block->kind = DOCX_BLOCK_QUOTE;
	} else if (meaning == DOCX_MEANS_DEFINITION) {
		block->kind = DOCX_BLOCK_DEFINITION;
	}
}

/* --- inline Markdown ------------------------------------------------------------------------------------------- */

static void set_marks(struct html_inline *line, uint8_t wanted, uint8_t *looks)
{
	static const struct { uint8_t bit; enum html_mark mark; } marks[] = {
		{ DOCX_BOLD, HTML_MARK_STRONG }, { DOCX_ITALIC, HTML_MARK_EMPHASIS }, { DOCX_STRIKE, HTML_MARK_DELETED },
		{ DOCX_SUB, HTML_MARK_SUB }, { DOCX_SUP, HTML_MARK_SUP },
	};
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		if ((*looks & marks[i].bit) && !(wanted & marks[i].bit))
			html_inline_unmark(line, marks[i].mark);
		else if (!(*looks & marks[i].bit) && (wanted & marks[i].bit))
			html_inline_mark(line, marks[i].mark);
	}
	*looks = wanted;
}

static void write_piece(struct docx_paragraphs *paragraphs, const struct docx_piece *piece, bool code_allowed)
{
	struct html_inline *line = &paragraphs->line;
	struct text text = piece_text(paragraphs, piece);

	switch ((enum docx_piece_kind)piece->kind) {
	case DOCX_PIECE_BREAK: html_inline_due(line, HTML_DUE_LINE); break;
	case DOCX_PIECE_IMAGE: {
		struct text target = target_at(paragraphs, piece->number);
		if (target.bytes > 0)
			html_inline_image(line, text, target);
		else
			html_inline_text(line, text);
		break;
	}
	case DOCX_PIECE_NOTE: {
		char mark[24];
		int bytes = snprintf(mark, sizeof(mark), "[^%u]", piece->number);
		html_inline_raw(line, (struct text){ mark, (size_t)bytes });
		break;
	}
	default: {
		bool code = code_allowed && (piece->looks & DOCX_MONO);
		if (code)
			html_inline_code_open(line);
		html_inline_text(line, text);
		if (code)
			html_inline_code_close(line);
		break;
	}
	}
}

/* What all pieces of the link that begins here have in common: it goes round the link. */
static uint8_t looks_of_link(const struct docx_piece *pieces, size_t count)
{
	uint8_t common = (uint8_t)~DOCX_MONO;

	for (size_t i = 0; i < count && pieces[i].link == pieces[0].link && pieces[0].link > 0; i++)
		common &= pieces[i].looks;
	return pieces[0].link > 0 ? common : 0;
}

static struct text write_inline(struct docx_paragraphs *paragraphs, const struct docx_making *making, size_t skip_bytes)
{
	struct html_inline *line = &paragraphs->line;
	const struct docx_piece *pieces = pieces_of(paragraphs, making->first);
	uint8_t looks = 0;
	uint32_t link = 0;
	bool heading = making->block.kind == DOCX_BLOCK_HEADING;

	line->without_strong = heading || (paragraphs->header_row && paragraphs->cell_depth > 0 && making->all_bold);
	if (paragraphs->label.bytes > 0 && making->block.kind != DOCX_BLOCK_ITEM) {
		html_inline_text(line, buffer_view(&paragraphs->label));
		html_inline_due(line, HTML_DUE_SPACE);
	}
	for (size_t i = 0; i < making->count; i++) {
		struct docx_piece piece = pieces[i];
		if (heading && making->all_italic)
			piece.looks &= (uint8_t)~DOCX_ITALIC;
		size_t skipped = piece.kind == DOCX_PIECE_TEXT ? size_min(skip_bytes, piece.bytes) : 0;
		piece.start += skipped;
		piece.bytes -= skipped;
		skip_bytes -= skipped;
		if (piece.link != link) {
			if (link)
				html_inline_link_close(line);
			link = piece.link;
			set_marks(line, looks_of_link(pieces + i, making->count - i), &looks);
			if (link)
				html_inline_link_open(line, target_at(paragraphs, link));
		}
		set_marks(line, piece.looks & (uint8_t)~DOCX_MONO, &looks);
		write_piece(paragraphs, &piece, !heading);
	}
	if (link)
		html_inline_link_close(line);
	set_marks(line, 0, &looks);
	struct text text = html_inline_take(line);
	line->without_strong = false;
	return text;
}

/* The text alone, line breaks as they are: code, markers, titles. */
static struct text collect_plain(struct docx_paragraphs *paragraphs, const struct docx_making *making, char line_break)
{
	const struct docx_piece *pieces = pieces_of(paragraphs, making->first);

	buffer_clear(&paragraphs->plain);
	for (size_t i = 0; i < making->count; i++) {
		if (pieces[i].kind == DOCX_PIECE_BREAK)
			buffer_append_byte(&paragraphs->plain, line_break);
		else if (pieces[i].kind == DOCX_PIECE_TEXT || pieces[i].kind == DOCX_PIECE_EQUATION)
			buffer_append_text(&paragraphs->plain, piece_text(paragraphs, &pieces[i]));
	}
	return buffer_view(&paragraphs->plain);
}

/* --- markers that are written in the text ---------------------------------------------------------------------- */

/* A paragraph that begins with its own marker becomes an item. Returns how many bytes of text the marker and the blanks take. */
static size_t take_marker(struct docx_making *making, struct text plain, bool in_cell)
{
	bool marked = making->style->meaning == DOCX_MEANS_MARKED;
	struct docx_marker marker = docx_marker_read(plain, marked, !in_cell && !making->all_bold); /* bold: a heading that was typed */

	if (!marked && marker.bytes == 0)
		return 0;
	making->block.kind = DOCX_BLOCK_ITEM;
	making->block.level = marked ? making->style->level : 0;
	making->block.ordered = marker.ordered;
	making->block.number = marker.number;
	return marker.bytes;
}

/* --- an abbreviation: "AMF<tab>Access and Mobility Management Function" ----------------------------------------- */

/* Its first `bytes` bytes of text, strong, with what is raised or lowered in it. */
static void write_term(struct docx_paragraphs *paragraphs, const struct docx_making *making, size_t bytes)
{
	const struct docx_piece *pieces = pieces_of(paragraphs, making->first);
	uint8_t looks = 0;

	html_inline_mark(&paragraphs->line, HTML_MARK_STRONG);
	for (size_t i = 0; i < making->count && bytes > 0; i++) {
		if (pieces[i].kind == DOCX_PIECE_BREAK)
			bytes--;
		if (pieces[i].kind != DOCX_PIECE_TEXT && pieces[i].kind != DOCX_PIECE_EQUATION)
			continue;
		struct text text = text_slice(piece_text(paragraphs, &pieces[i]), 0, size_min(bytes, pieces[i].bytes));
		set_marks(&paragraphs->line, pieces[i].looks & (DOCX_SUB | DOCX_SUP), &looks);
		html_inline_text(&paragraphs->line, text);
		bytes -= text.bytes;
	}
	set_marks(&paragraphs->line, 0, &looks);
	html_inline_unmark(&paragraphs->line, HTML_MARK_STRONG);
}

static bool write_abbreviation(struct docx_paragraphs *paragraphs, struct docx_making *making, struct text plain)
{
	const char *tab = plain.bytes ? memchr(plain.data, '\t', plain.bytes) : NULL;

	if (!tab || text_trim(text_slice(plain, 0, (size_t)(tab - plain.data))).bytes == 0)
		return false;
	size_t term_bytes = (size_t)(tab - plain.data);
	buffer_clear(&paragraphs->label);
	write_term(paragraphs, making, term_bytes);
	paragraphs->line.due = HTML_DUE_NOTHING;
	html_inline_raw(&paragraphs->line, TEXT_LITERAL(":"));
	html_inline_due(&paragraphs->line, HTML_DUE_SPACE);
	making->block.kind = DOCX_BLOCK_ITEM;
	struct text text = write_inline(paragraphs, making, term_bytes + docx_blanks_at(plain, term_bytes));
	docx_out_block(paragraphs->out, &making->block, text);
	return true;
}

/* --- the block ------------------------------------------------------------------------------------------------- */

static void keep_title(struct docx_paragraphs *paragraphs, const struct docx_making *making)
{
	bool title = making->style->meaning == DOCX_MEANS_TITLE;

	paragraphs->cover_over |= !title;
	if (paragraphs->has_title || (!title && (making->block.level > 1 || paragraphs->title.bytes > 0)))
		return;
	struct text plain = collect_plain(paragraphs, making, ' ');
	if (plain.bytes > TITLE_BYTES_MAX)
		return;
	buffer_clear(&paragraphs->title);
	html_collapse(&paragraphs->title, docx_without_pilcrow(plain));
	paragraphs->has_title = title;
}

static void keep_cover(struct docx_paragraphs *paragraphs, const struct docx_making *making)
{
	if (paragraphs->cover_over || paragraphs->cover.bytes > COVER_BYTES_MAX)
		return;
	html_collapse(&paragraphs->cover, collect_plain(paragraphs, making, ' '));
	buffer_append_byte(&paragraphs->cover, '\n');
}

static void emit(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph, const struct docx_block *block, struct text text)
{
	if (paragraph->place > 0)
		docx_out_fill(paragraphs->out, paragraph->place - 1, block, text);
	else
		docx_out_block(paragraphs->out, block, text);
}

static void make_heading(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph, struct docx_making *making)
{
	bool contents = paragraph->place == 0 && paragraphs->label.bytes == 0 && clean_is_contents_title(collect_plain(paragraphs, making, ' '));

	if (paragraphs->cell_depth == 0 && !contents)
		keep_title(paragraphs, making);
	struct text text = docx_without_pilcrow(write_inline(paragraphs, making, 0));
	if (contents)
		docx_out_hold_title(paragraphs->out, making->block.level, text);
	else
		emit(paragraphs, paragraph, &making->block, text);
}

static void make_text(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph, struct docx_making *making)
{
	size_t skip_bytes = 0;

	if (making->block.kind == DOCX_BLOCK_PARAGRAPH && !making->numbered) {
		struct text plain = collect_plain(paragraphs, making, '\n');
		if (paragraph->place == 0 && paragraphs->cell_depth == 0 && clean_is_contents_title(plain)) {
			docx_out_hold_title(paragraphs->out, 0, write_inline(paragraphs, making, 0));
			return;
		}
		if (making->style->meaning == DOCX_MEANS_ABBREVIATION && paragraph->place == 0 && write_abbreviation(paragraphs, making, plain))
			return;
		skip_bytes = take_marker(making, plain, paragraphs->cell_depth > 0);
		if (making->block.kind == DOCX_BLOCK_PARAGRAPH && docx_is_reference(plain))
			making->block.indent = DOCX_INDENT_UNSET;
	}
	struct text text = write_inline(paragraphs, making, skip_bytes);
	struct docx_out *out = paragraphs->out;
	size_t before = out->writer->out->bytes;
	emit(paragraphs, paragraph, &making->block, text);
	bool plain = making->block.kind == DOCX_BLOCK_PARAGRAPH && out->list_count == 0;
	bool item = making->block.kind == DOCX_BLOCK_ITEM && making->block.ordered && making->numbered && out->list_count == 1;
	if ((plain || item) && out->recording == 0)
		docx_typed_end(&paragraphs->typed, buffer_view(&paragraphs->label), text, out->writer->out, before);
}

static void make_block(struct docx_paragraphs *paragraphs, const struct docx_paragraph *paragraph)
{
	struct docx_making making = { .first = paragraph->first_piece, .count = piece_count(paragraphs) - paragraph->first_piece };

	making.style = paragraph->style > 0 ? docx_style_at(paragraphs->styles, paragraph->style - 1) : docx_style(paragraphs->styles, TEXT_LITERAL(""), true);
	enum docx_meaning meaning = (enum docx_meaning)making.style->meaning;
	if (paragraph->outline == DOCX_UNSET && (meaning == DOCX_MEANS_CONTENTS || meaning == DOCX_MEANS_CONTENTS_TITLE)) {
		docx_out_contents(paragraphs->out);
		return;
	}
	look_at_pieces(paragraphs, &making);
	if (!paragraph->mark_hidden || making.has_text)
		count_number(paragraphs, paragraph, &making);
	decide(paragraphs, paragraph, &making);
	if (making.block.kind == DOCX_BLOCK_CODE) {
		buffer_clear(&paragraphs->label);
		emit(paragraphs, paragraph, &making.block, collect_plain(paragraphs, &making, '\n'));
		return;
	}
	if (!making.has_text)
		return;
	keep_cover(paragraphs, &making);
	if (making.block.kind == DOCX_BLOCK_HEADING)
		make_heading(paragraphs, paragraph, &making);
	else
		make_text(paragraphs, paragraph, &making);
}

static void close_now(struct docx_paragraphs *paragraphs)
{
	struct docx_paragraph *now = docx_paragraph_now(paragraphs);

	settle(paragraphs);
	if (docx_paragraphs_status(paragraphs) == 0)
		make_block(paragraphs, now);
	docx_typed_skip(&paragraphs->typed);
	if (now->place > 0)
		docx_out_play(paragraphs->out);
	buffer_truncate(&paragraphs->pieces, size_min(now->first_piece * sizeof(struct docx_piece), paragraphs->pieces.bytes));
	buffer_truncate(&paragraphs->text, size_min(now->first_text, paragraphs->text.bytes));
	paragraphs->depth--;
}

void docx_paragraph_close(struct docx_paragraphs *paragraphs)
{
	struct docx_paragraph *now = docx_paragraph_now(paragraphs);
	if (now && now->mark_deleted)
		now->pending = true;
	else if (now)
		close_now(paragraphs);
}

void docx_paragraph_end(struct docx_paragraphs *paragraphs)
{
	struct docx_paragraph *now = docx_paragraph_now(paragraphs);
	if (now && now->pending)
		close_now(paragraphs);
}
