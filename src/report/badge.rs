//! A badge, as shields.io reads it from an endpoint.

use serde_json::json;

use crate::event::{Outcome, RunResult};

/// The result as the JSON of a shields endpoint.
pub fn badge(result: &RunResult) -> String {
    let counts = &result.counts;
    let (message, colour) = match result.outcome {
        _ if !result.complete => ("partial run".to_owned(), "lightgrey"),
        Outcome::Interrupted => ("partial run".to_owned(), "lightgrey"),
        Outcome::Unusable => ("no verdict".to_owned(), "lightgrey"),
        Outcome::Passed if counts.known > 0 => (
            format!("{} of {} rules, {} known", counts.held, counts.scored, counts.known),
            "yellow",
        ),
        Outcome::Passed => (format!("{} of {} rules", counts.held, counts.scored), "brightgreen"),
        Outcome::Failed => (format!("{} of {} rules", counts.held, counts.scored), "red"),
        Outcome::Incomplete => {
            (format!("{} of {} rules, incomplete", counts.held, counts.scored), "orange")
        }
        Outcome::Stale => ("known failures are stale".to_owned(), "yellow"),
    };
    let badge = json!({
        "schemaVersion": 1,
        "label": "AddPermission",
        "message": message,
        "color": colour,
        "isError": colour == "red",
    });
    format!("{badge}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample::{clean, sample};

    fn parsed(result: &RunResult) -> Value {
        serde_json::from_str(&badge(result)).unwrap()
    }

    #[test]
    fn green_means_that_every_scored_rule_held() {
        assert_eq!(parsed(&clean())["color"], "brightgreen");
        assert_eq!(parsed(&sample())["color"], "red");
        assert_eq!(parsed(&sample())["message"], "79 of 84 rules");
        let mut partial = clean();
        partial.complete = false;
        assert_eq!(parsed(&partial)["color"], "lightgrey");
        let mut known = clean();
        known.counts.known = 1;
        assert_eq!(parsed(&known)["color"], "yellow");
    }
}
