//! Who meets a bug: the clients that can send what fails, and how they read the answer.

use super::exhibit::{Exhibit, Fact, Kind, kind};
use crate::contract::clients::{self, AnswerForm, RequestForm};
use crate::contract::{Member, RuleId};
use crate::event::bug::Reach;

/// The most clients of one bug that are named.
const MOST: usize = 12;

/// The clients that can put one of the failing requests on the wire.
pub fn reach(shown: &[(&Exhibit, &Fact)]) -> Vec<Reach> {
    let mut best: Vec<Reach> = Vec::new();
    for (exhibit, fact) in shown.iter().take(40) {
        let forms = forms(exhibit);
        let reads = answer_form(exhibit, fact);
        let found: Vec<Reach> = clients::CLIENTS
            .iter()
            .filter(|client| forms.iter().all(|form| client.sends(*form)))
            .map(|client| Reach {
                client: client.name.to_owned(),
                reads: reads.and_then(|form| client.reads(form)).map(ToOwned::to_owned),
            })
            .take(MOST)
            .collect();
        if found.len() > best.len() {
            best = found;
        }
    }
    best
}

/// Who that is, in a sentence.
pub fn sentence(reach: &[Reach]) -> String {
    let all = clients::CLIENTS.len();
    let sdks = clients::CLIENTS.iter().filter(|client| client.is_sdk).count();
    let own = |name: &str| clients::CLIENTS.iter().any(|c| c.name == name && c.is_sdk);
    let reached = reach.iter().filter(|one| own(&one.client)).count();
    if reach.len() == all || reached == sdks {
        "every SDK sends this unchecked".into()
    } else if reached == 0 {
        "only hand-made requests".into()
    } else {
        let names: Vec<&str> = reach.iter().map(|one| one.client.as_str()).collect();
        format!("sent by {}", names.join(", "))
    }
}

/// The forms of request that a client must be able to write.
fn forms(exhibit: &Exhibit) -> Vec<RequestForm> {
    let so = |text: &str| exhibit.features.so.contains(text);
    let mut forms = Vec::new();
    if so("the body is empty")
        || so("the body is not JSON")
        || so("the body is JSON but not an object")
        || so("something follows the JSON object")
        || so("the content type is not application/json")
    {
        forms.push(RequestForm::OtherBody);
    }
    if so("the body has a member that is no input") {
        forms.push(RequestForm::UnknownMember);
    }
    for member in Member::in_body() {
        let is = |what: &str| exhibit.features.so.contains(&format!("{member} {what}"));
        if is("is missing") {
            forms.push(RequestForm::MissingRequired);
        }
        if is("is null") {
            let required = member.required();
            forms.push(if required {
                RequestForm::NullRequired
            } else {
                RequestForm::NullOptional
            });
        }
        if is("is a number") || is("is a list") || is("is an object") {
            forms.push(RequestForm::WrongType);
        }
        let is_flag = member == Member::InvokedViaFunctionUrl;
        if is_flag && is("is given") {
            forms.push(RequestForm::ViaUrl);
        } else if is("is true") || is("is false") {
            forms.push(RequestForm::WrongType);
        }
        if is("is empty") {
            let short = matches!(member, Member::StatementId | Member::PrincipalOrgId);
            forms.push(if short { RequestForm::TooShort } else { RequestForm::Plain });
        }
        if is("is too short") {
            forms.push(RequestForm::TooShort);
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// What the answer is like to a client.
fn answer_form(exhibit: &Exhibit, fact: &Fact) -> Option<AnswerForm> {
    let path = fact.finding.differences.first().map_or("", |first| first.path.as_str());
    Some(match kind(&fact.finding, exhibit.status) {
        Kind::OtherSuccess(_) => AnswerForm::OtherSuccess,
        Kind::Form(RuleId::SuccessEnvelope, _) if path == "content-type" => return None,
        Kind::Form(RuleId::SuccessEnvelope, _) => {
            match fact.finding.differences.first().map(|first| &first.actual) {
                Some(actual) if actual.is_object() => AnswerForm::StatementAnObject,
                Some(actual) if actual.is_null() => AnswerForm::NoStatement,
                _ => AnswerForm::NotJson,
            }
        }
        Kind::Fails(_) => AnswerForm::ServerFault,
        Kind::Form(RuleId::ErrorShape, _) if path == "x-amzn-errortype" => AnswerForm::NoCode,
        Kind::Form(RuleId::ErrorShape, _) if path.starts_with("x-amzn-errortype") => {
            AnswerForm::CodeInBody
        }
        Kind::Form(RuleId::ErrorShape, _) if path == "content-type" => AnswerForm::HtmlError,
        Kind::Misreports(..) => AnswerForm::OtherCode,
        _ => return None,
    })
}
