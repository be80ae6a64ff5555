//! Queries on bulk changes. A caller limited to some tenants sees a bulk change only where it sees all of its tenants: anything less would
//! show counts, digests and approvals that cover what it must not know.

use std::collections::BTreeMap;

use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItemState, DigestPart, bulk_digest};
use domain::change::request::ChangeRequest;
use domain::id::{BulkChangeId, ChangeId};
use domain::workspace::Actor;
use store::{BulkChangeFilter, BulkItemFacts, Page, PageRequest, Reader};

use super::view::{BulkItemView, BulkView};
use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// Which items; the default is all.
#[derive(Clone, Debug, Default)]
pub struct BulkItemFilter {
    /// States; empty is any.
    pub states: Vec<BulkItemState>,
}

impl App {
    /// One bulk change; `NOT_FOUND` where one of its tenants is outside the caller's scope.
    pub async fn bulk_change(&self, actor: &Actor, id: BulkChangeId) -> AppResult<BulkView> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let bulk = reader.bulk_change(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        whole_in_scope(&reader, actor, id).await?;
        let counts = self.bulk_counts(&reader, actor.workspace_id, &[id]).await?.remove(&id).unwrap_or_default();
        Ok(BulkView::new(bulk, counts))
    }

    /// Bulk changes by id, in no order: unknown ones, and those that the caller may not see, are left out.
    pub async fn bulk_changes_by_ids(&self, actor: &Actor, ids: &[BulkChangeId]) -> AppResult<Vec<BulkView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let mut seen = Vec::new();
        for bulk in reader.bulk_changes_by_ids(actor.workspace_id, ids).await? {
            if whole_in_scope(&reader, actor, bulk.id).await.is_ok() {
                seen.push(bulk);
            }
        }
        self.views(&reader, actor, seen).await
    }

    /// A page of bulk changes, newest first.
    pub async fn bulk_changes(&self, actor: &Actor, request: &PageRequest) -> AppResult<Page<BulkView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let filter = BulkChangeFilter { scope: actor.tenant_scope.clone() };
        let page = reader.bulk_changes_page(actor.workspace_id, &filter, request).await?;
        let (cursors, bulks): (Vec<String>, Vec<BulkChange>) = page.items.into_iter().unzip();
        let views = self.views(&reader, actor, bulks).await?;
        Ok(Page { items: cursors.into_iter().zip(views).collect(), has_next: page.has_next, has_previous: page.has_previous })
    }

    /// How many bulk changes the caller sees.
    pub async fn count_bulk_changes(&self, actor: &Actor) -> AppResult<u64> {
        authorize(actor, Operation::Read)?;
        let filter = BulkChangeFilter { scope: actor.tenant_scope.clone() };
        Ok(self.store().reader().count_bulk_changes(actor.workspace_id, &filter).await?)
    }

    /// A page of a bulk change's items with their changes, by tenant name and step. `view` is what [`App::bulk_change`] returned.
    pub async fn bulk_items(
        &self,
        actor: &Actor,
        view: &BulkView,
        filter: &BulkItemFilter,
        request: &PageRequest,
    ) -> AppResult<Page<BulkItemView>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let (workspace, id) = (actor.workspace_id, view.bulk.id);
        let page = if filter.states.is_empty() {
            reader.bulk_items_page(workspace, id, request).await?
        } else {
            let facts = reader.bulk_item_facts(workspace, id).await?;
            let places: Vec<i64> =
                facts.iter().filter(|item| filter.states.contains(&item.facts.state())).map(|item| item.position).collect();
            reader.bulk_items_page_among(workspace, id, &places, request).await?
        };
        let (cursors, items): (Vec<String>, Vec<_>) = page.items.into_iter().unzip();
        let mut changes = reader.changes_of_items(workspace, &items).await?;
        let views = items.into_iter().map(|item| {
            let (change, rollback) = (taken(&mut changes, item.change_id), taken(&mut changes, item.rollback_change_id));
            BulkItemView::new(&view.bulk, item, change, rollback)
        });
        Ok(Page { items: cursors.into_iter().zip(views).collect(), has_next: page.has_next, has_previous: page.has_previous })
    }

    /// The digest of a bulk change as it is now; `None` while an included item is not planned. `view` is what [`App::bulk_change`] returned.
    pub async fn bulk_digest(&self, actor: &Actor, view: &BulkView) -> AppResult<Option<String>> {
        authorize(actor, Operation::Read)?;
        let facts = self.store().reader().bulk_item_facts(actor.workspace_id, view.bulk.id).await?;
        Ok(digest_of(&view.bulk, &facts))
    }

    /// The change with the newest approval of a bulk change; `None` where nobody asked for any. Whatever is asked for or decided on the whole is
    /// written to each change that needs it, so one of them shows what holds for all. `view` is what [`App::bulk_change`] returned.
    pub async fn bulk_change_last_reviewed(&self, actor: &Actor, view: &BulkView) -> AppResult<Option<ChangeRequest>> {
        authorize(actor, Operation::Read)?;
        let reader = self.store().reader();
        let last = reader.bulk_change_last_reviewed(actor.workspace_id, view.bulk.id).await?;
        let found = reader.changes_by_ids(actor.workspace_id, last.as_slice()).await?;
        Ok(found.into_iter().next())
    }

    async fn views(&self, reader: &Reader, actor: &Actor, bulks: Vec<BulkChange>) -> AppResult<Vec<BulkView>> {
        let ids: Vec<BulkChangeId> = bulks.iter().map(|bulk| bulk.id).collect();
        let mut counts = self.bulk_counts(reader, actor.workspace_id, &ids).await?;
        Ok(bulks
            .into_iter()
            .map(|bulk| {
                let counts = counts.remove(&bulk.id).unwrap_or_default();
                BulkView::new(bulk, counts)
            })
            .collect())
    }
}

fn taken(changes: &mut BTreeMap<ChangeId, ChangeRequest>, id: Option<ChangeId>) -> Option<ChangeRequest> {
    changes.remove(&id?)
}

/// The digest over what these facts say.
pub(crate) fn digest_of(bulk: &BulkChange, facts: &[BulkItemFacts]) -> Option<String> {
    let parts = facts.iter().filter(|item| !item.facts.excluded).map(|item| DigestPart {
        tenant: item.tenant_id,
        step: item.step,
        digest: match (&item.satisfied, &item.digest) {
            _ if !item.facts.planned && item.facts.change.is_none() => None,
            (Some(object), _) => Some(format!("satisfied {object}")),
            (None, digest) => digest.clone(),
        },
    });
    bulk_digest(&bulk.strategy, parts.collect())
}

/// Refuses with `NOT_FOUND` a bulk change with a tenant outside the actor's scope.
pub(crate) async fn whole_in_scope(reader: &Reader, actor: &Actor, id: BulkChangeId) -> AppResult<()> {
    let Some(scope) = &actor.tenant_scope else { return Ok(()) };
    let tenants = reader.bulk_tenants(actor.workspace_id, id).await?;
    if tenants.is_subset(scope) { Ok(()) } else { Err(AppError::NotFound) }
}
