//! Workload identities (ca-semantics.md section 6): single-tenant service principals of the tenant, chosen one by one, all, or by their attributes.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Answer;
use super::finding::{Condition, Entry, Finding, Hit, Why, sides};
use super::read::{ids, strange};
use super::rule_filter::RuleFilter;
use crate::filter::Dialect;
use crate::signin::Workload;

#[derive(Clone, Debug)]
pub(super) struct Workloads {
    all: bool,
    included: HashSet<Uuid>,
    excluded: HashSet<Uuid>,
    filter: Option<RuleFilter>,
    /// Entries and members that can't be read: whom they include or exclude is unknown.
    strange: Vec<String>,
}

const PATH: &str = "conditions.clientApplications";
const INCLUDE: &str = "conditions.clientApplications.includeServicePrincipals";
const EXCLUDE: &str = "conditions.clientApplications.excludeServicePrincipals";
const FILTER: &str = "conditions.clientApplications.servicePrincipalFilter";

impl Workloads {
    pub(super) fn new(clause: &Map<String, Value>) -> Self {
        let mut strange = strange(clause, PATH, &["includeServicePrincipals", "excludeServicePrincipals", "servicePrincipalFilter"]);
        let mut all = false;
        let included = ids(clause, "includeServicePrincipals", |text| match text {
            "ServicePrincipalsInMyTenant" => all = true,
            "None" => {}
            other => strange.push(format!("{INCLUDE}: {other}")),
        });
        let excluded = ids(clause, "excludeServicePrincipals", |text| strange.push(format!("{EXCLUDE}: {text}")));
        let filter = clause.get("servicePrincipalFilter").map(|filter| RuleFilter::new(filter, Dialect::Attributes));
        Workloads { all, included, excluded, filter, strange }
    }

    pub(super) fn of(&self, workload: &Workload) -> Finding<'_> {
        let listed = match self.included.contains(&workload.id) {
            true => Hit::yes(INCLUDE, Entry::Id(workload.id)),
            false if self.all => Hit::yes(INCLUDE, Entry::Text("ServicePrincipalsInMyTenant")),
            false => Hit::none(INCLUDE),
        };
        let filtered = |includes: bool| match &self.filter {
            Some(filter) if filter.includes() == includes => {
                let answer = workload.attributes.as_ref().map(|attributes| filter.of_attributes(attributes));
                hit(answer.unwrap_or(Answer::Unknown), filter)
            }
            _ => Hit::none(FILTER),
        };
        let included = listed.or(|| filtered(true)).or(|| self.strange());
        // Managed identities and applications of several tenants are out of reach.
        let out_of_reach = match workload.single_tenant {
            Some(true) => Hit::none(PATH),
            Some(false) => Hit::yes(PATH, Entry::Text("ServicePrincipalsInMyTenant")),
            None => Hit::unknown(Why::FactMissing, PATH, Entry::Text("ServicePrincipalsInMyTenant")),
        };
        let excluded = match self.excluded.contains(&workload.id) {
            true => Hit::yes(EXCLUDE, Entry::Id(workload.id)),
            false => Hit::none(EXCLUDE),
        };
        let excluded = excluded.or(|| filtered(false)).or(|| out_of_reach).or(|| self.strange());
        sides(Condition::WorkloadIdentities, included, excluded)
    }

    fn strange(&self) -> Hit<'_> {
        self.strange.first().map_or(Hit::none(PATH), |entry| Hit::unknown(Why::NotUnderstood, PATH, Entry::Text(entry)))
    }
}

fn hit(answer: Answer, filter: &RuleFilter) -> Hit<'_> {
    match answer {
        Answer::Yes => Hit::yes(FILTER, Entry::Text(filter.rule())),
        Answer::No => Hit::none(FILTER),
        Answer::Unknown => Hit::unknown(filter.unknown_why(), FILTER, Entry::Text(filter.rule())),
    }
}
