/* embedded: files of the source tree compiled into the binary (SQL, schemas), so that one file is
 * the whole installation. Each table is in its CMakeLists' order and ends with a row whose name is
 * NULL. */
#ifndef DEBRIEFD_EMBEDDED_H
#define DEBRIEFD_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* the file's name without its folder */
    const char *data; /* NUL-terminated behind `length` */
    size_t length;
};

extern const struct embedded_file sql_migrations[];
extern const struct embedded_file sql_functions[]; /* functions, views, then roles' grants */
extern const struct embedded_file
    sql_queries[]; /* queries and facts: a name is a prepared statement */

extern const struct embedded_file instrument_schemas[]; /* JSON Schema of instrument definitions */

extern const struct embedded_file web_catalogues[]; /* translations as .mo files: Swedish */

extern const struct embedded_file web_assets[]; /* style sheets and scripts */

extern const struct embedded_file instrument_pack_benchmarking[]; /* definitions, by wave */

extern const struct embedded_file
    api_answers[]; /* schemas of answers, and which operation has which */

#endif
