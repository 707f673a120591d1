/* markdown.c: any bytes as feature.md. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_convert(convert_markdown, "feature.md", data, bytes);
}
