/* test_section_compose.c: what of a section becomes the answer, and what it is asked about: terms and declarations, examples with
 * their code, lists that lead nowhere, questions that the document asks itself. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/generated.h"
#include "tests/unit/pack_fixture.h"

#define FILL "The scheduler reads the queue of each cell once in a period and serves the oldest request before all of the others. " \
	     "A request that waits for more than two periods is served at once, whatever its priority in the queue may be.\n\n"

#define MORE "The order of the cells is fixed when the node starts, and it is the same for all of its queues until the node is started again by an operator. " \
	     "A cell that is added later takes the last place in that order, and a cell that is removed leaves its place empty.\n\n"

static int open_generic(void **state)
{
	(void)state;
	open_pack("generic");
	settings_take_all_pairs();
	return 0;
}

/* All questions and answers that are made of the Markdown, one after the other. The caller frees them. */
static char *pairs_of(const char *markdown)
{
	struct sample sample;
	struct generated result;
	struct buffer all;
	const char *title = strstr(markdown, "# 1 Queue Service") ? "1 Queue Service" : "Queue Service";
	buffer_init(&all, 1 << 20);
	sample_finish(sample_begin(title, NULL, text_from(markdown)), &sample);
	generated_make(&settings, domain, &sample.document, &result);
	for (uint32_t i = 0; i < result.set.count; i++) {
		const struct conversation *pair = &result.set.conversations[i];
		buffer_append_string(&all, "U: ");
		buffer_append_text(&all, generated_message(&result, pair, CONVERSATION_USER));
		buffer_append_string(&all, "\nA: ");
		buffer_append_text(&all, generated_message(&result, pair, CONVERSATION_ASSISTANT));
		buffer_append_string(&all, pair->accepted ? "\n" : "\nREFUSED ");
		buffer_append_text(&all, conversation_text(&result.set, pair->reason));
		buffer_append_string(&all, "\n");
	}
	char *text = strdup(buffer_string(&all));
	assert_non_null(text);
	free(result.block);
	sample_done(&sample);
	buffer_done(&all);
	return text;
}

static void check_pairs(const char *markdown, const char *const *present, const char *const *absent)
{
	char *pairs = pairs_of(markdown);
	for (; present && *present; present++)
		if (!strstr(pairs, *present))
			fail_msg("not said: %s\n%s", *present, pairs);
	for (; absent && *absent; absent++)
		if (strstr(pairs, *absent))
			fail_msg("said: %s\n%s", *absent, pairs);
	free(pairs);
}

static void test_declarations_are_terms(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Opening\n\n" FILL "int queue_open(const char \\*name, int flags)\n\nOpens one.\n\nvoid queue_close(int queue)\n\n"
		    "static int [`queue_size`](#q) (int queue)\n\nTells how many requests wait in the queue.\n",
		    (const char *const[]){ "`int queue_open(const char *name, int flags)`: Opens one.", "`static int queue_size (int queue)`: Tells how", NULL },
		    (const char *const[]){ "Int queue", "Void", "Static int", "queue_close", "flags).", NULL });
	check_pairs("# Queue Service\n\n## Synopsis of It\n\n`queue -h`\n\n`queue < FILE`\n\n`queue --size`\n\n" FILL, (const char *const[]){ "\n\nThe scheduler reads", NULL },
		    (const char *const[]){ "queue --size", "queue -h", NULL });
	check_pairs("# Queue Service\n\n## Stopping\n\n" FILL "queue::stop ends the service when no request of any cell is waiting.\n\nread-only queues are never stopped by it.\n",
		    (const char *const[]){ "\n\nqueue::stop ends", "\n\nread-only queues", NULL }, NULL);
	check_pairs("# Queue Service\n\n## States\n\n" FILL "enum { QUEUE_OPEN , QUEUE_CLOSED }\n\nThe syntax of `queue`\n\n```\nqueue --size\n```\n", (const char *const[]){ "\n\nThe syntax of `queue`:\n\n```", NULL },
		    (const char *const[]){ "Enum", NULL });
}

static void test_options_are_terms(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Options of It\n\n" FILL "*URI*\n\nLocal address of the queue to connect to.\n\n-r, --readonly\n\nMake the connection read-only.\n\n"
		    "--size=NUMBER\n\nSet the largest number of requests.\n",
		    (const char *const[]){ "URI: Local address of", "`-r, --readonly`: Make the connection", "`--size=NUMBER`: Set the largest", NULL }, NULL);
}

static void test_sentences_without_their_end(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Routines of It\n\n" FILL "The service has a number of intrinsic routines such as\n\nThe difference between both services is\n\n" MORE
		    "It has no end mark but it says what it says\n",
		    (const char *const[]){ "says what it says", NULL }, (const char *const[]){ "such as", "difference between", NULL });
}

static void test_variables_are_terms(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Variables of It\n\n" FILL "const struct tlv_definition q_att_tlvdef\n\nDefinitions of the elements of a queue.\n\n"
		    "static struct value_string q_names []\n\nconst struct value_string q_types []\n\nstruct members are laid out in the order of the queue.\n",
		    (const char *const[]){ "`const struct tlv_definition q_att_tlvdef`: Definitions of", NULL },
		    (const char *const[]){ "Const struct", "Static struct", "q_names", NULL });
}

static void test_who_made_it(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n- **Copyright:** © 2017 A Company\n- **Author:** Jane Doe \\<jane@example.com>\n\n" FILL "## Work in it\n\n- **Author:** Jane Doe\n\n" FILL
		    "Maintainer: John Doe\n\n" MORE "- **Order:** The oldest request is served first.\n- **Author:** It is Jane Doe.\n",
		    (const char *const[]){ "- Order: The oldest", NULL }, (const char *const[]){ "Doe", "Copyright", "Company", NULL });
}

/* What stands below code that was left out goes on with the sentence that the code stands in. */
static void test_sentences_with_code_in_them(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Writing to It\n\n" FILL "The filter\n\n```\nq in {1, 2}\n```\n\nis equivalent to\n\n```\nq == 1 || q == 2\n```\n\n"
		    "I believe this union:\n\n```\nselect q_union(1, 2)\n```\n\ndoes not contradict common sense, neither does the intersection\n\n"
		    "```\nselect q_inter(1, 2)\n```\n\n" MORE,
		    (const char *const[]){ "I believe this union:\n\n```\nselect q_union(1, 2)", "is fixed when the node", NULL }, (const char *const[]){ "Is equivalent", "q == 1", NULL });
	check_pairs("# Queue Service\n\n## Reading of It\n\n" FILL "Usage:\n\n```\ncat /queue/<args>\n```\n\nwhere the args are:\n\n- curmode: This command displays the mode.\n",
		    (const char *const[]){ "Usage:\n\n```\ncat /queue/<args>\n```\n\nWhere the args are:\n- curmode", NULL }, NULL);
}

static void test_colons_of_headings(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Service of Queues\n\n### Order:\n\n" FILL "### Places:\n\n" MORE, NULL, (const char *const[]){ "::", NULL });
}

static void test_examples_need_their_code(void **state)
{
	(void)state;
	static const char *const present[] = { "The command below the line reads:\n\n```\nqueue --size\n```", NULL };
	struct buffer example;
	check_pairs("# Queue Service\n\n## Asking\n\n" FILL "The command below the line reads:\n\n```\nqueue --size\n```\n", present, NULL);
	check_pairs("# Queue Service\n\n## Asking\n\n" FILL "For example,\n\n```\nqueue --size\n```\n\nHere is a sample of its use on a node.\n\n```\nqueue --use\n```\n",
		    (const char *const[]){ "\n\nFor example:\n\n```\nqueue --size\n```", "Here is a sample of its use on a node.\n\n```\nqueue --use\n```", NULL }, NULL);
	buffer_init(&example, 1 << 20);
	buffer_append_string(&example, "# Queue Service\n\n## Asking\n\n" FILL "The first example asks for the size of a queue.\n\n```\n");
	for (int i = 0; i < 40; i++)
		buffer_append_string(&example, "queue --size --of 12345 --and more\n");
	buffer_append_string(&example, "```\n\nNothing else is asked for by this program.\n");
	check_pairs(buffer_string(&example), (const char *const[]){ "Nothing else is asked", NULL }, (const char *const[]){ "first example", "12345", NULL });
	buffer_done(&example);
	check_pairs("# Queue Service\n\n## Asking\n\n" FILL "In the example above the size is asked for.\n\nA queue has a name:\n\n- the first one:\n", NULL,
		    (const char *const[]){ "example above", "first one:", NULL });
}

static void test_what_goes_on_from_a_sentence_that_is_left_out(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Order\n\n" FILL "See Figure 3 for the order of requests. However, it holds for busy cells alone. Cells without requests are passed over quickly.\n",
		    (const char *const[]){ "Cells without requests", NULL }, (const char *const[]){ "However", NULL });
	check_pairs("# Queue Service\n\n## Order\n\n" FILL "The order is fixed for cells that wait. However, it holds for busy cells alone.\n", (const char *const[]){ "However, it holds", NULL }, NULL);
}

static void test_what_goes_on_from_a_block_that_is_left_out(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Order\n\n" FILL MORE "| Cell | Order |\n| --- | --- |\n| 1 | 2 |\n\nThese cells come first in each of the periods. A request is served once.\n\n"
		    "To start the service, install it with\n\n```\nqueue --start\n```\n\noptionally naming the prefix in the same way as for the other programs.\n\nThe service is one program. It can be used in two modes:\n\n"
		    "**Listen Mode**: The service opens a socket and waits for requests.\n\nThen it is done.\n\nFigure 9.9. The window of the service with its queue.\n\nTable 3 holds the cells in their order.\n",
		    (const char *const[]){ "A request is served once.", "one program. It can be used in two modes:\n\nListen Mode", "Table 3 holds the cells", NULL },
		    (const char *const[]){ "These cells", "ptionally", "The window", NULL });
}

/* A list is told as a whole or not begun, and what announces it goes with it. */
static void test_lists_are_whole(void **state)
{
	struct buffer list;
	(void)state;
	for (int items = 30; items <= 60; items += 30) {
		buffer_init(&list, 1 << 20);
		buffer_append_string(&list, "# Queue Service\n\n## Order\n\n" FILL "The following cells are served. A cell is served once.\n\n");
		for (int i = 0; i < items; i++)
			buffer_append_format(&list, "- Cell %d is served when no other cell has a request of its own waiting.\n", i);
		buffer_append_string(&list, "\nNothing else is served by the program.\n");
		check_pairs(buffer_string(&list), (const char *const[]){ items == 30 ? "- Cell 29" : NULL, items == 30 ? "The following cells" : NULL, NULL },
			    (const char *const[]){ items == 30 ? "- Cell 30" : "- Cell 0", items == 30 ? NULL : "A cell is served once.", NULL }); /* the list is what the section is about */
		buffer_done(&list);
	}
}

static void test_what_comes_twice_in_a_list_and_what_is_elsewhere(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Restarting It\n\n1. Stop the service of the node with its command.\n2. Wait for a minute.\n3. Start the service of the node again.\n"
		    "4. Wait for a minute.\n5. Read the queue of each of the cells, and compare it with the one before.\n",
		    (const char *const[]){ "\n4. Wait for a minute.\n5. Read", NULL }, NULL);
	check_pairs("# Queue Service\n\n## Order\n\n" FILL "Section 3 defines the order of the requests. Appendix B has a list of all of the cells. Sections of a queue are read in their order.\n",
		    (const char *const[]){ "Sections of a queue are read", NULL }, (const char *const[]){ "Section 3", "Appendix", NULL });
	check_pairs("# Queue Service\n\n## Reading an Error\n\n" FILL "| Name | Type | Description |\n| --- | --- | --- |\n| RETURNED_STATE | text | the code of the error that the service returned last |\n",
		    NULL, (const char *const[]){ "RETURNED_STATE", NULL });
}

/* "Description" below several functions of one chapter is the description of none. */
static void test_headings_that_name_no_section(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Opening\n\n### Function\n\nOne.\n\n### Effect\n\n" FILL "### Function\n\nOther.\n\n### Effect\n\n" FILL "## Closing\n\n### Effect\n\n"
		    FILL "A closed queue is gone.\n", (const char *const[]){ "\"Closing\"", "\n\nEffect:\n\nThe scheduler", NULL }, (const char *const[]){ "Opening: Effect", NULL });
}

static void test_lists_are_introduced(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Options\n\n- -D: Runs the Queue Service in the foreground, with its messages copied to the terminal of the caller.\n"
		    "- -h: Prints a short summary of the options that the program knows, and ends without reading a queue.\n",
		    NULL, (const char *const[]){ "A: - -D", NULL });
	check_pairs("# Queue Service\n\n## 大小\n\n" FILL "队列服务读取每个小区的请求。\n", (const char *const[]){ "请求。", NULL }, (const char *const[]){ "。.", NULL });
}

static void test_questions_of_the_document(void **state)
{
	(void)state;
	static const char *const present[] = { ": How do I read a queue?\nA: The queue is read", "the name of the queue behind it.\n\nA second command", ": Why is a queue empty?\nA: No cell", NULL };
	check_pairs("# Queue Service\n\nQ: How do I read a queue?\n\n> A: The queue is read by the command `queue --read`, with the name of the queue behind it.\n>\n"
		    "> A second command, `queue --size`, tells how many requests are waiting in the queue, and for how long they have been there.\n\n"
		    "**Why is a queue empty?**\n\nNo cell has sent a request since the last period began, or all of them have been served. The counter of served requests tells "
		    "which of the two it was, since it is stepped once for each request.\n",
		    present, (const char *const[]){ "A: A:", "Q:", NULL });
	check_pairs("# Queue Service\n\n## What is it?\n\n" FILL, NULL, (const char *const[]){ "What is it", NULL });
	check_pairs("# Queue Service\n\n## Who may read `all`?\n\n" FILL, (const char *const[]){ ": Who may read all?\nA: The scheduler", NULL }, NULL);
}

static void test_numbers_of_headings(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## 1 Reading Queues\n\n" FILL "## 2 Writing Queues\n\nThe writer of a queue locks it first, " FILL, (const char *const[]){ "\"Reading Queues\"", "\"Writing Queues\"", NULL },
		    (const char *const[]){ "\"1 ", "\"2 ", NULL });
	check_pairs("# 1 Queue Service\n\n" FILL "# 2 Writing Queues\n\nThe writer of a queue locks it first, " FILL, (const char *const[]){ "\"Queue Service\"", NULL }, (const char *const[]){ "\"1 ", NULL });
	check_pairs("# Queue Service\n\n## 3 Phase Queues\n\n" FILL "## Appendix B. Limits of Queues\n\nThe limit of a queue is fixed, " FILL "## a. Locks of Queues\n\nA lock belongs to one reader, " FILL,
		    (const char *const[]){ "\"3 Phase Queues\"", "\"Limits of Queues\"", "\"Locks of Queues\"", NULL }, NULL);
}

static void test_references_are_no_steps(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Sources\n\n1. Queue Connector\n2. https://example.org/queue This archive has the programs that read and write the queues of all cells of a node, with the commands "
		    "that are used by them and by the readers of the queue.\n", NULL, (const char *const[]){ "step", NULL });
	check_pairs("# Queue Service\n\n## Sources\n\n1. Open the queue with its name and the mode in which it is read.\n2. Read the first request, and give its number to the writer of the queue, who will "
		    "then take it out of the list of those that wait.\n", (const char *const[]){ "2. Read the first", NULL }, NULL);
}

static void test_rows_of_tables_without_names(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Error Codes\n\n| 0 | Request was served in time |\n| --- | --- |\n| -ECONNRESET | The request was taken back by the cell that had sent it, before it was served |\n",
		    NULL, (const char *const[]){ "- 0:", "ECONNRESET", NULL });
	check_pairs("# Queue Service\n\n## Fault codes\n\n| Code | Symptom | Action |\n| --- | --- | --- |\n| F201 | The lamp of the service blinks red | Read the queue of the service, and start it again when it has been empty for a minute. |\n",
		    (const char *const[]){ "\"The lamp of the service blinks red\"", "- Code: F201", NULL }, NULL);
}

/* References in parentheses go, what they stand in stays; pictures and header lines are no text. */
static void test_what_is_no_text(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Order\n\n" FILL "The order is fixed (see [Section 3](s.html)) for each of the cells. A lock, `lock(Section 4)`, is held (by the writer (Chapter 4) or a reader).\n",
		    (const char *const[]){ "The order is fixed for each", "`lock(Section 4)`", "(by the writer or a reader)", NULL }, (const char *const[]){ "Section 3", "Chapter 4", NULL });
	check_pairs("# Queue Service\n\n## Order\n\nProduct: Queues of the node\nState: in use by all of the cells\n\n" FILL "![Window with the cells](w.png)\n\nThe last one is served.\n",
		    (const char *const[]){ "The last one is served.", NULL }, (const char *const[]){ "Product:", "Window", NULL });
	check_pairs("# Queue Service\n\n## Order\n\n" FILL MORE "one.first = lo one.second = eth0 and one.third = eth1 are then seen in it.\n", (const char *const[]){ "The scheduler", NULL }, (const char *const[]){ "eth0", NULL });
}

/* An answer ends with a paragraph or with what explains a term; what cannot be begun is not gone on with. */
static void test_wholes(void **state)
{
	struct buffer text;
	(void)state;
	buffer_init(&text, 1 << 20);
	buffer_append_string(&text, "# Queue Service\n\n## Order\n\n");
	for (int i = 0; i < 12; i++)
		buffer_append_format(&text, "Paragraph %d begins with one sentence about the queue of the cell, of its readers, and of the writer that it belongs to. "
				     "It goes on with a second one about reader %d of the queue, who is told of it when the request is read, and served by the writer.\n\n", i, i);
	check_pairs(buffer_string(&text), (const char *const[]){ "Paragraph 5 begins", NULL }, (const char *const[]){ "belongs to.\n", NULL });
	buffer_done(&text);
	check_pairs("# Queue Service\n\n## Options\n\n" FILL MORE "**size**\n\nSets the size of the queue as shown in Figure 3 of it. If it is changed while the service runs, the queue is emptied.\n\n**rate**\n\nSets the rate at which the queue is read.\n",
		    (const char *const[]){ "rate: Sets the rate", NULL }, (const char *const[]){ "If it is changed", NULL });
	check_pairs("# Queue Service\n\n## Options\n\nThe service has one queue for each of the cells, as shown in Figure 3, with its own lock, which is held by the writer alone, and its own reader. " FILL, NULL,
		    (const char *const[]){ "The scheduler", NULL }); /* too much of it cannot be said */
}

/* Entries below entries are indented; a list is told from its first entry on or not at all. */
static void test_lists_in_lists(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Modes\n\n" FILL "The modes are:\n\n- reading of a queue\n  - fast\n  - slow, without a lock\n- writing of a queue\n",
		    (const char *const[]){ "- reading of a queue\n   - fast\n   - slow, without a lock\n- writing", NULL }, NULL);
	check_pairs("# Queue Service\n\n## Modes\n\n- lock - BOOLEAN\n- A queue that is locked is not read by any other program until the lock is taken away.\n\n" FILL FILL, NULL, (const char *const[]){ "- A queue that is locked", NULL });
	check_pairs("# Queue Service\n\n## Modes\n\n" FILL "The modes are:\n\n- **Fast mode**\n  The queue is read without a lock.\n- **Slow mode**\n  The queue is read with a lock.\n",
		    (const char *const[]){ "- Fast mode: The queue is read", NULL }, NULL);
}

/* Values with their names are said however short they are, and a short line with a colon names the paragraph below it. */
static void test_names_above_and_before(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Queue Lost\n\n**Meaning:** " FILL "**Severity:** Minor\n\n[![Window with the queue](w.png)](w.html)\n\nlost_queue, set by the node:\n\nThe reader of the queue is gone, and nobody has taken its place.\n",
		    (const char *const[]){ "\n\nSeverity: Minor.\n\n", "set by the node: The reader of the queue is gone", NULL }, (const char *const[]){ "Window", NULL });
}

/* A name that is a list of its own is the term of the paragraph behind it. */
static void test_names_alone_in_a_list(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n## Measuring It\n\n" FILL "Two of them tell how many requests there were\n\n- QueueRequests\n\nHow many requests were read by the service.\n\n- QueueLost, QueueLate\n\nHow many requests were lost or late.\n",
		    (const char *const[]){ "\n\nQueueRequests: How many requests were read by the service.\n\nQueueLost, QueueLate: How many", NULL }, (const char *const[]){ "- Queue", "there were:", NULL });
}

/* A section whose text stands under headings below it is told with them; a heading that names nothing is the one above it. */
static void test_headings_below_and_above(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\n" FILL "## Fan Blocked\n\n### Description\n\nThe fan of the service has not turned for a long time, although it was ordered to do so twice. The service goes on without it for as long as it is cool enough.\n\n### What helps\n\n- Clean the fan.\n- Replace the fan of the service.\n",
		    (const char *const[]){ "\"Fan Blocked\"", "cool enough.\n\nWhat helps:\n\n- Clean the fan.", NULL }, (const char *const[]){ "\"Description\"", NULL });
	check_pairs("# Queue Service\n\n## Queue Lock\n\nA lock is held by one reader. " FILL "### Known Issues\n\nA lock may be lost. " FILL,
		    (const char *const[]){ "\"Queue Lock\" in \"Queue Service\"", NULL }, (const char *const[]){ "\"Known Issues\"", NULL });
	/* An empty section below adds nothing, not even its blank line. */
	char *none = pairs_of("# Queue Service\n\nOrders or steps of orders are under the control of the service. The service is asked by one client at a time, and answers it.\n\n## Synopsis\n");
	assert_string_equal(none, "");
	free(none);
	check_pairs("# Queue Service\n\n## What is a queue\n\n" FILL "## A simple example\n\n" FILL "It is one.\n", (const char *const[]){ ": What is a queue?", NULL }, (const char *const[]){ "example", NULL });
}

/* A plain text with headings that are paragraphs has sections all the same. */
static void test_plain_headings(void **state)
{
	(void)state;
	check_pairs("# Queue Service\n\nRoles\n\nThe owner decides about the order of the queues. " FILL "Opening of queues\n\nA queue is opened by its owner. " FILL "After the last queue\n\nThe service ends. " FILL,
		    (const char *const[]){ "\"Opening of queues\"", "\n\nA queue is opened by its owner.", NULL }, (const char *const[]){ "Roles:", NULL });
}

/* Is the question one of those that the wording stands for? */
static bool is_worded(const char *wording, const char *question)
{
	char other[512];
	const char *close = strchr(wording, *wording == '[' ? ']' : '}');
	if (*wording == '[') {
		for (const char *option = wording + 1; option <= close; option += strcspn(option, "|]") + 1) {
			snprintf(other, sizeof(other), "%.*s%s", (int)strcspn(option, "|]"), option, close + 1);
			if (is_worded(other, question))
				return true;
		}
		return false;
	}
	if (*wording == '{') {
		for (size_t bytes = 1; bytes <= strlen(question); bytes++)
			if (is_worded(close + 1, question + bytes))
				return true;
		return false;
	}
	return *wording == *question && (!*wording || is_worded(wording + 1, question + 1));
}

/* Asked about with the wordings of that family. */
static void check_family(const char *heading, const char *family)
{
	char markdown[1024], question[512] = "", wording[512];
	bool worded = false;
	size_t count;
	snprintf(markdown, sizeof(markdown), "# Queue Service\n\n" FILL "## %s\n\n" MORE, heading);
	char *pairs = pairs_of(markdown);
	for (const char *at = pairs; (at = strstr(at, "U: ")); at++)
		if (memmem(at, strcspn(at, "\n"), heading, strlen(heading)))
			snprintf(question, sizeof(question), "%.*s", (int)strcspn(at, "\n") - 3, at + 3);
	const struct text *wordings = domain_wordings(domain, text_from(family), &count);
	for (size_t i = 0; i < count; i++) {
		snprintf(wording, sizeof(wording), "%.*s", TEXT_ARGS(wordings[i]));
		worded = worded || is_worded(wording, question);
	}
	if (!worded)
		print_error("%s is none of %s\n", question, family);
	assert_true(worded);
	free(pairs);
}

static void test_kinds_of_headings(void **state)
{
	(void)state;
	check_family("queue.flush(wait)", "question.concept.call");
	check_family("queue_flush_all (request, *wait)", "question.concept.call");
	check_family("queue.platform", "question.concept.name");
	check_family("QUEUE_CAP_BYTES", "question.concept.name");
	check_family("getMaximumSize", "question.concept.name");
	check_family("Installing the Queues", "question.concept.task");
	check_family("Queueing theory", "question.concept"); /* no task */
	check_family("Version 2.16", "question.concept");
	check_family("Queues (old)", "question.concept"); /* no call */
	check_family("Queue(s) of a cell(s)", "question.concept");
	check_family("qstat(1)", "question.concept");
	check_family("IPv6", "question.concept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declarations_are_terms),
		cmocka_unit_test(test_options_are_terms), cmocka_unit_test(test_who_made_it), cmocka_unit_test(test_variables_are_terms), cmocka_unit_test(test_sentences_without_their_end),
		 cmocka_unit_test(test_sentences_with_code_in_them),
		cmocka_unit_test(test_colons_of_headings), cmocka_unit_test(test_examples_need_their_code),
		cmocka_unit_test(test_what_goes_on_from_a_sentence_that_is_left_out),
		cmocka_unit_test(test_what_goes_on_from_a_block_that_is_left_out),
		cmocka_unit_test(test_lists_are_whole),
		cmocka_unit_test(test_headings_that_name_no_section),
		cmocka_unit_test(test_what_comes_twice_in_a_list_and_what_is_elsewhere),
		cmocka_unit_test(test_lists_are_introduced),
		cmocka_unit_test(test_questions_of_the_document),
		cmocka_unit_test(test_numbers_of_headings),
		cmocka_unit_test(test_references_are_no_steps),
		cmocka_unit_test(test_rows_of_tables_without_names),
		cmocka_unit_test(test_what_is_no_text),
		cmocka_unit_test(test_wholes),
		cmocka_unit_test(test_lists_in_lists),
		cmocka_unit_test(test_names_alone_in_a_list),
		cmocka_unit_test(test_names_above_and_before),
		cmocka_unit_test(test_headings_below_and_above),
		cmocka_unit_test(test_plain_headings), cmocka_unit_test(test_kinds_of_headings),
	};
	return cmocka_run_group_tests(tests, open_generic, close_domain);
}
