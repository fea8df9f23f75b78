/* log: logfmt lines on stderr with a journald priority, event name first.
 * WARN: going on, degraded. ERROR: a person must act. Never a body, a token, a name or an address.
 */
#ifndef DEBRIEFD_LOG_H
#define DEBRIEFD_LOG_H

#include <debriefd/error.h>

enum log_level {
    LOG_LEVEL_ERROR = 3, /* the numbers are syslog's priorities */
    LOG_LEVEL_WARN = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

/* Lines above `level` are dropped. The default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Names every following line's role ("serve", "work"); NULL for none. The string is borrowed for
 * ever. */
void log_set_role(const char *role);

/* `format` yields "key=value key=value" text, or "" for none; values with spaces are for log_quote.
 */
void log_write(enum log_level level, const char *event, const char *format, ...) printf_like(3, 4);

#define log_error(event, ...) log_write(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  log_write(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  log_write(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_write(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

/* A value safe for logfmt: quoted, with control characters and quotes escaped, cut to the buffer.
 */
struct log_quoted {
    char text[400];
};
struct log_quoted log_quote(const char *value);

#endif
