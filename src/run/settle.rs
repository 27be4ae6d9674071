//! Sending to a target that may show late what was written: a read that contradicts what is known
//! is repeated until it agrees, or until what was written last must show.
//!
//! Nothing is hidden by that: at the end of the bound the last answer is judged as it is, and a
//! contradiction that no write can explain is judged at once.

use std::time::{Duration, Instant};

use super::session::{Record, Session};
use crate::judge::judge;
use crate::model::{Analysis, PolicyResource};
use crate::observation::{Observation, TransportFault};
use crate::scenario::{GetPolicy, Operation, Template};
use crate::wire::WireRequest;

/// The first pause between two tries; each further one is half as long again, up to a second.
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
    async fn wait(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.next.min(left)).await;
        self.next = (self.next * 3 / 2).min(Duration::from_secs(1));
        true
    }
}

impl Session {
    /// As [`step`](Self::step), where writes may show up to `bound` late.
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
                // Nothing tells an old answer from a new one but time.
                tokio::time::sleep_until(until.into()).await;
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

    /// Where the policy was the same before and after a write, an old answer looks like a new one
    /// but for its revision: a revision that was read early and is another later, proves nothing.
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
            if !agrees && observation.answer().is_some() && pauses.wait().await {
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

    /// A write that is refused for what it names wrote nothing: where that may be for something
    /// that does not show yet, it is sent again.
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
            let observation = self.target().send(&wire).await;
            let status = observation.answer().map(crate::observation::Answer::status);
            let agrees = !self.contradicts(&analysis, &observation);
            let may_settle = !agrees && matches!(status, Some(404 | 409 | 412));
            let again = match (may_settle, status, analysis.resource.clone()) {
                (false, ..) => false,
                // The revision that was read may have been an old one.
                (true, Some(412), Some(resource)) if !read_again => {
                    read_again = true;
                    tokio::time::sleep_until(until.into()).await;
                    self.read_at_once(&resource).await;
                    self.wire(operation).is_ok_and(|anew| {
                        anew.is_some_and(|anew| std::mem::replace(&mut wire, anew) != wire)
                    })
                }
                (true, ..) => pauses.wait().await,
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

    /// Reads a policy once, in any state, without waiting for anything to show.
    pub(super) async fn read_at_once(&mut self, resource: &PolicyResource) -> Record {
        let state = self.world.policy_mut(&resource.function, resource.qualifier.as_deref());
        if let Some(state) = state {
            state.forget();
        }
        let read = Operation::GetPolicy(GetPolicy {
            function_name: Template::literal(&resource.function),
            qualifier: resource.qualifier.as_deref().map(Template::literal),
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

    /// When what was written so far must show at the latest; none where it shows at once.
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
