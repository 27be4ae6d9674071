//! The target: an implementation under test, and everything needed to ask it.
//!
//! Here lives the only code that knows an HTTP client and AWS's crates. In come requests as bytes
//! ([`WireRequest`]) and fixtures; out go [`Observation`]s and what was provisioned. What an
//! answer is worth, is decided elsewhere.
//!
//! * [`endpoint`] reads the URL that a user names;
//! * [`sign`](mod@sign) signs with SigV4;
//! * [`service`] takes functions and services of this process for implementations;
//! * [`transport`] and `http1` do one exchange, over HTTP or in this process, whatever comes back;
//! * [`throttle`] waits when asked to;
//! * [`lambda`] knows the requests of the operations around AddPermission;
//! * [`fixture`], `provision` and `steps` make, change and delete functions, versions, aliases;
//! * [`spawn`] starts a target and ends it;
//! * [`preflight`] finds out whether the target can be tested at all, and what it can do.
//!
//! A write is never sent twice: only a request that was throttled (so refused) or never written
//! goes out again.

pub mod endpoint;
pub mod fixture;
mod http1;
pub mod lambda;
pub mod preflight;
mod provision;
pub mod service;
pub mod sign;
pub mod spawn;
mod steps;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
pub mod transport;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

pub use endpoint::{Endpoint, EndpointError, RealAws};
pub use fixture::{FixtureError, Leftover, Provisioned, ProvisionedFunction};
pub use lambda::is_unsupported;
pub use preflight::PreflightError;
pub use sign::Credentials;
pub use throttle::Patience;
pub use transport::{Handler, Handling, Timing};

use crate::observation::{Observation, TransportFault};
use crate::wire::WireRequest;
use http1::Http;
use provision::Registry;
use sign::{Scope, sign};
use throttle::Waits;
use transport::{ExtraHeaders, Transport};

/// How a target is spoken to.
#[derive(Clone, Debug)]
pub struct TargetConfig {
    /// The region that requests are signed for.
    pub region: String,
    /// What requests are signed with; unsigned without.
    pub credentials: Option<Credentials>,
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
}

impl TargetConfig {
    /// The usual settings for an emulator.
    pub fn new(run_id: &str) -> Self {
        Self {
            region: "us-east-1".into(),
            credentials: Some(Credentials::dummy()),
            timeout: Duration::from_secs(10),
            patience: Patience::default(),
            role: None,
            prefix: "permspec".into(),
            run_id: run_id.into(),
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
        let shared = Shared {
            config,
            authority,
            address,
            transport,
            requests: AtomicU64::new(0),
            waits: Waits::default(),
            registry: Registry::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The endpoint as reports name it.
    pub fn address(&self) -> &str {
        &self.shared.address
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

    /// Signs and sends one request; waits and sends it again while it is throttled.
    pub async fn send(&self, request: &WireRequest) -> Observation {
        self.send_timed(request).await.0
    }

    /// As [`send`](Self::send), with the time of the sending that was answered.
    pub async fn send_timed(&self, request: &WireRequest) -> (Observation, Timing) {
        self.send_to("lambda", &self.shared.config.region, request).await
    }

    /// Sends each request on a connection (in this process: a thread) of its own, all released at once; none is sent again.
    /// The results stand in the order of the requests.
    pub async fn send_together(&self, requests: Vec<WireRequest>) -> Vec<(Observation, Timing)> {
        self.shared.requests.fetch_add(requests.len() as u64, Ordering::Relaxed);
        let region = &self.shared.config.region;
        let requests = requests
            .into_iter()
            .map(|request| {
                let extra = self.extra_headers("lambda", region, &request);
                (request, extra)
            })
            .collect();
        self.shared.transport.send_together(requests).await
    }

    /// A request to IAM at the same endpoint.
    async fn send_iam(&self, request: &WireRequest) -> Observation {
        self.send_to(IAM.0, IAM.1, request).await.0
    }

    async fn send_to(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
    ) -> (Observation, Timing) {
        let mut spent = Duration::ZERO;
        let mut attempt = 0;
        loop {
            // Signed anew each time: a signature is good for minutes only.
            let extra = match self.extra_headers(service, region, request) {
                Ok(extra) => extra,
                Err(fault) => {
                    let now = std::time::Instant::now();
                    let timing = Timing { started: now, ended: now };
                    return (Observation::Fault(fault), timing);
                }
            };
            self.shared.requests.fetch_add(1, Ordering::Relaxed);
            let (observation, timing) = self.shared.transport.send(request, &extra).await;
            let wait = observation.answer().filter(|answer| throttle::is_throttled(answer));
            let wait = wait.and_then(|answer| {
                self.shared.waits.next(&self.shared.config.patience, answer, attempt, spent)
            });
            let Some(wait) = wait else { return (observation, timing) };
            tokio::time::sleep(wait).await;
            spent += wait;
            attempt += 1;
        }
    }

    /// What goes out beside the request's own headers.
    fn extra_headers(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
    ) -> Result<ExtraHeaders, TransportFault> {
        let agent = concat!("permspec/", env!("CARGO_PKG_VERSION"));
        let mut headers = vec![("user-agent".to_owned(), agent.to_owned())];
        if let Some(credentials) = &self.shared.config.credentials {
            let scope = Scope { service, region, authority: &self.shared.authority };
            let signed = sign(credentials, scope, request, SystemTime::now())
                .map_err(|error| TransportFault::Untransportable(error.to_string()))?;
            headers.extend(signed);
        }
        Ok(headers)
    }
}
