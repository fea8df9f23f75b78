/* Faults in sentences. */
#include <debriefd/delegation.h>

#include <string.h>

static const struct {
    const char *column;
    const char *heading;
} headings[] = {
    {"name", sentence("Name")},
    {"email", sentence("E-mail")},
    {"person", sentence("Reference")},
    {"sector", sentence("Sector")},
    {"organisation", sentence("Organisation")},
    {"municipality", sentence("Municipality")},
    {"role", sentence("Role")},
    {"language", sentence("Language")},
    {"is_staff", sentence("Staff")},
    {"travelled", sentence("Travelled")},
};

/* Each has one %s, for what stands there or the other row's number, or none. */
static const struct {
    const char *said;
    bool about_other;
} sentences[] = {
    [DELEGATION_COLUMN_MISSING] = {sentence("The column is missing.")},
    [DELEGATION_COLUMN_REPEATED] = {sentence("The heading “%s” means the same as an earlier one.")},
    [DELEGATION_NOBODY] = {sentence("There is nobody below the headings.")},
    [DELEGATION_TOO_MANY] = {sentence("There are more than 2000 people.")},
    [DELEGATION_MISSING] = {sentence("The cell is empty.")},
    [DELEGATION_TOO_LONG] = {sentence("“%s ...” is longer than 200 characters.")},
    [DELEGATION_NO_ADDRESS] = {sentence("There is neither an e-mail address nor a reference.")},
    [DELEGATION_NOT_AN_ADDRESS] = {sentence("“%s” is not an e-mail address.")},
    [DELEGATION_UNKNOWN_SECTOR] = {sentence("“%s” is not one of the sectors.")},
    [DELEGATION_UNKNOWN_LANGUAGE] = {sentence("“%s” is neither Swedish nor English.")},
    [DELEGATION_NOT_YES_OR_NO] = {sentence("“%s” is neither yes nor no.")},
    [DELEGATION_SAME_PERSON] = {sentence("This person stands in row %s too."), true},
    [DELEGATION_ALIKE_NAME] = {sentence("The name is like that in row %s. Is it the same person?"),
                               true},
    [DELEGATION_ALIKE_ADDRESS] = {sentence(
                                      "The address is like that in row %s. Is it the same person?"),
                                  true},
    [DELEGATION_NO_HEADINGS] = {sentence("There are no headings. The columns were guessed by what "
                                         "stands in them: look below if it is right.")},
    [DELEGATION_UNUSED_COLUMN] = {sentence("The column “%s” is not used.")},
};

const char *delegation_heading(enum language language, const char *column)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (strcmp(headings[i].column, column) == 0)
            return say(language, headings[i].heading);
    return column;
}

/* The place, then the text with its %s filled. */
void delegation_say(const struct delegation_fault *fault, enum language language, struct buf *out)
{
    char other[24];
    snprintf(other, sizeof other, "%zu", fault->other_line);
    const char *text = say(language, sentences[fault->kind].said);
    const char *filled = sentences[fault->kind].about_other ? other : fault->value;
    const char *hole = strstr(text, "%s");
    if (fault->line > 0 && fault->column != NULL) {
        buf_printf(out, say(language, "Row %zu, %s"), fault->line,
                   delegation_heading(language, fault->column));
        buf_append_text(out, ": ");
    } else if (fault->line > 0) {
        buf_printf(out, say(language, "Row %zu"), fault->line);
        buf_append_text(out, ": ");
    } else if (fault->column != NULL) {
        buf_printf(out, "%s: ", delegation_heading(language, fault->column));
    }
    if (hole == NULL) {
        buf_append_text(out, text);
        return;
    }
    buf_append(out, text, (size_t)(hole - text));
    buf_append_text(out, filled);
    buf_append_text(out, hole + 2);
}
