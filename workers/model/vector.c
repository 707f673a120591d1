/* vector.c: see vector.h. The cache is a table with one place for each hash. */
#include "workers/model/vector.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX = 1024 }; /* a power of two */
#define LENGTH_MIN 1e-12

struct place { XXH128_hash_t key; bool taken; };
struct vector_cache {
	size_t dimensions, mask;
	struct place places[PLACES_MAX];
	float *vectors;
};

double vector_cosine(const float *a, const float *b, size_t dimensions)
{
	double sum = 0;

	for (size_t i = 0; i < dimensions; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

bool vector_normalise(float *vector, size_t dimensions)
{
	double length = sqrt(vector_cosine(vector, vector, dimensions));

	if (!isfinite(length) || length < LENGTH_MIN)
		return false;
	for (size_t i = 0; i < dimensions; i++)
		vector[i] = (float)((double)vector[i] / length);
	return true;
}

int vector_cache_create(struct vector_cache **ret_cache, size_t dimensions)
{
	struct vector_cache *cache = calloc(1, sizeof(*cache));
	size_t places = PLACES_MAX;

	if (!cache)
		return -ENOMEM;
	while (places > 1 && places * dimensions * sizeof(float) > VECTOR_CACHE_BYTES_MAX)
		places /= 2;
	cache->dimensions = dimensions;
	cache->mask = places - 1;
	cache->vectors = calloc(places * dimensions, sizeof(float));
	if (!cache->vectors) {
		vector_cache_destroy(cache);
		return -ENOMEM;
	}
	*ret_cache = cache;
	return 0;
}

void vector_cache_destroy(struct vector_cache *cache)
{
	if (!cache)
		return;
	free(cache->vectors);
	free(cache);
}

const float *vector_cache_find(const struct vector_cache *cache, XXH128_hash_t key)
{
	size_t at = key.low64 & cache->mask;
	return cache->places[at].taken && XXH128_isEqual(cache->places[at].key, key) ? &cache->vectors[at * cache->dimensions] : NULL;
}

void vector_cache_keep(struct vector_cache *cache, XXH128_hash_t key, const float *vector)
{
	size_t at = key.low64 & cache->mask;

	cache->places[at] = (struct place){ key, true };
	memcpy(&cache->vectors[at * cache->dimensions], vector, cache->dimensions * sizeof(float));
}
