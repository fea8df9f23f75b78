#include "suite.h"

#include <debriefd/buf.h>
#include <debriefd/reader.h>
#include <debriefd/secret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct reader reader;

static enum reader_fault verdict(const char *text, size_t length)
{
    char *exact = malloc(length > 0 ? length : 1);
    memcpy(exact, text, length);
    reader_start(&reader, exact, length);
    enum reader_token token;
    do
        token = reader_next(&reader);
    while (token != READER_END && token != READER_FAULT);
    free(exact);
    return reader.fault;
}

/* One row a rule of RFC 8259 and RFC 3629; READER_FINE marks what must be read. */
static const struct {
    const char *text;
    enum reader_fault fault;
} verdicts[] = {
    {"{}", READER_FINE},
    {"[]", READER_FINE},
    {" \t\r\n[ ] \n", READER_FINE},
    {"[null,true,false]", READER_FINE},
    {"[0,-0,10,-1,0.5,-0.5,1e1,1E1,1e+1,1e-1,1.5e10]", READER_FINE},
    {"[9223372036854775807,-9223372036854775808]", READER_FINE},
    {"[1e-400]", READER_FINE},
    {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", READER_FINE},
    {"[\"\\u00e5\\uD83D\\uDE00\\uffff\"]", READER_FINE},
    {"[\"\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\"]", READER_FINE},
    {"[\"\x7f\"]", READER_FINE},
    {"{\"\":0,\"a\":{\"a\":{\"a\":0}}}", READER_FINE},
    {"[{\"a\":0},{\"a\":0}]", READER_FINE},
    {"", READER_TRUNCATED},
    {" ", READER_TRUNCATED},
    {"[", READER_TRUNCATED},
    {"[1", READER_TRUNCATED},
    {"[1,", READER_TRUNCATED},
    {"{\"a\"", READER_TRUNCATED},
    {"{\"a\":", READER_TRUNCATED},
    {"[\"a", READER_TRUNCATED},
    {"[\"\\", READER_TRUNCATED},
    {"[\"\\u00", READER_TRUNCATED},
    {"1", READER_NO_CONTAINER},
    {"\"a\"", READER_NO_CONTAINER},
    {"null", READER_NO_CONTAINER},
    {"\xef\xbb\xbf[]", READER_NO_CONTAINER},
    {"[]]", READER_TRAILING},
    {"{}{}", READER_TRAILING},
    {"[,]", READER_SYNTAX},
    {"[1,]", READER_SYNTAX},
    {"[1,,2]", READER_SYNTAX},
    {"[1 2]", READER_SYNTAX},
    {"[1}", READER_SYNTAX},
    {"{]", READER_SYNTAX},
    {"{\"a\":1,}", READER_SYNTAX},
    {"{\"a\" 1}", READER_SYNTAX},
    {"{\"a\":1 \"b\":2}", READER_SYNTAX},
    {"{a:1}", READER_SYNTAX},
    {"{1:1}", READER_SYNTAX},
    {"['a']", READER_SYNTAX},
    {"[01]", READER_SYNTAX},
    {"[-01]", READER_SYNTAX},
    {"[+1]", READER_SYNTAX},
    {"[.5]", READER_SYNTAX},
    {"[1.]", READER_SYNTAX},
    {"[1.e1]", READER_SYNTAX},
    {"[1e]", READER_SYNTAX},
    {"[1e+]", READER_SYNTAX},
    {"[-]", READER_SYNTAX},
    {"[0x1]", READER_SYNTAX},
    {"[NaN]", READER_SYNTAX},
    {"[Infinity]", READER_SYNTAX},
    {"[True]", READER_SYNTAX},
    {"[truex]", READER_SYNTAX},
    {"[nul]", READER_SYNTAX},
    {"[1]//", READER_TRAILING},
    {"[/**/1]", READER_SYNTAX},
    {"[\f1]", READER_SYNTAX},
    {"[\xc2\xa0]", READER_SYNTAX},
    {"[9223372036854775808]", READER_BIG_INTEGER},
    {"[-9223372036854775809]", READER_BIG_INTEGER},
    {"[100000000000000000000]", READER_BIG_INTEGER},
    {"[1e400]", READER_BIG_REAL},
    {"[-1e400]", READER_BIG_REAL},
    {"[\"\x01\"]", READER_CONTROL_CHARACTER},
    {"[\"\n\"]", READER_CONTROL_CHARACTER},
    {"[\"\\n\x1f\"]", READER_CONTROL_CHARACTER},
    {"[\"\\a\"]", READER_BAD_ESCAPE},
    {"[\"\\x41\"]", READER_BAD_ESCAPE},
    {"[\"\\U0041\"]", READER_BAD_ESCAPE},
    {"[\"\\u004g\"]", READER_BAD_ESCAPE},
    {"[\"\\\xc3\xa5\"]", READER_BAD_ESCAPE},
    {"[\"\\u0000\"]", READER_NUL},
    {"{\"a\\u0000\":1}", READER_NUL},
    {"[\"\\ud800\"]", READER_LONE_SURROGATE},
    {"[\"\\ud800x\"]", READER_LONE_SURROGATE},
    {"[\"\\ud800\\n\"]", READER_LONE_SURROGATE},
    {"[\"\\ud800\\ud800\"]", READER_LONE_SURROGATE},
    {"[\"\\udc00\"]", READER_LONE_SURROGATE},
    {"[\"\xff\"]", READER_BAD_UTF8},
    {"[\"\xc0\x80\"]", READER_BAD_UTF8},
    {"[\"\xe2\x82\"]", READER_BAD_UTF8},
    {"[\"\xed\xa0\x80\"]", READER_BAD_UTF8},
    {"[\"\xf4\x90\x80\x80\"]", READER_BAD_UTF8},
    {"[\"\xf0\x80\x80\x80\"]", READER_BAD_UTF8},
    {"[\"\\n\xc3\\u00a9\"]", READER_BAD_UTF8},
    {"{\"\xc3\":1}", READER_BAD_UTF8},
    {"{\"a\":1,\"a\":2}", READER_DUPLICATE_KEY},
    {"{\"a\":1,\"b\":{},\"\\u0061\":2}", READER_DUPLICATE_KEY},
    {"[{\"\":1,\"\":1}]", READER_DUPLICATE_KEY},
};

static void verdict_of_every_rule(void)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        enum reader_fault fault = verdict(verdicts[i].text, strlen(verdicts[i].text));
        if (fault != verdicts[i].fault)
            fprintf(stderr, "%s: %s\n", verdicts[i].text, reader_fault_text(fault));
        CU_ASSERT_EQUAL(fault, verdicts[i].fault);
    }
}

static void nul_bytes_are_refused(void)
{
    CU_ASSERT_EQUAL(verdict("[1\0]", 4), READER_SYNTAX);
    CU_ASSERT_EQUAL(verdict("[true\0]", 7), READER_SYNTAX);
    CU_ASSERT_EQUAL(verdict("[\"\0\"]", 5), READER_CONTROL_CHARACTER);
    CU_ASSERT_EQUAL(verdict("[]\0", 3), READER_TRAILING);
}

static void depth_is_limited(void)
{
    char text[2 * (READER_DEPTH + 1)];
    memset(text, '[', READER_DEPTH + 1);
    memset(text + READER_DEPTH + 1, ']', READER_DEPTH + 1);
    CU_ASSERT_EQUAL(verdict(text, sizeof text), READER_TOO_DEEP);
    CU_ASSERT_EQUAL(verdict(text + 1, sizeof text - 2), READER_FINE);
}

static void values_come_with_their_keys(void)
{
    const char *text = "{\"a\":-12,\"b\\n\":\"x\\u00e5y\",\"c\":[2.5,{\"d\":true}]}";
    reader_start(&reader, text, strlen(text));
    CU_ASSERT_EQUAL(reader_next(&reader), READER_OBJECT);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_INTEGER);
    CU_ASSERT_EQUAL(reader.integer, -12);
    CU_ASSERT_PTR_EQUAL(reader.key.bytes, text + 2);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_STRING);
    CU_ASSERT(reader.key.length == 2 && memcmp(reader.key.bytes, "b\n", 2) == 0);
    CU_ASSERT(reader.string.length == 4 && memcmp(reader.string.bytes, "x\xc3\xa5y", 4) == 0);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_ARRAY);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_REAL);
    CU_ASSERT_EQUAL(reader.real, 2.5);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_OBJECT);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_TRUE);
    char pointer[32];
    reader_pointer(&reader, pointer, sizeof pointer);
    CU_ASSERT_STRING_EQUAL(pointer, "/c/1/d");
    CU_ASSERT_EQUAL(reader_next(&reader), READER_OBJECT_END);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_ARRAY_END);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_OBJECT_END);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_END);
}

static void values_are_skipped(void)
{
    const char *text = "{\"a\":[1,{\"b\":[]}],\"c\":2}";
    reader_start(&reader, text, strlen(text));
    CU_ASSERT_EQUAL(reader_next(&reader), READER_OBJECT);
    CU_ASSERT(reader_skip(&reader, reader_next(&reader)));
    CU_ASSERT_EQUAL(reader_next(&reader), READER_INTEGER);
    CU_ASSERT_EQUAL(reader.integer, 2);
    reader_start(&reader, "[[1,", 4);
    CU_ASSERT_EQUAL(reader_next(&reader), READER_ARRAY);
    CU_ASSERT_FALSE(reader_skip(&reader, reader_next(&reader)));
}

/* RFC 6901 3: "~" and "/" are escaped. A long pointer is cut between code points. */
static void pointers_are_escaped_and_cut(void)
{
    char pointer[8];
    const char *text = "{\"a/~b\":1,\"\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\":1}";
    reader_start(&reader, text, strlen(text));
    reader_next(&reader);
    reader_next(&reader);
    reader_pointer(&reader, pointer, sizeof pointer);
    CU_ASSERT_STRING_EQUAL(pointer, "/a~1~0b");
    reader_next(&reader);
    reader_pointer(&reader, pointer, sizeof pointer);
    CU_ASSERT_STRING_EQUAL(pointer, "/\xc3\xa5\xc3\xa5\xc3\xa5");
}

static void faults_have_a_place(void)
{
    const char *text = "{\"a\":[1,2,{\"b\":1,\"b\":2}]}";
    CU_ASSERT_EQUAL(verdict(text, strlen(text)), READER_DUPLICATE_KEY);
    CU_ASSERT_EQUAL(reader.fault_offset, 20);
    reader_start(&reader, text, strlen(text));
    while (reader_next(&reader) != READER_FAULT)
        continue;
    char pointer[32];
    reader_pointer(&reader, pointer, sizeof pointer);
    CU_ASSERT_STRING_EQUAL(pointer, "/a/2/b");
    const char *bad_key = "{\"a\":{\"b\":1,\"\\u0000\":2}}";
    reader_start(&reader, bad_key, strlen(bad_key));
    while (reader_next(&reader) != READER_FAULT)
        continue;
    CU_ASSERT_EQUAL(reader.fault, READER_NUL);
    reader_pointer(&reader, pointer, sizeof pointer);
    CU_ASSERT_STRING_EQUAL(pointer, "/a");
}

/* Enough keys to grow the table of keys several times, twice over to reuse it. */
static void many_keys_are_told_apart(void)
{
    struct buf buf;
    buf_init(&buf);
    for (int round = 0; round < 2; round++) {
        buf_clear(&buf);
        for (int i = 0; i < 3000; i++)
            buf_printf(&buf, "%c\"k%d\":{\"k\":%d}", i == 0 ? '{' : ',', i, i);
        buf_append_char(&buf, '}');
        CU_ASSERT_EQUAL(verdict(buf.data, buf.length), READER_FINE);
        buf.length--;
        buf_append_text(&buf, ",\"k1234\":0}");
        CU_ASSERT_EQUAL(verdict(buf.data, buf.length), READER_DUPLICATE_KEY);
    }
    buf_finish(&buf);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"the verdict of every rule", verdict_of_every_rule},
        {"NUL bytes are refused", nul_bytes_are_refused},
        {"depth is limited", depth_is_limited},
        {"values come with their keys", values_come_with_their_keys},
        {"values are skipped", values_are_skipped},
        {"pointers are escaped and cut", pointers_are_escaped_and_cut},
        {"faults have a place", faults_have_a_place},
        {"many keys are told apart", many_keys_are_told_apart},
        {0},
    };
    secret_init();
    reader_init(&reader);
    int code = suite_run("reader", tests);
    reader_finish(&reader);
    return code;
}
