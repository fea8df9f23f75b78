/* The OpenAPI 3.1 description, made from the tables that serve: what is described is what is there.
 */
#include "resources.h"
#include <ctype.h>
#include <debriefd/embedded.h>
#include <debriefd/version.h>
#include <stdlib.h>
#include <string.h>

static json_t *problem_response(const char *description)
{
    return json_pack("{s:s,s:{s:{s:{s:s}}}}", "description", description, "content",
                     "application/problem+json", "schema", "$ref", "#/components/schemas/Problem");
}

static json_t *path_parameters(const char *pattern)
{
    json_t *parameters = json_array();
    for (const char *open = strchr(pattern, '{'); open != NULL; open = strchr(open + 1, '{')) {
        size_t length = strcspn(open + 1, "}");
        bool is_text = strncmp(open + 1, "instrument}", 11) == 0;
        bool is_number =
            strncmp(open + 1, "version}", 8) == 0 || strncmp(open + 1, "number}", 7) == 0;
        json_t *schema = json_pack("{s:s}", "type", is_number ? "integer" : "string");
        if (!is_text && !is_number)
            json_object_set_new(schema, "format", json_string("uuid"));
        json_array_append_new(parameters, json_pack("{s:s#,s:s,s:b,s:o}", "name", open + 1, length,
                                                    "in", "path", "required", 1, "schema", schema));
    }
    return parameters;
}

static void add_query_parameters(json_t *parameters, const struct operation *operation)
{
    static const char *const formats[] = {[FROM_QUERY_UUID] = "uuid",
                                          [FROM_QUERY_TEXT] = NULL,
                                          [FROM_QUERY_TIME] = "date-time",
                                          [FROM_QUERY_NUMBER] = NULL};
    for (size_t i = 0; i < OPERATION_PARAMETERS; i++) {
        const struct parameter *parameter = &operation->parameters[i];
        json_t *schema;
        if (parameter->source < FROM_QUERY_UUID || parameter->source > FROM_QUERY_LIMIT)
            continue;
        if (parameter->source == FROM_QUERY_LIMIT)
            schema = json_pack("{s:s,s:i,s:i,s:i}", "type", "integer", "minimum", 1, "maximum",
                               1000, "default", 100);
        else
            schema = json_pack("{s:s}", "type",
                               parameter->source == FROM_QUERY_NUMBER ? "integer" : "string");
        if (parameter->source != FROM_QUERY_LIMIT && formats[parameter->source] != NULL)
            json_object_set_new(schema, "format", json_string(formats[parameter->source]));
        json_array_append_new(parameters, json_pack("{s:s,s:s,s:o}", "name", parameter->name, "in",
                                                    "query", "schema", schema));
    }
}

static json_t *request_body_of(const struct operation *operation)
{
    json_t *media = json_object();
    if (operation->body != NULL)
        json_object_set_new(media, "schema", shape_schema(operation->body));
    const char *type = operation->body_type != NULL ? operation->body_type : "application/json";
    json_t *content = json_pack("{s:o}", type, media);
    if (operation->body_type_too != NULL)
        json_object_set_new(content, operation->body_type_too, json_object());
    return json_pack("{s:b,s:o}", "required", 1, "content", content);
}

static json_t *answer_schema(const struct operation *operation, const json_t *answers)
{
    const char *name = json_string_value(json_object_get(answers, operation->id));
    char target[80];
    if (name == NULL)
        return json_object();
    snprintf(target, sizeof target, "#/components/schemas/%s", name);
    return json_pack("{s:{s:s}}", "schema", "$ref", target);
}

static json_t *responses_of(const struct operation *operation, const json_t *answers)
{
    const char *type = operation->answer_type != NULL ? operation->answer_type : "application/json";
    json_t *content = json_pack("{s:o}", type, answer_schema(operation, answers));
    if (operation->other_type != NULL)
        json_object_set_new(content, operation->other_type, json_object());
    json_t *responses =
        json_pack("{s:{s:s,s:o}}", "2XX", "description", operation->answer, "content", content);
    json_object_set_new(responses, "4XX", problem_response("The request is refused"));
    json_object_set_new(responses, "5XX", problem_response("The server cannot, now"));
    return responses;
}

static json_t *operation_object(const struct route *route, const json_t *answers)
{
    const struct operation *operation = route->detail;
    json_t *parameters = path_parameters(route->pattern);
    add_query_parameters(parameters, operation);
    json_t *object =
        json_pack("{s:s,s:s,s:o,s:o}", "operationId", operation->id, "summary", operation->summary,
                  "parameters", parameters, "responses", responses_of(operation, answers));
    if (operation->body != NULL || operation->body_type != NULL)
        json_object_set_new(object, "requestBody", request_body_of(operation));
    if ((operation->roles & ROLE_ANYONE) != 0)
        json_object_set_new(object, "security", json_array());
    return object;
}

static void add_route(json_t *paths, const struct route *route, const json_t *answers)
{
    json_t *path = json_object_get(paths, route->pattern);
    if (path == NULL) {
        path = json_object();
        json_object_set_new(paths, route->pattern, path);
    }
    char method[8] = {0};
    const char *name = http_method_name(route->method);
    for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof method; i++)
        method[i] = (char)tolower((unsigned char)name[i]);
    json_object_set_new(path, method, operation_object(route, answers));
}

/* The tables say what is asked; answers.json, which is compiled in, says what is answered. */
static json_t *load_answers(void)
{
    json_t *answers = json_loadb(api_answers[0].data, api_answers[0].length, 0, NULL);
    if (answers == NULL)
        abort();
    return answers;
}

static json_t *components(json_t *schemas)
{
    return json_pack("{s:O,s:{s:{s:s,s:s,s:s}}}", "schemas", schemas, "securitySchemes", "bearer",
                     "type", "http", "scheme", "bearer", "description",
                     "An API key (dk_...), or an invitation's token (di_..., or da_... of an "
                     "anonymous wave) to submit");
}

json_t *api_describe(void)
{
    json_t *loaded = load_answers();
    const json_t *answers = json_object_get(loaded, "answers");
    json_t *described = components(json_object_get(loaded, "schemas"));
    json_t *paths = json_object();
    for (const struct route *const *table = resource_tables; *table != NULL; table++)
        for (const struct route *route = *table; route->pattern != NULL; route++)
            add_route(paths, route, answers);
    json_decref(loaded);
    return json_pack(
        "{s:s,s:{s:s,s:s,s:s,s:{s:s,s:s}},s:[{s:s}],s:[{s:[]}],s:o,s:o}", "openapi", "3.1.0",
        "info", "title", "debriefd", "version", DEBRIEFD_VERSION, "description",
        "Evaluations and coded interviews in, released metrics out. Errors are RFC 9457 "
        "problems.",
        "license", "name", "GPL-3.0-or-later", "identifier", "GPL-3.0-or-later", "servers", "url",
        "/", "security", "bearer", "paths", paths, "components", described);
}
