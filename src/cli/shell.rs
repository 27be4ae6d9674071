//! `permspec completions`, `permspec man` and `permspec schema`. The only user of `clap_complete` and
//! `clap_mangen`.

use clap::Args;
use clap_complete::Shell;

use super::choices::SchemaArg;
use super::{Failure, OrFail, output, settings, usage};
use crate::contract::select;
use crate::exit_code::ExitCode;

/// The arguments of `schema`.
#[derive(Clone, Debug, Args)]
pub struct SchemaArgs {
    /// File format to describe
    #[arg(value_name = "NAME", value_enum)]
    pub name: SchemaArg,
}

/// The arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// Shell to complete for
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// Command to describe [default: permspec itself]
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// `permspec completions`.
pub fn completions(arguments: &CompletionsArgs) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut settings::command(), "permspec", &mut text);
    output::print(&String::from_utf8_lossy(&text));
    ExitCode::Passed
}

/// `permspec man`.
pub fn man(arguments: &ManArgs) -> Result<ExitCode, Failure> {
    let mut command = settings::command();
    command.build();
    for name in &arguments.command {
        let names: Vec<String> =
            command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        command = command.find_subcommand(name).cloned().ok_or_else(|| {
            let near = select::near(name, names.iter().map(String::as_str)).join(" or ");
            let hint = if near.is_empty() {
                format!("the names are {}", names.join(", "))
            } else {
                format!("did you mean {near}?")
            };
            usage(format!("no command is named {name:?}; {hint}"))
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).or_fail(ExitCode::Bug)?;
    output::print(&String::from_utf8_lossy(&page));
    Ok(ExitCode::Passed)
}

/// `permspec schema`.
pub fn schema(arguments: &SchemaArgs) -> ExitCode {
    output::print(&arguments.name.0.text());
    ExitCode::Passed
}
