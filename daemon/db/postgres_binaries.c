#include <debriefd/postgres_binaries.h>

#include <debriefd/xalloc.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBIAN_ROOT    "/usr/lib/postgresql/"
#define DEBIAN_PATTERN DEBIAN_ROOT "*/bin"

static bool has_programs(const char *directory)
{
    char path[600];
    static const char *const programs[] = {"postgres", "initdb"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, programs[i]);
        if (access(path, X_OK) != 0)
            return false;
    }
    return true;
}

static void consider(const char *directory, int major, int wanted, struct postgres_binaries *best)
{
    bool fits = wanted == 0 ? major >= POSTGRES_MAJOR_MINIMUM : major == wanted;
    if (!fits || major <= best->major || strlen(directory) >= sizeof best->directory ||
        !has_programs(directory))
        return;
    snprintf(best->directory, sizeof best->directory, "%s", directory);
    best->major = major;
}

static void search_debian(int wanted, struct postgres_binaries *best)
{
    glob_t found;
    if (glob(DEBIAN_PATTERN, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *end;
        long major = strtol(found.gl_pathv[i] + sizeof DEBIAN_ROOT - 1, &end, 10);
        if (strcmp(end, "/bin") == 0 && major > 0 && major < 1000)
            consider(found.gl_pathv[i], (int)major, wanted, best);
    }
    globfree(&found);
}

bool postgres_binaries_find(int major, struct postgres_binaries *binaries, struct error *err)
{
    struct postgres_binaries best = {0};
    search_debian(major, &best);
    if (best.major == 0 && major == 0)
        return error_set(err, ERR_NOT_FOUND, "PostgreSQL %d or later is not installed",
                         POSTGRES_MAJOR_MINIMUM);
    if (best.major == 0)
        return error_set(err, ERR_NOT_FOUND, "PostgreSQL %d is not installed", major);
    *binaries = best;
    return true;
}
