//! The reference server: its state behind a lock, and request handling.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::digest;
use super::mutants::{MutantSet, Mutation, Op, StateMutation, TransportMutation, When};
use super::options::{ServerOptions, Throttle};
use super::readings::{Reading, Readings};
use super::reply::ErrorReply;
use super::signature;
use super::state::State;
use crate::contract::{EditionChoice, ErrorCode};
use crate::model::request::is_refused_at_front;
use crate::model::{Analysis, ParsedBody, Request, World, analyse};
use crate::wire::{WireRequest, WireResponse};

/// An implementation of AddPermission and related operations, in memory.
#[derive(Debug)]
pub struct ReferenceServer {
    options: ServerOptions,
    state: Mutex<State>,
    traffic: Mutex<Traffic>,
    /// A request that was analysed already in the initial state.
    analysed: Option<Arc<Analysed>>,
}

/// A request and what the model says of it.
#[derive(Debug)]
pub(super) struct Analysed {
    pub request: WireRequest,
    pub analysis: Analysis,
}

/// Counters and timers.
#[derive(Debug, Default)]
struct Traffic {
    requests: u64,
    /// The states before writes that are not visible yet.
    history: Vec<(Instant, State)>,
    /// What is left in the bucket, and when that was so.
    bucket: Option<(f64, Instant)>,
}

/// A response, and how it is delivered.
#[derive(Debug, PartialEq)]
pub struct Delivery {
    /// The answer.
    pub response: WireResponse,
    /// The delay.
    pub delay: Duration,
    /// The delivery failure, if any.
    pub mishap: Option<DeliveryFailure>,
}

/// A failure in the delivery of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryFailure {
    /// The connection is closed without a response.
    Dropped,
    /// The connection is closed in the middle of the body.
    Truncated,
    /// The announced length is wrong by this amount.
    Length(i64),
}

impl ReferenceServer {
    /// An empty server.
    pub fn new(options: ServerOptions) -> Self {
        let world = World {
            account: options.account.clone(),
            region: options.region.clone(),
            partition: options.partition().into(),
            ..World::default()
        };
        let state = Mutex::new(State::new(world));
        Self { options, state, traffic: Mutex::default(), analysed: None }
    }

    /// A server with an initial state.
    pub(super) fn holding(options: ServerOptions, state: State) -> Self {
        Self { options, state: Mutex::new(state), traffic: Mutex::default(), analysed: None }
    }

    /// A server with an initial state that is to answer one request, of which the analysis is
    /// known: analysing is most of the work.
    pub(super) fn knowing(options: ServerOptions, state: State, analysed: Arc<Analysed>) -> Self {
        let (state, traffic) = (Mutex::new(state), Mutex::default());
        Self { options, state, traffic, analysed: Some(analysed) }
    }

    /// What the model says of a request.
    pub(super) fn analysis(&self, state: &State, request: &WireRequest) -> Analysis {
        match &self.analysed {
            Some(known) if known.request == *request => known.analysis.clone(),
            _ => analyse(&state.world, request, self.editions()),
        }
    }

    /// The options of the server.
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// Handles a request, without delays and delivery failures.
    pub fn handle(&self, request: &WireRequest) -> WireResponse {
        self.deliver(request).response
    }

    /// Handles a request, and says how the response is delivered.
    pub fn deliver(&self, request: &WireRequest) -> Delivery {
        let number = {
            let mut traffic = self.traffic();
            traffic.requests += 1;
            traffic.requests
        };
        let mut delay = self.options.latency.unwrap_or_default();
        if let Some(slow) = self.options.slow_randomly
            && number.is_multiple_of(7)
        {
            delay += slow;
        }
        let dropped =
            self.options.drop_every.is_some_and(|n| number.is_multiple_of(n.max(1).into()));
        let round = number / u64::from(self.options.drop_every.unwrap_or(1).max(1));
        if dropped && round.is_multiple_of(2) {
            // Dropped before the request is handled.
            let response = WireResponse::default();
            return Delivery { response, delay, mishap: Some(DeliveryFailure::Dropped) };
        }
        let op = match &self.analysed {
            Some(known) if known.request == *request => op_of(&known.analysis.request, request),
            _ => op(request),
        };
        let mut response = match self.authenticate_and_throttle(request) {
            Err(reply) => self.refuse(&reply),
            Ok(()) => self.operate(request, op),
        };
        for edit in
            self.mutants().each(|p| if let Mutation::EditAnswer(f) = p { Some(*f) } else { None })
        {
            edit(&mut response, op);
        }
        response.headers.push(("x-amzn-requestid".into(), digest::uuid("request", number)));
        let mut mishap = dropped.then_some(DeliveryFailure::Dropped);
        for mutation in self.mutants().transport() {
            let (slower, own) = transport(mutation, request, op);
            delay += slower;
            mishap = mishap.or(own);
        }
        Delivery { response, delay, mishap }
    }

    fn operate(&self, request: &WireRequest, op: Op) -> WireResponse {
        let mut request = request.clone();
        let before = self.options.eventual.map(|_| self.lock().clone());
        for rewrite in self
            .mutants()
            .each(|p| if let Mutation::RewriteRequest(f) = p { Some(*f) } else { None })
        {
            let world = self.lock().world.clone();
            rewrite(&mut request, &world);
        }
        if let Some(refused) = self.refused_outside_the_model(&request, op) {
            return refused;
        }
        let response = match op {
            Op::AddPermission => self.add_permission(&request),
            Op::GetPolicy => self.get_policy(&request),
            Op::RemovePermission => self.remove_permission(&request),
            Op::Other => self.neighbour(&request).unwrap_or_else(|reply| self.refuse(&reply)),
        };
        if op == Op::Other && !self.mutants().is_empty() {
            super::storing::after_other(self.mutants(), &mut self.lock(), &request);
        }
        if let Some(before) = before
            && request.is_write()
        {
            self.traffic().history.push((Instant::now(), before));
        }
        response
    }

    /// A refusal for what has nothing to do with the request's meaning: bytes that a server in
    /// front refuses, a function that is not found yet, another update under way.
    fn refused_outside_the_model(&self, request: &WireRequest, op: Op) -> Option<WireResponse> {
        if op == Op::Other {
            return None;
        }
        if self.readings().has(Reading::BareFrontRefusals) && is_refused_at_front(request) {
            let page = "<html><body><h1>400 Bad Request</h1></body></html>";
            return Some(WireResponse {
                status: 400,
                headers: vec![("content-type".into(), "text/html".into())],
                body: page.into(),
                truncated: false,
            });
        }
        if self.options.late.is_some() {
            let state = self.lock();
            let hidden = state.details.iter().find(|(name, details)| {
                request.path.contains(name.as_str()) && !details.is_found()
            });
            if let Some((name, _)) = hidden {
                let text = format!("Function not found: {}", state.world.arn(name, None));
                return Some(self.refuse(&ErrorReply::not_found(text)));
            }
        }
        let busy = self.readings().has(Reading::BusyAtTimes)
            && request.is_write()
            && self.traffic().requests.is_multiple_of(12);
        busy.then(|| self.refuse(&super::permission::concurrent()))
    }

    /// Checks signature and rate.
    fn authenticate_and_throttle(&self, request: &WireRequest) -> Result<(), ErrorReply> {
        if let Some(credentials) = &self.options.verify_signatures {
            let now = SystemTime::now() + self.options.clock_skew;
            let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let over = self.options.expire_after.is_some_and(|most| self.traffic().requests > most);
            let expired = signature::carries(request, self.options.expired_token.as_deref());
            let mut credentials = credentials.clone();
            if expired {
                credentials.session_token.clone_from(&self.options.expired_token);
            }
            credentials.expired |= over || expired;
            signature::verify(request, &credentials, &self.options.region, now)?;
        }
        if self.is_throttled() {
            return Err(ErrorReply::new(ErrorCode::TooManyRequestsException, "Rate exceeded"));
        }
        Ok(())
    }

    fn is_throttled(&self) -> bool {
        let mut traffic = self.traffic();
        match self.options.throttle {
            None => false,
            Some(Throttle::Every(n)) => traffic.requests.is_multiple_of(n.max(1).into()),
            Some(Throttle::Bucket { rate, burst }) => {
                let now = Instant::now();
                let (left, then) = traffic.bucket.unwrap_or((burst, now));
                let left = (left + rate * now.duration_since(then).as_secs_f64()).min(burst);
                let empty = left < 1.0;
                traffic.bucket = Some((if empty { left } else { left - 1.0 }, now));
                empty
            }
        }
    }

    /// The state that is visible to reads: the current one, or an older one with eventual
    /// consistency.
    pub(super) fn shown<'a>(&self, present: &'a State) -> Cow<'a, State> {
        let Some(eventual) = self.options.eventual else { return Cow::Borrowed(present) };
        let now = Instant::now();
        let mut traffic = self.traffic();
        traffic.history.retain(|(written, _)| now.duration_since(*written) < eventual);
        match traffic.history.first() {
            Some((_, before)) => Cow::Owned(before.clone()),
            None => Cow::Borrowed(present),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent after each operation, even if a thread panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn readings(&self) -> Readings {
        self.options.readings
    }

    pub(super) fn mutants(&self) -> &MutantSet {
        &self.options.mutants
    }

    /// Whether a mutant has this defect of storage.
    pub(super) fn does(&self, mutation: StateMutation) -> bool {
        self.mutants().does(mutation)
    }

    /// The edition whose limits are enforced.
    pub(super) fn editions(&self) -> EditionChoice {
        if self.readings().has(Reading::PageEdition) {
            EditionChoice::Page
        } else if self.readings().has(Reading::PageEdition202609) {
            EditionChoice::Page202609
        } else {
            EditionChoice::Current
        }
    }
}

/// The operation of a request, as far as mutants distinguish them.
pub(super) fn op(request: &WireRequest) -> Op {
    op_of(&Request::read(request), request)
}

fn op_of(read: &Request, request: &WireRequest) -> Op {
    match read {
        Request::AddPermission(_) => Op::AddPermission,
        Request::GetPolicy(_) => Op::GetPolicy,
        Request::RemovePermission(_) => Op::RemovePermission,
        // An unroutable label: the model says what becomes of it.
        Request::Unroutable => match request.method {
            "POST" => Op::AddPermission,
            "DELETE" => Op::RemovePermission,
            _ => Op::GetPolicy,
        },
        Request::Other => Op::Other,
    }
}

/// What a mutant of the transport does to one answer: how much later it comes, and its mishap.
pub(super) fn transport(
    mutation: TransportMutation,
    request: &WireRequest,
    op: Op,
) -> (Duration, Option<DeliveryFailure>) {
    let (when, delay, mishap) = match mutation {
        TransportMutation::Drop(when) => (when, Duration::ZERO, Some(DeliveryFailure::Dropped)),
        TransportMutation::Truncate(when) => {
            (when, Duration::ZERO, Some(DeliveryFailure::Truncated))
        }
        TransportMutation::Hang(when, time) => (when, time, Some(DeliveryFailure::Dropped)),
        TransportMutation::Slow(when, time) => (when, time, None),
        TransportMutation::Length(when, by) => {
            (when, Duration::ZERO, Some(DeliveryFailure::Length(by)))
        }
    };
    let hit = match (when, Request::read(request)) {
        (When::Is(only), _) => only == op,
        (When::Holds(member), Request::AddPermission(add)) => {
            matches!(&add.body, ParsedBody::Object(members) if members.contains_key(member.name()))
        }
        (When::Holds(_), _) => false,
    };
    if hit { (delay, mishap) } else { (Duration::ZERO, None) }
}
