//! The members in the body of an AddPermission request.

use serde_json::{Map, Value};

use crate::contract::{Kind, Member};

/// The string members of a body, and the one boolean.
pub(super) struct Input<'a> {
    strings: Vec<(Member, &'a str)>,
    /// InvokedViaFunctionUrl, where it is a boolean.
    pub invoked_via_url: Option<bool>,
}

impl<'a> Input<'a> {
    pub fn read(members: &'a Map<String, Value>) -> Self {
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

    /// The value of a string member.
    pub fn get(&self, member: Member) -> Option<&'a str> {
        self.strings.iter().find(|(known, _)| *known == member).map(|(_, value)| *value)
    }
}
