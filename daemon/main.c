/* argv, configuration, role, exit code. */
#include <debriefd/buf.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/role.h>
#include <debriefd/secret.h>
#include <debriefd/version.h>
#include <stdio.h>
#include <string.h>

static int print_version(struct config *config, const struct role_call *call)
{
    (void)config;
    (void)call;
    puts("debriefd " DEBRIEFD_VERSION);
    return EXIT_CODE_SUCCESS;
}

static int print_config(struct config *config, const struct role_call *call)
{
    (void)call;
    struct buf text;
    buf_init(&text);
    config_print(config, &text);
    fputs(buf_text(&text), stdout);
    buf_finish(&text);
    return EXIT_CODE_SUCCESS;
}

static const struct {
    const char *name;
    int (*run)(struct config *config, const struct role_call *call);
    int arguments; /* at most */
    const char *help;
} commands[] = {
    {"serve", role_serve, 0, "answer HTTP"},
    {"work", role_work, 0, "run jobs"},
    {"send", role_send, 0, "send mail and webhooks"},
    {"run", role_run, 0,
     "all three, and a private PostgreSQL cluster when no database is configured"},
    {"migrate", role_migrate, 0, "bring the database to this version's schema"},
    {"bootstrap", role_bootstrap, 0, "make the first operator's key and print it once"},
    {"backup", role_backup, 1, "write a consistent copy to a new folder [in DIRECTORY]"},
    {"restore", role_restore, 1, "load a folder that backup wrote into an empty database"},
    {"check-config", print_config, 0, "print the effective configuration"},
    {"version", print_version, 0, "print the version"},
};

#define COMMANDS (sizeof commands / sizeof *commands)

static int print_usage(FILE *file, int code)
{
    fputs("usage: debriefd COMMAND [--config FILE] [ARGUMENT]\n\n", file);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(file, "  %-14s%s\n", commands[i].name, commands[i].help);
    return code;
}

static int run_command(size_t command, const struct role_call *call)
{
    struct buf faults;
    buf_init(&faults);
    struct config *config;
    int code = EXIT_CODE_CONFIG;
    if (config_load(call->config_path, &config, &faults)) {
        log_set_level(config->process.log_level);
        code = commands[command].run(config, call);
        config_destroy(config);
    } else {
        fputs(buf_text(&faults), stderr);
    }
    buf_finish(&faults);
    return code;
}

int main(int argc, char *argv[])
{
    char *rest[4] = {0};
    struct role_call call = {.argv = rest};
    secret_init();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return print_usage(stdout, EXIT_CODE_SUCCESS);
        if (strcmp(argv[i], "--version") == 0)
            return print_version(NULL, NULL);
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            call.config_path = argv[++i];
        else if (call.command == NULL && argv[i][0] != '-')
            call.command = argv[i];
        else if (argv[i][0] != '-' && call.argc < 3)
            rest[call.argc++] = argv[i];
        else
            return print_usage(stderr, EXIT_CODE_USAGE);
    }
    for (size_t i = 0; call.command != NULL && i < COMMANDS; i++)
        if (strcmp(commands[i].name, call.command) == 0 && call.argc <= commands[i].arguments)
            return run_command(i, &call);
    return print_usage(stderr, EXIT_CODE_USAGE);
}
