/* The programme's questionnaires: their versions, and their texts. Ids, types and scales are not
 * changed here: what was answered under one wording must stay comparable. A published version never
 * changes; other texts become the next version's. */
#include "desk_parts.h"

#include <debriefd/instrument.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_PATH "/desk/instruments/{instrument}/{version}"

static const char *title_of(const struct desk *desk, const json_t *definition)
{
    const json_t *title = json_object_get(definition, "title");
    const char *text = desk_text(title, language_code(desk->language));
    return text[0] != '\0' ? text : desk_text(definition, "id");
}

static const char *state_name(enum language language, const char *status)
{
    if (strcmp(status, "draft") == 0)
        return say(language, "Draft");
    return strcmp(status, "published") == 0 ? say(language, "Published") : say(language, "Retired");
}

static void write_version(struct desk *desk, struct buf *html, const json_t *version)
{
    const char *status = desk_text(version, "status");
    bool is_published = strcmp(status, "published") == 0;
    html_printf(html,
                "<tr><th scope=\"row\"><a href=\"/desk/instruments/%s/%ld\">%s</a></th><td "
                "class=\"number\">%ld</td>",
                desk_text(version, "instrument"), desk_number(version, "version"),
                desk_text(version, "instrument"), desk_number(version, "version"));
    html_printf(html, "<td><span class=\"state %s\">%s</span></td></tr>",
                is_published ? "open" : "planned", state_name(desk->language, status));
}

static void render_list(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *versions = json_object_get(desk->answers[0], "instruments");
    size_t index;
    json_t *version;
    if (json_array_size(versions) == 0) {
        html_printf(html, "<p>%s</p>",
                    say(language, "There are none yet. A study that you make brings its own."));
        return;
    }
    html_printf(
        html,
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" "
        "class=\"number\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
        say(language, "Questionnaire"), say(language, "Version"), say(language, "Status"));
    json_array_foreach(versions, index, version)
    {
        write_version(desk, html, version);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static const struct desk_page list_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Questionnaires"),
    .queries = {{"instrument_list", {{FROM_PROGRAMME}}}},
    .render = render_list,
};

/* A text in its languages is an object of nothing but language codes and strings. */
static bool is_phrase(const json_t *value, const json_t *languages)
{
    const char *key;
    json_t *text;
    if (!json_is_object(value) || json_object_size(value) == 0)
        return false;
    json_object_foreach((json_t *)(uintptr_t)value, key, text)
    {
        bool is_known = false;
        for (size_t i = 0; i < json_array_size(languages); i++)
            is_known =
                is_known || strcmp(json_string_value(json_array_get(languages, i)), key) == 0;
        if (!is_known || !json_is_string(text))
            return false;
    }
    return true;
}

/* Every text of the definition in its order; `index` counts them. */
typedef void phrase_fn(void *context, size_t index, const char *where, json_t *phrase);

struct walk {
    enum language language;
    const json_t *languages;
    phrase_fn *visit;
    void *context;
    size_t count;
};

/* What a member of a definition is called; "" for what goes without saying. */
static const char *member_name(enum language language, const char *key)
{
    static const struct {
        const char *key;
        const char *name;
    } names[] = {
        {"items", ""},
        {"text", ""},
        {"scale", ""},
        {"title", sentence("Title")},
        {"description", sentence("Introduction")},
        {"help", sentence("Help")},
        {"labels", sentence("Scale")},
        {"options", sentence("Option")},
        {"rows", sentence("Line")},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].key, key) == 0)
            return names[i].name[0] != '\0' ? say(language, names[i].name) : "";
    return key;
}

#define PLACE_SIZE 200

static void join(char place[PLACE_SIZE], const char *where, const char *name)
{
    bool is_apart = where[0] != '\0' && name[0] != '\0';
    snprintf(place, PLACE_SIZE, "%s%s%s", where, is_apart ? " · " : "", name);
}

static void walk(struct walk *state, const char *where, json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;
    char place[PLACE_SIZE];
    if (is_phrase(value, state->languages)) {
        state->visit(state->context, state->count++, where, value);
        return;
    }
    json_object_foreach(value, key, member)
    {
        join(place, where, member_name(state->language, key));
        walk(state, place, member);
    }
    json_array_foreach(value, index, member)
    {
        join(place, where, desk_text(member, "id"));
        walk(state, place, member);
    }
}

struct writing {
    struct desk *desk;
    struct buf *html;
    const json_t *languages;
    char wrong[40]; /* the first field whose text cannot be, or "" */
};

/* Each language is named in itself. */
static const char *language_name(const char *code)
{
    enum language language;
    if (!language_find(code, &language))
        return code;
    return language == LANGUAGE_SV ? "Svenska" : "English";
}

/* The name of a text's field, and its id. */
static void name_text(char name[40], size_t index, const char *language)
{
    snprintf(name, 40, "t.%zu.%s", index, language);
}

static void write_text(const struct writing *writing, size_t index, const char *code,
                       const char *stored)
{
    struct buf *html = writing->html;
    char name[40];
    name_text(name, index, code);
    html_printf(html,
                "<div class=\"field\"><label class=\"quiet\" for=\"%s\">%s</label>"
                "<textarea id=\"%s\" name=\"%s\" lang=\"%s\" rows=\"1\"",
                name, language_name(code), name, name, code);
    desk_fault_marks(writing->desk, html, name);
    html_printf(html, ">\n%s</textarea>", desk_given(writing->desk, name, stored));
    desk_fault_reason(writing->desk, html, name);
    buf_append_text(html, "</div>");
}

static void write_phrase(void *context, size_t index, const char *where, json_t *phrase)
{
    const struct writing *writing = context;
    html_printf(writing->html, "<fieldset><legend>%s</legend><div class=\"pair\">", where);
    for (size_t i = 0; i < json_array_size(writing->languages); i++) {
        const char *code = json_string_value(json_array_get(writing->languages, i));
        write_text(writing, index, code, desk_text(phrase, code));
    }
    buf_append_text(writing->html, "</div></fieldset>");
}

static void write_texts(struct desk *desk, struct buf *html, json_t *definition)
{
    const json_t *languages = json_object_get(definition, "languages");
    struct writing writing = {desk, html, languages};
    struct walk texts = {desk->language, languages, write_phrase, &writing, 0};
    buf_append_text(html, "<div class=\"texts\">");
    desk_form(desk, html, VERSION_PATH);
    walk(&texts, "", definition);
    html_printf(html, "<p class=\"actions\"><button class=\"main\">%s</button></p>",
                say(desk->language, "Save the texts"));
    desk_form_end(html);
    buf_append_text(html, "</div>");
}

static void write_publish(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<details class=\"card\"><summary>%s</summary><p>%s</p>",
                say(language, "Publish this version"),
                say(language,
                    "A published version never changes again: everybody is asked the same. "
                    "Look at the form first. New waves can use it from then on."));
    desk_button(desk, html, VERSION_PATH "/publish", "main", say(language, "Publish it"));
    buf_append_text(html, "</details>");
}

static void render_version(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const char *status = desk_text(desk->answers[0], "status");
    json_t *definition = json_object_get(desk->answers[0], "definition");
    bool is_draft = strcmp(status, "draft") == 0;
    html_printf(html, "<p><strong>%s</strong>, %s %ld <span class=\"state %s\">%s</span></p>",
                title_of(desk, definition), say(language, "version"),
                desk_number(desk->answers[0], "version"), is_draft ? "planned" : "open",
                state_name(language, status));
    html_printf(html, "<p class=\"actions\"><a class=\"button\" href=\"%s/preview\">%s</a></p>",
                desk_path(desk, VERSION_PATH).text, say(language, "See the form"));
    if (is_draft)
        write_publish(desk, html);
    html_printf(html, "<h2>%s</h2><p>%s</p>", say(language, "Texts"),
                is_draft
                    ? say(language, "Only texts are changed here: what is asked, and how it is "
                                    "counted, stays as it is.")
                    : say(language, "This version is published and stays as it is. Texts that you "
                                    "change become a draft of the next version."));
    write_texts(desk, html, definition);
}

static const struct desk_page version_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Questionnaire"),
    .queries =
        {{"instrument_get",
          {{FROM_PROGRAMME}, {FROM_SEGMENT_TEXT, "instrument"}, {FROM_SEGMENT_NUMBER, "version"}}}},
    .render = render_version,
};

static void take_phrase(void *context, size_t index, const char *where, json_t *phrase)
{
    struct writing *writing = context;
    (void)where;
    for (size_t i = 0; i < json_array_size(writing->languages); i++) {
        const char *code = json_string_value(json_array_get(writing->languages, i));
        char name[40];
        name_text(name, index, code);
        const char *text = fields_get(&writing->desk->fields, name);
        if (text == NULL || (text[0] == '\0' && json_object_get(phrase, code) == NULL))
            continue;
        json_object_set_new(phrase, code, json_string(text));
        if (writing->wrong[0] == '\0' && !instrument_is_text(text))
            memcpy(writing->wrong, name, sizeof name);
    }
}

static void stored(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    char path[200];
    if (status >= 400) {
        desk_again_after(desk, &version_page, NULL, status, body);
        return;
    }
    snprintf(path, sizeof path, "/desk/instruments/%s/%ld", desk_text(body, "instrument"),
             desk_number(body, "version"));
    desk_back(desk, path, say(desk->language, "The texts are saved in this draft."));
}

static void store(struct desk *desk, const struct instrument *instrument, const json_t *definition)
{
    struct buf compiled;
    struct params params;
    char *text = json_dumps(definition, JSON_INDENT(1));
    buf_init(&compiled);
    instrument_describe(instrument, &compiled);
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_text(&params, instrument_id(instrument));
    params_text(&params, text);
    params_text(&params, buf_text(&compiled));
    desk_execute(desk, "instrument_draft", &params, stored, NULL);
    params_finish(&params);
    buf_finish(&compiled);
    free(text);
}

/* `wrong` is the field of a text that cannot be; without one it is something else in the pack. */
static void refuse(struct desk *desk, const char *wrong, const struct violations *violations)
{
    if (wrong[0] != '\0')
        desk_again(desk, &version_page, request_copy(desk->request, wrong, strlen(wrong)),
                   say(desk->language, "A text of 1 to 4000 characters is needed here."));
    else
        desk_again(desk, &version_page, NULL,
                   violations->count > 0 ? violations->items[0].detail : "");
}

static void version_known(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400) {
        desk_again_after(desk, &version_page, NULL, status, body);
        return;
    }
    json_t *definition = json_deep_copy(json_object_get(body, "definition"));
    struct writing writing = {desk, NULL, json_object_get(definition, "languages")};
    struct walk texts = {desk->language, writing.languages, take_phrase, &writing, 0};
    struct violations violations;
    violations_init(&violations);
    walk(&texts, "", definition);
    struct instrument *instrument = instrument_compile(definition, &violations);
    if (instrument == NULL)
        refuse(desk, writing.wrong, &violations);
    else
        store(desk, instrument, definition);
    instrument_destroy(instrument);
    violations_finish(&violations);
    json_decref(definition);
}

static void ask_version(struct desk *desk)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_text(&params, request_segment(desk->request, "instrument"));
    params_text(&params, request_segment(desk->request, "version"));
    desk_execute(desk, "instrument_get", &params, version_known, NULL);
    params_finish(&params);
}

/* Of an older version the texts would silently replace a newer draft's. */
static void list_known(struct desk *desk, int status, const json_t *body, void *context)
{
    const char *instrument = request_segment(desk->request, "instrument");
    long version = strtol(request_segment(desk->request, "version"), NULL, 10);
    long newest = 0;
    size_t index;
    json_t *one;
    (void)context;
    json_array_foreach(json_object_get(body, "instruments"), index, one)
    {
        if (strcmp(desk_text(one, "instrument"), instrument) == 0)
            newest = desk_number(one, "version");
    }
    if (status >= 400)
        desk_again_after(desk, &version_page, NULL, status, body);
    else if (newest == 0 || newest != version)
        desk_again(desk, &version_page, NULL,
                   say(desk->language, "There is a newer version. Change that one."));
    else
        ask_version(desk);
}

static void act_texts(struct desk *desk)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    desk_execute(desk, "instrument_list", &params, list_known, NULL);
    params_finish(&params);
}

static const struct desk_page save_texts = {.roles = ROLE_ORGANISER, .act = act_texts};

static const struct desk_page publish = {
    .roles = ROLE_ORGANISER,
    .queries =
        {{"instrument_publish",
          {{FROM_PROGRAMME}, {FROM_SEGMENT_TEXT, "instrument"}, {FROM_SEGMENT_NUMBER, "version"}}}},
    .back = VERSION_PATH,
    .said = sentence("The version is published."),
};

const struct route desk_instrument_routes[] = {
    {METHOD_GET, "/desk/instruments", desk_handle, &list_page},
    {METHOD_GET, VERSION_PATH, desk_handle, &version_page},
    {METHOD_POST, VERSION_PATH, desk_handle, &save_texts},
    {METHOD_POST, VERSION_PATH "/publish", desk_handle, &publish},
    {0},
};
