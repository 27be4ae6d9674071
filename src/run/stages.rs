//! The stages of a run, from its plan to its result.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::client::PreflightError;
use crate::contract::Phase;
use crate::event::{EVENTS, Event, RunResult, TargetInfo};
use crate::generate::Depth;
use crate::scenario::file::CorpusError;

use super::batch::{batches, beginning};
use super::confirm::confirm_all;
use super::diagnosing::diagnosed;
use super::engine::Engine;
use super::explore::explore;
use super::known;
use super::plan::plan;
use super::result::{Ended, suite_info};

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target cannot be tested.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// The corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
}

/// The requests of a quick run, but for those of the preflight.
const QUICK: u64 = 345;

/// Runs the suite to its end.
pub async fn run(engine: &Arc<Engine>) -> Result<RunResult, RunError> {
    // Boxed here, once, because its state is large and its callers are futures too.
    Box::pin(to_its_end(engine)).await
}

async fn to_its_end(engine: &Arc<Engine>) -> Result<RunResult, RunError> {
    let mut batches = batches(plan(&engine.options)?, engine.options.rounds);
    if engine.options.depth == Depth::Quick && engine.options.prepared.is_none() {
        batches = beginning(batches, QUICK);
    }
    let _deadline = engine.options.max_time.map(|most| {
        let why = format!("the time of {} was over", humantime::format_duration(most));
        engine.target.halt_at(engine.started + most, why)
    });
    let info = engine.run_info();
    engine.emit(Event::Started { schema: EVENTS.into(), suite: suite_info(), run: info.clone() });
    let preflight = match &engine.options.function {
        Some(name) => engine.target.preflight_on(name).await,
        None => engine.target.preflight().await,
    };
    let mut target = match preflight {
        Err(_) if engine.options.prepared.as_ref().is_some_and(|p| p.ignore_preflight) => {
            TargetInfo { endpoint: engine.target.address().to_owned(), ..TargetInfo::default() }
        }
        other => other?,
    };
    target.name.clone_from(&engine.options.name);
    engine.emit(Event::Preflight { target: target.clone() });
    for phase in Phase::ALL {
        let cases = batches.iter().filter(|batch| !batch.is_repeated()).flat_map(|b| &b.cases);
        let scenarios = cases.filter(|(_, case)| case.phase == phase).count() as u32;
        if scenarios > 0 {
            engine.emit(Event::Phase { phase, scenarios });
        }
    }
    let mut explored = explore(engine, batches).await;
    let exploring = engine.target.requests();
    engine.explored_until.store(exploring, Ordering::Relaxed);
    let (mut causes, unjudged) = Box::pin(confirm_all(engine, &explored)).await;
    let diagnosis = Box::pin(diagnosed(engine, &mut explored, &mut causes)).await;
    let stale = known::check_stale(engine).await;
    engine.clear_pool().await;
    engine.set_stale_entries(stale);
    let leftovers: Vec<String> = engine
        .target
        .release_all()
        .await
        .into_iter()
        .map(|leftover| leftover.to_string())
        .chain(engine.take_leftovers())
        .collect();
    let ended = Ended { target, explored, exploring, causes, unjudged, diagnosis, leftovers };
    Ok(engine.result(info, ended))
}
