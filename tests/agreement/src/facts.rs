//! The simulator's facts as the product's.

use std::collections::BTreeSet;

use domain::signin::{Device, DeviceAttributes, Identity, Place, Proofs, SignIn, Target, Traits, User, UserKind};
use entra_sim::signin::{Truth, TruthDevice};
use uuid::Uuid;

/// A sign-in before anybody is asked for anything. Every fact is known. `terms`: all that some policy asks for.
pub fn sign_in(truth: &Truth<'_>, terms: &[String]) -> SignIn {
    let (sign_in_risk, user_risk) = truth.risks();
    SignIn {
        identity: Identity::User(user(truth)),
        target: match truth.target().parse() {
            Ok(action) => Target::Action(action),
            Err(_) => Target::Resource(truth.target().to_lowercase()),
        },
        traits: Traits {
            client: truth.client().parse().ok(),
            platform: Some(truth.platform().and_then(|platform| platform.parse().ok())),
            contexts: Some(truth.context().map(str::to_owned).into_iter().collect()),
            sign_in_risk: sign_in_risk.parse().ok(),
            user_risk: user_risk.parse().ok(),
            service_principal_risk: None,
            // Nobody in the simulation has one.
            insider_risk: Some(None),
            transfer: Some(truth.flow().and_then(|flow| flow.parse().ok())),
            proofs: Proofs {
                mfa: Some(truth.in_token().is_some()),
                combinations: Some(truth.in_token().map(str::to_owned).into_iter().collect()),
                registered: Some(methods(truth)),
                approved_app: Some(truth.protected_app()),
                protected_app: Some(truth.protected_app()),
                accepted_terms: Some(terms.iter().filter(|id| truth.accepted(id)).map(|id| id.to_lowercase()).collect()),
                remediated: Some(false),
                bound_token: Some(truth.bound_token()),
            },
        },
        place: Place {
            ip: Some(truth.ip()),
            country: Some(truth.country().map(str::to_owned)),
            gps_country: Some(truth.country().map(str::to_owned)),
        },
        device: Some(truth.device().map_or(Device::Unregistered, |known| Device::Registered(Box::new(device(&known, truth.platform()))))),
    }
}

/// The same after the user did whatever was asked for.
pub fn answered(sign_in: &SignIn, truth: &Truth<'_>, terms: &[String]) -> SignIn {
    let mut done = sign_in.clone();
    let legacy = done.traits.client.is_some_and(domain::signin::ClientApp::legacy);
    let proofs = &mut done.traits.proofs;
    let proven = proofs.combinations.get_or_insert_default();
    proven.extend(methods(truth));
    proofs.mfa = Some(!proven.is_empty());
    if !legacy {
        proofs.remediated = Some(true);
        proofs.accepted_terms = Some(terms.iter().map(|id| id.to_lowercase()).collect());
    }
    done
}

fn methods(truth: &Truth<'_>) -> BTreeSet<String> {
    truth.methods().iter().map(|method| (*method).to_owned()).collect()
}

fn user(truth: &Truth<'_>) -> User {
    let ids = |texts: &BTreeSet<String>| texts.iter().filter_map(|text| Uuid::parse_str(text).ok()).collect();
    User {
        id: Uuid::parse_str(truth.user_id()).unwrap_or_default(),
        kind: truth.guest_type().map_or(Some(UserKind::Member), |kind| kind.parse().ok()),
        home_tenant: truth.home_tenant(),
        groups: Some(ids(truth.groups())),
        unread: BTreeSet::new(),
        roles: Some(ids(truth.roles())),
    }
}

/// Attributes that the simulated devices don't have are null.
fn device(known: &TruthDevice, platform: Option<&str>) -> DeviceAttributes {
    DeviceAttributes {
        device_id: Some(known.id.to_string()),
        display_name: Some(known.name.clone()),
        ownership: Some(Some(if known.company { "Company" } else { "Personal" }.to_owned())),
        enrollment_profile: Some(None),
        compliant: Some(known.compliant),
        managed: Some(known.managed),
        manufacturer: Some(None),
        mdm_app_id: Some(known.managed.then(|| "0000000a-0000-0000-c000-000000000000".to_owned())),
        model: Some(None),
        operating_system: Some(platform.unwrap_or_default().to_owned()),
        operating_system_version: Some(None),
        physical_ids: Some(BTreeSet::new()),
        profile_type: Some(Some("RegisteredDevice".to_owned())),
        system_labels: Some(BTreeSet::new()),
        trust: known.trust.parse().ok(),
        extension_attributes: Some(Vec::new()),
    }
}
