//! Values that other software gives a meaning of its own. All of them are legal, so one request
//! carries many: a StatementId, an EventSourceToken, a SourceArn and an account at a time.

use super::plain::{Builder, put, put_literal};
use super::seed::below;
use crate::contract::Member;
use crate::pattern::Rng;
use crate::scenario::Template;

/// Words that are StatementIds and EventSourceTokens: numbers in all their forms, words for
/// nothing and for truth, names that every object has, identifiers of several kinds.
const WORDS: [&str; 36] = [
    "1e3",
    "0x1F",
    "00042",
    "9007199254740993",
    "18446744073709551616",
    "-1",
    "-0",
    "1_000",
    "1e400",
    "Infinity",
    "NaN",
    "true",
    "False",
    "yes",
    "off",
    "null",
    "NULL",
    "None",
    "nil",
    "undefined",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "length",
    "A1B2C3D4-E5F6-4A1B-8C2D-3E4F5A6B7C8D",
    "a1b2c3d4-e5f6-4a1b-8c2d-3e4f5a6b7c8d",
    "2026-11-27",
    "--",
    "__",
    "-x-",
    "_x_",
    "a--b__c",
    "policy",
    "Sid",
];

/// EventSourceTokens beyond those words: a token may hold dots.
const TOKENS: [&str; 12] = [
    "1.0",
    "1.50",
    "-0.0",
    ".5",
    "5.",
    "..",
    "a..b",
    ".a.",
    "127.0.0.1",
    "1.2.3-rc.1",
    "index.html",
    "amzn1.ask.skill.A1B2-c3d4_e5",
];

/// Ends of SourceArns. Each is taken as it is.
const TAILS: [&str; 40] = [
    " ",
    "a b",
    " lead",
    "trail ",
    "two  blanks",
    "tab\tin",
    "a\"b\"",
    "it's ''",
    "`tick`",
    "$${aws:username}/x",
    "$x $$ $$${ }",
    "{id}/{proxy+}",
    "%41%2F%00",
    "100%",
    "a%%b% c",
    "+plus+",
    "a#b",
    "a?b=c&d=e",
    "a,b;c",
    "&amp;&lt;&#x41;",
    "<b>bold</b>",
    "back\\slash\\n\\\\",
    "~tilde^|",
    "=!@()[]:",
    "a//b///c",
    "**",
    "*/**/*",
    "a/../b/./c",
    "/",
    "a/",
    "é",
    "e\u{301}",
    "ß \u{fb01} \u{130}",
    "日本語",
    "\u{1f680}",
    "\u{200b}\u{feff}x",
    "\u{a0}nbsp\u{a0}",
    "\u{1}\u{7f}",
    "null",
    "-- ; DROP",
];

/// Account ids.
const ACCOUNTS: [&str; 6] =
    ["000000000000", "000000000001", "012345678901", "100000000000", "999999999999", "${account}"];

/// Ids of organizations.
const ORGANIZATIONS: [&str; 4] =
    ["o-0000000000", "o-1234567890", "o-nullnullnu", "o-0123456789abcdefghijklmnopqrstuv"];

/// Principals that name somebody in an unusual form. Whether there is somebody of that name is
/// for the target to say; where it takes them, it shows them unchanged.
const PRINCIPALS: [&str; 16] = [
    "000000000000",
    "000000000001",
    "999999999999",
    "arn:${partition}:iam::000000000000:root",
    "arn:${partition}:iam::${account}:user/Division-1/sub.unit/Some.One+tag=1,2@x_-",
    "arn:${partition}:iam::${account}:role/service-role/UPPER_and-lower",
    "arn:${partition}:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
    "arn:${partition}:iam::${account}:role/R234567890123456789012345678901234567890123456789012345678901234",
    "delivery.logs.amazonaws.com",
    "a-rather-long-name-of-a-service-with-dashes-and-digits-0123456789.amazonaws.com",
    "a.b.c.d.amazonaws.com",
    "logs.eu-central-1.amazonaws.com",
    "s3.amazonaws.com.cn",
    "2.amazonaws.com",
    "elasticmapreduce.amazonaws.com.cn",
    "lambda.alarms.cloudwatch.amazonaws.com",
];

/// The cases: as many rows as the longest list has values.
pub(super) fn add_cases(cases: &mut Builder, rng: &mut impl Rng) {
    // Which of them meet differs by seed.
    let shift = below(rng, WORDS.len());
    for (at, tail) in TAILS.iter().enumerate() {
        cases.plain(|request| {
            if let Some(word) = WORDS.get(at) {
                put_literal(request, Member::StatementId, word);
            }
            // Every token has its turn, some of them beside two ends of ARNs.
            let tokens: Vec<&str> = TOKENS.iter().chain(&WORDS).copied().collect();
            let token = tokens[(at + shift) % tokens.len()];
            put_literal(request, Member::EventSourceToken, token);
            put(request, Member::SourceArn, &Template::parse(format!("arn:aws:s3:::{tail}")));
            let account = ACCOUNTS[(at + shift) % ACCOUNTS.len()];
            put(request, Member::SourceAccount, &Template::parse(account));
            if at % 3 == 0 {
                let organization = ORGANIZATIONS[at / 3 % ORGANIZATIONS.len()];
                put_literal(request, Member::PrincipalOrgId, organization);
            }
        });
    }
    let left = TOKENS.len() + WORDS.len() - TAILS.len();
    for at in 0..left {
        let tokens: Vec<&str> = TOKENS.iter().chain(&WORDS).copied().collect();
        let token = tokens[(TAILS.len() + at + shift) % tokens.len()];
        cases.plain(|request| put_literal(request, Member::EventSourceToken, token));
    }
    for principal in PRINCIPALS {
        cases.plain(|request| put(request, Member::Principal, &Template::parse(principal)));
    }
}
