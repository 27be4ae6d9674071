//! What a target decides, and the references that stand for it: two targets that agree tell the
//! same, and nothing of an account gets into a file.
//!
//! Account, region, role, functions and endpoint become the references of the scenario grammar
//! (`${account}`); revisions become tokens that keep equality (`<revision:1>`, counted by first
//! appearance in a scenario); ids, times and keys become words (`<uuid>`). A literal `${` is
//! written `$${`, as everywhere in that grammar.

use serde_json::{Map, Value};

use crate::client::Provisioned;
use crate::scenario::Scenario;

/// Masks the answers to one scenario.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Value, what stands for it, and what must not stand beside it; the longest value first.
    known: Vec<(String, String, Beside)>,
    /// The revisions that were seen, in the order in which they appeared.
    revisions: Vec<String>,
    /// What the scenario sends: ids that it invents are no ids of the target.
    sent: String,
}

/// What may stand beside a value for it to be that value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Whatever there is.
    Anything,
    /// Anything but digits.
    NoDigit,
    /// Anything but letters, digits and hyphens.
    NoWord,
}

/// What is before the size in the message about a policy that is too large.
const SIZE: &str = "policy size (";

/// A revision shorter than this is only masked where it is the member RevisionId.
const LONG_ENOUGH: usize = 8;

impl Mask {
    /// A mask for the answers to a scenario on these functions; `endpoint` is the target's
    /// address.
    pub fn new(scenario: &Scenario, made: &Provisioned, endpoint: &str) -> Self {
        let mut known: Vec<(String, String, Beside)> = Vec::new();
        let mut add = |value: &str, name: String, beside| {
            if !value.is_empty() {
                known.push((value.to_owned(), name, beside));
            }
        };
        for (key, function) in &made.functions {
            add(&function.name, format!("${{function.{key}}}"), Beside::Anything);
        }
        add(&made.namespace, "${prefix}".into(), Beside::Anything);
        add(&made.role, "${role}".into(), Beside::NoWord);
        add(&made.account, "${account}".into(), Beside::NoDigit);
        add(&made.region, "${region}".into(), Beside::NoWord);
        if made.partition != "aws" && !made.partition.is_empty() {
            add(&format!("arn:{}:", made.partition), "arn:${partition}:".into(), Beside::Anything);
        }
        let authority = endpoint.rsplit("//").next().unwrap_or_default();
        if authority.contains(':') {
            add(authority, "<endpoint>".into(), Beside::Anything);
        }
        known.sort_by_key(|(value, ..)| std::cmp::Reverse(value.len()));
        Self { known, revisions: Vec::new(), sent: literals(scenario) }
    }

    /// A text with what the target decided masked.
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(symbol) = text[at..].chars().next() {
            if let Some((length, stands)) = self.at(text, at) {
                out.push_str(&stands);
                at += length;
                continue;
            }
            if text[at..].starts_with("${") {
                out.push('$');
            }
            out.push(symbol);
            at += symbol.len_utf8();
        }
        out
    }

    /// What is at `at` that is to be masked: its length, and what stands for it.
    fn at(&self, text: &str, at: usize) -> Option<(usize, String)> {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        for (value, name, beside) in &self.known {
            let after = || rest[value.len()..].chars().next();
            if rest.starts_with(value) && beside.admits(before) && beside.admits(after()) {
                return Some((value.len(), name.clone()));
            }
        }
        for (number, revision) in self.revisions.iter().enumerate() {
            if revision.len() >= LONG_ENOUGH && rest.starts_with(revision.as_str()) {
                return Some((revision.len(), token(number)));
            }
        }
        // How large a policy is depends on how long names are.
        if let Some(tail) = rest.strip_prefix(SIZE) {
            let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            return (digits > 0).then(|| (SIZE.len() + digits, format!("{SIZE}<size>")));
        }
        // Words of a kind begin where nothing else goes on.
        if before.is_some_and(|before| before.is_ascii_alphanumeric()) {
            return None;
        }
        KINDS.iter().find_map(|(name, length)| {
            let length = length(rest)?;
            let invented = self.sent.contains(&rest[..length]);
            (!invented).then(|| (length, (*name).to_owned()))
        })
    }

    /// A body with what the target decided masked.
    pub fn body(&mut self, body: &Value) -> Value {
        if let Some(revision) = body.get("RevisionId").and_then(Value::as_str)
            && !self.revisions.iter().any(|known| known == revision)
        {
            self.revisions.push(revision.to_owned());
        }
        self.value(body)
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let masked: Map<String, Value> = members
                    .iter()
                    .map(|(name, value)| {
                        let known = value.as_str().and_then(|text| {
                            self.revisions.iter().position(|revision| revision == text)
                        });
                        let value = match known {
                            Some(number) if name == "RevisionId" => token(number).into(),
                            _ if is_request_id(name) => "<request-id>".into(),
                            _ => self.value(value),
                        };
                        (self.text(name), value)
                    })
                    .collect();
                Value::Object(masked)
            }
            other => other.clone(),
        }
    }
}

impl Beside {
    fn admits(self, neighbour: Option<char>) -> bool {
        match self {
            Self::Anything => true,
            Self::NoDigit => neighbour.is_none_or(|c| !c.is_ascii_digit()),
            Self::NoWord => neighbour.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-'),
        }
    }
}

/// A text in which `stands` stands for `value`.
pub fn replace(text: &str, value: &str, stands: &str, beside: Beside) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(value) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let after = &tail[value.len()..];
        let alone = beside.admits(out.chars().next_back()) && beside.admits(after.chars().next());
        out.push_str(if alone { stands } else { value });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The token of a revision; `number` counts from 0.
fn token(number: usize) -> String {
    format!("<revision:{}>", number + 1)
}

fn is_request_id(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(name.to_ascii_lowercase().as_str(), "requestid" | "xamznrequestid" | "hostid")
}

/// What a scenario sends, as one text.
pub fn literals(scenario: &Scenario) -> String {
    let mut text = serde_json::to_string(&scenario.steps).unwrap_or_default();
    for add in scenario.operations().filter_map(|operation| match operation {
        crate::scenario::Operation::AddPermission(add) => Some(add),
        _ => None,
    }) {
        // Raw bodies are in base64 there.
        if let crate::scenario::Body::Raw(bytes) = &add.body {
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    text
}

/// Words that are different each time: how they are told, and how long one is that begins here.
type KindOfWord = (&'static str, fn(&str) -> Option<usize>);

const KINDS: [KindOfWord; 5] = [
    ("<uuid>", uuid),
    ("<time>", time),
    ("<access-key>", |text| key(text, &["AKIA", "ASIA"])),
    ("<unique-id>", |text| key(text, &["AROA", "AIDA", "ANPA", "AGPA"])),
    ("<token>", opaque),
];

/// Whether `text` begins with a form in which `x` stands for a hexadecimal digit and `9` for a
/// decimal one.
fn has_form(text: &str, form: &str) -> bool {
    let mut bytes = text.bytes();
    form.bytes().all(|wanted| {
        bytes.next().is_some_and(|found| match wanted {
            b'x' => found.is_ascii_hexdigit(),
            b'9' => found.is_ascii_digit(),
            _ => found == wanted,
        })
    })
}

fn uuid(text: &str) -> Option<usize> {
    const FORM: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    has_form(text, FORM).then_some(FORM.len())
}

fn time(text: &str) -> Option<usize> {
    let form =
        ["9999-99-99T99:99:99", "99999999T999999Z"].into_iter().find(|f| has_form(text, f))?;
    let tail = text[form.len()..]
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || b".+:Z".contains(byte))
        .count();
    Some(form.len() + tail)
}

/// An id of AWS: its prefix and at least twelve capitals and digits.
fn key(text: &str, prefixes: &[&str]) -> Option<usize> {
    let fits = prefixes.iter().any(|prefix| text.starts_with(prefix));
    let length =
        text.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    (fits && length >= 16).then_some(length)
}

/// Characters that only a token has so many of in a row.
fn opaque(text: &str) -> Option<usize> {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
        .count();
    (length >= 120).then_some(length)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::ProvisionedFunction;
    use crate::scenario::{Fixture, Template};

    fn made(account: &str) -> Provisioned {
        let function = |name: &str| ProvisionedFunction {
            name: name.into(),
            ..ProvisionedFunction::default()
        };
        Provisioned {
            functions: [("a".into(), function("ps-1-a")), ("ab".into(), function("ps-1-ab"))]
                .into(),
            role: format!("arn:aws:iam::{account}:role/ps"),
            account: account.into(),
            region: "eu-west-1".into(),
            role_made: false,
            partition: "aws".into(),
            namespace: "ps-1-".into(),
            ..Provisioned::default()
        }
    }

    fn scenario(sid: &str) -> Scenario {
        let mut request = crate::generate::plain::plain_request("a");
        if let Some(members) = request.members_mut() {
            members.insert("StatementId".into(), Template::literal(sid).as_str().into());
        }
        Scenario::single(Fixture::plain(), request)
    }

    #[test]
    fn what_a_target_decides_is_told_by_references() {
        let mask = Mask::new(&scenario("a"), &made("123456789012"), "http://127.0.0.1:4566");
        for (text, told) in [
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:ps-1-ab:live",
                "arn:aws:lambda:${region}:${account}:function:${function.ab}:live",
            ),
            ("arn:aws:iam::123456789012:role/ps", "${role}"),
            ("1234567890123 eu-west-12", "1234567890123 eu-west-12"),
            (
                "see http://127.0.0.1:4566/x at 2026-11-22T02:44:30.123Z",
                "see http://<endpoint>/x at <time>",
            ),
            ("${account}", "$${account}"),
            ("AROAQWERTYUIOPASDFGHJ, ASIAQWERTYUIOPASDFGH", "<unique-id>, <access-key>"),
            (
                "The final policy size (20782) is bigger than the limit (20480).",
                "The final policy size (<size>) is bigger than the limit (20480).",
            ),
            ("0f8fad5b-d9cb-469f-a165-70867728950e é", "<uuid> é"),
        ] {
            assert_eq!(mask.text(text), told);
        }
        assert_eq!(mask.text(&"aB3/".repeat(40)), "<token>");
    }

    #[test]
    fn an_id_that_the_scenario_invented_is_no_id_of_the_target() {
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let mask = Mask::new(&scenario(id), &made("123456789012"), "in-process");
        assert_eq!(mask.text(id), id);
    }

    #[test]
    fn revisions_keep_equality_and_nothing_else() {
        let mut mask = Mask::new(&scenario("a"), &made("123456789012"), "in-process");
        let first = json!({"RevisionId": "first-revision", "Policy": "{}"});
        assert_eq!(mask.body(&first), json!({"RevisionId": "<revision:1>", "Policy": "{}"}));
        assert_eq!(mask.body(&json!({"RevisionId": "2"}))["RevisionId"], "<revision:2>");
        let again = json!({"RevisionId": "first-revision", "m": "not first-revision, 2"});
        let told = json!({"RevisionId": "<revision:1>", "m": "not <revision:1>, 2"});
        assert_eq!(mask.body(&again), told);
        assert_eq!(mask.body(&json!({"RequestId": "x"}))["RequestId"], "<request-id>");
    }
}
