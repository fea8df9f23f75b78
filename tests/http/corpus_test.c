#include "fixture.h"
#include "suite.h"

#include <debriefd/buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Hostile and malformed requests. Whatever looks like a second request behind a refused one must
 * never reach a handler (request smuggling, RFC 9112 11.2), and no connection may hang. */

#define H        "Host: a\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

#define TEXT(literal) (literal), sizeof(literal) - 1

enum verdict {
    REFUSED = 0, /* 400 to 417, or a close without a word */
    SILENT = -1, /* no answer: the head is incomplete */
    /* else the status */
};

struct row {
    const char *name;
    const char *request;
    size_t length;
    int verdict;
    int calls; /* of handlers */
};

static const struct row rows[] = {
    /* clang-format off */
    {"plain GET", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"plain POST", TEXT("POST /echo HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 3\r\n\r\nabc"), 200, 1},
    {"POST with empty body", TEXT("POST /echo HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 0\r\n\r\n"), 200, 1},
    {"POST without length", TEXT("POST /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"PUT with body", TEXT("PUT /echo HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 3\r\n\r\nabc"), 200, 1},
    {"PATCH with body", TEXT("PATCH /echo HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 3\r\n\r\nabc"), 200, 1},
    {"DELETE", TEXT("DELETE /echo HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"HEAD", TEXT("HEAD /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"OPTIONS", TEXT("OPTIONS /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 204, 0},
    {"HTTP/1.0 without Host", TEXT("GET /hello HTTP/1.0\r\n\r\n"), 200, 1},
    {"HTTP/1.0 with Host", TEXT("GET /hello HTTP/1.0\r\n" H "\r\n"), 200, 1},
    {"Content-Length with leading zeros", TEXT("POST /echo HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 0003\r\n\r\nabc"), 200, 1},
    {"GET with Content-Length 0", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\nContent-Length: 0\r\n\r\n"), 200, 1},
    {"tab in a header value", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\nX-A: a\tb\r\n\r\n"), 200, 1},
    {"empty header value", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\nX-A:\r\n\r\n"), 200, 1},
    {"header value with UTF-8", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\nX-A: \303\245\r\n\r\n"), 200, 1},
    {"Host with port", TEXT("GET /hello HTTP/1.1\r\nHost: example.org:8080\r\nConnection: close\r\n\r\n"), 200, 1},
    {"Host with IPv6", TEXT("GET /hello HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n"), 200, 1},
    {"query", TEXT("GET /hello?a=1&b=2 HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"escaped query", TEXT("GET /hello?a=%20%2F%C3%A5 HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"plus in a query", TEXT("GET /hello?a=b+c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"empty query", TEXT("GET /hello? HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"parameter without value", TEXT("GET /hello?a HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"unknown path", TEXT("GET /nothing HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"trailing slash", TEXT("GET /hello/ HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"double slash", TEXT("GET //hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"escaped literal segment", TEXT("GET /%68ello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"segments beyond any route", TEXT("GET /a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"method the path does not know", TEXT("DELETE /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 405, 0},
    {"three dots are a name", TEXT("GET /... HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 404, 0},
    {"case of the header name", TEXT("GET /hello HTTP/1.1\r\nhOsT: a\r\ncOnNeCtIoN: close\r\n\r\n"), 200, 1},
    {"Upgrade to h2c is ignored", TEXT("GET /hello HTTP/1.1\r\n" H "Connection: close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAAAAAAIAAAAA\r\n\r\n"), 200, 1},
    {"Expect 100-continue with body", TEXT("POST /echo HTTP/1.1\r\n" H "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"), 200, 1},
    {"pipelined pair", TEXT("GET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 2},
    {"pipelined POST and GET", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabcGET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 2},
    {"pipelined five", TEXT("GET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "\r\nGET /hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 5},
    {"keep-alive on HTTP/1.0", TEXT("GET /hello HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n" H "\r\n"), 200, 2},
    {"good id segment", TEXT("GET /v1/waves/w/evaluations/%C3%A5 HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 200, 1},
    {"Content-Length plus", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: +3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length minus", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: -3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length hex", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 0x3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length junk behind", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3abc\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length junk before", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: a3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length list", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3, 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length list that differs", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3, 5\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length inner blank", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length empty", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: \r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length blank", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length:  \r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length float", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3.0\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length exponent", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3e0\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length quoted", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: \"3\"\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length beyond 64 bits", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\nabc" SMUGGLED), REFUSED, 0},
    {"Content-Length all nines", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 99999999999999999999999\r\n\r\nabc" SMUGGLED), REFUSED, 0},
    {"Content-Length tab inside", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\t3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length underscore", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 1_0\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length comma first", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: ,3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length semicolon", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3;\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length minus zero", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: -0\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length octal prefix", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 0o3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length Arabic digit", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: \331\243\r\n\r\nabc" SMUGGLED), 400, 0},
    {"two Content-Length that differ", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde" SMUGGLED), 400, 0},
    {"two Content-Length that agree", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"two Content-Length in another case", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\ncontent-length: 40\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length and a folded one", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n 0\r\n\r\nabc" SMUGGLED), 400, 0},
    {"blank before the colon of Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length : 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"tab before the colon of Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length\t: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length behind a bare CR", TEXT("POST /echo HTTP/1.1\r\n" H "X: y\rContent-Length: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length behind a bare LF", TEXT("POST /echo HTTP/1.1\r\n" H "X: y\nContent-Length: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content_Length", TEXT("POST /echo HTTP/1.1\r\n" H "Content_Length: 3\r\nConnection: close\r\n\r\nabc"), 200, 1},
    {"Content-Length with NUL", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\0 4\r\n\r\nabc" SMUGGLED), 400, 0},
    {"Content-Length past the limit", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 2097152\r\n\r\nabc"), 413, 0},
    {"Content-Length one past the limit", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 262145\r\n\r\nabc"), 413, 0},
    {"Transfer-Encoding chunked", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding CHUNKED", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding identity", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding gzip", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding gzip, chunked", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding chunked, chunked", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding chunked, identity", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding xchunked", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding chunkedx", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding x", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: x\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding quoted", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding empty", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding comma", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding parameter", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding tab", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \tchunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Transfer-Encoding vertical tab", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: \013chunked\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"Content-Length before Transfer-Encoding", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 400, 0},
    {"Transfer-Encoding before Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" SMUGGLED), 400, 0},
    {"gzip, chunked and Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n\r\nabc" SMUGGLED), 400, 0},
    {"identity and Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: identity\r\n\r\nabc" SMUGGLED), 400, 0},
    {"two Transfer-Encoding", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"blank before the colon of Transfer-Encoding", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 400, 0},
    {"blank before it and Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"folded Transfer-Encoding", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 400, 0},
    {"Transfer-Encoding with NUL", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\0x\r\n\r\n0\r\n\r\n" SMUGGLED), 400, 0},
    {"Transfer-Encoding on GET", TEXT("GET /hello HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 411, 0},
    {"Transfer-Encoding on HEAD", TEXT("HEAD /hello HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 411, 0},
    {"Transfer-Encoding on HTTP/1.0", TEXT("POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED), 411, 0},
    {"chunk: one chunk", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" SMUGGLED), 411, 0},
    {"chunk: 0x prefix", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"chunk: plus", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"chunk: minus", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: bare LF", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n" SMUGGLED), 411, 0},
    {"chunk: extension", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: extension with LF", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3;a\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: no CRLF behind data", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: size of 17 digits", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: size that overflows", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: trailer", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-User: admin\r\n\r\n" SMUGGLED), 411, 0},
    {"chunk: trailer with Content-Length", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nContent-Length: 35\r\n\r\n" SMUGGLED), 411, 0},
    {"chunk: not hexadecimal", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n" SMUGGLED), 413, 0},
    {"chunk: blank before size", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"chunk: blank behind size", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"chunk: leading zeros", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0000000003\r\nabc\r\n0\r\n\r\n" SMUGGLED), 411, 0},
    {"chunk: NUL in size", TEXT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\0x\r\nabc\r\n0\r\n\r\n" SMUGGLED), REFUSED, 0},
    {"GET with a request as body", TEXT("GET /hello HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 400, 0},
    {"HEAD with a request as body", TEXT("HEAD /echo HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 400, 0},
    {"DELETE with a request as body", TEXT("DELETE /echo HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 400, 0},
    {"OPTIONS with a request as body", TEXT("OPTIONS /echo HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 400, 0},
    {"method TRACE", TEXT("TRACE /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method CONNECT", TEXT("CONNECT /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method PROPFIND", TEXT("PROPFIND /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method get", TEXT("get /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method Get", TEXT("Get /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method GETT", TEXT("GETT /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method G", TEXT("G /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method FOO-BAR", TEXT("FOO-BAR /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method PRI", TEXT("PRI /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method MKCOL", TEXT("MKCOL /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method LOCK", TEXT("LOCK /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"method QUERY", TEXT("QUERY /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"unknown method with body", TEXT("FOO /echo HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 501, 0},
    {"TRACE with body", TEXT("TRACE /echo HTTP/1.1\r\n" H "Content-Length: 35\r\n\r\n" SMUGGLED), 501, 0},
    {"method with NUL", TEXT("G\0T /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"empty method", TEXT(" /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 501, 0},
    {"no Host", TEXT("GET /hello HTTP/1.1\r\n\r\n" SMUGGLED), 400, 0},
    {"two Hosts", TEXT("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" SMUGGLED), 400, 0},
    {"two equal Hosts", TEXT("GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" SMUGGLED), 400, 0},
    {"two Hosts on HTTP/1.0", TEXT("GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n" SMUGGLED), 400, 0},
    {"Host empty", TEXT("GET /hello HTTP/1.1\r\nHost: \r\n\r\n" SMUGGLED), 400, 0},
    {"Host list", TEXT("GET /hello HTTP/1.1\r\nHost: a, b\r\n\r\n" SMUGGLED), 400, 0},
    {"Host slash", TEXT("GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n" SMUGGLED), 400, 0},
    {"Host at", TEXT("GET /hello HTTP/1.1\r\nHost: u@a\r\n\r\n" SMUGGLED), 400, 0},
    {"Host blank", TEXT("GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n" SMUGGLED), 400, 0},
    {"Host query", TEXT("GET /hello HTTP/1.1\r\nHost: a?b\r\n\r\n" SMUGGLED), 400, 0},
    {"Host bracket angle", TEXT("GET /hello HTTP/1.1\r\nHost: <a>\r\n\r\n" SMUGGLED), 400, 0},
    {"Host high byte", TEXT("GET /hello HTTP/1.1\r\nHost: \345\r\n\r\n" SMUGGLED), 400, 0},
    {"Host backslash", TEXT("GET /hello HTTP/1.1\r\nHost: a\\b\r\n\r\n" SMUGGLED), 400, 0},
    {"blank before the colon of Host", TEXT("GET /hello HTTP/1.1\r\nHost : a\r\n\r\n" SMUGGLED), 400, 0},
    {"folded Host", TEXT("GET /hello HTTP/1.1\r\nHost:\r\n a\r\n\r\n" SMUGGLED), 400, 0},
    {"Host with NUL", TEXT("GET /hello HTTP/1.1\r\nHost: a\0b\r\n\r\n" SMUGGLED), 400, 0},
    {"two Authorization", TEXT("GET /hello HTTP/1.1\r\n" H "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n" SMUGGLED), 400, 0},
    {"two Content-Type", TEXT("POST /echo HTTP/1.1\r\n" H "Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 3\r\n\r\nabc" SMUGGLED), 400, 0},
    {"two proxy keys", TEXT("GET /hello HTTP/1.1\r\n" H "X-Debriefd-Proxy-Key: a\r\nX-Debriefd-Proxy-Key: b\r\n\r\n" SMUGGLED), 400, 0},
    {"bare LF everywhere", TEXT("GET /hello HTTP/1.1\nHost: a\n\n" SMUGGLED), 400, 0},
    {"bare LF at the end of the head", TEXT("GET /hello HTTP/1.1\r\n" H "\n" SMUGGLED), 400, 0},
    {"bare LF behind the request line", TEXT("GET /hello HTTP/1.1\n" H "\r\n" SMUGGLED), 400, 0},
    {"CR CR LF", TEXT("GET /hello HTTP/1.1\r\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"bare CR in a value", TEXT("GET /hello HTTP/1.1\r\n" H "X-User: a\rX-Evil: b\r\n\r\n" SMUGGLED), 400, 0},
    {"CR only", TEXT("GET /hello HTTP/1.1\rHost: a\r\r"), SILENT, 0},
    {"NUL in a value", TEXT("GET /hello HTTP/1.1\r\n" H "X-User: admin\0ignored\r\n\r\n" SMUGGLED), 400, 0},
    {"NUL in a name", TEXT("GET /hello HTTP/1.1\r\n" H "X-U\0ser: a\r\n\r\n" SMUGGLED), 400, 0},
    {"NUL as a line", TEXT("GET /hello HTTP/1.1\r\n" H "\0\r\n\r\n" SMUGGLED), 400, 0},
    {"folded value", TEXT("GET /hello HTTP/1.1\r\n" H "X-User: a\r\n  b\r\n\r\n" SMUGGLED), 400, 0},
    {"folded with a tab", TEXT("GET /hello HTTP/1.1\r\n" H "X-User: a\r\n\tb\r\n\r\n" SMUGGLED), 400, 0},
    {"first header folded", TEXT("GET /hello HTTP/1.1\r\n X: y\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"empty name", TEXT("GET /hello HTTP/1.1\r\n" H ": value\r\n\r\n" SMUGGLED), 400, 0},
    {"no colon", TEXT("GET /hello HTTP/1.1\r\n" H "nocolon\r\n\r\n" SMUGGLED), 400, 0},
    {"blank in a name", TEXT("GET /hello HTTP/1.1\r\n" H "X User: a\r\n\r\n" SMUGGLED), 400, 0},
    {"blank before a colon", TEXT("GET /hello HTTP/1.1\r\n" H "X-User : a\r\n\r\n" SMUGGLED), 400, 0},
    {"name with parenthesis", TEXT("GET /hello HTTP/1.1\r\n" H "X(a): b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with slash", TEXT("GET /hello HTTP/1.1\r\n" H "X/a: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with at", TEXT("GET /hello HTTP/1.1\r\n" H "X@a: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with quote", TEXT("GET /hello HTTP/1.1\r\n" H "X\"a: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with brace", TEXT("GET /hello HTTP/1.1\r\n" H "X{a}: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with equals", TEXT("GET /hello HTTP/1.1\r\n" H "X=a: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with high byte", TEXT("GET /hello HTTP/1.1\r\n" H "X\345: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with DEL", TEXT("GET /hello HTTP/1.1\r\n" H "X\177: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with comma", TEXT("GET /hello HTTP/1.1\r\n" H "X,a: b\r\n\r\n" SMUGGLED), 400, 0},
    {"name with bracket", TEXT("GET /hello HTTP/1.1\r\n" H "X[a]: b\r\n\r\n" SMUGGLED), 400, 0},
    {"value with BEL", TEXT("GET /hello HTTP/1.1\r\n" H "X-A: a\007" "b\r\n\r\n" SMUGGLED), 400, 0},
    {"value with ESC", TEXT("GET /hello HTTP/1.1\r\n" H "X-A: a\033" "b\r\n\r\n" SMUGGLED), 400, 0},
    {"value with DEL", TEXT("GET /hello HTTP/1.1\r\n" H "X-A: a\177" "b\r\n\r\n" SMUGGLED), 400, 0},
    {"value with SOH", TEXT("GET /hello HTTP/1.1\r\n" H "X-A: a\001" "b\r\n\r\n" SMUGGLED), 400, 0},
    {"value with form feed", TEXT("GET /hello HTTP/1.1\r\n" H "X-A: a\f" "b\r\n\r\n" SMUGGLED), 400, 0},
    {"version HTTP/1.2", TEXT("GET /hello HTTP/1.2\r\n" H "\r\n" SMUGGLED), 505, 0},
    {"version HTTP/1.99", TEXT("GET /hello HTTP/1.99\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version HTTP/0.9", TEXT("GET /hello HTTP/0.9\r\n" H "\r\n" SMUGGLED), 505, 0},
    {"version HTTP/0.0", TEXT("GET /hello HTTP/0.0\r\n" H "\r\n" SMUGGLED), 505, 0},
    {"version HTTP/2.0", TEXT("GET /hello HTTP/2.0\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version HTTP/9.9", TEXT("GET /hello HTTP/9.9\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version lower case", TEXT("GET /hello http/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version no minor", TEXT("GET /hello HTTP/1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version junk behind", TEXT("GET /hello HTTP/1.1x\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version HTTPS", TEXT("GET /hello HTTPS/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version negative", TEXT("GET /hello HTTP/1.-1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version blank inside", TEXT("GET /hello HTTP/ 1.1\r\n" H "\r\n" SMUGGLED), REFUSED, 0},
    {"version three parts", TEXT("GET /hello HTTP/1.1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version plus", TEXT("GET /hello HTTP/+1.+1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"version leading zero", TEXT("GET /hello HTTP/01.01\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"HTTP/0.9 line", TEXT("GET /hello\r\n"), 400, 0},
    {"h2 preface", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400, 0},
    {"leading empty lines", TEXT("\r\n\r\nGET /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"leading blank", TEXT(" GET /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), REFUSED, 0},
    {"two blanks in the request line", TEXT("GET  /hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"blank behind the version", TEXT("GET /hello HTTP/1.1 \r\n" H "\r\n" SMUGGLED), 400, 0},
    {"tab in the request line", TEXT("GET\t/hello\tHTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"TLS hello", TEXT("\026\003\001\002\000\001\000\001\374\003\003\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n"), 400, 0},
    {"binary noise", TEXT("\377\376\375\374\r\n\200\201\r\n\r\n"), 400, 0},
    {"target absolute form", TEXT("GET http://evil/hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target authority form", TEXT("GET evil:80 HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target asterisk", TEXT("GET * HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target no slash", TEXT("GET hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target blank inside", TEXT("GET /hel lo HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target NUL escape", TEXT("GET /a%00b HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target NUL escape in the query", TEXT("GET /hello?a=%00 HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target dot dot", TEXT("GET /../../etc/passwd HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target dot", TEXT("GET /./hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target trailing dot dot", TEXT("GET /hello/.. HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target escaped dot dot", TEXT("GET /%2e%2e/hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target half-escaped dot dot", TEXT("GET /.%2E/hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target escaped dot", TEXT("GET /a/%2e/hello HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target high bytes", TEXT("GET /\377\376 HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target bad escape", TEXT("GET /%zz HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target short escape", TEXT("GET /hello%2 HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target lone percent", TEXT("GET /hello?a=% HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target fragment", TEXT("GET /hello#x HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target backslash", TEXT("GET /a\\..\\b HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target DEL", TEXT("GET /a\177 HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target tab", TEXT("GET /a\tb HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target escaped slash in a segment", TEXT("GET /v1/waves/a%2Fb/evaluations/c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target overlong UTF-8 in a segment", TEXT("GET /v1/waves/%C0%AF/evaluations/c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target bad UTF-8 in a segment", TEXT("GET /v1/waves/%FF/evaluations/c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target surrogate in a segment", TEXT("GET /v1/waves/%ED%A0%80/evaluations/c HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target bad UTF-8 in the query", TEXT("GET /hello?a=%FF HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target parameter without name", TEXT("GET /hello?=x HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target empty parameter", TEXT("GET /hello?a=1&&b=2 HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), 400, 0},
    {"target NUL", TEXT("GET /a\0b HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"target javascript", TEXT("GET javascript:alert(1) HTTP/1.1\r\n" H "\r\n" SMUGGLED), 400, 0},
    {"Expect of an unknown kind", TEXT("POST /echo HTTP/1.1\r\n" H "Expect: magic\r\nContent-Length: 3\r\n\r\nabc" SMUGGLED), 417, 0},
    {"Expect too large", TEXT("POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2097152\r\n\r\n"), 413, 0},
    /* clang-format on */
};

/* The sanitizers keep freed memory for a while. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define ROWS (sizeof rows / sizeof *rows)

static struct client_reply ask(const char *request, size_t length, int patience_ms)
{
    int fd = client_connect();
    client_send(fd, request, length);
    struct client_reply reply = client_read(fd, patience_ms);
    close(fd);
    return reply;
}

static bool status_fits(int verdict, int status)
{
    if (verdict == REFUSED)
        return status == 0 || (status >= 400 && status <= 417);
    return status == verdict;
}

/* Refused requests close the connection; accepted rows ask for that themselves. */
/* Every refusal is a whole problem document, whoever wrote it (RFC 9457), and the last word. */
static bool is_problem(const struct client_reply *reply, int status)
{
    char member[40];
    const char *body = client_body(reply);
    const char *announced = strstr(reply->text, "Content-Length: ");
    snprintf(member, sizeof member, "\"status\":%d,", status);
    return strstr(reply->text, "Content-Type: application/problem+json\r\n") != NULL &&
           strstr(reply->text, "X-Request-Id: ") != NULL &&
           strncmp(body, "{\"type\":\"/problems/", 19) == 0 && strstr(body, member) != NULL &&
           (announced == NULL || strtoul(announced + 16, NULL, 10) == strlen(body)) &&
           strstr(reply->text, "<HTML>") == NULL;
}

static bool row_holds(const struct row *row, const struct client_reply *reply, int calls)
{
    if (row->verdict == SILENT)
        return reply->end == CLIENT_SILENT && reply->length == 0 && calls == 0;
    int status = client_status(reply);
    /* A client that announces a body gets 100 Continue before its answer. */
    if (status == 100)
        status = client_status(&(struct client_reply){.text = strstr(reply->text, "\r\n\r\n")});
    if (!status_fits(row->verdict, status) || (status >= 400 && !is_problem(reply, status)))
        return false;
    return reply->end == CLIENT_CLOSED && calls == row->calls;
}

static void check_row(const struct row *row)
{
    int before = fixture->handler_calls;
    int patience_ms = row->verdict == SILENT ? 200 : 10000;
    struct client_reply reply = ask(row->request, row->length, patience_ms);
    int calls = fixture->handler_calls - before;
    bool holds = row_holds(row, &reply, calls);
    if (!holds)
        printf("\n  %s: status %d, %s, %d calls\n  %.300s\n", row->name, client_status(&reply),
               reply.end == CLIENT_CLOSED ? "closed" : "open", calls, reply.text);
    CU_ASSERT(holds);
    client_free(&reply);
}

static void every_row(void)
{
    for (size_t i = 0; i < ROWS; i++)
        check_row(&rows[i]);
    CU_ASSERT_EQUAL(fixture->smuggled_calls, 0);
}

/* The same bytes, one at a time: where the pieces fall must not matter. */
static void every_row_in_pieces(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (row->verdict == SILENT || row->length > 400)
            continue;
        int fd = client_connect();
        int before = fixture->handler_calls;
        for (size_t at = 0; at < row->length; at++)
            client_send(fd, row->request + at, 1);
        struct client_reply reply = client_read(fd, 10000);
        bool lost = client_status(&reply) == 0; /* a reset overtook the refusal */
        if (!lost && !row_holds(row, &reply, fixture->handler_calls - before)) {
            printf("\n  in pieces: %s: status %d\n", row->name, client_status(&reply));
            CU_FAIL("the verdict depends on the pieces");
        }
        client_free(&reply);
        close(fd);
    }
    CU_ASSERT_EQUAL(fixture->smuggled_calls, 0);
}

static void check_made(const char *name, struct buf *request, int status)
{
    struct row row = {name, request->data, request->length, status, 0};
    check_row(&row);
    buf_finish(request);
}

static void repeat(struct buf *buf, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_append_text(buf, text);
}

static void made(const char *name, const char *before, const char *unit, size_t times,
                 const char *after, int status)
{
    struct buf request;
    buf_init(&request);
    buf_append_text(&request, before);
    repeat(&request, unit, times);
    buf_append_text(&request, after);
    check_made(name, &request, status);
}

#define ENDED " HTTP/1.1\r\n" H "Connection: close\r\n\r\n"

static void limits(void)
{
    made("target of 2048", "GET /", "a", 2047, ENDED, 404);
    made("target of 2049", "GET /", "a", 2048, ENDED, 414);
    made("target of 15,000", "GET /", "a", 15000, ENDED, 414);
    made("target past the head limit", "GET /", "a", 20000, ENDED, REFUSED);
    made("header of 20,000", "GET /hello HTTP/1.1\r\n" H "X-A: ", "a", 20000, "\r\n\r\n", REFUSED);
    made("3,000 headers", "GET /hello HTTP/1.1\r\n" H, "A: b\r\n", 3000, "\r\n", 431);
    made("101 headers", "GET /hello HTTP/1.1\r\n" H, "A: b\r\n", 100, "\r\n", 431);
    made("33 parameters", "GET /hello?a=b", "&a=b", 32, ENDED, 400);
    made("endless request line", "", "a", 40000, "", REFUSED);
    made("body past the limit in chunks",
         "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
         "10\r\n0123456789abcdef\r\n", 20000, "0\r\n\r\n", 413);
}

/* The size line of a chunk has no limit of its own in evhttp: 24 MB of digits must end at the
 * read watermark instead of growing the server or keeping it busy. */
static void endless_chunk_size(void)
{
    int fd = client_connect();
    client_send_text(fd, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
    client_sleep_ms(300);
    long before_kb = fixture->rss_kb;
    static char ones[65536];
    memset(ones, '1', sizeof ones);
    for (int i = 0; i < 384; i++)
        if (send(fd, ones, sizeof ones, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            client_sleep_ms(2);
    client_sleep_ms(500);
    CU_ASSERT(fixture->rss_kb - before_kb < 8192);
    CU_ASSERT(fixture->killed[SERVER_KILL_OVERFLOW] >= 1);
    close(fd);
}

/* A half body and the end of the client's side. */
static void short_body(void)
{
    int fd = client_connect();
    int before = fixture->handler_calls;
    client_send_text(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nabc");
    shutdown(fd, SHUT_WR);
    struct client_reply reply = client_read(fd, 10000);
    CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
    CU_ASSERT_EQUAL(fixture->handler_calls, before);
    client_free(&reply);
    close(fd);
}

/* Of the guard, and of evhttp itself, first on its connection and behind a good request. */
static void refusals_are_problems(void)
{
    static const struct {
        const char *request, *type;
    } refused[] = {
        {"GET /hello HTTP/1.1\r\n\r\n", "\"type\":\"/problems/bad-request\""},
        {"GET /hello HTTP/1.1\r\n" H "no colon\r\n\r\n", "\"type\":\"/problems/bad-request\""},
        {"GET /hello HTTP/1.1\r\n" H "\r\nPOST /echo HTTP/1.1\r\n" H
         "Content-Length: 2097152\r\n\r\nabc",
         "\"type\":\"/problems/content-too-large\""},
        {"POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2097152\r\n\r\n",
         "\"type\":\"/problems/content-too-large\""},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct client_reply reply = client_ask(refused[i].request, 10000);
        CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
        CU_ASSERT(strstr(reply.text, "Content-Type: application/problem+json") != NULL);
        CU_ASSERT(strstr(reply.text, "Connection: close") != NULL);
        CU_ASSERT(strstr(reply.text, refused[i].type) != NULL);
        client_free(&reply);
    }
}

/* The whole table again and again: no memory stays behind. */
static void no_growth(void)
{
    client_sleep_ms(300);
    long before_kb = fixture->rss_kb;
    for (int round = 0; round < 5; round++)
        every_row();
    client_sleep_ms(300);
    CU_ASSERT(fixture->rss_kb - before_kb < 4096 * (SANITIZED ? 20 : 1));
    CU_ASSERT_EQUAL(fixture->in_flight, 0);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"every row", every_row},   {"every row in pieces", every_row_in_pieces},
        {"limits", limits},         {"endless chunk size", endless_chunk_size},
        {"short body", short_body}, {"refusals are problems", refusals_are_problems},
        {"no growth", no_growth},   {NULL, NULL},
    };
    struct server_options options = server_options_default();
    fixture_start(&options);
    int result = suite_run("http corpus", tests);
    int server_result = fixture_stop();
    if (server_result != 0)
        printf("the server ended with %d\n", server_result);
    return result != 0 ? result : server_result;
}
