//! Entra's recycle bin: policies that were deleted before we first looked are listed too, so that they can be restored.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::document::PolicyDocument;
use domain::id::PolicyId;
use domain::policy::Policy;
use domain::tenant::Tenant;
use serde_json::Value;
use store::WriteTx;
use uuid::Uuid;

use super::record::{PolicySeen, policy_item, record_known};
use crate::App;
use crate::error::AppResult;

/// Adds rows for the deleted policies that have none.
pub(super) async fn record_unknown(
    tx: &WriteTx,
    app: &App,
    tenant: &Tenant,
    deleted: &[PolicyDocument],
    known: &HashSet<Uuid>,
    seen: &PolicySeen,
) -> AppResult<()> {
    for document in deleted {
        let Some(graph_id) = document.graph_id().filter(|graph_id| !known.contains(graph_id)) else { continue };
        let id = PolicyId(app.ids().uuid());
        let (_, text) = policy_item(document, graph_id);
        tx.put_documents(tenant.workspace_id, &[text]).await?;
        record_known(tx, tenant, document, graph_id, None, id, seen).await?;
        if let Some(row) = tx.policy(tenant.workspace_id, id).await? {
            tx.update_policy(&Policy { deleted_at: Some(deleted_at(document).unwrap_or(seen.at)), ..row }, None).await?;
        }
    }
    Ok(())
}

/// When Entra says that it was deleted.
pub(super) fn deleted_at(document: &PolicyDocument) -> Option<DateTime<Utc>> {
    let text = document.at(&["deletedDateTime"]).and_then(Value::as_str)?;
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    DateTime::from_timestamp_micros(at.timestamp_micros())
}
