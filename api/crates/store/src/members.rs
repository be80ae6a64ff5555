//! Members. Who was removed keeps a row, because what it did refers to it: each read says whether it counts such rows in.

use chrono::DateTime;
use domain::api_key::API_KEY_ISSUER;
use domain::id::{MemberId, TenantId, WorkspaceId};
use domain::workspace::Member;
use entity::member::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::convert::{all, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::workspaces::one_row;

/// The most members that one call lists; a workspace has no more ([`domain::membership::MAX_MEMBERS`]).
const MAX_LISTED: u64 = 1_000;

impl Reader {
    /// One member; nobody who was removed.
    pub async fn member(&self, workspace: WorkspaceId, id: MemberId) -> Result<Option<Member>> {
        let row = present(workspace).filter(Column::Id.eq(id.0)).one(&self.db).await?;
        row.map(to_member).transpose()
    }

    /// Members and API keys, oldest first, at most 1,000; nobody who was removed.
    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        all(oldest_first(present(workspace)).limit(MAX_LISTED).all(&self.db).await?, to_member)
    }

    /// A page of the members, oldest first; no API keys, and nobody who was removed.
    pub async fn member_page(&self, workspace: WorkspaceId, request: &PageRequest) -> Result<Page<Member>> {
        let keyset = Keyset {
            list: "members",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: false,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(people(workspace), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, to_member)
    }

    /// How many members [`Reader::member_page`] walks through.
    pub async fn count_members(&self, workspace: WorkspaceId) -> Result<u64> {
        Ok(people(workspace).count(&self.db).await?)
    }

    /// Members by id, in no order, those who were removed included ([`Member::present`] tells); unknown ids are left out.
    pub async fn members_by_ids(&self, workspace: WorkspaceId, ids: &[MemberId]) -> Result<Vec<Member>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)))
            .all(&self.db)
            .await?;
        all(rows, to_member)
    }

    /// A principal's memberships, oldest first; none that has ended. Without a workspace because it is how a token finds its workspaces.
    pub async fn members_of_principal(&self, issuer: &str, subject: &str) -> Result<Vec<Member>> {
        let rows = self.ever_members_of_principal(issuer, subject).await?;
        Ok(rows.into_iter().filter(Member::present).collect())
    }

    /// As [`Reader::members_of_principal`], with those memberships that have ended.
    pub async fn ever_members_of_principal(&self, issuer: &str, subject: &str) -> Result<Vec<Member>> {
        let of = Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject));
        all(oldest_first(of).limit(MAX_LISTED).all(&self.db).await?, to_member)
    }
}

impl WriteTx {
    /// Adds a member; a principal is at most once in a workspace ([`crate::constraint::MEMBER_PRINCIPAL`]).
    pub async fn insert_member(&self, new: &Member) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            issuer: Set(new.issuer.clone()),
            subject: Set(new.subject.clone()),
            created_at: Set(new.created_at),
            owned_by: Set(new.owned_by.map(|id| id.0)),
            version: Set(new.version),
            ..changeable(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves name, role, tenants and removal if the row is still at `changed.version`, and returns it one version later.
    pub async fn update_member(&self, changed: &Member) -> Result<Member> {
        let next = Member { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(ActiveModel { version: Set(next.version), ..changeable(&next)? })
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }
}

fn present(workspace: WorkspaceId) -> Select<Entity> {
    Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::RemovedAt.is_null())
}

fn people(workspace: WorkspaceId) -> Select<Entity> {
    present(workspace).filter(Column::Issuer.ne(API_KEY_ISSUER))
}

fn oldest_first(select: Select<Entity>) -> Select<Entity> {
    select.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id)
}

/// The columns that an update may write.
fn changeable(member: &Member) -> Result<ActiveModel> {
    let scope = member.tenant_scope.as_ref().map(|scope| to_json("member.tenant_scope", scope)).transpose()?;
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        issuer: NotSet,
        subject: NotSet,
        display_name: Set(member.display_name.clone()),
        role: Set(member.role.as_str().to_owned()),
        tenant_scope: Set(scope),
        created_at: NotSet,
        owned_by: NotSet,
        removed_at: Set(member.removed_at),
        version: NotSet,
    })
}

pub(crate) fn to_member(row: Model) -> Result<Member> {
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
        removed_at: row.removed_at,
        version: row.version,
    })
}
