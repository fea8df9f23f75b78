#include <debriefd/error.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int http_status;
} codes[] = {
    [ERR_NONE] = {"none", 200},
    [ERR_INVALID] = {"invalid", 422},
    [ERR_UNAUTHORIZED] = {"unauthorized", 401},
    [ERR_FORBIDDEN] = {"forbidden", 403},
    [ERR_NOT_FOUND] = {"not_found", 404},
    [ERR_CONFLICT] = {"conflict", 409},
    [ERR_GONE] = {"gone", 410},
    [ERR_TOO_LARGE] = {"too_large", 413},
    [ERR_LIMITED] = {"limited", 429},
    [ERR_UNAVAILABLE] = {"unavailable", 503},
    [ERR_TIMEOUT] = {"timeout", 504},
    [ERR_SYSTEM] = {"system", 500},
    [ERR_INTERNAL] = {"internal", 500},
};

void error_fill(struct error *err, enum error_code code, const char *format, ...)
{
    assert(code != ERR_NONE);
    err->code = code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
}

void error_fill_errno(struct error *err, int errno_value, const char *format, ...)
{
    err->code = ERR_SYSTEM;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    size_t used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(errno_value));
}

const char *error_code_name(enum error_code code)
{
    return codes[code].name;
}

int error_http_status(enum error_code code)
{
    return codes[code].http_status;
}
