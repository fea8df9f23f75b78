#include "suite.h"
#include <debriefd/bounce.h>
#include <debriefd/clock.h>
#include <debriefd/letter.h>
#include <debriefd/message.h>
#include <debriefd/smtp.h>
#include <string.h>

static const char id[] =
    "0b9a6e1e-7f0c-4f6f-9d3c-0d0b6a8d9a01.1c9a6e1e-7f0c-4f6f-9d3c-0d0b6a8d9a02@example.org";

static struct message sample(void)
{
    return (struct message){
        .id = id,
        .from_name = "Region",
        .from_address = "from@example.org",
        .to_name = "Bo",
        .to_address = "to@example.org",
        .language = "sv",
        .subject = "Plain words",
        .text = "Hello\n",
        .html = "<p>Hello</p>\n",
        .at_us = INT64_C(1795436573) * CLOCK_SECOND_US,
    };
}

static void is_written(const struct message *message, const char *expected)
{
    struct buf out;
    buf_init(&out);
    message_write(message, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), expected));
    buf_finish(&out);
}

/* The date and time of 1795436573 are what `date -u -R -d @1795436573` says. */
static void headers_are_plain_where_they_can_be(void)
{
    struct message message = sample();
    is_written(&message, "Date: Mon, 23 Nov 2026 12:22:53 +0000\r\n");
    is_written(&message, "From: Region\r\n <from@example.org>\r\n");
    is_written(&message, "Subject: Plain words\r\n");
    is_written(&message, "Content-Type: text/plain; charset=UTF-8\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\nHello\r\n");
}

/* RFC 2047 8 has "=?ISO-8859-1?Q?a_b?=" for "a b"; the rest follows its section 4.2. */
static void headers_are_encoded_where_they_must_be(void)
{
    struct message message = sample();
    message.subject = "a b: Malmö";
    is_written(&message, "Subject: =?UTF-8?Q?a_b=3A_Malm=C3=B6?=\r\n");
    message.subject = "a\r\nBcc: x@example.org";
    is_written(&message, "Subject: =?UTF-8?Q?a__Bcc=3A_x=40example=2Eorg?=\r\n");
    message.to_name = "Ek, \"Bo\" <b@example.org>";
    is_written(&message, "To: =?UTF-8?Q?Ek=2C_=22Bo=22_=3Cb=40example=2Eorg=3E?=\r\n");
}

/* RFC 2045 6.7: at most 76 characters a line, no blank at a line's end; a soft break is a = sign.
 */
static void bodies_are_quoted_printable(void)
{
    struct message message = sample();
    message.text = "blank \nöl=\n.dot\nFrom x\n";
    is_written(&message, "\r\n\r\nblank=20\r\n=C3=B6l=3D\r\n=2Edot\r\n=46rom x\r\n--=_");
    message.text =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678";
    is_written(&message,
               "\r\n012345678901234567890123456789012345678901234567890123456789012345678901"
               "234=\r\n5678\r\n");
}

static void addresses(void)
{
    static const char *const good[] = {"a@b", "a.b+c@example.org", "a'b@example.org"};
    static const char *const bad[] = {"",      "a",          "@b",    "a@",        "a@b@c",
                                      "a b@c", "a\r\nb@c.d", "<a@b>", "a@b>,<c@d", "\"a\"@b",
                                      "ö@b.c", "a@b c",      "a;b@c", "a@b\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT(message_is_address(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(message_is_address(bad[i]));
    struct mailbox box = mailbox_read("Region Väst <a@b.c>");
    CU_ASSERT_STRING_EQUAL(box.name, "Region Väst");
    CU_ASSERT_STRING_EQUAL(box.address, "a@b.c");
    CU_ASSERT_STRING_EQUAL(mailbox_read("a@b.c").address, "a@b.c");
    CU_ASSERT_STRING_EQUAL(mailbox_read("").address, "");
}

/* Replies as in RFC 5321 4.2.3 and appendix D, enhanced codes as in RFC 3463 3. */
static void refusals(void)
{
    static const struct {
        char command;
        const char *line;
        enum smtp_outcome outcome;
    } cases[] = {
        {'-', "554 No SMTP service here", SMTP_AWAY},
        {'-', "535 5.7.8 Authentication credentials invalid", SMTP_AWAY},
        {'M', "550 5.7.1 sender refused", SMTP_AWAY},
        {'R', "421 4.3.2 shutting down", SMTP_AWAY},
        {'R', "450 4.2.0 greylisted", SMTP_LATER},
        {'R', "550 No such user here", SMTP_BOUNCED},
        {'R', "550 5.1.1 no such user", SMTP_BOUNCED},
        {'R', "550 5.2.1 disabled", SMTP_BOUNCED},
        {'R', "552 5.2.2 mailbox full", SMTP_FAILED},
        {'R', "550 5.7.1 relaying denied", SMTP_FAILED},
        {'D', "554 5.7.1 spam", SMTP_FAILED},
        {'D', "554 Transaction failed", SMTP_FAILED},
        {'D', "550 5.1.1 nobody", SMTP_BOUNCED},
        {'D', "451 4.3.0 try again", SMTP_LATER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(smtp_refusal(cases[i].command, cases[i].line), cases[i].outcome);
}

static enum bounce_verdict read_text(const char *text, struct bounce *bounce)
{
    return bounce_read(text, strlen(text), bounce);
}

/* RFC 3464 appendix E.1, its mail replaced by one of ours. */
static void reports(void)
{
    static const char example[] = "From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EDU>\n"
                                  "Message-Id: <199407072116.RAA14128@CS.UTK.EDU>\n"
                                  "Subject: Returned mail: Cannot send message for 5 days\n"
                                  "Content-Type: multipart/report; report-type=delivery-status;\n"
                                  "      boundary=\"RAA14128.773615765/CS.UTK.EDU\"\n\n"
                                  "--RAA14128.773615765/CS.UTK.EDU\n"
                                  "content-type: message/delivery-status\n\n"
                                  "Reporting-MTA: dns; cs.utk.edu\n\n"
                                  "Original-Recipient: rfc822;louisl@larry.slip.umd.edu\n"
                                  "Final-Recipient: rfc822;louisl@larry.slip.umd.edu\n"
                                  "Action: failed\n"
                                  "Status: 4.0.0\n"
                                  "Diagnostic-Code: smtp; 426 connection\n"
                                  "  timed out\n"
                                  "Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400\n\n"
                                  "--RAA14128.773615765/CS.UTK.EDU\n"
                                  "content-type: message/rfc822\n\n"
                                  "Message-ID:\n"
                                  " <0b9a6e1e-7f0c-4f6f-9d3c-0d0b6a8d9a01.1c9a6e1e-7f0c-4f6f-9d3c-"
                                  "0d0b6a8d9a02@example.org>\n";
    struct bounce bounce;
    CU_ASSERT_EQUAL_FATAL(read_text(example, &bounce), BOUNCE_FAILED);
    CU_ASSERT_STRING_EQUAL(bounce.status, "4.0.0");
    CU_ASSERT_STRING_EQUAL(bounce.recipient, "louisl@larry.slip.umd.edu");
    CU_ASSERT_STRING_EQUAL(bounce.diagnostic, "426 connection  timed out");
    char made[BOUNCE_ID_SIZE];
    bounce_id(&bounce.mail, &bounce.programme, made);
    CU_ASSERT_NSTRING_EQUAL(made, id, strlen(made));
    CU_ASSERT_EQUAL(read_text("Action: delayed\nMessage-ID: <x>\n", &bounce), BOUNCE_OTHER);
    CU_ASSERT_EQUAL(read_text("Action: failed\nMessage-ID: <x.y@z>\n", &bounce), BOUNCE_NOT_OURS);
    CU_ASSERT_EQUAL(read_text("", &bounce), BOUNCE_OTHER);
    CU_ASSERT_EQUAL(read_text("\n \n:", &bounce), BOUNCE_OTHER);
    CU_ASSERT_EQUAL(bounce_read("Action: failed\0Message-ID:", 26, &bounce), BOUNCE_NOT_OURS);
}

static void write_letter(enum letter_kind kind, enum language language, struct buf *text,
                         struct buf *html)
{
    struct letter letter = {
        .kind = kind,
        .language = language,
        .name = "<b>Bo</b>",
        .programme = "Programme",
        .link = "https://x/desk",
        .unsubscribe = "https://x/u",
        .waves = {{"Trip & co", "Title", "2026-12-05 23:59 6", "https://x/i", 1, false}},
        .wave_count = 1,
        .results = {{LETTER_RESPONSE_RATE, 0.825}, {LETTER_RECOMMEND, -12}, {LETTER_OVERALL, 4.25}},
        .result_count = 3,
    };
    struct buf subject;
    buf_init(&subject);
    letter_write(&letter, &subject, text, html);
    CU_ASSERT(subject.length > 0);
    buf_finish(&subject);
}

static void letters_say_the_same_in_both_forms(void)
{
    for (int kind = 0; kind < LETTER_KINDS; kind++)
        for (int language = 0; language < LANGUAGES; language++) {
            struct buf text;
            struct buf html;
            buf_init(&text);
            buf_init(&html);
            write_letter((enum letter_kind)kind, (enum language)language, &text, &html);
            CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "<b>Bo</b>"));
            CU_ASSERT_PTR_NULL(strstr(buf_text(&html), "<b>Bo"));
            CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&html), "&lt;b&gt;Bo"));
            CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "https://x/u\n"));
            buf_finish(&html);
            buf_finish(&text);
        }
}

static void numbers_and_dates_are_written_as_people_do(void)
{
    static const struct {
        enum letter_kind kind;
        enum language language;
        const char *words;
    } cases[] = {
        {LETTER_INVITATION, LANGUAGE_SV, "lördag 5 december kl. 23.59"},
        {LETTER_INVITATION, LANGUAGE_EN, "Saturday 5 December at 23:59"},
        {LETTER_INVITATION, LANGUAGE_SV, "ungefär 1 minut."},
        {LETTER_THANKS, LANGUAGE_SV, "4,2"},
        {LETTER_THANKS, LANGUAGE_EN, "4.2"},
        {LETTER_THANKS, LANGUAGE_EN, "-12"},
        {LETTER_THANKS, LANGUAGE_EN, "82 % of the delegation"},
        {LETTER_SIGN_IN, LANGUAGE_SV, "Logga in:\nhttps://x/desk"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text;
        struct buf html;
        buf_init(&text);
        buf_init(&html);
        write_letter(cases[i].kind, cases[i].language, &text, &html);
        CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), cases[i].words));
        buf_finish(&html);
        buf_finish(&text);
    }
}

int main(void)
{
    return suite_run(
        "mail",
        (const struct suite_test[]){
            {"headers are plain where they can be", headers_are_plain_where_they_can_be},
            {"headers are encoded where they must be", headers_are_encoded_where_they_must_be},
            {"bodies are quoted-printable", bodies_are_quoted_printable},
            {"addresses", addresses},
            {"refusals", refusals},
            {"reports of failure", reports},
            {"letters say the same in both forms", letters_say_the_same_in_both_forms},
            {"numbers and dates", numbers_and_dates_are_written_as_people_do},
            {0},
        });
}
