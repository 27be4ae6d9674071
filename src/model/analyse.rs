//! All faults of the bytes about to be sent, and what a success must look like.

use serde_json::{Map, Value};

use super::constraint::{self, Breach};
use super::fault::{Fault, FaultKind, Force};
use super::name::{Form, FunctionName};
use super::policy;
use super::principal::{Acceptance, Principal};
use super::request::{AddRequest, ParsedBody, Request};
use super::statement::{Condition, StatementShape};
use super::world::{PolicyState, World};
use crate::spec::{EditionChoice, ErrorCode, Kind, Member, RuleId};
use crate::wire::WireRequest;

/// Everything the model has to say of one request in one world.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// What the bytes ask for.
    pub request: Request,
    /// What a grant, read or removal would be on, where that can be told.
    pub grant: Option<Grant>,
    /// Every reason for an error.
    pub faults: Vec<Fault>,
    /// The rules that accepting the request puts to the test.
    pub accepts: Vec<RuleId>,
    /// What the statement of a successful AddPermission must look like.
    pub statement: Option<StatementShape>,
    /// Whether nothing about the request can be judged.
    pub unscored: bool,
}

/// A target of grants: a function, or a version or alias of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grant {
    /// The function's name.
    pub function: String,
    /// The version or alias.
    pub qualifier: Option<String>,
}

/// Holds a request against what is known and what the editions say.
pub fn analyse(world: &World, wire: &WireRequest, editions: EditionChoice) -> Analysis {
    let request = Request::read(wire);
    let mut analysis = Analysis {
        request: request.clone(),
        grant: None,
        faults: Vec::new(),
        accepts: Vec::new(),
        statement: None,
        unscored: false,
    };
    match &request {
        Request::AddPermission(add) => Add { world, editions, add, out: &mut analysis }.run(),
        Request::GetPolicy(get) => policy::analyse_get(world, get, &mut analysis),
        Request::RemovePermission(remove) => {
            policy::analyse_remove(world, remove, &mut analysis);
        }
        Request::Unroutable => {
            let message = "the path names no operation".into();
            let code = ErrorCode::UnknownOperationException;
            analysis.faults.push(
                Fault::new(
                    FaultKind::Unroutable,
                    Some(Member::FunctionName),
                    RuleId::FunctionNamePattern,
                    code,
                    message,
                )
                .any_client_error()
                .forced(Force::Open),
            );
            analysis.unscored = true;
        }
        Request::Other => analysis.unscored = true,
    }
    analysis
}

impl Analysis {
    /// Whether the request may succeed as far as certain faults go.
    pub fn has_certain_fault(&self) -> bool {
        self.faults.iter().any(|fault| fault.force == Force::Certain)
    }
}

struct Add<'a> {
    world: &'a World,
    editions: EditionChoice,
    add: &'a AddRequest,
    out: &'a mut Analysis,
}

impl Add<'_> {
    fn run(mut self) {
        let members = match &self.add.body {
            ParsedBody::Object(members) => members.clone(),
            ParsedBody::Empty => self.bad_body(FaultKind::BodyEmpty, RuleId::BodyEmpty),
            ParsedBody::Malformed => self.bad_body(FaultKind::BodyMalformed, RuleId::BodyMalformed),
            ParsedBody::NotAnObject => {
                self.bad_body(FaultKind::BodyNotAnObject, RuleId::BodyNotAnObject)
            }
        };
        let input = Input::read(&members);
        if matches!(self.add.body, ParsedBody::Object(_)) {
            self.types(&members);
        }
        self.constraints(&input);
        let mismatch = self.name_and_qualifier(&input);
        self.semantics(&input);
        if let Some(grant) = self.out.grant.clone() {
            self.policy(&input, &grant);
            self.out.statement = Some(self.statement(&input, &grant, &members));
        }
        if mismatch {
            // Recorded (pe-02): the mismatch is reported before version and alias are looked up.
            self.out.faults.retain(|fault| {
                !matches!(
                    fault.kind,
                    FaultKind::VersionNotFound
                        | FaultKind::AliasNotFound
                        | FaultKind::QualifierNotFound
                )
            });
        }
        if !self.out.has_certain_fault() {
            self.accepted_rules(&input, &members);
        }
    }

    fn fault(
        &mut self,
        kind: FaultKind,
        member: Option<Member>,
        rule: RuleId,
        code: ErrorCode,
        message: String,
    ) -> &mut Fault {
        self.out.faults.push(Fault::new(kind, member, rule, code, message));
        // invariant: one was pushed just now
        self.out.faults.last_mut().expect("a fault was pushed")
    }

    fn bad_body(&mut self, kind: FaultKind, rule: RuleId) -> Map<String, Value> {
        let (code, message) = if kind == FaultKind::BodyEmpty {
            (
                ErrorCode::ValidationException,
                missing_message(&["statementId", "action", "principal"]),
            )
        } else {
            (ErrorCode::SerializationException, "the body cannot be read as JSON object".to_owned())
        };
        let fault = self.fault(kind.clone(), None, rule, code, message);
        if kind != FaultKind::BodyEmpty {
            fault.refusal.statuses = super::fault::Statuses::AnyClient;
        }
        Map::new()
    }

    /// Members missing, null, or of another type.
    fn types(&mut self, members: &Map<String, Value>) {
        for member in Member::in_body() {
            let value = members.get(member.name()).unwrap_or(&Value::Null);
            let expected = match member.kind() {
                Kind::Boolean => matches!(value, Value::Bool(_)),
                Kind::String | Kind::Enum => matches!(value, Value::String(_)),
            };
            if expected {
                continue;
            }
            if value.is_null() {
                if member.required() {
                    let rule = match member {
                        Member::StatementId => RuleId::StatementIdRequired,
                        Member::Action => RuleId::ActionRequired,
                        _ => RuleId::PrincipalRequired,
                    };
                    let message = missing_message(&[&member.error_path()]);
                    self.fault(
                        FaultKind::Missing,
                        Some(member),
                        rule,
                        ErrorCode::ValidationException,
                        message,
                    );
                } else if members.contains_key(member.name()) {
                    let message = missing_message(&[&member.error_path()]);
                    let rule = RuleId::MemberNullOptional;
                    self.fault(
                        FaultKind::NullOptional,
                        Some(member),
                        rule,
                        ErrorCode::ValidationException,
                        message,
                    )
                    .force = Force::Open;
                }
                continue;
            }
            let token = match value {
                Value::Bool(true) => "TRUE_VALUE",
                Value::Bool(false) => "FALSE_VALUE",
                Value::Number(_) => "NUMBER_VALUE",
                Value::String(_) => "STRING_VALUE",
                Value::Array(_) => "START_ARRAY",
                _ => "START_OBJECT",
            };
            let wanted = if member.kind() == Kind::Boolean { "Boolean" } else { "String" };
            let message = format!("{token} can not be converted to a {wanted}");
            // The page does not know the boolean member: it may be ignored.
            let force = if member.kind() == Kind::Boolean { Force::Open } else { Force::Certain };
            let fault = self.fault(
                FaultKind::WrongType(token),
                Some(member),
                RuleId::MemberType,
                ErrorCode::SerializationException,
                message,
            );
            fault.refusal.statuses = super::fault::Statuses::AnyClient;
            fault.force = force;
        }
    }

    /// Values outside length, pattern or enum.
    fn constraints(&mut self, input: &Input<'_>) {
        let add = self.add;
        let values = [
            (Member::FunctionName, Some(add.name.as_str())),
            (Member::Qualifier, add.qualifier.as_deref()),
        ];
        let body = Member::in_body().map(|member| (member, input.get(member)));
        for (member, value) in values.into_iter().chain(body) {
            let Some(value) = value else { continue };
            let differ = constraint::readers_differ(member, value);
            for found in constraint::breaches(self.editions, member, value) {
                let path = member.error_path();
                let (kind, rule, broken) = match found.breach {
                    Breach::Pattern => (FaultKind::Pattern, pattern_rule(member), {
                        let pattern = member
                            .constraint(found.edition)
                            .and_then(|constraint| constraint.pattern)
                            .unwrap_or_default();
                        format!("Member must satisfy regular expression pattern: {pattern}")
                    }),
                    Breach::TooShort(min) => (
                        FaultKind::TooShort(min),
                        length_rule(member),
                        format!("Member must have length greater than or equal to {min}"),
                    ),
                    Breach::TooLong(max) => (
                        FaultKind::TooLong(max),
                        length_rule(member),
                        format!("Member must have length less than or equal to {max}"),
                    ),
                    Breach::NotAValue => (
                        FaultKind::NotAValue,
                        RuleId::FunctionUrlAuthTypeEnum,
                        "Member must satisfy enum value set: [NONE, AWS_IAM]".to_owned(),
                    ),
                };
                let message =
                    format!("Value '{value}' at '{path}' failed to satisfy constraint: {broken}");
                let fault =
                    self.fault(kind, Some(member), rule, ErrorCode::ValidationException, message);
                if !found.agreed || differ {
                    fault.force = Force::Open;
                }
            }
            if differ && constraint::breaches(self.editions, member, value).is_empty() {
                let message = format!("Value '{value}' at '{}' failed", member.error_path());
                self.fault(
                    FaultKind::Pattern,
                    Some(member),
                    pattern_rule(member),
                    ErrorCode::ValidationException,
                    message,
                )
                .force = Force::Open;
            }
        }
    }

    /// Which target the name and the qualifier mean, and whether it exists. Returns whether the
    /// suffix differs from the Qualifier.
    fn name_and_qualifier(&mut self, _input: &Input<'_>) -> bool {
        let Some(name) = FunctionName::read(&self.add.name) else { return false };
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
                FaultKind::OtherForm,
                Some(Member::FunctionName),
                RuleId::FunctionNameOtherForms,
                ErrorCode::ResourceNotFoundException,
                message,
            )
            .force = Force::Open;
            let fault = self.out.faults.last_mut();
            if let Some(fault) = fault {
                fault.refusal.statuses = super::fault::Statuses::AnyClient;
            }
        } else if !here {
            self.elsewhere(&name);
        }
        if name.name.chars().count() > 64 && name.form == Form::Name {
            // The page limits a bare name to 64 characters; AWS does not enforce it here.
            let message = "Member must have length less than or equal to 64".into();
            self.fault(
                FaultKind::TooLong(64),
                Some(Member::FunctionName),
                RuleId::FunctionNameLength,
                ErrorCode::ValidationException,
                message,
            )
            .force = Force::Open;
        }
        let query = self.add.qualifier.as_deref().filter(|text| !text.is_empty());
        let suffix = name.suffix.as_deref();
        let mismatch = matches!((suffix, query), (Some(suffix), Some(query)) if suffix != query);
        if mismatch {
            let message = "The derived qualifier from the function name does not match the specified qualifier.".into();
            self.fault(
                FaultKind::Mismatch,
                Some(Member::Qualifier),
                RuleId::QualifierMismatch,
                ErrorCode::InvalidParameterValueException,
                message,
            );
        }
        let qualifier = query.or(suffix);
        if qualifier == Some("$LATEST") || suffix == Some("$LATEST") {
            let message = "We currently do not support adding policies for $LATEST.".into();
            self.fault(
                FaultKind::Latest,
                Some(Member::Qualifier),
                RuleId::QualifierLatest,
                ErrorCode::InvalidParameterValueException,
                message,
            );
        }
        if !here {
            return mismatch;
        }
        let grant =
            Grant { function: name.name.clone(), qualifier: qualifier.map(ToOwned::to_owned) };
        for fault in missing(self.world, &grant) {
            // Nothing is known of a thing that only an unscored form of name would reach.
            let force = if name.form == Form::Other { Force::Open } else { fault.force };
            self.out.faults.push(fault.forced(force));
        }
        self.out.grant = Some(grant);
        mismatch
    }

    /// A name that means a function elsewhere.
    fn elsewhere(&mut self, name: &FunctionName) {
        let world = self.world;
        let named = Some(Member::FunctionName);
        if let Some(region) = name.region.as_ref().filter(|region| **region != world.region) {
            let message = format!(
                "Functions from '{region}' are not reachable in this region ('{}')",
                world.region
            );
            let rule = RuleId::FunctionNameOtherRegion;
            self.fault(
                FaultKind::OtherRegion(region.clone()),
                named,
                rule,
                ErrorCode::ResourceNotFoundException,
                message,
            )
            .refusal
            .statuses = super::fault::Statuses::AnyClient;
        }
        if name.account.as_ref().is_some_and(|account| *account != world.account) {
            let message = format!(
                "User is not authorized to perform: lambda:AddPermission on resource: {}",
                self.add.name
            );
            let rule = RuleId::FunctionNameOtherAccount;
            self.fault(
                FaultKind::OtherAccount,
                named,
                rule,
                ErrorCode::AccessDeniedException,
                message,
            )
            .refusal
            .statuses = super::fault::Statuses::AnyClient;
        }
        if name.partition.as_ref().is_some_and(|partition| *partition != world.partition) {
            let message = "the ARN names another partition".into();
            let rule = RuleId::FunctionNameOtherRegion;
            let fault = self.fault(
                FaultKind::OtherPartition,
                named,
                rule,
                ErrorCode::ResourceNotFoundException,
                message,
            );
            fault.refusal.statuses = super::fault::Statuses::AnyClient;
            fault.force = Force::Open;
        }
    }

    /// Faults that a value's meaning makes.
    fn semantics(&mut self, input: &Input<'_>) {
        if let Some(text) =
            input.get(Member::Principal).filter(|text| self.is_clean(Member::Principal, text))
        {
            let principal = Principal::read(text);
            let world = self.world;
            let acceptance =
                principal.acceptance(text, &world.account, &world.region, world.role.as_deref());
            let (kind, message) = if principal == Principal::MalformedArn {
                (
                    FaultKind::MalformedArn,
                    format!(
                        "The provided input'{text}'was invalid. Member must satisfy expression: [\\w+=,.@-]* Please check your input and try again."
                    ),
                )
            } else if acceptance == Acceptance::Refused {
                (
                    FaultKind::PrincipalInvalid,
                    "The provided principal was invalid. Please check the principal and try again."
                        .to_owned(),
                )
            } else {
                (
                    FaultKind::PrincipalOpen,
                    "The provided principal was invalid. Please check the principal and try again."
                        .to_owned(),
                )
            };
            let code = ErrorCode::InvalidParameterValueException;
            match acceptance {
                Acceptance::Certain => {}
                Acceptance::Refused => {
                    self.fault(
                        kind,
                        Some(Member::Principal),
                        RuleId::PrincipalInvalid,
                        code,
                        message,
                    );
                }
                Acceptance::Open => {
                    let fault = self.fault(
                        kind,
                        Some(Member::Principal),
                        RuleId::PrincipalInvalid,
                        code,
                        message,
                    );
                    fault.force = Force::Open;
                    fault.refusal.code_evidence = crate::spec::Evidence::Assumed;
                }
            }
            if principal == Principal::Wildcard {
                let message = "Lambda blocked the creation of this policy because it would grant public access to your function. If this is intentional, change your function's BlockPublicPolicy setting to allow public access and try again.".into();
                self.fault(
                    FaultKind::PublicPolicy,
                    Some(Member::Principal),
                    RuleId::PrincipalAccepted,
                    ErrorCode::PublicPolicyException,
                    message,
                )
                .force = Force::Open;
            }
        }
        let action = input.get(Member::Action).filter(|text| self.is_clean(Member::Action, text));
        if let Some(action) = action
            && !KNOWN_ACTIONS.contains(&action)
        {
            let message = format!("the action {action} is not one that recordings show");
            let fault = self.fault(
                FaultKind::ActionOpen,
                Some(Member::Action),
                RuleId::ActionPattern,
                ErrorCode::InvalidParameterValueException,
                message,
            );
            fault.force = Force::Open;
            fault.refusal.code_evidence = crate::spec::Evidence::Assumed;
        }
        if input.get(Member::FunctionUrlAuthType).is_some() && action != Some(URL_ACTION) {
            let message =
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action".into();
            // Nobody reports what becomes of a wildcard, or of an action that is itself wrong.
            let certain = action
                .is_some_and(|action| !action.ends_with('*') && KNOWN_ACTIONS.contains(&action));
            let fault = self.fault(
                FaultKind::AuthTypeAction,
                Some(Member::FunctionUrlAuthType),
                RuleId::FunctionUrlAuthTypeAction,
                ErrorCode::InvalidParameterValueException,
                message,
            );
            if !certain {
                fault.force = Force::Open;
            }
        }
        if input.invoked_via_url == Some(true) && action != Some("lambda:InvokeFunction") {
            let message =
                "InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action".into();
            self.fault(
                FaultKind::UrlConditionOpen,
                Some(Member::InvokedViaFunctionUrl),
                RuleId::InvokedViaFunctionUrlCondition,
                ErrorCode::InvalidParameterValueException,
                message,
            )
            .force = Force::Open;
        }
    }

    /// Faults that the policy's state makes.
    fn policy(&mut self, input: &Input<'_>, grant: &Grant) {
        let state = self.world.policy(&grant.function, grant.qualifier.as_deref());
        if let Some(sid) = input.get(Member::StatementId) {
            let message = format!(
                "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
            );
            let taken = state.last().statement(sid).is_some();
            let unknown = matches!(state, PolicyState::Unknown(_));
            if taken || unknown {
                let rule = RuleId::ErrorConflict;
                let fault = self.fault(
                    FaultKind::Conflict,
                    Some(Member::StatementId),
                    rule,
                    ErrorCode::ResourceConflictException,
                    message,
                );
                if unknown {
                    fault.force = Force::Open;
                }
            }
        }
        if let Some(revision) = input.get(Member::RevisionId) {
            let fault = policy::revision_fault(self.world, &state, revision);
            self.out.faults.extend(fault);
        }
        let size = policy_size(&state) + self.statement_size(input);
        if size > LENGTH_OPEN {
            let message =
                format!("The final policy size ({size}) is bigger than the limit (20480).");
            let fault = self.fault(
                FaultKind::PolicyLength(size),
                None,
                RuleId::ErrorPolicyLength,
                ErrorCode::PolicyLengthExceededException,
                message,
            );
            if size <= LENGTH_CERTAIN || matches!(state, PolicyState::Unknown(_)) {
                fault.force = Force::Open;
            }
        }
        if self.world.contended {
            let message =
                "The function could not be updated due to a concurrent update operation.".into();
            self.fault(
                FaultKind::Concurrent,
                None,
                RuleId::ErrorConflict,
                ErrorCode::ResourceConflictException,
                message,
            )
            .force = Force::Open;
        }
    }

    fn statement_size(&self, input: &Input<'_>) -> usize {
        let text = |member| input.get(member).map_or(0, str::len);
        200 + Member::in_body().map(text).sum::<usize>()
    }

    /// Whether no edition finds fault with a value: only then does its meaning count.
    fn is_clean(&self, member: Member, value: &str) -> bool {
        constraint::breaches(EditionChoice::Either, member, value).is_empty()
    }

    fn statement(
        &self,
        input: &Input<'_>,
        grant: &Grant,
        members: &Map<String, Value>,
    ) -> StatementShape {
        let text = |member| input.get(member).map(ToOwned::to_owned);
        let principal_text = input.get(Member::Principal).unwrap_or_default();
        let principal = Principal::read(principal_text);
        let rendered = principal.render(principal_text, &self.world.partition);
        let rule = match principal {
            Principal::Wildcard => Some(RuleId::PrincipalWildcard),
            Principal::Account => Some(RuleId::PrincipalAccountRoot),
            Principal::Service
                if principal.acceptance(
                    principal_text,
                    &self.world.account,
                    &self.world.region,
                    None,
                ) == Acceptance::Certain =>
            {
                Some(RuleId::PrincipalService)
            }
            Principal::IamArn => Some(RuleId::PrincipalIamArn),
            _ => None,
        };
        let mut conditions = Vec::new();
        for (member, operator, key, rule) in CONDITIONS {
            if let Some(value) = text(member) {
                let documented_operator = (member == Member::SourceArn).then_some("StringLike");
                // A value that a document leaves open may be taken as absent.
                let optional = !self.is_clean(member, &value);
                conditions.push(Condition {
                    operator,
                    documented_operator,
                    key,
                    value,
                    rule,
                    optional,
                });
            }
        }
        if let Some(via_url) = input.invoked_via_url {
            conditions.push(Condition {
                operator: "Bool",
                documented_operator: None,
                key: "lambda:InvokedViaFunctionUrl",
                value: via_url.to_string(),
                rule: RuleId::InvokedViaFunctionUrlCondition,
                optional: true,
            });
        }
        let scored_form =
            FunctionName::read(&self.add.name).is_some_and(|name| name.form != Form::Other);
        StatementShape {
            sid: text(Member::StatementId),
            action: text(Member::Action),
            resource: self.world.arn(&grant.function, grant.qualifier.as_deref()),
            resource_rule: if scored_form {
                RuleId::StatementResource
            } else {
                RuleId::FunctionNameOtherForms
            },
            principal: rule.map(|rule| (rendered.clone(), rule)),
            principal_rendered: rendered,
            conditions,
            unknown_members: members
                .keys()
                .filter(|name| Member::from_name(name).is_none())
                .cloned()
                .collect(),
        }
    }

    /// The rules that accepting the request puts to the test: where it goes beyond the plainest.
    fn accepted_rules(&mut self, input: &Input<'_>, members: &Map<String, Value>) {
        let mut rules = Vec::new();
        let name = FunctionName::read(&self.add.name);
        if let Some(name) = &name
            && (name.suffix.is_some() || matches!(name.form, Form::PartialArn | Form::Arn))
        {
            rules.push(RuleId::FunctionNameForms);
        }
        let function =
            self.out.grant.as_ref().and_then(|grant| self.world.functions.get(&grant.function));
        let qualifier = self.out.grant.as_ref().and_then(|grant| grant.qualifier.as_deref());
        if let (Some(function), Some(qualifier)) = (function, qualifier) {
            match function.aliases.get(qualifier).map(String::as_str) {
                Some("$LATEST") => rules.push(RuleId::QualifierAliasOnLatest),
                Some(_) => rules.push(RuleId::QualifierAlias),
                None => rules.push(RuleId::QualifierVersion),
            }
        }
        if let Some(sid) = input.get(Member::StatementId) {
            let length = sid.chars().count();
            if length <= 1 || length >= 99 {
                rules.push(RuleId::StatementIdLength);
            } else if !sid.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
                rules.push(RuleId::StatementIdPattern);
            }
            if let (Some(function), Some(grant)) = (function, &self.out.grant) {
                let own = function.policies.get(&grant.qualifier).map(PolicyState::last);
                let removed = own.is_some_and(|policy| policy.removed.contains(sid));
                let other_case = own.is_some_and(|policy| {
                    policy
                        .statements
                        .iter()
                        .filter_map(super::world::statement_id)
                        .any(|taken| taken != sid && taken.eq_ignore_ascii_case(sid))
                });
                let elsewhere = function.policies.iter().any(|(target, policy)| {
                    *target != grant.qualifier && policy.last().statement(sid).is_some()
                });
                if removed {
                    rules.push(RuleId::StatementIdReusable);
                }
                if other_case {
                    rules.push(RuleId::StatementIdCaseSensitive);
                }
                if elsewhere {
                    rules.push(RuleId::StatementIdUniquePerPolicy);
                }
            }
        }
        if input.get(Member::Action).is_some_and(|action| action != "lambda:InvokeFunction") {
            rules.push(RuleId::ActionPattern);
        }
        if input.get(Member::Principal).is_some_and(|principal| principal != "s3.amazonaws.com") {
            rules.push(RuleId::PrincipalAccepted);
        }
        for member in Member::optional_in_body() {
            if let Some(value) = input.get(member) {
                let length = value.chars().count();
                rules.extend(match member {
                    Member::SourceArn => Some(RuleId::SourceArnPattern),
                    Member::SourceAccount => Some(RuleId::SourceAccountPattern),
                    Member::PrincipalOrgId if length <= 12 || length >= 34 => {
                        Some(RuleId::PrincipalOrgIdLength)
                    }
                    Member::PrincipalOrgId => Some(RuleId::PrincipalOrgIdPattern),
                    Member::EventSourceToken if length <= 1 || length >= 255 => {
                        Some(RuleId::EventSourceTokenLength)
                    }
                    Member::EventSourceToken => Some(RuleId::EventSourceTokenPattern),
                    Member::FunctionUrlAuthType => Some(RuleId::FunctionUrlAuthTypeEnum),
                    Member::RevisionId => Some(RuleId::RevisionIdCurrentAccepted),
                    _ => None,
                });
            } else if members.get(member.name()) == Some(&Value::Null) {
                rules.push(RuleId::MemberNullOptional);
            }
        }
        self.out.accepts = rules;
    }
}

/// The action that goes with FunctionUrlAuthType.
const URL_ACTION: &str = "lambda:InvokeFunctionUrl";

/// Actions that recordings or the page show accepted.
const KNOWN_ACTIONS: [&str; 5] =
    ["lambda:InvokeFunction", "lambda:GetFunction", URL_ACTION, "lambda:*", "*"];

/// Policies up to this size are accepted for certain: the documented limit less a margin, because
/// what exactly AWS counts is not known.
const LENGTH_OPEN: usize = 18_000;

/// Policies beyond this size are refused for certain.
const LENGTH_CERTAIN: usize = 24_000;

/// The members that become conditions, with operator, key and rule.
const CONDITIONS: [(Member, &str, &str, RuleId); 5] = [
    (Member::SourceArn, "ArnLike", "AWS:SourceArn", RuleId::ConditionSourceArn),
    (Member::SourceAccount, "StringEquals", "AWS:SourceAccount", RuleId::ConditionSourceAccount),
    (Member::PrincipalOrgId, "StringEquals", "aws:PrincipalOrgID", RuleId::ConditionPrincipalOrgId),
    (
        Member::EventSourceToken,
        "StringEquals",
        "lambda:EventSourceToken",
        RuleId::ConditionEventSourceToken,
    ),
    (
        Member::FunctionUrlAuthType,
        "StringEquals",
        "lambda:FunctionUrlAuthType",
        RuleId::ConditionFunctionUrlAuthType,
    ),
];

/// The string members of a body, and the one boolean.
struct Input<'a> {
    strings: Vec<(Member, &'a str)>,
    invoked_via_url: Option<bool>,
}

impl<'a> Input<'a> {
    fn read(members: &'a Map<String, Value>) -> Self {
        Self {
            strings: Member::in_body()
                .filter_map(|member| Some((member, members.get(member.name())?.as_str()?)))
                .filter(|(member, _)| member.kind() != Kind::Boolean)
                .collect(),
            invoked_via_url: members
                .get(Member::InvokedViaFunctionUrl.name())
                .and_then(Value::as_bool),
        }
    }

    fn get(&self, member: Member) -> Option<&'a str> {
        self.strings.iter().find(|(known, _)| *known == member).map(|(_, value)| *value)
    }
}

/// The faults of a target of grants that does not exist.
pub(super) fn missing(world: &World, grant: &Grant) -> Vec<Fault> {
    let named = Some(Member::FunctionName);
    let code = ErrorCode::ResourceNotFoundException;
    let arn = world.arn(&grant.function, grant.qualifier.as_deref());
    let qualifier = grant.qualifier.as_deref();
    let Some(function) = world.functions.get(&grant.function) else {
        let message = match qualifier {
            Some(name) if is_alias_name(name) => format!("Cannot find alias arn: {arn}"),
            _ => format!("Function not found: {arn}"),
        };
        let other_case =
            world.functions.keys().any(|known| known.eq_ignore_ascii_case(&grant.function));
        return vec![if other_case {
            Fault::new(FaultKind::NameCase, named, RuleId::FunctionNameCase, code, message)
                .forced(Force::Advisory)
        } else {
            Fault::new(FaultKind::FunctionNotFound, named, RuleId::ErrorNotFound, code, message)
        }];
    };
    let Some(qualifier) = qualifier.filter(|name| *name != "$LATEST" && !function.has(name)) else {
        return Vec::new();
    };
    let at = Some(Member::Qualifier);
    vec![if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("Function not found: {arn}");
        let fault = Fault::new(
            FaultKind::VersionNotFound,
            at,
            RuleId::QualifierUnknownVersion,
            code,
            message,
        );
        // A version spelled with leading zeros may be read as the number.
        let trimmed = qualifier.trim_start_matches('0');
        if trimmed != qualifier && (trimmed.is_empty() || function.has(trimmed)) {
            fault.forced(Force::Open)
        } else {
            fault
        }
    } else if is_alias_name(qualifier) {
        let message = format!("Cannot find alias arn: {arn}");
        let fault =
            Fault::new(FaultKind::AliasNotFound, at, RuleId::QualifierUnknownAlias, code, message);
        if function.aliases.keys().any(|known| known.eq_ignore_ascii_case(qualifier)) {
            fault.forced(Force::Advisory)
        } else {
            fault
        }
    } else {
        let message = format!("Function not found: {arn}");
        let mut fault = Fault::new(
            FaultKind::QualifierNotFound,
            at,
            RuleId::QualifierUnknownAlias,
            code,
            message,
        );
        if qualifier.to_ascii_uppercase().starts_with("$LATEST") {
            // Near the one qualifier that is refused in another way.
            fault.refusal.statuses = super::fault::Statuses::AnyClient;
            fault.refusal.code_evidence = crate::spec::Evidence::Sibling;
        }
        fault
    }]
}

/// Whether a qualifier could be the name of an alias.
fn is_alias_name(qualifier: &str) -> bool {
    qualifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !qualifier.bytes().all(|byte| byte.is_ascii_digit())
}

/// The size of a policy's text.
fn policy_size(state: &PolicyState) -> usize {
    let statements = &state.last().statements;
    60 + statements.iter().map(|statement| statement.to_string().len() + 1).sum::<usize>()
}

/// AWS's text for members that are missing.
fn missing_message(paths: &[&str]) -> String {
    let parts: Vec<String> = paths
        .iter()
        .map(|path| {
            format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
        })
        .collect();
    parts.join("; ")
}

fn pattern_rule(member: Member) -> RuleId {
    match member {
        Member::FunctionName => RuleId::FunctionNamePattern,
        Member::Qualifier => RuleId::QualifierPattern,
        Member::Action => RuleId::ActionPattern,
        Member::Principal => RuleId::PrincipalPattern,
        Member::SourceAccount => RuleId::SourceAccountPattern,
        Member::SourceArn => RuleId::SourceArnPattern,
        Member::PrincipalOrgId => RuleId::PrincipalOrgIdPattern,
        Member::EventSourceToken => RuleId::EventSourceTokenPattern,
        Member::FunctionUrlAuthType | Member::InvokedViaFunctionUrl | Member::RevisionId => {
            RuleId::FunctionUrlAuthTypeEnum
        }
        Member::StatementId => RuleId::StatementIdPattern,
    }
}

fn length_rule(member: Member) -> RuleId {
    match member {
        Member::FunctionName => RuleId::FunctionNameLength,
        Member::Qualifier => RuleId::QualifierLength,
        Member::StatementId => RuleId::StatementIdLength,
        Member::SourceAccount => RuleId::SourceAccountLength,
        Member::PrincipalOrgId => RuleId::PrincipalOrgIdLength,
        Member::EventSourceToken => RuleId::EventSourceTokenLength,
        other => pattern_rule(other),
    }
}
