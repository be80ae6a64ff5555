//! `causeway audit`: the log proved and handed out without the server.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use app::audit_chain::{export_chain, verify_chain};
use app::error::AppError;
use domain::id::WorkspaceId;
use store::Store;
use uuid::Uuid;

use super::commands::print;
use super::parts::open;
use crate::cli::{AuditCommand, StartError};
use crate::config::Config;

/// Runs it.
pub async fn run(config: &Config, what: AuditCommand) -> Result<ExitCode, StartError> {
    let store = open(config).await?;
    let done = match what {
        AuditCommand::Verify => verify(&store).await,
        AuditCommand::Export { workspace, after } => export(&store, workspace, after).await,
    };
    store.close().await.map_err(|error| StartError::part("the database did not close cleanly")(&error))?;
    done.map_err(|error| StartError::part("the audit log cannot be read")(&error))
}

async fn verify(store: &Store) -> Result<ExitCode, AppError> {
    let mut all_fit = true;
    for workspace in store.reader().workspaces().await? {
        let found = verify_chain(store, workspace.id, 0, usize::MAX).await?;
        let verdict = match &found.broken {
            None => format!("{} entries fit, head {}", found.checked, found.head),
            Some(broken) => format!("BROKEN after {} entries: {broken}", found.checked),
        };
        print(&format!("{} {}: {verdict}\n", workspace.id, workspace.name));
        all_fit &= found.broken.is_none();
    }
    Ok(if all_fit { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn export(store: &Store, only: Option<Uuid>, after: i64) -> Result<ExitCode, AppError> {
    let mut out = BufWriter::new(std::io::stdout());
    let mut each = |entry: &domain::audit::AuditEntry| match writeln!(out, "{}", entry.to_json_line()) {
        Ok(()) => ControlFlow::Continue(()),
        // A reader that has gone away (`| head`) is no error.
        Err(_) => ControlFlow::Break(()),
    };
    let workspaces: Vec<WorkspaceId> = store.reader().workspaces().await?.into_iter().map(|workspace| workspace.id).collect();
    if let Some(missing) = only.filter(|only| !workspaces.iter().any(|workspace| workspace.0 == *only)) {
        super::commands::complain(&format!("there is no workspace {missing}: `causeway audit verify` lists them"));
        return Ok(ExitCode::from(2));
    }
    for workspace in workspaces.into_iter().filter(|workspace| only.is_none_or(|only| only == workspace.0)) {
        export_chain(store, workspace, after, &mut each).await?;
    }
    let _ = out.flush();
    Ok(ExitCode::SUCCESS)
}
