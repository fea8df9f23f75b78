/* What statements refuse with, in sentences for people. */
#include "desk.h"

#include <string.h>

/* One sentence for what must not be told apart: it would say who has answered. */
#define NOT_NOW sentence("This person gets no such mail now.")

static const struct {
    const char *detail;
    const char *text;
} refusals[] = {
    {"closes_at must be after opens_at", sentence("It would close before it opens.")},
    {"a wave cannot be changed after its first release",
     sentence("Its results are released, so it cannot be opened again.")},
    {"time_zone is not a name of the time zone database",
     sentence("Write it as a region and a city, for example Europe/Stockholm.")},
    {"another study has this id", sentence("This trip is made already.")},
    {"no such wave", sentence("There is no such questionnaire.")},
    {"somebody else has this e-mail address", sentence("Somebody else has this e-mail address.")},
    {"this person is in the delegation already",
     sentence("This person is in the delegation already.")},
    {"the study is archived: its people and answers are gone",
     sentence("The study is archived: its people and answers are deleted.")},
    {"an anonymous wave has no links any more once it is closed",
     sentence("An anonymous questionnaire stays closed: its links are gone.")},
    {"this wave is closed", sentence("The questionnaire is closed.")},
    {"the wave opens later than that", sentence("The questionnaire opens later than that.")},
    {"the wave is closed by then", sentence("The questionnaire is closed by then.")},
    {"the wave has no closing time to give notice of",
     sentence("Give the questionnaire a closing date first.")},
    {"not sent: this person has answered", NOT_NOW},
    {"not sent: this person declined, or is not eligible", NOT_NOW},
    {"not sent: this person has as many mails about this wave as mails_max of its mail plan allows",
     NOT_NOW},
    {"not sent: this person has no e-mail address that mail can be sent to",
     sentence("This person has no e-mail address that works.")},
    {"not sent: mail to this address was refused; it is tried again when the address changes",
     sentence("This person has no e-mail address that works.")},
    {"not sent: this person wants no mail", sentence("This person wants no mail.")},
    {"not sent: this person has such a mail within 20 hours of that time", NOT_NOW},
    {"ten tests an hour are enough", sentence("Ten tests an hour are enough.")},
    {"the reason names the person; it stays in the audit trail",
     sentence(
         "The reason names the person: write it without, because it stays in the audit trail.")},
    {"at is too far away", sentence("That is too far away.")},
    {"at has passed", sentence("That time has passed.")},
};

const char *desk_refusal(enum language language, const char *detail)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].detail, detail) == 0)
            return say(language, refusals[i].text);
    return detail;
}

const char *desk_detail(const struct desk *desk, const json_t *problem)
{
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    if (detail != NULL)
        return desk_refusal(desk->language, detail);
    return say(desk->language, "The service cannot be reached right now. Try again in a minute.");
}
