//! What the bytes of a request ask for, and which bodies readers of JSON differ on.

use rstest::rstest;

use crate::model::{AddRequest, ParsedBody, PolicyRequest, RemoveRequest, Request};
use crate::wire::WireRequest;

fn read(method: &'static str, rest: &str) -> Request {
    Request::read(&WireRequest::new(method, format!("/2015-03-31/functions/{rest}")))
}

#[test]
fn a_post_on_a_policy_is_an_add_permission() {
    let wire = WireRequest::new("POST", "/2015-03-31/functions/f%3Alive/policy".into())
        .with_query("Qualifier", "live")
        .with_json(b"[]".to_vec());
    let expected = AddRequest {
        name: "f:live".into(),
        qualifier: Some("live".into()),
        body: ParsedBody::NotAnObject,
    };
    assert_eq!(Request::read(&wire), Request::AddPermission(expected));
}

#[test]
fn a_get_on_a_policy_is_a_get_policy() {
    let expected = PolicyRequest { name: "f".into(), qualifier: None };
    assert_eq!(read("GET", "f/policy"), Request::GetPolicy(expected));
}

#[test]
fn a_delete_below_a_policy_is_a_remove_permission() {
    let wire = WireRequest::new("DELETE", "/2015-03-31/functions/f/policy/a%20b".into())
        .with_query("Qualifier", "1")
        .with_query("RevisionId", "now");
    let expected = RemoveRequest {
        name: "f".into(),
        qualifier: Some("1".into()),
        statement_id: "a b".into(),
        revision_id: Some("now".into()),
    };
    assert_eq!(Request::read(&wire), Request::RemovePermission(expected));
}

#[rstest]
#[case::another_method("PUT", "f/policy")]
#[case::a_delete_of_the_whole_policy("DELETE", "f/policy")]
#[case::a_post_on_a_statement("POST", "f/policy/a")]
#[case::a_get_of_a_statement("GET", "f/policy/a")]
#[case::more_behind_a_statement("DELETE", "f/policy/a/b")]
#[case::a_slash_behind_the_policy("POST", "f/policy/")]
#[case::another_part_of_the_function("GET", "f/versions")]
#[case::another_part_of_the_function_to_delete("DELETE", "f/aliases/live")]
#[case::the_function("GET", "f")]
fn any_other_path_is_no_operation_on_policies(#[case] method: &'static str, #[case] rest: &str) {
    assert_eq!(read(method, rest), Request::Other);
}

#[test]
fn a_path_of_another_version_of_the_service_is_no_operation_on_policies() {
    let wire = WireRequest::new("POST", "/2014-11-13/functions/f/policy".into());
    assert_eq!(Request::read(&wire), Request::Other);
}

#[rstest]
fn a_label_that_routers_lose_is_told_apart_whatever_is_asked(
    #[values("", ".", "..", "%2e%2E", "a%2Fb", "%2F", "%FF")] label: &str,
) {
    for (method, rest) in [
        ("POST", format!("{label}/policy")),
        ("GET", format!("{label}/policy")),
        ("DELETE", format!("{label}/policy/a")),
        ("DELETE", format!("f/policy/{label}")),
    ] {
        assert_eq!(read(method, &rest), Request::Unroutable, "{method} {rest}");
    }
}

#[rstest]
fn dots_within_a_label_are_routed(#[values("...", ".a", "a..", "a.b")] label: &str) {
    let expected = PolicyRequest { name: label.into(), qualifier: None };
    assert_eq!(read("GET", &format!("{label}/policy")), Request::GetPolicy(expected));
}

#[rstest]
#[case::a_high_half("\"\\uD83D\"")]
#[case::a_low_half("\"\\udc00\"")]
#[case::the_first_half("\"\\ud800\"")]
#[case::the_last_half("\"\\uDFFF\"")]
#[case::a_byte_order_mark("\u{feff}{}")]
#[case::a_number_beyond_all("[1e400]")]
#[case::a_number_below_all("[-1e400]")]
fn readers_differ_on_a_body_with(#[case] body: &str) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::Ambiguous);
}

#[test]
fn readers_differ_on_a_body_that_is_nested_deeply() {
    let body = "[".repeat(200) + &"]".repeat(200);
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::Ambiguous);
}

#[rstest]
#[case::a_bracket_left_open("{\"a\":1")]
#[case::an_escape_left_open("\"\\u00e9")]
#[case::an_escape_below_the_halves("\"\\ud7ff")]
#[case::an_escape_like_a_half_in_its_end("\"\\u0d8f")]
#[case::an_escape_of_another_plane("\"\\u0800")]
#[case::the_text_of_a_half_without_a_backslash("uD800")]
#[case::an_escape_that_is_none("\"\\xd800\"")]
#[case::a_text_in_single_quotes("'a'")]
#[case::a_list_and_something_behind_it("[] x")]
#[case::two_texts("\"a\" \"b\"")]
fn no_reader_takes_a_body_with(#[case] body: &str) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::Malformed);
}

#[rstest]
#[case::a_byte_order_mark("{}\u{feff}")]
#[case::another_object("{}{}")]
#[case::a_word("{\"a\":1} x")]
#[case::a_bracket("{\"a\":1}}")]
#[case::and_a_name_that_stands_twice("{\"a\":1,\"a\":2},")]
fn some_readers_stop_at_the_end_of_an_object_behind_which_stands(#[case] body: &str) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::TrailingData);
}

#[test]
fn readers_differ_on_a_body_in_another_encoding_than_utf_8() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let wider =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<_>>();
    assert_eq!(ParsedBody::read(&wide("{\"a\":1}")), ParsedBody::Ambiguous);
    assert_eq!(ParsedBody::read(&wider("{}")), ParsedBody::Ambiguous);
    // A zero by itself, or behind a beginning in UTF-8, is no encoding.
    for body in [&b"\0"[..], b"\0\0", b"{\"a\":\0}"] {
        assert_eq!(ParsedBody::read(body), ParsedBody::Malformed);
    }
}

#[rstest]
#[case::with_one_value("{\"a\":1,\"a\":1}")]
#[case::with_two_values("{\"a\":1,\"b\":0,\"a\":2}")]
#[case::spelled_in_two_ways("{\"a\":1,\"\\u0061\":1}")]
fn readers_differ_on_a_name_that_stands_twice(#[case] body: &str) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::Ambiguous);
}

#[test]
fn names_of_other_objects_do_not_stand_twice() {
    let body = br#"{"a":{"b":1},"b":[{"a":1},{"a":1}]}"#;
    assert!(matches!(ParsedBody::read(body), ParsedBody::Object(members) if members.len() == 2));
}

#[rstest]
fn white_space_alone_is_an_empty_body(#[values("", " ", "\r\n\t ")] body: &str) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::Empty);
}

#[rstest]
fn a_json_value_that_is_no_object_is_told_apart(
    #[values("null", "1", "\"{}\"", "[{}]", "true")] body: &str,
) {
    assert_eq!(ParsedBody::read(body.as_bytes()), ParsedBody::NotAnObject);
}

#[test]
fn an_object_is_read_with_whole_surrogate_pairs_and_white_space_around_it() {
    let ParsedBody::Object(members) = ParsedBody::read(b" {\"a\":\"\\ud83d\\ude00\"}\n") else {
        panic!("no object");
    };
    assert_eq!(members["a"], "\u{1f600}");
}
