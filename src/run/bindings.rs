//! What the references of a scenario (`$function.a`, `$revision.current`) stand for at one step.

use std::borrow::Cow;

use crate::model::PolicyResource;
use crate::model::name::FunctionName;
use crate::scenario::{Bindings, Operation};

use super::session::Session;

/// A revision that no target issues.
const NEVER_ISSUED: &str = "00000000-dead-4bad-9bad-c0ffee000000";

impl Session {
    pub(super) fn bindings(&self, operation: &Operation) -> StepBindings<'_> {
        let (name, qualifier) = match operation {
            Operation::AddPermission(add) => (Some(&add.function_name), add.qualifier.as_ref()),
            Operation::RemovePermission(remove) => {
                (Some(&remove.function_name), remove.qualifier.as_ref())
            }
            Operation::GetPolicy(get) => (Some(&get.function_name), get.qualifier.as_ref()),
            _ => (None, None),
        };
        let resource = name.and_then(|name| {
            let name = FunctionName::read(&name.resolve(&self.provisioned).ok()?)?;
            let qualifier = match qualifier {
                Some(qualifier) => Some(qualifier.resolve(&self.provisioned).ok()?),
                None => name.suffix,
            };
            Some(PolicyResource { function: name.name, qualifier })
        });
        StepBindings { session: self, resource }
    }
}

/// The text without its last characters.
fn shortened(text: &str, by: usize) -> String {
    let keep = text.chars().count().saturating_sub(by);
    text.chars().take(keep).collect()
}

/// The text with its letters in the other case: all small, or all large where they are small.
fn other_case(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}

/// The text with another last character of the same kind.
fn other_end(text: &str) -> String {
    let last = text.chars().last();
    let other = if last == Some('0') { '1' } else { '0' };
    format!("{}{other}", shortened(text, 1))
}

/// The values of the references in one step.
pub(super) struct StepBindings<'a> {
    session: &'a Session,
    resource: Option<PolicyResource>,
}

impl Bindings for StepBindings<'_> {
    fn value(&self, reference: &str) -> Option<Cow<'_, str>> {
        let Some(revision) = reference.strip_prefix("revision.") else {
            return self.session.provisioned.value(reference);
        };
        let world = &self.session.world;
        let own = self
            .resource
            .as_ref()
            .map(|own| world.policy(&own.function, own.qualifier.as_deref()).last().clone());
        let current = own.as_ref().and_then(|policy| policy.revision.clone());
        let nearly = |edit: fn(&str) -> String| {
            let current = current.as_deref()?;
            Some(edit(current)).filter(|edited| edited != current && !edited.is_empty())
        };
        let found = match revision {
            "current" => current,
            "current.cut" => nearly(|text| shortened(text, 1)),
            "current.half" => nearly(|text| shortened(text, text.chars().count() / 2)),
            "current.other-case" => nearly(other_case),
            "current.other-end" => nearly(other_end),
            "current.bare" => nearly(|text| text.replace('-', "")),
            "stale" => own.and_then(|policy| {
                policy.past.into_iter().find(|past| Some(past) != current.as_ref())
            }),
            "foreign" => world
                .functions
                .iter()
                .flat_map(|(name, function)| {
                    function
                        .policies
                        .iter()
                        .map(move |(qualifier, policy)| (name, qualifier, policy))
                })
                .filter(|(name, qualifier, _)| {
                    self.resource
                        .as_ref()
                        .is_none_or(|own| own.function != **name || own.qualifier != **qualifier)
                })
                .find_map(|(_, _, policy)| policy.last().revision.clone())
                .filter(|foreign| Some(foreign) != current.as_ref()),
            _ if revision.starts_with("past.") => {
                // `revision.past.N`: the revisions before the current one, in no order.
                let number = revision.strip_prefix("past.").and_then(|text| text.parse().ok());
                let mut past = own.map(|policy| policy.past).unwrap_or_default();
                if let Some(current) = &current {
                    past.remove(current);
                }
                number.and_then(|number| past.into_iter().nth(number))
            }
            _ => {
                // `revision.alias.KEY.NAME`: the revision that was issued last for the function.
                let key = revision.strip_prefix("alias.")?.split('.').next()?;
                self.session.provisioned.functions.get(key)?.revision_ids.last().cloned()
            }
        };
        // What does not exist is spelled by a value that was never issued; the judge sees bytes.
        Some(Cow::Owned(found.unwrap_or_else(|| NEVER_ISSUED.to_owned())))
    }
}
