/* notify: the service manager's protocol without its library (sd_notify(3), sd_listen_fds(3),
 * sd_watchdog_enabled(3)): says what state the process is in and finds what it was handed. Without
 * a service manager every call succeeds and does nothing. */
#ifndef DEBRIEFD_NOTIFY_H
#define DEBRIEFD_NOTIFY_H

#include <debriefd/error.h>
#include <stdint.h>

#define NOTIFY_FIRST_FD 3 /* SD_LISTEN_FDS_START */

bool notify_ready(struct error *err) must_check;

/* Followed by notify_ready once the configuration is in force. */
bool notify_reloading(struct error *err) must_check;
bool notify_stopping(struct error *err) must_check;
bool notify_watchdog(struct error *err) must_check;

/* How long the service manager waits for notify_watchdog; send it at half of this. 0: it does not
 * wait for this process. */
int64_t notify_watchdog_us(void);

/* The sockets handed to this process are `count` descriptors from NOTIFY_FIRST_FD on; they become
 * close-on-exec. 0 when they are another process's or there are none. */
bool notify_listen_fds(int *count, struct error *err) must_check;

#endif
