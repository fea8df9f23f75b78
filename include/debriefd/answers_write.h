/* answers_write: the inverse of answers_read: what is stored, as the JSON object of answers again,
 * for whoever edits what they sent. Read again it gives the same slots and texts. That an unscored
 * item was answered "don't know" is not stored, and so not written. */
#ifndef DEBRIEFD_ANSWERS_WRITE_H
#define DEBRIEFD_ANSWERS_WRITE_H

#include <debriefd/instrument.h>

/* `slots` are instrument_slot_count of them, `texts` is the JSON object of unscored answers.
 * A new reference; NULL when `texts` is no JSON object. */
json_t *answers_write(const struct instrument *instrument, const int16_t *slots, const char *texts,
                      size_t length) must_check;

#endif
