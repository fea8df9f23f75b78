/* sqlstate: the one table from SQLSTATE to error code (PostgreSQL 15, appendix A).
 * ERR_UNAVAILABLE means that nothing was done and that the same call may be sent again; ERR_TIMEOUT
 * that the outcome is unknown. Our own SQL functions return expected outcomes as rows, so any error
 * here is a surprise. */
#ifndef DEBRIEFD_SQLSTATE_H
#define DEBRIEFD_SQLSTATE_H

#include <debriefd/error.h>

struct sqlstate {
    const char *prefix; /* a whole code, or its class */
    enum error_code code;
    bool is_private;     /* the server's message may quote a value: it is not repeated */
    bool wants_new_link; /* the connection, not the statement, is what has to be replaced */
    bool is_rerun;       /* others were in the way: the same again, at once, may well succeed */
};

/* The longest matching prefix. A code of no row is ERR_INTERNAL. Never NULL; takes NULL. */
const struct sqlstate *sqlstate_find(const char *code);

#endif
