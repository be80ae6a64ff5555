//! Larkspur Clinics: 92 people, P1 only, the NIS2 set of Clutch2View in report-only mode. Its risk policies need P2 and stay out.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::builder::{Builder, Profile};
use crate::seed::documents::Placeholders;
use crate::seed::groups::Who;
use crate::seed::people::Headcount;
use crate::seed::sets::clutch2view;
use crate::seed::{Licences, RefusedFile, TenantSeed, strengths};

const PLACEHOLDER: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
const SECOND_PLACEHOLDER: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const GUEST_APP: &str = "Patient Referral Portal";

const PROFILE: Profile = Profile {
    key: "larkspur",
    display_name: "Larkspur Clinics",
    domain: "larkspur-clinics.example",
    licences: Licences { p1: true, p2: false, intune: true, workload: false },
    headcount: Headcount {
        employees: 74,
        admins: 4,
        contractors: 4,
        guests: 6,
        countries: &["DE", "GB", "US", "SG"],
        service_accounts: &["svc-imaging", "sync-lc-dc01"],
    },
    emergency_group: (None, "CA Emergency Access Accounts"),
    applications: &[GUEST_APP, "Appointment Planner", "Lab Results"],
};

pub(super) fn build(seed: u64, now: DateTime<Utc>) -> (TenantSeed, Vec<RefusedFile>) {
    let mut builder = Builder::new(seed, now, &PROFILE);
    let id = |name: &str| builder.ids.id(name).to_string();
    let (onboarding, terms, restricted) = (id("group/onboarding"), id("terms/staff"), id("location/NL003-restricted-countries.json"));
    let placeholders = Placeholders::from([
        (("excludeGroups", PLACEHOLDER), builder.groups.emergency.clone()),
        (("excludeGroups", SECOND_PLACEHOLDER), onboarding.clone()),
        (("excludeApplications", PLACEHOLDER), id(&format!("application/{GUEST_APP}"))),
        (("includeLocations", PLACEHOLDER), restricted),
        (("termsOfUse", PLACEHOLDER), terms.clone()),
    ]);
    builder.groups.refer(&onboarding, "CA MFA Onboarding (temporary)", Who::Exceptions, &builder.people);
    builder.publish_groups();
    for file in clutch2view::LOCATIONS {
        builder.location(builder.ids.id(&format!("location/{}", file.name)), &location(&file.json()));
    }
    let keys = builder.ids.id("strength/clinic").to_string();
    let badge =
        strengths::custom(&keys, "Clinic badge", "Certificate on the staff badge, or a key.", &["x509CertificateMultiFactor", "fido2"]);
    builder.tenant.auth_strengths.push(badge);
    builder.agreement(&terms, "Terms of use for clinic staff");
    builder.policies(clutch2view::POLICIES, &placeholders, "2026-01-12T08:15:00Z");
    builder.finish()
}

/// The set describes locations in a format of its own; this is the Graph body for one.
fn location(file: &Value) -> Value {
    let name = &file["displayName"];
    if file["locationType"] == "countryNamedLocation" {
        return json!({
            "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": name, "countriesAndRegions": file["countriesAndRegions"],
            "countryLookupMethod": file["countryLookupMethod"],
        });
    }
    let ranges: Vec<Value> = file["ipRanges"].as_array().into_iter().flatten().map(range).collect();
    json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": name, "isTrusted": file["isTrusted"], "ipRanges": ranges })
}

fn range(range: &Value) -> Value {
    let v6 = range["cidrAddress"].as_str().is_some_and(|address| address.contains(':'));
    let kind = if v6 { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" };
    json!({ "@odata.type": kind, "cidrAddress": range["cidrAddress"] })
}
