#include "retain.h"

#include <debriefd/params.h>
#include <debriefd/rows.h>
#include <debriefd/session.h>

/* The statement is a transaction of its own, and sees each study only once it holds it. */
bool retain_programme(struct session *session, const struct refresh_order *order,
                      struct refresh_result *result, struct error *err)
{
    struct params params;
    struct rows *rows;
    *result = (struct refresh_result){0};
    params_init(&params);
    params_uuid(&params, &order->programme);
    bool is_good = session_execute(session, "retention_run", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    result->archived = rows_int64(rows, 0, 0);
    rows_destroy(rows);
    return true;
}
