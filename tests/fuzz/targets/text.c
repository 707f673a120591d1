/* text.c: any bytes as notes.txt. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_convert(convert_plain_text, "notes.txt", data, bytes);
}
