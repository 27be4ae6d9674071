//! Reasons to reject an AddPermission request: its name and the state of the policy. Reasons that
//! concern single members are in `members`, those in the meaning of values in `meaning`.

use serde_json::{Map, Value};

use super::accepts::accepted_rules;
use super::analysis::Analysis;
use super::grant_statement::statement;
use super::input::Input;
use super::lookup::missing;
use super::name::{Form, FunctionName};
use super::policy;
use super::reject::{RejectKind, RejectReason, Requirement, Statuses};
use super::request::{AddRequest, ParsedBody};
use super::resource::PolicyResource;
use super::world::{PolicyState, World, statement_id};
use crate::contract::{EditionChoice, ErrorCode, Member, RuleId, messages};

/// The analysis of one AddPermission request in progress.
pub(super) struct Add<'a> {
    pub world: &'a World,
    pub editions: EditionChoice,
    pub request: &'a AddRequest,
    pub out: &'a mut Analysis,
}

impl Add<'_> {
    pub fn run(mut self) {
        let request = self.request;
        let nothing = Map::new();
        let members = match &request.body {
            ParsedBody::Object(members) => members,
            ParsedBody::Empty => {
                self.bad_body(&RejectKind::BodyEmpty, RuleId::BodyEmpty);
                &nothing
            }
            ParsedBody::Malformed => {
                self.bad_body(&RejectKind::BodyMalformed, RuleId::BodyMalformed);
                &nothing
            }
            ParsedBody::TrailingData => {
                self.bad_body(&RejectKind::BodyMalformed, RuleId::BodyMalformed);
                // No recording shows whether AWS reads on after the end of the object.
                for fault in &mut self.out.faults {
                    fault.requirement = Requirement::Should;
                }
                &nothing
            }
            ParsedBody::Ambiguous => {
                self.bad_body(&RejectKind::BodyMalformed, RuleId::BodyMalformed);
                for fault in &mut self.out.faults {
                    fault.requirement = Requirement::May;
                }
                self.out.unscored = true;
                &nothing
            }
            ParsedBody::NotAnObject => {
                self.bad_body(&RejectKind::BodyNotAnObject, RuleId::BodyNotAnObject);
                &nothing
            }
        };
        let input = Input::read(members);
        if matches!(self.request.body, ParsedBody::Object(_)) {
            self.types(members);
        }
        self.constraints(&input);
        let mismatch = self.name_and_qualifier();
        self.semantics(&input);
        if let Some(resource) = self.out.resource.clone() {
            self.policy(&input, &resource);
            self.out.statement =
                Some(statement(self.world, &self.request.name, &input, &resource, members));
        }
        if mismatch {
            // Recorded (pe-02): the mismatch is reported before version and alias are looked up.
            self.out.faults.retain(|fault| {
                !matches!(
                    fault.kind,
                    RejectKind::VersionNotFound
                        | RejectKind::AliasNotFound
                        | RejectKind::QualifierNotFound
                )
            });
        }
        if !self.out.must_be_rejected() {
            self.out.accepts = accepted_rules(
                self.world,
                &self.request.name,
                self.out.resource.as_ref(),
                &input,
                members,
            );
        }
    }

    pub fn fault(
        &mut self,
        kind: RejectKind,
        member: Option<Member>,
        rule: RuleId,
        code: ErrorCode,
        message: String,
    ) -> &mut RejectReason {
        self.out.faults.push(RejectReason::new(kind, member, rule, code, message));
        // invariant: one was pushed just now
        self.out.faults.last_mut().expect("a fault was pushed")
    }

    fn bad_body(&mut self, kind: &RejectKind, rule: RuleId) {
        let (code, message) = if *kind == RejectKind::BodyEmpty {
            (
                ErrorCode::ValidationException,
                messages::members_missing(&["statementId", "action", "principal"]),
            )
        } else {
            (ErrorCode::SerializationException, "the body cannot be read as JSON object".to_owned())
        };
        let fault = self.fault(kind.clone(), None, rule, code, message);
        if *kind != RejectKind::BodyEmpty {
            fault.refusal.statuses = Statuses::AnyClient;
        }
    }

    /// Finds the resource that name and qualifier mean, and whether it exists. Returns whether the
    /// suffix differs from the Qualifier.
    fn name_and_qualifier(&mut self) -> bool {
        let Some(name) = FunctionName::read(&self.request.name) else { return false };
        let world = self.world;
        let here = [
            (&name.partition, &world.partition),
            (&name.region, &world.region),
            (&name.account, &world.account),
        ]
        .iter()
        .all(|(named, own)| named.as_ref().is_none_or(|named| named == *own));
        if name.form == Form::Other {
            let message = "the name has a form that the page does not show".into();
            self.fault(
                RejectKind::OtherForm,
                Some(Member::FunctionName),
                RuleId::FunctionNameOtherForms,
                ErrorCode::ResourceNotFoundException,
                message,
            )
            .requirement = Requirement::May;
            let fault = self.out.faults.last_mut();
            if let Some(fault) = fault {
                fault.refusal.statuses = Statuses::AnyClient;
            }
        } else if !here {
            self.elsewhere(&name);
        }
        if name.name.chars().count() > 64 && name.form == Form::Name {
            // The page limits a bare name to 64 characters; AWS does not enforce it here.
            let message = messages::at_most(64);
            self.fault(
                RejectKind::TooLong(64),
                Some(Member::FunctionName),
                RuleId::FunctionNameLength,
                ErrorCode::ValidationException,
                message,
            )
            .requirement = Requirement::May;
        }
        let query = self.request.qualifier.as_deref().filter(|text| !text.is_empty());
        let suffix = name.suffix.as_deref();
        let mismatch = matches!((suffix, query), (Some(suffix), Some(query)) if suffix != query);
        if mismatch {
            let message = messages::QUALIFIER_MISMATCH.into();
            self.fault(
                RejectKind::Mismatch,
                Some(Member::Qualifier),
                RuleId::QualifierMismatch,
                ErrorCode::InvalidParameterValueException,
                message,
            );
        }
        let qualifier = query.or(suffix);
        if qualifier == Some("$LATEST") || suffix == Some("$LATEST") {
            let message = messages::LATEST_UNSUPPORTED.into();
            self.fault(
                RejectKind::Latest,
                Some(Member::Qualifier),
                RuleId::QualifierLatest,
                ErrorCode::InvalidParameterValueException,
                message,
            );
        }
        if !here {
            return mismatch;
        }
        let resource = PolicyResource {
            function: name.name.clone(),
            qualifier: qualifier.map(ToOwned::to_owned),
        };
        for fault in missing(self.world, &resource) {
            // Nothing is known of a thing that only an unscored form of name would reach.
            let requirement =
                if name.form == Form::Other { Requirement::May } else { fault.requirement };
            self.out.faults.push(fault.requiring(requirement));
        }
        self.out.resource = Some(resource);
        mismatch
    }

    /// A name of a function in another account or region.
    fn elsewhere(&mut self, name: &FunctionName) {
        let world = self.world;
        let named = Some(Member::FunctionName);
        if let Some(region) = name.region.as_ref().filter(|region| **region != world.region) {
            let message = messages::other_region(region, &world.region);
            let rule = RuleId::FunctionNameOtherRegion;
            self.fault(
                RejectKind::OtherRegion(region.clone()),
                named,
                rule,
                ErrorCode::ResourceNotFoundException,
                message,
            )
            .refusal
            .statuses = Statuses::AnyClient;
        }
        if name.account.as_ref().is_some_and(|account| *account != world.account) {
            let message = messages::not_authorized("AddPermission", &self.request.name);
            let rule = RuleId::FunctionNameOtherAccount;
            self.fault(
                RejectKind::OtherAccount,
                named,
                rule,
                ErrorCode::AccessDeniedException,
                message,
            )
            .refusal
            .statuses = Statuses::AnyClient;
        }
        if name.partition.as_ref().is_some_and(|partition| *partition != world.partition) {
            let message = "the ARN names another partition".into();
            let rule = RuleId::FunctionNameOtherRegion;
            let fault = self.fault(
                RejectKind::OtherPartition,
                named,
                rule,
                ErrorCode::ResourceNotFoundException,
                message,
            );
            fault.refusal.statuses = Statuses::AnyClient;
            fault.requirement = Requirement::May;
        }
    }

    /// Reasons that follow from the state of the policy.
    fn policy(&mut self, input: &Input<'_>, resource: &PolicyResource) {
        let state = self.world.policy(&resource.function, resource.qualifier.as_deref());
        if let Some(sid) = input.get(Member::StatementId) {
            let statements = &state.last().statements;
            let taken = statements.iter().rposition(|known| statement_id(known) == Some(sid));
            let unknown =
                matches!(*state, PolicyState::Unknown(_)) && self.world.sent.contains(sid);
            if taken.is_some() || unknown {
                let message = messages::statement_id_taken(sid);
                // Taken by an earlier statement than the last: only a check of all of them sees it.
                let rule = match taken {
                    Some(at) if at + 1 < statements.len() => RuleId::StatementIdUniquePerPolicy,
                    _ => RuleId::ErrorConflict,
                };
                let fault = self.fault(
                    RejectKind::Conflict,
                    Some(Member::StatementId),
                    rule,
                    ErrorCode::ResourceConflictException,
                    message,
                );
                if matches!(*state, PolicyState::Unknown(_)) {
                    fault.requirement = Requirement::May;
                }
            }
        }
        if let Some(revision) = input.get(Member::RevisionId) {
            let fault = policy::revision_fault(self.world, &state, revision);
            self.out.faults.extend(fault);
        }
        let size = policy_size(&state) + statement_size(input);
        if size > LENGTH_OPEN {
            let message = messages::policy_too_large(size, 20_480);
            let fault = self.fault(
                RejectKind::PolicyLength(size),
                None,
                RuleId::ErrorPolicyLength,
                ErrorCode::PolicyLengthExceededException,
                message,
            );
            if size <= LENGTH_CERTAIN || matches!(*state, PolicyState::Unknown(_)) {
                fault.requirement = Requirement::May;
            }
        }
        if self.world.contended {
            let message = messages::CONCURRENT_UPDATE.into();
            self.fault(
                RejectKind::Concurrent,
                None,
                RuleId::ErrorConflict,
                ErrorCode::ResourceConflictException,
                message,
            )
            .requirement = Requirement::May;
        }
    }
}

/// Policies up to this size are certainly accepted: the documented limit minus a margin, because it
/// is unknown what exactly AWS counts.
const LENGTH_OPEN: usize = 18_000;

/// Policies beyond this size are certainly rejected.
const LENGTH_CERTAIN: usize = 24_000;

/// The size of a policy's text.
fn policy_size(state: &PolicyState) -> usize {
    let statements = &state.last().statements;
    60 + statements.iter().map(|statement| text_length(statement) + 1).sum::<usize>()
}

/// The size of a value as text, in bytes.
fn text_length(value: &Value) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail, and a value is text in any case.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

/// The approximate size that a statement adds to its policy.
fn statement_size(input: &Input<'_>) -> usize {
    let text = |member| input.get(member).map_or(0, str::len);
    200 + Member::in_body().map(text).sum::<usize>()
}
