//! `removeMember`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::MemberId;
use domain::membership::may_become;
use domain::workspace::{Actor, Member};
use serde::Serialize;
use serde_json::json;

use super::keys_of::with;
use super::{MemberStep, begin, ever, person};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `removeMember`.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveMember {
    /// The member.
    pub id: MemberId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Removes a member with all keys it owns. From the next request on its tokens find nobody; open streams end within seconds; approvals it
    /// gave count no more.
    pub async fn remove_member(&self, actor: &Actor, command: RemoveMember) -> AppResult<Member> {
        let subject = Subject::new(SubjectKind::Member, command.id.0, None);
        let work = async {
            authorize(actor, Operation::RemoveMember)?;
            let once = Once::new(Operation::RemoveMember, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            begin(&tx, actor, Operation::RemoveMember).await?;
            if let Claim::Replay(first) = self.claim(&tx, actor, &once, command.id.0).await? {
                return ever(&tx, actor.workspace_id, MemberId(first)).await;
            }
            let member = person(&tx, actor.workspace_id, command.id).await?;
            let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
            let members = tx.members(actor.workspace_id).await?;
            let gone = Member { removed_at: Some(self.now()), ..member };
            may_become(&members, &with(&members, &gone), &workspace.approval_rules)?;
            let gone = tx.update_member(&gone).await?;
            let detail = json!({ "displayName": gone.display_name, "role": gone.role, "issuer": gone.issuer, "subject": gone.subject });
            self.record_member(&tx, Some(actor), &gone, MemberStep::Removed, detail).await?;
            self.revoke_excess_keys(&tx, actor, &gone).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(gone)
        };
        self.audited(actor, Operation::RemoveMember, subject, work).await
    }
}
