//! Impact reports: asking for them, computing them in the background, and reading them from the cache. Graph is never called.

mod compute;
pub(crate) mod job;
mod query;
mod refresh;

use domain::change::plan::ImpactFacts;
use domain::id::{ContentHash, TenantId, WorkspaceId};
use domain::impact::{ImpactSource, ImpactWindow};
use domain::snapshot::{ItemKind, Manifest};
use store::{ImpactDocument, Reader};

use crate::error::AppResult;

pub use query::{ImpactList, ImpactOf, ImpactSubject};
pub(crate) use refresh::Measured;
pub use refresh::{MAX_REFRESHED, RefreshImpact, Refreshed};

/// The window that warnings and approval rules look at (domain.md section 1).
pub const DEFAULT_WINDOW: ImpactWindow = ImpactWindow::Week;

/// What the cache tells a plan about the document it intends; `None` where nobody computed it, or nothing can be measured. An older report
/// counts: it is the best that is known, and the caller is shown its age.
pub(crate) async fn cached_facts(
    reader: &Reader,
    workspace: WorkspaceId,
    tenant: TenantId,
    document: &ContentHash,
) -> AppResult<Option<ImpactFacts>> {
    let key = ImpactDocument { tenant_id: tenant, document_hash: document.clone(), observed_as: None };
    let mut found = reader.impact_of_documents(workspace, std::slice::from_ref(&key), DEFAULT_WINDOW, ImpactSource::Simulated).await?;
    let cached = found.remove(&key).filter(|cached| cached.reason.is_none());
    Ok(cached.and_then(|cached| cached.report).map(|report| ImpactFacts {
        would_block: report.figures.would_block.sign_ins,
        would_interrupt: report.figures.would_interrupt.sign_ins,
    }))
}

/// Whether policies are evaluated otherwise after a snapshot though none of them changed: their named locations are not what they were.
pub(crate) fn evaluates_otherwise(before: &Manifest, after: &Manifest) -> bool {
    let locations = |manifest: &'_ Manifest| -> Vec<(String, ContentHash)> {
        let items = manifest.items.iter().filter(|item| item.kind == ItemKind::NamedLocation);
        items.map(|item| (item.object_id.clone(), item.content_hash.clone())).collect()
    };
    locations(before) != locations(after)
}
