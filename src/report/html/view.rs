//! What the page shows, as plain strings and numbers: bounded here, escaped by the template.

use serde::Serialize;

use super::bugs::{BugView, bugs};
use super::card::{Card, anchor, cards};
use crate::contract::{Evidence, EvidenceFloor};
use crate::event::{RuleResult, RunResult};
use crate::report::findings::{self, Standing, Status};
use crate::report::text::{LINE, WIRE, duration, line, percent, small_percent, thousands};

/// The whole page.
#[derive(Serialize)]
pub struct View {
    outcome: &'static str,
    tone: &'static str,
    verdict: String,
    target: String,
    endpoint: String,
    partial: bool,
    divergence: Meter,
    coverage: Meter,
    by_evidence: Vec<Part>,
    totals: Vec<Total>,
    warnings: Vec<String>,
    bugs: Vec<BugView>,
    headline: String,
    failures: Vec<Card>,
    flaky: Vec<Card>,
    advisory: Vec<Card>,
    known: Vec<Card>,
    unrun: Vec<Unrun>,
    topics: Vec<TopicView>,
    members: Vec<MemberView>,
    settings: Vec<(&'static str, String)>,
    abilities: Vec<(String, String)>,
    reproduce: String,
}

/// A share, as a number for the bar and as text.
#[derive(Serialize)]
struct Meter {
    share: f64,
    text: String,
    of: String,
}

#[derive(Serialize)]
struct Part {
    name: String,
    have: u32,
    of: u32,
    share: f64,
}

#[derive(Serialize)]
struct Total {
    status: &'static str,
    sign: &'static str,
    meaning: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Unrun {
    reason: String,
    rules: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct TopicView {
    name: &'static str,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct RuleView {
    id: &'static str,
    sentence: String,
    status: &'static str,
    sign: &'static str,
    meaning: &'static str,
    strength: String,
    scored: bool,
    aspects: Vec<(&'static str, &'static str, &'static str)>,
    directions: Vec<DirectionView>,
    bound: Option<String>,
    remark: Option<String>,
    causes: Vec<(String, String)>,
}

#[derive(Serialize)]
struct DirectionView {
    name: &'static str,
    cases: String,
    least: u32,
    enough: bool,
}

#[derive(Serialize)]
struct MemberView {
    name: String,
    points: Vec<Part>,
    missing: Vec<String>,
}

impl View {
    /// The view of a result.
    pub fn of(result: &RunResult) -> Self {
        let counts = &result.counts;
        let judged = counts.held + counts.violated + counts.known;
        Self {
            outcome: findings::outcome_word(result),
            tone: findings::tone(result).name(),
            verdict: findings::verdict(result),
            target: findings::target_name(result),
            endpoint: line(&result.target.endpoint, LINE),
            partial: !result.complete,
            divergence: Meter {
                share: share(result.figures.divergence),
                text: percent(result.figures.divergence),
                of: divergence_of(result, judged),
            },
            coverage: Meter {
                share: share(result.figures.coverage),
                text: percent(result.figures.coverage),
                of: format!("{judged} judged of {} scored rules that apply", counts.scored),
            },
            by_evidence: by_evidence(result),
            totals: totals(result),
            warnings: result.warnings.iter().map(|w| line(&w.detail, LINE)).collect(),
            bugs: bugs(result),
            headline: crate::report::terminal::headline(result),
            failures: cards(result, Standing::Failure, ""),
            flaky: cards(result, Standing::Flaky, ""),
            advisory: cards(result, Standing::Advisory, ""),
            known: cards(result, Standing::Known, ""),
            unrun: unrun(result),
            topics: topics(result),
            members: members(result),
            settings: settings(result),
            abilities: result
                .target
                .abilities
                .iter()
                .map(|(name, can)| (line(name, 80), line(can, 200)))
                .collect(),
            reproduce: line(&result.run.reproduce, WIRE),
        }
    }
}

/// What the divergence is a share of.
fn divergence_of(result: &RunResult, judged: u32) -> String {
    let counts = &result.counts;
    let known = match counts.known {
        0 => String::new(),
        known => format!(", {known} of them known,"),
    };
    let violated = counts.violated + counts.known;
    format!("{violated} violated{known} of {judged} scored rules that could be judged")
}

/// A share between nothing and all, whatever a file says.
fn share(share: f64) -> f64 {
    if share.is_finite() { (share * 100.0).clamp(0.0, 100.0) } else { 0.0 }
}

fn part(name: &str, (have, of): (u32, u32)) -> Part {
    let share = share(f64::from(have) / f64::from(of.max(1)));
    Part { name: line(name, 60), have, of, share }
}

fn by_evidence(result: &RunResult) -> Vec<Part> {
    let figures = &result.figures.by_evidence;
    let ours = Evidence::ALL.map(Evidence::name);
    let known = ours.iter().filter_map(|name| Some(part(name, *figures.get(*name)?)));
    let other = figures.iter().filter(|(name, _)| !ours.contains(&name.as_str()));
    known.chain(other.map(|(name, figure)| part(name, *figure))).collect()
}

fn totals(result: &RunResult) -> Vec<Total> {
    Status::ALL
        .into_iter()
        .map(|status| Total {
            status: status.name(),
            sign: status.sign(),
            meaning: status.meaning(),
            count: findings::rules(result, status).len(),
        })
        .filter(|total| total.count > 0)
        .collect()
}

fn unrun(result: &RunResult) -> Vec<Unrun> {
    let mut groups: Vec<Unrun> = Vec::new();
    for rule in findings::rules(result, Status::Unrun) {
        let reason = line(rule.reason.as_deref().unwrap_or("no reason given"), LINE);
        let entry = (rule.id.name(), findings::direction_text(rule));
        match groups.iter_mut().find(|group| group.reason == reason) {
            Some(group) => group.rules.push(entry),
            None => groups.push(Unrun { reason, rules: vec![entry] }),
        }
    }
    groups
}

fn topics(result: &RunResult) -> Vec<TopicView> {
    let mut topics: Vec<TopicView> = Vec::new();
    for rule in &result.rules {
        let view = rule_view(rule);
        let name = rule.topic.name();
        match topics.iter_mut().find(|topic| topic.name == name) {
            Some(topic) => topic.rules.push(view),
            None => topics.push(TopicView { name, rules: vec![view] }),
        }
    }
    topics
}

fn rule_view(rule: &RuleResult) -> RuleView {
    let status = Status::of(rule);
    RuleView {
        id: rule.id.name(),
        sentence: line(&rule.sentence, LINE),
        status: status.name(),
        sign: status.sign(),
        meaning: status.meaning(),
        strength: rule.strength.to_string(),
        scored: rule.scored,
        aspects: rule
            .id
            .rule()
            .aspects
            .iter()
            .map(|known| (known.aspect.name(), known.evidence.name(), known.source))
            .collect(),
        directions: rule
            .directions
            .iter()
            .map(|count| DirectionView {
                name: count.direction.name(),
                cases: thousands(u64::from(count.cases)),
                least: count.least,
                enough: count.cases >= count.least,
            })
            .collect(),
        bound: rule.bound_95.map(small_percent),
        remark: rule.reason.as_ref().map(|reason| line(reason, LINE)),
        causes: rule
            .causes
            .iter()
            .map(|cause| (anchor("", &cause.id), line(&cause.brief, 120)))
            .collect(),
    }
}

fn members(result: &RunResult) -> Vec<MemberView> {
    result
        .coverage
        .iter()
        .map(|member| MemberView {
            name: line(&member.subject, 60),
            points: member.points.iter().map(|(kind, figures)| part(kind, *figures)).collect(),
            missing: member.missing.iter().take(20).map(|point| line(point, 120)).collect(),
        })
        .collect()
}

fn settings(result: &RunResult) -> Vec<(&'static str, String)> {
    let (run, target, judging) = (&result.run, &result.target, &result.judging);
    let phases: Vec<&str> = run.phases.iter().map(|phase| phase.name()).collect();
    let counts = &result.counts;
    let mut settings = vec![
        ("permspec", line(&result.suite.version, 40)),
        (
            "rules",
            format!("{}, catalogue {}", result.suite.rules, line(&result.suite.catalogue, 80)),
        ),
        ("started", line(&run.started, 40)),
        ("took", duration(run.duration_ms)),
        ("seed", run.seed.to_string()),
        ("edition", judging.edition.words().to_owned()),
        (
            "scored",
            match judging.evidence {
                EvidenceFloor::Documented => "what is documented",
                EvidenceFloor::Reported => "what is documented, modelled, recorded or reported",
            }
            .to_owned(),
        ),
        ("strict", if judging.strict { "yes" } else { "no" }.to_owned()),
        ("phases", phases.join(", ")),
        (
            "requests",
            format!(
                "{}: {} exploring, {} confirming and shrinking",
                thousands(counts.requests),
                thousands(counts.exploring),
                thousands(counts.shrinking)
            ),
        ),
        (
            "scenarios",
            format!("{}, {} unjudged", thousands(counts.scenarios), thousands(counts.unjudged)),
        ),
        ("throttled", thousands(counts.throttled)),
        ("region", line(&target.region, 80)),
        ("account", line(&target.account, 80)),
    ];
    if let Some(server) = &target.server {
        settings.push(("server", line(server, 200)));
    }
    settings
}
