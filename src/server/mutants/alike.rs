//! Wrong where StatementIds are alike: in one policy stand ids that begin alike, or differ in
//! nothing but case, separators or leading zeros.

use serde_json::Value;

use super::mutation::Mutation::{EditList, Removes, SameId};
use super::tools::list;

/// At most the first `count` characters.
fn head(text: &str, count: usize) -> &str {
    text.get(..count).unwrap_or(text)
}

/// At most the last `count` characters.
fn tail(text: &str, count: usize) -> &str {
    let from = text.char_indices().rev().take(count).last().map_or(text.len(), |(at, _)| at);
    text.get(from..).unwrap_or(text)
}

/// The text without its separators.
fn bare(text: &str) -> String {
    text.replace(['-', '_'], "")
}

/// The text as a number.
fn number(text: &str) -> Option<u128> {
    text.parse().ok()
}

/// Whether a text fits a pattern of SQL's `LIKE`, in which `_` is any one character.
fn is_like(pattern: &str, text: &str) -> bool {
    pattern.len() == text.len()
        && pattern.bytes().zip(text.bytes()).all(|(wanted, own)| wanted == b'_' || wanted == own)
}

/// The sum of the characters, as a poor hash has it.
fn sum(text: &str) -> u32 {
    text.bytes().map(u32::from).sum()
}

fn sid(statement: &Value) -> &str {
    statement.get("Sid").and_then(Value::as_str).unwrap_or_default()
}

list! {
    "sid-first-32" "tells StatementIds apart by their first 32 characters"
        [StatementIdUniquePerPolicy StatementIdLength StatementIdPattern SuccessStatus] (StatementId)
        => SameId(|one, other| head(one, 32) == head(other, 32));
    "sid-first-64" "tells StatementIds apart by their first 64 characters"
        [StatementIdUniquePerPolicy StatementIdLength StatementIdPattern SuccessStatus] (StatementId)
        => SameId(|one, other| head(one, 64) == head(other, 64));
    "sid-last-24" "tells StatementIds apart by their last 24 characters"
        [StatementIdUniquePerPolicy StatementIdLength StatementIdPattern SuccessStatus] (StatementId)
        => SameId(|one, other| tail(one, 24) == tail(other, 24));
    "sid-separators-ignored" "overlooks hyphens and underscores in StatementIds"
        [StatementIdUniquePerPolicy StatementIdPattern SuccessStatus QualifierAliasOnLatest] (StatementId)
        => SameId(|one, other| bare(one) == bare(other));
    "sid-separators-alike" "takes hyphens and underscores in StatementIds for one"
        [StatementIdUniquePerPolicy StatementIdPattern SuccessStatus QualifierAliasOnLatest] (StatementId)
        => SameId(|one, other| one.replace('_', "-") == other.replace('_', "-"));
    "sid-numbers-alike" "takes StatementIds of digits for numbers"
        [StatementIdUniquePerPolicy StatementIdPattern SuccessStatus] (StatementId)
        => SameId(|one, other| one == other || (number(one).is_some() && number(one) == number(other)));
    "sid-anagrams-alike" "tells StatementIds apart by the sum of their characters"
        [StatementIdUniquePerPolicy StatementIdPattern SuccessStatus] (StatementId)
        => SameId(|one, other| sum(one) == sum(other));
    "sid-begins-like-one-taken" "refuses a StatementId that a taken one begins with"
        [StatementIdUniquePerPolicy StatementIdPattern StatementIdLength SuccessStatus] (StatementId)
        => SameId(|one, other| other.starts_with(one));
    "sid-within-one-taken" "looks for a StatementId anywhere in the text of the policy"
        [StatementIdUniquePerPolicy StatementIdPattern StatementIdLength SuccessStatus] (StatementId)
        => SameId(|one, other| other.contains(one));
    "remove-any-case" "removes statements whose Sid differs in case"
        [RemoveOneOnly RemoveNotFound PolicyAbsent] ()
        => Removes(str::eq_ignore_ascii_case);
    "remove-first-64" "removes by the first 64 characters of the Sid"
        [RemoveOneOnly RemoveNotFound] ()
        => Removes(|asked, known| head(asked, 64) == head(known, 64));
    "remove-like" "removes with the Sid as pattern of LIKE"
        [RemoveOneOnly] ()
        => Removes(is_like);
    "remove-by-end" "removes statements whose Sid ends like the one asked for"
        [RemoveOneOnly] ()
        => Removes(|asked, known| known.ends_with(asked));
    "remove-by-number" "takes Sids of digits for numbers where it removes"
        [RemoveOneOnly RemoveNotFound] ()
        => Removes(|asked, known| {
            asked == known || (number(asked).is_some() && number(asked) == number(known))
        });
    "remove-separators-alike" "takes hyphens and underscores for one where it removes"
        [RemoveOneOnly] ()
        => Removes(|asked, known| asked.replace('_', "-") == known.replace('_', "-"));
    "readded-in-front" "puts a statement whose StatementId was removed before in front"
        [PolicyOrder RemoveOneOnly] ()
        => EditList(|statements, write| {
            if !write.is_removal
                && write.removed.contains(write.sid)
                && let Some(last) = statements.pop()
            {
                statements.insert(0, last);
            }
        });
    "removed-by-swapping" "puts the last statement into the place of one that is removed"
        [PolicyOrder RemoveOneOnly] ()
        => EditList(|statements, write| {
            // The place is not known any more: the middle is near enough.
            let middle = statements.len() / 2;
            if write.is_removal && statements.len() > 2 {
                let last = statements.len() - 1;
                statements[middle..=last].rotate_right(1);
            }
        });
    "cut-sid-collides" "stores Sids cut to 48 characters where another one begins alike"
        [PolicyExact] ()
        => EditList(|statements, write| {
            let is_alike = |known: &Value| {
                sid(known) != write.sid && head(sid(known), 48) == head(write.sid, 48)
            };
            if !write.is_removal
                && write.sid.len() > 48
                && statements.iter().any(is_alike)
                && let Some(last) = statements.last_mut()
            {
                last["Sid"] = head(write.sid, 48).into();
            }
        });
}
