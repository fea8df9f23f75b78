#include "demo_interviews.h"

#include "demo_dice.h"
#include "demo_people.h"
#include <stdio.h>

#define ORGANISER 0 /* no delegate */
#define SEGMENTS  6 /* of an interview */
#define QUOTES    24

/* Delegates; who stands in two ranges of demo_trips speaks of both trips. */
static const int people[] = {3, 22, 25, 31, ORGANISER, 40, 47, 52, 55, 58, 63, 68, 72, 80, 95};

#define PEOPLE (sizeof people / sizeof *people)

enum stance { FOR, AGAINST, DIVIDED, NEUTRAL };

static const struct {
    const char *code;
    const char *label;
    double share; /* of the segments that speak of it */
    enum stance stance;
    const char *quote; /* what is read of it, numbered */
} themes[] = {
    {"learning_own", "What people learnt themselves", 0.34, FOR,
     "I came home with ideas I would not have had here."},
    {"learning_home", "What their organisations took up", 0.14, AGAINST,
     "Nobody at my office asked what we had seen."},
    {"ties_home", "Ties between leaders at home", 0.3, FOR,
     "We sat on the same bus for four days. Now I just call."},
    {"ties_hosts", "Contacts with the hosts kept up", 0.1, AGAINST,
     "We promised to write to each other and did not."},
    {"programme_full", "How full the programme was", 0.2, DIVIDED,
     "Every minute was used, which was the good and the bad of it."},
    {"far_places", "Destinations far away", 0.2, DIVIDED,
     "The further away, the more you see of home."},
    {"follow_up", "What came after the trip", 0.22, AGAINST,
     "There should have been a meeting half a year later."},
    {"business_few", "Few from business came along", 0.08, NEUTRAL,
     "I missed companies of my own size."},
    {"marketing", "Making the region known", 0.03, NEUTRAL,
     "They knew our region a little better when we left."},
};

#define THEMES (sizeof themes / sizeof *themes)

static bool was_on(int person, const struct demo_trip *trip)
{
    return person == ORGANISER || (person >= trip->first && person < trip->first + trip->size);
}

void demo_codes_write(struct buf *csv)
{
    buf_append_text(csv, "code,label,trip_specific\n");
    for (size_t i = 0; i < THEMES; i++)
        buf_printf(csv, "%s,%s,no\n", themes[i].code, themes[i].label);
}

static void write_trips(struct buf *csv, int person)
{
    const char *between = "";
    for (const struct demo_trip *trip = demo_trips; trip->code != NULL; trip++) {
        if (!was_on(person, trip))
            continue;
        buf_printf(csv, "%s%s", between, trip->name);
        between = "|";
    }
}

/* The order in which they were held is not that of their names. */
void demo_interviews_write(struct buf *csv)
{
    buf_append_text(csv, "interview,email,sector,sequence,is_organiser,trips\n");
    for (size_t i = 0; i < PEOPLE; i++) {
        int person = people[i];
        bool is_organiser = person == ORGANISER;
        buf_printf(csv, "i%02zu,%s%03d@example.org,%s,%zu,%s,", i + 1,
                   is_organiser ? "organiser" : "person", person,
                   is_organiser ? "politics" : demo_sector_of(person), i * 4 % PEOPLE + 1,
                   is_organiser ? "yes" : "no");
        write_trips(csv, person);
        buf_append_char(csv, '\n');
    }
}

/* The trip a segment speaks of, or NULL: of none in particular. */
static const struct demo_trip *trip_of(int person, int segment)
{
    const struct demo_trip *on[8];
    size_t count = 0;
    struct dice dice = dice_throw("segment", "trip", person * 100 + segment);
    for (const struct demo_trip *trip = demo_trips; trip->code != NULL; trip++)
        if (was_on(person, trip))
            on[count++] = trip;
    bool is_general = dice_happens(&dice, 0.15);
    return is_general || count == 0 ? NULL : on[dice_roll(&dice) % count];
}

void demo_segments_write(struct buf *csv)
{
    buf_append_text(csv, "segment,interview,trip\n");
    for (size_t i = 0; i < PEOPLE; i++)
        for (int segment = 1; segment <= SEGMENTS; segment++) {
            const struct demo_trip *trip = trip_of(people[i], segment);
            buf_printf(csv, "i%02zu-%d,i%02zu,%s\n", i + 1, segment, i + 1,
                       trip != NULL ? trip->name : "");
        }
}

/* What the speaker holds of a theme: the same in each of their segments. */
static int sentiment_of(int person, size_t theme)
{
    struct dice dice = dice_throw("stance", themes[theme].code, person);
    double share = dice_share(&dice);
    switch (themes[theme].stance) {
    case FOR:
        return share < 0.85 ? 1 : 0;
    case AGAINST:
        return share < 0.75 ? -1 : 0;
    case DIVIDED:
        return share < 0.5 ? 1 : -1;
    case NEUTRAL:
        break;
    }
    return 0;
}

/* A coder overlooks a theme now and then, sees one that is not there, and hears a tone otherwise.
 */
static bool write_coding(struct buf *csv, char coder, size_t interview, int segment, size_t theme)
{
    int place = people[interview] * 100 + segment;
    struct dice truth = dice_throw("truth", themes[theme].code, place);
    struct dice dice = dice_throw(coder == 'A' ? "A" : "B", themes[theme].code, place);
    bool is_there = dice_happens(&truth, themes[theme].share);
    if (!dice_happens(&dice, is_there ? 0.88 : 0.015))
        return false;
    buf_printf(csv, "%c,i%02zu-%d,%s,", coder, interview + 1, segment, themes[theme].code);
    if (dice_happens(&dice, 0.92))
        buf_printf(csv, "%d", sentiment_of(people[interview], theme));
    else if (dice_happens(&dice, 0.5))
        buf_append_char(csv, '0');
    buf_append_char(csv, '\n');
    return true;
}

/* The second coder coded five of the six segments of each interview. */
static void write_coder(struct buf *csv, char coder)
{
    for (size_t i = 0; i < PEOPLE; i++)
        for (int segment = 1; segment <= SEGMENTS - (coder == 'B'); segment++) {
            bool has_any = false;
            for (size_t theme = 0; theme < THEMES; theme++)
                has_any = write_coding(csv, coder, i, segment, theme) || has_any;
            if (!has_any)
                buf_printf(csv, "%c,i%02zu-%d,,\n", coder, i + 1, segment);
        }
}

void demo_codings_write(struct buf *csv)
{
    buf_append_text(csv, "coder,segment,code,sentiment\n");
    write_coder(csv, 'A');
    write_coder(csv, 'B');
}

/* Two thirds are approved, some are not answered yet, a few declined. */
void demo_quotes_write(struct buf *csv)
{
    static const char *const approvals[] = {"approved", "approved", "pending",
                                            "approved", "declined", "approved"};
    buf_append_text(csv, "quote,interview,code,approval,text\n");
    for (size_t i = 0; i < QUOTES; i++)
        buf_printf(csv, "q%02zu,i%02zu,%s,%s,\"%s (%zu)\"\n", i + 1, i * 7 % PEOPLE + 1,
                   themes[i * 5 % THEMES].code, approvals[i % 6], themes[i * 5 % THEMES].quote,
                   i / THEMES + 1);
}
