//! Simpler strings, bytes and JSON values of the same kind, the largest steps first.

use serde_json::{Map, Number, Value};

use super::language;
use crate::contract::Member;
use crate::scenario::Template;

/// Texts longer than this are cut in halves only: a simpler text for every character would be
/// as much text as the square of the length.
const LONG: usize = 300;

/// Texts longer than this are cut in halves first.
const SHORT: usize = 24;

/// Simpler texts, on the same side of the member's pattern; a text with references has none.
pub(super) fn simpler_texts(member: Option<Member>, text: &str) -> Vec<Value> {
    let Some(literal) = Template::parse(text).as_literal() else { return Vec::new() };
    let automaton = member.and_then(|member| language::automata(member).last().copied());
    let length = literal.chars().count();
    let mut simpler = if length > SHORT { halved(&literal) } else { Vec::new() };
    if let Some(automaton) = automaton {
        let is_member = automaton.accepts(&literal);
        simpler.retain(|text| automaton.accepts(text) == is_member);
    }
    if length <= LONG {
        simpler.extend(match automaton {
            Some(automaton) if automaton.accepts(&literal) => automaton.shrink(&literal),
            Some(automaton) => automaton.shrink_outside(&literal),
            None => shortened(&literal),
        });
    }
    simpler.into_iter().map(|text| Template::literal(&text).as_str().into()).collect()
}

/// Progressively smaller pieces, cut from the end and from the middle.
fn halved(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut texts = Vec::new();
    let mut piece = chars.len() / 2;
    while piece > 0 {
        texts.push(chars[..chars.len() - piece].iter().collect());
        let middle = (chars.len() - piece) / 2;
        texts.push(chars[..middle].iter().chain(&chars[middle + piece..]).collect());
        piece /= 2;
    }
    texts
}

/// For texts without pattern: nothing, ever smaller pieces cut out, and plain letters.
fn shortened(text: &str) -> Vec<String> {
    let mut texts: Vec<String> = shorter(&text.chars().collect::<Vec<_>>())
        .into_iter()
        .map(|chars| chars.into_iter().collect())
        .collect();
    texts.push("a".repeat(text.chars().count()));
    texts
}

/// Nothing, then ever smaller pieces cut out.
pub(super) fn shorter<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let mut shorter = vec![Vec::new()];
    let mut piece = items.len().div_ceil(2);
    while piece > 0 && !items.is_empty() {
        for start in (0..items.len()).step_by(piece).take(LONG) {
            let end = (start + piece).min(items.len());
            shorter.push(items[..start].iter().chain(&items[end..]).copied().collect());
        }
        piece /= 2;
    }
    shorter
}

/// Simpler values of the same JSON type.
pub(super) fn simpler_values(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![Value::Bool(false)],
        Value::Number(number) if number.is_f64() => {
            Number::from_f64(0.5).map(Value::Number).into_iter().collect()
        }
        Value::Number(_) => vec![0.into(), 1.into()],
        Value::String(text) => simpler_texts(None, text),
        Value::Array(items) => {
            let fewer = shorter(&(0..items.len()).collect::<Vec<_>>()).into_iter();
            let fewer = fewer.map(|kept| kept.into_iter().map(|at| items[at].clone()).collect());
            let smaller = items.iter().enumerate().flat_map(|(at, item)| {
                simpler_values(item).into_iter().map(move |simpler| {
                    let mut items = items.clone();
                    items[at] = simpler;
                    Value::Array(items)
                })
            });
            fewer.map(Value::Array).chain(smaller).collect()
        }
        Value::Object(members) => {
            let without = members.keys().map(|gone| {
                let kept = members.iter().filter(|(name, _)| *name != gone);
                Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
            });
            let smaller = members.iter().flat_map(|(name, member)| {
                simpler_values(member).into_iter().map(move |simpler| {
                    let mut members = members.clone();
                    members.insert(name.clone(), simpler);
                    Value::Object(members)
                })
            });
            [Value::Object(Map::new())].into_iter().chain(without).chain(smaller).collect()
        }
    }
}
