/* The reader against jansson: the same verdict, the same values in the same order, on every input
 * that is not nested deeper than the reader allows and holds no NUL byte: jansson 2.14 passes over
 * a NUL behind a number or a word ("[1\0]"), because its one-character put-back takes it for an
 * empty buffer; RFC 8259 and the reader refuse it.
 *
 * Short form: ctest (replay.c). Long form, with clang:
 *   cmake -S . -B fuzz -G Ninja -DDEBRIEFD_FUZZ=ON -DCMAKE_C_COMPILER=clang-14 && ninja -C fuzz
 *   fuzz/tests/fuzz/reader_libfuzzer -max_len=8192 -max_total_time=3600 NEW-FOLDER
 * contrib/fuzz-corpus/reader or, with any compiler: tests/fuzz/reader_replay
 * contrib/fuzz-corpus/reader 100000000 SEED */
#include "fuzz.h"

#include <debriefd/reader.h>
#include <debriefd/secret.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *build(struct reader *reader, enum reader_token token);

static json_t *build_object(struct reader *reader)
{
    json_t *object = json_object();
    for (enum reader_token token; (token = reader_next(reader)) != READER_OBJECT_END;) {
        struct reader_text key = reader->key;
        json_t *value = build(reader, token);
        if (value == NULL || json_object_setn_new(object, key.bytes, key.length, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *build_array(struct reader *reader)
{
    json_t *array = json_array();
    for (enum reader_token token; (token = reader_next(reader)) != READER_ARRAY_END;) {
        json_t *value = build(reader, token);
        if (value == NULL || json_array_append_new(array, value) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

/* NULL when the document is at fault. */
static json_t *build(struct reader *reader, enum reader_token token)
{
    switch (token) {
    case READER_OBJECT:
        return build_object(reader);
    case READER_ARRAY:
        return build_array(reader);
    case READER_STRING:
        return json_stringn(reader->string.bytes, reader->string.length);
    case READER_INTEGER:
        return json_integer(reader->integer);
    case READER_REAL:
        return json_real(reader->real);
    case READER_TRUE:
        return json_true();
    case READER_FALSE:
        return json_false();
    case READER_NULL:
        return json_null();
    default:
        return NULL;
    }
}

static json_t *build_document(struct reader *reader)
{
    json_t *document = build(reader, reader_next(reader));
    if (document != NULL && reader_next(reader) != READER_END) {
        json_decref(document);
        document = NULL;
    }
    return document;
}

/* Key order and the sign of zero show in the text but not in json_equal. */
static int same(const json_t *ours, const json_t *theirs)
{
    char *a = json_dumps(ours, JSON_COMPACT);
    char *b = json_dumps(theirs, JSON_COMPACT);
    int equal = a != NULL && b != NULL && strcmp(a, b) == 0 && json_equal(ours, theirs);
    free(a);
    free(b);
    return equal;
}

static void check_fault(struct reader *reader, const uint8_t *data, size_t size)
{
    char pointer[160];
    reader_pointer(reader, pointer, sizeof pointer);
    if (reader->fault == READER_FINE || reader->fault_offset > size)
        fuzz_differs("a refusal without a fault", data, size);
    if (reader_next(reader) != READER_FAULT)
        fuzz_differs("a fault that passes", data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reader reader;
    if (reader.seed == 0) {
        secret_init();
        reader_init(&reader);
    }
    reader_start(&reader, (const char *)data, size);
    json_t *ours = build_document(&reader);
    if (ours == NULL)
        check_fault(&reader, data, size);
    if (memchr(data, '\0', size) != NULL) {
        if (ours != NULL)
            fuzz_differs("a NUL byte is accepted", data, size);
        return 0;
    }
    json_t *theirs = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (ours == NULL && theirs != NULL && reader.fault != READER_TOO_DEEP)
        fuzz_differs(reader_fault_text(reader.fault), data, size);
    if (ours != NULL && theirs == NULL)
        fuzz_differs("only jansson refuses", data, size);
    if (ours != NULL && theirs != NULL && !same(ours, theirs))
        fuzz_differs("the values are not the same", data, size);
    json_decref(ours);
    json_decref(theirs);
    return 0;
}
