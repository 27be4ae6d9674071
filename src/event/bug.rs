//! Bugs: what explains causes across rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::RuleId;

/// One fault of the target, with everything that it explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bug {
    /// The id: stable between runs and seeds.
    pub id: String,
    /// What is wrong, in a sentence that could be the title of an issue.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it does to the grant, where it changes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// A call that shows the effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// The simplest condition that separates the failing answers from the passing ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// How many answers of the run it explains.
    pub failing: u32,
    /// How many comparable answers were right.
    pub passing: u32,
    /// Whether it explains only what is reported and not scored.
    #[serde(default)]
    pub advisory: bool,
    /// The reason of the known-failure entries that list all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The rules that it breaks.
    pub rules: Vec<RuleId>,
    /// The ids of the causes that it explains, the smallest counterexample first.
    pub causes: Vec<String>,
    /// The mutants that predict it: the first one stands for it, the others cannot be told from it
    /// by what was sent. Behind `!` stand members that are excepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutants: Vec<String>,
    /// Who can send what fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reach: Vec<Reach>,
    /// The id of the cause whose counterexample shows it best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<String>,
}

/// A bug by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BugName {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
}

/// How bad a bug is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It changes who may invoke the function.
    Grant,
    /// It loses, keeps or mixes up state.
    State,
    /// It refuses what AWS accepts.
    Strict,
    /// It accepts what AWS refuses.
    Lax,
    /// It misreports errors.
    Errors,
    /// Only the form of an answer is wrong.
    Form,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 6] =
        [Self::Grant, Self::State, Self::Strict, Self::Lax, Self::Errors, Self::Form];

    /// What it means for a user, as a heading.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Grant => "changes who may invoke the function",
            Self::State => "loses, keeps or mixes up state",
            Self::Strict => "refuses what AWS accepts",
            Self::Lax => "accepts what AWS refuses",
            Self::Errors => "misreports errors",
            Self::Form => "form only",
        }
    }
}

/// What a wrong statement grants, compared with the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It denies what should be allowed.
    Opposite,
    /// It allows more.
    Widens,
    /// It allows something else.
    Other,
    /// It allows less.
    Narrows,
    /// It is not a policy that can be evaluated.
    NotAPolicy,
    /// It means the same.
    SameMeaning,
}

impl Effect {
    /// The effect in words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Opposite => "denies what was granted",
            Self::Widens => "grants more than was asked for",
            Self::Other => "grants something else",
            Self::Narrows => "grants less than was asked for",
            Self::NotAPolicy => "is not a valid policy",
            Self::SameMeaning => "means the same",
        }
    }
}

/// A call on which the expected and the actual statement decide differently.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Witness {
    /// Who calls.
    pub principal: String,
    /// What is called.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The condition keys of the call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
    /// Whether the right statement allows it.
    pub expected: bool,
    /// Whether the wrong statement allows it.
    pub actual: bool,
}

/// In which circumstances a bug shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct When {
    /// The condition in words.
    pub text: String,
    /// Answers under the condition: how many failed, of how many.
    pub inside: (u32, u32),
    /// Other answers: how many failed, of how many.
    pub outside: (u32, u32),
    /// Fresh requests that were sent to confirm it: how many went as the condition says, of how
    /// many.
    #[serde(default)]
    pub confirmed: (u32, u32),
}

/// Clients that can put a failing request on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// The client.
    pub client: String,
    /// How it reads the wrong answer, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<String>,
}

/// A cause that no bug explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unexplained {
    /// The id of the cause.
    pub cause: String,
    /// The rule.
    pub rule: RuleId,
    /// What is wrong, in a line.
    pub brief: String,
}

/// How much of what deviated the bugs explain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Answers of the run that deviate.
    pub deviating: u32,
    /// How many of them a bug explains.
    pub explained: u32,
    /// How many of them the mutants of the bugs, planted together and replayed, reproduce exactly.
    pub reproduced: u32,
    /// Answers that were right.
    pub right: u32,
    /// How many of these the replay answers rightly as well.
    pub kept_right: u32,
    /// Requests that confirmed conditions.
    pub requests: u32,
}

/// What a target accepts of one member, beside what AWS does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The member.
    pub member: String,
    /// AWS's least and greatest length.
    pub length: (Option<usize>, Option<usize>),
    /// AWS's pattern, or its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The longest value that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_accepted: Option<usize>,
    /// The shortest value that was refused for being too long, or that AWS would refuse for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortest_refused: Option<usize>,
    /// Classes of characters outside the pattern that were accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_outside: Vec<String>,
    /// Classes of characters outside the pattern that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_outside: Vec<String>,
    /// What became of odd values: `empty`, `null`, `newline at the end` and JSON types, each with
    /// `accepted` or `refused`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub odd: BTreeMap<String, String>,
}
