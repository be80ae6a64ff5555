//! The history of a policy.

use app::page::{Page, PageRequest};
use async_graphql::{Context, Object, Result};
use domain::document::PolicyDocument;
use domain::id::{ContentHash, PolicyId, TenantId};

use crate::connection::Connection;
use crate::enums::PolicyState;
use crate::fault::{Nullable, broken, fault};
use crate::loaders::NamesOf;
use crate::paging::PageArgs;
use crate::scalars::{DateTime, Json};
use crate::scope::{Scope, scope};
use crate::types::change::ChangeRequest;
use crate::types::diff::{FieldDiff, fields};
use crate::types::snapshot::{Snapshot, document, snapshot_of};

/// A version of a policy, with where the one before it is found.
pub struct PolicyVersion {
    row: domain::policy::PolicyVersion,
    tenant: TenantId,
    before: Before,
}

/// The version before.
enum Before {
    /// There is none.
    Nothing,
    /// It was on the same page.
    Document(ContentHash),
    /// It follows this cursor.
    After(String),
}

/// A page of a policy's versions, newest first.
pub async fn versions(scope: &Scope, policy: PolicyId, tenant: TenantId, page: &PageArgs) -> Result<Connection<PolicyVersion>> {
    let page = scope.app.policy_versions(&scope.actor, policy, &page.request()?).await.map_err(fault)?;
    let mut older = page.items.iter().skip(1).map(|(_, row)| row.document_hash.clone()).collect::<Vec<_>>().into_iter();
    let Page { items, has_next, has_previous } = page;
    let items = items.into_iter().map(|(cursor, row)| {
        let before = match older.next() {
            Some(hash) => Before::Document(hash),
            None if row.number <= 1 => Before::Nothing,
            None => Before::After(cursor.clone()),
        };
        (cursor, PolicyVersion { row, tenant, before })
    });
    Ok(Connection::of(Page { items: items.collect(), has_next, has_previous }, None, |version| version))
}

/// One state that a policy was seen in.
#[Object]
impl PolicyVersion {
    /// Number of the version, dense, from 1.
    async fn number(&self) -> i64 {
        self.row.number
    }

    /// When it was first seen.
    async fn seen_at(&self) -> DateTime {
        self.row.seen_at.into()
    }

    /// The snapshot it was first seen in.
    async fn snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        snapshot_of(scope(ctx), Some(self.row.snapshot_id)).await
    }

    /// The change that made it; `null` when it was made outside Causeway.
    async fn change(&self) -> Option<ChangeRequest> {
        self.row.change_id.map(ChangeRequest::named)
    }

    /// Display name in it.
    async fn display_name(&self) -> &str {
        &self.row.display_name
    }

    /// State in it.
    async fn state(&self) -> PolicyState {
        self.row.state.into()
    }

    /// SHA-256 of the canonical document, lower-case hex.
    async fn content_hash(&self) -> &str {
        &self.row.content_hash.0
    }

    /// Graph's document of it, verbatim.
    #[graphql(complexity = 5)]
    async fn document(&self, ctx: &Context<'_>) -> Nullable<Json> {
        document(scope(ctx), &self.row.document_hash).await
    }

    /// What differs from the version before, field by field; `null` for the first. At most one entry per field of the document.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn diff(&self, ctx: &Context<'_>) -> Nullable<Vec<FieldDiff>> {
        self.difference(scope(ctx)).await.transpose()
    }
}

impl PolicyVersion {
    async fn difference(&self, scope: &Scope) -> Result<Option<Vec<FieldDiff>>> {
        let Some(before) = self.document_before(scope).await? else { return Ok(None) };
        let texts = scope.loader.load_many([before.clone(), self.row.document_hash.clone()]).await?;
        let names = scope.loader.load_one(NamesOf(self.tenant)).await?.ok_or_else(|| broken("a tenant has no table of names"))?;
        let canonical = |hash: &ContentHash| {
            let text = texts.get(hash).ok_or_else(|| broken("the document of a policy version is missing"))?;
            let document = PolicyDocument::parse(text).map_err(|error| fault(app::error::AppError::Internal(error.into())))?;
            Ok::<_, async_graphql::Error>(document.canonical())
        };
        let diff = domain::document::diff::diff(&canonical(&before)?, &canonical(&self.row.document_hash)?, &names);
        Ok(Some(fields(&diff)))
    }

    async fn document_before(&self, scope: &Scope) -> Result<Option<ContentHash>> {
        match &self.before {
            Before::Nothing => Ok(None),
            Before::Document(hash) => Ok(Some(hash.clone())),
            Before::After(cursor) => {
                let page = PageRequest { first: 1, after: Some(cursor.clone()), backwards: false };
                let page = scope.app.policy_versions(&scope.actor, self.row.policy_id, &page).await.map_err(fault)?;
                Ok(page.items.into_iter().next().map(|(_, row)| row.document_hash))
            }
        }
    }
}
