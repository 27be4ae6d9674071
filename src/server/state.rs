//! The state of the server: the world of the model, and what other operations need.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::{Map, Value};

use super::digest;
use super::readings::{Reading, Readings};
use crate::model::{Policy, PolicyResource, PolicyState, World};

/// The state of the server.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Functions, versions, aliases and policies.
    pub world: World,
    /// Details that the model does not need, by function.
    pub details: BTreeMap<String, Details>,
    /// Policies of deleted aliases, by function and alias.
    pub deleted_alias_policies: BTreeMap<(String, String), PolicyState>,
    /// The last policies of deleted functions, by name.
    pub deleted_policies: BTreeMap<String, Policy>,
    /// Functions with a running write.
    pub busy: BTreeSet<String>,
    /// How many adds a racy mutant has under way.
    pub crowd: usize,
    /// The revisions of each policy, the oldest first; mutants look at them.
    histories: BTreeMap<PolicyResource, Vec<String>>,
    /// The counter of revisions.
    counter: u64,
}

/// Details of a function that the model does not need.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    /// The members of the configuration that the caller chose.
    pub settings: Map<String, Value>,
    /// The code's digest.
    pub code: String,
    /// The code's size.
    pub size: usize,
    /// The function's own revision.
    pub revision: String,
    /// Whether anything changed since the last version was published.
    pub changed: bool,
    /// The number of the last version that was published.
    pub last_version: u32,
    /// The versions.
    pub versions: BTreeMap<String, VersionDetails>,
    /// The aliases.
    pub aliases: BTreeMap<String, AliasDetails>,
    /// The tags.
    pub tags: Map<String, Value>,
    /// The reserved concurrency, if any.
    pub reserved: Option<u64>,
    /// The time until which the function is pending.
    pub pending_until: Option<Instant>,
    /// Until when the operations on its policy do not find it, where that takes time.
    pub late_until: Option<Instant>,
}

impl Details {
    /// Whether the operations on its policy find the function.
    pub fn is_found(&self) -> bool {
        self.late_until.is_none_or(|until| Instant::now() >= until)
    }

    /// Whether the function is still being created.
    pub fn is_pending(&self) -> bool {
        self.pending_until.is_some_and(|until| Instant::now() < until)
    }
}

/// One published version.
#[derive(Clone, Debug, Default)]
pub(super) struct VersionDetails {
    /// The settings when it was published.
    pub settings: Map<String, Value>,
    /// The code's digest.
    pub code: String,
    /// The code's size.
    pub size: usize,
    /// The version's revision.
    pub revision: String,
}

/// One alias.
#[derive(Clone, Debug, Default)]
pub(super) struct AliasDetails {
    /// What the caller says of it.
    pub description: String,
    /// The alias's own revision.
    pub revision: String,
}

impl State {
    /// A state in which nothing but the world's own places are known.
    pub fn new(world: World) -> Self {
        Self { world, ..Self::default() }
    }

    /// A new revision.
    pub fn new_revision(&mut self, readings: Readings) -> String {
        self.counter += 1;
        if readings.has(Reading::RevisionNumbers) {
            return (1_000 + self.counter).to_string();
        }
        let uuid = digest::uuid("revision", self.counter);
        if readings.has(Reading::RevisionHashes) {
            return digest::hex(&digest::sha256(uuid.as_bytes()));
        }
        uuid
    }

    /// The policy of one resource.
    pub fn policy(&self, resource: &PolicyResource) -> Policy {
        self.world.policy(&resource.function, resource.qualifier.as_deref()).last().clone()
    }

    /// Changes the policy of one resource, if its function exists.
    pub fn change_policy(&mut self, resource: &PolicyResource, change: impl FnOnce(&mut Policy)) {
        let policy = self.world.policy_mut(&resource.function, resource.qualifier.as_deref());
        if let Some(policy) = policy {
            change(policy.last_mut());
        }
    }

    /// Gives a policy a new revision.
    pub fn renew_revision(&mut self, resource: &PolicyResource, readings: Readings) {
        let revision = self.new_revision(readings);
        self.histories.entry(resource.clone()).or_default().push(revision.clone());
        self.change_policy(resource, |policy| {
            policy.written();
            policy.revision = Some(revision);
        });
    }

    /// The revisions of a policy, the oldest first.
    pub fn history(&self, resource: &PolicyResource) -> &[String] {
        self.histories.get(resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// The own revision of what a grant is on: of the function, the version or the alias.
    pub fn own_revision(&self, resource: &PolicyResource) -> Option<&str> {
        let details = self.details.get(&resource.function)?;
        Some(match &resource.qualifier {
            None => &details.revision,
            Some(name) => match details.aliases.get(name) {
                Some(alias) => &alias.revision,
                None => &details.versions.get(name)?.revision,
            },
        })
    }

    /// The grants whose policies belong to one function.
    pub fn targets(&self, function: &str) -> Vec<PolicyResource> {
        let found = self.world.functions.get(function);
        found
            .into_iter()
            .flat_map(|found| found.policies.keys())
            .map(|qualifier| PolicyResource {
                function: function.into(),
                qualifier: qualifier.clone(),
            })
            .collect()
    }
}
