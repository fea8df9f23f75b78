/* role: what the binary can be started as. Each returns the process's exit code. */
#ifndef DEBRIEFD_ROLE_H
#define DEBRIEFD_ROLE_H

struct config;

enum exit_code {
    EXIT_CODE_SUCCESS = 0,
    EXIT_CODE_FAILURE = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_CONFIG = 78, /* sysexits.h: a service manager need not try again */
};

/* What the command line said after the command. */
struct role_call {
    const char *command;
    const char *config_path; /* NULL: the default */
    int argc;
    char *const *argv; /* further arguments */
};

int role_serve(struct config *config, const struct role_call *call);
int role_work(struct config *config, const struct role_call *call);
int role_send(struct config *config, const struct role_call *call);
int role_run(struct config *config, const struct role_call *call);
int role_migrate(struct config *config, const struct role_call *call);
int role_backup(struct config *config, const struct role_call *call);
int role_restore(struct config *config, const struct role_call *call);
int role_bootstrap(struct config *config, const struct role_call *call);

#endif
