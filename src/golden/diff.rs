//! What several implementations answer differently: files and endpoints on the same scenarios,
//! the differences by cause, each shrunk where every side can be asked again.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::strategy::ValueTree as _;

use super::GoldenFile;
use super::align::{Place, align};
use super::cluster::{Cluster, alike, cluster, fold, peculiarities};
use super::compare::{Compared, Differing, compare};
use super::record::{Player, Playing, play_all};
use super::recorded_outcome::RecordedOutcome;
use crate::client::Target;
use crate::event::ShrinkInfo;
use crate::event::diff::{DiffCause, DiffParty, DiffResult};
use crate::generate::ScenarioTree;
use crate::run::cause::short_hash;
use crate::run::describe::describe;
use crate::scenario::Scenario;

/// One side of a comparison.
#[derive(Debug)]
pub enum Side {
    /// Answers that were recorded.
    Golden(Box<GoldenFile>),
    /// A target that can be asked.
    Live {
        /// The target.
        target: Target,
        /// Its account and region.
        place: Place,
    },
}

/// How to compare.
pub struct Options {
    /// Whether messages and headers count.
    pub strict: bool,
    /// Scenarios in flight at each target.
    pub jobs: usize,
    /// Maximum number of requests to each target for comparing.
    pub max_requests: u64,
    /// Maximum number of attempts to shrink one cause.
    pub shrink_tries: u32,
    /// Maximum number of requests to each target for shrinking.
    pub max_shrink_requests: u64,
    /// Set from outside to end soon.
    pub stop: Arc<AtomicBool>,
    /// Told how many scenarios are done, and at how many targets that is counted.
    pub progress: Arc<dyn Fn(usize) + Send + Sync>,
}

impl Side {
    fn place(&self) -> Place {
        match self {
            Self::Golden(file) => {
                Place { account: file.target.account.clone(), region: file.target.region.clone() }
            }
            Self::Live { place, .. } => place.clone(),
        }
    }

    fn target(&self) -> Option<&Target> {
        match self {
            Self::Golden(_) => None,
            Self::Live { target, .. } => Some(target),
        }
    }
}

/// What comparing found out, to be completed with what each side is called.
#[derive(Debug, Default)]
pub struct Found {
    /// The result, without the names of the sides.
    pub result: DiffResult,
    /// What went wrong beside the answers.
    pub problems: Vec<String>,
}

/// Compares the sides on the scenarios. Golden sides that lack one leave it out.
pub async fn diff(sides: &[Side], scenarios: &[(String, Scenario)], options: &Options) -> Found {
    let (answers, problems) = answers(sides, scenarios, options).await;
    let places: Vec<Place> = sides.iter().map(Side::place).collect();
    let mut result = DiffResult { strict: options.strict, ..DiffResult::default() };
    let mut found: Vec<(Scenario, Differing)> = Vec::new();
    for (at, (_, scenario)) in scenarios.iter().enumerate() {
        let all: Option<Vec<&[RecordedOutcome]>> =
            answers.iter().map(|side| side[at].as_deref()).collect();
        let Some(all) = all else {
            result.skipped += 1;
            continue;
        };
        // What is sent to no side has no answer that is missing.
        let is_sent = |side: &&[RecordedOutcome]| {
            side.iter().any(|answer| !answer.is_withheld() || answer.answer().is_some())
        };
        if !all.iter().any(is_sent) {
            continue;
        }
        let Compared { differences, withheld, steps } =
            compare(scenario, &align(scenario, &places, &all));
        if withheld && steps == 0 {
            result.skipped += 1;
            continue;
        }
        result.compared += 1;
        let counted = differences.iter().any(|difference| difference.counts(options.strict));
        result.differing += u32::from(counted);
        found.extend(differences.into_iter().map(|difference| (scenario.clone(), difference)));
    }
    let clusters = cluster(found);
    let targets: Option<Vec<Target>> = sides.iter().map(|side| side.target().cloned()).collect();
    let causes = match targets {
        Some(targets) => shrink_all(clusters, targets, places, options).await,
        None => clusters.into_iter().map(|cluster| (cluster, None)).collect(),
    };
    let (causes, shrunk): (Vec<Cluster>, Vec<Option<Shrunk>>) = causes.into_iter().unzip();
    let causes =
        alike(causes).into_iter().map(|(cluster, at)| (cluster, shrunk.get(at).cloned().flatten()));
    result.causes =
        causes.map(|(cluster, shrink)| cause(&cluster, shrink, options.strict)).collect();
    result.causes.sort_by_key(|cause| {
        (!cause.counted, cause.flaky, Reverse(cause.occurrences), cause.aspect, cause.id.clone())
    });
    result.complete = !options.stop.load(Ordering::Relaxed);
    Found { result, problems }
}

type Answers = Vec<Option<Vec<RecordedOutcome>>>;

/// The answers of each side, scenario by scenario.
async fn answers(
    sides: &[Side],
    scenarios: &[(String, Scenario)],
    options: &Options,
) -> (Vec<Answers>, Vec<String>) {
    let all: Vec<Scenario> = scenarios.iter().map(|(_, scenario)| scenario.clone()).collect();
    let all = Arc::new(all);
    let mut playing = tokio::task::JoinSet::new();
    let mut answers: Vec<Answers> = Vec::new();
    for (at, side) in sides.iter().enumerate() {
        answers.push(match side {
            Side::Golden(file) => recorded(file, scenarios),
            Side::Live { target, .. } => {
                let (target, all) = (target.clone(), Arc::clone(&all));
                let (stop, progress) = (Arc::clone(&options.stop), Arc::clone(&options.progress));
                let (jobs, most) = (options.jobs, options.max_requests);
                playing.spawn(async move {
                    let max_requests = target.requests().saturating_add(most);
                    let how = Playing { jobs, max_requests, stop: &stop, progress };
                    (at, play_all(&target, &all, &how).await)
                });
                vec![None; scenarios.len()]
            }
        });
    }
    let mut problems = Vec::new();
    while let Some(ended) = playing.join_next().await {
        match ended {
            Ok((at, played)) => {
                problems.extend(played.problems());
                problems.extend(played.leftovers.iter().map(|left| format!("left behind: {left}")));
                answers[at] = played.answers;
                for number in played.held_back {
                    let steps = scenarios.get(number).map_or(0, |(_, one)| one.steps.len());
                    if let Some(slot) = answers[at].get_mut(number) {
                        *slot = Some(vec![RecordedOutcome::withheld(); steps]);
                    }
                }
            }
            Err(error) => problems.push(format!("a side was not played to its end: {error}")),
        }
    }
    (answers, problems)
}

fn recorded(file: &GoldenFile, scenarios: &[(String, Scenario)]) -> Answers {
    let by_id: std::collections::HashMap<&str, usize> =
        file.scenarios.iter().enumerate().map(|(at, one)| (one.id.as_str(), at)).collect();
    scenarios
        .iter()
        .map(|(id, _)| Some(file.scenarios[*by_id.get(id.as_str())?].answers()))
        .collect()
}

/// Shrinks every cause that counts, a few at a time, and puts together what turns out to be one.
async fn shrink_all(
    clusters: Vec<Cluster>,
    targets: Vec<Target>,
    places: Vec<Place>,
    options: &Options,
) -> Vec<(Cluster, Option<Shrunk>)> {
    let limits: Vec<u64> = targets
        .iter()
        .map(|target| target.requests().saturating_add(options.max_shrink_requests))
        .collect();
    let (targets, places, limits) = (Arc::new(targets), Arc::new(places), Arc::new(limits));
    let (count, plain): (Vec<Cluster>, Vec<Cluster>) =
        clusters.into_iter().partition(|cluster| cluster.difference.counts(options.strict));
    let mut done: Vec<(usize, Cluster, Shrunk)> = Vec::new();
    let mut running = tokio::task::JoinSet::new();
    let mut waiting = count.into_iter().enumerate();
    loop {
        while running.len() < options.jobs.max(1)
            && let Some((at, cluster)) = waiting.next()
        {
            let mut shrinker = Shrinker {
                players: targets
                    .iter()
                    .map(|target| Player::new(target.clone(), format!("d{at}")))
                    .collect(),
                places: Arc::clone(&places),
                limits: Arc::clone(&limits),
                targets: Arc::clone(&targets),
                stop: Arc::clone(&options.stop),
                tries: options.shrink_tries,
            };
            running.spawn(async move {
                let (cluster, info) = shrinker.shrink(cluster).await;
                for player in shrinker.players {
                    player.close().await;
                }
                (at, cluster, info)
            });
        }
        let Some(ended) = running.join_next().await else { break };
        // A cause whose shrinking broke off is lost with it; the panic is on stderr.
        done.extend(ended);
    }
    for target in targets.iter() {
        target.release_all().await;
    }
    done.sort_by_key(|(at, cluster, _)| (cluster.peculiar.len(), cluster.scenario.size(), *at));
    let mut merged: Vec<Cluster> = Vec::new();
    let mut infos: Vec<Shrunk> = Vec::new();
    for (_, cluster, info) in done {
        fold(&mut merged, cluster);
        if merged.len() > infos.len() {
            infos.push(info);
        }
    }
    let mut all: Vec<(Cluster, Option<Shrunk>)> =
        merged.into_iter().zip(infos.into_iter().map(Some)).collect();
    all.extend(plain.into_iter().map(|cluster| (cluster, None)));
    all
}

/// How a cause was shrunk, and whether it was seen again at all.
#[derive(Clone, Debug)]
struct Shrunk {
    info: ShrinkInfo,
    again: bool,
}

/// Makes one cause smaller, on functions of its own at every target.
struct Shrinker {
    players: Vec<Player>,
    places: Arc<Vec<Place>>,
    limits: Arc<Vec<u64>>,
    targets: Arc<Vec<Target>>,
    stop: Arc<AtomicBool>,
    tries: u32,
}

impl Shrinker {
    fn is_spent(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
            || self
                .targets
                .iter()
                .zip(&*self.limits)
                .any(|(target, limit)| target.requests() >= *limit)
    }

    /// The difference of this key, where the scenario shows it.
    async fn shows(&mut self, scenario: &Scenario, key: &str) -> Option<Differing> {
        let scenario_of_all = Arc::new(scenario.clone());
        let mut playing = tokio::task::JoinSet::new();
        for (at, mut player) in std::mem::take(&mut self.players).into_iter().enumerate() {
            let scenario = Arc::clone(&scenario_of_all);
            playing.spawn(async move {
                let answers = player.play(&scenario).await;
                (at, player, answers)
            });
        }
        let mut played = playing.join_all().await;
        played.sort_by_key(|(at, ..)| *at);
        let mut answers: Vec<Vec<RecordedOutcome>> = Vec::new();
        for (_, player, told) in played {
            self.players.push(player);
            answers.extend(told);
        }
        if answers.len() < self.players.len() {
            return None;
        }
        let all: Vec<&[RecordedOutcome]> = answers.iter().map(Vec::as_slice).collect();
        let compared = compare(scenario, &align(scenario, &self.places, &all));
        compared.differences.into_iter().find(|found| found.key() == key)
    }

    /// Shrinks while the same sides disagree in the same way.
    async fn shrink(&mut self, mut cluster: Cluster) -> (Cluster, Shrunk) {
        let key = cluster.difference.key();
        let mut info = ShrinkInfo { from: cluster.scenario.size(), ..ShrinkInfo::default() };
        let mut again = None;
        for _ in 0..2 {
            if again.is_none() && !self.is_spent() {
                info.tries += 1;
                again = self.shows(&cluster.scenario, &key).await;
            }
        }
        let Some(again) = again else {
            info.to = info.from;
            // Where nothing was tried, nothing is known against it.
            let again = info.tries == 0;
            return (cluster, Shrunk { info, again });
        };
        cluster.difference = again;
        let mut tree = ScenarioTree::new(cluster.scenario.clone());
        let mut more = tree.simplify();
        while more && info.tries < self.tries && !self.is_spent() {
            info.tries += 1;
            let candidate = tree.current();
            more = match self.shows(&candidate, &key).await {
                Some(shown) => {
                    info.trail.push(describe(&candidate));
                    cluster.scenario = candidate;
                    cluster.difference = shown;
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        info.complete = !more;
        info.to = cluster.scenario.size();
        if info.trail.len() > 8 {
            info.trail.drain(4..info.trail.len() - 4);
        }
        cluster.peculiar = peculiarities(&cluster.scenario, cluster.difference.step);
        (cluster, Shrunk { info, again: true })
    }
}

/// The letter of a side.
pub fn letter(at: usize) -> String {
    let letter = char::from(b'A' + (at % 26) as u8);
    if at < 26 { letter.to_string() } else { format!("{letter}{}", at / 26) }
}

fn cause(cluster: &Cluster, shrink: Option<Shrunk>, strict: bool) -> DiffCause {
    let difference = &cluster.difference;
    let mut parties: Vec<DiffParty> = Vec::new();
    for (side, party) in difference.parties().into_iter().enumerate() {
        if party == parties.len() {
            parties.push(DiffParty { sides: Vec::new(), answer: difference.values[side].clone() });
        }
        parties[party].sides.push(letter(side));
    }
    let peculiar: Vec<String> = cluster.peculiar.iter().cloned().collect();
    let flaky = shrink.as_ref().is_some_and(|shrunk| !shrunk.again);
    DiffCause {
        id: short_hash(&format!("{}|{}", difference.key(), peculiar.join(", "))),
        aspect: Some(difference.aspect),
        path: difference.path.clone(),
        counted: difference.counts(strict) && !flaky,
        flaky,
        operation: difference.operation.to_owned(),
        peculiar,
        likewise: cluster.likewise.iter().cloned().collect(),
        parties,
        occurrences: cluster.occurrences,
        scenario: cluster.scenario.clone(),
        step: difference.step,
        shrink: shrink.map(|shrunk| shrunk.info),
    }
}
