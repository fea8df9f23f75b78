/* desk_parts: what several pages of the desk show. Private to the pages. */
#ifndef DEBRIEFD_DESK_PARTS_H
#define DEBRIEFD_DESK_PARTS_H

#include "desk.h"

/* A badge: open, not open yet, closed, released. */
void desk_wave_state(struct desk *desk, struct buf *html, const json_t *wave);

/* When it opens and closes, in a paragraph. */
void desk_wave_dates(struct desk *desk, struct buf *html, const json_t *wave);

/* Who has answered a wave, as a table that desk.js keeps fresh. */
void desk_write_rates(struct desk *desk, struct buf *html, const json_t *rates, const char *wave);

/* A wave's page, whose forms other pages answer. */
extern const struct desk_page desk_wave_page;

/* Of a page whose first answer is wave_get. */
const char *desk_wave_heading(const struct desk *desk);

/* A statement of programme, {wave}, a body and the actor. */
void desk_execute_wave(struct desk *desk, const char *statement, const json_t *body,
                       desk_done_fn *done);

/* That mails wait, when no server is configured. */
void desk_mail_notice(struct desk *desk, struct buf *html);

/* What a mail is, and what became of it. */
const char *desk_mail_kind(enum language language, const char *kind);
const char *desk_mail_state(enum language language, const char *state);

/* What the mode means for whoever answers, in a sentence. */
const char *desk_mode_sentence(enum language language, const char *anonymity);

/* Whose clock the times of a study are read from, in a paragraph. */
void desk_clock(struct desk *desk, struct buf *html);

/* A field with its label, its help (or NULL) and its fault (or NULL). `type` is an input's. */
void desk_input(struct buf *html, const char *type, const char *name, const char *label,
                const char *value, const char *help, const char *fault);

/* Of a field that is written by hand: what marks it as refused, and the reason below it. Nothing
 * for one that is not. */
void desk_fault_marks(struct desk *desk, struct buf *html, const char *name);
void desk_fault_reason(struct desk *desk, struct buf *html, const char *name);

/* One that shows what was given in it when the form was refused. */
void desk_field(struct desk *desk, struct buf *html, const char *type, const char *name,
                const char *label, const char *stored, const char *help);

#endif
