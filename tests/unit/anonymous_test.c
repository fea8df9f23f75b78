/* Answers that are nobody's: their facts and rows, the tokens they come with, the receipts they
 * get.
 */
#include "suite.h"

#include <debriefd/credential.h>
#include <debriefd/facts.h>
#include <debriefd/metric.h>
#include <debriefd/receipt.h>
#include <string.h>

/* Two sectors of five and four, one closed and one open wave. */
static struct facts *begin(void)
{
    struct error err;
    struct facts *facts = facts_create();
    struct facts_item item = {"Q", FACTS_RATING, 1, 5, false};
    facts_set_anonymous(facts);
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"a", 5, 1, 0.5}, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"b", 4, 0, 0.5}, &err));
    CU_ASSERT(facts_slices_done(facts, &err));
    CU_ASSERT(facts_add_wave(facts, "post", FACTS_WAVE_CLOSED, &err));
    CU_ASSERT(facts_add_wave(facts, "fu", FACTS_WAVE_OPEN, &err));
    CU_ASSERT(facts_add_item(facts, "post", &item, &err));
    CU_ASSERT(facts_add_item(facts, "fu", &item, &err));
    return facts;
}

static void counts_are_of_all(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT(facts_is_anonymous(facts));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 5, 1, &err));
    CU_ASSERT_FALSE(facts_count_disposition(facts, "post", "b", FACTS_COMPLETE, 1, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "all", 5, 3, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "all", 5, 3, &err));
    CU_ASSERT(facts_count_disposition(facts, "post", "all", FACTS_COMPLETE, 3, &err));
    CU_ASSERT(facts_seal(facts, &err));
    struct facts_histogram all = facts_histogram(facts, 0, 0, 0);
    CU_ASSERT_EQUAL(all.length, 1);
    CU_ASSERT_EQUAL(all.cells[0].count, 3);
    CU_ASSERT_EQUAL(facts_histogram(facts, 0, 0, 1).length, 0);
    CU_ASSERT_EQUAL(facts_disposition(facts, 0, 0, FACTS_UNKNOWN), 6);
    CU_ASSERT_EQUAL(facts_disposition(facts, 0, 1, FACTS_UNKNOWN), 5);
    facts_destroy(facts);
}

static void who_answered_and_left_still_counts(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT(facts_count_disposition(facts, "post", "all", FACTS_COMPLETE, 11, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "all", 2, 11, &err));
    CU_ASSERT(facts_seal(facts, &err));
    CU_ASSERT_EQUAL(facts_eligible(facts, 0, 0), 11);
    CU_ASSERT_EQUAL(facts_eligible(facts, 1, 0), 9);
    CU_ASSERT_EQUAL(facts_members(facts, 0), 9);
    CU_ASSERT_EQUAL(facts_disposition(facts, 0, 0, FACTS_UNKNOWN), 0);
    facts_destroy(facts);
    facts = begin();
    CU_ASSERT(facts_count(facts, "post", "Q", "all", 2, 10, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err)); /* ten answers of nine people */
    facts_destroy(facts);
}

static enum metric_null reason_of(const struct metric_rows *rows, const char *wave,
                                  const char *slice, const char *item, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, wave, slice, item, metric);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT(row->null == METRIC_NOT_NULL || row->n == 0);
    return row->null;
}

static void rows_are_of_all_of_closed_waves(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT(facts_count(facts, "post", "Q", "all", 5, 3, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "all", 2, 3, &err));
    CU_ASSERT(facts_count_disposition(facts, "post", "all", FACTS_COMPLETE, 6, &err));
    CU_ASSERT(facts_seal(facts, &err));
    struct metric_rows *rows = metric_rows_create();
    metric_compute_all(facts, rows);
    const struct metric_row *mean = metric_rows_find(rows, "post", "all", "Q", "mean");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mean);
    CU_ASSERT_DOUBLE_EQUAL(mean->value, 3.5, 0);
    CU_ASSERT_STRING_EQUAL(mean->family->name, "satisfaction");
    CU_ASSERT_EQUAL(mean->N, 9);
    CU_ASSERT_EQUAL(reason_of(rows, "post", "a", "Q", "mean"), METRIC_ANONYMOUS);
    CU_ASSERT_EQUAL(reason_of(rows, "post", "b", "", "resp.RR2"), METRIC_ANONYMOUS);
    CU_ASSERT_EQUAL(reason_of(rows, "post", "all", "", "resp.RR2"), METRIC_NOT_NULL);
    CU_ASSERT_EQUAL(reason_of(rows, "post", "all", "", "resp.R_indicator"), METRIC_ANONYMOUS);
    CU_ASSERT_EQUAL(reason_of(rows, "post", "all", "Q", "poststrat_mean"), METRIC_ANONYMOUS);
    CU_ASSERT_EQUAL(reason_of(rows, "all", "all", "", "resp.panel_rate"), METRIC_ANONYMOUS);
    CU_ASSERT_EQUAL(reason_of(rows, "fu", "all", "Q", "mean"), METRIC_WAVE_OPEN);
    CU_ASSERT_EQUAL(reason_of(rows, "fu", "all", "", "resp.RR2"), METRIC_WAVE_OPEN);
    CU_ASSERT_EQUAL(reason_of(rows, "fu", "a", "", "resp.N"), METRIC_NOT_NULL);
    CU_ASSERT_EQUAL(reason_of(rows, "trip", "a", "balance", "count"), METRIC_NOT_NULL);
    metric_rows_destroy(rows);
    facts_destroy(facts);
}

static void a_token_reads_back(void)
{
    struct secret_key key = {{7}};
    struct uuid programme = uuid_random(), wave = uuid_random();
    uint8_t token[CREDENTIAL_ANONYMOUS_LENGTH];
    secret_random(token, sizeof token);
    struct credential_text text = credential_anonymous(&programme, &wave, token);
    struct credential read = credential_read(&key, text.text, strlen(text.text));
    struct secret_hash hash = secret_hash(token, sizeof token);
    CU_ASSERT_EQUAL_FATAL(read.kind, CREDENTIAL_ANONYMOUS);
    CU_ASSERT(uuid_equal(&read.programme, &programme) && uuid_equal(&read.wave, &wave));
    CU_ASSERT_EQUAL(memcmp(read.token_hash.bytes, hash.bytes, sizeof hash.bytes), 0);
    CU_ASSERT_EQUAL(credential_read(&key, text.text, strlen(text.text) - 1).kind, CREDENTIAL_NONE);
    text.text[1] = 'i';
    CU_ASSERT_EQUAL(credential_read(&key, text.text, strlen(text.text)).kind, CREDENTIAL_NONE);
}

static void a_receipt_says_the_day_and_no_more(void)
{
    static const uint8_t seed[32] = {1, 2, 3};
    struct secret_signer signer = secret_signer_from_seed(seed);
    struct receipt_day subject = {uuid_random(), uuid_random(), "2010-01-13"};
    struct error err;
    struct buf first, second;
    buf_init(&first);
    buf_init(&second);
    receipt_write_day(&first, &subject, &signer);
    receipt_write_day(&second, &subject, &signer);
    CU_ASSERT_STRING_EQUAL(buf_text(&first), buf_text(&second));
    CU_ASSERT(receipt_verify(buf_text(&first), first.length, signer.public_key, &err));
    char *day = strstr(first.data, "2010-01-13");
    CU_ASSERT_PTR_NOT_NULL_FATAL(day);
    day[9] = '4';
    CU_ASSERT_FALSE(receipt_verify(buf_text(&first), first.length, signer.public_key, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    buf_finish(&first);
    buf_finish(&second);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"counts are of all", counts_are_of_all},
        {"who answered and left still counts", who_answered_and_left_still_counts},
        {"rows are of all, of closed waves", rows_are_of_all_of_closed_waves},
        {"a token reads back", a_token_reads_back},
        {"a receipt says the day and no more", a_receipt_says_the_day_and_no_more},
        {0},
    };
    secret_init();
    return suite_run("anonymous", tests);
}
