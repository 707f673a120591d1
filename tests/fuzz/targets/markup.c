/* markup.c: any bytes as text in a light markup language; the first byte says which. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const names[] = { "notes.org", "notes.adoc", "notes.wiki", "notes.rst" };

	if (bytes == 0)
		return 0;
	return fuzz_convert(convert_plain_text, names[data[0] % COUNT_OF(names)], data + 1, bytes - 1);
}
