//! The causeway binary.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use api::cli::Cli;
use clap::Parser;

/// glibc's allocator costs 45 % of the CPU time of a large page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Background threads that still compute (a resolver's blocking call) don't hold the exit for longer.
const RUNTIME_STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Address space, not memory: pages are taken as they are touched. An unoptimised build keeps every branch of the root mutation's resolver on
/// the stack at once, which outgrew tokio's 2 MiB.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only fails when a provider is there already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let result = runtime.block_on(api::wire::run(cli, &api::system::environment()));
    runtime.shutdown_timeout(RUNTIME_STOPS_WITHIN);
    result.unwrap_or_else(|error| fail(&error))
}

/// One line, exit code 2.
fn fail(error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "causeway: {error}");
    ExitCode::from(2)
}
