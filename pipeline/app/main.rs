//! The binary: the command line, its errors in plain words, its exit codes.

use std::process::ExitCode;

use clap::Parser;
use prane::cli::{Cli, run};

/// Gives the memory of one stage back before the next asks for it.
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
            // Threads still at work are not waited for: what they write lies in the work folder, and goes with the next run.
            std::process::exit(130)
        }
    });
    let outcome = runtime.block_on(run(cli));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}\nhint: {}", fault.hint());
            ExitCode::from(fault.exit_code())
        }
    }
}
