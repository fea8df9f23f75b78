/* For the operator: is it alive, is it ready, how does it do, what does it offer. */
#include "resources.h"
#include <debriefd/config.h>
#include <debriefd/server.h>
#include <debriefd/telemetry.h>
#include <debriefd/version.h>
#include <stdlib.h>
#include <string.h>

static void get_health(struct request *request)
{
    static const char alive[] = "{\"status\":\"alive\"}";
    request_reply(request, 200, "application/json", alive, sizeof alive - 1);
}

static void ready_known(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    if (err != NULL) {
        request_problem(request, 503, "not-ready", "the database does not answer");
        return;
    }
    int64_t failing = rows_int64(rows, 0, 0);
    struct buf json;
    buf_init(&json);
    buf_printf(&json, "{\"status\":\"%s\",\"failing_jobs\":%d,\"oldest_pending_seconds\":%.3f}",
               failing > 0 ? "degraded" : "ready", (int)failing, rows_real(rows, 0, 1));
    request_reply_buf(request, 200, "application/json", &json);
}

/* A failing job degrades, but does not make this process unfit to take answers. */
static void get_ready(struct request *request)
{
    struct api *api = request_api(request);
    if (api->server != NULL && server_is_draining(api->server)) {
        request_problem(request, 503, "not-ready", "the server is stopping");
        return;
    }
    channel_execute(channel_pool_choose(api->options.pool), "health", NULL, ready_known, request);
}

static void write_server(struct buf *text, const struct server *server)
{
    struct server_counters counters = server_counters(server);
    telemetry_write(text, "debriefd_open_connections", TELEMETRY_GAUGE, "HTTP connections open.",
                    (double)counters.open);
    telemetry_write(text, "debriefd_requests_in_flight", TELEMETRY_GAUGE,
                    "Requests without a complete reply.", (double)counters.in_flight);
    telemetry_write(text, "debriefd_connections_accepted_total", TELEMETRY_COUNTER,
                    "HTTP connections accepted.", (double)counters.accepted);
    telemetry_write(text, "debriefd_requests_refused_total", TELEMETRY_COUNTER,
                    "Requests refused for their framing.", (double)counters.refused);
    telemetry_write_head(text, "debriefd_connections_killed_total", TELEMETRY_COUNTER,
                         "Connections closed by the server, by reason.");
    for (enum server_kill reason = 0; reason < SERVER_KILLS; reason++) {
        char label[48];
        snprintf(label, sizeof label, "reason=\"%s\"", server_kill_name(reason));
        telemetry_write_sample(text, "debriefd_connections_killed_total", label,
                               (double)counters.killed[reason]);
    }
}

static void write_ingest(struct buf *text, const struct ingest *ingest)
{
    struct ingest_counters counters = ingest_counters(ingest);
    telemetry_write_head(text, "debriefd_submissions_acked_total", TELEMETRY_COUNTER,
                         "Submissions acknowledged after their commit.");
    telemetry_write_sample(text, "debriefd_submissions_acked_total", "result=\"new\"",
                           (double)counters.stored);
    telemetry_write_sample(text, "debriefd_submissions_acked_total", "result=\"replay\"",
                           (double)counters.replayed);
    telemetry_write_head(text, "debriefd_submissions_rejected_total", TELEMETRY_COUNTER,
                         "Submissions that were not stored.");
    telemetry_write_sample(text, "debriefd_submissions_rejected_total", "reason=\"refused\"",
                           (double)counters.refused);
    telemetry_write_sample(text, "debriefd_submissions_rejected_total", "reason=\"failed\"",
                           (double)counters.failed);
    telemetry_write(text, "debriefd_commits_total", TELEMETRY_COUNTER,
                    "Segments of submissions sent to the database.", (double)counters.segments);
    telemetry_write(text, "debriefd_submissions_waiting", TELEMETRY_GAUGE,
                    "Submissions waiting for the next commit.", (double)counters.waiting);
}

static void write_database(struct buf *text, const struct channel_pool *pool)
{
    double ready = 0;
    double losses = 0;
    double rerun = 0;
    for (size_t i = 0; i < channel_pool_size(pool); i++) {
        struct channel_counters counters = channel_counters(channel_pool_at(pool, i));
        ready += counters.is_ready;
        losses += (double)counters.losses;
        rerun += (double)counters.rerun;
    }
    telemetry_write(text, "debriefd_db_connections_ready", TELEMETRY_GAUGE,
                    "Connections to the database that are ready.", ready);
    telemetry_write(text, "debriefd_db_connections_lost_total", TELEMETRY_COUNTER,
                    "Connections to the database that were lost.", losses);
    telemetry_write(text, "debriefd_db_statements_rerun_total", TELEMETRY_COUNTER,
                    "Statements run again after a deadlock or a serialization failure.", rerun);
}

static void metrics_known(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    struct api *api = request_api(request);
    struct buf text;
    buf_init(&text);
    telemetry_write_head(&text, "debriefd_build_info", TELEMETRY_GAUGE, "The running version.");
    telemetry_write_sample(&text, "debriefd_build_info", "version=\"" DEBRIEFD_VERSION "\"", 1);
    telemetry_write(&text, "debriefd_database_up", TELEMETRY_GAUGE,
                    "Whether the database answered this scrape.", err == NULL ? 1 : 0);
    if (err == NULL) {
        telemetry_write(&text, "debriefd_jobs_failing", TELEMETRY_GAUGE,
                        "Jobs whose latest run failed.", (double)rows_int64(rows, 0, 0));
        telemetry_write(&text, "debriefd_oldest_pending_seconds", TELEMETRY_GAUGE,
                        "Age of the oldest evaluation that is not folded.", rows_real(rows, 0, 1));
    }
    write_server(&text, api->server);
    write_ingest(&text, api->ingest);
    write_database(&text, api->options.pool);
    telemetry_write_requests(api->telemetry, &text);
    telemetry_write_process(&text);
    request_reply_buf(request, 200, "text/plain; version=0.0.4; charset=utf-8", &text);
}

static bool is_loopback(const char *peer)
{
    return peer[0] == '\0' || strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0;
}

static void get_metrics(struct request *request)
{
    struct api *api = request_api(request);
    if (api->options.config->http.metrics_loopback && !is_loopback(request_peer(request)))
        request_problem(request, 403, NULL, "metrics are for this machine only (metrics_loopback)");
    else
        channel_execute(channel_pool_choose(api->options.pool), "health", NULL, metrics_known,
                        request);
}

static void get_description(struct request *request)
{
    json_t *description = api_describe();
    char *text = json_dumps(description, JSON_COMPACT);
    json_decref(description);
    request_set_header(request, "Cache-Control", "public, max-age=300");
    request_reply(request, 200, "application/json", text, strlen(text));
    free(text);
}

static const struct operation health_operation = {
    .id = "getHealth",
    .summary = "Whether the process is alive; asks nobody else",
    .roles = ROLE_ANYONE,
    .answer = "It is alive",
    .run = get_health,
};

static const struct operation ready_operation = {
    .id = "getReadiness",
    .summary = "Whether the database answers, and how many jobs fail",
    .roles = ROLE_ANYONE,
    .answer = "Ready, or degraded when jobs fail",
    .run = get_ready,
};

static const struct operation metrics_operation = {
    .id = "getProcessMetrics",
    .summary = "Counters in the Prometheus text format",
    .roles = ROLE_ANYONE,
    .answer = "Prometheus metrics",
    .answer_type = "text/plain",
    .run = get_metrics,
};

static const struct operation description_operation = {
    .id = "getDescription",
    .summary = "This description (OpenAPI 3.1)",
    .roles = ROLE_ANYONE,
    .answer = "The description",
    .run = get_description,
};

const struct route operator_routes[] = {
    {METHOD_GET, "/healthz", operation_handle, &health_operation},
    {METHOD_GET, "/readyz", operation_handle, &ready_operation},
    {METHOD_GET, "/metrics", operation_handle, &metrics_operation},
    {METHOD_GET, "/openapi.json", operation_handle, &description_operation},
    {0},
};
