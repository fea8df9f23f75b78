#include <debriefd/config.h>

#include "keys.h"
#include <ctype.h>
#include <debriefd/xalloc.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LIMIT 4000

struct config_origins {
    char *path;       /* what config_reload reads; NULL: text */
    bool optional;    /* whether the file may be absent */
    char *of_value[]; /* one a key, NULL for a default */
};

/* One load of all sources. */
struct loader {
    struct config *config;
    struct buf *faults;
    size_t fault_count;
    const char *name; /* of the current file */
    int line;
    bool *seen; /* keys of the current file */
};

static void fault(struct loader *loader, const char *where, const char *key, const char *message)
{
    loader->fault_count++;
    buf_printf(loader->faults, "%s: %s%s%s\n", where, key, key[0] != '\0' ? ": " : "", message);
}

static void fault_at_line(struct loader *loader, const char *key, const char *message)
{
    char where[600];
    snprintf(where, sizeof where, "%s:%d", loader->name, loader->line);
    fault(loader, where, key, message);
}

const char *config_origin(const struct config *config, size_t index)
{
    const char *origin = config->origins->of_value[index];
    return origin != NULL ? origin : "";
}

static bool set_value(struct loader *loader, size_t index, const char *value, const char *origin)
{
    struct error err;
    if (!config_value_parse(loader->config, &config_keys[index], value, &err)) {
        fault(loader, origin, config_keys[index].name, err.message);
        return false;
    }
    char **kept = &loader->config->origins->of_value[index];
    free(*kept);
    *kept = xstrdup(origin);
    return true;
}

static int take_pair(void *context, const char *section, const char *name, const char *value)
{
    struct loader *loader = context;
    (void)section; /* take_line refuses them */
    size_t index = config_key_find(name);
    char shown[64];
    snprintf(shown, sizeof shown, "%.60s", name);
    if (index == config_key_count)
        fault_at_line(loader, shown, "unknown key");
    else if (loader->seen[index])
        fault_at_line(loader, shown, "given twice in one file");
    else {
        char origin[600];
        snprintf(origin, sizeof origin, "%s:%d", loader->name, loader->line);
        loader->seen[index] = true;
        (void)set_value(loader, index, value, origin);
    }
    return 1;
}

/* Lines go to inih one by one: its own report names only the first line at fault, and its library
 * build does not tell the handler where it is. */
static void take_line(struct loader *loader, const char *line, size_t length)
{
    const char *start = line;
    while (isspace((unsigned char)*start))
        start++;
    if (length > LINE_LIMIT)
        fault_at_line(loader, "", "the line is too long");
    else if (strlen(line) != length)
        fault_at_line(loader, "", "the line holds a NUL byte");
    else if (*start == '[')
        fault_at_line(loader, "", "sections are not used here");
    else if (ini_parse_string(line, take_pair, loader) != 0)
        fault_at_line(loader, "", "the line is not KEY = VALUE");
}

static void read_stream(struct loader *loader, FILE *stream, const char *name)
{
    ini_use_stack = false;
    ini_max_line = LINE_LIMIT + 8;
    ini_initial_alloc = LINE_LIMIT + 8;
    ini_allow_multiline = false;
    ini_allow_inline_comments = false; /* a password may hold a semicolon */
    loader->name = name;
    loader->line = 0;
    memset(loader->seen, 0, config_key_count * sizeof *loader->seen);
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t length = getline(&line, &capacity, stream); length >= 0;
         length = getline(&line, &capacity, stream)) {
        loader->line++;
        take_line(loader, line, (size_t)length);
    }
    if (ferror(stream))
        fault(loader, name, "", strerror(errno));
    free(line);
}

static void read_file(struct loader *loader, const char *path, bool optional)
{
    FILE *stream = fopen(path, "re");
    if (stream != NULL) {
        read_stream(loader, stream, path);
        fclose(stream);
    } else if (errno != ENOENT || !optional) {
        fault(loader, path, "", strerror(errno));
    }
}

static int is_fragment(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".conf") == 0;
}

/* Bytewise, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_fragments(struct loader *loader, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf directory;
    buf_init(&directory);
    buf_append(&directory, path, slash != NULL ? (size_t)(slash + 1 - path) : 0);
    buf_append_text(&directory, "conf.d");
    struct dirent **entries;
    int count = scandir(buf_text(&directory), &entries, is_fragment, by_name);
    if (count < 0 && errno != ENOENT)
        fault(loader, buf_text(&directory), "", strerror(errno));
    for (int i = 0; i < count; i++) {
        struct buf file;
        buf_init(&file);
        buf_printf(&file, "%s/%s", buf_text(&directory), entries[i]->d_name);
        read_file(loader, buf_text(&file), false);
        buf_finish(&file);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    buf_finish(&directory);
}

static void read_environment(struct loader *loader)
{
    for (size_t i = 0; i < config_key_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "DEBRIEFD_%s", config_keys[i].name);
        for (char *at = name; *at != '\0'; at++)
            *at = (char)toupper((unsigned char)*at);
        const char *value = getenv(name);
        if (value != NULL)
            (void)set_value(loader, i, value, name);
    }
}

static void set_default(struct loader *loader, const struct config_key *key, const char *value)
{
    struct error err;
    if (!config_value_parse(loader->config, key, value, &err))
        fault(loader, "default", key->name, err.message);
}

static void set_defaults(struct loader *loader)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].initial[0] != '{')
            set_default(loader, &config_keys[i], config_keys[i].initial);
}

/* Replaces "{key}" in the text defaults that nothing overrode. */
static void expand_defaults(struct loader *loader)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (key->initial[0] != '{' || loader->config->origins->of_value[i] != NULL)
            continue;
        char name[64];
        const char *rest = strchr(key->initial, '}') + 1;
        snprintf(name, sizeof name, "%.*s", (int)(rest - key->initial - 2), key->initial + 1);
        struct buf value;
        buf_init(&value);
        config_value_format(loader->config, &config_keys[config_key_find(name)], &value);
        buf_append_text(&value, rest);
        set_default(loader, key, buf_text(&value));
        buf_finish(&value);
    }
}

static void check_relations(struct loader *loader)
{
    if (loader->config->ingest.batch > loader->config->ingest.queue)
        fault(loader, "configuration", "ingest_batch", "is larger than ingest_queue");
}

static void loader_init(struct loader *loader, const char *path, struct buf *faults)
{
    struct config *config = xcalloc(sizeof *config);
    config->origins = xcalloc(sizeof *config->origins + config_key_count * sizeof(char *));
    config->origins->optional = path == NULL;
    config->origins->path = xstrdup(path != NULL ? path : CONFIG_DEFAULT_PATH);
    *loader = (struct loader){.config = config,
                              .faults = faults,
                              .seen = xcalloc_array(config_key_count, sizeof *loader->seen)};
    set_defaults(loader);
}

static bool loader_finish(struct loader *loader, struct config **config)
{
    expand_defaults(loader);
    check_relations(loader);
    free(loader->seen);
    if (loader->fault_count > 0) {
        config_destroy(loader->config);
        return false;
    }
    *config = loader->config;
    return true;
}

bool config_load(const char *path, struct config **config, struct buf *faults)
{
    struct loader loader;
    loader_init(&loader, path, faults);
    const char *file = loader.config->origins->path;
    read_file(&loader, file, path == NULL);
    read_fragments(&loader, file);
    read_environment(&loader);
    return loader_finish(&loader, config);
}

bool config_load_text(const char *text, size_t length, const char *name, struct config **config,
                      struct buf *faults)
{
    struct loader loader;
    loader_init(&loader, name, faults);
    FILE *stream = length > 0 ? fmemopen((void *)(uintptr_t)text, length, "r") : NULL;
    if (stream != NULL) {
        read_stream(&loader, stream, name);
        fclose(stream);
    }
    return loader_finish(&loader, config);
}

bool config_can_mail(const struct config *config)
{
    return config->mail.smtp[0] != '\0' && config->mail.from[0] != '\0' &&
           config->http.public_url[0] != '\0';
}

void config_destroy(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config_key_count; i++) {
        config_value_finish(config, &config_keys[i]);
        free(config->origins->of_value[i]);
    }
    free(config->origins->path);
    free(config->origins);
    free(config);
}

static bool same_value(const struct config *a, const struct config *b, const struct config_key *key)
{
    struct buf of_a;
    struct buf of_b;
    buf_init(&of_a);
    buf_init(&of_b);
    config_value_format(a, key, &of_a);
    config_value_format(b, key, &of_b);
    bool same = strcmp(buf_text(&of_a), buf_text(&of_b)) == 0;
    buf_finish(&of_a);
    buf_finish(&of_b);
    return same;
}

static void swap_origin(struct config *a, struct config *b, size_t index)
{
    char *kept = a->origins->of_value[index];
    a->origins->of_value[index] = b->origins->of_value[index];
    b->origins->of_value[index] = kept;
}

bool config_reload(struct config *config, struct buf *pending, struct buf *faults)
{
    struct config *fresh;
    if (!config_load(config->origins->optional ? NULL : config->origins->path, &fresh, faults))
        return false;
    for (size_t i = 0; i < config_key_count; i++) {
        if (same_value(config, fresh, &config_keys[i]))
            continue;
        if (config_keys[i].reloadable) {
            config_value_swap(config, fresh, &config_keys[i]);
            swap_origin(config, fresh, i);
        } else {
            buf_printf(pending, "%s\n", config_keys[i].name);
        }
    }
    config_destroy(fresh);
    return true;
}
