/* vector.h: vectors of texts as servers give them, brought to length 1, and a memory of the latest ones by the hash of their text. */
#ifndef DOCRING_WORKERS_MODEL_VECTOR_H
#define DOCRING_WORKERS_MODEL_VECTOR_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <xxhash.h>

/* Cosine of the angle between two vectors of length 1: -1 to 1. */
double vector_cosine(const float *a, const float *b, size_t dimensions);
/* To length 1; false when it has none, or is not made of numbers. */
bool vector_normalise(float *vector, size_t dimensions);

/* At most VECTOR_CACHE_BYTES_MAX of them; a new one takes the place of an older one. */
enum { VECTOR_CACHE_BYTES_MAX = 16 << 20 };
struct vector_cache;
int vector_cache_create(struct vector_cache **ret_cache, size_t dimensions) WARN_UNUSED;
void vector_cache_destroy(struct vector_cache *cache);
const float *vector_cache_find(const struct vector_cache *cache, XXH128_hash_t key); /* NULL: not there */
void vector_cache_keep(struct vector_cache *cache, XXH128_hash_t key, const float *vector);

#endif
