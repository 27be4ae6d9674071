//! Findings, counted cases, and the key by which findings have the same cause.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::contract::{Aspect, Direction, Edition, Evidence, Member, RuleId};
use crate::event::{Difference, Judging};
use crate::model::name::FunctionName;
use crate::model::{Analysis, ParsedBody, RejectReason, Request};
use crate::observation::{Answer, Observation};

/// The judgement of one response.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The settings of judging.
    pub judging: Judging,
    /// The findings.
    pub findings: Vec<Finding>,
    /// The cases that count for rules.
    pub cases: Vec<CaseCount>,
    /// The reason if nothing could be judged.
    pub unjudged: Option<String>,
    /// The edition that the response to a disputed input agrees with.
    pub followed: Option<Edition>,
    /// Distinguishes equal requests in different states: reads count once per state.
    pub state: u64,
    /// The keys of the rejected requests that an accepted one repairs, see [`CaseCount::repair`].
    pub repairs: Vec<u64>,
}

/// A request that counts for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCount {
    /// The rule.
    pub rule: RuleId,
    /// The direction.
    pub direction: Direction,
    /// Equal for equal requests: only distinct requests count.
    pub distinct: u64,
    /// For a rejection: the key of the request without its defect. The rejection only counts if an
    /// accepted request of the same run has this key.
    pub repair: Option<u64>,
}

/// One violation of one rule by one response.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rules that may be violated, the most likely one first. There are several if the request
    /// is not small enough to distinguish them.
    pub suspects: Vec<RuleId>,
    /// The aspect of the response.
    pub aspect: Aspect,
    /// The direction.
    pub direction: Direction,
    /// Whether it is reported but not scored.
    pub advisory: bool,
    /// The evidence of the expectation.
    pub evidence: Evidence,
    /// The source of the evidence.
    pub source: String,
    /// The member that is wrong, if it is a member.
    pub member: Option<Member>,
    /// The expected responses, one line per alternative.
    pub expected: Vec<String>,
    /// The response, in one line.
    pub actual: String,
    /// The path of the difference.
    pub differences: Vec<Difference>,
    /// The key of the cause within its rule: status, code and paths.
    pub key: String,
}

impl Finding {
    /// A finding about one rule; its evidence is that of the rule's aspect.
    pub fn new(rule: RuleId, aspect: Aspect, direction: Direction) -> Self {
        let known = rule.rule().evidence(aspect);
        Self {
            suspects: vec![rule],
            aspect,
            direction,
            advisory: false,
            evidence: known.map_or(Evidence::Assumed, |known| known.evidence),
            source: known.map_or(String::new(), |known| known.source.to_owned()),
            member: None,
            expected: Vec::new(),
            actual: String::new(),
            differences: Vec::new(),
            key: String::new(),
        }
    }

    /// The most likely rule.
    pub fn rule(&self) -> RuleId {
        self.suspects[0]
    }

    /// Sets the expected responses.
    #[must_use]
    pub fn expected(self, expected: Vec<String>) -> Self {
        Self { expected, ..self }
    }

    /// Sets the response.
    #[must_use]
    pub fn actual(self, answer: &Answer) -> Self {
        let brief = Observation::Answer(answer.clone()).brief();
        let key = if self.key.is_empty() { brief.clone() } else { self.key };
        Self { actual: brief, key, ..self }
    }

    /// Sets the outcome if there was no response.
    #[must_use]
    pub fn actual_text(self, actual: String) -> Self {
        Self { actual, ..self }
    }

    /// Sets the key.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Self {
        let key: String = key.into();
        Self { key: key.chars().take(LONGEST_KEY).collect(), ..self }
    }

    /// Marks the finding as not scored.
    #[must_use]
    pub fn advisory(self) -> Self {
        Self { advisory: true, ..self }
    }

    /// Sets the path of the difference.
    #[must_use]
    pub fn differs(
        mut self,
        path: &str,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) -> Self {
        self.differences.push(Difference {
            path: path.chars().take(LONGEST_KEY).collect(),
            expected: bounded(expected.into()),
            actual: bounded(actual.into()),
        });
        self
    }

    /// Sets the member and the evidence from a reason to reject.
    #[must_use]
    pub fn at(self, fault: &RejectReason) -> Self {
        Self { member: fault.member, ..self }
    }

    /// A text that is equal for equal causes.
    pub fn fingerprint_text(&self) -> String {
        let suspects: Vec<&str> = self.suspects.iter().map(|rule| rule.name()).collect();
        let member = self.member.map_or("", Member::name);
        format!(
            "{}|{}|{}|{}|{member}|{}",
            suspects.join("+"),
            self.aspect,
            self.direction,
            if self.advisory { "advisory" } else { "scored" },
            self.key
        )
    }

    /// Whether `self`, seen on a smaller scenario, is the same cause as `other`.
    pub fn is_same_cause(&self, other: &Self) -> bool {
        self.aspect == other.aspect
            && self.direction == other.direction
            && self.advisory == other.advisory
            && self.key == other.key
            && self.suspects.iter().any(|rule| other.suspects.contains(rule))
            && (other.member.is_none() || other.suspects.len() > 1 || self.member == other.member)
    }
}

impl Judgement {
    /// A judgement without findings.
    pub fn new(judging: Judging) -> Self {
        Self {
            judging,
            findings: Vec::new(),
            cases: Vec::new(),
            unjudged: None,
            followed: None,
            state: 0,
            repairs: Vec::new(),
        }
    }

    /// Adds a finding, which is advisory if its evidence or strength is too weak to score.
    pub fn find(&mut self, mut finding: Finding) {
        finding.advisory |= !finding.is_scored(self.judging);
        // However much is wrong with one answer, so much says it.
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Counts a request for a rule.
    pub fn case(&mut self, rule: RuleId, direction: Direction, analysis: &Analysis) {
        self.cases.push(CaseCount {
            rule,
            direction,
            distinct: analysis.distinct ^ self.state,
            repair: None,
        });
    }

    /// Counts a request for a rule, provided that some request of the run was accepted.
    pub fn case_beside_success(&mut self, rule: RuleId, analysis: &Analysis) {
        self.cases.push(CaseCount {
            rule,
            direction: Direction::Shape,
            distinct: analysis.distinct ^ self.state,
            repair: Some(hash_of(&ANY)),
        });
    }

    /// Counts a rejection for a rule, provided that the repaired request was accepted.
    pub fn refusal_case(&mut self, rule: RuleId, analysis: &Analysis, fault: &RejectReason) {
        self.cases.push(CaseCount {
            rule,
            direction: Direction::Refuse,
            distinct: analysis.distinct ^ self.state,
            repair: matches!(analysis.request, Request::AddPermission(_))
                .then(|| repair_key(&analysis.request, fault.member)),
        });
    }
}

impl Finding {
    /// Whether strength and evidence suffice to score it in this run.
    pub(super) fn is_scored(&self, judging: Judging) -> bool {
        let must = self.rule().rule().strength == crate::contract::Strength::Must;
        (must || judging.strict) && judging.evidence.admits(self.evidence)
    }
}

/// The most findings of one answer.
pub const MOST_FINDINGS: usize = 64;
/// The longest key or path of a finding, in characters.
const LONGEST_KEY: usize = 400;
/// The longest value of a difference that is kept as it is, in bytes of JSON.
const LONGEST_VALUE: usize = 8 << 10;

/// A value, or how it begins where it is too long to be kept.
fn bounded(value: Value) -> Value {
    let text = value.to_string();
    if text.len() <= LONGEST_VALUE {
        return value;
    }
    let start: String = text.chars().take(LONGEST_KEY).collect();
    Value::String(format!("{start}… ({} bytes of JSON, cut)", text.len()))
}

/// The key that every accepted request has.
const ANY: &str = "any";

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The key of a request without its StatementId and the wrong member, so that a rejected request
/// and its accepted repair have equal keys. The name of the function is left out, because cases run
/// on different functions.
pub fn repair_key(request: &Request, at_fault: Option<Member>) -> u64 {
    Parts::of(request).key(at_fault)
}

/// The keys of the rejected requests that an accepted one repairs: one per member that may have
/// been wrong.
pub fn repair_keys(request: &Request) -> Vec<u64> {
    let parts = Parts::of(request);
    let mut keys: Vec<u64> = Member::ALL.iter().map(|member| parts.key(Some(*member))).collect();
    keys.push(parts.key(None));
    keys
}

/// The parts of a request that distinguish repairs.
struct Parts {
    /// Whether it is an AddPermission request.
    is_add: bool,
    /// The qualifier, from the path or the query.
    qualifier: Option<String>,
    /// The members of the body that are not null, with their values as JSON.
    body: Vec<(Member, String)>,
}

impl Parts {
    fn of(request: &Request) -> Self {
        let Request::AddPermission(add) = request else {
            return Self { is_add: false, qualifier: None, body: Vec::new() };
        };
        let suffix = || FunctionName::read(&add.name).and_then(|name| name.suffix);
        let qualifier = add.qualifier.clone().or_else(suffix);
        let body = match &add.body {
            ParsedBody::Object(members) => Member::in_body()
                .filter(|member| *member != Member::StatementId)
                .filter_map(|member| match members.get(member.name()) {
                    None | Some(Value::Null) => None,
                    Some(value) => Some((member, value.to_string())),
                })
                .collect(),
            _ => Vec::new(),
        };
        Self { is_add: true, qualifier, body }
    }

    fn key(&self, at_fault: Option<Member>) -> u64 {
        if !self.is_add {
            return hash_of(&"other");
        }
        let Some(at_fault) = at_fault else { return hash_of(&ANY) };
        let named = at_fault == Member::FunctionName || at_fault == Member::Qualifier;
        let qualifier = (!named).then_some(&self.qualifier);
        // FunctionUrlAuthType and Action depend on each other.
        let coupled = at_fault == Member::FunctionUrlAuthType;
        let body = self
            .body
            .iter()
            .filter(|(member, _)| *member != at_fault && !(coupled && *member == Member::Action));
        hash_of(&(qualifier, body.collect::<Vec<_>>()))
    }
}
