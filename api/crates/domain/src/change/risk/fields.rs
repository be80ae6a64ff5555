//! The fields that are known: what they are called, and the rule by which a change of one is judged.

/// How a change of a field is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Says nothing about security, or it cannot be told from the field alone.
    Neutral,
    /// To enforced tightens, from enforced loosens.
    State,
    /// Whom or what the policy covers; nothing when absent. Growing tightens, shrinking loosens; both at once is neutral unless `all` is
    /// what comes or goes.
    Include {
        /// The keyword for everything.
        all: &'static str,
    },
    /// Whom or what the policy spares. Growing loosens, shrinking tightens.
    Exclude,
    /// A condition, which matches anything when absent: setting one or narrowing it loosens, whether the policy blocks or grants;
    /// widening or removing it tightens.
    Condition {
        /// The keyword for anything; empty where there is none.
        all: &'static str,
    },
    /// Whether guests of all tenants are meant or of those listed.
    Tenants {
        /// Whether those guests are included; excluded otherwise.
        included: bool,
    },
    /// A rule in a language of its own: setting one loosens, removing it tightens, and what a changed one means cannot be told.
    Filter {
        /// Path of the whole filter.
        path: &'static [&'static str],
    },
    /// Grant controls. By AND another one tightens; by OR it is another way in and loosens. `block` tightens, the last one loosens.
    Grant,
    /// Between several controls: AND to OR loosens, OR to AND tightens.
    Operator,
    /// Another strength: by the built-in order MFA, passwordless, phishing-resistant; of others it cannot be told.
    Strength,
    /// A session control: one that comes tightens, one that goes loosens, but for those that lengthen sessions; then by how strict it is.
    Session(&'static str),
}

/// A known field.
pub(super) struct Field {
    /// Its path.
    pub(super) path: &'static str,
    /// What it is called in words.
    pub(super) words: &'static str,
    /// How it is judged.
    pub(super) meaning: Meaning,
}

const fn field(path: &'static str, words: &'static str, meaning: Meaning) -> Field {
    Field { path, words, meaning }
}

const INCLUDE: Meaning = Meaning::Include { all: "All" };
const LEVELS: Meaning = Meaning::Condition { all: "" };
const DEVICE_FILTER: Meaning = Meaning::Filter { path: &["conditions", "devices", "deviceFilter"] };

/// Every known field; a path that ends in `.` stands for everything below it. Others are neutral.
const FIELDS: &[Field] = &[
    field("displayName", "Display name", Meaning::Neutral),
    field("description", "Description", Meaning::Neutral),
    field("state", "State", Meaning::State),
    field("conditions.users.includeUsers", "Included users", INCLUDE),
    field("conditions.users.excludeUsers", "Excluded users", Meaning::Exclude),
    field("conditions.users.includeGroups", "Included groups", INCLUDE),
    field("conditions.users.excludeGroups", "Excluded groups", Meaning::Exclude),
    field("conditions.users.includeRoles", "Included roles", INCLUDE),
    field("conditions.users.excludeRoles", "Excluded roles", Meaning::Exclude),
    field("conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes", "Included guests", INCLUDE),
    field("conditions.users.includeGuestsOrExternalUsers.externalTenants.members", "Included guests' tenants", INCLUDE),
    field(
        "conditions.users.includeGuestsOrExternalUsers.externalTenants.membershipKind",
        "Included guests' tenants",
        Meaning::Tenants { included: true },
    ),
    field("conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes", "Excluded guests", Meaning::Exclude),
    field("conditions.users.excludeGuestsOrExternalUsers.externalTenants.members", "Excluded guests' tenants", Meaning::Exclude),
    field(
        "conditions.users.excludeGuestsOrExternalUsers.externalTenants.membershipKind",
        "Excluded guests' tenants",
        Meaning::Tenants { included: false },
    ),
    field("conditions.applications.includeApplications", "Included applications", INCLUDE),
    field("conditions.applications.excludeApplications", "Excluded applications", Meaning::Exclude),
    field("conditions.applications.includeUserActions", "User actions", INCLUDE),
    field("conditions.applications.includeAuthenticationContextClassReferences", "Authentication contexts", INCLUDE),
    field("conditions.applications.applicationFilter.", "Application filter", Meaning::Neutral),
    field(
        "conditions.clientApplications.includeServicePrincipals",
        "Included service principals",
        Meaning::Include { all: "ServicePrincipalsInMyTenant" },
    ),
    field("conditions.clientApplications.excludeServicePrincipals", "Excluded service principals", Meaning::Exclude),
    field("conditions.clientApplications.includeAgentIdServicePrincipals", "Included agents", INCLUDE),
    field("conditions.clientApplications.excludeAgentIdServicePrincipals", "Excluded agents", Meaning::Exclude),
    field("conditions.locations.includeLocations", "Included locations", Meaning::Condition { all: "All" }),
    field("conditions.locations.excludeLocations", "Excluded locations", Meaning::Exclude),
    field("conditions.platforms.includePlatforms", "Included platforms", Meaning::Condition { all: "all" }),
    field("conditions.platforms.excludePlatforms", "Excluded platforms", Meaning::Exclude),
    field("conditions.clientAppTypes", "Client apps", Meaning::Condition { all: "all" }),
    field("conditions.signInRiskLevels", "Sign-in risk", LEVELS),
    field("conditions.userRiskLevels", "User risk", LEVELS),
    field("conditions.servicePrincipalRiskLevels", "Service principal risk", LEVELS),
    field("conditions.insiderRiskLevels", "Insider risk", LEVELS),
    field("conditions.agentIdRiskLevels", "Agent risk", LEVELS),
    field("conditions.authenticationFlows.transferMethods", "Authentication flows", LEVELS),
    field("conditions.devices.deviceFilter.mode", "Device filter mode", DEVICE_FILTER),
    field("conditions.devices.deviceFilter.rule", "Device filter rule", DEVICE_FILTER),
    field("grantControls.builtInControls", "Grant controls", Meaning::Grant),
    field("grantControls.customAuthenticationFactors", "Custom factors", Meaning::Grant),
    field("grantControls.termsOfUse", "Terms of use", Meaning::Grant),
    field("grantControls.operator", "Operator", Meaning::Operator),
    field("grantControls.authenticationStrength.id", "Authentication strength", Meaning::Strength),
    field("sessionControls.signInFrequency.", "Sign-in frequency", Meaning::Session("signInFrequency")),
    field("sessionControls.persistentBrowser.", "Persistent browser session", Meaning::Session("persistentBrowser")),
    field(
        "sessionControls.applicationEnforcedRestrictions.",
        "App enforced restrictions",
        Meaning::Session("applicationEnforcedRestrictions"),
    ),
    field("sessionControls.cloudAppSecurity.", "App control", Meaning::Session("cloudAppSecurity")),
    field("sessionControls.secureSignInSession.", "Token protection", Meaning::Session("secureSignInSession")),
    field("sessionControls.continuousAccessEvaluation.", "Continuous access evaluation", Meaning::Session("continuousAccessEvaluation")),
    field("sessionControls.disableResilienceDefaults", "Resilience defaults disabled", Meaning::Session("disableResilienceDefaults")),
    // Of a named location: whether policies block or trust it is theirs to say.
    field("ipRanges", "Ranges", Meaning::Neutral),
    field("isTrusted", "Trusted", Meaning::Neutral),
    field("countriesAndRegions", "Countries", Meaning::Neutral),
    field("includeUnknownCountriesAndRegions", "Unknown countries", Meaning::Neutral),
    field("countryLookupMethod", "Country lookup", Meaning::Neutral),
];

/// The field at a path; `None` when it is not known.
pub(super) fn field_at(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| if field.path.ends_with('.') { path.starts_with(field.path) } else { field.path == path })
}
