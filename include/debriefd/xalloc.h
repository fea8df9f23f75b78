/* xalloc: allocation that aborts when memory is out, because inputs are bounded first. */
#ifndef DEBRIEFD_XALLOC_H
#define DEBRIEFD_XALLOC_H

#include <stddef.h>

/* Zeroed storage for one object of `size` bytes. */
void *xcalloc(size_t size) __attribute__((malloc, returns_nonnull));

/* Zeroed storage for `count` objects; aborts on overflow. A count of 0 gives a unique freeable
 * pointer. */
void *xcalloc_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Grows or shrinks an array; aborts on overflow. New storage is not zeroed. */
void *xrealloc_array(void *array, size_t count, size_t size) __attribute__((returns_nonnull));

char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *text, size_t length) __attribute__((malloc, returns_nonnull));

#endif
