/* reliability_csv: reads lines "name,items,n,x11,x12,..." of complete cases, person by person, from
 * standard input and prints the reliability rows of each scale as CSV; a null has its reason as
 * value. */
#include "study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 65536

struct cases {
    char name[32];
    int items;
    int64_t n;
    int64_t sums[FACTS_SCALE_ITEMS_MAX];
    int64_t products[FACTS_SCALE_ITEMS_MAX * FACTS_SCALE_ITEMS_MAX];
};

static long next(char **rest)
{
    char *text = strsep(rest, ",");
    if (text == NULL)
        exit(EXIT_FAILURE);
    return strtol(text, NULL, 10);
}

static void add_person(struct cases *cases, char **rest)
{
    int64_t scores[FACTS_SCALE_ITEMS_MAX];
    for (int i = 0; i < cases->items; i++)
        scores[i] = next(rest);
    for (int i = 0; i < cases->items; i++) {
        cases->sums[i] += scores[i];
        for (int j = 0; j < cases->items; j++)
            cases->products[i * cases->items + j] += scores[i] * scores[j];
    }
}

static bool read_cases(struct cases *cases)
{
    static char line[LINE_MAX_BYTES];
    *cases = (struct cases){0};
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    char *rest = line;
    snprintf(cases->name, sizeof cases->name, "%s", strsep(&rest, ","));
    cases->items = (int)next(&rest);
    cases->n = next(&rest);
    if (cases->items < 2 || cases->items > FACTS_SCALE_ITEMS_MAX)
        exit(EXIT_FAILURE);
    for (int64_t person = 0; person < cases->n; person++)
        add_person(cases, &rest);
    return true;
}

static void print_rows(const struct cases *cases)
{
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){{"a", 1000}, {0}});
    struct facts_moments moments = {cases->name, cases->items, cases->n, cases->sums,
                                    cases->products};
    if (!facts_add_moments(facts, "post", &moments, &err))
        exit(EXIT_FAILURE);
    struct metric_rows *rows = study_compute(facts);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        if (strncmp(row->metric, "rel.", 4) != 0)
            continue;
        if (row->type == METRIC_NUMBER)
            printf("%s,%s,%.17g\n", row->item, row->metric, row->value);
        else
            printf("%s,%s,%s\n", row->item, row->metric, metric_null_name(row->null));
    }
    metric_rows_destroy(rows);
}

int main(void)
{
    struct cases cases;
    puts("item,metric,value");
    while (read_cases(&cases))
        print_rows(&cases);
    return EXIT_SUCCESS;
}
