//! What to call a bug: a sentence that could be the title of an issue.

use std::collections::BTreeMap;

use super::condition::Condition;
use super::exhibit::{Exhibit, Fact, Kind, Op, kind};
use crate::contract::RuleId;
use crate::server::mutants::Planted;

/// The longest id, in characters.
const LONGEST_ID: usize = 56;

/// The title of a mutant: its own words, without the server that it was taken from.
pub fn of_mutant(planted: &Planted) -> String {
    let about = planted.mutant.about;
    let end =
        [", as moto", ", as MiniStack", ", as fakecloud", ", as RemovePermission", ", as AWS did"]
            .iter()
            .filter_map(|tail| about.find(tail))
            .min()
            .unwrap_or(about.len());
    let mut text = capitalised(&about[..end]);
    if !planted.except.is_empty() {
        let names: Vec<&str> = planted.except.iter().map(|member| member.name()).collect();
        text = format!("{text} (but for {})", names.join(", "));
    }
    text
}

/// The name of a mutant with its exceptions, as `permspec serve --mutant` takes it.
pub fn name_of(planted: &Planted) -> String {
    let mut name = planted.mutant.name.to_owned();
    for member in &planted.except {
        name.push('!');
        name.push_str(member.name());
    }
    name
}

/// The title of what no mutant predicts: what happens, and when.
pub fn of_kind(op: Op, kind: &Kind, example: &Fact, condition: &Condition) -> String {
    let what = what(op, kind, example);
    match condition.text() {
        Some(when) => format!("{what} when {when}"),
        None => what,
    }
}

fn operation(op: Op) -> &'static str {
    match op {
        Op::Add => "AddPermission",
        Op::Get => "GetPolicy",
        Op::Remove => "RemovePermission",
        Op::Other => "A request to a path that names no operation",
    }
}

fn what(op: Op, kind: &Kind, example: &Fact) -> String {
    let operation = operation(op);
    let finding = &example.finding;
    let bounded = |text: &str| text.chars().take(60).collect::<String>();
    match kind {
        Kind::Fails(status) => format!("{operation} fails with {status}"),
        Kind::Refuses => format!("{operation} refuses with {}", bounded(&finding.actual)),
        Kind::Accepts => format!("{operation} accepts what AWS refuses"),
        Kind::Misreports(status, code) if code.is_empty() => {
            format!("{operation} refuses with {status} and without a code")
        }
        Kind::Misreports(status, code) => {
            format!("{operation} refuses with {status} {}", bounded(code))
        }
        Kind::OtherSuccess(status) => format!("{operation} succeeds with {status}"),
        Kind::Statement(path) => {
            let path = bounded(path.strip_prefix("statement.").unwrap_or(path));
            let difference = finding.differences.first();
            if difference.is_some_and(|it| it.actual.is_null()) {
                format!("The statement lacks {path}")
            } else if difference.is_some_and(|it| it.expected.is_null()) {
                format!("The statement has a {path} that was not asked for")
            } else {
                format!("The statement has another {path}")
            }
        }
        Kind::Policy(rule, key) => policy(*rule, key),
        Kind::Form(RuleId::ErrorShape, path) => {
            format!("{operation} answers errors with another {}", bounded(path))
        }
        Kind::Form(_, path) => format!("{operation} succeeds with another {}", bounded(path)),
        Kind::Text => format!("{operation} words an error differently"),
        Kind::Lost(how) => match how.as_str() {
            "timeout" => format!("{operation} is not answered in time"),
            "garbled" => format!("{operation} is answered with something that is not HTTP"),
            _ => format!("{operation} is not answered: the connection ends"),
        },
    }
}

fn policy(rule: RuleId, key: &str) -> String {
    match (rule, key) {
        (RuleId::PolicyDocument, _) => "GetPolicy answers in another form".into(),
        (_, "lost" | "the policy is gone") => "A statement is lost from the policy".into(),
        (RuleId::PolicyPerTarget, "stray") => {
            "A policy shows a statement of another qualifier".into()
        }
        (RuleId::FunctionIsolated, "stray") => {
            "A policy shows a statement of another function".into()
        }
        (RuleId::ErrorNotStored, "stray") => "A statement that was refused is stored".into(),
        (RuleId::RemoveOneOnly, "stray") => "A removed statement is still in the policy".into(),
        (_, "stray") => "A policy shows a statement that nobody added".into(),
        (_, "twice") => "A policy shows a statement twice".into(),
        (_, "changed") => "The stored statement differs from the one that was returned".into(),
        (_, "order") => "GetPolicy shows the statements in another order".into(),
        (RuleId::PolicyAbsent, _) => "GetPolicy succeeds where there is no policy".into(),
        (RuleId::RevisionIdChangesOnWrite, _) => "RevisionId stays the same after a write".into(),
        (RuleId::RevisionIdStableOtherwise | RuleId::ErrorRevisionUntouched, _) => {
            "RevisionId changes without a write".into()
        }
        (rule, _) => format!("A policy breaks {rule}"),
    }
}

/// The kind that most facts are of, with an example and its operation.
pub fn leading<'a>(shown: &[(&'a Exhibit, &'a Fact)]) -> Option<(Op, Kind, &'a Fact)> {
    let mut counts: BTreeMap<(Op, Kind), (usize, &Fact)> = BTreeMap::new();
    for (exhibit, fact) in shown {
        let entry =
            counts.entry((exhibit.op, kind(&fact.finding, exhibit.status))).or_insert((0, fact));
        // What is scored speaks for a bug before what is only reported.
        entry.0 += if fact.finding.advisory { 1 } else { 100 };
    }
    let ((op, kind), (_, fact)) = counts.into_iter().max_by_key(|(_, (count, _))| *count)?;
    Some((op, kind, fact))
}

/// A text as an id: small letters, digits and hyphens, cut between words.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for symbol in text.chars() {
        if symbol.is_ascii_alphanumeric() {
            slug.push(symbol.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    match slug.char_indices().nth(LONGEST_ID) {
        None => slug.to_owned(),
        Some((end, _)) => {
            let cut = &slug[..end];
            cut.rsplit_once('-').map_or(cut, |(whole, _)| whole).to_owned()
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut symbols = text.chars();
    match symbols.next() {
        Some(first) => first.to_uppercase().chain(symbols).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_named_for_the_maintainer_of_any_server() {
        let mutant = crate::server::mutants::find("statement-id-unchecked").unwrap();
        let planted = Planted { mutant, except: Vec::new() };
        assert_eq!(of_mutant(&planted), "Takes any text as StatementId");
    }

    #[test]
    fn a_slug_is_short_and_plain() {
        assert_eq!(
            slug("AddPermission fails with 500 when X: is \"y\""),
            "addpermission-fails-with-500-when-x-is-y"
        );
    }
}
