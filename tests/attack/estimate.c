#include "estimate.h"

#include "play.h"
#include "templates.h"
#include <stdio.h>
#include <string.h>

#define PERCENT 10
#define NO_RULE 1e-9 /* a rule has a p above 0 */
#define LARGEST 11

/* Those who answer first have these counts, in any world; the others have all there are. */
struct history {
    const char *name;
    size_t people, first;
    uint8_t counts[SCRIPT_PEOPLE];
};

static const struct history histories[] = {
    {"a sum", 5, 0, {0}},
    {"a sum that grows", 10, 5, {9, 8, 7, 5, 2}},
};

struct estimator {
    const struct history *history;
    const uint8_t *counts; /* true ones, of all */
    double known;          /* the sum told of those who answered first */
    size_t told, estimated;
};

/* What entered is worth `sum`: does one of them, less his own, have another's within p %? */
static bool is_estimated(const struct estimator *estimator, size_t from, size_t to, double sum)
{
    for (size_t own = from; own < to; own++)
        for (size_t other = from; other < to; other++) {
            double value = estimator->counts[other];
            if (other != own && value > 0 &&
                sum - estimator->counts[own] - value < PERCENT / 100.0 * value)
                return true;
        }
    return false;
}

static void hear(void *context, size_t step, size_t number, const struct metric_rows *rows)
{
    struct estimator *estimator = context;
    const struct history *history = estimator->history;
    const struct metric_row *row = metric_rows_find(rows, "post", "all", "A1", "sum");
    (void)step;
    (void)number;
    if (row == NULL || row->type != METRIC_NUMBER)
        return;
    bool is_all = (size_t)row->n == history->people;
    size_t from = is_all ? history->first : 0, to = is_all ? history->people : history->first;
    estimator->told += is_all;
    estimator->estimated += is_estimated(estimator, from, to, row->value - estimator->known);
    estimator->known = row->value;
}

static void answer_and_run(struct script *script, size_t from, size_t to)
{
    for (size_t p = from; p < to; p++)
        script->steps[script->step_count++] = (struct step){.kind = STEP_ANSWER, .person = p};
    if (from == 0)
        script->steps[script->step_count++] = (struct step){.kind = STEP_CLOSE};
    script->steps[script->step_count++] = (struct step){.kind = STEP_RUN};
}

static void make_script(const struct history *history, double percent, struct script *script)
{
    *script = (struct script){
        .rules = disclosure_default_rules, .part_count = 1, .people = history->people, .waves = 1};
    script->rules.p_percent = percent;
    template_make(TEMPLATE_COUNT, 0, LARGEST, 0, &script->parts[0]);
    answer_and_run(script, 0, history->first > 0 ? history->first : history->people);
    if (history->first > 0)
        answer_and_run(script, history->first, history->people);
}

/* Not descending after the first ones; false after the last. */
static bool next_counts(const struct history *history, uint8_t *counts)
{
    for (size_t p = history->people; p-- > history->first;)
        if (counts[p] < LARGEST) {
            memset(&counts[p], counts[p] + 1, history->people - p);
            return true;
        }
    return false;
}

static struct estimator estimate(const struct history *history, double percent)
{
    struct script script;
    uint8_t counts[SCRIPT_PEOPLE];
    struct estimator estimator = {.history = history, .counts = counts};
    make_script(history, percent, &script);
    memcpy(counts, history->counts, sizeof counts);
    do {
        script_answers answers;
        memset(answers, 0, sizeof answers);
        for (size_t p = 0; p < history->people; p++)
            answers[0][p][0].values[0] = counts[p];
        estimator.known = 0;
        play_all(&script, (const struct tuple(*)[SCRIPT_PEOPLE][SCRIPT_SUBMISSIONS])answers, hear,
                 &estimator);
    } while (next_counts(history, counts));
    return estimator;
}

bool estimates_run(void)
{
    bool are_needed = true;
    for (size_t i = 0; i < sizeof histories / sizeof *histories; i++) {
        struct estimator with = estimate(&histories[i], PERCENT);
        struct estimator without = estimate(&histories[i], NO_RULE);
        printf("p %% rule: %s: told %zu times, estimated with the rule %zu, without %zu\n",
               histories[i].name, with.told, with.estimated, without.estimated);
        are_needed = are_needed && with.told > 0 && with.estimated == 0 && without.estimated > 0;
    }
    return are_needed;
}
