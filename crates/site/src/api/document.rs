//! The OpenAPI document: what the handlers say of themselves, and what is true of all of them.

use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::problem::ProblemBody;

/// The whole document, around what the handlers say of themselves.
pub(super) fn complete(paths: OpenApi) -> Value {
    let mut document = serde_json::to_value(paths).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    document["info"] = json!({
        "title": "Tribune",
        "version": "1",
        "summary": "Everything that a newsroom does on a Tribune site, for programs.",
        "description": "Every call carries a token, which `tribune token add` makes: reading needs \
            its scope `read`, and each command the scope that is named beside it. A token may do no \
            more than the person who answers for it.\n\n\
            A refusal is a problem document (RFC 9457) whose `detail` says what to do. Unknown \
            fields are refused, so that a misspelt one is never lost. Instants are RFC 3339. Once \
            a command is answered, the pages of the node that answered show what it changed.",
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/", "description": "This site." }]);
    document["tags"] = json!([
        { "name": "Articles", "description": "What is written, and what readers see of it." },
        { "name": "Photos", "description": "Uploads, what is said of them, their renditions." },
        { "name": "Front page", "description": "The editor-ordered top." },
        { "name": "Channel", "description": "What is on air." },
        { "name": "Meetings", "description": "Who met whom, and what came of it." },
        { "name": "Sections", "description": "The section tree." },
        { "name": "People", "description": "Authors and staff." },
        { "name": "Site", "description": "The site as a whole." },
    ]);
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "tribune_…",
            "description": "A token that `tribune token add` prints, with some of the scopes \
                `read`, `write` and `publish`.",
        },
    });
    document["components"]["schemas"][ProblemBody::name().as_ref()] =
        serde_json::to_value(ProblemBody::schema()).unwrap_or_default();
    for path in document["paths"].as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
        for (method, operation) in path.as_object_mut().into_iter().flatten() {
            if ["get", "put", "post", "patch", "delete"].contains(&method.as_str()) {
                add_problems(operation);
            }
        }
    }
    document
}

/// The refusals that follow from what an operation takes; those that only its command knows are
/// named beside its handler.
fn add_problems(operation: &mut Value) {
    let mut problems = vec![
        ("401", "No token was sent, or it is unknown, revoked or over."),
        ("403", "The token lacks the scope, or its person the role."),
        ("500", "Tribune failed, and its log says why."),
    ];
    let parameters = operation["parameters"].as_array();
    let is_in = |place| parameters.is_some_and(|all| all.iter().any(|it| it["in"] == place));
    if is_in("path") {
        problems.push(("404", "What the address names does not exist."));
    }
    if is_in("query") {
        problems.push(("400", "The query cannot be read."));
    }
    let body = &operation["requestBody"]["content"];
    if body.is_object() {
        problems.push(("400", "The request cannot be read."));
        problems.push(("413", "The body is larger than is read."));
        problems.push(("422", "It was read, and asks for what cannot be."));
    }
    if body["application/json"].is_object() {
        problems.push(("415", "The body is no JSON."));
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, description) in problems {
        responses.entry(status).or_insert(json!({ "description": description }));
    }
    for (status, response) in responses {
        if status.starts_with(['4', '5']) {
            let schema = format!("#/components/schemas/{}", ProblemBody::name());
            response["content"] =
                json!({ "application/problem+json": { "schema": { "$ref": schema } } });
        }
    }
}
