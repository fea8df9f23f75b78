#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

void fuzz_differs(const char *what, const uint8_t *data, size_t size)
{
    fprintf(stderr, "oracle: %s, for these %zu bytes:\n", what, size);
    fwrite(data, 1, size, stderr);
    fputc('\n', stderr);
    abort();
}
