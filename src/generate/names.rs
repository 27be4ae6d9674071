//! Ways to name a function and its qualifiers. A function that does not exist is named as none but
//! this run could have made: who else has a function called `a`, the suite does not know.

use super::plain::{Builder, Target, add, add_on, get, put, put_literal, remove};
use crate::contract::Member;
use crate::scenario::{
    AliasFixture, Fixture, FunctionFixture, OnFunction, Operation, Step, Template,
};

/// The three forms on the API page.
pub(super) const FORMS: [&str; 3] = [
    "${function.a}",
    "${account}:function:${function.a}",
    "arn:${partition}:lambda:${region}:${account}:function:${function.a}",
];

/// Other forms that the pattern admits.
const OTHER_FORMS: [&str; 12] = [
    "function:${function.a}",
    "${account}:${function.a}",
    "${region}:${function.a}",
    "${region}:function:${function.a}",
    "${region}:${account}:${function.a}",
    "${region}:${account}:function:${function.a}",
    "arn:${partition}:lambda:${function.a}",
    "arn:${partition}:lambda:function:${function.a}",
    "arn:${partition}:lambda:${region}:${function.a}",
    "arn:${partition}:lambda:${account}:function:${function.a}",
    "arn:${partition}:lambda:${region}:${account}:${function.a}",
    "arn::lambda:${region}:${account}:function:${function.a}",
];

/// ARNs with the name of the function in other accounts and regions.
pub(super) const ELSEWHERE: [&str; 9] = [
    "arn:${partition}:lambda:eu-north-1:${account}:function:${function.a}",
    "arn:${partition}:lambda:ap-southeast-2:${account}:function:${function.a}",
    "arn:${partition}:lambda:us-west-2:${account}:function:${function.a}",
    "us-gov-west-1:${account}:function:${function.a}",
    "arn:${partition}:lambda:${region}:999999999999:function:${function.a}",
    "arn:${partition}:lambda:${region}:210987654321:function:${function.a}",
    "999999999999:function:${function.a}",
    "210987654321:function:${function.a}",
    "999999999999:${function.a}",
];

/// Names of functions that do not exist.
const UNKNOWN: [&str; 6] = [
    "${prefix}nobody",
    "${function.a}:",
    "${function.a}x",
    "${account}:function:${prefix}nobody",
    "arn:${partition}:lambda:${region}:${account}:function:${prefix}nobody",
    "arn:${partition}:lambda:${region}:${account}:function:${prefix}function",
];

/// Qualifiers that do not exist.
pub(super) const UNKNOWN_QUALIFIERS: [&str; 10] = [
    "3",
    "42",
    "0",
    "99999999999999999999",
    "nope",
    "LIVE",
    "live2",
    "$latest",
    "$",
    "valid-with-$-but-doesnotexist",
];

/// What `${prefix}` stands for in a sample of a name.
const SAMPLE: &str = "permspec-000000-";

/// A text in the place of FunctionName whose name begins as the run's own names do, where the text
/// holds anything that could be the name of a function that exists.
pub(super) fn nobodys(text: &str) -> Template {
    let could_exist = |part: &&str| {
        let plain = part.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
        (1..=64).contains(&plain.count())
    };
    let parts: Vec<&str> = text.split(':').collect();
    let last = parts.len() - 1;
    let before = last.saturating_sub(1);
    if !parts[before..].iter().any(could_exist) {
        return Template::literal(text);
    }
    // The name stands last, or before a qualifier.
    let is_place = |part: &str| {
        part == "function"
            || part == "lambda"
            || part.contains('-') && part.ends_with(digit)
            || part.len() == 12 && part.chars().all(digit)
    };
    let at = if last > 0 && !is_place(parts[before]) { before } else { last };
    let named = parts.iter().enumerate().map(|(place, part)| {
        let literal = Template::literal(part);
        if place == at { format!("${{prefix}}{literal}") } else { literal.to_string() }
    });
    Template::parse(named.collect::<Vec<_>>().join(":"))
}

fn digit(symbol: char) -> bool {
    symbol.is_ascii_digit()
}

/// A name as it may look when it is sent.
pub(super) fn sample(name: &Template) -> String {
    let known = |reference: &str| match reference.strip_prefix("prefix.") {
        Some(length) => {
            let missing = length.parse::<usize>().ok()?.checked_sub(SAMPLE.len())?;
            Some(format!("{SAMPLE}{}", "x".repeat(missing)))
        }
        None => (reference == "prefix").then(|| SAMPLE.to_owned()),
    };
    name.resolve(&known).unwrap_or_default()
}

/// Every form of name and every kind of qualifier, at most `most` of each group.
pub(super) fn add_cases(cases: &mut Builder, most: impl Fn(usize) -> usize) {
    cases.group(most(14), forms);
    cases.group(most(8), other_forms);
    cases.group(most(8), elsewhere);
    cases.group(most(5), latest);
    cases.group(most(8), unknown_qualifiers);
    cases.group(most(5), mismatches);
    cases.group(most(2), disputed);
    cases.group(most(1), reads_and_removals);
    other_case(cases);
}

fn forms(cases: &mut Builder) {
    let qualifiers = ["${version.a.1}", "${version.a.2}", "live", "edge"];
    for form in FORMS {
        cases.versioned(|request| request.function_name = Template::parse(form));
        for qualifier in qualifiers {
            let suffixed = Template::parse(format!("{form}:{qualifier}"));
            cases.versioned(|request| request.function_name = suffixed.clone());
            cases.versioned(|request| {
                request.function_name = Template::parse(form);
                request.qualifier = Some(Template::parse(qualifier));
            });
            cases.versioned(|request| {
                request.function_name = suffixed;
                request.qualifier = Some(Template::parse(qualifier));
            });
        }
    }
}

fn other_forms(cases: &mut Builder) {
    for form in OTHER_FORMS {
        cases.plain(|request| request.function_name = Template::parse(form));
        cases.versioned(|request| request.function_name = Template::parse(format!("{form}:live")));
    }
}

/// The function where it is not, and functions that do not exist.
fn elsewhere(cases: &mut Builder) {
    for name in ELSEWHERE.into_iter().chain(UNKNOWN) {
        cases.plain(|request| request.function_name = Template::parse(name));
    }
    for name in ["${prefix}nobody:nope", "${prefix}nobody:1"] {
        cases.plain(|request| request.function_name = Template::parse(name));
    }
}

fn unknown_qualifiers(cases: &mut Builder) {
    for qualifier in UNKNOWN_QUALIFIERS {
        cases.versioned(|request| put_literal(request, Member::Qualifier, qualifier));
        let name = Template::parse(format!("${{function.a}}:{qualifier}"));
        cases.versioned(|request| request.function_name = name);
    }
    // Also where nothing can be published: in the query alone and behind the name.
    cases.plain(|request| put_literal(request, Member::Qualifier, "99"));
}

fn latest(cases: &mut Builder) {
    for form in FORMS {
        let suffixed = Template::parse(format!("{form}:$LATEST"));
        cases.plain(|request| request.function_name = suffixed.clone());
        cases.plain(|request| {
            request.function_name = suffixed;
            put_literal(request, Member::Qualifier, "$LATEST");
        });
        cases.plain(|request| {
            request.function_name = Template::parse(form);
            put_literal(request, Member::Qualifier, "$LATEST");
        });
    }
}

/// A suffix that differs from the Qualifier.
fn mismatches(cases: &mut Builder) {
    for (suffix, qualifier) in [
        ("${version.a.1}", "${version.a.2}"),
        ("live", "edge"),
        ("live", "${version.a.1}"),
        ("${version.a.1}", "live"),
        ("$LATEST", "${version.a.1}"),
        ("${version.a.1}", "$LATEST"),
        ("live", "LIVE"),
        ("nope", "42"),
        ("nope", "live"),
    ] {
        cases.versioned(|request| {
            request.function_name = Template::parse(format!("${{function.a}}:{suffix}"));
            request.qualifier = Some(Template::parse(qualifier));
        });
    }
    cases.plain(|request| {
        request.function_name = Template::parse("${prefix}nobody:1");
        put_literal(request, Member::Qualifier, "2");
    });
}

/// Values that only one edition defines.
fn disputed(cases: &mut Builder) {
    for name in [
        "${function.a}:$LATEST.PUBLISHED",
        "${prefix}dotted.name",
        "arn:${partition}:lambda:us-iso-east-1:${account}:function:${function.a}",
        "arn:${partition}:lambda:eusc-de-east-1:${account}:function:${function.a}",
    ] {
        cases.plain(|request| request.function_name = Template::parse(name));
    }
    cases.plain(|request| put_literal(request, Member::Qualifier, "$LATEST.PUBLISHED"));
    cases.plain(|request| put(request, Member::Qualifier, &Template::literal("")));
}

/// Every form of name, with and without a qualifier, in GetPolicy and RemovePermission.
fn reads_and_removals(cases: &mut Builder) {
    let alias = AliasFixture { name: "edge".into(), version: "$LATEST".into() };
    let function =
        FunctionFixture { key: "a".into(), aliases: vec![alias], ..FunctionFixture::default() };
    let fixture = Fixture { functions: vec![function] };
    for (qualifier, plain) in
        [(None, Target::function("a")), (Some("edge"), Target::qualified("a", "edge"))]
    {
        let forms = FORMS.map(|form| match qualifier {
            None => Template::parse(form),
            Some(qualifier) => Template::parse(format!("{form}:{qualifier}")),
        });
        // A statement a form, and one that stays.
        let ids: Vec<String> = (0..=forms.len()).map(|_| cases.fresh_id()).collect();
        let mut steps: Vec<Step> = ids.iter().map(|id| add(add_on(&plain, id))).collect();
        steps.push(get(&plain));
        for (form, id) in forms.iter().zip(&ids) {
            let named = Target { function_name: form.clone(), qualifier: None };
            steps.push(get(&named));
            steps.push(remove(&named, id));
        }
        steps.push(get(&plain));
        cases.steps(&fixture, steps);
    }
}

/// Two functions whose names differ in case, one of them deleted or granted on.
fn other_case(cases: &mut Builder) {
    let fixture = Fixture {
        functions: ["a", "A"]
            .map(|key| FunctionFixture { key: key.into(), ..FunctionFixture::default() })
            .into(),
    };
    let (lower, upper) = (Target::function("a"), Target::function("A"));
    let id = cases.fresh_id();
    cases.steps(
        &fixture,
        vec![
            Step::One(Operation::DeleteFunction(OnFunction { function: "A".into() })),
            add(add_on(&upper, &id)),
            get(&lower),
        ],
    );
    let id = cases.fresh_id();
    cases.steps(&fixture, vec![add(add_on(&upper, &id)), get(&lower), get(&upper)]);
}
