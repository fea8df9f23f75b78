#include "resolve.h"

#include "ask.h"
#include <debriefd/secret.h>
#include <debriefd/uuid.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_uuid(const char *text)
{
    struct uuid uuid;
    return uuid_parse(text, strlen(text), &uuid);
}

static const char *name_of(const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    return name != NULL ? name : "";
}

/* The member with exactly this name, or else the only one whose name begins so. */
static const json_t *find_named(const json_t *list, const char *name, size_t *matches)
{
    const json_t *found = NULL;
    *matches = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(name_of(one), name) == 0) {
            *matches = 1;
            return one;
        }
        if (strncasecmp(name_of(one), name, strlen(name)) == 0) {
            found = one;
            ++*matches;
        }
    }
    return found;
}

static enum ctl_status choose_named(const json_t *list, const char *noun, const char *name,
                                    struct buf *id)
{
    size_t matches;
    const json_t *found = find_named(list, name, &matches);
    if (matches == 0)
        return ctl_fail(CTL_REFUSED, "no %s is called %s", noun, name);
    if (matches > 1)
        return ctl_fail(CTL_REFUSED, "the names of %zu %s begin with %s", matches,
                        strcmp(noun, "study") == 0 ? "studies" : "programmes", name);
    buf_append_text(id, json_string_value(json_object_get(found, "id")));
    return CTL_DONE;
}

enum ctl_status resolve_study(struct invocation *invocation, const char *text, struct buf *id)
{
    if (is_uuid(text)) {
        buf_append_text(id, text);
        return CTL_DONE;
    }
    json_t *answer;
    enum ctl_status status = ask_json(invocation, "/v1/studies", &answer);
    if (status != CTL_DONE)
        return status;
    status = choose_named(json_object_get(answer, "studies"), "study", text, id);
    json_decref(answer);
    return status;
}

static enum ctl_status choose_wave(const json_t *waves, const char *kind, struct buf *id)
{
    for (size_t i = 0; i < json_array_size(waves); i++) {
        const json_t *wave = json_array_get(waves, i);
        if (strcmp(json_string_value(json_object_get(wave, "kind")), kind) == 0) {
            buf_append_text(id, json_string_value(json_object_get(wave, "id")));
            return CTL_DONE;
        }
    }
    return ctl_fail(CTL_REFUSED, "the study has no wave %s", kind);
}

static enum ctl_status find_wave(struct invocation *invocation, const char *study, const char *kind,
                                 struct buf *id)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/studies/");
    json_t *answer;
    enum ctl_status status = resolve_study(invocation, study, &path);
    if (status == CTL_DONE) {
        buf_append_text(&path, "/waves");
        status = ask_json(invocation, buf_text(&path), &answer);
    }
    if (status == CTL_DONE) {
        status = choose_wave(json_object_get(answer, "waves"), kind, id);
        json_decref(answer);
    }
    buf_finish(&path);
    return status;
}

enum ctl_status resolve_wave(struct invocation *invocation, const char *text, struct buf *id)
{
    if (is_uuid(text)) {
        buf_append_text(id, text);
        return CTL_DONE;
    }
    const char *slash = strrchr(text, '/');
    if (slash == NULL || slash == text)
        return ctl_fail(CTL_USAGE, "%s is neither a wave's id nor STUDY/KIND", text);
    char *study = xstrndup(text, (size_t)(slash - text));
    enum ctl_status status = find_wave(invocation, study, slash + 1, id);
    free(study);
    return status;
}

/* An API key begins with its programme (include/debriefd/credential.h); nil is an operator's. */
static bool programme_of_key(const char *key, struct uuid *programme)
{
    uint8_t bytes[48];
    if (key == NULL || strncmp(key, "dk_", 3) != 0 ||
        !secret_base64_parse(key + 3, strlen(key + 3), bytes, sizeof bytes))
        return false;
    memcpy(programme->bytes, bytes, sizeof programme->bytes);
    return true;
}

static enum ctl_status find_programme(struct invocation *invocation, struct buf *id)
{
    json_t *answer;
    enum ctl_status status = ask_json(invocation, "/v1/programmes", &answer);
    if (status != CTL_DONE)
        return status;
    status =
        choose_named(json_object_get(answer, "programmes"), "programme", invocation->programme, id);
    json_decref(answer);
    return status;
}

bool resolve_is_operator(const struct invocation *invocation)
{
    struct uuid programme;
    return programme_of_key(client_key(invocation->client), &programme) && uuid_is_nil(&programme);
}

enum ctl_status resolve_programme(struct invocation *invocation, struct buf *id)
{
    struct uuid programme;
    if (invocation->programme != NULL && !is_uuid(invocation->programme))
        return find_programme(invocation, id);
    if (invocation->programme != NULL)
        buf_append_text(id, invocation->programme);
    else if (!programme_of_key(client_key(invocation->client), &programme))
        return ctl_fail(CTL_USAGE, "there is no key to tell the programme by: give --programme");
    else
        buf_append_text(id, uuid_format(&programme).text);
    return CTL_DONE;
}

static int version_of(const json_t *instruments, const char *name, enum instrument_choice choice)
{
    int newest = 0;
    for (size_t i = 0; i < json_array_size(instruments); i++) {
        const json_t *one = json_array_get(instruments, i);
        const char *status = json_string_value(json_object_get(one, "status"));
        int version = (int)json_integer_value(json_object_get(one, "version"));
        bool is_fit = choice == INSTRUMENT_NEWEST || strcmp(status, "published") == 0;
        if (is_fit && version > newest &&
            strcmp(json_string_value(json_object_get(one, "instrument")), name) == 0)
            newest = version;
    }
    return newest;
}

enum ctl_status resolve_instrument(struct invocation *invocation, const char *text,
                                   enum instrument_choice choice, struct buf *name, int *version)
{
    const char *slash = strrchr(text, '/');
    buf_append(name, text, slash != NULL ? (size_t)(slash - text) : strlen(text));
    if (slash != NULL) {
        *version = (int)strtol(slash + 1, NULL, 10);
        return *version > 0 ? CTL_DONE : ctl_fail(CTL_USAGE, "%s does not end in a version", text);
    }
    json_t *answer;
    enum ctl_status status = ask_json(invocation, "/v1/instruments", &answer);
    if (status != CTL_DONE)
        return status;
    *version = version_of(json_object_get(answer, "instruments"), text, choice);
    json_decref(answer);
    if (*version > 0)
        return CTL_DONE;
    return ctl_fail(CTL_REFUSED, "there is no %sversion of %s",
                    choice == INSTRUMENT_NEWEST_PUBLISHED ? "published " : "", text);
}

static enum ctl_status append_instrument(struct invocation *invocation, const char *text,
                                         struct buf *path)
{
    struct buf name;
    buf_init(&name);
    int version;
    enum ctl_status status =
        resolve_instrument(invocation, text, INSTRUMENT_NEWEST, &name, &version);
    if (status == CTL_DONE) {
        client_encode(path, buf_text(&name));
        buf_printf(path, "/versions/%d", version);
    }
    buf_finish(&name);
    return status;
}

static enum ctl_status append_argument(struct invocation *invocation, size_t index,
                                       struct buf *path)
{
    const char *text = invocation->arguments[index];
    switch (invocation->command->arguments[index].kind) {
    case ARGUMENT_STUDY:
        return resolve_study(invocation, text, path);
    case ARGUMENT_WAVE:
        return resolve_wave(invocation, text, path);
    case ARGUMENT_INSTRUMENT:
        return append_instrument(invocation, text, path);
    case ARGUMENT_ID:
        if (!is_uuid(text))
            return ctl_fail(CTL_USAGE, "%s must be a UUID",
                            invocation->command->arguments[index].name);
        break;
    default:
        break;
    }
    client_encode(path, text);
    return CTL_DONE;
}

static enum ctl_status append_named(struct invocation *invocation, const char *name, size_t length,
                                    struct buf *path)
{
    const struct argument *arguments = invocation->command->arguments;
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i].name != NULL; i++)
        if (strlen(arguments[i].name) == length && memcmp(arguments[i].name, name, length) == 0)
            return append_argument(invocation, i, path);
    return resolve_programme(invocation, path);
}

enum ctl_status resolve_path(struct invocation *invocation, struct buf *path)
{
    const char *at = invocation->command->path;
    enum ctl_status status = CTL_DONE;
    while (*at != '\0' && status == CTL_DONE) {
        size_t plain = strcspn(at, "{");
        buf_append(path, at, plain);
        at += plain;
        if (*at == '{') {
            size_t length = strcspn(at + 1, "}");
            status = append_named(invocation, at + 1, length, path);
            at += length + 2;
        }
    }
    return status;
}
