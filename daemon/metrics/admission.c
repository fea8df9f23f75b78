#include <debriefd/admission.h>

static int64_t pending_in(const struct disclosure_sector *sectors, size_t count,
                          const struct admission *admission, size_t group)
{
    int64_t pending = 0;
    for (size_t i = 0; i < count; i++)
        if (admission->group_of[i] == group)
            pending += sectors[i].answers;
    return pending;
}

void admission_decide(const struct disclosure_rules *rules, struct disclosure_sector *sectors,
                      size_t count, struct admission *admission)
{
    admission->is_new = false;
    if (admission->groups == 0) {
        admission->groups = disclosure_group(rules, sectors, count, admission->group_of);
        admission->is_new = admission->groups > 0;
    }
    for (size_t group = 0; group < admission->groups; group++) {
        int64_t pending = pending_in(sectors, count, admission, group);
        admission->enters[group] = disclosure_epoch_admits(rules, pending);
        for (size_t i = 0; i < count && admission->enters[group]; i++)
            if (admission->group_of[i] == group)
                sectors[i].answers = 0;
    }
}
