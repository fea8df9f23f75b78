/* Addresses that outgoing requests may reach (examples of the registries that RFC 6890 names), and
 * the signature of webhooks (Standard Webhooks 1.0.0; the expected value is Python's hmac). */
#include <arpa/inet.h>
#include <debriefd/address_policy.h>
#include <debriefd/webhook.h>
#include <netinet/in.h>

#include "suite.h"
#include <string.h>

static bool is_public(const char *text)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&ipv4);
    CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&ipv6);
}

static void refuses_special_addresses(void)
{
    static const char *const special[] = {
        "0.0.0.0",     "10.1.2.3",        "100.64.0.1",      "100.127.255.255",   "127.0.0.1",
        "169.254.0.1", "172.16.0.1",      "172.31.255.255",  "192.0.2.1",         "192.168.1.1",
        "198.18.0.1",  "203.0.113.9",     "224.0.0.1",       "255.255.255.255",   "::",
        "::1",         "fe80::1",         "fc00::1",         "ff02::1",           "2001:db8::1",
        "2001:0::1",   "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:c0a8:0101::1", "fec0::1",
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (is_public(special[i]))
            CU_FAIL(special[i]);
    CU_PASS("all refused");
    struct sockaddr local = {.sa_family = AF_UNIX};
    CU_ASSERT_FALSE(address_is_public(&local));
}

static void admits_public_addresses(void)
{
    static const char *const reachable[] = {
        "1.1.1.1",           "100.63.255.255", "100.128.0.1",     "172.15.255.255",
        "172.32.0.1",        "193.0.0.1",      "223.255.255.255", "2606:4700::1",
        "2a00:1450:400f::8", "2001:67c::1",    "::ffff:8.8.8.8",  "2002:0808:0808::1",
    };
    for (size_t i = 0; i < sizeof reachable / sizeof *reachable; i++)
        if (!is_public(reachable[i]))
            CU_FAIL(reachable[i]);
    CU_PASS("all admitted");
}

static void signs_as_the_standard_says(void)
{
    struct secret_key secret;
    struct buf body;
    struct buf signature;
    for (size_t i = 0; i < sizeof secret.bytes; i++)
        secret.bytes[i] = (uint8_t)i;
    buf_init(&body);
    buf_init(&signature);
    buf_append_text(&body, "{\"test\": 2432232314}");
    webhook_sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, &body, &signature);
    CU_ASSERT_STRING_EQUAL(buf_text(&signature), "v1,O4Gjv1HqPqsMrjmczoggs/sWA8gZD0VyHG+fLh4+ktI=");
    CU_ASSERT_STRING_EQUAL(webhook_secret_text(&secret).text,
                           "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    buf_finish(&body);
    buf_finish(&signature);
}

static void derives_different_secrets(void)
{
    struct secret_key key = {{1}};
    struct uuid one = uuid_random();
    struct uuid two = uuid_random();
    struct secret_key first = webhook_secret(&key, &one, &two);
    struct secret_key second = webhook_secret(&key, &two, &one);
    struct secret_key again = webhook_secret(&key, &one, &two);
    CU_ASSERT_NOT_EQUAL(memcmp(&first, &second, sizeof first), 0);
    CU_ASSERT_EQUAL(memcmp(&first, &again, sizeof first), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(first.bytes, first.bytes + 16, 16), 0);
}

int main(void)
{
    secret_init();
    return suite_run("outbound", (const struct suite_test[]){
                                     {"refuses special addresses", refuses_special_addresses},
                                     {"admits public addresses", admits_public_addresses},
                                     {"signs as the standard says", signs_as_the_standard_says},
                                     {"derives different secrets", derives_different_secrets},
                                     {0},
                                 });
}
