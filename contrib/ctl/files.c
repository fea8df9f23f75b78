/* Commands that send one file. */
#include "ask.h"
#include "request.h"
#include "resolve.h"
#include <debriefd/instrument.h>
#include <stdio.h>

#define DELEGATION_BYTES (16 * 1024 * 1024)

static enum ctl_status send_file(struct invocation *invocation, const char *path, const char *file,
                                 const char *type, size_t most)
{
    struct buf content;
    buf_init(&content);
    enum ctl_status status = request_read_file(file, most, &content);
    if (status == CTL_DONE)
        status = request_send(invocation, "POST", path, type, &content);
    buf_finish(&content);
    return status;
}

enum ctl_status delegates_import(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/studies/");
    enum ctl_status status = resolve_study(invocation, invocation->arguments[0], &path);
    buf_append_text(&path, "/delegates:import");
    if (status == CTL_DONE)
        status = send_file(invocation, buf_text(&path), invocation->arguments[1], "text/csv",
                           DELEGATION_BYTES);
    buf_finish(&path);
    return status;
}

enum ctl_status instruments_draft(struct invocation *invocation)
{
    return send_file(invocation, "/v1/instruments", invocation->arguments[0], "application/json",
                     INSTRUMENT_BYTES);
}

static void tell_violations(const char *file, const struct violations *violations)
{
    ctl_fail(CTL_REFUSED, "%s has %zu fault%s", file, violations->total,
             violations->total == 1 ? "" : "s");
    for (size_t i = 0; i < violations->count; i++) {
        const struct violation *one = &violations->items[i];
        fprintf(stderr, "  %s: %s\n", one->pointer[0] != '\0' ? one->pointer : "/", one->detail);
    }
}

static enum ctl_status check_definition(const char *file, const struct buf *content)
{
    json_error_t fault;
    json_t *definition =
        json_loadb(buf_text(content), content->length, JSON_REJECT_DUPLICATES, &fault);
    if (definition == NULL)
        return ctl_fail(CTL_REFUSED, "%s, line %d: %s", file, fault.line, fault.text);
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(definition, &violations);
    if (instrument == NULL)
        tell_violations(file, &violations);
    else
        printf("%s is sound: %zu items, %zu scored slots\n", instrument_id(instrument),
               instrument_item_count(instrument), instrument_slot_count(instrument));
    enum ctl_status status = instrument != NULL ? CTL_DONE : CTL_REFUSED;
    instrument_destroy(instrument);
    violations_finish(&violations);
    json_decref(definition);
    return status;
}

enum ctl_status instruments_check(struct invocation *invocation)
{
    const char *file = invocation->arguments[0];
    struct buf content;
    buf_init(&content);
    enum ctl_status status = request_read_file(file, INSTRUMENT_BYTES, &content);
    if (status == CTL_DONE)
        status = check_definition(file, &content);
    buf_finish(&content);
    return status;
}
