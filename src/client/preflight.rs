//! Whether a target can be tested at all, and what it can do.
//!
//! One AddPermission must work here; how good its answer is, is for the rules. All that is made
//! is deleted again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::Target;
use super::fixture::{FixtureError, Provisioned};
use super::health::{denied, refused_credentials};
use super::lambda::describe;
use crate::event::TargetInfo;
use crate::observation::{Observation, TransportFault, printable};
use crate::scenario::{AddPermission, Body, Fixture, GetPolicy, RemovePermission, Template};
use crate::wire::WireRequest;

/// How long a function that was just made may not show, whatever is known of consistency.
const AWHILE: Duration = Duration::from_secs(1);

/// Why a target cannot be tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreflightError {
    /// Nobody answers there.
    #[error("nothing answers at {endpoint} ({fault}); start the target, or correct the endpoint")]
    Unreachable {
        /// The endpoint.
        endpoint: String,
        /// What happened.
        fault: TransportFault,
    },
    /// Connections are accepted, but nothing is answered.
    #[error(
        "{endpoint} accepts connections, but answered nothing in {seconds} s; see whether it has \
         started, or give it longer with --ready-timeout"
    )]
    Silent {
        /// The endpoint.
        endpoint: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Somebody answers, but not with HTTP.
    #[error("what answers at {endpoint} does not speak HTTP ({fault}); correct the endpoint")]
    NotHttp {
        /// The endpoint.
        endpoint: String,
        /// What happened.
        fault: TransportFault,
    },
    /// The credentials are refused, or there are none.
    #[error("{0}")]
    Refused(String),
    /// Everything is throttled.
    #[error(
        "{endpoint} throttles everything ({answers} answers said so); wait a while, or lower --rate"
    )]
    Throttled {
        /// The endpoint.
        endpoint: String,
        /// How many answers said so.
        answers: u64,
    },
    /// The role is in another account than the credentials are for.
    #[error(
        "the role is in the account {role}, and the credentials are for {credentials}; \
         name the role or the profile of one account"
    )]
    OtherAccount {
        /// The account of the role.
        role: String,
        /// The account of the credentials.
        credentials: String,
    },
    /// No function could be made or taken, so there is nothing to grant permission on.
    #[error("cannot create a function for testing: {0}")]
    Fixture(#[from] FixtureError),
    /// The plainest AddPermission was refused.
    #[error(
        "the plainest AddPermission (s3.amazonaws.com may invoke a new function) was answered \
         {answer}; without it nothing can be tested"
    )]
    AddPermission {
        /// Status, code and message.
        answer: String,
    },
    /// The plainest AddPermission succeeded without a statement.
    #[error(
        "the plainest AddPermission was answered {answer}, without a Statement; \
         is this an implementation of Lambda?"
    )]
    NoStatement {
        /// Status and body.
        answer: String,
    },
}

impl Target {
    /// Finds out whether the target can be tested and what it can do, on a function of its own.
    pub async fn preflight(&self) -> Result<TargetInfo, PreflightError> {
        let server = self.knock().await?;
        let mut made = self.provision(&Fixture::plain(), "pre").await?;
        let found = self.explore(&mut made).await;
        // Also where something failed: what cannot be deleted stays registered.
        let deleted = match self.release(&made).await.first() {
            None => "yes".to_owned(),
            Some(leftover) => format!("no: {}", leftover.why),
        };
        let mut abilities = found?;
        abilities.insert("DeleteFunction".into(), deleted);
        Ok(self.info(server, made, abilities))
    }

    /// As [`preflight`](Self::preflight), on a function of the user's own: only its policy is
    /// touched, and every ability that would change more is left out.
    pub async fn preflight_on(&self, function: &str) -> Result<TargetInfo, PreflightError> {
        let server = self.knock().await?;
        let made = self.adopt(function).await?;
        let abilities = self.explore_policy(&made).await?;
        Ok(self.info(server, made, abilities))
    }

    fn info(
        &self,
        server: Option<String>,
        made: Provisioned,
        abilities: BTreeMap<String, String>,
    ) -> TargetInfo {
        TargetInfo {
            name: None,
            endpoint: self.address().to_owned(),
            proxy: self.proxy(),
            region: made.region,
            account: made.account,
            server,
            abilities,
            editions_followed: Vec::new(),
        }
    }

    /// Sends something harmless; returns what the target calls itself.
    async fn knock(&self) -> Result<Option<String>, PreflightError> {
        let read = super::lambda::get_function_configuration(&self.nobody());
        let endpoint = self.address().to_owned();
        let patience = self.shared.config.patience.first_answer;
        let began = Instant::now();
        let mut observation = self.send(&read).await;
        // A target that has just been started may take long for its first answer.
        while observation == Observation::Fault(TransportFault::Timeout)
            && began.elapsed() < patience
        {
            observation = self.send(&read).await;
        }
        match observation {
            Observation::Answer(answer) => {
                if let Some(why) = refused_credentials(&answer) {
                    return Err(PreflightError::Refused(why));
                }
                if answer.status() == 429 {
                    let answers = self.throttled();
                    return Err(PreflightError::Throttled { endpoint, answers });
                }
                if let Some(rails) = self.rails() {
                    if let Some(why) = denied(&answer) {
                        return Err(PreflightError::Refused(why));
                    }
                    // The answer names the ARN that was looked for, and with it the account.
                    let credentials = super::lambda::account_in_message(&answer);
                    if let Some(credentials) = credentials.filter(|found| *found != rails.account) {
                        let (role, credentials) =
                            (rails.account.clone(), printable(&credentials, 20));
                        return Err(PreflightError::OtherAccount { role, credentials });
                    }
                }
                Ok(answer.response.header("server").map(|server| printable(server, 120)))
            }
            Observation::Fault(TransportFault::Withheld(why) | TransportFault::Abandoned(why)) => {
                Err(PreflightError::Refused(why))
            }
            Observation::Fault(
                fault @ (TransportFault::Garbled(_) | TransportFault::Dropped(_)),
            ) => Err(PreflightError::NotHttp { endpoint, fault }),
            Observation::Fault(TransportFault::Timeout) => {
                let seconds = began.elapsed().as_secs().max(1);
                Err(PreflightError::Silent { endpoint, seconds })
            }
            Observation::Fault(fault) => Err(PreflightError::Unreachable { endpoint, fault }),
        }
    }

    /// Tries the operations on a policy.
    async fn explore_policy(
        &self,
        made: &Provisioned,
    ) -> Result<BTreeMap<String, String>, PreflightError> {
        let added = self.resource_until_found(made).await;
        let answer = describe(&added);
        let Some(success) = added.answer().filter(|answer| answer.is_success()) else {
            return Err(PreflightError::AddPermission { answer });
        };
        // How good the answer is, is for the rules; here it must only look like one.
        let body = success.json.as_ref().and_then(Value::as_object);
        let like_statement = |(name, value): (&String, &Value)| {
            name.eq_ignore_ascii_case("Statement") && (value.is_string() || value.is_object())
        };
        let has_statement =
            body.is_some_and(|body| body.iter().any(like_statement) || body.contains_key("Sid"));
        if !has_statement {
            return Err(PreflightError::NoStatement { answer });
        }
        let mut abilities = BTreeMap::new();
        abilities.insert("AddPermission".to_owned(), "yes".to_owned());
        let read = GetPolicy { function_name: function_a(), ..GetPolicy::default() };
        let read = match read.to_wire(made) {
            Ok(request) => ability(&self.read_until_it_shows(&request).await),
            Err(error) => format!("no: {error}"),
        };
        abilities.insert("GetPolicy".to_owned(), read);
        abilities.insert("RemovePermission".to_owned(), ability(&self.revoke(made).await));
        Ok(abilities)
    }

    /// The plainest grant on a function that was just made, and again while it is not found: how
    /// long that takes is remembered, so that later functions are not used too early.
    async fn resource_until_found(&self, made: &Provisioned) -> Observation {
        let began = Instant::now();
        let bound = self.consistency().bound().unwrap_or_default().max(AWHILE);
        let mut pause = Duration::from_millis(50);
        loop {
            let observation = self.resource(made, None).await;
            let absent =
                matches!(&observation, Observation::Answer(answer) if answer.status() == 404);
            if !absent || made.adopted || began.elapsed() >= bound {
                if !absent && pause > Duration::from_millis(50) {
                    self.shared.readiness.note_late(began.elapsed());
                }
                return observation;
            }
            if !self.pause(pause).await {
                return observation;
            }
            pause = (pause * 3 / 2).min(Duration::from_millis(500));
        }
    }

    /// Reads what was just written, and again where it may take its time to show.
    async fn read_until_it_shows(&self, request: &WireRequest) -> Observation {
        let began = Instant::now();
        let mut pause = Duration::from_millis(50);
        loop {
            let observation = self.send(request).await;
            let absent =
                matches!(&observation, Observation::Answer(answer) if answer.status() == 404);
            let bound = self.consistency().bound().unwrap_or_default();
            if !absent || began.elapsed() >= bound {
                return observation;
            }
            if !self.pause(pause.min(bound)).await {
                return observation;
            }
            pause = (pause * 3 / 2).min(Duration::from_secs(1));
        }
    }

    /// Tries everything, on a function that may be changed.
    async fn explore(
        &self,
        made: &mut Provisioned,
    ) -> Result<BTreeMap<String, String>, PreflightError> {
        let mut abilities = self.explore_policy(made).await?;
        let mut note = |name: &str, seen: String| abilities.insert(name.to_owned(), seen);
        let published = ability(&self.publish_version(made, "a").await);
        let version = made.functions.get("a").and_then(|function| function.versions.first());
        let qualifier = match version.cloned() {
            Some(version) => ability(&self.resource(made, Some(&version)).await),
            None => format!("no: there is no version to name ({published})"),
        };
        note("PublishVersion", published);
        note("Qualifier", qualifier);
        let created = ability(&self.create_alias(made, "a", "live", "$LATEST").await);
        let there = created == "yes";
        note("CreateAlias", created);
        // On an alias that is not there, these would show nothing.
        let absent = || "no: there is no alias to try it on".to_owned();
        let updated = self.update_alias(made, "a", "live", "$LATEST").await;
        note("UpdateAlias", if there { ability(&updated) } else { absent() });
        let deleted = self.delete_alias(made, "a", "live").await;
        note("DeleteAlias", if there { ability(&deleted) } else { absent() });
        Ok(abilities)
    }

    /// The StatementId of the grant; the run's own, since a function of the user's may still hold
    /// that of a run that was interrupted.
    fn statement_id(&self) -> String {
        format!("permspec-preflight-{}", self.shared.config.run_id)
    }

    /// The plainest grant.
    async fn resource(&self, made: &Provisioned, qualifier: Option<&str>) -> Observation {
        let members = [
            ("StatementId", json!(self.statement_id())),
            ("Action", json!("lambda:InvokeFunction")),
            ("Principal", json!("s3.amazonaws.com")),
        ];
        let members: Map<String, Value> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let add = AddPermission {
            function_name: function_a(),
            qualifier: qualifier.map(Template::literal),
            body: Body::Members(members),
            ..AddPermission::default()
        };
        match add.to_wire(made) {
            Ok(request) => self.send(&request).await,
            Err(error) => Observation::Fault(TransportFault::Untransportable(error.to_string())),
        }
    }

    /// Takes the plainest grant back.
    async fn revoke(&self, made: &Provisioned) -> Observation {
        let remove = RemovePermission {
            function_name: function_a(),
            statement_id: Template::literal(&self.statement_id()),
            ..RemovePermission::default()
        };
        match remove.to_wire(made) {
            Ok(request) => self.send(&request).await,
            Err(error) => Observation::Fault(TransportFault::Untransportable(error.to_string())),
        }
    }
}

fn function_a() -> Template {
    Template::reference("function.a")
}

/// `yes`, or `no` and what was answered.
fn ability(observation: &Observation) -> String {
    match observation.answer() {
        Some(answer) if answer.is_success() => "yes".to_owned(),
        _ => format!("no: {}", describe(observation)),
    }
}
