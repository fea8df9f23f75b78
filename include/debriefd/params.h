/* params: the parameters of one statement, in order ($1 first). Every value is copied when it is
 * added, so nothing has to outlive the call that adds it; one object serves many rounds through
 * params_clear. Values travel as text unless added as binary; the SQL casts them ($1::uuid). */
#ifndef DEBRIEFD_PARAMS_H
#define DEBRIEFD_PARAMS_H

#include <debriefd/buf.h>
#include <debriefd/uuid.h>

#define PARAMS_LIMIT 48 /* parameters of one statement; more is a defect and asserts */

struct params {
    int count;
    struct buf bytes;           /* the values one after the other, each NUL-terminated */
    size_t start[PARAMS_LIMIT]; /* offset in `bytes` */
    int length[PARAMS_LIMIT];   /* -1 is NULL */
    bool is_binary[PARAMS_LIMIT];
};

void params_init(struct params *params);
void params_finish(struct params *params);
void params_clear(struct params *params);

/* NULL text is SQL NULL. Text is UTF-8 without NUL bytes, which PostgreSQL cannot hold (asserts).
 */
void params_text(struct params *params, const char *text);
void params_text_length(struct params *params, const char *text, size_t length);
void params_uuid(struct params *params, const struct uuid *uuid);
void params_int(struct params *params, int64_t value);
void params_bool(struct params *params, bool value);
void params_null(struct params *params);

/* PostgreSQL's binary format of whatever type the SQL casts to; for bytea the bytes themselves. */
void params_binary(struct params *params, const void *bytes, size_t length);

/* smallint[] in binary, without NULLs: the shape of an evaluation's scores. */
void params_int16_array(struct params *params, const int16_t *values, size_t count);

/* Makes `copy` (uninitialised storage) hold the same parameters. */
void params_copy(struct params *copy, const struct params *params);

#endif
