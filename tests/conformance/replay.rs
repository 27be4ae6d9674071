//! One file, step by step: each answer is judged, and so is the recorded one beside it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use permspec::client::Provisioned;
use permspec::contract::Aspect;
use permspec::event::Judging;
use permspec::judge::{Judgement, judge};
use permspec::observation::{Answer, Observation};
use permspec::run::session::Session;
use permspec::scenario::file::{FileStep, Recorded};
use permspec::scenario::template::resolve_value;
use permspec::scenario::{CorpusFile, Operation};
use permspec::wire::WireResponse;
use serde_json::Value;

use super::place::{Place, wait_for};

/// One step and what became of it.
pub struct Exchange {
    /// The number of the step, from 1.
    pub step: usize,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// What was recorded.
    pub recorded: Option<Known>,
    /// What the target answered.
    pub answer: Observation,
    /// What the target's answer is worth.
    pub judged: Worth,
    /// Whether the model scores nothing about the request.
    pub unscored: bool,
}

/// A recorded answer beside the target's.
pub struct Known {
    /// As the file tells it.
    pub told: Recorded,
    /// Its body as this target must give it; absent where it was not captured.
    pub body: Option<Value>,
    /// What the recorded answer is worth.
    pub admitted: Worth,
}

/// What an answer is worth: what it violates, and why it could not be judged.
#[derive(Default)]
pub struct Worth {
    /// Rule, expectation and answer, a line each.
    pub violations: Vec<String>,
    /// The reason why it shows nothing.
    pub unjudged: Option<String>,
}

impl Worth {
    /// Keeps what is scored; where only status and code are known, only that counts.
    fn of(judgement: Judgement, whole: bool) -> Self {
        let violations = judgement
            .findings
            .iter()
            .filter(|finding| !finding.advisory)
            .filter(|finding| whole || matches!(finding.aspect, Aspect::Status | Aspect::Code))
            .map(|finding| {
                let expected = finding.expected.join(" or ");
                let found = &finding.actual;
                let differences = &finding.differences;
                format!("{}: expected {expected}, got {found} {differences:?}", finding.rule())
            })
            .collect();
        Self { violations, unjudged: judgement.unjudged }
    }
}

/// Replays a file on functions of its own, which are deleted at the end.
pub fn replay(place: &Place, file: &CorpusFile) -> Result<Vec<Exchange>, String> {
    // Functions that a file names exist once on an endpoint: such files take turns.
    static NAMES: Mutex<()> = Mutex::new(());
    let shared = matches!(place, Place::Endpoint(_) | Place::Aws(..)) && !file.names.is_empty();
    let _turn = shared.then(|| NAMES.lock().unwrap_or_else(PoisonError::into_inner));
    wait_for(async {
        let target = place.target(file);
        let session =
            Session::named(&target, &file.fixture, "c", &file.names, Judging::default()).await;
        let played = match session {
            Err(error) => Err(format!("the functions of the file cannot be made: {error}")),
            Ok(mut session) => {
                let played = play(&mut session, file).await;
                session.close().await;
                played
            }
        };
        target.release_all().await;
        played
    })
}

async fn play(session: &mut Session, file: &CorpusFile) -> Result<Vec<Exchange>, String> {
    let moved = moved(file, &session.provisioned)?;
    let mut revisions = Revisions::default();
    let mut exchanges = Vec::new();
    for (at, (step, as_told)) in moved.steps.iter().zip(&file.steps).enumerate() {
        let (FileStep::One { send, recorded, .. }, FileStep::One { recorded: told, .. }) =
            (step, as_told)
        else {
            return Err("requests that are sent together have no recorded answers".into());
        };
        let mut known = match (recorded, told) {
            (Some(recorded), Some(told)) => {
                let told = told.as_ref().clone();
                Some(Known { told, ..known(session, send, recorded, &revisions)? })
            }
            _ => None,
        };
        let record = session.step(send).await;
        if let Some(known) = &mut known {
            revisions.settle(known, &record.observation);
        }
        exchanges.push(Exchange {
            step: at + 1,
            operation: send.name(),
            recorded: known,
            answer: record.observation,
            judged: Worth::of(record.judgement, true),
            unscored: record.analysis.is_some_and(|analysis| analysis.unscored),
        });
    }
    Ok(exchanges)
}

/// A file with the region and account that a target has instead of those that it wishes.
fn moved(file: &CorpusFile, made: &Provisioned) -> Result<CorpusFile, String> {
    let mut text = file.to_text();
    if let Some(region) = &file.region {
        text = text.replace(&format!(":lambda:{region}:"), &format!(":lambda:{}:", made.region));
    }
    if let Some(account) = &file.account {
        let (wished, found) = (format!(":{account}:function:"), &made.account);
        text = text.replace(&wished, &format!(":{found}:function:"));
    }
    serde_json::from_str(&text).map_err(|error| format!("the moved file does not read: {error}"))
}

/// Resolves a recorded answer for the present target, and judges it in the present state.
fn known(
    session: &Session,
    send: &Operation,
    recorded: &Recorded,
    revisions: &Revisions,
) -> Result<Known, String> {
    let body = match &recorded.body {
        Some(body) => Some(
            resolve_value(body, &session.provisioned)
                .map_err(|unknown| format!("{}: {unknown}", recorded.id))?,
        ),
        None => None,
    };
    let judged = body.clone().map(|body| revisions.fill(body));
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if let Some(code) = &recorded.code {
        headers.push(("x-amzn-errortype".to_owned(), code.clone()));
    }
    let answer = Answer::read(WireResponse {
        status: recorded.status,
        headers,
        body: judged.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        truncated: false,
    });
    let wire = session.wire(send).map_err(|fault| format!("{}: {fault}", recorded.id))?;
    let wire = wire.ok_or_else(|| format!("{}: {} is not judged", recorded.id, send.name()))?;
    let analysis = session.analyse(&wire);
    // What was recorded is also to be what the strict would ask for.
    let judging = Judging { strict: true, ..Judging::default() };
    let observation = Observation::Answer(answer);
    let judgement = judge(&session.world, &analysis, &observation, judging);
    let whole = recorded.body.is_some() || recorded.status == 204;
    Ok(Known { told: recorded.clone(), body, admitted: Worth::of(judgement, whole) })
}

/// Which revision of the target stands for which one of the recording: equal where equal,
/// different where different.
#[derive(Default)]
struct Revisions(BTreeMap<String, String>);

impl Revisions {
    fn told(body: &Value) -> Option<&str> {
        body.get("RevisionId")?.as_str().filter(|text| text.starts_with("<revision:"))
    }

    /// A recorded body with the revisions that are known; others are made up.
    fn fill(&self, mut body: Value) -> Value {
        if let Some(told) = Self::told(&body) {
            let made_up = format!("not yet seen: {told}");
            body["RevisionId"] = self.0.get(told).cloned().unwrap_or(made_up).into();
        }
        body
    }

    /// Pairs a recorded revision with the one that the target gave, if it can be.
    fn settle(&mut self, known: &mut Known, observation: &Observation) {
        let Some(body) = known.body.take() else { return };
        if let (Some(told), Some(given)) =
            (Self::told(&body), observation.answer().and_then(Answer::revision))
            && !self.0.contains_key(told)
            && !self.0.values().any(|taken| taken == given)
        {
            self.0.insert(told.to_owned(), given.to_owned());
        }
        known.body = Some(self.fill(body));
    }
}
