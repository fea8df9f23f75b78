/* bootstrap: the statements that this folder itself runs (sql/bootstrap), before there is a schema.
 */
#ifndef DB_BOOTSTRAP_H
#define DB_BOOTSTRAP_H

/* Asserts that there is one. */
const char *bootstrap_sql(const char *statement);

#endif
