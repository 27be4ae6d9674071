//! Functions, aliases and versions of notable names.

use super::plain::{Builder, Target, add, add_on, get, remove};
use crate::scenario::{AliasFixture, Fixture, FunctionFixture, Step, Template};

/// Ends of functions' names, with the length of the whole: every kind of character that a name may
/// hold at its end, and the words that ARNs and qualifiers are made of.
const NAMES: [(&str, u32); 3] =
    [("function_LATEST-UPPER_-", 64), ("_policy_function", 63), ("-0-", 0)];

/// All of them.
pub(super) fn add_cases(cases: &mut Builder) {
    names(cases);
    aliases(cases);
    versions(cases);
}

/// Each function is granted on in each form of its name; all hold the same StatementIds.
fn names(cases: &mut Builder) {
    let functions = NAMES.map(|(key, name_length)| FunctionFixture {
        key: key.into(),
        name_length,
        ..FunctionFixture::default()
    });
    let mut steps = Vec::new();
    for (key, _) in NAMES {
        for (number, form) in super::names::FORMS.iter().enumerate() {
            let name = form.replace("${function.a}", &format!("${{function.{key}}}"));
            let target = Target { function_name: Template::parse(name), qualifier: None };
            steps.push(add(add_on(&target, &format!("s{number}"))));
        }
    }
    for (key, _) in NAMES {
        steps.extend([get(&Target::function(key)), remove(&Target::function(key), "s1")]);
    }
    steps.extend(NAMES.map(|(key, _)| get(&Target::function(key))));
    cases.steps(&Fixture { functions: functions.into() }, steps);
}

/// The aliases: of the least and the greatest length, like numbers, like each other, like other
/// things of the function.
fn alias_names() -> Vec<String> {
    let long = |end: &str| format!("{}{end}", "l".repeat(127));
    let mut names: Vec<String> =
        ["x", "X", "1x", "0-0", "Live", "live", "live-1", "live_1", "LATEST", "function"]
            .map(str::to_owned)
            .into();
    names.extend([long("a"), long("b"), "${function.a}".to_owned()]);
    names
}

/// Each alias has a policy of its own, by Qualifier and as suffix.
fn aliases(cases: &mut Builder) {
    let fixture = |name: &String| AliasFixture { name: name.clone(), version: "$LATEST".into() };
    let names = alias_names();
    let function = FunctionFixture {
        key: "a".into(),
        aliases: names.iter().map(fixture).collect(),
        ..FunctionFixture::default()
    };
    let by_query =
        |name: &str| Target { qualifier: Some(Template::parse(name)), ..Target::function("a") };
    let by_suffix = |name: &str| Target {
        function_name: Template::parse(format!("${{function.a}}:{name}")),
        qualifier: None,
    };
    let mut steps: Vec<Step> = vec![add(add_on(&Target::function("a"), "s1"))];
    for (number, name) in names.iter().enumerate() {
        let target = if number % 2 == 0 { by_query(name) } else { by_suffix(name) };
        steps.push(add(add_on(&target, "s1")));
    }
    steps.extend(names.iter().map(|name| get(&by_query(name))));
    for name in ["Live", "live-1", "${function.a}"] {
        steps.push(add(add_on(&by_suffix(name), "s2")));
        steps.push(remove(&by_query(name), "s1"));
    }
    steps.extend(["live", "Live", "live_1", "${function.a}"].map(|name| get(&by_query(name))));
    steps.push(get(&Target::function("a")));
    cases.steps(&Fixture { functions: vec![function] }, steps);
}

/// `:1` beside `:10`.
fn versions(cases: &mut Builder) {
    let function = FunctionFixture { key: "a".into(), versions: 10, ..FunctionFixture::default() };
    let [one, two, ten] = [1, 2, 10].map(|number| Target::version("a", number));
    let suffixed =
        Target { function_name: Template::parse("${function.a}:${version.a.10}"), qualifier: None };
    let steps = vec![
        add(add_on(&one, "s1")),
        get(&ten),
        add(add_on(&ten, "s1")),
        add(add_on(&suffixed, "s2")),
        add(add_on(&two, "s1")),
        get(&one),
        get(&ten),
        remove(&one, "s1"),
        get(&one),
        get(&ten),
        get(&Target::qualified("a", "01")),
        add(add_on(&Target::qualified("a", "010"), "s3")),
        get(&ten),
    ];
    cases.steps(&Fixture { functions: vec![function] }, steps);
}
