#include "tidy_codings.h"

#include "table.h"
#include <stdlib.h>
#include <string.h>

struct loading {
    struct codings *codings;
    const struct table *table;
    size_t row;
};

typedef bool add_fn(const struct loading *loading, struct error *err);

static const char *field(const struct loading *loading, const char *column)
{
    return table_field(loading->table, loading->row, column);
}

static const char *or_none(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static bool add_code(const struct loading *loading, struct error *err)
{
    return codings_add_code(loading->codings, field(loading, "code_id"), err);
}

static bool add_interview(const struct loading *loading, struct error *err)
{
    struct codings_interview interview = {
        .name = field(loading, "interview_id"),
        .person = field(loading, "person_id"),
        .sequence = strtoll(field(loading, "seq"), NULL, 10),
        .is_organiser = table_is(loading->table, loading->row, "is_organiser", "1"),
    };
    return codings_add_interview(loading->codings, &interview, err);
}

static bool add_trip(const struct loading *loading, struct error *err)
{
    return codings_add_trip(loading->codings, field(loading, "interview_id"),
                            field(loading, "trip_id"), err);
}

static bool add_segment(const struct loading *loading, struct error *err)
{
    return codings_add_segment(loading->codings, field(loading, "segment_id"),
                               field(loading, "interview_id"), or_none(field(loading, "trip_id")),
                               err);
}

static bool assign(const struct loading *loading, struct error *err)
{
    return codings_assign(loading->codings, field(loading, "coder"), field(loading, "segment_id"),
                          err);
}

static bool mark(const struct loading *loading, struct error *err)
{
    const char *text = field(loading, "sentiment");
    enum codings_sentiment sentiment =
        text[0] == '\0' ? CODINGS_UNSTATED : (enum codings_sentiment)strtol(text, NULL, 10);
    return codings_mark(loading->codings, field(loading, "coder"), field(loading, "segment_id"),
                        field(loading, "code_id"), sentiment, err);
}

static bool count_quote(const struct loading *loading, struct error *err)
{
    static const char *const approvals[] = {"approved", "pending", "declined"};
    for (int i = 0; i < CODINGS_APPROVALS; i++)
        if (strcmp(field(loading, "approval"), approvals[i]) == 0)
            return codings_count_quotes(loading->codings, (enum codings_approval)i, 1, err);
    return error_set(err, ERR_INVALID, "an approval is %s", field(loading, "approval"));
}

static void add_rows(struct codings *codings, const char *directory, const char *name,
                     enum tidy_order order, add_fn *add)
{
    struct table table = table_load(directory, name);
    struct error err;
    for (size_t i = 1; i < table.count; i++) {
        struct loading loading = {codings, &table, order == TIDY_REVERSED ? table.count - i : i};
        if (!add(&loading, &err))
            table_fail(name, err.message);
    }
    table_finish(&table);
}

struct codings *tidy_codings(const char *directory, enum tidy_order order)
{
    static const struct {
        const char *name;
        add_fn *add;
    } files[] = {
        {"codes.csv", add_code},           {"interviews.csv", add_interview},
        {"interview_trips.csv", add_trip}, {"segments.csv", add_segment},
        {"coder_segments.csv", assign},    {"codings.csv", mark},
        {"quotes.csv", count_quote},
    };
    struct codings *codings = codings_create();
    struct error err;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        add_rows(codings, directory, files[i].name, order, files[i].add);
    if (!codings_seal(codings, &err))
        table_fail("codings:", err.message);
    return codings;
}
