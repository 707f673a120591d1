/* record.c: see record.h. A connection of its own to the run database; the coordinator's commits and those of other workers wait for
 * each other inside SQLite, for as long as a group of rows takes. What was put comes to the table in groups; until then it is in a log
 * (record_log.h). Which keys the table may have is remembered in a filter, so that most look-ups for what is not there need no transaction. */
#include "workers/model/record.h"

#include "base/clock.h"
#include "base/number.h"
#include "workers/model/record_log.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY /* for a state on the stack */
#include <xxhash.h>

enum {
	BUSY_TIMEOUT_MS = 30000,
	LOG_ROWS_MAX = 128,            /* then they are folded into the table, */
	LOG_FOLD_BYTES = 1 << 20,      /* or then, */
	FILTER_WORDS = 8,              /* of a block: a line of the processor's cache, so that a key costs one visit to memory */
	FILTER_PROBES = 4,             /* bits of a key, all in its block */
	FILTER_BLOCK_KEYS = 32,        /* on average, when it is full: of a million keys that are not there, 4,000 are looked for in vain */
	FILTER_BLOCKS_MIN = 1 << 10,   /* 64 KiB, for 32,768 keys, */
	FILTER_BLOCKS_MAX = 1 << 18,   /* to 16 MiB, for 8 million */
};
#define LOG_AGE_NS (1ull * 1000000000) /* or with the next row after that time */

enum statement { SQL_LOOK_UP, SQL_DOCUMENT, SQL_PUT, SQL_ACCOUNTS, SQL_LAST, SQL_KEYS, SQL_NEW_KEYS, SQL_BEGIN, SQL_COMMIT, SQL_COUNT };

/* The log is folded in when it has 16 MiB, or when the coordinator commits: the pages at the head of an index then go to the file once for many calls. */
static const char opening_text[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;";
static const char schema_text[] =
	"CREATE TABLE IF NOT EXISTS calls("
	" key BLOB PRIMARY KEY, model TEXT NOT NULL, family TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,"
	" reply TEXT NOT NULL, thinking TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,"
	" cached_tokens INTEGER NOT NULL, duration_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, rung INTEGER NOT NULL,"
	" answered_s INTEGER NOT NULL, document BLOB, place TEXT NOT NULL, asked_under INTEGER NOT NULL DEFAULT 0, process INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX IF NOT EXISTS calls_of_documents ON calls(document, place) WHERE document IS NOT NULL;";

#define ROW_COLUMNS "model, family, outcome, reason, reply, thinking, prompt_tokens, completion_tokens, cached_tokens, duration_ms, attempts, rung, document, place, asked_under, process"

static const char *const statement_texts[SQL_COUNT] = {
	[SQL_LOOK_UP] = "SELECT " ROW_COLUMNS " FROM calls WHERE key = ?1",
	[SQL_DOCUMENT] = "SELECT " ROW_COLUMNS " FROM calls WHERE document = ?1 ORDER BY place, outcome = 'usable' DESC, answered_s DESC, key",
	[SQL_PUT] = "INSERT INTO calls(key, model, family, outcome, reason, reply, thinking, prompt_tokens, completion_tokens, cached_tokens, duration_ms,"
		    " attempts, rung, answered_s, document, place, asked_under, process)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
		    " ON CONFLICT(key) DO UPDATE SET model = excluded.model, family = excluded.family, outcome = excluded.outcome, reason = excluded.reason,"
		    " reply = excluded.reply, thinking = excluded.thinking, prompt_tokens = excluded.prompt_tokens,"
		    " completion_tokens = excluded.completion_tokens, cached_tokens = excluded.cached_tokens, duration_ms = excluded.duration_ms,"
		    " attempts = excluded.attempts, rung = excluded.rung, answered_s = excluded.answered_s,"
		    " document = excluded.document, place = excluded.place, asked_under = excluded.asked_under, process = excluded.process"
		    " WHERE excluded.outcome = 'usable' OR (calls.outcome <> 'usable' AND (excluded.outcome <> 'refused' OR calls.outcome = 'refused'"
		    " OR calls.asked_under <> excluded.asked_under))",
	[SQL_ACCOUNTS] = "SELECT model, family, count(*), sum(outcome = 'usable'), sum(outcome = 'usable' AND rung > 0), sum(max(prompt_tokens, 0)),"
			 " sum(max(completion_tokens, 0)), sum(max(cached_tokens, 0)), sum(duration_ms) FROM calls GROUP BY model, family"
			 " ORDER BY model, family",
	[SQL_LAST] = "SELECT max(rowid) FROM calls",
	[SQL_KEYS] = "SELECT 0, key FROM calls",
	[SQL_NEW_KEYS] = "SELECT rowid, key FROM calls WHERE rowid > ?1",
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
};

/* Which keys the table or the log may have. It grows with them. */
struct record_filter {
	uint64_t (*blocks)[FILTER_WORDS];
	size_t block_count, keys; /* block_count: a power of two; keys: no fewer than it has */
};

struct record {
	sqlite3 *database;
	char *path;
	sqlite3_stmt *statements[SQL_COUNT];
	sqlite3_stmt *current; /* whose row the caller still reads */
	struct record_log *log;
	uint32_t log_rows;
	uint64_t log_since_ns; /* its first row */
	struct record_filter filter;
	int64_t last_row;      /* those after it are not in the filter */
	uint64_t run, process;
};

static int fail(struct record *record, struct error_text *error)
{
	int code = record->database ? sqlite3_extended_errcode(record->database) : SQLITE_NOMEM;
	int status = (code & 0xFF) == SQLITE_FULL ? -ENOSPC : (code & 0xFF) == SQLITE_NOMEM ? -ENOMEM : -EIO;

	return error_set(error, status, "%s: %s", record->path, record->database ? sqlite3_errmsg(record->database) : "out of memory");
}

/* Each part with its length, so that no two questions look alike. */
struct record_key record_key_of(const struct record_question *question)
{
	struct text parts[] = { text_from(question->model), text_from(question->api), text_from(question->format), text_from(question->thinking),
				question->system, question->prompt, question->schema };
	const uint64_t counts[] = { question->max_tokens, question->seed, question->context_tokens };
	struct record_key key = { { 0 } };
	XXH3_state_t state;
	char numbers[(1 + COUNT_OF(counts)) * (NUMBER_BYTES_MAX + 1)];
	size_t bytes = number_write_fixed(question->temperature, 4, numbers);

	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		numbers[bytes++] = ' ';
		bytes += number_write_unsigned(counts[i], numbers + bytes);
	}
	XXH3_INITSTATE(&state);
	XXH3_128bits_reset(&state);
	XXH3_128bits_update(&state, numbers, bytes);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		uint64_t length = parts[i].bytes;
		XXH3_128bits_update(&state, &length, sizeof(length));
		XXH3_128bits_update(&state, parts[i].bytes ? parts[i].data : "", parts[i].bytes);
	}
	XXH128_canonical_t canonical;
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
	_Static_assert(sizeof(canonical) == sizeof(key), "16 bytes");
	memcpy(key.bytes, &canonical, sizeof(key.bytes));
	return key;
}

/* --- a table of another version -------------------------------------------------------------------------------------- */

static const struct { const char *name, *type; } columns[] = { /* those that a table may lack and be given */
	{ "thinking", "TEXT NOT NULL DEFAULT ''" }, { "prompt_tokens", "INTEGER NOT NULL DEFAULT -1" }, { "completion_tokens", "INTEGER NOT NULL DEFAULT -1" },
	{ "cached_tokens", "INTEGER NOT NULL DEFAULT -1" }, { "duration_ms", "INTEGER NOT NULL DEFAULT 0" }, { "attempts", "INTEGER NOT NULL DEFAULT 1" },
	{ "rung", "INTEGER NOT NULL DEFAULT 0" }, { "answered_s", "INTEGER NOT NULL DEFAULT 0" }, { "document", "BLOB" }, { "place", "TEXT NOT NULL DEFAULT ''" },
	{ "asked_under", "INTEGER NOT NULL DEFAULT 0" }, { "process", "INTEGER NOT NULL DEFAULT 0" },
};

static bool has_column(sqlite3 *database, const char *name)
{
	return sqlite3_table_column_metadata(database, NULL, "calls", name, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

/* Can rows be put into it: every column that needs a value is one that we know? */
static bool takes_our_rows(sqlite3 *database)
{
	static const char sql[] = "SELECT count(*) FROM pragma_table_info('calls') WHERE \"notnull\" AND dflt_value IS NULL AND name NOT IN ('key', 'model',"
				  " 'family', 'outcome', 'reason', 'reply', 'thinking', 'prompt_tokens', 'completion_tokens', 'cached_tokens', 'duration_ms',"
				  " 'attempts', 'rung', 'answered_s', 'document', 'place', 'asked_under', 'process')";
	static const char *const needed[] = { "key", "model", "family", "outcome", "reason", "reply" };
	sqlite3_stmt *rows = NULL;
	int primary = 0;
	bool fine = sqlite3_prepare_v2(database, sql, -1, &rows, NULL) == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW && sqlite3_column_int(rows, 0) == 0;

	sqlite3_finalize(rows);
	for (size_t i = 0; i < COUNT_OF(needed); i++)
		fine = fine && has_column(database, needed[i]);
	return fine && sqlite3_table_column_metadata(database, NULL, "calls", "key", NULL, NULL, NULL, &primary, NULL) == SQLITE_OK && primary;
}

/* The table of another version is given the columns that it lacks, or is put aside under another name when that is not enough: its replies are then asked
 * for again. Within a transaction. 0, 1 when it was put aside, or -1. */
static int adopt_table(sqlite3 *database)
{
	char sql[200];

	if (!has_column(database, NULL))
		return 0;
	if (!takes_our_rows(database))
		return sqlite3_exec(database, "DROP INDEX IF EXISTS calls_of_documents; DROP TABLE IF EXISTS calls_of_another_version;"
				    "ALTER TABLE calls RENAME TO calls_of_another_version;", NULL, NULL, NULL) == SQLITE_OK ? 1 : -1;
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		snprintf(sql, sizeof(sql), "ALTER TABLE calls ADD COLUMN %s %s", columns[i].name, columns[i].type);
		if (!has_column(database, columns[i].name) && sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
			return -1;
	}
	return 0;
}

static int make_tables(struct record *record, struct error_text *error)
{
	int adopted = -1;
	bool fine = sqlite3_exec(record->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK && (adopted = adopt_table(record->database)) >= 0 &&
		    sqlite3_exec(record->database, schema_text, NULL, NULL, NULL) == SQLITE_OK;

	if (!fine || sqlite3_exec(record->database, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return fail(record, error);
	if (adopted == 1)
		error_set(error, 0, "%s: its record of model calls is of another version of docring; it was put aside (table calls_of_another_version), and the "
			  "questions are asked again", record->path);
	return adopted;
}

/* Of the row that was read last: a read that stays open would keep the write-ahead log from being folded in. */
static void let_go(struct record *record)
{
	if (record->current)
		sqlite3_reset(record->current);
	record->current = NULL;
}

static sqlite3_stmt *begin(struct record *record, enum statement which)
{
	let_go(record);
	sqlite3_stmt *statement = record->statements[which];
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return statement;
}

static struct text column_text(sqlite3_stmt *statement, int column)
{
	const char *data = (const char *)sqlite3_column_text(statement, column);
	return (struct text){ data ? data : "", data ? (size_t)sqlite3_column_bytes(statement, column) : 0 };
}

static const char *column_string(sqlite3_stmt *statement, int column)
{
	return column_text(statement, column).data;
}

static struct record_row read_row(sqlite3_stmt *statement)
{
	struct record_row row = {
		.model = column_string(statement, 0), .family = column_string(statement, 1), .outcome = column_string(statement, 2),
		.reason = column_string(statement, 3), .reply = column_text(statement, 4), .thinking = column_text(statement, 5),
		.prompt_tokens = sqlite3_column_int64(statement, 6), .completion_tokens = sqlite3_column_int64(statement, 7),
		.cached_tokens = sqlite3_column_int64(statement, 8), .duration_ms = sqlite3_column_int64(statement, 9),
		.attempts = sqlite3_column_int64(statement, 10), .rung = sqlite3_column_int64(statement, 11),
		.place = column_string(statement, 13), .asked_under = (uint64_t)sqlite3_column_int64(statement, 14),
		.process = (uint64_t)sqlite3_column_int64(statement, 15),
	};
	if (sqlite3_column_bytes(statement, 12) == (int)sizeof(row.document.bytes))
		memcpy(row.document.bytes, sqlite3_column_blob(statement, 12), sizeof(row.document.bytes));
	return row;
}

/* --- the filter ------------------------------------------------------------------------------------------------------ */

/* All bits cleared. False: out of memory, and as it was. */
static bool filter_make(struct record_filter *filter, size_t block_count)
{
	uint64_t (*blocks)[FILTER_WORDS] = aligned_alloc(sizeof(*blocks), block_count * sizeof(*blocks));

	if (!blocks)
		return false;
	memset(blocks, 0, block_count * sizeof(*blocks));
	free(filter->blocks);
	*filter = (struct record_filter){ .blocks = blocks, .block_count = block_count };
	return true;
}

/* The block of a key, and its bits there. A key is a hash: its parts are as good as hashes of it. */
static uint64_t *filter_block(const struct record_filter *filter, struct record_key key, uint64_t ret_bits[FILTER_WORDS])
{
	uint64_t parts[2];

	memcpy(parts, key.bytes, sizeof(parts));
	memset(ret_bits, 0, FILTER_WORDS * sizeof(*ret_bits));
	for (int i = 0; i < FILTER_PROBES; i++, parts[1] >>= 9)
		ret_bits[parts[1] / 64 % FILTER_WORDS] |= 1ull << parts[1] % 64;
	return filter->blocks[parts[0] & (filter->block_count - 1)];
}

static void filter_add(struct record_filter *filter, struct record_key key)
{
	uint64_t bits[FILTER_WORDS], *block = filter_block(filter, key, bits);

	for (int i = 0; i < FILTER_WORDS; i++)
		block[i] |= bits[i];
	filter->keys++;
}

static bool filter_may_have(const struct record_filter *filter, struct record_key key)
{
	uint64_t bits[FILTER_WORDS], *block = filter_block(filter, key, bits);

	for (int i = 0; i < FILTER_WORDS; i++)
		if ((block[i] & bits[i]) != bits[i])
			return false;
	return true;
}

/* Rows of a number and a key. */
static int add_keys(struct record *record, enum statement which, struct error_text *error)
{
	sqlite3_stmt *statement = begin(record, which);
	struct record_key key;
	int code;

	if (which == SQL_NEW_KEYS)
		(void)sqlite3_bind_int64(statement, 1, record->last_row);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(statement, 1);
		if (sqlite3_column_bytes(statement, 1) == (int)sizeof(key.bytes)) {
			memcpy(key.bytes, bytes, sizeof(key.bytes));
			filter_add(&record->filter, key);
		}
		if (which == SQL_NEW_KEYS)
			record->last_row = sqlite3_column_int64(statement, 0);
	}
	int status = code == SQLITE_DONE ? 0 : fail(record, error);
	sqlite3_reset(statement);
	return status;
}

/* With all keys of the table, from its index alone, and room for as many again. The log is empty. Without memory an old filter does, with more look-ups
 * in vain. */
static int fill_filter(struct record *record, struct error_text *error)
{
	sqlite3_stmt *statement = begin(record, SQL_LAST);
	size_t block_count = FILTER_BLOCKS_MIN;

	if (sqlite3_step(statement) != SQLITE_ROW)
		return fail(record, error);
	int64_t last_row = sqlite3_column_int64(statement, 0); /* no fewer than there are rows */
	sqlite3_reset(statement);
	while (block_count < FILTER_BLOCKS_MAX && (int64_t)(block_count * FILTER_BLOCK_KEYS) < 2 * last_row)
		block_count *= 2;
	if (!filter_make(&record->filter, block_count))
		return record->filter.blocks ? 0 : error_set(error, -ENOMEM, "out of memory");
	record->last_row = last_row;
	return add_keys(record, SQL_KEYS, error);
}

/* What other processes put into the table; and a larger filter when this one is full. The log is empty. */
static int learn_keys(struct record *record, struct error_text *error)
{
	const struct record_filter *filter = &record->filter;
	int status = add_keys(record, SQL_NEW_KEYS, error);
	bool full = filter->block_count < FILTER_BLOCKS_MAX && filter->keys > filter->block_count * FILTER_BLOCK_KEYS;

	return status == 0 && full ? fill_filter(record, error) : status;
}

/* --- putting and reading ---------------------------------------------------------------------------------------------- */

/* `key`: of a call or of a document. */
static bool log_has(const struct record *record, struct record_key key)
{
	struct text entries = record_log_view(record->log);
	struct record_log_entry entry;

	while (record_log_next(&entries, &entry))
		if (memcmp(&entry.key, &key, sizeof(key)) == 0 || memcmp(&entry.row.document, &key, sizeof(key)) == 0)
			return true;
	return false;
}

static int fold(void *context, struct text entries, struct error_text *error);

int record_flush(struct record *record, struct error_text *error)
{
	if (record->log_rows == 0)
		return 0;
	int status = fold(record, record_log_view(record->log), error);
	if (status < 0)
		return status;
	record->log_rows = 0;
	status = record_log_clear(record->log, error);
	return status < 0 ? status : learn_keys(record, error);
}

/* What processes that are gone had not brought to the table, and what others did since. */
static int take_over(struct record *record, struct error_text *error)
{
	int status = record_log_adopt(record->path, fold, record, error);
	return status < 0 ? status : add_keys(record, SQL_NEW_KEYS, error);
}

int record_look_up(struct record *record, struct record_key key, struct record_row *ret_row, struct error_text *error)
{
	let_go(record);
	if (!filter_may_have(&record->filter, key))
		return 0;
	int flushed = log_has(record, key) ? record_flush(record, error) : 0;
	if (flushed < 0)
		return flushed;
	sqlite3_stmt *statement = begin(record, SQL_LOOK_UP);
	if (sqlite3_bind_blob(statement, 1, key.bytes, sizeof(key.bytes), SQLITE_TRANSIENT) != SQLITE_OK)
		return fail(record, error);
	int code = sqlite3_step(statement);
	if (code != SQLITE_ROW) {
		int status = code == SQLITE_DONE ? 0 : fail(record, error);
		sqlite3_reset(statement);
		return status;
	}
	*ret_row = read_row(statement);
	record->current = statement;
	return 1;
}

/* Borrowed until the statement is reset, which its caller does. */
static void bind_text(sqlite3_stmt *statement, int index, struct text value)
{
	/* An out-of-memory here shows at the step: NOT NULL refuses the missing value. */
	(void)sqlite3_bind_text64(statement, index, value.bytes ? value.data : "", value.bytes, SQLITE_STATIC, SQLITE_UTF8);
}

static int put_row(struct record *record, const struct record_log_entry *entry, struct error_text *error)
{
	sqlite3_stmt *statement = begin(record, SQL_PUT);
	const struct record_row *row = &entry->row;
	const struct text texts[] = { text_from(row->model), text_from(row->family), text_from(row->outcome), text_from(row->reason), row->reply, row->thinking };
	const int64_t numbers[] = { row->prompt_tokens, row->completion_tokens, row->cached_tokens, row->duration_ms, row->attempts, row->rung,
				    entry->answered_s };

	(void)sqlite3_bind_blob(statement, 1, entry->key.bytes, sizeof(entry->key.bytes), SQLITE_STATIC);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		bind_text(statement, 2 + (int)i, texts[i]);
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		(void)sqlite3_bind_int64(statement, 8 + (int)i, numbers[i]);
	if (memcmp(&row->document, &(struct record_key){ { 0 } }, sizeof(row->document)) != 0)
		(void)sqlite3_bind_blob(statement, 15, row->document.bytes, sizeof(row->document.bytes), SQLITE_STATIC);
	bind_text(statement, 16, text_from(row->place));
	(void)sqlite3_bind_int64(statement, 17, (int64_t)row->asked_under);
	(void)sqlite3_bind_int64(statement, 18, (int64_t)row->process);
	int status = sqlite3_step(statement) == SQLITE_DONE ? 0 : fail(record, error);
	sqlite3_reset(statement);
	return status;
}

static int run(struct record *record, enum statement which, struct error_text *error)
{
	sqlite3_stmt *statement = begin(record, which);
	int status = sqlite3_step(statement) == SQLITE_DONE ? 0 : fail(record, error);

	sqlite3_reset(statement);
	return status;
}

/* All of them or none; a second time it changes nothing. */
static int fold(void *context, struct text entries, struct error_text *error)
{
	struct record *record = context;
	struct record_log_entry entry;

	if (entries.bytes == 0)
		return 0;
	int status = run(record, SQL_BEGIN, error);
	if (status < 0)
		return status;
	while (status == 0 && record_log_next(&entries, &entry))
		status = put_row(record, &entry, error);
	if (status == 0)
		status = run(record, SQL_COMMIT, error);
	if (status < 0)
		(void)sqlite3_exec(record->database, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

int record_put(struct record *record, struct record_key key, const struct record_row *row, struct error_text *error)
{
	struct record_log_entry entry = { .key = key, .row = *row, .answered_s = clock_realtime_s() };
	uint64_t now_ns = clock_monotonic_ns();

	let_go(record);
	entry.row.process = record->process;
	int status = record_log_append(record->log, &entry, error);

	if (status < 0)
		return status;
	filter_add(&record->filter, key);
	if (record->log_rows++ == 0)
		record->log_since_ns = now_ns;
	bool full = record->log_rows == LOG_ROWS_MAX || record_log_view(record->log).bytes >= LOG_FOLD_BYTES || now_ns - record->log_since_ns >= LOG_AGE_NS;
	return full ? record_flush(record, error) : 0;
}

int record_of_document(struct record *record, struct record_key document, record_each_row *each, void *context, struct error_text *error)
{
	int code = SQLITE_DONE, status = log_has(record, document) ? record_flush(record, error) : 0;

	if (status == 0)
		status = take_over(record, error);
	if (status < 0)
		return status;
	sqlite3_stmt *statement = begin(record, SQL_DOCUMENT);
	if (sqlite3_bind_blob(statement, 1, document.bytes, sizeof(document.bytes), SQLITE_TRANSIENT) != SQLITE_OK)
		return fail(record, error);
	while (status == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct record_row row = read_row(statement);
		status = each(context, &row);
	}
	if (status == 0 && code != SQLITE_DONE)
		status = fail(record, error);
	sqlite3_reset(statement);
	return status;
}

int record_accounts(struct record *record, record_each *each, void *context, struct error_text *error)
{
	int code = SQLITE_DONE, status = record_flush(record, error);

	if (status == 0)
		status = take_over(record, error);
	sqlite3_stmt *statement = begin(record, SQL_ACCOUNTS);
	while (status == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct record_account account = {
			.model = column_string(statement, 0), .family = column_string(statement, 1), .calls = sqlite3_column_int64(statement, 2),
			.usable = sqlite3_column_int64(statement, 3), .mended = sqlite3_column_int64(statement, 4),
			.prompt_tokens = sqlite3_column_int64(statement, 5), .completion_tokens = sqlite3_column_int64(statement, 6),
			.cached_tokens = sqlite3_column_int64(statement, 7), .duration_ms = sqlite3_column_int64(statement, 8),
		};
		status = each(context, &account);
	}
	if (status == 0 && code != SQLITE_DONE)
		status = fail(record, error);
	sqlite3_reset(statement);
	return status;
}

/* --- which run it is ------------------------------------------------------------------------------------------------ */

uint64_t record_run(const struct record *record) { return record->run; }

bool record_is_settled(const struct record *record, const struct record_row *row, uint64_t asked_under)
{
	if (strcmp(row->outcome, "usable") == 0)
		return true;
	return row->asked_under == asked_under && (strcmp(row->outcome, "refused") != 0 || row->process != record->process);
}

/* A database without the coordinator's tables is that of a first run. */
static int read_run(struct record *record, struct error_text *error)
{
	static const char sql[] = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'ended_run'";
	sqlite3_stmt *row = NULL;
	int code = SQLITE_DONE;

	const uint64_t who[] = { (uint64_t)clock_realtime_s(), clock_monotonic_ns(), (uint64_t)getpid() };

	record->process = XXH3_64bits(who, sizeof(who));
	record->run = 1;
	if (sqlite3_table_column_metadata(record->database, NULL, "meta", "value", NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_prepare_v2(record->database, sql, -1, &row, NULL) != SQLITE_OK)
		return fail(record, error);
	if ((code = sqlite3_step(row)) == SQLITE_ROW)
		record->run += (uint64_t)sqlite3_column_int64(row, 0);
	int status = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : fail(record, error);
	sqlite3_finalize(row);
	return status;
}

/* --- opening ------------------------------------------------------------------------------------------------------- */

int record_open(struct record **ret_record, const char *database_path, struct error_text *error)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record || !(record->path = strdup(database_path))) {
		record_close(record);
		return error_set(error, -ENOMEM, "out of memory");
	}
	int status = 0;
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counts that nobody reads cost a lock an allocation; too late in a process that has used SQLite */
	if (sqlite3_open_v2(database_path, &record->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		status = fail(record, error);
	if (status == 0) {
		sqlite3_busy_timeout(record->database, BUSY_TIMEOUT_MS);
		if (sqlite3_exec(record->database, opening_text, NULL, NULL, NULL) != SQLITE_OK)
			status = fail(record, error);
	}
	if (status == 0 && record_log_create(&record->log, database_path, record_log_can_map(database_path)) < 0)
		status = error_set(error, -ENOMEM, "out of memory");
	if (status == 0)
		status = read_run(record, error);
	if (status == 0)
		status = make_tables(record, error);
	for (int i = 0; status >= 0 && i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(record->database, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &record->statements[i], NULL) != SQLITE_OK)
			status = fail(record, error);
	int filled = status >= 0 ? fill_filter(record, error) : 0;
	if (filled == 0 && status >= 0)
		filled = take_over(record, error);
	if (status < 0 || filled < 0) {
		record_close(record);
		return status < 0 ? status : filled;
	}
	*ret_record = record;
	return status;
}

void record_close(struct record *record)
{
	if (!record)
		return;
	if (record->log)
		(void)!record_flush(record, NULL); /* else whoever opens the record next does it */
	record_log_destroy(record->log);
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(record->statements[i]);
	sqlite3_close(record->database);
	free(record->filter.blocks);
	free(record->path);
	free(record);
}
