#include <debriefd/asset.h>

#include "areas.h"
#include <debriefd/buf.h>
#include <debriefd/embedded.h>
#include <debriefd/problem.h>
#include <debriefd/reply.h>
#include <debriefd/secret.h>
#include <stdio.h>
#include <string.h>

#define ASSETS_MAX 16
#define HASH_BYTES 6

/* Made at the first use and kept: there are few. */
struct asset {
    const struct embedded_file *file;
    char url[80];
    struct reply_body *body;
};

static struct asset assets[ASSETS_MAX];
static size_t asset_count;

static const char *type_of(const char *extension)
{
    static const struct {
        const char *extension;
        const char *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(extension, types[i].extension) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static void prepare(struct asset *asset, const struct embedded_file *file)
{
    char digest[2 * HASH_BYTES + 1];
    struct secret_hash hash = secret_hash(file->data, file->length);
    const char *extension = strrchr(file->name, '.');
    struct buf copy;
    secret_hex(hash.bytes, HASH_BYTES, digest);
    buf_init(&copy);
    buf_append(&copy, file->data, file->length);
    asset->file = file;
    snprintf(asset->url, sizeof asset->url, "/assets/%.*s.%s%s", (int)(extension - file->name),
             file->name, digest, extension);
    asset->body =
        reply_body_create(type_of(extension), digest, "public, max-age=31536000, immutable", &copy);
}

static void prepare_all(void)
{
    for (const struct embedded_file *file = web_assets; file->name != NULL; file++)
        if (asset_count < ASSETS_MAX)
            prepare(&assets[asset_count++], file);
}

const char *asset_url(const char *name)
{
    if (asset_count == 0)
        prepare_all();
    for (size_t i = 0; i < asset_count; i++)
        if (strcmp(assets[i].file->name, name) == 0)
            return assets[i].url;
    return NULL;
}

static void get_asset(struct request *request)
{
    if (asset_count == 0)
        prepare_all();
    for (size_t i = 0; i < asset_count; i++)
        if (strcmp(assets[i].url, request_path(request)) == 0) {
            request_reply_cached(request, assets[i].body);
            return;
        }
    request_problem(request, 404, NULL, "no such asset");
}

const struct route asset_routes[] = {
    {METHOD_GET, "/assets/{name}", get_asset, NULL},
    {0},
};
