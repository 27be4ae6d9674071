//! The model against goldens: every recorded answer is judged anew, and where it is not admitted
//! it is said who is wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::align::{Place, align};
use super::compare::{Differing, compare};
use super::corpora::{moved, shipped};
use super::outdated::Newest;
use super::playback::{JudgedStep, RecordedStep, Recording, judge};
use super::recorded_outcome::{RecordedOutcome, RecordedResponse, is_policy};
use super::set;
use super::{GoldenError, GoldenFile, Kind};
use crate::client::FixtureError;
use crate::contract::{Aspect, RuleId};
use crate::event::Judging;
use crate::event::check::{Beside, Blame, CheckResult, CheckedSet, Disagreement, Moved};
use crate::judge::Finding;
use crate::scenario::CorpusFile;
use crate::scenario::file::{CorpusError, FileStep};

/// Goldens of one place.
#[derive(Clone, Debug)]
pub struct GoldenSet {
    /// The file or folder.
    pub place: String,
    /// The name of the target.
    pub target: String,
    /// What kind of target it was.
    pub kind: Kind,
    /// Why it is not whole.
    pub partial: Option<String>,
    /// The scenarios.
    pub entries: Vec<Entry>,
}

/// One recorded scenario.
#[derive(Clone, Debug)]
pub struct Entry {
    /// A hash of the scenario as any target gets it.
    pub id: String,
    /// What it is.
    pub about: String,
    /// When it was recorded.
    pub date: Option<String>,
    /// What was sent and what came.
    pub recording: Recording,
}

/// Why goldens could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// A golden file is none.
    #[error(transparent)]
    Golden(#[from] GoldenError),
    /// A scenario file is none.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// There is nothing in it.
    #[error("{0} holds no recorded answer; `permspec record` makes goldens")]
    Empty(PathBuf),
}

impl GoldenSet {
    /// Reads a golden file, or a file or folder of scenarios with recorded answers of AWS.
    pub fn read(path: &Path) -> Result<Self, SetError> {
        let place = path.display().to_string();
        let set = if path.is_dir() {
            let files = CorpusFile::read_folder(path)?;
            Self::observed(place, files.into_iter().map(|(_, file)| file))
        } else if let Ok(file) = CorpusFile::read(path) {
            Self::observed(place, [file])
        } else {
            Self::of(place, GoldenFile::read(path)?)
        };
        if set.entries.iter().all(|entry| entry.recording.steps.iter().all(|s| s.told.is_none())) {
            return Err(SetError::Empty(path.into()));
        }
        Ok(set)
    }

    /// The observed scenarios that are compiled in.
    pub fn shipped() -> Self {
        let files = shipped().iter().filter(|shipped| shipped.corpus == "observed");
        Self::observed("corpora/observed".into(), files.map(|shipped| shipped.file.clone()))
    }

    fn of(place: String, file: GoldenFile) -> Self {
        let entries = file.scenarios.into_iter().map(|scenario| Entry {
            id: scenario.id,
            about: scenario.about,
            date: Some(file.date.clone()),
            recording: Recording {
                fixture: scenario.fixture,
                region: Some(file.target.region.clone()),
                account: file.target.account.clone(),
                steps: scenario
                    .steps
                    .into_iter()
                    .map(|step| RecordedStep {
                        send: step.send,
                        told: Some(step.recorded),
                        whole: true,
                        id: None,
                    })
                    .collect(),
            },
        });
        Self {
            place,
            target: file.target.name,
            kind: file.target.kind,
            partial: file.partial,
            entries: entries.collect(),
        }
    }

    fn observed(place: String, files: impl IntoIterator<Item = CorpusFile>) -> Self {
        let entries = files.into_iter().filter_map(|file| {
            let moved = moved(&file);
            let id = set::id(&moved.scenario());
            let steps: Option<Vec<RecordedStep>> = moved.steps.into_iter().map(observed).collect();
            Some(Entry {
                id,
                about: file.about,
                date: file.date,
                recording: Recording {
                    fixture: file.fixture,
                    region: file.region,
                    account: file.account,
                    steps: steps?,
                },
            })
        });
        Self {
            place,
            target: "AWS".into(),
            kind: Kind::Aws,
            partial: None,
            entries: entries.collect(),
        }
    }
}

/// A step of a scenario file; races have no recorded answers.
fn observed(step: FileStep) -> Option<RecordedStep> {
    let FileStep::One { send, recorded, .. } = step else { return None };
    let told = recorded.as_ref().map(|recorded| {
        RecordedOutcome::Answer(Box::new(RecordedResponse {
            status: recorded.status,
            code: recorded.code.clone(),
            content_type: Some("application/json".into()),
            body: recorded.body.clone(),
            ..RecordedResponse::default()
        }))
    });
    let whole = recorded.as_ref().is_some_and(|one| one.body.is_some() || one.status == 204);
    Some(RecordedStep { send, told, whole, id: recorded.map(|recorded| recorded.id) })
}

/// An entry with what the model makes of it.
struct Judged<'a> {
    set: &'a GoldenSet,
    entry: &'a Entry,
    steps: Vec<JudgedStep>,
}

/// Checks the sets; `today` is a date such as `2026-11-22`.
pub async fn check(
    sets: &[GoldenSet],
    judging: Judging,
    today: &str,
) -> Result<CheckResult, FixtureError> {
    let shipped = GoldenSet::shipped();
    let mut all: Vec<Judged> = Vec::new();
    for set in sets {
        for entry in &set.entries {
            let steps = judge(&entry.recording, judging).await?;
            all.push(Judged { set, entry, steps });
        }
    }
    // What AWS was recorded to answer, by scenario, the oldest first.
    let mut truth: HashMap<&str, Vec<Judged>> = HashMap::new();
    for set in sets.iter().filter(|set| set.kind == Kind::Aws).chain([&shipped]) {
        for entry in &set.entries {
            let known = truth.entry(entry.id.as_str()).or_default();
            // The observed scenarios may be compiled in and named.
            let twice = known.iter().any(|known| known.entry.date == entry.date);
            if !twice {
                let steps = judge(&entry.recording, judging).await?;
                known.push(Judged { set, entry, steps });
            }
        }
    }
    for known in truth.values_mut() {
        known.sort_by(|a, b| a.entry.date.cmp(&b.entry.date));
    }
    let mut newest = Newest::default();
    for known in truth.values().flatten() {
        if let Some(date) = &known.entry.date {
            newest.note(date, &known.steps, |step| label(known, step));
        }
    }
    // The smallest scenario that shows something stands for it.
    let mut by_size: Vec<&Judged> = all.iter().collect();
    by_size.sort_by_cached_key(|one| one.entry.recording.scenario().size());
    let mut result = CheckResult::default();
    for set in sets {
        let of_set = || all.iter().filter(|one| std::ptr::eq(one.set, set));
        result.sets.push(checked(set, of_set(), &truth, today));
    }
    for one in by_size {
        disagreements(one, &truth, &newest, &mut result);
    }
    result.disagreements.sort_by_key(|one| (one.blame, std::cmp::Reverse(one.occurrences)));
    for known in truth.values() {
        for pair in known.windows(2) {
            let given = |one: &Judged| sets.iter().any(|set| std::ptr::eq(set, one.set));
            if given(&pair[0]) || given(&pair[1]) {
                result.moved.extend(differ(&pair[0], &pair[1]).map(|d| moves(pair, &d)));
            }
        }
    }
    result.moved.sort_by(|a, b| a.about.cmp(&b.about));
    let seen: BTreeSet<RuleId> = all
        .iter()
        .flat_map(|one| &one.steps)
        .flat_map(|step| {
            let cases = step.judgement.cases.iter().map(|case| case.rule);
            cases.chain(step.judgement.findings.iter().map(Finding::rule)).collect::<Vec<_>>()
        })
        .collect();
    result.uncovered = RuleId::ALL.iter().copied().filter(|rule| !seen.contains(rule)).collect();
    Ok(result)
}

/// What the model holds against a step: what it scores, of what was recorded.
fn held_against<'a>(one: &'a Judged, step: &'a JudgedStep) -> impl Iterator<Item = &'a Finding> {
    let whole = one.entry.recording.steps[step.step].whole;
    step.judgement
        .findings
        .iter()
        .filter(|finding| !finding.advisory)
        .filter(move |finding| whole || matches!(finding.aspect, Aspect::Status | Aspect::Code))
}

fn checked<'a>(
    set: &GoldenSet,
    judged: impl Iterator<Item = &'a Judged<'a>>,
    truth: &HashMap<&str, Vec<Judged>>,
    today: &str,
) -> CheckedSet {
    let mut checked = CheckedSet {
        place: set.place.clone(),
        target: set.target.clone(),
        partial: set.partial.clone(),
        scenarios: set.entries.len() as u32,
        ..CheckedSet::default()
    };
    let mut ages: BTreeMap<std::cmp::Reverse<Option<i64>>, u32> = BTreeMap::new();
    for one in judged {
        let age = one.entry.date.as_deref().and_then(|date| Some(day(today)? - day(date)?));
        *ages.entry(std::cmp::Reverse(age)).or_default() += 1;
        let answers = one.entry.recording.steps.iter();
        let recorded = answers.filter(|step| step.told.is_some() && is_policy(&step.send)).count();
        let judged = one.steps.iter().filter(|step| step.judgement.unjudged.is_none());
        for step in judged {
            checked.judged += 1;
            checked.admitted += u32::from(held_against(one, step).next().is_none());
        }
        checked.unjudged += recorded as u32;
        let elsewhere = truth
            .get(one.entry.id.as_str())
            .is_some_and(|known| known.iter().any(|known| !std::ptr::eq(known.entry, one.entry)));
        checked.recorded_twice += u32::from(elsewhere && set.kind != Kind::Aws);
    }
    checked.unjudged -= checked.judged;
    checked.ages = ages.into_iter().map(|(age, count)| (age.0, count)).collect();
    checked
}

/// The number of a day, to tell how many lie between two.
fn day(date: &str) -> Option<i64> {
    let time = humantime::parse_rfc3339(&format!("{date}T00:00:00Z")).ok()?;
    let seconds = time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(seconds / 86_400).ok()
}

/// Adds what the model does not admit, and what it admits although AWS answered otherwise.
fn disagreements(
    one: &Judged,
    truth: &HashMap<&str, Vec<Judged>>,
    newest: &Newest,
    result: &mut CheckResult,
) {
    let known: Vec<&Judged> = truth
        .get(one.entry.id.as_str())
        .into_iter()
        .flatten()
        .filter(|known| !std::ptr::eq(known.entry, one.entry))
        .collect();
    let others: Vec<(&Judged, Vec<Differing>)> =
        known.iter().map(|known| (*known, differ(one, known).collect())).collect();
    for step in &one.steps {
        let sent = &one.entry.recording.steps[step.step];
        let request = one.entry.recording.described(&sent.send);
        let at = |found: &&Differing| found.step == step.step;
        let mut is_held = false;
        for finding in held_against(one, step) {
            is_held = true;
            let mut blame = blame(one, step.step, &others);
            let overtaken = newest
                .overtakes(finding, one.entry.date.as_deref())
                .filter(|_| one.set.kind == Kind::Aws);
            if overtaken.is_some() {
                blame = Blame::Outdated;
            }
            let same = |known: &&mut Disagreement| {
                known.place == one.set.place
                    && known.blame == blame
                    && known.rule == finding.rule()
                    && known.actual == finding.actual
                    && known
                        .differences
                        .iter()
                        .map(|d| &d.path)
                        .eq(finding.differences.iter().map(|d| &d.path))
            };
            if let Some(known) = result.disagreements.iter_mut().find(same) {
                known.occurrences += 1;
                continue;
            }
            let recordings = others.iter().filter_map(|(known, _)| {
                let told = known.entry.recording.steps.get(step.step)?.told.as_ref()?;
                Some(format!("{} ({})", told.brief(), label(known, step.step)))
            });
            result.disagreements.push(Disagreement {
                blame,
                rule: finding.rule(),
                known_from: format!("{}: {}", finding.evidence, finding.source),
                place: one.set.place.clone(),
                about: sent.id.clone().unwrap_or_else(|| one.entry.about.clone()),
                date: one.entry.date.clone(),
                request: request.clone(),
                expected: finding.expected.clone(),
                actual: finding.actual.clone(),
                differences: finding.differences.clone(),
                recordings: recordings
                    .chain(overtaken.map(|newer| format!("as the model admits ({newer})")))
                    .collect(),
                occurrences: 1,
            });
        }
        if is_held || one.set.kind == Kind::Aws {
            continue;
        }
        // The latest recording is what counts.
        if let Some((known, differences)) = others.last()
            && let Some(found) = differences.iter().find(at)
        {
            result.beside.push(Beside {
                place: one.set.place.clone(),
                request,
                path: found.path.clone(),
                golden: found.values[0].clone(),
                aws: (label(known, step.step), found.values[1].clone()),
            });
        }
    }
}

/// Who is wrong about a step that the model does not admit.
fn blame(one: &Judged, step: usize, others: &[(&Judged, Vec<Differing>)]) -> Blame {
    // Recordings that got as far as this step, and whether they say the same.
    let says_the_same = |differences: &[Differing]| differences.iter().all(|d| d.step > step);
    let has_step = |known: &Judged| {
        known.entry.recording.steps.get(step).is_some_and(|step| step.told.is_some())
    };
    match one.set.kind {
        Kind::Aws => {
            let newer = others.iter().filter(|(known, _)| {
                has_step(known) && known.entry.date > one.entry.date && admitted(known, step)
            });
            if newer.count() > 0 { Blame::Outdated } else { Blame::Model }
        }
        kind => match others.last() {
            // AWS says the same as the target, and the model admits it of neither.
            Some((known, differences))
                if has_step(known) && says_the_same(differences) && !admitted(known, step) =>
            {
                Blame::Model
            }
            _ if kind == Kind::Reference => Blame::Reference,
            _ => Blame::Target,
        },
    }
}

/// Whether the model admits what was recorded at a step.
fn admitted(one: &Judged, step: usize) -> bool {
    one.steps
        .iter()
        .find(|judged| judged.step == step)
        .is_none_or(|judged| held_against(one, judged).next().is_none())
}

/// Where two recordings of one scenario differ, in what both recorded.
fn differ(one: &Judged, other: &Judged) -> impl Iterator<Item = Differing> + use<> {
    let scenario = one.entry.recording.scenario();
    let place = |judged: &Judged| Place {
        account: judged.entry.recording.account.clone(),
        region: judged.entry.recording.region.clone().unwrap_or_default(),
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (a, b) in one.entry.recording.steps.iter().zip(&other.entry.recording.steps) {
        let (mut told, mut against) = match (&a.told, &b.told) {
            (Some(a), Some(b)) => (a.clone(), b.clone()),
            // What one of them does not tell does not differ.
            _ => (RecordedOutcome::unknown(), RecordedOutcome::unknown()),
        };
        if !(a.whole && b.whole) {
            for told in [&mut told, &mut against] {
                if let RecordedOutcome::Answer(answer) = told {
                    (answer.body, answer.text) = (None, None);
                }
            }
        }
        left.push(told);
        right.push(against);
    }
    let aligned = align(&scenario, &[place(one), place(other)], &[&left, &right]);
    let found = compare(&scenario, &aligned).differences;
    found.into_iter().filter(|found| found.counts(false))
}

/// Where and when a step was recorded.
fn label(one: &Judged, step: usize) -> String {
    let id = one.entry.recording.steps.get(step).and_then(|step| step.id.clone());
    let date = one.entry.date.as_deref().unwrap_or("undated");
    format!("{}, {date}", id.unwrap_or_else(|| one.set.place.clone()))
}

fn moves(pair: &[Judged], found: &Differing) -> Moved {
    let [older, newer] = pair else { unreachable!("windows of two") };
    let step = &older.entry.recording.steps[found.step];
    Moved {
        about: older.entry.about.clone(),
        request: older.entry.recording.described(&step.send),
        path: found.path.clone(),
        older: (label(older, found.step), found.values[0].clone()),
        newer: (label(newer, found.step), found.values[1].clone()),
        model: match (admitted(older, found.step), admitted(newer, found.step)) {
            (true, true) => "both",
            (true, false) => "the older",
            (false, true) => "the newer",
            (false, false) => "neither",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_dates() {
        let between = |a: &str, b: &str| day(b).zip(day(a)).map(|(b, a)| b - a);
        assert_eq!(between("2026-02-27", "2026-03-02"), Some(3));
        assert_eq!(between("2025-11-25", "2026-11-25"), Some(365));
        assert_eq!(day("some day"), None);
    }

    #[tokio::test]
    async fn what_aws_was_recorded_to_answer_is_admitted_to_the_letter() {
        let judging = Judging { strict: true, ..Judging::default() };
        let sets = [GoldenSet::shipped()];
        let result = check(&sets, judging, "2026-11-22").await.unwrap();
        let outdated: BTreeSet<_> =
            result.disagreements.iter().map(|one| (one.about.as_str(), one.blame)).collect();
        let old = ["hr-c7n-09", "hr-c7n-10", "hr-err-01", "hr-err-02", "hr-err-06"];
        assert!(
            outdated
                .iter()
                .all(|(about, blame)| { *blame == Blame::Outdated && old.contains(about) }),
            "{:#?}",
            result.disagreements
        );
        assert!(outdated.contains(&("hr-c7n-09", Blame::Outdated)), "{outdated:?}");
        assert_eq!(result.beside.len(), 0);
        let set = &result.sets[0];
        let admitted = set.admitted as usize + outdated.len();
        assert!(set.judged >= 100 && admitted == set.judged as usize, "{set:?}");
        assert!(result.uncovered.len() < RuleId::ALL.len() / 2, "{:?}", result.uncovered);
    }
}
