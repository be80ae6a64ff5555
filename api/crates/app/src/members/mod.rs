//! Use cases on members, one file per verb. Only owners manage them, and whoever is removed keeps a row, because what they did refers to it.

mod add;
mod install;
mod keys_of;
mod principal;
mod query;
mod record;
mod remove;
mod scope;
mod update;

pub use add::AddMember;
pub use remove::RemoveMember;
pub use update::UpdateMember;

pub(crate) use record::MemberStep;
pub(crate) use scope::{check_name, check_scope};

use domain::access::Operation;
use domain::id::{MemberId, WorkspaceId};
use domain::workspace::{Actor, Member};
use store::WriteTx;

use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// Begins a decision over members or keys: waits for whoever is deciding now, then asks again whether the actor still may.
///
/// Without the first, two owners who remove each other at the same moment would both succeed; without the second, an owner who was removed a
/// moment ago could still leave a key behind.
pub(crate) async fn begin(tx: &WriteTx, actor: &Actor, operation: Operation) -> AppResult<Member> {
    tx.lock_workspace(actor.workspace_id).await?;
    let me = tx.member(actor.workspace_id, actor.member_id).await?.ok_or(AppError::NotAMember)?;
    authorize(&Actor { role: me.role, ..actor.clone() }, operation)?;
    Ok(me)
}

/// A member that is still there and no API key.
async fn person(tx: &WriteTx, workspace: WorkspaceId, id: MemberId) -> AppResult<Member> {
    tx.member(workspace, id).await?.filter(|member| !member.is_api_key()).ok_or(AppError::NotFound)
}

/// A member as it is now, removed or not: what a repeated call answers with.
async fn ever(tx: &WriteTx, workspace: WorkspaceId, id: MemberId) -> AppResult<Member> {
    tx.members_by_ids(workspace, &[id]).await?.pop().ok_or(AppError::NotFound)
}
