//! Expected statements, and their comparison with actual ones.

use serde_json::{Map, Value, json};

use crate::contract::{Evidence, EvidenceFloor, Member, RuleId};

/// The expected statement of a successful AddPermission.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementShape {
    /// The StatementId as sent; `None` where the request held none that could be read.
    pub sid: Option<String>,
    /// The Action as sent.
    pub action: Option<String>,
    /// The Resource.
    pub resource: String,
    /// Whether the resource is scored; the form of the name may leave it open.
    pub resource_rule: RuleId,
    /// The expected Principal, and its rule; `None` if nothing is known about it.
    pub principal: Option<(Value, RuleId)>,
    /// The Principal as the reference server renders it.
    pub principal_rendered: Value,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// Body members that are not inputs of AddPermission.
    pub unknown_members: Vec<String>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operator, as AWS writes it.
    pub operator: &'static str,
    /// Another operator that is admitted at documented evidence.
    pub documented_operator: Option<&'static str>,
    /// The key, as AWS writes it.
    pub key: &'static str,
    /// The value.
    pub value: String,
    /// The rule.
    pub rule: RuleId,
    /// Whether the condition may be missing: only one edition knows the member.
    pub optional: bool,
}

/// One way in which a statement differs from what it must look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The rule that is broken.
    pub rule: RuleId,
    /// Where, such as `Principal.AWS`.
    pub path: String,
    /// The expected value there; null for nothing.
    pub expected: Value,
    /// The value there; null for nothing.
    pub actual: Value,
}

/// The members that a statement may have.
const KNOWN: [&str; 6] = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

impl StatementShape {
    /// The statement as AWS renders it, keys in AWS's order.
    pub fn render(&self) -> Value {
        let mut statement = Map::new();
        let text = |text: &Option<String>| json!(text.as_deref().unwrap_or_default());
        statement.insert("Sid".into(), text(&self.sid));
        statement.insert("Effect".into(), json!("Allow"));
        statement.insert("Principal".into(), self.principal_rendered.clone());
        statement.insert("Action".into(), text(&self.action));
        statement.insert("Resource".into(), json!(self.resource));
        if !self.conditions.is_empty() {
            statement.insert("Condition".into(), self.render_conditions());
        }
        Value::Object(statement)
    }

    /// The conditions, operators and keys in the order that recordings since 2023 show.
    fn render_conditions(&self) -> Value {
        let mut operators = Map::new();
        for operator in ["StringEquals", "StringLike", "Bool", "ArnLike"] {
            let mut keys = Map::new();
            for key in [
                "lambda:EventSourceToken",
                "AWS:SourceAccount",
                "lambda:FunctionUrlAuthType",
                "aws:PrincipalOrgID",
                "lambda:InvokedViaFunctionUrl",
                "AWS:SourceArn",
            ] {
                let wanted =
                    |condition: &&Condition| condition.operator == operator && condition.key == key;
                if let Some(condition) = self.conditions.iter().find(wanted) {
                    keys.insert(key.into(), json!(condition.value));
                }
            }
            if !keys.is_empty() {
                operators.insert(operator.into(), Value::Object(keys));
            }
        }
        Value::Object(operators)
    }

    /// How `actual` differs; empty where it is as it must be.
    pub fn compare(&self, actual: &Map<String, Value>, floor: EvidenceFloor) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let mut note = |rule, path: &str, expected: Value, actual: Value| {
            mismatches.push(Mismatch { rule, path: path.to_owned(), expected, actual });
        };
        let found = |name: &str| actual.get(name).cloned().unwrap_or(Value::Null);
        for (name, rule, expected) in [
            ("Sid", RuleId::StatementSid, self.sid.as_ref()),
            ("Action", RuleId::StatementAction, self.action.as_ref()),
            ("Resource", self.resource_rule, Some(&self.resource)),
        ] {
            if let Some(expected) = expected
                && actual.get(name).and_then(Value::as_str) != Some(expected)
            {
                note(rule, name, json!(expected), found(name));
            }
        }
        if actual.get("Effect").and_then(Value::as_str) != Some("Allow") {
            note(RuleId::StatementEffect, "Effect", json!("Allow"), found("Effect"));
        }
        match &self.principal {
            Some((expected, rule)) if actual.get("Principal") != Some(expected) => {
                note(*rule, "Principal", expected.clone(), found("Principal"));
            }
            None if !actual.contains_key("Principal") => {
                note(RuleId::StatementMembers, "Principal", json!("some principal"), Value::Null);
            }
            _ => {}
        }
        for (name, value) in actual {
            if !KNOWN.contains(&name.as_str()) {
                let rule = if self.unknown_members.iter().any(|unknown| unknown == name) {
                    RuleId::MemberUnknown
                } else {
                    RuleId::StatementMembers
                };
                note(rule, name, Value::Null, value.clone());
            }
        }
        self.compare_conditions(actual.get("Condition"), floor, &mut mismatches);
        // What a member of the body that is not an input of the operation brought about.
        for mismatch in &mut mismatches {
            let part = mismatch.path.split('.').next().unwrap_or_default();
            let invented = part == "Condition" && mismatch.expected.is_null();
            let brought = |unknown: &String| {
                let in_other_case =
                    || Member::ALL.iter().any(|member| member.name().eq_ignore_ascii_case(unknown));
                unknown == part || (invented && in_other_case())
            };
            if self.unknown_members.iter().any(brought) {
                mismatch.rule = RuleId::MemberUnknown;
            }
        }
        mismatches
    }

    fn compare_conditions(
        &self,
        actual: Option<&Value>,
        floor: EvidenceFloor,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let empty = Map::new();
        let required = self.conditions.iter().filter(|condition| !condition.optional).count();
        let operators = match actual {
            Some(Value::Object(operators)) if !operators.is_empty() => operators,
            Some(other) if required == 0 => {
                mismatches.push(Mismatch {
                    rule: RuleId::ConditionAbsent,
                    path: "Condition".into(),
                    expected: Value::Null,
                    actual: other.clone(),
                });
                return;
            }
            // Whatever is left in their place, the conditions are dropped.
            None | Some(_) => &empty,
        };
        let mut entries = entries_in(operators);
        let documented = floor == EvidenceFloor::Documented;
        // What fits goes first, then what is about the same thing and wrong in operator, key or
        // value: no condition takes what is another's.
        let mut found: Vec<Option<Entry<'_>>> = vec![None; self.conditions.len()];
        for is_meant in [Condition::fits, Condition::shares_key, Condition::shares_value] {
            for (condition, slot) in self.conditions.iter().zip(&mut found) {
                if slot.is_none() {
                    let at =
                        entries.iter().position(|entry| is_meant(condition, entry, documented));
                    *slot = at.map(|at| entries.remove(at));
                }
            }
        }
        let others_stand = found.iter().any(Option::is_some);
        let mut is_dropped = false;
        for (condition, found) in self.conditions.iter().zip(found) {
            let path = condition.path();
            match found {
                Some(entry) if condition.fits(&entry, documented) => {}
                Some((operator, key, value)) => mismatches.push(Mismatch {
                    rule: condition.rule,
                    path,
                    expected: json!(condition.value),
                    actual: json!({ operator: { key: value } }),
                }),
                None if condition.optional => {}
                None => {
                    is_dropped = true;
                    mismatches.push(Mismatch {
                        // Dropped though others stand: that is a fault of merging.
                        rule: if required > 1 && others_stand {
                            RuleId::ConditionMerged
                        } else {
                            condition.rule
                        },
                        path,
                        expected: json!(condition.value),
                        actual: Value::Null,
                    });
                }
            }
        }
        for (operator, key, value) in entries {
            if is_dropped && key.is_empty() {
                // What is left of an operator whose condition was dropped.
                continue;
            }
            mismatches.push(Mismatch {
                rule: if self.conditions.is_empty() {
                    RuleId::ConditionAbsent
                } else {
                    RuleId::ConditionMerged
                },
                path: format!("Condition.{operator}.{key}"),
                expected: Value::Null,
                actual: value.clone(),
            });
        }
    }

    /// The rules that a statement like this puts to the test.
    pub fn rules(&self) -> Vec<RuleId> {
        let mut rules = Vec::new();
        rules.extend(self.sid.as_ref().map(|_| RuleId::StatementSid));
        rules.push(RuleId::StatementEffect);
        rules.extend(self.action.as_ref().map(|_| RuleId::StatementAction));
        rules.extend([RuleId::StatementMembers, self.resource_rule]);
        rules.extend(self.principal.as_ref().map(|(_, rule)| *rule));
        rules.extend(self.conditions.iter().map(|condition| condition.rule));
        match self.conditions.iter().filter(|condition| !condition.optional).count() {
            0 if self.conditions.is_empty() => rules.push(RuleId::ConditionAbsent),
            0 | 1 => {}
            _ => rules.push(RuleId::ConditionMerged),
        }
        if !self.unknown_members.is_empty() {
            rules.push(RuleId::MemberUnknown);
        }
        rules
    }

    /// The rules that `actual` keeps: those of which something was compared and is equal. A
    /// condition that may be missing and is, was not compared.
    pub fn held(
        &self,
        actual: &Map<String, Value>,
        floor: EvidenceFloor,
        mismatches: &[Mismatch],
    ) -> Vec<RuleId> {
        let documented = floor == EvidenceFloor::Documented;
        let operators = actual.get("Condition").and_then(Value::as_object);
        let entries = operators.map(entries_in).unwrap_or_default();
        let is_missing =
            |condition: &&Condition| !entries.iter().any(|entry| condition.fits(entry, documented));
        let missing: Vec<&Condition> = self.conditions.iter().filter(is_missing).collect();
        let mut rules = self.rules();
        rules.retain(|rule| {
            let lacks = |condition: &&Condition| {
                condition.rule == *rule || (*rule == RuleId::ConditionMerged && !condition.optional)
            };
            !missing.iter().any(lacks) && !mismatches.iter().any(|found| found.rule == *rule)
        });
        rules
    }
}

/// An operator, a key and a value of the conditions that came.
type Entry<'a> = (&'a str, &'a str, &'a Value);

/// Every operator, key and value; an operator that holds no keys stands with an empty one.
fn entries_in(operators: &Map<String, Value>) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (operator, keys) in operators {
        match keys {
            Value::Object(keys) if !keys.is_empty() => entries
                .extend(keys.iter().map(|(key, value)| (operator.as_str(), key.as_str(), value))),
            other => entries.push((operator.as_str(), "", other)),
        }
    }
    entries
}

impl Condition {
    /// Where the condition stands in a statement.
    fn path(&self) -> String {
        format!("Condition.{}.{}", self.operator, self.key)
    }

    /// Whether an entry is this condition.
    fn fits(&self, (operator, key, value): &Entry<'_>, documented: bool) -> bool {
        let operator_fits = *operator == self.operator
            || (documented && self.documented_operator == Some(*operator));
        let key_fits = *key == self.key || (documented && key.eq_ignore_ascii_case(self.key));
        operator_fits && key_fits && value.as_str() == Some(&self.value)
    }

    fn shares_key(&self, (_, key, _): &Entry<'_>, _documented: bool) -> bool {
        bare_key(key).eq_ignore_ascii_case(bare_key(self.key))
    }

    fn shares_value(&self, (_, _, value): &Entry<'_>, _documented: bool) -> bool {
        value.as_str() == Some(&self.value)
    }
}

/// A condition key without its prefix.
fn bare_key(key: &str) -> &str {
    key.rsplit(':').next().unwrap_or(key)
}

/// The evidence with which `rule` speaks of statements.
pub fn evidence(rule: RuleId) -> Evidence {
    rule.rule()
        .evidence(crate::contract::Aspect::Statement)
        .map_or(Evidence::Assumed, |known| known.evidence)
}
