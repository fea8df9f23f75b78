/* codings: the interviews of one programme as coded: who was interviewed, which segments their
 * interviews have, who coded which segment, with what. A loader builds them (add, seal); the
 * interview family reads them after sealing. Whatever the order of adding, equal codings are equal:
 * sealing sorts everything by name.
 *
 * Builder calls copy what they are given. They fail with ERR_INVALID, and change nothing, on an
 * unknown or repeated name, or past a limit. */
#ifndef DEBRIEFD_CODINGS_H
#define DEBRIEFD_CODINGS_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

#define CODINGS_NAME_MAX       200 /* bytes */
#define CODINGS_CODES_MAX      1000
#define CODINGS_CODERS_MAX     100
#define CODINGS_INTERVIEWS_MAX 10000
#define CODINGS_SEGMENTS_MAX   200000
#define CODINGS_MARKS_MAX      2000000
#define CODINGS_CELLS_MAX      10000000 /* interviews x codes, segments x coders */

/* What a coder read in a segment about a code's theme. */
enum codings_sentiment {
    CODINGS_NEGATIVE = -1,
    CODINGS_NEUTRAL = 0,
    CODINGS_POSITIVE = 1,
    CODINGS_UNSTATED = 2, /* not judged: neutral for the stance, missing for agreement */
};

enum codings_approval {
    CODINGS_APPROVED,
    CODINGS_PENDING,
    CODINGS_DECLINED,
    CODINGS_APPROVALS,
};

struct codings_interview {
    const char *name;
    const char *person; /* the interviewee: the same in all their interviews */
    int64_t sequence;   /* of the interviews */
    bool is_organiser;  /* the organiser's own people: in reliability only */
};

struct codings;

struct codings *codings_create(void);
void codings_destroy(struct codings *codings); /* takes NULL */

/* Whose coding the substantive metrics read: the adjudicated one. "A" unless said. */
bool codings_set_adjudicator(struct codings *codings, const char *coder,
                             struct error *err) must_check;
bool codings_add_code(struct codings *codings, const char *code, struct error *err) must_check;
bool codings_add_interview(struct codings *codings, const struct codings_interview *interview,
                           struct error *err) must_check;
/* The interviewee was on this trip. */
bool codings_add_trip(struct codings *codings, const char *interview, const char *trip,
                      struct error *err) must_check;
/* The trip that the segment speaks of, or NULL. */
bool codings_add_segment(struct codings *codings, const char *segment, const char *interview,
                         const char *trip, struct error *err) must_check;
/* The coder was to code the segment: no coding there means that the code is absent. */
bool codings_assign(struct codings *codings, const char *coder, const char *segment,
                    struct error *err) must_check;
bool codings_mark(struct codings *codings, const char *coder, const char *segment, const char *code,
                  enum codings_sentiment sentiment, struct error *err) must_check;
bool codings_count_quotes(struct codings *codings, enum codings_approval approval, int64_t count,
                          struct error *err) must_check;

/* Ends the building. Fails when a coder marks a code twice in a segment or is assigned it twice. */
bool codings_seal(struct codings *codings, struct error *err) must_check;

struct metric_rows;

/* The rows of the programme: wave int, slice all. The codings are sealed. */
void interview_compute(const struct codings *codings, struct metric_rows *rows);

/* The rows of one trip: interviewees who were on it, and segments that speak of it. An unknown trip
 * has nobody. */
void interview_compute_trip(const struct codings *codings, const char *trip,
                            struct metric_rows *rows);

#endif
