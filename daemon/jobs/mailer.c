#include <debriefd/mailer.h>

#include "mailer_letter.h"
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/session.h>
#include <debriefd/smtp.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_US        (2 * CLOCK_SECOND_US) /* until no further mail of the batch is begun */
#define MARGIN_US      (5 * CLOCK_SECOND_US) /* of a claim, for marking its last mail */
#define PAUSE_FIRST_US (5 * CLOCK_SECOND_US)
#define PAUSE_LAST_US  (300 * CLOCK_SECOND_US)
#define FAULT_US       (60 * CLOCK_SECOND_US)
#define PLANS          50 /* studies whose plans are looked at in one turn */

/* What became of a mail; kept until the database has it. */
struct mark {
    struct uuid programme;
    struct uuid mail;
    struct uuid claim;
    const char *outcome;
    char said[300];
};

struct mailer {
    struct mailer_options options;
    struct smtp *smtp;
    struct mailbox from;
    char password[1024];
    struct uuid holder;
    struct mark *unmarked; /* of mails that were sent when the database went away */
    size_t unmarked_count;
    int64_t pause_until_us;
    int64_t pause_us;
    int64_t fault_until_us;
    int64_t filled_us; /* when `allowance` was reckoned */
    double allowance;  /* mails that the rate lets go now */
    bool has_told;     /* that nothing can be sent */
};

struct mailer *mailer_create(const struct mailer_options *options)
{
    struct mailer *mailer = xcalloc(sizeof *mailer);
    mailer->options = *options;
    mailer->holder = uuid_random();
    mailer->pause_us = PAUSE_FIRST_US;
    return mailer;
}

void mailer_destroy(struct mailer *mailer)
{
    if (mailer == NULL)
        return;
    smtp_destroy(mailer->smtp);
    free(mailer->unmarked);
    explicit_bzero(mailer->password, sizeof mailer->password);
    free(mailer);
}

static bool read_password(struct mailer *mailer)
{
    const char *path = mailer->options.config->mail.password_file;
    if (path[0] == '\0')
        return true;
    FILE *file = fopen(path, "re");
    bool is_read = file != NULL && fgets(mailer->password, sizeof mailer->password, file) != NULL;
    if (!is_read)
        log_error("mail_password_unread", "path=%s error=%s", log_quote(path).text,
                  log_quote(file == NULL ? strerror(errno) : "the file is empty").text);
    if (file != NULL)
        fclose(file);
    mailer->password[strcspn(mailer->password, "\r\n")] = '\0';
    return is_read;
}

static bool make_smtp(struct mailer *mailer)
{
    const struct config *config = mailer->options.config;
    static const enum smtp_tls tls[] = {
        [MAIL_TLS_REQUIRED] = SMTP_TLS_REQUIRED,
        [MAIL_TLS_OPPORTUNISTIC] = SMTP_TLS_OPPORTUNISTIC,
        [MAIL_TLS_NEVER] = SMTP_TLS_NEVER,
    };
    if (!read_password(mailer))
        return false;
    mailer->from = mailbox_read(config->mail.from);
    struct smtp_options options = {
        .url = config->mail.smtp,
        .hello = strchr(mailer->from.address, '@') + 1,
        .user = config->mail.user,
        .password = mailer->password,
        .ca_file = config->mail.ca_file,
        .tls = tls[config->mail.tls],
        .timeout_us = config->mail.timeout_us,
    };
    mailer->smtp = smtp_create(&options);
    return true;
}

static void pause_sending(struct mailer *mailer, const char *why)
{
    log_warn("mail_paused", "seconds=%lld error=%s",
             (long long)(mailer->pause_us / CLOCK_SECOND_US), log_quote(why).text);
    mailer->pause_until_us = clock_monotonic_us() + mailer->pause_us;
    mailer->pause_us = mailer->pause_us * 2 < PAUSE_LAST_US ? mailer->pause_us * 2 : PAUSE_LAST_US;
}

static bool write_mark(const struct mailer *mailer, const struct mark *mark, struct error *err)
{
    struct params params;
    struct rows *rows;
    params_init(&params);
    params_uuid(&params, &mark->programme);
    params_uuid(&params, &mark->mail);
    params_uuid(&params, &mark->claim);
    params_text(&params, mark->outcome);
    params_text(&params, mark->said[0] != '\0' ? mark->said : NULL);
    bool is_good = session_execute(mailer->options.session, "mail_finish", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    struct uuid_text mail = uuid_format(&mark->mail);
    if (!rows_bool(rows, 0, 0))
        log_warn("mail_claim_lost", "mail=%s outcome=%s", mail.text, mark->outcome);
    else
        log_info("mail_handled", "mail=%s outcome=%s", mail.text, mark->outcome);
    rows_destroy(rows);
    return true;
}

static void keep_mark(struct mailer *mailer, const struct mark *mark)
{
    mailer->unmarked = xrealloc_array(mailer->unmarked, mailer->unmarked_count + 1, sizeof *mark);
    mailer->unmarked[mailer->unmarked_count++] = *mark;
}

static bool write_kept_marks(struct mailer *mailer, struct error *err)
{
    while (mailer->unmarked_count > 0) {
        if (!write_mark(mailer, &mailer->unmarked[mailer->unmarked_count - 1], err))
            return false;
        mailer->unmarked_count--;
    }
    return true;
}

/* What is planned or asked for becomes mails. */
static bool make_mails(const struct mailer *mailer, bool *has_more, struct error *err)
{
    struct params params;
    struct rows *rows;
    params_init(&params);
    params_int(&params, PLANS);
    params_uuid(&params, &mailer->holder);
    bool is_good = session_execute(mailer->options.session, "mails_make", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    *has_more = *has_more || rows_int64(rows, 0, 0) > 0 || rows_int64(rows, 0, 1) > 0;
    rows_destroy(rows);
    return true;
}

/* The rate's allowance grows with time, up to ten seconds' worth. */
static int allowed(struct mailer *mailer)
{
    const struct config *config = mailer->options.config;
    double a_second = config->mail.per_minute / 60.0;
    double most = a_second * 10 > 1 ? a_second * 10 : 1;
    int64_t now_us = clock_monotonic_us();
    if (mailer->filled_us == 0)
        mailer->allowance = most;
    else
        mailer->allowance += a_second * (double)(now_us - mailer->filled_us) / CLOCK_SECOND_US;
    mailer->filled_us = now_us;
    if (mailer->allowance > most)
        mailer->allowance = most;
    int batch = config->mail.batch;
    return mailer->allowance < batch ? (int)mailer->allowance : batch;
}

static int64_t claim_us(const struct mailer *mailer)
{
    return TURN_US + mailer->options.config->mail.timeout_us + MARGIN_US;
}

static bool claim(const struct mailer *mailer, int most, struct rows **rows, struct error *err)
{
    struct params params;
    params_init(&params);
    params_int(&params, most);
    params_int(&params, claim_us(mailer) / CLOCK_SECOND_US);
    bool is_good = session_execute(mailer->options.session, "mail_claim", &params, rows, err);
    params_finish(&params);
    return is_good;
}

static const char *const outcomes[] = {
    [SMTP_SENT] = "sent",     [SMTP_LATER] = "later",   [SMTP_BOUNCED] = "bounced",
    [SMTP_FAILED] = "failed", [SMTP_AWAY] = "released",
};

/* False when no further mail should be tried now. */
static bool send_one(struct mailer *mailer, const char *json, struct mark *mark)
{
    const struct config *config = mailer->options.config;
    struct mailer_letter letter = {
        .credential_key = mailer->options.credential_key,
        .public_url = config->http.public_url,
        .from = &mailer->from,
        .reply_to = config->mail.reply_to,
        .programme = mark->programme,
        .mail = mark->mail,
        .json = json,
    };
    char address[256];
    struct buf message;
    buf_init(&message);
    struct smtp_result result = {.outcome = SMTP_FAILED, .said = "it could not be written"};
    if (mailer_letter_write(&letter, address, &message)) {
        struct mailbox bounces = mailbox_read(config->mail.bounces);
        result =
            smtp_send(mailer->smtp, bounces.address[0] ? bounces.address : mailer->from.address,
                      address, &message);
    }
    buf_finish(&message);
    mark->outcome = outcomes[result.outcome];
    snprintf(mark->said, sizeof mark->said, "%s", result.said);
    if (result.outcome == SMTP_AWAY)
        pause_sending(mailer, result.said);
    else
        mailer->pause_us = PAUSE_FIRST_US;
    return result.outcome != SMTP_AWAY;
}

/* Sends what was claimed at `claimed_us`. What there is no time for is released. */
static bool send_claimed(struct mailer *mailer, const struct rows *rows, int64_t claimed_us,
                         struct error *err)
{
    bool goes_on = true;
    for (int row = 0; row < rows_count(rows); row++) {
        struct mark mark = {
            .programme = rows_uuid(rows, row, 0),
            .mail = rows_uuid(rows, row, 1),
            .claim = rows_uuid(rows, row, 2),
            .outcome = "released",
        };
        goes_on = goes_on && clock_monotonic_us() - claimed_us < TURN_US &&
                  mailer->options.go_on(mailer->options.context);
        if (goes_on) {
            mailer->allowance -= 1;
            goes_on = send_one(mailer, rows_text(rows, row, 4), &mark);
        }
        if (!write_mark(mailer, &mark, err)) {
            keep_mark(mailer, &mark);
            return false;
        }
    }
    return true;
}

static bool can_send(struct mailer *mailer)
{
    if (!config_can_mail(mailer->options.config)) {
        if (!mailer->has_told)
            log_info("mail_waits", "because=%s",
                     "\"mail_smtp, mail_from or public_url is not set\"");
        mailer->has_told = true;
        return false;
    }
    if (mailer->smtp != NULL || make_smtp(mailer))
        return true;
    pause_sending(mailer, "the password cannot be read");
    return false;
}

static bool run_turn(struct mailer *mailer, bool *has_more, struct error *err)
{
    struct rows *rows;
    if (!write_kept_marks(mailer, err) || !make_mails(mailer, has_more, err))
        return false;
    bool is_paused = clock_monotonic_us() < mailer->pause_until_us;
    int most = !is_paused && can_send(mailer) ? allowed(mailer) : 0;
    if (most == 0) {
        *has_more = false;
        return true;
    }
    int64_t claimed_us = clock_monotonic_us();
    if (!claim(mailer, most, &rows, err))
        return false;
    bool is_good = send_claimed(mailer, rows, claimed_us, err);
    *has_more = *has_more || rows_count(rows) == most;
    rows_destroy(rows);
    return is_good;
}

/* What the database refuses, others' work need not wait for. */
bool mailer_turn(struct mailer *mailer, bool *has_more, struct error *err)
{
    *has_more = false;
    if (clock_monotonic_us() < mailer->fault_until_us || run_turn(mailer, has_more, err))
        return true;
    if (!session_is_open(mailer->options.session))
        return false;
    log_error("mail_failed", "error=%s", log_quote(err->message).text);
    mailer->fault_until_us = clock_monotonic_us() + FAULT_US;
    *has_more = false;
    return true;
}
