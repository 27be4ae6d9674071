//! What a rule is. The rules themselves are in [`super::catalogue`].

use std::fmt;

use serde::{Deserialize, Serialize};

pub use super::catalogue::RuleId;
use super::evidence::{Evidence, EvidenceFloor};

/// One normative sentence that can be true or false of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The stable id.
    pub id: RuleId,
    /// The member or subject that the rule is about; reports group by it.
    pub topic: Topic,
    /// Whether breaking the rule fails a run.
    pub strength: Strength,
    /// The rule in one sentence, in our words.
    pub sentence: &'static str,
    /// The aspects of an answer that the rule speaks of, each with its evidence.
    pub aspects: &'static [AspectEvidence],
    /// The directions in which it can be broken, each with the least number of distinct
    /// applicable requests below which the rule could not be judged.
    pub directions: &'static [(Direction, u32)],
    /// The phases whose scenarios feed the rule.
    pub phases: &'static [Phase],
}

/// One aspect of a rule and how we know it.
#[derive(Clone, Copy, Debug)]
pub struct AspectEvidence {
    /// The aspect of the answer.
    pub aspect: Aspect,
    /// How it is known.
    pub evidence: Evidence,
    /// Where: a section of a page, or ids of recordings.
    pub source: &'static str,
}

/// Whether breaking a rule fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Strength {
    /// Scored, as far as the evidence carries.
    Must,
    /// Reported; gates only with `--strict`.
    Should,
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        })
    }
}

/// The part of an answer that an expectation speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// The HTTP status.
    Status,
    /// The error code.
    Code,
    /// The statement that was returned.
    Statement,
    /// The policy as `GetPolicy` shows it, and its revision.
    Policy,
    /// The text of an error.
    Message,
    /// Headers, content type, framing.
    Wire,
}

impl Aspect {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Code => "code",
            Self::Statement => "statement",
            Self::Policy => "policy",
            Self::Message => "message",
            Self::Wire => "wire",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The ways in which a rule can be broken, counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// What is right must be accepted; broken by being too strict.
    Accept,
    /// What is wrong must be refused; broken by being too lax.
    Refuse,
    /// The answer must have a certain form or content.
    Shape,
}

impl Direction {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Shape => "shape",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each variant is the subject that it names")]
pub enum Topic {
    FunctionName,
    Qualifier,
    StatementId,
    Action,
    Principal,
    SourceAccount,
    SourceArn,
    PrincipalOrgId,
    EventSourceToken,
    FunctionUrlAuthType,
    InvokedViaFunctionUrl,
    Body,
    Success,
    Statement,
    Condition,
    Error,
    Policy,
    RevisionId,
    Remove,
    Lifecycle,
    Race,
    Wire,
}

impl Topic {
    /// The word for it, as the rule ids spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FunctionName => "function-name",
            Self::Qualifier => "qualifier",
            Self::StatementId => "statement-id",
            Self::Action => "action",
            Self::Principal => "principal",
            Self::SourceAccount => "source-account",
            Self::SourceArn => "source-arn",
            Self::PrincipalOrgId => "principal-org-id",
            Self::EventSourceToken => "event-source-token",
            Self::FunctionUrlAuthType => "function-url-auth-type",
            Self::InvokedViaFunctionUrl => "invoked-via-function-url",
            Self::Body => "body",
            Self::Success => "success",
            Self::Statement => "statement",
            Self::Condition => "condition",
            Self::Error => "error",
            Self::Policy => "policy",
            Self::RevisionId => "revision-id",
            Self::Remove => "remove",
            Self::Lifecycle => "lifecycle",
            Self::Race => "race",
            Self::Wire => "wire",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A part of a run, by what its scenarios are for. Phases run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Kept counterexamples of earlier runs.
    Corpus,
    /// The examples of the documents.
    Examples,
    /// The requests of deployment tools, in each tool's order.
    Deployers,
    /// Every enum value, every form of name, every kind of principal, alone.
    Values,
    /// Each bound of each member, from both sides; strings that cross every transition of
    /// each pattern's automaton.
    Bounds,
    /// Strings just outside each pattern, each alone in an otherwise good request.
    NearMisses,
    /// Members missing, null, and of every wrong JSON type; bodies that are not objects.
    Types,
    /// All pairs of kinds of principal, action, name, qualifier and optional members.
    Pairs,
    /// Random requests with none, one and several faults.
    Random,
    /// Random sequences of operations.
    Sequences,
    /// Operations sent at once.
    Races,
}

impl Phase {
    /// Every phase, in the order in which they run.
    pub const ALL: [Self; 11] = [
        Self::Corpus,
        Self::Examples,
        Self::Deployers,
        Self::Values,
        Self::Bounds,
        Self::NearMisses,
        Self::Types,
        Self::Pairs,
        Self::Random,
        Self::Sequences,
        Self::Races,
    ];

    /// The word for it, as `--phases` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Corpus => "corpus",
            Self::Examples => "examples",
            Self::Deployers => "deployers",
            Self::Values => "values",
            Self::Bounds => "bounds",
            Self::NearMisses => "near-misses",
            Self::Types => "types",
            Self::Pairs => "pairs",
            Self::Random => "random",
            Self::Sequences => "sequences",
            Self::Races => "races",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Rule {
    /// The evidence for one aspect, where the rule speaks of it.
    pub fn evidence(&self, aspect: Aspect) -> Option<AspectEvidence> {
        self.aspects.iter().copied().find(|known| known.aspect == aspect)
    }

    /// The strongest evidence among the aspects.
    pub fn strongest(&self) -> Evidence {
        self.aspects.iter().map(|known| known.evidence).min().unwrap_or(Evidence::Assumed)
    }

    /// Whether a violation of the rule fails a run that scores by `floor`.
    pub fn scored(&self, floor: EvidenceFloor, strict: bool) -> bool {
        (self.strength == Strength::Must || strict) && floor.admits(self.strongest())
    }

    /// Whether one aspect of the rule is scored by `floor`.
    pub fn aspect_scored(&self, aspect: Aspect, floor: EvidenceFloor, strict: bool) -> bool {
        (self.strength == Strength::Must || strict)
            && self.evidence(aspect).is_some_and(|known| floor.admits(known.evidence))
    }
}

impl RuleId {
    /// The rule of this id.
    pub fn rule(self) -> &'static Rule {
        &super::catalogue::RULES[self as usize]
    }

    /// The rule of this name, if the catalogue has it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for RuleId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom(format!("no rule {name}")))
    }
}
