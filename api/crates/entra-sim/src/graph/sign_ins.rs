//! `/auditLogs/signIns`, newest first (graph-api.md section 14).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::permission::{REPORTS_READ, SIGN_IN_POLICIES};
use super::{Answer, Family, GraphError, Session};
use crate::server::Reply;
use crate::signin::BETA_MEMBERS;

/// With a premium licence, without which nothing is shown at all.
const RETENTION: TimeDelta = TimeDelta::days(30);
const MAX_PAGE: usize = 1000;

const FILTERABLE: &[&str] = &[
    "id",
    "createdDateTime",
    "userId",
    "userPrincipalName",
    "userDisplayName",
    "appId",
    "appDisplayName",
    "ipAddress",
    "clientAppUsed",
    "correlationId",
    "conditionalAccessStatus",
    "status/errorCode",
    "isInteractive",
    "riskState",
    "resourceId",
    "resourceDisplayName",
    "location/countryOrRegion",
    "deviceDetail/operatingSystem",
];

/// A page is read hour by hour from where the last one ended; the whole log is never made.
pub(super) fn list(session: &mut Session<'_>) -> Answer {
    require(session)?;
    check(session)?;
    let cap = session.inner.page_caps.get(&session.caller.tenant).copied().unwrap_or(MAX_PAGE);
    let size = session.query.top.unwrap_or(MAX_PAGE).min(cap).clamp(1, MAX_PAGE);
    let cursor = session.query.skip_token.as_deref().map(read_token).transpose()?;
    let (lower, upper) = window(session, cursor.as_ref());

    let mut items: Vec<Value> = Vec::new();
    let mut more = false;
    'hours: for hour in hours(lower, upper) {
        let (core, tenant, now) = (session.core, session.caller.tenant, session.now);
        let entries = session.inner.sign_ins_of_hour(core, tenant, hour, now);
        let late = session.inner.late_sign_ins.get(&tenant).copied();
        for entry in entries.iter().rev() {
            let wanted = at(entry) >= lower
                && late.is_none_or(|late| !late.hides(id(entry), at(entry), now))
                && cursor.as_ref().is_none_or(|cursor| (at(entry), id(entry)) < (cursor.0, cursor.1.as_str()))
                && session.query.filter.as_ref().is_none_or(|filter| filter.accepts(entry));
            if !wanted {
                continue;
            }
            if items.len() == size {
                more = true;
                break 'hours;
            }
            items.push(entry.clone());
        }
    }
    let next = items.last().filter(|_| more).map(|last| session.next_link(&token(last)));
    let items: Vec<Value> = items.into_iter().map(|entry| shown(session, entry)).collect();
    let mut body = json!({"@odata.context": session.context("auditLogs/signIns"), "value": items});
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(next);
    }
    Ok(Reply::graph(200, body))
}

pub(super) fn get(session: &mut Session<'_>, wanted: &str) -> Answer {
    require(session)?;
    let (core, tenant, now) = (session.core, session.caller.tenant, session.now);
    for hour in hours(now - RETENTION, now) {
        let entries = session.inner.sign_ins_of_hour(core, tenant, hour, now);
        if let Some(entry) = entries.iter().find(|entry| id(entry).eq_ignore_ascii_case(wanted)) {
            let entry = shown(session, entry.clone());
            return Ok(session.entity(200, "auditLogs/signIns/$entity", entry));
        }
    }
    Err(GraphError::new(404, "ResourceNotFound", format!("Sign-in with id {wanted} does not exist.")))
}

fn require(session: &Session<'_>) -> Result<(), GraphError> {
    session.require(Family::Reports, REPORTS_READ)?;
    let licences = &session.tenant().licences;
    if licences.p1 || licences.p2 {
        return Ok(());
    }
    let text = "Neither tenant is B2C or tenant doesn't have premium license";
    Err(GraphError::new(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text))
}

fn check(session: &Session<'_>) -> Result<(), GraphError> {
    if let Some(path) = session.query.filter.iter().flat_map(|filter| filter.paths()).find(|path| !FILTERABLE.contains(path)) {
        let text = format!("Unsupported or invalid query filter clause specified for property '{path}' of resource 'signIn'.");
        return Err(GraphError::new(400, "Request_UnsupportedQuery", text));
    }
    match &session.query.order_by {
        Some(order) if order.path != "createdDateTime" || !order.descending => {
            Err(GraphError::new(400, "Request_UnsupportedQuery", "Sorting not supported for current query."))
        }
        _ => Ok(()),
    }
}

/// From the retention, the filter's own bounds and the end of the last page.
fn window(session: &Session<'_>, cursor: Option<&(DateTime<Utc>, String)>) -> (DateTime<Utc>, DateTime<Utc>) {
    let (lower, upper) = session.query.filter.as_ref().map_or((None, None), |filter| filter.bounds("createdDateTime"));
    let horizon = session.now - RETENTION;
    let lower = lower.map_or(horizon, |lower| lower.max(horizon));
    let upper = [upper, cursor.map(|cursor| cursor.0)].into_iter().flatten().fold(session.now, DateTime::min);
    (lower, upper)
}

/// Hours since 1970 that touch the window, latest first.
fn hours(lower: DateTime<Utc>, upper: DateTime<Utc>) -> impl Iterator<Item = i64> {
    (lower.timestamp().div_euclid(3600)..=upper.timestamp().div_euclid(3600)).rev()
}

fn id(entry: &Value) -> &str {
    entry["id"].as_str().unwrap_or_default()
}

fn at(entry: &Value) -> DateTime<Utc> {
    let text = entry["createdDateTime"].as_str().unwrap_or_default();
    DateTime::parse_from_rfc3339(text).map_or(DateTime::UNIX_EPOCH, |at| at.to_utc())
}

fn token(last: &Value) -> String {
    BASE64.encode(format!("{}|{}", last["createdDateTime"].as_str().unwrap_or_default(), id(last)))
}

fn read_token(token: &str) -> Result<(DateTime<Utc>, String), GraphError> {
    let text = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let read = text
        .as_deref()
        .and_then(|text| text.split_once('|'))
        .and_then(|(at, id)| Some((DateTime::parse_from_rfc3339(at).ok()?.to_utc(), id.to_owned())));
    read.ok_or_else(|| GraphError::bad_request("Skip token is not valid."))
}

/// An entry as this caller may see it.
fn shown(session: &Session<'_>, mut entry: Value) -> Value {
    if session.version != "beta"
        && let Some(members) = entry.as_object_mut()
    {
        BETA_MEMBERS.iter().for_each(|name| drop(members.remove(*name)));
    }
    let applied = &mut entry["appliedConditionalAccessPolicies"];
    if !session.may(SIGN_IN_POLICIES) {
        *applied = json!([]);
    } else if !session.call.prefers("include-unknown-enum-members") {
        mask(applied);
    }
    crate::odata::select(entry, session.query.select.as_deref(), &[])
}

/// Values added to the enumeration after its sentinel are only shown to callers that ask for them.
fn mask(applied: &mut Value) {
    for policy in applied.as_array_mut().into_iter().flatten() {
        if policy["result"].as_str().is_some_and(|result| result.starts_with("reportOnly")) {
            policy["result"] = json!("unknownFutureValue");
        }
    }
}
