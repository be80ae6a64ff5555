//! Which changes would take an object back.

use domain::change::kind::ChangePayload;
use domain::change::payload::{CreatePolicy, CreateSource, DeletePolicy, LocationBody, LocationCreate, LocationDelete, LocationUpdate};
use domain::change::towards::towards;
use domain::document::PolicyDocument;
use domain::document::undo::undone;
use domain::drift::{Drift, DriftKind, Version};
use domain::policy::{Policy, PolicyState};
use domain::snapshot::ItemKind;
use serde_json::Value;
use store::WriteTx;

use super::Previous;
use crate::error::{AppError, AppResult};

/// What would take an object back.
#[derive(Debug, Default)]
pub(super) struct Takeback {
    /// One change for each kind of field that the edit touched.
    pub(super) payloads: Vec<ChangePayload>,
    /// Fields that stay as they are: no kind of change reaches them, or somebody changed them again since.
    pub(super) unreachable: Vec<String>,
    /// The policy that the changes are about.
    pub(super) policy: Option<Policy>,
    /// Graph's id of the object that they are about; `None` where they create one.
    pub(super) target: Option<String>,
}

/// Makes the payloads. Refused where the object is not as it was found any more in a way that leaves nothing to take back.
pub(super) async fn takeback(tx: &WriteTx, drift: &Drift) -> AppResult<Takeback> {
    let policy = match drift.policy_id {
        Some(id) => tx.policy(drift.workspace_id, id).await?,
        None => None,
    };
    match (drift.object_kind, drift.kind) {
        (ItemKind::Policy, DriftKind::Modified) => modified_policy(tx, drift, policy).await,
        (ItemKind::Policy, DriftKind::Removed) => {
            let policy = policy.filter(|policy| policy.deleted_at.is_some()).ok_or_else(|| refused("the policy is there again"))?;
            Ok(about(policy, ChangePayload::Restore {}))
        }
        (ItemKind::Policy, DriftKind::Added | DriftKind::Extra) => {
            let policy = there(policy)?;
            let delete = DeletePolicy { confirm_display_name: policy.display_name.clone() };
            Ok(about(policy, ChangePayload::Delete(delete)))
        }
        (ItemKind::Policy, DriftKind::Missing) => {
            let document = document(tx, drift, drift.before.as_ref()).await?.value().clone();
            let (source, source_id) = (CreateSource::Baseline, drift.baseline_policy_id);
            let create = CreatePolicy { document, state: PolicyState::ReportOnly, source, source_id };
            Ok(Takeback { payloads: vec![ChangePayload::Create(create)], ..Takeback::default() })
        }
        (ItemKind::NamedLocation, DriftKind::Added | DriftKind::Extra) => {
            let (location_id, confirm_display_name) = (drift.object_id.clone(), live_location(tx, drift).await?.display_name().to_owned());
            let delete = LocationDelete { location_id, confirm_display_name };
            Ok(of_location(drift, ChangePayload::LocationDelete(delete)))
        }
        (ItemKind::NamedLocation, DriftKind::Removed | DriftKind::Missing) => {
            let before = document(tx, drift, drift.before.as_ref()).await?;
            let body = body(before.value()).ok_or_else(|| refused("the location is neither of IP ranges nor of countries"))?;
            let create = LocationCreate { display_name: before.display_name().to_owned(), location: body };
            Ok(Takeback { payloads: vec![ChangePayload::LocationCreate(create)], ..Takeback::default() })
        }
        (ItemKind::NamedLocation, DriftKind::Modified) => modified_location(tx, drift).await,
        (ItemKind::Group, _) => Err(refused("groups are not Causeway's to change")),
    }
}

async fn modified_policy(tx: &WriteTx, drift: &Drift, policy: Option<Policy>) -> AppResult<Takeback> {
    let policy = there(policy)?;
    let (before, after) = (document(tx, drift, drift.before.as_ref()).await?, document(tx, drift, drift.after.as_ref()).await?);
    let live = Version { document_hash: policy.document_hash.clone(), content_hash: policy.content_hash.clone() };
    let live = document(tx, drift, Some(&live)).await?;
    let wanted = undone(&before, &after, &live);
    let way = towards(&live, &wanted.document);
    let mut unreachable = wanted.conflicts;
    unreachable.extend(way.unreachable);
    Ok(Takeback { payloads: way.payloads, unreachable, target: Some(policy.graph_id.to_string()), policy: Some(policy) })
}

/// One update with the fields that differ.
async fn modified_location(tx: &WriteTx, drift: &Drift) -> AppResult<Takeback> {
    let (before, after) = (document(tx, drift, drift.before.as_ref()).await?, document(tx, drift, drift.after.as_ref()).await?);
    let live = live_location(tx, drift).await?;
    let undone = undone(&before, &after, &live);
    let (now, wanted) = (live.canonical(), undone.document.canonical());
    let value = |name: &str| wanted.at(&[name]).filter(|_| wanted.at(&[name]) != now.at(&[name]));
    let text = |name: &str| value(name).and_then(Value::as_str).map(str::to_owned);
    let update = LocationUpdate {
        location_id: drift.object_id.clone(),
        display_name: text("displayName"),
        ip_ranges: value("ipRanges").map(ranges),
        is_trusted: value("isTrusted").and_then(Value::as_bool),
        countries_and_regions: value("countriesAndRegions").map(texts),
        include_unknown_countries_and_regions: value("includeUnknownCountriesAndRegions").and_then(Value::as_bool),
        country_lookup_method: text("countryLookupMethod"),
    };
    let nothing = LocationUpdate { location_id: drift.object_id.clone(), ..LocationUpdate::default() };
    let payloads = if update == nothing { Vec::new() } else { vec![ChangePayload::LocationUpdate(update)] };
    Ok(Takeback { payloads, unreachable: undone.conflicts, policy: None, target: Some(drift.object_id.clone()) })
}

fn body(location: &Value) -> Option<LocationBody> {
    use domain::change::payload::{CountryLocation, IpLocation};
    let flag = |name: &str| location.get(name).and_then(Value::as_bool).unwrap_or_default();
    if let Some(list) = location.get("ipRanges") {
        return Some(LocationBody::Ip(IpLocation { ip_ranges: ranges(list), is_trusted: flag("isTrusted") }));
    }
    Some(LocationBody::Country(CountryLocation {
        countries_and_regions: texts(location.get("countriesAndRegions")?),
        include_unknown_countries_and_regions: flag("includeUnknownCountriesAndRegions"),
        country_lookup_method: location.get("countryLookupMethod").and_then(Value::as_str).map(str::to_owned),
    }))
}

fn ranges(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|range| range.get("cidrAddress").and_then(Value::as_str)).map(str::to_owned).collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn about(policy: Policy, payload: ChangePayload) -> Takeback {
    Takeback { payloads: vec![payload], unreachable: Vec::new(), target: Some(policy.graph_id.to_string()), policy: Some(policy) }
}

fn of_location(drift: &Drift, payload: ChangePayload) -> Takeback {
    Takeback { payloads: vec![payload], target: Some(drift.object_id.clone()), ..Takeback::default() }
}

fn there(policy: Option<Policy>) -> AppResult<Policy> {
    policy.filter(|policy| policy.deleted_at.is_none()).ok_or_else(|| refused("the policy is gone"))
}

/// The location as the latest snapshot holds it.
async fn live_location(tx: &WriteTx, drift: &Drift) -> AppResult<PolicyDocument> {
    let tenant = tx.tenant(drift.workspace_id, drift.tenant_id).await?.ok_or(AppError::NotFound)?;
    let latest = Previous::load(tx, &tenant).await?;
    let item = latest.and_then(|latest| latest.manifest.find(ItemKind::NamedLocation, &drift.object_id).cloned());
    let item = item.ok_or_else(|| refused("the location is gone"))?;
    let version = Version { document_hash: item.document_hash, content_hash: item.content_hash };
    document(tx, drift, Some(&version)).await
}

async fn document(tx: &WriteTx, drift: &Drift, version: Option<&Version>) -> AppResult<PolicyDocument> {
    let missing = || AppError::Internal(format!("a document of drift {} is missing", drift.id).into());
    let text = tx.document(drift.workspace_id, &version.ok_or_else(missing)?.document_hash).await?.ok_or_else(missing)?;
    PolicyDocument::parse(&text).map_err(|cause| AppError::Internal(cause.into()))
}

fn refused(why: &str) -> AppError {
    AppError::invalid(&["input", "id"], format!("{why}: resync and look again"))
}
