#include "jobs_private.h"

void study_params(const struct study_run *run, struct params *params)
{
    params_uuid(params, &run->programme);
    params_uuid(params, &run->study);
}
