#include "demo_people.h"

#include <stdlib.h>
#include <string.h>

/* 162 places for 100 people: who stands in two ranges went twice. */
const struct demo_trip demo_trips[] = {
    {"seattle", "Seattle 2005", 1, 33, 0.0},
    {"dublin", "Dublin 2007", 18, 52, 0.1},
    {"singapore", "Singapore and Kuala Lumpur 2008", 50, 41, -0.2},
    {"helsinki", "Helsinki 2010", 65, 36, 0.1},
    {0},
};

const struct demo_trip *demo_trip_find(const char *code)
{
    const struct demo_trip *trip = demo_trips;
    while (trip->code != NULL && strcmp(trip->code, code) != 0)
        trip++;
    return trip->code != NULL ? trip : NULL;
}

/* Business is well under the third it should have. */
static const struct {
    const char *sector;
    const char *organisation;
} places[10] = {
    {"politics", "Municipality"}, {"academia", "University"},   {"politics", "Municipality"},
    {"business", "Company"},      {"academia", "University"},   {"politics", "Municipality"},
    {"state", "Agency"},          {"politics", "Municipality"}, {"business", "Company"},
    {"academia", "University"},
};

const char *demo_sector_of(int person)
{
    return places[person % 10].sector;
}

int demo_person_of(const json_t *delegate)
{
    const char *role = json_string_value(json_object_get(delegate, "role"));
    const char *space = role != NULL ? strrchr(role, ' ') : NULL;
    return space != NULL ? (int)strtol(space + 1, NULL, 10) : 0;
}

void demo_people_write(const struct demo_trip *trip, struct buf *csv)
{
    buf_append_text(csv, "name,email,sector,organisation,municipality,role,language,is_staff\n");
    for (int person = trip->first; person < trip->first + trip->size; person++) {
        char letter = (char)('A' + person * 7 % 12);
        buf_printf(csv,
                   "Delegate %03d,person%03d@example.org,%s,%s %c,Town %c,Delegate %03d,%s,no\n",
                   person, person, demo_sector_of(person), places[person % 10].organisation, letter,
                   letter, person, person % 5 == 0 ? "en" : "sv");
    }
}
