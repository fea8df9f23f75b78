/* interviews_csv DIRECTORY TRIP...: the interview family's rows of a tidy dataset, of the programme
 * and of each trip, as CSV on standard output; a null has the type "null" and its reason as value.
 * The files are read forwards and backwards, and must give the same rows. */
#include "tidy_codings.h"

#include <debriefd/metric.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_row(const char *trip, const struct metric_row *row)
{
    printf("%s,%s,%s,%s,", trip, row->slice, row->item, row->metric);
    if (row->type == METRIC_NUMBER)
        printf("number,%.17g\n", row->value);
    else if (row->type == METRIC_TEXT)
        printf("text,%s\n", row->text);
    else
        printf("null,%s\n", metric_null_name(row->null));
}

static struct metric_rows *compute(const char *directory, enum tidy_order order, const char *trip)
{
    struct codings *codings = tidy_codings(directory, order);
    struct metric_rows *rows = metric_rows_create();
    if (trip == NULL)
        interview_compute(codings, rows);
    else
        interview_compute_trip(codings, trip, rows);
    codings_destroy(codings);
    return rows;
}

static bool same(const struct metric_row *a, const struct metric_row *b)
{
    return strcmp(a->item, b->item) == 0 && strcmp(a->metric, b->metric) == 0 &&
           a->type == b->type && a->value == b->value && a->low == b->low && a->n == b->n;
}

static void print_rows(const char *directory, const char *trip)
{
    struct metric_rows *rows = compute(directory, TIDY_AS_GIVEN, trip);
    struct metric_rows *reversed = compute(directory, TIDY_REVERSED, trip);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        if (!same(metric_rows_get(rows, i), metric_rows_get(reversed, i))) {
            fprintf(stderr, "order matters to %s\n", metric_rows_get(rows, i)->metric);
            exit(EXIT_FAILURE);
        }
        print_row(trip != NULL ? trip : "all", metric_rows_get(rows, i));
    }
    metric_rows_destroy(rows);
    metric_rows_destroy(reversed);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return EXIT_FAILURE;
    puts("trip,slice,item,metric,type,value");
    print_rows(argv[1], NULL);
    for (int i = 2; i < argc; i++)
        print_rows(argv[1], argv[i]);
    return EXIT_SUCCESS;
}
