#include "desk_table.h"

#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

#define LIST_PATH "/desk/studies/{study}/delegation"

static const char *keep(struct desk *desk, const char *text)
{
    return request_copy(desk->request, text, strlen(text));
}

static void keep_text(struct desk *desk, struct desk_table *table, const struct sheet *sheet)
{
    struct buf text;
    buf_init(&text);
    sheet_write(sheet, &text);
    if (text.length > DESK_TABLE_TEXT_MAX)
        table->refused = sheet_fault_text(SHEET_TOO_LARGE);
    else
        table->text = request_copy(desk->request, buf_text(&text), text.length);
    buf_finish(&text);
}

static void keep_names(struct desk *desk, struct desk_table *table, const struct sheet *sheet)
{
    struct buf names;
    buf_init(&names);
    for (size_t i = 0; sheet_name_count(sheet) > 1 && i < sheet_name_count(sheet); i++) {
        buf_append_text(&names, i > 0 ? ", " : "");
        buf_append_text(&names, sheet_name(sheet, i));
    }
    if (names.length > 0)
        table->names = keep(desk, buf_text(&names));
    buf_finish(&names);
}

static void keep_people(struct desk *desk, struct desk_table *table,
                        const struct delegation *delegation)
{
    char *rows = json_dumps(delegation->rows, JSON_COMPACT);
    table->rows = keep(desk, rows);
    free(rows);
    table->people = json_array_size(delegation->rows);
    table->count = delegation->count;
    table->errors = delegation->errors;
    table->faults = request_alloc(desk->request, sizeof delegation->faults);
    memcpy(table->faults, delegation->faults, sizeof delegation->faults);
}

/* The first fault, beside its field. */
static void show_one(struct desk *desk, const struct desk_table *table)
{
    struct buf text;
    const char *column = NULL;
    buf_init(&text);
    for (size_t i = 0; i < table->count && text.length == 0; i++) {
        struct delegation_fault fault = table->faults[i];
        if (!delegation_is_error(fault.kind))
            continue;
        column = fault.column != NULL ? fault.column : "email";
        fault.line = 0;
        fault.column = NULL; /* which it stands beside */
        if (fault.kind == DELEGATION_MISSING)
            buf_append_text(&text, say(desk->language, "This is needed."));
        else
            delegation_say(&fault, desk->language, &text);
    }
    desk_again(desk, &desk_delegation_page, column, buf_text(&text));
    buf_finish(&text);
}

static void show(struct desk *desk, const struct desk_table *table)
{
    if (table->is_one && table->errors > 0) {
        show_one(desk, table);
        return;
    }
    bool is_good = table->refused == NULL && table->errors == 0 && table->lines == NULL;
    desk_show(desk, is_good ? 200 : 422, &desk_table_page);
}

static void say_imported(struct desk *desk, const json_t *body)
{
    struct buf text;
    buf_init(&text);
    buf_printf(
        &text, say(desk->language, "The delegation is in: %ld new, %ld changed, %ld as before."),
        desk_number(body, "added"), desk_number(body, "changed"), desk_number(body, "unchanged"));
    desk_back(desk, LIST_PATH, buf_text(&text));
    buf_finish(&text);
}

static void imported(struct desk *desk, int status, const json_t *body, void *context)
{
    struct desk_table *table = context;
    const json_t *lines = json_object_get(body, "lines");
    if (status < 400) {
        say_imported(desk, body);
    } else if (table->is_one && status == 409) {
        desk_again(desk, &desk_delegation_page, "email", desk_detail(desk, body));
    } else if (json_is_array(lines)) {
        char *text = json_dumps(lines, JSON_COMPACT);
        table->lines = keep(desk, text);
        free(text);
        show(desk, table);
    } else {
        desk_refuse(desk, LIST_PATH, desk_detail(desk, body));
    }
}

static void import(struct desk *desk, struct desk_table *table)
{
    struct uuid study;
    const char *text = request_segment(desk->request, "study");
    if (!uuid_parse(text, strlen(text), &study)) {
        show(desk, table); /* whose frame says that there is no such study */
        return;
    }
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_uuid(&params, &study);
    params_text(&params, table->rows);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, table->is_one ? "delegate_add" : "delegates_import", &params, imported,
                 table);
    params_finish(&params);
}

static void check(struct desk *desk, struct desk_table *table, const json_t *sectors)
{
    struct error err;
    struct sheet *sheet = sheet_create();
    if (!sheet_read(sheet, table->bytes, table->length, table->sheet_name, &err)) {
        table->refused = keep(desk, err.message);
    } else {
        struct delegation *delegation = delegation_read(sheet, sectors, language_code(LANGUAGE_SV));
        keep_text(desk, table, sheet);
        keep_names(desk, table, sheet);
        keep_people(desk, table, delegation);
        delegation_destroy(delegation);
    }
    sheet_destroy(sheet);
}

static void programme_known(struct desk *desk, int status, const json_t *body, void *context)
{
    struct desk_table *table = context;
    if (status >= 400) {
        desk_refuse(desk, LIST_PATH, desk_detail(desk, body));
        return;
    }
    check(desk, table, json_object_get(body, "sectors"));
    if (table->is_wanted && table->refused == NULL && table->errors == 0)
        import(desk, table);
    else
        show(desk, table);
}

void desk_table_check(struct desk *desk, struct desk_table *table)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    desk->state = table;
    desk_execute(desk, "programme_get", &params, programme_known, table);
    params_finish(&params);
}
