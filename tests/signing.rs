//! Signatures against those of AWS's own Python library, botocore, for the same requests.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use permspec::client::Credentials;
use permspec::client::sign::{Scope, sign};
use permspec::wire::{WireRequest, encode};
use serde_json::{Value, json};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2026-03-04T05:06:07Z.
const THEN: u64 = 1_772_600_767;

/// A Python that has boto3.
fn python() -> String {
    std::env::var("PERMSPEC_TEST_PYTHON")
        .unwrap_or_else(|_| panic!("PERMSPEC_TEST_PYTHON must name a Python that has boto3"))
}

/// Names of functions as they stand in a path, each with something to escape.
fn names() -> Vec<String> {
    let texts = [
        "plain",
        "permspec-r1-a:live",
        "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
        "a.b_c~d-e",
        "a b",
        "ä/€/😀",
        "100%",
        "a+b&c=d?e#f",
        "(')!*;,@[]{}|\\^`\"<>",
        "a//b",
    ];
    texts.iter().map(|text| encode(text)).collect()
}

/// Queries as they go out, empty where there is none.
fn queries() -> Vec<String> {
    let of = |pairs: &[(&str, &str)]| {
        let request = WireRequest::new("GET", "/".into());
        pairs.iter().fold(request, |request, (name, value)| request.with_query(name, value)).query
    };
    vec![
        String::new(),
        of(&[("Qualifier", "$LATEST")]),
        of(&[("RevisionId", "a=b&c d/ä+~"), ("Qualifier", "live")]),
        of(&[("Qualifier", "")]),
        of(&[("b", "2"), ("a", "1"), ("a", "0")]),
    ]
}

fn bodies() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        br#"{"StatementId":"a","Principal":"s3.amazonaws.com"}"#.to_vec(),
        "{\"StatementId\":\"ä€😀\"}".as_bytes().to_vec(),
        vec![0xff, 0x00, b'\n'],
    ]
}

fn requests() -> Vec<WireRequest> {
    let mut requests = Vec::new();
    for (at, name) in names().into_iter().enumerate() {
        for (number, query) in queries().into_iter().enumerate() {
            let method = ["POST", "GET", "DELETE"][(at + number) % 3];
            let sid = if method == "DELETE" { "/s%20id" } else { "" };
            let path = format!("/2015-03-31/functions/{name}/policy{sid}");
            let mut request = WireRequest::new(method, path);
            if method == "POST" {
                let bodies = bodies();
                request = request.with_json(bodies[(at + number) % bodies.len()].clone());
            }
            request.query = query;
            requests.push(request);
        }
    }
    requests
}

/// What botocore signs these requests with, in their order: the headers that it adds.
fn botocore(cases: &Value) -> Vec<Value> {
    let script = include_str!("signing/botocore_sign.py");
    let mut child = Command::new(python())
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("PERMSPEC_TEST_PYTHON must be a Python that can be started");
    child.stdin.take().unwrap().write_all(cases.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs Python with boto3"]
fn signatures_are_those_of_botocore() {
    let requests = requests();
    let tokens = [None, Some("session+token/with==signs")];
    let places = [
        ("lambda.eu-west-1.amazonaws.com", "https", "eu-west-1"),
        ("127.0.0.1:4566", "http", "us-east-1"),
    ];
    let mut cases = Vec::new();
    let mut ours = Vec::new();
    for token in tokens {
        for (authority, scheme, region) in places {
            for request in &requests {
                let url = format!("{scheme}://{authority}{}", request.target());
                let body: Vec<u8> = request.body.clone();
                cases.push(json!({
                    "method": request.method,
                    "url": url,
                    "headers": request.headers,
                    "body": body,
                    "token": token,
                    "region": region,
                }));
                let credentials = Credentials::new(KEY, SECRET, token);
                let scope = Scope { service: "lambda", region, authority };
                let time = UNIX_EPOCH + Duration::from_secs(THEN);
                ours.push(sign(&credentials, scope, request, time).unwrap());
            }
        }
    }
    let theirs = botocore(&json!({ "key": KEY, "secret": SECRET, "time": THEN, "cases": cases }));
    assert_eq!(theirs.len(), ours.len());
    for ((ours, theirs), case) in ours.iter().zip(&theirs).zip(&cases) {
        for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
            let own = ours.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
            let output = theirs.get(name).and_then(Value::as_str);
            assert_eq!(own, output, "{name} of {case}");
        }
    }
    assert!(ours.len() >= 200, "{} signatures were compared", ours.len());
}
