#include "bootstrap.h"

#include <assert.h>
#include <debriefd/statement.h>

extern const struct embedded_file sql_bootstrap[];

const char *bootstrap_sql(const char *statement)
{
    int index = statement_find(sql_bootstrap, statement);
    assert(index != STATEMENT_NOT_FOUND);
    return sql_bootstrap[index].data;
}
