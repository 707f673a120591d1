/* csv_reader.h: records and cells of delimited text, one pass, no copies: a cell is a slice of the text.
 *
 * Lenient where files in the field are: a quote that is never closed, or that has text behind it, is an ordinary character;
 * rows may be of any length. The text has "\n" line ends and outlives the reader. Pure. */
#ifndef DOCRING_WORKERS_PREPROCESS_CSV_READER_H
#define DOCRING_WORKERS_PREPROCESS_CSV_READER_H

#include "base/text.h"

enum {
	CSV_COLUMNS_MAX = 16384,             /* the cells behind it stay in the last one */
	CSV_QUOTED_BYTES_MAX = 4 << 20,      /* a quoted cell longer than this was not meant to be one */
	CSV_UNCLOSED_QUOTES_MAX = 16,        /* after so many, the file's quotes are ordinary characters */
};

struct csv_dialect {
	char delimiter;
	char quote;     /* \0: the usual one, " */
	bool backslash; /* inside quotes, \" is a quote and \\ a backslash */
	bool escaped;   /* outside quotes, \ before a delimiter makes it an ordinary character */
	bool runs;      /* several delimiters in a row are one, and none at the edges of a line */
};

static inline char csv_quote(struct csv_dialect dialect)
{
	return dialect.quote ? dialect.quote : '"';
}

struct csv_cell {
	struct text raw; /* without the enclosing quotes, blanks around it cut */
	bool quoted;     /* raw may hold doubled or escaped quotes and line breaks */
};

struct csv_reader {
	struct text text;
	size_t position;
	struct csv_dialect dialect;
	unsigned unclosed_count;
	struct csv_cell *cells; /* of the record read last */
	size_t cell_count;
};

/* 0 or -ENOMEM. Release with csv_reader_done. */
int csv_reader_init(struct csv_reader *reader, struct text text, struct csv_dialect dialect) __attribute__((warn_unused_result));
void csv_reader_done(struct csv_reader *reader);
void csv_reader_seek(struct csv_reader *reader, size_t position);

/* The next record that has a cell with something in it. False at the end. */
bool csv_reader_next(struct csv_reader *reader);

#endif
