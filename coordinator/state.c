#define _GNU_SOURCE
#include "coordinator/state.h"

#include "coordinator/name_filter.h"
#include "coordinator/root_name.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_SCHEMA = 1, BUSY_TIMEOUT_MS = 5000, STATE_PATH_BYTES_MAX = 1 << 16 };

enum statement {
	SQL_BEGIN, SQL_SNAPSHOT, SQL_COMMIT, SQL_ROLLBACK, SQL_PUT, SQL_LOOK_UP, SQL_MEET, SQL_MEET_MEMBERS, SQL_FORGET, SQL_COUNTS, SQL_EACH, SQL_ANY,
	SQL_SET, SQL_GET, SQL_UNSETTLED_MEMBER, SQL_ROOT_OF, SQL_PATH_OF, SQL_RECORD_INPUT, SQL_ADD_SUBMISSION, SQL_CLEAR_SUBMISSIONS, SQL_SUBMISSIONS,
	SQL_COUNT
};

static const char *const statement_text[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_SNAPSHOT] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_PUT] = ("INSERT OR REPLACE INTO documents(name, source, container, hash, config, outcome, format, gate, reason, bytes,"
		    " modified_ns, score, attempts, pairs_accepted, pairs_refused, spool_offset, document_bytes, conversations_bytes,"
		    " preprocess_ns, generate_ns, met) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21)"),
	[SQL_LOOK_UP] = "SELECT hash, bytes, modified_ns, outcome, met FROM documents WHERE name = ?1 AND config = ?2",
	[SQL_MEET] = "UPDATE documents SET met = ?2 WHERE name = ?1",
	/* a range scan of the primary key: '!' + 1 is '"' */
	[SQL_MEET_MEMBERS] = "UPDATE documents SET met = ?2 WHERE name > ?1 || '!' AND name < ?1 || '\"'",
	[SQL_FORGET] = ("DELETE FROM documents WHERE met < ?2 AND (name = ?1 OR (name > ?1 || '/' AND name < ?1 || '0')"
		       " OR (name > ?1 || '!' AND name < ?1 || '\"'))"),
	[SQL_COUNTS] = "SELECT outcome, count(*), sum(pairs_accepted), sum(pairs_refused) FROM documents GROUP BY outcome",
	[SQL_EACH] = ("SELECT name, source, container, hash, outcome, format, gate, reason, bytes, modified_ns, score, attempts,"
		     " pairs_accepted, pairs_refused, spool_offset, document_bytes, conversations_bytes, preprocess_ns, generate_ns"
		     " FROM documents ORDER BY name"),
	[SQL_ANY] = "SELECT 1 FROM documents LIMIT 1",
	[SQL_SET] = "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)",
	[SQL_GET] = "SELECT value FROM meta WHERE key = ?1",
	[SQL_UNSETTLED_MEMBER] = "SELECT 1 FROM documents WHERE name > ?1 || '!' AND name < ?1 || '\"' AND (outcome = 'failed' OR config <> ?2) LIMIT 1",
	[SQL_ROOT_OF] = "SELECT root FROM inputs WHERE path = ?1 ORDER BY root LIMIT 1",
	[SQL_PATH_OF] = "SELECT path FROM inputs WHERE root = ?1",
	[SQL_RECORD_INPUT] = "INSERT OR REPLACE INTO inputs(root, path) VALUES(?1, ?2)",
	[SQL_ADD_SUBMISSION] = "INSERT OR IGNORE INTO submissions(path) VALUES(?1)",
	[SQL_CLEAR_SUBMISSIONS] = "DELETE FROM submissions",
	[SQL_SUBMISSIONS] = "SELECT path FROM submissions ORDER BY id",
};

static const char schema_text[] =
	"CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS inputs(root TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS submissions(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);"
	"CREATE TABLE IF NOT EXISTS runs(id INTEGER PRIMARY KEY, started TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, command TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS documents("
	" name TEXT PRIMARY KEY, source TEXT NOT NULL, container TEXT NOT NULL, hash TEXT NOT NULL, config TEXT NOT NULL,"
	" outcome TEXT NOT NULL, format TEXT NOT NULL, gate TEXT NOT NULL, reason TEXT NOT NULL, bytes INTEGER NOT NULL,"
	" modified_ns INTEGER NOT NULL, score REAL NOT NULL, attempts INTEGER NOT NULL, pairs_accepted INTEGER NOT NULL,"
	" pairs_refused INTEGER NOT NULL, spool_offset INTEGER NOT NULL, document_bytes INTEGER NOT NULL,"
	" conversations_bytes INTEGER NOT NULL, preprocess_ns INTEGER NOT NULL, generate_ns INTEGER NOT NULL,"
	" met INTEGER NOT NULL) WITHOUT ROWID;";

struct state {
	sqlite3 *database;
	sqlite3_stmt *statements[SQL_COUNT];
	char *path, *config_hash;
	int64_t run;
	struct name_filter names; /* that may have a row */
};

static int fail(struct state *state, struct error_text *error)
{
	int code = sqlite3_errcode(state->database) & 0xFF, system = sqlite3_system_errno(state->database);
	bool full = code == SQLITE_FULL || (code == SQLITE_IOERR && system == ENOSPC), damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
	int status = full ? -ENOSPC : code == SQLITE_NOMEM ? -ENOMEM : code == SQLITE_BUSY ? -EBUSY : -EIO;

	return error_set(error, status, "%s: %s%s", state->path, sqlite3_errmsg(state->database),
			 damaged ? "; it is damaged: run again with --restart, which begins anew" :
			 full && code == SQLITE_IOERR ? ": no space left on the device; free some space" : "");
}

/* Runs a statement that gives no rows. */
static int run(struct state *state, enum statement which, struct error_text *error)
{
	int code = sqlite3_step(state->statements[which]);
	int status = code == SQLITE_DONE || code == SQLITE_ROW ? 0 : fail(state, error);

	sqlite3_reset(state->statements[which]);
	return status;
}

static int prepare_all(struct state *state, struct error_text *error)
{
	for (int i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(state->database, statement_text[i], -1, SQLITE_PREPARE_PERSISTENT, &state->statements[i], NULL) != SQLITE_OK)
			return fail(state, error);
	return 0;
}

static int check_schema(struct state *state, struct error_text *error)
{
	struct buffer version;
	char expected[16];

	buffer_init(&version, 64);
	snprintf(expected, sizeof(expected), "%d", STATE_SCHEMA);
	int status = state_get(state, "schema", &version, error);
	if (status == 0 && version.bytes == 0)
		status = state_set(state, "schema", expected, error);
	else if (status == 0 && strcmp(buffer_string(&version), expected) != 0)
		status = error_set(error, ERROR_VERSION_MISMATCH, "%s: made by another version of docring (schema %s, expected %s);"
				   " use --restart or another output folder", state->path, buffer_string(&version), expected);
	buffer_done(&version);
	return status;
}

/* Of an empty database, every row that there will be is written by this process. */
static int open_names(struct state *state, struct error_text *error)
{
	int code = sqlite3_step(state->statements[SQL_ANY]);
	int status = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : fail(state, error);

	sqlite3_reset(state->statements[SQL_ANY]);
	name_filter_init(&state->names, code != SQLITE_DONE);
	return status;
}

int state_open(struct state **ret_state, const char *path, const char *config_hash, struct error_text *error)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state || !(state->path = strdup(path)) || !(state->config_hash = strdup(config_hash))) {
		state_close(state);
		return error_set(error, -ENOMEM, "out of memory");
	}
	int status = 0;
	if (sqlite3_open_v2(path, &state->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		status = fail(state, error);
	if (status == 0) {
		sqlite3_busy_timeout(state->database, BUSY_TIMEOUT_MS);
		if (sqlite3_exec(state->database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(state->database, schema_text, NULL, NULL, NULL) != SQLITE_OK)
			status = fail(state, error);
	}
	if (status == 0)
		status = prepare_all(state, error);
	if (status == 0)
		status = check_schema(state, error);
	if (status == 0)
		status = open_names(state, error);
	if (status < 0) {
		state_close(state);
		return status;
	}
	*ret_state = state;
	return 0;
}

void state_close(struct state *state)
{
	if (!state)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(state->statements[i]);
	sqlite3_close(state->database);
	name_filter_done(&state->names);
	free(state->path);
	free(state->config_hash);
	free(state);
}

static void bind_text(struct state *state, enum statement which, int index, const char *value)
{
	/* Not copied: the statement is stepped and reset before the caller's string goes. An out-of-memory here shows at the step that
	 * follows: NOT NULL refuses the missing value. */
	(void)sqlite3_bind_text(state->statements[which], index, value ? value : "", -1, SQLITE_STATIC);
}

static void bind_number(struct state *state, enum statement which, int index, int64_t value)
{
	(void)sqlite3_bind_int64(state->statements[which], index, value);
}

int state_set(struct state *state, const char *key, const char *value, struct error_text *error)
{
	bind_text(state, SQL_SET, 1, key);
	bind_text(state, SQL_SET, 2, value);
	return run(state, SQL_SET, error);
}

int state_get(struct state *state, const char *key, struct buffer *out, struct error_text *error)
{
	bind_text(state, SQL_GET, 1, key);
	int code = sqlite3_step(state->statements[SQL_GET]);
	if (code == SQLITE_ROW)
		buffer_append(out, sqlite3_column_text(state->statements[SQL_GET], 0),
			      (size_t)sqlite3_column_bytes(state->statements[SQL_GET], 0));
	int status = code == SQLITE_ROW || code == SQLITE_DONE ? out->status : fail(state, error);
	sqlite3_reset(state->statements[SQL_GET]);
	return status;
}

int64_t state_spool_end(struct state *state)
{
	struct buffer text;
	int64_t end = 0;

	buffer_init(&text, 64);
	if (state_get(state, "spool_end", &text, NULL) == 0 && text.bytes)
		end = strtoll(buffer_string(&text), NULL, 10);
	buffer_done(&text);
	return end;
}

int state_begin_run(struct state *state, const char *command, struct error_text *error)
{
	sqlite3_stmt *insert = NULL;

	if (sqlite3_prepare_v2(state->database, "INSERT INTO runs(command) VALUES(?1)", -1, &insert, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(insert, 1, command, -1, SQLITE_TRANSIENT) != SQLITE_OK || sqlite3_step(insert) != SQLITE_DONE) {
		sqlite3_finalize(insert);
		return fail(state, error);
	}
	sqlite3_finalize(insert);
	state->run = sqlite3_last_insert_rowid(state->database);
	return (int)state->run;
}

int state_end_run(struct state *state, struct error_text *error)
{
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)state->run);
	return state_set(state, "ended_run", number, error);
}

enum state_known state_look_up(struct state *state, const char *name, int64_t bytes, int64_t modified_ns, const char *hash,
			       char ret_outcome[16])
{
	sqlite3_stmt *look = state->statements[SQL_LOOK_UP];
	bool unchanged = false, met = false;

	if (!name_filter_may_have(&state->names, name))
		return STATE_UNKNOWN;
	bind_text(state, SQL_LOOK_UP, 1, name);
	bind_text(state, SQL_LOOK_UP, 2, state->config_hash);
	if (sqlite3_step(look) == SQLITE_ROW) {
		const char *known_hash = (const char *)sqlite3_column_text(look, 0);
		unchanged = hash ? strcmp(known_hash ? known_hash : "", hash) == 0
				 : sqlite3_column_int64(look, 1) == bytes && sqlite3_column_int64(look, 2) == modified_ns;
		snprintf(ret_outcome, 16, "%s", (const char *)sqlite3_column_text(look, 3));
		met = sqlite3_column_int64(look, 4) == state->run;
	}
	sqlite3_reset(look);
	if (!unchanged || met)
		return unchanged ? STATE_UNCHANGED : STATE_UNKNOWN;
	bind_text(state, SQL_MEET, 1, name);
	bind_number(state, SQL_MEET, 2, state->run);
	return run(state, SQL_MEET, NULL) == 0 ? STATE_UNCHANGED : STATE_UNKNOWN;
}

int state_meet_members(struct state *state, const char *archive_name, struct error_text *error)
{
	bind_text(state, SQL_MEET_MEMBERS, 1, archive_name);
	bind_number(state, SQL_MEET_MEMBERS, 2, state->run);
	return run(state, SQL_MEET_MEMBERS, error);
}

bool state_members_are_settled(struct state *state, const char *archive_name)
{
	bind_text(state, SQL_UNSETTLED_MEMBER, 1, archive_name);
	bind_text(state, SQL_UNSETTLED_MEMBER, 2, state->config_hash);
	int code = sqlite3_step(state->statements[SQL_UNSETTLED_MEMBER]);
	sqlite3_reset(state->statements[SQL_UNSETTLED_MEMBER]);
	return code == SQLITE_DONE;
}

/* --- inputs and submissions ------------------------------------------------------------------------------------------ */

/* Appends the one value of a statement with one parameter; 1: there is one, 0: none. */
static int find_text(struct state *state, enum statement which, const char *key, struct buffer *out, struct error_text *error)
{
	bind_text(state, which, 1, key);
	int code = sqlite3_step(state->statements[which]), status = code == SQLITE_ROW;
	if (code == SQLITE_ROW)
		buffer_append_string(out, (const char *)sqlite3_column_text(state->statements[which], 0));
	else if (code != SQLITE_DONE)
		status = fail(state, error);
	sqlite3_reset(state->statements[which]);
	return out->status < 0 ? out->status : status;
}

int state_record_input(struct state *state, const char *path, const char *root, struct error_text *error)
{
	bind_text(state, SQL_RECORD_INPUT, 1, root);
	bind_text(state, SQL_RECORD_INPUT, 2, path);
	return run(state, SQL_RECORD_INPUT, error);
}

int state_name_input(struct state *state, const char *path, const char *wanted, bool is_file, struct buffer *ret_root, struct error_text *error)
{
	struct buffer holder;
	int status = find_text(state, SQL_ROOT_OF, path, ret_root, error);

	if (status != 0)
		return status < 0 ? status : 0;
	buffer_init(&holder, STATE_PATH_BYTES_MAX);
	buffer_append_string(ret_root, wanted);
	for (unsigned copy = 2; (status = find_text(state, SQL_PATH_OF, buffer_string(ret_root), &holder, error)) > 0; copy++) {
		buffer_clear(&holder);
		buffer_clear(ret_root);
		root_name_append(ret_root, wanted, is_file, copy);
	}
	buffer_done(&holder);
	return status < 0 ? status : state_record_input(state, path, buffer_string(ret_root), error);
}

int state_add_submission(struct state *state, const char *path, struct error_text *error)
{
	bind_text(state, SQL_ADD_SUBMISSION, 1, path);
	return run(state, SQL_ADD_SUBMISSION, error);
}

int state_clear_submissions(struct state *state, struct error_text *error)
{
	return run(state, SQL_CLEAR_SUBMISSIONS, error);
}

int state_for_each_submission(struct state *state, state_each_submission *each, void *context, struct error_text *error)
{
	sqlite3_stmt *rows = state->statements[SQL_SUBMISSIONS];
	int code = SQLITE_DONE, status = 0;

	while (status >= 0 && (code = sqlite3_step(rows)) == SQLITE_ROW)
		status = each(context, (const char *)sqlite3_column_text(rows, 0));
	if (status >= 0)
		status = code == SQLITE_DONE ? 0 : fail(state, error);
	sqlite3_reset(rows);
	return status;
}

/* --- transactions ----------------------------------------------------------------------------------------------------- */

int state_snapshot(struct state *state, struct error_text *error)
{
	struct buffer version;
	int status = run(state, SQL_SNAPSHOT, error);

	buffer_init(&version, 64);
	if (status == 0) /* the first read takes it */
		status = state_get(state, "schema", &version, error);
	buffer_done(&version);
	return status;
}

int state_begin(struct state *state, struct error_text *error)
{
	return run(state, SQL_BEGIN, error);
}

int state_put(struct state *state, const struct state_row *row, struct error_text *error)
{
	const char *config = row->to_be_redone ? "" : state->config_hash; /* settled under no configuration */
	const char *const texts[] = { row->name, row->source, row->container, row->hash, config, row->outcome,
				      row->format, row->gate, row->reason };
	const int64_t after_score[] = { row->attempts, row->pairs_accepted, row->pairs_refused, row->spool_offset, row->document_bytes,
					row->conversations_bytes, row->preprocess_ns, row->generate_ns, state->run };

	name_filter_add(&state->names, row->name);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		bind_text(state, SQL_PUT, (int)i + 1, texts[i]);
	bind_number(state, SQL_PUT, 10, row->bytes);
	bind_number(state, SQL_PUT, 11, row->modified_ns);
	(void)sqlite3_bind_double(state->statements[SQL_PUT], 12, row->score);
	for (size_t i = 0; i < COUNT_OF(after_score); i++)
		bind_number(state, SQL_PUT, (int)i + 13, after_score[i]);
	return run(state, SQL_PUT, error);
}

int state_commit(struct state *state, int64_t spool_end, struct error_text *error)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)spool_end);
	int status = state_set(state, "spool_end", text, error);
	return status < 0 ? status : run(state, SQL_COMMIT, error);
}

void state_rollback(struct state *state)
{
	(void)run(state, SQL_ROLLBACK, NULL); /* fails when SQLite has rolled back already */
}

int64_t state_forget_unmet(struct state *state, const char *root, struct error_text *error)
{
	bind_text(state, SQL_FORGET, 1, root);
	bind_number(state, SQL_FORGET, 2, state->run);
	int status = run(state, SQL_FORGET, error);
	return status < 0 ? status : sqlite3_changes(state->database);
}

int state_counts(struct state *state, struct state_counts *ret_counts, struct error_text *error)
{
	sqlite3_stmt *counts = state->statements[SQL_COUNTS];
	struct state_counts result = { 0 };
	int code;

	while ((code = sqlite3_step(counts)) == SQLITE_ROW) {
		const char *outcome = (const char *)sqlite3_column_text(counts, 0);
		int64_t count = sqlite3_column_int64(counts, 1);
		if (strcmp(outcome, "done") == 0)
			result.done = count;
		else if (strcmp(outcome, "rejected") == 0)
			result.rejected = count;
		else if (strcmp(outcome, "failed") == 0)
			result.failed = count;
		else if (strcmp(outcome, "expanded") == 0)
			result.expanded = count;
		result.pairs_accepted += sqlite3_column_int64(counts, 2);
		result.pairs_refused += sqlite3_column_int64(counts, 3);
	}
	int status = code == SQLITE_DONE ? 0 : fail(state, error);
	sqlite3_reset(counts);
	if (status == 0)
		*ret_counts = result;
	return status;
}

static const char *column_text(sqlite3_stmt *statement, int index)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);
	return text ? text : "";
}

int state_for_each(struct state *state, state_each *each, void *context, struct error_text *error)
{
	sqlite3_stmt *rows = state->statements[SQL_EACH];
	int code, status = 0;

	while (status >= 0 && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct state_row row = {
			.name = column_text(rows, 0), .source = column_text(rows, 1), .container = column_text(rows, 2),
			.hash = column_text(rows, 3), .outcome = column_text(rows, 4), .format = column_text(rows, 5),
			.gate = column_text(rows, 6), .reason = column_text(rows, 7), .bytes = sqlite3_column_int64(rows, 8),
			.modified_ns = sqlite3_column_int64(rows, 9), .score = sqlite3_column_double(rows, 10),
			.attempts = sqlite3_column_int64(rows, 11), .pairs_accepted = sqlite3_column_int64(rows, 12),
			.pairs_refused = sqlite3_column_int64(rows, 13), .spool_offset = sqlite3_column_int64(rows, 14),
			.document_bytes = sqlite3_column_int64(rows, 15), .conversations_bytes = sqlite3_column_int64(rows, 16),
			.preprocess_ns = sqlite3_column_int64(rows, 17), .generate_ns = sqlite3_column_int64(rows, 18),
		};
		status = each(context, &row);
	}
	if (status >= 0)
		status = code == SQLITE_DONE ? 0 : fail(state, error);
	sqlite3_reset(rows);
	return status;
}

int state_for_each_model(struct state *state, state_each_model *each, void *context, struct error_text *error)
{
	static const char sql[] = "SELECT model, sum(attempts > 0), sum(outcome = 'usable'), sum(outcome = 'usable' AND rung > 0), sum(max(prompt_tokens, 0)),"
				  " sum(max(completion_tokens, 0)), sum(max(cached_tokens, 0)), sum(duration_ms), min(family = 'embeddings') FROM calls GROUP BY model ORDER BY model";
	sqlite3_stmt *rows = NULL;
	int code = SQLITE_DONE, status = 0;

	if (sqlite3_table_column_metadata(state->database, NULL, "calls", "model", NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
		return 0; /* no such table */
	if (sqlite3_prepare_v2(state->database, sql, -1, &rows, NULL) != SQLITE_OK)
		return fail(state, error);
	while (status >= 0 && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct state_calls calls = {
			.model = column_text(rows, 0), .calls = sqlite3_column_int64(rows, 1), .usable = sqlite3_column_int64(rows, 2),
			.mended = sqlite3_column_int64(rows, 3), .prompt_tokens = sqlite3_column_int64(rows, 4),
			.completion_tokens = sqlite3_column_int64(rows, 5), .cached_tokens = sqlite3_column_int64(rows, 6),
			.duration_ms = sqlite3_column_int64(rows, 7), .embeddings = sqlite3_column_int(rows, 8) != 0,
		};
		status = each(context, &calls);
	}
	if (status >= 0)
		status = code == SQLITE_DONE ? 0 : fail(state, error);
	sqlite3_finalize(rows);
	return status;
}

void state_calls_write(const struct state_calls *calls, struct json_writer *json)
{
	json_member_string(json, "model", calls->model);
	json_member_unsigned(json, "calls", (uint64_t)calls->calls);
	json_member_unsigned(json, "usable", (uint64_t)calls->usable);
	json_member_unsigned(json, "mended", (uint64_t)calls->mended);
	json_member_unsigned(json, "prompt_tokens", (uint64_t)calls->prompt_tokens);
	json_member_unsigned(json, "completion_tokens", (uint64_t)calls->completion_tokens);
	json_member_unsigned(json, "cached_tokens", (uint64_t)calls->cached_tokens);
	json_member_fixed(json, "seconds", (double)calls->duration_ms / 1e3, 3);
}
