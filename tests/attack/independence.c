#include "independence.h"

#include "digest.h"
#include "play.h"
#include <string.h>

/* What stands after each step of one part: rows of its items and rows of no item. */
struct standing {
    size_t part;
    uint64_t digests[SCRIPT_STEPS];
};

/* Items' names begin with their part's letter. */
static bool is_of(size_t part, const char *item)
{
    return item[0] < 'A' || item[0] > 'Z' || item[0] == (char)('A' + (int)part);
}

static void note(void *context, size_t step, size_t number, const struct metric_rows *rows)
{
    struct standing *standing = context;
    struct metric_rows *own = metric_rows_create();
    (void)number;
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        if (is_of(standing->part, row->item))
            metric_rows_append(own, row);
    }
    for (size_t i = step; i < SCRIPT_STEPS; i++)
        standing->digests[i] = digest_rows(own);
    metric_rows_destroy(own);
}

bool parts_are_independent(const struct script *script, const script_answers a,
                           const script_answers b)
{
    for (size_t part = 0; part < script->part_count; part++) {
        struct standing before = {.part = part}, after = {.part = part};
        script_answers changed;
        memcpy(changed, b, sizeof changed);
        memcpy(changed[part], a[part], sizeof changed[part]);
        play_all(script, a, note, &before);
        play_all(script, (const struct tuple(*)[SCRIPT_PEOPLE][SCRIPT_SUBMISSIONS])changed, note,
                 &after);
        if (memcmp(before.digests, after.digests, sizeof before.digests) != 0)
            return false;
    }
    return true;
}
