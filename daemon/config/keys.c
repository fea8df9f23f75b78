#include "keys.h"

#include <string.h>

#define MEMBER(path) .offset = offsetof(struct config, path)

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)

#define MILLISECOND ((int64_t)1000)
#define SECOND      (1000 * MILLISECOND)
#define MINUTE      (60 * SECOND)
#define HOUR        (60 * MINUTE)

static const struct config_choice log_levels[] = {
    {"error", LOG_LEVEL_ERROR},
    {"warn", LOG_LEVEL_WARN},
    {"info", LOG_LEVEL_INFO},
    {"debug", LOG_LEVEL_DEBUG},
    {NULL, 0},
};

static const struct config_choice mail_tls[] = {
    {"required", MAIL_TLS_REQUIRED},
    {"opportunistic", MAIL_TLS_OPPORTUNISTIC},
    {"never", MAIL_TLS_NEVER},
    {NULL, 0},
};

const struct config_key config_keys[] = {
    {"state_directory", MEMBER(process.state_directory), .type = CONFIG_PATH, .min = 1, .max = 1000,
     .initial = "/var/lib/debriefd",
     .help = "Where the private database cluster, keys and backups live."},
    {"user", MEMBER(process.user), .type = CONFIG_TEXT, .min = 1, .max = 32, .initial = "debriefd",
     .help = "The account to change to when started as root."},
    {"log_level", MEMBER(process.log_level), .type = CONFIG_CHOICE, .choices = log_levels,
     .initial = "info", .reloadable = true, .help = "The least important lines to log."},
    {"watchdog", MEMBER(process.watchdog), .type = CONFIG_BOOLEAN, .initial = "yes",
     .help = "Answer the service manager's watchdog when it asks for it."},
    {"drain_deadline", MEMBER(process.drain_deadline_us), .type = CONFIG_DURATION, .min = 0,
     .max = 10 * MINUTE, .initial = "20s", .reloadable = true,
     .help = "How long requests and jobs under way may take to finish after SIGTERM. Keep it below "
             "the service manager's own patience."},

    {"listen", MEMBER(http.listen), .type = CONFIG_TEXT, .min = 1, .max = 200,
     .initial = "127.0.0.1:8080", .check = config_check_listen,
     .help = "Where to serve HTTP: HOST:PORT, [IPV6]:PORT, unix:/PATH, or systemd for the sockets "
             "the service manager passes. Sockets that are passed win over an address."},
    {"reuse_port", MEMBER(http.reuse_port), .type = CONFIG_BOOLEAN, .initial = "no",
     .help = "Let several processes listen on one port (SO_REUSEPORT)."},
    {"max_connections", MEMBER(http.max_connections), .type = CONFIG_INTEGER, .min = 1,
     .max = 1000000, .initial = "10000", .unit = "connections",
     .help = "Open client connections; a further one is answered 503 and closed."},
    {"header_deadline", MEMBER(http.header_deadline_us), .type = CONFIG_DURATION,
     .min = 100 * MILLISECOND, .max = 5 * MINUTE, .initial = "15s",
     .help = "From the first byte of a request to the end of its header."},
    {"body_deadline", MEMBER(http.body_deadline_us), .type = CONFIG_DURATION,
     .min = 100 * MILLISECOND, .max = HOUR, .initial = "60s",
     .help = "From the first byte of a request to the end of its body."},
    {"idle_timeout", MEMBER(http.idle_timeout_us), .type = CONFIG_DURATION,
     .min = 100 * MILLISECOND, .max = HOUR, .initial = "30s",
     .help = "How long a connection may stay open without a request."},
    {"max_header", MEMBER(http.max_header), .type = CONFIG_BYTES, .min = KIB, .max = MIB,
     .initial = "16k", .help = "Request line and header fields together."},
    {"max_body", MEMBER(http.max_body), .type = CONFIG_BYTES, .min = KIB, .max = 16 * MIB,
     .initial = "256k",
     .help = "A request's body, imports excepted. A body is parsed in one turn of the loop, so "
             "this bounds the longest stall."},
    {"public_url", MEMBER(http.public_url), .type = CONFIG_TEXT, .min = 0, .max = 500,
     .initial = "", .check = config_check_url,
     .help = "What participants' links begin with, for example https://trips.example.org, without "
             "a trailing slash. Empty: the request's own host."},
    {"trusted_proxies", MEMBER(http.trusted_proxies), .type = CONFIG_LIST, .min = 0, .max = 64,
     .initial = "", .check = config_check_network,
     .help = "Addresses, networks (10.0.0.0/8) or unix (the peer of a unix socket) whose "
             "X-Forwarded-For is believed, with the key of proxy_key_file."},
    {"proxy_key_file", MEMBER(http.proxy_key_file), .type = CONFIG_PATH, .min = 0, .max = 1000,
     .initial = "", .help = "A key that a trusted proxy must send with every request."},
    {"metrics_loopback", MEMBER(http.metrics_loopback), .type = CONFIG_BOOLEAN, .initial = "yes",
     .help = "Serve /metrics to loopback addresses only. A proxy on this machine makes "
             "everybody local unless it is a trusted one."},

    {"database", MEMBER(database.conninfo), .type = CONFIG_TEXT, .min = 0, .max = 2000,
     .initial = "", .secret = true,
     .help = "A libpq connection string or URI. Empty: debriefd run keeps a private PostgreSQL "
             "cluster in the state directory, reached by unix socket."},
    {"database_admin", MEMBER(database.admin_conninfo), .type = CONFIG_TEXT, .min = 0, .max = 2000,
     .initial = "{database}", .secret = true,
     .help = "The connection string of the schema's owner, for debriefd migrate."},
    {"database_pool", MEMBER(database.pool), .type = CONFIG_INTEGER, .min = 1, .max = 64,
     .initial = "4", .unit = "connections",
     .help = "Connections for reading that serve keeps; the write connection comes on top."},
    {"named_statements", MEMBER(database.named_statements), .type = CONFIG_BOOLEAN,
     .initial = "yes",
     .help = "Prepare statements by name. Say no behind a pooler in transaction mode."},
    {"statement_timeout", MEMBER(database.statement_timeout_us), .type = CONFIG_DURATION,
     .min = 100 * MILLISECOND, .max = HOUR, .initial = "10s",
     .help = "How long the database may work on one statement of a request."},
    {"database_grace", MEMBER(database.grace_us), .type = CONFIG_DURATION, .min = 0, .max = MINUTE,
     .initial = "1s", .reloadable = true,
     .help = "How long a request waits for a lost database before it is answered 503."},

    {"ingest_batch", MEMBER(ingest.batch), .type = CONFIG_INTEGER, .min = 1, .max = 4096,
     .initial = "256", .unit = "evaluations", .help = "At most so many share one commit."},
    {"ingest_queue", MEMBER(ingest.queue), .type = CONFIG_INTEGER, .min = 1, .max = 1000000,
     .initial = "4096", .unit = "evaluations",
     .help = "At most so many wait for a commit; a further one is answered 503."},

    {"cache_bytes", MEMBER(cache.bytes), .type = CONFIG_BYTES, .min = 0, .max = 4 * GIB,
     .initial = "32M", .help = "Rendered releases kept in memory."},
    {"cache_ttl", MEMBER(cache.ttl_us), .type = CONFIG_DURATION, .min = 0, .max = HOUR,
     .initial = "5s", .reloadable = true,
     .help = "How long a rendered release is served when no notification of a new one arrives."},

    {"work_poll", MEMBER(work.poll_us), .type = CONFIG_DURATION, .min = 10 * MILLISECOND,
     .max = MINUTE, .initial = "1s", .reloadable = true,
     .help = "How often to look for work without having been told of any."},
    {"work_debounce", MEMBER(work.debounce_us), .type = CONFIG_DURATION, .min = 0, .max = MINUTE,
     .initial = "200ms", .reloadable = true,
     .help =
         "How long to wait for further evaluations of a study before its metrics are computed."},
    {"lease_duration", MEMBER(work.lease_duration_us), .type = CONFIG_DURATION, .min = SECOND,
     .max = HOUR, .initial = "30s",
     .help = "How long a job stays with a process that no longer says it is alive."},
    {"job_timeout", MEMBER(work.job_timeout_us), .type = CONFIG_DURATION, .min = SECOND,
     .max = 24 * HOUR, .initial = "10m", .help = "How long one run of a job may take."},
    {"verify_time", MEMBER(work.verify_time), .type = CONFIG_TEXT, .min = 5, .max = 5,
     .initial = "03:00", .check = config_check_time, .reloadable = true,
     .help = "When every night a study's metrics are recomputed from scratch and compared, in the "
             "study's time zone."},

    {"dominance_percent", MEMBER(work.dominance_percent), .type = CONFIG_INTEGER, .min = 1,
     .max = 100, .initial = "10", .unit = "percent", .secret = true,
     .help = "A sum of counts is released when nobody could estimate the largest of them to within "
             "this (p % rule). Who knows it can estimate better: choose one and tell nobody."},

    {"webhook_timeout", MEMBER(outbound.webhook_timeout_us), .type = CONFIG_DURATION, .min = SECOND,
     .max = MINUTE, .initial = "15s", .reloadable = true,
     .help = "How long a webhook's receiver may take to answer."},
    {"webhook_private", MEMBER(outbound.allows_private), .type = CONFIG_BOOLEAN, .initial = "no",
     .reloadable = true,
     .help = "Let webhooks reach addresses that are not public, and plain http. Whoever may make a "
             "webhook can then make this machine ask its neighbours."},
    {"desk_idle", MEMBER(desk.idle_us), .type = CONFIG_DURATION, .min = SECOND, .max = 24 * HOUR,
     .initial = "2h", .reloadable = true,
     .help = "How long a desk's session may rest before one has to sign in again."},
    {"desk_lifetime", MEMBER(desk.lifetime_us), .type = CONFIG_DURATION, .min = SECOND,
     .max = 720 * HOUR, .initial = "12h", .reloadable = true,
     .help = "How long a desk's session lasts at most."},
    {"mail_smtp", MEMBER(mail.smtp), .type = CONFIG_TEXT, .min = 0, .max = 300, .initial = "",
     .check = config_check_smtp,
     .help = "The server that takes mail: smtp://HOST:PORT, or smtps://HOST:PORT for TLS from the "
             "first byte. Empty: mails are queued and wait, as they do without public_url or "
             "mail_from."},
    {"mail_tls", MEMBER(mail.tls), .type = CONFIG_CHOICE, .choices = mail_tls,
     .initial = "required",
     .help =
         "Whether smtp:// must be encrypted by STARTTLS. Links are as good as keys: never is for "
         "a server on this machine."},
    {"mail_ca_file", MEMBER(mail.ca_file), .type = CONFIG_PATH, .min = 0, .max = 1000,
     .initial = "", .help = "Certificates to trust instead of the system's."},
    {"mail_user", MEMBER(mail.user), .type = CONFIG_TEXT, .min = 0, .max = 200, .initial = "",
     .help = "Whom to sign in to the server as. Empty: nobody."},
    {"mail_password_file", MEMBER(mail.password_file), .type = CONFIG_PATH, .min = 0, .max = 1000,
     .initial = "",
     .help = "A file with the password on its first line, for example a credential "
             "of the service manager."},
    {"mail_from", MEMBER(mail.from), .type = CONFIG_TEXT, .min = 0, .max = 300, .initial = "",
     .check = config_check_mailbox,
     .help = "The sender that people see: NAME <ADDRESS>, or ADDRESS."},
    {"mail_reply_to", MEMBER(mail.reply_to), .type = CONFIG_TEXT, .min = 0, .max = 254,
     .initial = "", .check = config_check_mailbox,
     .help = "Where answers to mails go. Empty: to the sender."},
    {"mail_bounces", MEMBER(mail.bounces), .type = CONFIG_TEXT, .min = 0, .max = 254, .initial = "",
     .check = config_check_mailbox,
     .help = "Where servers report what they could not deliver (the envelope's sender), for "
             "debriefctl mails bounce. Empty: the address of mail_from."},
    {"mail_timeout", MEMBER(mail.timeout_us), .type = CONFIG_DURATION, .min = SECOND,
     .max = 4 * MINUTE, .initial = "30s",
     .help = "How long one mail may take. A server that takes longer to accept one gets it again."},
    {"mail_batch", MEMBER(mail.batch), .type = CONFIG_INTEGER, .min = 1, .max = 500,
     .initial = "20", .unit = "mails", .reloadable = true,
     .help = "At most so many are sent between two looks for other work."},
    {"mail_rate", MEMBER(mail.per_minute), .type = CONFIG_INTEGER, .min = 1, .max = 100000,
     .initial = "120", .unit = "mails a minute", .reloadable = true,
     .help = "At most so many are sent in a minute by one process."},

    {"credential_key_file", MEMBER(keys.credential_file), .type = CONFIG_PATH, .min = 1,
     .max = 1100, .initial = "{state_directory}/credential.key",
     .help = "The key that invitations are derived from. Made on first use."},
    {"signing_key_file", MEMBER(keys.signing_file), .type = CONFIG_PATH, .min = 1, .max = 1100,
     .initial = "{state_directory}/signing.key",
     .help = "The key that receipts are signed with. Made on first use."},
};

const size_t config_key_count = sizeof config_keys / sizeof config_keys[0];

size_t config_key_find(const char *name)
{
    size_t index = 0;
    while (index < config_key_count && strcmp(config_keys[index].name, name) != 0)
        index++;
    return index;
}
