//! The thin binary: argv to exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    gpucluster::cli::run(std::env::args_os())
}
