//! Where the answers of several sides to one scenario differ.
//!
//! What follows from an earlier difference is not told again: where one side accepted what
//! another refused, the comparison of the scenario ends; a statement that was rendered
//! differently is not told once more when the policy is read.

use std::collections::HashSet;

use serde_json::Value;

use super::recorded_outcome::{RecordedOutcome, RecordedResponse};
use crate::contract::Aspect;
use crate::scenario::{Operation, Scenario, Step};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// The step, from 0.
    pub step: usize,
    /// The part of the answer.
    pub aspect: Aspect,
    /// Where in it.
    pub path: String,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// What each side says there, for people.
    pub values: Vec<String>,
    /// What kind of thing each side says there: equal for differences of one cause.
    pub kinds: Vec<String>,
}

/// What comparing one scenario showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// The differences, in the order of the steps.
    pub differences: Vec<Differing>,
    /// Whether some side was not let answer, so that the rest shows nothing.
    pub withheld: bool,
    /// Steps that were compared before that.
    pub steps: usize,
}

impl Differing {
    /// Which sides agree: a number for each side, equal where they do, counted from 0.
    pub fn parties(&self) -> Vec<usize> {
        let mut seen: Vec<&String> = Vec::new();
        self.values
            .iter()
            .map(|value| {
                seen.iter().position(|known| *known == value).unwrap_or_else(|| {
                    seen.push(value);
                    seen.len() - 1
                })
            })
            .collect()
    }

    /// Whether it counts: messages, headers and what else a client does not act on count only
    /// where that is asked for.
    pub fn counts(&self, strict: bool) -> bool {
        match self.aspect {
            Aspect::Message => strict,
            Aspect::Wire => strict || self.path == NO_ANSWER,
            _ => true,
        }
    }

    /// What is equal for differences of one cause, for every request.
    pub fn key(&self) -> String {
        format!(
            "{}|{}|{}|{}|{:?}",
            self.aspect,
            self.path,
            self.operation,
            self.kinds.join("|"),
            self.parties()
        )
    }
}

/// The path of an answer that did not come.
const NO_ANSWER: &str = "answer";

/// The path of a policy's revision.
const REVISION: &str = "RevisionId";

/// Compares aligned answers, a list a side.
pub fn compare(scenario: &Scenario, sides: &[Vec<RecordedOutcome>]) -> Compared {
    let mut compared = Compared::default();
    let mut told = Noted::default();
    for (step, sent) in scenario.steps.iter().enumerate() {
        let Step::One(operation) = sent else { continue };
        let Some(answers) =
            sides.iter().map(|side| side.get(step)).collect::<Option<Vec<&RecordedOutcome>>>()
        else {
            break;
        };
        if answers.iter().any(|answer| answer.is_withheld()) {
            compared.withheld = true;
            break;
        }
        let out = &mut compared.differences;
        let mut at = At { step, operation, sides, out, noted: &mut told };
        let goes_on = at.compare(&answers);
        compared.steps += 1;
        if !goes_on {
            break;
        }
    }
    compared
}

/// What was told of the scenario already.
#[derive(Default)]
struct Noted(HashSet<(Aspect, String)>);

/// One step, being compared.
struct At<'a> {
    step: usize,
    operation: &'a Operation,
    sides: &'a [Vec<RecordedOutcome>],
    out: &'a mut Vec<Differing>,
    noted: &'a mut Noted,
}

impl At<'_> {
    /// Compares the answers; false where what follows shows nothing more.
    fn compare(&mut self, told: &[&RecordedOutcome]) -> bool {
        let Some(answers) = told.iter().map(|told| told.answer()).collect::<Option<Vec<_>>>()
        else {
            let briefs: Vec<String> = told.iter().map(|told| told.brief()).collect();
            self.note(Aspect::Wire, NO_ANSWER, briefs.clone(), briefs);
            return false;
        };
        let briefs: Vec<String> = told.iter().map(|told| told.brief()).collect();
        let first = answers[0];
        let same_status = answers.iter().all(|answer| answer.status == first.status);
        if !same_status {
            self.note(Aspect::Status, "status", briefs.clone(), briefs);
        } else if !first.is_success() {
            self.note(Aspect::Code, "code", briefs.clone(), briefs);
        }
        if answers.iter().any(|answer| answer.is_success() != first.is_success()) {
            return false;
        }
        if !super::recorded_outcome::is_policy(self.operation) {
            return true;
        }
        if first.is_success() {
            match self.operation {
                Operation::AddPermission(_) => self.statements(&answers),
                Operation::GetPolicy(_) => self.policies(&answers),
                _ => {}
            }
        } else if same_status && answers.iter().all(|answer| answer.code == first.code) {
            let messages: Vec<Option<Value>> =
                answers.iter().map(|answer| answer.message().map(Value::from)).collect();
            let code = format!("message of {}", told[0].brief());
            let values = messages.iter().map(|message| shown(message.as_ref())).collect();
            let kinds = messages.iter().map(|message| kind(message.as_ref())).collect();
            self.note(Aspect::Message, &code, values, kinds);
        }
        self.wire(&answers);
        true
    }

    /// Notes a difference, unless there is none or it was told already.
    fn note(&mut self, aspect: Aspect, path: &str, values: Vec<String>, kinds: Vec<String>) {
        if values.iter().all(|value| *value == values[0]) {
            return;
        }
        // Revisions are told by earlier ones: what follows from the first difference is none.
        let told = if path == REVISION { path.to_owned() } else { format!("{path} {kinds:?}") };
        if !self.noted.0.insert((aspect, told)) {
            return;
        }
        let (step, operation, path) = (self.step, self.operation.name(), path.to_owned());
        self.out.push(Differing { step, aspect, path, operation, values, kinds });
    }

    /// Notes every path at which JSON values differ.
    fn values(&mut self, aspect: Aspect, path: &str, values: &[Option<&Value>]) {
        let mut found = Vec::new();
        differ(path, values, &mut found);
        for (path, values) in found {
            let bare = path.strip_prefix("Statement.").unwrap_or(&path).to_owned();
            let kinds: Vec<String> = values.iter().map(|value| kind(*value)).collect();
            // A statement that differed when it was made differs when it is read.
            let before = (Aspect::Statement, format!("{bare} {kinds:?}"));
            if aspect == Aspect::Policy && self.noted.0.contains(&before) {
                continue;
            }
            self.note(aspect, &path, values.iter().map(|value| shown(*value)).collect(), kinds);
        }
    }

    fn statements(&mut self, answers: &[&RecordedResponse]) {
        let statements: Vec<Option<Value>> =
            answers.iter().map(|answer| inner(answer, "Statement")).collect();
        if statements.iter().all(|statement| statement.as_ref().is_some_and(Value::is_object)) {
            let statements: Vec<Option<&Value>> = statements.iter().map(Option::as_ref).collect();
            self.values(Aspect::Statement, "", &statements);
        } else {
            let values = statements.iter().map(|value| shown(value.as_ref())).collect();
            let kinds = statements.iter().map(|value| kind(value.as_ref())).collect();
            self.note(Aspect::Statement, "Statement", values, kinds);
        }
    }

    fn policies(&mut self, answers: &[&RecordedResponse]) {
        let policies: Vec<Option<Value>> =
            answers.iter().map(|answer| inner(answer, "Policy")).collect();
        let part = |name: &str| -> Vec<Option<&Value>> {
            policies.iter().map(|policy| policy.as_ref()?.get(name)).collect()
        };
        for name in ["Version", "Id"] {
            self.values(Aspect::Policy, name, &part(name));
        }
        let lists: Vec<Option<&Vec<Value>>> =
            part("Statement").into_iter().map(|list| list?.as_array()).collect();
        if let Some(lists) = lists.into_iter().collect::<Option<Vec<_>>>() {
            self.listed(&lists);
        } else {
            self.values(Aspect::Policy, "Statement", &part("Statement"));
        }
        let revisions = answers.iter().zip(self.sides);
        let (values, kinds) = revisions.map(|(answer, side)| self.revision(answer, side)).unzip();
        self.note(Aspect::Policy, REVISION, values, kinds);
    }

    /// What a revision is to those that the side told before: in full, and its kind.
    fn revision(&self, answer: &RecordedResponse, side: &[RecordedOutcome]) -> (String, String) {
        let Some(revision) = answer.revision() else {
            let found = answer.body.as_ref().and_then(|body| body.get("RevisionId"));
            return (shown(found), kind(found));
        };
        // Where not every side has one, there is nothing to hold it against.
        let is_counted = revision.contains(':');
        let earlier = side[..self.step]
            .iter()
            .position(|told| told.answer().and_then(RecordedResponse::revision) == Some(revision));
        match earlier.filter(|_| is_counted) {
            Some(step) => (format!("the same as at step {}", step + 1), "an earlier one".into()),
            None => ("a new one".into(), "a new one".into()),
        }
    }

    /// The statements of policies: which there are, in which order, and what each says.
    fn listed(&mut self, lists: &[&Vec<Value>]) {
        if self
            .noted
            .0
            .iter()
            .any(|(aspect, path)| *aspect == Aspect::Statement && path.starts_with("Sid "))
        {
            // Statements whose Sid differs cannot be told apart by it.
            return;
        }
        let sids: Vec<Vec<String>> = lists
            .iter()
            .map(|list| list.iter().map(|one| shown(one.get("Sid"))).collect())
            .collect();
        let sorted = |sids: &[String]| {
            let mut sids = sids.to_vec();
            sids.sort();
            sids
        };
        let shown_list = |sids: &Vec<String>| format!("[{}]", sids.join(", "));
        let same_set = sids.iter().all(|list| sorted(list) == sorted(&sids[0]));
        if !same_set {
            let kinds = sids.iter().map(|list| format!("{} statements", list.len())).collect();
            self.note(Aspect::Policy, "statements", sids.iter().map(shown_list).collect(), kinds);
            return;
        }
        let kinds = vec!["a list".to_owned(); sids.len()];
        self.note(
            Aspect::Policy,
            "order of statements",
            sids.iter().map(shown_list).collect(),
            kinds,
        );
        for (at, sid) in sids[0].iter().enumerate() {
            let same: Vec<Option<&Value>> = lists
                .iter()
                .zip(&sids)
                .map(|(list, sids)| list.get(sids.iter().position(|found| found == sid)?))
                .collect();
            // Of two statements with one Sid, the first stands for both.
            if sids[0].iter().position(|found| found == sid) == Some(at) {
                self.values(Aspect::Policy, "Statement", &same);
            }
        }
    }

    /// Headers, and members of the body that no client acts on.
    fn wire(&mut self, answers: &[&RecordedResponse]) {
        let of = |value: fn(&RecordedResponse) -> String| -> Vec<String> {
            answers.iter().map(|answer| value(answer)).collect()
        };
        let kinds = of(|answer| answer.content_type.clone().unwrap_or_else(|| "nothing".into()));
        self.note(Aspect::Wire, "content-type", kinds.clone(), kinds);
        let places = of(|answer| {
            let place = if answer.code_in_body { "only in the body" } else { "in the header" };
            if answer.code.is_some() { place.into() } else { "nowhere".into() }
        });
        if !answers[0].is_success() {
            self.note(Aspect::Wire, "place of the error code", places.clone(), places);
        }
        let bodies: Vec<Option<Value>> = answers.iter().map(|answer| rest(answer)).collect();
        let bodies: Vec<Option<&Value>> = bodies.iter().map(Option::as_ref).collect();
        self.values(Aspect::Wire, "body", &bodies);
    }
}

/// The JSON that a string member of the body holds, or the value there instead.
fn inner(answer: &RecordedResponse, name: &str) -> Option<Value> {
    let found = answer.body.as_ref()?.get(name)?;
    answer.nested(name).or_else(|| Some(found.clone()))
}

/// A body without what is compared elsewhere.
fn rest(answer: &RecordedResponse) -> Option<Value> {
    let mut body = match (&answer.body, &answer.text) {
        (Some(body), _) => body.clone(),
        (None, text) => return text.clone().map(Value::from),
    };
    if let Some(members) = body.as_object_mut() {
        const ELSEWHERE: [&str; 8] =
            ["Statement", "Policy", "RevisionId", "message", "Message", "__type", "code", "Code"];
        members.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
    }
    Some(body)
}

/// Every path at which values differ, with the value there on each side.
fn differ<'a>(
    path: &str,
    values: &[Option<&'a Value>],
    out: &mut Vec<(String, Vec<Option<&'a Value>>)>,
) {
    if values.iter().all(|value| *value == values[0]) {
        return;
    }
    let objects: Option<Vec<&serde_json::Map<String, Value>>> =
        values.iter().map(|value| value.and_then(Value::as_object)).collect();
    let Some(objects) = objects else {
        out.push((path.to_owned(), values.to_vec()));
        return;
    };
    let mut names: Vec<&String> = objects.iter().flat_map(|object| object.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let members: Vec<Option<&Value>> = objects.iter().map(|object| object.get(name)).collect();
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        differ(&below, &members, out);
    }
}

/// A value as JSON, its members in order: equal texts for equal values.
fn shown(value: Option<&Value>) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut names: Vec<&String> = members.keys().collect();
                names.sort();
                names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect()
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    value.map_or_else(|| "nothing".to_owned(), |value| sorted(value).to_string())
}

/// What kind of value it is.
fn kind(value: Option<&Value>) -> String {
    match value {
        None => "nothing".into(),
        Some(Value::Null) => "null".into(),
        Some(Value::Bool(_)) => "a boolean".into(),
        Some(Value::Number(_)) => "a number".into(),
        Some(Value::String(_)) => "a string".into(),
        Some(Value::Array(_)) => "a list".into(),
        Some(Value::Object(_)) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::plain::plain_request;
    use crate::scenario::{Fixture, GetPolicy, Template};

    /// Adds, then reads.
    fn scenario() -> Scenario {
        let mut scenario = Scenario::single(Fixture::plain(), plain_request("a"));
        scenario.steps.push(Step::One(Operation::GetPolicy(GetPolicy {
            function_name: Template::reference("function.a"),
            ..GetPolicy::default()
        })));
        scenario
    }

    fn answer(status: u16, code: Option<&str>, body: Value) -> RecordedOutcome {
        RecordedOutcome::Answer(Box::new(RecordedResponse {
            status,
            code: code.map(str::to_owned),
            body: Some(body),
            ..RecordedResponse::default()
        }))
    }

    fn grants(status: u16, statements: &[Value]) -> Vec<RecordedOutcome> {
        vec![
            answer(status, None, json!({"Statement": statements[0].to_string()})),
            answer(
                200,
                None,
                json!({"Policy": json!({"Statement": statements}).to_string(), "RevisionId": "<revision:1>"}),
            ),
        ]
    }

    fn paths(sides: &[Vec<RecordedOutcome>]) -> Vec<(Aspect, String)> {
        compare(&scenario(), sides)
            .differences
            .into_iter()
            .map(|found| (found.aspect, found.path))
            .collect()
    }

    #[test]
    fn a_statement_that_differs_is_told_once_and_beside_the_status() {
        let by_arn = grants(201, &[json!({"Sid": "a", "Principal": {"AWS": "x"}})]);
        let bare = grants(200, &[json!({"Principal": "x", "Sid": "a"})]);
        let expected = [(Aspect::Status, "status".into()), (Aspect::Statement, "Principal".into())];
        assert_eq!(paths(&[by_arn.clone(), bare]), expected);
        let reordered = grants(201, &[json!({"Principal": {"AWS": "x"}, "Sid": "a"})]);
        assert_eq!(paths(&[by_arn.clone(), reordered]), []);
        let lost =
            grants(201, &[json!({"Sid": "a", "Principal": {"AWS": "x"}}), json!({"Sid": "b"})]);
        assert_eq!(paths(&[by_arn, lost]), [(Aspect::Policy, "statements".into())]);
    }

    #[test]
    fn after_one_side_refused_nothing_more_is_compared() {
        let accepted = grants(201, &[json!({"Sid": "a"})]);
        let refused = vec![
            answer(400, Some("ValidationException"), json!({"message": "no"})),
            answer(404, Some("ResourceNotFoundException"), json!({})),
        ];
        let found = compare(&scenario(), &[accepted.clone(), refused.clone(), accepted]);
        assert_eq!(found.differences.len(), 1);
        assert_eq!(found.differences[0].parties(), [0, 1, 0]);
        assert_eq!(found.differences[0].values, ["201", "400 ValidationException", "201"]);
        let mut other = refused.clone();
        other[0] = answer(400, Some("ValidationException"), json!({"message": "never"}));
        let found = compare(&scenario(), &[refused, other]).differences;
        assert_eq!(found.len(), 1);
        assert!(found[0].aspect == Aspect::Message && !found[0].counts(false));
        assert!(found[0].counts(true));
    }

    #[test]
    fn what_was_throttled_shows_nothing() {
        let slow = vec![answer(429, Some("TooManyRequestsException"), json!({}))];
        let found = compare(&scenario(), &[grants(201, &[json!({})]), slow]);
        assert!(found.withheld && found.differences.is_empty());
    }

    #[test]
    fn a_long_value_that_differs_at_its_end_differs() {
        let long =
            |end: &str| grants(201, &[json!({"Sid": format!("{}{end}", "a".repeat(2_000))})]);
        assert_eq!(paths(&[long("x"), long("y")])[0], (Aspect::Statement, "Sid".into()));
    }
}
