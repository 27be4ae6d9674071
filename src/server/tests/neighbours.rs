//! The neighbouring operations.

use std::time::Duration;

use serde_json::json;

use super::{add, alias, create, get, json_of, plain, post, text};
use crate::server::{ReferenceServer, ServerOptions};
use crate::wire::WireRequest;

fn send(server: &ReferenceServer, method: &'static str, path: &str) -> (u16, serde_json::Value) {
    let answer = server.handle(&WireRequest::new(method, format!("/2015-03-31/functions{path}")));
    (answer.status, answer.json().unwrap_or_default())
}

#[test]
fn a_function_is_made_read_and_deleted() {
    let server = plain();
    let made = server.handle(&create("h"));
    assert_eq!(made.status, 201);
    let made = json_of(&made);
    assert_eq!(made["FunctionArn"], "arn:aws:lambda:us-east-1:123456789012:function:h");
    for (member, value) in
        [("Version", "$LATEST"), ("State", "Active"), ("LastUpdateStatus", "Successful")]
    {
        assert_eq!(made[member], value);
    }
    let again = server.handle(&create("h"));
    assert_eq!(
        (again.status, again.header("x-amzn-errortype")),
        (409, Some("ResourceConflictException"))
    );
    assert_eq!(send(&server, "GET", "/h").1["Configuration"]["FunctionName"], "h");
    assert_eq!(send(&server, "GET", "/h/configuration").1["RevisionId"], made["RevisionId"]);
    assert_eq!(send(&server, "DELETE", "/h").0, 204);
    assert_eq!(send(&server, "GET", "/h").0, 404);
    assert_eq!(send(&server, "DELETE", "/h").0, 404);
    let missing = server.handle(&post("/2015-03-31/functions", &json!({})));
    assert!(text(&missing).contains("Value null at 'functionName'"));
}

#[test]
fn a_function_that_is_made_with_a_version_tells_the_version_and_its_own_arn() {
    let server = plain();
    let mut input = json_of(&server.handle(&create("h")));
    input["FunctionName"] = json!("made");
    input["Code"] = json!({"ZipFile": "AAAA"});
    input["Publish"] = json!(true);
    let made = json_of(&server.handle(&post("/2015-03-31/functions", &input)));
    assert_eq!(made["FunctionArn"], "arn:aws:lambda:us-east-1:123456789012:function:made");
    assert_eq!(made["Version"], "1");
    assert_eq!(send(&server, "GET", "/made:1").0, 200);
}

#[test]
fn a_function_that_is_pending_takes_no_change_but_a_deletion() {
    let pending = Some(Duration::from_mins(10));
    let server = ReferenceServer::new(ServerOptions { pending, ..ServerOptions::default() });
    let made = json_of(&server.handle(&create("h")));
    assert_eq!(
        (made["State"].as_str(), made["StateReasonCode"].as_str()),
        (Some("Pending"), Some("Creating"))
    );
    assert_eq!(send(&server, "GET", "/h/configuration").1["State"], "Pending");
    assert_eq!(send(&server, "POST", "/h/versions").0, 409);
    assert_eq!(send(&server, "PUT", "/h/code").0, 409);
    assert_eq!(send(&server, "PUT", "/h/configuration").0, 409);
    assert_eq!(server.handle(&add("h", None, &json!({}))).status, 201);
    assert_eq!(send(&server, "DELETE", "/h").0, 204);
}

#[test]
fn a_function_that_was_pending_is_active() {
    let pending = Some(Duration::ZERO);
    let server = ReferenceServer::new(ServerOptions { pending, ..ServerOptions::default() });
    server.handle(&create("h"));
    let found = send(&server, "GET", "/h/configuration").1;
    assert_eq!((found["State"].as_str(), found.get("StateReason")), (Some("Active"), None));
    assert_eq!(send(&server, "POST", "/h/versions").0, 201);
}

#[test]
fn a_version_is_published_only_after_a_change() {
    let server = plain();
    let publish = post("/2015-03-31/functions/f/versions", &json!({}));
    assert_eq!(json_of(&server.handle(&publish))["Version"], "1");
    let mut update = post("/2015-03-31/functions/f/code", &json!({"ZipFile": "BBBB"}));
    update.method = "PUT";
    let updated = server.handle(&update);
    assert_eq!(updated.status, 200);
    let published = server.handle(&publish);
    assert_eq!(published.status, 201);
    assert_eq!(json_of(&published)["Version"], "2");
    assert_eq!(json_of(&published)["CodeSha256"], json_of(&updated)["CodeSha256"]);
    let all = send(&server, "GET", "/f/versions").1;
    assert_eq!(all["Versions"].as_array().map(Vec::len), Some(3));
    let delete = WireRequest::new("DELETE", "/2015-03-31/functions/f".into());
    assert_eq!(server.handle(&delete.clone().with_query("Qualifier", "2")).status, 204);
    assert_eq!(server.handle(&delete.clone().with_query("Qualifier", "1")).status, 409);
    assert_eq!(server.handle(&delete.with_query("Qualifier", "$LATEST")).status, 400);
    let all = send(&server, "GET", "/f/versions").1;
    assert_eq!(all["Versions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_alias_is_made_moved_and_deleted() {
    let server = plain();
    let made = server.handle(&alias("f", "new", "1"));
    assert_eq!(made.status, 201);
    assert_eq!(server.handle(&alias("f", "new", "1")).status, 409);
    assert_eq!(server.handle(&alias("f", "other", "7")).status, 404);
    assert_eq!(server.handle(&alias("f", "1", "1")).status, 400);
    let mut update =
        post("/2015-03-31/functions/f/aliases/new", &json!({"FunctionVersion": "$LATEST"}));
    update.method = "PUT";
    let moved = server.handle(&update);
    assert_eq!(moved.status, 200);
    assert_eq!(json_of(&moved)["FunctionVersion"], "$LATEST");
    assert_ne!(json_of(&moved)["RevisionId"], json_of(&made)["RevisionId"]);
    assert_eq!(send(&server, "GET", "/f/aliases").1["Aliases"].as_array().map(Vec::len), Some(3));
    assert_eq!(send(&server, "DELETE", "/f/aliases/new").0, 204);
    assert_eq!(send(&server, "GET", "/f/aliases/new").0, 404);
}

#[test]
fn policies_go_with_what_they_belong_to() {
    let server = plain();
    for qualifier in [None, Some("live")] {
        assert_eq!(server.handle(&add("f", qualifier, &json!({}))).status, 201);
    }
    send(&server, "DELETE", "/f/aliases/live");
    server.handle(&alias("f", "live", "1"));
    assert_eq!(server.handle(&get("f", Some("live"))).status, 404);
    send(&server, "DELETE", "/f");
    server.handle(&create("f"));
    assert_eq!(server.handle(&get("f", None)).status, 404);
}

#[test]
fn tags_and_concurrency_are_taken() {
    let server = plain();
    let path = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af";
    assert_eq!(server.handle(&post(path, &json!({"Tags": {"a": "b"}}))).status, 204);
    let listed = server.handle(&WireRequest::new("GET", path.into()));
    assert_eq!(json_of(&listed)["Tags"]["a"], "b");
    let mut put =
        post("/2017-10-31/functions/f/concurrency", &json!({"ReservedConcurrentExecutions": 0}));
    put.method = "PUT";
    assert_eq!(server.handle(&put).status, 200);
}

#[test]
fn reserved_concurrency_is_kept_until_it_is_deleted() {
    let server = plain();
    let at =
        |method, date: &str| WireRequest::new(method, format!("/{date}/functions/f/concurrency"));
    assert_eq!(json_of(&server.handle(&at("GET", "2019-09-30"))), json!({}));
    let mut put =
        post("/2017-10-31/functions/f/concurrency", &json!({"ReservedConcurrentExecutions": 0}));
    put.method = "PUT";
    assert_eq!(server.handle(&put).status, 200);
    let kept = json!({"ReservedConcurrentExecutions": 0});
    assert_eq!(json_of(&server.handle(&at("GET", "2019-09-30"))), kept);
    assert_eq!(server.handle(&at("DELETE", "2017-10-31")).status, 204);
    assert_eq!(json_of(&server.handle(&at("GET", "2019-09-30"))), json!({}));
    put.body = b"{}".to_vec();
    assert_eq!(server.handle(&put).status, 400);
    put.path = "/2017-10-31/functions/nobody/concurrency".into();
    assert_eq!(server.handle(&put).status, 404);
}

#[test]
fn functions_are_listed_a_page_at_a_time() {
    let server = plain();
    for name in ["a", "b", "c"] {
        assert_eq!(server.handle(&create(name)).status, 201);
    }
    let page = |marker: Option<&str>| {
        let list = WireRequest::new("GET", "/2015-03-31/functions/".into());
        let list = list.with_query("MaxItems", "2");
        let list = marker.map_or(list.clone(), |marker| list.with_query("Marker", marker));
        let answer = json_of(&server.handle(&list));
        let names: Vec<String> = answer["Functions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|function| function["FunctionName"].as_str().unwrap_or_default().to_owned())
            .collect();
        (names, answer["NextMarker"].as_str().map(ToOwned::to_owned))
    };
    let mut pages = vec![page(None)];
    while let Some(marker) = pages.last().and_then(|(_, marker)| marker.clone()) {
        pages.push(page(Some(&marker)));
    }
    assert!(pages.len() >= 2 && pages.iter().all(|(names, _)| names.len() <= 2), "{pages:?}");
    let all: Vec<String> = pages.into_iter().flat_map(|(names, _)| names).collect();
    let listed = json_of(&server.handle(&WireRequest::new("GET", "/2015-03-31/functions".into())));
    let whole = listed["Functions"].as_array().map_or(0, Vec::len);
    assert_eq!((&all[..3], all.len()), (&["a", "b", "c"].map(String::from)[..], whole));
    let odd = WireRequest::new("GET", "/2015-03-31/functions/".into()).with_query("MaxItems", "0");
    assert_eq!(server.handle(&odd).status, 400);
}
