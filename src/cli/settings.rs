//! Settings and their precedence: flags, `PERMSPEC_*` variables, the profile in `permspec.toml`, its
//! `[default]` table, built-in defaults.
//!
//! The input is the command line; the output is [`Parsed`]. Settings from the file are inserted as
//! flags before those of the user, so that clap parses and checks both in the same way.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::args::{BaselineCommand, Cli, Command as Parsing, RunArgs};
use super::config::{ConfigFile, Origin, Value};
use super::{Failure, usage};
use crate::report;

/// Why a command line was not parsed.
#[derive(Debug)]
pub enum Stop {
    /// The arguments are invalid, or ask for help.
    Words(Box<clap::Error>),
    /// The settings file is invalid.
    File(Failure),
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        Self::Words(Box::new(error))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::File(failure)
    }
}

/// A parsed command line.
#[derive(Debug)]
pub struct Parsed {
    /// The command and its arguments.
    pub cli: Cli,
    /// The settings of a run, with their sources.
    pub settings: Settings,
}

/// The settings of a run, each with its source.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: String,
    value: Option<String>,
    source: String,
    /// Whether it was set and influences what is tested.
    repeats: bool,
    is_flag: bool,
    is_positional: bool,
}

/// Arguments that are not settings themselves.
const NO_SETTINGS: [&str; 4] = ["config", "profile", "show_config", "help"];
/// Settings that change the output, not what is tested, besides the report formats.
const OUTPUTS: [&str; 4] = ["events", "all_rules", "verbose", "coverage"];

/// Settings that were renamed: the present name and the former one, which still works.
const RENAMED: [(&str, &str); 1] = [("consistency-timeout", "settle")];

/// Built-in defaults on real AWS: less concurrency and fewer rounds.
const AWS_DEFAULTS: [(&str, &str); 2] = [("jobs", "2"), ("rounds", "3")];

/// The commands, with an environment variable for every setting.
pub fn command() -> Command {
    Cli::command()
        .mut_subcommand("run", with_variables)
        .mut_subcommand("replay", with_variables)
        .mut_subcommand("baseline", |baseline| baseline.mut_subcommand("update", with_variables))
}

fn with_variables(command: Command) -> Command {
    command.mut_args(|arg| match key_of(&arg) {
        Some(key) if !matches!(arg.get_id().as_str(), "show_config" | "help" | "scenario") => {
            let former = former_name(&key).map(variable);
            let is_former = std::env::var_os(variable(&key)).is_none()
                && former.as_ref().is_some_and(|name| std::env::var_os(name).is_some());
            let name = if is_former { former } else { None };
            arg.env(name.unwrap_or_else(|| variable(&key))).hide_env(true)
        }
        _ => arg,
    })
}

/// The name that a setting had in earlier versions.
fn former_name(key: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(name, _)| *name == key).map(|(_, former)| *former)
}

/// The environment variable of a setting.
fn variable(key: &str) -> String {
    format!("PERMSPEC_{}", key.to_uppercase().replace('-', "_"))
}

/// The name of a setting: its long flag, or the id of a positional argument.
fn key_of(arg: &Arg) -> Option<String> {
    match arg.get_long() {
        Some(long) => Some(long.to_owned()),
        None if arg.is_positional() => Some(arg.get_id().as_str().to_owned()),
        None => None,
    }
}

/// Parses a command line, and for a run the settings file.
pub fn parse(words: &[OsString]) -> Result<Parsed, Stop> {
    parse_with(words, true)
}

/// A run against the embedded reference server, without any settings file.
pub fn demonstration() -> Result<Parsed, Stop> {
    parse_with(&["permspec", "run", "--embedded"].map(OsString::from), false)
}

fn parse_with(words: &[OsString], with_file: bool) -> Result<Parsed, Stop> {
    let matches = command().try_get_matches_from(words)?;
    let Some((path, given)) = run_of(&matches) else {
        return Ok(Parsed { cli: Cli::from_arg_matches(&matches)?, settings: Settings::default() });
    };
    let run = command().find_subcommand("run").cloned().unwrap_or_default();
    let mut keys: Vec<String> = settings_of(&run).filter_map(key_of).collect();
    keys.extend(RENAMED.map(|(_, former)| former.to_owned()));
    let file = if with_file {
        let profile = given.get_one::<String>("profile").map(String::as_str);
        ConfigFile::find(given.get_one::<PathBuf>("config"), profile, &keys)?
    } else {
        ConfigFile::default()
    };
    let mut added: Vec<OsString> = Vec::new();
    let mut origins: BTreeMap<String, String> = BTreeMap::new();
    let target = target_levels(given, &file)?;
    for arg in settings_of(&run) {
        let id = arg.get_id().as_str();
        let Some(key) = key_of(arg) else { continue };
        let found = file.get(&key).or_else(|| file.get(former_name(&key)?));
        let Some((value, origin)) = found else { continue };
        let is_stronger = matches!(
            given.value_source(id),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        );
        if is_stronger || target.loses(id) {
            continue;
        }
        let place = file.place(origin, &key);
        let flags = as_words(arg, &key, value, &file)
            .map_err(|problem| usage(format!("{place}: {problem}")))?;
        check_alone(&flags).map_err(|problem| usage(format!("{place}: {problem}")))?;
        origins.insert(id.to_owned(), file.source(origin));
        added.extend(flags);
    }
    let on_aws = given.get_flag("aws") || matches!(file.get("aws"), Some((Value::Flag(true), _)));
    for (id, value) in AWS_DEFAULTS.iter().filter(|_| on_aws) {
        let is_usual = !matches!(
            given.value_source(id),
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        );
        if is_usual && !origins.contains_key(*id) {
            origins.insert((*id).to_owned(), "built-in for --aws".to_owned());
            added.push(format!("--{id}={value}").into());
        }
    }
    let at = path.len() + 1;
    let mut all: Vec<OsString> = words.iter().take(at).cloned().collect();
    all.extend(added);
    all.extend(words.iter().skip(at).cloned());
    let matches = command().try_get_matches_from(all)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let Some(run) = run_arguments(&mut cli) {
        target.apply_to(run);
    }
    let given = run_of(&matches).map_or(given, |(_, given)| given);
    let rows = settings_of(&run)
        .filter(|arg| !target.loses(arg.get_id().as_str()))
        .filter_map(|arg| row(arg, given, &origins))
        .collect();
    Ok(Parsed { cli, settings: Settings { rows } })
}

/// The subcommand path of a run, and its matches.
fn run_of(matches: &ArgMatches) -> Option<(Vec<&str>, &ArgMatches)> {
    match matches.subcommand()? {
        ("run", given) => Some((vec!["run"], given)),
        ("baseline", given) => match given.subcommand()? {
            ("update", given) => Some((vec!["baseline", "update"], given)),
            _ => None,
        },
        _ => None,
    }
}

fn run_arguments(cli: &mut Cli) -> Option<&mut RunArgs> {
    match cli.command.as_mut()? {
        Parsing::Run(run) => Some(run),
        Parsing::Baseline(BaselineCommand::Update(update)) => Some(&mut update.run),
        _ => None,
    }
}

fn settings_of(run: &Command) -> impl Iterator<Item = &Arg> {
    run.get_arguments().filter(|arg| !NO_SETTINGS.contains(&arg.get_id().as_str()))
}

/// A setting of the file as command-line arguments.
fn as_words(
    arg: &Arg,
    key: &str,
    value: &Value,
    file: &ConfigFile,
) -> Result<Vec<OsString>, String> {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return match value {
            Value::Flag(true) => Ok(vec![format!("--{key}").into()]),
            Value::Flag(false) => Ok(Vec::new()),
            _ => Err("expected true or false".to_owned()),
        };
    }
    let takes_several = matches!(arg.get_action(), ArgAction::Append);
    let texts = match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(texts) if takes_several => texts.clone(),
        Value::List(_) => return Err("expected one value, not a list".to_owned()),
        Value::Flag(_) => return Err("expected a value, not true or false".to_owned()),
    };
    let is_path = arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    texts
        .into_iter()
        .map(|text| {
            let text = if is_path { file.relative(&text) } else { text };
            if !arg.is_positional() {
                return Ok(format!("--{key}={text}").into());
            }
            // A positional argument must not look like a flag.
            let reads_as_flag = text.starts_with('-');
            if reads_as_flag { Err(format!("invalid name {text:?}")) } else { Ok(text.into()) }
        })
        .collect()
}

/// Parses one setting alone, so that an error can name its location.
fn check_alone(flags: &[OsString]) -> Result<(), String> {
    let mut words: Vec<OsString> = vec!["permspec".into(), "run".into()];
    words.extend(flags.iter().cloned());
    match command().try_get_matches_from(words) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let lines: Vec<&str> =
                text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            Err(lines.join(" ").trim_start_matches("error: ").to_owned())
        }
    }
}

/// The precedence of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Unset,
    Default,
    Profile,
    Variable,
    Flag,
}

/// Which of `--embedded` and `--endpoint` is overridden: they exclude each other, and the one from
/// the source with precedence is used.
#[derive(Clone, Copy, Debug)]
struct TargetLevels {
    loser: Option<&'static str>,
}

fn target_levels(given: &ArgMatches, file: &ConfigFile) -> Result<TargetLevels, Failure> {
    let level = |id: &str| match given.value_source(id) {
        Some(ValueSource::CommandLine) => Level::Flag,
        Some(ValueSource::EnvVariable) if id != "embedded" || given.get_flag(id) => Level::Variable,
        _ => match file.get(id) {
            Some((Value::Flag(false), _)) | None => Level::Unset,
            Some((_, Origin::Profile)) => Level::Profile,
            Some((_, Origin::Default)) => Level::Default,
        },
    };
    let (embedded, endpoint) = (level("embedded"), level("endpoint"));
    let loser = match embedded.cmp(&endpoint) {
        std::cmp::Ordering::Less => Some("embedded"),
        std::cmp::Ordering::Greater => Some("endpoint"),
        std::cmp::Ordering::Equal if embedded == Level::Unset => None,
        std::cmp::Ordering::Equal => {
            return Err(usage("two targets: --endpoint and --embedded; use only one of them"));
        }
    };
    if loser == Some("endpoint") && level("spawn") >= embedded {
        return Err(usage("two targets: --spawn and --embedded; use only one of them"));
    }
    Ok(TargetLevels { loser })
}

impl TargetLevels {
    fn loses(self, id: &str) -> bool {
        // --spawn starts the target at the endpoint, so both are overridden together.
        self.loser == Some(id) || (id == "spawn" && self.loser == Some("endpoint"))
    }

    fn apply_to(self, run: &mut RunArgs) {
        match self.loser {
            Some("embedded") => run.embedded = false,
            Some(_) => {
                run.target.endpoint = None;
                run.spawn = None;
            }
            None => {}
        }
    }
}

fn row(arg: &Arg, given: &ArgMatches, origins: &BTreeMap<String, String>) -> Option<Row> {
    let id = arg.get_id().as_str();
    let name = key_of(arg)?;
    let found = given.value_source(id);
    let source = match found {
        Some(ValueSource::EnvVariable) => variable(&name),
        Some(ValueSource::CommandLine) => {
            origins.get(id).cloned().unwrap_or_else(|| "command line".to_owned())
        }
        Some(_) => "built-in".to_owned(),
        None => "not set".to_owned(),
    };
    let values: Option<Vec<String>> = given
        .get_raw(id)
        .map(|values| values.map(|value| value.to_string_lossy().into_owned()).collect());
    let value = values.map(|values| {
        let text = values.join(",");
        if id == "endpoint" { without_credentials(&text) } else { text }
    });
    let asked = matches!(found, Some(ValueSource::EnvVariable | ValueSource::CommandLine));
    Some(Row {
        name,
        value,
        source,
        repeats: asked
            && !OUTPUTS.contains(&id)
            && !report::FORMATS.iter().any(|format| format.name == id),
        is_flag: matches!(arg.get_action(), ArgAction::SetTrue),
        is_positional: arg.is_positional(),
    })
}

/// A URL without user and password.
pub fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
}

impl Settings {
    /// One line per setting: name, value and source.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        for Row { name, value, source, .. } in &self.rows {
            let value = value.as_deref().unwrap_or("-");
            let _ = writeln!(text, "{name:<20} {value:<34} {source}");
        }
        text
    }

    /// The command line that repeats the run with this seed, without secrets.
    pub fn reproduce(&self, seed: u64) -> String {
        let mut line = String::from("permspec run");
        for row in self.rows.iter().filter(|row| row.repeats && row.name != "seed") {
            let Some(value) = &row.value else { continue };
            if row.is_flag {
                if value != "false" {
                    let _ = write!(line, " --{}", row.name);
                }
            } else if row.is_positional {
                let _ = write!(line, " {}", quoted(value));
            } else {
                let _ = write!(line, " --{} {}", row.name, quoted(value));
            }
        }
        let _ = write!(line, " --seed {seed:#x}");
        line
    }
}

/// An argument, quoted for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_a_run_has_a_variable() {
        command().debug_assert();
        let command = command();
        let run = command.find_subcommand("run").unwrap();
        for arg in settings_of(run) {
            let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned());
            let key = key_of(arg).unwrap().to_uppercase().replace('-', "_");
            assert_eq!(variable, Some(format!("PERMSPEC_{key}")));
        }
    }

    #[test]
    fn a_password_in_a_url_is_left_out() {
        assert_eq!(without_credentials("http://me:pa@ss@host:1/x@y"), "http://host:1/x@y");
        assert_eq!(without_credentials("http://host:1"), "http://host:1");
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("statement-id.**"), "'statement-id.**'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
        assert_eq!(quoted("http://127.0.0.1:1"), "http://127.0.0.1:1");
    }
}
