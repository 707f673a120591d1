#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void check_failed(const char *condition, const char *file, int line, const char *function)
{
	fprintf(stderr, "bug: %s:%d: %s: check failed: %s\n", file, line, function, condition);
	if (getenv("DOCRING_ABORT"))
		abort();
	_exit(70);
}
