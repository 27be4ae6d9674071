//! How a request is sent: gate, budget, rate limit, signature. Throttled requests and failed reads
//! are repeated here, before anything is judged.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::credentials::Signing;
use super::gate;
use super::health::refused_credentials;
use super::lambda;
use super::sign::{Scope, sign};
use super::throttle;
use super::transport::{ExtraHeaders, Timing};
use super::{IAM, Target};
use crate::observation::{Answer, Observation, TransportFault};
use crate::wire::{WireRequest, encode};

/// The purpose of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Testing, within all limits.
    Test,
    /// Cleanup, which is also attempted after the budget is spent or the target seems lost.
    Undo,
}

/// Number of times that a read is repeated after a server error.
const READ_AGAIN: u32 = 4;

fn withheld(why: impl Into<String>) -> TransportFault {
    TransportFault::Withheld(why.into())
}

impl Target {
    /// Signs and sends one request, and repeats it while it is throttled.
    pub async fn send(&self, request: &WireRequest) -> Observation {
        self.send_timed(request).await.0
    }

    /// Like [`send`](Self::send), with the times of the attempt that was answered.
    pub async fn send_timed(&self, request: &WireRequest) -> (Observation, Timing) {
        self.send_to("lambda", &self.shared.config.region, request, Purpose::Test).await
    }

    /// Sends a cleanup request.
    pub(super) async fn send_undo(&self, request: &WireRequest) -> Observation {
        self.send_to("lambda", &self.shared.config.region, request, Purpose::Undo).await.0
    }

    /// Sends a request to IAM at the same endpoint.
    pub(super) async fn send_iam(&self, request: &WireRequest) -> Observation {
        self.send_to(IAM.0, IAM.1, request, Purpose::Undo).await.0
    }

    /// Sends each request on its own connection, all released at once; none is repeated. The
    /// results are in the order of the requests. If one of them must not be sent, none is.
    pub async fn send_together(&self, requests: Vec<WireRequest>) -> Vec<(Observation, Timing)> {
        let region = &self.shared.config.region;
        let count = requests.len() as u32;
        let stopped = requests
            .iter()
            .find_map(|request| self.may_go("lambda", request).err())
            .or_else(|| self.spend(count, Purpose::Test).err());
        if let Some(fault) = stopped {
            let now = Instant::now();
            let timing = Timing { started: now, ended: now };
            return requests.iter().map(|_| (Observation::Fault(fault.clone()), timing)).collect();
        }
        self.shared.pace.turn(count).await;
        let mut ready = Vec::new();
        for request in requests {
            let extra = self.extra_headers("lambda", region, &request).await;
            ready.push((request, extra));
        }
        let results = self.shared.transport.send_together(ready).await;
        if results.iter().any(|(observation, _)| observation.answer().is_some()) {
            self.shared.health.answered();
        }
        results
    }

    async fn send_to(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
        purpose: Purpose,
    ) -> (Observation, Timing) {
        let mut spent = Duration::ZERO;
        let mut attempt = 0;
        loop {
            let (observation, timing) = self.once(service, region, request, purpose).await;
            let again = self.again(request, &observation, purpose, attempt, spent).await;
            let wait = match again {
                Ok(None) => return (observation, timing),
                Ok(Some(wait)) => wait,
                Err(fault) => return (Observation::Fault(fault), timing),
            };
            tokio::time::sleep(wait).await;
            spent += wait;
            attempt += 1;
        }
    }

    /// Sends a request once, if it may be sent.
    async fn once(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
        purpose: Purpose,
    ) -> (Observation, Timing) {
        let ready = async {
            self.may_go(service, request)?;
            self.spend(1, purpose)?;
            self.shared.pace.turn(1).await;
            // Each attempt is signed again, since a signature is only valid for minutes.
            self.extra_headers(service, region, request).await
        };
        match ready.await {
            Ok(extra) => self.shared.transport.send(request, &extra).await,
            Err(fault) => {
                let now = Instant::now();
                (Observation::Fault(fault), Timing { started: now, ended: now })
            }
        }
    }

    /// Whether the bytes may be sent to this target.
    fn may_go(&self, service: &str, request: &WireRequest) -> Result<(), TransportFault> {
        let Some(rails) = &self.shared.config.rails else { return Ok(()) };
        let role = self.shared.config.role.as_deref();
        rails.gate(&self.shared.namespace, role).check(service, request).map_err(withheld)
    }

    /// Counts requests before they are sent; fails if the target is lost or the budget spent. One
    /// request of the budget is reserved for the deletion of each function.
    fn spend(&self, count: u32, purpose: Purpose) -> Result<(), TransportFault> {
        let (requests, count) = (&self.shared.requests, u64::from(count));
        if purpose == Purpose::Test {
            if let Some(why) = self.shared.health.ended() {
                return Err(withheld(why));
            }
            if let Some(rails) = &self.shared.config.rails {
                let most = rails.max_requests;
                let kept = self.shared.registry.names().len() as u64;
                let spent = requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sent| {
                    (sent + count + kept <= most).then_some(sent + count)
                });
                return spent.map(|_| ()).map_err(|_| {
                    withheld(format!("the budget of {most} requests is spent (--max-requests)"))
                });
            }
        }
        requests.fetch_add(count, Ordering::Relaxed);
        Ok(())
    }

    /// Whether and after which wait a request is repeated; a fault if the response only shows that
    /// the target is not usable any more.
    async fn again(
        &self,
        request: &WireRequest,
        observation: &Observation,
        purpose: Purpose,
        attempt: u32,
        spent: Duration,
    ) -> Result<Option<Duration>, TransportFault> {
        let (config, health) = (&self.shared.config, &self.shared.health);
        let is_railed = config.rails.is_some();
        let answer = match observation {
            Observation::Answer(answer) => answer,
            Observation::Fault(fault) => {
                return Ok(self.outage(fault).filter(|_| purpose == Purpose::Test));
            }
        };
        if throttle::may_go_again(request, answer) {
            let wait = self.shared.waits.next(&config.patience, answer, attempt, spent);
            if wait.is_none() && health.throttle_exhausted() && is_railed {
                health.end(format!(
                    "the target throttles more than it answers ({} answers so far); \
                     wait a while, or lower --rate",
                    self.throttled()
                ));
            }
            return Ok(wait);
        }
        if let (Signing::Chain(_), Some(why)) = (&config.signing, refused_credentials(answer)) {
            if attempt == 0 && Box::pin(config.signing.renew()).await {
                return Ok(Some(Duration::ZERO));
            }
            if Box::pin(self.refuses_us()).await {
                health.end(why.clone());
                return Err(withheld(why));
            }
        }
        health.answered();
        let read_again = is_railed && !request.is_write() && answer.status() >= 500;
        Ok((read_again && attempt < READ_AGAIN).then(|| self.shared.waits.backoff(attempt)))
    }

    /// Whether the target rejects the credentials for every request. An unusual request may get
    /// such a response for other reasons.
    async fn refuses_us(&self) -> bool {
        let harmless = lambda::get_function_configuration(lambda::NONEXISTENT_FUNCTION);
        let region = &self.shared.config.region;
        let (observation, _) = self.once("lambda", region, &harmless, Purpose::Test).await;
        observation.answer().is_some_and(|answer| refused_credentials(answer).is_some())
    }

    /// Decides about a request without a response. Without a connection nothing was sent, and a
    /// target that has responded before gets some time to return.
    fn outage(&self, fault: &TransportFault) -> Option<Duration> {
        let (config, health) = (&self.shared.config, &self.shared.health);
        let silent = health.silent_for()?;
        let (lost, patience) = match fault {
            TransportFault::Connect(_) => (true, config.patience.outage),
            TransportFault::Timeout => {
                (config.rails.is_some(), config.patience.outage.max(config.timeout * 3))
            }
            _ => return None,
        };
        if lost && silent >= patience {
            health.end(format!(
                "the target does not answer any more ({fault}); see whether it still runs and \
                 whether you are online, then run this again"
            ));
            return None;
        }
        let unsent = matches!(fault, TransportFault::Connect(_));
        (unsent && health.ended().is_none()).then(|| patience / 10)
    }

    /// Headers that are added to those of the request.
    async fn extra_headers(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
    ) -> Result<ExtraHeaders, TransportFault> {
        let agent = concat!("permspec/", env!("CARGO_PKG_VERSION"));
        let mut headers = vec![("user-agent", agent.to_owned())];
        let credentials =
            Box::pin(self.shared.config.signing.credentials()).await.map_err(|error| {
                self.shared.health.end(error.to_string());
                withheld(error.to_string())
            })?;
        if let Some(credentials) = &credentials {
            let scope = Scope { service, region, authority: &self.shared.authority };
            let signed = sign(credentials, scope, request, SystemTime::now())
                .map_err(|error| TransportFault::Untransportable(error.to_string()))?;
            headers.extend(signed);
        }
        Ok(headers)
    }

    /// Whether the gate rejects a request.
    pub fn holds_back(&self, request: &WireRequest) -> bool {
        self.may_go("lambda", request).is_err()
    }

    /// The request that revokes what this one may have granted to others; `None` if it granted them
    /// nothing.
    pub fn retraction(
        &self,
        request: &WireRequest,
        observation: &Observation,
    ) -> Option<WireRequest> {
        let rails = self.rails().filter(|rails| rails.allow_public)?;
        let adds = request.method == "POST" && request.path.ends_with("/policy");
        if !adds || gate::is_narrow(&request.body, &rails.account) {
            return None;
        }
        let granted = match observation {
            Observation::Answer(answer) => !(400..500).contains(&answer.status()),
            Observation::Fault(fault) => matches!(
                fault,
                TransportFault::Timeout | TransportFault::Dropped(_) | TransportFault::Garbled(_)
            ),
        };
        let shown = observation.answer().and_then(|answer| answer.nested("Statement"));
        let sent: Option<Value> = serde_json::from_slice(&request.body).ok();
        let sid = |value: Option<&Value>, name: &str| {
            Some(value?.get(name)?.as_str()?.to_owned()).filter(|sid| !sid.is_empty())
        };
        // Without an id there is nothing to remove, and the caller deletes the function.
        let sid = sid(shown.as_ref(), "Sid")
            .or_else(|| sid(sent.as_ref(), "StatementId"))
            .unwrap_or_else(|| "permspec".to_owned());
        let mut removal = WireRequest::new("DELETE", format!("{}/{}", request.path, encode(&sid)));
        request.query.clone_into(&mut removal.query);
        granted.then_some(removal)
    }

    /// Revokes a grant; true if it is certainly gone.
    pub async fn take_back(&self, removal: &WireRequest) -> (Observation, bool) {
        let observation = self.send_undo(removal).await;
        let gone = observation.answer().is_some_and(Answer::is_success);
        (observation, gone)
    }

    /// Why the target is not usable any more, if so.
    pub fn ended(&self) -> Option<String> {
        self.shared.health.ended()
    }
}
