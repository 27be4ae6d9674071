//! Scenarios sent to a target, each on functions without history; the answers masked.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::mask::Mask;
use super::recorded_outcome::{RecordedOutcome, is_policy};
use crate::client::{FixtureError, Provisioned, Target};
use crate::event::Judging;
use crate::observation::{Answer, Observation, TransportFault};
use crate::run::session::Session;
use crate::scenario::{Fixture, Operation, Scenario, Step};

/// What came of playing scenarios on a target.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The answers to each scenario, step by step; none where it was not played to its end.
    pub answers: Vec<Option<Vec<RecordedOutcome>>>,
    /// Why scenarios could not be played, each reason once with how often.
    pub problems: Vec<(String, u32)>,
    /// Scenarios of which nothing could be told, because they grant to strangers.
    pub withheld: usize,
    /// The numbers of these scenarios.
    pub held_back: Vec<usize>,
    /// What could not be deleted.
    pub leftovers: Vec<String>,
}

impl Played {
    /// What went wrong beside the answers, a line each.
    pub fn problems(&self) -> Vec<String> {
        self.problems
            .iter()
            .map(|(problem, count)| {
                let scenarios = if *count == 1 { "scenario" } else { "scenarios" };
                format!("{count} {scenarios} could not be played: {problem}")
            })
            .collect()
    }
}

/// How scenarios are played.
pub struct Playing<'a> {
    /// Scenarios in flight.
    pub jobs: usize,
    /// Maximum number of requests; scenarios beyond it are not played.
    pub max_requests: u64,
    /// Set from outside to end soon.
    pub stop: &'a Arc<AtomicBool>,
    /// Told after each scenario how many are done.
    pub progress: Arc<dyn Fn(usize) + Send + Sync>,
}

/// So many scenarios in a row for which no functions could be made: the target is gone.
const GIVEN_UP: u32 = 5;

/// Plays every scenario once, several at a time. The answers are in the order of the scenarios.
pub async fn play_all(target: &Target, scenarios: &[Scenario], how: &Playing<'_>) -> Played {
    let queue: VecDeque<(usize, Scenario)> = scenarios.iter().cloned().enumerate().collect();
    let queue = Arc::new(Mutex::new(queue));
    let played =
        Arc::new(Mutex::new(Played { answers: vec![None; scenarios.len()], ..Played::default() }));
    let done = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for lane in 0..how.jobs.clamp(1, 256) {
        let (target, queue, played) = (target.clone(), Arc::clone(&queue), Arc::clone(&played));
        let (stop, done) = (Arc::clone(how.stop), Arc::clone(&done));
        let (progress, max_requests) = (Arc::clone(&how.progress), how.max_requests);
        workers.spawn(async move {
            let mut player = Player::new(target, format!("g{lane}"));
            let mut failed = 0;
            loop {
                let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                let Some((at, scenario)) = next else { break };
                if failed >= GIVEN_UP {
                    break;
                }
                if stop.load(Ordering::Relaxed) || player.target.requests() >= max_requests {
                    break;
                }
                let mut answers = player.play(&scenario).await;
                if let Some(why) = player.target.ended() {
                    // What came last may be half of an answer.
                    answers = Ok(Vec::new());
                    failed = GIVEN_UP;
                    if let Ok(mut played) = played.lock() {
                        note(&mut played.problems, why);
                    }
                }
                failed = match &answers {
                    Ok(_) if failed < GIVEN_UP => 0,
                    _ => failed + 1,
                };
                if let Ok(mut played) = played.lock() {
                    match answers {
                        Ok(answers) if answers.is_empty() => {}
                        Ok(answers)
                            if answers[0].is_withheld() && answers[0].answer().is_none() =>
                        {
                            played.withheld += 1;
                            played.held_back.push(at);
                        }
                        Ok(answers) => played.answers[at] = Some(answers),
                        Err(error) => note(&mut played.problems, error.to_string()),
                    }
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            player.close().await;
        });
    }
    while let Some(ended) = workers.join_next().await {
        if let (Err(error), Ok(mut played)) = (ended, played.lock()) {
            note(&mut played.problems, format!("a worker ended early: {error}"));
        }
    }
    let leftovers = target.release_all().await;
    let mut played =
        played.lock().map(|mut played| std::mem::take(&mut *played)).unwrap_or_default();
    played.leftovers = leftovers.into_iter().map(|leftover| leftover.to_string()).collect();
    played
}

fn note(problems: &mut Vec<(String, u32)>, problem: String) {
    match problems.iter_mut().find(|(known, _)| *known == problem) {
        Some((_, count)) => *count += 1,
        None => problems.push((problem, 1)),
    }
}

/// Plays scenarios one after the other.
pub struct Player {
    target: Target,
    label: String,
    serial: u32,
    /// Functions that nothing was ever granted on.
    spare: Option<(Fixture, Provisioned)>,
}

impl Player {
    /// A player whose functions bear the label.
    pub fn new(target: Target, label: String) -> Self {
        Self { target, label, serial: 0, spare: None }
    }

    /// Plays a scenario on functions without history.
    pub async fn play(
        &mut self,
        scenario: &Scenario,
    ) -> Result<Vec<RecordedOutcome>, FixtureError> {
        let judging = Judging::default();
        let spare = self.spare.take();
        let mut session = match spare {
            // A session that knows of nothing, as on new functions.
            Some((fixture, made)) if fixture == scenario.fixture => {
                Session::on(&self.target, &fixture, made, judging)
            }
            other => {
                if let Some((_, made)) = other {
                    self.target.release(&made).await;
                }
                self.serial += 1;
                let label = format!("{}s{}", self.label, self.serial);
                Session::open(&self.target, &scenario.fixture, &label, judging).await?
            }
        };
        let mut mask = Mask::new(scenario, &session.provisioned, self.target.address());
        let mut told: Vec<RecordedOutcome> = Vec::new();
        let mut kept_back = false;
        let looks = scenario.operations().last().map(Operation::name) == Some("GetPolicy");
        let mut untouched = looks && scenario.fixture == Fixture::plain();
        for step in &scenario.steps {
            // Races are not in the sets.
            let Step::One(operation) = step else { continue };
            if kept_back {
                told.push(RecordedOutcome::withheld());
                continue;
            }
            let record = session.step(operation).await;
            // What was granted to strangers was taken back: what follows is not as it was sent.
            kept_back =
                matches!(&record.observation, Observation::Fault(TransportFault::Withheld(_)))
                    || record.request.as_ref().is_some_and(|request| {
                        self.target.retraction(request, &record.observation).is_some()
                    });
            untouched &= leaves_nothing(operation, &record.observation);
            told.push(RecordedOutcome::of(operation, &record.observation, &mut mask));
        }
        if untouched && !kept_back && !session.changed {
            self.spare = Some((session.fixture.clone(), session.provisioned.clone()));
        } else {
            self.target.release(&session.provisioned).await;
        }
        Ok(told)
    }

    /// Ends the player.
    pub async fn close(mut self) {
        if let Some((_, made)) = self.spare.take() {
            self.target.release(&made).await;
        }
    }
}

/// Whether an answer says that there is nothing, and that nothing was done.
fn leaves_nothing(operation: &Operation, observation: &Observation) -> bool {
    let refused = |answer: &Answer| match operation {
        Operation::GetPolicy(_) => answer.status() == 404,
        _ => (400..500).contains(&answer.status()) && answer.status() != 429,
    };
    is_policy(operation) && observation.answer().is_some_and(refused)
}
