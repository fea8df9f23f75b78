/* uuid: RFC 9562 identifiers. Version 7 for rows (index locality), version 4 where order would tell
 * something. */
#ifndef DEBRIEFD_UUID_H
#define DEBRIEFD_UUID_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

#define UUID_TEXT_LENGTH 36

struct uuid {
    uint8_t bytes[16];
};

struct uuid_text {
    char text[UUID_TEXT_LENGTH + 1];
};

struct uuid uuid_random(void);  /* version 4 */
struct uuid uuid_ordered(void); /* version 7, UTC milliseconds */

/* Accepts exactly the 36-character form in either case (RFC 9562 4); false for anything else. */
bool uuid_parse(const char *text, size_t length, struct uuid *uuid) must_check;
struct uuid_text uuid_format(const struct uuid *uuid);

struct uuid uuid_nil(void);
bool uuid_equal(const struct uuid *a, const struct uuid *b);
int uuid_compare(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *uuid);

#endif
