/* Who did and saw what, from the newest on. */
#include "desk_parts.h"

#include <string.h>

static const struct {
    const char *action;
    const char *label;
} actions[] = {
    {"invitation.revoked", sentence("Ended one person's link")},
    {"invitation.rotated", sentence("Renewed one person's link")},
    {"wave.dated", sentence("Changed when a questionnaire is open")},
    {"account.link_made", sentence("Made a link to sign in")},
    {"account.signed_out", sentence("Signed out")},
    {"account.signed_out_everywhere", sentence("Signed out everywhere")},
    {"code.approved", sentence("Approved that a theme is told of")},
    {"codes.imported", sentence("Imported codes")},
    {"codings.imported", sentence("Imported codings")},
    {"evaluations.imported", sentence("Imported answers")},
    {"interviews.adjudicator_set", sentence("Said whose codings count")},
    {"interviews.closed", sentence("Closed the interviews")},
    {"interviews.imported", sentence("Imported interviews")},
    {"invitation.link_read", sentence("Looked at one person's link")},
    {"invitations.sealed", sentence("Sealed anonymous links")},
    {"invitations.tokens_read", sentence("Looked at the links")},
    {"mail.bounced", sentence("Noted that a mail came back")},
    {"mail.tested", sentence("Sent a test to themselves")},
    {"mail_plan.set", sentence("Changed the plan of mails")},
    {"mails.planned", sentence("Queued mails by plan")},
    {"mails.queued", sentence("Queued mails")},
    {"mails.refused", sentence("Asked for a mail that was not sent")},
    {"mails.withdrawn", sentence("Stopped mails that waited")},
    {"person.subscribed", sentence("Wants mail again")},
    {"person.unsubscribed", sentence("Wants no mail")},
    {"quotes.imported", sentence("Imported quotes")},
    {"segments.imported", sentence("Imported segments")},
    {"wave.people_read", sentence("Looked at people and their mail")},
    {"webhook.created", sentence("Made a webhook")},
    {"webhook.deleted", sentence("Deleted a webhook")},
    {"webhook.resumed", sentence("Resumed a webhook")},
    {"account.created", sentence("Made an account")},
    {"account.revoked", sentence("Ended an account")},
    {"account.signed_in", sentence("Signed in")},
    {"audit.read", sentence("Read this trail")},
    {"consent.text_set", sentence("Changed what participants agree to")},
    {"commitments.named", sentence("Looked at commitments with names")},
    {"delegate.changed", sentence("Changed one of the delegation")},
    {"delegates.imported", sentence("Imported a delegation")},
    {"delegation.named", sentence("Looked at a delegation's names")},
    {"evaluation.entered", sentence("Entered answers for somebody")},
    {"evaluation.not_entered", sentence("Those answers were not taken")},
    {"invitations.created", sentence("Invited")},
    {"key.created", sentence("Made a key")},
    {"key.revoked", sentence("Ended a key")},
    {"key.rotated", sentence("Renewed a key")},
    {"metrics.read_internal", sentence("Read internal metrics")},
    {"person.changed", sentence("Changed a name or an address")},
    {"person.erased", sentence("Erased a person")},
    {"person.erasure_tried", sentence("Looked at what erasing a person would take")},
    {"person.exported", sentence("Fetched everything held about a person")},
    {"person.named", sentence("Looked at a person")},
    {"persons.listed", sentence("Searched for people")},
    {"disposition.set", sentence("Said what became of an invitation")},
    {"dispositions.set", sentence("Said what became of invitations")},
    {"programme.changed", sentence("Changed how long people are kept")},
    {"release.explained", sentence("Looked at how a release came about")},
    {"releases.resumed", sentence("Let releases go on")},
    {"study.archived", sentence("Deleted what was kept no longer")},
    {"release.withdrawn", sentence("Withdrew a release")},
    {"retention.planned", sentence("Looked at what is kept how long")},
};

static const char *action_name(enum language language, const char *action)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].action, action) == 0)
            return say(language, actions[i].label);
    return action;
}

/* The members that a person can read; ids lead nowhere here. */
static void write_detail(struct buf *html, const json_t *detail)
{
    const char *name;
    json_t *value;
    struct uuid ignored;
    json_object_foreach((json_t *)(uintptr_t)detail, name, value)
    {
        const char *text = json_string_value(value);
        if (text != NULL && !uuid_parse(text, strlen(text), &ignored))
            html_printf(html, "%s: %s ", name, text);
        else if (json_is_integer(value))
            html_printf(html, "%s: %ld ", name, (long)json_integer_value(value));
    }
}

static void write_record(struct desk *desk, struct buf *html, const json_t *record)
{
    enum language language = desk->language;
    bool is_erased = json_is_true(json_object_get(record, "erased"));
    html_printf(html, "<tr><td class=\"number\">%ld</td><td>%s</td><td>%s</td><td>%s",
                desk_number(record, "number"),
                desk_time(desk, json_string_value(json_object_get(record, "at"))).text,
                desk_text(record, "actor"),
                is_erased ? say(language, "Erased together with a person")
                          : action_name(language, desk_text(record, "action")));
    buf_append_text(html, "</td><td class=\"quiet\">");
    write_detail(html, json_object_get(record, "detail"));
    buf_append_text(html, "</td></tr>");
}

static void write_chain(struct desk *desk, struct buf *html)
{
    const json_t *state = desk->answers[1];
    if (json_is_true(json_object_get(state, "holds")))
        html_printf(html, "<p class=\"notice\">%s</p>",
                    say(desk->language, "The trail is whole: no record was changed or taken out."));
    else
        html_printf(html, "<p class=\"notice bad\" role=\"alert\">%s</p>",
                    say(desk->language,
                        "The trail is broken: a record was changed or taken out. Tell "
                        "whoever runs the service."));
}

static void render_audit(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    size_t index;
    json_t *record;
    long next = desk_number(desk->answers[0], "next");
    write_chain(desk, html);
    html_printf(html,
                "<p>%s</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
                "<table><thead><tr><th scope=\"col\" class=\"number\">%s</th><th scope=\"col\">%s"
                "</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                "</tr></thead><tbody>",
                say(language, "Times are UTC."), say(language, "Audit trail"),
                say(language, "Number"), say(language, "When"), say(language, "Who"),
                say(language, "What"), say(language, "Detail"));
    json_array_foreach(json_object_get(desk->answers[0], "records"), index, record)
    {
        write_record(desk, html, record);
    }
    buf_append_text(html, "</tbody></table></div>");
    if (next > 0)
        html_printf(html, "<p><a href=\"/desk/audit?before=%ld\">%s</a></p>", next,
                    say(language, "Older"));
}

static const struct desk_page audit_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Audit trail"),
    .queries = {{"audit_recent",
                 {{FROM_PROGRAMME},
                  {FROM_QUERY_NUMBER, "before"},
                  {FROM_QUERY_LIMIT, "limit"},
                  {FROM_ACTOR}}},
                {"audit_verify", {{FROM_PROGRAMME}}}},
    .render = render_audit,
};

const struct route desk_audit_routes[] = {
    {METHOD_GET, "/desk/audit", desk_handle, &audit_page},
    {0},
};
