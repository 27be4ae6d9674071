//! One offline page: readable without scripts, in light and dark, on a phone and on a desk.
//!
//! `view` and `card` bound what is shown and lay it out as plain data; the templates escape it.
//! The page loads nothing: its policy forbids the network, and its one script is named by hash,
//! so that no other would run even if it got into the page.

mod bugs;
mod card;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::event::RunResult;

pub(super) use card::{Card, anchor, cards};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The result as one HTML page.
///
/// # Panics
///
/// Never: the template is part of this program, and tests render it.
pub fn html(result: &RunResult) -> String {
    page("run.html", include_str!("run.html"), &view::View::of(result))
}

/// What every page shares, and what is its own.
#[derive(Serialize)]
struct Shell<'a, V> {
    style: &'static str,
    script: &'static str,
    script_hash: String,
    view: &'a V,
}

/// Renders a page; templates named `.html` escape every value that is not marked safe.
pub(super) fn page(name: &'static str, template: &'static str, view: &impl Serialize) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let script_hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    let shell = Shell { style: STYLE, script: SCRIPT, script_hash, view };
    environment
        .add_template("shell.html", include_str!("shell.html"))
        .and_then(|()| environment.add_template("parts.html", include_str!("parts.html")))
        .and_then(|()| environment.add_template(name, template))
        .and_then(|()| environment.get_template(name)?.render(Serde(&shell)))
        .expect("a template of our own renders")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{clean, hostile, sample};

    #[test]
    fn every_rule_and_every_cause_has_a_place_to_link_to() {
        let result = sample();
        let page = html(&result);
        for rule in &result.rules {
            assert_eq!(page.matches(&format!("id=\"rule-{}\"", rule.id)).count(), 1, "{}", rule.id);
            for cause in &rule.causes {
                let anchor = anchor("", &cause.id);
                assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
                assert!(page.contains(&format!("href=\"#{anchor}\"")), "{anchor}");
            }
        }
    }

    #[test]
    fn the_page_asks_the_network_for_nothing() {
        let page = html(&sample());
        for loading in ["src=", "<link", "@import", "url(", "<iframe", "<form"] {
            assert!(!page.contains(loading), "{loading}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn a_clean_page_has_no_failures() {
        let page = html(&clean());
        assert!(!page.contains("id=\"failures\""));
        assert!(page.contains("<h1>passed</h1>"), "{page}");
    }

    #[test]
    fn a_partial_page_says_so_and_is_not_green() {
        let mut result = clean();
        result.complete = false;
        let page = html(&result);
        assert!(page.contains("<h1>partial</h1>") && page.contains("Partial results."), "{page}");
        assert!(page.contains("<header class=\"band is-unrun\">"), "{page}");
    }

    #[test]
    fn nothing_of_a_target_becomes_markup() {
        let page = html(&hostile());
        assert_eq!(page.matches("<script").count(), 1, "only our own script");
        assert!(!page.contains("<img"));
        assert!(page.contains("{{ 7 * 7 }}"), "it is shown, not run");
        let bad = page.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None);
        assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{fffe}']));
        assert!(page.len() < 2_000_000, "{} bytes", page.len());
        // Every tag that is opened by us is closed: a stray quote or tag would show here.
        for tag in ["section", "article", "table", "details", "figure", "pre"] {
            let opened = page.matches(&format!("<{tag}")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
