//! Wrong with revisions that are nearly the current one, or were it long ago.

use super::mutation::Mutation::{EditAnswer, Revision, RewriteRequest};
use super::mutation::{NamedRevision, Op};
use super::tools::{edit_body, list};

/// The revision that is current, where the policy exists.
fn current<'a>(write: &NamedRevision<'a>) -> Option<&'a str> {
    write.policy.revision.as_deref().filter(|_| write.policy.exists())
}

/// At most the first `count` characters.
fn head(text: &str, count: usize) -> &str {
    text.get(..count).unwrap_or(text)
}

/// The place of a revision among those of its policy, counted back from the current one.
fn age(write: &NamedRevision<'_>) -> Option<usize> {
    write.history.iter().rev().position(|known| known == write.named)
}

list! {
    "revision-cut" "takes the beginning of a revision for it"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| {
            write.named.len() >= 4 && current(write).is_some_and(|own| own.starts_with(write.named))
        });
    "revision-lengthened" "takes a text that begins with the revision for it"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| write.named.starts_with(own)));
    "revision-first-8" "compares the first 8 characters of revisions"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| head(own, 8) == head(write.named, 8)));
    "revision-all-but-last" "compares all but the last character of revisions"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| {
            own.len() == write.named.len() && head(own, own.len() - 1) == head(write.named, own.len() - 1)
        }));
    "revision-any-case" "compares revisions whatever their case"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| own.eq_ignore_ascii_case(write.named)));
    "revision-trimmed" "compares revisions without the blanks around them"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write) == Some(write.named.trim()));
    "revision-without-hyphens" "compares revisions without their hyphens"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| {
            own.replace('-', "") == write.named.replace('-', "")
        }));
    "revision-same-length" "compares the lengths of revisions"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some_and(|own| own.len() == write.named.len()));
    "revision-before-last" "refuses only the revision right before the current one"
        [RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| age(write).is_some_and(|age| age >= 2));
    "revision-one-back" "takes the revision right before the current one"
        [RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| current(write).is_some() && age(write) == Some(1));
    "revision-long-ago" "forgets revisions that are eight writes old, and takes them"
        [RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| age(write).is_some_and(|age| age >= 8));
    "revision-at-alias-unchecked" "checks RevisionId on the unqualified function only"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => Revision(|write| write.resource.qualifier.is_some());
    "revision-from-before-removal" "takes any revision from before the policy was last empty"
        [RevisionIdStaleRefused ErrorPrecondition] (RevisionId)
        => Revision(|write| {
            write.policy.statements.len() == 1
                && !write.policy.removed.is_empty()
                && age(write).is_some_and(|age| age >= 2)
        });
    "revision-of-content" "derives the revision from the policy's content"
        [RevisionIdChangesOnWrite] ()
        => EditAnswer(|response, op| {
            if op == Op::GetPolicy
                && response.status == 200
                && let Some(mut body) = response.json()
            {
                let policy = body["Policy"].as_str().unwrap_or_default();
                let sum = policy.bytes().fold(7_u64, |sum, byte| {
                    sum.wrapping_mul(31).wrapping_add(u64::from(byte))
                });
                body["RevisionId"] = format!("{sum:016x}").into();
                response.body = body.to_string().into_bytes();
            }
        }),
        RewriteRequest(|request, _| edit_body(request, |members| {
            members.shift_remove("RevisionId");
        }));
    "revision-empty-policy-removal" "takes any revision at the removal of the last statement"
        [RevisionIdStaleRefused ErrorPrecondition] () advisory
        => Revision(|write| write.is_removal && write.policy.statements.len() == 1);
    "remove-revision-cut" "takes the beginning of a revision for it where it removes"
        [ErrorPrecondition RevisionIdStaleRefused] () advisory
        => Revision(|write| {
            write.is_removal && current(write).is_some_and(|own| own.starts_with(write.named))
        });
}
