//! Texts with references to what a target decides.
//!
//! `${account}`, `${region}`, `${partition}`, `${function.a}`, `${version.a.1}`, `${role}` and
//! `${revision.current}` stand for values that are known when a step is sent. `${prefix}` is what
//! the names of the run's functions begin with, `${prefix.64}` the same made up to 64 characters:
//! names of functions that do not exist are made of it, so that they are nobody's. A literal `${`
//! is written `$${`.
//!
//! Of a policy's revisions there are `${revision.current}`, `.stale` and `.foreign`, each earlier
//! one as `${revision.past.0}` and so on, and texts that are nearly the current one:
//! `${revision.current.cut}`, `.half`, `.other-case`, `.other-end` and `.bare` (without hyphens).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text with references.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

/// What references stand for.
pub trait Bindings {
    /// The value of a reference, such as `account` or `function.a`.
    fn value(&self, reference: &str) -> Option<Cow<'_, str>>;
}

impl<F: Fn(&str) -> Option<String>> Bindings for F {
    fn value(&self, reference: &str) -> Option<Cow<'_, str>> {
        self(reference).map(Cow::Owned)
    }
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it is.
    Literal(&'a str),
    /// A reference.
    Reference(&'a str),
}

/// A reference that nothing is known for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing is known for the reference ${{{0}}}")]
pub struct UnknownReference(pub String);

impl Template {
    /// A text without references, with any content.
    pub fn literal(text: &str) -> Self {
        Self(text.replace("${", "$${"))
    }

    /// A single reference.
    pub fn reference(name: &str) -> Self {
        Self(format!("${{{name}}}"))
    }

    /// A text in the grammar of templates.
    pub fn parse(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text in the grammar of templates.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pieces of the template.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        pieces(&self.0)
    }

    /// The text with every reference replaced.
    pub fn resolve(&self, bindings: &dyn Bindings) -> Result<String, UnknownReference> {
        resolve(&self.0, bindings)
    }

    /// The text, where it holds no reference.
    pub fn as_literal(&self) -> Option<String> {
        self.resolve(&|_: &str| None).ok()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if at > 0 && rest.as_bytes()[at - 1] == b'$' {
            // `$${` is a literal `${`: keep what is before, drop one dollar.
            pieces.push(Piece::Literal(&rest[..at - 1]));
            pieces.push(Piece::Literal(&rest[at..at + 2]));
            rest = &rest[at + 2..];
            continue;
        }
        let Some(end) = rest[at..].find('}') else { break };
        pieces.push(Piece::Literal(&rest[..at]));
        pieces.push(Piece::Reference(&rest[at + 2..at + end]));
        rest = &rest[at + end + 1..];
    }
    pieces.push(Piece::Literal(rest));
    pieces.retain(|piece| *piece != Piece::Literal(""));
    pieces
}

fn resolve(text: &str, bindings: &dyn Bindings) -> Result<String, UnknownReference> {
    if !text.contains("${") {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Reference(name) => {
                let value =
                    bindings.value(name).ok_or_else(|| UnknownReference(name.to_owned()))?;
                out.push_str(&value);
            }
        }
    }
    Ok(out)
}

/// A JSON value with the references in its strings replaced.
pub fn resolve_value(value: &Value, bindings: &dyn Bindings) -> Result<Value, UnknownReference> {
    Ok(match value {
        Value::String(text) => Value::String(resolve(text, bindings)?),
        Value::Array(items) => Value::Array(
            items.iter().map(|item| resolve_value(item, bindings)).collect::<Result<_, _>>()?,
        ),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| Ok((name.clone(), resolve_value(member, bindings)?)))
                .collect::<Result<_, UnknownReference>>()?,
        ),
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(name: &str) -> Option<String> {
        (name == "account").then(|| "123456789012".to_owned())
    }

    #[test]
    fn references_are_replaced_and_dollars_are_not() {
        let text = Template::parse("${account}:function:x:$LATEST$${account}");
        assert_eq!(text.resolve(&known).unwrap(), "123456789012:function:x:$LATEST${account}");
        assert_eq!(
            Template::reference("nope").resolve(&known),
            Err(UnknownReference("nope".into()))
        );
    }

    proptest! {
        #[test]
        fn every_literal_survives(text in "[$a{}é]{0,12}") {
            prop_assert_eq!(Template::literal(&text).resolve(&known).unwrap(), text);
        }
    }
}
