/* memory_limit.h: how much memory of its own a worker may have, kept by the kernel (RLIMIT_DATA: heap and private mappings; the ring and the
 * outbox are shared and do not count). Beyond it an allocation fails: our own code reports -ENOMEM, a library that cannot go on without memory
 * ends the process, and the coordinator starts another one.
 *
 * Not in builds with a sanitizer: their shadow memory is private and larger than any limit. */
#ifndef DOCRING_WORKERS_COMMON_MEMORY_LIMIT_H
#define DOCRING_WORKERS_COMMON_MEMORY_LIMIT_H

#include <stdint.h>

/* For the calling process, from now on. 0; a limit below the one wanted that is set already stays as it is. -errno: not set. */
int memory_limit_set(uint64_t bytes);

/* Tells malloc to take what is large from the system and to give it back when it is freed, whatever came before. Left to itself it raises the
 * size from which it does so to that of the largest thing freed so far: then one giant document keeps its memory for the worker's life. */
void memory_give_back_large(void);

#endif
