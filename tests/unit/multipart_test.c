#include "suite.h"

#include <debriefd/multipart.h>
#include <string.h>

#define TYPE "multipart/form-data; boundary=----WebKitFormBoundaryA1"
#define LINE "------WebKitFormBoundaryA1"

static struct multipart form;

static bool reads(const char *type, const char *body)
{
    struct error err;
    return multipart_read(&form, type, body, strlen(body), &err);
}

static bool holds(const char *name, const char *value)
{
    const struct multipart_part *part = multipart_get(&form, name);
    return part != NULL && part->length == strlen(value) &&
           memcmp(part->data, value, part->length) == 0;
}

/* As Chromium sends a form with a text, a file and an empty file field. */
static void test_browser(void)
{
    CU_ASSERT_FATAL(reads(TYPE,
                          LINE "\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"
                               "a\tb\r\n\r\n--not it\r\n" LINE "\r\n"
                               "Content-Disposition: form-data; name=\"file\"; "
                               "filename=\"a; name=b.csv\"\r\nContent-Type: text/csv\r\n\r\n"
                               "x;y\r\n" LINE "\r\nContent-Disposition: form-data; "
                               "name=\"none\"; filename=\"\"\r\n"
                               "Content-Type: application/octet-stream\r\n\r\n\r\n" LINE "--\r\n"));
    CU_ASSERT_EQUAL(form.count, 3);
    CU_ASSERT(holds("text", "a\tb\r\n\r\n--not it"));
    CU_ASSERT(holds("file", "x;y"));
    CU_ASSERT(holds("none", ""));
    CU_ASSERT(!form.parts[0].is_file && form.parts[1].is_file && form.parts[2].is_file);
    CU_ASSERT_PTR_NULL(multipart_get(&form, "b.csv"));
}

static void test_types(void)
{
    static const char body[] = "--b\r\ncontent-disposition:form-data;name=a\r\n\r\n1\r\n--b--";
    CU_ASSERT(reads("multipart/form-data; charset=utf-8; boundary=\"b\"", body));
    CU_ASSERT(holds("a", "1"));
    CU_ASSERT(reads("Multipart/Form-Data;boundary=b", body));
    CU_ASSERT(reads("multipart/form-data; boundary=b", "--b--"));
    CU_ASSERT_EQUAL(form.count, 0);
    CU_ASSERT(!reads(NULL, body));
    CU_ASSERT(!reads("multipart/mixed; boundary=b", body));
    CU_ASSERT(!reads("multipart/form-data", body));
    CU_ASSERT(!reads("multipart/form-data; boundary=", body));
    CU_ASSERT(!reads("multipart/form-data; boundary=\"b", body));
    CU_ASSERT(!reads("multipart/form-data; boundary=a b", body));
    CU_ASSERT(!reads("multipart/form-data; boundary=c", body));
}

static void test_malformed(void)
{
    static const char *const bodies[] = {
        "",
        "--b",
        "--b\r\n",
        "--b\n",
        "preamble\r\n--b--",
        "--b\r\n\r\nno name\r\n--b--",
        "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nnever ends",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--bc",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\n--b--",
        "--b\r\nContent-Disposition: form-data; name=a",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        CU_ASSERT(!reads("multipart/form-data; boundary=b", bodies[i]));
}

/* One more part, or a longer name, than is kept. */
static void test_limits(void)
{
    static const char part[] = "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b";
    char body[8192] = "--b";
    for (int i = 0; i < MULTIPART_PARTS_MAX; i++)
        strcat(body, part);
    size_t length = strlen(body);
    strcpy(body + length, "--");
    CU_ASSERT(reads("multipart/form-data; boundary=b", body));
    CU_ASSERT_EQUAL(form.count, MULTIPART_PARTS_MAX);
    strcpy(body + length, part);
    strcat(body, "--");
    CU_ASSERT(!reads("multipart/form-data; boundary=b", body));

    char name[MULTIPART_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    name[MULTIPART_NAME_MAX] = '\0';
    strcpy(body, "--b\r\nContent-Disposition: form-data; name=");
    strcat(body, name);
    strcat(body, "\r\n\r\n1\r\n--b--");
    CU_ASSERT(!reads("multipart/form-data; boundary=b", body));
    char header[1200] = "";
    for (int i = 0; i < 40; i++)
        strcat(header, "X-A: b\r\n");
    strcpy(body, "--b\r\n");
    strcat(body, header);
    strcat(body, "Content-Disposition: form-data; name=a\r\n\r\n1\r\n--b--");
    CU_ASSERT(!reads("multipart/form-data; boundary=b", body));
}

int main(void)
{
    return suite_run("multipart", (const struct suite_test[]){
                                      {"as a browser sends it", test_browser},
                                      {"content types and boundaries", test_types},
                                      {"malformed bodies", test_malformed},
                                      {"limits", test_limits},
                                      {NULL, NULL},
                                  });
}
