//! `updateMember`.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{MemberId, TenantId};
use domain::membership::may_become;
use domain::workspace::{Actor, Member, Role};
use serde::Serialize;
use serde_json::{Value, json};

use super::keys_of::with;
use super::{MemberStep, begin, check_name, check_scope, ever, person};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `updateMember`: outer `None` leaves a field as it is.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateMember {
    /// The member.
    pub id: MemberId,
    /// The version the caller read; not compared when it is `None`.
    pub expected_revision: Option<i64>,
    /// Name: 1 to 200 characters.
    pub display_name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// The tenants it is limited to, 1 to 1,000; inner `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_ids: Option<Option<BTreeSet<TenantId>>>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Changes a member's name, role or tenants. Open streams follow within seconds; keys that go beyond the new role or tenants are revoked.
    pub async fn update_member(&self, actor: &Actor, command: UpdateMember) -> AppResult<Member> {
        let subject = Subject::new(SubjectKind::Member, command.id.0, None);
        self.audited(actor, Operation::UpdateMember, subject, self.try_update_member(actor, &command)).await
    }

    async fn try_update_member(&self, actor: &Actor, command: &UpdateMember) -> AppResult<Member> {
        authorize(actor, Operation::UpdateMember)?;
        let once = Once::new(Operation::UpdateMember, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        begin(&tx, actor, Operation::UpdateMember).await?;
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, command.id.0).await? {
            return ever(&tx, actor.workspace_id, MemberId(first)).await;
        }
        let member = person(&tx, actor.workspace_id, command.id).await?;
        if let Some(expected) = command.expected_revision.filter(|expected| *expected != member.version) {
            return Err(AppError::StaleRevision { expected, current: member.version });
        }
        let changed = Member {
            display_name: command.display_name.as_deref().map(check_name).transpose()?.unwrap_or_else(|| member.display_name.clone()),
            role: command.role.unwrap_or(member.role),
            tenant_scope: command.tenant_ids.clone().unwrap_or_else(|| member.tenant_scope.clone()),
            ..member.clone()
        };
        if changed == member {
            return Ok(member);
        }
        if (changed.role, &changed.tenant_scope) != (member.role, &member.tenant_scope) {
            check_scope(&tx, actor, changed.role, changed.tenant_scope.as_ref()).await?;
        }
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let members = tx.members(actor.workspace_id).await?;
        may_become(&members, &with(&members, &changed), &workspace.approval_rules)?;
        let changed = tx.update_member(&changed).await?;
        let detail = json!({ "from": facts(&member), "to": facts(&changed) });
        self.record_member(&tx, Some(actor), &changed, MemberStep::Updated, detail).await?;
        self.revoke_excess_keys(&tx, actor, &changed).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(changed)
    }
}

fn facts(member: &Member) -> Value {
    json!({ "displayName": member.display_name, "role": member.role, "tenantIds": member.tenant_scope })
}
