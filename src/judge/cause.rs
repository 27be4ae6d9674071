//! What judging yields: findings, cases that count, and the key by which findings are one cause.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use crate::contract::{Aspect, Direction, Edition, Evidence, Member, RuleId};
use crate::event::{Difference, Judging};
use crate::model::name::FunctionName;
use crate::model::{Analysis, ParsedBody, RejectReason, Request};
use crate::observation::{Answer, Observation};

/// What one answer shows.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// How to judge.
    pub judging: Judging,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What counts for rules.
    pub cases: Vec<CaseCount>,
    /// Why nothing could be judged.
    pub unjudged: Option<String>,
    /// The edition that the answer to a disputed input follows.
    pub followed: Option<Edition>,
    /// What tells equal requests in different states apart: reads count once a state.
    pub state: u64,
    /// Keys under which an accepted request repairs refused ones, see [`CaseCount::repair`].
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
    /// For a refusal: the request without its fault. It counts only if an accepted request of
    /// the same run has this key.
    pub repair: Option<u64>,
}

/// One way in which one answer breaks one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rules that may be at fault, the likeliest first. More than one where the request is
    /// not small enough to tell.
    pub suspects: Vec<RuleId>,
    /// The aspect of the answer.
    pub aspect: Aspect,
    /// The direction.
    pub direction: Direction,
    /// Whether it is only reported.
    pub advisory: bool,
    /// How the broken expectation is known.
    pub evidence: Evidence,
    /// Where it is known from.
    pub source: String,
    /// The member at fault, where it is one.
    pub member: Option<Member>,
    /// What was expected, a line an alternative.
    pub expected: Vec<String>,
    /// What came, in a line.
    pub actual: String,
    /// Where the answer differs.
    pub differences: Vec<Difference>,
    /// What tells this cause from others of the same rule: status, code and paths.
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

    /// The likeliest rule.
    pub fn rule(&self) -> RuleId {
        self.suspects[0]
    }

    /// Sets what was expected.
    #[must_use]
    pub fn expected(self, expected: Vec<String>) -> Self {
        Self { expected, ..self }
    }

    /// Sets what came.
    #[must_use]
    pub fn actual(self, answer: &Answer) -> Self {
        let brief = Observation::Answer(answer.clone()).brief();
        let key = if self.key.is_empty() { brief.clone() } else { self.key };
        Self { actual: brief, key, ..self }
    }

    /// Sets what came, where it was no answer.
    #[must_use]
    pub fn actual_text(self, actual: String) -> Self {
        Self { actual, ..self }
    }

    /// Sets the key.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self }
    }

    /// Marks the finding as only reported.
    #[must_use]
    pub fn advisory(self) -> Self {
        Self { advisory: true, ..self }
    }

    /// Says where the answer differs.
    #[must_use]
    pub fn differs(
        mut self,
        path: &str,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) -> Self {
        self.differences.push(Difference {
            path: path.to_owned(),
            expected: expected.into(),
            actual: actual.into(),
        });
        self
    }

    /// Takes the member at fault from a fault.
    #[must_use]
    pub fn at(self, fault: &RejectReason) -> Self {
        Self { member: fault.member, ..self }
    }

    /// The text that is equal for equal causes.
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

    /// Adds a finding; what the evidence does not carry, or strength does not gate, is advisory.
    pub fn find(&mut self, mut finding: Finding) {
        finding.advisory |= !finding.is_scored(self.judging);
        self.findings.push(finding);
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

    /// Counts a request for a rule, provided that some request of the run was accepted at all.
    pub fn case_beside_success(&mut self, rule: RuleId, analysis: &Analysis) {
        self.cases.push(CaseCount {
            rule,
            direction: Direction::Shape,
            distinct: analysis.distinct ^ self.state,
            repair: Some(hash_of(&ANY)),
        });
    }

    /// Counts a refusal for a rule; it stands only beside an accepted repair.
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
    /// Whether strength and evidence let it gate in a run that judges so.
    pub(super) fn is_scored(&self, judging: Judging) -> bool {
        let must = self.rule().rule().strength == crate::contract::Strength::Must;
        (must || judging.strict) && judging.evidence.admits(self.evidence)
    }
}

/// The key that every accepted request has.
const ANY: &str = "any";

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A key of a request without its StatementId and without the member at fault, so that a refused
/// request and its accepted repair have the same one. The function's name is left out: cases run
/// on functions of their own.
pub fn repair_key(request: &Request, at_fault: Option<Member>) -> u64 {
    Parts::of(request).key(at_fault)
}

/// The keys under which an accepted request repairs refused ones: one for each member that may
/// have been at fault.
pub fn repair_keys(request: &Request) -> Vec<u64> {
    let parts = Parts::of(request);
    let mut keys: Vec<u64> = Member::ALL.iter().map(|member| parts.key(Some(*member))).collect();
    keys.push(parts.key(None));
    keys
}

/// What a request is made of, as far as it tells one repair from another.
struct Parts {
    /// Whether it is an AddPermission at all.
    is_add: bool,
    /// The qualifier, wherever it stands.
    qualifier: Option<String>,
    /// The members of the body that hold something, with their values as JSON.
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
