#include "suite.h"

#include <debriefd/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char directory[] = "/tmp/debriefd-config-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static const char *main_file(void)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/debriefd.conf", directory);
    return path;
}

/* NULL when there are faults, which `faults` then holds. */
static struct config *parse(const char *text, struct buf *faults)
{
    struct config *config = NULL;
    buf_clear(faults);
    bool loaded = config_load_text(text, strlen(text), "test.conf", &config, faults);
    CU_ASSERT_EQUAL(loaded, faults->length == 0);
    return config;
}

static void defaults_are_in_range_and_derived(void)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config = parse("", &faults);
    CU_ASSERT_STRING_EQUAL(buf_text(&faults), "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    CU_ASSERT_STRING_EQUAL(config->http.listen, "127.0.0.1:8080");
    CU_ASSERT_EQUAL(config->http.max_body, 262144);
    CU_ASSERT_EQUAL(config->process.drain_deadline_us, 20000000);
    CU_ASSERT_EQUAL(config->work.debounce_us, 200000);
    CU_ASSERT_EQUAL(config->process.log_level, LOG_LEVEL_INFO);
    CU_ASSERT_EQUAL(config->ingest.batch, 256);
    CU_ASSERT(config->database.named_statements);
    CU_ASSERT_EQUAL(config->http.trusted_proxies.count, 0);
    CU_ASSERT_STRING_EQUAL(config->database.admin_conninfo, "");
    CU_ASSERT_STRING_EQUAL(config->keys.credential_file, "/var/lib/debriefd/credential.key");
    config_destroy(config);
    config = parse("state_directory = /srv/d\ndatabase = host=db user=a\n", &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    CU_ASSERT_STRING_EQUAL(config->keys.signing_file, "/srv/d/signing.key");
    CU_ASSERT_STRING_EQUAL(config->database.admin_conninfo, "host=db user=a");
    config_destroy(config);
    buf_finish(&faults);
}

static void every_type_is_parsed(void)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config = parse("# comment\n"
                                  "; comment\n\n"
                                  "listen = [::1]:80\n"
                                  "max_body=1M\n"
                                  "  cache_ttl = 1500ms\r\n"
                                  "idle_timeout = 1h\n"
                                  "log_level = debug\n"
                                  "reuse_port = yes\n"
                                  "named_statements: off\n"
                                  "database = host=db password='a ;b'\n"
                                  "trusted_proxies = 10.0.0.0/8, ::1\n"
                                  "max_connections = 7\n",
                                  &faults);
    CU_ASSERT_STRING_EQUAL(buf_text(&faults), "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    CU_ASSERT_STRING_EQUAL(config->http.listen, "[::1]:80");
    CU_ASSERT_EQUAL(config->http.max_body, 1048576);
    CU_ASSERT_EQUAL(config->cache.ttl_us, 1500000);
    CU_ASSERT_EQUAL(config->http.idle_timeout_us, 3600000000);
    CU_ASSERT_EQUAL(config->process.log_level, LOG_LEVEL_DEBUG);
    CU_ASSERT(config->http.reuse_port);
    CU_ASSERT_FALSE(config->database.named_statements);
    CU_ASSERT_STRING_EQUAL(config->database.conninfo, "host=db password='a ;b'");
    CU_ASSERT_EQUAL_FATAL(config->http.trusted_proxies.count, 2);
    CU_ASSERT_STRING_EQUAL(config->http.trusted_proxies.items[0], "10.0.0.0/8");
    CU_ASSERT_STRING_EQUAL(config->http.trusted_proxies.items[1], "::1");
    CU_ASSERT_EQUAL(config->http.max_connections, 7);
    config_destroy(config);
    buf_finish(&faults);
}

static void a_fault_is_named_with_its_place(void)
{
    static const struct {
        const char *line;
        const char *fault;
    } cases[] = {
        {"color = red", "test.conf:2: color: unknown key"},
        {"listen", "test.conf:2: the line is not KEY = VALUE"},
        {"[http]", "test.conf:2: sections are not used here"},
        {"max_connections = many", "test.conf:2: max_connections: \"many\" is not a whole number"},
        {"max_connections = 0", "test.conf:2: max_connections: 0 is outside 1 to 1000000"},
        {"max_connections = -5", "test.conf:2: max_connections: \"-5\" is not a whole number"},
        {"max_body = 17M", "test.conf:2: max_body: 17M is outside 1k to 16M"},
        {"max_body = 9223372036854775807G",
         "test.conf:2: max_body: \"9223372036854775807G\" is not "
         "a size"},
        {"drain_deadline = 20", "test.conf:2: drain_deadline: \"20\" is not a duration"},
        {"drain_deadline = 11m", "test.conf:2: drain_deadline: 11m is outside 0s to 10m"},
        {"drain_deadline = 1.5s", "test.conf:2: drain_deadline: \"1.5s\" is not a duration"},
        {"reuse_port = perhaps", "test.conf:2: reuse_port: \"perhaps\" is not yes or no"},
        {"log_level = loud", "test.conf:2: log_level: \"loud\" is none of its choices"},
        {"state_directory = here", "test.conf:2: state_directory: \"here\" is no absolute path"},
        {"state_directory =", "test.conf:2: state_directory: needs 1 to 1000 characters"},
        {"user = a\tb", "test.conf:2: user: is not printable UTF-8"},
        {"user = \xff", "test.conf:2: user: is not printable UTF-8"},
        {"listen = 8080", "test.conf:2: listen: is not HOST:PORT"},
        {"listen = host:65536", "test.conf:2: listen: is not HOST:PORT"},
        {"listen = ::1:80", "test.conf:2: listen: an IPv6 address needs brackets"},
        {"listen = unix:here", "test.conf:2: listen: a unix socket needs an absolute path"},
        {"trusted_proxies = 10.0.0.0/33", "test.conf:2: trusted_proxies: \"10.0.0.0/33\" is no IP"},
        {"trusted_proxies = 10.0.0.1, me", "test.conf:2: trusted_proxies: \"me\" is no IP"},
        {"verify_time = 24:00", "test.conf:2: verify_time: is no time of day"},
        {"verify_time = 3:000", "test.conf:2: verify_time: is no time of day"},
        {"public_url = ftp://a", "test.conf:2: public_url: is no http or https URL"},
        {"public_url = https://a/", "test.conf:2: public_url: ends with a slash"},
        {"reuse_port = no\nreuse_port = no", "test.conf:3: reuse_port: given twice in one file"},
        {"ingest_batch = 5000", "test.conf:2: ingest_batch: 5000 is outside 1 to 4096"},
        {"ingest_queue = 100", "configuration: ingest_batch: is larger than ingest_queue"},
    };
    struct buf faults;
    buf_init(&faults);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "# first\n%s\n", cases[i].line);
        CU_ASSERT_PTR_NULL(parse(text, &faults));
        bool named = strncmp(buf_text(&faults), cases[i].fault, strlen(cases[i].fault)) == 0;
        if (!named)
            printf("\n%s -> %s", cases[i].line, buf_text(&faults));
        CU_ASSERT(named);
    }
    buf_finish(&faults);
}

static void accepted_forms(void)
{
    static const char *const lines[] = {
        "listen = systemd",        "listen = unix:/run/d.sock",   "listen = localhost:0",
        "public_url = http://a/b", "trusted_proxies = fe80::/10", "verify_time = 23:59",
        "work_debounce = 0",       "work_debounce = 0s",          "idle_timeout = 1H",
        "max_body = 4K",           "header_deadline = 100000us",  "max_header = 16384",
    };
    struct buf faults;
    buf_init(&faults);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct config *config = parse(lines[i], &faults);
        CU_ASSERT_PTR_NOT_NULL(config);
        config_destroy(config);
    }
    buf_finish(&faults);
}

static void all_faults_are_collected(void)
{
    struct buf faults;
    buf_init(&faults);
    CU_ASSERT_PTR_NULL(parse("nothing\nmax_body = x\ncolor = red\n", &faults));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&faults), "test.conf:1: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&faults), "test.conf:2: max_body"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&faults), "test.conf:3: color"));
    buf_finish(&faults);
}

static void odd_lines_are_refused(void)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config = NULL;
    CU_ASSERT_FALSE(config_load_text("user = a\0b\n", 11, "nul.conf", &config, &faults));
    CU_ASSERT_STRING_EQUAL(buf_text(&faults), "nul.conf:1: the line holds a NUL byte\n");
    buf_clear(&faults);
    char text[5000] = "database = ";
    memset(text + 11, 'a', sizeof text - 12);
    text[sizeof text - 1] = '\0';
    CU_ASSERT_PTR_NULL(parse(text, &faults));
    CU_ASSERT_STRING_EQUAL(buf_text(&faults), "test.conf:1: the line is too long\n");
    text[11 + 2000] = '\0';
    config = parse(text, &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    CU_ASSERT_EQUAL(strlen(config->database.conninfo), 2000);
    config_destroy(config);
    buf_finish(&faults);
}

static void later_sources_win(void)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config = NULL;
    write_file("debriefd.conf", "max_body = 1k\nmax_header = 2k\ncache_ttl = 1s\nuser = a\n");
    write_file("conf.d/20-b.conf", "max_body = 3k\n");
    write_file("conf.d/10-a.conf", "max_body = 4k\nmax_header = 5k\n");
    write_file("conf.d/30-c.conf.disabled", "nonsense\n");
    setenv("DEBRIEFD_CACHE_TTL", "7s", 1);
    CU_ASSERT_FATAL(config_load(main_file(), &config, &faults));
    unsetenv("DEBRIEFD_CACHE_TTL");
    CU_ASSERT_EQUAL(config->http.max_body, 3072);
    CU_ASSERT_EQUAL(config->http.max_header, 5120);
    CU_ASSERT_EQUAL(config->cache.ttl_us, 7000000);
    CU_ASSERT_STRING_EQUAL(config->process.user, "a");
    config_destroy(config);
    buf_finish(&faults);
}

static void faults_of_every_source(void)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config = NULL;
    write_file("debriefd.conf", "user = a\n");
    write_file("conf.d/10-a.conf", "\nmax_body = x\n");
    setenv("DEBRIEFD_INGEST_QUEUE", "none", 1);
    CU_ASSERT_FALSE(config_load(main_file(), &config, &faults));
    unsetenv("DEBRIEFD_INGEST_QUEUE");
    CU_ASSERT_PTR_NULL(config);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&faults), "/conf.d/10-a.conf:2: max_body: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&faults), "DEBRIEFD_INGEST_QUEUE: ingest_queue: "));
    buf_clear(&faults);
    CU_ASSERT_FALSE(config_load("/nonexistent/debriefd.conf", &config, &faults));
    CU_ASSERT_STRING_EQUAL(buf_text(&faults),
                           "/nonexistent/debriefd.conf: No such file or directory\n");
    buf_finish(&faults);
}

static void reload_changes_what_may_change(void)
{
    struct buf faults;
    struct buf pending;
    buf_init(&faults);
    buf_init(&pending);
    struct config *config = NULL;
    write_file("conf.d/10-a.conf", "");
    write_file("conf.d/20-b.conf", "");
    write_file("debriefd.conf", "cache_ttl = 1s\nmax_body = 1k\nverify_time = 01:00\n");
    CU_ASSERT_FATAL(config_load(main_file(), &config, &faults));
    write_file("debriefd.conf", "cache_ttl = x\n");
    CU_ASSERT_FALSE(config_reload(config, &pending, &faults));
    CU_ASSERT_EQUAL(config->cache.ttl_us, 1000000);
    write_file("debriefd.conf", "cache_ttl = 2s\nmax_body = 2k\nverify_time = 02:00\n");
    CU_ASSERT(config_reload(config, &pending, &faults));
    CU_ASSERT_EQUAL(config->cache.ttl_us, 2000000);
    CU_ASSERT_STRING_EQUAL(config->work.verify_time, "02:00");
    CU_ASSERT_EQUAL(config->http.max_body, 1024);
    CU_ASSERT_STRING_EQUAL(buf_text(&pending), "max_body\n");
    config_destroy(config);
    buf_finish(&faults);
    buf_finish(&pending);
}

static void print_is_a_file_without_secrets(void)
{
    struct buf text;
    struct buf faults;
    buf_init(&text);
    buf_init(&faults);
    struct config *config = parse("database = host=db password=hidden\n"
                                  "trusted_proxies = ::1,10.0.0.1\nlog_level = warn\n"
                                  "cache_ttl = 90s\nwork_debounce = 0\ndominance_percent = 17\n",
                                  &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    config_print(config, &text);
    config_destroy(config);
    CU_ASSERT_PTR_NULL(strstr(buf_text(&text), "hidden"));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&text), "17"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "\n# dominance_percent = ********\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "# test.conf:1\ndatabase = ********\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "\ntrusted_proxies = ::1, 10.0.0.1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "\ncache_ttl = 90s\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "\nwork_debounce = 0s\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "\nmax_body = 256k\n"));
    config = parse(buf_text(&text), &faults);
    CU_ASSERT_STRING_EQUAL(buf_text(&faults), "");
    config_destroy(config);
    buf_finish(&text);
    buf_finish(&faults);
}

/* Uncommented, the sample says what the defaults say. */
static void sample_agrees_with_the_defaults(void)
{
    struct buf sample;
    struct buf defaults;
    buf_init(&sample);
    buf_init(&defaults);
    config_sample(&sample);
    struct buf faults;
    buf_init(&faults);
    struct config *config = parse(buf_text(&sample), &faults);
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    config_print(config, &defaults);
    CU_ASSERT_PTR_NULL(strchr(buf_text(&defaults), '#'));
    size_t keys = 0;
    for (const char *at = buf_text(&defaults); (at = strchr(at, '\n')) != NULL; at++)
        keys++;
    size_t offered = 0;
    for (const char *at = buf_text(&sample); (at = strstr(at, "\n#")) != NULL; at++)
        offered += at[2] != ' ';
    CU_ASSERT_EQUAL(keys, offered);
    CU_ASSERT(keys > 30);
    config_destroy(config);
    buf_finish(&faults);
    buf_finish(&sample);
    buf_finish(&defaults);
}

static void man_page_names_ranges(void)
{
    struct buf page;
    buf_init(&page);
    config_man(&page);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "debriefd.conf(5)\n\n# NAME\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "*max\\_body* = 256k\n\t"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "size from 1k to 16M."));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "one of error, warn, info, debug."));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "evaluations from 1 to 4096."));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&page), "*database* = (empty)\n\t"));
    buf_finish(&page);
}

static const struct suite_test tests[] = {
    {"defaults are in range and derived", defaults_are_in_range_and_derived},
    {"every type is parsed", every_type_is_parsed},
    {"a fault is named with its place", a_fault_is_named_with_its_place},
    {"accepted forms", accepted_forms},
    {"all faults are collected", all_faults_are_collected},
    {"odd lines are refused", odd_lines_are_refused},
    {"later sources win", later_sources_win},
    {"faults of every source", faults_of_every_source},
    {"reload changes what may change", reload_changes_what_may_change},
    {"print is a file without secrets", print_is_a_file_without_secrets},
    {"sample agrees with the defaults", sample_agrees_with_the_defaults},
    {"man page names ranges", man_page_names_ranges},
    {NULL, NULL},
};

static void remove_files(void)
{
    static const char *const names[] = {"debriefd.conf",    "conf.d/10-a.conf",
                                        "conf.d/20-b.conf", "conf.d/30-c.conf.disabled",
                                        "conf.d",           ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)remove(path);
    }
}

int main(void)
{
    char fragments[200];
    if (mkdtemp(directory) == NULL)
        return EXIT_FAILURE;
    snprintf(fragments, sizeof fragments, "%s/conf.d", directory);
    if (mkdir(fragments, 0700) != 0)
        return EXIT_FAILURE;
    int status = suite_run("config", tests);
    remove_files();
    return status;
}
