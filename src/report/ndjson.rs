//! The events of a run, a line each, written as they happen; and what can be told from a stream
//! that was cut.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde_json::Value;

use crate::contract::{Rule, RuleId};
use crate::event::result::RESULTS;
use crate::event::{
    Cause, Counts, EVENTS, Event, Figures, Judging, Outcome, RuleResult, RunInfo, RunResult,
    SuiteInfo, TargetInfo, Verdict, Warning,
};

/// The exit code of an interrupted run.
const INTERRUPTED: u8 = 130;

/// Writes events, a line each, each flushed: what was written survives the end of the process.
#[derive(Debug)]
pub struct EventWriter<W> {
    out: W,
}

impl<W: Write> EventWriter<W> {
    /// A writer to `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes one event.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        // One write a line: a process that dies leaves whole lines and at most one cut one.
        let mut line = super::text::json_text(&serde_json::to_string(event)?);
        line.push('\n');
        self.out.write_all(line.as_bytes())?;
        self.out.flush()
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Why a stream of events cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The stream could not be read at all.
    #[error("cannot read the events: {0}")]
    Io(#[from] io::Error),
    /// A line is not an event. An incomplete last line is ignored.
    #[error("line {line} is not an event: {why}")]
    NoEvent {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// The stream does not begin as one of ours does.
    #[error("not an event stream of permspec: it does not begin with a started event")]
    NotStarted,
    /// The stream is of another version.
    #[error("unsupported schema {found:?}: expected {EVENTS:?}")]
    OtherSchema {
        /// The schema that the stream names.
        found: String,
    },
}

/// The result of a stream of events: the whole one where the stream is whole, else what can be
/// told from the part that was written, marked as partial.
pub fn read_events(mut source: impl BufRead) -> Result<RunResult, StreamError> {
    let mut partial: Option<Partial> = None;
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if source.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        // A line without its end was cut when the process died; even where it happens to parse
        // it may be the start of a longer one.
        if bytes.pop() != Some(b'\n') {
            break;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let no_event = |why| StreamError::NoEvent { line: number, why };
        let Some(partial) = partial.as_mut() else {
            partial = Some(Partial::begin(&bytes, no_event)?);
            continue;
        };
        match serde_json::from_slice(&bytes).map_err(no_event)? {
            Event::Finished { result } => return Ok(*result),
            event => partial.take(event),
        }
    }
    partial.map(Partial::end).ok_or(StreamError::NotStarted)
}

/// What a stream has told so far.
struct Partial {
    suite: SuiteInfo,
    run: RunInfo,
    target: TargetInfo,
    requests: u64,
    scenarios: BTreeMap<&'static str, u32>,
    rules: BTreeMap<RuleId, RuleResult>,
    findings: Vec<Cause>,
    warnings: Vec<Warning>,
}

impl Partial {
    /// Reads the first line of a stream, which must say what the stream is.
    fn begin(
        bytes: &[u8],
        no_event: impl Fn(serde_json::Error) -> StreamError,
    ) -> Result<Self, StreamError> {
        let value: Value = serde_json::from_slice(bytes).map_err(&no_event)?;
        if value.get("event").and_then(Value::as_str) != Some("started") {
            return Err(StreamError::NotStarted);
        }
        let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
        if schema != EVENTS {
            return Err(StreamError::OtherSchema { found: super::text::line(schema, 80) });
        }
        match serde_json::from_value(value).map_err(no_event)? {
            Event::Started { suite, run, .. } => Ok(Self {
                suite,
                run,
                target: TargetInfo::default(),
                requests: 0,
                scenarios: BTreeMap::new(),
                rules: BTreeMap::new(),
                findings: Vec::new(),
                warnings: Vec::new(),
            }),
            _ => Err(StreamError::NotStarted),
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Preflight { target } => self.target = target,
            Event::Progress { phase, done, requests } => {
                self.requests = self.requests.max(requests);
                self.scenarios.insert(phase.name(), done);
            }
            Event::Finding { cause } => {
                self.findings.retain(|earlier| earlier.id != cause.id);
                self.findings.push(*cause);
            }
            Event::Rule { result } => {
                self.rules.insert(result.id, *result);
            }
            Event::Warning { warning } => self.warnings.push(warning),
            Event::Started { .. }
            | Event::Phase { .. }
            | Event::Suspect { .. }
            | Event::Finished { .. } => {}
        }
    }

    fn end(mut self) -> RunResult {
        let judging = Judging::default();
        let mut findings: BTreeMap<RuleId, Vec<Cause>> = BTreeMap::new();
        for cause in self.findings {
            findings.entry(cause.rule).or_default().push(cause);
        }
        let rules: Vec<RuleResult> = RuleId::ALL
            .iter()
            .map(|id| {
                self.rules.remove(id).unwrap_or_else(|| {
                    unfinished(id.rule(), judging, findings.remove(id).unwrap_or_default())
                })
            })
            .collect();
        let mut counts = count(&rules);
        counts.requests = self.requests;
        counts.scenarios = self.scenarios.values().fold(0, |sum, done| sum + u64::from(*done));
        RunResult {
            schema: RESULTS.to_owned(),
            complete: false,
            outcome: Outcome::Interrupted,
            exit_code: INTERRUPTED,
            suite: self.suite,
            run: self.run,
            target: self.target,
            judging,
            figures: figures(&rules),
            counts,
            rules,
            coverage: Vec::new(),
            deployers: Vec::new(),
            warnings: self.warnings,
            consistency: None,
            bugs: Vec::new(),
            unexplained: Vec::new(),
            explained: None,
            limits: Vec::new(),
        }
    }
}

/// A rule that the stream does not give a verdict on: what was found stands, and a rule without
/// findings is never said to have held.
fn unfinished(rule: &Rule, judging: Judging, causes: Vec<Cause>) -> RuleResult {
    let scored = rule.scored(judging.evidence, judging.strict);
    let verdict =
        if causes.iter().any(|cause| !cause.flaky && cause.known.is_none() && !cause.advisory)
            || (!scored && causes.iter().any(|cause| !cause.flaky))
        {
            Verdict::Violated
        } else if causes.iter().any(|cause| cause.flaky) {
            Verdict::Flaky
        } else {
            Verdict::CouldNotRun
        };
    RuleResult {
        id: rule.id,
        topic: rule.topic,
        strength: rule.strength,
        sentence: rule.sentence.to_owned(),
        evidence: rule.strongest(),
        scored,
        verdict,
        reason: Some("the run was interrupted before this rule had its verdict".to_owned()),
        directions: Vec::new(),
        failed: causes.iter().fold(0, |sum, cause| sum.saturating_add(cause.occurrences)),
        bound_95: None,
        causes,
    }
}

/// The counts that follow from the rules alone.
fn count(rules: &[RuleResult]) -> Counts {
    let mut counts = Counts::default();
    for rule in rules {
        if !rule.scored {
            counts.not_applicable += u32::from(rule.verdict == Verdict::NotApplicable);
            counts.advisory += u32::from(rule.verdict == Verdict::Violated);
            continue;
        }
        counts.scored += 1;
        match rule.verdict {
            Verdict::Held => counts.held += 1,
            Verdict::Violated => counts.violated += 1,
            Verdict::Known => counts.known += 1,
            Verdict::Flaky => counts.flaky += 1,
            Verdict::CouldNotRun => counts.could_not_run += 1,
            Verdict::NotApplicable => {
                counts.scored -= 1;
                counts.not_applicable += 1;
            }
        }
    }
    counts
}

/// The figures that follow from the rules alone.
pub(super) fn figures(rules: &[RuleResult]) -> Figures {
    let applies = |rule: &&RuleResult| rule.scored && rule.verdict != Verdict::NotApplicable;
    let is_judged = |rule: &RuleResult| {
        matches!(rule.verdict, Verdict::Held | Verdict::Violated | Verdict::Known)
    };
    let mut by_evidence: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut applicable, mut judged, mut violated) = (0_u32, 0_u32, 0_u32);
    for rule in rules.iter().filter(applies) {
        applicable += 1;
        if is_judged(rule) {
            judged += 1;
            let held = rule.verdict == Verdict::Held;
            violated += u32::from(!held);
            let entry = by_evidence.entry(rule.evidence.name().to_owned()).or_default();
            entry.0 += u32::from(held);
            entry.1 += 1;
        }
    }
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    Figures {
        divergence: share(violated, judged),
        coverage: share(judged, applicable),
        by_evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{events, sample};

    fn stream(events: &[Event]) -> Vec<u8> {
        let mut writer = EventWriter::new(Vec::new());
        for event in events {
            writer.write(event).unwrap();
        }
        writer.into_inner()
    }

    #[test]
    fn every_event_is_one_line() {
        let events = events();
        let bytes = stream(&events);
        assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), events.len());
    }

    #[test]
    fn a_whole_stream_gives_the_result_it_ends_with() {
        assert_eq!(read_events(stream(&events()).as_slice()).unwrap(), sample());
    }

    #[test]
    fn a_stream_that_was_cut_keeps_its_findings_and_claims_nothing_else() {
        let mut events = events();
        events.pop();
        events.retain(|event| !matches!(event, Event::Rule { .. }));
        let whole = stream(&events);
        let partial = read_events(&whole[..whole.len() - 9]).unwrap();
        assert!(!partial.complete);
        assert_eq!((partial.outcome, partial.exit_code), (Outcome::Interrupted, 130));
        assert_eq!(partial.counts.held, 0);
        assert_eq!(partial.target, sample().target);
        assert_eq!(partial.rules.len(), RuleId::ALL.len());
        let rule = partial.rules.iter().find(|r| r.id == RuleId::StatementIdPattern).unwrap();
        assert_eq!(rule.verdict, Verdict::Violated);
        assert_eq!(rule.causes.len(), 2);
        // The finding of the race was in the line that was cut.
        assert_eq!(partial.counts.violated, 1);
        assert!(rule.reason.as_deref().unwrap().contains("interrupted"));
    }

    #[test]
    fn a_stream_can_be_cut_at_any_byte_after_its_first_line() {
        let events = events();
        let whole = stream(&events[..events.len() - 1]);
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for end in (first..whole.len()).step_by(997) {
            let partial = read_events(&whole[..end]).unwrap();
            assert!(!partial.complete, "cut at {end}");
            assert_ne!(partial.outcome, Outcome::Passed, "cut at {end}");
        }
    }

    #[test]
    fn a_verdict_that_was_written_survives_the_cut() {
        let mut events = events();
        events.pop();
        let partial = read_events(stream(&events).as_slice()).unwrap();
        assert!(partial.counts.held > 0);
        assert!(partial.figures.coverage > 0.0 && partial.figures.coverage <= 1.0);
    }

    #[test]
    fn a_line_that_is_no_event_is_named() {
        let mut bytes = stream(&events()[..1]);
        bytes.extend_from_slice(b"{\"event\":\"no such\"}\n");
        let error = read_events(bytes.as_slice()).unwrap_err().to_string();
        assert!(error.starts_with("line 2 is not an event: unknown variant"), "{error}");
    }

    #[test]
    fn another_stream_is_refused() {
        assert!(matches!(read_events(&b""[..]), Err(StreamError::NotStarted)));
        assert!(matches!(read_events(&b"{\"event\":\"x\"}\n"[..]), Err(StreamError::NotStarted)));
        let mut bytes = String::from_utf8(stream(&events()[..1])).unwrap();
        bytes = bytes.replace(EVENTS, "permspec.events/7");
        let error = read_events(bytes.as_bytes()).unwrap_err();
        assert!(matches!(error, StreamError::OtherSchema { .. }), "{error}");
    }
}
