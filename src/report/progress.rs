//! Live progress on stderr: a bar on a terminal, a line for what matters off it.

use std::fmt::Write as _;

use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::text::{LINE, counted, line, thousands};
use crate::contract::Phase;
use crate::event::{Event, RunResult};

/// Where progress goes.
pub struct Progress {
    to: To,
    requests: u64,
    suspects: u64,
}

enum To {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl Progress {
    /// A bar on stderr, which must be a terminal.
    pub fn bar() -> Self {
        Self::on(ProgressDrawTarget::stderr())
    }

    /// One line for each thing that matters, for logs.
    pub fn lines(out: impl Write + Send + 'static) -> Self {
        Self { to: To::Lines(Box::new(out)), requests: 0, suspects: 0 }
    }

    fn on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is ours; should it ever not parse, the plain bar does as well.
        if let Ok(style) =
            ProgressStyle::with_template("{elapsed:>5} {bar:24} {pos}/{len} {prefix:<12} {msg}")
        {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { to: To::Bar(bar), requests: 0, suspects: 0 }
    }

    /// Takes one event. That progress cannot be written never stops a run.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Progress { requests, .. } => self.requests = *requests,
            Event::Suspect { .. } => self.suspects += 1,
            _ => {}
        }
        let said = said(event).map(|row| super::text::inert(&row));
        match &mut self.to {
            To::Bar(bar) => {
                if let Some(said) = said.filter(|_| !matches!(event, Event::Phase { .. })) {
                    bar.println(said);
                }
                follow(bar, event, self.requests, self.suspects);
            }
            To::Lines(out) => {
                if let Some(said) = said {
                    let _ = writeln!(out, "{said}").and_then(|()| out.flush());
                }
            }
        }
    }
}

/// Moves the bar.
fn follow(bar: &ProgressBar, event: &Event, requests: u64, suspects: u64) {
    match event {
        Event::Phase { phase, scenarios } => {
            bar.set_length(u64::from(*scenarios));
            bar.set_position(0);
            bar.set_prefix(phase.name());
        }
        Event::Progress { done, .. } => bar.set_position(u64::from(*done)),
        Event::Finished { .. } => {
            bar.finish_and_clear();
            return;
        }
        _ => {}
    }
    let mut message = counted(requests, "request");
    if suspects > 0 {
        let _ = write!(message, ", {}", counted(suspects, "suspect"));
    }
    bar.set_message(message);
}

/// The line for an event, where it deserves one.
fn said(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started { suite, run, .. } => format!(
            "permspec {}  {}  seed {}",
            line(&suite.version, 40),
            counted(u64::from(suite.rules), "rule"),
            run.seed
        ),
        Event::Preflight { target } => format!(
            "target {}  region {}  account {}{}",
            line(&target.endpoint, 120),
            line(&target.region, 40),
            line(&target.account, 40),
            target.server.as_deref().map_or_else(String::new, |s| format!("  {}", line(s, 80)))
        ),
        Event::Phase { phase, scenarios } => phase_line(*phase, *scenarios),
        Event::Suspect { rule, brief } => format!("suspect  {rule}: {}", line(brief, LINE)),
        Event::Finding { cause } => format!(
            "{} {}: {}",
            if cause.flaky {
                "flaky   "
            } else if cause.known.is_some() {
                "known   "
            } else if cause.advisory {
                "note    "
            } else {
                "finding "
            },
            cause.rule,
            line(&cause.brief, LINE)
        ),
        Event::Warning { warning } => format!("warning  {}", line(&warning.detail, LINE)),
        Event::Finished { result } => ended(result),
        Event::Progress { .. } | Event::Rule { .. } => return None,
    })
}

fn phase_line(phase: Phase, scenarios: u32) -> String {
    format!("phase    {phase}: {}", counted(u64::from(scenarios), "scenario"))
}

fn ended(result: &RunResult) -> String {
    format!(
        "{} {} requests in {}",
        if result.complete { "done    " } else { "partial " },
        thousands(result.counts.requests),
        super::text::duration(result.run.duration_ms)
    )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::contract::RuleId;
    use crate::report::sample::{HOSTILE, events};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(events: &[Event]) -> String {
        let shared = Shared::default();
        let mut progress = Progress::lines(shared.clone());
        for event in events {
            progress.take(event);
        }
        let bytes = shared.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_log_has_a_line_for_each_phase_and_finding() {
        let log = logged(&events());
        assert!(log.contains("phase    values: 120 scenarios\n"), "{log}");
        assert!(log.contains("finding  statement-id.pattern: \".\" is accepted\n"), "{log}");
        assert!(log.ends_with("done     11,204 requests in 41.8 s\n"), "{log}");
        assert!(!log.contains("60"), "progress within a phase is no line: {log}");
    }

    #[test]
    fn a_target_cannot_add_lines_to_the_log() {
        let brief = HOSTILE.to_owned();
        let log = logged(&[Event::Suspect { rule: RuleId::ErrorShape, brief }]);
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.contains('\u{1b}'));
    }

    #[test]
    fn the_bar_follows_the_phases() {
        let mut progress = Progress::on(ProgressDrawTarget::hidden());
        for event in &events()[..6] {
            progress.take(event);
        }
        let To::Bar(bar) = &progress.to else { panic!("no bar") };
        assert_eq!((bar.position(), bar.length()), (120, Some(120)));
        assert_eq!(bar.prefix(), "values");
        assert_eq!(bar.message(), "360 requests, 1 suspect");
    }
}
