//! Values held against the constraints of the page and of the current model: at each bound of each
//! member, and where the two documents or the readers of their patterns differ.

use rstest::rstest;

use crate::contract::Member::{
    Action, EventSourceToken, FunctionName, FunctionUrlAuthType, InvokedViaFunctionUrl, Principal,
    PrincipalOrgId, Qualifier, RevisionId, SourceAccount, SourceArn, StatementId,
};
use crate::contract::{Edition, EditionChoice, Member};
use crate::model::constraint::{Breach, breaches, breaches_in, is_clean, readers_differ};

use Breach::{NotAValue, Pattern, TooLong, TooShort};

/// A text of `times` letters behind `head`.
fn long(head: &str, times: usize) -> String {
    head.to_owned() + &"a".repeat(times)
}

#[rstest]
#[case::shortest_name(FunctionName, "f")]
#[case::longest_name_of_the_page(FunctionName, long("", 140))]
#[case::arn(FunctionName, "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST")]
#[case::shortest_qualifier(Qualifier, "1")]
#[case::longest_qualifier(Qualifier, long("", 128))]
#[case::unpublished_version(Qualifier, "$LATEST")]
#[case::shortest_statement_id(StatementId, "_")]
#[case::longest_statement_id(StatementId, long("", 100))]
#[case::every_action(Action, "*")]
#[case::every_action_of_lambda(Action, "lambda:*")]
#[case::one_action(Action, "lambda:InvokeFunction")]
#[case::longest_action(Action, long("lambda:", 9993))]
#[case::shortest_principal(Principal, "*")]
#[case::longest_principal(Principal, "é".repeat(2048))]
#[case::shortest_organization(PrincipalOrgId, "o-1234567890")]
#[case::longest_organization(PrincipalOrgId, long("o-", 32))]
#[case::account(SourceAccount, "000000000012")]
#[case::source_of_a_region(SourceArn, "arn:aws-cn:s3:cn-north-1:123456789012:x")]
#[case::source_of_no_region(SourceArn, "arn:aws:s3:::")]
#[case::longest_source(SourceArn, long("arn:aws:s3:::", 9987))]
#[case::shortest_token(EventSourceToken, ".")]
#[case::longest_token(EventSourceToken, long("", 256))]
#[case::no_auth(FunctionUrlAuthType, "NONE")]
#[case::auth(FunctionUrlAuthType, "AWS_IAM")]
#[case::no_revision(RevisionId, "")]
#[case::any_revision(RevisionId, "é \n".repeat(5000))]
fn both_editions_admit(#[case] member: Member, #[case] value: impl Into<String>) {
    let value = value.into();
    assert!(is_clean(member, &value));
    assert_eq!(breaches(EditionChoice::Either, member, &value), []);
}

#[rstest]
#[case::no_name(FunctionName, "", &[TooShort(1), Pattern])]
#[case::a_name_with_a_symbol(FunctionName, "f!", &[Pattern])]
#[case::a_long_qualifier(Qualifier, long("", 129), &[TooLong(128)])]
#[case::a_qualifier_with_a_blank(Qualifier, "a b", &[Pattern])]
#[case::no_statement_id(StatementId, "", &[TooShort(1), Pattern])]
#[case::a_long_statement_id(StatementId, long("", 101), &[TooLong(100)])]
#[case::a_long_statement_id_with_a_dot(StatementId, long(".", 100), &[TooLong(100), Pattern])]
#[case::a_line_end_behind_a_statement_id(StatementId, "a\n", &[Pattern])]
#[case::a_letter_beyond_ascii(StatementId, "é", &[Pattern])]
#[case::no_action(Action, "", &[Pattern])]
#[case::an_action_of_another_service(Action, "s3:GetObject", &[Pattern])]
#[case::no_principal(Principal, "", &[Pattern])]
#[case::a_principal_with_a_tab(Principal, "a\tb", &[Pattern])]
#[case::a_short_organization(PrincipalOrgId, "o-123456789", &[TooShort(12), Pattern])]
#[case::a_long_organization(PrincipalOrgId, long("o-", 33), &[TooLong(34), Pattern])]
#[case::an_organization_in_capitals(PrincipalOrgId, "o-ABCDEFGHIJ", &[Pattern])]
#[case::a_short_account(SourceAccount, "12345678901", &[Pattern])]
#[case::a_long_account(SourceAccount, "1234567890123", &[TooLong(12), Pattern])]
#[case::an_account_of_other_digits(SourceAccount, "١٢٣٤٥٦٧٨٩٠١٢", &[Pattern])]
#[case::a_source_of_two_lines(SourceArn, "arn:aws:s3:::a\nb", &[Pattern])]
#[case::no_token(EventSourceToken, "", &[Pattern])]
#[case::a_long_token(EventSourceToken, long("", 257), &[TooLong(256)])]
#[case::no_auth_type(FunctionUrlAuthType, "", &[NotAValue])]
#[case::an_auth_type_in_other_case(FunctionUrlAuthType, "none", &[NotAValue])]
fn both_editions_refuse(
    #[case] member: Member,
    #[case] value: impl Into<String>,
    #[case] expected: &[Breach],
) {
    let value = value.into();
    for edition in [Edition::Page, Edition::Current] {
        assert_eq!(breaches_in(edition, member, &value), expected, "{edition:?}");
    }
    assert!(!is_clean(member, &value));
    let found = breaches(EditionChoice::Either, member, &value);
    let each_once: Vec<Breach> = found.iter().map(|found| found.breach).collect();
    assert_eq!(each_once, expected);
    assert!(
        found.iter().all(|found| found.edition == Edition::Current),
        "AWS prints the text of the current model"
    );
}

#[rstest]
#[case::a_name_of_141(FunctionName, long("", 141), &[TooLong(140)], &[])]
#[case::a_name_of_256(FunctionName, long("", 256), &[TooLong(140)], &[])]
#[case::a_name_of_257(FunctionName, long("", 257), &[TooLong(140)], &[TooLong(256)])]
#[case::a_name_with_a_dot(FunctionName, "a.b", &[Pattern], &[])]
#[case::a_long_name_with_a_dot(FunctionName, long(".", 256), &[TooLong(140), Pattern], &[TooLong(256)])]
#[case::the_published_one_of_latest(FunctionName, "f:$LATEST.PUBLISHED", &[Pattern], &[])]
#[case::a_sovereign_region(SourceArn, "arn:aws-eusc:s3:eusc-de-east-1::b", &[Pattern], &[])]
#[case::no_qualifier(Qualifier, "", &[TooShort(1)], &[TooShort(1), Pattern])]
#[case::a_long_action(Action, long("lambda:", 9994), &[], &[TooLong(10_000)])]
#[case::a_long_principal(Principal, long("", 2049), &[], &[TooLong(2048)])]
#[case::a_long_source(SourceArn, long("arn:aws:s3:::", 9988), &[], &[TooLong(10_000)])]
fn the_editions_differ_on(
    #[case] member: Member,
    #[case] value: impl Into<String>,
    #[case] page: &[Breach],
    #[case] current: &[Breach],
) {
    let value = value.into();
    assert_eq!(breaches_in(Edition::Page, member, &value), page);
    assert_eq!(breaches_in(Edition::Current, member, &value), current);
    assert!(!is_clean(member, &value));
}

#[test]
fn what_one_edition_alone_refuses_is_found_with_its_text_and_not_agreed() {
    for (member, value, edition) in [
        (FunctionName, long("", 256), Edition::Page),
        (FunctionName, "a.b".to_owned(), Edition::Page),
        (Principal, long("", 2049), Edition::Current),
    ] {
        let found = breaches(EditionChoice::Either, member, &value);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].edition, found[0].agreed), (edition, false), "{member}");
    }
}

#[test]
fn editions_that_refuse_a_value_for_different_reasons_agree_that_it_is_wrong() {
    let found = breaches(EditionChoice::Either, FunctionName, &long(".", 256));
    let told: Vec<_> = found.iter().map(|found| (found.breach, found.edition)).collect();
    assert_eq!(told, [(TooLong(256), Edition::Current), (Pattern, Edition::Page)]);
    assert!(found.iter().all(|found| found.agreed));
}

#[test]
fn a_run_by_one_edition_agrees_with_itself() {
    let dotted = |choice| breaches(choice, FunctionName, "a.b");
    assert_eq!(dotted(EditionChoice::Current), []);
    let found = dotted(EditionChoice::Page);
    assert!(found.len() == 1 && found[0].agreed);
}

#[test]
fn the_page_says_nothing_of_a_member_that_it_does_not_know() {
    for edition in [Edition::Page, Edition::Current] {
        assert_eq!(breaches_in(edition, InvokedViaFunctionUrl, "anything"), []);
    }
}

#[rstest]
#[case::a_token(EventSourceToken)]
#[case::an_account(SourceAccount)]
#[case::a_source(SourceArn)]
#[case::a_qualifier(Qualifier)]
fn an_empty_value_that_may_be_taken_as_absent_is_found_and_not_agreed(
    #[case] member: Member,
    #[values(EditionChoice::Page, EditionChoice::Current, EditionChoice::Either)]
    choice: EditionChoice,
) {
    let found = breaches(choice, member, "");
    assert!(!found.is_empty());
    assert!(found.iter().all(|found| !found.agreed));
}

#[rstest]
fn an_empty_value_that_cannot_be_taken_as_absent_is_agreed_to_be_wrong(
    #[values(FunctionName, StatementId, Action, Principal, PrincipalOrgId, FunctionUrlAuthType)]
    member: Member,
) {
    let found = breaches(EditionChoice::Either, member, "");
    assert!(!found.is_empty());
    assert!(found.iter().all(|found| found.agreed));
}

#[rstest]
#[case::a_space_beyond_ascii_in_a_principal(Principal, "a\u{a0}b", true)]
#[case::a_wide_space_in_a_principal(Principal, "\u{3000}", true)]
#[case::a_byte_order_mark_in_a_principal(Principal, "\u{feff}a", true)]
#[case::an_ascii_space_in_a_principal(Principal, "a b", false)]
#[case::a_letter_beyond_ascii_in_a_principal(Principal, "é", false)]
#[case::a_plain_principal(Principal, "s3.amazonaws.com", false)]
#[case::a_next_line_in_a_source(SourceArn, "arn:aws:s3:::a\u{85}", true)]
#[case::a_line_separator_in_a_source(SourceArn, "arn:aws:s3:::\u{2028}", true)]
#[case::a_paragraph_separator_in_a_source(SourceArn, "arn:aws:s3:::\u{2029}", true)]
#[case::a_line_feed_in_a_source(SourceArn, "arn:aws:s3:::\n", false)]
#[case::a_space_beyond_ascii_in_a_source(SourceArn, "arn:aws:s3:::\u{a0}", false)]
#[case::a_space_beyond_ascii_in_a_statement_id(StatementId, "a\u{a0}b", false)]
fn readers_of_a_pattern_differ_on(
    #[case] member: Member,
    #[case] value: &str,
    #[case] differ: bool,
) {
    assert_eq!(readers_differ(member, value), differ);
}
