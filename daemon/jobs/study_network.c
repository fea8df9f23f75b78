/* The delegation's network from the roster answers of every wave that asked for them. */
#include "study_network.h"

#include "json_read.h"
#include <debriefd/log.h>
#include <debriefd/network.h>
#include <debriefd/session.h>
#include <debriefd/sql_array.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

/* Permutations of a large delegation would take the time of many small ones; its rows have the
 * exact mean and deviation of E-I, which need none. */
static uint32_t permutations_of(size_t delegates)
{
    return delegates <= 200 ? 10000 : delegates <= 500 ? 4999 : 0;
}

struct loading {
    const struct study_run *run;
    struct network *network;
    struct uuid *delegates; /* ascending */
    size_t delegate_count;
    const char *items[STUDY_WAVES_MAX]; /* the roster of a wave, or NULL */
    size_t numbers[STUDY_WAVES_MAX];    /* of the waves in the network */
    struct error *err;
};

/* The roster that the wave's network measure is of, or NULL. */
static const char *roster_of(const struct study_wave *wave)
{
    const json_t *measure =
        json_find(json_object_get(wave->compiled, "measures"), "type", "network");
    const json_t *item = json_array_get(json_object_get(measure, "items"), 0);
    return measure != NULL ? json_text(item, "item") : NULL;
}

static int compare_uuids(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

static bool find_delegate(const struct loading *loading, const struct uuid *id, size_t *delegate)
{
    const struct uuid *found =
        bsearch(id, loading->delegates, loading->delegate_count, sizeof *id, compare_uuids);
    *delegate = found != NULL ? (size_t)(found - loading->delegates) : 0;
    return found != NULL;
}

/* Alters who have left the delegation since are passed over. */
static bool add_tie(const struct loading *loading, size_t wave, size_t ego, const char *alter,
                    const json_t *level)
{
    struct uuid id;
    size_t delegate;
    if (!uuid_parse(alter, strlen(alter), &id) || !find_delegate(loading, &id, &delegate))
        return true;
    int given = json_is_null(level) ? NETWORK_SKIPPED : (int)json_integer_value(level);
    return network_add_tie(loading->network, wave, ego, delegate, given, loading->err);
}

static bool add_roster(const struct loading *loading, size_t wave, size_t ego, json_t *roster)
{
    bool is_partial = json_is_false(json_object_get(roster, "complete"));
    if (!network_set_roster(loading->network, wave, ego,
                            is_partial ? NETWORK_ROSTER_PARTIAL : NETWORK_ROSTER_COMPLETE,
                            loading->err))
        return false;
    const char *alter;
    json_t *level;
    json_object_foreach(roster, alter, level)
    {
        if (!add_tie(loading, wave, ego, alter, level))
            return false;
    }
    return true;
}

static bool read_roster(void *context, const struct rows *rows, int row, struct error *err)
{
    const struct loading *loading = context;
    (void)err; /* the one of the loading */
    struct uuid wave_id = rows_uuid(rows, row, 0), ego_id = rows_uuid(rows, row, 1);
    size_t wave, ego;
    if (!study_facts_find_wave(&loading->run->loaded, &wave_id, &wave) ||
        !find_delegate(loading, &ego_id, &ego))
        abort(); /* the statements read one snapshot */
    json_t *texts = json_loadb(rows_text(rows, row, 2), rows_length(rows, row, 2), 0, NULL);
    json_t *roster = json_object_get(texts, loading->items[wave]);
    bool is_good =
        !json_is_object(roster) || add_roster(loading, loading->numbers[wave], ego, roster);
    json_decref(texts);
    return is_good;
}

static bool read_rosters(struct loading *loading)
{
    const struct study_facts *loaded = &loading->run->loaded;
    struct buf waves;
    struct params params;
    size_t count = 0;
    for (size_t i = 0; i < loaded->wave_count; i++)
        count += loading->items[i] != NULL;
    buf_init(&waves);
    sql_array_start(&waves, SQL_UUID, count);
    for (size_t i = 0; i < loaded->wave_count; i++)
        if (loading->items[i] != NULL)
            sql_array_uuid(&waves, &loaded->waves[i].id);
    params_init(&params);
    study_params(loading->run, &params);
    params_binary(&params, waves.data, waves.length);
    bool is_good = session_each(loading->run->session, "fact_rosters", &params, read_roster,
                                loading, loading->err);
    params_finish(&params);
    buf_finish(&waves);
    return is_good;
}

static bool add_delegate(struct loading *loading, const struct rows *rows, int row)
{
    const struct facts *facts = loading->run->loaded.facts;
    size_t sector = 0;
    while (sector < facts_slices(facts) &&
           strcmp(facts_slice_name(facts, sector + 1), rows_text(rows, row, 1)) != 0)
        sector++;
    loading->delegates[row] = rows_uuid(rows, row, 0);
    return network_set_sector(loading->network, (size_t)row, sector, loading->err);
}

static bool add_waves(struct loading *loading)
{
    const struct study_facts *loaded = &loading->run->loaded;
    size_t number = 0;
    for (size_t i = 0; i < loaded->wave_count; i++) {
        if (loading->items[i] == NULL)
            continue;
        loading->numbers[i] = number++;
        if (!network_add_wave(loading->network, loaded->waves[i].kind, loading->err))
            return false;
    }
    return true;
}

/* The study's id seeds its permutations: the same study has the same numbers wherever it is
 * computed. */
static uint64_t seed_of(const struct uuid *study)
{
    uint64_t seed = 0;
    for (size_t i = 0; i < sizeof study->bytes; i++)
        seed = seed << 8 ^ seed >> 56 ^ study->bytes[i];
    return seed;
}

static bool create(struct loading *loading, size_t delegates)
{
    const struct facts *facts = loading->run->loaded.facts;
    const char *sectors[FACTS_SLICES_MAX];
    for (size_t i = 0; i < facts_slices(facts); i++)
        sectors[i] = facts_slice_name(facts, i + 1);
    struct network_frame frame = {
        .delegates = delegates,
        .sectors = sectors,
        .sector_count = facts_slices(facts),
        .tau = NETWORK_TAU,
        .permutations = permutations_of(delegates),
        .seed = seed_of(&loading->run->study),
    };
    return network_create(&frame, &loading->network, loading->err);
}

static bool build(struct loading *loading, const struct rows *delegates)
{
    loading->delegate_count = (size_t)rows_count(delegates);
    loading->delegates = xcalloc_array(loading->delegate_count + 1, sizeof *loading->delegates);
    bool is_good = create(loading, loading->delegate_count) && add_waves(loading);
    for (int row = 0; is_good && row < rows_count(delegates); row++)
        is_good = add_delegate(loading, delegates, row);
    is_good = is_good && read_rosters(loading);
    free(loading->delegates);
    return is_good;
}

bool study_network_load(struct study_run *run, struct error *err)
{
    struct loading loading = {.run = run, .err = err};
    bool asks = false;
    for (size_t i = 0; i < run->loaded.wave_count; i++) {
        loading.items[i] = roster_of(&run->loaded.waves[i]);
        asks = asks || loading.items[i] != NULL;
    }
    if (!asks)
        return true;
    struct rows *delegates;
    if (!session_execute(run->session, "fact_delegates", &run->params, &delegates, err))
        return false;
    bool is_good = true;
    if (rows_count(delegates) > NETWORK_DELEGATES_MAX)
        log_warn("network_not_computed", "delegates=%d", rows_count(delegates));
    else
        is_good = build(&loading, delegates);
    rows_destroy(delegates);
    if (is_good)
        facts_set_network(run->loaded.facts, loading.network);
    else
        network_destroy(loading.network);
    return is_good;
}
