#include "tidy_answers.h"

#include "tidy_instrument.h"
#include <string.h>

/* An object's members, of which the first has no comma. */
static void append_name(struct buf *json, const char *name)
{
    if (json->data[json->length - 1] != '{')
        buf_append_char(json, ',');
    buf_append_json(json, name, strlen(name));
    buf_append_char(json, ':');
}

static void write_responses(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                            struct buf *json)
{
    static const char *const missing[] = {[TIDY_DONT_KNOW] = "dk", [TIDY_REFUSED] = "refused"};
    size_t count;
    const struct tidy_response *rows = tidy_rows(tidy, TIDY_RESPONSES, participant, &count);
    for (size_t i = 0; i < count; i++) {
        const struct tidy_item *item = &tidy->items[rows[i].item];
        if (item->wave != wave)
            continue;
        append_name(json, item->id);
        if (rows[i].missing != TIDY_THERE)
            buf_printf(json, "{\"missing\":\"%s\"}", missing[rows[i].missing]);
        else
            buf_printf(json, "%d", (int)rows[i].value);
    }
}

static enum tidy_observed observed(const struct tidy *tidy, uint32_t wave, uint32_t participant)
{
    size_t count;
    const struct tidy_roster *rows = tidy_rows(tidy, TIDY_ROSTERS, participant, &count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].wave == wave)
            return rows[i].observed;
    return TIDY_NONE;
}

static void write_roster(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                         const struct uuid *people, struct buf *json)
{
    enum tidy_observed state = observed(tidy, wave, participant);
    size_t count;
    const struct tidy_tie *ties = tidy_rows(tidy, TIDY_TIES, participant, &count);
    if (!tidy_asks_roster(tidy, wave) || state == TIDY_NONE)
        return;
    append_name(json, TIDY_ROSTER);
    buf_append_text(json, state == TIDY_PARTIAL ? "{\"complete\":false" : "{");
    for (size_t i = 0; i < count; i++) {
        if (ties[i].wave != wave || !tidy_is_delegate(tidy, ties[i].alter))
            continue;
        append_name(json, uuid_format(&people[ties[i].alter]).text);
        if (ties[i].level == TIDY_SKIPPED)
            buf_append_text(json, "null");
        else
            buf_printf(json, "%d", (int)ties[i].level);
    }
    buf_append_char(json, '}');
}

static void write_commitments(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                              struct buf *json)
{
    size_t count;
    const struct tidy_commitment *rows = tidy_rows(tidy, TIDY_COMMITMENTS, participant, &count);
    if (count == 0 || !tidy_asks_commitments(tidy, wave))
        return;
    append_name(json, TIDY_COMMITMENTS_ITEM);
    for (size_t i = 0; i < count; i++) {
        const char *name = names_text(tidy->labels, rows[i].name);
        buf_append_text(json, i == 0 ? "[{\"id\":" : ",{\"id\":");
        buf_append_json(json, name, strlen(name));
        buf_append_text(json, ",\"text\":");
        buf_append_json(json, name, strlen(name));
        buf_printf(json, ",\"level\":\"%s\"}", rows[i].level);
    }
    buf_append_char(json, ']');
}

/* Who said nothing about a commitment need not have been asked. */
static void write_statuses(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                           struct buf *json)
{
    size_t count, told = 0;
    const struct tidy_commitment *rows = tidy_rows(tidy, TIDY_COMMITMENTS, participant, &count);
    for (size_t i = 0; tidy_asks_statuses(tidy, wave) && i < count; i++) {
        if (strcmp(rows[i].status, "unknown") == 0)
            continue;
        if (told++ == 0) {
            append_name(json, TIDY_STATUSES_ITEM);
            buf_append_char(json, '{');
        }
        append_name(json, names_text(tidy->labels, rows[i].name));
        buf_printf(json, "\"%s\"", rows[i].status);
    }
    if (told > 0)
        buf_append_char(json, '}');
}

bool tidy_answers_write(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                        const struct uuid *people, struct buf *json)
{
    size_t before = json->length;
    buf_append_text(json, "{\"answers\":{");
    size_t empty = json->length;
    write_responses(tidy, wave, participant, json);
    write_roster(tidy, wave, participant, people, json);
    write_commitments(tidy, wave, participant, json);
    write_statuses(tidy, wave, participant, json);
    bool is_answered = json->length > empty;
    if (!is_answered)
        json->length = before;
    else
        buf_append_text(json, "}}");
    return is_answered;
}

static bool has_answer(const struct tidy *tidy, uint32_t wave, uint32_t participant)
{
    size_t count;
    const struct tidy_response *rows = tidy_rows(tidy, TIDY_RESPONSES, participant, &count);
    for (size_t i = 0; i < count; i++)
        if (tidy->items[rows[i].item].wave == wave)
            return true;
    tidy_rows(tidy, TIDY_COMMITMENTS, participant, &count);
    return (count > 0 && (tidy_asks_commitments(tidy, wave) || tidy_asks_statuses(tidy, wave))) ||
           observed(tidy, wave, participant) != TIDY_NONE;
}

const char *tidy_answers_disposition(const struct tidy *tidy, uint32_t wave, uint32_t participant)
{
    size_t count;
    const struct tidy_disposition *rows = tidy_rows(tidy, TIDY_DISPOSITIONS, participant, &count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].wave == wave)
            return rows[i].code;
    return has_answer(tidy, wave, participant) ? "UE" : NULL;
}
