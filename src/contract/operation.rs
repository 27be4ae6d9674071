//! The operations on a function's policy: one row each says how a request is made and which
//! resource it is on.
//!
//! The comparison with AWS's published models reads these rows. Scenarios still hold a type for
//! each of the three operations of 2015.

use super::member::{Constraint, Edition, Kind, Member, Place, bounds};

/// An operation on a function's policy, under AWS's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationId {
    /// Adds a statement to the policy.
    AddPermission,
    /// Reads the policy.
    GetPolicy,
    /// Removes one statement from the policy.
    RemovePermission,
    /// Replaces the whole policy (since 2026-07).
    PutResourcePolicy,
    /// Reads the policy by the resource's ARN (since 2026-07).
    GetResourcePolicy,
    /// Deletes the whole policy (since 2026-07).
    DeleteResourcePolicy,
}

/// What a caller needs to know to make a request, and a reader to tell what it is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OperationRow {
    /// The operation.
    pub id: OperationId,
    /// AWS's name of it.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with labels in braces.
    pub path: &'static str,
    /// The members of the input, in the order in which scenarios are written.
    pub inputs: &'static [Input],
    /// The status of a success.
    pub success: u16,
    /// Which members name the resource.
    pub resource: ResourceInputs,
    /// What a success does to the policy.
    pub effect: Effect,
}

/// One member of an operation's input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    /// AWS's name of the member.
    pub name: &'static str,
    /// Where it travels.
    pub place: Place,
    /// Its JSON type.
    pub kind: Kind,
    /// Whether a request without it is refused.
    pub required: bool,
    constraint: Constrained,
}

/// Where the constraint of an input is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Constrained {
    /// With the member of AddPermission, edition by edition.
    AsMember(Member),
    /// Here: every edition that knows the operation agrees.
    As(Constraint),
}

/// The members that name the resource of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceInputs {
    /// A function in any of its forms, and a version or alias of it.
    Function {
        /// The member that names the function.
        name: &'static str,
        /// The member that names the version or alias.
        qualifier: &'static str,
    },
    /// The complete ARN of a function, version or alias.
    Arn(&'static str),
}

impl ResourceInputs {
    /// The member that names the function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Function { name, .. } | Self::Arn(name) => name,
        }
    }

    /// The member that names the version or alias, where the operation has one.
    pub const fn qualifier(self) -> Option<&'static str> {
        match self {
            Self::Function { qualifier, .. } => Some(qualifier),
            Self::Arn(_) => None,
        }
    }
}

/// What a success does to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It leaves the policy alone.
    Read,
    /// It adds a statement.
    Add,
    /// It removes a statement, or all of them.
    Remove,
    /// It replaces every statement.
    Replace,
}

impl Input {
    /// A member of AddPermission, at its own place.
    const fn of(member: Member) -> Self {
        Self::at(member, member.place(), member.required())
    }

    /// A member of AddPermission that another operation takes elsewhere.
    const fn at(member: Member, place: Place, required: bool) -> Self {
        let (name, kind) = (member.name(), member.kind());
        Self { name, place, kind, required, constraint: Constrained::AsMember(member) }
    }

    /// A string that AddPermission does not take.
    const fn own(name: &'static str, place: Place, required: bool, constraint: Constraint) -> Self {
        let constraint = Constrained::As(constraint);
        Self { name, place, kind: Kind::String, required, constraint }
    }

    /// What an edition says of the value, or `None` if the edition lacks the member.
    pub fn constraint(&self, edition: Edition) -> Option<Constraint> {
        match self.constraint {
            Constrained::AsMember(member) => member.constraint(edition),
            Constrained::As(constraint) => Some(constraint),
        }
    }
}

/// The path of a function's policy in the API of 2015.
const POLICY: &str = "/2015-03-31/functions/{FunctionName}/policy";
/// The path of a resource's policy in the API of 2026.
const RESOURCE_POLICY: &str = "/2026-07-09/resource-policy/{ResourceArn}";

const BY_NAME: ResourceInputs =
    ResourceInputs::Function { name: "FunctionName", qualifier: "Qualifier" };
const BY_ARN: ResourceInputs = ResourceInputs::Arn("ResourceArn");

/// API_PutResourcePolicy, URI Request Parameters.
const RESOURCE_ARN: Input = Input::own(
    "ResourceArn",
    Place::Path,
    true,
    bounds(
        Some(0),
        Some(256),
        Some(
            r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:function:[a-zA-Z0-9-_]+(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_])+)?",
        ),
    ),
);

/// API_DeleteResourcePolicy: the revision of a policy, which these operations spell out.
const fn revision_id(place: Place) -> Input {
    let pattern = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    Input::own("RevisionId", place, false, bounds(Some(36), Some(36), Some(pattern)))
}

/// Every operation.
pub const OPERATIONS: &[OperationRow] = &[
    OperationRow {
        id: OperationId::AddPermission,
        name: "AddPermission",
        method: "POST",
        path: POLICY,
        inputs: &[
            Input::of(Member::FunctionName),
            Input::of(Member::Qualifier),
            Input::of(Member::Action),
            Input::of(Member::EventSourceToken),
            Input::of(Member::FunctionUrlAuthType),
            Input::of(Member::Principal),
            Input::of(Member::PrincipalOrgId),
            Input::of(Member::RevisionId),
            Input::of(Member::SourceAccount),
            Input::of(Member::SourceArn),
            Input::of(Member::StatementId),
            Input::of(Member::InvokedViaFunctionUrl),
        ],
        success: 201,
        resource: BY_NAME,
        effect: Effect::Add,
    },
    OperationRow {
        id: OperationId::GetPolicy,
        name: "GetPolicy",
        method: "GET",
        path: POLICY,
        inputs: &[Input::of(Member::FunctionName), Input::of(Member::Qualifier)],
        success: 200,
        resource: BY_NAME,
        effect: Effect::Read,
    },
    OperationRow {
        id: OperationId::RemovePermission,
        name: "RemovePermission",
        method: "DELETE",
        path: "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        inputs: &[
            Input::of(Member::FunctionName),
            Input::of(Member::Qualifier),
            Input::own(
                "StatementId",
                Place::Path,
                true,
                // Unlike AddPermission's, it may hold a dot.
                bounds(Some(1), Some(100), Some(r"([a-zA-Z0-9-_.]+)")),
            ),
            Input::at(Member::RevisionId, Place::Query, false),
        ],
        success: 204,
        resource: BY_NAME,
        effect: Effect::Remove,
    },
    OperationRow {
        id: OperationId::PutResourcePolicy,
        name: "PutResourcePolicy",
        method: "PUT",
        path: RESOURCE_POLICY,
        inputs: &[
            RESOURCE_ARN,
            Input::own(
                "Policy",
                Place::Body,
                true,
                bounds(Some(1), Some(20_480), Some(r"[\s\S]+")),
            ),
            revision_id(Place::Body),
        ],
        success: 200,
        resource: BY_ARN,
        effect: Effect::Replace,
    },
    OperationRow {
        id: OperationId::GetResourcePolicy,
        name: "GetResourcePolicy",
        method: "GET",
        path: RESOURCE_POLICY,
        inputs: &[RESOURCE_ARN],
        success: 200,
        resource: BY_ARN,
        effect: Effect::Read,
    },
    OperationRow {
        id: OperationId::DeleteResourcePolicy,
        name: "DeleteResourcePolicy",
        method: "DELETE",
        path: RESOURCE_POLICY,
        inputs: &[RESOURCE_ARN, revision_id(Place::Query)],
        success: 204,
        resource: BY_ARN,
        effect: Effect::Remove,
    },
];

impl OperationId {
    /// Every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        OPERATIONS.iter().map(|row| row.id)
    }

    /// The row that describes the operation.
    pub const fn row(self) -> &'static OperationRow {
        &OPERATIONS[self as usize]
    }

    /// AWS's name of the operation.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The operation of that name, compared exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        OPERATIONS.iter().find(|row| row.name == name).map(|row| row.id)
    }
}

impl OperationRow {
    /// The member of that name.
    pub fn input(&self, name: &str) -> Option<&'static Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    /// Whether the operation takes a JSON body.
    pub fn has_body(&self) -> bool {
        self.inputs.iter().any(|input| input.place == Place::Body)
    }

    /// Whether a success changes the policy.
    pub fn is_write(&self) -> bool {
        self.effect != Effect::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_at_its_own_number_and_is_found_by_its_name() {
        for (at, row) in OPERATIONS.iter().enumerate() {
            assert_eq!(row.id as usize, at, "{}", row.name);
            assert_eq!(row.id.row().name, row.name);
            assert_eq!(OperationId::from_name(row.name), Some(row.id));
        }
    }

    #[test]
    fn the_labels_of_a_path_are_its_members_in_the_path() {
        for row in OPERATIONS {
            let labels: Vec<&str> =
                row.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
            let members: Vec<&str> = row
                .inputs
                .iter()
                .filter(|input| input.place == Place::Path)
                .map(|input| input.name)
                .collect();
            assert_eq!(labels, members, "{}", row.name);
            assert!(row.input(row.resource.name()).is_some_and(|input| input.required));
        }
    }

    #[test]
    fn the_members_of_add_permission_are_those_of_its_row() {
        let row = OperationId::AddPermission.row();
        let names: Vec<&str> = row.inputs.iter().map(|input| input.name).collect();
        assert_eq!(names, Member::ALL.map(Member::name));
        for member in Member::ALL {
            let input = row.input(member.name()).unwrap();
            for edition in [Edition::Page, Edition::Current] {
                assert_eq!(input.constraint(edition), member.constraint(edition), "{member}");
            }
        }
    }
}
