//! Fixtures, steps and preflight against a fake of Lambda.

use rstest::rstest;

use super::super::testing::{FakeLambda, Quirks, Server, Then, hasty};
use super::super::{FixtureError, PreflightError};
use crate::scenario::{Bindings as _, Fixture, FunctionFixture};

fn versioned_and_plain() -> Fixture {
    let plain = FunctionFixture { key: "B".into(), ..FunctionFixture::default() };
    Fixture { functions: vec![FunctionFixture::versioned("a"), plain] }
}

#[tokio::test]
async fn a_fixture_is_made_as_described_and_nothing_is_left() {
    let fake = FakeLambda::with(Quirks { pending_reads: 2, ..Quirks::default() });
    let target = fake.target();
    let made = target.provision(&versioned_and_plain(), "7").await.unwrap();

    assert_eq!(made.functions["a"].name, "permspec-r1-7-a");
    assert_eq!(made.functions["B"].name, "permspec-r1-7-B");
    assert_eq!(made.functions["a"].versions, ["1", "2"]);
    let aliases = [("live".to_owned(), "1".to_owned()), ("edge".into(), "$LATEST".into())];
    assert_eq!(made.functions["a"].aliases, aliases);
    assert_eq!(made.value("account").as_deref(), Some("111122223333"));
    assert_eq!(made.value("region").as_deref(), Some("eu-west-1"));
    assert_eq!(made.value("partition").as_deref(), Some("aws"));
    assert_eq!(made.value("version.a.2").as_deref(), Some("2"));
    let revisions = &made.functions["a"].revision_ids;
    for seen in ["permspec-r1-7-a-0", "permspec-r1-7-a-1", "alias-1"] {
        assert!(revisions.iter().any(|revision| revision == seen), "{revisions:?}");
    }

    assert_eq!(target.release(&made).await, []);
    assert!(fake.state().functions.is_empty());
    assert_eq!(target.release_all().await, []);
    let deletes = fake.state().log.iter().filter(|line| line.starts_with("DELETE")).count();
    assert_eq!(deletes, 2, "what is gone is not deleted again");
}

#[tokio::test]
async fn a_role_is_made_where_the_target_wants_one_once_and_deleted_at_the_end() {
    let fake = FakeLambda::with(Quirks { wants_role: true, ..Quirks::default() });
    let target = fake.target();
    let fixture = Fixture::plain();
    let (one, two) = tokio::join!(target.provision(&fixture, "1"), target.provision(&fixture, "2"));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.value("role").as_deref(), Some("arn:aws:iam::111122223333:role/permspec-r1"));
    assert_eq!(one.role, two.role);
    assert_eq!(fake.state().roles, std::slice::from_ref(&one.role));
    assert_eq!(target.release_all().await, []);
    let state = fake.state();
    assert!(state.functions.is_empty() && state.roles.is_empty());
}

#[tokio::test]
async fn a_fixture_that_fails_half_way_is_deleted_again() {
    let fake = FakeLambda::with(Quirks { refuses_aliases: true, ..Quirks::default() });
    let error = fake.target().provision(&versioned_and_plain(), "1").await.unwrap_err();
    assert!(matches!(&error, FixtureError::Refused { operation: "CreateAlias", .. }), "{error}");
    assert!(error.to_string().contains("InvalidParameterValueException"), "{error}");
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
    assert!(fake.state().functions.is_empty());
}

#[rstest]
#[case(Quirks { no_versions: true, ..Quirks::default() }, "does not support PublishVersion (501")]
#[case(Quirks { one_version: true, ..Quirks::default() }, "\"1\" a second time")]
#[case(Quirks { pending_reads: 999, ..Quirks::default() }, "did not become ready in 2 s")]
#[tokio::test]
async fn why_a_fixture_cannot_be_made_is_said_in_a_sentence(
    #[case] quirks: Quirks,
    #[case] says: &str,
) {
    let fake = FakeLambda::with(quirks);
    let error = fake.target().provision(&Fixture::versioned(), "1").await.unwrap_err();
    assert!(error.to_string().contains(says), "{error}");
    assert!(fake.state().functions.is_empty());
}

#[tokio::test]
async fn what_cannot_be_deleted_is_reported_until_it_can() {
    let fake = FakeLambda::with(Quirks { keeps_functions: true, ..Quirks::default() });
    let target = fake.target();
    let made = target.provision(&Fixture::plain(), "1").await.unwrap();
    for leftovers in [target.release(&made).await, target.release_all().await] {
        let texts: Vec<String> = leftovers.iter().map(ToString::to_string).collect();
        let expected = "the function permspec-r1-1-a could not be deleted: \
                        500 ServiceException: cannot delete";
        assert_eq!(texts, [expected]);
    }
}

#[tokio::test]
async fn a_function_that_is_not_ours_is_neither_taken_nor_deleted() {
    let fake = FakeLambda::with(Quirks::default());
    let owner = fake.target();
    owner.provision(&Fixture::plain(), "1").await.unwrap();

    let other = fake.target();
    let taken = FixtureError::NameTaken("permspec-r1-1-a".into());
    assert_eq!(other.provision(&Fixture::plain(), "1").await, Err(taken.clone()));
    let names = [("a".to_owned(), "permspec-r1-1-a".to_owned())].into();
    assert_eq!(other.provision_named(&Fixture::plain(), "9", &names).await, Err(taken));
    assert_eq!(other.release_all().await, []);
    assert_eq!(fake.state().functions.len(), 1);

    let mut adopted = other.adopt("permspec-r1-1-a").await.unwrap();
    assert_eq!(adopted.value("function.a").as_deref(), Some("permspec-r1-1-a"));
    assert_eq!(adopted.account, "111122223333");
    let before = fake.state().log.len();
    assert!(other.delete_function(&mut adopted, "a").await.answer().is_none());
    assert!(other.publish_version(&mut adopted, "a").await.answer().is_none());
    assert_eq!(other.release(&adopted).await, []);
    assert_eq!(fake.state().log.len(), before, "nothing was sent");
    let absent = other.adopt("nobody").await.unwrap_err();
    assert!(matches!(&absent, FixtureError::NoSuchFunction(..)), "{absent}");
}

#[tokio::test]
async fn a_given_name_is_used() {
    let fake = FakeLambda::with(Quirks::default());
    let names = [("a".to_owned(), "test-alias-function".to_owned())].into();
    let target = fake.target();
    let made = target.provision_named(&Fixture::plain(), "1", &names).await.unwrap();
    assert_eq!(made.value("function.a").as_deref(), Some("test-alias-function"));
    assert_eq!(target.release(&made).await, []);
    assert!(fake.state().functions.is_empty());
}

#[tokio::test]
async fn a_name_that_is_too_long_is_not_sent() {
    let fake = FakeLambda::with(Quirks::default());
    let error = fake.target().provision(&Fixture::plain(), &"x".repeat(60)).await.unwrap_err();
    assert!(matches!(&error, FixtureError::NameTooLong(_)), "{error}");
    assert!(fake.state().log.is_empty());
}

#[tokio::test]
async fn steps_change_the_function_and_what_is_known_of_it() {
    let fake = FakeLambda::with(Quirks::default());
    let target = fake.target();
    let mut made = target.provision(&Fixture::versioned(), "1").await.unwrap();
    assert!(target.publish_version(&mut made, "a").await.answer().unwrap().is_success());
    assert_eq!(made.functions["a"].versions, ["1", "2", "3"]);
    target.update_alias(&mut made, "a", "edge", "3").await;
    target.delete_alias(&mut made, "a", "live").await;
    assert_eq!(made.functions["a"].aliases, [("edge".to_owned(), "3".to_owned())]);

    target.delete_function(&mut made, "a").await;
    assert!(fake.state().functions.is_empty());
    assert!(made.functions["a"].versions.is_empty() && made.functions["a"].aliases.is_empty());
    assert_eq!(target.create_function(&mut made, "a").await.answer().unwrap().status(), 201);
    assert_eq!(target.create_function(&mut made, "a").await.answer().unwrap().status(), 409);
    assert!(target.create_function(&mut made, "z").await.answer().is_none());
    assert_eq!(target.release(&made).await, [], "also after it was made anew");
    assert!(fake.state().functions.is_empty());
}

#[tokio::test]
async fn a_function_whose_making_was_lost_is_deleted_all_the_same() {
    let server =
        Server::start(vec![Then::SayAndClose(""), Then::Say("HTTP/1.1 204 No Content\r\n\r\n")])
            .await;
    let target = server.target(hasty());
    let error = target.provision(&Fixture::plain(), "1").await.unwrap_err();
    assert!(matches!(&error, FixtureError::Transport { .. }), "{error}");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].starts_with("DELETE /2015-03-31/functions/permspec-r1-1-a "));
    assert_eq!(target.release_all().await, []);
}

#[tokio::test]
async fn preflight_finds_out_what_the_target_can_do_and_cleans_up() {
    let fake = FakeLambda::with(Quirks::default());
    let target = fake.target();
    let info = target.preflight().await.unwrap();
    let named = (info.account.as_str(), info.region.as_str(), info.server.as_deref());
    assert_eq!(named, ("111122223333", "eu-west-1", Some("fake/1")));
    let able: Vec<&str> = info.abilities.keys().map(String::as_str).collect();
    let all = [
        "AddPermission",
        "CreateAlias",
        "DeleteAlias",
        "DeleteFunction",
        "GetPolicy",
        "PublishVersion",
        "Qualifier",
        "RemovePermission",
        "UpdateAlias",
    ];
    assert_eq!(able, all);
    assert!(info.abilities.values().all(|seen| seen == "yes"), "{:?}", info.abilities);
    assert!(fake.state().functions.is_empty());
}

#[tokio::test]
async fn preflight_tells_what_the_target_cannot_do() {
    let fake = FakeLambda::with(Quirks { no_versions: true, ..Quirks::default() });
    let info = fake.target().preflight().await.unwrap();
    assert_eq!(info.abilities["GetPolicy"], "yes");
    assert_eq!(info.abilities["PublishVersion"], "no: 501: {}");
    assert_eq!(info.abilities["CreateAlias"], "no: 501: {}");
    assert!(info.abilities["Qualifier"].starts_with("no: there is no version"));
}

#[tokio::test]
async fn preflight_on_a_function_of_the_users_own_touches_only_its_policy() {
    let fake = FakeLambda::with(Quirks::default());
    let owner = fake.target();
    owner.provision(&Fixture::plain(), "1").await.unwrap();
    fake.state().log.clear();
    let info = fake.target().preflight_on("permspec-r1-1-a").await.unwrap();
    assert_eq!(info.abilities["RemovePermission"], "yes");
    assert_eq!(info.abilities.get("PublishVersion"), None);
    let state = fake.state();
    assert_eq!(state.functions.len(), 1);
    for line in &state.log {
        assert!(line.starts_with("GET ") || line.contains("/policy"), "{line}");
    }
}

#[rstest]
#[case(Quirks { grants_nothing: true, ..Quirks::default() }, "403 AccessDeniedException: not ")]
#[case(Quirks { says_nothing: true, ..Quirks::default() }, "200: {}, without a Statement")]
#[tokio::test]
async fn a_target_that_grants_nothing_fails_preflight_and_is_cleaned_up(
    #[case] quirks: Quirks,
    #[case] says: &str,
) {
    let fake = FakeLambda::with(quirks);
    let error = fake.target().preflight().await.unwrap_err().to_string();
    assert!(error.contains(says), "{error}");
    assert!(!error.contains('\u{1b}'), "{error}");
    assert!(fake.state().functions.is_empty());
}

#[tokio::test]
async fn preflight_tells_nobody_there_from_no_http() {
    let server = Server::start(vec![Then::SayAndClose("220 smtp ready\r\n\r\n")]).await;
    let error = server.target(hasty()).preflight().await.unwrap_err();
    assert!(matches!(&error, PreflightError::NotHttp { .. }), "{error}");
    let silent = server.target(hasty());
    drop(server);
    tokio::task::yield_now().await;
    let error = silent.preflight().await.unwrap_err();
    assert!(matches!(&error, PreflightError::Unreachable { .. }), "{error}");
}
