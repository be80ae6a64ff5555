//! The tenants' sign-in logs. Who signs in is a function of the seed ([`crate::signin`]); what the policies made of it follows the policies as they were
//! at that time, which is why a write first closes an epoch.
//!
//! How people behave can be changed from an instant on ([`Inner::behave`]), which closes an epoch too.
//!
//! Hours are made when somebody reads them. Unlike Entra, whose log is minutes late, a sign-in can be read at once. A restart judges the past by the policies
//! it finds.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::core::{Core, Inner};
use crate::signin::{Conduct, Directory, TenantFacts, beta_stream};
use crate::state::{Kind, Tenant};

/// Past states of a tenant that are remembered; older sign-ins are judged by the oldest.
const MAX_EPOCHS: usize = 32;

/// Sign-ins of finished hours that are kept ready, over all tenants: an entry is several kilobytes, and to make one takes longer than to send it.
const MAX_READY: usize = 20_000;

/// What was read lately and what it was judged by.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    logs: BTreeMap<Uuid, Log>,
    conduct: BTreeMap<Uuid, Conduct>,
    hours: VecDeque<Hour>,
    /// Entries in all hours.
    ready: usize,
}

/// Which sign-ins Entra is late with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Late {
    /// So many of a hundred, by their ids.
    pub percent: u8,
    /// Of those created within so many hours.
    pub hours: u32,
}

impl Late {
    /// Whether the sign-in doesn't show at `now`.
    pub(crate) fn hides(self, id: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let number = Uuid::try_parse(id).map_or(0, |id| id.as_u128() % 100);
        now - at < TimeDelta::hours(i64::from(self.hours)) && number < u128::from(self.percent)
    }
}

/// A finished hour of a tenant, counted since 1970.
#[derive(Debug)]
struct Hour {
    tenant: Uuid,
    hour: i64,
    entries: Arc<Vec<Value>>,
}

#[derive(Debug, Default)]
struct Log {
    /// Closed epochs, oldest first, with the instant at which each ended.
    past: VecDeque<(DateTime<Utc>, Arc<TenantFacts>)>,
    present: Option<Arc<TenantFacts>>,
}

impl SignIns {
    /// Keeps an hour ready, in the place of the ones that were made first.
    fn keep(&mut self, hour: Hour) {
        self.ready += hour.entries.len();
        self.hours.push_back(hour);
        while self.ready > MAX_READY && self.hours.len() > 1 {
            self.ready -= self.hours.pop_front().map_or(0, |first| first.entries.len());
        }
    }
}

impl Inner {
    /// Closes the epoch: sign-ins before `now` are judged by the tenant as it is at this moment.
    pub(crate) fn before_policy_write(&mut self, tenant: Uuid, now: DateTime<Utc>) {
        let facts = self.present(tenant);
        let log = self.sign_ins.logs.entry(tenant).or_default();
        log.past.push_back((now, facts));
        log.present = None;
        if log.past.len() > MAX_EPOCHS {
            log.past.pop_front();
        }
    }

    /// From now on the tenant's people behave like this. In memory only: after a restart they behave as usual, as they do after a reset.
    pub(crate) fn behave(&mut self, tenant: Uuid, conduct: Conduct, now: DateTime<Utc>) {
        self.before_policy_write(tenant, now);
        self.sign_ins.conduct.insert(tenant, conduct);
    }

    /// Forgets everything that was made.
    pub(crate) fn forget_sign_ins(&mut self) {
        self.sign_ins = SignIns::default();
    }

    /// The sign-ins of one hour (counted since 1970) so far, oldest first.
    pub(crate) fn sign_ins_of_hour(&mut self, core: &Core, tenant: Uuid, hour: i64, now: DateTime<Utc>) -> Arc<Vec<Value>> {
        let start = DateTime::from_timestamp(hour * 3600, 0).unwrap_or(DateTime::UNIX_EPOCH);
        let end = start + TimeDelta::hours(1);
        if let Some(ready) = self.sign_ins.hours.iter().find(|ready| ready.tenant == tenant && ready.hour == hour) {
            return ready.entries.clone();
        }
        let mut entries = Vec::new();
        let mut from = start;
        for (until, facts) in self.epochs(tenant) {
            let to = until.min(end).min(now);
            if from < to {
                entries.extend(beta_stream(&facts, core.seed, from, to));
                from = to;
            }
        }
        let entries = Arc::new(entries);
        if end <= now {
            self.sign_ins.keep(Hour { tenant, hour, entries: entries.clone() });
        }
        entries
    }

    /// All epochs in order; the last never ends.
    fn epochs(&mut self, tenant: Uuid) -> Vec<(DateTime<Utc>, Arc<TenantFacts>)> {
        let present = self.present(tenant);
        let log = self.sign_ins.logs.entry(tenant).or_default();
        log.past.iter().cloned().chain([(DateTime::<Utc>::MAX_UTC, present)]).collect()
    }

    fn present(&mut self, tenant: Uuid) -> Arc<TenantFacts> {
        let conduct = self.sign_ins.conduct.get(&tenant);
        let log = self.sign_ins.logs.entry(tenant).or_default();
        log.present.get_or_insert_with(|| Arc::new(facts(&self.world.tenants[&tenant], conduct))).clone()
    }
}

fn facts(tenant: &Tenant, conduct: Option<&Conduct>) -> TenantFacts {
    let facts = TenantFacts::new(&Directory {
        tenant_id: tenant.id,
        premium: tenant.licences.p1 || tenant.licences.p2,
        p2: tenant.licences.p2,
        users: tenant.all(Kind::User).collect(),
        service_principals: tenant.all(Kind::ServicePrincipal).collect(),
        named_locations: tenant.all(Kind::Location).collect(),
        policies: tenant.all(Kind::Policy).collect(),
        memberships: tenant
            .members
            .iter()
            .flat_map(|(group, members)| members.iter().map(|member| (group.as_str(), member.as_str())))
            .collect(),
        role_assignments: tenant.role_assignments.iter().map(|given| (given.role.as_str(), given.principal.as_str())).collect(),
    });
    facts.behaving(conduct.cloned().unwrap_or_default())
}
