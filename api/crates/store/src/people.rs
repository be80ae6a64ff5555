//! The people of a tenant: one reading, replaced as a whole, to which members of further groups can be added.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::{TenantId, WorkspaceId};
use domain::people::codec::{BadBytes, decode_members, decode_users, encode_members, encode_users};
use domain::people::{Gap, People};
use domain::text_enum;
use entity::{group_members, people};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::convert::{json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::ids::in_ids;

/// Rows of one insert: their blobs together stay small against a statement's limit.
const BATCH: usize = 50;

text_enum! {
    /// What holds members.
    Holder {
        /// A group.
        Group = "GROUP",
        /// A directory role, by template id.
        Role = "ROLE",
    }
}

/// What is known about a reading without loading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleSummary {
    /// When the reading began.
    pub as_of: DateTime<Utc>,
    /// Users in it.
    pub users: i64,
    /// Guests and other people from outside among them.
    pub guests: i64,
    /// Groups whose members were read.
    pub groups: i64,
    /// What it had to leave out.
    pub gaps: Vec<Gap>,
}

impl Reader {
    /// The people of a tenant; `None` before the first reading.
    pub async fn people(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<People>> {
        // Two statements can straddle a replacement; then the members are of another reading, and both are read again.
        for _ in 0..READS {
            let row = people::Entity::find_by_id(tenant.0).filter(people::Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
            let Some(row) = row else { return Ok(None) };
            let members = group_members::Entity::find()
                .filter(group_members::Column::WorkspaceId.eq(workspace.0))
                .filter(group_members::Column::TenantId.eq(tenant.0))
                .all(&self.db)
                .await?;
            if members.iter().all(|member| member.as_of == row.as_of) {
                return to_people(row, members).map(Some);
            }
        }
        Err(StoreError::Retry)
    }

    /// The last reading's instant and counts; `None` before the first.
    pub async fn people_summary(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Option<PeopleSummary>> {
        let row: Option<(DateTime<Utc>, i64, i64, i64, String)> = people::Entity::find_by_id(tenant.0)
            .filter(people::Column::WorkspaceId.eq(workspace.0))
            .select_only()
            .columns([people::Column::AsOf, people::Column::Users, people::Column::Guests, people::Column::Groups, people::Column::Gaps])
            .into_tuple()
            .one(&self.db)
            .await?;
        row.map(|(as_of, users, guests, groups, gaps)| {
            Ok(PeopleSummary { as_of, users, guests, groups, gaps: json("people.gaps", &gaps)? })
        })
        .transpose()
    }

    /// The groups that the last reading asked about, whether or not it could read them.
    pub async fn groups_asked(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<Vec<Uuid>> {
        Ok(group_members::Entity::find()
            .select_only()
            .column(group_members::Column::ObjectId)
            .filter(group_members::Column::WorkspaceId.eq(workspace.0))
            .filter(group_members::Column::TenantId.eq(tenant.0))
            .filter(group_members::Column::Kind.eq(Holder::Group.as_str()))
            .order_by_asc(group_members::Column::ObjectId)
            .into_tuple()
            .all(&self.db)
            .await?)
    }
}

/// Readings tried before a replacement in between is reported.
const READS: usize = 3;

impl WriteTx {
    /// Makes this all that is known about the tenant's people.
    pub async fn replace_people(&self, workspace: WorkspaceId, tenant: TenantId, new: &People) -> Result<()> {
        group_members::Entity::delete_many()
            .filter(group_members::Column::WorkspaceId.eq(workspace.0))
            .filter(group_members::Column::TenantId.eq(tenant.0))
            .exec(&self.db)
            .await?;
        people::Entity::delete_many()
            .filter(people::Column::WorkspaceId.eq(workspace.0))
            .filter(people::Column::TenantId.eq(tenant.0))
            .exec(&self.db)
            .await?;
        let row = people::ActiveModel {
            tenant_id: Set(tenant.0),
            workspace_id: Set(workspace.0),
            as_of: Set(new.as_of),
            users: Set(count(new.users.len())),
            guests: Set(count(new.guests())),
            groups: Set(count(new.groups.len())),
            gaps: Set(to_json("people.gaps", &new.gaps)?),
            content: Set(encode_users(&new.users)),
        };
        people::Entity::insert(row).exec_without_returning(&self.db).await?;
        let order: Vec<Uuid> = new.users.keys().copied().collect();
        self.insert_members(workspace, tenant, new.as_of, &order, Members::of(new)).await
    }

    /// Adds groups to a reading that is there already: those of `more` that it doesn't have, as places among the users of `known`.
    /// [`StoreError::Conflict`] where another reading has taken its place.
    pub async fn add_groups(&self, workspace: WorkspaceId, tenant: TenantId, known: &People, more: &People) -> Result<()> {
        if self.people_summary(workspace, tenant).await?.is_none_or(|now| now.as_of != known.as_of) {
            return Err(StoreError::Conflict);
        }
        // What could not be read before and can be now.
        let read: Vec<Uuid> = more.groups.keys().copied().collect();
        group_members::Entity::delete_many()
            .filter(group_members::Column::WorkspaceId.eq(workspace.0))
            .filter(group_members::Column::TenantId.eq(tenant.0))
            .filter(group_members::Column::Kind.eq(Holder::Group.as_str()))
            .filter(group_members::Column::Counted.is_null())
            .filter(in_ids(&self.db, "object_id", read.iter().copied()))
            .exec(&self.db)
            .await?;
        let order: Vec<Uuid> = known.users.keys().copied().collect();
        self.insert_members(workspace, tenant, known.as_of, &order, Members { roles: &BTreeMap::new(), ..Members::of(more) }).await?;
        let groups: u64 = group_members::Entity::find()
            .filter(group_members::Column::WorkspaceId.eq(workspace.0))
            .filter(group_members::Column::TenantId.eq(tenant.0))
            .filter(group_members::Column::Kind.eq(Holder::Group.as_str()))
            .filter(group_members::Column::Counted.is_not_null())
            .count(&self.db)
            .await?;
        let gaps: BTreeSet<Gap> = known.gaps.union(&more.gaps).copied().collect();
        people::Entity::update_many()
            .col_expr(people::Column::Groups, Expr::val(i64::try_from(groups).unwrap_or(i64::MAX)))
            .col_expr(people::Column::Gaps, Expr::val(to_json("people.gaps", &gaps)?))
            .filter(people::Column::WorkspaceId.eq(workspace.0))
            .filter(people::Column::TenantId.eq(tenant.0))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    async fn insert_members(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        as_of: DateTime<Utc>,
        order: &[Uuid],
        new: Members<'_>,
    ) -> Result<()> {
        let groups = new.groups.iter().map(|(id, members)| (Holder::Group, *id, Some(members)));
        let roles = new.roles.iter().map(|(id, members)| (Holder::Role, *id, Some(members)));
        let unread = new.unread.iter().map(|id| (Holder::Group, *id, None));
        let all: Vec<Held<'_>> = groups.chain(roles).chain(unread).collect();
        for batch in all.chunks(BATCH) {
            let rows: Vec<group_members::ActiveModel> = batch
                .iter()
                .map(|(kind, id, members)| group_members::ActiveModel {
                    tenant_id: Set(tenant.0),
                    kind: Set(kind.as_str().to_owned()),
                    object_id: Set(*id),
                    workspace_id: Set(workspace.0),
                    as_of: Set(as_of),
                    counted: Set(members.map(|members| count(members.len()))),
                    members: Set(encode_members(order, members.map_or(&[], |members| members))),
                })
                .collect();
            let key = [group_members::Column::TenantId, group_members::Column::Kind, group_members::Column::ObjectId];
            let conflict = OnConflict::columns(key).do_nothing().to_owned();
            group_members::Entity::insert_many(rows).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }
}

/// A group or role with its members; `None` where they were asked for and could not be read.
type Held<'a> = (Holder, Uuid, Option<&'a Arc<[Uuid]>>);

/// Who is in what.
struct Members<'a> {
    groups: &'a BTreeMap<Uuid, Arc<[Uuid]>>,
    roles: &'a BTreeMap<Uuid, Arc<[Uuid]>>,
    unread: &'a BTreeSet<Uuid>,
}

impl<'a> Members<'a> {
    fn of(people: &'a People) -> Self {
        Members { groups: &people.groups, roles: &people.roles, unread: &people.unread }
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn to_people(row: people::Model, members: Vec<group_members::Model>) -> Result<People> {
    let bad = |column: &str, error: BadBytes| StoreError::corrupt(format!("{column}: {error}"));
    let users = decode_users(&row.content).map_err(|error| bad("people.content", error))?;
    let order: Vec<Uuid> = users.keys().copied().collect();
    let gaps: Vec<Gap> = json("people.gaps", &row.gaps)?;
    let mut people = People { as_of: row.as_of, users, gaps: gaps.into_iter().collect(), ..People::default() };
    for row in members {
        let decoded: Arc<[Uuid]> = decode_members(&order, &row.members).map_err(|error| bad("group_members.members", error))?;
        let held: &mut BTreeMap<Uuid, Arc<[Uuid]>> = match text("group_members.kind", &row.kind)? {
            Holder::Group if row.counted.is_none() => {
                people.unread.insert(row.object_id);
                continue;
            }
            Holder::Group => &mut people.groups,
            Holder::Role => &mut people.roles,
        };
        held.insert(row.object_id, decoded);
    }
    Ok(people)
}
