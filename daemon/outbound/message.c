#include <debriefd/message.h>

#include <assert.h>
#include <debriefd/clock.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_LENGTH 75 /* RFC 2045 6.7: at most 76, the soft break's sign among them */
#define WORD_MAX_LENGTH 75 /* RFC 2047 2 */

static const char word_start[] = "=?UTF-8?Q?";
static const char word_end[] = "?=";

bool message_is_address(const char *address)
{
    size_t length = strlen(address);
    const char *at = strchr(address, '@');
    if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL || length > 254)
        return false;
    for (const char *byte = address; *byte != '\0'; byte++)
        if (*byte <= ' ' || *byte >= 127 || strchr("<>()[]\\,;:\"", *byte) != NULL)
            return false;
    return true;
}

struct mailbox mailbox_read(const char *text)
{
    struct mailbox mailbox = {0};
    const char *open = strchr(text, '<');
    size_t name = open != NULL ? (size_t)(open - text) : 0;
    while (name > 0 && text[name - 1] == ' ')
        name--;
    snprintf(mailbox.name, sizeof mailbox.name, "%.*s", (int)name, text);
    const char *address = open != NULL ? open + 1 : text;
    snprintf(mailbox.address, sizeof mailbox.address, "%.*s", (int)strcspn(address, ">"), address);
    return mailbox;
}

static void append_hex(struct buf *out, unsigned char byte)
{
    buf_printf(out, "=%02X", byte);
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* What may stand for itself in an encoded word anywhere (RFC 2047 5, case 3). */
static bool is_word_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || strchr("!*+-/", byte) != NULL;
}

/* The length of one character at `text` when encoded. */
static size_t encoded_length(const char *text, size_t *bytes)
{
    size_t length = 1;
    while (is_continuation(text[length]))
        length++;
    *bytes = length;
    bool stays = length == 1 && ((unsigned char)*text <= ' ' || is_word_plain(*text));
    return stays ? 1 : 3 * length;
}

static void append_encoded(struct buf *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte <= ' ')
            buf_append_char(out, '_');
        else if (is_word_plain(text[i]))
            buf_append_char(out, text[i]);
        else
            append_hex(out, byte);
    }
}

/* Encoded words, one a line, none of which cuts a character. */
static void append_words(struct buf *out, const char *text)
{
    size_t used = WORD_MAX_LENGTH;
    bool is_first = true;
    while (*text != '\0') {
        size_t bytes;
        size_t length = encoded_length(text, &bytes);
        if (used + length + sizeof word_end - 1 > WORD_MAX_LENGTH) {
            buf_append_text(out, is_first ? word_start : "?=\r\n =?UTF-8?Q?");
            used = sizeof word_start - 1;
            is_first = false;
        }
        append_encoded(out, text, bytes);
        used += length;
        text += bytes;
    }
    if (!is_first)
        buf_append_text(out, word_end);
}

/* Atoms and single spaces need neither quotes nor encoding, on one short line. */
static bool is_plain_phrase(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > 60 || text[0] == ' ' || text[length - 1] == ' ')
        return false;
    for (; *text != '\0'; text++)
        if (*text != ' ' && !is_word_plain(*text))
            return false;
    return true;
}

static void append_phrase(struct buf *out, const char *text)
{
    if (is_plain_phrase(text))
        buf_append_text(out, text);
    else
        append_words(out, text);
}

static void append_mailbox(struct buf *out, const char *header, const char *name,
                           const char *address)
{
    assert(message_is_address(address));
    buf_printf(out, "%s: ", header);
    if (name != NULL && name[0] != '\0') {
        append_phrase(out, name);
        buf_append_text(out, "\r\n ");
    }
    buf_printf(out, "<%s>\r\n", address);
}

/* RFC 5322 3.3, in names that do not depend on the process's language. */
static void append_date(struct buf *out, int64_t at_us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(at_us / CLOCK_SECOND_US);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    buf_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
               days + (size_t)utc.tm_wday * 3, utc.tm_mday, months + (size_t)utc.tm_mon * 3,
               utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/* The length of what a byte of a line becomes. A dot or "From " at a line's start, and a space at
 * its end, are what old programs on the way alter. */
static bool needs_hex(const char *text, size_t i, size_t length, size_t column)
{
    unsigned char byte = (unsigned char)text[i];
    bool ends = i + 1 == length || text[i + 1] == '\n';
    if (byte == ' ' || byte == '\t')
        return ends;
    if (column == 0 && (byte == '.' || byte == 'F'))
        return true;
    return byte < ' ' || byte > 126 || byte == '=';
}

static void append_quoted_printable(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            buf_append_text(out, "\r\n");
            column = 0;
            continue;
        }
        size_t width = needs_hex(text, i, length, column) ? 3 : 1;
        if (column + width > LINE_MAX_LENGTH) {
            buf_append_text(out, "=\r\n");
            column = 0;
            width = needs_hex(text, i, length, column) ? 3 : 1;
        }
        if (width == 3)
            append_hex(out, (unsigned char)text[i]);
        else
            buf_append_char(out, text[i]);
        column += width;
    }
    if (column > 0)
        buf_append_text(out, "\r\n");
}

/* "=_" is in no quoted-printable text, so that no part can hold the boundary. */
static void append_part(struct buf *out, const char *id, const char *type, const char *content)
{
    buf_printf(out,
               "--=_%.36s\r\nContent-Type: text/%s; charset=UTF-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
               id, type);
    append_quoted_printable(out, content);
}

static void append_headers(const struct message *message, struct buf *out)
{
    append_date(out, message->at_us);
    append_mailbox(out, "From", message->from_name, message->from_address);
    append_mailbox(out, "To", message->to_name, message->to_address);
    if (message->reply_to != NULL && message->reply_to[0] != '\0')
        append_mailbox(out, "Reply-To", NULL, message->reply_to);
    buf_append_text(out, "Subject: ");
    append_phrase(out, message->subject);
    buf_printf(out, "\r\nMessage-ID: <%s>\r\n", message->id);
    buf_printf(out, "Content-Language: %s\r\nAuto-Submitted: auto-generated\r\n",
               message->language);
    if (message->unsubscribe != NULL && message->unsubscribe[0] != '\0')
        buf_printf(out,
                   "List-Unsubscribe: <%s>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                   message->unsubscribe);
}

void message_write(const struct message *message, struct buf *out)
{
    append_headers(message, out);
    buf_printf(out,
               "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n"
               " boundary=\"=_%.36s\"\r\n\r\n",
               message->id);
    append_part(out, message->id, "plain", message->text);
    append_part(out, message->id, "html", message->html);
    buf_printf(out, "--=_%.36s--\r\n", message->id);
}
