//! Tests of the server as a whole, in this process and on a socket.

mod far_probes;
mod mutants;
mod neighbours;
mod probes;
mod readings;
mod recorded;
mod requests;
mod socket;

use serde_json::{Value, json};

use super::{Reading, ReferenceServer, ServerOptions};
use crate::wire::{WireRequest, WireResponse, encode};

/// A server with a function `f` that has version 1, an alias `live` on it and an alias `edge` on
/// `$LATEST`, and a function `g`.
pub(super) fn furnished(options: ServerOptions) -> ReferenceServer {
    let server = ReferenceServer::new(options);
    for request in furniture() {
        server.handle(&request);
    }
    server
}

/// The requests that furnish a server.
pub(super) fn furniture() -> Vec<WireRequest> {
    vec![
        create("f"),
        create("g"),
        post("/2015-03-31/functions/f/versions", &json!({})),
        alias("f", "live", "1"),
        alias("f", "edge", "$LATEST"),
    ]
}

pub(super) fn plain() -> ReferenceServer {
    furnished(ServerOptions::default())
}

pub(super) fn reading(reading: Reading) -> ReferenceServer {
    furnished(ServerOptions {
        readings: [reading].into_iter().collect(),
        ..ServerOptions::default()
    })
}

pub(super) fn post(path: &str, body: &Value) -> WireRequest {
    WireRequest::new("POST", path.into()).with_json(body.to_string().into_bytes())
}

pub(super) fn create(name: &str) -> WireRequest {
    post(
        "/2015-03-31/functions",
        &json!({
            "FunctionName": name,
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::123456789012:role/r",
            "Handler": "index.handler",
            "Code": { "ZipFile": "AAAA" },
        }),
    )
}

pub(super) fn alias(function: &str, name: &str, version: &str) -> WireRequest {
    let path = format!("/2015-03-31/functions/{function}/aliases");
    post(&path, &json!({ "Name": name, "FunctionVersion": version }))
}

fn policy_path(name: &str) -> String {
    format!("/2015-03-31/functions/{}/policy", encode(name))
}

/// An AddPermission with the members of `body` over a good request's.
pub(super) fn add(name: &str, qualifier: Option<&str>, body: &Value) -> WireRequest {
    let mut members = json!({
        "StatementId": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
    });
    for (key, value) in body.as_object().into_iter().flatten() {
        members[key] = value.clone();
    }
    let request = post(&policy_path(name), &members);
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

pub(super) fn get(name: &str, qualifier: Option<&str>) -> WireRequest {
    let request = WireRequest::new("GET", policy_path(name));
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

pub(super) fn remove(name: &str, qualifier: Option<&str>, sid: &str) -> WireRequest {
    let request = WireRequest::new("DELETE", format!("{}/{}", policy_path(name), encode(sid)));
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

pub(super) fn text(response: &WireResponse) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

pub(super) fn json_of(response: &WireResponse) -> Value {
    response.json().unwrap_or_else(|| panic!("{} is JSON", text(response)))
}

/// The revision of a policy.
pub(super) fn revision(server: &ReferenceServer, name: &str, qualifier: Option<&str>) -> String {
    let answer = json_of(&server.handle(&get(name, qualifier)));
    answer["RevisionId"].as_str().unwrap_or_default().to_owned()
}
