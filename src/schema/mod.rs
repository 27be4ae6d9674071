//! The JSON Schemas (draft 2020-12) of what permspec reads and writes: interfaces.
//!
//! Out goes a [`Schema`]'s [`text`](Schema::text), whole in itself: what several of them share is
//! written once, in the file of the schema that it belongs to, and put together here.

use serde_json::{Map, Value, json};

use crate::report::FORMATS;

/// One schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// The result of a run, as `--json` writes it.
    Results,
    /// A scenario file.
    Corpus,
    /// A known-failure file, as the JSON that its TOML amounts to.
    Baseline,
    /// One event of a stream, as `--events` writes it: a line each.
    Events,
    /// A golden file, as `permspec record` writes it.
    Golden,
    /// What several implementations answer differently, as `permspec diff --json` writes it.
    Diff,
    /// The file of settings, as the JSON that its TOML amounts to.
    Config,
}

impl Schema {
    /// Every schema.
    pub const ALL: [Self; 7] = [
        Self::Results,
        Self::Corpus,
        Self::Golden,
        Self::Diff,
        Self::Baseline,
        Self::Events,
        Self::Config,
    ];

    /// The name, as `permspec schema` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Corpus => "corpus",
            Self::Golden => "golden",
            Self::Diff => "diff",
            Self::Baseline => "baseline",
            Self::Events => "events",
            Self::Config => "config",
        }
    }

    const fn own(self) -> &'static str {
        match self {
            Self::Results => include_str!("results.json"),
            Self::Corpus => include_str!("corpus.json"),
            Self::Golden => include_str!("golden.json"),
            Self::Diff => include_str!("diff.json"),
            Self::Baseline => include_str!("baseline.json"),
            Self::Events => include_str!("events.json"),
            Self::Config => include_str!("config.json"),
        }
    }

    /// The schemas whose definitions this one uses.
    const fn uses(self) -> &'static [Self] {
        match self {
            Self::Results | Self::Golden => &[Self::Corpus],
            Self::Events | Self::Diff => &[Self::Results, Self::Corpus],
            Self::Corpus | Self::Baseline | Self::Config => &[],
        }
    }

    /// The schema, with every definition that it uses.
    pub fn value(self) -> Value {
        let mut schema = self.parsed();
        for used in self.uses() {
            let mut other = used.parsed();
            let Some(Value::Object(definitions)) = other.get_mut("$defs").map(Value::take) else {
                continue;
            };
            let own = schema.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
            if let Some(own) = own.as_object_mut() {
                own.extend(definitions);
            }
            // The other schema as a whole, under its name, without what only a root has.
            if *used == Self::Results {
                other.shift_remove("$schema");
                other.shift_remove("$id");
                other.shift_remove("$defs");
                if let Some(own) = own.as_object_mut() {
                    own.insert("runResult".into(), Value::Object(other));
                }
            }
        }
        let mut schema = Value::Object(schema);
        if self == Self::Config
            && let Some(Value::Object(settings)) = schema.pointer_mut("/$defs/settings/properties")
        {
            for format in FORMATS {
                let about = "A file, relative to this one; - is stdout.";
                let property = json!({"description": about, "type": "string"});
                settings.insert(format.name.to_owned(), property);
            }
        }
        schema
    }

    /// The schema as text.
    pub fn text(self) -> String {
        format!("{:#}\n", self.value())
    }

    /// # Panics
    ///
    /// Never: the file is ours, and a test reads each.
    fn parsed(self) -> Map<String, Value> {
        serde_json::from_str(self.own()).expect("the schemas that ship are JSON objects")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference in a value.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.push(reference.clone());
                }
                for member in members.values() {
                    references(member, found);
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    references(element, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_reference_in_a_schema_leads_somewhere() {
        for schema in Schema::ALL {
            let value = schema.value();
            let mut found = Vec::new();
            references(&value, &mut found);
            for reference in found {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(value.pointer(pointer).is_some(), "{}: {reference}", schema.name());
            }
        }
    }

    #[test]
    fn every_schema_says_which_draft_it_is_in_and_what_it_is() {
        for schema in Schema::ALL {
            let value = schema.value();
            assert_eq!(value["$schema"], "https://json-schema.org/draft/2020-12/schema");
            let id = value["$id"].as_str().unwrap();
            assert!(id.ends_with(&format!("/{}-1.json", schema.name())), "{id}");
            assert!(value["title"].is_string());
        }
    }
}
