//! Every mutant does what it says: something, and only where it says.

use std::collections::BTreeSet;

use serde_json::json;

use super::probes::{Session, hear, hear_one, sequences, singles_about};
use super::readings::objection;
use super::{add, furnished, get, text};
use crate::contract::RuleId;
use crate::server::mutants::{Mutant, Mutation, find, mutants};
use crate::server::{ReferenceServer, ServerOptions};

fn server(name: &str) -> ReferenceServer {
    let mutant = find(name).unwrap_or_else(|| panic!("there is a mutant {name}"));
    furnished(ServerOptions { mutants: mutant.into(), ..ServerOptions::default() })
}

#[test]
fn there_are_many_mutants_and_no_name_is_given_twice() {
    let names: BTreeSet<&str> = mutants().iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), mutants().len());
    assert!(names.len() >= 120, "{}", names.len());
    for mutant in mutants() {
        assert!(!mutant.plants.is_empty() && !mutant.rules.is_empty(), "{}", mutant.name);
    }
}

#[test]
fn every_rule_has_a_mutant_that_breaks_it() {
    let broken: BTreeSet<RuleId> =
        mutants().iter().flat_map(|mutant| mutant.rules.iter().copied()).collect();
    let unbroken: Vec<RuleId> =
        RuleId::ALL.iter().copied().filter(|rule| !broken.contains(rule)).collect();
    assert!(unbroken.is_empty(), "{unbroken:?}");
}

/// The names of the mutants of which `is_so` holds, looked at on two threads.
fn names_of(
    mutants: &[&'static Mutant],
    is_so: impl Fn(&'static Mutant) -> bool + Sync,
) -> Vec<&'static str> {
    let (first, second) = mutants.split_at(mutants.len() / 2);
    let names = |half: &[&'static Mutant]| -> Vec<&'static str> {
        half.iter().copied().filter(|mutant| is_so(mutant)).map(|mutant| mutant.name).collect()
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| names(second));
        let mut all = names(first);
        all.extend(second.join().unwrap_or_else(|_| vec!["a thread ended early"]));
        all
    })
}

#[test]
fn every_mutant_changes_some_answer() {
    let plain: Vec<Vec<String>> = hear(&ServerOptions::default()).collect();
    // What the model finds fault with is changed for certain; a test of its own shows that.
    let is_left = |mutant: &Mutant| {
        !mutant.is_race() && (!shows_in_adds(mutant) || FOUND_OTHERWISE.contains(&mutant.name))
    };
    let (in_sequence, alone) = plain.split_at(sequences().count());
    let still: Vec<&'static Mutant> =
        mutants().iter().copied().filter(|mutant| is_left(mutant)).collect();
    let silent = names_of(&still, |mutant| {
        let options = ServerOptions { mutants: mutant.into(), ..ServerOptions::default() };
        let is_quiet_alone = || {
            let mut singles = singles_about(mutant.member).into_iter();
            singles.all(|(at, request)| hear_one(&options, request) == alone[at])
        };
        hear(&options).take(sequences().count()).eq(in_sequence.iter().cloned()) && is_quiet_alone()
    });
    assert!(silent.is_empty(), "no probe shows {silent:?}");
}

/// The statuses of adds that are sent at once.
fn together(server: &ReferenceServer, bodies: &[serde_json::Value]) -> Vec<u16> {
    std::thread::scope(|scope| {
        let adds: Vec<_> = bodies
            .iter()
            .map(|body| scope.spawn(move || server.handle(&add("f", None, body)).status))
            .collect();
        adds.into_iter().filter_map(|add| add.join().ok()).collect()
    })
}

#[test]
fn races_go_wrong_only_where_the_mutant_says() {
    let one_id = [json!({"StatementId": "a"}), json!({"StatementId": "a"})];
    assert_eq!(together(&server("two-winners-per-sid"), &one_id), [201, 201]);
    let mut statuses = together(&server("lost-update"), &one_id);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let two_ids = [json!({"StatementId": "a"}), json!({"StatementId": "b"})];
    for (name, kept) in [("lost-update", 1), ("two-winners-per-sid", 2)] {
        let server = server(name);
        assert_eq!(together(&server, &two_ids), [201, 201]);
        assert_eq!(text(&server.handle(&get("f", None))).matches("Sid").count(), kept, "{name}");
    }
    for (name, winners) in [("two-winners-per-revision", 2), ("lost-update", 1)] {
        let server = server(name);
        server.handle(&add("f", None, &json!({"StatementId": "first"})));
        let revision = super::revision(&server, "f", None);
        let bodies = [
            json!({"StatementId": "a", "RevisionId": revision}),
            json!({"StatementId": "b", "RevisionId": revision}),
        ];
        let statuses = together(&server, &bodies);
        let won = statuses.iter().filter(|status| **status == 201).count();
        assert_eq!(won, winners, "{name}: {statuses:?}");
    }
}

#[test]
fn a_dirty_read_sees_what_is_taken_back() {
    let server = server("dirty-read");
    let seen = std::thread::scope(|scope| {
        let adding = scope.spawn(|| server.handle(&add("f", None, &json!({}))).status);
        let mut seen = Vec::new();
        while !adding.is_finished() {
            seen.push(server.handle(&get("f", None)).status);
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        seen
    });
    let first = seen.iter().position(|status| *status == 200);
    assert!(first.is_some_and(|first| seen[first..].contains(&404)), "{seen:?}");
    assert_eq!(server.handle(&get("f", None)).status, 200);
}

#[test]
fn mutants_of_real_emulators_are_among_them() {
    for who in ["moto", "MiniStack", "fakecloud"] {
        let count = mutants().iter().filter(|mutant| mutant.about.contains(who)).count();
        assert!(count >= 8, "{who}: {count}");
    }
}

#[test]
fn a_mutant_says_that_it_is_advisory_where_no_rule_of_its_own_is_scored() {
    let scored = |mutant: &Mutant| {
        mutant
            .rules
            .iter()
            .any(|rule| rule.rule().scored(crate::contract::EvidenceFloor::Reported, false))
    };
    for mutant in mutants() {
        assert!(mutant.advisory || scored(mutant), "{}", mutant.name);
    }
}

/// Rules that an answer to AddPermission alone, held against the model, does not show.
const SHOWN_ELSEWHERE: [RuleId; 4] =
    [RuleId::ErrorShape, RuleId::ErrorMessages, RuleId::SuccessEnvelope, RuleId::WireAnswers];

/// Whether a mutant shows in single answers to AddPermission, so that the model can find it there.
fn shows_in_adds(mutant: &Mutant) -> bool {
    let elsewhere = mutant.rules.iter().any(|rule| SHOWN_ELSEWHERE.contains(rule))
        || mutant.plants.iter().all(|plant| {
            // What shows only in policies and removals is for those who follow the state.
            matches!(
                plant,
                Mutation::State(_)
                    | Mutation::EditStored(_)
                    | Mutation::EditPolicy(_)
                    | Mutation::Removes(_)
                    | Mutation::Home(_)
                    | Mutation::EditList(_)
                    | Mutation::AfterOther(_)
            )
        });
    !(mutant.advisory || mutant.is_race() || elsewhere)
}

#[test]
fn the_model_finds_a_rule_of_every_mutant_broken_that_shows_when_a_permission_is_added() {
    let shown: Vec<&'static Mutant> =
        mutants().iter().copied().filter(|mutant| shows_in_adds(mutant)).collect();
    assert_eq!(names_of(&shown, |mutant| !is_found(mutant)), FOUND_OTHERWISE);
}

/// Mutants whose error shows in answers to GetPolicy and RemovePermission, in the choice among
/// successful statuses, in revisions that the test does not follow, or beside a member that the
/// model would let an implementation refuse, or only once a policy holds a statement.
const FOUND_OTHERWISE: [&str; 39] = [
    "member-names-any-case",
    "get-by-arn-404",
    "remove-by-arn-404",
    "get-suffix-lost",
    "remove-suffix-lost",
    "dropped-policy-absent",
    "dropped-policy-null",
    "dropped-policy-text",
    "dropped-policy-object",
    "dropped-policy-list",
    "dropped-revision-id-absent",
    "dropped-revision-id-null",
    "dropped-revision-id-text",
    "dropped-revision-id-object",
    "dropped-revision-id-list",
    "get-policy-400",
    "get-policy-code",
    "remove-missing-400",
    "remove-missing-code",
    "policy-as-object",
    "get-policy-500",
    "revision-garbage-before-policy",
    "status-200",
    "status-202",
    "remove-200",
    "remove-202",
    "alias-hyphens-lost",
    "policy-cut-at-4096",
    "policy-cut-at-10240",
    "policy-of-10240-fails",
    "revision-before-last",
    "revision-one-back",
    "revision-long-ago",
    "revision-of-content",
    "first-eight-members",
    "order-of-members",
    "second-parameter-lost",
    "qualifier-last-only",
    "removal-with-body",
];

static HARMLESS: Mutant = Mutant {
    name: "harmless",
    about: "breaks nothing",
    rules: &[],
    member: None,
    advisory: true,
    plants: &[Mutation::DropFault(|_, _| false)],
};

#[test]
fn a_mutant_that_breaks_nothing_changes_nothing() {
    let options = ServerOptions { mutants: (&HARMLESS).into(), ..ServerOptions::default() };
    for (plain, heard) in hear(&ServerOptions::default()).zip(hear(&options)) {
        assert_eq!(plain, heard);
    }
}

/// Whether the model finds a rule of the mutant broken by an answer to some probe.
fn is_found(mutant: &'static Mutant) -> bool {
    let options = ServerOptions { mutants: mutant.into(), ..ServerOptions::default() };
    let breaks = |session: &Session| {
        session.exchanges.iter().any(|(request, world, response)| {
            objection(request, world, response)
                .is_some_and(|(_, rules)| rules.iter().any(|rule| mutant.rules.contains(rule)))
        })
    };
    let alone = || {
        singles_about(mutant.member).into_iter().any(|(_, request)| {
            let mut session = Session::new(options.clone());
            session.send(request);
            breaks(&session)
        })
    };
    let in_sequence = |sequence: &fn(&mut Session)| {
        let mut session = Session::new(options.clone());
        sequence(&mut session);
        breaks(&session)
    };
    // Whatever finds it is found; this is about which of them is quicker.
    let needs_history = mutant.member.is_none()
        || mutant
            .plants
            .iter()
            .any(|plant| matches!(plant, Mutation::SameId(_) | Mutation::Revision(_)));
    let in_some_sequence = || sequences().any(in_sequence);
    if needs_history && in_some_sequence() {
        return true;
    }
    alone() || (!needs_history && in_some_sequence())
}
