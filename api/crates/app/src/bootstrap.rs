//! The first workspace and its members, for the embedded run and for a new installation.

use domain::id::{MemberId, WorkspaceId};
use domain::workspace::{Actor, Member, Role, Workspace};

use crate::App;
use crate::error::{AppError, AppResult};

/// One member to create.
#[derive(Clone, Debug)]
pub struct FirstMember {
    /// Issuer of its tokens.
    pub issuer: String,
    /// Principal at that issuer.
    pub subject: String,
    /// Display name.
    pub display_name: String,
    /// Role.
    pub role: Role,
}

impl App {
    /// Creates a workspace with members unless one of them is a member of one already; returns the workspace.
    ///
    /// Errors: `INVALID_INPUT` without a member.
    pub async fn ensure_workspace(&self, name: &str, members: &[FirstMember]) -> AppResult<WorkspaceId> {
        let first = members.first().ok_or_else(|| AppError::invalid(&["members"], "a workspace needs a first member"))?;
        let tx = self.store().write().await?;
        // Also one who was removed since: a restart must not make a second workspace for an owner who has left.
        if let Some(member) = tx.ever_members_of_principal(&first.issuer, &first.subject).await?.first() {
            return Ok(member.workspace_id);
        }
        let now = self.now();
        let workspace = Workspace {
            id: WorkspaceId(self.ids().uuid()),
            name: name.to_owned(),
            require_approval: false,
            approval_rules: Default::default(),
            dry_run_ttl_s: 30 * 60,
            created_at: now,
            version: 1,
        };
        tx.insert_workspace(&workspace).await?;
        for member in members {
            tx.insert_member(&Member {
                id: MemberId(self.ids().uuid()),
                workspace_id: workspace.id,
                issuer: member.issuer.clone(),
                subject: member.subject.clone(),
                display_name: member.display_name.clone(),
                role: member.role,
                tenant_scope: None,
                owned_by: None,
                created_at: now,
                removed_at: None,
                version: 1,
            })
            .await?;
        }
        tx.commit().await?;
        Ok(workspace.id)
    }

    /// The first owner of the workspace, as an actor for what the installation itself does. Its credential ends with the call.
    pub async fn owner(&self, workspace: WorkspaceId) -> AppResult<Actor> {
        let members = self.store().reader().members(workspace).await?;
        let owner = members.into_iter().find(|member| member.role == Role::Owner).ok_or(AppError::NotFound)?;
        Ok(Actor {
            member_id: owner.id,
            workspace_id: workspace,
            display_name: owner.display_name,
            role: owner.role,
            tenant_scope: None,
            expires_at: self.now() + chrono::TimeDelta::minutes(5),
        })
    }
}
