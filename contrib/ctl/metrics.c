/* Released metrics: one study's as a list, all studies' side by side. */
#include "ask.h"
#include "body.h"
#include "metric_text.h"
#include "request.h"
#include "resolve.h"
#include <debriefd/xalloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *const titles[] = {"WAVE",     "ITEM", "METRIC", "SLICE",  "VALUE",
                                     "INTERVAL", "n",    "N",      "WHY NOT"};

static const enum table_align aligns[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_LEFT,
                                          TABLE_LEFT,  TABLE_RIGHT, TABLE_RIGHT,
                                          TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};

#define COLUMNS (sizeof titles / sizeof *titles)
#define NAMES   4 /* the columns that tell rows apart */

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static void add_text(struct table *table, void (*write)(struct buf *, const json_t *),
                     const json_t *row)
{
    struct buf text;
    buf_init(&text);
    write(&text, row);
    table_add(table, buf_text(&text));
    buf_finish(&text);
}

static void write_n(struct buf *text, const json_t *row)
{
    buf_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(row, "n")));
}

static void write_population(struct buf *text, const json_t *row)
{
    buf_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(row, "N")));
}

static void add_row(struct table *table, const json_t *row)
{
    table_add(table, text_of(row, "wave"));
    table_add(table, text_of(row, "item"));
    table_add(table, text_of(row, "metric"));
    table_add(table, text_of(row, "slice"));
    add_text(table, metric_text_value, row);
    add_text(table, metric_text_interval, row);
    add_text(table, write_n, row);
    add_text(table, write_population, row);
    table_add(table, text_of(row, "null_reason"));
}

/* Of a study's newest release, or of one of a programme's list. */
static void write_withdrawal(const json_t *release, struct buf *text)
{
    buf_printf(text, "Release %" JSON_INTEGER_FORMAT,
               json_integer_value(json_object_get(release, "release")));
    if (text_of(release, "study_name")[0] != '\0') {
        buf_append_text(text, " of ");
        table_append_plain(text, text_of(release, "study_name"));
    }
    buf_printf(text, " was withdrawn on %.10s: ", text_of(release, "withdrawn_at"));
    table_append_plain(text, text_of(release, "withdrawn_reason"));
    buf_append_char(text, '\n');
}

static void write_list(const json_t *answer, struct buf *text)
{
    const json_t *metrics = json_object_get(answer, "metrics");
    struct table *table = table_create(COLUMNS, titles, aligns);
    for (size_t i = 0; i < json_array_size(metrics); i++)
        add_row(table, json_array_get(metrics, i));
    if (json_is_string(json_object_get(answer, "withdrawn_at")))
        write_withdrawal(answer, text);
    else if (json_is_null(json_object_get(answer, "release")))
        buf_append_text(text, "Nothing is released yet.\n");
    else if (table_rows(table) == 0)
        buf_append_text(text, "No metric is like that.\n");
    table_write(table, text);
    table_destroy(table);
}

/* The place of a name in a list of titles, adding it when it is new. */
static size_t place_of(json_t *names, const char *name)
{
    size_t index = 0;
    while (index < json_array_size(names) &&
           strcmp(json_string_value(json_array_get(names, index)), name) != 0)
        index++;
    if (index == json_array_size(names))
        json_array_append_new(names, json_string(name));
    return index;
}

/* Rows of the studies' comparison are no study's. */
static const char *study_of(const json_t *row)
{
    const char *name = text_of(row, "study_name");
    return name[0] != '\0' ? name : "COMPARED";
}

/* One column a study: the cells of a row are keyed by the study's place. */
static void collect(const json_t *metrics, json_t *studies, json_t *lines)
{
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        json_t *row = json_array_get(metrics, i);
        char key[300];
        char column[24];
        snprintf(column, sizeof column, "%zu", place_of(studies, study_of(row)));
        snprintf(key, sizeof key, "%s\x1f%s\x1f%s\x1f%s", text_of(row, "wave"),
                 text_of(row, "item"), text_of(row, "metric"), text_of(row, "slice"));
        json_t *line = json_object_get(lines, key);
        if (line == NULL) {
            line = json_object();
            json_object_set_new(lines, key, line);
        }
        json_object_set(line, column, row);
    }
}

static void write_both(struct buf *text, const json_t *row)
{
    metric_text_value(text, row);
    if (!json_is_number(json_object_get(row, "low")))
        return;
    buf_append_text(text, " (");
    metric_text_interval(text, row);
    buf_append_char(text, ')');
}

static void add_line(struct table *table, const json_t *line, size_t studies)
{
    static const char *const names[NAMES] = {"wave", "item", "metric", "slice"};
    const json_t *any = json_object_iter_value(json_object_iter((json_t *)(uintptr_t)line));
    for (size_t i = 0; i < NAMES; i++)
        table_add(table, text_of(any, names[i]));
    for (size_t i = 0; i < studies; i++) {
        char column[24];
        snprintf(column, sizeof column, "%zu", i);
        add_text(table, write_both, json_object_get(line, column));
    }
}

static void write_comparison(const json_t *answer, struct buf *text)
{
    json_t *studies = json_array();
    json_t *lines = json_object();
    collect(json_object_get(answer, "metrics"), studies, lines);
    const json_t *withdrawn = json_object_get(answer, "withdrawn");
    size_t count = json_array_size(studies);
    const char **names = xcalloc_array(count + NAMES, sizeof *names);
    enum table_align *sides = xcalloc_array(count + NAMES, sizeof *sides);
    for (size_t i = 0; i < NAMES; i++)
        names[i] = titles[i];
    for (size_t i = 0; i < count; i++) {
        names[i + NAMES] = json_string_value(json_array_get(studies, i));
        sides[i + NAMES] = TABLE_RIGHT;
    }
    struct table *table = table_create(count + NAMES, names, sides);
    const char *key;
    json_t *line;
    json_object_foreach(lines, key, line)
    {
        add_line(table, line, count);
    }
    if (table_rows(table) == 0)
        buf_append_text(text, "Nothing like that is released yet.\n");
    table_write(table, text);
    for (size_t i = 0; i < json_array_size(withdrawn); i++)
        write_withdrawal(json_array_get(withdrawn, i), text);
    table_destroy(table);
    free(names);
    free(sides);
    json_decref(lines);
    json_decref(studies);
}

static enum ctl_status show(struct invocation *invocation, struct buf *path,
                            void (*write)(const json_t *, struct buf *))
{
    bool is_wide = invocation_option(invocation, "wide") != NULL;
    bool is_csv = is_wide || invocation_option(invocation, "csv") != NULL;
    if (is_wide)
        buf_append_text(path, "?layout=wide");
    body_append_query(invocation, path);
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {.method = "GET",
                               .path = buf_text(path),
                               .accept = is_csv ? "text/csv" : "application/json"};
    enum ctl_status status = ask(invocation, &call, &reply);
    if (status == CTL_DONE && is_csv)
        request_write(&reply.body);
    else if (status == CTL_DONE && (invocation->is_json || invocation->field != NULL))
        status = request_print(invocation, &reply);
    else if (status == CTL_DONE) {
        struct buf text;
        buf_init(&text);
        json_t *answer = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
        write(answer, &text);
        request_write(&text);
        json_decref(answer);
        buf_finish(&text);
    }
    client_reply_finish(&reply);
    return status;
}

enum ctl_status metrics_show(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/studies/");
    enum ctl_status status = resolve_study(invocation, invocation->arguments[0], &path);
    buf_append_text(&path, "/metrics");
    if (status == CTL_DONE)
        status = show(invocation, &path, write_list);
    buf_finish(&path);
    return status;
}

enum ctl_status metrics_compare(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/programmes/");
    enum ctl_status status = resolve_programme(invocation, &path);
    buf_append_text(&path, "/metrics");
    if (status == CTL_DONE)
        status = show(invocation, &path, write_comparison);
    buf_finish(&path);
    return status;
}
