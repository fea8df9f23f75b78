/* catalogue: what pages and mails say, in English and Swedish. The sources are English sentences in
 * the code; daemon/web/po has the Swedish ones, compiled by msgfmt and embedded. A sentence without
 * a translation is said in English; a test finds it. Process-wide and read only: each request has
 * its own language, which the C library's locale does not allow. */
#ifndef DEBRIEFD_CATALOGUE_H
#define DEBRIEFD_CATALOGUE_H

#include <stdbool.h>

enum language { LANGUAGE_SV, LANGUAGE_EN, LANGUAGES };

/* Marks a sentence of a table that is said later. */
#define sentence(english) english

/* "sv", "en". */
const char *language_code(enum language language);

/* "sv" or "sv-SE" is LANGUAGE_SV; false for a language that is not spoken here. */
bool language_find(const char *code, enum language *language);

/* The sentence in the language. A format stays a format with the same conversions, which msgfmt
 * checks. Valid for ever. */
const char *say(enum language language, const char *english) __attribute__((format_arg(2)));

/* By number: the first for one, the second for any other. */
const char *say_number(enum language language, long number, const char *one, const char *many)
    __attribute__((format_arg(3), format_arg(4)));

#endif
