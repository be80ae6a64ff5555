//! The policies of many tenants that a bulk change may mean.

use domain::id::{PolicyId, TenantId, WorkspaceId};
use domain::policy::Policy;
use entity::policy::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, sort_name};
use crate::db::Reader;
use crate::error::Result;
use crate::ids::in_ids;
use crate::policies::to_policy;

/// The most policies that one call answers with.
const MAX_MATCHES: u64 = 10_000;

/// What a policy is meant by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyMatch {
    /// It is one of these.
    Ids(Vec<PolicyId>),
    /// It has this code of ours.
    Code(String),
    /// It has this display name, ignoring case.
    Name(String),
}

impl Reader {
    /// The live policies of these tenants that match, by tenant and name; at most 10,000.
    pub async fn policies_matching(&self, workspace: WorkspaceId, tenants: &[TenantId], by: &PolicyMatch) -> Result<Vec<Policy>> {
        let find = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "tenant_id", tenants.iter().map(|id| id.0)))
            .filter(Column::DeletedAt.is_null());
        let find = match by {
            PolicyMatch::Ids(ids) => find.filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0))),
            PolicyMatch::Code(code) => find.filter(Column::Code.eq(code.as_str())),
            PolicyMatch::Name(name) => find.filter(Column::SortName.eq(sort_name(name))),
        };
        let rows = find
            .order_by_asc(Column::TenantId)
            .order_by_asc(Column::SortName)
            .order_by_asc(Column::Id)
            .limit(MAX_MATCHES)
            .all(&self.db)
            .await?;
        all(rows, to_policy)
    }
}
