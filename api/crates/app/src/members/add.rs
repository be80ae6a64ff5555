//! `addMember`.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{MemberId, TenantId, WorkspaceId};
use domain::membership::{MAX_MEMBERS, MembershipRefusal};
use domain::workspace::{Actor, Member, Role};
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::principal::Principal;
use super::{MemberStep, begin, check_name, check_scope, ever};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::AppResult;
use crate::idempotency::{Claim, Once};

/// `addMember`: a principal and what it may do.
#[derive(Clone, Debug, Serialize)]
pub struct AddMember {
    /// The issuer of its tokens; the caller's own unless given. `{tenantid}` stands for the tenant in the subject.
    pub issuer: Option<String>,
    /// `tid/oid` for Entra, `sub` elsewhere.
    pub subject: String,
    /// Name: 1 to 200 characters.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// The tenants it is limited to, 1 to 1,000; `None` is all. An owner has all.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Adds a member. Who was one before gets the same row again, and with it a past.
    pub async fn add_member(&self, actor: &Actor, command: AddMember) -> AppResult<Member> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        let work = async {
            authorize(actor, Operation::AddMember)?;
            let once = Once::new(Operation::AddMember, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let me = begin(&tx, actor, Operation::AddMember).await?;
            let principal = Principal::read(command.issuer.as_deref(), &command.subject, Some(&me))?;
            let before = membership(&tx, actor.workspace_id, &principal).await?;
            let id = before.as_ref().map_or_else(|| MemberId(self.ids().uuid()), |member| member.id);
            if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
                return ever(&tx, actor.workspace_id, MemberId(first)).await;
            }
            check_scope(&tx, actor, command.role, command.tenant_ids.as_ref()).await?;
            let new = self.new_member(actor.workspace_id, id, principal, &command)?;
            let added = self.enter_member(&tx, Some(actor), new, before).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(added)
        };
        self.audited(actor, Operation::AddMember, subject, work).await
    }

    /// The member that a command describes.
    pub(super) fn new_member(&self, workspace: WorkspaceId, id: MemberId, principal: Principal, command: &AddMember) -> AppResult<Member> {
        Ok(Member {
            id,
            workspace_id: workspace,
            issuer: principal.issuer,
            subject: principal.subject,
            display_name: check_name(&command.display_name)?,
            role: command.role,
            tenant_scope: command.tenant_ids.clone(),
            owned_by: None,
            created_at: self.now(),
            removed_at: None,
            version: 1,
        })
    }

    /// Adds the member, or brings back who it was before. `None` is the installation itself. Does not commit.
    pub(super) async fn enter_member(&self, tx: &WriteTx, by: Option<&Actor>, new: Member, before: Option<Member>) -> AppResult<Member> {
        let back = before.is_some();
        if before.as_ref().is_some_and(Member::present) {
            return Err(MembershipRefusal::AlreadyMember.into());
        }
        if tx.members(new.workspace_id).await?.len() >= MAX_MEMBERS {
            return Err(MembershipRefusal::Full.into());
        }
        let added = match before {
            Some(before) => tx.update_member(&Member { created_at: before.created_at, version: before.version, ..new }).await?,
            None => {
                tx.insert_member(&new).await?;
                new
            }
        };
        let detail = json!({
            "issuer": added.issuer,
            "subject": added.subject,
            "displayName": added.display_name,
            "role": added.role,
            "tenantIds": added.tenant_scope,
            "wasMember": back,
        });
        self.record_member(tx, by, &added, MemberStep::Added, detail).await?;
        Ok(added)
    }
}

/// What the principal is or was in this workspace.
pub(super) async fn membership(tx: &WriteTx, workspace: WorkspaceId, principal: &Principal) -> AppResult<Option<Member>> {
    let ever = tx.ever_members_of_principal(&principal.issuer, &principal.subject).await?;
    Ok(ever.into_iter().find(|member| member.workspace_id == workspace))
}
