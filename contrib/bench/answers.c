/* Nanoseconds a 2 kB submission: the pull reader straight into slots (parsed, validated and stored)
 * against jansson parsing it alone, in alternating rounds of one run.
 *
 * usage: bench_answers [ROUNDS] */
#include <debriefd/answers.h>
#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PASSES 2000 /* submissions a round */

static struct instrument *load_instrument(void)
{
    struct violations violations;
    violations_init(&violations);
    json_t *definition = json_load_file(INSTRUMENT, JSON_REJECT_DUPLICATES, NULL);
    struct instrument *instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    violations_finish(&violations);
    if (instrument == NULL)
        abort();
    return instrument;
}

/* Every scored item answered, two commitments, and free text up to 2 kB. */
static void write_submission(const struct instrument *instrument, struct buf *body)
{
    buf_append_text(body, "{\"language\":\"sv\",\"answers\":{");
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const struct item *item = instrument_item(instrument, i);
        if (item->type == ITEM_RATING || item->type == ITEM_NPS || item->type == ITEM_COUNT)
            buf_printf(body, "\"%s\":%d,", item->id, item->minimum + 1);
    }
    buf_append_text(body, "\"NEXT_SCOPE\":\"europe\",\"NEXT_PLACES\":[\"munich\",\"milan\"],"
                          "\"COMMIT\":[{\"text\":\"Bjuda in kollegor till ett seminarium\","
                          "\"level\":\"organisation\",\"due\":\"2027-03\"},{\"text\":\"Ringa "
                          "v\xc3\xa4rdarna\",\"level\":\"individual\"}],\"BEST\":\"");
    while (body->length < 1500)
        buf_append_text(body, "Bes\xc3\xb6ket gav nya id\xc3\xa9"
                              "er om hur vi kan samarbeta. ");
    buf_append_text(body, "\",\"BETTER\":\"");
    while (body->length < 2000)
        buf_append_text(body, "Mer tid att t\xc3\xa4nka efter, tack.\\n");
    buf_append_text(body, "\"}}");
}

static double measure_answers(const struct instrument *instrument, const struct buf *body,
                              struct answers *answers)
{
    struct violations violations;
    violations_init(&violations);
    int64_t begin = clock_monotonic_us();
    for (int i = 0; i < PASSES; i++)
        if (answers_read(instrument, NULL, body->data, body->length, answers, &violations) !=
            ANSWERS_OK) {
            fprintf(stderr, "%s: %s\n", violations.items[0].pointer, violations.items[0].detail);
            abort();
        }
    return (double)(clock_monotonic_us() - begin) * 1000 / PASSES;
}

static double measure_jansson(const struct buf *body)
{
    int64_t begin = clock_monotonic_us();
    for (int i = 0; i < PASSES; i++) {
        json_t *document = json_loadb(body->data, body->length, JSON_REJECT_DUPLICATES, NULL);
        if (document == NULL)
            abort();
        json_decref(document);
    }
    return (double)(clock_monotonic_us() - begin) * 1000 / PASSES;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 25;
    if (rounds < 1 || rounds > 10000)
        return EXIT_FAILURE;
    double ours[10000];
    double theirs[10000];
    struct answers answers;
    struct buf body;
    secret_init();
    answers_init(&answers);
    buf_init(&body);
    struct instrument *instrument = load_instrument();
    write_submission(instrument, &body);
    for (int i = 0; i < rounds; i++) {
        ours[i] = measure_answers(instrument, &body, &answers);
        theirs[i] = measure_jansson(&body);
    }
    qsort(ours, (size_t)rounds, sizeof *ours, ascending);
    qsort(theirs, (size_t)rounds, sizeof *theirs, ascending);
    double read = ours[rounds / 2];
    double parse = theirs[rounds / 2];
    printf("bytes=%zu answers_ns=%.0f jansson_ns=%.0f ratio=%.1f\n", body.length, read, parse,
           parse / read);
    instrument_destroy(instrument);
    answers_finish(&answers);
    buf_finish(&body);
    return EXIT_SUCCESS;
}
