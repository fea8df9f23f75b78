#include "request.h"

#include "ask.h"
#include "body.h"
#include "render.h"
#include "resolve.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void request_write(const struct buf *text)
{
    fwrite(buf_text(text), 1, text->length, stdout);
}

static void append_member(struct buf *text, const json_t *object, const char *name)
{
    render_value(text, json_object_get(object, name), COLUMN_TEXT);
    buf_append_char(text, '\n');
}

static void append_field(const struct invocation *invocation, struct buf *text,
                         const json_t *answer)
{
    const char *list = invocation->command->list;
    const json_t *rows = list != NULL ? json_object_get(answer, list) : NULL;
    if (rows == NULL)
        append_member(text, answer, invocation->field);
    for (size_t i = 0; i < json_array_size(rows); i++)
        append_member(text, json_array_get(rows, i), invocation->field);
}

static void append_answer(const struct invocation *invocation, struct buf *text,
                          const json_t *answer)
{
    const struct command *command = invocation->command;
    if (invocation->field != NULL)
        append_field(invocation, text, answer);
    else if (command->list != NULL)
        render_rows(text, json_object_get(answer, command->list), command->columns);
    else
        render_object(text, answer);
}

enum ctl_status request_print(const struct invocation *invocation, const struct client_reply *reply)
{
    struct buf text;
    buf_init(&text);
    json_t *answer = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
    if (invocation->is_json) {
        buf_append(&text, buf_text(&reply->body), reply->body.length);
        if (reply->body.length == 0 || text.data[text.length - 1] != '\n')
            buf_append_char(&text, '\n');
    } else if (answer != NULL) {
        append_answer(invocation, &text, answer);
    }
    request_write(&text);
    buf_finish(&text);
    bool is_read = answer != NULL || invocation->is_json;
    json_decref(answer);
    return is_read ? CTL_DONE
                   : ctl_fail(CTL_REFUSED, "the server's answer is not JSON: is it debriefd?");
}

enum ctl_status request_send(struct invocation *invocation, const char *method, const char *path,
                             const char *type, const struct buf *body)
{
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {
        .method = method, .path = path, .type = type, .accept = "application/json"};
    if (body != NULL) {
        call.body = buf_text(body);
        call.length = body->length;
    }
    enum ctl_status status = ask(invocation, &call, &reply);
    if (status == CTL_DONE)
        status = request_print(invocation, &reply);
    client_reply_finish(&reply);
    return status;
}

enum ctl_status request_read_file(const char *path, size_t most, struct buf *content)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (file == NULL)
        return ctl_fail(CTL_USAGE, "%s: %s", path, strerror(errno));
    char chunk[16384];
    size_t length;
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0 && content->length <= most)
        buf_append(content, chunk, length);
    bool has_failed = ferror(file) != 0;
    if (file != stdin)
        fclose(file);
    if (has_failed)
        return ctl_fail(CTL_USAGE, "%s cannot be read", path);
    if (content->length > most)
        return ctl_fail(CTL_USAGE, "%s is larger than %zu bytes", path, most);
    return CTL_DONE;
}

/* The page behind the one that was printed; a list that ends says null. */
static bool next_page(const struct client_reply *reply, struct buf *after)
{
    json_t *answer = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
    const char *next = json_string_value(json_object_get(answer, "next"));
    buf_clear(after);
    if (next != NULL)
        client_encode(after, next);
    json_decref(answer);
    return after->length > 0;
}

/* Adds a later page's rows to the first page, so that columns are as wide as all of it needs. */
static void merge_page(const struct command *command, json_t *all, const struct client_reply *page)
{
    json_t *answer = json_loadb(buf_text(&page->body), page->body.length, 0, NULL);
    json_t *rows = json_object_get(all, command->list);
    if (rows == NULL)
        json_object_update(all, answer);
    else
        json_array_extend(rows, json_object_get(answer, command->list));
    json_decref(answer);
}

static enum ctl_status list_pages(struct invocation *invocation, const struct buf *path)
{
    struct buf page;
    struct buf after;
    struct buf text;
    struct client_reply reply;
    buf_init(&page);
    buf_init(&after);
    buf_init(&text);
    client_reply_init(&reply);
    json_t *all = json_object();
    enum ctl_status status;
    do {
        buf_clear(&page);
        buf_append(&page, buf_text(path), path->length);
        if (after.length > 0)
            buf_printf(&page, "%cafter=%s", strchr(buf_text(path), '?') != NULL ? '&' : '?',
                       buf_text(&after));
        struct client_call call = {
            .method = "GET", .path = buf_text(&page), .accept = "application/json"};
        status = ask(invocation, &call, &reply);
        if (status == CTL_DONE && invocation->is_json)
            status = request_print(invocation, &reply);
        else if (status == CTL_DONE)
            merge_page(invocation->command, all, &reply);
    } while (status == CTL_DONE && next_page(&reply, &after));
    if (status == CTL_DONE && !invocation->is_json)
        append_answer(invocation, &text, all);
    request_write(&text);
    json_decref(all);
    client_reply_finish(&reply);
    buf_finish(&text);
    buf_finish(&after);
    buf_finish(&page);
    return status;
}

static enum ctl_status send_body(struct invocation *invocation, const struct buf *path)
{
    json_t *document;
    enum ctl_status status = body_create(invocation, &document);
    if (status != CTL_DONE)
        return status;
    struct buf body;
    buf_init(&body);
    if (document != NULL) {
        char *text = json_dumps(document, JSON_COMPACT);
        buf_append_text(&body, text);
        free(text);
    }
    status = request_send(invocation, invocation->command->method, buf_text(path),
                          document != NULL ? "application/json" : NULL, &body);
    json_decref(document);
    buf_finish(&body);
    return status;
}

enum ctl_status request_run(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    enum ctl_status status = resolve_path(invocation, &path);
    if (status == CTL_DONE) {
        body_append_query(invocation, &path);
        status = invocation->command->list != NULL ? list_pages(invocation, &path)
                                                   : send_body(invocation, &path);
    }
    buf_finish(&path);
    return status;
}
