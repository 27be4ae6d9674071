//! A result with something of everything, for the tests of the reports, and one whose target
//! answers with all that could break or bend a report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::contract::{Aspect, Direction, Evidence, Member, Phase, RuleId};
use crate::event::result::RESULTS;
use crate::event::{
    Cause, Counterexample, Counts, Difference, DirectionCount, EVENTS, Event, Exchange, Judging,
    MemberCoverage, Nearest, Outcome, RequestText, ResponseText, RuleResult, RunInfo, RunResult,
    ShrinkInfo, SuiteInfo, TargetInfo, Tried, Verdict, Warning,
};
use crate::scenario::{AddPermission, Body, Fixture, Operation, Scenario, Step, Template};

const PATH: &str = "/2015-03-31/functions/ps-5d1f-a/policy";

fn rule(id: RuleId) -> RuleResult {
    let judging = Judging::default();
    let rule = id.rule();
    RuleResult {
        id,
        topic: rule.topic,
        strength: rule.strength,
        sentence: rule.sentence.to_owned(),
        evidence: rule.strongest(),
        scored: rule.scored(judging.evidence, judging.strict),
        verdict: Verdict::Held,
        reason: None,
        directions: rule
            .directions
            .iter()
            .map(|&(direction, least)| DirectionCount { direction, cases: least * 40, least })
            .collect(),
        failed: 0,
        bound_95: rule.phases.contains(&Phase::Random).then_some(0.0073),
        causes: Vec::new(),
    }
}

fn add(body: &Value, status: u16, answer: &str, fine: bool) -> Exchange {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let request = RequestText {
        method: "POST".into(),
        target: PATH.into(),
        headers: headers.clone(),
        body: body.to_string(),
        body_base64: None,
    };
    headers.push(("server".to_owned(), "emulator/4.9".to_owned()));
    let response = ResponseText { status, headers, body: answer.to_owned() };
    Exchange {
        step: 0,
        operation: "AddPermission".into(),
        request,
        response: Some(response),
        fault: None,
        fine,
    }
}

fn scenario(body: &Value) -> Scenario {
    Scenario::single(
        Fixture::plain(),
        AddPermission {
            function_name: Template::reference("function.a"),
            qualifier: None,
            body: Body::Members(body.as_object().cloned().unwrap_or_default()),
            ..AddPermission::default()
        },
    )
}

fn curl(body: &Value) -> String {
    format!(
        "curl --aws-sigv4 aws:amz:us-east-1:lambda -u \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" \
         -X POST 'http://127.0.0.1:4566{PATH}' -H 'content-type: application/json' -d '{body}'"
    )
}

fn cause(rule: RuleId, id: &str, brief: &str, body: &Value, exchange: Exchange) -> Cause {
    Cause {
        id: id.into(),
        fingerprint: format!("{id}-3f6a0c"),
        rule,
        aspect: Aspect::Status,
        direction: Direction::Refuse,
        evidence: Evidence::Documented,
        source: "API page, StatementId".into(),
        advisory: false,
        flaky: false,
        known: None,
        bug: None,
        occurrences: 57,
        seen_at: 7,
        brief: brief.into(),
        counterexample: Counterexample {
            scenario: scenario(body),
            step: 0,
            members: vec![Member::StatementId],
            exchanges: vec![exchange],
            expected: vec!["400 (documented)".into()],
            actual: "201".into(),
            reproduced: (3, 3),
            curl: curl(body),
            replay: format!("permspec replay {id} --endpoint http://127.0.0.1:4566"),
            ..Counterexample::default()
        },
    }
}

fn pattern_causes() -> Vec<Cause> {
    let dot = json!({"StatementId": ".", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"});
    let answer = json!({"Statement": "{\"Sid\":\".\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:aws:lambda:us-east-1:000000000000:function:ps-5d1f-a\"}"});
    let id = RuleId::StatementIdPattern;
    let exchange = add(&dot, 201, &answer.to_string(), false);
    let mut first = cause(id, "9c41-statement-id", "\".\" is accepted", &dot, exchange);
    first.counterexample.expected = vec![
        "400 (documented)  ValidationException (recorded 2025-11-25)".into(),
        "400 (documented)  InvalidParameterValueException (documented)".into(),
    ];
    first.counterexample.actual = "201 {\"Statement\":\"{\\\"Sid\\\":\\\".\\\",…}\"}".into();
    first.counterexample.differences = vec![
        Difference { path: "status".into(), expected: json!(400), actual: json!(201) },
        Difference {
            path: "code".into(),
            expected: json!("ValidationException"),
            actual: Value::Null,
        },
    ];
    first.counterexample.nearest =
        Some(Nearest { change: "StatementId \"a\"".into(), answer: "201".into() });
    first.counterexample.afterwards = Some(
        "GetPolicy shows Sid \".\": the request that should have been refused was stored".into(),
    );
    let tried = |value: &str, answer: &str, fine| Tried {
        value: value.into(),
        answer: answer.into(),
        fine,
    };
    first.counterexample.tried = vec![
        tried("\"a.b\"", "201", false),
        tried("\"é\"", "201", false),
        tried("\"\"", "400 ValidationException", true),
        tried("101 × \"a\"", "400 ValidationException", true),
    ];
    first.counterexample.shrink = ShrinkInfo {
        from: 83,
        to: 1,
        tries: 19,
        complete: true,
        trail: vec!["83 → 40: half of StatementId".into(), "40 → 1: one character".into()],
    };
    let space = json!({"StatementId": "a b", "Action": "lambda:InvokeFunction", "Principal": "*"});
    let exchange = add(&space, 500, "{\"message\":\"Internal error\"}", false);
    let mut second =
        cause(id, "1b07-statement-id", "a space makes the server fail", &space, exchange);
    second.occurrences = 3;
    second.counterexample.expected = vec!["400 (documented)".into()];
    second.counterexample.actual = "500".into();
    vec![first, second]
}

fn race_cause() -> Cause {
    let body = json!({"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "*"});
    let exchange = add(&body, 201, "{\"Statement\":\"{}\"}", false);
    let mut race = cause(
        RuleId::RaceOneWinnerPerId,
        "77aa-race",
        "two adds of one StatementId both succeed",
        &body,
        exchange.clone(),
    );
    let operation = match scenario(&body).steps.remove(0) {
        Step::One(operation) => operation,
        Step::Together { .. } => Operation::GetPolicy(crate::scenario::GetPolicy::default()),
    };
    race.direction = Direction::Shape;
    race.source = "API page, errors: already exists".into();
    race.occurrences = 11;
    race.counterexample.scenario.steps =
        vec![Step::Together { together: vec![operation.clone(), operation] }];
    race.counterexample.exchanges = vec![exchange.clone(), exchange];
    race.counterexample.expected = vec!["at most one 201; 409 ResourceConflictException".into()];
    race.counterexample.actual = "201 and 201".into();
    race.counterexample.lanes = vec![
        "t1 ├─ add a  201 ─┤".into(),
        "t2   ├─ add a  201 ─┤".into(),
        "no order of these explains both 201s".into(),
    ];
    race.counterexample.reproduced = (9, 20);
    race
}

fn advisory_cause() -> Cause {
    let body = json!({"StatementId": "a", "Action": "lambda", "Principal": "*"});
    let exchange = add(&body, 400, "{\"message\":\"bad\"}", false);
    let mut note =
        cause(RuleId::ErrorMessages, "0e55-messages", "the message is \"bad\"", &body, exchange);
    note.aspect = Aspect::Message;
    note.direction = Direction::Shape;
    note.evidence = Evidence::Recorded;
    note.source = "pe-01".into();
    note.advisory = true;
    note.counterexample.expected = vec!["1 validation error detected: …".into()];
    note.counterexample.actual = "bad".into();
    note
}

fn rules() -> Vec<RuleResult> {
    let mut rules: Vec<RuleResult> = RuleId::ALL.iter().map(|id| rule(*id)).collect();
    let mut change = |id: RuleId, verdict, reason: Option<&str>, causes: Vec<Cause>| {
        let rule = &mut rules[id as usize];
        rule.verdict = verdict;
        rule.reason = reason.map(str::to_owned);
        rule.failed = causes.iter().map(|cause| cause.occurrences).sum();
        rule.bound_95 = None;
        rule.causes = causes;
    };
    change(RuleId::StatementIdPattern, Verdict::Violated, None, pattern_causes());
    change(RuleId::RaceOneWinnerPerId, Verdict::Violated, None, vec![race_cause()]);
    change(RuleId::ErrorMessages, Verdict::Violated, None, vec![advisory_cause()]);
    let body = json!({"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "*", "SourceArn": "x"});
    let mut known = cause(
        RuleId::SourceArnPattern,
        "5a5a-source-arn",
        "\"x\" is accepted",
        &body,
        add(&body, 201, "{\"Statement\":\"{}\"}", false),
    );
    let reason = "the emulator skips the grammar of ARNs";
    known.known = Some(reason.into());
    change(RuleId::SourceArnPattern, Verdict::Known, Some(reason), vec![known]);
    let mut flaky = cause(
        RuleId::PolicyExact,
        "d00d-policy",
        "a statement is missing once",
        &body,
        add(&body, 201, "{\"Statement\":\"{}\"}", true),
    );
    flaky.flaky = true;
    flaky.counterexample.reproduced = (0, 5);
    change(RuleId::PolicyExact, Verdict::Flaky, None, vec![flaky]);
    let lacks = "the target answers 501 to PublishVersion; declare it with --without versions";
    change(RuleId::QualifierVersion, Verdict::CouldNotRun, Some(lacks), Vec::new());
    let declared = "declared absent with --without aliases";
    change(RuleId::QualifierAlias, Verdict::NotApplicable, Some(declared), Vec::new());
    rules[RuleId::QualifierVersion as usize].directions[0].cases = 0;
    rules
}

fn coverage() -> Vec<MemberCoverage> {
    let points = |entries: &[(&str, u32, u32)]| -> BTreeMap<String, (u32, u32)> {
        entries.iter().map(|(kind, have, of)| ((*kind).to_owned(), (*have, *of))).collect()
    };
    vec![
        MemberCoverage {
            subject: "StatementId".into(),
            points: points(&[("bounds", 4, 4), ("transitions", 66, 66), ("types", 6, 6)]),
            missing: Vec::new(),
        },
        MemberCoverage {
            subject: "SourceArn".into(),
            points: points(&[("bounds", 2, 2), ("transitions", 310, 344), ("exits", 40, 52)]),
            missing: vec!["after arn:aws: a digit".into(), "region eusc-".into()],
        },
        MemberCoverage {
            subject: "pairs".into(),
            points: points(&[("values", 412, 420)]),
            missing: Vec::new(),
        },
    ]
}

/// A result with something of everything.
pub fn sample() -> RunResult {
    let rules = rules();
    let scored =
        |verdict| rules.iter().filter(|rule| rule.scored && rule.verdict == verdict).count() as u32;
    let counts = Counts {
        requests: 11_204,
        exploring: 10_900,
        shrinking: 304,
        scenarios: 3_412,
        unjudged: 2,
        throttled: 0,
        scored: rules.iter().filter(|r| r.scored && r.verdict != Verdict::NotApplicable).count()
            as u32,
        held: scored(Verdict::Held),
        violated: scored(Verdict::Violated),
        known: scored(Verdict::Known),
        stale: 0,
        flaky: scored(Verdict::Flaky),
        could_not_run: scored(Verdict::CouldNotRun),
        not_applicable: 1,
        advisory: 1,
    };
    RunResult {
        schema: RESULTS.into(),
        complete: true,
        outcome: Outcome::Failed,
        exit_code: 1,
        suite: SuiteInfo {
            version: "0.1.0".into(),
            catalogue: "7c1e9a".into(),
            rules: RuleId::ALL.len() as u32,
        },
        run: RunInfo {
            seed: 1_562_328_074,
            started: "2026-01-15T09:30:00Z".into(),
            duration_ms: 41_830,
            reproduce: "permspec run --endpoint http://127.0.0.1:4566 --seed 1562328074".into(),
            phases: Phase::ALL.to_vec(),
        },
        target: TargetInfo {
            name: Some("emulator".into()),
            endpoint: "http://127.0.0.1:4566".into(),
            proxy: None,
            region: "us-east-1".into(),
            account: "000000000000".into(),
            server: Some("emulator/4.9".into()),
            abilities: [("PublishVersion", "answers 501"), ("CreateAlias", "no")]
                .map(|(name, what)| (name.to_owned(), what.to_owned()))
                .into(),
            editions_followed: Vec::new(),
        },
        judging: Judging::default(),
        counts,
        figures: super::ndjson::figures(&rules),
        rules,
        coverage: coverage(),
        deployers: Vec::new(),
        warnings: vec![Warning {
            id: "edition-disputed".into(),
            detail:
                "on 4 inputs the page and the current model differ; the target follows the page"
                    .into(),
        }],
        consistency: None,
        bugs: Vec::new(),
        unexplained: Vec::new(),
        explained: None,
        limits: Vec::new(),
    }
}

/// A result of a target on which everything held.
pub fn clean() -> RunResult {
    let mut result = sample();
    result.rules = RuleId::ALL.iter().map(|id| rule(*id)).collect();
    let scored = result.rules.iter().filter(|rule| rule.scored).count() as u32;
    result.counts =
        Counts { requests: 9_000, exploring: 9_000, scored, held: scored, ..Counts::default() };
    result.figures = super::ndjson::figures(&result.rules);
    result.outcome = Outcome::Passed;
    result.exit_code = 0;
    result.warnings.clear();
    result.target.name = Some("reference".into());
    result
}

/// The events of the run that gave [`sample`].
pub fn events() -> Vec<Event> {
    let result = sample();
    let mut events = vec![
        Event::Started {
            schema: EVENTS.into(),
            suite: result.suite.clone(),
            run: result.run.clone(),
        },
        Event::Preflight { target: result.target.clone() },
        Event::Phase { phase: Phase::Values, scenarios: 120 },
        Event::Progress { phase: Phase::Values, done: 60, requests: 180 },
        Event::Suspect { rule: RuleId::StatementIdPattern, brief: "\".\" is accepted".into() },
        Event::Progress { phase: Phase::Values, done: 120, requests: 360 },
        Event::Warning { warning: result.warnings[0].clone() },
    ];
    let causes = result.rules.iter().flat_map(|rule| &rule.causes);
    events.extend(causes.map(|cause| Event::Finding { cause: Box::new(cause.clone()) }));
    let rules = result.rules.iter();
    events.extend(rules.map(|rule| Event::Rule { result: Box::new(rule.clone()) }));
    events.push(Event::Finished { result: Box::new(result) });
    events
}

/// Text that breaks or bends a report that trusts it.
pub const HOSTILE: &str = concat!(
    "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n::error title=forged::x\n| a | b |\n```\n# PASS\n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>\" onclick=\"x' ]]> &lt; --> {{ 7 * 7 }} {% raw %}",
    "\u{0}\u{8}\u{85}\u{202e}\u{2066}\u{feff}\u{fffe}\u{fffd}\u{61c}\u{2028} %0A </script></pre></details>",
);

/// [`sample`], with [`HOSTILE`] text (and a megabyte of it in one body) wherever a target, a
/// file or a command line could have put it.
pub fn hostile() -> RunResult {
    let mut result = sample();
    let text = || HOSTILE.to_owned();
    result.target.name = Some(text());
    result.target.endpoint = text();
    result.target.region = text();
    result.target.account = text();
    result.target.server = Some(text());
    result.target.abilities = BTreeMap::from([(text(), text())]);
    result.suite.version = text();
    result.suite.catalogue = text();
    result.run.reproduce = text();
    result.run.started = text();
    result.figures.by_evidence = BTreeMap::from([(text(), (1, 1))]);
    result.warnings = vec![Warning { id: text(), detail: text() }];
    for rule in &mut result.rules {
        rule.sentence = text();
        rule.reason = rule.reason.as_ref().map(|_| text());
        for cause in &mut rule.causes {
            spoil(cause);
        }
    }
    for member in &mut result.coverage {
        member.subject = text();
        member.points.insert(text(), (1, 2));
        member.missing = vec![text()];
    }
    result
}

fn spoil(cause: &mut Cause) {
    let text = || HOSTILE.to_owned();
    cause.id.push_str(HOSTILE);
    cause.fingerprint = text();
    cause.source = text();
    cause.brief = text();
    cause.known = cause.known.as_ref().map(|_| text());
    let example = &mut cause.counterexample;
    example.expected = vec![text()];
    example.actual = text();
    example.differences =
        vec![Difference { path: text(), expected: json!({"a": HOSTILE}), actual: json!(HOSTILE) }];
    example.nearest = Some(Nearest { change: text(), answer: text() });
    example.afterwards = Some(text());
    example.tried = vec![Tried { value: text(), answer: text(), fine: false }];
    example.lanes = vec![text()];
    example.shrink.trail = vec![text()];
    example.curl = text();
    example.replay = text();
    for exchange in &mut example.exchanges {
        exchange.operation = text();
        exchange.request.target = text();
        exchange.request.headers = vec![(text(), text())];
        exchange.request.body = text();
        exchange.fault = Some(text());
        if let Some(response) = &mut exchange.response {
            response.headers = vec![(text(), text())];
            response.body = HOSTILE.repeat(1_000_000 / HOSTILE.len());
        }
    }
}
