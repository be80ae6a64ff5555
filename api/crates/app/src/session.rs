//! From a verified token to the member it belongs to.

use chrono::{DateTime, Utc};
use domain::id::WorkspaceId;
use domain::workspace::{Actor, Member};

use crate::App;
use crate::error::{AppError, AppResult};

/// What a verified token says about its bearer.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The issuer that signed it.
    pub issuer: String,
    /// `tid/oid` for Entra's tokens, `sub` elsewhere.
    pub subject: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl App {
    /// The member that the token belongs to, in the workspace asked for, or in the only one it is a member of.
    ///
    /// `NOT_A_MEMBER` for a stranger; `INVALID_INPUT` when a member of several workspaces names none.
    pub async fn actor(&self, identity: &Identity, workspace: Option<WorkspaceId>) -> AppResult<Actor> {
        let members = self.store().reader().members_of_principal(&identity.issuer, &identity.subject).await?;
        let member = match (workspace, members.as_slice()) {
            (Some(workspace), members) => members.iter().find(|member| member.workspace_id == workspace),
            (None, [only]) => Some(only),
            (None, []) => None,
            (None, _) => {
                return Err(AppError::invalid(
                    &["causeway-workspace"],
                    "this token's subject is a member of several workspaces: name one in the causeway-workspace header",
                ));
            }
        };
        member.map(|member| actor(member, identity.expires_at)).ok_or(AppError::NotAMember)
    }

    /// The actor as it stands now, or `None` when the membership is gone or the API key was revoked: what keeps a long stream honest.
    pub(crate) async fn refresh(&self, actor: &Actor) -> AppResult<Option<Actor>> {
        let member = self.store().reader().member(actor.workspace_id, actor.member_id).await?;
        Ok(member.map(|member| self::actor(&member, actor.expires_at)))
    }
}

/// The member as the caller of something, until `expires_at`.
pub(crate) fn actor(member: &Member, expires_at: DateTime<Utc>) -> Actor {
    Actor {
        member_id: member.id,
        workspace_id: member.workspace_id,
        display_name: member.display_name.clone(),
        role: member.role,
        tenant_scope: member.tenant_scope.clone(),
        expires_at,
    }
}
