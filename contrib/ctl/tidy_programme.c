#include "tidy_programme.h"

#include "ask.h"
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ctl_status post(struct invocation *invocation, const char *path, json_t *owned_body,
                            json_t **answer)
{
    struct client_reply reply;
    client_reply_init(&reply);
    char *text = json_dumps(owned_body, JSON_COMPACT);
    struct client_call call = {.method = "POST",
                               .path = path,
                               .type = "application/json",
                               .body = text,
                               .length = strlen(text)};
    enum ctl_status status = ask(invocation, &call, &reply);
    if (status == CTL_DONE) {
        *answer = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
        if (*answer == NULL)
            status = ctl_fail(CTL_REFUSED, "the server's answer is not JSON: is it debriefd?");
    }
    free(text);
    json_decref(owned_body);
    client_reply_finish(&reply);
    return status;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

enum ctl_status tidy_programme_create(struct invocation *invocation, const char *name,
                                      const struct names *sectors, struct uuid *programme)
{
    json_t *made, *list = json_array();
    for (uint32_t i = 0; i < names_count(sectors); i++)
        json_array_append_new(list, json_string(names_text(sectors, i)));
    enum ctl_status status = post(invocation, "/v1/programmes",
                                  json_pack("{s:s,s:o}", "name", name, "sectors", list), &made);
    if (status != CTL_DONE)
        return status;
    const char *id = text_of(made, "id");
    if (!uuid_parse(id, strlen(id), programme))
        status = ctl_fail(CTL_REFUSED, "the server's answer names no programme");
    json_decref(made);
    return status;
}

enum ctl_status tidy_key_create(struct invocation *invocation, const struct uuid *programme,
                                const char *role, struct tidy_key *key)
{
    char path[120];
    json_t *made;
    snprintf(path, sizeof path, "/v1/programmes/%s/keys", uuid_format(programme).text);
    enum ctl_status status =
        post(invocation, path, json_pack("{s:s,s:s}", "role", role, "label", "debriefctl"), &made);
    if (status != CTL_DONE)
        return status;
    snprintf(key->id, sizeof key->id, "%s", text_of(made, "id"));
    snprintf(key->secret, sizeof key->secret, "%s", text_of(made, "key"));
    json_decref(made);
    return CTL_DONE;
}

void tidy_key_revoke(struct invocation *invocation, const struct uuid *programme,
                     const struct tidy_key *key)
{
    char path[160];
    struct client_reply reply;
    struct client_call call = {.method = "DELETE", .path = path, .is_repeatable = true};
    if (key->id[0] == '\0')
        return;
    snprintf(path, sizeof path, "/v1/programmes/%s/keys/%s", uuid_format(programme).text, key->id);
    client_reply_init(&reply);
    if (ask(invocation, &call, &reply) != CTL_DONE)
        ctl_fail(CTL_REFUSED, "the key %s is not revoked", key->id);
    client_reply_finish(&reply);
}

char *tidy_directory_name(const char *directory)
{
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    size_t start = length;
    while (start > 0 && directory[start - 1] != '/')
        start--;
    return xstrndup(directory + start, length - start);
}
