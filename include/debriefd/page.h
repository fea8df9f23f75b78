/* page: one HTML document as the answer to a request. Everything a browser may do with it is in its
 * Content-Security-Policy: scripts, styles, images and requests of this server only, no inline
 * script or style, no frame around it. Pages work without scripts; a script only helps. */
#ifndef DEBRIEFD_PAGE_H
#define DEBRIEFD_PAGE_H

#include <debriefd/buf.h>
#include <debriefd/catalogue.h>
#include <debriefd/fields.h>
#include <debriefd/html.h>
#include <debriefd/request.h>

struct page {
    struct request *request;
    enum language language;
    struct buf html; /* append the content of <main> between page_begin and page_end */
};

struct page_head {
    const char *title;      /* already in the page's language */
    const char *stylesheet; /* "form.css" beside base.css, or NULL */
    const char *script;     /* "form.js", or NULL */
    /* What stands in <header> beside the name, or NULL: navigation. */
    void (*header)(struct page *page, const void *context);
    const void *context;
    /* The page switches languages itself; otherwise a link does, which loses what was typed. */
    bool switches_language;
};

/* The language of whoever asks: what was chosen on a page before (a cookie), then Accept-Language,
 * then Swedish. A query parameter `language` chooses, and sets the cookie. */
enum language page_language(struct request *request);

/* Remembers the language by a cookie. */
void page_choose_language(struct request *request, enum language language);

void page_begin(struct page *page, struct request *request, enum language language,
                const struct page_head *head);

/* Ends the document, replies it and finishes the page. */
void page_end(struct page *page, int status);

/* A page that says one thing: a heading and a sentence (may be NULL). */
void page_say(struct request *request, enum language language, int status, const char *heading,
              const char *sentence);

/* A month's name in a date, 1 to 12. */
const char *page_month(enum language language, int month);

/* "2026-12-06 23:00", or the day alone, as people read it: "6 December 2026 at 23:00". What is no
 * date stays as it is. */
struct page_time {
    char text[64];
};
struct page_time page_time(enum language language, const char *local);

/* 303 to a path of this server. */
void page_see(struct request *request, const char *path);

/* The token that proves that a form came from a page of whoever holds `secret` (a cookie's value).
 */
struct page_csrf {
    char text[32];
};
struct page_csrf page_csrf(const struct request *request, const char *secret);

/* Writes the hidden field. */
void page_csrf_field(struct page *page, const char *secret);

/* True when the fields carry the token and the browser does not say that another site asks. */
bool page_csrf_holds(const struct request *request, const struct fields *fields,
                     const char *secret) must_check;

#endif
