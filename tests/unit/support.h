/* support.h: what several unit tests need. Linked into every unit test. */
#ifndef DOCRING_TESTS_UNIT_SUPPORT_H
#define DOCRING_TESTS_UNIT_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

/* As setup and teardown of a cmocka test or group: the teardown fails when the test left open a descriptor, a child process or a
 * file in /dev/shm that was not there before. */
int support_leaks_setup(void **state);
int support_leaks_teardown(void **state);

/* A folder of its own under TMPDIR or /tmp; support_folder_remove takes it away with the files directly in it. */
const char *support_folder_make(char path[64]);
void support_folder_remove(const char *path);

/* Random numbers that are the same on every run (xorshift64*). The seed is not 0. */
struct support_random {
	uint64_t state;
};
uint64_t support_random_next(struct support_random *random);
uint64_t support_random_below(struct support_random *random, uint64_t limit);
double support_random_share(struct support_random *random); /* [0, 1) */
double support_random_normal(struct support_random *random); /* mean 0, deviation 1 */

#endif
