//! Every reading changes something, and stays within what the model admits.

use serde_json::json;

use super::probes::{SEQUENCES, Session, hear};
use super::requests::singles;
use super::{add, reading, remove};
use crate::contract::{EditionChoice, EvidenceFloor, RuleId};
use crate::model::{ParsedBody, Request, Requirement, World, analyse};
use crate::observation::Answer;
use crate::server::{Reading, Readings, ServerOptions};
use crate::wire::{WireRequest, WireResponse};

fn with(readings: Readings) -> ServerOptions {
    ServerOptions { readings, ..ServerOptions::default() }
}

/// Readings that show on a socket or in a race only; tests of their own show them.
const SHOWN_ELSEWHERE: [Reading; 5] = [
    Reading::PublicRemovalBlocked,
    Reading::Chunked,
    Reading::TitleCaseHeaders,
    Reading::CloseConnections,
    Reading::ConcurrentUpdates,
];

#[test]
fn the_probes_are_answered_alike_every_time() {
    assert!(hear(&ServerOptions::default()).eq(hear(&ServerOptions::default())));
}

#[test]
fn every_reading_changes_some_answer() {
    let plain: Vec<Vec<String>> = hear(&ServerOptions::default()).collect();
    let silent: Vec<&str> = Reading::ALL
        .iter()
        .filter(|reading| !SHOWN_ELSEWHERE.contains(reading))
        .filter(|reading| hear(&with([**reading].into_iter().collect())).eq(plain.iter().cloned()))
        .map(|reading| reading.name())
        .collect();
    assert!(silent.is_empty(), "no probe shows {silent:?}");
}

#[test]
fn one_of_two_overlapping_writes_is_refused_where_the_reading_says_so() {
    let server = reading(Reading::ConcurrentUpdates);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let adds: Vec<_> = (0..4)
            .map(|at| {
                let server = &server;
                let sid = format!("s{at}");
                scope.spawn(move || {
                    server.handle(&add("f", None, &json!({"StatementId": sid}))).status
                })
            })
            .collect();
        adds.into_iter().filter_map(|add| add.join().ok()).collect()
    });
    assert!(statuses.contains(&201) && statuses.contains(&409), "{statuses:?}");
}

/// What the model says against an answer to AddPermission, if anything, with the rules that it
/// finds broken.
pub(super) fn objection(
    request: &WireRequest,
    world: &World,
    response: &WireResponse,
) -> Option<(String, Vec<RuleId>)> {
    let mut world = world.clone();
    let revisions: Vec<String> = world
        .functions
        .values()
        .flat_map(|function| function.policies.values())
        .filter_map(|policy| policy.last().revision.clone())
        .collect();
    world.issued.extend(revisions);
    let analysis = analyse(&world, request, EditionChoice::Either);
    let Request::AddPermission(asked) = &analysis.request else { return None };
    let revised = asked_revision(&asked.body).is_some_and(|revision| !revision.is_empty());
    let exists = analysis.resource.as_ref().is_some_and(|resource| {
        world.policy(&resource.function, resource.qualifier.as_deref()).last().exists()
    });
    if revised && !exists && analysis.resource.is_some() {
        // What is current while there is no policy depends on revisions that only the server knows.
        return None;
    }
    let floor = EvidenceFloor::Reported;
    let answer = Answer::read(response.clone());
    let in_front = analysis.refused_at_front && answer.status() == 400 && answer.code.is_none();
    if in_front || (answer.is_busy() && !analysis.admits_conflict()) {
        // What a server in front, or a busy one, says has nothing to do with the request.
        return None;
    }
    if (200..300).contains(&response.status) {
        let certain =
            analysis.faults.iter().find(|fault| fault.requirement_at(floor) == Requirement::Must);
        if let Some(fault) = certain {
            return Some((format!("accepted in spite of {:?}", fault.kind), vec![fault.rule]));
        }
        let statement = response.json()?["Statement"].as_str()?.to_owned();
        let statement: serde_json::Value = serde_json::from_str(&statement).ok()?;
        let mismatches = analysis.statement.as_ref()?.compare(statement.as_object()?, floor);
        let rules = mismatches.iter().map(|found| found.rule).collect();
        return mismatches.first().map(|found| (format!("{found:?}"), rules));
    }
    let code = response.header("x-amzn-errortype").map(|code| {
        let code = code.split(':').next().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    });
    let admitted = analysis.faults.iter().any(|fault| {
        fault.admits_status(response.status)
            && (!fault.code_scored(floor) || fault.admits_code(code.as_deref(), floor))
    });
    let certain = analysis.faults.iter().filter(|fault| fault.requirement == Requirement::Must);
    let mut rules: Vec<RuleId> = certain.map(|fault| fault.rule).collect();
    rules.extend(&analysis.accepts);
    rules.push(RuleId::SuccessStatus);
    let text = format!("{} {code:?} is not among {:?}", response.status, analysis.faults);
    (!admitted).then_some((text, rules))
}

fn asked_revision(body: &ParsedBody) -> Option<&str> {
    match body {
        ParsedBody::Object(members) => members.get("RevisionId")?.as_str(),
        _ => None,
    }
}

/// What the model says against the answers to the probes of a server with these readings.
fn objections(readings: Readings) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |session: &Session| {
        for (request, world, response) in &session.exchanges {
            if let Some((objection, _)) = objection(request, world, response) {
                found.push(format!(
                    "{} {}: {objection}",
                    request.target(),
                    String::from_utf8_lossy(&request.body)
                ));
            }
        }
    };
    for request in singles() {
        let mut session = Session::new(with(readings));
        session.send(request);
        look(&session);
    }
    for sequence in SEQUENCES {
        let mut session = Session::new(with(readings));
        sequence(&mut session);
        look(&session);
    }
    found
}

#[test]
fn the_model_has_nothing_against_the_server_without_readings() {
    let found = objections(Readings::default());
    assert!(found.is_empty(), "{}:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_model_has_nothing_against_any_reading() {
    let mut all = Vec::new();
    for reading in Reading::ALL {
        let found = objections([*reading].into_iter().collect());
        all.extend(found.into_iter().map(|objection| format!("{reading}: {objection}")));
    }
    assert!(all.is_empty(), "{}:\n{}", all.len(), all.join("\n"));
}

#[test]
fn a_removal_is_blocked_where_the_policy_would_stay_public() {
    let server = reading(Reading::PublicRemovalBlocked);
    for (sid, principal) in [("all", "*"), ("one", "s3.amazonaws.com")] {
        let members = json!({"StatementId": sid, "Principal": principal});
        assert_eq!(server.handle(&add("f", None, &members)).status, 201);
    }
    let blocked = server.handle(&remove("f", None, "one"));
    assert_eq!(blocked.status, 400);
    assert_eq!(blocked.header("x-amzn-errortype"), Some("PublicPolicyException"));
    assert_eq!(server.handle(&remove("f", None, "all")).status, 204);
    assert_eq!(server.handle(&remove("f", None, "one")).status, 204);
}
