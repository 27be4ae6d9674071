//! The way of a request out: the gate, the budget, its turn, the signature; and what is done about
//! its answer before anybody judges it. Whatever carries the bytes, the time for one exchange is
//! bounded here, the end of the run is observed here, and secrets are masked here.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use super::credentials::Signing;
use super::gate::{self, Names};
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

    /// Sends a request that takes back what was made: also where the budget is spent, and for a
    /// short while after the run was told to end.
    pub async fn send_undo(&self, request: &WireRequest) -> Observation {
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
        let now = Instant::now();
        let unsent = |fault: &TransportFault| {
            let timing = Timing { started: now, ended: now };
            requests.iter().map(|_| (Observation::Fault(fault.clone()), timing)).collect()
        };
        let stopped = requests
            .iter()
            .find_map(|request| self.may_go("lambda", request).err())
            .or_else(|| self.over())
            .or_else(|| self.spend(count, Purpose::Test).err());
        if let Some(fault) = stopped {
            return unsent(&fault);
        }
        let exchange = async {
            self.shared.pace.turn(count).await;
            let mut ready = Vec::new();
            for request in &requests {
                let extra = self.extra_headers("lambda", region, request).await;
                ready.push((request.clone(), extra));
            }
            self.shared.transport.send_together(ready).await
        };
        let results = match self.shared.halt.unless(exchange).await {
            Ok(results) => results,
            // Some may have arrived.
            Err(why) => return unsent(&TransportFault::Abandoned(why)),
        };
        if results.iter().any(|(observation, _)| observation.answer().is_some()) {
            self.shared.health.answered();
        }
        results.into_iter().map(|(seen, timing)| (self.masked(seen), timing)).collect()
    }

    /// What came back, without what it echoes of our credentials.
    fn masked(&self, observation: Observation) -> Observation {
        match observation {
            Observation::Answer(answer) => {
                let masked = self.shared.secrets.mask(answer.response.clone());
                Observation::Answer(if masked == answer.response {
                    answer
                } else {
                    Answer::read(masked)
                })
            }
            Observation::Fault(fault) => Observation::Fault(self.shared.secrets.mask_fault(fault)),
        }
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
            if !self.wait_for(wait, purpose).await {
                // What was answered stands: it was refused.
                return (observation, timing);
            }
            spent += wait;
            attempt += 1;
        }
    }

    /// Waits before a request is sent again; false where it is not to be sent any more.
    async fn wait_for(&self, wait: Duration, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Test => self.pause(wait).await,
            Purpose::Undo => self.pause_to_clean_up(wait).await,
        }
    }

    /// Pauses between two tries to take something back; false where no time is left for another.
    pub(super) async fn pause_to_clean_up(&self, wait: Duration) -> bool {
        let halt = &self.shared.halt;
        let began = Instant::now();
        // Told to end meanwhile, it does not wait longer than that leaves time for.
        let waited = halt.unless(tokio::time::sleep(wait)).await;
        match halt.cleanup_left() {
            None => true,
            Some(left) => {
                let rest = wait.saturating_sub(began.elapsed());
                if waited.is_err() && rest < left {
                    tokio::time::sleep(rest).await;
                }
                rest < left
            }
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
        let now = Instant::now();
        let fault = |fault| (Observation::Fault(fault), Timing { started: now, ended: now });
        let exchange = self.exchange(service, region, request, purpose);
        let result = match (purpose, self.shared.halt.cleanup_left()) {
            (Purpose::Test, Some(_)) => {
                return fault(self.over().unwrap_or_else(|| withheld("the run ended")));
            }
            (Purpose::Test, None) => match self.shared.halt.unless(exchange).await {
                Ok(result) => result,
                Err(why) => return fault(TransportFault::Abandoned(why)),
            },
            (Purpose::Undo, _) => {
                let silence = self.shared.hanging.silence(self.shared.config.timeout);
                let sent = tokio::time::timeout(silence, exchange);
                let result = self.shared.halt.within_cleanup(sent).await;
                result.and_then(Result::ok).unwrap_or_else(|| {
                    self.shared.hanging.note(request, None);
                    Err(TransportFault::Timeout)
                })
            }
        };
        match result {
            Ok((observation, timing)) => (self.masked(observation), timing),
            Err(why) => fault(why),
        }
    }

    /// One exchange, in the time that there is for one.
    async fn exchange(
        &self,
        service: &str,
        region: &str,
        request: &WireRequest,
        purpose: Purpose,
    ) -> Result<(Observation, Timing), TransportFault> {
        self.may_go(service, request)?;
        self.spend(1, purpose)?;
        self.shared.pace.turn(1).await;
        // Signed anew each time: a signature is good for minutes only.
        let extra = self.extra_headers(service, region, request).await?;
        let hanging = &self.shared.hanging;
        let limit = hanging.limit(self.shared.config.timeout);
        let sent = self.shared.transport.send(request, &extra);
        let started = Instant::now();
        let (observation, timing) = tokio::time::timeout(limit, sent).await.unwrap_or_else(|_| {
            let timing = Timing { started, ended: Instant::now() };
            (Observation::Fault(TransportFault::Timeout), timing)
        });
        match &observation {
            Observation::Answer(_) => {
                hanging.note(request, Some(timing.ended.duration_since(timing.started)));
            }
            Observation::Fault(TransportFault::Timeout) => hanging.note(request, None),
            Observation::Fault(_) => {}
        }
        Ok((observation, timing))
    }

    /// What a request has in common with several that were never answered, where nothing with it
    /// ever was.
    pub fn never_answers(&self, request: &WireRequest) -> Option<String> {
        self.shared.hanging.hopeless(request)
    }

    /// Whether the bytes may be sent to this target.
    fn may_go(&self, service: &str, request: &WireRequest) -> Result<(), TransportFault> {
        let (config, given) = (&self.shared.config, self.shared.registry.given());
        let names = Names { namespace: &self.shared.namespace, given: &given };
        if let Some(rails) = &config.rails {
            let gate = rails.gate(names, config.role.as_deref());
            return gate.check(service, request).map_err(withheld);
        }
        if service != "lambda" || config.holds_no_functions {
            return Ok(());
        }
        names.check(request).map_err(withheld)
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
        let harmless = lambda::get_function_configuration(&self.nobody());
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
            for secret in credentials.parts() {
                self.shared.secrets.add(secret);
            }
            self.shared.secrets.add_headers(&signed);
            headers.extend(signed);
        }
        Ok(headers)
    }

    /// The name of a function that nobody has.
    pub(super) fn nobody(&self) -> String {
        format!("{}nobody", self.shared.namespace)
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
                TransportFault::Timeout
                    | TransportFault::Dropped(_)
                    | TransportFault::Garbled(_)
                    | TransportFault::OverLimit(_)
                    | TransportFault::Abandoned(_)
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
