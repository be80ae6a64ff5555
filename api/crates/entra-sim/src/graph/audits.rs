//! Directory audits: what the Conditional Access service writes for every change, and how they are read.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::permission::AUDITS_READ;
use super::{Answer, Family, GraphError, ListSpec, Session};
use crate::ca::{InGraphOrder, graph_time};
use crate::odata::Over;
use crate::state::Kind;
use crate::token::Caller;

/// How long audits are kept with a licence (graph-api.md section 14).
const RETENTION: TimeDelta = TimeDelta::days(30);

/// One change: `Add conditional access policy` and its relatives.
pub(crate) struct Activity<'a> {
    /// `Add`, `Update`, `Delete` or `Restore`.
    pub verb: &'a str,
    /// `conditional access policy`, `named location`, `authentication context`..
    pub noun: &'a str,
    /// Name of the modified property: `ConditionalAccessPolicy`..
    pub property: &'a str,
    pub before: Option<&'a Value>,
    pub after: Option<&'a Value>,
}

impl Activity<'_> {
    fn subject(&self) -> &Value {
        self.after.or(self.before).unwrap_or(&Value::Null)
    }

    /// Id of the changed object.
    pub(crate) fn id(&self) -> &str {
        self.subject()["id"].as_str().unwrap_or_default()
    }
}

/// `initiatedBy` for a call with an application's token.
pub(super) fn by_application(caller: &Caller) -> Value {
    json!({"user": null, "app": {
        "appId": caller.client_id, "displayName": caller.display_name, "servicePrincipalId": caller.object_id, "servicePrincipalName": null
    }})
}

/// The audit object for a change.
pub(crate) fn audit_entry(activity: &Activity<'_>, initiated_by: &Value, id: Uuid, now: DateTime<Utc>) -> Value {
    let document = |value: Option<&Value>| value.and_then(|value| serde_json::to_string(&InGraphOrder(value)).ok());
    let operation = match activity.verb {
        "Restore" => "Update",
        verb => verb,
    };
    json!({
        "id": format!("CA_{id}"),
        "category": "Policy", "correlationId": id, "result": "success", "resultReason": null,
        "activityDisplayName": format!("{} {}", activity.verb, activity.noun),
        "activityDateTime": graph_time(now), "loggedByService": "Conditional Access", "operationType": operation,
        "initiatedBy": initiated_by,
        "targetResources": [{
            "id": activity.id(), "displayName": activity.subject()["displayName"], "type": "Policy", "userPrincipalName": null, "groupType": null,
            "modifiedProperties": [{"displayName": activity.property, "oldValue": document(activity.before), "newValue": document(activity.after)}]
        }],
        "additionalDetails": []
    })
}

/// `GET /auditLogs/directoryAudits`, newest first.
pub(super) fn list(session: &mut Session<'_>) -> Answer {
    session.require(Family::Reports, AUDITS_READ)?;
    let spec = ListSpec {
        context: "auditLogs/directoryAudits".to_owned(),
        resource: "directoryAudit",
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &[
            "activityDateTime",
            "activityDisplayName",
            "category",
            "correlationId",
            "id",
            "loggedByService",
            "operationType",
            "result",
            "initiatedBy/user/id",
            "initiatedBy/user/userPrincipalName",
            "initiatedBy/app/appId",
            "initiatedBy/app/displayName",
        ],
        orderable: &["activityDateTime"],
        default_select: &[],
        count_needs_header: false,
    };
    let horizon = graph_time(session.now - RETENTION);
    let mut audits: Vec<Value> = session.tenant().all(Kind::Audit).cloned().collect();
    audits.retain(|audit| time(audit) >= horizon.as_str());
    audits.sort_by(|a, b| (time(b), id(b)).cmp(&(time(a), id(a))));
    session.list(&spec, audits)
}

/// `GET /auditLogs/directoryAudits/{id}`.
pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::Reports, AUDITS_READ)?;
    let found = session.tenant().get(Kind::Audit, id).cloned().ok_or_else(|| GraphError::directory_not_found(id))?;
    Ok(session.entity(200, "auditLogs/directoryAudits/$entity", found))
}

fn time(audit: &Value) -> &str {
    audit["activityDateTime"].as_str().unwrap_or_default()
}

fn id(audit: &Value) -> &str {
    audit["id"].as_str().unwrap_or_default()
}
