/* The ceiling: rows of the same shape into a table like debrief.evaluation, with its indexes, by
 * unnest over one connection in pipeline mode, without HTTP, checks, queue or receipts.
 *
 * usage: bench_ceiling CONNINFO SECONDS BODY ACKNOWLEDGED */
#include <debriefd/answers.h>
#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <debriefd/sql_array.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define BATCH     64 /* rows a commit */
#define IN_FLIGHT 2  /* commits: the server never waits for this program */
#define COLUMNS   7
#define ROWS_MAX  4000000

static const char statement[] =
    "INSERT INTO bench.ceiling (programme_id, evaluation_id, wave_id, participant_id, replaces,"
    " seal_id, received_at, seal_position, answered, applicable, proxy, body_hash, language,"
    " scores, texts) "
    "SELECT g.w, g.e, g.w, g.p, NULL, g.w, g.at, 0, 30, 30, false, g.hash, 'sv',"
    " g.scores::smallint[], g.texts "
    "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bytea[], $6::text[],"
    " $7::text[]) AS g (w, e, p, at, hash, scores, texts)";

static const enum sql_type types[COLUMNS] = {SQL_UUID,  SQL_UUID, SQL_UUID, SQL_TIMESTAMPTZ,
                                             SQL_BYTEA, SQL_TEXT, SQL_TEXT};

struct row {
    struct uuid wave;
    struct buf scores;
    struct buf texts;
    struct secret_hash hash;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

/* What answers_read makes of the body is what is stored. */
static void read_row(const char *path, struct row *row)
{
    struct violations violations;
    struct answers answers;
    violations_init(&violations);
    answers_init(&answers);
    json_t *definition = json_load_file(INSTRUMENT, 0, NULL);
    struct instrument *instrument = instrument_compile(definition, &violations);
    json_t *body = json_load_file(path, 0, NULL);
    char *text = json_dumps(body, JSON_COMPACT);
    if (answers_read(instrument, NULL, text, strlen(text), &answers, &violations) != ANSWERS_OK)
        die(violations.items[0].detail);
    buf_append_char(&row->scores, '{');
    for (size_t i = 0; i < answers.slot_count; i++)
        buf_printf(&row->scores, i > 0 ? ",%d" : "%d", answers.slots[i]);
    buf_append_char(&row->scores, '}');
    buf_append(&row->texts, answers.texts.data, answers.texts.length);
    row->hash = secret_hash(text, strlen(text));
    row->wave = uuid_random();
    free(text);
    json_decref(body);
    json_decref(definition);
    instrument_destroy(instrument);
    answers_finish(&answers);
    violations_finish(&violations);
}

static void send_batch(PGconn *connection, const struct row *row, struct uuid *names)
{
    struct buf array[COLUMNS] = {0};
    const char *values[COLUMNS];
    int lengths[COLUMNS];
    int formats[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        sql_array_start(&array[i], types[i], BATCH);
    for (int i = 0; i < BATCH; i++) {
        struct uuid participant = uuid_random();
        names[i] = uuid_random();
        sql_array_uuid(&array[0], &row->wave);
        sql_array_uuid(&array[1], &names[i]);
        sql_array_uuid(&array[2], &participant);
        sql_array_time(&array[3], clock_wall_us());
        sql_array_bytes(&array[4], row->hash.bytes, sizeof row->hash.bytes);
        sql_array_bytes(&array[5], row->scores.data, row->scores.length);
        sql_array_bytes(&array[6], row->texts.data, row->texts.length);
    }
    for (int i = 0; i < COLUMNS; i++) {
        values[i] = array[i].data;
        lengths[i] = (int)array[i].length;
        formats[i] = 1;
    }
    if (PQsendQueryPrepared(connection, "row", COLUMNS, values, lengths, formats, 0) != 1 ||
        PQpipelineSync(connection) != 1)
        die(PQerrorMessage(connection));
    for (int i = 0; i < COLUMNS; i++)
        buf_finish(&array[i]);
}

/* A statement's result, NULL, and its sync. */
static void await_batch(PGconn *connection)
{
    PGresult *result = PQgetResult(connection);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        die(PQresultErrorMessage(result));
    PQclear(result);
    PQclear(PQgetResult(connection));
    result = PQgetResult(connection);
    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        die("out of step");
    PQclear(result);
}

static PGconn *connect_database(const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK)
        die(PQerrorMessage(connection));
    PQclear(PQprepare(connection, "row", statement, 0, NULL));
    if (PQenterPipelineMode(connection) != 1)
        die(PQerrorMessage(connection));
    return connection;
}

static size_t run(PGconn *connection, const struct row *row, int64_t duration_us,
                  struct uuid *names)
{
    size_t sent = 0;
    size_t stored = 0;
    int64_t deadline_us = clock_monotonic_us() + duration_us;
    do {
        bool is_open = clock_monotonic_us() < deadline_us && sent + BATCH <= ROWS_MAX;
        if (is_open) {
            send_batch(connection, row, names + sent);
            sent += BATCH;
        }
        if (sent - stored < (size_t)IN_FLIGHT * BATCH && is_open)
            continue;
        await_batch(connection);
        stored += BATCH;
    } while (stored < sent);
    return stored;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: bench_ceiling CONNINFO SECONDS BODY ACKNOWLEDGED");
    struct row row = {0};
    secret_init();
    read_row(argv[3], &row);
    struct uuid *names = calloc(ROWS_MAX, sizeof *names);
    FILE *file = fopen(argv[4], "w");
    if (names == NULL || file == NULL)
        die("no room");
    PGconn *connection = connect_database(argv[1]);
    struct rusage usage;
    int64_t begin_us = clock_monotonic_us();
    size_t stored = run(connection, &row, (int64_t)(strtod(argv[2], NULL) * 1e6), names);
    double seconds = (double)(clock_monotonic_us() - begin_us) / 1e6;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"acknowledged\":%zu,\"seconds\":%.6f,\"cpu_us\":%lld}\n", stored, seconds,
           (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    for (size_t i = 0; i < stored; i++)
        fprintf(file, "%s\n", uuid_format(&names[i]).text);
    fclose(file);
    PQfinish(connection);
    buf_finish(&row.scores);
    buf_finish(&row.texts);
    free(names);
    return EXIT_SUCCESS;
}
