//! Members missing, null and of every JSON type; members that nobody asked for; bodies that are
//! no object, or no JSON.

use serde_json::{Value, json};

use super::plain::{Builder, plain_request, plain_value, put_literal, put_value};
use super::{Case, Options, spread};
use crate::scenario::{AddPermission, Body};
use crate::spec::{Kind, Member, Phase};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Types, 't');
    let members: Vec<(Member, Option<Value>)> = Member::in_body()
        .flat_map(|member| values(member).into_iter().map(move |value| (member, value)))
        .collect();
    for (member, value) in spread(members, options.depth.pick(30, usize::MAX, usize::MAX)) {
        cases.plain(|request| {
            if member == Member::FunctionUrlAuthType {
                put_literal(request, Member::Action, "lambda:InvokeFunctionUrl");
            }
            match value {
                Some(value) => put_value(request, member.name(), value),
                None => {
                    if let Some(members) = request.members_mut() {
                        members.shift_remove(member.name());
                    }
                }
            }
        });
    }
    let unknown = spread(unknown_members(), options.depth.pick(8, usize::MAX, usize::MAX));
    for (name, value) in unknown {
        cases.plain(|request| put_value(request, name, value));
    }
    let count = raw_bodies("", "").len();
    let numbers = (0..count).collect();
    for number in spread(numbers, options.depth.pick(16, usize::MAX, usize::MAX)) {
        let id = cases.fresh_id();
        let body = raw_bodies(&id, "s3.amazonaws.com").swap_remove(number);
        cases.plain(|request| request.body = Body::Raw(body));
    }
    for members in [vec![], vec![Member::StatementId], vec![Member::StatementId, Member::Action]] {
        cases.plain(|request| keep_only(request, &members));
    }
    cases.finish()
}

/// A text to wrap: a revision that is current cannot be named in every state.
pub(super) fn sample(member: Member) -> Value {
    if member == Member::RevisionId { json!("r") } else { plain_value(member) }
}

/// What stands in a member's place; `None` for nothing at all.
fn values(member: Member) -> Vec<Option<Value>> {
    let plain = sample(member);
    let mut values = vec![
        Some(Value::Null),
        Some(json!(5)),
        Some(json!(-1.5)),
        Some(json!([])),
        Some(json!([plain])),
        Some(json!({})),
        Some(json!({"Value": plain})),
        Some(json!("")),
    ];
    if member.kind() == Kind::Boolean {
        values.extend([Some(json!("true")), Some(json!("x")), Some(json!(0)), Some(json!(1))]);
    } else {
        values.extend([Some(json!(true)), Some(json!(123_456_789_012_u64))]);
    }
    if member.required() {
        values.push(None);
    }
    values
}

/// Members that are no input of the operation, with values that would show in a statement.
fn unknown_members() -> Vec<(&'static str, Value)> {
    vec![
        ("Effect", json!("Deny")),
        ("Resource", json!("*")),
        ("Condition", json!({"StringEquals": {"aws:PrincipalTag/x": "y"}})),
        ("Sid", json!("other")),
        ("NotPrincipal", json!("*")),
        ("NotAction", json!("lambda:GetFunction")),
        ("NotResource", json!("*")),
        ("Statement", json!({"Sid": "other"})),
        ("Unknown", json!(null)),
        ("FunctionName", json!("other")),
        ("Qualifier", json!("42")),
        ("statementId", json!("other")),
        ("sourceArn", json!("arn:aws:s3:::other")),
        ("PrincipalOrgId", json!("o-a1b2c3d4e5")),
        ("", json!("")),
    ]
}

fn keep_only(request: &mut AddPermission, kept: &[Member]) {
    if let Some(members) = request.members_mut() {
        members.retain(|name, _| kept.iter().any(|member| member.name() == name));
    }
}

/// Bodies that no serialiser would write.
fn raw_bodies(id: &str, principal: &str) -> Vec<Vec<u8>> {
    let mut request = plain_request(id);
    put_literal(&mut request, Member::Principal, principal);
    let whole = Value::Object(request.members().cloned().unwrap_or_default()).to_string();
    let inner = &whole[1..whole.len() - 1];
    let text = |text: &str| text.as_bytes().to_vec();
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "\n",
        "[]",
        "[{}]",
        "\"x\"",
        "\"\"",
        "5",
        "-0.5",
        "null",
        "true",
        "false",
        "garbage",
        "{",
        "}",
        "{}{}",
        "{\"StatementId\"",
        "{\"StatementId\":",
        "<xml/>",
        "NaN",
        "\u{feff}",
        "\0",
    ]
    .map(text)
    .into();
    // Cut short, at the end and in the middle.
    bodies.push(whole.as_bytes()[..whole.len() - 1].to_vec());
    bodies.push(whole.as_bytes()[..whole.len() / 2].to_vec());
    bodies.extend(
        [
            // Something behind, before, around.
            format!("{whole}x"),
            format!("{whole}{{}}"),
            format!("{whole},"),
            format!("x{whole}"),
            format!("[{whole}]"),
            format!("\u{feff}{whole}"),
            // White space is legal.
            format!(" \r\n\t{whole}\n"),
            // Nearly JSON.
            format!("{{{inner},}}"),
            format!("{{,{inner}}}"),
            format!("{{{inner}}}}}"),
            whole.replace('"', "'"),
            whole.replace(':', "="),
            format!("/* c */{whole}"),
            // The same key twice, alike and not.
            format!("{{{inner},\"Action\":\"lambda:InvokeFunction\"}}"),
            format!("{{{inner},\"Action\":\"lambda:GetFunction\"}}"),
            format!("{{\"StatementId\":\"{id}-2\",{inner}}}"),
            // Escapes are legal.
            whole.replace("lambda:Invoke", "\\u006cambda:\\u0049nvoke"),
            whole.replace("\"Action\"", "\"\\u0041ction\""),
            // An escape that is none, and half a surrogate pair.
            format!("{{{inner},\"SourceArn\":\"arn:aws:s3:::\\x\"}}"),
            format!("{{{inner},\"SourceArn\":\"arn:aws:s3:::\\ud800\"}}"),
            format!("StatementId={id}&Action=lambda%3AInvokeFunction&Principal={principal}"),
        ]
        .map(String::into_bytes),
    );
    // Bytes that are no UTF-8: alone, and in a text.
    bodies.push(vec![0xff, 0xfe]);
    let mut invalid = format!("{{{inner},\"SourceArn\":\"arn:aws:s3:::").into_bytes();
    invalid.extend(b"\xff\xfe\"}");
    bodies.push(invalid);
    bodies.push(whole.encode_utf16().flat_map(u16::to_le_bytes).collect());
    bodies
}
