//! Bodies that are no JSON object.

use rstest::rstest;

use super::*;
use crate::contract::Evidence;

const EMPTY: &str = "must 400 ValidationException by body.empty for BodyEmpty";
const MALFORMED: &str = "must 4xx SerializationException by body.malformed for BodyMalformed";
const NO_OBJECT: &str = "must 4xx SerializationException by body.not-an-object for BodyNotAnObject";

#[rstest]
#[case::no_bytes("", EMPTY)]
#[case::white_space(" \r\n\t", EMPTY)]
#[case::an_open_brace("{", MALFORMED)]
#[case::a_trailing_comma(r#"{"StatementId":"ab",}"#, MALFORMED)]
#[case::words("StatementId=ab", MALFORMED)]
#[case::an_array("[]", NO_OBJECT)]
#[case::null("null", NO_OBJECT)]
#[case::a_string(r#""ab""#, NO_OBJECT)]
#[case::a_number("1", NO_OBJECT)]
fn a_body_that_is_no_object_is_one_fault_and_lacks_no_members(
    #[case] body: &str,
    #[case] expected: &str,
) {
    let analysis = analysed(&world(), &add_bytes("f", body.as_bytes()));
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), [expected]);
    assert!(!analysis.unscored);
    assert_eq!(analysis.accepts, []);
}

#[rstest]
#[case::a_byte_order_mark(b"\xef\xbb\xbf{}")]
#[case::half_a_surrogate_pair(br#"{"StatementId":"\ud800"}"#)]
#[case::a_number_out_of_range(br#"{"x":1e999}"#)]
#[case::a_name_that_stands_twice(br#"{"StatementId":"a","StatementId":"a"}"#)]
fn a_body_that_readers_of_json_differ_on_may_be_refused_and_is_not_scored(#[case] body: &[u8]) {
    let analysis = analysed(&world(), &add_bytes("f", body));
    let expected = "may 4xx SerializationException by body.malformed for BodyMalformed";
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), [expected]);
    assert!(analysis.unscored);
}

#[rstest]
#[case::another_object("{}{}")]
#[case::a_word("{}x")]
fn a_body_with_something_behind_its_object_should_be_refused(#[case] body: &str) {
    let expected = "should 4xx SerializationException by body.malformed for BodyMalformed";
    assert_eq!(faults(&add_bytes("f", body.as_bytes())), [expected]);
}

#[rstest]
#[case::empty(b"", EMPTY)]
#[case::malformed(b"{", MALFORMED)]
#[case::contested(
    b"\xef\xbb\xbf{}",
    "may 4xx SerializationException by body.malformed for BodyMalformed"
)]
fn a_bad_body_does_not_hide_that_the_function_is_missing(
    #[case] body: &[u8],
    #[case] expected: &str,
) {
    let missing = "must 404 ResourceNotFoundException by error.not-found for FunctionNotFound of FunctionName";
    assert_eq!(faults(&add_bytes("nope", body)), [expected, missing]);
}

#[test]
fn an_object_without_members_lacks_each_required_one() {
    assert_eq!(
        faults(&add(&json!({}))),
        [
            "must 400 ValidationException by action.required for Missing of Action",
            "must 400 ValidationException by principal.required for Missing of Principal",
            "must 400 ValidationException by statement-id.required for Missing of StatementId",
        ]
    );
}

#[rstest]
#[case::empty("")]
#[case::malformed("{")]
#[case::no_object("[]")]
fn that_a_bad_body_is_refused_is_documented_and_the_code_is_a_guess(#[case] body: &str) {
    let refusal = fault(&add_bytes("f", body.as_bytes())).refusal;
    assert_eq!(refusal.status_evidence, Evidence::Documented);
    assert_eq!(refusal.code_evidence, Evidence::Assumed);
}
