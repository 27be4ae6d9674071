//! One request in other bytes: escapes, headers, chunks, the order of parameters and members, and
//! what JSON leaves to whoever writes it.

use serde_json::{Map, Value, json};

use super::plain::{
    Builder, Target, add, add_on, get, plain_request, put_literal, put_value, removal, remove,
};
use super::values::{CONDITIONS, put_condition};
use crate::contract::Member;
use crate::scenario::{
    AliasFixture, Body, Escapes, Fixture, FunctionFixture, Operation, Spelling, Step, Template,
};

/// A covering array of the ways to write a request: every two of them meet.
const SPELLINGS: [Spelling; 5] = [
    spelling(Escapes::LowerCase, true, false, true),
    spelling(Escapes::Unreserved, false, true, true),
    spelling(Escapes::Sparse, true, true, false),
    spelling(Escapes::Usual, false, true, false),
    spelling(Escapes::Usual, true, false, true),
];

const fn spelling(
    escapes: Escapes,
    title_case: bool,
    chunked: bool,
    query_reversed: bool,
) -> Spelling {
    Spelling { escapes, title_case, chunked, query_reversed }
}

/// The sequence in which every operation on a policy is written in each way.
pub(super) fn add_sequences(cases: &mut Builder) {
    let alias = AliasFixture { name: "edge".into(), version: "$LATEST".into() };
    let function =
        FunctionFixture { key: "a".into(), aliases: vec![alias], ..FunctionFixture::default() };
    let fixture = Fixture { functions: vec![function] };
    let arn = format!("{}:edge", super::names::FORMS[2]);
    let by_arn = Target { function_name: Template::parse(arn), qualifier: None };
    let by_query = Target::qualified("a", "edge");
    let mut steps = Vec::new();
    for (number, spelling) in SPELLINGS.into_iter().enumerate() {
        let spelt = |step: Step| match step {
            Step::One(mut operation) => {
                operation.spell(spelling);
                Step::One(operation)
            }
            together @ Step::Together { .. } => together,
        };
        let mut both = removal(&by_query, &format!("w-{number}"));
        both.revision_id = Some(Template::reference("revision.current"));
        steps.extend([
            spelt(add(add_on(&by_arn, &format!("w-{number}")))),
            spelt(add(add_on(&by_query, &format!("w_{number}")))),
            spelt(get(&by_arn)),
            spelt(Step::One(Operation::RemovePermission(both))),
            get(&by_query),
        ]);
    }
    steps.push(remove(&by_arn, "w_0"));
    steps.push(get(&by_query));
    cases.steps(&fixture, steps);
}

/// Bodies that no serialiser of ours writes, and that mean what others mean.
pub(super) fn add_bodies(cases: &mut Builder) {
    for write in [slashes, surrogates, escapes, spaced, large_numbers, larger_numbers] {
        let body = write(&cases.fresh_id()).into_bytes();
        cases.plain(|request| request.body = Body::Raw(body));
    }
    // Unknown members first, deep, and many; StatementId at the very end.
    cases.plain(|request| {
        put_literal(request, Member::SourceArn, "arn:aws:s3:::b");
        put_literal(request, Member::EventSourceToken, "t");
        if let Some(members) = request.members_mut() {
            let known = std::mem::take(members);
            members.extend(unknown());
            members.extend(known.into_iter().rev());
        }
    });
    // Every member but RevisionId, in reverse.
    cases.plain(|request| {
        for (member, texts) in CONDITIONS {
            put_condition(request, member, texts[0]);
        }
        put_value(request, Member::InvokedViaFunctionUrl.name(), Value::Bool(false));
        if let Some(members) = request.members_mut() {
            let known = std::mem::take(members);
            members.extend(known.into_iter().rev());
        }
    });
}

/// Members that nobody asked for: nested deep, and of every type.
fn unknown() -> Map<String, Value> {
    let deep = (0..24).fold(json!({"Sid": "deep"}), |inner, _| json!([inner]));
    let members = json!({
        "Zz": null,
        "Deep": deep,
        "Empty": {},
        "Large": 123_456_789_012_345_678_u64,
        "Fraction": -1.5e-7,
        "Text": "\u{1f680}",
        "Statement": [{"Sid": "other"}],
    });
    members.as_object().cloned().unwrap_or_default()
}

/// A plain request with an ARN behind it, spelled as `arn` spells it in JSON.
fn with_arn(id: &str, arn: &str) -> String {
    let members = plain_request(id).members().cloned().unwrap_or_default();
    let whole = Value::Object(members).to_string();
    format!("{},\"SourceArn\":\"{arn}\"}}", &whole[..whole.len() - 1])
}

fn slashes(id: &str) -> String {
    with_arn(id, "arn:aws:s3:::b\\/c\\/\\/*")
}

fn surrogates(id: &str) -> String {
    with_arn(id, "arn:aws:s3:::\\ud83d\\ude80\\uD83D\\uDE80 \\u00e9\\u00E9\\u65e5")
}

fn escapes(id: &str) -> String {
    with_arn(id, "\\u0061rn:aws:s3:::\\t\\b\\f\\\\\\\"\\u0024\\u007b\\u007d")
}

/// White space wherever JSON admits it.
fn spaced(id: &str) -> String {
    let body = with_arn(id, "arn:aws:s3:::b");
    body.replace("\":\"", "\" :\r\n\t\"").replace(",\"", " ,\n\n\"").replace('{', "\n{ \t")
}

/// Numbers that no double holds exactly, in a member that nobody asked for.
fn large_numbers(id: &str) -> String {
    let body = with_arn(id, "arn:aws:s3:::b");
    format!("{{\"N\":[123456789012345678901234567890,-1E-400,0.1e1],{}", &body[1..])
}

/// A number that no double holds at all: readers may refuse it, but must not fail.
fn larger_numbers(id: &str) -> String {
    let body = with_arn(id, "arn:aws:s3:::b");
    format!("{{\"N\":1e400,{}", &body[1..])
}
