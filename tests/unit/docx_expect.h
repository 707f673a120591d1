/* docx_expect.h: XML of WordprocessingML in short, and what a DOCX made of it is converted to or refused with. */
#ifndef DOCRING_TESTS_UNIT_DOCX_EXPECT_H
#define DOCRING_TESTS_UNIT_DOCX_EXPECT_H

#include "tests/unit/convert_support.h"
#include "tests/unit/docx_fixture.h"

#define P(text) "<w:p><w:r><w:t>" text "</w:t></w:r></w:p>"
#define STYLED(style, text) "<w:p><w:pPr><w:pStyle w:val=\"" style "\"/></w:pPr><w:r><w:t>" text "</w:t></w:r></w:p>"
#define ITEM(list, level, text) "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"" level "\"/><w:numId w:val=\"" list "\"/></w:numPr></w:pPr><w:r><w:t>" text "</w:t></w:r></w:p>"
#define STYLE(id, name, more) "<w:style w:type=\"paragraph\" w:styleId=\"" id "\"><w:name w:val=\"" name "\"/>" more "</w:style>"
#define CELL(text) "<w:tc>" P(text) "</w:tc>"
#define ROW(cells) "<w:tr>" cells "</w:tr>"
#define TABLE(rows) "<w:tbl>" rows "</w:tbl>"
#define CHAR(type) "<w:r><w:fldChar w:fldCharType=\"" type "\"/></w:r>"
#define INSTRUCTION(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"
#define RUN(text) "<w:r><w:t xml:space=\"preserve\">" text "</w:t></w:r>"
#define LOOKS(looks, text) "<w:r><w:rPr>" looks "</w:rPr><w:t xml:space=\"preserve\">" text "</w:t></w:r>"

/* The whole Markdown of the fixture; the invariants of every converter's output are checked too. */
void docx_expect(const struct docx_fixture *fixture, const char *expected);

/* The conversion ends with `code`, and its reason has `words`. */
void docx_expect_refused(struct text data, int code, const char *words);

#endif
