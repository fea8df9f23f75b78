/* Mails that came back. */
#include "ask.h"
#include "request.h"
#include <debriefd/bounce.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_BYTES (4 * 1024 * 1024)

static enum ctl_status report(struct invocation *invocation, const struct bounce *bounce)
{
    struct buf path;
    struct buf body;
    buf_init(&path);
    buf_init(&body);
    buf_printf(&path, "/v1/programmes/%s/mails/%s:bounce", uuid_format(&bounce->programme).text,
               uuid_format(&bounce->mail).text);
    json_t *given = json_object();
    json_object_set_new(given, "status", json_string(bounce->status));
    if (bounce->recipient[0] != '\0')
        json_object_set_new(given, "recipient", json_string(bounce->recipient));
    if (bounce->diagnostic[0] != '\0')
        json_object_set_new(given, "diagnostic", json_string(bounce->diagnostic));
    char *text = json_dumps(given, JSON_COMPACT);
    buf_append_text(&body, text);
    enum ctl_status status =
        request_send(invocation, "POST", buf_text(&path), "application/json", &body);
    free(text);
    json_decref(given);
    buf_finish(&body);
    buf_finish(&path);
    return status;
}

/* A mail server that gets anything but success from its pipe answers with a report of its own. */
enum ctl_status mails_bounce(struct invocation *invocation)
{
    struct buf text;
    struct bounce bounce;
    buf_init(&text);
    enum ctl_status status = request_read_file(invocation->arguments[0], REPORT_BYTES, &text);
    if (status == CTL_DONE) {
        switch (bounce_read(buf_text(&text), text.length, &bounce)) {
        case BOUNCE_FAILED:
            status = report(invocation, &bounce);
            break;
        case BOUNCE_OTHER:
            fputs("passed over: it reports no failure\n", stderr);
            break;
        case BOUNCE_NOT_OURS:
            fputs("passed over: it is about no mail of debriefd\n", stderr);
            break;
        }
    }
    buf_finish(&text);
    return status;
}
