//! `runDryRun`: diff and warnings against the latest snapshot.

use domain::access::Operation;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::transition::{ChangeCommand, transition};
use domain::workspace::Actor;

use crate::App;
use crate::changes::step::Step;
use crate::command::ChangeStep;
use crate::error::{AppError, AppResult};

impl App {
    /// Runs a dry-run and stores its plan. It calls Graph for nothing.
    pub async fn run_dry_run(&self, actor: &Actor, command: ChangeStep) -> AppResult<ChangeRequest> {
        let step = Step {
            operation: Operation::RunDryRun,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.step(actor, step, async |tx, change| {
            let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
            if tenant.imported_at.is_none() {
                return Err(Refusal::TenantNotImported.into());
            }
            let dry_run = self.plan_change(tx, actor, &change).await?;
            Ok(transition(change, ChangeCommand::DryRun(dry_run), Some(actor.member_id), self.now())?)
        })
        .await
    }
}
