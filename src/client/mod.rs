//! The target: an implementation under test, and everything needed to ask it.
//!
//! Here lives the only code that knows an HTTP client and AWS's crates. In come requests as bytes
//! ([`WireRequest`](crate::wire::WireRequest)) and fixtures; out go
//! [`Observation`](crate::observation::Observation)s and what was provisioned. What an
//! answer is worth, is decided elsewhere.
//!
//! * [`endpoint`] reads the URL that a user names;
//! * `send` is the way of a request out: `gate` keeps back what might touch a function that is not
//!   ours, and what must not go to real AWS (within the limits of [`rails`]), `pace` spreads
//!   requests over time, [`credentials`] come from AWS's chain, [`sign`](mod@sign) signs with
//!   SigV4, `secrets` masks what the target echoes of that, `health` notes whether the target is
//!   lost, `hanging` what it never answers, and [`halt`] ends every wait when the run shall end;
//! * [`sdk_http`] is the HTTP client of AWS's crates, which fetch credentials;
//! * [`service`] takes functions and services of this process for implementations;
//! * [`transport`] does one exchange, over HTTP or in this process, with any outcome; over HTTP,
//!   `http` chooses between `sequential` (reqwest) and `http1` (a connection of our own), `exchange`
//!   is what the two share, `route` and `proxy` are the way to the endpoint;
//! * [`throttle`] waits when asked to, [`consistency`] says how soon writes show;
//! * [`lambda`] knows the requests of the operations around AddPermission;
//! * [`fixture`], `provision` and `steps` make, change and delete functions, versions, aliases;
//!   `readiness` waits until they can be used, and `release` deletes them;
//! * [`spawn`] starts a target and ends it;
//! * [`journal`] writes down what is made, and [`cleanup`] deletes what was left behind;
//! * [`preflight`] finds out whether the target can be tested at all, and what it can do.
//!
//! A write is never sent twice: only a request that was throttled (so refused) or never written
//! goes out again.

pub mod cleanup;
pub mod consistency;
pub mod credentials;
pub mod endpoint;
mod exchange;
pub mod fixture;
mod gate;
pub mod halt;
mod hanging;
mod health;
mod http;
mod http1;
pub mod journal;
pub mod lambda;
mod pace;
pub mod preflight;
mod provision;
mod proxy;
pub mod rails;
mod readiness;
mod release;
mod route;
pub mod sdk_http;
mod secrets;
mod send;
mod sequential;
pub mod service;
pub mod sign;
pub mod spawn;
mod steps;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
mod tls;
pub mod transport;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use consistency::{Consistency, Waited};
pub use credentials::{Chain, Credentials, Signing};
pub use endpoint::{Endpoint, EndpointError, RealAws};
pub use fixture::{FixtureError, Leftover, Provisioned, ProvisionedFunction};
pub use lambda::is_unsupported;
pub use preflight::PreflightError;
pub use rails::Rails;
pub use throttle::Patience;
pub use transport::{Handler, Handling, Timing};

use consistency::Waiting;
use halt::Halt;
use hanging::Hanging;
use health::Health;
use http::Http;
use journal::Journal;
use pace::Pace;
use provision::Registry;
use readiness::Readiness;
use secrets::Secrets;
use throttle::Waits;
use transport::Transport;

/// How a target is spoken to.
#[derive(Clone, Debug)]
pub struct TargetConfig {
    /// The region that requests are signed for.
    pub region: String,
    /// What requests are signed with.
    pub signing: Signing,
    /// The time for one exchange, from the connection to the last byte of the body.
    pub timeout: Duration,
    /// How long the target is waited for.
    pub patience: Patience,
    /// The execution role for functions; without one, one is invented, and made where the target
    /// looks it up.
    pub role: Option<String>,
    /// What the names of functions begin with.
    pub prefix: String,
    /// What sets this run's names apart from another's.
    pub run_id: String,
    /// Maximum number of requests per second.
    pub rate: Option<f64>,
    /// How soon reads show what was written.
    pub consistency: Consistency,
    /// The limits of a run on real AWS; none for an emulator.
    pub rails: Option<Rails>,
    /// Where what is made is written down first; none where nothing is made, or nothing outlasts
    /// this process.
    pub journal: Option<Arc<Journal>>,
    /// Whether a function that does not describe itself is taken for ours by its name alone, where
    /// things are cleaned up.
    pub trusts_names: bool,
    /// Functions beside its own that the run may send requests to.
    pub given: Vec<String>,
    /// Whether requests may name any function, since the target holds none: recorded answers.
    pub holds_no_functions: bool,
}

impl TargetConfig {
    /// The usual settings for an emulator.
    pub fn new(run_id: &str) -> Self {
        Self {
            region: "us-east-1".into(),
            signing: Signing::dummy(),
            timeout: Duration::from_secs(10),
            patience: Patience::default(),
            role: None,
            prefix: "permspec".into(),
            run_id: run_id.into(),
            rate: None,
            consistency: Consistency::Strong,
            rails: None,
            journal: None,
            trusts_names: false,
            given: Vec::new(),
            holds_no_functions: false,
        }
    }
}

/// An implementation under test. Clones are the same target.
#[derive(Clone)]
pub struct Target {
    shared: Arc<Shared>,
}

struct Shared {
    config: TargetConfig,
    authority: String,
    address: String,
    transport: Transport,
    requests: AtomicU64,
    waits: Waits,
    registry: Registry,
    /// What the names of this run's functions begin with.
    namespace: String,
    pace: Pace,
    health: Health,
    waiting: Waiting,
    readiness: Readiness,
    halt: Halt,
    hanging: Hanging,
    secrets: Secrets,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("transport", &self.shared.transport)
            .field("region", &self.shared.config.region)
            .finish_non_exhaustive()
    }
}

/// The service and region of Lambda's neighbour that roles are made with.
const IAM: (&str, &str) = ("iam", "us-east-1");

impl Target {
    /// A target behind HTTP.
    pub fn http(endpoint: Endpoint, config: TargetConfig) -> Self {
        let authority = endpoint.authority().to_owned();
        let address = endpoint.to_string();
        let transport = Transport::Http(Arc::new(Http::new(endpoint, config.timeout)));
        Self::new(transport, authority, address, config)
    }

    /// A target in this process, without a socket.
    pub fn in_process(handler: Arc<dyn Handler>, config: TargetConfig) -> Self {
        let transport = Transport::InProcess { handler, timeout: config.timeout };
        Self::new(transport, service::AUTHORITY.into(), "in-process".into(), config)
    }

    fn new(transport: Transport, authority: String, address: String, config: TargetConfig) -> Self {
        let namespace = if config.run_id.is_empty() {
            format!("{}-", config.prefix)
        } else {
            format!("{}-{}-", config.prefix, config.run_id)
        };
        let shared = Shared {
            namespace,
            pace: Pace::new(config.rate),
            health: Health::default(),
            waiting: Waiting::default(),
            readiness: Readiness::default(),
            halt: Halt::default(),
            hanging: Hanging::default(),
            secrets: Secrets::default(),
            config,
            authority,
            address,
            transport,
            requests: AtomicU64::new(0),
            waits: Waits::default(),
            registry: Registry::default(),
        };
        for name in &shared.config.given {
            shared.registry.give(name);
        }
        Self { shared: Arc::new(shared) }
    }

    /// The endpoint as reports name it.
    pub fn address(&self) -> &str {
        &self.shared.address
    }

    /// The proxy on the way to the endpoint, as reports name it.
    pub fn proxy(&self) -> Option<String> {
        match &self.shared.transport {
            Transport::Http(http) => http.proxy(),
            Transport::InProcess { .. } => None,
        }
    }

    /// The region that requests are signed for.
    pub fn region(&self) -> &str {
        &self.shared.config.region
    }

    /// Requests that were sent so far, those that were throttled too.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// Answers so far that asked us to slow down.
    pub fn throttled(&self) -> u64 {
        self.shared.waits.throttled.load(Ordering::Relaxed)
    }

    /// What the target is asked about what it showed of writes.
    pub fn consistency(&self) -> Consistency {
        self.shared.config.consistency
    }

    /// Notes that a read was repeated for so long, and whether it then agreed with what is known.
    pub fn waited_for(&self, took: Duration, agreed: bool) {
        self.shared.waiting.note(took, agreed);
    }

    /// What had to be waited for so far.
    pub fn waited(&self) -> Waited {
        self.shared.waiting.waited()
    }

    /// The functions that this run made and has not deleted yet.
    pub fn unreleased(&self) -> Vec<String> {
        self.shared.registry.names()
    }

    /// The command that removes what this run leaves behind.
    pub fn remedy(&self) -> String {
        let journal = self.shared.config.journal.as_ref();
        match journal.and_then(|journal| journal.path().parent()) {
            Some(folder) if folder == std::path::Path::new(journal::FOLDER) => {
                "permspec cleanup --yes".to_owned()
            }
            Some(folder) => {
                format!("permspec cleanup --journal {} --yes", quoted(&folder.display()))
            }
            None => {
                let (region, signing) = (self.region(), &self.shared.config.signing);
                let mut words = format!(
                    "permspec cleanup --endpoint {} --region {} --prefix {} --yes",
                    quoted(&self.shared.address),
                    quoted(&region),
                    quoted(&self.shared.namespace)
                );
                match signing {
                    Signing::Chain(_) => words.push_str(" --credentials chain"),
                    Signing::Nothing => words.push_str(" --credentials none"),
                    Signing::With(_) => {}
                }
                words
            }
        }
    }

    /// The limits that the run keeps to, where it is on real AWS.
    pub fn rails(&self) -> Option<&Rails> {
        self.shared.config.rails.as_ref()
    }
}

/// A word for a shell.
fn quoted(word: &dyn fmt::Display) -> String {
    let word = word.to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
