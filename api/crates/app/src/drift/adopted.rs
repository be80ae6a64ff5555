//! What a member adopts as a change's own effect is no drift any more.

use domain::change::request::ChangeRequest;
use domain::drift::{Drift, DriftSource, DriftStatus};
use domain::event::EventKind;
use domain::id::{ContentHash, MemberId};
use serde_json::json;
use store::WriteTx;

use super::events::event;
use crate::App;
use crate::error::AppResult;

/// Resolves the items that found the adopted effect: the object `object_id` as the change intended it, or gone where `intended` is `None`.
/// Does not commit.
pub(crate) async fn resolve_adopted(
    tx: &WriteTx,
    app: &App,
    change: &ChangeRequest,
    by: MemberId,
    object_id: &str,
    intended: Option<&ContentHash>,
) -> AppResult<()> {
    let shows_it = |drift: &Drift| {
        let found = drift.after.as_ref().map(|after| &after.content_hash);
        drift.object_id.eq_ignore_ascii_case(object_id) && found == intended
    };
    let mut events = Vec::new();
    let unsettled = tx.unsettled_drift(change.workspace_id, change.tenant_id, DriftSource::PortalEdit).await?;
    for mut drift in unsettled.into_iter().filter(shows_it) {
        drift.close(DriftStatus::Resolved, app.now());
        tx.update_drift(&drift).await?;
        events.push(event(&drift, EventKind::DriftResolved, Some(by), json!({ "actor": drift.actor.name, "changeId": change.id })));
    }
    if !events.is_empty() {
        tx.append_events(change.workspace_id, app.now(), events).await?;
    }
    Ok(())
}
