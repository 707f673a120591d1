/* pdf.c: any bytes as manual.pdf. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_convert(convert_pdf, "manual.pdf", data, bytes);
}
