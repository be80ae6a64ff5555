//! `updateWorkspace`: the workspace's own settings.

use domain::access::{Operation, allowed};
use domain::change::approval_rules::ApprovalRules;
use domain::event::SubjectKind;
use domain::id::AuditId;
use domain::person::Persons;
use domain::workspace::{Actor, Workspace};
use serde_json::json;
use store::WriteTx;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::UpdateWorkspace;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

const SHORTEST_DRY_RUN_S: i64 = 60;
const LONGEST_DRY_RUN_S: i64 = 24 * 3600;

impl App {
    /// Sets the approval switch and rules, and the lifetime of dry-runs. Changes in flight keep what was fixed when they were created.
    pub async fn update_workspace(&self, actor: &Actor, command: UpdateWorkspace) -> AppResult<Workspace> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        self.audited(actor, Operation::UpdateWorkspace, subject, self.try_update_workspace(actor, &command, subject)).await
    }

    async fn try_update_workspace(&self, actor: &Actor, command: &UpdateWorkspace, subject: Subject) -> AppResult<Workspace> {
        authorize(actor, Operation::UpdateWorkspace)?;
        if command.dry_run_ttl_s.is_some_and(|ttl| !(SHORTEST_DRY_RUN_S..=LONGEST_DRY_RUN_S).contains(&ttl)) {
            return Err(AppError::invalid(&["input", "dryRunTtl"], "a dry-run lives between one minute (PT1M) and one day (PT24H)"));
        }
        let once = Once::new(Operation::UpdateWorkspace, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        // Rules are checked against members, and members against rules: one after the other.
        tx.lock_workspace(actor.workspace_id).await?;
        let mut workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, workspace.id.0).await? {
            return Ok(workspace);
        }
        if workspace.version != command.expected_revision {
            return Err(AppError::StaleRevision { expected: command.expected_revision, current: workspace.version });
        }
        let rules = ApprovalRules {
            always: command.require_approval.unwrap_or(workspace.require_approval),
            ..command.approval_rules.apply(&workspace.approval_rules)
        };
        check_rules(&tx, &workspace, &rules).await?;
        workspace.require_approval = rules.always;
        workspace.approval_rules = rules;
        workspace.dry_run_ttl_s = command.dry_run_ttl_s.unwrap_or(workspace.dry_run_ttl_s);
        let workspace = tx.update_workspace(&workspace).await?;
        let detail = json!({ "approvalRules": workspace.approval_rules, "dryRunTtlS": workspace.dry_run_ttl_s });
        let entry = subject.done(actor, Operation::UpdateWorkspace, detail);
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), self.now(), entry).await?;
        tx.commit().await?;
        Ok(workspace)
    }
}

/// Rules that nobody could meet are refused: the author of a change is one of those who could approve, and the quorum are others.
async fn check_rules(tx: &WriteTx, before: &Workspace, rules: &ApprovalRules) -> AppResult<()> {
    rules.validate().map_err(|error| AppError::invalid(&["input", "approvalRules"], error.to_string()))?;
    if *rules == before.approval_rules || !asks(rules) {
        return Ok(());
    }
    let members = tx.members(before.id).await?;
    let may = members.iter().filter(|member| member.present() && allowed(member.role, Operation::DecideApproval)).map(|member| member.id);
    let persons = Persons::of(&members).count(may);
    if persons < 2 {
        return Err(AppError::invalid(
            &["input", "requireApproval"],
            "fewer than two members could approve: add an approver, an admin or an owner first",
        ));
    }
    if usize::from(rules.quorum) > persons - 1 {
        let message = format!("{persons} persons could approve, one of whom may be the author: the quorum is at most {}", persons - 1);
        return Err(AppError::invalid(&["input", "approvalRules", "quorum"], message));
    }
    Ok(())
}

/// Whether any rule can ask for approval.
fn asks(rules: &ApprovalRules) -> bool {
    *rules != ApprovalRules { quorum: rules.quorum, ..ApprovalRules::default() }
}
