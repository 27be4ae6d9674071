//! The suite proves itself: it is run against every mutant, and each must be found.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::client::{Endpoint, RealAws, Signing, Target, TargetConfig};
use crate::contract::{Direction, EvidenceFloor, Member, RuleId};
use crate::event::{Cause, Judging, RunResult, Verdict};
use crate::generate::{self, Depth};
use crate::model::name::FunctionName;
use crate::scenario::Operation;
use crate::scenario::template::Piece;
use crate::server::mutants::{self, Mutant, Mutation};
use crate::server::{ReferenceServer, RunningServer, ServerOptions};

use super::embedded;
use super::engine::Engine;
use super::options::{Prepared, RunOptions};
use super::order::by_yield;
use super::stages::run;

/// The version of the format of a kill matrix.
pub const SELFTEST: &str = "permspec.selftest/1";

/// What became of every mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KillMatrix {
    /// The version of the format, [`SELFTEST`].
    pub schema: String,
    /// One entry a mutant.
    pub mutants: Vec<Kill>,
    /// How many mutants each scored rule killed.
    pub rules: BTreeMap<String, u32>,
    /// What is wrong with the suite, a line each; empty when it proved itself.
    pub problems: Vec<String>,
    /// The median of the members of the smallest counterexamples.
    pub median_members: usize,
    /// The median of the requests to the first kill.
    pub median_requests: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// What became of one mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kill {
    /// The mutant.
    pub mutant: String,
    /// What is broken.
    pub about: String,
    /// Whether only reported behaviour is broken.
    pub advisory: bool,
    /// The rules that killed it.
    pub rules: Vec<String>,
    /// How many requests had been sent when it was first found out.
    pub requests: u64,
    /// How many members the smallest counterexample holds at a value of their own.
    pub members: usize,
    /// How many steps it has.
    pub steps: usize,
    /// Whether the counterexample contains the member at fault, where there is one.
    pub names_member: bool,
}

/// Which of the mutants are tested.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Only those whose names contain this.
    pub name: String,
    /// Only every n-th of them, from the k-th on: `(k, n)`, counted from 1.
    pub shard: Option<(usize, usize)>,
}

impl Chosen {
    /// Whether all are tested: only then is a rule that kills none of them to blame.
    fn is_everything(&self) -> bool {
        self.name.is_empty() && self.shard.is_none_or(|(_, of)| of <= 1)
    }

    /// The chosen ones.
    fn mutants(&self) -> impl Iterator<Item = &'static Mutant> {
        let (first, of) = self.shard.unwrap_or((1, 1));
        mutants::mutants()
            .iter()
            .copied()
            .filter(|mutant| mutant.name.contains(&self.name))
            .skip(first.saturating_sub(1))
            .step_by(of.max(1))
    }
}

/// Runs the suite against the reference server and the chosen mutants.
pub async fn selftest(
    seed: u64,
    chosen: &Chosen,
    jobs: usize,
    mut progress: impl FnMut(&Kill),
) -> KillMatrix {
    let started = Instant::now();
    let generate = generate::Options { seed, depth: Depth::Default, ..Default::default() };
    let cases = Arc::new(by_yield(generate::plan(&generate), generate.editions));
    let mut matrix = KillMatrix {
        schema: SELFTEST.into(),
        mutants: Vec::new(),
        rules: BTreeMap::new(),
        problems: Vec::new(),
        median_members: 0,
        median_requests: 0,
        duration_ms: 0,
    };
    if chosen.name.is_empty() {
        unmutated(&mut matrix, seed, &cases).await;
    }
    let mut waiting = chosen.mutants();
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < jobs.max(1)
            && let Some(mutant) = waiting.next()
        {
            let cases = Arc::clone(&cases);
            running.spawn(async move { (mutant, against(mutant, seed, cases).await) });
        }
        let Some(done) = running.join_next().await else { break };
        match done {
            Ok((mutant, result)) => {
                let kill = kill(mutant, result.as_ref(), &mut matrix.problems);
                progress(&kill);
                for rule in &kill.rules {
                    *matrix.rules.entry(rule.clone()).or_default() += 1;
                }
                matrix.mutants.push(kill);
            }
            Err(error) => matrix.problems.push(format!("a run ended early: {error}")),
        }
    }
    matrix.mutants.sort_by(|one, other| one.mutant.cmp(&other.mutant));
    if chosen.is_everything() {
        second_pass(&mut matrix, seed, &cases).await;
        for id in RuleId::ALL {
            let scored = id.rule().scored(EvidenceFloor::default(), false);
            if scored && !matrix.rules.contains_key(id.name()) {
                matrix.problems.push(format!("the scored rule {id} killed no mutant"));
            }
        }
    }
    let killed = || matrix.mutants.iter().filter(|kill| !kill.rules.is_empty());
    matrix.median_members = median(killed().map(|kill| kill.members).collect());
    matrix.median_requests = median(killed().map(|kill| kill.requests).collect());
    matrix.problems.sort();
    matrix.duration_ms = started.elapsed().as_millis() as u64;
    matrix
}

/// A mutant's run ends at the first of its rules that is found broken. Rules that killed nothing
/// that way are given the mutants that name them once more, alone.
async fn second_pass(matrix: &mut KillMatrix, seed: u64, cases: &Arc<Vec<generate::Case>>) {
    for id in RuleId::ALL.iter().copied() {
        let scored = id.rule().scored(EvidenceFloor::default(), false);
        if !scored || matrix.rules.contains_key(id.name()) {
            continue;
        }
        for mutant in mutants::mutants().iter().filter(|mutant| mutant.rules.contains(&id)) {
            let prepared = Prepared {
                cases: Arc::clone(cases),
                stop_on: Vec::new(),
                advisory: false,
                ignore_preflight: true,
            };
            let result = drive(Some(mutant), seed, prepared, 2).await;
            let killed = result.is_some_and(|result| {
                result.rules.iter().any(|rule| rule.id == id && rule.verdict == Verdict::Violated)
            });
            if killed {
                *matrix.rules.entry(id.name().to_owned()).or_default() += 1;
                let entry = matrix.mutants.iter_mut().find(|kill| kill.mutant == mutant.name);
                if let Some(kill) = entry {
                    kill.rules.push(id.name().to_owned());
                }
                break;
            }
        }
    }
}

fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The reference server itself must hold every scored rule.
async fn unmutated(matrix: &mut KillMatrix, seed: u64, cases: &Arc<Vec<generate::Case>>) {
    let prepared = Prepared {
        cases: Arc::clone(cases),
        stop_on: Vec::new(),
        advisory: false,
        ignore_preflight: false,
    };
    match drive(None, seed, prepared, 8).await {
        Some(result) => {
            for rule in &result.rules {
                let advisory = !rule.scored && rule.verdict == Verdict::Violated;
                if rule.scored && rule.verdict != Verdict::Held || advisory {
                    matrix.problems.push(format!(
                        "the unmutated server: {} is {}{}",
                        rule.id,
                        rule.verdict.name(),
                        rule.reason.as_ref().map(|why| format!(" ({why})")).unwrap_or_default()
                    ));
                }
            }
        }
        None => matrix.problems.push("the unmutated server could not be tested".into()),
    }
}

async fn against(
    mutant: &'static Mutant,
    seed: u64,
    cases: Arc<Vec<generate::Case>>,
) -> Option<RunResult> {
    let bank = mutant.plants.iter().any(|plant| matches!(plant, Mutation::ConstantAnswer(_)));
    let stop_on = if bank { Vec::new() } else { mutant.rules.to_vec() };
    let advisory = mutant.advisory;
    let prepared = Prepared { cases, stop_on, advisory, ignore_preflight: true };
    drive(Some(mutant), seed, prepared, 2).await
}

async fn drive(
    mutant: Option<&'static Mutant>,
    seed: u64,
    prepared: Prepared,
    jobs: usize,
) -> Option<RunResult> {
    let mutants = mutant.into_iter().collect();
    let server =
        Arc::new(ReferenceServer::new(ServerOptions { mutants, ..ServerOptions::default() }));
    let mut config = TargetConfig::new("self");
    config.timeout = Duration::from_millis(400);
    // Requests overlap only on a socket; all else is asked without one, which is quicker.
    let on_socket = mutant.is_none_or(Mutant::is_race);
    let mut running = None;
    let target = if on_socket {
        let socket = RunningServer::start(server, 0).await.ok()?;
        let endpoint = Endpoint::parse(&socket.endpoint(), RealAws::Refuse).ok()?;
        running = Some(socket);
        config.timeout = Duration::from_secs(5);
        Target::http(endpoint, config)
    } else {
        config.signing = Signing::Nothing;
        embedded::target(server, config)
    };
    let options = RunOptions {
        seed,
        jobs,
        judging: Judging::default(),
        max_requests: u64::MAX,
        shrink_tries: 60,
        max_shrink_requests: 1_500,
        // What shows only now and then is given as many rounds as a run of its own has.
        rounds: if mutant.is_some_and(Mutant::is_race) { 20 } else { 6 },
        max_time: Some(Duration::from_secs(40)),
        prepared: Some(prepared),
        ..RunOptions::default()
    };
    let engine = Engine::new(target, options, |_| {});
    let result = run(&engine).await.ok();
    if let Some(socket) = running {
        socket.stop().await;
    }
    result
}

/// What became of one mutant; what is wrong with that is added to the problems.
fn kill(mutant: &Mutant, result: Option<&RunResult>, problems: &mut Vec<String>) -> Kill {
    let mut kill = Kill {
        mutant: mutant.name.into(),
        about: mutant.about.into(),
        advisory: mutant.advisory,
        rules: Vec::new(),
        requests: 0,
        members: 0,
        steps: 0,
        names_member: true,
    };
    let Some(result) = result else {
        problems.push(format!("{}: the run broke off", mutant.name));
        return kill;
    };
    // What only breaks reported behaviour may be found by what is only reported.
    let causes: Vec<&Cause> = result
        .rules
        .iter()
        .filter(|rule| mutant.advisory || rule.verdict == Verdict::Violated)
        .flat_map(|rule| &rule.causes)
        .filter(|cause| !cause.flaky && (mutant.advisory || !cause.advisory))
        .collect();
    let is_bank = mutant.plants.iter().any(|plant| matches!(plant, Mutation::ConstantAnswer(_)));
    if is_bank {
        for rule in &result.rules {
            let earned = unearned(mutant.name, rule.id);
            if rule.scored && rule.verdict == Verdict::Held && !earned {
                problems.push(format!("{} holds {}, which it did not earn", mutant.name, rule.id));
            }
        }
    }
    let mut rules: Vec<&str> = causes.iter().map(|cause| cause.rule.name()).collect();
    rules.sort_unstable();
    rules.dedup();
    kill.rules = rules.into_iter().map(ToOwned::to_owned).collect();
    if causes.is_empty() {
        if !is_bank {
            problems.push(format!("{} survives: {}", mutant.name, mutant.about));
        }
        return kill;
    }
    kill.requests = causes.iter().map(|cause| cause.seen_at).min().unwrap_or_default();
    let best = causes
        .iter()
        .filter(|cause| mutant.rules.is_empty() || mutant.rules.contains(&cause.rule))
        .min_by_key(|cause| cause.counterexample.scenario.size())
        .or(causes.first());
    if let Some(best) = best {
        kill.members = best.counterexample.members.len();
        kill.steps = best.counterexample.scenario.steps.len();
    }
    kill.names_member =
        mutant.member.is_none_or(|member| causes.iter().any(|cause| contains(cause, member)));
    if !kill.names_member
        && let Some(member) = mutant.member
    {
        problems.push(format!("{}: no counterexample contains {member}", mutant.name));
    }
    let expected = is_bank
        || mutant.rules.is_empty()
        || causes.iter().any(|cause| mutant.rules.contains(&cause.rule));
    if !expected {
        let wanted: Vec<&str> = mutant.rules.iter().map(|rule| rule.name()).collect();
        problems.push(format!(
            "{}: killed by {}, but not by {}",
            mutant.name,
            kill.rules.join(", "),
            wanted.join(" or ")
        ));
    }
    kill
}

/// Whether a counterexample contains a member at all: named in a body, or at a value of its own.
fn contains(cause: &Cause, member: Member) -> bool {
    let counterexample = &cause.counterexample;
    counterexample.members.contains(&member)
        || counterexample.exchanges.iter().any(|exchange| {
            exchange.request.body.contains(&format!("\"{member}\""))
                || exchange.request.target.contains(&format!("{member}="))
        })
        || counterexample.scenario.operations().any(|operation| {
            let absent = match operation {
                // A required member may be at fault by being absent.
                Operation::AddPermission(add) => add.members().is_none_or(|members| {
                    !members.contains_key(member.name()) && member.required()
                }),
                _ => false,
            };
            absent || member == Member::Qualifier && has_suffix(operation)
        })
}

/// Whether an operation's name brings a qualifier along.
fn has_suffix(operation: &Operation) -> bool {
    let name = match operation {
        Operation::AddPermission(add) => &add.function_name,
        Operation::GetPolicy(get) => &get.function_name,
        Operation::RemovePermission(remove) => &remove.function_name,
        _ => return false,
    };
    // What stands for a reference matters less than that something does.
    let pieces = name.pieces();
    let text = pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        Piece::Reference("account") => "123456789012",
        Piece::Reference("region") => "us-east-1",
        Piece::Reference("partition") => "aws",
        Piece::Reference(_) => "1",
    });
    FunctionName::read(&text.collect::<String>()).is_some_and(|name| name.suffix.is_some())
}

/// Rules that a bank server really obeys: only AddPermission is broken in these servers, none of
/// them fails, and one that answers every grant with the right statement does right whatever is no refusal.
fn unearned(name: &str, rule: RuleId) -> bool {
    let refuses =
        rule.rule().directions.iter().any(|(direction, _)| *direction == Direction::Refuse);
    match rule {
        RuleId::WireAnswers
        | RuleId::PolicyAbsent
        | RuleId::RemoveNotFound
        | RuleId::ErrorNoServerFault
        | RuleId::ErrorShape => true,
        _ => name == "accepts-everything" && !refuses,
    }
}
