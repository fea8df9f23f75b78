#include "suite.h"

#include <debriefd/framing.h>
#include <string.h>

static int judge(enum http_method method, int minor, const char *target,
                 const struct framing_header *headers, size_t count)
{
    struct framing_head head = {method, 1, minor, target, headers, count};
    return framing_judge(&head).status;
}

static int judge_target(const char *target)
{
    static const struct framing_header host = {"Host", "a"};
    return judge(METHOD_GET, 1, target, &host, 1);
}

static void targets(void)
{
    CU_ASSERT_EQUAL(judge_target("/"), 0);
    CU_ASSERT_EQUAL(judge_target("/a/b?c=%41"), 0);
    CU_ASSERT_EQUAL(judge_target("/a?b=/../c"), 0);
    CU_ASSERT_EQUAL(judge_target("/a/.../b"), 0);
    CU_ASSERT_EQUAL(judge_target("/.well-known/x"), 0);
    CU_ASSERT_EQUAL(judge_target("/a/../b"), 400);
    CU_ASSERT_EQUAL(judge_target("/a/%2E%2e"), 400);
    CU_ASSERT_EQUAL(judge_target("/a/."), 400);
    CU_ASSERT_EQUAL(judge_target("/a/.?x"), 400);
    CU_ASSERT_EQUAL(judge_target("/%00"), 400);
    CU_ASSERT_EQUAL(judge_target("/%4"), 400);
    CU_ASSERT_EQUAL(judge_target("/%"), 400);
    CU_ASSERT_EQUAL(judge_target("/%g0"), 400);
    CU_ASSERT_EQUAL(judge_target("a"), 400);
    CU_ASSERT_EQUAL(judge_target(""), 400);
    CU_ASSERT_EQUAL(judge_target("/a b"), 400);
}

static void fields(void)
{
    static const struct framing_header two_hosts[] = {{"Host", "a"}, {"HOST", "a"}};
    static const struct framing_header coded[] = {{"Host", "a"}, {"transfer-encoding", "chunked"}};
    static const struct framing_header lengths[] = {{"Host", "a"}, {"Content-Length", "3"}};
    static const struct framing_header signed_length[] = {{"Host", "a"}, {"Content-Length", "+3"}};
    CU_ASSERT_EQUAL(judge(METHOD_GET, 1, "/", NULL, 0), 400);
    CU_ASSERT_EQUAL(judge(METHOD_GET, 0, "/", NULL, 0), 0);
    CU_ASSERT_EQUAL(judge(METHOD_GET, 2, "/", two_hosts, 1), 505);
    CU_ASSERT_EQUAL(judge(METHOD_GET, 1, "/", two_hosts, 2), 400);
    CU_ASSERT_EQUAL(judge(METHOD_GET, 0, "/", two_hosts, 2), 400);
    CU_ASSERT_EQUAL(judge(METHOD_POST, 1, "/", coded, 2), 411);
    CU_ASSERT_EQUAL(judge(METHOD_POST, 1, "/", lengths, 2), 0);
    CU_ASSERT_EQUAL(judge(METHOD_GET, 1, "/", lengths, 2), 400);
    CU_ASSERT_EQUAL(judge(METHOD_DELETE, 1, "/", lengths, 2), 400);
    CU_ASSERT_EQUAL(judge(METHOD_OTHER, 1, "/", lengths, 2), 501);
    CU_ASSERT_EQUAL(judge(METHOD_POST, 1, "/", signed_length, 2), 400);
}

static void decoding(void)
{
    char out[32];
    CU_ASSERT(framing_decode(FRAMING_SEGMENT, "a+%C3%A5", 8, out));
    CU_ASSERT_STRING_EQUAL(out, "a+\303\245");
    CU_ASSERT(framing_decode(FRAMING_QUERY, "a+%2F", 5, out));
    CU_ASSERT_STRING_EQUAL(out, "a /");
    CU_ASSERT_FALSE(framing_decode(FRAMING_SEGMENT, "a%2fb", 5, out));
    CU_ASSERT_FALSE(framing_decode(FRAMING_SEGMENT, "%00", 3, out));
    CU_ASSERT_FALSE(framing_decode(FRAMING_SEGMENT, "%C3", 3, out));
    CU_ASSERT_FALSE(framing_decode(FRAMING_SEGMENT, "%4", 2, out));
    CU_ASSERT_FALSE(framing_decode(FRAMING_SEGMENT, "%41", 2, out));
}

struct scan_row {
    const char *text;
    size_t length;
    enum framing_fault fault;
    bool complete;
};

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct scan_row scans[] = {
    {TEXT("GET / HTTP/1.1\r\nA: b\r\n\r\n"), FRAMING_CLEAN, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\r\n\r\n\n\r\0 body"), FRAMING_CLEAN, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\r\n"), FRAMING_CLEAN, false},
    {TEXT("GET / HTTP/1.1\nA: b\r\n\r\n"), FRAMING_BARE_LF, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\r\n\n"), FRAMING_BARE_LF, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"), FRAMING_BARE_CR, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\r\r\n\r\n"), FRAMING_BARE_CR, true},
    {TEXT("GET / HTTP/1.1\r\nA: \0b\r\n\r\n"), FRAMING_NUL, true},
    {TEXT("GET / HTTP/1.1\r\n\0\r\n\r\n"), FRAMING_NUL, true},
    {TEXT("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), FRAMING_FOLDED, true},
    {TEXT("GET / HTTP/1.1\r\n\tA: b\r\n\r\n"), FRAMING_FOLDED, true},
    {TEXT("GET / HTTP/+1.+1\r\n\r\n"), FRAMING_VERSION, true},
    {TEXT("GET / HTTP/1.1 \r\n\r\n"), FRAMING_VERSION, true},
    {TEXT("\r\n"), FRAMING_VERSION, true},
};

static void scanning(void)
{
    for (size_t i = 0; i < sizeof scans / sizeof *scans; i++) {
        struct framing_scan whole;
        struct framing_scan pieces;
        framing_scan_init(&whole);
        framing_scan_init(&pieces);
        framing_scan_bytes(&whole, scans[i].text, scans[i].length);
        for (size_t at = 0; at < scans[i].length; at++)
            framing_scan_bytes(&pieces, scans[i].text + at, 1);
        CU_ASSERT_EQUAL(whole.fault, scans[i].fault);
        CU_ASSERT_EQUAL(whole.complete, scans[i].complete);
        CU_ASSERT_EQUAL(pieces.fault, scans[i].fault);
        CU_ASSERT_EQUAL(pieces.complete, scans[i].complete);
    }
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"targets", targets},   {"fields", fields}, {"decoding", decoding},
        {"scanning", scanning}, {NULL, NULL},
    };
    return suite_run("framing", tests);
}
