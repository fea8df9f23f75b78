/* Markup, translations and their lookup. Entities: HTML Living Standard 13.3, escaping a string. */
#include <debriefd/catalogue.h>
#include <debriefd/embedded.h>
#include <debriefd/html.h>

#include "suite.h"
#include <string.h>

static void check(struct buf *html, const char *expected)
{
    CU_ASSERT_STRING_EQUAL(buf_text(html), expected);
    buf_finish(html);
}

static void escapes_data(void)
{
    struct buf html;
    buf_init(&html);
    html_text(&html, "<script>alert(\"it's\") && 1</script>");
    check(&html, "&lt;script&gt;alert(&#34;it&#39;s&#34;) &amp;&amp; 1&lt;/script&gt;");
    buf_init(&html);
    html_text(&html, NULL);
    html_text(&html, "Åsa Öst");
    check(&html, "Åsa Öst");
}

static void formats_markup(void)
{
    struct buf html;
    buf_init(&html);
    html_printf(&html, "<a href=\"%s\" tabindex=\"%d\">%s</a> 100%% %u %ld %lu %lld %zu %.*f",
                "\"x", -1, "a<b", 2U, -3L, 4UL, -5LL, (size_t)6, 2, 0.125);
    check(&html, "<a href=\"&#34;x\" tabindex=\"-1\">a&lt;b</a> 100% 2 -3 4 -5 6 0.12");
}

static void speaks_two_languages(void)
{
    enum language language = LANGUAGE_EN;
    CU_ASSERT_STRING_EQUAL(say(LANGUAGE_SV, "Skip to the content"), "Hoppa till innehållet");
    CU_ASSERT_STRING_EQUAL(say(LANGUAGE_EN, "Skip to the content"), "Skip to the content");
    CU_ASSERT_STRING_EQUAL(say(LANGUAGE_SV, "Nobody translated this"), "Nobody translated this");
    CU_ASSERT_TRUE(language_find("sv-FI", &language));
    CU_ASSERT_EQUAL(language, LANGUAGE_SV);
    CU_ASSERT_FALSE(language_find("svart", &language));
    CU_ASSERT_FALSE(language_find("de", &language));
    CU_ASSERT_STRING_EQUAL(language_code(LANGUAGE_EN), "en");
}

static void counts_in_words(void)
{
    CU_ASSERT_STRING_EQUAL(say_number(LANGUAGE_EN, 1, "one thing", "%ld things"), "one thing");
    CU_ASSERT_STRING_EQUAL(say_number(LANGUAGE_EN, 0, "one thing", "%ld things"), "%ld things");
}

int main(void)
{
    return suite_run("html", (const struct suite_test[]){
                                 {"escapes data", escapes_data},
                                 {"formats markup", formats_markup},
                                 {"speaks two languages", speaks_two_languages},
                                 {"counts in words", counts_in_words},
                                 {0},
                             });
}
