//! One entry of Graph's sign-in log, v1.0 or beta, as facts (graph-api.md section 14, ca-semantics.md sections 3 to 6 and 10).
//!
//! The log tells less than a policy can test. What it doesn't tell stays unknown: user risk (`riskLevelAggregated` is the sign-in's own risk
//! after the fact), GPS, insider risk, terms of use, approved and protected apps, registered methods, device attributes beyond the few it
//! shows. v1.0 tells neither authentication contexts nor the transfer method.

mod device;
mod proofs;
mod wire;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{AccessStatus, AppliedResult, Asked, Outcome, Person};
use crate::signin::{ClientApp, Device, Fact, Place, RiskLevel, Target, Traits, TransferMethod, UserAction, UserKind};
use wire::Entry;

/// Names are cut to this many characters.
const MAX_NAME: usize = 256;
/// Other texts (application ids, context ids, device attributes) are cut to this many.
const MAX_TEXT: usize = 128;
/// The most contexts and the most policies that an entry is read with; Entra has 99 contexts and a few hundred policies.
const MAX_CONTEXTS: usize = 99;
const MAX_RESULTS: usize = 2_000;

/// The service that devices register with, and the page where users register security information: nothing else is asked for there, and
/// the log has no other sign of a user action.
const DEVICE_REGISTRATION: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";
const SECURITY_INFORMATION: &str = "19db86c3-b2b9-44cc-b339-36da233a3be2";

/// What is known of one sign-in.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Tells it from every other entry of the log.
    pub id: Uuid,
    /// `createdDateTime`.
    pub at: DateTime<Utc>,
    /// Who.
    pub person: Person,
    /// What for.
    pub asked: Asked,
    /// Name of the client application; empty where the log has none.
    pub client_name: String,
    /// Where from.
    pub place: Place,
    /// With what.
    pub device: Fact<Device>,
    /// Everything else that policies test.
    pub traits: Traits,
    /// How it ended.
    pub outcome: Outcome,
}

impl Record {
    /// Graph masked a result as `unknownFutureValue`: what this entry says of policies is not complete (P32).
    pub fn masked(&self) -> bool {
        self.outcome.results.iter().any(|(_, result)| *result == AppliedResult::UnknownFutureValue)
    }
}

/// Why an entry can't be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or a member has an unexpected type.
    #[error("not a sign-in: {0}")]
    Shape(String),
    /// No `id`: it could not be told from a repetition.
    #[error("the sign-in has no id")]
    Id,
    /// No `createdDateTime`, or not an instant.
    #[error("the sign-in has no time")]
    Time,
    /// Neither a user nor a service principal by GUID.
    #[error("the sign-in has neither a user nor a service principal")]
    Identity,
}

/// Reads one entry. Unknown members are ignored and unknown values of closed sets are unknown facts.
pub fn read(json: &str) -> Result<Record, Unreadable> {
    let entry: Entry<'_> = serde_json::from_str(json).map_err(|error| Unreadable::Shape(error.to_string()))?;
    Ok(Record {
        id: id(entry.id.text())?,
        at: DateTime::parse_from_rfc3339(entry.created_date_time.text()).map_err(|_| Unreadable::Time)?.to_utc(),
        person: person(&entry)?,
        asked: asked(&entry),
        client_name: clip(entry.app_display_name.text(), MAX_NAME),
        place: place(&entry),
        device: entry.device_detail.as_ref().map(device::device),
        traits: traits(&entry),
        outcome: outcome(&entry),
    })
}

/// Graph's ids are GUIDs; any other text is hashed to the same size.
fn id(text: &str) -> Result<Uuid, Unreadable> {
    match Uuid::parse_str(text) {
        Ok(id) => Ok(id),
        Err(_) if text.is_empty() => Err(Unreadable::Id),
        Err(_) => {
            let digest = Sha256::digest(text.as_bytes());
            digest.first_chunk::<16>().map(|half| Uuid::from_bytes(*half)).ok_or(Unreadable::Id)
        }
    }
}

fn person(entry: &Entry<'_>) -> Result<Person, Unreadable> {
    let guid = |text: &str| Uuid::parse_str(text).ok().filter(|id| !id.is_nil());
    if let Some(id) = guid(entry.user_id.text()) {
        let name = first(&[entry.user_principal_name.text(), entry.user_display_name.text()]);
        let home_tenant = guid(entry.home_tenant_id.text());
        return Ok(Person { id, workload: false, name: clip(name, MAX_NAME), kind: kind(entry), home_tenant });
    }
    let id = guid(entry.service_principal_id.text()).ok_or(Unreadable::Identity)?;
    Ok(Person { id, workload: true, name: clip(entry.service_principal_name.text(), MAX_NAME), kind: None, home_tenant: None })
}

/// `userType` and `crossTenantAccessType` of beta. An internal guest is told by neither, so a guest without a crossing stays unknown.
fn kind(entry: &Entry<'_>) -> Fact<UserKind> {
    match (entry.user_type.text(), entry.cross_tenant_access_type.text()) {
        ("member", "none") => Some(UserKind::Member),
        ("guest", "b2bCollaboration") => Some(UserKind::B2bCollaborationGuest),
        ("member", "b2bCollaboration") => Some(UserKind::B2bCollaborationMember),
        (_, "b2bDirectConnect") => Some(UserKind::B2bDirectConnectUser),
        (_, "serviceProvider") => Some(UserKind::ServiceProvider),
        _ => None,
    }
}

fn asked(entry: &Entry<'_>) -> Asked {
    let client_id = clip(entry.app_id.text(), MAX_TEXT).to_lowercase();
    let resource = clip(entry.resource_id.text(), MAX_TEXT).to_lowercase();
    // Old entries name no resource; then the application asked for itself.
    let resource = if resource.is_empty() { client_id.clone() } else { resource };
    let target = match resource.as_str() {
        DEVICE_REGISTRATION => Target::Action(UserAction::RegisterDevice),
        SECURITY_INFORMATION => Target::Action(UserAction::RegisterSecurityInfo),
        _ => Target::Resource(resource),
    };
    let name = first(&[entry.resource_display_name.text(), entry.app_display_name.text()]);
    Asked { target, name: clip(name, MAX_NAME), client_id }
}

fn place(entry: &Entry<'_>) -> Place {
    let country = entry.location.as_ref().map(|location| {
        let country = clip(location.country_or_region.text().trim(), MAX_TEXT).to_uppercase();
        (!country.is_empty()).then_some(country)
    });
    Place { ip: entry.ip_address.text().parse::<IpAddr>().ok().map(|ip| ip.to_canonical()), country, gps_country: None }
}

fn traits(entry: &Entry<'_>) -> Traits {
    Traits {
        client: client(entry.client_app_used.text()),
        platform: entry.device_detail.as_ref().and_then(device::platform),
        contexts: entry.authentication_context_class_references.as_ref().map(|contexts| {
            let ids = contexts.iter().map(|context| context.id.text()).filter(|id| !id.is_empty());
            ids.take(MAX_CONTEXTS).map(|id| clip(id, MAX_TEXT)).collect()
        }),
        sign_in_risk: risk(entry.risk_level_during_sign_in.text()),
        transfer: transfer(entry),
        proofs: proofs::proofs(entry),
        ..Traits::default()
    }
}

/// `clientAppUsed` against `clientAppTypes`: the portal's list of legacy clients.
fn client(text: &str) -> Fact<ClientApp> {
    match text {
        "Browser" => Some(ClientApp::Browser),
        "Mobile Apps and Desktop clients" => Some(ClientApp::MobileAppsAndDesktopClients),
        "Exchange ActiveSync" => Some(ClientApp::ExchangeActiveSync),
        "Authenticated SMTP"
        | "Autodiscover"
        | "Exchange Online PowerShell"
        | "Exchange Web Services"
        | "IMAP"
        | "IMAP4"
        | "MAPI"
        | "MAPI Over HTTP"
        | "Offline Address Book"
        | "Outlook Anywhere (RPC over HTTP)"
        | "Outlook Service"
        | "POP"
        | "POP3"
        | "Reporting Web Services"
        | "SMTP"
        | "Universal Outlook" => Some(ClientApp::Other),
        text if text.starts_with("Other clients") => Some(ClientApp::Other),
        _ => None,
    }
}

/// Without P2 the level is `hidden`.
fn risk(text: &str) -> Fact<RiskLevel> {
    text.parse().ok()
}

fn transfer(entry: &Entry<'_>) -> Fact<Option<TransferMethod>> {
    match (entry.original_transfer_method.text(), entry.authentication_protocol.text()) {
        ("deviceCodeFlow", _) | (_, "deviceCode") => Some(Some(TransferMethod::DeviceCodeFlow)),
        ("authenticationTransfer", _) => Some(Some(TransferMethod::AuthenticationTransfer)),
        ("none", _) => Some(None),
        _ => None,
    }
}

fn outcome(entry: &Entry<'_>) -> Outcome {
    let listed = entry.applied_conditional_access_policies.as_deref().unwrap_or_default();
    let mut results: Vec<(Uuid, AppliedResult)> = listed
        .iter()
        .filter_map(|policy| Some((Uuid::parse_str(policy.id.text()).ok()?, applied(policy.result.text()))))
        .filter(|(_, result)| {
            !matches!(result, AppliedResult::NotApplied | AppliedResult::NotEnabled | AppliedResult::ReportOnlyNotApplied)
        })
        .take(MAX_RESULTS)
        .collect();
    results.sort_unstable();
    results.dedup();
    Outcome {
        error_code: entry.status.as_ref().map_or(0, |status| status.error_code),
        status: entry.conditional_access_status.text().parse().unwrap_or(AccessStatus::Unknown),
        told: !listed.is_empty(),
        results,
    }
}

/// A result added to Graph after this release says as much as a masked one.
fn applied(text: &str) -> AppliedResult {
    text.parse().unwrap_or(AppliedResult::UnknownFutureValue)
}

fn first<'a>(texts: &[&'a str]) -> &'a str {
    texts.iter().copied().find(|text| !text.is_empty()).unwrap_or_default()
}

fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
