//! Veldhoven Instruments: 220 people, P2, the persona baseline of j0eyv, most of it enforced.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::builder::{Builder, Profile};
use crate::seed::documents::Placeholders;
use crate::seed::groups::Who;
use crate::seed::people::Headcount;
use crate::seed::sets::{j0eyv, managed};
use crate::seed::{Licences, RefusedFile, TenantSeed, strengths};

const EMERGENCY: &str = "2802b872-ccfb-4b29-a9a9-459808dfb11b";

const PROFILE: Profile = Profile {
    key: "veldhoven",
    display_name: "Veldhoven Instruments",
    domain: "veldhoven-instruments.example",
    licences: Licences { p1: true, p2: true, intune: true, workload: true },
    headcount: Headcount {
        employees: 180,
        admins: 8,
        contractors: 12,
        guests: 14,
        countries: &["NL", "BE", "LU", "DE"],
        service_accounts: &["svc-backup", "svc-scanner", "svc-meetingrooms", "sync-vi-dc01"],
    },
    emergency_group: (Some(EMERGENCY), "CA-BreakGlassAccounts - Exclude"),
    applications: &["Calibration Portal", "Optics PLM", "Field Service", "Travel Desk"],
};

pub(super) fn build(seed: u64, now: DateTime<Utc>) -> (TenantSeed, Vec<RefusedFile>) {
    let mut builder = Builder::new(seed, now, &PROFILE);
    for file in j0eyv::GROUPS {
        let group = file.json();
        let (id, name) = (text(&group, "id"), text(&group, "displayName"));
        let who = match name {
            "APP_Microsoft365_E5" => Who::Employees,
            "CA-ServiceAccounts" => Who::ServiceAccounts("svc-"),
            // People of every other persona are taken out of the global MFA policy's exclusions by policies of their own.
            _ => Who::Exceptions,
        };
        builder.groups.refer(id, name, who, &builder.people);
    }
    builder.publish_groups();
    for file in j0eyv::LOCATIONS {
        let location = file.json();
        // The compliant network location is beta only; no policy of v1.0 names it.
        if text(&location, "@odata.type") == "#microsoft.graph.countryNamedLocation" {
            let id = Uuid::parse_str(text(&location, "id")).expect("the export has GUIDs");
            builder.location(id, &location);
        }
    }
    let office = serde_json::json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Veldhoven campus", "isTrusted": true,
        "ipRanges": [
            { "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/26" },
            { "@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8:a110::/48" },
        ],
    });
    builder.location(builder.ids.id("location/campus"), &office);
    let keys = builder.ids.id("strength/keys").to_string();
    let hardware = strengths::custom(&keys, "Hardware keys only", "FIDO2 keys that the company hands out.", &["fido2"]);
    builder.tenant.auth_strengths.push(hardware);
    builder.agreement(&builder.ids.id("terms/it").to_string(), "IT usage policy");
    builder.policies(j0eyv::POLICIES, &Placeholders::new(), "2024-05-24T09:27:52.7Z");
    builder.managed_policies(managed::POLICIES);
    builder.finish()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}
