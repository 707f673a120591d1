/* html.c: any bytes as page.html. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_convert(convert_html, "page.html", data, bytes);
}
