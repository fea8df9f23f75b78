#include "arguments.h"
#include "command.h"

static void append_name(struct buf *text, const struct command *command)
{
    buf_append_text(text, command->noun);
    if (command->verb != NULL)
        buf_printf(text, " %s", command->verb);
    for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name != NULL; i++)
        buf_printf(text, command->arguments[i].is_optional ? " [%s]" : " %s",
                   command->arguments[i].name);
}

/* A titled list; the table's own titles are empty, and their line ends the list's title. */
static void append_list(struct buf *text, const char *title, const struct table *table)
{
    buf_append_text(text, title);
    table_write(table, text);
}

static struct table *create_list(void)
{
    static const char *const titles[] = {"", ""};
    static const enum table_align aligns[] = {TABLE_LEFT, TABLE_LEFT};
    return table_create(2, titles, aligns);
}

static void append_options(struct buf *text, const char *title,
                           const struct command_option *options)
{
    struct table *table = create_list();
    for (; options->name != NULL; options++) {
        struct buf name;
        buf_init(&name);
        buf_printf(&name, "  --%s", options->name);
        if (options->value != NULL)
            buf_printf(&name, " %s", options->value);
        table_add(table, buf_text(&name));
        table_add(table, options->help);
        buf_finish(&name);
    }
    append_list(text, title, table);
    table_destroy(table);
}

static void append_kinds(struct buf *text, const struct command *command)
{
    static const char *const kinds[] = {
        [ARGUMENT_STUDY] = "STUDY is an id, or the beginning of one study's name.\n",
        [ARGUMENT_WAVE] = "WAVE is an id, or STUDY/KIND: \"Helsinki 2010/post\".\n",
        [ARGUMENT_INSTRUMENT] = "INSTRUMENT is NAME/VERSION, or NAME for the newest version.\n",
        [ARGUMENT_FILE] = NULL,
    };
    for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name != NULL; i++)
        if (kinds[command->arguments[i].kind] != NULL)
            buf_append_text(text, kinds[command->arguments[i].kind]);
}

void help_command(const struct command *command, struct buf *text)
{
    buf_append_text(text, "usage: debriefctl ");
    append_name(text, command);
    buf_printf(text, "%s\n\n%s.\n", command->options != NULL ? " [OPTION...]" : "",
               command->summary);
    if (command->details != NULL)
        buf_printf(text, "%s\n", command->details);
    append_kinds(text, command);
    if (command->options != NULL)
        append_options(text, "\nOptions:", command->options);
    append_options(text, "\nOptions of every command:", global_options);
}

void help_all(struct buf *text)
{
    struct table *table = create_list();
    for (const struct command *command = commands; command->noun != NULL; command++) {
        struct buf name;
        buf_init(&name);
        buf_append_text(&name, "  ");
        append_name(&name, command);
        table_add(table, buf_text(&name));
        table_add(table, command->summary);
        buf_finish(&name);
    }
    buf_append_text(text, "usage: debriefctl COMMAND [ARGUMENT...] [OPTION...]\n");
    append_list(text, "\nCommands:", table);
    append_options(text, "\nOptions of every command:", global_options);
    buf_append_text(text,
                    "\ndebriefctl COMMAND --help explains one; debriefctl(1) explains all.\n");
    table_destroy(table);
}
