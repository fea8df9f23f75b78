/* text: UTF-8 as bytes from outside. Offsets in text are code points, 0-based, half-open. */
#ifndef DEBRIEFD_TEXT_H
#define DEBRIEFD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 3629 without NUL: no overlong form, no surrogate, nothing above U+10FFFF. */
bool text_is_utf8(const char *text, size_t length);

/* Code points in valid UTF-8. */
size_t text_code_points(const char *text, size_t length);

/* The length of the run up to the first quote, backslash or control character, which JSON escapes.
 * *ascii tells whether all of the run is ASCII. */
size_t text_plain_run(const char *text, size_t length, bool *ascii);

/* 0 to 15, or -1 for anything but a hexadecimal digit. */
int text_hex_digit(char digit);

#endif
