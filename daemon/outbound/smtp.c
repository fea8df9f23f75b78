#include <debriefd/smtp.h>

#include <curl/curl.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE_MAIL '-'

struct smtp {
    struct smtp_options options;
    CURL *curl;
    const struct buf *message; /* of the mail being sent */
    size_t taken;              /* bytes of it */
    char command;              /* the last one that was sent: its first letter */
    char said[300];            /* the server's last line */
};

enum smtp_outcome smtp_refusal(char command, const char *line)
{
    bool is_final = line[0] == '5';
    const char *enhanced = strlen(line) > 4 && line[4] == '5' ? line + 4 : "";
    if (command == BEFORE_MAIL || command == 'M' || strncmp(line, "421", 3) == 0)
        return SMTP_AWAY;
    if (!is_final)
        return SMTP_LATER;
    if (command == 'R' && (enhanced[0] == '\0' || strncmp(enhanced, "5.0", 3) == 0 ||
                           strncmp(enhanced, "5.4", 3) == 0))
        return SMTP_BOUNCED;
    bool is_address = strncmp(enhanced, "5.1.", 4) == 0 || strncmp(enhanced, "5.2.1", 5) == 0;
    return is_address ? SMTP_BOUNCED : SMTP_FAILED;
}

struct smtp *smtp_create(const struct smtp_options *options)
{
    struct smtp *smtp = xcalloc(sizeof *smtp);
    smtp->options = *options;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    smtp->curl = curl_easy_init();
    if (smtp->curl == NULL)
        abort();
    return smtp;
}

void smtp_destroy(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    curl_easy_cleanup(smtp->curl);
    free(smtp);
}

static size_t give(char *into, size_t size, size_t count, void *context)
{
    struct smtp *smtp = context;
    size_t left = smtp->message->length - smtp->taken;
    size_t length = left < size * count ? left : size * count;
    memcpy(into, smtp->message->data + smtp->taken, length);
    smtp->taken += length;
    return length;
}

static bool is_refusal(const char *line)
{
    return line[0] == '4' || line[0] == '5';
}

/* What refused the mail is kept, whatever the server says to the good-bye after it. */
static void hear(struct smtp *smtp, const char *line, size_t length)
{
    if (smtp->command != BEFORE_MAIL && is_refusal(smtp->said))
        return;
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    snprintf(smtp->said, sizeof smtp->said, "%.*s", (int)length, line);
}

/* What curl says to the server and hears from it: only so can be told which command was refused.
 * Nothing of it is logged. */
static int follow(CURL *curl, curl_infotype type, char *data, size_t length, void *context)
{
    (void)curl;
    struct smtp *smtp = context;
    bool is_mail = length > 4 && (memcmp(data, "MAIL", 4) == 0 || memcmp(data, "RCPT", 4) == 0 ||
                                  memcmp(data, "DATA", 4) == 0);
    if (type == CURLINFO_HEADER_IN && length > 3)
        hear(smtp, data, length);
    if (type != CURLINFO_HEADER_OUT || !is_mail)
        return 0;
    if (data[0] == 'M')
        smtp->said[0] = '\0'; /* a way to sign in that was refused, before one that was not */
    smtp->command = data[0];
    return 0;
}

static void set_up(struct smtp *smtp, const char *from, struct curl_slist *to)
{
    static const long tls[] = {CURLUSESSL_ALL, CURLUSESSL_TRY, CURLUSESSL_NONE};
    const struct smtp_options *options = &smtp->options;
    CURL *curl = smtp->curl;
    struct buf url;
    buf_init(&url);
    buf_printf(&url, "%s/%s", options->url, options->hello);
    curl_easy_reset(curl); /* keeps the connection */
    curl_easy_setopt(curl, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(options->timeout_us / 1000));
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(options->timeout_us / 1000));
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls[options->tls]);
    if (options->ca_file[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    if (options->user[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options->password);
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, smtp);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)smtp->message->length);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
    buf_finish(&url);
}

struct smtp_result smtp_send(struct smtp *smtp, const char *from, const char *to,
                             const struct buf *message)
{
    char sender[300];
    char recipient[300];
    snprintf(sender, sizeof sender, "<%s>", from);
    snprintf(recipient, sizeof recipient, "<%s>", to);
    struct curl_slist *recipients = curl_slist_append(NULL, recipient);
    smtp->message = message;
    smtp->taken = 0;
    smtp->command = BEFORE_MAIL;
    smtp->said[0] = '\0';
    set_up(smtp, sender, recipients);
    CURLcode code = curl_easy_perform(smtp->curl);
    curl_slist_free_all(recipients);
    struct smtp_result result = {.outcome = SMTP_SENT};
    bool is_refused = is_refusal(smtp->said);
    if (code == CURLE_OK)
        return result;
    if (smtp->command == BEFORE_MAIL)
        result.outcome = SMTP_AWAY;
    else
        result.outcome = is_refused ? smtp_refusal(smtp->command, smtp->said) : SMTP_LATER;
    snprintf(result.said, sizeof result.said, "%s",
             is_refused ? smtp->said : curl_easy_strerror(code));
    return result;
}
