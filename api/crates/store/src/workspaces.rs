//! Workspaces and members.

use domain::change::approval_rules::ApprovalRules;
use domain::id::{MemberId, TenantId, WorkspaceId};
use domain::workspace::{Member, Workspace};
use entity::{member, workspace};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::ids::in_ids;

/// The most workspaces or members that one call lists.
const MAX_LISTED: u64 = 1_000;

impl Reader {
    /// One workspace.
    pub async fn workspace(&self, id: WorkspaceId) -> Result<Option<Workspace>> {
        workspace::Entity::find_by_id(id.0).one(&self.db).await?.map(to_workspace).transpose()
    }

    /// Workspaces, oldest first, at most 1,000. Without a workspace because it is what start-up asks.
    pub async fn workspaces(&self) -> Result<Vec<Workspace>> {
        let rows = workspace::Entity::find()
            .order_by_asc(workspace::Column::CreatedAt)
            .order_by_asc(workspace::Column::Id)
            .limit(MAX_LISTED)
            .all(&self.db)
            .await?;
        all(rows, to_workspace)
    }

    /// One member.
    pub async fn member(&self, workspace: WorkspaceId, id: MemberId) -> Result<Option<Member>> {
        let row = member::Entity::find_by_id(id.0).filter(member::Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_member).transpose()
    }

    /// Members, oldest first, at most 1,000.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        let rows = member::Entity::find()
            .filter(member::Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(member::Column::CreatedAt)
            .order_by_asc(member::Column::Id)
            .limit(MAX_LISTED)
            .all(&self.db)
            .await?;
        all(rows, to_member)
    }

    /// Members by id, in no order; unknown ids are left out.
    pub async fn members_by_ids(&self, workspace: WorkspaceId, ids: &[MemberId]) -> Result<Vec<Member>> {
        let rows = member::Entity::find()
            .filter(member::Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_member)
    }

    /// A principal's memberships, oldest first. Without a workspace because it is how a token finds its workspaces.
    pub async fn members_of_principal(&self, issuer: &str, subject: &str) -> Result<Vec<Member>> {
        let rows = member::Entity::find()
            .filter(member::Column::Issuer.eq(issuer))
            .filter(member::Column::Subject.eq(subject))
            .order_by_asc(member::Column::CreatedAt)
            .order_by_asc(member::Column::Id)
            .limit(MAX_LISTED)
            .all(&self.db)
            .await?;
        all(rows, to_member)
    }
}

impl WriteTx {
    /// Adds a workspace, with empty logs.
    pub async fn insert_workspace(&self, new: &Workspace) -> Result<()> {
        let row = workspace::ActiveModel {
            id: Set(new.id.0),
            name: Set(new.name.clone()),
            require_approval: Set(new.require_approval),
            dry_run_ttl_s: Set(new.dry_run_ttl_s),
            event_seq: Set(0),
            audit_seq: Set(0),
            created_at: Set(new.created_at),
            version: Set(new.version),
            approval_rules: Set(Some(to_json("workspace.approval_rules", &new.approval_rules)?)),
        };
        workspace::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves name and settings if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_workspace(&self, changed: &Workspace) -> Result<Workspace> {
        let next = Workspace { version: changed.version + 1, ..changed.clone() };
        let row = workspace::ActiveModel {
            id: NotSet,
            name: Set(next.name.clone()),
            require_approval: Set(next.require_approval),
            dry_run_ttl_s: Set(next.dry_run_ttl_s),
            event_seq: NotSet,
            audit_seq: NotSet,
            created_at: NotSet,
            version: Set(next.version),
            approval_rules: Set(Some(to_json("workspace.approval_rules", &next.approval_rules)?)),
        };
        let update = workspace::Entity::update_many()
            .set(row)
            .filter(workspace::Column::Id.eq(changed.id.0))
            .filter(workspace::Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Adds a member; a principal is at most once in a workspace ([`crate::constraint::MEMBER_PRINCIPAL`]).
    pub async fn insert_member(&self, new: &Member) -> Result<()> {
        let scope = new.tenant_scope.as_ref().map(|scope| to_json("member.tenant_scope", scope)).transpose()?;
        let row = member::ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            issuer: Set(new.issuer.clone()),
            subject: Set(new.subject.clone()),
            display_name: Set(new.display_name.clone()),
            role: Set(new.role.as_str().to_owned()),
            tenant_scope: Set(scope),
            created_at: Set(new.created_at),
            owned_by: Set(new.owned_by.map(|id| id.0)),
        };
        member::Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

/// Zero rows is a conflict (invariant 6): the one helper that says so.
pub(crate) fn one_row(rows_affected: u64) -> Result<()> {
    if rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

fn to_workspace(row: workspace::Model) -> Result<Workspace> {
    let rules: Option<ApprovalRules> = optional_json("workspace.approval_rules", row.approval_rules.as_deref())?;
    Ok(Workspace {
        id: WorkspaceId(row.id),
        name: row.name,
        require_approval: row.require_approval,
        // A row of the binary before has none; the switch is the rule that it knew.
        approval_rules: ApprovalRules { always: row.require_approval, ..rules.unwrap_or_default() },
        dry_run_ttl_s: row.dry_run_ttl_s,
        created_at: row.created_at,
        version: row.version,
    })
}

fn to_member(row: member::Model) -> Result<Member> {
    let scope: Option<Vec<TenantId>> = optional_json("member.tenant_scope", row.tenant_scope.as_deref())?;
    Ok(Member {
        id: MemberId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        issuer: row.issuer,
        subject: row.subject,
        display_name: row.display_name,
        role: text("member.role", &row.role)?,
        tenant_scope: scope.map(|scope| scope.into_iter().collect()),
        owned_by: row.owned_by.map(MemberId),
        created_at: row.created_at,
    })
}
