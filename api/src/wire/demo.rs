//! `causeway demo`.

use std::process::ExitCode;

use crate::cli::{DemoCommand, StartError};
use crate::config::Config;
use crate::demo;

/// Shows what was asked for.
pub async fn run(config: &Config, what: DemoCommand) -> Result<ExitCode, StartError> {
    match what {
        DemoCommand::Rollout { story, days, plain } => demo::rollout(config, &story, days, plain).await,
    }
}
