//! The simulated tenant, and both evaluators' view of it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use domain::document::PolicyDocument;
use domain::evaluate::{Attributes, Decision, Rule, Standing, Surroundings, decide};
use domain::signin::SignIn;
use entra_sim::seed::{TenantSeed, tenants};
use entra_sim::signin::{Directory, JudgedPolicies, TenantFacts, Truth, stream_with_truth};
use serde_json::Value;

use crate::corpus::{Sample, corpus};
use crate::facts::{answered, sign_in};
use crate::tally::{Difference, Tally};

/// The seed of people and sign-ins.
const SEED: u64 = 7;
/// States that the samples are judged in, one after the other.
const STATES: [&str; 3] = ["enabled", "enabledForReportingButNotEnforced", "disabled"];
/// Differences that are kept to be shown.
const SHOWN: usize = 200;

/// A tenant with samples.
pub struct World {
    tenant: TenantSeed,
    facts: TenantFacts,
    surroundings: Surroundings,
    samples: Vec<Sample>,
    /// Each sample in each state, compiled by both sides.
    judges: Vec<[(Rule, JudgedPolicies); 3]>,
    /// The tenant's own policies, all together.
    own: (Vec<Rule>, JudgedPolicies),
    /// Terms of use that some policy asks for.
    terms: Vec<String>,
}

impl World {
    /// A tenant of the simulator (0 to 2) and the policies below a folder.
    ///
    /// # Panics
    /// Where the folder can't be read: there is nothing to compare then.
    pub fn published(which: usize, folder: &Path) -> Self {
        World::new(which, |tenant| corpus(tenant, folder))
    }

    /// A tenant of the simulator (0 to 2) and other policies.
    pub fn new(which: usize, samples: impl FnOnce(&TenantSeed) -> Vec<Sample>) -> Self {
        let tenant = tenants(SEED, now()).swap_remove(which);
        let surroundings = surroundings(&tenant);
        let samples = samples(&tenant);
        let judges = samples
            .iter()
            .map(|sample| {
                STATES.map(|state| {
                    let mut policy = sample.policy.clone();
                    policy["state"] = state.into();
                    (rule(&policy, &surroundings), JudgedPolicies::new(std::slice::from_ref(&policy)))
                })
            })
            .collect();
        let own = (tenant.policies.iter().map(|policy| rule(policy, &surroundings)).collect(), JudgedPolicies::new(&tenant.policies));
        let terms = terms(samples.iter().map(|sample| &sample.policy).chain(&tenant.policies));
        World { facts: facts(&tenant), terms, tenant, surroundings, samples, judges, own }
    }

    /// The policies that it compares by.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The tenant.
    pub fn tenant(&self) -> &TenantSeed {
        &self.tenant
    }

    /// What its policies refer to.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The first sign-ins of a thousand days whose first factor was accepted: nothing else reaches a policy.
    pub fn sign_ins(&self, count: usize) -> impl Iterator<Item = Truth<'_>> {
        let from = now() - TimeDelta::days(1_000);
        stream_with_truth(&self.facts, SEED, from, now()).filter(Truth::first_factor_accepted).take(count)
    }

    /// Judges sign-ins by every sample, each alone and in a state that changes from sign-in to sign-in, and by the tenant's own policies together.
    pub fn compare<'t>(&self, sign_ins: impl Iterator<Item = Truth<'t>>) -> Tally {
        let mut tally = Tally::default();
        for (number, truth) in sign_ins.enumerate() {
            let facts = sign_in(&truth, &self.terms);
            tally.sign_ins += 1;
            for (index, (sample, judge)) in self.samples.iter().zip(&self.judges).enumerate() {
                let (rule, theirs) = &judge[(number + index) % STATES.len()];
                let theirs = truth.judge(theirs);
                let ours = self.decision(std::slice::from_ref(rule), &facts, &truth);
                tally.alone(sample, ours.outcomes[0].result.as_str(), theirs.results[0], || difference(sample, &truth, &ours));
            }
            let theirs = truth.judge(&self.own.1);
            let ours = self.decision(&self.own.0, &facts, &truth);
            tally.together(ours.status.map(|status| status.as_str()), theirs.status);
            for ((policy, outcome), result) in self.tenant.policies.iter().zip(&ours.outcomes).zip(&theirs.results) {
                let name = policy["displayName"].as_str().unwrap_or_default();
                let sample = Sample { name: name.to_owned(), accepted: true, policy: Value::Null };
                tally.alone(&sample, outcome.result.as_str(), result, || difference(&sample, &truth, &ours));
            }
        }
        tally.differences.truncate(SHOWN);
        tally
    }

    /// What our side decides in the end: a user who is asked for something answers it, or doesn't.
    fn decision(&self, rules: &[Rule], facts: &SignIn, truth: &Truth<'_>) -> Decision {
        let first = decide(rules, facts);
        let asked = first.blocked_by.is_empty() && first.missing.iter().any(|missing| missing.standing == Standing::Interrupted);
        if asked && truth.answers() { decide(rules, &answered(facts, truth, &self.terms)) } else { first }
    }
}

fn terms<'p>(policies: impl Iterator<Item = &'p Value>) -> Vec<String> {
    let listed = policies.flat_map(|policy| policy["grantControls"]["termsOfUse"].as_array().into_iter().flatten());
    let ids: BTreeSet<String> = listed.filter_map(Value::as_str).map(str::to_owned).collect();
    ids.into_iter().collect()
}

fn difference(sample: &Sample, truth: &Truth<'_>, ours: &Decision) -> Difference {
    Difference {
        sample: sample.name.clone(),
        decided_by: ours.outcomes.first().map(|outcome| outcome.verdict.decided_by.clone()),
        sign_in: format!("{} {} {} {:?} {:?}", truth.user_id(), truth.target(), truth.client(), truth.guest_type(), truth.platform()),
    }
}

fn rule(policy: &Value, surroundings: &Surroundings) -> Rule {
    let document = PolicyDocument::from_value(policy.clone()).expect("a policy is an object");
    Rule::new(&document, surroundings)
}

fn surroundings(tenant: &TenantSeed) -> Surroundings {
    let strengths: Vec<Value> = tenant
        .auth_strengths
        .iter()
        .map(|strength| serde_json::json!({ "grantControls": { "authenticationStrength": strength } }))
        .collect();
    Surroundings {
        locations: Surroundings::locations_of_graph(&tenant.named_locations),
        // The simulated tenants have none.
        mfa_trusted_ips: Some(Vec::new()),
        strengths: Surroundings::strengths_of_graph(&strengths),
        app_attributes: Some(tenant.service_principals.iter().filter_map(attributes).collect::<HashMap<_, _>>()),
        trusts_guest_devices: Some(false),
    }
}

/// Custom security attributes of a service principal by its application id.
fn attributes(principal: &Value) -> Option<(String, Attributes)> {
    let app_id = principal["appId"].as_str()?.to_lowercase();
    let mut attributes = Vec::new();
    for (set, members) in principal["customSecurityAttributes"].as_object().into_iter().flatten() {
        for (name, value) in members.as_object().into_iter().flatten().filter(|(name, _)| !name.contains('@')) {
            let values = match value {
                Value::String(text) => vec![text.clone()],
                Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => continue,
            };
            attributes.push((format!("{set}_{name}").to_lowercase(), values));
        }
    }
    Some((app_id, attributes))
}

fn facts(tenant: &TenantSeed) -> TenantFacts {
    TenantFacts::new(&Directory {
        tenant_id: tenant.tenant_id,
        premium: true,
        p2: true,
        users: tenant.users.iter().collect(),
        service_principals: tenant.service_principals.iter().collect(),
        named_locations: tenant.named_locations.iter().collect(),
        policies: tenant.policies.iter().collect(),
        memberships: tenant.memberships.iter().map(|(group, member)| (group.as_str(), member.as_str())).collect(),
        role_assignments: tenant.role_assignments.iter().map(|(role, principal)| (role.as_str(), principal.as_str())).collect(),
    })
}

/// Everything is generated up to here.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_855_200, 0).unwrap_or_default()
}
