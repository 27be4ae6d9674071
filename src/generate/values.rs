//! Every meaningful value, each in an otherwise plain request.

use serde_json::Value;

use super::plain::{Builder, plain_value, put, put_literal, put_value};
use super::seed::rng;
use super::{Case, Options, names, notable};
use crate::contract::{Member, Phase};
use crate::scenario::{AddPermission, Template};

/// Principals that AWS is known to accept, or that the target can know.
pub(super) const PRINCIPALS: [&str; 19] = [
    "*",
    "${account}",
    "223456789012",
    "012345678901",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
    "events.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "logs.${region}.amazonaws.com",
    "sqs.amazonaws.com",
    "states.amazonaws.com",
    "kinesis.amazonaws.com",
    "apigateway.amazonaws.com",
    "alexa-appkit.amazon.com",
    "alexa-connectedhome.amazon.com",
    "${role}",
    "arn:${partition}:iam::${account}:root",
    "arn:${partition}:iam::223456789012:root",
];

/// Principals that match the pattern and do not exist.
pub(super) const STRANGERS: [&str; 17] = [
    "invalid.nonaws.com",
    "example.org",
    "amazonaws.com",
    "s3.amazonaws.com.example.org",
    "notaservice.amazonaws.com",
    "s3",
    "S3.AMAZONAWS.COM",
    "arn:aws:iam:000000000000:role/xxxx",
    "arn:${partition}:iam:${account}:role/permspec",
    "arn:${partition}:iam::abc:root",
    "logs.us-iso-east-1.c2s.ic.gov",
    "arn:${partition}:iam::${account}:role/no-such-role-ps",
    "arn:${partition}:iam::${account}:user/no-such-user-ps",
    "12345678901",
    "1234567890123",
    "**",
    "o-a1b2c3d4e5",
];

/// Actions with evidence.
pub(super) const ACTIONS: [&str; 5] =
    ["lambda:InvokeFunction", "lambda:GetFunction", "lambda:InvokeFunctionUrl", "lambda:*", "*"];

/// Other actions that match the pattern: a rare one, an invented one, and known ones in other case.
const OTHER_ACTIONS: [&str; 4] =
    ["lambda:ListTags", "lambda:Nope", "lambda:invokefunction", "lambda:INVOKEFUNCTION"];

/// Invalid values of FunctionUrlAuthType.
pub(super) const NO_AUTH_TYPES: [&str; 16] = [
    "",
    "none",
    "None",
    "aws_iam",
    "AWS-IAM",
    "AWS_IAM ",
    " NONE",
    "NONE\n",
    "IAM",
    "NULL",
    "NONE,AWS_IAM",
    "Aws_Iam",
    "NONE\u{a0}",
    "\u{feff}AWS_IAM",
    "AWS_IAM\u{200b}",
    "\tNONE",
];

/// Values of the condition members that are valid in both editions.
pub(super) const CONDITIONS: [(Member, &[&str]); 5] = [
    (
        Member::SourceArn,
        &[
            "arn:aws:s3:::b",
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::",
            "arn:${partition}:sns:${region}:${account}:t",
            "arn:${partition}:logs:${region}:${account}:log-group:g:*",
            "arn:aws:execute-api:us-east-1:123456789012:api/*/GET/a?b=c&d=%20",
            "arn:aws:s3:::\"quoted\" \\ and é",
            "arn:aws-cn:s3:::b",
            "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t",
        ],
    ),
    (Member::SourceAccount, &["${account}", "111111111111", "000000000001"]),
    (Member::PrincipalOrgId, &["o-a1b2c3d4e5", "o-1234567890"]),
    (Member::EventSourceToken, &["t", "amzn1.ask.skill.1a2b-3c_4d"]),
    (Member::FunctionUrlAuthType, &["NONE", "AWS_IAM"]),
];

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::Values, 'v');
    let most = |quick| options.depth.pick(quick, usize::MAX, usize::MAX);
    for principal in PRINCIPALS.into_iter().chain(STRANGERS) {
        cases.plain(|request| put(request, Member::Principal, &Template::parse(principal)));
    }
    for action in ACTIONS.into_iter().chain(OTHER_ACTIONS) {
        cases.plain(|request| put_literal(request, Member::Action, action));
    }
    cases.group(most(18), conditions);
    cases.group(most(12), auth_types);
    cases.group(most(4), invoked_via_url);
    names::add_cases(&mut cases, most);
    let mut rng = rng(options, Phase::Values, 0);
    cases.group(most(0), |cases| notable::add_cases(cases, &mut rng));
    cases.finish()
}

/// Sets a condition member. FunctionUrlAuthType also sets the action that it requires.
pub(super) fn put_condition(request: &mut AddPermission, member: Member, text: &str) {
    put(request, member, &Template::parse(text));
    if member == Member::FunctionUrlAuthType {
        put_literal(request, Member::Action, "lambda:InvokeFunctionUrl");
    }
}

fn conditions(cases: &mut Builder) {
    for (member, texts) in CONDITIONS {
        for text in texts {
            cases.plain(|request| put_condition(request, member, text));
        }
        for principal in ["*", "${account}", "${role}"] {
            cases.plain(|request| {
                put(request, Member::Principal, &Template::parse(principal));
                put_condition(request, member, texts[0]);
            });
        }
    }
    for invoked in [None, Some(true), Some(false)] {
        cases.plain(|request| {
            for (member, texts) in CONDITIONS {
                put_condition(request, member, texts[0]);
            }
            if let Some(invoked) = invoked {
                put_value(request, Member::InvokedViaFunctionUrl.name(), Value::Bool(invoked));
            }
        });
    }
    // All that go with the plain action.
    cases.plain(|request| {
        for (member, texts) in &CONDITIONS[..4] {
            put_condition(request, *member, texts[0]);
        }
    });
    // An empty text is no absent member.
    for (member, _) in CONDITIONS {
        cases.plain(|request| put_condition(request, member, ""));
    }
}

fn auth_types(cases: &mut Builder) {
    for text in NO_AUTH_TYPES {
        cases.plain(|request| {
            put_literal(request, Member::Action, "lambda:InvokeFunctionUrl");
            put_literal(request, Member::FunctionUrlAuthType, text);
        });
    }
    for action in ACTIONS.into_iter().chain(["lambda:invokefunctionurl"]) {
        for text in ["NONE", "AWS_IAM"] {
            cases.plain(|request| {
                put_literal(request, Member::FunctionUrlAuthType, text);
                put_literal(request, Member::Action, action);
            });
        }
    }
}

fn invoked_via_url(cases: &mut Builder) {
    for action in ACTIONS {
        for invoked in [true, false] {
            cases.plain(|request| {
                put_value(request, Member::InvokedViaFunctionUrl.name(), Value::Bool(invoked));
                put_literal(request, Member::Action, action);
            });
        }
    }
    // Beside other conditions, and with a public principal.
    cases.plain(|request| {
        let name = Member::InvokedViaFunctionUrl.name();
        put_value(request, name, plain_value(Member::InvokedViaFunctionUrl));
        put_literal(request, Member::Principal, "*");
        put_literal(request, Member::SourceArn, "arn:aws:s3:::b");
    });
}
