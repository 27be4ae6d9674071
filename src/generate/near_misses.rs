//! Strings just outside each pattern, each in an otherwise plain request.
//!
//! For every exit of a member's automaton one text that leaves there, for every state that does
//! not accept one that ends there, and the outsiders that implementations are known to let in.
//! Where the editions differ, texts outside of both: on the others the editions disagree.

use std::collections::HashSet;

use super::bounds::{put_member, stays_beside};
use super::language::{PATTERNED, automata_of, lengths};
use super::plain::Builder;
use super::{Case, Options, rotated, spread};
use crate::contract::{Member, Phase};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut cases = Builder::new(Phase::NearMisses, 'n');
    for member in PATTERNED {
        for text in texts(member, options) {
            // Who trims the text must find an alias behind it.
            if member == Member::Qualifier && text.contains("live") {
                cases.versioned(|request| put_member(request, member, &text));
            } else {
                cases.plain(|request| put_member(request, member, &text));
            }
        }
    }
    cases.finish()
}

/// The strings for a member: exits first, then truncated strings, then hand-picked ones.
fn texts(member: Member, options: &Options) -> Vec<String> {
    let automata = automata_of(member, options.editions);
    let mut seen = HashSet::new();
    let mut outside = |text: &String| {
        automata.iter().all(|automaton| !automaton.accepts(text))
            && stays_beside(member, &automata, text)
            && seen.insert(text.clone())
    };
    let (mut derived, mut picked) = (Vec::new(), Vec::new());
    for automaton in &automata {
        let misses = automaton.covering_near_misses(lengths(member)).into_iter();
        let misses = misses.chain(automaton.truncations(lengths(member)));
        derived.extend(misses.map(|miss| miss.text).filter(&mut outside));
    }
    for automaton in &automata {
        picked.extend(automaton.hand_picked().into_iter().filter(&mut outside));
    }
    let all = (usize::MAX, usize::MAX);
    let (most_derived, most_picked) = match member {
        // Of names, the prefix of the run makes some alike that were not.
        Member::FunctionName => options.depth.pick((9, 5), (78, 8), all),
        Member::SourceArn => options.depth.pick((9, 5), (44, 8), all),
        // Most states of these two count characters, and differ in nothing else.
        Member::Qualifier => options.depth.pick((8, 4), (200, 5), all),
        Member::PrincipalOrgId => options.depth.pick((8, 4), (130, 5), all),
        Member::Action => options.depth.pick((14, 8), (usize::MAX, 5), all),
        _ => options.depth.pick((8, 4), (usize::MAX, 5), all),
    };
    let mut texts: Vec<String> = mistakes(member).into_iter().filter(&mut outside).collect();
    let around = surrounded(member, options.seed).into_iter().filter(&mut outside).collect();
    texts.extend(spread(around, options.depth.pick(0, usize::MAX, usize::MAX)));
    texts.extend(spread(rotated(derived, options.seed), most_derived));
    texts.extend(spread(picked, most_picked));
    texts
}

/// A good value with something around it that trimming takes away: blanks that every reader knows,
/// those that only some know, and characters that nobody sees.
fn surrounded(member: Member, seed: u64) -> Vec<String> {
    const BLANKS: [&str; 4] = [" ", "\t", "\n", "\r\n"];
    const FAR: [&str; 6] = ["\u{a0}", "\u{85}", "\u{3000}", "\u{2003}", "\u{1c}", "\0"];
    const UNSEEN: [&str; 4] = ["\u{200b}", "\u{feff}", "\u{2060}", "\u{200e}"];
    let good = match member {
        Member::StatementId => "surrounded-1",
        Member::SourceAccount => "123456789012",
        Member::PrincipalOrgId => "o-a1b2c3d4e5",
        Member::EventSourceToken => "token.1",
        Member::Qualifier => "live",
        Member::Action => "lambda:InvokeFunction",
        Member::SourceArn => "arn:aws:s3:::b",
        Member::Principal => "s3.amazonaws.com",
        _ => return Vec::new(),
    };
    let turn = member as usize + usize::try_from(seed % 24).unwrap_or(0);
    let mut texts = Vec::new();
    for kinds in [&BLANKS[..], &FAR[..], &UNSEEN[..]] {
        let (before, behind) = (kinds[turn % kinds.len()], kinds[(turn + 1) % kinds.len()]);
        texts.extend([format!("{before}{good}"), format!("{good}{behind}")]);
    }
    texts
}

/// Common mistakes, and invalid values that implementations are known to accept.
fn mistakes(member: Member) -> Vec<String> {
    let slips: &[&str] = match member {
        Member::Action => &[
            "Lambda:InvokeFunction",
            "LAMBDA:InvokeFunction",
            "Lambda:*",
            "lambda:Get*",
            "s3:GetObject",
            "lambda:Invoke-Function",
        ],
        Member::SourceAccount => &["1234-5678-9012", "12345678901a"],
        Member::SourceArn => &[
            "arn:aws:execute-api:us-east-1:*:api/*",
            "arn:aws:sns:*:123456789012:topic",
            "arn:aws:s3::123456789012",
            "arn:aws:my_service:::b",
            "ARN:AWS:S3:::BUCKET",
            "Arn:aws:s3:::b",
            "arn:AWS:s3:::b",
            "arn:aws:sns:US-EAST-1:123456789012:t",
            "arn:aws:s3:::a\nb",
        ],
        Member::PrincipalOrgId => {
            &["r-a1b2c3d4e5", "O-a1b2c3d4e5", "o-abcde_fghij", "o-ABCDE12345", "O-A1B2C3D4E5"]
        }
        Member::Qualifier => &["live.x", "live:1"],
        _ => &[],
    };
    slips.iter().map(|slip| (*slip).to_owned()).collect()
}
