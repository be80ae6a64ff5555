//! The shape of a policy as a table, and the check of a body against it (error 1007, or 1038 for beta members).
//!
//! The result holds only writable members, with enum values in Graph's spelling; nulls stay, because a PATCH means something by them.

use serde_json::{Map, Value};

use super::CaError;
use super::json::is_void;
use super::vocabulary as v;

/// The request that a body came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Post,
    Patch,
}

enum Shape {
    Text,
    Flag,
    Count,
    Word(&'static [&'static str]),
    /// Comma-joined enum members, kept in the enum's order.
    Words(&'static [&'static str]),
    Texts,
    WordList(&'static [&'static str]),
    Object(&'static [Member]),
    /// Retired members that a later rule names (1060, 1088): any JSON.
    Any,
}

enum Rule {
    Required,
    Nullable,
    /// Exists in beta only: 1038 unless null or empty.
    Preview,
    /// Ignored in a POST, refused in a PATCH.
    ReadOnly,
}

struct Member(&'static str, Shape, Rule);

use Rule::{Nullable, Preview, ReadOnly, Required};

const POLICY: &[Member] = &[
    Member("id", Shape::Any, ReadOnly),
    Member("templateId", Shape::Any, ReadOnly),
    Member("createdDateTime", Shape::Any, ReadOnly),
    Member("modifiedDateTime", Shape::Any, ReadOnly),
    Member("deletedDateTime", Shape::Any, ReadOnly),
    Member("partialEnablementStrategy", Shape::Any, ReadOnly),
    Member("displayName", Shape::Text, Required),
    Member("description", Shape::Text, Nullable),
    Member("state", Shape::Word(v::STATES), Required),
    Member("conditions", Shape::Object(CONDITIONS), Required),
    Member("grantControls", Shape::Object(GRANT), Nullable),
    Member("sessionControls", Shape::Object(SESSION), Nullable),
];

const CONDITIONS: &[Member] = &[
    Member("users", Shape::Object(USERS), Nullable),
    Member("applications", Shape::Object(APPLICATIONS), Nullable),
    Member("clientApplications", Shape::Object(CLIENT_APPLICATIONS), Nullable),
    Member("clientAppTypes", Shape::WordList(v::CLIENT_APPS), Nullable),
    Member("platforms", Shape::Object(PLATFORMS), Nullable),
    Member("locations", Shape::Object(LOCATIONS), Nullable),
    Member("devices", Shape::Object(DEVICES), Nullable),
    Member("deviceStates", Shape::Any, Nullable),
    Member("userRiskLevels", Shape::WordList(v::RISK_LEVELS), Nullable),
    Member("signInRiskLevels", Shape::WordList(v::RISK_LEVELS), Nullable),
    Member("servicePrincipalRiskLevels", Shape::WordList(v::RISK_LEVELS), Nullable),
    Member("insiderRiskLevels", Shape::Words(v::INSIDER_RISK_LEVELS), Nullable),
    Member("authenticationFlows", Shape::Object(FLOWS), Nullable),
    Member("times", Shape::Any, Preview),
    Member("clients", Shape::Any, Preview),
    Member("signInRiskDetections", Shape::Any, Preview),
    Member("agentIdRiskLevels", Shape::Any, Preview),
    Member("agentContext", Shape::Any, Preview),
    Member("agents", Shape::Any, Preview),
];

const USERS: &[Member] = &[
    Member("includeUsers", Shape::Texts, Nullable),
    Member("excludeUsers", Shape::Texts, Nullable),
    Member("includeGroups", Shape::Texts, Nullable),
    Member("excludeGroups", Shape::Texts, Nullable),
    Member("includeRoles", Shape::Texts, Nullable),
    Member("excludeRoles", Shape::Texts, Nullable),
    Member("includeGuestsOrExternalUsers", Shape::Object(GUESTS), Nullable),
    Member("excludeGuestsOrExternalUsers", Shape::Object(GUESTS), Nullable),
];

const GUESTS: &[Member] = &[
    Member("guestOrExternalUserTypes", Shape::Words(v::GUEST_TYPES), Nullable),
    Member("externalTenants", Shape::Object(EXTERNAL_TENANTS), Nullable),
];

const EXTERNAL_TENANTS: &[Member] =
    &[Member("membershipKind", Shape::Word(v::MEMBERSHIP_KINDS), Nullable), Member("members", Shape::Texts, Nullable)];

const APPLICATIONS: &[Member] = &[
    Member("includeApplications", Shape::Texts, Nullable),
    Member("excludeApplications", Shape::Texts, Nullable),
    Member("includeUserActions", Shape::WordList(v::USER_ACTIONS), Nullable),
    Member("includeAuthenticationContextClassReferences", Shape::Texts, Nullable),
    Member("applicationFilter", Shape::Object(FILTER), Nullable),
    Member("networkAccess", Shape::Any, Preview),
    Member("globalSecureAccess", Shape::Any, Preview),
];

const FILTER: &[Member] = &[Member("mode", Shape::Word(v::FILTER_MODES), Required), Member("rule", Shape::Text, Required)];

const CLIENT_APPLICATIONS: &[Member] = &[
    Member("includeServicePrincipals", Shape::Texts, Nullable),
    Member("excludeServicePrincipals", Shape::Texts, Nullable),
    Member("servicePrincipalFilter", Shape::Object(FILTER), Nullable),
    Member("includeAgentIdServicePrincipals", Shape::Any, Preview),
    Member("excludeAgentIdServicePrincipals", Shape::Any, Preview),
    Member("agentIdServicePrincipalFilter", Shape::Any, Preview),
];

const PLATFORMS: &[Member] = &[
    Member("includePlatforms", Shape::WordList(v::PLATFORMS), Nullable),
    Member("excludePlatforms", Shape::WordList(v::PLATFORMS), Nullable),
];

const LOCATIONS: &[Member] = &[Member("includeLocations", Shape::Texts, Nullable), Member("excludeLocations", Shape::Texts, Nullable)];

const DEVICES: &[Member] = &[
    Member("deviceFilter", Shape::Object(FILTER), Nullable),
    Member("includeDevices", Shape::Any, Preview),
    Member("excludeDevices", Shape::Any, Preview),
    Member("includeDeviceStates", Shape::Any, Nullable),
    Member("excludeDeviceStates", Shape::Any, Nullable),
];

const FLOWS: &[Member] = &[Member("transferMethods", Shape::Words(v::TRANSFER_METHODS), Nullable)];

const GRANT: &[Member] = &[
    Member("operator", Shape::Word(v::OPERATORS), Nullable),
    Member("builtInControls", Shape::WordList(v::GRANT_CONTROLS), Nullable),
    Member("customAuthenticationFactors", Shape::Texts, Nullable),
    Member("termsOfUse", Shape::Texts, Nullable),
    // Only the id: sending the expanded object that GET returns is refused.
    Member("authenticationStrength", Shape::Object(&[Member("id", Shape::Text, Required)]), Nullable),
];

const SESSION: &[Member] = &[
    Member("disableResilienceDefaults", Shape::Flag, Nullable),
    Member("applicationEnforcedRestrictions", Shape::Object(SWITCH), Nullable),
    Member("secureSignInSession", Shape::Object(SWITCH), Nullable),
    Member(
        "cloudAppSecurity",
        Shape::Object(&[
            Member("cloudAppSecurityType", Shape::Word(v::CLOUD_APP_SECURITY_TYPES), Nullable),
            Member("isEnabled", Shape::Flag, Nullable),
        ]),
        Nullable,
    ),
    Member(
        "persistentBrowser",
        Shape::Object(&[Member("mode", Shape::Word(v::PERSISTENT_BROWSER_MODES), Nullable), Member("isEnabled", Shape::Flag, Nullable)]),
        Nullable,
    ),
    Member(
        "signInFrequency",
        Shape::Object(&[
            Member("value", Shape::Count, Nullable),
            Member("type", Shape::Word(v::FREQUENCY_UNITS), Nullable),
            Member("authenticationType", Shape::Word(v::FREQUENCY_AUTHENTICATION), Nullable),
            Member("frequencyInterval", Shape::Word(v::FREQUENCY_INTERVALS), Nullable),
            Member("isEnabled", Shape::Flag, Nullable),
        ]),
        Nullable,
    ),
    Member("continuousAccessEvaluation", Shape::Any, Preview),
    Member("globalSecureAccessFilteringProfile", Shape::Any, Preview),
    Member("networkAccessSecurity", Shape::Any, Preview),
    Member("blockSensitiveActions", Shape::Any, Preview),
];

const SWITCH: &[Member] = &[Member("isEnabled", Shape::Flag, Nullable)];

/// Beta-only values inside otherwise known lists.
const PREVIEW_VALUES: &[&str] = &["AllAgentIdUsers", "AllAgentIdResources"];

/// Checks a policy body: unknown members, wrong types and values outside an enum are 1007, `templateId` in a PATCH is 1118, beta features are 1038.
pub(super) fn conform_policy(body: &Value, verb: Verb) -> Result<Value, CaError> {
    if verb == Verb::Patch && body.get("templateId").is_some() {
        return Err(CaError::rule(1118, "TemplateId is a read-only field and cannot be updated."));
    }
    let mut reading = Reading { verb, preview: false };
    let conformed = reading.object(body, POLICY).ok_or_else(|| CaError::policy_schema(verb))?;
    let complete = |name: &str| conformed.get(name).is_some();
    if verb == Verb::Post && !["displayName", "state", "conditions"].into_iter().all(complete) {
        return Err(CaError::policy_schema(verb));
    }
    if reading.preview {
        return Err(CaError::rule(
            1038,
            "The policy you are trying to create or update contains preview features. Use the beta endpoint to create or update this policy.",
        ));
    }
    Ok(conformed)
}

struct Reading {
    verb: Verb,
    preview: bool,
}

impl Reading {
    /// `None` is a breach of the schema.
    fn object(&mut self, value: &Value, members: &[Member]) -> Option<Value> {
        let mut kept = Map::new();
        for (name, value) in value.as_object()? {
            if name.contains('@') || name.starts_with('#') {
                // A document read by GET must be stripped before it is sent back.
                if self.verb == Verb::Patch && name.ends_with("@odata.context") {
                    return None;
                }
                continue;
            }
            let Member(_, shape, rule) = members.iter().find(|member| member.0 == name)?;
            match rule {
                ReadOnly if self.verb == Verb::Patch => return None,
                ReadOnly => {}
                Preview => self.preview |= !is_void(value),
                Required if value.is_null() => return None,
                Required | Nullable => {
                    kept.insert(name.clone(), self.shaped(value, shape)?);
                }
            }
        }
        Some(Value::Object(kept))
    }

    fn shaped(&mut self, value: &Value, shape: &Shape) -> Option<Value> {
        if value.is_null() {
            return Some(Value::Null);
        }
        match shape {
            Shape::Any => Some(value.clone()),
            Shape::Text => value.as_str().map(Value::from),
            Shape::Flag => value.as_bool().map(Value::from),
            Shape::Count => value.as_i64().map(Value::from),
            Shape::Word(words) => spelled(value.as_str()?, words).map(Value::from),
            Shape::Words(words) => joined(value.as_str()?, words).map(Value::from),
            Shape::Object(members) => self.object(value, members),
            Shape::WordList(words) => {
                let items = value.as_array()?.iter().map(|item| spelled(item.as_str()?, words).map(Value::from));
                items.collect::<Option<Vec<_>>>().map(Value::from)
            }
            Shape::Texts => {
                let items = value.as_array()?;
                self.preview |= items.iter().any(|item| PREVIEW_VALUES.iter().any(|name| item == name));
                items.iter().all(Value::is_string).then(|| value.clone())
            }
        }
    }
}

/// The enum member in Graph's spelling, whatever the case it was sent in.
pub(super) fn spelled(text: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(text))
}

/// Flags in the enum's order without repeats; the empty string means no flag.
fn joined(text: &str, words: &[&'static str]) -> Option<String> {
    if text.trim().is_empty() {
        return Some(String::new());
    }
    let sent = text.split(',').map(|part| spelled(part.trim(), words)).collect::<Option<Vec<_>>>()?;
    let kept: Vec<&str> = words.iter().copied().filter(|word| sent.contains(word)).collect();
    Some(kept.join(","))
}
