#include "suite.h"

#include <debriefd/buf.h>
#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <debriefd/text.h>
#include <debriefd/uuid.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void uuid_text_round_trip(void)
{
    struct uuid uuid;
    const char *text = "0192f0c1-2b7a-7c3d-8e4f-5a6b7c8d9e0f";
    CU_ASSERT_FATAL(uuid_parse(text, strlen(text), &uuid));
    CU_ASSERT_STRING_EQUAL(uuid_format(&uuid).text, text);
    CU_ASSERT_FALSE(uuid_parse(text, strlen(text) - 1, &uuid));
    CU_ASSERT_FALSE(uuid_parse("0192f0c1x2b7a-7c3d-8e4f-5a6b7c8d9e0f", 36, &uuid));
    CU_ASSERT_FALSE(uuid_parse("0192f0c1-2b7a-7c3d-8e4f-5a6b7c8d9e0g", 36, &uuid));
}

static void uuid_versions(void)
{
    struct uuid random = uuid_random();
    struct uuid ordered = uuid_ordered();
    CU_ASSERT_EQUAL(random.bytes[6] >> 4, 4);
    CU_ASSERT_EQUAL(ordered.bytes[6] >> 4, 7);
    CU_ASSERT_EQUAL(ordered.bytes[8] >> 6, 2);
    CU_ASSERT_FALSE(uuid_equal(&random, &ordered));
}

/* FIPS 180-4 example: SHA-256("abc"). */
static void hash_of_a_known_message(void)
{
    struct secret_hash whole = secret_hash("abc", 3);
    struct secret_hash parts = secret_hash_two("a", 1, "bc", 2);
    char text[2 * SECRET_HASH_LENGTH + 1];
    secret_hex(whole.bytes, sizeof whole.bytes, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CU_ASSERT(secret_equal(whole.bytes, parts.bytes, sizeof whole.bytes));
}

/* RFC 8032 7.1, test 1: the empty message. */
static void signature_of_a_known_message(void)
{
    static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
                                     0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                     0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19,
                                     0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
    struct secret_signer signer = secret_signer_from_seed(seed);
    struct secret_signature signature = secret_sign(&signer, "", 0);
    char text[2 * SECRET_SIGNATURE_LENGTH + 1];
    secret_hex(signature.bytes, sizeof signature.bytes, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                           "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    CU_ASSERT(secret_verify(signer.public_key, &signature, "", 0));
    CU_ASSERT_FALSE(secret_verify(signer.public_key, &signature, "x", 1));
}

static void base64_is_canonical(void)
{
    char text[SECRET_BASE64_SIZE(2)];
    uint8_t bytes[2] = {0xfb, 0xff};
    secret_base64(bytes, sizeof bytes, text);
    CU_ASSERT_STRING_EQUAL(text, "-_8");
    CU_ASSERT(secret_base64_parse("-_8", 3, bytes, 2));
    CU_ASSERT_FALSE(secret_base64_parse("-_9", 3, bytes, 2));
    CU_ASSERT_FALSE(secret_base64_parse("-_8=", 4, bytes, 2));
}

static void key_file_is_made_once_and_private(void)
{
    char directory[] = "/tmp/debriefd-base-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    char path[64];
    snprintf(path, sizeof path, "%s/key", directory);
    uint8_t first[32];
    uint8_t second[32];
    struct error err = {0};
    CU_ASSERT(secret_load_or_create(path, first, &err));
    CU_ASSERT(secret_load_or_create(path, second, &err));
    CU_ASSERT_EQUAL(memcmp(first, second, sizeof first), 0);
    chmod(path, 0644);
    CU_ASSERT_FALSE(secret_load_or_create(path, second, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "chmod 600"));
    unlink(path);
    rmdir(directory);
}

/* Sequences of Unicode 15, table 3-7, and of RFC 3629 10. */
static void utf8_is_well_formed(void)
{
    CU_ASSERT(text_is_utf8("Samhandling \xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", 21));
    CU_ASSERT_FALSE(text_is_utf8("\xc0\x80", 2));
    CU_ASSERT_FALSE(text_is_utf8("\xed\xa0\x80", 3));
    CU_ASSERT_FALSE(text_is_utf8("\xf4\x90\x80\x80", 4));
    CU_ASSERT_FALSE(text_is_utf8("a\0b", 3));
    CU_ASSERT_FALSE(text_is_utf8("\xe2\x82", 2));
    CU_ASSERT_EQUAL(text_code_points("\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", 9), 3);
}

static void json_text_is_escaped(void)
{
    struct buf buf;
    buf_init(&buf);
    buf_append_json(&buf, "a\"\\\n\x01", 5);
    CU_ASSERT_STRING_EQUAL(buf_text(&buf), "\"a\\\"\\\\\\n\\u0001\"");
    buf_clear(&buf);
    buf_printf(&buf, "%s %d", "n", 7);
    CU_ASSERT_STRING_EQUAL(buf_text(&buf), "n 7");
    buf_finish(&buf);
}

/* Every place of a byte in a word of eight, and behind it. */
static void words_of_text_are_read_alike(void)
{
    for (size_t i = 0; i < 20; i++) {
        static const char marks[] = {'"', '\\', '\x1f', '\x01'};
        char text[] = "abcdefghijklmnopqrst";
        bool ascii;
        CU_ASSERT_EQUAL(text_plain_run(text, 20, &ascii), 20);
        text[i] = marks[i % 4];
        CU_ASSERT_EQUAL(text_plain_run(text, 20, &ascii), i);
        CU_ASSERT(ascii);
        text[i] = '\0';
        CU_ASSERT_FALSE(text_is_utf8(text, 20));
        text[i] = (char)0xa5;
        CU_ASSERT_EQUAL(text_plain_run(text, 20, &ascii), 20);
        CU_ASSERT_FALSE(ascii);
        CU_ASSERT_FALSE(text_is_utf8(text, 20));
        CU_ASSERT_EQUAL(text_code_points(text, 20), 19);
        if (i > 0)
            text[i - 1] = (char)0xc3;
        CU_ASSERT_EQUAL(text_is_utf8(text, 20), i > 0);
    }
}

static void time_is_utc(void)
{
    CU_ASSERT_STRING_EQUAL(clock_format(1000000000 * CLOCK_SECOND_US + 5).text,
                           "2001-09-09T01:46:40.000005Z");
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"a uuid's text round-trips and is strict", uuid_text_round_trip},
        {"uuid versions and variant", uuid_versions},
        {"SHA-256 of a known message", hash_of_a_known_message},
        {"Ed25519 of a known message", signature_of_a_known_message},
        {"base64url is canonical", base64_is_canonical},
        {"a key file is made once and must be private", key_file_is_made_once_and_private},
        {"UTF-8 is well-formed", utf8_is_well_formed},
        {"JSON text is escaped", json_text_is_escaped},
        {"words of text are read alike", words_of_text_are_read_alike},
        {"time is formatted in UTC", time_is_utc},
        {0},
    };
    secret_init();
    return suite_run("base", tests);
}
