#include "suite.h"

#include <debriefd/conninfo.h>
#include <string.h>

static void check(const char *conninfo, const char *expected_password, const char *expected_part)
{
    struct buf rest, password;
    struct error err;
    buf_init(&rest);
    buf_init(&password);
    CU_ASSERT_FATAL(conninfo_split(conninfo, &rest, &password, &err));
    CU_ASSERT_STRING_EQUAL(buf_text(&password), expected_password);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&rest), expected_part));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&rest), "s3"));
    buf_clear(&password);
    struct buf again;
    buf_init(&again);
    CU_ASSERT_FATAL(conninfo_split(buf_text(&rest), &again, &password, &err));
    CU_ASSERT_STRING_EQUAL(buf_text(&again), buf_text(&rest));
    CU_ASSERT_EQUAL(password.length, 0);
    buf_finish(&again);
    buf_finish(&rest);
    buf_finish(&password);
}

static void a_password_stands_apart(void)
{
    check("host=h user=u password='s3 cr\\'et'", "s3 cr'et", "host='h'");
    check("postgresql://u:s3%2Fcret@h:5433/d", "s3/cret", "port='5433'");
    check("host=/run/x dbname='a b\\'c'", "", "dbname='a b\\'c'");
    check("", "", "");
}

static void what_is_malformed_is_not_repeated(void)
{
    struct buf rest, password;
    struct error err;
    buf_init(&rest);
    buf_init(&password);
    CU_ASSERT_FALSE(conninfo_split("s3cret", &rest, &password, &err));
    CU_ASSERT_PTR_NULL(strstr(err.message, "s3cret"));
    buf_finish(&rest);
    buf_finish(&password);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"a password stands apart", a_password_stands_apart},
        {"what is malformed is not repeated", what_is_malformed_is_not_repeated},
        {0},
    };
    return suite_run("conninfo", tests);
}
