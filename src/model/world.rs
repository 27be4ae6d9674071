//! The known state of a target: functions, versions, aliases, and the policy of each resource.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The known state of a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// The account of the functions.
    pub account: String,
    /// The region.
    pub region: String,
    /// The partition of the region.
    pub partition: String,
    /// A role that the suite itself made in the target's IAM: it exists for certain.
    pub role: Option<String>,
    /// The functions, by name.
    pub functions: BTreeMap<String, Function>,
    /// Functions that were deleted and not made anew.
    pub deleted: BTreeSet<String>,
    /// Every revision that was ever read. A value outside this set was never issued.
    pub issued: BTreeSet<String>,
    /// Every StatementId that was ever sent. Another one cannot exist, even in an unknown policy.
    pub sent: BTreeSet<String>,
    /// Whether another write to the same function is running.
    pub contended: bool,
}

/// One function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// The published versions.
    pub versions: BTreeSet<String>,
    /// The aliases and their versions.
    pub aliases: BTreeMap<String, String>,
    /// The policy of each target: `None` for the unqualified function, else the qualifier.
    /// A target that is not listed has no policy.
    pub policies: BTreeMap<Option<String>, PolicyState>,
    /// Versions that were published after the function became known.
    pub late_versions: BTreeSet<String>,
    /// Aliases that were deleted.
    pub deleted_aliases: BTreeSet<String>,
    /// Aliases that were created again after their deletion.
    pub recreated_aliases: BTreeSet<String>,
    /// Whether the function was created again after its deletion.
    pub recreated: bool,
}

/// The policy of one resource, as far as known.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyState {
    /// It is known.
    Known(Policy),
    /// It is unknown: a response was lost, a write failed, or something was accepted that should
    /// not have been. Nothing is scored against it.
    Unknown(Policy),
}

/// A known policy. Without statements, the policy does not exist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The statements, in order of insertion.
    pub statements: Vec<Value>,
    /// The current revision, if it was read since the last write.
    pub revision: Option<String>,
    /// Earlier revisions of this policy.
    pub past: BTreeSet<String>,
    /// Ids of statements that were removed.
    pub removed: BTreeSet<String>,
    /// Ids of statements that were rejected since the last read.
    pub refused: BTreeSet<String>,
    /// The last revision that was read, and the events since.
    pub seen: Option<Seen>,
    /// Whether the document may have been put as a whole, so that only its statements are known.
    pub may_be_put: bool,
}

/// A revision that was read, and the number of events since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// The revision.
    pub revision: String,
    /// Writes to the policy.
    pub writes: u32,
    /// Rejected writes to the policy.
    pub refusals: u32,
    /// Reads, writes to other policies, published versions.
    pub others: u32,
}

impl Policy {
    /// The statement with this id.
    pub fn statement(&self, sid: &str) -> Option<&Value> {
        self.statements.iter().find(|statement| statement_id(statement) == Some(sid))
    }

    /// Whether the policy exists.
    pub fn exists(&self) -> bool {
        !self.statements.is_empty()
    }

    /// Notes a write to the policy, after which its revision is outdated.
    pub fn written(&mut self) {
        self.past.extend(self.revision.take());
        if let Some(seen) = &mut self.seen {
            seen.writes += 1;
        }
    }

    /// Notes that the revision may have changed without a write to the policy.
    pub fn revision_in_doubt(&mut self) {
        self.past.extend(self.revision.take());
        self.seen = None;
    }

    /// Notes a rejected write to the policy.
    pub fn refused(&mut self, sid: Option<&str>) {
        let free = sid.filter(|sid| self.statement(sid).is_none()).map(ToOwned::to_owned);
        self.refused.extend(free);
        if let Some(seen) = &mut self.seen {
            seen.refusals += 1;
        }
    }
}

/// The id of a statement.
pub fn statement_id(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}

impl PolicyState {
    /// The policy, if it is known.
    pub fn known(&self) -> Option<&Policy> {
        match self {
            Self::Known(policy) => Some(policy),
            Self::Unknown(_) => None,
        }
    }

    /// The last known policy.
    pub fn last(&self) -> &Policy {
        match self {
            Self::Known(policy) | Self::Unknown(policy) => policy,
        }
    }

    /// The last known policy, mutably.
    pub fn last_mut(&mut self) -> &mut Policy {
        match self {
            Self::Known(policy) | Self::Unknown(policy) => policy,
        }
    }

    /// Marks the policy as unknown.
    pub fn forget(&mut self) {
        let mut policy = std::mem::take(self.last_mut());
        policy.written();
        policy.seen = None;
        *self = Self::Unknown(policy);
    }
}

impl Default for PolicyState {
    fn default() -> Self {
        Self::Known(Policy::default())
    }
}

impl World {
    /// The ARN of a function, a version or an alias.
    pub fn arn(&self, function: &str, qualifier: Option<&str>) -> String {
        let Self { partition, region, account, .. } = self;
        let suffix = qualifier.map(|name| format!(":{name}")).unwrap_or_default();
        format!("arn:{partition}:lambda:{region}:{account}:function:{function}{suffix}")
    }

    /// The policy of one resource.
    pub fn policy(&self, function: &str, qualifier: Option<&str>) -> Cow<'_, PolicyState> {
        self.functions
            .get(function)
            .and_then(|found| found.policies.get(&qualifier.map(ToOwned::to_owned)))
            .map_or_else(|| Cow::Owned(PolicyState::default()), Cow::Borrowed)
    }

    /// The policy of one resource, mutably; `None` if the function is unknown.
    pub fn policy_mut(
        &mut self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Option<&mut PolicyState> {
        let found = self.functions.get_mut(function)?;
        Some(found.policies.entry(qualifier.map(ToOwned::to_owned)).or_default())
    }

    /// Notes something that must not move the revision of any policy but `except`: a write to
    /// that one, or a version that was published.
    pub fn happened(&mut self, except: Option<(&str, Option<&str>)>) {
        for (name, function) in &mut self.functions {
            for (qualifier, state) in &mut function.policies {
                if except == Some((name.as_str(), qualifier.as_deref())) {
                    continue;
                }
                if let Some(seen) = &mut state.last_mut().seen {
                    seen.others += 1;
                }
            }
        }
    }

    /// Marks every policy as unknown.
    pub fn forget_all(&mut self) {
        self.functions.values_mut().for_each(Function::forget);
    }

    /// Forgets the history of policies that are empty again.
    pub fn forget_history(&mut self) {
        self.sent.clear();
        for function in self.functions.values_mut() {
            function.policies.retain(|_, state| state.known().is_none_or(Policy::exists));
        }
    }

    /// Whether all policies are known.
    pub fn is_known(&self) -> bool {
        self.functions
            .values()
            .flat_map(|function| function.policies.values())
            .all(|policy| policy.known().is_some())
    }

    /// Whether certainly no statement exists.
    pub fn is_clean(&self) -> bool {
        self.functions
            .values()
            .flat_map(|function| function.policies.values())
            .all(|policy| policy.known().is_some_and(|policy| !policy.exists()))
    }
}

impl Function {
    /// Marks every policy of the function as unknown.
    pub fn forget(&mut self) {
        let mut targets: BTreeSet<Option<String>> = self.policies.keys().cloned().collect();
        targets.insert(None);
        targets.extend(self.versions.iter().cloned().map(Some));
        targets.extend(self.aliases.keys().cloned().map(Some));
        for target in targets {
            self.policies.entry(target).or_default().forget();
        }
    }

    /// Whether the qualifier names a version or an alias.
    pub fn has(&self, qualifier: &str) -> bool {
        self.versions.contains(qualifier) || self.aliases.contains_key(qualifier)
    }
}
