#include "suite.h"

#include <debriefd/router.h>
#include <string.h>

static void handler(struct request *request)
{
    (void)request;
}

static const struct route routes[] = {
    {METHOD_GET, "/", handler, NULL},
    {METHOD_GET, "/openapi.json", handler, NULL},
    {METHOD_GET, "/v1/waves", handler, NULL},
    {METHOD_POST, "/v1/waves", handler, NULL},
    {METHOD_GET, "/v1/waves/{wave}", handler, NULL},
    {METHOD_POST, "/v1/waves/{id}:close", handler, NULL},
    {METHOD_POST, "/v1/waves/{id}:reopen", handler, NULL},
    {METHOD_PUT, "/v1/waves/{wave}/evaluations/{evaluation}", handler, NULL},
    {METHOD_POST, "/v1/waves/{wave}/evaluations:import", handler, NULL},
    {METHOD_GET, "/v1/waves/current/summary", handler, NULL},
    {METHOD_GET, "/v1/studies/{study}/metrics", handler, NULL},
    {METHOD_GET, "/v1/studies/{study}/metrics.csv", handler, NULL},
    {METHOD_GET, "/files/{name}.csv", handler, NULL},
    {METHOD_GET, "/files/{name}", handler, NULL},
    {0},
};

static struct router *make(void)
{
    struct error err;
    struct router *router = router_create();
    CU_ASSERT_FATAL(router_add_table(router, routes, &err));
    return router;
}

static const char *pattern_for(const struct router *router, enum http_method method,
                               const char *path)
{
    struct router_match match;
    enum router_result result = router_find(router, method, path, strlen(path), &match);
    if (result == ROUTER_FOUND)
        return match.route->pattern;
    return result == ROUTER_NO_PATH ? "404" : "405";
}

struct row {
    enum http_method method;
    const char *path;
    const char *pattern;
};

static const struct row rows[] = {
    {METHOD_GET, "/", "/"},
    {METHOD_HEAD, "/", "/"},
    {METHOD_GET, "", "404"},
    {METHOD_GET, "/openapi.json", "/openapi.json"},
    {METHOD_GET, "/openapi.jsonx", "404"},
    {METHOD_GET, "/v1", "404"},
    {METHOD_GET, "/v1/waves", "/v1/waves"},
    {METHOD_GET, "/v1/waves/", "404"},
    {METHOD_PUT, "/v1/waves", "405"},
    {METHOD_HEAD, "/v1/waves", "/v1/waves"},
    {METHOD_GET, "/v1/waves/x", "/v1/waves/{wave}"},
    {METHOD_POST, "/v1/waves/x:close", "/v1/waves/{id}:close"},
    {METHOD_POST, "/v1/waves/x:reopen", "/v1/waves/{id}:reopen"},
    {METHOD_GET, "/v1/waves/x:close", "405"},
    {METHOD_GET, "/v1/waves/x:other", "/v1/waves/{wave}"},
    {METHOD_POST, "/v1/waves/:close", "405"},
    {METHOD_PUT, "/v1/waves/x/evaluations/y", "/v1/waves/{wave}/evaluations/{evaluation}"},
    {METHOD_PUT, "/v1/waves/current/evaluations/y", "/v1/waves/{wave}/evaluations/{evaluation}"},
    {METHOD_GET, "/v1/waves/current/summary", "/v1/waves/current/summary"},
    {METHOD_GET, "/v1/waves/other/summary", "404"},
    {METHOD_POST, "/v1/waves/x/evaluations:import", "/v1/waves/{wave}/evaluations:import"},
    {METHOD_PUT, "/v1/waves//evaluations/y", "404"},
    {METHOD_PUT, "/v1/waves/x/evaluations/y/z", "404"},
    {METHOD_GET, "/v1/studies/s/metrics.csv", "/v1/studies/{study}/metrics.csv"},
    {METHOD_GET, "/files/a.csv", "/files/{name}.csv"},
    {METHOD_GET, "/files/a.txt", "/files/{name}"},
    {METHOD_GET, "/files/.csv", "/files/{name}"},
    {METHOD_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "404"},
};

static void finding(void)
{
    struct router *router = make();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_STRING_EQUAL(pattern_for(router, rows[i].method, rows[i].path), rows[i].pattern);
    router_destroy(router);
}

static void capturing(void)
{
    struct router *router = make();
    struct router_match match;
    const char *path = "/v1/waves/abc:close";
    CU_ASSERT_EQUAL(router_find(router, METHOD_POST, path, strlen(path), &match), ROUTER_FOUND);
    CU_ASSERT_EQUAL(match.count, 1);
    CU_ASSERT_EQUAL(match.captures[0].value_length, 3);
    CU_ASSERT_EQUAL(memcmp(match.captures[0].value, "abc", 3), 0);
    CU_ASSERT_EQUAL(match.captures[0].name_length, 2);
    path = "/v1/waves/w%20/evaluations/e";
    CU_ASSERT_EQUAL(router_find(router, METHOD_PUT, path, strlen(path), &match), ROUTER_FOUND);
    CU_ASSERT_EQUAL(match.count, 2);
    CU_ASSERT_EQUAL(match.captures[0].value_length, 4);
    CU_ASSERT_EQUAL(memcmp(match.captures[1].name, "evaluation", 10), 0);
    router_destroy(router);
}

static void allow(void)
{
    struct router *router = make();
    struct router_match match;
    CU_ASSERT_EQUAL(router_find(router, METHOD_DELETE, "/v1/waves", 9, &match), ROUTER_NO_METHOD);
    CU_ASSERT_STRING_EQUAL(router_allow(match.allowed).text, "GET, HEAD, POST, OPTIONS");
    router_destroy(router);
}

static void malformed_patterns(void)
{
    static const char *const patterns[] = {
        "",        "a",      "/{}", "/{a", "/a{b}", "/a}b", "/{a}b", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}",
        "/a/b c{", "/{a}{b}"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct error err;
        struct router *router = router_create();
        struct route route = {METHOD_GET, patterns[i], handler, NULL};
        CU_ASSERT_FALSE(router_add(router, &route, &err));
        router_destroy(router);
    }
}

static void twice(void)
{
    struct error err;
    struct router *router = make();
    static const struct route again = {METHOD_GET, "/v1/waves/{other}", handler, NULL};
    CU_ASSERT_FALSE(router_add(router, &again, &err));
    router_destroy(router);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"finding", finding}, {"capturing", capturing},
        {"allow", allow},     {"malformed patterns", malformed_patterns},
        {"twice", twice},     {NULL, NULL},
    };
    return suite_run("router", tests);
}
