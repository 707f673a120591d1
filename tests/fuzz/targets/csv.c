/* csv.c: any bytes as Parameters.csv. */
#include "tests/fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	return fuzz_convert(convert_csv, "Parameters.csv", data, bytes);
}
