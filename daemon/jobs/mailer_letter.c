#include "mailer_letter.h"

#include <debriefd/bounce.h>
#include <debriefd/clock.h>
#include <debriefd/credential.h>
#include <debriefd/letter.h>
#include <debriefd/xalloc.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_SIZE 700

/* What a letter borrows, in one place. */
struct desk {
    const struct mailer_letter *given;
    json_t *json;
    struct letter letter;
    char links[LETTER_WAVES][LINK_SIZE];
    char sign_in[LINK_SIZE];
    char unsubscribe[LINK_SIZE];
    bool is_test; /* to an organiser, who must not take it for his own invitation */
};

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/* A line break in a name would look like the end of a sentence of ours. */
static void flatten(json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (json_is_object(value))
            flatten(value);
        if (!json_is_string(value))
            continue;
        char *copy = xstrdup(json_string_value(value));
        for (char *at = copy; *at != '\0'; at++)
            if ((unsigned char)*at < ' ' || *at == 127)
                *at = ' ';
        json_string_set(value, copy);
        free(copy);
    }
}

static bool find_uuid(const json_t *object, const char *name, struct uuid *uuid)
{
    const char *text = text_of(object, name);
    return uuid_parse(text, strlen(text), uuid);
}

static void make_link(const struct desk *desk, const json_t *wave, char link[LINK_SIZE])
{
    const struct mailer_letter *given = desk->given;
    const char *hex = text_of(wave, "token");
    const char *preview = text_of(wave, "preview");
    struct uuid id;
    uint8_t token[CREDENTIAL_ANONYMOUS_LENGTH];
    struct credential_text text = {0};
    if (find_uuid(wave, "invitation", &id))
        text =
            credential_invitation(given->credential_key, &given->programme, &id,
                                  (int16_t)json_integer_value(json_object_get(wave, "generation")));
    else if (find_uuid(wave, "wave", &id) &&
             secret_hex_parse(hex, strlen(hex), token, sizeof token))
        text = credential_anonymous(&given->programme, &id, token);
    if (text.text[0] != '\0')
        snprintf(link, LINK_SIZE, "%s/i/%s", given->public_url, text.text);
    else if (preview[0] != '\0')
        snprintf(link, LINK_SIZE, "%s%s", given->public_url, preview);
}

static const char *title_of(const json_t *wave, enum language language)
{
    const json_t *titles = json_object_get(wave, "title");
    const char *title = text_of(titles, language_code(language));
    if (title[0] == '\0')
        title = text_of(titles, language == LANGUAGE_SV ? "en" : "sv");
    return title;
}

static void add_wave(struct desk *desk, const json_t *wave)
{
    struct letter *letter = &desk->letter;
    if (letter->wave_count == LETTER_WAVES)
        return;
    char *link = desk->links[letter->wave_count];
    make_link(desk, wave, link);
    desk->is_test = desk->is_test || text_of(wave, "preview")[0] != '\0';
    letter->waves[letter->wave_count++] = (struct letter_wave){
        .study = text_of(wave, "study"),
        .title = title_of(wave, letter->language),
        .closes = text_of(wave, "closes"),
        .link = link,
        .minutes = (int)json_integer_value(json_object_get(wave, "minutes")),
        .is_anonymous = json_is_true(json_object_get(wave, "anonymous")),
    };
}

static void add_result(struct letter *letter, const json_t *result)
{
    static const char *const metrics[LETTER_METRICS] = {
        [LETTER_RESPONSE_RATE] = "resp.RR2",
        [LETTER_RECOMMEND] = "nps.score",
        [LETTER_OVERALL] = "mean",
    };
    for (size_t i = 0; i < LETTER_METRICS && letter->result_count < LETTER_RESULTS; i++)
        if (strcmp(text_of(result, "metric"), metrics[i]) == 0)
            letter->results[letter->result_count++] = (struct letter_result){
                (enum letter_metric)i, json_number_value(json_object_get(result, "value"))};
}

static void add_links(struct desk *desk)
{
    const struct mailer_letter *given = desk->given;
    struct uuid person;
    if (find_uuid(desk->json, "person", &person))
        snprintf(desk->unsubscribe, sizeof desk->unsubscribe, "%s/u/%s", given->public_url,
                 credential_unsubscribe(given->credential_key, &given->programme, &person).text);
    if (desk->letter.kind == LETTER_SIGN_IN)
        snprintf(desk->sign_in, sizeof desk->sign_in, "%s/desk/sign-in/%s", given->public_url,
                 credential_sign_in(given->credential_key, &given->programme, &given->mail).text);
    desk->letter.unsubscribe = desk->unsubscribe;
    desk->letter.link = desk->sign_in;
}

static bool fill(struct desk *desk)
{
    struct letter *letter = &desk->letter;
    const json_t *waves = json_object_get(desk->json, "waves");
    const json_t *results = json_object_get(desk->json, "results");
    if (!letter_kind_find(text_of(desk->json, "kind"), &letter->kind))
        return false;
    if (!language_find(text_of(desk->json, "language"), &letter->language))
        letter->language = LANGUAGE_SV;
    letter->name = text_of(desk->json, "name");
    letter->programme = text_of(desk->json, "programme");
    add_links(desk);
    for (size_t i = 0; i < json_array_size(waves); i++)
        add_wave(desk, json_array_get(waves, i));
    if (waves == NULL && letter->kind != LETTER_SIGN_IN)
        add_wave(desk, desk->json);
    for (size_t i = 0; i < json_array_size(results); i++)
        add_result(letter, json_array_get(results, i));
    return letter->kind == LETTER_SIGN_IN || letter->wave_count > 0;
}

static void write_message(const struct desk *desk, const char *address, struct buf *out)
{
    const struct mailer_letter *given = desk->given;
    char name[BOUNCE_ID_SIZE];
    char id[BOUNCE_ID_SIZE + 256];
    struct buf subject;
    struct buf text;
    struct buf html;
    buf_init(&subject);
    buf_init(&text);
    buf_init(&html);
    bounce_id(&given->mail, &given->programme, name);
    snprintf(id, sizeof id, "%s%s", name, strchr(given->from->address, '@'));
    if (desk->is_test)
        buf_printf(&subject, "%s: ", say(desk->letter.language, "Test"));
    letter_write(&desk->letter, &subject, &text, &html);
    struct message message = {
        .id = id,
        .from_name = given->from->name,
        .from_address = given->from->address,
        .to_name = desk->letter.name,
        .to_address = address,
        .reply_to = given->reply_to,
        .unsubscribe = desk->letter.unsubscribe,
        .language = language_code(desk->letter.language),
        .subject = buf_text(&subject),
        .text = buf_text(&text),
        .html = buf_text(&html),
        .at_us = clock_wall_us(),
    };
    message_write(&message, out);
    buf_finish(&html);
    buf_finish(&text);
    buf_finish(&subject);
}

bool mailer_letter_write(const struct mailer_letter *given, char address[256], struct buf *out)
{
    struct desk *desk = xcalloc(sizeof *desk);
    desk->given = given;
    desk->json = json_loads(given->json, 0, NULL);
    bool is_good = json_is_object(desk->json);
    if (is_good)
        flatten(desk->json);
    snprintf(address, 256, "%s", text_of(desk->json, "address"));
    is_good = is_good && message_is_address(address) && fill(desk);
    if (is_good)
        write_message(desk, address, out);
    json_decref(desk->json);
    free(desk);
    return is_good;
}
