/* import --layout tidy: a dataset for keeps. */
#include "resolve.h"
#include "tidy_load.h"
#include "tidy_programme.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ctl_status parse_programme(const struct buf *text, struct uuid *programme)
{
    if (uuid_parse(buf_text(text), text->length, programme))
        return CTL_DONE;
    return ctl_fail(CTL_USAGE, "%s is no programme's id", buf_text(text));
}

/* --programme, the key's own, or for an operator a new one. */
static enum ctl_status choose_programme(struct invocation *invocation, const struct tidy *tidy,
                                        struct uuid *programme)
{
    struct buf id;
    buf_init(&id);
    const char *name = invocation_option(invocation, "name");
    char *fallback = tidy_directory_name(invocation->arguments[0]);
    enum ctl_status status;
    if (resolve_is_operator(invocation) && invocation->programme == NULL) {
        status = tidy_programme_create(invocation, name != NULL ? name : fallback, tidy->sectors,
                                       programme);
    } else {
        status = resolve_programme(invocation, &id);
        if (status == CTL_DONE)
            status = parse_programme(&id, programme);
    }
    free(fallback);
    buf_finish(&id);
    return status;
}

static enum ctl_status import(struct invocation *invocation, const struct tidy *tidy)
{
    struct tidy_target target = {.invocation = invocation, .directory = invocation->arguments[0]};
    struct tidy_key key = {.id = ""};
    uint64_t refused = 0;
    enum ctl_status status = choose_programme(invocation, tidy, &target.programme);
    if (status == CTL_DONE && resolve_is_operator(invocation)) {
        status = tidy_key_create(invocation, &target.programme, "organiser", &key);
        target.key = key.secret;
    }
    if (status == CTL_DONE)
        status = tidy_load(&target, tidy, &refused);
    tidy_key_revoke(invocation, &target.programme, &key);
    if (status != CTL_DONE)
        return status;
    printf(invocation->is_json ? "{\"programme\":\"%s\",\"studies\":%" PRIu32
                                 ",\"participants\":%" PRIu32 ",\"refused\":%" PRIu64 "}\n"
                               : "programme %s: %" PRIu32 " studies, %" PRIu32
                                 " participants, %" PRIu64 " evaluations refused\n",
           uuid_format(&target.programme).text, tidy->trip_count, tidy->participant_count, refused);
    return refused > 0 ? CTL_REFUSED : CTL_DONE;
}

enum ctl_status tidy_import(struct invocation *invocation)
{
    const char *layout = invocation_option(invocation, "layout");
    struct tidy *tidy;
    struct error err;
    if (layout == NULL || strcmp(layout, "tidy") != 0)
        return ctl_fail(CTL_USAGE, "the layout must be given, and tidy is the one there is");
    if (!tidy_open(invocation->arguments[0], &tidy, &err))
        return ctl_fail(CTL_USAGE, "%s", err.message);
    enum ctl_status status = import(invocation, tidy);
    tidy_close(tidy);
    return status;
}
