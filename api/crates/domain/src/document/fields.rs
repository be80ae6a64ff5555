//! What is known about the fields of a policy: which lists are sets, which texts are flags, how keywords are spelled.
//!
//! A field that is in no table is kept as it is, order included: we don't know what its order means.

/// Members that the service sets and no caller can (ca-semantics.md section 13). `partialEnablementStrategy` is not one of them: it is
/// null wherever it was seen, and should it ever hold something, then that is a difference worth stopping for.
pub(crate) const READ_ONLY: [&str; 5] = ["id", "createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId"];

/// Texts for people or for the rule language: never respelled.
const FREE_TEXT: [&str; 3] = ["displayName", "description", "rule"];

/// Lists compared as sets beside everything that is called `include...` or `exclude...`.
const SETS: [&str; 11] = [
    "builtInControls",
    "clientAppTypes",
    "countriesAndRegions",
    "customAuthenticationFactors",
    "ipRanges",
    "members",
    "servicePrincipalRiskLevels",
    "signInRiskDetections",
    "signInRiskLevels",
    "termsOfUse",
    "userRiskLevels",
];

/// Sets that Graph writes as one comma-joined text.
const FLAGS: [&str; 4] = ["agentIdRiskLevels", "guestOrExternalUserTypes", "insiderRiskLevels", "transferMethods"];

const APPLICATIONS: &[&str] = &["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
const LOCATIONS: &[&str] = &["All", "AllTrusted"];
const PLATFORMS: &[&str] = &["android", "iOS", "windows", "windowsPhone", "macOS", "linux", "all"];
const RISKS: &[&str] = &["low", "medium", "high", "hidden", "none"];
const SERVICE_PRINCIPALS: &[&str] = &["All", "None", "ServicePrincipalsInMyTenant"];
const USERS: &[&str] = &["All", "None", "GuestsOrExternalUsers", "AllAgentIdUsers"];

/// Built-in grant controls (ca-semantics.md section 7).
pub(crate) const BUILT_IN_CONTROLS: [&str; 8] = [
    "block",
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
];

/// Kinds of guests and external users (ca-semantics.md section 3).
pub(crate) const GUEST_TYPES: [&str; 7] = [
    "none",
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
];

/// Keywords by field, as Graph spells them. Callers may write them in any case (ca-semantics.md section 12).
const KEYWORDS: [(&str, &[&str]); 23] = [
    ("agentIdRiskLevels", RISKS),
    ("builtInControls", &BUILT_IN_CONTROLS),
    ("clientAppTypes", &["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"]),
    ("countryLookupMethod", &["clientIpAddress", "authenticatorAppGps"]),
    ("excludeAgentIdServicePrincipals", &["All"]),
    ("excludeApplications", APPLICATIONS),
    ("excludeLocations", LOCATIONS),
    ("excludePlatforms", PLATFORMS),
    ("excludeUsers", USERS),
    ("guestOrExternalUserTypes", &GUEST_TYPES),
    ("includeAgentIdServicePrincipals", &["All"]),
    ("includeApplications", APPLICATIONS),
    ("includeLocations", LOCATIONS),
    ("includePlatforms", PLATFORMS),
    ("includeServicePrincipals", SERVICE_PRINCIPALS),
    ("includeUserActions", &["urn:user:registersecurityinfo", "urn:user:registerdevice"]),
    ("includeUsers", USERS),
    ("insiderRiskLevels", &["minor", "moderate", "elevated"]),
    ("operator", &["AND", "OR"]),
    ("servicePrincipalRiskLevels", RISKS),
    ("signInRiskLevels", RISKS),
    ("transferMethods", &["none", "deviceCodeFlow", "authenticationTransfer"]),
    ("userRiskLevels", RISKS),
];

/// Whether the list under this name is a set.
pub(crate) fn is_set(name: &str) -> bool {
    name.starts_with("include") || name.starts_with("exclude") || SETS.contains(&name) || is_flags(name)
}

/// Whether the text under this name is a comma-joined set.
pub(crate) fn is_flags(name: &str) -> bool {
    FLAGS.contains(&name)
}

/// Whether a member is an annotation or an advertised action: OData's, not the policy's.
pub(crate) fn is_annotation(name: &str) -> bool {
    name.contains('@') || name.starts_with('#')
}

/// A text under this name as Graph spells it: keywords in their case, GUIDs in lower case.
pub(crate) fn spelled(name: &str, text: &str) -> String {
    if FREE_TEXT.contains(&name) {
        return text.to_owned();
    }
    match keywords(name).iter().find(|keyword| keyword.eq_ignore_ascii_case(text)) {
        Some(keyword) => (*keyword).to_owned(),
        None if text.len() == 36 && uuid::Uuid::parse_str(text).is_ok() => text.to_lowercase(),
        None => text.to_owned(),
    }
}

/// Whether a text under this name is one of Graph's keywords, in any case, and not an id or a name.
pub(crate) fn is_keyword(name: &str, text: &str) -> bool {
    keywords(name).iter().any(|keyword| keyword.eq_ignore_ascii_case(text))
}

fn keywords(name: &str) -> &'static [&'static str] {
    KEYWORDS.iter().find(|(field, _)| *field == name).map_or(&[][..], |(_, keywords)| keywords)
}
