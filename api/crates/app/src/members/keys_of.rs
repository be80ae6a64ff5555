//! API keys end with what their owner may: a key never outlives its owner's membership, and never does what its owner may not.

use domain::membership::{covers, scope_covers};
use domain::workspace::{Actor, Member};
use serde_json::json;
use store::WriteTx;

use super::MemberStep;
use crate::App;
use crate::error::AppResult;

impl App {
    /// Revokes those keys that the owner, as it is to be, could not have any more. Does not commit.
    pub(super) async fn revoke_excess_keys(&self, tx: &WriteTx, actor: &Actor, owner: &Member) -> AppResult<()> {
        for key in tx.keys_owned_by(owner.workspace_id, owner.id).await? {
            if may_have(owner, &key) {
                continue;
            }
            let revoked = tx.update_member(&Member { removed_at: Some(self.now()), ..key }).await?;
            let because = if owner.present() { "OWNER_LIMITED" } else { "OWNER_REMOVED" };
            let detail = json!({ "displayName": revoked.display_name, "owner": owner.id, "because": because });
            self.record_member(tx, Some(actor), &revoked, MemberStep::KeyRevoked, detail).await?;
        }
        Ok(())
    }
}

fn may_have(owner: &Member, key: &Member) -> bool {
    owner.present() && covers(owner.role, key.role) && scope_covers(owner.tenant_scope.as_ref(), key.tenant_scope.as_ref())
}

/// The workspace's members once `changed` is among them; the keys that it loses with it are no members any more.
pub(super) fn with(members: &[Member], changed: &Member) -> Vec<Member> {
    let stays = |member: &Member| member.owned_by != Some(changed.id) || may_have(changed, member);
    let now = |member: &Member| if member.id == changed.id { changed.clone() } else { member.clone() };
    members.iter().filter(|member| stays(member)).map(now).collect()
}
