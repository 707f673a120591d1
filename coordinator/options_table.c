#include "coordinator/options_table.h"

#include <limits.h>

#define ON(command) (1u << (command))
enum {
	EVERYWHERE = (1u << OPTIONS_COMMAND_COUNT) - 1,
	WITH_SETTINGS = ON(OPTIONS_RUN) | ON(OPTIONS_FINALISE) | ON(OPTIONS_CONVERT) | ON(OPTIONS_EXTRACT) | ON(OPTIONS_DOCTOR),
	ON_RUNNING = ON(OPTIONS_SUBMIT) | ON(OPTIONS_STATUS) | ON(OPTIONS_WORKERS),
};

static const struct option_row rows[OPTION_COUNT] = {
	[OPTION_OUTPUT] = { .name = "output", .letter = 'o', .argument = "FOLDER",
		.commands = ON(OPTIONS_RUN) | ON(OPTIONS_FINALISE) | ON(OPTIONS_VERIFY),
		.help = "dataset folder (default: out); run it again on the same folder to continue" },
	[OPTION_WORKERS] = { .name = "workers", .letter = 'w', .argument = "N|MIN..MAX", .setting = "run.workers",
		.commands = ON(OPTIONS_RUN) | ON(OPTIONS_DOCTOR),
		.help = "preprocessing workers; auto: one a core" },
	[OPTION_SHM] = { .name = "shm", .argument = "SIZE", .setting = "ipc.shm", .commands = ON(OPTIONS_RUN) | ON(OPTIONS_DOCTOR),
		.help = "shared memory for the ring and the outboxes, such as 512M or 15G" },
	[OPTION_LIMIT] = { .name = "limit", .argument = "N", .setting = "run.limit", .commands = ON(OPTIONS_RUN),
		.help = "stop after N documents" },
	[OPTION_SEED] = { .name = "seed", .argument = "N", .setting = "run.seed",
		.commands = ON(OPTIONS_RUN) | ON(OPTIONS_FINALISE), .help = "seed of every random choice" },
	[OPTION_STAGES] = { .name = "stages", .argument = "STAGES", .setting = "run.stages", .commands = ON(OPTIONS_RUN),
		.help = "all, or preprocess: Markdown and extractions only, no conversations" },
	[OPTION_DOMAIN] = { .name = "domain", .argument = "NAME", .setting = "run.domain", .commands = WITH_SETTINGS,
		.help = "domain pack: ran, generic, or a path to a YAML file" },
	[OPTION_CONFIG] = { .name = "config", .letter = 'c', .argument = "FILE", .commands = WITH_SETTINGS,
		.help = "configuration file instead of $XDG_CONFIG_HOME/docring/docring.yaml" },
	[OPTION_PROFILE] = { .name = "profile", .argument = "NAME[,NAME...]", .commands = WITH_SETTINGS,
		.help = "settings for a kind of machine (small, workstation, server), of documents (generic), of model server (ollama, lm-studio, llama.cpp, "
			"vllm, mlx), or a path" },
	[OPTION_SET] = { .name = "set", .argument = "KEY=VALUE", .commands = WITH_SETTINGS,
		.help = "one setting; may be repeated (--help-settings lists them)" },
	[OPTION_MODEL_URL] = { .name = "model-url", .argument = "URL", .setting = "models.base_url", .commands = ON(OPTIONS_RUN) | ON(OPTIONS_DOCTOR),
		.help = "a model server that is to write pairs, such as http://127.0.0.1:11434 (several: see --help-settings)" },
	[OPTION_MODEL] = { .name = "model", .argument = "NAME", .setting = "models.model", .commands = ON(OPTIONS_RUN) | ON(OPTIONS_DOCTOR),
		.help = "the model at that server; may be left out when it has only one" },
	[OPTION_WATCH] = { .name = "watch", .argument = "FOLDER", .commands = ON(OPTIONS_RUN),
		.help = "also take what appears in this folder, until stopped" },
	[OPTION_DRY_RUN] = { .name = "dry-run", .commands = ON(OPTIONS_RUN),
		.help = "say what would be done: files by type, sizes, batches, expected records" },
	[OPTION_RESTART] = { .name = "restart", .commands = ON(OPTIONS_RUN), .help = "ignore what an earlier run left in the dataset folder" },
	[OPTION_PROGRESS] = { .name = "progress", .argument = "WHEN", .choices = "auto|always|never", .commands = ON(OPTIONS_RUN),
		.help = "progress line: auto (on a terminal), always or never" },
	[OPTION_LOG_LEVEL] = { .name = "log-level", .argument = "LEVEL", .choices = "error|warning|info|debug", .commands = EVERYWHERE,
		.help = "error, warning, info or debug (default: info)" },
	[OPTION_RUN] = { .name = "run", .argument = "RUN", .commands = ON_RUNNING,
		.help = "which coordinator: the name or the dataset folder of its run (default: the only one)" },
	[OPTION_JSON] = { .name = "json", .commands = EVERYWHERE & ~(ON(OPTIONS_CONVERT)), .help = "JSON on standard output, for scripts" },
	[OPTION_FRONT_MATTER] = { .name = "front-matter", .commands = ON(OPTIONS_CONVERT),
		.help = "put the metadata before the text, as YAML between --- lines" },
	[OPTION_IMAGES] = { .name = "images", .argument = "FOLDER", .commands = ON(OPTIONS_CONVERT),
		.help = "write the images of the document into this folder, and lead the Markdown to them" },
	[OPTION_EXPLAIN] = { .name = "explain", .setting = "convert.explain", .commands = ON(OPTIONS_RUN) | ON(OPTIONS_CONVERT),
		.help = "list what conversion and cleaning took out: on standard error (convert), in removed.jsonl (run)" },
	[OPTION_PIN] = { .name = "pin", .argument = "HOW", .setting = "run.pin", .commands = ON(OPTIONS_RUN),
		.help = "workers on cores: auto (one a core, those beyond run anywhere), cores (shared when there are more), none" },
	[OPTION_KIND] = { .name = "kind", .argument = "KIND", .choices = "preprocess|inference", .commands = ON(OPTIONS_WORKERS),
		.help = "which workers to add or remove: preprocess (default) or inference" },
	[OPTION_DUMP_CONFIG] = { .name = "dump-config", .commands = EVERYWHERE,
		.help = "print the effective settings as a commented configuration file" },
	[OPTION_HELP_SETTINGS] = { .name = "help-settings", .commands = EVERYWHERE, .help = "list every setting with its default and range" },
	[OPTION_HELP] = { .name = "help", .letter = 'h', .commands = EVERYWHERE, .help = "this help; after a subcommand, its help" },
	[OPTION_VERSION] = { .name = "version", .letter = 'V', .commands = EVERYWHERE, .help = "print the version" },
};

static const struct command_row commands[OPTIONS_COMMAND_COUNT] = {
	[OPTIONS_RUN] = { .name = "run", .words = "[FILE|FOLDER...]", .words_max = INT_MAX,
		.summary = "turn documents into a dataset (the default)",
		.details = "Takes files, folders and archives of HTML, PDF, DOCX, Markdown, text and CSV and writes a dataset folder: train.jsonl, valid.jsonl, "
			   "test.jsonl, extractions.jsonl, markdown/, images/, tables/, removed.jsonl, rejected.jsonl, failed.jsonl, manifest.json, report.html and a dataset card. Run the same command again "
			   "to continue after any interruption. Without a file or folder, or with --watch, it runs as a service and takes what `coordinator submit` and the "
			   "watched folder bring. Ctrl-C finishes what is under way; a second one stops at once.",
		.examples = "coordinator docs/ -o out/\n"
			    "coordinator --workers 12 --shm 15G docs/ more.zip -o out/\n"
			    "coordinator --dry-run docs/\n"
			    "coordinator --watch incoming/ -o out/" },
	[OPTIONS_SUBMIT] = { .name = "submit", .words = "FILE|FOLDER...", .words_min = 1, .words_max = INT_MAX,
		.summary = "give more documents to a running coordinator",
		.details = "The paths must be readable for the coordinator. It answers once they are queued, not once they are done.",
		.examples = "coordinator submit new.zip\n"
			    "coordinator submit docs/ --run out/" },
	[OPTIONS_STATUS] = { .name = "status", .words = "[RUN]", .words_max = 1,
		.summary = "show what a running coordinator is doing",
		.details = "Documents done and waiting, workers and what each does, memory, failures. RUN is the name or the dataset folder of its run, when there "
			   "are several.",
		.examples = "coordinator status\n"
			    "coordinator status out/ --json" },
	[OPTIONS_WORKERS] = { .name = "workers", .words = "[list | add N | remove N|ID...]", .words_max = INT_MAX,
		.summary = "list the workers of a running coordinator, add some, or let some go",
		.details = "The list shows each worker's id, what it does (busy, idle, asleep, draining, starting, backoff after a crash), its process and core, tasks held of those "
			   "it may hold, tasks done, memory of its own in MiB, age, how often the worker in this place died, the road by which its tasks come (lane or bus) and "
			   "where it came from (start, demand, hand, joined). A removed worker finishes what it holds. One worker of each kind always stays. Workers can also join by "
			   "hand, from any terminal: worker-preprocess --attach RUN; Ctrl-C there lets them go.",
		.examples = "coordinator workers\n"
			    "coordinator workers add 2 --run out/\n"
			    "coordinator workers remove w3 w5\n"
			    "coordinator workers add 1 --kind inference" },
	[OPTIONS_FINALISE] = { .name = "finalise", .words = "[FOLDER]", .words_max = 1,
		.summary = "write the dataset files again from what was processed",
		.details = "Reads what earlier runs left in FOLDER/.docring, and no document again: for another split, seed or format. The same settings and seed "
			   "give the same bytes.",
		.examples = "coordinator finalise out/\n"
			    "coordinator finalise out/ --set split.test=0.2" },
	[OPTIONS_VERIFY] = { .name = "verify", .words = "[FOLDER]", .words_max = 1,
		.summary = "check hashes, counts, rows and spans of a dataset",
		.details = "Exit code 0 when all is as manifest.json says, 1 when something is not, with what and where.",
		.examples = "coordinator verify out/" },
	[OPTIONS_CONVERT] = { .name = "convert", .words = "FILE", .words_min = 1, .words_max = 1,
		.summary = "print one document as Markdown",
		.details = "No workers, no dataset: the Markdown goes to standard output. FILE may be - for standard input. Exit code 1 when nothing came out.",
		.examples = "coordinator convert feature.html\n"
			    "coordinator convert --front-matter spec.pdf > spec.md\n"
			    "coordinator convert --images images --explain feature.docx > feature.md" },
	[OPTIONS_EXTRACT] = { .name = "extract", .words = "FILE", .words_min = 1, .words_max = 1,
		.summary = "print what was found in one document, as JSON",
		.details = "One object in the shape that LangExtract's tools read: document_id, text, extractions with classes, character intervals and attributes. FILE may "
			   "be - for standard input.",
		.examples = "coordinator extract feature.html | jq '.extractions[].extraction_class'" },
	[OPTIONS_DOCTOR] = { .name = "doctor", .words = "",
		.summary = "say what this machine offers and what is missing",
		.details = "Cores, memory, shared memory, io_uring, huge pages, limits, programs, data files and model servers, each with what to do. Each model "
			   "server of the settings is asked about ten small questions, and what it really does is said. Exit code 1 when a run with these "
			   "settings would not work, or not as they ask.",
		.examples = "coordinator doctor\n"
			    "coordinator doctor --shm 15G --workers 12\n"
			    "coordinator doctor --profile ollama --model qwen3:8b" },
};

const struct option_row *options_row(enum option_id id)
{
	CHECK(id < OPTION_COUNT);
	return &rows[id];
}

const struct command_row *options_command_row(enum options_command command)
{
	CHECK(command < OPTIONS_COMMAND_COUNT);
	return &commands[command];
}
