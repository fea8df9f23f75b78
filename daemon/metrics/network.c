#include <debriefd/network.h>

#include "families.h"
#include "network_private.h"
#include <debriefd/xalloc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool name_check(const char *name, const char *const *before, size_t count, struct error *err)
{
    if (strlen(name) > NETWORK_NAME_MAX)
        return error_set(err, ERR_INVALID, "a name has at most %d bytes", NETWORK_NAME_MAX);
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, before[i]) == 0)
            return error_set(err, ERR_INVALID, "a sector or wave is named twice");
    return true;
}

static bool frame_check(const struct network_frame *frame, struct error *err)
{
    if (frame->delegates > NETWORK_DELEGATES_MAX)
        return error_set(err, ERR_INVALID, "a network has at most %d delegates",
                         NETWORK_DELEGATES_MAX);
    if (frame->sector_count < 1 || frame->sector_count > NETWORK_SECTORS_MAX)
        return error_set(err, ERR_INVALID, "a network has 1 to %d sectors", NETWORK_SECTORS_MAX);
    if (frame->tau < 1 || frame->tau > NETWORK_LEVEL_MAX)
        return error_set(err, ERR_INVALID, "a tie begins at a level of 1 to %d", NETWORK_LEVEL_MAX);
    if (frame->permutations > NETWORK_PERMUTATIONS_MAX)
        return error_set(err, ERR_INVALID, "there are at most %d permutations",
                         NETWORK_PERMUTATIONS_MAX);
    for (size_t i = 0; i < frame->sector_count; i++)
        if (!name_check(frame->sectors[i], frame->sectors, i, err))
            return false;
    return true;
}

bool network_create(const struct network_frame *frame, struct network **network, struct error *err)
{
    if (!frame_check(frame, err))
        return false;
    struct network *created = xcalloc(sizeof *created);
    created->delegates = frame->delegates;
    created->sectors = frame->sector_count;
    for (size_t i = 0; i < frame->sector_count; i++)
        created->sector_names[i] = xstrdup(frame->sectors[i]);
    created->sector_of = xcalloc_array(frame->delegates, sizeof *created->sector_of);
    created->tau = frame->tau;
    created->permutations = frame->permutations;
    created->seed = frame->seed;
    *network = created;
    return true;
}

void network_destroy(struct network *network)
{
    if (network == NULL)
        return;
    for (size_t i = 0; i < network->waves; i++) {
        free(network->wave[i].name);
        free(network->wave[i].levels);
        free(network->wave[i].roster);
    }
    for (size_t i = 0; i < network->sectors; i++)
        free(network->sector_names[i]);
    free(network->sector_of);
    free(network);
}

bool network_set_sector(struct network *network, size_t delegate, size_t sector, struct error *err)
{
    if (delegate >= network->delegates || sector >= network->sectors)
        return error_set(err, ERR_INVALID, "no such delegate or sector");
    network->sector_of[delegate] = (uint8_t)sector;
    return true;
}

bool network_add_wave(struct network *network, const char *name, struct error *err)
{
    if (network->waves == NETWORK_WAVES_MAX)
        return error_set(err, ERR_INVALID, "a network has at most %d waves", NETWORK_WAVES_MAX);
    const char *names[NETWORK_WAVES_MAX];
    for (size_t i = 0; i < network->waves; i++)
        names[i] = network->wave[i].name;
    if (!name_check(name, names, network->waves, err))
        return false;
    size_t n = network->delegates;
    struct network_wave *wave = &network->wave[network->waves++];
    wave->name = xstrdup(name);
    wave->roster = xcalloc_array(n, sizeof *wave->roster);
    wave->levels = xcalloc_array(n * n, sizeof *wave->levels);
    memset(wave->levels, NETWORK_UNLISTED, n * n);
    return true;
}

static bool delegate_check(const struct network *network, size_t wave, size_t delegate,
                           struct error *err)
{
    if (wave >= network->waves || delegate >= network->delegates)
        return error_set(err, ERR_INVALID, "no such wave or delegate");
    return true;
}

bool network_set_roster(struct network *network, size_t wave, size_t ego,
                        enum network_roster roster, struct error *err)
{
    if (!delegate_check(network, wave, ego, err))
        return false;
    if (network->wave[wave].roster[ego] != 0)
        return error_set(err, ERR_INVALID, "a roster status is given twice");
    network->wave[wave].roster[ego] = (uint8_t)roster;
    return true;
}

bool network_add_tie(struct network *network, size_t wave, size_t ego, size_t alter, int level,
                     struct error *err)
{
    if (!delegate_check(network, wave, ego, err) || !delegate_check(network, wave, alter, err))
        return false;
    if (ego == alter)
        return error_set(err, ERR_INVALID, "a tie is to somebody else");
    if (level != NETWORK_SKIPPED && (level < 0 || level > NETWORK_LEVEL_MAX))
        return error_set(err, ERR_INVALID, "a tie has a level of 0 to %d", NETWORK_LEVEL_MAX);
    int8_t *cell = &network->wave[wave].levels[ego * network->delegates + alter];
    if (*cell != NETWORK_UNLISTED)
        return error_set(err, ERR_INVALID, "a tie is given twice");
    *cell = (int8_t)level;
    return true;
}

static bool complete_in(const struct network *network, size_t delegate, unsigned waves)
{
    for (size_t i = 0; i < network->waves; i++)
        if ((waves >> i & 1) != 0 && network->wave[i].roster[delegate] != NETWORK_ROSTER_COMPLETE)
            return false;
    return true;
}

struct network_members network_complete(const struct network *network, unsigned waves)
{
    struct network_members members = {
        .delegates = xcalloc_array(network->delegates, sizeof *members.delegates),
    };
    for (size_t i = 0; i < network->delegates; i++)
        if (complete_in(network, i, waves))
            members.delegates[members.count++] = i;
    return members;
}

void network_members_finish(struct network_members *members)
{
    free(members->delegates);
    *members = (struct network_members){0};
}

struct cell network_cell(const struct network *network, const char *wave, const char *item,
                         struct metric_rows *rows)
{
    return (struct cell){
        .rows = rows,
        .wave = wave,
        .slice = "all",
        .item = item,
        .N = (int64_t)network->delegates,
    };
}

void network_count(const struct cell *cell, const char *metric, int64_t count)
{
    cell_number(cell, metric, (double)count, "count");
}

struct metric_row *network_ratio(const struct cell *cell, const char *metric, int64_t numerator,
                                 int64_t denominator, enum metric_null none, const char *unit)
{
    if (denominator == 0)
        return cell_null(cell, metric, none, unit);
    return cell_number(cell, metric, (double)numerator / (double)denominator, unit);
}

/* The network as it is counts as one permutation, so that p is never 0 (Phipson and Smyth 2010). */
void network_p_value(const struct network *network, const struct cell *cell,
                     const struct network_permuted *permuted)
{
    char method[128];
    snprintf(method, sizeof method, "%s seed=%" PRIu64 " B=%" PRIu32, permuted->statistic,
             network->seed, network->permutations);
    struct metric_row row = {
        .wave = cell->wave,
        .slice = cell->slice,
        .item = cell->item,
        .metric = permuted->metric,
        .type = permuted->null == METRIC_NOT_NULL ? METRIC_NUMBER : METRIC_NULL,
        .null = permuted->null,
        .n = cell->n,
        .N = cell->N,
        .method = method,
    };
    if (row.type == METRIC_NUMBER)
        row.value = (double)(permuted->as_extreme + 1) / ((double)network->permutations + 1);
    metric_rows_append(cell->rows, &row);
}

void network_compute(const struct network *network, struct metric_rows *rows)
{
    for (size_t wave = 0; wave < network->waves; wave++) {
        struct network_dyads *dyads = network_dyads_count(network, wave);
        network_dyads_emit(network, wave, dyads, rows);
        network_labels_emit(network, wave, dyads, rows);
        network_structure_emit(network, wave, dyads->answering, rows);
        network_broker_emit(network, wave, rows);
        free(dyads);
    }
    for (size_t wave = 1; wave < network->waves; wave++)
        network_change_emit(network, wave, rows);
}

void network_family_compute(const struct facts *facts, struct metric_rows *rows)
{
    if (facts_network(facts) != NULL)
        network_compute(facts_network(facts), rows);
}
