#include <debriefd/log.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level threshold = LOG_LEVEL_INFO;
static const char *role_name;

void log_set_level(enum log_level level)
{
    threshold = level;
}

void log_set_role(const char *role)
{
    role_name = role;
}

/* One write(2) a line, so that lines of several processes on one pipe do not interleave. */
void log_write(enum log_level level, const char *event, const char *format, ...)
{
    if (level > threshold)
        return;
    char line[1024];
    int used = snprintf(line, sizeof line, "<%d>event=%s", (int)level, event);
    if (role_name != NULL)
        used += snprintf(line + used, sizeof line - (size_t)used, " role=%s", role_name);
    if (format[0] != '\0') {
        line[used++] = ' ';
        va_list arguments;
        va_start(arguments, format);
        int added = vsnprintf(line + used, sizeof line - (size_t)used - 1, format, arguments);
        va_end(arguments);
        int room = (int)sizeof line - used - 2;
        used += added < room ? added : room;
    }
    line[used++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, (size_t)used);
    (void)written; /* there is nowhere left to report a broken stderr */
}

struct log_quoted log_quote(const char *value)
{
    struct log_quoted quoted;
    size_t used = 0;
    quoted.text[used++] = '"';
    for (const char *cursor = value; *cursor != '\0' && used < sizeof quoted.text - 4; cursor++) {
        unsigned char byte = (unsigned char)*cursor;
        if (byte == '"' || byte == '\\')
            quoted.text[used++] = '\\';
        quoted.text[used++] = (char)(byte < 0x20 || byte == 0x7f ? ' ' : byte);
    }
    quoted.text[used++] = '"';
    quoted.text[used] = '\0';
    return quoted;
}
