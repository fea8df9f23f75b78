#include "ask.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(const char *before, const char *text)
{
    struct buf plain;
    buf_init(&plain);
    table_append_plain(&plain, text);
    fprintf(stderr, "%s%s\n", before, buf_text(&plain));
    buf_finish(&plain);
}

enum ctl_status ctl_fail(enum ctl_status status, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    tell("debriefctl: ", sentence);
    return status;
}

enum ctl_status ctl_fail_error(const struct error *err)
{
    if (err->code == ERR_UNAVAILABLE)
        return ctl_fail(CTL_UNREACHED, "the server cannot be reached: %s", err->message);
    bool is_refused = err->code == ERR_NOT_FOUND || err->code == ERR_FORBIDDEN;
    return ctl_fail(is_refused ? CTL_REFUSED : CTL_USAGE, "%s", err->message);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void tell_errors(const json_t *errors)
{
    size_t index;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)errors, index, one)
    {
        const char *pointer = text_of(one, "pointer");
        char line[1024];
        snprintf(line, sizeof line, "%s: %s", pointer[0] != '\0' ? pointer : "/",
                 text_of(one, "detail"));
        tell("  ", line);
    }
}

void ask_tell_problem(const struct client_reply *reply, const char *what)
{
    json_t *problem = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
    const char *detail = text_of(problem, "detail");
    const char *sentence = detail[0] != '\0' ? detail : text_of(problem, "title");
    const char *join = what != NULL ? ": " : "";
    what = what != NULL ? what : "";
    if (sentence[0] != '\0')
        ctl_fail(CTL_REFUSED, "%s%s%s", what, join, sentence);
    else
        ctl_fail(CTL_REFUSED, "%s%sthe server answered %ld", what, join, reply->status);
    tell_errors(json_object_get(problem, "errors"));
    json_decref(problem);
}

enum ctl_status ask(struct invocation *invocation, const struct client_call *call,
                    struct client_reply *reply)
{
    struct error err;
    if (!client_send(invocation->client, call, reply, &err))
        return ctl_fail_error(&err);
    if (reply->status >= 200 && reply->status < 300)
        return CTL_DONE;
    ask_tell_problem(reply, NULL);
    if (reply->status == 401 && client_key(invocation->client) == NULL)
        fputs("  give a key with --key-file or DEBRIEFCTL_KEY\n", stderr);
    return CTL_REFUSED;
}

enum ctl_status ask_json(struct invocation *invocation, const char *path, json_t **answer)
{
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {.method = "GET", .path = path, .accept = "application/json"};
    enum ctl_status status = ask(invocation, &call, &reply);
    if (status == CTL_DONE) {
        *answer = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
        if (*answer == NULL)
            status = ctl_fail(CTL_REFUSED, "the server's answer is not JSON: is it debriefd?");
    }
    client_reply_finish(&reply);
    return status;
}
