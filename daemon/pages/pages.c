#include <debriefd/pages.h>

#include "areas.h"
#include "desk.h"

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
