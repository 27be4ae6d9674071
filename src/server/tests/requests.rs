//! Requests that are sent alone: every member at its bounds, in and out of its pattern, of every
//! type; every form of name; bodies that are not objects; pairs of faults.

use serde_json::{Value, json};

use super::{add, get, post};
use crate::contract::Member;
use crate::wire::WireRequest;

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
