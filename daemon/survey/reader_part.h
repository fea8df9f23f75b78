/* What the reader's files share. Each failing function has set the fault. */
#ifndef READER_PART_H
#define READER_PART_H

#include <debriefd/reader.h>

enum reader_token reader_fail(struct reader *reader, enum reader_fault fault);
bool reader_refuse(struct reader *reader, enum reader_fault fault);

void reader_reserve_decoded(struct reader *reader);

/* Reads the string whose opening quote `at` is on. */
bool reader_read_string(struct reader *reader, struct reader_text *out);

/* Refuses the frame's key when the same object had an equal one before. */
bool reader_remember_key(struct reader *reader, const struct reader_frame *frame);

#endif
