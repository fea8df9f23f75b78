/* command: what debriefctl can do, as one const table. A row is a request described by data, or a
 * function; help, completion and the tests of the manual page read the same rows. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "client.h"
#include "table.h"
#include <jansson.h>

/* The exit codes. */
enum ctl_status {
    CTL_DONE = 0,
    CTL_REFUSED = 1,   /* by the server, or a check that failed */
    CTL_USAGE = 2,     /* the command line or a given file is wrong */
    CTL_UNREACHED = 3, /* no answer */
};

enum argument_kind {
    ARGUMENT_TEXT,
    ARGUMENT_INTEGER,
    ARGUMENT_ID,         /* a UUID */
    ARGUMENT_STUDY,      /* a UUID, or the name's beginning if it is one study's only */
    ARGUMENT_WAVE,       /* a UUID, or STUDY/KIND */
    ARGUMENT_INSTRUMENT, /* NAME/VERSION, or NAME for its newest version */
    ARGUMENT_FILE,
};

#define ARGUMENTS_MAX 4
#define OPTIONS_MAX   32 /* given at once */

/* A positional argument. It replaces {NAME} in the path, or goes into the body. */
struct argument {
    const char *name;
    enum argument_kind kind;
    const char *field; /* of the body, NULL for the path or a function */
    bool is_optional;
};

enum option_kind {
    OPTION_FLAG, /* takes no value; true in a body, 1 in a query */
    OPTION_TEXT,
    OPTION_INTEGER,
    OPTION_BOOLEAN, /* yes or no */
    OPTION_TIME,    /* a text; "none" is null */
    OPTION_LIST,    /* texts separated by commas */
    OPTION_JSON,    /* a value, or @FILE */
    OPTION_PLACE,   /* NAME or NAME,COUNTRY; may be given again */
    OPTION_PURPOSE, /* LANGUAGE:TEXT, numbered in order; may be given again */
};

enum option_place { OPTION_LOCAL, OPTION_BODY, OPTION_QUERY };

struct command_option {
    const char *name;  /* without the dashes */
    const char *value; /* shown in help; NULL for a flag */
    enum option_kind kind;
    enum option_place place;
    const char *field; /* of the body or query; NULL: the name with _ for - */
    const char *help;
};

enum column_kind {
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_SHARE,  /* of 1, shown in percent */
    COLUMN_TIME,   /* shown to the second */
    COLUMN_PLACES, /* names of destinations */
};

struct column {
    const char *title;
    const char *member;
    enum column_kind kind;
};

struct invocation;

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun is all of it */
    const char *summary;
    struct argument arguments[ARGUMENTS_MAX];
    const struct command_option *options; /* ended by a row without a name; NULL for none */
    const char *details;                  /* further sentences of its help, or NULL */

    /* A request, */
    const char *method;
    const char *path; /* {NAME} is an argument or PROGRAMME */
    const char *list; /* the answer's member that holds rows; NULL: the answer is one object */
    const struct column *columns; /* of the list; ended by a row without a title */
    /* or a function. */
    enum ctl_status (*run)(struct invocation *invocation);
};

extern const struct command commands[]; /* ended by a row without a noun */

struct given_option {
    const struct command_option *option;
    const char *value;
};

/* A command line that was understood. Texts are borrowed from it. */
struct invocation {
    const struct command *command;
    const char *arguments[ARGUMENTS_MAX]; /* NULL for those left out */
    struct given_option options[OPTIONS_MAX];
    size_t option_count;
    const char *server;
    const char *key;
    const char *key_file;
    const char *programme;
    const char *field; /* print this member of the answer only */
    bool is_json;
    bool wants_help;
    bool wants_version;
    struct client *client;
};

/* The value of an option that was given once or last; "" for a flag, NULL when not given. */
const char *invocation_option(const struct invocation *invocation, const char *name);

/* What a command's page on --help says, and the list of all commands. */
void help_command(const struct command *command, struct buf *text);
void help_all(struct buf *text);

/* One sentence on standard error, and the exit code back. */
enum ctl_status ctl_fail(enum ctl_status status, const char *format, ...) printf_like(2, 3);

/* The exit code of an error that is not a reply: ERR_UNAVAILABLE is CTL_UNREACHED, ERR_NOT_FOUND
 * and ERR_FORBIDDEN CTL_REFUSED, the rest CTL_USAGE. Says what it is. */
enum ctl_status ctl_fail_error(const struct error *err);

/* The functions of rows. */
enum ctl_status request_run(struct invocation *invocation);
enum ctl_status delegates_import(struct invocation *invocation);
enum ctl_status instruments_check(struct invocation *invocation);
enum ctl_status instruments_draft(struct invocation *invocation);
enum ctl_status evaluations_submit(struct invocation *invocation);
enum ctl_status evaluations_import(struct invocation *invocation);
enum ctl_status tables_import(struct invocation *invocation);
enum ctl_status receipts_show(struct invocation *invocation);
enum ctl_status receipts_verify(struct invocation *invocation);
enum ctl_status mails_bounce(struct invocation *invocation);
enum ctl_status metrics_show(struct invocation *invocation);
enum ctl_status metrics_compare(struct invocation *invocation);
enum ctl_status interviews_explain(struct invocation *invocation);
enum ctl_status releases_explain(struct invocation *invocation);
enum ctl_status events_follow(struct invocation *invocation);
enum ctl_status health_show(struct invocation *invocation);
enum ctl_status tidy_import(struct invocation *invocation);
enum ctl_status tidy_verify(struct invocation *invocation);

#endif
