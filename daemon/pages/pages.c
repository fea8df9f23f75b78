#include <debriefd/pages.h>

#include "areas.h"
#include "desk.h"
#include <string.h>

static const struct route *const tables[] = {
    asset_routes,      desk_audit_routes,   desk_commitment_routes, desk_delegation_routes,
    desk_erase_routes, desk_form_routes,    desk_home_routes,       desk_instrument_routes,
    desk_job_routes,   desk_keeping_routes, desk_link_routes,       desk_mail_routes,
    desk_new_routes,   desk_people_routes,  desk_results_routes,    desk_session_routes,
    desk_study_routes, desk_upload_routes,  desk_wave_routes,       form_routes,
    mail_page_routes,
};

bool pages_add_routes(struct router *router, struct error *err)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!router_add_table(router, tables[i], err))
            return false;
    return true;
}

static const char *heading(enum language language, int status)
{
    if (status == 404 || status == 405)
        return say(language, "There is no such page");
    return status == 429 || status == 503 ? say(language, "This does not work right now")
                                          : say(language, "This did not work");
}

bool pages_explain(struct request *request, int status)
{
    static const char *const types[] = {"application/json", "text/html", NULL};
    enum { OF_PEOPLE = 1 };
    const char *path = request_path(request); /* "" before it is known to be one */
    if (path[0] == '\0' || strncmp(path, "/v1/", 4) == 0 ||
        request_accept(request, types) != OF_PEOPLE)
        return false;
    enum language language = page_language(request);
    page_say(request, language, status, heading(language, status),
             status == 429 || status == 503
                 ? say(language, "Load the page again in a minute.")
                 : say(language, "Check the address, or open the link that you got again."));
    return true;
}
