//! The members of `AddPermission`: where they travel and what they may hold, edition by edition.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One input of `AddPermission`, under AWS's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// The function, by name, partial ARN or ARN, with or without a qualifier as suffix.
    FunctionName,
    /// A version number or alias.
    Qualifier,
    /// What the principal may do.
    Action,
    /// A token that an Alexa Smart Home invoker must supply.
    EventSourceToken,
    /// The authentication type of the function URL that the grant is for.
    FunctionUrlAuthType,
    /// Whether the grant holds only for calls through the function URL (not on the first API page).
    InvokedViaFunctionUrl,
    /// Who may do it.
    Principal,
    /// The AWS organization that the principal must belong to.
    PrincipalOrgId,
    /// The policy revision that the caller believes to be current.
    RevisionId,
    /// The account that must own the source.
    SourceAccount,
    /// The ARN of the resource that invokes the function.
    SourceArn,
    /// The identifier of the statement within its policy.
    StatementId,
}

/// Where a member travels in the HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A label of the path, percent-encoded.
    Path,
    /// A parameter of the query, percent-encoded.
    Query,
    /// A member of the JSON object in the body.
    Body,
}

/// The JSON type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A string.
    String,
    /// A string out of a closed set.
    Enum,
    /// A boolean.
    Boolean,
}

/// An edition of the specification. The documents differ, and targets follow any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Edition {
    /// The API reference page that the suite began with.
    #[serde(rename = "page")]
    Page,
    /// The API reference page of September 2026.
    #[serde(rename = "page-2026-09")]
    Page202609,
    /// AWS's current service model, as botocore publishes it.
    #[serde(rename = "current")]
    Current,
}

impl Edition {
    /// Every edition, the newest last.
    pub const ALL: [Self; 3] = [Self::Page, Self::Page202609, Self::Current];

    /// The words for it in a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Page => "the API page",
            Self::Page202609 => "the API page of September 2026",
            Self::Current => "the current model",
        }
    }
}

/// Which edition a run judges by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EditionChoice {
    /// The API page that the suite began with, alone.
    #[serde(rename = "page")]
    Page,
    /// The API page of September 2026 alone.
    #[serde(rename = "page-2026-09")]
    Page202609,
    /// AWS's current service model alone.
    #[serde(rename = "current")]
    Current,
    /// All of them: where they differ, either outcome is admitted.
    #[default]
    #[serde(rename = "either")]
    Either,
}

impl EditionChoice {
    /// The editions that a request is held against.
    pub fn editions(self) -> &'static [Edition] {
        match self {
            Self::Page => &[Edition::Page],
            Self::Page202609 => &[Edition::Page202609],
            Self::Current => &[Edition::Current],
            Self::Either => &Edition::ALL,
        }
    }

    /// The words for it in a report.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Page => Edition::Page.words(),
            Self::Page202609 => Edition::Page202609.words(),
            Self::Current => Edition::Current.words(),
            Self::Either => "any edition",
        }
    }
}

/// What one edition says a member's value must satisfy.
///
/// Lengths count Unicode scalar values; the pattern is spelled as the document spells it and
/// read by [`super::dialect`] as a whole match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    /// The least length, where one is given.
    pub min: Option<usize>,
    /// The greatest length, where one is given.
    pub max: Option<usize>,
    /// The pattern, where one is given.
    pub pattern: Option<&'static str>,
    /// The closed set of values; empty when any value will do.
    pub values: &'static [&'static str],
}

pub(super) const fn bounds(
    min: Option<usize>,
    max: Option<usize>,
    pattern: Option<&'static str>,
) -> Constraint {
    Constraint { min, max, pattern, values: &[] }
}

const NAME_PAGE: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?";
/// As the current model has it, without the regions of `eusc`.
const NAME_PAGE_2026_09: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const NAME_CURRENT: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const ARN_PAGE: &str =
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)";
const ARN_CURRENT: &str = r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)";
const ACTION: &str = r"(lambda:[*]|lambda:[a-zA-Z]+|[*])";

impl Member {
    /// Every member, in the order of the first API page, the one that it lacks last.
    pub const ALL: [Self; 12] = [
        Self::FunctionName,
        Self::Qualifier,
        Self::Action,
        Self::EventSourceToken,
        Self::FunctionUrlAuthType,
        Self::Principal,
        Self::PrincipalOrgId,
        Self::RevisionId,
        Self::SourceAccount,
        Self::SourceArn,
        Self::StatementId,
        Self::InvokedViaFunctionUrl,
    ];

    /// AWS's own name of the member, as it is in path, query or body.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FunctionName => "FunctionName",
            Self::Qualifier => "Qualifier",
            Self::Action => "Action",
            Self::EventSourceToken => "EventSourceToken",
            Self::FunctionUrlAuthType => "FunctionUrlAuthType",
            Self::InvokedViaFunctionUrl => "InvokedViaFunctionUrl",
            Self::Principal => "Principal",
            Self::PrincipalOrgId => "PrincipalOrgID",
            Self::RevisionId => "RevisionId",
            Self::SourceAccount => "SourceAccount",
            Self::SourceArn => "SourceArn",
            Self::StatementId => "StatementId",
        }
    }

    /// The member of that name, compared exactly.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|member| member.name() == name)
    }

    /// The name that AWS's validation messages use: the first letter in lower case.
    pub fn error_path(self) -> String {
        let name = self.name();
        name[..1].to_lowercase() + &name[1..]
    }

    /// Where the member travels.
    pub const fn place(self) -> Place {
        match self {
            Self::FunctionName => Place::Path,
            Self::Qualifier => Place::Query,
            _ => Place::Body,
        }
    }

    /// The JSON type of the member.
    pub const fn kind(self) -> Kind {
        match self {
            Self::FunctionUrlAuthType => Kind::Enum,
            Self::InvokedViaFunctionUrl => Kind::Boolean,
            _ => Kind::String,
        }
    }

    /// Whether a request without it is refused.
    pub const fn required(self) -> bool {
        matches!(self, Self::FunctionName | Self::StatementId | Self::Action | Self::Principal)
    }

    /// The members that travel in the body.
    pub fn in_body() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|member| member.place() == Place::Body)
    }

    /// The optional members that travel in the body.
    pub fn optional_in_body() -> impl Iterator<Item = Self> {
        Self::in_body().filter(|member| !member.required())
    }

    /// What `edition` says of the member's value, or `None` where the edition lacks the member.
    pub const fn constraint(self, edition: Edition) -> Option<Constraint> {
        use Edition::{Current, Page, Page202609};
        Some(match (self, edition) {
            (Self::FunctionName, Page) => bounds(Some(1), Some(140), Some(NAME_PAGE)),
            (Self::FunctionName, Page202609) => bounds(Some(1), Some(256), Some(NAME_PAGE_2026_09)),
            (Self::FunctionName, Current) => bounds(Some(1), Some(256), Some(NAME_CURRENT)),
            (Self::Qualifier, Page) => bounds(Some(1), Some(128), Some(r"(|[a-zA-Z0-9$_-]+)")),
            (Self::Qualifier, Page202609 | Current) => {
                bounds(Some(1), Some(128), Some(r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"))
            }
            (Self::Action, Page | Page202609) => bounds(None, None, Some(ACTION)),
            (Self::Action, Current) => bounds(Some(0), Some(10_000), Some(ACTION)),
            (Self::EventSourceToken, _) => bounds(Some(0), Some(256), Some(r"[a-zA-Z0-9._\-]+")),
            (Self::FunctionUrlAuthType, _) => {
                Constraint { min: None, max: None, pattern: None, values: &["NONE", "AWS_IAM"] }
            }
            (Self::InvokedViaFunctionUrl, Page) => return None,
            (Self::InvokedViaFunctionUrl, Page202609 | Current) | (Self::RevisionId, _) => {
                bounds(None, None, None)
            }
            (Self::Principal, Page | Page202609) => bounds(None, None, Some(r"[^\s]+")),
            (Self::Principal, Current) => bounds(Some(0), Some(2048), Some(r"[^\s]+")),
            (Self::PrincipalOrgId, Page | Page202609) => {
                bounds(Some(12), Some(34), Some(r"^o-[a-z0-9]{10,32}$"))
            }
            (Self::PrincipalOrgId, Current) => {
                bounds(Some(12), Some(34), Some(r"o-[a-z0-9]{10,32}"))
            }
            (Self::SourceAccount, Page | Page202609) => bounds(None, Some(12), Some(r"\d{12}")),
            (Self::SourceAccount, Current) => bounds(Some(0), Some(12), Some(r"\d{12}")),
            (Self::SourceArn, Page | Page202609) => bounds(None, None, Some(ARN_PAGE)),
            (Self::SourceArn, Current) => bounds(Some(0), Some(10_000), Some(ARN_CURRENT)),
            (Self::StatementId, _) => bounds(Some(1), Some(100), Some(r"([a-zA-Z0-9-_]+)")),
        })
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Member {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("no member of AddPermission: {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_the_member_they_name() {
        for member in Member::ALL {
            assert_eq!(Member::from_name(member.name()), Some(member));
        }
    }

    #[test]
    fn only_the_first_page_lacks_invoked_via_function_url() {
        assert!(Member::InvokedViaFunctionUrl.constraint(Edition::Page).is_none());
        for member in Member::ALL {
            assert!(member.constraint(Edition::Page202609).is_some(), "{member}");
            assert!(member.constraint(Edition::Current).is_some(), "{member}");
        }
    }

    #[test]
    fn editions_have_the_names_that_results_and_arguments_use() {
        for (edition, name) in [
            (EditionChoice::Page, "page"),
            (EditionChoice::Page202609, "page-2026-09"),
            (EditionChoice::Current, "current"),
            (EditionChoice::Either, "either"),
        ] {
            assert_eq!(serde_json::to_value(edition).unwrap(), name);
        }
    }
}
