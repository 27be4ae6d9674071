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
        let found = match revision {
            "current" => current,
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
