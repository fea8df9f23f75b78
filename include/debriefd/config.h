/* config: everything an operator may set, typed. One const table (daemon/config/keys.c) is the
 * source of parsing, ranges, check-config's output, debriefd.conf(5) and the installed sample file;
 * a new key is a row there and a member here.
 * Later sources win: defaults, FILE, conf.d/NAME.conf beside it in order of name, DEBRIEFD_KEY in
 * the environment. All faults of all sources are collected, one line each, "FILE:LINE: key: what".
 * Durations are microseconds, sizes are bytes; texts and lists are owned by the config and are
 * never NULL ("" and an empty list stand for not set). */
#ifndef DEBRIEFD_CONFIG_H
#define DEBRIEFD_CONFIG_H

#include <debriefd/buf.h>
#include <debriefd/log.h>
#include <stdint.h>

#define CONFIG_DEFAULT_PATH "/etc/debriefd/debriefd.conf"

struct config_list {
    char **items; /* `count` of them */
    size_t count;
};

struct config {
    struct {
        char *state_directory;
        char *user;
        enum log_level log_level;
        bool watchdog;
        int64_t drain_deadline_us;
    } process;
    struct {
        char *listen; /* HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd */
        bool reuse_port;
        bool metrics_loopback;
        int max_connections;
        int64_t header_deadline_us;
        int64_t body_deadline_us;
        int64_t idle_timeout_us;
        size_t max_header;
        size_t max_body;
        char *public_url; /* without a trailing slash */
        struct config_list trusted_proxies;
        char *proxy_key_file;
    } http;
    struct {
        char *conninfo; /* "" is the private cluster */
        char *admin_conninfo;
        int pool;
        bool named_statements;
        int64_t statement_timeout_us;
        int64_t grace_us;
    } database;
    struct {
        int batch;
        int queue;
    } ingest;
    struct {
        size_t bytes;
        int64_t ttl_us;
    } cache;
    struct {
        int64_t poll_us;
        int64_t debounce_us;
        int64_t lease_duration_us;
        int64_t job_timeout_us;
        char *verify_time; /* HH:MM in a study's time zone */
        int dominance_percent;
    } work;
    struct {
        int64_t webhook_timeout_us;
        bool allows_private;
    } outbound;
    struct {
        int64_t idle_us;
        int64_t lifetime_us;
    } desk;
    struct {
        char *smtp; /* smtp://HOST:PORT or smtps://HOST:PORT; "": nothing is sent */
        enum mail_tls {
            MAIL_TLS_REQUIRED,
            MAIL_TLS_OPPORTUNISTIC,
            MAIL_TLS_NEVER,
        } tls;
        char *ca_file;
        char *user;
        char *password_file;
        char *from; /* NAME <ADDRESS> or ADDRESS */
        char *reply_to;
        char *bounces; /* the envelope's sender; "": the address of `from` */
        int64_t timeout_us;
        int batch;
        int per_minute;
    } mail;
    struct {
        char *credential_file;
        char *signing_file;
    } keys;
    struct config_origins *origins; /* where each value came from */
};

/* `path` NULL is CONFIG_DEFAULT_PATH, which may be absent; a named file must exist. On false the
 * faults are appended and *config is untouched. */
bool config_load(const char *path, struct config **config, struct buf *faults) must_check;

/* The same from text instead of a file, without conf.d and environment. `name` stands for FILE. */
bool config_load_text(const char *text, size_t length, const char *name, struct config **config,
                      struct buf *faults) must_check;

/* Takes NULL. */
void config_destroy(struct config *config);

/* Reads the sources again. Reloadable values change in place, which frees their old texts; names of
 * other keys that now differ are appended to `pending`, one a line: they wait for a restart. On
 * false nothing changes. */
bool config_reload(struct config *config, struct buf *pending, struct buf *faults) must_check;

/* Every effective value in the file's syntax, its source in a comment, secrets masked. */
void config_print(const struct config *config, struct buf *out);

/* Whether mail can be sent: a server, a sender and this server's own address are configured. */
bool config_can_mail(const struct config *config);

/* debriefd.conf(5) as scdoc source, and a debriefd.conf in which every key is commented out. */
void config_man(struct buf *out);
void config_sample(struct buf *out);

#endif
