/* domain_kept.h: a place with the domain for what its user has found out and would find out again. Apart from domain.h, since one place of the program needs it. */
#ifndef DOCRING_CONFIG_DOMAIN_KEPT_H
#define DOCRING_CONFIG_DOMAIN_KEPT_H

#include "config/domain.h"

/* One block of memory that is worth keeping as long as the domain and follows from it: what the fact gate knows of words, between one document and the next (passage.c).
 * NULL at first; domain_destroy releases what is there with free(). For the domain's own thread. */
void **domain_kept(const struct domain *domain);

#endif
