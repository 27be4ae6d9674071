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
            cases.plain(|request| put_member(request, member, &text));
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
        Member::FunctionName | Member::SourceArn => options.depth.pick((9, 5), (60, 10), all),
        Member::Action => options.depth.pick((14, 8), (usize::MAX, 8), all),
        _ => options.depth.pick((8, 4), (usize::MAX, 8), all),
    };
    let mut texts: Vec<String> = mistakes(member).into_iter().filter(&mut outside).collect();
    texts.extend(spread(rotated(derived, options.seed), most_derived));
    texts.extend(spread(picked, most_picked));
    texts
}

/// Common mistakes, and invalid values that implementations are known to accept.
fn mistakes(member: Member) -> Vec<String> {
    let slips: &[&str] = match member {
        Member::Action => {
            &["Lambda:InvokeFunction", "lambda:Get*", "s3:GetObject", "lambda:Invoke-Function"]
        }
        Member::SourceAccount => &["1234-5678-9012", "12345678901a"],
        Member::SourceArn => &[
            "arn:aws:execute-api:us-east-1:*:api/*",
            "arn:aws:sns:*:123456789012:topic",
            "arn:aws:s3::123456789012",
            "arn:aws:my_service:::b",
            "ARN:AWS:S3:::BUCKET",
            "arn:aws:s3:::a\nb",
        ],
        Member::PrincipalOrgId => &["r-a1b2c3d4e5", "O-a1b2c3d4e5", "o-abcde_fghij"],
        Member::Qualifier => &["live.x", "live:1"],
        _ => &[],
    };
    slips.iter().map(|slip| (*slip).to_owned()).collect()
}
