//! The shape of the sources, held by reading them: which part may know which, what the page at
//! the top of `src/lib.rs` names, how long a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each part may import, beside itself. What a part may have in one file only, or in part
/// only, stands in [`EXCEPTIONS`].
const MAY_IMPORT: [(&str, &[&str]); 21] = [
    ("contract", &[]),
    // The shared words: data, with serde.
    ("wire", &[]),
    // Files of the user's, within limits: wherever a file is read.
    ("input", &[]),
    ("scenario", &["contract", "wire", "input"]),
    ("observation", &["contract", "wire"]),
    ("event", &["contract", "scenario"]),
    ("known", &["contract", "scenario", "observation", "event", "input"]),
    // The settings file has a setting for each report format.
    ("schema", &["report"]),
    ("pattern", &["contract"]),
    ("model", &["contract", "scenario", "observation", "wire"]),
    ("generate", &["contract", "pattern", "scenario"]),
    ("judge", &["contract", "model", "scenario", "observation"]),
    // Mutants predict what a target with their fault answers.
    (
        "diagnose",
        &["contract", "scenario", "observation", "wire", "event", "model", "judge", "server"],
    ),
    ("client", &["scenario", "observation", "wire"]),
    (
        "run",
        &[
            "contract",
            "pattern",
            "scenario",
            "observation",
            "wire",
            "event",
            "model",
            "generate",
            "judge",
            "client",
            "diagnose",
            "known",
        ],
    ),
    // As `run`, whose sessions it uses; the server plays goldens back.
    (
        "golden",
        &[
            "contract",
            "scenario",
            "observation",
            "wire",
            "event",
            "model",
            "generate",
            "judge",
            "client",
            "run",
            "server",
            "input",
        ],
    ),
    ("report", &["contract", "event", "scenario", "observation"]),
    ("server", &["contract", "model", "scenario", "wire"]),
    ("exit_code", &["event"]),
    ("embed", &["contract", "event", "generate", "known", "client", "run", "report", "exit_code"]),
    (
        "cli",
        &[
            "contract",
            "pattern",
            "scenario",
            "observation",
            "wire",
            "event",
            "model",
            "generate",
            "judge",
            "client",
            "run",
            "golden",
            "report",
            "server",
            "exit_code",
            "known",
            "schema",
            "input",
        ],
    ),
];

/// Imports beyond the table: file or folder, what it imports, why.
const EXCEPTIONS: [(&str, &str, &str); 12] = [
    ("judge", "event::Judging", "how to judge is part of a result, so it is a shared word"),
    ("judge", "event::Difference", "findings carry what results show"),
    ("judge/tests", "wire", "tests begin with bytes"),
    ("client", "event::TargetInfo", "the preflight tells the result what was tested"),
    (
        "client",
        "contract::partition",
        "the region, not the target, decides what ${partition} means",
    ),
    ("run/result.rs", "exit_code::ExitCode", "a result says which exit code goes with it"),
    ("run/embedded.rs", "server", "makes the reference server a target without a socket"),
    ("run/recording.rs", "server::predict", "changes are kept in the words of predictions"),
    ("run/selftest.rs", "server", "runs the suite against every mutant of it"),
    ("run/tests", "server", "tests need somebody to run against"),
    ("main.rs", "cli", "the program is the command line"),
    ("server/tests", "observation::Answer", "tests read answers as the judge does"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project, with its path below the project.
fn files_below(folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}

/// The sources: path below `src`, and text.
fn sources() -> Vec<(String, String)> {
    let sources: Vec<(String, String)> = files_below("src")
        .into_iter()
        .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|(name, path)| {
            (name["src/".len()..].to_owned(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(sources.len() > 100, "only {} sources were found", sources.len());
    sources
}

/// The part of the program that a source belongs to.
fn part(name: &str) -> &str {
    name.split('/').next().unwrap().trim_end_matches(".rs")
}

/// What a source names as `crate::…`, outside comments: `event::Judging`, or `event` where that
/// is not told.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join(" ");
    let mut found = BTreeSet::new();
    for tail in code.split("crate::").skip(1) {
        let word = |text: &str| -> String {
            text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        if let Some(list) = tail.strip_prefix('{') {
            // `use crate::{a, b::c}`: read as the words that open its branches.
            let list = list.split('}').next().unwrap_or_default();
            found.extend(list.split(',').map(|branch| word(branch.trim())));
            continue;
        }
        let module = word(tail);
        let rest = tail[module.len()..].strip_prefix("::").unwrap_or_default();
        if let Some(list) = rest.strip_prefix('{') {
            let list = list.split('}').next().unwrap_or_default();
            let names = list.split(',').map(|name| word(name.trim())).filter(|n| !n.is_empty());
            found.extend(names.map(|name| format!("{module}::{name}")));
        } else if rest.is_empty() {
            found.insert(module);
        } else {
            found.insert(format!("{module}::{}", word(rest)));
        }
    }
    found.remove("");
    found
}

/// Whether a source may import a name, and by which exception if by one.
fn is_allowed(name: &str, import: &str) -> (bool, Option<usize>) {
    let own = part(name);
    let module = import.split("::").next().unwrap();
    if module == own {
        return (true, None);
    }
    let table = MAY_IMPORT.iter().find(|(part, _)| *part == own);
    if table.is_some_and(|(_, allowed)| allowed.contains(&module)) {
        return (true, None);
    }
    let exception = EXCEPTIONS.iter().position(|(place, what, _)| {
        let here = name == *place || name.starts_with(&format!("{place}/"));
        here && (import == *what || import.starts_with(&format!("{what}::")))
    });
    (exception.is_some(), exception)
}

#[test]
fn every_part_imports_only_what_it_may() {
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        // `lib.rs` declares the parts, and `main.rs` is another crate.
        if name == "lib.rs" {
            continue;
        }
        let text = if name == "main.rs" { text.replace("permspec::", "crate::") } else { text };
        for import in imports(&text) {
            let (allowed, exception) = is_allowed(&name, &import);
            used.extend(exception);
            if !allowed {
                wrong.push(format!("src/{name} imports crate::{import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (at, (place, what, _)) in EXCEPTIONS.iter().enumerate() {
        assert!(used.contains(&at), "src/{place} does not import {what}: drop the exception");
    }
}

#[test]
fn an_import_is_found_however_it_is_written() {
    let text = "use crate::event::{Judging,\n    Difference};\nuse crate::model;\n\
                // crate::report\nlet x = crate::server::Reading::ALL; use crate::{judge::x, contract};";
    let expected =
        ["contract", "event::Difference", "event::Judging", "judge", "model", "server::Reading"];
    assert_eq!(imports(text).iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(!is_allowed("model/add.rs", "generate::plain").0);
    assert!(!is_allowed("model/add.rs", "pattern").0);
    assert!(!is_allowed("server/reply.rs", "judge::judge").0);
    assert!(!is_allowed("client/mod.rs", "event::RunResult").0);
    assert!(!is_allowed("run/replay.rs", "server").0);
    assert!(is_allowed("client/mod.rs", "event::TargetInfo").0);
}

/// The files that the page at the top of `lib.rs` names: a heading gives a folder, each line
/// below it files of that folder.
fn named_on_the_page(page: &str) -> BTreeMap<String, usize> {
    let mut folder = String::new();
    let mut named = BTreeMap::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim) {
        if let Some(heading) = line.strip_prefix("## ") {
            // A heading without a folder is about files beside `lib.rs`.
            folder = heading.split('`').nth(1).filter(|f| f.ends_with('/')).unwrap_or("").into();
        } else if let Some(item) = line.strip_prefix("* ") {
            let names = item.split(':').next().unwrap_or_default();
            for name in names.split('`').skip(1).step_by(2) {
                *named.entry(format!("{folder}{name}")).or_default() += 1;
            }
        }
    }
    named
}

#[test]
fn every_source_is_named_once_on_the_page_at_the_top_of_lib() {
    let sources = sources();
    let page = &sources.iter().find(|(name, _)| name == "lib.rs").unwrap().1;
    let named = named_on_the_page(page);
    let twice: Vec<&String> = named.iter().filter(|(_, n)| **n > 1).map(|(name, _)| name).collect();
    assert!(twice.is_empty(), "named twice: {twice:?}");
    let tests =
        |name: &str| name.split_once("/tests/").map(|(folder, _)| format!("{folder}/tests/"));
    let mut expected = BTreeSet::new();
    for (name, _) in &sources {
        // The tests of a part are named together.
        expected.insert(tests(name).unwrap_or_else(|| name.clone()));
    }
    let named: BTreeSet<String> = named.into_keys().collect();
    let missing: Vec<&String> = expected.difference(&named).collect();
    assert!(missing.is_empty(), "src/lib.rs does not name {missing:#?}");
    let gone: Vec<&String> = named.difference(&expected).collect();
    assert!(gone.is_empty(), "src/lib.rs names what is not there: {gone:#?}");
}

/// Files that are longer than others may be, with the reason.
const LONG: [(&str, &str); 1] =
    [("src/contract/catalogue.rs", "a table, one entry a rule, which is read as one")];

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let mut long = Vec::new();
    for (name, path) in files_below("src").into_iter().chain(files_below("tests")) {
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        let excused = LONG.iter().any(|(excused, _)| *excused == name);
        if (lines > 500) != excused {
            long.push(format!("{name} has {lines} lines"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let folders = ["src", "tests", "corpora", "snapshots", "examples", "benches", ".ci", ".github"];
    let mut texts: Vec<(String, PathBuf)> =
        folders.iter().flat_map(|folder| files_below(folder)).collect();
    for entry in std::fs::read_dir(root()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.file_name().is_some_and(|name| name != ".git") {
            texts.push((path.file_name().unwrap().to_string_lossy().into_owned(), path));
        }
    }
    // Written apart, so that this file does not hold them.
    let places = ["work", "root", "home", "tmp", "Users"].map(|name| format!("/{name}/"));
    let mut found = Vec::new();
    for (name, path) in texts {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        for line in text.lines() {
            // A variable or a URL may end in such a word; a path begins with it.
            let begins = |place: &String| {
                line.match_indices(place.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| !(c.is_alphanumeric() || "}-_.$".contains(c)))
                })
            };
            if places.iter().any(begins) {
                found.push(format!("{name}: {}", line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
