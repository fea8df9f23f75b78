/* interview_rows SOCKET_DIRECTORY PROGRAMME [STUDY]: what the worker computes of a programme's
 * codings, or of one study's, as "item,metric,value" lines; a null is its reason, and without
 * interviews there is no line. Connects as the worker's role. */
#include <debriefd/embedded.h>
#include <debriefd/interview_facts.h>
#include <debriefd/metric.h>
#include <debriefd/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_row(const struct metric_row *row)
{
    printf("%s,%s,", row->item, row->metric);
    if (row->type == METRIC_NUMBER)
        printf("%.17g\n", row->value);
    else
        printf("%s\n", row->type == METRIC_TEXT ? row->text : metric_null_name(row->null));
}

static int print_rows(const struct codings *codings, const char *study)
{
    struct metric_rows *rows = metric_rows_create();
    if (study == NULL)
        interview_compute(codings, rows);
    else
        interview_compute_trip(codings, study, rows);
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        print_row(metric_rows_get(rows, i));
    metric_rows_destroy(rows);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct uuid programme, study;
    char conninfo[512];
    struct error err;
    if (argc < 3 || !uuid_parse(argv[2], strlen(argv[2]), &programme) ||
        (argc > 3 && !uuid_parse(argv[3], strlen(argv[3]), &study)))
        return EXIT_FAILURE;
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=debriefd user=debriefd_work", argv[1]);
    struct session_options options = {.conninfo = conninfo, .statements = sql_queries};
    struct session *session;
    struct codings *codings;
    if (!session_open(&options, &session, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    int code = EXIT_FAILURE;
    const struct uuid *only = argc > 3 ? &study : NULL;
    if (interview_facts_load(session, &programme, only, &codings, &err)) {
        code = codings != NULL ? print_rows(codings, argc > 3 ? argv[3] : NULL) : EXIT_SUCCESS;
        codings_destroy(codings);
    } else {
        fprintf(stderr, "%s\n", err.message);
    }
    session_close(session);
    return code;
}
