/* What contrib/demo feeds debriefctl with, and the table it ends with. */
#include "demo_answers.h"
#include "demo_interviews.h"
#include "demo_people.h"
#include "demo_table.h"

#include <debriefd/secret.h>
#include <debriefd/uuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *load(const char *path)
{
    json_error_t fault;
    json_t *document = json_load_file(path, 0, &fault);
    if (document == NULL)
        fprintf(stderr, "%s: %s\n", path, fault.text);
    return document;
}

/* The same token always names the same evaluation, so that a demonstration can be repeated. */
static struct uuid_text evaluation_of(const char *token)
{
    struct secret_hash hash = secret_hash(token, strlen(token));
    struct uuid id;
    memcpy(id.bytes, hash.bytes, sizeof id.bytes);
    id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0f)); /* version 8: made by us (RFC 9562 5.8) */
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return uuid_format(&id);
}

static int person_of(const json_t *delegates, const json_t *invitation)
{
    const char *participant = json_string_value(json_object_get(invitation, "participant"));
    for (size_t i = 0; i < json_array_size(delegates); i++) {
        const json_t *one = json_array_get(delegates, i);
        if (strcmp(json_string_value(json_object_get(one, "id")), participant) == 0)
            return demo_person_of(one);
    }
    return 0;
}

static void print_answer(const struct demo_trip *trip, const char *wave, const json_t *delegates,
                         const json_t *invitation)
{
    const char *token = json_string_value(json_object_get(invitation, "token"));
    json_t *evaluation =
        demo_answers_create(trip, wave, person_of(delegates, invitation), delegates);
    if (evaluation == NULL || token == NULL) {
        json_decref(evaluation);
        return;
    }
    json_t *line = json_pack("{s:s,s:s,s:o}", "id", evaluation_of(token).text, "token", token,
                             "evaluation", evaluation);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static int print_answers(const struct demo_trip *trip, char *const *words)
{
    json_t *delegates = load(words[1]);
    json_t *invitations = load(words[2]);
    const json_t *people = json_object_get(delegates, "delegates");
    const json_t *list = json_object_get(invitations, "invitations");
    for (size_t i = 0; i < json_array_size(list); i++)
        print_answer(trip, words[0], people, json_array_get(list, i));
    int code = json_array_size(people) > 0 && json_array_size(list) > 0 ? 0 : 1;
    json_decref(delegates);
    json_decref(invitations);
    return code;
}

/* A line for each delegate of whom it is known why they did not answer: participant, code. */
static int print_dispositions(const struct demo_trip *trip, char *const *words)
{
    json_t *delegates = load(words[1]);
    const json_t *people = json_object_get(delegates, "delegates");
    for (size_t i = 0; i < json_array_size(people); i++) {
        const json_t *one = json_array_get(people, i);
        const char *code = demo_answers_disposition(trip, words[0], demo_person_of(one));
        if (code != NULL)
            printf("%s %s\n", json_string_value(json_object_get(one, "id")), code);
    }
    json_decref(delegates);
    return 0;
}

static int print_delegation(const struct demo_trip *trip)
{
    struct buf csv;
    buf_init(&csv);
    demo_people_write(trip, &csv);
    fputs(buf_text(&csv), stdout);
    buf_finish(&csv);
    return 0;
}

static const struct {
    const char *name;
    void (*write)(struct buf *csv);
} interview_tables[] = {
    {"codes", demo_codes_write},       {"interviews", demo_interviews_write},
    {"segments", demo_segments_write}, {"codings", demo_codings_write},
    {"quotes", demo_quotes_write},     {0},
};

/* False when there is no such table. */
static bool print_interviews(const char *name)
{
    size_t i = 0;
    while (interview_tables[i].name != NULL && strcmp(interview_tables[i].name, name) != 0)
        i++;
    if (interview_tables[i].name == NULL)
        return false;
    struct buf csv;
    buf_init(&csv);
    interview_tables[i].write(&csv);
    fputs(buf_text(&csv), stdout);
    buf_finish(&csv);
    return true;
}

static int print_table(const char *path)
{
    json_t *metrics = load(path);
    if (metrics == NULL)
        return 1;
    struct buf text;
    buf_init(&text);
    demo_table_write(json_object_get(metrics, "metrics"), &text);
    buf_append_char(&text, '\n');
    demo_table_write_themes(json_object_get(metrics, "metrics"), &text);
    fputs(buf_text(&text), stdout);
    buf_finish(&text);
    json_decref(metrics);
    return 0;
}

/* Rows of the comparison have the trip as their slice, when they are one's. */
static void name_study(json_t *row, const char *name)
{
    const char *slice = json_string_value(json_object_get(row, "slice"));
    const struct demo_trip *trip = demo_trips;
    while (trip->code != NULL && strcmp(trip->name, slice) != 0)
        trip++;
    if (trip->code != NULL) {
        json_object_set_new(row, "study_name", json_string(trip->name));
        json_object_set_new(row, "slice", json_string("all"));
    } else {
        json_object_set_new(row, "study_name", json_string(name));
    }
}

/* The programme's rows come last. */
static int add_rows(json_t *metrics, const char *path, const char *name)
{
    json_t *answer = load(path);
    json_t *rows = json_object_get(answer, "metrics");
    for (size_t i = 0; i < json_array_size(rows); i++)
        name_study(json_array_get(rows, i), name);
    json_array_extend(metrics, rows);
    json_decref(answer);
    return answer == NULL;
}

/* Internal rows: a file for each of demo_trips, and one for the programme. */
static int print_families(char *const *paths)
{
    json_t *metrics = json_array();
    struct buf text;
    int faults = 0;
    for (const struct demo_trip *trip = demo_trips; trip->code != NULL; trip++)
        faults += add_rows(metrics, *paths++, trip->name);
    faults += add_rows(metrics, *paths, "");
    buf_init(&text);
    demo_table_write_families(metrics, &text);
    buf_append_char(&text, '\n');
    demo_table_write_themes(metrics, &text);
    fputs(buf_text(&text), stdout);
    buf_finish(&text);
    json_decref(metrics);
    return faults > 0 ? 1 : 0;
}

int main(int count, char **words)
{
    secret_init();
    const struct demo_trip *trip = count > 2 ? demo_trip_find(words[2]) : NULL;
    if (count == 3 && strcmp(words[1], "table") == 0)
        return print_table(words[2]);
    if (count == 3 && trip != NULL && strcmp(words[1], "delegation") == 0)
        return print_delegation(trip);
    if (count == 5 && trip != NULL && strcmp(words[1], "dispositions") == 0)
        return print_dispositions(trip, words + 3);
    if (count == 3 && strcmp(words[1], "interviews") == 0 && print_interviews(words[2]))
        return 0;
    if (count == 7 && strcmp(words[1], "families") == 0)
        return print_families(words + 2);
    if (count == 6 && trip != NULL && strcmp(words[1], "answers") == 0)
        return print_answers(trip, words + 3);
    fputs("usage: demo_data delegation TRIP | answers TRIP WAVE DELEGATES INVITATIONS | "
          "dispositions TRIP WAVE DELEGATES | "
          "interviews codes|interviews|segments|codings|quotes | table METRICS | "
          "families SEATTLE DUBLIN SINGAPORE HELSINKI PROGRAMME\n",
          stderr);
    return 2;
}
