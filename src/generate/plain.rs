//! The plain request and its variations, and the documented examples.
//!
//! Every target should accept the plain request. A case differs from it only in what it tests.

use serde_json::{Map, Value};

use super::{Case, spread};
use crate::contract::member::Place;
use crate::contract::{Member, Phase};
use crate::scenario::{
    AddPermission, Body, Fixture, FunctionFixture, GetPolicy, Operation, RemovePermission,
    Scenario, Spelling, Step, Template,
};

/// The simplest value of a member: that of the plain request for required members, a valid one for
/// others.
pub fn plain_value(member: Member) -> Value {
    let text = match member {
        Member::FunctionName => "${function.a}",
        Member::Qualifier => "${version.a.1}",
        Member::Action => "lambda:InvokeFunction",
        Member::EventSourceToken => "t",
        Member::FunctionUrlAuthType => "NONE",
        Member::InvokedViaFunctionUrl => return Value::Bool(true),
        Member::Principal => "s3.amazonaws.com",
        Member::PrincipalOrgId => "o-a1b2c3d4e5",
        Member::RevisionId => "${revision.current}",
        Member::SourceAccount => "${account}",
        Member::SourceArn => "arn:aws:s3:::b",
        Member::StatementId => "a",
    };
    text.into()
}

/// The plain request with this StatementId.
pub fn plain_request(statement_id: &str) -> AddPermission {
    let mut members = Map::new();
    members.insert(Member::StatementId.name().into(), statement_id.into());
    for member in [Member::Action, Member::Principal] {
        members.insert(member.name().into(), plain_value(member));
    }
    AddPermission {
        function_name: Template::reference("function.a"),
        qualifier: None,
        body: Body::Members(members),
        spelling: Spelling::default(),
    }
}

/// The plain scenario with the value of at most one member of a single AddPermission request;
/// `None` if the request does not consist of members.
pub fn plainest(scenario: &Scenario, kept: Option<Member>) -> Option<Scenario> {
    let [Step::One(Operation::AddPermission(add))] = scenario.steps.as_slice() else { return None };
    let mut request = plain_request("a");
    let fixture = match kept.map(Member::place) {
        Some(Place::Path | Place::Query) => {
            request.function_name.clone_from(&add.function_name);
            if kept == Some(Member::Qualifier) {
                request.qualifier.clone_from(&add.qualifier);
            }
            scenario.fixture.clone()
        }
        _ => Fixture::plain(),
    };
    let (own, members) = (add.members()?, request.members_mut()?);
    if let Some(kept) = kept.filter(|kept| kept.place() == Place::Body) {
        match own.get(kept.name()) {
            Some(value) => members.insert(kept.name().into(), value.clone()),
            None => members.shift_remove(kept.name()),
        };
    }
    Some(Scenario::single(fixture, request))
}

/// The member that a key of the body names; FunctionName and Qualifier mean nothing there.
pub(super) fn body_member(name: &str) -> Option<Member> {
    Member::from_name(name).filter(|member| member.place() == Place::Body)
}

/// Puts a text into the place of a member.
pub(super) fn put(request: &mut AddPermission, member: Member, text: &Template) {
    match member.place() {
        Place::Path => request.function_name = text.clone(),
        Place::Query => request.qualifier = Some(text.clone()),
        Place::Body => put_value(request, member.name(), text.as_str().into()),
    }
}

/// Puts a text without references into the place of a member.
pub(super) fn put_literal(request: &mut AddPermission, member: Member, text: &str) {
    put(request, member, &Template::literal(text));
}

/// Puts a JSON value, whose strings are templates, into the body.
pub(super) fn put_value(request: &mut AddPermission, name: &str, value: Value) {
    if let Some(members) = request.members_mut() {
        members.insert(name.into(), value);
    }
}

/// The template at a member's place, where there is one and it is a text.
pub fn text_of(request: &AddPermission, member: Member) -> Option<Template> {
    match member.place() {
        Place::Path => Some(request.function_name.clone()),
        Place::Query => request.qualifier.clone(),
        Place::Body => request.members()?.get(member.name())?.as_str().map(Template::parse),
    }
}

/// A step that adds a permission.
pub(super) fn add(request: AddPermission) -> Step {
    Step::One(Operation::AddPermission(request))
}

/// A plain AddPermission on a resource.
pub(super) fn add_on(target: &Target, statement_id: &str) -> AddPermission {
    AddPermission {
        function_name: target.function_name.clone(),
        qualifier: target.qualifier.clone(),
        ..plain_request(statement_id)
    }
}

/// A step that reads the policy of a resource.
pub(super) fn get(target: &Target) -> Step {
    Step::One(Operation::GetPolicy(GetPolicy {
        function_name: target.function_name.clone(),
        qualifier: target.qualifier.clone(),
        spelling: Spelling::default(),
    }))
}

/// A step that removes a statement from the policy of a resource.
pub(super) fn remove(target: &Target, statement_id: &str) -> Step {
    Step::One(Operation::RemovePermission(removal(target, statement_id)))
}

/// The removal of a statement from the policy of a resource.
pub(super) fn removal(target: &Target, statement_id: &str) -> RemovePermission {
    RemovePermission {
        function_name: target.function_name.clone(),
        qualifier: target.qualifier.clone(),
        statement_id: Template::literal(statement_id),
        revision_id: None,
        spelling: Spelling::default(),
    }
}

/// A resource: a function, a version or an alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) function_name: Template,
    pub(super) qualifier: Option<Template>,
}

impl Target {
    /// The function with this key.
    pub(super) fn function(key: &str) -> Self {
        Self { function_name: Template::reference(&format!("function.{key}")), qualifier: None }
    }

    /// A published version of the function.
    pub(super) fn version(key: &str, number: u32) -> Self {
        let version = Template::reference(&format!("version.{key}.{number}"));
        Self { qualifier: Some(version), ..Self::function(key) }
    }

    /// The function, with a literal Qualifier.
    pub(super) fn qualified(key: &str, qualifier: &str) -> Self {
        Self { qualifier: Some(Template::literal(qualifier)), ..Self::function(key) }
    }
}

/// Collects the cases of a phase and numbers their StatementIds, because several cases run on the
/// policy of one function.
pub(super) struct Builder {
    phase: Phase,
    prefix: char,
    cases: Vec<Case>,
    /// Number of created cases, including removed ones.
    made: usize,
}

impl Builder {
    pub(super) fn new(phase: Phase, prefix: char) -> Self {
        Self { phase, prefix, cases: Vec::new(), made: 0 }
    }

    /// A unique StatementId within the phase.
    pub(super) fn fresh_id(&self) -> String {
        format!("{}{}", self.prefix, self.made + 1)
    }

    /// Adds a case of one request on a function without versions.
    pub(super) fn plain(&mut self, change: impl FnOnce(&mut AddPermission)) {
        self.single(Fixture::plain(), change);
    }

    /// Adds a case of one request on a function with versions, and with aliases if it names one.
    pub(super) fn versioned(&mut self, change: impl FnOnce(&mut AddPermission)) {
        let mut request = plain_request(&self.fresh_id());
        change(&mut request);
        self.request(request);
    }

    /// Adds a case of one request, with the fixture that it needs.
    pub(super) fn request(&mut self, request: AddPermission) {
        self.scenario(Scenario::single(fixture_for(&request), request));
    }

    fn single(&mut self, fixture: Fixture, change: impl FnOnce(&mut AddPermission)) {
        let mut request = plain_request(&self.fresh_id());
        change(&mut request);
        self.scenario(Scenario::single(fixture, request));
    }

    /// Adds a case of several steps.
    pub(super) fn steps(&mut self, fixture: &Fixture, steps: Vec<Step>) {
        self.scenario(Scenario { fixture: fixture.clone(), steps });
    }

    /// Adds a case.
    pub(super) fn scenario(&mut self, scenario: Scenario) {
        self.made += 1;
        self.cases.push(Case { phase: self.phase, scenario });
    }

    /// Adds a group of cases and keeps at most `most` of them, evenly spread.
    pub(super) fn group(&mut self, most: usize, add: impl FnOnce(&mut Self)) {
        let before = self.cases.len();
        add(self);
        let group = self.cases.split_off(before);
        self.cases.extend(spread(group, most));
    }

    pub(super) fn finish(self) -> Vec<Case> {
        self.cases
    }
}

/// The fixture that a request needs. There are few kinds, because requests on equal fixtures share
/// one.
pub(super) fn fixture_for(request: &AddPermission) -> Fixture {
    let qualifier = request.qualifier.as_ref().map_or("", Template::as_str);
    let texts = [request.function_name.as_str(), qualifier];
    let holds = |word: &str| texts.iter().any(|text| text.contains(word));
    if holds("live") || holds("edge") {
        Fixture::versioned()
    } else if holds("${version.") || !qualifier.is_empty() {
        let function =
            FunctionFixture { versions: 2, aliases: Vec::new(), ..FunctionFixture::versioned("a") };
        Fixture { functions: vec![function] }
    } else {
        Fixture::plain()
    }
}

/// The documented examples, with the function and account of the target.
pub(super) fn examples() -> Vec<Case> {
    let mut cases = Builder::new(Phase::Examples, 'x');
    // boto3 page: permission for Amazon S3. The page prints an empty principal, where a link was
    // lost; its text says which service is meant.
    cases.plain(|request| {
        put_literal(request, Member::StatementId, "s3");
        put(request, Member::SourceAccount, &Template::reference("account"));
        put_literal(request, Member::SourceArn, "arn:aws:s3:::my-bucket-1xpuxmplzrlbh/*");
    });
    // boto3 page: permission for an account.
    cases.plain(|request| {
        put_literal(request, Member::StatementId, "xaccount");
        put_literal(request, Member::Principal, "223456789012");
    });
    // The same for the account that is known to exist.
    cases.plain(|request| put(request, Member::Principal, &Template::reference("account")));
    // API page, FunctionName: the three name formats, and a suffix to any of them.
    for form in super::names::FORMS {
        cases.plain(|request| request.function_name = Template::parse(form));
        cases.versioned(|request| {
            request.function_name = Template::parse(format!("{form}:${{version.a.1}}"));
        });
    }
    // API page: `function:v1` style alias as suffix; grants on an alias and on a version.
    cases.versioned(|request| put_literal(request, Member::Qualifier, "live"));
    cases.versioned(|request| put(request, Member::Qualifier, &Template::reference("version.a.2")));
    // API page: "To grant permission to an organization, specify the organization ID".
    cases.plain(|request| {
        put_literal(request, Member::Principal, "*");
        put_literal(request, Member::PrincipalOrgId, "o-a1b2c3d4e5");
    });
    cases.finish()
}
