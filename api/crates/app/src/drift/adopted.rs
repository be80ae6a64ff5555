//! What a member adopts as a change's own effect is no drift any more.

use chrono::{DateTime, Utc};
use domain::change::request::ChangeRequest;
use domain::drift::{Drift, DriftSource, DriftStatus};
use domain::event::EventKind;
use domain::id::MemberId;
use serde_json::json;
use store::WriteTx;

use super::events::event;
use crate::App;
use crate::error::AppResult;

/// Resolves the items about the object that were found since the write began: the live object is exactly what the change intended (that is
/// what can be adopted), so nothing of anybody else's edit is left in it. Does not commit.
pub(crate) async fn resolve_adopted(
    tx: &WriteTx,
    app: &App,
    change: &ChangeRequest,
    by: MemberId,
    object_id: &str,
    since: DateTime<Utc>,
) -> AppResult<()> {
    let about_it = |drift: &Drift| drift.object_id.eq_ignore_ascii_case(object_id) && drift.detected_at >= since;
    let mut events = Vec::new();
    let unsettled = tx.unsettled_drift(change.workspace_id, change.tenant_id, DriftSource::PortalEdit).await?;
    for mut drift in unsettled.into_iter().filter(about_it) {
        drift.close(DriftStatus::Resolved, app.now());
        tx.update_drift(&drift).await?;
        events.push(event(&drift, EventKind::DriftResolved, Some(by), json!({ "actor": drift.actor.name, "changeId": change.id })));
    }
    if !events.is_empty() {
        tx.append_events(change.workspace_id, app.now(), events).await?;
    }
    Ok(())
}
