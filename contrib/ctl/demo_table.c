#include "demo_table.h"

#include "metric_text.h"
#include "table.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define TRIPS_MAX 8

struct line {
    const char *label;
    const char *wave; /* NULL: the label is a heading */
    const char *item;
    const char *metric;
    const char *slice;
};

static const struct line released[] = {
    {"Answered before the trip", "pre", "", "resp.RR2", "all"},
    {"Answered after the trip", "post", "", "resp.RR2", "all"},
    {"Answered at follow-up", "fu", "", "resp.RR2", "all"},
    {"Satisfied overall, 1 to 5", "post", "OVERALL", "mean", "all"},
    {"Preparation, 0 to 100", "post", "PHASE_preparation", "mean", "all"},
    {"Programme, 0 to 100", "post", "PHASE_programme", "mean", "all"},
    {"Follow-up, 0 to 100", "fu", "PHASE_followup", "mean", "all"},
    {"Too full, agreement 0 to 1", "post", "S_PROG4", "consensus", "all"},
    {"Purpose 1, compare, learn", "post", "P1", "mean", "all"},
    {"Purpose 2, ties abroad", "post", "P2", "mean", "all"},
    {"Purpose 3, the wider world", "post", "P3", "mean", "all"},
    {"Purpose 4, leaders at home", "post", "P4", "mean", "all"},
    {"Purpose 5, marketing", "post", "P5", "mean", "all"},
    {"Would recommend, NPS", "post", "NPS", "nps.score", "all"},
    {"Customer index, NKI", "post", "NKI", "mean", "all"},
    {"Use to people, 0 to 100", "fu", "TRANSFER_IND", "mean", "all"},
    {"Use to organisations", "fu", "TRANSFER_ORG", "mean", "all"},
    {"Business in the delegation", "trip", "balance", "share", "business"},
    {"Business seats short", "trip", "balance", "seats_short", "business"},
    {0},
};

/* A line or more of every family; the comparison's have the trip as their slice. */
static const struct line internal[] = {
    {"RESPONSE", NULL, NULL, NULL, NULL},
    {"  all three waves", "all", "", "resp.panel_rate", "all"},
    {"  sectors alike at 1, after", "post", "", "resp.R_indicator", "all"},
    {"SATISFACTION", NULL, NULL, NULL, NULL},
    {"  programme, 0 to 100", "post", "PHASE_programme", "mean", "all"},
    {"  customer index's alpha", "post", "NKI", "rel.alpha", "all"},
    {"LEARNING", NULL, NULL, NULL, NULL},
    {"  felt, topic 1: improved", "pair", "RPP_T1", "gain.improved", "all"},
    {"  felt, four topics", "pair", "RPP_INDEX", "gain.mean", "all"},
    {"  measured, topic 1", "pair", "PREPOST_T1", "gain.mean", "all"},
    {"  half a year on: less", "pair", "FADE_T1", "gain.worse", "all"},
    {"TRANSFER", NULL, NULL, NULL, NULL},
    {"  have used something", "fu", "APPL_IND", "share", "all"},
    {"  of these, at work too", "fu", "UPTAKE", "org_given_ind", "all"},
    {"  people ahead by, of 100", "fu", "TRANSFER_GAP", "mean", "all"},
    {"  commitments completed", "fu", "COMMIT_all", "rate_itt", "all"},
    {"  host contacts kept", "fu", "HOST", "conversion", "all"},
    {"NETWORK", NULL, NULL, NULL, NULL},
    {"  density before", "pre>fu", "net", "density_before", "all"},
    {"  density after", "pre>fu", "net", "density_after", "all"},
    {"  new ties per person", "pre>fu", "net", "new_per_person", "all"},
    {"  E-I index after", "fu", "net", "EI", "all"},
    {"  E-I by chance", "fu", "net", "EI_perm_mean", "all"},
    {"BALANCE", NULL, NULL, NULL, NULL},
    {"  business off a third, pp", "trip", "balance", "gap_pp", "business"},
    {"  seats in the wrong sector", "trip", "balance", "dissimilarity", "all"},
    {"INTERVIEWS", NULL, NULL, NULL, NULL},
    {"  interviewees", "int", "", "interviewees", "all"},
    {"  learnt something oneself", "int", "learning_own", "int.prevalence", "all"},
    {"COMPARISON", NULL, NULL, NULL, NULL},
    {"  programme, shrunken", "pool", "PHASE_programme", "pool.shrunk", "all"},
    {"  against the other trips", "pool", "PHASE_programme", "pool.vs_benchmark", "all"},
    {0},
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* In the order of their first rows. Those of the studies' comparison are no study's. */
static size_t find_trips(const json_t *metrics, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(metrics) && count < TRIPS_MAX; i++) {
        const char *name = text_of(json_array_get(metrics, i), "study_name");
        if (name[0] != '\0' && !is_among(names, count, name))
            names[count++] = name;
    }
    return count;
}

static const json_t *find_row(const json_t *metrics, const char *trip, const struct line *line)
{
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *row = json_array_get(metrics, i);
        if (strcmp(text_of(row, "study_name"), trip) == 0 &&
            strcmp(text_of(row, "wave"), line->wave) == 0 &&
            strcmp(text_of(row, "item"), line->item) == 0 &&
            strcmp(text_of(row, "metric"), line->metric) == 0 &&
            strcmp(text_of(row, "slice"), line->slice) == 0)
            return row;
    }
    return NULL;
}

/* The value with its interval; a share without, for the sake of the width. */
static void add_cell(struct table *table, const json_t *row)
{
    struct buf text;
    buf_init(&text);
    metric_text_value(&text, row);
    if (json_is_number(json_object_get(row, "low")) && strcmp(text_of(row, "unit"), "share") != 0) {
        buf_append_text(&text, " (");
        metric_text_interval(&text, row);
        buf_append_char(&text, ')');
    }
    if (text.length == 0)
        buf_append_text(&text, row == NULL ? "-" : text_of(row, "null_reason"));
    table_add(table, buf_text(&text));
    buf_finish(&text);
}

/* A study's name up to its first space, under which the columns stay narrow. */
static char *short_name(const char *name)
{
    char *copy = xstrdup(name);
    copy[strcspn(copy, " ")] = '\0';
    return copy;
}

static void write_trips(const struct line *line, const json_t *metrics, struct buf *text)
{
    const char *names[TRIPS_MAX + 1] = {""};
    char *titles[TRIPS_MAX + 1] = {xstrdup("")};
    enum table_align aligns[TRIPS_MAX + 1] = {TABLE_LEFT};
    size_t trips = find_trips(metrics, names + 1);
    for (size_t i = 1; i <= trips; i++) {
        titles[i] = short_name(names[i]);
        aligns[i] = TABLE_RIGHT;
    }
    struct table *table = table_create(trips + 1, (const char *const *)titles, aligns);
    for (; line->label != NULL; line++) {
        table_add(table, line->label);
        for (size_t i = 1; i <= trips; i++)
            if (line->wave == NULL)
                table_add(table, "");
            else
                add_cell(table, find_row(metrics, names[i], line));
    }
    table_write(table, text);
    table_destroy(table);
    for (size_t i = 0; i <= trips; i++)
        free(titles[i]);
}

void demo_table_write(const json_t *metrics, struct buf *text)
{
    write_trips(released, metrics, text);
}

void demo_table_write_families(const json_t *metrics, struct buf *text)
{
    write_trips(internal, metrics, text);
}

static void add_speakers(struct table *table, const json_t *row)
{
    struct buf text;
    buf_init(&text);
    metric_text_value(&text, row);
    buf_printf(&text, " of %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(row, "n")));
    table_add(table, buf_text(&text));
    buf_finish(&text);
}

static bool has_agreement(const json_t *metrics)
{
    for (size_t i = 0; i < json_array_size(metrics); i++)
        if (strcmp(text_of(json_array_get(metrics, i), "metric"), "int.k_alpha") == 0)
            return true;
    return false;
}

/* The programme's themes, in the order of its rows. Agreement is not released. */
void demo_table_write_themes(const json_t *metrics, struct buf *text)
{
    static const char *const titles[] = {"Theme",          "said by",  "in words",
                                         "for or against", "division", "coders' alpha"};
    static const char *const columns[] = {"int.quantifier", "int.balance", "int.disagreement",
                                          "int.k_alpha"};
    static const enum table_align aligns[] = {TABLE_LEFT,  TABLE_RIGHT, TABLE_LEFT,
                                              TABLE_RIGHT, TABLE_RIGHT, TABLE_RIGHT};
    size_t shown = has_agreement(metrics) ? 4 : 3;
    struct table *table = table_create(2 + shown, titles, aligns);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *row = json_array_get(metrics, i);
        bool is_own = text_of(row, "study_name")[0] == '\0';
        if (!is_own || strcmp(text_of(row, "metric"), "int.count") != 0)
            continue;
        table_add(table, text_of(row, "item"));
        add_speakers(table, row);
        for (size_t column = 0; column < shown; column++) {
            struct line line = {"", "int", text_of(row, "item"), columns[column], "all"};
            add_cell(table, find_row(metrics, "", &line));
        }
    }
    table_write(table, text);
    table_destroy(table);
}
