//! The record of a run walked again: each answer judged, with the facts that it shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::features::{self, Features};
use super::walk::{Seen, Step, Walks};
use crate::contract::{Aspect, Direction, RuleId};
use crate::judge::Finding;
use crate::model::{Analysis, Request, Requirement, apply};
use crate::observation::Observation;

/// Something wrong with an answer: the finding's key and what stands in the place of what should.
pub type FactKey = u64;

/// The most answers that are looked at.
const MOST: usize = 12_000;

/// One answer of the run.
#[derive(Debug)]
pub struct Exhibit {
    /// The tape and the entry that it is from.
    pub place: (usize, usize),
    /// The operation.
    pub op: Op,
    /// What is wrong with it.
    pub facts: Vec<Fact>,
    /// Whether the answer was a success.
    pub accepted: bool,
    /// The status; 0 where no answer came.
    pub status: u16,
    /// Whether an error was due.
    pub deserves_refusal: bool,
    /// Whether the answer could not be judged.
    pub unjudged: bool,
    /// What request and state were like.
    pub features: Features,
    /// The StatementId that was sent.
    pub sid: Option<String>,
    /// The statement that was expected and the one that came, where they differ.
    pub statements: Option<Box<(Value, Value)>>,
}

/// The operations that are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the operation that it names")]
pub enum Op {
    Add,
    Get,
    Remove,
    Other,
}

/// One thing that is wrong with an answer.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Equal for equal facts.
    pub key: FactKey,
    /// The finding.
    pub finding: Finding,
}

/// Every answer that could be judged, in order.
#[derive(Debug, Default)]
pub struct Exhibits {
    /// The answers.
    pub list: Vec<Exhibit>,
    /// By the fingerprint of a cause: the answer that shows it, and the fact.
    pub causes: BTreeMap<String, (usize, FactKey)>,
}

/// Walks all tapes.
pub fn exhibits(walks: &Walks<'_>) -> Exhibits {
    let mut found = Exhibits::default();
    for (number, tape) in walks.tapes().iter().enumerate() {
        if found.list.len() > MOST && tape.cause.is_none() {
            continue;
        }
        walks.each(number, |seen| {
            let Seen::Answer(step) = seen else { return };
            let Step { at, world, analysis, observation, findings, before, .. } = step;
            let facts: Vec<Fact> = findings
                .iter()
                .map(|finding| Fact { key: key(finding), finding: finding.clone() })
                .collect();
            if let Some((fingerprint, wanted)) = &tape.cause
                && let Some(fact) = facts.iter().find(|fact| fact.finding.is_same_cause(wanted))
            {
                found.causes.insert(fingerprint.clone(), (found.list.len(), fact.key));
            }
            let answer = observation.answer();
            found.list.push(Exhibit {
                place: (number, *at),
                op: op(&analysis.request),
                accepted: answer.is_some_and(crate::observation::Answer::is_success),
                status: answer.map_or(0, crate::observation::Answer::status),
                deserves_refusal: analysis
                    .faults
                    .iter()
                    .any(|fault| fault.requirement != Requirement::May),
                unjudged: step.unjudged,
                features: features::read(world, analysis, step.wire, before),
                sid: apply::sent_sid(analysis).map(ToOwned::to_owned),
                statements: statements(analysis, observation, &facts),
                facts,
            });
        });
    }
    found
}

/// The statement that was expected and the one that came, where a fact says that they differ.
fn statements(
    analysis: &Analysis,
    observation: &Observation,
    facts: &[Fact],
) -> Option<Box<(Value, Value)>> {
    facts.iter().find(|fact| fact.finding.aspect == Aspect::Statement)?;
    let expected = analysis.statement.as_ref()?.render();
    Some(Box::new((expected, observation.answer()?.nested("Statement")?)))
}

/// The operation that a request is for.
pub fn op(request: &Request) -> Op {
    match request {
        Request::AddPermission(_) => Op::Add,
        Request::GetPolicy(_) => Op::Get,
        Request::RemovePermission(_) => Op::Remove,
        Request::Unroutable | Request::Other => Op::Other,
    }
}

/// A number that is equal for findings that show the same: the rule, what differs where, and what
/// came in its place.
pub fn key(finding: &Finding) -> FactKey {
    let mut hasher = DefaultHasher::new();
    finding.suspects.first().hash(&mut hasher);
    finding.aspect.hash(&mut hasher);
    (finding.direction as u8, finding.advisory, &finding.key).hash(&mut hasher);
    finding.member.hash(&mut hasher);
    if matches!(finding.aspect, Aspect::Statement | Aspect::Policy) {
        for difference in &finding.differences {
            difference.path.hash(&mut hasher);
            if difference.path != "RevisionId" {
                difference.actual.to_string().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

/// What a finding is about, so that facts of one kind can be told apart from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The answer is a server's failure.
    Fails(u16),
    /// Something right is refused.
    Refuses,
    /// Something wrong is accepted.
    Accepts,
    /// A refusal has another status or code.
    Misreports(u16, String),
    /// The success has another status.
    OtherSuccess(u16),
    /// The statement differs there.
    Statement(String),
    /// The policy differs so.
    Policy(RuleId, String),
    /// The form of the answer is broken there.
    Form(RuleId, String),
    /// The text of an error differs.
    Text,
    /// No whole answer came.
    Lost(String),
}

/// What a finding is about. `status` is that of the answer.
pub fn kind(finding: &Finding, status: u16) -> Kind {
    let path = || finding.differences.first().map_or(String::new(), |first| first.path.clone());
    let server_fault =
        status >= 500 && !matches!(finding.aspect, Aspect::Message | Aspect::Statement);
    match (finding.aspect, finding.direction) {
        _ if finding.rule() == RuleId::WireAnswers => Kind::Lost(finding.key.clone()),
        _ if server_fault => Kind::Fails(status),
        (Aspect::Status, Direction::Accept) if (200..300).contains(&status) => {
            Kind::OtherSuccess(status)
        }
        (Aspect::Status, Direction::Accept) => Kind::Refuses,
        (Aspect::Status, Direction::Refuse) if finding.key == "accepted" => Kind::Accepts,
        (Aspect::Status | Aspect::Code, _) => Kind::Misreports(status, code_of(finding)),
        (Aspect::Statement, _) => Kind::Statement(path()),
        (Aspect::Policy, _) => Kind::Policy(finding.rule(), finding.key.clone()),
        (Aspect::Message, _) => Kind::Text,
        (Aspect::Wire, _) => Kind::Form(finding.rule(), path()),
    }
}

fn code_of(finding: &Finding) -> String {
    finding.actual.split_once(' ').map_or(String::new(), |(_, code)| code.to_owned())
}

/// How often each fact was seen.
pub fn counts(exhibits: &[Exhibit]) -> HashMap<FactKey, u32> {
    let mut counts = HashMap::new();
    for exhibit in exhibits {
        let once: BTreeSet<FactKey> = exhibit.facts.iter().map(|fact| fact.key).collect();
        for key in once {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts
}
