#include <debriefd/delegation.h>

#include "delegation_part.h"

#include <debriefd/alike.h>
#include <debriefd/text.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MAX    200 /* characters, as the import has it */
#define ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3 */
#define FOLDED_MAX  64

static const char *const members[COLUMN_NONE] = {
    [COLUMN_NAME] = "name",
    [COLUMN_GIVEN_NAME] = "name",
    [COLUMN_FAMILY_NAME] = "name",
    [COLUMN_EMAIL] = "email",
    [COLUMN_PERSON] = "person",
    [COLUMN_SECTOR] = "sector",
    [COLUMN_ORGANISATION] = "organisation",
    [COLUMN_MUNICIPALITY] = "municipality",
    [COLUMN_ROLE] = "role",
    [COLUMN_LANGUAGE] = "language",
    [COLUMN_IS_STAFF] = "is_staff",
    [COLUMN_TRAVELLED] = "travelled",
};

bool delegation_is_error(enum delegation_fault_kind kind)
{
    return kind < DELEGATION_ALIKE_NAME;
}

void delegation_add(struct delegation *delegation, const struct delegation_fault *fault,
                    const char *value)
{
    delegation->errors += delegation_is_error(fault->kind);
    if (delegation->count == DELEGATION_FAULTS_KEPT)
        return;
    struct delegation_fault *kept = &delegation->faults[delegation->count++];
    *kept = *fault;
    size_t length = strlen(value);
    if (length >= sizeof kept->value) /* not within a character */
        for (length = sizeof kept->value - 1; (value[length] & 0xc0) == 0x80;)
            length--;
    memcpy(kept->value, value, length);
    kept->value[length] = '\0';
}

/* What people write for the sectors that programmes begin with, as alike_fold gives it. */
static const struct {
    const char *folded;
    const char *sector;
} sector_words[] = {
    {"politik", "politics"},
    {"politiker", "politics"},
    {"politisk", "politics"},
    {"politician", "politics"},
    {"fortroendevald", "politics"},
    {"naringsliv", "business"},
    {"naringslivet", "business"},
    {"foretag", "business"},
    {"privat", "business"},
    {"private", "business"},
    {"company", "business"},
    {"akademi", "academia"},
    {"akademin", "academia"},
    {"universitet", "academia"},
    {"hogskola", "academia"},
    {"larosate", "academia"},
    {"forskning", "academia"},
    {"university", "academia"},
    {"academy", "academia"},
    {"stat", "state"},
    {"staten", "state"},
    {"statlig", "state"},
    {"myndighet", "state"},
    {"statligmyndighet", "state"},
    {"government", "state"},
    {"authority", "state"},
};

static const char *sector_folded(const json_t *sectors, const char *folded)
{
    char own[FOLDED_MAX];
    for (size_t i = 0; i < json_array_size(sectors); i++) {
        const char *name = json_string_value(json_array_get(sectors, i));
        alike_fold(name, own, sizeof own);
        if (strcmp(own, folded) == 0)
            return name;
    }
    return NULL;
}

const char *delegation_sector(const struct delegation_reading *reading, const char *text)
{
    char folded[FOLDED_MAX];
    alike_fold(text, folded, sizeof folded);
    const char *found = sector_folded(reading->sectors, folded);
    for (size_t i = 0; found == NULL && i < sizeof sector_words / sizeof *sector_words; i++)
        if (strcmp(sector_words[i].folded, folded) == 0)
            found = sector_folded(reading->sectors, sector_words[i].sector);
    return found;
}

struct word {
    const char *folded;
    const char *meaning;
};

/* NULL when the text is none of the words. */
static const char *meaning_of(const struct word *words, const char *text)
{
    char folded[FOLDED_MAX];
    alike_fold(text, folded, sizeof folded);
    while (words->folded != NULL && strcmp(words->folded, folded) != 0)
        words++;
    return words->meaning;
}

const char *delegation_language(const char *text)
{
    static const struct word words[] = {
        {"sv", "sv"}, {"svenska", "sv"},  {"swedish", "sv"}, {"se", "sv"},  {"swe", "sv"},
        {"en", "en"}, {"engelska", "en"}, {"english", "en"}, {"eng", "en"}, {NULL, NULL},
    };
    return meaning_of(words, text);
}

static void add_to_row(struct delegation *delegation, const json_t *row,
                       enum delegation_fault_kind kind, const char *column, const char *value)
{
    struct delegation_fault fault = {
        .kind = kind,
        .line = (size_t)json_integer_value(json_object_get(row, "line")),
        .column = column,
    };
    delegation_add(delegation, &fault, value);
}

const char *delegation_member(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static bool is_flag(enum delegation_column column)
{
    return column == COLUMN_IS_STAFF || column == COLUMN_TRAVELLED;
}

static void set_flag(struct delegation *delegation, json_t *row, enum delegation_column column,
                     const char *text)
{
    static const struct word words[] = {
        {"1", "1"}, {"ja", "1"},   {"j", "1"},    {"yes", "1"},   {"y", "1"},
        {"x", "1"}, {"true", "1"}, {"sant", "1"}, {"0", ""},      {"nej", ""},
        {"n", ""},  {"no", ""},    {"false", ""}, {"falskt", ""}, {NULL, NULL},
    };
    const char *meaning = meaning_of(words, text);
    if (text[0] == '\0')
        return;
    if (meaning == NULL)
        add_to_row(delegation, row, DELEGATION_NOT_YES_OR_NO, members[column], text);
    else
        json_object_set_new(row, members[column], json_boolean(meaning[0] != '\0'));
}

/* A given and a family name become one, in whatever order they stand. */
static void set_name_part(json_t *row, enum delegation_column column, const char *text)
{
    const char *before = delegation_member(row, "name");
    const char *first = column == COLUMN_FAMILY_NAME ? before : text;
    const char *second = column == COLUMN_FAMILY_NAME ? text : before;
    json_object_set_new(row, "name",
                        json_sprintf("%s%s%s", first, first[0] && second[0] ? " " : "", second));
}

/* Line feeds within a cell are spaces here. */
static void set_cell(struct delegation_reading *reading, json_t *row, size_t cell, size_t from)
{
    enum delegation_column column = reading->columns[cell];
    char text[SHEET_CELL_MAX + 1];
    const char *given = sheet_cell(reading->sheet, from, cell);
    memcpy(text, given, strlen(given) + 1);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    if (column == COLUMN_NONE)
        return;
    if (text_code_points(text, strlen(text)) > CELL_MAX)
        add_to_row(reading->delegation, row, DELEGATION_TOO_LONG, members[column], text);
    else if (is_flag(column))
        set_flag(reading->delegation, row, column, text);
    else if (column == COLUMN_GIVEN_NAME || column == COLUMN_FAMILY_NAME)
        set_name_part(row, column, text);
    else
        json_object_set_new(row, members[column], json_string(text));
}

/* Something at something.something without spaces: what the mail server says later is better than
 * any pattern. */
bool delegation_is_address(const char *text)
{
    const char *at = strchr(text, '@');
    if (at == NULL || at == text || strchr(at + 1, '@') != NULL || strlen(text) > ADDRESS_MAX ||
        strpbrk(text, " ,;<>()[]\\\"") != NULL)
        return false;
    const char *dot = strrchr(at, '.');
    return dot != NULL && dot > at + 1 && dot[1] != '\0' && at[1] != '.' &&
           strstr(at, "..") == NULL && at[-1] != '.';
}

static void check_required(struct delegation_reading *reading, const json_t *row)
{
    static const char *const required[] = {"name", "sector", "organisation"};
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (delegation_member(row, required[i])[0] == '\0')
            add_to_row(reading->delegation, row, DELEGATION_MISSING, required[i], "");
}

static void check_sector(struct delegation_reading *reading, json_t *row)
{
    const char *given = delegation_member(row, "sector");
    const char *sector = delegation_sector(reading, given);
    if (sector != NULL)
        json_object_set_new(row, "sector", json_string(sector));
    else if (given[0] != '\0')
        add_to_row(reading->delegation, row, DELEGATION_UNKNOWN_SECTOR, "sector", given);
}

static void check_language(struct delegation_reading *reading, json_t *row)
{
    const char *given = delegation_member(row, "language");
    const char *language = given[0] != '\0' ? delegation_language(given) : reading->language;
    if (language != NULL)
        json_object_set_new(row, "language", json_string(language));
    else
        add_to_row(reading->delegation, row, DELEGATION_UNKNOWN_LANGUAGE, "language", given);
}

/* The reference is what makes two rows one person: a given one, or else the address. */
static void check_person(struct delegation_reading *reading, json_t *row)
{
    char reference[CELL_MAX * 4 + 1];
    const char *person = delegation_member(row, "person");
    const char *address = delegation_member(row, "email");
    if (address[0] != '\0' && !delegation_is_address(address))
        add_to_row(reading->delegation, row, DELEGATION_NOT_AN_ADDRESS, "email", address);
    if (address[0] == '\0' && person[0] == '\0')
        add_to_row(reading->delegation, row, DELEGATION_NO_ADDRESS, "email", "");
    size_t length = strlen(person[0] != '\0' ? person : address);
    memcpy(reference, person[0] != '\0' ? person : address, length + 1);
    for (size_t i = 0; person[0] == '\0' && i < length; i++)
        if (reference[i] >= 'A' && reference[i] <= 'Z')
            reference[i] = (char)(reference[i] + 'a' - 'A');
    json_object_set_new(row, "reference", json_string(reference));
    json_object_del(row, "person");
}

static void read_row(struct delegation_reading *reading, size_t from)
{
    json_t *row = json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "line",
                            (json_int_t)sheet_line(reading->sheet, from), "name", "", "email", "",
                            "language", "", "sector", "", "organisation", "", "municipality", "",
                            "role", "", "is_staff", 0, "travelled", 1);
    for (size_t cell = 0; cell < sheet_cells(reading->sheet, from); cell++)
        set_cell(reading, row, cell, from);
    check_required(reading, row);
    check_sector(reading, row);
    check_language(reading, row);
    check_person(reading, row);
    json_array_append_new(reading->delegation->rows, row);
}

static bool has_column(const struct delegation_reading *reading, enum delegation_column column)
{
    for (size_t cell = 0; cell < SHEET_COLUMNS_MAX; cell++)
        if (reading->columns[cell] == column)
            return true;
    return false;
}

static bool check_columns(struct delegation_reading *reading)
{
    static const enum delegation_column needed[] = {COLUMN_NAME, COLUMN_SECTOR, COLUMN_ORGANISATION,
                                                    COLUMN_EMAIL};
    bool is_good = true;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        bool is_there = has_column(reading, needed[i]);
        if (needed[i] == COLUMN_NAME)
            is_there = is_there || has_column(reading, COLUMN_GIVEN_NAME) ||
                       has_column(reading, COLUMN_FAMILY_NAME);
        if (needed[i] == COLUMN_EMAIL)
            is_there = is_there || has_column(reading, COLUMN_PERSON);
        if (!is_there)
            delegation_add(reading->delegation,
                           &(struct delegation_fault){.kind = DELEGATION_COLUMN_MISSING,
                                                      .column = members[needed[i]]},
                           "");
        is_good = is_good && is_there;
    }
    return is_good;
}

struct delegation *delegation_read(const struct sheet *sheet, const json_t *sectors,
                                   const char *language)
{
    struct delegation *delegation = xcalloc(sizeof *delegation);
    struct delegation_reading reading = {
        .sheet = sheet, .sectors = sectors, .language = language, .delegation = delegation};
    delegation->rows = json_array();
    size_t first = delegation_find_columns(&reading);
    size_t count = sheet_rows(sheet) - first;
    if (!check_columns(&reading))
        return delegation;
    if (count == 0)
        delegation_add(delegation, &(struct delegation_fault){DELEGATION_NOBODY}, "");
    else if (count > DELEGATION_ROWS_MAX)
        delegation_add(delegation, &(struct delegation_fault){DELEGATION_TOO_MANY}, "");
    for (size_t row = first; row < sheet_rows(sheet) && count <= DELEGATION_ROWS_MAX; row++)
        read_row(&reading, row);
    delegation_find_twins(delegation);
    return delegation;
}

void delegation_destroy(struct delegation *delegation)
{
    if (delegation == NULL)
        return;
    json_decref(delegation->rows);
    free(delegation);
}
