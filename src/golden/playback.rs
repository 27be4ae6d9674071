//! A golden as a target in this process: the judge sees it as it sees any target.
//!
//! The reference server makes the functions and answers whatever was not recorded; in the place
//! of its answers to recorded steps stand the recorded ones. The state that the judge goes by is
//! so the one that the recorded answers imply.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::recorded_outcome::{RecordedOutcome, RecordedResponse, is_policy};
use crate::client::{FixtureError, Handler, Handling, Provisioned, Target, TargetConfig};
use crate::contract::partition::partition_of;
use crate::event::Judging;
use crate::judge::Judgement;
use crate::model::Analysis;
use crate::run::describe::describe_operation;
use crate::run::session::Session;
use crate::scenario::template::resolve_value;
use crate::scenario::{Fixture, Operation, Scenario, Step, Template};
use crate::server::{ReferenceServer, ServerOptions};
use crate::wire::{WireRequest, WireResponse};

/// A scenario with what was recorded of it.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// What must exist before the first step.
    pub fixture: Fixture,
    /// The region; the usual one where the recording has none of its own.
    pub region: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The steps.
    pub steps: Vec<RecordedStep>,
}

/// A step, with its answer where one was recorded.
#[derive(Clone, Debug)]
pub struct RecordedStep {
    /// What was sent.
    pub send: Operation,
    /// What came.
    pub told: Option<RecordedOutcome>,
    /// Whether the body was recorded as well.
    pub whole: bool,
    /// The id of the recording, where it has one.
    pub id: Option<String>,
}

/// What the model says of one recorded step.
#[derive(Clone, Debug)]
pub struct JudgedStep {
    /// The step, from 0.
    pub step: usize,
    /// What the model makes of the answer.
    pub judgement: Judgement,
    /// What it says of the request.
    pub analysis: Analysis,
}

impl Recording {
    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        Scenario {
            fixture: self.fixture.clone(),
            steps: self.steps.iter().map(|step| Step::One(step.send.clone())).collect(),
        }
    }

    /// A request in a few words, with values for its references.
    pub fn described(&self, send: &Operation) -> String {
        let region = self.region.as_deref().unwrap_or("us-east-1");
        let text = describe_operation(send)
            .replace("${region}", region)
            .replace("${partition}", partition_of(region).unwrap_or("aws"))
            .replace("${account}", self.account.as_deref().unwrap_or("123456789012"))
            .replace("${role}", "the role of the functions");
        let mut out = String::new();
        let mut rest = text.as_str();
        // What is left names a function, a version or a revision by its key.
        while let Some((before, (key, after))) =
            rest.split_once("${").and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            out.push_str(before);
            out.push_str(key.split_once('.').map_or(key, |(_, key)| key));
            rest = after;
        }
        out + rest
    }
}

/// Accounts that may stand for one that was not told; one is taken that the scenario does not name.
const STAND_INS: [&str; 3] = ["123456789012", "210987654321", "314159265358"];

/// Judges every recorded step, in the state that the recorded answers imply.
pub async fn judge(
    recording: &Recording,
    judging: Judging,
) -> Result<Vec<JudgedStep>, FixtureError> {
    let sent = super::mask::literals(&recording.scenario());
    let stand_in = STAND_INS.iter().find(|account| !sent.contains(**account));
    let usual = ServerOptions::default();
    let options = ServerOptions {
        region: recording.region.clone().unwrap_or(usual.region.clone()),
        account: recording
            .account
            .clone()
            .unwrap_or_else(|| stand_in.unwrap_or(&STAND_INS[0]).to_string()),
        ..usual
    };
    let mut config = TargetConfig::new("golden");
    config.region.clone_from(&options.region);
    // What was recorded is not asked for again.
    (config.patience.per_request, config.patience.per_run) = (Duration::ZERO, Duration::ZERO);
    config.holds_no_functions = true;
    let playback = Arc::new(Playback {
        server: ReferenceServer::new(options),
        next: Mutex::new(None),
        given: Mutex::new(None),
    });
    let target = Target::in_process(Arc::clone(&playback) as Arc<dyn Handler>, config);
    let mut session = Session::open(&target, &recording.fixture, "g", judging).await?;
    let mut revisions = BTreeMap::new();
    let mut judged = Vec::new();
    for (step, recorded) in recording.steps.iter().enumerate() {
        let RecordedStep { send, told, .. } = recorded;
        let ends = told.as_ref().is_some_and(|told| match told {
            RecordedOutcome::Lost { .. } => true,
            RecordedOutcome::Answer(answer) => {
                told.is_withheld() || !(is_policy(send) || answer.is_success())
            }
        });
        if ends {
            // From here on nothing is known of the state.
            break;
        }
        let next = told.as_ref().filter(|_| is_policy(send)).map(|told| Next {
            told: told.clone(),
            whole: recorded.whole,
            made: session.provisioned.clone(),
            revisions: std::mem::take(&mut revisions),
        });
        let is_recorded = next.is_some();
        set(&playback.next, next);
        let record = session.step(send).await;
        // Where the request could not even be sent, the answer is still there.
        let left = set(&playback.next, None).map(|next| next.revisions);
        if let Some(known) = set(&playback.given, None).or(left) {
            revisions = known;
        }
        if let (true, Some(analysis)) = (is_recorded, record.analysis) {
            judged.push(JudgedStep { step, judgement: record.judgement, analysis });
        }
    }
    Ok(judged)
}

fn set<T>(slot: &Mutex<Option<T>>, value: Option<T>) -> Option<T> {
    std::mem::replace(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner), value)
}

/// Which revision of the server stands for which token of the recording: equal where equal,
/// different where different.
type Revisions = BTreeMap<String, String>;

/// The answer that is given next.
struct Next {
    told: RecordedOutcome,
    whole: bool,
    made: Provisioned,
    revisions: Revisions,
}

/// The reference server with recorded answers in the place of its own.
struct Playback {
    server: ReferenceServer,
    next: Mutex<Option<Next>>,
    /// The revisions that are known after an answer was given.
    given: Mutex<Option<Revisions>>,
}

impl Handler for Playback {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let own = self.server.handle(request);
            let Some(mut next) = set(&self.next, None) else { return Ok(own) };
            let response = next.response(&own);
            set(&self.given, Some(next.revisions));
            Ok(response)
        })
    }
}

impl Next {
    /// The recorded answer as this target gives it; `own` is what the reference server answers.
    fn response(&mut self, own: &WireResponse) -> WireResponse {
        let RecordedOutcome::Answer(answer) = self.told.clone() else {
            // What a lost answer stands for is never judged.
            return WireResponse { status: 503, ..WireResponse::default() };
        };
        let code = own.header("x-amzn-errortype").map(str::to_owned);
        if !self.whole && own.status == answer.status && code == answer.code {
            // The body was not kept: the reference server's stands for it.
            return own.clone();
        }
        let mut headers = Vec::new();
        let kind = answer.content_type.clone();
        headers.extend(kind.map(|kind| ("content-type".to_owned(), kind)));
        if let Some(code) = answer.code.as_ref().filter(|_| !answer.code_in_body) {
            headers.push(("x-amzn-errortype".to_owned(), self.text(code)));
        }
        let body = match answer.as_ref() {
            RecordedResponse { body: Some(body), .. } => self.body(body, own).to_string(),
            RecordedResponse { text: Some(text), .. } => self.text(text),
            _ => String::new(),
        };
        WireResponse { status: answer.status, headers, body: body.into_bytes(), truncated: false }
    }

    fn text(&self, text: &str) -> String {
        Template::parse(text).resolve(&self.made).unwrap_or_else(|_| text.to_owned())
    }

    fn body(&mut self, body: &Value, own: &WireResponse) -> Value {
        let mut body = resolve_value(body, &self.made).unwrap_or_else(|_| body.clone());
        let told = body.get("RevisionId").and_then(Value::as_str);
        let told = told.filter(|text| text.starts_with("<revision:")).map(str::to_owned);
        if let Some(told) = told {
            let known = self.revisions.get(&told).cloned();
            let revision = known.unwrap_or_else(|| {
                // The server's own where it has one that stands for no other.
                let own =
                    own.json().and_then(|body| body["RevisionId"].as_str().map(str::to_owned));
                let free = own.filter(|own| !self.revisions.values().any(|taken| taken == own));
                free.unwrap_or_else(|| {
                    format!("00000000-0000-4000-8000-{:0>12}", self.revisions.len())
                })
            });
            body["RevisionId"] = revision.clone().into();
            self.revisions.insert(told, revision);
        }
        body
    }
}
