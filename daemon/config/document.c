#include "keys.h"

#include <string.h>

static bool has_range(enum config_type type)
{
    return type == CONFIG_INTEGER || type == CONFIG_BYTES || type == CONFIG_DURATION;
}

static void append_setting(const char *prefix, const char *name, const char *value, struct buf *out)
{
    buf_printf(out, "%s%s =%s%s\n", prefix, name, value[0] != '\0' ? " " : "", value);
}

void config_print(const struct config *config, struct buf *out)
{
    struct buf value;
    buf_init(&value);
    for (size_t i = 0; i < config_key_count; i++) {
        const char *origin = config_origin(config, i);
        if (origin[0] != '\0')
            buf_printf(out, "# %s\n", origin);
        buf_clear(&value);
        config_value_format(config, &config_keys[i], &value);
        /* A default is no secret, and a masked number would be none: it stands as a comment, so
         * that the file can be read. */
        bool is_text = config_keys[i].type == CONFIG_TEXT;
        bool is_given = is_text ? value.length > 0 : origin[0] != '\0';
        bool masked = config_keys[i].secret && is_given;
        append_setting(masked && !is_text ? "# " : "", config_keys[i].name,
                       masked ? "********" : buf_text(&value), out);
    }
    buf_finish(&value);
}

/* "A size from 1k to 16M." or "A duration from …" or "Yes or no." as one clause. */
static void append_type(const struct config_key *key, struct buf *out)
{
    if (key->type == CONFIG_CHOICE) {
        for (const struct config_choice *choice = key->choices; choice->name != NULL; choice++)
            buf_printf(out, "%s%s", choice == key->choices ? "one of " : ", ", choice->name);
        return;
    }
    buf_append_text(out, key->unit != NULL ? key->unit : config_type_name(key->type));
    if (!has_range(key->type))
        return;
    buf_append_text(out, " from ");
    config_number_format(key->type, key->min, out);
    buf_append_text(out, " to ");
    config_number_format(key->type, key->max, out);
}

/* scdoc takes these for mark-up. */
static void append_escaped(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        if (strchr("_*\\<>#[]|", *text) != NULL)
            buf_append_char(out, '\\');
        buf_append_char(out, *text);
    }
}

static void append_man_entry(const struct config_key *key, struct buf *out)
{
    struct buf type;
    buf_init(&type);
    append_type(key, &type);
    buf_append_char(out, '*');
    append_escaped(key->name, out);
    buf_append_text(out, "* = ");
    append_escaped(key->initial[0] != '\0' ? key->initial : "(empty)", out);
    buf_append_text(out, "\n\t");
    append_escaped(key->help, out);
    buf_append_text(out, " Takes: ");
    append_escaped(buf_text(&type), out);
    buf_printf(out, ".%s%s\n\n", key->reloadable ? " Changes on reload." : "",
               key->secret ? " Never printed." : "");
    buf_finish(&type);
}

void config_man(struct buf *out)
{
    buf_append_text(
        out,
        "debriefd.conf(5)\n\n"
        "# NAME\n\ndebriefd.conf - configuration of the evaluation daemon debriefd\n\n"
        "# SYNOPSIS\n\n/etc/debriefd/debriefd.conf, /etc/debriefd/conf.d/\\*.conf\n\n"
        "# DESCRIPTION\n\n"
        "A line is KEY = VALUE, or empty, or a comment that begins with \\# or a semicolon. There "
        "are no sections, no continuation lines and no comments behind a value. An unknown key, a "
        "value outside its range and a key given twice in one file are errors; *debriefd "
        "check-config* names all of them.\n\n"
        "Later sources win: the defaults, debriefd.conf (or the file given with *--config*), the "
        "files conf.d/\\*.conf beside it in the order of their names, and the environment, where "
        "the variable of a key is its name in capitals behind DEBRIEFD\\_, for example "
        "DEBRIEFD\\_LISTEN.\n\n"
        "On SIGHUP the sources are read again. Keys marked so change at once; the others wait for "
        "a restart, and the log names those that differ.\n\n"
        "A size is a number of bytes, or of k, M or G (powers of 1024). A duration is a number "
        "with us, ms, s, m or h. In a default, a key's name in braces stands for its value.\n\n"
        "# KEYS\n\n");
    for (size_t i = 0; i < config_key_count; i++)
        append_man_entry(&config_keys[i], out);
    buf_append_text(out, "# SEE ALSO\n\n*debriefd*(8), *debriefctl*(1)\n");
}

static void append_wrapped(const char *text, struct buf *out)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + length > 96)
            column = 0;
        buf_append_text(out, column == 0 ? (out->length > 0 ? "\n# " : "# ") : " ");
        buf_append(out, text, length);
        column += length + 1;
        text += length + (text[length] == ' ');
    }
}

void config_sample(struct buf *out)
{
    append_wrapped("Every key with its default: debriefd.conf(5). Files conf.d/*.conf beside this "
                   "one win over it.",
                   out);
    buf_append_char(out, '\n');
    for (size_t i = 0; i < config_key_count; i++) {
        append_wrapped(config_keys[i].help, out);
        append_setting("\n#", config_keys[i].name, config_keys[i].initial, out);
    }
}
