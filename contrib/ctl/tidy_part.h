/* What the files that read a tidy dataset share. */
#ifndef CTL_TIDY_PART_H
#define CTL_TIDY_PART_H

#include "tidy.h"
#include "tidy_file.h"
#include <debriefd/buf.h>

/* A dataset being read. */
struct opening {
    struct tidy *tidy;
    struct names *trips;
    struct names *people; /* TRIP and participant, numbered as the file has them */
    uint32_t *places;     /* of them among the participants in the order of trips */
    struct names *items;  /* WAVE and item */
    struct buf key;
};

/* In this order: who and what is named comes before what names it. */
enum { TIDY_FILE_TRIPS, TIDY_FILE_PARTICIPANTS };
extern const struct tidy_file tidy_files[]; /* ended by a row without a name */

/* Rows whose first member is their participant. */
void tidy_rows_add(struct tidy_rows *rows, const void *row);

#endif
