//! The walk that every client takes: what it calls, and what the reference server answers.

use permspec::server::{Credentials, Readings, ServerOptions, Throttle};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Some steps on one server.
#[derive(Deserialize)]
pub struct Stage {
    about: String,
    readings: Vec<String>,
    #[serde(default)]
    throttled: bool,
    pub steps: Vec<Step>,
}

/// A call and its answer. A member `$revision.NAME` is the RevisionId that step NAME was answered.
#[derive(Deserialize, Serialize)]
pub struct Step {
    pub name: String,
    pub call: String,
    pub with: Map<String, Value>,
    status: u16,
    #[serde(default)]
    pub gives: Map<String, Value>,
    code: Option<String>,
    message: Option<String>,
    r#type: Option<String>,
}

/// What a client made of an answer.
#[derive(Deserialize, Default)]
pub struct RecordedOutcome {
    /// Absent where the client does not tell.
    pub status: Option<u16>,
    #[serde(default)]
    pub gives: Map<String, Value>,
    /// The client's own class of exception.
    pub class: Option<String>,
    pub code: Option<String>,
    pub message: Option<String>,
    pub r#type: Option<String>,
}

/// What a client can tell.
pub struct Client {
    /// The class of errors that Lambda's model does not hold.
    pub base: &'static str,
    /// Whether it tells statuses, and the member Type of errors.
    pub tells_status: bool,
    pub tells_type: bool,
}

impl Stage {
    /// Every stage.
    pub fn all() -> Vec<Self> {
        // Long enough that two fit into a policy and three do not.
        let text = include_str!("walk.json").replace("${long}", &"b".repeat(9000));
        serde_json::from_str(&text).unwrap()
    }

    /// A server that checks signatures: each client signs in a way of its own.
    pub fn server(&self) -> ServerOptions {
        ServerOptions {
            readings: Readings::from_names(self.readings.iter().map(String::as_str)).unwrap(),
            throttle: self.throttled.then_some(Throttle::Every(1)),
            verify_signatures: Some(Credentials {
                access_key: ACCESS_KEY.into(),
                secret_key: SECRET_KEY.into(),
                session_token: None,
                expired: false,
            }),
            ..ServerOptions::default()
        }
    }

    /// Holds what a client told against what is expected.
    #[track_caller]
    pub fn hold(&self, client: &Client, told: &[RecordedOutcome]) {
        let mut wrong = Vec::new();
        for (step, told) in self.steps.iter().zip(told) {
            let class = step.code.as_ref().map(|code| match code.as_str() {
                "ValidationException" => client.base.to_owned(),
                modelled => modelled.to_owned(),
            });
            let mut check = |what: &str,
                             expected: &dyn std::fmt::Debug,
                             told: &dyn std::fmt::Debug| {
                let (expected, told) = (format!("{expected:?}"), format!("{told:?}"));
                if expected != told {
                    let name = &step.name;
                    wrong
                        .push(format!("{name}: {what} should be\n    {expected}, not\n    {told}"));
                }
            };
            check("the class", &class, &told.class);
            check("the code", &step.code, &told.code);
            check("the message", &step.message, &told.message);
            check("what it gives", &step.gives, &told.gives);
            // A client that took an answer for a success need not tell which.
            if client.tells_status && (step.code.is_some() || told.status.is_some()) {
                check("the status", &Some(step.status), &told.status);
            }
            if client.tells_type {
                check("Type", &step.r#type, &told.r#type);
            }
        }
        assert_eq!(told.len(), self.steps.len(), "{}: some steps were not taken", self.about);
        assert!(wrong.is_empty(), "{}:\n{}", self.about, wrong.join("\n"));
    }
}

pub const ACCESS_KEY: &str = "AKIDWALK";
pub const SECRET_KEY: &str = "walk+secret/0";
pub const REGION: &str = "us-east-1";
