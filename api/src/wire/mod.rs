//! The composition root: which parts make which command. Nothing here decides anything about a tenant or a change.

mod access;
mod audit;
mod baseline;
mod cloud;
mod commands;
mod courier;
mod demo;
mod embedded;
mod failpoint;
mod imports;
mod member;
mod parts;
mod serve;
mod sign_ins;

pub(crate) use embedded::Embedded;
pub(crate) use parts::settings;

use std::collections::BTreeMap;
use std::process::ExitCode;

use crate::cli::{Cli, Command, Direction, StartError, healthcheck, log_to_stderr};
use crate::config::Config;

/// Runs a command to its end.
///
/// # Errors
/// When it can't start: one line, for exit code 2.
pub async fn run(cli: Cli, environment: &BTreeMap<String, String>) -> Result<ExitCode, StartError> {
    let command = cli.command.unwrap_or(Command::Serve);
    if command == Command::Schema {
        return commands::schema();
    }
    let config = Config::load(cli.config.as_deref(), environment)?;
    log_to_stderr(&config.log);
    match command {
        Command::Serve => serve::serve(&config).await,
        Command::Worker => commands::worker(&config).await,
        Command::Migrate { direction } => commands::migrate(&config, direction.unwrap_or(Direction::Up)).await,
        Command::Schema => commands::schema(),
        Command::Healthcheck { address } => match healthcheck(address.unwrap_or(config.listen)).await {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(reason) => {
                commands::complain(&reason);
                Ok(ExitCode::FAILURE)
            }
        },
        Command::Simulate { state } => commands::simulate(&config, state).await,
        Command::Audit { what } => audit::run(&config, what).await,
        Command::Baseline { what } => baseline::run(&config, what).await,
        Command::Member { what } => member::run(&config, what).await,
        Command::SignIns { what } => sign_ins::run(&config, what).await,
        Command::Token { role, ttl } => commands::token(&config, role, ttl),
        Command::Demo { what } => demo::run(&config, what).await,
    }
}
