/* docx.c: any bytes as a DOCX: as the container where they begin like a ZIP, else as the main part of one. */
#include "tests/fuzz/harness.h"
#include "tests/unit/docx_fixture.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	if (bytes >= 2 && data[0] == 'P' && data[1] == 'K')
		return fuzz_convert(convert_docx, "manual.docx", data, bytes);
	char *document = malloc(bytes + 1);
	if (!document)
		return 0;
	if (bytes > 0)
		memcpy(document, data, bytes);
	document[bytes] = '\0';
	struct buffer packed = docx_fixture_pack(&(struct docx_fixture){ .document = document });
	int result = fuzz_convert(convert_docx, "manual.docx", (const uint8_t *)packed.data, packed.bytes);
	buffer_done(&packed);
	free(document);
	return result;
}
