/* desk: the organiser's pages. What a page asks of its caller, which statements it shows, and how,
 * as data: a row of a route table whose handler is desk_handle and whose detail is a desk_page.
 * Pages render the JSON that the statements give the API. Every change is a POST that ends in 303
 * with a message, or shows the form again with its faults. Private to the pages. */
#ifndef DEBRIEFD_DESK_H
#define DEBRIEFD_DESK_H

#include <debriefd/operation.h>
#include <debriefd/page.h>
#include <jansson.h>

#define DESK_QUERIES 6

/* A study's pages, in the order of its navigation. */
enum desk_tab {
    DESK_TAB_NONE,
    DESK_TAB_OVERVIEW,
    DESK_TAB_DELEGATION,
    DESK_TAB_RESULTS,
    DESK_TAB_COMMITMENTS,
    DESK_TAB_WAVE, /* of no entry, but a study's too */
};

struct desk;
typedef void desk_render_fn(struct desk *desk, struct buf *html);
typedef void desk_done_fn(struct desk *desk, int status, const json_t *body, void *context);

struct desk_query {
    const char *statement; /* whose first row is (status, body) */
    struct parameter parameters[OPERATION_PARAMETERS];
};

struct desk_page {
    unsigned roles;
    const char *title; /* sentence() of <title> and <h1>; NULL: the study's name, */
    const char *(*heading)(const struct desk *desk); /* or what this says of the answers */
    enum desk_tab tab; /* the path has {study}: an unknown one is not found */
    const char *script;

    /* GET: these run side by side, then `render` writes what stands below the heading. */
    struct desk_query queries[DESK_QUERIES];
    desk_render_fn *render;

    /* POST: queries[0] alone, then 303 to `back` ("/desk/studies/{study}", filled from the path)
     * with the sentence `said`, or with what the statement refused; */
    const char *back;
    const char *said;
    /* or this, with `fields` read and everything checked. */
    void (*act)(struct desk *desk);
    bool takes_upload; /* then `fields` is empty, and `act` calls desk_csrf_holds */

    /* GET: answers by itself instead of rendering a page. */
    void (*answer)(struct desk *desk);
};

/* One request of somebody who is signed in; lives as long as the request. */
struct desk {
    struct request *request;
    const struct desk_page *page;
    const struct desk_page *shown; /* the page that is rendered: of a refused form, the form's */
    struct principal principal;    /* actor is the account */
    enum language language;
    const char *name;
    const char *programme_name;
    const char *cookie; /* the session's */
    struct fields fields;
    const json_t *study;                 /* with a tab */
    const json_t *answers[DESK_QUERIES]; /* of the queries; valid while rendering */
    void *state;                         /* a page's own */

    json_t *owned_answers[DESK_QUERIES + 1]; /* the last is the study */
    struct desk_query queries[DESK_QUERIES + 1];
    int waiting;
    int status; /* the worst of the answers */
    int shown_status;
    const char *refusal; /* of a form that is shown again, */
    const char *refused; /* and the field that it is about, or NULL */
};

/* The handler of every route here. */
void desk_handle(struct request *request);

/* Runs a statement; `done` comes later, with the status 503 or so when the database fails. */
void desk_execute(struct desk *desk, const char *statement, const struct params *params,
                  desk_done_fn *done, void *context);

/* 303 to `path` (with {study} and so on filled from the request's) and a message there: that it
 * went well, or what was refused. */
void desk_back(struct desk *desk, const char *path, const char *message);
void desk_refuse(struct desk *desk, const char *path, const char *message);

/* Shows another page of the desk as the answer: a form again, with its faults. Its queries run
 * first. */
void desk_show(struct desk *desk, int status, const struct desk_page *page);

/* The form's page again, with what was given in it, and why it was refused: said at the top, and
 * beside the field `refused` (NULL for none). What asks desk_given and desk_fault shows them. */
void desk_again(struct desk *desk, const struct desk_page *page, const char *refused,
                const char *message);

/* The same after a statement that ended with `status` and said `body`. */
void desk_again_after(struct desk *desk, const struct desk_page *page, const char *refused,
                      int status, const json_t *body);

/* What a field holds: what this request gave, or else what is stored. */
const char *desk_given(const struct desk *desk, const char *name, const char *stored);

/* The same of a box to tick: an unticked one is not sent, so `form` is another field of its form.
 */
bool desk_is_given(const struct desk *desk, const char *form, const char *name, bool is_stored);

/* Why this field was refused, or NULL. */
const char *desk_fault(const struct desk *desk, const char *name);

/* A page in the frame that says one thing. */
void desk_say(struct desk *desk, int status, const char *heading, const char *message);

/* What a refused statement says, for people where that is known (add to desk_refusals.c). */
const char *desk_refusal(enum language language, const char *detail);
const char *desk_detail(const struct desk *desk, const json_t *problem);

/* <form method="post"> with the token that every POST needs; `action` is filled like a path. */
void desk_form(struct desk *desk, struct buf *html, const char *action);
void desk_form_end(struct buf *html);

/* For uploads: whether this field's text is the session's token. */
bool desk_csrf_holds(const struct desk *desk, const char *text) must_check;

/* A form of one button. `kind` is "", "main" or "danger". */
void desk_button(struct desk *desk, struct buf *html, const char *action, const char *kind,
                 const char *label);

/* A path with each {name} replaced by the request's segment. */
struct desk_path {
    char text[400];
};
struct desk_path desk_path(const struct desk *desk, const char *pattern);

/* A UTC time of the API ("2026-11-23T10:00:00.000000Z") as people read it in the study's time zone,
 * and as a field of type datetime-local holds it. "" for NULL. */
struct desk_time {
    char text[64];
};
struct desk_time desk_time(const struct desk *desk, const char *utc);
struct desk_time desk_time_field(const struct desk *desk, const char *utc);

/* Whether a field of type datetime-local holds a time. */
bool desk_is_local_time(const char *text);

/* "24–30 September 2005"; either may be NULL. */
struct desk_time desk_dates(const struct desk *desk, const char *first, const char *last);

/* A number as people write it: with a comma in Swedish. */
struct desk_time desk_real(enum language language, double value, int digits);

/* JSON without ceremony: "" and 0 for what is not there. */
const char *desk_text(const json_t *object, const char *key);
long desk_number(const json_t *object, const char *key);

/* What the programme and its waves call things, for people. */
const char *desk_sector_name(enum language language, const char *sector);
const char *desk_wave_name(enum language language, const char *kind);

/* desk_frame.c: writes the page around a rendered content and replies. */
void desk_frame(struct desk *desk, int status, const char *title, desk_render_fn *render,
                const char *text);

/* desk_message.c: the message of the page before, in a cookie. */
struct desk_message {
    bool is_refusal;
    char text[401];
};
void desk_message_leave(struct request *request, bool is_refusal, const char *text);
bool desk_message_take(struct request *request, struct desk_message *message);

/* Every table of routes, by area. */
extern const struct route desk_session_routes[];
extern const struct route desk_home_routes[];
extern const struct route desk_new_routes[];
extern const struct route desk_study_routes[];
extern const struct route desk_wave_routes[];
extern const struct route desk_link_routes[];
extern const struct route desk_mail_routes[];
extern const struct route desk_results_routes[];
extern const struct route desk_delegation_routes[];
extern const struct route desk_upload_routes[];
extern const struct route desk_instrument_routes[];
extern const struct route desk_commitment_routes[];
extern const struct route desk_form_routes[];
extern const struct route desk_people_routes[];
extern const struct route desk_erase_routes[];
extern const struct route desk_keeping_routes[];
extern const struct route desk_job_routes[];
extern const struct route desk_audit_routes[];

#endif
