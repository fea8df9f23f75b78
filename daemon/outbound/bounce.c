#include <debriefd/bounce.h>

#include <debriefd/buf.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define UUID_LENGTH 36
#define ID_LENGTH   (2 * UUID_LENGTH + 1)

void bounce_id(const struct uuid *mail, const struct uuid *programme, char id[BOUNCE_ID_SIZE])
{
    snprintf(id, BOUNCE_ID_SIZE, "%s.%s", uuid_format(mail).text, uuid_format(programme).text);
}

/* What stands behind `name` when the line is that field. */
static const char *field(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

/* The part behind the type: "rfc822; a@b" and "smtp; 550 5.1.1 no". */
static void copy_typed(const char *value, char *into, size_t size)
{
    const char *semicolon = strchr(value, ';');
    if (semicolon != NULL)
        value = semicolon + 1 + strspn(semicolon + 1, " \t");
    snprintf(into, size, "%s", value);
}

static bool find_id(const char *line, struct bounce *bounce)
{
    for (const char *dot = strchr(line, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
        if (dot - line >= UUID_LENGTH && strlen(dot) > UUID_LENGTH + 1 &&
            dot[UUID_LENGTH + 1] == '@' &&
            uuid_parse(dot - UUID_LENGTH, UUID_LENGTH, &bounce->mail) &&
            uuid_parse(dot + 1, UUID_LENGTH, &bounce->programme))
            return true;
    return false;
}

struct report {
    struct bounce bounce;
    bool has_failed; /* the fields of the first recipient that did are kept */
    bool is_ours;
};

static void take_line(struct report *report, const char *line)
{
    struct bounce *bounce = &report->bounce;
    const char *value;
    if ((value = field(line, "Action")) != NULL)
        report->has_failed = report->has_failed || strncasecmp(value, "failed", 6) == 0;
    else if ((value = field(line, "Status")) != NULL && bounce->status[0] != '5')
        snprintf(bounce->status, sizeof bounce->status, "%.*s", (int)strcspn(value, " \t("), value);
    else if ((value = field(line, "Final-Recipient")) != NULL && bounce->recipient[0] == '\0')
        copy_typed(value, bounce->recipient, sizeof bounce->recipient);
    else if ((value = field(line, "Diagnostic-Code")) != NULL && bounce->diagnostic[0] == '\0')
        copy_typed(value, bounce->diagnostic, sizeof bounce->diagnostic);
    else if ((value = field(line, "Message-ID")) != NULL && !report->is_ours)
        report->is_ours = find_id(value, bounce);
}

/* The end of a line that goes on in the next when that begins with a blank (RFC 5322 2.2.3). */
static size_t unfold(const char *text, size_t length, size_t at, struct buf *line)
{
    buf_clear(line);
    do {
        for (; at < length && text[at] != '\n'; at++)
            buf_append_char(line, (unsigned char)text[at] < ' ' ? ' ' : text[at]);
        at++;
    } while (at < length && line->length > 0 && line->length < 4000 &&
             (text[at] == ' ' || text[at] == '\t'));
    while (line->length > 0 && line->data[line->length - 1] == ' ')
        line->data[--line->length] = '\0';
    return at;
}

enum bounce_verdict bounce_read(const char *text, size_t length, struct bounce *bounce)
{
    struct report report = {0};
    struct buf line;
    buf_init(&line);
    for (size_t at = 0; at < length;) {
        at = unfold(text, length, at, &line);
        take_line(&report, buf_text(&line));
    }
    buf_finish(&line);
    if (!report.has_failed)
        return BOUNCE_OTHER;
    if (!report.is_ours)
        return BOUNCE_NOT_OURS;
    *bounce = report.bounce;
    return BOUNCE_FAILED;
}
