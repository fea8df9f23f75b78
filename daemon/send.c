/* The send role: outgoing mail and webhooks. It is the only one that reaches other machines, and
 * knows no answer: a receiver that is slow or hostile holds up nothing else and learns nothing. */
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/role.h>
#include <debriefd/session.h>
#include <debriefd/turns.h>
#include <debriefd/webhooks.h>

#define STATEMENT_TIMEOUT_US (60 * CLOCK_SECOND_US)

struct send {
    const struct config *config;
    struct secret_key credential_key;
};

static bool turn(void *context, struct turns *turns, struct session *session, bool *has_more,
                 struct error *err)
{
    (void)turns;
    struct send *send = context;
    struct webhooks_options webhooks = {
        .delivery = {.timeout_us = send->config->outbound.webhook_timeout_us,
                     .allows_private = send->config->outbound.allows_private},
        .credential_key = &send->credential_key,
    };
    int attempted;
    if (!webhooks_turn(session, &webhooks, &attempted, err))
        return false;
    *has_more = attempted > 0;
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
    return turns_run(config, &options);
}
