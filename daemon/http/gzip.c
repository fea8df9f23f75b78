#include "gzip.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* 32 kB, with the gzip header (zlib.h, deflateInit2) */

static const int levels[] = {[GZIP_FAST] = 3, [GZIP_BEST] = 6};
static z_stream streams[2];
static bool ready[2];

static void free_streams(void)
{
    for (int i = 0; i < 2; i++)
        if (ready[i])
            deflateEnd(&streams[i]);
}

static z_stream *stream_for(enum gzip_effort effort)
{
    z_stream *stream = &streams[effort];
    if (ready[effort]) {
        deflateReset(stream);
        return stream;
    }
    int result =
        deflateInit2(stream, levels[effort], Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY);
    assert(result == Z_OK);
    if (!ready[GZIP_FAST] && !ready[GZIP_BEST])
        atexit(free_streams);
    ready[effort] = true;
    return stream;
}

void gzip_append(const void *bytes, size_t length, enum gzip_effort effort, struct buf *out)
{
    z_stream *stream = stream_for(effort);
    size_t bound = deflateBound(stream, length);
    buf_reserve(out, bound);
    assert(length <= UINT_MAX && bound <= UINT_MAX);
    stream->next_in = (z_const Bytef *)(uintptr_t)bytes;
    stream->avail_in = (uInt)length;
    stream->next_out = (Bytef *)out->data + out->length;
    stream->avail_out = (uInt)bound;
    int result = deflate(stream, Z_FINISH);
    assert(result == Z_STREAM_END);
    out->length += bound - stream->avail_out;
    out->data[out->length] = '\0';
}
