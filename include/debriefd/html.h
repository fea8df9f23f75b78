/* html: markup into a buffer, for pages and mails. What comes from data is always escaped; markup
 * itself is what stands in the format, or is appended by buf_append_text. */
#ifndef DEBRIEFD_HTML_H
#define DEBRIEFD_HTML_H

#include <debriefd/buf.h>

/* Escapes & < > " ' so that the text is safe between tags and in a quoted attribute. NULL is "". */
void html_text(struct buf *html, const char *text);

/* printf for markup: the format is copied, every %s is escaped. Further conversions are numbers:
 * %d %u %ld %lu %lld %zu and %.*f; anything else is a defect and asserts. */
void html_printf(struct buf *html, const char *format, ...) printf_like(2, 3);

#endif
