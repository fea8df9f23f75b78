/* What a person undertook in one wave and what became of it by a later one, from the answers' JSON
 * text: {"COMMIT":[{"id","level",...}],"COMMIT_STATUS":{ID:status}}. */
#include "study_commitments.h"

#include "json_read.h"
#include <string.h>

enum count { MADE, WITHDRAWN, COMPLETED, UNKNOWN };

static void count_one(const json_t *commitment, const json_t *statuses,
                      int given[STUDY_COMMITMENT_LEVELS][FOLD_KEYS])
{
    const char *status = json_text(statuses, json_text(commitment, "id"));
    bool is_organisation = strcmp(json_text(commitment, "level"), "organisation") == 0;
    const size_t levels[] = {STUDY_COMMITMENT_ALL, is_organisation ? STUDY_COMMITMENT_ORGANISATION
                                                                   : STUDY_COMMITMENT_INDIVIDUAL};
    for (size_t i = 0; i < 2; i++) {
        int *counts = given[levels[i]];
        counts[MADE]++;
        counts[WITHDRAWN] += strcmp(status, "withdrawn") == 0;
        counts[COMPLETED] += strcmp(status, "completed") == 0;
        counts[UNKNOWN] += status[0] == '\0' || strcmp(status, "unknown") == 0;
    }
}

/* The commitments among the answers of a wave: every item of the type. */
static void count_wave(const struct study_wave *wave, const json_t *answers, const json_t *statuses,
                       int given[STUDY_COMMITMENT_LEVELS][FOLD_KEYS])
{
    const json_t *texts = json_object_get(wave->compiled, "texts");
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const json_t *item = json_array_get(texts, i);
        if (strcmp(json_text(item, "type"), "commitments") != 0)
            continue;
        const json_t *made = json_object_get(answers, json_text(item, "item"));
        for (size_t j = 0; j < json_array_size(made); j++)
            count_one(json_array_get(made, j), statuses, given);
    }
}

void study_commitments_count(const struct study_facts *loaded,
                             json_t *const answers[STUDY_WAVES_MAX], int given[][FOLD_KEYS])
{
    for (size_t i = 0; i < loaded->commitment_count; i++) {
        const struct study_commitment *commitment = &loaded->commitments[i];
        int(*levels)[FOLD_KEYS] = &given[i * STUDY_COMMITMENT_LEVELS];
        memset(levels, 0, STUDY_COMMITMENT_LEVELS * sizeof *levels);
        const json_t *statuses = json_object_get(answers[commitment->wave], commitment->item);
        for (size_t wave = 0; wave < commitment->wave; wave++)
            count_wave(&loaded->waves[wave], answers[wave], statuses, levels);
    }
}

static bool has_text_of(const struct study_wave *wave, const char *type)
{
    return json_find(json_object_get(wave->compiled, "texts"), "type", type) != NULL;
}

bool study_commitments_in(const struct study_facts *loaded, size_t wave)
{
    return loaded->commitment_count > 0 && (has_text_of(&loaded->waves[wave], "commitments") ||
                                            has_text_of(&loaded->waves[wave], "commitment_status"));
}
