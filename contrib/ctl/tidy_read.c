/* The rows of each file of the layout. */
#include "tidy_part.h"

#include <debriefd/xalloc.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *make_key(struct opening *opening, const char *first, const char *second)
{
    buf_clear(&opening->key);
    buf_printf(&opening->key, "%s\x1f%s", first, second);
    return buf_text(&opening->key);
}

static bool read_integer(const char *text, int low, int high, int *value, struct error *err)
{
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < low || number > high)
        return error_set(err, ERR_INVALID, "\"%.40s\" is not an integer from %d to %d", text, low,
                         high);
    *value = (int)number;
    return true;
}

static bool read_flag(const char *text, bool *flag, struct error *err)
{
    int value;
    if (!read_integer(text, 0, 1, &value, err))
        return false;
    *flag = value == 1;
    return true;
}

static bool find_wave(const struct opening *opening, const char *name, uint32_t *wave,
                      struct error *err)
{
    return names_find(opening->tidy->waves, name, wave) ||
           error_set(err, ERR_INVALID, "no item is asked in a wave \"%.40s\"", name);
}

static bool find_participant(struct opening *opening, const char *trip, const char *name,
                             uint32_t *participant, struct error *err)
{
    uint32_t number;
    if (!names_find(opening->people, make_key(opening, trip, name), &number))
        return error_set(err, ERR_INVALID, "the trip \"%.40s\" has no participant \"%.40s\"", trip,
                         name);
    *participant = opening->places[number];
    return true;
}

static bool is_date(const char *text)
{
    static const char mask[] = "dddd-dd-dd";
    size_t i = 0;
    while (i < 10 && text[i] != '\0' && (mask[i] == '-') == (text[i] == '-'))
        i++;
    return text[i] == '\0' && (i == 10 || i == 0);
}

static bool trip_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    struct tidy *tidy = opening->tidy;
    if (names_add(opening->trips, fields[0]) != tidy->trip_count)
        return error_set(err, ERR_INVALID, "the trip \"%.40s\" is there twice", fields[0]);
    if (!is_date(fields[2]) || !is_date(fields[3]))
        return error_set(err, ERR_INVALID, "a date is written 2010-01-13");
    tidy->trips = xrealloc_array(tidy->trips, tidy->trip_count + 1, sizeof *tidy->trips);
    struct tidy_trip *trip = &tidy->trips[tidy->trip_count++];
    *trip = (struct tidy_trip){.id = xstrdup(fields[0]),
                               .name = xstrdup(fields[1][0] != '\0' ? fields[1] : fields[0])};
    snprintf(trip->starts_on, sizeof trip->starts_on, "%s", fields[2]);
    snprintf(trip->ends_on, sizeof trip->ends_on, "%s", fields[3]);
    return true;
}

static bool participant_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    struct tidy *tidy = opening->tidy;
    struct tidy_participant participant = {
        .name = names_add(tidy->labels, fields[1]),
        .person = names_add(tidy->labels, fields[2][0] != '\0' ? fields[2] : fields[1]),
        .sector = names_add(tidy->sectors, fields[3]),
    };
    if (!names_find(opening->trips, fields[0], &participant.trip))
        return error_set(err, ERR_INVALID, "there is no trip \"%.40s\"", fields[0]);
    if (!read_flag(fields[4], &participant.is_staff, err) ||
        !read_flag(fields[5], &participant.travelled, err))
        return false;
    uint32_t number = names_add(opening->people, make_key(opening, fields[0], fields[1]));
    if (number != tidy->participant_count)
        return error_set(err, ERR_INVALID, "the participant \"%.40s\" is there twice", fields[1]);
    if ((number & (number - 1)) == 0)
        tidy->participants = xrealloc_array(tidy->participants, number > 0 ? 2 * (size_t)number : 1,
                                            sizeof *tidy->participants);
    tidy->participants[tidy->participant_count++] = participant;
    return true;
}

/* kind of an item: without a maximum of its own there is one that the server knows. */
static bool read_bounds(const char *const *fields, struct tidy_item *item, struct error *err)
{
    item->has_max = fields[7][0] != '\0';
    return (fields[6][0] == '\0' || read_integer(fields[6], 0, INT_MAX, &item->min, err)) &&
           (!item->has_max || read_integer(fields[7], 0, INT_MAX, &item->max, err)) &&
           (fields[4][0] == '\0' || read_integer(fields[4], 1, 20, &item->purpose, err)) &&
           read_flag(fields[8], &item->is_reversed, err);
}

static bool item_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    struct tidy *tidy = opening->tidy;
    struct tidy_item item = {.wave = names_add(tidy->waves, fields[1])};
    if (!read_bounds(fields, &item, err))
        return false;
    if (names_count(tidy->waves) > TIDY_WAVES_MAX)
        return error_set(err, ERR_INVALID, "there are more than %d waves", TIDY_WAVES_MAX);
    if (names_add(opening->items, make_key(opening, fields[1], fields[0])) != tidy->item_count ||
        tidy->item_count == UINT16_MAX)
        return error_set(err, ERR_INVALID, "the item \"%.40s\" is there twice", fields[0]);
    item.id = xstrdup(fields[0]);
    item.construct = xstrdup(fields[2]);
    item.phase = xstrdup(fields[3]);
    item.kind = xstrdup(fields[5]);
    tidy->items = xrealloc_array(tidy->items, tidy->item_count + 1, sizeof *tidy->items);
    tidy->items[tidy->item_count++] = item;
    return true;
}

static bool read_answer(const char *const *fields, struct tidy_response *response,
                        struct error *err)
{
    int value;
    if (fields[4][0] != '\0') {
        if (!read_integer(fields[4], INT_MIN, INT_MAX, &value, err))
            return false;
        response->value = value;
        return true;
    }
    response->missing = strcmp(fields[5], "DK") == 0 ? TIDY_DONT_KNOW : TIDY_REFUSED;
    return response->missing == TIDY_DONT_KNOW || strcmp(fields[5], "REF") == 0 ||
           error_set(err, ERR_INVALID, "the missing_code \"%.40s\" is neither DK nor REF",
                     fields[5]);
}

static bool response_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    struct tidy_response response = {0};
    uint32_t item;
    if (!find_participant(opening, fields[0], fields[2], &response.participant, err))
        return false;
    if (!names_find(opening->items, make_key(opening, fields[1], fields[3]), &item))
        return error_set(err, ERR_INVALID, "the wave \"%.40s\" has no item \"%.40s\"", fields[1],
                         fields[3]);
    response.item = (uint16_t)item;
    if (fields[4][0] == '\0' && fields[5][0] == '\0')
        return true;
    if (!read_answer(fields, &response, err))
        return false;
    tidy_rows_add(opening->tidy->tables[TIDY_RESPONSES], &response);
    return true;
}

static bool disposition_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const codes[] = {"I", "P", "R", "NC", "O", "UE", "NE"};
    struct opening *opening = context;
    struct tidy_disposition disposition = {0};
    size_t i = 0;
    while (i < sizeof codes / sizeof *codes && strcmp(codes[i], fields[3]) != 0)
        i++;
    if (i == sizeof codes / sizeof *codes)
        return error_set(err, ERR_INVALID, "\"%.40s\" is no disposition", fields[3]);
    if (!find_wave(opening, fields[1], &disposition.wave, err) ||
        !find_participant(opening, fields[0], fields[2], &disposition.participant, err))
        return false;
    snprintf(disposition.code, sizeof disposition.code, "%s", codes[i]);
    tidy_rows_add(opening->tidy->tables[TIDY_DISPOSITIONS], &disposition);
    return true;
}

static bool roster_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const words[] = {
        [TIDY_NONE] = "none", [TIDY_PARTIAL] = "partial", [TIDY_COMPLETE] = "complete"};
    struct opening *opening = context;
    struct tidy_roster roster = {.observed = TIDY_NONE};
    while (roster.observed <= TIDY_COMPLETE && strcmp(words[roster.observed], fields[3]) != 0)
        roster.observed++;
    if (roster.observed > TIDY_COMPLETE)
        return error_set(err, ERR_INVALID, "\"%.40s\" is not complete, partial or none", fields[3]);
    if (!find_wave(opening, fields[1], &roster.wave, err) ||
        !find_participant(opening, fields[0], fields[2], &roster.participant, err))
        return false;
    tidy_rows_add(opening->tidy->tables[TIDY_ROSTERS], &roster);
    return true;
}

static bool tie_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    struct tidy_tie tie = {.level = TIDY_SKIPPED};
    uint32_t wave;
    int level = TIDY_SKIPPED;
    if (!find_wave(opening, fields[1], &wave, err) ||
        !find_participant(opening, fields[0], fields[2], &tie.participant, err) ||
        !find_participant(opening, fields[0], fields[3], &tie.alter, err))
        return false;
    if (fields[4][0] != '\0' && !read_integer(fields[4], 0, 4, &level, err))
        return false;
    tie.wave = (uint16_t)wave;
    tie.level = (int16_t)level;
    tidy_rows_add(opening->tidy->tables[TIDY_TIES], &tie);
    return true;
}

static const char *find_word(const char *const (*words)[2], const char *word)
{
    for (; (*words)[0] != NULL; words++)
        if (strcmp((*words)[0], word) == 0)
            return (*words)[1];
    return NULL;
}

static bool commitment_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const levels[][2] = {
        {"ind", "individual"}, {"org", "organisation"}, {NULL, NULL}};
    static const char *const statuses[][2] = {{"completed", "completed"},
                                              {"ongoing", "ongoing"},
                                              {"not_started", "not_started"},
                                              {"withdrawn", "withdrawn"},
                                              {"unknown", "unknown"},
                                              {"", "unknown"},
                                              {NULL, NULL}};
    struct opening *opening = context;
    struct tidy_commitment commitment = {
        .name = names_add(opening->tidy->labels, fields[0]),
        .level = find_word(levels, fields[3]),
        .status = find_word(statuses, fields[4]),
    };
    if (!find_participant(opening, fields[1], fields[2], &commitment.participant, err))
        return false;
    if (commitment.level == NULL || commitment.status == NULL)
        return error_set(err, ERR_INVALID, "\"%.40s\" is no %s",
                         commitment.level == NULL ? fields[3] : fields[4],
                         commitment.level == NULL ? "level" : "status");
    tidy_rows_add(opening->tidy->tables[TIDY_COMMITMENTS], &commitment);
    return true;
}

/* What interviews hold goes to the server row by row; only their sectors must be known before. */
static bool interview_row(void *context, const char *const *fields, struct error *err)
{
    struct opening *opening = context;
    (void)err;
    if (fields[0][0] != '\0')
        names_add(opening->tidy->sectors, fields[0]);
    return true;
}

const struct tidy_file tidy_files[] = {
    {"trips.csv", {"trip_id", "name", "start_date", "end_date"}, false, trip_row},
    {"participants.csv",
     {"trip_id", "participant_id", "person_id", "sector", "is_staff", "travelled"},
     false,
     participant_row},
    {"items.csv",
     {"item_id", "wave", "construct", "phase", "purpose", "kind", "min", "max", "reverse"},
     false,
     item_row},
    {"dispositions.csv",
     {"trip_id", "wave", "participant_id", "disposition"},
     true,
     disposition_row},
    {"responses.csv",
     {"trip_id", "wave", "participant_id", "item_id", "value", "missing_code"},
     false,
     response_row},
    {"roster_status.csv", {"trip_id", "wave", "ego", "status"}, true, roster_row},
    {"ties.csv", {"trip_id", "wave", "ego", "alter", "value"}, true, tie_row},
    {"commitments.csv",
     {"commitment_id", "trip_id", "participant_id", "level", "status"},
     true,
     commitment_row},
    {"interviews.csv", {"sector"}, true, interview_row},
    {NULL, {NULL}, false, NULL},
};
