//! Further probes: ids and names that are alike, long policies, near revisions, and requests that
//! are written in unusual ways.

use serde_json::{Value, json};

use super::probes::Session;
use super::{add, alias, create, get, post, remove};
use crate::scenario::{AddPermission, Body, Escapes, GetPolicy, Spelling, Template};
use crate::wire::WireRequest;

/// The sequences.
pub(in crate::server) const FAR_SEQUENCES: &[fn(&mut Session)] =
    &[alike, notable_names, near_revisions, others, limits, spellings, long_errors, long];

fn put(path: &str, body: &Value) -> WireRequest {
    WireRequest { method: "PUT", ..post(&format!("/2015-03-31/functions/{path}"), body) }
}

fn grant(s: &mut Session, name: &str, qualifier: Option<&str>, sid: &str) {
    s.send(add(name, qualifier, &json!({ "StatementId": sid })));
}

fn revision(s: &mut Session, name: &str, qualifier: Option<&str>) -> String {
    let body = s.send(get(name, qualifier)).json().unwrap_or_default();
    body["RevisionId"].as_str().unwrap_or_default().to_owned()
}

fn alike(s: &mut Session) {
    let stem = "k".repeat(95);
    let ids = [
        format!("{stem}abcde"),
        format!("{stem}abcdf"),
        format!("{}{}", &stem[..64], "z"),
        format!("{}{}", &stem[..32], "y"),
        format!("other-{}", "e".repeat(24)),
        format!("another-{}", "e".repeat(24)),
    ];
    let short = ["a-b", "a_b", "ab", "axb", "b-a", "7", "07", "007", "x", "A-B", "yy-x"];
    for sid in ids.iter().map(String::as_str).chain(short) {
        grant(s, "f", None, sid);
    }
    s.send(get("f", None));
    for sid in ["A_b", "a.b", "07", &ids[2], "a_b", "x", &stem[..64]] {
        s.send(remove("f", None, sid));
        s.send(get("f", None));
    }
    for sid in ["a_b", "x", "007"] {
        grant(s, "f", None, sid);
    }
    s.send(get("f", None));
}

fn long(s: &mut Session) {
    let short = |number: usize| {
        add("f", None, &json!({"StatementId": format!("h{number}"), "Action": "*"}))
    };
    for number in 1..=102 {
        s.send(short(number));
    }
    s.send(get("f", None));
    for number in [1, 9, 10, 50, 102] {
        s.send(short(number));
    }
    s.send(remove("f", None, "h50"));
    s.send(get("f", None));
}

fn notable_names(s: &mut Session) {
    let name = format!("ps-{}function_LATEST-UPPER_-", "x".repeat(38));
    s.send(create(&name));
    grant(s, &name, None, "s");
    grant(s, &format!("123456789012:function:{name}"), None, "t");
    let long = |end: &str| format!("{}{end}", "l".repeat(127));
    let (one, two) = (long("a"), long("b"));
    for alias_name in ["x", "1x", "Live", "li-ve", "f", &one, &two] {
        s.send(alias("f", alias_name, "1"));
    }
    for alias_name in ["live", "x", "1x", "Live", "li-ve", "f", &one, &two] {
        grant(s, "f", Some(alias_name), "s");
        s.send(get("f", Some(alias_name)));
    }
    grant(s, "f:li-ve", None, "t");
    grant(s, "arn:aws:lambda:us-east-1:123456789012:function:f:li-ve", None, "u");
    grant(s, "f", None, "s");
    for number in 2..=10 {
        s.send(put("f/code", &json!({"ZipFile": format!("AA{number:02}")})));
        s.send(post("/2015-03-31/functions/f/versions", &json!({})));
    }
    grant(s, "f", Some("1"), "s");
    grant(s, "f", Some("10"), "s");
    s.send(get("f", Some("10")));
}

fn near_revisions(s: &mut Session) {
    for (name, qualifier) in [("f", None), ("f", Some("live"))] {
        grant(s, name, qualifier, "s1");
        let current = revision(s, name, qualifier);
        let end = if current.ends_with('0') { '1' } else { '0' };
        // Some mutants show no revision.
        let shorter = &current[..current.len().saturating_sub(1)];
        let near = [
            shorter.to_owned(),
            current.get(..8).unwrap_or_default().to_owned(),
            format!("{current}0"),
            format!("{shorter}{end}"),
            current.to_uppercase(),
            format!(" {current} "),
            current.replace('-', ""),
        ];
        for (number, revision) in near.iter().enumerate() {
            let body = json!({"StatementId": format!("n{number}"), "RevisionId": revision});
            s.send(add(name, qualifier, &body));
            s.send(remove(name, qualifier, "nope").with_query("RevisionId", revision));
            s.send(get(name, qualifier));
        }
    }
    let mut past = Vec::new();
    for number in 2..12 {
        past.push(revision(s, "f", None));
        grant(s, "f", None, &format!("s{number}"));
    }
    for (number, revision) in past.iter().enumerate() {
        let body = json!({"StatementId": format!("p{number}"), "RevisionId": revision});
        s.send(add("f", None, &body));
    }
    s.send(remove("f", None, "s3"));
    s.send(get("f", None));
    // Empty, then with one statement again.
    grant(s, "g", None, "s");
    let first = revision(s, "g", None);
    grant(s, "g", None, "t");
    s.send(remove("g", None, "t"));
    s.send(remove("g", None, "s").with_query("RevisionId", first.get(..4).unwrap_or_default()));
    s.send(get("g", None));
    grant(s, "g", None, "s");
    s.send(get("g", None));
    s.send(add("g", None, &json!({"StatementId": "u", "RevisionId": first})));
    s.send(get("g", None));
    let last = revision(s, "g", None);
    grant(s, "g", None, "v");
    s.send(remove("g", None, "u"));
    s.send(remove("g", None, "v"));
    s.send(remove("g", None, "s").with_query("RevisionId", &last));
    s.send(get("g", None));
}

fn others(s: &mut Session) {
    let targets = [None, Some("live"), Some("edge"), Some("1")];
    for qualifier in targets {
        grant(s, "f", qualifier, "s1");
        grant(s, "f", qualifier, "s1");
    }
    let read = |s: &mut Session| {
        for qualifier in targets {
            s.send(get("f", qualifier));
        }
    };
    read(s);
    s.send(alias("f", "next", "1"));
    s.send(get("f", Some("next")));
    read(s);
    s.send(put("f/aliases/next", &json!({"FunctionVersion": "$LATEST"})));
    read(s);
    s.send(WireRequest::new("DELETE", "/2015-03-31/functions/f/aliases/next".into()));
    read(s);
    s.send(post("/2015-03-31/functions/f/versions", &json!({})));
    read(s);
    for qualifier in targets {
        grant(s, "f", qualifier, "s2");
    }
    s.send(put("f/code", &json!({"ZipFile": "CCCC"})));
    read(s);
    s.send(remove("f", Some("edge"), "s2"));
    s.send(remove("f", Some("edge"), "s1"));
    read(s);
}

fn limits(s: &mut Session) {
    let large = |qualifier: Option<&str>, sid: &str, length: usize| {
        let arn = format!("arn:aws:s3:::{}", "y".repeat(length));
        add("f", qualifier, &json!({"StatementId": sid, "SourceArn": arn}))
    };
    for (qualifier, sid, length) in [
        (None, "l1", 6000),
        (None, "l2", 6000),
        (Some("live"), "l1", 6000),
        (Some("live"), "l2", 6000),
        (Some("live"), "l3", 9900),
        (Some("live"), "l4", 9900),
        (Some("edge"), "l5", 8300),
    ] {
        s.send(large(qualifier, sid, length));
        s.send(get("f", qualifier));
    }
}

fn spellings(s: &mut Session) {
    let bindings = |_: &str| None;
    let name = Template::literal("arn:aws:lambda:us-east-1:123456789012:function:f:live");
    for (number, escapes) in
        [Escapes::LowerCase, Escapes::Unreserved, Escapes::Sparse].into_iter().enumerate()
    {
        let spelling = Spelling {
            escapes,
            title_case: number == 0,
            chunked: number == 1,
            query_reversed: true,
        };
        let body = json!({
            "StatementId": format!("w{number}"),
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
        });
        let add = AddPermission {
            function_name: name.clone(),
            body: Body::Members(body.as_object().cloned().unwrap_or_default()),
            spelling,
            ..AddPermission::default()
        };
        let get = GetPolicy { function_name: name.clone(), spelling, ..GetPolicy::default() };
        for request in [add.to_wire(&bindings), get.to_wire(&bindings)] {
            s.send(request.unwrap_or_else(|error| panic!("{error}")));
        }
    }
    let current = revision(s, "f", Some("live"));
    let mut reversed = remove("f", None, "w1").with_query("RevisionId", &current);
    reversed = reversed.with_query("Qualifier", "live");
    s.send(reversed);
    let current = revision(s, "f", Some("live"));
    s.send(remove("f", Some("live"), "w0").with_query("RevisionId", &current));
    s.send(get("f", Some("live")));
    // By the ARN, with the alias as its suffix.
    s.send(remove("arn:aws:lambda:us-east-1:123456789012:function:f:live", None, "w2"));
    s.send(get("f", Some("live")));
}

fn long_errors(s: &mut Session) {
    for length in [1_300, 4_700, 9_000] {
        s.send(add("f", None, &json!({"StatementId": "l".repeat(length)})));
    }
}

/// Bodies that are sent alone, as texts.
pub(super) fn far_singles() -> Vec<WireRequest> {
    let mut singles: Vec<WireRequest> = Vec::new();
    let mut send = |body: Value| singles.push(add("f", None, &body));
    for word in [
        "1e3",
        "yes",
        "null",
        "__proto__",
        "a--b__c",
        "-x-",
        "A1B2C3D4-E5F6-4A1B-8C2D-3E4F5A6B7C8D",
    ] {
        send(json!({"StatementId": word}));
        send(json!({"EventSourceToken": word}));
    }
    send(json!({"EventSourceToken": "a..b"}));
    for tail in [
        "&<x>",
        "&amp;",
        "%41",
        "100% ",
        "a+b",
        "a//b",
        "**",
        "x ",
        "${aws:username}",
        "a#b",
        "a,b",
        "it's",
        "b\\nc",
        "é",
        "\u{1f680}",
        "e\u{301}",
        "a/../b",
    ] {
        send(json!({"SourceArn": format!("arn:aws:s3:::{tail}")}));
    }
    for length in [1_100, 4_200, 8_300] {
        send(json!({"SourceArn": format!("arn:aws:s3:::{}", "w".repeat(length))}));
    }
    for principal in [
        "lambda.alarms.cloudwatch.amazonaws.com",
        "s3.amazonaws.com.cn",
        "000000000000",
        "012345678901",
        "arn:aws:iam::123456789012:user/Path-1/Some.One+tag=1,2@x_-",
        "arn:aws:iam::123456789012:role/R234567890123456789012345678901234567890123456789012345678901234",
    ] {
        send(json!({"Principal": principal}));
    }
    send(json!({"SourceAccount": "000000000000"}));
    for text in ["O-A123456789", "\u{feff}o-a123456789"] {
        send(json!({"PrincipalOrgID": text}));
    }
    for text in ["LAMBDA:InvokeFunction", "\u{200b}lambda:InvokeFunction"] {
        send(json!({"Action": text}));
    }
    send(json!({"SourceArn": "Arn:aws:s3:::b"}));
    send(json!({"SourceArn": "\u{feff}arn:aws:s3:::b"}));
    send(json!({"StatementId": "x\u{200b}"}));
    send(json!({"SourceAccount": "123456789012\u{a0}"}));
    send(json!({"EventSourceToken": "t\u{a0}"}));
    for text in ["none", "NONE\u{a0}"] {
        send(json!({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": text}));
    }
    singles.push(add("f", Some("live\u{200b}"), &json!({})));
    for (from, to) in [
        ("}", ",\"SourceArn\":\"arn:aws:s3:::b\\/c\"}"),
        ("}", ",\"SourceArn\":\"arn:aws:s3:::\\ud83d\\ude80\"}"),
        ("{", "{\"N\":[[[[[[[[[[]]]]]]]]]],"),
        ("{", "{\"N\":1e400,"),
        ("{", "{\"A\":1,\"B\":1,\"C\":1,\"D\":1,\"E\":1,\"F\":1,\"G\":1,"),
    ] {
        let mut request = add("f", None, &json!({}));
        request.body = String::from_utf8_lossy(&request.body).replacen(from, to, 1).into_bytes();
        singles.push(request);
    }
    singles
}
