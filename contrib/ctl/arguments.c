#include "arguments.h"

#include <stdlib.h>
#include <string.h>

const struct command_option global_options[] = {
    {"server", "URL", OPTION_TEXT, OPTION_LOCAL, NULL,
     "The daemon's address, or unix:/PATH (DEBRIEFCTL_SERVER; http://127.0.0.1:8080)"},
    {"key", "KEY", OPTION_TEXT, OPTION_LOCAL, NULL,
     "The API key (DEBRIEFCTL_KEY); others on the machine can see it"},
    {"key-file", "FILE", OPTION_TEXT, OPTION_LOCAL, NULL,
     "A file with the key that only you may read (~/.config/debriefctl/key)"},
    {"programme", "ID|NAME", OPTION_TEXT, OPTION_LOCAL, NULL,
     "The programme to work in; by default the key's"},
    {"json", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Print the server's answer as it is"},
    {"field", "NAME", OPTION_TEXT, OPTION_LOCAL, NULL, "Print one member of the answer only"},
    {"help", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Explain a command, or list them all"},
    {"version", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Print the version"},
    {0},
};

struct words {
    char *const *at;
    int left;
    bool is_plain; /* behind --: nothing is an option */
};

static const struct command_option *find_option(const struct command_option *options,
                                                const char *name, size_t length)
{
    for (; options != NULL && options->name != NULL; options++)
        if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

static void set_global(struct invocation *invocation, const struct command_option *option,
                       const char *value)
{
    const struct {
        const char **text;
        bool *flag;
    } targets[] = {
        {&invocation->server, NULL},     {&invocation->key, NULL},
        {&invocation->key_file, NULL},   {&invocation->programme, NULL},
        {NULL, &invocation->is_json},    {&invocation->field, NULL},
        {NULL, &invocation->wants_help}, {NULL, &invocation->wants_version},
    };
    size_t index = (size_t)(option - global_options);
    if (targets[index].text != NULL)
        *targets[index].text = value;
    else
        *targets[index].flag = true;
}

static bool is_integer(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits < 10 && text[digits] == '\0';
}

static bool check_value(const struct command_option *option, const char *value, struct error *err)
{
    if (option->kind == OPTION_INTEGER && !is_integer(value))
        return error_set(err, ERR_INVALID, "--%s takes a number", option->name);
    if (option->kind == OPTION_BOOLEAN && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return error_set(err, ERR_INVALID, "--%s takes yes or no", option->name);
    return true;
}

/* The value behind = or in the next word. */
static bool read_value(struct words *words, const struct command_option *option, const char *equals,
                       const char **value, struct error *err)
{
    *value = "";
    if (option->kind == OPTION_FLAG)
        return equals == NULL || error_set(err, ERR_INVALID, "--%s takes no value", option->name);
    if (equals != NULL) {
        *value = equals + 1;
    } else {
        if (words->left == 0)
            return error_set(err, ERR_INVALID, "--%s needs a value: %s", option->name,
                             option->value);
        *value = *words->at++;
        words->left--;
    }
    return check_value(option, *value, err);
}

static bool read_option(struct words *words, const char *word, struct invocation *invocation,
                        struct error *err)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct command_option *own = invocation->command != NULL
                                           ? find_option(invocation->command->options, name, length)
                                           : NULL;
    const struct command_option *global = find_option(global_options, name, length);
    const char *value;
    if (own == NULL && global == NULL)
        return error_set(err, ERR_INVALID, "there is no option --%.*s here", (int)length, name);
    if (!read_value(words, own != NULL ? own : global, equals, &value, err))
        return false;
    if (own == NULL) {
        set_global(invocation, global, value);
        return true;
    }
    if (invocation->option_count == OPTIONS_MAX)
        return error_set(err, ERR_INVALID, "there are more than %d options", OPTIONS_MAX);
    invocation->options[invocation->option_count++] = (struct given_option){own, value};
    return true;
}

/* A noun may be given in the singular: release for releases, study for studies. */
static bool is_named(const char *noun, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(noun, word, length) == 0)
        return noun[length] == '\0' || strcmp(noun + length, "s") == 0;
    return length > 1 && word[length - 1] == 'y' && strncmp(noun, word, length - 1) == 0 &&
           strcmp(noun + length - 1, "ies") == 0;
}

static const struct command *find_command(const char *noun, const char *verb)
{
    const struct command *command = commands;
    for (; command->noun != NULL; command++)
        if (is_named(command->noun, noun) &&
            (command->verb == NULL || (verb != NULL && strcmp(command->verb, verb) == 0)))
            return command;
    return NULL;
}

static bool is_noun(const char *noun)
{
    for (const struct command *command = commands; command->noun != NULL; command++)
        if (is_named(command->noun, noun))
            return true;
    return false;
}

static bool read_argument(struct invocation *invocation, size_t index, const char *word,
                          struct error *err)
{
    const struct command *command = invocation->command;
    if (index >= ARGUMENTS_MAX || command->arguments[index].name == NULL)
        return error_set(err, ERR_INVALID, "there is nothing to do with %.60s", word);
    if (command->arguments[index].kind == ARGUMENT_INTEGER && !is_integer(word))
        return error_set(err, ERR_INVALID, "%s must be a number", command->arguments[index].name);
    invocation->arguments[index] = word;
    return true;
}

size_t arguments_required(const struct command *command)
{
    size_t count = 0;
    while (count < ARGUMENTS_MAX && command->arguments[count].name != NULL &&
           !command->arguments[count].is_optional)
        count++;
    return count;
}

static bool check_complete(const struct invocation *invocation, const char *noun, struct error *err)
{
    if (invocation->wants_help || invocation->wants_version)
        return true;
    if (noun == NULL)
        return error_set(err, ERR_INVALID, "a command is missing");
    if (invocation->command == NULL)
        return error_set(err, ERR_INVALID,
                         is_noun(noun) ? "what about %.60s?" : "there is no command %.60s", noun);
    size_t required = arguments_required(invocation->command);
    for (size_t i = 0; i < required; i++)
        if (invocation->arguments[i] == NULL)
            return error_set(err, ERR_INVALID, "%s is missing",
                             invocation->command->arguments[i].name);
    return true;
}

/* The command's one or two words, then its arguments. */
static bool read_word(struct invocation *invocation, const char **noun, size_t *arguments,
                      const char *word, struct error *err)
{
    if (invocation->command != NULL)
        return read_argument(invocation, (*arguments)++, word, err);
    const char *first = *noun != NULL ? *noun : word;
    invocation->command = find_command(first, *noun != NULL ? word : NULL);
    if (invocation->command == NULL && *noun != NULL)
        return error_set(err, ERR_INVALID,
                         is_noun(*noun) ? "%.60s has no %.60s" : "there is no command %.60s %.60s",
                         *noun, word);
    *noun = first;
    return true;
}

bool arguments_read(int count, char *const *given, struct invocation *invocation, struct error *err)
{
    *invocation = (struct invocation){0};
    struct words words = {given, count, false};
    const char *noun = NULL;
    size_t arguments = 0;
    while (words.left > 0) {
        const char *word = *words.at++;
        words.left--;
        bool is_option = !words.is_plain && strncmp(word, "--", 2) == 0;
        if (is_option && word[2] == '\0')
            words.is_plain = true;
        else if (is_option ? !read_option(&words, word, invocation, err)
                           : !read_word(invocation, &noun, &arguments, word, err))
            return false;
    }
    return check_complete(invocation, noun, err);
}

const char *invocation_option(const struct invocation *invocation, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < invocation->option_count; i++)
        if (strcmp(invocation->options[i].option->name, name) == 0)
            value = invocation->options[i].value;
    return value;
}
