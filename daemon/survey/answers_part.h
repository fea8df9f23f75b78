/* What the files that read answers share. */
#ifndef ANSWERS_PART_H
#define ANSWERS_PART_H

#include <debriefd/answers.h>

enum answers_state { ABSENT, ANSWERED, MISSING, FAULTY };

struct answers_piece {
    enum answers_state state;
    size_t offset; /* in answers->written, of an unscored answer */
    size_t length;
};

/* One body being read. */
struct reading {
    const struct instrument *instrument;
    const struct roster *roster;
    struct answers *answers;
    struct reader *reader; /* the answers' own */
    struct violations *violations;
};

/* Reads one value, whose first token is given, to its end. Gives what the item has become; after
 * a violation or a fault of the reader that is not looked at. */
typedef enum answers_state answers_value_fn(struct reading *reading, const struct item *item,
                                            enum reader_token token);

answers_value_fn answers_integer;
answers_value_fn answers_binary;
answers_value_fn answers_single;
answers_value_fn answers_multiple;
answers_value_fn answers_ranking;
answers_value_fn answers_matrix;
/* These append the answer's JSON text to answers->written. */
answers_value_fn answers_number;
answers_value_fn answers_text;
answers_value_fn answers_roster;
answers_value_fn answers_entries; /* contacts, commitments */
answers_value_fn answers_commitment_status;

/* Adds a violation at the reader's place, unless the reader itself is at fault. Gives ABSENT. */
enum answers_state answers_fault(struct reading *reading, const char *code, const char *format, ...)
    printf_like(3, 4);

/* The same, after reading past the value that `token` began. */
enum answers_state answers_refuse(struct reading *reading, enum reader_token token,
                                  const char *code, const char *detail);

/* The next member of the container being read; false at its end or at a fault. */
bool answers_next(struct reading *reading, enum reader_token *token);

/* The sentinel that {"missing":...} means, its opening brace being read; 0 after a violation. */
int16_t answers_missing_object(struct reading *reading);

/* For an object whose members are answers: whether the member just read is "missing" alone, which
 * then is read to the object's end into *sentinel (0 after a violation). */
bool answers_is_missing_member(struct reading *reading, enum reader_token token, int16_t *sentinel);

/* Before a member of the JSON object that is being written. */
void answers_append_comma(struct buf *written);

bool answers_text_is(struct reader_text text, const char *word);

#endif
