/* docx_symbol.h: characters of symbol fonts (Symbol, Wingdings) as Unicode. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_SYMBOL_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_SYMBOL_H

#include "base/text.h"

#include <stdint.h>

enum docx_symbol_font { DOCX_FONT_TEXT, DOCX_FONT_SYMBOL, DOCX_FONT_WINGDINGS, DOCX_FONT_WINGDINGS_2, DOCX_FONT_WINGDINGS_3, DOCX_FONT_WEBDINGS };

enum docx_symbol_font docx_symbol_font(struct text name);
/* `code`: as in the font, 0x20–0xFF or 0xF020–0xF0FF. A sign that is not known becomes a bullet; others outside the range come back as they are. */
uint32_t docx_symbol_unicode(enum docx_symbol_font font, uint32_t code);

#endif
