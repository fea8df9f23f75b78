/* Which column of a table is what. */
#include "delegation_part.h"

#include <debriefd/alike.h>
#include <string.h>

#define HEADER_ROWS 10 /* titles stand above the headings */
#define FOLDED_MAX  64

/* Headings as alike_fold gives them. */
static const struct {
    const char *folded;
    enum delegation_column column;
} headings[] = {
    {"namn", COLUMN_NAME},
    {"name", COLUMN_NAME},
    {"deltagare", COLUMN_NAME},
    {"participant", COLUMN_NAME},
    {"fullstandigtnamn", COLUMN_NAME},
    {"foroschefternamn", COLUMN_NAME},
    {"forochefternamn", COLUMN_NAME},
    {"fullname", COLUMN_NAME},
    {"fornamn", COLUMN_GIVEN_NAME},
    {"tilltalsnamn", COLUMN_GIVEN_NAME},
    {"firstname", COLUMN_GIVEN_NAME},
    {"givenname", COLUMN_GIVEN_NAME},
    {"efternamn", COLUMN_FAMILY_NAME},
    {"lastname", COLUMN_FAMILY_NAME},
    {"surname", COLUMN_FAMILY_NAME},
    {"familyname", COLUMN_FAMILY_NAME},
    {"epost", COLUMN_EMAIL},
    {"epostadress", COLUMN_EMAIL},
    {"email", COLUMN_EMAIL},
    {"emailaddress", COLUMN_EMAIL},
    {"emailadress", COLUMN_EMAIL},
    {"mail", COLUMN_EMAIL},
    {"mailadress", COLUMN_EMAIL},
    {"mejl", COLUMN_EMAIL},
    {"mejladress", COLUMN_EMAIL},
    {"referens", COLUMN_PERSON},
    {"reference", COLUMN_PERSON},
    {"person", COLUMN_PERSON},
    {"personid", COLUMN_PERSON},
    {"id", COLUMN_PERSON},
    {"sektor", COLUMN_SECTOR},
    {"sector", COLUMN_SECTOR},
    {"kategori", COLUMN_SECTOR},
    {"category", COLUMN_SECTOR},
    {"grupp", COLUMN_SECTOR},
    {"organisation", COLUMN_ORGANISATION},
    {"organization", COLUMN_ORGANISATION},
    {"foretag", COLUMN_ORGANISATION},
    {"company", COLUMN_ORGANISATION},
    {"arbetsgivare", COLUMN_ORGANISATION},
    {"arbetsplats", COLUMN_ORGANISATION},
    {"employer", COLUMN_ORGANISATION},
    {"kommun", COLUMN_MUNICIPALITY},
    {"municipality", COLUMN_MUNICIPALITY},
    {"hemkommun", COLUMN_MUNICIPALITY},
    {"ort", COLUMN_MUNICIPALITY},
    {"city", COLUMN_MUNICIPALITY},
    {"roll", COLUMN_ROLE},
    {"role", COLUMN_ROLE},
    {"titel", COLUMN_ROLE},
    {"title", COLUMN_ROLE},
    {"befattning", COLUMN_ROLE},
    {"position", COLUMN_ROLE},
    {"uppdrag", COLUMN_ROLE},
    {"sprak", COLUMN_LANGUAGE},
    {"language", COLUMN_LANGUAGE},
    {"personal", COLUMN_IS_STAFF},
    {"staff", COLUMN_IS_STAFF},
    {"isstaff", COLUMN_IS_STAFF},
    {"arrangor", COLUMN_IS_STAFF},
    {"organiser", COLUMN_IS_STAFF},
    {"reste", COLUMN_TRAVELLED},
    {"reser", COLUMN_TRAVELLED},
    {"deltog", COLUMN_TRAVELLED},
    {"travelled", COLUMN_TRAVELLED},
    {"traveled", COLUMN_TRAVELLED},
};

static enum delegation_column column_named(const char *heading)
{
    char folded[FOLDED_MAX];
    alike_fold(heading, folded, sizeof folded);
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (strcmp(folded, headings[i].folded) == 0)
            return headings[i].column;
    return COLUMN_NONE;
}

/* A row of headings has two that are known, or the only one there is. */
static bool is_header(const struct sheet *sheet, size_t row)
{
    size_t known = 0;
    for (size_t cell = 0; cell < sheet_cells(sheet, row); cell++)
        known += column_named(sheet_cell(sheet, row, cell)) != COLUMN_NONE;
    return known >= 2 || (known == 1 && sheet_cells(sheet, row) == 1);
}

static void read_header(struct delegation_reading *reading, size_t row)
{
    bool is_taken[COLUMN_NONE] = {false};
    for (size_t cell = 0; cell < sheet_cells(reading->sheet, row); cell++) {
        const char *heading = sheet_cell(reading->sheet, row, cell);
        enum delegation_column column = column_named(heading);
        struct delegation_fault fault = {.line = sheet_line(reading->sheet, row)};
        if (column == COLUMN_NONE && heading[0] != '\0')
            fault.kind = DELEGATION_UNUSED_COLUMN;
        else if (column != COLUMN_NONE && is_taken[column])
            fault.kind = DELEGATION_COLUMN_REPEATED;
        if (column != COLUMN_NONE && !is_taken[column]) {
            is_taken[column] = true;
            reading->columns[cell] = column;
        } else if (heading[0] != '\0') {
            delegation_add(reading->delegation, &fault, heading);
        }
    }
}

/* How many cells of a column look like what the test knows. */
typedef bool looks_fn(const struct delegation_reading *reading, const char *text);

static bool looks_like_address(const struct delegation_reading *reading, const char *text)
{
    (void)reading;
    return strchr(text, '@') != NULL;
}

static bool looks_like_sector(const struct delegation_reading *reading, const char *text)
{
    return delegation_sector(reading, text) != NULL;
}

static bool looks_like_language(const struct delegation_reading *reading, const char *text)
{
    (void)reading;
    return delegation_language(text) != NULL;
}

/* The first column that is free and looks so in at least half of its cells. */
static void guess(struct delegation_reading *reading, enum delegation_column wanted,
                  looks_fn *looks)
{
    const struct sheet *sheet = reading->sheet;
    for (size_t cell = 0; cell < SHEET_COLUMNS_MAX; cell++) {
        size_t filled = 0;
        size_t good = 0;
        for (size_t row = 0; row < sheet_rows(sheet); row++) {
            const char *text = sheet_cell(sheet, row, cell);
            filled += text[0] != '\0';
            good += text[0] != '\0' && looks(reading, text);
        }
        if (good > 0 && 2 * good >= filled && reading->columns[cell] == COLUMN_NONE) {
            reading->columns[cell] = wanted;
            return;
        }
    }
}

/* What is left, in the order in which people write it. */
static void guess_rest(struct delegation_reading *reading)
{
    static const enum delegation_column order[] = {COLUMN_NAME, COLUMN_ORGANISATION, COLUMN_ROLE,
                                                   COLUMN_MUNICIPALITY};
    size_t width = 0;
    for (size_t row = 0; row < sheet_rows(reading->sheet); row++)
        if (sheet_cells(reading->sheet, row) > width)
            width = sheet_cells(reading->sheet, row);
    size_t next = 0;
    for (size_t cell = 0; cell < width && next < sizeof order / sizeof *order; cell++)
        if (reading->columns[cell] == COLUMN_NONE)
            reading->columns[cell] = order[next++];
}

size_t delegation_find_columns(struct delegation_reading *reading)
{
    const struct sheet *sheet = reading->sheet;
    for (size_t cell = 0; cell < SHEET_COLUMNS_MAX; cell++)
        reading->columns[cell] = COLUMN_NONE;
    for (size_t row = 0; row < sheet_rows(sheet) && row < HEADER_ROWS; row++)
        if (is_header(sheet, row)) {
            read_header(reading, row);
            return row + 1;
        }
    guess(reading, COLUMN_EMAIL, looks_like_address);
    guess(reading, COLUMN_SECTOR, looks_like_sector);
    guess(reading, COLUMN_LANGUAGE, looks_like_language);
    guess_rest(reading);
    delegation_add(reading->delegation, &(struct delegation_fault){DELEGATION_NO_HEADINGS}, "");
    return 0;
}
