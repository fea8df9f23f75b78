/* keys: the table of configuration keys, the form values are written in and their way into
 * struct config. Private to this folder. */
#ifndef DEBRIEFD_CONFIG_KEYS_H
#define DEBRIEFD_CONFIG_KEYS_H

#include <debriefd/config.h>

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,     /* absolute */
    CONFIG_INTEGER,  /* int */
    CONFIG_BYTES,    /* size_t */
    CONFIG_DURATION, /* int64_t microseconds */
    CONFIG_BOOLEAN,
    CONFIG_CHOICE, /* int-sized enum */
    CONFIG_LIST,   /* separated by commas */
};

struct config_choice {
    const char *name; /* NULL ends the table */
    int value;
};

typedef bool (*config_check_fn)(const char *item, struct error *err);

struct config_key {
    const char *name;
    const char *initial; /* as written in a file; "{key}" stands for another key's value */
    const char *unit;    /* of an integer, plural */
    const char *help;    /* sentences */
    const struct config_choice *choices;
    config_check_fn check; /* of a text, a path or each item of a list, when not empty */
    int64_t min;           /* of texts and paths: length; of lists: count */
    int64_t max;
    size_t offset;
    enum config_type type;
    bool reloadable;
    bool secret;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* The key's index, or config_key_count. */
size_t config_key_find(const char *name);

/* Parses `text` into the key's member and frees what was there. */
bool config_value_parse(struct config *config, const struct config_key *key, const char *text,
                        struct error *err) must_check;

/* The member as written in a file. */
void config_value_format(const struct config *config, const struct config_key *key,
                         struct buf *out);

/* A number of the key's type as written in a file: "15s", "256k". */
void config_number_format(enum config_type type, int64_t value, struct buf *out);

/* "text", "duration", … for people. */
const char *config_type_name(enum config_type type);

/* Exchanges the members of two configurations. */
void config_value_swap(struct config *a, struct config *b, const struct config_key *key);
void config_value_finish(struct config *config, const struct config_key *key);

/* "" or where the value came from: "FILE:LINE", "DEBRIEFD_KEY". */
const char *config_origin(const struct config *config, size_t index);

bool config_check_listen(const char *text, struct error *err);
bool config_check_mailbox(const char *text, struct error *err);
bool config_check_network(const char *text, struct error *err);
bool config_check_smtp(const char *text, struct error *err);
bool config_check_time(const char *text, struct error *err);
bool config_check_url(const char *text, struct error *err);

#endif
