//! What coverage and overlaps are computed from.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::document::{PolicyDocument, text_hash};
use domain::evaluate::Surroundings;
use domain::id::{PolicyId, TenantId};
use domain::people::People;
use domain::policy::{Policy, PolicyState};
use domain::tenant::{DirectoryKind, Tenant};
use domain::workspace::Actor;
use serde_json::json;
use store::Reader;
use uuid::Uuid;

use super::{Key, NotMeasurable};
use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};
use crate::evaluation::surroundings::{TenantPolicies, of_policies};

/// Everything but the sign-ins.
pub(crate) struct Basis {
    /// Enabled and report-only policies, by name.
    pub(crate) policies: Vec<(PolicyId, PolicyDocument)>,
    pub(crate) surroundings: Surroundings,
    pub(crate) people: People,
    /// Emergency accounts, members of emergency groups among them.
    pub(crate) emergency: BTreeSet<Uuid>,
    /// Names of applications by id.
    pub(crate) apps: HashMap<String, String>,
}

/// A tenant and the moment that an answer is of.
pub(crate) struct Asked {
    pub(crate) tenant: Tenant,
    pub(crate) key: Key,
    /// Enabled and report-only policies.
    pub(crate) policies: Vec<Policy>,
    pub(crate) days: RangeInclusive<NaiveDate>,
    pub(crate) people_as_of: Option<DateTime<Utc>>,
    pub(crate) data_through: Option<DateTime<Utc>>,
}

impl App {
    /// Whether the caller may ask, and of which moment the answer would be.
    pub(crate) async fn asked(&self, actor: &Actor, id: TenantId, days: u32) -> AppResult<Asked> {
        in_scope(actor, id)?;
        let reader = self.store().reader();
        let tenant = reader.tenant(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        let people = reader.people_summary(actor.workspace_id, id).await?;
        let log = reader.sign_in_log(actor.workspace_id, id).await?;
        let today = self.now().date_naive();
        let policies = in_force(&reader, &tenant).await?;
        let documents: Vec<(PolicyId, &str)> = policies.iter().map(|policy| (policy.id, policy.document_hash.0.as_str())).collect();
        let key = Key {
            tenant: id,
            snapshot: tenant.latest_snapshot_id,
            policies: text_hash(&json!(documents).to_string()),
            tenant_version: tenant.version,
            people: people.as_ref().map(|people| (people.as_of, people.groups)),
            sign_ins: log.as_ref().map(|log| log.next_part),
            days,
            today,
        };
        let first = today - TimeDelta::days(i64::from(days.max(1)) - 1);
        let data_through = log.and_then(|log| log.data_through);
        Ok(Asked { tenant, key, policies, days: first..=today, people_as_of: people.map(|people| people.as_of), data_through })
    }

    /// Loads it; what is missing is said.
    pub(crate) async fn basis(&self, asked: &Asked) -> AppResult<Result<Basis, NotMeasurable>> {
        let (reader, tenant, live) = (self.store().reader(), &asked.tenant, &asked.policies);
        if tenant.imported_at.is_none() {
            return Ok(Err(NotMeasurable::NotImported));
        }
        let Some(mut people) = reader.people(tenant.workspace_id, tenant.id).await? else {
            return Ok(Err(NotMeasurable::NoPeople));
        };
        let TenantPolicies { policies, surroundings } = of_policies(&reader, tenant, live.clone()).await?;
        let mut policies: Vec<(PolicyId, PolicyDocument)> = policies.into_iter().map(|(policy, document)| (policy.id, document)).collect();
        policies.sort_by(|(a_id, a), (b_id, b)| (a.display_name(), a_id).cmp(&(b.display_name(), b_id)));
        people.ask_about(policies.iter().flat_map(|(_, document)| named(document, DirectoryKind::Group)));
        let emergency = emergency_accounts(tenant, &people);
        let directory = reader.directory(tenant.workspace_id, tenant.id).await?.into_iter();
        let apps = directory.filter(|object| object.kind == DirectoryKind::Application);
        let apps = apps.map(|app| (app.object_id.to_lowercase(), app.display_name)).collect();
        Ok(Ok(Basis { policies, surroundings, people, emergency, apps }))
    }
}

/// Enabled and report-only policies that are not deleted.
async fn in_force(reader: &Reader, tenant: &Tenant) -> AppResult<Vec<Policy>> {
    let all = reader.policies_of_tenant(tenant.workspace_id, tenant.id).await?;
    Ok(all.into_iter().filter(|policy| policy.deleted_at.is_none() && policy.state != PolicyState::Disabled).collect())
}

/// Objects of a kind that a document names.
pub(super) fn named(document: &PolicyDocument, kind: DirectoryKind) -> impl Iterator<Item = Uuid> {
    let references = document.references().into_iter().filter(move |found| found.kind == kind);
    references.filter_map(|found| Uuid::try_parse(&found.id).ok())
}

fn emergency_accounts(tenant: &Tenant, people: &People) -> BTreeSet<Uuid> {
    let mut accounts = BTreeSet::new();
    for principal in &tenant.emergency_access.principals {
        match principal.kind {
            DirectoryKind::Group => accounts.extend(people.groups.get(&principal.object_id).into_iter().flat_map(|members| members.iter())),
            _ => {
                accounts.insert(principal.object_id);
            }
        }
    }
    accounts
}
