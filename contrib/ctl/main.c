#include "arguments.h"
#include "command.h"
#include "request.h"

#include <debriefd/secret.h>
#include <debriefd/version.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEFAULT_SERVER "http://127.0.0.1:8080"
#define KEY_MAX        200

static bool read_key(FILE *file, const char *path, struct buf *key, struct error *err)
{
    char line[KEY_MAX];
    struct stat state;
    if (fstat(fileno(file), &state) != 0)
        return error_set_errno(err, errno, "%s", path);
    if (S_ISREG(state.st_mode) && (state.st_mode & 077) != 0)
        return error_set(err, ERR_INVALID, "%.200s can be read by others: chmod 600 it", path);
    if (fgets(line, sizeof line, file) == NULL)
        return error_set(err, ERR_INVALID, "%.200s holds no key", path);
    buf_append(key, line, strcspn(line, " \t\r\n"));
    return true;
}

static bool read_key_file(const char *path, bool must_exist, struct buf *key, struct error *err)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return (errno == ENOENT && !must_exist) || error_set_errno(err, errno, "%s", path);
    bool is_read = read_key(file, path, key, err);
    fclose(file);
    return is_read;
}

static bool read_default_key(struct buf *key, struct error *err)
{
    const char *home = getenv("HOME");
    const char *config = getenv("XDG_CONFIG_HOME");
    struct buf path;
    buf_init(&path);
    if (config != NULL && config[0] == '/')
        buf_printf(&path, "%s/debriefctl/key", config);
    else
        buf_printf(&path, "%s/.config/debriefctl/key", home != NULL ? home : "");
    bool is_read = read_key_file(buf_text(&path), false, key, err);
    buf_finish(&path);
    return is_read;
}

/* From the command line, the environment, or the user's file, in this order; empty for none. */
static bool find_key(const struct invocation *invocation, struct buf *key, struct error *err)
{
    const char *given = invocation->key != NULL ? invocation->key : getenv("DEBRIEFCTL_KEY");
    if (invocation->key == NULL && invocation->key_file != NULL)
        return read_key_file(invocation->key_file, true, key, err);
    if (given == NULL || given[0] == '\0')
        return read_default_key(key, err);
    buf_append_text(key, given);
    return true;
}

static enum ctl_status run(struct invocation *invocation)
{
    struct error err;
    struct buf key;
    buf_init(&key);
    const char *server =
        invocation->server != NULL ? invocation->server : getenv("DEBRIEFCTL_SERVER");
    if (!find_key(invocation, &key, &err)) {
        buf_finish(&key);
        return ctl_fail_error(&err);
    }
    invocation->client =
        client_create(server != NULL && server[0] != '\0' ? server : DEFAULT_SERVER,
                      key.length > 0 ? buf_text(&key) : NULL);
    enum ctl_status status = invocation->command->run != NULL ? invocation->command->run(invocation)
                                                              : request_run(invocation);
    client_destroy(invocation->client);
    buf_finish(&key);
    return status;
}

static void print_help(const struct command *command)
{
    struct buf text;
    buf_init(&text);
    if (command != NULL)
        help_command(command, &text);
    else
        help_all(&text);
    request_write(&text);
    buf_finish(&text);
}

static enum ctl_status fail_usage(const struct invocation *invocation, const struct error *err)
{
    const struct command *command = invocation->command;
    ctl_fail(CTL_USAGE, "%s", err->message);
    if (command == NULL)
        fputs("  debriefctl --help lists the commands\n", stderr);
    else
        fprintf(stderr, "  debriefctl %s%s%s --help explains it\n", command->noun,
                command->verb != NULL ? " " : "", command->verb != NULL ? command->verb : "");
    return CTL_USAGE;
}

int main(int count, char **words)
{
    struct invocation invocation;
    struct error err;
    secret_init();
    if (!arguments_read(count - 1, words + 1, &invocation, &err))
        return fail_usage(&invocation, &err);
    enum ctl_status status = CTL_DONE;
    if (invocation.wants_version)
        puts("debriefctl " DEBRIEFD_VERSION);
    else if (invocation.wants_help)
        print_help(invocation.command);
    else
        status = run(&invocation);
    if (fflush(stdout) != 0 && status == CTL_DONE)
        status = ctl_fail(CTL_REFUSED, "standard output: %s", strerror(errno));
    return status;
}
