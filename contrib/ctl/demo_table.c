#include "demo_table.h"

#include "metric_text.h"
#include "table.h"
#include <string.h>

#define TRIPS_MAX 8

static const struct {
    const char *label;
    const char *wave;
    const char *item;
    const char *metric;
    const char *slice;
} lines[] = {
    {"Answered before the trip", "pre", "", "resp.RR2", "all"},
    {"Answered after the trip", "post", "", "resp.RR2", "all"},
    {"Answered at follow-up", "fu", "", "resp.RR2", "all"},
    {"Satisfied overall, 1 to 5", "post", "OVERALL", "mean", "all"},
    {"Preparation, 0 to 100", "post", "PHASE_preparation", "mean", "all"},
    {"Programme, 0 to 100", "post", "PHASE_programme", "mean", "all"},
    {"Follow-up, 0 to 100", "fu", "PHASE_followup", "mean", "all"},
    {"Too full a programme, agreement", "post", "S_PROG4", "consensus", "all"},
    {"Purpose 1, compare and learn", "post", "P1", "mean", "all"},
    {"Purpose 2, international ties", "post", "P2", "mean", "all"},
    {"Purpose 3, the wider world", "post", "P3", "mean", "all"},
    {"Purpose 4, leaders at home", "post", "P4", "mean", "all"},
    {"Purpose 5, marketing", "post", "P5", "mean", "all"},
    {"Would recommend, NPS", "post", "NPS", "nps.score", "all"},
    {"Customer index, NKI", "post", "NKI", "mean", "all"},
    {"Of use to people, 0 to 100", "fu", "TRANSFER_IND", "mean", "all"},
    {"Of use to organisations, 0 to 100", "fu", "TRANSFER_ORG", "mean", "all"},
    {"Business in the delegation", "trip", "balance", "share", "business"},
    {"Seats short of a third, business", "trip", "balance", "seats_short", "business"},
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

/* Rows of the studies' comparison are no study's. */
static size_t find_trips(const json_t *metrics, const char **names)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const char *name = text_of(json_array_get(metrics, i), "study_name");
        bool is_next = count == 0 || strcmp(names[count - 1], name) != 0;
        if (name[0] != '\0' && is_next && count < TRIPS_MAX)
            names[count++] = name;
    }
    return count;
}

static const json_t *find_row(const json_t *metrics, const char *trip, size_t line)
{
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *row = json_array_get(metrics, i);
        if (strcmp(text_of(row, "study_name"), trip) == 0 &&
            strcmp(text_of(row, "wave"), lines[line].wave) == 0 &&
            strcmp(text_of(row, "item"), lines[line].item) == 0 &&
            strcmp(text_of(row, "metric"), lines[line].metric) == 0 &&
            strcmp(text_of(row, "slice"), lines[line].slice) == 0)
            return row;
    }
    return NULL;
}

static void add_cell(struct table *table, const json_t *row)
{
    struct buf text;
    buf_init(&text);
    metric_text_value(&text, row);
    if (json_is_number(json_object_get(row, "low"))) {
        buf_append_text(&text, " (");
        metric_text_interval(&text, row);
        buf_append_char(&text, ')');
    }
    if (text.length == 0)
        buf_append_text(&text, row == NULL ? "-" : text_of(row, "null_reason"));
    table_add(table, buf_text(&text));
    buf_finish(&text);
}

void demo_table_write(const json_t *metrics, struct buf *text)
{
    const char *names[TRIPS_MAX + 1] = {""};
    enum table_align aligns[TRIPS_MAX + 1] = {TABLE_LEFT};
    size_t trips = find_trips(metrics, names + 1);
    for (size_t i = 1; i <= trips; i++)
        aligns[i] = TABLE_RIGHT;
    struct table *table = table_create(trips + 1, names, aligns);
    for (size_t line = 0; line < sizeof lines / sizeof *lines; line++) {
        table_add(table, lines[line].label);
        for (size_t i = 1; i <= trips; i++)
            add_cell(table, find_row(metrics, names[i], line));
    }
    table_write(table, text);
    table_destroy(table);
}
