//! Reads on eventually consistent targets: a read that contradicts the known state is repeated
//! until it agrees, or until the last write must be visible.
//!
//! This hides nothing: after the maximum time the last response is judged as it is, and a
//! contradiction that no write can explain is judged immediately.

use std::time::{Duration, Instant};

use super::session::{Record, Session};
use crate::client::Target;
use crate::judge::judge;
use crate::model::{Analysis, PolicyResource};
use crate::observation::{Answer, Observation, TransportFault};
use crate::scenario::{GetPolicy, Operation, Template};
use crate::wire::WireRequest;

/// The first pause between two attempts; each further one is 50 % longer, up to one second.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The pauses between tries, up to a moment.
struct Pauses {
    next: Duration,
    until: Instant,
}

impl Pauses {
    fn until(until: Instant) -> Self {
        Self { next: FIRST_PAUSE, until }
    }

    /// Waits for the next try; false where there is to be none.
    async fn wait(&mut self, target: &Target) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        let goes_on = target.pause(self.next.min(left)).await;
        self.next = (self.next * 3 / 2).min(Duration::from_secs(1));
        goes_on
    }
}

/// How often a write is sent again to a target that says that it is busy.
const BUSY_TRIES: u32 = 6;

impl Session {
    /// Sends a request, and again while the target says that it is busy: such a refusal did
    /// nothing, and nothing can be told from it.
    pub(super) async fn send_patiently(
        &self,
        wire: &WireRequest,
        analysis: &Analysis,
    ) -> Observation {
        let mut pause = FIRST_PAUSE / 5;
        for _ in 0..BUSY_TRIES {
            let observation = self.target().send(wire).await;
            let is_busy = observation.answer().is_some_and(Answer::is_busy);
            if !is_busy || analysis.admits_conflict() {
                return observation;
            }
            self.target().pause(pause).await;
            pause *= 2;
        }
        self.target().send(wire).await
    }

    /// Like [`step`](Self::step), if writes may become visible up to `bound` later.
    pub(super) async fn step_settled(
        &mut self,
        operation: &Operation,
        wire: WireRequest,
        analysis: Analysis,
        bound: Duration,
    ) -> Record {
        if let Operation::GetPolicy(_) = operation {
            let until = self.written + bound;
            if let Some(resource) = analysis.resource.clone()
                && !self.knows(&resource)
            {
                // Only time distinguishes an old response from a new one.
                self.target().pause_until(until).await;
            }
            let observation = self.read_until_it_agrees(&wire, &analysis, until).await;
            if let Some(resource) = analysis.resource.clone() {
                if Instant::now() < until {
                    self.early.insert(resource);
                } else {
                    self.early.remove(&resource);
                }
            }
            return self.follow_up(operation, wire, analysis, observation).await;
        }
        self.write_until_it_agrees(operation, wire, analysis, bound).await
    }

    /// If the policy was the same before and after a write, an old response only differs from a new
    /// one in its revision. A revision that was read early and differs later proves nothing.
    fn doubt_early_revision(&mut self, analysis: &Analysis) {
        if let Some(resource) =
            analysis.resource.as_ref().filter(|resource| self.early.contains(*resource))
            && let Some(state) =
                self.world.policy_mut(&resource.function, resource.qualifier.as_deref())
        {
            state.last_mut().revision_in_doubt();
        }
    }

    async fn read_until_it_agrees(
        &mut self,
        wire: &WireRequest,
        analysis: &Analysis,
        until: Instant,
    ) -> Observation {
        let began = Instant::now();
        let mut pauses = Pauses::until(until);
        let mut repeated = false;
        loop {
            let observation = self.target().send(wire).await;
            let mut agrees = !self.contradicts(analysis, &observation);
            if !agrees && observation.answer().is_some() && pauses.wait(self.target()).await {
                repeated = true;
                continue;
            }
            if !agrees {
                self.doubt_early_revision(analysis);
                agrees = !self.contradicts(analysis, &observation);
            }
            if repeated {
                self.target().waited_for(began.elapsed(), agrees);
            }
            return observation;
        }
    }

    /// A write that is rejected because of what it names changed nothing. If that resource may not
    /// be visible yet, the write is sent again.
    async fn write_until_it_agrees(
        &mut self,
        operation: &Operation,
        mut wire: WireRequest,
        mut analysis: Analysis,
        bound: Duration,
    ) -> Record {
        let began = Instant::now();
        let until = self.written + bound;
        let mut pauses = Pauses::until(until);
        let mut repeated = false;
        let mut read_again = false;
        loop {
            let observation = self.send_patiently(&wire, &analysis).await;
            let status = observation.answer().map(Answer::status);
            let agrees = !self.contradicts(&analysis, &observation);
            let may_settle = !agrees && matches!(status, Some(404 | 409 | 412));
            let again = match (may_settle, status, analysis.resource.clone()) {
                (false, ..) => false,
                // The revision that was read may have been outdated.
                (true, Some(412), Some(resource)) if !read_again => {
                    read_again = true;
                    self.target().pause_until(until).await;
                    self.read_at_once(&resource).await;
                    self.wire(operation).is_ok_and(|anew| {
                        anew.is_some_and(|anew| std::mem::replace(&mut wire, anew) != wire)
                    })
                }
                (true, ..) => pauses.wait(self.target()).await,
            };
            if again {
                repeated = true;
                analysis = self.analyse(&wire);
                continue;
            }
            if repeated {
                self.target().waited_for(began.elapsed(), agrees);
            }
            return self.follow_up(operation, wire, analysis, observation).await;
        }
    }

    /// Reads a policy once, without waiting for writes to become visible.
    pub(super) async fn read_at_once(&mut self, resource: &PolicyResource) -> Record {
        let state = self.world.policy_mut(&resource.function, resource.qualifier.as_deref());
        if let Some(state) = state {
            state.forget();
        }
        let read = Operation::GetPolicy(GetPolicy {
            function_name: Template::literal(&resource.function),
            qualifier: resource.qualifier.as_deref().map(Template::literal),
            ..GetPolicy::default()
        });
        let wire = match self.wire(&read) {
            Ok(Some(wire)) => wire,
            Ok(None) => return self.unsent(&read, TransportFault::Withheld("no request".into())),
            Err(fault) => return self.unsent(&read, fault),
        };
        let analysis = self.analyse(&wire);
        let observation = self.target().send(&wire).await;
        self.settle(&read, wire, analysis, observation)
    }

    /// The latest time at which all writes are visible; `None` if they are visible immediately.
    pub(super) fn settled_at(&self) -> Option<Instant> {
        self.target().consistency().bound().map(|bound| self.written + bound)
    }

    fn knows(&self, resource: &PolicyResource) -> bool {
        self.world.policy(&resource.function, resource.qualifier.as_deref()).known().is_some()
    }

    fn contradicts(&self, analysis: &Analysis, observation: &Observation) -> bool {
        !judge(&self.world, analysis, observation, self.judging()).findings.is_empty()
    }
}
