/* rows_csv DIRECTORY: the rows of every trip of a tidy dataset as CSV on standard output; a null
 * has the type "null" and its reason as value. */
#include "tidy.h"

#include <debriefd/metric.h>
#include <stdio.h>
#include <stdlib.h>

static void print_row(const char *trip, const struct metric_row *row)
{
    printf("%s,%s,%s,%s,%s,", trip, row->wave, row->slice, row->item, row->metric);
    if (row->type == METRIC_NUMBER)
        printf("number,%.17g\n", row->value);
    else if (row->type == METRIC_TEXT)
        printf("text,%s\n", row->text);
    else
        printf("null,%s\n", metric_null_name(row->null));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    struct tidy *tidy = tidy_load(argv[1]);
    puts("trip,wave,slice,item,metric,type,value");
    for (size_t i = 0; i < tidy_trips(tidy); i++) {
        struct facts *facts = tidy_facts(tidy, tidy_trip(tidy, i));
        struct metric_rows *rows = metric_rows_create();
        metric_compute_all(facts, rows);
        for (size_t row = 0; row < metric_rows_count(rows); row++)
            print_row(tidy_trip(tidy, i), metric_rows_get(rows, row));
        metric_rows_destroy(rows);
        facts_destroy(facts);
    }
    tidy_destroy(tidy);
    return EXIT_SUCCESS;
}
