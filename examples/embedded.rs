//! An emulator of Lambda tested without a socket: `cargo run --example embedded`.
//!
//! It knows functions and their policies, nothing more, and is wrong in one place. In a real
//! emulator the last function here is a test: `emulator_under_test().assert_conforms()`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use permspec::embed::{Feature, Request, Response, Suite};
use serde_json::{Value, json};

/// The statements of each function.
#[derive(Default)]
struct Emulator {
    policies: Mutex<BTreeMap<String, Vec<Value>>>,
}

impl Emulator {
    fn answer(&self, request: &Request) -> Response {
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        let path: Vec<&str> = request.uri().path().split('/').skip(2).collect();
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        match (request.method().as_str(), path.as_slice()) {
            ("POST", ["functions"]) => {
                let name = body["FunctionName"].as_str().unwrap_or_default();
                policies.insert(name.to_owned(), Vec::new());
                answer(201, &json!({ "FunctionName": name, "FunctionArn": arn(name) }))
            }
            ("GET", ["functions", name, ..]) if !policies.contains_key(*name) => refusal(
                404,
                "ResourceNotFoundException",
                "The resource you requested does not exist.",
            ),
            (_, ["functions", name, ..]) if !policies.contains_key(*name) => refusal(
                404,
                "ResourceNotFoundException",
                &format!("Function not found: {}", arn(name)),
            ),
            ("GET", ["functions", name, "configuration"]) => {
                answer(200, &json!({ "FunctionName": name, "FunctionArn": arn(name) }))
            }
            ("DELETE", ["functions", name]) => {
                policies.remove(*name);
                nothing()
            }
            ("POST", ["functions", name, "policy"]) => {
                add_permission(policies.entry((*name).to_owned()).or_default(), name, &body)
            }
            ("GET", ["functions", name, "policy"]) => match policies[*name].as_slice() {
                [] => refusal(
                    404,
                    "ResourceNotFoundException",
                    "The resource you requested does not exist.",
                ),
                statements => {
                    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
                    answer(
                        200,
                        &json!({ "Policy": policy.to_string(), "RevisionId": statements.len().to_string() }),
                    )
                }
            },
            ("DELETE", ["functions", name, "policy", id]) => {
                policies.entry((*name).to_owned()).or_default().retain(|s| s["Sid"] != *id);
                nothing()
            }
            _ => refusal(404, "UnknownOperationException", "no such operation"),
        }
    }
}

fn add_permission(statements: &mut Vec<Value>, function: &str, body: &Value) -> Response {
    let principal = body["Principal"].as_str().unwrap_or_default();
    if statements.iter().any(|statement| statement["Sid"] == body["StatementId"]) {
        return refusal(
            409,
            "ResourceConflictException",
            "The statement id provided already exists.",
        );
    }
    let statement = json!({
        "Sid": body["StatementId"],
        "Effect": "Allow",
        // Wrong: an account is to be rendered as the ARN of its root.
        "Principal": if principal == "*" {
            json!("*")
        } else if principal.contains(".amazonaws.com") && !principal.starts_with("arn:") {
            json!({ "Service": principal })
        } else {
            json!({ "AWS": principal })
        },
        "Action": body["Action"],
        "Resource": arn(function),
    });
    statements.push(statement.clone());
    answer(201, &json!({ "Statement": statement.to_string() }))
}

fn arn(function: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{function}")
}

fn answer(status: u16, body: &Value) -> Response {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn nothing() -> Response {
    let mut response = Response::default();
    *response.status_mut() = http::StatusCode::NO_CONTENT;
    response
}

fn refusal(status: u16, code: &'static str, message: &str) -> Response {
    let mut response = answer(status, &json!({ "message": message, "Type": "User" }));
    let code = http::HeaderValue::from_static(code);
    response.headers_mut().insert("x-amzn-errortype", code);
    response
}

/// The suite for this emulator: what it does not have is declared, and what it does not validate
/// is left out.
pub fn emulator_under_test() -> Suite {
    let emulator = Arc::new(Emulator::default());
    Suite::of(move |request: Request| {
        let emulator = Arc::clone(&emulator);
        async move { emulator.answer(&request) }
    })
    .without([Feature::Versions, Feature::Aliases])
    .rules(["success.*", "principal.wildcard", "principal.account-root", "principal.iam-arn"])
    .rules(["policy.exact", "policy.order", "error.conflict"])
}

fn main() {
    match emulator_under_test().run_blocking() {
        // In a test: `report.assert_conforms()`.
        Ok(report) => print!("{report}"),
        Err(error) => eprintln!("{error}"),
    }
}
