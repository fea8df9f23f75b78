/* Instruments: a definition is compiled before it is stored, so that what is stored can be asked.
 */
#include "resources.h"
#include <debriefd/embedded.h>
#include <debriefd/instrument.h>
#include <string.h>

static void store_draft(struct request *request, const struct instrument *instrument)
{
    size_t length;
    const char *bytes = request_body(request, &length);
    struct buf compiled;
    buf_init(&compiled);
    instrument_describe(instrument, &compiled);
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_text(&params, instrument_id(instrument));
    params_text_length(&params, bytes, length);
    params_text(&params, buf_text(&compiled));
    operation_answer(request, "instrument_draft", &params);
    params_finish(&params);
    buf_finish(&compiled);
}

static void create_draft(struct request *request)
{
    json_t *definition = request_json(request);
    if (definition == NULL)
        return;
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    if (instrument == NULL)
        request_problem_violations(request, &violations);
    else
        store_draft(request, instrument);
    instrument_destroy(instrument);
    violations_finish(&violations);
}

static void get_schema(struct request *request)
{
    const struct embedded_file *schema = &instrument_schemas[0];
    request_set_header(request, "Cache-Control", "public, max-age=3600");
    request_reply(request, 200, "application/schema+json", schema->data, schema->length);
}

static const struct operation create_operation = {
    .id = "draftInstrument",
    .summary = "Store an instrument's definition as a draft, replacing an earlier draft",
    .roles = ROLE_ORGANISER,
    .body_type = "application/json",
    .answer = "The version",
    .run = create_draft,
};

static const struct operation schema_operation = {
    .id = "getInstrumentSchema",
    .summary = "The JSON Schema of instrument definitions",
    .roles = ROLE_ANYONE,
    .answer = "The schema",
    .answer_type = "application/schema+json",
    .run = get_schema,
};

const struct route instrument_routes[] = {
    {METHOD_POST, "/v1/instruments", operation_handle, &create_operation},
    {METHOD_GET, "/v1/schemas/instrument.json", operation_handle, &schema_operation},
    {0},
};
