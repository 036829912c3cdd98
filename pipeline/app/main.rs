//! The binary: runs the command line, prints errors and sets the exit code.

use std::process::ExitCode;

use clap::Parser;
use prane::cli::{Cli, run};

/// mimalloc returns the memory of one stage to the system before the next stage allocates.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(7);
        }
    };
    runtime.spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("interrupted: nothing was published");
            prane::work::clear();
            // Running threads are not joined: they write into the work folder only, which the next run empties.
            std::process::exit(130)
        }
    });
    let outcome = runtime.block_on(run(cli));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}\nhint: {}", error.hint());
            ExitCode::from(error.exit_code())
        }
    }
}
