#include "upload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum ctl_status upload_open(struct upload *upload, struct invocation *invocation, const char *what)
{
    const char *from = invocation_option(invocation, "from");
    const char *name = invocation->arguments[1];
    struct stat state;
    *upload = (struct upload){
        .invocation = invocation,
        .name = name,
        .file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb"),
        .from = from != NULL ? strtoull(from, NULL, 10) : 1,
        .is_quiet = invocation_option(invocation, "quiet") != NULL,
    };
    if (upload->file == NULL)
        return ctl_fail(CTL_USAGE, "%s: %s", name, strerror(errno));
    bool has_size = fstat(fileno(upload->file), &state) == 0 && S_ISREG(state.st_mode);
    progress_start(&upload->progress, what, has_size ? state.st_size : 0);
    return CTL_DONE;
}

static bool is_blank(const struct upload *upload)
{
    return strspn(upload->line, " \t\r\n") == upload->length;
}

bool upload_next(struct upload *upload)
{
    for (;;) {
        ssize_t length = getline(&upload->line, &upload->capacity, upload->file);
        if (length < 0)
            return false;
        upload->length = (size_t)length;
        upload->number++;
        upload->bytes += length;
        if (upload->number >= upload->from && !is_blank(upload))
            return true;
    }
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void append_errors(struct buf *text, const json_t *errors)
{
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *one = json_array_get(errors, i);
        buf_append_text(text, "  ");
        table_append_plain(text, text_of(one, "pointer"));
        buf_append_text(text, ": ");
        table_append_plain(text, text_of(one, "detail"));
        buf_append_char(text, '\n');
    }
}

static void append_part(struct buf *text, const char *before, const char *part)
{
    if (part == NULL)
        return;
    buf_append_text(text, before);
    table_append_plain(text, part);
}

void upload_tell(struct upload *upload, uint64_t line, int status, const char *outcome,
                 const char *id, const char *detail, const json_t *errors)
{
    bool is_good = status == 200 || status == 201;
    uint64_t *count = status == 201 ? &upload->recorded : &upload->known;
    ++*(is_good ? count : &upload->refused);
    if (is_good && upload->is_quiet)
        return;
    progress_clear(&upload->progress);
    struct buf text;
    buf_init(&text);
    buf_printf(&text, "%" PRIu64, line);
    append_part(&text, " ", outcome);
    append_part(&text, " ", id);
    append_part(&text, ": ", is_good ? NULL : detail);
    buf_append_char(&text, '\n');
    append_errors(&text, errors);
    fputs(buf_text(&text), stdout);
    buf_finish(&text);
}

enum ctl_status upload_finish(struct upload *upload, enum ctl_status status, uint64_t next_line)
{
    progress_clear(&upload->progress);
    fflush(stdout);
    if (upload->file != NULL && upload->file != stdin)
        fclose(upload->file);
    free(upload->line);
    if (!upload->is_quiet || upload->refused > 0 || status != CTL_DONE)
        fprintf(stderr, "%" PRIu64 " recorded, %" PRIu64 " recorded before, %" PRIu64 " refused\n",
                upload->recorded, upload->known, upload->refused);
    if (status != CTL_DONE)
        fprintf(stderr, "  go on with --from %" PRIu64 "\n", next_line);
    return status == CTL_DONE && upload->refused > 0 ? CTL_REFUSED : status;
}
