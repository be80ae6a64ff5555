//! `causeway member`: the first members of a production installation, where nobody can sign in yet.

use std::process::ExitCode;

use app::members::AddMember;
use domain::id::WorkspaceId;

use super::commands::{complain, print};
use super::parts::{Parts, parts};
use crate::auth::EMBEDDED_ISSUER;
use crate::cli::{MemberCommand, StartError, prepare_data_dir};
use crate::config::Config;

/// Runs it.
pub async fn run(config: &Config, what: MemberCommand) -> Result<ExitCode, StartError> {
    prepare_data_dir(&config.data_dir)?;
    let parts = parts(config, None).await?;
    let done = match what {
        MemberCommand::Add { role, subject, issuer, name, workspace } => {
            let add = AddMember { issuer, subject, display_name: name, role, tenant_ids: None, idempotency_key: None };
            add_member(config, &parts, workspace.map(WorkspaceId), add).await
        }
    };
    parts.store.close().await.map_err(|error| StartError::part("the database did not close cleanly")(&error))?;
    done
}

async fn add_member(config: &Config, parts: &Parts, workspace: Option<WorkspaceId>, add: AddMember) -> Result<ExitCode, StartError> {
    let like = config.oidc.issuer.as_deref().or(config.embedded().then_some(EMBEDDED_ISSUER));
    match parts.app.install_member(&config.bootstrap.workspace, workspace, like, add).await {
        Ok(member) => {
            let (id, workspace, role) = (member.id, member.workspace_id, member.role);
            print(&format!("{id} {} is {role} of workspace {workspace}: {} at {}\n", member.display_name, member.subject, member.issuer));
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) if refusal.expected() => {
            complain(&refusal.to_string());
            Ok(ExitCode::from(2))
        }
        Err(fault) => Err(StartError::part("the member cannot be added")(&fault)),
    }
}
