/* How well a participant knows each of the others. */
#include "answers_part.h"

#include <stdlib.h>
#include <string.h>

static int compare_uuids(const void *a, const void *b)
{
    return uuid_compare(a, b);
}

/* Gives the participant's position; false after a violation. */
static bool find_participant(struct reading *reading, enum reader_token token, size_t *position)
{
    const struct roster *roster = reading->roster;
    struct reader_text key = reading->reader->key;
    struct uuid uuid;
    const struct uuid *found = NULL;
    if (uuid_parse(key.bytes, key.length, &uuid) && roster->count > 0)
        found = bsearch(&uuid, roster->participants, roster->count, sizeof uuid, compare_uuids);
    if (found == NULL) {
        answers_refuse(reading, token, "unknown_participant",
                       "the delegation has no such participant");
        return false;
    }
    if (roster->ego != NULL && uuid_equal(found, roster->ego)) {
        answers_refuse(reading, token, "own_participant", "nobody answers about themselves");
        return false;
    }
    *position = (size_t)(found - roster->participants);
    return true;
}

/* "complete": false, where the respondent did not come to the end of the list. */
static bool read_complete(struct reading *reading, enum reader_token token)
{
    if (token != READER_TRUE && token != READER_FALSE) {
        answers_refuse(reading, token, "wrong_type", "this must be true or false");
        return false;
    }
    answers_append_comma(&reading->answers->written);
    buf_printf(&reading->answers->written, "\"complete\":%s",
               token == READER_TRUE ? "true" : "false");
    return true;
}

static bool read_level(struct reading *reading, const struct item *item, enum reader_token token)
{
    struct buf *written = &reading->answers->written;
    size_t position;
    if (!find_participant(reading, token, &position))
        return false;
    int64_t level = reading->reader->integer;
    if (token != READER_INTEGER && token != READER_NULL) {
        answers_refuse(reading, token, "wrong_type", "this must be an integer, or null if skipped");
        return false;
    }
    if (token == READER_INTEGER && (level < item->minimum || level > item->maximum)) {
        answers_fault(reading, "out_of_range", "this must be from %d to %d", item->minimum,
                      item->maximum);
        return false;
    }
    if (reading->answers->seen[position]) {
        answers_fault(reading, "duplicate", "the participant is named twice");
        return false;
    }
    reading->answers->seen[position] = true;
    answers_append_comma(written);
    buf_append_char(written, '"');
    buf_append(written, uuid_format(&reading->roster->participants[position]).text,
               UUID_TEXT_LENGTH);
    buf_append_text(written, "\":");
    if (token == READER_NULL)
        buf_append_text(written, "null");
    else
        buf_printf(written, "%d", (int)level);
    return true;
}

enum answers_state answers_roster(struct reading *reading, const struct item *item,
                                  enum reader_token token)
{
    if (token != READER_OBJECT)
        return answers_refuse(reading, token, "wrong_type",
                              "this must be an object with a level a participant");
    bool good = true;
    if (reading->roster->count > 0)
        memset(reading->answers->seen, 0, reading->roster->count * sizeof(bool));
    buf_append_char(&reading->answers->written, '{');
    for (bool first = true; answers_next(reading, &token); first = false) {
        int16_t sentinel;
        if (first && answers_is_missing_member(reading, token, &sentinel))
            return sentinel != 0 ? MISSING : ABSENT;
        bool is_level = !answers_text_is(reading->reader->key, "complete");
        good =
            (is_level ? read_level(reading, item, token) : read_complete(reading, token)) && good;
    }
    buf_append_char(&reading->answers->written, '}');
    return good ? ANSWERED : ABSENT;
}
