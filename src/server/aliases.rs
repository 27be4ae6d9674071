//! Operations on aliases, and their effect on policies.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::functions::{Outcome, existing};
use super::mutants::StateMutation;
use super::readings::Reading;
use super::reference::ReferenceServer;
use super::reply::ErrorReply;
use super::state::{AliasDetails, State};
use crate::contract::{ErrorCode, messages};
use crate::model::PolicyResource;

impl ReferenceServer {
    pub(super) fn create_alias(
        &self,
        state: &mut State,
        resource: &PolicyResource,
        input: &Map<String, Value>,
    ) -> Outcome {
        existing(state, resource)?;
        let text = |member: &str| input.get(member).and_then(Value::as_str).unwrap_or_default();
        let (alias, points_at) = (text("Name"), text("FunctionVersion"));
        let is_name = (1..=128).contains(&alias.len())
            && alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            && !alias.bytes().all(|byte| byte.is_ascii_digit());
        if !is_name {
            return Err(ErrorReply::validation(&[&format!(
                "Value '{alias}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
            )]));
        }
        version_exists(state, &resource.function, points_at)?;
        let revision = state.new_revision(self.readings());
        let arn = state.world.arn(&resource.function, Some(alias));
        let details = aliases(state, &resource.function)?;
        if details.contains_key(alias) {
            let text = format!("Alias already exists: {arn}");
            return Err(ErrorReply::new(ErrorCode::ResourceConflictException, text));
        }
        let description = text("Description").to_owned();
        details.insert(alias.to_owned(), AliasDetails { description, revision });
        let risen =
            state.deleted_alias_policies.remove(&(resource.function.clone(), alias.to_owned()));
        if let Some(function) = state.world.functions.get_mut(&resource.function) {
            function.aliases.insert(alias.to_owned(), points_at.to_owned());
            if let Some(policy) = risen {
                function.policies.insert(Some(alias.to_owned()), policy);
            }
        }
        Ok(self.json(201, &alias_configuration(state, &resource.function, alias)?))
    }

    pub(super) fn update_alias(
        &self,
        state: &mut State,
        resource: &PolicyResource,
        alias: &str,
        input: &Map<String, Value>,
    ) -> Outcome {
        alias_configuration(state, &resource.function, alias)?;
        let revision = state.new_revision(self.readings());
        if let Some(points_at) = input.get("FunctionVersion").and_then(Value::as_str) {
            version_exists(state, &resource.function, points_at)?;
            if let Some(function) = state.world.functions.get_mut(&resource.function) {
                function.aliases.insert(alias.to_owned(), points_at.to_owned());
            }
        }
        if let Some(details) = aliases(state, &resource.function)?.get_mut(alias) {
            details.revision = revision;
            if let Some(description) = input.get("Description").and_then(Value::as_str) {
                description.clone_into(&mut details.description);
            }
        }
        if self.does(StateMutation::UpdateAliasDropsPolicy)
            && let Some(function) = state.world.functions.get_mut(&resource.function)
        {
            function.policies.remove(&Some(alias.to_owned()));
        }
        Ok(self.json(200, &alias_configuration(state, &resource.function, alias)?))
    }

    /// Deletes an alias, and its policy with it unless a reading or a mutant keeps it.
    pub(super) fn delete_alias_policies(&self, state: &mut State, function: &str, alias: &str) {
        if let Some(details) = state.details.get_mut(function) {
            details.aliases.remove(alias);
        }
        let Some(found) = state.world.functions.get_mut(function) else { return };
        found.aliases.remove(alias);
        let policy = found.policies.remove(&Some(alias.to_owned()));
        let survives = self.readings().has(Reading::AliasPolicySurvives)
            || self.does(StateMutation::AliasPolicySurvives);
        if let Some(policy) = policy.filter(|_| survives) {
            state.deleted_alias_policies.insert((function.to_owned(), alias.to_owned()), policy);
        }
    }
}

fn aliases<'a>(
    state: &'a mut State,
    function: &str,
) -> Result<&'a mut BTreeMap<String, AliasDetails>, ErrorReply> {
    let arn = state.world.arn(function, None);
    let details = state.details.get_mut(function);
    details
        .map(|details| &mut details.aliases)
        .ok_or_else(|| ErrorReply::not_found(messages::function_not_found(&arn)))
}

fn version_exists(state: &State, function: &str, version: &str) -> Result<(), ErrorReply> {
    let known = version == "$LATEST"
        || state.world.functions.get(function).is_some_and(|f| f.versions.contains(version));
    if known {
        return Ok(());
    }
    let arn = state.world.arn(function, Some(version));
    Err(ErrorReply::not_found(messages::function_not_found(&arn)))
}

/// The configuration of an alias.
pub(super) fn alias_configuration(
    state: &State,
    function: &str,
    alias: &str,
) -> Result<Value, ErrorReply> {
    let arn = state.world.arn(function, Some(alias));
    let missing = || ErrorReply::not_found(format!("Cannot find alias arn: {arn}"));
    let details = state.details.get(function).ok_or_else(missing)?;
    let found = details.aliases.get(alias).ok_or_else(missing)?;
    let points_at = state.world.functions.get(function).and_then(|f| f.aliases.get(alias));
    Ok(json!({
        "AliasArn": arn,
        "Name": alias,
        "FunctionVersion": points_at,
        "Description": found.description,
        "RevisionId": found.revision,
    }))
}
