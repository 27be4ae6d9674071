//! The one type that is generated, run, judged, shrunk, stored, replayed and reported.
//!
//! A [`Scenario`] consists of a fixture (what must exist) and steps (what is sent). Its strings are
//! [`Template`]s, because the target chooses the account, the region and the revisions. Its JSON
//! form is the corpus format, an interface ([`mod@file`]). [`encode`] turns an operation into
//! bytes, which are all that the model sees.

pub mod encode;
pub mod file;
pub mod spelling;
pub mod template;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use file::CorpusFile;
pub use spelling::{Escapes, Spelling};
pub use template::{Bindings, Template};

/// A fixture and steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What must exist before the first step.
    #[serde(default)]
    pub fixture: Fixture,
    /// What is sent, in order.
    pub steps: Vec<Step>,
}

/// The functions that a scenario needs; each starts without any policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The functions.
    pub functions: Vec<FunctionFixture>,
}

/// One function of a fixture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionFixture {
    /// The key by which `${function.KEY}` names it. It ends the function's name, so that keys
    /// that differ in case make names that differ in case.
    pub key: String,
    /// How many versions are published.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub versions: u32,
    /// The aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AliasFixture>,
    /// How many characters its name has; as many as it takes where this is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub name_length: u32,
}

/// One alias of a fixture's function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasFixture {
    /// The alias's name, a template: it may be that of a function.
    pub name: String,
    /// What it points at: `$LATEST`, or `1` for the first published version.
    pub version: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One operation, or several at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// Operations that are released together, each on a connection of its own.
    Together {
        /// The operations.
        together: Vec<Operation>,
    },
    /// One operation.
    One(Operation),
}

/// One operation, under AWS's own name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// The operation that this suite is about.
    AddPermission(AddPermission),
    /// Reads the policy of one target of grants.
    GetPolicy(GetPolicy),
    /// Removes one statement.
    RemovePermission(RemovePermission),
    /// Publishes a version (the code is changed first, or nothing would be published).
    PublishVersion(OnFunction),
    /// Makes an alias.
    CreateAlias(AliasChange),
    /// Points an alias at another version.
    UpdateAlias(AliasChange),
    /// Removes an alias.
    DeleteAlias(OnAlias),
    /// Makes a function of the fixture anew, after it was deleted.
    CreateFunction(OnFunction),
    /// Deletes a function.
    DeleteFunction(OnFunction),
}

/// The input of AddPermission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddPermission {
    /// The path label.
    pub function_name: Template,
    /// The query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Template>,
    /// The body.
    #[serde(flatten)]
    pub body: Body,
    /// How the request is written.
    #[serde(default, skip_serializing_if = "Spelling::is_plain")]
    pub spelling: Spelling,
}

/// The body of an AddPermission request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Body {
    /// A JSON object; strings in it are templates.
    Members(Map<String, Value>),
    /// Bytes, as base64.
    Raw(#[serde(with = "base64_bytes")] Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Members(Map::new())
    }
}

/// The input of GetPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetPolicy {
    /// The path label.
    pub function_name: Template,
    /// The query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Template>,
    /// How the request is written.
    #[serde(default, skip_serializing_if = "Spelling::is_plain")]
    pub spelling: Spelling,
}

/// The input of RemovePermission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RemovePermission {
    /// The first path label.
    pub function_name: Template,
    /// A query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Template>,
    /// The second path label.
    pub statement_id: Template,
    /// A query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<Template>,
    /// How the request is written.
    #[serde(default, skip_serializing_if = "Spelling::is_plain")]
    pub spelling: Spelling,
}

/// An operation on a function of the fixture.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OnFunction {
    /// The function's key in the fixture.
    pub function: String,
}

/// An operation on an alias of a function of the fixture.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OnAlias {
    /// The function's key in the fixture.
    pub function: String,
    /// The alias.
    pub name: String,
}

/// Making or moving an alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AliasChange {
    /// The function's key in the fixture.
    pub function: String,
    /// The alias.
    pub name: String,
    /// What it shall point at: `$LATEST`, or `1` for the first published version.
    pub version: String,
}

impl Scenario {
    /// A scenario of one AddPermission on a fixture.
    pub fn single(fixture: Fixture, request: AddPermission) -> Self {
        Self { fixture, steps: vec![Step::One(Operation::AddPermission(request))] }
    }

    /// Every operation, in order, those of a step of several in the order in which they stand.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.steps.iter().flat_map(Step::operations)
    }

    /// Whether any step sends several operations at once.
    pub fn has_race(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Together { .. }))
    }

    /// How large the scenario is, for telling which of two is the smaller counterexample: steps
    /// weigh most, then members, then characters.
    pub fn size(&self) -> usize {
        let fixture: usize = self
            .fixture
            .functions
            .iter()
            .map(|f| 20 + 20 * f.versions as usize + 20 * f.aliases.len())
            .sum();
        fixture + self.operations().map(|operation| 400 + operation.size()).sum::<usize>()
    }
}

impl Step {
    /// The operations of the step.
    pub fn operations(&self) -> &[Operation] {
        match self {
            Self::Together { together } => together,
            Self::One(operation) => std::slice::from_ref(operation),
        }
    }
}

impl Operation {
    /// How the request is written, where it is one on a policy.
    pub fn spelling(&self) -> Spelling {
        match self {
            Self::AddPermission(add) => add.spelling,
            Self::GetPolicy(get) => get.spelling,
            Self::RemovePermission(remove) => remove.spelling,
            _ => Spelling::default(),
        }
    }

    /// Writes the request in another way, where it is one on a policy.
    pub fn spell(&mut self, spelling: Spelling) {
        match self {
            Self::AddPermission(add) => add.spelling = spelling,
            Self::GetPolicy(get) => get.spelling = spelling,
            Self::RemovePermission(remove) => remove.spelling = spelling,
            _ => {}
        }
    }

    /// AWS's name of the operation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddPermission(_) => "AddPermission",
            Self::GetPolicy(_) => "GetPolicy",
            Self::RemovePermission(_) => "RemovePermission",
            Self::PublishVersion(_) => "PublishVersion",
            Self::CreateAlias(_) => "CreateAlias",
            Self::UpdateAlias(_) => "UpdateAlias",
            Self::DeleteAlias(_) => "DeleteAlias",
            Self::CreateFunction(_) => "CreateFunction",
            Self::DeleteFunction(_) => "DeleteFunction",
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::AddPermission(add) => {
                let body = match &add.body {
                    Body::Members(members) => members
                        .iter()
                        .map(|(_, value)| {
                            40 + value.as_str().map_or(8, |text| text.chars().count())
                        })
                        .sum(),
                    // Bytes are harder to read than members.
                    Body::Raw(bytes) => 400 + bytes.len(),
                };
                let qualifier = add.qualifier.as_ref().map_or(0, |q| 40 + q.as_str().len());
                add.function_name.as_str().len() + qualifier + body
            }
            Self::GetPolicy(get) => get.qualifier.as_ref().map_or(0, |q| 40 + q.as_str().len()),
            Self::RemovePermission(remove) => {
                remove.qualifier.as_ref().map_or(0, |q| 40 + q.as_str().len())
                    + remove.revision_id.as_ref().map_or(0, |_| 40)
            }
            _ => 0,
        }
    }
}

impl AddPermission {
    /// The members of the body, where the body is an object.
    pub fn members(&self) -> Option<&Map<String, Value>> {
        match &self.body {
            Body::Members(members) => Some(members),
            Body::Raw(_) => None,
        }
    }

    /// The members of the body, to change them.
    pub fn members_mut(&mut self) -> Option<&mut Map<String, Value>> {
        match &mut self.body {
            Body::Members(members) => Some(members),
            Body::Raw(_) => None,
        }
    }
}

impl Fixture {
    /// One function, `a`, without versions or aliases.
    pub fn plain() -> Self {
        Self { functions: vec![FunctionFixture { key: "a".into(), ..FunctionFixture::default() }] }
    }

    /// One function, `a`, with two versions, the alias `live` on the first and the alias `edge`
    /// on `$LATEST`.
    pub fn versioned() -> Self {
        Self { functions: vec![FunctionFixture::versioned("a")] }
    }
}

impl FunctionFixture {
    /// A function with two versions, the alias `live` on the first and `edge` on `$LATEST`.
    pub fn versioned(key: &str) -> Self {
        Self {
            key: key.into(),
            name_length: 0,
            versions: 2,
            aliases: vec![
                AliasFixture { name: "live".into(), version: "1".into() },
                AliasFixture { name: "edge".into(), version: "$LATEST".into() },
            ],
        }
    }
}

mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scenario_reads_back_as_it_was_written() {
        let scenario = Scenario {
            fixture: Fixture::versioned(),
            steps: vec![
                Step::One(Operation::AddPermission(AddPermission {
                    function_name: Template::reference("function.a"),
                    qualifier: Some(Template::literal("$LATEST")),
                    body: Body::Members(json!({"StatementId": null}).as_object().unwrap().clone()),
                    spelling: Spelling { chunked: true, ..Spelling::default() },
                })),
                Step::Together {
                    together: vec![Operation::AddPermission(AddPermission {
                        function_name: Template::literal("x"),
                        qualifier: None,
                        body: Body::Raw(vec![0, 255]),
                        spelling: Spelling::default(),
                    })],
                },
            ],
        };
        let text = serde_json::to_string(&scenario).unwrap();
        assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), scenario, "{text}");
    }
}
