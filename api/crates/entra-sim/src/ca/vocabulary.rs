//! The values Graph's v1.0 metadata lists, in its order and spelling.

pub(super) const STATES: &[&str] = &["enabled", "disabled", "enabledForReportingButNotEnforced"];
pub(super) const CLIENT_APPS: &[&str] = &["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"];
pub(super) const RISK_LEVELS: &[&str] = &["low", "medium", "high", "hidden", "none"];
pub(super) const INSIDER_RISK_LEVELS: &[&str] = &["minor", "moderate", "elevated"];
pub(super) const PLATFORMS: &[&str] = &["android", "iOS", "windows", "windowsPhone", "macOS", "all", "linux"];
pub(super) const TRANSFER_METHODS: &[&str] = &["none", "deviceCodeFlow", "authenticationTransfer"];
pub(super) const GUEST_TYPES: &[&str] = &[
    "none",
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
];
pub(super) const MEMBERSHIP_KINDS: &[&str] = &["all", "enumerated"];
pub(super) const FILTER_MODES: &[&str] = &["include", "exclude"];
pub(super) const OPERATORS: &[&str] = &["AND", "OR"];
pub(super) const GRANT_CONTROLS: &[&str] = &[
    "block",
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
    "riskRemediation",
];
pub(super) const CLOUD_APP_SECURITY_TYPES: &[&str] = &["mcasConfigured", "monitorOnly", "blockDownloads"];
pub(super) const FREQUENCY_UNITS: &[&str] = &["days", "hours"];
pub(super) const FREQUENCY_INTERVALS: &[&str] = &["timeBased", "everyTime"];
pub(super) const FREQUENCY_AUTHENTICATION: &[&str] = &["primaryAndSecondaryAuthentication", "secondaryAuthentication"];
pub(super) const PERSISTENT_BROWSER_MODES: &[&str] = &["always", "never"];
pub(super) const USER_ACTIONS: &[&str] = &["urn:user:registersecurityinfo", "urn:user:registerdevice"];
pub(super) const LOOKUP_METHODS: &[&str] = &["clientIpAddress", "authenticatorAppGps"];

/// The pseudo location "MFA trusted IPs": valid in a policy, yet GET answers 404 for it.
pub(super) const MFA_TRUSTED_IPS: &str = "00000000-0000-0000-0000-000000000000";
/// Built-in strength "Multifactor authentication".
pub(super) const MFA_STRENGTH: &str = "00000000-0000-0000-0000-000000000002";

/// First-party resources that can't be a target (Microsoft Graph is the well-known one).
pub(super) const UNSUPPORTED_FIRST_PARTY: &[&str] = &["00000003-0000-0000-c000-000000000000"];
/// First-party public clients: Azure CLI, Azure PowerShell, Microsoft Office.
pub(super) const PUBLIC_CLIENTS: &[&str] =
    &["04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2", "d3590ed6-52b3-4102-aeff-aad2292ab01c"];

/// ISO 3166-1 alpha-2.
pub(super) const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF \
    CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU \
    GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH \
    MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB \
    SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK \
    YE YT ZA ZM ZW";
