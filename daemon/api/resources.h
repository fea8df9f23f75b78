/* resources: the route tables of the API, one file a resource. Private to the API. */
#ifndef DEBRIEFD_RESOURCES_H
#define DEBRIEFD_RESOURCES_H

#include <debriefd/operation.h>

/* A route and its operation in one row. */
#define ROUTE(method, pattern, ...)                                                                \
    {                                                                                              \
        METHOD_##method, pattern, operation_handle, &(const struct operation)                      \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

extern const struct route setup_routes[];
extern const struct route key_routes[];
extern const struct route account_routes[];
extern const struct route delegate_routes[];
extern const struct route instrument_routes[];
extern const struct route interview_routes[];
extern const struct route invitation_routes[];
extern const struct route metric_routes[];
extern const struct route release_routes[];
extern const struct route event_routes[];
extern const struct route operator_routes[];
extern const struct route webhook_routes[];
extern const struct route personal_routes[];
extern const struct route mail_routes[];

extern const struct shape_field key_fields[];

/* Every table, ended by NULL. */
extern const struct route *const resource_tables[];

#endif
