/* desk_pack: the questionnaires that come with the program, for studies made at the desk. A study
 * that is anonymous cannot ask who knows whom, nor for commitments, nor compare a person's waves:
 * the pack's questionnaires without these have "-anonymous" behind their id. Private to the pages.
 */
#ifndef DEBRIEFD_DESK_PACK_H
#define DEBRIEFD_DESK_PACK_H

#include <debriefd/embedded.h>
#include <debriefd/error.h>
#include <jansson.h>

struct desk_pack {
    const char *name;
    const char *title; /* sentences */
    const char *about;
    const struct embedded_file *files; /* definitions, in the order of their waves */
};

extern const struct desk_pack desk_packs[]; /* ended by one without a name */

/* NULL when there is none of that name. */
const struct desk_pack *desk_pack_find(const char *name);

/* The kind of wave that a definition is for: "post". */
struct desk_pack_kind {
    char text[24];
};
struct desk_pack_kind desk_pack_kind(const struct embedded_file *file);

/* {"kind", "instrument", "definition", "compiled"} as logic.desk_study_create wants it. The
 * caller's. NULL for a definition that is wrong, which is a defect of the pack. */
json_t *desk_pack_wave(const struct embedded_file *file, bool is_anonymous);

#endif
