//! What callers read. Everything is limited to the actor's workspace and tenants before it leaves the store.

pub mod audit;
pub mod changes;
pub mod decision;
pub mod events;
pub mod policies;
pub mod sign_ins;
pub mod snapshots;
pub mod tenants;

use std::collections::{BTreeSet, HashMap};

use domain::id::{ContentHash, MemberId, TenantId};
use domain::workspace::{Actor, Member, Workspace};

use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// The actor's workspace.
    pub async fn workspace(&self, actor: &Actor) -> AppResult<Workspace> {
        self.store().reader().workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)
    }

    /// Members by id; those of other workspaces are absent.
    pub async fn members_by_ids(&self, actor: &Actor, ids: &[MemberId]) -> AppResult<HashMap<MemberId, Member>> {
        let members = self.store().reader().members_by_ids(actor.workspace_id, ids).await?;
        Ok(members.into_iter().map(|member| (member.id, member)).collect())
    }

    /// Verbatim texts of stored documents. The hashes come from rows that the actor was shown.
    pub async fn documents(&self, actor: &Actor, hashes: &[ContentHash]) -> AppResult<HashMap<ContentHash, String>> {
        Ok(self.store().reader().documents(actor.workspace_id, hashes).await?)
    }
}

/// The tenants a list may show: those asked for, as far as the actor sees them; `None` is every tenant of the workspace.
pub(crate) fn visible(actor: &Actor, asked: Option<&[TenantId]>) -> Option<BTreeSet<TenantId>> {
    match (&actor.tenant_scope, asked) {
        (None, None) => None,
        (Some(scope), None) => Some(scope.clone()),
        (_, Some(asked)) => Some(asked.iter().copied().filter(|tenant| actor.sees(*tenant)).collect()),
    }
}
