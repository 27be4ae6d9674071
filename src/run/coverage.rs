//! Coverage of the contract by the requests of a run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::{Edition, ErrorCode, Kind, Member, Place};
use crate::event::MemberCoverage;
use crate::generate::pairs;
use crate::model::{Analysis, ParsedBody, Request};
use crate::observation::Observation;
use crate::pattern::{Coverage, automaton_of};
use crate::scenario::{Operation, Scenario, Step};
use crate::wire::WireRequest;

/// Points of the contract that requests covered.
#[derive(Default)]
pub struct CoverageTally {
    /// What strings showed of each pattern; where the editions print the same, it stands once.
    languages: BTreeMap<Member, Vec<Language>>,
    bounds: BTreeMap<Member, BTreeSet<usize>>,
    values: BTreeMap<Member, BTreeSet<String>>,
    types: BTreeMap<Member, BTreeSet<&'static str>>,
    errors: BTreeSet<ErrorCode>,
    pairs: BTreeSet<pairs::Pair>,
}

/// A pattern, and its coverage by strings.
struct Language {
    pattern: &'static str,
    coverage: Coverage<'static>,
}

impl std::fmt::Debug for CoverageTally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoverageTally").field("errors", &self.errors).finish_non_exhaustive()
    }
}

/// Maximum length of strings for measuring an unbounded pattern.
const LONGEST: usize = 256;

/// The errors that a client can provoke.
const PROVOKABLE: [ErrorCode; 7] = [
    ErrorCode::InvalidParameterValueException,
    ErrorCode::PolicyLengthExceededException,
    ErrorCode::PreconditionFailedException,
    ErrorCode::ResourceConflictException,
    ErrorCode::ResourceNotFoundException,
    ErrorCode::ValidationException,
    ErrorCode::SerializationException,
];

/// The JSON types of a wrong or absent value that each body member is tried with.
const TYPES: [&str; 7] = ["missing", "null", "number", "boolean", "string", "array", "object"];

impl CoverageTally {
    /// Records one request and its response.
    pub fn record(&mut self, analysis: &Analysis, _wire: &WireRequest, observation: &Observation) {
        if let Some(code) = observation
            .answer()
            .and_then(|answer| answer.code.as_deref())
            .and_then(ErrorCode::from_name)
        {
            self.errors.insert(code);
        }
        let Request::AddPermission(add) = &analysis.request else { return };
        self.string(Member::FunctionName, &add.name);
        if let Some(qualifier) = &add.qualifier {
            self.string(Member::Qualifier, qualifier);
        }
        let ParsedBody::Object(members) = &add.body else { return };
        for member in Member::in_body() {
            let value = members.get(member.name());
            let kind = match value {
                None => "missing",
                Some(Value::Null) => "null",
                Some(Value::Number(_)) => "number",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::String(_)) => "string",
                Some(Value::Array(_)) => "array",
                Some(Value::Object(_)) => "object",
            };
            self.types.entry(member).or_default().insert(kind);
            if let Some(Value::String(text)) = value {
                self.string(member, text);
            }
            if let (Kind::Boolean, Some(Value::Bool(value))) = (member.kind(), value) {
                self.values.entry(member).or_default().insert(value.to_string());
            }
        }
    }

    /// Records the pairs of the covering array that a scenario holds.
    pub fn pairs(&mut self, scenario: &Scenario) {
        if let [Step::One(Operation::AddPermission(add))] = scenario.steps.as_slice() {
            self.pairs.extend(pairs::pair_points(add));
        }
    }

    fn string(&mut self, member: Member, text: &str) {
        let length = text.chars().count();
        if is_bound_point(member, length) {
            self.bounds.entry(member).or_default().insert(length);
        }
        for edition in Edition::ALL {
            let Some(constraint) = member.constraint(edition) else { continue };
            if constraint.values.contains(&text) {
                self.values.entry(member).or_default().insert(text.to_owned());
            }
            let Some(pattern) = constraint.pattern else { continue };
            let (min, max) = (constraint.min.unwrap_or(0), constraint.max.unwrap_or(LONGEST));
            if max > LONGEST && length > LONGEST {
                continue;
            }
            let max = max.min(LONGEST);
            let known = self.languages.entry(member).or_default();
            let at = known.iter().position(|language| language.pattern == pattern);
            let at = at.unwrap_or_else(|| {
                let coverage = Coverage::new(automaton_of(pattern, max), min..=max);
                known.push(Language { pattern, coverage });
                known.len() - 1
            });
            known[at].coverage.record(text);
        }
    }

    /// The figures, member by member.
    pub fn figures(&self) -> Vec<MemberCoverage> {
        let mut figures: Vec<MemberCoverage> =
            Member::ALL.into_iter().map(|member| self.member(member)).collect();
        let provoked = PROVOKABLE.iter().filter(|code| self.errors.contains(code)).count();
        figures.push(MemberCoverage {
            subject: "errors".into(),
            points: [("provoked".to_owned(), (provoked as u32, PROVOKABLE.len() as u32))].into(),
            missing: PROVOKABLE
                .iter()
                .filter(|code| !self.errors.contains(code))
                .map(ToString::to_string)
                .collect(),
        });
        let total = pairs::pairs_total() as u32;
        figures.push(MemberCoverage {
            subject: "pairs".into(),
            points: [("pairs".to_owned(), (self.pairs.len() as u32, total))].into(),
            missing: Vec::new(),
        });
        figures
    }

    fn member(&self, member: Member) -> MemberCoverage {
        let mut points: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let mut missing = Vec::new();
        let wanted = bound_points(member);
        if !wanted.is_empty() {
            let reached = self.bounds.get(&member).cloned().unwrap_or_default();
            points.insert("bounds".into(), (reached.len() as u32, wanted.len() as u32));
            missing.extend(wanted.difference(&reached).map(|length| format!("length {length}")));
        }
        // Coverage of the edition whose pattern was crossed least.
        let mut worst: Option<(u32, u32, u32, u32)> = None;
        for Language { coverage, .. } in self.languages.get(&member).into_iter().flatten() {
            let counts = (
                coverage.transitions_covered() as u32,
                coverage.transitions_total() as u32,
                coverage.exits_covered() as u32,
                coverage.exits_total() as u32,
            );
            let share = |c: (u32, u32, u32, u32)| f64::from(c.2) / f64::from(c.3.max(1));
            if worst.is_none_or(|known| share(counts) < share(known)) {
                worst = Some(counts);
            }
        }
        if let Some((crossed, transitions, left, exits)) = worst {
            points.insert("transitions".into(), (crossed, transitions));
            points.insert("exits".into(), (left, exits));
        }
        let values: Vec<String> = match member.kind() {
            Kind::Boolean => vec!["true".into(), "false".into()],
            Kind::Enum | Kind::String => member
                .constraint(Edition::Current)
                .map(|constraint| constraint.values.iter().map(|v| (*v).to_owned()).collect())
                .unwrap_or_default(),
        };
        if !values.is_empty() {
            let known = self.values.get(&member).cloned().unwrap_or_default();
            let reached = values.iter().filter(|value| known.contains(*value)).count();
            points.insert("values".into(), (reached as u32, values.len() as u32));
            missing.extend(values.into_iter().filter(|value| !known.contains(value)));
        }
        if member.place() == Place::Body {
            let known = self.types.get(&member).cloned().unwrap_or_default();
            let reached = TYPES.iter().filter(|kind| known.contains(*kind)).count();
            points.insert("types".into(), (reached as u32, TYPES.len() as u32));
            missing.extend(
                TYPES
                    .iter()
                    .filter(|kind| !known.contains(*kind))
                    .map(|kind| format!("type {kind}")),
            );
        }
        missing.truncate(8);
        MemberCoverage { subject: member.name().into(), points, missing }
    }
}

/// The lengths on both sides of every bound of a member.
fn bound_points(member: Member) -> BTreeSet<usize> {
    (0..=LONGEST + 1).filter(|length| is_bound_point(member, *length)).collect()
}

/// Whether a length is at a bound of a member, on either side of it.
fn is_bound_point(member: Member, length: usize) -> bool {
    // An empty path label or query value cannot be sent.
    if length == 0 && member.place() != Place::Body {
        return false;
    }
    Edition::ALL
        .into_iter()
        .filter_map(|edition| member.constraint(edition))
        .flat_map(|constraint| [constraint.min, constraint.max])
        .flatten()
        // Bounds in the thousands are not tested.
        .any(|bound| bound <= LONGEST && bound.abs_diff(length) <= 1)
}
