//! From values wanted to the payload of one kind that brings them.

use serde_json::Value;

use crate::change::kind::{ChangeKind, ChangePayload};
use crate::change::payload::{
    ApplicationChange, AssignmentChange, ConditionChange, DeviceFilterChange, GrantChange, GrantOperator, LocationUpdate,
    RiskConditionChange, SessionChange, SetDelta,
};
use crate::document::Canonical;
use crate::document::canonical::graph_form;

/// What is to be changed, and to what.
#[derive(Clone, Copy)]
pub(super) struct Narrow<'a> {
    /// The paths to touch (`touched::owned_paths`).
    pub(super) paths: &'a [&'static str],
    /// What deltas start from.
    pub(super) from: &'a Canonical,
    /// What is wanted; read at the touched paths only.
    pub(super) to: &'a Canonical,
    /// The operator to send beside grant controls.
    pub(super) operator: Option<GrantOperator>,
}

impl Narrow<'_> {
    /// The payload; `None` where the kind cannot say what is wanted, and for kinds that update nothing.
    pub(super) fn payload(&self, kind: ChangeKind, location_id: &str) -> Option<ChangePayload> {
        Some(match kind {
            ChangeKind::PolicyStateChange => ChangePayload::StateChange { to: self.text("state")?.parse().ok()? },
            ChangeKind::PolicyRename => ChangePayload::Rename { display_name: self.text("displayName")? },
            ChangeKind::PolicyAssignmentChange => ChangePayload::AssignmentChange(self.assignment()),
            ChangeKind::PolicyApplicationChange => ChangePayload::ApplicationChange(self.applications()),
            ChangeKind::PolicyConditionChange => ChangePayload::ConditionChange(self.conditions()),
            ChangeKind::PolicyRiskConditionChange => ChangePayload::RiskConditionChange(RiskConditionChange {
                sign_in_risk_levels: self.list("conditions.signInRiskLevels"),
                user_risk_levels: self.list("conditions.userRiskLevels"),
                service_principal_risk_levels: self.list("conditions.servicePrincipalRiskLevels"),
                insider_risk_levels: self.list("conditions.insiderRiskLevels"),
            }),
            ChangeKind::PolicyGrantChange => ChangePayload::GrantChange(self.grant()),
            ChangeKind::PolicySessionChange => ChangePayload::SessionChange(self.session()),
            ChangeKind::PolicyDeviceFilterChange => {
                ChangePayload::DeviceFilterChange(DeviceFilterChange { device_filter: self.wanted("conditions.devices.deviceFilter") })
            }
            ChangeKind::PolicyTermsOfUseChange => {
                ChangePayload::TermsOfUseChange { terms_of_use: texts(self.to, "grantControls.termsOfUse"), operator: self.operator }
            }
            ChangeKind::PolicyAuthContextChange => ChangePayload::AuthContextChange {
                include_authentication_context_class_references: texts(
                    self.to,
                    "conditions.applications.includeAuthenticationContextClassReferences",
                ),
            },
            ChangeKind::LocationUpdate => ChangePayload::LocationUpdate(self.location(location_id)),
            ChangeKind::PolicyCreate
            | ChangeKind::PolicyDelete
            | ChangeKind::PolicyRestore
            | ChangeKind::LocationCreate
            | ChangeKind::LocationDelete => return None,
        })
    }

    fn assignment(&self) -> AssignmentChange {
        AssignmentChange {
            include_users: self.included_users(),
            exclude_users: self.delta("conditions.users.excludeUsers"),
            include_groups: self.delta("conditions.users.includeGroups"),
            exclude_groups: self.delta("conditions.users.excludeGroups"),
            include_roles: self.delta("conditions.users.includeRoles"),
            exclude_roles: self.delta("conditions.users.excludeRoles"),
            include_service_principals: self.delta("conditions.clientApplications.includeServicePrincipals"),
            exclude_service_principals: self.delta("conditions.clientApplications.excludeServicePrincipals"),
            include_guests_or_external_users: self.value("conditions.users.includeGuestsOrExternalUsers"),
            exclude_guests_or_external_users: self.value("conditions.users.excludeGuestsOrExternalUsers"),
        }
    }

    /// `None` goes by itself when others are included (`patch::assignment`): where it is wanted beside them, it has to be asked for.
    fn included_users(&self) -> SetDelta {
        const INCLUDED: [&str; 4] = [
            "conditions.users.includeUsers",
            "conditions.users.includeGroups",
            "conditions.users.includeRoles",
            "conditions.users.includeGuestsOrExternalUsers",
        ];
        let mut delta = self.delta(INCLUDED[0]);
        if texts(self.to, INCLUDED[0]) == ["None"] && delta.add.is_empty() && INCLUDED.iter().any(|path| self.touches(path)) {
            delta.add.push("None".to_owned());
        }
        delta
    }

    fn applications(&self) -> ApplicationChange {
        ApplicationChange {
            include_applications: self.delta("conditions.applications.includeApplications"),
            exclude_applications: self.delta("conditions.applications.excludeApplications"),
            include_user_actions: self.delta("conditions.applications.includeUserActions"),
            application_filter: self.value("conditions.applications.applicationFilter"),
        }
    }

    fn conditions(&self) -> ConditionChange {
        ConditionChange {
            locations: self.value("conditions.locations"),
            platforms: self.value("conditions.platforms"),
            // Graph has no client app types without any: the canonical form says all.
            client_app_types: self.list("conditions.clientAppTypes"),
            authentication_flows: self.value("conditions.authenticationFlows"),
        }
    }

    fn grant(&self) -> GrantChange {
        let strength = "grantControls.authenticationStrength";
        let id = at(self.to, strength).and_then(|strength| strength.get("id")).and_then(Value::as_str).map(str::to_owned);
        GrantChange {
            operator: self.operator,
            built_in_controls: self.list("grantControls.builtInControls"),
            authentication_strength_id: self.touches(strength).then_some(id),
            custom_authentication_factors: self.list("grantControls.customAuthenticationFactors"),
        }
    }

    fn session(&self) -> SessionChange {
        let resilience = "sessionControls.disableResilienceDefaults";
        SessionChange {
            sign_in_frequency: self.value("sessionControls.signInFrequency"),
            persistent_browser: self.value("sessionControls.persistentBrowser"),
            application_enforced_restrictions: self.value("sessionControls.applicationEnforcedRestrictions"),
            cloud_app_security: self.value("sessionControls.cloudAppSecurity"),
            secure_sign_in_session: self.value("sessionControls.secureSignInSession"),
            continuous_access_evaluation: self.value("sessionControls.continuousAccessEvaluation"),
            disable_resilience_defaults: self.touches(resilience).then(|| at(self.to, resilience).and_then(Value::as_bool)),
        }
    }

    fn location(&self, location_id: &str) -> LocationUpdate {
        let flag = |path: &str| self.touches(path).then(|| at(self.to, path).and_then(Value::as_bool).unwrap_or_default());
        LocationUpdate {
            location_id: location_id.to_owned(),
            display_name: self.touches("displayName").then(|| self.text("displayName")).flatten(),
            ip_ranges: self.touches("ipRanges").then(|| ranges(self.to)),
            is_trusted: flag("isTrusted"),
            countries_and_regions: self.list("countriesAndRegions"),
            include_unknown_countries_and_regions: flag("includeUnknownCountriesAndRegions"),
            country_lookup_method: self.touches("countryLookupMethod").then(|| self.text("countryLookupMethod")).flatten(),
        }
    }

    /// Whether the path, or one inside it, is to be touched.
    fn touches(&self, path: &str) -> bool {
        self.paths.iter().any(|touched| touched.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    fn text(&self, path: &str) -> Option<String> {
        at(self.to, path).and_then(Value::as_str).map(str::to_owned)
    }

    fn wanted(&self, path: &str) -> Option<Value> {
        let name = path.rsplit('.').next().unwrap_or_default();
        at(self.to, path).map(|value| graph_form(name, value))
    }

    /// The whole value, cleared where nothing is wanted; `None` where it is not touched.
    fn value(&self, path: &str) -> Option<Option<Value>> {
        self.touches(path).then(|| self.wanted(path))
    }

    fn list(&self, path: &str) -> Option<Vec<String>> {
        self.touches(path).then(|| texts(self.to, path))
    }

    fn delta(&self, path: &str) -> SetDelta {
        if !self.touches(path) {
            return SetDelta::default();
        }
        let (from, to) = (texts(self.from, path), texts(self.to, path));
        let missing = |of: &[String], among: &[String]| of.iter().filter(|text| !among.contains(text)).cloned().collect();
        SetDelta { add: missing(&to, &from), remove: missing(&from, &to) }
    }
}

pub(super) fn at<'c>(form: &'c Canonical, path: &str) -> Option<&'c Value> {
    path.split('.').try_fold(form.value(), |value, name| value.get(name))
}

pub(super) fn texts(form: &Canonical, path: &str) -> Vec<String> {
    at(form, path).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn ranges(location: &Canonical) -> Vec<String> {
    let list = at(location, "ipRanges").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|range| range.get("cidrAddress")).filter_map(Value::as_str).map(str::to_owned).collect()
}
