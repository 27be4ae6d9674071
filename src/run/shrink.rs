//! Confirmation of a cause alone, and shrinking to the smallest scenario that still shows it.
//!
//! proptest's value trees are driven by hand, because the verdict needs the target: each candidate
//! runs on a fixture without history, and the model judges it.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::strategy::ValueTree as _;

use crate::contract::{Direction, RuleId};
use crate::event::ShrinkInfo;
use crate::generate::{ScenarioTree, repairs};
use crate::judge::Finding;
use crate::scenario::Scenario;

use super::afterwards::afterwards;
use super::describe::describe;
use super::engine::Engine;
use super::guess::{guesses, lacks_the_end};
use super::played::Played;
use super::recall::Recall;
use super::recording::recorded;
use super::session::Session;
use super::tally::Group;

/// One attempt that showed the cause.
#[derive(Debug)]
pub struct Shown {
    /// The scenario.
    pub scenario: Scenario,
    /// The step with the wrong response.
    pub step: usize,
    /// The finding.
    pub finding: Finding,
    /// The whole play.
    pub played: Played,
}

/// The outcome for a cause.
#[derive(Debug)]
pub enum Confirmed {
    /// It was reproduced and shrunk.
    Shown {
        /// The smallest scenario.
        shown: Box<Shown>,
        /// How it was shrunk.
        shrink: ShrinkInfo,
        /// Number of reproductions, and of attempts.
        reproduced: (u32, u32),
        /// Values that were tried during shrinking: the request, the response, and whether it was
        /// right.
        tried: Vec<(String, String, bool)>,
        /// What GetPolicy shows after it.
        afterwards: Option<String>,
    },
    /// It is no cause of its own: the same request without what is at fault gets the same error.
    Another,
    /// It was not reproduced.
    Flaky {
        /// Number of attempts.
        tries: u32,
    },
    /// It could not be repeated.
    Unjudged(String),
}

/// Scenarios of more operations than this never share a fixture while they are shrunk.
const FEW: usize = 2;

/// Maximum number of attempts to shrink what is only reported.
const NOTED: u32 = 12;
/// Maximum number of operations to shrink one cause.
const OPERATIONS: usize = 600;
/// The cost of a fixture, in operations: some targets take long to activate a function.
const FIXTURE: usize = 10;
/// Maximum number of attempts to simplify the spelling of values.
const SPELLINGS: u32 = 30;
/// Number of failed attempts in a row after which a value is not simplified further.
const FRUITLESS: u32 = 8;

/// The most tries to shrink a lost answer: each that shows it takes as long as an answer is waited
/// for.
const LOST: u32 = 4;

/// The most tries that are spent on shrinking a cause.
fn most_tries(cause: &Finding, usual: u32) -> u32 {
    if cause.rule() == RuleId::WireAnswers {
        LOST.min(usual)
    } else if cause.advisory {
        NOTED
    } else {
        usual
    }
}

/// On which fixture a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fresh {
    /// One that is as good as new.
    AsNew,
    /// One that nothing else ever used.
    New,
}

/// Goes on after a try that did not show the cause; behind a value that no try makes simpler.
fn further(tree: &mut ScenarioTree, fruitless: &mut u32) -> bool {
    if *fruitless < FRUITLESS {
        return tree.complicate();
    }
    *fruitless = 0;
    tree.leave_value()
}

/// The cause as a scenario showed it, if it did.
fn shown(scenario: &Scenario, played: &Played, cause: &Finding) -> Option<Shown> {
    let same = played.findings.iter().find(|(_, finding)| finding.is_same_cause(cause));
    let (step, finding) = same.cloned()?;
    Some(Shown { scenario: scenario.clone(), step, finding, played: played.clone() })
}

/// Takes a smaller scenario that shows the cause.
fn smaller(mut shown: Shown, cause: &mut Finding, info: &mut ShrinkInfo) -> Shown {
    info.trail.push(describe(&shown.scenario));
    // A smaller request shows more clearly which rule is violated.
    cause.suspects.retain(|rule| shown.finding.suspects.contains(rule));
    if cause.suspects.len() == 1 {
        // The member at fault is that of the rule that is left.
        cause.member = shown.finding.member;
    }
    shown.finding.suspects.clone_from(&cause.suspects);
    shown
}

/// The outcome of shrinking.
struct Smallest {
    shown: Box<Shown>,
    info: ShrinkInfo,
    tried: Vec<(String, String, bool)>,
    /// Whether it was reproduced once more, on a fixture that nothing else ever used.
    reproduced: bool,
    /// What GetPolicy showed then.
    afterwards: Option<String>,
}

impl Smallest {
    fn confirmed(self, tries: u32) -> Confirmed {
        if !self.reproduced && !self.shown.scenario.has_race() {
            return Confirmed::Flaky { tries: tries + 1 };
        }
        Confirmed::Shown {
            shown: self.shown,
            shrink: self.info,
            reproduced: (tries.min(1) + u32::from(self.reproduced), 2),
            tried: self.tried,
            afterwards: self.afterwards,
        }
    }
}

/// Runs scenarios on fixtures without history, and reuses fixtures that were emptied.
pub struct Shrinker {
    engine: Arc<Engine>,
    label: String,
    serial: u32,
    spare: Option<Session>,
    /// Whether every play gets a fixture of its own: what is emptied is not new to a target that
    /// remembers, so only scenarios of few operations share one.
    always_new: bool,
    /// Number of rounds of a race to see whether it shows a cause.
    rounds: u32,
    last_error: Option<String>,
    /// What scenarios showed so far, where that may be relied on.
    recall: Option<Arc<Recall>>,
}

impl Shrinker {
    /// A shrinker with this label in the names of its functions.
    pub fn new(engine: &Arc<Engine>, label: String, recall: Option<Arc<Recall>>) -> Self {
        Self {
            engine: Arc::clone(engine),
            label,
            serial: 0,
            spare: None,
            always_new: false,
            rounds: engine.options.rounds.clamp(1, 10),
            last_error: None,
            recall,
        }
    }

    /// A session without history for the scenario's fixture.
    async fn session(&mut self, scenario: &Scenario) -> Option<Session> {
        if let Some(spare) = self.spare.take() {
            if spare.fixture == scenario.fixture && spare.is_fresh() {
                return Some(spare);
            }
            self.engine.keep_spare(spare).await;
        }
        if !self.always_new
            && let Some(spare) = self.engine.take_spare(&scenario.fixture)
        {
            return Some(spare);
        }
        self.new_session(scenario).await
    }

    /// A session on a fixture that nothing else ever used.
    async fn new_session(&mut self, scenario: &Scenario) -> Option<Session> {
        self.serial += 1;
        let label = format!("{}y{}", self.label, self.serial);
        match self.engine.fresh(&scenario.fixture, &label).await {
            Ok(session) => Some(session),
            Err(error) => {
                self.last_error = Some(error.to_string());
                None
            }
        }
    }

    /// What a scenario shows on a fixture without history.
    pub async fn played(&mut self, scenario: &Scenario) -> Option<Played> {
        if let Some(played) = self.recall.as_ref().and_then(|recall| recall.get(scenario)) {
            return Some(played);
        }
        let mut session = self.session(scenario).await?;
        let played = recorded(&mut session, scenario, 0).await;
        self.put_back(session).await;
        self.keep(scenario, &played);
        Some(played)
    }

    fn keep(&self, scenario: &Scenario, played: &Played) {
        if let Some(recall) = &self.recall {
            recall.keep(scenario, played);
        }
    }

    /// Gives a session back.
    pub async fn put_back(&mut self, session: Session) {
        let mut session = session;
        if !self.always_new && !self.engine.is_adopted() {
            session.tidy().await;
        }
        if self.always_new {
            self.engine.close(session).await;
        } else if session.is_fresh() && self.spare.is_none() {
            self.spare = Some(session);
        } else {
            self.engine.keep_spare(session).await;
        }
    }

    /// Ends the shrinker; its fixture may serve another.
    pub async fn close(mut self) {
        if let Some(spare) = self.spare.take() {
            self.engine.keep_spare(spare).await;
        }
    }

    /// Gives every further play its own fixture.
    async fn share_nothing(&mut self) {
        self.always_new = true;
        if let Some(spare) = self.spare.take() {
            self.engine.keep_spare(spare).await;
        }
    }

    /// Whether the scenario shows the cause, or did so before.
    async fn showed(&mut self, scenario: &Scenario, cause: &Finding) -> (Option<Shown>, Played) {
        let Some(played) = self.recall.as_ref().and_then(|recall| recall.get(scenario)) else {
            return self.shows(scenario, cause).await;
        };
        match shown(scenario, &played, cause) {
            Some(shown) => (Some(shown), Played::default()),
            None => (None, played),
        }
    }

    /// Whether the scenario shows the cause.
    async fn shows(&mut self, scenario: &Scenario, cause: &Finding) -> (Option<Shown>, Played) {
        match Box::pin(self.shows_here(scenario, cause, Fresh::AsNew)).await {
            Ok((shown, session)) => {
                self.put_back(session).await;
                (Some(shown), Played::default())
            }
            Err(played) => (None, played),
        }
    }

    /// Whether the scenario shows the cause, with the session on which it does; races are given
    /// several rounds.
    async fn shows_here(
        &mut self,
        scenario: &Scenario,
        cause: &Finding,
        fresh: Fresh,
    ) -> Result<(Shown, Session), Played> {
        // Where more happens than a fixture can be cleaned of, nothing is shared.
        if scenario.operations().count() > FEW {
            self.share_nothing().await;
        }
        let rounds = if scenario.has_race() { self.rounds } else { 1 };
        let mut last = Played::default();
        for round in 0..rounds {
            let session = match fresh {
                Fresh::AsNew => self.session(scenario).await,
                Fresh::New => self.new_session(scenario).await,
            };
            let Some(mut session) = session else { return Err(last) };
            let played = recorded(&mut session, scenario, round).await;
            self.keep(scenario, &played);
            if let Some(shown) = shown(scenario, &played, cause) {
                // A race that is not reproduced soon is not worth further rounds.
                self.rounds = self.rounds.min((round + 1) * 3);
                return Ok((shown, session));
            }
            self.put_back(session).await;
            last = played;
        }
        Err(last)
    }

    /// Confirms a group and shrinks it.
    pub async fn confirm(&mut self, group: &Group) -> Confirmed {
        let cause = &group.finding;
        let lost = cause.rule() == RuleId::WireAnswers;
        let (mut tries, mut shown) = (0, None);
        for guess in if lost { Vec::new() } else { guesses(group) } {
            if shown.is_none() {
                shown = self.showed(&guess, cause).await.0;
                tries += 1;
            }
        }
        if shown.is_none() {
            shown = self.shows(&group.scenario, cause).await.0;
            tries += 1;
        }
        if lost {
            // A lost response violates the rule only if it is lost every time.
            for _ in 0..2 {
                if shown.is_none() {
                    return Confirmed::Flaky { tries };
                }
                shown = self.shows(&group.scenario, cause).await.0;
                tries += 1;
            }
        } else {
            if shown.is_none() && group.history != group.scenario {
                shown = self.shows(&group.history, cause).await.0;
                tries += 1;
            }
            if shown.is_none() {
                shown = self.shows(&group.scenario, cause).await.0;
                tries += 1;
            }
        }
        let Some(shown) = shown else {
            // Given up in the middle, it was not seen not to show.
            return match self.last_error.take().or_else(|| self.engine.target.halted()) {
                Some(error) => Confirmed::Unjudged(error),
                None => Confirmed::Flaky { tries },
            };
        };
        if self.has_another_reason(&shown).await {
            return Confirmed::Another;
        }
        let first = shown.scenario.clone();
        let smallest = Box::pin(self.shrink(group, shown)).await;
        if self.always_new || smallest.reproduced {
            return smallest.confirmed(tries);
        }
        // It only showed on a fixture that had served before: what the target remembers of that
        // led the way. Once more, and nothing is shared.
        self.share_nothing().await;
        self.recall = None;
        match self.shows(&first, cause).await.0 {
            Some(shown) => Box::pin(self.shrink(group, shown)).await.confirmed(tries),
            None => Confirmed::Flaky { tries: tries + 1 },
        }
    }

    /// Whether a stored counterexample still shows a cause, so that it need not be shrunk.
    pub async fn still_shows(&mut self, scenario: &Scenario, cause: &Finding) -> Option<Confirmed> {
        let (mut shown, mut session) =
            Box::pin(self.shows_here(scenario, cause, Fresh::AsNew)).await.ok()?;
        shown.finding.suspects.clone_from(&cause.suspects);
        let size = scenario.size();
        let shrink = ShrinkInfo { from: size, to: size, complete: true, ..ShrinkInfo::default() };
        let afterwards = afterwards(&mut session, &shown.played, &shown.scenario).await;
        self.put_back(session).await;
        let (shown, reproduced, tried) = (Box::new(shown), (1, 1), Vec::new());
        Some(Confirmed::Shown { shown, shrink, reproduced, tried, afterwards })
    }

    /// Whether a wrong error comes for another reason than the member that is at fault: then the
    /// same request with that member repaired gets the same error, although it is good. That is a
    /// violation too, but of another rule, and found there.
    pub async fn has_another_reason(&mut self, shown: &Shown) -> bool {
        let finding = &shown.finding;
        let Some(member) = finding.member else { return false };
        if finding.direction != Direction::Refuse || finding.key == "accepted" {
            return false;
        }
        let repairs = repairs(&shown.scenario, shown.step);
        let about = |change: &str| change.split([' ', ',']).any(|word| word == member.name());
        let Some((_, repaired)) = repairs.into_iter().find(|(change, _)| about(change)) else {
            return false;
        };
        let Some(played) = Box::pin(self.played(&repaired)).await else { return false };
        let last = played.records.iter().rev().find(|(step, _)| *step == shown.step);
        last.is_some_and(|(_, record)| record.observation.brief() == finding.actual)
            && played.findings.iter().any(|(_, finding)| !finding.advisory)
    }

    async fn shrink(&mut self, group: &Group, first: Shown) -> Smallest {
        let mut info = ShrinkInfo { from: first.scenario.size(), ..ShrinkInfo::default() };
        let mut tried: Vec<(String, String, bool)> = Vec::new();
        info.from = info.from.max(group.scenario.size());
        let mut cause = group.finding.clone();
        let is_guess = first.scenario != group.scenario && first.scenario != group.history;
        let mut best = if is_guess { smaller(first, &mut cause, &mut info) } else { first };
        let mut failed: HashSet<Scenario> = HashSet::new();
        let mut tree = ScenarioTree::new(best.scenario.clone());
        let most = most_tries(&cause, self.engine.options.shrink_tries);
        let (mut fruitless, mut spellings, mut operations) = (0, 0, 0);
        let mut more = tree.simplify();
        while more {
            // What there is in a scenario says which rule is at fault; how its values are spelled
            // does not, and is left where a budget has run out.
            let is_fine = tree.is_fine();
            let is_spent = is_fine && (spellings >= SPELLINGS || !self.engine.may_shrink());
            let is_over = info.tries >= most || operations >= OPERATIONS;
            if is_over || is_spent || self.engine.is_stopped() {
                break;
            }
            info.tries += 1;
            spellings += u32::from(is_fine);
            let candidate = tree.current();
            // Neither what was tried before, nor without the operation whose answer is wrong.
            if failed.contains(&candidate) || lacks_the_end(&candidate, &best.scenario, best.step) {
                info.tries -= 1;
                spellings -= u32::from(is_fine);
                fruitless = if is_fine { fruitless + 1 } else { 0 };
                more = further(&mut tree, &mut fruitless);
                continue;
            }
            let rounds = if candidate.has_race() { self.rounds as usize } else { 1 };
            let fixture = if self.always_new { FIXTURE } else { 1 };
            operations += rounds * (candidate.operations().count() + fixture);
            let (shown, played) = self.showed(&candidate, &cause).await;
            if let Some(shown) = shown {
                best = smaller(shown, &mut cause, &mut info);
                fruitless = 0;
                more = tree.simplify();
            } else {
                failed.insert(candidate.clone());
                fruitless = if is_fine { fruitless + 1 } else { 0 };
                if let Some((_, record)) = played.records.last()
                    && tried.len() < 24
                {
                    let fine = played.findings.iter().all(|(_, finding)| finding.advisory)
                        && played.unjudged.is_none();
                    let line = (describe(&candidate), record.observation.brief(), fine);
                    if !tried.contains(&line) {
                        tried.push(line);
                    }
                }
                more = further(&mut tree, &mut fruitless);
            }
        }
        info.complete = !more;
        info.to = best.scenario.size();
        // Alone once more: what is reported was seen on a fixture that nothing else ever used.
        let again = Box::pin(self.shows_here(&best.scenario, &cause, Fresh::New)).await;
        let reproduced = again.is_ok();
        let mut line = None;
        if let Ok((shown, mut session)) = again {
            if !best.scenario.has_race() {
                best.played.clone_from(&shown.played);
            }
            line = afterwards(&mut session, &shown.played, &best.scenario).await;
            self.put_back(session).await;
        }
        // Where there was no time to see it once more, it counts as seen.
        let reproduced = reproduced || self.engine.target.halted().is_some();
        if info.trail.len() > 12 {
            let tail = info.trail.split_off(info.trail.len() - 6);
            info.trail.truncate(5);
            info.trail.push("…".into());
            info.trail.extend(tail);
        }
        Smallest { shown: Box::new(best), info, tried, reproduced, afterwards: line }
    }
}
