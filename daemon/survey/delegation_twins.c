/* Who stands in the table twice, perhaps spelt otherwise. */
#include "delegation_part.h"

#include <debriefd/alike.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define FOLDED_MAX  64
#define ALIKE_LEAST 6 /* letters: shorter names are alike by chance */

struct known {
    const char *reference;
    char name[FOLDED_MAX];
    char address[FOLDED_MAX];
    size_t line;
};

static bool are_alike(const char *one, const char *other)
{
    return strlen(one) >= ALIKE_LEAST && alike_within_one(one, other);
}

/* What one row has to do with an earlier one, if anything. */
static bool compare(const struct known *one, const struct known *earlier,
                    struct delegation_fault *fault)
{
    fault->line = one->line;
    fault->other_line = earlier->line;
    fault->column = "email";
    if (one->reference[0] != '\0' && strcmp(one->reference, earlier->reference) == 0) {
        fault->kind = DELEGATION_SAME_PERSON;
    } else if (are_alike(one->name, earlier->name)) {
        fault->kind = DELEGATION_ALIKE_NAME;
        fault->column = "name";
    } else if (are_alike(one->address, earlier->address)) {
        fault->kind = DELEGATION_ALIKE_ADDRESS;
    } else {
        return false;
    }
    return true;
}

/* Each row against every earlier one: two thousand rows are two million cheap comparisons. */
void delegation_find_twins(struct delegation *delegation)
{
    size_t count = json_array_size(delegation->rows);
    struct known *known = xcalloc_array(count, sizeof *known);
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(delegation->rows, i);
        struct delegation_fault fault = {0};
        known[i].reference = delegation_member(row, "reference");
        known[i].line = (size_t)json_integer_value(json_object_get(row, "line"));
        alike_fold(delegation_member(row, "name"), known[i].name, sizeof known[i].name);
        alike_fold(delegation_member(row, "email"), known[i].address, sizeof known[i].address);
        for (size_t j = 0; j < i; j++)
            if (compare(&known[i], &known[j], &fault)) {
                delegation_add(delegation, &fault, delegation_member(row, fault.column));
                break;
            }
    }
    free(known);
}
