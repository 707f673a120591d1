/* options.c: the command line. The arguments are read in order first; settings are put together afterwards, because a profile
 * or a configuration file named last is still weaker than an option named first. */
#define _GNU_SOURCE
#include "coordinator/options.h"
#include "coordinator/options_table.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LONG_VALUE = 256 }; /* getopt's value of the option with id 0 */

struct assignment { /* a setting from the command line */
	enum option_id option;
	const char *text;
};

struct parse {
	struct options *options;
	struct assignment *assignments;
	size_t assignment_count;
	bool given[OPTION_COUNT];
	bool words_only;       /* behind "--" */
	bool first_is_a_path;  /* the first word stood behind "--" */
	struct error_text *error;
};

const char *options_command_name(enum options_command command)
{
	return options_command_row(command)->name;
}

/* "-o/--output" */
static const char *display(enum option_id id, char place[64])
{
	const struct option_row *row = options_row(id);
	if (row->letter)
		snprintf(place, 64, "-%c/--%s", row->letter, row->name);
	else
		snprintf(place, 64, "--%s", row->name);
	return place;
}

/* --- single options ---------------------------------------------------------------------------------------------- */

/* The index of `value` among "a|b|c", or -EINVAL with the choices and the nearest of them. */
static int read_choice(enum option_id id, const char *value, struct error_text *error)
{
	enum { CHOICES_MAX = 8, CHOICE_BYTES = 16 };
	char words[CHOICES_MAX][CHOICE_BYTES], list[CHOICES_MAX * (CHOICE_BYTES + 2)] = "", place[64];
	const char *names[CHOICES_MAX];
	struct text rest = text_from(options_row(id)->choices), choice;
	int count = 0;

	while (text_next_field(&rest, '|', &choice)) {
		CHECK(count < CHOICES_MAX && choice.bytes < CHOICE_BYTES);
		if (text_equal(choice, text_from(value)))
			return count;
		memcpy(words[count], choice.data, choice.bytes);
		words[count][choice.bytes] = '\0';
		names[count] = words[count];
		size_t used = strlen(list);
		snprintf(list + used, sizeof(list) - used, "%s%s", count == 0 ? "" : rest.bytes ? ", " : " or ", words[count]);
		count++;
	}
	const char *closest = settings_closest(value, names, (size_t)count);
	return error_set(error, -EINVAL, "%s: \"%.100s\" is none of %s%s%s%s", display(id, place), value, list,
			 closest ? "; did you mean \"" : "", closest ? closest : "", closest ? "\"?" : "");
}

/* Of an address with a name and password what follows them. */
static const char *without_password(const char *url)
{
	const char *user = strchr(url, '@');
	return user ? user + 1 : url;
}

/* What describes the one model of a command line; the last one would win without a word. */
static int refuse_second(const struct parse *parse, enum option_id id, const char *value)
{
	char place[64];

	for (size_t i = 0; i < parse->assignment_count; i++)
		if (parse->assignments[i].option == id)
			return error_set(parse->error, -EINVAL, "%s stands twice (%.100s and %.100s), and the command line describes one model; list several under "
					 "\"models:\" in a configuration file (-c FILE; docs/models.md: several models), or name them: --set models.a.base_url=URL "
					 "--set models.b.base_url=URL", display(id, place), without_password(parse->assignments[i].text), without_password(value));
	return 0;
}

static int take_option(struct parse *parse, enum option_id id, const char *value)
{
	struct options *options = parse->options;
	int choice = options_row(id)->choices ? read_choice(id, value, parse->error) : 0;
	char place[64];

	if (choice < 0)
		return choice;
	if (value && value[0] == '\0' && !options_row(id)->setting && id != OPTION_SET) /* "$OUT" of a script that never set it */
		return error_set(parse->error, -EINVAL, "%s: an empty value; expected %s", display(id, place), options_row(id)->argument);
	int second = id == OPTION_MODEL_URL || id == OPTION_MODEL ? refuse_second(parse, id, value) : 0;
	if (second < 0)
		return second;
	parse->given[id] = true;
	if (options_row(id)->setting || id == OPTION_SET)
		parse->assignments[parse->assignment_count++] = (struct assignment){ id, options_row(id)->argument ? value : "on" }; /* one without a value is a switch */
	switch (id) {
	case OPTION_OUTPUT: options->output = value; options->output_given = true; break;
	case OPTION_CONFIG: options->config_path = value; break;
	case OPTION_PROFILE:
		if (options->profile_count == OPTIONS_PROFILES_MAX)
			return error_set(parse->error, -EINVAL, "--profile: more than %d", OPTIONS_PROFILES_MAX);
		options->profiles[options->profile_count++] = value;
		break;
	case OPTION_WATCH: options->watch = value; break;
	case OPTION_RUN: options->run = value; break;
	case OPTION_DRY_RUN: options->dry_run = true; break;
	case OPTION_RESTART: options->restart = true; break;
	case OPTION_JSON: options->json = true; break;
	case OPTION_FRONT_MATTER: options->front_matter = true; break;
	case OPTION_IMAGES: options->images = value; break;
	case OPTION_KIND: options->inference = choice == 1; break;
	case OPTION_PROGRESS: options->progress = (enum options_progress)choice; break;
	case OPTION_LOG_LEVEL: options->log_level = (enum log_level)choice; break;
	case OPTION_DUMP_CONFIG: options->action = OPTIONS_SHOW_CONFIG; break;
	case OPTION_HELP_SETTINGS: options->action = OPTIONS_SHOW_SETTINGS; break;
	case OPTION_HELP: options->action = OPTIONS_SHOW_HELP; break;
	case OPTION_VERSION: options->action = OPTIONS_SHOW_VERSION; break;
	default: break; /* stands for a setting: applied later */
	}
	return 0;
}

static void take_word(struct parse *parse, const char *word)
{
	struct options *options = parse->options;
	if (options->input_count == 0 && !options->command_given && !parse->words_only)
		for (int i = 0; i < OPTIONS_COMMAND_COUNT; i++)
			if (strcmp(word, options_command_name(i)) == 0) {
				options->command = i;
				options->command_given = true;
				return;
			}
	parse->first_is_a_path |= options->input_count == 0 && parse->words_only;
	options->inputs[options->input_count++] = word;
}

/* --- getopt ------------------------------------------------------------------------------------------------------ */

static void build_tables(struct option longs[OPTION_COUNT + 1], char shorts[2 * OPTION_COUNT + 3])
{
	size_t used = 0;
	shorts[used++] = '-'; /* words in order, as value 1 */
	shorts[used++] = ':'; /* a missing argument is ':', not '?' */
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = options_row(i);
		longs[i] = (struct option){ .name = row->name, .has_arg = row->argument ? required_argument : no_argument, .val = LONG_VALUE + i };
		if (!row->letter)
			continue;
		shorts[used++] = row->letter;
		if (row->argument)
			shorts[used++] = ':';
	}
	shorts[used] = '\0';
	longs[OPTION_COUNT] = (struct option){ 0 };
}

static int option_from_value(int value)
{
	if (value >= LONG_VALUE)
		return value - LONG_VALUE;
	for (int i = 0; i < OPTION_COUNT; i++)
		if (value > 0 && options_row(i)->letter == value)
			return i;
	return -1;
}

/* getopt did not know it, or its beginning fits more than one. */
static int refuse_option(const struct parse *parse, const char *argument)
{
	const char *names[OPTION_COUNT];
	char place[64], word[64];
	int id = option_from_value(optopt);

	if (id >= 0)
		return error_set(parse->error, -EINVAL, "%s takes no value", display(id, place));
	if (optopt != 0)
		return error_set(parse->error, -EINVAL, "unknown option -%c", optopt);
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(argument + 2, "="), argument + 2);
	char fitting[256] = "";
	for (int i = 0; i < OPTION_COUNT; i++) {
		names[i] = options_row(i)->name;
		size_t used = strlen(fitting);
		if (strncmp(names[i], word, strlen(word)) == 0)
			snprintf(fitting + used, sizeof(fitting) - used, "%s--%s", used ? ", " : "", names[i]);
	}
	const char *closest = settings_closest(word, names, OPTION_COUNT);
	if (fitting[0])
		return error_set(parse->error, -EINVAL, "--%s is not clear; it could be %s", word, fitting);
	if (strchr(word, '.'))
		return error_set(parse->error, -EINVAL, "unknown option --%s; settings are given as --set %s=VALUE", word, word);
	return error_set(parse->error, -EINVAL, "unknown option --%s%s%s%s", word, closest ? "; did you mean --" : "", closest ? closest : "",
			 closest ? "?" : "");
}

static int read_arguments(struct parse *parse, int argc, char **argv)
{
	struct option longs[OPTION_COUNT + 1];
	char shorts[2 * OPTION_COUNT + 3], place[64];

	build_tables(longs, shorts);
	optind = 0; /* glibc: start afresh */
	opterr = 0;
	for (;;) {
		int value = getopt_long(argc, argv, shorts, longs, NULL);
		if (value == -1)
			break;
		if (value == 1) {
			take_word(parse, optarg);
			continue;
		}
		if (value == '?')
			return refuse_option(parse, argv[optind - 1]);
		if (value == ':')
			return error_set(parse->error, -EINVAL, "%s needs a value: %s", display(option_from_value(optopt), place),
					 options_row(option_from_value(optopt))->argument);
		int status = take_option(parse, option_from_value(value), optarg);
		if (status < 0)
			return status;
	}
	parse->words_only = true;
	for (; optind < argc; optind++)
		take_word(parse, argv[optind]);
	return 0;
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

/* "statsu": no such file, and near a subcommand. */
static int check_first_word(const struct parse *parse)
{
	const struct options *options = parse->options;
	const char *names[OPTIONS_COMMAND_COUNT];

	if (options->command_given || options->input_count == 0 || parse->first_is_a_path || strchr(options->inputs[0], '/') ||
	    access(options->inputs[0], F_OK) == 0)
		return 0;
	if (strcmp(options->inputs[0], "help") == 0)
		return error_set(parse->error, -EINVAL, "there is no file or folder \"help\"; did you mean --help?");
	for (int i = 0; i < OPTIONS_COMMAND_COUNT; i++)
		names[i] = options_command_name(i);
	const char *closest = settings_closest(options->inputs[0], names, OPTIONS_COMMAND_COUNT);
	if (!closest)
		return 0;
	return error_set(parse->error, -EINVAL, "there is no file or folder \"%.100s\"; did you mean the subcommand \"%s\"?", options->inputs[0],
			 closest);
}

static int check_words(const struct parse *parse)
{
	const struct options *options = parse->options;
	const struct command_row *command = options_command_row(options->command);

	if (options->input_count < command->words_min)
		return error_set(parse->error, -EINVAL, "%s needs %s: coordinator %s %s", command->name,
				 command->words_max == 1 ? "a file" : "files or folders", command->name, command->words);
	if (options->input_count > command->words_max)
		return error_set(parse->error, -EINVAL, "%s: unexpected \"%.100s\"; expected: coordinator %s%s%s", command->name,
				 options->inputs[command->words_max], command->name, command->words[0] ? " " : "", command->words);
	for (int i = 0; i < options->input_count; i++)
		if (options->inputs[i][0] == '\0')
			return error_set(parse->error, -EINVAL, "%s: an empty word; expected %s", command->name, command->words);
	for (int i = 0; i < OPTION_COUNT; i++)
		if (parse->given[i] && !(options_row(i)->commands & (1u << options->command))) {
			char place[64];
			bool output_for_run = i == OPTION_OUTPUT && (options_row(OPTION_RUN)->commands & (1u << options->command));
			return error_set(parse->error, -EINVAL, "%s means nothing for %s (%scoordinator %s --help lists its options)", display(i, place),
					 command->name, output_for_run ? "--run says which coordinator; " : "", command->name);
		}
	if (options->dry_run && options->input_count == 0)
		return error_set(parse->error, -EINVAL, "--dry-run needs files or folders to look at");
	return 0;
}

/* "w12": how a worker is called. */
static bool is_worker_name(const char *word)
{
	return word[0] == 'w' && word[1] != '\0' && strspn(word + 1, "0123456789") == strlen(word + 1);
}

static int take_worker_names(const struct parse *parse)
{
	struct options *options = parse->options;

	for (int i = 1; i < options->input_count; i++)
		if (!is_worker_name(options->inputs[i]))
			return error_set(parse->error, -EINVAL, "workers remove: \"%.100s\" names no worker; expected how many, or names such as w3 (coordinator workers "
					 "list)", options->inputs[i]);
	return parse->given[OPTION_KIND] ? error_set(parse->error, -EINVAL, "workers remove: --kind means nothing for workers that are named") : 0;
}

/* list | add N | remove N | remove NAME… */
static int take_workers_words(const struct parse *parse)
{
	struct options *options = parse->options;
	const char *const verbs[] = { "list", "add", "remove" };
	uint32_t least, most;
	struct error_text reason;
	int verb = 0;

	while (options->input_count > 0 && verb < 3 && strcmp(options->inputs[0], verbs[verb]) != 0)
		verb++;
	if (verb == 3) {
		const char *closest = settings_closest(options->inputs[0], verbs, 3);
		return error_set(parse->error, -EINVAL, "workers: \"%.100s\" is not understood; %s%s%s", options->inputs[0], closest ? "did you mean \"" :
				 "expected list, add or remove", closest ? closest : "", closest ? "\"?" : "");
	}
	options->workers = (enum options_workers)verb;
	if (verb == OPTIONS_WORKERS_LIST && (options->input_count > 1 || parse->given[OPTION_KIND]))
		return error_set(parse->error, -EINVAL, "workers list takes no more words and no --kind");
	if (verb == OPTIONS_WORKERS_LIST)
		return 0;
	if (options->input_count < 2)
		return error_set(parse->error, -EINVAL, "workers %s: how many? coordinator workers %s N", verbs[verb], verbs[verb]);
	if (verb == OPTIONS_WORKERS_REMOVE && (options->input_count > 2 || is_worker_name(options->inputs[1])))
		return take_worker_names(parse);
	if (options->input_count > 2)
		return error_set(parse->error, -EINVAL, "workers add: unexpected \"%.100s\"; expected: coordinator workers add N", options->inputs[2]);
	if (settings_parse_workers(options->inputs[1], &least, &most, &reason) < 0 || least == 0 || least != most)
		return error_set(parse->error, -EINVAL, "workers %s: \"%.100s\" is no number of workers%s", verbs[verb], options->inputs[1],
				 verb == OPTIONS_WORKERS_REMOVE ? " and no name of one, such as w3" : "");
	options->workers_count = least;
	return 0;
}

/* What the words mean to the subcommand, beyond inputs. */
static int take_command_words(const struct parse *parse)
{
	struct options *options = parse->options;

	if (options->command == OPTIONS_FINALISE || options->command == OPTIONS_VERIFY) {
		if (options->input_count == 1 && options->output_given && strcmp(options->inputs[0], options->output) != 0)
			return error_set(parse->error, -EINVAL, "two dataset folders: \"%.100s\" and --output \"%.100s\"; give one", options->inputs[0],
					 options->output);
		if (options->input_count == 1)
			options->output = options->inputs[0];
		options->output_given |= options->input_count == 1;
	}
	if (options->command == OPTIONS_STATUS && options->input_count == 1) {
		if (options->run && strcmp(options->inputs[0], options->run) != 0)
			return error_set(parse->error, -EINVAL, "two coordinators: \"%.100s\" and --run \"%.100s\"; give one", options->inputs[0], options->run);
		options->run = options->inputs[0];
	}
	return options->command == OPTIONS_WORKERS ? take_workers_words(parse) : 0;
}

/* "run.workers: …" becomes "-w/--workers: …". */
static int name_option(enum option_id id, int status, struct error_text *error)
{
	char place[64];
	if (!error)
		return status;
	struct text message = text_from(error->message), key = text_from(options_row(id)->setting);
	if (text_starts_with(message, key) && message.bytes > key.bytes + 2) {
		size_t skip = key.bytes + 2;
		memmove(error->message, error->message + skip, message.bytes - skip + 1);
	}
	return error_prefix(error, status, "%s", display(id, place));
}

static int apply_assignment(struct settings *settings, const struct assignment *assignment, struct error_text *error)
{
	if (assignment->option != OPTION_SET) {
		int status = settings_set(settings, options_row(assignment->option)->setting, assignment->text, error);
		return status < 0 ? name_option(assignment->option, status, error) : 0;
	}
	const char *equals = strchr(assignment->text, '=');
	char key[128];
	if (!equals || equals == assignment->text || equals - assignment->text >= (ptrdiff_t)sizeof(key))
		return error_set(error, -EINVAL, "--set: \"%.100s\" is no setting; expected SECTION.NAME=VALUE, such as run.seed=7", assignment->text);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - assignment->text), assignment->text);
	int status = settings_set(settings, key, equals + 1, error);
	return status < 0 ? error_prefix(error, status, "--set") : 0;
}

/* The user's own file, when there is one: NULL otherwise. */
static char *find_user_config(void)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int bytes = folder && folder[0] == '/' ? asprintf(&path, "%s/docring/docring.yaml", folder) :
		    home && home[0] ? asprintf(&path, "%s/.config/docring/docring.yaml", home) : -1;
	if (bytes < 0)
		return NULL;
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* Finalising means the settings of the run that made the folder, unless others are named. False: there are none. */
static bool run_settings_path(const struct options *options, char path[PATH_MAX])
{
	if (options->command != OPTIONS_FINALISE || options->config_path || options->profile_count)
		return false;
	return snprintf(path, PATH_MAX, "%s/.docring/settings.yaml", options->output) < PATH_MAX && access(path, R_OK) == 0;
}

/* Profiles of two servers: the list of the second would replace that of the first without a word. */
static int check_servers(const struct settings *settings, const char *name, struct error_text *error)
{
	struct settings alone;

	settings_init(&alone);
	int status = settings->model_count ? settings_load_profile(&alone, name, error) : 0;
	if (status == 0 && alone.model_count)
		status = error_set(error, -EINVAL, "--profile: %.100s and an earlier one (%.100s) each name a model server; list both under \"models:\" in a configuration "
				   "file (-c FILE; docs/models.md: several models)", name, settings->models[0].base_url);
	settings_done(&alone);
	return status;
}

/* "workstation,ollama" */
static int load_profiles(struct settings *settings, const char *list, struct error_text *error)
{
	struct text rest = text_from(list), name;
	char word[PATH_MAX];
	int status = 0;

	while (status == 0 && text_next_field(&rest, ',', &name)) {
		snprintf(word, sizeof(word), "%.*s", (int)size_min(name.bytes, sizeof(word) - 1), name.data);
		status = check_servers(settings, word, error);
		if (status == 0)
			status = settings_load_profile(settings, word, error);
	}
	return status;
}

static int load_settings(struct parse *parse)
{
	char run_settings[PATH_MAX];
	struct options *options = parse->options;
	int status = 0;

	if (options->action != OPTIONS_SHOW_CONFIG && !(options_row(OPTION_CONFIG)->commands & (1u << options->command)))
		return 0; /* a broken configuration file should not keep anyone from looking at a running coordinator */
	for (size_t i = 0; status == 0 && i < options->profile_count; i++)
		status = load_profiles(&options->settings, options->profiles[i], parse->error);
	bool of_run = run_settings_path(options, run_settings);
	if (status == 0 && !options->config_path && !of_run)
		options->user_config_path = find_user_config();
	const char *config = of_run ? run_settings : options->config_path ? options->config_path : options->user_config_path;
	if (status == 0 && config)
		status = settings_load_file(&options->settings, config, parse->error);
	for (size_t i = 0; status == 0 && i < parse->assignment_count; i++)
		status = apply_assignment(&options->settings, &parse->assignments[i], parse->error);
	return status == 0 ? settings_check(&options->settings, parse->error) : status;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct error_text *error)
{
	struct options options = { .output = "out", .log_level = LOG_INFO };
	struct parse parse = { .options = &options, .error = error };
	size_t room = (size_t)(argc > 0 ? argc : 0) + 1;

	settings_init(&options.settings);
	options.inputs = calloc(room, sizeof(*options.inputs));
	parse.assignments = calloc(room, sizeof(*parse.assignments));
	int status = options.inputs && parse.assignments ? 0 : error_set(error, -ENOMEM, "out of memory");
	if (status == 0)
		status = read_arguments(&parse, argc, argv);
	bool only_shows = options.action == OPTIONS_SHOW_HELP || options.action == OPTIONS_SHOW_VERSION || options.action == OPTIONS_SHOW_SETTINGS;
	if (status == 0 && !only_shows) {
		status = check_first_word(&parse);
		if (status == 0 && options.action == OPTIONS_PERFORM)
			status = check_words(&parse);
		if (status == 0 && options.action == OPTIONS_PERFORM)
			status = take_command_words(&parse);
		if (status == 0)
			status = load_settings(&parse);
	}
	free(parse.assignments);
	if (status < 0) {
		options_done(&options);
		return status;
	}
	*ret_options = options;
	return 0;
}

void options_done(struct options *options)
{
	if (!options)
		return;
	settings_done(&options->settings);
	free(options->inputs);
	free(options->user_config_path);
	options->inputs = NULL;
	options->user_config_path = NULL;
}
