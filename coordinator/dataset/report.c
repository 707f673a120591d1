/* report.c: see report.h. */
#include "coordinator/dataset/report.h"

#include <inttypes.h>

static const char style[] =
	"<style>\n"
	"body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1f2933; background: #fff }\n"
	"table { border-collapse: collapse; margin: 1em 0 } th, td { text-align: left; padding: .2em .8em .2em 0; vertical-align: top }\n"
	"th { border-bottom: 1px solid #9aa5b1 } .number { text-align: right; font-variant-numeric: tabular-nums }\n"
	".track { position: relative; width: 24em; height: 1em; background: #eef1f4 } .fill { position: absolute; height: 100%; background: #3e7cb1 }\n"
	".over { background: #c0392b } .bar { position: absolute; top: -.2em; bottom: -.2em; width: 2px; background: #1f2933 }\n"
	".yes { color: #1e7b34 } .no { color: #c0392b; font-weight: bold }\n"
	"</style>\n";

static void append_escaped(const char *text, struct buffer *out)
{
	for (; *text; text++)
		switch (*text) {
		case '<': buffer_append_string(out, "&lt;"); break;
		case '>': buffer_append_string(out, "&gt;"); break;
		case '&': buffer_append_string(out, "&amp;"); break;
		case '"': buffer_append_string(out, "&quot;"); break;
		default: buffer_append_byte(out, *text);
		}
}

static void append_counts(const struct finalise_summary *summary, struct buffer *out)
{
	buffer_append_string(out, "<h2>Records</h2>\n<table>\n<tr><th>Split</th><th>Records</th><th>Documents</th></tr>\n");
	for (int split = 0; split < FINALISE_SPLIT_COUNT; split++)
		buffer_append_format(out, "<tr><td>%s</td><td class=\"number\">%" PRIu64 "</td><td class=\"number\">%" PRIu64 "</td></tr>\n",
				     finalise_split_name(split), summary->pairs[split], summary->documents_in[split]);
	buffer_append_format(out, "</table>\n<p>Mean quality %.2f of 10. %" PRIu64 " pairs were refused by the gates, %" PRIu64 " are duplicates.</p>\n",
			     summary->mean_quality, summary->refused_pairs, summary->duplicate_pairs);
}

static void append_verdict(bool judged, bool held, struct buffer *out)
{
	buffer_append_string(out, !judged ? "too few to say" : held ? "<span class=\"yes\">held</span>" : "<span class=\"no\">not held</span>");
}

static void append_bar(const char *what, double value, const char *relation, double bar, bool judged, bool held, struct buffer *out)
{
	buffer_append_format(out, "<tr><td>%s</td><td class=\"number\">%.1f %%</td><td>%s %.1f %%</td><td>", what, 100 * value, relation, 100 * bar);
	append_verdict(judged, held, out);
	buffer_append_string(out, "</td></tr>\n");
}

/* Shares as bars, drawn to twice the greatest allowed one, which is marked; without one (0) to twice the greatest. */
static void append_shares(const char *title, const struct diversity_most *most, double allowed, struct buffer *out)
{
	double full = 2 * (allowed > 0 ? allowed : most->count ? most->items[0].share : 1);
	buffer_append_format(out, "<h3>%s</h3>\n<table>\n", title);
	for (size_t i = 0; i < most->count; i++) {
		double share = most->items[i].share, width = share < full ? share / full : 1;
		buffer_append_string(out, "<tr><td>");
		append_escaped(most->items[i].text, out);
		buffer_append_format(out, "</td><td class=\"number\">%.1f %%</td><td><div class=\"track\"><div class=\"fill%s\" style=\"width: %.1f%%\"></div>", 100 * share,
				     allowed > 0 && share > allowed ? " over" : "", 100 * width);
		buffer_append_string(out, allowed > 0 ? "<div class=\"bar\" style=\"left: 50%\"></div></div></td></tr>\n" : "</div></td></tr>\n");
	}
	buffer_append_string(out, "</table>\n");
}

static double greatest(const struct diversity_most *most)
{
	return most->count ? most->items[0].share : 0;
}

static void append_questions(const struct diversity_summary *questions, struct buffer *out)
{
	buffer_append_format(out, "<h2>Questions</h2>\n<p>%" PRIu64 " questions of %" PRIu64 " patterns: what is left of a question when names, numbers and identifiers are "
			     "masked (*). They are as various as %.0f patterns that are used equally often; of 100 questions drawn at random %.0f have different "
			     "patterns.</p>\n", questions->questions, questions->patterns, questions->effective_patterns, 100 * questions->in_hundred);
	buffer_append_string(out, "<table>\n<tr><th>Measure</th><th>Value</th><th>Bar</th><th></th></tr>\n");
	append_bar("Most frequent first word", greatest(&questions->first_words), "at most", questions->first_word_max, questions->judged,
		   questions->first_word_held, out);
	append_bar("Most frequent beginning (three words)", greatest(&questions->beginnings), "at most", questions->pattern_max, questions->judged,
		   questions->pattern_held, out);
	append_bar("Diversity of patterns (normalised entropy)", questions->diversity, "more than", questions->diversity_min, questions->judged,
		   questions->diversity_held, out);
	buffer_append_string(out, "</table>\n");
	append_shares("First words", &questions->first_words, questions->first_word_max, out);
	append_shares("First three words", &questions->beginnings, questions->pattern_max, out);
	append_shares("Patterns", &questions->common_patterns, 0, out);
}

void report_append(const struct finalise_request *request, const struct finalise_summary *summary, struct buffer *out)
{
	const char *name = request->settings->output.dataset_name;
	buffer_append_string(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	append_escaped(name, out);
	buffer_append_string(out, "</title>\n");
	buffer_append_string(out, style);
	buffer_append_string(out, "</head>\n<body>\n<h1>");
	append_escaped(name, out);
	buffer_append_string(out, "</h1>\n");
	append_counts(summary, out);
	if (summary->questions.questions > 0)
		append_questions(&summary->questions, out);
	buffer_append_string(out, "</body>\n</html>\n");
}
