//! What only Graph's beta version takes (ca-semantics.md sections 5, 6, 9 and 15: 1038). Causeway writes v1.0.

use super::{Fault, Rule};
use crate::change::checks::{has, lists};
use crate::document::Canonical;

pub(super) const RULES: [Rule; 5] = [agents, conditions, applications, devices, sessions];

const MESSAGE: &str = "only Graph's beta version takes this (1038), and Causeway writes v1.0: leave it out";

/// The first of `members` below `parent` that says something.
fn any(policy: &Canonical, parent: &[&str], members: &[&str], path: &'static str) -> Option<Fault> {
    let given = members.iter().any(|member| {
        let path: Vec<&str> = parent.iter().copied().chain([*member]).collect();
        has(policy, &path)
    });
    given.then_some(Fault { path, message: MESSAGE })
}

fn agents(policy: &Canonical) -> Option<Fault> {
    let members = ["includeAgentIdServicePrincipals", "excludeAgentIdServicePrincipals", "agentIdServicePrincipalFilter"];
    let workloads = any(policy, &["conditions", "clientApplications"], &members, "conditions.clientApplications");
    let users = ["includeUsers", "excludeUsers"];
    let resources = ["includeApplications", "excludeApplications"];
    let of_users = users.iter().any(|list| lists(policy, &["conditions", "users", list], "AllAgentIdUsers"));
    let of_resources = resources.iter().any(|list| lists(policy, &["conditions", "applications", list], "AllAgentIdResources"));
    workloads
        .or_else(|| of_users.then_some(Fault { path: "conditions.users", message: MESSAGE }))
        .or_else(|| of_resources.then_some(Fault { path: "conditions.applications", message: MESSAGE }))
}

fn conditions(policy: &Canonical) -> Option<Fault> {
    let members = ["times", "clients", "signInRiskDetections", "agentIdRiskLevels", "agentContext", "agents"];
    any(policy, &["conditions"], &members, "conditions")
}

fn applications(policy: &Canonical) -> Option<Fault> {
    any(policy, &["conditions", "applications"], &["networkAccess", "globalSecureAccess"], "conditions.applications")
}

fn devices(policy: &Canonical) -> Option<Fault> {
    any(policy, &["conditions", "devices"], &["includeDevices", "excludeDevices"], "conditions.devices")
}

fn sessions(policy: &Canonical) -> Option<Fault> {
    let members = ["continuousAccessEvaluation", "globalSecureAccessFilteringProfile", "networkAccessSecurity", "blockSensitiveActions"];
    any(policy, &["sessionControls"], &members, "sessionControls")
}
