//! The command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    permspec::cli::main(std::env::args_os()).into()
}
