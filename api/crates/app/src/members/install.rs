//! The first members of a production installation, by whoever runs it: `causeway member add`.

use domain::id::{MemberId, WorkspaceId};
use domain::workspace::{Member, Role};

use super::AddMember;
use super::add::membership;
use super::principal::Principal;
use crate::App;
use crate::bootstrap::FirstMember;
use crate::error::{AppError, AppResult};

impl App {
    /// Adds a member in the name of the installation, as `addMember` does: to the workspace named, or to the only one there is. Where there is
    /// none it makes one called `name`, whose first member is an owner. `like` is the issuer where the command names none.
    ///
    /// Errors: `INVALID_INPUT` when it can't be told which workspace is meant, or the first member is no owner; refusals as of `addMember`.
    pub async fn install_member(
        &self,
        name: &str,
        workspace: Option<WorkspaceId>,
        like: Option<&str>,
        command: AddMember,
    ) -> AppResult<Member> {
        let issuer = command.issuer.as_deref().or(like);
        let principal = Principal::read(issuer, &command.subject, None)?;
        let found = self.store().reader().workspaces().await?;
        let workspace = match (workspace, found.as_slice()) {
            (Some(named), found) => found.iter().find(|found| found.id == named).ok_or(AppError::NotFound)?.id,
            (None, [only]) => only.id,
            (None, []) => return self.install_workspace(name, principal, &command).await,
            (None, _) => return Err(AppError::invalid(&["workspace"], "there are several workspaces: say which one is meant")),
        };
        if command.tenant_ids.is_some() {
            return Err(AppError::invalid(&["input", "tenantIds"], "tenants are named in the API: updateMember"));
        }
        let tx = self.store().write().await?;
        tx.lock_workspace(workspace).await?;
        let before = membership(&tx, workspace, &principal).await?;
        let id = before.as_ref().map_or_else(|| MemberId(self.ids().uuid()), |member| member.id);
        let new = self.new_member(workspace, id, principal, &command)?;
        let added = self.enter_member(&tx, None, new, before).await?;
        tx.commit().await?;
        Ok(added)
    }

    async fn install_workspace(&self, name: &str, principal: Principal, command: &AddMember) -> AppResult<Member> {
        if command.role != Role::Owner {
            return Err(AppError::invalid(&["input", "role"], "there is no workspace yet: its first member must be an OWNER"));
        }
        let first = FirstMember {
            issuer: principal.issuer,
            subject: principal.subject,
            display_name: super::check_name(&command.display_name)?,
            role: command.role,
        };
        let workspace = self.ensure_workspace(name, std::slice::from_ref(&first)).await?;
        let members = self.store().reader().members_of_principal(&first.issuer, &first.subject).await?;
        members.into_iter().find(|member| member.workspace_id == workspace).ok_or(AppError::NotFound)
    }
}
