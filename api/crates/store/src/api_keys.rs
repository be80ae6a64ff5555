//! API keys: each a member and, beside it, what only keys have. The secret is not among it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::api_key::{ApiKey, USE_NOTED_EVERY};
use domain::id::{MemberId, WorkspaceId};
use domain::workspace::Member;
use entity::api_key::{ActiveModel, Column, Entity, Model};
use entity::member;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::convert::all;
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::members::to_member;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::store::Store;

impl Reader {
    /// One key, also when it was revoked or has ended.
    pub async fn api_key(&self, workspace: WorkspaceId, id: MemberId) -> Result<Option<ApiKey>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        self.with_its_member(row).await
    }

    /// The key whose secret has this hash, also when it was revoked or has ended. Without a workspace because it is how a key finds its own.
    pub async fn api_key_by_hash(&self, hash: &str) -> Result<Option<ApiKey>> {
        let row = Entity::find().filter(Column::Hash.eq(hash)).one(&self.db).await?;
        self.with_its_member(row).await
    }

    /// A page of the workspace's keys, newest first, those included that were revoked or have ended.
    pub async fn api_key_page(&self, workspace: WorkspaceId, request: &PageRequest) -> Result<Page<ApiKey>> {
        let keyset = Keyset {
            list: "apiKeys",
            key: Expr::col(Column::CreatedAt),
            id: Some(Expr::col(Column::Id)),
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        };
        let rows = keyset.apply(Entity::find().filter(Column::WorkspaceId.eq(workspace.0)), request)?.all(&self.db).await?;
        let ids: Vec<MemberId> = rows.iter().map(|row| MemberId(row.id)).collect();
        let mut members: HashMap<MemberId, Member> =
            self.members_by_ids(workspace, &ids).await?.into_iter().map(|member| (member.id, member)).collect();
        let page = keyset.page(rows, request, |row: &Model| Cursor { key: SortKey::Time(row.created_at), id: row.id }, Ok)?;
        let mut key = |row: Model| to_key(members.remove(&MemberId(row.id)), row);
        let items = page.items.into_iter().map(|(cursor, row)| Ok((cursor, key(row)?))).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, has_next: page.has_next, has_previous: page.has_previous })
    }

    /// How many keys [`Reader::api_key_page`] walks through.
    pub async fn count_api_keys(&self, workspace: WorkspaceId) -> Result<u64> {
        Ok(Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).count(&self.db).await?)
    }

    /// The members behind the keys that this member owns and that were not revoked. At most as many as a workspace has members.
    pub async fn keys_owned_by(&self, workspace: WorkspaceId, owner: MemberId) -> Result<Vec<Member>> {
        let rows = member::Entity::find()
            .filter(member::Column::WorkspaceId.eq(workspace.0))
            .filter(member::Column::OwnedBy.eq(owner.0))
            .filter(member::Column::RemovedAt.is_null())
            .all(&self.db)
            .await?;
        all(rows, to_member)
    }

    async fn with_its_member(&self, row: Option<Model>) -> Result<Option<ApiKey>> {
        let Some(row) = row else { return Ok(None) };
        let member = self.members_by_ids(WorkspaceId(row.workspace_id), &[MemberId(row.id)]).await?.pop();
        to_key(member, row).map(Some)
    }
}

impl WriteTx {
    /// Adds a key, its member included. `hash` is the secret's, which no other key has.
    pub async fn insert_api_key(&self, new: &ApiKey, hash: &str) -> Result<()> {
        self.insert_member(&new.member).await?;
        let row = ActiveModel {
            id: Set(new.member.id.0),
            workspace_id: Set(new.member.workspace_id.0),
            hash: Set(hash.to_owned()),
            last_four: Set(new.last_four.clone()),
            created_at: Set(new.member.created_at),
            expires_at: Set(new.expires_at),
            last_used_at: Set(new.last_used_at),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }
}

impl Store {
    /// Notes a use of a key, unless one was noted in the last minute. A statement of its own: no event and no audit entry goes with it.
    pub async fn note_api_key_use(&self, workspace: WorkspaceId, id: MemberId, now: DateTime<Utc>) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::val(now))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::LastUsedAt.is_null().or(Column::LastUsedAt.lte(now - USE_NOTED_EVERY)))
            .exec(&self.autocommit())
            .await?;
        Ok(())
    }
}

fn to_key(member: Option<Member>, row: Model) -> Result<ApiKey> {
    let member = member.ok_or_else(|| StoreError::corrupt(format!("api_key {}: its member is missing", row.id)))?;
    Ok(ApiKey { member, last_four: row.last_four, expires_at: row.expires_at, last_used_at: row.last_used_at })
}
