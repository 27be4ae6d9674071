//! What the page shows, as plain strings and numbers: bounded here, escaped by the template.

use serde::Serialize;
use serde_json::Value;

use crate::event::{Cause, Counterexample, Exchange, RuleResult, RunResult};
use crate::report::findings::{self, Standing, Status};
use crate::report::text::{
    LINE, PAGE, WIRE, block, counted, duration, line, percent, small_percent, thousands,
};
use crate::spec::{EditionChoice, Evidence, EvidenceFloor};

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

/// A rule with its causes of one standing.
#[derive(Serialize)]
pub struct Card {
    anchor: String,
    rule: &'static str,
    sentence: String,
    status: &'static str,
    word: &'static str,
    strength: String,
    numbers: String,
    causes: Vec<CauseView>,
}

#[derive(Serialize)]
struct CauseView {
    anchor: String,
    brief: String,
    blame: &'static str,
    aspect: &'static str,
    evidence: &'static str,
    source: String,
    known: Option<String>,
    expected: Vec<String>,
    actual: String,
    differences: Vec<DifferenceView>,
    exchanges: Vec<ExchangeView>,
    lanes: Vec<String>,
    nearest: Option<(String, String)>,
    afterwards: Option<String>,
    wrong: Vec<(String, String)>,
    fine: Vec<(String, String)>,
    reproduced: String,
    shrunk: Option<String>,
    trail: Vec<String>,
    curl: String,
    replay: String,
}

#[derive(Serialize)]
struct DifferenceView {
    path: String,
    expected: Option<String>,
    actual: Option<String>,
}

#[derive(Serialize)]
struct ExchangeView {
    step: Option<usize>,
    operation: String,
    fine: bool,
    request: String,
    request_headers: Vec<(String, String)>,
    request_body: String,
    base64: Option<String>,
    status: Option<u16>,
    response_headers: Vec<(String, String)>,
    response_body: String,
    fault: Option<String>,
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
                of: format!(
                    "{} violated of {judged} scored rules that could be judged",
                    counts.violated + counts.known
                ),
            },
            coverage: Meter {
                share: share(result.figures.coverage),
                text: percent(result.figures.coverage),
                of: format!("{judged} judged of {} scored rules that apply", counts.scored),
            },
            by_evidence: by_evidence(result),
            totals: totals(result),
            warnings: result.warnings.iter().map(|w| line(&w.detail, LINE)).collect(),
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

/// The causes of one standing, a card a rule; anchors on the page begin with `prefix`.
pub fn cards(result: &RunResult, standing: Standing, prefix: &str) -> Vec<Card> {
    result
        .rules
        .iter()
        .filter_map(|rule| {
            let causes: Vec<CauseView> = rule
                .causes
                .iter()
                .filter(|cause| Standing::of(rule, cause) == standing)
                .map(|cause| cause_view(cause, prefix))
                .collect();
            // A violated rule has its card even where no counterexample was kept.
            let bare = standing == Standing::Failure && Status::of(rule) == Status::Fail;
            (!causes.is_empty() || bare).then(|| Card {
                anchor: format!("{prefix}finding-{}-{}", standing.status().name(), rule.id),
                rule: rule.id.name(),
                sentence: line(&rule.sentence, LINE),
                status: standing.status().name(),
                word: standing.status().meaning(),
                strength: rule.strength.to_string(),
                numbers: format!(
                    "{}, {} fail",
                    counted(u64::from(findings::cases(rule)), "request"),
                    thousands(u64::from(rule.failed))
                ),
                causes,
            })
        })
        .collect()
}

/// The anchor of a cause: its id in letters that a link can hold.
pub fn anchor(prefix: &str, id: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let id: String = id.chars().take(80).map(keep).collect();
    format!("{prefix}cause-{id}")
}

fn cause_view(cause: &Cause, prefix: &str) -> CauseView {
    let example = &cause.counterexample;
    let (again, tries) = example.reproduced;
    let tried = |fine: bool| {
        let tried = example.tried.iter().filter(|tried| tried.fine == fine).take(24);
        tried.map(|tried| (line(&tried.value, 120), line(&tried.answer, 120))).collect()
    };
    CauseView {
        anchor: anchor(prefix, &cause.id),
        brief: line(&cause.brief, LINE),
        blame: findings::blame(cause.direction),
        aspect: cause.aspect.name(),
        evidence: cause.evidence.name(),
        source: line(&cause.source, LINE),
        known: cause.known.as_ref().map(|why| line(why, LINE)),
        expected: example.expected.iter().map(|text| line(text, WIRE)).collect(),
        actual: line(&example.actual, WIRE),
        differences: differences(example),
        exchanges: exchanges(example),
        lanes: example.lanes.iter().map(|lane| line(lane, LINE)).collect(),
        nearest: example
            .nearest
            .as_ref()
            .map(|nearest| (line(&nearest.change, LINE), line(&nearest.answer, LINE))),
        afterwards: example.afterwards.as_ref().map(|text| line(text, WIRE)),
        wrong: tried(false),
        fine: tried(true),
        reproduced: format!(
            "{again} of {tries} times alone, seen in {}",
            counted(u64::from(cause.occurrences), "scenario")
        ),
        shrunk: (example.shrink.tries > 0).then(|| {
            let shrink = &example.shrink;
            let end = if shrink.complete { "" } else { ", stopped early" };
            format!("from {} to {} in {} tries{end}", shrink.from, shrink.to, shrink.tries)
        }),
        trail: example.shrink.trail.iter().take(200).map(|text| line(text, LINE)).collect(),
        curl: line(&example.curl, PAGE),
        replay: line(&example.replay, WIRE),
    }
}

fn differences(example: &Counterexample) -> Vec<DifferenceView> {
    let value = |value: &Value| match value {
        Value::Null => None,
        value => Some(line(&value.to_string(), WIRE)),
    };
    let differences = example.differences.iter().take(50);
    differences
        .map(|difference| DifferenceView {
            path: line(&difference.path, 200),
            expected: value(&difference.expected),
            actual: value(&difference.actual),
        })
        .collect()
}

fn exchanges(example: &Counterexample) -> Vec<ExchangeView> {
    let several = example.exchanges.len() > 1;
    example.exchanges.iter().map(|exchange| exchange_view(exchange, several)).collect()
}

fn exchange_view(exchange: &Exchange, several: bool) -> ExchangeView {
    let headers = |headers: &[(String, String)]| -> Vec<(String, String)> {
        headers.iter().take(40).map(|(name, text)| (line(name, 80), line(text, LINE))).collect()
    };
    let request = &exchange.request;
    let response = exchange.response.as_ref();
    ExchangeView {
        step: several.then_some(exchange.step + 1),
        operation: line(&exchange.operation, 80),
        fine: exchange.fine,
        request: format!("{} {}", line(&request.method, 20), line(&request.target, WIRE)),
        request_headers: headers(&request.headers),
        request_body: block(&request.body, PAGE),
        base64: request.body_base64.as_ref().map(|text| line(text, WIRE)),
        status: response.map(|response| response.status),
        response_headers: response.map(|r| headers(&r.headers)).unwrap_or_default(),
        response_body: response.map(|r| block(&r.body, PAGE)).unwrap_or_default(),
        fault: exchange.fault.as_ref().map(|text| line(text, LINE)),
    }
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
        (
            "edition",
            match judging.edition {
                EditionChoice::Page => "the API page",
                EditionChoice::Current => "the current model",
                EditionChoice::Either => "either: disputed inputs may follow the page or the model",
            }
            .to_owned(),
        ),
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
