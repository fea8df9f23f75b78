/* The send role: outgoing mail and webhooks. It is the only one that reaches other machines, and
 * knows no answer: a receiver that is slow or hostile holds up nothing else and learns nothing. */
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/mailer.h>
#include <debriefd/role.h>
#include <debriefd/session.h>
#include <debriefd/turns.h>
#include <debriefd/webhooks.h>

#define STATEMENT_TIMEOUT_US (60 * CLOCK_SECOND_US)

struct send {
    const struct config *config;
    struct mailer *mailer; /* NULL until the first turn */
    struct turns *turns;
    struct secret_key credential_key;
};

static bool go_on(void *context)
{
    const struct send *send = context;
    return turns_go_on(send->turns);
}

static struct mailer *make_mailer(struct send *send, struct session *session)
{
    struct mailer_options options = {
        .session = session,
        .config = send->config,
        .credential_key = &send->credential_key,
        .go_on = go_on,
        .context = send,
    };
    return mailer_create(&options);
}

static bool turn(void *context, struct turns *turns, struct session *session, bool *has_more,
                 struct error *err)
{
    struct send *send = context;
    struct webhooks_options webhooks = {
        .delivery = {.timeout_us = send->config->outbound.webhook_timeout_us,
                     .allows_private = send->config->outbound.allows_private},
        .credential_key = &send->credential_key,
    };
    int attempted;
    bool has_mail;
    send->turns = turns;
    if (send->mailer == NULL)
        send->mailer = make_mailer(send, session);
    if (!webhooks_turn(session, &webhooks, &attempted, err) ||
        !mailer_turn(send->mailer, &has_mail, err))
        return false;
    *has_more = attempted > 0 || has_mail;
    return true;
}

int role_send(struct config *config, const struct role_call *call)
{
    (void)call;
    static const char *const channels[] = {"debriefd_release", "debriefd_mail", NULL};
    struct send send = {.config = config};
    struct error err;
    if (!secret_load_or_create(config->keys.credential_file, send.credential_key.bytes, &err)) {
        log_error("not_started", "error=%s", log_quote(err.message).text);
        return EXIT_CODE_FAILURE;
    }
    struct turns_options options = {
        .role = "send",
        .listen = channels,
        .statement_timeout_us = STATEMENT_TIMEOUT_US,
        .turn = turn,
        .context = &send,
    };
    int code = turns_run(config, &options);
    mailer_destroy(send.mailer);
    return code;
}
