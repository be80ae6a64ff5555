//! The command line: what can be asked for. `main` runs it; one line and exit code 2 when it can't be done.

mod healthcheck;
mod screen;
mod start;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use domain::change::warning::Severity;
use domain::workspace::Role;
use uuid::Uuid;

pub use healthcheck::healthcheck;
pub use screen::{Import, ImportLine, Screen, first_screen};
pub use start::{StartError, bind, log_to_stderr, prepare_data_dir, until_signalled};

/// Change control and phased rollout for Microsoft Entra Conditional Access.
#[derive(Debug, Parser)]
#[command(name = "causeway", version, about)]
pub struct Cli {
    /// Configuration file (TOML). CAUSEWAY__SECTION__KEY variables lie over it.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do; `serve` unless given.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serve the API with background workers (the default).
    Serve,
    /// Run background workers only.
    Worker,
    /// Change or show the database schema.
    Migrate {
        /// Direction; up unless given.
        #[command(subcommand)]
        direction: Option<Direction>,
    },
    /// Print the GraphQL schema (SDL).
    Schema,
    /// Ask a running server whether it is ready: exit code 0 or 1.
    Healthcheck {
        /// Its address; the configured one unless given.
        #[arg(long)]
        address: Option<SocketAddr>,
    },
    /// Run only the simulated Entra cloud, for the front end and for SDKs.
    Simulate {
        /// File that keeps its state across restarts.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Prove the audit log, or hand it out. Reads the configured database; the server may be running.
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        what: AuditCommand,
    },
    /// Hand out the summaries of a tenant's sign-ins. Reads the configured database; the server may be running.
    SignIns {
        /// What to do with them.
        #[command(subcommand)]
        what: SignInsCommand,
    },
    /// Keep the baseline library. Works on the configured database, as an owner; the server may be running.
    Baseline {
        /// What to do with it.
        #[command(subcommand)]
        what: BaselineCommand,
    },
    /// Add members where nobody can sign in to do it. Writes to the configured database; the server may be running.
    Member {
        /// What to do.
        #[command(subcommand)]
        what: MemberCommand,
    },
    /// Show something at work against the simulated cloud, with its clock running fast. Leaves nothing behind.
    Demo {
        /// What to show.
        #[command(subcommand)]
        what: DemoCommand,
    },
    /// Print a bearer token of the development issuer.
    Token {
        /// Role of the member: OWNER, ADMIN, OPERATOR, APPROVER or VIEWER.
        #[arg(long, value_parser = role)]
        role: Role,
        /// Lifetime, such as 30m, 12h or 7d; at most 30 days.
        #[arg(long, default_value = "12h", value_parser = lifetime)]
        ttl: Duration,
    },
}

/// What to show.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum DemoCommand {
    /// Phased rollouts from their plan to their end; exit code 1 when a story ends otherwise than it should.
    Rollout {
        /// Only this story; may be repeated. All, one after the other, unless given.
        #[arg(long, value_enum)]
        story: Vec<RolloutStory>,
        /// Simulated days that a story may take, 1 to 29; it has failed when it is not over by then.
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=29))]
        days: u32,
        /// Plain lines instead of a progress display.
        #[arg(long)]
        plain: bool,
    },
}

/// How a phased rollout can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RolloutStory {
    /// Five phases to completion.
    Complete,
    /// Too many people are blocked in phase 3.
    Breach,
    /// Somebody edits the grant controls in the portal.
    Edited,
    /// Nobody signs in.
    Silence,
}

/// What to do with members.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum MemberCommand {
    /// Add a member; the first one also makes the workspace and must be an OWNER.
    Add {
        /// Role: OWNER, ADMIN, OPERATOR, APPROVER or VIEWER.
        #[arg(long, value_parser = role)]
        role: Role,
        /// The principal: tid/oid (tenant id, object id) for Entra, sub elsewhere.
        #[arg(long)]
        subject: String,
        /// Issuer (iss) of its tokens; oidc.issuer unless given.
        #[arg(long)]
        issuer: Option<String>,
        /// Display name.
        #[arg(long)]
        name: String,
        /// Id of the workspace, where there are several.
        #[arg(long)]
        workspace: Option<Uuid>,
    },
}

/// What to do with the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum AuditCommand {
    /// Compute the hash chain of every workspace again; exit code 1 when one is broken.
    Verify,
    /// Write the log as JSON lines to standard output, oldest first.
    Export {
        /// Only this workspace, by its id in the database; all unless given.
        #[arg(long)]
        workspace: Option<Uuid>,
        /// Begin after this place in the chain.
        #[arg(long, default_value_t = 0, value_name = "SEQ")]
        after: i64,
    },
}

/// What to do with summaries of sign-ins.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum SignInsCommand {
    /// Write the rows as JSON lines to standard output, by day; rows of a day that are alike are one line.
    Export {
        /// The tenant, by Entra's id of it.
        #[arg(long)]
        tenant: Uuid,
        /// From this day on, in UTC: 2026-11-21.
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// Up to this day, in UTC.
        #[arg(long, value_name = "DAY")]
        to: Option<NaiveDate>,
        /// The workspace, by its id in the database; needed where the tenant is in several.
        #[arg(long)]
        workspace: Option<Uuid>,
    },
}

/// What to do with the baseline library.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum BaselineCommand {
    /// Import every *.json of a folder or archive; exit code 1 when something in it was refused.
    Import {
        /// A folder, or a .zip, .tar, .tar.gz, .tgz or .json file; at most 5,000 files with 64 MiB in all.
        source: PathBuf,
        /// The baseline's name; made when there is none. The source's name unless given.
        #[arg(long)]
        name: Option<String>,
        /// How much it matters when a tenant lacks one of these: INFO, WARNING or CRITICAL.
        #[arg(long, default_value = "WARNING", value_parser = severity)]
        severity: Severity,
        /// The workspace, by its id in the database; needed where there are several.
        #[arg(long)]
        workspace: Option<Uuid>,
    },
}

/// Which way to migrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Direction {
    /// Apply what is pending.
    Up,
    /// Remove everything, data included.
    Down {
        /// Say yes to losing all data.
        #[arg(long)]
        yes: bool,
    },
    /// Show what is pending; exit code 1 when something is.
    Status,
}

fn severity(text: &str) -> Result<Severity, String> {
    text.to_ascii_uppercase().parse().map_err(|_| "a severity is INFO, WARNING or CRITICAL".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    text.to_ascii_uppercase().parse().map_err(|_| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("a role is one of {}", known.join(", "))
    })
}

/// A whole number with `s`, `m`, `h` or `d`.
fn lifetime(text: &str) -> Result<Duration, String> {
    let wrong = || "a lifetime is a number with s, m, h or d, such as 12h".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let lifetime = Duration::from_secs(u64::from(number) * seconds);
    if lifetime.is_zero() || lifetime > Duration::from_secs(30 * 86_400) {
        return Err("a lifetime is from 1s to 30d".to_owned());
    }
    Ok(lifetime)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands() {
        assert_eq!(parse("causeway").unwrap().command, None);
        assert_eq!(
            parse("causeway token --role owner --ttl 30m").unwrap().command,
            Some(Command::Token { role: Role::Owner, ttl: Duration::from_secs(1800) })
        );
        let cli = parse("causeway migrate down --yes --config a.toml").unwrap();
        assert_eq!(cli.command, Some(Command::Migrate { direction: Some(Direction::Down { yes: true }) }));
        assert_eq!(cli.config, Some(PathBuf::from("a.toml")));
        let add = MemberCommand::Add {
            role: Role::Approver,
            subject: "ada".to_owned(),
            issuer: Some("https://id.example".to_owned()),
            name: "Ada".to_owned(),
            workspace: None,
        };
        assert_eq!(
            parse("causeway member add --role approver --subject ada --issuer https://id.example --name Ada").unwrap().command,
            Some(Command::Member { what: add })
        );
    }

    #[test]
    fn mistakes_end_with_code_2() {
        for line in [
            "causeway dance",
            "causeway token",
            "causeway baseline import",
            "causeway baseline import x --severity LOUD",
            "causeway token --role KING",
            "causeway token --role OWNER --ttl 31d",
            "causeway token --role OWNER --ttl é",
            "causeway member add --role OWNER",
            "causeway member add --role KING --subject ada --name Ada",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
