/* codings_layout: the storage behind struct codings, shared by its builder and the interview
 * family. Everything is named by its number in the matching numbering; sealing sorts by name. */
#ifndef CODINGS_LAYOUT_H
#define CODINGS_LAYOUT_H

#include "numbering.h"
#include <debriefd/codings.h>

struct interview {
    size_t name, person;
    int64_t sequence;
    bool is_organiser;
};

struct visit {
    size_t interview, trip;
};

struct segment {
    size_t name, interview;
    size_t trip; /* NUMBERING_NONE for none */
};

struct assignment {
    size_t segment, coder;
};

struct mark {
    size_t segment, coder, code;
    enum codings_sentiment sentiment;
};

struct codings {
    struct numbering codes, coders, trips, persons, interview_names, segment_names;
    char *adjudicator;
    struct interview *interviews;   /* by name */
    struct segment *segments;       /* by name */
    struct visit *visits;           /* by interview, trip */
    struct assignment *assignments; /* by segment, coder */
    struct mark *marks;             /* by segment, coder, code */
    size_t visit_count, assignment_count, mark_count;
    size_t interview_capacity, segment_capacity, visit_capacity, assignment_capacity, mark_capacity;
    int64_t quotes[CODINGS_APPROVALS];
    bool is_sealed;
};

#endif
