/* Tables of interviews: a file of CSV or NDJSON in requests of bounded size. A row changes only
 * what it names, so parts may follow each other, and a file may be sent again. */
#include "ask.h"
#include "request.h"
#include <string.h>

#define FILE_BYTES ((size_t)64 * 1024 * 1024)
#define PART_BYTES ((size_t)192 * 1024) /* below max_body's default; a longer line goes alone */
#define PART_LINES 9000                 /* below what one import takes */

struct table {
    struct invocation *invocation;
    struct buf path;
    struct buf content;
    size_t header; /* bytes of CSV's first line; 0 for NDJSON */
    json_int_t added, changed, unchanged;
};

static bool is_csv(const struct buf *content)
{
    const char *text = buf_text(content);
    return text[strspn(text, " \t\r\n")] != '{';
}

/* Where the line that begins at `at` ends: behind its line feed. A quoted cell may hold line feeds;
 * *lines counts all that the line takes. */
static size_t line_end(const struct buf *content, size_t at, bool has_quotes, size_t *lines)
{
    const char *text = buf_text(content);
    bool is_quoted = false;
    for (; at < content->length; at++) {
        if (has_quotes && text[at] == '"')
            is_quoted = !is_quoted;
        *lines += text[at] == '\n';
        if (text[at] == '\n' && !is_quoted)
            return at + 1;
    }
    return at;
}

static json_int_t number_of(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static void add_outcome(struct table *table, const struct client_reply *reply)
{
    json_t *answer = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
    table->added += number_of(answer, "added");
    table->changed += number_of(answer, "changed");
    table->unchanged += number_of(answer, "unchanged");
    json_decref(answer);
}

/* Sends bytes from..to; `line` is the number of lines before them in the file. */
static enum ctl_status send_part(struct table *table, size_t from, size_t to, size_t line)
{
    struct buf body;
    struct client_reply reply;
    buf_init(&body);
    client_reply_init(&reply);
    buf_append(&body, buf_text(&table->content), table->header);
    buf_append(&body, buf_text(&table->content) + from, to - from);
    struct client_call call = {
        .method = "POST",
        .path = buf_text(&table->path),
        .type = table->header > 0 ? "text/csv" : "application/x-ndjson",
        .accept = "application/json",
        .body = buf_text(&body),
        .length = body.length,
        .is_repeatable = true,
    };
    enum ctl_status status = ask(table->invocation, &call, &reply);
    size_t offset = line - (table->header > 0 ? 1 : 0);
    if (status == CTL_DONE)
        add_outcome(table, &reply);
    else if (offset > 0)
        ctl_fail(status, "the file was stored up to its line %zu; add %zu to the lines above", line,
                 offset);
    client_reply_finish(&reply);
    buf_finish(&body);
    return status;
}

static enum ctl_status send_parts(struct table *table)
{
    bool has_quotes = table->header > 0;
    size_t from = table->header, before = has_quotes ? 1 : 0;
    enum ctl_status status = CTL_DONE;
    do {
        size_t to = from, lines = 0;
        while (to < table->content.length && lines < PART_LINES) {
            size_t taken = lines;
            size_t end = line_end(&table->content, to, has_quotes, &taken);
            if (to > from && end - from + table->header > PART_BYTES)
                break;
            to = end;
            lines = taken;
        }
        status = send_part(table, from, to, before);
        from = to;
        before += lines;
    } while (status == CTL_DONE && from < table->content.length);
    return status;
}

static enum ctl_status print_outcome(const struct table *table)
{
    struct client_reply reply;
    client_reply_init(&reply);
    buf_printf(&reply.body, "{\"added\":%lld,\"changed\":%lld,\"unchanged\":%lld}",
               (long long)table->added, (long long)table->changed, (long long)table->unchanged);
    enum ctl_status status = request_print(table->invocation, &reply);
    client_reply_finish(&reply);
    return status;
}

enum ctl_status tables_import(struct invocation *invocation)
{
    struct table table = {.invocation = invocation};
    buf_init(&table.path);
    buf_init(&table.content);
    buf_printf(&table.path, "/v1/%s:import", invocation->command->noun);
    enum ctl_status status =
        request_read_file(invocation->arguments[0], FILE_BYTES, &table.content);
    size_t lines = 0;
    if (status == CTL_DONE && is_csv(&table.content))
        table.header = line_end(&table.content, 0, true, &lines);
    if (status == CTL_DONE)
        status = send_parts(&table);
    if (status == CTL_DONE)
        status = print_outcome(&table);
    buf_finish(&table.content);
    buf_finish(&table.path);
    return status;
}
