//! Policies whose StatementIds are alike: each differs from another one in a single respect in
//! which implementations compare too little.

use super::plain::{Builder, Target, add, add_on, get, remove};
use super::seed::{below, pick};
use crate::pattern::Rng;
use crate::scenario::{Fixture, Step};

/// Both families of StatementIds.
pub(super) fn add_cases(cases: &mut Builder, rng: &mut impl Rng) {
    cases.steps(&Fixture::plain(), long(rng));
    cases.steps(&Fixture::plain(), short(rng));
}

/// Letters and digits at random, beginning with a small letter.
fn letters(length: usize, rng: &mut impl Rng) -> String {
    const SYMBOLS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let rest = (1..length).map(|_| char::from(SYMBOLS[below(rng, SYMBOLS.len())]));
    std::iter::once('k').chain(rest).collect()
}

/// The text with its letters in the other case.
fn other_case(text: &str) -> String {
    let swap = |symbol: char| {
        if symbol.is_ascii_lowercase() {
            symbol.to_ascii_uppercase()
        } else {
            symbol.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// Long ids that share a beginning or an end, up to all but one character of 100.
fn long(rng: &mut impl Rng) -> Vec<Step> {
    let a = Target::function("a");
    let stem = letters(99, rng);
    let other = letters(99, rng);
    let ids = [
        format!("{stem}x"),
        format!("{stem}y"),
        // One character apart, at the first place and in the middle.
        format!("j{}x", &stem[1..]),
        format!("{}-{}x", &stem[..48], &stem[49..]),
        // The same beginning, of a length at which a buffer or column may end.
        format!("{}{}", &stem[..64], &other[64..80]),
        format!("{}{}", &stem[..32], &other[32..60]),
        format!("{}{}", &stem[..16], &other[16..40]),
        // The same end.
        format!("{}{}x", &other[..40], &stem[60..]),
        // Beginnings of the first.
        stem[..64].to_owned(),
        stem[..32].to_owned(),
        stem[..8].to_owned(),
        other_case(&format!("{stem}x")),
    ];
    let mut steps: Vec<Step> = ids.iter().map(|id| add(add_on(&a, id))).collect();
    steps.push(get(&a));
    // Nothing is called so.
    for missing in [&stem[..63], &stem, &stem[40..]] {
        steps.push(remove(&a, missing));
    }
    // Those that begin as others do, and those with which others begin.
    let [first, second, .., beginning, shortest, _] = &ids;
    for id in [second, beginning, shortest] {
        steps.push(remove(&a, id));
    }
    steps.push(get(&a));
    steps.push(remove(&a, &ids[4]));
    steps.extend([second, &ids[4], first, &ids[8]].map(|id| add(add_on(&a, id))));
    steps.push(get(&a));
    steps
}

/// Short ids that differ in separators, in leading zeros, or in what a pattern would overlook.
fn short(rng: &mut impl Rng) -> Vec<Step> {
    let a = Target::function("a");
    let (one, two) = (pick(rng, &["a", "q", "n"]), pick(rng, &["b", "z", "t"]));
    let word = |middle: &str| format!("{one}{middle}{two}");
    let ids: Vec<String> = [
        word("-"),
        word("_"),
        word(""),
        word("x"),
        word("--"),
        word("-").to_uppercase(),
        format!("-{}", word("-")),
        format!("{}-", word("-")),
        format!("{two}-{one}"),
        one.to_owned(),
        "7".to_owned(),
        "07".to_owned(),
        "007".to_owned(),
        "70".to_owned(),
        "7e0".to_owned(),
        "0x7".to_owned(),
        "7_0".to_owned(),
    ]
    .into();
    let mut steps: Vec<Step> = ids.iter().map(|id| add(add_on(&a, id))).collect();
    steps.push(get(&a));
    for missing in [word("."), word("X"), "0007".to_owned(), two.to_owned(), "7-0".to_owned()] {
        steps.push(remove(&a, &missing));
    }
    let removed = [word("_"), word("-"), "7".to_owned(), one.to_owned()];
    steps.extend(removed.iter().map(|id| remove(&a, id)));
    steps.push(get(&a));
    // Free again, beside those that look like them and are still taken.
    for id in [word("-"), word("--"), "7".to_owned(), "07".to_owned(), word("_"), "7e0".to_owned()]
    {
        steps.push(add(add_on(&a, &id)));
    }
    steps.push(get(&a));
    steps
}
