#include <debriefd/conninfo.h>

#include <libpq-fe.h>
#include <string.h>

static void append_quoted(struct buf *text, const char *value)
{
    buf_append_char(text, '\'');
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            buf_append_char(text, '\\');
        buf_append_char(text, *value);
    }
    buf_append_char(text, '\'');
}

bool conninfo_split(const char *conninfo, struct buf *rest, struct buf *password, struct error *err)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    if (options == NULL)
        return error_set(err, ERR_INVALID, "the database's connection string is malformed");
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        if (strcmp(option->keyword, "password") == 0) {
            buf_append_text(password, option->val);
            continue;
        }
        buf_append_text(rest, rest->length > 0 ? " " : "");
        buf_printf(rest, "%s=", option->keyword);
        append_quoted(rest, option->val);
    }
    PQconninfoFree(options);
    return true;
}
