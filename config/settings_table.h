/* settings_table.h: every setting once: section, name, type, unit, least, most, default, help. Included several times with
 * different definitions of the macros (see settings.h); parser, --help, --dump-config and documentation come from it.
 *
 *   SETTING_NUMBER(section, name, unit, min, max, default, help)   uint64_t
 *   SETTING_SIZE(section, name, min, max, default, help)           uint64_t bytes; accepts 512M, 15G, 1.5GiB
 *   SETTING_RATIO(section, name, min, max, default, help)          double
 *   SETTING_SWITCH(section, name, default, help)                   bool; on/off/true/false/yes/no
 *   SETTING_STRING(section, name, default, help)                   const char *
 *   SETTING_CHOICE(section, name, choices, default, help)          const char *; choices "a|b|c"
 *
 * The key on the command line and in YAML is section.name; the field is settings->section.name. */

SETTING_SECTION_BEGIN(run, "The run as a whole")
SETTING_STRING(run, workers, "auto", "Preprocessing workers: N, MIN..MAX or auto (one a core)")
SETTING_NUMBER(run, inference_workers, "processes", 1, 1024, 1, "Workers that generate conversations, per model group")
SETTING_NUMBER(run, seed, "", 0, UINT64_MAX, 42, "Seed of every random choice: same inputs, settings and seed give the same files")
SETTING_STRING(run, domain, "ran", "Domain pack: a name in config/domains or a path to a YAML file")
SETTING_NUMBER(run, limit, "documents", 0, UINT64_MAX, 0, "Stop after this many documents were taken in; 0: all")
SETTING_CHOICE(run, pin, "none|cores|auto", "auto", "Pin workers to cores")
SETTING_NUMBER(run, drain_timeout_s, "seconds", 1, 86400, 60, "After a first Ctrl-C, how long documents at work may take to finish")
SETTING_SECTION_END(run)

SETTING_SECTION_BEGIN(ipc, "Shared memory and dispatch")
SETTING_SIZE(ipc, shm, 16777216, 17592186044416, 1073741824, "Shared memory in all: the ring and every outbox")
SETTING_RATIO(ipc, ring_share, 0.05, 0.9, 0.4, "Part of the shared memory that is the ring; the outboxes share the rest")
SETTING_NUMBER(ipc, credits, "tasks", 1, 16, 3, "Tasks a worker may hold, so that it never waits for the next one")
SETTING_RATIO(ipc, large_share, 0.01, 1.0, 0.25, "A file larger than this part of the ring is handed over as a descriptor instead")
SETTING_CHOICE(ipc, huge_pages, "never|advise", "advise", "Ask the system for huge pages")
SETTING_SECTION_END(ipc)

SETTING_SECTION_BEGIN(io, "Reading and writing files")
SETTING_CHOICE(io, uring, "auto|off", "auto", "io_uring for bulk reads and writes; off: plain system calls")
SETTING_NUMBER(io, open_files, "files", 4, 4096, 64, "Files being read at once")
SETTING_NUMBER(io, commit_documents, "documents", 1, 100000, 64, "Documents in one commit of the run database")
SETTING_NUMBER(io, commit_ms, "milliseconds", 1, 60000, 500, "Longest time between two commits")
SETTING_SECTION_END(io)

SETTING_SECTION_BEGIN(supervise, "Watching over workers")
SETTING_NUMBER(supervise, handshake_timeout_ms, "milliseconds", 100, 600000, 10000, "A worker that has not said hello by then is killed")
SETTING_NUMBER(supervise, heartbeat_ms, "milliseconds", 50, 60000, 1000, "Between two heartbeats of an idle worker")
SETTING_NUMBER(supervise, heartbeat_lost, "heartbeats", 2, 1000, 30, "Missing heartbeats after which an idle worker is killed")
SETTING_NUMBER(supervise, document_timeout_s, "seconds", 1, 86400, 300, "A worker that takes longer for one document is killed")
SETTING_NUMBER(supervise, attempts, "tries", 1, 100, 3, "Deaths of a worker over one document after which the document is failed")
SETTING_NUMBER(supervise, restart_backoff_ms, "milliseconds", 1, 60000, 100, "Pause before a crashing worker is restarted, doubling up to 60 times this")
SETTING_SECTION_END(supervise)

SETTING_SECTION_BEGIN(intake, "Finding and reading inputs")
SETTING_SIZE(intake, file_bytes_max, 1, 1099511627776, 68719476736, "Largest file taken; larger ones are rejected with a reason")
SETTING_NUMBER(intake, archive_depth_max, "archives", 1, 32, 4, "How deep archives in archives are opened")
SETTING_NUMBER(intake, archive_entries_max, "entries", 1, 100000000, 1000000, "Entries of one archive")
SETTING_NUMBER(intake, archive_ratio_max, "times", 2, 100000, 1100, "Unpacked to packed size of one member above which it is refused (DEFLATE reaches 1,030)")
SETTING_SIZE(intake, archive_bytes_max, 1, 17592186044416, 274877906944, "Unpacked bytes of one archive")
SETTING_SIZE(intake, member_bytes_max, 1, 68719476736, 2147483648, "Unpacked bytes of one member")
SETTING_SWITCH(intake, hidden, false, "Take files and folders whose name begins with a dot")
SETTING_SWITCH(intake, follow_links, false, "Follow symbolic links to folders")
SETTING_SECTION_END(intake)

SETTING_SECTION_BEGIN(convert, "Conversion to Markdown")
SETTING_SIZE(convert, markdown_bytes_max, 1024, 2147483648, 536870912, "Markdown of one document")
SETTING_NUMBER(convert, pdf_pages_max, "pages", 1, 1000000, 20000, "Pages of one PDF; the rest is left out and said")
SETTING_NUMBER(convert, csv_rows_max, "rows", 1, 100000000, 1000000, "Rows of one CSV file")
SETTING_NUMBER(convert, html_depth_max, "elements", 16, 4096, 512, "Nesting of HTML elements")
SETTING_SECTION_END(convert)

SETTING_SECTION_BEGIN(gate, "Quality gates: what stays below is rejected with the reason")
SETTING_RATIO(gate, conversion, 0, 1, 0.4, "Conversion score (stage 2)")
SETTING_RATIO(gate, structural, 0, 1, 0.5, "Structural score (stage 3): below this a document is marked as weak")
SETTING_RATIO(gate, structural_drop, 0, 1, 0.3, "Structural score (stage 3): below this a document is rejected")
SETTING_RATIO(gate, extraction, 0, 1, 0.6, "Confidence of an extracted item (stage 4)")
SETTING_RATIO(gate, generation, 0, 1, 0.7, "Combined score of a conversation (stage 5)")
SETTING_SECTION_END(gate)

SETTING_SECTION_BEGIN(extract, "Confidence of extracted items by where they were found")
SETTING_RATIO(extract, csv_confidence, 0, 1, 0.98, "Rows of CSV exports")
SETTING_RATIO(extract, table_confidence, 0, 1, 0.95, "Tables, and a feature with an identity")
SETTING_RATIO(extract, list_confidence, 0, 1, 0.9, "Bold bullets, labelled lines, lists and procedures")
SETTING_RATIO(extract, prose_confidence, 0, 1, 0.75, "Running text, when the class is known or the name is a counter or an event")
SETTING_RATIO(extract, guess_confidence, 0, 1, 0.65, "Running text, when only the shape speaks for a parameter")
SETTING_SECTION_END(extract)

SETTING_SECTION_BEGIN(chunk, "Chunks, in characters")
SETTING_NUMBER(chunk, fast_chars, "characters", 200, 1000000, 10000, "Chunk for the fast tier")
SETTING_NUMBER(chunk, fast_overlap, "characters", 0, 100000, 800, "Overlap of two chunks, fast tier")
SETTING_NUMBER(chunk, balanced_chars, "characters", 200, 1000000, 8000, "Chunk for the balanced tier")
SETTING_NUMBER(chunk, balanced_overlap, "characters", 0, 100000, 800, "Overlap, balanced tier")
SETTING_NUMBER(chunk, quality_chars, "characters", 200, 1000000, 12000, "Chunk for the quality tier")
SETTING_NUMBER(chunk, quality_overlap, "characters", 0, 100000, 1000, "Overlap, quality tier")
SETTING_RATIO(chunk, whole_factor, 1, 10, 1.5, "A table or code block up to this many times the size stays whole")
SETTING_SECTION_END(chunk)

SETTING_SECTION_BEGIN(score, "Scores")
SETTING_RATIO(score, tier_fast_below, 0, 1, 0.3, "Complexity below which the fast tier is enough")
SETTING_RATIO(score, tier_balanced_below, 0, 1, 0.7, "Complexity below which the balanced tier is enough")
SETTING_SECTION_END(score)

SETTING_SECTION_BEGIN(generate, "Conversations")
SETTING_NUMBER(generate, pairs_fast, "pairs", 0, 1000, 2, "Pairs of a document of low complexity")
SETTING_NUMBER(generate, pairs_balanced, "pairs", 0, 1000, 4, "Pairs of a document of middle complexity")
SETTING_NUMBER(generate, pairs_quality, "pairs", 0, 1000, 8, "Pairs of a document of high complexity")
SETTING_NUMBER(generate, pairs_document_max, "pairs", 1, 100000, 20, "Pairs of one document at most")
SETTING_NUMBER(generate, pairs_csv_item, "pairs", 0, 100, 2, "Pairs of one CSV row")
SETTING_NUMBER(generate, pairs_csv_max, "pairs", 1, 1000000, 40000, "Pairs of one CSV file at most")
SETTING_NUMBER(generate, question_chars_min, "characters", 1, 10000, 10, "Shortest question")
SETTING_NUMBER(generate, question_chars_max, "characters", 10, 10000, 300, "Longest question")
SETTING_NUMBER(generate, answer_chars_min, "characters", 1, 100000, 180, "Shortest answer")
SETTING_NUMBER(generate, answer_chars_max, "characters", 100, 1000000, 4000, "Longest answer")
SETTING_STRING(generate, system, "", "System message put before each conversation; empty: none")
SETTING_SWITCH(generate, cmedit, true, "Conversations with cmedit commands")
SETTING_SECTION_END(generate)

SETTING_SECTION_BEGIN(split, "Split into train, valid and test, by document")
SETTING_RATIO(split, valid, 0, 0.9, 0.1, "Part of the documents for valid.jsonl")
SETTING_RATIO(split, test, 0, 0.9, 0.1, "Part of the documents for test.jsonl")
SETTING_SECTION_END(split)

SETTING_SECTION_BEGIN(output, "What is written")
SETTING_SWITCH(output, markdown, true, "Write markdown/ with each converted document")
SETTING_STRING(output, dataset_name, "docring dataset", "Name in the dataset card")
SETTING_STRING(output, license, "other", "Licence in the dataset card (Hugging Face identifier)")
SETTING_SECTION_END(output)
