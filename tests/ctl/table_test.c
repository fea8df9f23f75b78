#include "suite.h"

#include <metric_text.h>
#include <render.h>
#include <stdlib.h>
#include <table.h>

/* Unicode: é as one and as two code points, an em dash, CJK (wide), a combining mark. */
static void widths_are_those_of_a_terminal(void)
{
    CU_ASSERT_EQUAL(table_width(""), 0);
    CU_ASSERT_EQUAL(table_width("Malmö"), 5);
    CU_ASSERT_EQUAL(table_width("e\xcc\x81"), 1);
    CU_ASSERT_EQUAL(table_width("3–5"), 3);
    CU_ASSERT_EQUAL(table_width("東京"), 4);
    CU_ASSERT_EQUAL(table_width("\xff"), 1);
    CU_ASSERT_EQUAL(table_width("\xe2\x82"), 2);
}

static struct table *table_of(const char *const *cells, size_t count)
{
    static const char *const titles[] = {"NAME", "EMPTY", "N"};
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT, TABLE_RIGHT};
    struct table *table = table_create(3, titles, aligns);
    for (size_t i = 0; i < count; i++)
        table_add(table, cells[i]);
    return table;
}

static void check_written(const char *const *cells, size_t count, const char *expected)
{
    struct buf text;
    struct table *table = table_of(cells, count);
    buf_init(&text);
    table_write(table, &text);
    CU_ASSERT_STRING_EQUAL(buf_text(&text), expected);
    buf_finish(&text);
    table_destroy(table);
}

static void columns_align(void)
{
    static const char *const cells[] = {"Malmö", "", "7", "A", "", "1200"};
    check_written(cells, 6,
                  "NAME      N\n"
                  "Malmö     7\n"
                  "A      1200\n");
}

static void lines_end_without_blanks(void)
{
    static const char *const cells[] = {"A", "x", "", "longer", "", "1"};
    check_written(cells, 6,
                  "NAME    EMPTY  N\n"
                  "A       x\n"
                  "longer         1\n");
}

static void nothing_is_written_without_rows(void)
{
    check_written(NULL, 0, "");
}

/* What a server says must not move the cursor or colour the screen. */
static void control_characters_are_shown_harmless(void)
{
    static const char *const cells[] = {"a\x1b[2Jb\n", "\xc2\x9b", "\xff"};
    check_written(cells, 3,
                  "NAME     EMPTY  N\n"
                  "a?[2Jb?  ?      ?\n");
}

static void check_value(const char *json, const char *value, const char *interval)
{
    struct buf text;
    buf_init(&text);
    json_t *row = json_loads(json, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    metric_text_value(&text, row);
    CU_ASSERT_STRING_EQUAL(buf_text(&text), value);
    buf_clear(&text);
    metric_text_interval(&text, row);
    CU_ASSERT_STRING_EQUAL(buf_text(&text), interval);
    buf_finish(&text);
    json_decref(row);
}

static void metrics_are_shown_by_their_unit(void)
{
    check_value("{\"value\":0.8167,\"unit\":\"share\",\"low\":null,\"high\":null}", "82 %", "");
    check_value("{\"value\":4,\"unit\":\"scale\",\"low\":3.9,\"high\":4.123}", "4.00", "3.90–4.12");
    check_value("{\"value\":66.666,\"unit\":\"points\",\"low\":-1,\"high\":100}", "66.7",
                "-1.0–100.0");
    check_value("{\"value\":36,\"unit\":\"count\"}", "36", "");
    check_value("{\"value\":\"fpc_t\",\"unit\":\"\"}", "fpc_t", "");
    check_value("{\"value\":null,\"null_reason\":\"withheld_k\",\"unit\":\"scale\"}", "", "");
}

static void check_cell(const char *json, enum column_kind kind, const char *expected)
{
    struct buf text;
    buf_init(&text);
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    render_value(&text, value, kind);
    CU_ASSERT_STRING_EQUAL(buf_text(&text), expected);
    buf_finish(&text);
    json_decref(value);
}

static void values_are_shown_by_their_kind(void)
{
    check_cell("\"2026-11-23T05:26:28.123456Z\"", COLUMN_TIME, "2026-11-23 05:26:28Z");
    check_cell("\"2026-11-23T05:26:28.123456Z\"", COLUMN_TEXT, "2026-11-23T05:26:28.123456Z");
    check_cell("\"soon\"", COLUMN_TIME, "soon");
    check_cell("true", COLUMN_TEXT, "yes");
    check_cell("null", COLUMN_TEXT, "");
    check_cell("[\"a\",\"b\"]", COLUMN_TEXT, "a, b");
    check_cell("[{\"name\":\"Dublin\"},{\"name\":\"Cork\"}]", COLUMN_PLACES, "Dublin, Cork");
    check_cell("[{\"number\":1}]", COLUMN_TEXT, "[{\"number\":1}]");
    check_cell("0.5", COLUMN_SHARE, "50 %");
}

static const struct suite_test tests[] = {
    {"widths are those of a terminal", widths_are_those_of_a_terminal},
    {"columns align", columns_align},
    {"lines end without blanks", lines_end_without_blanks},
    {"nothing is written without rows", nothing_is_written_without_rows},
    {"control characters are shown harmless", control_characters_are_shown_harmless},
    {"metrics are shown by their unit", metrics_are_shown_by_their_unit},
    {"values are shown by their kind", values_are_shown_by_their_kind},
    {0},
};

int main(void)
{
    return suite_run("table", tests);
}
