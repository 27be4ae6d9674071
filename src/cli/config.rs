//! The settings file, `permspec.toml`: a `[default]` table and `[profile.NAME]` tables whose keys
//! are the long flags of `run`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Failure, usage};
use crate::contract::select;

/// The default settings file.
const NAME: &str = "permspec.toml";
/// The directory of profiles: one directory per target, with a `profile.toml`.
const TARGETS: &str = "corpora/targets";

/// The value of a setting, before it is parsed like its flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A boolean.
    Flag(bool),
    /// A string or an integer.
    Text(String),
    /// A list of strings or integers.
    List(Vec<String>),
}

/// The table of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The selected profile.
    Profile,
    /// The `[default]` table.
    Default,
}

/// The settings of a file for one profile.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    path: PathBuf,
    profile: String,
    settings: BTreeMap<String, (Value, Origin)>,
}

impl ConfigFile {
    /// Reads the named file, or else the one of the working directory, or else, for a profile that
    /// this file lacks, the one in the directory of the target with that name. Without any file,
    /// nothing is set. `keys` are the names of all settings.
    pub fn find(
        named: Option<&PathBuf>,
        profile: Option<&str>,
        keys: &[String],
    ) -> Result<Self, Failure> {
        if let Some(path) = named {
            return Self::of(path.clone(), &read(path)?, profile, keys);
        }
        let path = PathBuf::from(NAME);
        let here = if path.is_file() { Some(read(&path)?) } else { None };
        let kept = profile.filter(|profile| {
            !here.as_ref().is_some_and(|root| profiles(root).any(|name| name == *profile))
        });
        if let Some(kept) = kept.and_then(target_profile) {
            return Self::of(kept.clone(), &read(&kept)?, profile, keys);
        }
        match (here, profile) {
            (Some(root), _) => Self::of(path, &root, profile, keys),
            (None, None) => Ok(Self::default()),
            (None, Some(profile)) => Err(usage(format!(
                "no profile {profile:?}: neither {NAME} nor {TARGETS}/{profile}/profile.toml exists here; \
                 use --config FILE to name a file"
            ))),
        }
    }

    /// The settings of a parsed file.
    fn of(
        path: PathBuf,
        root: &toml::Table,
        profile: Option<&str>,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let mut file =
            Self { path, profile: profile.unwrap_or_default().to_owned(), ..Self::default() };
        for (name, value) in root {
            match (name.as_str(), value) {
                ("default", toml::Value::Table(table)) => {
                    let read = read_table(&shown, "default", table, keys)?;
                    for (key, value) in read {
                        file.settings.entry(key).or_insert((value, Origin::Default));
                    }
                }
                ("profile", toml::Value::Table(profiles)) => {
                    // Check all profiles, including those that this run does not use.
                    for (name, table) in profiles {
                        let place = format!("profile.{name}");
                        let toml::Value::Table(table) = table else {
                            return Err(usage(format!("{shown}: {place} must be a table")));
                        };
                        let read = read_table(&shown, &place, table, keys)?;
                        if Some(name.as_str()) == profile {
                            let own = read.into_iter().map(|(k, v)| (k, (v, Origin::Profile)));
                            file.settings.extend(own);
                        }
                    }
                }
                // How corpora/targets/matrix and the tests install an emulator.
                ("emulator", toml::Value::Table(_)) => {}
                ("default" | "profile" | "emulator", _) => {
                    return Err(usage(format!("{shown}: [{name}] must be a table")));
                }
                _ => {
                    let known = ["default", "profile", "emulator"];
                    let hint = match select::near(name, known).first() {
                        Some(near) => format!("did you mean [{near}]?"),
                        None if keys.contains(name) => {
                            format!("{name} is a setting: write it under [default]")
                        }
                        None => "expected [default] or [profile.NAME]".to_owned(),
                    };
                    return Err(usage(format!("{shown}: unknown table {name:?}; {hint}")));
                }
            }
        }
        let names: Vec<&str> = profiles(root).collect();
        if let Some(profile) = profile
            && !names.contains(&profile)
        {
            let near = select::near(profile, names.iter().copied());
            let hint = match (near.is_empty(), names.is_empty()) {
                (false, _) => format!("did you mean {}?", near.join(" or ")),
                (true, false) => format!("it has {}", names.join(", ")),
                (true, true) => "it has no profiles".to_owned(),
            };
            return Err(usage(format!("{shown} has no profile {profile:?}; {hint}")));
        }
        Ok(file)
    }

    /// A setting and its table.
    pub fn get(&self, key: &str) -> Option<(&Value, Origin)> {
        self.settings.get(key).map(|(value, origin)| (value, *origin))
    }

    /// The table as `--show-config` prints it.
    pub fn source(&self, origin: Origin) -> String {
        match origin {
            Origin::Profile => format!("{} [profile.{}]", self.path.display(), self.profile),
            Origin::Default => format!("{} [default]", self.path.display()),
        }
    }

    /// The location of a setting.
    pub fn place(&self, origin: Origin, key: &str) -> String {
        format!("{} {key}", self.source(origin))
    }

    /// A path in the file, made relative to the working directory.
    pub fn relative(&self, path: &str) -> String {
        if path == "-" {
            return path.to_owned();
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        folder.join(path).to_string_lossy().into_owned()
    }
}

/// Parses a TOML file.
fn read(path: &Path) -> Result<toml::Table, Failure> {
    let text = crate::input::read_text(path, crate::input::LIMIT)
        .map_err(|error| usage(format!("cannot read settings from {}: {error}", path.display())))?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<toml::Table, Failure> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let message = error.message().replace('\n', "; ");
        usage(format!("{}, line {line}: {message}", path.display()))
    })
}

/// The names of the profiles in a file.
fn profiles(root: &toml::Table) -> impl Iterator<Item = &str> {
    let table = root.get("profile").and_then(toml::Value::as_table);
    table.into_iter().flat_map(|table| table.keys().map(String::as_str))
}

/// The file of a profile in the directory of its target, if it exists.
fn target_profile(profile: &str) -> Option<PathBuf> {
    // Reject names that lead out of the directory.
    let is_name = profile.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    let path = Path::new(TARGETS).join(profile).join("profile.toml");
    (is_name && path.is_file()).then_some(path)
}

fn read_table(
    shown: &str,
    place: &str,
    table: &toml::Table,
    keys: &[String],
) -> Result<Vec<(String, Value)>, Failure> {
    let mut read = Vec::new();
    for (key, value) in table {
        if !keys.contains(key) {
            let near = select::near(key, keys.iter().map(String::as_str));
            let hint = if near.is_empty() {
                "`permspec run --help` lists all settings".to_owned()
            } else {
                format!("did you mean {}?", near.join(" or "))
            };
            return Err(usage(format!("{shown} [{place}]: unknown key {key:?}; {hint}")));
        }
        let value = read_value(value).ok_or_else(|| {
            usage(format!(
                "{shown} [{place}] {key}: expected a string, an integer, a boolean or a list of strings"
            ))
        })?;
        read.push((key.clone(), value));
    }
    Ok(read)
}

fn read_value(value: &toml::Value) -> Option<Value> {
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        toml::Value::Boolean(flag) => Some(Value::Flag(*flag)),
        toml::Value::Array(values) => {
            values.iter().map(text).collect::<Option<_>>().map(Value::List)
        }
        other => text(other).map(Value::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, profile: Option<&str>) -> Result<ConfigFile, String> {
        let keys = ["jobs", "seed", "html", "rules", "strict"].map(str::to_owned);
        super::parse(Path::new("ci/permspec.toml"), text)
            .and_then(|root| ConfigFile::of("ci/permspec.toml".into(), &root, profile, &keys))
            .map_err(|failure| failure.error.to_string())
    }

    const FILE: &str = "
        [default]
        jobs = 2
        html = 'out/report.html'
        [profile.ci]
        jobs = 4
        rules = ['statement-id.*']
        strict = true
    ";

    #[test]
    fn a_profile_takes_precedence_over_the_defaults() {
        let plain = parse(FILE, None).unwrap();
        assert_eq!(plain.get("jobs"), Some((&Value::Text("2".into()), Origin::Default)));
        assert_eq!(plain.get("strict"), None);
        let ci = parse(FILE, Some("ci")).unwrap();
        assert_eq!(ci.get("jobs"), Some((&Value::Text("4".into()), Origin::Profile)));
        assert_eq!(ci.get("html"), Some((&Value::Text("out/report.html".into()), Origin::Default)));
        assert_eq!(ci.source(Origin::Profile), "ci/permspec.toml [profile.ci]");
        assert_eq!(ci.relative("out/report.html"), "ci/out/report.html");
        assert_eq!(ci.relative("-"), "-");
    }

    #[test]
    fn what_is_unknown_is_an_error_with_a_near_name() {
        let error = |text, profile| parse(text, profile).unwrap_err();
        let slip = error("[profile.ci]\nhtmll = 'x'", None);
        assert_eq!(
            slip,
            "ci/permspec.toml [profile.ci]: unknown key \"htmll\"; did you mean html?"
        );
        assert!(error("[defualt]\n", None).ends_with("did you mean [default]?"));
        assert!(error("jobs = 3", None).ends_with("write it under [default]"));
        assert!(error(FILE, Some("cii")).ends_with("did you mean ci?"));
        assert!(error("", Some("ci")).ends_with("it has no profiles"));
        assert!(error("[default]\njobs = 1.5", None).contains("expected a string"));
        assert!(error("[default]\njobs = ", None).starts_with("ci/permspec.toml, line 2: "));
    }
}
