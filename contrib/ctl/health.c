#include "ask.h"
#include "request.h"

/* A server that answers but is not ready is a refusal, which scripts can tell from no server. */
enum ctl_status health_show(struct invocation *invocation)
{
    return request_send(invocation, "GET", "/readyz", NULL, NULL);
}
