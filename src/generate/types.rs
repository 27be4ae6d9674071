//! Members missing, null and of every JSON type; members that nobody asked for; bodies that are
//! no object, or no JSON.

use serde_json::{Value, json};

use super::plain::{Builder, plain_request, plain_value, put_literal, put_value};
use super::{Case, Options};
use crate::contract::{Kind, Member, Phase};
use crate::scenario::{AddPermission, Body};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Types, 't');
    let most = |quick| options.depth.pick(quick, usize::MAX, usize::MAX);
    // Few, and each a question of its own.
    for member in Member::in_body() {
        cases.plain(|request| put_typed(request, member, Value::Null));
    }
    for member in Member::in_body().filter(|member| member.required()) {
        cases.plain(|request| {
            if let Some(members) = request.members_mut() {
                members.shift_remove(member.name());
            }
        });
    }
    for (values, (quick, default)) in
        [(wrong_values as fn(Member) -> Vec<Value>, (16, usize::MAX)), (further_values, (8, 30))]
    {
        cases.group(options.depth.pick(quick, default, usize::MAX), |cases| {
            for member in Member::in_body() {
                for value in values(member) {
                    cases.plain(|request| put_typed(request, member, value));
                }
            }
        });
    }
    cases.group(most(7), |cases| {
        for (name, value) in unknown_members() {
            cases.plain(|request| put_value(request, name, value));
        }
    });
    for members in [vec![], vec![Member::StatementId], vec![Member::StatementId, Member::Action]] {
        cases.plain(|request| keep_only(request, &members));
    }
    for (bodies, quick) in [(EMPTY, 2), (NO_OBJECTS, 4), (NO_JSON, 4)] {
        cases.group(most(quick), |cases| {
            for body in bodies {
                cases.plain(|request| request.body = Body::Raw(body.as_bytes().to_vec()));
            }
        });
    }
    cases.group(most(0), super::spelled::add_bodies);
    cases.group(most(9), |cases| {
        let count = spoilt_bodies("").len();
        for number in 0..count {
            let body = spoilt_bodies(&cases.fresh_id()).swap_remove(number);
            cases.plain(|request| request.body = Body::Raw(body));
        }
    });
    cases.finish()
}

/// Puts a value into a member's place; the authentication type brings the action it asks for.
fn put_typed(request: &mut AddPermission, member: Member, value: Value) {
    if member == Member::FunctionUrlAuthType {
        put_literal(request, Member::Action, "lambda:InvokeFunctionUrl");
    }
    put_value(request, member.name(), value);
}

/// A text to wrap: a revision that is current cannot be named in every state.
pub(super) fn sample(member: Member) -> Value {
    if member == Member::RevisionId { json!("r") } else { plain_value(member) }
}

/// A value of each other type than the member's, and the empty text.
fn wrong_values(member: Member) -> Vec<Value> {
    let plain = sample(member);
    let other = if member.kind() == Kind::Boolean { json!("true") } else { json!(true) };
    vec![json!(5), json!([plain]), json!({"Value": plain}), other, json!("")]
}

/// Further values of other types.
fn further_values(member: Member) -> Vec<Value> {
    let mut values = vec![json!(-1.5), json!([]), json!({})];
    if member.kind() == Kind::Boolean {
        values.extend([json!("x"), json!(0), json!(1)]);
    } else {
        values.extend([json!(false), json!(123_456_789_012_u64)]);
    }
    values
}

/// Members that are not inputs of the operation, with values that would show in a statement.
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
        ("FunctionName", json!("${prefix}other")),
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

/// Bodies without content.
const EMPTY: &[&str] = &["", " ", "\n"];

/// Bodies of JSON that are not objects.
const NO_OBJECTS: &[&str] = &["[]", "[{}]", "\"x\"", "\"\"", "5", "-0.5", "null", "true", "false"];

/// Bodies that are no JSON, without any member.
const NO_JSON: &[&str] = &[
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
];

/// Bodies that hold a plain request and that no serialiser would write: some are legal JSON all
/// the same.
fn spoilt_bodies(id: &str) -> Vec<Vec<u8>> {
    let request = plain_request(id);
    let whole = Value::Object(request.members().cloned().unwrap_or_default()).to_string();
    let inner = &whole[1..whole.len() - 1];
    let mut bodies: Vec<Vec<u8>> = [
        // Cut short, at the end and in the middle.
        whole[..whole.len() - 1].to_owned(),
        whole[..whole.len() / 2].to_owned(),
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
        // A form.
        format!("StatementId={id}&Action=lambda%3AInvokeFunction&Principal=s3.amazonaws.com"),
    ]
    .map(String::into_bytes)
    .into();
    // Bytes that are no UTF-8: alone, in a text, and another encoding of the whole.
    bodies.push(vec![0xff, 0xfe]);
    let mut invalid = format!("{{{inner},\"SourceArn\":\"arn:aws:s3:::").into_bytes();
    invalid.extend(b"\xff\xfe\"}");
    bodies.push(invalid);
    bodies.push(whole.encode_utf16().flat_map(u16::to_le_bytes).collect());
    bodies
}
