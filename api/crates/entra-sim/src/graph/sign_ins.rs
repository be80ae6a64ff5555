//! `/auditLogs/signIns` (graph-api.md section 14).

use serde_json::Value;

use super::permission::{REPORTS_READ, SIGN_IN_POLICIES};
use super::{Answer, Family, GraphError, ListSpec, Session};
use crate::odata::Over;

fn spec() -> ListSpec {
    ListSpec {
        context: "auditLogs/signIns".to_owned(),
        resource: "signIn",
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &[
            "id", "createdDateTime", "userId", "userPrincipalName", "userDisplayName", "appId", "appDisplayName", "ipAddress", "clientAppUsed",
            "correlationId", "conditionalAccessStatus", "status/errorCode", "isInteractive", "riskState", "resourceId", "resourceDisplayName",
            "location/countryOrRegion", "deviceDetail/operatingSystem",
        ],
        orderable: &["createdDateTime"],
        default_select: &[],
        count_needs_header: false,
    }
}

/// Newest first.
pub(super) fn list(session: &mut Session<'_>) -> Answer {
    require(session)?;
    let mut items = log(session);
    items.reverse();
    session.list(&spec(), items)
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    require(session)?;
    let found = log(session).into_iter().find(|entry| entry["id"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(id)));
    let found = found.ok_or_else(|| GraphError::new(404, "ResourceNotFound", format!("Sign-in with id {id} does not exist.")))?;
    Ok(session.entity(200, "auditLogs/signIns/$entity", found))
}

fn require(session: &Session<'_>) -> Result<(), GraphError> {
    session.require(Family::Reports, REPORTS_READ)?;
    let licences = &session.tenant().licences;
    if licences.p1 || licences.p2 {
        return Ok(());
    }
    Err(GraphError::new(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    ))
}

/// The log as this caller may see it, oldest first.
fn log(session: &mut Session<'_>) -> Vec<Value> {
    let with_policies = session.may(SIGN_IN_POLICIES);
    let all_values = session.call.prefers("include-unknown-enum-members");
    let (core, tenant, now) = (session.core, session.caller.tenant, session.now);
    let mut entries = session.inner.sign_ins(core, tenant, now);
    for entry in &mut entries {
        let Some(applied) = entry.get_mut("appliedConditionalAccessPolicies") else { continue };
        if !with_policies {
            *applied = Value::Array(Vec::new());
        } else if !all_values {
            mask(applied);
        }
    }
    entries
}

/// Values added to the enumeration after its sentinel are only shown to callers that ask for them.
fn mask(applied: &mut Value) {
    for policy in applied.as_array_mut().into_iter().flatten() {
        if policy["result"].as_str().is_some_and(|result| result.starts_with("reportOnly")) {
            policy["result"] = Value::from("unknownFutureValue");
        }
    }
}
