//! How the world follows what a target said it did.

use rstest::rstest;
use serde_json::{Value, json};

use super::known::{
    F, add, add_to, answer, created, follow, get, granted, holding, just_read, plain, policy,
    qualified, remove, seen, sids, statement, world,
};
use crate::model::world::Seen;
use crate::model::{Policy, PolicyState, World};
use crate::observation::{Observation, TransportFault};
use crate::wire::WireRequest;

/// Which of the three policies are known still: that of `f`, of its alias, of `g`.
fn known(world: &World) -> [bool; 3] {
    [("f", None), ("f", Some("live")), ("g", None)]
        .map(|(function, qualifier)| world.policy(function, qualifier).known().is_some())
}

#[test]
fn a_grant_stands_behind_those_before_it_and_makes_the_revision_a_past_one() {
    let mut world = granted();
    follow(&mut world, &add(&plain("d")), &created(&statement("d")));
    let state = world.policy("f", None);
    assert_eq!(sids(&state), ["a", "d"]);
    let policy = state.known().unwrap();
    assert_eq!(policy.revision, None);
    assert!(policy.past.contains("now"));
    let own = policy.seen.as_ref().unwrap();
    assert_eq!((own.writes, own.others, own.refusals), (1, 0, 0));
    for (function, qualifier) in [("f", Some("live")), ("g", None)] {
        let state = world.policy(function, qualifier);
        let other = state.last().seen.as_ref().unwrap();
        assert_eq!((other.writes, other.others, other.refusals), (0, 1, 0), "{function}");
    }
}

#[test]
fn a_grant_is_kept_as_the_target_said_it_and_not_as_it_should_be() {
    let mut world = world();
    let mut odd = statement("d");
    odd["Effect"] = json!("Deny");
    odd["Note"] = json!("more");
    follow(&mut world, &add(&plain("d")), &created(&odd));
    assert_eq!(world.policy("f", None).known().unwrap().statements, [odd]);
}

#[test]
fn a_grant_of_what_was_removed_or_refused_makes_it_rightful() {
    let before = Policy {
        removed: ["d".to_owned(), "e".to_owned()].into(),
        refused: ["d".to_owned(), "e".to_owned()].into(),
        ..Policy::default()
    };
    let mut world = holding(None, PolicyState::Known(before));
    follow(&mut world, &add(&plain("d")), &created(&statement("d")));
    let state = world.policy("f", None);
    assert_eq!(state.last().removed, ["e".to_owned()].into());
    assert_eq!(state.last().refused, ["e".to_owned()].into());
}

#[test]
fn a_grant_that_was_open_is_followed() {
    let mut members = plain("d");
    members["Principal"] = json!("*");
    let mut public = statement("d");
    public["Principal"] = json!("*");
    let mut world = world();
    follow(&mut world, &add(&members), &created(&public));
    assert_eq!(world.policy("f", None).known().map(|policy| policy.statements.len()), Some(1));
}

#[test]
fn every_statement_id_that_was_sent_is_remembered_whatever_came_of_it() {
    let mut world = world();
    follow(&mut world, &add(&plain("d")), &created(&statement("d")));
    follow(&mut world, &add(&plain("e")), &answer(400, "{}"));
    let lost = Observation::Fault(TransportFault::Timeout);
    follow(&mut world, &add_to("f!", &plain("g")), &lost);
    follow(&mut world, &add(&json!({"StatementId": 1})), &answer(400, "{}"));
    follow(&mut world, &add(&json!([])), &answer(400, "{}"));
    follow(&mut world, &remove("f", None, "x"), &answer(404, "{}"));
    assert_eq!(world.sent, ["d", "e", "g"].map(ToOwned::to_owned).into());
}

#[rstest]
#[case::a_statement_of_another_id(created(&statement("e")))]
#[case::a_statement_on_another_target(created(&{
    let mut elsewhere = statement("d");
    elsewhere["Resource"] = json!(format!("{F}:live"));
    elsewhere
}))]
#[case::a_statement_without_an_id(created(&json!({"Resource": F})))]
#[case::a_statement_that_is_no_object(created(&json!(["d"])))]
#[case::no_statement_at_all(answer(201, "{}"))]
#[case::no_json(answer(201, "done"))]
fn a_success_that_may_have_gone_anywhere_puts_all_policies_of_the_function_in_doubt(
    #[case] observation: Observation,
) {
    let mut world = granted();
    follow(&mut world, &add(&plain("d")), &observation);
    assert_eq!(known(&world), [false, false, true]);
    assert_eq!(world.policy("f", Some("2")).known(), None);
    assert_eq!(sids(&world.policy("f", None)), ["a"]);
}

#[rstest]
#[case::a_duplicate("f", None, plain("a"), statement("a"))]
#[case::a_value_outside_its_pattern("f", None, plain("d!"), statement("d!"))]
#[case::an_unknown_alias("f", Some("nope"), plain("d"), {
    let mut on_alias = statement("d");
    on_alias["Resource"] = json!(format!("{F}:nope"));
    on_alias
})]
fn a_success_that_should_have_been_an_error_puts_all_policies_of_the_function_in_doubt(
    #[case] name: &str,
    #[case] qualifier: Option<&str>,
    #[case] members: Value,
    #[case] statement: Value,
) {
    let mut world = granted();
    follow(&mut world, &qualified(add_to(name, &members), qualifier), &created(&statement));
    assert_eq!(known(&world), [false, false, true]);
    assert_eq!(world.policy(name, qualifier).known(), None);
    assert_eq!(sids(&world.policy("f", None)), ["a"]);
}

#[test]
fn a_statement_without_an_id_is_in_doubt_even_where_none_could_be_read_from_the_request() {
    let mut world = granted();
    let request = add(&json!({})).with_json(b"\xef\xbb\xbf{}".to_vec());
    follow(&mut world, &request, &created(&json!({"Resource": F})));
    assert_eq!(known(&world), [false, false, true]);
}

#[rstest]
#[case::no_name("f!")]
#[case::the_name_of_no_function("nope")]
fn a_success_on_no_function_that_is_known_puts_every_policy_in_doubt(#[case] name: &str) {
    let mut world = granted();
    follow(&mut world, &add_to(name, &plain("d")), &created(&statement("d")));
    assert_eq!(known(&world), [false; 3]);
}

#[rstest]
#[case::a_server_error(answer(500, "{}"))]
#[case::another_server_error(answer(503, "{}"))]
#[case::a_redirection(answer(301, "{}"))]
#[case::the_last_redirection(answer(399, "{}"))]
#[case::no_answer_in_time(Observation::Fault(TransportFault::Timeout))]
#[case::a_connection_that_broke(Observation::Fault(TransportFault::Dropped(String::new())))]
#[case::an_answer_that_is_no_http(Observation::Fault(TransportFault::Garbled(String::new())))]
fn a_write_that_may_have_happened_puts_its_own_policy_in_doubt(#[case] observation: Observation) {
    for request in [add(&plain("d")), remove("f", None, "a")] {
        let mut world = granted();
        follow(&mut world, &request, &observation);
        assert_eq!(known(&world), [false, true, true], "{}", request.method);
        assert_eq!(sids(&world.policy("f", None)), ["a"]);
        let mut world = granted();
        follow(&mut world, &get("f", None), &observation);
        assert_eq!(world, granted(), "a read is no write");
    }
}

#[rstest]
#[case::that_is_not_known("nope")]
#[case::of_which_we_cannot_tell("f!")]
#[case::in_another_account("210987654321:function:f")]
fn every_policy_is_in_doubt_after_a_write_that_may_have_happened_to_a_function(#[case] name: &str) {
    for request in [add_to(name, &plain("d")), remove(name, None, "a")] {
        let mut world = granted();
        follow(&mut world, &request, &Observation::Fault(TransportFault::Timeout));
        assert_eq!(known(&world), [false; 3], "{}", request.method);
    }
}

#[rstest]
#[case::for_want_of_a_connection(TransportFault::Connect(String::new()))]
#[case::because_it_cannot_be_sent(TransportFault::Untransportable(String::new()))]
#[case::on_purpose(TransportFault::Withheld(String::new()))]
fn a_grant_that_was_not_sent_changes_no_policy(#[case] fault: TransportFault) {
    let mut world = granted();
    follow(&mut world, &add(&plain("d")), &Observation::Fault(fault));
    assert_eq!(world.functions, granted().functions);
}

#[rstest]
#[case::the_first(400)]
#[case::not_found(404)]
#[case::the_last(499)]
fn a_refused_grant_leaves_the_policy_and_names_what_must_not_show(#[case] status: u16) {
    let mut world = granted();
    follow(&mut world, &add(&plain("d")), &answer(status, "{}"));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert_eq!(sids(&state), ["a"]);
    assert_eq!(policy.revision.as_deref(), Some("now"));
    assert_eq!(policy.refused, ["d".to_owned()].into());
    assert_eq!(policy.seen, Some(Seen { refusals: 1, ..seen("now") }));
    assert_eq!(world.policy("f", Some("live")).last().seen, Some(seen("now")));
}

#[rstest]
#[case::an_alias_that_does_not_exist("f", Some("nope"))]
#[case::a_function_that_does_not_exist("nope", None)]
#[case::no_name("f!", None)]
fn a_refusal_is_noted_nowhere_on(#[case] name: &str, #[case] qualifier: Option<&str>) {
    let mut world = granted();
    follow(&mut world, &qualified(add_to(name, &plain("d")), qualifier), &answer(404, "{}"));
    assert_eq!(world.functions, granted().functions, "there is no policy to note it on");
}

#[rstest]
#[case::a_version("1")]
#[case::an_alias("live")]
fn a_grant_that_was_refused_on_a_qualifier_is_noted_there(#[case] qualifier: &str) {
    let mut world = granted();
    follow(&mut world, &qualified(add_to("f", &plain("d")), Some(qualifier)), &answer(400, "{}"));
    assert!(world.policy("f", Some(qualifier)).last().refused.contains("d"));
    assert!(world.policy("f", None).last().refused.is_empty());
}

#[test]
fn a_removal_takes_the_one_statement_and_keeps_the_rest_in_order() {
    let mut world = granted();
    *world.policy_mut("f", None).unwrap() = just_read(&["a", "b", "c"]);
    follow(&mut world, &remove("f", None, "b"), &answer(204, ""));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert_eq!(sids(&state), ["a", "c"]);
    assert_eq!(policy.removed, ["b".to_owned()].into());
    assert_eq!(policy.revision, None);
    assert!(policy.past.contains("now"));
    assert_eq!(policy.seen.as_ref().map(|seen| (seen.writes, seen.others)), Some((1, 0)));
    assert_eq!(sids(&world.policy("f", Some("live"))), ["b"]);
    for (function, qualifier) in [("f", Some("live")), ("g", None)] {
        let seen = world.policy(function, qualifier).last().seen.clone();
        assert_eq!(seen.map(|seen| (seen.writes, seen.others)), Some((0, 1)), "{function}");
    }
}

#[test]
fn a_removal_of_what_was_not_there_puts_that_policy_in_doubt() {
    let mut world = granted();
    follow(&mut world, &remove("f", None, "x"), &answer(204, ""));
    assert_eq!(known(&world), [false, true, true]);
}

#[test]
fn a_removal_of_one_of_two_statements_of_one_id_puts_that_policy_in_doubt() {
    let mut world = granted();
    *world.policy_mut("f", None).unwrap() = just_read(&["a", "b", "a"]);
    follow(&mut world, &remove("f", None, "a"), &answer(204, ""));
    assert_eq!(known(&world), [false, true, true]);
    assert_eq!(sids(&world.policy("f", None)), ["a", "b", "a"], "nobody says which of them went");
}

#[test]
fn a_removal_from_a_policy_that_is_not_known_is_followed_and_leaves_it_so() {
    let mut world = holding(None, PolicyState::Unknown(policy(&["a", "b"])));
    follow(&mut world, &remove("f", None, "a"), &answer(204, ""));
    assert_eq!(*world.policy("f", None).last().removed.first().unwrap(), "a");
    assert_eq!(sids(&world.policy("f", None)), ["b"]);
    assert_eq!(world.policy("f", None).known(), None);
}

#[test]
fn a_refused_removal_leaves_the_policy_and_names_nothing() {
    let mut world = granted();
    follow(&mut world, &remove("f", None, "x"), &answer(404, "{}"));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert_eq!(sids(&state), ["a"]);
    assert!(policy.refused.is_empty() && policy.removed.is_empty());
    assert_eq!(policy.seen, Some(Seen { refusals: 1, ..seen("now") }));
}

#[test]
fn a_removal_that_we_cannot_judge_is_feared_unless_it_was_refused() {
    let request = remove("f", Some("$LATEST"), "a");
    let mut world = granted();
    follow(&mut world, &request, &answer(400, "{}"));
    assert_eq!(world, granted());
    follow(&mut world, &request, &answer(204, ""));
    assert_eq!(known(&world), [false; 3]);
}

#[rstest]
#[case::a_success(answer(201, "{}"), false)]
#[case::a_server_error(answer(500, "{}"), false)]
#[case::a_refusal(answer(404, "{}"), true)]
fn a_write_on_a_path_that_routers_lose_is_feared_unless_it_was_refused(
    #[case] observation: Observation,
    #[case] still_known: bool,
) {
    let mut world = granted();
    follow(&mut world, &add_to("..", &plain("d")), &observation);
    assert_eq!(known(&world), [still_known; 3]);
}

#[test]
fn a_request_that_is_none_on_policies_changes_nothing() {
    let request = WireRequest::new("POST", "/2015-03-31/functions/f/versions".into());
    let mut world = granted();
    follow(&mut world, &request, &answer(500, "{}"));
    assert_eq!(world, granted());
}
