/* Why each metric of a study is shown or held back: one table of metrics, one of the groups they
 * are shown for. */
#include "ask.h"
#include "request.h"
#include "resolve.h"
#include <stdlib.h>
#include <string.h>

static const char *const outcome_titles[] = {"WAVE", "ITEM", "OUTCOME", "WHY", "METRICS"};
static const enum table_align outcome_aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_LEFT, TABLE_LEFT,
                                                  TABLE_LEFT};
static const char *const group_titles[] = {"WAVE", "FAMILY", "GROUP", "ANSWERS", "WAITING", "WHY"};
static const enum table_align group_aligns[] = {TABLE_LEFT,  TABLE_LEFT,  TABLE_LEFT,
                                                TABLE_RIGHT, TABLE_RIGHT, TABLE_LEFT};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static json_int_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void add_cell(struct table *table, struct buf *owned_text)
{
    table_add(table, buf_text(owned_text));
    buf_finish(owned_text);
}

/* "academia 4, state 3" */
static void append_sectors(struct buf *text, const json_t *sectors)
{
    for (size_t i = 0; i < json_array_size(sectors); i++) {
        const json_t *one = json_array_get(sectors, i);
        buf_printf(text, "%s%s", i > 0 ? ", " : "", text_of(one, "sector"));
        if (json_is_integer(json_object_get(one, "answers")))
            buf_printf(text, " %" JSON_INTEGER_FORMAT, number_of(one, "answers"));
    }
}

static void append_names(struct buf *text, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        buf_printf(text, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(names, i)));
}

/* What an explanation is made from. */
struct explained {
    const json_t *answer;
    const json_t *item;
};

static void why_open(struct buf *text, const struct explained *explained)
{
    bool is_interview = strcmp(text_of(explained->item, "family"), "interview") == 0;
    buf_append_text(text, is_interview ? "the interviews, or all waves of the trip, are open"
                                       : "the wave is open");
}

static void why_few(struct buf *text, const struct explained *explained)
{
    const json_t *waiting = json_object_get(explained->item, "ungrouped");
    buf_printf(text, "fewer than %" JSON_INTEGER_FORMAT " answers",
               number_of(explained->answer, "least_answers"));
    if (json_array_size(waiting) > 0) {
        buf_append_text(text, ": ");
        append_sectors(text, waiting);
    }
}

static void why_distribution(struct buf *text, const struct explained *explained)
{
    buf_printf(text, "a distribution needs %" JSON_INTEGER_FORMAT " answers",
               number_of(explained->answer, "least_distribution"));
}

static void why_linked(struct buf *text, const struct explained *explained)
{
    const json_t *with = json_object_get(explained->item, "linked_with");
    buf_append_text(text, "would tell of answers that are shown");
    buf_append_text(text, json_array_size(with) > 0 ? " in " : " elsewhere");
    append_names(text, with);
}

static const struct {
    const char *rule;
    const char *text; /* or */
    void (*write)(struct buf *text, const struct explained *explained);
} rules[] = {
    {"open", NULL, why_open},
    {"k", NULL, why_few},
    {"dist", NULL, why_distribution},
    {"dominance", "one contributor could estimate another's (p % rule)", NULL},
    {"condition", "asked on a condition: who was asked it tells of an answer", NULL},
    {"linked", NULL, why_linked},
    {"difference", "of the two answers only the difference is shown", NULL},
    {"egos", "too few complete rosters for a network", NULL},
    {"coverage", "too many did not answer for the structure of a network", NULL},
    {"small", "beside what is shown it would tell of one person or a few", NULL},
    {"approval", "few raised the theme, or few were interviewed: told when they approve", NULL},
    {"elsewhere", "a theme is told of the programme, or else of each trip", NULL},
    {"retracted", "its approval was taken back", NULL},
    {"anonymous", "nobody knows whose answers are whose", NULL},
    {"mean_of_items", "the index is shown as the mean of its items' means", NULL},
};

/* A rule this program does not know is said by its name. */
static void append_rule(struct buf *text, const struct explained *explained, const char *rule)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strcmp(rules[i].rule, rule) != 0)
            continue;
        if (rules[i].write != NULL)
            rules[i].write(text, explained);
        else
            buf_append_text(text, rules[i].text);
        return;
    }
    buf_append_text(text, rule);
}

/* "coded: 2 moved in politics"; only an analyst is told. */
static void append_coding(struct buf *text, const json_t *group)
{
    json_int_t moved = 0;
    const json_t *epochs = json_object_get(group, "epochs");
    for (size_t i = 0; i < json_array_size(epochs); i++)
        moved += number_of(json_array_get(epochs, i), "moved");
    if (moved > 0)
        buf_printf(text, "%scoded: %" JSON_INTEGER_FORMAT " moved in %s",
                   text->length > 0 ? "; " : "", moved, text_of(group, "group"));
}

/* Who waits is not in the numbers, but in those of who answered at all. */
static void append_shown(struct buf *text, const json_t *item)
{
    bool is_frame = strcmp(text_of(item, "disclosure_family"), "*") == 0;
    const json_t *groups = json_object_get(item, "groups");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (json_array_size(json_object_get(group, "sectors")) > 1)
            buf_printf(text, "%smerged: %s", text->length > 0 ? "; " : "", text_of(group, "group"));
        append_coding(text, group);
        if (number_of(group, "waiting") > 0 && !is_frame)
            buf_printf(text, "%s%" JSON_INTEGER_FORMAT " of %s wait", text->length > 0 ? "; " : "",
                       number_of(group, "waiting"), text_of(group, "group"));
    }
}

static const struct {
    const char *outcome;
    const char *title;
} outcomes[] = {
    {"shown", "shown"},
    {"held_back", "held back"},
    {"undefined", "undefined"},
    {"internal", "analyst only"},
};

static bool has_outcome(const json_t *metric, const char *outcome, const char *rule)
{
    return strcmp(text_of(metric, "outcome"), outcome) == 0 &&
           strcmp(text_of(metric, "rule"), rule) == 0;
}

/* A line for the metrics that share this one's outcome and rule. */
static void add_outcome(struct table *table, const struct explained *explained, size_t first)
{
    const json_t *metrics = json_object_get(explained->item, "metrics");
    const char *outcome = text_of(json_array_get(metrics, first), "outcome");
    const char *rule = text_of(json_array_get(metrics, first), "rule");
    struct buf names;
    struct buf why;
    buf_init(&names);
    buf_init(&why);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *metric = json_array_get(metrics, i);
        if (!has_outcome(metric, outcome, rule))
            continue;
        if (i < first) { /* an earlier line has it */
            buf_finish(&names);
            buf_finish(&why);
            return;
        }
        buf_printf(&names, "%s%s", names.length > 0 ? " " : "", text_of(metric, "metric"));
    }
    if (rule[0] != '\0')
        append_rule(&why, explained, rule);
    else if (strcmp(outcome, "internal") == 0)
        buf_append_text(&why, "not among what is released");
    else
        append_shown(&why, explained->item);
    table_add(table, text_of(explained->item, "wave"));
    const char *item = text_of(explained->item, "item");
    table_add(table, item[0] != '\0' ? item : text_of(explained->item, "family"));
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].outcome, outcome) == 0)
            table_add(table, outcomes[i].title);
    add_cell(table, &why);
    add_cell(table, &names);
}

static bool is_wanted(const struct invocation *invocation, const json_t *item)
{
    const char *wave = invocation_option(invocation, "wave");
    const char *name = invocation_option(invocation, "item");
    bool is_of_interviews = strcmp(invocation->command->noun, "interviews") != 0 ||
                            strcmp(text_of(item, "family"), "interview") == 0;
    return is_of_interviews && (wave == NULL || strcmp(wave, text_of(item, "wave")) == 0) &&
           (name == NULL || strcmp(name, text_of(item, "item")) == 0);
}

static void add_unmeasured(const struct invocation *invocation, const json_t *answer,
                           struct table *table)
{
    const json_t *items = json_object_get(answer, "unmeasured");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (!is_wanted(invocation, item))
            continue;
        bool is_text = strcmp(text_of(item, "type"), "text") == 0;
        table_add(table, text_of(item, "wave"));
        table_add(table, text_of(item, "item"));
        table_add(table, "held back");
        table_add(table, is_text ? "free text is never released" : "no metric is made of it");
        table_add(table, "");
    }
}

static void write_outcomes(const struct invocation *invocation, const json_t *answer,
                           struct buf *text)
{
    const json_t *items = json_object_get(answer, "items");
    struct table *table = table_create(5, outcome_titles, outcome_aligns);
    for (size_t i = 0; i < json_array_size(items); i++) {
        struct explained explained = {answer, json_array_get(items, i)};
        size_t count = json_array_size(json_object_get(explained.item, "metrics"));
        for (size_t j = 0; j < count && is_wanted(invocation, explained.item); j++)
            add_outcome(table, &explained, j);
    }
    add_unmeasured(invocation, answer, table);
    table_write(table, text);
    table_destroy(table);
}

/* "16+5" by epochs. */
static void add_entered(struct table *table, const json_t *epochs)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < json_array_size(epochs); i++)
        buf_printf(&text, "%s%" JSON_INTEGER_FORMAT, i > 0 ? "+" : "",
                   number_of(json_array_get(epochs, i), "answers"));
    add_cell(table, &text);
}

static void add_why_group(struct table *table, const json_t *answer, const json_t *group)
{
    const json_t *sectors = json_object_get(group, "sectors");
    struct buf text;
    buf_init(&text);
    if (json_array_size(sectors) > 1) {
        buf_printf(&text, "merged to reach %" JSON_INTEGER_FORMAT ": ",
                   number_of(answer, "least_answers"));
        append_sectors(&text, sectors);
    }
    if (number_of(group, "waiting") > 0)
        buf_printf(&text, "%s%" JSON_INTEGER_FORMAT " enter together", text.length > 0 ? "; " : "",
                   number_of(answer, "least_answers"));
    add_cell(table, &text);
}

static bool is_listed(json_t *seen, const json_t *item)
{
    struct buf key;
    buf_init(&key);
    buf_printf(&key, "%s/%s", text_of(item, "wave"), text_of(item, "disclosure_family"));
    bool is_known = json_object_get(seen, buf_text(&key)) != NULL;
    json_object_set_new(seen, buf_text(&key), json_true());
    buf_finish(&key);
    return is_known;
}

static void write_groups(const struct invocation *invocation, const json_t *answer,
                         struct buf *text)
{
    const json_t *items = json_object_get(answer, "items");
    struct table *table = table_create(6, group_titles, group_aligns);
    json_t *seen = json_object();
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const json_t *groups = json_object_get(item, "groups");
        size_t count = json_array_size(groups);
        if (count == 0 || !is_wanted(invocation, item) || is_listed(seen, item))
            continue;
        for (size_t j = 0; j < count; j++) {
            const json_t *group = json_array_get(groups, j);
            table_add(table, text_of(item, "wave"));
            table_add(table, text_of(item, "disclosure_family"));
            table_add(table, text_of(group, "group"));
            add_entered(table, json_object_get(group, "epochs"));
            struct buf waiting;
            buf_init(&waiting);
            if (number_of(group, "waiting") > 0)
                buf_printf(&waiting, "%" JSON_INTEGER_FORMAT, number_of(group, "waiting"));
            add_cell(table, &waiting);
            add_why_group(table, answer, group);
        }
    }
    if (table_rows(table) > 0)
        buf_append_char(text, '\n');
    table_write(table, text);
    table_destroy(table);
    json_decref(seen);
}

static void write_head(const json_t *answer, struct buf *text)
{
    if (!json_is_integer(json_object_get(answer, "release")))
        buf_append_text(text, "Nothing is released yet.\n");
    else if (json_is_string(json_object_get(answer, "withdrawn_at"))) {
        buf_printf(text, "Release %" JSON_INTEGER_FORMAT " was withdrawn on %.10s: ",
                   number_of(answer, "release"), text_of(answer, "withdrawn_at"));
        table_append_plain(text, text_of(answer, "withdrawn_reason"));
        buf_append_text(text, json_is_true(json_object_get(answer, "on_hold"))
                                  ? "\nNothing is published until releases resume.\n"
                                  : "\n");
    } else
        buf_printf(text, "Release %" JSON_INTEGER_FORMAT " of %.10s\n",
                   number_of(answer, "release"), text_of(answer, "released_at"));
    buf_append_text(text, "Up to two answers of a group may have moved one step (coding).\n\n");
}

static enum ctl_status explain(struct invocation *invocation, const struct buf *path)
{
    if (invocation->is_json || invocation->field != NULL)
        return request_send(invocation, "GET", buf_text(path), NULL, NULL);
    json_t *answer;
    enum ctl_status status = ask_json(invocation, buf_text(path), &answer);
    if (status != CTL_DONE)
        return status;
    struct buf text;
    buf_init(&text);
    write_head(answer, &text);
    write_outcomes(invocation, answer, &text);
    write_groups(invocation, answer, &text);
    request_write(&text);
    buf_finish(&text);
    json_decref(answer);
    return CTL_DONE;
}

/* The programme's own releases are those of the nil study. */
enum ctl_status interviews_explain(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/studies/00000000-0000-0000-0000-000000000000/releases:explain");
    enum ctl_status status = explain(invocation, &path);
    buf_finish(&path);
    return status;
}

enum ctl_status releases_explain(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/studies/");
    enum ctl_status status = resolve_study(invocation, invocation->arguments[0], &path);
    buf_append_text(&path, "/releases:explain");
    if (status == CTL_DONE)
        status = explain(invocation, &path);
    buf_finish(&path);
    return status;
}
