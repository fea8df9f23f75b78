#include "jobs_private.h"

void study_params(const struct study_run *run, struct params *params)
{
    params_uuid(params, &run->programme);
    params_uuid(params, &run->study);
}

bool study_has_closed_wave(const struct study_run *run)
{
    for (size_t i = 0; i < run->loaded.wave_count; i++)
        if (run->loaded.waves[i].is_closed)
            return true;
    return false;
}
