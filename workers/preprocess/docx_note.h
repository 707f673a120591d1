/* docx_note.h: footnotes and endnotes: read before the main part, numbered as it refers to them, written behind it. */
#ifndef DOCRING_WORKERS_PREPROCESS_DOCX_NOTE_H
#define DOCRING_WORKERS_PREPROCESS_DOCX_NOTE_H

#include "workers/preprocess/docx_body.h"

/* `kind`: 'f' footnote, 'e' endnote. */
void docx_note_refer(struct docx_body *body, char kind, const struct docx_attributes *attributes);
void docx_note_begin(struct docx_body *body, struct docx_xml *xml, const struct docx_attributes *attributes);
void docx_note_end(struct docx_body *body, struct docx_xml *xml);
/* Writes the notes that were referred to. */
int docx_notes_write(struct docx_body *body) WARN_UNUSED;

#endif
