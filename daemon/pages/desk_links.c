/* Whom a questionnaire is sent to, one by one: the latest mail to each, one more, and the link
 * itself for whoever has no e-mail address. Both looks are on record. */
#include "desk_parts.h"

#include <debriefd/config.h>
#include <stdio.h>
#include <string.h>

#define WAVE "/desk/studies/{study}/waves/{wave}"

static bool is_anonymous(const struct desk *desk)
{
    return strcmp(desk_text(desk->study, "anonymity"), "anonymous") == 0;
}

static void write_mail(struct desk *desk, struct buf *html, const json_t *person)
{
    enum language language = desk->language;
    const json_t *mail = json_object_get(person, "mail");
    const char *state = desk_text(mail, "state");
    if (!json_is_true(json_object_get(person, "has_address")))
        html_printf(html, "<td>%s</td>", say(language, "No e-mail address"));
    else if (!json_is_object(mail))
        buf_append_text(html, "<td>–</td>");
    else if (strcmp(state, "failed") == 0 || strcmp(state, "bounced") == 0)
        html_printf(html,
                    "<td><span class=\"error\">%s</span> <span class=\"quiet\">%s</span></td>",
                    desk_mail_state(language, state), desk_text(mail, "error"));
    else
        html_printf(html, "<td>%s: %s</td>", desk_mail_kind(language, desk_text(mail, "kind")),
                    desk_mail_state(language, state));
}

static void write_actions(struct desk *desk, struct buf *html, const json_t *person)
{
    char action[200];
    const char *invitation = desk_text(person, "invitation");
    buf_append_text(html, "<td><div class=\"actions\">");
    if (json_is_true(json_object_get(person, "has_address"))) {
        desk_form(desk, html, WAVE "/mails");
        html_printf(html,
                    "<input type=\"hidden\" name=\"kind\" value=\"invitation\">"
                    "<input type=\"hidden\" name=\"to\" value=\"%s\"><button>%s</button>",
                    desk_text(person, "participant"), say(desk->language, "Send the invitation"));
        desk_form_end(html);
    }
    if (invitation[0] != '\0') {
        snprintf(action, sizeof action, WAVE "/links/%s", invitation);
        desk_button(desk, html, action, "", say(desk->language, "Show the link"));
    }
    buf_append_text(html, "</div></td>");
}

static void write_person(struct desk *desk, struct buf *html, const json_t *person)
{
    html_printf(html, "<tr><th scope=\"row\">%s<br><span class=\"quiet\">%s</span></th>",
                desk_text(person, "name"), desk_text(person, "organisation"));
    write_mail(desk, html, person);
    write_actions(desk, html, person);
    buf_append_text(html, "</tr>");
}

static void render_people(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *people = json_object_get(desk->answers[1], "people");
    size_t index;
    json_t *person;
    html_printf(html, "<p>%s</p>",
                is_anonymous(desk)
                    ? say(language, "Answers are anonymous, so no link can be shown here.")
                    : say(language,
                          "Whoever has a link can answer in that person's name. Give it to "
                          "that person only; the audit trail says that you saw it."));
    html_printf(html,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
                "class=\"people\">"
                "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                "<th scope=\"col\"><span class=\"for-readers\">%s</span></th></tr></thead><tbody>",
                say(language, "People"), say(language, "Name"), say(language, "Latest mail"),
                say(language, "Actions"));
    json_array_foreach(people, index, person)
    {
        write_person(desk, html, person);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static void render_link(struct desk *desk, struct buf *html)
{
    const json_t *found = desk->answers[0];
    const char *text = desk_text(found, "invitation");
    struct uuid invitation;
    struct api *api = request_api(desk->request);
    if (!uuid_parse(text, strlen(text), &invitation))
        return;
    struct credential_text token =
        credential_invitation(api->options.credential_key, &desk->principal.programme, &invitation,
                              (int16_t)desk_number(found, "generation"));
    html_printf(html,
                "<div class=\"field\"><label for=\"link\">%s</label><input class=\"copy\" "
                "id=\"link\" readonly value=\"%s/i/%s\"></div>",
                desk_text(found, "name"), api->options.config->http.public_url, token.text);
    html_printf(html, "<p>%s</p><p><a class=\"button\" href=\"%s\">%s</a></p>",
                say(desk->language, "Copy it and give it to this person only."),
                desk_path(desk, WAVE "/people").text, say(desk->language, "Back"));
}

static void link_found(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400) {
        desk_refuse(desk, WAVE "/people", desk_detail(desk, body));
        return;
    }
    desk->owned_answers[0] = json_deep_copy(body);
    desk->answers[0] = desk->owned_answers[0];
    desk_frame(desk, 200, say(desk->language, "The link"), render_link, NULL);
}

static void show_link(struct desk *desk)
{
    static const char *const names[] = {"wave", "invitation"};
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    bool is_good = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = request_segment(desk->request, names[i]);
        struct uuid id = {{0}};
        is_good = uuid_parse(text, strlen(text), &id) && is_good;
        params_uuid(&params, &id);
    }
    params_uuid(&params, &desk->principal.actor);
    if (is_good)
        desk_execute(desk, "desk_link", &params, link_found, NULL);
    else
        desk_refuse(desk, "/desk", say(desk->language, "There is no such page"));
    params_finish(&params);
}

static const struct desk_page people_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("People and their links"),
    .tab = DESK_TAB_WAVE,
    .queries = {{"wave_get", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}},
                {"desk_links", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_ACTOR}}}},
    .render = render_people,
};

static const struct desk_page link_page = {.roles = ROLE_ORGANISER, .act = show_link};

const struct route desk_link_routes[] = {
    {METHOD_GET, WAVE "/people", desk_handle, &people_page},
    {METHOD_POST, WAVE "/links/{invitation}", desk_handle, &link_page},
    {0},
};
