//! What the model says of recorded answers, as `permspec golden check` shows it.

use crate::contract::RuleId;

/// Everything that a check found out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckResult {
    /// The goldens that were checked.
    pub sets: Vec<CheckedSet>,
    /// Recorded answers that the model does not admit.
    pub disagreements: Vec<Disagreement>,
    /// Recordings of AWS that differ from an earlier one of the same scenario.
    pub moved: Vec<Moved>,
    /// Answers that the model admits although AWS was recorded to answer otherwise.
    pub beside: Vec<Beside>,
    /// The rules that no recorded answer puts to the test.
    pub uncovered: Vec<RuleId>,
}

/// One set of goldens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedSet {
    /// The file or folder.
    pub place: String,
    /// The name of the target.
    pub target: String,
    /// How old its answers are, oldest first: days, with how many scenarios are that old; `None`
    /// where no date is known.
    pub ages: Vec<(Option<i64>, u32)>,
    /// Why it is not whole.
    pub partial: Option<String>,
    /// Scenarios in it.
    pub scenarios: u32,
    /// Recorded answers that the model judged.
    pub judged: u32,
    /// Of those, the ones that it admits.
    pub admitted: u32,
    /// Recorded answers that could not be judged.
    pub unjudged: u32,
    /// Scenarios that were recorded from AWS as well.
    pub recorded_twice: u32,
}

/// Who is wrong where a recorded answer and the model disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blame {
    /// The model: AWS itself answered otherwise.
    Model,
    /// The reference server or the model: they are one code.
    Reference,
    /// The target: the model and what is known of AWS agree against it.
    Target,
    /// The golden is out of date: a newer recording of AWS agrees with the model.
    Outdated,
}

impl Blame {
    /// Whether it puts the ground truth in doubt.
    pub fn is_doubt(self) -> bool {
        matches!(self, Self::Model | Self::Reference)
    }

    /// Who is wrong, in a few words.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Model => "the model is wrong: AWS answered otherwise",
            Self::Reference => "the reference server and the model disagree",
            Self::Target => "the target is wrong",
            Self::Outdated => "the golden is out of date: a newer recording agrees with the model",
        }
    }
}

/// Recorded answers that the model does not admit, for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// Who is wrong.
    pub blame: Blame,
    /// The rule.
    pub rule: RuleId,
    /// How the rule is known, and where.
    pub known_from: String,
    /// The file or folder of the golden.
    pub place: String,
    /// The scenario, or the id of the recording.
    pub about: String,
    /// When it was recorded.
    pub date: Option<String>,
    /// The request, in a few words.
    pub request: String,
    /// What the model admits, a line an alternative.
    pub expected: Vec<String>,
    /// What was recorded.
    pub actual: String,
    /// Where they differ: path, expected, actual.
    pub differences: Vec<super::Difference>,
    /// What AWS was recorded to answer to the same request.
    pub recordings: Vec<String>,
    /// In how many answers it was seen.
    pub occurrences: u32,
}

/// Two recordings of AWS that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The scenario.
    pub about: String,
    /// The request, in a few words.
    pub request: String,
    /// Where they differ.
    pub path: String,
    /// The older one: where and when, and what it says.
    pub older: (String, String),
    /// The newer one.
    pub newer: (String, String),
    /// What the model admits: `the newer`, `the older`, `both`, `neither`.
    pub model: &'static str,
}

/// An answer that the model admits although AWS was recorded to answer otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The file or folder of the golden.
    pub place: String,
    /// The request, in a few words.
    pub request: String,
    /// Where they differ.
    pub path: String,
    /// What the golden says.
    pub golden: String,
    /// What AWS was recorded to say, with where and when.
    pub aws: (String, String),
}

impl CheckResult {
    /// Whether the model and the ground truth disagree.
    pub fn is_in_doubt(&self) -> bool {
        self.disagreements.iter().any(|one| one.blame.is_doubt())
    }

    /// Whether a target is wrong.
    pub fn has_wrong_target(&self) -> bool {
        self.disagreements.iter().any(|one| one.blame == Blame::Target)
    }
}
