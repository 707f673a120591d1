/* harness.h: what the fuzz targets share. A target is a file in targets/ that defines LLVMFuzzerTestOneInput; it is linked with
 * libFuzzer (make fuzz), or with replay.c, which feeds it the files of its corpus (make test). A broken promise aborts with
 * the reason on standard error, so that both see it as a crash. */
#ifndef DOCRING_TESTS_FUZZ_HARNESS_H
#define DOCRING_TESTS_FUZZ_HARNESS_H

#include "workers/preprocess/convert.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Defaults, but for ceilings low enough that one input cannot fill the machine. Made once, never released. */
const struct settings *fuzz_settings(void);
/* The domain pack of radio networks, found as the programs find it. Loaded once, never released. */
const struct domain *fuzz_domain(void);

/* Runs a converter on the bytes. What it gives must keep to convert.h: normal Markdown in valid UTF-8, or a reason. */
int fuzz_convert(converter *convert, const char *name, const uint8_t *data, size_t bytes);

/* The promises of normal Markdown (convert.h) that hold for any input. */
void fuzz_check_normal(struct text markdown);

/* Aborts; says the promise and what was found. */
void fuzz_broken(const char *promise, struct text found) __attribute__((noreturn));

#endif
