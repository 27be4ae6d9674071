//! Random requests with none, one and several things about them.

use proptest::strategy::{NewTree, Strategy};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::bounds::{bound_lengths, of_length, put_member};
use super::language::{PATTERNED, automata, lengths};
use super::plain::{fixture_for, plain_request, put, put_literal, put_value};
use super::seed::{below, draw, one_in, pick};
use super::tree::ScenarioTree;
use super::types::sample;
use super::values::{ACTIONS, CONDITIONS, NO_AUTH_TYPES, PRINCIPALS, STRANGERS, put_condition};
use super::{Case, Options, names};
use crate::contract::{Member, Phase};
use crate::pattern::Rng;
use crate::scenario::{AddPermission, Scenario, Template};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let count = options.depth.pick(15, 150, 3000);
    (0..count)
        .filter_map(|number| {
            let strategy = Requests { id: format!("r{}", number + 1), options };
            let scenario = draw(&strategy, options, Phase::Random, number)?;
            Some(Case { phase: Phase::Random, scenario })
        })
        .collect()
}

/// Scenarios of one AddPermission request.
///
/// Half of them have nothing about them, a third one odd thing, the rest several.
#[derive(Debug)]
pub struct Requests<'a> {
    /// The StatementId, where it is not what the request is about.
    pub id: String,
    /// Whose editions give the bounds.
    pub options: &'a Options,
}

impl Strategy for Requests<'_> {
    type Tree = ScenarioTree;
    type Value = Scenario;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let rng = runner.rng();
        let mut request = ordinary(&self.id, rng);
        let oddities = match below(rng, 100) {
            0..50 => 0,
            50..85 => 1,
            85..95 => 2,
            _ => 3,
        };
        for _ in 0..oddities {
            spoil(&mut request, self.options, rng);
        }
        Ok(ScenarioTree::new(Scenario::single(fixture_for(&request), request)))
    }
}

/// A request with values that have a meaning.
fn ordinary(id: &str, rng: &mut impl Rng) -> AddPermission {
    let mut request = plain_request(id);
    if one_in(rng, 5) {
        put_literal(&mut request, Member::StatementId, &member_text(Member::StatementId, rng));
    }
    put(&mut request, Member::Principal, &Template::parse(pick(rng, &PRINCIPALS)));
    put_literal(&mut request, Member::Action, pick(rng, &ACTIONS));
    name(&mut request, rng);
    for (member, texts) in CONDITIONS {
        if !one_in(rng, 4) {
            continue;
        }
        if member == Member::FunctionUrlAuthType || one_in(rng, 2) {
            put_condition(&mut request, member, pick(rng, texts));
        } else {
            put_literal(&mut request, member, &member_text(member, rng));
        }
    }
    if one_in(rng, 8) {
        let value = Value::Bool(one_in(rng, 2));
        put_value(&mut request, Member::InvokedViaFunctionUrl.name(), value);
    }
    request
}

/// Names the function, and for every second request a version or an alias, in any way.
fn name(request: &mut AddPermission, rng: &mut impl Rng) {
    let form = pick(rng, &names::FORMS);
    request.function_name = Template::parse(form);
    if one_in(rng, 2) {
        return;
    }
    let qualifier = pick(rng, &["${version.a.1}", "${version.a.2}", "live", "edge"]);
    let way = below(rng, 3);
    if way != 0 {
        request.function_name = Template::parse(format!("{form}:{qualifier}"));
    }
    if way != 1 {
        request.qualifier = Some(Template::parse(qualifier));
    }
}

/// A member of the language: mostly a short one, sometimes as long or as short as it can be.
fn member_text(member: Member, rng: &mut impl Rng) -> String {
    let all = automata(member);
    let automaton = pick(rng, &all);
    let known: Vec<usize> =
        automaton.lengths().filter(|length| lengths(member).contains(length)).collect();
    let text = (!known.is_empty()).then(|| {
        let length = match below(rng, 10) {
            0 => known[0],
            1 => known[known.len() - 1],
            2..5 => pick(rng, &known),
            _ => known[below(rng, known.len().min(24))],
        };
        automaton.varied_member(length, rng)
    });
    text.flatten().unwrap_or_else(|| automaton.shortest())
}

/// Does one odd thing to a request.
fn spoil(request: &mut AddPermission, options: &Options, rng: &mut impl Rng) {
    match below(rng, 12) {
        0..4 => near_miss(request, rng),
        4 => beyond_a_bound(request, options, rng),
        5 | 6 => other_type(request, rng),
        7 => put(request, Member::Principal, &Template::parse(pick(rng, &STRANGERS))),
        8 => put_condition(request, Member::FunctionUrlAuthType, pick(rng, &NO_AUTH_TYPES)),
        9 => {
            put_literal(request, Member::FunctionUrlAuthType, pick(rng, &["NONE", "AWS_IAM"]));
            put_literal(request, Member::Action, pick(rng, &ACTIONS));
        }
        10 => put_literal(request, Member::RevisionId, pick(rng, &["wrong", "", "0"])),
        _ => other_name(request, rng),
    }
}

fn near_miss(request: &mut AddPermission, rng: &mut impl Rng) {
    let member = pick(rng, &PATTERNED);
    let all = automata(member);
    // What one edition refuses the other may admit: those texts are sent as well.
    let automaton = pick(rng, &all);
    let length = 1 + below(rng, (*lengths(member).end()).min(48));
    let text = automaton.near_miss(length, rng).unwrap_or_else(|| {
        let picked = automaton.hand_picked();
        pick(rng, &picked)
    });
    put_member(request, member, &text);
}

fn beyond_a_bound(request: &mut AddPermission, options: &Options, rng: &mut impl Rng) {
    let member = pick(rng, &PATTERNED);
    let lengths: Vec<usize> =
        bound_lengths(member, options).into_iter().filter(|length| *length < 300).collect();
    if lengths.is_empty() {
        return other_type(request, rng);
    }
    if let Some(text) = of_length(member, pick(rng, &lengths), rng) {
        put_member(request, member, &text);
    }
}

fn other_type(request: &mut AddPermission, rng: &mut impl Rng) {
    let members: Vec<Member> = Member::in_body().collect();
    let member = pick(rng, &members);
    let plain = sample(member);
    let value = match below(rng, 7) {
        0 => Value::Null,
        1 => json!(below(rng, 1000)),
        2 => json!(true),
        3 => json!([plain]),
        4 => json!({"a": plain}),
        5 => json!(""),
        _ => {
            if let Some(members) = request.members_mut() {
                members.shift_remove(member.name());
            }
            return;
        }
    };
    put_value(request, member.name(), value);
}

/// Another function or qualifier than the fixture has.
fn other_name(request: &mut AddPermission, rng: &mut impl Rng) {
    match below(rng, 6) {
        0 => request.function_name = Template::parse("${prefix}nobody"),
        1 => request.function_name = Template::parse(pick(rng, &names::ELSEWHERE)),
        2 => put_literal(request, Member::Qualifier, pick(rng, &names::UNKNOWN_QUALIFIERS)),
        3 => put_literal(request, Member::Qualifier, "$LATEST"),
        4 => request.function_name = Template::parse("${function.a}:$LATEST"),
        _ => {
            request.function_name = Template::parse("${function.a}:${version.a.1}");
            request.qualifier = Some(Template::parse("${version.a.2}"));
        }
    }
}
