//! Helpers of the lists of mutants.

use serde_json::{Map, Value, json};

use super::mutation::RequestContext;
use crate::contract::Member;
use crate::model::{RejectKind, RejectReason, constraint};
use crate::server::reply::ErrorReply;
use crate::wire::WireRequest;

/// A list of mutants: name, what is broken, the rules that may find it, the member that the
/// counterexample must hold, whether it is advisory, and the plants.
macro_rules! list {
    ($($name:literal $about:literal [$($rule:ident)+] ($($member:ident)?) $($advisory:ident)?
        => $($plant:expr),+;)+
    ) => {
        /// The mutants of this subject.
        pub(super) static MUTANTS: &[$crate::server::mutants::Mutant] = &[
            $($crate::server::mutants::Mutant {
                name: $name,
                about: $about,
                rules: &[$($crate::contract::RuleId::$rule),+],
                member: $crate::server::mutants::tools::first(
                    &[$(Some($crate::contract::Member::$member),)? None]
                ),
                advisory: !stringify!($($advisory)?).is_empty(),
                plants: &[$($plant),+],
            },)+
        ];
    };
}
pub(super) use list;

/// The first of some members.
pub(super) const fn first(members: &[Option<Member>]) -> Option<Member> {
    members[0]
}

/// Whether the fault is about the form of a member: its pattern, its length or its values.
pub(super) fn form(fault: &RejectReason, member: Member) -> bool {
    fault.member == Some(member)
        && matches!(
            fault.kind,
            RejectKind::Pattern
                | RejectKind::TooLong(_)
                | RejectKind::TooShort(_)
                | RejectKind::NotAValue
        )
}

/// Whether the fault is about a member's form, and none would be left if `cure` were right.
pub(super) fn cured(
    fault: &RejectReason,
    ask: &RequestContext<'_>,
    member: Member,
    cure: impl Fn(&str) -> String,
) -> bool {
    form(fault, member)
        && ask.text(member).is_some_and(|text| constraint::is_clean(member, &cure(text)))
}

/// Whether the fault is about a member's form, and only because of symbols that `is_taken` takes.
pub(super) fn only_for(
    fault: &RejectReason,
    ask: &RequestContext<'_>,
    member: Member,
    is_taken: impl Fn(char) -> bool,
) -> bool {
    cured(fault, ask, member, |text| {
        text.chars().map(|symbol| if is_taken(symbol) { '0' } else { symbol }).collect()
    })
}

/// Whether the fault is about the form of a member of this length.
pub(super) fn of_length(
    fault: &RejectReason,
    ask: &RequestContext<'_>,
    member: Member,
    length: usize,
) -> bool {
    form(fault, member) && ask.text(member).is_some_and(|text| text.chars().count() == length)
}

/// Refuses a member whose text `is_wrong` dislikes.
pub(super) fn refuse(
    ask: &RequestContext<'_>,
    member: Member,
    is_wrong: impl Fn(&str) -> bool,
) -> Option<ErrorReply> {
    let text = ask.text(member).filter(|text| is_wrong(text))?;
    let path = member.error_path();
    let text =
        format!("Value '{text}' at '{path}' failed to satisfy constraint: Member is refused");
    Some(ErrorReply::validation(&[&text]))
}

/// Changes the members of a JSON body before the request is looked at.
pub(super) fn edit_body(request: &mut WireRequest, edit: impl Fn(&mut Map<String, Value>)) {
    if request.method == "POST"
        && request.path.ends_with("/policy")
        && let Ok(Value::Object(mut members)) = serde_json::from_slice(&request.body)
    {
        edit(&mut members);
        request.body = Value::Object(members).to_string().into_bytes();
    }
}

/// Changes the path label of a request before it is looked at.
pub(super) fn edit_label(request: &mut WireRequest, edit: impl Fn(&str) -> Option<String>) {
    let parts: Vec<&str> = request.path.split('/').collect();
    let [_, dated, functions, label, rest @ ..] = parts.as_slice() else { return };
    if *functions != "functions" || rest.first() != Some(&"policy") {
        return;
    }
    let edited = crate::wire::decode(label).and_then(|label| edit(&label));
    if let Some(edited) = edited {
        let rest = rest.join("/");
        request.path = format!("/{dated}/functions/{}/{rest}", crate::wire::encode(&edited));
    }
}

/// The conditions under one operator.
pub(super) fn operator<'a>(
    statement: &'a mut Map<String, Value>,
    operator: &str,
) -> Option<&'a mut Map<String, Value>> {
    statement.get_mut("Condition")?.get_mut(operator)?.as_object_mut()
}

/// Takes one condition out; an operator and a Condition without content go with it.
pub(super) fn take_condition(
    statement: &mut Map<String, Value>,
    name: &str,
    key: &str,
) -> Option<Value> {
    let keys = operator(statement, name)?;
    let value = keys.shift_remove(key)?;
    let is_empty = keys.is_empty();
    let condition = statement.get_mut("Condition")?.as_object_mut()?;
    if is_empty {
        condition.shift_remove(name);
    }
    if condition.is_empty() {
        statement.shift_remove("Condition");
    }
    Some(value)
}

/// Puts one condition in.
pub(super) fn put_condition(
    statement: &mut Map<String, Value>,
    name: &str,
    key: &str,
    value: Value,
) {
    let condition = statement.entry("Condition").or_insert_with(|| json!({}));
    if let Some(condition) = condition.as_object_mut()
        && let Some(keys) = condition.entry(name).or_insert_with(|| json!({})).as_object_mut()
    {
        keys.insert(key.to_owned(), value);
    }
}

/// Moves one condition to another operator and key.
pub(super) fn move_condition(
    statement: &mut Map<String, Value>,
    from: (&str, &str),
    to: (&str, &str),
) {
    if let Some(value) = take_condition(statement, from.0, from.1) {
        put_condition(statement, to.0, to.1, value);
    }
}
