//! README.md, CONTRIBUTING.md and docs/: every command in them works, every link leads somewhere.
//!
//! The commands in `sh` blocks are run as written if they are permspec's own; others (`cargo`,
//! `pip`) need more than this test has. A comment above a block changes how it is run:
//!
//! * `<!-- file: NAME -->` writes the block to a file instead.
//! * `<!-- server: NAME -->` starts a mutant, or the `reference` server, at the page's endpoint.
//! * `<!-- exit: N -->` expects another exit code than 0.
//! * `<!-- help -->` only checks that the command line parses.
#![cfg(unix)]

mod common;

use std::path::{Path, PathBuf};

use common::{Output, Server, TestDir};
use permspec::exit_code::ExitCode;
use permspec::server::mutants;

/// The endpoint that pages use; replaced by that of the page's server.
const ENDPOINT: &str = "http://127.0.0.1:4566";

/// Programs in `sh` blocks that this test does not run.
const OTHER_PROGRAMS: [&str; 10] = [
    "cargo",
    "pip",
    "moto_server",
    "bash",
    "git",
    "INSTA_UPDATE=always",
    "cd",
    "gzip",
    "node",
    "npm",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages for readers, each with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// A fenced block.
#[derive(Default)]
struct Block {
    language: String,
    text: String,
    line: usize,
    /// Names and values of the comments directly above.
    directives: Vec<(String, String)>,
}

impl Block {
    fn directive(&self, name: &str) -> Option<&str> {
        self.directives.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut directives = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(language)) => {
                open = Some(Block {
                    language: language.trim().to_owned(),
                    line: number + 1,
                    directives: std::mem::take(&mut directives),
                    ..Block::default()
                });
            }
            (None, None) => {
                let comment =
                    line.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
                if let Some(comment) = comment {
                    let (name, value) = comment.split_once(": ").unwrap_or((comment, ""));
                    directives.push((name.to_owned(), value.to_owned()));
                } else if !line.trim().is_empty() {
                    directives.clear();
                }
            }
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

/// The commands of a block, continuation lines joined.
fn commands(text: &str) -> Vec<String> {
    text.replace("\\\n", " ")
        .lines()
        .map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// Whether the text is what the pattern says, in which `…` covers any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = "";
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = part;
    }
    rest.is_empty() || (pattern.contains('…') && text.ends_with(last))
}

#[test]
fn an_ellipsis_covers_any_text_and_nothing_else_does() {
    assert!(matches("a … c", "a b c") && matches("a\n…\nc\n", "a\nb\nb\nc\n"));
    assert!(matches("a …", "a b") && matches("…c", "c c") && matches("a", "a"));
    assert!(!matches("a", "ab") && !matches("a … c", "a b") && !matches("…c", "cb"));
}

/// Runs what a page says, block after block, in one directory.
struct PageRunner {
    dir: TestDir,
    server: Option<Server>,
}

impl PageRunner {
    fn new() -> Self {
        let dir = TestDir::new();
        std::os::unix::fs::symlink(root().join("corpora"), dir.path("corpora")).unwrap();
        Self { dir, server: None }
    }

    fn with_endpoint(&self, text: &str) -> String {
        match &self.server {
            Some(server) => text.replace(ENDPOINT, &server.endpoint),
            None => text.to_owned(),
        }
    }

    fn run(&self, command: &str) -> Output {
        common::output_of(self.dir.shell(&self.with_endpoint(command)))
    }

    fn block(&mut self, block: &Block) -> Result<(), String> {
        if let Some(name) = block.directive("server") {
            let mutant = (name != "reference").then(|| {
                mutants::find(name).unwrap_or_else(|| panic!("no mutant is named {name:?}"))
            });
            self.server = Some(Server::start(mutant));
        }
        if let Some(name) = block.directive("file") {
            self.dir.write(name, &self.with_endpoint(&block.text));
            return Ok(());
        }
        match block.language.as_str() {
            "sh" => {
                commands(&block.text).iter().try_for_each(|command| self.command(block, command))
            }
            "console" => self.console(&block.text),
            _ => Ok(()),
        }
    }

    fn command(&self, block: &Block, command: &str) -> Result<(), String> {
        let program = command.split_whitespace().next().unwrap_or_default();
        if program != "permspec" {
            return if OTHER_PROGRAMS.contains(&program) {
                Ok(())
            } else {
                Err(format!("unknown program in {command:?}"))
            };
        }
        if block.directive("help").is_some() {
            return parses(&self.dir, command);
        }
        if command.contains(ENDPOINT) && self.server.is_none() {
            return Err(format!("no server for {command:?}"));
        }
        let expected = block.directive("exit").map_or(0, |code| code.parse().unwrap());
        let output = self.run(command);
        if output.code == expected {
            return Ok(());
        }
        Err(format!("{command:?} exits with {}: {}{}", output.code, output.out, output.err))
    }

    fn console(&self, text: &str) -> Result<(), String> {
        let (command, expected) = text.split_once('\n').unwrap();
        let command = command.strip_prefix("$ ").ok_or("a console block begins with `$ `")?;
        let output = self.run(command);
        if matches(expected, &output.out) {
            return Ok(());
        }
        Err(format!("{command:?} prints: {}{}", output.out, output.err))
    }
}

/// Whether a command line parses: it is run with `--help` at its end.
fn parses(dir: &TestDir, command: &str) -> Result<(), String> {
    let output = common::output_of(dir.shell(&format!("{command} --help")));
    if output.code == 0 {
        Ok(())
    } else {
        Err(format!("{command:?} does not parse: {}", output.err))
    }
}

#[test]
fn every_command_of_a_block_works() {
    let failures: Vec<String> = std::thread::scope(|scope| {
        let pages: Vec<_> = pages()
            .into_iter()
            .map(|(path, text)| {
                scope.spawn(move || {
                    let mut runner = PageRunner::new();
                    let run = |block: &Block| {
                        let outcome = runner.block(block);
                        outcome
                            .err()
                            .map(|error| format!("{}:{}: {error}", path.display(), block.line))
                    };
                    blocks(&text).iter().filter_map(run).collect::<Vec<_>>()
                })
            })
            .collect();
        pages.into_iter().flat_map(|page| page.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_command_in_a_sentence_parses() {
    let dir = TestDir::new();
    let mut seen = 0;
    for (path, text) in pages() {
        let text = outside_of_blocks(&text);
        // Code spans are every second piece between backticks.
        for span in text.split('`').skip(1).step_by(2) {
            let span = span.split_whitespace().collect::<Vec<_>>().join(" ");
            if !span.starts_with("permspec ") || span.contains('…') {
                continue;
            }
            seen += 1;
            if let Err(error) = parses(&dir, &span.replace('|', "")) {
                panic!("{}: {error}", path.display());
            }
        }
    }
    assert!(seen > 10, "only {seen} commands were found");
}

fn outside_of_blocks(page: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[test]
fn every_link_leads_to_a_file() {
    for (path, text) in pages() {
        for rest in outside_of_blocks(&text).split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if target.contains("://") || file.is_empty() {
                continue;
            }
            let linked = path.parent().unwrap().join(file);
            assert!(linked.exists(), "{}: no {target}", path.display());
        }
    }
}

#[test]
fn every_page_is_linked_from_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for (path, _) in pages() {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(name == "README.md" || readme.contains(&format!("]({name})")), "{name}");
    }
}

#[test]
fn the_readme_is_short_and_explains_every_exit_code() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150);
    for code in ExitCode::ALL {
        let row = format!("| {} | {} |", code as u8, code.meaning());
        assert!(readme.contains(&row), "no row {row:?}");
    }
}

/// The words at the beginning of the lines that describe a failure.
fn labels(failure: &str) -> Vec<String> {
    let labels = failure.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        let (label, _) = line.split_once("  ")?;
        (!label.is_empty() && !label.starts_with(' ')).then(|| label.to_owned())
    });
    labels.collect()
}

#[test]
fn every_line_of_a_failure_is_explained() {
    let dir = TestDir::new();
    let page = std::fs::read_to_string(root().join("docs/reading-results.md")).unwrap();
    let server = Server::start(mutants::find("statement-id-unchecked"));
    let output = dir.run(&server, &["--verbose"]).exits(1).out;
    let (_, failure) = output.split_once("\nFailures\n").unwrap();
    let shown = labels(failure);
    assert!(shown.iter().any(|label| label == "smallest request"), "{failure}");
    for label in shown {
        assert!(page.contains(&format!("`{label}`")), "no {label:?} in docs/reading-results.md");
    }
}

/// Numbers that change with every rule or mutant do not belong into a page.
#[test]
fn no_page_counts_rules_or_mutants() {
    for (path, text) in pages() {
        let words: Vec<&str> = text.split_whitespace().collect();
        for pair in words.windows(2) {
            let is_number = pair[0].len() > 1 && pair[0].bytes().all(|byte| byte.is_ascii_digit());
            let noun = pair[1].trim_end_matches(|c: char| !c.is_alphanumeric());
            let counted = ["rules", "mutants", "servers"].contains(&noun);
            assert!(!(is_number && counted), "{}: {} {}", path.display(), pair[0], pair[1]);
        }
    }
}
