/* workbook_part: reading the parts of a workbook. Private to the folder. */
#ifndef WORKBOOK_PART_H
#define WORKBOOK_PART_H

#include "sheet_part.h"

#define WORKBOOK_PATH_MAX    256
#define WORKBOOK_STRINGS_MAX 65536

struct XML_ParserStruct;
struct zip;

struct workbook {
    struct sheet *sheet;
    struct zip *archive;
    struct error *err;
    const char *wanted; /* a sheet's name, or "" */
    char relation[128]; /* of the sheet that is read */
    char sheet_path[WORKBOOK_PATH_MAX];
    char strings_path[WORKBOOK_PATH_MAX];
    struct buf string_text; /* shared strings, each ended by NUL */
    size_t *strings;        /* their offsets */
    size_t string_count;
};

/* One XML document under way. `text` gathers what stands between tags while `takes_text`. */
struct part {
    struct workbook *workbook;
    struct error *err;
    struct XML_ParserStruct *parser;
    void (*begin)(struct part *part, const char *name, const char **attributes);
    void (*end)(struct part *part, const char *name);
    struct buf text;
    bool takes_text;
    bool has_failed;
    int depth;
    int phonetic; /* depth of <rPh>, whose text says how the string is pronounced */
    /* of a sheet's cells */
    bool is_row;
    size_t line;
    size_t column;
    char type[16];
};

/* Stops the parser; part_stop when the error is filled already. */
void part_stop(struct part *part);
void part_fail(struct part *part, enum sheet_fault fault);

/* By its local name; "" when there is none. */
const char *part_attribute(const char **attributes, const char *name);

void strings_begin(struct part *part, const char *name, const char **attributes);
void strings_end(struct part *part, const char *name);
void cells_begin(struct part *part, const char *name, const char **attributes);
void cells_end(struct part *part, const char *name);

#endif
