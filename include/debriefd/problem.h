/* problem: replies that say what went wrong, as RFC 9457 application/problem+json:
 * {"type":"/problems/SLUG","title":..,"status":..,"detail":..,"instance":"urn:request:ID",
 *  "errors":[{"pointer","code","detail"}]}. Details are for the client: never a secret, never SQL.
 * What evhttp refuses before a request exists (a malformed head 400, a body past the limit 413, an
 * unknown expectation 417) it answers itself with a small HTML page and Connection: close. */
#ifndef DEBRIEFD_PROBLEM_H
#define DEBRIEFD_PROBLEM_H

#include <debriefd/error.h>
#include <debriefd/request.h>
#include <debriefd/violations.h>

/* `slug` is a stable lower-case name, NULL for the status's own ("not-found"). 429 and 503 carry
 * Retry-After: 1 unless one is set. */
void request_problem(struct request *request, int status, const char *slug, const char *format, ...)
    printf_like(4, 5);

/* From an error; what is the server's own trouble (5xx) is logged and not told. */
void request_problem_error(struct request *request, const struct error *err);

/* The same for a look-up: it changed nothing, so an answer that did not come is a 503, to be
 * repeated, and not a 504, of which nobody knows the outcome. */
void request_problem_lookup(struct request *request, const struct error *err);

/* 422 with every violation. */
void request_problem_violations(struct request *request, const struct violations *violations);

/* The reason phrase of a status (RFC 9110 15, IANA registry). */
const char *http_status_phrase(int status);

#endif
