//! Requests and sequences that between them touch everything that a reading or a mutant changes.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{add, alias, create, furniture, get, post, remove};
use crate::server::state::State;
use crate::server::{ReferenceServer, ServerOptions};
use crate::spec::Member;
use crate::wire::{WireRequest, WireResponse};

/// The state that every session starts from: made once, as there are many sessions.
static FURNISHED: LazyLock<State> = LazyLock::new(|| {
    let server = ReferenceServer::new(ServerOptions::default());
    for request in furniture() {
        server.handle(&request);
    }
    server.lock().clone()
});

/// A server and what it was heard to say.
pub(in crate::server) struct Session {
    pub server: ReferenceServer,
    pub log: Vec<String>,
    /// The requests, each with the world before it and the answer.
    pub exchanges: Vec<(WireRequest, crate::model::World, WireResponse)>,
}

impl Session {
    pub fn new(options: ServerOptions) -> Self {
        let server = ReferenceServer::holding(options, FURNISHED.clone());
        Self { server, log: Vec::new(), exchanges: Vec::new() }
    }

    /// Sends a request and notes the answer, but for the ids of requests.
    pub fn send(&mut self, request: WireRequest) -> WireResponse {
        let world = self.server.lock().world.clone();
        let delivery = self.server.deliver(&request);
        let mut response = delivery.response;
        response.headers.retain(|(name, _)| name != "x-amzn-requestid");
        self.log.push(format!(
            "{} {:?} {} {:?} {:?}",
            response.status,
            response.headers,
            String::from_utf8_lossy(&response.body),
            delivery.delay,
            delivery.mishap,
        ));
        self.exchanges.push((request, world, response.clone()));
        response
    }

    fn add(&mut self, name: &str, qualifier: Option<&str>, sid: &str) {
        self.send(add(name, qualifier, &json!({ "StatementId": sid })));
    }

    fn get(&mut self, name: &str, qualifier: Option<&str>) -> String {
        let answer = self.send(get(name, qualifier));
        let body = answer.json().unwrap_or_default();
        body["RevisionId"].as_str().unwrap_or_default().to_owned()
    }

    fn remove(&mut self, name: &str, qualifier: Option<&str>, sid: &str) {
        self.send(remove(name, qualifier, sid));
    }

    fn delete(&mut self, path: &str) {
        self.send(WireRequest::new("DELETE", format!("/2015-03-31/functions/{path}")));
    }

    fn put(&mut self, path: &str, body: &Value) {
        let mut request = post(&format!("/2015-03-31/functions/{path}"), body);
        request.method = "PUT";
        self.send(request);
    }
}

/// The sequences.
pub(in crate::server) const SEQUENCES: &[fn(&mut Session)] = &[
    // Several statements, read, removed one by one.
    |s| {
        for sid in ["b", "a", "ab", "c"] {
            s.add("f", None, sid);
            s.get("f", None);
        }
        s.add("f", None, "B");
        s.add("f", None, "c");
        s.add("f", None, "b");
        s.send(add("f", None, &json!({"StatementId": "a", "SourceAccount": "123456789012"})));
        s.get("f", None);
        s.remove("f", None, "a");
        s.get("f", None);
        s.add("f", None, "a");
        s.get("f", None);
        s.remove("f", None, "nope");
        for sid in ["b", "ab", "c", "B", "a"] {
            s.remove("f", None, sid);
            s.get("f", None);
        }
        s.remove("f", None, "a");
    },
    // Function, versions and aliases.
    |s| {
        s.put("f/code", &json!({"ZipFile": "BBBB"}));
        s.add("f", None, "s");
        s.get("f", None);
        s.send(post("/2015-03-31/functions/f/versions", &json!({})));
        s.get("f", Some("2"));
        s.get("f", None);
        for qualifier in ["1", "2", "live", "edge"] {
            s.add("f", Some(qualifier), "s");
            s.get("f", Some(qualifier));
            s.get("f", None);
        }
        s.add("f", Some("live"), "t");
        s.get("f", Some("1"));
        s.get("g", None);
        s.add("g", None, "s");
        s.get("g", None);
        s.get("f", None);
        s.put("f/code", &json!({"ZipFile": "CCCC"}));
        s.get("f", None);
        s.put("f/aliases/live", &json!({"FunctionVersion": "2"}));
        s.get("f", Some("live"));
        s.remove("f", Some("live"), "s");
        s.get("f", Some("live"));
        s.get("f", None);
        s.remove("f", None, "s");
        s.get("f", Some("edge"));
        s.get("f", None);
    },
    // Revisions.
    |s| {
        let revise = |sid: &str, revision: &str| {
            add("f", None, &json!({"StatementId": sid, "RevisionId": revision}))
        };
        let own = s.send(WireRequest::new("GET", "/2015-03-31/functions/f/configuration".into()));
        let own = own.json().unwrap_or_default()["RevisionId"].as_str().unwrap_or("x").to_owned();
        s.send(revise("own", &own));
        s.remove("f", None, "own");
        let alias = s.send(WireRequest::new("GET", "/2015-03-31/functions/f/aliases/live".into()));
        let alias = alias.json().unwrap_or_default()["RevisionId"].clone();
        s.send(add("f", Some("live"), &json!({"RevisionId": alias})));
        s.send(revise("none", "00000000-0000-4000-8000-000000000000"));
        s.get("f", None);
        s.send(revise("empty", ""));
        s.remove("f", None, "empty");
        s.add("f", None, "a");
        let first = s.get("f", None);
        s.get("f", None);
        s.send(revise("b", &first));
        let second = s.get("f", None);
        s.send(revise("c", &first));
        s.get("f", None);
        s.send(revise("garbage", "garbage"));
        s.get("f", None);
        s.send(revise("a", &second));
        let live = s.get("f", Some("live"));
        s.send(revise("d", &live));
        s.send(remove("f", None, "a").with_query("RevisionId", &first));
        s.get("f", None);
        let last = s.get("f", None);
        s.send(remove("f", None, "b").with_query("RevisionId", &last));
        s.get("f", None);
        s.send(revise("a", "garbage"));
        s.send(revise("e", &last.to_uppercase()));
    },
    // Lifecycles.
    |s| {
        s.add("f", None, "s");
        s.add("f", Some("live"), "s");
        s.delete("f/aliases/live");
        s.get("f", Some("live"));
        s.send(alias("f", "live", "1"));
        s.get("f", Some("live"));
        s.add("f", Some("live"), "s");
        s.delete("f");
        s.get("f", None);
        s.send(create("f"));
        s.get("f", None);
        s.add("f", None, "s");
    },
    // A refusal beside what is stored.
    |s| {
        s.add("f", None, "kept");
        s.get("f", None);
        for body in [
            json!({"StatementId": "a b"}),
            json!({"StatementId": "x", "Principal": "example.org"}),
            json!({"StatementId": "x", "Action": "nope"}),
            json!({"StatementId": "x", "FunctionUrlAuthType": "NONE"}),
            json!({"StatementId": "kept", "Principal": "*"}),
            json!({"StatementId": "x", "RevisionId": "wrong"}),
            json!({"StatementId": "kept", "RevisionId": "wrong", "Principal": "example.org"}),
        ] {
            s.send(add("f", None, &body));
            s.get("f", None);
        }
    },
    // Names that are near others.
    |s| {
        s.send(create("ff"));
        s.send(create("F"));
        s.add("ff", None, "s");
        s.get("f", None);
        s.get("F", None);
        s.add("f", None, "s");
        s.get("ff", None);
        s.remove("f", Some("live"), "s");
        s.remove("nope", None, "s");
        s.remove("f", Some("nope"), "s");
        s.remove("g", None, "s");
        s.get("nope", None);
        s.get("f", Some("77"));
    },
    // A policy that grows to its limit; a step is some five hundred characters.
    |s| {
        for at in 0..60 {
            let token =
                json!({"StatementId": format!("s{at}"), "EventSourceToken": "a".repeat(256)});
            s.send(add("f", None, &token));
        }
        let long = format!("arn:aws:s3:::{}", "b".repeat(9000));
        s.send(add("f", None, &json!({"StatementId": "long", "SourceArn": long})));
        s.send(add("f", None, &json!({"StatementId": "s0", "EventSourceToken": "a".repeat(256)})));
        s.get("f", None);
    },
];

/// Bodies that hold one member of interest over a good request's.
fn bodies() -> Vec<Value> {
    let mut bodies = vec![json!({})];
    let url = "lambda:InvokeFunctionUrl";
    let alphabet = [
        "A", "Z", "a", "z", "0", "9", "_", "-", ".", " ", ":", "$", "é", "٣", "a\n", "\u{a0}", "@",
        "a/b", "+",
    ];
    for symbol in alphabet {
        bodies.push(json!({"StatementId": symbol}));
        bodies.push(json!({"StatementId": format!("a{symbol}b")}));
        bodies.push(json!({"EventSourceToken": symbol}));
        bodies.push(json!({"EventSourceToken": format!("a{symbol}b")}));
        bodies.push(json!({"Principal": format!("s3.amazonaws.com{symbol}")}));
        bodies.push(json!({"Action": format!("lambda:Invoke{symbol}Function")}));
        bodies.push(json!({"PrincipalOrgID": format!("o-a123456789{symbol}")}));
        bodies.push(json!({"SourceArn": format!("arn:aws:s3:::bucket{symbol}x")}));
        bodies.push(json!({"SourceArn": format!("arn:aws:s3{symbol}:::bucket")}));
        bodies.push(json!({"SourceAccount": format!("12345678901{symbol}")}));
    }
    for length in [0, 1, 64, 65, 99, 100, 101] {
        bodies.push(json!({"StatementId": "s".repeat(length)}));
    }
    for length in [0, 1, 255, 256, 257] {
        bodies.push(json!({"EventSourceToken": "t".repeat(length)}));
    }
    for length in [9, 10, 11, 31, 32, 33] {
        bodies.push(json!({"PrincipalOrgID": format!("o-{}", "a".repeat(length))}));
    }
    for text in [
        "lambda:InvokeFunction",
        "lambda:GetFunction",
        url,
        "lambda:*",
        "*",
        "lambda:ListTags",
        "lambda:Nope",
        "lambda:",
        "lambda",
        "",
        "s3:GetObject",
        "lambda:invoke*",
        "lambda:invokefunction",
        "Lambda:InvokeFunction",
        "LAMBDA:InvokeFunction",
        "lambda:InvokeFunction ",
        "**",
        "lambda:**",
        "lambda:Get1",
        "InvokeFunction",
        "xlambda:InvokeFunction",
    ] {
        bodies.push(json!({"Action": text}));
        bodies.push(json!({"Action": text, "FunctionUrlAuthType": "NONE"}));
    }
    for text in [
        "*",
        "123456789012",
        "223456789012",
        "999999999999",
        "s3.amazonaws.com",
        "sns.amazonaws.com",
        "logs.us-east-1.amazonaws.com",
        "nosuch.amazonaws.com",
        "alexa-appkit.amazon.com",
        "arn:aws:iam::123456789012:role/r",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::999999999999:user/u",
        "arn:aws:iam:000000000000:role/xxxx",
        "invalid.nonaws.com",
        "amazonaws.com",
        "example.org",
        "a",
        "",
        " ",
        "a b",
        "\t",
        "arn:aws:sts::123456789012:assumed-role/r/s",
        "12345678901",
        "1234567890123",
        "shop.amazon.de",
        "evil.amazonaws.com.example.org",
        "S3.amazonaws.com",
        "**",
        "012345678901",
        "s3.amazonaws.com\n",
    ] {
        bodies.push(json!({"Principal": text}));
    }
    bodies.push(json!({"Principal": "p".repeat(2049)}));
    for text in [
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/*",
        "arn:aws:sns:us-east-1:123456789012:t",
        "arn:aws:s3:::",
        "arn:aws:s3::",
        "arn:aws-cn:s3:::b",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t",
        "arn:aws:sns:*:123456789012:t",
        "arn:aws:execute-api:us-east-1:*:x",
        "arn:aws:events:us-east-1:123456789012:rule/A_b",
        "s3",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*",
        "arn:aws:sns:us-iso-east-1:123456789012:t",
        "arn:awss3:::b",
        "arn:AWS:s3:::b",
        "arn:aws:s3:::b\n",
        "",
        "arn:aws:sns:us-east-1:12345678901:t",
        "arn:aws:sns:us-east-10:123456789012:t",
        "arn:aws:S3:::B",
        "arn:aws::::b",
        "arn:aws:s3:::a b",
        "arn:aws:s3:::é",
        "arn:aws:s3:::b\u{2028}c",
    ] {
        bodies.push(json!({"SourceArn": text}));
    }
    bodies.push(json!({"SourceArn": format!("arn:aws:s3:::{}", "b".repeat(300))}));
    for text in [
        "123456789012",
        "012345678901",
        "12345678901",
        "1234567890123",
        "",
        "1234-5678-9012",
        "000000000000",
        "123456789012\n",
        "x23456789012",
    ] {
        bodies.push(json!({"SourceAccount": text}));
    }
    for text in [
        "o-1234567890",
        "o-abcdefghij",
        "O-1234567890",
        "o-ABCDEFGHIJ",
        "1234567890ab",
        "o_1234567890",
        "xo-1234567890",
        "o-123456789_",
        "r-1234567890ab",
        "o-1234567890\n",
        "",
    ] {
        bodies.push(json!({"PrincipalOrgID": text}));
    }
    for text in [
        "NONE", "AWS_IAM", "none", "aws_iam", "AWS-IAM", "", "IAM", " NONE", "None", "NONE\n",
        "CUSTOM",
    ] {
        bodies.push(json!({"FunctionUrlAuthType": text, "Action": url}));
    }
    for value in [json!(true), json!(false), json!("true"), json!(null)] {
        bodies.push(json!({"InvokedViaFunctionUrl": value}));
        bodies.push(json!({"InvokedViaFunctionUrl": value, "Action": "lambda:GetFunction"}));
    }
    for member in Member::in_body() {
        for value in [
            json!(null),
            json!(5),
            json!(1.5),
            json!(true),
            json!(false),
            json!([]),
            json!(["a"]),
            json!({}),
            json!({"a": 1}),
        ] {
            bodies.push(json!({ member.name(): value, "Action": url }));
        }
    }
    for unknown in ["Effect", "Resource", "Condition", "Sid", "NotPrincipal", "Bogus", "sourceArn"]
    {
        bodies.push(json!({ unknown: "x" }));
        bodies.push(json!({ unknown: {"x": "y"} }));
    }
    bodies.push(json!({
        "Action": url, "SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012", "PrincipalOrgID": "o-1234567890",
        "FunctionUrlAuthType": "AWS_IAM", "EventSourceToken": "t.0-K_n", "Principal": "*",
    }));
    bodies.push(json!({"SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012", "EventSourceToken": "t", "InvokedViaFunctionUrl": true}));
    bodies.extend([
        json!({"StatementId": "-a"}),
        json!({"StatementId": "0A"}),
        json!({"Action": "lambda:InvokeFunction\n"}),
        json!({"PrincipalOrgID": "o-1234567890", "EventSourceToken": "tok"}),
        json!({"Principal": "123456789012", "SourceAccount": "123456789012"}),
        json!({"Principal": "123456789012", "SourceAccount": "999999999999"}),
        json!({"StatementId": "", "SourceAccount": "1234567890123"}),
        json!({"StatementId": 5, "Action": "nope"}),
        json!({"Principal": "example.org", "FunctionUrlAuthType": "NONE"}),
        json!({"StatementId": "a b", "Principal": "example.org", "EventSourceToken": "a b"}),
    ]);
    bodies
}

/// Names with qualifiers.
fn names() -> Vec<(String, Option<&'static str>)> {
    let own = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let mut names: Vec<(String, Option<&str>)> = Vec::new();
    for name in [
        "f",
        "123456789012:function:f",
        own,
        "f:live",
        "f:1",
        "f:edge",
        "123456789012:function:f:live",
        &format!("{own}:1"),
        "function:f",
        "123456789012:f",
        "us-east-1:f",
        "arn:aws:lambda:us-east-1:123456789012:f",
        "arn::lambda:us-east-1:123456789012:function:f",
        "arn:aws:lambda:f",
        "us-east-1:123456789012:function:f",
        "F",
        "nope",
        "f!",
        "*",
        "a:b:c",
        "f:",
        "f:$latest",
        "f:$LATEST",
        "f.g",
        "f:nope",
        "f:77",
        "f\n",
        "f ",
        " f",
        "é",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "999999999999:function:f",
        "999999999999:f",
        "arn:aws:lambda:us-east-1:999999999999:function:f",
        "arn:aws-cn:lambda:us-east-1:123456789012:function:f",
        "arn:aws:lambda:us-east-1::function:f",
        "arn:aws:ec2:us-east-1:123456789012:function:f",
        &format!("{own}:1:2"),
        "f/g",
        ".",
        "..",
        "",
        "12345678901:function:f",
        "f:01",
        "f:LIVE",
        "f_",
        "f-",
        "f:$LATEST.PUBLISHED",
    ] {
        names.push((name.to_owned(), None));
        names.push((name.to_owned(), Some("1")));
    }
    for length in [64, 65, 140, 141, 170, 256, 257] {
        names.push(("f".repeat(length), None));
    }
    for qualifier in [
        "$LATEST",
        "$latest",
        "live",
        "edge",
        "nope",
        "77",
        "a b",
        "a.b",
        "",
        "a?b",
        "valid-$",
        "Live",
        "é",
        "1\n",
        "01",
        "-",
        "_",
        "a:b",
        "$",
        "$LATEST.PUBLISHED",
    ] {
        names.push(("f".to_owned(), Some(qualifier)));
        names.push(("nope".to_owned(), Some(qualifier)));
        names.push(("f:live".to_owned(), Some(qualifier)));
    }
    for qualifier in ["live.x", "1 x", "live:1"] {
        names.push(("f".to_owned(), Some(qualifier)));
    }
    names.push((format!("f:{}", "q".repeat(300)), None));
    names.push(("f:$LATEST".into(), Some("$LATEST")));
    names.push(("arn:aws:lambda:eu-west-1:123456789012:function:f:live".into(), Some("1")));
    names
}

/// Requests that are sent alone, each to a fresh server.
pub(in crate::server) fn singles() -> Vec<WireRequest> {
    let mut requests: Vec<WireRequest> = bodies().iter().map(|body| add("f", None, body)).collect();
    for (name, qualifier) in names() {
        requests.push(add(&name, qualifier, &json!({})));
    }
    let long = "q".repeat(129);
    requests.push(add("f", Some(&long), &json!({})));
    requests.push(add("f", Some(&long[..128]), &json!({})));
    for body in [
        "",
        " ",
        "{",
        "[]",
        "\"x\"",
        "5",
        "null",
        "true",
        "{}",
        "{\"StatementId\":}",
        "not json",
        "{\"StatementId\":\"s\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"*\"",
        "\u{feff}{}",
        "{\"StatementId\":\"s\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"*\"}x",
        "{'StatementId':'s'}",
    ] {
        let mut request = add("f", None, &json!({}));
        request.body = body.as_bytes().to_vec();
        requests.push(request);
    }
    let mut request = add("f", None, &json!({}));
    request.body = b"{\"StatementId\":\"\xff\"}".to_vec();
    requests.push(request);
    for (name, qualifier, body) in [
        ("nope", None, json!({"StatementId": "a b"})),
        ("nope", None, json!({"Principal": "example.org"})),
        ("nope", None, json!({"FunctionUrlAuthType": "NONE"})),
        ("nope:$LATEST", None, json!({})),
        ("f:$LATEST", Some("1"), json!({})),
        ("f", Some("$LATEST"), json!({"StatementId": "a b"})),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", None, json!({"StatementId": "a b"})),
        ("a:b:c", Some("a b"), json!({"StatementId": "a b"})),
    ] {
        requests.push(add(name, qualifier, &body));
    }
    for missing in ["StatementId", "Action", "Principal"] {
        let mut members =
            json!({"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"});
        if let Some(members) = members.as_object_mut() {
            members.shift_remove(missing);
        }
        requests.push(post("/2015-03-31/functions/f/policy", &members));
    }
    requests.push(get("f", Some("$LATEST")));
    requests
}

/// What a server with these options says to each of the probes, one after another.
pub(in crate::server) fn hear(options: &ServerOptions) -> impl Iterator<Item = Vec<String>> {
    let sequences = SEQUENCES.iter().map(|sequence| {
        let mut session = Session::new(options.clone());
        sequence(&mut session);
        session.log
    });
    sequences.chain(singles().into_iter().map(|request| hear_one(options, request)))
}

/// What a server with these options says to one request, and to a look at the policy afterwards.
pub(in crate::server) fn hear_one(options: &ServerOptions, request: WireRequest) -> Vec<String> {
    let mut session = Session::new(options.clone());
    session.send(request);
    session.get("f", None);
    session.log
}

/// The requests that are sent alone, with their places, those first that hold the member at a
/// value of its own: what is looked for is most likely there.
pub(in crate::server) fn singles_about(member: Option<Member>) -> Vec<(usize, WireRequest)> {
    let plain = add("f", None, &json!({}));
    let value = |request: &WireRequest, member: Member| -> Value {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match member {
            Member::FunctionName => request.path.clone().into(),
            Member::Qualifier => request.query.clone().into(),
            _ => body[member.name()].clone(),
        }
    };
    let mut singles: Vec<(usize, WireRequest)> = singles().into_iter().enumerate().collect();
    if let Some(member) = member {
        singles.sort_by_key(|(_, request)| value(request, member) == value(&plain, member));
    }
    singles
}
