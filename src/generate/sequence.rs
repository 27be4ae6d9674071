//! Several operations, one after the other: small scenarios of one question each, random ones,
//! and policies that grow towards their limit.
//!
//! The random ones are about one function, or two whose names differ in case; their StatementIds
//! come out of a small pool so that they collide, and GetPolicy comes often enough that every
//! revision that a step names is known. What a
//! step needs is there when its turn comes: the world is asked before a step is taken.

use std::collections::BTreeSet;

use proptest::strategy::{NewTree, Strategy};
use proptest::test_runner::TestRunner;

use super::edit::pruned;
use super::plain::{
    Builder, Target, add, add_on, get, put, put_literal, put_value, removal, remove,
};
use super::seed::{below, draw, one_in, pick, rng};
use super::tree::ScenarioTree;
use super::values::{CONDITIONS, put_condition};
use super::well_formed::World;
use super::{Case, Depth, Feature, Options, small};
use crate::contract::{Member, Phase};
use crate::pattern::Rng;
use crate::scenario::{
    AliasChange, Fixture, FunctionFixture, OnAlias, OnFunction, Operation, Scenario, Step, Template,
};

const KEYS: [&str; 2] = ["a", "A"];
const ALIASES: [&str; 3] = ["live", "edge", "LIVE"];
const STATEMENT_IDS: [&str; 5] = ["s1", "S1", "s2", "s3", "s-1_x"];
const PRINCIPALS: [&str; 5] =
    ["s3.amazonaws.com", "sns.amazonaws.com", "${account}", "*", "${role}"];
const GARBAGE: &str = "3a4b5c6d-0000-4000-8000-1f2e3d4c5b6a";

/// The most steps of a sequence, the reads at its end included.
const MOST: usize = 20;

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Sequences, 's');
    small::add_cases(&mut cases, |quick| options.depth.pick(quick, usize::MAX, usize::MAX));
    let most = |quick| options.depth.pick(quick, usize::MAX, usize::MAX);
    let rng = &mut rng(options, Phase::Sequences, usize::MAX);
    cases.group(most(0), super::spelled::add_sequences);
    cases.group(most(0), |cases| super::alike::add_cases(cases, rng));
    cases.group(most(0), super::policies::add_cases);
    let is_long = options.depth != Depth::Quick;
    cases.group(most(0), |cases| super::histories::add_cases(cases, rng, is_long));
    cases.group(most(0), super::furnished::add_cases);
    let count = options.depth.pick(4, 24, 600);
    for number in 0..count {
        let strategy = Sequences { without: &options.without };
        if let Some(scenario) = draw(&strategy, options, Phase::Sequences, number) {
            cases.scenario(scenario);
        }
    }
    growth(&mut cases);
    cases.finish()
}

/// Scenarios of 2 to 20 steps.
#[derive(Debug)]
pub struct Sequences<'a> {
    /// What no step may need.
    pub without: &'a [Feature],
}

impl Strategy for Sequences<'_> {
    type Tree = ScenarioTree;
    type Value = Scenario;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let rng = runner.rng();
        let mut sequence = Sequence::new(self.without, rng);
        let wanted = if one_in(rng, 6) { MOST - 6 } else { 3 + below(rng, 8) };
        // A draw that the world does not admit brings no step, so there is an end to draws.
        for _ in 0..wanted * 4 {
            if sequence.scenario.steps.len() >= wanted {
                break;
            }
            sequence.draw_step(rng);
        }
        // Functions, versions and aliases take time to make.
        Ok(ScenarioTree::new(pruned(sequence.finish())))
    }
}

/// A sequence in the making.
struct Sequence<'a> {
    scenario: Scenario,
    world: World,
    without: &'a [Feature],
    /// The targets that statements were added to or removed from, or looked for.
    touched: BTreeSet<Target>,
    /// The functions.
    keys: &'static [&'static str],
    /// Few targets a sequence, or nothing would ever collide.
    targets: Vec<Target>,
}

impl<'a> Sequence<'a> {
    fn new(without: &'a [Feature], rng: &mut impl Rng) -> Self {
        let has = |feature| !without.contains(&feature);
        // Every second sequence does without versions: they cost the most to make.
        let versions = has(Feature::Versions) && one_in(rng, 2);
        let function = |key: &str| {
            let mut function = FunctionFixture::versioned(key);
            if !versions {
                function.versions = 0;
                function.aliases.retain(|alias| alias.version == "$LATEST");
            }
            if !has(Feature::Aliases) {
                function.aliases.clear();
            }
            function
        };
        let keys = if one_in(rng, 3) { &KEYS[..] } else { &KEYS[..1] };
        let fixture = Fixture { functions: keys.iter().map(|key| function(key)).collect() };
        let mut targets = vec![Target::function(KEYS[0])];
        for _ in 0..=below(rng, 2) {
            let key = pick(rng, keys);
            targets.push(match below(rng, 4) {
                0 if versions => Target::version(key, 1 + u32::from(one_in(rng, 2))),
                1 | 2 if has(Feature::Aliases) => Target::qualified(key, pick(rng, &ALIASES)),
                _ => Target::function(key),
            });
        }
        Self {
            world: World::new(&fixture),
            scenario: Scenario { fixture, steps: Vec::new() },
            without,
            touched: BTreeSet::new(),
            keys,
            targets,
        }
    }

    /// Takes a step, unless something that it needs is not there.
    fn push(&mut self, step: Step) -> bool {
        let admitted = step.operations().iter().all(|operation| {
            self.world.admits(operation)
                && super::need(operation).is_none_or(|need| !self.without.contains(&need))
        });
        if admitted {
            step.operations().iter().for_each(|operation| self.world.apply(operation));
            self.scenario.steps.push(step);
        }
        admitted
    }

    fn draw_step(&mut self, rng: &mut impl Rng) {
        let target = pick(rng, &self.targets);
        let function = pick(rng, self.keys).to_owned();
        let alias = pick(rng, &ALIASES).to_owned();
        let change = AliasChange {
            function: function.clone(),
            name: alias.clone(),
            version: pick(rng, &["1", "2", "3", "$LATEST"]).into(),
        };
        let on = OnFunction { function: function.clone() };
        let operation = match below(rng, 100) {
            0..50 => return self.draw_add(&target, rng),
            50..68 => return self.draw_remove(&target, rng),
            68..84 => {
                if self.push(get(&target)) {
                    self.touched.insert(target);
                }
                return;
            }
            84..88 => Operation::PublishVersion(on),
            88..91 => Operation::CreateAlias(change),
            91..94 => Operation::UpdateAlias(change),
            94..96 => Operation::DeleteAlias(OnAlias { function, name: alias }),
            96..98 => return self.draw_deletion(on, rng),
            // Only a function that is gone is made anew.
            _ => Operation::CreateFunction(on),
        };
        self.push(Step::One(operation));
    }

    /// A function goes, is perhaps granted on while it is gone, and mostly comes back.
    fn draw_deletion(&mut self, on: OnFunction, rng: &mut impl Rng) {
        let target = Target::function(&on.function);
        if !self.push(Step::One(Operation::DeleteFunction(on.clone()))) {
            return;
        }
        if one_in(rng, 2) {
            self.draw_add(&target, rng);
        }
        if !one_in(rng, 4) {
            self.push(Step::One(Operation::CreateFunction(on)));
            self.push(get(&target));
            self.draw_add(&target, rng);
        }
    }

    fn draw_add(&mut self, target: &Target, rng: &mut impl Rng) {
        let mut request = add_on(target, pick(rng, &STATEMENT_IDS));
        put(&mut request, Member::Principal, &Template::parse(pick(rng, &PRINCIPALS)));
        if one_in(rng, 3) {
            let (member, texts) = pick(rng, &CONDITIONS);
            put_condition(&mut request, member, texts[0]);
        }
        if let Some(revision) = self.draw_revision(target, rng) {
            put(&mut request, Member::RevisionId, &revision);
        }
        self.write(target, add(request), rng);
    }

    fn draw_remove(&mut self, target: &Target, rng: &mut impl Rng) {
        let mut removal = removal(target, pick(rng, &STATEMENT_IDS));
        removal.revision_id = self.draw_revision(target, rng);
        self.write(target, Step::One(Operation::RemovePermission(removal)), rng);
    }

    /// A revision to name, mostly none. Before the current one is named it is read.
    fn draw_revision(&mut self, target: &Target, rng: &mut impl Rng) -> Option<Template> {
        match below(rng, 10) {
            0..2 => {
                self.push(get(target));
                Some(Template::reference("revision.current"))
            }
            2 => Some(Template::reference("revision.stale")),
            3 => Some(Template::reference("revision.foreign")),
            4 if one_in(rng, 2) => Some(Template::literal(GARBAGE)),
            _ => None,
        }
    }

    fn write(&mut self, target: &Target, step: Step, rng: &mut impl Rng) {
        if self.push(step) {
            self.touched.insert(target.clone());
            if one_in(rng, 3) {
                self.push(get(target));
            }
        }
    }

    /// Reads every policy that was touched at the end.
    fn finish(mut self) -> Scenario {
        if self.scenario.steps.is_empty() {
            let target = Target::function(KEYS[0]);
            self.push(add(add_on(&target, STATEMENT_IDS[0])));
            self.touched.insert(target);
        }
        for target in std::mem::take(&mut self.touched) {
            let read = get(&target);
            if self.scenario.steps.len() < MOST && self.scenario.steps.last() != Some(&read) {
                self.push(read);
            }
        }
        self.scenario
    }
}

/// Few large statements: well below the limit of 20,480 characters, then far beyond it.
fn growth(cases: &mut Builder) {
    let a = Target::function("a");
    let large = |id: &str, length: usize| {
        let mut request = add_on(&a, id);
        let arn = format!("arn:aws:s3:::{}", "x".repeat(length));
        put_literal(&mut request, Member::SourceArn, &arn);
        add(request)
    };
    // Far beyond: refused, nothing stored; small ones still fit, and what is removed makes room.
    cases.steps(
        &Fixture::plain(),
        vec![
            large("g1", 4000),
            large("g2", 4000),
            large("g3", 4000),
            get(&a),
            large("g4", 4000),
            large("g5", 9900),
            get(&a),
            add(add_on(&a, "g6")),
            remove(&a, "g1"),
            remove(&a, "g2"),
            large("g7", 4000),
            get(&a),
        ],
    );
    // In escapes: a character of the ARN that JSON spells with two.
    let mut quoted = add_on(&a, "g1");
    let arn = format!("arn:aws:s3:::{}", "\"".repeat(2000));
    put_value(&mut quoted, Member::SourceArn.name(), Template::literal(&arn).as_str().into());
    cases.steps(&Fixture::plain(), vec![add(quoted), get(&a)]);
}
