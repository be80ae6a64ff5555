//! Meridian Parcel Group: 352 people, P2, Microsoft's Zero Trust persona set (all switched off yet) beside five templates in report-only mode.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::builder::{Builder, Profile};
use crate::seed::documents::Placeholders;
use crate::seed::groups::Who;
use crate::seed::people::Headcount;
use crate::seed::sets::{azure_samples, managed, philippkohn};
use crate::seed::{Licences, RefusedFile, TenantSeed, strengths};

const PROFILE: Profile = Profile {
    key: "meridian",
    display_name: "Meridian Parcel Group",
    domain: "meridian-parcel.example",
    licences: Licences { p1: true, p2: true, intune: true, workload: false },
    headcount: Headcount {
        employees: 290,
        admins: 12,
        contractors: 18,
        guests: 22,
        countries: &["FR", "BE", "ES", "PL", "MA"],
        service_accounts: &[
            "m365-signage",
            "m365-scan2mail",
            "azure-automation",
            "azure-backup",
            "onprem-sql",
            "onprem-print",
            "sync-mp-dc01",
            "sync-mp-dc02",
        ],
    },
    emergency_group: (Some("ee2bdc01-80c2-4e28-9882-858bcfa005bf"), "CA-BreakGlassAccounts"),
    applications: &["Parcel Tracking", "Depot Planner", "Customs Desk", "Fleet Telematics", "Driver Payroll"],
};

/// The export names no groups; these names follow from the policies that use them.
const GROUPS: &[(&str, &str, Who)] = &[
    ("2bda5037-6b74-4892-b5ab-5b8b1c20cfed", "CA-Persona-Admins", Who::Admins),
    ("b86af40e-e4f0-4e83-a2bb-ef5321269384", "CA-Persona-Internals", Who::Employees),
    ("2a5e5a3b-43a6-46cd-aa10-c8900531e609", "CA-Persona-Externals", Who::Contractors),
    ("af2ce85a-5d4e-4f7e-a04b-468cd6a29699", "CA-Persona-Guests", Who::Guests),
    ("40faab60-cf39-4f9d-a890-bdd59622c497", "CA-Persona-GuestAdmins", Who::GuestAdmins),
    ("ff9425a4-9987-4f55-a560-2d214e7e234e", "CA-Persona-Microsoft365ServiceAccounts", Who::ServiceAccounts("m365-")),
    ("3ac3875d-8457-422b-9097-8b76ae7bf75c", "CA-Persona-AzureServiceAccounts", Who::ServiceAccounts("azure-")),
    ("ed9b541b-a2bc-4972-9533-7d31148f2345", "CA-Persona-OnPremisesServiceAccounts", Who::ServiceAccounts("onprem-")),
    ("e9378db0-32a2-4441-9e40-007f7c8388c8", "CA-Global-Exclusions", Who::Exceptions),
    ("14ee818d-85f3-4227-ad53-fab87b5787c7", "CA-Admins-Exclusions", Who::Exceptions),
    ("451cabbb-7455-4cf2-9d69-27463ef371c4", "CA-Internals-Exclusions", Who::Exceptions),
    ("1e04b230-361f-457e-9916-6a30b269188a", "CA-Externals-Exclusions", Who::Exceptions),
    ("12f31775-9375-4003-8e66-3052e972f99d", "CA-Guests-Exclusions", Who::Exceptions),
    ("9e807e2b-d4bc-4486-801e-5a5d0228dd5c", "CA-GuestAdmins-Exclusions", Who::Exceptions),
    ("a062be05-f4d4-46ad-826f-fd83f00bb702", "CA-Microsoft365ServiceAccounts-Exclusions", Who::Exceptions),
    ("cd29b75b-8b25-4374-a46d-fc745e522dee", "CA-AzureServiceAccounts-Exclusions", Who::Exceptions),
    ("6c96716b-b32b-40b8-9009-49748bb6fcd5", "CA-Template-Pilot", Who::Pilot),
    ("f753047e-de31-4c74-a6fb-c38589047723", "CA-Template-Exclusions", Who::EmergencyGroup),
];

pub(super) fn build(seed: u64, now: DateTime<Utc>) -> (TenantSeed, Vec<RefusedFile>) {
    let mut builder = Builder::new(seed, now, &PROFILE);
    for (id, name, who) in GROUPS {
        builder.groups.refer(id, name, *who, &builder.people);
    }
    builder.publish_groups();
    let blocked = json!({
        "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Blocked countries", "countriesAndRegions": ["KP", "IR", "SY", "RU", "BY"],
        "includeUnknownCountriesAndRegions": true,
    });
    builder.location(Uuid::from_u128(0x1cc4_6ea8_2d4c_460f_99e4_0551_4e70_bea1), &blocked);
    let joining = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Device enrolment network", "isTrusted": false,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.192/27" }],
    });
    builder.location(Uuid::from_u128(0x0f0d_cced_3f76_43f7_bc4f_2bcc_a0ef_1d45), &joining);
    let depots = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Depots and headquarters", "isTrusted": true,
        "ipRanges": [
            { "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.0/25" },
            { "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/26" },
        ],
    });
    builder.location(builder.ids.id("location/depots"), &depots);
    let driver = builder.ids.id("strength/driver").to_string();
    let handset =
        strengths::custom(&driver, "Driver handset", "Passwordless on the handsets of the drivers.", &["deviceBasedPush", "fido2"]);
    builder.tenant.auth_strengths.push(handset);
    builder.agreement("0272f2a4-dba2-4135-8197-563b3a420d34", "Terms of use for guests");
    builder.agreement("6551cec0-1d10-422b-a9d0-9e447e0a8353", "Terms of use for guest administrators");
    builder.policies(philippkohn::POLICIES, &Placeholders::new(), "2025-09-01T07:00:00Z");
    builder.policies(azure_samples::POLICIES, &Placeholders::new(), "2025-03-03T10:00:00Z");
    builder.managed_policies(managed::POLICIES);
    builder.finish()
}
