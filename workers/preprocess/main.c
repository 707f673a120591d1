/* worker-preprocess: turns inputs into processed documents, for a coordinator (--attach) or one at a time (convert, extract). */
#include "workers/common/worker.h"
#include "workers/preprocess/one_document.h"
#include "workers/preprocess/preprocess_handler.h"

int main(int argument_count, char **arguments)
{
	static const struct worker_program program = {
		.name = "worker-preprocess",
		.kind = "preprocess",
		.summary = "   or: worker-preprocess convert FILE [--front-matter] [--images FOLDER] [--explain]\n"
			   "   or: worker-preprocess extract FILE\n"
			   "Converts documents to clean Markdown, extracts, scores and chunks them.",
		.start = preprocess_handler_start,
		.stop = preprocess_handler_stop,
		.handle = preprocess_handler_handle,
	};
	if (argument_count > 1 && one_document_is_mode(arguments[1]))
		return one_document_main(argument_count - 1, arguments + 1);
	return worker_main(&program, argument_count, arguments);
}
