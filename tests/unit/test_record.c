/* The memory of model calls: keys that tell questions apart, rows that come back as they were, two processes at one database. */
#include "tests/unit/support.h"
#include "workers/model/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

static char folder[64];
static char path[80];
static struct record *record;
static struct error_text error;

static int set_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/run.db", support_folder_make(folder));
	assert_int_equal(record_open(&record, path, &error), 0);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[96];
	(void)state;
	record_close(record);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

static struct record_key key_of(const char *model, double temperature, uint64_t max_tokens, uint64_t seed, const char *system, const char *prompt,
				const char *schema)
{
	const struct record_question question = { .model = model, .api = "openai", .format = "schema", .thinking = "auto", .temperature = temperature,
						  .max_tokens = max_tokens, .seed = seed, .system = text_from(system), .prompt = text_from(prompt),
						  .schema = text_from(schema) };
	return record_key_of(&question);
}

static void test_keys(void **state)
{
	(void)state;
	struct record_key keys[] = {
		key_of("m", 0.3, 10, 1, "s", "p", "c"), key_of("n", 0.3, 10, 1, "s", "p", "c"), key_of("m", 0.4, 10, 1, "s", "p", "c"),
		key_of("m", 0.3, 11, 1, "s", "p", "c"), key_of("m", 0.3, 10, 2, "s", "p", "c"), key_of("m", 0.3, 10, 1, "sp", "", "c"),
		key_of("m", 0.3, 10, 1, "", "sp", "c"), key_of("m", 0.3, 10, 1, "s", "pc", ""), key_of("ms", 0.3, 10, 1, "", "p", "c"),
	};
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(&keys[i], &keys[k], sizeof(keys[i]));
	struct record_key again = key_of("m", 0.3, 10, 1, "s", "p", "c");
	assert_memory_equal(&keys[0], &again, sizeof(again));
}

/* Each of them changes the bytes of the request, or how its answer is read. */
static void test_keys_of_ways_to_ask(void **state)
{
	(void)state;
	const struct record_question usual = { .model = "m", .api = "openai", .format = "schema", .thinking = "auto", .max_tokens = 10, .seed = 1,
					       .system = TEXT_LITERAL("s"), .prompt = TEXT_LITERAL("p"), .schema = TEXT_LITERAL("c") };
	struct record_question others[] = { usual, usual, usual, usual, usual };
	others[1].api = "ollama";
	others[2].format = "json";
	others[3].thinking = "off";
	others[4].context_tokens = 4096;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		for (size_t k = 0; k < i; k++) {
			struct record_key one = record_key_of(&others[i]), other = record_key_of(&others[k]);
			assert_memory_not_equal(&one, &other, sizeof(one));
		}
}

static const struct record_row usable = {
	.model = "m", .family = "pairs", .reply = TEXT_LITERAL("{\"a\": \"\xc3\xa4\"}"), .thinking = TEXT_LITERAL("hm\nhm"), .outcome = "usable", .reason = "",
	.prompt_tokens = 100, .completion_tokens = 20, .cached_tokens = -1, .duration_ms = 1500, .attempts = 2, .rung = 1,
};

static void test_comes_back(void **state)
{
	struct record_row row;
	struct record_key key = key_of("m", 0, 1, 1, "", "p", "");
	(void)state;
	assert_int_equal(record_look_up(record, key, &row, &error), 0);
	assert_int_equal(record_put(record, key, &usable, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.model, "m");
	assert_string_equal(row.family, "pairs");
	assert_true(text_equal(row.reply, usable.reply) && text_equal(row.thinking, usable.thinking));
	assert_string_equal(row.outcome, "usable");
	assert_int_equal(row.prompt_tokens, 100);
	assert_int_equal(row.cached_tokens, -1);
	assert_int_equal(row.attempts, 2);
	struct record_row worse = usable;
	worse.outcome = "unusable";
	worse.reply = TEXT_LITERAL("garbage");
	assert_int_equal(record_put(record, key, &worse, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.outcome, "usable"); /* never replaced by less */
	key = key_of("m", 0, 1, 1, "", "q", "");
	assert_int_equal(record_put(record, key, &worse, &error), 0);
	assert_int_equal(record_put(record, key, &usable, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.outcome, "usable");
}

static void run_sql(const char *sql)
{
	sqlite3 *database;
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	char *message = NULL;
	if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static int count_row(void *context, const struct record_row *row)
{
	(void)row;
	++*(int *)context;
	return 0;
}

static int rows_of(struct record *reader, struct record_key document)
{
	int count = 0;
	assert_int_equal(record_of_document(reader, document, count_row, &count, &error), 0);
	return count;
}

/* The logs beside the database; the last one's path in `name`. */
static int count_logs(char name[200])
{
	int count = 0;
	DIR *open_folder = opendir(folder);
	struct dirent *entry;

	assert_non_null(open_folder);
	while ((entry = readdir(open_folder)))
		if (strstr(entry->d_name, "run.db-calls-")) {
			snprintf(name, 200, "%s/%.100s", folder, entry->d_name);
			count++;
		}
	closedir(open_folder);
	return count;
}

static const struct record_key about = { { 7 } };

/* A process that puts rows about a document, one by one, and then kills itself. */
static void be_killed_after(int rows)
{
	struct record_row row = usable;
	char prompt[32];
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	row.document = about;
	if (child == 0) {
		struct record *own;
		if (record_open(&own, path, NULL) < 0)
			_exit(1);
		for (int i = 0; i < rows; i++) {
			snprintf(prompt, sizeof(prompt), "%d", i);
			if (record_put(own, key_of("m", 0, 1, 1, "", prompt, ""), &row, NULL) < 0)
				_exit(2);
		}
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* A process that is killed right after a put: the row is there for those that open the record, and for those that had it open and take up the document. */
static void test_outlives_its_writer(void **state)
{
	struct record_row row;
	struct record *own;
	char name[200];
	(void)state;
	be_killed_after(3);
	assert_int_equal(count_logs(name), 1);
	assert_int_equal(rows_of(record, about), 3);
	assert_int_equal(count_logs(name), 0);
	assert_int_equal(record_look_up(record, key_of("m", 0, 1, 1, "", "2", ""), &row, &error), 1);
	assert_true(text_equal(row.reply, usable.reply) && text_equal(row.thinking, usable.thinking));
	assert_int_equal(row.attempts, 2);
	be_killed_after(5);
	assert_int_equal(record_open(&own, path, &error), 0);
	assert_int_equal(record_look_up(own, key_of("m", 0, 1, 1, "", "4", ""), &row, &error), 1);
	record_close(own);
	assert_int_equal(count_logs(name), 0);
}

/* Where what was written to a file ends: behind it are zeros. */
static off_t end_of_file(const char *name)
{
	int descriptor = open(name, O_RDONLY | O_CLOEXEC);
	off_t end = lseek(descriptor, 0, SEEK_END);
	char byte = '\0';
	for (; end > 0 && byte == '\0'; end -= byte == '\0')
		assert_int_equal(pread(descriptor, &byte, 1, end - 1), 1);
	close(descriptor);
	return end;
}

/* What a kill in the middle of a write leaves is no row; those before it are. */
static void test_half_an_entry(void **state)
{
	char name[200];
	(void)state;
	be_killed_after(3);
	assert_int_equal(count_logs(name), 1);
	struct stat facts;
	assert_int_equal(stat(name, &facts), 0);
	off_t end = end_of_file(name);
	assert_in_range(end, 3 * 152, facts.st_size - 1); /* of each at least what has a fixed size */
	for (off_t less = 1; less < end / 3; less += 13) {
		if (less > 1)
			be_killed_after(3);
		assert_int_equal(count_logs(name), 1);
		assert_int_equal(truncate(name, end - less), 0);
		assert_int_equal(truncate(name, less % 2 ? facts.st_size : end - less), 0); /* zeros, or no file */
		run_sql("DELETE FROM calls");
		assert_int_equal(rows_of(record, about), 2);
		assert_int_equal(count_logs(name), 0);
	}
	be_killed_after(3);
	assert_int_equal(count_logs(name), 1);
	int descriptor = open(name, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(descriptor, "?", 1, end / 2), 1); /* in the second one */
	close(descriptor);
	run_sql("DELETE FROM calls");
	assert_int_equal(rows_of(record, about), 1);
}

/* What was in a log before it was folded into the table does not come back behind the shorter entries that followed. */
static void test_a_log_that_was_used_before(void **state)
{
	static const char *const prompts[] = { "a", "a", "a", "a", "b", "b", "c", "b" };
	struct record_row row = usable;
	char name[200];
	int status;
	(void)state;
	row.document = about;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct record *own;
		if (record_open(&own, path, NULL) < 0)
			_exit(1);
		for (int i = 0; i < (int)COUNT_OF(prompts); i++)
			if (record_put(own, key_of("m", 0, 1, 1, "", prompts[i], ""), &row, NULL) < 0 || (i == 5 && record_flush(own, NULL) < 0))
				_exit(2);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(count_logs(name), 1);
	run_sql("DELETE FROM calls");
	assert_int_equal(rows_of(record, about), 2); /* "c" and "b", without the "a" that the file still has */
}

/* A disk that takes no more, here a limit of file sizes: an error that says so, and nothing is lost when there is room again. */
static void test_no_room_for_the_log(void **state)
{
	struct rlimit usual, low;
	struct record_row seen;
	struct record_key key = key_of("m", 0, 1, 1, "", "q", "");
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	low = (struct rlimit){ .rlim_cur = 4096, .rlim_max = usual.rlim_max };
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	int status = record_put(record, key, &usable, &error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	(void)signal(SIGXFSZ, handler);
	assert_int_equal(status, -EFBIG);
	assert_non_null(strstr(error.message, "cannot write"));
	assert_int_equal(record_look_up(record, key, &seen, &error), 0);
	assert_int_equal(record_put(record, key, &usable, &error), 0);
	assert_int_equal(record_look_up(record, key, &seen, &error), 1);
}

/* The log of a process that lives is its own; what it has put is for others when it has flushed, closed, or put enough. */
static void test_groups_of_rows(void **state)
{
	enum { MANY = 1000 };
	struct record *other;
	struct record_row row = usable, seen;
	char name[200], prompt[32];
	(void)state;
	row.document = about;
	assert_int_equal(record_open(&other, path, &error), 0);
	assert_int_equal(record_put(other, key_of("m", 0, 1, 1, "", "a", ""), &row, &error), 0);
	assert_int_equal(rows_of(record, about), 0);
	assert_int_equal(count_logs(name), 1);
	assert_int_equal(record_look_up(other, key_of("m", 0, 1, 1, "", "a", ""), &seen, &error), 1); /* its own */
	assert_int_equal(record_put(other, key_of("m", 0, 1, 1, "", "b", ""), &row, &error), 0);
	assert_int_equal(rows_of(other, about), 2);
	assert_int_equal(record_put(other, key_of("m", 0, 1, 1, "", "c", ""), &row, &error), 0);
	assert_int_equal(record_flush(other, &error), 0);
	assert_int_equal(rows_of(record, about), 3);
	for (int i = 0; i < MANY; i++) {
		snprintf(prompt, sizeof(prompt), "%d", i);
		assert_int_equal(record_put(other, key_of("m", 0, 1, 1, "", prompt, ""), &row, &error), 0);
	}
	assert_in_range(rows_of(record, about), MANY - 200, MANY + 3);
	record_close(other);
	assert_int_equal(rows_of(record, about), MANY + 3);
	assert_int_equal(count_logs(name), 0);
}

/* A writer killed anywhere, between and inside of its puts: every put that returned is found. The counter is what it says of them. */
static void test_killed_anywhere(void **state)
{
	enum { KILLS = 40 };
	struct record_row row = usable, seen;
	char prompt[32], name[200];
	int status;
	volatile int *count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)state;
	assert_ptr_not_equal(count, MAP_FAILED);
	for (int kill_number = 0; kill_number < KILLS; kill_number++) {
		*count = 0;
		pid_t child = fork();
		assert_true(child >= 0);
		struct record *own;
		if (child == 0 && record_open(&own, path, NULL) < 0)
			_exit(1);
		for (int i = 0; child == 0; i++) {
			snprintf(prompt, sizeof(prompt), "%d:%d", kill_number, i);
			if (record_put(own, key_of("m", 0, 1, 1, "", prompt, ""), &row, NULL) < 0)
				_exit(2);
			*count = i + 1;
		}
		while (*count < 1 + kill_number * 11)
			assert_int_equal(waitpid(child, &status, WNOHANG), 0);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		(void)rows_of(record, about);
		assert_int_equal(count_logs(name), 0);
		for (int i = 0; i < *count; i++) {
			snprintf(prompt, sizeof(prompt), "%d:%d", kill_number, i);
			assert_int_equal(record_look_up(record, key_of("m", 0, 1, 1, "", prompt, ""), &seen, &error), 1);
		}
	}
	assert_int_equal(munmap((void *)count, sizeof(*count)), 0);
}

static int add_up(void *context, const struct record_account *account)
{
	struct record_account *sum = context;
	assert_string_equal(account->model, "m");
	sum->calls += account->calls;
	sum->usable += account->usable;
	sum->mended += account->mended;
	sum->prompt_tokens += account->prompt_tokens;
	sum->cached_tokens += account->cached_tokens;
	return 0;
}

/* Two writers at once lose nothing, and the accounts add up. */
static void test_two_writers(void **state)
{
	enum { ROWS = 200 };
	struct record_account sum = { 0 };
	char prompt[32];
	int status;
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	struct record *own = record;
	if (child == 0 && record_open(&own, path, NULL) < 0)
		_exit(1);
	for (int i = 0; i < ROWS; i++) {
		snprintf(prompt, sizeof(prompt), "%d of %d", i, child == 0);
		if (record_put(own, key_of("m", 0, 1, 1, "", prompt, ""), &usable, &error) < 0)
			_exit(2);
	}
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(record_accounts(record, add_up, &sum, &error), 0);
	assert_int_equal(sum.calls, 2 * ROWS);
	assert_int_equal(sum.usable, 2 * ROWS);
	assert_int_equal(sum.mended, 2 * ROWS);
	assert_int_equal(sum.prompt_tokens, 2 * ROWS * 100);
	assert_int_equal(sum.cached_tokens, 0);
}

static void test_messages(void **state)
{
	struct record *none = NULL;
	(void)state;
	assert_true(record_open(&none, "/nonexistent/run.db", &error) < 0);
	assert_non_null(strstr(error.message, "/nonexistent/run.db"));
	assert_null(none);
}

/* --- tables of other versions ---------------------------------------------------------------------------------------- */

static void put_and_look_up(struct record *own, struct record_key key)
{
	const struct record_row put = { .model = "m", .family = "pairs", .reply = TEXT_LITERAL("{}"), .thinking = TEXT_LITERAL(""), .outcome = "usable", .place = "pairs 0+9",
				       .document = { { 7 } } };
	struct record_row row;
	assert_int_equal(record_put(own, key, &put, &error), 0);
	assert_int_equal(record_look_up(own, key, &row, &error), 1);
	assert_string_equal(row.place, "pairs 0+9");
}

static void test_a_table_without_some_columns(void **state)
{
	struct record_row row;
	struct record *own;
	(void)state;
	record_close(record);
	record = NULL;
	run_sql("DROP TABLE calls; CREATE TABLE calls(key BLOB PRIMARY KEY, model TEXT NOT NULL, family TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, reply TEXT NOT NULL);"
		"INSERT INTO calls VALUES(x'01000000000000000000000000000000', 'old', 'pairs', 'usable', '', '{\"a\": 1}')");
	assert_int_equal(record_open(&own, path, &error), 0);
	assert_int_equal(record_look_up(own, (struct record_key){ { 1 } }, &row, &error), 1); /* what was paid for is kept */
	assert_string_equal(row.model, "old");
	assert_true(text_equal(row.reply, TEXT_LITERAL("{\"a\": 1}")));
	assert_int_equal(row.prompt_tokens, -1);
	put_and_look_up(own, (struct record_key){ { 2 } });
	record_close(own);
	assert_int_equal(record_open(&own, path, &error), 0); /* and again */
	record_close(own);
}

static void test_a_table_that_is_another(void **state)
{
	static const char *const tables[] = {
		"CREATE TABLE calls(id INTEGER PRIMARY KEY, prompt TEXT NOT NULL, answer TEXT)",
		"CREATE TABLE calls(key BLOB PRIMARY KEY, model TEXT NOT NULL, family TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, reply TEXT NOT NULL, cost REAL NOT NULL)",
		"CREATE TABLE calls(key BLOB, model TEXT NOT NULL, family TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, reply TEXT NOT NULL)",
	};
	struct record *own;
	char sql[400];
	(void)state;
	record_close(record);
	record = NULL;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		snprintf(sql, sizeof(sql), "DROP TABLE calls; %s", tables[i]);
		run_sql(sql);
		assert_int_equal(record_open(&own, path, &error), 1);
		assert_non_null(strstr(error.message, "put aside (table calls_of_another_version)"));
		put_and_look_up(own, (struct record_key){ { 3 } });
		record_close(own);
		run_sql("SELECT * FROM calls_of_another_version");
	}
}

static void test_refusals_are_written_and_replace_nothing(void **state)
{
	struct record_row row, refusal = { .model = "m", .family = "pairs", .outcome = "refused", .reason = "HTTP status 400", .prompt_tokens = -1 };
	struct record_row reply = { .model = "m", .family = "pairs", .outcome = "unusable", .reason = "pairs: missing", .reply = TEXT_LITERAL("no") };
	struct record_key key = { { 9 } };
	(void)state;
	assert_int_equal(record_put(record, key, &refusal, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.reason, "HTTP status 400");
	assert_int_equal(record_put(record, key, &reply, &error), 0);
	assert_int_equal(record_put(record, key, &refusal, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.outcome, "unusable");
	refusal.asked_under = 77; /* with other settings: what is known now is that */
	assert_int_equal(record_put(record, key, &refusal, &error), 0);
	assert_int_equal(record_look_up(record, key, &row, &error), 1);
	assert_string_equal(row.outcome, "refused");
	assert_int_equal(row.asked_under, 77);
}

/* What was of no use is settled for those who ask under the same circumstances; a refusal only when another process was given it. */
static void test_what_is_settled(void **state)
{
	static const char *const outcomes[] = { "usable", "unusable", "refused" };
	struct record *other;
	struct record_row row;
	(void)state;
	for (uint8_t i = 0; i < COUNT_OF(outcomes); i++) {
		const struct record_row put = { .model = "m", .family = "pairs", .outcome = outcomes[i], .reason = "", .asked_under = 5 };
		assert_int_equal(record_put(record, (struct record_key){ { i } }, &put, &error), 0);
		assert_int_equal(record_look_up(record, (struct record_key){ { i } }, &row, &error), 1);
		assert_int_equal(record_is_settled(record, &row, 5), i < 2);
		assert_int_equal(record_is_settled(record, &row, 6), i < 1);
	}
	assert_int_equal(record_flush(record, &error), 0);
	assert_int_equal(record_open(&other, path, &error), 0);
	for (uint8_t i = 0; i < COUNT_OF(outcomes); i++) {
		assert_int_equal(record_look_up(other, (struct record_key){ { i } }, &row, &error), 1);
		assert_int_equal(record_is_settled(other, &row, 5), 1);
		assert_int_equal(record_is_settled(other, &row, 6), i < 1);
	}
	record_close(other);
}

/* A run that came to its end makes the next one another; one that was killed does not. */
static void test_which_run_it_is(void **state)
{
	struct record *own;
	(void)state;
	assert_int_equal(record_run(record), 1);
	run_sql("CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
	assert_int_equal(record_open(&own, path, &error), 0);
	assert_int_equal(record_run(own), 1);
	record_close(own);
	run_sql("INSERT INTO meta VALUES('ended_run', '7')");
	assert_int_equal(record_open(&own, path, &error), 0);
	assert_int_equal(record_run(own), 8);
	record_close(own);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys), cmocka_unit_test(test_keys_of_ways_to_ask), TEST(test_comes_back), TEST(test_outlives_its_writer), TEST(test_half_an_entry), TEST(test_a_log_that_was_used_before), TEST(test_no_room_for_the_log), TEST(test_groups_of_rows),
		TEST(test_killed_anywhere), TEST(test_two_writers), TEST(test_messages),
		TEST(test_a_table_without_some_columns), TEST(test_a_table_that_is_another), TEST(test_refusals_are_written_and_replace_nothing),
		TEST(test_what_is_settled), TEST(test_which_run_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
