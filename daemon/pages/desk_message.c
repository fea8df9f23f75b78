#include "desk.h"

#include "desk_cookie.h"
#include <debriefd/clock.h>
#include <debriefd/reply.h>
#include <debriefd/secret.h>
#include <debriefd/text.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX    400
#define MESSAGE_US  (60 * CLOCK_SECOND_US)
#define COOKIE_SIZE 1000

void desk_cookie_set(struct request *request, const char *name, const char *value, int64_t life_us)
{
    char cookie[COOKIE_SIZE];
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; Max-Age=%lld; Secure; HttpOnly; SameSite=Lax",
             name, value, (long long)(life_us / CLOCK_SECOND_US));
    request_add_header(request, "Set-Cookie", cookie);
}

/* Ends in front of a character that does not fit. */
static size_t fitting_length(const char *text)
{
    size_t length = strlen(text);
    if (length <= TEXT_MAX)
        return length;
    length = TEXT_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

void desk_message_leave(struct request *request, bool is_refusal, const char *text)
{
    char value[1 + SECRET_BASE64_SIZE(TEXT_MAX)];
    value[0] = is_refusal ? 'r' : 'd';
    secret_base64(text, fitting_length(text), value + 1);
    desk_cookie_set(request, MESSAGE_COOKIE, value, MESSAGE_US);
}

bool desk_message_take(struct request *request, struct desk_message *message)
{
    const char *value = request_cookie(request, MESSAGE_COOKIE);
    if (value == NULL || (value[0] != 'r' && value[0] != 'd'))
        return false;
    size_t encoded = strlen(value + 1);
    size_t length = encoded * 3 / 4;
    desk_cookie_set(request, MESSAGE_COOKIE, "", 0);
    if (length > TEXT_MAX || !secret_base64_parse(value + 1, encoded, message->text, length) ||
        !text_is_utf8(message->text, length))
        return false;
    message->text[length] = '\0';
    message->is_refusal = value[0] == 'r';
    return true;
}
