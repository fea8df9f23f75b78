#include "desk_parts.h"

#include <string.h>

const char *desk_mode_sentence(enum language language, const char *anonymity)
{
    if (strcmp(anonymity, "anonymous") == 0)
        return say(language,
                   "Answers are anonymous: nobody, not even the service, can tell who gave "
                   "which, so nobody can change one or be compared before and after.");
    return say(language, "Answers are kept under pseudonyms: one person's before and after can be "
                         "compared, and nobody who reads results sees a name.");
}

void desk_clock(struct desk *desk, struct buf *html)
{
    buf_append_text(html, "<p class=\"quiet\">");
    html_printf(html, say(desk->language, "Times are those of %s."),
                desk_text(desk->study, "time_zone"));
    buf_append_text(html, "</p>");
}

void desk_input(struct buf *html, const char *type, const char *name, const char *label,
                const char *value, const char *help, const char *fault)
{
    html_printf(html,
                "<div class=\"field\"><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" "
                "type=\"%s\" value=\"%s\"",
                name, label, name, name, type, value);
    if (help != NULL || fault != NULL)
        html_printf(html, " aria-describedby=\"%s-help\"", name);
    if (fault != NULL)
        buf_append_text(html, " aria-invalid=\"true\"");
    buf_append_char(html, '>');
    if (help != NULL || fault != NULL)
        html_printf(html, "<p id=\"%s-help\" class=\"%s\">%s</p>", name,
                    fault != NULL ? "error" : "help", fault != NULL ? fault : help);
    buf_append_text(html, "</div>");
}

void desk_field(struct desk *desk, struct buf *html, const char *type, const char *name,
                const char *label, const char *stored, const char *help)
{
    desk_input(html, type, name, label, desk_given(desk, name, stored), help,
               desk_fault(desk, name));
}

void desk_fault_marks(struct desk *desk, struct buf *html, const char *name)
{
    if (desk_fault(desk, name) != NULL)
        html_printf(html, " aria-invalid=\"true\" aria-describedby=\"%s-help\"", name);
}

void desk_fault_reason(struct desk *desk, struct buf *html, const char *name)
{
    const char *fault = desk_fault(desk, name);
    if (fault != NULL)
        html_printf(html, "<p id=\"%s-help\" class=\"error\">%s</p>", name, fault);
}
