/* desk_new: the two pages that make a study. The form's fields are the state; faults by field name
 * are a JSON object in desk->state. Private to the pages. */
#ifndef DEBRIEFD_DESK_NEW_H
#define DEBRIEFD_DESK_NEW_H

#include "desk.h"
#include "desk_pack.h"

/* What was typed, or what a field begins with; never NULL. */
const char *desk_new_value(const struct desk *desk, const char *name);

/* Marks a field; the first fault of a field stays. `fault` is in the desk's language. */
void desk_new_fault(struct desk *desk, const char *name, const char *fault);

void desk_new_input(struct desk *desk, struct buf *html, const char *type, const char *name,
                    const char *label, const char *help);

/* Says that there are faults, if so. */
void desk_new_summary(struct desk *desk, struct buf *html);

/* The fields of the page that is not shown. */
void desk_new_about_hidden(struct desk *desk, struct buf *html);
void desk_new_dates_hidden(struct desk *desk, struct buf *html);

/* The second page: which questionnaires, from when to when. */
void desk_new_render_dates(struct desk *desk, struct buf *html);
void desk_new_check_dates(struct desk *desk);

/* What logic.desk_study_create wants as `waves`. The caller's. */
json_t *desk_new_waves(struct desk *desk);

#endif
