//! What was made for a scenario, and why something could not be made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::observation::{Answer, TransportFault};
use crate::scenario::Bindings;

/// The functions that were made for one scenario, as the target described them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// The functions by their keys in the fixture.
    pub functions: BTreeMap<String, ProvisionedFunction>,
    /// The execution role that the functions were made with.
    pub role: String,
    /// Whether this run made the role in the target's IAM, so that it exists for certain.
    pub role_made: bool,
    /// The account, learnt from a function's ARN.
    pub account: String,
    /// The region, learnt from a function's ARN.
    pub region: String,
    /// The partition: that of the region, and of the ARN where the region is none of AWS's.
    pub partition: String,
    /// Whether the function is the user's own: then it is neither made nor deleted.
    pub adopted: bool,
    /// What the names of this run's functions begin with.
    pub namespace: String,
}

/// One function of a fixture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvisionedFunction {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The published versions in the order in which they were published.
    pub versions: Vec<String>,
    /// The aliases with what they point at, as the target numbers it.
    pub aliases: Vec<(String, String)>,
    /// Every RevisionId that an answer about the function, a version or an alias carried.
    pub revision_ids: Vec<String>,
}

impl Bindings for Provisioned {
    fn value(&self, reference: &str) -> Option<Cow<'_, str>> {
        let known = |text: &'_ str| (!text.is_empty()).then_some(());
        if let Some(length) = reference.strip_prefix("prefix.") {
            return self.prefix_of(length.parse().ok()?).map(Cow::Owned);
        }
        let value = match reference {
            "account" => &self.account,
            "region" => &self.region,
            "partition" => &self.partition,
            "role" => &self.role,
            "prefix" => &self.namespace,
            _ => {
                if let Some(key) = reference.strip_prefix("function.") {
                    &self.functions.get(key)?.name
                } else {
                    let (key, number) = reference.strip_prefix("version.")?.rsplit_once('.')?;
                    self.functions.get(key)?.version(number)?
                }
            }
        };
        known(value).map(|()| Cow::Borrowed(value.as_str()))
    }
}

impl Provisioned {
    /// The beginning of this run's names, made up to so many characters: a name that is ours, and
    /// nobody's.
    fn prefix_of(&self, length: usize) -> Option<String> {
        let missing =
            length.checked_sub(self.namespace.len()).filter(|_| length <= LONGEST_NAME)?;
        (!self.namespace.is_empty()).then(|| format!("{}{}", self.namespace, "x".repeat(missing)))
    }
}

/// The longest name that a `${prefix.LENGTH}` stands for.
const LONGEST_NAME: usize = 2_000;

impl ProvisionedFunction {
    /// The version that was published as number `number`, counted from 1.
    fn version(&self, number: &str) -> Option<&String> {
        self.versions.get(number.parse::<usize>().ok()?.checked_sub(1)?)
    }

    /// What a fixture's `$LATEST` or `1` is called by the target. A number that was never
    /// published stays as it is, for the target to refuse.
    pub(super) fn version_name(&self, version: &str) -> String {
        self.version(version).cloned().unwrap_or_else(|| version.to_owned())
    }

    /// Keeps the revision that an answer carries, unless it is the one seen last.
    pub(super) fn keep_revision(&mut self, answer: &Answer) {
        let revision = answer.revision();
        if revision.is_some() && self.revision_ids.last().map(String::as_str) != revision {
            self.revision_ids.extend(revision.map(str::to_owned));
        }
    }
}

/// Something that could not be deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} {name} could not be deleted: {why}")]
pub struct Leftover {
    /// `function` or `role`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What the target answered.
    pub why: String,
}

/// Why a fixture could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixtureError {
    /// The request was kept back.
    #[error("{operation} on {name} was {fault}")]
    Withheld {
        /// AWS's name of the operation.
        operation: &'static str,
        /// The function.
        name: String,
        /// Why.
        fault: TransportFault,
    },
    /// The target gave no whole answer.
    #[error("{operation} on {name} got no answer: {fault}; see whether the target still runs")]
    Transport {
        /// AWS's name of the operation.
        operation: &'static str,
        /// The function.
        name: String,
        /// What happened.
        fault: TransportFault,
    },
    /// The target knows no such operation.
    #[error(
        "the target does not support {operation} ({answer}); \
         leave out what needs it, or test a target that does"
    )]
    Unsupported {
        /// AWS's name of the operation.
        operation: &'static str,
        /// Status, code and message.
        answer: String,
    },
    /// The target refused.
    #[error("{operation} on {name} was refused: {answer}; fixtures need it to succeed")]
    Refused {
        /// AWS's name of the operation.
        operation: &'static str,
        /// The function.
        name: String,
        /// Status, code and message.
        answer: String,
    },
    /// CreateFunction refused the role, and no other could be made.
    #[error(
        "CreateFunction refused the execution role ({create}) and CreateRole did not help \
         ({role}); name a role that exists"
    )]
    Role {
        /// What CreateFunction answered.
        create: String,
        /// What CreateRole answered.
        role: String,
    },
    /// A success says something that cannot be right.
    #[error("{operation} on {name} succeeded, but {why}; the fixture cannot be trusted")]
    OddAnswer {
        /// AWS's name of the operation.
        operation: &'static str,
        /// The function.
        name: String,
        /// What is odd.
        why: String,
    },
    /// A function stayed unready.
    #[error(
        "{name} did not become ready in {seconds} s (last {state}); wait longer, or less busily"
    )]
    NeverReady {
        /// The function.
        name: String,
        /// How long was waited.
        seconds: u64,
        /// `State` and `LastUpdateStatus`.
        state: String,
    },
    /// A name is longer than Lambda admits.
    #[error("the function name {0:?} is longer than 64 characters; choose a shorter prefix")]
    NameTooLong(String),
    /// A function that a scenario wants is there already, and not ours.
    #[error("a function {0:?} exists already and is not this run's; delete or rename it first")]
    NameTaken(String),
    /// Nobody has this function.
    #[error("function {0:?} does not exist on the target ({1}); name one that exists")]
    NoSuchFunction(String, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stand_for_what_the_target_decided() {
        let function = ProvisionedFunction {
            name: "ps-b.1".into(),
            versions: vec!["3".into(), "7".into()],
            ..ProvisionedFunction::default()
        };
        let fixture = Provisioned {
            functions: [("b.1".to_owned(), function.clone())].into(),
            account: "000000000000".into(),
            ..Provisioned::default()
        };
        assert_eq!(fixture.value("account").as_deref(), Some("000000000000"));
        assert_eq!(fixture.value("function.b.1").as_deref(), Some("ps-b.1"));
        assert_eq!(fixture.value("version.b.1.2").as_deref(), Some("7"));
        for unknown in ["role", "function.c", "version.b.1.0", "version.b.1.3", "revision.current"]
        {
            assert_eq!(fixture.value(unknown), None, "{unknown}");
        }
        assert_eq!(function.version_name("1"), "3");
        assert_eq!(function.version_name("$LATEST"), "$LATEST");
        assert_eq!(function.version_name("9"), "9");
    }
}
