/* demo_interviews: fifteen invented interviews about the four trips, one with the organiser, coded
 * by two coders. Learning is praised, views differ on how full the programme was and on places far
 * away, and one theme is rare. Each function writes one table as CSV for its import. */
#ifndef CTL_DEMO_INTERVIEWS_H
#define CTL_DEMO_INTERVIEWS_H

#include <debriefd/buf.h>

void demo_codes_write(struct buf *csv);
void demo_interviews_write(struct buf *csv);
void demo_segments_write(struct buf *csv);
void demo_codings_write(struct buf *csv);
void demo_quotes_write(struct buf *csv);

#endif
