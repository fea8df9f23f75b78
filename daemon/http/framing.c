#include <debriefd/framing.h>

#include <debriefd/text.h>
#include <string.h>
#include <strings.h>

#define PASS           ((struct framing_verdict){0})
#define REFUSE(s, why) ((struct framing_verdict){(s), (why)})

/* RFC 9110 5.6.2 */
static bool is_token_char(unsigned char byte)
{
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
        (byte >= 'A' && byte <= 'Z'))
        return true;
    return byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL;
}

static bool is_token(const char *text)
{
    const char *cursor = text;
    while (is_token_char((unsigned char)*cursor))
        cursor++;
    return cursor != text && *cursor == '\0';
}

static bool is_field_value(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

static bool is_digits(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool is_zero(const char *digits)
{
    return digits[strspn(digits, "0")] == '\0';
}

static bool is_host(const char *text)
{
    for (const char *cursor = text; *cursor != '\0'; cursor++)
        if (!is_token_char((unsigned char)*cursor) && strchr(":[]", *cursor) == NULL)
            return false;
    return *text != '\0';
}

/* Fields where two parsers may pick different lines of a repeated field. */
static const char *const single_fields[] = {
    "Host",         "Content-Length",       "Content-Type", "Authorization",
    "X-Request-Id", "X-Debriefd-Proxy-Key", "Expect",
};

#define SINGLE_FIELDS (sizeof single_fields / sizeof *single_fields)

enum single_field { FIELD_HOST, FIELD_CONTENT_LENGTH };

struct fields {
    const char *values[SINGLE_FIELDS];
    bool transfer_encoding;
    bool repeated;
};

static void note_field(struct fields *fields, const struct framing_header *header)
{
    for (size_t i = 0; i < SINGLE_FIELDS; i++) {
        if (strcasecmp(header->name, single_fields[i]) != 0)
            continue;
        fields->repeated |= fields->values[i] != NULL;
        fields->values[i] = header->value;
        return;
    }
    if (strcasecmp(header->name, "Transfer-Encoding") == 0)
        fields->transfer_encoding = true;
}

/* METHOD_OTHER is refused anyway, with the better reason. */
static bool method_may_have_body(enum http_method method)
{
    return method == METHOD_POST || method == METHOD_PUT || method == METHOD_PATCH ||
           method == METHOD_OTHER;
}

static struct framing_verdict judge_fields(const struct framing_head *head,
                                           const struct fields *fields)
{
    const char *host = fields->values[FIELD_HOST];
    const char *length = fields->values[FIELD_CONTENT_LENGTH];
    if (fields->repeated)
        return REFUSE(400, "A header that may appear once is repeated");
    if (fields->transfer_encoding)
        return REFUSE(411, "Transfer codings are not accepted, send Content-Length");
    if (host == NULL && head->version_minor == 1)
        return REFUSE(400, "The Host header is missing");
    if (host != NULL && !is_host(host))
        return REFUSE(400, "The Host header is malformed");
    if (length != NULL && !is_digits(length))
        return REFUSE(400, "The Content-Length header is malformed");
    if (length != NULL && !is_zero(length) && !method_may_have_body(head->method))
        return REFUSE(400, "This method takes no body");
    return PASS;
}

static struct framing_verdict judge_headers(const struct framing_head *head)
{
    struct fields fields = {0};
    for (size_t i = 0; i < head->header_count; i++) {
        const struct framing_header *header = &head->headers[i];
        if (!is_token(header->name))
            return REFUSE(400, "A header name is malformed");
        if (!is_field_value(header->value))
            return REFUSE(400, "A header value holds a control character");
        note_field(&fields, header);
    }
    return judge_fields(head, &fields);
}

/* The byte of an escape at `text` ("%41"), or -1. Stops at NUL. */
static int escaped_byte(const char *text)
{
    int high = text[1] != '\0' ? text_hex_digit(text[1]) : -1;
    int low = high >= 0 ? text_hex_digit(text[2]) : -1;
    return low >= 0 ? high * 16 + low : -1;
}

/* Counts the dots a segment consists of, escaped or not; -1 when it holds anything else. */
static int only_dots(const char *segment, size_t length)
{
    int dots = 0;
    for (size_t i = 0; i < length; dots++) {
        if (segment[i] == '.')
            i++;
        else if (length - i >= 3 && strncasecmp(segment + i, "%2e", 3) == 0)
            i += 3;
        else
            return -1;
    }
    return dots;
}

static bool has_dot_segment(const char *target)
{
    size_t length = strcspn(target, "?");
    for (size_t at = 0; at < length;) {
        size_t segment = strcspn(target + at + 1, "/?");
        int dots = only_dots(target + at + 1, segment);
        if (dots == 1 || dots == 2)
            return true;
        at += segment + 1;
    }
    return false;
}

static bool has_bad_byte(const char *target)
{
    for (const char *cursor = target; *cursor != '\0'; cursor++) {
        unsigned char byte = (unsigned char)*cursor;
        if (byte < 0x21 || byte > 0x7e || byte == '#' || byte == '\\')
            return true;
        if (byte == '%' && escaped_byte(cursor) <= 0)
            return true;
    }
    return false;
}

static struct framing_verdict judge_target(const char *target)
{
    if (strlen(target) > FRAMING_TARGET_MAX)
        return REFUSE(414, "The request target is too long");
    if (target[0] != '/')
        return REFUSE(400, "The request target must be an absolute path");
    if (has_bad_byte(target))
        return REFUSE(400, "The request target holds a forbidden character or escape");
    if (has_dot_segment(target))
        return REFUSE(400, "The request target holds a dot segment");
    return PASS;
}

struct framing_verdict framing_judge(const struct framing_head *head)
{
    if (head->version_major != 1 || head->version_minor < 0 || head->version_minor > 1)
        return REFUSE(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here");
    struct framing_verdict verdict = judge_headers(head);
    if (verdict.status == 0)
        verdict = judge_target(head->target);
    if (verdict.status == 0 && head->method == METHOD_OTHER)
        return REFUSE(501, "This method is not implemented");
    return verdict;
}

bool framing_decode(enum framing_part part, const char *text, size_t length, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        int byte = (unsigned char)text[i];
        if (byte == '%') {
            byte = length - i >= 3 ? escaped_byte(text + i) : -1;
            i += 2;
            if (byte <= 0 || (byte == '/' && part == FRAMING_SEGMENT))
                return false;
        } else if (byte == '+' && part == FRAMING_QUERY) {
            byte = ' ';
        }
        out[used++] = (char)byte;
    }
    out[used] = '\0';
    return text_is_utf8(out, used);
}

void framing_scan_init(struct framing_scan *scan)
{
    *scan = (struct framing_scan){0};
}

static void set_fault(struct framing_scan *scan, enum framing_fault fault)
{
    if (scan->fault == FRAMING_CLEAN)
        scan->fault = fault;
}

static void keep_tail(struct framing_scan *scan, const char *bytes, size_t length)
{
    if (scan->lines > 0)
        return;
    size_t kept = length < FRAMING_VERSION_LENGTH ? length : FRAMING_VERSION_LENGTH;
    memmove(scan->tail, scan->tail + kept, FRAMING_VERSION_LENGTH - kept);
    memcpy(scan->tail + FRAMING_VERSION_LENGTH - kept, bytes + length - kept, kept);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool ends_in_version(const char tail[FRAMING_VERSION_LENGTH])
{
    return memcmp(tail, " HTTP/", 6) == 0 && is_digit(tail[6]) && tail[7] == '.' &&
           is_digit(tail[8]);
}

static void end_line(struct framing_scan *scan)
{
    if (!scan->after_cr)
        set_fault(scan, FRAMING_BARE_LF);
    if (scan->lines == 0 && !ends_in_version(scan->tail))
        set_fault(scan, FRAMING_VERSION);
    if (scan->line_length == 0)
        scan->complete = true;
    scan->after_cr = false;
    scan->line_length = 0;
    scan->lines++;
}

static void scan_byte(struct framing_scan *scan, char byte)
{
    if (byte == '\n') {
        end_line(scan);
        return;
    }
    if (scan->after_cr) {
        set_fault(scan, FRAMING_BARE_CR);
        scan->after_cr = false;
        scan->line_length++;
    }
    if (byte == '\r') {
        scan->after_cr = true;
        return;
    }
    if (byte == '\0')
        set_fault(scan, FRAMING_NUL);
    if (scan->line_length == 0 && scan->lines > 0 && (byte == ' ' || byte == '\t'))
        set_fault(scan, FRAMING_FOLDED);
    keep_tail(scan, &byte, 1);
    scan->line_length++;
}

/* The bytes of a line that need no look of their own: all before the next control character. */
static size_t plain_run(const char *bytes, size_t length)
{
    size_t run = 0;
    while (run < length && (unsigned char)bytes[run] >= 0x20)
        run++;
    return run;
}

void framing_scan_bytes(struct framing_scan *scan, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && !scan->complete; i++) {
        scan_byte(scan, bytes[i]);
        if (scan->complete || scan->after_cr || scan->line_length == 0)
            continue;
        size_t run = plain_run(bytes + i + 1, length - i - 1);
        keep_tail(scan, bytes + i + 1, run);
        scan->line_length += run;
        i += run;
    }
}

const char *framing_fault_reason(enum framing_fault fault)
{
    static const char *const reasons[] = {
        [FRAMING_CLEAN] = "The request is well-formed",
        [FRAMING_NUL] = "The request head holds a NUL",
        [FRAMING_BARE_LF] = "A line of the request head ends without CR",
        [FRAMING_BARE_CR] = "The request head holds a CR without LF",
        [FRAMING_FOLDED] = "A header line is folded",
        [FRAMING_VERSION] = "The request line does not end in an HTTP version",
    };
    return reasons[fault];
}
