#include <debriefd/release.h>

bool release_compute(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    (void)input;
    (void)rows;
    return error_set(err, ERR_INTERNAL, "not there yet");
}
