/* form: the participant's form. What one request of it knows and does. Private to the pages. */
#ifndef DEBRIEFD_FORM_H
#define DEBRIEFD_FORM_H

#include <debriefd/form_cache.h>
#include <debriefd/form_values.h>
#include <debriefd/page.h>
#include <debriefd/principal.h>

#define FORM_COOKIE "__Host-debriefd_form"
#define FORM_ROWS   3 /* empty rows that a list offers */

enum visit_state { VISIT_OPEN, VISIT_NOT_OPEN, VISIT_CLOSED };

/* Somebody of the delegation, as a roster shows them. */
struct form_person {
    struct uuid participant;
    const char *name;
    const char *organisation;
};

/* By organisation, then name. */
struct form_people {
    struct form_person *people;
    size_t count;
    struct buf text;
};

/* Items from `begin` to before `end`; the first one is the section itself, unless the instrument
 * begins without one. */
struct form_section {
    size_t begin;
    size_t end;
};

/* The principal comes first: this is also the request's user. Lives as long as the request, but for
 * what visit_finish gives back. */
struct visit {
    struct principal principal;
    struct request *request;
    void (*next)(struct visit *visit);
    int attempts;
    struct posting *posting; /* form_answer.c's */
    const char *token;
    const struct fields *fields; /* of a POST */
    enum language language;

    enum visit_state state;
    struct uuid wave;
    struct uuid participant;
    const char *study;
    const char *opens;  /* in the study's time zone, "" for never */
    const char *closes; /* the same */
    bool is_anonymous;
    const char *consent; /* NULL: on a page of its own */

    bool has_draft;
    struct uuid draft;
    struct uuid replaces;
    int64_t revision;
    bool has_evaluation;
    struct uuid evaluation;
    const char *received;
    const char *scores; /* as PostgreSQL writes them */
    const char *texts;

    struct form *form;
    const struct instrument *instrument;
    size_t wording; /* the language's index in the instrument */
    struct form_section *sections;
    size_t section_count;

    json_t *answers;     /* of the draft, else of the evaluation, else none */
    json_t *recorded;    /* of the evaluation; NULL for none */
    json_t *commitments; /* of earlier waves */
    bool *shown;         /* one an item, by `answers` */
    struct form_values values;
    struct violations violations;

    size_t section;     /* the one shown, from 0 */
    const char *more;   /* the item whose list wants more rows, or NULL */
    const char *fresh;  /* the item that an answer has just brought up, or NULL */
    const char *notice; /* a sentence on top, or NULL */
};

/* form_visit.c: who visits, and what there is. `next` is called with everything read; a visit that
 * cannot go on is answered with a page of its own (form_notice.c). */
void visit_begin(struct request *request, void (*next)(struct visit *visit));
void visit_begin_post(struct request *request, const struct fields *fields,
                      void (*next)(struct visit *visit));
/* Reads everything anew: somebody else changed it meanwhile. */
void visit_again(struct visit *visit);

/* Statements on behalf of the visitor: the first three parameters say who it is. */
void visit_params(const struct visit *visit, struct params *params);
void visit_execute(struct visit *visit, const char *statement, const struct params *params,
                   channel_done_fn *done);
/* The language of what is shown. */
void visit_speak(struct visit *visit, const char *code);
/* A column of the first row, copied. */
const char *visit_text(struct visit *visit, const struct rows *rows, const char *column);
void visit_take_form(struct visit *visit, struct form *form);

/* Decides by `answers` what is shown, and fills `values` and `violations` from them. */
void visit_settle(struct visit *visit);
/* The same for other answers; `shown` has room for every item. Adds violations. */
void visit_judge(const struct visit *visit, const json_t *given, bool *shown,
                 struct violations *violations);
/* Finds the sections of the visit's instrument. */
void visit_divide(struct visit *visit);
size_t visit_section_of(const struct visit *visit, size_t item);
/* The next section from `from` in a direction (1, -1) with something to answer; section_count when
 * there is none. */
size_t visit_next_section(const struct visit *visit, size_t from, int step);
bool visit_section_shows(const struct visit *visit, size_t section);
void visit_finish(struct visit *visit);

/* Ends a visit with a page, or elsewhere. */
void visit_reply(struct visit *visit, struct page *page, int status);
void visit_see(struct visit *visit, const char *path);
void visit_unavailable(struct visit *visit, const struct error *err);

enum form_switch {
    LANGUAGE_BY_LINK,
    LANGUAGE_BY_BUTTON, /* the page has one of its own, which takes along what was typed */
};

/* A head for the form's pages, with the study's name. */
void visit_page(struct visit *visit, struct page *page, const char *title,
                enum form_switch language);

/* Where the script says whether everything is saved. */
void form_saving(struct page *page, const struct visit *visit);

/* form_notice.c: pages that say why there is no form. */
void form_no_link(struct request *request);
void form_home(struct request *request);
void form_bad_link(struct request *request, const char *text);
void form_revoked(struct request *request, enum language language);
void form_closed(struct visit *visit);
void form_not_open(struct visit *visit);
void form_recorded(struct visit *visit);

void form_intro(struct page *page, const struct visit *visit);
/* A form of one button. */
void form_button(struct page *page, const struct visit *visit, const char *go, const char *text,
                 const char *style);

/* form_start.c: the page before the first question, and its consent. */
void form_start(struct visit *visit);
void form_consent(struct visit *visit);

/* form_page.c: the form itself, at a section. */
void form_page(struct visit *visit, int status);

/* form_item.c: one item of it. */
void form_item(struct page *page, const struct visit *visit, size_t index);
/* What the pieces of an item share. */
struct form_field {
    struct page *page;
    const struct visit *visit;
    const struct item *item;
    size_t index;
    bool is_single; /* a control with a label, not a group of them */
};
const char *form_word(const struct visit *visit, const struct phrase *phrase);
void form_choice(const struct form_field *field, const char *type, const char *part,
                 const char *value, const char *text);
void form_points(const struct form_field *field, const char *part, bool unknown);

/* form_list.c: items that are lists of people or of things. */
void form_roster(const struct form_field *field);
void form_contacts(const struct form_field *field);
void form_commitments(const struct form_field *field);
void form_status(const struct form_field *field);

/* form_fault.c: violations as sentences for people. */
const char *form_fault(const struct visit *visit, const struct violation *violation, char *text,
                       size_t size);
/* The item a violation is about; false when it is about none. */
bool form_fault_item(const struct visit *visit, const struct violation *violation, size_t *item);
/* Its first violation; NULL for none. */
const struct violation *form_fault_of(const struct visit *visit, size_t item);

/* form_review.c */
void form_review(struct visit *visit, int status);

/* form_answer.c: what a POST brings, merged into the draft. */
void form_post(struct visit *visit);
/* A draft without an answer, and its first page. */
void form_begin(struct visit *visit);
void form_draft_post(struct visit *visit);
void form_posting_finish(struct posting *posting);
void form_reply_json(struct visit *visit, int status, json_t *owned_body);

/* form_send.c */
void form_send(struct visit *visit);
void form_sent_json(struct visit *visit);
/* The evaluation's body; the caller frees it. */
char *form_body(const struct visit *visit);

/* form_anonymous.c: the whole of a visit by somebody nobody knows. */
void form_anonymous(struct visit *visit);

/* form_receipt.c */
struct form_receipt_path {
    char text[64];
};
struct form_receipt_path form_receipt_path(const struct uuid *programme,
                                           const struct uuid *evaluation);
void form_receipt(struct request *request);

#endif
