//! The command: arguments in, exit code out.

use std::process::ExitCode;

/// A third of a run's time would go into the system's allocator: JSON is made of small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    permspec::cli::main(std::env::args_os()).into()
}
